"""One worksheet's XML as a grid: values, formulas, formats and what is hidden, in one pass."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time
from functools import lru_cache
from typing import IO, Any, AnyStr, Generic, Self

from okr_sheets.files.grid import Broken, Cell, Grid, Uncalculated, Value
from okr_sheets.files.guard import LAST_COLUMN, LAST_ROW, FarCellError
from okr_sheets.files.layout import Layout, Shared
from okr_sheets.files.markup import unescaped, walk
from okr_sheets.files.package import MOST_PART_BYTES, Sheet
from okr_sheets.letters import column_letters, column_number
from okr_sheets.problems import UnreadableError

TRUE = frozenset({"1", "true"})
MOST_FORMULA = 8_192  # letters: Excel takes no more

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_SURROGATES = range(0xD800, 0xE000)
# What is no reference: texts, quoted names of sheets, columns of tables; then a reference.
_REFERENCE = re.compile(
    r""""[^"]*"|'[^']*'|\[[^\[\]]*\]|(?<![\w.\\$])(\$?)([A-Z]{1,3})(\$?)([1-9]\d{0,6})(?![\w.(!])""",
    re.ASCII,
)

_ROW = "\0"  # which no file can hold


def read_worksheet(stream: IO[bytes], sheet: Sheet, shared: Shared) -> Grid:
    """The grid of a worksheet.

    FarCellError if it is too large to lay out, UnreadableError with the cell if it is damaged.
    """
    seen = _Worksheet(stream, shared)
    try:
        walk(stream, sheet.relation.part, seen.start, seen.end, seen.pieces.append)
    except (LookupError, ValueError):
        cell = f"{column_letters(seen.column or 1)}{seen.row}" if seen.row else sheet.relation.part
        raise UnreadableError("damaged", cell, sheet.name) from None
    return seen.layout.grid(sheet.name, sheet.hidden, Formulas.of_texts(*seen.formulas.all()))


def text_of(written: str) -> str:
    """A text without the escapes of what XML cannot hold, such as _x000D_."""
    return _ESCAPED.sub(_unescaped, written) if "_x" in written else written


def _unescaped(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return match[0] if code in _SURROGATES else chr(code)


class Formulas(Mapping[Cell, str]):
    """Formulas relative to their cells, worked out when asked for: most never are."""

    reference = _REFERENCE

    def __init__(
        self, written: Mapping[Cell, Any], origins: Mapping[Cell, Cell], is_xml: bool
    ) -> None:
        self._written, self._origins, self._is_xml = written, origins, is_xml
        self._last: dict[int, tuple[str, str]] = {}  # by column, `_ROW` for the row's number

    @classmethod
    def of_texts(cls, written: Mapping[Cell, str], origins: Mapping[Cell, Cell]) -> Self:
        """`written` gives the formula of each cell, `MOST_FORMULA` letters of it at most.

        `origins` gives the cell that it was written for, if that is another one.
        """
        return cls(written, origins, is_xml=False)

    @classmethod
    def of_xml(cls, written: Mapping[Cell, bytes], origins: Mapping[Cell, Cell]) -> Self:
        """The same of formulas as they stand in a file, their entities not yet resolved."""
        return cls(written, origins, is_xml=True)

    def __getitem__(self, cell: Cell) -> str:
        written = self._written[cell]
        row, column = self._origins.get(cell, cell)
        text: str = written.decode() if self._is_xml else written
        # Of formulas that are filled down, most differ in nothing but the number of their row.
        number = str(row)
        last, formula = self._last.get(column, ("", ""))
        if not last or last.replace(_ROW, number) != text:
            pattern = text.replace(number, _ROW)
            may_last = "&#" not in text
            text = unescaped(text) if self._is_xml else text
            formula, own = _relative(text, row, column, self.reference)
            if may_last and own == pattern.count(_ROW):
                self._last[column] = pattern, formula
        return formula

    def get(self, cell: Cell, default: Any = None) -> Any:
        """The formula of a cell, or the default; without the exception of a Mapping's own."""
        return self[cell] if cell in self._written else default

    def __contains__(self, cell: object) -> bool:
        return cell in self._written

    def __iter__(self) -> Iterator[Cell]:
        return iter(self._written)

    def __len__(self) -> int:
        return len(self._written)

    @property
    def letters(self) -> int:
        """How long they are together, as they are written."""
        return sum(map(len, self._written.values()))


class WrittenFormulas(Generic[AnyStr]):
    """The formulas of a worksheet as its cells pass by, some of which many cells share."""

    def __init__(self, named: Callable[[str], AnyStr]) -> None:
        """`named` gives a text as the formulas are: as text or as bytes."""
        self._named: Callable[[str], AnyStr] = named
        self._written: dict[Cell, AnyStr] = {}
        self._masters: dict[str, tuple[AnyStr, Cell]] = {}  # of each group of cells
        self._children: list[tuple[Cell, str]] = []

    def take(self, cell: Cell, text: AnyStr, attributes: Mapping[str, str]) -> None:
        """Note the formula of a cell."""
        group = attributes.get("si") if attributes.get("t") == "shared" else None
        if group is not None and not text:
            self._children.append((cell, group))
            return
        # A data table has no text.
        self._written[cell] = text[:MOST_FORMULA] or self._named(attributes.get("t", ""))
        if group is not None:
            self._masters[group] = self._written[cell], cell

    def all(self) -> tuple[Mapping[Cell, AnyStr], Mapping[Cell, Cell]]:
        """The formula of each cell, and the cell that it was written for, if that is another."""
        origins = {}
        for cell, group in self._children:
            self._written[cell], origins[cell] = self._masters.get(group, (self._named(""), cell))
        return self._written, origins


def relative(formula: str, row: int, column: int, reference: re.Pattern[str] = _REFERENCE) -> str:
    """A formula with its references as offsets: filled down a column, it stays one text."""
    return _relative(formula, row, column, reference)[0]


@lru_cache(maxsize=1_000)  # the trackers of a run hold the same ones
def _relative(
    formula: str, row: int, column: int, reference: re.Pattern[str]
) -> tuple[str, int | None]:
    """The same, and how many references are to the row; None if one is so many rows from it."""
    own: int | None = 0

    def offset(match: re.Match[str]) -> str:
        nonlocal own
        fixed_column, letters, fixed_row, digits = match.groups()
        if letters is None:
            return match[0]
        down = int(digits) - row
        if not fixed_row:
            own = None if down or own is None else own + 1
        across = letters if fixed_column else f"[{column_number(letters) - column}]"
        return f"R{digits if fixed_row else f'[{down}]'}C{across}"

    return reference.sub(offset, formula), own


@lru_cache(maxsize=LAST_COLUMN)
def column_of(letters: str) -> int:
    """The number of a column; ValueError if no sheet has one of these letters."""
    column = column_number(letters.upper())
    if not (letters.isascii() and letters.isalpha() and column <= LAST_COLUMN):
        raise ValueError(letters)
    return column


class _Worksheet:
    """A worksheet as its elements pass by."""

    def __init__(self, stream: IO[bytes], shared: Shared) -> None:
        self.stream = stream
        self.layout = Layout(shared)
        self.row = self.column = 0  # where the last row and cell stood: the next may not say
        self.cell: Mapping[str, str] = {}
        self.value: str | None = None
        self.inline: str | None = None
        self.formula: str | None = None
        self.formula_of: Mapping[str, str] = {}
        self.pieces: list[str] = []  # of the text that is open
        self.is_spoken = False  # inside a phonetic run
        self.formulas = WrittenFormulas(str)

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "c":
            self._cell(attributes)
        elif name in {"v", "t"}:
            self.pieces.clear()
        elif name == "f":
            self.pieces.clear()
            self.formula_of = attributes
        elif name == "row":
            self._row(attributes)
        elif name == "col":
            take_columns(self.layout, attributes)
        elif name == "rPh":
            self.is_spoken = True

    def end(self, name: str) -> None:
        if name == "c":
            self._end_cell()
        elif name == "v":
            self.value = "".join(self.pieces)
        elif name == "f":
            self.formula = "".join(self.pieces)
        elif name == "t" and not self.is_spoken:
            self.inline = (self.inline or "") + "".join(self.pieces)
        elif name == "rPh":
            self.is_spoken = False

    def _row(self, attributes: Mapping[str, str]) -> None:
        self.row = int(attributes.get("r") or self.row + 1)
        self.column = 0
        if attributes.get("hidden") in TRUE:
            self.layout.hide_rows(self.row, self.row)
        if self.stream.tell() > MOST_PART_BYTES:
            megabytes = MOST_PART_BYTES // 1_000_000
            raise FarCellError("megabytes", megabytes)

    def _cell(self, attributes: Mapping[str, str]) -> None:
        self.cell = attributes
        self.value = self.inline = self.formula = None
        address = attributes.get("r")
        if address is None:
            self.column += 1
        else:
            self.row, self.column = place_of(address)

    def _end_cell(self) -> None:
        kind = self.cell.get("t")
        if self.formula is None:
            value = self._typed(kind)
            if value is None:
                return
        else:
            self.formulas.take((self.row, self.column), self.formula, self.formula_of)
            # An empty value is an empty text where the cell is text, else no value at all.
            is_empty_text = self.value == "" and kind == "str"
            is_known = self.value or self.inline is not None or is_empty_text
            value = self._typed(kind) if is_known else Uncalculated()
        self.layout.put(self.row, self.column, value)

    def _typed(self, kind: str | None) -> Value:
        """The value of the cell that ends, as its type says."""
        value = self.value
        if self.inline is not None:
            return text_of(self.inline) or None
        if not value:
            return Broken("#ERROR") if kind == "e" else None
        if kind is None or kind == "n":
            return self._number(value)
        return typed(value, kind, self.layout.shared)

    def _number(self, written: str) -> Value:
        try:
            value = float(written)
        except ValueError:
            return written
        return self.layout.number(self.row, self.column, value, int(self.cell.get("s") or 0))


def take_columns(layout: Layout, attributes: Mapping[str, str]) -> None:
    """Hide the columns that a `col` element hides, or gives no width."""
    if attributes.get("hidden") in TRUE or float(attributes.get("width") or 1) == 0:
        layout.hide_columns(int(attributes["min"]), int(attributes["max"]))


def place_of(address: str) -> Cell:
    """The row and column of a cell such as B7; ValueError if no sheet has it."""
    letters = address.rstrip("0123456789")
    row = int(address[len(letters) :])
    if not 1 <= row <= LAST_ROW:
        raise ValueError(address)
    return row, column_of(letters)


def typed(value: str, kind: str | None, shared: Shared) -> Value:
    """What is written in a cell of a type other than number; None for an empty text."""
    if kind == "s":
        return shared.texts[int(value)] or None
    if kind == "b":
        return value in TRUE
    if kind == "e":
        return Broken(value)
    return _date(value) if kind == "d" else text_of(value)


def _date(written: str) -> Value:
    """A date, a time or both, as ISO 8601 writes them; the text if it is none."""
    for parse in (date.fromisoformat, _time, _datetime):
        try:
            return parse(written)
        except ValueError:
            continue
    return written


def _time(written: str) -> time:
    return time.fromisoformat(written).replace(tzinfo=None)


def _datetime(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=None)
