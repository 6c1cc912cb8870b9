"""The top of the page: where we stand, where we end, how fresh the numbers are, what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from markupsafe import Markup

from okr_sheets.columns import to_day
from okr_sheets.language import Language
from okr_sheets.reports.page.charts import Chart, End, Point
from okr_sheets.reports.page.order import by_value
from okr_sheets.reports.page.parts import (
    KEEPING,
    bar,
    chip,
    end_of,
    share,
    stack,
    unit_notes,
)
from okr_sheets.reports.page.trends import Ways
from okr_sheets.reports.phrases import day_text, end_range, heading, listed_names, scope
from okr_sheets.rollups.result import Rollup, Row
from okr_sheets.rollups.schema import CHANGE_KINDS

MOST_NAMES = 4  # of those who owe an update
# How figures came about, and the sources of each way.
SOURCES = {"typed": ("typed", "log"), "computed": ("computed",), "assumed": ("assumed",)}


def headline(rollup: Rollup, ways: Ways, words: Language) -> Row | None:
    """The unit that speaks for all: score, pace, end, and the way there; None if none does."""
    if (row := rollup.headline) is None:
        return None
    points = ways.get(row["unit_name"], [])
    return {
        "unit": row["unit_name"] if len(rollup.columns["teams"]) > 1 else "",
        "value": words.percent(row["score"]),
        "end_of": end_of(row, words),
        "expected": words.percent(row["expected"]),
        "chip": chip(row["status"], words),
        "bar": bar(row, words),
        "scope": scope(row, words) if len(rollup.columns["teams"]) > 1 else "",
        "note": unit_notes(row, words),
        "end": end_range(row, words),
        "previous": None if row["previous"] is None else words.percent(row["previous"]),
        "chart": _chart(rollup, row, points, words),
        "weeks": [
            {
                "day": day_text(point.day, words),
                "by": {
                    "day": by_value(point.day),
                    **{key: by_value(getattr(point, key)) for key in ("score", "expected")},
                },
                "score": words.percent(point.score),
                "expected": words.percent(point.expected),
            }
            for point in points
        ],
    }


def _chart(rollup: Rollup, row: Row, points: Sequence[Point], words: Language) -> Markup:
    """A unit's trend from its first start to its last due day; blank below two check-ins."""
    is_own = rollup.columns["key_results"].unit_name == row["unit_name"]
    key_results = rollup.rows("key_results", np.flatnonzero(is_own))
    starts = [key_result["start"] for key_result in key_results if key_result["start"]]
    dues = [key_result["due"] for key_result in key_results if key_result["due"]]
    if len(points) < 2 or not starts or not dues:
        return Markup("")
    first, last = min(*starts, points[0].day), max(*dues, points[-1].day)
    sentence = heading(row, words)
    end = End(row["forecast"], row["forecast_low"], row["forecast_high"]) if sentence else None
    figures = {key: words.percent(row[key]) for key in ("score", "expected")}
    parts = (words("dashboard.week_by_week"), words("report.headline", **figures), sentence)
    return Chart(first, last, words).draw(points, end, ". ".join(filter(None, parts)))


def status_counts(rollup: Rollup, words: Language) -> list[Row]:
    """Key results counted by status; units too, where none of them speaks for all."""
    statuses = rollup.columns["key_results"].status
    tiles = [
        {
            "label": words("dashboard.by_status"),
            "value": _keeping(statuses, rollup.about["live"], words),
            "stack": stack(statuses, words),
        }
    ]
    # What has no tracker of its own has no status.
    teams = rollup.columns["teams"]
    units = teams.status[teams.objectives > 0]
    if rollup.headline is None and len(units):
        tile = {
            "label": words("report.teams"),
            "value": _keeping(units, len(units), words),
            "stack": stack(units, words),
        }
        tiles.insert(0, tile)
    return tiles


def _keeping(statuses: Iterable[str], whole: int, words: Language) -> str:
    keeping = sum(status in KEEPING for status in statuses)
    return words.counted("page.count_of", part=words.number(keeping), whole=words.number(whole))


def freshness(rollup: Rollup, words: Language) -> Row:
    """How far the numbers can be trusted: what is up to date, when, and who still owes."""
    about = rollup.about
    last = np.fmax.reduce(rollup.columns["key_results"].last_check_in, initial=0)
    live, current = about["live"], about["updated"]
    owners = rollup.columns["owners"]
    owing = owners.owner_name[(owners.due > 0) | (owners.stale > 0)].tolist()
    names = [name or words("report.nobody") for name in dict.fromkeys(owing)]
    figures = rollup.columns["sources"]
    # That a row runs for the whole quarter is no assumption worth a number.
    is_date = (figures.figure == "start") | (figures.figure == "due")
    kinds = Counter(figures.source[~is_date].tolist())
    blank = rollup.columns["blank"].unit_name
    return {
        "is_asked": rollup.is_asked,
        "value": words.counted(
            "page.count_of", part=words.number(current), whole=words.number(live)
        ),
        "label": f"{words('report.up_to_date')}: {words.number(current)} / {words.number(live)}",
        "share": share(current / live if live else 0),
        "with_number": words.counted(
            "page.count_of", part=words.number(about["with_number"]), whole=words.number(live)
        ),
        "last": day_text(to_day(last), words) if last else "–",
        "owing": names[:MOST_NAMES],
        "more": max(len(names) - MOST_NAMES, 0),
        "blank": listed_names(blank, MOST_NAMES, words) if len(blank) else "",
        "figures": [
            (words(f"page.figures_{way}"), words.number(count))
            for way, sources in SOURCES.items()
            if (count := sum(kinds[source] for source in sources))
        ],
    }


def since(rollup: Rollup, ways: Ways, words: Language) -> Row | None:
    """What the key results came to since the last check-in date but one; None without two."""
    if rollup.since is None:
        return None
    counts = Counter(rollup.columns["changes"].change)
    return {
        "day": day_text(rollup.since, words),
        "moved": _moved(rollup, ways, words),
        "counts": [
            {
                "tone": kind,
                "word": words(f"page.change_{kind.replace('-', '_')}"),
                "count": words.number(count),
            }
            for kind in CHANGE_KINDS
            if (count := counts[kind])
        ],
    }


def _moved(rollup: Rollup, ways: Ways, words: Language) -> list[str]:
    """The headline's score on that date and now; nothing without a headline or that date."""
    if (row := rollup.headline) is None:
        return []
    points = ways.get(row["unit_name"], [])
    before = [point.score for point in points if point.day == rollup.since]
    return [words.percent(score) for score in (*before, row["score"])] if before else []
