"""Rules of the plan as a whole: how many there are, what they count, and who answers for them."""

from __future__ import annotations

from collections.abc import Iterator

from okr_sheets.problems import Problem
from okr_sheets.tracker import Tracker


def plans(tracker: Tracker) -> Iterator[Problem]:
    """The findings on the objectives and key results of one tracker, whatever their numbers are."""
    yield from ()
