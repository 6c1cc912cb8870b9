"""How sure people are of a key result, beside its numbers and beside what they said before."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from okr_sheets.choices import STOPPED
from okr_sheets.columns import Columns, among
from okr_sheets.computing import OPERATIONS
from okr_sheets.findings import off_scale
from okr_sheets.gathering import logged
from okr_sheets.language import language
from okr_sheets.problems import Problem
from okr_sheets.schema import LOG
from okr_sheets.scoring import due_of
from okr_sheets.tracker import Tracker

SURE, UNSURE = 8, 3  # of 10, from here on up and down
FAR = 2  # points by which a fall is worth a word
_WELL = ("on-track", "achieved")


def confidences(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """The findings on the confidences of a tracker's rows, those of the log up to the day too."""
    log = logged([tracker])
    # Where one is on another scale, the others are too.
    is_sound = not off_scale(rows.confidence, OPERATIONS).any()
    typed = np.where(is_sound, rows.confidence, np.nan).tolist()
    due = due_of(rows, OPERATIONS).tolist()
    live = (~among(rows.status, STOPPED)).tolist()
    for at, (own, name) in enumerate(zip(typed, rows.id.tolist(), strict=True)):
        lines = log.get((0, name.casefold()), ()) if log and name else ()
        day = rows.day[at]
        said = [
            (each.confidence, each.row) for each in lines if each.has_confidence and each.day <= day
        ]
        if live[at] and (said or own == own):  # noqa: PLR0124  not NaN
            last = said[-1] if said else (own, 0)
            if day < due[at]:
                yield from _against_pace(tracker, rows, at, *last)
            yield from _fell(tracker, rows, at, said)


def _against_pace(
    tracker: Tracker, rows: Columns, at: int, value: float, logged: int
) -> Iterator[Problem]:
    """Until its due day nobody is sure of what is off track, or doubts what is on track.

    Source: Wodtke.
    """
    status = rows.status[at]
    sure_of_little = value >= SURE and status == "off-track"
    if sure_of_little or (value <= UNSURE and status in _WELL):
        words = language(tracker.about.language)
        fields = {"value": f"{value:g}", "status": words.choice("status", status)}
        yield _at_cell(tracker, rows, at, "confidence-against-pace", logged, **fields)


def _fell(
    tracker: Tracker, rows: Columns, at: int, said: list[tuple[float, int]]
) -> Iterator[Problem]:
    """A confidence that falls far, or twice running, is asked about. Source: Wodtke."""
    last = [value for value, _ in said[-3:]]
    falls = [before - after for before, after in pairwise(last)]
    is_far = bool(falls) and falls[-1] >= FAR
    if is_far or (len(falls) > 1 and min(falls) > 0):
        before = last[-2] if is_far else last[0]
        fields = {"before": f"{before:g}", "after": f"{last[-1]:g}"}
        yield _at_cell(tracker, rows, at, "confidence-fell", said[-1][1], **fields)


def _at_cell(
    tracker: Tracker, rows: Columns, at: int, code: str, logged: int, **words: str
) -> Problem:
    """A problem at the line of the log that holds a confidence, else at the row's own."""
    part = tracker.part_of(is_objective=bool(rows.anchor[at]))
    sheet, row = (LOG.key, logged) if logged else (part, int(rows.row[at]))
    return tracker.problem(code, sheet, row, "confidence", rows.id[at], **words)
