"""Sheets of a rollup come into a workbook that people keep, and nothing else in it changes."""

import errno
import io
import re
import shutil
import zipfile
from copy import copy
from pathlib import Path

import boards
import openpyxl
import pytest
import xlsx_lint
from boards import BOOK, FIRST_SHEET, LINKS, MAIN, TYPES, parts, put_parts
from calculators import libreoffice
from click.testing import CliRunner
from lxml import etree
from msoffcrypto.format.ooxml import OOXMLFile
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

import okr_sheets as okr
from okr_sheets.cli import main
from okr_sheets.files import child, guard
from okr_sheets.language import language, languages
from okr_sheets.problems import UnreadableError
from okr_sheets.reports import excerpts, into
from okr_sheets.reports.into.markup import Part
from okr_sheets.reports.workbook import LOOKING_BACK, SHEETS

# openpyxl knows neither sparklines nor data bars of 2010.
pytestmark = pytest.mark.filterwarnings("ignore:.*xtension is not supported")

FILES = Path(__file__).parent / "files"
REFUSED_FILES = {
    "xlsxwriter-strict.xlsx": "is a Strict Open XML workbook",
    "exceljs-1904.xlsx": "counts days from 1904",
    "libreoffice-1904.xlsx": "counts days from 1904",
    "sheetjs.xlsb": "of the kind xlsb",
    "sheetjs.xls": "without a password first",
    "sheetjs.ods": "of the kind ods",
    "sheetjs.csv": "of the kind text",
}
OTHERS = sorted(path for path in FILES.glob("*.xls[xm]") if path.name not in REFUSED_FILES)
LISTS = ("numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs")
USUAL = ("Summary", "Teams", "Attention")


@pytest.fixture(params=[*boards.KINDS, *(path.name for path in OTHERS)])
def board(request, tmp_path):
    """A workbook of each kind, made by its function or saved by another program."""
    path = tmp_path / request.param
    make = boards.KINDS.get(request.param)
    return make(path) if make else Path(shutil.copy(FILES / request.param, path))


@pytest.fixture
def plain(tmp_path):
    return boards.plain(tmp_path / "board.xlsx")


@pytest.fixture(scope="module")
def whole(company_rollup, tmp_path_factory):
    """The rollup's own workbook."""
    return okr.report(company_rollup, tmp_path_factory.mktemp("whole") / "whole.xlsx")


@pytest.fixture(scope="module")
def earlier(company):
    """The same company three weeks before."""
    return okr.rollup(company, as_of="2027-02-12")


def sheets(path):
    """The names of the sheets with their elements, in order."""
    book = next(name for name in parts(path) if name.lower().endswith(("book.xml", "buch.xml")))
    root = etree.fromstring(parts(path)[book])
    return {each.get("name"): each for each in root.find(f"{{{MAIN}}}sheets")}


def grids(path):
    """What stands on each sheet, as calamine reads it."""
    book = CalamineWorkbook.from_path(path)
    found = {}
    for name in book.sheet_names:
        if name != "Chart":
            found[name] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return found


# --- what stays ----------------------------------------------------------------------------------


def changing(path):
    """The parts that may change, by the role that each has."""
    roles = (TYPES, "_rels/workbook.xml.rels", "_rels/das_buch.xml.rels", "/workbook.xml")
    roles += ("\\Das_Buch.xml", "/styles.xml")
    return {name for name in parts(path) if name.endswith(roles)}


def test_every_other_part_stays_byte_for_byte(board, company_rollup):
    before, may_change = parts(board), changing(board)
    okr.report_into(company_rollup, board)
    after = parts(board)
    assert [*after][: len(before)] == [*before]
    assert {name for name in before if after[name] != before[name]} <= may_change
    kept = board.with_name(f"{board.stem}.backup{board.suffix}")
    assert parts(kept) == before


def test_three_runs_are_as_one(board, company_rollup):
    okr.report_into(company_rollup, board)
    once = board.read_bytes()
    for _ in range(2):
        okr.report_into(company_rollup, board)
        assert board.read_bytes() == once
    assert len([*board.parent.glob("*.backup*")]) == 1


def test_what_came_and_went_leaves_no_trace(board, company_rollup, earlier):
    okr.report_into(company_rollup, board)
    once = parts(board)
    okr.report_into(earlier, board)
    assert parts(board) != once
    okr.report_into(company_rollup, board)
    again = parts(board)
    styles = {name for name in again if name.endswith("styles.xml")}  # to which alone is added
    assert [*again] == [*once]
    # The sheets' numbers of formats are then others.
    own = {name for name in again if re.search(r"worksheets/sheet\d+\.xml$|tables/", name)}
    assert {name for name in again if again[name] != once[name]} <= styles | own


def canonical(element):
    return etree.tostring(element, method="c14n")


def test_formats_are_appended_and_nothing_is_renumbered(board, company_rollup):
    name = next((name for name in parts(board) if name.endswith("styles.xml")), None)
    if not name:
        pytest.skip("it has no formats")
    before = etree.fromstring(parts(board)[name])
    okr.report_into(company_rollup, board)
    after = etree.fromstring(parts(board)[name])
    assert [each.tag for each in before if each.tag not in {e.tag for e in after}] == []
    for old in before:
        new = after.find(old.tag)
        if etree.QName(old).localname in LISTS:
            assert [*map(canonical, new)][: len(old)] == [*map(canonical, old)]
            assert new.get("count", str(len(new))) == str(len(new))
            assert {**new.attrib, "count": ""} == {**old.attrib, "count": ""} or not len(old)
        else:
            assert canonical(new) == canonical(old)


def test_the_list_of_sheets_keeps_what_it_had(board, company_rollup):
    name = next(name for name in parts(board) if name.endswith(("/workbook.xml", "Buch.xml")))
    before = etree.fromstring(parts(board)[name])
    okr.report_into(company_rollup, board)
    after = etree.fromstring(parts(board)[name])
    for old in before.iter(etree.Element):
        if len(old) or etree.QName(old).localname in {"calcPr", "definedNames"}:
            continue
        alike = [*map(canonical, after.iter(old.tag))]
        assert canonical(old) in alike or old.get("name") == "okr_sheets_forecast"
    listed = [*before.find(f"{{{MAIN}}}sheets")]
    assert [*map(canonical, after.find(f"{{{MAIN}}}sheets"))][: len(listed)] == [
        *map(canonical, listed)
    ]
    assert after.find(f"{{{MAIN}}}calcPr").get("fullCalcOnLoad") in {"1", "true"}


# --- what comes ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def filled(company_rollup, tmp_path_factory):
    """A workbook with all sheets in it."""
    path = boards.plain(tmp_path_factory.mktemp("filled") / "board.xlsx")
    return openpyxl.load_workbook(okr.report_into(company_rollup, path, SHEETS))


@pytest.mark.parametrize(
    "key", [key for key in SHEETS if key not in {"carried", "history", *LOOKING_BACK}]
)
def test_each_sheet_is_as_in_the_rollups_workbook(key, filled, whole):
    title = language("en")(f"report.{key}")
    ours, theirs = filled[title], openpyxl.load_workbook(whole)[title]
    assert ours.dimensions == theirs.dimensions
    for row, expected in zip(ours.iter_rows(), theirs.iter_rows(), strict=True):
        for cell, like in zip(row, expected, strict=True):
            assert cell.value == like.value
            assert bool(cell.hyperlink) == bool(like.hyperlink)
            for look in ("font", "fill", "border", "alignment", "number_format"):
                assert copy(getattr(cell, look)) == copy(getattr(like, look)), cell.coordinate
    assert rules(ours) == rules(theirs)
    for look in ("print_area", "print_title_rows", "freeze_panes", "merged_cells"):
        assert str(getattr(ours, look)) == str(getattr(theirs, look))
    assert [*ours.tables] == [*theirs.tables]
    assert len(ours._charts) == len(theirs._charts)
    assert {**ours.column_dimensions}.keys() == {**theirs.column_dimensions}.keys()


def rules(sheet):
    """The conditional formats of a sheet, with what they look like."""
    found = []
    for area in sheet.conditional_formatting:
        for rule in area.rules:
            look = (rule.dxf.font, rule.dxf.fill, rule.dxf.numFmt) if rule.dxf else ()
            if look and look[2]:
                look = (*look[:2], look[2].formatCode)
            found.append((str(area.sqref), rule.type, [*rule.formula], look))
    return found


def test_excel_opens_it_silently(board, company_rollup):
    before = xlsx_lint.problems(board)
    okr.report_into(company_rollup, board)
    if "\\" not in "".join(parts(board)):
        assert [line for line in xlsx_lint.problems(board) if line not in before] == []


@pytest.mark.parametrize("name", boards.KINDS)
def test_the_sdk_finds_no_more_errors_than_before(name, company_rollup, schema_errors, tmp_path):
    path = boards.KINDS[name](tmp_path / name)
    before = schema_errors(path)
    okr.report_into(company_rollup, path)
    assert sorted(schema_errors(path)) == sorted(before)


@pytest.mark.parametrize("name", [name for name in boards.KINDS if name != "otherwise-named.xlsx"])
def test_libreoffice_reads_both(name, company_rollup, whole, soffice, tmp_path):
    path = boards.KINDS[name](tmp_path / name)
    before = grids(libreoffice(path, tmp_path))
    okr.report_into(company_rollup, path)
    after = grids(libreoffice(path, tmp_path))
    expected = grids(libreoffice(whole, tmp_path))
    assert {sheet: after[sheet] for sheet in before} == before
    assert after["Teams"] == expected["Teams"]
    assert after["Attention"] == expected["Attention"]


def test_names_that_the_workbook_has_are_left_to_it(company_rollup, tmp_path):
    path = boards.rich(tmp_path / "board.xlsx")
    okr.report_into(company_rollup, path)
    assert [*sheets(path)] == [
        "Summary",
        "It's more",
        "Chart",
        "Summary (OKRs)",
        "Teams",
        "Attention",
        "Calc",
    ]
    book = openpyxl.load_workbook(path)
    assert [*book["Summary"].tables] == ["tblTeams"]
    assert [*book["Teams"].tables] == ["tblTeams_2"]
    links = {
        cell.hyperlink.location for row in book["Summary (OKRs)"] for cell in row if cell.hyperlink
    }
    assert "'Attention'!A1" in links
    assert "'Changes'!A1" not in links  # that sheet is not there


def test_a_chart_says_what_excel_of_2007_took_for_granted(company_rollup, plain):
    okr.report_into(company_rollup, plain)
    chart = {"c": "http://schemas.openxmlformats.org/drawingml/2006/chart"}
    for number in (1, 2, 3):
        root = etree.fromstring(parts(plain)[f"xl/charts/chart{number}.xml"])

        def said(path, root=root):
            return [each.get("val") for each in root.xpath(path, namespaces=chart)]

        axes = len(said("//c:catAx|//c:valAx"))
        assert said("c:roundedCorners") == ["0"]
        assert said("//c:legend/c:overlay") == ["0"]
        assert said("//c:dispBlanksAs") == ["gap"]
        assert said("//c:plotVisOnly") == ["0"]
        assert said("//c:catAx/c:delete|//c:valAx/c:delete") == ["0"] * axes
        assert len(said("//c:majorTickMark")) == len(said("//c:minorTickMark")) == axes
        assert set(said("//c:lineChart/c:ser/c:smooth")) <= {"0"}
        assert len(said("//c:lineChart/c:ser/c:smooth")) == len(said("//c:lineChart/c:ser"))
        assert set(said("//c:dLbls/c:showCatName|//c:dLbls/c:showSerName")) <= {"0"}


def test_only_one_sheet_is_selected(company_rollup, plain):
    okr.report_into(company_rollup, plain)
    selected = [name for name, part in parts(plain).items() if b' tabSelected="1"' in part]
    assert selected == []  # openpyxl marks none
    number = len(sheets(plain)) - 2
    boards.edited(plain, BOOK=lambda text: text.replace('activeTab="0"', f'activeTab="{number}"'))
    okr.report_into(company_rollup, plain)
    selected = [name for name, part in parts(plain).items() if b' tabSelected="1"' in part]
    assert selected == ["xl/worksheets/sheet4.xml"]


# --- run again -----------------------------------------------------------------------------------


def test_a_renamed_and_moved_sheet_of_ours_is_known_again(company_rollup, earlier, plain):
    okr.report_into(earlier, plain)

    def moved(text):
        text = re.sub(r"(<sheet [^>]*/>)(<sheet [^>]*/>)(<sheet [^>]*/>)", r"\3\1\2", text, count=1)
        text = re.sub(
            r'localSheetId="([012])"', lambda at: f'localSheetId="{(int(at[1]) + 1) % 3}"', text
        )
        return re.sub(r"'?\bTeams'?!", "'Our teams'!", text.replace('"Teams"', '"Our teams"'))

    boards.edited(plain, BOOK=moved)
    before = {name: canonical(each) for name, each in sheets(plain).items()}
    assert [*before] == ["Our teams", "Plan", "Summary", "Attention", "Calc"]
    okr.report_into(company_rollup, plain, ["owners"], language="fi")
    after = {name: canonical(each) for name, each in sheets(plain).items()}
    assert [*after] == [*before, "Vastuuhenkilöt"]
    assert {name: after[name] for name in before} == before
    book = openpyxl.load_workbook(plain)
    assert book["Our teams"]["A1"].value == "Tiimit"
    assert book["Our teams"].print_title_rows == "$4:$4"
    assert book["Attention"].print_area.startswith("'Attention'!")


def test_a_chart_and_formulas_of_the_owner_follow(
    company_rollup, earlier, plain, soffice, tmp_path
):
    okr.report_into(earlier, plain)
    cell = b'<c r="A1"><f>Teams!C5</f><v>7</v></c><c r="B1"><f>SUM(tblTeams[Key results])</f><v>7</v></c>'
    contents = parts(plain)
    row = re.sub(rb'<c r="A1".*?</c>', cell, contents[FIRST_SHEET], count=1)
    put_parts(plain, contents | {FIRST_SHEET: row})
    okr.report_into(company_rollup, plain)
    shown = grids(libreoffice(plain, tmp_path))
    table = openpyxl.load_workbook(plain)["Teams"].tables["tblTeams"]
    at = [column.name for column in table.tableColumns].index("Key results")
    teams = shown["Teams"][4:10]
    assert shown["Plan"][0][:2] == [teams[0][2], sum(row[at] for row in teams)]
    assert shown["Plan"][0][0] == pytest.approx(company_rollup.teams.score.iloc[0])


def test_libreoffice_saves_it_and_it_is_known_again(company_rollup, plain, soffice, tmp_path):
    okr.report_into(company_rollup, plain)
    saved = libreoffice(plain, tmp_path)
    names = [*sheets(saved)]
    okr.report_into(company_rollup, saved)
    assert [*sheets(saved)] == names == ["Plan", *USUAL, "Calc"]
    assert [*saved.parent.glob(f"{saved.stem}.backup*")] == []  # nobody typed anything
    assert xlsx_lint.problems(saved) == []


def test_a_sheet_that_was_deleted_stays_away_until_it_is_asked_for(company_rollup, plain):
    okr.report_into(company_rollup, plain)

    def without(text):
        text = re.sub(r'<sheet name="Attention"[^>]*>', "", text)
        text = re.sub(r'<definedName [^>]*localSheetId="3"[^>]*>[^<]*</definedName>', "", text)
        return text.replace("'Attention'!$A$1", "#REF!")

    boards.edited(plain, BOOK=without)
    okr.report_into(company_rollup, plain)
    assert [*sheets(plain)] == ["Plan", "Summary", "Teams", "Calc"]
    okr.report_into(company_rollup, plain, ["attention"])
    assert [*sheets(plain)] == ["Plan", "Summary", "Teams", "Calc", "Attention"]
    assert parts(plain)[BOOK].count(b"okr_sheets_attention") == 1


def test_no_backup_is_overwritten(company_rollup, plain):
    kept = plain.with_name("board.backup.xlsx")
    kept.write_bytes(b"somebody's")
    said = []
    before = plain.read_bytes()
    okr.report_into(company_rollup, plain, tell=said.append)
    assert kept.read_bytes() == b"somebody's"
    assert plain.with_name("board.backup-2.xlsx").read_bytes() == before
    assert said == [f"{plain} as it was before is kept as board.backup-2.xlsx."]


def test_what_is_typed_on_a_sheet_of_ours_is_kept_in_a_backup(company_rollup, earlier, plain):
    kept = [plain.with_name(f"board.backup{ending}.xlsx") for ending in ("", "-2", "-3")]
    okr.report_into(earlier, plain)
    first = kept[0].read_bytes()
    okr.report_into(company_rollup, plain)  # other figures, none of which anybody typed
    assert not kept[1].exists()
    for at, (old, new) in enumerate([(b">Teams<", b">Our teams<"), (b"</row>", TYPED)], 1):
        contents = parts(plain)
        teams = contents["xl/worksheets/sheet3.xml"]
        put_parts(plain, contents | {"xl/worksheets/sheet3.xml": teams.replace(old, new, 1)})
        before, said = plain.read_bytes(), []
        okr.report_into(company_rollup, plain, tell=said.append)
        assert said == [f"{plain} as it was before is kept as {kept[at].name}."]
        assert kept[at].read_bytes() == before
        assert parts(plain)["xl/worksheets/sheet3.xml"] == teams
    assert kept[0].read_bytes() == first
    okr.report_into(company_rollup, plain)
    assert len([*plain.parent.glob("*.backup*")]) == 3


TYPED = b'<c r="XFD1"><v>7</v></c></row>'


def test_sheets_without_a_digest_are_kept_in_a_backup(company_rollup, plain):
    okr.report_into(company_rollup, plain)
    digests = re.compile(r"<definedName [^>]*okr_sheets_written_[^<]*</definedName>")
    boards.edited(plain, BOOK=lambda text: digests.sub("", text))
    okr.report_into(company_rollup, plain)
    assert plain.with_name("board.backup-2.xlsx").exists()


def test_sheets_too_large_to_compare_are_kept_in_a_backup(company_rollup, plain, monkeypatch):
    monkeypatch.setattr(guard, "MOST_FILLED", 10)
    for _ in range(2):
        okr.report_into(company_rollup, plain)
    assert plain.with_name("board.backup-2.xlsx").exists()


@pytest.mark.parametrize("code", languages())
def test_a_signature_is_said_to_be_void(code, company_rollup, tmp_path):
    said = []
    path = boards.signed(tmp_path / "b.xlsx")
    okr.report_into(company_rollup, path, language=code, tell=said.append)
    assert len(said) == 2
    assert all(str(path) in sentence for sentence in said)


def test_a_workbook_with_sheets_of_ours_is_read_without_them(company, company_rollup, tmp_path):
    tracker = Path(shutil.copy(company / "sales.xlsx", tmp_path / "sales.xlsx"))
    before = okr.read(tracker)
    okr.report_into(company_rollup, tracker, SHEETS)
    after = okr.read(tracker)
    assert after.key_results.equals(before.key_results)
    assert [problem.code for problem in after.problems] == [each.code for each in before.problems]


def test_all_rows_of_a_large_rollup_stand_beside_the_workbook(company_rollup, plain, monkeypatch):
    monkeypatch.setattr(excerpts, "MOST_ROWS", 10)
    said = []
    okr.report_into(company_rollup, plain, ["key_results"], tell=said.append)
    sheet = openpyxl.load_workbook(plain)["Key results"]
    assert sheet.max_row == 4 + 10
    assert "board-data.zip" in sheet["A2"].value
    with zipfile.ZipFile(plain.with_name("board-data.zip")) as archive:
        assert len(archive.read("key_results.csv").splitlines()) == 1 + 64
    assert any("board-data.zip" in sentence for sentence in said)


# --- refused -------------------------------------------------------------------------------------


def locked(path):
    boards.edited(
        path,
        BOOK=lambda text: text.replace(
            "<workbookProtection/>", '<workbookProtection lockStructure="1"/>'
        ),
    )


def shared(path):
    kind = f"{boards.OFFICE}/revisionHeaders"
    boards.with_parts(path, {}, [(LINKS, kind, "revisions/revisionHeaders.xml")])


def encrypted(password):
    def make(path):
        content = io.BytesIO()
        with Workbook(content) as book:
            book.add_worksheet()
        with path.open("wb") as file:
            OOXMLFile(content).encrypt(password, file)

    return make


def open_elsewhere(path):
    path.with_name("~$board.xlsx").touch()


def damaged(path):
    path.write_bytes(path.read_bytes()[:2000])


def broken(path):
    boards.edited(path, BOOK=lambda text: text.replace("</sheets>", ""))


def entities(path):
    boards.edited(path, BOOK=lambda text: f'<!DOCTYPE w [<!ENTITY a "b">]>{text}')


def one_of_ours(path):
    report = path.with_name("report.xlsx")
    shutil.copy(report, path)


def missing(path):
    path.unlink()


def copied(name):
    return lambda path: shutil.copy(FILES / name, path)


REFUSED = [
    (locked, "the structure of the workbook is protected"),
    (shared, "is a shared workbook"),
    (encrypted("secret"), "without a password first"),
    (encrypted("VelvetSweatshop"), "without a password first"),  # as Excel does by itself
    (open_elsewhere, "is open in another program"),
    (damaged, "damaged"),
    (broken, "damaged"),
    (entities, "damaged"),
    (one_of_ours, "is a report of okr-sheets"),
    (missing, "There is no workbook"),
    *((copied(name), sentence) for name, sentence in REFUSED_FILES.items()),
]


@pytest.mark.parametrize(("make", "sentence"), REFUSED, ids=[words for _, words in REFUSED])
def test_what_cannot_be_done_is_said_in_a_sentence(make, sentence, plain, company_rollup, whole):
    shutil.copy(whole, plain.with_name("report.xlsx"))
    make(plain)
    before = {path: path.read_bytes() for path in plain.parent.iterdir()}
    with pytest.raises((ValueError, OSError), match=re.escape(sentence)) as refusal:
        okr.report_into(company_rollup, plain)
    assert "\n" not in str(refusal.value)
    assert {path: path.read_bytes() for path in plain.parent.iterdir()} == before


def test_every_byte_is_looked_at_in_a_child(plain, company_rollup, monkeypatch):
    def inflate(*_):
        raise AssertionError("unpacked in this process")

    monkeypatch.setattr(guard, "_inflate", inflate)
    okr.report_into(company_rollup, plain)
    assert [*sheets(plain)] == ["Plan", *USUAL, "Calc"]


def test_a_workbook_that_ends_the_child_is_refused_in_a_sentence(
    plain, company_rollup, monkeypatch
):
    monkeypatch.setattr(into, "in_child", lambda *_: child.in_child("os:_exit", 3))
    before = plain.read_bytes()
    with pytest.raises(ValueError, match="reader-failed") as refusal:
        okr.report_into(company_rollup, plain)
    assert "\n" not in str(refusal.value)
    assert plain.read_bytes() == before


@pytest.mark.parametrize("make", [encrypted("secret"), copied("sheetjs.xls")])
def test_an_old_or_encrypted_workbook_is_not_looked_into(make, plain, company_rollup, monkeypatch):
    make(plain)
    asked = []
    monkeypatch.setattr(into, "in_child", lambda *work: asked.append(work))
    monkeypatch.setattr(guard, "_kind_of_ole", asked.append)
    with pytest.raises(ValueError, match="without a password first"):
        okr.report_into(company_rollup, plain)
    assert asked == []


def test_in_a_locked_workbook_sheets_that_are_there_are_written_anew(
    plain, earlier, company_rollup
):
    okr.report_into(earlier, plain)
    locked(plain)
    before = plain.read_bytes()
    okr.report_into(company_rollup, plain)
    assert plain.read_bytes() != before
    with pytest.raises(ValueError, match="protected"):
        okr.report_into(company_rollup, plain, ["owners"])


def with_formulas(path):
    contents = parts(path)
    more = b'<c r="A900"><f>1+1</f><v>2</v></c></row></sheetData>'
    teams = "xl/worksheets/sheet3.xml"
    put_parts(path, contents | {teams: contents[teams].replace(b"</row></sheetData>", more)})


def with_comments(path):
    new = {"xl/comments1.xml": (f"{boards.SPREADSHEET}.comments+xml", "<comments/>")}
    links = "xl/worksheets/_rels/sheet3.xml.rels"
    boards.with_parts(path, new, [(links, f"{boards.OFFICE}/comments", "../comments1.xml")])


def with_image(path):
    links = "xl/drawings/_rels/drawing1.xml.rels"
    new = {"xl/media/image1.png": ("image/png", boards.png())}
    boards.with_parts(path, new, [(links, f"{boards.OFFICE}/image", "../media/image1.png")])


def with_chart(path):
    links = "xl/drawings/_rels/drawing1.xml.rels"
    kind = "application/vnd.openxmlformats-officedocument.drawingml.chart+xml"
    chart = parts(path)["xl/charts/chart2.xml"].replace(b"'Calc'!", b"'Plan'!")
    new = {"xl/charts/chart9.xml": (kind, chart)}
    boards.with_parts(path, new, [(links, f"{boards.OFFICE}/chart", "../charts/chart9.xml")])


@pytest.mark.parametrize("put", [with_formulas, with_comments, with_image, with_chart])
def test_what_somebody_put_on_a_sheet_of_ours_is_not_lost(put, plain, company_rollup):
    okr.report_into(company_rollup, plain)
    put(plain)
    before = plain.read_bytes()
    what = put.__name__.removeprefix("with_")
    with pytest.raises(ValueError, match=f"somebody put {what} on it"):
        okr.report_into(company_rollup, plain)
    assert plain.read_bytes() == before


def test_a_file_that_changes_meanwhile_is_left_as_it_is(plain, company_rollup, monkeypatch):
    write = into.write_workbook

    def slow(*args):
        write(*args)
        plain.write_bytes(plain.read_bytes() + b" ")

    monkeypatch.setattr(into, "write_workbook", slow)
    before = plain.read_bytes()
    with pytest.raises(PermissionError, match="was changed this very moment"):
        okr.report_into(company_rollup, plain)
    assert plain.read_bytes() == before + b" "
    assert [*plain.parent.iterdir()] == [plain]


def test_a_full_disk_leaves_the_workbook_as_it_was(plain, company_rollup, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(into, "_copied", full)
    before = plain.read_bytes()
    with pytest.raises(OSError, match="was not written: the disk is full"):
        okr.report_into(company_rollup, plain)
    assert plain.read_bytes() == before


def test_too_many_elements_end_in_a_sentence(plain, company_rollup, monkeypatch):
    from okr_sheets.reports.into import markup

    monkeypatch.setattr(markup, "MOST_ELEMENTS", 20)
    with pytest.raises(ValueError, match="too-large"):
        okr.report_into(company_rollup, plain)


# --- the command ---------------------------------------------------------------------------------


def run(*args):
    return CliRunner().invoke(main, ["score", *map(str, args)])


def test_the_command_puts_sheets_into_a_workbook(company, plain):
    done = run(company, "--into", plain, "--sheets", "owners, teams")
    assert f"Wrote {plain}" in done.output
    assert [*sheets(plain)] == ["Plan", "Teams", "Owners", "Calc"]


def test_the_command_names_the_sheets_there_are(company, plain):
    done = run(company, "--into", plain, "--sheets", "everything")
    assert done.exit_code == 2
    assert f"Choose one of: {', '.join(SHEETS)}." in done.output
    assert run(company, "--sheets", "teams").exit_code == 2


# --- markup --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<a><b/></a>", '<a n="1"><b><c/></b></a>'),
        ("<a n='7'  ><b  ></b></a>", '<a n="1"  ><b  ><c/></b></a>'),
        ('<a m="n=&quot;2&quot;>" n = "7"><b x=">"/></a>', '<a m="n=&quot;2&quot;>" n = "1"><b x=">"><c/></b></a>'),
        ("<!-- <b/> --><a\n\tn='x>y'><![CDATA[<b>]]><b>é</b></a>\r\n", '<!-- <b/> --><a\n\tn="1"><![CDATA[<b>]]><b>é<c/></b></a>\r\n'),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_part_changes_where_it_is_asked_to(before, after, encoding):
    content = before.encode(encoding)
    assert Part(content, "p").content() == content
    part = Part(content, "p")
    part.set(part.root, "n", 1)
    part.append(part.root.children[0], "<c/>")
    assert part.content().decode(encoding) == after


@pytest.mark.parametrize("encoding", ["UTF-8", "US-ASCII", "ISO-8859-1"])
def test_a_part_keeps_the_encoding_that_it_declares(encoding):
    content = f'<?xml version="1.0" encoding="{encoding}"?><a><b/></a>'.encode("ascii")
    part = Part(content, "p")
    part.set(part.root.children[0], "n", "é")
    written = "é".encode(encoding, "xmlcharrefreplace")
    assert part.content() == content.replace(b"<b/>", b'<b n="%b"/>' % written)


@pytest.mark.parametrize("encoding", ["utf-7", "punycode", "idna", "cp037", "zlib", "no-such"])
def test_an_encoding_that_no_workbook_has_is_damage(encoding):
    content = f'<?xml version="1.0" encoding="{encoding}"?><a/>'.encode()
    with pytest.raises(UnreadableError, match="damaged"):
        Part(content, "p")


def test_members_keep_their_day_and_kind(company_rollup, plain):
    with zipfile.ZipFile(plain) as archive:
        before = {m.filename: (m.date_time, m.compress_type) for m in archive.infolist()}
    okr.report_into(company_rollup, plain)
    with zipfile.ZipFile(plain) as archive:
        after = {m.filename: (m.date_time, m.compress_type) for m in archive.infolist()}
    assert {name: after[name] for name in before} == before
