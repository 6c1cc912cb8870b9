"""Units and owners: what their objectives and key results add up to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from okr_sheets.frames import InFrames, Rows
from okr_sheets.rollups.scored import Scored, days
from okr_sheets.schema import GRADES, LEVELS, STATUSES
from okr_sheets.scoring import Bands, unit_status
from okr_sheets.tracker import mapped

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
    "expected",
    "gap",
    "with_left_out",
    "stale",
    "due",
    "overdue",
    *STATUSES,
    *GRADES,
)
KEYS = [*UNIT, "nameless"]  # nameless: the file, of a tracker that names no unit
_COUNTS = ["objectives", "key_results", "updated", *STATUSES, *GRADES]
_HEAD_LEVELS = {True: "department", False: "company"}
Weight = Callable[[str, str, str], float]  # of a company, department and team


def unit_keys(row: Mapping[str, Any] | pd.Series) -> tuple[str, ...]:
    """The columns that tell the unit of a row; trackers that name none are units of their own."""
    return UNIT if row["company"] or row["department"] or row["team"] else (*UNIT, "file")


def teams(now: Scored, bands: Bands, weights: Weight) -> pd.DataFrame:
    """One row per unit and quarter, columns `TEAMS` and `nameless`.

    Its score is the weighted mean of its own objectives, its counts those of the key results this
    is made of. `below` is the mean of the units directly below it, by their `weight`. A department
    or company without a tracker of its own has a row where several stand directly below it; these
    count above with their `below`.
    """
    operations = InFrames((), bands)
    found = _own(now, operations)
    found["status"] = unit_status(Rows(found), operations).astype("str")
    found = _with_heads(found.reset_index(), weights)
    above = parents(found)
    named = [_name(row) for row in found[["team", "department", "company"]].to_numpy()]
    return found.assign(
        parent=["" if at is None else named[at] for at in above],
        below=_below(found, above, operations),
    )[[*TEAMS, "nameless"]]


def _own(now: Scored, operations: InFrames) -> pd.DataFrame:
    """What the objectives and key results of each unit add up to, by `KEYS`."""
    rows = now.key_results
    counted = rows[rows["parent"] > 0]
    live = counted[counted["live"]]
    weighed = now.objectives.assign(
        all_points=now.objectives["share_of_all"] * now.objectives["score_of_all"].fillna(0)
    )
    about = pd.concat([now.objectives, rows]).groupby(KEYS, sort=False)
    found = about.agg(
        level=("level", "first"),
        file=("file", lambda files: ", ".join(dict.fromkeys(files))),
        day=("day", "max"),
        first_day=("first_day", "min"),
    )
    sums = weighed.groupby(KEYS).agg(
        objectives=("id", "size"),
        counted=("share", "sum"),
        points=("share_points", "sum"),
        pace=("share_pace", "sum"),
        counted_of_all=("share_of_all", "sum"),
        points_of_all=("all_points", "sum"),
    )
    counts = live.groupby(KEYS).agg(key_results=("id", "size"), updated=("updated", "sum"))
    by_key = [counted[key] for key in KEYS]
    statuses = pd.crosstab(by_key, counted["status"]).reindex(columns=list(STATUSES))
    grades = pd.crosstab(by_key, counted["grade"]).reindex(columns=list(GRADES))
    found = found.join(sums.fillna(0)).join(counts).join(statuses).join(grades)
    found[_COUNTS] = found[_COUNTS].fillna(0).astype(int)
    return _with_means(found, operations).assign(as_of=days(found["day"]))


def _with_means(sums: pd.DataFrame, operations: InFrames) -> pd.DataFrame:
    """With `score`, `expected`, `gap`, and the score `with_left_out`."""
    left_out = sums[["counted_of_all", "points_of_all"]].set_axis(["counted", "points"], axis=1)
    found = sums.assign(
        score=mean(sums, "points", operations),
        expected=mean(sums, "pace", operations),
        with_left_out=mean(left_out, "points", operations),
    )
    return found.assign(gap=operations.rounded(found["expected"] - found["score"]))


def mean(sums: pd.DataFrame, key: str, operations: InFrames) -> pd.Series:
    """What was summed by weight, by the sum of weights, `counted`; NaN where nothing counts."""
    return operations.rounded(sums[key] / sums["counted"].replace(0, np.nan))


def _with_heads(units: pd.DataFrame, weights: Weight) -> pd.DataFrame:
    """The units, and those above several of them that have no tracker; highest level first."""
    known = set(units[list(UNIT)].itertuples(index=False, name=None))
    below: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for company, department, team, quarter in known:
        if team and department:
            below.setdefault((company, department, "", quarter), set()).add((team,))
        elif company and (team or department):
            below.setdefault((company, "", "", quarter), set()).add((department, team))
    heads = [head for head, units_below in below.items() if len(units_below) > 1]
    for company, department, _, quarter in list(heads):
        above = (company, "", "", quarter)
        if company and department and (company, department, "", quarter) not in known:
            below.setdefault(above, set()).add((department,))
            heads += [above] if len(below[above]) > 1 and above not in heads else []
    new = pd.DataFrame([head for head in heads if head not in known], columns=list(UNIT))
    new_levels = [_HEAD_LEVELS[bool(department)] for department in new["department"]]
    new = new.assign(nameless="", level=new_levels, file="")
    new = new.assign(**dict.fromkeys(_COUNTS, 0), status="", score=np.nan)
    both = pd.concat([units, new], ignore_index=True) if len(new) else units
    ranks = mapped(both["level"], {level: n for n, level in enumerate(LEVELS)}, "number")
    order = both.assign(rank=ranks.fillna(len(LEVELS)), place=range(len(both)))
    order = order.sort_values(["quarter", "company", "rank", "department", "team", "place"])
    both = both.loc[order.index].reset_index(drop=True)
    names = both[["company", "department", "team"]].itertuples(index=False, name=None)
    return both.assign(weight=[float(weights(*name)) for name in names])


def _name(names: Iterable[str]) -> str:
    return next((name for name in names if name), "")


def parents(units: pd.DataFrame) -> list[int | None]:
    """The place of the unit that each team or department belongs to, if it is there."""
    rows = list(units[list(UNIT)].itertuples(index=False, name=None))
    # A tracker that names no company is nobody's.
    known = {row: at for at, row in enumerate(rows) if any(row[:3])}
    return [_above(row, known) for row in rows]


def _above(unit: tuple[Any, ...], known: Mapping[tuple[Any, ...], int]) -> int | None:
    company, department, team, quarter = unit
    higher = [(company, department, "", quarter)] if team and department else []
    higher += [(company, "", "", quarter)] if team or department else []
    return next((known[each] for each in higher if each in known), None)


def _below(units: pd.DataFrame, above: Sequence[int | None], operations: InFrames) -> pd.Series:
    """The mean of the units directly below each, by their weights; without a score, by theirs."""
    value, below = units["score"].astype(float), pd.Series(np.nan, index=units.index)
    depth = (units["department"] != "").astype(int)
    parent = pd.Series(list(above), index=units.index, dtype="float64")
    for level in (1, 0):
        children = parent.notna() & (parent.map(depth) == level) & value.notna()
        weight = units["weight"][children]
        sums = (weight * value[children]).groupby(parent[children]).sum()
        mean = sums / weight.groupby(parent[children]).sum().replace(0, np.nan)
        below = below.fillna(mean.reindex(units.index))
        value = value.fillna(below)
    return operations.rounded(below)


def owners(key_results: pd.DataFrame, overdue: pd.DataFrame, bands: Bands) -> pd.DataFrame:
    """One row per owner and quarter, by name: the mean of their key results by weight.

    `overdue` counts actions; who owns nothing but such has a row too.
    """
    operations = InFrames((), bands)
    by = ["quarter", "owner"]
    rows = key_results.assign(
        live_updated=key_results["updated"] & key_results["live"],
        live_stale=key_results["stale"] & key_results["live"],
    )
    sums = {
        "key_results": "live",
        "updated": "live_updated",
        "stale": "live_stale",
        "due": "owes",
        **{key: key for key in ("counted", "points", "pace", "counted_of_all", "points_of_all")},
    }
    found = rows.groupby(by).agg(**{key: (column, "sum") for key, column in sums.items()})
    keys = [rows[key] for key in by]
    for column, values in (("status", STATUSES), ("grade", GRADES)):
        found = found.join(pd.crosstab(keys, rows[column]).reindex(columns=list(values)))
    actions = overdue[overdue["owner"] != ""].groupby(by).size().rename("overdue")
    found = found.join(actions, how="outer").reset_index()
    counts = ["key_results", "updated", "stale", "due", "overdue", *STATUSES, *GRADES]
    found[counts] = found[counts].fillna(0).astype(int)
    return _with_means(found, operations)[list(OWNERS)]
