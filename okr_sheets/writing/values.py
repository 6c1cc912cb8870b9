"""What each formula of a tracker gives, by the rules that the formulas are made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from okr_sheets.frames import InFrames, Rows, compute, gather, misread_cells, serial
from okr_sheets.schema import CHECK_IN_PREFIX, POINTS_PREFIX
from okr_sheets.scoring import mean, mean_of_group, passed, points_by
from okr_sheets.tracker import Tracker
from okr_sheets.writing.layout import CALENDAR, Layout, Slot

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


def week_score(k: Any, points: str, f: Any) -> Any:
    """An objective's score at a check-in date, by the column of its points; 0 for none."""
    return f.choose(k.anchor > 0, f.zero(mean_of_group(k, points, f)), 0)


class Values:
    """The value of every cell of the OKRs sheet, of the team and of its weeks.

    `cells` has what is typed and what each formula gives by row and key, `team` and `weeks` what
    `TEAM` and `WEEK` give, NaN for nothing; `days` the calendar's days as numbers.
    """

    def __init__(
        self, placed: Tracker, day: date, layout: Layout, alignments: Mapping[str, str]
    ) -> None:
        """`alignments` is what *aligns to* shows for an id."""
        self.layout, self.words = layout, layout.words
        self.alignments = alignments
        operations = InFrames(misread_cells([placed]), layout.bands)
        rows = _rows(placed, day, layout.dates, operations)
        self.cells: dict[int, dict[str, Any]] = {
            int(str(row)): {str(key): value for key, value in cells.items()}
            for row, cells in rows.to_dict("index").items()
        }
        self.days = {key: int(rows[key].max()) for key in CALENDAR}
        team, weeks = Rows(_team(rows)), Rows(_weeks(rows, layout.dates))
        self.team = {key: float(rule(team, operations)[0]) for key, rule in TEAM.items()}
        self.weeks = {key: list(rule(weeks, operations)) for key, rule in WEEK.items()}

    def shown(self, row: int, key: str) -> Any:
        """The value of a cell as the sheet has it: words for keys, day numbers, "" for blank."""
        slot = self.layout.slots[self.layout.column[key] - 1]
        value = self.cells[row].get(key, "")
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

    def _word(self, slot: Slot, value: str) -> str:
        if not value:
            return ""
        if slot.key == "to_fix":
            return self.words.fix(value)
        if slot.kind == "choice":
            return self.words.choice(_WORDS.get(slot.key, slot.key), value)
        return self.alignments.get(value, value) if slot.key == "aligns_to" else value


def _rows(placed: Tracker, day: date, dates: Sequence[date], operations: InFrames) -> pd.DataFrame:
    """What is typed, and what each formula gives, by the rows of the sheet."""
    rows = gather([placed], [day])
    rows = compute(rows, operations).set_index("row")
    check_ins = placed.check_ins
    before: Any = pd.Series(0.0, index=rows.index)
    for each in dates:
        typed = check_ins.loc[check_ins["date"] == pd.Timestamp(each), "value"]
        typed = typed[~typed.index.duplicated()].reindex(rows.index)
        before = points_by(Rows(rows), typed, before, operations)
        rows[f"{CHECK_IN_PREFIX}{each}"] = typed
        rows[f"{POINTS_PREFIX}{each}"] = before
        score = week_score(Rows(rows), f"{POINTS_PREFIX}{each}", operations)
        rows[f"{WEEK_PREFIX}{each}"] = score
    return rows


def _team(rows: pd.DataFrame) -> pd.DataFrame:
    """One row with the sums that the team's score is made of."""
    return rows[["share", "share_points", "share_pace"]].sum().to_frame().T


def _weeks(rows: pd.DataFrame, dates: Sequence[date]) -> pd.DataFrame:
    """One row per check-in date with what its pace and the team's score are made of."""
    share = rows["share"]
    return pd.DataFrame(
        {
            "day": [serial(day) for day in dates],
            "first_day": rows["first_day"].max(),
            "last_day": rows["last_day"].max(),
            "share": share.sum(),
            "points": [(share * rows[f"{WEEK_PREFIX}{day}"]).sum() for day in dates],
        }
    )
