"""Who answers for an objective or a key result: one person, or one role."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from okr_sheets.choices import STOPPED
from okr_sheets.columns import Columns
from okr_sheets.language import fold, language, languages
from okr_sheets.problems import Problem
from okr_sheets.tracker import Tracker


def several_owners(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """One person or role owns each row, and the name of a unit is one. Source: whatmatters."""
    about = tracker.about
    units = {fold(name) for name in (about.company, about.department, about.team)}
    several: dict[str, str] = {}
    owners = [*dict.fromkeys(rows.owner.tolist())]
    for owner in owners:
        names = names_in(owner)
        is_one = fold(owner) in units or _is_one_name(owner, names, owners)
        if len(names) > 1 and not is_one:
            several[owner] = ", ".join(names)
    for at in range(len(rows)) if several else ():
        is_objective = bool(rows.anchor[at])
        if rows.status[at] not in STOPPED and (value := several.get(rows.owner[at])):
            part = tracker.part_of(is_objective=is_objective)
            yield tracker.problem(
                "owner-many", part, int(rows.row[at]), "owner", rows.id[at], value=value
            )


def names_in(owner: str) -> list[str]:
    """The names in a cell: between commas, slashes and the like, and joining words.

    An & or a slash inside a word joins none (R&D, n/a), nor does what stands between parts of
    different lengths, as in one role (VP Sales & Marketing), nor the comma before a unit (VP,
    Sales; Kiss Anna, HR) or a firm's form (Acme Co., Ltd.).
    """
    names: list[str] = []
    for part in _SIGNS.split(_TITLED.sub(_without_comma, owner)):
        halves = [half.strip() for half in _joints().split(part)]
        are_alike = len({len(half.split()) for half in halves}) == 1
        names += halves if are_alike else [part.strip()]
    return [name for name in names if any(map(str.isalpha, name))]


def _is_one_name(owner: str, names: Sequence[str], owners: Sequence[str]) -> bool:
    """Whether two words are the name of one: Smith, John; Procter & Gamble.

    They are two people where one of them stands elsewhere too: Ann.
    """
    others = {word for other in owners if other != owner for word in other.split()[:1]}
    return bool(_TWO_WORDS.fullmatch(owner.strip())) and others.isdisjoint(names)


_TWO_WORDS = re.compile(r"[^\W\d_]+(?:, ?| & )[^\W\d_]+")
# The comma behind a title, before a unit in capitals, and before the form of a firm.
_TITLED = re.compile(
    r"(?:\A[A-Z]{2,4}),(?=\s*[A-Z][a-z])"
    r"|(?<=[^\W\d_A-Z]),(?=\s*[A-Z]{2,4}\Z)"
    r"|,(?=\s*\w{2,4}\.\Z)"
)
_SIGNS = re.compile(r"[,;\n+、]|\s/\s|(?<=\w\w\w)/(?=\w\w\w)")


def _without_comma(match: re.Match[str]) -> str:
    return match[0].rstrip(",")


@cache
def _joints() -> re.Pattern[str]:
    codes = languages()
    joining = {word for code in codes for word in language(code).spellings("coaching.joining")}
    unspaced = {word for word in joining if "\u0e01" <= word[0] <= "\u0e5b"}  # as Thai is written
    words, within = ("|".join(map(re.escape, sorted(it))) for it in (joining, unspaced))
    return re.compile(rf"\s(?:&|{words})\s|{within}", re.IGNORECASE)
