"""Every hostile file ends the command in one sentence: no traceback, few seconds, little memory."""

import random
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner
from hostile import HOSTILE, read_plain, sheet_of

import okr_sheets as okr
from okr_sheets import engine
from okr_sheets.cli import main
from okr_sheets.files import child, guard
from okr_sheets.reading import tracker


def run(*arguments):
    """What a command says, and its exit code; all files are read in one child."""
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert isinstance(done.exception, SystemExit), done.exception
    return done.output, done.exit_code


@pytest.fixture
def by_its_limits(monkeypatch):
    """Each file is read by the limits of its case."""
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))
    monkeypatch.setattr(engine, "FEW", len(HOSTILE) + 1)  # workers know nothing of these limits
    monkeypatch.setattr(tracker, "READING", "hostile:read")
    monkeypatch.setattr(tracker, "plain_drafts", read_plain)
    with child.no_children():
        pass


# No OKRs are left where a sheet was left out: why it was, is why nothing is read.
ALONE = {
    "sheet-skipped": "stray-cell",
    "sheet-too-much": "too-much",
    "sheet-missing": "damaged",
    "far-cell": "no-okr-table",
    "": "no-okr-table",
}


def test_a_folder_of_hostile_files_gives_a_sentence_for_each(by_its_limits, tmp_path):
    expected = {}
    for number, hostile in enumerate(HOSTILE.values()):
        path = tmp_path / f"{number} {hostile.name}"
        hostile.make(path)
        if path.is_file():
            expected[path.name] = {ALONE.get(code, code) for code in hostile.codes or {""}}
    lines, code = run("check", tmp_path, "--language", "en")
    assert "Traceback" not in lines
    assert str(tmp_path) not in lines
    assert code == 2  # nothing could be read
    errors = [line.split(": ")[:3] for line in lines.splitlines() if ": error: " in line]
    assert len(errors) == len(expected)
    assert {place.split(":")[0]: {code} for place, _, code in errors} == expected


def test_as_many_cells_as_may_be_are_read_in_the_time_and_memory_that_a_child_has(tmp_path):
    path, chance = tmp_path / "x.xlsx", random.Random(1)
    numbers = [f"<c><v>{chance.random()}</v></c>" for _ in range(guard.MOST_FILLED)]
    rows = ["".join(numbers[first : first + 100]) for first in range(0, len(numbers), 100)]
    sheet_of("".join(f"<row>{row}</row>" for row in rows))(path)
    assert [problem.code for problem in okr.check(path)] == ["no-okr-table"]


@pytest.mark.parametrize(("length", "code"), [(250, "no-okr-table"), (400, "open-failed")])
def test_a_name_too_long_for_the_disk_is_no_surprise(length, code, tmp_path):
    path = tmp_path / f"{'x' * length}.csv"
    with suppress(OSError):
        path.write_bytes(b"a")
    assert [problem.code for problem in okr.check(path)] == [code]


def test_damage_above_the_first_row_is_placed_in_its_part(tmp_path):
    path = tmp_path / "x.xlsx"
    sheet_of("<row/>", head='<cols><col min="x" max="2" hidden="1"/></cols>')(path)
    (problem,) = okr.check(path)
    assert (problem.code, problem.given) == ("damaged", "xl/worksheets/sheet1.xml")


def test_one_hostile_file_costs_a_rollup_that_file_only(book, tmp_path):
    book("""
        | ID     | Title | Type      | Baseline | Target | 2027-01-08 |
        | O1     | Grow  | Objective |          |        |            |
        | O1.KR1 | Win   | Increase  | 0        | 10     | 4          |
    """)
    for number, name in enumerate(("flipped bytes", "a password")):
        HOSTILE[name].make(tmp_path / f"{number} {HOSTILE[name].name}")
    out = tmp_path / "rollup.csv"
    lines, code = run("score", tmp_path, "-o", out)
    assert code == 1
    assert "0 x.xlsx: error: damaged" in lines
    assert "1 x.xlsx: error: password" in lines
    _, row = out.read_text("utf-8-sig").splitlines()
    assert row.startswith("drawn.csv")
