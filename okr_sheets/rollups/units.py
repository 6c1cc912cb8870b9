"""Units and owners: what their objectives and key results add up to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from okr_sheets.frames import InFrames, Rows, to_day
from okr_sheets.schema import GRADES, STATUSES
from okr_sheets.scoring import Bands, unit_status

UNIT = ("company", "department", "team", "quarter")
TEAMS = (
    *UNIT,
    "level",
    "parent",
    "weight",
    "file",
    "as_of",
    "objectives",
    "key_results",
    "updated",
    "score",
    "expected",
    "gap",
    "status",
    "with_left_out",
    "below",
    *STATUSES,
    *GRADES,
)
OWNERS = (
    "quarter",
    "owner",
    "key_results",
    "updated",
    "score",
    "stale",
    "due",
    *STATUSES,
)
KEYS = [*UNIT, "nameless"]  # nameless: the file, of a tracker that names no unit
Weight = Mapping[tuple[str, str, str], float]  # by company, department and team


def unit_keys(row: Mapping[str, Any] | pd.Series) -> tuple[str, ...]:
    """The columns that tell the unit of a row; trackers that name none are units of their own."""
    return UNIT if row["company"] or row["department"] or row["team"] else (*UNIT, "file")


def teams(
    objectives: pd.DataFrame, key_results: pd.DataFrame, bands: Bands, weights: Weight
) -> pd.DataFrame:
    """One row per unit and quarter: the weighted mean of its own objectives.

    `below` is the mean of the units directly below it, by their `weight`.
    """
    operations = InFrames((), bands)
    live = key_results[key_results["live"]]
    weighed = objectives.assign(
        all_points=objectives["share_of_all"] * objectives["score_of_all"].fillna(0)
    )
    by_unit = weighed.groupby(KEYS, sort=False)
    found = by_unit.agg(
        level=("level", "first"),
        file=("file", lambda files: ", ".join(dict.fromkeys(files))),
        day=("day", "max"),
        first_day=("first_day", "min"),
        objectives=("id", "size"),
        share=("share", "sum"),
        share_points=("share_points", "sum"),
        share_pace=("share_pace", "sum"),
        share_of_all=("share_of_all", "sum"),
        all_points=("all_points", "sum"),
    )
    counts = live.groupby(KEYS).agg(key_results=("id", "size"), updated=("updated", "sum"))
    by_key = [key_results[key] for key in KEYS]
    statuses = pd.crosstab(by_key, key_results["status"]).reindex(columns=list(STATUSES))
    grades = pd.crosstab(by_key, key_results["grade"]).reindex(columns=list(GRADES))
    found = found.join(counts).join(statuses).join(grades)
    whole = ["key_results", "updated", *STATUSES, *GRADES]
    found[whole] = found[whole].fillna(0).astype(int)
    found["score"] = _mean(found, "share_points", "share", operations)
    found["expected"] = _mean(found, "share_pace", "share", operations)
    found["with_left_out"] = _mean(found, "all_points", "share_of_all", operations)
    found["gap"] = operations.rounded(found["expected"] - found["score"])
    found = found.reset_index()
    found["status"] = unit_status(Rows(found), operations).astype("str")
    found["as_of"] = pd.to_datetime([to_day(day) for day in found["day"]]).astype("datetime64[s]")
    names = found[["company", "department", "team"]].itertuples(index=False, name=None)
    found["weight"] = [float(weights.get(name, 1.0)) for name in names]
    found = _with_parents(found, operations)
    return found[list(TEAMS)].reset_index(drop=True)


def _mean(sums: pd.DataFrame, points: str, share: str, operations: InFrames) -> pd.Series:
    return operations.rounded(sums[points] / sums[share].replace(0, np.nan))


def _with_parents(units: pd.DataFrame, operations: InFrames) -> pd.DataFrame:
    """The units with the name of the one above each, and the mean of those below it."""
    known = {tuple(row): number for number, row in enumerate(units[list(UNIT)].to_numpy())}
    above = [_above(tuple(row), known) for row in units[list(UNIT)].to_numpy()]
    named = units["team"].where(units["team"] != "", units["department"])
    named = named.where(named != "", units["company"])
    counted = units["weight"].where(units["score"].notna(), 0.0)
    sums = pd.DataFrame({"points": counted * units["score"].fillna(0), "weight": counted})
    by_parent = sums.groupby(pd.Series(above, index=units.index)).sum()
    below = by_parent["points"] / by_parent["weight"].replace(0, np.nan)
    return units.assign(
        parent=["" if at is None else str(named.iloc[at]) for at in above],
        below=operations.rounded(below.reindex(range(len(units))).set_axis(units.index)),
    )


def _above(unit: tuple[Any, ...], known: Mapping[tuple[Any, ...], int]) -> int | None:
    """The place of the unit a team or department belongs to, if it is there."""
    company, department, team, quarter = unit
    higher: Sequence[tuple[Any, ...]] = (
        [(company, department, "", quarter)] if team and department else []
    )
    higher = [*higher, (company, "", "", quarter)] if team or department else higher
    return next((known[each] for each in higher if each in known), None)


def owners(key_results: pd.DataFrame) -> pd.DataFrame:
    """One row per owner and quarter, by name: the plain mean of their live key results."""
    live = key_results[key_results["live"]]
    by_owner = live.groupby(["quarter", "owner"])
    found = by_owner.agg(
        key_results=("id", "size"),
        updated=("updated", "sum"),
        score=("score", "mean"),
        stale=("stale", "sum"),
        due=("owes", "sum"),
    )
    by_key = [live["quarter"], live["owner"]]
    statuses = pd.crosstab(by_key, live["status"]).reindex(columns=list(STATUSES))
    found = found.join(statuses).reset_index()
    found[list(STATUSES)] = found[list(STATUSES)].fillna(0).astype(int)
    found["score"] = found["score"].round(4)
    return found[list(OWNERS)]
