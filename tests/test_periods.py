"""What headers of numbers say: days, ranges of days and weeks, in six languages."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

import okr_sheets as okr
from okr_sheets.language import language, languages
from okr_sheets.quarters import Quarter, Span, check_in_dates
from okr_sheets.reading.days import usual_order
from okr_sheets.reading.periods import last_days, names_days

FIRST = Quarter(2027, 1).span


def read(text, code="en", span=FIRST):
    return last_days({1: text}, language(code), span).get(1)


def headed(path, quarter, headers):
    """A CSV file with one key result and a number under each header."""
    numbers = ";".join(str(10 + number) for number, _ in enumerate(headers))
    blank = ";" * (len(headers) - 1)
    label = f"Quarter;{quarter};;;;{blank}\n" if quarter else ""
    path.write_text(
        f"{label}ID;Title;Type;Baseline;Target;{';'.join(headers)}\n"
        f"O1;Goal;Objective;;;{blank}\nO1.KR1;Leads;Increase;0;100;{numbers}\n",
        "utf-8",
    )
    return okr.read(path)


@pytest.mark.parametrize(
    ("code", "text", "day"),
    [
        ("en", "Jan 4-8", "01-08"),
        ("en", "11-15 Jan", "01-15"),
        ("en", "Jan 11 - Jan 15", "01-15"),
        ("en", "28 Dec - 1 Jan", "01-01"),
        ("en", "28 Dec 2026 – 1 Jan 2027", "01-01"),
        ("en", "Jan 4–8, 2027", "01-08"),
        ("en", "4 to 8 January", "01-08"),
        ("en", "January 4th – 8th", "01-08"),
        ("en", "Feb 15th-19th", "02-19"),
        ("en", "11th-15th Jan", "01-15"),
        ("en", "Jan 4th-8th, 2027", "01-08"),
        ("en", "Jan 28th-Feb 1st", "02-01"),
        ("en", "1/4-1/8", "01-08"),
        ("en", "2027-01-04 – 2027-01-08", "01-08"),
        ("en", "2027-01-04/2027-01-08", "01-08"),
        ("tr", "4-8 Ocak", "01-08"),
        ("tr", "4 Ocak – 8 Ocak 2027", "01-08"),
        ("tr", "04-08.01", "01-08"),
        ("tr", "4 ila 8 Ocak", "01-08"),
        ("tr", "4 günü-8 günü Ocak", "01-08"),
        ("th", "11-15 ม.ค.", "01-15"),
        ("th", "11 ถึง 15 ม.ค. 2570", "01-15"),
        ("th", "วันที่ 11-วันที่ 15 ม.ค. 2570", "01-15"),
        ("ko", "1월 4일~8일", "01-08"),
        ("ko", "1월 4일-8일", "01-08"),
        ("ko", "2027년 1월 4일 ~ 1월 8일", "01-08"),
        ("ko", "1.4~1.8", "01-08"),
        ("hu", "jan. 4–8.", "01-08"),
        ("hu", "2027. jan. 4–8.", "01-08"),
        ("hu", "01.04–01.08.", "01-08"),
        ("hu", "január 4-én–8-án", "01-08"),
        ("hu", "január 4-8-án", "01-08"),
        ("hu", "jan. 4.-8.", "01-08"),
        ("hu", "január 11-től 15-éig", "01-15"),
        ("fi", "4.–8.1.", "01-08"),
        ("fi", "4.1.-8.1.", "01-08"),
        ("fi", "4.–8. tammikuuta", "01-08"),
        ("fi", "4. päivä-8. päivä tammikuuta", "01-08"),
    ],
)
def test_a_range_stands_for_its_last_day_in_the_year_of_the_quarter(code, text, day):
    assert read(text, code) == date.fromisoformat(f"2027-{day}")


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("sign", ["-", "–", " - ", " – ", "~"])
def test_a_range_in_the_months_of_each_language(code, sign):
    words = language(code)
    if code == "ko":
        text = f"2월 8일{sign}12일"
    elif code == "hu":
        text = f"{words.lines('formats.months')[1]} 8{sign}12."
    else:
        text = f"8{sign}12 {words.lines('formats.months')[1]}"
    assert read(text, code) == date(2027, 2, 12)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("8-Jan", date(2027, 1, 8)),
        ("Jan-8", date(2027, 1, 8)),
        ("8-Jan-27", date(2027, 1, 8)),
        ("8 Jan-27", date(2027, 1, 8)),
        ("15-01-2027", date(2027, 1, 15)),
        ("2027-01-08", date(2027, 1, 8)),
    ],
)
def test_a_hyphen_within_a_date_makes_no_range(text, day):
    assert read(text) == day


@pytest.mark.parametrize(
    "text", ["Jan 8-4", "1 Jan - 31 Mar", "4–8", "13/13–14/13", "W60", "Feb 31"]
)
def test_days_that_nobody_can_tell_are_none_and_are_named(tmp_path, text):
    assert read(text) is None
    assert names_days(text, language("en"), FIRST)
    tracker = headed(tmp_path / "t.csv", "2027-Q1", [text, "2027-01-15"])
    assert [(p.cell, p.code) for p in tracker.problems] == [("F2", "undated-column")]
    assert tracker.check_in_dates == (date(2027, 1, 15),)


@pytest.mark.parametrize("text", ["5-11 leads", "2 weeks ago", "Q1-Q2", "Effort 3", "2026 actual"])
def test_other_words_name_no_days(text):
    assert read(text) is None
    assert not names_days(text, language("en"), FIRST)


SIGNS = st.text("0123456789.,-–~/ :()wW년월일주차ถึงม.ค. jan to hét", max_size=90)


@given(SIGNS | st.text(), st.sampled_from(languages()), st.sampled_from([FIRST, None]))
def test_no_header_raises_and_a_day_that_is_told_is_of_these_years(text, code, span):
    day = read(text, code, span)
    assert day is None or 1990 <= day.year <= 2100
    assert names_days(text, language(code), span) or day is None


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "2027-W02"),
        ("en", "2027W2"),
        ("en", "W2"),
        ("en", "W02 2027"),
        ("en", "Week 2"),
        ("en", "week #2"),
        ("en", "wk 2"),
        ("en", "CW2"),
        ("en", "W2 (11-15 Jan)"),
        ("tr", "2. hafta"),
        ("tr", "Hafta 2"),
        ("th", "สัปดาห์ที่ 2"),
        ("th", "สัปดาห์ที่ ๒"),
        ("th", "2570-W02"),
        ("ko", "2주차"),
        ("ko", "2주"),
        ("hu", "2. hét"),
        ("hu", "2. HET"),
        ("fi", "Viikko 2"),
        ("fi", "vko 2/2027"),
        ("fi", "Vk 2: 11.–15.1."),
    ],
)
def test_a_week_stands_for_the_day_of_its_check_in(code, text):
    assert read(text, code) == date(2027, 1, 15)


@pytest.mark.parametrize("number", range(1, 5))
@pytest.mark.parametrize("year", range(2024, 2033))
def test_all_weeks_of_a_quarter_are_its_check_in_dates(year, number):
    span = Quarter(year, number).span
    dates = check_in_dates(span.start, span.end, "weekly")
    own = {n: f"W{n}" for n in range(1, 14)}
    assert last_days(own, language("en"), span) == dict(enumerate(dates, 1))
    # Weeks of the calendar, as Python numbers them; the last one may reach out of the quarter.
    labels = {n: "{}-W{:02}".format(*day.isocalendar()) for n, day in enumerate(dates[:-1], 1)}
    assert last_days(labels, language("en"), span) == dict(enumerate(dates[:-1], 1))
    year_, week, _ = dates[-1].isocalendar()
    friday = date.fromisocalendar(year_, week, 5)
    assert read(f"{year_}-W{week:02}", span=span) == min(friday, span.end)


@pytest.mark.parametrize(
    ("quarter", "headers", "days"),
    [
        ("2027-Q2", ["W1", "W2", "W13"], ["04-09", "04-16", "06-30"]),
        ("2027-Q2", ["W14", "W15", "W26"], ["04-09", "04-16", "06-30"]),
        ("2027-Q2", ["W13", "W14"], ["04-02", "04-09"]),
        ("2027-Q4", ["Week 40", "Week 52"], ["10-08", "12-31"]),
        ("2025-Q1", ["W1", "W2"], ["01-10", "01-17"]),
        ("2027-Q2", ["2027-W15", "2 wk"], ["04-16"]),
    ],
)
def test_the_numbers_of_a_row_tell_whose_weeks_they_are(tmp_path, quarter, headers, days):
    tracker = headed(tmp_path / "t.csv", quarter, headers)
    shown = [str(day)[5:] for day in tracker.check_in_dates]
    assert shown[: len(days)] == days


def test_a_week_that_may_be_the_quarters_or_the_years_is_named(tmp_path):
    tracker = headed(tmp_path / "t.csv", "2027-Q2", ["2027-04-09", "W13"])
    assert [(p.cell, p.code) for p in tracker.problems] == [("G2", "undated-column")]
    beyond = headed(tmp_path / "b.csv", "2027-Q1", ["W1", "W13", "W14"])
    assert [(p.cell, p.code) for p in beyond.problems] == [("H2", "undated-column")]
    assert beyond.check_in_dates == (date(2027, 1, 8), date(2027, 3, 31))


def test_weeks_with_their_year_tell_a_quarter_that_nobody_named(tmp_path):
    tracker = headed(tmp_path / "t.csv", "", ["2027-W01", "2027-W02", "2027-W13"])
    assert tracker.about.quarter == "2027-Q1"
    assert tracker.check_in_dates == (date(2027, 1, 8), date(2027, 1, 15), date(2027, 3, 31))


def test_weeks_of_days_of_ones_own_end_with_them():
    own = Span(date(2026, 12, 28), date(2027, 3, 28))
    assert read("W13", span=own) == date(2027, 3, 28)
    longer = Span(date(2027, 1, 1), date(2027, 4, 30))
    assert read("W17", span=longer) == date(2027, 4, 30)


@pytest.mark.parametrize(
    ("texts", "real", "around", "order"),
    [
        (["1/8/2027"], [date(2027, 1, 15)], None, "mdy"),
        (["1/8/2027"], [date(2027, 7, 23), date(2027, 7, 30)], None, "dmy"),
        (["2/3/2027"], [date(2027, 1, 6), date(2027, 3, 31)], Quarter(2027, 1).span, "mdy"),
        (["2/3/2027"], [date(2027, 1, 5), date(2027, 3, 30)], Quarter(2027, 1).span, "dmy"),
        (["1/8/2027", "2027-01-15"], [], None, "mdy"),
    ],
)
def test_real_dates_beside_texts_tell_their_order(texts, real, around, order):
    assert usual_order(texts, language("en"), around, real) == order


@pytest.mark.parametrize("first", [date(2027, 1, 15), date(2027, 7, 30)])
def test_real_dates_in_a_row_or_column_tell_the_order_of_the_texts_there(tmp_path, first):
    book = Workbook()
    sheet = book.active
    later = [first + timedelta(weeks=n) for n in range(3)]
    sheet.append(["ID", "Title", "Type", "Baseline", "Target", "Due", "1/8/2027", *later])
    sheet.append(["O1", "Goal", "Objective"])
    for number, due in enumerate([*later, "1/8/2027"], 1):
        sheet.append([f"O1.KR{number}", f"Leads {number}", "Increase", 0, 100, due, 1, 2, 3, 4])
    book.save(tmp_path / "t.xlsx")
    tracker = okr.read(tmp_path / "t.xlsx")
    meant = date(2027, 1, 8) if first.month == 1 else date(2027, 8, 1)
    assert meant in tracker.check_in_dates
    assert tracker.key_results.due.iloc[-1].date() == meant
