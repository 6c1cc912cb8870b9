"""The numbers of quality by hand-made cases, and the review that `check -o` writes."""

import numpy as np

import okr_sheets as okr
from okr_sheets.coaching.quality import QUALITY, quality

SHEET = """
| Company | Acme | | | | | | | | |
| Team | {team} | | | | | | | | |
| Quarter | {quarter} | | | | | | | | |
| ID     | Title   | Owner | Type      | Unit  | Baseline | Target | State     | Note | 2027-01-08 |
| O1     | Goal    | Ann   | Objective |       |          |        |           |      |            |
| O1.KR1 | a       | Ann   | Increase  | users | 0        | 5      |           |      |            |
| O1.KR2 | b       | Ann   | Increase  | users | 0        | 5      |           |      |            |
| O1.KR3 | c       | Ann   | Increase  | users | 0        | 5      | Cancelled | why  |            |
| O2     | Other   | Ann   | Objective |       |          |        | Postponed | why  |            |
| O2.KR1 | d       | Ann   | Increase  | users | 0        | 5      |           |      |            |
"""


def sheet(book, name="a.csv", team="Marketing", quarter="2027-Q1"):
    return okr.read(book(SHEET.format(team=team, quarter=quarter), name))


def finding(tracker, row, code="kr-no-number", key="title", part="okrs"):
    return tracker.problem(code, part, row, key)


def counted(columns):
    keys = ("level", "id", "key_results", "clean", "findings")
    return [tuple(row[key] for key in keys) for row in columns.records()]


def test_a_key_result_is_clean_without_a_finding_in_its_row(book):
    tracker = sheet(book)
    found = [
        finding(tracker, 6),
        finding(tracker, 6, "kr-no-unit", "unit"),
        finding(tracker, 7, "kr-vague"),  # worth knowing, no finding
        finding(tracker, 7, "missing-owner", "owner"),  # wrong, but not a coach's
        finding(tracker, 5, "obj-number"),
        finding(tracker, 0, "obj-many"),
    ]
    columns = quality([tracker], found)
    assert counted(columns) == [
        ("unit", "", 2, 1, 4),
        ("objective", "O1", 2, 1, 3),
        ("objective", "O2", 0, 0, 0),
    ]
    np.testing.assert_equal(columns.share, [0.5, 0.5, np.nan])
    assert columns.row.tolist() == [0, 5, 9]
    assert list(columns) == [column.key for column in QUALITY]
    assert columns.team.tolist() == ["Marketing"] * 3


def test_quarters_of_a_unit_stand_together_the_oldest_first(book):
    later = sheet(book, "later.csv", quarter="2027-Q2")
    sales = sheet(book, "sales.csv", team="Sales")
    first = sheet(book, "first.csv", team="marketing")
    columns = quality([later, sales, first], [finding(first, 6), finding(first, 7)])
    units = columns.take(columns.level == "unit")
    assert units.tracker.tolist() == [2, 0, 1]
    assert units.quarter.tolist() == ["2027-Q1", "2027-Q2", "2027-Q1"]
    assert units.share.tolist() == [0, 1, 1]


def test_several_trackers_of_a_unit_and_quarter_count_together(book):
    one, other = sheet(book), sheet(book, "b.csv")
    columns = quality([one, other], [finding(other, 6)])
    assert counted(columns)[0] == ("unit", "", 4, 3, 1)
    assert columns.tracker.tolist() == [0, 0, 0, 1, 1]


def test_files_that_could_not_be_read_count_nothing(book):
    assert len(quality([okr.read(book("| nothing | here |"))], [])) == 0
    assert len(quality([], [])) == 0


def test_in_a_flat_table_an_objective_and_its_first_key_result_are_told_apart(book):
    tracker = okr.read(
        book("""
        | Quarter   | 2027-Q1    |       |          |          |        |
        | Objective | Key result | Owner | Type     | Baseline | Target |
        | Goal      | a          | Ann   | Increase | 0        | 5      |
        | Goal      | b          | Ann   | Increase | 0        | 5      |
        """)
    )
    assert tracker.is_flat
    of_objective = finding(tracker, 3, "obj-number", part="objectives")
    columns = quality([tracker], [of_objective])
    assert [each[2:] for each in counted(columns)] == [(2, 2, 1)] * 2
    columns = quality([tracker], [of_objective, finding(tracker, 3)])
    assert [each[2:] for each in counted(columns)] == [(2, 1, 2)] * 2
