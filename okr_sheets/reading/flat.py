"""Tables as people keep them, with each objective beside its key results, as tables of OKRs.

The rest of the reading finds an objective in a row of its own, above its key results.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, replace
from datetime import date, time, timedelta
from functools import cached_property
from typing import NamedTuple

from okr_sheets.choices import OBJECTIVE as OBJECTIVE_TYPE
from okr_sheets.choices import TYPES
from okr_sheets.files.grid import Value
from okr_sheets.language import choice_keys, fold, language
from okr_sheets.letters import column_letters
from okr_sheets.problems import Problem
from okr_sheets.reading.cells import Ask, Read, as_text, is_day_number, parse
from okr_sheets.reading.meanings import OBJECTIVE, OBJECTIVE_ID
from okr_sheets.reading.objectives import Cells, Objective, Objectives
from okr_sheets.reading.scales import counts_to_100, is_count
from okr_sheets.reading.tables import Table
from okr_sheets.reading.totals import is_total_name
from okr_sheets.schema import CHECK_IN_PREFIX, OKRS

_TYPED = frozenset(column.key for column in OKRS.typed)
_READ = _TYPED | {"current", "progress"}
_ENDS = frozenset({"baseline", "target"})


def as_okr_table(table: Table) -> Table:
    """A table of OKRs as the rest of the reading wants it; any other as it is."""
    if table.sheet is not OKRS or table.heading.has_keys:
        return table
    table = _with_baseline(table)
    if not table.heading.is_flat:
        return table
    flat = FlatTable(**{field.name: getattr(table, field.name) for field in fields(Table)})
    if OBJECTIVE_ID in flat.heading.places or not flat.ids_name_objectives():
        return flat
    meanings = dict(flat.heading.meanings) | {flat.columns["id"]: OBJECTIVE_ID}
    return replace(flat, heading=replace(flat.heading, meanings=meanings))


def _with_baseline(table: Table) -> Table:
    """The table; a column headed “Start” that holds numbers is its baseline if it has no other."""
    heading = table.heading
    at = table.columns.get("start")
    if at is None or "baseline" in table.columns:
        return table
    cells = [cell for number, _ in table.rows() if _holds(cell := table.grid.cell(number, at))]
    ask = Ask(language(heading.language), untyped=table.grid.untyped)
    if not cells or not all(_is_amount(cell, ask) for cell in cells):
        return table
    meanings = {c: "baseline" if c == at else key for c, key in heading.meanings.items()}
    return replace(table, heading=replace(heading, meanings=meanings))


def _is_amount(cell: Value, ask: Ask) -> bool:
    """Whether a cell holds a number that is no day."""
    if isinstance(cell, (date, time, timedelta)) or is_day_number(as_text(cell)):
        return False
    return parse("number", cell, ask).value is not None


def _holds(cell: Value) -> bool:
    return cell is not None and not (isinstance(cell, str) and not cell.strip())


class _Unfolded(NamedTuple):
    """The rows of a flat table, an objective's before that of its first key result.

    `objective_rows` gives the row of each key result's objective, by its row; the rows
    `named_at_objective` are objectives, or totals, whose name stands in the objectives' column.
    """

    rows: Sequence[tuple[int, Cells]]
    objective_rows: Mapping[int, int]
    named_at_objective: frozenset[int]


class FlatTable(Table):
    """A table of OKRs with the objective in a column beside its key results.

    Its rows are those of its key results; where an objective stands first, one of its own comes
    before. An objective's text holds for the rows below too, until another one comes. The same text
    or id further down is the same objective.
    """

    @property
    def is_flat(self) -> bool:
        """Whether objectives share the rows of key results."""
        return True

    @property
    def columns(self) -> Mapping[str, int]:
        """The column of each key; progress that people type is what a key result reached."""
        columns = dict(super().columns)
        if "progress" in columns:
            columns.setdefault("current", columns["progress"])
        return columns

    @property
    def letters(self) -> Mapping[str, str]:
        """Column letters by key."""
        letters = dict(super().letters)
        letters.setdefault("id", letters["title"])
        if "current" in self.columns:
            letters["current"] = column_letters(self.columns["current"])
        return letters

    @property
    def objective_letters(self) -> Mapping[str, str]:
        """The letters of the columns that say what an objective is, by key."""
        places = {"title": OBJECTIVE, "id": OBJECTIVE_ID}
        columns = self.heading.places
        letters = {
            key: column_letters(columns[foreign])
            for key, foreign in places.items()
            if foreign in columns
        }
        return {"id": letters["title"], **letters}

    def ids_name_objectives(self) -> bool:
        """Whether the ids are those of objectives: each has one of its own, one of several rows."""
        of_row = self.objective_rows
        rows = [
            (of_row[row], fold(as_text(cells.get("id", ""))))
            for row, cells in self._own_cells
            if row in of_row and "title" in cells
        ]
        given = {(objective, name) for objective, name in rows if name}
        objectives, ids = ({pair[side] for pair in given} for side in (0, 1))
        return bool(given) and len(objectives) == len(ids) == len(given) < len(rows)

    @property
    def uses_progress(self) -> bool:
        """Whether all of the column of progress was taken for what key results reached."""
        rows = [cells for _, cells in self._own_cells if "progress" in cells]
        return "current" not in super().columns and all(map(_measures_itself, rows))

    def problem(
        self,
        path: str,
        code: str,
        row: int,
        key: str = "",
        given: str = "",
        words: Mapping[str, str] | None = None,
    ) -> Problem:
        """A problem at the cell in this row and in the column with this key."""
        problem = super().problem(path, code, row, key, given, words)
        is_above = key == "title" and row in self._unfolded.named_at_objective
        if is_above and not _holds(self.grid.cell(row, self.columns[key])):
            return replace(problem, column=self.objective_letters[key])
        return problem

    @property
    def objective_rows(self) -> Mapping[int, int]:
        """The row of the objective of each key result, by its row."""
        return self._unfolded.objective_rows

    def filled(self, keys: AbstractSet[str]) -> Iterator[tuple[int, Cells]]:
        """The number of each row, and its filled cells in the columns of these keys and all dates.

        The row in which an objective stands first comes twice: as the objective's, and as that of
        its key result, if there is one.
        """
        for number, cells in self._unfolded.rows:
            kept = {
                key: cell
                for key, cell in cells.items()
                if key in keys or key.startswith(CHECK_IN_PREFIX)
            }
            yield number, kept

    @cached_property
    def _own_cells(self) -> Sequence[tuple[int, Cells]]:
        """The rows of the sheet, as a table of OKRs has them, without cells of spaces alone."""
        read = _READ if "current" in super().columns else _READ - {"current"}
        rows = super().filled(read)
        return [(n, {key: cell for key, cell in row.items() if _holds(cell)}) for n, row in rows]

    @cached_property
    def _unfolded(self) -> _Unfolded:
        rows = {number: dict(cells) for number, cells in self._own_cells}
        self._take_progress(rows)
        objectives = Objectives()
        of_row: dict[int, Objective] = {}
        above: Objective | None = None
        named_at_objective = set()
        for number, cells in rows.items():
            title, name = (self._text(number, key) for key in (OBJECTIVE, OBJECTIVE_ID))
            if title and "title" not in cells and is_total_name(title):
                cells["title"] = title
                named_at_objective.add(number)
                continue
            if title or name:
                above = objectives.at(number, title, name)
                if above.row == number and "title" not in cells:
                    self._give_own_cells(above, cells)
                    objectives.index(above)
            if above and cells:
                of_row[number] = above
        key_results = {number: of for number, of in of_row.items() if "title" in rows[number]}
        objectives.name(key_results, rows)
        firsts = {objective.row: objective for objective in objectives}
        named_at_objective.update(firsts)
        for number in _notes(firsts, rows, max(of_row, default=0)):
            rows[number]["title"] = firsts.pop(number).title
        word = language(self.heading.language).choice("type", OBJECTIVE_TYPE)
        unfolded: list[tuple[int, Cells]] = []
        for number, cells in rows.items():
            if own := firsts.get(number):
                unfolded.append((number, {**own.cells, **own.named(), "type": word}))
            if cells or own is None:
                unfolded.append((number, cells))
        return _Unfolded(
            unfolded,
            {number: objective.row for number, objective in of_row.items()},
            frozenset(named_at_objective),
        )

    def _give_own_cells(self, objective: Objective, cells: Cells) -> None:
        """Give an objective the cells of its first row, which names no key result."""
        if "id" in cells:
            if OBJECTIVE_ID in self.heading.places:
                return
            objective.id = as_text(cells.pop("id"))
        if "current" not in super().columns:
            cells.pop("current", None)  # its progress is that of its key results
        objective.cells = dict(cells)
        cells.clear()

    def _text(self, row: int, key: str) -> str:
        column = self.heading.places.get(key, 0)
        cell = self.grid.cell(row, column) if column else None
        return as_text(cell).strip() if _holds(cell) else ""

    def _take_progress(self, rows: Mapping[int, Cells]) -> None:
        """Take progress for what was reached, as a share, where nothing else measures a row."""
        mine = {
            number: self._progress(number, cells)
            for number, cells in rows.items()
            if self.columns.get("current") == self.columns.get("progress")
            and "progress" in cells
            and _measures_itself(cells)
        }
        whole = 100 if counts_to_100(mine.values()) else 1
        for number, read in mine.items():
            value = round(read.value / whole, 12) if is_count(read) else read.value
            rows[number]["current"] = rows[number]["progress"] if value is None else value
        for cells in rows.values():
            cells.pop("progress", None)

    def _progress(self, row: int, cells: Cells) -> Read:
        form = self.grid.formats.get((row, self.columns["progress"]), "")
        ask = Ask(language(self.heading.language), untyped=True, format=form)
        return parse("number", cells["progress"], ask)


def _notes(firsts: Mapping[int, Objective], rows: Mapping[int, Cells], last: int) -> Sequence[int]:
    """The rows of what is no objective: texts alone, a blank row below the last key result."""
    below = [number for number in rows if number > last]
    blank = next((number for number in below if number not in firsts and not rows[number]), None)
    if blank is None:
        return ()
    return [number for number in below if number > blank and _is_bare(firsts.get(number))]


def _is_bare(objective: Objective | None) -> bool:
    return objective is not None and not objective.cells


def _measures_itself(cells: Cells) -> bool:
    """Whether a key result has neither numbers nor a type that asks for them."""
    type_ = choice_keys("type").get(fold(as_text(cells.get("type", ""))))
    is_dated = any(key.startswith(CHECK_IN_PREFIX) for key in cells)
    return not (_ENDS & cells.keys() or is_dated or type_ in {*TYPES} - {"achieve"})
