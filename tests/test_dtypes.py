"""Every frame has the dtypes it declares: empty or filled, with any pandas, with pyarrow or not."""

from datetime import date

import pandas as pd
import pytest
from click.testing import CliRunner

import okr_sheets as okr
from okr_sheets.about import About
from okr_sheets.bands import Bands
from okr_sheets.cli import main
from okr_sheets.codes import WORDED
from okr_sheets.columns import ARRAYS
from okr_sheets.computing import InColumns, compute, in_words
from okr_sheets.frames import DTYPES, frame
from okr_sheets.gathering import GATHERED, gather
from okr_sheets.rollups import FRAMES
from okr_sheets.rollups.lines import LINES
from okr_sheets.rollups.scored import scored
from okr_sheets.rules import RULES
from okr_sheets.schema import OKRS, PARTS
from okr_sheets.tracker import Tracker

QUARTER = {"quarter": "2027-Q1", "start": date(2027, 1, 1), "end": date(2027, 3, 31)}
OBJECTIVE = frame("objectives", [{"id": "O1", "title": "Grow"}], [5])
KEY_RESULT = frame(
    "key_results",
    [{"id": "O1.KR1", "title": "Sign-ups", "objective": 5, "type": "increase", "target": 9.0}],
    [6],
)
ACTION = frame("actions", [{"key_result": "O1.KR1", "action": "Call", "status": "to-do"}], [4])
REMARK = frame("log", [{"id": "O1.KR1", "note": "Slow"}], [4])


def without(*, quarter=False, **frames):
    """A tracker that lacks everything but what is given."""
    return Tracker.empty(About(team="Sales", **({} if quarter else QUARTER)), **frames)


# Each lacks other things: rows, days, objectives, key results, numbers, actions, owners.
TRACKERS = {
    "nothing": Tracker.empty(),
    "rows": without(),
    "quarter": without(quarter=True, objectives=OBJECTIVE, key_results=KEY_RESULT),
    "key-results": without(objectives=OBJECTIVE),
    "objectives": without(key_results=KEY_RESULT.assign(objective=0)),
    "numbers": without(objectives=OBJECTIVE, key_results=KEY_RESULT, actions=ACTION, log=REMARK),
    "live-rows": without(objectives=OBJECTIVE, key_results=KEY_RESULT.assign(state="cancelled")),
}


def dtypes(kinds):
    """What pandas itself makes of the declared names here."""
    return {key: pd.Series([], dtype=DTYPES[kind]).dtype for key, kind in kinds.items()}


def assert_declared(found, kinds):
    assert found.dtypes.to_dict() == dtypes(kinds)


def assert_rollup_declared(rollup):
    for name, declared in FRAMES.items():
        assert_declared(getattr(rollup, name), declared.kinds)
        assert list(getattr(rollup, name).index) == list(range(len(getattr(rollup, name))))


@pytest.mark.parametrize("name", TRACKERS)
def test_a_rollup_of_a_tracker_that_lacks_something_has_the_declared_dtypes(name):
    assert_rollup_declared(okr.rollup([TRACKERS[name]]))
    assert_declared(okr.score([TRACKERS[name]]), FRAMES["key_results"].kinds)


def test_trackers_that_lack_different_things_make_declared_dtypes_together():
    assert_rollup_declared(okr.rollup(list(TRACKERS.values())))


@pytest.mark.usefixtures("coach")
def test_a_full_rollup_declares_all_its_frames(company, last_quarter, tmp_path):
    legal = okr.new(blank=True, quarter="2027-Q1", company="Acme Cloud", team="Legal")
    history = okr.report(okr.rollup(company, as_of="2027-02-12"), tmp_path / "h.sqlite")
    trackers = [company, legal]
    rollup = okr.rollup(trackers, "2027-03-31", previous=last_quarter, history=history)
    assert list(rollup.columns) == [*FRAMES, *LINES]
    assert all(len(getattr(rollup, name)) for name in FRAMES)
    assert_rollup_declared(rollup)


@pytest.mark.parametrize("name", TRACKERS)
def test_the_rules_give_the_kinds_of_the_schema_on_no_rows_too(name):
    tracker = TRACKERS[name]
    rows = gather([tracker], [tracker.about.day()])
    assert list(rows) == list(GATHERED)
    for key, kind in GATHERED.items():
        assert rows[key].dtype == ("int8" if key in WORDED else ARRAYS[kind]), key
    computed = in_words(compute(rows, InColumns((), Bands())))
    texts = {key for key in RULES if computed[key].dtype == object}
    assert texts == {key for key in RULES if OKRS[key].kind in {"text", "choice"}}


def test_scored_rows_have_the_same_dtypes_empty_or_filled(company):
    sales = okr.read(company / "sales.xlsx")
    full = scored([sales], [[sales.about.day()]], Bands())
    for tracker in TRACKERS.values():
        lacking = scored([tracker], [[tracker.about.day()]], Bands())
        for ours, theirs in (
            (lacking.key_results, full.key_results),
            (lacking.objectives, full.objectives),
        ):
            kinds = {key: array.dtype.kind for key, array in ours.arrays.items()}
            assert kinds == {key: array.dtype.kind for key, array in theirs.arrays.items()}


def test_a_tracker_read_and_an_empty_one_have_the_declared_dtypes(company, tmp_path):
    okr.write(okr.new(blank=True, quarter="2027-Q1"), tmp_path / "blank.xlsx")
    for tracker in (
        Tracker.empty(),
        okr.new(blank=True),
        okr.new("sales"),
        okr.read(tmp_path / "blank.xlsx"),
        okr.read(company / "sales.xlsx"),
    ):
        for name, columns in PARTS.items():
            found = getattr(tracker, name)
            assert_declared(found, {column.key: column.kind for column in columns})
            assert found.index.dtype == "int64"
        assert_declared(tracker.rows, {each.key: each.kind for each in PARTS["key_results"]})
        stored = {
            key: "text" if key.startswith("formula.") else OKRS[key].kind
            for key in tracker.calculated
            if key != "row"
        }
        assert_declared(tracker.stored, stored)


def nowhere(folder):
    return folder / "nothere"


def no_okrs(folder):
    (folder / "prices.csv").write_text("Product,Price\nTea,3\n", "utf-8")
    return folder / "prices.csv"


def headers_only(folder):
    (folder / "headers.csv").write_text("ID;Objective / key result;Target\n", "utf-8")
    return folder / "headers.csv"


def damaged(folder):
    (folder / "damaged.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    return folder / "damaged.xlsx"


def blank(folder):
    return okr.write(okr.new(blank=True, quarter="2027-Q1", language="th"), folder / "blank.xlsx")


@pytest.mark.parametrize("made", [nowhere, no_okrs, headers_only, damaged, blank])
@pytest.mark.parametrize("command", ["score", "check", "remind"])
def test_no_run_without_anything_to_score_ends_in_a_traceback(command, made, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, [command, str(made(tmp_path))])
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert done.exit_code in {0, 1, 2}


@pytest.mark.parametrize("name", TRACKERS)
def test_every_report_of_a_tracker_that_lacks_something_is_written(name, tmp_path):
    rollup = okr.rollup([TRACKERS[name]])
    for suffix in ("xlsx", "html", "md", "csv", "json"):
        assert okr.report(rollup, tmp_path / f"rollup.{suffix}").stat().st_size
