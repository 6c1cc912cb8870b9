"""Last quarter beside this one: units by name, objectives by their id."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from okr_sheets.bands import Bands
from okr_sheets.columns import Columns
from okr_sheets.quarters import is_year
from okr_sheets.rollups.owed import blank
from okr_sheets.rollups.schema import FRAMES
from okr_sheets.rollups.scored import scored
from okr_sheets.rollups.units import Weight, teams
from okr_sheets.tracker import Tracker

_WHOSE = ("company", "department", "team", "nameless")
Key = tuple[str | bool, ...]  # whose, whether of a year, and the folded id of an objective


def before_these(past: Sequence[Tracker], trackers: Sequence[Tracker]) -> list[Tracker]:
    """The past trackers of the latest quarter before the first one of `trackers`.

    Of the years among them, the latest before the first year of `trackers` follows.
    """
    firsts = {
        annual: min((each.about.quarter for each in _of(trackers, annual=annual)), default="")
        for annual in (False, True)
    }
    # Trackers that name no period come after all.
    wanted = [annual for annual, first in firsts.items() if first] or [False]
    return [each for annual in wanted for each in _latest(_of(past, annual=annual), firsts[annual])]


def _of(trackers: Sequence[Tracker], *, annual: bool) -> list[Tracker]:
    """Those that are of a year, or of a quarter."""
    dated = (tracker for tracker in trackers if tracker.readable and tracker.about.quarter)
    return [tracker for tracker in dated if tracker.about.is_annual == annual]


def _latest(past: Sequence[Tracker], first: str) -> list[Tracker]:
    """Those of the latest period before the first one, if that is known."""
    earlier = {each.about.quarter for each in past if each.about.quarter < first or not first}
    return [each for each in past if each.about.quarter == max(earlier, default="")]


def finished(past: Sequence[Tracker], bands: Bands, weights: Weight) -> tuple[Columns, Columns]:
    """The units and objectives of trackers as of the last days of their quarter."""
    days = [tracker.about.end for tracker in past]
    end = scored(past, [days], bands)
    return teams(end, blank(end, past, days), bands, weights), end.objectives


def with_previous(
    units: Columns, objectives: Columns, past_units: Columns, past: Columns
) -> tuple[Columns, Columns]:
    """Units and objectives with `previous`, their score at the end of the quarter before.

    A unit is matched by its names, or its file if it has none; an objective by its id within its
    unit. `previous` is NaN without a match, and `carried` says whether an objective has one.
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
    """One row per objective that last quarter had too, with its title and score at that time."""
    before = _by_id(past)
    pairs = [(at, before[key]) for at, key in enumerate(_ids(objectives)) if key in before]
    now, then = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    rows = objectives.take(now)
    rows = rows.having(previous_title=past.title[then], previous_score=past.score[then])
    return rows.only(FRAMES["carried"].keys)


def _units(rows: Columns) -> Iterator[Key]:
    years = map(is_year, rows.quarter)
    return zip(*(rows[key] for key in _WHOSE), years, strict=True)


def _ids(objectives: Columns) -> Iterator[Key]:
    folded = map(str.casefold, objectives.id)
    return ((*who, name) for who, name in zip(_units(objectives), folded, strict=True))


def _by_id(objectives: Columns) -> dict[Key, int]:
    """The position of the first objective with each id; blank ids are left out."""
    return _firsts((key, at) for at, key in enumerate(_ids(objectives)) if key[-1])


def _firsts(pairs: Any) -> dict[Key, Any]:
    firsts: dict[Key, Any] = {}
    for key, value in pairs:
        firsts.setdefault(key, value)
    return firsts
