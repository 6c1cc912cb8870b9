"""What paths name: each file once, and nothing left out without a word."""

import itertools
import json
import os
import pickle
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import ROOT
from openpyxl import Workbook

import okr_sheets as okr
from okr_sheets.cli import main
from okr_sheets.files import books, child
from okr_sheets.files.guard import UnreadableError
from okr_sheets.language import language
from okr_sheets.misuse import MisuseError
from okr_sheets.reading import folders
from okr_sheets.reading.folders import read_all, search
from okr_sheets.reports.left_out import left_out, names_left_out

needs_unix = pytest.mark.skipif(os.name != "posix", reason="no such files there")
TRACKER = (
    "Team;{team}\nQuarter;2027-Q1\nID;Title;Owner;Type;Baseline;Target;2027-01-08\n"
    "O1;Grow {team};Ann;Objective;;;\nO1.KR1;Leads of {team};Ann;Increase;0;10;7\n"
)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder of its own."""
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return tmp_path / "work"


def put(*names):
    """A tracker under each name, of a team named so."""
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(TRACKER.format(team=Path(name).with_suffix("").name), "utf-8")


def link(name, target):
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).symlink_to(target)


def found(*paths):
    return [path.as_posix() for path in search(paths).files]


def left(*paths):
    return [(problem.path, problem.code) for problem in search(paths).left_out]


# --- folders and links ---------------------------------------------------------------------------


@needs_unix
def test_links_in_a_folder_are_named_each_by_what_it_is(folder):
    put("t/a.csv", "elsewhere/b.csv")
    link("t/sales", "../elsewhere")
    link("t/gone.xlsx", "nowhere.xlsx")
    link("t/gone", "nowhere")
    link("t/2027.Q1", "nowhere")
    link("t/round.csv", "round.csv")
    for silent in ("gone.txt", "gone.png", ".gone.csv", ".#a.csv"):
        link(f"t/{silent}", "nowhere")
    assert found("t") == ["t/a.csv"]
    dead = ["t/2027.Q1", "t/gone", "t/gone.xlsx", "t/round.csv"]
    assert sorted(left("t")) == [
        *((name, "dead-link") for name in dead),
        ("t/sales", "folder-linked"),
    ]


@needs_unix
def test_a_link_named_outright_is_searched_or_said_to_lead_nowhere(folder):
    put("elsewhere/b.csv")
    link("sales", "elsewhere")
    link("dead", "nowhere")
    assert (found("sales"), left("sales")) == (["sales/b.csv"], [])
    assert (found("dead"), left("dead")) == ([], [("dead", "dead-link")])


@needs_unix
def test_a_link_to_what_is_searched_anyway_needs_no_word(folder):
    put("t/q1/a.csv", "u/b.csv")
    link("t/latest", "q1")
    link("t/up", "..")
    link("t/other", "../u")
    assert sorted(left("t")) == [("t/other", "folder-linked"), ("t/up", "folder-linked")]
    assert left("t", "u") == [("t/up", "folder-linked")]
    assert left(".") == []
    assert found(".") == ["t/q1/a.csv", "u/b.csv"]


@needs_unix
def test_a_file_has_many_names_and_is_read_once_by_the_plain_one(folder):
    put("t/z.csv")
    link("t/a.csv", "z.csv")
    os.link("t/z.csv", "t/hard.csv")
    link("way", "t")
    names = ("t/a.csv", "t", "./t/z.csv", folder / "t" / "z.csv", "way", "t/../t/z.csv")
    assert len(found(*names)) == 1
    assert found("t") == ["t/hard.csv"]
    assert found("way", "t/a.csv", "t/z.csv") == ["t/z.csv"]
    codes = [problem.code for problem in okr.check(names)]
    assert "identical-copy" not in codes
    assert len(okr.score(names)) == 1


def test_a_copy_is_still_a_copy(folder):
    put("t/a.csv")
    Path("t/b.csv").write_bytes(Path("t/a.csv").read_bytes())
    assert "identical-copy" in [problem.code for problem in okr.check("t")]


def test_what_is_hidden_a_lock_or_a_report_of_ours_needs_no_word(folder):
    put("t/a.csv", "t/.b.csv", "t/.git/c.csv", "t/~$d.csv", "t/notes.txt")
    okr.report(okr.rollup("t/a.csv"), "t/r.csv")
    assert (found("t"), left("t")) == (["t/a.csv"], [])
    assert found("t/.git") == ["t/.git/c.csv"]


@pytest.mark.parametrize("lock", ["t/~$a.xlsx", "t/.~lock.a.ods#"])
def test_a_lock_that_a_shell_names_is_skipped_and_said_where_it_is_alone(folder, lock):
    put("t/a.csv")
    Path(lock).write_bytes(bytes(165))
    assert (found(lock, "t/a.csv"), left(lock, "t/a.csv")) == (["t/a.csv"], [])
    assert (found(lock), left(lock, lock)) == ([], [(lock, "lock-file")])
    done = CliRunner().invoke(main, ["check", lock])
    assert done.exit_code == 2
    assert "Name the file itself." in done.stderr


def test_files_of_other_formats_are_named_once_for_each_folder(folder):
    put("t/a.csv", "u/b.csv")
    for name in ("b.gsheet", "a.Numbers", "c.et", "d.FODS", ".e.fods", "~$f.xltx", "g.txt"):
        Path("t", name).write_bytes(b"")
    for name in ("u/h.xltx", "u/apple.numbers/Data/c.csv"):
        put(name)
    assert found("t", "u", "t/*") == ["t/a.csv", "u/b.csv"]
    assert [(p.path, p.code, p.given) for p in search(["t", "u", "t/*"]).left_out] == [
        ("t", "other-format", "a.Numbers, b.gsheet, c.et …"),
        ("u", "other-format", "apple.numbers, h.xltx"),
    ]
    assert found("u/apple.numbers") == []
    assert left("u/apple.numbers") == [("u", "other-format")]
    # Named outright a file is looked at, and what it is told.
    assert (found("t/c.et"), left("t/*.csv")) == (["t/c.et"], [])
    (other,) = [p for p in okr.check("t") if p.code == "other-format"]
    assert "save them as .xlsx" in other.say()


def test_a_path_without_a_tracker_is_named_beside_others(folder):
    put("t/a.csv")
    Path("empty").mkdir()
    names = ("t", "empty", "sub/*.csv")
    assert left(*names) == [("empty", "nothing-found"), ("sub/*.csv", "nothing-found")]
    assert left("t", "t", "t/*") == []
    assert left("empty") == []  # then it is said of the whole run


@pytest.mark.parametrize("given", ["", ["t", ""]])
def test_an_empty_path_gets_a_sentence(folder, given):
    put("t/a.csv")
    for work in (okr.check, okr.score, okr.rollup):
        with pytest.raises(MisuseError, match=r"^A path is empty\. Name a file or a folder"):
            work(given)
    done = CliRunner().invoke(main, ["check", *([given] if isinstance(given, str) else given)])
    assert done.exit_code == 2
    assert "A path is empty. Name a file or a folder of trackers." in done.stderr


# --- patterns ------------------------------------------------------------------------------------


@needs_unix
def test_a_pattern_over_links_that_lead_back_ends(folder):
    put("t/a.csv", "t/sub/b.csv", "u/c.csv")
    for name in ("t/back", "t/sub/back", "t/sub/again"):
        link(name, folder / "t")
    link("t/other", folder / "u")
    for pattern in ("t/**/*.csv", "t/**", "**/*.csv", "t/**/**/*", "**"):
        both = {path for path in found(pattern) if path.startswith("t")}
        assert both <= {"t/a.csv", "t/sub/b.csv"}
        assert "t/sub/b.csv" in both
        assert left(pattern) == ([] if pattern.startswith("*") else [("t/other", "folder-linked")])


@needs_unix
def test_a_pattern_finds_what_a_shell_would_name(folder):
    put("north/okr.csv", "south/okr.csv", "south/deep/old.csv", "top.csv", ".no/okr.csv")
    link("west", "south")
    assert found("*/okr.csv") == ["north/okr.csv", "south/okr.csv"]
    # A folder that matches stands for all below it, as one that is named does.
    assert found("s*") == ["south/deep/old.csv", "south/okr.csv"]
    assert found("w*t/okr.csv", "[n]orth") == ["west/okr.csv", "north/okr.csv"]
    assert found("*.csv") == ["top.csv"]
    assert found("w*/**/*.csv") == ["west/deep/old.csv", "west/okr.csv"]


def test_a_name_with_brackets_is_a_name_first(folder):
    put("a[1].csv", "a1.csv")
    assert found("a[1].csv") == ["a[1].csv"]


# --- what cannot be opened -----------------------------------------------------------------------

CLOSED = """
import json, os, sys
import okr_sheets as okr
from okr_sheets.files import child
from okr_sheets.reading import folders

def said(path):
    found = folders.search(path)
    left = [(os.path.basename(p.path), p.code) for p in found.left_out]
    codes = [(os.path.basename(p.path), p.code) for p in okr.check(path)]
    return left, codes, [path.name for path in found.files]

# This user may not start the interpreter again; and what is loaded lazily is loaded before.
child._serving = True  # all is done here
said(sys.argv[1])
os.setgroups([]), os.setgid(65534), os.setuid(65534)
print(json.dumps([said(path) for path in sys.argv[1:]]))
"""


def as_nobody(*paths):
    """Of each path what was left out, what `check` says and what is read, for a user of no rights."""
    done = subprocess.run(
        [sys.executable, "-c", CLOSED, *map(str, paths)],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="root alone can drop")
def test_what_may_not_be_read_is_named_and_costs_itself(monkeypatch):
    # Nobody else may enter the folders of pytest.
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    monkeypatch.chdir(folder)
    put(
        "t/a.csv",
        "t/shut/b.csv",
        "t/listed/c.csv",
        "t/listed/notes.txt",
        "t/mine.csv",
        "t/.x/d.csv",
    )
    for name, mode in (("shut", 0), ("listed", 0o744), ("mine.csv", 0), (".x", 0)):
        Path("t", name).chmod(mode)
    paths = (
        folder / "t",
        *(folder / "t" / below for below in ("**/*.csv", "shut/*.csv", "shut/b.csv")),
    )
    (left_out, codes, names), deep, flat, outright = as_nobody(*paths)
    assert names == ["a.csv", "mine.csv"]
    assert sorted(left_out) == [["c.csv", "cannot-open"], ["shut", "cannot-open"]]
    said = sorted(name for name, code in codes if code == "cannot-open")
    assert said == ["c.csv", "mine.csv", "shut"]
    assert sorted(deep[0]) == sorted(left_out)
    assert flat[0] == [["shut", "cannot-open"]]
    assert outright[1] == [["b.csv", "cannot-open"]]
    shutil.rmtree(folder)


def closed(monkeypatch, name):
    """The folder of this name cannot be opened."""
    listed = os.listdir

    def listdir(path):
        if Path(path).name == name:
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(folders.os, "listdir", listdir)


def test_every_part_of_the_api_says_what_was_left_out(folder, monkeypatch, caplog):
    put("t/a.csv", "t/shut/b.csv")
    closed(monkeypatch, "shut")
    assert ("t/shut", "cannot-open") in [(p.path, p.code) for p in okr.check("t")]
    rollup = okr.rollup("t", previous=None)
    assert rollup.about["trackers"] == 1
    assert rollup.about["unreadable"] == ["t/shut"]
    assert "cannot-open" in [problem.code for problem in rollup.problems]
    assert len(okr.score("t")) == 1
    assert "shut: error: cannot-open: It cannot be opened (Permission denied)" in caplog.text
    with pytest.raises(MisuseError, match=r"^No tracker to read(?s:.*)shut: error: cannot-open"):
        okr.score("t/shut")


@needs_unix
def test_reports_list_what_was_left_out_with_its_reason(folder, monkeypatch):
    put("t/a.csv", "t/shut/b.csv", "u/c.csv")
    link("t/sales", "../u")
    closed(monkeypatch, "shut")
    outs = [f"r{suffix}" for suffix in (".md", ".html", ".json", ".xlsx")]
    done = CliRunner().invoke(main, ["score", "t", *(part for out in outs for part in ("-o", out))])
    assert done.exit_code == 1, done.output
    said = Path("r.md").read_text("utf-8")
    for name, reason in (("shut", "It cannot be opened"), ("sales", "This folder is a link")):
        assert name in said
        assert reason in said
    about = json.loads(Path("r.json").read_text("utf-8"))["about"]
    assert (about["trackers"], sorted(about["unreadable"])) == (1, ["t/sales", "t/shut"])


def test_two_tables_of_a_workbook_that_are_left_out_are_each_named(folder):
    book = Workbook()
    book.remove(book.active)
    for name in ("Alpha", "Beta"):
        sheet = book.create_sheet(name)
        sheet.append(["ID", "Title", "Type", "Baseline", "Target"])
        sheet.append(["O1", f"Grow {name}", "Objective"])
        sheet.append(["O1.KR1", f"Leads of {name}", "Increase", 0, 10])
    book.save("two.xlsx")
    rollup = okr.rollup("two.xlsx")
    lost = left_out(rollup, language("en"))
    assert [name for name, _ in lost] == ["two.xlsx:Alpha", "two.xlsx:Beta"]
    assert names_left_out(rollup) == ["two.xlsx:Alpha", "two.xlsx:Beta"]
    okr.report(rollup, "r.md")
    said = Path("r.md").read_text("utf-8")
    assert all(f"- `{name}` {reason}" in said for name, reason in lost)


def test_where_nothing_is_found_it_is_said_with_what_was_left_out(folder, monkeypatch):
    Path("t/shut").mkdir(parents=True)
    closed(monkeypatch, "shut")
    done = CliRunner().invoke(main, ["check", "t"])
    assert done.exit_code == 2
    assert "No tracker in “t”. Name a file or a folder of them." in done.stderr
    assert "shut: error: cannot-open" in done.stderr


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_a_pipe_a_socket_or_a_device_is_named_at_once(folder, monkeypatch, request):
    put("t/a.csv")
    monkeypatch.chdir("t")
    odd = [Path(f"pipe.{kind}") for kind in ("csv", "xlsx", "log")]
    for pipe in odd:
        os.mkfifo(pipe)
    odd += [Path("socket.tsv"), Path("device.csv")]
    with socket.socket(socket.AF_UNIX) as served:
        served.bind("socket.tsv")
    link("device.csv", "/dev/zero")
    monkeypatch.chdir("..")
    # Kept folders of tests are looked through by other programs, which would wait here for ever.
    request.addfinalizer(lambda: [(folder / "t" / path).unlink() for path in odd])
    said = [(Path(p.path).name, p.given) for p in okr.check("t") if p.code == "not-a-workbook"]
    assert said == [
        ("device.csv", "a device"),
        ("pipe.csv", "a pipe"),
        ("pipe.xlsx", "a pipe"),
        ("socket.tsv", "a socket"),
    ]
    assert [p.code for p in okr.check("t/pipe.csv")] == ["not-a-workbook"]


@needs_unix
def test_names_of_all_kinds_cost_themselves_only(folder):
    put("t/a.csv")
    odd = [b"line\nbreak.csv", b"not\xffutf-8.csv", b"\x1b[31mred.csv"]
    for name in odd:
        (folder / "t" / os.fsdecode(name)).write_bytes(b"\xff\xfe\x00bad\n")
    for command in (["check", "t"], ["score", "t"], ["score", "t", "-o", "r.html", "-o", "r.xlsx"]):
        done = CliRunner().invoke(main, command)
        assert isinstance(done.exception, SystemExit), done.exception
        assert done.exit_code == 1
    for name in ("x" * 300 + ".csv", "a\0b.csv", "x" * 300 + "/*.csv"):
        problems = okr.check(["t/a.csv", name])
        assert {problem.code for problem in problems if problem.path != "t/a.csv"}


def test_a_file_that_vanishes_after_the_search_costs_itself(folder):
    put("t/a.csv", "t/b.csv")

    def share(work, items, lost):
        items = list(items)
        Path("t/a.csv").unlink()
        return map(work, items)

    gone, there = read_all("t", share)
    assert [problem.code for problem in gone.problems] == ["not-found"]
    assert there.readable


def test_a_working_folder_that_is_gone_is_said(folder, monkeypatch):
    def gone():
        raise FileNotFoundError(2, "No such file or directory")

    put("a.csv")
    monkeypatch.setattr(folders.Path, "cwd", gone)
    with pytest.raises(MisuseError, match="The folder that you are in is gone"):
        search("a.csv")
    assert len(search(folder / "a.csv").files) == 1


# --- files in the writing ------------------------------------------------------------------------

OLD, NEW = (TRACKER.format(team="T").replace(";7\n", f";{value}\n") for value in (1234, 98765))


def value_of(path):
    """The last number, or the code of why there is none."""
    tracker = okr.read(path)
    values = tracker.check_ins["value"].tolist()
    return values[0] if values else tracker.problems[0].code


class Clock:
    """Tells how long ago a file was written; who sleeps by it does not wait."""

    def __init__(self, path):
        self.path = path
        self.age = 0.1  # seconds
        self.waited = []
        self.meanwhile = None

    def time(self):
        return self.path.stat().st_mtime + self.age

    def sleep(self, seconds):
        self.waited.append(seconds)
        self.age += seconds
        if self.meanwhile:
            self.write(self.meanwhile)

    def write(self, text):
        self.path.write_text(text)
        self.age = 0.1


@pytest.fixture
def clock(tmp_path, monkeypatch):
    clock = Clock(tmp_path / "t.csv")
    monkeypatch.setattr(child, "_serving", True)  # all is done here
    monkeypatch.setattr(books, "time", clock)
    return clock


@pytest.mark.parametrize("cut", [-1, -3, -12, -60, 0])
def test_half_of_a_text_is_never_taken_for_the_whole(clock, cut):
    """The file is begun again, and what is missing comes while it is waited for."""
    clock.write(NEW[:cut] if cut else "")
    clock.meanwhile = NEW
    assert value_of(clock.path) == 98765
    assert clock.waited == [pytest.approx(books.QUIET - 0.1 + books.TICK)]


def test_a_text_that_goes_on_being_written_is_named_and_nothing_of_it_counted(clock):
    clock.write(NEW[:-2])
    clock.meanwhile = NEW[:-3]
    assert value_of(clock.path) == "being-written"
    assert okr.read(clock.path).key_results.empty
    assert len(clock.waited) == 2  # once for each reading


def test_a_file_rewritten_in_pieces_is_read_whole_or_named(clock, monkeypatch):
    """Whenever the file is read the program writes on, but that it rests where a text is whole."""
    clock.write(OLD)
    pieces = (
        text[: at + 37] for text in itertools.cycle((NEW, OLD)) for at in range(0, len(text), 37)
    )
    rests = itertools.cycle([True, True, False])
    parse = books._parsed

    def parsed(path):
        book = parse(path)
        if path.read_text() not in {OLD, NEW} or not next(rests):
            clock.write(next(pieces))
        return book

    monkeypatch.setattr(books, "_parsed", parsed)
    seen = set()
    for _ in range(60):
        seen.add(value_of(clock.path))
        clock.write(next(pieces))
    assert seen == {1234, 98765, "being-written"}


def test_a_text_without_an_end_is_read_without_delay_once_it_is_quiet(clock):
    for age in (5, -30):
        clock.write(NEW.rstrip())
        clock.age = age
        assert value_of(clock.path) == 98765
        assert not clock.waited
    clock.write(NEW.rstrip())
    assert value_of(clock.path) == 98765
    assert len(clock.waited) == 1


@pytest.mark.parametrize("change", ["rewrite", "replace", "append", "touch"])
def test_what_changes_while_it_is_parsed_is_parsed_again(tmp_path, monkeypatch, change):
    path, other = tmp_path / "t.csv", tmp_path / "other"
    path.write_text(OLD)
    parsed, parse = [], books._parsed

    def half(path):
        book = parse(path)
        if not parsed:
            {
                "rewrite": lambda: path.write_text(NEW),
                "replace": lambda: (other.write_text(NEW), other.replace(path)),
                "append": lambda: path.open("a").close() or path.write_text(OLD + "\n"),
                "touch": lambda: os.utime(path, (1, 1)),
            }[change]()
        parsed.append(book)
        return book

    monkeypatch.setattr(books, "_parsed", half)
    assert books.read_book(path) == parse(path)
    assert len(parsed) == 2


def test_a_workbook_replaced_in_the_middle_is_read_whole_or_named(tmp_path, monkeypatch):
    path = tmp_path / "t.xlsx"
    okr.write(okr.new("sales", quarter="2027-Q1"), path)
    whole = path.read_bytes()
    parse = books._parsed

    def torn(path):
        path.write_bytes(whole[: len(whole) // 2])
        return parse(path)

    monkeypatch.setattr(books, "_parsed", torn)
    with pytest.raises(UnreadableError) as caught:
        books.read_book(path)
    assert caught.value.code == "being-written"

    def mended(path):
        monkeypatch.setattr(books, "_parsed", parse)
        try:
            return torn(path)
        finally:
            path.write_bytes(whole)

    monkeypatch.setattr(books, "_parsed", mended)
    assert pickle.dumps(books.read_book(path)) == pickle.dumps(parse(path))
