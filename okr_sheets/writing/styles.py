"""The look: one palette, one type scale, told apart without colour too."""

from __future__ import annotations

import math
import unicodedata
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

INK = "#1B2440"
MUTED = "#66708A"
ACCENT = "#2F5AA8"
PALE = "#E7ECF7"
INPUT = "#FFFDF3"
COMPUTED = "#F5F6FA"
LINE = "#D9DDE8"
SLATE = "#46527A"
PAGE = "#F3F5FB"
WHITE = "#FFFFFF"

# Fill and text of each status. Teal, amber and vermilion stay apart for colour-blind eyes.
STATUS_COLOURS = {
    "achieved": ("#DCE6F7", "#1F4690"),
    "on-track": ("#D3EDE9", "#075E58"),
    "at-risk": ("#FFEFC2", "#6B4A00"),
    "off-track": ("#F9DAD1", "#8F2A12"),
    "no-update": ("#ECEEF3", "#4F5870"),
    "not-started": ("#ECEEF3", "#4F5870"),
    "postponed": ("#ECEEF3", "#7C8499"),
    "cancelled": ("#ECEEF3", "#7C8499"),
}
STRONG_COLOURS = {
    "achieved": ACCENT,
    "on-track": "#0B7A75",
    "at-risk": "#E0A100",
    "off-track": "#C8442B",
    "no-update": "#A6AEC2",
    "not-started": "#C9CFDD",
}
# Add it before other conditional formats on its cells: LibreOffice drops it after them.
DATA_BAR = {
    "type": "data_bar",
    "data_bar_2010": True,
    "bar_solid": True,
    "bar_color": "#9DB6E3",
    "min_type": "num",
    "max_type": "num",
    "min_value": 0,
    "max_value": 1,
}
GRADE_STATUS = {"green": "on-track", "yellow": "at-risk", "red": "off-track"}

FONT = "Calibri"  # every spreadsheet program falls back by script for Thai and Korean
PERCENT = "0%"


def lines_of(text: object, width: float, bold: bool = False) -> int:
    """How many lines a text takes in a column of that width, in characters, words kept whole."""
    room = max(width - 2.5, 1) / (1.08 if bold else 1.0)
    lines, used = 1, 0.0
    for word in str(text).split():
        wide = sum(_columns(character) for character in word)
        if used and used + 1 + wide > room:
            lines, used = lines + 1, 0.0
        # A word longer than the column is broken; Thai is one word to a program.
        lines += math.ceil(wide / room) - 1
        used += wide + (used > 0)
    return lines


def _columns(character: str) -> int:
    """Columns a character takes: two if East Asian and wide, none if it sits on another."""
    if unicodedata.combining(character) or unicodedata.category(character) == "Mn":
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


class Styles:
    """The workbook's formats, each made once."""

    def __init__(self, book: Workbook, date_format: str) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}
        self.date_format = date_format

    def __call__(self, **properties: Any) -> Format:
        """The format of these properties, on top of the base every cell has."""
        base = {"font_name": FONT, "font_size": 11, "font_color": INK, "valign": "vcenter"}
        return self._keep(base | properties)

    def rule(self, **properties: Any) -> Format:
        """A format for conditional formatting: only what it changes."""
        return self._keep(properties)

    def _keep(self, properties: dict[str, Any]) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(properties)
        return self._made[key]

    @property
    def title(self) -> Format:
        return self(font_size=20, bold=True)

    @property
    def caption(self) -> Format:
        return self(font_color=MUTED)

    @property
    def section(self) -> Format:
        return self(font_size=13, bold=True, bottom=2, bottom_color=INK)

    def header(self, computed: bool = False, **properties: Any) -> Format:
        """A table's header cell: ink where people type, slate where formulas work."""
        fill = SLATE if computed else INK
        return self(
            **{"bold": True, "font_size": 10, "font_color": WHITE, "bg_color": fill}
            | {"text_wrap": True, "border": 1, "border_color": fill}
            | properties
        )

    def number_format(self, kind: str) -> str:
        """The number format of a kind of column."""
        return {"date": self.date_format, "percent": PERCENT, "id": "@"}.get(kind, "General")

    def cell(self, kind: str, computed: bool = False, **properties: Any) -> Format:
        """A body cell of a table: cream to type in, grey where a formula stands."""
        numeric = kind in {"number", "percent", "date"}
        return self(
            **{"bg_color": COMPUTED if computed else INPUT, "border": 1, "border_color": LINE}
            # Without a word until someone protects the sheet: then people type here, and only here.
            | ({} if computed else {"locked": False})
            | {"num_format": self.number_format(kind), "align": "right" if numeric else "left"}
            | ({} if numeric else {"indent": 1})
            | properties
        )
