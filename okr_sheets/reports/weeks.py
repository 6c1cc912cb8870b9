"""The weekly scores of a rollup's rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from okr_sheets.columns import serial
from okr_sheets.rollups.result import Rollup, Row
from okr_sheets.rollups.trend import own_dates

# What tells the rows of a level apart, in the frame of the level as in the trend.
_KEYS = {
    "unit": ("quarter", "unit_name"),
    "owner": ("quarter", "owner_name"),
    "objective": ("file", "sheet", "row"),
    "key-result": ("file", "sheet", "row"),
}
_Whose = tuple[Any, ...]


class Weeks:
    """The rows of the trend by unit, owner, objective or key result, the oldest first."""

    def __init__(self, rollup: Rollup) -> None:
        self._rollup = rollup

    def of(self, level: str, rows: Sequence[Mapping[str, Any]]) -> list[list[Row]]:
        """The weeks of each of the rows of a level's frame."""
        found = self._found(level, {_whose(level, row) for row in rows})
        positions = [found.get(_whose(level, row), []) for row in rows]
        return [self._rollup.rows("trend", np.array(at, dtype=np.int64)) for at in positions]

    def scores(self, level: str, rows: Sequence[Row]) -> list[list[float | None]]:
        """The scores of each row of a level's frame; none where two rows are alike."""
        times = Counter(_whose(level, row) for row in rows)
        found = self._found(level, times)
        scores = self._rollup.columns["trend"].score.tolist()
        return [
            [_number(scores[at]) for at in found.get(_whose(level, row), [])]
            if times[_whose(level, row)] == 1
            else []
            for row in rows
        ]

    def _found(self, level: str, wanted: Collection[_Whose]) -> dict[_Whose, list[int]]:
        """Where the weeks of those wanted stand in the trend."""
        trend = self._rollup.columns["trend"]
        places = np.flatnonzero(trend.level == level)
        places = places[np.argsort(trend.day[places], kind="stable")]
        found: dict[_Whose, list[int]] = {}
        names = zip(*(trend[key][places].tolist() for key in _KEYS[level]), strict=True)
        for at, name in zip(places.tolist(), names, strict=True):
            if name in wanted:
                found.setdefault(name, []).append(at)
        return found


@dataclass(frozen=True, slots=True)
class Course:
    """A unit's weeks so far, the oldest first, and the check-in dates that are left."""

    past: Sequence[Row]
    ahead: Sequence[date]

    @property
    def days(self) -> list[date]:
        """All days, past and to come."""
        return [*(week["day"] for week in self.past), *self.ahead]

    @property
    def expected(self) -> list[float | None]:
        """The pace of all days, up to the whole on the last one."""
        past = [week["expected"] for week in self.past[:-1]]
        return [*past, *self.onwards(self.past[-1]["expected"], 1.0)]

    def onwards(self, first: float | None, end: float) -> list[float | None]:
        """A straight line from the last of the past days to the last day of all."""
        days = [serial(day) for day in self.days[len(self.past) - 1 :]]
        start, span = days[0], max(days[-1] - days[0], 1)
        if first is None:
            return [None] * len(days)
        return [first + (end - first) * (day - start) / span for day in days]


def course(rollup: Rollup, weeks: Sequence[Row], unit: Mapping[str, Any]) -> Course:
    """The course of a unit with these weeks, of which there is one at least."""
    keys = ("company", "department", "team", "quarter")
    mine = [
        tracker
        for tracker in rollup.trackers
        if all(getattr(tracker.about, key) == unit[key] for key in keys)
    ]
    days = {each for tracker in mine for each in (*own_dates(tracker), tracker.about.end)}
    return Course(weeks, sorted(each for each in days if each and each > weeks[-1]["day"]))


def _whose(level: str, row: Mapping[str, Any]) -> _Whose:
    return tuple(row[key] for key in _KEYS[level])


def _number(score: float) -> float | None:
    return score if score == score else None  # noqa: PLR0124  NaN
