"""A filled-in file as drafts of trackers, and every problem in it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile
from operator import mul
from pathlib import Path
from typing import Any

from okr_sheets.about import About
from okr_sheets.bands import Bands
from okr_sheets.files import plain
from okr_sheets.files.books import read_book
from okr_sheets.files.grid import Book
from okr_sheets.files.guard import why_skipped
from okr_sheets.files.locks import lock_of
from okr_sheets.grouping import said_once
from okr_sheets.language import language
from okr_sheets.letters import column_letters
from okr_sheets.problems import Problem, UnreadableError, in_order, too_much
from okr_sheets.quarters import Span, counted_until, period_of_dates
from okr_sheets.reading import settings
from okr_sheets.reading.cells import Ask, as_text, parse
from okr_sheets.reading.flat import as_okr_table
from okr_sheets.reading.headers import near_miss, words_seen
from okr_sheets.reading.linking import link_rows
from okr_sheets.reading.rows import Row, okr_rows, plain_rows, stored
from okr_sheets.reading.scan import Scan
from okr_sheets.reading.tables import Table, find_tables
from okr_sheets.reading.unread import unread_columns
from okr_sheets.schema import (
    ACTIONS,
    CHECK_IN_PREFIX,
    CLOSE,
    LOG,
    OKRS,
    SHEETS,
    TEMPLATE_VERSION,
)

MOST_TABLES = 100  # of OKRs in one file
MOST_ROWS = 5_000  # in all of them; a company of thousands has a few hundred a file
MOST_DATES = 100  # of check-ins in one table; a fiscal year and the weeks around it have 60
MOST_NUMBERS = 60_000  # check-ins that all rows have room for, of which each is scored on its day
REQUIRED = ("title", "type", "baseline", "target")


@dataclass(frozen=True, slots=True)
class Draft:
    """A tracker as plain rows, by the name of their part; each holds its `row` on the sheet.

    Drafts pass between processes, and the one that reads needs neither numpy nor pandas.
    """

    about: About
    rows: Mapping[str, Sequence[Row]]
    stored: Mapping[str, Sequence[Any]]  # by column
    check_in_dates: tuple[date, ...]
    sheets: Mapping[str, str]
    letters: Mapping[str, Mapping[str, str]]
    calculated_on: date | None
    bands: Bands | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Drafts:
    """One draft for each table of OKRs in a file, and the problems of the file itself."""

    drafts: tuple[Draft, ...] = ()
    problems: tuple[Problem, ...] = ()


def plain_drafts(place: Path, path: str, fiscal_start: int) -> Drafts | None:
    """The same drafts as `read_drafts` gives, if what is read needs no child; None if it may.

    Raises UnreadableError as that does, and nothing else.
    """
    try:
        book = plain.read_book(place)
        return None if book is None else _drafts(place, path, _named(book, path), fiscal_start)
    except UnreadableError:
        raise
    except Exception:  # noqa: BLE001  MemoryError too: a child says what it is, in bounds
        return None


def read_drafts(place: Path, path: str, fiscal_start: int) -> Drafts:
    """The drafts of the file at `place`; their problems name it as `path`.

    Raises UnreadableError with the reason if nothing can be read; MemoryError, and nothing else.
    """
    try:
        return _drafts(place, path, _named(read_book(place), path), fiscal_start)
    except (UnreadableError, MemoryError):
        raise
    except Exception as error:
        raise UnreadableError("reader-failed") from error


def _named(book: Book, path: str) -> Book:
    """A book whose problems name the file as `path`."""
    return replace(book, problems=tuple(replace(it, path=path) for it in book.problems))


def _drafts(place: Path, path: str, book: Book, fiscal_start: int) -> Drafts:
    sheets = [settings.Labels(Scan(grid)) for grid in book.grids]
    tables = _tables(sheets, fiscal_start)
    _check_number(tables)
    parts = list(_parts(sheets, [as_okr_table(table) for table in tables]))
    if not parts:
        return Drafts(problems=(_without_table(path, book),))
    open_elsewhere = [Problem("open-elsewhere", path)] if lock_of(place) else []
    drafts = tuple(_Reader(path, part, fiscal_start).draft() for part in parts)
    return Drafts(drafts, (*book.problems, *open_elsewhere, *_other_template(path, parts)))


def _other_template(path: str, parts: Iterable[_Part]) -> Iterator[Problem]:
    """That a file was made by an earlier or a later template, said once; of several, the oldest."""
    versions = [settings.template_version(settings.by_keys(part.sheets)) for part in parts]
    version = min(filter(None, versions), default=TEMPLATE_VERSION)
    if version != TEMPLATE_VERSION:
        code = "old-template" if version < TEMPLATE_VERSION else "newer-template"
        words = {"value": str(TEMPLATE_VERSION), "file": shlex.quote(path)}
        yield Problem(code, path, given=str(version), words=words)


def _tables(sheets: Sequence[settings.Labels], fiscal_start: int) -> list[Table]:
    """The tables on all sheets.

    Short dates lie in the period set, else in that of full dates, else in that of a title.
    """
    around = settings.span(sheets, fiscal_start)
    tables = _dated(sheets, around)
    if around or not tables:
        return tables
    if dates := [day for table in tables for day in table.check_ins]:
        around = period_of_dates(dates, fiscal_start).span
    else:
        okrs = (table for table in tables if table.sheet is OKRS)
        around = next(filter(None, (settings.span(sheets, fiscal_start, t) for t in okrs)), None)
    return _dated(sheets, around) if around else tables


def _dated(sheets: Iterable[settings.Labels], around: Span | None) -> list[Table]:
    return [table for sheet in sheets for table in find_tables(sheet.scan, around)]


def _check_number(tables: Iterable[Table]) -> None:
    """Raise UnreadableError if a file has more tables, rows or dates of OKRs than the limits."""
    okrs = [table for table in tables if table.sheet is OKRS]
    rows = [sum(cells.count(None) < len(cells) for _, cells in t.rows()) for t in okrs]
    dates = [len(table.check_ins) for table in okrs]
    for count, most, what in (
        (len(okrs), MOST_TABLES, "tables"),
        (sum(rows), MOST_ROWS, "rows"),
        (max(dates, default=0), MOST_DATES, "dates"),
        (sum(map(mul, rows, dates)), MOST_NUMBERS, "numbers"),
    ):
        if count > most:
            raise too_much(what, most, count)


def _without_table(path: str, book: Book) -> Problem:
    """The problem of a file without OKRs: a sheet not read, a header nearly right, or words."""
    for problem in book.problems:
        if problem.code in {"sheet-skipped", "sheet-too-much", "sheet-missing"}:
            return why_skipped(problem).problem(path)
    for grid in book.grids:
        if missed := near_miss(grid, path):
            return missed
    seen = "; ".join(f"{grid.name}: {words_seen(grid)}" for grid in book.grids if grid.rows)
    return Problem("no-okr-table", path, given=seen or "–")


@dataclass(frozen=True, slots=True)
class _Part:
    """The parts of a file that make one tracker: its tables by kind, and the settings' sheets."""

    tables: Mapping[str, Table]
    sheets: Sequence[settings.Labels]

    @property
    def okrs(self) -> Table:
        return self.tables[OKRS.key]


def _parts(sheets: Sequence[settings.Labels], tables: Sequence[Table]) -> Iterator[_Part]:
    """One part for each table of OKRs.

    Whole trackers copied into one workbook keep their order: the second one's actions are the
    second actions. Where there are fewer, all go by the first.
    """
    of_kind = {sheet.key: [t for t in tables if t.sheet is sheet] for sheet in SHEETS}
    okrs = of_kind.pop(OKRS.key)
    with_tables = {id(table.grid) for table in tables}
    others = [sheet for sheet in sheets if id(sheet.grid) not in with_tables]
    about = [sheet for sheet in others if sheet.by_key]
    for number, table in enumerate(okrs):
        mine = {OKRS.key: table}
        for key, tables_of_kind in of_kind.items():
            if tables_of_kind:
                mine[key] = tables_of_kind[number if len(tables_of_kind) == len(okrs) else 0]
        own = [sheet for sheet in sheets if sheet.grid is table.grid]
        first = [about[number]] if len(about) == len(okrs) else []
        yield _Part(mine, [*own, *first, *(sheet for sheet in others if sheet not in first)])


class _Reader:
    """One tracker on its way from tables to rows; collects problems as it goes."""

    def __init__(self, path: str, part: _Part, fiscal_start: int) -> None:
        self.path = path
        self.tables, self.okrs = part.tables, part.okrs
        self.problems: list[Problem] = []
        places = settings.by_keys(part.sheets)
        self.has_keys = bool(places)
        if "language" not in places:
            places = settings.by_labels(part.sheets, self.okrs) | places
        say = self.problems.append
        self.about = settings.read_about(places, self.okrs, path, say, fiscal_start)
        self.ask = Ask(
            language(self.about.language),
            untyped=self.okrs.grid.untyped,
            around=self.about.span,
        )
        self.calculated_on = settings.calculated_on(places, self.about, self.ask)
        self.bands = settings.bands(places)

    def draft(self) -> Draft:
        self._check_tables()
        day = self.about.counts_to(self.calculated_on)
        until = day and counted_until(day, self.okrs.check_ins, self.about.span)
        rows, problems = okr_rows(self.okrs, self.ask, self.path, until)
        linked = link_rows(rows, self.okrs, self.ask, self.path)
        parts = dict(self.tables)
        letters = {key: table.letters for key, table in parts.items()}
        if self.okrs.is_flat:
            parts["objectives"], letters["objectives"] = self.okrs, self.okrs.objective_letters
        self.problems += [*problems, *linked.problems]
        return Draft(
            about=self.about,
            rows={
                "objectives": linked.objectives,
                "key_results": linked.key_results,
                "check_ins": linked.check_ins,
                "actions": self._plain_rows(ACTIONS.key),
                "log": self._plain_rows(LOG.key),
                "close": self._plain_rows(CLOSE.key),
            },
            check_in_dates=tuple(self.okrs.check_ins),
            sheets={key: table.grid.name for key, table in parts.items()},
            letters=letters,
            stored=stored(rows, self.okrs),
            calculated_on=self.calculated_on,
            bands=self.bands,
            problems=in_order(said_once("buddhist-year", in_order(self._without_harmless()))),
        )

    def _without_harmless(self) -> Iterator[Problem]:
        """The problems, without Buddhist years in a text file, where no formula counts them."""
        untyped = self.okrs.grid.untyped
        return (p for p in self.problems if not (untyped and p.code == "buddhist-year"))

    def _add(
        self, code: str, table: Table, row: int = 0, key: str = "", given: str = "", **words: str
    ) -> None:
        self.problems.append(table.problem(self.path, code, row, key, given, words))

    def _check_tables(self) -> None:
        """Add the problems of headers, hidden parts and columns, which need no row to be read."""
        for key in REQUIRED:
            is_told = key in {"title", "target"} and not self.okrs.is_flat
            if key not in self.okrs.columns and (is_told or self.has_keys):
                self._add("missing-column", self.okrs, label=self.ask.words(f"okrs.{key}"))
        for table in self.tables.values():
            if table.grid.hidden:
                self._add("hidden-sheet", table)
            if table.heading.odd:
                self._add(table.heading.odd, table, table.header)
            for row, letter in table.seconds:
                place = (self.path, table.grid.name, row, letter)
                self.problems.append(Problem("second-header", *place))
            self._check_hidden(table)
            self._check_copies(table)
        self._check_dates()
        undated: set[int] = set()
        for column, header in self.okrs.heading.undated.items():
            values = (self.okrs.grid.cell(row, column) for row, _ in self.okrs.rows())
            if any(parse("number", value, self.ask).value is not None for value in values):
                place = (self.path, self.okrs.grid.name, self.okrs.header, column_letters(column))
                self.problems.append(Problem("undated-column", *place, given=header))
                undated.add(column)
        for table in self.tables.values():
            named = undated if table is self.okrs else set()
            named |= table.heading.copies.keys()
            words = self.ask.words
            self.problems += unread_columns(table, self.path, words, self.about.quarter, named)
        days = {column: day for day, column in self.okrs.check_ins.items()}
        for column, row in self.okrs.buddhist.items():
            day = str(days[column])
            cell_text = as_text(self.okrs.grid.cell(row, column))
            key = f"{CHECK_IN_PREFIX}{day}"
            self._add("buddhist-year", self.okrs, row, key, cell_text, value=day)

    def _check_dates(self) -> None:
        """Add a problem for each check-in that the workbook misses or dates otherwise."""
        table = self.okrs
        days = {column: day for day, column in table.check_ins.items()}
        last = max(set(table.check_ins.values()) - set(table.astray), default=0)
        for day, column in table.check_ins.items():
            code, twin = table.astray.get(column, ""), table.heading.twins.get(column, 0)
            if not code or not (_is_filled(table, column) or (twin and _is_filled(table, twin))):
                continue
            at = table.header if code == "week-dated-twice" else table.day_row
            header = as_text(table.grid.cell(table.header, column) or "")
            words = {"value": str(day), "last": column_letters(last)}
            if twin:
                words |= {"other": column_letters(twin), "above": str(days[twin])}
            key = f"{CHECK_IN_PREFIX}{day}"
            self._add(code, table, at, key, header, **words)

    def _check_hidden(self, table: Table) -> None:
        grid = table.grid
        hidden = (row for row in table.rows() if row[0] in grid.hidden_rows)
        rows = [number for number, cells in hidden if cells.count(None) < len(cells)]
        if rows:
            self._add("hidden-rows", table, given=_ranges(rows, str))
        folded = _folded(table) if self.has_keys else frozenset()
        hidden_columns = grid.hidden_columns - folded
        plain = {table.columns[key] for key in REQUIRED if key in table.columns}
        weekly = hidden_columns.intersection(table.check_ins.values()) - plain
        columns = sorted((plain & hidden_columns) | {c for c in weekly if _is_filled(table, c)})
        if columns:
            self._add("hidden-columns", table, given=_ranges(columns, column_letters))

    def _check_copies(self, table: Table) -> None:
        for column, key in table.heading.copies.items():
            is_check_in = key.startswith(CHECK_IN_PREFIX)
            if not _is_filled(table, column) or not (is_check_in or not table.sheet[key].computed):
                continue
            label = key.removeprefix(CHECK_IN_PREFIX)
            label = label if is_check_in else self.ask.words(f"{table.sheet.key}.{key}")
            place = (self.path, table.grid.name, table.header, column_letters(column), key)
            words = {"label": label}
            self.problems.append(
                Problem("duplicate-column", *place, table.heading.letters[key], words)
            )

    def _plain_rows(self, key: str) -> list[Row]:
        """The filled rows of the actions, the log or the close."""
        if key not in self.tables:
            return []
        rows, problems = plain_rows(self.tables[key], self.ask, self.path)
        self.problems += problems
        return rows


def _folded(table: Table) -> frozenset[int]:
    """Columns that our trackers fold away: details of the plan, and weeks before those in sight."""
    weeks = sorted(table.check_ins.values())
    past = [*takewhile(table.grid.hidden_columns.__contains__, weeks)]
    details = [at for key, at in table.columns.items() if key in OKRS.keys and OKRS[key].fold]
    return frozenset((*details, *(past if len(past) < len(weeks) else ())))


def _is_filled(table: Table, column: int) -> bool:
    return any(table.grid.cell(row, column) is not None for row, _ in table.rows())


def _ranges(numbers: Sequence[int], name: Callable[[int], str]) -> str:
    """Sorted numbers in few words: “12–14, 17”."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    ends = ((name(run[0]), name(run[-1])) for run in runs)
    return ", ".join(first if first == last else f"{first}–{last}" for first, last in ends)
