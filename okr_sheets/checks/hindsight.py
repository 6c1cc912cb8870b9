"""What is found only because the day was set back: nobody can mend it, and time has settled it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import numpy as np

from okr_sheets.about import today
from okr_sheets.coaching.sandbags import Reached
from okr_sheets.columns import to_day
from okr_sheets.kinds import COACHING, WRITTEN
from okr_sheets.problems import Problem
from okr_sheets.tracker import Tracker

Days = Sequence[date | None]  # one a tracker


class Found(NamedTuple):
    """What was found of one tracker: its problems, and its objectives that were reached."""

    problems: list[Problem]
    reached: list[Reached]


Find = Callable[[Sequence[Tracker], Days], list[Found]]
# What goes by the numbers, remarks and confidences up to a day.
BY_THE_DAY = (COACHING - WRITTEN) | {
    *("future-number", "total-that-fell", "count-suspected", "mixed-scale"),
    *("kr-count-type", "kr-met-at-start"),
}
# What tells one finding from another of its code and row: the cell of a number, the begin of a gap.
_WHICH: Mapping[str, Callable[[Problem], str]] = {
    "future-number": lambda problem: problem.key,
    "check-in-stale": lambda problem: problem.words["since"],
}


def later_day(tracker: Tracker, as_of: date | None) -> date | None:
    """The day that `as_of` was set back from, None if it was not.

    It is the real today; where that is still to come, the day of the last number or remark.
    """
    now = today()
    if as_of is None or as_of == now:
        return None
    if as_of < now:
        return now
    typed = [tracker.columns[name].date for name in ("check_ins", "log")]
    last = np.fmax.reduce(np.concatenate(typed), initial=0)
    return to_day(last) if last and to_day(last) > as_of else None


def still_found(
    found: Sequence[Found], trackers: Sequence[Tracker], later: Days, find: Find
) -> list[Found]:
    """What was found of trackers, without what `find` does not find by the `later` days.

    None among these leaves a tracker as it is. Asked again is only of those with a finding that
    goes by the day.
    """
    still = list(found)
    asked = [
        at
        for at, day in enumerate(later)
        if day and (found[at].reached or any(p.code in BY_THE_DAY for p in found[at].problems))
    ]
    again = find([trackers[at] for at in asked], [later[at] for at in asked]) if asked else ()
    for at, since in zip(asked, again, strict=True):
        still[at] = _kept(found[at], since)
    return still


def _kept(found: Found, since: Found) -> Found:
    """What was found, in the words of its day, as far as it was found since or goes by no day."""
    places = {_place(problem) for problem in since.problems}
    rows = {each.row for each in since.reached}
    return Found(
        [p for p in found.problems if p.code not in BY_THE_DAY or _place(p) in places],
        [each for each in found.reached if each.row in rows],
    )


def _place(problem: Problem) -> tuple[object, ...]:
    which = _WHICH.get(problem.code)
    return problem.code, problem.sheet, problem.row, which(problem) if which else ""
