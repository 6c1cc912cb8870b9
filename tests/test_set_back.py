"""A day in the past: what follows from it alone is no problem, what is still wrong is one."""

from datetime import date, timedelta

import pytest
from test_coaching_habits import LEVEL, drawn

import okr_sheets as okr
from okr_sheets.checks import _all_found
from okr_sheets.checks.hindsight import BY_THE_DAY
from okr_sheets.reading.folders import read_all

TODAY = "2027-02-26"
GAP = ["", "", "", ""]  # the weeks of January without a number
KEPT = "check-in-stale total-that-fell confidence-against-pace future-number kr-count-type"

# key results, the day to look at, the real day, and which of KEPT are named
CASES = {
    "a number typed since": ([{**LEVEL, "typed": [41, 43, 44, 45, 46]}], "2027-01-15", TODAY, []),
    "a number typed since, a day of the future": (
        [{**LEVEL, "typed": [41, 43, 44, 45, 46]}],
        "2027-01-15",
        "2026-12-01",
        [],
    ),
    "a number for a week to come": (
        [{**LEVEL, "typed": [41, 43, 44]}],
        "2027-01-08",
        "2027-01-08",
        ["future-number", "future-number"],
    ),
    "a number that is still too early": (
        [{**LEVEL, "typed": [41, 43, 44]}],
        "2027-01-08",
        "2027-01-15",
        ["future-number"],
    ),
    "no day is asked for": (
        [{**LEVEL, "typed": [41, 43, 44, 45, 46]}],
        None,
        "2027-01-08",
        ["future-number"] * 4,
    ),
    "a gap that was closed": (
        [{**LEVEL, "typed": [41, *GAP[1:], 46]}, {**LEVEL, "typed": [41, 42, 43, 44, 45]}],
        "2027-01-29",
        "2027-02-05",
        [],
    ),
    "a gap that is open": (
        [{**LEVEL, "typed": [41]}, {**LEVEL, "typed": [41, 42, 43, 44, 45]}],
        "2027-01-29",
        "2027-02-05",
        ["check-in-stale"],
    ),
    "a gap as of the real day": (
        [{**LEVEL, "typed": [41, *GAP[1:], 46]}, {**LEVEL, "typed": [41, 42, 43, 44, 45]}],
        "2027-01-29",
        "2027-01-29",
        ["check-in-stale", *["future-number"] * 2],
    ),
    "a total that fell and was mended": (
        [{"type": "total", "target": 90, "unit": "calls", "typed": [30, 20, 35]}],
        "2027-01-15",
        TODAY,
        [],
    ),
    "a total that is still lower": (
        [{"type": "total", "target": 90, "unit": "calls", "typed": [30, 20, 25]}],
        "2027-01-15",
        "2027-01-22",
        ["total-that-fell"],
    ),
    "a confidence of today beside a score of then": (
        [{**LEVEL, "confidence": 9, "typed": [40, 40, 45, 50, 55]}],
        "2027-01-15",
        "2027-02-05",
        [],
    ),
    "a confidence that the numbers of today deny too": (
        [{**LEVEL, "confidence": 9, "typed": [40, 40, 40, 40, 40]}],
        "2027-01-29",
        "2027-02-05",
        ["confidence-against-pace"],
    ),
    "what no day changes": (
        [{"type": "achieve", "target": 5, "unit": "steps", "typed": [1, 2.5]}],
        "2027-01-15",
        TODAY,
        ["kr-count-type"],
    ),
}


@pytest.fixture
def on(monkeypatch):
    """Make a day the real one."""

    def set_day(day):
        for module in ("about", "checks.hindsight"):
            monkeypatch.setattr(f"okr_sheets.{module}.today", lambda: date.fromisoformat(day))

    return set_day


@pytest.mark.parametrize("case", CASES)
def test_only_what_is_still_wrong_is_named_by_an_earlier_day(book, on, case):
    rows, as_of, today, codes = CASES[case]
    on(today)
    path = book(drawn(rows))
    found = [problem.code for problem in okr.check(path, as_of=as_of)]
    assert sorted(code for code in found if code in KEPT.split()) == sorted(codes)


@pytest.mark.parametrize("case", CASES)
def test_a_rollup_names_the_same(book, on, case):
    rows, as_of, today, codes = CASES[case]
    on(today)
    rollup = okr.rollup(book(drawn(rows)), as_of=as_of, config=okr.Config())
    found = [problem.code for problem in rollup.problems]
    found += list(rollup.findings.code)
    assert sorted(code for code in found if code in KEPT.split()) == sorted(codes)


@pytest.mark.parametrize("day", ["2027-01-01", "2027-01-20", "2027-02-12", "2027-03-05"])
def test_the_problems_of_the_sample_company_are_those_of_its_last_day(company, day):
    def places(as_of):
        found = okr.check(company, as_of=as_of, config=okr.Config())
        return {(problem.code, problem.path, problem.row) for problem in found}

    assert places(day) <= places("2027-03-05")


def test_what_differs_from_day_to_day_is_known_to_go_by_the_day(company):
    days = [date(2027, 1, 1) + timedelta(days=3 * each) for each in range(30)]
    trackers = [tracker for tracker in read_all(company) if tracker.readable]
    found = [_all_found(trackers, [day] * len(trackers), coach=True) for day in days]
    per_day = [{(p.code, p.path, p.row) for each in some for p in each.problems} for some in found]
    always = set.intersection(*per_day)
    assert {code for some in per_day for code, *_ in some - always} <= BY_THE_DAY | {"untouched"}
    assert len(BY_THE_DAY & {code for some in per_day for code, *_ in some - always}) > 4


def test_an_objective_reached_early_and_lost_again_is_no_sandbagging(book, on):
    rows = [{**LEVEL, "typed": typed} for typed in ([50, 60, 60, 58], [50, 60, 60, 61])]
    path = book(drawn(rows))
    for today, is_named in (("2027-01-22", True), ("2027-02-05", False)):
        on(today)
        codes = {problem.code for problem in okr.check(path, as_of="2027-01-22")}
        assert ("obj-sandbagging" in codes) is is_named
