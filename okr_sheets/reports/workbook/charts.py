"""The native charts of the summary, drawn from rows of the hidden sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter import Workbook

from okr_sheets.columns import serial
from okr_sheets.drawing.cells import Value
from okr_sheets.drawing.charts import (
    SMALL,
    SMALL_INK,
    doughnut,
    score_bars,
    score_line,
    week_axes,
)
from okr_sheets.drawing.colours import BAND, LINE, SERIES, SLATE, STRONG_COLOURS
from okr_sheets.drawing.text_width import shortened
from okr_sheets.reports.phrases import status_word
from okr_sheets.reports.weeks import course
from okr_sheets.reports.workbook.records import Report


def bar_chart(
    book: Workbook, report: Report, names: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> Any:
    """Score beside expected pace, a pair of bars for each of the rows."""
    labels = report.hidden.row([shortened(name, 26) for name in names])
    series = {
        key: {
            "name": report.words(f"okrs.{key}"),
            "categories": labels,
            "values": report.hidden.row([row[key] for row in rows]),
        }
        for key in ("score", "expected")
    }
    gap = 50 if len(rows) > 4 else 120
    axis = {"interval_unit": 1, "num_font": SMALL_INK}
    return score_bars(book, series, gap, axis, report.words.percent_format)


def status_ring(book: Workbook, report: Report, counts: Mapping[str, int]) -> Any:
    """How many key results have each status."""
    unscored = report.words("report.reason_unscored")
    labels = [
        f"{status_word(key, report.words) if key else unscored}  {count}"
        for key, count in counts.items()
    ]
    series = {
        "name": report.words("dashboard.by_status"),
        "categories": report.hidden.row(labels),
        "values": report.hidden.row([*counts.values()]),
    }
    return doughnut(book, series, [*map(_slice, counts)], SMALL_INK)


def _slice(status: str) -> str:
    return SLATE if status == "" else STRONG_COLOURS.get(status, LINE)


def trend_chart(book: Workbook, report: Report, unit: Mapping[str, Any]) -> Any:
    """A unit's weeks against the pace, and from its day on the forecast with its range."""
    [past] = report.weeks.of("unit", [unit])
    way = course(report.rollup, past, unit)
    last, blank = past[-1], [None] * (len(past) - 1)
    lines: dict[str, list[Value]] = {
        "expected": [*way.expected],
        "score": [week["score"] for week in past],
    }
    labels = report.hidden.row([*map(serial, way.days)])
    line = book.add_chart({"type": "line"})
    base = line
    if way.ahead and unit["forecast"] is not None:
        score, low, high = last["score"], unit["forecast_low"], unit["forecast_high"]
        lines["forecast"] = [*blank, *way.onwards(score, unit["forecast"])]
        # Of no width below the line of the past, else its edge rises from the axis.
        floor = [*lines["score"][:-1], *way.onwards(score, low)]
        width = [*([0.0] * len(blank)), *way.onwards(0.0, high - low)]
        base = _band(book, report, labels, floor, width)
        base.combine(line)
    for key, values in lines.items():
        name = report.words("report.forecast" if key == "forecast" else f"okrs.{key}")
        drawn = {"name": name, "categories": labels, "values": report.hidden.row(values)}
        line.add_series(score_line(key, drawn))
    _axes(base, report, len(way.days))
    # The area up to the low end is there only to hold up the range.
    if base is not line:
        base.set_legend({"position": "bottom", "font": SMALL, "delete_series": [0]})
    return base


def _band(
    book: Workbook, report: Report, labels: str, low: Sequence[Value], width: Sequence[Value]
) -> Any:
    """The range of the forecast: an area of its width on a clear one up to its low end."""
    area = book.add_chart({"type": "area", "subtype": "stacked"})
    for values, fill in ((low, {"none": True}), (width, {"color": BAND})):
        area.add_series(
            {
                "name": report.words("report.range_80"),
                "categories": labels,
                "values": report.hidden.row(values),
                "fill": fill,
                "border": {"none": True},
            }
        )
    return area


def unit_lines(
    book: Workbook, report: Report, names: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> Any:
    """The weeks of the first few units, a line for each: what no one unit speaks for."""
    chart = book.add_chart({"type": "line"})
    paths = report.weeks.of("unit", rows[: len(SERIES)])
    days = sorted({week["day"] for path in paths for week in path})
    labels = report.hidden.row([*map(serial, days)])
    for name, path, colour in zip(names, paths, SERIES, strict=False):
        scores = {week["day"]: week["score"] for week in path}
        chart.add_series(
            {
                # By its cell, since a name is a reference where it begins like one.
                "name": f"={report.hidden.row([shortened(name, 26)])}",
                "categories": labels,
                "values": report.hidden.row([scores.get(day) for day in days]),
                "line": {"color": colour, "width": 2.25},
            }
        )
    _axes(chart, report, len(days))
    return chart


def _axes(chart: Any, report: Report, weeks: int) -> None:
    chart.show_blanks_as("gap")
    ticks = {"position_axis": "on_tick", "interval_unit": max(1, (weeks + 6) // 7)}
    week_axes(chart, report.words, **ticks)
