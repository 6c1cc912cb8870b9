import re
import warnings
import zipfile
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from calculators import libreoffice
from click.testing import CliRunner
from conftest import faults_in
from openpyxl import Workbook, load_workbook

import okr_sheets as okr
from okr_sheets.cli import main


def verdict(path):
    return [(problem.cell, problem.code) for problem in faults_in(path)]


def test_what_cannot_be_scored_or_placed_is_named_by_its_cell(book):
    assert verdict(
        book("""
        | ID     | Title | Owner | Type             | Baseline | Target | Weight | 2027-01-08 |
        | O1     | Goal  | Ann   | Objective        |          |        |        |            |
        | O1.KR1 | a     | Ann   | Increase         | 5        |        |        |            |
        | O1.KR2 | b     | Ann   | Decrease         |          | 5      |        |            |
        | O1.KR3 | c     | Ann   | Increase         |          | 5      |        |            |
        | O1.KR4 | d     | Ann   | Increase         | 5        | 5      |        |            |
        | O1.KR5 | e     | Ann   | Increase         | 9        | 5      |        |            |
        | O1.KR6 | f     | Ann   |                  | 9        | 5      |        |            |
        | O1.KR7 |       | Ann   | Keep at or above |          | 5      | -1     |            |
        | O1.KR7 | h     |       | Achieve          |          |        |        |            |
        | O2     | Other | Ann   | Objective        |          |        |        |            |
    """)
    ) == [
        ("F3", "no-target"),
        ("E4", "no-baseline"),
        ("E5", "baseline-assumed"),
        ("F6", "baseline-equals-target"),
        ("D7", "wrong-direction"),
        ("D8", "type-inferred"),
        ("B9", "missing-title"),
        ("G9", "bad-weight"),
        ("A10", "duplicate-id"),
        ("C10", "missing-owner"),
        ("B11", "no-key-results"),
    ]


def test_dates_confidences_and_reasons(book):
    assert verdict(
        book("""
        | Quarter | 2027-Q1 |       |           |          |        |           |            |            |            | |
        | ID      | Title   | Owner | Type      | Baseline | Target | State     | Start      | Due        | Confidence | 2027-04-09 |
        | O1      | Goal    | Ann   | Objective |          |        |           |            |            |            |            |
        | O1.KR1  | a       | Ann   | Increase  | 0        | 5      |           | 2027-03-05 | 2027-02-05 | 11         |            |
        | O1.KR2  | b       | Ann   | Increase  | 0        | 5      | Cancelled |            | 2027-06-30 | 7          |            |
    """)
    ) == [
        ("K", "check-in-outside"),
        ("H4", "start-after-due"),
        ("J4", "bad-confidence"),
        ("5", "missing-reason"),
        ("I5", "date-outside"),
    ]


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ((7, 3, 1), []),
        ((0.7, 0.5, 1), [4, 5, 6]),  # of 1: its 1 is no 1 of 10
        ((70, 50, 10), [4, 5, 6]),  # of 100
        ((7, 11, 10), [5]),
        ((1, 1, 1), []),
    ],
)
def test_confidences_on_another_scale_are_named_every_one(book, typed, named):
    rows = "\n".join(
        f"| O1.KR{n} | a | Ann | Increase | 0 | 5 | {given} | 1 |" for n, given in enumerate(typed)
    )
    path = book(f"""
        | Quarter | 2027-Q1 |      |           |          |        |            |            |
        | ID     | Title | Owner | Type      | Baseline | Target | Confidence | 2027-01-08 |
        | O1     | Goal  | Ann   | Objective |          |        |            |            |
        {rows}
    """)
    assert verdict(path) == [(f"G{row}", "bad-confidence") for row in named]


@pytest.mark.parametrize("type_", ["Increase", "", "Decrease"])
@pytest.mark.parametrize(("baseline", "target"), [("5", "5"), ("0", "0"), ("1 000", "1000.0")])
def test_a_baseline_equal_to_its_target_is_said_with_and_without_a_type(
    book, type_, baseline, target
):
    path = book(f"""
        | ID     | Title | Owner | Type      | Baseline   | Target   | 2027-01-08 |
        | O1     | Goal  | Ann   | Objective |            |          |            |
        | O1.KR1 | a     | Ann   | {type_}   | {baseline} | {target} | 3          |
    """)
    assert ("F3", "baseline-equals-target") in verdict(path)


@pytest.mark.parametrize(("weights", "codes"), [((0, 0), ["no-weight"]), ((0, 1), [])])
def test_an_objective_whose_weights_are_all_0_is_named(book, weights, codes):
    first, second = weights
    path = book(f"""
        | ID     | Title | Owner | Type      | Baseline | Target | Weight | 2027-01-08 |
        | O1     | Goal  | Ann   | Objective |          |        |        |            |
        | O1.KR1 | a     | Ann   | Increase  | 0        | 5      | {first} | 3         |
        | O1.KR2 | b     | Ann   | Increase  | 0        | 5      | {second} | 3        |
    """)
    assert [problem.code for problem in faults_in(path)] == codes


def test_actions_and_log_name_what_there_is(tmp_path):
    from okr_sheets.frames import frame

    tracker = okr.new("sales", quarter="2027-Q1")
    tracker = replace(
        tracker,
        actions=frame("actions", [{"key_result": "SAL-O9.KR1", "action": "Call"}], [1]),
        log=frame("log", [{"date": date(2027, 1, 8), "id": "sal-o1.kr1", "note": "x"}], [1]),
    )
    path = okr.write(tracker, tmp_path / "t.xlsx")
    assert [(p.place, p.code) for p in okr.check(path)] == [("t.xlsx:Actions!A5", "unknown-id")]


@pytest.fixture(scope="module")
def company_problems(company):
    return okr.check(company)


def test_an_alignment_is_looked_up_in_all_trackers_of_the_run(
    company, company_problems, tmp_path, book
):
    assert [p.code for p in company_problems if "align" in p.code] == []
    path = book("""
        | ID     | Title | Owner | Type      | Baseline | Target | Aligns to | 2027-01-08 |
        | O1     | Goal  | Ann   | Objective |          |        | SAL-O9    |            |
        | O1.KR1 | a     | Ann   | Increase  | 0        | 5      | o1.kr1    | 3          |
        | O1.KR2 | b     | Ann   | Increase  | 0        | 5      | sal-o1    | 3          |
    """)
    assert verdict(path) == [("G3", "aligns-to-itself")]  # alone it cannot tell about the rest
    found = verdict([path, company / "company.xlsx", company / "sales.xlsx"])
    # Of the sales tracker the story's own remark too.
    assert [each for each in found if each[1] not in {"nobody-serves", "plan-lowered"}] == [
        ("G2", "unknown-alignment"),
        ("G3", "aligns-to-itself"),
    ]
    # Whose parent was not read may well have the objective.
    found = verdict([company / "sales.xlsx", company / "sales-enablement.xlsx"])
    assert {code for _, code in found} == {"nobody-serves", "plan-lowered"}


def test_an_action_for_an_example_that_was_left_out_is_left_out_too(tmp_path):
    plan = okr.new("sales", quarter="2027-Q1", team="Sales")
    first = plan.key_results["objective_id"] == plan.key_results["objective_id"].iloc[0]
    own = plan.key_results["title"].where(~first, "Ours")
    path = okr.write(
        replace(plan, key_results=plan.key_results.assign(title=own)), tmp_path / "t.xlsx"
    )
    assert not plan.actions.empty
    codes = [p.code for p in okr.check(path)]
    assert "example-left" in codes
    assert "unknown-id" not in codes


@pytest.mark.parametrize(("as_of", "codes"), [("2027-01-07", []), ("2027-01-08", ["untouched"])])
def test_a_tracker_that_nobody_filled_in_is_named_once_a_number_is_due(book, as_of, codes):
    path = book(f"""
        | As of  | {as_of} |       |           |          |        |            |            |
        | ID     | Title   | Owner | Type      | Baseline | Target | 2027-01-08 | 2027-01-15 |
        | O1     | Goal    | Ann   | Objective |          |        |            |            |
        | O1.KR1 | a       | Ann   | Increase  | 0        | 5      |            |            |
    """)
    assert [problem.code for problem in faults_in(path)] == codes


def test_the_culprit_of_a_mixed_scale_is_named(book):
    assert verdict(
        book("""
        | As of  | 2027-02-12 |  |           |      |          |        |            |            |
        | ID     | Title | Owner | Type      | Unit | Baseline | Target | 2027-01-08 | 2027-01-15 |
        | O1     | Goal  | Ann   | Objective |      |          |        |            |            |
        | O1.KR1 | a     | Ann   | Increase  | %    | 0.1      | 60     | 12         |            |
        | O1.KR2 | b     | Ann   | Increase  | %    | 10       | 60     | 24         | 0.24       |
    """)
    ) == [("F4", "mixed-scale"), ("I5", "mixed-scale")]


def test_check_ins_outside_the_quarter_are_said_once(book):
    path = book("""
        | Quarter | 2027-Q2 |       |           |          |        |            |            |            |
        | ID      | Title   | Owner | Type      | Baseline | Target | 2027-01-08 | 2027-01-15 | 2027-04-09 |
        | O1      | Goal    | Ann   | Objective |          |        |            |            |            |
        | O1.KR1  | a       | Ann   | Increase  | 0        | 5      | 1          | 2          | 3          |
    """)
    (problem,) = [p for p in okr.check(path) if p.code == "check-in-outside"]
    assert (problem.cell, problem.given) == ("G", "2027-01-08, 2027-01-15")


def changed(path, change):
    """The tracker after a change to the cells of its OKRs sheet: XML to XML."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    part = "xl/worksheets/sheet2.xml"
    members[part] = change(members[part].decode()).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.fixture
def path(marketing_in):
    return marketing_in("en")


@pytest.mark.parametrize("formula", [r"$E\1*0+1/2", r"IF($E\1&gt;#REF!,1,1)/2"])
def test_another_formula_all_down_a_column_is_told_from_values_out_of_date(path, formula):
    letter = okr.read(path).letters["okrs"]["score"]
    cell = rf'(?<=<c r="{letter}(\d\d)") (s="\d+")( t="str")?><f>[^<]*</f><v>[^<]*</v>'
    before = okr.check(path)
    changed(path, lambda xml: re.sub(cell, rf" \2><f>{formula}</f><v>0.5</v>", xml))
    codes = {p.code for p in okr.check(path) if p not in before}
    assert codes == {"other-formula"}


@pytest.mark.parametrize("key", ["to_fix", "filled"])
def test_what_is_to_fix_by_the_rules_of_another_release_is_no_damage(path, key):
    letter = okr.read(path).letters["okrs"][key]
    cell = rf'(?<=<c r="{letter}(\d\d)")([^>]*><f>)[^<]*(?=</f>)'
    before = okr.check(path)
    changed(path, lambda xml: re.sub(cell, r"\2IF($B\1=0,1,$C\1)", xml))
    assert okr.check(path) == before


def with_a_day_as_text(path):
    """The tracker with a due date as text in its first key result."""
    row = okr.read(path).key_results.index[0]
    letters = okr.read(path).letters["okrs"]
    due = rf'<c r="{letters["due"]}{row}"( s="\d+")[^>]*?(/>|>.*?</c>)'
    text = f'<c r="{letters["due"]}{row}"\\1 t="inlineStr"><is><t>12 Feb 2027</t></is></c>'
    return changed(path, lambda xml: re.sub(due, text, xml, count=1))


def test_a_row_with_a_cell_of_its_own_trouble_is_not_called_out_of_date(path):
    before = okr.check(path)
    said = [p.code for p in faults_in(with_a_day_as_text(path)) if p not in before]
    # What the text changes is said once, with both figures.
    assert said == ["other-score", "date-as-text"]


@pytest.mark.parametrize(("at", "shown"), [(-1, ["OKRs!H6"]), (0, [])])
def test_both_figures_are_said_beside_what_differs_elsewhere(path, at, shown):
    row = okr.read(path).key_results.index[at]
    cell = rf'(<c r="{okr.read(path).letters["okrs"]["score"]}{row}"[^>]*>)<f>[^<]*</f><v>[^<]*'
    changed(with_a_day_as_text(path), lambda xml: re.sub(cell, r"\1<v>0.123", xml))
    found = faults_in(path)
    assert [p.row for p in found if p.code == "typed-over"] == [row]
    # The team's score, and of its objective, take in what was typed over.
    assert [f"{p.sheet}!{p.cell}" for p in found if p.code == "other-score"] == shown


def test_problems_come_in_the_order_of_the_sheet(company_problems):
    places = [(p.path, p.sheet, p.row, len(p.column), p.column) for p in company_problems]
    assert places == sorted(places)


# --- formulas that a program left as they were ---------------------------------------------------


def edited(path, change):
    """The tracker changed by openpyxl, which adjusts no formula and stores no value."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it drops sparklines, and says so
        book = load_workbook(path)
    change(book["OKRs"])
    book.save(path)
    return path


def are_damaged(path, scores):
    """Whether the formulas are called so, nothing that follows from it is, and the scores stay."""
    codes = [p.code for p in okr.check(path)]
    assert not {"stale-value", "other-formula", "typed-over", "no-formula"} & set(codes)
    assert not [code for code in codes if code.startswith("week-")]
    found = okr.score(path).set_index("id").score
    pd.testing.assert_series_equal(found, scores[found.index])
    return codes.count("damaged-formulas") == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda sheet: sheet.delete_cols(7),
        lambda sheet: sheet.delete_cols(2),
        lambda sheet: sheet.delete_cols(8),
        lambda sheet: sheet.insert_cols(5),
        lambda sheet: sheet.insert_cols(27, 2),  # before the weeks
        lambda sheet: sheet.delete_rows(8),
        lambda sheet: sheet.insert_rows(1, 2),
    ],
    ids=[
        "column deleted",
        "second deleted",
        "eighth deleted",
        "column inserted",
        "before the weeks",
        "row deleted",
        "rows on top",
    ],
)
def test_formulas_beside_their_columns_or_rows_are_called_damaged_and_nothing_else(path, change):
    scores = okr.score(path).set_index("id").score
    assert are_damaged(edited(path, change), scores)


@pytest.mark.parametrize("suffix", [".xlsx", ".ods"])
def test_damaged_formulas_are_told_from_values_out_of_date_once_calculated(
    path, suffix, soffice, tmp_path
):
    scores = okr.score(path).set_index("id").score
    edited(path, lambda sheet: sheet.delete_cols(7))
    assert are_damaged(libreoffice(path, tmp_path, suffix), scores)


def test_a_tracker_saved_without_values_has_nothing_to_mention(path):
    before = okr.check(path)
    assert okr.check(edited(path, lambda sheet: None)) == before


@pytest.mark.parametrize("key", ["score", "status", "expected", "last_check_in"])
def test_a_cell_typed_over_is_named_in_a_tracker_saved_without_values(path, key):
    cell = f"{okr.read(path).letters['okrs'][key]}7"
    typed = {"status": "At risk", "last_check_in": date(2027, 1, 2)}.get(key, 0.99)
    edited(path, lambda sheet: sheet.__setitem__(cell, typed))
    assert [(p.cell, p.code) for p in faults_in(path)] == [(cell, "typed-over")]


def test_a_row_added_without_formulas_is_named_in_a_tracker_saved_without_values(path):
    letters = okr.read(path).letters["okrs"]
    last = okr.read(path).key_results.index.max() + 1
    row = {"id": "MKT-O3.KR9", "title": "New", "owner": "Ann", "type": "Achieve"}

    def add(sheet):
        for key, letter in letters.items():
            sheet[f"{letter}{last}"] = row.get(key)

    assert (f"{letters['score']}{last}", "no-formula") in verdict(edited(path, add))


def test_one_formula_of_another_row_is_a_formula_of_ones_own(path):
    letters = okr.read(path).letters["okrs"]
    score = letters["score"]
    own = rf'(<c r="{score}7"[^>]*><f>)([^<]*)(</f>)<v>[^<]*</v>'

    def of_the_row_below(match):
        formula = re.sub(r"(?<=[A-Z])7(?!\d)", "8", match[2])
        return f"{match[1]}{formula}{match[3]}<v>0.123</v>"

    changed(path, lambda xml: re.sub(own, of_the_row_below, xml, count=1))
    assert (f"{score}7", "other-formula") in verdict(path)
    assert "damaged-formulas" not in {p.code for p in okr.check(path)}


def test_a_sheet_of_ones_own_with_formulas_under_our_words_is_not_compared(tmp_path):
    book = Workbook()
    for row in (
        ("ID", "Title", "Owner", "Type", "Baseline", "Target", "Score", "2027-01-08"),
        ("O1", "Goal", "Ann", "Objective", None, None, "=G3"),
        ("O1.KR1", "a", "Ann", "Increase", 0, 10, "=H3/F3", 5),
        ("O1.KR2", "b", "Ann", "Increase", 0, 10, 0.3, 5),
    ):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    assert faults_in(tmp_path / "t.xlsx") == ()


def test_where_all_is_information_no_more_is_promised(tmp_path):
    header = "ID;Title;Owner;Type;Baseline;Target;Mood;2027-01-08"
    objective = "O1;Win customers who stay;Ann;Objective"
    key_results = "\n".join(
        f"O1.KR{n};{title};Ann;Increase;0;10;fine;5"
        for n, title in enumerate(("Trials", "Demos", "Visits"), 1)
    )
    (tmp_path / "t.csv").write_text(f"Quarter;2027-Q1\n{header}\n{objective}\n{key_results}")
    done = CliRunner().invoke(main, ["check", str(tmp_path)])
    severities = {problem.severity for problem in okr.check(tmp_path)}
    assert (severities, done.exit_code) == ({"info"}, 0)
    assert done.stderr.startswith("No errors or warnings. Files read: 1.\n")
