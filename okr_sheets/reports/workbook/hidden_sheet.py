"""The hidden sheet with what charts and sparklines show."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from okr_sheets.drawing.cells import Value, put
from okr_sheets.drawing.names import quoted_sheet


class HiddenSheet:
    """Rows of values on the hidden sheet, one below the other."""

    def __init__(self, sheet: Worksheet, look: Format) -> None:
        """Take an empty sheet, and hide it."""
        self._sheet, self._look = sheet, look
        self._next = 0
        sheet.hide()

    def row(self, values: Sequence[Value]) -> str:
        """Write a row of values, and give its range as formulas name it."""
        for at, value in enumerate(values):
            put(self._sheet, self._next, at, value, self._look)
        place = xl_range_abs(self._next, 0, self._next, max(len(values), 1) - 1)
        self._next += 1
        return f"{quoted_sheet(self._sheet.get_name())}!{place}"
