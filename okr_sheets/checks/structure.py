"""Rules about ids, names, and what belongs to what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import pandas as pd

from okr_sheets.bands import differences
from okr_sheets.language import language
from okr_sheets.problems import Problem, file_names
from okr_sheets.schema import ACTIONS, CHECK_IN_PREFIX, LOG, OKRS
from okr_sheets.scoring import Bands
from okr_sheets.tracker import Tracker

MOST_NAMED = 5  # rows in one sentence


def _ids(tracker: Tracker) -> set[str]:
    both = (tracker.objectives["id"], tracker.key_results["id"])
    return {name for ids in both for name in ids.str.casefold()}


def duplicate_ids(tracker: Tracker, rows: pd.DataFrame) -> Iterator[Problem]:
    """No two rows of a tracker share an id, in any case."""
    folded = rows["id"].str.casefold()
    for same in folded[folded != ""].groupby(folded).groups.values():
        for number in same[1:]:
            given = rows.at[number, "id"]
            others = [str(row) for row in same[: MOST_NAMED + 1] if row != number]
            named = ", ".join(others[:MOST_NAMED]) + (" …" if len(same) > MOST_NAMED + 1 else "")
            yield tracker.problem("duplicate-id", OKRS.key, number, "id", given, rows=named)


def missing_titles(tracker: Tracker, rows: pd.DataFrame) -> Iterator[Problem]:
    """Every objective and key result says what it is."""
    for number, row in rows[rows["title"] == ""].iterrows():
        yield tracker.problem("missing-title", OKRS.key, number, "title", value=row["id"])  # type: ignore[arg-type]


def missing_owners(tracker: Tracker, rows: pd.DataFrame) -> Iterator[Problem]:
    """Every objective and key result that is not stopped has an owner."""
    stopped = rows["state"].isin(["cancelled", "postponed"])
    for number, row in rows[(rows["owner"] == "") & ~stopped].iterrows():
        yield tracker.problem("missing-owner", OKRS.key, number, "owner", row["id"])  # type: ignore[arg-type]


def childless(tracker: Tracker, rows: pd.DataFrame) -> Iterator[Problem]:
    """Every objective has key results."""
    parents = set(tracker.key_results["objective"])
    objectives = rows.loc[rows.index.isin(tracker.objectives.index)]
    for number, row in objectives[~objectives.index.isin(parents)].iterrows():
        yield tracker.problem("no-key-results", OKRS.key, number, "title", row["id"])  # type: ignore[arg-type]


def stopped_without_note(tracker: Tracker, rows: pd.DataFrame) -> Iterator[Problem]:
    """What is cancelled or postponed says why, in its note or in the log."""
    stopped = rows["state"].isin(["cancelled", "postponed"]) & (rows["note"] == "")
    remarked = rows["id"].str.casefold().isin(tracker.log["id"].str.casefold())
    for number, row in rows[stopped & ~remarked].iterrows():
        yield tracker.problem("missing-reason", OKRS.key, number, "note", row["id"])  # type: ignore[arg-type]


def untouched(tracker: Tracker, as_of: date | None) -> Iterator[Problem]:
    """Once a check-in is due, some number has been typed."""
    day = tracker.about.day(as_of)
    nothing = tracker.check_ins.empty and tracker.key_results["typed_current"].isna().all()
    first = min(tracker.check_in_dates, default=tracker.about.end)
    misread = any(p.key.startswith((CHECK_IN_PREFIX, "current")) for p in tracker.problems)
    if day and first and day >= first and nothing and not misread:
        yield tracker.problem("untouched", OKRS.key, 0)


def dayless(tracker: Tracker, rows: pd.DataFrame) -> Iterator[Problem]:
    """A tracker has the days of its quarter; a file that has none was named when it was read."""
    is_named = any(problem.code == "no-quarter" for problem in tracker.problems)
    if not (rows.empty or tracker.about.span or is_named):
        yield tracker.problem("no-quarter", OKRS.key, 0)


def unknown_ids(tracker: Tracker, rows: pd.DataFrame) -> Iterator[Problem]:
    """Actions and log lines name a key result or objective of the tracker, or a left-out one."""
    known = set(rows["id"].str.casefold())
    known |= {p.given.casefold() for p in tracker.problems if p.code == "example-left"}
    for sheet, key, lines in (
        (ACTIONS.key, "key_result", tracker.actions),
        (LOG.key, "id", tracker.log),
    ):
        lost = lines[(lines[key] != "") & ~lines[key].str.casefold().isin(known)]
        for number, given in lost[key].items():
            yield tracker.problem("unknown-id", sheet, number, key, given)  # type: ignore[arg-type]


def shared_ids(trackers: Sequence[Tracker]) -> Iterator[Problem]:
    """Each tracker of a quarter has ids of its own."""
    holders: dict[tuple[str, str], list[Tracker]] = {}
    files = file_names(tracker.path for tracker in trackers)
    for tracker in trackers:
        for own in _ids(tracker):
            holders.setdefault((tracker.about.quarter, own), []).append(tracker)
    shared = {name: found for name, found in holders.items() if len(found) > 1}
    if not shared:
        return
    for tracker in trackers:
        rows, quarter = tracker.rows, tracker.about.quarter
        names = {name for period, name in shared if period == quarter}
        reused = rows.loc[rows["id"].str.casefold().isin(names), "id"]
        if not reused.empty:
            first = str(reused.iloc[0])
            others = _names(shared[quarter, first.casefold()], tracker, files)
            words = {"count": str(len(reused)), "files": others}
            yield tracker.problem("id-reused", OKRS.key, int(reused.index[0]), "id", first, **words)


def _names(trackers: Sequence[Tracker], own: Tracker, files: Mapping[str, str]) -> str:
    others = (files[other.path] for other in trackers if other is not own)
    return ", ".join(dict.fromkeys(others))


def other_bands(trackers: Sequence[Tracker], bands: Bands | None) -> Iterator[Problem]:
    """A workbook's own statuses and grades go by the bands that it is scored by."""
    if bands is None:
        return
    for tracker in trackers:
        words = language(tracker.about.language)
        for own, ours in differences(tracker.bands or bands, bands, words):
            yield Problem("other-bands", tracker.path, given=own, words={"value": ours})


STRUCTURE = (
    dayless,
    duplicate_ids,
    missing_titles,
    missing_owners,
    childless,
    stopped_without_note,
    unknown_ids,
)
