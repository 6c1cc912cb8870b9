"""One worksheet's XML as a grid: values, formulas, formats and what is hidden, in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from functools import lru_cache
from typing import IO, Any

from okr_sheets.files.grid import Broken, Cell, Grid, Uncalculated, Value
from okr_sheets.files.guard import LAST_COLUMN, LAST_ROW, FarCellError
from okr_sheets.files.layout import Layout, Shared
from okr_sheets.files.markup import walk
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

_OWN_ROW = "\0"  # which no file can hold


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
    return seen.layout.grid(sheet.name, sheet.hidden, seen.formulas())


def text_of(written: str) -> str:
    """A text without the escapes of what XML cannot hold, such as _x000D_."""
    return _ESCAPED.sub(_unescaped, written) if "_x" in written else written


def _unescaped(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return match[0] if code in _SURROGATES else chr(code)


class Formulas(Mapping[Cell, str]):
    """Formulas relative to their cells, worked out when asked for: most never are."""

    reference = _REFERENCE

    def __init__(self, written: Mapping[Cell, tuple[str, Cell]]) -> None:
        """`written` gives the text of each cell's formula, and the cell that it was written for."""
        self._written = written
        self._filled_down: dict[int, tuple[str, str]] = {}  # the last one's pattern, by column

    def __getitem__(self, cell: Cell) -> str:
        text, (row, column) = self._written[cell]
        pattern, formula = self._filled_down.get(column, (None, ""))
        if pattern is not None and pattern.replace(_OWN_ROW, str(row)) == text:
            return formula
        formula, pattern = _read(text[:MOST_FORMULA], row, column, self.reference)
        if pattern is not None:
            self._filled_down[column] = pattern, formula
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


def relative(formula: str, row: int, column: int, reference: re.Pattern[str] = _REFERENCE) -> str:
    """A formula with its references as offsets: filled down a column, it stays one text."""

    def offset(match: re.Match[str]) -> str:
        fixed_column, letters, fixed_row, digits = match.groups()
        if letters is None:
            return match[0]
        down = digits if fixed_row else f"[{int(digits) - row}]"
        across = letters if fixed_column else f"[{column_number(letters) - column}]"
        return f"R{down}C{across}"

    return reference.sub(offset, formula)


@lru_cache(maxsize=1_000)  # the trackers of a run hold the same ones
def _read(
    formula: str, row: int, column: int, reference: re.Pattern[str]
) -> tuple[str, str | None]:
    """A formula as from `relative`, and its text with `_OWN_ROW` for the digits of its own row.

    With another row's digits there it is the formula filled down to that row. No text if it has
    references to further rows that filling down would change.
    """
    is_alone = _OWN_ROW not in formula

    def without_row(match: re.Match[str]) -> str:
        nonlocal is_alone
        if match[2] is None or match[3]:
            return match[0]
        is_alone &= int(match[4]) == row
        return match[0].removesuffix(match[4]) + _OWN_ROW

    pattern = reference.sub(without_row, formula)
    return relative(formula, row, column, reference), pattern if is_alone else None


@lru_cache(maxsize=LAST_COLUMN)
def _column(letters: str) -> int:
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
        self.written: dict[Cell, tuple[str, Cell]] = {}
        self.masters: dict[str, tuple[str, Cell]] = {}  # of each formula that many cells share
        self.children: list[tuple[Cell, str]] = []

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
            self._columns(attributes)
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

    def formulas(self) -> Formulas:
        for cell, group in self.children:
            self.written[cell] = self.masters.get(group, ("", cell))
        return Formulas(self.written)

    def _columns(self, attributes: Mapping[str, str]) -> None:
        if attributes.get("hidden") in TRUE or float(attributes.get("width") or 1) == 0:
            self.layout.hide_columns(int(attributes["min"]), int(attributes["max"]))

    def _row(self, attributes: Mapping[str, str]) -> None:
        self.row = int(attributes.get("r") or self.row + 1)
        self.column = 0
        if attributes.get("hidden") in TRUE:
            self.layout.hide_row(self.row)
        if self.stream.tell() > MOST_PART_BYTES:
            megabytes = MOST_PART_BYTES // 1_000_000
            raise FarCellError(self.layout.extent.far(), "megabytes", megabytes)

    def _cell(self, attributes: Mapping[str, str]) -> None:
        self.cell = attributes
        self.value = self.inline = self.formula = None
        address = attributes.get("r")
        if address is None:
            self.column += 1
            return
        letters = address.rstrip("0123456789")
        self.column = _column(letters)
        self.row = int(address[len(letters) :])
        if not 1 <= self.row <= LAST_ROW:
            raise ValueError(address)

    def _end_cell(self) -> None:
        kind = self.cell.get("t")
        if self.formula is None:
            value = self._typed(kind)
            if value is None:
                return
        else:
            self._take_formula(self.formula)
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
        if kind == "s":
            return self.layout.shared.texts[int(value)] or None
        if kind == "b":
            return value in TRUE
        if kind == "e":
            return Broken(value)
        if kind == "d":
            return _date(value)
        return text_of(value)

    def _number(self, written: str) -> Value:
        try:
            value = float(written)
        except ValueError:
            return written
        return self.layout.number(self.row, self.column, value, int(self.cell.get("s") or 0))

    def _take_formula(self, text: str) -> None:
        cell = (self.row, self.column)
        group = self.formula_of.get("si") if self.formula_of.get("t") == "shared" else None
        if group is not None and not text:
            self.children.append((cell, group))
            return
        # A data table has no text.
        self.written[cell] = (text or self.formula_of.get("t", ""), cell)
        if group is not None:
            self.masters[group] = self.written[cell]


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
