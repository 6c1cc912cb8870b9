"""Where headers stand on a sheet, and what their columns mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import pairwise

from okr_sheets.files.grid import TOP, Grid, Value
from okr_sheets.language import REFERENCE, Language, choice_keys, fold, headers, language
from okr_sheets.problems import Problem
from okr_sheets.quarters import Span, common_day
from okr_sheets.reading.cells import Ask, as_text, parse
from okr_sheets.reading.periods import last_days
from okr_sheets.schema import CHECK_IN_PREFIX, OKRS, POINTS_PREFIX, SHEETS, Sheet

LONGEST = 60  # characters of a header

# A header row is told by these; without them a row of words is only a row of words.
TELLING = {"okrs": ("title", "target"), "actions": ("key_result", "action"), "log": ("date", "id")}
FEWEST = 3  # columns that a header names
_PREFIXES = tuple(f"{sheet.prefix}." for sheet in SHEETS)


@dataclass(frozen=True, eq=False)
class Header:
    """A header on a sheet; columns count from 1.

    `rows` are its row numbers, two if machine keys stand above; `span` are its columns; `meanings`
    gives the key of each column. `odd` is the code of a problem of the header, "" if it is sound.
    `days_in_header` and `days_above` give the dates of check-in columns, as the header names them
    and as they stand in the row above, where the workbook's formulas look for them.
    """

    sheet: Sheet
    rows: range
    span: range
    meanings: Mapping[int, str]
    language: str
    odd: str = ""
    days_in_header: Mapping[int, date] = field(default_factory=dict)
    days_above: Mapping[int, date] = field(default_factory=dict)

    def is_above(self, other: Header) -> bool:
        """Whether the other stands further down in this one's columns."""
        shared = self.span.start < other.span.stop and other.span.start < self.span.stop
        return shared and self.rows[-1] < other.rows[0]

    def is_repeated_by(self, other: Header) -> bool:
        """Whether the other gives its columns the same meanings."""
        same = (self.meanings.get(column) == key for column, key in other.meanings.items())
        return self.sheet is other.sheet and all(same)


def find_headers(grid: Grid, around: Span | None) -> list[Header]:
    """All headers on a sheet, row by row, left to right.

    `around`, the quarter's days if they are known, decides what dates and weeks in headers mean.
    """
    on_sheet: list[Header] = []
    for number, row in enumerate(grid.rows, 1):
        if number > TOP and not on_sheet:
            break
        if on_sheet and number in on_sheet[-1].rows:
            continue
        texts = [cell for cell in row if isinstance(cell, str)]
        if any(text.startswith(_PREFIXES) for text in texts):
            on_sheet += _by_keys(grid, number, around)
        elif len(_folded(texts) & _header_words()) >= FEWEST:
            on_sheet += _by_words(row, number, around)
    return on_sheet


def _by_keys(grid: Grid, number: int, around: Span | None) -> Iterator[Header]:
    """The header with its machine keys in this row; none if the row has too few of them.

    Whoever deletes, inserts or moves columns of the table alone leaves the keys where they were. So
    as soon as a header word stands under another column's key, only the words count.
    """
    row = grid.rows[number - 1]
    keyed, sheet = max(((_keys(row, sheet), sheet) for sheet in SHEETS), key=lambda it: len(it[0]))
    if len({*keyed.values()} & {*sheet.keys}) < FEWEST - 1:
        return
    below = grid.rows[number] if number < len(grid.rows) else []
    if _is_data(sheet, keyed, below):
        rows, span = range(number, number + 1), range(1, len(row) + 1)
        yield Header(sheet, rows, span, keyed, REFERENCE, "header-gone")
        return
    span = next(_spans(below, {*keyed, *_filled(below)}))
    words, code = _meanings(below, sheet, span, around)
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
    above = {} if moved else _days_above(grid, number, meanings, language(code), around)
    counted = {c: day for c, day in above.items() if c not in _taken(above, in_header)}
    meanings |= {c: f"{CHECK_IN_PREFIX}{day}" for c, day in counted.items()}
    yield Header(sheet, range(number, number + 2), span, meanings, code, odd, in_header, above)


def _days_above(
    grid: Grid, keys: int, meanings: Mapping[int, str], words: Language, around: Span | None
) -> dict[int, date]:
    """The dates in the row above the keys, by column, which the workbook's formulas look up.

    Texts there do not count, as in the formulas; so a text file has no such dates.
    """
    ask = Ask(words, around=around.start if around else None)
    row = grid.rows[keys - 2] if keys > 1 and not grid.untyped else []
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


def _keys(row: Sequence[Value], sheet: Sheet) -> dict[int, str]:
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


def _is_data(sheet: Sheet, keyed: Mapping[int, str], row: Sequence[Value]) -> bool:
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


def _by_words(row: Sequence[Value], number: int, around: Span | None) -> Iterator[Header]:
    """The headers in one row."""
    for span in _spans(row, _filled(row)):
        candidates = [(sheet, *_meanings(row, sheet, span, around)) for sheet in SHEETS]
        candidates = [each for each in candidates if _is_header(each[0], each[1].values())]
        if candidates:
            sheet, meanings, code = max(candidates, key=lambda each: len(each[1]))
            yield Header(sheet, range(number, number + 1), span, meanings, code)


def _filled(row: Sequence[Value]) -> set[int]:
    return {column for column, cell in enumerate(row, 1) if cell is not None}


def _spans(row: Sequence[Value], filled: set[int]) -> Iterator[range]:
    """The columns of each header in a row; blank columns end one only if another header begins."""
    gaps = [pair for pair in pairwise(sorted(filled)) if pair[1] > pair[0] + 1]
    starts = (min(filled), *(right for _, right in gaps))
    stops = (*(left + 1 for left, _ in gaps), max(filled) + 1)
    first, *runs = map(range, starts, stops)
    for run in runs:
        if _begins_another(row, first, run):
            yield first
            first = run
        else:
            first = range(first.start, run.stop)
    yield first


def _begins_another(row: Sequence[Value], span: range, run: range) -> bool:
    """Whether a run of words fits another kind of table better, or is a full header again."""
    sheet = max(SHEETS, key=lambda sheet: len(_keys_named(row, sheet, span)))
    more = {each.key: _keys_named(row, each, run) for each in SHEETS}
    here = more[sheet.key]
    again = _is_header(sheet, here) and bool(here & _keys_named(row, sheet, span))
    return again or len(here) < max(map(len, more.values()))


def _keys_named(row: Sequence[Value], sheet: Sheet, span: range) -> set[str]:
    """The keys of the columns that the words in a part of a row mean."""
    by_word = headers(sheet.key)
    texts = [cell for cell in row[span.start - 1 : span.stop - 1] if isinstance(cell, str)]
    return {by_word[word][0] for word in _folded(texts) if word in by_word}


def _folded(texts: Iterable[str]) -> set[str]:
    return {fold(text) for text in texts if len(text) <= LONGEST}


@cache
def _header_words() -> frozenset[str]:
    """Every header word of every sheet, folded."""
    return frozenset(word for sheet in SHEETS for word in headers(sheet.key))


def _is_header(sheet: Sheet, meanings: Iterable[str]) -> bool:
    keys = {key for key in meanings if key in sheet.keys}
    return len(keys) >= FEWEST and keys.issuperset(TELLING[sheet.key])


def _meanings(
    row: Sequence[Value], sheet: Sheet, span: range, around: Span | None
) -> tuple[dict[int, str], str]:
    """The key that each word of a header row means, by column, and the words' main language."""
    meanings: dict[int, str] = {}
    spoken: Counter[str] = Counter()
    by_word = headers(sheet.key)
    cells = {column: cell for column, cell in enumerate(row, 1) if column in span}
    for column, cell in cells.items():
        if isinstance(cell, str) and len(cell) <= LONGEST and (meaning := by_word.get(fold(cell))):
            meanings[column] = meaning[0]
            spoken.update(meaning[1])
    code = spoken.most_common(1)[0][0] if spoken else REFERENCE
    if sheet is OKRS and len(set(meanings.values())) > 1:
        rest = {column: cell for column, cell in cells.items() if column not in meanings}
        days = last_days(rest, language(code), around)
        meanings |= {column: f"{CHECK_IN_PREFIX}{day}" for column, day in days.items()}
    return meanings, code


def check_in_day(key: str) -> date | None:
    """The date of a check-in column's key; None for any other key."""
    if not key.startswith(CHECK_IN_PREFIX):
        return None
    try:
        return common_day(date.fromisoformat(key.removeprefix(CHECK_IN_PREFIX)))
    except ValueError:
        return None


def near_miss(grid: Grid, path: str) -> Problem | None:
    """The problem that keeps a sheet's likeliest row from being a header of OKRs; None if none."""
    rows = [(number, row) for number, row in enumerate(grid.rows[:TOP], 1) if row]
    candidates = [(_meanings(row, OKRS, range(1, len(row) + 1), None), at, row) for at, row in rows]
    likely = [each for each in candidates if len(set(each[0][0].values())) >= FEWEST]
    if not likely:
        return None
    (meanings, code), number, row = max(likely, key=lambda each: len(each[0][0]))
    keys = set(meanings.values())
    missing = [key for key in TELLING[OKRS.key] if key not in keys]
    # Words that name no numbers may be of any list.
    if not missing or not (keys & {"baseline", "target"} or any(map(check_in_day, keys))):
        return None
    unknown = [
        as_text(cell) for column, cell in enumerate(row, 1) if cell and column not in meanings
    ]
    label = ", ".join(language(code)(f"{OKRS.key}.{key}") for key in missing)
    problem = "renamed-column" if unknown else "missing-column"
    cell_text, words = ", ".join(unknown), {"label": label}
    return Problem(problem, path, grid.name, number, given=cell_text, words=words)


def words_seen(grid: Grid) -> str:
    """Up to eight texts of the fullest of the first rows, for a message that no table was found."""
    rows = [[str(cell) for cell in row if isinstance(cell, str)] for row in grid.rows[:TOP]]
    return ", ".join(max(rows, key=len, default=[])[:8])
