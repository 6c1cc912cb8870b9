"""Rules of the quarter as it goes: numbers, confidences, targets and silence.

What is at its target from the start, and a line that was not kept, is said in `findings`, since the
workbook says it too.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from okr_sheets.coaching.confidence import confidences
from okr_sheets.columns import Array, Columns, among, folded, to_day
from okr_sheets.computing import OPERATIONS, since, stale
from okr_sheets.gathering import check_ins
from okr_sheets.language import language
from okr_sheets.problems import Problem
from okr_sheets.reading.cells import amount
from okr_sheets.schema import CHECK_IN_PREFIX, OKRS
from okr_sheets.scoring import due_of, passed, start_of
from okr_sheets.tracker import Tracker, places

EARLY = 0.25  # of the time: until then a count lies far below a level
# Of which a higher target is the easier one.
FALLING = ("decrease", "total-at-most", "keep-at-most")


def habits(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """The findings on how one tracker's key results move, by its scored rows as of a day."""
    if not tracker.about.span:
        return
    remarked = _remarked(tracker, rows)
    yield from _levels_counted(tracker, rows)
    yield from _steps_measured(tracker, rows)
    yield from _lowered(tracker, rows)
    yield from confidences(tracker, rows)
    yield from _silent(tracker, rows, remarked)
    yield from _missed(tracker, rows, remarked)


def _levels_counted(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """A total is a count from 0: early numbers do not go on from last quarter's. Source: own."""
    start, due = start_of(rows, OPERATIONS), due_of(rows, OPERATIONS)
    share = passed(rows.first_on, start, due, OPERATIONS)
    baseline, first, target = rows.baseline, rows.first_value, rows.target
    is_near = np.abs(first - baseline) < np.abs(first - share * target)
    up = (rows.kind == "total") & (first >= baseline) & (baseline > 0) & (target > baseline)
    down = (rows.kind == "total-at-most") & (first <= baseline) & (target < baseline)
    is_level = (
        (rows.standing == "active") & (share <= EARLY) & is_near & (up | (down & (first > 0)))
    )
    for at in np.flatnonzero(is_level).tolist():
        yield _mistyped(tracker, rows, at, "increase" if up[at] else "decrease")


def _steps_measured(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """What is achieved in steps has whole ones, and no percents. Source: own."""
    steps = (rows.standing == "active") & (rows.kind == "achieve") & (rows.target > 1)
    if not steps.any():
        return
    typed = check_ins([tracker])
    of_parts = typed.place[typed.value % 1 != 0].tolist()
    in_parts = among(places(np.zeros(len(rows), np.int64), rows.row, False), of_parts)
    for at in np.flatnonzero(steps).tolist():
        if in_parts[at] or "%" in rows.unit[at]:
            yield _mistyped(tracker, rows, at, "increase")


def _mistyped(tracker: Tracker, rows: Columns, at: int, kind: str) -> Problem:
    words = language(tracker.about.language)
    fields = {"type": words.choice("type", rows.kind[at]), "value": words.choice("type", kind)}
    row = int(rows.row[at])
    return tracker.problem("kr-count-type", OKRS.key, row, "type", rows.id[at], **fields)


def unexplained(tracker: Tracker, rows: Columns) -> Array:
    """Which key results were given an easier target than was planned, and no word about it."""
    falls = among(rows.kind, FALLING)
    eased: Array = np.where(falls, rows["plan-raised:target"], rows["plan-lowered:target"])
    if eased.any():
        eased &= (rows.note == "") & ~_remarked(tracker, rows)
    return eased


def _remarked(tracker: Tracker, rows: Columns) -> Array:
    """Which rows the log says a word about."""
    log = tracker.columns["log"]
    remarked: Array = among(folded(rows.id), folded(log.id[log.note != ""])) & (rows.id != "")
    return remarked


def _lowered(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """An easier target comes with a reason, in the note or the log. Source: whatmatters, GitLab."""
    words = language(tracker.about.language)
    for at in np.flatnonzero(unexplained(tracker, rows)).tolist():
        fields = {
            "before": amount(float(rows.planned_target[at]), words),
            "after": amount(float(rows.target[at]), words),
        }
        row = int(rows.row[at])
        yield tracker.problem(
            "lowered-without-note", OKRS.key, row, "target", rows.id[at], **fields
        )


def _silent(tracker: Tracker, rows: Columns, remarked: Array) -> Iterator[Problem]:
    """While the quarter runs, no key result is silent for two periods of the cadence.

    A word in its note or in the log explains it. Where nobody has typed anything, the tracker as a
    whole is named (`untouched`); a number that cannot be read is named where it stands. Source:
    Viva Goals (check-ins that are due).
    """
    if not (rows.checked > 0).any():
        return
    runs = (rows.day < rows.last_day) & (rows.day <= due_of(rows, OPERATIONS)) & (rows.kind != "")
    misread = [
        problem.row
        for problem in tracker.problems
        if problem.severity == "error" and problem.key.startswith((CHECK_IN_PREFIX, "current"))
    ]
    silent = runs & stale(rows, [tracker.about.cadence] * len(rows)) & ~among(rows.row, misread)
    silent &= (rows.note == "") & ~remarked
    days = since(rows)
    for at in np.flatnonzero(silent).tolist():
        key = f"{CHECK_IN_PREFIX}{to_day(rows.asked_on[at])}"
        key = key if key in tracker.letters.get(OKRS.key, {key}) else "current"
        day = to_day(days[at]).isoformat() if rows.checked[at] > 0 else ""
        row = int(rows.row[at])
        yield tracker.problem("check-in-stale", OKRS.key, row, key, rows.id[at], since=day)


def _missed(tracker: Tracker, rows: Columns, remarked: Array) -> Iterator[Problem]:
    """What was promised and not reached on its day has a reason, where numbers were typed at all.

    Source: Google's playbook.
    """
    words = language(tracker.about.language)
    over = (rows.day >= due_of(rows, OPERATIONS)) & (rows.standing == "active") & (rows.score < 1)
    if not (over.any() and (rows.checked > 0).any()):
        return
    top = rows.anchor > 0
    above = dict(zip(rows.row[top].tolist(), rows.commitment[top].tolist(), strict=True))
    for at in np.flatnonzero(over & (rows.note == "") & ~remarked).tolist():
        if (rows.commitment[at] or above.get(int(rows.group[at]))) == "committed":
            value, row = words.percent(float(rows.score[at])), int(rows.row[at])
            yield tracker.problem("committed-miss", OKRS.key, row, "note", rows.id[at], value=value)
