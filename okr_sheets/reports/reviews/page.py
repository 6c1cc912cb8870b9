"""The first sheet of a review: one share to raise, unit by unit, and two questions to answer."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from okr_sheets.drawing.canvas import COLUMN_DIGITS, COLUMN_PIXELS, COLUMNS, Canvas
from okr_sheets.drawing.charts import count_bars
from okr_sheets.drawing.colours import ACCENT, INPUT, LINE, MUTED, PAGE, PALE, STRONG_COLOURS, WHITE
from okr_sheets.drawing.conditions import DATA_BAR
from okr_sheets.drawing.sheets import A4
from okr_sheets.drawing.styles import PERCENT, Styles
from okr_sheets.drawing.text_width import BOLDER, line_height, lines_of, shortened
from okr_sheets.language import Language
from okr_sheets.reports.excerpts import MOST_ROWS
from okr_sheets.reports.reviews import QUESTIONS, Review
from okr_sheets.reports.reviews.records import Line, lines
from okr_sheets.reports.workbook.hidden_sheet import HiddenSheet
from okr_sheets.reports.workbook.sheets import MARGINS
from okr_sheets.reports.workbook.tiles import Tile, draw_tiles

MOST_QUARTERS, MOST_RULES, MOST_LINES = 4, 10, 4
# Columns of the page that a quarter takes, by how many quarters there are: its key results, those
# without findings, and their share.
_BLOCKS = {1: (3, 3, 4), 2: (2, 2, 3), 3: (2, 2, 2), 4: (1, 1, 2)}
_ID = 2  # columns
_LEFT = {"align": "left", "indent": 1}
_MIDDLE = {"align": "center"}
_CELL = {"bg_color": WHITE, "bottom": 1, "bottom_color": LINE, "font_size": 10}
_RIGHT = {"align": "right", "indent": 1}
_UNIT = {"bg_color": PALE, "bold": True, "font_size": 11}
_LOOKS = (_MIDDLE, _MIDDLE, {**_RIGHT, "num_format": PERCENT, "bold": True})  # of a block


class Page:
    """The sheet with the figures, the rules that find most, and the units with their objectives."""

    def __init__(
        self, review: Review, words: Language, styles: Styles, hidden: HiddenSheet
    ) -> None:
        self.review, self.words, self.styles, self.hidden = review, words, styles, hidden
        self.quarters = review.quarters[-MOST_QUARTERS:]
        self.block = _BLOCKS[max(len(self.quarters), 1)]
        self.name = COLUMNS - len(self.quarters) * sum(self.block)  # columns for ID and title

    def write(self, book: Workbook, sheet: Worksheet) -> None:
        """Write it all to an empty sheet."""
        page = Canvas(sheet, self.styles, shrink=True)
        sheet.set_row(0, 9)
        sheet.outline_settings(symbols_below=False)
        self._heading(page)
        draw_tiles(page, self._tiles())
        self._rules(page, book)
        self._lines(page)
        page.height(9)
        page.cell(0, 1, None, page.background)  # else the margin is not printed
        page.finish(MARGINS, A4, pages=0)

    def _heading(self, page: Canvas) -> None:
        title = shortened(self.review.title(self.words), 90)
        page.cell(0, COLUMNS, title, self.styles(font_size=22, bold=True, bg_color=PAGE))
        page.next(36)
        muted = self.styles(font_color=MUTED, bg_color=PAGE)
        page.cell(0, COLUMNS, self.review.about(self.words), muted)
        page.next()
        page.next(9)

    def _tiles(self) -> list[Tile]:
        words, (clean, key_results) = self.words, self.review.total
        share = clean / key_results if key_results else None
        count = sum(self.review.by_rule.values())
        amber = STRONG_COLOURS["at-risk"]
        return [
            Tile(words("review.total"), share, ACCENT, PERCENT),
            Tile(words("report.key_results"), key_results),
            Tile(words("review.clean"), clean, STRONG_COLOURS["on-track"]),
            Tile(words("review.findings"), count, amber if count else STRONG_COLOURS["on-track"]),
        ]

    def _rules(self, page: Canvas, book: Workbook) -> None:
        page.height(24)
        page.section(0, COLUMNS, self.words("review.by_rule"))
        page.next()
        counts = dict(list(self.review.by_rule.items())[:MOST_RULES])
        if not counts:
            look = self.styles(font_color=MUTED, bg_color=WHITE, indent=1)
            page.cell(0, COLUMNS, self.words("review.nothing"), look)
            page.next()
        else:
            rows = len(counts) + 2
            series = {
                "name": self.words("review.findings"),
                "categories": self.hidden.row([*counts]),
                "values": self.hidden.row([*counts.values()]),
            }
            chart = count_bars(book, series)
            chart.show_hidden_data()
            page.chart(chart, 0, COLUMNS * COLUMN_PIXELS, round(rows * 20 * 4 / 3))
            for _ in range(rows):
                page.next(20)
        page.next(9)

    # --- units and objectives -------------------------------------------------------------------

    def _lines(self, page: Canvas) -> None:
        words, shown = self.words, lines(self.review)
        notes = []
        if len(self.quarters) < len(self.review.quarters):
            notes.append(words("review.newest", n=len(self.quarters)))
        if len(shown) > MOST_ROWS:
            shown = [line for line in shown if line.is_unit][:MOST_ROWS]
            notes.append(words("review.units_alone"))
        page.height(24)
        page.section(0, COLUMNS, words("review.by_quarter"))
        page.next()
        if notes:
            muted = self.styles(font_color=MUTED, bg_color=PAGE)
            page.cell(0, COLUMNS, " ".join(notes), muted)
            page.next()
        heads = page.row
        self._heads(page)
        page.sheet.repeat_rows(heads, page.row - 1)
        top = page.row
        for line in shown:
            self._line(page, line)
        bottom = max(page.row - 1, top)
        for number in range(len(self.quarters)):
            first = 1 + self._at(number, 2)
            page.sheet.conditional_format(top, first, bottom, first + self.block[2] - 1, DATA_BAR)

    def _at(self, quarter: int, part: int = 0) -> int:
        """The first column of a part of a quarter's block."""
        return self.name + quarter * sum(self.block) + sum(self.block[:part])

    def _heads(self, page: Canvas) -> None:
        strong = self.styles(bold=True, bg_color=PAGE, **_MIDDLE)
        for number, quarter in enumerate(self.quarters):
            page.cell(self._at(number), sum(self.block), quarter or "–", strong)
        page.next()
        heads: list[tuple[int, int, str, dict[str, Any]]] = [
            (0, _ID, self.words("okrs.id"), _LEFT),
            (_ID, self.name - _ID, self.words("report.objective"), _LEFT),
        ]
        for number in range(len(self.quarters)):
            words = ("report.key_results", "review.clean", "review.share")
            heads += [
                (self._at(number, part), span, self.words(word), _LOOKS[part])
                for part, (span, word) in enumerate(zip(self.block, words, strict=True))
            ]
        page.heads(heads)

    def _line(self, page: Canvas, line: Line) -> None:
        look = _CELL | (_UNIT if line.is_unit else {})
        texts = [(0, self.name, line.name)]
        if not line.is_unit:
            texts = [(0, _ID, line.id), (_ID, self.name - _ID, line.name)]
        most = 1
        for at, span, text in texts:
            room = (span * COLUMN_DIGITS - 2) / (BOLDER if line.is_unit else 1.0)
            held = shortened(text, room * (MOST_LINES - 0.2))
            most = max(most, lines_of(held, room))
            page.cell(at, span, held or None, self.styles(**look | _LEFT, text_wrap=True))
        for number, quarter in enumerate(self.quarters):
            row = line.by_quarter.get(quarter, {})
            for part, key in enumerate(("key_results", "clean", "share")):
                shown = self.styles(**look | _LOOKS[part])
                page.cell(self._at(number, part), self.block[part], row.get(key), shown)
        page.next(8 + most * (line_height(self.words) - 1))
        if line.is_asked:
            self._questions(page)

    def _questions(self, page: Canvas) -> None:
        """What no program answers, each with a cell for an answer; folded away with one click."""
        words = self.words
        shape = {**_LEFT, "font_size": 10, "text_wrap": True}
        asks = self.styles(**shape, bg_color=PAGE, italic=True, font_color=MUTED)
        answers = self.styles(**shape, bg_color=INPUT, border=1, border_color=LINE, locked=False)
        split = max(self.name, COLUMNS // 2)
        room = (split - _ID) * COLUMN_DIGITS - 2
        for key in QUESTIONS:
            text = words(f"review.{key}")
            height = max(8 + lines_of(text, room) * (line_height(words) - 1), 22)
            page.sheet.set_row(page.row, height, None, {"level": 1})
            page.cell(_ID, split - _ID, text, asks)
            page.cell(split, COLUMNS - split, None, answers)
            page.next()
