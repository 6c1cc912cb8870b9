"""What files and folders are called when their quarter turns."""

from __future__ import annotations

import re
from pathlib import PurePath

from okr_sheets.quarters import Period, Year

# 2027-Q1, 2027Q1, Q1-2027, Q1 2027, in either order with any sign or none between.
_NAMED = re.compile(
    r"(?<![^\W_])(?:(?P<year>\d{4})(?P<sign>[\s_.-]*)Q(?P<number>[1-4])"
    r"|Q(?P<first>[1-4])(?P<between>[\s_.-]*)(?P<last>\d{4}))(?![^\W_])",
    re.IGNORECASE,
)


def turned_name(name: str, quarter: Period, otherwise: str = "{name}") -> str:
    """A file's or folder's name with `quarter` in place of the one in it, spelled as that was.

    Where none is in it, `otherwise` says what it is called, by its `name` and the `quarter`.
    """
    if isinstance(quarter, Year):
        turned, count = re.subn(rf"(?<!\d){quarter.number - 1}(?!\d)", str(quarter), name)
        return turned if count else otherwise.format(name=name, quarter=quarter)
    found = _NAMED.search(name)
    if found is None:
        return otherwise.format(name=name, quarter=quarter)
    year, number = ("year", "number") if found["year"] else ("last", "first")
    (begins, ends), (at, after) = found.span(year), found.span(number)
    parts = sorted([(begins, ends, f"{quarter.year}"), (at, after, f"{quarter.number}")])
    for start, end, text in reversed(parts):
        name = name[:start] + text + name[end:]
    return name


def turned_file(name: str, quarter: Period, suffixed: bool = False) -> str:
    """The same for a tracker's file, which is an .xlsx; `suffixed` adds a quarter if none is in it.

    `name` may be a path inside a folder, all of which turns.
    """
    path = PurePath(name)
    stem = turned_name(path.stem, quarter, "{name}-{quarter}" if suffixed else "{name}")
    folders = [turned_name(part, quarter) for part in path.parts[:-1]]
    return PurePath(*folders, f"{stem}.xlsx").as_posix()
