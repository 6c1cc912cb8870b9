"""Which key result belongs to which objective, with the ids and weights of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from okr_sheets.choices import OBJECTIVE
from okr_sheets.letters import column_letters
from okr_sheets.problems import Problem
from okr_sheets.reading.cells import Ask, Read, as_text
from okr_sheets.reading.rows import Row
from okr_sheets.reading.scales import weighed
from okr_sheets.reading.tables import Table


@dataclass(frozen=True, slots=True)
class LinkedRows:
    """The rows of one OKRs table, and the problems of their ids, objectives and weights."""

    objectives: Sequence[Row]
    key_results: Sequence[Row]
    check_ins: Sequence[Row]
    problems: Sequence[Problem]


def link_rows(rows: Sequence[Row], table: Table, ask: Ask, path: str) -> LinkedRows:
    """The objectives and key results of a table, each linked; missing ids are made up."""
    return _Linker(rows, table, ask, path).linked()


class _Linker:
    """Links rows to objectives and collects problems."""

    def __init__(self, rows: Sequence[Row], table: Table, ask: Ask, path: str) -> None:
        self.rows, self.table, self.ask, self.path = rows, table, ask, path
        self.problems: list[Problem] = []
        self.used = {row["id"].casefold() for row in rows if "id" in row}
        if len(self.used) < len(rows):
            # Those of rows that are left out are no others' either: with a title, these count.
            cells = (raw["id"] for _, raw in table.filled({"id"}) if "id" in raw)
            self.used.update(as_text(cell).casefold() for cell in cells)
        self.last: Counter[str] = Counter()  # number given, by objective

    def _add(self, code: str, row: int, given: str = "", key: str = "id", **words: str) -> None:
        self.problems.append(self.table.problem(self.path, code, row, key, given, words))

    def linked(self) -> LinkedRows:
        objectives = [row for row in self.rows if row.get("type") == OBJECTIVE]
        for number, row in enumerate(objectives, 1):
            if "id" not in row:
                self._give_id(row, f"O{number}")
        by_id = {row["id"].casefold(): row for row in reversed(objectives)}
        by_row = {row["row"]: row for row in objectives}
        above: Row | None = None
        key_results = []
        for row in self.rows:
            if row.get("type") == OBJECTIVE:
                above = row
                continue
            if row["row"] in self.table.objective_rows:
                self._link(row, by_row.get(self.table.objective_rows[row["row"]]))
            else:
                self._link(row, self._objective_of(row, by_id, above))
            key_results.append(row)
        # A row prepared for an objective is one as soon as key results stand under it.
        filled = {row["objective"] for row in key_results}
        objectives = [row for row in objectives if not row["prepared"] or row["row"] in filled]
        self._weigh(objectives)
        averaged: dict[int, list[Row]] = {}
        for row in key_results:
            averaged.setdefault(row["objective"], []).append(row)
        for below in averaged.values():
            self._weigh(below)
        letters = {day: column_letters(column) for day, column in self.table.check_ins.items()}
        check_ins = [
            {
                "id": row["id"],
                "date": day,
                "value": value,
                "column": letters[day],
                "row": row["row"],
            }
            for row in key_results
            for day, value in row["check_ins"].items()
        ]
        return LinkedRows(objectives, key_results, check_ins, self.problems)

    def _objective_of(self, row: Row, by_id: Mapping[str, Row], above: Row | None) -> Row | None:
        """The objective that a key result's id begins with, else the one above."""
        prefix, dot, _ = row.get("id", "").rpartition(".")
        objective = by_id.get(prefix.casefold()) if dot else None
        if objective is None and above is not None:
            objective = above
            if dot:
                self._add("objective-by-place", row["row"], prefix, value=above["id"])
        return objective

    def _link(self, row: Row, objective: Row | None) -> None:
        """Link a key result to its objective, and give it an id if it has none."""
        if objective is None:
            self._add("no-objective", row["row"], row.get("id") or row.get("title", ""))
        row["objective"] = objective["row"] if objective else 0
        row["objective_id"] = objective["id"] if objective else ""
        if "id" not in row:
            stem = objective["id"] if objective else "O0"
            self.last[stem] += 1
            while f"{stem}.KR{self.last[stem]}".casefold() in self.used:
                self.last[stem] += 1
            self._give_id(row, f"{stem}.KR{self.last[stem]}")

    def _weigh(self, rows: Sequence[Row]) -> None:
        """Set the weights of rows that are averaged together, on one scale."""
        reads = {row["row"]: row.pop("weight") for row in rows if "weight" in row}
        settled = weighed(reads, self.ask)
        for row in rows:
            read = settled.get(row["row"], Read())
            if read.code:
                self._add(read.code, row["row"], read.given, "weight", **read.words)
            if read.value is not None:
                row["weight"] = read.value

    def _give_id(self, row: Row, wanted: str) -> None:
        while wanted.casefold() in self.used:
            wanted += "'"
        self.used.add(wanted.casefold())
        row["id"] = wanted
        self._add("missing-id", row["row"], value=wanted)
