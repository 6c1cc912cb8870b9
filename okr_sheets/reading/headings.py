"""What a header says: which column is which, and the dates of its check-ins."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, lru_cache
from itertools import pairwise

from okr_sheets.files.grid import Value
from okr_sheets.language import REFERENCE, choice_keys, fold, headers, language
from okr_sheets.letters import column_letters
from okr_sheets.quarters import Span
from okr_sheets.reading.cells import Ask, as_text, parse
from okr_sheets.reading.days import is_buddhist
from okr_sheets.reading.meanings import (
    OBJECTIVE,
    check_in_day,
    flat_meanings,
    is_flat,
    meanings_of,
    words_of,
)
from okr_sheets.reading.periods import names_days
from okr_sheets.schema import CHECK_IN_PREFIX, OKRS, POINTS_PREFIX, SHEETS, Sheet

# A header row is told by these; without them a row of words is only a row of words.
TELLING = {
    "okrs": ("title", "target"),
    "actions": ("key_result", "action"),
    "log": ("date", "id"),
    "close": ("id", "decision"),
}
FEWEST = 3  # columns that a header names
_PLAN = ("title", "type", "baseline", "target")  # before the numbers of the quarter
_MOST_KEPT = 20_000  # letters and cells of rows that are kept to be known again

Cells = tuple[Value, ...]  # of a row


@dataclass(frozen=True, eq=False)
class Heading:
    """A header, wherever on a sheet it stands; columns count from 1.

    `cells` are those of its row, the lower one if machine keys stand above; `height` counts both.
    `span` are its columns; `meanings` gives the key of each. `odd` is the code of a problem of the
    header, "" if it is sound. `days_in_header` and `days_above` give the dates of check-in columns,
    as the header names them and as they stand in the row above, `above`, where the workbook's
    formulas look for them. `around` are the quarter's days, if they are known. `alike` gives the
    keys that misspelt headers resemble, see `Meanings`.
    """

    sheet: Sheet
    cells: Cells
    height: int
    span: range
    meanings: Mapping[int, str]
    language: str
    around: Span | None
    odd: str = ""
    days_in_header: Mapping[int, date] = field(default_factory=dict)
    days_above: Mapping[int, date] = field(default_factory=dict)
    above: Cells = ()
    alike: Mapping[int, Sequence[str]] = field(default_factory=dict)

    @property
    def has_keys(self) -> bool:
        """Whether machine keys stand above its words, as in a workbook of ours."""
        return self.height > 1 or bool(self.odd)

    @property
    def is_flat(self) -> bool:
        """Whether objectives have a column of their own, beside that of their key results."""
        return OBJECTIVE in self.meanings.values()

    def is_repeated_by(self, other: Heading) -> bool:
        """Whether the other gives its columns the same meanings."""
        same = (self.meanings.get(column) == key for column, key in other.meanings.items())
        return self.sheet is other.sheet and all(same)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The column of each key; of two columns with one meaning the first."""
        # Of two columns with one day above them the workbook finds the left one.
        by_rank = sorted(self.meanings, key=lambda it: it if it in self.days_above else math.inf)
        places: dict[str, int] = {}
        for column in by_rank:
            places.setdefault(self.meanings[column], column)
        return places

    @cached_property
    def columns(self) -> Mapping[str, int]:
        """The column of each key of the schema."""
        return {key: column for key, column in self.places.items() if key in self.sheet.keys}

    @cached_property
    def check_ins(self) -> Mapping[date, int]:
        """The column of each check-in date, in the order of the dates."""
        days = {day: column for key, column in self.places.items() if (day := check_in_day(key))}
        return dict(sorted(days.items()))

    @cached_property
    def letters(self) -> Mapping[str, str]:
        """Column letters by key; check-in columns by `checkin.` and their date."""
        days = {f"{CHECK_IN_PREFIX}{day}": column for day, column in self.check_ins.items()}
        return {key: column_letters(column) for key, column in {**self.columns, **days}.items()}

    @cached_property
    def copies(self) -> Mapping[int, str]:
        """The key of each column that has the meaning of another one."""
        return {c: key for c, key in self.meanings.items() if self.places[key] != c}

    @cached_property
    def twins(self) -> Mapping[int, int]:
        """The column whose date stands above a check-in, by column."""
        return {
            column: self.check_ins[above]
            for day, column in self.check_ins.items()
            if (above := self.days_above.get(column, day)) != day
        }

    @cached_property
    def buddhist(self) -> Mapping[int, bool]:
        """The check-ins with a date in a year such as 2570; whether it stands in the row above."""
        words = language(self.language)
        rows = {False: self.cells, True: self.above if self.days_above else ()}
        return {
            column: is_above
            for column in self.check_ins.values()
            for is_above, cells in rows.items()
            if is_buddhist(_cell(cells, column), words)
        }

    @cached_property
    def undated(self) -> Mapping[int, str]:
        """The header of each column without a meaning among the check-ins or with a day's name."""
        weeks = self.check_ins.values()
        first, last = min(weeks, default=0), max(weeks, default=0)
        if last:
            # “Week 6” behind the last week is one more, and so are numbers under nothing.
            while any(sign.isdigit() for sign in self._unknown(last + 1)):
                last += 1
            last += not self._unknown(last + 1)
        elif "current" not in self.columns:
            plan = (self.columns[key] for key in _PLAN if key in self.columns)
            first, last = max(plan, default=0) + 1, self.span.stop
        words = language(self.language)
        unknown = {c for c in range(1, self.span.stop) if c not in self.meanings}
        naming_days = {c for c in unknown if names_days(_cell(self.cells, c), words, self.around)}
        columns = sorted(naming_days.union(range(first, last + 1)) & unknown)
        return {column: self._unknown(column) for column in columns}

    def _unknown(self, column: int) -> str:
        """The text of a header without a meaning; "" for any other."""
        cell = _cell(self.cells, column)
        return "" if cell is None or column in self.meanings else as_text(cell)


def _cell(cells: Cells, column: int) -> Value:
    return cells[column - 1] if column <= len(cells) else None


def by_keys(
    row: Sequence[Value], above: Sequence[Value], below: Sequence[Value], around: Span | None
) -> tuple[Heading, ...]:
    """The heading with its machine keys in a row; none if the row has too few of them.

    `above` is the row where formulas look for dates, `below` that of the header's words. `around`,
    the quarter's days if they are known, decides what dates and weeks in headers mean.
    """
    return _kept(_by_keys, around, row, above, below)


def by_words(row: Sequence[Value], around: Span | None) -> tuple[Heading, ...]:
    """The headings in one row, by their words alone."""
    return _kept(_by_words, around, row)


Reader = Callable[..., Iterator[Heading]]


def _kept(read: Reader, around: Span | None, *rows: Sequence[Value]) -> tuple[Heading, ...]:
    """What `read` makes of rows; the trackers of a run have the same ones."""
    size = sum(len(cell) if isinstance(cell, str) else 1 for row in rows for cell in row)
    # 1 and TRUE are equal, and not the same.
    types = tuple(tuple(map(type, row)) for row in rows)
    recall = _recalled if size <= _MOST_KEPT else _recalled.__wrapped__
    return recall(read, around, types, *map(tuple, rows))


@lru_cache(maxsize=128)
def _recalled(
    read: Reader, around: Span | None, _types: tuple[tuple[type, ...], ...], *rows: Cells
) -> tuple[Heading, ...]:
    return tuple(read(around, *rows))


def _by_keys(around: Span | None, row: Cells, above: Cells, below: Cells) -> Iterator[Heading]:
    """The heading of machine keys.

    Whoever deletes, inserts or moves columns of the table alone leaves the keys where they were. So
    as soon as a header word stands under another column's key, only the words count.
    """
    keyed, sheet = max(((_keys(row, sheet), sheet) for sheet in SHEETS), key=lambda it: len(it[0]))
    if len({*keyed.values()} & {*sheet.keys}) < FEWEST - 1:
        return
    if _is_data(sheet, keyed, below):
        span = range(1, len(row) + 1)
        yield Heading(sheet, row, 1, span, keyed, REFERENCE, around, "header-gone")
        return
    span = next(_spans(below, {*keyed, *_filled(below)}))
    words, code, _ = meanings_of(below, sheet, span, around)
    places = {key: column for column, key in keyed.items()}
    moved = any(
        keyed.get(column, key) != key and key in places and words.get(places[key]) != key
        for column, key in words.items()
        if not check_in_day(key)
    )
    # A column that someone put in has no key; a check-in's header is the later word.
    in_header = {c: day for c, key in words.items() if (day := check_in_day(key))}
    new = {c: key for c, key in words.items() if c not in keyed or (c in in_header and c in keyed)}
    meanings = words if moved else {**keyed, **new}
    odd = "keys-moved" if moved else ""
    # Where the table alone was moved, the days above it stayed too.
    days = {} if moved else _days_above(above, meanings, code, around)
    counted = {c: day for c, day in days.items() if c not in _taken(days, in_header)}
    meanings |= {c: f"{CHECK_IN_PREFIX}{day}" for c, day in counted.items()}
    yield Heading(sheet, below, 2, span, meanings, code, around, odd, in_header, days, above)


def _days_above(
    row: Cells, meanings: Mapping[int, str], code: str, around: Span | None
) -> dict[int, date]:
    """The dates in the row above the keys, by column, which the workbook's formulas look up.

    Texts there do not count, as in the formulas.
    """
    ask = Ask(language(code), around=around)
    days = {}
    for column, cell in enumerate(row, 1):
        key = meanings.get(column, "")
        if isinstance(cell, str) or (key and not check_in_day(key)):
            continue
        if day := parse("date", cell, ask).value:
            days[column] = day
    return days


def _taken(above: Mapping[int, date], in_header: Mapping[int, date]) -> set[int]:
    """The columns under the date of another column, whose own date their header names.

    The formulas find only the first column of a date. It belongs to the column whose header names
    it, or else to the first.
    """
    taken: set[int] = set()
    for day in {day for day, count in Counter(above.values()).items() if count > 1}:
        alike = sorted(column for column, each in above.items() if each == day)
        owner = next((column for column in alike if in_header.get(column, day) == day), alike[0])
        taken.update(column for column in alike if in_header.get(column, day) != day)
        taken.discard(owner)
    free = Counter(in_header[column] for column in taken)
    free.subtract(day for column, day in above.items() if column not in taken)
    return {column for column in taken if free[in_header[column]] == 1}


def _keys(row: Cells, sheet: Sheet) -> dict[int, str]:
    """The machine keys of a row by column: columns' keys without prefix, dates' keys whole."""
    keys = {}
    for column, cell in enumerate(row, 1):
        if not isinstance(cell, str):
            continue
        key = cell.removeprefix(f"{sheet.prefix}.")
        if (
            (key != cell and key in sheet.keys)
            or check_in_day(cell)
            or cell.startswith(POINTS_PREFIX)
        ):
            keys[column] = key
    return keys


def _is_data(sheet: Sheet, keyed: Mapping[int, str], row: Cells) -> bool:
    """Whether a row below machine keys holds a number, a date or a choice, so is no header."""
    cells = {key: row[column - 1] for column, key in keyed.items() if column <= len(row)}
    for key in cells.keys() & set(sheet.keys):
        cell, lists = cells[key], (key, f"{sheet.prefix}_{key}")
        if isinstance(cell, str) and sheet[key].kind == "choice":
            if any(fold(cell) in choice_keys(each) for each in lists):
                return True
        elif cell is not None and not isinstance(cell, str):
            return True
    return False


def _by_words(around: Span | None, row: Cells) -> Iterator[Heading]:
    """The headings in one row."""
    for span in _spans(row, _filled(row)):
        read = {sheet.key: (sheet, meanings_of(row, sheet, span, around)) for sheet in SHEETS}
        flat = flat_meanings(row, span, around)
        if is_flat(flat.keys.values()):
            read[OKRS.key] = OKRS, flat
        candidates = [each for each in read.values() if _is_header(each[0], each[1].keys.values())]
        if candidates:
            sheet, said = max(candidates, key=lambda each: len(each[1].keys))
            yield Heading(sheet, row, 1, span, said.keys, said.language, around, alike=said.alike)


def _filled(row: Cells) -> set[int]:
    return {column for column, cell in enumerate(row, 1) if cell is not None}


def _spans(row: Cells, filled: set[int]) -> Iterator[range]:
    """The columns of each header in a row; blank columns end one only if another header begins."""
    gaps = [pair for pair in pairwise(sorted(filled)) if pair[1] > pair[0] + 1]
    starts = (min(filled), *(right for _, right in gaps))
    stops = (*(left + 1 for left, _ in gaps), max(filled) + 1)
    first, *runs = map(range, starts, stops)
    named = _keys_named(row, first) if runs else {}
    for run in runs:
        more = _keys_named(row, run)
        if _begins_another(named, more):
            yield first
            first, named = run, more
        else:
            first = range(first.start, run.stop)
            for key, names in more.items():
                named[key] |= names
    yield first


def _begins_another(named: Mapping[str, set[str]], more: Mapping[str, set[str]]) -> bool:
    """Whether a run of words fits another kind of table better, or is a full header again.

    `named` are the keys that the words before it name, by kind of table; `more` are its own.
    """
    sheet = max(SHEETS, key=lambda sheet: len(named[sheet.key]))
    here = more[sheet.key]
    again = _is_header(sheet, here) and bool(here & named[sheet.key])
    return again or len(here) < max(map(len, more.values()))


def _keys_named(row: Cells, span: range) -> dict[str, set[str]]:
    """The keys of the columns that the words in a part of a row mean, by kind of table."""
    texts = [cell for cell in row[span.start - 1 : span.stop - 1] if isinstance(cell, str)]
    words, known = words_of(texts), {sheet.key: headers(sheet.key) for sheet in SHEETS}
    return {
        key: {by_word[word][0] for word in words if word in by_word}
        for key, by_word in known.items()
    }


def _is_header(sheet: Sheet, meanings: Collection[str]) -> bool:
    if sheet is OKRS and is_flat(meanings):
        return True
    keys = {key for key in meanings if key in sheet.keys}
    return len(keys) >= FEWEST and keys.issuperset(TELLING[sheet.key])
