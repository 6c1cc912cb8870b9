"""What other programs save is read as what people typed there, and its problems are named."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pandas as pd
import pytest
from conftest import faults_in
from make_files import ABOUT, DAYS, FILES, OBJECTIVES, original

import okr_sheets as okr

TEXT = ("title", "owner", "type", "unit", "note")
NUMBERS = ("baseline", "target", "weight", "confidence")
DATES = ("start", "due")
KIND_OF_TRACKER = ("O1.KR1", "O1.KR2", "O1.KR3", "O2.KR1", "O2.KR2", "O2.KR3")
SCORES = dict(zip(KIND_OF_TRACKER, (0.5, 0.4, 1.0, 0.6, 1.0, 0.5), strict=True))
NAN = math.nan

PLAIN_SCORES = {"O1.KR1": 0.3, "O1.KR2": 0.5, "O1.KR3": 0.5}
PLAIN_ROWS = {
    "O1": ("Goal", NAN, NAN),
    "O1.KR1": ("Leads", 0, 100, 10, 30),
    "O1.KR2": ("Days", 60, 40, 55, 50),
    "O1.KR3": ("Calls", 0, 10, 2, 5),
}
Found = frozenset[tuple[str, str]]  # cell and code
OLD = "old-template"


@dataclass(frozen=True)
class Case:
    """What differs from the original, told by hand: cells by id, scores, and what is named."""

    problems: Found = frozenset()
    cells: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    scores: Mapping[str, float] = field(default_factory=dict)
    gone: str = ""


def named(*cells: str, **codes: str) -> Found:
    """Cells and codes: named(error_cell="F3 G3"); a code for the whole file by its name alone."""
    return frozenset(
        [("", code) for code in cells]
        + [(cell, key.replace("_", "-")) for key, at in codes.items() for cell in at.split()]
    )


def check_ins(*values: float | None) -> dict[str, float]:
    return {str(day): v for day, v in zip(DAYS, values, strict=False) if v is not None}


UNTOUCHED = Case()
ROWS = Case(
    named(no_formula="R9"),
    {
        "O1.KR9": {
            "title": "Answer 40 tenders",
            "owner": "Dan",
            "type": "increase",
            "baseline": 0,
            "target": 40,
            **check_ins(None, None, None, 30),
        }
    },
    {"O1.KR9": 0.75},
    gone="O2.KR3",
)
COLUMNS = Case(named(unknown_column="C5"), {name: {"unit": ""} for name in KIND_OF_TRACKER})
HIDDEN = Case(named("hidden-sheet", "hidden-rows", "hidden-columns"))
ERRORS = Case(
    named(error_cell="AD7 AB8 F9 E13"),
    {
        "O1.KR1": {str(DAYS[3]): None},
        "O1.KR2": {str(DAYS[1]): None},
        "O1.KR3": {"target": NAN},
        "O2.KR3": {"baseline": NAN},
    },
    # An error is no zero: the way from it cannot be told.
    {"O1.KR1": 0.2, "O1.KR3": NAN, "O2.KR3": NAN},
)
TYPED_OVER = Case(
    named(typed_over="R7", current_typed="O8", number_as_text="AD9 AD13", other_score="R10"),
    scores={"O1.KR2": 0.6667},
)
CASES = {
    "exceljs-no-values.xlsx": Case(
        named(not_calculated="AD7"),
        {"O1.KR1": {str(DAYS[3]): None}},
        {"O1.KR1": 0.2},
    ),
    "exceljs-untouched.xlsx": UNTOUCHED,
    "libreoffice-1904.xls": UNTOUCHED,
    "libreoffice-1904.xlsx": UNTOUCHED,
    "libreoffice-around.xlsx": Case(named(unknown_column="CX8 CY8 CZ8")),
    "libreoffice-columns.ods": COLUMNS,
    "libreoffice-columns.xlsx": COLUMNS,
    "libreoffice-errors.ods": ERRORS,
    "libreoffice-encrypted.xls": UNTOUCHED,
    "libreoffice-errors.xls": ERRORS,
    "libreoffice-errors.xlsx": ERRORS,
    "libreoffice-hidden.ods": HIDDEN,
    "libreoffice-hidden.xls": HIDDEN,
    "libreoffice-hidden.xlsx": HIDDEN,
    "libreoffice-rows.ods": ROWS,
    "libreoffice-rows.xlsx": ROWS,
    "libreoffice-sorted.ods": UNTOUCHED,
    "libreoffice-translated.xlsx": UNTOUCHED,
    "libreoffice-typed-over.ods": TYPED_OVER,
    "libreoffice-typed-over.xlsx": TYPED_OVER,
    "libreoffice-untouched.ods": UNTOUCHED,
    "libreoffice-untouched.xls": UNTOUCHED,
    "libreoffice-untouched.xlsx": UNTOUCHED,
    # That format has one byte for a letter, and SheetJS writes ASCII into it.
    "sheetjs-biff5.xls": Case(cells={"O2.KR3": {"title": "K_pr_ _ 2.75 _ ____ __"}}),
    "sheetjs.ods": UNTOUCHED,
    "sheetjs.xls": UNTOUCHED,
    "sheetjs.xlsb": UNTOUCHED,
    "sheetjs.xlsm": Case(named("macros")),
    "xlsxwriter-strict.xlsx": UNTOUCHED,
}
TEXTS = {
    "libreoffice-translated.csv": UNTOUCHED,
    "libreoffice-untouched.csv": UNTOUCHED,
    "sheetjs-utf-16.csv": UNTOUCHED,
    "sheetjs.csv": UNTOUCHED,
}
NOBODY = " ".join("2345")
PLAIN = {
    "exceljs-1904.xlsx": Case(named(missing_owner=NOBODY), {"O1.KR1": {"due": "2027-03-19"}}),
    "exceljs-errors.xlsx": Case(
        named(missing_owner=NOBODY, error_cell="F3 G3", boolean_number="F4", date_number="G4"),
        {name: {str(DAYS[0]): None, str(DAYS[1]): None} for name in ("O1.KR1", "O1.KR2")},
        {"O1.KR1": 0, "O1.KR2": 0},
    ),
    "exceljs-hidden.xlsx": Case(
        named("hidden-sheet", "hidden-rows", "hidden-columns", missing_owner=NOBODY)
    ),
    "exceljs-rich.xlsx": Case(named(missing_owner=" ".join("4567"))),
    "exceljs-shared.xlsx": Case(named(missing_owner=NOBODY, unknown_column="H1")),
    "exceljs-side-by-side.xlsx": Case(named(missing_owner=NOBODY, duplicate_column="I1 J1")),
}


def told(tracker: okr.Tracker) -> dict[str, dict[str, Any]]:
    """What each row says, by id, whatever its place: its filled cells and check-ins by day."""
    said: dict[str, dict[str, Any]] = {}
    for row in tracker.rows.to_dict("records"):
        days = {key: row[key].date().isoformat() for key in DATES if pd.notna(row[key])}
        texts = {key: row[key] for key in TEXT if pd.notna(row.get(key))}
        said[row["id"]] = texts | {key: row.get(key, NAN) for key in NUMBERS} | days
    for row in tracker.check_ins.itertuples():
        said[row.id][row.date.date().isoformat()] = row.value
    return {name: filled(cells) for name, cells in said.items()}


def filled(cells: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in cells.items() if value != "" and pd.notna(value)}


def edited(base: Mapping[str, Mapping[str, Any]], case: Case) -> dict[str, dict[str, Any]]:
    names = [name for name in {**base, **case.cells} if name != case.gone]
    return {name: filled({**base.get(name, {}), **case.cells.get(name, {})}) for name in names}


@cache
def read(name: str) -> okr.Tracker:
    """The tracker in a file, which no test changes."""
    return okr.read(FILES / name)


def scores(source) -> dict[str, float]:
    scored = okr.score(source, as_of=DAYS[-1])
    return dict(zip(scored["id"], scored["score"], strict=True))


def expected_scores(base: Mapping[str, float], case: Case) -> Any:
    kept = {name: score for name, score in base.items() if name != case.gone}
    return pytest.approx({**kept, **case.scores}, abs=1e-9, nan_ok=True)


def problems(path) -> Found:
    """What is named, besides that our own files are of the first template."""
    return frozenset(
        (problem.cell, problem.code) for problem in faults_in(path) if problem.code != OLD
    )


def plain_rows() -> dict[str, dict[str, Any]]:
    kinds = {"O1.KR1": "increase", "O1.KR2": "decrease", "O1.KR3": "increase"}
    return {
        name: filled(
            {"title": title, "type": kinds.get(name), "baseline": baseline, "target": target}
            | check_ins(*values)
        )
        for name, (title, baseline, target, *values) in PLAIN_ROWS.items()
    }


def test_no_file_is_forgotten():
    files = {path.name for path in FILES.iterdir()} - {"README.md"}
    assert files == {*CASES, *TEXTS, *PLAIN, "libreoffice-copied.xlsx"}
    listed = (FILES / "README.md").read_text("utf-8")
    assert all(f"| {name} |" in listed for name in files)


@pytest.mark.parametrize(("name", "case"), (CASES | TEXTS).items())
def test_every_cell_is_read_as_it_was_typed(name, case):
    assert told(read(name)) == edited(told(original()), case)


@pytest.mark.parametrize("name", CASES)
def test_settings_actions_and_remarks_are_read_too(name):
    tracker, first = read(name), original()
    assert tracker.about == ABOUT
    assert tracker.actions.to_dict("records") == first.actions.to_dict("records")
    assert tracker.log.fillna(0).to_dict("records") == first.log.fillna(0).to_dict("records")


@pytest.mark.parametrize(("name", "case"), (CASES | TEXTS).items())
def test_it_scores_as_counted_by_hand(name, case):
    assert scores([read(name)]) == expected_scores(SCORES, case)


@pytest.mark.parametrize(("name", "case"), (CASES | TEXTS | PLAIN).items())
def test_what_is_wrong_is_named_and_nothing_else(name, case):
    assert problems(FILES / name) == case.problems


def test_whatever_program_saved_a_tracker_of_an_earlier_template_it_is_named_once():
    names = [*CASES, *TEXTS, *PLAIN, "libreoffice-copied.xlsx"]
    said = {name: [p.code for p in okr.read(FILES / name).problems].count(OLD) for name in names}
    assert {name for name in names if said[name]} == {*CASES, "libreoffice-copied.xlsx"}
    assert {*said.values()} == {0, 1}


@pytest.mark.parametrize(("name", "case"), PLAIN.items())
def test_a_plain_table_is_read_and_scored(name, case):
    assert told(read(name)) == edited(plain_rows(), case)
    assert scores([read(name)]) == expected_scores(PLAIN_SCORES, case)


def test_each_table_of_a_workbook_is_a_tracker_of_its_own():
    path = FILES / "libreoffice-copied.xlsx"
    copy = {name.replace("O", "P"): score for name, score in SCORES.items()}
    assert scores(path) == pytest.approx(SCORES | copy)
    assert problems(path) == named("several-tables")
    first, second = okr.read(path, "OKRs"), okr.read(path, "Plan B")
    assert told(first) == told(original())
    assert set(second.objectives["id"]) == {
        each["id"].replace("O", "P") for each in OBJECTIVES.values()
    }
    # What both tables share goes to the one whose key results it names.
    assert len(first.actions) == len(original().actions)
    assert second.actions.empty
