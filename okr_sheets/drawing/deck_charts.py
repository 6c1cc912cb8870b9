"""Native charts on slides, whose numbers people can edit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LEGEND_POSITION,
    XL_MARKER_STYLE,
    XL_TICK_LABEL_POSITION,
    XL_TICK_MARK,
)
from pptx.enum.dml import MSO_LINE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from okr_sheets.columns import serial
from okr_sheets.drawing.colours import ACCENT, BAND, GRID, INK, LINE, MUTED, PALE_BAR, QUIET
from okr_sheets.drawing.decks import Slide, rgb
from okr_sheets.drawing.fitting import Box
from okr_sheets.drawing.workbooks import workbook_in
from okr_sheets.language import Language
from okr_sheets.text import printable

Series = Mapping[str, Sequence[float | None]]  # values by the name of their series
_DAY_WIDTH = 62.0  # points that a day takes below an axis
_SHEET = "Sheet1"  # what python-pptx calls it in a chart's references
# Of a line: colour, width in points, and how it is dashed.
Stroke = tuple[str, float, MSO_LINE | None]
STROKES: Mapping[str, Stroke] = {
    "expected": (QUIET, 1.75, MSO_LINE.DASH),
    "score": (ACCENT, 3, None),
    "forecast": (ACCENT, 2, MSO_LINE.ROUND_DOT),
    "forecast_low": (BAND, 1.75, None),
    "forecast_high": (BAND, 1.75, None),
}


class _Data(CategoryChartData):
    """What a chart shows, with a workbook in which all text is text, the same each time."""

    def __init__(self, labels: Sequence[str | date], series: Series, number_format: str) -> None:
        super().__init__(number_format)  # type: ignore[no-untyped-call]
        self._labels, self._columns = labels, series
        self.categories = [each if isinstance(each, date) else printable(each) for each in labels]
        for name, values in series.items():
            self.add_series(printable(name), values)  # type: ignore[no-untyped-call]

    @property
    def xlsx_blob(self) -> bytes:
        content = BytesIO()
        with workbook_in(content, "", "", date(1980, 1, 1)) as book:
            sheet = book.add_worksheet(_SHEET)
            for row, label in enumerate(self._labels, 1):
                if isinstance(label, date):
                    sheet.write_number(row, 0, serial(label), book.add_format({"num_format": 14}))
                else:
                    sheet.write_string(row, 0, label)
            for column, (name, values) in enumerate(self._columns.items(), 1):
                sheet.write_string(0, column, name)
                for row, value in enumerate(values, 1):
                    if value is not None:
                        sheet.write_number(row, column, value)
        return content.getvalue()


def score_bars(
    slide: Slide, box: Box, names: Sequence[str], series: Series, words: Language
) -> None:
    """Put bars of scores beside the pace, the first on top."""
    data = _Data(names, series, words.percent_format)
    chart = _chart(slide, box, XL_CHART_TYPE.BAR_CLUSTERED, data)
    plot = chart.plots[0]
    plot.gap_width, plot.overlap = (60 if len(names) > 4 else 120), -5
    for bars, colour in zip(plot.series, (ACCENT, PALE_BAR), strict=True):
        _solid(bars.format.fill, colour)
    _label(plot.series[0], words.percent_format)
    _names(chart.category_axis, 11)
    _percents(chart.value_axis, words, shown=False)
    _legend(chart)


def count_bars(
    slide: Slide, box: Box, name: str, counts: Mapping[str, int], colours: Sequence[str]
) -> None:
    """Put a bar of each count, the first on top, each in its colour beside its word."""
    chart = _chart(
        slide, box, XL_CHART_TYPE.BAR_CLUSTERED, _Data([*counts], {name: [*counts.values()]}, "0")
    )
    chart.has_legend = False
    plot = chart.plots[0]
    plot.gap_width = 50
    for at, colour in enumerate(colours):
        _solid(plot.series[0].points[at].format.fill, colour)
    _label(plot.series[0], "0")
    _names(chart.category_axis, 11)
    axis = chart.value_axis
    axis.minimum_scale, axis.has_major_gridlines, axis.visible = 0, False, False


def lines(
    slide: Slide,
    box: Box,
    days: Sequence[date],
    words: Language,
    series: Series,
    strokes: Sequence[Stroke],
) -> None:
    """Put a line of each series over days."""
    data = _Data(days, series, words.percent_format)
    chart = _chart(slide, box, XL_CHART_TYPE.LINE, data)
    for line, (colour, width, dash) in zip(chart.plots[0].series, strokes, strict=True):
        line.smooth = False
        line.format.line.color.rgb = rgb(colour)
        line.format.line.width = Pt(width)
        if dash is not None:
            line.format.line.dash_style = dash
        line.marker.style = XL_MARKER_STYLE.NONE
    axis = chart.category_axis
    axis.tick_labels.number_format = words("formats.day")
    axis.tick_labels.number_format_is_linked = False
    axis.tick_labels.font.size = Pt(11)
    axis.tick_labels.font.color.rgb = rgb(MUTED)
    axis.major_tick_mark = XL_TICK_MARK.NONE
    axis.format.line.color.rgb = rgb(LINE)
    _spread(chart, days, box.width)
    _percents(chart.value_axis, words, shown=True)
    _legend(chart)


def _spread(chart: Any, days: Sequence[date], width: float) -> None:
    """Write whole weeks below the axis, as many as there is room for."""
    weeks = max(round((days[-1] - days[0]).days / 7), 1)
    every = 7 * math.ceil(weeks * _DAY_WIDTH / width)
    base = chart.element.find(".//" + qn("c:baseTimeUnit"))
    for tag, value in (("majorTimeUnit", "days"), ("majorUnit", every)):
        base.addnext(parse_xml(f'<c:{tag} {nsdecls("c")} val="{value}"/>'))


def _chart(slide: Slide, box: Box, kind: XL_CHART_TYPE, data: _Data) -> Any:
    chart = slide.shapes.add_chart(kind, *(Pt(each) for each in box), data).chart
    # python-pptx numbers the axes of bars below 0, where the format has no numbers.
    for each in chart.element.iter(qn("c:axId"), qn("c:crossAx")):
        each.set("val", each.get("val").lstrip("-"))
    chart.has_title = False
    chart.font.size = Pt(11)
    chart.font.color.rgb = rgb(INK)
    return chart


def _solid(fill: Any, colour: str) -> None:
    fill.solid()
    fill.fore_color.rgb = rgb(colour)


def _label(series: Any, number_format: str) -> None:
    labels = series.data_labels
    labels.show_value = True
    labels.number_format, labels.number_format_is_linked = number_format, False
    labels.font.size = Pt(11)


def _names(axis: Any, size: float) -> None:
    axis.reverse_order = True
    axis.major_tick_mark = XL_TICK_MARK.NONE
    axis.format.line.color.rgb = rgb(LINE)
    axis.tick_labels.font.size = Pt(size)


def _percents(axis: Any, words: Language, *, shown: bool) -> None:
    axis.minimum_scale, axis.maximum_scale, axis.major_unit = 0, 1, 0.25
    axis.major_gridlines.format.line.color.rgb = rgb(GRID)
    axis.major_tick_mark = XL_TICK_MARK.NONE
    axis.format.line.fill.background()
    axis.tick_labels.number_format = words.percent_format
    axis.tick_labels.number_format_is_linked = False
    axis.tick_labels.font.size = Pt(11)
    axis.tick_labels.font.color.rgb = rgb(MUTED)
    if not shown:
        axis.tick_label_position = XL_TICK_LABEL_POSITION.NONE


def _legend(chart: Any) -> None:
    chart.has_legend = True
    chart.legend.position = XL_LEGEND_POSITION.BOTTOM
    chart.legend.include_in_layout = False
    chart.legend.font.size = Pt(11)
