"""Trackers as scored rows: every key result and objective as of a day, or of several."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import Any

import numpy as np

from okr_sheets.bands import Bands
from okr_sheets.choices import OBJECTIVE
from okr_sheets.closing import lines_by_id
from okr_sheets.columns import Array, Columns, filled, folded
from okr_sheets.computing import (
    OPERATIONS,
    InColumns,
    awaiting,
    compute,
    in_words,
    misread_cells,
    stale,
)
from okr_sheets.findings import has_own_plan
from okr_sheets.gathering import GATHERED, gather, last_dates, logged_confidences
from okr_sheets.problems import file_names
from okr_sheets.rollups.namesakes import (
    Owner,
    Unit,
    companies,
    owner_names,
    owner_of,
    unit_names,
    units_of,
)
from okr_sheets.rollups.plans import as_then_planned, by_plan
from okr_sheets.schema import PLANNED
from okr_sheets.tracker import PLACES, ROWS, Tracker, places

_OTHERWISE = ("score", "share", "counted", "points")  # what is computed otherwise too
Days = Sequence[date | None]  # one for each tracker; see `About.day`


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Scored rows, key results and objectives apart.

    Both have the columns of the OKRs sheet and of the rules, those of unit and owner (`file`,
    `sheet`, `company`, `unit_name` …), `tracker` (its place in the list), `place` (see
    `tracker.places`), `round` (which of the lists of days) and `day`. `unit_at` and `person_at` are
    places in the lists `units` and `people`; `names` has the names of the units, and of those above
    them that have no tracker.
    """

    key_results: Columns
    objectives: Columns
    units: Sequence[Unit]
    people: Sequence[Owner]
    names: Mapping[Unit, str]


def scored(trackers: Sequence[Tracker], rounds: Sequence[Days], bands: Bands) -> Scored:
    """The rows of all trackers as of each list of days."""
    count = len(trackers)
    operations = InColumns(misread_cells(trackers, len(rounds)), bands)
    gathered = as_then_planned(gather(trackers, *rounds), trackers).made(GATHERED)
    computed = compute(gathered, operations)
    # The same sheet with nothing stopped: what the scores would be with all of it counted.
    active = np.full(len(gathered), InColumns.BLANK)
    everything = compute(gathered.having(state=active), operations)

    @cache
    def planned() -> Columns:
        """The same by the plan that the trackers were made with."""
        is_as_planned = (computed.changed == InColumns.BLANK).all()
        return computed if is_as_planned else compute(by_plan(computed), operations)

    numbers = gathered.tracker % max(count, 1)
    whose = _Whose(trackers, gathered, numbers, len(rounds))
    rows = in_words(computed).having(
        tracker=numbers,
        round=gathered.tracker // max(count, 1),
        place=gathered.place % (max(count, 1) * PLACES),
        family=places(numbers, gathered.parent, True),
        week_before=partial(last_dates, trackers, numbers, gathered.day, 1),
        **{f"{key}_of_all": partial(everything.__getitem__, key) for key in _OTHERWISE},
        **{f"{key}_by_plan": lambda key=key: planned()[key] for key in _OTHERWISE},
        **whose.columns(),
    )
    rows = _with_logged(rows, trackers)
    is_objective = rows.type == OBJECTIVE
    objectives, key_results = rows.take(is_objective), rows.take(~is_objective)
    return Scored(
        _key_results(key_results, objectives),
        _with_closing(_objectives(objectives, key_results), trackers),
        whose.units,
        whose.people,
        whose.names,
    )


class _Whose:
    """The unit and the owner of each row, with their names."""

    def __init__(
        self, trackers: Sequence[Tracker], rows: Columns, numbers: Array, rounds: int
    ) -> None:
        self.trackers, self.numbers = trackers, numbers
        of_trackers = units_of(trackers)
        self.units = list(dict.fromkeys(of_trackers))
        self.names = unit_names(trackers)
        unit_at = {unit: place for place, unit in enumerate(self.units)}
        self.of_trackers = np.array([unit_at[unit] for unit in of_trackers], dtype=np.int64)
        # Each round has the same rows.
        once = len(rows) // max(rounds, 1)
        employers = companies(trackers)
        of_rows = zip(numbers[:once].tolist(), rows.owner[:once].tolist(), strict=True)
        names = [(employers[number], name) for number, name in of_rows]
        owners = {each: owner_of(*each) for each in dict.fromkeys(names)}
        self.called = owner_names(trackers)
        self.people = list(dict.fromkeys(owners.values()))
        at = {person: place for place, person in enumerate(self.people)}
        places = {each: at[owner] for each, owner in owners.items()}
        self.persons = np.tile(np.array([places[each] for each in names], dtype=np.int64), rounds)

    def columns(self) -> dict[str, Any]:
        """`unit_at`, `person_at`, and the columns that follow from the tracker, unit and owner."""
        trackers = self.trackers
        files = file_names(tracker.path for tracker in trackers)
        abouts = [tracker.about for tracker in trackers]
        units = self.of_trackers[self.numbers]
        return {
            "unit_at": units,
            "person_at": self.persons,
            "file": self._of([files[tracker.path] for tracker in trackers], self.numbers),
            "sheet": self._of([t.sheets.get("okrs", "") for t in trackers], self.numbers),
            **{
                key: self._of([getattr(about, key) for about in abouts], self.numbers)
                for key in ("company", "department", "team", "level", "quarter", "cadence")
            },
            "nameless": self._of([unit.nameless for unit in self.units], units),
            "unit_name": self._of([self.names.get(unit, "") for unit in self.units], units),
            "owner_company": self._of([each.company for each in self.people], self.persons),
            "owner_name": self._of([self.called[each] for each in self.people], self.persons),
        }

    @staticmethod
    def _of(values: Sequence[str], places: Array) -> Any:
        return lambda: filled(values, "text")[places]


def _with_logged(rows: Columns, trackers: Sequence[Tracker]) -> Columns:
    """The rows with their confidence, taken from the log where the sheet has none.

    `logged` is the row of the log that it came from, 0 where it is the sheet's.
    """

    @cache
    def looked_up() -> tuple[Array, Array]:
        confidence, logged = rows.confidence.copy(), np.zeros(len(rows), dtype=np.int64)
        remarks = logged_confidences(trackers)
        for at in np.flatnonzero(np.isnan(confidence)).tolist() if remarks else ():
            lines = remarks.get((int(rows.tracker[at]), rows.id[at].casefold()))
            last = bisect_right(lines, rows.day[at], key=lambda remark: remark[0]) if lines else 0
            if lines and last:
                _, confidence[at], logged[at] = lines[last - 1]
        return confidence, logged

    return rows.having(confidence=lambda: looked_up()[0], logged=lambda: looked_up()[1])


def _key_results(rows: Columns, objectives: Columns) -> Columns:
    at, has_objective = _positions(rows, objectives)

    def of_objective(key: str) -> Array:
        return _text_of(objectives[key], at, has_objective)

    def commitment() -> Array:
        commitments = np.where(rows.commitment != "", rows.commitment, of_objective("commitment"))
        return np.where(commitments != "", commitments, "aspirational")

    own_start, last = _or(rows.start, rows.first_day), _or(rows.due, rows.last_day)

    @cache
    def own_plan() -> Array:
        is_own: Array = has_own_plan(rows, OPERATIONS)
        return is_own

    return rows.having(
        objective=lambda: of_objective("title"),
        objective_id=lambda: of_objective("id"),
        type=lambda: rows.kind,
        state=lambda: rows.standing,
        # What counts where nothing was typed: weight 1, the quarter, the objective's commitment.
        commitment=commitment,
        weight=_or(rows.weight, 1.0),
        planned_score=lambda: rows.score_by_plan,
        # The planned numbers of the rows whose plan is still theirs.
        **{
            f"planned_{key}": lambda key=key: np.where(own_plan(), rows[f"planned_{key}"], np.nan)
            for key in PLANNED
        },
        start=own_start,
        due=last,
        updated=lambda: rows.updated > 0,
        with_number=lambda: rows.checked > 0,
        live=lambda: rows.standing == "active",
        # Who has the number already, or is done, is asked no more; so before the first date.
        owes=lambda: awaiting(rows) & (rows.updated == 0) & (rows.asked_on >= own_start),
        stale=lambda: stale(rows, rows.cadence),
    )


def _or(values: Array, otherwise: Any) -> Array:
    return np.where(np.isnan(values), otherwise, values)


def _positions(rows: Columns, objectives: Columns) -> tuple[Array, Array]:
    """Where each key result's objective of the same round stands, and whether it has one."""
    if not len(objectives):
        nowhere = np.zeros(len(rows), dtype=np.int64)
        return nowhere, nowhere > 0
    at, count = _in_rounds(objectives, objectives.place), _in_rounds(rows, rows.family)
    places = np.minimum(np.searchsorted(at, count), len(at) - 1)
    return places, at[places] == count


def _in_rounds(rows: Columns, places: Array) -> Array:
    """Places that no two rounds share, and that ascend as rounds and places do."""
    return rows.round * (PLACES * ROWS) + places


def _text_of(texts: Array, at: Array, is_there: Array) -> Array:
    if not len(texts):
        return filled([""] * len(at), "text")
    return np.where(is_there, texts[at], "")


def _objectives(objectives: Columns, key_results: Columns) -> Columns:
    live = key_results.take(key_results.standing == "active")
    at, has_objective = _positions(live, objectives)

    def counted(which: Array) -> Array:
        return np.bincount(at[which & has_objective], minlength=len(objectives))

    return objectives.having(
        key_results=lambda: counted(has_objective),
        updated=lambda: counted(live.updated > 0),
        with_number=lambda: counted(live.checked > 0),
        with_left_out=lambda: objectives.score_of_all,
        planned_score=lambda: objectives.score_by_plan,
    )


def _with_closing(objectives: Columns, trackers: Sequence[Tracker]) -> Columns:
    """The objectives with what the close says of them.

    `final` is the score typed there, else the computed one; `share_final` counts it as
    `share_points` does the computed one.
    """

    @cache
    def lines() -> list[Mapping[str, Any]]:
        by_id = [lines_by_id(tracker) for tracker in trackers]
        ids = zip(objectives.tracker.tolist(), folded(objectives.id), strict=True)
        return [by_id[number].get(name, {}) for number, name in ids]

    def text(key: str) -> Array:
        return filled([line.get(key, "") for line in lines()], "text")

    @cache
    def typed() -> Array:
        return filled([line.get("final", np.nan) for line in lines()], "percent")

    return objectives.having(
        final=lambda: _or(typed(), objectives.score),
        share_final=lambda: np.where(
            np.isnan(typed()), objectives.share_points, objectives.share * typed()
        ),
        final_reason=lambda: text("reason"),
        decision=lambda: text("decision"),
        lesson=lambda: text("lesson"),
    )
