"""Work that may take its process down with it, done in a child process that may.

Parsers in native code abort on files made to hurt them, and nothing in Python can catch that. So
each thread minds one child, which works for it until a file kills it, takes too long or grows too
large; that costs the file, and the next one gets a new child. A child costs a tenth of a second
once and about two milliseconds a file.

Memory is capped where a process can tell how much it has and stop at a limit, which is on Linux.
Time is capped everywhere.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
import traceback
import weakref
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from struct import Struct
from typing import IO, Any

from okr_sheets.reading.guard import UnreadableError

SECONDS = 8
MEGABYTES = 400  # on top of what an idle child takes

_LENGTH = Struct("<Q")
_ROOT = Path(__file__).resolve().parents[2]
# Beside the trackers may lie anything, a pickle.py too: `-P` keeps the current folder off the path,
# and our own, where others may lie as well, comes last.
_START = f"import sys; sys.path.append({str(_ROOT)!r}); from {__name__} import serve; serve()"
_SERVE = ("-P", "-c", _START)
_LOG = logging.getLogger(__name__)
_mine = threading.local()


def apart(work: str, *arguments: Any) -> Any:
    """What a function gives, called in a child: `apart("math:sqrt", 2)`.

    Raises what it raises, and logs where it was raised. UnreadableError where the child did not
    live to answer: `reader-slow`, `reader-memory` or `reader-failed`.
    """
    if getattr(_mine, "serving", False):
        return _function(work)(*arguments)
    # A forked process must not talk to its parent's child.
    if getattr(_mine, "owner", None) != os.getpid():
        _mine.child, _mine.owner = _Child(), os.getpid()
    return _mine.child.do(work, arguments)


def _function(work: str) -> Any:
    module, _, name = work.partition(":")
    return getattr(import_module(module), name)


class _Child:
    """One child process, started when there is work and again when it was lost."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def do(self, work: str, arguments: tuple[Any, ...]) -> Any:
        process = self._running()
        slow = threading.Event()

        def stop() -> None:
            slow.set()
            process.kill()

        clock = threading.Timer(SECONDS, stop)
        clock.daemon = True
        try:
            _write(process.stdin, _packed((work, arguments)))
            clock.start()
            fine, answer = _receive(process.stdout)
        except (OSError, EOFError):
            raise self._lost(process, slow.is_set()) from None
        except BaseException:
            # Interrupted half-way, its answer would be taken for the next one's.
            self._lost(process, slow=False)
            raise
        finally:
            clock.cancel()
        if not fine:
            error, trace = answer
            _LOG.debug(trace)
            raise error
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        # One that died since its last answer is not the fault of what is asked now.
        if self._process is not None and self._process.poll() is not None:
            self._lost(self._process, slow=False)
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603  this interpreter, our own line
                [sys.executable, *_SERVE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # where native code prints its last words
            )
            weakref.finalize(self, _end, self._process)
        return self._process

    def _lost(self, process: subprocess.Popen[bytes], slow: bool) -> UnreadableError:
        self._process = None
        code = _end(process)
        if slow:
            return UnreadableError("reader-slow", str(SECONDS))
        # Native code that gets no memory aborts; a system that has none left kills.
        if code in {-signal.SIGABRT, -getattr(signal, "SIGKILL", 9)}:
            return UnreadableError("reader-memory", str(MEGABYTES))
        _LOG.debug("The process that reads ended with exit code %s.", code)
        return UnreadableError("reader-failed")


def _end(process: subprocess.Popen[bytes]) -> int:
    """The exit code of a process: an idle one ends with its pipe, a dying one has its moment."""
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            pipe.close()  # type: ignore[union-attr]
    with suppress(subprocess.TimeoutExpired):
        return process.wait(1)
    process.kill()
    return process.wait()


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


def serve() -> None:
    """Answer what comes in on standard input until it closes: the child's whole life."""
    _mine.serving = True
    questions, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # A library's chatter must not end up among the answers.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    capped = False
    while True:
        try:
            work, arguments = _receive(questions)
        except EOFError:
            return
        try:
            function = _function(work)
            capped = capped or _cap()
            answer = _packed((True, function(*arguments)))
        except MemoryError:
            error = UnreadableError("reader-memory", str(MEGABYTES))
            answer = _packed((False, (error, traceback.format_exc())))
        except Exception as error:  # noqa: BLE001  raised again in the parent
            answer = _packed((False, (error, traceback.format_exc())))
        _write(answers, answer)


def _cap() -> bool:
    """Let this process grow by `MEGABYTES` at most, where the system knows such a limit."""
    try:
        import resource  # noqa: PLC0415  not on Windows

        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        limit = pages * resource.getpagesize() + MEGABYTES * 1_000_000
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    except (ImportError, OSError, ValueError):
        pass
    return True
