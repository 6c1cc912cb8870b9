"""What a tracker will hold, before it is one: units with their objectives and key results."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from okr_sheets.adopting.mapping import UNITS
from okr_sheets.language import fold


@dataclass
class KeyResult:
    """A key result as it will stand in a tracker; `entry` holds its columns by key.

    `table` numbers the table it comes from, `title_cell` names the cell of its title; `own_id` is
    the ID that the sheet gives it.
    """

    entry: dict[str, Any]
    table: int
    title_cell: str
    cells: list[str]
    check_ins: dict[date, float] = field(default_factory=dict)
    actions: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    own_id: str = ""

    @property
    def note(self) -> str:
        """Its words, remarks and comments, each once."""
        return joined(self.notes)


@dataclass
class Objective:
    """An objective with its key results; `parent` names the objective that it `serves`."""

    entry: dict[str, Any]
    table: int
    cells: list[str]
    key_results: list[KeyResult] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    own_id: str = ""
    parent: str = ""
    serves: Objective | None = None

    @property
    def note(self) -> str:
        """Its words and remarks, each once."""
        return joined(self.notes)


_Row = TypeVar("_Row", KeyResult, Objective)


@dataclass
class Plan:
    """The objectives of one unit, whose names are by level (`UNITS`)."""

    names: dict[str, str]
    objectives: list[Objective] = field(default_factory=list)
    _by_title: dict[str, list[Objective]] = field(default_factory=dict)

    def add(self, objective: Objective) -> None:
        """Add an objective below the others."""
        self.objectives.append(objective)
        self._by_title.setdefault(objective.entry["title"].casefold(), []).append(objective)

    def same(self, title: str, own_id: str) -> Objective | None:
        """The objective of a title that has no other ID; None for none."""
        for each in self._by_title.get(title.casefold(), ()):
            if not (own_id and each.own_id) or each.own_id.casefold() == own_id.casefold():
                return each
        return None

    @property
    def unit(self) -> str:
        """The smallest unit named."""
        return next((self.names[key] for key in reversed(UNITS) if self.names.get(key)), "")


class Plans:
    """The plans of all units, and their rows by ID or title."""

    def __init__(self) -> None:
        self._by_unit: dict[tuple[str, ...], Plan] = {}

    def of(self, names: dict[str, str]) -> Plan:
        """The plan of a unit."""
        key = tuple(fold(names.get(unit, "")) for unit in UNITS)
        return self._by_unit.setdefault(key, Plan(dict(names)))

    @property
    def filled(self) -> list[Plan]:
        """The plans that hold a row."""
        return [plan for plan in self._by_unit.values() if plan.objectives]

    @property
    def objectives(self) -> list[Objective]:
        """All objectives."""
        return [each for plan in self._by_unit.values() for each in plan.objectives]

    def objective(self, name: str, unit: dict[str, str] | None = None) -> Objective | None:
        """The objective of an ID or a title, if there is one that of a unit; None for none."""
        own = self.of(unit).objectives if unit else []
        return _named(own, name) or _named(self.objectives, name)

    def key_result(self, name: str) -> KeyResult | None:
        """The key result of an ID or a title; None for none."""
        return _named([each for o in self.objectives for each in o.key_results], name)


def _named(rows: Sequence[_Row], name: str) -> _Row | None:
    wanted = fold(name)
    by_id = (each for each in rows if fold(each.own_id) == wanted)
    by_title = (each for each in rows if fold(each.entry["title"]) == wanted)
    return (next(by_id, None) or next(by_title, None)) if wanted else None


def joined(texts: Iterable[str]) -> str:
    """Texts in one, each once."""
    return " · ".join(dict.fromkeys(text.strip() for text in texts if text.strip()))
