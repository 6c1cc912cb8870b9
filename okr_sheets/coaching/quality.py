"""Quality: of how many key results a coach has nothing to say, by unit and by objective."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from okr_sheets.choices import STOPPED
from okr_sheets.columns import Columns
from okr_sheets.kinds import WRITTEN
from okr_sheets.problems import Problem
from okr_sheets.schema import OKRS, Column
from okr_sheets.tracker import Tracker

QUALITY = (
    Column("company"),
    Column("department"),
    Column("team"),
    Column("quarter"),
    Column("level"),  # "unit" or "objective"
    Column("tracker", "count"),
    Column("row", "count"),
    Column("id", "id"),
    Column("title"),
    Column("key_results", "count"),
    Column("clean", "count"),
    Column("findings", "count"),
    Column("share", "percent"),
)
_COUNTED = {"key_results": 0, "clean": 0, "findings": 0}
_Found = Mapping[tuple[str, str], Sequence[Problem]]  # by path and sheet


def is_finding(problem: Problem) -> bool:
    """Whether a problem counts against how a key result is written.

    That are errors in its row, and what a coach says of wording and plan, if it is more than worth
    knowing; how the quarter goes is another matter.
    """
    written = problem.code in WRITTEN and problem.severity == "warning"
    return written or problem.severity == "error"


def quality(trackers: Sequence[Tracker], problems: Iterable[Problem]) -> Columns:
    """A row for each unit and quarter, and below it one for each of its objectives.

    Columns `QUALITY`: `key_results` counts those that are neither postponed nor cancelled, `clean`
    those of them in whose row there is no finding (see `is_finding`); `share` is clean /
    key_results, NaN where there are none. `findings` counts those of the objective and of its key
    results; of a unit all of its sheet. `tracker` is a place in the list, of a unit that of its
    first tracker, and `row` that of the objective, 0 of a unit. Units stand in the order in which
    they come, the quarters of each from the oldest on, objectives as on the sheet. A key result
    under no objective counts for its unit alone. Trackers that could not be read, or of which a
    copy counts, are left out.

    `problems` are those that `checks.problems_of` gives, each for itself (not `grouped`).
    """
    found: dict[tuple[str, str], list[Problem]] = {}
    for problem in filter(is_finding, problems):
        found.setdefault((problem.path, problem.sheet), []).append(problem)
    units: dict[tuple[str, ...], dict[str, list[int]]] = {}
    for number, tracker in enumerate(trackers):
        if tracker.readable and not tracker.set_aside:
            quarters = units.setdefault(_unit(tracker), {})
            quarters.setdefault(tracker.about.quarter, []).append(number)
    rows: list[dict[str, Any]] = []
    for quarters in units.values():
        for _, numbers in sorted(quarters.items()):
            rows += _of_unit({number: trackers[number] for number in numbers}, found)
    return Columns.of(rows, QUALITY)


def _unit(tracker: Tracker) -> tuple[str, ...]:
    """What tells a unit from others, in any case of letters; one without a name is its file's."""
    about = tracker.about
    return (*about.key, "" if about.unit else tracker.path)


def _of_unit(trackers: Mapping[int, Tracker], found: _Found) -> Iterator[dict[str, Any]]:
    """The row of a unit in a quarter, and those of its objectives."""
    objectives: list[dict[str, Any]] = []
    total: Counter[str] = Counter(_COUNTED)
    for number, tracker in trackers.items():
        problems = found.get((tracker.path, tracker.sheets.get(OKRS.key, "")), ())
        counts = _counts(tracker, problems)
        for each in counts.values():
            total.update({key: each[key] for key in ("key_results", "clean")})
        total["findings"] += len(problems)
        rows = tracker.columns["objectives"].only(("row", "id", "title"))
        objectives += [
            _row(number, tracker, "objective", counts[row["row"]], **row) for row in rows.records()
        ]
    number, first = next(iter(trackers.items()))
    yield _row(number, first, "unit", total)
    yield from objectives


def _row(
    number: int, tracker: Tracker, level: str, counts: Mapping[str, int], **others: Any
) -> dict[str, Any]:
    about = tracker.about
    share = counts["clean"] / counts["key_results"] if counts["key_results"] else np.nan
    whose = {key: getattr(about, key) for key in ("company", "department", "team", "quarter")}
    return {**whose, "level": level, "tracker": number, **others, **counts, "share": share}


def _counts(tracker: Tracker, problems: Iterable[Problem]) -> dict[int, Counter[str]]:
    """What is counted of each objective, by its row; of 0 for key results under none."""
    objectives, key_results = tracker.columns["objectives"], tracker.columns["key_results"]
    # In a flat table an objective has the row of its first key result, and columns of its own.
    own = {*tracker.letters.get("objectives", {}).values()}
    found = Counter((problem.row, problem.column in own) for problem in problems)
    stopped = {0: False}
    counts = {0: Counter(_COUNTED)}
    for row, state in zip(objectives.row.tolist(), objectives.state, strict=True):
        stopped[row] = state in STOPPED
        counts[row] = Counter(_COUNTED | {"findings": found[row, tracker.is_flat]})
    of_rows = (key_results.row.tolist(), key_results.objective.tolist(), key_results.state)
    for row, objective, state in zip(*of_rows, strict=True):
        here = found[row, False]
        counts[objective]["findings"] += here
        if not (state in STOPPED or stopped[objective]):
            counts[objective]["key_results"] += 1
            counts[objective]["clean"] += not here
    return counts
