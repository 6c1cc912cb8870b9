"""XLSB files, Excel's binary workbooks, as grids.

The grids hold values, errors, number formats and what is hidden, but no formulas, which such files
hold compiled, not as text.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from okr_sheets.files.formats import GENERAL, Format, formats
from okr_sheets.files.grid import Book, Broken, Grid, Value
from okr_sheets.files.guard import FarCellError
from okr_sheets.files.layout import Layout, Shared
from okr_sheets.files.package import (
    MOST_PART_BYTES,
    Missing,
    Package,
    Sheet,
    opened,
    part_of,
    read_sheets,
    sheet_of,
)
from okr_sheets.letters import column_letters
from okr_sheets.problems import UnreadableError

# Records, by their numbers in [MS-XLSB].
_ROW, _SST_ITEM, _FMT, _XF, _COL_INFO = 0, 19, 44, 47, 60
_WB_PROP, _BUNDLE_SH, _BEGIN_XFS, _END_XFS = 153, 156, 617, 618
# Those of cells, by what they hold: typed in or given by a formula.
_BLANK, _RK, _ERROR, _BOOL, _REAL, _TEXT, _SHARED_TEXT = range(1, 8)
_RICH_TEXT = 62
_FORMULAS = {8: _TEXT, 9: _REAL, 10: _BOOL, 11: _ERROR}
_CELLS = {kind: kind for kind in range(1, 8)} | _FORMULAS | {_RICH_TEXT: _RICH_TEXT}
# The same, each right of the cell before, so that they need not name their column.
_SHORT_CELLS = {kind + 11: kind for kind in range(1, 8)}
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}
_LONG, _SHORT, _DOUBLE = struct.Struct("<I"), struct.Struct("<H"), struct.Struct("<d")
_DAMAGE = (struct.error, LookupError, ValueError)


def read_book(path: Path) -> Book:
    """The worksheets of an xlsb file; UnreadableError if it is damaged or none is small enough."""
    with opened(path) as package:
        main = package.main("xl/workbook.bin")
        relations = package.relations(main)
        try:
            sheets, is_1904 = _workbook(package, main)
            shared = Shared(
                _texts(package, part_of(relations, "sharedStrings")),
                _formats(package, part_of(relations, "styles")),
                is_1904,
            )
        except _DAMAGE:
            raise UnreadableError("damaged", main) from None

        def read(sheet: Sheet) -> Grid:
            with package.open(sheet.relation.part) as stream:
                return _Worksheet(stream, shared).grid(sheet)

        return read_sheets(path, package, sheets, read)


def _records(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """The number and the content of each record."""
    while first := stream.read(1):
        number = first[0]
        if number & 0x80:
            number = number & 0x7F | (stream.read(1)[0] & 0x7F) << 7
        size = shift = 0
        while shift < 28:
            byte = stream.read(1)[0]
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        yield number, stream.read(min(size, MOST_PART_BYTES))


def _long(content: bytes, at: int) -> int:
    (number,) = _LONG.unpack_from(content, at)
    return int(number)


def _text(content: bytes, at: int) -> tuple[str, int]:
    """The text that stands in a record, and where it ends."""
    count = _long(content, at)
    if count == 0xFFFFFFFF:  # no text at all
        return "", at + 4
    end = at + 4 + 2 * count
    if end > len(content):
        raise ValueError(count)
    return content[at + 4 : end].decode("utf-16-le", "replace"), end


def _workbook(package: Package, main: str) -> tuple[list[Sheet], bool]:
    """The sheets, and whether days are counted from 1904."""
    relations = package.relations(main)
    sheets: list[Sheet | None] = []
    is_1904 = False
    with package.read_small(main) as stream:
        for number, content in _records(stream):
            if number == _WB_PROP:
                is_1904 = bool(content[0] & 1)
            elif number == _BUNDLE_SH:
                relation, at = _text(content, 8)
                name, _ = _text(content, at)
                sheets.append(sheet_of(relations, name, bool(_long(content, 0)), relation))
    return [sheet for sheet in sheets if sheet], is_1904


def _texts(package: Package, part: str | None) -> Sequence[str]:
    """The texts that cells name by number."""
    if part is None:
        return []
    if part not in package:
        return Missing(part)
    with package.read_small(part) as stream:
        return [_text(content, 1)[0] for number, content in _records(stream) if number == _SST_ITEM]


def _formats(package: Package, part: str | None) -> Sequence[Format]:
    """The number format of each cell style."""
    if part is None:
        return []
    if part not in package:
        return Missing(part, GENERAL)
    numbered: dict[int, str] = {}
    used: list[int] = []
    is_cell_style = False
    with package.read_small(part) as stream:
        for number, content in _records(stream):
            if number == _FMT:
                numbered[_SHORT.unpack_from(content)[0]] = _text(content, 2)[0]
            elif number in {_BEGIN_XFS, _END_XFS}:
                is_cell_style = number == _BEGIN_XFS
            elif number == _XF and is_cell_style:
                used.append(_SHORT.unpack_from(content, 2)[0])
    return formats(numbered, used)


class _Worksheet:
    """A worksheet as its records pass by."""

    def __init__(self, stream: IO[bytes], shared: Shared) -> None:
        self.stream = stream
        self.layout = Layout(shared)
        self.row = self.column = 0

    def grid(self, sheet: Sheet) -> Grid:
        """FarCellError if it is too large to lay out, UnreadableError with the cell if damaged."""
        try:
            for number, content in _records(self.stream):
                self._take(number, content)
        except _DAMAGE:
            cell = f"{column_letters(self.column or 1)}{self.row}"
            raise UnreadableError("damaged", cell, sheet.name) from None
        return self.layout.grid(sheet.name, sheet.hidden, None)

    def _take(self, number: int, content: bytes) -> None:
        if number in _CELLS:
            self.column = _long(content, 0) + 1
            self._cell(_CELLS[number], content[4:])
        elif number in _SHORT_CELLS:
            self.column += 1
            self._cell(_SHORT_CELLS[number], content)
        elif number == _ROW:
            self._row(content)
        elif number == _COL_INFO and content[16] & 1:
            self.layout.hide_columns(_long(content, 0) + 1, _long(content, 4) + 1)

    def _row(self, content: bytes) -> None:
        self.row, self.column = _long(content, 0) + 1, 0
        if content[11] & 0x10:
            self.layout.hide_rows(self.row, self.row)
        if self.stream.tell() > MOST_PART_BYTES:
            megabytes = MOST_PART_BYTES // 1_000_000
            raise FarCellError("megabytes", megabytes)

    def _cell(self, kind: int, content: bytes) -> None:
        value = self._value(kind, content)
        if value is not None:
            self.layout.put(self.row, self.column, value)

    def _value(self, kind: int, content: bytes) -> Value:
        """What a cell holds; its content begins with the style."""
        if kind == _SHARED_TEXT:
            return self.layout.shared.texts[_long(content, 4)] or None
        if kind == _TEXT:
            return _text(content, 4)[0] or None
        if kind == _RICH_TEXT:
            return _text(content, 5)[0] or None
        if kind == _BOOL:
            return bool(content[4])
        if kind == _ERROR:
            return Broken(_ERRORS.get(content[4], "#ERROR"))
        if kind == _BLANK:
            return None
        number = _rk(_long(content, 4)) if kind == _RK else _DOUBLE.unpack_from(content, 4)[0]
        return self.layout.number(self.row, self.column, number, _long(content, 0) & 0xFFFFFF)


def _rk(packed: int) -> float:
    """A number in thirty bits, whole or the high ones of a double; maybe a hundredth of it."""
    if packed & 2:
        number = float((packed >> 2) - (packed >> 31 << 30))
    else:
        (number,) = _DOUBLE.unpack(bytes(4) + _LONG.pack(packed & ~3))
    return number / 100 if packed & 1 else number
