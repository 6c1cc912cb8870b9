"""What was left to be filled in: XXXX, TBD, [name], and cells of signs alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from okr_sheets.choices import STOPPED
from okr_sheets.coaching.lexicon import MOST_TEXTS, lexicon
from okr_sheets.columns import Columns, among
from okr_sheets.language import REFERENCE, fold, language, languages
from okr_sheets.problems import Problem
from okr_sheets.schema import ACTIONS
from okr_sheets.tracker import Tracker

_SHOWN = re.compile(
    r"""
    \b[Xx]{2,4}(?:[/.-][Xx]{2,4})+\b  # XX/XX/XX
    | \b[Xx]{4,}\b
    | (?<![\w.])[Xx]{1,3}\s?% | [%$€£]\s?X{1,3}\b  # by X %
    | \?{3,} | _{3,}
    | <(?=[^\W\d])[^<>@:/=]{1,30}(?<!\s)>  # <name>, but not <5 and >3
    """,
    re.VERBOSE,
)
# [name], but not [Name] in front of what it labels, nor a link.
_BRACKETED = re.compile(r"(?!\A\[[A-Z][a-z]+\] \w)\[([^\[\]]{1,30})\](?!\()")
_SIGNS = re.compile(r"[\s?!.,;:…_~*/\\|\-–—]+")  # no unit among them, as % would be
_NOTHING = re.compile(r"\s*[-–—]+\s*")  # which says in an owner or a unit that there is none
_TEXTS = ("title", "owner", "unit", "definition", "note")


def placeholders(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """Whatever was to be filled in is, in actions too. Source: the Kalungi article (actions)."""
    stopped = among(rows.status, STOPPED)
    for key in _TEXTS:
        for at, text in enumerate(rows[key].tolist()):
            if text and is_blank(text) and not stopped[at] and not _says_none(key, text):
                part = tracker.part_of(is_objective=bool(rows.anchor[at]))
                yield tracker.problem("placeholder", part, int(rows.row[at]), key, text)
    actions = tracker.columns["actions"]
    for key in ("action", "owner"):
        for row, text in zip(actions.row.tolist(), actions[key].tolist(), strict=True):
            if text and is_blank(text) and not _says_none(key, text):
                yield tracker.problem("placeholder", ACTIONS.key, row, key, text)


@lru_cache(MOST_TEXTS)
def is_blank(text: str) -> bool:
    """Whether a text is, or holds, what somebody meant to replace."""
    if _SHOWN.search(text) or _SIGNS.fullmatch(text) or _left_open().search(text):
        return True
    if "[" in text and any(_names_a_blank(inside) for inside in _BRACKETED.findall(text)):
        return True
    return fold(text.strip("[]()<>*?!. …")) in _words("blanks")


def _says_none(key: str, text: str) -> bool:
    return key in {"owner", "unit"} and _NOTHING.fullmatch(text) is not None


def _names_a_blank(inside: str) -> bool:
    """Whether brackets hold what is to be written: [name], [insert date], […]."""
    return bool(_SIGNS.fullmatch(inside)) or not _words("names").isdisjoint(fold(inside).split())


@cache
def _left_open() -> re.Pattern[str]:
    """TBD and its kin, in capitals and at an end of a text or in brackets: TBC may be a bank."""
    words = lexicon(REFERENCE)
    marks = "|".join(words.written("blanks"))
    filler = "|".join(re.escape(it.replace("_", " ")) for it in words.written("filler"))
    at_an_end = rf"(?<![\w.])(?:{marks})(?=[\s.!?]*$|[)\]:])"
    return re.compile(rf"{at_an_end}|\b(?i:{filler})\b")


@cache
def _words(key: str) -> frozenset[str]:
    """A list of [coaching], of all languages, as `fold` has it."""
    of_each = (language(code).spellings(f"coaching.{key}") for code in languages())
    written = lexicon(REFERENCE).written(key)
    more = {*map(fold, written), "xx", "xxx"} if key == "blanks" else set()
    return frozenset(fold(word) for words in of_each for word in words) | more
