"""The texts of a sheet, listed once for all that look for words and machine keys among them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from okr_sheets.files.grid import Grid, Value
from okr_sheets.schema import SETTING_PREFIX, SHEETS

FIRST = 200  # rows in which settings may stand
TABLE_PREFIXES = tuple(f"{sheet.prefix}." for sheet in SHEETS)
_PREFIXES = (SETTING_PREFIX, *TABLE_PREFIXES)


class Scan:
    """A grid, with the texts of its first rows and the machine keys among them by row number."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self.texts = _texts(grid.rows[:FIRST])
        self.keys = {
            number: keys
            for number, texts in enumerate(self.texts, 1)
            if texts and (keys := _keys(texts))
        }

    def rows(self) -> Iterator[tuple[list[str], list[str]]]:
        """The texts of each row of the sheet, and the machine keys among them."""
        for number, texts in enumerate(self.texts, 1):
            yield texts, self.keys.get(number, [])
        for row in self.grid.rows[FIRST:]:
            (texts,) = _texts([row])
            yield texts, _keys(texts)


def _texts(rows: Sequence[Sequence[Value]]) -> list[list[str]]:
    # Most cells are blank.
    return [[cell for cell in filter(None, row) if isinstance(cell, str)] for row in rows]


def _keys(texts: Sequence[str]) -> list[str]:
    """The texts that begin as machine keys do."""
    return [text for text in texts if text.startswith(_PREFIXES)]
