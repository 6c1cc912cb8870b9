"""What a cell holds, written as what it is."""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from okr_sheets.text import in_cell

Value = str | float | None


def trimmed(text: Any) -> str:
    """Clean `text` without spaces around it."""
    return in_cell(str(text)).strip()


def put(sheet: Worksheet, row: int, column: int, value: Value, look: Format) -> None:
    """Write a value as what it is; text is never taken for a formula or an address."""
    if isinstance(value, str) and value:
        sheet.write_string(row, column, value, look)
    elif isinstance(value, (float, Real)) and not math.isnan(value):
        sheet.write_number(row, column, value, look)
    else:
        sheet.write_blank(row, column, None, look)
