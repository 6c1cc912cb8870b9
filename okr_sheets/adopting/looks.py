"""What only a cell's looks say: merged cells, red, amber and green fills, comments."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from okr_sheets.files.grid import Cell

SUFFIXES = frozenset({".xlsx", ".xlsm"})
READ_LOOKS = f"{__name__}:looks_of"  # for `files.child`
MOST_MERGED = 100_000  # cells of one sheet
LONGEST = 500  # characters of a comment that is kept as a note
_HUES = ((20, "off-track"), (70, "at-risk"), (170, "on-track"))  # degrees, up to
_PLAIN = 0.25  # saturation below which a colour is a grey


@dataclass(frozen=True, slots=True)
class Looks:
    """The looks of one sheet's cells: of a merged one its first cell, a status, a comment."""

    merged: Mapping[Cell, Cell] = field(default_factory=dict)
    statuses: Mapping[Cell, str] = field(default_factory=dict)
    comments: Mapping[Cell, str] = field(default_factory=dict)

    def turned(self) -> Looks:
        """The same with rows and columns swapped."""
        merged = {_turned(cell): _turned(first) for cell, first in self.merged.items()}
        statuses = {_turned(cell): status for cell, status in self.statuses.items()}
        return Looks(merged, statuses, {_turned(c): text for c, text in self.comments.items()})


def _turned(cell: Cell) -> Cell:
    return cell[1], cell[0]


def looks_of(path: Path) -> Mapping[str, Looks] | None:
    """The looks of each sheet by its name.

    None where openpyxl, which reads them, is not installed or cannot: the cells are known without.
    """
    try:
        from openpyxl import load_workbook  # noqa: PLC0415  an extra that few commands need

        book = load_workbook(path, data_only=True)
        return {sheet.title: _looks(sheet) for sheet in book.worksheets}
    except Exception:  # noqa: BLE001  whatever it is: our own parser read the cells
        return None


def _looks(sheet: Any) -> Looks:
    merged: dict[Cell, Cell] = {}
    for area in sheet.merged_cells.ranges:
        if len(merged) + area.size["rows"] * area.size["columns"] > MOST_MERGED:
            break
        first = area.min_row, area.min_col
        merged |= {
            (row, column): first
            for row in range(area.min_row, area.max_row + 1)
            for column in range(area.min_col, area.max_col + 1)
        }
    statuses, comments = {}, {}
    # Its `iter_rows` would make a cell of every blank one.
    for place, cell in sorted(sheet._cells.items()):  # noqa: SLF001
        if cell.has_style and (status := _status(cell.fill)):
            statuses[place] = status
        if cell.comment is not None and cell.comment.text:
            comments[place] = cell.comment.text.strip()[:LONGEST]
    return Looks(merged, statuses, comments)


def _status(fill: Any) -> str:
    """The status that a fill says: red, amber or green; "" for other colours and for none."""
    colour = fill.fgColor.rgb if fill.fill_type == "solid" else None
    if not isinstance(colour, str) or len(colour) not in {6, 8}:
        return ""
    try:
        parts = [
            int(colour[at : at + 2], 16) / 255 for at in range(len(colour) - 6, len(colour), 2)
        ]
    except ValueError:
        return ""
    hue, _, saturation = colorsys.rgb_to_hls(*parts)
    if saturation < _PLAIN or max(parts) - min(parts) < _PLAIN:
        return ""
    degrees = hue * 360
    if degrees > 330:
        return "off-track"
    return next((status for most, status in _HUES if degrees <= most), "")
