"""Excel's number formats, and the dates and times that are numbers under one of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

# The formats that a file names by number only.
BUILT_IN: Mapping[int, str] = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    5: '"$"#,##0_);("$"#,##0)',
    6: '"$"#,##0_);[Red]("$"#,##0)',
    7: '"$"#,##0.00_);("$"#,##0.00)',
    8: '"$"#,##0.00_);[Red]("$"#,##0.00)',
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    14: "mm-dd-yy",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "m/d/yy h:mm",
    37: "#,##0_);(#,##0)",
    38: "#,##0_);[Red](#,##0)",
    39: "#,##0.00_);(#,##0.00)",
    40: "#,##0.00_);[Red](#,##0.00)",
    41: r'_(* #,##0_);_(* \(#,##0\);_(* "-"_);_(@_)',
    42: r'_("$"* #,##0_);_("$"* \(#,##0\);_("$"* "-"_);_(@_)',
    43: r'_(* #,##0.00_);_(* \(#,##0.00\);_(* "-"??_);_(@_)',
    44: r'_("$"* #,##0.00_)_("$"* \(#,##0.00\)_("$"* "-"??_)_(@_)',
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mmss.0",
    48: "##0.0E+0",
    49: "@",
    # In East Asia these are dates; which form of date depends on the language of Excel.
    **dict.fromkeys((*range(27, 32), 36, *range(50, 55), 57, 58), "yyyy-mm-dd"),
    **dict.fromkeys((32, 33, 34, 35, 55, 56), "h:mm:ss"),
    # Those of Thailand, whose letters stand for the same.
    59: "0",
    60: "0.00",
    61: "#,##0",
    62: "#,##0.00",
    67: "0%",
    68: "0.00%",
    69: "# ?/?",
    70: "# ??/??",
    71: "d/m/yyyy",
    72: "d-mmm-yy",
    73: "d-mmm",
    74: "mmm-yy",
    75: "h:mm",
    76: "h:mm:ss",
    77: "d/m/yyyy h:mm",
    78: "mm:ss",
    79: "[h]:mm:ss",
    80: "mm:ss.0",
    81: "d/m/yy",
}
_LAST_DAY = 2_958_466  # the number of the day after 31 December 9999
_DAY = timedelta(days=1)
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  a day of a sheet has no zone
_EPOCH_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
_MIDNIGHT = datetime(1, 1, 1)  # noqa: DTZ001  a time of day has no zone

_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_DATED = re.compile(r"[dmyhs]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Format:
    """The format of a number: its code ("" for general), and whether it shows a date or a span."""

    code: str = ""
    is_date: bool = False
    is_span: bool = False


GENERAL = Format()


@lru_cache(maxsize=512)
def format_of(code: str) -> Format:
    """The Format of a number format's code."""
    if code.casefold() == "general":
        return GENERAL
    # A literal sign may stand before what looks like another one, so they go in one pass.
    bare = _LITERAL.sub("", code.partition(";")[0])
    return Format(code, bool(_DATED.search(bare)), bool(_ELAPSED.search(bare)))


def formats(numbered: Mapping[int, str], used: list[int]) -> list[Format]:
    """The format of each cell style, by the format numbers that the styles use."""
    by_number = {number: format_of(code) for number, code in {**BUILT_IN, **numbered}.items()}
    return [by_number.get(number, GENERAL) for number in used]


def moment(value: float, form: Format, is_1904: bool) -> float | date | time | timedelta:
    """The date, time or duration that a date format shows; the number if there is no such date."""
    if form.is_span and abs(value) < timedelta.max.days:
        return timedelta(milliseconds=round(value * 86_400_000))
    if not 0 <= value < _LAST_DAY - 1462 * is_1904:
        return value
    days, rest = divmod(value, 1)
    span = timedelta(milliseconds=round(rest * 86_400_000))
    if not days and not span.days:
        return (_MIDNIGHT + span).time()
    # Excel counts a 29 February 1900, which there was not.
    epoch = _EPOCH_1904 if is_1904 else _EPOCH + _DAY * (value < 60)
    day = epoch + timedelta(days=days) + span
    return day if span else day.date()
