"""The quarter week by week: every level as of each past check-in date, and what changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from okr_sheets.frames import InFrames, to_day
from okr_sheets.rollups.columns import kinds
from okr_sheets.rollups.scored import CALLED, WHICH, Days, Scored, days
from okr_sheets.rollups.units import KEYS, UNIT, files_named, mean
from okr_sheets.scoring import Bands
from okr_sheets.tracker import Tracker, declared, mapped

TREND = (
    "level",
    *UNIT,
    "file",
    "sheet",
    "row",
    "id",
    "owner",
    "day",
    "score",
    "expected",
    "updated",
    "live",
    "with_number",
    *CALLED,
)
CHANGES = (
    *WHICH,
    "change",
    "before",
    "after",
    "before_status",
    "after_status",
    "since",
    *CALLED,
)
# What a key result came to that leaders want to hear of, the gravest first.
CHANGE_KINDS = ("off-track", "at-risk", "stale", "down", "achieved", "new", "up")
# What tells apart whom each level is about.
_WHO: Mapping[str, list[str]] = {
    "unit": KEYS,
    "owner": ["quarter", "owner", "company", "owner_name"],
    "objective": ["tracker", "row"],
    "key-result": ["tracker", "row"],
}
_COUNTS: Mapping[str, Any] = {key: (key, "sum") for key in ("live", "updated", "with_number")}
LEAST = 0.005  # a score that moved by less is shown as the same percent


def rounds(trackers: Sequence[Tracker], as_of: date | None) -> list[Days]:
    """Every past check-in date of any tracker, and last each one's own day.

    A tracker that is scored by an earlier day than a date stands still at its own.
    """
    last = [tracker.about.day(as_of) for tracker in trackers]
    latest = max((day for day in last if day), default=date.min)
    dates = {day for tracker in trackers for day in own_dates(tracker) if day < latest}
    past = [[own and min(own, day) for own in last] for day in sorted(dates)]
    return [*past, last]


def own_dates(tracker: Tracker) -> list[date]:
    """The check-in dates within the tracker's quarter; a mistyped header is none."""
    start, end = tracker.about.start, tracker.about.end
    return [day for day in tracker.check_in_dates if start and end and start <= day <= end]


def since(now: Scored) -> date | None:
    """The check-in date before the last one, which `changes` compares with; the latest of all."""
    rows = now.key_results
    days_before = rows.loc[rows["live"] & (rows["week_before"] >= rows["first_day"]), "week_before"]
    return None if days_before.empty else to_day(days_before.max())


def trend(history: Scored, bands: Bands) -> pd.DataFrame:
    """The scores of all levels, one row for each and each of the `rounds`.

    Columns `TREND`: `level` is `unit`, `owner`, `objective` or `key-result`; `id` is blank and
    `row` 0 for the first two, and the company of an owner is theirs. `updated` and `with_number`
    count of the `live` key results. A tracker has no scores before its quarter begins, but those of
    its own day.
    """
    operations = InFrames((), bands)
    objectives, key_results = (
        rows[(rows["day"] >= rows["first_day"]) | (rows["round"] == history.rounds - 1)]
        for rows in (history.objectives, history.key_results)
    )
    key_results = key_results.assign(live=key_results["live"].astype(int))
    objectives = objectives.assign(live=objectives["key_results"])
    live = key_results[key_results["live"] == 1]
    unit = objectives.groupby([*KEYS, "round"], sort=False).agg(
        file=("file", files_named),
        day=("day", "max"),
        counted=("share", "sum"),
        points=("share_points", "sum"),
        pace=("share_pace", "sum"),
        **_COUNTS,
        unit_name=("unit_name", "first"),
    )
    of_owner = live.assign(company=live["owner_company"])
    owner = of_owner.groupby([*_WHO["owner"], "round"], sort=False).agg(
        day=("day", "max"),
        counted=("counted", "sum"),
        points=("points", "sum"),
        pace=("pace", "sum"),
        **_COUNTS,
    )
    unit, owner = (
        sums.assign(score=mean(sums, "points", operations), expected=mean(sums, "pace", operations))
        for sums in (unit, owner)
    )
    levels = {
        "unit": unit.reset_index(),
        "owner": owner[owner.index.get_level_values("owner") != ""].reset_index(),
        "objective": objectives,
        "key-result": live,
    }
    found = [_level(name, rows) for name, rows in levels.items()]
    return pd.concat(found, ignore_index=True)


def _level(name: str, rows: pd.DataFrame) -> pd.DataFrame:
    # Two rounds may fall on one day: the own one of whom the level is about, and another's date.
    # The later one counts: in the last one a tracker has scores before its quarter begins, too.
    once = rows.drop_duplicates([*_WHO[name], "day"], keep="last")
    told = once.assign(level=name, day=days(once["day"])).reindex(columns=list(TREND))
    return declared(told.fillna({"row": 0}), kinds(TREND))


def changes(history: Scored) -> pd.DataFrame:
    """What is otherwise than on the check-in date before the last one, the gravest first.

    One row a key result, columns `CHANGES`; `before` and `after` are scores.
    """
    key_results = history.key_results
    now = key_results[(key_results["round"] == history.rounds - 1) & key_results["live"]]
    past = key_results.drop_duplicates(["tracker", "row", "day"])
    kept = past[["tracker", "row", "day", "score", "status", "stale", "checked"]]
    both = now.merge(
        kept,
        left_on=["tracker", "row", "week_before"],
        right_on=["tracker", "row", "day"],
        suffixes=("", "_then"),
    )
    moved = (both["score"].fillna(0) - both["score_then"].fillna(0)).round(4)
    turned = both["status"] != both["status_then"]

    def became(status: str) -> Any:
        return turned & (both["status"] == status)

    newly = (both["checked_then"] == 0) & (both["checked"] > 0)
    both["change"] = np.select(
        [
            became("off-track"),
            became("at-risk") & (both["status_then"] != "off-track"),
            both["stale"] & (both["checked"] > 0) & ~both["stale_then"].astype(bool),
            moved <= -LEAST,
            became("achieved"),
            newly,
            moved >= LEAST,
        ],
        CHANGE_KINDS,
        "",
    )
    both = both[both["change"] != ""]
    told = both.assign(
        before=both["score_then"],
        after=both["score"],
        before_status=both["status_then"],
        after_status=both["status"],
        since=days(both["week_before"]),
        rank=mapped(both["change"], CHANGE_KINDS.index, "count"),
        moved=moved[both.index],
    ).sort_values(["rank", "moved", "file", "row"], kind="stable")
    found: pd.DataFrame = told[list(CHANGES)].reset_index(drop=True)
    return found
