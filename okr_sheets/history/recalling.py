"""Recalling what a history holds of some units: their rows and numbers, run by run."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from okr_sheets.history.database import damaged, reading
from okr_sheets.language import fold


class UnitKey(NamedTuple):
    """What tells a unit of a quarter from all others; `file` is that of one without names."""

    quarter: str
    company: str
    department: str
    team: str
    file: str

    @classmethod
    def of(cls, quarter: str, company: str, department: str, team: str, file: str) -> UnitKey:
        """The key, however it is spelled; the file counts where there is no name."""
        names = fold(company), fold(department), fold(team)
        return cls(quarter, *names, "" if any(names) else file)


class Row(NamedTuple):
    """An objective or a key result as a run had it; `objective` and `objective_id` are whose."""

    file: str
    sheet: str
    row: int
    objective_id: str
    objective: str
    id: str
    title: str
    owner: str
    type: str
    baseline: float | None
    target: float | None
    weight: float | None


@dataclass(frozen=True, slots=True)
class Sighting:
    """One unit on one day: the files it was read from, its rows, and their numbers by the day.

    `numbers` are those of each key result, as far as they were known on that day.
    """

    day: str
    files: frozenset[str]
    objectives: list[Row]
    key_results: list[Row]
    numbers: list[Mapping[str, float]] = field(default_factory=list)


class Reported(NamedTuple):
    """The score that a unit was reported with."""

    unit: UnitKey
    files: str
    day: str
    score: float


_ROWS = {
    "objectives": "id, title, id, title, owner, 'objective', NULL, NULL, ifnull(weight, 1.0)",
    "key_results": "objective_id, objective, id, title, owner, type, baseline, target, weight",
}
_NUMBERS = "day, value"
_ROW_AT, _NUMBERS_AT = Row._fields.index("row"), Row._fields.index("baseline")


def recalled(
    path: str | Path, units: Mapping[UnitKey, str]
) -> list[tuple[UnitKey, list[Sighting]]]:
    """The sightings of each of the units up to a day, the oldest first.

    `units` gives the day, as ISO text; what was kept of that day itself is the last sighting before
    it is replaced. Units that were never seen are left out. All is read at once, so that nobody who
    adds to the history waits for more than that.
    """
    with reading(path) as connection:
        if connection is None:
            return []
        runs = _runs(connection, units)
        connection.execute("CREATE TEMP TABLE wanted (place INTEGER PRIMARY KEY, run INTEGER)")
        connection.executemany(
            "INSERT INTO wanted VALUES (?, ?)", enumerate(run for *_, run in runs)
        )
        parts = [_Part(connection, name, rows) for name, rows in _ROWS.items()]
        numbers = _Part(connection, "check_ins", _NUMBERS)
        shared: dict[Any, Any] = {}
        found = []
        for key, of_unit in groupby(enumerate(runs), key=lambda entry: entry[1][0]):
            sightings = [
                _sighting(day, list(of_day), parts, numbers, shared)
                for day, of_day in groupby(of_unit, key=lambda entry: entry[1][1])
            ]
            if not all(map(_is_sound, sightings)):
                raise damaged(path)
            found.append((key, sightings))
        return found


def reported(path: str | Path, quarters: Collection[str], last: str) -> list[Reported]:
    """What the history says of the units of some quarters up to a day."""
    with reading(path) as connection:
        if connection is None:
            return []
        marks = ", ".join("?" * len(quarters))
        rows = connection.execute(
            "SELECT quarter, company, department, team, files, day, score FROM teams "  # noqa: S608
            f"WHERE quarter IN ({marks}) AND day <= ? AND score IS NOT NULL ORDER BY day",
            (*quarters, last),
        ).fetchall()
        if not all(_is_day(day) and type(score) is float for *_, day, score in rows):
            raise damaged(path)
        return [Reported(UnitKey.of(*row[:5]), *row[4:]) for row in rows]


def _runs(
    connection: sqlite3.Connection, units: Mapping[UnitKey, str]
) -> list[tuple[UnitKey, str, str, str, int]]:
    """Unit, day, file, sheet and number of the runs of the units, in this order."""
    found = []
    for quarter in sorted({unit.quarter for unit in units}):
        for company, department, team, day, file, sheet, run in connection.execute(
            "SELECT company, department, team, day, file, sheet, run FROM runs WHERE quarter = ?",
            (quarter,),
        ):
            unit = UnitKey.of(quarter, company, department, team, file)
            if unit in units and day <= units[unit]:
                found.append((unit, day, file, sheet, run))
    return sorted(found)


class _Part:
    """The rows of a table, run by run in the order of `wanted`."""

    def __init__(self, connection: sqlite3.Connection, table: str, columns: str) -> None:
        found = connection.execute(
            f"SELECT place, row, {columns} FROM wanted CROSS JOIN {table} USING (run) "  # noqa: S608
            "ORDER BY place, row"
        )
        self._groups = groupby(found, key=itemgetter(0))
        self._next: tuple[int, Iterator[Any]] | None = next(self._groups, None)

    def of(self, place: int) -> list[Any]:
        """The rows of the run at a place, which come in ascending order."""
        if self._next is None or self._next[0] != place:
            return []
        rows = list(self._next[1])
        self._next = next(self._groups, None)
        return rows


def _sighting(
    day: str,
    runs: list[tuple[int, tuple[UnitKey, str, str, str, int]]],
    parts: list[_Part],
    numbers: _Part,
    shared: dict[Any, Any],
) -> Sighting:
    """What runs of one day hold; `shared` has each row and day once, which are much the same."""
    objectives: list[Row] = []
    key_results: list[Row] = []
    of_rows: list[Mapping[str, float]] = []
    for place, (_, _, file, sheet, _) in runs:
        for part, into in zip(parts, (objectives, key_results), strict=True):
            rows = (Row(file, sheet, *row[1:]) for row in part.of(place))
            into += [shared.setdefault(row, row) for row in rows]
        typed: dict[int, dict[str, float]] = {}
        for _, row, on, value in numbers.of(place):
            typed.setdefault(row, {})[shared.setdefault(on, on)] = value
        of_rows += [typed.get(each.row, {}) for each in key_results[len(of_rows) :]]
    files = frozenset(file for _, (_, _, file, _, _) in runs)
    return Sighting(day, files, objectives, key_results, of_rows)


@cache
def _is_day(text: object) -> bool:
    """Whether it is a day as ISO text."""
    try:
        return isinstance(text, str) and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_sound(sighting: Sighting) -> bool:
    """Whether all of it is of the types that we keep: SQLite takes any in any column."""
    kinds = {tuple(map(type, row)) for row in (*sighting.objectives, *sighting.key_results)}
    are_rows_sound = all(
        all(kind is (int if at == _ROW_AT else str) for at, kind in enumerate(each[:_NUMBERS_AT]))
        and {float, type(None)}.issuperset(each[_NUMBERS_AT:])
        for each in kinds
    )
    return (
        _is_day(sighting.day)
        and are_rows_sound
        and all(
            _is_day(day) and type(value) is float
            for numbers in sighting.numbers
            for day, value in numbers.items()
        )
    )
