"""Following a unit through its sightings: what of its plan and its numbers changed in between."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from okr_sheets.history.recalling import Row, Sighting
from okr_sheets.language import fold

# Types whose target is the easier to reach the higher it is.
_DOWNWARDS = frozenset({"decrease", "keep-at-most", "total-at-most"})


@dataclass(frozen=True, slots=True)
class Change:
    """What became otherwise between two runs, of days as ISO text.

    `day` is the day of a number that was changed, else "". `before` and `after` are None or ""
    for a blank.
    """

    code: str
    day: str
    before: str | float | None
    after: str | float | None
    since: str
    until: str


@dataclass(slots=True)
class Thread:
    """An objective or key result through all its sightings: as it was last, and its changes.

    `seen` is the day of the last sighting; `is_gone` that it was missing in a later one.
    """

    row: Row
    numbers: Any
    seen: str
    changes: list[Change]
    is_gone: bool = False


def followed(sightings: Sequence[Sighting]) -> tuple[list[Thread], list[Thread]]:
    """The objectives and the key results of a unit with all that changed, in their last order."""
    objectives = _threads((each, each.objectives, ()) for each in sightings)
    return objectives, _threads((each, each.key_results, each.numbers) for each in sightings)


def _threads(sightings: Iterable[tuple[Sighting, Sequence[Row], Sequence[Any]]]) -> list[Thread]:
    threads: list[Thread] = []
    files: dict[str, str] = {}  # each with the day it was read last
    for sighting, rows, numbers in sightings:
        known = [thread.row for thread in threads]
        found = _matches(known, rows)
        of_rows = numbers or [{}] * len(rows)
        latest = []
        for at, row, typed in zip(found, rows, of_rows, strict=True):
            latest.append(_seen(None if at is None else threads[at], row, typed, sighting, files))
        taken = {at for at in found if at is not None}
        left = [thread for at, thread in enumerate(threads) if at not in taken]
        for thread in left:
            if thread.row.file in sighting.files and not thread.is_gone:
                gone = thread.row.title
                change = Change("dropped", "", gone, None, thread.seen, sighting.day)
                thread.changes.append(change)
                thread.is_gone = True
        threads = [*latest, *left]
        files |= dict.fromkeys(sighting.files, sighting.day)
    return threads


def _seen(
    thread: Thread | None, row: Row, numbers: Any, sighting: Sighting, files: dict[str, str]
) -> Thread:
    """The thread with one more sighting, or a new one."""
    if thread is None:
        thread = Thread(row, numbers, sighting.day, [])
        if row.file in files:
            since = files[row.file]
            thread.changes.append(Change("added", "", None, row.title, since, sighting.day))
        return thread
    since, until = thread.seen, sighting.day
    if thread.is_gone:
        thread.changes.append(Change("added", "", None, row.title, since, until))
    if row[3:] != thread.row[3:]:
        thread.changes += _of_plan(thread.row, row, since, until)
    if not thread.numbers.items() <= numbers.items():
        for day, before in sorted(thread.numbers.items()):
            after = numbers.get(day)
            if after != before:
                thread.changes.append(Change("number", day, before, after, since, until))
    thread.row, thread.numbers, thread.seen, thread.is_gone = row, numbers, until, False
    return thread


def _of_plan(then: Row, now: Row, since: str, until: str) -> Iterator[Change]:
    if then.target != now.target:
        code = "target-eased" if _is_eased(then, now) else "target-tightened"
        yield Change(code, "", then.target, now.target, since, until)
    for key in ("baseline", "weight", "owner", "title", "id"):
        before, after = getattr(then, key), getattr(now, key)
        if before != after:
            yield Change(key, "", before, after, since, until)


def _is_eased(then: Row, now: Row) -> bool:
    """Whether the target is easier to reach than it was; one that is blank is no target."""
    if then.target is None or now.target is None:
        return now.target is None
    if now.type in _DOWNWARDS:
        return now.target > then.target
    return now.target < then.target


def _matches(known: Sequence[Row], rows: Sequence[Row]) -> list[int | None]:
    """For each row the position of the known one that it is, None for a new one.

    It is the one of the same ID and title; else that of the same title; else that of the same ID,
    however they are spelled.
    """
    if [(row.id, row.title) for row in known] == [(row.id, row.title) for row in rows]:
        return list(range(len(rows)))
    found: list[int | None] = [None] * len(rows)
    open_known, open_rows = set(range(len(known))), set(range(len(rows)))
    for key, has_to_be_alone in ((_both, False), (_title, True), (_id, True)):
        old, new = _by(key, known, open_known), _by(key, rows, open_rows)
        for value, places in new.items():
            others = old.get(value, [])
            if has_to_be_alone and not len(places) == len(others) == 1:
                continue
            for at, other in zip(places, others, strict=False):
                found[at] = other
                open_rows.discard(at)
                open_known.discard(other)
    return found


def _by(
    key: Callable[[Row], Hashable], rows: Sequence[Row], places: Iterable[int]
) -> dict[Hashable, list[int]]:
    """The positions of rows by a key, without those whose key is blank."""
    by_key: dict[Hashable, list[int]] = {}
    for at in sorted(places):
        value = key(rows[at])
        if value:
            by_key.setdefault(value, []).append(at)
    return by_key


def _both(row: Row) -> Hashable:
    return fold(row.id), fold(row.title)


def _title(row: Row) -> Hashable:
    return fold(row.title)


def _id(row: Row) -> Hashable:
    return fold(row.id)
