"""The settings of a tracker, such as team and quarter: labelled cells, mostly on one sheet."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from okr_sheets.about import About
from okr_sheets.bands import Bands
from okr_sheets.files.grid import TOP, Grid, Value
from okr_sheets.language import REFERENCE, fold, headers, language, languages
from okr_sheets.letters import column_letters
from okr_sheets.problems import Problem
from okr_sheets.quarters import (
    Period,
    Span,
    period,
    period_of,
    period_of_dates,
    period_within,
    usual_cadence,
)
from okr_sheets.reading.cells import Ask, as_text, parse, real_days
from okr_sheets.reading.days import ODD, QUARTER, is_buddhist, usual_order
from okr_sheets.reading.meanings import LONGEST
from okr_sheets.reading.meanings import QUARTER as QUARTER_COLUMN
from okr_sheets.reading.scan import Scan
from okr_sheets.reading.tables import Table
from okr_sheets.schema import SETTING_PREFIX, SETTINGS

_VERSION = re.compile(r"[0-9]{1,4}")
LONGEST_TITLE = 200  # characters in which a quarter is looked for


@dataclass(frozen=True, slots=True)
class Place:
    """The cell of one setting."""

    grid: Grid
    row: int
    column: int
    part: str = ""  # of the cell's text, where the rest is a title

    @property
    def value(self) -> Value:
        """The cell's value, or the part of it that counts; None if blank."""
        return self.part or self.grid.cell(self.row, self.column)

    def problem(self, path: str, code: str, key: str, given: str, words: Any) -> Problem:
        """A problem of this cell."""
        letter = column_letters(self.column)
        return Problem(code, path, self.grid.name, self.row, letter, key, given, words)


class Labels:
    """The settings on one sheet."""

    def __init__(self, scan: Scan) -> None:
        self.scan, self.grid = scan, scan.grid
        self.by_key = self._by_key()

    def _by_key(self) -> dict[str, Place]:
        """Where each setting's value stands, by its machine key."""
        places: dict[str, Place] = {}
        for row, keys in self.scan.keys.items():
            cells, on_row = self.grid.rows[row - 1], frozenset(keys)
            for column, cell in enumerate(cells, 1):
                if isinstance(cell, str) and cell in on_row and cell.startswith(SETTING_PREFIX):
                    at = _after_label(cells, column)
                    places.setdefault(cell.removeprefix(SETTING_PREFIX), Place(self.grid, row, at))
        return places

    def by_word(self, last: int = TOP) -> dict[str, Place]:
        """The same by the words of the labels, down to a row; none on a sheet with machine keys.

        There the labels are found by the keys.
        """
        places: dict[str, Place] = {}
        known = headers("settings")
        for row, cells in enumerate(() if self.by_key else self.grid.rows[:last], 1):
            for column, (cell, value) in enumerate(pairwise(cells), 1):
                if value is None or not isinstance(cell, str) or len(cell) > LONGEST:
                    continue
                if meaning := known.get(fold(cell.rstrip(": "))):
                    places.setdefault(meaning[0], Place(self.grid, row, column + 1))
        return places

    def title(self, last: int) -> dict[str, Place]:
        """Where a title above a row names the period; none if it does not, or several do."""
        found = [
            Place(self.grid, row, column, str(named))
            for row, cells in enumerate(self.grid.rows[:last], 1)
            for column, cell in enumerate(cells, 1)
            if isinstance(cell, str) and (named := period_within(cell[:LONGEST_TITLE]))
        ]
        return {"quarter": found[0]} if len({place.part for place in found}) == 1 else {}


def _after_label(cells: Sequence[Value], key: int) -> int:
    """The column right of the label, which is the first filled cell right of the machine key."""
    for column in range(key + 1, len(cells) + 1):
        if cells[column - 1] is not None:
            return column + 1
    return key + 2


def by_keys(sheets: Iterable[Labels]) -> dict[str, Place]:
    """The settings on several sheets by their machine keys; of several the first counts."""
    return _firsts(sheet.by_key for sheet in sheets)


def by_labels(sheets: Iterable[Labels], okrs: Table | None = None) -> dict[str, Place]:
    """The same by the words of their labels, above the table and on sheets that hold no table.

    Where neither they nor check-in dates tell the quarter, a column of the table may, or a title.
    """
    rows_above = okrs.header - 1 if okrs else 0
    own = [sheet for sheet in sheets if okrs and sheet.grid is okrs.grid]
    labels = _firsts(sheet.by_word(rows_above if sheet in own else TOP) for sheet in sheets)
    if okrs is None or okrs.check_ins or not labels.keys().isdisjoint(("quarter", "start", "end")):
        return labels
    return _firsts([labels, _by_column(okrs), *(sheet.title(rows_above) for sheet in own)])


def _by_column(okrs: Table) -> dict[str, Place]:
    """The first cell of a column of periods that all are one; none if there is no such column."""
    column = okrs.heading.places.get(QUARTER_COLUMN)
    if column is None:
        return {}
    cells = {row: okrs.grid.cell(row, column) for row, _ in okrs.rows()}
    filled = {row: as_text(cell) for row, cell in cells.items() if cell is not None}
    periods = {period_within(text) for text in filled.values()}
    named = periods.pop() if len(periods) == 1 else None
    return {"quarter": Place(okrs.grid, min(filled), column, str(named))} if named else {}


def _firsts(of_each: Iterable[dict[str, Place]]) -> dict[str, Place]:
    places: dict[str, Place] = {}
    for more in of_each:
        places = more | places
    return places


def span(sheets: Sequence[Labels], fiscal_start: int, okrs: Table | None = None) -> Span | None:
    """The period's first and last day by the settings, or by what stands above or in the table.

    None if they name neither. `fiscal_start` is the first month of the company's fiscal year, for
    files without their own.
    """
    places = by_keys(sheets)
    if not places.keys() >= {"quarter", "fiscal_start", "start", "end"}:
        places = by_labels(sheets, okrs) | places
    ask = Ask(language(REFERENCE))
    named = _period(places, _fiscal_start(places, fiscal_start, ask))
    ask = _ask_for_days(places, ask, named)
    ends = (parse("date", _value(places, key), ask).value for key in ("start", "end"))
    start, end = ends
    if not _may_be_days(start, end):
        start = end = None
    if named:
        days = Span(start or named.start, end or named.end)
        return days if days.is_sound else named.span
    return Span(start, end or start + timedelta(days=QUARTER)) if start else None


def _may_be_days(start: date | None, end: date | None) -> bool:
    """Whether the first and the last day that are typed belong together."""
    return not (start and end) or Span(start, end).is_sound


def _value(places: Mapping[str, Place], key: str) -> Value:
    return places[key].value if key in places else None


def _fiscal_start(places: Mapping[str, Place], usual: int, ask: Ask) -> int:
    """The first month of the fiscal year: the file's own, else the company's."""
    month = parse("number", _value(places, "fiscal_start"), ask).value
    return int(month) if month in range(1, 13) else usual


def _period(places: Mapping[str, Place], fiscal_start: int) -> Period | None:
    """The quarter or year in the settings; None if there is none that can be read."""
    try:
        return period(as_text(_value(places, "quarter")), fiscal_start)
    except ValueError:
        return None


def _ask_for_days(places: Mapping[str, Place], ask: Ask, named: Period | None) -> Ask:
    """The Ask for the first and last day, which have one order and lie near the period."""
    around = named.span if named else None
    cells = [_value(places, key) for key in ("start", "end")]
    typed = [text for text in cells if isinstance(text, str)]
    real = [*real_days(cells)]
    return replace(ask, around=around, order=usual_order(typed, ask.words, around, real))


def read_about(
    places: Mapping[str, Place],
    okrs: Table,
    path: str,
    say: Callable[[Problem], object],
    fiscal_start: int,
) -> About:
    """The settings, with the period's days filled in; calls `say` with each problem.

    `fiscal_start` is the first month of the company's fiscal year, for files without their own.
    """
    code = _language(places, okrs, path, say)
    ask = Ask(language(code), untyped=okrs.grid.untyped)
    fiscal_start = _fiscal_start(places, fiscal_start, ask)
    ask = _ask_for_days(places, ask, _period(places, fiscal_start))
    values: dict[str, Any] = {"language": code, "fiscal_start": fiscal_start}
    for setting in SETTINGS:
        if setting.key not in places:
            continue
        place = places[setting.key]
        asked = replace(ask, choices=setting.key) if setting.kind == "choice" else ask
        read = parse(setting.kind, place.value, asked)
        for problem in read.codes:
            say(place.problem(path, problem, setting.key, read.given, dict(read.words)))
        if read.value is not None:
            values[setting.key] = read.value
    start, end = values.get("start"), values.get("end")
    if not _may_be_days(start, end):
        words = {key: str(values.pop(key)) for key in ("start", "end")}
        say(places["end"].problem(path, "odd-days", "end", words["end"], words))
    return _Period(About(**values), places, okrs, path, say, "cadence" in values).about()


def _language(
    places: Mapping[str, Place], okrs: Table, path: str, say: Callable[[Problem], object]
) -> str:
    """The code of the language that is set, else of the one that most headers are in."""
    place = places.get("language")
    if place is None or not isinstance(place.value, str):
        return okrs.heading.language
    if place.value in languages():
        return place.value
    choices = {"choices": ", ".join(languages())}
    say(place.problem(path, "unknown-language", "language", place.value, choices))
    return okrs.heading.language


@dataclass(frozen=True, slots=True)
class _Period:
    """A file's quarter or year by its label, its first and last day and its check-in dates."""

    settings: About
    places: Mapping[str, Place]
    okrs: Table
    path: str
    say: Callable[[Problem], object]
    has_cadence: bool

    def about(self) -> About:
        """The settings with period and days, each filled in from the others if it is missing.

        If they disagree, as in a copied file, the check-in dates count, under which people typed
        their numbers, then the days, then the label; the disagreement is a problem.
        """
        label = self._label()
        counted = label or self._period_of_days()
        if counted is None:
            self.say(Problem("no-quarter", self.path, self.okrs.grid.name))
            return replace(self.settings, quarter="")
        days = self._days(counted)
        if self._is_typed_elsewhere(days):
            counted = self._holding(self._middle_date(), counted)
            days = counted.span
            self._disagree(label, counted, days)
        elif label and not label.fits(days):
            counted = period_of(days, self.settings.fiscal_start)
            self._disagree(label, counted, days)
        about = replace(self.settings, quarter=str(counted), start=days.start, end=days.end)
        return about if self.has_cadence else replace(about, cadence=usual_cadence(counted))

    def _label(self) -> Period | None:
        if not self.settings.quarter:
            return None
        place, typed = self.places["quarter"], self.settings.quarter
        named = _period(self.places, self.settings.fiscal_start)
        if named is None:
            self.say(place.problem(self.path, "not-a-quarter", "quarter", typed, {}))
        elif is_buddhist(typed):
            words = {"value": str(named)}
            self.say(place.problem(self.path, "buddhist-year", "quarter", typed, words))
        return named

    def _holding(self, day: date, like: Period) -> Period:
        """The quarter or the year of a day, whichever another period is."""
        return type(like).holding(day, self.settings.fiscal_start)

    def _period_of_days(self) -> Period | None:
        """The period of a file without a label, by its days or check-ins; None if it has none."""
        start, end = self.settings.start, self.settings.end
        fiscal_start = self.settings.fiscal_start
        if start and end:
            return period_of(Span(start, end), fiscal_start)
        if self.okrs.check_ins:
            return period_of_dates(self.okrs.check_ins, fiscal_start)
        half = timedelta(days=QUARTER // 2)
        day = start + half if start else end - half if end else None
        return period_of(Span(day, day), fiscal_start) if day else None

    def _days(self, counted: Period) -> Span:
        """The days that are typed, else those of the period, else of the one they begin."""
        start, end = self.settings.start, self.settings.end
        of_day = self._holding(start or end or counted.start, counted)
        spans = (Span(start or each.start, end or each.end) for each in (counted, of_day))
        return next((days for days in spans if days.is_sound), of_day.span)

    def _middle_date(self) -> date:
        dates = tuple(self.okrs.check_ins)
        return dates[len(dates) // 2]

    def _is_typed_elsewhere(self, days: Span) -> bool:
        """Whether numbers stand under check-in dates of which none is near these days."""
        dates = self.okrs.check_ins
        if not dates or any(day in days for day in dates):
            return False
        if days.distance(self._middle_date()) <= timedelta(days=ODD):
            return False
        grid, rows = self.okrs.grid, [row for row, _ in self.okrs.rows()]
        cells = (grid.cell(row, column) for row in rows for column in dates.values())
        return any(cell is not None for cell in cells)

    def _disagree(self, label: Period | None, counted: Period, days: Span) -> None:
        """Add a problem for what does not fit the period that counts: the label, else a day."""
        right = {"quarter": str(counted), "start": str(days.start), "end": str(days.end)}
        wrong = ("quarter",) if label and label != counted else ("start", "end")
        key = next(key for key in wrong if key in self.places)
        place = self.places[key]
        words = {**right, "value": right[key]}
        self.say(place.problem(self.path, "quarter-disagrees", key, as_text(place.value), words))


def bands(places: Mapping[str, Place]) -> Bands | None:
    """The bands that the workbook's formulas use; None for a file that we did not write."""
    if "language" not in places:
        return None
    usual = Bands().cuts
    typed = as_text(places["bands"].value).split() if "bands" in places else []
    try:
        cuts = dict(zip(usual, map(float, typed), strict=True))
    except ValueError:
        return Bands()
    return Bands.of(cuts) if all(0 <= cut <= 1 for cut in cuts.values()) else Bands()


def template_version(places: Mapping[str, Place]) -> int | None:
    """The version of the template that the workbook was made by, 1 for one that names none.

    None for a file that we did not write.
    """
    if "language" not in places:
        return None
    typed = as_text(_value(places, "template") or "")
    return int(typed) if _VERSION.fullmatch(typed) else 1


def calculated_on(places: Mapping[str, Place], about: About, ask: Ask) -> date | None:
    """The day on which the workbook's formulas were last calculated; it stands beside its key.

    None if they were calculated for a quarter with other days, as in a copied file, or for a year
    such as 2570.
    """
    place = places.get("day")
    if place is None:
        return None
    counted = [place.grid.cell(place.row, place.column - 1)]
    counted += [_value(places, key) for key in ("start", "end")]
    day: date | None
    day, start, end = (parse("date", value, ask).value for value in counted)
    is_of_these = (start or about.start, end or about.end) == (about.start, about.end)
    return day if is_of_these and not any(is_buddhist(it, ask.words) for it in counted) else None
