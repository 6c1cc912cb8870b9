"""The weekly scores of a rollup's rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd

from okr_sheets.drawing.cells import Value

# What tells the rows of a level apart, in the frame of the level as in the trend.
_KEYS = {
    "unit": ["quarter", "unit_name"],
    "owner": ["quarter", "owner_name"],
    "objective": ["file", "sheet", "row"],
    "key-result": ["file", "sheet", "row"],
}


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
