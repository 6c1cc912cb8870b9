"""The weekly scores of a rollup's rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from okr_sheets.rollups.result import Rollup, Row

# What tells the rows of a level apart, in the frame of the level as in the trend.
_KEYS = {
    "unit": ("quarter", "unit_name"),
    "owner": ("quarter", "owner_name"),
    "objective": ("file", "sheet", "row"),
    "key-result": ("file", "sheet", "row"),
}


class Weeks:
    """The rows of the trend by unit, owner, objective or key result, the oldest first."""

    def __init__(self, rollup: Rollup) -> None:
        self._of: dict[tuple[Any, ...], list[Row]] = {}
        for week in sorted(rollup.rows("trend"), key=lambda week: week["day"]):
            self._of.setdefault(_whose(week["level"], week), []).append(week)

    def of(self, level: str, row: Mapping[str, Any]) -> Sequence[Row]:
        """The weeks of one row of a level's frame."""
        return self._of.get(_whose(level, row), [])

    def scores(self, level: str, rows: Sequence[Row]) -> list[list[float | None]]:
        """The scores of each row of a level's frame; none where two rows are alike."""
        times = Counter(_whose(level, row) for row in rows)
        return [
            [week["score"] for week in self.of(level, row)]
            if times[_whose(level, row)] == 1
            else []
            for row in rows
        ]


def _whose(level: str, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return (level, *(row[key] for key in _KEYS[level]))
