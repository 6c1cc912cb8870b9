"""What each formula of a tracker gives, by the rules that the formulas are made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import SimpleNamespace
from typing import Any

import numpy as np

from okr_sheets.columns import Columns, serial, to_day
from okr_sheets.computing import OPERATIONS, InColumns, compute, in_words, misread_cells
from okr_sheets.findings import filling
from okr_sheets.gathering import gather
from okr_sheets.schema import CHECK_IN_PREFIX, POINTS_PREFIX
from okr_sheets.scoring import mean, passed, points_by
from okr_sheets.tracker import Tracker
from okr_sheets.writing.layout import CALENDAR, THIS_WEEK, Layout, Slot

WEEK_PREFIX = "week."  # of an objective's score at a check-in date, as in POINTS_PREFIX
_WORDS = {"kind": "type", "standing": "state"}  # computed columns whose words are another's

# The dashboard's own rules. Of a team: `share` and what was summed by it. Of a week: its day, the
# quarter's, and what the objectives' scores of that day come to by their share.
TEAM: Mapping[str, Callable[[Any, Any], Any]] = {
    "score": lambda k, f: mean(k.share_points, k.share, f),
    "expected": lambda k, f: mean(k.share_pace, k.share, f),
}
WEEK: Mapping[str, Callable[[Any, Any], Any]] = {
    "expected": lambda k, f: passed(k.day, k.first_day, k.last_day, f),
    "score": lambda k, f: mean(k.points, k.share, f),
}


def weight_below(k: Any, f: Any) -> Any:
    """What the weights of an objective's key results that count add up to; 0 for other rows."""
    return f.choose(k.anchor > 0, f.sum_of_group(k, "counted"), 0)


def week_score(k: Any, points: str, f: Any) -> Any:
    """An objective's score at a check-in date, by the column of its points; 0 for none."""
    return f.zero(mean(f.sum_of_group(k, points), k.weight_below, f))


def week_of(dates: Sequence[date], until: date) -> date:
    """The check-in date whose numbers are typed on a day that counts `until` a later one."""
    return max((day for day in dates if day <= until), default=dates[0])


class Values:
    """The value of every cell of the OKRs sheet, of the team and of its weeks.

    `cells` has what is typed and what each formula gives by row and key, `team` and `weeks` what
    `TEAM` and `WEEK` give, NaN for nothing; `days` the calendar's days, and this week's check-in
    date, as numbers, and `first_day` the day of the first number of all, infinity for none.
    """

    def __init__(
        self, placed: Tracker, day: date, layout: Layout, alignments: Mapping[str, str]
    ) -> None:
        """`alignments` is what *aligns to* shows for an id."""
        self.layout, self.words = layout, layout.words
        self.alignments = alignments
        operations = InColumns(misread_cells([placed]), layout.bands)
        rows = _rows(placed, day, layout.dates, operations)
        self.cells: dict[int, dict[str, Any]] = {cells["row"]: cells for cells in rows.records()}
        self.days = {key: int(rows[key].max()) for key in CALENDAR}
        self.days[THIS_WEEK] = serial(week_of(layout.dates, to_day(self.days["until"])))
        typed = placed.columns["check_ins"].date
        self.first_day = float(np.fmin.reduce(typed, initial=np.inf))
        team = compute(_team(rows), operations, TEAM)
        weeks = compute(_weeks(rows, layout.dates), operations, WEEK)
        self.team = {key: float(team[key][0]) for key in TEAM}
        self.weeks = {key: weeks[key].tolist() for key in WEEK}

    def shown(self, row: int, key: str) -> Any:
        """The value of a cell as the sheet has it: words for keys, day numbers, "" for blank."""
        slot = self.layout.slots[self.layout.column[key] - 1]
        value = self.cells[row].get(key, "")
        if key in {"to_fix", "advice"}:
            return self._fix(row, value)
        if isinstance(value, str):
            return self._word(slot, value)
        if value is None or not math.isfinite(value):
            return ""
        if self._is_yes_no(row, key) and value in (0, 1):
            return self.words.choice("yes_no", "yes" if value else "no")
        return float(value) if value != int(value) else int(value)

    def _is_yes_no(self, row: int, key: str) -> bool:
        typed = key == "current" or key.startswith(CHECK_IN_PREFIX)
        cells = self.cells[row]
        # What has steps is counted.
        return typed and cells["kind"] == "achieve" and not cells["target"] > 1

    def _fix(self, row: int, code: str) -> str:
        numbers = filling(SimpleNamespace(**self.cells[row]), OPERATIONS, code)
        rounded = {name: round(float(number), 6) for name, number in numbers.items()}
        return self.words.fix(code, **rounded) if code else ""

    def _word(self, slot: Slot, value: str) -> str:
        if not value:
            return ""
        if slot.kind == "choice":
            return self.words.choice(_WORDS.get(slot.key, slot.key), value)
        return self.alignments.get(value, value) if slot.key == "aligns_to" else value


def _rows(placed: Tracker, day: date, dates: Sequence[date], operations: InColumns) -> Columns:
    """What is typed, and what each formula gives, by the rows of the sheet."""
    rows = compute(gather([placed], [day]), operations)
    check_ins = placed.columns["check_ins"]
    rows.add({"weight_below": weight_below(rows, operations)})
    before = np.zeros(len(rows))
    for each in dates:
        of_day = check_ins.take(check_ins.date == serial(each))
        # Of two on one day the left one.
        typed = dict(zip(of_day.row[::-1].tolist(), of_day.value[::-1].tolist(), strict=True))
        values = np.array([typed.get(row, np.nan) for row in rows.row.tolist()], dtype=float)
        with np.errstate(divide="ignore", invalid="ignore"):
            before = points_by(rows, values, before, operations)
            rows.add({f"{CHECK_IN_PREFIX}{each}": values, f"{POINTS_PREFIX}{each}": before})
            score = week_score(rows, f"{POINTS_PREFIX}{each}", operations)
        rows.add({f"{WEEK_PREFIX}{each}": score})
    return in_words(rows)


def _team(rows: Columns) -> Columns:
    """One row with the sums that the team's score is made of."""
    keys = ("share", "share_points", "share_pace")
    return Columns({key: np.array([rows[key].sum()]) for key in keys}, 1)


def _weeks(rows: Columns, dates: Sequence[date]) -> Columns:
    """One row per check-in date with what its pace and the team's score are made of."""
    points = [(rows.share * rows[f"{WEEK_PREFIX}{day}"]).sum() for day in dates]
    return Columns(
        {
            "day": np.array([*map(serial, dates)], dtype=float),
            "first_day": np.full(len(dates), rows.first_day.max()),
            "last_day": np.full(len(dates), rows.last_day.max()),
            "share": np.full(len(dates), rows.share.sum()),
            "points": np.array(points, dtype=float),
        },
        len(dates),
    )
