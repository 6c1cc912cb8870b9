"""Quality in the rollup and its reports: shares, findings, last quarter's beside them."""

import json
import re
import subprocess
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from conftest import DESK, PHONE, SAID_OF_KEY_RESULTS, installed, needs, open_all
from lxml import html
from test_rollup_workbook import opened

import okr_sheets as okr
from okr_sheets import checks
from okr_sheets.cli import main
from okr_sheets.coaching import quality
from okr_sheets.kinds import COACHING, CODES, KINDS
from okr_sheets.language import language, languages
from okr_sheets.problems import Problem
from okr_sheets.reports import excerpts
from okr_sheets.reports.page.quality import MOST_RULES

MOST_GROWTH = 350  # pixels of a desk's page
FLAT = """
    | Quarter: | 2027-Q1 | | | | | | |
    | Objective ID | Objective   | ID     | Key result | Type     | Baseline | Target | 2027-01-08 |
    | O3           | Be the best | O1.KR1 | Do it      | Increase | 0        | 10     | 4          |
    |              |             | O1.KR2 | Do more    | Increase | 0        | 10     | 4          |
"""


@pytest.fixture
def rollup(coach, company, last_quarter):
    return okr.rollup(company, previous=last_quarter)


@pytest.fixture
def page(rollup, tmp_path):
    return okr.report(rollup, tmp_path / "page.html")


def shares(rollup, level="unit"):
    """Clean and live key results of each, counted from the other frames."""
    key = {"unit": ["unit_name"], "objective": ["unit_name", "objective_id"]}[level]
    said = rollup.findings[rollup.findings["severity"] == "warning"]
    warned = {
        (file, row)
        for file, row, code in zip(said["file"], said["row"], said["code"], strict=True)
        if code not in KINDS["How it is kept"]
    }
    warned |= {(p.file, p.row) for p in rollup.problems if p.severity == "error"}
    live = rollup.key_results[~rollup.key_results["status"].isin(["cancelled", "postponed"])]
    places = zip(live["file"], live["row"], strict=True)
    live = live.assign(clean=[place not in warned for place in places])
    counts = live.groupby(key)["clean"].agg(["sum", "size"])
    return {name: tuple(row) for name, row in zip(counts.index, counts.to_numpy(), strict=True)}


# --- the tables ----------------------------------------------------------------------------------


@pytest.mark.parametrize("level", ["unit", "objective"])
def test_shares_are_those_that_other_tables_give(rollup, level):
    rows = rollup.quality[rollup.quality["level"] == level]
    names = zip(rows["unit_name"], rows["id"], strict=True)
    told = {
        (name if level == "unit" else (name, id_)): counts
        for (name, id_), *counts in zip(names, rows["clean"], rows["key_results"], strict=True)
    }
    counted = shares(rollup, level)
    assert {name: tuple(counts) for name, counts in told.items() if counts[1]} == counted
    np.testing.assert_allclose(rows["share"], rows["clean"] / rows["key_results"])
    assert len(rows) == len(rollup.teams if level == "unit" else rollup.objectives)


def test_units_stand_as_elsewhere_each_above_its_objectives(rollup):
    quality = rollup.quality
    units = quality.loc[quality["level"] == "unit", "unit_name"]
    assert units.tolist() == rollup.teams["unit_name"].tolist()
    assert quality["unit_name"].drop_duplicates().tolist() == units.tolist()
    assert (quality.groupby("unit_name")["level"].first() == "unit").all()


def test_findings_are_those_of_the_check_each_in_its_row(rollup, company):
    of_check = [problem for problem in okr.check(company) if problem.code in COACHING]
    said = Counter((p.file, p.cell, p.severity, p.say("fi")) for p in of_check)
    rows = rollup.rows("findings")
    made = [Problem(row["code"], given=row["given"], words=row["words"]) for row in rows]
    assert said == Counter(
        (row["file"], row["cell"], row["severity"], problem.say("fi"))
        for row, problem in zip(rows, made, strict=True)
    )
    key_results = {(row["file"], row["row"]): row for row in rollup.rows("key_results")}
    same = ("objective_id", "objective", "id", "title", "owner_name", "unit_name", "status", "team")
    on_key_results = [row for row in rows if row["id"]]
    assert {row["code"] for row in on_key_results} == {
        code for code, *_ in SAID_OF_KEY_RESULTS.values()
    }
    for row in on_key_results:
        assert [row[key] for key in same] == [
            key_results[row["file"], row["row"]][key] for key in same
        ]
    (objective, *_) = [row for row in rows if row["code"] == "obj-is-kr"]
    assert (objective["objective_id"], objective["id"]) == ("C-O3", "")
    (whole,) = [row for row in rows if row["code"] == "obj-few"]
    assert (whole["unit_name"], whole["objective_id"], whole["row"]) == ("Marketing", "", 0)


@pytest.mark.usefixtures("coach")
def test_an_objective_beside_its_key_result_has_findings_of_its_own(book):
    rollup = okr.rollup(book(FLAT), as_of="2027-01-08")
    found = [(row["code"], row["objective_id"], row["id"]) for row in rollup.rows("findings")]
    found = [each for each in found if each[0] != "kr-count"]  # which the sheet itself says
    assert sorted(found) == [("kr-activity", "O3", "O1.KR1"), ("obj-is-kr", "O3", "")]
    counts = rollup.quality[["level", "clean", "key_results"]]
    assert counts.to_numpy().tolist() == [["unit", 1, 2], ["objective", 1, 2]]


def test_last_quarters_share_stands_beside_this_ones(rollup, last_quarter):
    alone = okr.rollup(last_quarter).quality
    before = alone[alone["level"] == "unit"].set_index("team")["share"]
    units = rollup.quality[rollup.quality["level"] == "unit"]
    assert units["previous"].notna().any()
    assert units["previous"].isna().any()
    key = ["company", "department", "team", "level", "id"]
    merged = rollup.quality.merge(alone, "left", key, suffixes=("", "_then"))
    pd.testing.assert_series_equal(merged["previous"], merged["share_then"], check_names=False)
    assert len(before) == len(okr.rollup(last_quarter).teams)


@pytest.mark.usefixtures("coach")
def test_without_last_quarter_there_is_nothing_to_compare_with(company):
    assert okr.rollup(company, previous=()).quality["previous"].isna().all()


def test_codes_that_are_off_and_excused_rows_are_not_found(coach, book):
    drawn = """
        | ID     | Title | Type      | Baseline | Target | Note                  | 2027-01-08 |
        | O1     | Grow  | Objective |          |        |                       |            |
        | O1.KR1 | Win   | Increase  | 0        | 10     | agreed, kr-activity   | 4          |
        | O1.KR3 | Lose  | Increase  | 0        | 10     |                       | 4          |
        | O1.KR4 | Keep  | Increase  | 0        | 10     |                       | 4          |
    """
    path = book(drawn)
    assert okr.rollup(path).findings["code"].tolist() == ["kr-text-mismatch"]
    off = okr.rollup(path, config=okr.Config(off=("kr-text-mismatch",)))
    assert off.findings.empty
    assert off.quality["share"].tolist() == [1, 1]


def test_nobody_pays_for_what_is_not_asked(company, tmp_path, monkeypatch):
    def coached(*_):
        raise AssertionError("nobody asked a coach")

    monkeypatch.setattr(checks, "coached", coached)
    rollup = okr.rollup(company)
    okr.report(rollup, tmp_path / "r.csv")
    assert not COACHING & {problem.code for problem in rollup.problems}
    assert len(rollup.attention)
    runner = CliRunner()
    done = runner.invoke(main, ["score", str(company), "-o", str(tmp_path / "s.csv")])
    assert done.exit_code == 1, done.output  # for the sample's error


def test_findings_are_no_problems_of_the_score(coach, company, company_rollup):
    rollup = okr.rollup(company)
    assert rollup.problems == company_rollup.problems
    pd.testing.assert_frame_equal(rollup.attention, company_rollup.attention)
    done = CliRunner().invoke(main, ["score", str(company)])
    assert [code for code in COACHING if code in done.output] == []
    assert {p.code for p in okr.check(company)} > {p.code for p in rollup.problems}


# --- files ---------------------------------------------------------------------------------------


def test_json_has_both_tables_with_the_parts_of_sentences(rollup, tmp_path):
    document = json.loads(okr.report(rollup, tmp_path / "r.json").read_text("utf-8"))
    assert [row["share"] for row in document["quality"]] == [
        row["share"] for row in rollup.rows("quality")
    ]
    row = next(row for row in document["findings"] if row["code"] == "kr-text-mismatch")
    assert row["words"] == {"value": "18", "target": "20"}
    assert row["cell"] == f"C{row['row']}"


def test_the_workbook_has_a_sheet_of_each(rollup, tmp_path):
    book = opened(okr.report(rollup, tmp_path / "r.xlsx"))
    quality, findings = book["Quality"], book["Findings"]
    headers = [cell.value for cell in quality[4]]
    at = {name: headers.index(name) for name in ("Share", "Last quarter", "Without findings")}
    rows = [[cell.value for cell in row] for row in quality.iter_rows(min_row=5)]
    table = rollup.rows("quality")
    assert [(row[at["Share"]], row[at["Last quarter"]]) for row in rows] == [
        (row["share"], row["previous"]) for row in table
    ]
    levels = [quality.row_dimensions[5 + number].outlineLevel for number in range(len(rows))]
    assert levels == [int(row["level"] == "objective") for row in table]
    linked = {cell.value: cell.hyperlink.location for cell in findings["D"] if cell.hyperlink}
    assert linked
    assert all(place == f"'OKRs'!{cell}" for cell, place in linked.items() if cell != "Open")
    words = [cell.value for cell in findings["C"][4:]]
    assert words == sorted(words, key=["warning", "info"].index)
    said = {cell.value for cell in findings["A"][4:]}
    assert "The text says 18, the target is 20. Correct the one that is out of date." in said


def test_markdown_says_it_short(rollup, tmp_path):
    text = okr.report(rollup, tmp_path / "r.md").read_text("utf-8")
    part = text.partition("## Quality\n")[2].partition("\n## ")[0]
    clean, live = shares(rollup)["Sales"]
    assert f"| Sales | {clean} of {live} | {clean / live:.0%} |" in part
    most = Counter(rollup.findings["code"][rollup.findings["severity"] == "warning"])
    assert re.findall(r"\*\*(\d+) ×\*\*", part)[:1] == [str(most.most_common(1)[0][1])]


# --- the page ------------------------------------------------------------------------------------


def test_the_page_shows_shares_and_folds_the_findings(rollup, page, view):
    shown = view(page)
    for fold in shown.locator("details.cared").all():
        name, share, counted = fold.locator("summary").inner_text().split("\n")
        clean, live = shares(rollup)[name]
        assert (share, counted) == (f"{clean / live:.0%}", f"{clean} of {live}")
        expected = rollup.findings[rollup.findings["unit_name"] == name]
        assert fold.locator("tbody tr").count() == len(expected)
        assert not fold.locator("tbody tr").first.is_visible()
    total = rollup.quality[rollup.quality["level"] == "unit"][["clean", "key_results"]].sum()
    assert (
        f"{total['clean'] / total['key_results']:.0%}"
        in shown.locator("#quality .key").inner_text()
    )
    assert shown.locator("#quality .bar .mark").count() > 1
    assert shown.heard == []


def test_the_rules_that_find_most_say_what_to_do_with_an_example(rollup, page, view):
    shown = view(page)
    open_all(shown)
    rules = [rule.inner_text() for rule in shown.locator(".rules details").all()]
    counts = Counter(rollup.findings["code"])
    codes = sorted(counts, key=lambda code: (CODES[code] == "info", -counts[code]))
    assert [rule.split()[-1] for rule in rules] == codes[:MOST_RULES]
    assert (
        "Better: “Customers who answer within a week: from 40 to 60”."
        in rules[codes.index("kr-activity")]
    )
    asked = shown.locator(".asks").inner_text()
    words = language("en")
    assert all(words(f"review.{key}") in asked for key in ("reached", "guarded"))


def test_the_filters_of_the_page_go_for_findings_too(rollup, page, view):
    shown = view(page)
    shown.locator("#team").select_option(label="Sales")
    names = shown.locator("details.cared:visible .name").all_inner_texts()
    findings = rollup.findings
    own = findings[findings["unit_name"].isin(["Sales", "Enablement"])]
    assert names[0] == "Sales"
    assert shown.locator("#quality tbody tr:visible").count() == len(own)
    assert shown.locator("#h-quality small").inner_text() == str(len(own))
    shown.locator("#clear").click()
    shown.get_by_role("searchbox").fill("the target is 20")
    matching = findings[findings["code"] == "kr-text-mismatch"]
    assert shown.locator("#quality tbody tr:visible").count() == len(matching)
    shown.locator("#clear").click()
    assert shown.locator("#quality tbody tr:visible").count() == 0
    assert shown.locator("#h-quality small").inner_text() == str(len(findings))
    shown.locator("details.cared summary").first.click()
    shown.locator("#quality tbody a").first.click()
    assert shown.locator(".krs tr:target").is_visible()


def test_the_page_grows_by_little(page, view):
    shown = view(page)
    tall = shown.evaluate("document.documentElement.scrollHeight")
    shown.evaluate("document.getElementById('quality').remove()")
    assert 0 < tall - shown.evaluate("document.documentElement.scrollHeight") <= MOST_GROWTH


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing(page, view, scheme, viewport):
    axe = installed("axe_playwright_python.sync_playwright").Axe()
    shown = view(page, viewport, color_scheme=scheme, bypass_csp=True)
    for is_open in (False, True):
        if is_open:
            open_all(shown)
        found = axe.run(shown, "#quality").response["violations"]
        assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == []


@pytest.mark.parametrize("code", languages())
def test_a_phone_shows_findings_without_scrolling_sideways(rollup, view, tmp_path, code):
    shown = view(okr.report(rollup, tmp_path / "page.html", code), PHONE)
    open_all(shown)
    assert shown.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_without_scripts_findings_unfold(rollup, page, view):
    shown = view(page, java_script_enabled=False)
    for fold in shown.locator("details.cared > summary").all():
        fold.click()
    assert shown.locator("#quality tbody tr:visible").count() == len(rollup.findings)


def test_paper_shows_every_finding(rollup, page, view, tmp_path):
    pdftotext = needs("pdftotext")
    view(page).pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    command = [pdftotext, "-raw", tmp_path / "page.pdf", "-"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    printed = " ".join(printed.split())
    count = (rollup.findings["code"] == "kr-text-mismatch").sum()
    # Once more among the rules that find most.
    assert printed.count("The text says 18, the target is 20.") == count + 1


def test_of_a_large_rollup_the_page_shows_warnings_first_and_says_so(rollup, tmp_path, monkeypatch):
    monkeypatch.setattr(excerpts, "MOST_ROWS", 12)
    monkeypatch.setattr(excerpts, "FEW_ROWS", 5)
    tree = html.fromstring(okr.report(rollup, tmp_path / "r.html").read_text("utf-8"))
    (part,) = tree.xpath("//section[@id='quality']")
    assert len(part.xpath(".//table[@class='said']/tbody/tr")) == 5
    (note,) = part.xpath(".//p[contains(@class, 'excerpt')]/text()")
    assert note == (
        f"5 of {len(rollup.findings)} are shown, warnings first. All: findings.csv in r-data.zip."
    )


def test_where_a_coach_has_nothing_to_say_it_says_so(company, tmp_path, view, monkeypatch):
    monkeypatch.setattr(checks, "coached", lambda *_: ())
    monkeypatch.setattr(checks, "COACHING", frozenset())  # nor the sheet itself
    monkeypatch.setattr(quality, "is_finding", lambda _: False)  # nor an error
    shown = view(okr.report(okr.rollup(company), tmp_path / "page.html"))
    assert language("en")("review.nothing") in shown.locator(".rules").inner_text()
    assert shown.locator("#quality .key b").inner_text() == "100%"
