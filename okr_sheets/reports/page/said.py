"""What owners say, beside the key results and objectives that it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from okr_sheets.columns import to_day
from okr_sheets.language import Language
from okr_sheets.reports.excerpts import whose_id
from okr_sheets.reports.page.charts import Point, sparkline
from okr_sheets.reports.phrases import confidence, day_text, remark
from okr_sheets.rollups.result import Rollup, Row

MOST_SURE = 10
LEAST_DRAWN = 3  # confidences; two are told in words
Courses = Mapping[tuple[str, ...], Sequence[Point]]  # by file, unit and folded id


def courses(rollup: Rollup) -> Courses:
    """The confidences that the logs have of each objective and key result, the oldest first."""
    rows = rollup.columns["remarks"]
    rows = rows.take(np.flatnonzero(~np.isnan(rows.confidence))[::-1])
    found: dict[tuple[str, ...], list[Point]] = {}
    for row in rows.only(
        ("file", "unit_name", "id", "objective_id", "date", "confidence")
    ).records():
        key = whose_id(row | {"id": row["id"] or row["objective_id"]})
        point = Point(to_day(row["date"]), row["confidence"] / MOST_SURE, None)
        found.setdefault(key, []).append(point)
    return found


def said(row: Row, of_rows: Courses, words: Language) -> Row:
    """The remark on a row where the log has one, its confidence, and the course of that."""
    points = of_rows.get(whose_id(row), ())
    told = ", ".join(
        f"{day_text(point.day, words)}: {words.number((point.score or 0) * MOST_SURE)}"
        for point in points
    )
    return {
        "said": remark(row, words),
        # What only repeats the note that stands there.
        "is_note": row["remark_on"] is None,
        "sure": confidence(row, words),
        "way": sparkline(points, f"{words('okrs.confidence')}: {told}")
        if len(points) >= LEAST_DRAWN
        else "",
    }
