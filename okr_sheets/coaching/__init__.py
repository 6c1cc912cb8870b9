"""What a coach would say of OKRs that can be scored: their wording, and how they are kept."""

from __future__ import annotations

from collections.abc import Iterator

from okr_sheets.coaching.habits import habits
from okr_sheets.coaching.offers import offered
from okr_sheets.coaching.plans import plans
from okr_sheets.coaching.wording import under_way, wording
from okr_sheets.columns import Columns
from okr_sheets.problems import Problem
from okr_sheets.tracker import Tracker


def coached(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """The findings on one tracker, whose scored `rows` are those of a day (see `About.day`)."""
    lines = under_way(tracker)
    yield from wording(tracker, lines)
    yield from offered(tracker, lines)
    yield from plans(tracker, rows)
    yield from habits(tracker, rows)
