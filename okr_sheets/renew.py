"""A tracker that is filled in already, in the sheets of today."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from okr_sheets.about import today
from okr_sheets.coaching.offers import first_left_behind
from okr_sheets.config import Config
from okr_sheets.files.marks import is_marked
from okr_sheets.language import language
from okr_sheets.misuse import MisuseError
from okr_sheets.problems import UnreadableError
from okr_sheets.quarters import Quarter
from okr_sheets.reading.own import OwnColumn, own_columns
from okr_sheets.reading.tracker import read
from okr_sheets.tracker import Tracker
from okr_sheets.turning.telling import numbers_moved, own_left
from okr_sheets.writing.tracker import write
from okr_sheets.writing.undated import dated, day_of_undated


def renewed(
    source: Path, out: Path, parent: Tracker | None, protect: bool, force: bool, config: Config
) -> tuple[Tracker, list[str]]:
    """Write the tracker in `source` anew, and give it with what is to be said of the rest.

    Its rows, check-ins, actions, log, close, settings and people's own columns come along; `source`
    stays as it is. MisuseError if a cell could not be read, since the new tracker would lose it, or
    if the file holds none or several.
    """
    if is_marked(source):
        raise MisuseError(f"{source} is a report, not a tracker. Name one, such as sales.xlsx.")
    tracker = read(source, config=config)
    if not tracker.readable:
        raise MisuseError(tracker.problems[0].line())
    if any(problem.code == "several-tables" for problem in tracker.problems):
        raise MisuseError(f"{source} holds several trackers. Copy each into a file of its own.")
    words = language(tracker.about.language)
    if tracker.about.span is None:
        quarter = Quarter.holding(today(), config.fiscal_start)
        raise MisuseError(
            f"{source} names no quarter. Type it in a line above its table (Quarter, {quarter}), "
            f"or type okr-sheets adopt {shlex.quote(str(source))} --quarter {quarter}"
        )
    lost = first_left_behind(tracker)
    if lost:
        raise MisuseError(words("terminal.not_offered", path=str(out), cell=lost.place))
    try:
        own = own_columns(tracker)
    except UnreadableError as error:
        raise MisuseError(error.problem(tracker.path).line()) from error
    now = today()
    new = dated(tracker, now)
    write(new, out, parent=parent, protect=protect, force=force, own=own, today=now)
    moved = numbers_moved(tracker, new, day_of_undated(tracker, now))
    notes = (*moved, *own_left(tracker, own, words))
    return tracker, [words("terminal.renewed", path=str(source)), *notes]


def left_in_plan(source: Path, new: Tracker, day: date | None, config: Config) -> Iterator[str]:
    """What is to be said of a plan's numbers, some of which may stand under `day`, and columns."""
    plan, words = read(source, config=config), language(new.about.language)
    yield from numbers_moved(plan, new, day)
    yield from own_left(plan, [OwnColumn(each.header, {}) for each in own_columns(plan)], words)
