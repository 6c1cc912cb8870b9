"""Where the rows of a rollup will end: key results, objectives and units."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import sha256

import numpy as np

from okr_sheets.bands import Bands
from okr_sheets.columns import Array, Columns, among, filled, joined
from okr_sheets.gathering import check_ins
from okr_sheets.rollups.attention import BEHIND
from okr_sheets.rollups.forecast import combined, forecast
from okr_sheets.rollups.namesakes import Unit
from okr_sheets.rollups.schema import FRAMES
from okr_sheets.rollups.scored import Scored
from okr_sheets.tracker import Tracker

AT_ONCE = 20_000  # key results; what their forecasts are made of takes some 40 MB


def ends_of_key_results(now: Scored, trackers: Sequence[Tracker]) -> Columns:
    """What `forecast` gives for the key results, in their order."""
    rows, numbers = now.key_results, check_ins(trackers)
    parts = []
    for first in range(0, max(len(rows), 1), AT_ONCE):
        some = rows.part(first, min(first + AT_ONCE, len(rows)))
        # Both are in the order of the places.
        ends = np.searchsorted(numbers.place, [*some.place[:1], *some.place[-1:] + 1]).tolist()
        typed = numbers.part(*ends or (0, 0))
        at = np.searchsorted(some.place, typed.place)
        counts = (some.place[at] == typed.place) & (typed.checked_on <= some.until[at])
        parts.append(forecast(some, typed.take(counts)))
    return joined(parts).made(parts[0])


def forecasts(now: Scored, ends: Columns, bands: Bands) -> Columns:
    """The key results that have a forecast.

    `finding` is `heading-off` for one that says on track and does not end there even at the high
    end of its range, `heading-well` for one that is behind and ends on track even at the low end;
    stale numbers are no ground for the latter.
    """
    rows = now.key_results.having(**ends.arrays)
    rows = rows.take(~np.isnan(ends.forecast))
    misses = 1 - rows.forecast_high > bands.on_track
    arrives = (1 - rows.forecast_low <= bands.on_track) & ~rows.stale
    finding = np.select(
        [
            (rows.day < rows.due) & among(rows.status, ("on-track", "achieved")) & misses,
            (rows.day < rows.due) & among(rows.status, BEHIND) & arrives,
        ],
        ["heading-off", "heading-well"],
        "",
    )
    return rows.having(finding=finding.astype(object)).only(FRAMES["forecast"].keys)


def ends_of_objectives(now: Scored, ends: Columns) -> Columns:
    """The forecast of each objective, in their order."""
    rows = _seeded(now)
    return combined(rows, ends, _objectives(now), len(now.objectives))


def ends_of_units(now: Scored, ends: Columns, units: Columns) -> Columns:
    """The forecast of each unit, the weighted mean of its objectives, in the order of `units`."""
    rows, objectives = _seeded(now), _objectives(now)
    places = {
        unit: at for at, unit in enumerate(zip(*(units[key] for key in Unit._fields), strict=True))
    }
    of_unit = np.array([places.get(unit, -1) for unit in now.units], dtype=np.int64)
    has = objectives >= 0
    weight = np.where(has, now.objectives.share[objectives] if len(now.objectives) else 0.0, 0.0)
    groups = np.where(has, of_unit[rows.unit_at] if len(rows) else -1, -1)
    return combined(rows, ends, groups, len(units), objectives, weight)


def _objectives(now: Scored) -> Array:
    """The position of each key result's objective, -1 if it has none."""
    places = now.objectives.place
    if not len(places):
        return np.full(len(now.key_results), -1)
    family = now.key_results.family
    at = np.minimum(np.searchsorted(places, family), len(places) - 1)
    return np.where(places[at] == family, at, -1)


def _seeded(now: Scored) -> Columns:
    """Key results with the `seed` for `combined`, made of unit and id, whatever else is read."""
    rows = now.key_results
    # Namesakes, such as those that have no id, are each somebody.
    taken: Counter[tuple[str, ...]] = Counter()
    seeds = []
    for unit, name in zip(rows.unit_at.tolist(), rows.id, strict=True):
        identity = (*now.units[unit], name)
        seeds.append(_seed("\n".join((*identity, str(taken[identity])))))
        taken[identity] += 1
    return rows.having(seed=filled(seeds, "count"))


def _seed(text: str) -> int:
    """A number that depends on the text alone; the text may hold half a surrogate pair."""
    return int.from_bytes(sha256(text.encode("utf-8", "surrogatepass")).digest()[:7])
