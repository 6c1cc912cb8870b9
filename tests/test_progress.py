"""What is said while many files are read, and what is not with --quiet."""

import io

import pytest
from click.testing import CliRunner
from rich.console import Console

from okr_sheets import runs, terminal
from okr_sheets.cli import main
from okr_sheets.language import language, languages

TRACKER = (
    "ID;Title;Type;Baseline;Target;Owner;2027-01-08;2027-01-15\n"
    "O1;Goal;Objective;;;Ann\n"
    "O1.KR1;Lead;Increase;0;10;Ann;5\n"
)


@pytest.fixture
def watched(monkeypatch):
    """A terminal, and a clock to be set; gives what was shown after files were counted."""

    def shown(counts, code="en", total=1200):
        out, clock = io.StringIO(), iter([0.0, *counts.values()])
        screen = Console(file=out, force_terminal=True, width=100)
        with monkeypatch.context() as patch:
            patch.setattr(terminal, "console", lambda err: screen)
            patch.setattr(terminal.time, "monotonic", lambda: next(clock))
            with terminal.progress(total, language(code)) as count:
                for done in counts:
                    count(done)
        return out.getvalue()

    return shown


def test_what_is_over_within_a_second_shows_nothing(watched):
    assert watched({1: 0.1, 20: 0.5, 40: 0.99}) == ""


def test_the_rate_and_the_time_left_are_shown_after_a_second(watched):
    assert "200 of 1,200 files · 100 a second · 0:00:10 left" in watched({1: 0.5, 201: 2.0})


def test_what_came_at_once_does_not_pass_for_a_rate(watched):
    assert watched({1: 1.9, 2: 1.9}).count("0.53 a second") <= 1
    assert "64 of 1,200 files · 16 a second" in watched({1: 2.0, 64: 2.01, 65: 4.0, 128: 4.0})


@pytest.mark.parametrize("code", languages())
def test_it_is_said_in_every_language(watched, code):
    said = watched({1: 0.5, 201: 2.0}, code)
    figures = (language(code).number(number) for number in (200, 1200, 100))
    assert all(figure in said for figure in (*figures, "0:00:10"))


def test_a_terminal_alone_is_told(tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_text(TRACKER)
    asked = []
    monkeypatch.setattr(terminal, "progress", lambda *_: asked.append(1))
    CliRunner().invoke(main, ["check", str(tmp_path)])
    assert not asked
    assert runs._progress(100, language("en"), quiet=True).__enter__() is None


def test_quiet_leaves_errors_and_warnings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "fine").mkdir()
    (tmp_path / "fine" / "a.csv").write_text(TRACKER)
    (tmp_path / "okr.toml").write_text('[check]\noff = ["obj-few", "kr-count", "obj-no-direction"]')
    commands = {
        ("score", "-o", "r.csv"): "Wrote r.csv\n",
        ("score",): "Goal",
        ("check",): "No errors or warnings. Files read: 1.\n",
        ("remind", "-o", "r1", "--as-of", "2027-01-20"): "Wrote 1 message to r1.\n",
        ("remind", "-o", "r2", "--as-of", "2027-01-08"): "Nobody owes anything.\n",
    }
    for command, said in commands.items():
        for quiet in ([], ["--quiet"]):
            done = CliRunner().invoke(main, [*command, *quiet, "fine"])
            assert done.exit_code == 0
            assert (said in done.output) != bool(quiet)
            assert not quiet or done.stdout == ""
            assert not quiet or done.stderr == ""
    assert (tmp_path / "r.csv").is_file()


def test_quiet_says_what_is_wrong_and_ends_as_ever(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text(TRACKER.replace(";5\n", ";5x\n"))
    loud, quiet = (CliRunner().invoke(main, ["check", *option, "a.csv"]) for option in ([], ["-q"]))
    assert loud.exit_code == quiet.exit_code == 1
    severe = [line for line in loud.stdout.splitlines() if ": info: " not in line]
    assert quiet.stdout.splitlines() == severe != []
    assert loud.stderr.startswith("Errors: 1, warnings: ")
    assert quiet.stderr == ""
    gone = CliRunner().invoke(main, ["score", "-q", "none.csv"])
    assert gone.exit_code == 2
    assert "not-found" in gone.stderr
