"""A large rollup: its reports show what matters most, and the archive beside them holds all."""

import io
import re
import zipfile

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from lxml import html
from test_rollup_workbook import opened
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

import okr_sheets as okr
from okr_sheets.cli import main
from okr_sheets.drawing.cells import put
from okr_sheets.drawing.workbooks import CleanSheet
from okr_sheets.language import language, languages
from okr_sheets.reports import excerpts
from okr_sheets.rollups import FRAMES
from okr_sheets.terminal import print_rollup

MOST, FEW, FEW_UNITS = 12, 5, 4
HEADER = 4  # the row of a table's headers


@pytest.fixture
def few(monkeypatch):
    """Makes the sample company a large one."""
    monkeypatch.setattr(excerpts, "MOST_ROWS", MOST)
    monkeypatch.setattr(excerpts, "FEW_ROWS", FEW)
    monkeypatch.setattr(excerpts, "FEW_UNITS", FEW_UNITS)


@pytest.fixture
def written(few, company_rollup, tmp_path):
    """Writes the sample's report of a name into an empty folder."""
    return lambda name, *language: okr.report(company_rollup, tmp_path / name, *language)


def rows_of(sheet):
    headers = [cell.value for cell in sheet[HEADER]]
    rows = [row for row in sheet.iter_rows(min_row=HEADER + 1, values_only=True) if any(row)]
    return pd.DataFrame(rows, columns=headers)


def tree(path):
    return html.fromstring(path.read_text("utf-8"))


def ids(page, section):
    return page.xpath(f"//section[@id='{section}']//tbody/tr/td[1]//*[@class='id']/text()")


# --- what is shown -------------------------------------------------------------------------------


def test_what_can_be_read_is_whole_and_has_nothing_beside_it(company_rollup, tmp_path):
    for name in ("r.xlsx", "r.html"):
        okr.report(company_rollup, tmp_path / name)
    assert {path.name for path in tmp_path.iterdir()} == {"r.xlsx", "r.html"}


def test_each_sheet_shows_a_few_rows_and_says_of_how_many(written, company_rollup):
    book = opened(written("r.xlsx"))
    lists = {"Teams": "teams", "Objectives": "objectives", "Key results": "key_results"}
    lists |= {name: name.lower() for name in ("Owners", "Alignment", "Forecast", "Attention")}
    shortened = set()
    for title, name in {**lists, "Changes": "changes"}.items():
        count = len(company_rollup.columns[name])
        assert len(rows_of(book[title])) == min(count, MOST), title
        caption = book[title]["A2"].value
        if count > MOST:
            shortened.add(name)
            assert re.search(rf"\b{MOST}\b.*\b{count}\b.*{name}\.csv in r-data\.zip", caption)
        else:
            assert "r-data.zip" not in caption
    assert shortened > {"key_results", "objectives", "attention", "alignment"}


def test_the_summary_names_the_archive_and_promises_no_more_than_there_is(written, company_rollup):
    texts = [cell.value for row in opened(written("r.xlsx"))["Summary"] for cell in row]
    assert any("All rows are in r-data.zip" in str(text) for text in texts)
    assert f"{MOST} of {len(company_rollup.attention)} on the sheet Attention" in texts


def test_what_needs_attention_is_the_head_of_the_whole_list(written, company_rollup):
    every = company_rollup.attention.id.tolist()
    assert len(every) > MOST
    assert rows_of(opened(written("r.xlsx"))["Attention"])["ID"].tolist() == every[:MOST]
    assert ids(tree(written("r.html")), "attention") == every[:FEW]


def test_key_results_off_track_come_after_the_companys_own(written, company_rollup):
    rows = company_rollup.key_results
    teams = rows[rows.level != "company"]
    behind = {"off-track": 0, "at-risk": 1}
    order = teams.assign(order=teams.status.map(behind).fillna(2), behind=-teams.gap)
    most = order.sort_values(["order", "behind"]).id[: MOST - sum(rows.level == "company")]
    shown = set(rows_of(opened(written("r.xlsx"))["Key results"])["ID"])
    assert shown == {*most, *rows.id[rows.level == "company"]}


def test_the_companys_own_key_results_stay(written, company_rollup):
    rows = company_rollup.key_results
    own = set(rows.id[rows.level == "company"])
    assert own
    assert set(rows_of(opened(written("r.xlsx"))["Key results"])["ID"]) >= own


def test_what_an_objective_stands_under_is_shown_too(written, company_rollup):
    shown = rows_of(opened(written("r.xlsx"))["Alignment"])
    rows = company_rollup.alignment.set_index("id").loc[shown["ID"]]
    assert rows.depth.max() > 0
    assert set(rows.parent) - {""} <= set(shown["ID"])


def test_units_above_others_come_before_their_teams(written, company_rollup):
    names = tree(written("r.html")).xpath("//*[@id='units']//*[@class='name']/text()")
    units = company_rollup.teams
    above = units.unit_name[units.level != "team"].tolist()
    assert len(units) > FEW_UNITS == len(names)
    assert set(above) & set(names) == set(above[:FEW_UNITS])


def test_sparklines_show_the_weeks_of_the_rows_that_are_left(written, company_rollup):
    path = written("r.xlsx")
    shown = rows_of(opened(path)["Key results"])["ID"].tolist()
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet4.xml").decode()
    drawn = {
        cell: place for place, cell in re.findall(r"<xm:f>([^<]+)</xm:f><xm:sqref>(\w+)<", sheet)
    }
    weeks = company_rollup.trend[company_rollup.trend.level == "key-result"]
    calc = opened(path)["Calc"]
    assert drawn
    for cell, place in drawn.items():
        row = shown[int(cell[1:]) - HEADER - 1]
        scores = [each.value for each in calc[place.partition("!")[2].replace("$", "")][0]]
        want = weeks[weeks.id == row].sort_values("day").score
        assert scores == [None if np.isnan(score) else score for score in want]


# --- the page ------------------------------------------------------------------------------------


def test_the_page_shows_fewer_still_and_says_so(written, company_rollup):
    page = tree(written("r.html"))
    for name in ("attention", "changes", "alignment"):
        section = page.get_element_by_id(name)
        assert len(section.xpath(".//tbody/tr")) == FEW, name
        [note] = section.xpath(".//p[contains(@class, 'excerpt')]/text()")
        assert str(len(company_rollup.columns[name])) in note
        assert f"{name}.csv in r-data.zip" in note


def test_the_page_leads_to_the_archive(written):
    page = tree(written("a b#1?.html"))
    (link,) = page.xpath("//header/p/a")
    assert (link.get("href"), link.text) == ("a%20b%231%3F-data.zip", "a b#1?-data.zip")


def test_no_link_of_the_page_leads_nowhere(written):
    page = tree(written("r.html"))
    targets = {place[1:] for place in page.xpath("//a/@href") if place.startswith("#")}
    assert len(targets) > FEW
    assert targets <= set(page.xpath("//@id"))


def test_an_objective_says_how_many_of_its_key_results_are_shown(written, company_rollup):
    sizes = company_rollup.key_results.groupby("objective_id").size()
    told = 0
    for fold in tree(written("r.html")).xpath("//details[@class='objective']"):
        shown = len(fold.xpath(".//table[@class='krs']/tbody/tr"))
        [facts] = fold.xpath("./summary/div[@class='what']/div/text()")
        size = sizes[re.match(r"\S+-O\d+", facts)[0]]
        notes = fold.xpath("./div[@class='inside']/p/text()")
        assert (f"{shown} of {size} key results" in notes) == (shown < size)
        told += shown < size
    assert told


def test_counts_and_tiles_still_count_all(written, company_rollup):
    page = tree(written("r.html"))
    [count] = page.xpath("//nav//a[@href='#attention']/following-sibling::b/text()")
    assert int(count) == len(company_rollup.attention)
    tile = page.xpath("//div[@class='tile card']")[0]
    assert sum(map(int, tile.xpath(".//li/b/text()"))) == len(company_rollup.key_results)


@pytest.mark.parametrize("code", languages())
def test_every_language_says_where_all_rows_are(code, written):
    captions = [sheet["A2"].value or "" for sheet in opened(written("r.xlsx", code))][1:-1]
    assert sum("r-data.zip" in caption for caption in captions) > 5
    page = tree(written("r.html", code))
    assert "r-data.zip" in page.find(".//header").text_content()
    notes = page.xpath("//section//p[contains(@class, 'excerpt')]/text()")
    assert len(notes) >= 5
    assert all("r-data.zip" in note for note in notes)


def test_objectives_of_the_outline_are_those_furthest_behind(few, company_rollup):
    rows, objectives = company_rollup.alignment, company_rollup.objectives
    excerpt = excerpts.Excerpt(company_rollup, language("en"), "r-data.zip", is_short=True)
    shown = rows.iloc[excerpt.which("alignment")]
    gaps = objectives.set_index("id").gap
    for (depth, level), each in rows.groupby(["depth", "level"]):
        chosen = shown[(shown.depth == depth) & (shown.level == level)].id
        left = each.id[~each.id.isin(chosen)]
        if len(chosen) and len(left) and depth:
            assert gaps[chosen].min() >= gaps[left].max()


def test_the_page_says_that_objectives_stand_there_for_other_lists(written):
    [note] = tree(written("r.html")).xpath(
        "//*[@id='objectives']//p[@class='excerpt muted']/text()"
    )
    assert note.endswith(language("en")("report.led_to"))


def test_filters_offer_what_is_on_the_page_alone(written):
    page = tree(written("r.html"))
    shown = set(page.xpath("//details[contains(@class, 'objective')]/@data-team"))
    offered = page.xpath("//select[@id='team']/option/@data-units")
    assert offered
    assert all(shown & set(units.split()) for units in offered)
    for key in ("owner", "status"):
        offered = set(page.xpath(f"//select[@id='{key}']/option/@value")) - {""}
        assert offered == set(page.xpath(f"//table[@class='krs']//tr/@data-{key}"))


# --- text ----------------------------------------------------------------------------------------


def test_a_large_rollup_is_short_in_a_terminal_and_says_what_has_all(few, company_rollup, capsys):
    print_rollup(company_rollup, language("en"))
    text = " ".join(capsys.readouterr().out.split())
    rows = company_rollup.key_results
    assert sum(f" {name} " in text for name in rows.id) == FEW
    for title, name in (("Objectives", "objectives"), ("Key results", "key_results")):
        assert f"{title}: {FEW} of {len(company_rollup.columns[name])} are shown" in text
    assert text.count("All: -o rollup.csv (key results) or -o rollup.json.") == 3


def test_a_small_rollup_is_printed_whole(company_rollup, capsys):
    print_rollup(company_rollup, language("en"))
    text = capsys.readouterr().out
    assert all(f"{name} " in text for name in company_rollup.key_results.id)
    assert "rollup.json" not in text


@pytest.mark.parametrize("code", languages())
def test_markdown_of_a_large_rollup_is_short_and_says_what_has_all(written, company_rollup, code):
    text = written("r.md", code).read_text("utf-8")
    for name in ("teams", "attention", "objectives"):
        part = text.split(f"## {language(code)(f'report.{name}')}\n")[1].split("\n## ")[0]
        rows = [line for line in part.splitlines() if line.startswith(("| ", "- "))]
        assert len(rows) - part.startswith("\n|") - ("| ---" in part or "|---" in part) <= FEW + 1
        assert "rollup.json" in part
    assert not (written("r.md").parent / "r-data.zip").exists()


# --- the archive ---------------------------------------------------------------------------------


def test_the_archive_holds_every_frame_whole(written, company_rollup):
    written("r.html")
    with zipfile.ZipFile(written("r.xlsx").with_name("r-data.zip")) as archive:
        assert archive.namelist() == [*(f"{name}.csv" for name in FRAMES), "problems.csv"]
        assert archive.testzip() is None
        for name, frame in FRAMES.items():
            read = pd.read_csv(archive.open(f"{name}.csv"), keep_default_na=False, dtype=str)
            assert read.columns.tolist() == list(frame.keys)
            assert len(read) == len(company_rollup.columns[name])
            for key, kind in frame.kinds.items():
                values = company_rollup.columns[name][key]
                if kind in {"number", "percent"}:
                    assert np.array_equal(pd.to_numeric(read[key]), values, equal_nan=True)
                elif kind == "date":
                    days = pd.to_datetime(read[key].replace("", None))
                    since = (days - pd.Timestamp("1899-12-30")).dt.days
                    assert np.array_equal(since.astype(float), values, equal_nan=True)
                elif kind in {"count", "flag"}:
                    assert read[key].tolist() == [str(value) for value in values.tolist()]
        problems = pd.read_csv(archive.open("problems.csv"), keep_default_na=False)
        assert len(problems) == len(company_rollup.problems)


def test_its_rows_are_those_of_the_csv_report(written, company_rollup, monkeypatch):
    written("r.html")
    report = written("r.csv").read_bytes().split(b"\r\n", 1)[1]
    monkeypatch.setattr("okr_sheets.reports.tables.AT_ONCE", 7)
    with zipfile.ZipFile(written("s.html").with_name("s-data.zip")) as archive:
        assert archive.read("key_results.csv").split(b"\r\n", 1)[1] == report


def test_the_same_rollup_gives_the_same_bytes(few, company, tmp_path):
    for name in ("one.html", "other.html"):
        okr.report(okr.rollup(company), tmp_path / name)
    one, other = (tmp_path / f"{name}-data.zip" for name in ("one", "other"))
    assert one.read_bytes() == other.read_bytes()


def test_workbook_and_page_share_one_archive(written):
    archive = written("r.xlsx").with_name("r-data.zip")
    before = archive.stat()
    written("r.html")
    assert archive.stat().st_ino == before.st_ino
    assert archive.stat().st_mtime_ns == before.st_mtime_ns
    archive.unlink()
    written("r.html")
    assert archive.exists()


def test_an_archive_of_somebody_else_stays_and_nothing_is_written(written, tmp_path):
    foreign = tmp_path / "r-data.zip"
    with zipfile.ZipFile(foreign, "w") as archive:
        archive.writestr("mine.txt", "mine")
    before = foreign.read_bytes()
    with pytest.raises(FileExistsError, match=r"r-data\.zip is there already and is no report"):
        written("r.html")
    assert foreign.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["r-data.zip"]


def test_a_changed_archive_is_kept_aside_and_that_is_said(few, company, tmp_path):
    archive = okr.report(okr.rollup(company), tmp_path / "r.html").with_name("r-data.zip")
    with zipfile.ZipFile(archive, "a") as parts:
        parts.writestr("notes.txt", "ours")
    said = []
    okr.report(okr.rollup(company), tmp_path / "r.html", tell=said.append)
    assert any("r-data-2.zip" in sentence for sentence in said)
    with zipfile.ZipFile(tmp_path / "r-data-2.zip") as kept:
        assert "notes.txt" in kept.namelist()
    with zipfile.ZipFile(archive) as new:
        assert "notes.txt" not in new.namelist()


def test_the_command_says_where_all_rows_are(few, company, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked = [f"-or.{kind}" for kind in ("csv", "html", "md", "xlsx")]
    done = CliRunner().invoke(main, ["score", str(company), *asked])
    names = ["r.csv", "r-data.zip", "r.html", "r.md", "r.xlsx"]
    assert done.stdout.splitlines() == [f"Wrote {name}" for name in names]
    assert done.stderr.count(language("en")("terminal.all_rows", archive="r-data.zip")) == 1
    assert {path.name for path in tmp_path.iterdir()} == set(names)


# --- cells ---------------------------------------------------------------------------------------


def test_cells_are_written_as_xlsxwriter_writes_them():
    values = [
        "a",
        "a & <b>",
        " spaced ",
        0,
        -0.0,
        1 / 3,
        1e300,
        12345678901234567,
        None,
        True,
        "=1",
    ]
    books = []
    for kind in (CleanSheet, Worksheet):
        content = io.BytesIO()
        with Workbook(content, {"in_memory": True}) as book:
            sheet = book.add_worksheet("s", kind)
            look = book.add_format({"bold": True})
            for at, value in enumerate(values):
                put(sheet, at, at % 3, value, look)
                put(sheet, at, 3 + at % 3, value, None)
            sheet.write_formula(0, 9, "=A1", look, 4)
        with zipfile.ZipFile(content) as archive:
            books.append(archive.read("xl/worksheets/sheet1.xml"))
    assert books[0] == books[1]
