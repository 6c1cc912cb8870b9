"""What the text of a key result says and its cells do not: offered, never typed over."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from math import isnan

from okr_sheets.coaching.excuses import wanted
from okr_sheets.coaching.told import Told, told
from okr_sheets.coaching.wording import Line, under_way
from okr_sheets.coaching.written import Written
from okr_sheets.problems import Problem
from okr_sheets.schema import OKRS
from okr_sheets.tracker import Tracker

# Beside errors: what a tracker that is written anew would settle, or leave behind.
_LEFT_BEHIND = frozenset(
    {"ambiguous-number", "ambiguous-date", "duplicate-column", "similar-column", "far-cell"}
    | {"current-typed"}
)


def offers(tracker: Tracker, off: Collection[str] = ()) -> Mapping[int, Told]:
    """For each row of a key result what its blank cells may hold, as its text says.

    Rows for which `offered` is not wanted are left out: by `off`, or by their note.
    """
    lines = under_way(tracker)
    rows = {problem.row for problem in wanted(offered(tracker, lines), [tracker], off)}
    return {row: offer for row, _, offer in _found(lines) if row in rows}


def offered(tracker: Tracker, lines: Iterable[Line]) -> Iterator[Problem]:
    """The same as findings: each names the first of the blank cells, and what to type in them."""
    for row, text, offer in _found(lines):
        fields = ";".join(f"{key}={_plain(value)}" for key, value in offer.items())
        yield tracker.problem("offered", OKRS.key, row, next(iter(offer)), text, offer=fields)


def first_left_behind(tracker: Tracker) -> Problem | None:
    """The first cell or column whose content a tracker that is written anew would not hold."""
    lost = (p for p in tracker.problems if p.severity == "error" or p.code in _LEFT_BEHIND)
    return next((problem for problem in lost if problem.cell), None)


def _found(lines: Iterable[Line]) -> Iterator[tuple[int, str, Told]]:
    """The row, text and offer of each key result whose text tells what a blank cell lacks."""
    for row, is_misread, written in lines:
        if not (is_misread or written.text.is_objective):
            offer = {key: it for key, it in told(written).items() if _is_blank(written, key)}
            if offer:
                yield row, written.text.raw, offer


def _is_blank(row: Written, key: str) -> bool:
    value = getattr(row, key)
    return value == "" or (isinstance(value, float) and isnan(value))


def _plain(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.15g}"
