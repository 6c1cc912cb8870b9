import struct
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import pytest
from hostile import (
    BOOK,
    MAIN,
    OFFICE,
    SHEET,
    STRINGS,
    binary_workbook,
    lowered,
    packed,
    record,
    row_record,
    wide,
    workbook,
)
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

from okr_sheets.files import plain, xlsb, xlsx
from okr_sheets.files.grid import Broken, Uncalculated
from okr_sheets.files.guard import kind_of
from okr_sheets.files.worksheet import relative
from okr_sheets.letters import column_letters
from okr_sheets.problems import UnreadableError

SAMPLES = sorted((Path(__file__).parents[1] / "samples" / "trackers").glob("*.xlsx"))
STRICT = "http://purl.oclc.org/ooxml"


@pytest.fixture
def sheet(tmp_path):
    """The grid of a sheet whose rows are drawn as XML."""

    def read(rows, head="", **parts):
        drawn = f'<worksheet xmlns="{MAIN}">{head}<sheetData>{rows}</sheetData></worksheet>'
        path = tmp_path / "t.xlsx"
        path.write_bytes(packed(workbook() | {SHEET: drawn} | parts))
        return xlsx.read_book(path).grids[0]

    return read


@pytest.fixture
def written(tmp_path):
    """The book that XlsxWriter writes."""

    def read(draw, **options):
        path = tmp_path / "t.xlsx"
        with Workbook(path, options) as book:
            draw(book)
        return xlsx.read_book(path)

    return read


def same(mine, other):
    """Whether two readers read the same: they round times, and give a date hours, differently."""
    if isinstance(other, datetime) and not isinstance(mine, datetime):
        return isinstance(mine, date) and (mine, time()) == (other.date(), other.time())
    if isinstance(mine, datetime) and isinstance(other, datetime):
        return abs(mine - other) < timedelta(milliseconds=2)
    return mine == other and isinstance(mine, bool) == isinstance(other, bool)


def told(mine, error):
    """A value as readers tell it that know fewer states of a cell."""
    if isinstance(mine, Broken):
        return mine.text if error else None
    return None if isinstance(mine, Uncalculated) else mine


@pytest.mark.filterwarnings("ignore:.* extension is not supported")  # openpyxl's
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_calamine_and_openpyxl_read_the_same(path):
    second = CalamineWorkbook.from_path(path)
    third = openpyxl.load_workbook(path, data_only=True)
    formulas = openpyxl.load_workbook(path)
    for grid in xlsx.read_book(path).grids:
        by_calamine = second.get_sheet_by_name(grid.name).to_python(skip_empty_area=False)
        for row in third[grid.name].iter_rows():
            for cell in row:
                mine = grid.cell(cell.row, cell.column)
                assert same(told(mine, cell.value), cell.value), (grid.name, cell.coordinate)
                if isinstance(cell.value, (float, int)):
                    code = grid.formats.get((cell.row, cell.column), "General")
                    assert code == cell.number_format
                value = told(mine, None)
                if value is not None:  # calamine lays out no further than the last that is
                    other = by_calamine[cell.row - 1][cell.column - 1]
                    assert same(value, other), (grid.name, cell.coordinate)
        assert set(grid.formulas) == {
            (cell.row, cell.column)
            for row in formulas[grid.name].iter_rows()
            for cell in row
            if cell.data_type == "f"
        }
        assert grid.hidden_rows == {
            row for row, told in third[grid.name].row_dimensions.items() if told.hidden
        }


def test_the_four_states_of_a_cell_are_kept_apart(sheet):
    grid = sheet(
        '<row r="1"><c r="A1"><v>1</v></c><c r="B1"/>'
        '<c r="C1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="D1"><f>A1</f></c>'
        '<c r="E1"><f>A1</f><v/></c><c r="F1" t="str"><f>""</f><v></v></c></row>'
    )
    assert grid.rows == [[1.0, None, Broken("#DIV/0!"), Uncalculated(), Uncalculated(), None]]
    assert set(grid.formulas) == {(1, 3), (1, 4), (1, 5), (1, 6)}


def test_every_type_of_cell_is_read(sheet):
    grid = sheet(
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="b"><v>1</v></c>'
        '<c r="C1" t="inlineStr"><is><r><t>two </t></r><r><t>runs</t></r><rPh><t>x</t></rPh></is></c>'
        '<c r="D1" t="d"><v>2027-02-12</v></c><c r="E1" t="d"><v>2027-02-12T10:30:00Z</v></c>'
        '<c r="F1" t="n"><v>1e3</v></c><c r="G1" t="str"><f>X</f><v>a_x000D_b_x005F_</v></c>'
        '<c r="H1"><v>12 leads</v></c></row>'
    )
    when = datetime(2027, 2, 12, 10, 30)
    assert grid.rows == [
        ["Title", True, "two runs", date(2027, 2, 12), when, 1000.0, "a\rb_", "12 leads"]
    ]


def test_cells_that_do_not_say_where_they_are_follow_one_another(sheet):
    grid = sheet(
        "<row><c><v>1</v></c><c><v>2</v></c></row>"
        '<row r="3"><c><v>3</v></c><c r="D3"><v>4</v></c><c><v>5</v></c></row><row><c><v>6</v></c></row>'
    )
    one, three = [1.0, 2.0, None, None, None], [3.0, None, None, 4.0, 5.0]
    assert grid.rows == [one, [None] * 5, three, [6.0, None, None, None, None]]


def test_a_formula_filled_down_is_one_text(sheet):
    grid = sheet(
        "".join(
            f'<row r="{n}"><c r="C{n}"><f>IF(A{n}="A{n}",$B$1,\'A1\'!A{n - 1})</f><v>1</v></c></row>'
            for n in (5, 6)
        )
    )
    assert grid.formulas[5, 3].replace('"A5"', "") == grid.formulas[6, 3].replace('"A6"', "")
    assert grid.formulas[5, 3] == "IF(R[0]C[-2]=\"A5\",R1CB,'A1'!R[-1]C[-2])"


def test_cells_that_share_a_formula_have_it_each(sheet):
    grid = sheet(
        '<row r="1"><c r="B1"><f t="shared" ref="B1:B3" si="0">A1*2</f><v>2</v></c></row>'
        '<row r="2"><c r="B2"><f t="shared" si="0"/><v>4</v></c></row>'
        '<row r="3"><c r="B3"><f>A3*2</f><v>6</v></c></row>'
    )
    assert {grid.formulas[row, 2] for row in (1, 2, 3)} == {"R[0]C[-1]*2"}


@pytest.mark.parametrize(
    ("formula", "told"),
    [
        ("A1+$A1+A$1+$A$1", "R[-1]C[-1]+R[-1]CA+R1C[-1]+R1CA"),
        ("LOG10(B2)", "LOG10(R[0]C[0])"),
        ("Table1[[#This Row],[Q1]]", "Table1[[#This Row],[Q1]]"),
        ("[1]Plan!B2", "[1]Plan!R[0]C[0]"),
        ("my_A1+A1.x+_A1", "my_A1+A1.x+_A1"),
        ("SUM(B2:C3)", "SUM(R[0]C[0]:R[1]C[1])"),
    ],
)
def test_only_references_become_offsets(formula, told):
    assert relative(formula, 2, 2) == told


def test_formulas_filled_down_are_told_as_each_alone_would_be(sheet):
    # Each differs from its neighbours in a number that is a row's in some of them only.
    down = (
        "A{row}+{row}",
        "A{row}+$A$1+1",
        "A1+$A{row}",
        "SUM(A{row}:A{next})",
        '"A{row}"&$B{row}',
        "'A{row}'!$B{row}*0.{row}",
        "A{row}1+A1{row}",
        "A{row}*12",
    )
    rows = (1, 2, 3, 9, 10, 11, 12, 13, 21, 112)
    formulas = {
        (row, column): formula.format(row=row, next=row + 1)
        for row in rows
        for column, formula in enumerate(down, 3)
    }
    cells = "".join(
        f'<row r="{row}">'
        + "".join(
            f'<c r="{column_letters(column)}{row}"><f>{escape(formula)}</f><v>1</v></c>'
            for (at, column), formula in formulas.items()
            if at == row
        )
        + "</row>"
        for row in rows
    )
    for asked in (list(formulas), list(reversed(formulas))):
        told = sheet(cells).formulas
        assert [told[at] for at in asked] == [relative(formulas[at], *at) for at in asked]


def test_number_formats_are_told_of_numbers(written):
    def draw(book):
        sheet = book.add_worksheet()
        for row, code in enumerate(["0%", "00000", '0.0" x"', 9, "General"]):
            style = book.add_format({"num_format": code})
            sheet.write_number(row, 0, 0.5, style)
            sheet.write_string(row, 1, "text", style)

    (grid,) = written(draw).grids
    assert grid.formats == {(1, 1): "0%", (2, 1): "00000", (3, 1): '0.0" x"', (4, 1): "0%"}


@pytest.mark.parametrize("is_1904", [False, True])
def test_dates_are_those_that_openpyxl_reads(written, tmp_path, is_1904):
    codes = ["d mmm yyyy", "yyyy-mm-dd hh:mm", "[$-41E]d mmmm bbbb", "hh:mm", "[h]:mm", '0"d"', 14]
    numbers = [0, 0.25, 0.5, 1, 59, 60.5, 61, 2_000.75, 46_065, 46_065.123_456, 2_900_000, 3e6]

    def draw(book):
        sheet = book.add_worksheet()
        for column, code in enumerate(codes):
            style = book.add_format({"num_format": code})
            sheet.write_column(0, column, numbers, style)

    (grid,) = written(draw, date_1904=is_1904).grids
    with pytest.warns(UserWarning, match="outside the limits"):
        other = openpyxl.load_workbook(tmp_path / "t.xlsx", data_only=True).active
    for line in other.iter_rows():
        for cell in line:
            mine = grid.cell(cell.row, cell.column)
            # Where there is no such date, openpyxl gives an error and the grid the number.
            assert same(mine, cell.value) or (cell.value == "#VALUE!" and isinstance(mine, float))


def test_a_number_before_the_first_day_is_no_date(written):
    def draw(book):
        book.add_worksheet().write_number(0, 0, -1, book.add_format({"num_format": 14}))

    (grid,) = written(draw).grids
    assert grid.rows == [[-1.0]]


def test_hidden_rows_columns_and_sheets_are_told(written):
    def draw(book):
        sheet, other = book.add_worksheet("A"), book.add_worksheet("B")
        sheet.write("E3", 1)
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column("C:D", None, None, {"hidden": True})
        other.very_hidden()

    first, second = written(draw).grids
    assert (first.hidden_rows, first.hidden_columns) == ({3}, {3, 4})
    assert (first.hidden, second.hidden) == (False, True)


def test_a_column_of_no_width_is_hidden(sheet):
    filled = '<row><c r="C1"><v>1</v></c></row>'
    assert sheet(filled, '<cols><col min="2" max="2" width="0"/></cols>').hidden_columns == {2}


def test_columns_are_hidden_as_far_as_a_sheet_is_filled(sheet):
    filled = '<row><c r="D1"><v>1</v></c></row>'
    hidden = sheet(filled, '<cols><col min="0" max="9" hidden="1"/></cols>').hidden_columns
    assert hidden == {1, 2, 3, 4}


def test_columns_that_are_hidden_twice_are_hidden_once(sheet):
    filled = '<row><c r="K1"><v>1</v></c></row>'
    spans = ((4, 9), (2, 5), (4, 6), (3, 16_384), (12, 10))
    cols = "".join(f'<col min="{first}" max="{last}" hidden="1"/>' for first, last in spans[:3])
    assert sheet(filled, f"<cols>{cols}</cols>").hidden_columns == {*range(2, 10)}
    cols = "".join(f'<col min="{first}" max="{last}" hidden="1"/>' for first, last in spans)
    assert sheet(filled, f"<cols>{cols}</cols>").hidden_columns == {*range(2, 12)}


@pytest.mark.parametrize(
    ("most", "told"), [(5, "R[0]C[-2]+R[0]C[-1]"), (7, "R[0]C[-2]+R[0]C[-1]+L")]
)
def test_of_a_formula_no_more_is_kept_than_a_cell_takes(sheet, most, told):
    rows = '<row r="1"><c r="C1"><f t="shared" ref="C1:C2" si="0">A1+B1+Leads</f><v>1</v></c></row>'
    with lowered(MOST_FORMULA=most):
        formulas = sheet(f'{rows}<row r="2"><c r="C2"><f t="shared" si="0"/></c></row>').formulas
    assert formulas.letters == 2 * most
    assert {*formulas.values()} == {told}


def test_of_a_text_no_more_is_kept_than_a_cell_holds(sheet):
    with lowered(MOST_TEXT=3):
        assert sheet('<row><c t="str"><v>Leads</v></c></row>').rows == [["Lea"]]


def test_two_sheets_of_one_name_are_two_sheets(tmp_path):
    parts = workbook()
    parts[BOOK] = parts[BOOK].replace(b'"Notes"', b'"Plan"')
    second = "xl/worksheets/sheet2.xml"
    parts[second] = parts[second].replace(b"0.5", b"0.7")
    (tmp_path / "t.xlsx").write_bytes(packed(parts))
    book = xlsx.read_book(tmp_path / "t.xlsx")
    assert [(grid.name, grid.cell(2, 2)) for grid in book.grids] == [("Plan", 0.5), ("Plan", 0.7)]


def test_a_far_cell_is_left_out_and_named(tmp_path):
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="6"><c r="K6"><v>1</v></c></row>'
    parts = workbook() | {
        SHEET: f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
    }
    (tmp_path / "t.xlsx").write_bytes(packed(parts))
    for reader in (xlsx, plain):
        with lowered(MOST_CELLS=50):
            book = reader.read_book(tmp_path / "t.xlsx")
        assert [grid.name for grid in book.grids] == ["Plan", "Notes"]
        assert book.grids[0].rows == [[1]]
        assert [(p.code, p.place) for p in book.problems] == [("far-cell", "t.xlsx:Plan!K6")]


def test_a_sheet_that_is_missing_is_named_and_the_others_are_read(tmp_path):
    parts = workbook()
    del parts[SHEET]
    (tmp_path / "t.xlsx").write_bytes(packed(parts))
    for reader in (xlsx, plain):
        book = reader.read_book(tmp_path / "t.xlsx")
        assert [grid.name for grid in book.grids] == ["Notes"]
        assert [(p.code, p.sheet) for p in book.problems] == [("sheet-missing", "Plan")]


@pytest.mark.parametrize(
    ("cell", "given"),
    [
        ('<c r="A1"><v>7</v></c>', ""),
        ('<c r="A1" s="0"><v>7</v></c>', ""),
        ('<c r="A1" s="3" t="str"><v>7</v></c>', ""),
        ('<c r="A1" s="3"><v>7</v></c>', "xl/styles.xml is missing"),
        ('<c r="A1" t="s"><v>0</v></c>', "xl/sharedStrings.xml is missing"),
    ],
)
def test_styles_and_texts_that_are_missing_matter_where_a_cell_needs_them(tmp_path, cell, given):
    parts = workbook()
    del parts["xl/styles.xml"], parts["xl/sharedStrings.xml"], parts["xl/worksheets/sheet2.xml"]
    parts[SHEET] = f'<worksheet xmlns="{MAIN}"><sheetData><row>{cell}</row></sheetData></worksheet>'
    (tmp_path / "t.xlsx").write_bytes(packed(parts))
    if given:
        with pytest.raises(UnreadableError) as refused:
            xlsx.read_book(tmp_path / "t.xlsx")
        assert (refused.value.code, refused.value.given) == ("damaged", given)
    else:
        assert float(xlsx.read_book(tmp_path / "t.xlsx").grids[0].cell(1, 1)) == 7


def test_macros_are_told_and_their_sheets_left_out(tmp_path):
    parts = workbook()
    relations = "xl/_rels/workbook.xml.rels"
    kind = b"http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet"
    target = b'relationships/worksheet" Target="worksheets/sheet2.xml"'
    assert target in parts[relations]
    parts[relations] = parts[relations].replace(
        OFFICE.encode() + b'/worksheet" Target="worksheets/sheet2.xml"',
        kind + b'" Target="worksheets/sheet2.xml"',
    )
    (tmp_path / "old.xlsm").write_bytes(packed(parts))
    (tmp_path / "new.xlsm").write_bytes(packed(workbook() | {"xl/vbaProject.bin": b"code"}))
    for name, sheets in (("old.xlsm", ["Plan"]), ("new.xlsm", ["Plan", "Notes"])):
        book = xlsx.read_book(tmp_path / name)
        assert [problem.code for problem in book.problems] == ["macros"]
        assert [grid.name for grid in book.grids] == sheets


def test_charts_are_no_sheets(written):
    def draw(book):
        sheet = book.add_worksheet("Plan")
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Plan!$A$1"})
        book.add_chartsheet("Chart").set_chart(chart)
        sheet.write("A1", 1)

    assert [grid.name for grid in written(draw).grids] == ["Plan"]


def strict(parts):
    swaps = {MAIN: f"{STRICT}/spreadsheetml/main", OFFICE: f"{STRICT}/officeDocument/relationships"}
    for old, new in swaps.items():
        parts = {name: part.replace(old.encode(), new.encode()) for name, part in parts.items()}
    return parts


def elsewhere(parts):
    return {
        name.replace("xl/", "book/"): part.replace(b"xl/", b"book/") for name, part in parts.items()
    }


def prefixed(parts):
    text = parts[SHEET].decode().replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')
    text = text.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?")
    return parts | {SHEET: text.encode()}


def backslashed(parts):
    return {name.replace("/", "\\"): part for name, part in parts.items()}


def capital(parts):
    return {name.replace("sheet", "Sheet"): part for name, part in parts.items()}


def in_utf_16(parts):
    return {
        name: part.decode().replace("UTF-8", "UTF-16").encode("utf-16")
        for name, part in parts.items()
    }


@pytest.mark.parametrize("change", [strict, elsewhere, prefixed, backslashed, capital, in_utf_16])
def test_what_other_programs_write_is_read(tmp_path, change):
    path = tmp_path / "t.xlsx"
    path.write_bytes(packed(change(workbook())))
    assert kind_of(path) == "xlsx"
    book = xlsx.read_book(path)
    assert [(grid.name, grid.rows) for grid in book.grids] == [
        ("Plan", [["Title", None], [None, 0.5]]),
        ("Notes", [["Title", None], [None, 0.5]]),
    ]


def test_how_a_text_is_said_is_no_part_of_it(sheet):
    texts = f'<sst xmlns="{MAIN}"><si><r><t>東 </t></r><r><t>京</t></r><rPh><t>トウ</t></rPh></si></sst>'
    grid = sheet('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', **{STRINGS: texts})
    assert grid.rows == [["東 京"]]


def test_a_damaged_cell_is_named(sheet):
    with pytest.raises(UnreadableError) as caught:
        sheet('<row r="7"><c r="D7" t="s"><v>99</v></c></row>')
    assert (caught.value.code, caught.value.given, caught.value.sheet) == ("damaged", "D7", "Plan")


def test_a_binary_workbook_is_read(tmp_path):
    def at(number, column, content, style=0):
        return record(number, struct.pack("<2I", column, style) + content)

    cells = record(60, struct.pack("<4IH", 3, 4, 0, 0, 1))  # columns D and E hidden
    cells += row_record(1)
    cells += at(7, 0, struct.pack("<I", 1)) + at(6, 1, wide("inline"))
    cells += at(5, 2, struct.pack("<d", 0.5), 1) + at(2, 3, struct.pack("<I", 46_065 << 2 | 2), 2)
    cells += at(4, 4, b"\1") + at(3, 5, b"\x07") + at(11, 6, b"\x2a")
    cells += row_record(3, hidden=True)
    cells += at(1, 1, b"") + record(13, struct.pack("<2I", 0, 1250 << 2 | 3))  # right of B3
    cells += at(9, 4, struct.pack("<dH", -2.5, 0)) + at(2, 5, struct.pack("<i", -7 << 2 | 2))
    path = tmp_path / "t.xlsb"
    path.write_bytes(binary_workbook(cells, ["zero", "one"], [0, 9, 14]))
    assert kind_of(path) == "xlsb"
    (grid,) = xlsb.read_book(path).grids
    blank = [None] * 7
    assert grid.rows == [
        ["one", "inline", 0.5, date(2026, 2, 12), True, Broken("#DIV/0!"), Broken("#N/A")],
        blank,
        [None, None, 12.5, None, -2.5, -7.0, None],
    ]
    assert grid.formats == {(1, 3): "0%", (1, 4): "mm-dd-yy"}
    assert (grid.hidden_rows, grid.hidden_columns) == ({3}, {4, 5})
    assert grid.formulas is None


def test_every_byte_of_a_workbook_may_be_lost(tmp_path):
    """Cut inside any part, a workbook is refused or read; nothing else happens."""
    parts = workbook()
    for name in (
        SHEET,
        BOOK,
        STRINGS,
        "xl/styles.xml",
        "xl/_rels/workbook.xml.rels",
        "_rels/.rels",
    ):
        for share in range(0, 100, 7):
            whole = parts[name]
            path = tmp_path / "t.xlsx"
            path.write_bytes(packed(parts | {name: whole[: len(whole) * share // 100]}))
            assert zipfile.is_zipfile(path)
            with pytest.raises(UnreadableError):
                xlsx.read_book(path)
