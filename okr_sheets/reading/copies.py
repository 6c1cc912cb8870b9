"""Copies of one tracker: which of them counts, and which are set aside."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import chain, count
from pathlib import Path
from typing import Any

import numpy as np

from okr_sheets.columns import folded
from okr_sheets.language import fold
from okr_sheets.problems import Problem, file_names
from okr_sheets.schema import OKRS
from okr_sheets.tracker import Tracker

_KEPT_PROBLEMS = frozenset({"open-elsewhere", "quarter-disagrees"})  # of a file that is set aside
_NAMELESS = ("", "", "")


def without_copies(trackers: Sequence[Tracker]) -> list[Tracker]:
    """The trackers in order, each copy replaced by an empty one whose problem says of what.

    Copies are files or sheets of one unit and quarter in which most rows of the smaller say the
    same: saved twice, sent back under another name, kept on a hidden sheet, or left by a program
    that synchronises folders. What names no unit, such as an export as CSV, and the shown sheets of
    a workbook are copies only if most numbers are the same too. Of those that say the same in all,
    the one with the shortest name counts; of others the one that is shown, has the later check-in,
    names its unit, or is the later file. No two come back of one file and sheet.
    """
    if len(trackers) < 2:
        return list(trackers)
    names = file_names(tracker.path for tracker in trackers)
    entries = [_Entry(tracker) for tracker in trackers]
    _set_aside(entries, "identical-copy", _Entry.plainness, _Entry.is_identical)
    _set_aside(entries, "same-tracker", _Entry.lateness, _Entry.is_copy)
    kept = (entry.emptied(names) if entry.twin else entry.tracker for entry in entries)
    return [*_with_own_sheets(kept)]


def _with_own_sheets(trackers: Iterable[Tracker]) -> Iterator[Tracker]:
    """The trackers, no two with one file and sheet: Python can make such, and they get numbers."""
    taken: set[tuple[str, str]] = set()
    for tracker in trackers:
        sheet = tracker.sheets.get(OKRS.key, "")
        numbered = (f"{sheet} ({number})".strip() for number in count(2))
        names = (name for name in chain([sheet], numbered) if (tracker.path, name) not in taken)
        name = next(names) if tracker.readable else sheet
        taken.add((tracker.path, name))
        if name == sheet:
            yield tracker
            continue
        problems = (p if p.sheet != sheet else replace(p, sheet=name) for p in tracker.problems)
        sheets = {**tracker.sheets, OKRS.key: name}
        yield tracker.changed(sheets=sheets, problems=tuple(problems))


class _Entry:
    """A tracker, its rows and numbers as sets, and the one that counts in its place, if any."""

    def __init__(self, tracker: Tracker) -> None:
        about = tracker.about
        hidden = {problem.sheet for problem in tracker.problems if problem.code == "hidden-sheet"}
        self.tracker, self.path = tracker, tracker.path
        self.unit = (about.company, about.department, about.team)
        self.sheet = tracker.sheets.get(OKRS.key, "")
        self.is_shown = self.sheet not in hidden
        self.code = ""
        self.twin: Tracker | None = None

    @cached_property
    def rows(self) -> set[Hashable]:
        parts = (self.tracker.columns[name] for name in ("objectives", "key_results"))
        named = (zip(folded(rows.id), map(fold, rows.title), strict=True) for rows in parts)
        return set(chain.from_iterable(named))

    @cached_property
    def numbers(self) -> set[Hashable]:
        typed = self.tracker.columns["check_ins"]
        rows = self.tracker.columns["key_results"]
        undated = rows.take(~np.isnan(rows.typed_current))
        return {
            *zip(folded(typed.id), typed.date.tolist(), typed.value.tolist(), strict=True),
            *zip(folded(undated.id), undated.typed_current.tolist(), strict=True),
        }

    def is_copy(self, other: _Entry) -> bool:
        # Sheets of one file share their settings, so a unit tells less there.
        same_unit = self.unit == other.unit != _NAMELESS and self.path != other.path
        hidden = self.path == other.path and not (self.is_shown and other.is_shown)
        same_rows = _mostly(self.rows, other.rows)
        return same_rows and (same_unit or hidden or _mostly(self.numbers, other.numbers))

    def is_identical(self, other: _Entry) -> bool:
        return self.rows == other.rows and self.tracker == other.tracker

    def plainness(self) -> tuple[Any, ...]:
        return self.is_shown, -len(self.path)

    def lateness(self) -> tuple[Any, ...]:
        day = np.fmax.reduce(self.tracker.columns["check_ins"].date, initial=0)
        try:
            saved = Path(self.path).stat().st_mtime
        except OSError:
            saved = 0.0
        return self.is_shown, day, self.unit != _NAMELESS, saved

    def emptied(self, names: Mapping[str, str]) -> Tracker:
        """An empty tracker whose problem names the file, or the sheet of the same file."""
        twin = self.twin or self.tracker
        place, twin_name = "", names[twin.path]
        if twin.path == self.path:
            place, twin_name = self.sheet, twin.sheets[OKRS.key]
        problem = Problem(self.code, self.path, place, given=twin_name)
        still = (problem for problem in self.tracker.problems if problem.code in _KEPT_PROBLEMS)
        return Tracker.empty(path=self.path, problems=(*still, problem))


def _mostly(ours: set[Hashable], theirs: set[Hashable]) -> bool:
    """Whether most of the smaller of two sets is in both."""
    return len(ours & theirs) * 2 > min(len(ours), len(theirs))


def _set_aside(
    entries: Sequence[_Entry],
    code: str,
    rank: Callable[[_Entry], tuple[Any, ...]],
    are_copies: Callable[[_Entry, _Entry], bool],
) -> None:
    """Give each entry that is a copy of one that ranks higher that one as its twin."""
    kept: dict[str, dict[tuple[str, ...], list[_Entry]]] = {}
    readable = (e for e in entries if e.tracker.readable and e.tracker.path and not e.twin)
    for entry in sorted(readable, key=rank, reverse=True):
        by_unit = kept.setdefault(entry.tracker.about.quarter, {})
        units = list(by_unit) if entry.unit == _NAMELESS else dict.fromkeys((entry.unit, _NAMELESS))
        others = (other for unit in units for other in by_unit.get(unit, ()))
        twin = next((other for other in others if are_copies(entry, other)), None)
        if twin is None:
            by_unit.setdefault(entry.unit, []).append(entry)
        else:
            entry.code, entry.twin = code, twin.tracker
