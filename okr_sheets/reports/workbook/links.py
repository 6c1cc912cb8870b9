"""Where rows came from, as addresses that open the cell in its tracker."""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterable, Mapping
from functools import cache, partial
from pathlib import Path, PurePath
from typing import Any

from okr_sheets.drawing.names import quoted_sheet
from okr_sheets.kinds import UNOPENED
from okr_sheets.problems import Problem
from okr_sheets.text import printable, units
from okr_sheets.tracker import Tracker
from okr_sheets.urls import is_url

Record = Mapping[str, Any]

MOST_ADDRESS = 2_000  # UTF-16 units of a link; Excel stops at 2,079
# With : a name could pass for an address such as javascript:, with \\ for another computer's.
_NOT_IN_LINKS = re.compile(r'[\x00-\x1f%"# <>\[\]^`{}:\\]')


class Links:
    """Where rows came from, as addresses that open it."""

    def __init__(self, trackers: Iterable[Tracker], folder: str) -> None:
        """`folder` is where the report will stand."""
        self._address = cache(partial(_address, folder))
        self._paths: dict[str, set[str]] = {}
        for tracker in trackers:
            parts = PurePath(tracker.path).parts
            for at in range(len(parts)):
                # A row names its file by as much of the path as tells it from the others.
                self._paths.setdefault("/".join(parts[at:]), set()).add(tracker.path)

    def to_row(self, row: Record) -> str:
        """Give the address of the row's cell in its tracker; "" if that is not known."""
        paths = sorted(self._paths.get(row["file"], ()))
        named = row.get("cell", "")  # of a whole row its number alone
        cell = named if named[:1].isalpha() else f"A{row.get('row') or 1}"
        return self.to_cell(paths[0], row.get("sheet", ""), cell) if len(paths) == 1 else ""

    def to_problem(self, problem: Problem) -> str:
        """Give the address of a problem's cell."""
        if problem.code in UNOPENED:
            return ""
        cell = f"{problem.column or 'A'}{problem.row or 1}"
        return self.to_cell(problem.path, problem.sheet, cell)

    def to_cell(self, path: str, sheet: str, cell: str) -> str:
        """Give the address of a cell; "" for no file, one at a URL, or one too long to follow."""
        if not path or is_url(path):
            return ""
        place = f"#{quoted_sheet(sheet)}!{cell}" if sheet else ""
        address = self._address(path) + printable(place)
        return address if units(address) <= MOST_ADDRESS else ""


def _address(folder: str, path: str) -> str:
    """The address of a file as seen from a folder."""
    try:
        path = os.path.relpath(path, folder)
    except ValueError:  # on another drive
        path = PurePath(path).name
    # Escaped here, since XlsxWriter takes a # in a file's name for the start of the place.
    path = _NOT_IN_LINKS.sub(lambda sign: f"%{ord(sign[0]):02x}", Path(path).as_posix())
    # With ./ before it, since XlsxWriter looks at a name's second sign.
    return f"external:./{printable(path)}"
