"""The Tab key: what shells offer, by click's protocol and in a real bash."""

import os
import select
import shutil
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete
from click.testing import CliRunner

import okr_sheets as okr
from okr_sheets.bands import PRESETS
from okr_sheets.choices import ENGINES, REPORTS, RESULT_SHEETS
from okr_sheets.cli import main
from okr_sheets.language import languages
from okr_sheets.quarters import Quarter
from okr_sheets.reading import examples

PACKAGE = Path(okr.__file__).parent
needs_bash = pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("q1.xlsx", "q2.csv", "notes.txt", "plan.toml", "okr.toml", ".hidden.xlsx"):
        (tmp_path / name).write_text("no tracker: nothing here is read")
    for name in ("trackers/a.xlsx", "trackers/b.ods", "trackers/c.pdf", "old/my file.xlsx"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def offered(*typed):
    """What completes the last word: values, or for a kind that the shell completes its name."""
    items = ShellComplete(main, {}, "okr-sheets", "_OKR_SHEETS_COMPLETE").get_completions(
        [*typed[:-1]], typed[-1]
    )
    return [item.value if item.type == "plain" else f"({item.type})" for item in items]


# --- names -----------------------------------------------------------------------------------------


def test_commands_and_options_are_offered():
    assert offered("") == sorted(main.commands)
    assert offered("sc") == ["score"]
    assert offered("score", "--en") == ["--engine"]
    for name, command in main.commands.items():
        # The help option is click's own.
        options = {opt for param in command.params for opt in param.opts if opt[:2] == "--"}
        assert {*offered(name, "--")} - {"--help"} == options


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        (("new", "t.xlsx", "--template"), examples.names()),
        (("templates",), examples.names()),
        (("new", "t.xlsx", "--preset"), PRESETS),
        (("score", "--preset"), PRESETS),
        (("score", "--engine"), ENGINES),
        (("adopt", "k.csv", "--language"), languages()),
        (("remind", "--format"), ("eml", "md")),
        (("score", "--sheets"), RESULT_SHEETS),
    ],
)
def test_names_are_offered(typed, names):
    assert offered(*typed, "") == [*names]
    assert offered(*typed, [*names][-1][:2])
    assert offered(*typed, "§") == []


def test_of_sheets_the_rest_is_offered():
    assert offered("score", "--sheets", "summary,te") == ["summary,teams"]
    assert "teams,summary" in offered("score", "--sheets", "teams,")
    assert "teams,teams" not in offered("score", "--sheets", "teams,")


def test_quarters_from_today_on_are_offered():
    this = Quarter.holding(date.today())
    quarters = offered("next", "--quarter", "")
    assert quarters[:2] == [str(this), str(this.next)]
    assert len(quarters) == 5
    assert str(this.next.year) in offered("new", "t.xlsx", "--quarter", "")
    assert offered("new", "--quarter", "2031-") == ["2031-Q1", "2031-Q2", "2031-Q3", "2031-Q4"]
    assert offered("adopt", "--quarter", "2031-Q4") == ["2031-Q4"]
    assert offered("score", "--as-of", "") == [date.today().isoformat()]


# --- files -----------------------------------------------------------------------------------------


def test_files_are_offered_by_what_they_end_in(folder):
    (folder / "old" / "my file.xlsx").unlink()
    assert offered("score", "") == ["old", "q1.xlsx", "q2.csv", "trackers"]
    assert offered("score", "q") == ["q1.xlsx", "q2.csv"]
    assert offered("score", "q1.xlsx", "tr") == ["trackers", "trackers/a.xlsx", "trackers/b.ods"]
    assert offered("score", "trackers/") == ["trackers/a.xlsx", "trackers/b.ods"]
    assert offered("score", f"{folder}/q1") == [f"{folder}/q1.xlsx"]
    assert offered("score", "--config", "p") == ["plan.toml"]
    assert offered("new", "t.xlsx", "--from", "q") == ["q1.xlsx", "q2.csv"]
    assert offered("score", ".h") == [".hidden.xlsx"]
    assert offered("adopt", "q2") == ["q2.csv"]


def test_what_would_have_to_be_quoted_is_left_to_the_shell(folder):
    assert offered("score", "old/") == ["(file)"]
    assert offered("score", "~/") == offered("score", "my f") == ["(file)"]
    assert offered("score", "gone/") == ["(file)"]
    assert offered("remind", "-o", "zzz") == ["(dir)"]


def test_suffixes_are_offered_behind_a_name(folder):
    assert offered("score", "-o", "r.") == [f"r{suffix}" for suffix in REPORTS]
    assert offered("score", "-o", "2027-Q1.h") == ["2027-Q1.html"]
    assert offered("check", "-o", "out/r.") == ["out/r.xlsx", "out/r.md", "out/r.json"]
    assert offered("new", "t.") == ["t.xlsx"]
    assert offered("score", "--history", "h.") == ["h.sqlite", "h.db"]
    assert offered("adopt", "k.csv", "--map", "m.") == ["m.toml"]
    assert offered("score", "-o", "../") != ["../.xlsx"]


# --- every option ----------------------------------------------------------------------------------


def options():
    for name, command in main.commands.items():
        for param in command.params:
            if not (isinstance(param, click.Option) and param.is_flag):
                yield pytest.param(param, id=f"{name} {param.opts[-1]}")


@pytest.mark.parametrize("param", [*options()])
def test_every_value_has_an_example_that_is_taken_and_completes(param, folder):
    for name in ("marketing.xlsx", "company.xlsx"):
        Path(name).touch()
    assert param.type.convert(param.type.example, param, None)
    param.type.shell_complete(None, param, param.type.example[:1])


# --- shells ----------------------------------------------------------------------------------------


def completing(words, folder, shell="bash", code="from okr_sheets.__main__ import run; run()"):
    """What the program prints for a shell that completes the last of some words."""
    environment = os.environ | {
        "PYTHONPATH": str(PACKAGE.parent),
        "_OKR_SHEETS_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": " ".join(("okr-sheets", *words)) if shell != "fish" else words[-1],
        "COMP_CWORD": str(len(words)) if shell != "fish" else words[-1],
    }
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_its_script_and_its_answers(shell, folder, monkeypatch):
    monkeypatch.setenv("_OKR_SHEETS_COMPLETE", f"{shell}_source")
    script = CliRunner().invoke(main, [], prog_name="okr-sheets").stdout
    assert f"_OKR_SHEETS_COMPLETE={shell}_complete" in script
    done = completing(["sco"], folder, shell)
    assert done.returncode == 0
    assert "score" in done.stdout


@pytest.mark.parametrize(
    "words", [["score", "q"], ["new", "--template", ""], ["score", "-o", "r."]]
)
def test_completing_loads_little_and_opens_no_file_of_the_user(words, folder):
    code = (
        "import sys, os; here = os.getcwd(); found = []\n"
        "def heard(event, args):\n"
        "    if event == 'open' and isinstance(args[0], str):\n"
        "        path = os.path.abspath(args[0])\n"
        "        if path.startswith(here) or path.endswith('.toml'): found.append(path)\n"
        "sys.addaudithook(heard)\n"
        "from okr_sheets.cli import main\n"
        "try: main()\n"
        "finally:\n"
        "    heavy = {'pandas', 'numpy', 'openpyxl', 'xlsxwriter', 'jinja2', 'rich'} & {*sys.modules}\n"
        "    print(found, heavy, file=sys.stderr)"
    )
    done = completing(words, folder, code=code)
    assert done.stdout
    assert done.stderr == "[] set()\n"


@pytest.fixture
def program(tmp_path):
    """A folder for PATH with the program in it, under its own name."""
    place = tmp_path / "bin"
    place.mkdir()
    script = place / "okr-sheets"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m okr_sheets "$@"\n')
    script.chmod(0o755)
    return os.environ | {
        "PATH": f"{place}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(PACKAGE.parent),
        "LC_ALL": "C.UTF-8",
    }


def line_of(document):
    """The line that a document tells to type."""
    (line,) = {each for each in document.split("`") if each.startswith("eval ")} or {
        each.strip() for each in document.splitlines() if each.strip().startswith("eval ")
    }
    return line


@needs_bash
def test_bash_completes_after_the_line_that_help_and_readme_tell(folder, program):
    told = CliRunner().invoke(main, ["--help"]).stdout
    line = line_of(told)
    assert line == line_of((PACKAGE.parent / "README.md").read_text("utf-8"))
    asked = (
        f"{line}\nCOMP_WORDS=(okr-sheets score --engine p); COMP_CWORD=3\n"
        '_okr_sheets_completion okr-sheets; printf "%s\\n" "${COMPREPLY[@]}"; '
        "complete -p okr-sheets"
    )
    done = subprocess.run(
        ["bash", "--norc", "-c", asked], env=program, capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout.splitlines()[0] == "processes"
    assert "_okr_sheets_completion okr-sheets" in done.stdout


@needs_bash
def test_the_tab_key_types_the_rest_in_a_terminal(folder, program):
    pty = pytest.importorskip("pty")
    line = line_of(CliRunner().invoke(main, ["--help"]).stdout)
    process, terminal = pty.fork()
    if not process:  # the child: a bash at a terminal of its own
        os.chdir(folder)
        os.execve(shutil.which("bash"), ["bash", "--norc", "--noprofile", "-i"], program)
    try:
        keys = f"{line}\necho rea''dy\n"
        os.write(terminal, keys.encode())
        assert "ready" in heard(terminal, "ready")
        os.write(terminal, b"okr-sheets score q1\t")
        assert "q1.xlsx" in heard(terminal, "q1.xlsx")
    finally:
        os.write(terminal, b"\x15exit\n")
        os.close(terminal)
        os.waitpid(process, 0)


def heard(terminal, wanted, most=60):
    """What a terminal shows until something wanted stands there, or for a minute."""
    shown, until = "", time.monotonic() + most
    while wanted not in shown and time.monotonic() < until:
        if select.select([terminal], [], [], 1)[0]:
            shown += os.read(terminal, 4096).decode("utf-8", "replace")
    return shown
