"""A Tracker as a workbook that scores itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import chain
from pathlib import Path

import numpy as np

from okr_sheets.bands import Bands
from okr_sheets.choices import OBJECTIVE
from okr_sheets.columns import Array, folded, to_day
from okr_sheets.drawing.styles import Styles
from okr_sheets.drawing.workbooks import CleanSheet, workbook
from okr_sheets.language import Language, language
from okr_sheets.misuse import MisuseError, check_local, check_tracker_name, named_kind
from okr_sheets.reading.own import OwnColumn
from okr_sheets.reading.rows import ALIGNMENT_SIGN
from okr_sheets.reading.tracker import read
from okr_sheets.schema import ACTIONS, CLOSE, LOG
from okr_sheets.tracker import Tracker
from okr_sheets.writing.calc import ID, MOST_OBJECTIVES, Calc
from okr_sheets.writing.close import CloseFormulas, close_lines
from okr_sheets.writing.dashboard import Dashboard
from okr_sheets.writing.layout import FIRST_ROW, LAST_ROW, Layout
from okr_sheets.writing.okrs import OkrsSheet
from okr_sheets.writing.own import OwnCells
from okr_sheets.writing.placing import SPARE_ROWS, place
from okr_sheets.writing.saving import place_of, same_file, saved
from okr_sheets.writing.start import go_to, setting_cells, write_start
from okr_sheets.writing.tables import Ids, list_ranges, write_lists, write_table
from okr_sheets.writing.undated import dated
from okr_sheets.writing.values import Values, week_of


class PlainSheet(CleanSheet):
    """A clean worksheet whose formulas already carry the prefixes that newer functions need.

    XlsxWriter looks each formula through for a hundred function names, which is three quarters
    of the time a tracker takes. Should it ever ask elsewhere, only that time comes back.
    """

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        del expand_future_functions
        return formula.removeprefix("=")


PROTECTED = ("start", "okrs", "dashboard", "lists", "calc")
ALLOWED = dict.fromkeys(
    ("format_cells", "format_columns", "format_rows", "autofilter", "sort", "objects"), True
)
ORDER = ("start", "okrs", "actions", "log", "close", "dashboard", "lists", "calc")


def write(
    tracker: Tracker,
    path: str | Path,
    *,
    parent: Tracker | str | Path | None = None,
    objectives: int = 0,
    key_results: int = 0,
    protect: bool = False,
    force: bool = False,
    offers: Mapping[int, Mapping[str, str | float]] | None = None,
    own: Sequence[OwnColumn] = (),
    today: date | None = None,
) -> Path:
    """Write a tracker as an .xlsx workbook, in its own language, and give its path.

    The objectives of `parent`, a Tracker or its path, become the drop-down of *aligns to*. With
    `objectives` and `key_results`, so many empty rows are prepared with their ids. `protect` locks
    the cells that formulas fill, without a password; Excel then lets no table grow. `offers`, as
    `coaching.offers.offers` gives them, fill blank cells of key results, marked and with a comment.
    `own` are columns of somebody's own, by the rows of the tracker, which stand right of all.
    Weeks that are past on the day the tracker counts to, else `today`, else on its last check-in,
    are folded away; under the date of that day stand numbers of none. The same tracker gives the
    same bytes.

    FileExistsError if there is such a file and not `force`; ValueError for a name that does not
    end in .xlsx or that is the tracker's own or its parent's, and if the tracker has no days,
    or more rows than a sheet's formulas look at.
    """
    above = _read_parent(parent)
    start, end = _checked_span(tracker, objectives, key_results)
    check_local(path, "tracker")
    check_tracker_name(place_of(path))
    if any(same_file(path, each.path) for each in (tracker, above) if each and each.path):
        raise MisuseError(f"{path} is one of the trackers read. Choose another name.")
    about = tracker.about
    tracker = dated(tracker, today)
    dates = tracker.check_in_dates
    words = language(about.language)
    words = words.of_year if about.is_annual else words
    placed = place(
        _filled(tracker, offers or {}).changed(problems=()),
        objectives,
        key_results,
    )
    marked = _places(tracker, offers or {})
    day = about.as_of or _last_check_in(tracker) or start
    names = {key: words(f"sheets.{key}") for key in ORDER}
    bands = tracker.bands or Bands()
    own_cells = OwnCells(own, {row: FIRST_ROW + at for at, row in enumerate(tracker.okrs.row)})
    layout = Layout(words, dates, names["okrs"], bands, own_cells.headers)
    settings = setting_cells(names["start"])
    lists = _lists(tracker, above, words)
    labels = dict(zip(_ids(lists["aligns_to"]), lists["aligns_to"], strict=True))
    ranges = list_ranges(names["lists"])
    values = Values(placed, day, layout, labels)
    opened = about.as_of or (min(max(today, start), end) if today else day)
    week = week_of(dates, placed.until(opened) or start)
    okrs = OkrsSheet(values, week, marked, own_cells, protect=protect)
    id_range = layout.elsewhere(f"$A${FIRST_ROW}:$A${okrs.last_row}")
    known, unknown = frozenset(folded(tracker.okrs.id)), words.fix("unknown-id")
    table_ranges = {"owner": ranges["owner"], "by": ranges["owner"]}
    comments = f"okr-sheets {about.quarter} {about.language}"
    with (
        saved(path, force=force) as temporary,
        workbook(temporary, words("start.title"), comments, start, packed_small=True) as book,
    ):
        book.set_calc_mode("auto")
        styles = Styles(book, words)
        sheets = {key: book.add_worksheet(names[key], PlainSheet) for key in ORDER}
        link = layout.link_to_this_week(okrs.first_result, go_to(names["okrs"], words))
        write_start(sheets["start"], about, bands, words, styles, link)
        okrs.write(sheets["okrs"], styles, ranges, settings)
        for schema, id_column in ((ACTIONS, "key_result"), (LOG, "id")):
            ids = Ids(id_column, layout.all_of("id"), known, unknown)
            lines, lists_of = tracker.columns[schema.key], {**table_ranges, id_column: id_range}
            write_table(sheets[schema.key], schema, lines, words, styles, lists_of, ids)
        calc = Calc(values, names["calc"])
        lines, of_close = close_lines(placed), {"id": calc.column(ID)}
        formulas = CloseFormulas(calc)
        write_table(sheets[CLOSE.key], CLOSE, lines, words, styles, of_close, formulas)
        Dashboard(calc, about, styles).write(book, sheets["dashboard"], settings)
        write_lists(sheets["lists"], lists, words, styles)
        calc.write(sheets["calc"], styles)
        for key in PROTECTED if protect else ():
            sheets[key].protect("", ALLOWED)
        sheets["start"].activate()
    return Path(path)


def _read_parent(parent: Tracker | str | Path | None) -> Tracker | None:
    if parent is None or isinstance(parent, Tracker):
        return parent
    above = read(parent)
    if not above.readable:
        raise MisuseError(above.problems[0].line())
    return above


def _checked_span(tracker: Tracker, objectives: int, key_results: int) -> tuple[date, date]:
    """The days of a tracker; MisuseError for what is none that a workbook can hold."""
    if not isinstance(tracker, Tracker):
        kind = named_kind(tracker)
        raise MisuseError(f"A workbook is made of a Tracker, not of {kind}.")
    if objectives < 0 or key_results < 0:
        raise MisuseError("So many rows cannot be prepared. Name 0 or more of each.")
    about = tracker.about
    if about.start is None or about.end is None:
        raise MisuseError("A tracker needs a quarter or a year. Type it on the first sheet.")
    count = len(tracker.columns["objectives"]) + objectives
    rows = len(tracker.okrs) + objectives * (key_results + 1)
    if rows > LAST_ROW - FIRST_ROW - SPARE_ROWS or count > MOST_OBJECTIVES:
        raise MisuseError(
            f"A tracker holds {MOST_OBJECTIVES} objectives and 900 rows at the most, "
            f"not {count} and {rows}. Split it by team."
        )
    return about.start, about.end


def _filled(tracker: Tracker, offers: Mapping[int, Mapping[str, str | float]]) -> Tracker:
    """The tracker with the offers in its cells, which are blank."""
    rows = tracker.columns["key_results"]
    numbers = rows.row.tolist()
    changed: dict[str, Array] = {}
    for row, offer in offers.items():
        for key, value in offer.items():
            changed.setdefault(key, rows[key].copy())[numbers.index(row)] = value
    return tracker.changed(key_results=rows.having(**changed)) if changed else tracker


def _places(
    tracker: Tracker, offers: Mapping[int, Mapping[str, str | float]]
) -> frozenset[tuple[int, str]]:
    """The cells of the new sheet that the offers stand in, by row and key."""
    okrs = tracker.okrs
    return frozenset(
        (FIRST_ROW + at, key)
        for at, (row, type_) in enumerate(zip(okrs.row.tolist(), okrs.type, strict=True))
        if type_ != OBJECTIVE
        for key in offers.get(row, ())
    )


def _last_check_in(tracker: Tracker) -> date | None:
    latest = np.fmax.reduce(tracker.columns["check_ins"].date, initial=0)
    return to_day(latest) if latest else None


def _lists(tracker: Tracker, parent: Tracker | None, words: Language) -> dict[str, tuple[str, ...]]:
    parts = [tracker.columns[name] for name in ("objectives", "key_results", "actions")]
    owners = chain(*(part.owner for part in parts))
    units = (*parts[1].unit, *words.lines("lists_page.common_units"))
    parents: dict[str, str] = {}
    if parent is not None:
        above = parent.columns["objectives"]
        for name, title in zip(above.id, above.title, strict=True):
            parents[name] = f"{name}{ALIGNMENT_SIGN}{title}"
    for id_text in chain(parts[0].aligns_to, parts[1].aligns_to):
        if id_text:
            parents.setdefault(id_text, id_text)
    return {
        "owner": _unique(owners),
        "unit": _unique(units),
        "aligns_to": tuple(parents.values()),
    }


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))[:200]


def _ids(entries: Sequence[str]) -> list[str]:
    return [entry.split(ALIGNMENT_SIGN)[0] for entry in entries]
