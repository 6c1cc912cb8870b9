"""Numbers that a sheet holds under no day: in a workbook that is written each has one."""

from __future__ import annotations

import numpy as np

from okr_sheets.columns import Columns, joined, serial
from okr_sheets.quarters import check_in_dates, counted_until
from okr_sheets.schema import PARTS, ROW
from okr_sheets.tracker import Tracker


def dated(tracker: Tracker) -> Tracker:
    """The tracker with check-in dates, and what was typed under *current* as a check-in.

    It gets the check-in date that counts on the day the tracker counts to, else today's. Where that
    has a number already, it stays without a day.
    """
    about = tracker.about
    day = about.day(None)
    if about.span is None or day is None:
        return tracker
    dates = tracker.check_in_dates or check_in_dates(
        about.span.start, about.span.end, about.cadence
    )
    until = counted_until(day, dates, about.span)
    until = until if until in dates else max(dates)
    rows, check_ins = tracker.columns["key_results"], tracker.columns["check_ins"]
    taken = check_ins.row[check_ins.date == serial(until)]
    is_undated = ~np.isnan(rows.typed_current) & ~np.isin(rows.row, taken)
    undated = rows.take(is_undated)
    more = [
        {"row": row, "id": id_, "date": serial(until), "value": value}
        for row, id_, value in zip(undated.row, undated.id, undated.typed_current, strict=True)
    ]
    of_today = Columns.of(more, (ROW, *PARTS["check_ins"]))
    return tracker.changed(
        check_in_dates=tuple(dates),
        key_results=rows.having(typed_current=np.where(is_undated, np.nan, rows.typed_current)),
        check_ins=joined([check_ins, of_today]),
    )
