"""However a run ends, its children end with it: killed, interrupted, at work or idle."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import ROOT

from okr_sheets.engine import ENGINES, processors

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")

# Seconds. Two are promised; a machine that does much else may take ten, and who does not end is at
# work for sixty.
SOON = 10
# What a child does in place of reading; its file says that it has begun.
SLOW = """
import time
from pathlib import Path
def read(place, path, fiscal_start):
    Path(path).with_suffix(".begun").touch()
    time.sleep(60)
"""
# What every Python that is started here does first, those that a run starts too.
READS_BY = """
from okr_sheets.reading import tracker
tracker.READING = "{}:read"
"""
# Tests that run in the background of a shell ignore the signal, and hand that on.
RUN = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from okr_sheets.cli import main
main()
"""


def is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def descendants(pid):
    """All processes below one, by what /proc says of their parents."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    found, new = set(), {pid}
    while new := {child for child, parent in parents.items() if parent in new} - found:
        found |= new
    return found


def wait_for(condition, seconds=30):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.fixture
def started(tmp_path):
    """Start a Python of lines, in a group of its own."""
    running = []

    def start(lines, *arguments):
        process = subprocess.Popen(
            [sys.executable, "-c", lines, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)])},
            start_new_session=True,
            text=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        for pid in {process.pid, *descendants(process.pid)}:
            if is_alive(pid):
                os.kill(pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def reading(started, tmp_path):
    """A run that reads files which take a minute each, as soon as it does."""

    (tmp_path / "slow.py").write_text(SLOW)
    (tmp_path / "sitecustomize.py").write_text(READS_BY.format("slow"))

    def start(engine):
        for name in "abcd":
            (tmp_path / f"{name}.csv").write_text("ID;Title\n")
        process = started(RUN, "score", tmp_path, "--engine", engine, "-o", "out.json")
        count = 1 if engine == "serial" else min(processors(), 4)
        wait_for(lambda: len(list(tmp_path.glob("*.begun"))) == count)
        return process

    return start


def all_gone_soon(pids):
    until = time.monotonic() + SOON
    while any(map(is_alive, pids)) and time.monotonic() < until:
        time.sleep(0.01)
    return not any(map(is_alive, pids))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_killed_run_leaves_no_process(reading, engine):
    process = reading(engine)
    children = descendants(process.pid)
    assert children
    process.kill()
    assert all_gone_soon(children)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("signalled", [os.kill, os.killpg], ids=["it", "its group"])
def test_an_interrupted_run_ends_soon_and_writes_nothing(reading, engine, signalled, tmp_path):
    process = reading(engine)
    children = descendants(process.pid)
    signalled(process.pid, signal.SIGINT)
    assert all_gone_soon({process.pid, *children})
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert errors == "Stopped.\n"
    assert not list(tmp_path.glob("out*"))


IN_MANY_WAYS = """
import os, sys, threading, time
from okr_sheets.files.child import _living as children, in_child
def living():
    return [child for child in list(children) if child._is_ready]
threading.Thread(target=in_child, args=("time:sleep", 60), daemon=True).start()
# The sum lets nothing else of its interpreter run meanwhile.
threading.Thread(target=in_child, args=("builtins:sum", range(10**13)), daemon=True).start()
while len(living()) < 2:
    time.sleep(0.01)
in_child("os:getpid")
forked = os.fork() if sys.argv[1:] else 1
if forked:
    print(forked, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("forks", [[], ["fork"]], ids=["alone", "beside a forked process"])
def test_children_end_with_their_parent_idle_or_at_work(started, forks):
    process = started(IN_MANY_WAYS, *forks)
    forked = int(process.stdout.readline())
    children = descendants(process.pid) - {forked}
    assert len(children) == 3
    time.sleep(0.3)
    assert all(map(is_alive, children))
    process.kill()
    gone = all_gone_soon(children)
    if forks:
        assert is_alive(forked)
        os.kill(forked, signal.SIGKILL)
    assert gone


def test_a_hung_child_ends_itself_when_its_parent_cannot(started):
    lines = (
        "from unittest.mock import Mock\n"
        "from okr_sheets.files import child\n"
        "child.SECONDS, child.threading.Timer = -0.8, Mock()\n"  # the child's clock adds a second
        "try:\n"
        "    child.in_child('builtins:sum', range(10**13))\n"
        "except child.UnreadableError as error:\n"
        "    print(error.code)\n"
    )
    process = started(lines)
    assert process.communicate(timeout=30)[0] == "reader-failed\n"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_killed_child_costs_its_file_in_every_engine(started, tmp_path, engine):
    for name in "abcdef":
        (tmp_path / f"{name}.csv").write_text(
            "ID;Title;Type;Target;2027-01-08\nO1;Goal;Objective\nO1.KR1;Lead;Increase;10;5\n"
        )
    (tmp_path / "fragile.py").write_text(
        "import os\n"
        "from okr_sheets.reading import drafts\n"
        "def read(place, path, fiscal_start):\n"
        "    if place.name == 'c.csv':\n"
        "        os.kill(os.getpid(), 9)\n"
        "    return drafts.read_drafts(place, path, fiscal_start)\n"
    )
    (tmp_path / "sitecustomize.py").write_text(READS_BY.format("fragile"))
    process = started(RUN, "score", tmp_path, "--engine", engine, "-o", "out.json")
    _, errors = process.communicate(timeout=60)
    assert "c.csv: error: reader-memory" in errors
    assert errors.count("reader-") == 1
    assert process.returncode == 1
    assert (tmp_path / "out.json").is_file()
