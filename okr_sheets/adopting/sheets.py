"""Sheets as people keep them: the cells of a grid, and what their looks say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from okr_sheets.adopting.looks import Looks
from okr_sheets.files.books import read_book
from okr_sheets.files.grid import Cell, Grid, Value
from okr_sheets.letters import column_letters
from okr_sheets.problems import Problem
from okr_sheets.reading.scan import Scan
from okr_sheets.reading.settings import Labels, by_keys

READ_SHEETS = f"{__name__}:read_sheets"  # for `files.child`


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet of a file: `rows[r - 1][c - 1]` is the cell in row r, column c.

    `width` is the number of its columns. `is_turned` if rows and columns are swapped, so that cells
    keep the names they have in the file.
    """

    file: str
    name: str
    rows: list[list[Value]]
    formats: Mapping[Cell, str] = field(default_factory=dict)
    looks: Looks = field(default_factory=Looks)
    untyped: bool = False
    hidden: bool = False
    is_turned: bool = False
    width: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "width", max(map(len, self.rows), default=0))

    def value(self, row: int, column: int) -> Value:
        """What a cell says; of cells merged downwards what the first one says, None if blank."""
        top = self.looks.merged.get((row, column), (row, column))
        row = top[0] if top[1] == column else row
        cells = self.rows[row - 1] if row <= len(self.rows) else []
        value = cells[column - 1] if column <= len(cells) else None
        return None if isinstance(value, str) and not value.strip() else value

    def filled(self, row: int) -> dict[int, Value]:
        """The filled cells of a row by their columns."""
        columns = range(1, self.width + 1)
        return {c: value for c in columns if (value := self.value(row, c)) is not None}

    @property
    def first_cell(self) -> str:
        """The name of the first filled cell."""
        for row in range(1, len(self.rows) + 1):
            for column in self.filled(row):
                return self.cell(row, column)
        return ""

    def cell(self, row: int, column: int) -> str:
        """The name of a cell in the file: B7."""
        row, column = (column, row) if self.is_turned else (row, column)
        return f"{column_letters(column)}{row}"

    def line(self, column: int) -> str:
        """The name of a column in the file: its letter, or the number of its row if turned."""
        return str(column) if self.is_turned else column_letters(column)

    def turned(self) -> Sheet:
        """The same sheet with rows and columns swapped."""
        width = self.width
        rows = [[*row, *[None] * (width - len(row))] for row in self.rows]
        return replace(
            self,
            rows=[list(column) for column in zip(*rows, strict=True)],
            formats={(column, row): code for (row, column), code in self.formats.items()},
            looks=self.looks.turned(),
            is_turned=not self.is_turned,
        )


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds: its sheets, problems of reading, and whether it is a tracker already."""

    sheets: tuple[Sheet, ...]
    problems: tuple[Problem, ...] = ()
    is_tracker: bool = False


def read_sheets(place: Path, path: str) -> Found:
    """The sheets of the file at `place`, which is named as `path`, without their looks.

    UnreadableError with the reason if nothing can be read; MemoryError, and nothing else.
    """
    book = read_book(place)
    sheets = tuple(_sheets(path, book.grids))
    problems = tuple(replace(problem, path=path) for problem in book.problems)
    is_tracker = bool(by_keys(Labels(Scan(grid)) for grid in book.grids))
    return Found(sheets, problems, is_tracker)


def _sheets(path: str, grids: tuple[Grid, ...]) -> Iterator[Sheet]:
    for grid in grids:
        if any(value is not None for row in grid.rows for value in row):
            yield Sheet(
                path,
                grid.name,
                grid.rows,
                dict(grid.formats),
                untyped=grid.untyped,
                hidden=grid.hidden,
            )
