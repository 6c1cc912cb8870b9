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
    TILE_FIGURE,
    TILE_LABEL,
    Canvas,
)
from okr_sheets.drawing.charts import SMALL, doughnut, score_line, week_axes
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
from okr_sheets.drawing.names import quoted_sheet
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
    FIGURES_TOP,
    FIXES,
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

CHART_ROWS = 10
RING_SPAN = 6  # columns of the canvas
SCORE_SPAN, PACE_SPAN, ID_SPAN = 2, 2, 2
MOST_WEEKS = 13  # columns of the objectives' weeks; of more every second, third … is shown
FEWEST_LINES, MOST_LINES = 2, 4  # of text that a row of a list has room for
_HALF = 0.500001  # a half and a trace: a gap of 0.145 is 15 points in every program
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
        self._heading(page, settings)
        self._tiles(page)
        self._attention(page, book)
        self._weeks(page, book)
        self._objectives(page)
        page.finish((0.3, 0.3, 0.3, 0.4))

    # --- above the charts ----------------------------------------------------------------------

    def _heading(self, page: Canvas, settings: Mapping[str, str]) -> None:
        """Whose OKRs these are, of which quarter, as of when; and what is to fix."""
        words, styles = self.words, self.styles
        before, after = words("dashboard.title", unit="\0").split("\0")
        named = quoted(words("dashboard.unnamed"))
        for key in ("company", "department", "team"):
            named = f'IF({settings[key]}<>"",{settings[key]},{named})'
        text = f"{quoted(before)}&{named}&{quoted(after)}"
        unit = self.about.unit or words("dashboard.unnamed")
        page.height(34)
        look = styles(font_size=22, bold=True, bg_color=PAGE, shrink=True)
        page.formula(0, 18, text, f"{before}{unit}{after}", look)
        quiet = {"font_color": MUTED, "bg_color": PAGE}
        page.cell(18, 4, words("dashboard.as_of"), styles(align="right", shrink=True, **quiet))
        dated = styles(num_format=styles.date_format, align="left", shrink=True, **quiet)
        page.formula(22, 2, self._calendar("day"), self.calc.values.days["day"], dated)
        page.next()
        within = self._within(settings)
        look = styles(font_size=12, bold=True, shrink=True, **quiet)
        page.formula(0, COLUMNS, within.formula, within.value, look)
        page.next()
        self._fixes(page)
        nothing = words("dashboard.nothing", sheet=words("sheets.okrs"))
        live = self.calc.at(f"B{FIGURES_TOP + 2}")
        text, shown = f'IF({live.formula}>0,"",{quoted(nothing)})', "" if live.value else nothing
        page.formula(0, COLUMNS, text, shown, self._quiet())
        page.next()
        page.next(8)

    def _within(self, settings: Mapping[str, str]) -> Entry:
        """The units above the one in the title, and the period: Acme · Marketing · 2027-Q1."""
        company, department, team, quarter = (
            settings[key] for key in ("company", "department", "team", "quarter")
        )
        parts = (
            f'IF(AND({company}<>"",{department}&{team}<>"")," · "&{company},"")',
            f'IF(AND({department}<>"",{team}<>"")," · "&{department},"")',
            f'IF({quarter}<>""," · "&{quarter},"")',
        )
        about = self.about
        shown = (
            about.company if about.department or about.team else "",
            about.department if about.team else "",
            about.quarter,
        )
        return Entry(f"MID({'&'.join(parts)},4,500)", " · ".join(filter(None, shown)))

    def _fixes(self, page: Canvas) -> None:
        """How many rows have something to fix, with a link to the first of them."""
        words, (count, row) = self.words, (self.calc.at(f"B{at}") for at in FIXES)
        column = f"COLUMN({self.layout.elsewhere(self.layout.range('to_fix'))})"
        sheet = quoted(f"#{quoted_sheet(self.layout.sheet)}!")
        many = _numbered(words("dashboard.fix"), count.formula)
        said = f"IF({count.formula}=1,{quoted(words('dashboard.fix_one'))},{many})"
        link = f"HYPERLINK({sheet}&ADDRESS({row.formula},{column}),{said})"
        live, fine = self.calc.at(f"B{FIGURES_TOP + 2}"), words("dashboard.fix_none")
        none = f'IF({live.formula}>0,{quoted(fine)},"")'
        shown = self._counted("fix", count.value) if count.value else fine if live.value else ""
        look = self.styles(font_color=MUTED, bg_color=PAGE)
        page.formula(0, 12, f"IF({count.formula}=0,{none},{link})", shown, look)
        _, ink = STATUS_COLOURS["off-track"]
        alert = self.styles.rule(font_color=ink, bold=True, underline=1)
        page.sheet.conditional_format(page.row, 1, page.row, 12, where(f"{count.formula}>0", alert))
        page.next()

    def _counted(self, key: str, count: int) -> str:
        one = self.words(f"dashboard.{key}_one")
        return one if count == 1 else self.words(f"dashboard.{key}", n=str(count))

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
        page.next(10)

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
        week_axes(chart, self.words("formats.day"), interval_unit=step)
        return chart

    # --- lists ---------------------------------------------------------------------------------

    def _attention(self, page: Canvas, book: Workbook) -> None:
        """The key results by status, and beside them those behind or silent, the worst first."""
        words, calc = self.words, self.calc
        first, live = calc.at(f"{ATTENTION['id']}{ATTENTION_TOP}"), calc.at(f"B{FIGURES_TOP + 2}")
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
            name, score, expected = (
                calc.at(f"{column}{OBJECTIVES_TOP + rank}") for column in (ID, SCORE, EXPECTED)
            )
            is_there = bool(title.value) or score.value != ""
            shown = f'IF({title.formula}&{score.formula}="","",{name.formula})'
            named = Entry(shown, name.value if is_there else "")
            self._live(page, 0, ID_SPAN, named, **_SHRUNK)
            self._live(page, ID_SPAN, title_span, title, **_WRAPPED)
            self._live(page, score_at, SCORE_SPAN, score, **score_look)
            pace = self._pace_of_objective(score, expected)
            self._live(page, pace_at, PACE_SPAN, pace, **_WRAPPED | _MIDDLE)
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
        """A gap in words: so many points behind or ahead of what is expected by now.

        What has used more of an allowance than the time that passed is over it.
        """
        gap, score, expected = (
            self.calc.at(f"{ATTENTION[key]}{ATTENTION_TOP + rank}")
            for key in ("gap", "score", "expected")
        )
        is_used = f"ABS({expected.formula}-{score.formula}-{gap.formula})>{_TRACE}"
        behind = self._points("behind", gap.formula)
        late = f"IF({is_used},{self._points('over', gap.formula)},{behind})"
        formula = self._in_words(gap.formula, late)
        if not isinstance(gap.value, int | float):
            return Entry(formula, "")
        key = "over" if abs(expected.value - score.value - gap.value) > _TRACE else "behind"
        return Entry(formula, self._shown(gap.value, key))

    def _pace_of_objective(self, score: Entry, expected: Entry) -> Entry:
        gap = f"({expected.formula}-{score.formula})"
        formula = self._in_words(gap, self._points("behind", gap))
        numbers = [expected.value, score.value]
        has_gap = all(isinstance(number, int | float) for number in numbers)
        shown = self._shown(expected.value - score.value, "behind") if has_gap else ""
        return Entry(f'IFERROR({formula},"")', shown)

    def _in_words(self, gap: str, late: str) -> str:
        """The formula of a gap's words, by those for what is late."""
        level, ahead = quoted(self.words("dashboard.level")), self._points("ahead", gap)
        sides = f"IF({gap}>0,{late},{ahead})"
        return f'IF(ISNUMBER({gap}),IF({_in_points(gap)}=0,{level},{sides}),"")'

    def _points(self, key: str, gap: str) -> str:
        one, many = quoted(self.words(f"dashboard.{key}_one")), self.words(f"dashboard.{key}")
        points = _in_points(gap)
        return f"IF({points}=1,{one},{_numbered(many, points)})"

    def _shown(self, gap: float, late: str) -> str:
        """What those formulas give."""
        count = math.floor(abs(gap) * 100 + _HALF)
        key = late if gap > 0 else "ahead"
        return self._counted(key, count) if count else self.words("dashboard.level")

    def _week(self, page: Canvas, at: int, rank: int, number: int) -> None:
        """An objective's score at one check-in date, if that counts by now."""
        calc = self.calc
        week = calc.at(calc.week_cell(rank, number))
        dated, score = calc.at(f"B{WEEKS_TOP + number}"), calc.at(f"{SCORE}{OBJECTIVES_TOP + rank}")
        counts = f"AND(ISNUMBER({score.formula}),{dated.formula}<={self._calendar('until')})"
        is_counted = isinstance(score.value, int | float) and dated.value <= calc.until
        entry = Entry(f'IF({counts},{week.formula},"")', week.value if is_counted else "")
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


def _in_points(gap: str) -> str:
    return f"INT(ABS({gap})*100+{_HALF})"


def _numbered(text: str, count: str) -> str:
    """A text with an {n} in it as a formula, `count` in its place."""
    parts = (quoted(part) if part else "" for part in text.split("{n}"))
    return f"&{count}&".join(parts).strip("&")


def _shown_weeks(count: int) -> range:
    """The places of the check-in dates that there is room for, the last one always."""
    step = math.ceil(count / MOST_WEEKS)
    return range((count - 1) % step, count, step)
