"""Trackers as rows for the rules: what their sheets say as of a day, or of several."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache

import numpy as np

from okr_sheets.about import About
from okr_sheets.choices import OBJECTIVE
from okr_sheets.codes import WORDED, coded
from okr_sheets.columns import EPOCH, Array, Columns, serial, stacked
from okr_sheets.quarters import DAYS
from okr_sheets.schema import OKRS, Kind
from okr_sheets.tracker import PLACES, Tracker, okrs_of, places

# A row's place and a day in one number, so that one search finds a row's last number by a day.
DAY_SLOTS = 1 << 17

GATHERED: Mapping[str, Kind] = {
    "tracker": "count",
    "row": "count",
    **{column.key: column.kind for column in OKRS.columns if not column.computed},
    "parent": "count",
    "typed_current": "number",
    "first_day": "number",
    "last_day": "number",
    "typed_on": "number",
    "place": "count",
    "day": "number",
    "until": "number",
    "checked_on": "number",
    "value": "number",
    "first_on": "number",
    "first_value": "number",
    "highest": "number",
    "typed_to": "number",
    "asked_on": "number",
}


def gather(trackers: Sequence[Tracker], *rounds: Sequence[date | None]) -> Columns:
    """One row per objective and key result of all trackers in each round, as the sheets have them.

    A round is a list of days, one for each tracker; see `About.day`. Rows come round by round,
    tracker by tracker, in the order of the sheets.

    Columns `GATHERED`: those people type, days as spreadsheets' numbers, words as integers (see
    `coded`); `tracker` (its place in `trackers`, counted on from round to round), `row`, `place`
    (both in one number, ascending), the scoring `day` with the quarter's `first_day` and
    `last_day`, `until` (the last day whose check-ins count by then), `parent` (row of the
    objective), and of the check-ins that count: `checked_on`, `value` of the last (0 and NaN for
    none), `first_on`, `first_value` of the first, and the `highest` (NaN for none); `typed_to` is
    the day of the last one, whether it counts or not. `asked_on` is the last check-in date up to
    that day and the row's due day (0 for none). Trackers whose quarter is unknown are left out.
    """
    is_dated = np.array([tracker.about.day() is not None for tracker in trackers], dtype=bool)
    if not is_dated.any():
        start = DAYS.start
        trackers = [Tracker.empty(About(start=start, end=start + timedelta(weeks=1)))]
        is_dated, rounds = np.array([True]), ([start],)
    okrs = okrs_of(trackers)
    okrs = okrs if is_dated.all() else okrs.take(is_dated[okrs.tracker])
    days = [[t.about.day(d) for t, d in zip(trackers, r, strict=True)] for r in rounds]
    untils = [[t.until(d) for t, d in zip(trackers, of_round, strict=True)] for of_round in days]
    words = {key: coded(key, okrs[key]) for key in WORDED if key in okrs}
    place = places(okrs.tracker, okrs.row, okrs.type == OBJECTIVE)
    rows = okrs.having(place=place, **words)
    number = np.repeat(np.arange(len(rounds)), len(okrs))
    if len(rounds) > 1:
        rows = rows.take(np.tile(np.arange(len(okrs)), len(rounds)))
    mine = rows.tracker
    rows = rows.having(
        first_day=_of_each((tracker.about.start for tracker in trackers), mine),
        last_day=_of_each((tracker.about.end for tracker in trackers), mine),
        typed_on=_of_each((tracker.calculated_on for tracker in trackers), mine),
        day=_of_rounds(days)[number, mine],
        until=_of_rounds(untils)[number, mine],
    )
    rows = rows.having(**_Numbers(trackers).of_rows(rows.place, rows))
    asked_on = last_dates(trackers, mine, _last_asked(rows))
    rows = rows.having(
        asked_on=asked_on,
        tracker=mine + number * len(trackers),
        place=rows.place + number * len(trackers) * PLACES,
    )
    return _with_undated(rows).only(GATHERED)


def _of_each(days: Iterable[date | None], numbers: Array) -> Array:
    of_trackers: Array = np.array([_serial(day) for day in days])[numbers]
    return of_trackers


def _of_rounds(days: Sequence[Sequence[date | None]]) -> Array:
    return np.array([[_serial(day) for day in of_round] for of_round in days])


def _serial(day: date | None) -> float:
    return float(serial(day or EPOCH))


def _last_asked(rows: Columns) -> Array:
    """The day up to which a check-in date asks each row for a number."""
    due = np.where(np.isnan(rows.due), rows.last_day, rows.due)
    return np.minimum(due, rows.day)


def last_dates(trackers: Sequence[Tracker], numbers: Array, days: Array, before: int = 0) -> Array:
    """The last check-in date of each row's tracker up to its day, 0 for none.

    `numbers` are the trackers' places in the list; `before` asks for the date that many earlier.
    """
    dates = np.array(
        sorted(
            number * DAY_SLOTS + serial(day)
            for number, tracker in enumerate(trackers)
            for day in tracker.check_in_dates
        ),
        dtype=np.int64,
    )
    at = (
        np.searchsorted(dates, numbers * DAY_SLOTS + days.astype(np.int64), side="right")
        - 1
        - before
    )
    at, is_one = _held(at, dates, numbers)
    return np.where(is_one, dates[at] % DAY_SLOTS if len(dates) else 0, 0).astype(float)


def _held(at: Array, keys: Array, owners: Array) -> tuple[Array, Array]:
    """Positions held to the keys there are, and which of them are still the owner's own."""
    held = np.maximum(at, 0)
    if not len(keys):
        return held, np.zeros(len(at), dtype=bool)
    return held, (at >= 0) & (keys[held] // DAY_SLOTS == owners)


class _Numbers:
    """All check-ins by place and day; of two on one day the left one, which MATCH finds too."""

    def __init__(self, trackers: Sequence[Tracker]) -> None:
        typed = [tracker.columns["check_ins"] for tracker in trackers]
        keys = np.empty(sum(map(len, typed)), dtype=np.int64)
        values = np.empty(len(keys))
        end = 0
        # One after the other, so that not all of what they hold is there twice.
        for number, all_rows in enumerate(typed):
            dated = ~np.isnan(all_rows.date)
            rows = all_rows if dated.all() else all_rows.take(dated)
            part = slice(end, end := end + len(rows))
            keys[part] = rows.date
            keys[part] += places(np.array([number]), rows.row, False) * DAY_SLOTS
            values[part] = rows.value
        keys, values = keys[:end], values[:end]
        if len(keys) > 1 and not (keys[1:] > keys[:-1]).all():
            order = np.argsort(keys, kind="stable")
            keys, values = keys[order], values[order]
            first = np.append(True, keys[1:] != keys[:-1])
            keys, values = keys[first], values[first]
        self.keys, self.values = keys, values

    def of_rows(self, places: Array, rows: Columns) -> dict[str, Array | Callable[[], Array]]:
        """What `gather` says of check-ins, of the rows at these places."""
        start, size = places * DAY_SLOTS, len(self.keys)
        after = np.searchsorted(self.keys, start + rows.until.astype(np.int64), side="right")
        last_at = np.maximum(after - 1, 0)
        counted = (after > 0) & (_at(self.keys, last_at) >= start)

        @cache
        def first_at() -> Array:
            return np.minimum(np.searchsorted(self.keys, start), max(size - 1, 0))

        def highest() -> Array:
            first = first_at()
            bounds = np.column_stack([first, np.maximum(after, first + 1)]).ravel()
            padded = np.append(self.values, [np.nan, np.nan])
            return np.where(counted, np.fmax.reduceat(padded, bounds)[::2], np.nan)

        def typed_to() -> Array:
            last = np.maximum(np.searchsorted(self.keys, start + DAY_SLOTS) - 1, 0)
            keys = _at(self.keys, last)
            mine = (keys >= start) & (keys < start + DAY_SLOTS)
            return np.where(mine, keys % DAY_SLOTS, 0).astype(float)

        return {
            "checked_on": np.where(counted, _at(self.keys, last_at) % DAY_SLOTS, 0).astype(float),
            "value": np.where(counted, _at(self.values, last_at), np.nan),
            "first_on": lambda: np.where(counted, _at(self.keys, first_at()) % DAY_SLOTS, np.nan),
            "first_value": lambda: np.where(counted, _at(self.values, first_at()), np.nan),
            "highest": highest,
            "typed_to": typed_to,
        }


def _at(values: Array, positions: Array) -> Array:
    """The values at positions; anything where there is no value at all."""
    return values[positions] if len(values) else np.full(len(positions), -1, dtype=values.dtype)


def check_ins(trackers: Sequence[Tracker]) -> Columns:
    """All check-ins: `place`, `checked_on`, `value`, in this order; of two on one day the left."""
    numbers = _Numbers(trackers)
    places, days = np.divmod(numbers.keys, DAY_SLOTS)
    arrays = {"place": places, "checked_on": days.astype(float), "value": numbers.values}
    return Columns(arrays, len(places))


def _with_undated(rows: Columns) -> Columns:
    """A number typed under “current” has no date; it holds from the day it was last seen on."""
    typed = ~np.isnan(rows.typed_current) & (rows.day >= rows.typed_on)
    if not typed.any():
        return rows
    only = typed & np.isnan(rows.first_value)
    value = np.where(typed, rows.typed_current, rows.value)
    return rows.having(
        value=value,
        checked_on=np.where(typed & ~(rows.checked_on > 0), rows.day, rows.checked_on),
        first_value=np.where(only, value, rows.first_value),
        highest=np.where(only, value, rows.highest),
        first_on=np.where(only, rows.day, rows.first_on),
    )


def logged_confidences(
    trackers: Sequence[Tracker],
) -> Mapping[tuple[int, str], list[tuple[float, float, int]]]:
    """Day, confidence and row of the lines of the log that have both, the oldest first.

    By the tracker's place in the list and the folded id.
    """
    log = stacked([tracker.columns["log"] for tracker in trackers])
    by_id: dict[tuple[int, str], list[tuple[float, float, int]]] = {}
    for line in log.take(~np.isnan(log.date) & ~np.isnan(log.confidence)).records():
        remark = line["date"], line["confidence"], line["row"]
        by_id.setdefault((line["tracker"], line["id"].casefold()), []).append(remark)
    return {key: sorted(lines, key=lambda line: line[0]) for key, lines in by_id.items()}
