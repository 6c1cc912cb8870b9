"""How scores came about, check-in by check-in: of units, and of the key results that are shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from markupsafe import Markup

from okr_sheets.language import Language
from okr_sheets.reports.excerpts import Place, place_of, places_among
from okr_sheets.reports.page.charts import Point, course
from okr_sheets.rollups.result import Rollup

Ways = Mapping[str, Sequence[Point]]  # of each unit by its name


def unit_ways(rollup: Rollup) -> Ways:
    """The points of each unit by its name, one a check-in date, in order of days."""
    by_unit: dict[str, list[Point]] = {}
    for row in rollup.rows("trend", np.flatnonzero(rollup.columns["trend"].level == "unit")):
        point = Point(row["day"], row["score"], row["expected"])
        by_unit.setdefault(row["unit_name"], []).append(point)
    return {unit: sorted(points, key=lambda point: point.day) for unit, points in by_unit.items()}


def key_result_courses(
    rollup: Rollup, places: Collection[Place], words: Language
) -> Mapping[Place, Markup]:
    """The scores of the key results that stand in `places`, each as a small line that says them.

    They begin with the first number: before it there is nothing to draw.
    """
    trend = rollup.columns["trend"]
    is_scored = (trend.level == "key-result") & (trend.with_number > 0) & ~np.isnan(trend.score)
    trend = trend.take(np.flatnonzero(is_scored))
    trend = trend.take(places_among(trend, places))
    trend = trend.take(np.argsort(trend.day, kind="stable"))
    scores: dict[Place, list[float]] = {}
    for row in trend.only(("file", "sheet", "row", "score")).records():
        scores.setdefault(place_of(row), []).append(row["score"])
    return {place: course(values, _told(values, words)) for place, values in scores.items()}


def _told(scores: Sequence[float], words: Language) -> str:
    return words("page.course", scores=", ".join(map(words.percent, scores)))
