"""The plan that held on a day: what was planned, until the log says that it was changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

import pandas as pd

from okr_sheets.frames import InFrames, serial
from okr_sheets.language import Language, fold, headers, language
from okr_sheets.reading.numbers import readings
from okr_sheets.schema import OKRS, PLANNED
from okr_sheets.scoring import Bands
from okr_sheets.tracker import Tracker

Change = tuple[float, float]  # the day it holds from, as a spreadsheet's number, and the new value

_NUMBER = re.compile(r"[-−]?\d+(?:[.,'’\s]\d{3})*(?:[.,]\d+)?")
_OPERATIONS = InFrames((), Bands())


def as_then_planned(rows: pd.DataFrame, trackers: Sequence[Tracker]) -> pd.DataFrame:
    """Rows as `gather` gives them, each by the plan that held on its day.

    A remark of the log tells a change: it names the column and the new number (“target lowered
    from 60 to 30”), in any language. Before the first such the planned number holds, after the
    last the one that stands in the row, which that remark must name. Without one the row's own
    number holds on all days.
    """
    rows = rows.copy()
    numbers = rows["tracker"].astype(int) % max(len(trackers), 1)
    has_plan = _OPERATIONS.begins(rows["title"], rows["planned_title"])
    for number, tracker in enumerate(trackers):
        for (name, key), changes in _changes(tracker).items():
            own = has_plan & (numbers == number) & (rows["id"].str.casefold() == name)
            own &= rows[f"planned_{key}"].notna()
            if own.any():
                rows.loc[own, key] = _held(rows[own], key, changes)
    return rows


def by_plan(rows: pd.DataFrame) -> pd.DataFrame:
    """Computed rows as they were planned: what is not as planned any more, as it was."""
    is_changed = rows["changed"] != ""
    planned = {
        key: rows[key].where(~is_changed, rows[f"planned_{key}"].fillna(rows[key]))
        for key in PLANNED
    }
    return rows.assign(**planned)


def _held(rows: pd.DataFrame, key: str, changes: Sequence[Change]) -> pd.Series:
    """What held on each row's day."""
    live = rows[key].iloc[0]
    named = [at for at, (_, value) in enumerate(changes) if value == live]
    if not named:
        return rows[key]
    known = changes[: named[-1] + 1]
    held = rows[f"planned_{key}"]
    for day, value in known:
        held = held.where(rows["day"] < day, value)
    return held


def _changes(tracker: Tracker) -> Mapping[tuple[str, str], list[Change]]:
    """The changes that the log tells, by folded id and column, the oldest first."""
    log = tracker.log[tracker.log["date"].notna() & (tracker.log["note"] != "")]
    words = language(tracker.about.language)
    found: dict[tuple[str, str], list[Change]] = {}
    for name, day, note in zip(log["id"], log["date"], log["note"], strict=True):
        for key, value in _said(note, words):
            found.setdefault((name.casefold(), key), []).append((serial(day.date()), value))
    return {place: sorted(changes) for place, changes in found.items()}


def _said(note: str, words: Language) -> Iterator[tuple[str, float]]:
    """The columns of the plan that a remark names, each with the last number in it."""
    numbers = [value for text in _NUMBER.findall(note) for value in readings(text, words)[:1]]
    folded = fold(note)
    for key in PLANNED if numbers else ():
        if any(word in folded for word in _names(key)):
            yield key, numbers[-1]


@cache
def _names(key: str) -> tuple[str, ...]:
    """What a column of the plan is called, in all languages."""
    return tuple(word for word, (meant, _) in headers(OKRS.key).items() if meant == key)
