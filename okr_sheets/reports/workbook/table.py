"""A table of the workbook, and columns of it that a frame of the rollup has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from okr_sheets.reports.workbook.fields import Field
from okr_sheets.reports.workbook.records import Report, Rows
from okr_sheets.rollups.schema import FRAMES, PROBLEMS

_FRAMES = {**FRAMES, PROBLEMS.key: PROBLEMS}
_SHOWN_AS = {"id": "text", "flag": "yes_no"}  # kinds that look like another one


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet with a table: its rows, and its columns from left to right."""

    key: str
    name: str  # of the Excel table, for formulas and macros in any language
    rows: Callable[[Report], Rows]
    fields: tuple[Field, ...]
    nothing: str = ""  # the sentence for an empty table
    frozen: int = 1  # columns that stay in sight
    outline: bool = False  # whether rows have a `depth`, by which they fold


def of(place: str, width: tuple[float, float], kind: str = "", **look: bool) -> Field:
    """A column of a frame by both their keys, shown as its kind is or as another one."""
    frame, key = place.split(".")
    column = _FRAMES[frame][key]
    usual = key if column.kind == "choice" else _SHOWN_AS.get(column.kind, column.kind)
    return Field(key, column.header, kind or usual, width, **look)
