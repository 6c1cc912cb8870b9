"""What a tracker was made with: the bands of its statuses, and the plan that it remembers."""

import json
import re
from dataclasses import replace
from datetime import date

import pandas as pd
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
from python_calamine import CalamineWorkbook

import okr_sheets as okr
from okr_sheets.bands import PRESETS
from okr_sheets.cli import main
from okr_sheets.language import language, languages
from okr_sheets.letters import column_number

AS_OF = date(2027, 2, 12)
PLAN = """
[[objectives]]
title = "Win more"

[[objectives.key_results]]
title = "Deals won: 60 this quarter"
type = "total"
baseline = 44
target = 60

[[objectives.key_results]]
title = "Raise the win rate from 20 to 30"
type = "increase"
baseline = 20
target = 30
weight = 2

[[objectives.key_results]]
title = "Cut days to close from 40 to 25"
type = "decrease"
baseline = 40
target = 25
"""


def planned(tmp_path, text=PLAN, language="en", **options):
    """A tracker of a plan of one's own, with a number under the first date for each key result."""
    plan = tmp_path / "plan.toml"
    plan.write_text(text, "utf-8")
    tracker = okr.new(source=plan, quarter="2027-Q1", language=language, **options)
    return replace(tracker, about=replace(tracker.about, as_of=AS_OF, company="Acme"))


def cell_of(path, key, row):
    return f"{okr.read(path).letters['okrs'][key]}{row}"


def changed(tmp_path, changes, language="en"):
    """The file after the live cells of some rows were typed anew in LibreOffice."""
    path = okr.write(planned(tmp_path, language=language), tmp_path / "t.xlsx")
    name = okr.read(path).sheets["okrs"]
    edits = [[name, "put", cell_of(path, key, row), value] for (key, row), value in changes.items()]
    (path,) = edited(path, tmp_path, edits, ".xlsx")
    return path


def said(path, *codes):
    return [
        (p.row, p.code, p.words["before"], p.words["after"])
        for p in okr.check(path)
        if p.code in (codes or ("plan-lowered", "plan-raised", "lowered-without-note"))
    ]


def test_a_fresh_tracker_is_as_planned(tmp_path):
    for template in ("sales", "company"):
        path = okr.write(okr.new(template, quarter="2027-Q1"), tmp_path / f"{template}.xlsx")
        assert said(path) == []


def test_what_differs_from_the_plan_is_said_in_check_and_in_the_row(tmp_path, soffice):
    changes = {("target", 7): 30, ("weight", 8): 1, ("target", 9): 28, ("baseline", 9): 42}
    path = changed(tmp_path, changes)
    assert said(path) == [
        (7, "lowered-without-note", "60", "30"),
        (8, "plan-lowered", "2", "1"),
        (9, "lowered-without-note", "25", "28"),  # of what falls, easier
        (9, "plan-raised", "40", "42"),
    ]
    stored = okr.read(path).stored["to_fix"]
    assert stored[7] == "Target lowered from 60 to 30"
    assert stored[8] == "Weight lowered from 2 to 1"
    assert stored[9] == "Target raised from 25 to 28"
    assert {p.code for p in okr.check(path)}.isdisjoint({"typed-over", "stale-value"})


@pytest.mark.parametrize("code", languages())
def test_the_row_says_it_in_each_language(tmp_path, soffice, code):
    stored = okr.read(changed(tmp_path, {("target", 7): 30}, code)).stored["to_fix"][7]
    assert "60" in stored
    assert "30" in stored


def test_three_programs_say_the_same_of_a_changed_plan(tmp_path, soffice):
    tracker = planned(tmp_path)
    first, second, third = tracker.key_results.index
    results = tracker.key_results.copy()
    results.loc[first, "target"] = 30.5
    results.loc[second, "weight"] = 0.25
    results.loc[third, "title"] = "Something else"
    results.loc[third, "target"] = 10
    path = okr.write(replace(tracker, key_results=results), tmp_path / "t.xlsx")
    cells = formula_cells(path)
    ours = values(path, cells)
    bad = poisoned(path, tmp_path / "p.xlsx")
    letter = okr.read(path).letters["okrs"]["to_fix"]
    column = column_number(letter)
    theirs = {
        "libreoffice": values(libreoffice(bad, tmp_path), cells),
        "formualizer": by_formualizer(bad, cells, tmp_path),
        "ironcalc": by_ironcalc(bad, cells),
    }
    expected = ["Target lowered from 60 to 30.5", "Weight lowered from 2 to 0.25", None]
    rows = [ours["OKRs", row, column] or None for row in (7, 8, 9)]
    assert rows[:2] == expected[:2]
    assert "lowered" not in (rows[2] or "")
    for program, found in theirs.items():
        assert [found["OKRs", row, column] or None for row in (7, 8, 9)] == rows, program


@pytest.mark.parametrize(
    ("title", "is_said"),
    [
        ("Deals won: 60 this quarter", True),
        ("Deals won: 30 this quarter", True),  # the number in the title follows the target
        ("DEALS WON: thirty", True),
        ("Sign partners: 30", False),  # another key result in its row
    ],
)
def test_a_plan_holds_while_the_title_begins_as_planned(tmp_path, title, is_said):
    tracker = planned(tmp_path)
    results = tracker.key_results.copy()
    first = results.index[0]
    results.loc[first, ["title", "target"]] = [title, 30]
    path = okr.write(replace(tracker, key_results=results), tmp_path / "t.xlsx")
    assert bool(said(path)) is is_said


@pytest.mark.parametrize(("title", "is_said"), [("12 new hires", True), ("Something else", False)])
def test_a_title_that_begins_with_its_number_is_planned_whole(tmp_path, title, is_said):
    plan = PLAN.replace("Deals won: 60 this quarter", "12 new hires")
    tracker = planned(tmp_path, plan)
    results = tracker.key_results.copy()
    results.loc[results.index[0], ["title", "target"]] = [title, 7]
    path = okr.write(replace(tracker, key_results=results), tmp_path / "t.xlsx")
    assert bool(said(path)) is is_said


def test_an_example_is_another_key_result_once_its_words_are_changed(tmp_path):
    tracker = okr.new("sales", quarter="2027-Q1")
    results = tracker.key_results.copy()
    first, second = results.index[:2]
    results.loc[[first, second], "target"] *= 2
    results.loc[second, "title"] = results.at[second, "title"].replace(" ", " our ", 1)
    path = okr.write(replace(tracker, key_results=results), tmp_path / "t.xlsx")
    assert [(row, code) for row, code, *_ in said(path)] == [(7, "plan-raised")]


def test_a_tracker_without_a_plan_says_nothing_of_one(book):
    path = book("""
        | ID     | Title | Type      | Baseline | Target | 2027-02-12 |
        | O1     | Goal  | Objective |          |        |            |
        | O1.KR1 | Deals | Increase  | 20       | 60     | 30         |
    """)
    assert said(path) == []


# --- bands ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("preset", PRESETS)
def test_a_tracker_shows_the_statuses_of_the_bands_it_was_made_with(tmp_path, soffice, preset):
    tracker = planned(tmp_path, preset=preset)
    numbers = {0: 24, 1: 24, 2: 34}  # gaps of 0.0719, 0.0719 and 0.0719 by 12 February
    results = tracker.key_results
    typed = [
        {"row": row, "id": results.at[row, "id"], "date": AS_OF, "value": float(numbers[number])}
        for number, row in enumerate(results.index)
    ]
    from okr_sheets.frames import frame

    tracker = replace(tracker, check_ins=frame("check_ins", typed, [t["row"] for t in typed]))
    path = okr.write(tracker, tmp_path / "t.xlsx")
    recalculated = libreoffice(poisoned(path, tmp_path / "p.xlsx"), tmp_path)
    read = okr.read(recalculated)
    assert read.bands == PRESETS[preset]
    scored = okr.score(recalculated, preset=preset)
    word = {"On track": "on-track", "At risk": "at-risk", "Off track": "off-track"}
    assert [word[each] for each in read.stored["status"][1:4]] == scored.status.tolist()
    assert {p.code for p in okr.check(recalculated)}.isdisjoint({"typed-over", "stale-value"})
    assert ("on-track" in set(scored.status)) is (preset != "viva")


def test_a_tracker_of_other_bands_is_named_when_it_is_scored(tmp_path):
    runner = CliRunner()
    (tmp_path / "okr.toml").write_text("[bands]\non_track = 0.05\nat_risk = 0.2\n", "utf-8")
    config = ["--config", str(tmp_path / "okr.toml")]
    ours, usual = str(tmp_path / "a.xlsx"), str(tmp_path / "b.xlsx")
    quarter = ["--template", "sales", "--quarter", "2027-Q1"]
    assert runner.invoke(main, ["new", ours, *quarter, "--team", "A", *config]).exit_code == 0
    viva = ["new", usual, *quarter, "--team", "B", "--preset", "viva", *config]
    assert runner.invoke(main, viva).exit_code == 0
    assert okr.read(ours).bands.cuts["at_risk"] == 0.2
    assert okr.read(usual).bands == PRESETS["viva"]

    def named(*args):
        lines = runner.invoke(main, args).stderr.splitlines()
        return [line.split(":")[0] for line in lines if "other-bands" in line]

    assert named("score", ours, usual, *config) == ["b.xlsx"]
    assert named("score", ours, usual, "--preset", "viva") == ["a.xlsx"]
    assert named("score", usual, "--preset", "viva") == []
    told = okr.rollup(usual, config=okr.Config()).problems
    (problem,) = [p for p in told if p.code == "other-bands"]
    assert problem.given == "On track: at most 0 points behind"
    assert problem.words["value"] == "On track: at most 10 points behind"


@pytest.mark.parametrize("code", languages())
def test_other_bands_are_said_in_the_words_of_the_tracker(tmp_path, code):
    tracker = okr.new("sales", quarter="2027-Q1", language=code, preset="engagedly")
    path = okr.write(tracker, tmp_path / "t.xlsx")
    usual, gitlab = (
        [p for p in okr.rollup(path, preset=preset).problems if p.code == "other-bands"]
        for preset in ("default", "gitlab")
    )
    words = language(code)
    (statuses,) = usual
    assert words.choice("status", "on-track") in statuses.given
    assert words.choice("status", "at-risk") in statuses.given
    assert words.number(16.5) in statuses.given
    assert len(gitlab) == 2
    assert words.choice("commitment", "committed") in gitlab[1].given
    assert "85" in gitlab[1].words["value"]
    for problem in gitlab:
        assert not re.search("on_track|at_risk|_green|_yellow|…", problem.say(code))


def test_what_the_first_sheet_says_of_statuses_are_its_own_bands(tmp_path):
    from python_calamine import CalamineWorkbook

    path = okr.write(okr.new("sales", quarter="2027-Q1", preset="engagedly"), tmp_path / "t.xlsx")
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name("Start here").to_python()
    text = " ".join(str(cell) for row in rows for cell in row)
    assert "At most 16.5 points behind" in text
    assert "16.5 to 33 points behind" in text


# --- the rollup -------------------------------------------------------------------------------------


def lowered(tmp_path, remarks=(), language="en", target=30.0):
    """Deals planned at 60 and now at `target`, 15 of them on each of the first eight Fridays."""
    from okr_sheets.frames import frame

    tracker = planned(tmp_path, language=language)
    results = tracker.key_results.copy()
    first = results.index[0]
    results.loc[first, "target"] = target
    typed = [
        {"row": first, "id": results.at[first, "id"], "date": day, "value": 15.0}
        for day in tracker.check_in_dates[:8]
    ]
    log = [{"date": day, "id": results.at[first, "id"], "note": note} for day, note in remarks]
    return replace(
        tracker,
        about=replace(tracker.about, as_of=date(2027, 2, 26)),
        key_results=results,
        check_ins=frame("check_ins", typed, [first] * len(typed)),
        log=frame("log", log, range(1, len(log) + 1)),
    )


def deals(rollup):
    trend = rollup.trend[(rollup.trend.level == "key-result") & (rollup.trend.id == "O1.KR1")]
    return trend.set_index(trend.day.astype(str)).score.to_dict()


def test_the_score_by_the_plan_stands_beside_the_one_by_what_stands_now(tmp_path):
    rollup = okr.rollup(lowered(tmp_path))
    first = rollup.key_results.iloc[0]
    assert (first.score, first.planned_score, first.planned_target) == (0.5, 0.25, 60)
    (objective,) = rollup.objectives.to_dict("records")
    # Weights 1, 2 and 1; the two others have no number yet.
    assert (objective["score"], objective["planned_score"]) == (0.125, 0.0625)
    same = okr.rollup(lowered(tmp_path, target=60.0))
    assert (same.key_results.planned_score == same.key_results.score).all()


@pytest.mark.parametrize(
    ("language", "note"),
    [
        ("en", "Target lowered from 60 to 30: two people left."),
        ("en", "target now 30"),
        ("tr", "Hedef değer 60'tan 30'a indirildi"),
        ("fi", "Tavoitearvo 60 → 30"),
        ("ko", "목표값 60에서 30으로 조정"),
        ("th", "ลดค่าเป้าหมายจาก 60 เป็น 30"),
        ("hu", "A célérték 60-ról 30-ra csökkent"),
    ],
)
def test_past_weeks_are_scored_by_the_plan_that_held_then(tmp_path, language, note):
    tracker = lowered(tmp_path, [(date(2027, 2, 3), note)], language)
    scores = deals(okr.rollup(tracker))
    assert {day: scores[day] for day in ("2027-01-29", "2027-02-05", "2027-02-26")} == {
        "2027-01-29": 0.25,
        "2027-02-05": 0.5,
        "2027-02-26": 0.5,
    }
    assert okr.score(tracker, as_of=date(2027, 1, 29)).target[0] == 60


def test_a_plan_changed_twice_has_three_parts(tmp_path):
    remarks = [
        (date(2027, 2, 15), "Target 45 → 30"),
        (date(2027, 1, 25), "Target 60 → 45"),
        (date(2027, 2, 20), "The target still looks far away: 15 are missing."),
    ]
    scores = deals(okr.rollup(lowered(tmp_path, remarks)))
    assert [scores[f"2027-{day}"] for day in ("01-22", "02-05", "02-19")] == [0.25, 0.3333, 0.5]


@pytest.mark.parametrize(
    "note",
    [
        "Target lowered from 60 to 30 on 3 Feb, after the review of Q1",
        "New target: 30 (was 60)",
        "Goal lowered 60 to 30",
        "60 → 30",
    ],
)
def test_a_remark_may_say_its_numbers_in_any_order_and_others_too(tmp_path, note):
    scores = deals(okr.rollup(lowered(tmp_path, [(date(2027, 2, 3), note)])))
    assert (scores["2027-01-29"], scores["2027-02-05"]) == (0.25, 0.5)


@pytest.mark.parametrize("note", ["", "Two people left.", "The target is far.", "Target 60 → 40"])
def test_without_a_remark_that_names_the_new_number_all_weeks_go_by_it(tmp_path, note):
    scores = deals(okr.rollup(lowered(tmp_path, [(date(2027, 2, 3), note)])))
    assert set(scores.values()) == {0.5}


@pytest.mark.parametrize("code", ["en", "fi", "ko"])
def test_every_report_says_what_was_lowered_and_the_score_by_the_plan(tmp_path, code):
    from okr_sheets.reports.phrases import plan_changes

    words = language(code)
    rollup = okr.rollup(lowered(tmp_path, language=code))
    label = words("okrs.target")
    said = words("report.reason_plan_lowered", label=label, before="60", after="30")
    by_plan = words("report.reason_by_plan", share=words.percent(0.25))
    assert plan_changes(rollup.key_results.iloc[0], words) == f"{said}; {by_plan}"
    assert plan_changes(rollup.key_results.iloc[1], words) == ""
    (first,) = rollup.attention[rollup.attention.id == "O1.KR1"].reasons.map(json.loads)
    assert {reason for reason, _ in first} >= {"plan-lowered", "by-plan"}
    for suffix in (".html", ".md"):
        path = okr.report(rollup, tmp_path / f"r{suffix}", code)
        text = path.read_text("utf-8").replace("&#39;", "'")
        assert said in text
        assert by_plan in text
    path = okr.report(rollup, tmp_path / "r.xlsx", code)
    sheet = CalamineWorkbook.from_path(path).get_sheet_by_name(words("report.key_results"))
    assert any(f"{said}; {by_plan}" in map(str, row) for row in sheet.to_python())


def test_a_target_made_harder_is_no_reason_to_look(tmp_path):
    rollup = okr.rollup(lowered(tmp_path, target=90.0))
    reasons = {code for each in rollup.attention.reasons for code, _ in json.loads(each)}
    assert not {code for code in reasons if "plan" in code}


def test_a_copied_or_rewritten_row_has_no_plan_in_the_rollup(tmp_path):
    tracker = lowered(tmp_path)
    results = tracker.key_results.copy()
    results.loc[results.index[0], "title"] = "Partners signed: 30"
    rollup = okr.rollup(replace(tracker, key_results=results))
    first = rollup.key_results.iloc[0]
    assert pd.isna(first.planned_target)
    assert first.planned_score == first.score
