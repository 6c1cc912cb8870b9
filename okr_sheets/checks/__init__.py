"""Checks of structure: each rule one small function, whose docstring is the rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from okr_sheets.checks.numbers import NUMBERS
from okr_sheets.checks.stored import STORED
from okr_sheets.checks.structure import STRUCTURE, same_trackers, unknown_alignment
from okr_sheets.problems import Problem, in_order
from okr_sheets.reading.files import Source, read_all
from okr_sheets.tracker import Tracker

RULES: tuple[Callable[[Tracker], Iterator[Problem]], ...] = (*STRUCTURE, *NUMBERS, *STORED)


def check(source: Source | Sequence[Source]) -> tuple[Problem, ...]:
    """All problems of trackers, or of the files and folders that paths name.

    Those of reading, structure, numbers and formulas, in order of file and cell.
    """
    trackers = read_all(source)
    found = [problem for tracker in trackers for problem in tracker.problems]
    for tracker in trackers:
        if tracker.readable:
            found += [problem for rule in RULES for problem in rule(tracker)]
    found += [*unknown_alignment(trackers), *same_trackers(trackers)]
    return in_order(found)
