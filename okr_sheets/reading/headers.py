"""Where a sheet's table stands, and which column is which."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from okr_sheets.language import REFERENCE, fold, headers, language
from okr_sheets.problems import Problem
from okr_sheets.reading.cells import shown
from okr_sheets.reading.days import date_from_text
from okr_sheets.reading.grid import Grid, Value
from okr_sheets.reading.guard import column_letters
from okr_sheets.schema import CHECK_IN_PREFIX, OKRS, POINTS_PREFIX, SHEETS, Sheet

TOP = 60  # a table's header stands in the first rows, under titles at the most

# A header row is told by these; without them a row of words is only a row of words.
TELLING = {"okrs": {"title", "target"}, "actions": {"key_result", "action"}, "log": {"date", "id"}}
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


@dataclass(frozen=True)
class Table:
    """A table of one of our sheets: the row of its header, and its columns (from 1) by key.

    `check_ins` maps a date to the column of that date's numbers. `copies` are columns that say
    what another one says already, with that one's key; `undated` those that stand among the
    check-ins under no date, with their header. Rows in `repeats` only say the header again;
    `second` is the row, if any, where a header of other columns ends the table.
    """

    sheet: Sheet
    grid: Grid
    header: int
    columns: Mapping[str, int]
    check_ins: Mapping[date, int]
    language: str
    copies: Mapping[int, str] = field(default_factory=dict)
    undated: Mapping[int, str] = field(default_factory=dict)
    repeats: frozenset[int] = frozenset()
    second: int = 0

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
        """A problem of this table, at the cell that the row and the column's key name."""
        letter = self.letters.get(key, "")
        return Problem(code, path, self.grid.name, row, letter, key, given, words or {})

    def rows(self) -> Iterator[tuple[int, list[Value]]]:
        """Each row below the header with its number, blank ones too."""
        last = self.second - 1 if self.second else len(self.grid.rows)
        for number in range(self.header + 1, last + 1):
            if number not in self.repeats:
                yield number, self.grid.rows[number - 1]


def find(grid: Grid) -> Table | None:
    """The table of OKRs, actions or log on a sheet: by its machine keys, else by header words."""
    return _by_keys(grid) or _by_words(grid)


def _by_keys(grid: Grid) -> Table | None:
    for number, row in enumerate(grid.rows[:TOP], 1):
        for sheet in SHEETS:
            keyed = _keys(row, sheet)
            if len({key for key in keyed.values() if key in sheet.keys}) >= 2:
                header = number + 1
                below = grid.rows[number] if number < len(grid.rows) else []
                by_words, language = _meanings(below, sheet)
                # A column that someone put in has no machine key: its header speaks for it.
                rest = {c: key for c, key in by_words.items() if c not in keyed}
                return _table(sheet, grid, header, {**keyed, **rest}, language)
    return None


def _keys(row: Sequence[Value], sheet: Sheet) -> dict[int, str]:
    """The machine keys of a row, by column: ours without their prefix, the others as they are."""
    keys = {}
    for column, cell in enumerate(row, 1):
        if not isinstance(cell, str):
            continue
        key = cell.removeprefix(f"{sheet.prefix}.")
        if (key != cell and key in sheet.keys) or _check_in(cell) or cell.startswith(POINTS_PREFIX):
            keys[column] = key
    return keys


def _by_words(grid: Grid) -> Table | None:
    for number, row in enumerate(grid.rows[:TOP], 1):
        told = [(sheet, *_meanings(row, sheet)) for sheet in SHEETS]
        told = [each for each in told if _is_header(each[0], each[1])]
        if told:
            sheet, meanings, language = max(told, key=lambda each: len(each[1]))
            return _table(sheet, grid, number, meanings, language)
    return None


def _is_header(sheet: Sheet, meanings: Mapping[int, str]) -> bool:
    keys = {key for key in meanings.values() if key in sheet.keys}
    return len(keys) > 2 and TELLING[sheet.key] <= keys


def _meanings(row: Sequence[Value], sheet: Sheet) -> tuple[dict[int, str], str]:
    """What the words of a header row mean, by column, and the language most of them are in."""
    found: dict[int, str] = {}
    spoken: Counter[str] = Counter()
    known = headers(sheet.key)
    for column, cell in enumerate(row, 1):
        if isinstance(cell, str) and (meaning := known.get(fold(cell))):
            found[column] = meaning[0]
            spoken.update(meaning[1])
    code = spoken.most_common(1)[0][0] if spoken else REFERENCE
    if sheet is OKRS and len(set(found.values())) > 1:
        for column, cell in enumerate(row, 1):
            if column not in found and (day := _date(cell) or _date_in_words(cell, code)):
                found[column] = f"{CHECK_IN_PREFIX}{day}"
    return found, code


def _table(
    sheet: Sheet, grid: Grid, header: int, meanings: Mapping[int, str], language: str
) -> Table:
    """The table under a header; of two columns that mean one thing the first given counts."""
    places: dict[str, int] = {}
    for column, key in meanings.items():
        places.setdefault(key, column)
    copies = {column: key for column, key in meanings.items() if places[key] != column}
    check_ins = {day: column for key, column in places.items() if (day := _check_in(key))}
    columns = {key: column for key, column in places.items() if key in sheet.keys}
    repeats, second = _headers_below(sheet, grid, header, meanings)
    row = grid.rows[header - 1] if header <= len(grid.rows) else []
    among = range(min(check_ins.values()), max(check_ins.values()) + 2) if check_ins else range(0)
    undated = {
        column: shown(row[column - 1]) if column <= len(row) and row[column - 1] else ""
        for column in among
        if column not in meanings
    }
    # The neighbour of the last week is one more week, unless it says that it is something else.
    last = among.stop - 1
    if undated.get(last) and not any(sign.isdigit() for sign in undated[last]):
        del undated[last]
    check_ins = dict(sorted(check_ins.items()))
    return Table(
        sheet, grid, header, columns, check_ins, language, copies, undated, repeats, second
    )


def _headers_below(
    sheet: Sheet, grid: Grid, header: int, meanings: Mapping[int, str]
) -> tuple[frozenset[int], int]:
    """The rows that say the header again, and the first that says another one; 0 for none."""
    repeats: set[int] = set()
    for number in range(header + 1, len(grid.rows) + 1):
        found, _ = _meanings(grid.rows[number - 1], sheet)
        if not _is_header(sheet, found):
            continue
        if any(meanings.get(column) != key for column, key in found.items()):
            return frozenset(repeats), number
        repeats.add(number)
    return frozenset(repeats), 0


def _check_in(key: str) -> date | None:
    """The date of a check-in column's key; None for any other key."""
    if not key.startswith(CHECK_IN_PREFIX):
        return None
    return _date(key.removeprefix(CHECK_IN_PREFIX))


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
