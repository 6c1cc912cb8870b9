"""A week's number may come from a formula, as docs/formulas.md says."""

import re

import openpyxl
import pytest
from calculators import libreoffice
from conftest import ROOT

import okr_sheets as okr
from okr_sheets.writing.layout import KEY_ROW

WEEKS = ("2027-01-08", "2027-01-15")


@pytest.fixture
def fed(tmp_path):
    """A tracker with a model of its own sheet, which nobody has calculated yet."""
    path = okr.write(
        okr.new(template="b2b-saas-marketing", quarter="2027-Q1"), tmp_path / "fed.xlsx"
    )
    with pytest.warns(UserWarning, match="will be removed"):  # it drops what it does not know
        book = openpyxl.load_workbook(path)
    sheet, model = book["OKRs"], book.create_sheet("Model")
    for day, leads in zip(("2027-01-04", "2027-01-11", "2027-01-13"), (40, 5, 6), strict=True):
        model.append([f'=DATEVALUE("{day}")', leads])
    letters = {str(cell.value): cell.column_letter for cell in sheet[KEY_ROW]}
    rows = {sheet.cell(row, 1).value: row for row in range(6, sheet.max_row + 1)}
    first, second = (letters[f"checkin.{day}"] for day in WEEKS)

    def put(column, identity, formula):
        sheet[f"{column}{rows[identity]}"] = formula

    put(first, "MKT-O1.KR1", "=Model!B2")
    put(first, "MKT-O2.KR1", '=IF(Model!B9="","",Model!B9)')
    put(first, "MKT-O2.KR4", "=8")
    put(second, "MKT-O2.KR4", "=NA()")
    # The document's own, with the sheet, the columns of the list and the week of this one.
    told = re.search(r"`(=SUMIFS[^`]*)`", (ROOT / "docs" / "formulas.md").read_text("utf-8"))[1]
    told = told.replace("Leads!C:C", "Model!B:B").replace("Leads!A:A", "Model!A:A")
    assert f"&{first}$" in told
    for column in (first, second):
        put(column, "MKT-O3.KR1", told.replace(f"&{first}$", f"&{column}$"))
    put(letters["okr.target"], "MKT-O3.KR1", "=Model!B1*2")
    book.save(path)
    return path


@pytest.mark.parametrize("suffix", [".xlsx", ".ods", ".xls"])
def test_what_a_program_stored_is_what_counts(fed, suffix, tmp_path, soffice):
    tracker = okr.read(libreoffice(fed, tmp_path, suffix))
    typed = tracker.check_ins
    numbers = zip(typed.id, typed.date.dt.strftime("%Y-%m-%d"), typed.value, strict=True)
    assert set(numbers) == {
        ("MKT-O1.KR1", "2027-01-08", 5),
        ("MKT-O2.KR4", "2027-01-08", 8),
        ("MKT-O3.KR1", "2027-01-08", 40),
        ("MKT-O3.KR1", "2027-01-15", 51),
    }
    assert tracker.key_results.set_index("id").target["MKT-O3.KR1"] == 80
    assert [problem.code for problem in tracker.problems] == ["error-cell"]


def test_what_no_program_has_calculated_is_named_and_is_no_zero(fed):
    tracker = okr.read(fed)
    assert len(tracker.check_ins) == 0
    named = [problem.code for problem in tracker.problems]
    assert named.count("not-calculated") == 7
