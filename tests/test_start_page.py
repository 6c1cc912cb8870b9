"""The first sheet and the input messages teach what `check` asks for, in every language."""

import warnings
from datetime import date
from math import nan

import pytest
from openpyxl import load_workbook

import okr_sheets as okr
from okr_sheets.coaching.texts import Text
from okr_sheets.coaching.wording import hits
from okr_sheets.coaching.written import Written
from okr_sheets.drawing.colours import STATUS_COLOURS
from okr_sheets.language import language, languages

SCREEN = 1440 - 40  # a laptop's width, less the row numbers and the scroll bar
COUNTS = {"good_objective": 6, "bad_objective": 2, "good_key_result": 5, "bad_key_result": 5}
SIGNS = {"good": ("✓", "on-track"), "bad": ("✗", "off-track")}
COACHED = ("title", "type", "baseline", "target", "unit", "owner", "definition")


@pytest.fixture(scope="module", params=languages())
def made(request, tmp_path_factory):
    """The words of a language, and a tracker in it."""
    path = tmp_path_factory.mktemp("start") / "tracker.xlsx"
    okr.write(okr.new("sales", quarter="2027-Q1", language=request.param), path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return language(request.param), load_workbook(path)


def examples(words):
    """Kind, text and reason of each example."""
    for kind, count in COUNTS.items():
        for number in range(1, count + 1):
            yield kind, *words.lines(f"start.{kind}_{number}")


def rules_of(text, code, is_objective):
    """The rules of wording that a text breaks, by itself."""
    parsed = Text(text, code, is_objective)
    unit = "%" if parsed.percents else "pieces"
    row = Written(parsed, "", nan, nan, unit, "", date(2027, 3, 31))
    return {code for code, _ in hits(row)} - {"kr-no-definition"}


@pytest.mark.parametrize("code", languages())
def test_good_examples_break_no_rule_and_bad_ones_do(code):
    words = language(code)
    for kind, text, _ in examples(words):
        broken = rules_of(text, code, kind.endswith("objective"))
        assert bool(broken) == kind.startswith("bad"), (text, broken)


@pytest.mark.parametrize("code", languages())
def test_the_last_letter_of_smart_leaves_nothing_to_mend(code):
    *_, first = language(code).lines("start.smart_s")
    *_, last = language(code).lines("start.smart_t")
    assert rules_of(first, code, is_objective=False) == {"kr-no-number"}
    assert rules_of(last, code, is_objective=False) == set()


def test_each_example_stands_with_its_sign_its_colour_and_its_reason(made):
    words, book = made
    cells = {cell.value: cell for row in book.worksheets[0].iter_rows() for cell in row}
    for kind, text, reason in examples(words):
        cell = cells[text]
        sign, status = SIGNS[kind.partition("_")[0]]
        assert cell.offset(0, -1).value == sign
        assert cell.offset(0, 1).value == reason
        assert cell.fill.fgColor.rgb[2:] == STATUS_COLOURS[status][0][1:]
    for letter in "smart":
        sign, name, text, example = words.lines(f"start.smart_{letter}")
        row = [cell.value for cell in book.worksheets[0][cells[example].row] if cell.value]
        assert row == [sign, name, text, sign, example]


def test_its_links_lead_to_sheets_of_the_tracker(made):
    _, book = made
    links = [cell.hyperlink for row in book.worksheets[0].iter_rows() for cell in row]
    places = [link.location for link in links if link]
    assert len(places) == 4  # that of the weekly step stands on its name, beside a formula's
    assert {place.rpartition("!")[0].strip("'") for place in places} < set(book.sheetnames)


def test_it_is_no_wider_than_a_screen(made):
    _, book = made
    columns = book.worksheets[0].column_dimensions.values()
    assert sum(each.width * 7 + 5 for each in columns if not each.hidden) <= SCREEN


def test_cells_say_what_makes_a_good_one_before_anything_is_typed(made):
    words, book = made
    sheet = book[words("sheets.okrs")]
    keys = next(row for row in sheet.iter_rows(max_row=6) if row[0].value == "okr.id")
    letters = {cell.value: cell.column_letter for cell in keys}
    for key in COACHED:
        rules = [
            rule
            for rule in sheet.data_validations.dataValidation
            if f"{letters[f'okr.{key}']}30" in rule.sqref
        ]
        assert [(rule.promptTitle, rule.prompt) for rule in rules] == [words.lines(f"inputs.{key}")]
