import io
import random
import sys
import tracemalloc
import zipfile

import pytest
from hostile import HOSTILE, lowered, ole, open_document, packed, workbook
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl import Workbook

from okr_sheets.files import guard
from okr_sheets.files.books import read_book
from okr_sheets.files.encrypted import PASSWORD
from okr_sheets.files.guard import LAST_COLUMN, LAST_ROW, MOST_CELLS, Extent, FarCellError, kind_of
from okr_sheets.language import language, languages
from okr_sheets.letters import column_letters, column_number
from okr_sheets.problems import UnreadableError, too_much
from okr_sheets.reading import drafts


def refusal(path):
    with pytest.raises(UnreadableError) as caught:
        kind_of(path)
    return caught.value.code, caught.value.given


@pytest.fixture
def kind(tmp_path):
    """The kind of a file with these bytes."""

    def told(content, name="file"):
        path = tmp_path / name
        path.write_bytes(content)
        return kind_of(path)

    return told


@pytest.fixture
def refused(tmp_path):
    """Why a file with these bytes is refused."""

    def told(content):
        path = tmp_path / "file"
        path.write_bytes(content)
        return refusal(path)

    return told


def codes_of(path):
    try:
        return {problem.code for problem in read_book(path).problems}
    except UnreadableError as error:
        return {error.code}


@pytest.mark.parametrize("case", HOSTILE.values(), ids=HOSTILE)
def test_a_file_made_to_hurt_ends_in_one_problem_that_says_why(case, tmp_path):
    path = tmp_path / case.name
    case.make(path)
    with lowered(**case.limits):
        codes = codes_of(path)
    assert codes <= case.codes
    assert bool(codes) == bool(case.codes)


LIMITED = {name: case for name, case in HOSTILE.items() if case.limits}


@pytest.mark.parametrize("case", LIMITED.values(), ids=LIMITED)
def test_what_goes_beyond_a_lowered_limit_alone_is_read_within_its_own(case, tmp_path):
    path = tmp_path / case.name
    case.make(path)
    assert codes_of(path) == set()


@pytest.mark.parametrize("name", ["plan.csv", "plan.xls", "plan"])
def test_the_bytes_tell_the_kind_whatever_the_name(kind, name):
    assert kind(packed(workbook()), name) == "xlsx"
    assert kind(b"ID,Title\n", name) == "text"


@pytest.mark.parametrize("start", ["0908100000060500", "09040600", "09020600", "0900040007001000"])
def test_an_old_workbook_needs_no_envelope(kind, start):
    assert kind(bytes.fromhex(start) + bytes(40)) == "xls"


@pytest.mark.parametrize("names", [["Workbook"], ["Book"], ["Workbook", "WordDocument"]])
def test_an_old_workbook_may_hold_a_text_document(kind, names):
    assert kind(ole(names)) == "xls"


@pytest.mark.parametrize("embedded", ["PowerPoint Document", "WordDocument", "EncryptedPackage"])
def test_what_is_embedded_in_an_old_workbook_does_not_tell_its_kind(kind, refused, embedded):
    assert kind(ole(["Workbook"], embedded=embedded)) == "xls"
    assert refused(ole(["PowerPoint Document"], embedded="Workbook")) == (
        "not-a-workbook",
        "a presentation",
    )


@pytest.fixture
def encrypted(tmp_path):
    """A file with a password, as another program encrypts it."""

    def make(parts, password):
        path = tmp_path / "encrypted.xlsx"
        with path.open("wb") as file:
            OOXMLFile(io.BytesIO(packed(parts))).encrypt(password, file)
        return path

    return make


def test_what_excel_encrypts_with_its_own_password_is_read(encrypted, tmp_path):
    plain = tmp_path / "plain.xlsx"
    plain.write_bytes(packed(workbook()))
    assert read_book(encrypted(workbook(), PASSWORD)).grids == read_book(plain).grids


def test_what_is_encrypted_is_held_to_the_limits_and_the_kinds_of_all(encrypted, monkeypatch):
    assert refusal(encrypted(workbook(), "chosen")) == ("password", "")
    parts = workbook()
    parts["word/document.xml"] = parts.pop("xl/workbook.xml")
    text = encrypted(parts, PASSWORD)
    assert refusal(text) == ("not-a-workbook", "a text document")
    path = encrypted(workbook(), PASSWORD)
    with lowered(MOST_BYTES=1_000):
        assert refusal(path)[0] == "too-large"
    monkeypatch.setitem(sys.modules, "msoffcrypto", None)
    assert refusal(path) == ("encrypted", "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["ID,Title\n", "รหัส,ชื่อ\n1,เป้าหมาย\n", "번호,제목\n", "Üst,İş\n"])
def test_text_is_text_in_any_encoding(kind, text, encoding):
    assert kind((text * 500).encode(encoding)) == "text"


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("cp1252", "Größe;Ä"), ("cp874", "รหัส"), ("cp949", "번호"), ("cp1254", "İş")],
)
def test_text_is_text_in_any_code_page(kind, encoding, text):
    assert kind(text.encode(encoding)) == "text"


def test_a_text_may_begin_with_a_smaller_sign(kind):
    assert kind(b"<5 %,7\n") == "text"


def test_one_zero_byte_makes_no_text_binary(kind):
    assert kind(b"ID,Title\n" * 50 + b"\0") == "text"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf", b"\r\n "])
def test_a_web_page_is_named(refused, mark):
    page = mark + b"<!DOCTYPE html><html><table><tr><td>ID"
    assert refused(page) == ("not-a-workbook", "a web page")


def test_a_text_too_large_is_told_its_size(kind, refused, monkeypatch):
    monkeypatch.setattr(guard, "MOST_FLAT_BYTES", 1_000_000)
    assert kind(b"ID,Title,\n" * 100_000) == "text"
    assert refused(b"ID,Title,\n" * 110_000) == ("too-large", "1 MB")


def test_what_is_unpacked_is_not_kept(tmp_path):
    path = tmp_path / "t.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in workbook().items():
            archive.writestr(name, part)
        archive.writestr("xl/media/1.png", random.Random(1).randbytes(8_000_000))
    tracemalloc.start()
    assert kind_of(path) == "xlsx"
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 4_000_000


def test_a_file_that_is_not_there_is_said(tmp_path):
    assert refusal(tmp_path / "none.xlsx") == ("not-found", "")


def test_a_file_that_must_not_be_read_is_said(tmp_path, monkeypatch):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    path = tmp_path / "t.xlsx"
    path.write_bytes(packed(workbook()))
    monkeypatch.setattr(guard, "opened", refuse)
    assert refusal(path) == ("cannot-open", "Permission denied")


def test_a_repetitive_sheet_is_no_bomb(kind):
    rows = b"<row><c><v>1</v></c></row>" * 30_000
    assert kind(packed(workbook() | {"xl/worksheets/sheet1.xml": rows})) == "xlsx"


def test_a_name_of_two_million_letters_is_no_bomb(tmp_path):
    path = tmp_path / "t.ods"
    cell = '<table:table-cell office:value-type="float" office:value="1"/>'
    open_document(
        f'<table:table-row table:style-name="{"a" * 2_000_000}">{cell}</table:table-row>'
    )(path)
    assert path.stat().st_size * guard.MOST_RATIO < 2_000_000
    assert read_book(path).grids[0].rows == [[1]]


TABLE = [(row, column) for row in range(1, 51) for column in range(1, 11)]


def strays_of(cells):
    extent = Extent()
    for cell in cells:
        extent.reach(*cell)
    strays = extent.strays(cells)
    near = [cell for cell in cells if cell not in strays]
    assert (extent.bottom, extent.right) == tuple(max(ends) for ends in zip(*near, strict=True))
    return strays


@pytest.mark.parametrize(
    "strays",
    [
        [(500_000, 702)],
        [(LAST_ROW, 1)],
        [(LAST_ROW, LAST_COLUMN)],
        [(LAST_ROW, 1), (LAST_ROW, 9), (LAST_ROW - 5, 3)],
        [(1_000, LAST_COLUMN), (2_000, 12_000)],
        [],
    ],
)
def test_cells_that_stand_far_from_the_table_are_left_out(strays):
    assert strays_of([*strays, *TABLE]) == {*strays}


def test_more_than_a_few_cells_far_out_are_too_much_and_one_is_named():
    rows = [(LAST_ROW - n, 3) for n in range(guard.MOST_STRAY)]
    assert strays_of([*TABLE, *rows]) == {*rows}
    with pytest.raises(FarCellError) as caught:
        strays_of([*TABLE, *rows, (LAST_ROW, 1)])
    assert caught.value.cell == f"A{LAST_ROW}"
    with pytest.raises(FarCellError) as caught:
        strays_of([(500_000, 702)])
    assert caught.value.cell == "ZZ500000"


def test_the_last_rows_of_a_sheet_that_is_too_large_are_no_strays(monkeypatch):
    monkeypatch.setattr(guard, "MOST_CELLS", len(TABLE) - 1)
    with pytest.raises(FarCellError):
        strays_of(TABLE)


def test_a_sheet_may_be_long_or_wide():
    for row, column in ((LAST_ROW, 2), (150, LAST_COLUMN)):
        assert row * column <= MOST_CELLS
        assert not strays_of([(row, column)])


@pytest.mark.parametrize(
    ("bound", "more", "what"),
    [("MOST_FILLED", {}, "filled"), ("MOST_LETTERS", {"letters": 1}, "letters")],
)
def test_a_sheet_with_too_much_in_it_says_of_what(monkeypatch, bound, more, what):
    monkeypatch.setattr(guard, bound, 3)
    extent = Extent()
    for row in (1, 2, 3):
        extent.reach(row, 1, **more)
    with pytest.raises(FarCellError) as caught:
        extent.reach(4, 1, **more)
    assert caught.value.what == what
    skipped = caught.value.problem("t.xlsx", "OKRs")
    refused = guard.why_skipped(skipped)
    assert (refused.code, refused.sheet) == ("too-much", "OKRs")
    for problem in (skipped, refused.problem("t.xlsx")):
        assert "more than 3 " in problem.say()


def test_columns_are_lettered_and_numbered():
    known = {1: "A", 26: "Z", 27: "AA", 702: "ZZ", 703: "AAA", 16_384: "XFD"}
    assert {number: column_letters(number) for number in known} == known
    assert all(column_number(column_letters(n)) == n for n in range(1, 16_385))


@pytest.mark.parametrize(
    ("bound", "most", "said"),
    [
        ("MOST_ROWS", 5, "more than 5 rows of OKRs (6)"),
        ("MOST_ROWS", 6, ""),
        ("MOST_TABLES", 1, "more than 1 tables of OKRs (2)"),
        ("MOST_TABLES", 2, ""),
        ("MOST_DATES", 1, "more than 1 check-in dates in one table (2)"),
        ("MOST_DATES", 2, ""),
        ("MOST_NUMBERS", 11, "more than 11 cells for check-ins (12)"),
        ("MOST_NUMBERS", 12, ""),
    ],
)
def test_more_okrs_than_anybody_has_are_counted(monkeypatch, tmp_path, bound, most, said):
    monkeypatch.setattr(drafts, bound, most)
    book = Workbook()
    for name, sheet in (("O1", book.active), ("O2", book.create_sheet())):
        sheet.append(["ID", "Title", "Type", "Target", "2027-01-08", "2027-01-15"])
        sheet.append([name, "Goal", "Objective"])
        sheet.append([f"{name}.KR1", "Leads", "Increase", 5])
        sheet.append([f"{name}.KR2", "Sales", "Increase", 5])
    path = tmp_path / "t.xlsx"
    book.save(path)
    if said:
        with pytest.raises(UnreadableError) as caught:
            drafts.read_drafts(path, "t.xlsx", 1)
        assert caught.value.code == "too-much"
        assert said in caught.value.problem("t.xlsx").say()
    else:
        assert len(drafts.read_drafts(path, "t.xlsx", 1).drafts) == 2


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("what", ["rows", "filled"])
def test_what_there_is_too_much_of_is_named_in_each_language(code, what):
    number = language(code).number
    problem = too_much(what, 5_000, 5_001).problem("t.xlsx")
    assert number(5_000) in problem.say(code)
    assert f"({number(5_001)})" in problem.say(code)
    for problem in (
        too_much(what, 5_000).problem("t.xlsx"),
        FarCellError(what, 5_000).problem("t.xlsx", "OKRs"),
    ):
        assert language(code)(f"counted.{what}") in problem.say(code)
        assert number(5_000) in problem.say(code)
        assert "(" not in problem.say(code)
