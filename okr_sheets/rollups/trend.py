"""The quarter week by week: every level as of each past check-in date, and what changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import numpy as np

from okr_sheets.bands import Bands
from okr_sheets.columns import BLANKS, Array, Columns, filled, grouped, joined, to_day
from okr_sheets.computing import OPERATIONS
from okr_sheets.gathering import DAY_SLOTS
from okr_sheets.rollups.schema import CHANGE_KINDS, FRAMES
from okr_sheets.rollups.scored import Days, Scored, scored
from okr_sheets.rollups.units import files_named, mean
from okr_sheets.tracker import Tracker

MOST_AT_ONCE = 60_000  # rows times rounds; what is asked of them takes some 100 MB
COMPARED = ("score", "checked", "stale", "status")  # of a key result, then and now
_KEPT = (*FRAMES["trend"].keys, "place")
LEAST = 0.005  # a score that moved by less is shown as the same percent


def rounds(trackers: Sequence[Tracker], as_of: date | None) -> list[Days]:
    """A list of days for each past check-in date, one day a tracker; last that of their own days.

    No day is later than the tracker's own; None for a tracker without one.
    """
    last = [tracker.about.day(as_of) for tracker in trackers]
    latest = max((day for day in last if day), default=date.min)
    dates = {day for tracker in trackers for day in own_dates(tracker) if day < latest}
    past = [[final and min(final, day) for final in last] for day in sorted(dates)]
    return [*past, last]


def own_dates(tracker: Tracker) -> list[date]:
    """The check-in dates within the tracker's quarter; a mistyped header is none."""
    start, end = tracker.about.start, tracker.about.end
    return [day for day in tracker.check_in_dates if start and end and start <= day <= end]


def since(now: Scored) -> date | None:
    """The check-in date before the last one, which `changes` compares with; the latest of all."""
    rows = now.key_results
    before = rows.week_before[rows.live & (rows.week_before >= rows.first_day)]
    return to_day(before.max()) if len(before) else None


def dates_before(trackers: Sequence[Tracker], rounds: Sequence[Days]) -> list[date | None]:
    """The check-in date before the last one of each tracker by the last of the `rounds`.

    None for a tracker that had none, or one that is not among the rounds.
    """
    before: list[date | None] = []
    for tracker, *days in zip(trackers, *rounds, strict=True):
        last = days[-1]
        dates = sorted(day for day in tracker.check_in_dates if last and day <= last)
        before += [day if day in days else None for day in dates[-2:-1] or [None]]
    return before


def trend(trackers: Sequence[Tracker], rounds: Sequence[Days], bands: Bands) -> Columns:
    """The scores of all levels, one row for each and each of the `rounds`.

    `level` is `unit`, `owner`, `objective` or `key-result`; `id` is blank and `row` 0 for the first
    two. `updated` and `with_number` count `live` key results. A tracker has no scores before its
    quarter begins, except those of its own day.
    """
    levels: dict[str, list[Columns]] = {"unit": [], "owner": [], "objective": [], "key-result": []}
    *past, last = rounds
    for some in (*_some_at_once(past, trackers), [last]):
        each = scored(trackers, some, bands)
        objectives, key_results = each.objectives, each.key_results
        if some[-1] is not last:
            objectives = objectives.take(objectives.day >= objectives.first_day)
            key_results = key_results.take(key_results.day >= key_results.first_day)
        live = key_results.take(key_results.live)
        pieces = {
            "unit": _of_units(objectives),
            "owner": _of_owners(live, each),
            "objective": objectives.having(live=objectives.key_results),
            "key-result": live,
        }
        for level, rows in pieces.items():
            levels[level].append(rows.made(key for key in _KEPT if key in rows))
    return joined([_level(name, pieces) for name, pieces in levels.items()])


def _some_at_once(rounds: Sequence[Days], trackers: Sequence[Tracker]) -> Iterator[Sequence[Days]]:
    """The rounds in batches of at most `MOST_AT_ONCE` scored rows, but one round at least."""
    rows = sum(
        len(tracker.columns[part]) for tracker in trackers for part in ("objectives", "key_results")
    )
    size = max(MOST_AT_ONCE // max(rows, 1), 1)
    return (rounds[at : at + size] for at in range(0, len(rounds), size))


def _of_units(objectives: Columns) -> Columns:
    groups = _Groups(objectives.unit_at, objectives)
    files: list[dict[str, None]] = [{} for _ in range(groups.size)]
    for at, file in zip(groups.at.tolist(), objectives.file, strict=True):
        files[at][file] = None
    return groups.totals(
        ("company", "department", "team", "quarter", "unit_name"),
        ("share", "share_points", "share_pace"),
        ("key_results", "updated", "with_number"),
    ).having(file=filled(map(files_named, files), "text"), place=groups.who)


def _of_owners(live: Columns, scored: Scored) -> Columns:
    owned = live.take(live.owner != "")
    quarters = sorted({unit.quarter for unit in scored.units})
    of_units = np.array([quarters.index(unit.quarter) for unit in scored.units], dtype=np.int64)
    groups = _Groups(owned.person_at * len(quarters) + of_units[owned.unit_at], owned)
    totals = groups.totals(
        ("owner_company", "quarter", "owner", "owner_name"),
        ("counted", "points", "pace"),
        ("live", "updated", "with_number"),
    )
    return totals.having(company=totals.owner_company, place=groups.who)


class _Groups:
    """Rows grouped by `who` and round, the groups in order of their first rows.

    `first` is the first row of each group, `at` the group of each row.
    """

    def __init__(self, who: Array, rows: Columns) -> None:
        rounds = int(rows.round.max(initial=0)) + 1
        self.first, self.at = grouped(who * rounds + rows.round)
        self.rows, self.size = rows, len(self.first)
        self.who = who[self.first]

    def totals(self, texts: Sequence[str], means: Sequence[str], counts: Sequence[str]) -> Columns:
        """One row a group: texts of its first row, latest day, weighted means and sums.

        `means` names the columns of weight, score and pace; `counts` those of live, updated and
        with_number.
        """
        weight, points, pace = (np.bincount(self.at, self.rows[key], self.size) for key in means)
        latest = np.zeros(self.size)
        np.maximum.at(latest, self.at, self.rows.day)
        live, updated, with_number = (
            np.bincount(self.at, self.rows[key], self.size) for key in counts
        )
        return Columns(
            {
                **{key: self.rows[key][self.first] for key in texts},
                "day": latest,
                "score": mean(points, weight),
                "expected": mean(pace, weight),
                "live": live,
                "updated": updated,
                "with_number": with_number,
            },
            self.size,
        )


def _level(name: str, pieces: Sequence[Columns]) -> Columns:
    rows = joined(pieces)
    # Two rounds may fall on one day: the own one of whom the level is about, and another's date.
    # The later one counts: in the last one a tracker has scores before its quarter begins, too.
    days = rows.place * DAY_SLOTS + rows.day.astype(np.int64)
    last = dict(zip(days.tolist(), range(len(rows)), strict=True))
    rows = rows.take(np.array(sorted(last.values()), dtype=np.int64))
    lacking = {key: kind for key, kind in FRAMES["trend"].kinds.items() if key not in rows}
    blanks = {key: filled([BLANKS[kind]] * len(rows), kind) for key, kind in lacking.items()}
    rows = rows.having(**blanks).having(level=filled([name] * len(rows), "text"))
    return rows.only(FRAMES["trend"].keys)


def changes(now: Scored, then: Columns, dates: Days) -> Columns:
    """Key results whose score or status changed since their previous check-in date, worst first.

    One row a key result; `before` and `after` are scores. `then` has what is `COMPARED` of the same
    key results as of `dates`, as `dates_before` gives them.
    """
    rows = now.key_results.having(**{f"{key}_then": then[key] for key in COMPARED})
    is_there = np.array([day is not None for day in dates], dtype=bool)
    rows = rows.take(rows.live & is_there[rows.tracker])
    moved = OPERATIONS.rounded(_zero(rows.score) - _zero(rows.score_then))
    turned = rows.status != rows.status_then

    def became(status: str) -> Array:
        now_so: Array = turned & (rows.status == status)
        return now_so

    change = np.select(
        [
            became("off-track"),
            became("at-risk") & (rows.status_then != "off-track"),
            rows.stale & (rows.checked > 0) & ~rows.stale_then,
            moved <= -LEAST,
            became("achieved"),
            (rows.checked_then == 0) & (rows.checked > 0),
            moved >= LEAST,
        ],
        range(len(CHANGE_KINDS)),
        -1,
    )
    rows = rows.having(
        change=filled((*CHANGE_KINDS, ""), "text")[change],
        before=rows.score_then,
        after=rows.score,
        before_status=rows.status_then,
        after_status=rows.status,
        since=rows.week_before,
    )
    order = sorted(
        np.flatnonzero(change >= 0).tolist(),
        key=lambda at: (change[at], moved[at], rows.file[at], rows.row[at]),
    )
    return rows.take(np.array(order, dtype=np.int64)).only(FRAMES["changes"].keys)


def _zero(scores: Array) -> Array:
    zeroed: Array = np.nan_to_num(scores)
    return zeroed
