from datetime import date, timedelta

import pandas as pd
import pytest

from okr_sheets.quarters import Quarter, check_in_dates

ENDS = ("DEC", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV")


@pytest.mark.parametrize("fiscal_start", range(1, 13))
@pytest.mark.parametrize("number", range(1, 5))
def test_quarters_are_those_of_pandas(fiscal_start, number):
    quarter = Quarter(2027, number, fiscal_start)
    theirs = pd.Period(f"2027Q{number}", freq=f"Q-{ENDS[fiscal_start - 1]}")
    assert quarter.start == theirs.start_time.date()
    assert quarter.end == theirs.end_time.date()
    assert Quarter.holding(quarter.start, fiscal_start) == quarter
    assert Quarter.holding(quarter.end, fiscal_start) == quarter
    assert quarter.next.start == quarter.end + timedelta(days=1)


@pytest.mark.parametrize("text", ["2027-Q1", "2027Q1", "Q1 2027", " q1-2027 "])
def test_quarters_as_people_type_them(text):
    assert str(Quarter.parse(text)) == "2027-Q1"


@pytest.mark.parametrize("text", ["2027", "Q5 2027", "first", ""])
def test_what_is_no_quarter_says_how_to_type_one(text):
    with pytest.raises(ValueError, match="Type it as 2027-Q1"):
        Quarter.parse(text)


@pytest.mark.parametrize("year", range(2020, 2040))
@pytest.mark.parametrize("number", range(1, 5))
@pytest.mark.parametrize(("cadence", "count"), [("weekly", 13), ("two-weekly", 7), ("monthly", 3)])
def test_every_quarter_has_as_many_check_ins(year, number, cadence, count):
    quarter = Quarter(year, number)
    dates = check_in_dates(quarter.start, quarter.end, cadence)
    assert len(dates) == count
    assert list(dates) == sorted(set(dates))
    assert quarter.start < dates[0]
    assert dates[-1] == quarter.end
    if cadence != "monthly":
        assert {day.weekday() for day in dates[:-1]} == {4}


def test_the_weeks_of_a_quarter():
    dates = check_in_dates(date(2027, 1, 1), date(2027, 3, 31), "weekly")
    assert [str(day)[5:] for day in dates[:2]] == ["01-08", "01-15"]
    assert [str(day)[5:] for day in dates[-2:]] == ["03-26", "03-31"]
