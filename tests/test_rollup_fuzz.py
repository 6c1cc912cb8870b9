"""Whatever trackers say, alone and together: every command ends in its reports, or in a sentence.

First come the runs that once went wrong, by name. What is drawn then is derandomized, so that a run is the same everywhere. By hand, `EXAMPLES=100 pytest
tests/test_rollup_fuzz.py` looks at a hundred times as many, new ones each time.
"""

from __future__ import annotations

import csv
import json
import math
import os
import re
from collections import Counter
from contextlib import suppress
from datetime import date, timedelta
from io import StringIO

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from rich.console import Console
from test_dtypes import assert_rollup_declared
from xlsxwriter import Workbook

import okr_sheets as okr
from okr_sheets import terminal
from okr_sheets.about import About
from okr_sheets.bands import PRESETS
from okr_sheets.choices import (
    ACTION_STATUSES,
    CADENCES,
    COMMITMENTS,
    LEVELS,
    STATES,
    STATUSES,
    TYPES,
)
from okr_sheets.config import Config, Unit
from okr_sheets.frames import frame
from okr_sheets.language import fold, language, languages
from okr_sheets.letters import column_letters
from okr_sheets.misuse import MisuseError
from okr_sheets.quarters import Quarter, check_in_dates
from okr_sheets.reading.folders import read_all
from okr_sheets.reports.drafts import write_messages
from okr_sheets.reports.reminders import messages
from okr_sheets.rollups import rollup_of_trackers
from okr_sheets.schema import OKRS, PARTS
from okr_sheets.tracker import Tracker

TIMES = int(os.environ.get("EXAMPLES", "1"))
REPORTS = ("xlsx", "html", "md", "csv", "json")
LEFT_OUT = ("cancelled", "postponed")


def examples(count):
    return settings(
        max_examples=count * TIMES,
        derandomize=TIMES == 1,
        deadline=None,
        database=None,
        phases=[Phase.generate, *([Phase.shrink] if TIMES > 1 else [])],
        suppress_health_check=list(HealthCheck),
    )


# --- what trackers say ---------------------------------------------------------------------------

LARGEST, SMALLEST = 1e30, 1e-30  # that a tracker counts with
LAST = date(2100, 12, 31)  # that it counts
COMPANIES = st.sampled_from(["Acme", "Acme", "acme", "Globex", ""])
DEPARTMENTS = st.sampled_from(["", "Sales", "Sales", "Marketing", "Acme"])
TEAMS = st.sampled_from(["", "West", "West", "East", "Sales", "west"])
PEOPLE = st.sampled_from(["", "Ann", "Bob", "ann", "Ann (Acme)", "최민", "a, b"])
NAMES = st.sampled_from(["Grow", "Grow", "Win 20 deals", "", "Köprü ≥ 2", "=1+1", "ราคา"])
IDS = st.sampled_from(["O1", "O1", "O2", "o1", "SAL-O1", "O1.KR1", ""])
ALIGNS = st.sampled_from(["", "", "O1", "O2", "o1", "SAL-O1", "O1; O2", "O9", "O1.KR1"])
UNITS = st.sampled_from(["", "", "%", "k", "€", "days"])
QUARTERS = st.sampled_from(
    [(2027, 1), (2027, 1), (2027, 1), (2027, 2), (2026, 4), (1990, 1), (2100, 4)]
)
FISCAL = st.sampled_from([1, 1, 4, 12])
PLAIN = st.sampled_from([0.0, 1.0, 2.0, 5.0, 10.0, 50.0, 0.5, -3.0])
FAR = st.sampled_from(
    [LARGEST, -LARGEST, SMALLEST, -SMALLEST, 1e15, 0.1 + 0.2, -0.0, 1e-9, 123456789.125]
)
NUMBER = PLAIN | PLAIN | FAR | st.floats(-100, 100).filter(lambda x: not 0 < abs(x) < SMALLEST)
MAYBE = st.just(math.nan) | NUMBER | NUMBER
WEIGHT = st.sampled_from([math.nan, math.nan, 1.0, 2.0, 0.0, -1.0, LARGEST, SMALLEST, 0.5, 50.0])
CONFIDENCE = st.sampled_from([math.nan, math.nan, 1.0, 7.0, 10.0, 0.0, -2.0, 3.5, LARGEST])


UNIT = st.tuples(COMPANIES, DEPARTMENTS, TEAMS)


@st.composite
def abouts(draw, units=UNIT):
    company, department, team = draw(units)
    quarter = Quarter(*draw(QUARTERS), draw(FISCAL))
    start, end = quarter.start, quarter.end
    if draw(st.booleans()):
        start += timedelta(days=draw(st.sampled_from([-40, -3, 3, 30, 80])))
        end = min(end + timedelta(days=draw(st.sampled_from([-2, 0, 10, 400]))), LAST)
    days = draw(st.sampled_from([(start, end)] * 6 + [(None, None), (start, None), (None, end)]))
    day = st.sampled_from(
        [
            None,
            None,
            start,
            end,
            min(start + timedelta(days=40), LAST),
            min(end + timedelta(days=9), LAST),
            start - timedelta(days=9),
        ]
    )
    return About(
        company=company,
        department=department,
        team=team,
        level=draw(st.sampled_from(["", *LEVELS])),
        parent=draw(st.sampled_from(["", "company.xlsx"])),
        quarter=draw(st.sampled_from([str(quarter)] * 4 + [""])),
        start=days[0],
        end=days[1],
        cadence=draw(st.sampled_from(CADENCES)),
        as_of=draw(day),
        language=draw(st.sampled_from(languages())),
        fiscal_start=quarter.fiscal_start,
    )


def days_about(about):
    """Days in and around a tracker's quarter, or none."""
    start = about.start or date(2027, 1, 1)
    near = st.integers(-30, 120).map(lambda n: min(start + timedelta(days=n), LAST))
    return st.none() | near | near | st.dates(date(1990, 1, 1), LAST)


@st.composite
def trackers(draw, units=UNIT, least=0):
    """A tracker as Python holds it, with as many rows and numbers as asked at least."""
    about = draw(abouts(units))
    days = days_about(about)
    own = about.span or Quarter(2027, 1).span
    dates = check_in_dates(own.start, own.end, about.cadence)
    odd = [dates[:1], (*dates[2:], date(2099, 1, 1)), *([] if least else [()])]
    dates = draw(st.sampled_from([dates, dates, dates, *odd]))
    state = st.sampled_from(["", "", "", *STATES])
    commitment = st.sampled_from(["", *COMMITMENTS])

    def line(row, **own):
        start, due = draw(days), draw(days)
        both = {"start": start, "due": due, "row": row, "id": draw(IDS), "title": draw(NAMES)}
        drawn = {"owner": PEOPLE, "weight": WEIGHT, "commitment": commitment, "aligns_to": ALIGNS}
        drawn |= {"state": state, "confidence": CONFIDENCE, "note": NAMES, "definition": NAMES}
        return both | {key: draw(value) for key, value in drawn.items()} | own

    objectives, key_results, check_ins, row = [], [], [], 6
    for _ in range(draw(st.integers(least, 3))):
        objectives.append(line(row))
        above = objectives[-1]
        for _ in range(draw(st.integers(least, 3))):
            row += 1
            is_lost = draw(st.integers(0, 9)) == 0
            key_results.append(
                line(
                    row,
                    objective=0 if is_lost else above["row"],
                    objective_id="" if is_lost else above["id"],
                    type=draw(st.sampled_from(["", *TYPES])),
                    baseline=draw(MAYBE),
                    target=draw(MAYBE),
                    unit=draw(UNITS),
                    typed_current=draw(st.sampled_from([math.nan] * 4 + [3.0, LARGEST])),
                    planned_title=draw(NAMES),
                    planned_target=draw(MAYBE),
                    planned_baseline=draw(MAYBE),
                    planned_weight=draw(WEIGHT),
                )
            )
            whose = {"id": key_results[-1]["id"], "column": "AF", "row": row}
            typed = dates[: draw(st.integers(least, 8))]
            check_ins += [whose | {"date": day, "value": draw(NUMBER)} for day in typed]
        row += 1
    actions = [
        {
            "key_result": draw(IDS),
            "action": draw(NAMES),
            "owner": draw(PEOPLE),
            "due": draw(days),
            "status": draw(st.sampled_from(["", *ACTION_STATUSES])),
        }
        for _ in range(draw(st.integers(0, 2)))
    ]
    log = [
        {
            "date": draw(days),
            "id": draw(IDS),
            "confidence": draw(CONFIDENCE),
            "note": draw(NAMES),
            "by": draw(PEOPLE),
        }
        for _ in range(draw(st.integers(0, 2)))
    ]
    rows = {"objectives": objectives, "key_results": key_results, "check_ins": check_ins}
    return Tracker(
        about,
        **{name: frame(name, each, [line["row"] for line in each]) for name, each in rows.items()},
        actions=frame("actions", actions, range(4, 4 + len(actions))),
        log=frame("log", log, range(4, 4 + len(log))),
        check_in_dates=dates,
        path=draw(
            st.sampled_from(["a/one.xlsx", "b/one.xlsx", "two.xlsx", "two.xlsx", "three.ods", ""])
        ),
        sheets={
            "okrs": draw(st.sampled_from(["OKRs", "West"])),
            "actions": "Actions",
            "log": "Log",
        },
        letters={
            name: {column.key: column_letters(n) for n, column in enumerate(columns, 1)}
            for name, columns in PARTS.items()
        }
        | {"okrs": {key: column_letters(n) for n, key in enumerate(OKRS.keys, 1)}},
        calculated_on=draw(st.sampled_from([None, None, own.start, own.end])),
    )


@st.composite
def runs(draw, most=4):
    """A few trackers with rows and numbers, many of them of one unit, and perhaps an empty one."""
    units = st.sampled_from(draw(st.lists(UNIT, min_size=1, max_size=2)))
    filled = draw(st.lists(trackers(units, least=1), min_size=2, max_size=most))
    return [*filled, *draw(st.lists(trackers(units), max_size=1))]


def drawn_by_hand(
    path, team="West", numbers=(1.0, 5.0), *, key="O1", baseline=0.0, target=10.0, weight=1.0, **own
):
    """A tracker of one objective with one key result, which has a number a week."""
    quarter = Quarter(2027, 1)
    about = {"company": "Acme", "team": team, "quarter": str(quarter), "cadence": "weekly"}
    about = About(**(about | {"start": quarter.start, "end": quarter.end} | own))
    dates = check_in_dates(quarter.start, quarter.end, "weekly")
    above = {"id": key, "title": f"Grow {path}", "owner": "Ann", "weight": weight, "row": 6}
    below = above | {"id": f"{key}.KR1", "row": 7, "objective": 6, "objective_id": key}
    below |= {"type": "increase", "baseline": baseline, "target": target, "aligns_to": "O1"}
    whose = {"id": below["id"], "column": "AF", "row": 7}
    typed = [
        whose | {"date": day, "value": value} for day, value in zip(dates, numbers, strict=False)
    ]
    return Tracker(
        about,
        objectives=frame("objectives", [above], [6]),
        key_results=frame("key_results", [below], [7]),
        check_ins=frame("check_ins", typed, [7] * len(typed)),
        actions=frame("actions", [], []),
        log=frame("log", [], []),
        check_in_dates=dates,
        path=path,
        sheets={"okrs": "OKRs", "actions": "Actions", "log": "Log"},
        letters={"okrs": {key: column_letters(n) for n, key in enumerate(OKRS.keys, 1)}},
    )


# What went wrong once, each as the trackers of a run.
NAMED = {
    "two files of one team begin on different days": [
        drawn_by_hand("a.xlsx", key="O2", start=date(2027, 2, 15), as_of=date(2027, 1, 8)),
        drawn_by_hand("b.xlsx", as_of=date(2027, 1, 8)),
        drawn_by_hand("c.xlsx", "East", as_of=date(2027, 1, 29)),
    ],
    "what a score is made of overflows": [
        drawn_by_hand(f"{n}.xlsx", numbers=(LARGEST, -LARGEST), baseline=-LARGEST, target=LARGEST)
        for n in (1, 2)
    ],
    "weights at both ends": [
        drawn_by_hand(f"{n}.xlsx", weight=weight)
        for n, weight in enumerate((LARGEST, LARGEST, SMALLEST, 0.0, -1.0))
    ],
    "a quarter of no days": [
        drawn_by_hand("1.xlsx", start=None, end=None),
        drawn_by_hand("2.xlsx"),
        drawn_by_hand("3.xlsx", "East", quarter="", start=None, end=None),
    ],
    "ids that clash within a team and across": [
        drawn_by_hand("1.xlsx", weight=2.0),
        drawn_by_hand("2.xlsx", key="o1", weight=0.0),
        drawn_by_hand("3.xlsx", "East", key="O1.KR1", weight=50.0),
        drawn_by_hand("3.xlsx", "East", key="", weight=math.nan),
    ],
}


CONFIGS = st.sampled_from(
    [
        None,
        Config(),
        Config(company="Acme", fiscal_start=4, cuts={"on_track": 0.0, "at_risk": 1.0}),
        Config(
            preset="google",
            departments={
                fold("Sales"): Unit("Sales", weight=0.0),
                fold("Acme"): Unit("ACME", weight=100_000),
            },
            teams={
                fold("West"): Unit("West", "Sales", 0.0),
                fold("east"): Unit("East", "Marketing", 3.0),
            },
        ),
    ]
)
DAYS = st.sampled_from(
    [None, None, date(2027, 2, 12), date(2026, 1, 1), date(1990, 1, 1), date(2100, 12, 31)]
)


# --- what must hold whatever they say ------------------------------------------------------------


def promised(rollup):
    """What every rollup promises of its figures, whatever was typed."""
    assert_rollup_declared(rollup)
    units = rollup.trend[rollup.trend["level"] == "unit"]
    assert not units.duplicated(["quarter", "unit_name", "day"]).any()
    owners = rollup.trend[rollup.trend["level"] == "owner"]
    assert not owners.duplicated(["quarter", "owner_name", "day"]).any()
    for name, keys in {
        "teams": ("score", "expected", "with_left_out", "planned_score", "below", "previous"),
        "objectives": ("score", "expected", "with_left_out", "planned_score", "previous"),
        "key_results": ("score", "expected", "planned_score"),
        "owners": ("score", "expected", "with_left_out", "planned_score"),
        "trend": ("score", "expected"),
        "forecast": ("score", "forecast", "forecast_low", "forecast_high"),
        "carried": ("score", "previous_score"),
    }.items():
        for key in keys:
            shares = getattr(rollup, name)[key].dropna()
            assert shares.between(0, 1).all(), (name, key, shares.tolist())
    for name in ("teams", "objectives", "key_results", "owners"):
        gaps = getattr(rollup, name)["gap"].dropna()
        assert not gaps.isin([math.inf, -math.inf]).any()
    ends = rollup.forecast
    assert (ends["forecast_low"] <= ends["forecast"]).all()
    assert (ends["forecast"] <= ends["forecast_high"]).all()
    assert_counts(rollup)
    assert_trend_ends_in_the_rollup(rollup)


def assert_counts(rollup):
    """What is counted in one frame adds up to what another one lists."""
    of_units = rollup.objectives.groupby("unit_name")[["key_results", "updated", "with_number"]]
    units = rollup.teams.set_index("unit_name")
    assert units.index.is_unique
    assert units["objectives"].to_dict() == {
        name: int((rollup.objectives["unit_name"] == name).sum()) for name in units.index
    }
    for name, counts in of_units.sum().to_dict("index").items():
        assert units.loc[name, list(counts)].to_dict() == counts
    assert units["blank"].sum() == len(rollup.blank)
    rows = rollup.key_results.to_dict("records")
    live = [row for row in rows if row["type"] and row["status"] not in LEFT_OUT]
    assert rollup.owners["key_results"].sum() == len(live)
    assert rollup.owners["updated"].sum() == sum(row["updated"] for row in live)
    told = rollup.owners.groupby("owner_name")["key_results"].sum()
    by_name = Counter(row["owner_name"] for row in live)
    assert {name: count for name, count in told.to_dict().items() if count} == by_name
    assert rollup.owners["overdue"].sum() == (rollup.overdue["owner"] != "").sum()
    for status in STATUSES:
        listed = sum(row["status"] == status for row in rows)
        assert rollup.owners[status].sum() == listed >= units[status].sum()


def assert_trend_ends_in_the_rollup(rollup):
    """A unit's last point is where the rollup says that it stands."""
    units = rollup.trend[rollup.trend["level"] == "unit"].sort_values("day", kind="stable")
    last = units.drop_duplicates(["quarter", "unit_name"], keep="last").set_index("unit_name")
    for row in rollup.teams.to_dict("records"):
        if row["objectives"]:
            told = last.loc[row["unit_name"]]
            assert told["day"] == row["as_of"]
            for key in ("score", "expected", "key_results", "updated"):
                ours = told["live" if key == "key_results" else key]
                assert ours == row[key] or (pd.isna(ours) and pd.isna(row[key])), key


def everything_written(rollup, folder, words):
    """Every report, the terminal's table and the reminders; nothing in them is no number."""
    for kind in REPORTS:
        path = okr.report(rollup, folder / f"rollup.{kind}", words.code)
        assert path.stat().st_size
    said = json.loads((folder / "rollup.json").read_text("utf-8"), parse_constant=refused)
    assert len(said["key_results"]) == len(rollup.key_results)
    with (folder / "rollup.csv").open(encoding="utf-8-sig", newline="") as file:
        assert len(list(csv.reader(file))) == len(rollup.key_results) + 1
    for name in ("rollup.html", "rollup.md"):
        assert_short_numbers((folder / name).read_text("utf-8"))
    terminal.print_rollup(rollup, words)
    for kind in ("eml", "md"):
        write_messages(messages(rollup, lambda owner: ""), folder / kind, kind)


def refused(constant):
    raise AssertionError(constant)


def assert_short_numbers(text):
    """No number is longer than a person reads, but one that a sentence quotes; a digest is none."""
    text = re.sub('9{40,120}…| points="[^"]*"|[0-9a-f]{32}', "", text)
    found = re.search(r".{0,80}(?:\d{20}|(?:\d{3}[,. \u00a0]){6}\d{3}).*", text)
    assert not found, found[0][:500]


@pytest.fixture(autouse=True)
def _quiet(monkeypatch):
    monkeypatch.setattr(terminal, "console", lambda: Console(file=StringIO(), width=140))


# --- as files ------------------------------------------------------------------------------------

TYPED = st.sampled_from(
    [
        *("", "", "5", "12.5", "1,234", "45 %", "3억", "12k", "7bn", "-3", "yes", "3 of 5", "n/a"),
        *("inf", "NaN", "1e999", "-1e306", "1e-300", "9" * 400, "1e30", "1e31", "1e29 %", "9e29 k"),
        *("2027-02-12", "46395", "#N/A", "=1+1"),
    ]
)
CELL = (
    TYPED
    | NUMBER
    | st.sampled_from([1e306, -1e306, 1e-306, 5e-324, 1e31, 9.9e-31, 46_395.0, True])
    | st.sampled_from([date(2027, 2, 12), date(1900, 1, 1), date(9999, 12, 31)])
)
NAMED_QUARTERS = st.sampled_from(
    [
        *("2027-Q1", "2027-Q1", "2570-Q1", "Q2 2027", "0000-Q1", "9999-Q4", "1990-Q1", "2100-Q4"),
        *("2643-Q4", "2400-Q1", "2700-Q4", "2701-Q1", "1-Q1", "2027-Q5", "inf", ""),
    ]
)
NAMED_DAYS = st.sampled_from(
    [
        *(
            "",
            "",
            "2027-01-01",
            "2027-03-31",
            "2027-01-15",
            "0001-01-01",
            "9999-12-31",
            "1900-01-01",
        ),
        *(
            "1990-01-01",
            "2100-12-31",
            "2643-12-31",
            "2067-01-01",
            "2027-06-30",
            "2029-01-02",
            "soon",
        ),
        *("1e300", "46395", "31.12.2570"),
    ]
)
HEADS = st.lists(
    st.sampled_from(
        [
            *("2027-01-08", "2027-01-15", "2027-01-22", "2027-02-05", "W6", "W53", "2027-W09"),
            *("2099-01-01", "0001-01-08", "9999-12-31", "8 Jan 2570", "Jan 4-8", "5 March"),
        ]
    ),
    max_size=6,
    unique=True,
)
WORDS = (
    "ID",
    "Objective / key result",
    "Owner",
    "Type",
    "Baseline",
    "Target",
    "Unit",
    "Weight",
    "State",
    "Start",
    "Due",
    "Confidence",
    "Aligns to",
    "Current",
)


@st.composite
def sheets(draw):
    """The rows of a sheet as people fill it in, settings above the table."""
    rows = []
    for label, typed in {
        "Company": COMPANIES,
        "Team": TEAMS,
        "Quarter": NAMED_QUARTERS,
        "First day": NAMED_DAYS,
        "Last day": NAMED_DAYS,
        "As of": NAMED_DAYS,
        "Cadence": st.sampled_from(["", "Weekly", "Monthly", "daily"]),
    }.items():
        if draw(st.booleans()):
            rows.append([label, draw(typed)])
    heads = draw(HEADS)
    rows.append([*WORDS, *heads])
    kinds = st.sampled_from(
        ["Increase", "Decrease", "Total", "Achieve", "Keep at or above", "", "?"]
    )
    for number in range(draw(st.integers(2, 5))):
        is_objective = number % 3 == 0
        own = [draw(IDS), draw(NAMES), draw(PEOPLE), "Objective" if is_objective else draw(kinds)]
        own += ["" if is_objective else draw(CELL) for _ in range(2)]
        own += [draw(UNITS), draw(CELL), draw(st.sampled_from(["", "Active", "Cancelled", "?"]))]
        own += [draw(NAMED_DAYS), draw(NAMED_DAYS), draw(CELL), draw(ALIGNS), draw(CELL)]
        rows.append([*own, *("" if is_objective else draw(CELL) for _ in heads)])
    return rows


def saved(rows, folder, number, kind):
    """One tracker as a text file or a workbook; of a workbook's tables every second one below."""
    path = folder / f"t{number}.{kind}"
    if kind == "csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, delimiter=";").writerows(rows)
        return path
    with Workbook(path, {"strings_to_formulas": False}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, offset in (("OKRs", 0), *((("West", 2),) if number % 3 == 2 else ())):
            sheet = book.add_worksheet(name)
            for at, row in enumerate(rows, offset):
                for column, value in enumerate(row):
                    if isinstance(value, date):
                        sheet.write_datetime(at, column, value, day)
                    elif value != "":
                        sheet.write(at, column, value)
    return path


# --- the tests -----------------------------------------------------------------------------------


def kept(said, past, as_of, config):
    """The rollup of trackers, which keeps its promises."""
    bands = (config or Config()).bands()
    rollup = rollup_of_trackers(read_all(said), as_of, bands, past, config)
    promised(rollup)
    places = rollup.key_results[["file", "sheet", "row"]]
    assert not places.duplicated().any()
    assert all(problem.line() for problem in rollup.problems)
    paths = {tracker.path for tracker in (*said, *(past or ()))}
    assert {problem.path for problem in rollup.problems} <= paths
    return rollup


@pytest.mark.parametrize("said", NAMED.values(), ids=NAMED)
def test_what_went_wrong_once_is_rolled_up_and_written(said, tmp_path):
    rollup = kept(said, None, None, None)
    assert len(rollup.key_results)
    everything_written(rollup, tmp_path, language("en"))


@examples(4)
@given(said=runs(), past=st.none() | runs(2), as_of=DAYS, config=CONFIGS)
def test_every_rollup_keeps_its_promises(said, past, as_of, config):
    kept(said, past, as_of, config)


@examples(2)
@given(said=runs(), past=st.none() | runs(2), as_of=DAYS, code=st.sampled_from(languages()))
def test_every_rollup_is_written_in_every_way(tmp_path_factory, said, past, as_of, code):
    scored = okr.score(said, as_of)
    rollup = rollup_of_trackers(read_all(said), as_of, PRESETS["default"], past)
    assert sorted(scored["id"]) == sorted(rollup.key_results["id"])
    everything_written(rollup, tmp_path_factory.mktemp("out"), language(code))


@examples(2)
@given(
    said=st.lists(sheets(), min_size=2, max_size=3),
    kinds=st.lists(st.sampled_from(["csv", "xlsx"]), min_size=3, max_size=3),
    as_of=DAYS,
    config=CONFIGS,
)
def test_whatever_files_say_is_checked_rolled_up_and_written(
    tmp_path_factory, said, kinds, as_of, config
):
    folder = tmp_path_factory.mktemp("in")
    files = [
        saved(rows, folder, n, kind)
        for n, (rows, kind) in enumerate(zip(said, kinds, strict=False))
    ]
    read = [*map(okr.read, files)]
    assert all(problem.path and problem.line() for problem in okr.check(files, as_of, config))
    rollup = okr.rollup(files, as_of, config=config)
    promised(rollup)
    assert all(problem.path for problem in rollup.problems)
    everything_written(rollup, folder, language(rollup.language))
    for file in files:
        if file.suffix == ".csv":
            with suppress(MisuseError):
                parent = read[0] if read[0].readable else None
                okr.write(okr.new(source=file), folder / "new.xlsx", force=True, parent=parent)
