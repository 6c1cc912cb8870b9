"""The dashboard: a page to project in a meeting, all live."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from okr_sheets.about import About
from okr_sheets.drawing.canvas import (
    COLUMN_PIXELS,
    COLUMNS,
    TILE_FIGURE,
    TILE_LABEL,
    Canvas,
)
from okr_sheets.drawing.charts import SMALL, doughnut, score_bars, score_line, week_axes
from okr_sheets.drawing.colours import (
    ACCENT,
    FIGURE_INKS,
    INK,
    LINE,
    MUTED,
    PAGE,
    QUIET,
    STATUS_COLOURS,
    STRONG_COLOURS,
    WHITE,
)
from okr_sheets.drawing.conditions import DATA_BAR, in_status_colours, where
from okr_sheets.drawing.styles import PERCENT, Styles
from okr_sheets.formulas import Term, quoted
from okr_sheets.language import Language
from okr_sheets.scoring import by_pace
from okr_sheets.writing.calc import (
    ATTENTION,
    ATTENTION_TOP,
    COUNTED,
    COUNTS_TOP,
    EXPECTED,
    FIGURES_TOP,
    ID,
    OBJECTIVES_TOP,
    SCORE,
    SHOWN_ATTENTION,
    SHOWN_OBJECTIVES,
    TITLE,
    WEEKS_TOP,
    Calc,
    Entry,
)
from okr_sheets.writing.layout import RowCells

CHART_ROWS = 12
FIRST_WEEK = 11  # column of the canvas
_PERCENT = {"num_format": PERCENT}
_MIDDLE = {"align": "center"}
# First column, columns, key, word and look of what needs attention.
_ATTENTION: tuple[tuple[int, int, str, str, dict[str, Any]], ...] = (
    (0, 3, "id", "okrs.id", {"bold": True, "indent": 1}),
    (3, 9, "title", "dashboard.key_result", {}),
    (12, 4, "owner", "dashboard.owner", {}),
    (16, 2, "score", "dashboard.score", _PERCENT | _MIDDLE),
    (18, 2, "expected", "dashboard.expected", _PERCENT | _MIDDLE),
    (20, 1, "gap", "dashboard.gap", _PERCENT | _MIDDLE),
    (21, 3, "status", "dashboard.status", {"bold": True} | _MIDDLE),
)


class Dashboard:
    """The page of one tracker, drawn from its hidden sheet."""

    def __init__(self, calc: Calc, about: About, styles: Styles) -> None:
        self.calc, self.about, self.styles = calc, about, styles
        self.layout = calc.layout
        self.words: Language = calc.layout.words

    def write(self, book: Workbook, sheet: Worksheet, settings: Mapping[str, str]) -> None:
        page = Canvas(sheet, self.styles)
        self._heading(page, settings)
        self._tiles(page)
        self._charts(page, book)
        self._objectives(page)
        self._attention(page)
        page.finish((0.3, 0.3, 0.3, 0.4))

    def _heading(self, page: Canvas, settings: Mapping[str, str]) -> None:
        words, styles = self.words, self.styles
        before, after = words("dashboard.title", unit="\0").split("\0")
        named = quoted(words("dashboard.unnamed"))
        for key in ("company", "department", "team"):
            named = f'IF({settings[key]}<>"",{settings[key]},{named})'
        text = f"{quoted(before)}&{named}&{quoted(after)}"
        unit = self.about.unit or words("dashboard.unnamed")
        page.height(34)
        look = styles(font_size=22, bold=True, bg_color=PAGE)
        page.formula(0, 16, text, f"{before}{unit}{after}", look)
        quiet = {"font_color": MUTED, "bg_color": PAGE}
        page.cell(16, 5, words("dashboard.as_of"), styles(align="right", **quiet))
        dated = styles(num_format=styles.date_format, align="left", **quiet)
        page.formula(21, 3, self._calendar("day"), self.calc.values.days["day"], dated)
        page.next()
        nothing = words("dashboard.nothing", sheet=words("sheets.okrs"))
        live = self.calc.at(f"B{FIGURES_TOP + 2}")
        text, shown = f'IF({live.formula}>0,"",{quoted(nothing)})', "" if live.value else nothing
        page.formula(0, COLUMNS, text, shown, styles(italic=True, **quiet))
        page.next()
        page.next()

    def _calendar(self, key: str) -> str:
        return self.layout.elsewhere(self.layout.calendar(key))

    def _tiles(self, page: Canvas) -> None:
        words, styles = self.words, self.styles
        score, expected, live, updated = (
            self.calc.at(f"B{FIGURES_TOP + number}") for number in range(4)
        )
        slash = words("dashboard.updated_of")
        of_live = Entry(
            f'{updated.formula}&" {slash} "&{live.formula}', f"{updated.value} {slash} {live.value}"
        )
        tiles = [
            (words("dashboard.score"), score, ACCENT, PERCENT),
            (words("dashboard.expected"), expected, QUIET, PERCENT),
            (words("dashboard.updated"), of_live, QUIET, "@"),
        ]
        for number, status in enumerate(COUNTED[:5]):
            count = self.calc.at(f"B{COUNTS_TOP + number}")
            tiles.append((words.choice("status", status), count, STRONG_COLOURS[status], "0"))
        for number, (label, *_) in enumerate(tiles):
            page.cell(3 * number, 3, label, styles(**TILE_LABEL))
        page.next(22)
        for number, (_, figure, colour, number_format) in enumerate(tiles):
            ink = {"font_color": FIGURE_INKS.get(colour, INK), "num_format": number_format}
            edge = {"bottom": 5, "bottom_color": colour}
            self._live(page, 3 * number, 3, figure, **TILE_FIGURE, **ink, **edge)
        page.next(40)
        page.next()

    def _live(self, page: Canvas, at: int, span: int, entry: Entry, **look: Any) -> None:
        made = self.styles(**{"bg_color": WHITE} | look)
        page.formula(at, span, entry.formula, entry.value, made)

    def _section(self, page: Canvas, at: int, key: str) -> None:
        page.height(24)
        page.section(at, 1, self.words(f"dashboard.{key}"))

    # --- charts --------------------------------------------------------------------------------

    def _charts(self, page: Canvas, book: Workbook) -> None:
        charts = {
            "by_status": (0, 6, self._ring(book)),
            "against_pace": (6, 8, self._bars(book)),
            "week_by_week": (14, 10, self._line(book)),
        }
        for key, (at, _, _) in charts.items():
            self._section(page, at, key)
        page.next()
        for at, span, chart in charts.values():
            page.chart(chart, at, span * COLUMN_PIXELS - 6, CHART_ROWS * 20 + 50)
        page.row += CHART_ROWS + 1

    def _ring(self, book: Workbook) -> Any:
        words, counts = (self.calc.range(column, COUNTS_TOP, len(COUNTED)) for column in "CB")
        series = {"categories": f"={words}", "values": f"={counts}"}
        return doughnut(book, series, [STRONG_COLOURS[status] for status in COUNTED], SMALL)

    def _bars(self, book: Workbook) -> Any:
        objectives = sum(cells["anchor"] > 0 for cells in self.calc.values.cells.values())
        # A chart keeps its range: room for the five that there should be at the most.
        count = max(min(objectives, SHOWN_OBJECTIVES), 5)
        columns = {"score": SCORE, "expected": EXPECTED}
        series = self._series(columns, ID, OBJECTIVES_TOP, count)
        return score_bars(book, series, 60, {"num_font": SMALL}, self.words.percent_format)

    def _line(self, book: Workbook) -> Any:
        weeks = len(self.layout.dates)
        chart = book.add_chart({"type": "line"})
        for key, series in self._series(
            {"expected": "C", "score": "D"}, "B", WEEKS_TOP, weeks
        ).items():
            chart.add_series(score_line(key, series))
        chart.show_blanks_as("span")
        week_axes(chart, self.words, interval_unit=2 if weeks > 7 else 1)
        return chart

    def _series(
        self, columns: Mapping[str, str], names: str, top: int, count: int
    ) -> dict[str, dict[str, str]]:
        """The series of some columns of the hidden sheet, over the names in another."""
        return {
            key: {
                "name": self.words(f"dashboard.{key}"),
                "categories": f"={self.calc.range(names, top, count)}",
                "values": f"={self.calc.range(column, top, count)}",
            }
            for key, column in columns.items()
        }

    # --- tables --------------------------------------------------------------------------------

    def _objectives(self, page: Canvas) -> None:
        """Each objective's score, and its weeks in the colours they had against the pace."""
        words, calc, dates = self.words, self.calc, self.layout.dates
        self._section(page, 0, "heat_map")
        page.next()
        left = {"align": "left"}
        columns: tuple[tuple[int, int, str, dict[str, Any]], ...] = (
            (0, 2, ID, {"bold": True, "indent": 1}),
            (2, 7, TITLE, {}),
            (9, 2, SCORE, _PERCENT | {"bold": True, "align": "right"}),
        )
        heads = (0, 2, words("okrs.id"), left), (2, 7, words("dashboard.objective"), left)
        dated = self.styles(
            font_size=8, font_color=MUTED, num_format=words("formats.day"), **_MIDDLE, bg_color=PAGE
        )
        for number in range(len(dates)):
            day = calc.at(f"B{WEEKS_TOP + number}")
            page.formula(FIRST_WEEK + number, 1, day.formula, day.value, dated)
        page.heads([*heads, (9, 2, words("dashboard.score"), _MIDDLE)])
        top = page.row
        bars = (top, 10, top + SHOWN_OBJECTIVES - 1, 11)
        page.sheet.conditional_format(*bars, DATA_BAR)
        for rank in range(SHOWN_OBJECTIVES):
            for at, span, column, look in columns:
                self._live(page, at, span, calc.at(f"{column}{OBJECTIVES_TOP + rank}"), **look)
            for number in range(len(dates)):
                self._week(page, rank, number)
            page.next()
        self._pace_colours(page, top)
        self._underline(page, top, SHOWN_OBJECTIVES)
        page.row += 2

    def _week(self, page: Canvas, rank: int, number: int) -> None:
        """An objective's score at one check-in date, if that counts by now."""
        calc = self.calc
        week = calc.at(calc.week_cell(rank, number))
        dated, score = calc.at(f"B{WEEKS_TOP + number}"), calc.at(f"{SCORE}{OBJECTIVES_TOP + rank}")
        counts = f"AND(ISNUMBER({score.formula}),{dated.formula}<={self._calendar('until')})"
        is_counted = isinstance(score.value, int | float) and dated.value <= calc.until
        entry = Entry(f'IF({counts},{week.formula},"")', week.value if is_counted else "")
        edge = {"left": 1, "left_color": WHITE}
        self._live(page, FIRST_WEEK + number, 1, entry, font_size=9, **_PERCENT, **_MIDDLE, **edge)

    def _pace_colours(self, page: Canvas, top: int) -> None:
        """Colour the weeks by the gap to the pace of each, as statuses are."""
        dates, left, f = self.layout.dates, 1 + FIRST_WEEK, self.calc.operations
        cell = Term(xl_rowcol_to_cell(top, left))
        day = xl_rowcol_to_cell(top - 1, left, row_abs=True)
        days, paces = (self.calc.range(column, WEEKS_TOP, len(dates)) for column in "BC")
        pace = Term(f"INDEX({paces},MATCH({day},{days},0))")
        k = RowCells({"score": str(cell), "gap": str(f.rounded(pace - cell))})
        area = (top, left, top + SHOWN_OBJECTIVES - 1, left + len(dates) - 1)
        for status in ("achieved", "on-track", "at-risk", "off-track"):
            fill, ink = STATUS_COLOURS[status]
            look = self.styles.rule(bg_color=fill, font_color=ink)
            has_status = f.number(cell) & f.is_(by_pace(k, f), "status", status)
            rule = where(str(has_status), look) | {"stop_if_true": True}
            page.sheet.conditional_format(*area, rule)

    def _underline(self, page: Canvas, top: int, count: int) -> None:
        """A hairline under each row that says something; the others stay quiet."""
        line = self.styles.rule(bottom=1, bottom_color=LINE)
        rule = where(f'$B{top + 1}<>""', line)
        page.sheet.conditional_format(top, 1, top + count - 1, COLUMNS, rule)

    def _attention(self, page: Canvas) -> None:
        words = self.words
        self._section(page, 0, "attention")
        page.next()
        page.heads(
            [
                (at, span, words(word), {"align": "left" if span > 3 or at == 0 else "center"})
                for at, span, _, word, _ in _ATTENTION
            ]
        )
        top = page.row
        for rank in range(SHOWN_ATTENTION):
            for at, span, key, _, look in _ATTENTION:
                entry = self.calc.at(f"{ATTENTION[key]}{ATTENTION_TOP + rank}")
                self._live(page, at, span, entry, **look)
            page.next()
        statuses = {words.choice("status", key): key for key in STATUS_COLOURS}
        for rule in in_status_colours(self.styles, statuses):
            page.sheet.conditional_format(top, 22, page.row - 1, COLUMNS, rule)
        self._underline(page, top, SHOWN_ATTENTION)
        page.row += 1
