"""What a coach says while the quarter goes: of numbers, confidences, targets and silence."""

import warnings
from dataclasses import replace
from datetime import date

import pytest
from openpyxl import load_workbook

import okr_sheets as okr
from okr_sheets.language import language, languages

TYPES = {key: language("en").choice("type", key) for key in language("en").choices("type")}
WEEKS = ("2027-01-08", "2027-01-15", "2027-01-22", "2027-01-29", "2027-02-05")
TOP = (
    "| ID | Title | Owner | Type | Baseline | Target | Unit | Commitment | State | Confidence "
    "| Note |"
)


def drawn(key_results, weeks=WEEKS, quarter="2027-Q1", unit="Sales", **objective):
    """A sheet with an objective above these key results; each has its check-ins in order."""
    lines = [f"| Quarter | {quarter} |", f"| Department | {unit} |", f"{TOP} {' | '.join(weeks)} |"]
    objective = {"title": "Goal", "type": "objective", **objective}
    rows = [objective, *({"title": f"Result {at}", **row} for at, row in enumerate(key_results))]
    for at, row in enumerate(rows):
        cells = {"id": f"O1.KR{at}" if at else "O1", "owner": "Ann", "type": "increase", **row}
        cells["type"] = TYPES.get(cells["type"], "Objective")
        keys = ("id", "title", "owner", "type", "baseline", "target", "unit", "commitment")
        values = [cells.get(key, "") for key in (*keys, "state", "confidence", "note")]
        values += [*cells.get("typed", ()), *[""] * len(weeks)][: len(weeks)]
        lines.append(f"| {' | '.join(map(str, values))} |")
    return "\n".join(lines)


def said(book, rows, codes, as_of="2027-02-05", **about):
    """The cells and what the sentences are filled with, of each problem of these codes."""
    found = okr.check(book(drawn(rows, **about)), as_of=as_of)
    codes = codes.split()
    return [(problem.cell, dict(problem.words)) for problem in found if problem.code in codes]


LEVEL = {"baseline": 40, "target": 60, "unit": "leads"}
MISTYPED = [
    # a total whose numbers go on from last quarter's
    ({**LEVEL, "type": "total", "typed": [41, 43]}, "increase"),
    ({**LEVEL, "type": "total", "typed": [3, 6]}, None),
    ({**LEVEL, "type": "total", "baseline": "", "typed": [41, 43]}, None),
    ({**LEVEL, "type": "total", "typed": ["", "", "", "", 41]}, None),  # a month and more is late
    ({**LEVEL, "type": "total-at-most", "target": 20, "typed": [39, 37]}, "decrease"),
    ({**LEVEL, "type": "total-at-most", "target": 20, "typed": [1, 3]}, None),
    ({**LEVEL, "type": "increase", "typed": [41, 43]}, None),
    # steps that are none
    ({"type": "achieve", "target": 5, "typed": [1, 2.5]}, "increase"),
    ({"type": "achieve", "target": 5, "typed": [1, 2]}, None),
    ({"type": "achieve", "target": 60, "unit": "%", "typed": [10]}, "increase"),
    ({"type": "achieve", "typed": [0.5]}, None),
    ({"type": "achieve", "target": 1, "typed": [0.5]}, None),
    ({"type": "achieve", "target": 5, "typed": [2.5], "state": "Cancelled", "note": "No"}, None),
]


@pytest.mark.parametrize(("row", "meant"), MISTYPED)
def test_a_type_that_the_numbers_do_not_fit(book, row, meant):
    words = {"type": TYPES[row["type"]], "value": TYPES[meant]} if meant else {}
    assert said(book, [row], "kr-count-type") == ([("D5", words)] if meant else [])


AT_START = [
    ({**LEVEL, "typed": [60]}, "60"),
    ({**LEVEL, "typed": [59, 60]}, None),
    ({**LEVEL, "type": "decrease", "baseline": 60, "target": 40, "typed": [40, 39]}, "40"),
    ({**LEVEL, "type": "decrease", "baseline": 60, "target": 40, "typed": [41, 39]}, None),
    ({**LEVEL, "type": "total", "baseline": "", "typed": [60]}, None),
    ({**LEVEL, "type": "keep-at-least", "baseline": 70, "typed": [70]}, None),
    ({**LEVEL, "typed": ["", "", "", "", 60]}, None),  # after more than a third of the time
    ({**LEVEL, "typed": [60], "state": "Postponed", "note": "Later"}, None),
]


@pytest.mark.parametrize(("row", "value"), AT_START)
def test_what_is_at_its_target_by_its_first_number(book, row, value):
    found = [("F5", {"value": value})] if value else []
    assert said(book, [row], "kr-met-at-start") == found


LINES = [
    ({"type": "keep-at-least", "baseline": 90, "target": 95}, "increase"),
    ({"type": "keep-at-least", "baseline": 95, "target": 95}, None),
    ({"type": "keep-at-most", "baseline": 4, "target": 2}, "decrease"),
    ({"type": "keep-at-most", "baseline": 2, "target": 2}, None),
    ({"type": "total-at-most", "baseline": 4, "target": 2}, None),
]


@pytest.mark.parametrize(("row", "meant"), LINES)
def test_a_line_that_was_not_kept_before_the_quarter(book, row, meant):
    words = [("D5", {"value": TYPES[meant], "baseline": str(row["baseline"])})] if meant else []
    assert said(book, [row], "kr-line-not-kept") == words


@pytest.mark.parametrize(
    ("confidence", "typed", "status"),
    [
        (8, [40, 40, 40, 40, 40], "Off track"),
        (7, [40, 40, 40, 40, 40], None),
        (3, [42, 44, 47, 49, 51], "On track"),
        (3, [42, 44, 47, 49, 60], "Achieved"),
        (4, [42, 44, 47, 49, 51], None),
        (9, [42, 44, 47, 49, 51], None),
        (11, [40, 40, 40, 40, 40], None),
        ("", [40, 40, 40, 40, 40], None),
    ],
)
def test_a_confidence_beside_the_numbers(book, confidence, typed, status):
    rows = [{**LEVEL, "confidence": confidence, "typed": typed}]
    words = {"value": str(confidence), "status": status}
    found = said(book, rows, "confidence-against-pace")
    assert found == ([("J5", words)] if status else [])
    assert said(book, rows, "confidence-against-pace", as_of="2027-03-31") == []


@pytest.fixture
def logged(tmp_path):
    """What is said of the example set with some lines in its log: sheet, row, words by code."""

    def check(lines, as_of="2027-02-05", change=lambda plan: plan):
        plan = change(okr.new("sales", quarter="2027-Q1"))
        path = okr.write(plan, tmp_path / "t.xlsx", force=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl drops sparklines, and says so
            workbook = load_workbook(path)
        letters = okr.read(path).letters["log"]
        sheet = workbook["Log"]
        first = next(row for row in range(1, 20) if sheet[f"{letters['id']}{row}"].value == "ID")
        for row, line in enumerate(lines, first + 1):
            for key, value in line.items():
                sheet[f"{letters[key]}{row}"] = value
        workbook.save(path)
        return [
            (problem.code, problem.sheet, problem.row - first, dict(problem.words))
            for problem in okr.check(path, as_of=as_of)
        ]

    return check


def lines_of(*values, first=date(2027, 1, 8)):
    """Lines of the log, a week apart, with these confidences."""
    return [
        {"date": date.fromordinal(first.toordinal() + 7 * at), "id": "SAL-O1.KR1", "confidence": it}
        for at, it in enumerate(values)
    ]


@pytest.mark.parametrize(
    ("values", "row", "words"),
    [
        ((8, 6), 2, {"before": "8", "after": "6"}),
        ((8, 7), 0, None),
        ((8, 7, 6), 3, {"before": "8", "after": "6"}),
        ((8, 7, 7, 6), 0, None),
        ((8, 6, 6), 0, None),  # said when it fell
        ((4, 6), 0, None),
        ((9, 8, 5), 3, {"before": "8", "after": "5"}),
        ((8,), 0, None),
    ],
)
def test_a_confidence_that_falls_is_named_in_the_log(logged, values, row, words):
    found = [each[1:] for each in logged(lines_of(*values)) if each[0] == "confidence-fell"]
    assert found == ([("Log", row, words)] if words else [])


def test_what_the_log_says_after_the_day_does_not_count(logged):
    lines = lines_of(8, 6)
    assert "confidence-fell" not in {code for code, *_ in logged(lines, as_of="2027-01-14")}


def lowered(plan, to=2_600_000, note=""):
    """The plan as made, then with another target in its first key result."""
    rows = plan.key_results.copy()
    rows.loc[rows.index[0], ["target", "note"]] = [to, note]
    return replace(plan, key_results=rows)


def test_an_easier_target_without_a_word_is_named_in_place_of_the_change(logged):
    found = {code: words for code, *_, words in logged([], change=lowered)}
    assert found["lowered-without-note"] == {"before": "3000000", "after": "2600000"}
    assert "plan-lowered" not in found


@pytest.mark.parametrize("note", ["Sales lost a team"])
def test_an_easier_target_with_a_note_is_a_change(logged, note):
    codes = {code for code, *_ in logged([], change=lambda plan: lowered(plan, note=note))}
    assert "plan-lowered" in codes
    assert "lowered-without-note" not in codes


def test_a_remark_in_the_log_is_a_reason_too(logged):
    line = {"date": date(2027, 1, 8), "id": "sal-o1.kr1", "note": "A team less"}
    codes = {code for code, *_ in logged([line], change=lowered)}
    assert "lowered-without-note" not in codes
    assert "plan-lowered" in codes
    silent = [{**line, "note": None, "confidence": 7}]
    assert "lowered-without-note" in {code for code, *_ in logged(silent, change=lowered)}


def test_a_harder_target_asks_for_no_reason(logged):
    codes = {code for code, *_ in logged([], change=lambda plan: lowered(plan, to=3_100_000))}
    assert "plan-raised" in codes
    assert "lowered-without-note" not in codes


def test_of_what_falls_a_higher_target_is_the_easier_one(logged):
    def change(plan, by):
        rows = plan.key_results.copy()
        (at,) = rows.index[rows["type"] == "decrease"][:1]
        rows.loc[at, "target"] += by
        return replace(plan, key_results=rows)

    eased = {code for code, *_ in logged([], change=lambda plan: change(plan, 1))}
    harder = {code for code, *_ in logged([], change=lambda plan: change(plan, -1))}
    assert {"lowered-without-note", "plan-raised"} & eased == {"lowered-without-note"}
    assert {"lowered-without-note", "plan-lowered"} & harder == {"plan-lowered"}


TYPED = {**LEVEL, "typed": [41, 43, 45, 47, 49]}


@pytest.mark.parametrize(
    ("row", "as_of", "day"),
    [
        ({**LEVEL, "typed": [41, 43]}, "2027-01-30", "2027-01-15"),
        ({**LEVEL, "typed": [41, 43]}, "2027-01-29", None),
        (LEVEL, "2027-01-16", ""),  # none yet
        (LEVEL, "2027-01-15", None),
        ({**LEVEL, "typed": [41, 43]}, "2027-03-31", None),  # the quarter is over
        ({**LEVEL, "typed": [41, 60]}, "2027-02-05", None),  # and so is this
        ({**LEVEL, "typed": [41], "state": "Postponed", "note": "No"}, "2027-02-05", None),
        ({**LEVEL, "typed": [41, "many"]}, "2027-02-05", None),  # named where it stands
    ],
)
def test_a_key_result_that_has_fallen_silent(book, row, as_of, day):
    found = said(book, [row, TYPED], "check-in-stale", as_of=as_of)
    assert [words for cell, words in found if cell.endswith("5")] == (
        [] if day is None else [{"since": day}]
    )


def test_silence_is_named_where_the_number_belongs(book):
    rows = [{**LEVEL, "typed": [41]}, TYPED]
    assert said(book, rows, "check-in-stale") == [("P5", {"since": "2027-01-08"})]


@pytest.mark.parametrize("code", languages())
def test_of_a_number_there_never_was_no_day_is_said(book, code):
    path, words = book(drawn([LEVEL, TYPED])), language(code)
    (problem,) = [p for p in okr.check(path, as_of="2027-02-05") if p.code == "check-in-stale"]
    sentence = problem.sentence(code)
    assert words("report.reason_no_update") in sentence
    assert "2027" not in sentence


def test_a_tracker_that_nobody_filled_in_is_named_as_a_whole(book):
    assert said(book, [LEVEL, LEVEL], "check-in-stale") == []
    assert said(book, [LEVEL, LEVEL], "untouched") == [("", {})]


@pytest.mark.parametrize(
    ("row", "value"),
    [
        ({**LEVEL, "commitment": "Committed", "typed": [41, 50]}, "50%"),
        ({**LEVEL, "commitment": "Committed", "typed": [41, 50], "note": "A team less"}, None),
        ({**LEVEL, "commitment": "Committed", "typed": [41, 60]}, None),
        ({**LEVEL, "commitment": "Aspirational", "typed": [41, 50]}, None),
        ({**LEVEL, "typed": [41, 50]}, None),
    ],
)
def test_a_promise_that_was_not_kept(book, row, value):
    found = said(book, [row], "committed-miss", as_of="2027-03-31")
    assert found == ([("K5", {"value": value})] if value else [])
    assert said(book, [row], "committed-miss", as_of="2027-03-30") == []


def test_a_promise_of_the_objective_is_one_of_its_key_results(book):
    rows = [{**LEVEL, "typed": [41, 50]}, {**LEVEL, "typed": [50], "commitment": "Aspirational"}]
    found = said(book, rows, "committed-miss", as_of="2027-03-31", commitment="Committed")
    assert [cell for cell, _ in found] == ["K5"]


DONE, LATE = {**LEVEL, "typed": [41, 44, 48, 52, 60]}, {**LEVEL, "typed": [41, 44, 48, 52, 59]}
KEPT = {"type": "keep-at-least", "baseline": 95, "target": 95, "typed": [95]}
PROMISED = {"commitment": "Committed"}


@pytest.mark.parametrize(
    ("rows", "is_easy"),
    [
        ([DONE, DONE], True),
        ([DONE, DONE, {**LATE, **PROMISED}], True),
        ([DONE, LATE], False),
        ([DONE, KEPT], False),
        ([DONE, {**DONE, **PROMISED}], False),
        ([DONE, DONE, {**LATE, "state": "Cancelled", "note": "No"}], True),
    ],
)
def test_all_that_was_reached_for_is_reached(book, rows, is_easy):
    found = said(book, rows, "too-easy", as_of="2027-03-31")
    assert found == ([("B4", {})] if is_easy else [])
    assert said(book, rows, "too-easy", as_of="2027-03-30") == []


def test_what_is_at_its_target_in_three_weeks_was_sure(book):
    soon, later = {**LEVEL, "typed": [41, 45, 60]}, {**LEVEL, "typed": [41, 45, 50, 60]}
    day = {"value": "every key result at its target by 2027-01-15"}
    assert said(book, [soon, {**LEVEL, "typed": [41, 60]}], "obj-sandbagging") == []  # 22 January
    first = {**LEVEL, "typed": [41, 60]}
    assert said(book, [first, first], "obj-sandbagging") == [("B4", day)]
    assert said(book, [first, later], "obj-sandbagging") == []
    assert said(book, [first], "obj-sandbagging") == []
    assert said(book, [first, first], "obj-sandbagging", as_of="2027-01-08") == []


LAST_QUARTER = ("2026-10-16", "2026-10-30", "2026-11-13", "2026-11-27", "2026-12-11")


def quarters(book, *last, id_="O1", title="Goal", unit="Sales", quarter="2026-Q4"):
    """What is said of two quarters' trackers in one folder, of which this one reached all."""
    book(drawn([DONE, DONE], unit=unit and "Sales"), "now.csv")
    then = drawn(last, LAST_QUARTER, quarter, unit, title=title)
    path = book(then.replace("| O1", f"| {id_}"), "then.csv")
    found = okr.check(path.parent, as_of="2027-02-26")
    return [(p.file, p.cell, p.words["value"]) for p in found if p.code == "obj-sandbagging"]


def test_what_is_reached_two_quarters_running_was_sure(book):
    value = "every key result at its target in 2026-Q4 and in 2027-Q1"
    both = [("now.csv", "B4", value)]
    assert quarters(book, DONE, DONE) == both
    assert quarters(book, DONE, DONE, title="Other") == both  # by its ID
    assert quarters(book, DONE, DONE, id_="P1") == both  # by its title
    assert quarters(book, DONE, DONE, id_="P1", title="Other") == []
    assert quarters(book, DONE, LATE) == []
    assert quarters(book, DONE, DONE, unit="Finance") == []
    assert quarters(book, DONE, DONE, unit="") == both  # by its title
    assert quarters(book, DONE, DONE, unit="", title="Other") == []


def test_a_quarter_between_breaks_the_run(book):
    weeks = [f"2026-{day}" for day in ("07-17", "07-31", "08-14", "08-28", "09-11")]
    book(drawn([DONE, DONE]), "now.csv")
    path = book(drawn([DONE, DONE], weeks, "2026-Q3"), "then.csv")
    codes = {problem.code for problem in okr.check(path.parent, as_of="2027-02-26")}
    assert "obj-sandbagging" not in codes


@pytest.mark.parametrize("code", languages())
def test_the_words_of_a_coach_are_said_in_every_language(code):
    words = language(code)
    assert "2027-01-15" in words("coaching.met_early", day="2027-01-15")
    twice = words("coaching.met_twice", before="2026-Q4", after="2027-Q1")
    assert twice.index("2026-Q4") != twice.index("2027-Q1")
