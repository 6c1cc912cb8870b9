"""The tables of the workbook: which rows each has, and which columns from left to right."""

from __future__ import annotations

from dataclasses import replace

from okr_sheets.choices import GRADES
from okr_sheets.reports.workbook import records
from okr_sheets.reports.workbook.fields import Field
from okr_sheets.reports.workbook.table import Table
from okr_sheets.reports.workbook.table import field_of as _of

TILES = ("achieved", "on-track", "at-risk", "off-track", "no-update")
RARE_TILES = ("not-started", "postponed", "cancelled")  # shown where there are any
CLOSING = ("final", "final_reason", "decision", "lesson")  # columns that need a close
PREVIOUS = ("previous", "carried")  # columns and tables that need last quarter's trackers
YEAR = ("year_status", "year_score", "year_expected")  # columns that need the year's


_TITLE = _of("key_results.title", (30, 42), strong=True)
STATUS = _of("key_results.status", (13, 20))
SCORE = _of("key_results.score", (12, 12), "bar")
_TREND = Field("trend", "okrs.trend", "trend", (15, 15))
_EXPECTED = _of("key_results.expected", (11, 11))
_GAP = _of("key_results.gap", (9, 9))
_PREVIOUS = _of("objectives.previous", (11, 11))
_FINAL = _of("objectives.final", (11, 11))
_FORECAST = _of("objectives.forecast", (11, 11))
_RANGE = (_of("objectives.forecast_low", (10, 10)), _of("objectives.forecast_high", (10, 10)))
_RESTING = (_of("objectives.forecast_of", (11, 11)), _of("objectives.forecast_stale", (11, 11)))
_BELOW = _of("teams.below", (11, 11))
_MOVED = Field("moved", "report.difference", "points", (12, 12))
_GRADE = _of("key_results.grade", (10, 14), detail=True)
_ID = _of("key_results.id", (10, 18), link=True)
_UNIT = _of("key_results.unit_name", (14, 22))
_OWNER = _of("key_results.owner_name", (13, 22))
_WHICH = (_TITLE, _ID, _UNIT, _OWNER)
_NOTE = _of("key_results.note", (20, 44), detail=True)
_REMARK = _of("key_results.remark", (20, 40))
_SURE = _of("key_results.confidence", (11, 11), "count")
_REMARKED = (
    _of("key_results.confidence_before", (11, 11), "count", detail=True),
    _of("key_results.remark_by", (13, 22), detail=True),
    _of("key_results.remark_on", (13, 13), detail=True),
)
_CURRENT = _of("key_results.current", (11.5, 12))
_TARGET = _of("key_results.target", (11.5, 12))
_LAST = _of("key_results.last_check_in", (15, 15))
_DATES = (
    _of("key_results.start", (13, 13), detail=True),
    _of("key_results.due", (13, 13), detail=True),
)
_TERMS = (
    _of("key_results.commitment", (14, 20), detail=True),
    _of("key_results.weight", (10, 10), detail=True),
    _of("key_results.state", (12, 18), detail=True),
)
_ALIGNS = _of("key_results.aligns_to", (12, 24), detail=True)
_DEPARTMENT = _of("key_results.department", (13, 24), detail=True)
_LEVEL = _of("key_results.level", (12, 18), detail=True)
_COMPANY = _of("key_results.company", (13, 24), detail=True)
_QUARTER = _of("key_results.quarter", (11, 16), detail=True)
_WHOSE = (_DEPARTMENT, _LEVEL, _COMPANY, _QUARTER)
_FILE = _of("key_results.file", (16, 34), detail=True)
_PLACE = (
    _FILE,
    _of("key_results.sheet", (10, 20), detail=True),
    _of("key_results.row", (8, 8), detail=True),
)
_COUNTS = (
    _of("objectives.updated", (11, 11)),
    _of("objectives.with_number", (11, 11)),
    _of("objectives.key_results", (11, 11)),
)
_LEFT_OUT = _of("objectives.with_left_out", (12, 12), detail=True)
_BY_PLAN = _of("key_results.planned_score", (12, 12), detail=True)


def _tallies(*keys: str, detail: bool = False) -> tuple[Field, ...]:
    return tuple(_of(f"teams.{key}", (10, 10), "tally", detail=detail) for key in keys)


TEAMS = Table(
    "teams",
    "tblTeams",
    records.teams,
    (
        _of("teams.unit_name", (20, 32), strong=True, link=True),
        STATUS,
        SCORE,
        _FINAL,
        _TREND,
        _EXPECTED,
        _GAP,
        _PREVIOUS,
        _FORECAST,
        *_RANGE,
        *_RESTING,
        _BELOW,
        _of("teams.year_status", (13, 20), "status"),
        _of("teams.year_score", (11, 11)),
        _of("teams.year_expected", (11, 11)),
        *_COUNTS,
        *_tallies(*TILES),
        _LEFT_OUT,
        _BY_PLAN,
        *_tallies(*RARE_TILES, detail=True),
        *_tallies(*GRADES, detail=True),
        _of("teams.objectives", (11, 11), detail=True),
        _of("teams.weight", (10, 10), detail=True),
        _of("teams.as_of", (13, 13), detail=True),
        _of("teams.parent", (13, 24), detail=True),
        *_WHOSE,
        _of("teams.file", (16, 40), detail=True),
    ),
    outline=True,
)
OBJECTIVES = Table(
    "objectives",
    "tblObjectives",
    records.objectives,
    (
        _of("objectives.title", (30, 48), strong=True),
        _ID,
        _UNIT,
        _OWNER,
        STATUS,
        SCORE,
        _FINAL,
        _of("objectives.final_reason", (18, 34)),
        _of("objectives.decision", (12, 18), "close_decision"),
        _of("objectives.lesson", (20, 40)),
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
        replace(_REMARK, detail=True),
        replace(_SURE, detail=True),
        *_REMARKED,
        *_WHOSE,
        *_PLACE,
    ),
)
KEY_RESULTS = Table(
    "key_results",
    "tblKeyResults",
    records.key_results,
    (
        *_WHICH,
        STATUS,
        SCORE,
        _TREND,
        _GAP,
        _FORECAST,
        *_RANGE,
        _of("key_results.baseline", (11.5, 12)),
        _TARGET,
        _CURRENT,
        _of("key_results.unit", (11, 18)),
        Field("plan_changes", "rollup.plan_changes", width=(18, 34)),
        _LAST,
        _SURE,
        _REMARK,
        _BY_PLAN,
        *_REMARKED,
        _of("key_results.objective", (20, 34), detail=True),
        _of("key_results.objective_id", (11, 18), detail=True),
        _of("key_results.expected", (11, 11), detail=True),
        _of("key_results.progress", (11, 11), detail=True),
        _GRADE,
        _of("key_results.updated", (11, 14), detail=True),
        _of("key_results.with_number", (11, 14), detail=True),
        _of("key_results.type", (14, 20), detail=True),
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
        _of("owners.owner_name", (22, 36), strong=True),
        _of("owners.score", (16, 16), "bar"),
        _TREND,
        _EXPECTED,
        _GAP,
        *_COUNTS,
        _of("owners.due", (14, 14), "tally"),
        _of("owners.stale", (14, 14), "tally"),
        _of("owners.overdue", (14, 14), "tally"),
        _of("owners.blank", (12, 12), "tally"),
        *_tallies(*TILES, "not-started"),
        _LEFT_OUT,
        _BY_PLAN,
        *_tallies("postponed", "cancelled", detail=True),
        *_tallies(*GRADES, detail=True),
        _COMPANY,
        _QUARTER,
    ),
)
ALIGNMENT = Table(
    "alignment",
    "tblAlignment",
    records.alignment,
    (
        _of("alignment.title", (44, 64), strong=True),
        _ID,
        _UNIT,
        _OWNER,
        STATUS,
        SCORE,
        _BELOW,
        _of("alignment.difference", (12, 12), "points"),
        _of("alignment.serving", (11, 11), "tally"),
        _of("alignment.parent", (11, 18)),
        _of("alignment.finding", (20, 32)),
        _of("alignment.path", (14, 40), detail=True),
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
        *_WHICH,
        STATUS,
        SCORE,
        _of("forecast.forecast", (12, 12), "bar"),
        *_RANGE,
        _of("forecast.finding", (20, 30)),
        _CURRENT,
        _of("forecast.value", (12, 12)),
        _of("forecast.value_low", (12, 12)),
        _of("forecast.value_high", (12, 12)),
        _of("forecast.check_ins", (11, 11)),
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
        *_WHICH,
        STATUS,
        _of("attention.reason", (26, 54), "text"),
        _REMARK,
        _SURE,
        SCORE,
        _EXPECTED,
        _GAP,
        _CURRENT,
        _TARGET,
        _LAST,
        *_REMARKED,
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
        *_WHICH,
        _of("changes.change", (14, 22)),
        _of("changes.before", (11, 11)),
        _of("changes.after", (12, 12), "bar"),
        _MOVED,
        _of("changes.before_status", (13, 20), "status"),
        STATUS,
        _of("changes.since", (13, 13), detail=True),
        _DEPARTMENT,
        _QUARTER,
        *_PLACE,
    ),
    "page.no_changes",
)
REMARKS = Table(
    "remarks",
    "tblRemarks",
    records.remarks,
    (
        _of("remarks.date", (13, 13)),
        _of("remarks.note", (40, 72)),
        _of("remarks.by", (13, 22)),
        _of("remarks.confidence", (11, 11), "count"),
        _of("remarks.id", (10, 18), link=True),
        _of("remarks.title", (28, 42)),
        _UNIT,
        _OWNER,
        *_WHOSE,
        *_PLACE,
    ),
    "rollup.no_remarks",
)
CARRIED = Table(
    "carried",
    "tblCarried",
    records.carried,
    (
        _of("carried.title", (30, 48), strong=True),
        _ID,
        _UNIT,
        _OWNER,
        STATUS,
        SCORE,
        _of("carried.previous_score", (11, 11)),
        _MOVED,
        _of("carried.previous_title", (24, 48)),
        _DEPARTMENT,
        _QUARTER,
        *_PLACE,
    ),
    "rollup.no_carried",
)
HINDSIGHT = Table(
    "hindsight",
    "tblHindsight",
    records.hindsight,
    (
        *_WHICH,
        _of("hindsight.ended", (16, 24)),
        _of("hindsight.score", (12, 12), "bar"),
        _of("hindsight.forecast", (12, 12)),
        *_RANGE,
        _of("hindsight.current", (11.5, 12)),
        _of("hindsight.value", (12, 12)),
        _of("hindsight.value_low", (12, 12)),
        _of("hindsight.value_high", (12, 12)),
        _of("hindsight.made_on", (13, 13)),
        *_WHOSE,
        *_PLACE,
    ),
    "rollup.no_hindsight",
)
QUALITY = Table(
    "quality",
    "tblQuality",
    records.quality,
    (
        Field("title", "rollup.unit", width=(36, 64), strong=True),
        _ID,
        _of("quality.share", (14, 14), "bar"),
        _of("quality.previous", (11, 11)),
        _MOVED,
        _of("quality.clean", (12, 14)),
        _of("quality.key_results", (11, 11)),
        _of("quality.findings", (11, 11), "tally"),
        Field("unit_name", "report.unit", width=(14, 22), detail=True),
        _DEPARTMENT,
        _COMPANY,
        _QUARTER,
        *_PLACE,
    ),
    "review.nothing",
    outline=True,
)
FINDINGS = Table(
    "findings",
    "tblFindings",
    records.findings,
    (
        _of("problems.message", (44, 64)),
        Field("better", "review.example", width=(26, 40)),
        _of("findings.severity", (12, 18)),
        _of("findings.cell", (9, 12), link=True),
        _of("findings.id", (10, 18)),
        _of("findings.title", (28, 42)),
        _UNIT,
        _OWNER,
        _of("findings.code", (18, 26), detail=True),
        *_WHOSE,
        *_PLACE,
    ),
    "review.nothing",
    frozen=0,
)
HISTORY = Table(
    "history",
    "tblHistory",
    records.history,
    (
        _of("history.code", (24, 34), "remembered"),
        _of("history.title", (30, 42), strong=True),
        _ID,
        _of("history.objective", (20, 34)),
        _UNIT,
        _OWNER,
        _of("history.day", (13, 13)),
        _of("history.before", (14, 34)),
        _of("history.after", (14, 34)),
        _of("history.since", (13, 13)),
        _of("history.until", (13, 13)),
        _DEPARTMENT,
        _QUARTER,
        *_PLACE,
    ),
    "page.no_changes",
)
PROBLEMS = Table(
    "problems",
    "tblProblems",
    records.problems,
    (
        _of("problems.message", (50, 84)),
        _of("problems.severity", (12, 18)),
        _of("problems.cell", (9, 12), link=True),
        _of("problems.sheet", (12, 24)),
        _of("problems.file", (16, 40)),
        _of("problems.code", (18, 26)),
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
    REMARKS,
    CARRIED,
    HISTORY,
    HINDSIGHT,
    QUALITY,
    FINDINGS,
    PROBLEMS,
)
