"""How charts look: a thin frame, quiet axes, score in the accent's blue and pace in grey."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter import Workbook

from okr_sheets.drawing.colours import ACCENT, GRID, INK, LINE, MUTED, PALE_BAR, QUIET, WHITE
from okr_sheets.drawing.styles import FONT
from okr_sheets.language import Language

Series = Mapping[str, Any]  # `name`, `categories` and `values`, as XlsxWriter takes them

SMALL = {"name": FONT, "size": 9, "color": MUTED}
SMALL_INK = SMALL | {"color": INK}
_BARE = {"line": {"none": True}, "major_tick_mark": "none"}
_PERCENTS = {
    "min": 0,
    "max": 1,
    "major_gridlines": {"visible": True, "line": {"color": GRID}},
}
_BARS = {"score": ACCENT, "expected": PALE_BAR}
_LINES: Mapping[str, dict[str, Any]] = {
    "expected": {"color": QUIET, "width": 1.5, "dash_type": "dash"},
    "score": {"color": ACCENT, "width": 2.75},
    "forecast": {"color": ACCENT, "width": 2, "dash_type": "round_dot"},
}


def framed(chart: Any, width: int, height: int) -> None:
    """Draw the chart without a title, in a thin frame, so many pixels large."""
    chart.set_title({"none": True})
    chart.set_chartarea({"border": {"color": LINE}, "fill": {"color": WHITE}})
    chart.set_size({"width": width, "height": height})


def doughnut(book: Workbook, series: Series, colours: Sequence[str], font: Series) -> Any:
    """A ring of one series, a slice of each colour, with its legend on the right."""
    chart = book.add_chart({"type": "doughnut"})
    points = [{"fill": {"color": colour}} for colour in colours]
    chart.add_series({**series, "points": points})
    chart.set_hole_size(62)
    chart.set_legend({"position": "right", "font": font})
    return chart


def score_bars(
    book: Workbook,
    series: Mapping[str, Series],
    gap: int,
    axis: Mapping[str, Any],
    percent_format: str,
) -> Any:
    """Bars of `score` beside `expected`, `gap` apart, the first on top of the names' `axis`."""
    chart = book.add_chart({"type": "bar"})
    for key, entry in series.items():
        bar: dict[str, Any] = {"fill": {"color": _BARS[key]}, "gap": gap, "overlap": -5}
        if key == "score":
            bar["data_labels"] = {"value": True, "num_format": percent_format, "font": SMALL}
        chart.add_series({**entry, **bar})
    names = {"reverse": True, "line": {"color": LINE}, "major_tick_mark": "none"}
    chart.set_y_axis(names | dict(axis))
    percents = _PERCENTS | {"num_format": percent_format}
    chart.set_x_axis(percents | {"label_position": "none"} | _BARE)
    chart.set_legend({"position": "bottom", "font": SMALL})
    return chart


def count_bars(book: Workbook, series: Series) -> Any:
    """Bars of one series of counts, each with its number, the first on top."""
    chart = book.add_chart({"type": "bar"})
    labels = {"value": True, "font": SMALL_INK}
    chart.add_series({**series, "fill": {"color": ACCENT}, "gap": 45, "data_labels": labels})
    names = {"reverse": True, "line": {"color": LINE}, "major_tick_mark": "none"}
    chart.set_y_axis(names | {"interval_unit": 1, "num_font": SMALL_INK})
    chart.set_x_axis(
        {"min": 0, "label_position": "none", "major_gridlines": {"visible": False}} | _BARE
    )
    chart.set_legend({"none": True})
    return chart


def stacked_bars(
    book: Workbook, series: Mapping[str, Series], colours: Mapping[str, tuple[str, str]]
) -> Any:
    """Bars of counts end to end, the first on top; `colours` are fill and ink of each series."""
    chart = book.add_chart({"type": "bar", "subtype": "stacked"})
    for key, (colour, ink) in colours.items():
        if key in series:
            labels = {"value": True, "font": SMALL | {"color": ink, "bold": True}}
            bar = {"fill": {"color": colour}, "gap": 60, "data_labels": labels}
            chart.add_series({**series[key], **bar})
    names = {"reverse": True, "line": {"color": LINE}, "major_tick_mark": "none"}
    chart.set_y_axis(names | {"num_font": SMALL_INK})
    chart.set_x_axis(
        {"min": 0, "label_position": "none", "major_gridlines": {"visible": False}} | _BARE
    )
    chart.set_legend({"position": "bottom", "font": SMALL})
    return chart


def score_line(key: str, series: Series) -> dict[str, Any]:
    """The series of `score`, `expected` or `forecast`, drawn as that one is everywhere."""
    drawn = {**series, "line": _LINES[key]}
    if key == "score":
        fill = {"fill": {"color": ACCENT}, "border": {"color": ACCENT}}
        drawn["marker"] = {"type": "circle", "size": 5, **fill}
    return drawn


def week_axes(chart: Any, words: Language, **days: Any) -> None:
    """Days from left to right, with more properties of their axis, and percents upwards."""
    names = {"num_format": words("formats.day"), "num_font": SMALL, "text_axis": True}
    chart.set_x_axis({**names, "line": {"color": LINE}, **days})
    look = {"num_format": words.percent_format, "num_font": SMALL, "line": {"none": True}}
    chart.set_y_axis(_PERCENTS | {"major_unit": 0.25} | look)
    chart.set_legend({"position": "bottom", "font": SMALL})
