"""Plans as trackers, ready to be written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from okr_sheets.adopting.plans import KeyResult, Objective, Plan
from okr_sheets.columns import Columns
from okr_sheets.planning import with_plan
from okr_sheets.planning.sets import plan_of
from okr_sheets.quarters import Quarter, check_in_dates
from okr_sheets.schema import PARTS, ROW
from okr_sheets.text import in_cell
from okr_sheets.tracker import Tracker

MOST_DATES = 60  # of check-ins; numbers of more days than that come under their weeks
LONGEST_ID = 40  # characters
_LEVELS = {"person": "individual", "team": "team", "department": "department", "company": "company"}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a row of a tracker came from: its ID, its cells, and the table they stand in."""

    id: str
    title: str
    is_objective: bool
    table: int
    cells: tuple[str, ...]
    row: Mapping[str, Any]
    check_ins: Mapping[date, float]


def tracker_of(
    plan: Plan, quarter: Quarter, code: str, company: str = ""
) -> tuple[Tracker, list[Origin]]:
    """The tracker of a plan, and where each of its rows came from.

    `code` is its language, `company` the name of one that the sheet does not tell.
    """
    ids = _Ids(plan.objectives)
    days = sorted({day for o in plan.objectives for k in o.key_results for day in k.check_ins})
    cadence = _cadence(days, quarter)
    dates = check_in_dates(quarter.start, quarter.end, cadence)
    week = len({*dates, *days}) > MOST_DATES
    origins: list[Origin] = []
    entries, check_ins = [], []
    for objective in plan.objectives:
        key = ids.of[id(objective)]
        entry = {"id": key, **_texts(objective.entry), "note": in_cell(objective.note)}
        above = objective.serves
        if above is not None:
            entry["aligns_to"] = ids.of.get(id(above)) or above.own_id or above.entry["title"]
        below = []
        origins.append(
            Origin(key, entry["title"], True, objective.table, tuple(objective.cells), entry, {})
        )
        for each in objective.key_results:
            name = ids.of[id(each)]
            row = _key_result(each, name)
            numbers = _by_week(each.check_ins, dates) if week else each.check_ins
            below.append(row)
            check_ins += [(name, day, value) for day, value in sorted(numbers.items())]
            cells = tuple(each.cells)
            origins.append(Origin(name, row["title"], False, each.table, cells, row, numbers))
        entries.append({**entry, "key_results": below})
    about = _about(plan, quarter, cadence, code, company)
    tracker = plan_of(
        {"about": about, "objectives": entries}, plan.unit or "-", quarter.fiscal_start
    )
    own = {day for _, day, _ in check_ins}
    return _with_check_ins(tracker, check_ins, sorted({*dates, *own})), origins


def _texts(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of an entry, its texts as a cell can hold them."""
    kept = {key: value for key, value in entry.items() if value != ""}
    return {key: in_cell(v) if isinstance(v, str) else v for key, v in kept.items()}


def _key_result(each: KeyResult, name: str) -> dict[str, Any]:
    row = {"id": name, **_texts(each.entry)}
    if note := each.note:
        row["note"] = in_cell(note)
    actions = [_texts(action) for action in each.actions]
    return {**row, "actions": actions} if actions else row


def _about(plan: Plan, quarter: Quarter, cadence: str, code: str, company: str) -> dict[str, Any]:
    names = {key: plan.names.get(key, "") for key in ("company", "department", "team")}
    names["team"] = names["team"] or plan.names.get("person", "")
    names["company"] = names["company"] or company
    told = [key for key in _LEVELS if plan.names.get(key)]
    # A person's or team's name says which level it is of; without any it is the company's.
    level = _LEVELS[told[0]] if told else ("company" if names["company"] else "team")
    kept = {key: in_cell(name) for key, name in names.items() if name}
    about = {"quarter": str(quarter), "level": level, "cadence": cadence, "language": code, **kept}
    return about | {"start": quarter.start, "end": quarter.end}


def _cadence(days: Sequence[date], quarter: Quarter) -> str:
    """`monthly` if all numbers are of the last days of months, else `weekly`."""
    months = check_in_dates(quarter.start, quarter.end, "monthly")
    return "monthly" if days and {*days} <= {*months} and len(days) > 1 else "weekly"


def _by_week(check_ins: Mapping[date, float], dates: Sequence[date]) -> dict[date, float]:
    """The last number of each week, under the date of that week; after the last one all of them."""
    by_week = {}
    for day, value in sorted(check_ins.items()):
        by_week[min((each for each in dates if each >= day), default=day)] = value
    return by_week


def _with_check_ins(
    tracker: Tracker, check_ins: Iterable[tuple[str, date, float]], dates: Sequence[date]
) -> Tracker:
    key_results = tracker.columns["key_results"]
    by_id = dict(zip(key_results.id, key_results.row.tolist(), strict=True))
    rows = [
        {"row": by_id[name], "id": name, "date": day, "value": value}
        for name, day, value in check_ins
    ]
    return tracker.changed(
        key_results=with_plan(key_results, is_example=False),
        check_ins=Columns.of(rows, (ROW, *PARTS["check_ins"])),
        check_in_dates=tuple(dates),
    )


class _Ids:
    """An ID for each row: its own where no other has it, else one by its objective."""

    def __init__(self, objectives: Sequence[Objective]) -> None:
        self.of: dict[int, str] = {}
        self.used: set[str] = set()
        rows: list[Objective | KeyResult] = [*objectives]
        rows += [each for o in objectives for each in o.key_results]
        own = {id(row): _clean(row.own_id) for row in rows}
        counted = Counter(name.casefold() for name in own.values())
        below = [own[id(each)] for o in objectives for each in o.key_results]
        if any(counted[name.casefold()] > 1 for name in below if name):
            # Where each objective counts its own from 1, none of these is an ID.
            rows = [*objectives]
        for row in rows:
            if counted[own[id(row)].casefold()] == 1 and own[id(row)]:
                self._give(row, own[id(row)])
        for number, objective in enumerate(objectives, 1):
            if id(objective) not in self.of:
                self._give(objective, f"O{number}")
            for at, each in enumerate(objective.key_results, 1):
                if id(each) not in self.of:
                    self._give(each, f"{self.of[id(objective)]}.KR{at}")

    def _give(self, row: Objective | KeyResult, wanted: str) -> None:
        stem, number = re.sub(r"\d+$", "", wanted), 1
        name = wanted
        while name.casefold() in self.used:
            number += 1
            name = f"{stem}{number}"
        self.used.add(name.casefold())
        self.of[id(row)] = name


def _clean(name: str) -> str:
    """An ID as a cell can hold it; "" for what is too long to be one."""
    name = "-".join(in_cell(name).strip("#.: ").split())
    return name if len(name) <= LONGEST_ID else ""
