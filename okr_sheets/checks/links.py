"""Who serves whom: each *aligns to* of a run followed to the row that it means.

All rows of all trackers make one graph. A row serves each row that its *aligns to* names, and a key
result serves its own objective besides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import NamedTuple

from okr_sheets.about import About
from okr_sheets.choices import LEVELS, STOPPED
from okr_sheets.language import fold
from okr_sheets.problems import file_names
from okr_sheets.quarters import year_of
from okr_sheets.tracker import Tracker

_SEPARATORS = re.compile("[,;]")


class Row(NamedTuple):
    """A row of the run: the number of its tracker, and the row of that one's sheet.

    In a flat table an objective and a key result share a row.
    """

    tracker: int
    number: int
    is_key_result: bool = False


class Entry(NamedTuple):
    """What alignment needs to know of a row.

    The objective of an objective is itself; of a key result without one, a row that is not there.
    """

    id: str
    objective: Row
    given: str
    stopped: bool


class Link(NamedTuple):
    """A row, and one that its *aligns to* names."""

    row: Row
    above: Row


@dataclass(frozen=True, slots=True)
class Finding:
    """Something odd in the alignment of `rows`; a problem names the cell of the first."""

    code: str
    rows: tuple[Row, ...]
    given: str
    key: str = "aligns_to"
    words: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """Who serves whom in a run.

    `lost` holds the findings for ids that lead to no row. `ranks` and `units` are what `rank` and
    `unit` give for each tracker; `holders` are the trackers with objectives by their unit.
    """

    trackers: Sequence[Tracker]
    entries: Mapping[Row, Entry]
    links: Sequence[Link]
    lost: Sequence[Finding]
    ranks: Sequence[int]
    units: Sequence[tuple[str, ...]]
    holders: Mapping[tuple[str, ...], frozenset[int]]

    def objective(self, row: Row) -> Row:
        """The row itself, or the key result's objective."""
        return self.entries[row].objective

    def id(self, row: Row) -> str:
        """What the row is called."""
        return self.entries[row].id

    def steps(self) -> dict[Row, list[Row]]:
        """The rows that each row serves: those it names, then its own objective."""
        steps: dict[Row, list[Row]] = {}
        for row, above in self.links:
            steps.setdefault(row, []).append(above)
        for row, entry in self.entries.items():
            if entry.objective != row:
                steps.setdefault(row, []).append(entry.objective)
        return steps

    def in_period(self, link: Link) -> bool:
        """Whether both rows are of one quarter, or of one year; a quarter's may serve a year's."""
        abouts = [self.trackers[row.tracker].about for row in link]
        return abouts[0].is_annual == abouts[1].is_annual

    def live(self) -> Iterator[Link]:
        """The links between rows that are neither cancelled nor postponed."""
        return (
            link
            for link in self.links
            if not (self.entries[link.row].stopped or self.entries[link.above].stopped)
        )


def follow(trackers: Sequence[Tracker]) -> Served:
    """Every *aligns to* of a run, followed to rows of the same quarter, or of the year it is of.

    An id that several trackers have means the row of the file that the tracker names as its parent,
    else another row of its own, else the only one at a higher level, else that of its unit's own
    year, else the only one of a year.
    """
    entries = _entries(trackers)
    ranks = [rank(tracker.about) for tracker in trackers]
    names = _Names(trackers, entries, ranks)
    links: list[Link] = []
    lost: list[Finding] = []
    for row, entry in entries.items():
        for id_text in parts(entry.given):
            target = names.meant(row, id_text)
            if isinstance(target, Finding):
                lost.append(target)
            elif target is not None:
                links.append(Link(row, target))
    units = [unit(tracker.about, number) for number, tracker in enumerate(trackers)]
    holders: dict[tuple[str, ...], frozenset[int]] = {}
    for number, tracker in enumerate(trackers):
        if len(tracker.columns["objectives"]):
            holders[units[number]] = holders.get(units[number], frozenset()) | {number}
    return Served(trackers, entries, links, lost, ranks, units, holders)


def parts(cell_text: str) -> list[str]:
    """The ids in a cell, separated by commas or semicolons, each once."""
    if not cell_text:
        return []  # as most are
    ids = (part.strip() for part in _SEPARATORS.split(cell_text))
    return list({part.casefold(): part for part in ids if part}.values())


def rank(about: About) -> int:
    """The index of the tracker's level in `LEVELS`; without one, that of its smallest unit.

    `len(LEVELS)` if it names no unit either.
    """
    if about.level in LEVELS:
        return LEVELS.index(about.level)
    names = (about.company, about.department, about.team)
    return max((place for place, name in enumerate(names) if name), default=len(LEVELS))


def unit(about: About, number: int) -> tuple[str, ...]:
    """The quarter, company, department, team and number of a tracker, down to its level.

    Empty if it names neither a level nor a unit.
    """
    level = rank(about)
    if level == len(LEVELS):
        return ()
    names = (fold(about.company), fold(about.department), fold(about.team), str(number))
    return (about.quarter, *names[: level + 1])


def _entries(trackers: Sequence[Tracker]) -> dict[Row, Entry]:
    entries: dict[Row, Entry] = {}
    for number, tracker in enumerate(trackers):
        for rows in (tracker.columns["objectives"], tracker.columns["key_results"]):
            numbers = rows.row.tolist()
            above = rows.objective.tolist() if "objective" in rows else numbers
            columns = (rows[key].tolist() for key in ("id", "aligns_to", "state"))
            is_key_result = "objective" in rows
            for at, objective, name, aligns_to, state in zip(numbers, above, *columns, strict=True):
                group = Row(number, objective)
                stopped = state in STOPPED or (group in entries and entries[group].stopped)
                entries[Row(number, at, is_key_result)] = Entry(name, group, aligns_to, stopped)
    return entries


class _Names:
    """The rows that ids mean, seen from the row that names them."""

    def __init__(
        self,
        trackers: Sequence[Tracker],
        entries: Mapping[Row, Entry],
        ranks: Sequence[int],
    ) -> None:
        self.trackers, self.entries, self.ranks = trackers, entries, ranks
        readable = [tracker for tracker in trackers if tracker.readable]
        self.names = [_file(tracker.path) for tracker in trackers]
        self.files = {_file(tracker.path) for tracker in readable}
        self.several = len(readable) > 1
        abouts = [tracker.about for tracker in trackers]
        self.units = [(it.company, it.department, it.team) for it in abouts]
        # By quarter or year and id, the first row of each tracker that has it.
        self.holders: dict[tuple[str, str], dict[int, Row]] = {}
        self.quarters = [tracker.about.quarter for tracker in trackers]
        self.years = [year_of(quarter) for quarter in self.quarters]
        for row, entry in entries.items():
            key = self.quarters[row.tracker], entry.id.casefold()
            self.holders.setdefault(key, {}).setdefault(row.tracker, row)
        self.ids = {name for _, name in self.holders}
        self.labels = file_names(tracker.path for tracker in trackers)

    def meant(self, row: Row, id_text: str) -> Row | Finding | None:
        """The row that an id means, or a finding; None where there is neither link nor finding."""
        entry, name = self.entries[row], id_text.casefold()
        number = row.tracker
        held = {
            **self.holders.get((self.quarters[number], name), {}),
            **self.holders.get((self.years[number], name), {}),
        }
        target = self._chosen(row, held)
        if target == row or (target is None and name == entry.id.casefold()):
            return Finding("aligns-to-itself", (row,), entry.id)
        if target is None:
            return self._doubt(row, id_text, held)
        if entry.objective == row and self.entries[target].objective == row:
            return Finding("aligns-to-itself", (row,), entry.id)
        # That a key result serves its own objective goes without saying.
        return None if entry.objective == target else target

    def _chosen(self, row: Row, held: Mapping[int, Row]) -> Row | None:
        if len(held) == 1:
            return next(iter(held.values()))
        number = row.tracker
        parent = _file(self.trackers[number].about.parent)
        by_file = [n for n in held if parent and n != number and self.names[n] == parent]
        # Trackers are numbered alike, O1, O2 …; nobody means to serve the very row they are in.
        in_tracker = [n for n in held if n == number and held[n] != row]
        same = [n for n in held if self.quarters[n] == self.quarters[number]]
        higher = [n for n in same if self.ranks[n] < self.ranks[number]]
        of_year = [n for n in held if n not in same]
        own_year = [n for n in of_year if self.units[n] == self.units[number]]
        ways = (by_file, in_tracker, higher, own_year, of_year)
        single = (each[0] for each in ways if len(each) == 1)
        return next((held[each] for each in single), None)

    def _doubt(self, row: Row, id_text: str, held: Mapping[int, Row]) -> Finding | None:
        parent = _file(self.trackers[row.tracker].about.parent)
        if held:
            files = dict.fromkeys(self.labels[self.trackers[number].path] for number in held)
            words = {"files": ", ".join(files)}
            return Finding("ambiguous-alignment", (row,), id_text, words=words)
        # A run that lacks the tracker's parent cannot tell.
        complete = self.several and parent in {"", *self.files}
        if complete and id_text.casefold() not in self.ids:
            return Finding("unknown-alignment", (row,), id_text)
        return None


def _file(path: str) -> str:
    return PurePath(path).name.casefold()
