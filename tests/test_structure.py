"""What people do to the structure of a tracker, and of a folder of them."""

import os
from dataclasses import replace
from datetime import date

import pytest
from openpyxl import load_workbook

import okr_sheets as okr
from okr_sheets import demo
from okr_sheets.reading.files import read_all


def codes(problems):
    return [(problem.cell, problem.code) for problem in problems]


def test_a_column_that_is_there_twice_is_named_and_the_left_one_counts(seen, book):
    table = """
        | ID     | Title | Type      | Baseline | Target | Target | 2027-01-08 | 2027-01-08 |
        | O1     | Goal  | Objective |          |        |        |            |            |
        | O1.KR1 | Leads | Increase  | 0        | 10     | 20     | 5          | 6          |
    """
    assert seen(table) == [("F1", "duplicate-column"), ("H1", "duplicate-column")]
    tracker = okr.read(book(table))
    assert tracker.key_results.target.tolist() == [10]
    assert tracker.check_ins.value.tolist() == [5]
    assert [p.given for p in tracker.problems] == ["E", "G"]


def test_numbers_under_a_header_that_is_no_date_are_named(seen):
    assert seen("""
        | ID     | Title | Type      | Baseline | Target | 2027-01-08 | next week | 2027-01-22 |   | Remarks |
        | O1     | Goal  | Objective |          |        |            |           |            |   |         |
        | O1.KR1 | Leads | Increase  | 0        | 10     | 5          | 6         | 7          | 8 | 1       |
    """) == [("G1", "undated-column"), ("I1", "undated-column")]


def test_a_header_said_again_is_passed_over(book):
    tracker = okr.read(
        book("""
        | ID     | Title | Type      | Baseline | Target | 2027-01-08 |
        | O1     | One   | Objective |          |        |            |
        | O1.KR1 | a     | Increase  | 0        | 10     | 5          |
        | ID     | Title | Type      | Baseline | Target | 2027-01-08 |
        | O2     | Two   | Objective |          |        |            |
        | O2.KR1 | b     | Increase  | 0        | 10     | 6          |
    """)
    )
    assert tracker.problems == ()
    assert tracker.objectives.index.tolist() == [2, 5]
    assert tracker.check_ins.value.tolist() == [5, 6]


def test_another_header_below_ends_the_table_and_is_named(book):
    tracker = okr.read(
        book("""
        | ID     | Title | Type      | Baseline | Target | 2027-01-08 |
        | O1     | One   | Objective |          |        |            |
        | O1.KR1 | a     | Increase  | 0        | 10     | 5          |
        | ID     | Title | Owner     | Type      | Baseline | Target |
        | O2     | Two   | Ann       | Objective |          |        |
        | O2.KR1 | b     | Ann       | Increase  | 0        | 10     |
    """)
    )
    assert codes(tracker.problems) == [("4", "second-header")]
    assert tracker.objectives.id.tolist() == ["O1"]


def test_rows_in_any_order_find_their_objective_by_id(book):
    tracker = okr.read(
        book("""
        | ID     | Title | Type      | Baseline | Target | 2027-01-08 |
        | O2.KR1 | b     | Increase  | 0        | 10     | 6          |
        | O1.KR1 | a     | Increase  | 0        | 10     | 5          |
        | O1     | One   | Objective |          |        |            |
        | O2     | Two   | Objective |          |        |            |
    """)
    )
    assert tracker.problems == ()
    assert tracker.key_results.objective_id.tolist() == ["O2", "O1"]


def test_a_file_without_check_ins_goes_by_its_current_column(book):
    path = book("""
        | Quarter | 2027-Q1 |           |          |        |         |
        | ID      | Title   | Type      | Baseline | Target | Current |
        | O1      | Goal    | Objective |          |        |         |
        | O1.KR1  | Leads   | Increase  | 0        | 10     | 5       |
        | O1.KR2  | Deals   | Increase  | 0        | 10     |         |
        | O1.KR3  | Site    | Achieve   |          |        | yes     |
    """)
    scored = okr.score(path, as_of=date(2027, 2, 12))
    assert okr.read(path).problems == ()
    assert scored.score.tolist() == [0.5, 0, 1]
    assert scored.status.tolist()[1:] == ["no-update", "achieved"]


@pytest.fixture
def tracker():
    return demo.marketing("en")


@pytest.fixture
def path(tracker, tmp_path):
    return okr.write(tracker, tmp_path / "marketing.xlsx")


def test_what_is_open_elsewhere_is_said(path):
    path.with_name(f"~${path.name}").write_bytes(b"\5Ann")
    assert codes(okr.read(path).problems) == [("", "open-elsewhere")]


def test_of_two_copies_the_one_updated_last_counts(tracker, path, tmp_path):
    later = tracker.check_in_dates[-1]
    row = tracker.check_ins.index[0]
    more = tracker.check_ins.loc[[row]].iloc[[0]].assign(date=later.isoformat())
    more["date"] = more["date"].astype(tracker.check_ins["date"].dtype)
    import pandas as pd

    newer = replace(tracker, check_ins=pd.concat([tracker.check_ins, more]))
    copy = okr.write(newer, tmp_path / "marketing (1).xlsx")
    os.utime(copy, (0, 0))  # a folder that was unpacked or synchronised tells no times
    trackers = read_all(tmp_path)
    assert [(t.path, t.readable) for t in trackers] == [(str(copy), True), (str(path), False)]
    assert [p.code for p in okr.check(tmp_path)] == ["same-tracker"]
    assert okr.rollup(tmp_path).unreadable == ()
    assert len(okr.score(tmp_path)) == len(tracker.key_results)


def test_of_two_equal_copies_the_younger_file_counts(path, tmp_path):
    copy = tmp_path / "Copy of marketing.xlsx"
    copy.write_bytes(path.read_bytes())
    os.utime(path, (1_000, 1_000))
    assert [t.path for t in read_all(tmp_path) if t.readable] == [str(copy)]
    os.utime(copy, (10, 10))
    assert [t.path for t in read_all(tmp_path) if t.readable] == [str(path)]


def test_two_teams_with_one_plan_are_no_copies(tracker, tmp_path):
    for team in ("North", "South"):
        about = replace(tracker.about, team=team)
        okr.write(replace(tracker, about=about), tmp_path / f"{team}.xlsx")
    assert sum(t.readable for t in read_all(tmp_path)) == 2
    assert {p.code for p in okr.check(tmp_path)} == {"id-reused"}


def test_an_alignment_to_an_id_that_two_trackers_have_is_named(tracker, tmp_path):
    for team in ("North", "South"):
        about = replace(tracker.about, team=team)
        okr.write(replace(tracker, about=about), tmp_path / f"{team}.xlsx")
    plan = okr.new("sales", quarter=tracker.about.quarter, company=tracker.about.company)
    ids = [tracker.objectives["id"].iloc[0], *[""] * (len(plan.objectives) - 1)]
    plan = replace(plan, objectives=plan.objectives.assign(aligns_to=ids))
    okr.write(plan, tmp_path / "sales.xlsx")
    found = [p for p in okr.check(tmp_path) if p.code == "ambiguous-alignment"]
    assert [(p.key, p.words["files"]) for p in found] == [("aligns_to", "North.xlsx, South.xlsx")]


def test_what_an_example_left_in_is_named_and_not_counted(tmp_path):
    plan = okr.new("sales", quarter="2027-Q1", team="Sales")
    titles = plan.key_results["title"].to_list()
    own = plan.key_results["title"].where(plan.key_results["objective_id"] != "SAL-O1", "Ours")
    mixed = replace(plan, key_results=plan.key_results.assign(title=own))
    path = okr.write(mixed, tmp_path / "t.xlsx")
    read = okr.read(path)
    assert {p.code for p in read.problems} == {"example-left"}
    assert set(read.key_results["title"]) == {"Ours"}
    assert read.objectives["id"].tolist() == ["SAL-O1"]
    assert len(read.problems) == len(titles) - (own == "Ours").sum() + len(plan.objectives) - 1
    # Nothing was started: the examples are all there is.
    assert okr.read(okr.write(plan, tmp_path / "all.xlsx")).problems == ()


def sheets_in_one(trackers, folder):
    """The OKRs of several trackers as sheets of one workbook, as Excel's Move or Copy makes it."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.active)
    for name, tracker in trackers.items():
        source = load_workbook(okr.write(tracker, folder / "one.xlsx", force=True), data_only=True)[
            "OKRs"
        ]
        sheet = book.create_sheet(name)
        for row in source.iter_rows():
            for cell in row:
                if cell.value is not None:
                    sheet[cell.coordinate] = cell.value
    (folder / "one.xlsx").unlink()
    book.save(folder / "all.xlsx")
    return folder / "all.xlsx"


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
def test_each_table_of_okrs_is_a_tracker_named_by_its_sheet(tracker, tmp_path):
    other = okr.new("sales", quarter="2027-Q1")
    path = sheets_in_one({"North": tracker, "South": other}, tmp_path)
    found = read_all(path)
    assert [t.about.team for t in found] == ["North", "South"]
    assert [len(t.key_results) for t in found] == [len(tracker.key_results), len(other.key_results)]
    assert (
        okr.read(path, sheet="South")
        .objectives["id"]
        .equals(other.objectives["id"].set_axis(okr.read(path, sheet="South").objectives.index))
    )
    assert "several-tables" in {p.code for p in found[0].problems}
    assert set(okr.rollup(path, as_of=demo.AS_OF).teams["team"]) == {"North", "South"}
    with pytest.raises(ValueError, match="only on: North, South"):
        okr.read(path, sheet="West")
