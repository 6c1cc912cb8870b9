"""What a file holds, read by the parser of its kind."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from okr_sheets.problems import UnreadableError
from okr_sheets.reading.grid import Book
from okr_sheets.reading.guard import kind_of

PARSERS = {"xlsx": "xlsx", "xlsb": "xlsb", "xls": "xls", "ods": "ods", "text": "csv"}


def read_book(path: Path) -> Book:
    """The worksheets of a workbook, or the one table of a text file.

    UnreadableError says why a file gives none; nothing else is raised for what a file holds.
    """
    try:
        parser = import_module(f"okr_sheets.reading.{PARSERS[kind_of(path)]}")
        book: Book = parser.read_book(path)
    except (UnreadableError, MemoryError):
        raise
    except Exception as error:
        raise UnreadableError("reader-failed") from error
    return book
