"""People's own columns of the OKRs sheet: what no other part of the reading looks at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from okr_sheets.files.books import read_book
from okr_sheets.files.child import in_child
from okr_sheets.files.grid import Broken, Uncalculated
from okr_sheets.letters import column_number
from okr_sheets.problems import Problem, UnreadableError
from okr_sheets.schema import CHECK_IN_PREFIX, OKRS

if TYPE_CHECKING:  # the process that looks at the file needs no numpy
    from okr_sheets.tracker import Tracker

LOOKING = "okr_sheets.reading.own:cells_of"  # the work, as `in_child` names it
_OWN = frozenset({"unknown-column", "similar-column"})  # what reading says of such a column


@dataclass(frozen=True, slots=True)
class OwnColumn:
    """A column of somebody's own: its header as typed, and its values by the tracker's rows.

    A value is a text, a number, a truth value, a date or a time; `number_format` is that of the
    first number in it which has one, else "". `is_whole` is whether the file holds the values of
    all its formulas.
    """

    header: str
    cells: Mapping[int, Any]
    number_format: str = ""
    is_whole: bool = True


def own_columns(tracker: Tracker) -> tuple[OwnColumn, ...]:
    """The columns of a tracker's OKRs that reading passed over, from another look at its file.

    In a flat table a row is that of its key result. Errors, and formulas whose value the file does
    not hold, are blank; a column of such formulas alone has no cells. Raises UnreadableError if the
    file cannot be read any more.
    """
    sheet = tracker.sheets.get(OKRS.key, "")
    columns = {each.column: each.given for each in _passed_over(tracker) if each.sheet == sheet}
    rows = sorted(set(tracker.okrs.row.tolist()))
    if not columns or not rows:
        return ()
    place = Path(tracker.path).absolute()
    seen = in_child(LOOKING, place, sheet, tuple(columns), tuple(rows))
    own = zip(columns.values(), seen, strict=True)
    every = (OwnColumn(header, *looked) for header, looked in own)
    return tuple(each for each in every if each.cells or not each.is_whole)


def own_elsewhere(tracker: Tracker) -> list[str]:
    """The headers of such columns on its other sheets, and of those that a header has twice.

    Of these the one that counts is read; the other is named with its letter. A second column of a
    check-in is not named, as no check-in is asked for here.
    """
    sheet = tracker.sheets.get(OKRS.key, "")
    elsewhere = [each.given for each in _passed_over(tracker) if each.sheet != sheet]
    copies = (each for each in tracker.problems if each.code == "duplicate-column")
    others = (each for each in copies if not each.key.startswith(CHECK_IN_PREFIX))
    return [*elsewhere, *(f"{each.words['label']} ({each.column})" for each in others)]


def _passed_over(tracker: Tracker) -> list[Problem]:
    """What reading said of each such column, the first of many with the others."""
    said = [each for each in tracker.problems if each.code in _OWN]
    every = [one for each in said for one in (each, *each.others)]
    return sorted(every, key=lambda one: (one.sheet, column_number(one.column)))


def cells_of(
    place: Path, sheet: str, columns: Sequence[str], rows: Sequence[int]
) -> list[tuple[dict[int, Any], str, bool]]:
    """Of columns of a sheet: the filled cells by row, the first number format, and `is_whole`."""
    grid = next((each for each in read_book(place).grids if each.name == sheet), None)
    if grid is None:
        raise UnreadableError("being-written")
    looked = []
    for number in map(column_number, columns):
        cells = {row: grid.cell(row, number) for row in rows}
        filled = {
            row: cell
            for row, cell in cells.items()
            if cell is not None and not isinstance(cell, Broken | Uncalculated)
        }
        formats = (grid.formats.get((row, number), "") for row in filled)
        is_whole = not any(isinstance(cell, Uncalculated) for cell in cells.values())
        looked.append((filled, next(filter(None, formats), ""), is_whole))
    return looked
