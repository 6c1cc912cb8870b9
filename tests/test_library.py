"""The library does what the command does."""

import doctest
import json
import logging
import os
import pickle
import re
from dataclasses import replace
from datetime import date, datetime
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from conftest import ROOT

import okr_sheets as okr
from okr_sheets.about import About
from okr_sheets.cli import main
from okr_sheets.config import finding
from okr_sheets.frames import DTYPES
from okr_sheets.misuse import MisuseError
from okr_sheets.rollups import FRAMES
from okr_sheets.rollups.lines import LINES
from okr_sheets.schema import PARTS

TRACKER = (
    "ID;Title;Owner;Type;Baseline;Target;2027-01-08\n"
    "O1;Grow;Ann;Objective;;;\nO1.KR1;Leads;Ann;Increase;0;10;7\n"
)
# On the last day 0.7 is expected to be 1, a gap of 0.3: off track unless the settings say more.
SETTLED = 'company = "Acme"\n[bands]\non_track = 0.4\nat_risk = 0.5\n'
LAST_DAY = "2027-03-31"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder to work in, and beside it one of a tracker and its settings one above."""
    (tmp_path / "here").mkdir()
    (tmp_path / "there" / "trackers").mkdir(parents=True)
    (tmp_path / "there" / "trackers" / "t.csv").write_text(TRACKER, "utf-8")
    (tmp_path / "there" / "okr.toml").write_text(SETTLED, "utf-8")
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


def by_command(*arguments):
    """What the command scores and says of settings."""
    done = CliRunner().invoke(
        main, ["score", *map(str, arguments), "--as-of", LAST_DAY, "-o", "r.json"]
    )
    assert done.exit_code == 0, done.output
    (row,) = json.loads(Path("r.json").read_text("utf-8"))["key_results"]
    return row["status"], row["company"]


def by_library(source, **others):
    scored = okr.score(source, LAST_DAY, **others)
    rolled = okr.rollup(source, LAST_DAY, **others)
    pd.testing.assert_frame_equal(scored, rolled.key_results)
    return scored.status[0], scored.company[0]


# --- settings ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["trackers", "trackers/t.csv", "trackers/*.csv", "."])
def test_settings_are_found_beside_or_above_the_trackers(folder, path):
    path = folder / "there" / path
    assert by_library(path) == by_command(path) == ("on-track", "Acme")
    assert by_library(path, config=okr.Config()) == ("off-track", "")


def test_settings_of_the_working_folder_go_first(folder):
    Path("okr.toml").write_text('company = "Here"\n', "utf-8")
    path = folder / "there" / "trackers"
    assert by_library(path) == by_command(path) == ("off-track", "Here")


def test_settings_count_that_hold_all_the_paths(folder):
    other = folder / "there" / "other" / "u.csv"
    other.parent.mkdir()
    other.write_text(TRACKER.replace("O1", "P1"), "utf-8")
    (other.parent / "okr.toml").write_text('company = "Other"\n', "utf-8")
    both = [folder / "there" / "trackers" / "t.csv", other]
    assert set(okr.score(both).company) == {"Acme"}
    assert set(okr.score(other).company) == {"Other"}


@pytest.mark.parametrize("made", [str, Path, okr.read_config])
def test_a_path_of_settings_is_as_good_as_a_config(folder, made):
    path = folder / "named.toml"
    path.write_text(SETTLED, "utf-8")
    assert by_library(folder / "there", config=made(path)) == ("on-track", "Acme")
    assert okr.new("sales", config=made(path)).about.company == "Acme"


def test_for_trackers_that_lie_in_no_folder_none_is_looked_for(folder, caplog):
    Path("okr.toml").write_text("no settings", "utf-8")
    tracker = okr.read(folder / "there" / "trackers" / "t.csv", config=okr.Config())
    assert by_library(tracker) == ("off-track", "")
    assert okr.check([tracker]) == okr.check([tracker], config=okr.Config())
    with pytest.raises(ValueError, match=r"^okr.toml is not valid TOML"):
        okr.score(folder / "there")


def test_settings_of_somebody_else_are_not_used_and_said(folder, monkeypatch, caplog):
    monkeypatch.setattr(os, "geteuid", lambda: 12345, raising=False)
    monkeypatch.setattr(finding, "ROOT", 12346)
    with caplog.at_level(logging.INFO, "okr_sheets"):
        assert by_library(folder / "there") == ("off-track", "")
    name = Path("../there/okr.toml")
    (said, *_) = caplog.messages
    assert said.startswith(f"{name} is not used, since it belongs to somebody else.")
    monkeypatch.undo()
    os.chdir(folder / "here")
    caplog.clear()
    with caplog.at_level(logging.INFO, "okr_sheets"):
        okr.read(folder / "there" / "trackers" / "t.csv")
    assert caplog.messages == [f"Settings: {name}"]


def test_paths_and_last_quarter_of_the_settings_are_taken(folder):
    last = folder / "there" / "last"
    last.mkdir()
    (last / "t.csv").write_text(TRACKER.replace("2027-01", "2026-10"), "utf-8")
    text = f'paths = ["trackers"]\nprevious = "last"\n{SETTLED}'
    (folder / "there" / "okr.toml").write_text(text, "utf-8")
    os.chdir(folder / "there")
    assert by_library(None) == ("on-track", "Acme")
    assert okr.rollup().previous_quarter == "2026-Q4"
    assert okr.rollup(previous=()).previous_quarter == ""
    # The settings give whole paths.
    named, given = ([(p.code, p.file, p.cell) for p in okr.check(it)] for it in (None, "trackers"))
    assert named == given
    Path("okr.toml").unlink()
    for work in (okr.score, okr.rollup, okr.check):
        with pytest.raises(MisuseError, match="or set paths in okr"):
            work()


def test_a_preset_is_taken_as_it_is_published(folder):
    path = folder / "there" / "trackers"
    for preset in ("default", "google"):
        assert by_library(path, preset=preset) == by_command(path, "--preset", preset)
        assert by_library(path, preset=preset)[0] == "off-track"


def test_check_says_what_the_command_says(folder):
    tracker = okr.new("sales", quarter="2027-Q1", preset="google", config=okr.Config())
    path = okr.write(tracker, folder / "there" / "g.xlsx")
    done = CliRunner().invoke(main, ["check", str(path), "--as-of", "2027-02-12"])
    problems = okr.check(path, as_of="2027-02-12")
    assert [str(problem) for problem in problems] == done.stdout.splitlines()
    assert "other-bands" in {problem.code for problem in problems}


def test_new_takes_company_language_and_department_of_the_settings(folder):
    text = 'company = "Acme"\nlanguage = "fi"\nfiscal_start = 4\n[teams."Growth"]\ndepartment = "Marketing"\n'
    Path("okr.toml").write_text(text, "utf-8")
    about = okr.new("sales", quarter="2027-Q1", team="growth").about
    told = (about.company, about.language, str(about.start), about.department, about.team)
    assert told == ("Acme", "fi", "2026-04-01", "Marketing", "Growth")
    about = okr.new(
        "sales", quarter="2027-Q1", company="Bolt", language="hu", config=okr.Config()
    ).about
    assert (about.company, about.language, str(about.start)) == ("Bolt", "hu", "2027-01-01")


# --- days and engines ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "day",
    [
        *("2027-02-12", "2027-2-12", "2570-02-12", "2027-02-12T09:30", "2027-02-12 00:00:00"),
        *(datetime(2027, 2, 12, 9), pd.Timestamp("2027-02-12 09:30", tz="Asia/Seoul")),
        *(np.datetime64("2027-02-12"), np.datetime64("2027-02-12T09:30", "ns")),
    ],
)
def test_a_day_is_given_in_any_of_its_forms(folder, day):
    path = folder / "there" / "trackers"
    expected = okr.score(path, date(2027, 2, 12))
    pd.testing.assert_frame_equal(okr.score(path, day), expected)
    assert okr.rollup(path, day).as_of == date(2027, 2, 12)
    assert okr.check(path, day) == okr.check(path, date(2027, 2, 12))
    assert not expected.equals(okr.score(path, "2027-02-20"))


@pytest.mark.parametrize("engine", ["serial", "processes", "dask"])
def test_every_engine_gives_the_same(folder, engine):
    path = folder / "there" / "trackers"
    (path / "u.csv").write_text(TRACKER.replace("O1", "P1").replace(";7", ";7x"), "utf-8")
    pd.testing.assert_frame_equal(okr.score(path, engine=engine), okr.score(path))
    assert okr.check(path, engine=engine) == okr.check(path) != ()
    rolled = okr.rollup(path, engine=engine, previous=())
    pd.testing.assert_frame_equal(rolled.key_results, okr.score(path))


# --- what cannot be done -------------------------------------------------------------------------

NUMBERS = pd.DataFrame({"score": [1.0]})
TRACKERS_ARE = "^Trackers are named by a path, a Tracker or a list of these, not by"
NO_DATE = "is not a date. Type it as 2027-02-12.$"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            {"preset": "x"},
            "^No preset “x”. Choose one of: default, google, viva, gitlab, engagedly.$",
        ),
        ({"preset": ["google"]}, "^No preset “.*google.*”. Choose one of: default, google,"),
        ({"engine": "x"}, "^No engine “x”. Choose one of: serial, processes, dask.$"),
        ({"scheduler": "tcp://x"}, "^A scheduler is the address of a dask cluster"),
        ({"config": 4}, "^config must be the path of an okr.toml or a Config, not an int.$"),
        ({"config": "none.toml"}, "^none.toml cannot be read"),
        ({"source": NUMBERS}, f"{TRACKERS_ARE} a DataFrame.$"),
        ({"source": NUMBERS.score}, f"{TRACKERS_ARE} a float.$"),
        ({"source": [1, 2]}, f"{TRACKERS_ARE} an int.$"),
        ({"source": 5}, f"{TRACKERS_ARE} an int.$"),
        ({"source": {"t.csv": 1}}, f"{TRACKERS_ARE} a dict.$"),
        ({"source": b"t.csv"}, f"{TRACKERS_ARE} a bytes.$"),
        ({"source": [None]}, "^Trackers are named by .*, not by None.$"),
        ({"as_of": "today"}, f"^“today” {NO_DATE}"),
        ({"as_of": "12.2.2027"}, NO_DATE),
        ({"as_of": "2027-02-30"}, NO_DATE),
        ({"as_of": "2027-Q1"}, NO_DATE),
        ({"as_of": 20270212}, NO_DATE),
        ({"as_of": pd.NaT}, NO_DATE),
        ({"as_of": np.datetime64("NaT")}, NO_DATE),
        ({"as_of": "1027-02-12"}, "is not of a year from 1990 to 2100"),
    ],
)
def test_a_wrong_argument_is_answered_with_a_sentence(folder, given, said):
    for work in (okr.score, okr.rollup, okr.check):
        if work is okr.check and "preset" in given:
            continue
        with pytest.raises(MisuseError, match=said):
            work(**{"source": folder / "there" / "trackers", **given})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"template": "x"}, "^No template “x”. Choose one of: company, b2b-saas-marketing"),
        ({"level": "squad"}, "^No level “squad”. Choose one of: company, department"),
        (
            {"cadence": "daily"},
            "^No cadence “daily”. Choose one of: weekly, two-weekly, monthly, quarterly.$",
        ),
        ({"language": "xx"}, "^No language “xx”. Choose one of: en, fi, hu, ko, th, tr.$"),
        ({"preset": "x"}, "^No preset “x”. Choose one of: default"),
        (
            {"quarter": "x"},
            "^“x” is not a quarter. Type it as 2027-Q1. A whole year is typed as 2027.$",
        ),
        (
            {"quarter": 2027},
            "^“2027” is not a quarter. Type it as 2027-Q1.$",
        ),
        ({"fiscal_start": 13}, "begins in a month from 1 to 12"),
        ({"source": "plan.xlsx"}, "a plan is a .toml, .csv or .tsv file"),
        ({"source": NUMBERS}, "^A plan is named by its path, not by a DataFrame.$"),
        ({"source": "p.toml", "blank": True}, "^Give one of template, source and blank.$"),
    ],
)
def test_a_wrong_argument_of_new_is_answered_with_a_sentence(folder, given, said):
    with pytest.raises(MisuseError, match=said):
        okr.new(**given)


def test_wrong_arguments_of_the_others_are_answered_too(folder):
    rolled = okr.rollup(folder / "there")
    with pytest.raises(
        MisuseError,
        match=r"ends in one of: \.xlsx, \.pptx, \.html, \.md, \.csv, \.json, \.sqlite, \.db\.$",
    ):
        okr.report(rolled, "r.pdf")
    with pytest.raises(MisuseError, match=r"^No language “xx”\. Choose one of: en, fi"):
        okr.report(rolled, "r.md", language="xx")
    with pytest.raises(MisuseError, match=r"what okr_sheets\.rollup gives, not of a DataFrame"):
        okr.report(rolled.teams, "r.md")
    with pytest.raises(MisuseError, match="made of a Tracker, not of a DataFrame"):
        okr.write(rolled.teams, "t.xlsx")
    with pytest.raises(MisuseError, match=r"^A file is named by its path, not by a list"):
        okr.read(["t.csv"])


def test_read_says_what_is_no_file(folder, monkeypatch):
    monkeypatch.chdir(folder)
    for name in ("nothere", Path("there", "nothere.xlsx")):
        with pytest.raises(
            FileNotFoundError, match=f"^There is no file {name}\\. Name another\\.$"
        ):
            okr.read(name)
    with pytest.raises(MisuseError, match=r"^there is a folder\. Give it to okr_sheets\.score\.$"):
        okr.read("there")
    with pytest.raises(
        MisuseError, match=r"^s3://x/t\.csv is a URL\. Give it to okr_sheets\.score"
    ):
        okr.read("s3://ann:pw@x/t.csv")
    assert [problem.code for problem in okr.check("nothere")] == ["not-found"]


# --- what was typed, of all trackers ---------------------------------------------------------------


@pytest.fixture(scope="module")
def rolled(company):
    return okr.rollup(company)


@pytest.mark.parametrize("name", list(LINES))
def test_what_was_typed_stands_one_row_a_line(rolled, name):
    found = getattr(rolled, name)
    id_key = "key_result" if name == "actions" else "id"
    parts = []
    for tracker in rolled.trackers:
        part = getattr(tracker, name).rename(columns={id_key: "id"}).reset_index()
        part.insert(0, "file", Path(tracker.path).name)
        parts.append(part)
    expected = pd.concat(parts, ignore_index=True)
    own = [column.key for column in PARTS[name] if column.key != id_key]
    assert list(found) == ["file", "sheet", "row", "unit_name", "id", *own]
    keys = ["file", "row", "id", *own]
    assert len(found) > 5
    pd.testing.assert_frame_equal(found[keys], expected[keys])
    names = rolled.teams[rolled.teams.objectives > 0].set_index("file").unit_name
    assert (found.unit_name == found.file.map(names)).all()
    assert set(found.sheet) == {"OKRs" if name == "check_ins" else name.capitalize()}
    assert rolled.rows(name)[0]["file"] == found.file[0]


def test_check_ins_join_to_their_key_results(rolled):
    latest = rolled.check_ins.groupby(["file", "sheet", "row"], sort=False).value.last()
    results = rolled.key_results.set_index(["file", "sheet", "row"])
    both = results.join(latest, how="inner")
    assert len(both) > 50
    assert (both.current == both.value).mean() > 0.9


@pytest.mark.parametrize("name", list(LINES))
def test_of_trackers_without_a_line_the_columns_are_there(name):
    quarter = {"quarter": "2027-Q1", "start": date(2027, 1, 1), "end": date(2027, 3, 31)}
    found = getattr(okr.rollup(okr.Tracker.empty(About(**quarter))), name)
    assert len(found) == 0
    dtypes = {key: pd.Series([], dtype=DTYPES[kind]).dtype for key, kind in LINES[name].items()}
    assert found.dtypes.to_dict() == dtypes


# --- Parquet ---------------------------------------------------------------------------------------


def frames_of(rolled):
    yield from ((name, getattr(rolled, name)) for name in (*FRAMES, *LINES))
    for tracker in rolled.trackers:
        for name in (*PARTS, "rows", "stored"):
            yield f"{tracker.path} {name}", getattr(tracker, name)


def test_every_frame_goes_through_parquet(rolled, tmp_path):
    pytest.importorskip("pyarrow")
    empty = okr.rollup(okr.Tracker.empty())
    for name, frame in (*frames_of(rolled), *frames_of(empty)):
        path = tmp_path / "frame.parquet"
        frame.to_parquet(path)
        assert pd.read_parquet(path).astype(frame.dtypes).equals(frame), name


def test_no_frame_has_a_column_of_anything(rolled):
    """What Parquet refuses are values of several types; pyarrow need not be there to see that."""
    for name, frame in frames_of(rolled):
        found = {key for key in frame if pd.api.types.infer_dtype(frame[key]).startswith("mixed")}
        assert not found, name


def test_reasons_are_those_of_the_json_report(rolled, tmp_path):
    path = okr.report(rolled, tmp_path / "r.json")
    rows = json.loads(path.read_text("utf-8"))["attention"]
    assert rolled.attention.reasons.map(json.loads).tolist() == [row["reasons"] for row in rows]
    assert rolled.attention.reason.tolist() == [row["reasons"][0][0] for row in rows]
    assert all(isinstance(row["reasons"], tuple) for row in rolled.rows("attention"))


def test_stored_cells_are_of_their_columns_kinds(company):
    tracker = okr.read(company / "sales.xlsx")
    scored = okr.score(tracker)
    stored = tracker.stored.loc[tracker.key_results.index]
    assert np.allclose(stored.score, scored.score, equal_nan=True, atol=1e-4)
    assert stored["formula.score"].str.len().min() > 10


# --- how they print --------------------------------------------------------------------------------


class Cells(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.texts.append(data)


def test_a_rollup_prints_as_a_few_lines_and_a_table(rolled):
    lines = repr(rolled).splitlines()
    assert lines[0] == "Rollup of Acme Cloud"
    assert len(lines) < 8
    assert max(map(len, lines)) < 100
    about = rolled.about
    assert f"{about['trackers']} trackers, {about['objectives']} objectives" in repr(rolled)
    assert f"{about['score']:.0%}" in repr(rolled)
    errors = sum(problem.severity == "error" for problem in rolled.problems)
    assert f"{errors} error" in repr(rolled)
    table = Cells(rolled._repr_html_())
    assert table.texts[0] == lines[0]
    told = [
        f"{name} {said}" for name, said in zip(table.texts[1::2], table.texts[2::2], strict=True)
    ]
    assert told == [re.sub(" {2,}", " ", line.strip()) for line in lines[1:]]


def test_a_tracker_prints_as_a_few_lines(company):
    tracker = okr.read(company / "go-to-market.xlsx")
    lines = repr(tracker).splitlines()
    assert lines[0] == f"Tracker of {tracker.about.unit}"
    assert f"{len(tracker.key_results)} key results" in repr(tracker)
    assert lines[-1].split() == ["problems", "1", "error"]
    assert len(lines) < 7


def test_what_people_wrote_is_text_when_printed(tmp_path):
    name = "<script>alert(1)</script>\x1b[31m\u202e"
    tracker = okr.new("sales", quarter="2027-Q1", team=name, config=okr.Config())
    (tmp_path / "no<b>.xlsx").touch()
    for made in (tracker, okr.rollup(tracker), okr.read(tmp_path / "no<b>.xlsx")):
        table = Cells(made._repr_html_())
        assert set(table.tags) <= {"table", "caption", "tbody", "tr", "th", "td"}
        assert not {"\x1b", "\u202e"} & set(repr(made) + made._repr_html_())
        assert table.texts[0] == repr(made).splitlines()[0]


def test_a_rollup_of_nothing_prints_too(tmp_path):
    (tmp_path / "a.csv").write_text("no,tracker\n1,2\n", "utf-8")
    rolled = okr.rollup(tmp_path / "a.csv")
    assert "not read    " in repr(rolled)
    assert "a.csv" in repr(rolled)
    assert repr(okr.Tracker.empty()).startswith("Tracker of no unit\n")
    assert len(pickle.loads(pickle.dumps(rolled)).check_ins) == 0


# --- help ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [n for n in okr.__all__ if n[0].islower()])
def test_examples_in_help_print_what_they_show(name, monkeypatch):
    monkeypatch.chdir(ROOT)
    function = getattr(okr, name)
    (test,) = doctest.DocTestFinder(recurse=False).find(function, name, globs={}) or (None,)
    if test and test.examples:
        assert doctest.DocTestRunner().run(test).failed == 0
    else:
        assert name in {"read", "read_config", "report", "report_into", "write"}
    assert re.search("Error", function.__doc__)


def test_help_of_score_names_every_column():
    text = okr.score.__doc__
    listed = text[text.index("The columns:") : text.index("What cannot be read")]
    told = {word for line in listed.splitlines() for word in re.findall(r"\w+", line)}
    assert told >= set(FRAMES["key_results"].keys)
    assert all(name in okr.Rollup.__doc__ for name in (*FRAMES, *LINES))
    documented = (ROOT / "docs" / "library.md").read_text("utf-8")
    for name, kinds in LINES.items():
        (line,) = re.findall(rf"^- `{name}`:(.*(?:\n  .*)*)", documented, re.MULTILINE)
        assert set(kinds) <= set(re.findall(r"`(\w+)`", line))


def test_the_package_lists_what_is_public():
    assert {*okr.__all__, "__version__"} == set(dir(okr))


def test_a_parent_may_be_named_by_its_path(tmp_path):
    company = okr.write(okr.new("company", quarter="2027-Q1"), tmp_path / "company.xlsx")
    plan = okr.new("sales", quarter="2027-Q1")
    by_path = okr.write(plan, tmp_path / "a.xlsx", parent=company).read_bytes()
    by_tracker = okr.write(plan, tmp_path / "b.xlsx", parent=okr.read(company)).read_bytes()
    assert by_path == by_tracker
    (tmp_path / "none.xlsx").touch()
    with pytest.raises(ValueError, match=r"none\.xlsx: error: "):
        okr.write(plan, tmp_path / "c.xlsx", parent=tmp_path / "none.xlsx")
    with pytest.raises(
        FileNotFoundError, match=r"^There is no file .*gone\.xlsx\. Name another\.$"
    ):
        okr.write(plan, tmp_path / "c.xlsx", parent=tmp_path / "gone.xlsx")


@pytest.mark.parametrize(
    ("prepared", "sentence"),
    [
        ({"objectives": -1}, "Name 0 or more of each"),
        ({"key_results": -2}, "Name 0 or more of each"),
        ({"objectives": 41}, "A tracker holds 40 objectives"),
        ({"objectives": 40, "key_results": 25}, "and 900 rows at the most"),
    ],
)
def test_so_many_rows_cannot_be_prepared(prepared, sentence, tmp_path):
    with pytest.raises(ValueError, match=sentence):
        okr.write(okr.new(blank=True, quarter="2027-Q1"), tmp_path / "t.xlsx", **prepared)
    assert not list(tmp_path.iterdir())


def test_rows_are_plain_values_of_any_frame_and_of_the_problems(company):
    rollup = okr.rollup(company)
    (row, *_) = rollup.rows("problems")
    assert row["message"] == rollup.problems[0].say("en")
    assert {type(value) for row in rollup.rows("teams") for value in row.values()} <= {
        str, int, float, date, type(None),
    }  # fmt: skip
    with pytest.raises(ValueError, match=r"^No frame “teamz”\. Did you mean teams\?$"):
        rollup.rows("teamz")


def test_a_frame_that_somebody_gives_stays_theirs(folder):
    plan = okr.new("sales", quarter="2027-Q1")
    mine = plan.key_results
    mine.iloc[0, mine.columns.get_loc("owner")] = None
    before = mine.copy()
    made = replace(plan, key_results=mine)
    pd.testing.assert_frame_equal(mine, before)
    assert made.key_results["owner"].iloc[0] == ""


def test_a_time_of_day_makes_no_other_day():
    tracker = okr.read(ROOT / "samples" / "trackers" / "sales.xlsx")
    later = tracker.check_ins.assign(date=tracker.check_ins["date"] + pd.Timedelta(hours=9))
    day = date(2027, 2, 12)
    same = okr.score(replace(tracker, check_ins=later), as_of=day)
    pd.testing.assert_frame_equal(same, okr.score(tracker, as_of=day))
