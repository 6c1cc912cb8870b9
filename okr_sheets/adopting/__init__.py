"""Trackers made of the sheets that people already keep.

Data flows one way: files → `Sheet`s → `Mapping` (what each column is taken for, guessed by
`recognise` or read from MAP.toml) → rows with the cells they came from → trackers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Map
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from okr_sheets import about
from okr_sheets.adopting.drafting import drafted
from okr_sheets.adopting.looks import READ_LOOKS, SUFFIXES, Looks
from okr_sheets.adopting.making import MOST_DATES, Origin, tracker_of
from okr_sheets.adopting.mapping import Mapping
from okr_sheets.adopting.notes import Note
from okr_sheets.adopting.plans import Plan
from okr_sheets.adopting.recognising import recognise as recognise
from okr_sheets.adopting.sheets import READ_SHEETS, Found, Sheet
from okr_sheets.files import names
from okr_sheets.files.child import in_child
from okr_sheets.problems import Problem, UnreadableError
from okr_sheets.tracker import Tracker


@dataclass(frozen=True, slots=True)
class Source:
    """The sheets of all files, the problems of reading them, and which are trackers already."""

    sheets: tuple[Sheet, ...]
    problems: tuple[Problem, ...] = ()
    trackers: tuple[str, ...] = ()
    has_looks: bool = True


@dataclass(frozen=True, slots=True)
class Adopted:
    """A tracker made of a sheet, and where each of its rows came from."""

    tracker: Tracker
    unit: str
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class Adoption:
    """All trackers made of the sheets, what they were taken for, and what there is to say."""

    mapping: Mapping
    adopted: tuple[Adopted, ...] = ()
    notes: tuple[Note, ...] = field(default=())


def read_source(paths: Sequence[Path]) -> Source:
    """The sheets of the files at the paths; a file that cannot be read is a problem."""
    sheets: list[Sheet] = []
    problems: list[Problem] = []
    trackers: list[str] = []
    has_looks = True
    for path in paths:
        try:
            found: Found = in_child(READ_SHEETS, path.absolute(), str(path))
        except UnreadableError as error:
            problems.append(error.problem(str(path), names.SUFFIXES))
            continue
        problems += found.problems
        if found.is_tracker:
            trackers.append(str(path))
            continue
        looks = _looks_of(path)
        has_looks = has_looks and looks is not None
        sheets += [replace(s, looks=(looks or {}).get(s.name, Looks())) for s in found.sheets]
    return Source(tuple(sheets), tuple(problems), tuple(trackers), has_looks)


def _looks_of(path: Path) -> Map[str, Looks] | None:
    """The looks of a file's sheets by their names, none of a file that has none; None unread."""
    if path.suffix.lower() not in SUFFIXES:
        return {}
    try:
        looks: Map[str, Looks] | None = in_child(READ_LOOKS, path.absolute())
    except UnreadableError:  # its cells were read all the same
        return None
    return looks


def adopt(
    source: Source, mapping: Mapping, company: str = "", today: date | None = None
) -> Adoption:
    """The trackers that a mapping makes of the sheets."""
    today = today or about.today()
    plans, said = drafted(mapping, source.sheets, today)
    adopted = []
    for plan in plans:
        tracker, origins = tracker_of(plan, mapping.quarter, mapping.language, company)
        adopted.append(Adopted(tracker, plan.unit, tuple(origins)))
        said += [*_of_ids(mapping, origins), *_of_weeks(mapping, plan, origins)]
    notes = [*_of_quarter(mapping, today), *said]
    return Adoption(mapping, tuple(adopted), tuple(notes))


def _of_quarter(mapping: Mapping, today: date) -> list[Note]:
    words = {"quarter": str(mapping.quarter), "day": today.isoformat()}
    codes = {"guessed": "quarter"}
    codes |= dict.fromkeys(("of-days", "of-periods"), "quarter-of-days")
    code = codes.get(mapping.quarter_said)
    return [Note("assumed", code, words=words)] if code else []


def _of_weeks(mapping: Mapping, plan: Plan, origins: Sequence[Origin]) -> Iterator[Note]:
    """How many numbers came under the dates of their weeks, said of the first key result."""
    rows = [each for objective in plan.objectives for each in objective.key_results]
    made = [origin for origin in origins if not origin.is_objective]
    moved = [o for row, o in zip(rows, made, strict=True) if o.check_ins != row.check_ins]
    if moved:
        words = {"given": str(sum(len(row.check_ins) for row in rows))}
        words |= {"n": str(MOST_DATES), "value": str(sum(len(o.check_ins) for o in made))}
        table = mapping.tables[moved[0].table]
        cell = moved[0].cells[0] if moved[0].cells else ""
        yield Note("assumed", "by-week", table.file, table.sheet, cell, words)


def _of_ids(mapping: Mapping, origins: Sequence[Origin]) -> Iterator[Note]:
    """The IDs of key results that begin as if they belonged to another objective."""
    above = ""
    for origin in origins:
        if origin.is_objective:
            above = origin.id
        elif origin.id.rpartition(".")[0].casefold() not in {"", above.casefold()}:
            table = mapping.tables[origin.table]
            words = {"given": origin.id, "value": above}
            cell = origin.cells[0] if origin.cells else ""
            yield Note("assumed", "own-id", table.file, table.sheet, cell, words)
