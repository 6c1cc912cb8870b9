"""The sample company at the end of its quarter: the last numbers, and what people decided."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from okr_sheets.bands import Bands
from okr_sheets.columns import Columns, to_day
from okr_sheets.rollups.scored import scored
from okr_sheets.schema import PARTS, ROW
from okr_sheets.tracker import Tracker

Row = dict[str, Any]
Value = Callable[[Row, float, int], float]  # of a row that has come a share of its way, in a week
# What was decided on each objective, with what was learned; some have a final score of their own.
DECISIONS: Mapping[str, tuple[str, str]] = {
    "C-O1": ("keep", "Pipeline has to stand before the quarter begins, not in its second month."),
    "C-O2": ("keep", "References come from customers who were asked by name."),
    "C-O3": ("achieved", "Exit talks told us more than the pulse score."),
    "MKT-O1": ("keep", "A dashboard that nobody has to ask for gets read."),
    "MKT-O2": ("change", "Cleaning by hand does not last: the source has to be mended."),
    "MKT-O3": ("keep", "One partner webinar brings as much as a month of posts."),
    "MKT-O4": ("achieved", "Rankings follow the pages that answer one question."),
    "SAL-O1": ("keep", "The first meeting decides; the rest is follow-up."),
    "SAL-O2": ("keep", "Two open positions cost more deals than any discount."),
    "SAL-O3": ("keep", "The January review should have come in December."),
    "ENB-O1": ("keep", "New sellers learn from calls, not from slides."),
    "ENB-O2": ("achieved", "A library is used where it answers within a minute."),
    "ENB-O3": ("postpone", "Nobody had the time; it needs an owner with a free day a week."),
    "GTM-O1": ("keep", "Definitions hold once both teams wrote them together."),
    "GTM-O2": ("drop", "The segment is not ready for us; we learned it for little money."),
    "GTM-O3": ("keep", "What sellers hear in lost deals belongs on the roadmap."),
    "PRD-O1": ("keep", "Setup is shortest where we ask for nothing."),
    "PRD-O2": ("keep", "Incidents fall when the one on call may stop a release."),
    "PRD-O3": ("keep", "Half of the ideas came from support, and we had not asked."),
}
FINAL: Mapping[str, tuple[float, str]] = {
    "GTM-O2": (0.2, "The one deal that came was won by sales alone."),
    "MKT-O4": (0.9, "The last page went live two days after the quarter."),
}
REASONS = (
    "Began two weeks late, and the pace did not make up for it.",
    "The numbers of the last month came in lower than we counted on.",
    "The person it hung on was ill in February.",
    "We underestimated how long the approval takes.",
)
LATE = 0.4  # of its way: what nobody typed a number of until the quarter was nearly over
_COUNTED = ("total", "total-at-most", "achieve")


def closed(tracker: Tracker, values: Mapping[str, Value]) -> Tracker:
    """A tracker of the sample company, filled in to its last day, and closed.

    Each key result goes on as it went; `values` says what is typed of each type.
    """
    results = list(tracker.columns["key_results"].records())
    check_ins = list(tracker.columns["check_ins"].records())
    typed: dict[int, Row] = {row["row"]: row for row in check_ins}  # of each the last
    dates = tracker.check_in_dates
    for row in results:
        if row["state"] != "cancelled":
            last = typed.get(row["row"])
            check_ins += _rest(row, last, dates, values[row["type"]])
    full = tracker.changed(
        about=replace(tracker.about, as_of=tracker.about.end),
        check_ins=Columns.of(check_ins, (ROW, *PARTS["check_ins"])),
    )
    return full.changed(
        key_results=_explained(full),
        close=Columns.of(list(_lines(full)), (ROW, *PARTS["close"])),
    )


def _rest(row: Row, last: Row | None, dates: Sequence[date], value: Value) -> Iterator[Row]:
    """The check-ins after the last one, at half the pace that there was until then."""
    done = 0 if last is None else 1 + dates.index(to_day(last["date"]))
    way = 0.0 if last is None else _way(row, last["value"])
    for week, day in enumerate(dates[done:], done + 1):
        share = way * (1 + (week - done) / done / 2) if done else LATE * week / len(dates)
        number = value(row, share, week)
        if last is not None and row["type"] in _COUNTED:
            number = max(number, last["value"])
        yield {"row": row["row"], "id": row["id"], "date": day, "value": number}


def _way(row: Row, value: float) -> float:
    """The share of its way that a number has come."""
    if row["type"] in _COUNTED:
        return float(value / row["target"])
    return float((value - row["baseline"]) / (row["target"] - row["baseline"]))


def _explained(tracker: Tracker) -> Columns:
    """The key results, with a word on each committed one that was missed."""
    now = scored([tracker], [[tracker.about.end]], Bands()).key_results
    missed = {
        row["row"]
        for row in now.only(("row", "commitment", "score")).records()
        if row["commitment"] == "committed" and row["score"] < 1
    }
    rows = [
        row | ({"note": REASONS[at % len(REASONS)]} if row["row"] in missed else {})
        for at, row in enumerate(tracker.columns["key_results"].records())
    ]
    return Columns.of(rows, (ROW, *PARTS["key_results"]))


def _lines(tracker: Tracker) -> Iterator[Row]:
    """The lines of the close."""
    for number, name in enumerate(tracker.columns["objectives"].id, 1):
        decision, lesson = DECISIONS[name]
        final, reason = FINAL.get(name, (math.nan, ""))
        line = {"row": number, "id": name, "decision": decision, "lesson": lesson}
        yield line | {"final": final, "reason": reason}
