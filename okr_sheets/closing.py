"""What is typed on the close: the line of each objective, and when one needs a reason."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan
from typing import Any

from okr_sheets.language import percents
from okr_sheets.tracker import Tracker

Line = Mapping[str, Any]  # of the close, by the keys of its columns


def lines_by_id(tracker: Tracker) -> dict[str, Line]:
    """The line that counts for each folded ID: of several the first that says something."""
    lines: dict[str, Line] = {}
    for line in tracker.closing.records():
        lines.setdefault(line["id"].casefold(), line)
    return lines


def needs_reason(final: float, score: float, reason: str) -> bool:
    """Whether a final score (NaN for none) differs from the computed one, unexplained.

    Both are shares of 1, compared in the whole percents that people see.
    """
    if reason or isnan(final):
        return False
    return isnan(score) or percents(final) != percents(score)
