"""Rules about numbers, weights and dates: what cannot be scored, or is scored by assumption."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from math import isnan
from typing import Any

import numpy as np

from okr_sheets.columns import Array, Columns, among, serial, to_day
from okr_sheets.language import language
from okr_sheets.problems import Problem
from okr_sheets.reading.cells import amount
from okr_sheets.schema import CHECK_IN_PREFIX, LOG, OKRS, PLANNED
from okr_sheets.scoring import PLAN_CODES
from okr_sheets.tracker import Tracker

MOVING = ("increase", "decrease")


def targets_and_baselines(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """Every key result has what its type needs: a target, and a baseline to come from.

    A missing baseline is 0 for an increase to more than 0; else nothing is scored without one.
    """
    words = language(tracker.about.language)
    misread = {(p.row, p.key) for p in tracker.problems}
    for row in _records(rows, rows.anchor == 0, "type", "kind", "target", "baseline"):
        target, baseline, kind = row["target"], row["baseline"], row["kind"]
        number = row["row"]
        problem = partial(_problem, tracker, row)
        if kind and not row["type"] and (number, "type") not in misread:
            yield problem("type-inferred", "type", value=words.choice("type", kind))
        if kind != "achieve" and isnan(target) and (number, "target") not in misread:
            yield problem("no-target", "target")
        if kind in MOVING and isnan(baseline) and (number, "baseline") not in misread:
            lacks = kind == "decrease" or target <= 0
            yield problem("no-baseline" if lacks else "baseline-assumed", "baseline")
        if kind in MOVING and baseline == target:
            keep = "keep-at-most" if kind == "decrease" else "keep-at-least"
            yield problem("baseline-equals-target", "target", value=words.choice("type", keep))
        falls = target < baseline
        if (row["type"] == "increase" and falls) or (
            row["type"] == "decrease" and target > baseline
        ):
            yield problem("wrong-direction", "type", type=words.choice("type", row["type"]))


def _records(rows: Columns, which: Array, *keys: str) -> Iterator[dict[str, Any]]:
    """The number, the id and these columns of the rows that a mask chooses."""
    return rows.only(("row", "id", *keys)).take(which).records() if which.any() else iter(())


def _problem(tracker: Tracker, row: dict[str, Any], code: str, key: str, **words: str) -> Problem:
    return tracker.problem(code, OKRS.key, row["row"], key, row["id"], **words)


def _checked_in(tracker: Tracker, day: float) -> str:
    """The key of the column that holds the number of a day."""
    key = f"{CHECK_IN_PREFIX}{to_day(day)}"
    return key if key in tracker.letters.get(OKRS.key, {}) else "current"


def totals(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """A total has something to reach and never falls; what is counted from 0 is a total."""
    words = language(tracker.about.language)
    for row in _records(rows, rows.total_of_nothing, "target"):
        target = amount(row["target"], words)
        yield _problem(tracker, row, "total-of-nothing", "target", value=target)
    for row in _records(rows, rows.total_that_fell, "checked", "highest", "current"):
        key = _checked_in(tracker, row["checked"])
        numbers = {name: amount(row[name], words) for name in ("highest", "current")}
        yield _problem(tracker, row, "total-that-fell", key, **numbers)
    for row in _records(rows, rows.suspected == 1, "kind", "first_value", "baseline"):
        type_ = "total" if row["kind"] == "increase" else "total-at-most"
        fields = {
            "first": amount(row["first_value"], words),
            "baseline": amount(row["baseline"], words),
            "value": words.choice("type", type_),
        }
        yield _problem(tracker, row, "count-suspected", "type", **fields)


def plans(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """Target, baseline and weight are those that were planned."""
    words = language(tracker.about.language)
    keys = [key.format(part) for part in PLANNED for key in ("planned_{}", "{}_differs", "{}_held")]
    for row in _records(rows, rows.changed != "", *keys):
        for key in PLANNED:
            if not row[f"{key}_differs"]:
                continue
            before, after = row[f"planned_{key}"], row[f"{key}_held"]
            numbers = {"before": amount(before, words), "after": amount(after, words)}
            code = PLAN_CODES[after > before]
            yield _problem(tracker, row, code, key, label=words(f"okrs.{key}"), **numbers)


def percent_scales(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """One key result's percents are all whole ones, or all fractions."""
    for row in _records(rows, rows.mixed_scale, "baseline", "checked"):
        is_baseline = 0 < row["baseline"] < 1  # else it is the number of the last check-in
        key = "baseline" if is_baseline else _checked_in(tracker, row["checked"])
        yield _problem(tracker, row, "mixed-scale", key)


def weights(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """A weight is 0 or more, and not every key result of an objective weighs 0."""
    for row in _records(rows, rows.weight < 0, "weight"):
        given = f"{row['weight']:g}"
        yield tracker.problem("bad-weight", OKRS.key, row["row"], "weight", given)
    key_results = tracker.columns["key_results"]
    weighing = set(key_results.objective[key_results.weight != 0].tolist())
    for parent in sorted({0, *key_results.objective.tolist()} - {0} - weighing):
        own = rows.id[rows.row == parent][0]
        yield tracker.problem("no-weight", OKRS.key, parent, "title", own)


def confidences(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """A confidence is a whole number from 1 to 10.

    Where the others of its column are shares of 1 or of 100, none means what it says.
    """
    for sheet, table in ((OKRS.key, rows), (LOG.key, tracker.columns["log"])):
        typed = table.only(("row", "confidence")).take(~np.isnan(table.confidence))
        values = typed.confidence
        wrong = ~among(values, range(1, 11))
        of_1 = wrong.any() and ((values >= 0) & (values <= 1)).all()
        of_100 = ((values >= 10) & (values <= 100)).all() and wrong.sum() * 2 > len(wrong)
        for row in (typed if of_1 or of_100 else typed.take(wrong)).records():
            given = f"{row['confidence']:g}"
            yield tracker.problem("bad-confidence", sheet, row["row"], "confidence", given)


def dates(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """Starts, due dates and check-ins lie within the quarter; nothing starts after it is due."""
    about = tracker.about
    if about.start is None or about.end is None:
        return
    first, last = serial(about.start), serial(about.end)
    span = {"start": about.start.isoformat(), "end": about.end.isoformat()}
    for key in ("start", "due"):
        for row in _records(rows, (rows[key] < first) | (rows[key] > last), key):
            given = to_day(row[key]).isoformat()
            yield tracker.problem("date-outside", OKRS.key, row["row"], key, given, **span)
    start = np.where(np.isnan(rows.start), first, rows.start)
    due = np.where(np.isnan(rows.due), last, rows.due)
    for row in _records(rows, start > due):
        yield _problem(tracker, row, "start-after-due", "start")
    days = [day for day in tracker.check_in_dates if not about.start <= day <= about.end]
    if days:
        given = ", ".join(map(str, days))
        key = f"{CHECK_IN_PREFIX}{days[0]}"
        yield tracker.problem("check-in-outside", OKRS.key, 0, key, given, **span)


def future_numbers(tracker: Tracker, as_of: date | None) -> Iterator[Problem]:
    """A number for a period that has not begun yet waits until it has."""
    day = as_of or tracker.about.counts_to(tracker.calculated_on)
    until = tracker.until(day)
    if until is None:
        return
    words = language(tracker.about.language)
    typed = tracker.columns["check_ins"]
    for number in typed.take(typed.date > serial(until)).records():
        due = to_day(number["date"])
        key, given = f"{CHECK_IN_PREFIX}{due}", amount(number["value"], words)
        fields = {"value": str(due), "day": str(until)}
        yield tracker.problem("future-number", OKRS.key, number["row"], key, given, **fields)


NUMBERS = (
    weights,
    confidences,
    dates,
)
SCORED_NUMBERS = (targets_and_baselines, totals, plans, percent_scales)
