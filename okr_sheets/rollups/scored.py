"""Trackers as scored rows: every key result and objective as of a day, or of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from okr_sheets.frames import (
    EPOCH,
    OPERATIONS,
    InFrames,
    Rows,
    compute,
    gather,
    misread_cells,
    serial,
    serials,
    stacked,
)
from okr_sheets.problems import file_names
from okr_sheets.rollups.namesakes import (
    Unit,
    companies,
    owner_names,
    owner_of,
    unit_names,
    units_of,
)
from okr_sheets.rollups.plans import as_then_planned, by_plan
from okr_sheets.schema import OBJECTIVE, PLANNED
from okr_sheets.scoring import Bands, has_own_plan
from okr_sheets.tracker import ROWS, Tracker, mapped

# What tells a row of a rollup from all others, and whose it is.
WHICH = ("file", "sheet", "row", "company", "department", "team", "id", "title", "owner")
# What to call the unit and the owner of a row, here and in every report.
CALLED = ("unit_name", "owner_name")
STALE_DAYS = {"weekly": 14, "two-weekly": 28, "monthly": 62}  # two periods of the cadence
MOST_AT_ONCE = 60_000  # rows times rounds; with all their columns they take some 500 MB
Days = Sequence[date | None]  # one for each tracker; see `About.day`


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Scored rows, key results and objectives apart.

    Both have the columns of the OKRs sheet and of the rules, whose they are (`file`, `sheet`,
    `company` …, `owner_company`), how these are `CALLED`, `tracker` (its place in the list),
    `round` (which of the lists of days) and `day` (a spreadsheet's number). `rounds` counts them;
    `names` is what the units are called, and those above them that have no tracker.
    """

    key_results: pd.DataFrame
    objectives: pd.DataFrame
    rounds: int
    names: Mapping[Unit, str]

    @property
    def last(self) -> Scored:
        """The rows of the last round, in which each tracker has its own day."""
        frames = self.key_results, self.objectives
        key_results, objectives = (rows[rows["round"] == self.rounds - 1] for rows in frames)
        # One number for a row, however many rounds went before.
        return replace(
            self,
            key_results=key_results.assign(
                place=key_results["tracker"] * ROWS + key_results["row"]
            ),
            objectives=objectives.assign(place=objectives["tracker"] * ROWS + objectives["row"]),
            rounds=1,
        )


def scored(trackers: Sequence[Tracker], rounds: Sequence[Days], bands: Bands) -> Scored:
    """The rows of all trackers as of each list of days, computed in pieces that memory holds."""
    rows = sum(len(tracker.rows) for tracker in trackers)
    size = max(MOST_AT_ONCE // max(rows, 1), 1)
    first, *others = (
        _scored_at_once(trackers, rounds[at : at + size], bands, at)
        for at in range(0, len(rounds), size)
    )
    if not others:
        return first
    return replace(
        first,
        key_results=_one_below_another([first.key_results, *(p.key_results for p in others)]),
        objectives=_one_below_another([first.objectives, *(p.objectives for p in others)]),
        rounds=len(rounds),
    )


def _one_below_another(pieces: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(pieces, ignore_index=True)


def _scored_at_once(
    trackers: Sequence[Tracker], rounds: Sequence[Days], bands: Bands, first: int
) -> Scored:
    """The same for some of the rounds, of which the one numbered `first` comes first."""
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
    names = unit_names(trackers)
    rows = _named(
        rows.assign(tracker=numbers % count, round=numbers // count + first), trackers, names
    )
    rows = rows.assign(week_before=_weeks_before(rows, trackers))
    rows = rows.assign(**_logged(rows, trackers))
    is_objective = rows["type"] == OBJECTIVE
    return Scored(
        _key_results(rows[~is_objective], rows[is_objective]),
        _objectives(rows[is_objective], rows[~is_objective]),
        len(rounds),
        names,
    )


def _named(
    rows: pd.DataFrame, trackers: Sequence[Tracker], names: Mapping[Unit, str]
) -> pd.DataFrame:
    """The rows with whose they are, dates as dates again."""
    abouts = [tracker.about for tracker in trackers]
    numbers = rows["tracker"].astype(int)

    def of(values: Sequence[Any]) -> pd.Series:
        known = pd.Series(list(values), dtype=object)
        return numbers.map(known)

    files = file_names(tracker.path for tracker in trackers)
    units, people = units_of(trackers), owner_names(trackers)
    employers = companies(trackers)
    owners = [
        owner_of(employers[number], name)
        for number, name in zip(numbers, rows["owner"], strict=True)
    ]
    named = {
        "file": of([files[tracker.path] for tracker in trackers]),
        "sheet": of([tracker.sheets.get("okrs", "") for tracker in trackers]),
        **{
            key: of([getattr(about, key) for about in abouts])
            for key in ("company", "department", "team", "level", "quarter", "cadence")
        },
        "nameless": of([unit.nameless for unit in units]),
        "unit_name": of([names.get(unit, "") for unit in units]),
        "owner_company": pd.Series([owner.company for owner in owners], index=rows.index),
        "owner_name": pd.Series([people[owner] for owner in owners], index=rows.index),
    }
    dates = {key: days(rows[key]) for key in ("start", "due", "last_check_in")}
    words = {key: series.astype("str") for key, series in named.items()}
    return rows.assign(**words, **dates)


def _weeks_before(rows: pd.DataFrame, trackers: Sequence[Tracker]) -> pd.Series:
    """The last but one of its tracker's check-in dates up to each row's day, 0 for none."""
    found = pd.Series(0.0, index=rows.index)
    for number, mine in rows["day"].groupby(rows["tracker"]):
        asked = sorted(map(serial, trackers[int(str(number))].check_in_dates))
        dates = np.array([0, 0, *asked], dtype=float)
        found[mine.index] = dates[np.maximum(np.searchsorted(dates, mine, side="right") - 2, 0)]
    return found


def days(numbers: pd.Series) -> pd.Series:
    """The dates of spreadsheets' numbers, NaT for none.

    By numpy: pandas 2.2's to_timedelta rounds what it never set where a number is missing.
    """
    dates = np.datetime64(EPOCH, "D") + numbers.to_numpy(dtype=float).astype("timedelta64[D]")
    return pd.Series(dates, index=numbers.index).astype("datetime64[s]")


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
    stale_after = mapped(rows["cadence"], STALE_DAYS, "number").fillna(STALE_DAYS["weekly"])
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
        **_planned(rows),
        start=rows["start"].fillna(days(rows["first_day"])),
        due=rows["due"].fillna(days(rows["last_day"])),
        updated=rows["updated"] > 0,
        with_number=rows["checked"] > 0,
        live=rows["standing"] == "active",
        # Who has the number already, or is done, is asked no more; so before the first date.
        owes=active & (rows["updated"] == 0) & (rows["asked_on"] >= own_start),
        stale=active & (open_until - silent_since > stale_after),
    )


def _planned(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """The planned numbers of the rows whose plan is still theirs."""
    is_own = has_own_plan(Rows(rows), OPERATIONS)
    return {f"planned_{key}": rows[f"planned_{key}"].where(is_own) for key in PLANNED}


def _objectives(objectives: pd.DataFrame, key_results: pd.DataFrame) -> pd.DataFrame:
    live = key_results[key_results["standing"] == "active"]
    family = live["place"] - live["row"] + live["parent"]
    counted = pd.DataFrame(
        {"live": 1, "updated": live["updated"] > 0, "with_number": live["checked"] > 0}
    )
    counts = counted.groupby(family).sum().reindex(objectives["place"]).fillna(0).astype(int)
    return objectives.assign(
        key_results=counts["live"].to_numpy() if len(counts) else 0,
        updated=counts["updated"].to_numpy() if len(counts) else 0,
        with_number=counts["with_number"].to_numpy() if len(counts) else 0,
        with_left_out=objectives["score_of_all"],
        planned_score=objectives["score_by_plan"],
    )
