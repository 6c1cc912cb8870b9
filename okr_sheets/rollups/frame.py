"""What a frame of a rollup and a column of one are."""

from __future__ import annotations

from dataclasses import dataclass

from okr_sheets.schema import Kind


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a frame.

    `header` is its word's place in the language files, "" where no table shows it. One with
    `choices` holds one of them, or "".
    """

    key: str
    kind: Kind
    meaning: str
    header: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame: what its rows are, and its columns in their order."""

    key: str
    about: str
    columns: tuple[Column, ...]

    def __getitem__(self, key: str) -> Column:
        """The column of that key; KeyError if there is none."""
        return {column.key: column for column in self.columns}[key]

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns' keys, in their order."""
        return tuple(column.key for column in self.columns)

    @property
    def kinds(self) -> dict[str, Kind]:
        """The kind of each column, by its key."""
        return {column.key: column.kind for column in self.columns}
