"""A file's sheets as grids, from the parser of its kind."""

from __future__ import annotations

import os
import time
from importlib import import_module
from pathlib import Path

from okr_sheets.files.grid import Book
from okr_sheets.files.guard import HEAD, kind_of, text_in
from okr_sheets.problems import UnreadableError
from okr_sheets.regular import opened

PARSERS = {"xlsx": "xlsx", "xlsb": "xlsb", "xls": "xls", "ods": "ods", "text": "csv"}
TRIES = 2
TICK = 0.01  # seconds by which clocks differ
QUIET = 1.0  # seconds after which a text that has no end is taken to be finished
State = tuple[int, ...] | None
_ENDS = (b"\n", b"\r", b"\n\0", b"\r\0")  # of a line, in UTF-16 too


def read_book(path: Path) -> Book:
    """The worksheets of a workbook, or the one table of a text file, as they were at one moment.

    A file that changes while it is read is read again, as is a text whose last line has no end and
    is less than `QUIET` seconds old. Raises UnreadableError with the reason, `being-written` if the
    file changes again, and MemoryError; nothing else, whatever the file holds.
    """
    for attempt in range(TRIES):
        if attempt:
            time.sleep(_rest(path) + TICK)
        before = state_of(path)
        try:
            book = _parsed(path)
        except UnreadableError:
            if _is_whole(path, before):
                raise
        else:
            if _is_whole(path, before):
                return book
    raise UnreadableError("being-written")


def _parsed(path: Path) -> Book:
    try:
        parser = import_module(f"okr_sheets.files.{PARSERS[kind_of(path)]}")
        book: Book = parser.read_book(path)
    except (UnreadableError, MemoryError):
        raise
    except Exception as error:
        raise UnreadableError("reader-failed") from error
    return book


def state_of(path: Path) -> State:
    """What changes when a file is written or replaced; None for no file."""
    try:
        seen = path.stat()
    except (OSError, ValueError):
        return None
    return seen.st_dev, seen.st_ino, seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns


def _is_whole(path: Path, before: State) -> bool:
    """Whether nothing was written to the file since its state was `before`."""
    return state_of(path) == before and not _rest(path)


def _rest(path: Path) -> float:
    """Seconds until a text whose last line has no end counts as finished; 0 for other files."""
    try:
        with opened(path) as file:
            seen = os.fstat(file.fileno())
            age = time.time() - seen.st_mtime
            # A file from later than now comes by another clock, which tells nothing.
            if not 0 <= age < QUIET or text_in(file.read(HEAD)) is None:
                return 0.0
            file.seek(max(seen.st_size - 2, 0))
            return 0.0 if file.read().endswith(_ENDS) else QUIET - age
    except (OSError, ValueError):
        return 0.0
