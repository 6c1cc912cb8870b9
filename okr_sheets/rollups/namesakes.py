"""What each unit and owner of a run is called: by a name that no other has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, count
from typing import NamedTuple, TypeVar

from okr_sheets.problems import file_names
from okr_sheets.rollups.years import counted
from okr_sheets.schema import OKRS
from okr_sheets.tracker import Tracker

K = TypeVar("K")


class Unit(NamedTuple):
    """What tells a unit of a rollup from all others; `nameless` is the file of one without names.

    Blank text is "": a department has no team, a company neither.
    """

    company: str
    department: str
    team: str
    quarter: str
    nameless: str


class Owner(NamedTuple):
    """A person, or a role in one company."""

    company: str
    name: str


def units_of(trackers: Sequence[Tracker]) -> list[Unit]:
    """The unit of each tracker."""
    files = file_names(tracker.path for tracker in trackers)
    units = []
    for tracker in trackers:
        about = tracker.about
        nameless = "" if about.unit else files[tracker.path]
        units.append(Unit(about.company, about.department, about.team, about.quarter, nameless))
    return units


def heads(units: Iterable[Unit]) -> list[Unit]:
    """The departments and companies above several units that are not among the units."""
    existing = dict.fromkeys(units)  # in their order
    below: dict[Unit, set[tuple[str, ...]]] = {}
    for company, department, team, quarter, _ in existing:
        if team and department:
            head = Unit(company, department, "", quarter, "")
            below.setdefault(head, set()).add((team,))
        elif company and (team or department):
            head = Unit(company, "", "", quarter, "")
            below.setdefault(head, set()).add((department, team))
    shared = [head for head, units_below in below.items() if len(units_below) > 1]
    for company, department, _, quarter, _ in list(shared):
        above = Unit(company, "", "", quarter, "")
        if company and department and Unit(company, department, "", quarter, "") not in existing:
            below.setdefault(above, set()).add((department,))
            shared += [above] if len(below[above]) > 1 and above not in shared else []
    return [head for head in shared if head not in existing]


def unit_names(trackers: Sequence[Tracker]) -> dict[Unit, str]:
    """What each unit is called, those above them too: by its smallest name, else by its file.

    Namesakes are told apart by the department, the company, the quarter, the file or the sheet.
    """
    places: dict[Unit, tuple[str, str]] = {}
    files = file_names(tracker.path for tracker in trackers)
    for tracker, unit in zip(trackers, units_of(trackers), strict=True):
        if tracker.about.day() is not None:
            place = files[tracker.path], tracker.sheets.get(OKRS.key, "")
            places.setdefault(unit, place)
    units = [*places, *heads(places)]
    quarters = counted({unit.quarter for unit in units})
    # Beside its year, the quarter that the run is of goes without saying.
    only = next(iter(quarters)) if len(quarters) == 1 else ""
    return _told_apart(
        {unit: unit.team or unit.department or unit.company or unit.nameless for unit in units},
        lambda unit: unit.department if unit.team else "",
        lambda unit: unit.company if unit.team or unit.department else "",
        lambda unit: "" if unit.quarter == only else unit.quarter,
        lambda unit: places[unit][0] if unit in places else "",
        lambda unit: places[unit][1] if unit in places else "",
    )


def companies(trackers: Sequence[Tracker]) -> list[str]:
    """The company of each tracker; for one that names none, the only company of the run, if any."""
    names = {tracker.about.company for tracker in trackers} - {""}
    only = names.pop() if len(names) == 1 else ""
    return [tracker.about.company or only for tracker in trackers]


def owner_of(company: str, name: str) -> Owner:
    """The owner of that name; a blank name belongs to no company."""
    return Owner(company if name else "", name)


def owner_names(trackers: Sequence[Tracker]) -> dict[Owner, str]:
    """What each owner is called; those of two companies who share a name, with the company."""
    owners = {
        owner_of(company, name): name
        for tracker, company in zip(trackers, companies(trackers), strict=True)
        for part in ("objectives", "key_results", "actions")
        for name in dict.fromkeys(tracker.columns[part].owner.tolist())
    }
    return _told_apart(owners, lambda owner: owner.company)


def _told_apart(names: Mapping[K, str], *parts: Callable[[K], str]) -> dict[K, str]:
    """A name for each that no other has; namesakes get the first parts that differ in brackets.

    If that is taken too, such as by a unit that is named “Sales (West)”, a number follows.
    """
    brackets: dict[K, tuple[str, ...]] = dict.fromkeys(names, ())
    for part in parts:
        namesakes: dict[tuple[str, ...], list[K]] = {}
        for key, name in names.items():
            namesakes.setdefault((name, *brackets[key]), []).append(key)
        for alike in namesakes.values():
            if len({part(key) for key in alike}) > 1:
                brackets.update({key: (*brackets[key], part(key)) for key in alike if part(key)})
    called: dict[str, K] = {}
    for key, name in names.items():
        whole = f"{name} ({', '.join(brackets[key])})" if brackets[key] else name
        numbered = (f"{whole} ({number})" for number in count(2))
        called[next(each for each in chain((whole,), numbered) if each not in called)] = key
    return {key: name for name, key in called.items()}
