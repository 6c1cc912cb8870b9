"""The dashboard goes by the scoring rules, as the OKRs sheet does."""

import warnings
from datetime import date

import ironcalc
from calculators import plain, sheet_parts
from openpyxl import load_workbook
from openpyxl.formula.translate import Translator
from python_calamine import CalamineWorkbook

import okr_sheets as okr
from okr_sheets.formulas import InCells, Term

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
