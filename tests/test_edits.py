"""A tracker edited by LibreOffice itself scores as the same edits said in Python."""

from dataclasses import replace

import pandas as pd
import pytest
from calculators import edited
from conftest import faults_in

import okr_sheets as okr
from okr_sheets import demo
from okr_sheets.frames import frame
from okr_sheets.letters import column_letters, column_number

COMPARED = ["current", "progress", "score", "expected", "gap", "status", "objective_id"]


def by_id(scored):
    return scored.set_index("id")[COMPARED].sort_index()


@pytest.fixture
def marketing(company):
    return company / "b2b-saas-marketing.xlsx"


@pytest.fixture
def letters(marketing):
    return okr.read(marketing).letters["okrs"]


def test_values_typed_rows_inserted_sorted_and_columns_moved(marketing, letters, tmp_path):
    tracker = okr.read(marketing)
    last = tracker.objectives.index.union(tracker.key_results.index).max()
    week = f"checkin.{demo.AS_OF}"
    # A total goes on from its last number: one that falls would be asked about.
    reached = tracker.check_ins.groupby("id")["value"].max()
    rows = tracker.key_results
    typed = {
        row: value + (reached.get(key, 0) if kind.startswith("total") else 0)
        for row, key, kind, value in zip(
            rows.index, rows["id"], rows["type"], range(3, 99, 7), strict=True
        )
    }
    new_row = 9  # pushed in between two key results
    end = column_letters(max(column_number(letter) for letter in letters.values()) + 13)
    owner = letters["owner"]
    new_cells = {
        "id": "MKT-O1.KR9",
        "title": "Answer 40 press questions",
        "owner": "Aaron",
        "type": "Increase",
        "baseline": 0,
        "target": 40,
        week: 30,
    }
    edits = [
        *(["OKRs", "put", f"{letters[week]}{row}", value] for row, value in typed.items()),
        ["OKRs", "insert_rows", new_row, 2],
        *(["OKRs", "put", f"{letters[k]}{new_row}", v] for k, v in new_cells.items()),
        ["OKRs", "sort", f"A6:{end}{last + 2}", column_number(owner) - 1],
        # The unit column goes to the far right, and its old place stays empty.
        ["OKRs", "move", f"{letters['unit']}1:{letters['unit']}1005", "CZ1"],
        ["OKRs", "insert_columns", 1, 1],
    ]
    expected = by_id(okr.score(_said(tracker, typed, new_cells, week)))
    for path in edited(marketing, tmp_path, edits, ".xlsx", ".ods"):
        pd.testing.assert_frame_equal(by_id(okr.score(path)), expected)
        codes = {problem.code for problem in faults_in(path)}
        assert codes <= {"no-formula"}
        assert okr.read(path).key_results.set_index("id").loc["MKT-O1.KR1", "unit"] == "dashboards"


def _said(tracker, typed, new_cells, week):
    """The same edits, made on the frames."""
    day = pd.Timestamp(demo.AS_OF)
    kept = tracker.check_ins[tracker.check_ins["date"] != day]
    said = [
        {"id": tracker.key_results.at[row, "id"], "date": demo.AS_OF, "value": value}
        for row, value in typed.items()
    ]
    added = {key: value for key, value in new_cells.items() if key != week} | {
        "type": "increase",
        "objective": tracker.objectives.index[0],
        "objective_id": "MKT-O1",
    }
    said.append({"id": added["id"], "date": demo.AS_OF, "value": new_cells[week]})
    rows = [*typed, 500]
    return replace(
        tracker,
        key_results=pd.concat([tracker.key_results, frame("key_results", [added], [500])]),
        check_ins=pd.concat([kept, frame("check_ins", said, rows)]),
    )


def test_a_row_without_formulas_is_named_and_scored(marketing, letters, tmp_path):
    cells = {"id": "MKT-O1.KR9", "title": "Answer 40 questions", "type": "Increase", "target": 40}
    edits = [
        ["OKRs", "insert_rows", 8, 1],
        *(["OKRs", "put", f"{letters[key]}8", value] for key, value in cells.items()),
        ["OKRs", "put", f"{letters[f'checkin.{demo.AS_OF}']}8", 10],
    ]
    (path,) = edited(marketing, tmp_path, edits, ".xlsx")
    found = {(p.cell, p.code) for p in okr.check(path)}
    assert (f"{letters['score']}8", "no-formula") in found
    assert okr.score(path).set_index("id").loc["MKT-O1.KR9", "score"] == 0.25


def test_the_advice_for_a_row_without_formulas_gives_right_ones(marketing, letters, tmp_path):
    """A whole row copied onto it, and its own words and numbers typed again."""
    cells = {"id": "MKT-O1.KR9", "title": "Answer 40 questions", "type": "Increase", "target": 40}
    own = [
        *(["OKRs", "put", f"{letters[key]}8", value] for key, value in cells.items()),
        *(["OKRs", "put", f"{letters[key]}8", ""] for key in ("baseline", "unit", "weight")),
        *(["OKRs", "put", f"{letters[key]}8", ""] for key in letters if key.startswith("checkin.")),
        ["OKRs", "put", f"{letters[f'checkin.{demo.AS_OF}']}8", 10],
    ]
    edits = [["OKRs", "insert_rows", 8, 1], *own, ["OKRs", "copy_row", 7, 8], *own]
    for path in edited(marketing, tmp_path, edits, ".xlsx", ".ods"):
        found = {p.code for p in faults_in(path) if p.row == 8}
        assert found <= {"baseline-assumed"}
        stored = okr.read(path).stored
        assert stored.at[8, "score"] == 0.25
        assert stored["score"].iloc[0] == okr.rollup([okr.read(path)]).objectives.score.iloc[0]


def test_a_formula_typed_over_is_named_with_both_numbers(marketing, letters, tmp_path):
    true = okr.score(marketing).set_index("id").score["MKT-O1.KR1"]
    edits = [["OKRs", "put", f"{letters['score']}7", 0.99]]
    (path,) = edited(marketing, tmp_path, edits, ".xlsx")
    typed = [p for p in okr.check(path) if p.code == "typed-over"]
    assert [p.cell for p in typed] == [f"{letters['score']}7"]
    assert "99.00%" in typed[0].say()
    assert f"{true:.2%}" in typed[0].say()
    scores = okr.score(path).set_index("id").score
    assert scores["MKT-O1.KR1"] == true != 0.99


def test_sheets_renamed_and_deleted_do_not_matter(marketing, tmp_path):
    edits = [
        ["Dashboard", "remove"],
        ["Calc", "remove"],
        ["Lists", "remove"],
        ["OKRs", "rename", "Plan for the quarter"],
    ]
    (path,) = edited(marketing, tmp_path, edits, ".xlsx")
    assert okr.read(path) == okr.read(marketing)
    assert okr.read(path).sheets["okrs"] == "Plan for the quarter"


def test_rows_put_in_above_the_table_change_no_formula(marketing, tmp_path):
    """LibreOffice calculates the sheet anew; every cell that people see says what it said."""
    (path,) = edited(marketing, tmp_path, [["OKRs", "insert_rows", 1, 3]], ".xlsx")
    keys = ["to_fix", "status", "score", "gap"]
    before, after = (okr.read(file).stored[keys].to_csv(index=False) for file in (marketing, path))
    assert after == before
    assert faults_in(path) == faults_in(marketing)
