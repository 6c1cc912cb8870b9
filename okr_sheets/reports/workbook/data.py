"""The hidden sheet with what charts and sparklines show, and the weekly scores themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from okr_sheets.drawing.cells import Value, put
from okr_sheets.drawing.names import quoted_sheet

# What tells the rows of a level apart, in the frame of the level as in the trend.
_KEYS = {
    "unit": ["quarter", "unit_name"],
    "owner": ["quarter", "owner_name"],
    "objective": ["file", "sheet", "row"],
    "key-result": ["file", "sheet", "row"],
}


class Data:
    """Rows of values on the hidden sheet, one below the other."""

    def __init__(self, sheet: Worksheet, name: str, look: Format) -> None:
        self._sheet, self._name, self._look = sheet, name, look
        self._next = 0

    def row(self, values: Sequence[Value]) -> str:
        """Write a row of values, and give its range as formulas name it."""
        for at, value in enumerate(values):
            put(self._sheet, self._next, at, value, self._look)
        place = xl_range_abs(self._next, 0, self._next, max(len(values), 1) - 1)
        self._next += 1
        return f"{quoted_sheet(self._name)}!{place}"


def weekly(trend: pd.DataFrame, level: str, rows: pd.DataFrame) -> list[list[Value]]:
    """The scores of each row of a level's frame, week by week; none where two rows are alike."""
    keys = _KEYS[level]
    past = trend[trend["level"] == level].sort_values("day", kind="stable")
    scores = past["score"].astype(object).where(past["score"].notna(), None)
    by_key = scores.groupby([past[key] for key in keys], sort=False).agg(list).to_dict()
    wanted = list(zip(*(rows[key] for key in keys), strict=True))
    times = Counter(wanted)
    return [by_key.get(key, []) if times[key] == 1 else [] for key in wanted]


def history(trend: pd.DataFrame, level: str, row: Mapping[str, Any] | pd.Series) -> pd.DataFrame:
    """The rows of the trend that are about one row of a level's frame, the oldest first."""
    past = trend[trend["level"] == level]
    for key in _KEYS[level]:
        past = past[past[key] == row[key]]
    return past.sort_values("day", kind="stable")
