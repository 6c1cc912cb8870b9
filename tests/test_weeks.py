"""Week columns that people add, move, rename and re-date in LibreOffice: both engines count alike."""

from dataclasses import replace
from datetime import date

import pytest
from calculators import edited

import okr_sheets as okr
from okr_sheets.columns import serial
from okr_sheets.frames import frame

AS_OF = date(2027, 2, 26)
NEW = date(2027, 2, 10)  # between two check-in dates
CODES = (
    "week-without-date",
    "week-out-of-reach",
    "week-dated-twice",
    "week-date-taken",
    "duplicate-column",
    "undated-column",
)


@pytest.fixture
def tracker(tmp_path):
    """Sales with a number under 29 January in each row."""
    empty = okr.new("sales", quarter="2027-Q1")
    results = empty.key_results
    typed = [
        {"row": row, "id": results.at[row, "id"], "date": date(2027, 1, 29), "value": 1.0}
        for row in results.index
    ]
    about = replace(empty.about, as_of=AS_OF)
    check_ins = frame("check_ins", typed, results.index)
    return okr.write(replace(empty, about=about, check_ins=check_ins), tmp_path / "t.xlsx")


def column(path, day):
    return okr.read(path).letters["okrs"][f"checkin.{day}"]


def number(letter):
    from okr_sheets.letters import column_number

    return column_number(letter)


def put(cell, value):
    return ["OKRs", "put", cell, value]


def verdict(path):
    """What is said of the weeks, and whether the workbook's own numbers are those of Python."""
    found = [(p.cell, p.code) for p in okr.check(path) if p.code in CODES]
    tracker = okr.read(path)
    stored = tracker.stored.loc[tracker.key_results.index, "current"]
    current = stored.astype(object).where(stored.notna(), None).tolist()
    scored = okr.score(path)
    ours = scored.current.astype(object).where(scored.current.notna(), None).tolist()
    return found, current == ours, ours[0]


def stale(path):
    return [p.code for p in okr.check(path) if p.code in ("stale-value", "typed-over")]


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_a_week_pushed_in_counts_once_its_date_is_typed_above(tracker, tmp_path, soffice, suffix):
    at = column(tracker, date(2027, 2, 12))  # it moves to the right
    edits = [
        ["OKRs", "insert_columns", number(at), 1],
        put(f"{at}5", str(NEW)),
        put(f"{at}7", 5),
    ]
    (path,) = edited(tracker, tmp_path, edits, suffix)
    assert verdict(path) == ([(f"{at}3", "week-without-date")], False, 5)
    assert stale(path) == []
    (mended,) = edited(path, tmp_path, [put(f"{at}3", serial(NEW))], suffix)
    assert verdict(mended) == ([], True, 5)
    assert stale(mended) == []


def test_a_week_behind_the_last_counts_once_it_is_moved_in_between(tracker, tmp_path, soffice):
    last = column(tracker, date(2027, 3, 31))
    behind = number(last) + 1
    from okr_sheets.letters import column_letters

    letter = column_letters(behind)
    day = date(2027, 2, 24)
    edits = [
        ["OKRs", "insert_columns", behind, 1],
        put(f"{letter}5", str(day)),
        put(f"{letter}3", serial(day)),
        put(f"{letter}7", 6),
    ]
    (path,) = edited(tracker, tmp_path, edits, ".xlsx")
    assert verdict(path) == ([(f"{letter}3", "week-out-of-reach")], False, 6)
    (problem,) = [p for p in okr.check(path) if p.code == "week-out-of-reach"]
    assert f"left of column {last}" in problem.say()
    assert stale(path) == []
    as_advised = [
        ["OKRs", "insert_columns", number(last), 1],
        put(f"{last}3", serial(day)),
        put(f"{last}5", str(day)),
        put(f"{last}7", 6),
        *(put(f"{column_letters(behind + 1)}{row}", "") for row in (3, 5, 7)),
    ]
    (mended,) = edited(path, tmp_path, as_advised, ".xlsx")
    assert verdict(mended) == ([], True, 6)


@pytest.mark.parametrize("header", ["2027-02-10", "Feb 10", "2027-01-29"])
def test_a_header_typed_anew_does_not_move_the_numbers(tracker, tmp_path, soffice, header):
    at = column(tracker, date(2027, 1, 29))
    (path,) = edited(tracker, tmp_path, [put(f"{at}5", header)], ".xlsx")
    said = [] if header == "2027-01-29" else [(f"{at}5", "week-dated-twice")]
    assert verdict(path) == (said, True, 1)
    assert set(okr.read(path).check_ins.date.astype(str)) == {"2027-01-29"}


@pytest.mark.parametrize("header", ["Sprint", "First board meeting", "x"])
def test_a_header_that_is_no_date_leaves_the_date_above_to_decide(
    tracker, tmp_path, soffice, header
):
    at = column(tracker, date(2027, 1, 29))
    (path,) = edited(tracker, tmp_path, [put(f"{at}5", header)], ".xlsx")
    assert verdict(path) == ([], True, 1)


@pytest.mark.parametrize("day", [date(2027, 1, 27), date(2027, 2, 3), date(2027, 3, 10)])
def test_a_date_typed_anew_above_the_header_decides_in_both(tracker, tmp_path, soffice, day):
    at = column(tracker, date(2027, 1, 29))
    (path,) = edited(tracker, tmp_path, [put(f"{at}3", serial(day))], ".xlsx")
    found, is_alike, _ = verdict(path)
    assert found == [(f"{at}5", "week-dated-twice")]
    assert is_alike
    assert set(okr.read(path).check_ins.date.astype(str)) == {str(day)}
    assert stale(path) == []


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
@pytest.mark.parametrize(
    ("own", "other"),
    [("2027-02-05", "2027-01-29"), ("2027-01-29", "2027-02-05"), ("2027-02-12", "2027-01-22")],
)
def test_a_date_that_another_week_has_is_typed_back_as_the_header_says(
    tracker, tmp_path, soffice, own, other, suffix
):
    mistaken, owner = column(tracker, own), column(tracker, other)
    day = serial(date.fromisoformat(other))
    edits = [put(f"{mistaken}7", 5), put(f"{owner}8", 7), put(f"{mistaken}3", day)]
    (path,) = edited(tracker, tmp_path, edits, suffix)
    before = okr.score(path)
    assert verdict(path)[0] == [(f"{mistaken}3", "week-date-taken")]
    (problem,) = [p for p in okr.check(path) if p.code == "week-date-taken"]
    assert f"above column {owner}" in problem.say()
    assert f"Type {own} in this cell." in problem.say()
    assert stale(path) == []
    mended = [put(f"{mistaken}3", serial(date.fromisoformat(own)))]
    (path,) = edited(path, tmp_path, mended, suffix)
    assert verdict(path)[:2] == ([], True)
    assert okr.score(path).current.equals(before.current)


def test_the_same_date_above_blank_weeks_is_no_news(tracker, tmp_path, soffice):
    at = column(tracker, date(2027, 3, 19))
    (path,) = edited(tracker, tmp_path, [put(f"{at}3", serial(date(2027, 3, 12)))], ".xlsx")
    assert verdict(path)[:2] == ([], True)


def test_a_week_that_is_there_twice_is_no_value_out_of_date(tracker, tmp_path, soffice):
    at = column(tracker, date(2027, 2, 5))
    same = date(2027, 1, 29)
    edits = [put(f"{at}7", 5), put(f"{at}3", serial(same)), put(f"{at}5", str(same))]
    (path,) = edited(tracker, tmp_path, edits, ".xlsx")
    assert verdict(path)[0] == [(f"{at}5", "duplicate-column")]
    assert stale(path) == []


def test_weeks_moved_about_count_by_the_date_above_them(tracker, tmp_path, soffice):
    """The column is cut and put far to the right; the formulas follow it."""
    at = column(tracker, date(2027, 1, 22))
    edits = [put(f"{at}7", 4), put(f"{at}8", 4), ["OKRs", "move", f"{at}1:{at}1005", "CZ1"]]
    (path,) = edited(tracker, tmp_path, edits, ".xlsx")
    assert verdict(path)[0] == [("CZ3", "week-out-of-reach")]
    assert stale(path) == []
