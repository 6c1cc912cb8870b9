"""The close: its sheet, what is read of it, what it adds up to, and what the command asks for."""

import csv
import io
import json
import re
import warnings
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from calculators import (
    by_formualizer,
    by_ironcalc,
    edited,
    formula_cells,
    libreoffice,
    poisoned,
    values,
)
from click.testing import CliRunner
from openpyxl import load_workbook

import okr_sheets as okr
from okr_sheets.choices import DECISIONS
from okr_sheets.cli import main
from okr_sheets.closing import needs_reason
from okr_sheets.frames import frame
from okr_sheets.language import language, languages
from okr_sheets.planning.sets import plan_of
from okr_sheets.schema import CLOSE
from okr_sheets.toml import parse_toml

LAST_DAY = date(2027, 3, 31)
PLAN = """
[[objectives]]
id = "O1"
title = "Win"
owner = "Ann"
commitment = "committed"
  [[objectives.key_results]]
  id = "O1.KR1"
  title = "Leads"
  owner = "Bob"
  target = 10
[[objectives]]
id = "O2"
title = "Keep"
owner = "Cem"
weight = 3
  [[objectives.key_results]]
  id = "O2.KR1"
  title = "Renewals"
  owner = "Ann"
  baseline = 0
  target = 4
[[objectives]]
id = "O3"
title = "Stopped"
state = "cancelled"
note = "No money"
  [[objectives.key_results]]
  id = "O3.KR1"
  title = "Shops"
  target = 2
"""
# The columns of the sheet that people type in.
FINAL, DECISION = "D", "F"


@pytest.fixture
def blank(tmp_path):
    """A tracker of three objectives, the last of them cancelled, without a number."""
    (tmp_path / "plan.toml").write_text(PLAN, "utf-8")
    return okr.write(okr.new(source=tmp_path / "plan.toml", quarter="2027-Q1"), tmp_path / "t.xlsx")


def opened(path, **how):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return load_workbook(path, **how)


def typed(path, cells, numbers=True):
    """The tracker as openpyxl saves it, with a number for each key result: 50 %, 75 %."""
    book = opened(path)
    letters = okr.read(path).letters["okrs"]
    if numbers:
        for row, value in ((7, 5), (9, 3)):
            book["OKRs"][f"{letters[f'checkin.{LAST_DAY}']}{row}"] = value
    for place, value in cells.items():
        sheet, _, cell = place.rpartition("!")
        book[sheet or "Close"][cell] = value
    book.save(path)
    return path


def closed(path, *arguments):
    return CliRunner().invoke(main, ["close", str(path), *arguments])


# --- the sheet --------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", languages())
def test_each_tracker_has_a_line_for_each_objective(code, tmp_path):
    words = language(code)
    tracker = okr.new("sales", quarter="2027-Q1", language=code)
    path = okr.write(tracker, tmp_path / "t.xlsx")
    book = opened(path)
    assert book.sheetnames[3:5] == [words("sheets.log"), words("sheets.close")]
    sheet = book[words("sheets.close")]
    assert [cell.value for cell in sheet[3]] == [f"close.{key}" for key in CLOSE.keys]
    assert sheet.row_dimensions[3].hidden
    assert [cell.value for cell in sheet[4]] == [words(f"close.{key}") for key in CLOSE.keys]
    ids = [sheet[f"A{row}"].value for row in range(5, sheet.max_row + 1)]
    assert ids == [*tracker.objectives.id, *[None] * 10]
    rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    offered = rules[f"{DECISION}5"].formula1.strip('"').split(",")
    assert offered == list(words.choices("close_decision").values())
    assert words.keys("choices.close_decision") == list(DECISIONS)
    assert (rules[f"{FINAL}5"].type, rules[f"{FINAL}5"].formula2) == ("decimal", "1")
    assert {rules[f"{letter}5"].formula1 for letter in "BCH"} == {"FALSE"}
    assert not sheet.protection.sheet
    assert okr.read(path) == tracker


def test_blank_rows_that_were_prepared_have_a_line_too(tmp_path):
    path = okr.write(okr.new(blank=True, quarter="2027-Q1"), tmp_path / "t.xlsx", objectives=3)
    assert [*okr.read(path).close.id] == ["O1", "O2", "O3"]


def test_what_is_typed_is_written_again(blank, tmp_path):
    said = {
        "D5": 0.4,
        "E5": "Two lost",
        "F6": "Keep",
        "G6": "Call first",
        "A9": "X1",
        "G9": "Stray",
    }
    tracker = okr.read(typed(blank, said))
    again = okr.read(okr.write(tracker, tmp_path / "again.xlsx"))
    assert again == tracker
    assert [*again.close.id] == ["O1", "O2", "O3", "X1"]
    assert [*again.close.index] == [5, 6, 7, 8]


# What the line of an objective of 50 % says, and what its sheet says of it on the last day.
CASES = (
    ({}, "no-decision"),
    ({"decision": "keep"}, ""),
    ({"final": 0.3, "decision": "keep"}, "no-final-reason"),
    ({"final": 0.3}, "no-final-reason"),
    ({"final": 0.3, "reason": "Half was luck", "decision": "keep"}, ""),
    ({"final": 0.3, "reason": "Half was luck"}, "no-decision"),
    ({"final": 0.504, "decision": "drop"}, ""),
    ({"final": 0.505, "decision": "drop"}, "no-final-reason"),
    ({"state": "postponed"}, ""),
    ({"state": "cancelled", "lesson": "Too early"}, ""),
    ({"state": "cancelled", "final": 0.2}, "no-final-reason"),
    ({"id": "O1.KR1", "lesson": "Of a key result"}, "not-an-objective"),
    ({"id": "X9", "final": 0.5}, "not-an-objective"),
)


def of_cases(day):
    """A tracker with an objective for each case, all of 50 %."""
    plan = "".join(
        f'[[objectives]]\nid = "O{number}"\ntitle = "Aim {number}"\n'
        + (f'state = "{case["state"]}"\nnote = "-"\n' if "state" in case else "")
        + f'[[objectives.key_results]]\nid = "O{number}.KR1"\ntitle = "Leads"\ntarget = 10\n'
        for number, (case, _) in enumerate(CASES, 1)
        if "id" not in case
    )
    tracker = plan_of(parse_toml(plan, "plan", ValueError), "plan")
    about = okr.new(blank=True, quarter="2027-Q1").about
    rows = tracker.key_results
    numbers = [{"id": name, "date": LAST_DAY, "value": 5.0} for name in rows.id]
    lines = [{"id": f"o{number}", **case} for number, (case, _) in enumerate(CASES, 1)]
    return tracker.changed(
        about=replace(about, as_of=day),
        check_ins=frame("check_ins", numbers, rows.index),
        close=frame("close", lines, range(5, 5 + len(lines))),
    )


@pytest.mark.parametrize("day", [LAST_DAY, date(2027, 3, 30)])
def test_three_programs_give_what_python_stores(day, tmp_path, soffice):
    """All recalculate poisoned copies, and find what the cases say."""
    source = okr.write(of_cases(day), tmp_path / "t.xlsx")
    cells = [cell for cell in formula_cells(source) if cell[0] == "Close"]
    bad = poisoned(source, tmp_path / "poisoned.xlsx")
    fix = language("en").fix
    codes = [code if day == LAST_DAY or code != "no-decision" else "" for _, code in CASES]
    expected = [
        (
            None if "id" in case else f"Aim {number}",
            None if {"id", "state"} & {*case} else 0.5,
            fix(code) if code else None,
        )
        for number, ((case, _), code) in enumerate(zip(CASES, codes, strict=True), 1)
    ]
    results = {
        "stored": values(source, cells),
        "LibreOffice": values(libreoffice(bad, tmp_path), cells),
        "formualizer": by_formualizer(bad, cells, tmp_path),
        "IronCalc": by_ironcalc(bad, cells),
    }
    for program, result in results.items():
        found = [tuple(result["Close", row, at] for at in (2, 3, 8)) for row in range(5, 18)]
        assert found == expected, program
        spare = [result[cell] for cell in cells if cell[1] >= 5 + len(CASES)]
        assert len(spare) == 30
        assert not any(spare), program


def test_a_text_in_place_of_a_final_score_is_told(blank, tmp_path, soffice):
    (path,) = edited(blank, tmp_path, [["Close", "put", "D5", "half"]], ".xlsx")
    assert opened(path, data_only=True)["Close"]["H5"].value == language("en").fix("text-number")


def test_a_reason_is_asked_for_by_whole_percents():
    nothing = float("nan")
    for final, score in ((0.5, 0.51), (0.505, 0.5), (0.5, nothing), (0, nothing)):
        assert needs_reason(final, score, "")
    assert not needs_reason(nothing, 0.5, "")
    assert not needs_reason(0.5704, 0.5714, "")
    assert not needs_reason(0.2, 0.5, "Luck")


# --- reading ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "value", "code"),
    [
        (0.7, 0.7, ""),
        (0, 0, ""),
        (1, 1, ""),
        (70, 0.7, "share-scale"),
        (100, 1, "share-scale"),
        ("70 %", 0.7, "number-as-text"),
        ("0,7", 0.7, "number-as-text"),
        ("70", 0.7, "share-scale"),
        ("120 %", None, "bad-share"),
        (1.2, None, "bad-share"),
        (-0.1, None, "bad-share"),
        (700, None, "bad-share"),
        ("half", None, "not-a-number"),
        ("–", None, ""),
        ("#DIV/0!", None, "error-cell"),
    ],
)
def test_a_final_score_is_read_however_it_is_typed(blank, raw, value, code):
    typed(blank, {f"{FINAL}6": raw})
    tracker = okr.read(blank)
    (read,) = tracker.close.final[tracker.close.id == "O2"]
    assert read == pytest.approx(float("nan") if value is None else value, nan_ok=True)
    found = [(p.place, p.code) for p in tracker.problems]
    assert found == ([(f"t.xlsx:Close!{FINAL}6", code)] if code else [])


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({"F5": "Maybe"}, [("F5", "not-a-choice")]),
        ({"F5": "weiter"}, [("F5", "not-a-choice")]),
        ({"F5": "Carry over"}, [("F5", "other-word")]),
        ({"F5": "Sürdür"}, [("F5", "other-word")]),
        ({"A5": "O9"}, []),
        ({"A5": "O9", "F5": "Keep"}, [("A5", "unknown-id")]),
        ({"A8": "O1.KR1", "G8": "x"}, [("A8", "not-an-objective")]),
        ({"G8": "x"}, [("A8", "not-an-objective")]),
        ({"A8": "o2", "G8": "x"}, []),
        ({"A8": "o2", "G8": "x", "F6": "Drop"}, [("A6", "duplicate-id"), ("A8", "duplicate-id")]),
    ],
)
def test_what_stands_in_no_place_is_named_by_its_cell(blank, cells, found):
    typed(blank, cells)
    problems = [p for p in okr.check(blank, as_of=LAST_DAY) if p.sheet == "Close"]
    assert [(p.cell, p.code) for p in problems] == found
    assert all("{" not in p.say(code) for p in problems for code in languages())


def test_of_two_lines_the_first_that_says_something_counts(blank):
    typed(blank, {"A8": "o2", "D8": 0.5, "E8": "Late", "A9": "O2", "F9": "Drop"})
    (row,) = [r for r in okr.rollup(blank, as_of=LAST_DAY).rows("objectives") if r["id"] == "O2"]
    assert (row["final"], row["final_reason"], row["decision"]) == (0.5, "Late", "")


def test_it_is_read_by_its_words_alone_and_in_any_order(blank):
    typed(blank, {"F6": "Keep", "G6": "Call first", "D6": 0.2, "E6": "Late"})
    book = opened(blank)
    rows = [row[::-1] for row in book["Close"].iter_rows(min_row=4, values_only=True)]
    del book["Close"]
    sheet = book.create_sheet("Retrospective")
    for row in rows:
        sheet.append(row)
    book.save(blank)
    (line,) = okr.read(blank).closing.records()
    told = {key: line[key] for key in ("id", "final", "reason", "decision", "lesson")}
    assert told == {
        "id": "O2",
        "final": 0.2,
        "reason": "Late",
        "decision": "keep",
        "lesson": "Call first",
    }


def test_libreoffice_saves_what_was_typed_there(blank, tmp_path, soffice):
    edits = [["Close", "put", "D5", 0.7], ["Close", "put", "E5", "Half was luck"]]
    edits += [["Close", "put", "F5", "Change"], ["Close", "put", "G6", "Ask earlier"]]
    for path in edited(blank, tmp_path, edits, ".xlsx", ".ods", ".xls"):
        tracker = okr.read(path)
        said = tracker.close[["final", "reason", "decision", "lesson"]].values.tolist()
        assert said[0] == [0.7, "Half was luck", "change", ""]
        assert said[1][1:] == ["", "", "Ask earlier"]
        assert [p.code for p in tracker.problems] == []


def test_a_tracker_made_by_hand_holds_shares_and_decisions_alone():
    def made(**line):
        return okr.Tracker(
            okr.new(blank=True, quarter="2027-Q1").about,
            **{
                name: frame(name, [], [])
                for name in ("objectives", "key_results", "check_ins", "actions", "log")
            },
            close=frame("close", [{"id": "O1", **line}], [5]),
        )

    assert made(final=1.0, decision="keep").close.final.tolist() == [1]
    for line in ({"final": 1.2}, {"final": -0.1}, {"decision": "maybe"}):
        with pytest.raises(ValueError, match="tracker"):
            made(**line)


# --- what it adds up to -----------------------------------------------------------------------------


def test_final_scores_stand_beside_the_computed_ones(blank):
    before = okr.rollup(blank, as_of=LAST_DAY)
    typed(blank, {})
    computed = okr.rollup(blank, as_of=LAST_DAY)
    assert not before.is_closing
    assert computed.objectives.final.tolist()[:2] == computed.objectives.score.tolist()[:2]
    assert computed.teams.final.tolist() == computed.teams.score.tolist() == [0.6875]
    typed(blank, {"D5": 0.9, "E5": "Signed", "F5": "Achieved", "G6": "Call first", "D7": 0.4})
    rolled = okr.rollup(blank, as_of=LAST_DAY)
    assert rolled.objectives.final.tolist() == [0.9, 0.75, 0.4]
    assert rolled.objectives.decision.tolist() == ["achieved", "", ""]
    assert rolled.objectives.final_reason.tolist() == ["Signed", "", ""]
    assert rolled.objectives.lesson.tolist() == ["", "Call first", ""]
    # By the weights of the score, 1 and 3; what was cancelled counts in neither.
    assert rolled.teams.final.tolist() == [pytest.approx((0.9 + 3 * 0.75) / 4, abs=1e-4)]
    same = [key for key in computed.objectives if key not in ("final", *CLOSE_COLUMNS)]
    assert rolled.objectives[same].equals(computed.objectives[same])
    assert rolled.key_results.equals(computed.key_results)
    assert rolled.teams.drop(columns="final").equals(computed.teams.drop(columns="final"))
    assert rolled.trend.equals(computed.trend)


CLOSE_COLUMNS = ("final_reason", "decision", "lesson")


def test_reports_show_it_only_where_anything_was_typed(blank, tmp_path):
    typed(blank, {})
    words = ("Final score", "Why it differs", "Decision", "What we learned")
    for is_typed in (False, True):
        if is_typed:
            said = {"D5": 0.9, "E5": "Signed", "F5": "Postpone", "G5": "Call first"}
            typed(blank, said)
        rolled = okr.rollup(blank, as_of=LAST_DAY)
        texts = {}
        for suffix in (".md", ".html", ".json", ".xlsx"):
            path = Path(okr.report(rolled, tmp_path / f"r{is_typed}{suffix}"))
            texts[suffix] = path.read_text("utf-8") if suffix != ".xlsx" else sheet_text(path)
        for suffix in (".md", ".xlsx"):
            assert [word in texts[suffix] for word in words] == [is_typed] * 4, suffix
        assert ("Final score: 90%" in texts[".html"]) == is_typed
        assert ("Call first" in texts[".html"]) == is_typed
        assert ("O1 · Committed · Decision: Postpone" in texts[".html"]) == is_typed
        row = json.loads(texts[".json"])["objectives"][0]
        decided = (0.9, "Signed", "postpone", "Call first") if is_typed else (0.5, "", "", "")
        assert (row["final"], *(row[key] for key in CLOSE_COLUMNS)) == decided
    assert "| O1 | Win | Ann | 50% | 90% | Signed | Postpone | Call first |" in texts[".md"]


def sheet_text(path):
    book = opened(path)
    rows = (row for name in ("Teams", "Objectives") for row in book[name].values)
    return "\n".join(str(cell) for row in rows for cell in row if cell is not None)


# --- the command ------------------------------------------------------------------------------------


def test_it_lists_by_owner_what_is_missing(blank):
    typed(blank, {"D5": 0.9, "F6": "Keep", "G6": "Call first"})
    result = closed(blank)
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "Ann",
        "  t.xlsx:Close!E5: O1: the final score is 90%, the computed one 50%. Say why.",
        "  t.xlsx:Close!F5: O1: not decided. Choose one: Achieved, Keep, Change, Postpone, Drop.",
        "  t.xlsx:Close!G5: O1: no lesson yet. Write down what you would do again, and what not.",
        "Bob",
        f"  t.xlsx:OKRs!{note_letter(blank)}7: O1.KR1: committed, and came to 50%. Say why, in its note or in the log.",
    ]
    assert result.stderr.splitlines()[-2:] == [
        "Missing before the quarter can be closed: 3",
        "Worth adding: 1",
    ]


def note_letter(path):
    return okr.read(path).letters["okrs"]["note"]


@pytest.mark.parametrize("where", ["note", "log"])
def test_a_word_in_the_note_or_in_the_log_explains_a_miss(blank, where):
    said = {"F5": "Drop", "F6": "Keep"}
    if where == "note":
        said[f"OKRs!{note_letter(blank)}7"] = "Two customers left"
    else:
        said |= {"Log!A5": date(2027, 3, 30), "Log!B5": "o1.kr1", "Log!D5": "Two customers left"}
    result = closed(typed(blank, said))
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        "The quarter can be closed: nothing is missing.",
        "Worth adding: 2",
    ]
    assert "no lesson" in result.stdout


def test_who_owes_a_number_is_asked_for_that_first(blank):
    result = closed(blank, "--format", "json")
    asked = [(end["owner"], end["code"], end["cell"]) for end in json.loads(result.stdout)]
    letter = okr.read(blank).letters["okrs"][f"checkin.{LAST_DAY}"]
    assert asked == [
        ("Ann", "number", f"{letter}9"),
        ("Ann", "decision", "F5"),
        ("Ann", "lesson", "G5"),
        ("Bob", "number", f"{letter}7"),
        ("Cem", "decision", "F6"),
        ("Cem", "lesson", "G6"),
    ]


def test_it_counts_to_the_last_day_or_to_the_day_asked_for(blank):
    typed(blank, {"F5": "Keep", "F6": "Keep", f"OKRs!{note_letter(blank)}7": "Late"})
    assert closed(blank).exit_code == 0
    early = closed(blank, "--as-of", "2027-03-20", "--format", "csv")
    codes = [row["code"] for row in csv.DictReader(io.StringIO(early.stdout))]
    assert early.exit_code == 1
    # The quarter is not over on that day, so that nobody has decided or learned anything yet.
    assert codes == ["number", "number"]
    assert "t.xlsx: goes on until 31 Mar 2027. Its close is not asked for yet." in early.stderr


@pytest.mark.parametrize(("quarter", "asks"), [("2027-Q1", False), ("2027-Q4", True)])
def test_a_year_beside_its_quarters_closes_with_the_last(quarter, asks, tmp_path):
    okr.write(okr.new("company", quarter="2027"), tmp_path / "year.xlsx")
    okr.write(okr.new("sales", quarter=quarter), tmp_path / "sales.xlsx")
    result = closed(tmp_path, "--format", "json")
    files = {"sales.xlsx", "year.xlsx"} if asks else {"sales.xlsx"}
    assert {end["file"] for end in json.loads(result.stdout)} == files
    assert ("year.xlsx: goes on until 31 Dec 2027." in result.stderr) is not asks
    alone = closed(tmp_path / "year.xlsx", "--format", "json")
    assert json.loads(alone.stdout)


@pytest.mark.parametrize("code", languages())
def test_it_speaks_each_language_and_leaves_no_field_open(code, blank):
    typed(blank, {"D5": 0.9})
    result = closed(blank, "--language", code)
    assert result.exit_code == 1
    assert not re.search(r"[{}]", result.output)
    words = language(code)
    assert ", ".join(words.choices("close_decision").values()) in result.stdout


def test_a_tracker_without_the_sheet_is_asked_for_one(blank):
    typed(blank, {f"OKRs!{note_letter(blank)}7": "Late"})
    book = opened(blank)
    del book["Close"]
    book.save(blank)
    assert [p.code for p in okr.check(blank, as_of=LAST_DAY) if p.severity == "error"] == []
    result = closed(blank)
    assert result.exit_code == 1
    columns = "ID, Final score, Why it differs, Decision, What we learned"
    assert result.stdout.splitlines() == [
        "(nobody)",
        f"  t.xlsx: This tracker has no sheet “Close”. Add one with the columns: {columns}.",
    ]
    assert okr.rollup(blank, as_of=LAST_DAY).teams.final.tolist() == [0.6875]


def test_an_objective_added_later_gets_the_next_free_line(blank):
    typed(blank, {"A5": "O2", "A6": None, "A7": None})
    result = closed(blank, "--format", "json")
    lessons = [end for end in json.loads(result.stdout) if end["code"] == "lesson"]
    assert {end["message"][:2]: end["cell"] for end in lessons} == {"O2": "G5", "O1": "G6"}


def test_whoever_follows_the_advice_for_an_objective_added_later_is_done(blank):
    """Its ID comes first: what is typed beside none counts nowhere."""
    rest = {"F5": "Keep", "G5": "x", f"OKRs!{note_letter(blank)}7": "Late"}
    typed(blank, {"A6": None, "A7": None, **rest})
    ends = json.loads(closed(blank, "--format", "json").stdout)
    assert [(end["cell"], end["code"]) for end in ends] == [
        ("A6", "line"),
        ("F6", "decision"),
        ("G6", "lesson"),
    ]
    assert ends[0]["message"] == (
        "O2: has no line on this sheet yet. Type the ID into the column “ID” first, the rest"
        " beside it."
    )
    typed(blank, {"A6": "O2", "F6": "Keep", "G6": "y"}, numbers=False)
    result = closed(blank)
    assert (result.exit_code, result.stdout) == (0, "")
    assert [p for p in okr.check(blank, as_of=LAST_DAY) if p.sheet == "Close"] == []
    assert okr.rollup(blank, as_of=LAST_DAY).objectives.decision.tolist()[:2] == ["keep", "keep"]


def test_nothing_read_is_no_quarter_closed(tmp_path):
    (tmp_path / "t.xlsx").write_text("no workbook", "utf-8")
    result = closed(tmp_path / "t.xlsx")
    assert result.exit_code == 2
    assert "can be closed" not in result.output


def test_no_file_is_touched(blank):
    typed(blank, {})
    before = {path: path.read_bytes() for path in blank.parent.iterdir()}
    closed(blank.parent)
    assert {path: path.read_bytes() for path in blank.parent.iterdir()} == before
