"""The tables of the workbook: which rows each has, and which columns from left to right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from okr_sheets.reports.workbook import records
from okr_sheets.reports.workbook.fields import Field
from okr_sheets.reports.workbook.records import Report, Rows

TILES = ("achieved", "on-track", "at-risk", "off-track", "no-update")
RARE_TILES = ("not-started", "postponed", "cancelled")  # shown where there are any
PREVIOUS = ("previous", "carried")  # columns and tables that need last quarter's trackers


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet with a table: its rows, and its columns from left to right."""

    key: str
    name: str  # of the Excel table, for formulas and macros in any language
    rows: Callable[[Report], Rows]
    fields: tuple[Field, ...]
    nothing: str = ""  # the sentence for an empty table
    frozen: int = 1  # columns that stay in sight
    outline: bool = False  # whether rows have a `depth`, by which they fold


_TITLE = Field("title", "dashboard.key_result", width=(30, 42), strong=True)
STATUS = Field("status", "okrs.status", "status", (13, 20))
SCORE = Field("score", "okrs.score", "bar", (12, 12))
_TREND = Field("trend", "okrs.trend", "trend", (15, 15))
_EXPECTED = Field("expected", "okrs.expected", "percent", (11, 11))
_GAP = Field("gap", "okrs.gap", "percent", (9, 9))
_PREVIOUS = Field("previous", "report.previous", "percent", (11, 11))
_FORECAST = Field("forecast", "report.forecast", "percent", (11, 11))
_RANGE = (
    Field("forecast_low", "rollup.low", "percent", (10, 10)),
    Field("forecast_high", "rollup.high", "percent", (10, 10)),
)
_RESTING = (
    Field("forecast_of", "rollup.forecast_of", "count", (11, 11)),
    Field("forecast_stale", "rollup.forecast_stale", "count", (11, 11)),
)
_BELOW = Field("below", "report.below", "percent", (11, 11))
_MOVED = Field("moved", "report.difference", "points", (12, 12))
_GRADE = Field("grade", "okrs.grade", "grade", (10, 14), detail=True)
_ID = Field("id", "okrs.id", width=(10, 18), link=True)
_UNIT = Field("unit_name", "rollup.unit", width=(14, 22))
_OWNER = Field("owner_name", "okrs.owner", width=(13, 22))
_NOTE = Field("note", "okrs.note", width=(20, 44), detail=True)
_CURRENT = Field("current", "okrs.current", "number", (11.5, 12))
_TARGET = Field("target", "okrs.target", "number", (11.5, 12))
_LAST = Field("last_check_in", "okrs.last_check_in", "date", (15, 15))
_DATES = (
    Field("start", "okrs.start", "date", (13, 13), detail=True),
    Field("due", "okrs.due", "date", (13, 13), detail=True),
)
_TERMS = (
    Field("commitment", "okrs.commitment", "commitment", (14, 20), detail=True),
    Field("weight", "okrs.weight", "number", (10, 10), detail=True),
    Field("state", "okrs.state", "state", (12, 18), detail=True),
)
_ALIGNS = Field("aligns_to", "okrs.aligns_to", width=(12, 24), detail=True)
_DEPARTMENT = Field("department", "settings.department", width=(13, 24), detail=True)
_LEVEL = Field("level", "settings.level", "level", (12, 18), detail=True)
_COMPANY = Field("company", "settings.company", width=(13, 24), detail=True)
_QUARTER = Field("quarter", "settings.quarter", width=(11, 16), detail=True)
_WHOSE = (_DEPARTMENT, _LEVEL, _COMPANY, _QUARTER)
_FILE = Field("file", "report.file", width=(16, 34), detail=True)
_PLACE = (
    _FILE,
    Field("sheet", "report.sheet", width=(10, 20), detail=True),
    Field("row", "report.row", "count", (8, 8), detail=True),
)
_COUNTS = (
    Field("updated", "report.updated_header", "count", (11, 11)),
    Field("with_number", "report.with_number", "count", (11, 11)),
    Field("key_results", "report.key_results", "count", (11, 11)),
)
_LEFT_OUT = Field("with_left_out", "report.with_left_out", "percent", (12, 12), detail=True)
_BY_PLAN = Field("planned_score", "rollup.planned_score", "percent", (12, 12), detail=True)


def _tallies(column: str, *keys: str, detail: bool = False) -> tuple[Field, ...]:
    return tuple(Field(key, f"choices.{column}.{key}", "tally", (10, 10), detail) for key in keys)


TEAMS = Table(
    "teams",
    "tblTeams",
    records.teams,
    (
        Field("unit_name", "rollup.unit", width=(20, 32), strong=True, link=True),
        STATUS,
        SCORE,
        _TREND,
        _EXPECTED,
        _GAP,
        _PREVIOUS,
        _FORECAST,
        *_RANGE,
        *_RESTING,
        _BELOW,
        *_COUNTS,
        *_tallies("status", *TILES),
        _LEFT_OUT,
        _BY_PLAN,
        *_tallies("status", *RARE_TILES, detail=True),
        *_tallies("grade", "green", "yellow", "red", detail=True),
        Field("objectives", "report.objectives", "count", (11, 11), detail=True),
        Field("weight", "okrs.weight", "number", (10, 10), detail=True),
        Field("as_of", "settings.as_of", "date", (13, 13), detail=True),
        Field("parent", "rollup.part_of", width=(13, 24), detail=True),
        *_WHOSE,
        Field("file", "report.file", width=(16, 40), detail=True),
    ),
)
OBJECTIVES = Table(
    "objectives",
    "tblObjectives",
    records.objectives,
    (
        Field("title", "report.objective", width=(30, 48), strong=True),
        _ID,
        _UNIT,
        _OWNER,
        STATUS,
        SCORE,
        _TREND,
        _EXPECTED,
        _GAP,
        _PREVIOUS,
        _FORECAST,
        *_RANGE,
        *_RESTING,
        *_COUNTS,
        _GRADE,
        _LEFT_OUT,
        _BY_PLAN,
        *_TERMS,
        *_DATES,
        _ALIGNS,
        _NOTE,
        *_WHOSE,
        *_PLACE,
    ),
)
KEY_RESULTS = Table(
    "key_results",
    "tblKeyResults",
    records.key_results,
    (
        _TITLE,
        _ID,
        _UNIT,
        _OWNER,
        STATUS,
        SCORE,
        _TREND,
        _GAP,
        _FORECAST,
        *_RANGE,
        Field("baseline", "okrs.baseline", "number", (11.5, 12)),
        _TARGET,
        _CURRENT,
        Field("unit", "okrs.unit", width=(11, 18)),
        Field("plan_changes", "rollup.plan_changes", width=(18, 34)),
        _BY_PLAN,
        _LAST,
        Field("objective", "report.objective", width=(20, 34), detail=True),
        Field("objective_id", "report.objective_id", width=(11, 18), detail=True),
        Field("expected", "okrs.expected", "percent", (11, 11), detail=True),
        Field("progress", "okrs.progress", "percent", (11, 11), detail=True),
        _GRADE,
        Field("confidence", "okrs.confidence", "count", (11, 11), detail=True),
        Field("updated", "report.updated_header", "yes_no", (11, 14), detail=True),
        Field("with_number", "report.with_number", "yes_no", (11, 14), detail=True),
        Field("type", "okrs.type", "type", (14, 20), detail=True),
        *_TERMS,
        *_DATES,
        _ALIGNS,
        _NOTE,
        *_WHOSE,
        *_PLACE,
    ),
)
OWNERS = Table(
    "owners",
    "tblOwners",
    records.owners,
    (
        Field("owner_name", "okrs.owner", width=(22, 36), strong=True),
        Field("score", "okrs.score", "bar", (16, 16)),
        _TREND,
        _EXPECTED,
        _GAP,
        *_COUNTS,
        Field("due", "report.owes", "tally", (14, 14)),
        Field("stale", "rollup.stale", "tally", (14, 14)),
        Field("overdue", "report.overdue_actions", "tally", (14, 14)),
        Field("blank", "report.no_okrs", "tally", (12, 12)),
        *_tallies("status", *TILES, "not-started"),
        _LEFT_OUT,
        _BY_PLAN,
        *_tallies("status", "postponed", "cancelled", detail=True),
        *_tallies("grade", "green", "yellow", "red", detail=True),
        _COMPANY,
        _QUARTER,
    ),
)
ALIGNMENT = Table(
    "alignment",
    "tblAlignment",
    records.alignment,
    (
        Field("title", "report.objective", width=(44, 64), strong=True),
        _ID,
        _UNIT,
        _OWNER,
        STATUS,
        SCORE,
        _BELOW,
        Field("difference", "report.difference", "points", (12, 12)),
        Field("serving", "rollup.serving", "tally", (11, 11)),
        Field("parent", "rollup.serves", width=(11, 18)),
        Field("finding", "rollup.finding", "finding", (20, 32)),
        Field("path", "rollup.path", width=(14, 40), detail=True),
        *_WHOSE,
        *_PLACE,
    ),
    outline=True,
)
FORECAST = Table(
    "forecast",
    "tblForecast",
    records.forecast,
    (
        _TITLE,
        _ID,
        _UNIT,
        _OWNER,
        STATUS,
        SCORE,
        Field("forecast", "report.forecast", "bar", (12, 12)),
        *_RANGE,
        Field("finding", "rollup.finding", "finding", (20, 30)),
        _CURRENT,
        Field("value", "rollup.value", "number", (12, 12)),
        Field("value_low", "rollup.value_low", "number", (12, 12)),
        Field("value_high", "rollup.value_high", "number", (12, 12)),
        Field("check_ins", "rollup.check_ins", "count", (11, 11)),
        _DEPARTMENT,
        _QUARTER,
        *_PLACE,
    ),
    "rollup.no_forecast",
)
ATTENTION = Table(
    "attention",
    "tblAttention",
    records.attention,
    (
        _TITLE,
        _ID,
        _UNIT,
        _OWNER,
        STATUS,
        Field("reason", "report.reason", width=(26, 54)),
        SCORE,
        _EXPECTED,
        _GAP,
        _CURRENT,
        _TARGET,
        _LAST,
        _DEPARTMENT,
        _QUARTER,
        *_PLACE,
    ),
    "report.none_attention",
)
CHANGES = Table(
    "changes",
    "tblChanges",
    records.changes,
    (
        _TITLE,
        _ID,
        _UNIT,
        _OWNER,
        Field("change", "rollup.change", "change", (14, 22)),
        Field("before", "rollup.before", "percent", (11, 11)),
        Field("after", "rollup.after", "bar", (12, 12)),
        _MOVED,
        Field("before_status", "rollup.before_status", "status", (13, 20)),
        STATUS,
        Field("since", "rollup.since", "date", (13, 13), detail=True),
        _DEPARTMENT,
        _QUARTER,
        *_PLACE,
    ),
    "page.no_changes",
)
CARRIED = Table(
    "carried",
    "tblCarried",
    records.carried,
    (
        Field("title", "report.objective", width=(30, 48), strong=True),
        _ID,
        _UNIT,
        _OWNER,
        STATUS,
        SCORE,
        Field("previous_score", "report.previous", "percent", (11, 11)),
        _MOVED,
        Field("previous_title", "rollup.previous_title", width=(24, 48)),
        _DEPARTMENT,
        _QUARTER,
        *_PLACE,
    ),
    "rollup.no_carried",
)
PROBLEMS = Table(
    "problems",
    "tblProblems",
    records.problems,
    (
        Field("message", "report.message", width=(50, 84)),
        Field("severity", "report.severity", "severity", (12, 18)),
        Field("cell", "report.cell", width=(9, 12), link=True),
        Field("sheet", "report.sheet", width=(12, 24)),
        Field("file", "report.file", width=(16, 40)),
        Field("code", "report.code", width=(18, 26)),
    ),
    "report.no_problems",
    frozen=0,
)
TABLES = (
    TEAMS,
    OBJECTIVES,
    KEY_RESULTS,
    OWNERS,
    ALIGNMENT,
    FORECAST,
    ATTENTION,
    CHANGES,
    CARRIED,
    PROBLEMS,
)
