"""Notes on the cells of one table, each taken down once."""

from __future__ import annotations

from okr_sheets.adopting.mapping import Table
from okr_sheets.adopting.notes import Kind, Note


class Speaker:
    """Takes down what there is to say of a table's cells."""

    def __init__(self, notes: list[Note], table: Table) -> None:
        self._notes, self._table = notes, table

    def __call__(self, kind: Kind, code: str, cell: str, **words: str) -> None:
        """Take down a note on a cell, unless it is there."""
        note = Note(kind, code, self._table.file, self._table.sheet, cell, words)
        if note not in self._notes:
            self._notes.append(note)
