"""Whole processes, and what each costs."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

SIDES = Path(__file__).parent / "sides"
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
        """What it cost: `seconds` of processors with all children's, and what it measured."""
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
                # Popen's own wait does not tell what the process cost.
                _, status, usage = os.wait4(process.pid, 0)
                process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode not in self.fine:
                raise SystemExit(
                    f"{' '.join(self.arguments)}: exit code {process.returncode}\n"
                    f"{errors.read_text('utf-8')[-TOLD:]}"
                )
            measured = json.loads(out.read_text("utf-8")) if self.measures else {}
        return {"seconds": usage.ru_utime + usage.ru_stime, **measured}


def side(name, checkout, *arguments, measures=False):
    """A program of the folder `sides`."""
    return Program((str(SIDES / f"{name}.py"), *map(str, arguments)), checkout, measures)


def code(text, checkout, *arguments, fine=(0,)):
    """A program as text."""
    return Program(("-c", text, *map(str, arguments)), checkout, fine=fine)
