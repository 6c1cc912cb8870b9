"""Rules about ids, names, and what belongs to what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import numpy as np

from okr_sheets.bands import Bands, differences
from okr_sheets.choices import OBJECTIVE
from okr_sheets.columns import Columns, folded
from okr_sheets.language import language
from okr_sheets.places import few_names
from okr_sheets.problems import Problem, file_names
from okr_sheets.schema import ACTIONS, CHECK_IN_PREFIX, CLOSE, LOG, OKRS
from okr_sheets.tracker import Tracker, okrs_of


def stopped_without_note(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """What is cancelled or postponed says why, in its note or in the log."""
    remarked = set(folded(tracker.columns["log"].id))
    stopped = (rows.state == "cancelled") | (rows.state == "postponed")
    for row in rows.only(("row", "id")).take(stopped & (rows.note == "")).records():
        if row["id"].casefold() not in remarked:
            yield tracker.problem("missing-reason", OKRS.key, row["row"], "note", row["id"])


def untouched(tracker: Tracker, as_of: date | None) -> Iterator[Problem]:
    """Once a check-in is due, some number has been typed."""
    day = tracker.about.day(as_of)
    undated = tracker.columns["key_results"].typed_current
    nothing = not len(tracker.columns["check_ins"]) and np.isnan(undated).all()
    first = min(tracker.check_in_dates, default=tracker.about.end)
    misread = any(p.key.startswith((CHECK_IN_PREFIX, "current")) for p in tracker.problems)
    if day and first and day >= first and nothing and not misread:
        yield tracker.problem("untouched", OKRS.key, 0)


def dayless(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """A tracker has the days of its quarter; a file that has none was named when it was read."""
    is_named = any(problem.code == "no-quarter" for problem in tracker.problems)
    if not (len(rows) == 0 or tracker.about.span or is_named):
        yield tracker.problem("no-quarter", OKRS.key, 0)


def unknown_ids(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """Actions, log and close name a key result or objective of the tracker, or a left-out one."""
    ids = set(folded(rows.id))
    ids |= {p.given.casefold() for p in tracker.problems if p.code == "example-left"}
    for sheet, key, lines in (
        (ACTIONS.key, "key_result", tracker.columns["actions"]),
        (LOG.key, "id", tracker.columns["log"]),
        (CLOSE.key, "id", tracker.closing),
    ):
        for number, given in zip(lines.row.tolist(), lines[key], strict=True):
            if given and given.casefold() not in ids:
                yield tracker.problem("unknown-id", sheet, number, key, given)


def closings(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """What the close says is said of an objective, and once of each."""
    lines = tracker.closing
    names, of_key_results = folded(lines.id), set(folded(rows.id[rows.type != OBJECTIVE]))
    of_key_results -= set(folded(rows.id[rows.type == OBJECTIVE]))
    counts = Counter(names.tolist())
    for at, (number, given) in enumerate(zip(lines.row.tolist(), lines.id, strict=True)):
        if not given or names[at] in of_key_results:
            yield tracker.problem("not-an-objective", CLOSE.key, number, "id", given or "–")
        elif counts[names[at]] > 1:
            others = lines.row[(names == names[at]) & (lines.row != number)]
            words = {"rows": ", ".join(map(str, others.tolist()))}
            yield tracker.problem("duplicate-id", CLOSE.key, number, "id", given, **words)


def shared_ids(trackers: Sequence[Tracker]) -> Iterator[Problem]:
    """Each tracker of a quarter has ids of its own."""
    if len(trackers) < 2:
        return
    rows, files = okrs_of(trackers), file_names(tracker.path for tracker in trackers)
    numbers = rows.tracker.tolist()
    quarters = [tracker.about.quarter for tracker in trackers]
    names = [(quarters[at], name) for at, name in zip(numbers, folded(rows.id), strict=True)]
    holders: dict[tuple[str, str], list[int]] = {}
    for number, name in zip(numbers, names, strict=True):
        held_by = holders.setdefault(name, [])
        held_by += [number] if held_by[-1:] != [number] else []
    reused: dict[int, list[int]] = {}
    for at, (number, name) in enumerate(zip(numbers, names, strict=True)):
        if len(holders[name]) > 1:
            reused.setdefault(number, []).append(at)
    for number, (at, *more) in reused.items():
        tracker = trackers[number]
        others = _names([trackers[each] for each in holders[names[at]]], tracker, files)
        words = {"count": str(1 + len(more)), "files": others}
        part = tracker.part_of(is_objective=rows.type[at] == OBJECTIVE)
        yield tracker.problem("id-reused", part, int(rows.row[at]), "id", rows.id[at], **words)


def _names(trackers: Sequence[Tracker], tracker: Tracker, files: Mapping[str, str]) -> str:
    others = dict.fromkeys(files[other.path] for other in trackers if other is not tracker)
    return few_names([*others], language(tracker.about.language).number)


def other_bands(trackers: Sequence[Tracker], bands: Bands) -> Iterator[Problem]:
    """A workbook's own statuses and grades go by the bands that it is scored by."""
    for tracker in trackers:
        words = language(tracker.about.language)
        for theirs, ours in differences(tracker.bands or bands, bands, words):
            yield Problem("other-bands", tracker.path, given=theirs, words={"value": ours})


STRUCTURE = (dayless, stopped_without_note, unknown_ids, closings)
