"""What the page's parts do for who reads them: sort, filter, link, fold, in a real browser."""

import json
import re
import subprocess
from dataclasses import replace
from datetime import date
from itertools import pairwise
from urllib.parse import quote

import pytest
from conftest import DESK, PHONE, installed, needs, open_all

import okr_sheets as okr
from okr_sheets.language import language, languages

TALLEST = {DESK["width"]: 5_500, PHONE["width"]: 9_000}  # pixels of the sample's page as it opens
GRAVEST_FIRST = "Off track, At risk, No update, Not started, On track, Achieved, Cancelled".split(
    ", "
)
PARTS = (
    "attention",
    "units",
    "alignment",
    "changes",
    "objectives",
    "owners",
    "quality",
    "problems",
)


@pytest.fixture(scope="module")
def rollup(company, last_quarter):
    return okr.rollup(company, previous=last_quarter)


@pytest.fixture(scope="module")
def sample(rollup, tmp_path_factory):
    return okr.report(rollup, tmp_path_factory.mktemp("page") / "page.html", "en")


@pytest.fixture(scope="module")
def ended(last_quarter, tmp_path_factory):
    """The page of a quarter that is over."""
    return okr.report(okr.rollup(last_quarter), tmp_path_factory.mktemp("page") / "over.html", "en")


@pytest.fixture
def at(view, sample):
    """The sample's page as a link with this end leads to it, by its address alone."""

    def opened(end, **options):
        page = view(sample, **options)
        page.goto(f"{sample.as_uri()}#{end}")
        page.reload()
        return page

    return opened


def texts(page, table, column):
    return page.locator(f"{table} tbody tr:visible td:nth-child({column})").all_inner_texts()


def percents(cells):
    return [int(re.findall(r"(\d+)%", cell)[-1]) for cell in cells]


def sort(page, part, header):
    page.locator(f"#{part} th").filter(has_text=re.compile(f"^{header}$")).get_by_role(
        "button"
    ).click()


# --- sorting -------------------------------------------------------------------------------------


def test_scores_sort_as_numbers_there_back_and_as_they_were(sample, view):
    page = view(sample)
    page.locator("#changes summary").click()
    page.locator("#changes .unfold").click()
    scores = percents(texts(page, "#changes", 3))
    head = page.locator("#changes th").nth(2)
    assert scores != sorted(scores)
    for order, expected in (
        ("ascending", sorted(scores)),
        ("descending", sorted(scores, reverse=True)),
        ("none", scores),
    ):
        sort(page, "changes", "Score")
        assert head.get_attribute("aria-sort") == order
        assert percents(texts(page, "#changes", 3)) == expected


def test_what_is_equal_keeps_its_order(sample, view):
    page = view(sample)
    open_all(page)
    before = page.locator("#owners tbody tr").evaluate_all(
        "(rows) => rows.map((row) => [row.cells[2].dataset.v, row.cells[0].innerText])"
    )
    sort(page, "owners", "Score")
    after = page.locator("#owners tbody tr").evaluate_all(
        "(rows) => rows.map((row) => [row.cells[2].dataset.v, row.cells[0].innerText])"
    )
    for score in {score for score, _ in before}:
        assert [row for row in after if row[0] == score] == [
            row for row in before if row[0] == score
        ]


def test_statuses_sort_by_how_grave_they_are(sample, view):
    page = view(sample)
    page.locator("#attention .unfold").click()
    sort(page, "attention", "Status")
    statuses = texts(page, "#attention", 5)
    assert statuses == sorted(statuses, key=GRAVEST_FIRST.index)
    assert len(set(statuses)) > 2


def test_days_sort_as_days(rollup, sample, view):
    page = view(sample)
    open_all(page)
    row = page.locator(".krs tr", has=page.locator(".id", has_text=re.compile(r"^PRD-O1\.KR3$")))
    table = row.locator("xpath=ancestor::table")
    table.locator("th").last.get_by_role("button").click()
    ids = table.locator("tbody .id").all_inner_texts()
    frame = rollup.key_results[rollup.key_results["objective_id"] == "PRD-O1"]
    assert ids == frame.sort_values("last_check_in", kind="stable")["id"].tolist()
    assert ids[0] == "PRD-O1.KR3"


def test_names_sort_by_the_page_s_language_and_what_is_blank_comes_last(book, view, tmp_path):
    names = ["Zoé", "Öykü", "Çağla", "Oya", "Cem", ""]
    rows = "".join(
        f"| O1.KR{at} | Win {at} | {name} | Increase | 0 | 10 | |\n"
        for at, name in enumerate(names)
    )
    path = book(
        "| ID | Title | Owner | Type | Baseline | Target | 2027-01-08 |\n"
        "| O1 | Grow  |       | Objective | | | |\n" + rows
    )
    rolled = okr.rollup(path, as_of=date(2027, 1, 8))
    page = view(okr.report(rolled, tmp_path / "r.html", "tr"))
    open_all(page)
    head = page.locator(".krs th").nth(2)
    head.get_by_role("button").click()
    shown = [name for name in texts(page, ".krs", 3) if not name.startswith("(")]
    assert shown == ["Cem", "Çağla", "Oya", "Öykü", "Zoé"]
    page.locator(".krs th").nth(5).get_by_role("button").click()
    assert page.heard == []


@pytest.mark.parametrize("name", ["sample", "ended"])
def test_every_table_sorts_by_every_column_and_loses_no_row(name, view, request):
    page = view(request.getfixturevalue(name))
    open_all(page)
    tables = page.locator("table:has(.sort)")
    assert tables.count() > 10
    lost = tables.evaluate_all("""(tables) => tables.filter((table) => {
        const rows = [...table.tBodies[0].rows];
        return [...table.querySelectorAll(".sort")].some((button) => {
            button.click();
            const now = [...table.tBodies[0].rows];
            return now.length !== rows.length || !rows.every((row) => now.includes(row));
        });
    }).length""")
    assert lost == 0
    assert page.heard == []


def test_the_keyboard_sorts(sample, view):
    page = view(sample)
    button = page.locator("#units th").nth(1).get_by_role("button")
    button.focus()
    page.keyboard.press("Enter")
    scores = percents(re.findall(r"\d+%", cell)[0] for cell in texts(page, "#units", 2))
    assert scores == sorted(scores)
    page.keyboard.press("Space")
    assert page.locator("#units th").nth(1).get_attribute("aria-sort") == "descending"


def test_a_short_list_shows_the_first_of_its_new_order(sample, rollup, view):
    page = view(sample)
    sort(page, "attention", "Score")
    shown = percents(texts(page, "#attention", 4))
    every = sorted(round(score * 100) for score in rollup.attention["score"].fillna(0))
    assert shown == every[: len(shown)]
    assert len(shown) < len(every)


# --- filters and the address ---------------------------------------------------------------------


def ids_in(page, part):
    found = page.locator(f"#{part} tr[data-team]:visible .id").all_inner_texts()
    return set(found)


@pytest.mark.parametrize(
    ("end", "wanted"),
    [
        ("team=Enablement", {"team": "Enablement"}),
        ("team=Sales", {"department": "Sales"}),
        ("owner=CRO", {"owner": "CRO"}),
        ("owner=Marketing+Ops+Manager", {"owner": "Marketing Ops Manager"}),
        ("status=off-track", {"status": "off-track"}),
        ("team=Marketing&status=at-risk", {"department": "Marketing", "status": "at-risk"}),
        ("q=PIPELINE&owner=CRO", {"owner": "CRO"}),
    ],
)
def test_a_link_shows_one_view_in_every_part(at, sample, rollup, end, wanted):
    page = at(end)
    results = rollup.key_results
    for key, value in wanted.items():
        results = results[results[key] == value]
    if "q=" in end:
        words = results["title"] + results["objective"] + results["note"] + results["remark"]
        results = results[words.str.casefold().str.contains("pipeline")]
    names = set(results["id"])
    attention, changes = set(rollup.attention["id"]), set(rollup.changes["id"])
    assert names
    assert ids_in(page, "objectives") == names
    assert ids_in(page, "attention") == names & attention
    assert ids_in(page, "changes") == names & changes
    people = page.locator("#owners tbody tr:visible .name").all_inner_texts()
    assert set(people) == set(results["owner"])
    owned = page.locator("#owners li a:visible").all_inner_texts()
    assert {name.strip() for name in owned} == names
    assert not page.locator(".hero").is_visible()
    for part in PARTS:
        rows = page.locator(f"#{part} :is(tbody tr, details.cared):visible").count()
        assert page.locator(f"#{part} .nothing").is_visible() == (rows == 0), part
    assert [said for said in page.heard if not said.startswith(sample.as_uri())] == []


def test_an_objective_whose_key_results_are_others_shows_no_empty_table(at, rollup):
    results, objectives = rollup.key_results, rollup.objectives
    own = results.groupby("objective_id")["owner"].agg(set)
    alone = objectives[
        [
            owner not in own[name] and owner in set(results["owner"])
            for name, owner in zip(objectives["id"], objectives["owner"], strict=True)
        ]
    ].iloc[0]
    page = at(f"owner={quote(alone['owner'])}")
    fold = page.locator("details.objective", has=page.get_by_text(alone["title"], exact=True))
    fold.locator("summary").first.click()
    assert fold.locator(".origin").is_visible()
    assert not fold.locator("table").is_visible()


def test_problems_and_findings_follow_their_rows_and_files(at, rollup):
    page = at("team=Go-to-market")
    files = page.locator("#problems tbody tr:visible .file").all_inner_texts()
    assert set(files) == {"go-to-market.xlsx"}
    page = at("owner=VP+Sales")
    shown = page.locator("#problems tbody tr:visible").all_inner_texts()
    owned = {
        (row["file"], row["row"])
        for frame in (rollup.key_results, rollup.objectives)
        for _, row in frame[frame["owner"] == "VP Sales"].iterrows()
    }
    expected = [p for p in rollup.problems if (p.file, p.row) in owned]
    assert len(shown) == len(expected) > 0
    rules = page.locator(".rules summary b:visible").all_inner_texts()
    assert sum(map(int, rules)) == page.locator("#quality tbody tr:visible").count()


def test_the_history_is_filtered_too(company, view, tmp_path):
    history, since, until = tmp_path / "runs.sqlite", date(2027, 2, 19), date(2027, 2, 26)
    settings = okr.Config()
    trackers = [okr.read(path) for path in sorted(company.iterdir())]
    before = okr.rollup(trackers, as_of=since, config=settings)
    okr.report(before, history)
    changed = [
        replace(tracker, key_results=tracker.key_results.assign(owner="Zed"))
        for tracker in trackers
    ]
    rolled = okr.rollup(changed, as_of=until, config=settings, history=history)
    page = view(okr.report(rolled, tmp_path / "r.html", "en"))
    page.locator("#team").select_option(label="Enablement")
    shown = page.locator("#history tbody tr:visible").all_inner_texts()
    expected = rolled.history[rolled.history["unit_name"] == "Enablement"]
    assert len(shown) == len(expected) > 0
    assert page.locator("#h-history small").inner_text() == str(len(expected))
    page.get_by_role("searchbox").fill("nothing of the kind")
    assert page.locator("#history .nothing").is_visible()


def test_the_retrospective_is_filtered_too(ended, view):
    page = view(ended)
    open_all(page)
    every = page.locator("#retrospective table").evaluate_all(
        "(tables) => tables.map((table) => table.tBodies[0].rows.length)"
    )
    page.locator("#team").select_option(label="Sales")
    for count, table in zip(every, page.locator("#retrospective table").all(), strict=True):
        rows = table.locator("tr[data-team]:visible")
        assert 0 < rows.count() < count
        assert all("SAL-" in text for text in rows.all_inner_texts())


def test_the_way_back_undoes_what_was_filtered(sample, rollup, view):
    page = view(sample)
    opened = page.url
    page.locator("#team").select_option(label="Marketing")
    page.locator("#status").select_option(label="Off track")
    assert page.url == f"{opened}#team=Marketing&status=off-track"
    page.get_by_role("searchbox").fill("mql")
    page.wait_for_url(f"{opened}#team=Marketing&status=off-track&q=mql")
    assert ids_in(page, "objectives") == {"MKT-O3.KR1"}
    page.go_back()
    assert page.get_by_role("searchbox").input_value() == ""
    assert page.locator("#status").input_value() == "off-track"
    page.go_back()
    marketing = set(rollup.key_results.loc[rollup.key_results["department"] == "Marketing", "id"])
    assert ids_in(page, "objectives") == marketing
    page.go_back()
    assert page.url == opened
    assert page.locator("#team").input_value() == ""
    assert page.locator("details.objective[open]").count() == 0
    page.go_forward()
    assert ids_in(page, "objectives") == marketing
    page.get_by_role("button", name="Clear").click()
    assert page.url == opened


def test_one_step_back_undoes_all_that_was_typed(sample, view):
    page = view(sample)
    box = page.get_by_role("searchbox")
    box.fill("pipe")
    page.wait_for_url("**#q=pipe")
    box.fill("pipeline")
    page.wait_for_url("**#q=pipeline")
    page.go_back()
    assert box.input_value() == ""


def test_a_filter_that_is_no_more_is_said(at, rollup):
    page = at(f"team={quote('Växjö & Co <b>')}&status=off-track&owner=Nobody")
    said = page.locator("#lost").inner_text()
    words = language("en")
    for name in ("Växjö & Co <b>", "Nobody"):
        assert words("page.not_here", name=name) in said
    off_track = rollup.key_results.loc[rollup.key_results["status"] == "off-track", "id"]
    assert ids_in(page, "objectives") == set(off_track)
    page.get_by_role("button", name="Clear").click()
    assert page.locator("#lost").inner_text() == ""


@pytest.mark.parametrize(
    "end", ["%E0%A4%A", "=", "&&", "at=gone", "team", "q=%00", "kr-999", "team="]
)
def test_an_odd_address_shows_all(at, rollup, end):
    page = at(end)
    open_all(page)
    if end != "q=%00":
        assert ids_in(page, "objectives") == set(rollup.key_results["id"])
    assert [said for said in page.heard if "page.html" not in said] == []


def test_a_link_on_a_filtered_page_keeps_the_filter(at, rollup):
    page = at("team=Marketing")
    page.locator("#attention a.name:visible").first.click()
    target = page.locator("tr.found")
    number = target.get_attribute("id")
    assert page.url.endswith(f"#team=Marketing&at={number}")
    assert target.is_visible()
    page.reload()
    assert page.locator("tr.found").get_attribute("id") == number
    assert page.locator("#team").input_value() == "Marketing"
    other = rollup.key_results["team"].tolist().index("Enablement")
    page.evaluate("(id) => { location.hash = `team=Marketing&at=${id}`; }", f"kr-{other}")
    page.locator(f"#kr-{other}").wait_for(state="visible")
    assert page.url.endswith(f"#kr-{other}")


def test_a_link_to_a_part_unfolds_it(at):
    page = at("owners")
    assert page.locator("#owners tbody tr").first.is_visible()
    page.wait_for_function(
        "(tall) => document.getElementById('owners').getBoundingClientRect().y < tall",
        arg=DESK["height"],
    )


def test_paper_says_what_was_filtered(at, tmp_path):
    page = at("team=Enablement")
    page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    command = [needs("pdftotext"), "-layout", tmp_path / "page.pdf", "-"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "9 of 64 key results" in printed
    assert "Enablement" in printed
    assert "MKT-O1.KR1" not in printed


# --- what stands beside a key result -------------------------------------------------------------


def test_each_key_result_draws_and_tells_its_scores(sample, rollup, view):
    page = view(sample)
    told = dict(
        page.locator(".krs tr[id]").evaluate_all("""(rows) => rows.map((row) => [
            row.querySelector(".id").textContent,
            row.querySelector(".course title")?.textContent ?? "",
        ])""")
    )
    trend = rollup.trend[
        (rollup.trend["level"] == "key-result") & (rollup.trend["with_number"] > 0)
    ]
    trend = trend.sort_values("day")
    expected = {
        name: ", ".join(language("en").percent(score) for score in rows["score"].dropna())
        for name, rows in trend.groupby("id")
        if rows["score"].count() > 1
    }
    words = language("en")
    assert {name: text for name, text in told.items() if text} == {
        name: words("page.course", scores=scores) for name, scores in expected.items()
    }
    drawn = page.locator(".krs .course").evaluate_all(
        "(lines) => lines.map((line) => line.querySelector('path').getBBox().height)"
    )
    assert max(drawn) <= 18


def test_open_actions_stand_beside_what_is_behind(sample, rollup, view):
    page = view(sample)
    actions = rollup.actions[~rollup.actions["status"].isin(["done", "dropped"])]
    late = {tuple(place) for place in rollup.overdue[["file", "row"]].to_numpy()}
    behind = rollup.key_results[
        rollup.key_results["status"].isin(["off-track", "at-risk", "no-update"])
    ]
    seen_late = 0
    for _, row in behind.iterrows():
        own = actions[(actions["file"] == row["file"]) & (actions["id"] == row["id"])]
        cell = page.locator(".krs tr", has=page.locator(f"xpath=.//*[.='{row['id']}']")).first
        lines = cell.locator(".todo li").all_text_contents()
        assert len(lines) == len(own), row["id"]
        for _, action in own.iterrows():
            [line] = [line for line in lines if line.startswith(action["action"])]
            assert action["owner"] in line
            is_late = (action["file"], action["row"]) in late
            assert ("past its day" in line) == is_late
            seen_late += is_late
        idle = row["status"] == "off-track" and not len(own)
        assert (cell.locator(".idle").count() == 1) == idle
    assert seen_late
    on_track = set(rollup.key_results["id"]) - set(behind["id"])
    for name in page.locator(".krs tr:has(.todo) .id").all_text_contents():
        assert name not in on_track


def test_words_and_confidence_stand_beside_the_number(sample, rollup, view):
    page = view(sample)
    cells = dict(
        page.locator(".krs tr[id]").evaluate_all("""(rows) => rows.map((row) => [
            row.querySelector(".id").textContent, row.cells[1].textContent,
        ])""")
    )
    for _, row in rollup.key_results.iterrows():
        if row["remark"]:
            assert row["remark"] in cells[row["id"]]
        if row["confidence"] == row["confidence"]:
            assert "Confidence:" in cells[row["id"]]


def test_where_the_figures_come_from_is_counted_in_plain_words(sample, rollup, view):
    card = " ".join(view(sample).locator(".tile").last.inner_text().split())
    figures = rollup.sources[~rollup.sources["figure"].isin(["start", "due"])]["source"]
    counts = figures.value_counts()
    assert f"Typed by people{counts['typed'] + counts['log']}" in card
    assert f"Calculated from that{counts['computed']}" in card
    assert f"Left blank, so the usual value counts{counts['assumed']}" in card


def test_what_nothing_serves_is_no_outline(book, view, tmp_path):
    drawn = """
        | ID     | Title | Type      | Baseline | Target | 2027-01-08 | Aligns to |
        | O1     | Grow  | Objective |          |        |            | {}        |
        | O1.KR1 | Win   | Increase  | 0        | 10     | 4          |           |
        | O2     | Last  | Objective |          |        |            |           |
        | O2.KR1 | Keep  | Increase  | 0        | 10     | 4          |           |
    """
    for aligns_to, parts in (("", 0), ("O9", 0), ("O2", 1)):
        rolled = okr.rollup(book(drawn.format(aligns_to)), as_of=date(2027, 1, 8))
        page = view(okr.report(rolled, tmp_path / f"r{aligns_to}.html"))
        assert page.locator("#alignment").count() == parts
        assert page.locator("nav a[href='#alignment']").count() == parts


# --- how long it is ------------------------------------------------------------------------------


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("code", languages())
def test_it_opens_short(rollup, view, tmp_path, viewport, code):
    page = view(okr.report(rollup, tmp_path / "page.html", code), viewport)
    tall = page.evaluate("document.documentElement.scrollHeight")
    assert tall <= TALLEST[viewport["width"]]


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_a_quarter_that_is_over_opens_short_too(ended, view, viewport):
    page = view(ended, viewport)
    tall = page.evaluate("document.documentElement.scrollHeight")
    assert tall <= TALLEST[viewport["width"]]
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_folded_filtered_or_sorted(at, scheme, viewport):
    axe = installed("axe_playwright_python.sync_playwright").Axe()
    page = at("team=Enablement&owner=Gone", viewport=viewport, color_scheme=scheme, bypass_csp=True)
    for step in ("filtered", "folded", "sorted"):
        if step == "folded":
            page.get_by_role("button", name="Clear").click()
        if step == "sorted":
            sort(page, "attention", "Score")
        found = axe.run(page).response["violations"]
        assert [(step, fault["id"], fault["nodes"][0]["html"]) for fault in found] == []


def test_print_opens_every_fold_and_closes_them_again(sample, view):
    page = view(sample)
    states = (
        "[...document.querySelectorAll('details:not(.from, .more-of)')].map((fold) => fold.open)"
    )
    before = page.evaluate(states)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert all(page.evaluate(states))
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate(states) == before
    assert not all(before)


def test_without_scripts_no_control_is_there_that_does_nothing(sample, rollup, view):
    page = view(sample, java_script_enabled=False)
    assert page.locator("button:visible, select:visible, input:visible").count() == 0
    for part in PARTS:
        fold = page.locator(f"#{part} > details")
        if fold.get_attribute("open") is None:
            fold.locator("summary").first.click()
        assert page.locator(f"#{part} .card").first.is_visible(), part
    assert page.locator("#owners tbody tr:visible").count() == len(rollup.owners)
    reasons = [json.loads(each) for each in rollup.attention["reasons"]]
    assert page.locator("#attention .why li:visible").count() == sum(map(len, reasons))


def test_the_list_of_parts_counts_what_is_found(view, sample):
    page = view(sample)
    nav = page.locator("nav")
    before = nav.inner_text()
    page.select_option("#team", label="Marketing")
    shown = page.locator("#attention tr[data-team]:visible").count()
    assert nav.locator('a[href="#attention"] + b').inner_text() == str(shown) != "0"
    page.click("#clear")
    assert nav.inner_text() == before


@pytest.mark.parametrize("width", [1440, 768, 390])
def test_no_day_below_the_chart_stands_on_another(view, sample, width):
    page = view(sample, viewport={"width": width, "height": 900})
    boxes = page.locator('#summary svg text[class^="at-"]:visible').evaluate_all(
        "all => all.map((each) => { const { left, right } = each.getBoundingClientRect();"
        " return [left, right]; })"
    )
    assert len(boxes) >= 2
    boxes.sort()
    assert all(right < left for (_, right), (left, _) in pairwise(boxes)), boxes
