"""How runs end: exit codes, closed pipes and streams, full devices, outputs that fail."""

import ast
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

import okr_sheets as okr
from okr_sheets import rollups, runs
from okr_sheets.cli import main
from okr_sheets.reports import page

PACKAGE = Path(okr.__file__).parent
TRACKER = (
    "Quarter,2027-Q1,,,,,\nID,Title,Owner,Type,Baseline,Target,2027-01-08\n"
    "O1,Grow,Ann,Objective,,,\nO1.KR1,Leads,Ann,Increase,1,5,x\nO1.KR2,Calls,Bob,Increase,1,5,\n"
)


@pytest.fixture(scope="module")
def trackers(tmp_path_factory):
    """A folder with one tracker, in which a number is none."""
    folder = tmp_path_factory.mktemp("one")
    (folder / "t.csv").write_text(TRACKER, "utf-8")
    return folder


def shell(line, folder, **more):
    """A line of bash, in which `okr` is the program."""
    environment = os.environ | {"PYTHONPATH": str(PACKAGE.parent), "LC_ALL": "C.UTF-8"}
    line = f'okr() {{ "{sys.executable}" -m okr_sheets "$@"; }}; {line}'
    return subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **more,
    )


# --- streams ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["check .", "score .", "check . --format csv"])
def test_a_pipe_that_closes_leaves_the_exit_code_as_it_is(command, trackers):
    done = shell(f"okr {command} | true; echo ${{PIPESTATUS[0]}}", trackers)
    assert done.stdout == "1\n"
    assert "Exception" not in done.stderr
    assert "Broken" not in done.stderr


def test_a_pipe_that_closes_costs_no_file(trackers, tmp_path):
    line = f"okr score {trackers} -o a.json -o b.csv 2>&1 | true; echo ${{PIPESTATUS[0]}}"
    done = shell(line, tmp_path)
    assert (done.stdout, done.stderr) == ("1\n", "")
    assert {path.name for path in tmp_path.iterdir()} == {"a.json", "b.csv"}


@pytest.mark.parametrize("command", ["score --help", "--version", "templates sales"])
def test_what_is_only_printed_may_be_closed_early(command, tmp_path):
    done = shell(f"okr {command} | true; echo ${{PIPESTATUS[0]}}", tmp_path)
    assert (done.stdout, done.stderr) == ("0\n", "")


@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-"])
def test_streams_that_are_closed_from_the_start_get_no_file_into_them(closed, trackers, tmp_path):
    done = shell(f"okr score {trackers} -o a.xlsx -o b.json {closed}", tmp_path)
    assert done.returncode == 1
    assert "Exception" not in done.stderr
    sheets = CalamineWorkbook.from_path(tmp_path / "a.xlsx")
    assert sheets.get_sheet_by_name("Key results").to_python()[4][0] == "Leads"
    assert json.loads((tmp_path / "b.json").read_text("utf-8"))["about"]["trackers"] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.xlsx", "b.json"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("command", ["new t.xlsx", "templates", "--help"])
def test_a_full_device_is_one_sentence(command, tmp_path):
    done = shell(f"okr {command} >/dev/full", tmp_path)
    said = "okr-sheets: What was to be printed is lost: No space left on device.\n"
    assert (done.returncode, done.stderr) == (1, said)
    assert (tmp_path / "t.xlsx").exists() == ("new" in command)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_two_full_devices_leave_the_exit_code(tmp_path):
    assert shell("okr templates >/dev/full 2>/dev/full", tmp_path).returncode == 1
    assert shell("okr templates no-such >/dev/full 2>/dev/full", tmp_path).returncode == 2


# --- exit codes ------------------------------------------------------------------------------------


def test_a_fault_of_ours_has_a_code_of_its_own_and_says_what_to_send(trackers, monkeypatch):
    def fail(*_, **__):
        return {}["\x1b[31m"]

    monkeypatch.setattr(rollups, "rollup_of_trackers", fail)
    told = CliRunner().invoke(main, ["score", str(trackers)])
    assert told.exit_code == 3
    [line] = told.output.splitlines()
    source = (PACKAGE / "cli.py").read_text("utf-8").splitlines()
    called = next(at for at, text in enumerate(source, 1) if "rollup = rollup_of_trackers(" in text)
    for said in (okr.__version__, f"cli.py line {called}", "--debug", "Reporting a fault"):
        assert said in line
    assert "## Reporting a fault" in (PACKAGE.parent / "README.md").read_text("utf-8")
    full = CliRunner().invoke(main, ["--debug", "score", str(trackers)])
    assert full.exit_code == 3
    assert "Traceback" in full.stderr
    assert "\x1b" not in full.output


def test_too_little_memory_is_no_fault_of_ours(trackers, monkeypatch):
    def fail(*_, **__):
        raise MemoryError

    monkeypatch.setattr(rollups, "rollup_of_trackers", fail)
    told = CliRunner().invoke(main, ["score", str(trackers)])
    assert told.exit_code == 2
    [line] = told.output.splitlines()
    assert line.startswith("okr-sheets: All of it together is too much for the memory")


def test_control_c_has_the_code_that_shells_know(trackers, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(rollups, "rollup_of_trackers", interrupt)
    told = CliRunner().invoke(main, ["score", str(trackers)])
    assert (told.exit_code, told.output) == (130, "Stopped.\n")


@pytest.mark.skipif(os.name != "posix", reason="signals are another thing elsewhere")
def test_control_c_ends_a_process_with_that_code(trackers, tmp_path):
    # Tests that run in the background of a shell ignore the signal, and hand that on.
    code = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "import time; from okr_sheets import rollups; from okr_sheets.cli import main\n"
        "def slow(*_, **__): print('now', flush=True); time.sleep(60)\n"
        "rollups.rollup_of_trackers = slow; main()"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", code, "score", str(trackers)],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(PACKAGE.parent)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert running.stdout.readline() == "now\n"
    running.send_signal(signal.SIGINT)
    # Who does not end by the signal is at work for a minute.
    _, said = running.communicate(timeout=30)
    assert (running.returncode, said) == (130, "Stopped.\n")


def test_control_c_while_the_program_loads_is_one_word(tmp_path):
    code = (
        "import sys\n"
        "class Interrupted:\n"
        "    def find_spec(name, *_):\n"
        "        if name == 'okr_sheets.cli': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Interrupted)\n"
        "from okr_sheets.__main__ import run; run()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(PACKAGE.parent)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Stopped.\n")


@pytest.mark.parametrize("typed", ["\x1b[31mred", "a\u202eb", "two\nlines", "[red]m[/red]"])
def test_what_was_mistyped_is_quoted_as_one_line_of_text(typed, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for command in (
        [typed],
        ["score", f"--{typed}"],
        ["score", "x.xlsx", "-o", typed],
        ["score", "x.xlsx", "--as-of", typed],
        ["score", "x.xlsx", "--engine", typed],
        ["score", "x.xlsx", "--preset", typed],
        ["score", typed],
        ["check", typed, "--config", typed],
        ["new", typed],
        ["new", "t.xlsx", "--from", typed],
        ["new", "t.xlsx", "--quarter", typed],
        ["templates", typed],
    ):
        told = CliRunner().invoke(main, command)
        assert told.exit_code == 2, command
        assert "\x1b" not in told.output
        assert "\u202e" not in told.output
        assert not any(line.startswith("lines") for line in told.output.splitlines()), told.output


# --- several outputs -------------------------------------------------------------------------------


def test_an_output_that_fails_costs_itself(trackers, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder.html").mkdir()
    (tmp_path / "mine.md").write_text("# My notes", "utf-8")
    outs = ["a.json", "folder.html", "none/x.csv", "mine.md", "b.csv"]
    told = CliRunner().invoke(main, ["score", str(trackers), *(f"-o{out}" for out in outs)])
    assert told.exit_code == 1
    assert told.stdout == "Wrote a.json\nWrote b.csv\n"
    assert [line for line in told.stderr.splitlines() if line.startswith("okr-sheets: ")] == [
        "okr-sheets: folder.html is a folder. Name a file in it.",
        "okr-sheets: There is no folder none. Make it first.",
        "okr-sheets: mine.md is there already and is no report. Choose another name.",
    ]
    assert "t.csv:t!G4: error: not-a-number" in told.stderr
    assert (tmp_path / "b.csv").exists()


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("-onone/x.csv", "okr-sheets: There is no folder none. Make it first."),
        ("-ofolder.html", "okr-sheets: folder.html is a folder. Name a file in it."),
        ("-omine.md", "okr-sheets: mine.md is there already and is no report."),
        ("-ot.csv", "okr-sheets: t.csv is one of the trackers read."),
        (
            "-oa.txt",
            "okr-sheets: a.txt ends in no known suffix. Choose a name that ends in one of:",
        ),
        ("--into=none.xlsx", "okr-sheets: There is no workbook none.xlsx."),
        ("--into=empty.xlsx", "okr-sheets: empty.xlsx: error: not-a-workbook:"),
        ("--previous=none*", "okr-sheets: No tracker in “none*”."),
    ],
)
def test_an_output_that_cannot_be_is_refused_before_anything_is_read(
    option, sentence, trackers, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    shutil.copy(trackers / "t.csv", "t.csv")
    Path("folder.html").mkdir()
    Path("mine.md").write_text("# My notes", "utf-8")
    Path("empty.xlsx").touch()

    def fail(*_, **__):
        pytest.fail("a tracker was read")

    monkeypatch.setattr(runs, "read_trackers", fail)
    told = CliRunner().invoke(main, ["score", "t.csv", option])
    assert told.exit_code == 2
    assert told.stdout == ""
    assert sentence in told.stderr


def test_a_report_with_a_fault_of_ours_costs_itself(trackers, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def fail(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(page, "_page", fail)
    told = CliRunner().invoke(main, ["score", str(trackers), "-oa.html", "-ob.json"])
    assert told.exit_code == 3
    assert told.stdout == "Wrote b.json\n"
    assert "This is a fault of okr-sheets" in told.stderr
    assert "reports/page/__init__.py line" in told.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["b.json"]


@pytest.mark.parametrize(
    "source", ["gone", "unreadable", "memory://nowhere/t.csv", "file:///nowhere/t.csv"]
)
def test_where_nothing_can_be_read_reports_stay_as_they_are(
    source, trackers, tmp_path, monkeypatch
):
    if "://" in source:
        pytest.importorskip("fsspec")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "unreadable").mkdir()
    (tmp_path / "unreadable" / "t.xlsx").write_bytes(b"no workbook")
    outs = ["keep.csv", "keep.html", "keep.xlsx", "keep.md", "keep.json"]
    CliRunner().invoke(main, ["score", str(trackers), *(f"-o{out}" for out in outs)])
    Workbook("board.xlsx").close()
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in tmp_path.glob("*.*")}
    assert len(before) == len(outs) + 1
    asked = [f"-o{out}" for out in (*outs, "new.csv")]
    told = CliRunner().invoke(main, ["score", source, "-q", *asked, "--into", "board.xlsx"])
    assert told.exit_code == 2
    assert told.stdout == ""
    assert told.stderr.count("No report was written; earlier ones stay as they are.\n") == 1
    after = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in tmp_path.glob("*.*")}
    assert after == before


def test_where_nothing_can_be_read_nobody_is_said_to_owe_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = CliRunner().invoke(main, ["remind", "gone"])
    assert told.exit_code == 2
    assert told.stdout == ""
    assert "Nothing could be read." in told.stderr


@pytest.mark.skipif(not hasattr(os, "setuid"), reason="the system has no users")
def test_a_folder_that_is_closed_to_us_costs_what_should_go_there(trackers):
    """As root nothing is closed, so the process becomes nobody once all is read."""
    code = (
        "import os; from okr_sheets import rollups; from okr_sheets.cli import main\n"
        "import okr_sheets.reports.tables, okr_sheets.terminal; real = rollups.rollup_of_trackers\n"
        "def as_nobody(*given, **named):\n"
        "    result = real(*given, **named); [p.say() for p in result.problems]\n"
        "    os.getuid() or (os.setgid(65534), os.setuid(65534)); return result\n"
        "rollups.rollup_of_trackers = as_nobody; main()"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        for inner, mode in (("open", 0o777), ("closed", 0o555)):
            (folder / inner).mkdir()
            (folder / inner).chmod(mode)
        outs = ("closed/a.json", "open/b.json")
        done = subprocess.run(
            [sys.executable, "-c", code, "score", trackers, *(f"-o{out}" for out in outs)],
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(PACKAGE.parent)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert json.loads((folder / "open" / "b.json").read_text("utf-8"))["key_results"]
    assert done.stdout == "Wrote open/b.json\n", done.stderr
    assert (
        "closed/a.json was not written: nothing can be written in that folder. Choose another folder."
        in done.stderr
    )
    assert "t.csv:t!G4: error: not-a-number" in done.stderr
    assert done.returncode == 1


# --- the one way to print --------------------------------------------------------------------------


def test_nothing_is_printed_but_by_the_streams():
    printing = {
        "print",
        "click.echo",
        "click.secho",
        "echo",
        "sys.stdout.write",
        "sys.stderr.write",
    }
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                place = f"{path.name}:{node.lineno}"
                assert ast.unparse(node.func) not in printing, place
                if ast.unparse(node.func) == "Console":
                    said = {word.arg: ast.unparse(word.value) for word in node.keywords}
                    assert said["markup"] == said["emoji"] == said["highlight"] == "False", place
