"""The scoring rules on columns: trackers in, one scored row per objective and key result out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache, partial
from typing import Any

import numpy as np

from okr_sheets.about import About
from okr_sheets.columns import EPOCH, Array, Columns, among, filled, folded, serial, stacked
from okr_sheets.quarters import DAYS
from okr_sheets.schema import CHECK_IN_PREFIX, OKRS, PLANNED, Kind
from okr_sheets.scoring import FINDINGS, RULES, Bands, Rule
from okr_sheets.tracker import ROWS, Tracker

# Problems by which Python read a cell that the workbook's formulas cannot count.
_MISREAD = frozenset(
    {
        "not-a-number",
        "extreme-number",
        "bad-confidence",
        "not-a-choice",
        "number-as-text",
        "ambiguous-number",
        "percent-scale",
        "percent-number",
        "current-typed",
        "other-word",
        "boolean-number",
        "date-number",
        "error-cell",
        "not-calculated",
    }
)
# The columns that hold words: the column of the sheet whose words these are.
WORDED: Mapping[str, str] = {
    "type": "type",
    "kind": "type",
    "commitment": "commitment",
    "state": "state",
    "standing": "state",
    "status": "status",
    "grade": "grade",
}
_NONE = np.int8(-1)
_CODES = {
    column: {"": _NONE, **{word: np.int8(at) for at, word in enumerate(OKRS[column].choices)}}
    for column in {*WORDED.values()}
}
# The columns that hold codes, and what stands for them.
_CODED: Mapping[str, Sequence[str]] = {"changed": PLANNED, "to_fix": [*FINDINGS]}
# A row's place and a day in one number, so that one search finds a row's last number by a day.
_DAYS = 1 << 17

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


def coded(column: str, words: Iterable[str]) -> Array:
    """Words of a column of choices as small integers, -1 for none."""
    return np.array([*map(_CODES[WORDED[column]].__getitem__, words)], dtype=np.int8)


def worded(column: str, codes: Array) -> Array:
    """The words that the integers stand for, "" for none."""
    words: Array = filled((*OKRS[WORDED[column]].choices, ""), "choice")[codes]
    return words


# --- rows as the sheets have them ----------------------------------------------------------------


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
    known = np.array([tracker.about.day() is not None for tracker in trackers], dtype=bool)
    if not known.any():
        start = DAYS.start
        trackers = [Tracker.empty(About(start=start, end=start + timedelta(weeks=1)))]
        known, rounds = np.array([True]), ([start],)
    own = stacked([tracker.okrs for tracker in trackers])
    own = own if known.all() else own.take(known[own.tracker])
    days = [[t.about.day(d) for t, d in zip(trackers, r, strict=True)] for r in rounds]
    untils = [[t.until(d) for t, d in zip(trackers, of_round, strict=True)] for of_round in days]
    words = {key: coded(key, own[key]) for key in WORDED if key in own}
    rows = own.having(**words)
    number = np.repeat(np.arange(len(rounds)), len(own))
    if len(rounds) > 1:
        rows = rows.take(np.tile(np.arange(len(own)), len(rounds)))
    mine = rows.tracker
    place = mine * ROWS + rows.row
    rows = rows.having(
        first_day=_of_each((tracker.about.start for tracker in trackers), mine),
        last_day=_of_each((tracker.about.end for tracker in trackers), mine),
        typed_on=_of_each((tracker.calculated_on for tracker in trackers), mine),
        day=_of_rounds(days)[number, mine],
        until=_of_rounds(untils)[number, mine],
    )
    rows = rows.having(**_Numbers(trackers).of_rows(place, rows))
    asked_on = last_dates(trackers, mine, _last_asked(rows))
    rows = rows.having(
        asked_on=asked_on,
        tracker=mine + number * len(trackers),
        place=place + number * len(trackers) * ROWS,
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
            number * _DAYS + serial(day)
            for number, tracker in enumerate(trackers)
            for day in tracker.check_in_dates
        ),
        dtype=np.int64,
    )
    at = np.searchsorted(dates, numbers * _DAYS + days.astype(np.int64), side="right") - 1 - before
    at, is_one = _held(at, dates, numbers)
    return np.where(is_one, dates[at] % _DAYS if len(dates) else 0, 0).astype(float)


def _held(at: Array, keys: Array, owners: Array) -> tuple[Array, Array]:
    """Positions held to the keys there are, and which of them are still the owner's own."""
    held = np.maximum(at, 0)
    if not len(keys):
        return held, np.zeros(len(at), dtype=bool)
    return held, (at >= 0) & (keys[held] // _DAYS == owners)


class _Numbers:
    """All check-ins by place and day; of two on one day the left one, which MATCH finds too."""

    def __init__(self, trackers: Sequence[Tracker]) -> None:
        typed = stacked([tracker.columns["check_ins"] for tracker in trackers])
        typed = typed.take(~np.isnan(typed.date))
        keys = (typed.tracker * ROWS + typed.row) * _DAYS + typed.date.astype(np.int64)
        values = typed.value
        if len(keys) > 1 and not (keys[1:] > keys[:-1]).all():
            order = np.argsort(keys, kind="stable")
            keys, values = keys[order], values[order]
            first = np.append(True, keys[1:] != keys[:-1])
            keys, values = keys[first], values[first]
        self.keys, self.values = keys, values

    def of_rows(self, places: Array, rows: Columns) -> dict[str, Array | Callable[[], Array]]:
        """What `gather` says of check-ins, of the rows at these places."""
        start, size = places * _DAYS, len(self.keys)
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
            last = np.maximum(np.searchsorted(self.keys, start + _DAYS) - 1, 0)
            keys = _at(self.keys, last)
            return np.where(keys >= start, keys % _DAYS, 0).astype(float)

        return {
            "checked_on": np.where(counted, _at(self.keys, last_at) % _DAYS, 0).astype(float),
            "value": np.where(counted, _at(self.values, last_at), np.nan),
            "first_on": lambda: np.where(counted, _at(self.keys, first_at()) % _DAYS, np.nan),
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
    places, days = np.divmod(numbers.keys, _DAYS)
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


# --- the rules on them ---------------------------------------------------------------------------


class InColumns:
    """The operations of the rules on columns; words are small integers."""

    NOTHING = np.nan
    BLANK = _NONE

    def __init__(self, misread: Iterable[tuple[int, str]], bands: Bands) -> None:
        """`misread` names the cells, by place and column, that the workbook cannot count."""
        self._misread: dict[str, list[int]] = {}
        for place, key in misread:
            self._misread.setdefault(key, []).append(place)
        self.bands = bands

    def choose(self, condition: Array, then: Any, otherwise: Any) -> Array:
        chosen: Array = np.where(condition, then, otherwise)
        return chosen

    def number(self, x: Array) -> Array:
        number: Array = ~np.isnan(x)
        return number

    def blank(self, x: Array) -> Array:
        blank: Array = x == (_NONE if x.dtype == np.int8 else "")
        return blank

    def zero(self, x: Array) -> Array:
        return np.where(np.isnan(x), 0.0, x)

    def whole(self, x: Array) -> Array:
        return np.floor(x)

    def clamp(self, x: Array) -> Array:
        return np.clip(x, 0, 1)

    def rounded(self, x: Array) -> Array:
        """Four decimals, halves away from zero, as a spreadsheet's ROUND has it."""
        x = np.round(x, 12)
        rounded: Array = np.sign(x) * np.floor(np.abs(x) * 10_000 + (0.5 + 5e-12)) / 10_000
        return rounded

    def row(self, k: Columns) -> Array:
        return k.row

    def word(self, column: str, key: str) -> np.int8:
        return _CODES[column][key]

    def fix(self, code: str, **_: Array) -> np.int8:
        return np.int8(_CODED["to_fix"].index(code))

    def key(self, key: str) -> np.int8:
        return np.int8(PLANNED.index(key))

    def is_key(self, x: Array, key: str) -> Array:
        same: Array = x == PLANNED.index(key)
        return same

    def begins(self, x: Array, start: Array) -> Array:
        both = zip(x.tolist(), start.tolist(), strict=True)
        begun = (not own or text.casefold().startswith(own.casefold()) for text, own in both)
        return np.fromiter(begun, bool, len(x))

    def is_(self, x: Array, column: str, key: str) -> Array:
        same: Array = x == _CODES[column][key]
        return same

    def known(self, x: Array, _: str) -> Array:
        given: Array = x != _NONE
        return given

    def yes(self, x: Array) -> Array:
        # The reader has already turned yes and no into 1 and 0.
        return np.zeros(len(x), dtype=bool)

    no = yes

    def contains(self, x: Array, sign: str) -> Array:
        return np.fromiter((sign in text for text in x), bool, len(x))

    def misread(self, k: Columns, key: str) -> Array:
        return among(k.place, self._misread.get(key, ()))

    def has_check_in(self, k: Columns) -> Array:
        return k.typed_to > 0

    def misread_check_in(self, k: Columns) -> Array:
        keys = (key for key in self._misread if key.startswith(CHECK_IN_PREFIX))
        return among(k.place, [place for key in keys for place in self._misread[key]])

    def repeated(self, k: Columns, key: str) -> Array:
        named = zip(k.tracker.tolist(), folded(k[key]), strict=True)
        counts: Counter[tuple[int, str]] = Counter()
        again = []
        for name in named:
            again.append(bool(name[1]) and counts[name] > 0)
            counts[name] += 1
        return np.array(again, dtype=bool)

    def objective_of(self, k: Columns) -> Array:
        return k.parent

    def of_objective(self, k: Columns, key: str) -> Array:
        belongs = k.group > 0
        return np.where(belongs, k[key][np.where(belongs, k.slot, 0)], _NONE)

    def sum_of_group(self, k: Columns, key: str) -> Array:
        return self._summed(k, k[key])

    def count_of_group(self, k: Columns, key: str, column: str, value: str) -> Array:
        return self._summed(k, self.is_(k[key], column, value))

    def latest_of_group(self, k: Columns, key: str) -> Array:
        latest = np.zeros(int(k.slot.max(initial=0)) + 1)
        np.maximum.at(latest, k.slot, k[key])
        return _of_slots(latest, k.own_slot)

    def _summed(self, k: Columns, values: Array) -> Array:
        return _of_slots(np.bincount(k.slot, values), k.own_slot)

    def last_day_checked(self, k: Columns) -> Array:
        return k.checked_on

    def last_day_asked(self, k: Columns) -> Array:
        return k.asked_on

    def value_checked(self, k: Columns) -> Array:
        return k.value

    def first_day_checked(self, k: Columns) -> Array:
        return k.first_on

    def first_value_checked(self, k: Columns) -> Array:
        return k.first_value

    def highest_value_checked(self, k: Columns) -> Array:
        return k.highest

    def has_waiting(self, k: Columns) -> Array:
        return k.typed_to > k.until


def _slot(k: Columns) -> Array:
    """The slot in which each row is counted: the position of its objective.

    Rows of no objective share one for each tracker.
    """
    at = np.searchsorted(k.place, k.tracker * ROWS + k.group)
    return np.where(k.group > 0, at, len(k) + k.tracker)


def _own_slot(k: Columns) -> Array:
    """The slot in which an objective finds its rows; other rows find those of no objective."""
    return np.where(k.anchor > 0, np.arange(len(k)), len(k) + k.tracker)


def _of_slots(totals: Array, slots: Array) -> Array:
    inside = slots < len(totals)
    return np.where(inside, totals[np.where(inside, slots, 0)] if len(totals) else 0.0, 0.0)


# For rules that look at the rows alone.
OPERATIONS = InColumns((), Bands())


def misread_cells(trackers: Sequence[Tracker]) -> list[tuple[int, str]]:
    """The cells, by place and column key, whose text Python read and the workbook cannot."""
    return [
        (number * ROWS + problem.row, problem.key)
        for number, tracker in enumerate(trackers)
        for problem in tracker.problems
        if problem.code in _MISREAD and problem.sheet == tracker.sheets.get(OKRS.key)
    ]


def compute(rows: Columns, operations: InColumns, rules: Mapping[str, Rule] = RULES) -> Columns:
    """`rows` (as `gather` gives them) with a column for each rule, computed when it is asked for.

    Words are integers; `in_words` turns them back.
    """
    computed = rows.having()
    made = {key: partial(_applied, rule, computed, operations) for key, rule in rules.items()}
    slots = {"slot": partial(_slot, computed), "own_slot": partial(_own_slot, computed)}
    computed.add({**made, **slots})
    return computed


def _applied(rule: Rule, rows: Columns, operations: InColumns) -> Array:
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        result: Array = rule(rows, operations)
    return result


def in_words(rows: Columns) -> Columns:
    """Computed rows with words in place of the integers that stand for them."""
    texts = {key: partial(_in_words, rows, key) for key in WORDED if key in rows}
    texts |= {key: partial(_in_codes, rows, key) for key in _CODED if key in rows}
    return rows.having(**texts)


def _in_words(rows: Columns, key: str) -> Array:
    return worded(key, rows[key])


def _in_codes(rows: Columns, key: str) -> Array:
    codes: Array = filled((*_CODED[key], ""), "text")[rows[key]]
    return codes
