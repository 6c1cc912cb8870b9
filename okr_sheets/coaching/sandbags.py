"""Objectives that were easy to reach, told by one quarter's numbers or by those of two."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from okr_sheets.coaching.families import aspirational, families
from okr_sheets.codes import coded
from okr_sheets.columns import Columns, serial, to_day
from okr_sheets.computing import OPERATIONS
from okr_sheets.gathering import check_ins
from okr_sheets.language import fold, language
from okr_sheets.problems import Problem
from okr_sheets.scoring import way
from okr_sheets.tracker import Tracker, places

EARLY_DAYS = 20  # after the first one: the first three weeks
_Ends = dict[int, list[int]]  # of each objective whose ends are reached: the key results
_Key = tuple[str, ...]  # whose, and what names an objective


@dataclass(frozen=True, slots=True)
class Reached:
    """An objective whose ends were all reached: where it stands, and what it is found by.

    `early` is the day they were, if that was in the first three weeks. `later` are its keys in the
    quarter after, if its own is over.
    """

    tracker: Tracker
    row: int
    id: str
    early: date | None
    keys: tuple[_Key, ...]
    later: tuple[_Key, ...]


def reached_in(tracker: Tracker, rows: Columns) -> list[Reached]:
    """The objectives of a tracker, by its scored rows, whose ends were all reached."""
    if not tracker.about.span or tracker.set_aside:
        return []
    ends = _reached(rows)
    early = _reached_early(tracker, rows, ends)
    is_over = bool(ends) and bool((rows.day >= rows.last_day).all())
    return [
        Reached(
            tracker,
            int(rows.row[at]),
            rows.id[at],
            early.get(at),
            tuple(_keys(tracker, rows, at, 0)),
            tuple(_keys(tracker, rows, at, 1)) if is_over else (),
        )
        for at in ends
    ]


def too_easy(reached: Sequence[Reached]) -> Iterator[Problem]:
    """What an objective reaches for is not all reached.

    It is sandbagging if it was in the first three weeks, or in two quarters running; else it is
    asked about once the quarter is over. Quarters are matched by the unit's names and the
    objective's id, or its title. Source: re:Work and Viva Goals (0.7 is a good score).
    """
    past = {key: each.tracker.about.quarter for each in reached for key in each.later}
    for each in reached:
        words, quarter = language(each.tracker.about.language), each.tracker.about.quarter
        before = next((past[key] for key in each.keys if key in past), "")
        fields: dict[str, str] = {}
        if each.early:
            fields["value"] = words("coaching.met_early", day=each.early.isoformat())
        elif before:
            fields["value"] = words("coaching.met_twice", before=before, after=quarter)
        elif not each.later:
            continue
        code = "obj-sandbagging" if fields else "too-easy"
        part = each.tracker.part_of(is_objective=True)
        yield each.tracker.problem(code, part, each.row, "title", each.id, **fields)


def _reached(rows: Columns) -> _Ends:
    """The objectives of two or more key results that reach for something, all at their target."""
    ends = {family.objective: aspirational(rows, family) for family in families(rows)}
    return {
        objective: own
        for objective, own in ends.items()
        if len(own) > 1 and all(rows.score[at] == 1 for at in own)
    }


def _keys(tracker: Tracker, rows: Columns, at: int, later: int) -> Iterator[_Key]:
    """What an objective is found by: its unit, a quarter's first day, and its id or its title.

    `later` 0 is the quarter of its tracker, 1 the one that begins as that one ends. An id says
    nothing of a unit without a name.
    """
    about, names = tracker.about, (rows.id[at], rows.title[at])
    first = about.end + timedelta(days=1) if later and about.end else about.start
    for kind, name in zip(("id", "title"), names, strict=True):
        if name and (kind == "title" or any(about.key)):
            yield (*about.key, str(first), kind, fold(name))


def _reached_early(tracker: Tracker, rows: Columns, reached: _Ends) -> dict[int, date]:
    """The objectives whose ends were reached in the first three weeks, and the day they were."""
    start = tracker.about.start
    if not reached or start is None:
        return {}
    last = serial(start) + EARLY_DAYS
    typed = check_ins([tracker])
    typed = typed.take(typed.checked_on <= last)
    latest = dict(zip(typed.place.tolist(), range(len(typed)), strict=True))
    own_places = places(np.zeros(len(rows), np.int64), rows.row, False).tolist()
    typed_at = [latest.get(place, -1) for place in own_places]
    values = np.append(typed.value, np.nan)[typed_at]
    days = np.append(typed.checked_on, np.nan)[typed_at]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        is_there = way(rows.having(kind=coded("kind", rows.kind)), values, OPERATIONS) >= 1
    return {
        objective: to_day(max(days[at] for at in own))
        for objective, own in reached.items()
        if all(is_there[at] for at in own)
    }
