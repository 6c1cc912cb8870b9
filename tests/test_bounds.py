"""Numbers that nothing can be calculated with, days of no quarter: named where they are read."""

import math
from dataclasses import replace
from datetime import date, datetime, timedelta

import pandas as pd
import pytest
from click.testing import CliRunner
from test_dtypes import KEY_RESULT, OBJECTIVE, QUARTER
from xlsxwriter import Workbook

import okr_sheets as okr
from okr_sheets.about import About
from okr_sheets.cli import main
from okr_sheets.frames import frame
from okr_sheets.language import language, languages
from okr_sheets.misuse import MisuseError
from okr_sheets.quarters import Quarter, Span
from okr_sheets.reading.cells import Ask, parse
from okr_sheets.schema import LARGEST, SMALLEST, is_countable
from okr_sheets.tracker import Tracker

HEAD = ("ID", "Title", "Type", "Baseline", "Target", "Weight", "Confidence", "2027-01-08")
EN = Ask(language("en"))


def drawn(path, **typed):
    """A text file of one key result with these cells, and settings above."""
    above = {"Quarter": "2027-Q1", **typed.pop("above", {})}
    cells = {"Baseline": 0, "Target": 10, "Weight": 1, "Confidence": 5, "2027-01-08": 5} | typed
    rows = [
        *([key, value] for key, value in above.items() if value),
        HEAD,
        ("O1", "Goal", "Objective"),
        ("O1.KR1", "Leads", "Increase", *(cells[key] for key in HEAD[3:])),
        ("O1.KR2", "Trials", "Increase", 0, 10, 1, 5, 5),
    ]
    path.write_text("\n".join(";".join(map(str, row)) for row in rows) + "\n", "utf-8")
    return path


def codes(problems):
    return {problem.cell: problem.code for problem in problems if problem.severity == "error"}


# --- numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        *("1e31", "-1e306", "1e999", "1e-31", "9" * 31, "9" * 400, "9" * 30_000),
        *("1e33 %", "1e28 k", "1e25 억"),
        *(1e31, -1e306, 1e-31, 5e-324, math.inf, -math.inf),
    ],
)
def test_a_number_too_large_or_too_small_is_named_and_not_counted(typed):
    read = parse("number", typed, EN)
    assert (read.value, read.code) == (None, "extreme-number")


@pytest.mark.parametrize(
    "typed", [1e30, -1e30, 1e-30, "1e30", "1e-30", "1e27 k", "1e-28 %", 0, "0e999"]
)
def test_the_largest_and_the_smallest_numbers_count(typed):
    read = parse("number", typed, EN)
    assert is_countable(read.value)
    assert read.code in {"", "number-as-text"}


@pytest.mark.parametrize(
    "typed", ["inf", "-inf", "Infinity", "nan", "NaN", "0x10", "1_000", "1e", "∞"]
)
def test_what_python_takes_for_a_number_is_none(typed):
    assert parse("number", typed, EN).code == "not-a-number"


def test_two_of_the_largest_and_smallest_numbers_overflow_nowhere():
    ratio = (LARGEST - -LARGEST) / SMALLEST
    assert math.isfinite(ratio**2 * 1_048_576)
    assert math.isfinite(1 / (SMALLEST**2 * SMALLEST**2))


@pytest.mark.parametrize("cell", ["Baseline", "Target", "Weight", "2027-01-08"])
def test_its_cell_is_named_in_every_language(tmp_path, cell):
    path = drawn(tmp_path / "t.csv", **{cell: "1e306"})
    (problem,) = [p for p in okr.check(path) if p.code == "extreme-number"]
    assert problem.cell == f"{'ABCDEFGH'[HEAD.index(cell)]}4"
    for code in languages():
        assert "1e306" in problem.say(code)
        assert len(problem.line(code)) < 300


def test_a_confidence_too_large_is_no_confidence(tmp_path):
    assert codes(okr.check(drawn(tmp_path / "t.csv", Confidence="1e306"))) == {
        "G4": "bad-confidence"
    }


def test_percents_of_steps_are_held_to_the_bounds_too():
    read = parse("attainment", "90 %", replace(EN, whole=1e30))
    assert read.value == 9e29
    read = parse("attainment", "1000 %", replace(EN, whole=1e30))
    assert (read.value, read.code) == (None, "extreme-number")


def test_a_score_that_would_overflow_stops_no_report(tmp_path):
    drawn(tmp_path / "a.csv", Target=0.001, **{"2027-01-08": "1e306"})
    with Workbook(tmp_path / "b.xlsx") as book:
        sheet = book.add_worksheet()
        for row, cells in enumerate((HEAD, ("O1", "Goal", "Objective"))):
            sheet.write_row(row, 0, cells)
        sheet.write_row(2, 0, ("O1.KR1", "Leads", "Increase", -1e30, 1e-30, 1e30, 5, 1e30))
        sheet.write_row(3, 0, ("O1.KR2", "Leads", "Increase", 0, 0.001, 1e-30, 5, 1e306))
    reports = [tmp_path / f"r.{kind}" for kind in ("xlsx", "html", "md", "csv", "json")]
    outputs = [each for report in reports for each in ("-o", str(report))]
    done = CliRunner().invoke(main, ["score", str(tmp_path), *outputs])
    assert done.exit_code == 1, done.exception
    assert done.stderr.count("extreme-number") == 2
    assert all(report.stat().st_size for report in reports)


@pytest.mark.parametrize("value", ["1e306", "1e-31", "inf", "-1e31"])
def test_a_plan_with_such_a_number_gets_one_sentence(tmp_path, value):
    plan = tmp_path / "plan.toml"
    plan.write_text(
        '[[objectives]]\ntitle = "Grow"\n[[objectives.key_results]]\ntitle = "Leads"\n'
        f'type = "increase"\nbaseline = 0\ntarget = {value}\n',
        "utf-8",
    )
    done = CliRunner().invoke(main, ["new", str(tmp_path / "t.xlsx"), "--from", str(plan)])
    assert done.exit_code == 2
    assert (
        "[[objectives.key_results]] target is too large or too small to calculate with."
        in done.stderr
    )


def test_numbers_at_the_bounds_are_told_in_few_signs():
    words = language("en")
    assert words.number(1e30) == "1e+30"
    assert words.number(1e15 - 1) == "999,999,999,999,999"
    assert language("tr").number(1.25e30) == "1,25e+30"
    assert words.percent(2e60) == "2e+62%"


# --- days ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2027-03-31", "2027-01-01"),
        ("2027-01-01", "2027-01-01"),
        ("2027-01-01", "2067-01-01"),
        ("1990-01-01", "2100-12-31"),
        ("2027-01-01", "2029-01-02"),
    ],
)
def test_days_of_no_quarter_are_named_and_the_label_counts(tmp_path, start, end):
    path = drawn(tmp_path / "t.csv", above={"First day": start, "Last day": end})
    tracker = okr.read(path)
    assert codes(tracker.problems) == {"B3": "odd-days"}
    assert tracker.about.span == Quarter(2027, 1).span
    assert len(okr.new(source=path).check_in_dates) == 13


def test_nothing_fails_over_days_of_no_quarter_later(tmp_path):
    days = {"First day": "1990-01-01", "Last day": "2100-12-31"}
    path = drawn(tmp_path / "t.csv", above=days)
    for command in (["check"], ["score"], ["remind", "-o", str(tmp_path / "r")]):
        done = CliRunner().invoke(main, [*command, str(path)])
        assert done.exit_code == 1, (command, done.exception)


def test_two_years_are_counted(tmp_path):
    days = {"First day": "2027-01-01", "Last day": "2028-12-31", "Quarter": ""}
    tracker = okr.read(drawn(tmp_path / "t.csv", above=days))
    assert tracker.about.span == Span(date(2027, 1, 1), date(2028, 12, 31))


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1900-01-01", "1e300", "2701-01-01"])
@pytest.mark.parametrize("key", ["First day", "Last day", "As of"])
def test_a_day_of_no_year_is_named_and_the_quarter_counts(tmp_path, key, day):
    path = drawn(tmp_path / "t.csv", above={key: day})
    assert codes(okr.check(path)).keys() == {"B2"}
    assert okr.read(path).about.span == Quarter(2027, 1).span


def test_a_first_day_far_from_the_quarter_it_names_counts(tmp_path):
    path = drawn(tmp_path / "t.csv", above={"Quarter": "2050-Q1", "First day": "2027-01-04"})
    tracker = okr.read(path)
    assert (tracker.about.quarter, tracker.about.start) == ("2027-Q1", date(2027, 1, 4))
    assert "quarter-disagrees" in {problem.code for problem in tracker.problems}


@pytest.mark.parametrize("days", [("2027-03-31", "2027-01-01"), ("2027-01-01", "2087-01-01")])
@pytest.mark.parametrize("quarter", ["", 'quarter = "2027-Q1"\n'])
def test_a_plan_with_such_days_gets_one_sentence(tmp_path, days, quarter):
    plan = tmp_path / "plan.toml"
    plan.write_text(f"[about]\n{quarter}start = {days[0]}\nend = {days[1]}\n", "utf-8")
    with pytest.raises(MisuseError, match=f"{days[0]} to {days[1]} are not the days of a quarter"):
        okr.new(source=plan)


def test_a_plan_whose_start_lies_far_from_its_quarter_gets_one_too(tmp_path):
    plan = tmp_path / "plan.toml"
    plan.write_text('[about]\nquarter = "2050-Q1"\nstart = 2027-01-01\n', "utf-8")
    with pytest.raises(MisuseError, match="are not the days of a quarter"):
        okr.new(source=plan)


# --- trackers made by hand -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"start": date(1, 1, 1)}, "start must be a date from 1989"),
        ({"end": date(9999, 12, 31)}, "end must be a date"),
        ({"as_of": datetime(2027, 1, 1)}, "as_of must be a date"),
        ({"start": "2027-01-01"}, "start must be a date"),
        ({"end": date(2026, 1, 1)}, "not the days of a quarter"),
        ({"end": date(2067, 1, 1)}, "not the days of a quarter"),
        ({"team": None}, "team must be a text"),
        ({"level": "squad"}, "level must be one of company"),
        ({"cadence": "daily"}, "cadence must be one of weekly"),
        ({"language": "xx"}, "language must be one of"),
        ({"fiscal_start": 0}, "month 1 to 12"),
    ],
)
def test_settings_that_no_file_could_give_get_a_sentence(about, said):
    with pytest.raises(MisuseError, match=said):
        About(**{**QUARTER, **about})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"target": 1e306}, r"cannot count 1e\+306 as target of its key_results, row 6"),
        ({"weight": 1e-31}, "weight of its key_results"),
        ({"baseline": math.inf}, "cannot count inf as baseline"),
        ({"due": pd.Timestamp("9999-12-31")}, "as due of its key_results"),
        ({"type": "grow"}, "type of a tracker's key_results must each be one of"),
        ({"state": "paused"}, "state of a tracker's key_results"),
        ({"target": "ten"}, "must be of the kind number"),
        ({"objective": 9}, "must be the row of one"),
    ],
)
def test_rows_that_no_file_could_give_get_a_sentence(changes, said):
    with pytest.raises(MisuseError, match=said):
        Tracker.empty(
            About(**QUARTER), objectives=OBJECTIVE, key_results=KEY_RESULT.assign(**changes)
        )


def test_frames_that_are_none_of_a_tracker_get_a_sentence():
    for rows, said in (
        (KEY_RESULT.drop(columns="target"), "lack a column: target"),
        (KEY_RESULT.set_axis([5], axis=0), "a number of its own"),
        (KEY_RESULT.set_axis(["a"], axis=0), "numbers of their rows"),
        (KEY_RESULT.set_axis([1 << 30], axis=0), "a number of its own"),
    ):
        with pytest.raises(MisuseError, match=said):
            Tracker.empty(About(**QUARTER), objectives=OBJECTIVE, key_results=rows)
    with pytest.raises(MisuseError, match="check-in dates"):
        Tracker.empty(About(**QUARTER), check_in_dates=(date(1, 1, 1),))


def test_frames_of_other_dtypes_are_given_their_own():
    plain = KEY_RESULT.assign(target=9, owner=None, due="2027-02-12").astype({"title": object})
    tracker = Tracker.empty(About(**QUARTER), objectives=OBJECTIVE, key_results=plain)
    assert tracker.key_results.dtypes.equals(frame("key_results", (), ()).dtypes)
    row = tracker.key_results.iloc[0]
    assert (row["target"], row["owner"], row["due"]) == (9.0, "", pd.Timestamp("2027-02-12"))


# --- two files of one team -----------------------------------------------------------------------


def of_team(name, first, last, *typed):
    """A file of one team with its own first and last day: a number a week, of 100."""
    weeks = [first + timedelta(days=7 * n + 6) for n in range(len(typed))]
    kr = frame(
        "key_results",
        [{"id": "O1.KR1", "title": name, "objective": 5, "objective_id": "O1", "type": "total", "target": 100.0}],
        [6],
    )  # fmt: skip
    check_ins = [{"id": "O1.KR1", "date": day, "value": value, "column": "H"} for day, value in zip(weeks, typed, strict=True)]  # fmt: skip
    return Tracker.empty(
        About(team="West", quarter="2027-Q1", start=first, end=last, as_of=weeks[-1]),
        objectives=frame("objectives", [{"id": "O1", "title": name}], [5]),
        key_results=kr,
        check_ins=frame("check_ins", check_ins, [6] * len(check_ins)),
        check_in_dates=tuple(weeks),
        path=f"{name}.xlsx",
        letters={"okrs": {"id": "A"}},
        sheets={"okrs": "OKRs"},
    )


EARLY = of_team("early", date(2027, 1, 1), date(2027, 3, 31), 10.0, 20.0, 30.0, 40.0)
LATE = of_team("late", date(2027, 1, 18), date(2027, 3, 31), 50.0, 60.0)
# Its own day lies before its quarter, as that of a file that was prepared does.
AHEAD = replace(LATE, about=replace(LATE.about, as_of=date(2027, 1, 14)), path="ahead.xlsx")
# Another team is looked at on days when the own ones of these are past.
EAST = of_team("east", date(2027, 1, 1), date(2027, 3, 31), *[10.0] * 8)
EAST = replace(EAST, about=replace(EAST.about, team="East"))


@pytest.mark.parametrize("others", [[LATE], [AHEAD], [LATE, AHEAD]])
def test_a_team_of_two_files_has_one_path_made_of_what_had_begun(tmp_path, others):
    rollup = okr.rollup([EARLY, *others, EAST])
    units = rollup.trend[(rollup.trend["level"] == "unit") & (rollup.trend["team"] == "West")]
    path = units.set_index("day").sort_index()
    assert path.index.is_unique
    for day in path.index[:-1]:
        held = [(t, min(day.date(), t.about.as_of)) for t in (EARLY, *others)]
        begun = [(t, at) for t, at in held if t.about.start <= at]
        scores = [okr.score(tracker, as_of=at)["score"].iloc[0] for tracker, at in begun]
        assert path.at[day, "score"] == pytest.approx(sum(scores) / len(scores), abs=5.1e-5)
        assert path.at[day, "file"] == ", ".join(sorted(tracker.path for tracker, _ in begun))
    (team,) = rollup.teams[rollup.teams["team"] == "West"].to_dict("records")
    assert (path["score"].iloc[-1], path.index[-1]) == (team["score"], team["as_of"])
    for kind in ("xlsx", "html"):
        okr.report(rollup, tmp_path / f"r.{kind}")


def test_trackers_of_one_file_and_sheet_keep_their_rows_apart(tmp_path):
    plans = [okr.new("sales", quarter="2027-Q1", team=team) for team in ("West", "East")]
    rollup = okr.rollup(plans)
    assert not rollup.key_results[["file", "sheet", "row"]].duplicated().any()
    assert len(rollup.key_results) == sum(len(plan.key_results) for plan in plans)
    for kind in ("xlsx", "html"):
        okr.report(rollup, tmp_path / f"r.{kind}")
