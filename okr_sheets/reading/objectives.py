"""The objectives of a flat table: which of its rows mean the same one, and what each is called."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from okr_sheets.files.grid import Value
from okr_sheets.language import fold
from okr_sheets.reading.cells import as_text

Cells = dict[str, Value]  # of a row, by key


@dataclass(eq=False)
class Objective:
    """An objective by the row where it stands first, with the cells that are its own, by key."""

    row: int
    title: str = ""
    id: str = ""
    cells: Cells = field(default_factory=dict)

    def named(self) -> Cells:
        """Its id and title, those that are there."""
        return {key: text for key, text in (("id", self.id), ("title", self.title)) if text}


class Objectives:
    """All objectives of a table, in their order."""

    def __init__(self) -> None:
        self._all: list[Objective] = []
        self._by_both: dict[tuple[str, str], Objective] = {}
        self._by_title: dict[str, Objective] = {}
        self._by_id: dict[str, Objective] = {}

    def __iter__(self) -> Iterator[Objective]:
        return iter(self._all)

    def at(self, row: int, title: str, name: str) -> Objective:
        """The objective that a title and an id in a row mean, of which one may be blank.

        A new one if nothing above has that title or id; the same title with another id is another
        objective.
        """
        objective = self._known(fold(title), fold(name))
        if objective is None:
            objective = Objective(row)
            self._all.append(objective)
        objective.title, objective.id = objective.title or title, objective.id or name
        self.index(objective)
        return objective

    def index(self, objective: Objective) -> None:
        """Find an objective by its title and id from now on."""
        title, name = fold(objective.title), fold(objective.id)
        self._by_both[title, name] = objective
        if title:
            self._by_title[title] = objective
        if name:
            self._by_id[name] = objective

    def _known(self, title: str, name: str) -> Objective | None:
        with_title, with_id = self._by_title.get(title), self._by_id.get(name)
        if not (title and name):
            return with_title or with_id
        if with_title and not with_title.id:
            return with_title
        if with_id and not with_id.title:
            return with_id
        return self._by_both.get((title, name))

    def name(self, of_row: Mapping[int, Objective], rows: Mapping[int, Cells]) -> None:
        """Give each objective an id: its own, else what the ids of its key results begin with.

        `of_row` are the objectives of the key results, whose cells are in `rows`, by row. Ids such
        as KR1 that those of several objectives have are made ids of the whole table.
        """
        given: dict[int, dict[str, str]] = {}
        for row, objective in of_row.items():
            if "id" in rows[row]:
                typed = as_text(rows[row]["id"])
                given.setdefault(objective.row, {}).setdefault(fold(typed), typed)
        stems = _stems(given)
        used = {fold(each.id) for each in self if each.id}
        used.update(name for names in given.values() for name in names)
        for number, objective in enumerate(self, 1):
            objective.id = objective.id or stems.get(objective.row, "")
            if not objective.id:
                objective.id = f"O{number}"
                while fold(objective.id) in used:
                    objective.id += "'"
            used.add(fold(objective.id))
        holders = Counter(name for names in given.values() for name in names)
        if max(holders.values(), default=0) > 1:
            for row, objective in of_row.items():
                if "id" in rows[row]:
                    rows[row]["id"] = f"{objective.id}.{as_text(rows[row]['id'])}"


def _stems(given: Mapping[int, Mapping[str, str]]) -> dict[int, str]:
    """What the ids of each objective's key results begin with, if it tells the objectives apart."""
    stems: dict[int, str] = {}
    for row, names in given.items():
        starts = {name.rpartition(".")[0]: typed for name, typed in names.items()}
        start, typed = next(iter(starts.items()))
        if len(starts) > 1 or not start:
            return {}
        stems[row] = typed.rpartition(".")[0]
    return stems if len({fold(stem) for stem in stems.values()}) == len(stems) else {}
