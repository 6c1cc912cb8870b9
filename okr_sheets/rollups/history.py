"""What a history remembers otherwise: plans and past numbers that changed, scores then and now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from math import isfinite
from pathlib import Path
from typing import Any

import numpy as np

from okr_sheets.bands import Bands
from okr_sheets.columns import Columns, serial, to_day
from okr_sheets.history.database import damaged
from okr_sheets.history.following import Change, Thread, followed
from okr_sheets.history.keeping import kept_values, stored_names, typed_numbers
from okr_sheets.history.recalling import Row, Sighting, UnitKey, recalled, reported
from okr_sheets.problems import file_names
from okr_sheets.reading.cells import plain
from okr_sheets.rollups.namesakes import units_of
from okr_sheets.rollups.schema import FRAMES, HISTORY_CODES, tabled
from okr_sheets.rollups.scored import Days, Scored, scored
from okr_sheets.rollups.trend import LEAST, of_units, some_at_once
from okr_sheets.schema import OKRS
from okr_sheets.tracker import Tracker

MOST_DAYS = 26  # of which reported scores are computed again: the latest ones
_TEXTS = ("id", "title", "owner")
_NUMBERS = ("baseline", "target", "weight")


def history(
    path: str | Path,
    now: Scored,
    trackers: Sequence[Tracker],
    days: Days,
    bands: Bands,
) -> Columns:
    """What became otherwise since the history of the quarter began, the gravest first.

    `days` are those of this run, one a tracker. What the history holds of the same day is the last
    sighting before this one; of later ones it is left out.
    """
    run = _Run(path, now, trackers, days)
    rows = [*_changes(run), *_reported(run, bands)]
    order = {code: at for at, code in enumerate(HISTORY_CODES)}
    rows.sort(
        key=lambda row: (
            order[row["code"]],
            -serial(row["until"]),
            -serial(row["since"]),
            row["file"],
            row["row"],
        )
    )
    return tabled(FRAMES["history"], rows)


class _Run:
    """The run in the form in which a history recalls others."""

    def __init__(
        self, path: str | Path, now: Scored, trackers: Sequence[Tracker], days: Days
    ) -> None:
        self.path, self.now, self.trackers = path, now, trackers
        self._units = units_of(trackers)
        names = file_names(tracker.path for tracker in trackers)
        self._stored = stored_names(trackers, path)
        self._files = {name: names[t.path] for name, t in zip(self._stored, trackers, strict=True)}
        self._members: dict[UnitKey, list[int]] = {}
        self.days: dict[UnitKey, str] = {}  # of this run
        for at, (tracker, day) in enumerate(zip(trackers, days, strict=True)):
            if tracker.readable and day is not None:
                about = tracker.about
                unit = UnitKey.of(
                    *(about.quarter, about.company, about.department, about.team),
                    self._stored[at],
                )
                self._members.setdefault(unit, []).append(at)
                self.days[unit] = min(day.isoformat(), self.days.get(unit, "9999"))
        self._objectives = self._rows(now.objectives, True)
        self._key_results = self._rows(now.key_results, False)
        self._owner_names = {
            owner: name
            for rows in (now.objectives, now.key_results)
            for owner, name in zip(rows.owner.tolist(), rows.owner_name.tolist(), strict=True)
        }

    def _rows(self, rows: Columns, is_objective: bool) -> dict[int, list[Row]]:
        """The rows of each tracker, by its place in the list."""
        texts = {key: kept_values(rows, key, "TEXT") for key in _TEXTS}
        count = len(rows)
        if is_objective:
            blank = [None] * count
            weights = [
                1.0 if weight is None else weight for weight in kept_values(rows, "weight", "REAL")
            ]
            whose = (texts["id"], texts["title"])
            typed = (["objective"] * count, blank, blank, weights)
        else:
            whose = (
                kept_values(rows, "objective_id", "TEXT"),
                kept_values(rows, "objective", "TEXT"),
            )
            numbers = (kept_values(rows, key, "REAL") for key in _NUMBERS)
            typed = (rows.type.tolist(), *numbers)
        columns = (rows.tracker.tolist(), rows.row.tolist(), *whose, *texts.values(), *typed)
        of_trackers: dict[int, list[Row]] = {}
        sheets = [tracker.sheets.get(OKRS.key, "") for tracker in self.trackers]
        for at, *values in zip(*columns, strict=True):
            row = Row(self._stored[at], sheets[at], *values)
            of_trackers.setdefault(at, []).append(row)
        return of_trackers

    def sighting(self, unit: UnitKey) -> Sighting:
        """A unit as it is now."""
        members = self._members[unit]
        numbers: list[Mapping[str, float]] = []
        for at in members:
            typed = self._numbers(at)
            numbers += [typed.get(row.row, {}) for row in self._key_results.get(at, ())]
        return Sighting(
            self.days[unit],
            frozenset(self._stored[at] for at in members),
            [row for at in members for row in self._objectives.get(at, ())],
            [row for at in members for row in self._key_results.get(at, ())],
            numbers,
        )

    def _numbers(self, at: int) -> dict[int, dict[str, float]]:
        """The numbers of each row of a tracker by their days."""
        numbers: dict[int, dict[str, float]] = {}
        for (row, day), value in typed_numbers(self.trackers[at]).items():
            numbers.setdefault(row, {})[to_day(day).isoformat()] = value
        return numbers

    def of_unit(self, unit: UnitKey) -> dict[str, Any]:
        """What a row of the frame says of a unit, and of its first file."""
        first = self._members[unit][0]
        about = self.trackers[first].about
        name = self.now.names[self._units[first]]
        return {
            **{key: getattr(about, key) for key in ("company", "department", "team", "quarter")},
            "unit_name": name,
            "row": 0,
            "file": self._files[self._stored[first]],
        }

    def of_thread(self, thread: Thread, is_objective: bool) -> dict[str, Any]:
        """What a row of the frame says of an objective or key result, be it there or gone."""
        row = thread.row
        said = {
            "file": self._files.get(row.file, row.file),
            "sheet": row.sheet,
            "row": 0 if thread.is_gone else row.row,
            "objective_id": row.objective_id,
            "objective": row.objective,
            "owner": row.owner,
            "owner_name": self._owner_names.get(row.owner, row.owner),
        }
        return said if is_objective else said | {"id": row.id, "title": row.title}

    def files(self, unit: UnitKey) -> str:
        """The files of a unit as a history keeps them beside its score."""
        return "\n".join(sorted({self._stored[at] for at in self._members.get(unit, ())}))

    def units(self) -> list[UnitKey]:
        """The units of this run in the order of `now.units`."""
        by_unit = {self._units[members[0]]: unit for unit, members in self._members.items()}
        nothing = UnitKey("", "", "", "", "")
        return [by_unit.get(unit, nothing) for unit in self.now.units]


def _changes(run: _Run) -> Iterator[dict[str, Any]]:
    """The changes of objectives and key results, as rows of the frame."""
    for unit, sightings in recalled(run.path, run.days):
        objectives, key_results = followed([*sightings, run.sighting(unit)])
        for threads, is_objective in ((objectives, True), (key_results, False)):
            for thread in threads:
                for change in thread.changes:
                    about = run.of_unit(unit) | run.of_thread(thread, is_objective)
                    yield about | _of_change(run.path, change)


def _of_change(path: str | Path, change: Change) -> dict[str, Any]:
    return {
        "code": change.code,
        "day": date.fromisoformat(change.day) if change.day else np.nan,
        "before": _text(path, change.before),
        "after": _text(path, change.after),
        "since": date.fromisoformat(change.since),
        "until": date.fromisoformat(change.until),
    }


def _text(path: str | Path, value: str | float | None) -> str:
    if isinstance(value, float):
        if not isfinite(value):
            raise damaged(path)
        return plain(value)
    return value or ""


def _reported(run: _Run, bands: Bands) -> Iterator[dict[str, Any]]:
    """The units whose score of a day was reported otherwise than it is computed now."""
    if not run.days:
        return
    last = max(run.days.values())
    said = [
        each
        for each in reported(run.path, {unit.quarter for unit in run.days}, last)
        if each.day <= run.days.get(each.unit, "") and each.files == run.files(each.unit)
    ]
    days = sorted({each.day for each in said})[-MOST_DAYS:]
    rounds = [[date.fromisoformat(day)] * len(run.trackers) for day in days]
    units, computed = run.units(), {}
    for some in some_at_once(rounds, run.trackers):
        rows = of_units(scored(run.trackers, some, bands).objectives)
        columns = (rows.place.tolist(), rows.day.tolist(), rows.score.tolist())
        for at, day, score in zip(*columns, strict=True):
            computed[units[at], to_day(day).isoformat()] = score
    for each in said:
        score = computed.get((each.unit, each.day), np.nan)
        if abs(score - each.score) >= LEAST:
            day = date.fromisoformat(each.day)
            yield run.of_unit(each.unit) | {
                "code": "reported",
                "day": day,
                "before": plain(round(each.score, 4)),
                "after": plain(round(score, 4)),
                "since": day,
                "until": date.fromisoformat(run.days[each.unit]),
            }
