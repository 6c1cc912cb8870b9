"""samples/ is what the demo makes, and what the commands print for it."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from conftest import ROOT
from python_calamine import CalamineWorkbook

from okr_sheets import demo
from okr_sheets.cli import main

SAMPLES = ROOT / "samples"
ADOPT = SAMPLES / "adopt"
KEPT = ("adopt", "check")  # folders of what people typed
PRINTED = {
    "score": ["score", "trackers"],
    "score-on-12-february": ["score", "trackers", "--as-of", "2027-02-12", "--language", "fi"],
    "check": ["check", "trackers"],
    "check.csv": ["check", "trackers", "--format", "csv"],
    "check.json": ["check", "trackers", "--format", "json"],
    "templates": ["templates"],
    "template-sales": ["templates", "sales"],
    "help": ["--help"],
    "help-new": ["new", "--help"],
    "help-score": ["score", "--help"],
    "help-check": ["check", "--help"],
    "help-remind": ["remind", "--help"],
    "check-wishes": ["check", "check/wishes.csv", "--as-of", "2027-01-01"],
    "help-adopt": ["adopt", "--help"],
    "help-close": ["close", "--help"],
    "help-next": ["next", "--help"],
}


@pytest.fixture(scope="module")
def made(tmp_path_factory, request):
    """A fresh demo, its quarter closed and turned; with --update it becomes the samples."""
    folder = tmp_path_factory.mktemp("samples") / "samples"
    lines = []
    patch = pytest.MonkeyPatch()
    patch.chdir(folder.parent)
    demo.show(Path("samples"), lines.append)
    demo.turn(Path("samples"))
    patch.undo()
    (folder / "demo.txt").write_text("\n".join(lines) + "\n", "utf-8")
    if request.config.getoption("--update"):
        for path in sorted(folder.iterdir()):  # nothing else: what other tests make stays
            target = SAMPLES / path.name
            if path.is_dir():
                shutil.rmtree(target, ignore_errors=True)
                shutil.copytree(path, target)
            else:
                shutil.copy(path, target)
    return folder


def cells(path):
    """Every cell of a workbook by sheet: what a person sees, whatever wrote the zip."""
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def names(folder):
    printed = {f"{name}.txt" for name in PRINTED} | {"README.md", "history.md"}
    files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    made = {path.as_posix() for path in files if path.parts[0] not in KEPT}
    return made - printed


def test_the_samples_are_what_the_demo_makes(made):
    assert names(SAMPLES) == names(made)
    for name in names(made):
        if name.endswith(".xlsx"):
            assert cells(SAMPLES / name) == cells(made / name), name
        else:
            assert (SAMPLES / name).read_text("utf-8") == (made / name).read_text("utf-8"), name


@pytest.mark.parametrize("name", PRINTED)
def test_commands_print_what_the_samples_hold(name, made, golden, monkeypatch):
    monkeypatch.chdir(SAMPLES)
    monkeypatch.setenv("COLUMNS", "100")
    result = CliRunner().invoke(main, PRINTED[name])
    assert result.exit_code == (1 if name.startswith(("score", "check")) else 0)
    golden(SAMPLES / f"{name}.txt", result.output)


@pytest.mark.parametrize("name", ["marketing.xlsx", "kpis.csv", "export.csv"])
def test_sheets_are_adopted_as_the_samples_show(name, golden, monkeypatch, tmp_path, request):
    """The sheet, what is said of it, its map, and the trackers that come of it."""
    stem = Path(name).stem
    shutil.copy(ADOPT / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    said = CliRunner().invoke(main, ["adopt", name, "-o", stem])
    assert said.exit_code == 0, said.output
    golden(ADOPT / f"{stem}.txt", said.stdout)
    assert CliRunner().invoke(main, ["adopt", name, "--map", f"{stem}.toml"]).exit_code == 0
    golden(ADOPT / f"{stem}.toml", Path(f"{stem}.toml").read_text("utf-8"))
    if request.config.getoption("--update"):
        shutil.rmtree(ADOPT / stem, ignore_errors=True)
        shutil.copytree(stem, ADOPT / stem)
    made, kept = ({p.name: cells(p) for p in (at / stem).iterdir()} for at in (tmp_path, ADOPT))
    assert made == kept


def test_the_story_has_all_that_happens_in_a_quarter(made):
    import okr_sheets as okr

    rollup = okr.rollup(made / "trackers")
    results = rollup.key_results.set_index("id")
    assert len(rollup.teams) == 6
    assert set(rollup.teams.level) == {"company", "department", "team"}
    assert {"on-track", "at-risk", "off-track", "achieved", "cancelled", "no-update"} <= set(
        results.status
    )
    assert results.loc[demo.CANCELLED, "status"] == "cancelled"
    assert str(results.loc[demo.ADDED, "start"].date()) == "2027-02-08"
    assert str(results.loc[demo.STALE, "last_check_in"].date()) == "2027-01-29"
    assert [p.given for p in rollup.problems if p.code == "not-a-number"] == [demo.TYPO]
    told = {p.code for p in rollup.problems if p.severity != "info"}
    assert told == {"not-a-number", "plan-lowered"}
    assert results.loc[demo.LOWERED, "score"] > results.loc[demo.LOWERED, "planned_score"]
    lonely = {p.given for p in rollup.problems if p.code == "nobody-serves"}
    served = set(rollup.alignment.loc[rollup.alignment["serving"] > 0, "id"])
    assert lonely
    assert not lonely & served
    told = rollup.attention.reasons.map(json.loads).explode().str[0]
    reasons = {"gap", "crossed", "no-update", "stale", "confidence", "blocked", "forecast"}
    reasons |= {"confidence-against-forecast"}
    assert set(told) == reasons | {"plan-lowered", "by-plan"}
    moved = rollup.teams[rollup.teams.score != rollup.teams.with_left_out]
    assert moved.department.tolist() == ["Marketing"]


def test_a_history_of_three_runs_tells_what_became_otherwise(made, golden, monkeypatch, tmp_path):
    for name in ("trackers", "2027-Q1", "2026-Q4"):
        shutil.copytree(made / name, tmp_path / name)
    shutil.copy(made / "okr.toml", tmp_path)
    monkeypatch.chdir(tmp_path)
    kept = ["-o", "history.sqlite"]
    for folder, day, more in (
        ("trackers", "2027-02-12", kept),
        ("trackers", "2027-03-05", kept),
        ("2027-Q1", "2027-03-31", [*kept, "--history", "history.sqlite", "-o", "history.md"]),
    ):
        ran = CliRunner().invoke(main, ["score", folder, "--as-of", day, "--quiet", *more])
        assert ran.exit_code in (0, 1), ran.output
    text = (tmp_path / "history.md").read_text("utf-8")
    assert "Target made easier: 30 → 26, between 12 Feb 2027 and 5 Mar 2027" in text
    golden(SAMPLES / "history.md", text)
