"""The plan that held on a day: what was planned, until the log says that it was changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from operator import itemgetter
from typing import Any

import numpy as np

from okr_sheets.columns import Array, Columns, folded
from okr_sheets.computing import OPERATIONS, InColumns
from okr_sheets.findings import PLAN_CODES, has_own_plan
from okr_sheets.gathering import GATHERED
from okr_sheets.language import fold, headers, language
from okr_sheets.reading.numbers import readings
from okr_sheets.schema import OKRS, PLANNED
from okr_sheets.tracker import Tracker

# A day, as a spreadsheet's number, with the columns and the numbers that a remark of it names.
Remark = tuple[float, frozenset[str], tuple[float, ...]]

_NUMBER = re.compile(r"[-−]?\d+(?:[.,'’\s]\d{3})*(?:[.,]\d+)?")


def as_then_planned(rows: Columns, trackers: Sequence[Tracker]) -> Columns:
    """Rows as `gather` gives them, each by the plan that held on its day.

    A remark of the log tells a change: it names the column and the new number, or both the planned
    and the new one (“target lowered from 60 to 30”, “60 → 30”), in any language. Before the first
    such the planned number holds, from the last on the one that stands in the row, which that
    remark names. Without one the row's own number holds on all days.
    """
    remarked = {
        number: _remarks(tracker)
        for number, tracker in enumerate(trackers)
        if len(tracker.columns["log"])
    }
    if not any(remarked.values()):
        return rows
    has_plan = has_own_plan(rows, OPERATIONS)
    planned = {key: rows[key].copy() for key in PLANNED}
    rounds = int(rows.tracker.max(initial=0)) // len(trackers) + 1
    for number, by_id in remarked.items():
        mine = _of_tracker(rows, number + len(trackers) * np.arange(rounds)) if by_id else ()
        names = folded(rows.id[mine]) if by_id else ()
        for name, remarks in by_id.items():
            positions = mine[(names == name) & has_plan[mine]]
            for key in PLANNED if len(positions) else ():
                planned[key][positions] = _held(rows.take(positions), key, remarks)
    return rows.having(**planned)


def _of_tracker(rows: Columns, numbers: Array) -> Array:
    """The positions of a tracker's rows, which has one number in each round."""
    ends = np.searchsorted(rows.tracker, np.append(numbers, numbers + 1)).reshape(2, -1).T
    return np.concatenate([np.arange(first, after) for first, after in ends.tolist()])


def by_plan(rows: Columns) -> Columns:
    """Computed rows with the planned numbers in place of those that were changed."""
    is_changed = rows.changed != InColumns.BLANK

    def planned(key: str) -> Array:
        was = rows[f"planned_{key}"]
        return np.where(is_changed & ~np.isnan(was), was, rows[key])

    return rows.only(GATHERED).having(**{key: planned(key) for key in PLANNED})


def changes_of(row: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The changes of a scored row's plan: a code each, and the fields of its sentence."""
    for key in PLANNED:
        before, after = row[f"planned_{key}"], row[key]
        if _is_number(before) and _is_number(after) and before != after:
            yield PLAN_CODES[int(after > before)], {"label": key, "before": before, "after": after}


def _is_number(value: float | None) -> bool:
    return value is not None and not isnan(value)


def _held(rows: Columns, key: str, remarks: Sequence[Remark]) -> Array:
    """The planned number in force on the day of each row of one key result."""
    planned, live = rows[f"planned_{key}"][0], rows[key][0]
    relevant = [
        (day, numbers)
        for day, keys, numbers in remarks
        if key in keys or {planned, live} <= set(numbers)
    ]
    last = max((at for at, (_, numbers) in enumerate(relevant) if live in numbers), default=-1)
    if isnan(planned) or last < 0:
        return rows[key]
    held, value = rows[f"planned_{key}"], planned
    for at, (day, numbers) in enumerate(relevant[: last + 1]):
        # A remark may say what was, too, and on which day.
        value = live if at == last else next((each for each in numbers if each != value), value)
        held = np.where(rows.day < day, held, value)
    return held


def _remarks(tracker: Tracker) -> Mapping[str, list[Remark]]:
    """The remarks of the log that hold a number, by folded id, the oldest first."""
    log = tracker.columns["log"]
    words = language(tracker.about.language)
    by_id: dict[str, list[Remark]] = {}
    for line in log.take(~np.isnan(log.date) & (log.note != "")).records():
        note = line["note"]
        numbers = (readings(text, words)[:1] for text in _NUMBER.findall(note))
        first_readings = tuple(value for values in numbers for value in values)
        if first_readings:
            remark = line["date"], _columns_in(fold(note)), first_readings
            by_id.setdefault(line["id"].casefold(), []).append(remark)
    return {name: sorted(remarks, key=itemgetter(0)) for name, remarks in by_id.items()}


def _columns_in(note: str) -> frozenset[str]:
    """The columns of the plan that a folded remark names, in any language."""
    spellings = headers(OKRS.key).items()
    return frozenset(key for word, (key, _) in spellings if key in PLANNED and word in note)
