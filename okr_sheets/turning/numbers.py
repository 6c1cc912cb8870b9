"""Where a key result starts in its next quarter, and where it is to get, a rule for each type."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

Row = Mapping[str, Any]
BLANK = math.nan


def last_value(key_result: Row) -> float:
    """A level starts where it stands; of one without a number, where it stood. Source: own.

    So with a total, which has this quarter's as its reference.
    """
    value, before = key_result["current"], key_result["baseline"]
    return float(before if math.isnan(value) else value)


def as_typed(key_result: Row) -> float:
    """A line to keep, and what is done or not done, start as they did. Source: own."""
    return float(key_result["baseline"])


BASELINES: Mapping[str, Callable[[Row], float]] = {
    "increase": last_value,
    "decrease": last_value,
    "total": last_value,
    "total-at-most": last_value,
    "keep-at-least": as_typed,
    "keep-at-most": as_typed,
    "achieve": as_typed,
}


def is_ahead(kind: str, baseline: float, target: float) -> bool:
    """Whether a level has still to move to its target; of other kinds it always has."""
    if kind not in ("increase", "decrease") or math.isnan(baseline):
        return True
    return target > baseline if kind == "increase" else target < baseline


def next_numbers(key_result: Row, fate: str) -> tuple[float, float]:
    """The next baseline and target; NaN for a target that people have to set.

    It is blank if it is no longer ahead, and where the objective is to change, but for the steps of
    an achievement, which are counted from 0 again.
    """
    kind, target = key_result["kind"], float(key_result["target"])
    baseline = BASELINES[kind](key_result)
    is_open = fate == "change" and kind != "achieve"
    return baseline, BLANK if is_open or not is_ahead(kind, baseline, target) else target
