"""A sheet's tables: which column is which, and which check-ins the workbook misses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from itertools import takewhile

from okr_sheets.files.grid import Grid, Value
from okr_sheets.files.guard import LAST_COLUMN
from okr_sheets.letters import column_letters, column_number
from okr_sheets.problems import Problem
from okr_sheets.quarters import Span
from okr_sheets.reading.headers import Header, find_headers
from okr_sheets.reading.headings import Heading
from okr_sheets.reading.scan import Scan
from okr_sheets.schema import CHECK_IN_PREFIX, Sheet


@dataclass(frozen=True)
class Table:
    """A table of OKRs, actions, remarks or closing words on a sheet; rows and columns count from 1.

    `heading` says which column is which. `header` is its row, `last` the last row of the table,
    `repeats` are rows between that repeat the header. `seconds` are the headers of further tables
    of the kind, which are not read: their row, and their column letter if they do not stand below
    this table. `day_row` is the row with the dates that the workbook's formulas look up, 0 if there
    is none, and `astray` by column the code of why they leave a check-in out, or date it otherwise.
    `bounds` are the columns in which nothing but the table can be meant.
    """

    heading: Heading
    grid: Grid
    header: int
    last: int
    repeats: frozenset[int]
    seconds: Sequence[tuple[int, str]]
    day_row: int
    astray: Mapping[int, str]
    bounds: range

    @property
    def sheet(self) -> Sheet:
        """What kind of table it is."""
        return self.heading.sheet

    @property
    def columns(self) -> Mapping[str, int]:
        """The column of each key."""
        return self.heading.columns

    @property
    def check_ins(self) -> Mapping[date, int]:
        """The column of each check-in date, in their order."""
        return self.heading.check_ins

    @property
    def letters(self) -> Mapping[str, str]:
        """Column letters by key; check-in columns by `checkin.` and their date."""
        return self.heading.letters

    @property
    def objective_letters(self) -> Mapping[str, str]:
        """The letters of a flat table's columns that say what an objective is, by key."""
        return {}

    @property
    def is_flat(self) -> bool:
        """Whether objectives share the rows of key results."""
        return False

    @property
    def uses_progress(self) -> bool:
        """Whether progress is read, and not worked out."""
        return False

    @property
    def objective_rows(self) -> Mapping[int, int]:
        """The row of the objective of each key result, by its row, in a flat table."""
        return {}

    @property
    def buddhist(self) -> dict[int, int]:
        """The row of the date of each check-in that has one in a year such as 2570, by column."""
        places = self.heading.buddhist.items()
        return {column: self.day_row if above else self.header for column, above in places}

    def problem(
        self,
        path: str,
        code: str,
        row: int,
        key: str = "",
        given: str = "",
        words: Mapping[str, str] | None = None,
    ) -> Problem:
        """A problem at the cell in this row and in the column with this key."""
        letter = self.letters.get(key, "")
        return Problem(code, path, self.grid.name, row, letter, key, given, words or {})

    def rows(self) -> Iterator[tuple[int, list[Value]]]:
        """The number and cells of each row below the header, blank rows too."""
        for number in range(self.header + 1, self.last + 1):
            if number not in self.repeats:
                yield number, self.grid.rows[number - 1]

    def filled(self, keys: AbstractSet[str]) -> Iterator[tuple[int, dict[str, Value]]]:
        """The number of each row, and its filled cells in the columns of these keys and all dates.

        Cells come by key, those of dates last, by `checkin.` and the date.
        """
        days = {f"{CHECK_IN_PREFIX}{day}": at for day, at in self.check_ins.items()}
        places = [(key, at - 1) for key, at in self.columns.items() if key in keys]
        places += [(key, at - 1) for key, at in days.items()]
        for number, cells in self.rows():
            width = len(cells)
            yield (
                number,
                {key: cell for key, at in places if at < width and (cell := cells[at]) is not None},
            )


def find_tables(scan: Scan, around: Span | None = None) -> list[Table]:
    """The tables on a sheet, by their machine keys or header words: the first of each kind.

    `around`, the quarter's days if they are known, decides what dates and weeks in headers mean.
    """
    all_headers = find_headers(scan, around)
    firsts: dict[str, Header] = {}
    for header in all_headers:
        firsts.setdefault(header.heading.sheet.key, header)
    return [_table(scan.grid, header, all_headers) for header in firsts.values()]


def _table(grid: Grid, header: Header, all_headers: Sequence[Header]) -> Table:
    """The table under a header."""
    heading = header.heading
    below = [other for other in all_headers if header.is_above(other)]
    repeats = [*takewhile(lambda other: heading.is_repeated_by(other.heading), below)]
    others = [each for each in all_headers if each not in (header, *repeats)]
    seconds = [each for each in others if each.heading.sheet is heading.sheet]
    day_row = header.top - 1 if heading.days_above else 0
    return Table(
        heading,
        grid,
        header.row,
        below[len(repeats)].top - 1 if below[len(repeats) :] else len(grid.rows),
        frozenset(number for each in repeats for number in each.rows),
        [
            (each.row, "" if header.is_above(each) else column_letters(each.heading.span.start))
            for each in seconds
        ],
        day_row,
        _astray(grid, heading, day_row),
        heading.span if others else range(1, LAST_COLUMN + 1),
    )


def _astray(grid: Grid, heading: Heading, day_row: int) -> dict[int, str]:
    """The code of why the formulas leave a check-in out, or date it otherwise, by column."""
    if not day_row:
        return {}
    reach = _reach(grid, day_row, heading.columns.get("checked"))
    codes = {}
    for day, column in heading.check_ins.items():
        if reach and column not in reach:
            codes[column] = "week-out-of-reach"
        elif column not in heading.days_above:
            codes[column] = "week-without-date"
        elif heading.days_above[column] != day:
            codes[column] = "week-date-taken"
        elif heading.days_in_header.get(column, day) != day:
            codes[column] = "week-dated-twice"
    return codes


def _reach(grid: Grid, day_row: int, column: int | None) -> range | None:
    """The columns in whose dates the formulas of `column` look; None if there is no formula."""
    days = re.compile(rf"R{day_row}C([A-Z]+):\.?R{day_row}C([A-Z]+)")
    formulas = grid.formulas or {}
    for cell in formulas:
        if cell[1] == column and (match := days.search(formulas[cell])):
            first, last = map(column_number, match.groups())
            return range(first, last + 1)
    return None
