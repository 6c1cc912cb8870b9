"""Last quarter beside this one: units by name, objectives by their id."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from okr_sheets.rollups.owed import blank
from okr_sheets.rollups.scored import CALLED, scored
from okr_sheets.rollups.units import Weight, teams
from okr_sheets.scoring import Bands
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
    *CALLED,
)
_WHOSE = ["company", "department", "team", "nameless"]


def before_these(past: Sequence[Tracker], trackers: Sequence[Tracker]) -> list[Tracker]:
    """Those of the latest quarter that is earlier than all of `trackers`."""
    known = [tracker for tracker in past if tracker.readable and tracker.about.quarter]
    first = min((t.about.quarter for t in trackers if t.readable and t.about.quarter), default="")
    earlier = sorted({t.about.quarter for t in known if t.about.quarter < first or not first})
    return [tracker for tracker in known if tracker.about.quarter == earlier[-1]] if earlier else []


def finished(
    past: Sequence[Tracker], bands: Bands, weights: Weight
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The units and objectives of trackers as of the last days of their quarter."""
    days = [tracker.about.end for tracker in past]
    end = scored(past, [days], bands)
    return teams(end, blank(end, past, days), bands, weights), end.objectives


def with_previous(
    units: pd.DataFrame, objectives: pd.DataFrame, past_units: pd.DataFrame, past: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Units and objectives with `previous`, their score at the end of the quarter before.

    A unit is followed by its names, one that has none by its file; an objective by its id within
    its unit. NaN where there was none. `carried` tells the objectives that kept their id.
    """
    before = past_units.drop_duplicates(_WHOSE).set_index(_WHOSE)["score"]
    found = before.reindex(pd.MultiIndex.from_frame(units[_WHOSE])).to_numpy()
    told = _by_id(past).set_index([*_WHOSE, "folded"])["score"]
    wanted = pd.MultiIndex.from_frame(_by_id(objectives, once=False)[[*_WHOSE, "folded"]])
    return (
        units.assign(previous=found),
        objectives.assign(
            previous=told.reindex(wanted).to_numpy(), carried=wanted.isin(told.index)
        ),
    )


def _by_id(objectives: pd.DataFrame, once: bool = True) -> pd.DataFrame:
    keyed = objectives.assign(folded=objectives["id"].str.casefold())
    if not once:
        return keyed
    return keyed[keyed["folded"] != ""].drop_duplicates([*_WHOSE, "folded"])


def carried(objectives: pd.DataFrame, past: pd.DataFrame) -> pd.DataFrame:
    """The objectives that were there last quarter already, columns `CARRIED`."""
    keys = [*_WHOSE, "folded"]
    before = _by_id(past)[[*keys, "title", "score"]].rename(
        columns={"title": "previous_title", "score": "previous_score"}
    )
    found = _by_id(objectives, once=False).merge(before, on=keys)
    return found[list(CARRIED)].reset_index(drop=True)
