"""Rules about numbers, weights and dates: what cannot be scored, or is scored by assumption."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

import pandas as pd

from okr_sheets.frames import to_day
from okr_sheets.language import language
from okr_sheets.problems import Problem
from okr_sheets.reading.cells import amount
from okr_sheets.schema import CHECK_IN_PREFIX, OKRS, PLANNED
from okr_sheets.scoring import PLAN_CODES
from okr_sheets.tracker import Tracker

MOVING = ("increase", "decrease")


def targets_and_baselines(tracker: Tracker, rows: pd.DataFrame) -> Iterator[Problem]:
    """Every key result has what its type needs: a target, and a baseline to come from.

    A missing baseline is 0 for an increase to more than 0; else nothing is scored without one.
    """
    words = language(tracker.about.language)
    misread = {(p.row, p.key) for p in tracker.problems}
    for number, row in rows[rows["anchor"] == 0].to_dict("index").items():
        target, baseline, kind = row["target"], row["baseline"], row["kind"]

        problem = partial(_problem, tracker, int(str(number)), str(row["id"]))
        if kind and not row["type"] and (number, "type") not in misread:
            yield problem("type-inferred", "type", value=words.choice("type", kind))
        if kind != "achieve" and pd.isna(target) and (number, "target") not in misread:
            yield problem("no-target", "target")
        if kind in MOVING and pd.isna(baseline) and (number, "baseline") not in misread:
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


def _problem(tracker: Tracker, number: int, own: str, code: str, key: str, **words: str) -> Problem:
    return tracker.problem(code, OKRS.key, number, key, own, **words)


def totals(tracker: Tracker, rows: pd.DataFrame) -> Iterator[Problem]:
    """A total has something to reach and never falls; what is counted from 0 is a total."""
    words = language(tracker.about.language)
    for number, row in rows[rows["total_of_nothing"]].to_dict("index").items():
        target = amount(row["target"], words)
        own = str(row["id"])
        yield _problem(tracker, int(str(number)), own, "total-of-nothing", "target", value=target)
    letters = tracker.letters.get(OKRS.key, {})
    for number, row in rows[rows["total_that_fell"]].to_dict("index").items():
        dated = f"{CHECK_IN_PREFIX}{to_day(row['checked'])}"
        key = dated if dated in letters else "current"
        said = {name: amount(row[name], words) for name in ("highest", "current")}
        own = str(row["id"])
        yield _problem(tracker, int(str(number)), own, "total-that-fell", key, **said)
    for number, row in rows[rows["suspected"] == 1].to_dict("index").items():
        type_ = "total" if row["kind"] == "increase" else "total-at-most"
        numbers = {key: amount(row[key], words) for key in ("first_value", "baseline")}
        said = {"first": numbers["first_value"], "baseline": numbers["baseline"]}
        said["value"] = words.choice("type", type_)
        own = str(row["id"])
        yield _problem(tracker, int(str(number)), own, "count-suspected", "type", **said)


def plans(tracker: Tracker, rows: pd.DataFrame) -> Iterator[Problem]:
    """Target, baseline and weight are those that were planned."""
    words = language(tracker.about.language)
    for number, row in rows[rows["changed"] != ""].to_dict("index").items():
        for key in PLANNED:
            if not row[f"{key}_differs"]:
                continue
            before, after = row[f"planned_{key}"], row[f"{key}_held"]
            said = {"before": amount(before, words), "after": amount(after, words)}
            code = PLAN_CODES[after > before]
            own, label = str(row["id"]), words(f"okrs.{key}")
            yield _problem(tracker, int(str(number)), own, code, key, label=label, **said)


def percent_scales(tracker: Tracker, rows: pd.DataFrame) -> Iterator[Problem]:
    """One key result's percents are all whole ones, or all fractions."""
    letters = tracker.letters.get(OKRS.key, {})
    for number, row in rows[rows["mixed_scale"]].to_dict("index").items():
        key = "baseline"
        if not 0 < row["baseline"] < 1:  # then it is the number of the last check-in
            dated = f"{CHECK_IN_PREFIX}{to_day(row['checked'])}"
            key = dated if dated in letters else "current"
        yield tracker.problem("mixed-scale", OKRS.key, int(str(number)), key, row["id"])


def weights(tracker: Tracker, rows: pd.DataFrame) -> Iterator[Problem]:
    """A weight is 0 or more, and not every key result of an objective weighs 0."""
    for number, weight in rows.loc[rows["weight"] < 0, "weight"].items():
        yield tracker.problem("bad-weight", OKRS.key, number, "weight", f"{weight:g}")  # type: ignore[arg-type]
    for parent, group in tracker.key_results.groupby("objective"):
        if parent and (group["weight"] == 0).all():
            own = tracker.objectives.at[parent, "id"]
            yield tracker.problem("no-weight", OKRS.key, parent, "title", own)  # type: ignore[arg-type]


def confidences(tracker: Tracker, rows: pd.DataFrame) -> Iterator[Problem]:
    """A confidence is a whole number from 1 to 10.

    Where the others of its column are shares of 1 or of 100, none means what it says.
    """
    for sheet, given in ((OKRS.key, rows["confidence"]), ("log", tracker.log["confidence"])):
        typed = given.dropna()
        wrong = ~typed.isin(range(1, 11))
        of_1 = wrong.any() and typed.between(0, 1).all()
        of_100 = typed.between(10, 100).all() and wrong.mean() > 0.5
        for number, value in (typed if of_1 or of_100 else typed[wrong]).items():
            yield tracker.problem("bad-confidence", sheet, number, "confidence", f"{value:g}")  # type: ignore[arg-type]


def dates(tracker: Tracker, rows: pd.DataFrame) -> Iterator[Problem]:
    """Starts, due dates and check-ins lie within the quarter; nothing starts after it is due."""
    about = tracker.about
    if about.start is None or about.end is None:
        return
    first, last = pd.Timestamp(about.start), pd.Timestamp(about.end)
    span = {"start": about.start.isoformat(), "end": about.end.isoformat()}
    for key in ("start", "due"):
        outside = rows.loc[(rows[key] < first) | (rows[key] > last), key]
        for number, day in outside.items():
            shown = day.date().isoformat()
            yield tracker.problem("date-outside", OKRS.key, number, key, shown, **span)  # type: ignore[arg-type]
    late = rows["start"].fillna(first) > rows["due"].fillna(last)
    for number in rows.index[late]:
        own = rows.at[number, "id"]
        yield tracker.problem("start-after-due", OKRS.key, number, "start", own)
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
    later = tracker.check_ins[tracker.check_ins["date"] > pd.Timestamp(until)]
    for number, moment, typed in zip(later.index, later["date"], later["value"], strict=True):
        due = moment.date()
        key, given = f"{CHECK_IN_PREFIX}{due}", amount(typed, words)
        said = {"value": str(due), "day": str(until)}
        yield tracker.problem("future-number", OKRS.key, number, key, given, **said)


NUMBERS = (
    weights,
    confidences,
    dates,
)
SCORED_NUMBERS = (targets_and_baselines, totals, plans, percent_scales)
