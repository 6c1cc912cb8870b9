"""Work that may take its process down with it, done in a child process that may.

Parsers in native code abort on files made to hurt them, and nothing in Python can catch that. So
all that is done with a file, unless it is a plain one, is done by a child, until a file kills it,
takes too long or grows too large; that costs the file, and the next one gets a new child. As many
children live as threads were at work at once. One costs a tenth of a second once, and about two
milliseconds a file.

Memory is capped where a process can tell how much it has and stop at a limit, which is on Linux.
Time is capped everywhere, by a clock here and one in the child that goes on without us.

A child ends with its parent, however that ended: it hears its pipe close. At work in native code
it is woken for that on Linux; elsewhere it ends when the work does, or its clock.
"""

from __future__ import annotations

import atexit
import faulthandler
import logging
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from struct import Struct
from typing import IO, Any

from okr_sheets.problems import UnreadableError

SECONDS = 8
MEGABYTES = 400  # on top of what an idle child takes
STARTING = 60  # seconds in which a child is ready on the slowest disk

_LENGTH = Struct("<Q")
_RESERVED, _TAKEN = 0, 1  # fields of statm
_ROOT = Path(__file__).resolve().parents[1]
# Beside the trackers may lie anything, a pickle.py too: `-P` keeps the current folder off the path,
# and our own, where others may lie as well, comes last.
_SERVE = f"import sys; sys.path.append({str(_ROOT)!r}); from {__name__} import serve; serve()"
_LOG = logging.getLogger(__name__)
_serving = False
_is_closed = False


def in_child(work: str, *arguments: Any, ahead: str = "") -> Any:
    """Call a function in a child process and return its result: `in_child("math:sqrt", 2)`.

    A new child loads the function `ahead` before its clock runs, by default the one it calls.

    Raises what the function raises and logs its traceback. Raises UnreadableError if the child
    ended before it answered (`reader-slow`, `reader-memory`, `reader-failed`) or could not start
    (`no-process`).
    """
    if _serving:
        return _function(work)(*arguments)
    try:
        child = _idle_one() or _Child(ahead or work)
    except OSError as refused:  # the system has no room for another process
        raise UnreadableError("no-process", refused.strerror or "") from refused
    fine, answer = child.do(work, arguments)
    if child.is_fit:
        _idle.append(child)
    else:
        child.end()
    if fine:
        return answer
    error, trace = answer
    _LOG.debug(trace)
    raise error


@contextmanager
def no_children() -> Iterator[None]:
    """End every child at once, and each that is started meanwhile.

    Whoever waits for one, in whatever thread, gets an UnreadableError.
    """
    global _is_closed  # noqa: PLW0603  all threads go by it
    _is_closed = True
    for child in list(_living):
        child.kill()
    with suppress(IndexError):  # another thread may take the last one
        while True:
            _idle.pop().end()
    try:
        yield
    finally:
        _is_closed = False


def _function(work: str) -> Any:
    module, _, name = work.partition(":")
    return getattr(import_module(module), name)


class _Child:
    """One child process, which imports a module once and then runs one call after the other."""

    def __init__(self, work: str) -> None:
        self._process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603  our own line
            [sys.executable, "-P", "-c", _SERVE, work],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # where native code prints its last words
        )
        self._is_ready = self._is_late = False
        self._idle_size = 0
        _living.add(self)
        if _is_closed:
            self.kill()

    @property
    def is_fit(self) -> bool:
        """Whether it can take another call: alive, not too late, its memory mostly given back."""
        if self._is_late or self._process.poll() is not None:
            return False
        most = self._idle_size + MEGABYTES * 1_000_000 // 2
        return not self._is_ready or _size(_TAKEN, self._process.pid) <= most

    def do(self, work: str, arguments: tuple[Any, ...]) -> tuple[bool, Any]:
        """True and the result of the call, or False and its exception with the traceback."""
        try:
            if not self._is_ready:
                with self._within(STARTING):
                    self._is_ready = _receive(self._process.stdout)
                self._idle_size = _size(_TAKEN, self._process.pid)
            with self._within(SECONDS):
                _write(self._process.stdin, _packed((work, arguments, SECONDS)))
                return _receive(self._process.stdout)  # type: ignore[no-any-return]
        except (OSError, EOFError):
            raise self._lost() from None
        except BaseException:
            # Interrupted half-way, its answer would be taken for the next one's.
            self.kill()
            self.end()
            raise

    @contextmanager
    def _within(self, seconds: float) -> Iterator[None]:
        """A clock that kills the child unless it is done in time."""

        def stop() -> None:
            self._is_late = True
            self.kill()

        clock = threading.Timer(seconds, stop)
        clock.daemon = True
        clock.start()
        try:
            yield
        finally:
            clock.cancel()

    def _lost(self) -> UnreadableError:
        code = self.end()
        if self._is_late and self._is_ready:
            return UnreadableError("reader-slow", str(SECONDS))
        if self._is_late:
            _LOG.debug("The process that reads was not ready within %s seconds.", STARTING)
            return UnreadableError("reader-failed")
        # Native code that gets no memory aborts; a system that has none left kills.
        if code in {-signal.SIGABRT, -getattr(signal, "SIGKILL", 9)}:
            return UnreadableError("reader-memory", str(MEGABYTES))
        _LOG.debug("The process that reads ended with exit code %s.", code)
        return UnreadableError("reader-failed")

    def kill(self) -> None:
        self._process.kill()

    def end(self) -> int:
        """Its exit code: an idle one ends with its pipe, a dying one has its moment."""
        _living.discard(self)
        for pipe in self._pipes():
            with suppress(OSError):
                pipe.close()
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(1)
        self.kill()
        return self._process.wait()

    def _pipes(self) -> Iterator[IO[bytes]]:
        return (pipe for pipe in (self._process.stdin, self._process.stdout) if pipe)

    def leave_to_parent(self, nothing: int) -> None:
        """In a forked process: hold none of its pipes open, and never wait for it."""
        for pipe in self._pipes():
            with suppress(ValueError):  # it is closed
                os.dup2(nothing, pipe.fileno(), inheritable=False)
        self._process.returncode = 0


_idle: list[_Child] = []
_living: set[_Child] = set()


def _idle_one() -> _Child | None:
    with suppress(IndexError):
        while True:
            child = _idle.pop()
            # One that died since its last answer is not the fault of what is asked now.
            if child.is_fit:
                return child
            child.end()
    return None


def _end_with_us() -> None:
    with no_children():
        for child in list(_living):
            child.end()


def _leave_to_parent() -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for child in _living:
        child.leave_to_parent(nothing)
    os.close(nothing)
    _idle.clear()
    _living.clear()


atexit.register(_end_with_us)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_to_parent)


def _packed(message: object) -> bytes:
    content = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    return _LENGTH.pack(len(content)) + content


def _write(pipe: IO[bytes] | None, message: bytes) -> None:
    assert pipe  # noqa: S101  opened above
    pipe.write(message)
    pipe.flush()


def _receive(pipe: IO[bytes] | None) -> Any:
    assert pipe  # noqa: S101  opened above
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    content = pipe.read(*_LENGTH.unpack(head))
    return pickle.loads(content)  # noqa: S301  from our own child


def _size(field: int, process: int | str = "self") -> int:
    """A process's memory in bytes, `_RESERVED` or `_TAKEN`; 0 on systems other than Linux."""
    try:
        import resource  # noqa: PLC0415  not on Windows

        pages = Path(f"/proc/{process}/statm").read_text("ascii").split()[field]
        return int(pages) * resource.getpagesize()
    except (ImportError, OSError, IndexError):
        return 0


# --- in the child ---------------------------------------------------------------------------------


def serve() -> None:
    """Answer what comes in on standard input until it closes: the child's whole life."""
    global _serving  # noqa: PLW0603  a process is one for good
    _serving = True
    # Ctrl-C reaches all processes of a terminal; what comes of it the parent decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What a library reads and prints must not come from the questions or get among the answers.
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    asked: queue.SimpleQueue[tuple[str, tuple[Any, ...], float]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(questions, asked), daemon=True).start()
    _function(sys.argv[1])
    _write(answers, _packed(True))
    while True:
        work, arguments, seconds = asked.get()
        # Neither clock nor pipe waits for native code that keeps the interpreter to itself.
        faulthandler.dump_traceback_later(seconds + 1, exit=True, file=nothing)
        _end_by_signal(questions, True)
        answer = _answer(work, arguments)
        _end_by_signal(questions, False)
        faulthandler.cancel_dump_traceback_later()
        _write(answers, answer)


def _listen(questions: IO[bytes], asked: queue.SimpleQueue[Any]) -> None:
    """Pass each question on; where there will be no more, end this process, whatever it does."""
    try:
        while True:
            asked.put(_receive(questions))
    finally:
        os._exit(0)


def _answer(work: str, arguments: tuple[Any, ...]) -> bytes:
    try:
        function = _function(work)
        _cap()
        return _packed((True, function(*arguments)))
    except MemoryError:
        error = UnreadableError("reader-memory", str(MEGABYTES))
        return _packed((False, (error, traceback.format_exc())))
    except Exception as error:  # noqa: BLE001  raised again in the parent
        return _packed((False, (error, traceback.format_exc())))


def _end_by_signal(pipe: IO[bytes], wanted: bool) -> None:
    """Have Linux send a signal that ends this process when the pipe closes."""
    try:
        import fcntl  # noqa: PLC0415  not on Windows

        fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
        flags = fcntl.fcntl(pipe, fcntl.F_GETFL) & ~os.O_ASYNC
        fcntl.fcntl(pipe, fcntl.F_SETFL, flags | (os.O_ASYNC if wanted else 0))
    except (ImportError, AttributeError, OSError):
        pass


def _cap() -> None:
    """Let this process grow by `MEGABYTES` at most, where the system knows such a limit."""
    size = _size(_RESERVED)
    if not size:
        return
    try:
        import resource  # noqa: PLC0415  not on Windows

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (size + MEGABYTES * 1_000_000, most))
    except (ImportError, OSError, ValueError):
        pass
