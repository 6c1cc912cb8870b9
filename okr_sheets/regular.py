"""Regular files, opened to be read; what only bears a file's name, such as a pipe, never is."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import IO

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
)


class NotAFileError(OSError):
    """What stands under a name is `kind`, such as “a pipe”: it may never end, or never begin."""

    def __init__(self, kind: str) -> None:
        super().__init__(errno.EINVAL, f"it is {kind} and no file")
        self.kind = kind


def opened(path: str | Path) -> IO[bytes]:
    """A regular file, open for its bytes; NotAFileError for anything else, at once."""
    return open(path, "rb", opener=open_regular)


def open_regular(path: str, flags: int) -> int:
    """An `opener` of Python's `open` that takes regular files only."""
    _refuse(os.stat(path).st_mode)  # noqa: PTH116  to open some devices does something
    # Without this a pipe that took the file's place in between would be waited for.
    descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    try:
        _refuse(os.fstat(descriptor).st_mode)
    except NotAFileError:
        os.close(descriptor)
        raise
    return descriptor


def _refuse(mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise NotAFileError(next((kind for fits, kind in _KINDS if fits(mode)), "a device"))
