"""Who answers for an objective or a key result: one person, or one role."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
    for owner in dict.fromkeys(rows.owner.tolist()):
        names = names_in(owner)
        if len(names) > 1 and fold(owner) not in units:
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
    different lengths, as in one role: VP Sales & Marketing.
    """
    names: list[str] = []
    for part in _SIGNS.split(owner):
        halves = [half.strip() for half in _joints().split(part)]
        are_alike = len({len(half.split()) for half in halves}) == 1
        names += halves if are_alike else [part.strip()]
    return [name for name in names if any(map(str.isalpha, name))]


_SIGNS = re.compile(r"[,;\n+、]|\s/\s|(?<=\w\w\w)/(?=\w\w\w)")


@cache
def _joints() -> re.Pattern[str]:
    codes = languages()
    joining = {word for code in codes for word in language(code).spellings("coaching.joining")}
    unspaced = {word for word in joining if "\u0e01" <= word[0] <= "\u0e5b"}  # as Thai is written
    words, within = ("|".join(map(re.escape, sorted(it))) for it in (joining, unspaced))
    return re.compile(rf"\s(?:&|{words})\s|{within}", re.IGNORECASE)
