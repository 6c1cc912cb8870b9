from datetime import date

import pytest

import okr_sheets as okr


def verdict(path):
    return [(problem.cell, problem.code) for problem in okr.check(path)]


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


@pytest.mark.parametrize(("weights", "codes"), [((0, 0), ["no-weight"]), ((0, 1), [])])
def test_an_objective_whose_weights_are_all_0_is_named(book, weights, codes):
    first, second = weights
    path = book(f"""
        | ID     | Title | Owner | Type      | Baseline | Target | Weight | 2027-01-08 |
        | O1     | Goal  | Ann   | Objective |          |        |        |            |
        | O1.KR1 | a     | Ann   | Increase  | 0        | 5      | {first} | 3         |
        | O1.KR2 | b     | Ann   | Increase  | 0        | 5      | {second} | 3        |
    """)
    assert [problem.code for problem in okr.check(path)] == codes


def test_actions_and_log_name_what_there_is(tmp_path):
    from dataclasses import replace

    from okr_sheets.tracker import frame

    tracker = okr.new("sales", quarter="2027-Q1")
    tracker = replace(
        tracker,
        actions=frame("actions", [{"key_result": "SAL-O9.KR1", "action": "Call"}], [1]),
        log=frame("log", [{"date": date(2027, 1, 8), "id": "sal-o1.kr1", "note": "x"}], [1]),
    )
    path = okr.write(tracker, tmp_path / "t.xlsx")
    assert [(p.place, p.code) for p in okr.check(path)] == [("t.xlsx:Actions!A5", "unknown-id")]


def test_an_alignment_is_looked_up_in_all_trackers_of_the_run(company, tmp_path, book):
    assert [p.code for p in okr.check(company) if "align" in p.code] == []
    path = book("""
        | ID     | Title | Owner | Type      | Baseline | Target | Aligns to | 2027-01-08 |
        | O1     | Goal  | Ann   | Objective |          |        | SAL-O9    |            |
        | O1.KR1 | a     | Ann   | Increase  | 0        | 5      | o1.kr1    | 3          |
        | O1.KR2 | b     | Ann   | Increase  | 0        | 5      | sal-o1    | 3          |
    """)
    assert verdict(path) == [("G3", "aligns-to-itself")]  # alone it cannot tell about the rest
    assert verdict([path, company / "company.xlsx", company / "sales.xlsx"]) == [
        ("G2", "unknown-alignment"),
        ("G3", "aligns-to-itself"),
    ]
    # Whose parent was not read may well have the objective.
    assert verdict([company / "sales.xlsx", company / "sales-enablement.xlsx"]) == []


def test_problems_come_in_the_order_of_the_sheet(company):
    problems = okr.check(company)
    places = [(p.path, p.sheet, p.row, len(p.column), p.column) for p in problems]
    assert places == sorted(places)
