"""The table of `python -m benchmarks` can be made; what it says is not judged here."""

import re
import subprocess
import sys

import pytest
from conftest import ROOT


@pytest.fixture
def benchmarks(monkeypatch):
    """The table's own module; its folder is no part of the package."""
    monkeypatch.syspath_prepend(ROOT)
    from benchmarks import __main__ as table

    return table


def test_a_row_says_both_sides_and_whether_the_target_is_met():
    command = [sys.executable, "-m", "benchmarks", "--quick", "help"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    *_, row = done.stdout.splitlines()
    what, beside, ratio, quartiles, target, verdict, *costs = row.strip("| ").split(" | ")
    assert (what, beside) == ("`okr-sheets --help`", '`python -c "import click"`')
    low, high = map(float, quartiles.split("–"))
    assert low <= float(ratio) <= high
    assert verdict == ("met" if float(ratio) <= float(target.removeprefix("≤ ")) else "not met")
    assert all(re.fullmatch(r"[\d.]+ s", cost) for cost in costs)


def test_an_unknown_row_is_named():
    command = [sys.executable, "-m", "benchmarks", "help", "helpp"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no row helpp; choose from help, score" in done.stderr


def test_polars_scores_every_key_result_and_objective_alike(benchmarks, tmp_path):
    ground = benchmarks.Ground(tmp_path, is_quick=True, key_results=2_000)
    (race,) = (race for race in benchmarks.RACES if race.name == "scoring")
    for program in race.programs(ground):
        assert {"seconds", "wall", "megabytes"} == program.run().keys()
    race.check(ground)


def test_scores_that_differ_are_named(benchmarks, tmp_path):
    import numpy as np

    ground = benchmarks.Ground(tmp_path)
    for who, scores in (("here", [0.5, np.nan, 0.25]), ("by_polars", [0.5, np.nan, 0.2501])):
        np.savez(tmp_path / f"{who}.npz", score=np.array(scores))
    (race,) = (race for race in benchmarks.RACES if race.name == "scoring")
    with pytest.raises(SystemExit, match=r"^1 of 3 differ in score, row 2 first: 0\.25 here, "):
        race.check(ground)


def test_a_trackers_number_says_all_that_is_in_it(benchmarks, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks" / "sides")
    import trackers

    first, again, other = (trackers.filled(number) for number in (3, 3, 4))
    assert first == again != other
    assert set(first.key_results["id"]).isdisjoint(other.key_results["id"])
    assert len(first.check_ins) > 5 * len(first.key_results)
