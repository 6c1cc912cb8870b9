"""The page that the summary is drawn on: columns of equal width, filled from the top down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from okr_sheets.reports.workbook.charts import framed
from okr_sheets.reports.workbook.data import Value, put
from okr_sheets.reports.workbook.fitting import line_height
from okr_sheets.reports.workbook.rows import Report
from okr_sheets.reports.workbook.sheets import set_page
from okr_sheets.writing.layout import quoted_sheet
from okr_sheets.writing.styles import ACCENT, MUTED, PAGE

COLUMNS = 24  # of equal width, from the second on
COLUMN_WIDTH, COLUMN_PIXELS, COLUMN_DIGITS = 6.6, 51, 7.9  # digits of 10 points
_OF_HEADS = ("align", "indent", "num_format")  # what the head of a column shares with its cells


class Canvas:
    """A sheet with the row that is filled next."""

    def __init__(self, sheet: Worksheet, report: Report) -> None:
        """Lay out an empty sheet."""
        self.sheet, self.styles = sheet, report.styles
        self.line = line_height(report.words) - 1
        self.row = 1
        self._page = self.styles(bg_color=PAGE)
        sheet.hide_gridlines(2)
        sheet.set_default_row(20)
        sheet.set_row(0, 9)
        sheet.set_column(0, 0, 2, self._page)
        sheet.set_column(1, COLUMNS, COLUMN_WIDTH, self._page)
        sheet.set_column(COLUMNS + 1, COLUMNS + 1, 2, self._page)

    def finish(self) -> None:
        """Close the page below its last row, and set it up to be printed on one."""
        self.sheet.set_row(self.row, 9)
        self.sheet.write_blank(self.row, 1, None, self._page)  # else the margin is not printed
        set_page(self.sheet)
        self.sheet.fit_to_pages(1, 1)
        self.sheet.center_horizontally()
        self.sheet.print_area(0, 0, self.row, COLUMNS + 1)

    def height(self, points: float) -> None:
        self.sheet.set_row(self.row, points)

    def next(self, points: float | None = None) -> None:
        """End a row, of so many points."""
        if points is not None:
            self.height(points)
        self.row += 1

    def cell(self, at: int, span: int, value: Value, look: Format) -> None:
        """Fill `span` columns of the row with one value."""
        if span > 1:
            self.sheet.merge_range(self.row, 1 + at, self.row, at + span, None, look)
        put(self.sheet, self.row, 1 + at, value, look)

    def linked(self, at: int, span: int, value: str, look: Format, address: str) -> None:
        """Fill `span` columns with a text that leads somewhere."""
        self.cell(at, span, value, look)
        self.sheet.write_url(self.row, 1 + at, address, look, value)

    def section(self, at: int, span: int, text: str) -> None:
        """Head what stands below."""
        look = self.styles(font_size=13, bold=True, bg_color=PAGE, shrink=True)
        self.cell(at, span, text, look)

    def turn(self, at: int, span: int, text: str, sheet: str) -> None:
        """Lead to a sheet of this workbook."""
        look = self.styles(
            font_color=ACCENT, underline=1, align="right", bg_color=PAGE, shrink=True
        )
        self.linked(at, span, text, look, f"internal:{quoted_sheet(sheet)}!A1")

    def heads(self, spans: Sequence[tuple[int, int, Value, dict[str, Any]]]) -> None:
        """Name the columns of a list."""
        base = {"font_size": 9, "bold": True, "font_color": MUTED, "bg_color": PAGE, "shrink": True}
        for at, span, text, properties in spans:
            kept = {key: look for key, look in properties.items() if key in _OF_HEADS}
            self.cell(at, span, text, self.styles(**base | kept))
        self.next(20)

    def chart(self, chart: Any, at: int, span: int, rows: int) -> None:
        """Place a chart on the rows from here on."""
        gap = 6 if at + span < COLUMNS else 0
        framed(chart, span * COLUMN_PIXELS - gap, round(rows * 20 * 4 / 3))
        self.sheet.insert_chart(self.row, 1 + at, chart, {"object_position": 2})
