"""Our own formulas in a file: how they are told, and whether they point where they should.

Programs spell a formula in their own ways and move its references as columns move. What stays is
its shape, the formula without its references, and which column of ours each of them names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

from okr_sheets.bands import Bands
from okr_sheets.files.worksheet import relative
from okr_sheets.formulas import InCells, Term
from okr_sheets.language import language
from okr_sheets.letters import column_letters, column_number
from okr_sheets.rules import RULES
from okr_sheets.schema import CHECK_IN_PREFIX, OKRS
from okr_sheets.tracker import Tracker

_REFERENCE = re.compile(r"R(\[?-?\d+\]?)C([A-Z]+|\[-?\d+\])")
_LOST = "#REF!"  # what a program writes that did adjust a reference, to a column that is gone
# OpenDocument's spelling: a prefix, brackets around references, semicolons, another name's space.
_SPELLINGS = (
    ("of:=", ""),
    ("[.#]", "#"),
    ("[.#:.#]", "#:#"),
    (";", ","),
    ("COM.MICROSOFT.", "_xlfn."),
)
_WHOLE = re.compile(r"(?<=\d)\.0+(?!\d)")  # 1.0, which some write as 1
_NUMBER = re.compile(r"(?<![\w.#])\d+(?:\.\d+)?")

FEWEST = 2  # formulas of one row that point beside their columns where a program did it

# What formulas name beside the columns of the schema; all but the check-ins may stand anywhere.
_WEEKS = frozenset({"check_ins", "dates"})
_ANYWHERE = frozenset({"header", "day", "first_day", "last_day", "until"})
_KEYS = (*sorted(_WEEKS | _ANYWHERE), *OKRS.keys)
_LETTERS = {key: column_letters(number) for number, key in enumerate(_KEYS, 1)}
_NAMED = {letters: key for key, letters in _LETTERS.items()}


@lru_cache(maxsize=5_000)  # the trackers of a run hold the same ones
def shape(formula: str) -> str:
    """A relative formula without what it refers to, in one spelling."""
    text = _REFERENCE.sub("#", formula)
    for theirs, ours in _SPELLINGS:
        text = text.replace(theirs, ours)
    return _WHOLE.sub("", text)


@cache
def our_shapes(language_code: str) -> Mapping[str, str]:
    """The shape of each of our own formulas by its key, in the words of a language."""
    return {key: shape(formula) for key, formula in _ours(language_code).items()}


@cache
def _ours(language_code: str) -> Mapping[str, str]:
    """Our own formulas, relative, where each key of `_KEYS` has a column of its own."""
    words = language(language_code)
    operations = InCells(
        words.choice,
        words.fix,
        {key: f"${letters}$1:${letters}$1" for key, letters in _LETTERS.items()},
        f"${_LETTERS['header']}$1",
        f"${_LETTERS['dates']}$1:${_LETTERS['dates']}$1",
        Bands(),
    )
    return {key: relative(str(RULES[key](_AnyRow(), operations)), 1, 1) for key in RULES}


class _AnyRow:
    """A row whose columns stand where `_LETTERS` says."""

    def __getattr__(self, key: str) -> Term:
        letters = _LETTERS[key]
        return Term(f"${letters}1:${letters}1" if key in _WEEKS else f"${letters}1")


def beside(tracker: Tracker) -> tuple[int, str] | None:
    """Row and key of the first of our formulas that points beside its columns or its row.

    A program that deletes or inserts cells and leaves formulas as they were gives rows of them; a
    single one in a row is a person's own.
    """
    code, letters = tracker.about.language, _letters(tracker)
    stored = tracker.calculated
    keys_by_row: dict[int, list[str]] = {}
    for key in (column.key for column in OKRS.computed if column.key in RULES):
        formulas = stored[f"formula.{key}"].tolist() if f"formula.{key}" in stored else []
        # Filled down a column they are all one.
        bad = {it for it in set(formulas) if it and _is_beside(it, key, code, letters)}
        for row, formula in zip(stored.row.tolist(), formulas, strict=True) if bad else ():
            if formula in bad:
                keys_by_row.setdefault(row, []).append(key)
    rows = sorted(row for row, keys in keys_by_row.items() if len(keys) >= FEWEST)
    return (rows[0], keys_by_row[rows[0]][0]) if rows else None


Letters = tuple[tuple[str, str], ...]


def _letters(tracker: Tracker) -> Letters:
    """Key and letter of each column; of one that is said twice, twice."""
    letters = tracker.letters.get(OKRS.key, {})
    doubled = (p for p in tracker.problems if p.code == "duplicate-column" and p.key in letters)
    return (*letters.items(), *((problem.key, problem.column) for problem in doubled))


@lru_cache(maxsize=1_000)
def _places(letters: Letters) -> Mapping[str, set[int]]:
    """The columns in which each key may be found."""
    places: dict[str, set[int]] = {}
    for key, letter in letters:
        places.setdefault(key, set()).add(column_number(letter))
    first = dict(reversed(letters))
    weeks = [column_number(first[key]) for key in first if key.startswith(CHECK_IN_PREFIX)]
    # People put columns of their own between the weeks.
    span = set(range(min(weeks), max(weeks) + 1)) if weeks else set()
    return places | (dict.fromkeys(_WEEKS, span) if span else {})


@lru_cache(maxsize=10_000)  # the trackers of a run hold the same ones
def _is_beside(formula: str, key: str, language_code: str, letters: Letters) -> bool:
    ours, named = _named(language_code)[key]
    if _skeleton(formula) != ours:
        return False
    if _LOST in formula:
        return True
    places = _places(letters)
    found = list(_references(formula, min(places.get(key, {0}))))
    return len(found) == len(named) and any(
        (row.startswith("[") and row != "[0]") or column not in places.get(name, {column})
        for name, (row, column) in zip(named, found, strict=True)
        if name not in _ANYWHERE
    )


@cache
def _named(language_code: str) -> Mapping[str, tuple[str, Sequence[str]]]:
    """Of each of our formulas its skeleton, and the keys that its references name."""
    return {
        key: (_skeleton(formula), [_NAMED[letters] for _, letters in _REFERENCE.findall(formula)])
        for key, formula in _ours(language_code).items()
    }


def _skeleton(formula: str) -> str:
    """A shape in which numbers and lost references stand for any: bands may be others."""
    text = shape(formula.replace(_LOST, "R[0]CA"))
    return _NUMBER.sub("0", text.replace("#:#", "#"))


def _references(formula: str, home: int) -> Iterator[tuple[str, int]]:
    """The row, as an offset in brackets or as it is, and the column of each reference."""
    for row, column in _REFERENCE.findall(formula):
        across = home + int(column[1:-1]) if column.startswith("[") else column_number(column)
        yield row, across
