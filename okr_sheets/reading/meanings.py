"""What the words of a header row mean: which column each names, in any language."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import NamedTuple

from okr_sheets.files.grid import Value
from okr_sheets.language import REFERENCE, fold, headers, language
from okr_sheets.quarters import Span, common_day
from okr_sheets.reading.periods import last_days
from okr_sheets.schema import CHECK_IN_PREFIX, OKRS, SHEETS, Sheet

LONGEST = 60  # characters of a header
# Columns that no tracker of ours has: of a flat table's objectives, and the quarter of each row.
OBJECTIVE, OBJECTIVE_ID, QUARTER = "objective", "objective_id", "quarter"
_FOREIGN = (OBJECTIVE, OBJECTIVE_ID, QUARTER)
_OF_FLAT = {
    "objective": OBJECTIVE,
    "objective_id": OBJECTIVE_ID,
    "key_result": "title",
    "key_result_id": "id",
}
HELPER = "calc "  # with which the headers of our own helper columns begin
_MEASURES = frozenset({"target", "current", "progress"})
_LETTERS = 5  # of a word that is known when it is misspelt
_ANY_LETTER = 6  # of one in which a letter may be another one: “Stage” is no “State”
_MOST_UNKNOWN = 100  # headers of a row that are compared with the words

Words = Mapping[str, tuple[str, tuple[str, ...]]]  # as `language.headers` gives them


class Meanings(NamedTuple):
    """The key of each header with a meaning, by column, and the language of most.

    `alike` gives the keys whose words a misspelt header resembles, by column. It has a meaning if
    there is one such key that no other column has.
    """

    keys: dict[int, str]
    language: str
    alike: Mapping[int, tuple[str, ...]]


def meanings_of(row: Sequence[Value], sheet: Sheet, span: range, around: Span | None) -> Meanings:
    """What the words of a header row mean for a kind of sheet.

    `around`, the quarter's days if they are known, decides what dates and weeks in headers mean.
    """
    by_word = _okr_words() if sheet is OKRS else headers(sheet.key)
    return _meanings(row, by_word, span, around if sheet is OKRS else None, dated=sheet is OKRS)


def flat_meanings(row: Sequence[Value], span: range, around: Span | None) -> Meanings:
    """The same for a table with the objective in a column beside its key results."""
    read = _meanings(row, _flat_words(), span, around, dated=True)
    ids = [column for column, key in read.keys.items() if key == "id"]
    if len(ids) > 1 and OBJECTIVE_ID not in read.keys.values():
        read.keys[ids[0]] = OBJECTIVE_ID
    return read


def is_flat(keys: Collection[str]) -> bool:
    """Whether columns with these meanings make a table of objectives beside key results."""
    measures = any(key in _MEASURES or check_in_day(key) for key in keys)
    return measures and OBJECTIVE in keys and "title" in keys


def check_in_day(key: str) -> date | None:
    """The date of a check-in column's key; None for any other key."""
    if not key.startswith(CHECK_IN_PREFIX):
        return None
    try:
        return common_day(date.fromisoformat(key.removeprefix(CHECK_IN_PREFIX)))
    except ValueError:
        return None


def words_of(texts: Iterable[str]) -> set[str]:
    """The texts that are short enough for a header, folded."""
    return {header_word(text) for text in texts if len(text) <= LONGEST}


@lru_cache(maxsize=4_000)  # the trackers of a run hold many of the same words
def header_word(text: str) -> str:
    """A header folded: `start_value` is the start value, and so are “Start value:” and “…(s)”."""
    return fold(text.replace("_", " ").rstrip(" :*")).removesuffix("(s)")


@cache
def known_words() -> frozenset[str]:
    """Every header word of every table, folded."""
    return frozenset(_flat_words()).union(_okr_words(), *(headers(sheet.key) for sheet in SHEETS))


@cache
def _okr_words() -> Words:
    return {**_quarter_words(), **headers(OKRS.key)}


@cache
def _flat_words() -> Words:
    """The words of a flat table's columns; those of a title of either kind are none of them."""
    okrs = {word: said for word, said in headers(OKRS.key).items() if said[0] != "title"}
    of_flat = {word: (_OF_FLAT[key], codes) for word, (key, codes) in headers("flat").items()}
    return {**_quarter_words(), **okrs, **of_flat}


def _quarter_words() -> Words:
    return {word: said for word, said in headers("settings").items() if said[0] == QUARTER}


def _meanings(
    row: Sequence[Value], by_word: Words, span: range, around: Span | None, *, dated: bool
) -> Meanings:
    keys: dict[int, str] = {}
    spoken: Counter[str] = Counter()
    cells = {column: cell for column, cell in enumerate(row, 1) if column in span}
    for column, cell in cells.items():
        meaning = by_word.get(_word(cell))
        if meaning and not (meaning[0] in _FOREIGN and meaning[0] in keys.values()):
            keys[column] = meaning[0]
            spoken.update(meaning[1])
    code = spoken.most_common(1)[0][0] if spoken else REFERENCE
    if len(set(keys.values())) < 2:
        return Meanings(keys, code, {})
    if dated:
        rest = {column: cell for column, cell in cells.items() if column not in keys}
        days = last_days(rest, language(code), around)
        keys |= {column: f"{CHECK_IN_PREFIX}{day}" for column, day in days.items()}
    alike = _alike({c: _word(cell) for c, cell in cells.items() if c not in keys}, by_word, code)
    meant = Counter(likely[0] for likely in alike.values() if len(likely) == 1)
    taken = {*keys.values()}
    for column, likely in alike.items():
        if len(likely) == 1 and meant[likely[0]] == 1 and likely[0] not in taken:
            keys[column] = likely[0]
    return Meanings(keys, code, alike)


def _word(cell: Value) -> str:
    return header_word(cell) if isinstance(cell, str) and len(cell) <= LONGEST else ""


def _alike(unknown: Mapping[int, str], by_word: Words, code: str) -> dict[int, tuple[str, ...]]:
    """The keys whose words in a language are nearly those of headers without a meaning."""
    typed_words = [(c, word) for c, word in unknown.items() if word][:_MOST_UNKNOWN]
    words: defaultdict[str, dict[str, str]] = defaultdict(dict)  # by their first letter
    for word, (key, codes) in by_word.items() if typed_words else ():
        if code in codes:
            words[word[0]][word] = key
    alike = {}
    for column, typed in typed_words:
        near = words[typed[0]].items()
        likely = dict.fromkeys(key for word, key in near if _is_misspelt(typed, word))
        if likely:
            alike[column] = tuple(likely)
    return alike


def _is_misspelt(typed: str, word: str) -> bool:
    """Whether one letter too many, too few, another or swapped makes a header of a word.

    The first letter is its own, which both begin with: a “Height” is no weight.
    """
    if len(word) < _LETTERS or abs(len(typed) - len(word)) > 1:
        return False
    if any(map(str.isdigit, typed)) or word.startswith(HELPER):
        return False
    pairs = zip(typed, word, strict=False)
    at = next((at for at, (one, other) in enumerate(pairs) if one != other), len(word))
    if len(typed) != len(word):
        longer, shorter = (typed, word) if len(typed) > len(word) else (word, typed)
        return longer[at + 1 :] == shorter[at:]
    if typed[at : at + 2] == word[at : at + 2][::-1] and typed[at + 2 :] == word[at + 2 :]:
        return True
    is_other = len(word) >= _ANY_LETTER and typed[at + 1 :] == word[at + 1 :]
    return is_other and re.fullmatch(r"\w", typed[at]) is not None
