import csv
import math
import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okr_sheets.files.grid import Broken, Uncalculated
from okr_sheets.language import language, languages
from okr_sheets.quarters import Quarter
from okr_sheets.reading.cells import PARSERS, Ask, parse
from okr_sheets.reading.days import date_from_text
from okr_sheets.reading.numbers import readings
from okr_sheets.reports.phrases import day_text

settings.register_profile("unhurried", deadline=None)  # the first example loads the languages
settings.load_profile("unhurried")

DATA = Path(__file__).parent / "data"
ERRORS = """
    #DIV/0! #N/A #NAME? #NULL! #NUM! #REF! #VALUE! #SPILL! #CALC! #ERROR! #GETTING_DATA Loading...
    #SAYI/0! #YOK #AD? #BOŞ! #SAYI! #BAŞV! #DEĞER! #değer! Hata:502
    #ZÉRÓOSZTÓ! #HIÁNYZIK #NÉV? #NULLA! #SZÁM! #HIV! #ÉRTÉK! Hiba:502
    #JAKO/0! #PUUTTUU! #NIMI? #TYHJÄ! #LUKU! #VIITTAUS! #ARVO! Virhe:502
    #값! 오류:502 Err:502
""".split()


def table(name):
    """The rows of a truth table; an invisible letter stands in it as its code, such as \\u00a0."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    for row in rows:
        row["text"] = re.sub(r"\\u(\w{4})", lambda code: chr(int(code[1], 16)), row["text"])
    return rows


@pytest.mark.parametrize(
    "row", table("numbers.tsv"), ids=lambda row: f"{row['text']} {row['language']}"
)
def test_numbers_as_people_type_them(row):
    read = parse("number", row["text"], Ask(language(row["language"]), unit=row["unit"]))
    assert read.code == row["code"]
    assert read.given == row["text"]
    assert read.value == (float(row["value"]) if row["value"] else None)
    assert read.readings[1:] == ((float(row["other"]),) if row["other"] else ())


@pytest.mark.parametrize(
    "row", table("dates.tsv"), ids=lambda row: f"{row['text']} {row['language']}"
)
def test_dates_as_people_type_them(row):
    around = Quarter.holding(date.fromisoformat(row["around"])).span if row["around"] else None
    read = parse("date", row["text"], Ask(language(row["language"]), around=around))
    day = date.fromisoformat(row["date"]) if row["date"] else None
    assert read.value == day
    assert read.code in ({"date-as-text", "ambiguous-date"} if day else {"not-a-date"})


@pytest.mark.parametrize(
    ("raw", "form", "name"),
    [
        (2.0, "", "2"),
        (1.1, "", "1.1"),
        (1.1, "0.00", "1.10"),
        (2.0, "0.0", "2.0"),
        (12.0, "00000", "00012"),
        (1.1, '"KR"0.0', "KR1.1"),
        (3.0, '"O"0', "O3"),
        (1.5, "0.0#", "1.5"),
        (1.25, "0.0#", "1.25"),
        (1.0, "0.##", "1"),
        (1.15, "0.0", "1.2"),
        (1250.0, "#,##0", "1250"),
        (0.5, "0%", "0.5"),
        (2.0, "General", "2"),
        (1e300, "0.00", "1e+300"),
        (1.0, "0." + 28 * "0", "1"),
        (math.inf, "0.00", "inf"),
    ],
)
def test_an_id_that_is_a_number_is_read_as_its_cell_shows_it(raw, form, name):
    read = parse("id", raw, Ask(language("en"), format=form))
    assert (read.value, read.code, read.words) == (name, "number-id", {"value": name})


@pytest.mark.parametrize("text", ["1.10", "00012", "O1.KR2", "1,250", "½", "2027-02-12", "12 Feb"])
def test_an_id_that_is_text_stays_as_it_was_typed(text):
    read = parse("id", f" {text} ", Ask(language("fi"), format="0.00"))
    assert (read.value, read.code) == (text, "")


@pytest.mark.parametrize(
    ("raw", "given"),
    [
        (date(2027, 1, 3), "2027-01-03"),
        (datetime(2027, 1, 3), "2027-01-03"),
        (time(1, 2), "01:02:00"),
        (timedelta(hours=25), "1 day, 1:00:00"),
    ],
)
def test_an_id_that_became_a_date_is_named(raw, given):
    read = parse("id", raw, Ask(language("en")))
    assert (read.value, read.code, read.given) == (None, "date-id", given)


@pytest.mark.parametrize(
    ("code", "text", "is_silent"),
    [
        ("en", "1250", True),
        ("en", "-12.5", True),
        ("en", "0.125", True),
        ("fi", "12,5", True),
        ("tr", "1234,5", True),
        ("fi", "12.5", True),
        ("en", "12,5", True),
        ("en", "1,250.50", True),
        ("fi", "1 250,5", True),
        ("fi", "1\u00a0250,5", True),
        ("hu", "1\u202f250", True),
        ("th", "1\u2009250", True),
        ("en", "45%", True),
        ("en", "$5", True),
        ("en", "1e3", True),
        ("ko", "１２５０", True),
        ("en", "'50", True),
        ("en", "12 €", True),
        ("en", "12k", False),
        ("fi", "12 m", False),
        ("en", "1.250", False),
        ("tr", "1.250", False),
        ("en", "2x", False),
        ("en", "×2", False),
    ],
)
def test_in_a_text_file_a_number_of_one_reading_needs_no_word(code, text, is_silent):
    assert (parse("number", text, Ask(language(code), untyped=True)).code == "") == is_silent


@pytest.mark.parametrize("space", ["\u00a0", "\u202f", "\u2009", "\u2007", " "])
@pytest.mark.parametrize("code", languages())
def test_every_space_groups_digits_as_the_plain_one_does(space, code):
    for untyped in (True, False):
        read = parse("number", f"1{space}234{space}567", Ask(language(code), untyped=untyped))
        assert (read.value, read.readings) == (1_234_567, (1_234_567,))


@pytest.mark.parametrize(
    ("code", "typed", "value", "other"),
    [("en", "1.234", "1.2340", "1234"), ("en", "1,234", "1234", "1.2340"), ("tr", "1.234", "1234", "1,2340")],
)  # fmt: skip
def test_what_a_text_file_is_told_to_hold_instead_has_one_reading(code, typed, value, other):
    words = language(code)
    read = parse("number", typed, Ask(words, untyped=True))
    assert read.words == {"value": value, "other": other}
    assert [len(readings(said, words)) for said in (value, other)] == [1, 1]


@pytest.mark.parametrize(
    ("raw", "code"), [("46430", ""), ("46430.75", ""), ("46430,5", ""), ("４６４３０", "")]
)
def test_a_day_number_in_a_text_file_is_a_date(raw, code):
    ask = Ask(language("en"), around=Quarter(2027, 1).span)
    assert parse("date", raw, replace(ask, untyped=True)).value == date(2027, 2, 12)
    assert parse("date", raw, replace(ask, untyped=True)).code == code
    as_text = parse("date", raw, ask)  # in a workbook: formulas do not count it
    assert (as_text.value, as_text.code) == (date(2027, 2, 12), "date-as-text")


@pytest.mark.parametrize(
    "raw", ["4643", "464300", "12000", "99999", "46430.5.1", "-46430", "²6430"]
)
def test_a_number_far_from_our_days_is_no_date(raw):
    assert parse("date", raw, Ask(language("en"), untyped=True)).code == "not-a-date"


@pytest.mark.parametrize(
    ("raw", "form", "value", "code"),
    [
        (7.0, "", 7, ""),
        (0.7, "0%", 7, "percent-scale"),
        (1.0, "0%", 10, "percent-scale"),
        ("70 %", "", 7, "percent-scale"),
        ("%70", "", 7, "percent-scale"),
        (0.75, "0%", 7.5, "percent-scale"),
        (0.7, "", 0.7, ""),  # the check of confidences names it
        ("8/10", "", None, "bad-confidence"),
        ("high", "", None, "bad-confidence"),
    ],
)
def test_a_confidence_in_percents_is_a_share_of_ten(raw, form, value, code):
    read = parse("confidence", raw, Ask(language("en"), format=form))
    assert (read.value, read.code) == (value, code)


@pytest.mark.parametrize(
    ("raw", "whole", "value", "code"),
    [
        ("60 %", 5, 3, "percent-scale"),
        ("60 %", 1, 0.6, "number-as-text"),
        ("3 of 5", 5, 3, "number-as-text"),
        ("3/5", 5, 3, "number-as-text"),
        ("3 จาก 5", 5, 3, "number-as-text"),
        ("3 out of 5", 1, 0.6, "number-as-text"),
        ("3/4", 5, None, "not-a-number"),
        ("3/0", 1, None, "not-a-number"),
        ("Yes", 5, 5, "number-as-text"),  # the workbook counts no words among steps
        ("No", 5, 0, "number-as-text"),
        (True, 5, 5, "other-word"),
        (3.0, 5, 3, ""),
        (60.0, 100, 60, ""),
    ],
)
def test_what_is_achieved_in_steps_is_read_as_steps(raw, whole, value, code):
    read = parse("attainment", raw, Ask(language("en"), whole=whole))
    assert (read.value, read.code) == (value, code)


def test_what_is_ambiguous_in_a_text_file_is_named_with_both_readings():
    read = parse("number", "1.250", Ask(language("tr"), untyped=True))
    assert (read.value, read.code) == (1250.0, "ambiguous-number")
    assert read.words == {"value": "1250", "other": "1,25"}


@pytest.mark.parametrize(("code", "value"), [("en", "1250.5"), ("tr", "1250,5"), ("fi", "1250,5")])
def test_a_message_gives_a_number_as_its_language_writes_it(code, value):
    assert parse("number", "1250.5 $", Ask(language(code))).words == {"value": value}


@pytest.mark.parametrize(
    ("form", "percent"),
    [("0%", "24%"), ("0.0%;-0.0%", "24%"), ('0"%"', ""), (r"0\%", ""), ("", "")],
)
def test_a_number_is_one_of_percents_where_its_format_multiplies_it(form, percent):
    read = parse("number", 0.24, Ask(language("en"), format=form))
    assert (read.value, read.percent, read.code) == (0.24, percent, "")


@pytest.mark.parametrize(
    ("around", "day"),
    [
        (None, date(2023, 2, 11)),
        (Quarter(2023, 1).span, date(2023, 2, 11)),
        (Quarter(2027, 1).span, date(2027, 2, 12)),
    ],
)
def test_a_day_number_of_an_old_mac_is_told_by_the_quarter(around, day):
    assert parse("date", 44_968.0, Ask(language("en"), around=around)).value == day


def test_a_date_that_may_be_two_days_of_the_quarter_is_named_with_both():
    ask = Ask(language("en"), around=Quarter(2027, 1).span)
    read = parse("date", "2/3/2027", ask)
    assert (read.value, read.code) == (date(2027, 2, 3), "ambiguous-date")
    assert read.words == {"value": "2027-02-03", "other": "2027-03-02"}
    assert parse("date", "2/12/2027", ask).code == "date-as-text"  # December is not in the quarter


@pytest.mark.parametrize("text", ERRORS)
@pytest.mark.parametrize("kind", PARSERS)
def test_an_error_that_became_text_is_still_an_error(kind, text):
    read = parse(kind, f"{text} ", Ask(language("en"), choices="state"))
    assert (read.value, read.code, read.given) == (None, "error-cell", text)


@pytest.mark.parametrize("text", ["#WIN!", "#1 in search", "# of leads", "Errors: 502", "Loading"])
def test_a_title_that_only_looks_like_an_error_stays(text):
    assert parse("text", text, Ask(language("en"))).value == text


@pytest.mark.parametrize("code", languages())
def test_every_word_for_yes_and_no_is_read_in_every_language(code):
    for reader in map(language, languages()):
        for key, value in (("yes", 1.0), ("no", 0.0)):
            for word in language(code).spellings(f"choices.yes_no.{key}"):
                read = parse("attainment", word.upper(), Ask(reader))
                assert (read.value, read.code) in {(value, ""), (value, "other-word")}, word


@pytest.mark.parametrize(
    ("raw", "value", "code"),
    [
        ("yes", 1.0, ""),
        ("Yes ", 1.0, ""),
        ("Evet", 1.0, "other-word"),
        ("아니요", 0.0, "other-word"),
        ("✓", 1.0, "other-word"),
        ("✔️", 1.0, "other-word"),
        ("☑︎", 1.0, "other-word"),
        ("☐", 0.0, "other-word"),
        ("✗", 0.0, "other-word"),
        ("Done", 1.0, "other-word"),
        ("not yet", 0.0, "other-word"),
        (True, 1.0, "other-word"),
        (False, 0.0, "other-word"),
        (0.6, 0.6, ""),
        ("60%", 0.6, "number-as-text"),
        ("x", None, "not-a-number"),
        ("maybe", None, "not-a-number"),
        ("-", None, ""),
    ],
)
def test_yes_and_no_are_attainments_and_numbers_are_too(raw, value, code):
    read = parse("attainment", raw, Ask(language("en")))
    assert (read.value, read.code) == (value, code)


@pytest.mark.parametrize(
    ("kind", "raw", "value", "code"),
    [
        ("number", None, None, ""),
        ("number", 12.5, 12.5, ""),
        ("number", " ", None, ""),
        ("number", "-", None, ""),
        ("number", "–", None, ""),
        ("text", "-", "-", ""),
        ("number", Broken("#DIV/0!"), None, "error-cell"),
        ("number", Uncalculated(), None, "not-calculated"),
        ("number", True, None, "boolean-number"),
        ("number", date(2027, 4, 5), None, "date-number"),
        ("number", datetime(2027, 4, 5, 12), None, "date-number"),
        ("number", time(1, 30), None, "date-number"),
        ("number", timedelta(hours=30), None, "date-number"),
        ("number", math.inf, None, "extreme-number"),
        ("number", math.nan, None, "not-a-number"),
        ("percent", "45 %", 0.45, "number-as-text"),
        ("date", datetime(2027, 2, 12, 9), date(2027, 2, 12), ""),
        ("date", 46430.0, date(2027, 2, 12), ""),
        ("date", 46430.75, date(2027, 2, 12), ""),
        ("date", 12.0, None, "not-a-date"),
        ("date", True, None, "not-a-date"),
        ("date", math.inf, None, "not-a-date"),
        ("date", time(9), None, "not-a-date"),
        ("text", 3.0, "3", ""),
        ("text", math.inf, "inf", ""),
        ("choice", "hayır", None, "not-a-choice"),
        ("choice", "Postponed", "postponed", ""),
        ("choice", "On hold", "postponed", "other-word"),
    ],
)
def test_what_one_cell_says(kind, raw, value, code):
    read = parse(kind, raw, Ask(language("en"), choices="state"))
    assert (read.value, read.code) == (value, code)


@pytest.mark.parametrize("text", ["2027-02-12", "12.2.2027", "12. helmikuuta 2027"])
def test_a_date_of_one_reading_in_a_text_file_needs_no_word(text):
    read = parse("date", text, Ask(language("fi"), untyped=True))
    assert (read.value, read.code) == (date(2027, 2, 12), "")


@pytest.mark.parametrize("text", ["½", "12.2.", "12 Feb"])
def test_a_date_that_leaves_its_year_out_is_said_in_a_text_file_too(text):
    ask = Ask(language("en"), around=Quarter(2027, 1).span, untyped=True)
    assert parse("date", text, ask).code in {"date-as-text", "ambiguous-date"}


@pytest.mark.parametrize(("unit", "value", "code"), [("", 12e6, "ambiguous-number"), ("m", 12, "")])
def test_a_magnitude_in_a_text_file_is_said_unless_it_is_the_unit(unit, value, code):
    read = parse("number", "12 m", Ask(language("en"), unit=unit, untyped=True))
    assert (read.value, read.code) == (value, code)
    assert read.words == ({"value": "12000000", "other": "12"} if code else {})


@pytest.mark.parametrize("code", languages())
def test_a_word_in_a_text_file_needs_no_other_one(code):
    ask = Ask(language(code), "type", untyped=True)
    assert (parse("choice", "Up", ask).value, parse("choice", "Up", ask).code) == ("increase", "")
    assert (parse("attainment", "✓", ask).value, parse("attainment", "✓", ask).code) == (1, "")


numbers = st.floats(-1e15, 1e15)
codes = st.sampled_from(languages())


@given(numbers, codes)
def test_a_number_as_programs_write_it_is_read_to_the_last_digit_or_named_ambiguous(value, code):
    assert value in readings(repr(value), language(code))


@given(numbers, codes)
def test_a_number_as_its_language_writes_it_is_read_so_first(value, code):
    words = language(code)
    first, *others = readings(words.number(value), words)
    # The signs of one language changed for another's: the digits stay.
    assert first == float(f"{value:.0f}" if abs(value) >= 1e5 or value == round(value) else f"{value:.6g}")  # fmt: skip
    assert len(others) <= 1


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)), codes)
def test_a_date_as_its_language_writes_it_is_read(day, code):
    words = language(code)
    text = day_text(day, words)
    assert date_from_text(text, words) == day
    assert date_from_text(day.isoformat(), words) == day


@given(st.text(), codes, st.text(max_size=5), st.booleans())
def test_no_text_raises(text, code, unit, untyped):
    ask = Ask(language(code), "state", unit=unit, around=Quarter(2027, 1).span, untyped=untyped)
    for kind in PARSERS:
        assert parse(kind, text, ask).given in {"", text.strip()}


@given(st.text("0123456789.,-/ :'%()eE+kM$€½²٣년월일", max_size=90), codes)
def test_nothing_that_is_nearly_a_number_or_a_date_raises(text, code):
    ask = Ask(language(code), unit="kg", around=Quarter(2027, 1).span)
    for kind in ("number", "date", "attainment"):
        value = parse(kind, text, ask).value
        assert value is None or isinstance(value, date) or math.isfinite(value)


@given(st.floats(), st.text('0#."%;,aKR', max_size=12))
def test_no_number_and_no_format_makes_an_id_raise(value, form):
    assert parse("id", value, Ask(language("en"), format=form)).code == "number-id"
