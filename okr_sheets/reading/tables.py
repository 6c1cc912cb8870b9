"""A sheet's tables: which column is which, and which check-ins the workbook misses."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import takewhile

from okr_sheets.files.grid import Grid, Value
from okr_sheets.language import language
from okr_sheets.letters import column_letters, column_number
from okr_sheets.problems import Problem
from okr_sheets.quarters import Span
from okr_sheets.reading.cells import as_text
from okr_sheets.reading.days import is_buddhist
from okr_sheets.reading.headers import Header, check_in_day, find_headers
from okr_sheets.reading.periods import names_days
from okr_sheets.schema import CHECK_IN_PREFIX, Sheet

_PLAN = ("title", "type", "baseline", "target")  # before the numbers of the quarter


@dataclass(frozen=True)
class Table:
    """A table of OKRs, actions or remarks on a sheet; rows and columns count from 1.

    `header` is the row of the header, `last` the last row, `repeats` rows between that repeat the
    header. `columns` gives the column of each key, `check_ins` that of each date, `day_row` the row
    with the dates that the workbook's formulas look up, 0 if there is none. `odd` is the code of
    the header's problem, "" if it is sound. By column:

    - `copies`: the key of an earlier column with the same meaning;
    - `undated`: the header of a column among the check-ins that names no date;
    - `buddhist`: the row with its date in a year such as 2570;
    - `astray`: the code of why the formulas leave a check-in out, or date it otherwise;
    - `twins`: the column whose date stands above this one.

    `seconds` are the headers of further tables of the kind, which are not read: their row, and
    their column letter if they do not stand below this table.
    """

    sheet: Sheet
    grid: Grid
    header: int
    columns: Mapping[str, int]
    check_ins: Mapping[date, int]
    language: str
    last: int
    copies: Mapping[int, str] = field(default_factory=dict)
    undated: Mapping[int, str] = field(default_factory=dict)
    buddhist: Mapping[int, int] = field(default_factory=dict)
    repeats: frozenset[int] = frozenset()
    seconds: Sequence[tuple[int, str]] = ()
    odd: str = ""
    astray: Mapping[int, str] = field(default_factory=dict)
    twins: Mapping[int, int] = field(default_factory=dict)
    day_row: int = 0

    @cached_property
    def letters(self) -> dict[str, str]:
        """Column letters by key; check-in columns by `checkin.` and their date."""
        keys = dict(self.columns)
        keys |= {f"{CHECK_IN_PREFIX}{day}": column for day, column in self.check_ins.items()}
        return {key: column_letters(column) for key, column in keys.items()}

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


def find_tables(grid: Grid, around: Span | None = None) -> list[Table]:
    """The tables on a sheet, by their machine keys or header words: the first of each kind.

    `around`, the quarter's days if they are known, decides what dates and weeks in headers mean.
    """
    all_headers = find_headers(grid, around)
    firsts: dict[str, Header] = {}
    for header in all_headers:
        firsts.setdefault(header.sheet.key, header)
    return [_table(grid, header, all_headers, around) for header in firsts.values()]


def _table(grid: Grid, header: Header, all_headers: Sequence[Header], around: Span | None) -> Table:
    """The table under a header; of two columns with one meaning the first counts."""
    places: dict[str, int] = {}
    # Of two columns with one day above them the workbook finds the left one.
    for column in sorted(
        header.meanings, key=lambda it: it if it in header.days_above else math.inf
    ):
        places.setdefault(header.meanings[column], column)
    check_ins = {day: column for key, column in places.items() if (day := check_in_day(key))}
    columns = {key: column for key, column in places.items() if key in header.sheet.keys}
    below = [other for other in all_headers if header.is_above(other)]
    repeats = [*takewhile(header.is_repeated_by, below)]
    others = (
        each
        for each in all_headers
        if each.sheet is header.sheet and each not in (header, *repeats)
    )
    return Table(
        header.sheet,
        grid,
        header.rows[-1],
        columns,
        dict(sorted(check_ins.items())),
        header.language,
        below[len(repeats)].rows[0] - 1 if below[len(repeats) :] else len(grid.rows),
        copies={c: key for c, key in header.meanings.items() if places[key] != c},
        undated=_undated(grid, header, columns, check_ins.values(), around),
        buddhist=_buddhist(grid, header, check_ins.values()),
        repeats=frozenset(number for each in repeats for number in each.rows),
        seconds=[
            (each.rows[-1], "" if header.is_above(each) else column_letters(each.span.start))
            for each in others
        ],
        odd=header.odd,
        astray=_astray(grid, header, columns, check_ins),
        twins={
            column: check_ins[above]
            for day, column in check_ins.items()
            if (above := header.days_above.get(column, day)) != day
        },
        day_row=header.rows[0] - 1 if header.days_above else 0,
    )


def _buddhist(grid: Grid, header: Header, weeks: Iterable[int]) -> dict[int, int]:
    """The check-ins with a date in a year such as 2570: the row of that date by column."""
    rows = [header.rows[-1], *([header.rows[0] - 1] if header.days_above else [])]
    words = language(header.language)
    places = ((c, row) for c in weeks for row in rows if is_buddhist(grid.cell(row, c), words))
    return dict(places)


def _astray(
    grid: Grid, header: Header, columns: Mapping[str, int], check_ins: Mapping[date, int]
) -> dict[int, str]:
    """The code of why the formulas leave a check-in out, or date it otherwise, by column."""
    if not header.days_above:
        return {}
    reach = _reach(grid, header.rows[0] - 1, columns.get("checked"))
    codes = {}
    for day, column in check_ins.items():
        if reach and column not in reach:
            codes[column] = "week-out-of-reach"
        elif column not in header.days_above:
            codes[column] = "week-without-date"
        elif header.days_above[column] != day:
            codes[column] = "week-date-taken"
        elif header.days_in_header.get(column, day) != day:
            codes[column] = "week-dated-twice"
    return codes


def _reach(grid: Grid, day_row: int, column: int | None) -> range | None:
    """The columns in whose dates the formulas of `column` look; None if there is no formula."""
    days = re.compile(rf"R{day_row}C([A-Z]+):\.?R{day_row}C([A-Z]+)")
    for (_, at), formula in (grid.formulas or {}).items():
        if at == column and (match := days.search(formula)):
            first, last = map(column_number, match.groups())
            return range(first, last + 1)
    return None


def _undated(
    grid: Grid,
    header: Header,
    columns: Mapping[str, int],
    weeks: Iterable[int],
    around: Span | None,
) -> dict[int, str]:
    """The header of each column without a meaning that is among the check-ins or names a day."""

    def header_of(column: int) -> str:
        cell = grid.cell(header.rows[-1], column)
        return "" if cell is None or column in header.meanings else as_text(cell)

    first, last = min(weeks, default=0), max(weeks, default=0)
    if last:
        # “Week 6” behind the last week is one more, and so are numbers under nothing.
        while any(sign.isdigit() for sign in header_of(last + 1)):
            last += 1
        last += not header_of(last + 1)
    elif "current" not in columns:
        first = max((columns[key] for key in _PLAN if key in columns), default=0) + 1
        last = header.span.stop
    words = language(header.language)
    unknown = [column for column in range(1, header.span.stop) if column not in header.meanings]
    cells = ((column, grid.cell(header.rows[-1], column)) for column in unknown)
    naming_days = {column for column, cell in cells if names_days(cell, words, around)}
    return {c: header_of(c) for c in sorted(naming_days.union(range(first, last + 1)) & {*unknown})}
