"""The tracker as people and their programs see it."""

import re
import subprocess
import warnings
import zipfile
from xml.etree import ElementTree as ET

import pytest
from calculators import edited, libreoffice
from conftest import needs
from openpyxl import load_workbook
from xlsxwriter.worksheet import Worksheet, re_dynamic_function

import okr_sheets as okr
from okr_sheets.language import language, languages
from okr_sheets.schema import ACTIONS, CLOSE, LOG, OKRS

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture(scope="module")
def tracker(tmp_path_factory):
    return okr.write(
        okr.new("b2b-saas-marketing", quarter="2027-Q1"),
        tmp_path_factory.mktemp("tracker") / "tracker.xlsx",
    )


@pytest.fixture(scope="module")
def book(tracker):
    return opened(tracker)


def opened(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return load_workbook(path)


def tables(path):
    """Each table part: its name, and its columns with their calculated-column formulas."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/tables/"):
                part = ET.fromstring(archive.read(name))
                yield (
                    part.get("name"),
                    {
                        column.get("name"): column.findtext(f"{MAIN}calculatedColumnFormula")
                        for column in part.iter(f"{MAIN}tableColumn")
                    },
                )


def columns(sheet):
    """Column letters by machine key, from the hidden row above the header."""
    row = next(row for row in sheet.iter_rows(max_row=6) if row[0].value == "okr.id")
    return {cell.value: cell.column_letter for cell in row}


def test_every_computed_column_fills_itself_in_new_rows(tracker):
    words = language("en")
    found = dict(tables(tracker))
    for name, sheet in (
        ("tblOKRs", OKRS),
        ("tblActions", ACTIONS),
        ("tblLog", LOG),
        ("tblClose", CLOSE),
    ):
        for column in sheet.columns:
            formula = found[name][words(f"{sheet.key}.{column.key}")]
            computed = column.computed and column.key != "trend"  # a sparkline is no formula
            assert bool(formula) == computed, (name, column.key)
    helpers = [
        formula for name, formula in found["tblOKRs"].items() if name.startswith("calc 2027")
    ]
    assert len(helpers) == 13
    assert all(helpers)


def test_spare_rows_carry_the_formulas_written_out(book):
    sheet = book["OKRs"]
    letters = columns(sheet)
    rows = range(6, sheet.max_row + 1)
    spare = [row for row in rows if not sheet[f"{letters['okr.title']}{row}"].value]
    assert len(spare) >= 20
    for row in (rows[0], spare[0], spare[-1]):
        for column in OKRS.computed:
            cell = sheet[f"{letters[f'okr.{column.key}']}{row}"]
            if column.key != "trend":
                assert str(cell.value).startswith("="), cell.coordinate
                # Text that a renamed header, or a program without tables, would break.
                assert "[" not in cell.value


@pytest.mark.parametrize("code", languages())
def test_no_formula_is_one_that_xlsxwriter_would_have_to_change(code, tmp_path):
    # It renames what came after Excel 2007, and our sheets pass its search by.
    path = okr.write(okr.new("sales", quarter="2027-Q1", language=code), tmp_path / "t.xlsx")
    book = opened(path)
    formulas = {
        re.sub(r"\d+", "1", cell.value.removeprefix("="))  # one for all rows
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }
    assert len(formulas) > 100
    for formula in formulas:
        assert re_dynamic_function.search(formula) is None, formula
        assert Worksheet()._prepare_formula(formula, expand_future_functions=True) == formula


def test_computed_cells_refuse_typing_and_say_why(book):
    sheet = book["OKRs"]
    letters = columns(sheet)
    rules = sheet.data_validations.dataValidation
    for column in OKRS.columns:
        if column.stage == "computed":
            place = f"{letters[f'okr.{column.key}']}6"
            (rule,) = [rule for rule in rules if place in rule.sqref]
            assert (rule.type, rule.formula1, rule.errorStyle) == ("custom", "FALSE", None)
            assert "Type this week's number" in rule.error


@pytest.mark.parametrize("code", languages())
def test_every_choice_is_offered_in_the_workbooks_words(code, tmp_path):
    words = language(code)
    path = okr.write(okr.new("sales", quarter="2027-Q1", language=code), tmp_path / "t.xlsx")
    sheet = opened(path)[words("sheets.okrs")]
    letters = columns(sheet)
    for column in OKRS.typed:
        if column.kind == "choice":
            place = f"{letters[f'okr.{column.key}']}30"
            (rule,) = [r for r in sheet.data_validations.dataValidation if place in r.sqref]
            offered = rule.formula1.strip('"').split(",")
            assert offered == list(words.choices(column.key).values())


def test_a_default_tracker_is_small(tracker):
    assert tracker.stat().st_size < 150_000


def test_protection_is_only_for_who_asks_and_has_no_password(tmp_path, tracker):
    assert not any(sheet.protection.sheet for sheet in opened(tracker))
    path = okr.write(okr.new("sales", quarter="2027-Q1"), tmp_path / "t.xlsx", protect=True)
    sheets = {sheet.title: sheet for sheet in opened(path)}
    locked = {name for name, sheet in sheets.items() if sheet.protection.sheet}
    assert locked == {"Start here", "OKRs", "Dashboard", "Lists", "Calc"}
    assert all(sheet.protection.password is None for sheet in sheets.values())
    sheet = sheets["OKRs"]
    letters = columns(sheet)
    for column in OKRS.columns:
        cell = sheet[f"{letters[f'okr.{column.key}']}8"]
        assert cell.protection.locked == column.computed, column.key


@pytest.mark.parametrize("code", languages())
def test_every_sheet_prints_in_full(code, tmp_path, soffice):
    pdftotext = needs("pdftotext")
    path = okr.write(okr.new(quarter="2027-Q1", language=code), tmp_path / f"{code}.xlsx")
    pdf = libreoffice(path, tmp_path, ".pdf")
    text = subprocess.run(
        [pdftotext, "-layout", pdf, "-"], check=True, capture_output=True, text=True
    ).stdout
    pages = text.split("\f")[:-1]
    assert "###" not in text
    assert "#REF!" not in text
    assert len(pages) <= 11  # the actions and the blank rows below them take two
    # Below each page, with or without the spaces: from ten pages on, the PDF's text has them.
    feet = [re.sub(r"\s", "", page.rstrip().split("\n")[-1]) for page in pages]
    for number, foot in enumerate(feet, 1):
        assert f".xlsx{number}/{len(pages)}" in foot


LONG = "Shorten the time from first contact to signed contract by half in all regions "
LONG += "and for all customers, whatever they buy, THE-END"


@pytest.mark.parametrize("blank", [True, False])
def test_what_is_typed_in_blank_rows_later_is_seen_and_printed_in_full(blank, tmp_path, soffice):
    pdftotext = needs("pdftotext")
    path = okr.write(okr.new(blank=blank, quarter="2027-Q1"), tmp_path / "t.xlsx")
    book = opened(path)
    places = {}
    for name, column in {"OKRs": "B", "Actions": "B", "Log": "D", "Close": "G"}.items():
        sheet = book[name]
        rows = range(5 + (name == "OKRs"), sheet.max_row + 1)
        key = "A" if name == "Close" else column
        first = next(row for row in rows if not sheet[f"{key}{row}"].value)
        # Of the OKRs, whose plan is to stand on one page, not all blank rows are printed.
        last = first + 5 if name == "OKRs" else rows[-1] + 2  # below the table
        places |= dict.fromkeys([(name, f"{column}{row}") for row in (first, last)])
    edits = [[name, "put", cell, LONG] for name, cell in places]
    saved, pdf = edited(path, tmp_path, edits, ".xlsx", ".pdf")
    after = opened(saved)
    for name, cell in places:
        row = after[name][cell].row
        if cell != f"{cell[0]}{book[name].max_row + 2}":  # which has no format yet
            assert after[name].row_dimensions[row].height > 22, (name, cell)
    text = subprocess.run([pdftotext, "-layout", pdf, "-"], check=True, capture_output=True).stdout
    pages = text.decode().split("\f")[:-1]
    for name in ("OKRs", "Actions", "Log", "Close"):
        printed = "".join(page for page in pages if page.rstrip().endswith(f" {name}"))
        assert printed.count("THE-END") >= (4 if name == "OKRs" else 2), name
    assert sum(page.rstrip().endswith(" OKRs") for page in pages) == 2
