"""Rules about numbers, weights and dates: what cannot be scored, or is scored by assumption."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np

from okr_sheets.checks.faults import cells_in_error
from okr_sheets.columns import Columns, among, serial, to_day
from okr_sheets.computing import OPERATIONS
from okr_sheets.findings import off_scale
from okr_sheets.language import language
from okr_sheets.problems import Problem
from okr_sheets.reading.cells import amount
from okr_sheets.schema import CHECK_IN_PREFIX, LOG, OKRS
from okr_sheets.tracker import Tracker


def types(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """Every key result has a type."""
    words = language(tracker.about.language)
    errors = cells_in_error(tracker)
    inferred = (rows.kind != "") & (rows.type == "")
    for row in rows.only(("row", "id", "kind")).take(inferred).records():
        if (row["row"], "type") not in errors:
            value = words.choice("type", row["kind"])
            yield tracker.problem(
                "type-inferred", OKRS.key, row["row"], "type", row["id"], value=value
            )


def weights(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """Not every key result of an objective weighs 0."""
    key_results = tracker.columns["key_results"]
    weighing = set(key_results.objective[key_results.weight != 0].tolist())
    for parent in sorted({0, *key_results.objective.tolist()} - {0} - weighing):
        own = rows.id[rows.row == parent][0]
        part = tracker.part_of(is_objective=True)
        yield tracker.problem("no-weight", part, parent, "title", own)


def confidences(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """A confidence is a whole number from 1 to 10.

    Where the others of its column are shares of 1 or of 100, none means what it says.
    """
    for sheet, table in ((OKRS.key, rows), (LOG.key, tracker.columns["log"])):
        typed = table.only(("row", "confidence")).take(~np.isnan(table.confidence))
        values = typed.confidence
        wrong = off_scale(values, OPERATIONS)
        of_1 = wrong.any() and ((values >= 0) & (values <= 1)).all()
        of_100 = ((values >= 10) & (values <= 100)).all() and wrong.sum() * 2 > len(wrong)
        for row in (typed if of_1 or of_100 else typed.take(wrong)).records():
            cell_text = f"{row['confidence']:g}"
            yield tracker.problem("bad-confidence", sheet, row["row"], "confidence", cell_text)


def dates(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """Starts, due dates and check-ins lie within the quarter."""
    about = tracker.about
    if about.start is None or about.end is None:
        return
    first, last = serial(about.start), serial(about.end)
    span = {"start": about.start.isoformat(), "end": about.end.isoformat()}
    for key in ("start", "due"):
        outside = (rows[key] < first) | (rows[key] > last)
        for row in rows.only(("row", key)).take(outside).records():
            given = to_day(row[key]).isoformat()
            yield tracker.problem("date-outside", OKRS.key, row["row"], key, given, **span)
    days = [day for day in tracker.check_in_dates if not about.start <= day <= about.end]
    if days:
        given = ", ".join(map(str, days))
        key = f"{CHECK_IN_PREFIX}{days[0]}"
        yield tracker.problem("check-in-outside", OKRS.key, 0, key, given, **span)


def future_numbers(tracker: Tracker, rows: Columns, as_of: date | None) -> Iterator[Problem]:
    """A number for a period that has not begun yet waits until it has."""
    if not (as_of or tracker.about.counts_to(tracker.calculated_on)):
        return
    waiting, until = rows.row[rows["waiting-number"]].tolist(), rows.until.max(initial=0)
    words = language(tracker.about.language)
    typed = tracker.columns["check_ins"]
    later = typed.take(among(typed.row, waiting) & (typed.date > until))
    for number in later.records():
        due = to_day(number["date"])
        key, given = f"{CHECK_IN_PREFIX}{due}", amount(number["value"], words)
        fields = {"value": str(due), "day": str(to_day(until))}
        yield tracker.problem("future-number", OKRS.key, number["row"], key, given, **fields)


NUMBERS = (types, weights, confidences, dates)
