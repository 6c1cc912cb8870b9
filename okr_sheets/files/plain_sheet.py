"""A plain worksheet as a grid: one regular expression must account for every letter of its rows.

What `_TOKEN` does not match raises OddError, what cannot be read another error, and the careful
reading in `worksheet` looks at the file. All that is read here it would read alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from okr_sheets.files.formats import GENERAL, moment
from okr_sheets.files.grid import Broken, Grid, Uncalculated, Value
from okr_sheets.files.guard import LAST_ROW, MOST_LETTERS, MOST_TEXT
from okr_sheets.files.layout import Layout, Shared
from okr_sheets.files.plain_xml import (
    Groups,
    OddError,
    Tags,
    attributes_of,
    inside,
    plain_text,
    tiles,
    text_within,
)
from okr_sheets.files.worksheet import (
    TRUE,
    WrittenFormulas,
    column_of,
    place_of,
    take_columns,
    text_of,
    typed,
)

# Every part takes what it can and gives none of it back: the time is that of one look at each letter.
_TOKEN = re.compile(
    rb"""
    # Blank cells go by; columns to ZZ and rows below a million are on every sheet.
    (?:<c\ r="[A-Z]{1,2}+[1-9]\d{0,5}+"(?:\ s="\d++")?+/>)*+
    (?:
        # A row begins, and if it is not the first the one before ends.
        ((?:</row>)?+<row)(?:\ r="(\d{1,7}+)")?+([^>]*+>)
    |
        <c(?:\ r="([A-Z]{1,3}+)([1-9]\d{0,6}+)")?+([^>]*+>)
        (?:
            (?<!/>)
            (?:<f([^>]*+>)(?:(?<=/>)|([^<]*+)</f>))?+
            (?:
                <v(?:\ xml:space="preserve")?+>([^<]*+)</v></c>
            |
                <v/></c>
            |
                ((?:<is><(?!/is>)[^<]*+(?:<(?!/is>)[^<]*+)*+</is>)?+</c>)  # no value, or one inside
            )
        |
            (?<=/>)
        )
    |
        (?=(?:</row>)?+\Z)
    )
    |
    (.++)  # the end of the last row, or what is odd and the rest
    """,
    re.VERBOSE | re.DOTALL,
)
_TAG = re.compile(rb"<(?:[^<>\s/]*:)?(c|row|col)(?=[\s/>])([^<>]*>)")
_ROW_ENDS = b"</row>"
_NO_TEXT = frozenset((b"", b"</c>"))


# What the first tag of a cell says: its type, how its value is read, a number's format, the address
# if it does not come first.
_Head = tuple[str | None, Callable[[bytes], Value], str, str | None]


class _Columns(dict[bytes, int]):
    """The numbers of columns by their letters."""

    def __missing__(self, letters: bytes) -> int:
        self[letters] = column = column_of(letters.decode())
        return column


class _Heads(dict[bytes, _Head]):
    """Each way in which the first tags of cells are written, taken apart once."""

    def __init__(self, shared: Shared) -> None:
        self.shared = shared

    def __missing__(self, written: bytes) -> _Head:
        attributes = attributes_of(written)
        kind = attributes.get("t")
        code, value = "", self._typed(kind)
        if kind is None or kind == "n":
            code, value = self._number(int(attributes.get("s") or 0))
        self[written] = head = kind, value, code, attributes.get("r")
        return head

    def _number(self, style: int) -> tuple[str, Callable[[bytes], Value]]:
        formats, is_1904 = self.shared.formats, self.shared.is_1904
        form = formats[style] if style < len(formats) else GENERAL

        def shown(written: bytes) -> Value:
            return moment(float(written), form, is_1904)

        return form.code, shown if form.is_date else float

    def _typed(self, kind: str | None) -> Callable[[bytes], Value]:
        shared, texts = self.shared, self.shared.texts

        def text(written: bytes) -> Value:
            return texts[int(written)] or None

        def other(written: bytes) -> Value:
            value = typed(plain_text(written), kind, shared)
            return _cut(value) if isinstance(value, str) else value

        return text if kind == "s" else other


def _no_number(written: bytes, kind: str | None) -> str | None:
    """The text that stands where a number should."""
    if kind not in {None, "n"} or b"&" in written or not written.isascii():
        raise OddError
    return _cut(written.decode())


def _cut(text: str) -> str | None:
    return text[:MOST_TEXT] or None


def read_worksheet(part: bytes, name: str, hidden: bool, shared: Shared) -> Grid:
    """The grid of a worksheet, of whose texts none is longer than a cell's.

    OddError, ExpatError, LookupError, ValueError or FarCellError if it is not plain.
    """
    around, body = inside(part, "sheetData")
    layout = Layout(shared)
    for element, written in _TAG.findall(around):
        if element != b"col":
            raise OddError
        take_columns(layout, attributes_of(written))
    laying = _Laying(layout)
    laying.take(tiles(_TOKEN, body, _ROW_ENDS))
    if laying.is_open or (laying.is_silent and b'<c r="' in body[0]):
        raise OddError  # the blank cells that went by may tell where the others are
    return layout.grid(name, hidden, laying.formulas.relative())


class _Laying:
    """The rows of a worksheet being laid out."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.formulas = WrittenFormulas()
        self.is_open = False  # the last row that began
        self.is_silent = False  # some row or cell does not say where it is

    def take(self, tokens: Sequence[Groups]) -> None:
        """Lay out all cells; FarCellError if they are more than fit in a grid."""
        layout, formulas = self.layout, self.formulas
        rows, formats, extent, written = layout.rows, layout.formats, layout.extent, formulas.written
        heads, tags, columns = _Heads(layout.shared), Tags(), _Columns()
        line: list[Value] = []
        row = column = line_row = right = filled = 0
        last = b""
        for mark, number, rest, letters, digits, tag, of, formula, given, inner, odd in tokens:
            if not tag:
                if mark:
                    row = self._row(mark, number, tags[rest], row)
                    self.is_open = not rest.endswith(b"/>")
                    column, last = 0, b""
                elif odd:
                    self.is_open = not self.is_open
                continue
            kind, read, code, address = heads[tag]
            if address:
                if letters:  # it says twice where it is
                    raise OddError
                (row, column), last = place_of(address), b""
            elif letters:
                column = columns[letters]
                if digits != last:
                    last, row = digits, int(digits)
                    if row > LAST_ROW:
                        raise OddError
            else:
                column += 1
                self.is_silent = True
            value: Value = None
            if given:
                try:
                    value = read(given)
                    if code:
                        formats[row, column] = code
                except ValueError:
                    value = _no_number(given, kind)
            elif inner not in _NO_TEXT and (text := text_within(inner[4:-9])) is not None:
                value = _cut(text_of(text))
            elif of and (inner or kind != "str"):
                value = Uncalculated()
            elif kind == "e":
                value = Broken("#ERROR")
            if of:
                if formula and of == b">":
                    written[row, column] = formula
                else:
                    formulas.take((row, column), formula, tags[of])
            elif value is None:
                continue
            if row != line_row or column > right:
                right = max(right, column)
                extent.reach(row, right, 0)
                rows.extend([] for _ in range(row - len(rows)))
                line, line_row = rows[row - 1], row
            gap = column - len(line)
            if gap == 1:
                line.append(value)
            else:
                line.extend([None] * gap)
                line[column - 1] = value
            filled += 1
        letters = self._letters() if filled * MOST_TEXT > MOST_LETTERS else 0
        extent.reach(len(rows), right, filled, letters)

    def _row(self, mark: bytes, number: bytes, attributes: Mapping[str, str], row: int) -> int:
        """The number of the row that begins after row `row`; it is hidden if it says so."""
        if (mark != b"<row") is not self.is_open or (number and "r" in attributes):
            raise OddError
        address = number or attributes.get("r")
        self.is_silent |= not address
        row = int(address or row + 1)
        if row > LAST_ROW:
            raise OddError
        if attributes.get("hidden") in TRUE:
            self.layout.hide_row(row)
        return row

    def _letters(self) -> int:
        return sum(len(cell) for line in self.layout.rows for cell in line if isinstance(cell, str))
