"""Numbers that a sheet holds under no day: in a workbook that is written each has one."""

from __future__ import annotations

from datetime import date

import numpy as np

from okr_sheets.columns import Columns, joined, serial, to_day
from okr_sheets.quarters import check_in_dates, counted_until
from okr_sheets.schema import PARTS, ROW
from okr_sheets.tracker import Tracker


def dated(tracker: Tracker, today: date | None = None) -> Tracker:
    """The tracker with check-in dates, and what was typed under *current* as check-ins of one day.

    Where a row has a number of that day already, its other one stays without a day.
    """
    day = day_of_undated(tracker, today)
    if day is None:
        return tracker
    rows, check_ins = tracker.columns["key_results"], tracker.columns["check_ins"]
    taken = check_ins.row[check_ins.date == serial(day)]
    is_undated = ~np.isnan(rows.typed_current) & ~np.isin(rows.row, taken)
    if tracker.check_in_dates and not is_undated.any():
        return tracker
    undated = rows.take(is_undated)
    more = [
        {"row": row, "id": id_, "date": serial(day), "value": value}
        for row, id_, value in zip(undated.row, undated.id, undated.typed_current, strict=True)
    ]
    return tracker.changed(
        check_in_dates=_dates(tracker),
        key_results=rows.having(typed_current=np.where(is_undated, np.nan, rows.typed_current)),
        check_ins=joined([check_ins, Columns.of(more, (ROW, *PARTS["check_ins"]))]),
    )


def day_of_undated(tracker: Tracker, today: date | None = None) -> date | None:
    """The check-in date that counts on the tracker's own day, else today's, else its last number's.

    None for a tracker of no days.
    """
    about, span = tracker.about, tracker.about.span
    if span is None:
        return None
    latest = np.fmax.reduce(tracker.columns["check_ins"].date, initial=0)
    day = about.as_of or today or (to_day(latest) if latest else span.start)
    dates = _dates(tracker)
    until = counted_until(min(max(day, span.start), span.end), dates, span)
    return until if until in dates else max(dates)


def _dates(tracker: Tracker) -> tuple[date, ...]:
    about, span = tracker.about, tracker.about.span
    if tracker.check_in_dates or span is None:
        return tracker.check_in_dates
    return check_in_dates(span.start, span.end, about.cadence)
