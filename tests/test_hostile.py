"""Every hostile file ends the command in one sentence: no traceback, few seconds, little memory."""

import json
import os
import subprocess
import sys
import time
from contextlib import suppress

import pytest
from hostile import HOSTILE, sheet_of

import okr_sheets as okr

SECONDS, MEGABYTES = 10, 500
# A process inherits the memory of the one that starts it, and a test runner has much.
MEASURE = """
import json, resource, subprocess, sys
done = subprocess.run(sys.argv[1:], capture_output=True, text=True, encoding="utf-8")
most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([done.stdout, done.stderr, done.returncode, most]))
"""
needs_unix = pytest.mark.skipif(os.name != "posix", reason="only there a process tells its memory")


def run(*arguments):
    """A command's output, its exit code, and the most memory it or a child of it took."""
    command = [sys.executable, "-m", "okr_sheets", *map(str, arguments)]
    measured = subprocess.run(
        [sys.executable, "-c", MEASURE, *command], capture_output=True, text=True, check=True
    )
    output, errors, code, most = json.loads(measured.stdout)
    return output, errors, code, most // (1_000 if sys.platform == "linux" else 1_000_000)


@needs_unix
@pytest.mark.parametrize("name", sorted(HOSTILE.keys() - {"a folder"}))
def test_a_hostile_file_ends_in_one_sentence(name, tmp_path):
    hostile = HOSTILE[name]
    path = tmp_path / hostile.name
    hostile.make(path)
    began = time.monotonic()
    lines, errors, code, megabytes = run("check", path, "--language", "en")
    took = time.monotonic() - began
    assert "Traceback" not in lines + errors
    named = [line for line in lines.splitlines() if ": error: " in line]
    assert len(named) == 1
    assert str(tmp_path) not in named[0]
    assert code == 2  # nothing could be read
    # A file that could be read holds no OKRs all the same.
    assert named[0].split(": ")[2] in (hostile.codes or {"no-okr-table"}) | {
        "stray-cell",
        "too-large",
        "too-much",
    }
    assert took < SECONDS * (3 if os.environ.get("PYTEST_XDIST_WORKER") else 1)
    assert megabytes < MEGABYTES


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


@needs_unix
def test_a_folder_of_hostile_files_gives_a_sentence_for_each(tmp_path):
    for number, hostile in enumerate(HOSTILE.values()):
        path = tmp_path / f"{number} {hostile.name}"
        hostile.make(path)
    lines, errors, code, megabytes = run("check", tmp_path, "--language", "en")
    assert "Traceback" not in lines + errors
    assert code == 2
    named = [line.split(":")[0] for line in lines.splitlines() if ": error: " in line]
    assert sorted(named) == sorted(path.name for path in tmp_path.iterdir() if path.is_file())
    assert megabytes < MEGABYTES


@needs_unix
def test_one_hostile_file_costs_a_rollup_that_file_only(company, tmp_path):
    for name in ("marketing (old).xlsx", "stray.xlsx"):
        HOSTILE["a cell at XFD1048576"].make(tmp_path / name)
    out = tmp_path / "rollup.csv"
    _, errors, code, _ = run("score", company, tmp_path, "-o", out, "--engine", "processes")
    assert code == 1
    assert errors.count("stray-cell") == 2
    assert len(out.read_text("utf-8-sig").splitlines()) == 1 + len(okr.score(company))
