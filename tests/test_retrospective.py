"""The retrospective: what it counts, by hand, and what each report says of it."""

import json
import re
import subprocess
from dataclasses import replace
from datetime import date
from importlib import import_module
from types import SimpleNamespace

import pandas as pd
import pytest
import xlsx_lint
from conftest import DESK, PHONE, needs, open_all
from lxml import html
from test_close import opened, typed
from test_rollup_workbook import charts

import okr_sheets as okr
from okr_sheets.language import language, languages
from okr_sheets.reports import excerpts
from okr_sheets.rollups import FRAMES
from okr_sheets.rollups.retrospective import forecast_day

FRAMES_OF_IT = ("retrospective", "missed", "hindsight")
LAST_DAY, SIXTH_WEEK = date(2027, 3, 31), date(2027, 2, 12)
# 13 check-in dates, Fridays and the last day; the first six are before the forecast's day or on it.
STEADY = (1, 2, 3, 4, 5, 6)
KEY_RESULTS = """
[[objectives]]
id = "{unit}1"
title = "Win"
owner = "Ann"
commitment = "committed"
weight = 3
  [[objectives.key_results]]
  id = "{unit}1.KR1"
  title = "Leads"
  owner = "Bob"
  baseline = 0
  target = 10
  [[objectives.key_results]]
  id = "{unit}1.KR2"
  title = "Deals"
  baseline = 0
  target = 10
[[objectives]]
id = "{unit}2"
title = "Keep"
owner = "Cem"
  [[objectives.key_results]]
  id = "{unit}2.KR1"
  title = "Renewals"
  owner = "Ann"
  baseline = 0
  target = 10
"""
# By key result: six weeks, then the last day.
NUMBERS = {
    "A1.KR1": ((*STEADY,), 10),
    "A1.KR2": ((*STEADY,), 6),
    "A2.KR1": ((*STEADY,), 4),
    "B1.KR1": ((), 10),
    "B1.KR2": ((1,), 5),
    "B2.KR1": ((*STEADY,), 7),
}
CLOSE = {
    # Row 5 is the first objective's: final score, why, decision, lesson.
    "A": {"D5": 0.9, "E5": "Two deals in April", "F5": "Keep", "G5": "Call <first>", "F6": "Drop"},
    "B": {"F5": "Keep", "G6": "Ask | twice"},
}


def numbered(tracker):
    """The tracker with its numbers."""
    dates = sorted(tracker.check_in_dates)
    rows = [
        (id_, day, value)
        for id_ in tracker.key_results["id"]
        for day, value in [*zip(dates, NUMBERS[id_][0], strict=False), (dates[-1], NUMBERS[id_][1])]
    ]
    frame = pd.DataFrame(rows, columns=["id", "date", "value"])
    place = dict(zip(tracker.key_results["id"], tracker.key_results.index, strict=True))
    frame.index = pd.Index([place[id_] for id_ in frame["id"]], name=tracker.check_ins.index.name)
    frame["date"] = pd.to_datetime(frame["date"]).astype("datetime64[s]")
    return replace(tracker, check_ins=frame.assign(column=""))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two teams of Acme, closed: A has typed all, B half of it."""
    folder = tmp_path_factory.mktemp("closed")
    for unit in "AB":
        plan = folder / f"{unit}.toml"
        plan.write_text(KEY_RESULTS.format(unit=unit), "utf-8")
        tracker = okr.new(source=plan, quarter="2027-Q1", company="Acme", team=f"Team {unit}")
        plan.unlink()
        path = okr.write(numbered(tracker), folder / f"{unit}.xlsx")
        typed(path, CLOSE[unit], numbers=False)
    book = opened(folder / "A.xlsx")
    log = book["Log"]
    letters = okr.read(folder / "A.xlsx").letters["log"]
    for row, (id_, day, note) in enumerate(
        [
            ("A1.KR2", date(2027, 3, 12), "One went to a rival"),
            ("a1.kr2", date(2027, 2, 5), "Three in talks"),
            ("A1.KR2", date(2027, 4, 9), "Signed after all"),
        ],
        5,
    ):
        for key, value in (("id", id_), ("date", day), ("note", note)):
            log[f"{letters[key]}{row}"] = value
    book.save(folder / "A.xlsx")
    return folder


@pytest.fixture(scope="module")
def rollup(folder):
    return okr.rollup(folder, as_of=LAST_DAY, config=okr.Config())


@pytest.fixture(scope="module")
def page(rollup, tmp_path_factory):
    return okr.report(rollup, tmp_path_factory.mktemp("page") / "r.html", "en")


def rows_of(rollup, name, *keys):
    return {row["id"]: tuple(row[key] for key in keys) for row in rollup.rows(name)}


# --- the tables ----------------------------------------------------------------------------------


def test_each_objective_stands_with_what_the_close_says(rollup):
    keys = ("score", "final", "final_reason", "decision", "lesson")
    assert rows_of(rollup, "retrospective", *keys) == {
        "A1": (0.8, 0.9, "Two deals in April", "keep", "Call <first>"),  # (10 + 6) / 2 of 10
        "A2": (0.4, 0.4, "", "drop", ""),
        "B1": (0.75, 0.75, "", "keep", ""),  # (10 + 5) / 2
        "B2": (0.7, 0.7, "", "", "Ask | twice"),
    }
    units = {row["unit_name"]: (row["score"], row["final"]) for row in rollup.rows("teams")}
    assert units["Team A"] == (0.7, 0.775)  # weights 3 and 1: (2.4 + 0.4) / 4, (2.7 + 0.4) / 4
    assert units["Team B"] == (0.7375, 0.7375)


def test_committed_key_results_that_missed_stand_with_what_was_said(rollup):
    missed = rows_of(rollup, "missed", "score", "note", "remark")
    assert missed == {
        "B1.KR2": (0.5, "", ""),
        # The last one by the day, whatever stands below it.
        "A1.KR2": (0.6, "", "One went to a rival"),
    }
    assert [row["id"] for row in rollup.rows("missed")] == ["B1.KR2", "A1.KR2"]


def test_forecasts_are_those_that_a_rollup_of_that_day_made(rollup, folder):
    then = okr.rollup(folder, as_of=SIXTH_WEEK, config=okr.Config())
    keys = ("forecast", "forecast_low", "forecast_high", "value", "value_low", "value_high")
    made = rows_of(then, "forecast", *keys)
    assert rows_of(rollup, "hindsight", *keys) == made
    # Too few numbers, or none.
    assert {*made} == {*NUMBERS} - {"B1.KR1", "B1.KR2"}
    ends = rows_of(rollup, "hindsight", "score", "current", "ended", "made_on")
    assert ends["A1.KR1"] == (1.0, 10.0, "inside", SIXTH_WEEK)
    for id_, (score, _, ended, _) in ends.items():
        _, low, high, *_ = made[id_]
        expected = "below" if score < low else "above" if score > high else "inside"
        assert (score, ended) == (NUMBERS[id_][1] / 10, expected)
    assert ends["A2.KR1"][2] == "below"


@pytest.mark.parametrize(
    ("low", "high", "score", "ended"),
    [
        (0.404, 0.6, 0.396, "inside"),  # both read 40 %
        (0.404, 0.6, 0.394, "below"),
        (0.404, 0.6, 0.604, "inside"),
        (0.404, 0.6, 0.606, "above"),
        (0.404, 0.998, 1.0, "above"),  # 99 %, since nothing short of the whole reads as it
        (1.0, 1.0, 1.0, "inside"),
    ],
)
def test_a_range_is_compared_as_it_reads(low, high, score, ended):
    module = import_module("okr_sheets.rollups.retrospective")
    assert module._ended(low, high, score) == ended


@pytest.mark.parametrize(
    ("start", "end", "day"),
    [
        (date(2027, 1, 1), date(2027, 3, 31), date(2027, 2, 12)),
        (date(2027, 4, 1), date(2027, 6, 30), date(2027, 5, 13)),
        (date(2027, 10, 1), date(2027, 12, 31), date(2027, 11, 12)),
        (date(2027, 1, 1), date(2027, 12, 31), date(2027, 6, 20)),  # as far into a year
    ],
)
def test_the_day_is_six_weeks_into_a_quarter(start, end, day):
    span = okr.new(blank=True, quarter="2027-Q1").about
    tracker = SimpleNamespace(about=replace(span, start=start, end=end))
    assert forecast_day(tracker) == day


# --- when there is one ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def unclosed(folder, tmp_path_factory):
    """The trackers without a word on their close."""
    other = tmp_path_factory.mktemp("unclosed")
    for path in folder.iterdir():
        tracker = okr.read(path)
        okr.write(replace(tracker, close=tracker.close.iloc[:0]), other / path.name)
    return other


def test_a_quarter_that_is_not_over_shows_nothing_of_it(unclosed, tmp_path):
    rolled = okr.rollup(unclosed, as_of=date(2027, 3, 30), config=okr.Config())
    assert [len(rolled.columns[name]) for name in FRAMES_OF_IT] == [0, 0, 0]
    for code in languages():
        words = language(code)
        texts = [
            okr.report(rolled, tmp_path / f"r.{suffix}", code).read_text("utf-8")
            for suffix in ("md", "html")
        ]
        told = html.fromstring(texts[1]).xpath("string(//body)")
        for name in ("retrospective", "hindsight"):
            assert words(f"report.{name}") not in texts[0] + told
        sheets = opened(okr.report(rolled, tmp_path / "r.xlsx", code)).sheetnames
        assert not {words("report.retrospective"), words("report.hindsight")} & {*sheets}


def test_without_a_close_a_quarter_that_is_over_has_one(unclosed, tmp_path):
    rolled = okr.rollup(unclosed, as_of=LAST_DAY, config=okr.Config())
    assert rows_of(rolled, "retrospective", "decision", "lesson", "final")["A1"] == ("", "", 0.8)
    assert len(rolled.missed) == 2
    assert len(rolled.hindsight) == 4
    # What nobody decides on is not asked for here.
    text = okr.report(rolled, tmp_path / "r.md", "en").read_text("utf-8")
    tree = html.parse(str(okr.report(rolled, tmp_path / "r.html", "en")))
    sheet = opened(okr.report(rolled, tmp_path / "r.xlsx", "en"))["Retrospective"]
    cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    assert "- **Committed** Green 2, Red 2" in text
    assert "Committed and missed" in cells
    for told in (text, tree.xpath("string(//section[@id='retrospective'])"), str(cells)):
        assert not any(word in told for word in ("Decision", "Not decided", "Final score"))


def test_a_close_makes_one_for_its_quarter_before_the_end(folder, unclosed):
    early = date(2027, 3, 19)
    rolled = okr.rollup([folder / "A.xlsx", unclosed / "B.xlsx"], as_of=early, config=okr.Config())
    assert [*rolled.retrospective["id"]] == ["A1", "A2", "B1", "B2"]
    # Nothing is due yet, so nothing was missed and no forecast has come true.
    assert len(rolled.missed) == len(rolled.hindsight) == 0
    assert not rolled.is_over


def test_one_quarter_of_several_is_looked_back_on(unclosed):
    later = okr.new("sales", quarter="2027-Q2", company="Acme", team="Sales")
    rolled = okr.rollup([unclosed, later], as_of=LAST_DAY, config=okr.Config())
    assert {*rolled.retrospective["quarter"]} == {"2027-Q1"}
    assert not rolled.is_over


def test_forecasts_are_looked_up_only_where_it_is_shown(unclosed, folder, monkeypatch):
    module = import_module("okr_sheets.rollups.retrospective")
    asked = []
    made = module.ends_of_key_results
    monkeypatch.setattr(module, "ends_of_key_results", lambda *a: asked.append(1) or made(*a))
    rolled = okr.rollup(unclosed, as_of=date(2027, 3, 30), config=okr.Config())
    assert len(rolled.hindsight) == 0
    closed = okr.rollup(folder, as_of=LAST_DAY, config=okr.Config())
    assert len(closed.retrospective) == 4
    assert asked == []
    assert len(closed.hindsight) == 4
    assert asked == [1]


@pytest.mark.parametrize("name", FRAMES_OF_IT)
def test_no_tracker_no_row(name):
    rolled = okr.rollup([okr.new(blank=True, quarter="2027-Q1")], as_of=LAST_DAY)
    assert rolled.rows(name) == []
    assert tuple(getattr(rolled, name).columns) == FRAMES[name].keys


def test_last_quarters_scores_stand_beside_those_that_were_carried(folder, tmp_path):
    past = okr.read(folder / "A.xlsx")
    about = replace(past.about, quarter="2026-Q4", start=date(2026, 10, 1), end=date(2026, 12, 31))
    before = replace(past, about=about, path=str(tmp_path / "past.xlsx"))
    rolled = okr.rollup(folder / "A.xlsx", as_of=LAST_DAY, previous=[before], config=okr.Config())
    known = rows_of(rolled, "objectives", "previous")
    assert rows_of(rolled, "retrospective", "previous") == known
    assert set(known) == {*rolled.carried["id"]}


# --- what the reports say ------------------------------------------------------------------------


def test_json_has_the_tables(rollup, tmp_path):
    document = json.loads(okr.report(rollup, tmp_path / "r.json").read_text("utf-8"))
    for name in FRAMES_OF_IT:
        assert [tuple(row) for row in document[name]] == [FRAMES[name].keys] * len(document[name])
    assert [row["decision"] for row in document["retrospective"]] == ["keep", "drop", "keep", ""]


def test_markdown_says_it_first(rollup, tmp_path):
    text = okr.report(rollup, tmp_path / "r.md", "en").read_text("utf-8")
    section = text[text.index("## Retrospective") : text.index("## Teams")]
    for line in (
        "- **Committed** Green 2, Red 2",
        "- **Aspirational** Green 1, Yellow 1",
        "- **Decision** Keep 2, Drop 1, Not decided 1",
        "- **Team A** Call \\<first> (A1)",
        "- **Team B** Ask \\| twice (B2)",
        "- **B1.KR2** Deals ((nobody), Team B): 50%, no reason given",
        "- **A1.KR2** Deals ((nobody), Team A): 60%, One went to a rival",
    ):
        assert line in section
    inside = sum(row["ended"] == "inside" for row in rollup.rows("hindsight"))
    assert f"{inside} of 4 ended within the range forecast on 12 Feb 2027" in section


def test_the_page_begins_with_it_once_the_quarter_is_over(page, rollup, tmp_path, folder):
    tree = html.parse(str(page))
    assert tree.xpath("//main/section/@id")[:2] == ["summary", "retrospective"]
    early = okr.rollup(folder, as_of=date(2027, 3, 19), config=okr.Config())
    tree = html.parse(str(okr.report(early, tmp_path / "early.html")))
    assert tree.xpath("//main/section/@id")[-2:] == ["retrospective", "problems"]


def test_the_page_says_what_differs_and_only_there_why(page):
    rows = {
        row.xpath("string(td[1]//span[@class='id'])"): row
        for row in html.parse(str(page)).xpath("//table[@class='ends']//tr[@data-depth='1']")
    }
    cells = {
        id_: [" ".join(cell.text_content().split()) for cell in row.findall("td")]
        for id_, row in rows.items()
    }
    assert cells["A1"][2:] == ["90%Two deals in April", "Keep", "Call <first>"]
    assert cells["A2"][2:] == ["40%", "Drop", "–"]
    assert cells["B2"][2:] == ["70%", "Not decided", "Ask | twice"]
    assert [id_ for id_, row in rows.items() if row.xpath("td[3]/b")] == ["A1"]


def test_grades_are_counted_by_commitment_in_stacks(page):
    stacks = html.parse(str(page)).xpath("//div[@class='by-grade']")
    told = [
        (
            each.findtext("p"),
            each.xpath("string(svg/title)"),
            [rect.get("width") for rect in each.xpath("svg/rect")],
        )
        for each in stacks
    ]
    assert told == [
        ("Committed", "Green 2, Red 2", ["50%", "50%"]),
        ("Aspirational", "Green 1, Yellow 1", ["50%", "50%"]),
    ]


@pytest.mark.parametrize("viewport", [DESK, PHONE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_is_heard_of_nowhere(page, viewport, scheme, view):
    shown = view(page, viewport, color_scheme=scheme)
    open_all(shown)
    assert shown.heard == []
    assert shown.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    shown.locator("#retrospective .ends a.name").first.click()
    assert shown.locator(".objective[open]").count() > 0


def test_the_filter_keeps_a_unit_with_what_is_found_of_it(page, view):
    shown = view(page)
    shown.locator("#search").fill("Renewals A2")
    assert shown.locator("#retrospective .seen tbody tr:visible").count() == 1
    shown.locator("#search").fill("Win")
    names = shown.locator("#retrospective .ends tr:visible .name").all_inner_texts()
    assert names == ["Team A", "Win", "Team B", "Win"]


def test_it_has_a_printed_page_of_its_own(page, view, tmp_path):
    read = needs("pdftotext")
    path = tmp_path / "r.pdf"
    view(page).pdf(path=path, prefer_css_page_size=True)
    text = subprocess.run([read, "-layout", path, "-"], capture_output=True, check=True).stdout
    pages = text.decode().split("\f")
    with_it = [number for number, text in enumerate(pages) if "Not decided" in text]
    assert re.match(r"\s*Retrospective", pages[with_it[0]])
    assert not any("Needs attention" in pages[number] for number in with_it)


@pytest.mark.parametrize("code", languages())
def test_the_workbook_has_a_sheet_of_it_in_every_language(code, rollup, tmp_path):
    path = okr.report(rollup, tmp_path / "r.xlsx", code)
    words = language(code)
    assert xlsx_lint.problems(path) == []
    book = opened(path)
    assert book.sheetnames[1] == words("report.retrospective")
    cells = [cell for row in book.worksheets[1].iter_rows(values_only=True) for cell in row]
    for text in ("Two deals in April", "Call <first>", "Ask | twice", "One went to a rival"):
        assert cells.count(text) == 1
    assert cells.count(words("retrospective.undecided")) == 1
    assert cells.count(words("retrospective.unexplained")) == 1
    table = book[words("report.hindsight")].tables["tblHindsight"]
    assert table.ref.endswith(f"{4 + len(rollup.hindsight)}")


def test_its_charts_show_the_counts(rollup, tmp_path):
    path = okr.report(rollup, tmp_path / "r.xlsx", "en")
    hidden = opened(path)["Calc"]
    drawn = {name: values for _, series in charts(path) for name, values in series.items()}

    def values(name):
        place = drawn[name].rpartition("!")[2].replace("$", "")
        cells = hidden[place]
        return [cell.value for cell in (cells[0] if isinstance(cells, tuple) else [cells])]

    assert values("Green") == [2, 1]
    assert values("Yellow") == [None, 1]
    assert values("Red") == [2, None]
    assert values("Decisions on the objectives") == [2, 1, 1]


def test_of_long_lists_the_first_are_shown(rollup, tmp_path, monkeypatch):
    for name in ("MOST_ROWS", "FEW_ROWS"):
        monkeypatch.setattr(excerpts, name, 1)
    text = okr.report(rollup, tmp_path / "r.md", "en").read_text("utf-8")
    section = text[text.index("## Retrospective") : text.index("## Teams")]
    assert "1 of 4 are shown" in section
    assert "B1.KR2" in section
    assert "A1.KR2" not in section
    tree = html.parse(str(okr.report(rollup, tmp_path / "r.html", "en")))
    assert len(tree.xpath("//table[@class='seen']//tbody/tr")) == 1
    opened(okr.report(rollup, tmp_path / "r.xlsx", "en"))


def test_another_workbook_can_hold_its_sheets(rollup, unclosed, tmp_path):
    board = tmp_path / "board.xlsx"
    for rolled, told in (
        (rollup, "Two deals in April"),
        (okr.rollup(unclosed, as_of=SIXTH_WEEK, config=okr.Config()), "No quarter to look back on"),
    ):
        opened_book = import_module("openpyxl").Workbook()
        opened_book.save(board)
        okr.report_into(rolled, board, ("retrospective", "hindsight"))
        sheet = opened(board)["Retrospective"]
        cells = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row]
        assert any(cell.startswith(told) for cell in cells)
