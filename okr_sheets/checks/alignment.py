"""What serves what: each *aligns to* of a run followed to the row it means, and what is odd there.

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
from okr_sheets.language import fold
from okr_sheets.problems import Problem, file_names
from okr_sheets.schema import LEVELS, OKRS
from okr_sheets.tracker import Tracker

COMPANY, DEPARTMENT = LEVELS.index("company"), LEVELS.index("department")
STOPPED = frozenset({"cancelled", "postponed"})
ARROW = " → "
MOST_STEPS = 8  # of a cycle, in one sentence

_SEPARATORS = re.compile("[,;]")


class Row(NamedTuple):
    """A row of the run: the number of its tracker, and the row of that one's sheet."""

    tracker: int
    number: int


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

    def live(self) -> Iterator[Link]:
        """The links between rows that are neither cancelled nor postponed."""
        return (
            link
            for link in self.links
            if not (self.entries[link.row].stopped or self.entries[link.above].stopped)
        )


# --- from words to rows --------------------------------------------------------------------------


def follow(trackers: Sequence[Tracker]) -> Served:
    """Every *aligns to* of a run, followed to rows of the same quarter.

    An id that several trackers have means the row of the file that the tracker names as its parent,
    else another row of its own, else the only one at a higher level.
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
            for at, objective, name, aligns_to, state in zip(numbers, above, *columns, strict=True):
                group = Row(number, objective)
                stopped = state in STOPPED or (group in entries and entries[group].stopped)
                entries[Row(number, at)] = Entry(name, group, aligns_to, stopped)
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
        # By quarter and id, the first row of each tracker that has it.
        self.holders: dict[tuple[str, str], dict[int, Row]] = {}
        quarters = [tracker.about.quarter for tracker in trackers]
        for row, entry in entries.items():
            key = quarters[row.tracker], entry.id.casefold()
            self.holders.setdefault(key, {}).setdefault(row.tracker, row)
        self.ids = {name for _, name in self.holders}
        self.labels = file_names(tracker.path for tracker in trackers)

    def meant(self, row: Row, id_text: str) -> Row | Finding | None:
        """The row that an id means, or a finding; None where there is neither link nor finding."""
        entry, name = self.entries[row], id_text.casefold()
        held = self.holders.get((self.trackers[row.tracker].about.quarter, name), {})
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
        higher = [n for n in held if self.ranks[n] < self.ranks[number]]
        single = (each[0] for each in (by_file, in_tracker, higher) if len(each) == 1)
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


# --- rules ---------------------------------------------------------------------------------------


def unfollowed(served: Served) -> Iterator[Finding]:
    """What is aligned to is one other row of the run."""
    yield from served.lost


def cycles(served: Served) -> Iterator[Finding]:
    """Nothing serves itself by way of others; named at the row highest up that takes part."""
    linked = set(served.links)
    for cycle in _cycles(served):
        around = zip(cycle, (*cycle[1:], cycle[0]), strict=True)
        turns = [place for place, step in enumerate(around) if Link(*step) in linked]
        first = min(turns, key=lambda place: _order(served, cycle[place]))
        rows = (*cycle[first:], *cycle[:first])
        ids = [served.id(row) for row in rows]
        steps = ids if len(ids) <= MOST_STEPS else [*ids[: MOST_STEPS - 1], "…"]
        yield Finding("alignment-cycle", rows, ARROW.join([*steps, ids[0]]))


def _cycles(served: Served) -> Iterator[tuple[Row, ...]]:
    """Each way back to a row, met on one walk upwards from every row."""
    steps = served.steps()
    done: set[Row] = set()
    for start in sorted({link.row for link in served.links}, key=lambda row: _order(served, row)):
        if start in done:
            continue
        path, places, ahead = [start], {start: 0}, [iter(steps[start])]
        while path:
            above = next(ahead[-1], None)
            if above is None:
                ahead.pop()
                done.add(path[-1])
                del places[path.pop()]
            elif above in places:
                yield tuple(path[places[above] :])
            elif above not in done:
                places[above] = len(path)
                path.append(above)
                ahead.append(iter(steps.get(above, ())))


def _order(served: Served, row: Row) -> tuple[int, Row]:
    return served.ranks[row.tracker], row


def double_counting(served: Served) -> Iterator[Finding]:
    """What a row serves through another it does not serve directly too."""
    steps = served.steps()
    for row, above in served.live():
        others = (other for other in steps[row] if other != above)
        through = next((other for other in others if _leads(steps, other, row, above)), None)
        if through is not None:
            words = {"value": served.id(through)}
            yield Finding("double-counting", (row,), served.id(above), words=words)


def _leads(steps: Mapping[Row, Sequence[Row]], start: Row, around: Row, goal: Row) -> bool:
    """Whether one row serves another, if only through others; not by way of the row `around`."""
    seen, ahead = {around, start}, [start]
    while ahead:
        for above in steps.get(ahead.pop(), ()):
            if above == goal:
                return True
            if above not in seen:
                seen.add(above)
                ahead.append(above)
    return False


def level_skips(served: Served) -> Iterator[Finding]:
    """An objective below a department that has objectives serves those, not the company's."""
    aims: dict[Row, list[Row]] = {}
    for row, above in served.live():
        if served.ranks[row.tracker] > DEPARTMENT and served.objective(row) == row:
            aims.setdefault(row, []).append(above)
    for row, aimed in aims.items():
        name = served.trackers[row.tracker].about.department
        department = served.holders.get(served.units[row.tracker][: DEPARTMENT + 2], frozenset())
        if not (name and department) or any(above.tracker in department for above in aimed):
            continue
        words = {"unit": name, "value": served.id(row)}
        for above in aimed:
            if served.ranks[above.tracker] == COMPANY:
                yield Finding("level-skip", (row,), served.id(above), words=words)


def unserved(served: Served) -> Iterator[Finding]:
    """An objective of a company or department is served, where trackers below it are read."""
    higher = {above for holder in served.holders for above in _above(holder)}
    reached = {
        served.objective(above)
        for row, above in served.live()
        if served.objective(above) != served.objective(row)
    }
    for row in _objectives(served):
        is_high = served.ranks[row.tracker] in {COMPANY, DEPARTMENT}
        if is_high and row not in reached and served.units[row.tracker] in higher:
            yield Finding("nobody-serves", (row,), served.id(row), key="title")


def serving_nothing(served: Served) -> Iterator[Finding]:
    """An objective below the company serves something, where a tracker above it is read."""
    # An id that was not found was meant to align; a key result's own objective was not.
    aligned = {
        entry.objective
        for entry in served.entries.values()
        if entry.given and _reaches_out(served, entry)
    }
    for row in _objectives(served):
        above = _above(served.units[row.tracker])
        if row not in aligned and any(whole in served.holders for whole in above):
            yield Finding("serves-nothing", (row,), served.id(row))


def _reaches_out(served: Served, entry: Entry) -> bool:
    objective_id = served.entries.get(entry.objective, entry).id.casefold()
    return any(id_text.casefold() != objective_id for id_text in parts(entry.given))


def _objectives(served: Served) -> Iterator[Row]:
    """The objectives that are neither cancelled nor postponed."""
    for row, entry in served.entries.items():
        if entry.objective == row and not entry.stopped:
            yield row


def _above(unit: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The units that a unit belongs to: its company, its department and so on."""
    return (unit[:end] for end in range(2, len(unit)))


RULES = (unfollowed, cycles, double_counting, level_skips, unserved, serving_nothing)


def findings(served: Served) -> Iterator[Finding]:
    """All that is odd in the alignment of a run."""
    return (finding for rule in RULES for finding in rule(served))


def misalignments(trackers: Sequence[Tracker]) -> Iterator[Problem]:
    """The same as problems of the trackers, by their cells."""
    for finding in findings(follow(trackers)):
        number, row = finding.rows[0]
        at = trackers[number]
        yield at.problem(finding.code, OKRS.key, row, finding.key, finding.given, **finding.words)
