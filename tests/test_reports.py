import csv
import json
import re
import subprocess
import warnings
from datetime import date
from importlib import import_module

import pytest
from conftest import needs
from openpyxl import load_workbook
from pptx import Presentation

import okr_sheets as okr
from okr_sheets import choices, reports
from okr_sheets.language import language, languages
from okr_sheets.rollups import FRAMES
from okr_sheets.terminal import print_rollup

COLUMNS = (
    "file, sheet, row, company, department, team, level, quarter, objective_id, objective, id, "
    "title, owner, type, commitment, baseline, target, unit, weight, state, start, due, current, "
    "last_check_in, confidence, progress, score, expected, gap, status, grade, updated, aligns_to, "
    "note, planned_baseline, planned_target, planned_weight, planned_score, "
    "with_number, unit_name, owner_name, remark, remark_by, remark_on, confidence_before"
).split(", ")
HOSTILE = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("http://x")')


@pytest.fixture(scope="module")
def rollup(company_rollup):
    return company_rollup


@pytest.fixture
def hostile(book):
    """A tracker whose words are markup, formulas and very long."""
    return okr.rollup(
        book(f"""
        | ID     | Title        | Owner         | Type      | Baseline | Target | 2027-01-08 |
        | O1     | {HOSTILE}    | {FORMULAS[0]} | Objective |          |        |            |
        | O1.KR1 | {FORMULAS[4]} | {HOSTILE}    | Increase  | 0        | 10     | 1          |
        | O1.KR2 | {"long " * 200} | {FORMULAS[2]} | Increase | 0      |        | 1          |
    """),
        as_of=date(2027, 1, 8),
    )


def test_the_scored_frame_has_exactly_these_columns(rollup, company):
    assert list(rollup.key_results.columns) == COLUMNS
    assert list(okr.score(company).columns) == COLUMNS


def test_csv_holds_the_scored_key_results(rollup, tmp_path):
    path = okr.report(rollup, tmp_path / "r.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == COLUMNS
    assert [row["id"] for row in rows] == rollup.key_results.id.tolist()
    scores = [float(row["score"]) if row["score"] else None for row in rows]
    assert (
        scores
        == rollup.key_results.score.astype(object)
        .where(rollup.key_results.score.notna(), None)
        .tolist()
    )


def test_json_is_an_object_of_lists(rollup, tmp_path):
    document = json.loads(okr.report(rollup, tmp_path / "r.json").read_text("utf-8"))
    assert list(document) == ["generator", "about", *FRAMES, "problems"]
    assert list(document["key_results"][0]) == COLUMNS
    assert document["about"]["as_of"] == "2027-03-05"
    assert len(document["teams"]) == 6
    [error] = [each for each in document["problems"] if each["severity"] == "error"]
    assert (error["file"], error["cell"]) == ("go-to-market.xlsx", "AF17")


def test_a_teams_score_is_the_weighted_mean_of_its_objectives(rollup):
    for _, team in rollup.teams.iterrows():
        mine = rollup.objectives[rollup.objectives.file == team.file]
        weights = mine.weight.fillna(1)
        assert team.score == pytest.approx((mine.score * weights).sum() / weights.sum(), abs=5e-5)


def test_every_suffix_that_is_offered_has_a_writer():
    assert tuple(reports.KINDS) == choices.REPORTS
    assert tuple(reports.REVIEWS) == choices.REVIEWS
    written = [*reports.KINDS.values(), *reports.REVIEWS.values()]
    for module, function in filter(all, written):
        assert callable(getattr(import_module(f"okr_sheets.reports.{module}"), function))


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("suffix", [".xlsx", ".pptx", ".html", ".md", ".json", ".csv"])
def test_every_report_in_every_language(rollup, tmp_path, code, suffix):
    path = okr.report(rollup, tmp_path / f"r{suffix}", code)
    again = okr.report(rollup, tmp_path / f"again{suffix}", code)
    assert path.read_bytes() == again.read_bytes()
    assert path.stat().st_size > 1000


@pytest.mark.parametrize("suffix", [".xlsx", ".pptx", ".html", ".md", ".json", ".csv"])
def test_nothing_readable_still_gives_a_report(tmp_path, suffix):
    path = tmp_path / "broken.xlsx"
    path.write_bytes(b"PK\x03\x04")
    report = okr.report(okr.rollup(path), tmp_path / f"r{suffix}")
    if suffix in {".html", ".md", ".json"}:
        assert "broken.xlsx" in report.read_text("utf-8")


def test_text_never_becomes_a_formula(hostile, tmp_path):
    path = okr.report(hostile, tmp_path / "r.xlsx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        book = load_workbook(path)
    formulas = [
        cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    assert formulas == []
    with okr.report(hostile, tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["title"] == "'" + FORMULAS[4]
    assert rows[1]["owner"] == "'" + FORMULAS[2]


def nameless(folder, name):
    """A tracker that names no unit, in a file of this name."""
    (folder / name).write_text(
        "ID;Title;Owner;Type;Baseline;Target;2027-01-08\n"
        f"O1;Goal of {name};Ann;Objective;;;\nO1.KR1;Result of {name};Ann;Increase;0;10;1\n",
        "utf-8",
    )


def test_trackers_without_a_name_keep_apart_wherever_they_are_shown(tmp_path, capsys):
    for name in ("alpha.csv", "beta.csv"):
        nameless(tmp_path, name)
    rollup = okr.rollup(tmp_path, as_of=date(2027, 2, 12))
    page = okr.report(rollup, tmp_path / "r.html").read_text("utf-8")
    text = okr.report(rollup, tmp_path / "r.md").read_text("utf-8")
    assert re.search(r'href="#units">[^<]*</a><b>2</b>', page)
    print_rollup(rollup, language("en"))
    printed = capsys.readouterr().out
    for name in ("alpha.csv", "beta.csv"):
        assert f"Goal of {name}" in page
        assert f"Result of {name} (Ann, {name})" in text
        assert printed.count(f"Goal of {name}") == 1


def test_files_that_are_not_counted_are_named_with_the_reason_and_copies_are_not(tmp_path):
    for name in ("alpha.csv", "alpha copy.csv"):
        nameless(tmp_path, "alpha.csv")
        (tmp_path / name).write_bytes((tmp_path / "alpha.csv").read_bytes())
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04")
    rollup = okr.rollup(tmp_path, as_of=date(2027, 2, 12))
    reason = next(p for p in rollup.problems if p.file == "broken.xlsx").say()
    text = okr.report(rollup, tmp_path / "r.md").read_text("utf-8")
    assert f"- `broken.xlsx` {reason}" in text.split("## ")[0]
    page = okr.report(rollup, tmp_path / "r.html").read_text("utf-8")
    notice = page.split('class="notice"')[1].split("</div>")[0]
    assert "broken.xlsx" in notice
    assert "alpha" not in notice


@pytest.mark.parametrize(
    ("as_of", "said"),
    [("2026-12-20", False), ("2027-01-07", False), ("2027-01-08", True)],
)
def test_nothing_is_called_updated_before_the_first_check_in_date(company, as_of, said, tmp_path):
    one = okr.rollup(company / "go-to-market.xlsx", as_of=as_of)
    paths = {suffix: okr.report(one, tmp_path / f"r.{suffix}") for suffix in ("md", "html", "pptx")}
    text = {suffix: paths[suffix].read_text("utf-8") for suffix in ("md", "html")}
    for each in text.values():
        assert bool(re.search(r"\d of \d+ updated", each)) == said
    (heads, _, team, *_) = [line.split(" | ") for line in text["md"].splitlines() if " | " in line]
    assert (team[heads.index("Updated")] != "–") == said
    assert (f">{language('en')('report.up_to_date')}<" in text["html"]) == said
    slides = Presentation(paths["pptx"]).slides
    shapes = [shape for slide in slides for shape in slide.shapes if shape.has_text_frame]
    assert any("pdated" in shape.text_frame.text for shape in shapes) == said
    (sources,) = [shape.table for shape in slides[-1].shapes if shape.has_table]
    (at,) = [n for n, cell in enumerate(sources.rows[0].cells) if cell.text == "Updated"]
    assert (sources.rows[1].cells[at].text != "–") == said
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        book = load_workbook(okr.report(one, tmp_path / "r.xlsx"))
    for sheet in ("Teams", "Objectives", "Key results", "Owners"):
        rows = [[cell.value for cell in row] for row in book[sheet].iter_rows()]
        (at,) = [number for number, row in enumerate(rows) if "Updated" in row]
        below = [row[rows[at].index("Updated")] for row in rows[at + 1 :] if row[0] is not None]
        assert below
        assert {value is not None for value in below} == {said}, sheet
    summary = {cell.value for row in book["Summary"].iter_rows() for cell in row}
    assert ("Updated" in summary) == said


@pytest.mark.parametrize(("as_of", "said"), [("2027-01-01", False), ("2027-01-02", True)])
def test_nor_on_the_first_day_of_a_sheet_without_check_in_dates(as_of, said, book):
    drawn = """
        | Year: | 2027  |          |          |        |         |
        | ID    | Title | Type      | Baseline | Target | Current |
        | O1    | Grow  | Objective |          |        |         |
        | O1.K1 | Win   | Increase  | 0        | 10     |         |
    """
    rolled = okr.rollup([book(drawn)], as_of=as_of)
    assert rolled.about["with_number"] == 0
    assert rolled.is_asked == said


def test_markup_stays_text(hostile, tmp_path):
    page = okr.report(hostile, tmp_path / "r.html").read_text("utf-8")
    assert "<img" not in page
    assert "onerror=alert(1)&gt;" in page
    assert page.count("<script") == 1


def test_the_page_needs_no_network_and_no_frame(rollup, tmp_path):
    page = okr.report(rollup, tmp_path / "r.html").read_text("utf-8")
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    links = re.findall(r"""(?:src|href)\s*=\s*["']([^"'#]+)""", page)
    assert not [link for link in links if link.startswith(("http", "//"))]
    assert len(page.encode()) < 400_000


def test_the_page_opens_in_a_browser_without_a_complaint(rollup, tmp_path):
    chromium = needs("chromium")
    path = okr.report(rollup, tmp_path / "r.html")
    done = subprocess.run(
        [
            chromium,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            f"--user-data-dir={tmp_path / 'profile'}",
            "--enable-logging=stderr",
            "--virtual-time-budget=2000",
            "--dump-dom",
            path.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert "MKT-O1.KR1" in done.stdout
    assert "CONSOLE" not in done.stderr


def test_rows_of_the_workbook_link_back_to_their_cell(rollup, company, tmp_path):
    path = okr.report(rollup, tmp_path / "r.xlsx")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        sheet = load_workbook(path)["Key results"]
    links = {
        cell.hyperlink.target: cell.hyperlink
        for row in sheet.iter_rows()
        for cell in row
        if cell.hyperlink
    }
    assert any("b2b-saas-marketing.xlsx" in target for target in links if target)
