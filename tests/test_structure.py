"""What people do to the structure of a tracker, and of a folder of them."""

import os
from dataclasses import replace
from datetime import date

import pytest
from conftest import faults_in
from openpyxl import load_workbook

import okr_sheets as okr
from okr_sheets import demo
from okr_sheets.reading.folders import read_all


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
    """) == [("G1", "undated-column"), ("I1", "undated-column"), ("J1", "unknown-column")]


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
    assert [p.code for p in okr.check(tmp_path) if p.path == str(path)] == ["same-tracker"]
    assert okr.rollup(tmp_path).unreadable == ()
    assert len(okr.score(tmp_path)) == len(tracker.key_results)


def test_of_two_identical_files_the_one_with_the_plain_name_counts(path, tmp_path):
    copy = tmp_path / "Copy of marketing.xlsx"
    copy.write_bytes(path.read_bytes())
    os.utime(path, (1_000, 1_000))
    assert [t.path for t in read_all(tmp_path) if t.readable] == [str(path)]
    found = [(p.file, p.code, p.given) for p in okr.check(copy.parent) if p.path == str(copy)]
    assert found == [(copy.name, "identical-copy", path.name)]


def test_of_two_copies_with_the_same_check_ins_the_younger_file_counts(tracker, path, tmp_path):
    notes = tracker.key_results.assign(note="Seen")
    copy = okr.write(replace(tracker, key_results=notes), tmp_path / "marketing (1).xlsx")
    for old, new in ((path, copy), (copy, path)):
        os.utime(old, (1_000, 1_000))
        os.utime(new, (2_000, 2_000))
        assert [t.path for t in read_all(tmp_path) if t.readable] == [str(new)]


def test_a_copy_that_is_set_aside_is_still_said_to_be_open(path, tmp_path):
    copy = tmp_path / "Copy of marketing.xlsx"
    copy.write_bytes(path.read_bytes())
    copy.with_name(f"~${copy.name}").write_bytes(b"\5Ann")
    said = {p.code for p in okr.check(tmp_path) if p.path == str(copy)}
    assert said == {"open-elsewhere", "identical-copy"}


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
@pytest.mark.parametrize("hidden", ["sheet", "sheet typed before", "nothing"])
def test_a_backup_sheet_is_not_counted_and_the_team_keeps_its_name(path, hidden):
    once = okr.score(path)
    book = load_workbook(path)
    backup = book.copy_worksheet(book["OKRs"])
    backup.title = "OKRs (2)"
    if hidden != "nothing":
        backup.sheet_state = "hidden"
    if hidden == "sheet typed before":
        first = okr.read(path).letters["okrs"][f"checkin.{okr.read(path).check_in_dates[0]}"]
        for row in range(6, 40):
            backup[f"{first}{row}"] = None
    book.move_sheet(backup, -9)
    book.save(path)
    scored = okr.score(path)
    assert scored["team"].tolist() == once["team"].tolist()
    assert scored["current"].tolist() == once["current"].tolist()
    sheets = {"OKRs (2)", "OKRs"}
    found = [p for p in okr.check(path) if p.code in {"identical-copy", "same-tracker"}]
    assert [{p.sheet, p.given} for p in found] == [sheets]


def test_an_export_beside_its_workbook_counts_once(tracker, path, tmp_path):
    table = okr.read(path)
    days = table.check_in_dates
    typed = {(r.id, r.date.date()): r.value for r in table.check_ins.itertuples()}
    lines = [";".join(["ID", "Title", "Type", "Baseline", "Target", *map(str, days)])]
    for row in table.rows.itertuples():
        told = [row.id, row.title, row.type if isinstance(row.type, str) else "Objective"]
        numbers = [row.baseline, row.target, *(typed.get((row.id, day), "") for day in days)]
        lines.append(";".join([*told, *("" if n != n else str(n) for n in numbers)]))  # noqa: PLR0124  NaN
    export = tmp_path / "export.csv"
    export.write_text("\n".join(lines) + "\n", "utf-8")
    assert [t.path for t in read_all(tmp_path) if t.readable] == [str(path)]
    assert len(okr.score(tmp_path)) == len(tracker.key_results)


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
def test_sheets_of_teams_that_share_one_plan_all_count(tracker, tmp_path):
    other = tracker.check_ins.assign(value=tracker.check_ins["value"] + 1)
    path = sheets_in_one({"North": tracker, "South": replace(tracker, check_ins=other)}, tmp_path)
    assert [t.about.team for t in read_all(path)] == ["North", "South"]


def test_an_alignment_goes_to_the_parent_that_the_tracker_names(tracker, tmp_path):
    for team in ("North", "South"):
        about = replace(tracker.about, team=team)
        okr.write(replace(tracker, about=about), tmp_path / f"{team}.xlsx")
    about = replace(tracker.about, team="Sales", parent="North.xlsx")
    plan = okr.new("sales", quarter=tracker.about.quarter)
    ids = [tracker.objectives["id"].iloc[0], *[""] * (len(plan.objectives) - 1)]
    plan = replace(plan, about=about, objectives=plan.objectives.assign(aligns_to=ids))
    okr.write(plan, tmp_path / "sales.xlsx")
    assert "ambiguous-alignment" not in {p.code for p in okr.check(tmp_path)}


def test_two_teams_with_one_plan_are_no_copies(tracker, tmp_path):
    for team in ("North", "South"):
        about = replace(tracker.about, team=team)
        okr.write(replace(tracker, about=about), tmp_path / f"{team}.xlsx")
    assert sum(t.readable for t in read_all(tmp_path)) == 2
    assert {p.code for p in faults_in(tmp_path)} == {"id-reused"}


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
    with pytest.raises(ValueError, match="Choose one of: North, South"):
        okr.read(path, sheet="West")


def test_a_tracker_made_without_days_is_named(tracker):
    about = replace(tracker.about, start=None, end=None)
    dayless = replace(tracker, about=about, problems=())
    assert [p.code for p in okr.check(dayless)].count("no-quarter") == 1
    assert "no-quarter" not in [p.code for p in okr.check(tracker)]


def test_a_file_without_days_is_named_once(book):
    path = book("""
        | ID     | Title | Type      | Baseline | Target |
        | O1     | Goal  | Objective |          |        |
        | O1.KR1 | Leads | Increase  | 0        | 10     |
    """)
    assert [p.code for p in okr.check(path)].count("no-quarter") == 1
