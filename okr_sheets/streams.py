"""The standard streams: the one way to print a line, and a run that outlives who reads it."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from okr_sheets.text import one_line

_GONE = {errno.EPIPE, errno.EINVAL}  # of a reader who has seen enough; Windows says the second


def say(line: str, err: bool = False) -> None:
    """Print one line, on standard output or standard error, whatever `line` holds."""
    put(f"{one_line(line)}\n", err)


def put(text: str, err: bool = False) -> None:
    """Print a text that is made for its channel already: a table, a document."""
    stream = sys.stderr if err else sys.stdout
    stream.write(text)
    stream.flush()


@contextmanager
def standard_streams() -> Iterator[Callable[[], bool]]:
    """Lend streams that raise nothing, and a function: whether all that was printed arrived.

    Who closes a pipe has seen enough: the stream falls silent and the run goes on. So it does when
    a device is full, which is said. Streams that were closed from the start lead nowhere.
    """
    _open_closed()
    before = sys.stdout, sys.stderr
    names = ("stdout", "stderr")
    streams = [_Stream(stream or _nowhere(at)) for at, stream in enumerate(before, 1)]
    for name, stream in zip(names, streams, strict=True):
        setattr(sys, name, stream)
    try:
        yield lambda: not [stream for stream in streams if not stream.arrived()]
    finally:
        sys.stdout, sys.stderr = before


def _open_closed() -> None:
    """Have no file of ours get the number of a standard stream, and all that is printed in it."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free: this one
            os.set_inheritable(descriptor, True)


def _nowhere(descriptor: int) -> TextIO:
    return open(descriptor, "w", encoding="utf-8", closefd=False)


class _Stream:
    """A standard stream whose end does not end the run."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lost = ""
        # Windows still hands out code pages that know no Korean.
        if hasattr(stream, "reconfigure") and (stream.encoding or "").lower() != "utf-8":
            stream.reconfigure(encoding="utf-8", errors="replace")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with self._outlived():
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with self._outlived():
            self._stream.flush()

    def arrived(self) -> bool:
        """Whether all that was written arrived, or nobody wanted the rest."""
        self.flush()
        return not self._lost

    @contextmanager
    def _outlived(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            self._silence()
            if error.errno not in _GONE and not self._lost:
                self._lost = error.strerror or "it is closed"
                say(f"okr-sheets: What was to be printed is lost: {self._lost}.", err=True)

    def _silence(self) -> None:
        """Lead the stream nowhere, also for what it still holds, which Python writes at the end."""
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
