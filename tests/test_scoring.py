import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from calculators import libreoffice, poisoned
from python_calamine import CalamineWorkbook

import okr_sheets as okr
from okr_sheets.bands import PRESETS
from okr_sheets.computing import InColumns
from okr_sheets.frames import frame

VECTORS = Path(__file__).parent / "data" / "score_vectors.tsv"
TYPES = {("maintain", "min"): "keep-at-least", ("maintain", "max"): "keep-at-most"}
LAST_DAY = date(2027, 3, 31)
CODES = {
    "baseline_assumed_0": "baseline-assumed",
    "no_baseline": "no-baseline",
    "no_target": "no-target",
    "baseline_equals_target": "baseline-equals-target",
    "direction_mismatch": "wrong-direction",
    "type_inferred": "type-inferred",
}


def cases():
    with VECTORS.open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.fixture(scope="module", params=["aspirational", "committed"])
def commitment(request):
    return request.param


@pytest.fixture(scope="module")
def tracker(tmp_path_factory, commitment):
    """The truth table as a plan in CSV, its values typed on the quarter's last day."""
    path = tmp_path_factory.mktemp("vectors") / "vectors.csv"
    header = ("ID", "Title", "Owner", "Type", "Baseline", "Target", "State", "Commitment", LAST_DAY)
    rows = [
        ("As-of date", LAST_DAY),
        (),
        header,
        ("O1", "All cases", "Ann", "Objective", "", "", "", "", ""),
    ]
    for number, case in enumerate(cases(), 1):
        kind = TYPES.get((case["type"], case["bound"]), case["type"])
        typed = (kind, case["baseline"], case["target"], case["status"], commitment)
        rows.append((f"O1.KR{number}", case["case"], "Ann", *typed, case["current"]))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return okr.read(path)


def expected(case, commitment):
    """Progress, score and band of a case; None where the table says nothing."""

    def number(key):
        return float(case[key]) if case[key] else None

    return number("raw_progress"), number("score"), case[f"band_{commitment}"] or None


def test_the_truth_table_holds_in_python(tracker, commitment):
    scored = okr.score(tracker, as_of=LAST_DAY)
    said = [
        (
            None if row.progress != row.progress else round(row.progress, 4),
            None if row.score != row.score else row.score,
            row.grade or None,
        )
        for row in scored.itertuples()
    ]
    assert said == [expected(case, commitment) for case in cases()]


def test_the_truth_table_holds_in_libreoffice(tracker, commitment, tmp_path, soffice):
    written = okr.write(tracker, tmp_path / "vectors.xlsx")
    recalculated = libreoffice(poisoned(written, tmp_path / "poisoned.xlsx"), tmp_path)
    rows = CalamineWorkbook.from_path(recalculated).get_sheet_by_name("OKRs").to_python()
    keys = {key: column for column, key in enumerate(rows[3])}
    words = {"Green": "green", "Yellow": "yellow", "Red": "red"}
    said = [
        (
            round(row[keys["okr.progress"]], 4) if row[keys["okr.progress"]] != "" else None,
            row[keys["okr.score"]] if row[keys["okr.score"]] != "" else None,
            words.get(row[keys["okr.grade"]]),
        )
        for row in rows[6 : 6 + len(cases())]
    ]
    assert said == [expected(case, commitment) for case in cases()]


def test_what_the_truth_table_flags_is_named(tracker):
    found = {(problem.row, problem.code) for problem in okr.check(tracker)}
    first = tracker.key_results.index[0]
    for number, case in enumerate(cases()):
        for flag in case["flags"].split(","):
            if flag in CODES:
                assert (first + number, CODES[flag]) in found, case["case"]


@pytest.mark.parametrize(
    ("weights", "scores", "mean"),
    [
        ((2, 1, ""), (0.6, 1.0, None), 0.7333),  # the third cannot be scored
        (("", "", ""), (1.0, 0.0, 0.0), 0.3333),  # Perdoo's example
        ((0, 1, 1), (1.0, 0.5, 0.0), 0.25),
        ((0.2, 0.2, 0.6), (1.0, 1.0, 0.5), 0.7),
    ],
)
def test_an_objective_is_the_weighted_mean_of_what_can_be_scored(book, weights, scores, mean):
    lines = "\n".join(
        f"| O1.KR{n} | Result | Increase | 0 | {'' if s is None else 1} | {w} | {s or 0} |"
        for n, (w, s) in enumerate(zip(weights, scores, strict=True), 1)
    )
    path = book(f"""
        | ID | Title | Type      | Baseline | Target | Weight | 2027-03-31 |
        | O1 | Goal  | Objective |          |        |        |            |
        {lines}
    """)
    assert okr.rollup(path, as_of=LAST_DAY).objectives.score.tolist() == [mean]


@pytest.mark.parametrize(
    ("start", "share"),
    [("", 0.5056), ("2027-02-01", 0.2414)],  # 45 of 89 days, 14 of 58
)
def test_expected_counts_days_from_the_start(book, start, share):
    path = book(f"""
        | ID     | Title | Type      | Baseline | Target | Start   | 2027-02-12 |
        | O1     | Goal  | Objective |          |        |         |            |
        | O1.KR1 | Leads | Increase  | 0        | 10     | {start} | 3          |
    """)
    assert okr.score(path, as_of=date(2027, 2, 15)).expected.tolist() == [share]


@pytest.mark.parametrize(
    ("value", "status"),
    [
        ("", "no-update"),
        (10, "achieved"),
        (4.1, "on-track"),  # 0.5056 - 0.41 = 0.0956
        (4.0, "at-risk"),  # 0.1056
        (2.6, "at-risk"),  # 0.2456
        (2.5, "off-track"),  # 0.2556
    ],
)
def test_status_follows_the_gap(book, value, status):
    path = book(f"""
        | ID     | Title | Type      | Baseline | Target | 2027-02-12 |
        | O1     | Goal  | Objective |          |        |            |
        | O1.KR1 | Leads | Increase  | 0        | 10     | {value}    |
    """)
    assert okr.score(path, as_of=date(2027, 2, 15)).status.tolist() == [status]


@pytest.mark.parametrize(
    ("header", "days"),
    [
        ("2027-02-12 | 2027-02-19 | 2027-02-26", {10: 2, 12: 2, 13: 5, 17: 5, 19: 5, 20: 9}),
        ("2027-02-05 | 2027-02-19 | 2027-03-05", {5: 2, 6: 5, 17: 5, 19: 5, 20: 9}),
        ("2027-01-31 | 2027-02-28 | 2027-03-31", {1: 5, 17: 5, 28: 5}),
    ],
)
def test_a_number_counts_in_the_period_that_ends_on_its_date(book, header, days):
    path = book(f"""
        | ID     | Title | Type      | Baseline | Target | {header} |
        | O1     | Goal  | Objective |          |        |   |   |   |
        | O1.KR1 | Leads | Increase  | 0        | 10     | 2 | 5 | 9 |
    """)
    scored = {day: okr.score(path, as_of=date(2027, 2, day)) for day in days}
    assert {day: rows.current[0] for day, rows in scored.items()} == days
    # The pace goes by the day itself.
    passed = {day: round((date(2027, 2, day) - date(2027, 1, 1)).days / 89, 4) for day in days}
    assert {day: rows.expected[0] for day, rows in scored.items()} == passed


@pytest.mark.parametrize("far", ["2027-04-02", "2027-12-31", "2028-03-31"])
def test_no_period_goes_beyond_the_quarter(book, tmp_path, soffice, far):
    path = book(f"""
        | As-of date | 2027-03-05 |
        | Quarter    | 2027-Q1    |
        | ID     | Title | Owner | Type      | Baseline | Target | 2027-02-26 | {far} |
        | O1     | Goal  | Ann   | Objective |          |        |            |       |
        | O1.KR1 | Leads | Ann   | Increase  | 0        | 10     | 2          | 9     |
    """)
    assert okr.score(path).current.tolist() == [2]
    written = okr.write(okr.read(path), tmp_path / "t.xlsx")
    recalculated = libreoffice(poisoned(written, tmp_path / "p.xlsx"), tmp_path)
    assert okr.read(recalculated).stored["current"].tolist()[1] == 2


def test_nothing_counts_before_the_quarter_begins_and_all_of_it_when_it_is_over(book):
    path = book("""
        | ID     | Title | Type      | Baseline | Target | 2027-01-08 | 2027-03-31 |
        | O1     | Goal  | Objective |          |        |            |            |
        | O1.KR1 | Leads | Increase  | 0        | 10     | 2          | 5          |
    """)
    days = date(2026, 12, 31), date(2027, 1, 1), date(2027, 4, 9)
    found = [okr.score(path, as_of=day) for day in days]
    assert [rows.with_number[0] for rows in found] == [False, True, True]
    assert [rows.current[0] for rows in found[1:]] == [2, 5]


@pytest.mark.parametrize("day", [date(2027, 1, 1), date(2027, 2, 17), date(2027, 2, 19)])
@pytest.mark.parametrize("cadence", ["weekly", "two-weekly", "monthly"])
def test_the_workbook_counts_the_number_of_the_period_too(tmp_path, soffice, day, cadence):
    """The row shows it at once, and that a later one waits."""
    empty = okr.new("sales", quarter="2027-Q1", cadence=cadence)
    results = empty.key_results
    typed = [
        {"id": results.at[row, "id"], "date": when, "value": results.at[row, "target"], "row": row}
        for row in results.index
        for when in empty.check_in_dates
    ]
    tracker = replace(
        empty,
        about=replace(empty.about, as_of=day),
        check_ins=frame("check_ins", typed, [each["row"] for each in typed]),
    )
    path = okr.write(tracker, tmp_path / "t.xlsx")
    recalculated = libreoffice(poisoned(path, tmp_path / "p.xlsx"), tmp_path)
    rows = CalamineWorkbook.from_path(recalculated).get_sheet_by_name("OKRs").to_python()
    keys = {key: column for column, key in enumerate(rows[3])}
    now = min(when for when in empty.check_in_dates if when >= day)
    first = rows[6]
    assert first[keys["okr.last_check_in"]] == now
    assert first[keys["okr.to_fix"]] == "A number for a later period waits until then"
    assert [p for p in okr.check(recalculated) if p.code == "stale-value"] == []


def test_a_stopped_objective_stops_its_key_results(book):
    path = book("""
        | ID     | Title | Type      | Baseline | Target | State     | 2027-01-08 |
        | O1     | Goal  | Objective |          |        | Cancelled |            |
        | O1.KR1 | Leads | Increase  | 0        | 10     |           | 5          |
        | O2     | Other | Objective |          |        |           |            |
        | O2.KR1 | Sales | Increase  | 0        | 10     |           | 10         |
    """)
    rollup = okr.rollup(path, as_of=date(2027, 1, 8))
    assert rollup.objectives.status.tolist() == ["cancelled", "achieved"]
    assert rollup.key_results.status.tolist() == ["cancelled", "achieved"]
    assert rollup.teams.score.tolist() == [1.0]
    assert rollup.teams.with_left_out.tolist() == [0.75]


def test_presets_move_the_bands(book):
    path = book("""
        | ID     | Title | Type      | Baseline | Target | 2027-03-31 |
        | O1     | Goal  | Objective |          |        |            |
        | O1.KR1 | Leads | Increase  | 0        | 100    | 80         |
    """)
    grades = {name: okr.score(path, LAST_DAY, name).grade[0] for name in PRESETS}
    assert grades["default"] == "green"
    assert grades["gitlab"] == "yellow"
    with pytest.raises(ValueError, match="No preset “x”"):
        okr.score(path, LAST_DAY, "x")


def test_halves_round_away_from_zero_as_in_a_spreadsheet():
    numbers = np.array([0.00005, 0.12345, 0.24345, 1.00005, -0.00015, 0.056249999999999967])
    rounded = InColumns((), PRESETS["default"]).rounded(numbers)
    assert rounded.tolist() == [0.0001, 0.1235, 0.2435, 1.0001, -0.0002, 0.0563]
