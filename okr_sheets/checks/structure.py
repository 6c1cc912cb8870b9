"""Rules about ids, names, and what belongs to what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePath

import pandas as pd

from okr_sheets.problems import Problem
from okr_sheets.schema import ACTIONS, LOG, OKRS
from okr_sheets.tracker import Tracker


def _rows(tracker: Tracker) -> pd.DataFrame:
    return pd.concat([tracker.objectives, tracker.key_results]).sort_index()


def duplicate_ids(tracker: Tracker) -> Iterator[Problem]:
    """No two rows of a tracker share an id, in any case."""
    rows = _rows(tracker)
    folded = rows["id"].str.casefold()
    for number in rows.index[folded.duplicated() & (folded != "")]:
        same = [str(row) for row in rows.index[folded == folded[number]] if row != number]
        given = rows.at[number, "id"]
        yield tracker.problem("duplicate-id", OKRS.key, number, "id", given, rows=", ".join(same))


def missing_titles(tracker: Tracker) -> Iterator[Problem]:
    """Every objective and key result says what it is."""
    rows = _rows(tracker)
    for number, row in rows[rows["title"] == ""].iterrows():
        yield tracker.problem("missing-title", OKRS.key, number, "title", value=row["id"])  # type: ignore[arg-type]


def missing_owners(tracker: Tracker) -> Iterator[Problem]:
    """Every objective and key result that is not stopped has an owner."""
    rows = _rows(tracker)
    stopped = rows["state"].isin(["cancelled", "postponed"])
    for number, row in rows[(rows["owner"] == "") & ~stopped].iterrows():
        yield tracker.problem("missing-owner", OKRS.key, number, "owner", row["id"])  # type: ignore[arg-type]


def childless(tracker: Tracker) -> Iterator[Problem]:
    """Every objective has key results."""
    parents = set(tracker.key_results["objective"])
    for number, row in tracker.objectives.iterrows():
        if number not in parents:
            yield tracker.problem("no-key-results", OKRS.key, number, "title", row["id"])  # type: ignore[arg-type]


def stopped_without_note(tracker: Tracker) -> Iterator[Problem]:
    """What is cancelled or postponed says why, in its note or in the log."""
    rows = _rows(tracker)
    stopped = rows["state"].isin(["cancelled", "postponed"]) & (rows["note"] == "")
    remarked = rows["id"].str.casefold().isin(tracker.log["id"].str.casefold())
    for number, row in rows[stopped & ~remarked].iterrows():
        yield tracker.problem("missing-reason", OKRS.key, number, "note", row["id"])  # type: ignore[arg-type]


def unknown_ids(tracker: Tracker) -> Iterator[Problem]:
    """Actions and log lines name a key result or objective of the tracker."""
    known = set(_rows(tracker)["id"].str.casefold())
    for sheet, key, rows in (
        (ACTIONS.key, "key_result", tracker.actions),
        (LOG.key, "id", tracker.log),
    ):
        lost = rows[(rows[key] != "") & ~rows[key].str.casefold().isin(known)]
        for number, given in lost[key].items():
            yield tracker.problem("unknown-id", sheet, number, key, given)  # type: ignore[arg-type]


def unknown_alignment(trackers: Sequence[Tracker]) -> Iterator[Problem]:
    """What is aligned to is an objective or key result of some tracker of the run.

    A run that lacks the tracker's parent cannot tell, and is silent.
    """
    readable = [tracker for tracker in trackers if tracker.readable]
    known = {name for tracker in readable for name in _rows(tracker)["id"].str.casefold()}
    files = {PurePath(tracker.path).name for tracker in readable}
    for tracker in readable:
        complete = len(readable) > 1 and tracker.about.parent in {"", *files}
        rows = _rows(tracker)
        given = rows.loc[rows["aligns_to"] != "", ["id", "aligns_to"]]
        for number, (own, above) in zip(given.index, given.to_numpy(), strict=True):
            if above.casefold() == own.casefold():
                yield tracker.problem("aligns-to-itself", OKRS.key, number, "aligns_to", own)
            elif complete and above.casefold() not in known:
                yield tracker.problem("unknown-alignment", OKRS.key, number, "aligns_to", above)


def same_trackers(trackers: Sequence[Tracker]) -> Iterator[Problem]:
    """No two files of a run hold one team's tracker of one quarter."""
    seen: dict[tuple[object, ...], Tracker] = {}
    for tracker in trackers:
        about, ids = tracker.about, frozenset(_rows(tracker)["id"].str.casefold())
        whose = (about.company, about.department, about.team, about.quarter, ids)
        if ids and whose in seen:
            other = PurePath(seen[whose].path).name
            yield Problem("same-tracker", tracker.path, given=other)
        seen.setdefault(whose, tracker)


STRUCTURE: tuple[Callable[[Tracker], Iterator[Problem]], ...] = (
    duplicate_ids,
    missing_titles,
    missing_owners,
    childless,
    stopped_without_note,
    unknown_ids,
)
