"""How well OKRs are worded, planned and kept: what a coach finds, by unit and by objective."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from okr_sheets.coaching.quality import quality as counted
from okr_sheets.columns import Columns, among, filled
from okr_sheets.problems import Problem, file_names
from okr_sheets.rollups.namesakes import unit_names, units_of
from okr_sheets.rollups.schema import FRAMES, tabled
from okr_sheets.rollups.scored import Scored
from okr_sheets.schema import LOG, OKRS
from okr_sheets.tracker import Tracker, places

_WHOSE = ("company", "department", "team", "quarter", "level")
_OF_ROW = ("objective_id", "objective", "id", "title", "owner", "owner_name", "status")
_SAID = ("sheet", "row", "cell", "severity", "code", "given")
Key = tuple[str, ...]  # whose, and the folded id of an objective


def quality(
    trackers: Sequence[Tracker],
    found: Iterable[Problem],
    past: Sequence[Tracker],
    past_found: Iterable[Problem],
    names: Sequence[str],
) -> Columns:
    """One row per unit, each followed by its objectives, with `previous`, its share in the past.

    `found` are the findings on the trackers, `names` those of the units in their order. A unit is
    matched by its names, or its file if it has none; an objective by its id within its unit.
    `previous` is NaN without a match.
    """
    rows, earlier = _shares(trackers, found), _shares(past, past_found)
    ranks = {name: rank for rank, name in enumerate(names)}
    order = np.argsort([ranks[name] for name in rows.unit_name], kind="stable")
    rows = rows.take(order.astype(np.int64))
    before: dict[Key | None, float] = {}
    for key, share in zip(_keys(earlier), earlier.share.tolist(), strict=True):
        if key:
            before.setdefault(key, share)
    previous = filled([before.get(key, np.nan) for key in _keys(rows)], "percent")
    return rows.having(previous=previous).only(FRAMES["quality"].keys)


def _shares(trackers: Sequence[Tracker], found: Iterable[Problem]) -> Columns:
    """What `coaching.quality` counts, with each row's place, `unit_name` and `nameless`."""
    dated = [tracker for tracker in trackers if tracker.about.day() is not None]
    files, names = file_names(tracker.path for tracker in trackers), unit_names(trackers)
    units = units_of(dated)
    rows = counted(dated, found)
    at = rows.tracker

    def of(values: Sequence[str]) -> Any:
        return filled(values, "text")[at]

    return rows.having(
        file=of([files[tracker.path] for tracker in dated]),
        sheet=of([tracker.sheets.get(OKRS.key, "") for tracker in dated]),
        unit_name=of([names[unit] for unit in units]),
        nameless=of([unit.nameless for unit in units]),
    )


def _keys(rows: Columns) -> Iterator[Key | None]:
    """What tells each unit, and each objective that has an id, from the others of a quarter."""
    columns = (rows[key] for key in ("company", "department", "team", "nameless", "level", "id"))
    for *whose, level, name in zip(*columns, strict=True):
        yield (*whose, level, name.casefold()) if name or level == "unit" else None


def findings(trackers: Sequence[Tracker], found: Iterable[Problem], now: Scored) -> Columns:
    """One row per finding, with the objective and key result that it is on; blank for neither.

    Findings on trackers of which a copy counts, or that have no quarter, are left out.
    """
    files, units = file_names(tracker.path for tracker in trackers), units_of(trackers)
    scored = [
        (number, tracker)
        for number, tracker in enumerate(trackers)
        if tracker.about.day() is not None and not tracker.set_aside
    ]
    logs = {(t.path, sheet): n for n, t in scored if (sheet := t.sheets.get(LOG.key, ""))}
    numbers = logs | {(t.path, t.sheets.get(OKRS.key, "")): n for n, t in scored}
    said = [(numbers[place], p) for p in found if (place := (p.path, p.sheet)) in numbers]
    said.sort(key=lambda each: each[0])
    at = np.array([number for number, _ in said], dtype=np.int64)
    lines = np.array([problem.row for _, problem in said], dtype=np.int64)
    is_objective = np.array([_is_objective(trackers[n], p) for n, p in said], dtype=bool)
    on = places(at, lines, is_objective).tolist()
    # A line of the log is on the row whose id it names.
    named = _by_id(now.objectives) | _by_id(now.key_results)
    for each, (number, problem) in enumerate(said):
        if (problem.path, problem.sheet) in logs:
            on[each] = named.get((number, problem.given.casefold()), -1)
    of_objectives = _by_place(now.objectives, on, {"id": "objective_id", "title": "objective"})
    of_key_results = _by_place(now.key_results, on, {})
    rows = (
        {
            **of_objectives.get(place, of_key_results.get(place, {})),
            **{key: getattr(trackers[number].about, key) for key in _WHOSE},
            **{key: getattr(problem, key) for key in _SAID},
            "file": files[problem.path],
            "unit_name": now.names[units[number]],
            "words": dict(problem.words),
        }
        for (number, problem), place in zip(said, on, strict=True)
    )
    return tabled(FRAMES["findings"], [*rows])


def _is_objective(tracker: Tracker, problem: Problem) -> bool:
    """Whether a finding is on an objective.

    In a flat table one stands in the row of a key result, in columns of its own.
    """
    if tracker.is_flat:
        return problem.column in tracker.letters["objectives"].values()
    return problem.row in tracker.columns["objectives"].row


def _by_id(rows: Columns) -> dict[tuple[int, str], int]:
    """The places of objectives or key results, by their tracker and folded id."""
    keys = zip(rows.tracker.tolist(), map(str.casefold, rows.id.tolist()), strict=True)
    return dict(zip(keys, rows.place.tolist(), strict=True))


def _by_place(
    rows: Columns, wanted: Collection[int], called: Mapping[str, str]
) -> dict[int, dict[str, Any]]:
    """What `findings` says of some objectives or key results, by their places.

    `called` are the keys that a column has there, where it has another one.
    """
    some = rows.take(among(rows.place, wanted))
    keys = [key for key in _OF_ROW if key in some]
    columns = Columns({called.get(key, key): some[key] for key in keys}, len(some))
    return dict(zip(some.place.tolist(), columns.records(), strict=True))
