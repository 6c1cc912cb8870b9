"""The dashboard: a page to project in a meeting, all live."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from okr_sheets.about import About
from okr_sheets.drawing.canvas import (
    COLUMN_DIGITS,
    COLUMN_PIXELS,
    COLUMNS,
    Canvas,
)
from okr_sheets.drawing.charts import SMALL, doughnut, score_line, week_axes
from okr_sheets.drawing.colours import (
    LINE,
    MUTED,
    PAGE,
    STATUS_COLOURS,
    STRONG_COLOURS,
    WHITE,
)
from okr_sheets.drawing.conditions import DATA_BAR, in_status_colours, where
from okr_sheets.drawing.styles import PERCENT, Styles
from okr_sheets.drawing.text_width import line_height, lines_of
from okr_sheets.formulas import Term, quoted
from okr_sheets.language import Language
from okr_sheets.scoring import by_pace
from okr_sheets.writing.calc import (
    ATTENTION,
    ATTENTION_TOP,
    COUNTED,
    COUNTS_TOP,
    EXPECTED,
    ID,
    OBJECTIVES_TOP,
    PACES,
    SCORE,
    SHOWN_ATTENTION,
    SHOWN_OBJECTIVES,
    TITLE,
    WEEKS_TOP,
    Calc,
    Entry,
)
from okr_sheets.writing.headline import HALF, write_headline
from okr_sheets.writing.layout import RowCells

CHART_ROWS = 10
RING_SPAN = 6  # columns of the canvas
SCORE_SPAN, PACE_SPAN, ID_SPAN = 2, 2, 2
MOST_WEEKS = 13  # columns of the objectives' weeks; of more every second, third … is shown
FEWEST_LINES, MOST_LINES = 2, 4  # of text that a row of a list has room for
_TRACE = 0.00001  # below which two shares of four decimals are one
_PERCENT = {"num_format": PERCENT}
_MIDDLE = {"align": "center"}
_WRAPPED = {"text_wrap": True, "font_size": 10}
_SHRUNK = {"shrink": True, "bold": True, "indent": 1}
# First column, columns, key, word and look of what needs attention.
_ATTENTION: tuple[tuple[int, int, str, str, dict[str, Any]], ...] = (
    (6, 2, "id", "okrs.id", _SHRUNK),
    (8, 6, "title", "dashboard.key_result", _WRAPPED),
    (14, 4, "owner", "dashboard.owner", _WRAPPED | {"indent": 1}),
    (18, 1, "score", "dashboard.score", _PERCENT | _MIDDLE),
    (19, 2, "gap", "dashboard.against", _WRAPPED | _MIDDLE),
    (21, 3, "status", "dashboard.status", {"bold": True, "shrink": True} | _MIDDLE),
)


class Dashboard:
    """The page of one tracker, drawn from its hidden sheet."""

    def __init__(self, calc: Calc, about: About, styles: Styles) -> None:
        self.calc, self.about, self.styles = calc, about, styles
        self.layout = calc.layout
        self.words: Language = calc.layout.words

    def write(self, book: Workbook, sheet: Worksheet, settings: Mapping[str, str]) -> None:
        page = Canvas(sheet, self.styles)
        write_headline(page, self.calc, self.about, settings)
        self._attention(page, book)
        self._weeks(page, book)
        self._objectives(page)
        page.finish((0.3, 0.3, 0.3, 0.4))

    def _live(self, page: Canvas, at: int, span: int, entry: Entry, **look: Any) -> None:
        made = self.styles(**{"bg_color": PAGE} | look)
        page.formula(at, span, entry.formula, entry.value, made)

    def _section(self, page: Canvas, at: int, span: int, key: str) -> None:
        page.height(24)
        page.section(at, span, self.words(f"dashboard.{key}"))

    # --- charts --------------------------------------------------------------------------------

    def _weeks(self, page: Canvas, book: Workbook) -> None:
        """The score against the expected pace, on each check-in date so far."""
        self._section(page, 0, COLUMNS, "week_by_week")
        page.next()
        self._chart(page, self._line(book), COLUMNS, CHART_ROWS * 20)
        page.row += CHART_ROWS

    def _chart(self, page: Canvas, chart: Any, span: int, height: int) -> None:
        """A chart at the left, on the page's own ground: what holds nothing is no white box."""
        page.chart(chart, 0, span * COLUMN_PIXELS - 6, height)
        chart.set_chartarea({"border": {"none": True}, "fill": {"none": True}})

    def _ring(self, book: Workbook) -> Any:
        words, counts = (self.calc.range(column, COUNTS_TOP, len(COUNTED)) for column in "CB")
        series = {"categories": f"={words}", "values": f"={counts}"}
        return doughnut(book, series, [STRONG_COLOURS[status] for status in COUNTED], SMALL)

    def _line(self, book: Workbook) -> Any:
        weeks = len(self.layout.dates)
        chart = book.add_chart({"type": "line"})
        for key, column in {"expected": "C", "score": "D"}.items():
            series = {
                "name": self.words(f"dashboard.{key}"),
                "categories": f"={self.calc.range('B', WEEKS_TOP, weeks)}",
                "values": f"={self.calc.range(column, WEEKS_TOP, weeks)}",
            }
            chart.add_series(score_line(key, series))
        chart.show_blanks_as("span")
        step = math.ceil(weeks / MOST_WEEKS)
        week_axes(chart, self.words, interval_unit=step)
        return chart

    # --- lists ---------------------------------------------------------------------------------

    def _attention(self, page: Canvas, book: Workbook) -> None:
        """The key results by status, and beside them those behind or silent, the worst first."""
        words, calc = self.words, self.calc
        first, live = calc.at(f"{ATTENTION['id']}{ATTENTION_TOP}"), calc.figure("live")
        nothing = quoted(words("report.none_attention"))
        empty = Entry(
            f'IF({first.formula}="",{nothing},"")',
            "" if first.value else words("report.none_attention"),
        )
        self._section(page, 0, RING_SPAN, "by_status")
        self._list_title(page, RING_SPAN, 8, "attention", empty)
        self._heads(
            page,
            [
                (at, span, words(word), {"align": "left" if span > 3 or key == "id" else "center"})
                for at, span, key, word, _ in _ATTENTION
            ],
        )
        top, left = page.row, 1 + RING_SPAN
        height = self._row_height({"title": 6, "owner": 4})
        pixels = round(height * 4 / 3) * SHOWN_ATTENTION
        self._chart(page, self._ring(book), RING_SPAN, min(pixels, 320))
        for rank in range(SHOWN_ATTENTION):
            if rank == 1:
                none = quoted(words("dashboard.no_key_results"))
                text = f'IF({live.formula}>0,"",{none})'
                shown = "" if live.value else words("dashboard.no_key_results")
                page.formula(0, RING_SPAN - 2, text, shown, self._quiet())
            for at, span, key, _, look in _ATTENTION:
                entry = calc.at(f"{ATTENTION[key]}{ATTENTION_TOP + rank}")
                entry = self._pace(rank) if key == "gap" else entry
                self._live(page, at, span, entry, **look)
            page.next(height)
        statuses = {words.choice("status", key): key for key in STATUS_COLOURS}
        for rule in in_status_colours(self.styles, statuses):
            page.sheet.conditional_format(top, 22, page.row - 1, COLUMNS, rule)
        self._rows(page, (top, left), SHOWN_ATTENTION, [(RING_SPAN, COLUMNS - RING_SPAN)])
        page.next(12)

    def _objectives(self, page: Canvas) -> None:
        """Each objective's score and pace, and its weeks in the colours they had against theirs."""
        words, calc = self.words, self.calc
        numbers = _shown_weeks(len(self.layout.dates))
        first_week = COLUMNS - len(numbers)
        pace_at = first_week - PACE_SPAN
        score_at = pace_at - SCORE_SPAN
        title_span = score_at - ID_SPAN
        titles = [calc.at(f"{TITLE}{OBJECTIVES_TOP + rank}") for rank in range(SHOWN_OBJECTIVES)]
        none = words("dashboard.no_objectives")
        formula = "&".join(title.formula for title in titles)
        is_empty = not any(title.value for title in titles)
        empty = Entry(f'IF({formula}="",{quoted(none)},"")', none if is_empty else "")
        self._list_title(page, 0, 8, "heat_map", empty)
        dated = self.styles(
            font_size=8, font_color=MUTED, num_format=words("formats.day"), **_MIDDLE, bg_color=PAGE
        )
        for at, number in enumerate(numbers, first_week):
            day = calc.at(f"B{WEEKS_TOP + number}")
            page.formula(at, 1, day.formula, day.value, dated)
        left = {"align": "left"}
        heads = [
            (0, ID_SPAN, words("okrs.id"), left),
            (ID_SPAN, title_span, words("dashboard.objective"), left),
            (score_at, SCORE_SPAN, words("dashboard.score"), _MIDDLE),
            (pace_at, PACE_SPAN, words("dashboard.against"), _MIDDLE),
        ]
        self._heads(page, heads)
        top = page.row
        score_look = _PERCENT | {"bold": True, "align": "right", "bg_color": PAGE}
        bars = (top, 1 + score_at, top + SHOWN_OBJECTIVES - 1, score_at + SCORE_SPAN)
        page.sheet.conditional_format(*bars, DATA_BAR)
        height = self._row_height({"title": title_span}, of_objectives=True)
        for rank, title in enumerate(titles):
            name, score = (calc.at(f"{it}{OBJECTIVES_TOP + rank}") for it in (ID, SCORE))
            is_there = bool(title.value) or score.value != ""
            shown = f'IF({title.formula}&{score.formula}="","",{name.formula})'
            named = Entry(shown, name.value if is_there else "")
            self._live(page, 0, ID_SPAN, named, **_SHRUNK)
            self._live(page, ID_SPAN, title_span, title, **_WRAPPED)
            self._live(page, score_at, SCORE_SPAN, score, **score_look)
            self._live(
                page, pace_at, PACE_SPAN, self._pace_of_objective(rank), **_WRAPPED | _MIDDLE
            )
            for at, number in enumerate(numbers, first_week):
                self._week(page, at, rank, number)
            page.next(height)
        self._pace_colours(page, top, first_week, len(numbers))
        beside = [(0, score_at), (pace_at, COLUMNS - pace_at)]
        self._rows(page, (top, 1), SHOWN_OBJECTIVES, beside)

    def _list_title(self, page: Canvas, at: int, span: int, key: str, empty: Entry) -> None:
        """The title of a list, and beside it a sentence where there is nothing to list."""
        self._section(page, at, span, key)
        end = at + span
        page.formula(end, COLUMNS - end, empty.formula, empty.value, self._quiet())
        page.next()

    def _quiet(self) -> Format:
        return self.styles(italic=True, font_color=MUTED, bg_color=PAGE)

    def _heads(self, page: Canvas, heads: Sequence[tuple[int, int, str, dict[str, Any]]]) -> None:
        """The columns' names, unseen as long as the first row below them is empty."""
        row, left = page.row, 1 + heads[0][0]
        page.heads([(*head[:3], head[3] | {"text_wrap": True}) for head in heads], 26)
        unseen = self.styles.rule(font_color=PAGE)
        rule = where(f'{xl_rowcol_to_cell(row + 1, left, True, True)}=""', unseen)
        page.sheet.conditional_format(row, left, row, COLUMNS, rule)

    def _row_height(self, spans: Mapping[str, int], *, of_objectives: bool = False) -> float:
        """High enough for the fullest of the texts that are there now, and for two lines."""
        values = self.calc.values
        rows = [
            row for row, cells in values.cells.items() if (cells["anchor"] > 0) == of_objectives
        ]
        lines = (
            lines_of(str(values.shown(row, key)), span * COLUMN_DIGITS - 1)
            for row in rows
            for key, span in spans.items()
        )
        count = min(max(lines, default=FEWEST_LINES), MOST_LINES)
        return line_height(self.words) * 0.9 * max(count, FEWEST_LINES) + 3

    def _pace(self, rank: int) -> Entry:
        """A key result's gap in words.

        What has used more of an allowance than the time that passed is over it, not behind.
        """
        gap, score, expected = (
            self.calc.at(f"{ATTENTION[key]}{ATTENTION_TOP + rank}")
            for key in ("gap", "score", "expected")
        )
        is_used = f"ABS({expected.formula}-{score.formula}-{gap.formula})>{_TRACE}"
        late = f"IF({is_used},{_place('over')},{_place('behind')})"
        if not isinstance(gap.value, int | float):
            return self._in_words(gap.formula, late)
        is_over = abs(expected.value - score.value - gap.value) > _TRACE
        return self._in_words(gap.formula, late, gap.value, "over" if is_over else "behind")

    def _pace_of_objective(self, rank: int) -> Entry:
        score, expected = (self.calc.at(f"{it}{OBJECTIVES_TOP + rank}") for it in (SCORE, EXPECTED))
        gap = f"({expected.formula}-{score.formula})"
        has_gap = all(isinstance(each.value, int | float) for each in (expected, score))
        value = expected.value - score.value if has_gap else None
        entry = self._in_words(gap, str(_place("behind")), value)
        return Entry(f'IFERROR({entry.formula},"")', entry.value)

    def _in_words(
        self, gap: str, late: str, value: float | None = None, late_key: str = "behind"
    ) -> Entry:
        """A gap in words: so many points behind or ahead of what is expected by now.

        `late` gives the place of the words for a gap above 0, of one point, in the table.
        """
        points, table = f"INT(ABS({gap})*100+{HALF})", self.calc.paces
        side = f"IF({gap}>0,{late},{_place('ahead')})+IF({points}>1,1,0)"
        word = f"INDEX({table},IF({points}=0,1,{side}))"
        formula = f'IF(ISNUMBER({gap}),SUBSTITUTE({word},"{{n}}",{points}),"")'
        if value is None:
            return Entry(formula, "")
        count = math.floor(abs(value) * 100 + HALF)
        key = late_key if value > 0 else "ahead"
        shown = self.words(f"dashboard.{key}", n=count) if count else self.words("dashboard.level")
        return Entry(formula, shown)

    def _week(self, page: Canvas, at: int, rank: int, number: int) -> None:
        """An objective's score at one check-in date, if that counts by now."""
        calc = self.calc
        week, told = calc.at(calc.week_cell(rank, number)), calc.at(f"E{WEEKS_TOP + number}")
        score = calc.at(f"{SCORE}{OBJECTIVES_TOP + rank}")
        is_told = bool(told.value) and isinstance(score.value, int | float)
        counts = f"AND(ISNUMBER({score.formula}),{told.formula}=1)"
        entry = Entry(f'IF({counts},{week.formula},"")', week.value if is_told else "")
        self._live(page, at, 1, entry, font_size=9, **_PERCENT, **_MIDDLE)

    def _pace_colours(self, page: Canvas, top: int, first_week: int, count: int) -> None:
        """Colour the weeks by the gap to the pace of each, as statuses are."""
        dates, left, f = self.layout.dates, 1 + first_week, self.calc.operations
        cell = Term(xl_rowcol_to_cell(top, left))
        day = xl_rowcol_to_cell(top - 1, left, row_abs=True)
        days, paces = (self.calc.range(column, WEEKS_TOP, len(dates)) for column in "BC")
        pace = Term(f"INDEX({paces},MATCH({day},{days},0))")
        k = RowCells({"score": str(cell), "gap": str(f.rounded(pace - cell))})
        area = (top, left, top + SHOWN_OBJECTIVES - 1, left + count - 1)
        for status in ("achieved", "on-track", "at-risk", "off-track"):
            fill, ink = STATUS_COLOURS[status]
            look = self.styles.rule(bg_color=fill, font_color=ink)
            has_status = f.number(cell) & f.is_(by_pace(k, f), "status", status)
            rule = where(str(has_status), look) | {"stop_if_true": True}
            page.sheet.conditional_format(*area, rule)

    def _rows(
        self, page: Canvas, first: tuple[int, int], count: int, spans: Sequence[tuple[int, int]]
    ) -> None:
        """Rows that say something stand out in white on the page's ground, with a hairline."""
        look = self.styles.rule(bg_color=WHITE, bottom=1, bottom_color=LINE)
        rule = where(f'{xl_rowcol_to_cell(*first, col_abs=True)}<>""', look)
        for at, span in spans:
            page.sheet.conditional_format(first[0], 1 + at, first[0] + count - 1, at + span, rule)


def _place(key: str) -> int:
    """The place in the table of words for gaps of those for one point, from 1."""
    return 2 * PACES.index(key) + 2


def _shown_weeks(count: int) -> range:
    """The places of the check-in dates that there is room for, the last one always."""
    step = math.ceil(count / MOST_WEEKS)
    return range((count - 1) % step, count, step)
