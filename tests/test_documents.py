"""What the documents tell people to type does what they say."""

import re
import shlex
from pathlib import Path

import matplotlib as mpl
import pytest
import yaml
from click.testing import CliRunner
from conftest import ROOT

from okr_sheets.cli import main

BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```", re.DOTALL | re.MULTILINE)
DOCUMENTS = [
    path
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
    if BLOCK.search(path.read_text("utf-8")) and path.name != "scale.md"  # it needs a cluster
]
COMMAND = re.compile(r"^\$ (.*)\n((?:[^$\n].*\n|\n)*)", re.MULTILINE)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder as the reader has it: the samples are there, nothing else."""
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    mpl.use("agg")
    return tmp_path


def typed(line):
    """What a line of a shell prints; of its programs a reader needs ours and `mkdir` alone."""
    printed = ""
    for part in line.split(" && "):
        program, *arguments = shlex.split(part)
        if program == "mkdir":
            Path(arguments[-1]).mkdir(parents=True)
            continue
        assert program == "okr-sheets", line
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code in (0, 1), result.output
        assert result.exception is None or isinstance(result.exception, SystemExit), line
        printed += result.stdout
    return printed


def followed(text):
    """The document as its commands, files and Python make it, block after block."""
    names = {}

    def block(match):
        kind, name, body = match.groups()
        if name:
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(body, "utf-8")
        elif kind == "python":
            exec(compile(body, "document", "exec"), names)
        elif kind == "console":
            body = COMMAND.sub(command, body)
        return match[0].replace(match[3], body) if body else match[0]

    def command(match):
        printed = typed(match[1])
        return f"$ {match[1]}\n{printed if match[2] else ''}"

    return BLOCK.sub(block, text)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_tells_to_type_prints_what_it_shows(path, folder, golden):
    golden(path, followed(path.read_text("utf-8")))


def test_the_hook_that_checks_before_a_commit_names_problems(folder):
    text = (ROOT / "docs" / "automation.md").read_text("utf-8")
    files = {name: body for _, name, body in BLOCK.findall(text) if name}
    ((hook,),) = (
        repository["hooks"]
        for repository in yaml.safe_load(files[".pre-commit-config.yaml"])["repos"]
    )
    program, *arguments = shlex.split(hook["entry"])
    assert program == "okr-sheets"
    assert re.search(hook["files"], "okrs/2027-Q1/sales.xlsx")
    for name, code in (("company", 0), ("go-to-market", 1)):
        tracker = f"samples/trackers/{name}.xlsx"
        assert CliRunner().invoke(main, [*arguments, tracker]).exit_code == code


def test_the_workflow_checks_then_keeps_the_review_and_the_page(folder):
    text = (ROOT / "docs" / "automation.md").read_text("utf-8")
    files = {name: body for _, name, body in BLOCK.findall(text) if name}
    workflow = yaml.safe_load(files[".github/workflows/okrs.yml"])
    steps = workflow["jobs"]["check"]["steps"]
    commands = [step["run"] for step in steps if step.get("run", "").startswith("okr-sheets")]
    (folder / "okrs").symlink_to(ROOT / "samples" / "trackers")
    codes = [CliRunner().invoke(main, shlex.split(each)[1:]).exit_code for each in commands]
    assert codes == [1, 1]  # the samples hold an error, so the push is red and the page is there
    (kept,) = (step["with"]["path"] for step in steps if "artifact" in step.get("uses", ""))
    assert all((folder / name).exists() for name in kept.split())
