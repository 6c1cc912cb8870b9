"""The rows of each table: a frame of the rollup, with what only a workbook shows of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from okr_sheets.drawing.styles import Styles
from okr_sheets.language import Language
from okr_sheets.problems import grouped
from okr_sheets.reports.tables import plan_changes, reason
from okr_sheets.reports.workbook.fields import BLANK
from okr_sheets.reports.workbook.hidden_sheet import HiddenSheet
from okr_sheets.reports.workbook.links import Links
from okr_sheets.reports.workbook.weeks import weekly
from okr_sheets.rollups import Rollup, problem_records

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
    names: Mapping[str, str]  # of the sheets, by key

    def linked(self, frame: pd.DataFrame, level: str = "") -> Rows:
        """Give the rows of a frame with the address they came from.

        With a `level` of the trend, with their weekly scores too.
        """
        rows: Rows = frame.to_dict("records")  # type: ignore[assignment]
        for row in rows:
            row["address"] = self.links.to_row(row)
        if level:
            for row, scores in zip(rows, weekly(self.rollup.trend, level, frame), strict=True):
                row["trend"] = scores
        return rows

    def owned(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Name nobody as the owner of what has none."""
        nobody = self.words("report.nobody")
        return frame.assign(owner_name=frame["owner_name"].replace("", nobody))


def teams(report: Report) -> Rows:
    """One row per unit, with its weeks."""
    frame = report.rollup.teams
    status = frame["status"].where(frame["blank"] == 0, BLANK)
    return report.linked(frame.assign(status=status), "unit")


def objectives(report: Report) -> Rows:
    """One row per objective, with its weeks; no state means an active one."""
    frame = report.rollup.objectives
    state = frame["state"].where(frame["state"] != "", "active")
    return report.linked(frame.assign(state=state), "objective")


def key_results(report: Report) -> Rows:
    """One row per key result, with its weeks and its forecast."""
    keys = ["file", "sheet", "row", "forecast", "forecast_low", "forecast_high"]
    ends = report.rollup.forecast[keys]
    frame = report.rollup.key_results.merge(ends, on=["file", "sheet", "row"], how="left")
    said = [plan_changes(row, report.words) for _, row in frame.iterrows()]
    return report.linked(frame.assign(plan_changes=said), "key-result")


def owners(report: Report) -> Rows:
    """One row per owner, with their weeks."""
    frame = report.rollup.owners
    rows: Rows = report.owned(frame).to_dict("records")  # type: ignore[assignment]
    trends = weekly(report.rollup.trend, "owner", frame)
    return [row | {"trend": scores} for row, scores in zip(rows, trends, strict=True)]


def alignment(report: Report) -> Rows:
    """One row per objective, each followed by those that serve it."""
    return report.linked(_whole(report.rollup.alignment, report.rollup.objectives))


def forecast(report: Report) -> Rows:
    """One row per key result that has a forecast, the lowest first."""
    frame = _whole(report.rollup.forecast, report.rollup.key_results)
    worst_first = frame.sort_values(["forecast", "forecast_low"], kind="stable")
    return [_estimated(row) for row in report.linked(report.owned(worst_first))]


def attention(report: Report, most: int | None = None) -> Rows:
    """One row per key result to look at, with all reasons in words."""
    frame = _whole(report.rollup.attention[:most], report.rollup.key_results)
    rows = report.linked(report.owned(frame))
    return [row | {"reason": reason(row, report.words)} for row in rows]


def changes(report: Report) -> Rows:
    """One row per key result that is otherwise than a check-in date ago."""
    frame = report.rollup.changes.assign(status=report.rollup.changes["after_status"])
    moved = (frame["after"] - frame["before"]).round(4)
    return report.linked(report.owned(_whole(frame.assign(moved=moved), report.rollup.key_results)))


def carried(report: Report) -> Rows:
    """One row per objective that was there last quarter."""
    frame = _whole(report.rollup.carried, report.rollup.objectives)
    moved = (frame["score"] - frame["previous_score"]).round(4)
    return report.linked(report.owned(frame.assign(moved=moved)))


def problems(report: Report) -> Rows:
    """One row per problem, those alike in one, errors first."""
    told = sorted(grouped(report.rollup.problems), key=lambda each: _RANKS[each.severity])
    rows = problem_records(told, report.words.code)
    return [
        {**row, "address": report.links.to_problem(problem)}
        for row, problem in zip(rows, told, strict=True)
    ]


def _whole(part: pd.DataFrame, whole: pd.DataFrame) -> pd.DataFrame:
    """The rows of a frame with the columns that only the frame they were taken from has.

    Blank where a frame that names no rows has the id twice.
    """
    keys = [key for key in _IDENTITY if key in part.columns]
    others = [key for key in _WHOSE if key in whole.columns and key not in part.columns]
    found = part.merge(
        whole[[*keys, *others]].drop_duplicates(keys, keep=False), on=keys, how="left"
    )
    return found.fillna({key: "" for key in others if key != "row"})


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
