"""Last quarter beside this one: units by name, objectives by their id."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from okr_sheets.bands import Bands
from okr_sheets.columns import Columns
from okr_sheets.rollups.owed import blank
from okr_sheets.rollups.schema import FRAMES
from okr_sheets.rollups.scored import scored
from okr_sheets.rollups.units import Weight, teams
from okr_sheets.tracker import Tracker

_WHOSE = ("company", "department", "team", "nameless")
Key = tuple[str, ...]  # whose, and the folded id of an objective


def before_these(past: Sequence[Tracker], trackers: Sequence[Tracker]) -> list[Tracker]:
    """Those of the latest quarter that is earlier than all of `trackers`."""
    known = [tracker for tracker in past if tracker.readable and tracker.about.quarter]
    first = min((t.about.quarter for t in trackers if t.readable and t.about.quarter), default="")
    earlier = sorted({t.about.quarter for t in known if t.about.quarter < first or not first})
    return [tracker for tracker in known if tracker.about.quarter == earlier[-1]] if earlier else []


def finished(past: Sequence[Tracker], bands: Bands, weights: Weight) -> tuple[Columns, Columns]:
    """The units and objectives of trackers as of the last days of their quarter."""
    days = [tracker.about.end for tracker in past]
    end = scored(past, [days], bands)
    return teams(end, blank(end, past, days), bands, weights), end.objectives


def with_previous(
    units: Columns, objectives: Columns, past_units: Columns, past: Columns
) -> tuple[Columns, Columns]:
    """Units and objectives with `previous`, their score at the end of the quarter before.

    A unit is followed by its names, one that has none by its file; an objective by its id within
    its unit. NaN where there was none. `carried` tells the objectives that kept their id.
    """
    before = _firsts(zip(_units(past_units), past_units.score.tolist(), strict=True))
    scores = {key: past.score[at] for key, at in _by_id(past).items()}
    keys = list(_ids(objectives))
    return (
        units.having(previous=np.array([before.get(key, np.nan) for key in _units(units)])),
        objectives.having(
            previous=np.array([scores.get(key, np.nan) for key in keys]),
            carried=np.array([key in scores for key in keys], dtype=bool),
        ),
    )


def carried(objectives: Columns, past: Columns) -> Columns:
    """The objectives that were there last quarter already."""
    before = _by_id(past)
    pairs = [(at, before[key]) for at, key in enumerate(_ids(objectives)) if key in before]
    now, then = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    rows = objectives.take(now)
    rows = rows.having(previous_title=past.title[then], previous_score=past.score[then])
    return rows.only(FRAMES["carried"].keys)


def _units(rows: Columns) -> Iterator[Key]:
    return zip(*(rows[key] for key in _WHOSE), strict=True)


def _ids(objectives: Columns) -> Iterator[Key]:
    return zip(*(objectives[key] for key in _WHOSE), map(str.casefold, objectives.id), strict=True)


def _by_id(objectives: Columns) -> dict[Key, int]:
    """Where the first objective of each id stands; blank ids name none."""
    return _firsts((key, at) for at, key in enumerate(_ids(objectives)) if key[-1])


def _firsts(pairs: Any) -> dict[Key, Any]:
    found: dict[Key, Any] = {}
    for key, value in pairs:
        found.setdefault(key, value)
    return found
