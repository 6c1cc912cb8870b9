"""Rows that sum up others, told by what they are called."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import cache

from okr_sheets.files.grid import Value
from okr_sheets.language import fold, language, languages
from okr_sheets.reading.cells import as_text

NAMES = frozenset({"id", "title"})


def is_total(raw: Mapping[str, Value]) -> bool:
    """Whether a row sums up others: it has no type, and its only name is one as “Q1 total” is.

    “Total sign-ups” is none, since it names what it counts.
    """
    if "type" in raw:
        return False
    names = [raw[key] for key in NAMES if key in raw]
    return len(names) == 1 and _bare(fold(as_text(names[0]))) in _totals()


@cache
def _totals() -> frozenset[str]:
    return frozenset(
        _bare(fold(word)) for code in languages() for word in language(code).lines("numbers.totals")
    )


def _bare(name: str) -> str:
    """A folded name without its digits and signs, and without the words for periods."""
    letters = (sign if unicodedata.category(sign)[0] in "LM" else " " for sign in name)
    words = "".join(letters).split()
    return " ".join(word for word in words if word not in _periods())


@cache
def _periods() -> frozenset[str]:
    kinds = ("numbers.periods", "formats.months", "formats.full_months")
    return frozenset(
        word
        for code in languages()
        for kind in kinds
        for line in language(code).lines(kind)
        for word in fold(line).split()
    )
