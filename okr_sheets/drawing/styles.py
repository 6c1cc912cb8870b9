"""A workbook's formats: one type scale on one palette."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from okr_sheets.drawing.colours import COMPUTED, INK, INPUT, LINE, MUTED, SLATE, WHITE
from okr_sheets.language import Language

FONT = "Calibri"  # every spreadsheet program falls back by script for Thai and Korean
# Number formats that are not the same in all languages, by name.
PERCENT, POINTS, COUNT = "percent", "points", "count"  # a share, a difference of two, a count


class Styles:
    """The workbook's formats, each made once."""

    def __init__(self, book: Workbook, words: Language) -> None:
        """`words` gives the formats of numbers and dates."""
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}
        self.date_format = words("formats.date")
        share = words.percent_format
        self._numbers = {
            PERCENT: share,
            POINTS: f"+{share};-{share};{share}",
            COUNT: words.count_format,
        }

    def __call__(self, **properties: Any) -> Format:
        """The format of these properties, on top of the base every cell has."""
        base = {"font_name": FONT, "font_size": 11, "font_color": INK, "valign": "vcenter"}
        look: dict[str, Any] = base | properties
        if "num_format" in look:
            look["num_format"] = self._numbers.get(look["num_format"], look["num_format"])
        return self._keep(look)

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
