"""XLS files, as Excel wrote them until 2007, as grids, read by xlrd.

Calamine gives blanks for their errors and no number formats. Neither gives their formulas.
"""

from __future__ import annotations

import io
from pathlib import Path

import xlrd
from xlrd.book import Book as Workbook
from xlrd.sheet import Sheet

from okr_sheets.files.formats import format_of
from okr_sheets.files.grid import Book, Broken, Grid, Value
from okr_sheets.files.guard import FarCellError, why_skipped
from okr_sheets.files.layout import Layout, Shared
from okr_sheets.problems import Problem, UnreadableError

_MACROS = "_VBA_PROJECT_CUR".encode("utf-16-le")  # the folder that holds them


def read_book(path: Path) -> Book:
    """The worksheets of an xls file; macros are named, and sheets too large to lay out.

    UnreadableError if it is protected or damaged, or no sheet is small enough.
    """
    content = path.read_bytes()
    grids, problems = [], []
    if _MACROS in content:
        problems.append(Problem("macros", str(path)))
    skipped = []
    try:
        workbook = xlrd.open_workbook(
            file_contents=content, logfile=io.StringIO(), formatting_info=True, ragged_rows=True
        )
        shared = _shared(workbook)
        for sheet in workbook.sheets():
            try:
                grids.append(_grid(sheet, shared))
            except FarCellError as error:
                skipped.append(error.problem(str(path), sheet.name))
    except MemoryError:
        raise
    except Exception as error:
        if "encrypted" in str(error):
            raise UnreadableError("password") from None
        # Whatever stands in a damaged file, from struct.error to AssertionError.
        raise UnreadableError("damaged") from error
    if skipped and not grids:
        raise why_skipped(skipped[0])
    return Book(tuple(grids), (*problems, *skipped))


def _shared(workbook: Workbook) -> Shared:
    codes = [workbook.format_map[style.format_key].format_str for style in workbook.xf_list]
    return Shared((), [format_of(code) for code in codes], bool(workbook.datemode))


def _grid(sheet: Sheet, shared: Shared) -> Grid:
    """A sheet laid out; FarCellError if it is too large for that."""
    layout = Layout(shared)
    for row in range(sheet.nrows):
        for column in range(sheet.row_len(row)):
            value = _value(sheet, row, column, layout)
            if value is not None:
                layout.put(row + 1, column + 1, value)
    for row, about in sheet.rowinfo_map.items():
        if about.hidden:
            layout.hide_row(row + 1)
    for column, about_column in sheet.colinfo_map.items():
        if about_column.hidden:
            layout.hide_columns(column + 1, column + 1)
    return layout.grid(sheet.name, sheet.visibility != 0, None)


def _value(sheet: Sheet, row: int, column: int, layout: Layout) -> Value:
    kind, value = sheet.cell_type(row, column), sheet.cell_value(row, column)
    if kind == xlrd.XL_CELL_TEXT:
        # Texts of some old files come with a NUL after each letter.
        return str(value).replace("\0", "") or None
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if kind == xlrd.XL_CELL_ERROR:
        return Broken(xlrd.error_text_from_code.get(int(value), "#ERROR"))
    if kind in {xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE}:
        return layout.number(row + 1, column + 1, float(value), sheet.cell_xf_index(row, column))
    return None
