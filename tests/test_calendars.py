"""Fiscal and Buddhist years, days of one's own, copied files, and days far outside."""

import pickle
import re
import zipfile
from dataclasses import replace
from datetime import date, datetime
from functools import partial

import pandas as pd
import pytest
from calculators import libreoffice
from click.testing import CliRunner
from conftest import faults_in
from openpyxl import Workbook

import okr_sheets as okr
from okr_sheets import demo
from okr_sheets.cli import main
from okr_sheets.config import Config
from okr_sheets.engine import ENGINES
from okr_sheets.kinds import COACHING
from okr_sheets.language import language
from okr_sheets.quarters import Quarter
from okr_sheets.reading.days import date_from_text, is_buddhist
from okr_sheets.reading.folders import read_all
from okr_sheets.reading.periods import last_days
from okr_sheets.reading.tracker import read_trackers

JULY = Config(fiscal_start=7)
ROWS = "O1;Goal;Ann;Objective;;;;\nO1.KR1;Leads;Ann;Increase;0;100;10;40\n"


def drawn(path, *dates, quarter="", team=""):
    """A CSV file with numbers under two dates, its quarter and team above."""
    label = f"Quarter;{quarter};;;;;;\n" if quarter else ""
    unit = f"Team;{team};;;;;;\n" if team else ""
    head = f"ID;Title;Owner;Type;Baseline;Target;{';'.join(dates)}\n"
    path.write_text(unit + label + head + ROWS, "utf-8")
    return path


def typed_over(path, sheet, name="copy.xlsx", **cells):
    """A copy of a workbook in which cells of a sheet say something else, all else untouched."""
    part = f"xl/worksheets/sheet{sheet}.xml"
    copy = path.with_name(name)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(copy, "w") as new:
        for member in old.namelist():
            content = old.read(member)
            for cell, value in cells.items() if member == part else ():
                text = content.decode()
                typed = (
                    f' t="inlineStr"><is><t>{value}</t></is></c>'
                    if isinstance(value, str)
                    else f"><v>{(value - date(1899, 12, 30)).days}</v></c>"
                )
                pattern = rf'(<c r="{cell}"(?: s="\d+")?)(?: t="\w+")?(?:/>|>.*?</c>)'
                text, count = re.subn(pattern, rf"\g<1>{typed}", text)
                assert count == 1, cell
                content = text.encode()
            new.writestr(member, content)
    return copy


def settings(**typed):
    """The cells of the first sheet where these settings stand."""
    places = {"quarter": "E17", "start": "E18", "end": "E19", "as_of": "E21"}
    return {places[key]: value for key, value in typed.items()}


def period(tracker):
    return tracker.about.quarter, str(tracker.about.start), str(tracker.about.end)


def named(problems, code):
    return [
        (problem.sheet, problem.cell, problem.given) for problem in problems if problem.code == code
    ]


def run(*arguments):
    return CliRunner().invoke(main, [str(each) for each in arguments], catch_exceptions=False)


# --- fiscal years --------------------------------------------------------------------------------

BY_JULY = ("2027-Q1", "2026-07-01", "2026-09-30")


@pytest.mark.parametrize("quarter", ["2027-Q1", "2570-Q1", ""])
def test_a_quarter_of_a_fiscal_year_is_read_as_one(tmp_path, quarter):
    path = drawn(tmp_path / "t.csv", "2026-07-10", "2026-07-17", quarter=quarter)
    assert period(okr.read(path, config=JULY)) == BY_JULY
    assert okr.score(path, config=JULY).quarter.tolist() == ["2027-Q1"]
    assert okr.rollup(path, config=JULY).about["quarter"] == "2027-Q1"
    assert named(okr.check(path, config=JULY), "check-in-outside") == []


@pytest.mark.parametrize("start", range(1, 13))
def test_dates_alone_tell_the_quarter_of_any_fiscal_year(tmp_path, start):
    path = drawn(tmp_path / "t.csv", "2026-07-10", "2026-07-17")
    end = pd.Timestamp(2026, (start + 10) % 12 + 1, 1).strftime("%b").upper()
    theirs = pd.Period("2026-07-17", freq=f"Q-{end}")
    about = okr.read(path, config=Config(fiscal_start=start)).about
    assert about.quarter == f"{theirs.qyear}-Q{theirs.quarter}"
    assert (about.start, about.end) == (theirs.start_time.date(), theirs.end_time.date())


def test_a_tracker_says_its_own_fiscal_year(tmp_path):
    path = okr.write(okr.new("sales", quarter="2027-Q1", fiscal_start=7), tmp_path / "t.xlsx")
    for config in (None, JULY, Config(fiscal_start=4)):
        tracker = okr.read(path, config=config)
        assert period(tracker) == BY_JULY
        assert (tracker.about.fiscal_start, tracker.problems) == (7, ())


def test_okr_toml_holds_for_every_command(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "okr.toml").write_text("fiscal_start = 7\n")
    drawn(tmp_path / "t.csv", "10 Jul", "17 Jul", quarter="2027-Q1")
    drawn(tmp_path / "last.csv", "10 Apr", "17 Apr", quarter="2026-Q4")
    scored = run(
        "score", "t.csv", "-o", "t.json", "--previous", "last.csv", "--as-of", "2026-07-20"
    )
    assert scored.exit_code == 0
    assert '"previous_quarter": "2026-Q4"' in (tmp_path / "t.json").read_text("utf-8")
    said = {line.split(": ")[2] for line in run("check", "t.csv").stdout.splitlines()}
    assert said <= COACHING
    reminded = run("remind", "t.csv", "--as-of", "2026-07-25", "--format", "md", "-o", "out")
    assert reminded.exit_code == 0


@pytest.mark.parametrize("engine", ["serial", "processes"])
def test_the_fiscal_year_reaches_every_engine(tmp_path, engine):
    for number in range(3):
        drawn(tmp_path / f"{number}.csv", "10 Jul", "17 Jul", quarter="2027-Q1", team=f"T{number}")
    pickle.dumps(partial(read_trackers, fiscal_start=7))
    with ENGINES[engine](None) as share:
        trackers = read_all(tmp_path, share, config=JULY)
    assert [period(tracker) for tracker in trackers] == [BY_JULY] * 3


# --- a plan's own days ---------------------------------------------------------------------------

PLAN = """
[about]
quarter = "{quarter}"
{days}
[[objectives]]
title = "Goal"
due = {due}
[[objectives.key_results]]
title = "Leads"
baseline = 0
target = 10
due = {due}
actions = [{{ action = "Call", due = {due} }}]
"""
OWN_DAYS = {
    "a 4-4-5 quarter": ("2026-12-28", "2027-03-28", "2027-03-28"),
    "a month longer": ("2027-01-01", "2027-04-30", "2027-04-30"),
    "due after its end": ("2027-01-01", "2027-03-31", "2027-05-15"),
}


@pytest.mark.parametrize("days", OWN_DAYS.values(), ids=OWN_DAYS)
@pytest.mark.parametrize("asked", [None, "2027-Q1", "2570-Q1"])
def test_a_plan_keeps_its_own_days_and_due_dates_in_its_quarter(tmp_path, days, asked):
    start, end, due = days
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN.format(quarter="2027-Q1", days=f"start = {start}\nend = {end}", due=due))
    tracker = okr.new(source=plan, quarter=asked)
    assert period(tracker) == ("2027-Q1", start, end)
    assert tracker.check_in_dates[-1] == date.fromisoformat(end)
    for rows in (tracker.objectives, tracker.key_results, tracker.actions):
        assert [str(day.date()) for day in rows.due] == [due]
    read = okr.read(okr.write(tracker, tmp_path / "t.xlsx"))
    assert period(read) == ("2027-Q1", start, end)
    assert read.problems == ()


def test_a_csv_plan_keeps_its_own_days(tmp_path):
    (tmp_path / "plan.csv").write_text(
        "Quarter;2027-Q1;;;;;\nFirst day;2026-12-28;;;;;\nLast day;2027-03-28;;;;;\n"
        "ID;Title;Owner;Type;Baseline;Target;Due\nO1;Goal;Ann;Objective;;;\n"
        "O1.KR1;Leads;Ann;Increase;0;100;2027-04-02\n"
    )
    tracker = okr.new(source=tmp_path / "plan.csv")
    assert period(tracker) == ("2027-Q1", "2026-12-28", "2027-03-28")
    assert str(tracker.key_results.due.iloc[0].date()) == "2027-04-02"


def test_in_another_quarter_a_plans_dates_move_along(tmp_path):
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN.format(quarter="2027-Q1", days="", due="2027-02-15"))
    tracker = okr.new(source=plan, quarter="2027-Q2")
    assert period(tracker) == ("2027-Q2", "2027-04-01", "2027-06-30")
    assert str(tracker.key_results.due.iloc[0].date()) == "2027-05-16"  # its 46th day


def test_a_plans_quarter_is_of_the_companys_fiscal_year(tmp_path):
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN.format(quarter="2027-Q1", days="", due="2026-08-15"))
    for settled in ({"fiscal_start": 7}, {"config": JULY}, {"quarter": Quarter(2027, 1, 7)}):
        tracker = okr.new(source=plan, **settled)
        assert period(tracker) == BY_JULY
        assert str(tracker.key_results.due.iloc[0].date()) == "2026-08-15"


# --- Buddhist years ------------------------------------------------------------------------------


def test_a_quarter_may_be_named_by_the_buddhist_year(tmp_path):
    assert str(Quarter.parse("2570-Q1")) == "2027-Q1"
    done = run("new", tmp_path / "t.xlsx", "--quarter", "2570-Q1")
    assert "2027-Q1" in done.stdout
    assert okr.read(tmp_path / "t.xlsx").about.start == date(2027, 1, 1)


def test_buddhist_years_anywhere_in_a_tracker_are_said_once(marketing_in):
    path = marketing_in("th")
    before = okr.read(path)
    row, line = before.key_results.index[0], before.log.index[0]
    due, said = before.letters["okrs"]["due"], before.letters["log"]["date"]
    days = {"start": date(2570, 1, 1), "end": date(2570, 3, 31), "as_of": date(2570, 3, 5)}
    path = typed_over(path, 1, "a.xlsx", **settings(quarter="2570-Q1", **days))
    path = typed_over(path, 2, "b.xlsx", **{f"{due}{row}": date(2570, 2, 26)})
    logged = before.log.date[line].date().replace(year=2570)
    path = typed_over(path, 4, "c.xlsx", **{f"{said}{line}": logged})
    tracker = okr.read(path)
    assert tracker.about == before.about
    assert tracker.key_results.due[row] == pd.Timestamp("2027-02-26")
    assert tracker.log.date[line] == before.log.date[line]
    (problem,) = [p for p in tracker.problems if p.code == "buddhist-year"]
    assert len(problem.others) == 5
    assert "5" in problem.say("en")
    # What the workbook itself made of those years is no news.
    assert not {p.code for p in okr.check(path)} & {
        "stale-value",
        "date-outside",
        "start-after-due",
    }


def test_a_check_in_date_of_ours_may_be_of_a_buddhist_year(tmp_path, marketing_in):
    path = marketing_in("th")
    before = okr.read(path)
    first = before.letters["okrs"]["checkin.2027-01-08"]
    after = okr.read(typed_over(path, 2, **{f"{first}3": date(2570, 1, 8)}))
    assert after.check_ins.equals(before.check_ins)
    (problem,) = [p for p in after.problems if p.code == "buddhist-year"]
    assert (problem.cell, problem.given) == (f"{first}3", "2570-01-08")
    assert "stale-value" not in {p.code for p in okr.check(tmp_path / "copy.xlsx")}


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods", "xls"])
def test_dates_typed_into_libreoffice_in_buddhist_years(tmp_path, soffice, kind):
    path = tmp_path / "t.csv"
    path.write_text(
        "Quarter;2570-Q1;;;;;\nID;Title;Type;Baseline;Target;Due;8/1/2570\nO1;Goal;Objective;;;;\n"
        "O1.KR1;Leads;Increase;0;100;15/2/2570;10\n"
    )
    if kind != "csv":
        path = libreoffice(path, tmp_path, f".{kind}")
    tracker = okr.read(path)
    assert period(tracker)[0] == "2027-Q1"
    assert tracker.check_in_dates == (date(2027, 1, 8),)
    assert tracker.key_results.due.tolist() == [pd.Timestamp("2027-02-15")]
    found = [p for p in tracker.problems if p.code == "buddhist-year"]
    # No formulas count what stands in a text file, and it is read without a doubt.
    said = [] if kind == "csv" else [("B1", 2)]
    assert [(problem.cell, len(problem.others)) for problem in found] == said


@pytest.mark.parametrize("code", ["en", "fi", "th"])
@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("15 ม.ค. 70", "2027-01-15"),
        ("11-15 ม.ค. 70", "2027-01-15"),
        ("๑๑-๑๕/๑/๗๐", "2027-01-15"),
        ("๕/๒/๗๐", "2027-02-05"),
        ("2 ก.พ. 27", "2027-02-02"),
    ],
)
def test_a_date_in_thai_has_thai_years_in_a_tracker_of_any_language(code, typed, day):
    words = language(code)
    assert last_days({1: typed}, words, Quarter(2027, 1).span)[1] == date.fromisoformat(day)
    assert is_buddhist(typed, words) is ("27" not in typed)


def test_a_year_of_two_digits_is_of_the_common_era_where_nothing_is_thai():
    for code in ("en", "tr", "ko"):
        assert date_from_text("18.1.70", language(code)) != date(2027, 1, 18)
        assert not is_buddhist("18.1.70", language(code))


@pytest.mark.parametrize(
    ("code", "due"), [("th", "18/1/70"), ("en", "18 ม.ค. 70"), ("hu", "๑๘/๑/๗๐")]
)
def test_buddhist_years_of_two_digits_are_said_once(marketing_in, code, due):
    path = marketing_in(code)
    before = okr.read(path)
    rows, at = before.key_results.index[:3], before.letters["okrs"]["due"]
    tracker = okr.read(typed_over(path, 2, **{f"{at}{row}": due for row in rows}))
    assert set(tracker.key_results.due[rows]) == {pd.Timestamp("2027-01-18")}
    (problem,) = [p for p in tracker.problems if p.code == "buddhist-year"]
    assert (problem.given, problem.words["value"]) == (due, "2027-01-18")
    assert len(problem.others) == 2


def test_a_plan_in_buddhist_years_is_read_and_said_once(tmp_path):
    plan = tmp_path / "plan.toml"
    plan.write_text(
        PLAN.format(
            quarter="2570-Q1", days="start = 2570-01-04\nend = 2570-04-02", due="2570-02-15"
        )
    )
    tracker = okr.new(source=plan)
    assert period(tracker) == ("2027-Q1", "2027-01-04", "2027-04-02")
    assert str(tracker.actions.due.iloc[0].date()) == "2027-02-15"
    (problem,) = tracker.problems
    assert (problem.code, problem.file, len(problem.others)) == ("buddhist-year", "plan.toml", 5)


def test_an_as_of_day_may_be_of_a_buddhist_year(tmp_path):
    path = drawn(tmp_path / "t.csv", "2027-01-08", "2027-01-15")
    scores = [okr.score(path, as_of=date(year, 1, 8)).score.tolist() for year in (2027, 2570)]
    assert scores == [[0.1], [0.1]]
    typed = [run("score", path, "--as-of", f"{year}-01-08").stdout for year in (2027, 2570)]
    assert typed[0] == typed[1]


@pytest.mark.parametrize("year", [1, 1027, 1448, 3000, 9999])
def test_years_of_no_calendar_here_are_named_at_their_cell(tmp_path, year):
    book = Workbook()
    for row in (
        ["Quarter", "2027-Q1"],
        ["ID", "Title", "Type", "Baseline", "Target", "Due", f"{year:04}-01-08", date(2027, 1, 15)],
        ["O1", "Goal", "Objective"],
        ["O1.KR1", "Leads", "Increase", 0, 100, f"{year:04}-02-12", 10, 20],
        ["O1.KR2", "Trials", "Increase", 0, 100, None, 10, 20],
    ):
        book.active.append(row)
    if year > 1900:
        book.active["F5"] = date(year, 2, 12)
    book.save(tmp_path / "t.xlsx")
    tracker = okr.read(tmp_path / "t.xlsx")
    codes = {problem.cell: problem.code for problem in tracker.problems}
    assert codes.pop("G2") == "undated-column"
    assert codes.pop("F4") == "not-a-date"
    assert codes == ({"F5": "odd-year"} if year > 1900 else {})
    assert tracker.key_results.due.isna().all()
    assert tracker.check_in_dates == (date(2027, 1, 15),)


@pytest.mark.parametrize("quarter", ["0000-Q1", "9999-Q4", "1027-Q2", "1448-Q1", "2701-Q1"])
def test_quarters_of_such_years_get_a_sentence(tmp_path, quarter):
    with pytest.raises(ValueError, match="Type it as 2027-Q1"):
        Quarter.parse(quarter)
    with pytest.raises(ValueError, match="Type it as 2027-Q1"):
        okr.new(quarter=quarter)
    path = drawn(tmp_path / "t.csv", "2027-01-08", "2027-01-15", quarter=quarter)
    tracker = okr.read(path)
    assert named(tracker.problems, "not-a-quarter") == [("t", "B1", quarter)]
    assert period(tracker)[0] == "2027-Q1"


@pytest.mark.parametrize("year", [-1, 0, 9999, 10_000])
def test_a_quarter_of_a_year_without_dates_says_so(year):
    with pytest.raises(ValueError, match=f"no quarters in the year {year}"):
        Quarter(year, 1)


@pytest.mark.parametrize("start", [1, 7, 12])
def test_the_first_and_the_last_quarters_that_can_be_typed_have_their_days(start):
    for text in ("1990-Q1", "2100-Q4"):
        quarter = Quarter.parse(text, start)
        assert quarter.start < quarter.end < quarter.next.start
        assert Quarter.holding(quarter.end, start) == quarter


# --- copied files --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        {"quarter": "2027-Q2"},
        {"quarter": "2027-Q2", "start": date(2027, 4, 1), "end": date(2027, 6, 30)},
        {"quarter": "2026-Q4"},
    ],
    ids=["label", "label and days", "label of the past"],
)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_copied_tracker_is_counted_where_its_numbers_stand(marketing_in, language, typed):
    path = marketing_in(language)
    before = okr.read(path)
    copy = typed_over(path, 1, **settings(**typed))
    after = okr.read(copy)
    assert period(after) == period(before)
    _, cell, given = named(after.problems, "quarter-disagrees")[0]
    assert (cell, given) == ("E17", typed["quarter"])
    problems = faults_in(copy)
    assert "2027-Q1" in problems[0].say("en")
    assert okr.rollup(copy).about["quarter"] == "2027-Q1"
    assert not {"stale-value", "check-in-outside"} & {p.code for p in problems}


def test_days_that_were_changed_alone_are_named(marketing_in):
    path = marketing_in("en")
    copy = typed_over(path, 1, **settings(start=date(2027, 4, 1), end=date(2027, 6, 30)))
    tracker = okr.read(copy)
    assert period(tracker) == ("2027-Q1", "2027-01-01", "2027-03-31")
    (problem,) = [p for p in tracker.problems if p.code == "quarter-disagrees"]
    assert (problem.cell, problem.words["value"]) == ("E18", "2027-01-01")


def test_a_text_file_with_dates_of_another_quarter_is_named(tmp_path):
    tracker = okr.read(drawn(tmp_path / "t.csv", "2027-01-08", "2027-01-15", quarter="2027-Q3"))
    assert named(tracker.problems, "quarter-disagrees") == [("t", "B1", "2027-Q3")]
    assert period(tracker)[0] == "2027-Q1"


@pytest.mark.parametrize("days", OWN_DAYS.values(), ids=OWN_DAYS)
def test_days_of_ones_own_fit_their_quarter(tmp_path, days):
    start, end, _ = days
    tracker = demo.marketing("en")
    about = replace(tracker.about, start=date.fromisoformat(start), end=date.fromisoformat(end))
    read = okr.read(okr.write(replace(tracker, about=about), tmp_path / "t.xlsx"))
    assert period(read) == ("2027-Q1", start, end)
    assert named(read.problems, "quarter-disagrees") == []


def test_a_plan_whose_quarter_and_days_disagree_is_refused(tmp_path):
    plan = tmp_path / "plan.toml"
    days = "start = 2027-01-01\nend = 2027-03-31"
    plan.write_text(PLAN.format(quarter="2027-Q2", days=days, due="2027-02-15"))
    with pytest.raises(ValueError, match=r"plan\.toml: about\.quarter 2027-Q2 does not fit"):
        okr.new(source=plan)


def test_a_copy_that_is_set_aside_still_says_what_is_wrong(tmp_path, marketing_in):
    path = marketing_in("en")
    typed_over(path, 1, **settings(quarter="2027-Q2"))
    codes = {p.code for p in okr.check(tmp_path)}
    assert {"quarter-disagrees", "identical-copy"} <= codes
    assert okr.rollup(tmp_path).about["quarter"] == "2027-Q1"


# --- the day that is asked for -------------------------------------------------------------------


def test_check_looks_at_the_day_it_is_given(tmp_path, monkeypatch):
    monkeypatch.setattr("okr_sheets.checks.hindsight.today", lambda: date(2027, 1, 8))
    path = drawn(tmp_path / "t.csv", "2027-01-08", "2027-01-15", quarter="2027-Q1")
    # The week that ends on the 15th begins on the 9th.
    assert named(okr.check(path, date(2027, 1, 8)), "future-number") == [("t", "H4", "40")]
    assert named(okr.check(path, date(2027, 1, 9)), "future-number") == []
    shown = run("check", path, "--as-of", "2027-01-08").stdout
    found = sorted(okr.check(path, as_of=date(2027, 1, 8)), key=lambda p: p.severity == "info")
    assert shown.splitlines() == [p.line() for p in found]


def test_a_blank_tracker_is_untouched_once_a_check_in_is_due(tmp_path):
    path = drawn(tmp_path / "t.csv", "2027-01-08", "2027-01-15", quarter="2027-Q1")
    path.write_text(path.read_text("utf-8").replace("10;40", ";"), "utf-8")
    days = date(2027, 1, 7), date(2027, 1, 8)
    assert ["untouched" in {p.code for p in okr.check(path, day)} for day in days] == [False, True]


def test_what_a_workbook_calculated_is_compared_as_of_its_own_day(marketing_in):
    path = marketing_in("en")
    calculated = {"stale-value", "typed-over", "current-typed", "no-formulas"}
    for day in (None, date(2027, 1, 10), date(2027, 3, 31), date(2031, 1, 1)):
        assert not calculated & {p.code for p in okr.check(path, day)}


@pytest.mark.parametrize("command", ["score", "check", "remind"])
@pytest.mark.parametrize(
    ("day", "far"),
    [("2031-01-01", True), ("2026-10-01", True), ("2027-02-12", False), ("2027-04-08", False)],
)
def test_a_day_far_outside_all_quarters_gets_a_sentence(tmp_path, monkeypatch, command, day, far):
    monkeypatch.chdir(tmp_path)
    path = drawn(tmp_path / "t.csv", "2027-01-08", "2027-01-15", quarter="2027-Q1", team="Sales")
    done = run(command, path, "--as-of", day)
    said = f"{day} lies far outside the days of all trackers (2027-01-01 to 2027-03-31)"
    assert (said in done.stderr) == far
    assert done.exit_code == 0


@pytest.mark.parametrize("day", ["12.2.2027", 46_395, date(9999, 1, 1)])
def test_what_is_no_day_of_these_years_is_refused_with_a_sentence(tmp_path, day):
    said = "^“.*” is not a date|^“9999-01-01” is not of a year from 1990 to 2100"
    path = drawn(tmp_path / "t.csv", "2027-01-08", "2027-01-15")
    for work in (okr.score, okr.check, okr.rollup):
        with pytest.raises(ValueError, match=said):
            work(path, as_of=day)


@pytest.mark.parametrize("moment", [datetime(2027, 1, 8, 23, 59), pd.Timestamp("2027-01-08 12:00")])
def test_a_moment_counts_as_its_day(tmp_path, moment):
    path = drawn(tmp_path / "t.csv", "2027-01-08", "2027-01-15")
    told, of_day = (okr.score(path, as_of=day) for day in (moment, date(2027, 1, 8)))
    assert told.equals(of_day)
    assert not told.equals(okr.score(path, as_of=date(2027, 1, 15)))
    rollup = okr.rollup(path, as_of=moment)
    assert type(rollup.as_of) is date
    assert rollup.as_of == date(2027, 1, 8)
    assert okr.check(path, as_of=moment) == okr.check(path, as_of=date(2027, 1, 8))
