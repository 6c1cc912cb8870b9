"""What the documents show is what happens."""

import re
import shlex
import socket
import subprocess
import sys
import textwrap
from contextlib import ExitStack
from pathlib import Path

import click
import distributed
import pytest
from click.testing import CliRunner
from conftest import ROOT

import okr_sheets as okr
from okr_sheets import engine, toml
from okr_sheets.cli import main
from okr_sheets.files import child, guard
from okr_sheets.language import language, languages
from okr_sheets.reading import drafts
from okr_sheets.rollups import FRAMES, PROBLEMS, problem_records
from okr_sheets.rollups.alignment import FINDINGS
from okr_sheets.rollups.schema import ABOUT
from okr_sheets.schema import SETTINGS, SHEETS

README = (ROOT / "README.md").read_text("utf-8")


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder as the reader has it: the samples are there, nothing else."""
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


SCALE = (ROOT / "docs" / "scale.md").read_text("utf-8")


def test_the_commands_for_many_trackers_do_what_the_page_says(folder, monkeypatch):
    commands = re.findall(r"^\$ (.*)$", SCALE, re.MULTILINE)
    quiet, *on_cluster = commands
    done = CliRunner().invoke(main, shlex.split(quiet)[1:])
    assert (done.exit_code, done.stdout) == (1, "")
    assert {line.split(": ")[1] for line in done.stderr.splitlines()} == {"error", "warning"}

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    trackers = (ROOT / "samples" / "trackers").as_uri()
    places = {
        "10.0.0.1:8786": address,
        "--host 10.0.0.1 --port 8786": "--host {} --port {}".format(*address.split(":")),
        "s3://acme-okrs/2027-Q1": trackers,
    }
    for shown, here in places.items():
        on_cluster = [command.replace(shown, here) for command in on_cluster]
    scheduler, worker, score = map(shlex.split, on_cluster)
    variable, *scheduler = scheduler
    monkeypatch.setenv(*variable.split("="))
    monkeypatch.setenv("DASK_DISTRIBUTED__DASHBOARD__LINK", "")
    with ExitStack() as stack:
        for program, *arguments in (scheduler, worker):
            command = [sys.executable, "-m", program, *arguments]
            started = subprocess.Popen(command, stdout=-3, stderr=-3, cwd=folder)
            stack.callback(started.wait)
            stack.callback(started.terminate)
        with distributed.Client(f"tcp://{address}", timeout=60) as client:
            client.wait_for_workers(2, timeout=60)
            allowed = client.run_on_scheduler(
                lambda dask_scheduler: dask_scheduler.allowed_failures
            )
        assert allowed == 2
        done = CliRunner().invoke(main, score[1:])
    assert done.exit_code == 1, done.output
    (folder / "2027-Q1.csv").rename(folder / "on-cluster.csv")
    assert CliRunner().invoke(main, ["score", trackers, "-o", "2027-Q1.csv"]).exit_code == 1
    assert (folder / "on-cluster.csv").read_bytes() == (folder / "2027-Q1.csv").read_bytes()


def test_the_numbers_for_many_trackers_are_those_of_the_code():
    for said in (
        f"From {engine.FEW} files on",
        f"at most {engine.MOST_AT_ONCE} files at once",
        f"chunks of {engine.MOST_AT_ONCE} trackers",
        f"{engine.MOST_AT_ONCE} at a time",
    ):
        assert said in SCALE
    assert engine.SLICE == 1
    assert engine.WAITING * engine.PATIENCE == 60


def test_the_two_commands_are_those_of_ci():
    first, second = (block.strip() for block in blocks("")[:2])
    run = (ROOT / ".ci" / "run").read_text()
    assert first == "pip install . && okr-sheets demo"
    assert "pip install -q . && okr-sheets demo" in run
    assert second == 'pip install -e ".[test]" && pytest -n auto'
    assert run.rstrip().endswith('pip install -q -e ".[test]" && pytest -n auto')


def test_pictures_and_files_named_in_the_documents_are_there():
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text("utf-8")):
            assert (path.parent / target).exists(), (path.name, target)


def test_every_document_is_a_click_away_from_the_readme():
    named = set(re.findall(r"\]\(docs/([^)#]+)", README))
    assert {path.name for path in (ROOT / "docs").glob("*.md")} <= named


def test_every_command_and_option_is_told_as_the_program_has_it(golden):
    path = ROOT / "docs" / "commands.md"
    introduction = path.read_text("utf-8").partition("## ")[0]
    shown = [command for command in main.commands.items() if not command[1].hidden]
    golden(path, introduction + "\n".join(command_text(*command) for command in sorted(shown)))


def command_text(name, command):
    paragraphs = textwrap.dedent(command.help).strip().split("\n\n")
    taken = [argument(each) for each in command.params if isinstance(each, click.Argument)]
    lines = [f"## {name}", "", f"    {' '.join(['okr-sheets', name, '[OPTIONS]', *taken])}", ""]
    for paragraph in paragraphs:
        lines += [*textwrap.wrap(" ".join(paragraph.split()), 100), ""]
    options = [option_row(each) for each in command.params if isinstance(each, click.Option)]
    if options:
        lines += ["| option | |", "| --- | --- |", *options]
    return "\n".join(lines) + "\n"


def argument(each):
    name = each.metavar or each.name.upper()
    many = "..." if each.nargs == -1 and "..." not in name else ""
    return f"{name if each.required or name.startswith('[') else f'[{name}]'}{many}"


def option_row(option):
    value = ""
    if not option.is_flag:
        choices = getattr(option.type, "choices", ())
        value = f" {option.metavar or '|'.join(choices) or option.type.name.split()[0].upper()}"
    said = option.help or ""
    if isinstance(option.show_default, str):
        said += f" Default: {option.show_default}."
    elif option.show_default and not option.is_flag:
        said += f" Default: {option.default}."
    assert said, option.name
    spelled = f"{', '.join(option.opts)}{value}".replace("|", r"\|")
    return f"| `{spelled}` | {said.strip()} |"


def test_the_column_table_is_printed_from_the_schema(golden):
    golden(ROOT / "docs" / "columns.md", column_table())


def column_table():
    codes = languages()
    lines = [
        "# Columns",
        "",
        "Printed from the schema by `pytest --update`. The key is what frames, TOML sets and the",
        "hidden row above each header use; any spelling of any language is read as a header.",
        "",
    ]
    sheets = ((sheet.key, sheet.prefix, sheet.columns) for sheet in SHEETS)
    for sheet, prefix, columns in (*sheets, ("settings", "tracker", SETTINGS)):
        lines += [
            f"## {language('en')(f'sheets.{sheet}') if sheet != 'settings' else 'Settings'}",
            "",
        ]
        names = [language(code)("name") for code in codes]
        lines.append("| key | kind | filled by | " + " | ".join(names) + " |")
        lines.append("| --- " * (len(codes) + 3) + "|")
        for column in columns:
            if column.stage == "helper":
                continue
            words = [language(code)(f"{sheet}.{column.key}") for code in codes]
            filled = "a formula" if column.computed else "people"
            cells = (f"`{prefix}.{column.key}`", kind_of(column), filled, *words)
            lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
    lines += [
        "## Each objective beside its key results",
        "",
        "These columns make a table with one row for each key result; the others are as above.",
        "",
        "| " + " | ".join(names) + " |",
        "| --- " * len(codes) + "|",
    ]
    for key in language("en").keys("flat"):
        words = [", ".join(language(code).spellings(f"flat.{key}")) for code in codes]
        lines.append("| " + " | ".join(words) + " |")
    lines.append("")
    return "\n".join(lines)


def test_each_promise_is_kept_by_a_test_that_is_there():
    promised = (ROOT / "docs" / "reliability.md").read_text("utf-8")
    named = re.findall(r"`(test_\w+\.py)::(test_\w+)`", promised)
    rows = [line for line in promised.splitlines() if re.match(r"\| (?!Fault|What|---)", line)]
    assert len(named) == sum(line.count("|") == 5 for line in rows) > 40
    for module, test in named:
        assert f"\ndef {test}(" in (ROOT / "tests" / module).read_text("utf-8")
    limits = {
        "Seconds for one file": f"{child.SECONDS}",
        "Memory for one file, on Linux": f"{child.MEGABYTES} MB",
        "A text file or an .xls": f"{guard.MOST_FLAT_BYTES // 10**6} MB",
        "A workbook unpacked": f"{guard.MOST_BYTES // 10**6} MB, and from"
        f" {guard.SMALL_BYTES // 10**6} MB on {guard.MOST_RATIO} times its size",
        "Rows times columns of a sheet": f"{guard.MOST_CELLS:,}",
        "Cells left out for standing further out": f"{guard.MOST_STRAY}",
        "Filled cells of a sheet": f"{guard.MOST_FILLED:,}",
        "Letters of a sheet": f"{guard.MOST_LETTERS:,}",
        "Rows of OKRs in a file": f"{drafts.MOST_ROWS:,}",
        "Tables of OKRs in a file": f"{drafts.MOST_TABLES}",
        "Check-in dates of a table": f"{drafts.MOST_DATES}",
        "Rows times check-in dates of a file": f"{drafts.MOST_NUMBERS:,}",
        "A TOML file": f"{toml.MOST_BYTES // 10**6} MB",
    }
    assert dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", promised, re.MULTILINE)) == limits | {
        "What": "At most",
        "---": "---",
    }


def test_nothing_in_the_repository_names_the_machine():
    for path in ROOT.rglob("*"):
        if path.suffix in {".py", ".md", ".toml", ".html", ".j2", ".txt", ".csv", ".json"}:
            if any(part.startswith(".") for part in path.relative_to(ROOT).parts):
                continue
            text = path.read_text("utf-8", errors="ignore")
            assert f"{Path.home()}/" not in text, path
            assert f"{ROOT}/" not in text, path


def test_the_tables_of_the_rollup_are_printed_from_its_schema(golden):
    path = ROOT / "docs" / "rollup.md"
    introduction = path.read_text("utf-8").partition("## ")[0]
    frames = (ABOUT, *FRAMES.values(), PROBLEMS)
    golden(path, introduction + "\n".join(map(frame_table, frames)))


def frame_table(frame):
    lines = [f"## {frame.key}", "", *textwrap.wrap(frame.about, 100, break_on_hyphens=False)]
    lines += ["", "| key | kind | meaning |", "| --- | --- | --- |"]
    for column in frame.columns:
        lines.append(f"| `{column.key}` | {kind_of(column)} | {column.meaning} |")
    return "\n".join(lines) + "\n"


def kind_of(column):
    return f"one of: {', '.join(column.choices)}" if column.choices else column.kind


def test_a_rollup_holds_what_its_schema_says(company, last_quarter):
    rollup = okr.rollup(company, previous=last_quarter)
    assert tuple(rollup.about) == ABOUT.keys
    records = problem_records(rollup.problems, "en")
    held = {name: rollup.rows(name) for name in FRAMES} | {PROBLEMS.key: records}
    for frame in (*FRAMES.values(), PROBLEMS):
        assert {tuple(row) for row in held[frame.key]} <= {frame.keys}
        for column in frame.columns:
            assert not column.header or language("en")(column.header)
            assert bool(column.choices) == (column.kind == "choice"), (frame.key, column.key)
            values = {row[column.key] for row in held[frame.key]} if column.choices else set()
            assert values <= {"", *column.choices}, (frame.key, column.key)
    assert set(FINDINGS.values()) == set(FRAMES["alignment"]["finding"].choices)
