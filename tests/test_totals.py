"""Counts from 0 each quarter, and steps of a target: a truth table that three programs agree on."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from calculators import by_formualizer, by_ironcalc, formula_cells, libreoffice, poisoned, values
from openpyxl import Workbook
from python_calamine import CalamineWorkbook

import okr_sheets as okr

VECTORS = Path(__file__).parent / "data" / "total_vectors.tsv"
TODAY = date(2027, 2, 15)
SPAN = 100  # days that each key result runs; its start puts today where `time_passed` says


def cases():
    with VECTORS.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.fixture(scope="module")
def tracker(tmp_path_factory):
    """The truth table as a plan in CSV, each number typed today."""
    path = tmp_path_factory.mktemp("totals") / "totals.csv"
    header = ("ID", "Title", "Owner", "Type", "Baseline", "Target", "Start", "Due", TODAY)
    rows = [("As-of date", TODAY), ("Quarter", "2027-Q1"), (), header]
    rows.append(("O1", "All cases", "Ann", "Objective", "", "", "", "", ""))
    for number, case in enumerate(cases(), 1):
        start = TODAY - timedelta(days=round(float(case["time_passed"]) * SPAN))
        plan = (case["type"], case["baseline"], case["target"], start, start + timedelta(SPAN))
        rows.append((f"O1.KR{number}", case["case"], "Ann", *plan, case["current"]))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return okr.read(path)


def expected():
    def number(text):
        return float(text) if text else None

    return [
        (number(case["raw_progress"]), number(case["score"]), case["status"] or None)
        for case in cases()
    ]


def told(progress, score, status):
    return None if progress is None else round(progress, 4), score, status or None


def test_totals_hold_in_python(tracker):
    scored = okr.score(tracker).astype(object)
    scored = scored.where(scored.notna(), None)
    said = [told(row.progress, row.score, row.status) for row in scored.itertuples()]
    assert said == expected()


@pytest.mark.parametrize("program", ["libreoffice", "formualizer", "ironcalc"])
def test_totals_hold_in_other_programs(tracker, program, tmp_path, request):
    path = poisoned(okr.write(tracker, tmp_path / "totals.xlsx"), tmp_path / "poisoned.xlsx")
    cells = formula_cells(path)
    if program == "libreoffice":
        request.getfixturevalue("soffice")
        found = values(libreoffice(path, tmp_path), cells)
    elif program == "formualizer":
        found = by_formualizer(path, cells, tmp_path)
    else:
        found = by_ironcalc(path, cells)
    keys = CalamineWorkbook.from_path(path).get_sheet_by_name("OKRs").to_python()[3]
    column = {key: number for number, key in enumerate(keys, 1)}
    words = {"On track": "on-track", "At risk": "at-risk", "Off track": "off-track"}
    words |= {"Achieved": "achieved"}
    said = []
    for row in range(7, 7 + len(cases())):
        shown = [
            found["OKRs", row, column[f"okr.{key}"]] for key in ("progress", "score", "status")
        ]
        progress, score, status = (None if cell == "" else cell for cell in shown)
        said.append(told(progress, score, words.get(status)))
    assert said == expected()


GAPS = {
    "used 0.125 of the allowance, gap 0.025": 0.025,
    "used 0.5, gap 0.2": 0.2,
    "used 0.75, gap 0.35": 0.35,
    "over the target": 0.175,
    "none allowed, none yet": -0.5,
    "none allowed, one": 0.5,
    "gap 0.1333": 0.1333,
}


def test_the_gap_of_what_stays_within_is_the_share_used_minus_the_time_passed(tracker):
    scored = okr.score(tracker).set_index("title")
    assert {case: scored.gap[case] for case in GAPS} == GAPS


def test_a_total_of_nothing_is_named(tracker):
    named = {p.row for p in okr.check(tracker) if p.code == "total-of-nothing"}
    first = tracker.key_results.index[0]
    assert named == {first + n for n, case in enumerate(cases()) if "named" in case["case"]}


@pytest.mark.parametrize(
    ("type_", "baseline", "target", "numbers", "is_suspected"),
    [
        ("Decrease", 14, 8, (1,), True),  # customers lost
        ("Decrease", 14, 8, (1, 3, 4), True),
        ("Decrease", 9, 0, (0, 1), True),
        ("Decrease", 14, 8, (13, 12), False),
        ("Decrease", 14, 8, (6, 5), False),  # it fell: a level that is past its target
        ("Increase", 22, 30, (2, 4, 7), True),  # new customers
        ("Increase", 22, 30, ("", "", "", "", "", "", 14), True),  # typed in February only
        ("Increase", 22, 30, (21, 20), False),
        ("Increase", 22, 30, (20, 25), False),
        ("Increase", 0, 30, (2, 4), False),  # it begins at 0 anyway
        ("", 420000, 700000, (31000, 64000), True),
        ("Total to reach", 22, 30, (2, 4), False),
        ("Total to stay within", 14, 8, (1, 3), False),
    ],
)
def test_a_count_typed_as_a_level_is_asked_about(
    book, tmp_path, type_, baseline, target, numbers, is_suspected
):
    days = [date(2027, 1, 8) + timedelta(weeks=week) for week in range(len(numbers))]
    path = book(f"""
        | As-of date | {days[-1]} |
        | ID | Title | Owner | Type | Baseline | Target | {" | ".join(map(str, days))} |
        | O1 | Goal | Ann | Objective | | | {" | " * (len(days) - 1)} |
        | O1.KR1 | Results | Ann | {type_} | {baseline} | {target} | {" | ".join(map(str, numbers))} |
    """)
    codes = {problem.code for problem in okr.check(path)}
    assert ("count-suspected" in codes) is is_suspected
    written = okr.write(okr.read(path), tmp_path / "t.xlsx")
    cells = CalamineWorkbook.from_path(written).get_sheet_by_name("OKRs").to_python()
    to_fix = cells[6][cells[3].index("okr.to_fix")]
    assert ("counted from 0" in to_fix) is is_suspected


@pytest.mark.parametrize(
    ("type_", "baseline", "target", "current", "is_suspected"),
    [
        ("Increase", 22, 30, 14, True),
        ("Decrease", 14, 8, 1, True),
        ("", 420000, 700000, 31000, True),
        ("Increase", 22, 30, 23, False),
        ("Decrease", 14, 8, 12, False),
    ],
)
def test_a_count_is_suspected_by_its_current_number_alone(
    book, type_, baseline, target, current, is_suspected
):
    path = book(f"""
        | As-of date | 2027-02-12 |
        | Quarter    | 2027-Q1    |
        | ID | Title | Owner | Type | Baseline | Target | Current |
        | O1 | Goal | Ann | Objective | | | |
        | O1.KR1 | Results | Ann | {type_} | {baseline} | {target} | {current} |
    """)
    codes = {problem.code for problem in okr.check(path)}
    assert ("count-suspected" in codes) is is_suspected


@pytest.mark.parametrize("target", [5, 12, 100])
def test_steps_of_a_target_take_no_yes_for_one_step(book, target):
    path = book(f"""
        | ID     | Title      | Type      | Target   | 2027-02-12 |
        | O1     | Goal       | Objective |          |            |
        | O1.KR1 | Interviews | Achieve   | {target} | 1          |
        | O1.KR2 | Interviews | Achieve   | {target} | Yes        |
        | O1.KR3 | Interviews | Achieve   | {target} | No         |
        | O1.KR4 | Launch     | Achieve   |          | Yes        |
    """)
    scored = okr.score(path, as_of=date(2027, 2, 12))
    assert scored.score.tolist() == [round(1 / target, 4), 1, 0, 1]


@pytest.mark.parametrize("target", [5, 12, 100])
def test_a_yes_for_steps_is_said_in_a_workbook_which_does_not_count_it(tmp_path, target):
    book = Workbook()
    sheet = book.active
    for row in (
        ("ID", "Title", "Owner", "Type", "Baseline", "Target", "2027-02-12"),
        ("O1", "Goal", "Ann", "Objective"),
        ("O1.KR1", "Interviews", "Ann", "Achieve", None, target, "Yes"),
        ("O1.KR2", "Interviews", "Ann", "Achieve", None, target, "No"),
        ("O1.KR3", "Launch", "Ann", "Achieve", None, None, "Yes"),
        ("O1.KR4", "Launch", "Ann", "Achieve", None, 1, "Yes"),
    ):
        sheet.append(row)
    book.save(tmp_path / "steps.xlsx")
    said = {(p.row, p.code, p.words["value"]) for p in okr.read(tmp_path / "steps.xlsx").problems}
    assert said == {(3, "number-as-text", str(target)), (4, "number-as-text", "0")}


@pytest.mark.parametrize(
    ("baseline", "target", "current", "score"),
    [
        ("", -5, -20, None),
        ("", 0, 0, None),
        ("", 30, 12, 0.4),
        (-20, -5, -10, 0.6667),
        (-20, 0, -5, 0.75),
    ],
)
def test_an_increase_to_nothing_is_not_scored_without_a_baseline(
    book, baseline, target, current, score
):
    path = book(f"""
        | ID     | Title | Type      | Baseline   | Target   | 2027-02-12 |
        | O1     | Goal  | Objective |            |          |            |
        | O1.KR1 | Loss  | Increase  | {baseline} | {target} | {current}  |
    """)
    found = okr.score(path, as_of=date(2027, 2, 12)).score.astype(object)
    assert found.where(found.notna(), None).tolist() == [score]
    assert ("no-baseline" in {p.code for p in okr.check(path)}) is (score is None)
