"""Excel opens what is written without a repair prompt: by our rules, and by Microsoft's schema."""

import zipfile
from dataclasses import replace

import pandas as pd
import pytest
import xlsx_lint
from xlsxwriter import Workbook

import okr_sheets as okr
from okr_sheets.language import languages
from okr_sheets.quarters import check_in_dates
from okr_sheets.reading.examples import names

CADENCES = ("weekly", "two-weekly", "monthly")
KINDS = ("blank", "default", "filled")
# Each language in each kind and each cadence, and each kind in each cadence.
TRACKERS = [
    (code, kind, CADENCES[(number + at) % 3])
    for number, code in enumerate(languages())
    for at, kind in enumerate(KINDS)
]


@pytest.fixture(scope="module")
def rolled(company_rollup, tmp_path_factory):
    """The sample company's rollup as a workbook."""
    return okr.report(company_rollup, tmp_path_factory.mktemp("rolled") / "2027-Q1.xlsx")


def planned(code, kind, cadence="weekly"):
    return okr.new(
        blank=kind == "blank", quarter="2027-Q1", team="Team", language=code, cadence=cadence
    )


def translated(path, code, cadence):
    """A filled-in tracker in another language and rhythm; values move to the next date there is."""
    tracker = okr.read(path)
    about = replace(tracker.about, language=code, cadence=cadence)
    dates = check_in_dates(about.start, about.end, cadence)
    later = [next(day for day in dates if day >= given.date()) for given in tracker.check_ins.date]
    moved = tracker.check_ins.assign(
        date=pd.Series(later, tracker.check_ins.index, "datetime64[s]")
    )
    moved = moved[~moved.duplicated(["id", "date"], keep="last")]
    return replace(tracker, about=about, check_in_dates=dates, check_ins=moved)


# --- what the package writes ---------------------------------------------------------------------


@pytest.mark.parametrize(("code", "kind", "cadence"), TRACKERS)
def test_excel_opens_every_kind_of_tracker_silently(code, kind, cadence, company, tmp_path):
    if kind == "filled":
        tracker = translated(company / f"{names()[languages().index(code)]}.xlsx", code, cadence)
        assert not tracker.check_ins.empty
    else:
        tracker = planned(code, kind, cadence)
    assert xlsx_lint.problems(okr.write(tracker, tmp_path / "t.xlsx")) == []


def test_excel_opens_the_sample_company_silently(company):
    found = {path.name: xlsx_lint.problems(path) for path in company.glob("*.xlsx")}
    assert found == {f"{name}.xlsx": [] for name in names()}


def test_excel_opens_the_rollup_silently(rolled):
    assert xlsx_lint.problems(rolled) == []


# --- what is broken is found ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    """A small workbook with one of everything that the package writes."""
    path = tmp_path_factory.mktemp("sound") / "sound.xlsx"
    with Workbook(path) as book:
        plan, lists = book.add_worksheet("Plan"), book.add_worksheet("The lists")
        points = book.add_format({"num_format": '0.0 "points"', "bold": True})
        book.add_worksheet("Notes")
        book.define_name("Goal", "=Plan!$C$4")
        book.define_name("Least", "=1")
        plan.set_column(0, 1, 20)
        plan.set_column(2, 2, 12)
        plan.merge_range("A1:C1", "Our plan")
        plan.merge_range("E1:F1", "Sums")
        scored = {"header": "Score", "formula": "=tblPlan[[#This Row],[Target]]*2"}
        columns = [{"header": header} for header in ("ID", "Title", "Target")]
        rows = [["O1", "Leads", 10], ["O2", "Sales", 20]]
        plan.add_table("A3:D5", {"name": "tblPlan", "columns": [*columns, scored], "data": rows})
        plan.add_table("A8:B9", {"name": "tblMore", "data": [[1, 2]]})
        plan.write_formula("F3", "=SUM(C4,C5)", points, 30)
        plan.write_formula("F4", '=_xlfn.MAXIFS(C4:C5,A4:A5,"O1")', points, 10)
        plan.write_formula("F5", "='The lists'!A1&\" \"", points, "Answers ")
        plan.write_formula("F6", '=IF(Goal>1,"over","")', points, "over")
        answers = {"validate": "list", "source": ["Yes", "No"], "input_message": "Pick one."}
        plan.data_validation("B4:B5", answers | {"input_title": "Answer"})
        above = {"type": "formula", "criteria": "=$C4>15", "format": points}
        plan.conditional_format("C4:C5", above)
        plan.add_sparkline("G4", {"range": "Plan!C4:C5"})
        plan.write_url("H4", "internal:'The lists'!A1", string="Lists")
        plan.write_url("H5", "https://example.org/okr", string="More")
        plan.set_footer("&P of &N")
        chart = book.add_chart({"type": "bar"})
        chart.add_series({"values": "=Plan!$C$4:$C$5"})
        plan.insert_chart("J3", chart)
        lists.write("A1", "Answers")
    return path


def rewritten(source, target, change):
    """A copy of a workbook with the members, name and text, that `change` gives for each."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for member in old.namelist():
            for name, content in change(member, old.read(member).decode()):
                new.writestr(name, content)
    return target


def replaced(source, target, member, old, new):
    """A copy of a workbook in which one member says something else."""

    def change(name, text):
        if name == member:
            assert old in text
            text = text.replace(old, new)
        return [(name, text)]

    return rewritten(source, target, change)


def rules(lines):
    """The names of the rules that lines are about."""
    return {line.split(": ")[1] for line in lines}


PLAN, LISTS = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"
OKRS = "xl/worksheets/sheet2.xml"  # of a tracker
BOOK, STYLES, STRINGS = "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"
TABLE, MORE = "xl/tables/table1.xml", "xl/tables/table2.xml"
CHART, TYPES = "xl/charts/chart1.xml", "[Content_Types].xml"
RELATIONS, PLAN_RELATIONS = "xl/_rels/workbook.xml.rels", "xl/worksheets/_rels/sheet1.xml.rels"
SUM = "SUM(C4,C5)"
NESTED = "ABS(" * 65 + "1" + ")" * 65

# What is found, in which member, what is written there, and instead of what.
BREAKS = [
    # parts and relations
    ("malformed-xml", PLAN, "&amp;P of &amp;N", "&P of &N"),
    ("malformed-xml", STRINGS, "Leads", "Lea\x0bds"),
    ("missing-content-type", TYPES, "/xl/tables/table1.xml", "/xl/tables/table2.xml"),
    ("content-type-of-nothing", TYPES, "</Types>", '<Override PartName="/xl/x.xml"/></Types>'),
    ("wrong-content-type", TYPES, "spreadsheetml.table+xml", "spreadsheetml.comments+xml"),
    ("missing-part", PLAN_RELATIONS, "tables/table1.xml", "tables/table7.xml"),
    ("missing-workbook", "_rels/.rels", "relationships/officeDocument", "relationships/other"),
    ("missing-workbook", RELATIONS, "relationships/styles", "relationships/other"),
    ("duplicate-relation", RELATIONS, "</Relationships>", '<Relationship Id="rId1" Type="x/theme" Target="theme/theme1.xml"/></Relationships>'),
    ("unknown-relation", PLAN, '<drawing r:id="rId2"/>', '<drawing r:id="rId9"/>'),
    # sheets and names
    ("sheet-name", BOOK, 'name="Notes"', 'name="Notes?"'),
    ("sheet-name", BOOK, 'name="Notes"', f'name="{"Notes" * 7}"'),
    ("duplicate-sheet", BOOK, 'name="Notes"', 'name="PLAN"'),
    ("no-visible-sheet", BOOK, ' r:id="rId', ' state="hidden" r:id="rId'),
    ("defined-name", BOOK, 'name="Least"', 'name="Q1"'),
    ("defined-name", BOOK, 'name="Least"', 'name="Least" localSheetId="5"'),
    ("duplicate-name", BOOK, "</definedNames>", '<definedName name="GOAL">1</definedName></definedNames>'),
    # styles
    ("number-format", STYLES, "0.0 &quot;points&quot;", "0.0 &quot;points"),
    ("number-format", STYLES, "0.0 &quot;points&quot;", "0.0 points"),
    ("number-format", STYLES, "0.0 &quot;points&quot;", "0;0;0;@;0"),
    ("unknown-style", PLAN, 'r="F3" s="1"', 'r="F3" s="7"'),
    ("unknown-style", PLAN, 'dxfId="0"', 'dxfId="1"'),
    ("unknown-style", STYLES, 'numFmtId="164" fontId="1"', 'numFmtId="165" fontId="3"'),
    # rows, cells and values
    ("element-order", PLAN, "<sheetData>", "<pageMargins/><sheetData>"),
    ("column-order", PLAN, 'min="3" max="3"', 'min="2" max="3"'),
    ("row-order", PLAN, '<row r="6" spans="1:8"><c r="F6"', '<row r="5" spans="1:8"><c r="F5"'),
    ("row-order", PLAN, '<row r="6"', '<row r="6" ht="500"'),
    ("cell-order", PLAN, '<c r="B9">', '<c r="A9">'),
    ("cell-order", PLAN, '<c r="B9">', '<c r="C8">'),
    ("shared-string", PLAN, '<c r="B4" t="s"><v>7</v>', '<c r="B4" t="s"><v>99</v>'),
    ("cell-value", PLAN, "<v>20</v>", "<v>NaN</v>"),
    ("cell-value", PLAN, "<v>20</v>", "<v>20,5</v>"),
    ("text-too-long", STRINGS, "Leads", "x" * 32_768),
    ("bad-area", PLAN, 'sqref="B4:B5"', 'sqref="B5:B4"'),
    ("bad-area", PLAN, "<xm:sqref>G4</xm:sqref>", "<xm:sqref>G1048577</xm:sqref>"),
    ("overlapping-merges", PLAN, 'ref="E1:F1"', 'ref="C1:F1"'),
    ("overlapping-merges", PLAN, 'ref="E1:F1"', 'ref="E1"'),
    ("header-or-footer", PLAN, "&amp;P of", "Page" * 64),
    # tables
    ("table-name", MORE, 'displayName="tblMore"', 'displayName="More rows"'),
    ("table-name", MORE, 'displayName="tblMore"', 'displayName="TBL1"'),
    ("duplicate-table", MORE, 'displayName="tblMore"', 'displayName="TBLPLAN"'),
    ("duplicate-table", MORE, 'displayName="tblMore"', 'displayName="Goal"'),
    ("duplicate-table", MORE, 'table xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" id="2"', 'table xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" id="1"'),
    ("table-columns", TABLE, 'id="2" name="Title"', 'id="1" name="Title"'),
    ("table-size", MORE, 'ref="A8:B9"', 'ref="A8:C9"'),
    ("table-size", MORE, 'ref="A8:B9"', 'ref="A8:B8"'),
    ("table-header", TABLE, 'name="Title"', 'name="Titles"'),
    ("table-header", STRINGS, "<t>Column1</t>", "<t>Column1 </t>"),
    ("table-filter", TABLE, 'autoFilter ref="A3:D5"', 'autoFilter ref="A3:D4"'),
    ("table-filter", PLAN, "<mergeCells", '<autoFilter ref="A3:D5"/><mergeCells'),
    ("table-overlap", TABLE, "A3:D5", "A3:D8"),
    ("table-overlap", PLAN, 'ref="E1:F1"', 'ref="B4:C4"'),
    # formulas
    ("formula-syntax", PLAN, SUM, "SUM(C4,C5"),
    ("formula-syntax", PLAN, SUM, "SUM(C4*,C5)"),
    ("formula-syntax", PLAN, SUM, "=SUM(C4,C5)"),
    ("formula-syntax", PLAN, SUM, "SUM(C4 5)"),
    ("formula-syntax", PLAN, SUM, "SUM(R1C1!A1)"),
    ("formula-syntax", PLAN, SUM, "SUM([Target])"),
    ("formula-syntax", PLAN, SUM, "SUM(C4:)"),
    ("formula-syntax", PLAN, SUM, "SUM($C$,1)"),
    ("formula-syntax", PLAN, SUM, '"over'),
    ("formula-syntax", PLAN, SUM, ""),
    ("formula-syntax", TABLE, "[Target]]*2", "[Target]]*"),
    ("formula-syntax", PLAN, "$C4&gt;15", "$C4&gt;"),
    ("formula-syntax", PLAN, "Plan!C4:C5</xm:f>", "Plan!C4:</xm:f>"),
    ("semicolon", PLAN, SUM, "SUM(C4;C5)"),
    ("semicolon", PLAN, "$C4&gt;15", "OR($C4;1)"),
    ("formula-too-long", PLAN, SUM, "+".join(["C4"] * 2_800)),
    ("text-in-formula", PLAN, '"over"', f'"{"x" * 256}"'),
    ("nested-too-deep", PLAN, SUM, NESTED),
    ("function-prefix", PLAN, "_xlfn.MAXIFS(", "MAXIFS("),
    ("function-prefix", PLAN, SUM, "_xlfn.SUM(C4,C5)"),
    ("function-prefix", PLAN, SUM, "_xlfn.SORT(C4:C5)"),
    ("unknown-function", PLAN, SUM, "SUMM(C4,C5)"),
    ("argument-count", PLAN, SUM, "IF(C4,C5,1,2)"),
    ("argument-count", PLAN, "A4:A5,", ""),
    ("unknown-sheet", PLAN, "'The lists'!A1&amp;", "'The list'!A1&amp;"),
    ("unknown-sheet", PLAN, "location=\"'The lists'!A1\"", "location=\"'The list'!A1\""),
    ("unknown-sheet", CHART, "Plan!", "Plans!"),
    ("unknown-sheet", PLAN, "Plan!C4:C5</xm:f>", "Plans!C4:C5</xm:f>"),
    ("unknown-sheet", BOOK, "Plan!$C$4", "Plans!$C$4"),
    ("unknown-table", TABLE, "tblPlan[[#This Row]", "tblPlans[[#This Row]"),
    ("unknown-column", PLAN, "[#This Row],[Target]", "[#This Row],[Targets]"),
    ("unknown-column", PLAN, "[#This Row],[Target]", "[#Row],[Target]"),
    ("unknown-name", PLAN, "Goal&gt;1", "Goals&gt;1"),
    ("lost-reference", PLAN, SUM, "SUM(C4,#REF!)"),
    ("lost-reference", BOOK, "Plan!$C$4", "Plan!#REF!"),
    ("beyond-the-sheet", PLAN, SUM, "SUM(C4,XFE5)"),
    ("only-for-cells", PLAN, "$C4&gt;15", "tblPlan[Target]&gt;15"),
    ("chart-reference", CHART, "Plan!$C$4:$C$5", "$C$4:$C$5"),
    ("chart-reference", PLAN, "Plan!C4:C5</xm:f>", "SUM(Plan!C4)</xm:f>"),
    # validations and links
    ("validation-too-long", PLAN, "Yes,No", "x," * 128),
    ("message-too-long", PLAN, "Pick one.", "x" * 256),
    ("message-too-long", PLAN, 'promptTitle="Answer"', f'promptTitle="{"x" * 33}"'),
    ("validation-without-formula", PLAN, '<formula1>"Yes,No"</formula1>', ""),
    ("link-too-long", PLAN_RELATIONS, "example.org/okr", "example.org/" + "x" * 2_080),
    ("link-address", PLAN_RELATIONS, "example.org/okr", "example.org/our okrs"),
    ("link-address", PLAN_RELATIONS, "example.org/okr", "example.org/100%"),
    ("too-many-links", LISTS, "<pageMargins", "<hyperlinks>" + '<hyperlink ref="A1"/>' * 65_531 + "</hyperlinks><pageMargins"),
]  # fmt: skip


def test_a_sound_workbook_has_no_problems(sound):
    assert xlsx_lint.problems(sound) == []


@pytest.mark.parametrize(
    ("rule", "member", "old", "new"),
    BREAKS,
    ids=[f"{rule}-{number}" for number, (rule, *_) in enumerate(BREAKS)],
)
def test_what_is_broken_is_found_by_its_name(rule, member, old, new, sound, tmp_path):
    broken = replaced(sound, tmp_path / "t.xlsx", member, old, new)
    assert rules(xlsx_lint.problems(broken)) == {rule}


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("missing-part", lambda name, text: [(name, text)] if name != TABLE else []),
        ("missing-start", lambda name, text: [(name, text)] if name != TYPES else []),
        ("duplicate-member", lambda name, text: [(n, text) for n in {name, name.title()}]),
    ],
)
def test_a_part_missing_or_doubled_is_found(rule, change, sound, tmp_path):
    broken = rewritten(sound, tmp_path / "t.xlsx", change)
    assert rule in rules(xlsx_lint.problems(broken))


def test_a_damaged_or_cut_file_is_found(sound, tmp_path):
    path = replaced(sound, tmp_path / "t.xlsx", STRINGS, "Leads", "Leads")
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"Leads", b"Loads"))
    assert xlsx_lint.problems(path) == [f"{STRINGS}: damaged-member: its checksum differs"]
    path.write_bytes(whole[:1000])
    assert rules(xlsx_lint.problems(path)) == {"not-a-zip"}


def test_a_problem_says_where_and_what(sound, tmp_path):
    broken = replaced(sound, tmp_path / "t.xlsx", PLAN, SUM, "SUM(C4;C5)")
    assert xlsx_lint.problems(broken) == ["Plan!F3: semicolon: SUM(C4;C5)"]


def test_a_newer_function_without_its_prefix_is_found_in_a_tracker(company, tmp_path):
    tracker = company / "sales.xlsx"
    broken = replaced(tracker, tmp_path / "t.xlsx", OKRS, "_xlfn.MAXIFS(", "MAXIFS(")
    found = xlsx_lint.problems(broken)
    assert rules(found) == {"function-prefix"}
    assert len(found) > 10


def test_every_rule_is_shown_to_find_something():
    shown = {rule for rule, *_ in BREAKS}
    shown |= {"missing-start", "duplicate-member", "damaged-member"}
    assert {xlsx_lint.name(rule) for rule in xlsx_lint.RULES} == shown


@pytest.mark.parametrize(
    "formula",
    [
        "IF(A1,,-B2%)",
        "SUM(A:A 1:3,(A1,B2),INDEX(A1:B9,2,1):B9)",
        "{1,-2;TRUE,#N/A}",
        '"say ""x;y"""&\'it\'\'s\'!A1',
        "Tbl[[#This Row],[a '[b']]:[c]]+Tbl[]",
        "_xlfn.XLOOKUP(A1,Plan!$A:$A,Tbl[c])<>LOG10(2.5E-3)",
        "'One:Three'!A1^-1>=TODAY()",
    ],
)
def test_a_formula_that_excel_reads_is_read(formula):
    assert xlsx_lint.read(formula).fault == ""


# --- the Open XML SDK ----------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["en", "ko"])
def test_the_sdk_finds_no_error_in_a_new_tracker(code, schema_errors, tmp_path):
    assert schema_errors(okr.write(planned(code, "default"), tmp_path / "t.xlsx")) == []


def test_the_sdk_finds_no_error_in_a_filled_in_tracker(schema_errors, company):
    assert schema_errors(company / "product-engineering.xlsx") == []


def test_the_sdk_finds_no_error_in_the_rollup(schema_errors, rolled):
    assert schema_errors(rolled) == []


def test_the_sdk_finds_what_is_not_in_the_schema(schema_errors, sound, tmp_path):
    broken = replaced(sound, tmp_path / "t.xlsx", STYLES, 'sz val="11"', 'sz val="big"')
    assert xlsx_lint.problems(broken) == []
    assert any("'big'" in error for error in schema_errors(broken))
