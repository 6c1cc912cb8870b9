"""Whose tracker a file is and for when: the labelled cells of its first sheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from okr_sheets.language import REFERENCE, fold, headers, language, languages
from okr_sheets.problems import Problem
from okr_sheets.quarters import Quarter
from okr_sheets.reading.cells import Ask, parse, shown
from okr_sheets.reading.days import usual_order
from okr_sheets.reading.grid import TOP, Grid, Value
from okr_sheets.reading.guard import column_letters
from okr_sheets.reading.headers import LONGEST, Table
from okr_sheets.schema import SETTINGS
from okr_sheets.scoring import Bands
from okr_sheets.tracker import About

PREFIX = "tracker."


@dataclass(frozen=True, slots=True)
class Place:
    """The cell of one setting."""

    grid: Grid
    row: int
    column: int

    @property
    def value(self) -> Value:
        """What stands in it."""
        return self.grid.cell(self.row, self.column)

    def problem(self, path: str, code: str, key: str, given: str, words: Any) -> Problem:
        """A problem of this cell."""
        letter = column_letters(self.column)
        return Problem(code, path, self.grid.name, self.row, letter, key, given, words)


def by_keys(grids: Sequence[Grid]) -> dict[str, Place]:
    """Where each setting's value stands, by its machine key."""
    found: dict[str, Place] = {}
    for grid in grids:
        for row, cells in enumerate(grid.rows[:200], 1):
            for column, cell in enumerate(cells, 1):
                if isinstance(cell, str) and cell.startswith(PREFIX):
                    key = cell.removeprefix(PREFIX)
                    found.setdefault(key, Place(grid, row, _after_label(cells, column)))
    return found


def _after_label(cells: Sequence[Value], key: int) -> int:
    """The column right of the label, which is the first filled cell right of the machine key."""
    for column in range(key + 1, len(cells) + 1):
        if cells[column - 1] is not None:
            return column + 1
    return key + 2


def by_labels(grids: Sequence[Grid], okrs: Table | None = None) -> dict[str, Place]:
    """The same by the words of the labels, above the table and on sheets that hold no table.

    A sheet with machine keys shows there what stands elsewhere.
    """
    found: dict[str, Place] = {}
    known = headers("settings")
    for grid in (grid for grid in grids if not by_keys([grid])):
        last = okrs.header - 1 if okrs and grid is okrs.grid else TOP
        for row, cells in enumerate(grid.rows[:last], 1):
            for column, cell in enumerate(cells[:-1], 1):
                if not isinstance(cell, str) or len(cell) > LONGEST or cells[column] is None:
                    continue
                meaning = known.get(fold(cell.rstrip(": ")))
                if meaning:
                    found.setdefault(meaning[0], Place(grid, row, column + 1))
    return found


def first_day(grids: Sequence[Grid]) -> date | None:
    """The quarter's first day as far as it can be told before any table is found."""
    places = by_labels(grids) | by_keys(grids)
    ask = _ask_for_days(places, Ask(language(REFERENCE)))
    start: date | None = (
        parse("date", places["start"].value, ask).value if "start" in places else None
    )
    return start or ask.around


def _ask_for_days(places: Mapping[str, Place], ask: Ask) -> Ask:
    """How to read the first and the last day: in one order, near the quarter that is named."""
    try:
        around = Quarter.parse(shown(places["quarter"].value)).start
    except (KeyError, ValueError):
        around = None
    typed = [shown(places[key].value) for key in ("start", "end") if key in places]
    return replace(ask, around=around, order=usual_order(typed, ask.words, around))


def read_about(
    places: Mapping[str, Place], okrs: Table, path: str, say: Callable[[Problem], object]
) -> About:
    """The settings as they stand, the quarter's days filled in; `say` is told what is wrong."""
    code = _language(places, okrs, path, say)
    ask = _ask_for_days(places, Ask(language(code), untyped=okrs.grid.untyped))
    values: dict[str, Any] = {"language": code}
    for setting in SETTINGS:
        if setting.key not in places:
            continue
        place = places[setting.key]
        read = parse(setting.kind, place.value, replace(ask, choices=setting.key))
        if read.code:
            say(place.problem(path, read.code, setting.key, read.given, read.words))
        if read.value is not None:
            values[setting.key] = read.value
    return _with_quarter(About(**values), places, okrs, path, say)


def _language(
    places: Mapping[str, Place], okrs: Table, path: str, say: Callable[[Problem], object]
) -> str:
    """The language that is set, else the one most headers are in."""
    place = places.get("language")
    if place is None or not isinstance(place.value, str):
        return okrs.language
    if place.value in languages():
        return place.value
    choices = {"choices": ", ".join(languages())}
    say(place.problem(path, "unknown-language", "language", place.value, choices))
    return okrs.language


def _with_quarter(
    about: About,
    places: Mapping[str, Place],
    okrs: Table,
    path: str,
    say: Callable[[Problem], object],
) -> About:
    """Fill the first and last day from the quarter, or the quarter from the check-in dates."""
    quarter = None
    try:
        if about.quarter:
            quarter = Quarter.parse(about.quarter)
            about = replace(about, quarter=str(quarter))
    except ValueError:
        say(places["quarter"].problem(path, "not-a-quarter", "quarter", about.quarter, {}))
    if about.start and about.end:
        return about
    if quarter is None and okrs.check_ins:
        dates = tuple(okrs.check_ins)
        quarter = Quarter.holding(dates[len(dates) // 2])
    if quarter is None:
        say(Problem("no-quarter", path, okrs.grid.name))
        return about
    return replace(
        about,
        quarter=about.quarter or str(quarter),
        start=about.start or quarter.start,
        end=about.end or quarter.end,
    )


def bands(places: Mapping[str, Place]) -> Bands | None:
    """The bands that the workbook's own formulas go by; None if it has none of ours."""
    if "language" not in places:
        return None
    usual = Bands().cuts
    typed = shown(places["bands"].value).split() if "bands" in places else []
    try:
        return Bands.of(dict(zip(usual, map(float, typed), strict=True)))
    except ValueError:
        return Bands()


def calculated_on(places: Mapping[str, Place], words: Ask) -> date | None:
    """The day by which the stored values were calculated, beside its machine key."""
    place = places.get("day")
    if place is None:
        return None
    day: date | None = parse("date", place.grid.cell(place.row, place.column - 1), words).value
    return day
