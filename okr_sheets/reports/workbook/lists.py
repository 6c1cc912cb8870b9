"""The two lists of the summary: units week by week, and what needs attention first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

import numpy as np

from okr_sheets.bands import Bands
from okr_sheets.codes import worded
from okr_sheets.columns import Columns, serial
from okr_sheets.computing import InColumns
from okr_sheets.drawing.canvas import COLUMN_DIGITS, COLUMNS, Canvas
from okr_sheets.drawing.cells import Value, trimmed
from okr_sheets.drawing.colours import ACCENT, LINE, MUTED, STATUS_COLOURS, WHITE
from okr_sheets.drawing.styles import PERCENT
from okr_sheets.drawing.text_width import BOLDER, line_height, lines_of, shortened
from okr_sheets.reports.phrases import end_range, remark, status_word
from okr_sheets.reports.workbook import records
from okr_sheets.reports.workbook.fields import rules_of
from okr_sheets.reports.workbook.records import Report
from okr_sheets.reports.workbook.shared_fields import SCORE, STATUS
from okr_sheets.rollups.result import Row
from okr_sheets.scoring import by_gap

MOST_UNITS, MOST_WEEKS, MOST_ATTENTION = 8, 12, 8
_LEFT = {"align": "left", "indent": 1}
_MIDDLE = {"align": "center"}
_RIGHT = {"align": "right"}
_CELL = {"bg_color": WHITE, "bottom": 1, "bottom_color": LINE, "font_size": 10}
_STRONG = {"bold": True}
_PERCENT = {"num_format": PERCENT}


def unit_list(
    page: Canvas,
    report: Report,
    names: Sequence[str],
    rows: Sequence[Row],
    level: str,
) -> None:
    """Units, or objectives, with their score of each week in the colour it had against the pace."""
    words, styles = report.words, report.styles
    key = "teams" if level == "unit" else "objectives"
    page.height(24)
    page.section(0, 16, f"{words(f'report.{key}')} · {words('dashboard.week_by_week')}")
    whole = len(report.rollup.columns[key])
    if whole > MOST_UNITS and key in report.names:
        page.turn(16, 8, report.rows_on(key, whole), report.names[key])
    page.next()
    rows, names = rows[:MOST_UNITS], names[:MOST_UNITS]
    paths = report.weeks.of(level, rows)
    days = sorted({week["day"] for path in paths for week in path})[-MOST_WEEKS:]
    dated = _MIDDLE | {"num_format": words("formats.day")}
    header = words("rollup.unit" if level == "unit" else "report.objective")
    page.heads(
        [
            (0, 5, header, _LEFT),
            (5, 2, words("okrs.score"), _RIGHT),
            *((7 + at, 1, serial(day), dated) for at, day in enumerate(days)),
            (19, 2, words("report.forecast"), _MIDDLE),
            (21, 3, words("okrs.status"), _MIDDLE),
        ]
    )
    top = page.row
    for name, row, path in zip(names, rows, paths, strict=True):
        _unit(page, report, name, row)
        weeks = _by_day(path, report.rollup.bands)
        for at, day in zip_longest(range(MOST_WEEKS), days):
            _week(page, 7 + at, *weeks.get(day, (None, "")))
        page.next(19)
    for field, first, last in ((SCORE, 6, 7), (STATUS, 22, 24)):
        for rule in rules_of(field, words, styles):
            page.sheet.conditional_format(top, first, page.row - 1, last, rule)
    page.next(9)


def _unit(page: Canvas, report: Report, name: str, row: Row) -> None:
    """All of a unit's line but its weeks."""
    styles = report.styles
    text = shortened(name, (5 * COLUMN_DIGITS - 2) / BOLDER)
    page.cell(0, 5, text, styles(**_CELL, **_LEFT, **_STRONG))
    page.cell(5, 2, row["score"], styles(**_CELL, **_RIGHT, **_STRONG, **_PERCENT))
    page.cell(19, 2, end_range(row, report.words) or "–", styles(**_CELL, **_MIDDLE))
    status = status_word(row["status"], report.words)
    page.cell(21, 3, status, styles(**_CELL, **_MIDDLE, **_STRONG))


def _week(page: Canvas, at: int, score: float | None, status: str) -> None:
    """The score of a week in the colours of its status; an empty cell without one."""
    look: dict[str, Any] = _CELL
    if score is not None:
        fill, ink = STATUS_COLOURS[status]
        look = {"font_size": 9, "border": 1, "border_color": WHITE}
        look |= {"bg_color": fill, "font_color": ink}
    page.cell(at, 1, score, page.styles(**look, **_MIDDLE, **_PERCENT))


def _by_day(path: Sequence[Row], bands: Bands) -> dict[Any, tuple[float | None, str]]:
    """The score of each day of a unit's weeks, and its status by the gap alone."""
    scored = [week for week in path if week["score"] is not None]
    operations = InColumns((), bands)
    gaps = operations.rounded(np.array([week["expected"] - week["score"] for week in scored]))
    statuses = worded("status", by_gap(Columns({"gap": gaps}, len(scored)), operations))
    return {
        week["day"]: (week["score"], status) for week, status in zip(scored, statuses, strict=True)
    }


# First column, columns, key, header, look.
_LIST: tuple[tuple[int, int, str, str, dict[str, Any]], ...] = (
    (0, 2, "id", "okrs.id", _LEFT | {"text_wrap": True}),
    (2, 7, "title", "dashboard.key_result", _LEFT | {"bold": True, "text_wrap": True}),
    (9, 3, "unit_name", "rollup.unit", _LEFT | {"text_wrap": True}),
    (12, 3, "owner_name", "okrs.owner", _LEFT | {"text_wrap": True}),
    (15, 5, "reason", "report.reason", _LEFT | {"text_wrap": True}),
    (20, 1, "score", "okrs.score", _RIGHT | _PERCENT | _STRONG),
    (21, 3, "status", "okrs.status", _MIDDLE | _STRONG),
)


def attention_list(page: Canvas, report: Report) -> None:
    """The first of what needs attention, and the way to the whole list."""
    words, styles = report.words, report.styles
    rows = records.attention(report, MOST_ATTENTION)
    count = len(report.rollup.columns["attention"])
    page.height(24)
    page.section(0, 16, words("dashboard.attention"))
    if count > MOST_ATTENTION and "attention" in report.names:
        page.turn(16, 8, report.rows_on("attention", count), report.names["attention"])
    page.next()
    if not rows:
        look = styles(font_color=MUTED, bg_color=WHITE, indent=1)
        page.cell(0, COLUMNS, words("report.none_attention"), look)
        page.next()
        return
    page.heads([(at, span, words(header), look) for at, span, _, header, look in _LIST])
    top = page.row
    for row in rows:
        _entry(page, report, row)
    for rule in rules_of(STATUS, words, styles):
        page.sheet.conditional_format(top, 22, page.row - 1, COLUMNS, rule)


def _entry(page: Canvas, report: Report, row: Row) -> None:
    """One line of the list, texts held to two lines."""
    lines = 1
    for at, span, key, _, properties in _LIST:
        look = _CELL | properties
        value: Value = (
            row[key]
            if key == "score"
            else status_word(row[key], report.words)
            if key == "status"
            else trimmed(row[key])
        )
        room = (span * COLUMN_DIGITS - 2) / (BOLDER if "bold" in properties else 1.0)
        if isinstance(value, str):
            value = shortened(value, room * 1.85)
            if key == "reason" and (said := remark(row, report.words)):
                value += f"\n{shortened(said, room * 1.85)}"
            lines = max(lines, lines_of(value, room))
        if key == "id" and row["address"]:
            made = report.styles(**look | {"font_color": ACCENT, "underline": 1})
            text = str(value or report.words("report.open"))
            page.linked(at, span, text, made, row["address"])
        else:
            page.cell(at, span, value, report.styles(**look))
    page.next(8 + min(lines, 4) * (line_height(report.words) - 1.5))
