"""What is read without a child, fast, is what the careful reading in a child gives; all else is its."""

import io
import random
import re
import tracemalloc
import zipfile
import zlib
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hostile import HOSTILE, MAIN, SHEET, STRINGS, listed, lowered, packed, workbook
from make_files import FILES
from xlsxwriter import Workbook

from okr_sheets.files import books, plain, unpacking
from okr_sheets.files.plain_xml import OddError
from okr_sheets.problems import UnreadableError
from okr_sheets.reading import drafts

SAVED = sorted(FILES.glob("*.xls[xm]"))
SAMPLES = sorted((Path(__file__).parents[1] / "samples").rglob("*.xlsx"))
STYLES = "xl/styles.xml"


def seen(book):
    """A book as plain values that tell 1 from 1.0 and one NaN from none."""
    return [
        (
            *(grid.name, grid.hidden, repr(grid.rows), [*grid.formulas.items()], grid.formats),
            *(grid.hidden_rows, grid.hidden_columns),
        )
        for grid in book.grids
    ], book.problems


def both(path):
    """Whether a file is read without a child: then as by the careful reading, to the drafts."""
    fast = plain.read_book(path)
    if fast is None:
        assert drafts.plain_drafts(path, "t.xlsx", 1) is None
        return False
    assert seen(fast) == seen(books.read_book(path))
    assert told(drafts.plain_drafts, path) == told(drafts.read_drafts, path)
    return True


def told(read, path):
    try:
        return repr(read(path, "t.xlsx", 1))
    except UnreadableError as error:
        return error.code, error.given, error.sheet


def test_what_people_and_programs_saved_is_read_without_a_child():
    ways = {path.name: both(path) for path in SAVED + SAMPLES}
    by_people = [ways[path.name] for path in SAVED]
    assert sum(by_people) >= 0.95 * len(by_people)
    assert all(ways[path.name] for path in SAMPLES)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_file_made_to_hurt_is_left_to_the_careful_reading(name, tmp_path):
    path = tmp_path / HOSTILE[name].name
    HOSTILE[name].make(path)
    with lowered(**HOSTILE[name].limits):
        if both(path):
            # Both leave out what is not there, and what stands too far out.
            assert HOSTILE[name].codes <= {"sheet-missing", "far-cell"}
            assert (
                HOSTILE[name]
                .limits.keys()
                .isdisjoint({"MOST_AREA", "MOST_COLUMN_TAGS", "MOST_FORMULA", "MOST_CALCULATED"})
            )


# --- a tracker, and what may be done to its parts --------------------------------------------------

HEAD = ("ID", "Title", "Type", "Baseline", "Target", "Due", "2027-01-08", "2027-01-15", "Score")


def tracker():
    """The parts of a small tracker with each sort of cell."""
    content = io.BytesIO()
    with Workbook(content, {"in_memory": True}) as book:
        sheet, day = book.add_worksheet("OKRs"), book.add_format({"num_format": "d mmm yyyy"})
        share = book.add_format({"num_format": "0%"})
        sheet.write_row("A2", HEAD)
        sheet.write_row("A3", ("O1", "Grow", "Objective"))
        for row in range(4, 9):
            sheet.write_row(row - 1, 0, (f"O1.KR{row}", "Less & more <1>", "Increase", 0, 10 * row))
            sheet.write_datetime(row - 1, 5, date(2027, 3, row), day)
            sheet.write_number(row - 1, 6, row / 2)
            sheet.write_number(row - 1, 7, row / 100, share)
            formula = f'=IF(H{row}<>"",H{row}/$E${row},"a & b")'
            sheet.write_formula(row - 1, 8, formula, share, row / 10)
            sheet.write_formula(row - 1, 9, f"=B{row}&C{row - 1}", None, f"Text {row}")
            sheet.write_blank(row - 1, 10, None, share)
        sheet.write_boolean("L4", True)
        sheet.write_formula("L5", "=1/0", None, "#DIV/0!")
        sheet.set_column("M:N", 12, None, {"hidden": True})
        sheet.data_validation("C3:C9", {"validate": "list", "source": ["Increase", "Decrease"]})
        sheet.conditional_format("G4:G9", {"type": "data_bar", "data_bar_2010": True})
        book.add_worksheet("Notes").write_rich_string("A1", "one ", share, "two")
    with zipfile.ZipFile(content) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def anywhere(pattern, new):
    """A change: one place that the pattern matches, taken by chance, becomes what `new` gives."""

    def change(text, chance):
        places = [*re.finditer(pattern, text)]
        if not places:
            return text
        place = chance.choice(places)
        told = chance.choice(new) if isinstance(new, tuple) else new
        put = told(place, chance) if callable(told) else told
        return text[: place.start()] + put + text[place.end() :]

    return change


def everywhere(pattern, new):
    return lambda text, _: re.sub(pattern, new, text)


def shuffled(match, chance):
    name, *attributes = re.findall(r'^<\w+|[\w:]+="[^"]*"', match[0])
    chance.shuffle(attributes)
    return f"{' '.join([name, *attributes])}{'/>' if match[0].endswith('/>') else '>'}"


def all_shuffled(text, chance):
    return re.sub("<(?:c|row) [^>]*>", lambda match: shuffled(match, chance), text)


def prefixed(text, _):
    text = text.replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')
    return re.sub(r"<(/?)(?![?!])", r"<\1x:", text)


def shared(text, chance):
    """A column of formulas as a program shares them."""
    last = chance.choice("678")
    text = re.sub(
        f'(<c r="I[5-{last}]"[^>]*>)<f>[^<]*</f>', r'\1<f t="shared" ca="1" si="0"/>', text
    )
    return re.sub('(<c r="I4"[^>]*>)<f>', r'\1<f t="shared" ref="I4:I8" si="0">', text)


PLAIN_CELLS = (
    '<c r="P4"/>',
    '<c r="P4" s="1"/><c r="Q4" s="1"></c>',
    '<c r="XFD4" s="1"/>',
    '<c r="P4" t="e"/>',
    '<c r="P4" t="e"><v>#N/A</v></c>',
    '<c r="P4" t="e"><f>NA()</f><v>#N/A</v></c>',
    '<c r="P4" t="str"><f>A1</f><v></v></c><c r="Q4" t="str"><f>A1</f></c>',
    '<c r="P4" t="str"><f>A1</f><v/></c><c r="Q4"><f>A1</f><v/></c><c r="R4"><v/></c>',
    '<c r="P4" t="inlineStr"><is><r><rPr><b/></rPr><t>a &amp; </t></r><r><t> b</t></r></is></c>',
    '<c r="P4" t="inlineStr"><is><t>東</t><rPh sb="0" eb="1"><t>トウ</t></rPh></is></c>',
    '<c r="P4" t="inlineStr"><f>A1</f><is><t>x</t></is></c>',
    '<c r="P4" t="d"><v>2027-02-12T10:30:00Z</v></c><c r="Q4" t="d"><v>soon</v></c>',
    '<c r="P4" t="b"><v>0</v></c><c r="Q4" t="b"><v>true</v></c>',
    '<c r="P4" t="n" cm="1" vm="2"><v>1e3</v></c><c r="Q4" t="s"><v>-1</v></c>',
    '<c r="P4"><v xml:space="preserve"> 5 </v></c><c r="Q4"><v>12 leads</v></c>',
    '<c r="P4"><v>1_000</v></c><c r="Q4"><v>1e999</v></c><c r="R4"><v>nan</v></c>',
    '<c r="P4"><f t="array" ref="P4:P5">A1:A2</f><v>1</v></c><c r="P5"><v>2</v></c>',
    '<c r="P4"><f t="dataTable" ref="P4:P5" dt2D="1" dtr="1" r1="A1" r2="A2"/><v>1</v></c>',
    '<c r="P4"><f aca="false">A4+B$4+$C4+D10</f><v>1</v></c>',
    '<c r="P4"><f t="shared" si="9"/><v>1</v></c><c r="Q4"><f/><v>1</v></c>',
    '<c s="1" r="P4"><v>5</v></c>',
    '<c r="p4"><v>5</v></c>',
)
ODD_CELLS = (
    '<c r="XFE4" s="1"/>',
    '<c r="A0"/>',
    '<c r="P4" t="inlineStr"><is><t>own</t></is></c><c r="Q4" t="inlineStr"><is/></c>',
    '<c r="P4" t="inlineStr"><is><t><![CDATA[<c>]]></t></is></c>',
    '<c r="P4" t="s"><v>999</v></c>',
    '<c r="P4" s="99"><v>7</v></c><c r="Q4" s="-1"><v>7</v></c><c r="R4" s="x"><v>7</v></c>',
    '<c r="P4" t="str"><v>a_x000D_b &lt;&#66;&#x43;&gt;</v></c><c r="Q4"><v>&#49;2</v></c>',
    "<c><v>5</v></c><c><v>6</v></c>",
    '<c r="P4"><v>5</v><extLst/></c>',
    '<c r="P4"><v>5</v><f>A1</f></c>',
    '<c r="P4" r="Q4"><v>5</v></c>',
    '<c r="P4" s="1" s="1"/>',
    "<c r='P4'><v>5</v></c>",
    '<c r="P4"><v>5</c>',
    '<c r="P4"/><v>5</v></c>',
    '<cr="P4"><v>5</v></c>',
    '<row r="4"><c r="P4"><v>5</v></c></row>',
)
CELLS = PLAIN_CELLS + ODD_CELLS
BAD = (
    "&bad;",
    "&",
    "&#0;",
    "&#xD800;",
    "&#x110000;",
    "&#65",
    "\x01",
    "\ufffe",
    "]]>",
    "<",
    "é",
    "&#10;",
)
SHEETS = (
    all_shuffled,
    prefixed,
    shared,
    anywhere("(?=</row>)", CELLS),
    anywhere("(?=</row>)", CELLS),
    anywhere("(?=</row>)", CELLS),
    anywhere("(?<=<[fv]>)|(?=</[fv]>)", BAD),
    anywhere("(?<=>)(?=<)", ("<!-- c -->", "<?pi?>", "<![CDATA[x]]>", " ", "\r\n", "x", "<c/>", "<row/>")),
    anywhere("<row [^>]*>", (shuffled, "<row>", '<row r="4" r="5">', '<row r="4" foo="&lt;">', "<row r='4'>")),
    anywhere('(?<=<row r="[3-9]")', (' hidden="1"', ' ht="20" customHeight="1" x14ac:dyDescent="0.2"', ' s="1" customFormat="1" thickBot="1" outlineLevel="1" collapsed="1"', " hidden", ' r="7"')),
    anywhere("(?=<row )", ('<row r="2"/>', '<row r="9" hidden="1"></row>', "<row/>", "</row>")),
    anywhere("(?<=</row>)", ('<row r="20" hidden="true"/>', '<row r="20"><c r="B20" s="1"/></row>', " ")),
    everywhere("(?<=>)(?=<)", "\n  "),
    everywhere(' r="[A-Z]+[0-9]+"', ""),
    everywhere('<row r="[0-9]+"', "<row"),
    everywhere(' spans="[^"]*"', ""),
    everywhere(r"\?>\n", "?>\r\n"),
    everywhere("<v>([^<]*)</v>", r'<v xml:space="preserve">\1</v>'),
    everywhere('(<c r="[A-Z]+5") s="1"', r'\1 s="0"'),
    anywhere('encoding="UTF-8"', ('encoding="utf-8"', 'encoding="latin-1"', "")),
    anywhere(r"^<\?xml[^>]*>\s*", ("", "\ufeff", '<!DOCTYPE x [<!ENTITY a "b">]>', " ")),
    anywhere("<col [^>]*>", ('<col min="2" max="3" width="0"/>', '<col min="x" max="3" hidden="1"/>', '<x:col max="4" min="4" hidden="true"/>')),
    anywhere("(?=</worksheet>)", ('<c r="Z9"><v>1</v></c>', '<row r="9"/>', "<sheetData/>", "<sheetData></sheetData>", "<sheetData>")),
    anywhere("<sheetData>.*</sheetData>", ("<sheetData/>", "", "<sheetData></sheetData>")),
    anywhere('[a-z0-9<>/="]', ("", "x", "<", ">", '"')),
    anywhere('[a-z0-9<>/="]', ("", "x", "<", ">", '"')),
)  # fmt: skip
TEXTS = (
    anywhere("<si>.*?</si>", ("<si/>", "<si></si>", "<si><t/></si>", "<si><t>a_x000D_&#10;</t></si>", '<si><r><t>a</t></r><r><rPr><i/></rPr><t xml:space="preserve"> b</t></r></si>', '<si><t>a</t><rPh sb="0" eb="1"><t>b</t></rPh><phoneticPr fontId="1"/></si>', "<si><t>a</t></r></si>", "<si><si><t>a</t></si></si>")),
    anywhere("(?<=<t>)|(?=</t>)", BAD),
    prefixed,
    everywhere("(?<=>)(?=<)", "\n"),
    anywhere('[a-z0-9<>/="]', ("", "x", "<", ">", '"')),
)  # fmt: skip
LOOKS = (
    anywhere("<numFmt [^>]*>", ('<numFmt formatCode="[&gt;9]0;&quot;x&quot;d" numFmtId="164"/>', "", '<numFmt numFmtId="164"/>', '<numFmt numFmtId="x" formatCode="0"/>')),
    anywhere("</(?:cellXfs|numFmts|xf)(?=>)", (lambda place, _: f"{place[0]} ",)),
    anywhere("(?=<(?:cellXfs|numFmts) )", ("<cellXfs/>", "<numFmts/>", '<x:cellXfs xmlns:x="u"/>')),
    anywhere('(?<=<xf )numFmtId="0"', ('numFmtId="0" x:numFmtId="14" xmlns:x="u"', 'x:numFmtId="14" numFmtId="0" xmlns:x="u"')),
    anywhere("<cellXfs.*?</cellXfs>", ("", "<cellXfs/>", '<cellXfs><xf applyFont="1"/><xf xfId="0" numFmtId="14"><alignment/></xf></cellXfs>', '<cellXfs><xf><xf numFmtId="14"/></xf></cellXfs>')),
    prefixed,
    everywhere("(?<=>)(?=<)", "\n"),
    anywhere('[a-z0-9<>/="]', ("", "x", "<", ">", '"')),
)  # fmt: skip
CHANGES = [(SHEET, SHEETS)] * 6 + [(STRINGS, TEXTS), (STYLES, LOOKS)]
LIMITS = ({}, {}, {}, {"MOST_CELLS": 110}, {"MOST_FILLED": 60}, {"MOST_LETTERS": 200}, {"MOST_TEXT": 6}, {"LAST_ROW": 8})  # fmt: skip


def changed(parts, seed):
    """The parts after one to three changes by chance, and the limits to read them by."""
    chance = random.Random(seed)
    parts = dict(parts)
    for _ in range(chance.choice((1, 1, 2, 3))):
        part, changes = chance.choice(CHANGES)
        parts[part] = chance.choice(changes)(parts[part], chance)
    return parts, chance.choice(LIMITS)


def test_a_tracker_changed_by_chance_is_read_alike_or_left_to_the_careful_reading(tmp_path):
    parts, path = tracker(), tmp_path / "t.xlsx"
    ways = []
    for seed in range(600):
        mine, limits = changed(parts, seed)
        path.write_bytes(packed(mine))
        with lowered(**limits):
            try:
                ways.append(both(path))
            except (AssertionError, UnreadableError) as error:
                raise AssertionError(f"seed {seed}") from error
    assert sum(ways) > len(ways) / 4


@pytest.mark.parametrize("cell", CELLS)
def test_each_sort_of_cell_is_read_alike_and_where_it_should_be(cell, tmp_path):
    parts, path = tracker(), tmp_path / "t.xlsx"
    parts[SHEET] = parts[SHEET].replace("</row>", f"{cell}</row>", 1)
    path.write_bytes(packed(parts))
    assert both(path) is (cell in PLAIN_CELLS)


DATES = '<cellXfs count="1"><xf numFmtId="14"/></cellXfs>'
ODD_LOOKS = (  # in which the first style is that of a date
    DATES.replace("</cellXfs>", "</cellXfs >"),
    f"<cellXfs/>{DATES}",
    f'<x:cellXfs xmlns:x="u"/>{DATES}',
    f'{DATES}<x:cellXfs xmlns:x="u"></x:cellXfs>',
    f'<cellXfs a="/&gt;" b="/>">{DATES[len("<cellXfs count=.1.>") :]}',
    DATES.replace('"14"', '"0" x:numFmtId="14" xmlns:x="u"'),
    DATES.replace('"14"/>', '"0"><x:cellXfs xmlns:x="u"/></xf>'),
    f'<numFmts/><numFmts><numFmt numFmtId="14" formatCode="yyyy"/></numFmts>{DATES}',
    f'<numFmts><numFmt numFmtId="14" formatCode="d"/></numFmts >{DATES}',
)
ODD_TEXTS = (
    "<sst><si><t>a</t></si></sst >",
    "<sst/><si><t>a</t></si>",
    "<sst/><sst><si><t>a</t></si></sst>",
    '<sst/><x:si xmlns:x="u"><x:t>a</x:t></x:si>',
)


@pytest.mark.parametrize("looks", [DATES, *ODD_LOOKS])
def test_styles_that_patterns_might_miss_are_left_to_the_careful_reading(looks, tmp_path):
    parts, path = tracker(), tmp_path / "t.xlsx"
    parts[STYLES] = f'<styleSheet xmlns="{MAIN}">{looks}</styleSheet>'
    parts[SHEET] = sheet_xml('<row r="1"><c r="A1"><v>46400</v></c></row>')
    path.write_bytes(packed(parts))
    assert both(path) is (looks is DATES)


@pytest.mark.parametrize("texts", ODD_TEXTS)
def test_texts_that_patterns_might_miss_are_left_to_the_careful_reading(texts, tmp_path):
    parts, path = tracker(), tmp_path / "t.xlsx"
    parts[STRINGS] = f'<any xmlns="{MAIN}">{texts}</any>'
    parts[SHEET] = sheet_xml('<row r="1"><c r="A1" t="s"><v>0</v></c></row>')
    parts[SHEET.replace("1", "2")] = sheet_xml("")
    path.write_bytes(packed(parts))
    assert books.read_book(path).grids[0].rows == [["a"]]
    assert not both(path)


# --- what is too much for this process --------------------------------------------------------------


def sheet_xml(rows, head=""):
    return f'<worksheet xmlns="{MAIN}">{head}<sheetData>{rows}</sheetData></worksheet>'


FORMULA = "A1+A2"
ROWS = (
    '<row r="1"><c r="A1" t="str"><v>ab</v></c>'
    f'<c r="B1"><f t="shared" ref="B1:B2" si="0">{FORMULA}</f><v>1</v></c></row>'
    '<row r="2"><c r="B2"><f t="shared" si="0"/><v>2</v></c></row>'
)
WIDE = '<cols><col min="1" max="16384" hidden="1"/><col min="2" max="9" width="0"/></cols>'
HELD = {  # by that sheet alone, as each limit counts
    "MOST_SHEETS": 1,
    "MOST_COLUMN_TAGS": 2,
    "MOST_HEIGHT": 2,
    "MOST_AREA": 4,
    "MOST_TEXTS": 1,
    "MOST_WRITTEN": 2,
    "MOST_CALCULATED": 2 * len(FORMULA),
}


@pytest.mark.parametrize("limit", HELD)
def test_the_sheets_of_a_workbook_are_bounded_together(limit, tmp_path):
    path = tmp_path / "t.xlsx"
    listed(3, ROWS, WIDE)(path)
    with lowered(**{limit: 3 * HELD[limit]}):
        assert both(path)
    with lowered(**{limit: 3 * HELD[limit] - 1}):
        assert not both(path)


@pytest.mark.parametrize(("limit", "held"), [("MOST_WIDTH", 2), ("MOST_FORMULA", len(FORMULA))])
def test_a_sheet_with_too_much_at_one_place_is_left_to_the_child(limit, held, tmp_path):
    path = tmp_path / "t.xlsx"
    listed(1, ROWS)(path)
    with lowered(**{limit: held}):
        assert both(path)
    with lowered(**{limit: held - 1}):
        assert not both(path)


def test_what_needs_too_much_memory_here_is_left_to_the_child(tmp_path, monkeypatch):
    def read_book(_):
        raise MemoryError

    monkeypatch.setattr(plain, "read_book", read_book)
    assert drafts.plain_drafts(tmp_path / "t.xlsx", "t.xlsx", 1) is None


def test_of_a_file_that_is_no_archive_only_the_sign_is_read(tmp_path, monkeypatch):
    path, asked = tmp_path / "t.csv", []

    class Seen(io.BytesIO):
        def read(self, size=-1):
            asked.append(size)
            return super().read(size)

    monkeypatch.setattr(plain, "opened", lambda _: Seen(b"ID,Title\n" * 9))
    path.touch()
    assert plain.read_book(path) is None
    assert asked == [2]


# --- what programs write ----------------------------------------------------------------------------


def by_openpyxl(path):
    book = openpyxl.load_workbook(io.BytesIO(packed(tracker())))
    book.active["B4"] = "=A4&A5"
    book.save(path)


def by_openpyxl_in_rows(path):
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("OKRs")
    for row in (HEAD, ("O1", "Grow", "Objective"), ("O1.KR1", "Win", "Increase", 0, 9.5, None, 4)):
        sheet.append(row)
    book.save(path)


def in_little_memory(path):
    """XlsxWriter's texts stand in their cells then."""
    with Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("OKRs")
        for number, row in enumerate(
            (HEAD, ("O1", "Grow", "Objective"), ("O1.KR1", " & ", "Increase", 0, 9))
        ):
            sheet.write_row(number, 0, row)


def hand_made(change):
    def make(path):
        parts = tracker()
        parts[SHEET] = change(parts[SHEET])
        path.write_bytes(packed(parts))

    return make


WRITERS = {
    "openpyxl": by_openpyxl,
    "openpyxl, row by row": by_openpyxl_in_rows,
    "XlsxWriter": lambda path: path.write_bytes(packed(tracker())),
    "XlsxWriter, row by row": in_little_memory,
    "with a prefix": hand_made(lambda text: prefixed(text, None)),
    "with spaces": hand_made(lambda text: re.sub("(?<=>)(?=<)", "\r\n\t", text)),
    "with shared formulas": hand_made(lambda text: shared(text, random.Random(1))),
    "without addresses": hand_made(lambda text: re.sub(' r="[A-Z]*[0-9]+"', "", text)),
    "with attributes in another order": hand_made(
        lambda text: all_shuffled(text, random.Random(1))
    ),
}


@pytest.mark.filterwarnings("ignore:.* extension is not supported")  # openpyxl's
@pytest.mark.parametrize("name", WRITERS)
def test_what_a_program_writes_is_read_without_a_child(name, tmp_path):
    WRITERS[name](tmp_path / "t.xlsx")
    assert both(tmp_path / "t.xlsx")


# --- the archive ------------------------------------------------------------------------------------


def test_a_part_that_nobody_needs_must_be_sound_too(tmp_path):
    path = tmp_path / "t.xlsx"
    content = packed(workbook() | {"xl/media/1.png": b"picture" * 9})
    path.write_bytes(content)
    assert both(path)
    at = content.rindex(b"PK\1\2") + 16  # where the list of parts has the last one's checksum
    path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    assert not both(path)


def test_no_more_is_unpacked_than_a_part_says_it_holds():
    content = bytes(2_000_000)
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    small = packer.compress(content) + packer.flush()
    assert unpacking._inflated(small, len(content)) == content
    tracemalloc.start()
    for size in (0, 100, len(content) // 100):
        with pytest.raises(OddError):
            unpacking._inflated(small, size)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < len(content) / 10
    with pytest.raises(OddError):
        unpacking._inflated(small, len(content) + 1)


@pytest.mark.parametrize("limit", ["MOST_PACKED", "MOST_UNPACKED"])
def test_a_large_file_is_left_to_the_child(limit, tmp_path):
    path = tmp_path / "t.xlsx"
    path.write_bytes(packed(tracker()))
    assert both(path)
    with lowered(**{limit: 1_000}):
        assert not both(path)


def test_a_file_that_changes_while_it_is_read_is_left_to_the_child(tmp_path, monkeypatch):
    path = tmp_path / "t.xlsx"
    path.write_bytes(packed(tracker()))
    states = iter(range(9))
    monkeypatch.setattr(plain, "state_of", lambda _: next(states))
    assert plain.read_book(path) is None
