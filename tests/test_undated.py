"""Numbers of a sheet that names no day, and plans with the objective beside: all of it comes along."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from calculators import differences, formula_cells, libreoffice, poisoned, values
from click.testing import CliRunner
from openpyxl import Workbook

import okr_sheets as okr
from okr_sheets.cli import main
from okr_sheets.language import language, languages
from okr_sheets.quarters import Quarter, Year

BESIDE = [
    ["Objective", "Key result", "Type", "Owner", "Baseline", "Target", "Current"],
    ["Win new customers", "Leads", "Increase", "Ann", 0, 100, 20],
    ["Win new customers", "Deals", "Increase", "Bo", 0, 10, 2],
    ["Keep those we have", "Churn in percent", "Decrease", "Cy", 10, 5, 9],
]
BELOW = [
    ["ID", "Title", "Type", "Owner", "Baseline", "Target", "Current"],
    ["O1", "Win new customers", "Objective", "Ann"],
    ["O1.KR1", "Leads", "Increase", "Ann", 0, 100, 20],
    ["O1.KR2", "Deals", "Increase", "Bo", 0, 10, 2],
    ["O2", "Keep those we have", "Objective", "Cy"],
    ["O2.KR1", "Churn in percent", "Decrease", "Cy", 10, 5, 9],
]
NOW = Quarter.holding(date.today(), 1)


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, [*map(str, arguments)])


def sheet(path, rows, quarter=NOW):
    """A workbook or CSV of these rows, below a line that names the quarter, unless it is none."""
    rows = [["Quarter", str(quarter)], [], *rows] if quarter else rows
    if path.suffix == ".csv":
        lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
        path.write_text("\n".join(lines))
        return path
    book = Workbook()
    book.active.title = "OKRs"
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def standing(path):
    """What stands of each key result, whatever rows and IDs it has."""
    scored = okr.rollup([path], config=okr.Config())
    columns = ["objective", "title", "owner", "baseline", "target", "current", "score", "status"]
    return scored.key_results[columns]


@pytest.mark.parametrize("rows", [BESIDE, BELOW], ids=["beside", "below"])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("quarter", [NOW, NOW.next, Year(NOW.year)], ids=["now", "next", "year"])
def test_numbers_under_current_come_along_under_a_day(quarter, suffix, rows, run, tmp_path):
    source = sheet(tmp_path / f"source{suffix}", rows, quarter)
    done = run("new", "new.xlsx", "--from", source)
    assert done.exit_code == 0, done.output
    was, now = standing(source), standing(tmp_path / "new.xlsx")
    assert now.equals(was)
    assert was["current"].tolist() == [20, 2, 9]
    tracker = okr.read(tmp_path / "new.xlsx")
    (day,) = set(tracker.check_ins["date"].dt.date)
    held = min(max(date.today(), quarter.start), quarter.end)
    assert day == min(each for each in tracker.check_in_dates if each >= held)
    (told,) = [line for line in done.output.splitlines() if "“Current”" in line]
    assert ": 3." in told
    assert f"{day.day} {day:%b} {day.year}" in told
    assert "stale-value" not in {problem.code for problem in tracker.problems}


def test_the_new_workbook_calculates_them(tmp_path):
    tracker = okr.read(sheet(tmp_path / "source.xlsx", BESIDE))
    about = replace(tracker.about, as_of=NOW.start + timedelta(days=40))
    path = okr.write(tracker.changed(about=about), tmp_path / "new.xlsx")
    cells = formula_cells(path)
    again = libreoffice(poisoned(path, tmp_path / "poisoned.xlsx"), tmp_path)
    assert differences(values(path, cells), values(again, cells)) == {}


@pytest.mark.parametrize("code", languages())
def test_it_is_said_in_every_language(code, run, tmp_path):
    label = language(code)("okrs.current")
    source = sheet(tmp_path / "source.csv", BELOW)
    done = run("new", "new.xlsx", "--from", source, "--language", code)
    (told,) = [line for line in done.output.splitlines() if label in line]
    assert "3" in told


def test_a_day_that_has_a_number_keeps_it(tmp_path):
    """A check-in date may be later than the day its number was typed on."""
    tracker = okr.read(sheet(tmp_path / "source.xlsx", BELOW))
    dated = okr.read(okr.write(tracker, tmp_path / "dated.xlsx"))
    both = dated.changed(
        key_results=dated.columns["key_results"].having(
            typed_current=tracker.columns["key_results"].typed_current + 1
        )
    )
    again = okr.read(okr.write(both, tmp_path / "again.xlsx"))
    assert again.check_ins["value"].tolist() == [20, 2, 9]


def test_a_plan_may_have_its_objectives_beside(run, tmp_path):
    source = sheet(tmp_path / "plan.csv", [row[:6] for row in BESIDE], None)
    done = run("new", "new.xlsx", "--from", source, "--quarter", "2027-Q2", "--team", "Sales")
    assert done.exit_code == 0, done.output
    tracker = okr.read(tmp_path / "new.xlsx")
    assert tracker.objectives["title"].tolist() == ["Win new customers", "Keep those we have"]
    assert tracker.key_results["title"].tolist() == ["Leads", "Deals", "Churn in percent"]
    assert tracker.key_results["objective_id"].tolist() == ["O1", "O1", "O2"]
    assert len(tracker.check_ins) == 0


@pytest.mark.parametrize("cadence", ["", "monthly"])
def test_dated_numbers_of_a_plan_come_along_within_its_quarter(cadence, run, tmp_path):
    rows = [[*BELOW[0][:6], "2027-01-08", "2027-01-13", "2027-01-15"]]
    rows += [BELOW[1], ["O1.KR1", "Leads", "Increase", "Ann", 0, 100, 10, 15, 20]]
    source = sheet(tmp_path / "plan.csv", rows, Quarter(2027, 1))
    options = ("--cadence", cadence) if cadence else ()
    done = run("new", "new.xlsx", "--from", source, *options)
    assert "plan.csv" not in done.output
    tracker = okr.read(tmp_path / "new.xlsx")
    assert tracker.check_ins["value"].tolist() == [10, 15, 20]
    days = [date(2027, 1, 8), date(2027, 1, 13), date(2027, 1, 15)]
    assert tracker.check_ins["date"].dt.date.tolist() == days
    planned = okr.new(quarter="2027-Q1", cadence=cadence or "weekly").check_in_dates
    assert set(tracker.check_in_dates) == {*days, *planned}


@pytest.mark.parametrize(
    ("quarter", "header", "code"),
    [
        *(("2027-Q2", "Current", code) for code in languages()),
        ("2027", "Current", "en"),
        ("2027", "2027-01-08", "en"),
        ("2026-Q4", "2027-01-08", "en"),
    ],
)
def test_numbers_of_another_quarter_stay_in_the_plan_which_is_said(
    quarter, header, code, run, tmp_path
):
    rows = [[*BELOW[0][:6], header], *BELOW[1:]]
    source = sheet(tmp_path / "plan.csv", rows, Quarter(2027, 1))
    done = run("new", "new.xlsx", "--from", source, "--quarter", quarter, "--language", code)
    tracker = okr.read(tmp_path / "new.xlsx")
    assert tracker.check_ins.empty
    assert tracker.key_results["title"].tolist() == ["Leads", "Deals", "Churn in percent"]
    (told,) = [line for line in done.stdout.splitlines() if "plan.csv" in line]
    assert quarter in told
    assert "3" in told.replace(quarter, "")


@pytest.mark.parametrize(("quarter", "count"), [(NOW, 3), (NOW.next, 0)], ids=["now", "next"])
def test_numbers_of_a_plan_without_a_quarter_are_todays(quarter, count, run, tmp_path):
    source = sheet(tmp_path / "plan.csv", BELOW, None)
    done = run("new", "new.xlsx", "--from", source, "--quarter", quarter)
    assert len(okr.read(tmp_path / "new.xlsx").check_ins) == count
    assert ("“Current”" in done.stdout) == (count == 3)
    assert ("Numbers that stay in plan.csv" in done.stdout) == (count == 0)


@pytest.mark.parametrize("before", [True, False])
def test_the_day_a_tracker_counts_to_may_lie_outside_its_quarter(before, tmp_path):
    tracker = okr.read(sheet(tmp_path / "source.xlsx", BELOW, Quarter(2027, 1)))
    day = date(2026, 12, 20) if before else date(2027, 5, 3)
    path = okr.write(
        tracker.changed(about=replace(tracker.about, as_of=day)), tmp_path / "new.xlsx"
    )
    (stands,) = set(okr.read(path).check_ins["date"].dt.date)
    assert stands == (date(2027, 1, 8) if before else date(2027, 3, 31))


def test_own_columns_of_a_plan_are_named_that_stay_behind(run, tmp_path):
    rows = [[*BELOW[0], "Budget"], BELOW[1], [*BELOW[2], "much"]]
    done = run("new", "new.xlsx", "--from", sheet(tmp_path / "plan.csv", rows))
    assert "Columns of your own that stay behind: Budget" in done.stdout


def test_a_sheet_without_a_quarter_says_how_to_go_on(run, tmp_path):
    source = sheet(tmp_path / "people.xlsx", BESIDE, None)
    (told,) = run("new", "new.xlsx", "--from", "people.xlsx").output.splitlines()
    assert told == (
        f"okr-sheets: people.xlsx names no quarter. Type it in a line above its table (Quarter, {NOW}),"
        f" or type okr-sheets adopt people.xlsx --quarter {NOW}"
    )
    assert run("adopt", source, "--quarter", NOW).exit_code == 0
    assert [path.suffix for path in tmp_path.iterdir()] == [".xlsx"] * 2


def test_without_a_day_of_today_the_same_tracker_gives_the_same_file(tmp_path, monkeypatch):
    tracker = okr.read(sheet(tmp_path / "source.xlsx", BELOW, Quarter(2027, 1)))
    files = []
    for day in (date(2027, 1, 20), date(2027, 2, 24)):
        monkeypatch.setattr("okr_sheets.about.today", lambda day=day: day)
        files.append(okr.write(tracker, tmp_path / f"{day}.xlsx").read_bytes())
    assert files[0] == files[1]
