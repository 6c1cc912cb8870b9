"""Grids: each sheet of a file as rows of plain values, every state of a cell kept apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from okr_sheets.problems import Problem

Cell = tuple[int, int]  # row and column, from 1
TOP = 60  # rows in which the first header is looked for, under titles at the most


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell that holds an error, such as #DIV/0!."""

    text: str


@dataclass(frozen=True, slots=True)
class Uncalculated:
    """A formula whose value the file does not hold."""


Value = str | float | bool | date | datetime | time | timedelta | Broken | Uncalculated | None


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: `rows[r - 1][c - 1]` is the cell in row r, column c; None where blank.

    `formulas` gives the formula of each cell that has one, its references relative to the cell, so
    that one formula filled down a column is one text; None if the file's format has none.
    `formats` gives the number format of cells that hold a number in any but the general one.
    `strays` are cells that stand too far out to be in it; they were not read.
    `untyped` is a text file, in which numbers and dates are text like all else.
    """

    name: str
    rows: list[list[Value]]
    hidden: bool = False
    formulas: Mapping[Cell, str] | None = None
    formats: Mapping[Cell, str] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    strays: frozenset[Cell] = frozenset()
    untyped: bool = False

    def cell(self, row: int, column: int) -> Value:
        """The value at a row and column, from 1; None outside the used range."""
        if row > len(self.rows) or column > len(self.rows[row - 1]):
            return None
        return self.rows[row - 1][column - 1]


@dataclass(frozen=True, slots=True)
class Book:
    """A file's worksheets, or its one table, and the problems of the file as a whole."""

    grids: tuple[Grid, ...]
    problems: tuple[Problem, ...] = ()
