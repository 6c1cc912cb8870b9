from datetime import date

import pytest

from okr_sheets.language import language
from okr_sheets.reading.cells import Ask, date_from_text, number_from_text, parse


@pytest.mark.parametrize(
    ("text", "code", "number"),
    [
        ("1250", "en", 1250),
        ("1,250.50", "en", 1250.5),
        ("1.250,50", "hu", 1250.5),
        ("1 250,5", "fi", 1250.5),
        ("1\u202f250,5", "fi", 1250.5),
        ("1\u00a0250", "hu", 1250),
        ("1,250", "en", 1250),
        ("1,250", "tr", 1.25),
        ("1.250", "tr", 1250),
        ("1.250", "en", 1.25),
        ("0,7", "en", 0.7),
        ("12,5", "fi", 12.5),
        ("1.234.567", "tr", 1234567),
        ("45 %", "en", 0.45),
        ("%45", "tr", 0.45),
        ("$1.2M", "en", 1_200_000),
        ("€ 3,5", "fi", 3.5),
        ("12k", "en", 12_000),
        ("3억", "ko", 300_000_000),
        ("๑๒๓", "th", 123),
        ("１２３．５", "ko", 123.5),
        ("−5", "en", -5),
        ("(5)", "en", -5),
        ("+3", "en", 3),
        ("nil", "en", None),
        ("3 of 5", "en", None),
        ("12-15", "en", None),
        ("1,25,0", "en", None),
        ("", "en", None),
    ],
)
def test_numbers_as_people_type_them(text, code, number):
    read = number_from_text(text, language(code))
    assert read == (None if number is None else pytest.approx(number, rel=1e-12))


@pytest.mark.parametrize(
    ("text", "code", "day"),
    [
        ("2027-02-12", "en", date(2027, 2, 12)),
        ("12.02.2027", "tr", date(2027, 2, 12)),
        ("2/12/2027", "en", date(2027, 2, 12)),
        ("12/2/2570", "th", date(2027, 2, 12)),
        ("2027. 2. 12.", "ko", date(2027, 2, 12)),
        ("2027년 2월 12일", "ko", date(2027, 2, 12)),
        ("2027. 02. 12.", "hu", date(2027, 2, 12)),
        ("12.2.2027", "fi", date(2027, 2, 12)),
        ("12 Feb 2027", "en", date(2027, 2, 12)),
        ("12 February 2027", "en", date(2027, 2, 12)),
        ("31.02.2027", "tr", None),
        ("soon", "en", None),
        ("Q1", "en", None),
    ],
)
def test_dates_as_people_type_them(text, code, day):
    assert date_from_text(text, language(code)) == day


@pytest.mark.parametrize(
    ("kind", "raw", "value", "code"),
    [
        ("id", 2.0, "2", ""),
        ("id", "1.10", "1.10", ""),
        ("id", " 00012 ", "00012", ""),
        ("number", "-", None, ""),
        ("number", "#DIV/0!", None, "error-cell"),
        ("number", True, None, "boolean-number"),
        ("number", date(2027, 4, 5), None, "date-number"),
        ("number", float("inf"), None, "not-a-number"),
        ("attainment", "yes", 1.0, ""),
        ("attainment", "Evet", 1.0, "other-word"),
        ("attainment", "아니요", 0.0, "other-word"),
        ("attainment", True, 1.0, "other-word"),
        ("attainment", 0.6, 0.6, ""),
        ("date", 46430.0, date(2027, 2, 12), ""),
        ("date", 12.0, None, "not-a-date"),
        ("text", 3.0, "3", ""),
    ],
)
def test_what_one_cell_says(kind, raw, value, code):
    read = parse(kind, raw, Ask(language("en")))
    assert (read.value, read.code) == (value, code)
