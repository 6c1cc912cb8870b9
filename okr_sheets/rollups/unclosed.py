"""What is missing before a quarter can be closed, and who is asked for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from okr_sheets.bands import Bands
from okr_sheets.choices import STOPPED
from okr_sheets.closing import Line, lines_by_id, needs_reason
from okr_sheets.columns import folded, to_day
from okr_sheets.problems import file_names
from okr_sheets.rollups.namesakes import unit_names, units_of
from okr_sheets.rollups.owed import owed
from okr_sheets.rollups.retrospective import is_missed
from okr_sheets.rollups.scored import Scored, scored
from okr_sheets.schema import CLOSE, OKRS
from okr_sheets.tracker import Tracker

LINE = "line"  # of an objective that the close does not list: typed beside no ID, nothing counts
ADVICE = "lesson"  # what nobody must give


@dataclass(frozen=True, slots=True)
class OpenEnd:
    """One thing to type: `what` is the word in [closing] that says it, `fields` fill it."""

    owner: str
    file: str
    sheet: str
    cell: str
    what: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_needed(self) -> bool:
        """Whether the quarter cannot be closed without it."""
        return self.what != ADVICE


def open_ends(trackers: Sequence[Tracker], as_of: date | None, bands: Bands) -> list[OpenEnd]:
    """All that is missing as of a day, by default the last of each quarter, owner by owner.

    Numbers for the last check-in date, a word on each committed key result that was missed, the
    reason of a final score, the decision on each live objective, and as advice what was learned. A
    tracker without a close is asked for one, and its unit answers for that. Of a tracker that goes
    on after `as_of` only the numbers are missing.
    """
    days = [as_of or tracker.about.end for tracker in trackers]
    now = scored(trackers, [days], bands)
    ends = [*_explanations(now, trackers), *_sheets(trackers), *_objectives(now, trackers)]
    names = file_names(tracker.path for tracker in trackers)
    going = {names[each.path] for each in trackers if ends_after(each, as_of)}
    ends = [*_numbers(now, trackers), *(end for end in ends if end.file not in going)]
    # What belongs to nobody comes last; within a file in the order above.
    return sorted(ends, key=lambda end: (not end.owner, end.owner, end.file))


def ends_after(tracker: Tracker, as_of: date | None) -> bool:
    """Whether a tracker is not over on a day; by default it is."""
    end = tracker.about.end
    return as_of is not None and end is not None and as_of < end


def _numbers(now: Scored, trackers: Sequence[Tracker]) -> Iterator[OpenEnd]:
    for row in owed(now, trackers).records():
        place = (row["owner_name"], row["file"], row["sheet"], row["cell"])
        yield OpenEnd(*place, "number", {"id": row["id"], "day": to_day(row["day"])})


def _explanations(now: Scored, trackers: Sequence[Tracker]) -> Iterator[OpenEnd]:
    """Committed key results that missed their target, of which no note and no remark says why.

    Of one that owes its last number nobody knows yet.
    """
    remarked = [
        {name for name, note in zip(folded(log.id), log.note, strict=True) if note}
        for log in (tracker.columns["log"] for tracker in trackers)
    ]
    rows = now.key_results
    unexplained = is_missed(rows) & ~rows.owes & (rows.note == "")
    keys = ("tracker", "row", "file", "sheet", "id", "owner_name", "score")
    for row in rows.only(keys).take(unexplained).records():
        if row["id"].casefold() not in remarked[row["tracker"]]:
            cell = _cell(trackers[row["tracker"]], OKRS.key, "note", row["row"])
            fields = {"id": row["id"], "score": row["score"]}
            yield OpenEnd(row["owner_name"], row["file"], row["sheet"], cell, "explanation", fields)


def _sheets(trackers: Sequence[Tracker]) -> Iterator[OpenEnd]:
    """A close for each tracker that has objectives and none."""
    files = file_names(tracker.path for tracker in trackers)
    names = unit_names(trackers)
    for tracker, unit in zip(trackers, units_of(trackers), strict=True):
        if len(tracker.columns["objectives"]) and not _has_close(tracker):
            owner = "" if unit.nameless else names[unit]
            yield OpenEnd(owner, files[tracker.path], "", "", "sheet")


def _objectives(now: Scored, trackers: Sequence[Tracker]) -> Iterator[OpenEnd]:
    places = [_Places(tracker) for tracker in trackers]
    rows = now.objectives
    keys = ("tracker", "file", "id", "title", "state", "owner_name", "score", "final")
    for row in rows.only(keys).records():
        place, tracker = places[row["tracker"]], trackers[row["tracker"]]
        if not _has_close(tracker):
            continue
        missing = [*_missing(row, place.line(row["id"]))]
        if missing and not place.has_line(row["id"]):
            missing.insert(0, LINE)
        for what in missing:
            number = place.row(row["id"])
            cell = _cell(tracker, CLOSE.key, "id" if what == LINE else what, number)
            sheet = tracker.sheets.get(CLOSE.key, "")
            fields = {key: row[key] for key in ("id", "score", "final")}
            yield OpenEnd(row["owner_name"], row["file"], sheet, cell, what, fields)


def _missing(row: Mapping[str, Any], line: Line) -> Iterator[str]:
    """The columns of the close that an objective is asked for."""
    final = line.get("final", float("nan"))
    if needs_reason(final, row["score"], line.get("reason", "")):
        yield "reason"
    if row["title"] and row["state"] not in STOPPED:
        yield from (key for key in ("decision", ADVICE) if not line.get(key))


def _has_close(tracker: Tracker) -> bool:
    return CLOSE.key in tracker.sheets or len(tracker.columns[CLOSE.key]) > 0


def _cell(tracker: Tracker, sheet: str, key: str, row: int) -> str:
    letter = tracker.letters.get(sheet, {}).get(key, "")
    return f"{letter}{row}" if letter and row else ""


class _Places:
    """The lines of one tracker's close; an objective without one gets the next free row."""

    def __init__(self, tracker: Tracker) -> None:
        lines = tracker.columns[CLOSE.key]
        self._lines = lines_by_id(tracker)
        pairs = zip(folded(lines.id)[::-1], lines.row[::-1].tolist(), strict=True)
        self._rows: dict[str, int] = dict(pairs)
        self._rows |= {name: line["row"] for name, line in self._lines.items()}
        self._last = max(self._rows.values(), default=0)

    def has_line(self, name: str) -> bool:
        """Whether an objective has a line, or was given one by `row`."""
        return name.casefold() in self._rows

    def line(self, name: str) -> Line:
        """What was typed for an objective; nothing where it has no line."""
        return self._lines.get(name.casefold(), {})

    def row(self, name: str) -> int:
        """The row of its line, 0 where nothing tells where that would be."""
        if name.casefold() not in self._rows and self._last:
            self._last += 1
            self._rows[name.casefold()] = self._last
        return self._rows.get(name.casefold(), 0)
