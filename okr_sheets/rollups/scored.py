"""Trackers as scored rows: every key result and objective as of a day, or of several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from okr_sheets.frames import (
    EPOCH,
    ROWS,
    InFrames,
    compute,
    gather,
    misread_cells,
    serial,
    serials,
    stacked,
)
from okr_sheets.problems import file_names
from okr_sheets.rollups.plans import as_then_planned, by_plan
from okr_sheets.schema import OBJECTIVE
from okr_sheets.scoring import Bands
from okr_sheets.tracker import Tracker

# What tells a row of a rollup from all others, and whose it is.
WHICH = ("file", "sheet", "row", "company", "department", "team", "id", "title", "owner")
STALE_DAYS = {"weekly": 14, "two-weekly": 28, "monthly": 62}  # two periods of the cadence
Days = Sequence[date | None]  # one for each tracker; see `About.day`


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Scored rows, key results and objectives apart.

    Both have the columns of the OKRs sheet and of the rules, whose they are (`file`, `sheet`,
    `company` …), `tracker` (its place in the list), `round` (which of the lists of days) and
    `day` (a spreadsheet's number). `rounds` counts them.
    """

    key_results: pd.DataFrame
    objectives: pd.DataFrame
    rounds: int = 1

    @property
    def last(self) -> Scored:
        """The rows of the last round, in which each tracker has its own day."""
        frames = self.key_results, self.objectives
        key_results, objectives = (rows[rows["round"] == self.rounds - 1] for rows in frames)
        # One number for a row, however many rounds went before.
        return Scored(
            key_results.assign(place=key_results["tracker"] * ROWS + key_results["row"]),
            objectives.assign(place=objectives["tracker"] * ROWS + objectives["row"]),
        )


def scored(trackers: Sequence[Tracker], rounds: Sequence[Days], bands: Bands) -> Scored:
    """The rows of all trackers as of each list of days, computed at once."""
    count = len(trackers)
    misread = [
        (place + number * count * ROWS, key)
        for number in range(len(rounds))
        for place, key in misread_cells(trackers)
    ]
    operations = InFrames(misread, bands)
    gathered = as_then_planned(gather(trackers, *rounds), trackers)
    rows = compute(gathered, operations)
    # The same sheet with nothing stopped: what the scores would be with all of it counted.
    everything = compute(gathered.assign(state=""), operations)
    # The same by the plan that the trackers were made with.
    planned = compute(by_plan(rows), operations) if (rows["changed"] != "").any() else rows
    for key in ("score", "share", "counted", "points"):
        rows[f"{key}_of_all"], rows[f"{key}_by_plan"] = everything[key], planned[key]
    numbers = rows["tracker"].astype(int)
    rows = _named(rows.assign(tracker=numbers % count, round=numbers // count), trackers)
    rows = rows.join(_weeks(rows, trackers))
    rows = rows.assign(**_logged(rows, trackers))
    is_objective = rows["type"] == OBJECTIVE
    return Scored(
        _key_results(rows[~is_objective], rows[is_objective]),
        _objectives(rows[is_objective], rows[~is_objective]),
        len(rounds),
    )


def _named(rows: pd.DataFrame, trackers: Sequence[Tracker]) -> pd.DataFrame:
    """The rows with whose they are, dates as dates again."""
    abouts = [tracker.about for tracker in trackers]
    numbers = rows["tracker"].astype(int)

    def of(values: Sequence[Any]) -> pd.Series:
        known = pd.Series(list(values), dtype=object)
        return numbers.map(known)

    files = file_names(tracker.path for tracker in trackers)
    named = {
        "file": of([files[tracker.path] for tracker in trackers]),
        "sheet": of([tracker.sheets.get("okrs", "") for tracker in trackers]),
        **{
            key: of([getattr(about, key) for about in abouts])
            for key in ("company", "department", "team", "level", "quarter", "cadence")
        },
    }
    dates = {key: days(rows[key]) for key in ("start", "due", "last_check_in")}
    words = {key: series.astype("str") for key, series in named.items()}
    rows = rows.assign(**words, **dates)
    named_unit = (rows[["company", "department", "team"]] != "").any(axis=1)
    return rows.assign(nameless=rows["file"].where(~named_unit, "").astype("str"))


def _weeks(rows: pd.DataFrame, trackers: Sequence[Tracker]) -> pd.DataFrame:
    """The days on which each row's tracker asks for numbers, as a spreadsheet's; 0 for none.

    Columns `week` (the last one before the row is due) and `week_before` (the last but one), both
    up to the row's own day.
    """
    found = np.zeros((len(rows), 2))
    day, due = rows["day"].to_numpy(), serials(rows["due"]).to_numpy()
    held = np.fmin(day, due)
    for number, places in rows.groupby("tracker").indices.items():
        asked = trackers[int(str(number))].check_in_dates
        dates = np.array([0.0, 0.0, *(float(serial(each)) for each in asked)])
        last, open_still = (
            np.searchsorted(dates, days[places], side="right") - 1 for days in (day, held)
        )
        found[places] = np.column_stack([dates[open_still], dates[np.maximum(last - 1, 0)]])
    return pd.DataFrame(found, columns=["week", "week_before"], index=rows.index)


def days(numbers: pd.Series) -> pd.Series:
    """The dates of spreadsheets' numbers."""
    return (pd.Timestamp(EPOCH) + pd.to_timedelta(numbers, unit="D")).astype("datetime64[s]")


def _logged(rows: pd.DataFrame, trackers: Sequence[Tracker]) -> pd.DataFrame:
    """The confidence of each row, which the log has where the sheet has none.

    Columns `confidence` and `logged`, the row of the log it was taken from, 0 for the sheet's own.
    """
    log = stacked([tracker.log for tracker in trackers]).reset_index()
    log = log.assign(name=log["id"].str.casefold(), logged_on=serials(log["date"]))
    log = log.dropna(subset=["logged_on", "confidence"]).sort_values("logged_on", kind="stable")
    wanted = rows[["tracker", "day"]].assign(name=rows["id"].str.casefold())
    found = pd.merge_asof(
        wanted.rename_axis("at").reset_index().sort_values("day"),
        log.rename(columns={"row": "logged"})[
            ["tracker", "name", "logged_on", "logged", "confidence"]
        ],
        left_on="day",
        right_on="logged_on",
        by=["tracker", "name"],
    ).set_index("at")
    own = rows["confidence"].notna()
    return pd.DataFrame(
        {
            "confidence": rows["confidence"].where(own, found["confidence"]),
            "logged": found["logged"].where(~own, 0).fillna(0).astype(int),
        }
    )


def _key_results(rows: pd.DataFrame, objectives: pd.DataFrame) -> pd.DataFrame:
    above = pd.Series(objectives.index, index=objectives["place"])
    above = above[~above.index.duplicated()]
    found = (rows["place"] - rows["row"] + rows["parent"]).map(above)
    titles = objectives["title"].reindex(found).to_numpy()
    ids = objectives["id"].reindex(found).to_numpy()
    stale_after = rows["cadence"].map(STALE_DAYS).fillna(STALE_DAYS["weekly"])
    committed = pd.Series(objectives["commitment"].reindex(found).to_numpy(), index=rows.index)
    committed = rows["commitment"].where(rows["commitment"] != "", committed.fillna(""))
    active = ~rows["status"].isin(["cancelled", "postponed", "achieved", "not-started", ""])
    own_start = serials(rows["start"]).fillna(rows["first_day"])
    last = serials(rows["due"]).fillna(rows["last_day"])
    open_until = np.minimum(rows["day"], last)
    silent_since = rows["checked"].where(rows["checked"] > 0, own_start)
    return rows.assign(
        objective=pd.Series(titles, index=rows.index, dtype="str").fillna(""),
        objective_id=pd.Series(ids, index=rows.index, dtype="str").fillna(""),
        type=rows["kind"].astype("str"),
        state=rows["standing"].astype("str"),
        # What counts where nothing was typed: weight 1, the quarter, the objective's commitment.
        commitment=committed.where(committed != "", "aspirational").astype("str"),
        weight=rows["weight"].fillna(1.0),
        planned_score=rows["score_by_plan"],
        start=rows["start"].fillna(days(rows["first_day"])),
        due=rows["due"].fillna(days(rows["last_day"])),
        updated=rows["checked"] > 0,
        live=rows["standing"] == "active",
        owes=active & (rows["checked"] < rows["week"]) & (rows["week"] >= own_start),
        stale=active & (open_until - silent_since > stale_after),
    )


def _objectives(objectives: pd.DataFrame, key_results: pd.DataFrame) -> pd.DataFrame:
    live = key_results[key_results["standing"] == "active"]
    family = live["place"] - live["row"] + live["parent"]
    counts = pd.DataFrame({"live": 1, "updated": live["checked"] > 0}).groupby(family).sum()
    counts = counts.reindex(objectives["place"]).fillna(0).astype(int)
    return objectives.assign(
        key_results=counts["live"].to_numpy() if len(counts) else 0,
        updated=counts["updated"].to_numpy() if len(counts) else 0,
        with_left_out=objectives["score_of_all"],
        planned_score=objectives["score_by_plan"],
    )
