"""What the rows of a table say together: scales, notes and totals, objectives without a type."""

from datetime import date
from time import perf_counter

import pytest
import test_ods
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


@pytest.mark.parametrize("suffix", [".csv", ".tsv"])
@pytest.mark.parametrize(
    ("kind", "numbers", "value", "codes"),
    [
        ("Increase", ("%", 10, 30, "24 %"), 24, []),
        ("Increase", ("", 10, 30, "24 %"), 24, []),
        ("Achieve", ("steps", "", 5, "60 %"), 3, []),
        ("Decrease", ("minutes", 95, 40, "70 %"), None, ["not-a-number"]),
    ],
)
def test_percents_in_a_text_file_get_no_advice_on_the_formats_of_cells(
    tmp_path, suffix, kind, numbers, value, codes
):
    header = (*HEADER[:8], "Confidence")
    row = ("O1.KR1", "Rate", "Ann", kind, *numbers, "70 %")
    sign = "," if suffix == ".csv" else "\t"
    lines = (("Quarter", "2027-Q1"), header, GOAL, row)
    path = tmp_path / f"t{suffix}"
    path.write_text("".join(sign.join(map(str, line)) + "\n" for line in lines))
    tracker = okr.read(path)
    assert tracker.check_ins.value.tolist() == ([] if value is None else [value])
    assert tracker.key_results.confidence.tolist() == [7]
    assert [p.code for p in tracker.problems] == codes
    assert not any("format" in p.say() for p in tracker.problems)


def test_a_number_under_current_is_brought_to_the_scale_of_its_row(tmp_path):
    header = (*HEADER[:7], "Current")
    tracker = read_back(tmp_path, GOAL, rate(10, 30, 0.24), header=header, percents=["H4"])
    assert tracker.key_results.typed_current.tolist() == [24]
    assert problems(tracker)[0] == ("H4", "percent-scale")


def test_the_unit_is_that_of_the_numbers_and_not_of_the_weight(tmp_path):
    header = (*HEADER[:8], "Weight")
    tracker = read_back(tmp_path, GOAL, rate(0, 40, 20, "50%", unit="%"), header=header)
    assert tracker.key_results.weight.tolist() == [0.5]


# --- weights -------------------------------------------------------------------------------------

WEIGHED = ("ID", "Title", "Owner", "Type", "Baseline", "Target", "Weight", "2027-01-08")


def weighted(*weights, above=("", "")):
    """Two objectives, the first with all key results but the last."""
    *first, last = weights
    return (
        ("O1", "Goal", "Ann", "Objective", "", "", above[0]),
        *(("", "Rate", "Ann", "Increase", 0, 10, weight, 5) for weight in first),
        ("O2", "Other", "Ann", "Objective", "", "", above[1]),
        ("", "Rate", "Ann", "Increase", 0, 10, last, 5),
    )


def in_ods(value, is_percent):
    if is_percent:
        return test_ods.cell(f'office:value-type="percentage" office:value="{value}"')
    return test_ods.words(value) if isinstance(value, str) else test_ods.number(value)


def weights_in(folder, suffix, rows, percents):
    """The rows as a file of one kind; text files hold a percent as its cell shows it."""
    ids = [[f"R{n}", *row[1:]] for n, row in enumerate(rows)]
    if suffix == ".ods":
        drawn = [
            test_ods.row(*(in_ods(value, f"{'ABCDEFGH'[c]}{r}" in percents) for c, value in cells))
            for r, row in enumerate([("Quarter", "2027-Q1"), WEIGHED, *ids], 1)
            for cells in [enumerate(row)]
        ]
        return okr.read(test_ods.ods(folder / "t.ods", *drawn))
    if suffix == ".csv":
        for cell in percents:
            row = ids[int(cell[1:]) - 3]
            row[6] = f"{row[6]:.0%}"
        lines = (",".join(map(str, row)) for row in (("Quarter", "2027-Q1"), WEIGHED, *ids))
        (folder / "t.csv").write_text("\n".join(lines) + "\n", "utf-8")
        return okr.read(folder / "t.csv")
    return read_back(folder, *ids, header=WEIGHED, percents=percents)


@pytest.mark.parametrize("suffix", [".xlsx", ".ods", ".csv"])
@pytest.mark.parametrize(
    ("weights", "percents", "read", "codes"),
    [
        ((0.5, 50, 1), ["G4"], [50, 50, 1], ["percent-scale"]),
        ((0.3, 0.2, 50, 1), ["G4", "G5"], [30, 20, 50, 1], ["percent-scale"] * 2),
        ((0.5, 1, 50), ["G4"], [0.5, 1, 50], []),  # each objective has a scale of its own
        ((0.5, 0.5, 1), ["G4", "G5"], [0.5, 0.5, 1], []),
        ((0.5, 50, 1), [], [0.5, 50, 1], ["mixed-weights"]),
        ((0.5, 5, 1), ["G4"], [0.5, 5, 1], ["mixed-weights"]),
        ((0.5, 2, 1, 1), [], [0.5, 2, 1, 1], []),
        ((50, 5, 1), ["G4", "G5"], [50, 5, 1], []),  # 5000 % and 500 %
        ((0, 0.5, 50, 1), ["G4", "G5"], [0, 50, 50, 1], ["percent-scale"]),
    ],
)
def test_weights_averaged_together_are_on_one_scale_or_named(
    tmp_path, suffix, weights, percents, read, codes
):
    tracker = weights_in(tmp_path, suffix, weighted(*weights), percents)
    assert tracker.key_results.weight.tolist() == read
    # In a text file nothing but the numbers themselves can be on another scale.
    said = [code for code in codes if code != "percent-scale"] if suffix == ".csv" else codes
    assert [problem.code for problem in tracker.problems] == said


def test_the_weights_of_objectives_are_on_one_scale_and_so_is_their_share(tmp_path):
    rows = weighted(1, 1, above=(0.5, 50))
    tracker = weights_in(tmp_path, ".xlsx", rows, ["G3"])
    assert tracker.objectives.weight.tolist() == [50, 50]
    assert problems(tracker) == [("G3", "percent-scale")]
    objectives = okr.rollup([tracker]).objectives
    assert objectives["weight"].tolist() == [50, 50]


@pytest.mark.parametrize("typed", ["50 %", "%50", "５０％", "50\u00a0%"])
def test_a_percent_typed_as_text_is_on_the_scale_of_the_other_weights(tmp_path, typed):
    tracker = weights_in(tmp_path, ".xlsx", weighted(typed, 50, 1), [])
    assert tracker.key_results.weight.tolist() == [50, 50, 1]


# --- numbers of objectives -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "cell", "given"),
    [
        ((5, 9, 7), "E3", "5"),
        (("", "ten", ""), "F3", "ten"),
        (("–", "", 0.5), "G3", "0.5"),
        (("", "", "=1+1"), "G3", "–"),
        (("", "", "#DIV/0!"), "G3", "#DIV/0!"),
    ],
)
def test_what_counts_nowhere_in_an_objectives_row_is_said_once(tmp_path, cells, cell, given):
    header = ("ID", "Title", "Owner", "Type", "Baseline", "Target", "2027-01-08")
    goal = ("O1", "Goal", "Ann", "Objective", *cells)
    row = ("O1.KR1", "Rate", "Ann", "Increase", 0, 10, 5)
    tracker = read_back(tmp_path, goal, row, header=header)
    assert problems(tracker) == [(cell, "objective-number")]
    assert tracker.problems[0].given == given


def test_dashes_and_blanks_in_an_objectives_row_are_nothing_to_mention(tmp_path):
    goal = ("O1", "Goal", "Ann", "Objective", "", "–", " ", "-", "—")
    assert problems(read_back(tmp_path, goal, rate(0, 10, 5))) == []


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


def test_steps_done_are_on_the_scale_of_their_target(tmp_path):
    row = ("O1.KR1", "Launch", "Ann", "Achieve", "steps", "", 5, 0.6, "Yes")
    tracker = read_back(tmp_path, GOAL, row, percents=["H4"])
    assert tracker.check_ins.value.tolist() == [3, 5]
    assert problems(tracker) == [("H4", "percent-scale"), ("I4", "number-as-text")]


@pytest.mark.parametrize("target", ["", 1, "Yes"])
def test_without_steps_what_is_achieved_is_a_share(tmp_path, target):
    row = ("O1.KR1", "Launch", "Ann", "Achieve", "", "", target, 0.6, "Yes")
    tracker = read_back(tmp_path, GOAL, row, percents=["H4"])
    assert tracker.check_ins.value.tolist() == [0.6, 1]
    assert problems(tracker) == []


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


@pytest.mark.parametrize(
    "title",
    ["Q1 total", "Total Q1", "Sum:", "Toplam", "Overall score", "TOTAL – 2027-Q1", "Total (Q1)",
     "1. çeyrek toplamı", "รวมไตรมาส 1", "1분기 합계", "I. negyedév összesen", "Q1 yhteensä", "Σ"],
)  # fmt: skip
def test_a_total_is_one_whatever_period_stands_beside_its_word(tmp_path, title):
    total = ("", title, "", "", "", 10, 30, 20, 30)
    tracker = read_back(tmp_path, GOAL, rate(10, 30, 20, 30), total)
    assert tracker.key_results.title.tolist() == ["Rate"]
    assert problems(tracker) == [("B5", "note-row")]


@pytest.mark.parametrize(
    ("title", "type_"),
    [
        ("Total sign-ups", "Increase"),
        ("Total sign-ups", ""),
        ("Sum of deals won", ""),
        ("Overall NPS", ""),
        ("Q1", ""),
        ("Total", "Increase"),
    ],
)
def test_a_title_that_says_what_it_counts_is_a_key_result(tmp_path, title, type_):
    row = ("", title, "Ann", type_, "", 10, 30, 20, 30)
    tracker = read_back(tmp_path, GOAL, row)
    assert tracker.key_results.title.tolist() == [title]


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
    assert seconds(4_000) < 30 * seconds(400)


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
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    assert okr.read(path).objectives["aligns_to"].tolist() == [ids]
