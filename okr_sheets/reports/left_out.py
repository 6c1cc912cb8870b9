"""Files that no figure of a rollup counts, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

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
    said, unsaid = [], []
    for name, tracker in zip(names_left_out(rollup), _lost(rollup), strict=True):
        reason = _why_not(tracker, rollup.problems)
        if reason:
            # Its name is its place, since tables of one workbook share the path.
            said.append(replace(reason, path=name, called=name, sheet=""))
        else:
            unsaid.append((name, ""))
    return [*((line.file, line.say(words.code)) for line in grouped(said)), *unsaid]


def _lost(rollup: Rollup) -> list[Tracker]:
    return [
        tracker
        for tracker in rollup.trackers
        if not tracker.set_aside and (not tracker.readable or tracker.about.day() is None)
    ]


def _why_not(tracker: Tracker, problems: Sequence[Problem]) -> Problem | None:
    """The gravest of what is said of the file as a whole, before what is said of other tables."""
    about_file = (
        p for p in problems if p.path == tracker.path and not p.row and p.severity != "info"
    )
    own = {"", *tracker.sheets.values()}
    return min(about_file, key=lambda p: (p.sheet not in own, p.severity != "error"), default=None)
