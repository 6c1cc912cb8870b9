"""The native charts of the summary, drawn from rows of the hidden sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
from xlsxwriter import Workbook

from okr_sheets.columns import serial
from okr_sheets.reports.phrases import status_word
from okr_sheets.reports.workbook.data import Value, history
from okr_sheets.reports.workbook.fitting import shortened
from okr_sheets.reports.workbook.rows import Report
from okr_sheets.rollups.trend import own_dates
from okr_sheets.writing.styles import ACCENT, INK, LINE, MUTED, SLATE, STRONG_COLOURS, WHITE

QUIET, PALE_BAR, GRID, BAND = "#7C86A3", "#C9CFDD", "#E8EBF2", "#C9D8F2"
LINES = (ACCENT, "#0B7A75", "#E0A100", "#C8442B", "#7A5BA6", QUIET)  # of units side by side
_FONT = {"name": "Calibri", "size": 9, "color": MUTED}
_BARE = {"line": {"none": True}, "major_tick_mark": "none"}
_GRIDLINES = {"major_gridlines": {"visible": True, "line": {"color": GRID}}}


def framed(chart: Any, width: int, height: int) -> Any:
    """The chart without a title, in a thin frame, so many pixels large."""
    chart.set_title({"none": True})
    chart.set_chartarea({"border": {"color": LINE}, "fill": {"color": WHITE}})
    chart.set_size({"width": width, "height": height})
    chart.show_hidden_data()
    return chart


def bar_chart(
    book: Workbook, report: Report, names: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> Any:
    """Score beside expected pace, a pair of bars for each of the rows."""
    names = [shortened(name, 26) for name in names]
    labels = report.data.row(names)
    chart = book.add_chart({"type": "bar"})
    for key, colour in (("score", ACCENT), ("expected", PALE_BAR)):
        series: dict[str, Any] = {
            "name": report.words(f"okrs.{key}"),
            "categories": labels,
            "values": report.data.row([shown(row[key]) for row in rows]),
            "fill": {"color": colour},
            "gap": 50 if len(rows) > 4 else 120,
            "overlap": -5,
        }
        if key == "score":
            series["data_labels"] = {"value": True, "num_format": "0%", "font": _FONT}
        chart.add_series(series)
    axis = {"line": {"color": LINE}, "major_tick_mark": "none", "interval_unit": 1}
    chart.set_y_axis(axis | {"reverse": True, "num_font": _FONT | {"color": INK}})
    percents = {"min": 0, "max": 1, "num_format": "0%", "label_position": "none"}
    chart.set_x_axis(percents | _GRIDLINES | _BARE)
    chart.set_legend({"position": "bottom", "font": _FONT})
    return chart


def doughnut(book: Workbook, report: Report, counts: Mapping[str, int]) -> Any:
    """How many key results have each status."""
    unscored = report.words("report.reason_unscored")
    labels = [
        f"{status_word(key, report.words) if key else unscored}  {count}"
        for key, count in counts.items()
    ]
    chart = book.add_chart({"type": "doughnut"})
    chart.add_series(
        {
            "name": report.words("dashboard.by_status"),
            "categories": report.data.row(labels),
            "values": report.data.row([*counts.values()]),
            "points": [{"fill": {"color": _slice(key)}} for key in counts],
        }
    )
    chart.set_hole_size(62)
    chart.set_legend({"position": "right", "font": _FONT | {"color": INK}})
    return chart


def _slice(status: str) -> str:
    return SLATE if status == "" else STRONG_COLOURS.get(status, LINE)


def trend_chart(book: Workbook, report: Report, unit: Mapping[str, Any]) -> Any:
    """A unit's weeks against the pace, and from its day on the forecast with its range."""
    past = history(report.rollup.trend, "unit", unit)
    last = past.iloc[-1]
    ahead = _days_ahead(report, unit, last["day"].date())
    days = [*(serial(day.date()) for day in past["day"]), *map(serial, ahead)]
    blank: list[Value] = [None] * (len(past) - 1)

    def onwards(first: float, end: float) -> list[Value]:
        start, span = days[len(past) - 1], max(days[-1] - days[len(past) - 1], 1)
        return [first + (end - first) * (day - start) / span for day in days[len(past) - 1 :]]

    pace = [shown(value) for value in past["expected"]][:-1]
    lines: dict[str, list[Value]] = {
        "expected": [*pace, *map(shown, onwards(last["expected"], 1.0))],
        "score": [shown(value) for value in past["score"]],
    }
    labels = report.data.row(days)
    line = book.add_chart({"type": "line"})
    base = line
    if ahead and pd.notna(unit["forecast"]):
        score, low, high = last["score"], unit["forecast_low"], unit["forecast_high"]
        lines["forecast"] = [*blank, *onwards(score, unit["forecast"])]
        # Of no width below the line of the past, else its edge rises from the axis.
        floor = [*lines["score"][:-1], *onwards(score, low)]
        width = [*([0.0] * len(blank)), *onwards(0.0, high - low)]
        base = _band(book, report, labels, floor, width)
        base.combine(line)
    for key, values in lines.items():
        line.add_series(_line(report, key, labels, values))
    _axes(base, report, len(days))
    # The area up to the low end is there only to hold up the range.
    hidden = {} if base is line else {"delete_series": [0]}
    base.set_legend({"position": "bottom", "font": _FONT, **hidden})
    return base


def _days_ahead(report: Report, unit: Mapping[str, Any], day: date) -> list[date]:
    """The check-in dates of a unit's quarter after a day, and its last day."""
    keys = ("company", "department", "team", "quarter")
    mine = [
        tracker
        for tracker in report.rollup.trackers
        if all(getattr(tracker.about, key) == unit[key] for key in keys)
    ]
    days = {each for tracker in mine for each in (*own_dates(tracker), tracker.about.end)}
    return sorted(each for each in days if each and each > day)


def _line(report: Report, key: str, labels: str, values: Sequence[Value]) -> dict[str, Any]:
    looks: Mapping[str, dict[str, Any]] = {
        "expected": {"color": QUIET, "width": 1.5, "dash_type": "dash"},
        "score": {"color": ACCENT, "width": 2.75},
        "forecast": {"color": ACCENT, "width": 2, "dash_type": "round_dot"},
    }
    name = report.words("report.forecast" if key == "forecast" else f"okrs.{key}")
    series = {
        "name": name,
        "categories": labels,
        "values": report.data.row(values),
        "line": looks[key],
    }
    if key == "score":
        fill = {"fill": {"color": ACCENT}, "border": {"color": ACCENT}}
        series["marker"] = {"type": "circle", "size": 5, **fill}
    return series


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
                "values": report.data.row(values),
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
    paths = [history(report.rollup.trend, "unit", row) for row in rows[: len(LINES)]]
    days = sorted({day for path in paths for day in path["day"]})
    labels = report.data.row([serial(day.date()) for day in days])
    for name, path, colour in zip(names, paths, LINES, strict=False):
        scores = path.set_index("day")["score"].reindex(days)
        chart.add_series(
            {
                # By its cell, since a name is a reference where it begins like one.
                "name": f"={report.data.row([shortened(name, 26)])}",
                "categories": labels,
                "values": report.data.row([shown(score) for score in scores]),
                "line": {"color": colour, "width": 2.25},
            }
        )
    _axes(chart, report, len(days))
    chart.set_legend({"position": "bottom", "font": _FONT})
    return chart


def _axes(chart: Any, report: Report, weeks: int) -> None:
    chart.show_blanks_as("gap")
    chart.set_x_axis(
        {
            "num_format": report.words("formats.day"),
            "num_font": _FONT,
            "text_axis": True,
            "line": {"color": LINE},
            "position_axis": "on_tick",
            "interval_unit": max(1, (weeks + 6) // 7),
        }
    )
    percents = {"min": 0, "max": 1, "major_unit": 0.25, "num_format": "0%", "num_font": _FONT}
    chart.set_y_axis(percents | _GRIDLINES | {"line": {"none": True}})


def shown(value: Any) -> float | None:
    """A number, or None for a blank."""
    return None if value is None or pd.isna(value) else float(value)
