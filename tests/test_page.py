"""The page in a real browser: it opens from disk, filters, searches, reads without scripts."""

import json
import re
import subprocess
import warnings
from dataclasses import replace
from datetime import date

import pytest
from conftest import DESK, PHONE, installed, needs, open_all
from lxml import html
from openpyxl import load_workbook

import okr_sheets as okr
from okr_sheets.language import language, languages
from okr_sheets.reports import excerpts
from okr_sheets.reports.page.charts import Chart, End, Point

HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
MOST_BYTES = 400_000


@pytest.fixture(scope="module")
def rollup(company_rollup):
    return company_rollup


@pytest.fixture(scope="module")
def sample(rollup, tmp_path_factory):
    return okr.report(rollup, tmp_path_factory.mktemp("page") / "page.html")


def ids(page):
    """The key results in sight among the objectives."""
    return set(page.locator(".krs tr[id] .id:visible").all_inner_texts())


def of(rollup, **wanted):
    frame = rollup.key_results
    for key, value in wanted.items():
        frame = frame[frame[key] == value]
    return set(frame["id"])


# --- what it says --------------------------------------------------------------------------------


def test_it_opens_from_disk_without_a_word_or_a_request(sample, view):
    page = view(sample)
    open_all(page)
    assert page.heard == []
    assert page.title() == "Acme Cloud · 2027-Q1 OKRs"
    assert sample.stat().st_size < MOST_BYTES


def test_the_first_screen_says_where_we_stand_and_where_we_end(sample, rollup, view):
    page, about = view(sample), rollup.about
    hero = page.locator(".hero").inner_text()
    for key in ("score", "expected"):
        assert f"{about[key] * 100:.0f}%" in hero
    low, high = (round(about[key] * 100) for key in ("forecast_low", "forecast_high"))
    assert f"{low}–{high}%" in hero
    assert page.locator(".hero").bounding_box()["y"] < DESK["height"] / 2
    weeks = [row.locator("td").all_text_contents() for row in page.locator(".weeks tbody tr").all()]
    unit = rollup.trend[
        (rollup.trend["level"] == "unit") & (rollup.trend["file"] == "company.xlsx")
    ]
    assert weeks == [
        [f"{100 * score:.0f}%", f"{100 * expected:.0f}%"]
        for score, expected in zip(unit["score"], unit["expected"], strict=True)
    ]


def test_attention_gives_every_reason_and_the_worst_first(sample, rollup, view):
    page = view(sample)
    page.get_by_role("button", name=f"Show all {len(rollup.attention)}").click()
    names = page.locator("#attention tbody tr .id").all_inner_texts()
    assert names == rollup.attention["id"].tolist()
    counts = page.locator("#attention tbody tr").evaluate_all(
        "(rows) => rows.map((row) => row.querySelectorAll('.why li').length)"
    )
    assert counts == [len(json.loads(reasons)) for reasons in rollup.attention["reasons"]]


def test_those_who_owe_an_update_come_first(sample, rollup, view):
    owing = set(
        rollup.owners.loc[(rollup.owners["due"] > 0) | (rollup.owners["stale"] > 0), "owner"]
    )
    page = view(sample)
    open_all(page)
    names = page.locator("#owners .name").all_inner_texts()
    assert owing
    assert set(names[: len(owing)]) == owing
    assert all(name in page.locator(".tiles").inner_text() for name in owing)


def test_objectives_stand_below_the_one_they_serve(sample, rollup, view):
    page = view(sample)
    open_all(page)
    rows = page.locator("#alignment tbody tr")
    names, depths, left = rows.evaluate_all("""(rows) => [
        rows.map((row) => row.querySelector(".id").innerText),
        rows.map((row) => Number(row.dataset.depth)),
        rows.map((row) => row.querySelector(".name").getBoundingClientRect().x),
    ]""")
    assert names == rollup.alignment["id"].tolist()
    assert depths == rollup.alignment["depth"].tolist()
    assert [x > left[0] for x in left] == [depth > 0 for depth in depths]


def test_each_figure_names_the_cell_it_stands_in(sample, company, view):
    page = view(sample)
    open_all(page)
    row = page.locator(".krs tr", has=page.locator(".id", has_text=re.compile(r"^C-O1\.KR2$")))
    lines = row.locator(".from li").all_inner_texts()
    told = dict(
        re.findall(r"^(\w+) +([\d,.%]+) +(?:Log!)?([A-Z]+\d+), (?:typed|from the log)", line)[0][
            ::2
        ]
        for line in lines
        if "typed" in line or "from the log" in line
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        book = load_workbook(company / "company.xlsx")
    sheets = {"Confidence": book["Log"]}
    typed = {name: sheets.get(name, book["OKRs"])[cell].value for name, cell in told.items()}
    assert typed == {"Baseline": 22, "Target": 30, "Current": 14, "Confidence": 4}
    now = row.get_by_text("now 14").get_attribute("title")
    assert now == f"company.xlsx:OKRs!{told['Current']}, typed"


def test_trackers_that_name_no_unit_stay_apart(book, view, tmp_path):
    drawn = """
        | ID     | Title | Type      | Baseline | Target | 2027-01-08 |
        | O1     | Grow  | Objective |          |        |            |
        | O1.KR1 | {}    | Increase  | 0        | 10     | {}         |
    """
    paths = [
        book(drawn.format("Buyers", 8), "north.csv"),
        book(drawn.format("Sellers", 2), "south.csv"),
    ]
    report = okr.report(okr.rollup(paths, as_of=date(2027, 1, 8)), tmp_path / "page.html")
    page = view(report)
    rows = page.locator("#units tbody tr").all_inner_texts()
    assert ["north.csv" in row for row in rows] == [True, False]
    assert ["80%" in row for row in rows] == [True, False]
    assert ["20%" in row for row in rows] == [False, True]
    open_all(page)
    assert "Sellers" not in page.locator("#unit-0").inner_text()
    assert page.heard == []


# --- filters and search --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("filter_id", "choice", "wanted"),
    [
        ("team", "Enablement", {"team": "Enablement"}),
        ("owner", "CRO", {"owner": "CRO"}),
        ("status", "Off track", {"status": "off-track"}),
    ],
)
def test_a_filter_leaves_what_it_names(sample, rollup, view, filter_id, choice, wanted):
    page, found = view(sample), of(rollup, **wanted)
    page.locator(f"#{filter_id}").select_option(label=choice)
    assert ids(page) == found
    whole = len(rollup.key_results)
    statuses = rollup.key_results.loc[rollup.key_results["id"].isin(found), "status"].value_counts()
    words = {word: key for key, word in language("en").choices("status").items()}
    offered = page.locator("#status option").all_inner_texts()[1:]
    told = ", ".join(
        f"{word} {statuses[words[word]]}" for word in offered if words[word] in statuses
    )
    assert page.locator("#shown").inner_text() == (
        f"{len(found)} of {whole} key results · {told} · {choice}"
    )
    page.get_by_role("button", name="Clear").click()
    open_all(page)
    assert ids(page) == set(rollup.key_results["id"])


def test_filters_add_up(sample, rollup, view):
    page = view(sample)
    page.locator("#team").select_option(label="Marketing")
    page.locator("#status").select_option(label="Off track")
    assert ids(page) == of(rollup, department="Marketing", status="off-track")
    urgent = page.locator("#attention tbody tr:visible .id").all_inner_texts()
    assert set(urgent) == of(rollup, department="Marketing", status="off-track")


def test_a_department_is_shown_with_its_teams(sample, rollup, view):
    page = view(sample)
    page.locator("#team").select_option(label="Sales")
    assert ids(page) == of(rollup, department="Sales")
    assert "ENB-O1.KR1" in ids(page)
    page.locator("#team").select_option(label="Acme Cloud")
    assert ids(page) == of(rollup, level="company")


def test_a_picked_team_stands_where_all_did(sample, rollup, view):
    page = view(sample)
    everything = page.locator(".hero, .tiles")
    assert [part.is_visible() for part in everything.all()] == [True] * everything.count()
    page.locator("#team").select_option(label="Enablement")
    assert [part.is_visible() for part in everything.all()] == [False] * everything.count()
    (team,) = rollup.teams[rollup.teams["unit_name"] == "Enablement"].to_dict("records")
    said = page.locator("#standing > div").all_inner_texts()
    heads = page.locator("#units th").all_inner_texts()
    facts = dict(each.split("\n", 1) for each in said if "\n" in each)
    named = [each.split("\n")[0] for each in said]
    assert named == heads
    assert page.locator('nav a[href="#units"] + b').inner_text() == "1"
    assert not page.locator('nav a[href="#quality"] + b').is_visible()
    assert facts["Unit"].startswith("Enablement")
    assert facts["Score"].startswith(f"{team['score']:.0%}")
    assert facts["Expected"] == f"{team['expected']:.0%}"
    assert facts["Forecast"] == f"{100 * team['forecast_low']:.0f}–{team['forecast_high']:.0%}"
    assert facts["Status"] == language("en").choice("status", team["status"])
    page.locator("#team").select_option(label="Marketing")
    assert page.locator("#standing .name").inner_text() == "Marketing"
    page.locator("#team").select_option(index=0)
    page.locator("#status").select_option(label="Off track")
    assert not page.locator("#standing").is_visible()
    assert not everything.first.is_visible()
    page.get_by_role("button", name="Clear").click()
    assert [part.is_visible() for part in everything.all()] == [True] * everything.count()
    assert page.heard == []


def test_people_and_counts_follow_the_filters(sample, rollup, view):
    page = view(sample)
    assert not page.locator("#of-people").is_visible()
    page.locator("#team").select_option(label="Enablement")
    assert page.locator("#of-people").is_visible()  # their figures count other teams' too
    frame = rollup.key_results[rollup.key_results["team"] == "Enablement"]
    names = page.locator("#owners tbody tr:visible .name").all_inner_texts()
    assert set(names) == set(frame["owner"])
    urgent = page.locator("#attention tbody tr:visible").count()
    assert page.locator("#h-attention small").inner_text() == str(urgent)
    page.get_by_role("button", name="Clear").click()
    assert page.locator("#h-attention small").inner_text() == str(len(rollup.attention))
    open_all(page)
    assert page.locator("#owners tbody tr:visible").count() == len(rollup.owners)


def test_a_role_and_a_team_of_two_companies_are_filtered_apart(book, view, tmp_path):
    drawn = """
        | Company: | {name} |                   |           |          |        |            |
        | Team:    | Sales  |                   |           |          |        |            |
        | ID       | Title  | Owner             | Type      | Baseline | Target | 2027-01-08 |
        | {id}     | Grow   | Head of Marketing | Objective |          |        |            |
        | {id}.KR1 | Win    | Head of Marketing | Increase  | 0        | 10     | 4          |
    """
    companies = {"North": "N1", "South": "S1"}
    paths = [book(drawn.format(name=n, id=i), f"{n}.csv") for n, i in companies.items()]
    page = view(okr.report(okr.rollup(paths, as_of=date(2027, 1, 8)), tmp_path / "page.html"))
    for name, objective in companies.items():
        for filter_id, label in (("owner", "Head of Marketing"), ("team", "Sales")):
            page.locator(f"#{filter_id}").select_option(label=f"{label} ({name})")
            assert ids(page) == {f"{objective}.KR1"}
            people = page.locator("#owners tbody tr:visible .name").all_inner_texts()
            assert people == [f"Head of Marketing ({name})"]
            page.get_by_role("button", name="Clear").click()
    assert page.heard == []


def test_search_needs_no_accents(view, tmp_path):
    plan = okr.new("sales", quarter="2027-Q1", team="Sales")
    names = ["Işıl YILMAZ", "Yılmaz Işıl", "Läpimeno", "ทีมไทย"]
    owners = [*names, *plan.key_results["owner"].iloc[len(names) :]]
    tracker = replace(plan, key_results=plan.key_results.assign(owner=owners))
    page = view(okr.report(okr.rollup([tracker]), tmp_path / "r.html", "en"))
    rows = plan.key_results["id"].tolist()
    for typed, found in {
        "yilmaz": rows[:2],
        "ISIL": rows[:2],
        "lapimeno": rows[2:3],
        "ไทย": rows[3:4],
    }.items():
        page.get_by_role("searchbox").fill(typed)
        assert ids(page) == set(found)


def test_search_finds_titles_in_any_case(sample, rollup, view):
    page = view(sample)
    page.get_by_role("searchbox").fill("PIPELINE")
    frame = rollup.key_results
    words = frame["title"] + frame["objective"] + frame["note"] + frame["remark"]
    assert ids(page) == set(frame.loc[words.str.casefold().str.contains("pipeline"), "id"])
    page.get_by_role("searchbox").fill("no such words anywhere")
    assert ids(page) == set()
    assert page.locator("#objectives .nothing").is_visible()


def test_what_is_found_in_the_outline_keeps_those_above_it_in_sight(sample, view):
    page = view(sample)
    page.get_by_role("searchbox").fill("ENB-O2")
    shown = page.locator("#alignment tbody tr:visible .id").all_inner_texts()
    assert shown == ["C-O1", "SAL-O2", "ENB-O2"]


# --- keyboard, screen readers, paper -------------------------------------------------------------


def test_the_keyboard_reaches_a_key_result(sample, rollup, view):
    page = view(sample)
    page.locator("#attention a").first.focus()
    page.keyboard.press("Enter")
    first = rollup.attention["id"].iloc[0]
    target = page.locator(".krs tr:target")
    assert target.locator(".id").inner_text() == first
    assert target.is_visible()
    summary = target.locator("xpath=ancestor::details[1]").locator("summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert not target.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("team", ["", "Enablement"])
def test_axe_finds_nothing(sample, view, team, scheme, viewport):
    axe = installed("axe_playwright_python.sync_playwright").Axe()
    # The policy of the page would keep the checker out too.
    page = view(sample, viewport, color_scheme=scheme, bypass_csp=True)
    if team:
        page.locator("#team").select_option(label=team)
    open_all(page)
    found = axe.run(page).response["violations"]
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == []


@pytest.mark.parametrize("code", languages())
def test_a_phone_shows_it_without_scrolling_sideways(rollup, view, tmp_path, code):
    path = okr.report(rollup, tmp_path / "page.html", code)
    assert path.stat().st_size < MOST_BYTES
    page = view(path, PHONE)
    open_all(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.locator("html").get_attribute("lang") == code
    assert language(code)("report.alignment") in page.locator("#h-alignment").inner_text()


def test_without_scripts_everything_is_there(sample, rollup, view):
    page = view(sample, java_script_enabled=False)
    assert not page.locator("#filters").is_visible()
    assert page.locator("#attention tbody tr:visible").count() == len(rollup.attention)
    page.locator("#changes summary").first.click()
    assert page.locator("#changes tbody tr:visible").count() == len(rollup.changes)
    for fold in page.locator("details.unit > summary").all():
        fold.click()
    for fold in page.locator("details.objective > summary").all():
        fold.click()
    assert ids(page) == set(rollup.key_results["id"])


def test_paper_shows_every_key_result(sample, rollup, view, tmp_path):
    pdftotext = needs("pdftotext")
    view(sample).pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    command = [pdftotext, "-layout", tmp_path / "page.pdf", "-"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert [name for name in rollup.key_results["id"] if name not in printed] == []


# --- what others may bring -----------------------------------------------------------------------


def test_hostile_words_stay_text(book, view, tmp_path):
    path = book(f"""
        | ID     | Title     | Owner     | Type      | Unit      | Baseline | Target | 2027-01-08 | Note      |
        | O1     | {HOSTILE} | {HOSTILE} | Objective |           |          |        |            | {HOSTILE} |
        | O1.KR1 | {HOSTILE} | {HOSTILE} | Increase  | {HOSTILE} | 0        | 10     | 1          | {HOSTILE} |
    """)
    page = view(okr.report(okr.rollup(path, as_of=date(2027, 1, 8)), tmp_path / "page.html"))
    open_all(page)
    assert page.heard == []
    assert page.locator("img").count() == 0
    assert page.locator("script").count() == 1
    assert page.locator("h4").inner_text() == HOSTILE
    page.get_by_role("searchbox").fill(HOSTILE)
    assert ids(page) == {"O1.KR1"}


def test_two_companies_have_no_headline_but_teams(book, view, tmp_path):
    drawn = """
        | Company: | {} |           |          |        |            |
        | ID     | Title | Type      | Baseline | Target | 2027-01-08 |
        | O1     | Grow  | Objective |          |        |            |
        | O1.KR1 | Win   | Increase  | 0        | 10     | 4          |
    """
    paths = [book(drawn.format(name), f"{name}.csv") for name in ("North", "South")]
    page = view(okr.report(okr.rollup(paths, as_of=date(2027, 1, 8)), tmp_path / "page.html"))
    assert page.locator(".hero").count() == 0
    assert page.locator("#units tbody tr").count() == len(paths)
    assert page.heard == []


def test_nothing_to_read_is_said(view, tmp_path):
    path = tmp_path / "broken.xlsx"
    path.write_bytes(b"PK\x03\x04")
    page = view(okr.report(okr.rollup(path), tmp_path / "page.html"))
    assert "broken.xlsx" in page.locator("header").inner_text()
    assert page.heard == []


def test_a_long_page_lays_out_what_is_in_sight_and_jumps_where_links_lead(
    rollup, view, tmp_path, monkeypatch
):
    monkeypatch.setattr("okr_sheets.reports.page.MANY", 1)
    page = view(okr.report(rollup, tmp_path / "long.html"), {"width": 1440, "height": 400})
    unit = page.locator(".unit").last
    assert unit.evaluate("(unit) => getComputedStyle(unit).contentVisibility") == "auto"
    for name in ("owners", "units", "objectives"):
        page.locator(f"nav a[href='#{name}']").click()
        assert 0 <= page.locator(f"#{name}").bounding_box()["y"] < 200, name
    page.emulate_media(media="print")
    assert unit.evaluate("(unit) => getComputedStyle(unit).contentVisibility") == "visible"


@pytest.fixture
def large(rollup, view, tmp_path, monkeypatch):
    """Opens the sample's page as that of a large rollup."""
    monkeypatch.setattr(excerpts, "MOST_ROWS", 12)
    monkeypatch.setattr(excerpts, "FEW_ROWS", 5)
    monkeypatch.setattr(excerpts, "FEW_UNITS", 4)
    return lambda: view(okr.report(rollup, tmp_path / "r.html"))


def test_what_is_not_on_a_short_page_is_not_said_to_be_nowhere(large, rollup):
    page = large()
    results = page.locator("table.krs tr[id]").count()
    page.fill("#search", "nowhere at all")
    count = len(rollup.key_results)
    assert page.locator("#shown").inner_text() == (
        f"0 of {results} key results · {results} of {count} are shown here. "
        "All: key_results.csv in r-data.zip. · nowhere at all"
    )
    assert page.locator("#h-attention small").inner_text() == "0 of 5"
    for name in ("attention", "units", "alignment", "changes", "objectives"):
        said = page.locator(f"#{name} .nothing").inner_text()
        assert said.startswith("Nothing of what is shown here matches."), name
        assert "in r-data.zip" in said


def test_the_list_of_teams_obeys_the_filters(sample, rollup, view):
    page = view(sample)
    units = page.locator("#units tbody tr:visible .name")
    assert units.count() == len(rollup.teams)
    page.locator("#team").select_option(label="Enablement")
    assert units.all_inner_texts() == ["Acme Cloud", "Sales", "Enablement"]
    page.get_by_role("button", name="Clear").click()
    page.locator("#status").select_option(label="Off track")
    having = rollup.key_results[rollup.key_results.status == "off-track"].unit_name
    assert set(having) <= set(units.all_inner_texts())
    page.get_by_role("button", name="Clear").click()
    assert units.count() == len(rollup.teams)


def test_long_lists_are_folded_and_a_link_into_them_unfolds(rollup, view, tmp_path, monkeypatch):
    monkeypatch.setattr("okr_sheets.reports.page.MANY", 3)
    monkeypatch.setattr("okr_sheets.reports.page.FIRST", 2)
    page = view(okr.report(rollup, tmp_path / "long.html"))
    for name in ("alignment", "owners"):
        page.locator(f"#{name} summary").click()
    for name in ("units", "alignment", "owners"):
        rows = page.locator(f"#{name} tbody tr")
        assert page.locator(f"#{name} tbody tr:visible").count() == 2 < rows.count(), name
        page.locator(f"#{name} button.unfold").click()
        assert page.locator(f"#{name} tbody tr:visible").count() == rows.count(), name
    assert page.locator(".unit:visible").count() == 2
    last = page.locator(".unit").last
    page.evaluate("(id) => { location.hash = id; }", last.get_attribute("id"))
    last.wait_for(state="visible")


@pytest.mark.parametrize("score", [0.4, 0.8])
def test_the_labels_of_score_and_end_stand_on_two_sides_of_the_fan(score):
    first, last = date(2027, 1, 1), date(2027, 3, 5)
    points = [Point(first, 0.0, 0.0), Point(last, score, 0.7)]
    chart = Chart(first, date(2027, 3, 31), language("en"))
    drawn = html.fromstring(str(chart.draw(points, End(0.75, 0.67, 0.83), "")))
    places = [
        (float(text.get("y").rstrip("%")), float(text.get("dy")))
        for text in drawn.xpath("//text[@class='now']")
    ]
    (_, now), (edge, end) = places
    at = drawn.xpath("//polygon[@class='fan']/@points")[0].split()[1:]
    high, low = (float(point.split(",")[1]) / 10 for point in at)
    assert (now < 0) == (end > 0) == (score == 0.8)
    assert edge == pytest.approx(low if score == 0.8 else high, abs=0.1)
