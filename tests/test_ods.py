import random
import re
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hostile import lowered
from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string
from python_calamine import CalamineWorkbook

from okr_sheets.files.grid import Broken, Uncalculated
from okr_sheets.files.ods import REFERENCE, _Sheet, read_book
from okr_sheets.files.worksheet import relative
from okr_sheets.problems import UnreadableError

FILES = Path(__file__).parent / "files"
SAVED = sorted(FILES.glob("libreoffice-*.ods"))
SAVED_TWICE = [path for path in SAVED if path.with_suffix(".xlsx").exists()]
NAMES = " ".join(
    f'xmlns:{prefix}="urn:{prefix}"'
    for prefix in ("calcext", "draw", "number", "office", "style", "table", "text")
)


def ods(path, *drawn, styles="", after="", head=""):
    """An ods file of the tables drawn, or of the one whose rows are drawn."""
    inside = "".join(drawn)
    tables = inside if inside.startswith("<table:table ") else table(inside)
    xml = (
        f"<?xml version='1.0' encoding='UTF-8'?>{head}<office:document-content {NAMES}>"
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f"<office:spreadsheet>{tables}{after}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", xml)
    return path


def table(inside, name="Sheet1", attributes=""):
    return f'<table:table table:name="{name}" {attributes}>{inside}</table:table>'


def row(*cells, attributes=""):
    return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"


def cell(attributes="", inside="", count=1, element="table-cell"):
    repeated = f'table:number-columns-repeated="{count}"' if count > 1 else ""
    return f"<table:{element} {attributes} {repeated}>{inside}</table:{element}>"


def number(value, attributes="", count=1):
    return cell(f'office:value-type="float" office:value="{value}" {attributes}', "", count)


def repeated(count):
    return f'table:number-rows-repeated="{count}"'


def words(inside):
    return cell('office:value-type="string"', f"<text:p>{inside}</text:p>")


def only(path):
    (grid,) = read_book(path).grids
    return grid


def code_of(path):
    try:
        read_book(path)
    except UnreadableError as error:
        return error.code


def filled(rows):
    return filled_cells(
        ((row, column), value)
        for row, values in enumerate(rows, 1)
        for column, value in enumerate(values, 1)
    )


def filled_cells(cells):
    """The cells that are not blank, texts without the spaces around them."""
    return {
        at: value.strip() if isinstance(value, str) else value
        for at, value in cells
        if value not in {None, ""}
    }


def texts(rows):
    return {at: value for at, value in filled(rows).items() if isinstance(value, str)}


def told_by_openpyxl(path):
    """Each sheet of an xlsx: values, error cells, formula cells, percent cells, what is hidden."""
    plain, formulas = load_workbook(path, data_only=True), load_workbook(path)
    for sheet in plain:
        cells = {at: each for at, each in sheet._cells.items() if each.value is not None}
        values = {
            at: each.value.date() if each.is_date else each.value for at, each in cells.items()
        }
        errors = {at for at, each in cells.items() if each.data_type == "e"}
        hidden = {
            column
            for letter, span in sheet.column_dimensions.items()
            if span.hidden
            for column in range(span.min or column_index_from_string(letter), (span.max or 0) + 1)
        }
        yield {
            "name": sheet.title,
            "hidden": sheet.sheet_state != "visible",
            "values": {
                at: Broken(value) if at in errors else value
                for at, value in filled_cells(values.items()).items()
            },
            "formulas": {
                at for at, each in formulas[sheet.title]._cells.items() if each.data_type == "f"
            },
            "percent": {
                at
                for at, each in cells.items()
                if "%" in each.number_format and isinstance(each.value, int | float)
            },
            "hidden_rows": {at for at, span in sheet.row_dimensions.items() if span.hidden},
            "hidden_columns": hidden,
        }


@pytest.mark.filterwarnings("ignore:.* extension is not supported")  # openpyxl's
@pytest.mark.parametrize("path", SAVED_TWICE, ids=lambda path: path.stem)
def test_libreoffice_s_ods_reads_as_openpyxl_reads_its_xlsx(path):
    sheets = list(told_by_openpyxl(path.with_suffix(".xlsx")))
    grids = read_book(path).grids
    assert [grid.name for grid in grids] == [sheet["name"] for sheet in sheets]
    for grid, sheet in zip(grids, sheets, strict=True):
        height, width = len(grid.rows), len(grid.rows[0])
        assert {len(values) for values in grid.rows} == {width}
        values = filled(grid.rows)
        assert values.keys() == sheet["values"].keys()
        for at, value in values.items():
            # LibreOffice writes fifteen digits of a number into an ods file.
            expected = sheet["values"][at]
            assert value == (pytest.approx(expected) if isinstance(value, float) else expected)
        assert grid.hidden == sheet["hidden"]
        assert set(grid.formulas) == sheet["formulas"]
        percent = {at for at, code in grid.formats.items() if code == "0%"}
        assert percent == sheet["percent"]
        assert grid.hidden_rows == {at for at in sheet["hidden_rows"] if at <= height}
        assert grid.hidden_columns == {at for at in sheet["hidden_columns"] if at <= width}


@pytest.mark.parametrize("path", SAVED, ids=lambda path: path.stem)
def test_values_are_calamine_s_except_errors(path):
    workbook = CalamineWorkbook.from_path(str(path))
    for grid in read_book(path).grids:
        rows = workbook.get_sheet_by_name(grid.name).to_python(skip_empty_area=False)
        ours = filled(grid.rows)
        assert {at: v for at, v in ours.items() if not isinstance(v, Broken)} == filled(rows)


def test_what_sheetjs_prints_pretty_has_the_texts_of_its_xlsm():
    workbook = CalamineWorkbook.from_path(str(FILES / "sheetjs.xlsm"))
    for grid in read_book(FILES / "sheetjs.ods").grids:
        rows = workbook.get_sheet_by_name(grid.name).to_python(skip_empty_area=False)
        assert texts(grid.rows) == texts(rows) != {}


@pytest.mark.parametrize("path", SAVED, ids=lambda path: path.stem)
def test_a_pretty_printed_file_is_the_same_book(path, tmp_path):
    with zipfile.ZipFile(path) as archive:
        content = etree.fromstring(archive.read("content.xml"))
    copy = tmp_path / "pretty.ods"
    with zipfile.ZipFile(copy, "w") as archive:
        archive.writestr("content.xml", etree.tostring(content, pretty_print=True))
    assert read_book(copy) == read_book(path)


@pytest.mark.parametrize(
    ("drawn", "value"),
    [
        ('office:value-type="float" office:value="-0.5"', -0.5),
        ('office:value-type="currency" office:currency="EUR" office:value="1200"', 1200.0),
        ('office:value-type="percentage" office:value="0.7"', 0.7),
        ('office:value-type="date" office:date-value="2027-02-12"', date(2027, 2, 12)),
        ('office:value-type="date" office:date-value="2027-02-12T00:00:00"', date(2027, 2, 12)),
        (
            'office:value-type="date" office:date-value="2027-02-12T09:30:00.5"',
            datetime(2027, 2, 12, 9, 30, 0, 500_000),
        ),
        ('office:value-type="time" office:time-value="PT09H30M00S"', time(9, 30)),
        ('office:value-type="time" office:time-value="PT36H00M00S"', timedelta(hours=36)),
        ('office:value-type="time" office:time-value="-PT1H"', timedelta(hours=-1)),
        ('office:value-type="boolean" office:boolean-value="true"', True),
        ('office:value-type="boolean" office:boolean-value="false"', False),
        ('office:value-type="string" office:string-value="told"', "told"),
        ('office:value-type="string"', "shown"),
        ("", "shown"),
        # What no calendar and no number holds stays the text that people see.
        ('office:value-type="date" office:date-value="2027-02-30"', "shown"),
        ('office:value-type="time" office:time-value="P1Y"', "shown"),
        ('office:value-type="time" office:time-value="PT99999999999999H"', "shown"),
        ('office:value-type="float" office:value="1,5"', "shown"),
        ('table:formula="of:=1/0" calcext:value-type="error"', Broken("shown")),
    ],
)
def test_each_kind_of_cell(drawn, value, tmp_path):
    path = ods(tmp_path / "t.ods", row(cell(drawn, "<text:p>shown</text:p>")))
    assert only(path).rows == [[value]]


@pytest.mark.parametrize("text", ["#DIV/0!", "#N/A", "#NAME?", "#REF!", "#VALUE!", "Err:502"])
@pytest.mark.parametrize(
    "drawn",
    [
        'office:value-type="float" office:value="0"',
        'calcext:value-type="error" office:value-type="string" office:string-value=""',
    ],
)
def test_a_formula_that_shows_an_error_is_broken_whatever_its_type(drawn, text, tmp_path):
    shown = f"<text:p>{text}</text:p>"
    failed = cell(f'table:formula="of:=[.A2]" {drawn}', shown)
    typed = cell('office:value-type="string"', shown)
    assert only(ods(tmp_path / "t.ods", row(failed, typed))).rows == [[Broken(text), text]]


def test_a_formula_without_a_value_is_told_from_one_that_gives_no_text(tmp_path):
    path = ods(
        tmp_path / "t.ods",
        row(
            cell('table:formula="of:=1+1"'),
            cell('table:formula="of:=1+1" office:value-type="float"'),
            cell('table:formula="of:=&quot;&quot;"', "<text:p/>"),
            cell('table:formula="of:=&quot;&quot;" office:value-type="string"'),
            number(1),
        ),
    )
    grid = only(path)
    assert grid.rows == [[Uncalculated(), Uncalculated(), None, None, 1.0]]
    assert set(grid.formulas) == {(1, 1), (1, 2), (1, 3), (1, 4)}


def test_text_keeps_the_spaces_tabs_and_lines_that_count(tmp_path):
    path = ods(
        tmp_path / "t.ods",
        row(
            words("one<text:tab/>two<text:line-break/>three"),
            words("a</text:p><text:p/><text:p>b"),
            words('x<text:s text:c="3"/>y <text:span>z</text:span>'),
            words("\n   laid out\n   by a program\n"),
            words('<text:a draw:href="#">a link</text:a>'),
        ),
    )
    assert only(path).rows == [
        ["one\ttwo\nthree", "a\n\nb", "x   y z", "laid out by a program", "a link"]
    ]


def test_comments_and_drawings_are_not_the_cell_s_text(tmp_path):
    note = "<office:annotation><text:p>Why so low?</text:p></office:annotation>"
    drawn = "<draw:frame><draw:text-box><text:p>A box</text:p></draw:text-box></draw:frame>"
    path = ods(
        tmp_path / "t.ods",
        row(cell("", note), cell('office:value-type="string"', f"{note}<text:p>x</text:p>{drawn}")),
    )
    assert only(path).rows == [[None, "x"]]


def test_repeats_are_laid_out_up_to_the_last_value(tmp_path):
    path = ods(
        tmp_path / "t.ods",
        row(number(1, count=2), cell(count=2), number(2), cell(count=16_379)),
        row(cell(count=16_384), attributes=repeated(2)),
        row(words("x"), attributes=repeated(2)),
        row(cell(count=16_384), attributes=repeated(1_048_571)),
    )
    assert only(path).rows == [
        [1, 1, None, None, 2],
        [None, None, None, None, None],
        [None, None, None, None, None],
        ["x", None, None, None, None],
        ["x", None, None, None, None],
    ]


def test_cells_under_a_merged_one_keep_the_others_in_place(tmp_path):
    merged = cell('office:value-type="float" office:value="1" table:number-columns-spanned="3"')
    path = ods(
        tmp_path / "t.ods", row(merged, cell(count=2, element="covered-table-cell"), number(2))
    )
    assert only(path).rows == [[1, None, None, 2]]


def test_rows_and_columns_may_stand_in_groups(tmp_path):
    path = ods(
        tmp_path / "t.ods",
        "<table:table-column-group><table:table-header-columns>"
        '<table:table-column table:visibility="collapse"/></table:table-header-columns>'
        "</table:table-column-group><table:table-columns><table:table-column/></table:table-columns>"
        f"<table:table-header-rows>{row(number(1))}</table:table-header-rows>"
        f"<table:table-row-group><table:table-rows>{row(number(2))}</table:table-rows>"
        f"<table:table-row-group>{row(number(3))}</table:table-row-group></table:table-row-group>",
    )
    grid = only(path)
    assert grid.rows == [[1], [2], [3]]
    assert grid.hidden_columns == {1}


def test_hidden_sheets_rows_and_columns_are_told_as_far_as_the_sheet_is_filled(tmp_path):
    style = (
        '<style:style style:name="ta9" style:family="table">'
        '<style:table-properties table:display="false"/></style:style>'
    )
    columns = (
        '<table:table-column table:number-columns-repeated="2"/>'
        '<table:table-column table:number-columns-repeated="16382" table:visibility="collapse"/>'
    )
    hidden = [f'table:visibility="{each}"' for each in ("collapse", "filter", "visible")]
    rows = [row(number(1, count=3), attributes=each) for each in hidden]
    rest = row(cell(), attributes=f"{repeated(1_000_000)} {hidden[0]}")
    one = table("".join([columns, *rows, rest]), "One", 'table:style-name="ta9"')
    book = read_book(ods(tmp_path / "t.ods", one, table(row(number(1)), "Two"), styles=style))
    assert [grid.hidden for grid in book.grids] == [True, False]
    assert book.grids[0].hidden_rows == {1, 2}
    assert book.grids[0].hidden_columns == {3}


def test_number_formats_come_from_the_cell_its_row_or_its_column(tmp_path):
    codes = {
        "general": 'number:min-integer-digits="1"',
        "padded": 'number:min-integer-digits="3" number:decimal-places="0"',
        "exact": 'number:min-integer-digits="1" number:decimal-places="2" number:grouping="true"',
    }
    styles = "".join(
        f'<number:number-style style:name="N{name}"><number:number {digits}/></number:number-style>'
        f'<style:style style:name="{name}" style:data-style-name="N{name}"/>'
        for name, digits in codes.items()
    )
    styles += (
        '<number:percentage-style style:name="Np"><number:number number:decimal-places="1"/>'
        '</number:percentage-style><style:style style:name="p" style:data-style-name="Np"/>'
    )
    column = '<table:table-column table:default-cell-style-name="{}"/>'
    path = ods(
        tmp_path / "t.ods",
        column.format("general"),
        column.format("padded"),
        row(number(7), number(7), number(7, 'table:style-name="exact"'), words("7")),
        row(
            number(7),
            number(7, 'table:style-name="general"'),
            attributes='table:default-cell-style-name="p"',
        ),
        row(cell('office:value-type="percentage" office:value="0.5"')),
        styles=styles,
    )
    assert only(path).formats == {(1, 2): "000", (1, 3): "#,##0.00", (2, 1): "0%", (3, 1): "0%"}


def test_a_formula_filled_down_or_across_is_one_text():
    sheet = "$'A1 of ''us'''"
    at_b2 = f'of:=SUM([.A2:.$C2])*[.A$1]+[{sheet}.B2]&" .A2 "&COM.MICROSOFT.CONCAT([.AA10])'
    at_c4 = f'of:=SUM([.B4:.$C4])*[.B$1]+[{sheet}.C4]&" .A2 "&COM.MICROSOFT.CONCAT([.AB12])'
    assert relative(at_b2, 2, 2, REFERENCE) == relative(at_c4, 4, 3, REFERENCE)
    assert relative(at_b2, 2, 2, REFERENCE) != relative(at_b2, 3, 2, REFERENCE)
    assert '" .A2 "' in relative(at_b2, 2, 2, REFERENCE)
    assert sheet in relative(at_b2, 2, 2, REFERENCE)


def test_the_score_formula_of_a_saved_tracker_is_one_text_in_all_its_rows():
    okrs = next(g for g in read_book(FILES / "libreoffice-untouched.ods").grids if g.name == "OKRs")
    # Above row 6 stand dates, each with a formula of its own.
    written = {(column, text) for (row, column), text in okrs.formulas.items() if row >= 6}
    assert len(written) == len({column for column, _ in written}) > 10


def test_what_is_kept_of_other_files_is_no_sheet(tmp_path):
    copy = table(row(number(1)), "&apos;file:///C:/other.ods&apos;#$Sheet1")
    linked = (
        "<table:dde-links><table:dde-link>"
        f"{table(row(number(2)), 'Copy')}</table:dde-link></table:dde-links>"
    )
    path = ods(tmp_path / "t.ods", table(row(number(3)), "Mine"), copy, after=linked)
    assert [(grid.name, grid.rows) for grid in read_book(path).grids] == [("Mine", [[3]])]


def test_sheets_of_one_name_are_both_there(tmp_path):
    path = ods(tmp_path / "t.ods", table(row(number(1)), "A"), table(row(number(2)), "A"))
    assert [grid.rows for grid in read_book(path).grids] == [[[1]], [[2]]]


def test_a_value_repeated_too_often_is_refused_before_it_is_laid_out(tmp_path, monkeypatch):
    monkeypatch.setattr(_Sheet, "_fill", lambda *_: pytest.fail("It is laid out."))
    path = ods(tmp_path / "t.ods", row(number(1, count=8), attributes=repeated(7)))
    with lowered(MOST_FILLED=50), pytest.raises(UnreadableError) as refused:
        read_book(path)
    assert (refused.value.code, refused.value.sheet) == ("too-much", "Sheet1")


def test_a_stray_cell_is_left_out_and_named(tmp_path):
    far = row(number(1)) + row(cell(), attributes=repeated(4))
    path = ods(tmp_path / "t.ods", table(far + row(cell(count=10), number(7)), "Stray"))
    with lowered(MOST_CELLS=50):
        book = read_book(path)
    assert book.grids[0].rows == [[1]]
    assert [(p.code, p.place) for p in book.problems] == [("far-cell", "t.ods:Stray!K6")]


def test_a_sheet_that_reaches_too_far_is_skipped_and_the_others_read(tmp_path):
    far = table(row(number(1, count=8), attributes=repeated(7)), "Far")
    path = ods(tmp_path / "t.ods", far, table(row(number(1)), "Fine"))
    with lowered(MOST_CELLS=50):
        book = read_book(path)
    assert [grid.name for grid in book.grids] == ["Fine"]
    assert [(p.code, p.sheet, p.given) for p in book.problems] == [("sheet-skipped", "Far", "H1")]


def test_a_number_of_spaces_that_no_cell_holds_is_cut_short(tmp_path):
    path = ods(tmp_path / "t.ods", row(words('a<text:s text:c="20"/>b')))
    assert only(path).rows == [[f"a{' ' * 20}b"]]
    with lowered(MOST_SPACES=10):
        assert only(path).rows == [[f"a{' ' * 10}b"]]


@pytest.mark.parametrize(
    ("drawn", "given"),
    [
        ({"head": "<!DOCTYPE a [<!ENTITY b 'c'>]>"}, "DOCTYPE"),
        ({"after": "<table:table>"}, "content.xml"),
        ({"after": table(row(number(1, 'table:number-columns-repeated="many"')))}, "content.xml"),
    ],
)
def test_xml_that_no_program_writes_is_damage(drawn, given, tmp_path):
    with pytest.raises(UnreadableError) as refused:
        read_book(ods(tmp_path / "t.ods", row(number(1)), **drawn))
    assert refused.value.code == "damaged"
    assert given in refused.value.given


def test_an_archive_without_content_is_damaged(tmp_path):
    with zipfile.ZipFile(tmp_path / "t.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    with pytest.raises(UnreadableError, match=r"content\.xml"):
        read_book(tmp_path / "t.ods")


JUNK = ("", "-1", "0", "x", "NaN", "99", "of:=[.A1", "P", "2027-13-01")


def test_changed_attributes_give_a_book_or_one_refusal(tmp_path):
    with zipfile.ZipFile(FILES / "libreoffice-untouched.ods") as archive:
        whole = archive.read("content.xml").decode()
    told = re.compile(r'(?:repeated|value|value-type|formula|visibility|digits)="([^"]*)"')
    values = [match.span(1) for match in told.finditer(whole)]
    path, chance, codes = tmp_path / "t.ods", random.Random(1), set()
    for _ in range(15):
        content = whole
        for start, end in sorted(chance.sample(values, chance.choice((3, 20))), reverse=True):
            content = content[:start] + chance.choice(JUNK) + content[end:]
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("content.xml", content)
        codes.add(code_of(path))
    assert codes == {None, "damaged"}


def test_changed_bytes_are_damage(tmp_path):
    whole = (FILES / "libreoffice-untouched.ods").read_bytes()
    path, chance = tmp_path / "t.ods", random.Random(1)
    for _ in range(50):
        content = bytearray(whole)
        for _ in range(20):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path.write_bytes(content[: chance.choice((len(content), len(content) // 2))])
        assert code_of(path) in {None, "damaged"}
