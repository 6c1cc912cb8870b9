"""Grids: each sheet of a file as rows of plain values, every state of a cell kept apart."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from okr_sheets.reading import csv
from okr_sheets.reading.guard import Scan, UnreadableError, kind_of, scan, scan_ods


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell that holds an error, such as #DIV/0!."""

    text: str


@dataclass(frozen=True, slots=True)
class Uncalculated:
    """A formula whose value the file does not hold."""


SCANS = {"xlsx": scan, "ods": scan_ods}  # an old .xls tells neither errors nor formulas
Value = str | float | bool | date | datetime | time | timedelta | Broken | Uncalculated | None


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: `rows[r - 1][c - 1]` is the cell in row r, column c; None where blank.

    `formulas` holds the cells with a formula, or None where the format does not tell; `untyped` is
    a text file, in which numbers and dates are text like all else.
    """

    name: str
    rows: list[list[Value]]
    hidden: bool = False
    formulas: frozenset[tuple[int, int]] | None = None
    untyped: bool = False

    def cell(self, row: int, column: int) -> Value:
        """The value at a row and column, from 1; None outside the used range."""
        if row > len(self.rows) or column > len(self.rows[row - 1]):
            return None
        return self.rows[row - 1][column - 1]


def grids(path: Path) -> list[Grid]:
    """The worksheets of a workbook, or the one table of a text file.

    UnreadableError says why a file gives none.
    """
    kind = kind_of(path)
    if kind == "text":
        return [Grid(path.stem, [list(row) for row in csv.rows(path)], untyped=True)]
    scans = SCANS[kind](path) if kind in SCANS else {}
    try:
        workbook = CalamineWorkbook.from_path(path)
        return [
            _grid(workbook, sheet.name, sheet.visible != SheetVisibleEnum.Visible, scans)
            for sheet in workbook.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet
        ]
    except PasswordError:
        raise UnreadableError("password") from None
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableError("damaged", str(error)) from None


def _grid(workbook: CalamineWorkbook, name: str, hidden: bool, scans: dict[str, Scan]) -> Grid:
    rows: list[list[Value]] = [
        [None if value == "" else value for value in row]
        for row in workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    ]
    seen = scans.get(name)
    if seen is None:
        return Grid(name, rows, hidden)
    for (row, column), text in seen.errors.items():
        _put(rows, row, column, Broken(text))
    for row, column in seen.uncalculated:
        _put(rows, row, column, Uncalculated())
    return Grid(name, rows, hidden, seen.formulas)


def _put(rows: list[list[Value]], row: int, column: int, value: Value) -> None:
    # Calamine leaves such cells out, so they may lie beyond what it laid out.
    while len(rows) < row:
        rows.append([])
    cells = rows[row - 1]
    cells.extend([None] * (column - len(cells)))
    cells[column - 1] = value
