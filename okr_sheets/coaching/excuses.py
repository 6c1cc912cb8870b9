"""Which findings are not wanted: of a code that is off in okr.toml, or that a row's note names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from okr_sheets.kinds import CODES
from okr_sheets.problems import Problem
from okr_sheets.schema import ACTIONS, LOG
from okr_sheets.tracker import Tracker

# An error is something that cannot be scored, which no wish changes.
EXCUSABLE = frozenset(code for code, severity in CODES.items() if severity != "error")


def wanted(
    problems: Iterable[Problem], trackers: Sequence[Tracker], off: Collection[str] = ()
) -> Iterator[Problem]:
    """The problems without those that are off, and without those that a note excuses.

    A note names a problem by its code, as a word among others: “agreed with sales, kr-percent”. It
    speaks for its row, and for what the log says of the row's id.
    """
    excused = {excuse for tracker in trackers for excuse in _excuses(tracker)}
    for problem in problems:
        is_off = problem.code in off and problem.code in EXCUSABLE
        places = (problem.sheet, problem.row), problem.given.casefold()
        if not (is_off or any((problem.path, place, problem.code) in excused for place in places)):
            yield problem


def _excuses(tracker: Tracker) -> Iterator[tuple[str, tuple[str, int] | str, str]]:
    """The file, the place (a sheet with a row, or an id), and a code that is not wanted there."""
    for part in ("objectives", "key_results", ACTIONS.key, LOG.key):
        is_okr = part not in {ACTIONS.key, LOG.key}
        name = tracker.part_of(is_objective=part == "objectives") if is_okr else part
        sheet, rows = tracker.sheets.get(name, ""), tracker.columns[part]
        ids = rows.id.tolist() if is_okr else [""] * len(rows)
        for row, id_text, note in zip(rows.row.tolist(), ids, rows.note, strict=True):
            for code in EXCUSABLE.intersection(re.split(r"[^\w-]+", note.casefold())):
                yield tracker.path, (sheet, row), code
                if id_text:
                    yield tracker.path, id_text.casefold(), code
