"""What is odd in the alignment of a run's rows: one rule each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from okr_sheets.checks.links import Entry, Finding, Link, Row, Served, follow, parts
from okr_sheets.choices import LEVELS
from okr_sheets.problems import Problem
from okr_sheets.tracker import Tracker

COMPANY, DEPARTMENT = LEVELS.index("company"), LEVELS.index("department")
ARROW = " → "
MOST_STEPS = 8  # of a cycle, in one sentence


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
    for link in served.live():
        row, above = link
        is_low = served.ranks[row.tracker] > DEPARTMENT and served.objective(row) == row
        if is_low and served.in_period(link):
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
    aligned = {served.objective(row) for row, _ in served.links}
    # An id that was not found was meant to align; a key result's own objective was not.
    aligned |= {
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
        row = finding.rows[0]
        at = trackers[row.tracker]
        part = at.part_of(is_objective=not row.is_key_result)
        yield at.problem(
            finding.code, part, row.number, finding.key, finding.given, **finding.words
        )
