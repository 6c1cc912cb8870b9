"""What may be wrong with a row: the sheet's own *to fix* and `check` name the same rows."""

import warnings
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import accumulate

import pytest
from calculators import by_formualizer, libreoffice, values
from conftest import faults_in
from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string

import okr_sheets as okr
from okr_sheets.checks.faults import NAMES
from okr_sheets.findings import ADVICE, FINDINGS
from okr_sheets.kinds import COACHING
from okr_sheets.language import language
from okr_sheets.schema import OKRS, PLANNED
from okr_sheets.writing.layout import FIRST_ROW

TYPED = [column.key for column in OKRS.columns if column.stage not in {"computed", "helper"}]
FIRST_WEEK, SECOND_WEEK, LATER = (f"checkin.2027-{day}" for day in ("01-08", "01-15", "03-05"))
OBJECTIVE = {"title": "Goal", "owner": "Ann", "type": "Objective"}
SOUND = {"title": "Result", "owner": "Ann", "type": "Increase", "baseline": 1, "target": 10}
SOUND |= {"unit": "leads"}
CANCELLED = {"state": "Cancelled", "note": "No money"}
COUNT = {"type": "Total to reach", "baseline": None, "target": 30, FIRST_WEEK: 5}
LEVEL = {"type": "Decrease", "baseline": 14, "target": 8}
DAYS = {"start": date(2027, 2, 12), "due": date(2027, 2, 12)}
PERCENT = {"unit": "%", "target": 60}
MADE_ALIKE = {"planned_title": "Result", "planned_target": 10, "planned_baseline": 1}
MADE_ALIKE |= {"weight": 2, "planned_weight": 2, "note": "Agreed with sales"}
LINE = {"type": "Keep at or above", "baseline": 10}
MANY = "how many key results"  # of which the objective stands last; no cell of the sheet

# Of each code the cells of a key result that it is said of, and of one that escapes it by a hair.
CASES = {
    "no-title": ({"title": None}, {"title": None, "baseline": None, "target": None}),
    "unknown-type": ({"type": "Sideways"}, {"type": "Increase"}),
    "unknown-state": ({"state": "Gone"}, {"state": "Active"}),
    "no-objective": ({"id": "X1"}, {"id": "X2"}),
    "duplicate-id": ({"id": "o2.kr1"}, {"id": "O2.KR10"}),
    "no-key-results": (None, {}),
    "text-number": ({"target": "about 30"}, {"target": 30}),
    "required": ({"type": None, "owner": None}, {**CANCELLED, "owner": None}),
    "mixed-scale": ({**PERCENT, "baseline": 0.1}, {**PERCENT, "baseline": 10}),
    "no-target": ({"target": None}, {"type": "Achieve", "baseline": None, "target": None}),
    "total-of-nothing": ({**COUNT, "target": 0}, {**COUNT, "type": "Total to stay within"}),
    "no-baseline": ({**LEVEL, "baseline": None}, LEVEL),
    "baseline-equals-target": ({"baseline": 10}, {"baseline": 9.99}),
    "wrong-direction": ({"baseline": 12}, {"type": "Decrease", "baseline": 12}),
    "count-suspected": ({**LEVEL, FIRST_WEEK: 1}, {**LEVEL, FIRST_WEEK: 12}),
    "total-that-fell": ({**COUNT, SECOND_WEEK: 4}, {**COUNT, SECOND_WEEK: 5}),
    "bad-weight": ({"weight": -1}, {"weight": 0.5}),
    "bad-confidence": ({"confidence": 2.5}, {"confidence": 2}),
    "start-after-due": ({**DAYS, "start": date(2027, 2, 13)}, DAYS),
    "baseline-assumed": ({"baseline": None}, {"baseline": 0}),
    "no-owner": ({"owner": None}, {**CANCELLED, "owner": None}),
    "waiting-number": ({LATER: 5}, {SECOND_WEEK: 5}),
    "kr-line-not-kept": ({**LINE, "baseline": 9.99}, LINE),
    "kr-met-at-start": ({FIRST_WEEK: 10}, {FIRST_WEEK: 9.99, SECOND_WEEK: 10}),
    "kr-no-unit": ({"unit": None}, {"unit": None, "type": "Achieve"}),
    "kr-count": ({MANY: 2}, {MANY: 3}),
}
for part in PLANNED:
    for way, change in (("lowered", 1), ("raised", -1)):
        moved = MADE_ALIKE | {f"planned_{part}": MADE_ALIKE[f"planned_{part}"] + change}
        # What was written anew has no plan.
        CASES[f"plan-{way}:{part}"] = (moved, {**moved, "planned_title": "Another"})
# What `check` calls each; what the sheet counts as missing, it names one by one.
CALLED = {code: {named.code or code.split(":")[0]} for code, named in NAMES.items()} | {
    "unknown-type": {"not-a-choice"},
    "unknown-state": {"not-a-choice"},
    "text-number": {"not-a-number"},
    "required": {"missing-owner", "type-inferred"},
    "bad-confidence": {"bad-confidence"},
    "waiting-number": {"future-number"},
}
NUMBERS = {"required": {"n": 3}}


@dataclass(frozen=True)
class Case:
    """An objective with the cells of its key result, and the code of the last row, "" for none.

    `besides` is what `check` names there too; the sheet has room for the first only.
    """

    code: str
    cells: dict | None
    objective: dict = field(default_factory=dict)
    besides: frozenset = frozenset()

    def rows(self, number):
        own = f"O{number}"
        top = {"id": own, **OBJECTIVE, **self.objective}
        if many := (self.cells or {}).get(MANY):
            titles = (f"Result {number}" for number in range(many))
            alike = [{**SOUND, "title": title} for title in titles]
            return [{"id": f"{own}.KR{at}", **row} for at, row in enumerate(alike)] + [top]
        both = [top, {"id": f"{own}.KR1", **SOUND, **(self.cells or {})}]
        return both[1:] if self.code == "no-objective" else both[: 1 + (self.cells is not None)]

    def sentence(self):
        code, _, part = self.code.partition(":")
        planned = (self.cells or {}).get(f"planned_{part}")
        numbers = {"before": planned, "after": MADE_ALIKE[f"planned_{part}"]} if part else {}
        return language("en").fix(self.code, **numbers, **NUMBERS.get(code, {})) if code else ""


OTHERS = (
    Case("no-title", {"title": None, "target": None}),  # its numbers count nowhere
    Case("no-title", {"title": None, "target": None, "baseline": None, FIRST_WEEK: 3}),
    Case("no-title", {"title": None, "owner": None}),
    Case("", {"owner": None}, CANCELLED),
    Case("", {"owner": None}, {**CANCELLED, "state": "Postponed"}),
    Case("no-target", {**CANCELLED, "target": None}),
    Case("no-baseline", {"baseline": None, "target": 0}),
    Case(
        "wrong-direction", {"baseline": 14, FIRST_WEEK: 1}, besides=frozenset({"count-suspected"})
    ),
    Case("total-of-nothing", {**COUNT, "type": "Total to stay within", "target": -1}),
    Case("mixed-scale", {**PERCENT, "baseline": 10, FIRST_WEEK: 24, SECOND_WEEK: 0.24}),
    Case("", {**LINE, "type": "Keep at or below"}),
    Case("kr-line-not-kept", {**LINE, "type": "Keep at or below", "baseline": 10.01}),
    Case("kr-met-at-start", {**LEVEL, FIRST_WEEK: 8, SECOND_WEEK: 7}),
    Case("", {FIRST_WEEK: 10, **CANCELLED}),
    Case("", {FIRST_WEEK: 10, "start": date(2027, 1, 1), "due": date(2027, 1, 15)}),
    Case("", {**CANCELLED, "unit": None}),
    Case("kr-count", {MANY: 6}),
    Case("", {MANY: 5}),
)


def cases():
    """Every case, that of a row above all objectives first."""
    faults = [Case(code, of[0]) for code, of in CASES.items()]
    near = [Case("", of[1]) for of in CASES.values()]
    return sorted(
        [Case("", {}), *faults, *near, *OTHERS], key=lambda case: case.code != "no-objective"
    )


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A workbook of ours with all cases typed in, and each case by the row that it is about."""
    of_each = [case.rows(number) for number, case in enumerate(cases(), 1)]
    rows = dict(enumerate((cells for rows in of_each for cells in rows), FIRST_ROW))
    lasts = accumulate(map(len, of_each), initial=FIRST_ROW - 1)
    about = {last: case for case, last in zip(cases(), [*lasts][1:], strict=True)}
    plan = okr.new(blank=True, quarter="2027-Q1")
    plan = replace(plan, about=replace(plan.about, as_of=date(2027, 1, 15)))
    path = tmp_path_factory.mktemp("faults") / "t.xlsx"
    okr.write(plan, path, objectives=1, key_results=len(rows) - 1)
    letters = okr.read(path).letters["okrs"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl drops sparklines, and says so
        book = load_workbook(path)
    for row, cells in rows.items():
        for key in (*TYPED, FIRST_WEEK, SECOND_WEEK, LATER):
            book["OKRs"][f"{letters[key]}{row}"] = cells.get(key)
    book.save(path)
    return path, about


@pytest.mark.parametrize("program", ["libreoffice", "formualizer"])
def test_the_sheet_says_the_first_thing_to_fix_and_nothing_of_what_is_right(
    drawn, program, tmp_path, request
):
    path, about = drawn
    column = column_index_from_string(okr.read(path).letters["okrs"]["to_fix"])
    cells = [("OKRs", row, column) for row in about]
    if program == "libreoffice":
        request.getfixturevalue("soffice")
        found = values(libreoffice(path, tmp_path), cells)
    else:
        found = by_formualizer(path, cells, tmp_path)
    said = {row: (case, found["OKRs", row, column] or "") for row, case in about.items()}
    assert said == {row: (case, case.sentence()) for row, case in about.items()}


def test_check_names_what_the_sheet_names_and_nothing_else(drawn):
    path, about = drawn
    named = {}
    for problem in okr.check(path):
        if problem.code in COACHING - {*ADVICE, "lowered-without-note"}:
            continue  # said by `check` alone
        named.setdefault(problem.row, set()).add(problem.code)
    wanted = {row: CALLED[case.code] | case.besides for row, case in about.items() if case.code}
    found = {row: named[row] for row in about if row in named}
    assert found == wanted, about


def test_every_rule_has_a_case():
    assert set(CASES) == set(FINDINGS) == set(CALLED)


def test_what_check_names_comes_in_the_order_of_the_sheet():
    assert list(NAMES) == [code for code in FINDINGS if code in NAMES]


def test_a_tracker_without_days_is_told_all_that_asks_for_none(book):
    path = book("""
        | ID     | Title | Owner | Type      | Baseline | Target | Due        |
        | O1     | Goal  |       | Objective |          |        |            |
        | O1.KR1 |       | Ann   | Increase  | 0        | 5      |            |
        | O1.KR1 | b     | Ann   | Increase  | 5        |        | 2027-02-12 |
        | O2     | Other | Ann   | Objective |          |        |            |
    """)
    assert [(p.cell, p.code) for p in faults_in(path)] == [
        ("", "no-quarter"),
        ("C2", "missing-owner"),
        ("B3", "missing-title"),
        ("A4", "duplicate-id"),
        ("F4", "no-target"),
        ("B5", "no-key-results"),
    ]


def test_a_cell_that_cannot_be_read_is_named_once(book):
    path = book("""
        | ID     | Title | Owner | Type      | Baseline | Target | 2027-01-08 |
        | O1     | Goal  | Ann   | Objective |          |        |            |
        | O1.KR1 | a     | Ann   | Increase  | some     | many   | 3          |
        | O1.KR2 | b     | Ann   | Sideways  | 0        | 5      | 3          |
    """)
    assert [(p.cell, p.code) for p in faults_in(path)] == [
        ("E3", "not-a-number"),
        ("F3", "not-a-number"),
        ("D4", "not-a-choice"),
    ]


def test_a_key_result_made_without_an_objective_is_named():
    plan = okr.new("sales", quarter="2027-Q1")
    alone = plan.key_results.assign(objective=[0, *plan.key_results["objective"][1:]])
    found = okr.check(replace(plan, key_results=alone))
    assert [p.given for p in found if p.code == "no-objective"] == [alone["id"].iloc[0]]
