"""The year beside the quarter: what annual trackers say of the units that have quarters too."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from okr_sheets.columns import Columns
from okr_sheets.quarters import is_year, year_of

_WHOSE = ("company", "department", "team", "nameless")


def counted(quarters: Iterable[str]) -> set[str]:
    """The periods that a run is of: its quarters, or its years where it has nothing else."""
    named = {quarter for quarter in quarters if quarter}
    return {quarter for quarter in named if not is_year(quarter)} or named


def order(quarter: str) -> tuple[bool, str]:
    """The sort key of a tracker's period: quarters before years, each in their order."""
    return is_year(quarter), quarter


def with_year(units: Columns) -> Columns:
    """Units with `year_score`, `year_expected` and `year_status`, those of the same unit's year.

    Blank for years themselves, and for a quarter whose unit has no annual tracker of its year.
    """
    rows = list(zip(*(units[key] for key in _WHOSE), strict=True))
    quarters = units.quarter.tolist()
    places = {(*who, each): at for at, (who, each) in enumerate(zip(rows, quarters, strict=True))}
    years = ["" if is_year(each) else year_of(each) for each in quarters]
    at = [places.get((*who, year), -1) for who, year in zip(rows, years, strict=True)]
    found = np.array(at, dtype=np.int64) >= 0
    return units.having(
        year_score=np.where(found, units.score[at], np.nan),
        year_expected=np.where(found, units.expected[at], np.nan),
        year_status=np.where(found, units.status[at], ""),
    )
