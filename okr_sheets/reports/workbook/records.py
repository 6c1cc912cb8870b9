"""The rows of each table: a frame of the rollup, with what only a workbook shows of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from okr_sheets.drawing.styles import Styles
from okr_sheets.language import Language
from okr_sheets.reports.excerpts import Excerpt
from okr_sheets.reports.lookback import why
from okr_sheets.reports.phrases import found, history_values, plan_changes, reason
from okr_sheets.reports.weeks import Weeks
from okr_sheets.reports.workbook.fields import BLANK
from okr_sheets.reports.workbook.hidden_sheet import HiddenSheet
from okr_sheets.reports.workbook.links import Links
from okr_sheets.rollups.result import Rollup, problem_records
from okr_sheets.rollups.schema import FRAMES
from okr_sheets.rollups.units import parents

Rows = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Report:
    """What every sheet needs to be written."""

    rollup: Rollup
    words: Language
    styles: Styles
    links: Links
    hidden: HiddenSheet
    weeks: Weeks
    names: Mapping[str, str]  # of the sheets that are written, by key
    excerpt: Excerpt

    def rows(self, name: str) -> Rows:
        """The rows of a list on its sheet; before the first check-in date none is updated."""
        rows = self.excerpt.rows(name)
        return rows if self.rollup.is_asked else [row | {"updated": None} for row in rows]

    def count(self, name: str) -> int:
        """How many rows a list has, shown or not."""
        return len(self.rollup.columns[name])

    def rows_on(self, name: str, count: int) -> str:
        """How many of the rows of a list stand on its sheet."""
        shown = min(count, self.excerpt.most(name))
        key = "all_rows" if shown == count else "some_rows"
        return self.words.counted(f"rollup.{key}", n=count, shown=shown, sheet=self.names[name])

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
    """One row per unit, with its weeks, and its `depth` below the units it is part of."""
    depths = _depths(parents(report.rollup.columns["teams"]))
    which = report.excerpt.which("teams")
    rows = [
        row | {"status": BLANK if row["blank"] else row["status"], "depth": depths[at]}
        for at, row in zip(which.tolist(), report.rows("teams"), strict=True)
    ]
    return report.linked(rows, "unit")


def _depths(above: Sequence[int | None]) -> list[int]:
    """How many units stand above each, which come before it."""
    depths: list[int] = []
    for at in above:
        depths.append(0 if at is None else depths[at] + 1)
    return depths


def objectives(report: Report) -> Rows:
    """One row per objective, with its weeks; no state means an active one."""
    rows = report.rows("objectives")
    return report.linked([row | {"state": row["state"] or "active"} for row in rows], "objective")


def key_results(report: Report) -> Rows:
    """One row per key result, with its weeks and its forecast."""
    rows = report.rows("key_results")
    ends = _same(report.rollup, "forecast", rows, _PLACE)
    for row, end in zip(rows, ends, strict=True):
        row |= {key: end.get(key) for key in ("forecast", "forecast_low", "forecast_high")}
        row["plan_changes"] = plan_changes(row, report.words)
    return report.linked(rows, "key-result")


def owners(report: Report) -> Rows:
    """One row per owner, with their weeks."""
    rows = report.rows("owners")
    trends = report.weeks.scores("owner", rows)
    owned = report.owned(rows)
    return [row | {"trend": scores} for row, scores in zip(owned, trends, strict=True)]


def alignment(report: Report) -> Rows:
    """One row per objective, each followed by those that serve it."""
    return report.linked(_whole(report, "alignment", "objectives"))


def forecast(report: Report) -> Rows:
    """One row per key result that has a forecast, the lowest first."""
    rows = report.linked(report.owned(_whole(report, "forecast", "key_results")))
    rows.sort(key=lambda row: (row["forecast"], row["forecast_low"]))
    return [_estimated(row) for row in rows]


def attention(report: Report, most: int | None = None) -> Rows:
    """One row per key result to look at, with all reasons in words."""
    rows = report.owned(_whole(report, "attention", "key_results", most))
    return [row | {"reason": reason(row, report.words)} for row in report.linked(rows)]


def changes(report: Report) -> Rows:
    """One row per key result whose score or status changed since the previous check-in date."""
    rows = report.owned(_whole(report, "changes", "key_results"))
    rows = [row | {"status": row["after_status"]} for row in rows]
    return report.linked([row | {"moved": _moved(row, "after", "before")} for row in rows])


def remarks(report: Report) -> Rows:
    """One row per line of the logs, the newest first."""
    rows = report.linked(report.excerpt.rows("remarks"))
    of_objective = ({"id": row["objective_id"], "title": row["objective"]} for row in rows)
    return [row if row["id"] else row | each for row, each in zip(rows, of_objective, strict=True)]


def carried(report: Report) -> Rows:
    """One row per objective that was there last quarter."""
    rows = report.owned(_whole(report, "carried", "objectives"))
    return report.linked([row | {"moved": _moved(row, "score", "previous_score")} for row in rows])


def history(report: Report) -> Rows:
    """One row per change between two runs, its values as people write them."""
    rows = []
    for row in report.excerpt.rows("history"):
        before, after = history_values(row, report.words)
        rows.append(row | {"before": before, "after": after})
    return report.linked(rows)


def _moved(row: Mapping[str, Any], after: str, before: str) -> float | None:
    if row[after] is None or row[before] is None:
        return None
    moved: float = round(row[after] - row[before], 4)
    return moved


def missed(report: Report) -> Rows:
    """One row per committed key result that was missed, with `why`."""
    rows = report.linked(report.owned(report.excerpt.rows("missed")))
    return [row | {"why": why(row, report.words)} for row in rows]


def hindsight(report: Report) -> Rows:
    """One row per forecast that is looked back on, what was not foreseen first."""
    rows = report.linked(report.owned(report.excerpt.rows("hindsight")))
    return [_estimated(row) for row in sorted(rows, key=lambda row: row["ended"] == "inside")]


def problems(report: Report) -> Rows:
    """One row per problem, those alike in one, errors first."""
    shown, _ = report.excerpt.problems()
    rows = problem_records(shown, report.words.code)
    return [
        {**row, "address": report.links.to_problem(problem)}
        for row, problem in zip(rows, shown, strict=True)
    ]


def quality(report: Report) -> Rows:
    """One row per unit, its objectives one `depth` below it, with how its share `moved`."""
    rows = report.excerpt.rows("quality")
    return report.linked(
        [
            {
                **row,
                "title": row["title"] if row["level"] == "objective" else row["unit_name"],
                "depth": int(row["level"] == "objective"),
                "moved": _moved(row, "share", "previous"),
            }
            for row in rows
        ]
    )


def findings(report: Report) -> Rows:
    """One row per finding, warnings first, with its sentence and an example."""
    rows = report.linked(report.owned(report.excerpt.rows("findings")))
    code = report.words.code
    rows = [
        {
            **row,
            "id": row["id"] or row["objective_id"],
            "title": row["title"] or row["objective"],
            "message": found(row).sentence(code),
            "better": found(row).better(code),
        }
        for row in rows
    ]
    return sorted(rows, key=lambda row: row["severity"] == "info")


def _whole(report: Report, name: str, whole: str, most: int | None = None) -> Rows:
    """The rows to show of a frame, with the columns of `_WHOSE` that only the frame `whole` has.

    Blank where `whole` has no such row, or several.
    """
    keys = [key for key in _IDENTITY if key in FRAMES[name].keys]
    others = [key for key in _WHOSE if key in FRAMES[whole].keys and key not in FRAMES[name].keys]
    blank: dict[str, Any] = {key: None if key == "row" else "" for key in others}
    rows = report.rollup.rows(name, report.excerpt.which(name)[:most])
    found = _same(report.rollup, whole, rows, keys)
    return [
        row | ({key: same[key] for key in others} if same else blank)
        for row, same in zip(rows, found, strict=True)
    ]


def _same(rollup: Rollup, name: str, rows: Rows, keys: Sequence[str]) -> Rows:
    """For each of the rows the one of a frame with the same `keys`; {} for none, or for several."""
    wanted = {tuple(row[key] for key in keys) for row in rows}
    positions: dict[tuple[Any, ...], list[int]] = {}
    of_frame = zip(*(rollup.columns[name][key].tolist() for key in keys), strict=True)
    for position, identity in enumerate(of_frame):
        if identity in wanted:
            positions.setdefault(identity, []).append(position)
    alone = {identity: each[0] for identity, each in positions.items() if len(each) == 1}
    found = rollup.rows(name, np.array([*alone.values()], dtype=np.int64))
    by_identity = dict(zip(alone, found, strict=True))
    return [by_identity.get(tuple(row[key] for key in keys), {}) for row in rows]


_PLACE = ("file", "sheet", "row")
_IDENTITY = (*_PLACE, "id")
_WHOSE = ("company", "quarter", "level", "sheet", "row", "status")


def _estimated(row: dict[str, Any]) -> dict[str, Any]:
    """The row with its values at the end as exact as their range vouches for: two digits of it."""
    keys: Sequence[str] = ("value", "value_low", "value_high")
    width = row["value_high"] - row["value_low"]
    if not width > 0:
        return row
    digits = 1 - math.floor(math.log10(width))
    return row | {key: round(float(row[key]), digits) for key in keys}
