"""A worksheet's cells, laid out in rows as a parser comes upon them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from okr_sheets.files.formats import GENERAL, Format, moment
from okr_sheets.files.grid import Cell, Grid, Value
from okr_sheets.files.guard import LAST_COLUMN, MOST_TEXT, Extent


@dataclass(frozen=True, slots=True)
class Shared:
    """What a workbook's sheets share: texts, the format of each cell style, the date system."""

    texts: Sequence[str]
    formats: Sequence[Format]
    is_1904: bool


class Layout:
    """One worksheet being read: its values, their formats, its hidden rows and columns.

    Who knows better than `put` where the next cell stands may add to `rows` and `formats` itself,
    and must tell `extent` how far they reach before they do.
    """

    def __init__(self, shared: Shared) -> None:
        self.shared = shared
        self.extent = Extent()
        self.rows: list[list[Value]] = []
        self.formats: dict[Cell, str] = {}
        self._hidden_rows: set[int] = set()
        self._hidden_columns: set[int] = set()

    def put(self, row: int, column: int, value: Value) -> None:
        """Place a value; FarCellError if that makes the sheet too large to lay out."""
        letters = 0
        if isinstance(value, str):
            value = value[:MOST_TEXT]
            letters = len(value)
        self.extent.reach(row, column, letters=letters)
        while len(self.rows) < row:
            self.rows.append([])
        cells = self.rows[row - 1]
        cells.extend([None] * (column - len(cells)))
        cells[column - 1] = value

    def number(self, row: int, column: int, value: float, style: int) -> Value:
        """A number as its cell style shows it: a date, time or the number; its format is noted."""
        formats = self.shared.formats
        form = formats[style] if style < len(formats) else GENERAL
        if form.code:
            self.formats[row, column] = form.code
        return moment(value, form, self.shared.is_1904) if form.is_date else value

    def hide_row(self, row: int) -> None:
        """Note that a row is hidden."""
        self._hidden_rows.add(row)

    def hide_columns(self, first: int, last: int) -> None:
        """Note that the columns from `first` to `last` are hidden."""
        self._hidden_columns.update(range(max(first, 1), min(last, LAST_COLUMN) + 1))

    def grid(self, name: str, hidden: bool, formulas: Mapping[Cell, str] | None) -> Grid:
        """The whole sheet."""
        for cells in self.rows:
            cells.extend([None] * (self.extent.right - len(cells)))
        return Grid(
            name,
            self.rows,
            hidden,
            formulas,
            self.formats,
            frozenset(self._hidden_rows),
            frozenset(self._hidden_columns),
        )
