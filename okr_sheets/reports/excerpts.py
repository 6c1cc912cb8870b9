"""What reports show of long lists: the rows that matter most, and where all of them are.

A rollup is large if one of its lists is longer than `MOST_ROWS`; of others all is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from okr_sheets.choices import LEVELS
from okr_sheets.columns import Array, Columns
from okr_sheets.grouping import grouped
from okr_sheets.language import Language
from okr_sheets.places import names_all
from okr_sheets.problems import Problem
from okr_sheets.rollups.result import Rollup, Row

MOST_ROWS = 2_500  # of a list; the key results of some 200 trackers
# Of a large rollup's page or text, read from its top: of a list, and of a page's list of units.
FEW_ROWS, FEW_UNITS = 120, 400
Place = tuple[Any, ...]  # file, sheet and row


def is_large(rollup: Rollup) -> bool:
    """Whether a list of the rollup is too long to be shown whole."""
    names = [name for name in (*_WORST_FIRST, *_KEYS) if name not in _FOLLOWING]
    sizes = [len(rollup.columns[name]) for name in names]
    return max(*sizes, len(rollup.problems)) > MOST_ROWS


def archive_of(path: Path) -> Path:
    """Where all rows of a large rollup stand, beside its report."""
    return path.with_name(f"{path.stem}-data.zip")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What a report shows of each list: all of it, or the rows that matter most.

    `archive` is the name of what holds all of a large rollup, "" where there is none beside the
    report; `is_short` asks for few rows.
    """

    rollup: Rollup
    words: Language
    archive: str
    is_short: bool = False

    def most(self, name: str) -> int:
        """How many rows of a list are shown at most."""
        if name in _FOLLOWING and not is_large(self.rollup):
            return len(self.rollup.columns[name])
        if not self.is_short:
            return MOST_ROWS
        return FEW_UNITS if name == "teams" and self.archive else FEW_ROWS

    def which(self, name: str) -> Array:
        """The positions of the rows of a frame to show, in their order."""
        size, most = len(self.rollup.columns[name]), self.most(name)
        if size <= most:
            return np.arange(size)
        if name in _WORST_FIRST:
            return np.arange(most)
        return np.sort(np.lexsort(_KEYS[name](self.rollup)[::-1])[:most])

    def rows(self, name: str) -> list[Row]:
        """The rows of a frame to show."""
        return self.rollup.rows(name, self.which(name))

    def note(self, name: str, shown: int, count: int) -> str:
        """Which rows are shown of a list of so many, and where all are; "" if these are all."""
        if count <= self.most(name) or shown == count:
            return ""
        counts = {"shown": self.words.number(shown), "all": self.words.number(count)}
        status = {
            key.replace("-", "_"): self.words.choice("status", key)
            for key in ("off-track", "at-risk")
        }
        which = self.words(f"report.{_FIRST.get(name, 'urgent')}_of_all", **counts, **status)
        return f"{which} {self.where(name)}"

    def problems(self) -> tuple[Sequence[Problem], str]:
        """The problems to show, those of a kind in one line, and a note where that is not all."""
        lines = grouped(self.rollup.problems)
        shown = lines[: self.most("problems")]
        note = self.note("problems", len(shown), len(lines))
        return shown, note or ("" if all(map(names_all, shown)) else self.where("problems"))

    def where(self, name: str) -> str:
        """Where all rows of a list are: in the archive, without one in what a command can write."""
        if not (self.archive and is_large(self.rollup)):
            return self.words("report.all_problems" if name == "problems" else "report.all_by")
        return self.words("report.all_in", file=f"{name}.csv", archive=self.archive)


def _of_levels(rollup: Rollup, name: str) -> Sequence[Array]:
    rows = rollup.columns[name]
    # What has no score of its own counts by what is below it.
    return _rank(rows.level), -rows.gap, rows.below if "below" in rows else rows.score


def _rank(levels: Array) -> Array:
    """Companies before departments before teams."""
    ranks = {level: rank for rank, level in enumerate(LEVELS)}
    return np.array([ranks.get(level, len(ranks)) for level in levels.tolist()])


def _of_key_results(rollup: Rollup) -> Sequence[Array]:
    """The company's own, then what is off track before what is at risk, furthest behind first."""
    rows = rollup.columns["key_results"]
    ranks = np.select([rows.status == "off-track", rows.status == "at-risk"], [0, 1], 2)
    return rows.level != "company", ranks, -rows.gap


def whose_id(row: Row) -> tuple[str, str, str]:
    """What tells the row apart that a check-in, an action or a line of the log is of."""
    return row["file"], row["unit_name"], row["id"].casefold()


def place_of(row: Row) -> Place:
    """Where a row stands: the same in every frame of a rollup."""
    return row["file"], row["sheet"], row["row"]


def places_among(rows: Columns, places: Collection[Place]) -> Array:
    """The positions of those rows of a frame that stand in one of the places."""
    found = (place in places for place in places_of(rows))
    return np.flatnonzero(np.fromiter(found, bool, len(rows)))


def places_of(rows: Columns) -> Iterator[Place]:
    """Where each row of a frame stands: file, sheet and row."""
    return zip(rows.file.tolist(), rows.sheet.tolist(), rows.row.tolist(), strict=True)


def _of_owners(rollup: Rollup) -> Sequence[Array]:
    rows = rollup.columns["owners"]
    return -rows.stale, -rows.due, -rows.overdue, -rows.blank


def _of_alignment(rollup: Rollup) -> Sequence[Array]:
    rows = rollup.columns["alignment"]
    has_some_below = rows.depth < np.append(rows.depth[1:], 0)
    # By depth, so that what a row stands under is always there.
    objectives = rollup.columns["objectives"]
    gap_at = dict(zip(places_of(objectives), objectives.gap.tolist(), strict=True))
    gaps = np.array([gap_at.get(place, np.nan) for place in places_of(rows)], dtype=float)
    return ~has_some_below & (rows.depth == 0), rows.depth, _rank(rows.level), -gaps


def _of_forecast(rollup: Rollup) -> Sequence[Array]:
    rows = rollup.columns["forecast"]
    return rows.forecast, rows.forecast_low


def _of_carried(rollup: Rollup) -> Sequence[Array]:
    rows = rollup.columns["carried"]
    return (rows.score - rows.previous_score,)


def _of_quality(rollup: Rollup) -> Sequence[Array]:
    rows = rollup.columns["quality"]
    return rows.level != "unit", rows.department != "", rows.team != "", rows.share


def _of_findings(rollup: Rollup) -> Sequence[Array]:
    rows = rollup.columns["findings"]
    return rows.severity != "warning", _rank(rows.level)


def _of_retrospective(rollup: Rollup) -> Sequence[Array]:
    rows = rollup.columns["retrospective"]
    return _rank(rows.level), rows.score


def _of_hindsight(rollup: Rollup) -> Sequence[Array]:
    rows = rollup.columns["hindsight"]
    return rows.ended == "inside", _rank(rows.level), rows.score


# What is made when it is asked for, and makes no list of another one short.
_FOLLOWING = ("quality", "findings", "remarks", "retrospective", "missed", "hindsight")
# Lists whose head is what matters most.
_WORST_FIRST = ("attention", "changes", "history", "remarks", "missed")
# What the rows of the others are chosen by, first things first: what is small stays, NaN goes.
_KEYS: Mapping[str, Callable[[Rollup], Sequence[Array]]] = {
    "teams": lambda rollup: _of_levels(rollup, "teams"),
    "objectives": lambda rollup: _of_levels(rollup, "objectives"),
    "key_results": _of_key_results,
    "owners": _of_owners,
    "alignment": _of_alignment,
    "forecast": _of_forecast,
    "carried": _of_carried,
    "overdue": lambda rollup: (rollup.columns["overdue"].due,),
    "quality": _of_quality,
    "findings": _of_findings,
    "retrospective": _of_retrospective,
    "hindsight": _of_hindsight,
}
# What is said to come first; of the others, what is most urgent.
_FIRST = {
    "teams": "levels",
    "objectives": "levels",
    "alignment": "outline",
    "key_results": "own",
    "quality": "levels",
    "findings": "worst",
    "remarks": "newest",
    "retrospective": "levels",
    "hindsight": "outside",
}
