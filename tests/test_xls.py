import random
import struct
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from calculators import libreoffice
from conftest import needs
from hostile import lowered
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from okr_sheets.files.grid import Broken
from okr_sheets.files.guard import kind_of
from okr_sheets.files.xls import read_book
from okr_sheets.problems import UnreadableError

FILES = Path(__file__).parent / "files"
ENCRYPTED = FILES / "libreoffice-encrypted.xls"
SAVED = sorted({*FILES.glob("*.xls")} - {ENCRYPTED})  # calamine does not decrypt
ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A")


def filled(rows):
    return {
        (row, column): value.strip() if isinstance(value, str) else value
        for row, values in enumerate(rows, 1)
        for column, value in enumerate(values, 1)
        if value not in {None, ""}
    }


def code_of(path):
    try:
        read_book(path)
    except UnreadableError as error:
        return error.code


def biff(*records):
    """An xls file of bare records, without the folders that Excel puts around them."""
    return b"".join(struct.pack("<HH", kind, len(data)) + data for kind, data in records)


def workbook(path, *records, stream_of_sheet=()):
    """An Excel 5 file with one sheet, drawn as records."""
    begin = (0x0809, struct.pack("<HHHH", 0x0500, 0x0005, 0, 0))
    head = biff(begin, (0x42, struct.pack("<H", 1252)), *records)
    entry = struct.pack("<HB", 0, 4) + b"OKRs"
    start = len(head) + 4 + 4 + len(entry) + 4
    sheet = (0x0809, struct.pack("<HHHH", 0x0500, 0x0010, 0, 0))
    path.write_bytes(
        head
        + biff((0x85, struct.pack("<I", start) + entry), (0x0A, b""))
        + biff(sheet, *stream_of_sheet, (0x0A, b""))
    )
    return path


def label(row, column, text):
    return (0x0204, struct.pack("<HHHH", row, column, 0, len(text)) + text)


def number(row, column, value, style):
    return (0x0203, struct.pack("<HHHd", row, column, style, value))


def style(form):
    """A cell style with the format of this number."""
    return (0xE0, struct.pack("<HHHBBIi", 0, form, 0, 0, 0, 0, 0))


def excel_4_sheet(path, *cells, formats=(), styles=()):
    """An Excel 4 file, which is one sheet, drawn as records."""
    path.write_bytes(
        biff(
            (0x0409, struct.pack("<HHH", 0, 0x10, 0)),
            (0x42, struct.pack("<H", 1252)),
            *((0x041E, b"\0\0" + bytes([len(code)]) + code) for code in formats),
            *((0x0443, struct.pack("<BBHBBHI", 0, form, 0, 0, 0, 0, 0)) for form in styles),
            *cells,
            (0x0A, b""),
        )
    )
    return path


@pytest.mark.parametrize("path", SAVED, ids=lambda path: path.stem)
def test_values_are_calamine_s_except_errors(path):
    book = CalamineWorkbook.from_path(str(path))
    grids = read_book(path).grids
    assert [grid.name for grid in grids] == book.sheet_names
    for grid in grids:
        assert {len(row) for row in grid.rows} == {len(grid.rows[0])}
        rows = book.get_sheet_by_name(grid.name).to_python(skip_empty_area=False)
        ours = filled(grid.rows)
        assert {at: v for at, v in ours.items() if not isinstance(v, Broken)} == filled(rows)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A sheet of every kind of value, as XlsxWriter wrote it and as LibreOffice saved it."""
    needs("soffice")
    folder = tmp_path_factory.mktemp("drawn")
    with Workbook(folder / "drawn.xlsx") as book:
        sheet, hidden = book.add_worksheet("Drawn"), book.add_worksheet("Hidden")
        codes = (
            "yyyy-mm-dd",
            "yyyy-mm-dd hh:mm",
            "hh:mm",
            "[h]:mm",
            "0%",
            "000",
            "0.00",
            "General",
        )
        formats = [book.add_format({"num_format": code}) for code in codes]
        values = [46_430, 46_430.395_833_333_336, 0.5, 1.5, 0.7, 7, 12.5, 12.5]
        for column, (value, shown) in enumerate(zip(values, formats, strict=True)):
            sheet.write_number(1, column, value, shown)
        sheet.write_row(2, 0, [True, False, "two\nlines", "Größe ₩ ไทย 😀", -3])
        for column, error in enumerate(ERRORS):
            sheet.write_formula(3, column, f"={error}", value=error)
        sheet.write_number(4, 0, -1, formats[0])
        sheet.write_number(5, 0, 1, formats[0])
        sheet.set_row(2, options={"hidden": True})
        sheet.set_column("C:D", options={"hidden": True})
        hidden.write_row(0, 0, [1])
        hidden.hide()
    return libreoffice(folder / "drawn.xlsx", folder, ".xls")


def test_every_kind_of_value_is_what_was_written(drawn):
    grid, hidden = read_book(drawn).grids
    assert grid.rows == [
        [None] * 8,
        [
            date(2027, 2, 12),
            datetime(2027, 2, 12, 9, 30),
            time(12),
            timedelta(hours=36),
            0.7,
            7.0,
            12.5,
            12.5,
        ],
        [True, False, "two\nlines", "Größe ₩ ไทย 😀", -3.0, None, None, None],
        [*map(Broken, ERRORS), None],
        [-1.0, *[None] * 7],
        [date(1900, 1, 1), *[None] * 7],
    ]
    numbers = {at: code for at, code in grid.formats.items() if isinstance(grid.cell(*at), float)}
    assert numbers.items() >= {(2, 5): "0%", (2, 6): "000", (2, 7): "0.00"}.items()
    assert (2, 8) not in numbers
    assert grid.formulas is None
    assert (grid.hidden_rows, grid.hidden_columns) == ({3}, {3, 4})
    assert (grid.hidden, hidden.hidden) == (False, True)


def test_a_file_of_1904_has_the_dates_of_one_of_1900():
    def dates(name):
        grids = read_book(FILES / name).grids
        return [
            {at: value for at, value in filled(grid.rows).items() if isinstance(value, date)}
            for grid in grids
        ]

    assert dates("libreoffice-1904.xls") == dates("libreoffice-untouched.xls")
    assert any(dates("libreoffice-1904.xls"))


def test_nul_signs_between_letters_are_dropped(tmp_path):
    path = workbook(tmp_path / "t.xls", stream_of_sheet=[label(1, 1, b"B\0a\0r\0")])
    assert read_book(path).grids[0].rows == [[None, None], [None, "Bar"]]


def test_a_stray_cell_is_left_out_and_named(tmp_path):
    cells = [label(0, 5, b"x"), label(9, 0, b"x")]
    path = workbook(tmp_path / "t.xls", stream_of_sheet=cells)
    with lowered(MOST_CELLS=50):
        book = read_book(path)
    assert book.grids[0].rows == [[None]] * 9 + [["x"]]
    assert [(p.code, p.place) for p in book.problems] == [("far-cell", "t.xls:OKRs!F1")]


def test_a_protected_file_asks_for_its_password_to_be_removed(tmp_path):
    path = workbook(tmp_path / "t.xls", (0x2F, bytes(6)))
    assert code_of(path) == "password"


def test_without_the_extra_an_encrypted_file_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "msoffcrypto", None)
    with pytest.raises(UnreadableError) as refused:
        read_book(ENCRYPTED)
    assert "okr-sheets[encrypted]" in refused.value.problem("t.xls").say()


@pytest.mark.parametrize(
    ("form", "value"),
    [
        *((form, date(2027, 2, 12)) for form in (27, 31, 36, 50, 58, 71, 74, 81)),
        *((form, time(12)) for form in (32, 56, 75, 80)),
        (59, 46_430.5),
        (77, datetime(2027, 2, 12, 12)),
        (79, timedelta(days=46_430, hours=12)),
        (163, 46_430.5),
    ],
)
def test_formats_that_excel_knows_by_number_need_no_code(tmp_path, form, value):
    """Those of East Asia and Thailand, and one that nobody knows."""
    written = 0.5 if isinstance(value, time) else 46_430.0 if type(value) is date else 46_430.5
    path = workbook(
        tmp_path / "t.xls", style(0), style(form), stream_of_sheet=[number(0, 0, written, 1)]
    )
    assert read_book(path).grids[0].rows == [[value]]


@pytest.mark.parametrize(
    ("formats", "styles", "rows"),
    [
        ([], [0], [["ID", 46_430.0]]),
        ([], [0, 5], [["ID", 46_430.0]]),
        ([b"General", b"d-mmm-yy"], [0, 1], [["ID", date(2027, 2, 12)]]),
    ],
)
def test_a_sheet_of_excel_4_is_read(tmp_path, formats, styles, rows):
    cells = label(0, 0, b"ID"), number(0, 1, 46_430.0, len(styles) - 1)
    path = excel_4_sheet(tmp_path / "t.xls", *cells, formats=formats, styles=styles)
    assert kind_of(path) == "xls"
    assert read_book(path).grids[0].rows == rows


def test_macros_are_named(tmp_path):
    content = (FILES / "libreoffice-untouched.xls").read_bytes()
    # The entry of another folder of the file becomes that of its macros.
    other = "\x05SummaryInformation".encode("utf-16-le").ljust(64, b"\0")
    name = "_VBA_PROJECT_CUR".encode("utf-16-le")
    at = content.index(other)
    entry = name.ljust(64, b"\0") + struct.pack("<H", len(name) + 2)
    path = tmp_path / "t.xls"
    path.write_bytes(content[:at] + entry + content[at + len(entry) :])
    assert [(p.code, p.path) for p in read_book(path).problems] == [("macros", str(path))]
    assert read_book(path).grids == read_book(FILES / "libreoffice-untouched.xls").grids


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_file_cut_short_is_damaged(share, tmp_path):
    content = (FILES / "libreoffice-untouched.xls").read_bytes()
    path = tmp_path / "t.xls"
    path.write_bytes(content[: int(len(content) * share)])
    assert code_of(path) == "damaged"


def test_changed_bytes_give_a_book_or_one_refusal(tmp_path, capfd):
    whole = (FILES / "sheetjs-biff5.xls").read_bytes()
    path, chance = tmp_path / "t.xls", random.Random(1)
    codes = set()
    for _ in range(40):
        content = bytearray(whole)
        for _ in range(chance.choice((1, 30))):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path.write_bytes(content)
        codes.add(code_of(path))
    assert codes == {None, "damaged"}
    assert capfd.readouterr() == ("", "")
