"""The sheet that looks back on a quarter that is over."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from okr_sheets.drawing.canvas import COLUMN_DIGITS, COLUMN_PIXELS, COLUMNS, Canvas
from okr_sheets.drawing.cells import Value
from okr_sheets.drawing.charts import count_bars, stacked_bars
from okr_sheets.drawing.colours import (
    ACCENT,
    INK,
    LINE,
    MUTED,
    PAGE,
    PALE,
    QUIET,
    STRONG_COLOURS,
    WHITE,
)
from okr_sheets.drawing.sheets import A4
from okr_sheets.drawing.styles import PERCENT
from okr_sheets.drawing.text_width import BOLDER, line_height, lines_of
from okr_sheets.reports import lookback
from okr_sheets.reports.phrases import as_of
from okr_sheets.reports.workbook import records
from okr_sheets.reports.workbook.records import Report
from okr_sheets.reports.workbook.sheets import MARGINS
from okr_sheets.reports.workbook.tiles import Tile, draw_tiles
from okr_sheets.rollups.result import Row

# Fill and ink of the bars: amber and grey are too light for white figures.
_BARS = {
    tone: (STRONG_COLOURS[tone], INK if tone in {"at-risk", "no-update"} else WHITE)
    for tone in lookback.TONES.values()
}
CHART_ROWS, ROW_PIXELS = 9, 80 / 3  # of 20 points
MOST_LINES = 8  # of a cell
_LEFT = {"align": "left", "indent": 1, "text_wrap": True}
_PERCENT = {"align": "center", "num_format": PERCENT}
_STRONG = {"bold": True}
_CELL = {"bg_color": WHITE, "bottom": 1, "bottom_color": LINE, "font_size": 10}
# First column, columns, key, header, look.
_List = tuple[tuple[int, int, str, str, dict[str, Any]], ...]
_OBJECTIVES: _List = (
    (0, 2, "id", "okrs.id", _LEFT),
    (2, 6, "title", "report.objective", _LEFT | _STRONG),
    (8, 2, "score", "retrospective.computed", _PERCENT),
    (10, 2, "final", "close.final", _PERCENT | _STRONG),
    (12, 4, "reason", "close.reason", _LEFT),
    (16, 3, "decision", "close.decision", _LEFT),
    (19, 5, "lesson", "close.lesson", _LEFT),
)
_MISSED: _List = (
    (0, 2, "id", "okrs.id", _LEFT),
    (2, 7, "title", "dashboard.key_result", _LEFT | _STRONG),
    (9, 3, "unit_name", "rollup.unit", _LEFT),
    (12, 3, "owner_name", "okrs.owner", _LEFT),
    (15, 2, "score", "okrs.score", _PERCENT | _STRONG),
    (17, 7, "why", "report.reason", _LEFT),
)


class Retrospective:
    """What was reached, decided, missed and learned, on as many pages as it takes."""

    def __init__(self, report: Report) -> None:
        self.report, self.rollup, self.words = report, report.rollup, report.words
        self.excerpt = report.excerpt

    def write(self, book: Workbook, sheet: Worksheet) -> None:
        """Write it all to an empty sheet."""
        page, words = Canvas(sheet, self.report.styles), self.words
        sheet.set_row(0, 9)
        page.height(36)
        look = page.styles(font_size=22, bold=True, bg_color=PAGE)
        page.cell(0, 18, words("report.retrospective"), look)
        muted = page.styles(font_color=MUTED, align="right", bg_color=PAGE)
        page.cell(18, 6, as_of(self.rollup, words), muted)
        page.next()
        if lookback.has_retrospective(self.rollup):
            draw_tiles(page, self._tiles())
            self._charts(page, book)
            if self.rollup.is_closing:  # else the sheet of objectives has all that is known of them
                self._objectives(page)
            self._missed(page)
        else:
            self._sentence(page, words("retrospective.not_yet"))
        page.height(9)
        page.cell(0, 1, None, page.background)  # else the margin is not printed
        page.finish(MARGINS, A4, pages=0)

    def _tiles(self) -> list[Tile]:
        words, tiles = self.words, []
        if unit := lookback.final_unit(self.rollup):
            computed = f"{words('retrospective.computed')} {words.percent(unit['score'])}"
            note = computed if lookback.differs(unit, words) else ""
            tiles.append(Tile(words("close.final"), unit["final"], ACCENT, PERCENT, note))
        missed = len(self.rollup.columns["missed"])
        colour = STRONG_COLOURS["off-track"] if missed else STRONG_COLOURS["on-track"]
        tiles.append(Tile(words("report.missed"), missed, colour))
        if held := lookback.held(self.rollup, words):
            tiles.append(Tile(words("report.hindsight"), held[0], QUIET, note=held[1]))
        return tiles

    def _charts(self, page: Canvas, book: Workbook) -> None:
        """Key results by grade and commitment, and objectives by what was decided."""
        words, row = self.words, self.report.hidden.row
        grades, decided = lookback.grades(self.rollup), lookback.decisions(self.rollup, words)
        page.height(24)
        page.section(0, 12, words("retrospective.grades"))
        if decided:
            page.section(12, 12, words("retrospective.decisions"))
        page.next()
        if grades:
            labels = row([words.choice("commitment", key) for key in grades])
            series = {
                tone: {
                    "name": lookback.grade_word(key, words),
                    "categories": labels,
                    "values": row([counts[key] or None for counts in grades.values()]),
                }
                for key, tone in lookback.TONES.items()
                if any(counts[key] for counts in grades.values())
            }
            _place(page, stacked_bars(book, series, _BARS), 0)
        if decided:
            counts = {
                "name": words("retrospective.decisions"),
                "categories": row([*decided]),
                "values": row([*decided.values()]),
            }
            _place(page, count_bars(book, counts), 12)
        for _ in range(CHART_ROWS):
            page.next(20)
        page.next(9)

    def _objectives(self, page: Canvas) -> None:
        """Each unit above its objectives, in the order in which they stand elsewhere."""
        rows = self.report.linked(self.excerpt.rows("retrospective"))
        self._head(page, "retrospective", "objectives", len(rows))
        page.heads([(at, span, self.words(head), look) for at, span, _, head, look in _OBJECTIVES])
        teams = {row["unit_name"]: row for row in self.rollup.rows("teams")}
        for unit, group in groupby(rows, key=lambda row: row["unit_name"]):
            self._unit(page, teams[unit])
            for row in group:
                reason = row["final_reason"] if lookback.differs(row, self.words) else ""
                decision = lookback.decision_word(row["decision"], self.words)
                self._entry(page, _OBJECTIVES, row | {"reason": reason, "decision": decision})
        page.next(9)

    def _unit(self, page: Canvas, team: Row) -> None:
        look = _CELL | {"bg_color": PALE} | _STRONG
        page.cell(0, 8, team["unit_name"], page.styles(**look | _LEFT))
        for at, key in ((8, "score"), (10, "final")):
            page.cell(at, 2, team[key], page.styles(**look | _PERCENT))
        page.cell(12, 12, None, page.styles(**look))
        page.next(22)

    def _missed(self, page: Canvas) -> None:
        if "committed" not in lookback.grades(self.rollup):
            return
        rows = records.missed(self.report)
        self._head(page, "missed", "missed", len(rows))
        if not rows:
            self._sentence(page, self.words("retrospective.none_missed"))
            return
        page.heads([(at, span, self.words(head), look) for at, span, _, head, look in _MISSED])
        for row in rows:
            self._entry(page, _MISSED, row)

    @staticmethod
    def _sentence(page: Canvas, text: str) -> None:
        page.cell(0, COLUMNS, text, page.styles(font_color=MUTED, bg_color=WHITE, indent=1))
        page.next()

    def _head(self, page: Canvas, name: str, title: str, shown: int) -> None:
        """The title of a list, and which of its rows are shown where not all are."""
        page.height(24)
        page.section(0, 24, self.words(f"report.{title}"))
        page.next()
        if note := self.excerpt.note(name, shown, self.report.count(name)):
            page.cell(0, COLUMNS, note, page.styles(font_color=MUTED, bg_color=PAGE))
            page.next()

    def _entry(self, page: Canvas, columns: _List, row: Mapping[str, Any]) -> None:
        """One line of a list, as high as its longest text."""
        lines = 1
        for at, span, key, _, properties in columns:
            look, value = _CELL | properties, row[key]
            room = (span * COLUMN_DIGITS - 2) / (BOLDER if "bold" in properties else 1.0)
            if isinstance(value, str):
                lines = max(lines, lines_of(value, room))
            if key == "id" and row["address"]:
                linked = page.styles(**look | {"font_color": ACCENT, "underline": 1})
                text = str(value or self.words("report.open"))
                page.linked(at, span, text, linked, row["address"])
            else:
                page.cell(at, span, _shown(value), page.styles(**look))
        page.next(8 + min(lines, MOST_LINES) * (line_height(self.words) - 1.5))


def _shown(value: Value) -> Value:
    return "–" if value is None else value or None


def _place(page: Canvas, chart: Any, at: int) -> None:
    """Place a chart of the hidden sheet on half the width."""
    chart.show_hidden_data()
    gap = 6 if not at else 0
    page.chart(chart, at, 12 * COLUMN_PIXELS - gap, round(CHART_ROWS * ROW_PIXELS))
