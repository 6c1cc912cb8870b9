"""Rules of wording: what the text of an objective or a key result says, in its own language."""

from __future__ import annotations

from collections.abc import Iterator

from okr_sheets.problems import Problem
from okr_sheets.tracker import Tracker


def wording(tracker: Tracker) -> Iterator[Problem]:
    """The findings on the texts of one tracker."""
    yield from ()
