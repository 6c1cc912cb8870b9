"""Which findings are not wanted: of a code that is off in okr.toml, or that a row's note names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from okr_sheets.problems import CODES, Problem
from okr_sheets.tracker import Tracker

# An error is something that cannot be scored, which no wish changes.
EXCUSABLE = frozenset(code for code, severity in CODES.items() if severity != "error")


def wanted(
    problems: Iterable[Problem], trackers: Sequence[Tracker], off: Collection[str] = ()
) -> Iterator[Problem]:
    """The problems without those that are off, and without those that the note of their row names.

    A note names a problem by its code, as a word among others: “agreed with sales, kr-percent”.
    """
    excused = {(*place, code) for tracker in trackers for place, code in _named(tracker)}
    for problem in problems:
        is_off = problem.code in off and problem.code in EXCUSABLE
        place = problem.path, problem.sheet, problem.row, problem.code
        if not (is_off or place in excused):
            yield problem


def _named(tracker: Tracker) -> Iterator[tuple[tuple[str, str, int], str]]:
    """The place of each row whose note names codes, with each of the codes."""
    for part in ("objectives", "key_results"):
        sheet = tracker.sheets.get(tracker.part_of(is_objective=part == "objectives"), "")
        rows = tracker.columns[part]
        for row, note in zip(rows.row.tolist(), rows.note, strict=True):
            if "-" in note:
                words = {word.strip(".,;:()!").lower() for word in note.split()}
                for code in words & EXCUSABLE:
                    yield (tracker.path, sheet, row), code
