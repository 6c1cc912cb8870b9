"""The plan that held on a day: what was planned, until the log says that it was changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

import pandas as pd

from okr_sheets.frames import OPERATIONS, Rows, serial
from okr_sheets.language import fold, headers, language
from okr_sheets.reading.numbers import readings
from okr_sheets.schema import OKRS, PLANNED
from okr_sheets.scoring import PLAN_CODES, has_own_plan
from okr_sheets.tracker import Tracker

# A day, as a spreadsheet's number, with the columns and the numbers that a remark of it names.
Remark = tuple[float, frozenset[str], tuple[float, ...]]

_NUMBER = re.compile(r"[-−]?\d+(?:[.,'’\s]\d{3})*(?:[.,]\d+)?")


def as_then_planned(rows: pd.DataFrame, trackers: Sequence[Tracker]) -> pd.DataFrame:
    """Rows as `gather` gives them, each by the plan that held on its day.

    A remark of the log tells a change: it names the column and the new number, or both the planned
    and the new one (“target lowered from 60 to 30”, “60 → 30”), in any language. Before the first
    such the planned number holds, from the last on the one that stands in the row, which that
    remark names. Without one the row's own number holds on all days.
    """
    rows = rows.copy()
    numbers = rows["tracker"].astype(int) % max(len(trackers), 1)
    has_plan = has_own_plan(Rows(rows), OPERATIONS)
    for number, tracker in enumerate(trackers):
        for name, remarks in _remarks(tracker).items():
            own = has_plan & (numbers == number) & (rows["id"].str.casefold() == name)
            for key in PLANNED if own.any() else ():
                rows.loc[own, key] = _held(rows[own], key, remarks)
    return rows


def by_plan(rows: pd.DataFrame) -> pd.DataFrame:
    """Computed rows as they were planned: what is not as planned any more, as it was."""
    is_changed = rows["changed"] != ""
    planned = {
        key: rows[key].where(~is_changed, rows[f"planned_{key}"].fillna(rows[key]))
        for key in PLANNED
    }
    return rows.assign(**planned)


def changes_of(row: Mapping[Any, Any] | pd.Series) -> Iterator[tuple[str, dict[str, Any]]]:
    """What of a scored row's plan is another now: a code, and what fills its sentence."""
    for key in PLANNED:
        before, after = row[f"planned_{key}"], row[key]
        if pd.notna(before) and pd.notna(after) and before != after:
            yield PLAN_CODES[int(after > before)], {"label": key, "before": before, "after": after}


def _held(rows: pd.DataFrame, key: str, remarks: Sequence[Remark]) -> pd.Series:
    """What held on the day of each of one key result's rows."""
    planned, live = rows[f"planned_{key}"].iloc[0], rows[key].iloc[0]
    told = [
        (day, numbers)
        for day, keys, numbers in remarks
        if key in keys or {planned, live} <= set(numbers)
    ]
    last = max((at for at, (_, numbers) in enumerate(told) if live in numbers), default=-1)
    if pd.isna(planned) or last < 0:
        return rows[key]
    held, value = rows[f"planned_{key}"], planned
    for at, (day, numbers) in enumerate(told[: last + 1]):
        # A remark may say what was, too, and on which day.
        value = live if at == last else next((each for each in numbers if each != value), value)
        held = held.where(rows["day"] < day, value)
    return held


def _remarks(tracker: Tracker) -> Mapping[str, list[Remark]]:
    """The remarks of the log that hold a number, by folded id, the oldest first."""
    log = tracker.log[tracker.log["date"].notna() & (tracker.log["note"] != "")]
    words = language(tracker.about.language)
    found: dict[str, list[Remark]] = {}
    for name, day, note in zip(log["id"], log["date"], log["note"], strict=True):
        numbers = (readings(text, words)[:1] for text in _NUMBER.findall(note))
        told = tuple(value for values in numbers for value in values)
        if told:
            remark = float(serial(day.date())), _named(fold(note)), told
            found.setdefault(name.casefold(), []).append(remark)
    return {name: sorted(remarks, key=itemgetter(0)) for name, remarks in found.items()}


def _named(note: str) -> frozenset[str]:
    """The columns of the plan that a folded remark names, in any language."""
    known = headers(OKRS.key).items()
    return frozenset(key for word, (key, _) in known if key in PLANNED and word in note)
