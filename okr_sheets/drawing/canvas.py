"""A page to print or project: columns of equal width, filled from the top down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from okr_sheets.drawing.cells import Value, put
from okr_sheets.drawing.charts import framed
from okr_sheets.drawing.colours import ACCENT, LINE, MUTED, PAGE, WHITE
from okr_sheets.drawing.names import quoted_sheet
from okr_sheets.drawing.sheets import set_page
from okr_sheets.drawing.styles import Styles

COLUMNS = 24  # of equal width, from the second on
COLUMN_WIDTH, COLUMN_PIXELS, COLUMN_DIGITS = 6.6, 51, 7.9  # digits of 10 points
# A headline figure with its label above; its lower edge has a colour of its own.
TILE = {"bg_color": WHITE, "align": "center", "left": 1, "left_color": LINE}
TILE |= {"right": 1, "right_color": LINE}
TILE_LABEL = TILE | {"font_color": MUTED, "font_size": 10, "top": 1, "top_color": LINE}
TILE_FIGURE = TILE | {"font_size": 22, "bold": True}
# What the head of a column shares with its cells.
_OF_HEADS = ("align", "indent", "num_format", "text_wrap")


class Canvas:
    """A sheet with the row that is filled next."""

    def __init__(self, sheet: Worksheet, styles: Styles, **heads: Any) -> None:
        """Lay out an empty sheet; `heads` are properties of what stands above lists and charts."""
        self.sheet, self.styles = sheet, styles
        self.row = 1
        self.background = styles(bg_color=PAGE)
        self._heads = {"bold": True, "bg_color": PAGE, **heads}
        sheet.hide_gridlines(2)
        sheet.set_default_row(20)
        sheet.set_column(0, 0, 2, self.background)
        sheet.set_column(1, COLUMNS, COLUMN_WIDTH, self.background)
        sheet.set_column(COLUMNS + 1, COLUMNS + 1, 2, self.background)

    def finish(
        self, margins: tuple[float, float, float, float], paper: int = 0, pages: int = 1
    ) -> None:
        """Print all down to the row, on one page or as many as `pages` says; see `set_page`."""
        set_page(self.sheet, pages, margins, paper)
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
        self._merge(at, span, look)
        put(self.sheet, self.row, 1 + at, value, look)

    def formula(self, at: int, span: int, formula: str, value: Value, look: Format) -> None:
        """Fill `span` columns of the row with a formula, and the value it gives."""
        self._merge(at, span, look)
        self.sheet.write_formula(self.row, 1 + at, f"={formula}", look, value)

    def linked(self, at: int, span: int, value: str, look: Format, address: str) -> None:
        """Fill `span` columns with a text that leads somewhere."""
        self.cell(at, span, value, look)
        self.sheet.write_url(self.row, 1 + at, address, look, value)

    def _merge(self, at: int, span: int, look: Format) -> None:
        if span > 1:
            self.sheet.merge_range(self.row, 1 + at, self.row, at + span, None, look)

    def section(self, at: int, span: int, text: str) -> None:
        """Head what stands below."""
        self.cell(at, span, text, self.styles(font_size=13, **self._heads))

    def turn(self, at: int, span: int, text: str, sheet: str) -> None:
        """Lead to a sheet of this workbook."""
        look = self.styles(
            font_color=ACCENT, underline=1, align="right", bg_color=PAGE, shrink=True
        )
        self.linked(at, span, text, look, f"internal:{quoted_sheet(sheet)}!A1")

    def heads(
        self, spans: Sequence[tuple[int, int, Value, dict[str, Any]]], points: float = 20
    ) -> None:
        """Name the columns of a list, in a row of so many points."""
        base = {"font_size": 9, "font_color": MUTED, **self._heads}
        for at, span, text, properties in spans:
            kept = {key: look for key, look in properties.items() if key in _OF_HEADS}
            self.cell(at, span, text, self.styles(**base | kept))
        self.next(points)

    def chart(self, chart: Any, at: int, width: int, height: int) -> None:
        """Place a chart of so many pixels on the rows from here on."""
        framed(chart, width, height)
        self.sheet.insert_chart(self.row, 1 + at, chart, {"object_position": 2})
