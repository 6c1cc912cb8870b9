"""Our grids against other readers', cell by cell: openpyxl for xlsx, calamine for the rest."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache

import pytest
from conftest import ROOT
from make_files import FILES, original
from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet._reader import VALUE_TAG, WorkSheetParser
from python_calamine import CalamineWorkbook

import okr_sheets as okr
from okr_sheets.files.books import read_book
from okr_sheets.files.grid import Broken, Uncalculated
from okr_sheets.language import languages

STRICT = FILES / "xlsxwriter-strict.xlsx"
UNREADABLE = {
    STRICT.name,  # openpyxl finds no sheet in a strict workbook
    "sheetjs.xlsm",  # SheetJS writes an attribute of columns that openpyxl does not take
}
WORKBOOKS = [
    *sorted((ROOT / "samples" / "trackers").glob("*.xlsx")),
    *sorted(path for path in FILES.glob("*.xls[xm]") if path.name not in UNREADABLE),
]
OTHERS = sorted(
    path
    for path in FILES.iterdir()
    # calamine refuses pretty-printed XML, which has a test of its own, and what is encrypted.
    if path.suffix in {".ods", ".xls"}
    and path.name not in {"sheetjs.ods", "libreoffice-encrypted.xls"}
)
EPOCH = datetime(1899, 12, 30)

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")


@cache
def book(path):
    return read_book(path)


@cache
def opened(path, data_only):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WorkSheetParser, "parse_cell", parse_cell)
        return load_workbook(path, data_only=data_only)


def parse_cell(self, element, plainly=WorkSheetParser.parse_cell):
    """A cell as openpyxl parses it, but with an empty text where one is stored."""
    cell = plainly(self, element)
    if cell["value"] is None and element.get("t") == "str" and element.findtext(VALUE_TAG) == "":
        cell["value"] = ""
    return cell


def by_path(paths):
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.name)


@pytest.fixture(scope="module", params=languages())
def fresh(request, tmp_path_factory):
    """The small tracker, written in a language."""
    tracker = original()
    told = replace(tracker, about=replace(tracker.about, language=request.param))
    return okr.write(told, tmp_path_factory.mktemp(request.param) / "tracker.xlsx")


def compare_with_openpyxl(path):
    values, formulas = opened(path, True), opened(path, False)
    grids = book(path).grids
    assert [grid.name for grid in grids] == values.sheetnames
    for grid in grids:
        sheet, written = values[grid.name], formulas[grid.name]
        assert grid.hidden == (sheet.sheet_state != "visible")
        bottom = max(len(grid.rows), sheet.max_row)
        right = max([sheet.max_column, *(len(row) for row in grid.rows)])
        different = {
            (grid.name, row, column): (grid.cell(row, column), said)
            for row in range(1, bottom + 1)
            for column in range(1, right + 1)
            if not same(grid.cell(row, column), said := by_openpyxl(sheet, written, row, column))
        }
        assert different == {}
        assert set(grid.formulas) == {
            (cell.row, cell.column)
            for cells in written.iter_rows()
            for cell in cells
            if cell.data_type == "f"
        }
        assert dict(grid.formats) == {
            (cell.row, cell.column): cell.number_format
            for cells in sheet.iter_rows()
            for cell in cells
            # A date is a number with a format.
            if isinstance(cell.value, (int, float, date, time, timedelta))
            and not isinstance(cell.value, bool)
            and cell.number_format != "General"
        }
        assert {row for row in grid.hidden_rows if row <= bottom} == {
            row for row, kind in sheet.row_dimensions.items() if kind.hidden and row <= bottom
        }
        assert {column for column in grid.hidden_columns if column <= right} == {
            column
            for letter, kind in sheet.column_dimensions.items()
            if kind.hidden
            for column in span(letter, kind)
            if column <= right
        }


def span(letter, kind):
    first = kind.min or column_index_from_string(letter)
    return range(first, (kind.max or first) + 1)


def by_openpyxl(sheet, written, row, column):
    """A cell as openpyxl has it, in our terms."""
    cell = sheet.cell(row, column)
    if cell.data_type == "e":
        return Broken(cell.value)
    if cell.value is None and written.cell(row, column).data_type == "f":
        return Uncalculated()
    return cell.value


def is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def same(ours, theirs):
    if ours is None or ours == "":
        return theirs in {None, ""}
    if is_number(ours) or is_number(theirs):
        return is_number(ours) and is_number(theirs) and ours == theirs
    return plain(ours) == plain(theirs)


def plain(value):
    """Dates with and without a time of day as one kind; text without the space around it."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time())
    return value.strip() if isinstance(value, str) else value


@by_path(WORKBOOKS)
def test_every_cell_is_what_openpyxl_reads(path):
    compare_with_openpyxl(path)


def test_every_cell_of_a_fresh_tracker_is_what_openpyxl_reads(fresh):
    compare_with_openpyxl(fresh)


def test_a_text_formula_without_a_value_is_what_openpyxl_reads(tmp_path):
    path, count = tmp_path / "without.xlsx", 0
    with (
        zipfile.ZipFile(FILES / "libreoffice-untouched.xlsx") as whole,
        zipfile.ZipFile(path, "w") as without,
    ):
        for name in whole.namelist():
            part = whole.read(name)
            count += part.count(b"</f><v></v>")
            without.writestr(name, part.replace(b"</f><v></v>", b"</f>"))
    compare_with_openpyxl(path)
    values = [value for grid in book(path).grids for row in grid.rows for value in row]
    assert values.count(Uncalculated()) == count > 0


def test_a_strict_workbook_is_read_like_the_loose_one_it_was(tmp_path):
    loose = book(okr.write(original(), tmp_path / "loose.xlsx"))
    by_name = {grid.name: grid for grid in loose.grids}
    for ours in book(STRICT).grids:  # of before there was a sheet for the close
        assert typed(ours) == typed(by_name[ours.name])


def typed(grid):
    """What is no formula's, and not text of ours that later versions may word otherwise.

    By row and machine key, since columns stood in another order before.
    """
    keys = grid.rows[3]
    return {
        (row, keys[column - 1] or column): value
        for row, cells in enumerate(grid.rows, 1)
        for column, value in enumerate(cells, 1)
        if (row, column) not in grid.formulas and isinstance(value, (int, float, date))
    }


@by_path(OTHERS)
def test_every_cell_is_what_calamine_reads(path):
    theirs = CalamineWorkbook.from_path(path)
    grids = book(path).grids
    assert [grid.name for grid in grids] == theirs.sheet_names
    for grid in grids:
        rows = theirs.get_sheet_by_name(grid.name).to_python(skip_empty_area=False)
        assert differences(grid, rows) == {}


def test_a_pretty_printed_file_is_read_like_the_others_of_its_program():
    for grid, other in zip(
        book(FILES / "sheetjs.ods").grids, book(FILES / "sheetjs.xlsm").grids, strict=True
    ):
        assert grid.name == other.name
        assert differences(grid, other.rows) == {}


def test_a_binary_workbook_is_read_like_the_one_it_came_from():
    for grid, other in zip(
        book(FILES / "sheetjs.xlsb").grids, book(FILES / "sheetjs.xlsm").grids, strict=True
    ):
        assert grid.name == other.name
        assert differences(grid, other.rows) == {}


def differences(grid, rows):
    """The cells that are not the same, with both values.

    Calamine has errors as blanks; SheetJS stores an empty text like no value.
    """
    bottom = max(len(grid.rows), len(rows))
    right = max((len(row) for row in [*grid.rows, *rows]), default=0)
    found = {}
    for row in range(1, bottom + 1):
        for column in range(1, right + 1):
            beyond = row > len(rows) or column > len(rows[row - 1])
            theirs = None if beyond else rows[row - 1][column - 1]
            ours = grid.cell(row, column)
            broken = isinstance(ours, (Broken, Uncalculated)) and theirs == ""
            unsaid = isinstance(theirs, Uncalculated) and ours in {None, ""}
            if not broken and not unsaid and not same(as_number(ours), as_number(theirs)):
                found[row, column] = ours, theirs
    return found


def as_number(value):
    """Dates and times as the numbers that programs store; some formats keep no more of them."""
    if isinstance(value, time):
        value = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    if isinstance(value, date):
        value = plain(value) - EPOCH
    return value / timedelta(days=1) if isinstance(value, timedelta) else value
