"""Last quarter beside this one: units by name, objectives by their id."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from okr_sheets.tracker import Tracker

CARRIED = (
    "file",
    "id",
    "title",
    "department",
    "team",
    "owner",
    "previous_title",
    "previous_score",
    "score",
)
_UNIT = ["company", "department", "team"]


def before_these(past: Sequence[Tracker], trackers: Sequence[Tracker]) -> list[Tracker]:
    """Those of the latest quarter that is earlier than all of `trackers`.

    ValueError if there is none among what could be read.
    """
    known = [tracker for tracker in past if tracker.readable and tracker.about.quarter]
    first = min((t.about.quarter for t in trackers if t.readable and t.about.quarter), default="")
    earlier = sorted({t.about.quarter for t in known if t.about.quarter < first or not first})
    if known and not earlier:
        own = ", ".join(sorted({tracker.about.quarter for tracker in known}))
        raise ValueError(
            f"The previous trackers are of {own}, not of a quarter before {first}. "
            "Name the folder of an earlier quarter."
        )
    return [tracker for tracker in known if tracker.about.quarter == earlier[-1]] if earlier else []


def with_previous(
    teams: pd.DataFrame, objectives: pd.DataFrame, past_teams: pd.DataFrame, past: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Units and objectives with `previous`, their score at the end of the quarter before.

    A unit is followed by its names, an objective by its id within its unit; NaN where there was
    none. `carried` tells the objectives that kept their id.
    """
    before = past_teams.drop_duplicates(_UNIT).set_index(_UNIT)["score"]
    found = before.reindex(pd.MultiIndex.from_frame(teams[_UNIT])).to_numpy()
    told = _by_id(past).set_index([*_UNIT, "folded"])["score"]
    wanted = pd.MultiIndex.from_frame(_by_id(objectives, once=False)[[*_UNIT, "folded"]])
    return (
        teams.assign(previous=found),
        objectives.assign(
            previous=told.reindex(wanted).to_numpy(), carried=wanted.isin(told.index)
        ),
    )


def _by_id(objectives: pd.DataFrame, once: bool = True) -> pd.DataFrame:
    keyed = objectives.assign(folded=objectives["id"].str.casefold())
    return keyed.drop_duplicates([*_UNIT, "folded"]) if once else keyed


def carried(objectives: pd.DataFrame, past: pd.DataFrame) -> pd.DataFrame:
    """The objectives that were there last quarter already, columns `CARRIED`."""
    keys = [*_UNIT, "folded"]
    before = _by_id(past)[[*keys, "title", "score"]].rename(
        columns={"title": "previous_title", "score": "previous_score"}
    )
    found = _by_id(objectives, once=False).merge(before, on=keys)
    return found[list(CARRIED)].reset_index(drop=True)
