"""What people typed goes out as text: nothing runs, nothing breaks the file, nothing is lost."""

import csv
import json
import re
import warnings
import zipfile
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pandas as pd
import pytest
import xlsx_lint
from calculators import libreoffice
from lxml import html
from markdown_it import MarkdownIt
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

import okr_sheets as okr
from okr_sheets.drawing.names import sheet_names
from okr_sheets.problems import Problem
from okr_sheets.reports import excerpts
from okr_sheets.reports.workbook.tables import TABLES
from okr_sheets.text import unmarked
from okr_sheets.tracker import Tracker

# What a program that opens a CSV file may run.
FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "\t=1+1",
    "\tx",
    "  =1+1",
    '"=1+1',
    "'=1+1",
    "\u00a0=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x.example";"y")',
)
# What would be more than text in some file.
MARKUP = (
    "{=1+1}",
    "http://x.example",
    "javascript:alert(1)",
    "internal:Dashboard!A1",
    "external:c:\\x.xlsx",
    "mailto:x@y.example",
    "<r><t>x</t></r>",
    "</t></si><si><t>",
    "<img src=x onerror=alert(1)></script><script>alert(2)</script>",
    '" onmouseover="alert(1)',
    "' autofocus='",
    "&A &P &lt;b&gt; &#60;",
    "_x0041_ _x000D_",
    "#REF!",
    "TRUE",
    "007",
    "[a]b:c*?/\\'",
    "{{ 7 * 7 }} ${7*7} {% x %}",
    "a | b \\| `c` ``d`` **e** _f_ ~~g~~ [h](http://x.example) ![i](j) # k > l",
    "two\nlines\n# three",
    "สวัสดี 안녕 İıĞ 👩‍👩‍👧",
)
# What is typed, and what is left of it.
CUT = {
    "a\x00b\x07\x1b[31mc\x7f\x85": "ab[31mc",
    "a\ufffeb\uffffc": "abc",
    "a\ud83db\udc00c": "abc",
    "a\r\nb\rc": "a\nb\nc",
    "x" * 40_000: "x" * 32_766 + "…",
    "😀" * 20_000: "😀" * 16_383 + "…",
}
SHOWN = {text: text for text in (*FORMULAS, *MARKUP)} | CUT
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def typed(texts):
    """A tracker in all of whose cells for text one of the texts stands in turn."""
    tracker = okr.new(quarter="2027-Q1", company="C", department="D", team="T")
    turn = cycle(texts)
    frames = {}
    for name, keys in {
        "objectives": ("title", "owner", "aligns_to", "definition", "note"),
        "key_results": ("title", "owner", "unit", "aligns_to", "definition", "note"),
        "actions": ("action", "owner", "note"),
    }.items():
        rows = getattr(tracker, name)
        given = {
            key: pd.Series([next(turn) for _ in rows.index], rows.index, "str") for key in keys
        }
        frames[name] = rows.assign(**given)
    names = {key: next(turn) for key in ("company", "department", "team", "parent")}
    return replace(tracker, about=replace(tracker.about, **names), **frames)


def trackers():
    """Trackers in which every text stands as each thing that a text can be."""
    texts = list(SHOWN)
    return [typed(texts[start:] + texts[:start]) for start in range(0, len(texts), 10)]


@pytest.fixture(scope="module")
def rollup():
    return okr.rollup(trackers())


def opened(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return load_workbook(path)


def formulas(path):
    return [
        (sheet.title, cell.coordinate, getattr(cell.value, "text", cell.value))
        for sheet in opened(path)
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]


def parts(path):
    """What a workbook holds, as text."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def column(path, sheet, header):
    """A column of a table, as a program that is not ours reads it."""
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python()
    top = next(number for number, row in enumerate(rows) if header in row)
    return [row[rows[top].index(header)] for row in rows[top + 1 :]]


# --- workbooks -----------------------------------------------------------------------------------


def test_a_tracker_holds_hostile_text_as_text(tmp_path):
    tame = formulas(okr.write(typed(["tame"]), tmp_path / "tame.xlsx"))
    seen = set()
    for tracker in trackers():
        path = okr.write(tracker, tmp_path / "t.xlsx", force=True)
        assert xlsx_lint.problems(path) == []
        # Not one formula has a word of what was typed.
        assert formulas(path) == tame
        assert not any(CONTROL.search(text) for text in parts(path).values())
        titles = [str(row.title) for row in tracker.rows.itertuples()]
        shown = column(path, "OKRs", "Objective / key result")[: len(titles)]
        assert [text.strip() for text in shown] == [SHOWN[title].strip() for title in titles]
        seen |= set(titles)
    assert seen == set(SHOWN)


def test_a_tracker_reads_back_as_it_was_typed(tmp_path):
    for tracker in trackers():
        again = okr.read(okr.write(tracker, tmp_path / "t.xlsx", force=True))
        for key in ("title", "owner", "note"):
            given = [SHOWN[text].strip() for text in tracker.key_results[key]]
            read = again.key_results[key].tolist()
            # A cell that says #REF! is an error to the reader, typed or not.
            assert read == ["" if text == "#REF!" else text for text in given]


def test_the_rollup_holds_hostile_text_as_text(rollup, tmp_path):
    path = okr.report(rollup, tmp_path / "r.xlsx")
    assert xlsx_lint.problems(path) == []
    assert formulas(path) == []
    assert not any(CONTROL.search(text) for text in parts(path).values())
    titles = [SHOWN[text].strip() for text in rollup.key_results.title]
    assert [text.strip() for text in column(path, "Key results", "Key result")] == titles


def test_libreoffice_opens_both(soffice, rollup, tmp_path):
    made = [
        okr.write(typed(list(SHOWN)), tmp_path / "t.xlsx"),
        okr.report(rollup, tmp_path / "r.xlsx"),
    ]
    for path, sheet, header in zip(
        made, ("OKRs", "Key results"), ("Objective / key result", "Key result"), strict=True
    ):
        ours, theirs = (
            column(path, sheet, header),
            column(libreoffice(path, tmp_path), sheet, header),
        )
        assert [text for text in theirs if text] == [text for text in ours if text]


def test_what_a_cell_cannot_hold_is_cut_where_one_sees_it(tmp_path):
    path = okr.write(typed(["x" * 40_000, "😀" * 20_000]), tmp_path / "t.xlsx")
    texts = column(path, "OKRs", "Objective / key result")
    assert {(len(text.encode("utf-16-le")) // 2, text[-1]) for text in texts if text} == {
        (32_767, "…")
    }


def test_names_of_sheets_are_ones_that_excel_takes():
    given = ["a/b:c*?[d]", "'quoted'", "x" * 40, "X" * 40, "  ", "\x00", "History: 1"]
    taken = sheet_names(given)
    assert taken == ["a b c d", "quoted", "x" * 31, "X" * 27 + " 2", "–", "– 2", "History 1"]
    assert max(map(len, taken)) <= 31


# --- links ---------------------------------------------------------------------------------------

NAMES = (
    "javascript:alert(1).xlsx",
    "a:b.xlsx",
    "x",
    "\\\\host\\share.xlsx",
    "file:/c.xlsx",
    "100% #1 [new] ^`{x}.xlsx",
    "_x0041_é.xlsx",
)


def test_links_lead_to_the_trackers_beside_and_nowhere_else(tmp_path):
    made = [replace(typed([f"t{n}"]), path=str(tmp_path / name)) for n, name in enumerate(NAMES)]
    broken = Problem("damaged", path=str(tmp_path / "y"))
    made.append(Tracker.empty(path=str(tmp_path / "y"), problems=(broken,)))
    path = okr.report(okr.rollup(made), tmp_path / "r.xlsx")
    assert xlsx_lint.problems(path) == []
    targets = {
        cell.hyperlink.target
        for sheet in opened(path)
        for row in sheet.iter_rows()
        for cell in row
        if cell.hyperlink and cell.hyperlink.target
    }
    assert {urlsplit(target).scheme for target in targets} == {""}
    assert not any(target.startswith(("\\", "/")) for target in targets)
    assert {unquote(target.replace("\\", "/")) for target in targets} == {*NAMES, "y"}


def test_no_table_has_more_rows_or_links_than_excel_follows():
    assert excerpts.MOST_ROWS < 65_530
    assert all(sum(field.link for field in table.fields) <= 1 for table in TABLES)


# --- text files ----------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".html", ".md", ".csv", ".json"])
def test_no_text_file_holds_a_control_character(suffix, rollup, tmp_path):
    text = okr.report(rollup, tmp_path / f"r{suffix}").read_bytes().decode()
    assert not CONTROL.search(text)
    assert "\\u001b" not in text
    assert "ab[31mc" in text or "ab\\[31mc" in text


def test_csv_runs_nothing_and_loses_nothing(rollup, tmp_path):
    path = okr.report(rollup, tmp_path / "r.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    seen = set()
    for key in ("company", "team", "owner", "title", "unit", "note", "objective"):
        for row, given in zip(rows, rollup.key_results[key], strict=True):
            if given not in CUT:
                assert row[key] == (f"'{given}" if given in FORMULAS else given)
                assert unmarked(row[key]) == given
                seen.add(given)
    assert seen >= {*FORMULAS, *MARKUP}


def test_numbers_below_zero_stay_numbers(tmp_path):
    tracker = okr.new(quarter="2027-Q1", team="T")
    tracker = replace(tracker, key_results=tracker.key_results.assign(baseline=-5.0))
    path = okr.report(okr.rollup(tracker), tmp_path / "r.csv")
    assert set(pd.read_csv(path).baseline) == {-5.0}


def test_json_gives_back_every_text(rollup, tmp_path):
    document = json.loads(okr.report(rollup, tmp_path / "r.json").read_text("utf-8"))
    for row, given in zip(document["key_results"], rollup.key_results.title, strict=True):
        if given in FORMULAS or given in MARKUP:
            assert row["title"] == given


def test_the_page_shows_hostile_text_as_text(rollup, tmp_path):
    page = html.document_fromstring(okr.report(rollup, tmp_path / "r.html").read_text("utf-8"))
    assert len(page.findall(".//script")) == 1
    assert page.findall(".//img") == []
    names = {name for element in page.iter() for name in element.attrib}
    assert not {name for name in names if name.startswith("on")} | (names & {"autofocus"})
    assert {link.get("href")[0] for link in page.iter("a")} == {"#"}
    titles = {" ".join(element.text_content().split()) for element in page.iter("span", "h4")}
    for text in (*FORMULAS, *MARKUP):
        assert " ".join(text.split()) in titles


def test_markdown_shows_hostile_text_as_text(rollup, tmp_path):
    text = okr.report(rollup, tmp_path / "r.md").read_text("utf-8")
    rendered = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(text)
    page = html.document_fromstring(rendered)
    assert {element.tag for element in page.iter() if isinstance(element.tag, str)} <= set(
        "html body h1 h2 p ul li strong code table thead tbody tr th td".split()
    )
    cells = {" ".join(cell.text_content().split()) for cell in page.iter("td")}
    for given in set(rollup.objectives.title) & {*FORMULAS, *MARKUP}:
        assert " ".join(given.split()) in cells
    head = page.find(".//h1").text_content()
    companies = set(rollup.teams.company) & {*FORMULAS, *MARKUP}
    assert all(" ".join(given.split()) in head for given in companies)


def test_markdown_names_a_place_that_holds_backticks(tmp_path):
    path = str(Path("a`b``c <b>.xlsx"))
    broken = Tracker.empty(path=path, problems=(Problem("damaged", path=path, given="``` x"),))
    text = okr.report(okr.rollup(broken), tmp_path / "r.md").read_text("utf-8")
    page = html.document_fromstring(MarkdownIt("commonmark").render(text))
    # Among the files that could not be read, and among the problems.
    assert [code.text_content() for code in page.iter("code")] == [path, path]
