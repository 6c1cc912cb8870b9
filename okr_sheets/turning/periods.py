"""Which trackers turn, and from when to when each of the new ones is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from okr_sheets.about import About
from okr_sheets.misuse import MisuseError
from okr_sheets.quarters import Period, Span, following, period
from okr_sheets.tracker import Tracker


def next_quarters(trackers: Sequence[Tracker], named: str | None) -> list[Period | None]:
    """The quarter of each new tracker: the `named` one, or the one after its own.

    None for one that is not turned: an `earlier` one, and one that goes on, such as a year's, since
    the next quarter of another lies within it. MisuseError if there is no other.
    """
    skipped = earlier(trackers)
    quarters = [
        period(named, tracker.about.fiscal_start)
        if named
        else following(tracker.about.quarter, tracker.about.fiscal_start)
        for tracker in trackers
    ]
    latest = [
        pair
        for pair, skip in zip(zip(trackers, quarters, strict=True), skipped, strict=True)
        if not skip
    ]
    starts = {quarter.start for tracker, quarter in latest if not tracker.about.is_annual}
    going = [
        skip or _goes_on(tracker.about, quarter) or _holds(tracker.about, starts)
        for tracker, quarter, skip in zip(trackers, quarters, skipped, strict=True)
    ]
    if trackers and all(going):
        tracker, quarter = latest[0]
        raise MisuseError(
            f"{quarter} does not come after {_told(tracker.about)}. Name a later one."
        )
    return [None if goes_on else each for each, goes_on in zip(quarters, going, strict=True)]


def earlier(trackers: Sequence[Tracker]) -> list[bool]:
    """Whether each is of a period that is over before another one's of its kind begins.

    What it would become is there already, or would leave that one out.
    """
    periods = [_own(tracker.about) for tracker in trackers]
    latest: dict[type[Period], date] = {}
    for own in (each for each in periods if each is not None):
        latest[type(own)] = max(own.start, latest.get(type(own), own.start))
    return [own is not None and own.end < latest[type(own)] for own in periods]


def going_on(trackers: Sequence[Tracker]) -> list[bool]:
    """Whether each is a year's that the next quarter of another one lies within."""
    periods = [
        own
        for tracker, skip in zip(trackers, earlier(trackers), strict=True)
        if not skip and not tracker.about.is_annual and (own := _own(tracker.about))
    ]
    starts = {own.next.start for own in periods}
    return [_holds(tracker.about, starts) for tracker in trackers]


def new_days(about: About, quarter: Period) -> Span:
    """The days of the new tracker: those of its quarter that are left when the old one is over."""
    ends = about.end
    start = quarter.start if ends is None else max(quarter.start, ends + timedelta(days=1))
    return Span(start, quarter.end)


def _goes_on(about: About, quarter: Period) -> bool:
    """Whether the quarter does not come after the tracker's own, or its days leave none of it."""
    own = _own(about)
    is_later = own is None or quarter.start > own.end
    return not is_later or not new_days(about, quarter).is_sound


def _holds(about: About, days: set[date]) -> bool:
    span = about.span
    return about.is_annual and span is not None and any(day in span for day in days)


def _told(about: About) -> str:
    """A tracker's period, and its last day where that is one of its own."""
    own = _own(about)
    is_usual = own is None or about.end in (None, own.end)
    return about.quarter if is_usual else f"{about.quarter}, which ends on {about.end}"


def _own(about: About) -> Period | None:
    """The period that a tracker names; None if it names none."""
    try:
        return period(about.quarter, about.fiscal_start)
    except MisuseError:
        return None
