"""How sheets begin, and how they are printed."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from okr_sheets.drawing.colours import MUTED
from okr_sheets.drawing.styles import Styles

A4 = 9
FITTED = 15.0  # points, Excel's own height: of rows that programs fit to what is typed


def begin(
    sheet: Worksheet,
    styles: Styles,
    title: str,
    caption: str,
    top: float = 32,
    rows: float = 20,
    within: int = 0,
) -> None:
    """Title and caption on a sheet without gridlines; `top` and `rows` are points of height.

    The caption runs on to the right, or wraps `within` so many columns.

    No program fits a row any more to what is typed, unless `rows` are `FITTED`.
    """
    sheet.hide_gridlines(2)
    sheet.set_default_row(rows)
    sheet.set_row(0, top)
    sheet.write_string(0, 0, title, styles.title)
    if within:
        wrapped = styles(font_color=MUTED, text_wrap=True)
        sheet.merge_range(1, 0, 1, within - 1, caption, wrapped)
    else:
        sheet.write_string(1, 0, caption, styles.caption)


def set_page(
    sheet: Worksheet,
    pages: int = 0,
    margins: tuple[float, float, float, float] = (0.7, 0.7, 0.75, 0.75),
    paper: int = 0,
) -> None:
    """Landscape, one page wide and `pages` high, with file, page and sheet named below.

    `pages` and `paper` are as many and as the printer has it where they are 0; `margins` are
    inches on the left, on the right, at the top and below.
    """
    sheet.set_paper(paper)
    sheet.set_landscape()
    sheet.fit_to_pages(1, pages)
    sheet.set_margins(*margins)
    sheet.set_footer("&L&8&F&C&8&P / &N&R&8&A")
