"""XLS files, as Excel wrote them until 2007, as grids, read by xlrd.

Calamine gives blanks for their errors and no number formats. Neither gives their formulas.
"""

from __future__ import annotations

import io
from pathlib import Path

import xlrd
from xlrd.book import Book as Workbook
from xlrd.sheet import Sheet

from okr_sheets.files.encrypted import decrypted
from okr_sheets.files.formats import BUILT_IN, Format, format_of
from okr_sheets.files.grid import Book, Broken, Grid, Value
from okr_sheets.files.guard import FarCellError
from okr_sheets.files.layout import Layout, Shared, book_of
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
        workbook = _opened(content)
        shared = _shared(workbook)
        for sheet in workbook.sheets():
            try:
                grids.append(_grid(sheet, shared))
            except FarCellError as error:
                skipped.append(error.problem(str(path), sheet.name))
    except (MemoryError, UnreadableError):
        raise
    except Exception as error:
        # Whatever stands in a damaged file, from struct.error to AssertionError.
        raise UnreadableError("damaged") from error
    return book_of(path, grids, skipped, problems)


def _opened(content: bytes, decrypt: bool = True) -> Workbook:
    try:
        return xlrd.open_workbook(
            file_contents=content,
            logfile=io.StringIO(),
            formatting_info=True,
            ragged_rows=True,
            # Some programs let streams overlap where nothing is read of them.
            ignore_workbook_corruption=True,
        )
    except Exception as error:
        if not decrypt or "encrypted" not in str(error):
            raise
    return _opened(decrypted(content), decrypt=False)


def _shared(workbook: Workbook) -> Shared:
    return Shared(
        (),
        [_format(workbook, each.format_key) for each in workbook.xf_list],
        bool(workbook.datemode),
    )


def _format(workbook: Workbook, number: int) -> Format:
    """The number format of this number: of the file, else of Excel, else the general one.

    Excel knows formats for East Asia and Thailand that xlrd has no code for, and Excel 4 files
    number all that they use.
    """
    form = workbook.format_map.get(number)
    return format_of((form and form.format_str) or BUILT_IN.get(number, "General"))


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
            layout.hide_rows(row + 1, row + 1)
    for column, about_column in sheet.colinfo_map.items():
        if about_column.hidden:
            layout.hide_columns(column + 1, column + 1)
    return layout.grid(sheet.name, sheet.visibility != 0, None)


def _value(sheet: Sheet, row: int, column: int, layout: Layout) -> Value:
    kind, value = sheet.cell_type(row, column), sheet.cell_value(row, column)
    if kind == xlrd.XL_CELL_BOOLEAN:
        return bool(value)
    if kind == xlrd.XL_CELL_ERROR:
        return Broken(xlrd.error_text_from_code.get(int(value), "#ERROR"))
    # Under a format that the file does not have, xlrd calls a number a text.
    if isinstance(value, float):
        return layout.number(row + 1, column + 1, value, sheet.cell_xf_index(row, column))
    # Texts of some old files come with a NUL after each letter.
    return value.replace("\0", "") or None
