"""Where a sheet's table stands, and which column is which."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from okr_sheets.language import REFERENCE, fold, headers, language
from okr_sheets.reading.cells import date_from_text
from okr_sheets.reading.grid import Grid, Value
from okr_sheets.reading.guard import column_letters
from okr_sheets.schema import CHECK_IN_PREFIX, OKRS, SHEETS, Sheet

TOP = 60  # a table's header stands in the first rows, under titles at the most

# A header row is told by these; without them a row of words is only a row of words.
TELLING = {"okrs": {"title", "target"}, "actions": {"key_result", "action"}, "log": {"date", "id"}}
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


@dataclass(frozen=True, slots=True)
class Table:
    """A table of one of our sheets: the row of its header, and its columns (from 1) by key.

    `check_ins` maps a date to the column of that date's numbers.
    """

    sheet: Sheet
    grid: Grid
    header: int
    columns: Mapping[str, int]
    check_ins: Mapping[date, int]
    language: str

    @property
    def letters(self) -> dict[str, str]:
        """Column letters by key; check-in columns by `checkin.` and their date."""
        keys = dict(self.columns)
        keys |= {f"{CHECK_IN_PREFIX}{day}": column for day, column in self.check_ins.items()}
        return {key: column_letters(column) for key, column in keys.items()}

    def rows(self) -> Iterator[tuple[int, list[Value]]]:
        """Each row below the header with its number, blank ones too."""
        for number in range(self.header + 1, len(self.grid.rows) + 1):
            yield number, self.grid.rows[number - 1]


def find(grid: Grid) -> Table | None:
    """The table of OKRs, actions or log on a sheet: by its machine keys, else by header words."""
    return _by_keys(grid) or _by_words(grid)


def _by_keys(grid: Grid) -> Table | None:
    for number, row in enumerate(grid.rows[:TOP], 1):
        for sheet in SHEETS:
            prefix = f"{sheet.prefix}."
            # From right to left, so that of a column and its copy the left one counts.
            keys = {
                cell.removeprefix(prefix): column
                for column, cell in reversed(list(enumerate(row, 1)))
                if isinstance(cell, str) and cell.startswith(prefix)
            }
            columns = {key: column for key, column in keys.items() if key in sheet.keys}
            if len(columns) < 2:
                continue
            dated = {
                day: column
                for column, cell in reversed(list(enumerate(row, 1)))
                if isinstance(cell, str)
                and cell.startswith(CHECK_IN_PREFIX)
                and (day := _date(cell.removeprefix(CHECK_IN_PREFIX)))
            }
            header = number + 1
            by_words, more, language = _match(grid, header, sheet)
            taken = {*columns.values(), *dated.values()}
            # A column that someone put in has no machine key: its header speaks for it.
            columns = {k: c for k, c in by_words.items() if c not in taken} | columns
            dated = {d: c for d, c in more.items() if c not in taken and d not in dated} | dated
            return Table(sheet, grid, header, columns, _sorted(dated), language)
    return None


def _by_words(grid: Grid) -> Table | None:
    best: Table | None = None
    for number in range(1, min(len(grid.rows), TOP) + 1):
        for sheet in SHEETS:
            columns, dated, language = _match(grid, number, sheet)
            if not TELLING[sheet.key] <= columns.keys() or len(columns) < 3:
                continue
            if best is None or len(columns) > len(best.columns):
                best = Table(sheet, grid, number, columns, _sorted(dated), language)
    return best


def _sorted(dated: Mapping[date, int]) -> dict[date, int]:
    return dict(sorted(dated.items()))


def _match(grid: Grid, number: int, sheet: Sheet) -> tuple[dict[str, int], dict[date, int], str]:
    columns: dict[str, int] = {}
    dated: dict[date, int] = {}
    spoken: Counter[str] = Counter()
    row = grid.rows[number - 1] if number <= len(grid.rows) else []
    known = headers(sheet.key)
    for column, cell in enumerate(row, 1):
        if isinstance(cell, str) and fold(cell) in known:
            key, codes = known[fold(cell)]
            columns.setdefault(key, column)
            spoken.update(codes)
    code = spoken.most_common(1)[0][0] if spoken else REFERENCE
    if sheet is OKRS and len(columns) > 1:
        taken = set(columns.values())
        for column, cell in enumerate(row, 1):
            if column not in taken and (day := _date(cell) or _date_in_words(cell, code)):
                dated.setdefault(day, column)
    return columns, dated, code


def _date(cell: object) -> date | None:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    found = _ISO.fullmatch(cell.strip()) if isinstance(cell, str) else None
    try:
        return date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None


def _date_in_words(cell: object, code: str) -> date | None:
    """A header such as 8.1.2027, as programs and people write dates in a language."""
    if not isinstance(cell, str) or not cell.strip()[:1].isdigit():
        return None
    return date_from_text(cell.strip().removesuffix("00:00:00"), language(code))


def words_seen(grid: Grid) -> str:
    """The fullest of the first rows, for a message about a table that was not found."""
    rows = [[str(cell) for cell in row if isinstance(cell, str)] for row in grid.rows[:TOP]]
    return ", ".join(max(rows, key=len, default=[])[:8])
