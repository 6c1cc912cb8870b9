"""Rules of the quarter as it goes: numbers, confidences, targets and silence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from okr_sheets.columns import Columns
from okr_sheets.problems import Problem
from okr_sheets.tracker import Tracker


def habits(tracker: Tracker, rows: Columns, as_of: date | None) -> Iterator[Problem]:
    """The findings on how one tracker's key results move, by its scored rows as of a day."""
    yield from ()
