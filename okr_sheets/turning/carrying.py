"""One tracker as that of its next quarter, and what became of each of its rows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from okr_sheets.about import About
from okr_sheets.bands import Bands
from okr_sheets.choices import OBJECTIVE
from okr_sheets.columns import Columns, filled, folded, serial
from okr_sheets.language import language
from okr_sheets.misuse import MisuseError
from okr_sheets.planning import with_plan
from okr_sheets.problems import UnreadableError
from okr_sheets.quarters import Period, Span, check_in_dates
from okr_sheets.reading.own import OwnColumn, own_columns
from okr_sheets.rollups.owed import OPEN
from okr_sheets.rollups.scored import scored
from okr_sheets.schema import PARTS, ROW
from okr_sheets.tracker import Tracker
from okr_sheets.turning.fates import COMING, key_result_fate, objective_fate, widened
from okr_sheets.turning.numbers import next_numbers
from okr_sheets.turning.periods import new_days
from okr_sheets.turning.titles import retitled

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row: `old` and, if it comes along, `new`, by the keys of their columns.

    `fate` is a word of `fates`; `lost` is the id that it was aligned to, which stays behind.
    """

    fate: str
    old: Mapping[str, Any]
    new: Mapping[str, Any] | None = None
    lost: str = ""

    @property
    def is_objective(self) -> bool:
        """Whether it is an objective's row."""
        return bool(self.old["type"] == OBJECTIVE)


@dataclass(frozen=True, slots=True)
class Turned:
    """A tracker, the one of its next quarter, and what became of its rows, in their order.

    `rows` gives the new number of each row that comes along, by the old one and whether it is an
    objective's; `own` are people's own columns, by the old rows; `actions` is how many open ones
    come along, `actions_left` how many do not.
    """

    old: Tracker
    tracker: Tracker
    quarter: Period
    outcomes: Sequence[Outcome]
    rows: Mapping[tuple[int, bool], int]
    own: Sequence[OwnColumn]
    actions: int
    actions_left: int


def turned(
    trackers: Sequence[Tracker], quarters: Sequence[Period], as_of: date | None, bands: Bands
) -> list[Turned]:
    """Each tracker of its next quarter, by the numbers of a day, by default the old one's last.

    Nothing is aligned any more to what stays behind in one of them and comes in none. What is in no
    tracker of the run, such as a year's objective, is aligned to as before.
    """
    pairs = zip(trackers, quarters, strict=True)
    days = [new_days(each.about, quarter) for each, quarter in pairs]
    outcomes = [list(_outcomes(*pair, as_of, bands)) for pair in zip(trackers, days, strict=True)]
    here = {_id(each) for of_tracker in outcomes for each in of_tracker}
    coming = {_id(each) for of_tracker in outcomes for each in of_tracker if each.new}

    def aligned(outcome: Outcome) -> Outcome:
        above = outcome.new["aligns_to"] if outcome.new else ""
        if not outcome.new or above.casefold() not in here - coming:
            return outcome
        return replace(outcome, new={**outcome.new, "aligns_to": ""}, lost=above)

    every = zip(trackers, quarters, outcomes, strict=True)
    return [_made(each, quarter, [*map(aligned, its)]) for each, quarter, its in every]


def _planned(key_results: Columns) -> Columns:
    """The key results with their plan.

    It is told by less than a whole title, so that nobody takes a row for one an example left.
    """
    rows = with_plan(key_results, is_example=False)
    pairs = zip(rows.planned_title, rows.title, strict=True)
    begins = (title[:-1] or title if begin == title else begin for begin, title in pairs)
    return rows.having(planned_title=filled(begins, "text"))


def _id(outcome: Outcome) -> str:
    return str(outcome.old["id"]).casefold()


def _made(tracker: Tracker, quarter: Period, outcomes: Sequence[Outcome]) -> Turned:
    """The new tracker of the rows that come along, numbered anew."""
    rows = {
        (each.old["row"], each.is_objective): number
        for number, each in enumerate((each for each in outcomes if each.new is not None), 1)
    }
    parts: dict[str, list[Row]] = {"objectives": [], "key_results": []}
    for each in outcomes:
        if each.new is not None:
            above = rows.get((each.old["parent"], True), 0)
            row = {**each.new, "row": rows[each.old["row"], each.is_objective], "objective": above}
            parts["objectives" if each.is_objective else "key_results"].append(row)
    about = _about(tracker.about, quarter)
    days = new_days(tracker.about, quarter)
    actions, actions_left = _actions(tracker, days.start, parts)
    key_results = Columns.of(parts["key_results"], (ROW, *PARTS["key_results"]))
    new = Tracker.empty(
        about,
        objectives=Columns.of(parts["objectives"], (ROW, *PARTS["objectives"])),
        key_results=_planned(key_results),
        actions=Columns.of(actions, (ROW, *PARTS["actions"])),
        bands=tracker.bands,
        check_in_dates=check_in_dates(days.start, days.end, about.cadence),
    )
    return Turned(tracker, new, quarter, outcomes, rows, _own(tracker), len(actions), actions_left)


def _own(tracker: Tracker) -> Sequence[OwnColumn]:
    try:
        return own_columns(tracker)
    except UnreadableError as error:
        raise MisuseError(error.problem(tracker.path).line()) from error


def _about(about: About, quarter: Period) -> About:
    days = new_days(about, quarter)
    return replace(about, quarter=str(quarter), start=days.start, end=days.end, as_of=None)


def _outcomes(
    tracker: Tracker, period: Span, as_of: date | None, bands: Bands
) -> Iterator[Outcome]:
    """What becomes of each row, in the order of the sheet."""
    computed = _computed(tracker, as_of, bands)
    rows = [row | computed[row["row"], row["type"] == OBJECTIVE] for row in tracker.okrs.records()]
    below: dict[int, list[Row]] = {}
    for row in rows:
        if row["type"] != OBJECTIVE:
            below.setdefault(row["parent"], []).append(row)
    fates = {
        row["row"]: objective_fate(row, below.get(row["row"], ()))
        for row in rows
        if row["type"] == OBJECTIVE
    }
    for row in rows:
        if row["type"] == OBJECTIVE:
            fate = fates[row["row"]]
            numbers: Row = {}
        else:
            above = fates.get(row["parent"], "keep")
            under = below[row["parent"]]
            fate = key_result_fate(row, widened(above, under)) if above in COMING else above
            baseline, target = next_numbers(row, fate) if fate in COMING else (math.nan, math.nan)
            numbers = {"baseline": baseline, "target": target}
            if fate in COMING:
                ends = row["baseline"], baseline, target
                numbers["title"] = retitled(row["title"], tracker.about.language, *ends)
        new = None
        if fate in COMING:
            new = {**row, **numbers, **_emptied(row, tracker.about, period)}
        yield Outcome(fate, row, new)


def _computed(
    tracker: Tracker, as_of: date | None, bands: Bands
) -> dict[tuple[int, bool], dict[str, Any]]:
    """What the rules and the close say of each row, by its number and whether it is an objective's.

    `kind` is the type that counts.
    """
    now = scored([tracker], [[as_of or tracker.about.end]], bands)
    of_key_results = now.key_results.only(("row", "kind", "current", "score")).records()
    of_objectives = now.objectives.only(("row", "score", "final", "decision")).records()
    return {(row["row"], False): row for row in of_key_results} | {
        (row["row"], True): row for row in of_objectives
    }


def _emptied(row: Mapping[str, Any], about: About, period: Span) -> Row:
    """The cells of a row that begin anew, besides its numbers."""
    return {
        "state": "",
        "start": _moved(row["start"], about.start, period.start),
        "due": _moved(row["due"], about.end, period.end),
        "confidence": math.nan,
        "typed_current": math.nan,
        "note": note_of(row, about),
    }


def _moved(day: float, of_quarter: date | None, next_one: date) -> float:
    """A day that was the quarter's is the next one's; any other is cleared. Source: own."""
    is_quarters = of_quarter is not None and day == serial(of_quarter)
    return float(serial(next_one)) if is_quarters else math.nan


def note_of(row: Mapping[str, Any], about: About) -> str:
    """That a row which says it was committed was missed; "" for any other. Source: re:Work."""
    score = row.get("final", row["score"])
    if row["commitment"] != "committed" or not score < 1:
        return ""
    words = language(about.language)
    return words("turning.missed", quarter=about.quarter, score=words.percent(score))


def _actions(
    tracker: Tracker, start: date, parts: Mapping[str, Sequence[Mapping[str, Any]]]
) -> tuple[list[Row], int]:
    """Open actions but of what stays behind, and how many those are; past days are cleared.

    One of an ID that is no row's comes along, as one of nothing does: nobody said that it is over.
    """
    coming = {row["id"].casefold() for rows in parts.values() for row in rows}
    behind = {*folded(tracker.okrs.id)} - coming
    actions = tracker.columns["actions"].records()
    left = [row for row in actions if row["status"] in OPEN]
    kept = [
        row for row in left if not row["key_result"] or row["key_result"].casefold() not in behind
    ]
    first = serial(start)
    moved = [row | {"due": row["due"] if row["due"] >= first else math.nan} for row in kept]
    return moved, len(left) - len(kept)
