"""What the rows of a table say together: scales, notes and totals, objectives without a type."""

from datetime import date
from time import perf_counter

import pytest
from openpyxl import Workbook

import okr_sheets as okr

HEADER = ("ID", "Title", "Owner", "Type", "Unit", "Baseline", "Target", "2027-01-08", "2027-01-15")
GOAL = ("O1", "Goal", "Ann", "Objective")


def read_back(folder, *rows, header=HEADER, percents=()):
    """A workbook of these rows below the header, as it is read; `percents` are cells shown so."""
    book = Workbook()
    for row in (("Quarter", "2027-Q1"), header, *rows):
        book.active.append([None if value == "" else value for value in row])
    for cell in percents:
        book.active[cell].number_format = "0%"
    book.save(folder / "t.xlsx")
    return okr.read(folder / "t.xlsx")


def problems(tracker):
    return [(problem.cell, problem.code) for problem in tracker.problems]


def rate(*numbers, unit=""):
    return ("O1.KR1", "Rate", "Ann", "Increase", unit, *numbers)


# --- percents ------------------------------------------------------------------------------------


@pytest.mark.parametrize("unit", ["", "%"])
@pytest.mark.parametrize("typed", ["24%", "24 %", "％24"])
def test_a_percent_beside_whole_percents_is_a_whole_one_however_it_was_typed(tmp_path, unit, typed):
    as_number = read_back(tmp_path, GOAL, rate(10, 30, 20, 0.24, unit=unit), percents=["I4"])
    as_text = read_back(tmp_path, GOAL, rate(10, 30, 20, typed, unit=unit))
    path = tmp_path / "t.csv"
    header = ",".join(HEADER)
    path.write_text(
        f"Quarter,2027-Q1\n{header}\nO1,Goal,Ann,Objective\nO1.KR1,Rate,Ann,Increase,{unit},10,30,20,{typed}\n"
    )
    for tracker in (as_number, as_text, okr.read(path)):
        assert tracker.check_ins.value.tolist() == [20, 24]
    assert problems(as_number) == [("I4", "percent-scale")]


def test_a_percent_beside_fractions_is_a_fraction(tmp_path):
    tracker = read_back(tmp_path, GOAL, rate(0.1, 0.3, "20%", 0.24, unit="%"), percents=["I4"])
    assert tracker.check_ins.value.tolist() == [0.2, 0.24]


def test_percents_alone_are_fractions_as_the_workbook_counts_them(tmp_path):
    cells = ["F4", "G4", "H4"]
    tracker = read_back(tmp_path, GOAL, rate(0.1, 0.3, 0.2, "25%", unit="%"), percents=cells)
    assert tracker.check_ins.value.tolist() == [0.2, 0.25]


def test_percents_that_are_all_text_count_as_their_unit_says(tmp_path):
    tracker = read_back(tmp_path, GOAL, rate("10%", "30%", "≥ 8.5 %", unit="%"))
    assert tracker.check_ins.value.tolist() == [8.5]


@pytest.mark.parametrize("typed", ["70%", 0.7])
def test_a_percent_in_a_row_of_minutes_is_named_and_not_counted(tmp_path, typed):
    row = ("O1.KR1", "Wait", "Ann", "Decrease", "minutes", 95, 40, 90, typed)
    tracker = read_back(tmp_path, GOAL, row, percents=["I4"])
    assert tracker.check_ins.value.tolist() == [90]
    assert problems(tracker) == [("I4", "percent-number")]
    assert tracker.problems[0].given.replace(" ", "") == "70%"


def test_a_percent_far_beyond_the_row_is_no_number_of_it(tmp_path):
    # 99.95 typed into a cell that shows percents, as some programs keep it: 9995 %.
    tracker = read_back(tmp_path, GOAL, rate(99, 99.9, 99.5, 99.95, unit="%"), percents=["I4"])
    assert tracker.check_ins.value.tolist() == [99.5]
    assert problems(tracker) == [("I4", "percent-number")]


def test_a_number_under_current_is_brought_to_the_scale_of_its_row(tmp_path):
    header = (*HEADER[:7], "Current")
    tracker = read_back(tmp_path, GOAL, rate(10, 30, 0.24), header=header, percents=["H4"])
    assert tracker.key_results.typed_current.tolist() == [24]
    assert problems(tracker)[0] == ("H4", "percent-scale")


def test_the_unit_is_that_of_the_numbers_and_not_of_the_weight(tmp_path):
    header = (*HEADER[:8], "Weight")
    tracker = read_back(tmp_path, GOAL, rate(0, 40, 20, "50%", unit="%"), header=header)
    assert tracker.key_results.weight.tolist() == [0.5]


# --- texts of two readings -----------------------------------------------------------------------


def test_of_two_readings_the_one_near_baseline_and_target_is_taken(tmp_path):
    row = ("O1.KR1", "Cost", "Ann", "Decrease", "", 6200, 900, "4.100", "1,250")
    tracker = read_back(tmp_path, GOAL, row)
    assert tracker.check_ins.value.tolist() == [4100, 1250]
    first, second = tracker.problems
    assert (first.code, first.words) == ("ambiguous-number", {"value": "4100", "other": "4.1"})
    assert (second.code, second.words) == ("ambiguous-number", {"value": "1250", "other": "1.25"})


def test_where_both_readings_lie_far_off_the_language_decides(tmp_path):
    tracker = read_back(tmp_path, GOAL, rate(0, 1_000_000, "1.250", "1,250"))
    assert tracker.check_ins.value.tolist() == [1.25, 1250]


# --- current, achieve, dates ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("#DIV/0!", "error-cell"),
        ("=1/0", "not-calculated"),
        (date(2027, 1, 3), "date-number"),
        (True, "boolean-number"),
    ],
)
def test_what_is_no_number_under_current_is_named_where_there_are_no_weeks(tmp_path, cell, code):
    header = (*HEADER[:7], "Current")
    tracker = read_back(tmp_path, GOAL, rate(0, 10, cell), header=header)
    assert ("H4", code) in problems(tracker)


def test_yes_and_no_are_baseline_and_target_of_what_is_achieved(tmp_path):
    row = ("O1.KR1", "Launch", "Ann", "Achieve", "", "No", "Yes", "No", "Yes")
    tracker = read_back(tmp_path, GOAL, row)
    assert tracker.problems == ()
    assert tracker.check_ins.value.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("typed", "days"),
    [
        (("26/03/2027", "05/03/2027"), ["2027-03-26", "2027-03-05"]),
        (("03/26/2027", "03/05/2027"), ["2027-03-26", "2027-03-05"]),
        (("05/02/2027", "12/02/2027"), ["2027-02-05", "2027-02-12"]),  # the quarter tells
    ],
)
def test_the_dates_of_one_column_are_read_in_one_order(tmp_path, typed, days):
    header = (*HEADER[:7], "Due", "2027-01-15")
    rows = [
        (f"O1.KR{n}", "Rate", "Ann", "Increase", "", 1, 9, due, 5) for n, due in enumerate(typed)
    ]
    due = read_back(tmp_path, GOAL, *rows, header=header).key_results.due
    assert due.dt.strftime("%Y-%m-%d").tolist() == days


def test_a_confidence_that_is_no_number_is_told_what_a_confidence_is(tmp_path):
    header = (*HEADER[:8], "Confidence")
    tracker = read_back(tmp_path, GOAL, rate(0, 10, 5, "8/10"), header=header)
    assert problems(tracker) == [("I4", "bad-confidence")]


def test_a_number_for_a_period_after_the_day_the_tracker_counts_to_is_told(tmp_path):
    from dataclasses import replace

    from okr_sheets import demo

    tracker = demo.marketing("en")
    as_of = date(2027, 1, 20)
    path = okr.write(
        replace(tracker, about=replace(tracker.about, as_of=as_of)), tmp_path / "t.xlsx"
    )
    told = {(p.row, p.words["value"]) for p in okr.check(path) if p.code == "future-number"}
    # On the 20th the number under the 22nd counts already.
    later = okr.read(path).check_ins.loc[lambda rows: rows.date > "2027-01-22"]
    assert told == {(row, str(day)[:10]) for row, day in later.date.items()} != set()


# --- rows that are no key results ----------------------------------------------------------------


def test_notes_and_totals_are_named_and_left_out(tmp_path):
    tracker = read_back(
        tmp_path,
        GOAL,
        rate(10, 30, 20, 30),
        ("Total", "", "", "", "", "", "", 20, 30),
        ("",),
        ("", "Updated by Anna on Friday"),
        ("Source: CRM export",),
        ("", "Average:", "", "", "", "", 30, 30),
    )
    assert tracker.key_results.title.tolist() == ["Rate"]
    told = [("A5", "note-row"), ("B7", "note-row"), ("B9", "note-row")]
    assert problems(tracker) == told


def test_a_key_result_that_has_only_a_title_yet_is_none_of_the_notes(tmp_path):
    later = ("O1.KR2", *rate(1, 9)[1:])
    tracker = read_back(tmp_path, GOAL, ("",), ("", "Not planned yet"), ("",), later)
    assert tracker.key_results.title.tolist() == ["Not planned yet", "Rate"]


def test_an_objective_without_a_type_is_told_by_the_ids_below_it(tmp_path):
    rows = (
        ("O1", "Goal", "Ann"),
        ("O1.KR1", "Rate", "Ann", "Increase", "", 1, 9, 5),
        ("O2", "Idea", "Ann"),
    )
    tracker = read_back(tmp_path, *rows)
    assert tracker.objectives.id.tolist() == ["O1"]
    assert problems(tracker) == [("D3", "type-inferred")]


def test_without_a_column_of_types_objectives_are_told_by_their_ids(book):
    tracker = okr.read(
        book("""
        | Quarter | 2027-Q1 |          |        |            |
        | ID      | Title   | Baseline | Target | 2027-01-08 |
        | 1       | Goal    |          |        |            |
        | 1.1     | Leads   | 1        | 9      | 5          |
        | 1.2     | Trials  | 1        | 9      | 5          |
    """)
    )
    assert tracker.objectives.id.tolist() == ["1"]
    assert tracker.key_results.objective_id.tolist() == ["1", "1"]


def test_ten_times_the_rows_without_ids_take_about_ten_times_as_long(tmp_path):
    def seconds(count):
        rows = "".join(f"Leads {n};Ann;Increase;1;9;5\n" for n in range(count))
        path = tmp_path / "t.csv"
        path.write_text(f"Title;Owner;Type;Baseline;Target;2027-01-08\nGoal;Ann;Objective\n{rows}")
        start = perf_counter()
        assert okr.read(path).key_results.id.nunique() == count
        return perf_counter() - start

    seconds(10)
    assert seconds(10_000) < 30 * seconds(1_000)


@pytest.mark.parametrize(
    ("typed", "ids"),
    [
        ("C-O1 · Grow revenue", "C-O1"),
        ("C-O1 · Grow; then rest; C-O2 · Care", "C-O1; C-O2"),
        ("C-O1 · Grow; C-O2", "C-O1; C-O2"),
        ("C-O1, C-O2", "C-O1, C-O2"),
    ],
)
def test_ids_are_taken_from_what_the_drop_down_offers(tmp_path, typed, ids):
    path = tmp_path / "t.tsv"
    lines = ("ID\tTitle\tType\tBaseline\tTarget\tAligns to", f"O1\tGoal\tObjective\t\t\t{typed}")
    path.write_text("\n".join(lines), "utf-8")
    assert okr.read(path).objectives["aligns_to"].tolist() == [ids]
