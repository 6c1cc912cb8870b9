"""One company whose every text is hostile goes out by every channel, and is text in each of them.

What a channel may hold is told by programs that read it: lxml, zipfile, email, markdown-it, csv,
and a terminal of the system's.
"""

import csv
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from contextlib import suppress
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from itertools import cycle
from pathlib import Path

import boards
import pandas as pd
import pytest
from click.testing import CliRunner
from lxml import etree, html
from markdown_it import MarkdownIt
from python_calamine import CalamineWorkbook

import okr_sheets as okr
from okr_sheets.cli import main
from okr_sheets.frames import frame
from okr_sheets.reports.workbook import SHEETS

PACKAGE = Path(okr.__file__).parent
# M is how the test knows the text of a marker again, LINE how it knows one that began a line.
M, LINE = "qzq", "qzqline"
MARKS = (
    f"[red]{M}[/red]",
    "[/]",
    f"[link=http://x.example]{M}[/link]",
    ":smile:",
    f"<b>{M}</b>",
    f"<!-- {M} -->",
    f"**{M}**",
    f"[{M}](http://x.example)",
    f"|{M}|",
    f"`{M}`",
    f"\x1b[45m{M}",
    f"\x1b]0;{M}\x07",
    f"\x9b45m{M}",
    f"\u202e{M}\u2066",
    f"\r\n{LINE}",
    f"\r{LINE}",
    f"\u2028{LINE}",
    "&amp;",
    f"{{{{ {M} }}}}",
    f"%({M})s",
    f"{{{M}}}",
    f"&A&P&D{M}",
    f"'{M}\"",
)
STARTS = (
    "=1+1",
    "+1",
    "-1",
    "@A1",
    f";=1+{M}",
    f"\n=1+{M}",
    f"# {M}",
    "- ",
    "1. ",
    "http://x.example ",
)
FORMULA = re.compile(r"[\s\"]*[=+\-@＝＋－＠\t\r]")
BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
# No file can hold them as they are; a workbook escapes them, a name may have them.
ESCAPES = {"\x1b": "\ue01b", "\x07": "\ue007", "\r": "\ue00d", "\x9b": "\ue09b", "\u202e": "\ue02e"}
NAME = f"=[red]{M}[b]<i>{M} -- **{M}** |`{M}` \x1b[45m\x07\u202e\n{LINE} &amp; {{{M}}}%({M})s'"
STEM = f"+{NAME}"
BEFORE = f"@[red]{M}[b]<i>\u202e {{{M}}}"  # okr.toml holds no controls


def texts():
    """Text after text, each with all marks, and each beginning with another sign."""
    for number, start in enumerate(cycle(STARTS)):
        at = number % len(MARKS)
        yield f"{start}{number} {' '.join((*MARKS[at:], *MARKS[:at]))}"


def hostile(quarter, code):
    """A tracker in all of whose fields for text stands a hostile one."""
    tracker = okr.new("sales", quarter=quarter, language="en")
    turn = texts()

    def filled(rows, *keys):
        return rows.assign(
            **{key: pd.Series([next(turn) for _ in rows.index], rows.index, "str") for key in keys}
        )

    shared = ("title", "owner", "aligns_to", "definition", "note")
    actions = filled(tracker.actions, "action", "owner", "note")
    log = [{"date": tracker.about.start, "id": "SAL-O1.KR1", "note": next(turn), "by": next(turn)}]
    # The company's own, whose score stands in the first lines of each report.
    names = {"company": next(turn), "parent": next(turn), "department": "", "team": ""}
    about = replace(tracker.about, language=code, as_of=tracker.about.end, level="company", **names)
    return replace(
        tracker,
        about=about,
        objectives=filled(tracker.objectives, *shared),
        key_results=filled(tracker.key_results, *shared, "unit"),
        actions=actions.assign(status="doing"),
        log=frame("log", log, [1]),
    )


def saved(tracker, path):
    """The tracker as a workbook that holds what no program of ours would write."""

    def held(value):
        for sign, kept in ESCAPES.items():
            value = value.replace(sign, kept)
        return value

    frames = {
        name: getattr(tracker, name).map(lambda v: held(v) if isinstance(v, str) else v)
        for name in ("objectives", "key_results", "actions", "log")
    }
    names = {key: held(getattr(tracker.about, key)) for key in ("company", "department", "team")}
    tracker = replace(tracker, about=replace(tracker.about, **names), **frames)
    plain = okr.write(tracker, path.with_name("plain.xlsx"))
    with zipfile.ZipFile(plain) as before, zipfile.ZipFile(path, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "xl/sharedStrings.xml":
                for sign, kept in ESCAPES.items():
                    escape = f"_x{ord(sign):04X}_" if sign != "\u202e" else sign
                    content = content.replace(kept.encode(), escape.encode())
            after.writestr(name, content)
    plain.unlink()


def quoted(text):
    return json.dumps(text, ensure_ascii=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder as hostile as its files, settings in it; and the quarter before, in another."""
    folder = tmp_path_factory.mktemp("f") / NAME
    for quarter, place in (("2027-Q1", folder), ("2026-Q4", folder / BEFORE)):
        place.mkdir()
        saved(hostile(quarter, "en"), place / f"{STEM}.xlsx")
    turn = texts()
    rows = [
        ["Quarter", "2027-Q1"],
        ["Team", next(turn)],
        ["ID", "Title", "Owner", "Type", "Baseline", "Target", "Aligns to", "2027-01-08"],
        [f"<b>{M}</b>|", next(turn), next(turn), "Objective", "", "", next(turn), ""],
        ["[red]K[/red]", next(turn), next(turn), "Increase", "1", next(turn), "", next(turn)],
        ["K2", next(turn), next(turn), next(turn), "1", "2", next(turn), "1"],
        [next(turn), next(turn), "", "Increase", "1", "5", "", "2"],
    ]
    with (folder / f"{STEM}.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    (folder / f"{STEM}.ods").write_bytes(b"PK\x03\x04 \x1b[45m")
    plain = [re.sub("[\x00-\x1f\x7f-\x9f]", "", next(turn)) for _ in range(4)]
    (folder / "okr.toml").write_text(
        f"company = {quoted(plain[0])}\nprevious = {quoted(BEFORE)}\n"
        f"[departments.{quoted(plain[1])}]\nweight = 2\n"
        f"[teams.{quoted(plain[2])}]\ndepartment = {quoted(plain[1])}\n"
        f'[owners]\n{quoted(plain[3])} = "ann@example.com"\n',
        "utf-8",
    )
    return folder


def run(*arguments, folder):
    """What a command prints, where nobody watches."""
    here = Path.cwd()
    os.chdir(folder)
    try:
        done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    finally:
        os.chdir(here)
    assert done.exit_code in (0, 1), done.output
    return done


@pytest.fixture(scope="module", params=["en", "fi"])
def written(request, folder, tmp_path_factory):
    """All reports in a language, with the quarter before; and what was printed."""
    out = tmp_path_factory.mktemp("out")
    outs = [f"-o{out / f'r{kind}'}" for kind in (".xlsx", ".pptx", ".html", ".md", ".csv", ".json")]
    (files,) = [[path for path in folder.iterdir() if path.suffix in {".xlsx", ".csv", ".ods"}]]
    done = run(
        "score", *files, "--previous", folder / BEFORE, "--language", request.param,
        *outs, folder=folder,
    )  # fmt: skip
    reviews = [f"-o{out / f'review{kind}'}" for kind in (".xlsx", ".md", ".json")]
    run("check", *files, "--language", request.param, *reviews, folder=folder)
    return out, done, request.param


def titles(rollup_json):
    rows = (*rollup_json["objectives"], *rollup_json["key_results"])
    return {" ".join(row["title"].split()) for row in rows}


# --- the terminal ----------------------------------------------------------------------------------


def assert_lines(text):
    """No sign moves the cursor, colours, rings or turns round, and no text begins a line."""
    assert not BAD.search(text)
    assert "\r" not in text
    assert "\u2028" not in text
    assert not [line for line in text.split("\n") if line.startswith(LINE)]


@pytest.mark.parametrize("code", ["en", "fi"])
def test_a_terminal_gets_lines(code, folder):
    """The table, its problems, unknown names of okr.toml and a day that lies far off."""
    files = [path for path in folder.iterdir() if path.suffix in {".xlsx", ".csv", ".ods"}]
    table = run("score", *files, "--language", code, "--as-of", "2030-01-01", folder=folder)
    assert_lines(table.stderr)
    assert not BAD.search(table.stdout)
    for mark in ("[red]", "[/]", ":smile:", "&amp;", f"%({M})s", f"{{{M}}}", "[45m"):
        assert mark in table.stdout.replace("\n", "")
        assert mark in table.stderr
    assert table.stderr.count("okr.toml: ") == 2  # a team and an owner of nobody's
    assert "2030" in table.stderr
    found = run("check", *files, "--language", code, folder=folder)
    assert_lines(found.output)
    is_problem = re.compile(r".+: (error|warning|info): [a-z-]+: .")
    assert all(is_problem.match(line) for line in found.stdout.splitlines())


def read_to_the_end(terminal):
    # A terminal that nobody writes to any more is an error to read from.
    with suppress(OSError):
        while content := os.read(terminal, 65_536):
            yield content
    os.close(terminal)


# A bar that comes and goes is no line, and none comes within a minute.
RUN = """
from okr_sheets import __main__, terminal
terminal.UNSHOWN = 60
__main__.run()
"""


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="the system has no such terminals")
def test_a_terminal_of_the_systems_gets_colours_of_ours_alone(folder):
    files = [path for path in folder.iterdir() if path.suffix in {".xlsx", ".csv"}]
    ours, theirs = os.openpty()
    more = {"TERM": "xterm-256color", "COLUMNS": "200", "PYTHONPATH": str(PACKAGE.parent)}
    running = subprocess.Popen(
        [sys.executable, "-c", RUN, "score", *files],
        cwd=folder,
        env=os.environ | more,
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    shown = [*read_to_the_end(ours)]
    assert running.wait(30) == 1
    text = b"".join(shown).decode()
    colours = set(re.findall(r"\x1b\[([\d;]*)m", text))
    assert colours
    assert not {number for each in colours for number in each.split(";")} & {"45", "5"}
    plain = re.sub(r"\x1b\[[\d;]*m", "", text).replace("\r\n", "\n")
    assert not BAD.search(plain)
    assert "\r" not in plain
    assert "[45m" in plain


def test_the_debug_log_is_printable(folder, monkeypatch):
    done = CliRunner().invoke(main, ["--debug", "score", str(folder / f"{STEM}.ods")])
    assert "Traceback" in done.output
    assert not BAD.search(done.output)


# --- files for programs ----------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["en", "fi"])
def test_check_gives_documents_that_run_nothing(code, folder):
    files = [path for path in folder.iterdir() if path.suffix in {".xlsx", ".csv", ".ods"}]
    document = run("check", *files, "--format", "json", "--language", code, folder=folder).stdout
    records = json.loads(document)
    assert not BAD.search(document)
    assert any(f"[red]{M}" in record["file"] for record in records)
    table = run("check", *files, "--format", "csv", "--language", code, folder=folder).stdout
    assert_no_formula(table, code)
    assert [row["code"] for row in csv.DictReader(io.StringIO(table, newline=""))] == [
        record["code"] for record in records
    ]


def assert_no_formula(table, code):
    """Nor where programs of the language split: at semicolons, and at any end of a line."""
    assert not BAD.search(table)
    cells = [cell for row in csv.reader(io.StringIO(table, newline="")) for cell in row]
    if code == "fi":
        assert ";" in table
        semicolons = csv.reader(io.StringIO(table, newline=""), delimiter=";")
        cells += [cell for row in semicolons for cell in row]
        cells += [cell for line in table.splitlines() for cell in line.split(";")]
    number = re.compile(r"-?\d+(\.\d+)?")
    assert not [cell for cell in cells if FORMULA.match(cell) and not number.fullmatch(cell)]


def test_csv_runs_nothing(written):
    out, _, code = written
    table = (out / "r.csv").read_text("utf-8-sig")
    assert_no_formula(table, code)
    assert f"[red]{M}[/red]" in table


def test_json_holds_text(written):
    out, _, _ = written
    text = (out / "r.json").read_text("utf-8")
    assert not BAD.search(text)
    assert "\\u001b" not in text
    assert all(
        any(mark in title for title in titles(json.loads(text))) for mark in ("&amp;", "{{ ")
    )


# --- the page and Markdown -------------------------------------------------------------------------


def test_the_page_has_no_element_of_anybody_elses(written):
    out, _, _ = written
    text = (out / "r.html").read_text("utf-8")
    page = html.document_fromstring(text)
    assert not BAD.search(text)
    assert not list(page.iter(etree.Comment))
    assert len(page.findall(".//script")) == 1
    assert not {"i", "red", "img"} & {e.tag for e in page.iter() if e.text and e.text.strip() == M}
    assert not [element for element in page.iter("b") if element.text_content().strip() == M]
    assert {link.get("href")[0] for link in page.iter("a")} == {"#"}
    names = {name for element in page.iter() for name in element.attrib}
    assert not [name for name in names if M in name or name.startswith("on")]
    shown = {" ".join(e.text_content().split()) for e in page.iter("span", "h4", "a")}
    assert titles(json.loads((out / "r.json").read_text("utf-8"))) <= shown


def test_markdown_is_read_as_it_was_meant(written):
    out, _, _ = written
    text = (out / "r.md").read_text("utf-8")
    assert not BAD.search(text)
    assert_markdown(text, of="rollup")


def assert_markdown(text, of):
    """Tags of ours alone, tables as wide as their headers, bold where we made it."""
    body, ends = re.subn(rf"<!-- okr-sheets {of} [0-9a-f]{{32}} -->\n\Z", "", text)
    assert ends == 1
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    page = html.document_fromstring(f"<div>{reader.render(body)}</div>")
    tags = {element.tag for element in page.iter() if isinstance(element.tag, str)}
    assert tags <= set(
        "html body div h1 h2 h3 p ul li strong code table thead tbody tr th td".split()
    )
    assert not list(page.iter(etree.Comment))
    assert not [each for each in page.iter("strong", "code") if each.text_content().strip() == M]
    assert not [each for each in page.iter("li") if each.getparent().getparent().tag == "li"]
    for table in page.iter("table"):
        assert len({len(row) for row in table.iter("tr")}) == 1
    content = page.text_content()
    for mark in (f"<b>{M}</b>", f"**{M}**", f"[{M}](http://x.example)", "&amp;", f"{{{M}}}"):
        assert mark in content


# --- workbooks -------------------------------------------------------------------------------------

# Where in a workbook a text of a user's may stand: shared strings, what charts and formulas keep
# of cells, the title of the document, and the name of a file that a link leads to.
PLACES = {"t", "v", "title"}


def assert_workbook(path, our_formulas):
    """Text stands where text may stand; formulas, names, headers and footers are ours alone."""
    parts = zipfile.ZipFile(path)
    for name in parts.namelist():
        content = parts.read(name)
        if not name.endswith((".xml", ".rels")):
            continue
        root = etree.fromstring(content)
        for element in root.iter():
            tag = etree.QName(element).localname
            for key, value in element.attrib.items():
                is_link = (tag, key) == ("Relationship", "Target")
                is_place = (tag, key) == ("hyperlink", "location")
                assert M not in value or is_link or is_place, (name, tag, key, value)
                assert not is_place or re.fullmatch(r"'([^']|'')+'![A-Z]+\d+", value)
            text = element.text or ""
            assert not BAD.search(text)
            if M in text:
                assert tag in PLACES, (name, tag, text)
            if tag in {"oddHeader", "oddFooter"}:
                assert text == "&L&8&F&C&8&P / &N&R&8&A"
            if tag == "definedName":
                assert element.get("name").startswith(("_xlnm.", "okr_sheets_"))
            if tag == "f" and etree.QName(element.getparent()).localname == "c":
                assert our_formulas, (name, text)
            if tag == "f" and name.startswith("xl/charts"):
                assert re.fullmatch(r"('[^']+'|\w+)!\$[A-Z]+\$\d+(:\$[A-Z]+\$\d+)?", text)
        if name.endswith(".rels"):
            for link in root:
                if link.get("TargetMode") == "External":
                    assert re.fullmatch(r"\.\.?[\\/][^\s:#<>\[\]{}`^]+", link.get("Target"))


def test_the_rollups_workbook_holds_text(written):
    out, _, _ = written
    assert_workbook(out / "r.xlsx", our_formulas=False)


def test_a_review_holds_text_in_every_form(written):
    out, _, _ = written
    assert_workbook(out / "review.xlsx", our_formulas=False)
    document = (out / "review.json").read_text("utf-8")
    assert json.loads(document)["quality"]
    for text in (document, (out / "review.md").read_text("utf-8")):
        assert not BAD.search(text)
    assert_markdown(text, of="rollup")


WRITTEN = [key for key in SHEETS if key != "history"]  # which there is none of here


def test_a_workbook_of_ones_own_holds_the_same(written, folder, tmp_path):
    out, _, code = written
    board = boards.short_styles(tmp_path / "board.xlsx")
    files = [path for path in folder.iterdir() if path.suffix in {".xlsx", ".csv", ".ods"}]
    run(
        "score", *files, "--previous", folder / BEFORE, "--language", code,
        "--into", board, "--sheets", ",".join(WRITTEN), folder=folder,
    )  # fmt: skip
    assert_workbook(board, our_formulas=True)
    ours, theirs = map(CalamineWorkbook.from_path, (board, out / "r.xlsx"))
    assert ours.sheet_names == ["Plan", *theirs.sheet_names]
    for name in theirs.sheet_names:
        assert rows_of(ours, name) == rows_of(theirs, name)


def rows_of(book, name):
    return book.get_sheet_by_name(name).to_python()


def test_a_chart_shows_the_names_of_units_that_begin_like_a_formula(tmp_path):
    teams = ["=1+1", "=Calc!$A$1", "{=1}", "+1", "='x'!A1"]
    plan = okr.new("sales", quarter="2027-Q1")
    trackers = [
        replace(plan, about=replace(plan.about, department="", team=team)) for team in teams
    ]
    path = okr.report(okr.rollup(trackers), tmp_path / "r.xlsx")
    assert_workbook(path, our_formulas=False)
    lines = [
        series
        for name in zipfile.ZipFile(path).namelist()
        if name.startswith("xl/charts/chart")
        for series in etree.fromstring(zipfile.ZipFile(path).read(name)).iter("{*}ser")
    ]
    names = {
        name
        for series in lines
        for name in series.xpath("./*[local-name()='tx']//*[local-name()='v']/text()")
    }
    assert names >= set(teams)


def test_a_new_tracker_holds_text(folder, tmp_path):
    turn = texts()
    lines = ["[about]", *(f"{key} = {quoted(next(turn))}" for key in ("company", "team"))]
    for _ in range(2):
        lines.append("[[objectives]]")
        lines += [
            f"{key} = {quoted(next(turn))}" for key in ("title", "owner", "note", "aligns_to")
        ]
        lines += ["[[objectives.key_results]]", 'type = "increase"', "baseline = 1", "target = 5"]
        lines += [
            f"{key} = {quoted(next(turn))}" for key in ("title", "owner", "unit", "definition")
        ]
    (tmp_path / "plan.toml").write_text("\n".join(lines), "utf-8")
    path = tmp_path / f"{STEM}.xlsx"
    (parent,) = folder.glob("*.xlsx")
    done = run(
        "new", path, "--from", "plan.toml", "--quarter", "2027-Q1", "--department", next(turn),
        "--parent", parent, folder=tmp_path,
    )  # fmt: skip
    assert_lines(done.output)
    assert_workbook(path, our_formulas=True)


# --- messages --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["eml", "md"])
def test_messages_hold_lines_of_ours(kind, folder, tmp_path):
    files = [path for path in folder.iterdir() if path.suffix in {".xlsx", ".csv"}]
    done = run("remind", *files, "-o", tmp_path, "--format", kind, folder=folder)
    assert_lines(done.output)
    messages = list(tmp_path.iterdir())
    assert len(messages) > 5
    for path in messages:
        assert re.fullmatch(r"[\w-]+\.(eml|md)", path.name)
        if kind == "md":
            assert not BAD.search(path.read_text("utf-8"))
            assert_markdown(path.read_text("utf-8"), of="reminder")
        else:
            assert_mail(message_from_bytes(path.read_bytes(), policy=default))


def assert_mail(mail):
    allowed = "Subject To X-Unsent X-Generator MIME-Version Content-Type Content-Transfer-Encoding"
    assert set(mail.keys()) <= set(allowed.split())
    assert not mail.defects
    assert len(mail["Subject"].splitlines()) == 1
    body = mail.get_content()
    assert_lines(body)
    lines = [line for line in body.splitlines() if line]
    # A greeting, what is owed (each with a line of ours above the list), and thanks.
    assert not [line for line in lines[1:-1] if M in line and not line.startswith("- ")]
