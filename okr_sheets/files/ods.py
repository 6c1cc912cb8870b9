"""ODS files as grids, in one pass over content.xml.

Calamine has no part in it: it refuses pretty-printed files, and errors, formulas and number
formats would ask for a pass of our own anyway.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from itertools import product
from pathlib import Path

from okr_sheets.files.grid import Book, Broken, Cell, Grid, Uncalculated, Value
from okr_sheets.files.guard import MOST_TEXT, ZIP_ERRORS, FarCellError
from okr_sheets.files.layout import Layout, Shared, book_of
from okr_sheets.files.markup import walk
from okr_sheets.files.worksheet import MOST_FORMULA, Formulas
from okr_sheets.problems import UnreadableError

MOST_SPACES = 1_000  # that one element may stand for
MOST_DIGITS = 30

# Spaces that count, as letters that no XML can hold until those that do not count are gone.
_MARKS = {"s": "\0", "tab": "\1", "line-break": "\2"}
_SPACES = str.maketrans("\0\1\2", " \t\n")
_IGNORED = re.compile(r"[ \t\r\n]+")
# What a formula shows that failed; only LibreOffice also gives such a cell a type of its own.
_ERROR = re.compile(r"Err:\d{3}|#N/A|#[A-Z0-9/]+[!?]")
# Texts and names of sheets, which stay as they are, and references, as A1 in [.A1].
REFERENCE = re.compile(r""""[^"]*"|'[^']*'|(?<=\.)(\$?)([A-Z]{1,3})(\$?)([1-9]\d{0,6})""", re.ASCII)
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?")
_DAY = timedelta(days=1)
_MIDNIGHT = datetime(1, 1, 1)  # noqa: DTZ001  a time of day has no zone


def read_book(path: Path) -> Book:
    """The sheets of an ods file; UnreadableError if it is damaged or no sheet is small enough."""
    content = _Content()
    try:
        with zipfile.ZipFile(path) as archive, archive.open("content.xml") as stream:
            walk(stream, "content.xml", content.start, content.end, content.text)
    except ZIP_ERRORS as error:  # among them ValueError, for a count that is no number
        raise UnreadableError("damaged", "content.xml") from error
    skipped = [far.problem(str(path), name) for name, far in content.skipped]
    return book_of(path, content.grids, skipped)


class _Content:
    """The styles and sheets of content.xml, as its elements pass by."""

    def __init__(self) -> None:
        self.grids: list[Grid] = []
        self.skipped: list[tuple[str, FarCellError]] = []
        self.styles = _Styles()
        self.sheet: _Sheet | None = None
        self.ended = False  # what follows the sheets may hold copies of tables elsewhere
        self.cell: Mapping[str, str] | None = None
        self.depth = 0  # below the cell
        self.paragraphs: list[str] = []
        self.pieces: list[str] | None = None  # of the paragraph that is open
        self.starts: Mapping[str, Callable[[Mapping[str, str]], object]] = {
            "style": self.styles.style,
            "table-properties": self.styles.table,
            "number-style": self.styles.number_style,
            "currency-style": self.styles.number_style,
            "percentage-style": self.styles.percentage_style,
            "number": self.styles.number,
            "table": self._table,
            "table-column": self._column,
            "table-row": self._row,
            "table-cell": self._cell,
            "covered-table-cell": self._cell,
            "dde-links": self._last,
        }

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if self.cell is None:
            starts = self.starts.get(name)
            if starts:
                starts(attributes)
            return
        self.depth += 1
        # The paragraphs of a comment or a drawing stand deeper than those of the cell.
        if self.depth == 1 and name == "p":
            self.pieces = []
        elif self.pieces is not None and name in _MARKS:
            self.pieces.append(_MARKS[name] * min(_count(attributes, "c"), MOST_SPACES))

    def text(self, data: str) -> None:
        if self.pieces is not None:
            self.pieces.append(data)

    def end(self, name: str) -> None:
        if self.cell is not None:
            if self.depth:
                self._end_inside()
            else:
                self._end_cell()
        elif self.sheet and name == "table-row":
            self.sheet.row_ends()
        elif self.sheet and name == "table":
            self._end_table(self.sheet)

    def _table(self, attributes: Mapping[str, str]) -> None:
        name = attributes.get("name", "")
        # A name in quotes is a file's: cells of another workbook, kept for formulas that ask.
        if not self.ended and not name.startswith("'"):
            self.sheet = _Sheet(
                name, attributes.get("style-name") in self.styles.hidden, self.styles
            )

    def _last(self, _: Mapping[str, str]) -> None:
        self.ended = True

    def _column(self, attributes: Mapping[str, str]) -> None:
        if self.sheet:
            self.sheet.column(attributes)

    def _row(self, attributes: Mapping[str, str]) -> None:
        if self.sheet:
            self.sheet.row_starts(attributes)

    def _cell(self, attributes: Mapping[str, str]) -> None:
        if self.sheet:
            self.cell = attributes
            self.paragraphs = []

    def _end_inside(self) -> None:
        if self.depth == 1 and self.pieces is not None:
            paragraph = _IGNORED.sub(" ", "".join(self.pieces)).strip(" ")
            self.paragraphs.append(paragraph.translate(_SPACES))
            self.pieces = None
        self.depth -= 1

    def _end_cell(self) -> None:
        if self.sheet and self.cell is not None:
            text = "\n".join(self.paragraphs) if self.paragraphs else None
            self.sheet.cell(self.cell, text)
        self.cell = None

    def _end_table(self, sheet: _Sheet) -> None:
        try:
            self.grids.append(sheet.grid())
        except FarCellError as far:
            self.skipped.append((sheet.name, far))
        self.sheet = None


class _Styles:
    """The styles: which tables are hidden, and the number formats of cells."""

    def __init__(self) -> None:
        self.hidden: set[str] = set()
        self.open_style = ""  # the style that is open
        self.numbers: dict[str, str] = {}  # the number style of each cell style
        self.codes: dict[str, str] = {"": ""}  # of each number style, as Excel writes them

    def style(self, attributes: Mapping[str, str]) -> None:
        self.open_style = attributes.get("name", "")
        self.numbers[self.open_style] = attributes.get("data-style-name", "")

    def table(self, attributes: Mapping[str, str]) -> None:
        if attributes.get("display") == "false":
            self.hidden.add(self.open_style)

    def number_style(self, attributes: Mapping[str, str]) -> None:
        self.open_style = attributes.get("name", "")

    def percentage_style(self, attributes: Mapping[str, str]) -> None:
        self.open_style = ""
        self.codes[attributes.get("name", "")] = "0%"

    def number(self, attributes: Mapping[str, str]) -> None:
        if self.open_style:
            self.codes[self.open_style] = _code(attributes)

    def code(self, style: str) -> str:
        """The number format of a cell style, its signs and words left out; "" if general."""
        return self.codes.get(self.numbers.get(style, ""), "")


class _Sheet:
    """One sheet as its rows pass by."""

    def __init__(self, name: str, hidden: bool, styles: _Styles) -> None:
        self.name, self.hidden, self.styles = name, hidden, styles
        self.layout = Layout(Shared((), (), False))
        self.far: FarCellError | None = None  # what makes the sheet too large to lay out
        self.formulas: dict[Cell, str] = {}
        self.origins: dict[Cell, Cell] = {}  # of formulas
        self.row, self.row_count, self.row_style = 1, 1, ""
        self.next_column = 1
        self.cells: list[tuple[int, int, Value, str, str]] = []  # column, count, value, ...
        self.columns: list[tuple[int, str]] = []  # the last column and the style of each span

    def column(self, attributes: Mapping[str, str]) -> None:
        first = self.columns[-1][0] + 1 if self.columns else 1
        after = first + _count(attributes, "number-columns-repeated")
        self.columns.append((after - 1, attributes.get("default-cell-style-name", "")))
        if _is_hidden(attributes):
            self.layout.hide_columns(first, after - 1)

    def row_starts(self, attributes: Mapping[str, str]) -> None:
        self.row_count = _count(attributes, "number-rows-repeated")
        self.row_style = attributes.get("default-cell-style-name", "")
        self.next_column, self.cells = 1, []
        if _is_hidden(attributes):
            self.layout.hide_rows(self.row, self.row + self.row_count - 1)

    def cell(self, attributes: Mapping[str, str], text: str | None) -> None:
        column, count = self.next_column, _count(attributes, "number-columns-repeated")
        self.next_column += count
        value = _value(attributes, text)
        if isinstance(value, str):
            value = value[:MOST_TEXT]
        formula = attributes.get("formula", "")[:MOST_FORMULA]
        if value is not None or formula:
            code = self._code(attributes, column) if isinstance(value, float) else ""
            self.cells.append((column, count, value, formula, code))

    def _code(self, attributes: Mapping[str, str], column: int) -> str:
        if attributes.get("value-type") == "percentage":
            return "0%"
        style = attributes.get("style-name") or self.row_style
        return self.styles.code(
            style or next((name for last, name in self.columns if column <= last), "")
        )

    def row_ends(self) -> None:
        first, after = self.row, self.row + self.row_count
        self.row = after
        if not self.cells or self.far:
            return
        column, count, *_ = self.cells[-1]
        filled = letters = 0
        for _, number, value, *_ in self.cells:
            filled += number * self.row_count
            letters += number * self.row_count * (len(value) if isinstance(value, str) else 0)
        try:
            self.layout.extent.reach(after - 1, column + count - 1, filled, letters)
        except FarCellError as error:
            self.far = error
        else:
            self._fill(range(first, after))

    def _fill(self, rows: range) -> None:
        for start, number, value, formula, code in self.cells:
            # A formula that is repeated is taken for one that was filled down or across.
            for cell in product(rows, range(start, start + number)):
                self.layout.filled.append((cell, value))
                if formula:
                    self.formulas[cell], self.origins[cell] = formula, (rows.start, start)
                if code:
                    self.layout.formats[cell] = code

    def grid(self) -> Grid:
        """The whole sheet; FarCellError if it is too large to lay out."""
        if self.far:
            raise self.far
        return self.layout.grid(
            self.name, self.hidden, _Formulas.of_texts(self.formulas, self.origins)
        )


def _count(attributes: Mapping[str, str], attribute: str) -> int:
    count = attributes.get(attribute)
    return max(int(count), 1) if count else 1


def _is_hidden(attributes: Mapping[str, str]) -> bool:
    return attributes.get("visibility", "visible") != "visible"


def _code(attributes: Mapping[str, str]) -> str:
    """`000`, `#,##0` or `0.00`; "" for the general format, which sets no number of decimals."""
    least = min(int(attributes.get("min-integer-digits", 1)), MOST_DIGITS)
    decimals = min(int(attributes.get("decimal-places", 0)), MOST_DIGITS)
    grouped = attributes.get("grouping") == "true"
    if "decimal-places" not in attributes and least <= 1 and not grouped:
        return ""
    point = "." if decimals > 0 else ""
    return ("#,##" if grouped else "") + "0" * max(least, 1) + point + "0" * decimals


def _value(attributes: Mapping[str, str], text: str | None) -> Value:
    """The value of a cell by its attributes and `text`, what it shows; None if it is blank."""
    kind = attributes.get("value-type")  # that of LibreOffice, if there is one, comes last
    is_formula = "formula" in attributes
    if kind == "error" or (is_formula and text and _ERROR.fullmatch(text)):
        return Broken(text or "#ERROR")
    attribute, parse = _KINDS.get(kind or "", ("string-value", str))
    written = attributes.get(attribute)
    # LibreOffice gives no type to a formula whose result is no text at all, but an empty paragraph.
    if is_formula and written is None and text is None and kind != "string":
        return Uncalculated()
    try:
        return parse(written) if written else text or None
    except (ValueError, OverflowError):
        return text or written


def _moment(written: str) -> date:
    """A date, or a date with a time."""
    moment = datetime.fromisoformat(written).replace(tzinfo=None)
    return moment if moment.time() != time() else moment.date()


def _span(written: str) -> time | timedelta:
    """A time of day, or a span of a day and more."""
    match = _DURATION.fullmatch(written)
    if not match:
        raise ValueError(written)
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups()[1:])
    span = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if match[1]:
        return -span
    return (_MIDNIGHT + span).time() if span < _DAY else span


_KINDS: Mapping[str, tuple[str, Callable[[str], Value]]] = {
    "float": ("value", float),
    "currency": ("value", float),
    "percentage": ("value", float),
    "date": ("date-value", _moment),
    "time": ("time-value", _span),
    "boolean": ("boolean-value", lambda written: written == "true"),
}


class _Formulas(Formulas):
    """The formulas of a sheet, whose references stand in brackets, as in [.A1]."""

    reference = REFERENCE
