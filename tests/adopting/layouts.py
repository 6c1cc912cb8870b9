"""Sheets as people keep them, and what a careful colleague would make of each.

`layouts/NN-name.toml` holds one: its cells (`sheets`) or its CSV files (`files`), and `expected`.

- `expected.trackers` says only what the sheet says. A key that is not given is blank in the tracker;
  three may be filled all the same: an id is made, a type is chosen, a missing baseline may be 0.
- `owner`, `due`, `weight` … are the tracker's columns. `check_ins` are numbers by day; `current` is
  the last number, where the sheet tells no day. `actions` are rows of the Actions sheet.
- A percent is written as people say it: 25 with the unit %. A tracker may hold 0.25 instead, in all
  numbers of the row. The number of an `achieve` key result is a share from 0 to 1.
- `note` is what must stand in the row's note, or a list of such: words of the sheet, colours of cells.
  What was said at a check-in may stand in the Log instead; `confidence` is that of the last one.
- `left`, `assumed` and `asked` name cells, in several sheets or files as “Name!B2”. A header's cell
  stands for its column.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

FOLDER = Path(__file__).with_name("layouts")


@dataclass(frozen=True)
class Layout:
    """One file of the folder; its fields are the file's keys."""

    name: str
    what: str
    language: str
    expected: dict[str, Any]
    quarter: str = ""  # what the command is told, where the sheet does not tell
    sheets: list[dict[str, Any]] = field(default_factory=list)
    files: list[dict[str, str]] = field(default_factory=list)

    def write(self, folder: Path) -> list[Path]:
        """The layout as one workbook, or as its CSV files, in the folder: what a command is given."""
        if self.files:
            paths = [folder / file["name"] for file in self.files]
            for path, file in zip(paths, self.files, strict=True):
                path.write_text(file["text"], encoding="utf-8")
            return paths
        path = folder / f"{self.name}.xlsx"
        workbook = Workbook()
        workbook.remove(workbook.worksheets[0])
        for sheet in self.sheets:
            _fill(workbook.create_sheet(sheet["name"]), sheet)
        workbook.save(path)
        return [path]


def layouts() -> list[Layout]:
    """All layouts of the folder, by number."""
    return [
        Layout(path.stem, **tomllib.loads(path.read_text(encoding="utf-8")))
        for path in sorted(FOLDER.glob("*.toml"))
    ]


def _fill(worksheet: Any, sheet: dict[str, Any]) -> None:
    """Write a sheet's cells, merged ranges, fills, comments and number formats."""
    for row, cells in enumerate(sheet["rows"], 1):
        for column, value in enumerate(cells, 1):
            if value != "":
                worksheet.cell(row, column, value)
    for cell, colour in sheet.get("fills", {}).items():
        worksheet[cell].fill = PatternFill("solid", fgColor=colour)
    for cell, text in sheet.get("comments", {}).items():
        worksheet[cell].comment = Comment(text, "Somebody")
    for cell, number_format in sheet.get("formats", {}).items():
        worksheet[cell].number_format = number_format
    for cells in sheet.get("merged", ()):
        worksheet.merge_cells(cells)
