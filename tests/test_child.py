"""A child that dies, hangs or swells costs what it was asked, and nothing else."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import ROOT

from okr_sheets.files import child as module
from okr_sheets.files.child import in_child
from okr_sheets.problems import UnreadableError

LINUX = sys.platform == "linux"


def code_of(work, *arguments):
    with pytest.raises(UnreadableError) as caught:
        in_child(work, *arguments)
    return caught.value.code


def test_work_is_done_in_another_process_that_stays():
    assert in_child("os:getpid") != os.getpid()
    assert in_child("os:getpid") == in_child("os:getpid")


def test_what_the_work_raises_is_raised_here():
    with pytest.raises(FileNotFoundError):
        in_child("os:listdir", "/no/such/folder")


def test_what_the_work_prints_is_not_taken_for_its_answer():
    assert in_child("builtins:print", "hello") is None
    assert in_child("os:write", 1, b"hello") == 5
    assert in_child("math:sqrt", 4) == 2


@pytest.mark.parametrize(
    ("work", "code"),
    [(("os:_exit", 3), "reader-failed"), (("os:abort",), "reader-memory")],
)
def test_a_child_that_dies_costs_one_answer(work, code):
    assert code_of(*work) == code
    assert in_child("math:sqrt", 4) == 2


def test_a_child_that_hangs_is_stopped(monkeypatch):
    began = time.monotonic()
    with monkeypatch.context() as patch:
        patch.setattr(module, "SECONDS", 0.3)
        assert code_of("time:sleep", 60) == "reader-slow"
    assert time.monotonic() - began < 30
    assert in_child("math:sqrt", 4) == 2


@pytest.mark.skipif(not LINUX, reason="only Linux lets a process cap its own memory")
def test_a_child_that_swells_is_stopped():
    assert code_of("builtins:bytearray", 1_000_000_000) == "reader-memory"
    assert in_child("builtins:len", b"x" * 1_000_000) == 1_000_000


KEEP = "import math; math.kept = b'x' * {}"
SLOWLY_ITS_PID = "[__import__('time').sleep(0.3), __import__('os').getpid()][1]"


def test_threads_at_work_at_once_have_a_child_each_and_later_ones_the_same():
    def found():
        with ThreadPoolExecutor(3) as pool:
            return set(pool.map(in_child, ["builtins:eval"] * 3, [SLOWLY_ITS_PID] * 3))

    first = found()
    assert len(first) == 3
    assert found() == first


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_process_starts_a_child_of_its_own():
    script = (
        "import os\n"
        "from okr_sheets.files.child import in_child\n"
        "first = in_child('os:getpid')\n"
        "if os.fork() == 0:\n"
        "    os._exit(in_child('os:getpid') == first)\n"
        "_, status = os.wait()\n"
        "raise SystemExit(status)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=False, timeout=60)
    assert done.returncode == 0


def test_a_child_runs_nothing_that_lies_in_the_current_folder(tmp_path):
    for name in ("pickle", "subprocess", "xml", "decimal"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(9)", "utf-8")
    script = (
        f"import sys; sys.path.append({str(ROOT)!r})\n"
        "from okr_sheets.files.child import in_child\n"
        "print(in_child('decimal:Decimal', 2))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", script],
        cwd=tmp_path,
        env={name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == "2\n"


@pytest.mark.skipif(not hasattr(os, "waitid"), reason="there is no way to await its end here")
def test_a_child_that_died_while_idle_costs_nothing():
    first = in_child("os:getpid")
    os.kill(first, signal.SIGKILL)
    os.waitid(os.P_PID, first, os.WEXITED | os.WNOWAIT)
    assert in_child("os:getpid") != first


@pytest.mark.skipif(not LINUX, reason="only Linux lets a process cap its own memory")
def test_an_answer_too_large_to_send_is_named_so():
    # It fits once, not twice.
    assert code_of("builtins:bytes", 250_000_000) == "reader-memory"
    assert in_child("math:sqrt", 4) == 2


def test_children_end_with_their_parent():
    script = "from okr_sheets.files.child import in_child; print(in_child('os:getpid'))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    with pytest.raises(ProcessLookupError):
        os.kill(int(done.stdout), 0)


def test_children_need_none_of_the_standard_streams():
    script = (
        "import os, sys\n"
        "from okr_sheets.files.child import in_child\n"
        "kept = os.dup(1)\n"
        "for stream in (0, 1, 2):\n"
        "    os.close(stream)\n"
        "answers = in_child('math:sqrt', 4), in_child('os:getpid') != os.getpid()\n"
        "os.write(kept, str(answers).encode())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "(2.0, True)"


def test_no_child_lives_or_starts_while_none_may():
    in_child("os:getpid")
    with module.no_children():
        assert code_of("os:getpid") == "reader-memory"  # as what was killed is taken
        assert not any(child.is_fit for child in module._living)
    assert in_child("math:sqrt", 4) == 2


@pytest.mark.skipif(not LINUX, reason="only Linux lets a process cap its own memory")
def test_what_one_file_took_is_not_counted_for_the_next():
    child = in_child("os:getpid")
    in_child("builtins:exec", KEEP.format(150_000_000))
    # Together they are too much.
    in_child("builtins:exec", "b'x' * int(3e8)")
    assert in_child("os:getpid") == child


@pytest.mark.skipif(not LINUX, reason="only Linux tells what a process takes")
def test_a_child_that_keeps_too_much_is_ended():
    child = in_child("os:getpid")
    in_child("builtins:exec", KEEP.format(250_000_000))
    assert in_child("os:getpid") != child
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_a_child_that_never_starts_is_no_fault_of_the_file(monkeypatch):
    with module.no_children():
        pass
    monkeypatch.setattr(module, "STARTING", 0.001)
    assert code_of("time:sleep", 60) == "reader-failed"


def test_children_that_are_taken_while_all_end_are_no_surprise(monkeypatch):
    class Taken(list):
        def __bool__(self):
            return True  # as another thread that takes the last one just after would have it

    monkeypatch.setattr(module, "_idle", Taken())
    with module.no_children():
        pass


def test_where_no_signal_tells_of_a_closed_pipe_work_is_done():
    script = (
        f"import os, sys; sys.path.append({str(ROOT)!r})\n"
        "del os.O_ASYNC\n"
        "from okr_sheets.files.child import serve\n"
        "serve()\n"
    )
    asked = module._packed(("math:sqrt", (4,), 5))
    line = [sys.executable, "-c", script, "math:sqrt"]
    with subprocess.Popen(line, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        child.stdin.write(asked)
        child.stdin.flush()
        answers = [module._receive(child.stdout) for _ in range(2)]
    assert answers == [True, (True, 2.0)]


def test_where_no_child_can_be_started_that_is_said(monkeypatch):
    def refuse(*_, **__):
        raise OSError(11, "Resource temporarily unavailable")

    with module.no_children():
        pass
    monkeypatch.setattr(module.subprocess, "Popen", refuse)
    assert code_of("math:sqrt", 4) == "no-process"
