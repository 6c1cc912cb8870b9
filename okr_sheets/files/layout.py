"""A worksheet's cells, laid out in rows once a parser has come upon all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from okr_sheets.files.formats import GENERAL, Format, moment
from okr_sheets.files.grid import Book, Cell, Grid, Value
from okr_sheets.files.guard import MOST_TEXT, Extent, why_skipped
from okr_sheets.letters import column_letters
from okr_sheets.problems import Problem


@dataclass(frozen=True, slots=True)
class Shared:
    """What a workbook's sheets share: texts, the format of each cell style, the date system."""

    texts: Sequence[str]
    formats: Sequence[Format]
    is_1904: bool


class Layout:
    """One worksheet being read: its values, their formats, its hidden rows and columns.

    Who has more than one cell at once may add to `filled` (place and value of each cell) and
    `formats` itself, and must tell `extent` how far they reach before that.
    """

    def __init__(self, shared: Shared) -> None:
        self.shared = shared
        self.extent = Extent()
        self.filled: list[tuple[Cell, Value]] = []
        self.formats: dict[Cell, str] = {}
        self._hidden_rows: list[range] = []
        self._hidden_columns: list[range] = []

    def put(self, row: int, column: int, value: Value) -> None:
        """Place a value; FarCellError if there are too many."""
        letters = 0
        if isinstance(value, str):
            value = value[:MOST_TEXT]
            letters = len(value)
        self.extent.reach(row, column, letters=letters)
        self.filled.append(((row, column), value))

    def number(self, row: int, column: int, value: float, style: int) -> Value:
        """A number as its cell style shows it: a date, time or the number; its format is noted."""
        formats = self.shared.formats
        form = formats[style] if style < len(formats) else GENERAL
        if form.code:
            self.formats[row, column] = form.code
        return moment(value, form, self.shared.is_1904) if form.is_date else value

    def hide_rows(self, first: int, last: int) -> None:
        """Note that the rows from `first` to `last` are hidden."""
        self._hidden_rows.append(range(max(first, 1), last + 1))

    def hide_columns(self, first: int, last: int) -> None:
        """Note that the columns from `first` to `last` are hidden."""
        self._hidden_columns.append(range(max(first, 1), last + 1))

    def grid(self, name: str, hidden: bool, formulas: Mapping[Cell, str] | None) -> Grid:
        """The whole sheet; FarCellError if more than a few cells stand too far out."""
        strays = self.extent.strays(place for place, _ in self.filled)
        if strays:
            self.filled = [each for each in self.filled if each[0] not in strays]
        bottom, right = self.extent.bottom, self.extent.right
        rows: list[list[Value]] = [[None] * right for _ in range(bottom)]
        lines = [[], *rows]  # they count from 1
        for (row, column), value in self.filled:
            lines[row][column - 1] = value
        return Grid(
            name,
            rows,
            hidden,
            formulas,
            self.formats,
            _within(self._hidden_rows, bottom),
            _within(self._hidden_columns, right),
            strays,
        )


def _within(spans: Iterable[range], last: int) -> frozenset[int]:
    """The numbers in spans, up to the last that counts; each is looked at once."""
    numbers: set[int] = set()
    begin = 1
    for span in sorted(spans, key=lambda span: span.start):
        begin, end = max(begin, span.start), min(span.stop, last + 1)
        numbers.update(range(begin, end))
        begin = max(begin, end)
    return frozenset(numbers)


def book_of(
    path: Path,
    grids: Sequence[Grid],
    left_out: Sequence[Problem] = (),
    problems: Sequence[Problem] = (),
) -> Book:
    """The worksheets of a file, with the problems of sheets and cells left out, and other ones.

    UnreadableError if no sheet is left.
    """
    if left_out and not grids:
        raise why_skipped(left_out[0])
    far = [
        Problem("far-cell", str(path), grid.name, row, column_letters(column))
        for grid in grids
        for row, column in sorted(grid.strays)
    ]
    return Book(tuple(grids), (*problems, *left_out, *far))
