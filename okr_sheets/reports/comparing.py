"""Whom a report's charts compare: units, or the objectives of the only one."""

from __future__ import annotations

import math
from typing import NamedTuple

from okr_sheets.language import Language
from okr_sheets.rollups.result import Rollup, Row

MOST_BARS = 12


class Compared(NamedTuple):
    """What stands side by side: names, rows, their level, and a heading that says which."""

    names: list[str]
    rows: list[Row]
    level: str
    heading: str


def compared(rollup: Rollup, words: Language) -> Compared:
    """The units with objectives, or those of one unit; of many the furthest behind."""
    heading = words("dashboard.against_pace")
    teams = [row for row in rollup.rows("teams") if row["objectives"]]
    single = len(teams) == 1
    rows = rollup.rows("objectives") if single else teams
    if len(rows) > MOST_BARS:
        order = {"title": heading, "shown": MOST_BARS, "all": len(rows)}
        heading = words.counted("rollup.furthest_behind", **order)
        # What has no score stands last.
        rows.sort(key=lambda row: math.inf if row["gap"] is None else -row["gap"])
        rows = rows[:MOST_BARS]
    if single:
        names = [f"{row['id']} {row['title']}" for row in rows]
        return Compared(names, rows, "objective", heading)
    return Compared([row["unit_name"] for row in rows], rows, "unit", heading)
