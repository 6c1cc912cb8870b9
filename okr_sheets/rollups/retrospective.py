"""A quarter looked back on: what was decided, what was missed, and how forecasts held."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from math import isnan

import numpy as np

from okr_sheets.bands import Bands
from okr_sheets.columns import Array, Columns, among, filled, stacked
from okr_sheets.language import short_of_the_whole
from okr_sheets.rollups.lookback import ENDED
from okr_sheets.rollups.projections import ends_of_key_results
from okr_sheets.rollups.schema import FRAMES
from okr_sheets.rollups.scored import Scored, scored
from okr_sheets.tracker import Tracker

# When a forecast is looked back on: after so many days of a quarter of ninety.
FORECAST_AFTER, OF_DAYS = 42, 90
_ENDS = ("value", "value_low", "value_high", "forecast", "forecast_low", "forecast_high")


def retrospective(objectives: Columns, trackers: Sequence[Tracker]) -> Columns:
    """The objectives of quarters that are looked back on, with what the close says of them."""
    over = _looked_back_on(objectives, trackers)
    return objectives.take(over).only(FRAMES["retrospective"].keys)


def missed(now: Scored, trackers: Sequence[Tracker]) -> Columns:
    """The committed key results of these quarters that missed their target, lowest first."""
    rows = now.key_results
    rows = rows.take(is_missed(rows) & _looked_back_on(rows, trackers))
    remarks = _remarks(trackers) if len(rows) else {}
    lines = zip(rows.tracker.tolist(), rows.id, rows.day.tolist(), strict=True)
    said = [_last(remarks.get((number, id_.casefold()), ()), day) for number, id_, day in lines]
    rows = rows.having(remark=filled(said, "text"))
    return rows.only(FRAMES["missed"].keys).take(np.argsort(rows.score, kind="stable"))


def is_missed(rows: Columns) -> Array:
    """Which of the key results were committed, are due, and came short of their target."""
    is_due = (rows.commitment == "committed") & (rows.grade != "")
    missing: Array = rows.live & is_due & (rows.score < 1)
    return missing


def hindsight(now: Scored, trackers: Sequence[Tracker], bands: Bands) -> Columns:
    """What was forecast for the key results of these quarters, beside how they ended."""
    rows = now.key_results
    is_known = _looked_back_on(rows, trackers) & (rows.day >= rows.due) & ~np.isnan(rows.score)
    if not is_known.any():
        return rows.take(is_known).having(**_nothing()).only(FRAMES["hindsight"].keys)
    then = scored(trackers, [[forecast_day(tracker) for tracker in trackers]], bands)
    ends = ends_of_key_results(then, trackers)
    made_on = then.key_results.day
    rows = rows.having(**{key: ends[key] for key in _ENDS}, made_on=made_on)
    rows = rows.take(is_known & ~np.isnan(ends.forecast) & (made_on < rows.due))
    shares = (rows[key].tolist() for key in ("forecast_low", "forecast_high", "score"))
    ended = [_ended(*each) for each in zip(*shares, strict=True)]
    return rows.having(ended=filled(ended, "choice")).only(FRAMES["hindsight"].keys)


def forecast_day(tracker: Tracker) -> date | None:
    """The day six weeks into a tracker's quarter, or as far into its other span."""
    span = tracker.about.span
    if span is None:
        return None
    days = (span.end - span.start).days * FORECAST_AFTER / OF_DAYS
    return span.start + timedelta(days=round(days))


def _nothing() -> Mapping[str, Array]:
    """The columns of `hindsight` that scored rows lack, without a row."""
    kinds = FRAMES["hindsight"].kinds
    return {key: filled((), kinds[key]) for key in (*_ENDS, "made_on", "ended")}


def _ended(low: float, high: float, score: float) -> str:
    """How a score lies to a range, in the whole percents that people see."""
    first, last, end = (short_of_the_whole(share) for share in (low, high, score))
    return ENDED[(end >= first) + (end > last)]


def _looked_back_on(rows: Columns, trackers: Sequence[Tracker]) -> Array:
    """Which rows are of a quarter that is over, or of which a close says anything."""
    closing = {tracker.about.quarter for tracker in trackers if len(tracker.closing)}
    over: Array = (rows.day >= rows.last_day) | among(rows.quarter, closing)
    return over


Remark = tuple[float, str]  # its day, and what it says


def _remarks(trackers: Sequence[Tracker]) -> Mapping[tuple[int, str], list[Remark]]:
    """The log's remarks by the tracker's place and the folded id, those without a day first."""
    by_id: dict[tuple[int, str], list[Remark]] = {}
    for whose, remark in _noted(trackers):
        by_id.setdefault(whose, []).append(remark)
    return {whose: sorted(remarks, key=lambda each: each[0]) for whose, remarks in by_id.items()}


def _noted(trackers: Sequence[Tracker]) -> Iterator[tuple[tuple[int, str], Remark]]:
    for line in stacked([tracker.columns["log"] for tracker in trackers]).records():
        if line["note"]:
            day = -np.inf if isnan(line["date"]) else line["date"]
            yield (line["tracker"], line["id"].casefold()), (day, line["note"])


def _last(remarks: Sequence[Remark], day: float) -> str:
    """What was said last by a day."""
    return next((said for said_on, said in reversed(remarks) if said_on <= day), "")
