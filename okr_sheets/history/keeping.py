"""Keeping a run: what a rollup says, added to a history."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from okr_sheets.columns import Columns, serial, to_day
from okr_sheets.history.database import writing
from okr_sheets.history.tables import KEPT, RUNS
from okr_sheets.problems import file_names
from okr_sheets.text import printable
from okr_sheets.urls import is_url, without_secrets

if TYPE_CHECKING:
    from okr_sheets.rollups.result import Rollup
    from okr_sheets.tracker import Tracker

_OF_RUNS = ("objectives", "key_results", "check_ins")
_PLACE = ("file", "sheet", "row")
_TYPED = ("row", "date", "value")


def keep(rollup: Rollup, path: str | Path) -> None:
    """Add a rollup to a history, begun if there is none, in one piece or not at all.

    What the history holds of the same files as of the same days is replaced; all else stays.
    MisuseError for a file that is no history, OSError if others keep it locked.
    """
    dated = [
        (tracker, day)
        for tracker, day in zip(rollup.trackers, rollup.days, strict=True)
        if tracker.readable and day is not None
    ]
    names = stored_names([tracker for tracker, _ in dated], path)
    runs = [
        _run(tracker, day, name, rollup) for (tracker, day), name in zip(dated, names, strict=True)
    ]
    rows = {name: _rows(rollup, name, dated) for name in ("objectives", "key_results")}
    rows["check_ins"] = _check_ins(dated)
    teams = list(_teams(rollup, dated, names))
    with writing(path) as connection:
        _forget(connection, dict.fromkeys((run["day"], run["file"]) for run in runs), teams)
        (first,) = connection.execute("SELECT ifnull(max(run), 0) + 1 FROM runs").fetchone()
        _insert(connection, "runs", ("run", *RUNS), _numbered(runs, first))
        for name, of_run in rows.items():
            keys = ("day", "value") if name == "check_ins" else tuple(KEPT[name])
            numbered = ((first + at, *values) for at, *values in of_run)
            _insert(connection, name, ("run", "row", *keys), numbered)
        _insert(connection, "teams", ("day", "files", *KEPT["teams"]), teams)


def stored_names(trackers: Sequence[Tracker], history: str | Path) -> list[str]:
    """What each tracker's file is called in a history: its path from there, or its URL.

    A tracker that came from no file has the names of its unit.
    """
    folder = os.path.dirname(os.path.abspath(history))  # noqa: PTH100, PTH120  links stay
    return [_stored_name(tracker, folder) for tracker in trackers]


def _stored_name(tracker: Tracker, folder: str) -> str:
    path = str(tracker.path)
    if is_url(path):
        return printable(without_secrets(path))
    if not path:
        about = tracker.about
        return printable(f"{about.company} / {about.department} / {about.team}")
    try:
        path = os.path.relpath(path, folder)
    except ValueError:  # on another drive
        path = os.path.abspath(path)  # noqa: PTH100  links stay
    return printable(Path(path).as_posix())


def _run(tracker: Tracker, day: date, name: str, rollup: Rollup) -> dict[str, str]:
    about = tracker.about
    unit_name = about.unit or file_names(t.path for t in rollup.trackers)[tracker.path]
    texts = {key: getattr(about, key) for key in ("quarter", "company", "department", "team")}
    texts |= {"level": about.level, "sheet": tracker.sheets.get("okrs", ""), "unit_name": unit_name}
    return {"day": day.isoformat(), "file": name} | {k: printable(v) for k, v in texts.items()}


def _numbered(runs: Iterable[Mapping[str, str]], first: int) -> Iterator[tuple[Any, ...]]:
    for at, run in enumerate(runs):
        yield first + at, *(run[key] for key in RUNS)


def _rows(
    rollup: Rollup, name: str, dated: Sequence[tuple[Tracker, date]]
) -> list[tuple[Any, ...]]:
    """The rows of a frame, each after the place of its tracker in the list and its row's number."""
    files = file_names(tracker.path for tracker in rollup.trackers)
    places = {
        (files[tracker.path], tracker.sheets.get("okrs", ""), row): at
        for at, (tracker, _) in enumerate(dated)
        for row in tracker.columns[name].row.tolist()
    }
    frame = rollup.columns[name]
    at = [places[place] for place in zip(*(frame[key].tolist() for key in _PLACE), strict=True)]
    kept = (kept_values(frame, key, kind) for key, kind in KEPT[name].items())
    return list(zip(at, frame.row.tolist(), *kept, strict=True))


def kept_values(frame: Columns, key: str, kind: str) -> list[Any]:
    """A column as SQLite keeps it: blank numbers and days as None, days as ISO text."""
    values = frame[key].tolist()
    if kind == "TEXT" and frame[key].dtype == object:
        texts = {text: printable(text) for text in set(values)}
        return [texts[text] for text in values]
    known = [None if value != value else value for value in values]  # noqa: PLR0124  NaN
    if kind != "TEXT":
        return known
    days = {value: None if value is None else to_day(value).isoformat() for value in set(known)}
    return [days[value] for value in known]


def typed_numbers(tracker: Tracker) -> dict[tuple[int, float], float]:
    """The numbers of a tracker by row and day; of two of one day the left one, which is scored."""
    typed = tracker.columns["check_ins"]
    numbers: dict[tuple[int, float], float] = {}
    for row, on, value in zip(*(typed[key].tolist() for key in _TYPED), strict=True):
        numbers.setdefault((row, on), value)
    return {(row, on): value for (row, on), value in numbers.items() if on == on and value == value}  # noqa: PLR0124  NaN


def _check_ins(dated: Sequence[tuple[Tracker, date]]) -> list[tuple[Any, ...]]:
    """Every number that counts by its tracker's day: also of the period that the day lies in."""
    rows = []
    for at, (tracker, day) in enumerate(dated):
        last = serial(tracker.until(day) or day)
        numbers = typed_numbers(tracker).items()
        rows += [(at, row, on, value) for (row, on), value in numbers if on <= last]
    days = {on: to_day(on).isoformat() for on in {row[2] for row in rows}}
    return [(at, row, days[on], value) for at, row, on, value in rows]


def _teams(
    rollup: Rollup, dated: Sequence[tuple[Tracker, date]], names: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    """The units that have trackers of their own, each as of its day."""
    frame = rollup.columns["teams"]
    called = file_names(tracker.path for tracker in rollup.trackers)
    files_of: dict[tuple[str, ...], dict[str, None]] = {}
    for (tracker, _), name in zip(dated, names, strict=True):
        about = tracker.about
        nameless = "" if about.unit else called[tracker.path]
        unit = about.company, about.department, about.team, about.quarter, nameless
        files_of.setdefault(unit, {})[name] = None
    kept = zip(*(kept_values(frame, key, kind) for key, kind in KEPT["teams"].items()), strict=True)
    whose = zip(
        *(frame[key].tolist() for key in ("company", "department", "team", "quarter")),
        strict=True,
    )
    days = kept_values(frame, "as_of", "TEXT")
    for day, file, unit, values in zip(days, frame.file.tolist(), whose, kept, strict=True):
        files = files_of.get((*unit, "" if any(unit[:3]) else file))
        if day is not None and files:
            yield day, "\n".join(sorted(files)), *values


def _forget(
    connection: sqlite3.Connection,
    files: Iterable[tuple[str, str]],
    teams: Sequence[tuple[Any, ...]],
) -> None:
    """Take out what is to be replaced: runs of these days and files, units of these files."""
    connection.execute("CREATE TEMP TABLE replaced (run INTEGER PRIMARY KEY)")
    connection.executemany(
        "INSERT INTO replaced SELECT run FROM runs WHERE day = ? AND file = ?", files
    )
    for name in (*_OF_RUNS, "runs"):
        connection.execute(f"DELETE FROM {name} WHERE run IN (SELECT run FROM replaced)")  # noqa: S608
    connection.execute("DROP TABLE replaced")
    connection.executemany(
        "DELETE FROM teams WHERE day = ? AND files = ?", dict.fromkeys(row[:2] for row in teams)
    )


def _insert(
    connection: sqlite3.Connection,
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
) -> None:
    names, values = ", ".join(columns), ", ".join("?" * len(columns))
    connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({values})", rows)  # noqa: S608
