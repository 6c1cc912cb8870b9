"""Whether somebody typed on a sheet of ours: a digest of its cells, which a hidden name holds."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import IO

from okr_sheets.files.grid import Value
from okr_sheets.files.guard import FarCellError
from okr_sheets.files.layout import Shared
from okr_sheets.files.marks import SHEET_MARK
from okr_sheets.files.package import Relation, Sheet
from okr_sheets.files.worksheet import read_worksheet

WRITTEN = f"{SHEET_MARK}written_"  # begins the names that hold the digests, a sheet's key ends them
_DIGITS = 32


def digest(content: IO[bytes], part: str, texts: Sequence[str] = ()) -> str:
    """What tells the cells of a worksheet from others, the same whatever program saved them.

    `texts` are those that cells name by number. "" for a sheet too large to be read.
    """
    sheet = Sheet("", False, Relation("worksheet", part))
    try:
        # Without formats a date is the number that it is written as.
        grid = read_worksheet(content, sheet, Shared(texts, (), is_1904=False))
    except FarCellError:
        return ""
    told = sha256(repr(sorted(grid.strays)).encode())
    for row, values in enumerate(grid.rows, 1):
        for column, value in enumerate(values, 1):
            if value is not None:
                told.update(f"{row} {column} {_plain(value)}\n".encode())
    return told.hexdigest()[:_DIGITS]


def _plain(value: Value) -> str:
    """A value in as many digits as all programs keep."""
    return f"{value:.12g}" if type(value) is float else repr(value)
