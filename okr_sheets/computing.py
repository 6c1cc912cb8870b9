"""The rules of a row on columns: gathered rows in, a column for each rule out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from okr_sheets.bands import Bands
from okr_sheets.codes import CODES, NONE, WORDED, worded
from okr_sheets.columns import Array, Columns, among, filled, folded
from okr_sheets.findings import FINDINGS
from okr_sheets.quarters import STALE_DAYS
from okr_sheets.rules import RULES
from okr_sheets.schema import CHECK_IN_PREFIX, OKRS, PLANNED
from okr_sheets.scoring import Rule, due_of, start_of
from okr_sheets.tracker import PLACES, Tracker, places

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

# The columns that hold codes, and what stands for them.
_CODED: Mapping[str, Sequence[str]] = {
    "changed": PLANNED,
    "to_fix": [*FINDINGS],
    "advice": [*FINDINGS],
}


class InColumns:
    """The operations of the rules on columns; words are small integers."""

    NOTHING = np.nan
    BLANK = NONE

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
        blank: Array = x == (NONE if x.dtype == np.int8 else "")
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
        return CODES[column][key]

    def fix(self, code: str, **_: Array) -> np.int8:
        return np.int8(_CODED["to_fix"].index(code))

    def key(self, key: str) -> np.int8:
        return np.int8(PLANNED.index(key))

    def is_key(self, x: Array, key: str) -> Array:
        same: Array = x == PLANNED.index(key)
        return same

    def begins(self, x: Array, start: Array) -> Array:
        both = zip(x.tolist(), start.tolist(), strict=True)
        begun = (not other or text.casefold().startswith(other.casefold()) for text, other in both)
        return np.fromiter(begun, bool, len(x))

    def is_(self, x: Array, column: str, key: str) -> Array:
        same: Array = x == CODES[column][key]
        return same

    def known(self, x: Array, _: str) -> Array:
        is_known: Array = x != NONE
        return is_known

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
        return np.where(belongs, k[key][np.where(belongs, k.slot, 0)], NONE)

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
    at = np.searchsorted(k.place, places(k.tracker, k.group, True))
    return np.where(k.group > 0, at, len(k) + k.tracker)


def _own_slot(k: Columns) -> Array:
    """The slot in which an objective finds its rows; other rows find those of no objective."""
    return np.where(k.anchor > 0, np.arange(len(k)), len(k) + k.tracker)


def _of_slots(totals: Array, slots: Array) -> Array:
    inside = slots < len(totals)
    return np.where(inside, totals[np.where(inside, slots, 0)] if len(totals) else 0.0, 0.0)


# For rules that look at the rows alone.
OPERATIONS = InColumns((), Bands())


def misread_cells(trackers: Sequence[Tracker], rounds: int = 1) -> list[tuple[int, str]]:
    """The cells, by place and column key, whose text Python read and the workbook cannot.

    As many times over as there are `rounds`, in which `gather` counts places on.
    """
    once = [
        (int(place), problem.key)
        for number, tracker in enumerate(trackers)
        for problem in tracker.problems
        if problem.code in _MISREAD and problem.sheet == tracker.sheets.get(OKRS.key)
        # A row that has both is a flat table's, whose objectives have no such cells.
        for place in places(np.array([number]), problem.row, np.array([True, False]))
    ]
    size = len(trackers) * PLACES
    steps = range(0, rounds * size, size) if once else ()
    return [(place + step, key) for step in steps for place, key in once]


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


def awaiting(rows: Columns) -> Array:
    """Which key results wait for numbers: neither stopped, nor done, nor still to begin."""
    return ~among(rows.status, ("cancelled", "postponed", "achieved", "not-started", ""))


def stale(rows: Columns, cadences: Iterable[str]) -> Array:
    """Which of them have had no number for two periods of their cadence, up to their due day."""
    after = np.array([STALE_DAYS.get(cadence, STALE_DAYS["weekly"]) for cadence in cadences])
    silent: Array = np.minimum(rows.day, due_of(rows, OPERATIONS)) - since(rows) > after
    return awaiting(rows) & silent


def since(rows: Columns) -> Array:
    """The day of each row's last number, else the one on which it began."""
    return np.where(rows.checked > 0, rows.checked, start_of(rows, OPERATIONS))
