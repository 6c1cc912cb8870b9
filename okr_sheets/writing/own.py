"""People's own columns, written as what they hold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from xlsxwriter.worksheet import Worksheet

from okr_sheets.columns import serial
from okr_sheets.drawing.cells import put
from okr_sheets.drawing.styles import Styles
from okr_sheets.reading.own import OwnColumn
from okr_sheets.writing.layout import OWN_PREFIX

_A_DAY = timedelta(days=1)
_OF_NUMBERS = re.compile(r"[0#?,.% ]{1,40}")  # formats that are sound whoever made them
_MOMENT, _TIME, _SPAN = "yyyy-mm-dd hh:mm", "hh:mm", "[h]:mm"


class OwnCells:
    """The cells of somebody's own columns, by the rows of the sheet that is written."""

    def __init__(
        self, columns: Sequence[OwnColumn] = (), rows: Mapping[int, int] | None = None
    ) -> None:
        """`rows` gives the row of the sheet for each row of the tracker."""
        self.headers = [column.header for column in columns]
        self._columns = {
            f"{OWN_PREFIX}{at}": (
                {(rows or {})[row]: value for row, value in column.cells.items()},
                column.number_format,
            )
            for at, column in enumerate(columns)
        }

    def write(self, sheet: Worksheet, row: int, number: int, key: str, styles: Styles) -> None:
        """The cell of the column `key` in a row of the sheet, from 1, at the column `number`."""
        cells, number_format = self._columns[key]
        value, shown_as = _as_number(cells.get(row), styles)
        is_kept = _OF_NUMBERS.fullmatch(number_format) and shown_as == "General"
        look = styles.cell("text", num_format=number_format if is_kept else shown_as)
        if isinstance(value, bool):
            sheet.write_boolean(row - 1, number, value, look)
        else:
            put(sheet, row - 1, number, value, look)


def _as_number(value: Any, styles: Styles) -> tuple[Any, str]:
    """A value as a workbook holds it, days and times as numbers, and how such a one is shown."""
    if isinstance(value, datetime):
        return serial(value.date()) + _since_midnight(value.time()) / _A_DAY, _MOMENT
    if isinstance(value, date):
        return float(serial(value)), styles.date_format
    if isinstance(value, time):
        return _since_midnight(value) / _A_DAY, _TIME
    if isinstance(value, timedelta):
        return value / _A_DAY, _SPAN
    return value, "General"


def _since_midnight(value: time) -> timedelta:
    parts = {"hours": value.hour, "minutes": value.minute, "seconds": value.second}
    return timedelta(microseconds=value.microsecond, **parts)
