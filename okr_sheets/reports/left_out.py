"""Files that no figure of a rollup counts, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from okr_sheets.grouping import grouped
from okr_sheets.language import Language
from okr_sheets.problems import Problem, file_names
from okr_sheets.rollups.result import Rollup
from okr_sheets.schema import OKRS
from okr_sheets.tracker import Tracker


def names_left_out(rollup: Rollup) -> list[str]:
    """The files that no figure counts, not copies of what is counted.

    Of several tables in a workbook one may be lost, and the others counted; it has its sheet.
    """
    files = file_names(tracker.path for tracker in rollup.trackers)
    tables = Counter(tracker.path for tracker in rollup.trackers)
    return [
        f"{files[tracker.path]}:{tracker.sheets.get(OKRS.key, '')}"
        if tables[tracker.path] > 1
        else files[tracker.path]
        for tracker in _lost(rollup)
    ]


def left_out(rollup: Rollup, words: Language) -> list[tuple[str, str]]:
    """Each of them with the reason; of many with the same one line speaks for all."""
    names = names_left_out(rollup)
    reasons = [_why_not(tracker, rollup.problems) for tracker in _lost(rollup)]
    named = dict(zip(map(_place, reasons), names, strict=True))
    unsaid = [(name, "") for name, reason in zip(names, reasons, strict=True) if not reason]
    said = grouped(reason for reason in reasons if reason)
    return [*((named[_place(line)], line.say(words.code)) for line in said), *unsaid]


def _lost(rollup: Rollup) -> list[Tracker]:
    return [
        tracker
        for tracker in rollup.trackers
        if not tracker.set_aside and (not tracker.readable or tracker.about.day() is None)
    ]


def _place(reason: Problem | None) -> tuple[str, ...]:
    return (reason.code, reason.path, reason.sheet) if reason else ()


def _why_not(tracker: Tracker, problems: Sequence[Problem]) -> Problem | None:
    """The gravest of what is said of the file as a whole."""
    about_file = (
        p for p in problems if p.path == tracker.path and not p.row and p.severity != "info"
    )
    return min(about_file, key=lambda problem: problem.severity != "error", default=None)
