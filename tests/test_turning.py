"""The quarter turns: what comes along into the next trackers, how they are written, what is said."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
import warnings
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest
import xlsx_lint
from calculators import differences, formula_cells, libreoffice, poisoned, values
from click.testing import CliRunner
from conftest import ROOT, faults_in
from openpyxl import load_workbook

import okr_sheets as okr
from okr_sheets.cli import main
from okr_sheets.columns import to_day
from okr_sheets.language import language, languages
from okr_sheets.misuse import MisuseError
from okr_sheets.quarters import Quarter, following
from okr_sheets.reading.own import OwnColumn, own_columns
from okr_sheets.turning.fates import key_result_fate, objective_fate, widened
from okr_sheets.turning.names import turned_file, turned_name
from okr_sheets.turning.numbers import next_numbers
from okr_sheets.turning.titles import retitled
from okr_sheets.writing.folders import saved_folder

NAN = float("nan")
Q2 = Quarter(2027, 2)
CLOSED = ROOT / "samples" / "2027-Q1"
LAST_DAY = date(2027, 3, 31)


def turn(*arguments):
    return CliRunner().invoke(main, ["next", *map(str, arguments)])


# --- what comes along ------------------------------------------------------------------------------


def live(score, kind="increase"):
    return {"state": "", "score": score, "kind": kind}


CANCELLED = {"state": "cancelled", "score": NAN, "kind": "increase"}
POSTPONED = {"state": "postponed", "score": NAN, "kind": "increase"}
OBJECTIVES = [
    # decision, state, key results, what becomes of it
    ("keep", "", [live(1)], "keep"),
    ("change", "", [live(0.5)], "change"),
    ("achieved", "", [live(0.2)], "achieved"),
    ("drop", "", [live(0.2)], "drop"),
    ("postpone", "", [live(0.2)], "postpone"),
    ("keep", "cancelled", [live(0.2)], "keep"),
    ("", "cancelled", [live(0.2)], "cancelled"),
    ("", "postponed", [live(1)], "postpone"),
    ("", "", [CANCELLED, CANCELLED], "cancelled"),
    ("", "", [live(1), live(1), CANCELLED], "achieved"),
    ("", "", [live(1), POSTPONED], "keep"),
    ("", "", [live(1), live(0.99)], "keep"),
    ("", "", [live(1), live(NAN)], "keep"),
    ("", "", [], "keep"),
]


@pytest.mark.parametrize(("decision", "state", "key_results", "fate"), OBJECTIVES)
def test_what_becomes_of_an_objective(decision, state, key_results, fate):
    assert objective_fate({"decision": decision, "state": state}, key_results) == fate


KEY_RESULTS = [
    # key result, what becomes of its objective, what becomes of it
    (CANCELLED, "keep", "cancelled"),
    (CANCELLED, "change", "cancelled"),
    (POSTPONED, "keep", "postpone"),
    (POSTPONED, "change", "postpone"),
    (live(0.5), "keep", "keep"),
    (live(0.5), "change", "change"),
    (live(0.5), "postpone", "postpone"),
    *[(live(1, kind), "keep", "done") for kind in ("increase", "decrease", "total", "achieve")],
    *[(live(1, kind), "keep", "keep") for kind in ("keep-at-least", "keep-at-most")],
    (live(1, "total-at-most"), "keep", "keep"),
    (live(1, "increase"), "postpone", "done"),
    (live(1, "increase"), "change", "change"),
    (live(1, "achieve"), "change", "done"),
]


@pytest.mark.parametrize(("key_result", "of_objective", "fate"), KEY_RESULTS)
def test_what_becomes_of_a_key_result(key_result, of_objective, fate):
    assert key_result_fate(key_result, of_objective) == fate


LINES = ("keep-at-least", "keep-at-most", "total-at-most")
DONE_BELOW = [
    # what becomes of the objective, what is under it, what that asks of each
    ("keep", [live(1)], "change"),
    ("postpone", [live(1), CANCELLED], "change"),
    ("keep", [live(1), live(0.5)], "keep"),
    ("keep", [CANCELLED], "keep"),
    *[(fate, [live(1, kind)], fate) for fate in ("keep", "postpone") for kind in LINES],
    *[(fate, [live(1, kind), live(1)], fate) for fate in ("keep", "postpone") for kind in LINES],
]


@pytest.mark.parametrize(("of_objective", "key_results", "asked"), DONE_BELOW)
def test_what_an_objective_asks_of_what_is_done(of_objective, key_results, asked):
    assert widened(of_objective, key_results) == asked


NUMBERS = [
    # type, baseline, current, target, what becomes of it, new baseline, new target
    ("increase", 30, 42, 60, "keep", 42, 60),
    ("increase", 30, 20, 60, "keep", 20, 60),
    ("increase", 30, NAN, 60, "keep", 30, 60),
    ("increase", 30, 60, 60, "keep", 60, NAN),
    ("increase", NAN, 5, 60, "keep", 5, 60),
    ("decrease", 50, 47, 45, "postpone", 47, 45),
    ("decrease", 50, 44, 45, "change", 44, NAN),
    ("decrease", NAN, NAN, 45, "keep", NAN, 45),
    ("total", 22, 17, 30, "keep", 17, 30),
    ("total", 22, NAN, 30, "keep", 22, 30),
    ("total", 22, 35, 30, "change", 35, NAN),
    ("total-at-most", 14, 9, 8, "keep", 9, 8),
    ("keep-at-least", 21, 19, 18, "keep", 21, 18),
    ("keep-at-most", 11, 13, 12, "keep", 11, 12),
    ("keep-at-most", 11, 13, 12, "change", 11, NAN),
    ("achieve", NAN, 3, 5, "keep", NAN, 5),
    ("achieve", NAN, 3, 5, "change", NAN, 5),
    ("achieve", NAN, NAN, NAN, "keep", NAN, NAN),
]


@pytest.mark.parametrize(("kind", "baseline", "current", "target", "fate", *"bt"), NUMBERS)
def test_where_a_key_result_starts_and_is_to_get(kind, baseline, current, target, fate, b, t):
    row = {"kind": kind, "baseline": baseline, "current": current, "target": target}
    np.testing.assert_equal(next_numbers(row, fate), (b, t))


@pytest.mark.parametrize(
    ("title", "code", "numbers", "new"),
    [
        (
            "Cut time to value from 21 to 10 days",
            "en",
            (21, 16, 10),
            "Cut time to value from 16 to 10 days",
        ),
        ("Win 30 deals (22 last quarter)", "en", (22, 17, 30), "Win 30 deals (22 last quarter)"),
        ("Raise renewals in the top 20 accounts to 60", "en", (20, 50, 60), ...),
        ("Answer within 24 hours, 40 a day", "en", (24, 30, 40), ...),
        ("Visit 12 sites 3 times", "en", (3, 8, 12), ...),
        ("Move 20 accounts from 5 to 9 seats", "en", (20, 50, 9), ...),
        ("Raise the top 20 from 20 to 60", "en", (20, 50, 60), "Raise the top 20 from 50 to 60"),
        (
            "Grow revenue from $8.4M to $9.2M",
            "en",
            (8.4e6, 8.9e6, 9.2e6),
            "Grow revenue from $8,900,000 to $9.2M",
        ),
        ("Raise opens from 24% to 40%", "en", (0.24, 0.3, 0.4), "Raise opens from 30% to 40%"),
        (
            "Nostetaan pisteet 3,2:sta 3,8:aan",
            "fi",
            (3.2, 3.5, 3.8),
            "Nostetaan pisteet 3,5:sta 3,8:aan",
        ),
        ("Raise it from 21 to 21 a day", "en", (21, 22, 30), "Raise it from 21 to 21 a day"),
        ("Raise it to 30", "en", (21, 22, 30), "Raise it to 30"),
        ("Raise it from 21 to 30", "en", (21, 22, NAN), "Raise it from 21 to 30"),
        ("Raise it from 21 to 30", "en", (NAN, 22, 30), "Raise it from 21 to 30"),
        (
            "Nostetaan osuus 24 %:sta 40 %:iin",
            "fi",
            (24, 30.5, 40),
            "Nostetaan osuus 30,5 %:sta 40 %:iin",
        ),
        ("Launch in 2027", "en", (2027, 5, 9), "Launch in 2027"),
    ],
)
def test_a_title_tells_the_new_baseline(title, code, numbers, new):
    assert retitled(title, code, *numbers) == (title if new is ... else new)


PLAN = """
[[objectives]]
id = "O1"
title = "Win"
owner = "Ann"
weight = 3
commitment = "committed"
aligns_to = "O2"
note = "talked about"
  [[objectives.key_results]]
  id = "O1.KR1"
  title = "Raise leads from 20 to 60"
  owner = "Bob"
  type = "increase"
  baseline = 20
  target = 60
  unit = "leads"
  weight = 2
  confidence = 4
  definition = "Who answered"
  start = 2027-01-01
  due = 2027-03-31
    [[objectives.key_results.actions]]
    action = "Call"
    owner = "Cem"
    due = 2027-02-01
    status = "doing"
    [[objectives.key_results.actions]]
    action = "Write"
    due = 2027-05-01
    [[objectives.key_results.actions]]
    action = "Done"
    status = "done"
    [[objectives.key_results.actions]]
    action = "Dropped"
    status = "dropped"
  [[objectives.key_results]]
  id = "O1.KR2"
  title = "Steps"
  type = "achieve"
  target = 4
  commitment = "committed"
  due = 2027-02-15
  [[objectives.key_results]]
  id = "O1.KR3"
  title = "Waiting"
  type = "increase"
  baseline = 1
  target = 9
  state = "postponed"
  note = "Not now"
    [[objectives.key_results.actions]]
    action = "Ask"
[[objectives]]
id = "O2"
title = "Finished"
  [[objectives.key_results]]
  id = "O2.KR1"
  title = "Shops"
  type = "total"
  target = 2
    [[objectives.key_results.actions]]
    action = "Left over"
[[objectives]]
id = "O3"
title = "Renew"
commitment = "aspirational"
aligns_to = "C-O9"
  [[objectives.key_results]]
  id = "O3.KR1"
  title = "Renewals"
  type = "total"
  baseline = 3
  target = 4
"""


@pytest.fixture
def over(tmp_path):
    """A tracker at the end of its quarter, with a number for each of its key results but one."""
    (tmp_path / "plan.toml").write_text(PLAN, "utf-8")
    tracker = okr.new(
        source=tmp_path / "plan.toml", quarter="2027-Q1", company="Acme", team="Sales"
    )
    path = okr.write(tracker, tmp_path / "sales-2027-Q1.xlsx")
    book = opened(path)
    letter = okr.read(path).letters["okrs"][f"checkin.{LAST_DAY}"]
    for row, value in ((7, 50), (8, 3), (11, 2), (13, 3)):
        book["OKRs"][f"{letter}{row}"] = value
    book.save(path)
    return path


def opened(path, **how):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return load_workbook(path, **how)


def test_a_tracker_turns(over):
    before = over.read_bytes()
    done = turn(over)
    assert done.exit_code == 0, done.output
    new = okr.read(over.with_name("sales-2027-Q2.xlsx"))
    assert over.read_bytes() == before
    about, old = new.about, okr.read(over).about
    assert (about.quarter, about.start, about.end) == (
        "2027-Q2",
        date(2027, 4, 1),
        date(2027, 6, 30),
    )
    assert (about.company, about.team, about.level) == (old.company, old.team, old.level)
    assert new.objectives.id.tolist() == ["O1", "O3"]
    first, second, third, renewals = new.columns["key_results"].records()
    assert [row["id"] for row in (first, second, third, renewals)] == [
        "O1.KR1",
        "O1.KR2",
        "O1.KR3",
        "O3.KR1",
    ]
    assert first["title"] == "Raise leads from 50 to 60"
    kept = ("owner", "unit", "weight", "definition", "type")
    assert [first[key] for key in kept] == ["Bob", "leads", 2, "Who answered", "increase"]
    assert (to_day(first["start"]), to_day(first["due"])) == (date(2027, 4, 1), date(2027, 6, 30))
    assert np.isnan([first["confidence"], second["due"]]).all()
    assert third["state"] in ("", "active")
    assert [row["baseline"] for row in (first, third, renewals)] == [50, 1, 3]
    assert [row["target"] for row in (first, second, third, renewals)] == [60, 4, 9, 4]
    missed = ["Committed, and missed in 2027-Q1: 75%"]
    assert new.objectives.note.tolist() == [*missed, ""]
    assert [row["note"] for row in (first, second, third, renewals)] == ["", *missed, "", ""]
    assert new.objectives.aligns_to.tolist() == ["", "C-O9"]
    assert new.objectives.weight.tolist()[0] == 3
    assert new.actions.action.tolist() == ["Call", "Write", "Ask"]
    assert new.actions.due.isna().tolist() == [True, False, True]
    assert len(new.check_ins) == len(new.log) == 0
    assert len(new.check_in_dates) == 13


def test_it_says_row_by_row_what_became_of_it(over):
    said = turn(over)
    name = "sales-2027-Q1.xlsx: "
    assert said.stdout.splitlines() == [
        f"{name}O1 kept",
        f"{name}O1 no longer aligned to O2, which stays behind",
        f"{name}O1.KR1 from 50 (was 20), target 60",
        f"{name}O1.KR2 starts again",
        f"{name}O1.KR3 was postponed, comes along",
        f"{name}O1.KR3 from 1 (was 1), target 9",
        f"{name}O2 stays behind: achieved",
        f"{name}O3 kept",
        f"{name}O3.KR1 counts from 0 again (came to 3), target 4",
        f"{name}Open actions that come along: 3",
        f"{name}Open actions that stay behind with what they were for: 1",
        f"Wrote {over.with_name('sales-2027-Q2.xlsx')}",
    ]
    assert "Missing at the close, all the same" in said.stderr
    assert turn(over, "-q", "-o", over.with_name("new.xlsx")).stdout == ""


def test_an_action_of_no_row_comes_along(over):
    tracker = okr.read(over)
    book = opened(over)
    letter, sheet = tracker.letters["actions"]["key_result"], book["Actions"]
    at = {row["action"]: row["row"] for row in tracker.columns["actions"].records()}
    sheet[f"{letter}{at['Call']}"] = "Somebody else's"
    sheet[f"{letter}{at['Write']}"] = "o2.kr1"
    book.save(over)
    assert "Open actions that stay behind with what they were for: 2" in turn(over).stdout
    actions = okr.read(over.with_name("sales-2027-Q2.xlsx")).actions
    assert actions.action.tolist() == ["Call", "Ask"]
    assert actions.key_result.tolist() == ["Somebody else's", "O1.KR3"]


def test_decisions_of_the_close_come_first(over):
    book = opened(over)
    for row, decision in ((5, "Drop"), (6, "Keep"), (7, "Change")):
        book["Close"][f"F{row}"] = decision
    book.save(over)
    assert turn(over).exit_code == 0
    new = okr.read(over.with_name("sales-2027-Q2.xlsx"))
    assert new.objectives.id.tolist() == ["O2", "O3"]
    # All that is under O2 is done: it comes along for a new target, as does what is to change.
    assert new.key_results.baseline.tolist() == [2, 3]
    assert new.key_results.target.isna().all()
    told = {(p.code, p.given) for p in faults_in(over.with_name("sales-2027-Q2.xlsx"))}
    assert told >= {("no-target", "O2.KR1"), ("no-target", "O3.KR1")}


def test_an_earlier_day_gives_its_own_numbers(over):
    assert turn(over, "--as-of", "2027-02-01").exit_code == 0
    new = okr.read(over.with_name("sales-2027-Q2.xlsx"))
    assert new.key_results.baseline.tolist()[0] == 20


def test_next_of_next_works(over):
    new, newer = (over.with_name(f"sales-2027-Q{number}.xlsx") for number in (2, 3))
    assert turn(over).exit_code == turn(new).exit_code == 0
    once, twice = okr.read(new), okr.read(newer)
    assert twice.about.quarter == "2027-Q3"
    assert twice.objectives.id.tolist() == once.objectives.id.tolist()
    assert twice.key_results.title.tolist() == once.key_results.title.tolist()
    assert twice.key_results.baseline.tolist()[0] == 50
    # Nothing was done in the second quarter, and that is what the note says.
    assert twice.objectives.note.tolist()[0] == "Committed, and missed in 2027-Q2: 0%"


@pytest.mark.parametrize(
    ("quarter", "fiscal_start", "new"),
    [
        ("2027-Q1", 1, "2027-Q2"),
        ("2027-Q4", 1, "2028-Q1"),
        ("2027-Q4", 4, "2028-Q1"),
    ],
)
def test_the_period_after(quarter, fiscal_start, new, tmp_path):
    period = following(quarter, fiscal_start)
    assert str(period) == new
    tracker = okr.new("sales", quarter=quarter, fiscal_start=fiscal_start, company="Acme")
    path = okr.write(tracker, tmp_path / "t.xlsx")
    assert turn(path).exit_code == 0
    about = okr.read(tmp_path / f"t-{new}.xlsx").about
    assert (about.start, about.fiscal_start) == (period.start, fiscal_start)
    assert about.start.month == (1 if fiscal_start == 1 and new == "2028-Q1" else 4)


@pytest.mark.parametrize("code", languages())
def test_a_tracker_turns_in_its_own_language(code, tmp_path):
    path = okr.write(okr.new("sales", quarter="2027-Q1", language=code), tmp_path / "t.xlsx")
    done = turn(path)
    assert done.exit_code == 0
    assert language(code)("turning.keep", id="SAL-O1") in done.stdout
    new = okr.read(tmp_path / "t-2027-Q2.xlsx")
    assert new.about.language == code
    assert len(new.key_results) == len(okr.read(path).key_results)


# --- people's own columns --------------------------------------------------------------------------


def test_own_columns_come_along(over):
    book = opened(over)
    sheet = book["OKRs"]
    at = sheet.max_column + 1
    sheet.cell(5, at, "Region")
    sheet.cell(5, at + 1, "Cost share")
    sheet.cell(5, at + 2, "Since")
    sheet.cell(5, at + 3, "Signed")
    sheet.cell(6, at, "north")
    sheet.cell(7, at, "south")
    sheet.cell(10, at, "of what stays behind")
    sheet.cell(7, at + 1, 0.125).number_format = "0.0%"
    sheet.cell(7, at + 2, datetime(2027, 2, 3))
    sheet.cell(13, at + 2, datetime(2027, 2, 3, 9, 30))
    sheet.cell(13, at + 3, True)
    book["Actions"].cell(4, 12, "Tool")
    book["Actions"].cell(5, 12, "phone")
    book.save(over)
    headers = [each.header for each in own_columns(okr.read(over))]
    assert headers == ["Region", "Cost share", "Since", "Signed"]
    done = turn(over)
    assert "Columns of your own that stay behind: Tool" in done.stdout
    new = over.with_name("sales-2027-Q2.xlsx")
    tracker = okr.read(new)
    ids = tracker.okrs.id.tolist()
    by_id = dict(zip(tracker.okrs.row.tolist(), ids, strict=True))
    found = {
        each.header: {by_id[row]: cell for row, cell in each.cells.items()}
        for each in own_columns(tracker)
    }
    assert found == {
        "Region": {"O1": "north", "O1.KR1": "south"},
        "Cost share": {"O1.KR1": 0.125},
        "Since": {"O1.KR1": date(2027, 2, 3), "O3.KR1": datetime(2027, 2, 3, 9, 30)},
        "Signed": {"O3.KR1": True},
    }
    # openpyxl sees them right of what is to fix, as what they are.
    sheet = opened(new)["OKRs"]
    at = sheet[f"{tracker.letters['okrs']['to_fix']}5"].column
    assert [sheet.cell(5, at + n).value for n in (1, 2, 3, 4)] == headers
    assert sheet.cell(7, at + 2).number_format == "0.0%"
    assert sheet.cell(7, at + 3).value == datetime(2027, 2, 3)
    assert [p.code for p in tracker.problems] == ["unknown-column"] * 4
    # And once more.
    assert turn(new).exit_code == 0
    again = okr.read(over.with_name("sales-2027-Q3.xlsx"))
    assert [each.header for each in own_columns(again)] == headers


def test_own_columns_that_stay_behind_are_told(over):
    book = opened(over)
    sheet = book["OKRs"]
    at = sheet.max_column + 1
    for column, header in enumerate(("Owner", "Formulas", "Some"), at):
        sheet.cell(5, column, header)
    sheet.cell(7, at, "Dora")
    # openpyxl stores no values of formulas.
    for column in (at + 1, at + 2):
        sheet.cell(7, column, "=1+1")
    sheet.cell(6, at + 2, "typed")
    letter = sheet.cell(5, at).column_letter
    book.save(over)
    lines = turn(over).stdout.splitlines()
    name = "sales-2027-Q1.xlsx: "
    assert f"{name}Columns of your own that stay behind: Formulas, Owner ({letter})" in lines
    (partly,) = [line for line in lines if "whose values the file does not hold" in line]
    assert partly.endswith("blank: Some")
    new = okr.read(over.with_name("sales-2027-Q2.xlsx"))
    assert [each.header for each in own_columns(new)] == ["Some"]


def test_own_columns_of_a_flat_table_are_the_key_results(tmp_path):
    source = tmp_path / "sales-2027-Q1.csv"
    source.write_text(
        "ID,Objective,Key result,Type,Baseline,Target,2027-03-26,Region\n"
        "K1,Win,Raise leads,Increase,20,60,60,north\n"
        "K2,Win,Raise deals,Increase,20,60,50,south\n",
        "utf-8",
    )
    assert turn(source, "--quarter", "2027-Q2").exit_code == 0
    new = okr.read(tmp_path / "sales-2027-Q2.xlsx")
    (own,) = own_columns(new)
    # The key result of the row that the objective shares was reached.
    assert own.cells == {new.columns["key_results"].row.tolist()[0]: "south"}


def test_own_headers_that_a_table_cannot_have_twice_are_told_apart(tmp_path):
    tracker = okr.new("sales", quarter="2027-Q1")
    row = tracker.okrs.row.tolist()[0]
    own = [OwnColumn(header, {row: "x"}) for header in ("Note", "Mine", "MINE", "", "x" * 300)]
    path = okr.write(tracker, tmp_path / "t.xlsx", own=own)
    table = opened(path)["OKRs"].tables["tblOKRs"]
    names = [column.name.casefold() for column in table.tableColumns]
    assert len(set(names)) == len(names)
    assert {"note 2", "mine", "mine 2", "#4"} <= set(names)
    assert okr.read(path) == tracker


def test_own_columns_are_text_whatever_they_say(tmp_path):
    tracker = okr.new("sales", quarter="2027-Q1")
    row = tracker.okrs.row.tolist()[0]
    said = ["=1+1", "a\nb", "x]y['z#", "<r>b</r>", "@SUM(1)", "_x000a_"]
    own = [OwnColumn(text, {row: text}, "[Red]0;\\evil") for text in said]
    path = okr.write(tracker, tmp_path / "t.xlsx", own=own)
    assert xlsx_lint.problems(path) == []
    read = okr.read(path)
    assert [next(iter(each.cells.values())).strip() for each in own_columns(read)] == said
    headers = [each.header for each in own_columns(read)]
    assert headers == ["=1+1", "a b", "x]y['z#", "<r>b</r> ", "@SUM(1)", "_"]
    assert read == tracker


# --- names and places ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "new"),
    [
        ("marketing-2027-Q1", "marketing-2027-Q2"),
        ("2027Q1 marketing", "2027Q2 marketing"),
        ("Q1-2027", "Q2-2027"),
        ("okrs Q1 2027 final", "okrs Q2 2027 final"),
        ("okrs_2027_q1", "okrs_2027_q2"),
        ("B2027-Q1x", "B2027-Q1x"),
        ("marketing", "marketing"),
    ],
)
def test_a_name_turns_too(name, new):
    assert turned_name(name, Q2) == new


def test_a_file_is_an_xlsx_then():
    assert turned_file("sales.csv", Q2) == "sales.xlsx"
    assert turned_file("sales.ods", Q2, suffixed=True) == "sales-2027-Q2.xlsx"
    assert turned_file("2027-Q1/a/sales 2027-Q1.xls", Q2) == "2027-Q2/a/sales 2027-Q2.xlsx"


def test_a_folder_turns_whole(tmp_path):
    folder = shutil.copytree(CLOSED, tmp_path / "2027-Q1")
    (folder / "deep").mkdir()
    shutil.move(folder / "sales.xlsx", folder / "deep" / "sales-2027-Q1.xlsx")
    before = {path: path.read_bytes() for path in folder.rglob("*.xlsx")}
    done = turn(folder, "--as-of", LAST_DAY)
    assert (done.exit_code, done.stderr) == (0, "")
    new = tmp_path / "2027-Q2"
    names = {path.relative_to(new).as_posix() for path in new.rglob("*") if path.is_file()}
    assert "deep/sales-2027-Q2.xlsx" in names
    assert len(names) == 6
    assert {path: path.read_bytes() for path in folder.rglob("*.xlsx")} == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2027-Q1", "2027-Q2"]
    sheet = opened(new / "b2b-saas-marketing.xlsx")["Lists"]
    offered = [row[0].value for row in sheet.iter_rows(min_row=5, min_col=3, max_col=3)]
    assert any("C-O1" in (text or "") and "revenue" in text for text in offered)
    # The same input gives the same bytes.
    assert turn(folder, "-q", "-o", tmp_path / "again").exit_code == 0
    for name in names:
        assert (new / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def test_the_file_above_has_its_new_name(tmp_path):
    for name, parent in (("company 2027-Q1", ""), ("sales", "company 2027-Q1.xlsx")):
        tracker = okr.new(name.split()[0], quarter="2027-Q1", parent=parent)
        okr.write(tracker, tmp_path / f"{name}.xlsx")
    assert turn(tmp_path, "-o", tmp_path / "new").exit_code == 0
    assert okr.read(tmp_path / "new" / "sales.xlsx").about.parent == "company 2027-Q2.xlsx"


def test_several_files_need_a_folder(tmp_path):
    two = [
        okr.write(okr.new(name, quarter="2027-Q1"), tmp_path / f"{name}.xlsx")
        for name in ("company", "sales")
    ]
    refused = turn(*two)
    assert refused.exit_code == 2
    assert "Name the new folder of these 2 trackers with -o: -o 2027-Q2" in refused.stderr
    assert turn(*two, "-o", tmp_path / "new").exit_code == 0
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == [
        "company.xlsx",
        "sales.xlsx",
    ]


def test_csv_becomes_a_workbook(tmp_path):
    source = tmp_path / "sales-2027-Q1.csv"
    source.write_text(
        "ID,Objective,Key result,Type,Baseline,Target,2027-03-26,Region\n"
        "K1,Win,Raise leads,Increase,20,60,50,north\n",
        "utf-8",
    )
    done = turn(source, "--quarter", "2027-Q2")
    assert done.exit_code == 0, done.output
    new = okr.read(tmp_path / "sales-2027-Q2.xlsx")
    assert new.key_results.baseline.tolist() == [50]
    (own,) = own_columns(new)
    assert (own.header, [*own.cells.values()]) == ("Region", ["north"])


def test_the_sheets_of_one_file_become_files(tmp_path):
    source = okr.write(okr.new("sales", quarter="2027-Q1"), tmp_path / "all-2027-Q1.xlsx")
    book = opened(source)
    copy = book.copy_worksheet(book["OKRs"])
    copy.title = "North East"
    for row in range(6, copy.max_row + 1):
        if copy.cell(row, 1).value:
            copy.cell(row, 1).value = f"N-{copy.cell(row, 1).value}"
            copy.cell(row, 2).value = f"{copy.cell(row, 2).value} in the north"
    book.save(source)
    done = turn(source, "-o", tmp_path / "new")
    assert done.exit_code == 0, done.output
    names = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert names == ["all-2027-Q2-north-east.xlsx", "all-2027-Q2-okrs.xlsx"]


def test_two_files_that_would_become_one_are_told(tmp_path):
    okr.write(okr.new("sales", quarter="2027-Q1"), tmp_path / "sales 2027-Q1.xlsx")
    okr.write(okr.new("company", quarter="2027-Q1"), tmp_path / "sales 2027-Q2.xlsx")
    said = refusal(tmp_path, "--quarter", "2027-Q3", "-o", tmp_path / "new")
    assert "would both become sales 2027-Q3.xlsx. Rename one of them." in said
    assert not (tmp_path / "new").exists()


def refusal(*arguments):
    done = turn(*arguments)
    assert done.exit_code == 2, done.output
    return done.stderr.splitlines()[-1]


def test_what_stands_in_the_way_is_told(over, tmp_path):
    new = over.with_name("sales-2027-Q2.xlsx")
    assert turn(over).exit_code == 0
    before = new.read_bytes()
    assert "is there already. Choose another name with -o." in refusal(over)
    assert new.read_bytes() == before
    assert "a tracker is an .xlsx workbook" in refusal(over, "-o", tmp_path / "x.csv")
    assert "does not come after 2027-Q1" in refusal(
        over, "--quarter", "2027-Q1", "-o", tmp_path / "a.xlsx"
    )
    assert "is not a quarter" in refusal(over, "--quarter", "soon")
    folder = shutil.copytree(CLOSED, tmp_path / "okrs")
    assert "Name a folder, without a suffix" in refusal(folder, "-o", tmp_path / "x.xlsx")
    (tmp_path / "there").mkdir()
    assert "is there already" in refusal(folder, "-o", tmp_path / "there")
    assert "There is no folder" in refusal(folder, "-o", tmp_path / "nowhere" / "x")
    assert not any(path.name.startswith(".") for path in tmp_path.iterdir())


def test_rows_that_cannot_be_read_are_not_left_behind(over):
    book = opened(over)
    book["OKRs"]["C7"] = "6o"
    book.save(over)
    assert refusal(over) == (
        "okr-sheets: Nothing was written, since there are errors in sales-2027-Q1.xlsx. "
        "Name them to okr-sheets check, which says what to type."
    )
    assert not over.with_name("sales-2027-Q2.xlsx").exists()


def test_an_id_that_stands_twice_is_refused(over):
    book = opened(over)
    book["OKRs"]["A8"] = "O1.KR1"
    book.save(over)
    assert "there are errors in" in refusal(over)


def test_a_longer_period_goes_on(tmp_path):
    folder = tmp_path / "okrs"
    folder.mkdir()
    okr.write(okr.new("sales", quarter="2027-Q1"), folder / "sales.xlsx")
    year = okr.write(okr.new("company", quarter="2027-Q1"), folder / "company.xlsx")
    with_days(year, end=datetime(2027, 12, 31))
    done = turn(folder)
    assert done.exit_code == 0, done.output
    assert "company.xlsx: Not turned, since its period goes on until 31 Dec 2027" in done.stdout
    assert [path.name for path in (tmp_path / "okrs-2027-Q2").iterdir()] == ["sales.xlsx"]
    new = okr.read(tmp_path / "okrs-2027-Q2" / "sales.xlsx")
    assert "C-O1" in new.objectives.aligns_to.tolist()


def with_days(path, **days):
    """A tracker's file with a first or last day of its own."""
    book = opened(path)
    for row in book.worksheets[0].iter_rows(min_col=1, max_col=5):
        for name, day in days.items():
            if row[0].value == f"tracker.{name}":
                row[4].value = day
    book.save(path)
    return path


def test_of_several_quarters_the_latest_turn(tmp_path):
    folder = tmp_path / "okrs"
    folder.mkdir()
    named = {"old": "2026-Q4", "new": "2027-Q1", "years": "2027", "past": "2026"}
    for template, (name, quarter) in zip(
        ("sales", "go-to-market", "company", "company"), named.items(), strict=True
    ):
        okr.write(okr.new(template, quarter=quarter, team=name), folder / f"{name}.xlsx")
    done = turn(folder, "-o", tmp_path / "next")
    assert done.exit_code == 0, done.output
    assert [path.name for path in (tmp_path / "next").iterdir()] == ["new.xlsx"]
    assert okr.read(tmp_path / "next" / "new.xlsx").about.quarter == "2027-Q2"
    later = "Not turned, since there are later trackers than those of"
    assert f"old.xlsx: {later} 2026-Q4" in done.stdout
    assert f"past.xlsx: {later} 2026" in done.stdout
    assert "years.xlsx: Not turned, since its period goes on until 31 Dec 2027" in done.stdout


def test_days_of_ones_own_do_not_keep_a_tracker_back(tmp_path):
    path = okr.write(okr.new("sales", quarter="2027-Q1"), tmp_path / "t.xlsx")
    with_days(path, end=datetime(2027, 4, 9))
    new = tmp_path / "new.xlsx"
    done = turn(path, "-o", new)
    assert done.exit_code == 0, done.output
    tracker = okr.read(new)
    about = tracker.about
    assert (about.quarter, about.start, about.end) == (
        "2027-Q2",
        date(2027, 4, 10),
        date(2027, 6, 30),
    )
    assert min(tracker.check_in_dates) > date(2027, 4, 9)
    with_days(path, end=datetime(2027, 3, 1))
    said = refusal(path, "--quarter", "2027-Q1", "-o", tmp_path / "same.xlsx")
    assert "2027-Q1 does not come after 2027-Q1" in said


# --- the new trackers ------------------------------------------------------------------------------

ASKED = {"no-target", "offered"}  # where the close asks for new targets
FEWER = {"kr-count", "obj-few", "nobody-serves"}  # what is left may be few


def named(rollup):
    """The ID of each key result by its file and row."""
    return {(row.file, row.row): row.id for row in rollup.key_results.itertuples()}


def test_the_new_trackers_begin_at_nothing_and_are_sound(tmp_path):
    new = tmp_path / "new"
    assert turn(CLOSED, "-q", "-o", new, "--as-of", LAST_DAY).exit_code == 0
    result = okr.rollup(new, as_of="2027-04-01")
    assert set(result.key_results.score.dropna()) == {0.0}
    changed = {
        row.id
        for row in okr.rollup(CLOSED, as_of=LAST_DAY).objectives.itertuples()
        if row.decision == "change"
    }
    assert changed
    old = named(okr.rollup(CLOSED, as_of=LAST_DAY))
    ids = named(result)
    # What a text says beside another target, it says beside it in the new tracker too.
    inherited = {
        (p.code, old.get((p.file, p.row)))
        for p in okr.check(CLOSED, as_of=LAST_DAY)
        if p.code == "kr-text-mismatch"
    }
    for problem in okr.check(new, as_of="2027-04-01"):
        if (problem.code, ids.get((problem.file, problem.row))) in inherited:
            continue
        row = result.key_results[(result.key_results.file == problem.file)]
        blank = set(row[row.objective_id.isin(changed)].row)
        is_asked = problem.code in ASKED and problem.row in blank
        assert is_asked or problem.code in FEWER, problem.line()


def test_every_total_and_level_starts_at_its_own_baseline(tmp_path):
    new = tmp_path / "new"
    assert turn(CLOSED, "-q", "-o", new).exit_code == 0
    old = okr.rollup(CLOSED, as_of=LAST_DAY).key_results.set_index("id")
    moved = okr.rollup(new, as_of="2027-04-01").key_results.set_index("id")
    moved = moved[moved.type.isin(["increase", "decrease", "total", "total-at-most"])]
    assert len(moved) > 20
    reached = old.loc[moved.index]
    assert (moved.baseline == reached.current.fillna(reached.baseline)).all()


@pytest.mark.parametrize("name", ["b2b-saas-marketing", "company"])
def test_another_program_calculates_the_same(name, tmp_path, soffice):
    source = CLOSED / f"{name}.xlsx"
    path = tmp_path / "new.xlsx"
    own = [OwnColumn("Region", dict.fromkeys(okr.read(source).okrs.row.tolist(), "north"))]
    okr.write(okr.read(source), tmp_path / "own.xlsx", own=own)
    assert turn(tmp_path / "own.xlsx", "-q", "-o", path, "--as-of", LAST_DAY).exit_code == 0
    assert [each.header for each in own_columns(okr.read(path))] == ["Region"]
    new = okr.read(path)
    new = new.changed(about=replace(new.about, as_of=date(2027, 4, 1)))
    path = okr.write(new, tmp_path / "dated.xlsx", own=own_columns(okr.read(path)))
    cells = formula_cells(path)
    theirs = values(libreoffice(poisoned(path, tmp_path / "bad.xlsx"), tmp_path), cells)
    assert differences(values(path, cells), theirs) == {}


# --- all or nothing --------------------------------------------------------------------------------

TURNING = """
import sys
from okr_sheets.cli import main
main(["next", "-q", sys.argv[1], "-o", sys.argv[2]])
"""


def test_a_killed_run_leaves_nothing_half_done(tmp_path):
    folder = tmp_path / "okrs"
    folder.mkdir()
    for name in ("company", "sales", "go-to-market"):
        shutil.copy(CLOSED / f"{name}.xlsx", folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    whole = tmp_path / "whole"
    command = [sys.executable, "-c", TURNING, str(folder)]
    started = time.monotonic()
    subprocess.run([*command, str(whole)], check=True, capture_output=True)
    longest = time.monotonic() - started
    new = {path.name: path.read_bytes() for path in whole.iterdir()}
    assert len(new) == 3
    rng = random.Random(1)
    for number in range(10):
        out = tmp_path / f"out-{number}"
        child = subprocess.Popen([*command, str(out)], stdout=-3, stderr=-3)
        time.sleep(rng.uniform(0.3, 1.1) * longest)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        if out.exists():
            assert {path.name: path.read_bytes() for path in out.iterdir()} == new
        assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    # What is left is hidden, and goes with the next run as soon as it is old.
    for left in (each for each in tmp_path.iterdir() if each.name.startswith(".")):
        os.utime(left, (0, 0))
    subprocess.run([*command, str(tmp_path / "last")], check=True, capture_output=True)
    assert not any(each.name.startswith(".") for each in tmp_path.iterdir())


def test_a_folder_that_fails_half_way_is_not_there(tmp_path):
    def fail():
        with saved_folder(tmp_path / "new") as folder:
            (folder / "first.xlsx").write_bytes(b"x")
            raise MisuseError("half-way")

    with pytest.raises(MisuseError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_comes_up_meanwhile_is_left_alone(tmp_path):
    def write():
        with saved_folder(tmp_path / "new") as folder:
            (folder / "ours").write_text("x")
            (tmp_path / "new").mkdir()
            (tmp_path / "new" / "theirs").write_text("y")

    with pytest.raises(FileExistsError, match="is there already"):
        write()
    assert [path.name for path in Path(tmp_path / "new").iterdir()] == ["theirs"]
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


def test_a_tracker_that_is_not_there_is_told_with_the_one_that_may_be_meant(over, monkeypatch):
    monkeypatch.chdir(over.parent)
    done = CliRunner().invoke(main, ["next", "sale-2027-Q1.xlsx"])
    assert done.exit_code == 2
    assert "sale-2027-Q1.xlsx: There is no such file or folder." in done.stderr
    assert "Did you mean sales-2027-Q1.xlsx?" in done.stderr
