"""The dashboard goes by the scoring rules, as the OKRs sheet does."""

import re
import shutil
import warnings
from dataclasses import replace
from datetime import date
from pathlib import Path

import ironcalc
import pytest
from calculators import libreoffice, plain, sheet_parts
from openpyxl import load_workbook
from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter
from python_calamine import CalamineWorkbook

import okr_sheets as okr
from okr_sheets.formulas import InCells, Term
from okr_sheets.frames import frame
from okr_sheets.language import language, languages

FIRST = "M34"  # the first week of the first objective
WEEKS, PROBES = range(13), 60
COLOURED = ("achieved", "on-track", "at-risk", "off-track")


def week_rules(path):
    """The formulas of the weeks' conditional formats, in order."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        formats = load_workbook(path)["Dashboard"].conditional_formatting
    (area,) = [area for area in formats if str(area.sqref).startswith(FIRST)]
    return [rule.formula[0] for rule in area.rules]


def test_a_week_wears_the_colour_of_its_gap_to_the_pace_of_that_week(company):
    path = company / "go-to-market.xlsx"
    book = CalamineWorkbook.from_path(path)
    grid = book.get_sheet_by_name("Dashboard").to_python(skip_empty_area=False)
    first, last = plain(date(2027, 1, 1)), plain(date(2027, 3, 31))
    expected = {}
    for row in (34, 35, 36):
        for week in WEEKS:
            day, score = plain(grid[32][12 + week]), grid[row - 1][12 + week]
            if score != "":
                gap = round((day - first) / (last - first) - score, 4)
                by_gap = "on-track" if gap <= 0.1 else "at-risk" if gap <= 0.25 else "off-track"
                expected[row, week] = "achieved" if score == 1 else by_gap
    assert len(expected) > 25
    assert set(expected.values()) >= {"on-track", "at-risk"}
    # A program that knows nothing of this one answers each rule, asked in a cell far to the right.
    model, sheet = ironcalc.load_from_xlsx(str(path)), book.sheet_names.index("Dashboard")
    probes = {
        (row, week, status): (row, PROBES + len(WEEKS) * at + week, rule)
        for at, (status, rule) in enumerate(zip(COLOURED, week_rules(path), strict=True))
        for row, week in expected
    }
    for (row, week, _), (_, column, rule) in probes.items():
        here = f"{chr(ord('M') + week)}{row}"
        asked = Translator(f"={rule}", origin=FIRST).translate_formula(here)
        model.set_user_input(sheet, row, column, asked)
    model.evaluate()
    true = {key: model.get_cell_value(sheet, *probe[:2]) for key, probe in probes.items()}
    # The first that is true counts.
    worn = {at: next(key for key in COLOURED if true[*at, key] is True) for at in expected}
    assert worn == expected


def test_a_rule_that_changes_changes_the_dashboard_too(tmp_path, monkeypatch):
    monkeypatch.setattr(InCells, "rounded", lambda _, x: Term(f"ANOTHER({x})"))
    monkeypatch.setattr(InCells, "clamp", lambda _, x: Term(f"HELD({x})"))
    path = okr.write(okr.new("sales", quarter="2027-Q1"), tmp_path / "t.xlsx")
    sheets = {name: xml.decode() for name, xml in sheet_parts(path).items()}
    for name in ("Dashboard", "Calc"):
        assert "ANOTHER(" in sheets[name]
        assert "ROUND(" not in sheets[name]
        assert "MIN(1," not in sheets[name]
    assert "HELD(" in sheets["Calc"]


# --- whose, of when, and what is to fix -------------------------------------------------------------


def page(path):
    """The rows of the dashboard, as the file holds them."""
    book = CalamineWorkbook.from_path(path)
    name = next(name for name in book.sheet_names if name in DASHBOARDS)
    return book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def column_of(sheet, key):
    return next(cell.column for cell in sheet[4] if cell.value == key)


def typed_into(path, edits, sheet="OKRs"):
    """The file with other cells on the OKRs sheet, as LibreOffice calculates and saves it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        book = load_workbook(path)
    for (row, key), value in edits.items():
        book[sheet].cell(row, column_of(book[sheet], key), value)
    changed = path.with_name(f"typed-{path.name}")
    book.save(changed)
    return libreoffice(changed, path.parent)


def written(folder, code="en", **about):
    plan = okr.new(
        source=plan_at(folder), quarter="2027-Q1", language=code, company="Acme", **about
    )
    days = [day for day in plan.check_in_dates if day <= date(2027, 2, 12)]
    rows = plan.key_results
    numbers = [
        {"id": rows.id[row], "date": day, "value": 20 + number * (1 + at / 2)}
        for at, row in enumerate(rows.index)
        for number, day in enumerate(days)
    ]
    places = [row for row in rows.index for _ in days]
    tracker = replace(
        plan,
        about=replace(plan.about, as_of=date(2027, 2, 12)),
        check_ins=frame("check_ins", numbers, places),
    )
    return okr.write(tracker, folder / f"{code}.xlsx")


def plan_at(folder):
    lines = ["ID;Title;Owner;Type;Baseline;Target;Unit"]
    for number in (1, 2):
        lines.append(f"O{number};Win customers;Ann;Objective;;;")
        lines += [f"O{number}.KR{at};Leads {at};Ann;Increase;20;40;leads" for at in (1, 2, 3)]
    path = folder / "plan.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


DASHBOARDS = {language(code)("sheets.dashboard") for code in languages()}


def test_company_team_and_quarter_stand_on_top_and_follow_the_settings(tmp_path, soffice):
    path = written(tmp_path, team="Sales", department="Revenue")
    assert page(path)[1][1] == "Sales OKRs"
    assert page(path)[2][1] == "Acme · Revenue · 2027-Q1"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        book = load_workbook(path)
    start = book["Start here"]
    for row in start.iter_rows():
        for key, value in {"tracker.team": "", "tracker.company": "Beta"}.items():
            if row[0].value == key:
                row[4].value = value or None
    book.save(tmp_path / "moved.xlsx")
    moved = page(libreoffice(tmp_path / "moved.xlsx", tmp_path))
    assert (moved[1][1], moved[2][1]) == ("Revenue OKRs", "Beta · 2027-Q1")


@pytest.mark.parametrize("code", languages())
def test_rows_to_fix_are_counted_in_the_words_of_the_language(code, tmp_path, soffice):
    words = language(code)
    path, sheet = written(tmp_path, code), words("sheets.okrs")
    assert page(path)[3][1] == words("dashboard.fix_none")
    for faults, said in ((1, words("dashboard.fix", n=1)), (2, words("dashboard.fix", n="2"))):
        edits = {(row, "okr.target"): "" for row in (8, 11)[:faults]}
        copy = shutil.copy(path, tmp_path / f"{faults}.xlsx")
        assert page(typed_into(Path(copy), edits, sheet))[3][1] == said


def test_the_count_leads_to_the_first_row_to_fix(tmp_path, soffice):
    path = written(tmp_path)
    changed = typed_into(path, {(8, "okr.target"): "", (11, "okr.target"): ""})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        sheet = load_workbook(changed)["OKRs"]
    letter = get_column_letter(column_of(sheet, "okr.to_fix"))
    # What the formula names, asked of a program that is none of ours.
    model = ironcalc.load_from_xlsx(str(changed))
    names = CalamineWorkbook.from_path(changed).sheet_names
    (link,) = re.findall(
        r'"(#[^"]*)"&amp;ADDRESS\(([^,]*),(COLUMN\([^)]*\)),4\)', dashboard_xml(path)
    )
    model.set_user_input(
        names.index("Dashboard"), 200, 1, f'="{link[0]}"&ADDRESS({link[1]},{link[2]},4)'
    )
    model.evaluate()
    assert model.get_cell_value(names.index("Dashboard"), 200, 1) == f"#'OKRs'!{letter}8"


def dashboard_xml(path):
    return sheet_parts(path)["Dashboard"].decode()


def test_the_pace_is_said_in_words(tmp_path):
    rows = page(written(tmp_path))
    said = {row[7]: (row[19], row[20]) for row in rows if str(row[7]).startswith("O1.")}
    # 42 of 89 days are 47 %; the first one's last number is 25, on the way from 20 to 40.
    assert said == {"O1.KR1": (0.25, "22 points behind")}
    assert [row[10] for row in rows if row[1] in {"O1", "O2"}] == [
        "10 points behind",
        "28 points ahead",
    ]


def test_weeks_before_the_first_number_say_nothing(tmp_path, soffice):
    path = okr.write(okr.new(source=plan_at(tmp_path), quarter="2027-Q1"), tmp_path / "new.xlsx")
    edits = {(7, "checkin.2027-02-12"): 30, (7, "okr.note"): "The first number."}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        book = load_workbook(path)
    start = book["Start here"]
    for row in start.iter_rows():
        if row[0].value == "tracker.as_of":
            row[4].value = date(2027, 2, 12)
    book.save(path)
    rows = page(typed_into(path, edits))
    (weeks,) = [row[12:25] for row in rows if row[1] == "O1"]
    assert weeks[:5] == [""] * 5
    assert weeks[5] == pytest.approx(0.1667, abs=1e-4)


@pytest.mark.parametrize(
    ("day", "told"),
    [(date(2027, 1, 1), "–"), (date(2027, 1, 7), "–"), (date(2027, 1, 8), "0 of 6")],
)
def test_before_the_first_check_in_date_nothing_is_up_to_date(day, told, tmp_path, soffice):
    plan = okr.new(source=plan_at(tmp_path), quarter="2027-Q1")
    tracker = replace(plan, about=replace(plan.about, as_of=day))
    path = okr.write(tracker, tmp_path / "new.xlsx")
    for book in (path, libreoffice(path, tmp_path)):
        rows = page(book)
        (at,) = [row for row, cells in enumerate(rows) if "Up to date" in cells]
        assert rows[at + 1][rows[at].index("Up to date")] == told


# --- numbers typed as text --------------------------------------------------------------------------

TEXTS = {
    "a number of a week": {(7, "checkin.2027-02-12"): "36.5"},
    "targets and a weight": {
        (7, "okr.target"): "60",
        (8, "okr.weight"): "3",
        (11, "okr.target"): "25",
    },
    "an objective's weight": {(6, "okr.weight"): "3", (7, "okr.target"): "60"},
    "a percent where percents are counted": {
        (7, "okr.unit"): "%",
        (7, "checkin.2027-02-12"): "36.5 %",
    },
    "a target of no type": {(7, "okr.type"): "", (7, "okr.target"): "25"},
}


@pytest.mark.parametrize("edits", TEXTS.values(), ids=TEXTS)
def test_the_score_with_numbers_typed_as_text_is_that_of_the_rollup(edits, tmp_path, soffice):
    path = typed_into(written(tmp_path), edits)
    words, rows = language("en"), page(path)
    here = okr.rollup(path, as_of="2027-02-12").teams.score[0]
    shown = words.percent(rows[7][1]), words.percent(here)
    assert shown[0] != shown[1]
    count = len({row for row, key in edits if key not in {"okr.unit", "okr.type"}})
    said = words("dashboard.text_told", n=count, given=shown[0], value=shown[1])
    assert rows[4][1] == said
    (problem,) = [each for each in okr.check(path) if each.code == "other-score"]
    assert (problem.given, problem.words["value"]) == shown


UNTOLD = {
    "a comma that may be either sign": {(7, "checkin.2027-02-12"): "36,5"},
    "words": {(7, "checkin.2027-02-12"): "36.5 leads"},
    "more rows than are followed": {(row, "okr.target"): "60" for row in (7, 8, 9, 11)},
}


@pytest.mark.parametrize("edits", UNTOLD.values(), ids=UNTOLD)
def test_what_no_formula_can_tell_is_left_to_check(edits, tmp_path, soffice):
    path = typed_into(written(tmp_path), edits)
    words, rows = language("en"), page(path)
    shown = words.percent(rows[7][1])
    assert rows[4][1] == words("dashboard.text_untold", n=len(edits), given=shown)
    (problem,) = [each for each in okr.check(path) if each.code == "other-score"]
    assert problem.given == shown


def test_a_day_typed_as_text_tells_of_what_is_expected(tmp_path, soffice):
    path = typed_into(written(tmp_path), {(7, "okr.due"): "2027-02-20"})
    (problem,) = [each for each in okr.check(path) if each.code == "other-score"]
    assert problem.words["label"] == "Expected"
    rows = page(path)
    assert problem.given == language("en").percent(rows[7][4])


def test_a_lone_space_is_told_as_no_number(tmp_path, soffice):
    path = typed_into(written(tmp_path), {(7, "checkin.2027-02-12"): " "})
    words, rows = language("en"), page(path)
    shown = words.percent(rows[7][1])
    assert rows[4][1] == words("dashboard.text_untold", n=1, given=shown)
    assert shown == words.percent(okr.rollup(path, as_of="2027-02-12").teams.score[0])
