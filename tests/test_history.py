"""A history: what it keeps, what it tells, and what cannot harm it."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from dataclasses import replace
from datetime import date

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner
from conftest import ROOT, needs

import okr_sheets as okr
from okr_sheets.cli import main
from okr_sheets.history import database
from okr_sheets.history.tables import APPLICATION, SCHEMA_VERSION
from okr_sheets.language import language, languages
from okr_sheets.rollups.schema import HISTORY_CODES

DAYS = ("2027-01-29", "2027-02-05", "2027-02-12")
NONE = okr.Config()


@pytest.fixture(scope="module")
def tracker(company):
    return okr.read(company / "sales.xlsx")


@pytest.fixture
def history(tmp_path):
    return tmp_path / "history.sqlite"


def rows_of(path, query, *values):
    """What another connection than ours reads."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query, values).fetchall()


def run(trackers, day, history, keeps=True):
    """The rollup of trackers as of a day, compared with a history and then added to it."""
    rollup = okr.rollup(trackers, as_of=day, config=NONE, history=history)
    if keeps:
        okr.report(rollup, history)
    return rollup


def told(rollup):
    """What a rollup says of its history, but for the scores of units."""
    rows = rollup.history[rollup.history.code != "reported"]
    days = rows.day.dt.date.where(rows.day.notna(), None)
    keys = (rows.code, rows.id, days.astype(object), rows.before, rows.after)
    return [
        (code, name, None if day is None or pd.isna(day) else str(day), before, after)
        for code, name, day, before, after in zip(*keys, strict=True)
    ]


def with_row(tracker, which, /, **cells):
    """The tracker with other cells in the row of a key result."""
    rows = tracker.key_results.copy()
    for key, value in cells.items():
        rows.loc[tracker.key_results.id == which, key] = value
    check_ins = tracker.check_ins.copy()
    if "id" in cells:
        check_ins.loc[check_ins.id == which, "id"] = cells["id"]
    return replace(tracker, key_results=rows, check_ins=check_ins)


def without_row(tracker, which):
    rows, check_ins = tracker.key_results, tracker.check_ins
    return replace(
        tracker, key_results=rows[rows.id != which], check_ins=check_ins[check_ins.id != which]
    )


def with_number(tracker, which, day, value):
    """The tracker with another number on a date; None takes it out."""
    check_ins = tracker.check_ins.copy()
    is_it = (check_ins.id == which) & (check_ins.date == day)
    assert is_it.sum() == 1
    if value is None:
        return replace(tracker, check_ins=check_ins[~is_it])
    check_ins.loc[is_it, "value"] = value
    return replace(tracker, check_ins=check_ins)


ID = "SAL-O1.KR2"  # increases from 24 to 36
DOWN = "SAL-O2.KR3"
TEXT = "Sign contracts with new customers"


def cell(tracker, which, key):
    rows = tracker.key_results
    return rows.loc[rows.id == which, key].iloc[0]


def plain(value):
    return str(int(value)) if float(value).is_integer() else repr(float(value))


def kinds(tracker):
    """Every kind of change: how it is made, and what is to be told of it."""
    target, down = cell(tracker, ID, "target"), cell(tracker, DOWN, "target")
    number = tracker.check_ins[tracker.check_ins.id == ID].iloc[1]
    day, value = str(number.date.date()), plain(number.value)
    title, owner = cell(tracker, ID, "title"), cell(tracker, ID, "owner")
    weight, baseline = cell(tracker, ID, "weight"), cell(tracker, ID, "baseline")
    weight = "1" if pd.isna(weight) else plain(weight)
    return {
        "lowered": (
            with_row(tracker, ID, target=target - 3),
            ("target-eased", ID, None, plain(target), plain(target - 3)),
        ),
        "raised": (
            with_row(tracker, ID, target=target + 3),
            ("target-tightened", ID, None, plain(target), plain(target + 3)),
        ),
        "raised of a decrease": (
            with_row(tracker, DOWN, target=down + 1),
            ("target-eased", DOWN, None, plain(down), plain(down + 1)),
        ),
        "lowered of a decrease": (
            with_row(tracker, DOWN, target=down - 1),
            ("target-tightened", DOWN, None, plain(down), plain(down - 1)),
        ),
        "no target": (
            with_row(tracker, ID, target=float("nan")),
            ("target-eased", ID, None, plain(target), ""),
        ),
        "baseline": (
            with_row(tracker, ID, baseline=baseline + 1),
            ("baseline", ID, None, plain(baseline), plain(baseline + 1)),
        ),
        "weight": (with_row(tracker, ID, weight=7), ("weight", ID, None, weight, "7")),
        "owner": (with_row(tracker, ID, owner="Zed"), ("owner", ID, None, owner, "Zed")),
        "title": (with_row(tracker, ID, title=TEXT), ("title", ID, None, title, TEXT)),
        "id": (with_row(tracker, ID, id="X.KR9"), ("id", "X.KR9", None, ID, "X.KR9")),
        "number": (
            with_number(tracker, ID, day, 1.5),
            ("number", ID, day, value, "1.5"),
        ),
        "number gone": (with_number(tracker, ID, day, None), ("number", ID, day, value, "")),
        "dropped": (without_row(tracker, ID), ("dropped", ID, None, title, "")),
    }


KINDS = (
    *("lowered", "raised", "raised of a decrease", "lowered of a decrease", "no target"),
    *("baseline", "weight", "owner", "title", "id", "number", "number gone", "dropped"),
)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_change_is_told_with_the_runs_it_lies_between(kind, tracker, history):
    changed, expected = kinds(tracker)[kind]
    assert told(run([tracker], DAYS[0], history)) == []
    assert told(run([tracker], DAYS[1], history)) == []
    third = run([changed], DAYS[2], history)
    assert told(third) == [expected]
    (since, until) = third.history.loc[third.history.code == expected[0], ["since", "until"]].iloc[
        0
    ]
    assert (str(since.date()), str(until.date())) == DAYS[1:]
    # A later run still tells it, with the same two days; one that looks back to before does not.
    later = run([changed], "2027-02-16", history)
    assert told(later) == [expected]
    assert later.history[later.history.code != "reported"].until.dt.strftime("%F").tolist() == [
        DAYS[2]
    ]
    assert told(run([tracker], DAYS[1], history, keeps=False)) == []


def test_all_kinds_are_in_the_table(tracker):
    made = kinds(tracker)
    assert made.keys() == set(KINDS)
    assert {expected[0] for _, expected in made.values()} == {*HISTORY_CODES} - {
        "added",
        "reported",
    }


def test_what_comes_back_was_added(tracker, history):
    run([tracker], DAYS[0], history)
    run([without_row(tracker, ID)], DAYS[1], history)
    title = cell(tracker, ID, "title")
    back = run([tracker], DAYS[2], history)
    assert told(back) == [("dropped", ID, None, title, ""), ("added", ID, None, "", title)]
    assert "dropped" not in back.attention.reason.tolist()


def test_objectives_are_followed_too(tracker, history):
    run([tracker], DAYS[0], history)
    rows = tracker.objectives.copy()
    first = rows.index[0]
    before = rows.loc[first, "title"]
    rows.loc[first, "title"] = "Win the north"
    row = run([replace(tracker, objectives=rows)], DAYS[1], history).history.iloc[0]
    assert (row.code, row.id, row.title) == ("title", "", "")
    assert (row.objective, row.before, row.after) == ("Win the north", before, "Win the north")


def test_rows_that_got_new_ids_are_told_by_their_text(tracker, history):
    run([tracker], DAYS[0], history)
    ids = [each for each in tracker.key_results.id if each.startswith("SAL-O1")]
    moved = dict(zip(ids, [*ids[1:], "SAL-O1.KR9"], strict=True))
    rows, check_ins = tracker.key_results.copy(), tracker.check_ins.copy()
    rows["id"] = rows.id.replace(moved)
    check_ins["id"] = check_ins.id.replace(moved)
    found = told(run([replace(tracker, key_results=rows, check_ins=check_ins)], DAYS[1], history))
    assert sorted(found) == sorted(("id", new, None, old, new) for old, new in moved.items())


def test_a_number_typed_late_is_no_change(tracker, history):
    typed = tracker.check_ins[tracker.check_ins.id == ID].iloc[1]
    run([with_number(tracker, ID, typed.date, None)], DAYS[0], history)
    assert told(run([tracker], DAYS[1], history)) == []


def test_a_number_of_the_period_that_the_day_lies_in_is_kept(tracker, history):
    typed = tracker.check_ins[(tracker.check_ins.id == ID) & (tracker.check_ins.date == DAYS[1])]
    value = typed.value.iloc[0]
    first = run([tracker], "2027-02-03", history)
    assert first.key_results.current[first.key_results.id == ID].iloc[0] == value
    found = told(run([with_number(tracker, ID, DAYS[1], 1.5)], DAYS[1], history))
    assert found == [("number", ID, DAYS[1], plain(value), "1.5")]


def test_of_two_numbers_of_one_day_the_left_one_counts(tracker, history):
    check_ins = tracker.check_ins
    (at,) = ((check_ins.id == ID) & (check_ins.date == DAYS[0])).to_numpy().nonzero()[0]
    right = check_ins.iloc[[at]].assign(value=99.0)
    twice = pd.concat([check_ins.iloc[: at + 1], right, check_ins.iloc[at + 1 :]])
    both = replace(tracker, check_ins=twice)
    run([both], DAYS[0], history)
    assert rows_of(history, "SELECT value FROM check_ins WHERE value = 99") == []
    assert told(run([tracker], DAYS[1], history)) == []
    assert told(run([both], DAYS[2], history)) == []


def test_a_tracker_may_be_renamed_or_moved(tracker, history, tmp_path):
    run([tracker], DAYS[0], history)
    moved = replace(with_row(tracker, ID, owner="Zed"), path=str(tmp_path / "new" / "s2.xlsx"))
    assert [row[:2] for row in told(run([moved], DAYS[1], history))] == [("owner", ID)]


def test_what_is_not_read_is_not_gone(company, history):
    run(company, DAYS[0], history)
    assert told(run([company / "sales.xlsx"], DAYS[1], history)) == []
    assert told(run(company, DAYS[2], history)) == []
    days = rows_of(history, "SELECT day, count(*) FROM runs GROUP BY day")
    assert days == [(DAYS[0], 6), (DAYS[1], 1), (DAYS[2], 6)]


def test_the_score_that_was_reported_stands_beside_the_one_computed_now(tracker, history):
    reported = run([tracker], DAYS[1], history).headline["score"]
    typed = tracker.check_ins[tracker.check_ins.id == ID].iloc[1]
    changed = with_row(with_number(tracker, ID, typed.date, 0), ID, target=900)
    rollup = run([changed], DAYS[2], history, keeps=False)
    (row,) = rollup.history[rollup.history.code == "reported"].itertuples()
    now = okr.rollup([changed], as_of=DAYS[1], config=NONE).headline["score"]
    assert float(row.before) == pytest.approx(reported, abs=5e-5)
    assert float(row.after) == pytest.approx(now, abs=5e-5)
    assert (str(row.day.date()), row.unit_name) == (DAYS[1], "Sales")
    same_day = run([changed], DAYS[1], history, keeps=False)
    # The run of that day is the last that saw the old numbers, and is replaced by this one.
    assert set(same_day.history.code) == {"reported", "number", "target-tightened"}


def test_the_tables_hold_what_the_frames_do(company, history):
    rollup = run(company, DAYS[2], history)
    with closing(sqlite3.connect(history)) as connection:
        stored = pd.read_sql("SELECT * FROM latest ORDER BY run, row", connection)
        objectives = pd.read_sql("SELECT * FROM objectives ORDER BY run, row", connection)
        teams = pd.read_sql("SELECT * FROM teams ORDER BY unit_name", connection)
    ours = rollup.key_results
    for key in ("id", "title", "objective", "owner", "status", "state", "unit_name"):
        assert stored[key].tolist() == ours[key].tolist()
    for key in ("baseline", "target", "weight", "current", "score", "expected", "confidence"):
        pd.testing.assert_series_equal(stored[key].astype(float), ours[key], check_dtype=False)
    for key in ("start", "due", "last_check_in"):
        days = ours[key].dt.strftime("%Y-%m-%d")
        assert stored[key].fillna("").tolist() == days.fillna("").tolist()
    assert objectives.score.tolist() == pytest.approx(rollup.objectives.score.tolist(), nan_ok=True)
    units = rollup.teams.sort_values("unit_name")
    assert teams.unit_name.tolist() == units.unit_name.tolist()
    assert teams.score.tolist() == pytest.approx(units.score.tolist(), nan_ok=True)
    numbers = rollup.check_ins
    numbers = numbers[(numbers.date <= DAYS[2]) & numbers.value.notna()]
    assert rows_of(history, "SELECT count(*), sum(value) FROM check_ins") == [
        (len(numbers), pytest.approx(numbers.value.sum()))
    ]
    assert rows_of(history, "SELECT schema_version FROM about") == [(SCHEMA_VERSION,)]
    assert rows_of(history, "PRAGMA integrity_check") == [("ok",)]
    kinds = {"id": "text", "title": "text", "target": "real", "score": "real", "due": "text"}
    for key, kind in kinds.items():
        found = rows_of(history, f"SELECT DISTINCT typeof({key}) FROM key_results")
        assert {each for (each,) in found} - {"null"} == {kind}


def test_the_same_day_again_replaces_and_other_days_stay(company, tracker, history):
    for day in DAYS:
        run(company, day, history)
    everything = content(history)
    run(company, DAYS[1], history)
    assert content(history) == everything
    run([with_row(tracker, ID, owner="Zed")], DAYS[1], history)
    owners = rows_of(
        history, "SELECT day, owner FROM key_results JOIN runs USING (run) WHERE id = ?", ID
    )
    assert sorted(owners) == sorted(
        (day, "Zed" if day == DAYS[1] else "SDR Manager") for day in DAYS
    )


def test_what_moved_after_the_close_is_said_before_the_run_of_that_day_is_replaced(
    tracker, history
):
    close = "2027-03-31"
    run([with_row(tracker, ID, target=60)], close, history)
    later = run([with_row(tracker, ID, target=50)], close, history)
    assert told(later) == [("target-eased", ID, None, "60", "50")]
    assert later.history.since.tolist()[0] == later.history.until.tolist()[0] == pd.Timestamp(close)
    assert told(run([with_row(tracker, ID, target=50)], close, history)) == []
    assert rows_of(history, "SELECT target FROM key_results WHERE id = ?", ID) == [(50,)]


def test_spellings_of_a_unit_and_a_row_are_one(tracker, history):
    of_istanbul = [
        replace(
            with_row(tracker, ID, title=title, owner=owner), about=replace(tracker.about, team=team)
        )
        for team, title, owner in (("İzmir", "Işık", "Ayşe"), ("izmir", "ışık", "Zed"))
    ]
    run(of_istanbul[:1], DAYS[0], history)
    found = told(run(of_istanbul[1:], DAYS[1], history))
    assert ("owner", ID, None, "Ayşe", "Zed") in found
    assert {code for code, *_ in found} == {"owner", "title"}


def content(path):
    """All that a history holds, whatever numbers its runs happen to have."""
    runs = dict(rows_of(path, "SELECT run, day || file FROM runs"))
    rows = [repr(row) for row in rows_of(path, "SELECT * FROM teams")]
    for table in ("objectives", "key_results", "check_ins"):
        found = rows_of(path, f"SELECT * FROM {table}")
        rows += [repr((table, runs[number], values)) for number, *values in found]
    return sorted(rows)


def test_by_week_has_the_last_run_of_each_week(tracker, history):
    for day in ("2027-02-02", "2027-02-04", "2027-02-07", "2027-02-08"):
        run([tracker], day, history)
    weeks = rows_of(history, "SELECT DISTINCT week, day FROM by_week ORDER BY week")
    assert weeks == [("2027-02-01", "2027-02-07"), ("2027-02-08", "2027-02-08")]
    assert date.fromisoformat(weeks[0][0]).isoweekday() == 1


def test_what_needs_attention_names_the_worst_until_a_check_in_date_has_passed(tracker, history):
    run([tracker], DAYS[0], history)
    target = cell(tracker, ID, "target")
    changed = without_row(with_row(tracker, ID, target=target - 3), DOWN)
    rollup = run([changed], DAYS[1], history)
    first = rollup.attention.iloc[0]
    assert (first.id, first.reason, first["row"]) == (DOWN, "dropped", 0)
    (reasons,) = rollup.attention[rollup.attention.id == ID].reasons.map(json.loads)
    fields = {"before": target, "after": target - 3, "since": DAYS[0], "until": DAYS[1]}
    assert reasons[0] == ["target-eased", fields]
    later = run([changed], "2027-02-26", history)
    (reasons,) = later.attention[later.attention.id == ID].reasons.map(json.loads)
    assert "target-eased" not in [code for code, _ in reasons]
    assert DOWN not in later.attention.id.tolist()
    assert len(later.history) >= 2


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
@pytest.mark.parametrize("code", languages())
def test_reports_show_it_in_every_language(code, tracker, history, tmp_path):
    run([tracker], DAYS[0], history)
    changed = without_row(with_row(tracker, ID, target=20, owner="Zed"), DOWN)
    typed = tracker.check_ins[tracker.check_ins.id == ID].iloc[1]
    rollup = run([with_number(changed, ID, typed.date, 2)], DAYS[1], history)
    words = language(code)
    for suffix in ("md", "html", "xlsx", "json"):
        okr.report(rollup, tmp_path / f"r.{suffix}", language=code)
    markdown = (tmp_path / "r.md").read_text("utf-8")
    page = (tmp_path / "r.html").read_text("utf-8")
    for kind in ("target_eased", "owner", "number", "dropped"):
        assert words(f"report.history_{kind}") in markdown
        assert words(f"report.history_{kind}") in page
    assert f"## {words('report.history')}\n" in markdown
    assert 'href="#history"' in page
    assert 'id="history"' in page
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx")[words("report.history")]
    cells = [[each.value for each in row] for row in sheet.iter_rows(min_row=5)]
    assert [row[0] for row in cells] == [
        words(f"report.history_{each.replace('-', '_')}") for each in rollup.history.code
    ]
    stored = json.loads((tmp_path / "r.json").read_text("utf-8"))["history"]
    assert [row["code"] for row in stored] == rollup.history.code.tolist()


def test_a_change_that_the_log_tells_too_is_said_once(tracker, history):
    run([tracker], DAYS[2], history)
    rollup = run([tracker], "2027-02-19", history)
    (reasons,) = rollup.attention[rollup.attention.id == "SAL-O2.KR1"].reasons.map(json.loads)
    codes = [code for code, _ in reasons]
    assert codes[0] == "target-eased"
    assert "by-plan" in codes
    assert "plan-lowered" not in codes


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")
def test_a_run_without_a_history_has_no_sheet_of_it(tracker, tmp_path):
    rollup = okr.rollup([tracker], as_of=DAYS[0], config=NONE)
    okr.report(rollup, tmp_path / "r.xlsx")
    assert "History" not in openpyxl.load_workbook(tmp_path / "r.xlsx").sheetnames


# The command


def invoke(*arguments):
    done = CliRunner().invoke(main, [str(each) for each in arguments])
    return done.exit_code, done.stdout, done.stderr


def test_the_command_compares_first_and_adds_then(company, tracker, history, tmp_path):
    page = tmp_path / "r.md"
    with_history = ("--history", history, "-o", history, "-o", page)
    code, said, _ = invoke("score", company, "--as-of", DAYS[0], *with_history)
    assert (code, said.splitlines()) == (1, [f"Wrote {history}", f"Wrote {page}"])
    assert "## History" not in page.read_text("utf-8")
    with closing(sqlite3.connect(history)) as connection, connection:
        connection.execute("UPDATE key_results SET owner = 'Zed' WHERE id = ?", (ID,))
    invoke("score", company, "--as-of", DAYS[1], *with_history)
    assert "Owner changed: Zed → SDR Manager" in page.read_text("utf-8")
    assert len(rows_of(history, "SELECT * FROM runs")) == 12


def test_the_settings_may_name_it(company, history, tmp_path):
    okr_toml = tmp_path / "okr.toml"
    okr_toml.write_text('history = "history.sqlite"\n')
    page = tmp_path / "r.md"
    arguments = ("score", company, "--config", okr_toml, "-o", page, "--as-of")
    assert invoke(*arguments, DAYS[0])[0] == 1
    assert not history.exists()
    assert invoke("score", company, "-o", history, "--as-of", DAYS[0])[0] == 1
    with closing(sqlite3.connect(history)) as connection, connection:
        connection.execute("UPDATE key_results SET owner = 'Zed' WHERE id = ?", (ID,))
    invoke(*arguments, DAYS[1])
    assert "## History" in page.read_text("utf-8")
    assert len(okr.rollup(company, as_of=DAYS[1], config=okr_toml).history)
    assert not len(okr.rollup(company, as_of=DAYS[1], config=okr_toml, history="").history)


def test_a_history_that_is_not_there_is_named_with_what_begins_it(company, history):
    code, said, error = invoke("score", company, "--history", history)
    assert (code, said) == (2, "")
    assert f"{history} is not there yet. Begin it with: -o {history}" in error


# What cannot harm it


def test_two_runs_at_once_lose_nothing(company, tmp_path):
    history = tmp_path / "history.sqlite"
    command = [sys.executable, "-m", "okr_sheets", "score", company, "-q", "-o", history, "--as-of"]
    started = [
        subprocess.Popen([*map(str, command), f"2027-02-{day:02}"], stderr=subprocess.PIPE)
        for day in range(1, 7)
    ]
    errors = [each.communicate(timeout=300)[1].decode() for each in started]
    assert [each.returncode for each in started] == [1] * 6, errors
    assert rows_of(history, "SELECT day, count(*) FROM runs GROUP BY day") == [
        (f"2027-02-{day:02}", 6) for day in range(1, 7)
    ]
    assert rows_of(history, "PRAGMA integrity_check") == [("ok",)]
    every = rows_of(history, "SELECT count(*) FROM key_results")
    assert every == [(6 * 64,)]


# Dies once SQLite has done so many steps since the history was opened, its pages on the disk early.
KILLED = """
import os, signal, sqlite3, sys
import okr_sheets as okr

history, steps, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
connect, left = sqlite3.connect, [steps]

def die():
    left[0] -= 1
    if left[0] <= 0:
        os.kill(os.getpid(), signal.SIGKILL)

def watched(*arguments, **options):
    connection = connect(*arguments, **options)
    connection.execute("PRAGMA cache_size = 4")
    connection.set_progress_handler(die, 100)
    return connection

rollup = okr.rollup(folder, as_of="2027-02-12", config=okr.Config())
sqlite3.connect = watched
okr.report(rollup, history)
print("done")
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no such signal")
@pytest.mark.parametrize("is_begun", [True, False])
def test_a_run_that_is_killed_at_any_moment_leaves_the_old_content_whole(
    is_begun, company, tmp_path
):
    history = tmp_path / "history.sqlite"
    if is_begun:
        run(company, DAYS[0], history)
    before = content(history) if is_begun else []
    was_interrupted, steps = 0, 1
    while True:
        command = [sys.executable, "-c", KILLED, history, str(steps), company]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
        if done.returncode != -signal.SIGKILL:
            break
        journal = history.with_name("history.sqlite-journal")
        was_interrupted += journal.exists() and journal.stat().st_size > 512
        # The next to open it is another program.
        tables = rows_of(history, "SELECT name FROM sqlite_master WHERE type = 'table'")
        assert rows_of(history, "PRAGMA integrity_check") == [("ok",)]
        assert (content(history) if tables else []) == before
        steps = steps * 3 + 7
    assert done.stdout == "done\n", done.stderr
    assert was_interrupted >= 2
    days = {day for (day,) in rows_of(history, "SELECT day FROM runs")}
    assert days == ({DAYS[0], DAYS[2]} if is_begun else {DAYS[2]})


FULL = """
import resource, sys
import okr_sheets as okr

rollup = okr.rollup(sys.argv[2], as_of="2027-02-12", config=okr.Config())
most = int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
try:
    okr.report(rollup, sys.argv[1])
except OSError as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_disk_that_takes_no_more_keeps_the_runs_before(company, history):
    run(company, DAYS[0], history)
    before = content(history)
    most = str(history.stat().st_size + 4096)
    command = [sys.executable, "-c", FULL, history, company, most]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert re.match(rf"{re.escape(str(history))} was not changed: .*\.\n$", done.stdout), done
    assert done.stderr == ""
    assert content(history) == before
    assert rows_of(history, "PRAGMA integrity_check") == [("ok",)]


def database_of_others(path, application=0):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE invoices (number INTEGER)")
        connection.execute(f"PRAGMA application_id = {application}")


def changed_by(sentence):
    def change(path):
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(sentence)

    return change


def torn(path):
    """A history of which the pages after the first were lost."""
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + bytes(len(whole) - 4096))


FOREIGN = "is there already and is no history. Choose another name."
TABLES_CHANGED = "were changed by another program."
SPOILED = {
    "text": (lambda path: path.write_text("my notes"), FOREIGN),
    "another database": (lambda path: path.unlink() or database_of_others(path), FOREIGN),
    "one that says it is ours": (
        lambda path: path.unlink() or database_of_others(path, APPLICATION),
        TABLES_CHANGED,
    ),
    "a later version's": (
        changed_by(f"UPDATE about SET schema_version = {SCHEMA_VERSION + 1}"),
        "was written by a later version of okr-sheets.",
    ),
    "with a column more": (changed_by("ALTER TABLE runs ADD COLUMN mine TEXT"), TABLES_CHANGED),
    "with a trigger": (
        changed_by("CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM teams; END"),
        TABLES_CHANGED,
    ),
    "torn": (torn, "is damaged, and was left as it is."),
}


@pytest.mark.parametrize("kind", SPOILED)
def test_a_file_that_is_no_sound_history_is_named_and_left_as_it_is(
    kind, company, company_rollup, history
):
    run(company, DAYS[0], history)
    spoil, sentence = SPOILED[kind]
    spoil(history)
    before = history.read_bytes()
    with pytest.raises(ValueError, match=re.escape(sentence)):
        okr.report(company_rollup, history)
    with pytest.raises(ValueError, match=re.escape(sentence)):
        okr.rollup(company, as_of=DAYS[2], config=NONE, history=history)
    for arguments in (("-o", history), ("--history", history)):
        code, said, error = invoke("score", company, "-q", *arguments)
        assert (code, said) == (2, "")
        assert sentence in error
        assert "Traceback" not in error
    assert history.read_bytes() == before
    assert [each.name for each in history.parent.iterdir()] == ["history.sqlite"]


@pytest.mark.parametrize(
    "sentence",
    [
        "UPDATE key_results SET title = NULL",
        "UPDATE key_results SET title = x'ff00'",
        "UPDATE key_results SET title = CAST(x'ff41' AS TEXT)",
        "UPDATE key_results SET target = 'many'",
        "UPDATE runs SET day = '19 February'",
        "UPDATE key_results SET target = 9e999",
        "UPDATE teams SET score = 'good'",
        "UPDATE check_ins SET value = 'good'",
        "UPDATE check_ins SET day = day || '!'",
    ],
)
def test_what_somebody_typed_into_a_history_ends_in_a_sentence(sentence, company, history):
    run(company, DAYS[0], history)
    changed_by(sentence)(history)
    with pytest.raises(ValueError, match="is damaged, and was left as it is"):
        okr.rollup(company, as_of=DAYS[2], config=NONE, history=history)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
def test_a_pipe_or_a_folder_is_never_waited_for(company_rollup, tmp_path):
    os.mkfifo(tmp_path / "pipe.db")
    (tmp_path / "folder.db").mkdir()
    for name in ("pipe.db", "folder.db"):
        with pytest.raises(OSError, match=r"a pipe|is a folder"):
            okr.report(company_rollup, tmp_path / name)


def test_one_that_stays_locked_is_named(company_rollup, company, history, monkeypatch):
    run(company, DAYS[0], history)
    before = history.read_bytes()
    monkeypatch.setattr(database, "WAIT", 0.1)
    with closing(sqlite3.connect(history, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(OSError, match=r"is in use by another program\. Close it there"):
            okr.report(company_rollup, history)
        with pytest.raises(OSError, match="is in use by another program"):
            okr.rollup(company, config=NONE, history=history)
    assert history.read_bytes() == before


def test_one_that_is_locked_for_a_while_is_waited_for(company_rollup, company, history):
    run(company, DAYS[0], history)
    other = sqlite3.connect(history, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    threading.Timer(1.5, other.close).start()
    okr.report(company_rollup, history)
    assert len(rows_of(history, "SELECT * FROM runs")) == 12


def test_somebody_who_reads_for_a_while_is_waited_for(company_rollup, company, history):
    run(company, DAYS[0], history)
    other = sqlite3.connect(history, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM runs").fetchone()
    threading.Timer(2, other.close).start()
    okr.report(company_rollup, history)
    assert len(rows_of(history, "SELECT * FROM runs")) == 12


def test_other_programs_read_it(company, history):
    run(company, DAYS[0], history)
    done = subprocess.run(
        [needs("sqlite3"), history, "SELECT count(*) FROM latest; PRAGMA foreign_key_check;"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "64\n"


def test_the_guide_does_what_it_says(tmp_path, monkeypatch):
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    monkeypatch.chdir(tmp_path)
    guide = (ROOT / "docs" / "history.md").read_text("utf-8")
    (commands,) = re.findall(r"^```console\n(.*?)^```", guide, re.DOTALL | re.MULTILINE)
    for command in re.findall(r"^\$ okr-sheets (.*)$", commands, re.MULTILINE):
        assert invoke(*command.split())[0] == 1
    (code,) = re.findall(r"^```python\n(.*?)^```", guide, re.DOTALL | re.MULTILINE)
    names = {}
    exec(code, names)
    names["history"].close()
    assert names["weeks"].week.unique().tolist() == ["2027-02-01", "2027-02-08"]
    assert list(names["changed"]) == ["unit_name", "id", "day", "numbers"]
    for table in ("about", "runs", "objectives", "key_results", "check_ins", "teams"):
        assert f"| `{table}` |" in guide
