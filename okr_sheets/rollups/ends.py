"""Where the rows of a rollup will end: key results, objectives and units."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

import numpy as np
import pandas as pd

from okr_sheets.frames import check_ins, serials
from okr_sheets.rollups.attention import BEHIND
from okr_sheets.rollups.forecast import COMBINED, combined, forecast
from okr_sheets.rollups.scored import CALLED, WHICH, Scored
from okr_sheets.rollups.units import KEYS
from okr_sheets.scoring import Bands
from okr_sheets.tracker import Tracker

ENDS = COMBINED
FORECAST = (
    *WHICH,
    "check_ins",
    "current",
    "value",
    "value_low",
    "value_high",
    "score",
    "forecast",
    "forecast_low",
    "forecast_high",
    "status",
    "finding",
    *CALLED,
)


def ends_of_key_results(now: Scored, trackers: Sequence[Tracker]) -> pd.DataFrame:
    """What `forecast` gives for the key results; indexed as they are."""
    rows = now.key_results
    found = check_ins(trackers).merge(rows[["place", "until"]], on="place")
    return forecast(rows, found[found["checked_on"] <= found["until"]])


def forecasts(now: Scored, ends: pd.DataFrame, bands: Bands) -> pd.DataFrame:
    """The key results that have a forecast, columns `FORECAST`.

    `finding` is `heading-off` for one that says on track and does not end there even at the high
    end of its range, `heading-well` for one that is behind and ends on track even at the low end;
    stale numbers are no ground for the latter.
    """
    told = now.key_results.assign(**ends)
    told = told[told["forecast"].notna()]
    good, bad = told["status"].isin(["on-track", "achieved"]), told["status"].isin(BEHIND)
    misses = 1 - told["forecast_high"] > bands.on_track
    arrives = (1 - told["forecast_low"] <= bands.on_track) & ~told["stale"]
    open_still = told["day"] < serials(told["due"])
    finding = np.select(
        [open_still & good & misses, open_still & bad & arrives],
        ["heading-off", "heading-well"],
        "",
    )
    return told.assign(finding=finding)[list(FORECAST)].reset_index(drop=True)


def ends_of_objectives(now: Scored, ends: pd.DataFrame) -> pd.DataFrame:
    """The forecast of each objective, columns `ENDS`; indexed as they are."""
    rows = _seeded(now.key_results)
    found = combined(rows, ends, _families(rows))
    return _placed(found, now.objectives["place"])


def ends_of_units(now: Scored, ends: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """The forecast of each unit, the weighted mean of its objectives; indexed as `units`."""
    rows, objectives = _seeded(now.key_results), now.objectives
    by_place = objectives[["share"]].assign(unit=_unit(objectives)).set_index(objectives["place"])
    by_place = by_place[~by_place.index.duplicated()]
    families = _families(rows)
    weights = families.map(by_place["share"]).fillna(0.0)
    found = combined(rows, ends, families.map(by_place["unit"]), families, weights)
    return _placed(found, _unit(units))


def _unit(rows: pd.DataFrame) -> pd.Series:
    """The `KEYS` of each row in one value."""
    keys = list(rows[KEYS].itertuples(index=False, name=None))
    return pd.Series(keys, index=rows.index, dtype=object)


def _families(rows: pd.DataFrame) -> pd.Series:
    """The place of each key result's objective."""
    return rows["place"] - rows["row"] + rows["parent"]


def _seeded(rows: pd.DataFrame) -> pd.DataFrame:
    """With the `seed` that `combined` wants: whose it is and its id, whatever else is read."""
    names = rows[[*KEYS, "id"]]
    # Namesakes, such as those that have no id, are each somebody.
    numbered = names.assign(number=names.groupby(list(names)).cumcount().astype(str))
    seeds = [_seed("\n".join(parts)) for parts in numbered.itertuples(index=False, name=None)]
    return rows.assign(seed=pd.Series(seeds, index=rows.index, dtype="int64"))


def _seed(text: str) -> int:
    """The same number for the same text on every machine; half a character is text too."""
    return int.from_bytes(sha256(text.encode("utf-8", "surrogatepass")).digest()[:7])


def _placed(ends: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """The forecast of each name; where there is none, it is made of no key results."""
    found = ends.reindex(names.tolist()).set_axis(names.index)
    counts = ["forecast_of", "forecast_stale"]
    return found.assign(**found[counts].fillna(0).astype(int))
