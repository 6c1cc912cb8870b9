"""Columns that several tables of the workbook have."""

from __future__ import annotations

from okr_sheets.reports.workbook.fields import Field
from okr_sheets.reports.workbook.table import field_of

TITLE = field_of("key_results.title", (30, 42), strong=True)
STATUS = field_of("key_results.status", (13, 20))
SCORE = field_of("key_results.score", (12, 12), "bar")
TREND = Field("trend", "okrs.trend", "trend", (15, 15))
EXPECTED = field_of("key_results.expected", (11, 11))
GAP = field_of("key_results.gap", (9, 9))
PREVIOUS_SCORE = field_of("objectives.previous", (11, 11))
FINAL = field_of("objectives.final", (11, 11))
FORECAST_SCORE = field_of("objectives.forecast", (11, 11))
RANGE = (
    field_of("objectives.forecast_low", (10, 10)),
    field_of("objectives.forecast_high", (10, 10)),
)
RESTING = (
    field_of("objectives.forecast_of", (11, 11)),
    field_of("objectives.forecast_stale", (11, 11)),
)
BELOW = field_of("teams.below", (11, 11))
MOVED = Field("moved", "report.difference", "points", (12, 12))
GRADE = field_of("key_results.grade", (10, 14), detail=True)
ID = field_of("key_results.id", (10, 18), link=True)
UNIT = field_of("key_results.unit_name", (14, 22))
OWNER = field_of("key_results.owner_name", (13, 22))
WHICH = (TITLE, ID, UNIT, OWNER)
NOTE = field_of("key_results.note", (20, 44), detail=True)
REMARK = field_of("key_results.remark", (20, 40))
SURE = field_of("key_results.confidence", (11, 11), "count")
REMARKED = (
    field_of("key_results.confidence_before", (11, 11), "count", detail=True),
    field_of("key_results.remark_by", (13, 22), detail=True),
    field_of("key_results.remark_on", (13, 13), detail=True),
)
CURRENT = field_of("key_results.current", (11.5, 12))
TARGET = field_of("key_results.target", (11.5, 12))
LAST = field_of("key_results.last_check_in", (15, 15))
DATES = (
    field_of("key_results.start", (13, 13), detail=True),
    field_of("key_results.due", (13, 13), detail=True),
)
TERMS = (
    field_of("key_results.commitment", (14, 20), detail=True),
    field_of("key_results.weight", (10, 10), detail=True),
    field_of("key_results.state", (12, 18), detail=True),
)
ALIGNS = field_of("key_results.aligns_to", (12, 24), detail=True)
DEPARTMENT = field_of("key_results.department", (13, 24), detail=True)
LEVEL = field_of("key_results.level", (12, 18), detail=True)
COMPANY = field_of("key_results.company", (13, 24), detail=True)
QUARTER = field_of("key_results.quarter", (11, 16), detail=True)
WHOSE = (DEPARTMENT, LEVEL, COMPANY, QUARTER)
FILE = field_of("key_results.file", (16, 34), detail=True)
PLACE = (
    FILE,
    field_of("key_results.sheet", (10, 20), detail=True),
    field_of("key_results.row", (8, 8), detail=True),
)
COUNTS = (
    field_of("objectives.updated", (11, 11)),
    field_of("objectives.with_number", (11, 11)),
    field_of("objectives.key_results", (11, 11)),
)
LEFT_OUT = field_of("objectives.with_left_out", (12, 12), detail=True)
BY_PLAN = field_of("key_results.planned_score", (12, 12), detail=True)


def tallies(*keys: str, detail: bool = False) -> tuple[Field, ...]:
    """A column for each count of a unit, such as those of its statuses."""
    return tuple(field_of(f"teams.{key}", (10, 10), "tally", detail=detail) for key in keys)
