"""Every sheet and column of a tracker, said once.

The writer, the reader, the checks, the example sets and the printed column table all go by
`SHEETS` and `SETTINGS`. No human words stand here: those are in `languages/*.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from okr_sheets.choices import (
    ACTION_STATUSES,
    CADENCES,
    COMMITMENTS,
    DECISIONS,
    GRADES,
    LEVELS,
    OBJECTIVE,
    STATES,
    STATUSES,
    TYPES,
)

Stage = Literal["plan", "computed", "update", "planned", "helper"]
# The last three stand in frames only: whole numbers, yes or no, and what is none of these.
Kind = Literal["text", "id", "number", "percent", "date", "choice", "count", "flag", "any"]

PLANNED = ("target", "baseline", "weight")  # what of a plan is kept, and held against what stands

LARGEST, SMALLEST = 1e30, 1e-30  # of the numbers that count, besides 0; see `is_countable`


def is_countable(value: float) -> bool:
    """Whether a number is near enough to 1 that no ratio or square of two such ones overflows."""
    return value == 0 or SMALLEST <= abs(value) <= LARGEST


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet, or one labelled cell of the settings.

    `stage` tells who fills it: the plan before the quarter, an update during it, or a formula
    (`computed`; a `helper` is one that people need not see). `planned` is what a new tracker keeps
    of its plan, out of sight too. A computed column's formula is the rule of the same name in
    `scoring`. `fold` is how many folds away it lies, 0 for what is always in sight; 2 are one where
    the outer one is closed.
    """

    key: str
    kind: Kind = "text"
    stage: Stage = "plan"
    choices: tuple[str, ...] = ()
    width: float = 12.0  # at least, in characters of the default font, as Excel counts
    fold: int = 0

    @property
    def computed(self) -> bool:
        """Whether a formula fills this column."""
        return self.stage in {"computed", "helper"}

    @property
    def hidden(self) -> bool:
        """Whether people need not see it."""
        return self.stage in {"planned", "helper"}


@dataclass(frozen=True)
class Sheet:
    """One sheet that is read back: its columns, and the prefix of its machine keys."""

    key: str
    prefix: str
    columns: tuple[Column, ...]

    def __getitem__(self, key: str) -> Column:
        """The column of that key; KeyError if there is none."""
        return self._by_key[key]

    @cached_property
    def _by_key(self) -> Mapping[str, Column]:
        return {column.key: column for column in self.columns}

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The columns' keys, in the order they are written."""
        return tuple(column.key for column in self.columns)

    @cached_property
    def typed(self) -> tuple[Column, ...]:
        """The columns people fill in."""
        return tuple(column for column in self.columns if not column.computed)

    @cached_property
    def computed(self) -> tuple[Column, ...]:
        """The columns formulas fill in."""
        return tuple(column for column in self.columns if column.computed)


OKRS = Sheet(
    "okrs",
    "okr",
    (
        # What stays in sight as people scroll to their week.
        Column("id", "id", width=7),
        Column("title", width=34),
        Column("target", "number", width=8),
        Column("current", "number", "computed", width=8),
        Column("score", "percent", "computed", width=8),
        # A fold's sign stands above the column right of it, so there is one between two of them.
        # The status is right of what it is made of: LibreOffice 7.4 leaves the gap of the first
        # row as it was where a cell left of it asks for it first.
        Column("last_check_in", "date", "computed", width=11.5, fold=1),
        Column("progress", "percent", "computed", width=9, fold=1),
        Column("expected", "percent", "computed", width=9.5, fold=1),
        Column("gap", "percent", "computed", width=7, fold=1),
        Column("grade", "choice", "computed", choices=GRADES, width=9, fold=1),
        Column("status", "choice", "computed", choices=STATUSES, width=11),
        Column("trend", "text", "computed", width=9),
        Column("definition", "text", width=64, fold=2),
        Column("weight", "number", width=8.5, fold=2),
        Column("commitment", "choice", choices=COMMITMENTS, width=13.5, fold=2),
        Column("aligns_to", "id", width=16, fold=2),
        Column("state", "choice", choices=STATES, width=11.5, fold=2),
        Column("start", "date", width=12.5, fold=2),
        Column("due", "date", width=12.5, fold=2),
        Column("type", "choice", choices=(OBJECTIVE, *TYPES), width=16, fold=1),
        Column("baseline", "number", width=9.5, fold=1),
        Column("unit", width=11.5, fold=1),
        Column("owner", width=20),
        # One column per check-in date stands here.
        Column("confidence", "number", "update", width=11),
        Column("note", "text", "update", width=34),
        Column("to_fix", "text", "computed", width=46),
        # People's own columns stand here, before all that is hidden.
        Column("planned_title", "text", "planned", width=20),
        Column("planned_baseline", "number", "planned"),
        Column("planned_target", "number", "planned"),
        Column("planned_weight", "number", "planned"),
        Column("anchor", "number", "helper"),
        Column("group", "number", "helper"),
        Column("kind", "choice", "helper", choices=TYPES),
        Column("standing", "choice", "helper", choices=STATES),
        Column("checked", "number", "helper"),
        Column("updated", "number", "helper"),
        Column("attained", "number", "helper"),
        Column("due_by_now", "number", "helper"),
        Column("counted", "number", "helper"),
        Column("points", "number", "helper"),
        Column("pace", "number", "helper"),
        Column("share", "number", "helper"),
        Column("share_points", "number", "helper"),
        Column("share_pace", "number", "helper"),
        Column("urgency", "number", "helper"),
        Column("filled", "number", "helper"),
        Column("suspected", "number", "helper"),
        Column("waiting", "number", "helper"),
        Column("changed", "text", "helper"),
        Column("advice", "text", "helper"),
        # One column of points per check-in date stands here, for the dashboard's weeks.
    ),
)
ACTIONS = Sheet(
    "actions",
    "action",
    (
        Column("key_result", "id", width=14),
        Column("action", width=56),
        Column("owner", width=28),
        Column("due", "date", width=13),
        Column("status", "choice", choices=ACTION_STATUSES, width=13),
        Column("note", width=44),
        Column("to_fix", "text", "computed", width=24),
    ),
)
LOG = Sheet(
    "log",
    "log",
    (
        Column("date", "date", width=13),
        Column("id", "id", width=14),
        Column("confidence", "number", width=12),
        Column("note", width=72),
        Column("by", width=20),
        Column("to_fix", "text", "computed", width=24),
    ),
)
CLOSE = Sheet(
    "close",
    "close",
    (
        Column("id", "id", width=13),
        Column("objective", "text", "computed", width=38),
        Column("score", "percent", "computed", width=10),
        Column("final", "percent", width=13),
        Column("reason", width=34),
        Column("decision", "choice", choices=DECISIONS, width=15),
        Column("lesson", width=42),
        Column("to_fix", "text", "computed", width=28),
    ),
)
SHEETS = (OKRS, ACTIONS, LOG, CLOSE)

SETTINGS = (
    Column("company"),
    Column("department"),
    Column("team"),
    Column("level", "choice", choices=LEVELS),
    Column("parent"),
    Column("quarter"),
    Column("start", "date"),
    Column("end", "date"),
    Column("cadence", "choice", choices=CADENCES),
    Column("as_of", "date"),
)

# What an objective does not have: it is scored through its key results.
_ONLY_KEY_RESULTS = ("type", "baseline", "target", "unit")
ROW = Column("row", "count")  # of the sheet
# The columns of each part of a tracker, besides the row.
PARTS: Mapping[str, tuple[Column, ...]] = {
    "objectives": tuple(
        column
        for column in OKRS.typed
        if column.key not in _ONLY_KEY_RESULTS and column.stage != "planned"
    ),
    "key_results": (
        Column("objective", "count"),  # the row of its objective, 0 for none
        Column("objective_id", "id"),
        *OKRS.typed,
        Column("typed_current", "number"),  # where the file tells it, and the check-ins do not
    ),
    "check_ins": (
        Column("id", "id"),
        Column("date", "date"),
        Column("value", "number"),
        Column("column", "text"),  # the letter of the cell
    ),
    "actions": ACTIONS.typed,
    "log": LOG.typed,
    "close": CLOSE.typed,
}

# Of the workbook that is written, raised when it gains or moves what people see. A cell holds it,
# since cells are what every program keeps; workbooks of before 2 hold none.
TEMPLATE_VERSION = 2

# Sheets that are written but never read back.
OTHER_SHEETS = ("start", "dashboard", "lists", "calc")

CHECK_IN_PREFIX = "checkin."  # machine key of a check-in column: checkin.2027-01-08
SETTING_PREFIX = "tracker."  # machine key of a setting: tracker.team
POINTS_PREFIX = "points."  # machine key of its helper column
