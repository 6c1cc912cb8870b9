"""Whole processes, and what each costs."""

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

import psutil

SIDES = Path(__file__).parent / "sides"
WEIGHED_EACH = 0.2  # seconds
TOLD = 2_000  # letters of the errors of a program that failed


@dataclass(frozen=True)
class Program:
    """What Python runs, in an empty folder, beside the `okr_sheets` of a checkout.

    A program that `measures` part of itself prints its figures as JSON. `fine` are the exit codes
    of one that has done its work, such as 1 of a command that has named errors in trackers.
    """

    arguments: tuple[str, ...]
    checkout: Path
    measures: bool = False
    fine: tuple[int, ...] = (0,)

    def run(self):
        """What it cost, with all its children, and what it measured.

        `seconds` of processors, `wall` seconds, and the `megabytes` it and its children had at most
        at one time, each page that they share counted once.
        """
        with tempfile.TemporaryDirectory() as folder:
            out, errors = (Path(folder, f"{name}.txt") for name in ("out", "errors"))
            with out.open("wb") as printed, errors.open("wb") as told:
                process = subprocess.Popen(
                    [sys.executable, *self.arguments],
                    cwd=folder,
                    env=os.environ | {"PYTHONPATH": str(self.checkout)},
                    stdout=printed,
                    stderr=told,
                )
                began = time.perf_counter()
                with weighed(process.pid) as sizes:
                    # Popen's own wait does not tell what the process cost.
                    _, status, usage = os.wait4(process.pid, 0)
                wall = time.perf_counter() - began
                process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode not in self.fine:
                raise SystemExit(
                    f"{' '.join(self.arguments)}: exit code {process.returncode}\n"
                    f"{errors.read_text('utf-8')[-TOLD:]}"
                )
            measured = json.loads(out.read_text("utf-8")) if self.measures else {}
        spent = usage.ru_utime + usage.ru_stime
        return {"seconds": spent, "wall": wall, "megabytes": max(sizes, default=0.0), **measured}


@dataclass(frozen=True)
class Limit:
    """In the place of a program: what the other may cost at most."""

    megabytes: float

    def run(self):
        return {"megabytes": self.megabytes}


@contextmanager
def weighed(number):
    """The megabytes of a process and its children together, from time to time."""
    sizes, is_over = [], Event()

    def weigh():
        while not is_over.wait(WEIGHED_EACH):
            with suppress(psutil.Error):
                parent = psutil.Process(number)
                sizes.append(sum(map(size, (parent, *parent.children(recursive=True)))))

    weighing = Thread(target=weigh)
    weighing.start()
    try:
        yield sizes
    finally:
        is_over.set()
        weighing.join()


def size(process):
    """The megabytes of a process, what it shares with others in parts."""
    with suppress(psutil.Error):  # it has ended
        return process.memory_full_info().pss / 1_000_000
    return 0.0


def side(name, checkout, *arguments, measures=False):
    """A program of the folder `sides`."""
    return Program((str(SIDES / f"{name}.py"), *map(str, arguments)), checkout, measures)


def code(text, checkout, *arguments, fine=(0,)):
    """A program as text."""
    return Program(("-c", text, *map(str, arguments)), checkout, fine=fine)
