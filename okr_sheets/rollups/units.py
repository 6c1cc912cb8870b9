"""Units and owners: what their objectives and key results add up to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from okr_sheets.frames import InFrames, Rows
from okr_sheets.rollups.namesakes import Unit, heads
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
    "planned_score",
    "below",
    *STATUSES,
    *GRADES,
    "with_number",
    "blank",
    "unit_name",
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
    "planned_score",
    "stale",
    "due",
    "overdue",
    *STATUSES,
    *GRADES,
    "with_number",
    "blank",
    "company",
    "owner_name",
)
KEYS = list(Unit._fields)
_COUNTS = ["objectives", "key_results", "updated", "with_number", *STATUSES, *GRADES]
_OWED = ["key_results", "updated", "with_number", "stale", "due", "overdue", "blank"]
# Scores beside the one that counts: with all that was stopped, and by the plan as it was made.
OTHERWISE = {"with_left_out": "of_all", "planned_score": "by_plan"}
_HEAD_LEVELS = {True: "department", False: "company"}
Weight = Callable[[str, str, str], float]  # of a company, department and team


def teams(now: Scored, blanks: pd.DataFrame, bands: Bands, weights: Weight) -> pd.DataFrame:
    """One row per unit and quarter, columns `TEAMS` and `nameless`.

    Its score is the weighted mean of its own objectives, its counts those of the key results this
    is made of. `below` is the mean of the units directly below it, by their `weight`. A department
    or company without a tracker of its own has a row where several stand directly below it; these
    count above with their `below`. So has a unit whose trackers are all among `blanks`.
    """
    operations = InFrames((), bands)
    found = _own(now, operations)
    found["status"] = unit_status(Rows(found), operations).astype("str")
    found = _with_others(found.reset_index(), blanks, now.names, weights)
    above = parents(found)
    return found.assign(
        parent=["" if at is None else found["unit_name"].iloc[at] for at in above],
        below=_below(found, above, operations),
    )[[*TEAMS, "nameless"]]


def _own(now: Scored, operations: InFrames) -> pd.DataFrame:
    """What the objectives and key results of each unit add up to, by `KEYS`."""
    rows = now.key_results
    counted = rows[rows["parent"] > 0]
    live = counted[counted["live"]]
    weighed = now.objectives.assign(
        **{
            f"points_{other}": now.objectives[f"share_{other}"]
            * now.objectives[f"score_{other}"].fillna(0)
            for other in OTHERWISE.values()
        }
    )
    about = pd.concat([now.objectives, rows]).groupby(KEYS, sort=False)
    found = about.agg(
        level=("level", "first"),
        file=("file", files_named),
        day=("day", "max"),
        first_day=("first_day", "min"),
    )
    sums = weighed.groupby(KEYS).agg(
        objectives=("id", "size"),
        counted=("share", "sum"),
        points=("share_points", "sum"),
        pace=("share_pace", "sum"),
        **{f"counted_{other}": (f"share_{other}", "sum") for other in OTHERWISE.values()},
        **{f"points_{other}": (f"points_{other}", "sum") for other in OTHERWISE.values()},
    )
    counts = live.groupby(KEYS).agg(
        key_results=("id", "size"), updated=("updated", "sum"), with_number=("with_number", "sum")
    )
    by_key = [counted[key] for key in KEYS]
    statuses = pd.crosstab(by_key, counted["status"]).reindex(columns=list(STATUSES))
    grades = pd.crosstab(by_key, counted["grade"]).reindex(columns=list(GRADES))
    found = found.join(sums.fillna(0)).join(counts).join(statuses).join(grades)
    found[_COUNTS] = found[_COUNTS].fillna(0).astype(int)
    return _with_means(found, operations).assign(as_of=days(found["day"]))


def _with_means(sums: pd.DataFrame, operations: InFrames) -> pd.DataFrame:
    """With `score`, `expected`, `gap`, and the scores that are counted otherwise."""
    found = sums.assign(
        score=mean(sums, "points", operations), expected=mean(sums, "pace", operations)
    )
    for key, other in OTHERWISE.items():
        otherwise = sums[[f"counted_{other}", f"points_{other}"]].set_axis(
            ["counted", "points"], axis=1
        )
        found[key] = mean(otherwise, "points", operations)
    return found.assign(gap=operations.rounded(found["expected"] - found["score"]))


def _otherwise() -> Iterator[str]:
    """The columns whose means are the scores that are counted otherwise."""
    for other in OTHERWISE.values():
        yield from (f"counted_{other}", f"points_{other}")


def mean(sums: pd.DataFrame, key: str, operations: InFrames) -> pd.Series:
    """What was summed by weight, by the sum of weights, `counted`; NaN where nothing counts."""
    return operations.rounded(sums[key] / sums["counted"].replace(0, np.nan))


def _with_others(
    units: pd.DataFrame, blanks: pd.DataFrame, names: Mapping[Unit, str], weights: Weight
) -> pd.DataFrame:
    """The units, those whose trackers are blank, and those above that have none; highest first."""
    written = pd.concat([units.assign(blank=0), _blank_units(blanks)], ignore_index=True)
    above = pd.DataFrame(heads(_units(written)), columns=KEYS)
    levels = [_HEAD_LEVELS[bool(department)] for department in above["department"]]
    above = above.assign(level=levels, file="")
    both = pd.concat([written, _without_rows(above.assign(blank=0))], ignore_index=True)
    ranks = mapped(both["level"], {level: rank for rank, level in enumerate(LEVELS)}, "number")
    order = both.assign(rank=ranks.fillna(len(LEVELS)), place=range(len(both)))
    order = order.sort_values(["quarter", "company", "rank", "department", "team", "place"])
    both = both.loc[order.index].reset_index(drop=True)
    keys = _units(both)
    weight = [float(weights(unit.company, unit.department, unit.team)) for unit in keys]
    return both.assign(weight=weight, unit_name=[names[unit] for unit in keys])


def _units(rows: pd.DataFrame) -> list[Unit]:
    return [Unit(*key) for key in rows[KEYS].itertuples(index=False, name=None)]


def _blank_units(blanks: pd.DataFrame) -> pd.DataFrame:
    """A row for each unit whose trackers hold no OKRs yet."""
    found = blanks.groupby(KEYS, sort=False).agg(
        level=("level", "first"),
        file=("file", files_named),
        as_of=("day", "max"),
        blank=("file", "size"),
    )
    return _without_rows(found.reset_index())


def _without_rows(units: pd.DataFrame) -> pd.DataFrame:
    return units.assign(**dict.fromkeys(_COUNTS, 0), status="", score=np.nan)


def files_named(names: Iterable[str]) -> str:
    """Each file once, in a row."""
    return ", ".join(dict.fromkeys(names))


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


def owners(
    key_results: pd.DataFrame, overdue: pd.DataFrame, blanks: pd.DataFrame, bands: Bands
) -> pd.DataFrame:
    """One row per owner, company and quarter, by name: the mean of their key results by weight.

    `overdue` counts actions, `blank` the trackers without OKRs, whose owner is their unit; who owns
    nothing but such has a row too.
    """
    operations = InFrames((), bands)
    by = ["quarter", "owner", "owner_company", "owner_name"]
    rows = key_results.assign(live_number=key_results["with_number"] & key_results["live"])
    sums = {
        "key_results": "live",
        "updated": "updated",
        "with_number": "live_number",
        "stale": "stale",
        "due": "owes",
        **{key: key for key in ("counted", "points", "pace", *_otherwise())},
    }
    found = rows.groupby(by).agg(**{key: (column, "sum") for key, column in sums.items()})
    keys = [rows[key] for key in by]
    for column, values in (("status", STATUSES), ("grade", GRADES)):
        found = found.join(pd.crosstab(keys, rows[column]).reindex(columns=list(values)))
    for count, theirs in (("overdue", overdue[overdue["owner"] != ""]), ("blank", blanks)):
        found = found.join(theirs.groupby(by).size().rename(count), how="outer")
    found = found.reset_index().rename(columns={"owner_company": "company"})
    counts = [*_OWED, *STATUSES, *GRADES]
    found[counts] = found[counts].fillna(0).astype(int)
    return _with_means(found, operations)[list(OWNERS)]
