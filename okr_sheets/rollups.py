"""Scored frames: key results, their objectives, teams and owners, and what needs attention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from okr_sheets.checks import check
from okr_sheets.frames import (
    EPOCH,
    SCORED,
    InFrames,
    Rows,
    compute,
    gather,
    misread_cells,
    serials,
    to_day,
)
from okr_sheets.problems import Problem, file_names, in_order
from okr_sheets.reading.files import Source, read_all
from okr_sheets.schema import LEVELS, OBJECTIVE, STATUSES
from okr_sheets.scoring import PRESETS, Bands, unit_status
from okr_sheets.tracker import Tracker

UNIT = ("company", "department", "team", "quarter")
OBJECTIVES = (
    "file",
    "sheet",
    "row",
    "company",
    "department",
    "team",
    "level",
    "quarter",
    "id",
    "title",
    "owner",
    "commitment",
    "weight",
    "state",
    "start",
    "due",
    "key_results",
    "updated",
    "score",
    "expected",
    "gap",
    "status",
    "grade",
    "with_left_out",
    "aligns_to",
    "note",
)
TEAMS = (
    *UNIT,
    "level",
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
    *STATUSES,
)
OWNERS = ("quarter", "owner", "key_results", "updated", "score", "stale", *STATUSES)
ATTENTION = (
    "file",
    "sheet",
    "row",
    "department",
    "team",
    "id",
    "title",
    "owner",
    "score",
    "expected",
    "gap",
    "status",
    "reason",
    "last_check_in",
    "current",
    "target",
)
PROBLEMS = ("file", "sheet", "cell", "severity", "code", "message")
NEEDING = ("off-track", "at-risk", "no-update")
STALE_DAYS = {"weekly": 14, "two-weekly": 28, "monthly": 62}  # two periods of the cadence


@dataclass(frozen=True, slots=True, eq=False)
class Rollup:
    """What a quarter's trackers add up to.

    `key_results` has the columns `frames.SCORED`; `objectives`, `teams`, `owners` and `attention`
    those named in this module. Scores, expected and gaps run from 0 to 1; `updated` of an
    objective, team or owner counts key results. `with_left_out` is the score with cancelled and
    postponed key results counted too. `problems` are of reading and of structure; `trackers` are
    all that were given, `unreadable` the paths of those left out.
    """

    key_results: pd.DataFrame
    objectives: pd.DataFrame
    teams: pd.DataFrame
    owners: pd.DataFrame
    attention: pd.DataFrame
    problems: tuple[Problem, ...]
    trackers: tuple[Tracker, ...]
    unreadable: tuple[str, ...]
    bands: Bands

    @property
    def language(self) -> str:
        """The language most trackers are in."""
        codes = pd.Series([t.about.language for t in self.trackers if t.readable], dtype="str")
        return "en" if codes.empty else str(codes.value_counts().index[0])

    @property
    def about(self) -> dict[str, Any]:
        """What the rollup covers: quarters, as-of days, counts, and the headline unit's score."""
        live = self.key_results[~self.key_results["status"].isin(["cancelled", "postponed"])]
        headline = self.headline
        return {
            "quarter": ", ".join(sorted({q for q in self.teams["quarter"] if q})),
            "company": ", ".join(dict.fromkeys(c for c in self.teams["company"] if c)),
            "as_of": self.as_of,
            "trackers": sum(t.about.day() is not None for t in self.trackers if t.readable),
            "unreadable": list(self.unreadable),
            "objectives": len(self.objectives),
            "key_results": len(self.key_results),
            "live": len(live),
            "updated": int(live["updated"].sum()),
            "score": None if headline is None else _none(headline["score"]),
            "expected": None if headline is None else _none(headline["expected"]),
        }

    @property
    def as_of(self) -> date | None:
        """The latest day any tracker was scored by."""
        days = self.teams["as_of"].dropna()
        return None if days.empty else days.max().date()

    @property
    def headline(self) -> pd.Series | None:
        """The one unit that speaks for all: the only company's, or the only unit there is."""
        companies = self.teams[self.teams["level"] == "company"]
        for units in (companies, self.teams):
            if len(units) == 1:
                return units.iloc[0]
        return None


def score(
    source: Source | Sequence[Source],
    as_of: date | None = None,
    preset: str = "default",
) -> pd.DataFrame:
    """The scored key results of trackers, or of the files and folders that paths name.

    One row per key result, columns as in `frames.SCORED`: `progress` uncapped, `score`,
    `expected` and `gap` from 0 to 1 with four decimals, `updated` whether a check-in counts by the
    day. `as_of` defaults to each tracker's own as-of date, else today held to its quarter.
    `preset` names the bands of status and grade. Files that cannot be read give no row; `check`
    names them. FileNotFoundError if there is none at all, ValueError for another preset or as-of.
    """
    return rollup(source, as_of, preset).key_results


def rollup(
    source: Source | Sequence[Source],
    as_of: date | None = None,
    preset: str = "default",
) -> Rollup:
    """Key results, objectives, teams, owners and what needs attention, of many trackers.

    Takes what `score` takes, and raises the same.
    """
    if as_of is not None and not isinstance(as_of, date):
        raise ValueError(
            f"as_of must be a date, such as datetime.date(2027, 2, 12), not {as_of!r}."
        )
    trackers = read_all(source)
    lost = [p for tracker in trackers for p in tracker.problems if p.code == "not-found"]
    if lost and len(lost) == len(trackers):
        raise FileNotFoundError(lost[0].line())
    return roll_up(trackers, as_of, _bands(preset))


def _bands(preset: str) -> Bands:
    if preset not in PRESETS:
        raise ValueError(f"No preset “{preset}”. Choose one of: {', '.join(PRESETS)}.")
    return PRESETS[preset]


def roll_up(trackers: Sequence[Tracker], as_of: date | None, bands: Bands) -> Rollup:
    """The rollup of trackers already read; companies come first, then departments, then teams."""
    trackers = sorted(trackers, key=_order)
    operations = InFrames(misread_cells(trackers), bands)
    gathered = gather(trackers, [as_of] * len(trackers))
    rows = compute(gathered, operations)
    # The same sheet with nothing stopped: what the scores would be with all of it counted.
    everything = compute(gathered.assign(state=""), operations)
    rows["score_of_all"], rows["share_of_all"] = everything["score"], everything["share"]
    rows = _named(rows, trackers)
    is_objective = rows["type"] == OBJECTIVE
    key_results = _key_results(rows[~is_objective], rows[is_objective])
    objectives = _objectives(rows[is_objective], rows[~is_objective])
    return Rollup(
        key_results=key_results[list(SCORED)].reset_index(drop=True),
        objectives=objectives[list(OBJECTIVES)].reset_index(drop=True),
        teams=_teams(objectives, key_results, operations),
        owners=_owners(key_results),
        attention=_attention(key_results),
        problems=in_order(check(trackers)),
        trackers=tuple(trackers),
        unreadable=tuple(t.path for t in trackers if not t.readable and not t.set_aside),
        bands=bands,
    )


def unit_keys(row: Mapping[str, Any] | pd.Series) -> tuple[str, ...]:
    """The columns that tell the unit of a row; trackers that name none are units of their own."""
    return UNIT if row["company"] or row["department"] or row["team"] else (*UNIT, "file")


def _order(tracker: Tracker) -> tuple[object, ...]:
    about = tracker.about
    rank = LEVELS.index(about.level) if about.level in LEVELS else len(LEVELS)
    return about.quarter, about.company, rank, about.department, about.team, tracker.path


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
    dates = {key: _days(rows[key]) for key in ("start", "due", "last_check_in")}
    words = {key: series.astype("str") for key, series in named.items()}
    rows = rows.assign(**words, **dates)
    named_unit = (rows[["company", "department", "team"]] != "").any(axis=1)
    return rows.assign(nameless=rows["file"].where(~named_unit, "").astype("str"))


def _days(numbers: pd.Series) -> pd.Series:
    return (pd.Timestamp(EPOCH) + pd.to_timedelta(numbers, unit="D")).astype("datetime64[s]")


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
    silent_since = rows["checked"].where(rows["checked"] > 0, own_start)
    return rows.assign(
        objective=pd.Series(titles, index=rows.index, dtype="str").fillna(""),
        objective_id=pd.Series(ids, index=rows.index, dtype="str").fillna(""),
        type=rows["kind"].astype("str"),
        state=rows["standing"].astype("str"),
        # What counts where nothing was typed: weight 1, the quarter, the objective's commitment.
        commitment=committed.where(committed != "", "aspirational").astype("str"),
        weight=rows["weight"].fillna(1.0),
        start=rows["start"].fillna(_days(rows["first_day"])),
        due=rows["due"].fillna(_days(rows["last_day"])),
        updated=rows["checked"] > 0,
        live=rows["standing"] == "active",
        stale=active & (np.minimum(rows["day"], rows["last_day"]) - silent_since > stale_after),
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
    )


def _teams(
    objectives: pd.DataFrame, key_results: pd.DataFrame, operations: InFrames
) -> pd.DataFrame:
    """One row per unit and quarter: the weighted mean of its own objectives."""
    live = key_results[key_results["live"]]
    weighed = objectives.assign(
        all_points=objectives["share_of_all"] * objectives["score_of_all"].fillna(0)
    )
    keys = [*UNIT, "nameless"]
    by_unit = weighed.groupby(keys, sort=False)
    teams = by_unit.agg(
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
    counts = live.groupby(keys).agg(key_results=("id", "size"), updated=("updated", "sum"))
    statuses = pd.crosstab([key_results[key] for key in keys], key_results["status"])
    teams = teams.join(counts).join(statuses.reindex(columns=list(STATUSES)))
    whole = ["key_results", "updated", *STATUSES]
    teams[whole] = teams[whole].fillna(0).astype(int)
    teams["score"] = operations.rounded(teams["share_points"] / teams["share"].replace(0, np.nan))
    teams["expected"] = operations.rounded(teams["share_pace"] / teams["share"].replace(0, np.nan))
    teams["with_left_out"] = operations.rounded(
        teams["all_points"] / teams["share_of_all"].replace(0, np.nan)
    )
    teams["gap"] = operations.rounded(teams["expected"] - teams["score"])
    teams = teams.reset_index()
    teams["status"] = unit_status(Rows(teams), operations).astype("str")
    teams["as_of"] = pd.to_datetime([to_day(day) for day in teams["day"]]).astype("datetime64[s]")
    return teams[list(TEAMS)].reset_index(drop=True)


def _owners(key_results: pd.DataFrame) -> pd.DataFrame:
    """One row per owner, by name: the plain mean of their live key results."""
    live = key_results[key_results["live"]]
    owners = live.groupby(["quarter", "owner"]).agg(
        key_results=("id", "size"),
        updated=("updated", "sum"),
        score=("score", "mean"),
        stale=("stale", "sum"),
    )
    statuses = pd.crosstab([live["quarter"], live["owner"]], live["status"]).reindex(
        columns=list(STATUSES)
    )
    owners = owners.join(statuses).reset_index()
    owners[list(STATUSES)] = owners[list(STATUSES)].fillna(0).astype(int)
    owners["score"] = owners["score"].round(4)
    return owners[list(OWNERS)]


def _attention(key_results: pd.DataFrame) -> pd.DataFrame:
    """Key results behind, silent or not scorable, the worst first; `reason` is a code."""
    unscored = key_results["live"] & key_results["score"].isna()
    behind = key_results["status"].isin(NEEDING)
    needing = key_results[unscored | behind | (key_results["live"] & key_results["stale"])].copy()
    keeps = needing["type"].isin(["keep-at-least", "keep-at-most"])
    needing["reason"] = np.select(
        [
            needing["score"].isna(),
            needing["status"] == "no-update",
            keeps & (needing["score"] == 0),
            needing["stale"],
        ],
        ["unscored", "no-update", "crossed", "stale"],
        "gap",
    )
    order = needing["gap"].fillna(2)
    return (
        needing.assign(order=order)
        .sort_values(["order", "file", "row"], ascending=[False, True, True])[list(ATTENTION)]
        .reset_index(drop=True)
    )


def _none(value: float) -> float | None:
    return None if pd.isna(value) else float(value)


def problem_records(problems: Sequence[Problem], language: str) -> list[dict[str, str]]:
    """Problems as records of `PROBLEMS`, their sentences in a language."""
    return [
        {
            "file": problem.file,
            "sheet": problem.sheet,
            "cell": problem.cell,
            "severity": problem.severity,
            "code": problem.code,
            "message": problem.say(language),
        }
        for problem in problems
    ]
