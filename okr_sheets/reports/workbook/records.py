"""The rows of each table: a frame of the rollup, with what only a workbook shows of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from okr_sheets.drawing.styles import Styles
from okr_sheets.language import Language
from okr_sheets.problems import grouped
from okr_sheets.reports.phrases import plan_changes, reason
from okr_sheets.reports.workbook.fields import BLANK
from okr_sheets.reports.workbook.hidden_sheet import HiddenSheet
from okr_sheets.reports.workbook.links import Links
from okr_sheets.reports.workbook.weeks import Weeks
from okr_sheets.rollups.result import Rollup, Row, problem_records
from okr_sheets.rollups.schema import FRAMES

Rows = list[dict[str, Any]]

_RANKS = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True)
class Report:
    """What every sheet needs to be written."""

    rollup: Rollup
    words: Language
    styles: Styles
    links: Links
    hidden: HiddenSheet
    weeks: Weeks
    names: Mapping[str, str]  # of the sheets, by key

    def linked(self, rows: Rows, level: str = "") -> Rows:
        """Rows with the address they came from; with a `level` of the trend, their weeks too."""
        for row in rows:
            row["address"] = self.links.to_row(row)
        if level:
            for row, scores in zip(rows, self.weeks.scores(level, rows), strict=True):
                row["trend"] = scores
        return rows

    def owned(self, rows: Rows) -> Rows:
        """Rows that name nobody as the owner of what has none."""
        nobody = self.words("report.nobody")
        return [row | {"owner_name": row["owner_name"] or nobody} for row in rows]


def teams(report: Report) -> Rows:
    """One row per unit, with its weeks."""
    rows = report.rollup.rows("teams")
    return report.linked(
        [row | {"status": BLANK if row["blank"] else row["status"]} for row in rows], "unit"
    )


def objectives(report: Report) -> Rows:
    """One row per objective, with its weeks; no state means an active one."""
    rows = report.rollup.rows("objectives")
    return report.linked([row | {"state": row["state"] or "active"} for row in rows], "objective")


def key_results(report: Report) -> Rows:
    """One row per key result, with its weeks and its forecast."""
    ends = {_place(row): row for row in report.rollup.rows("forecast")}
    rows = []
    for row in report.rollup.rows("key_results"):
        end = ends.get(_place(row), {})
        row |= {key: end.get(key) for key in ("forecast", "forecast_low", "forecast_high")}
        row["plan_changes"] = plan_changes(row, report.words)
        rows.append(row)
    return report.linked(rows, "key-result")


def _place(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["file"], row["sheet"], row["row"]


def owners(report: Report) -> Rows:
    """One row per owner, with their weeks."""
    rows = report.rollup.rows("owners")
    trends = report.weeks.scores("owner", rows)
    owned = report.owned(rows)
    return [row | {"trend": scores} for row, scores in zip(owned, trends, strict=True)]


def alignment(report: Report) -> Rows:
    """One row per objective, each followed by those that serve it."""
    return report.linked(_whole(report.rollup, "alignment", "objectives"))


def forecast(report: Report) -> Rows:
    """One row per key result that has a forecast, the lowest first."""
    rows = report.linked(report.owned(_whole(report.rollup, "forecast", "key_results")))
    rows.sort(key=lambda row: (row["forecast"], row["forecast_low"]))
    return [_estimated(row) for row in rows]


def attention(report: Report, most: int | None = None) -> Rows:
    """One row per key result to look at, with all reasons in words."""
    rows = report.owned(_whole(report.rollup, "attention", "key_results")[:most])
    return [row | {"reason": reason(row, report.words)} for row in report.linked(rows)]


def changes(report: Report) -> Rows:
    """One row per key result whose score or status changed since the previous check-in date."""
    rows = report.owned(_whole(report.rollup, "changes", "key_results"))
    rows = [row | {"status": row["after_status"]} for row in rows]
    return report.linked([row | {"moved": _moved(row, "after", "before")} for row in rows])


def carried(report: Report) -> Rows:
    """One row per objective that was there last quarter."""
    rows = report.owned(_whole(report.rollup, "carried", "objectives"))
    return report.linked([row | {"moved": _moved(row, "score", "previous_score")} for row in rows])


def _moved(row: Mapping[str, Any], after: str, before: str) -> float | None:
    if row[after] is None or row[before] is None:
        return None
    moved: float = round(row[after] - row[before], 4)
    return moved


def problems(report: Report) -> Rows:
    """One row per problem, those alike in one, errors first."""
    ordered = sorted(grouped(report.rollup.problems), key=lambda each: _RANKS[each.severity])
    rows = problem_records(ordered, report.words.code)
    return [
        {**row, "address": report.links.to_problem(problem)}
        for row, problem in zip(rows, ordered, strict=True)
    ]


def _whole(rollup: Rollup, name: str, whole: str) -> Rows:
    """The rows of a frame, with the columns of `_WHOSE` that only the frame `whole` has.

    Blank where `whole` has no such row, or several.
    """
    keys = [key for key in _IDENTITY if key in FRAMES[name].keys]
    others = [key for key in _WHOSE if key in FRAMES[whole].keys and key not in FRAMES[name].keys]
    by_identity: dict[tuple[Any, ...], list[Row]] = {}
    for row in rollup.rows(whole):
        by_identity.setdefault(tuple(row[key] for key in keys), []).append(row)
    rows = []
    for row in rollup.rows(name):
        same = by_identity.get(tuple(row[key] for key in keys), [])
        blank: dict[str, Any] = {key: None if key == "row" else "" for key in others}
        rows.append(row | ({key: same[0][key] for key in others} if len(same) == 1 else blank))
    return rows


_IDENTITY = ("file", "sheet", "row", "id")
_WHOSE = ("company", "quarter", "level", "sheet", "row", "status")


def _estimated(row: dict[str, Any]) -> dict[str, Any]:
    """The row with its values at the end as exact as their range vouches for: two digits of it."""
    keys: Sequence[str] = ("value", "value_low", "value_high")
    width = row["value_high"] - row["value_low"]
    if not width > 0:
        return row
    digits = 1 - math.floor(math.log10(width))
    return row | {key: round(float(row[key]), digits) for key in keys}
