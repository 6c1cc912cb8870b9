"""A plain worksheet as a grid: one regular expression must account for every letter of its rows.

What `_TOKEN` does not match raises OddError, what cannot be read another error, and the careful
reading in `worksheet` looks at the file. All that is read here it would read alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import itemgetter

from okr_sheets.files.formats import GENERAL, moment
from okr_sheets.files.grid import Broken, Cell, Grid, Uncalculated, Value
from okr_sheets.files.guard import LAST_ROW, MOST_LETTERS, MOST_TEXT
from okr_sheets.files.layout import Layout, Shared
from okr_sheets.files.plain_xml import (
    Groups,
    OddError,
    Tags,
    attributes_of,
    inside,
    plain_text,
    text_within,
    tiles,
)
from okr_sheets.files.worksheet import (
    TRUE,
    Formulas,
    WrittenFormulas,
    column_of,
    place_of,
    take_columns,
    text_of,
    typed,
)

# Each part takes what it can and gives none of it back, so every letter is looked at once.
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
# Which group of `_TOKEN` is what; the first is a row that begins, the last the end of the last row.
_NUMBER, _ROW, _LETTERS, _DIGITS, _CELL, _FORMULA_TAG, _FORMULA, _VALUE, _INNER = range(1, 10)


# What the first tag of a cell says: its type, how its value is read, a number's format, the address
# if it does not come first.
_Head = tuple[str | None, Callable[[bytes], Value], str, str]


def read_worksheet(part: bytes, name: str, hidden: bool, shared: Shared) -> Grid:
    """The grid of a worksheet, of whose shared texts none is longer than a cell's.

    OddError, ExpatError, LookupError, ValueError or FarCellError if it is not plain.
    """
    around, body = inside(part, "sheetData")
    layout = Layout(shared)
    for element, written in _TAG.findall(around):
        if element != b"col":
            raise OddError
        take_columns(layout, attributes_of(written))
    tokens = tiles(_TOKEN, body, _ROW_ENDS)
    cells = [token for token in tokens if token[_CELL]]
    heads = _Heads(shared)
    heads_of = [heads[token[_CELL]] for token in cells]
    rows = [token for token in tokens if token[0] or token[-1]]
    tags = Tags()
    _check_rows(rows, tags)
    numbers, columns = _Numbers(), _Columns()
    if all(map(itemgetter(_LETTERS), cells)) and all(token[_NUMBER] or token[-1] for token in rows):
        if any(address for *_, address in heads.values()):
            raise OddError  # some cell says twice where it is
        places = [(numbers[token[_DIGITS]], columns[token[_LETTERS]]) for token in cells]
        starts = [int(token[_NUMBER]) for token in rows if token[0]]
    else:
        # Where blank cells went by, no cell can be told to stand behind the one before.
        places, starts = _in_order(tokens, heads, tags, may_follow=b'<c r="' not in body[0])
    if max(starts, default=0) > LAST_ROW:
        raise OddError
    for row, token in zip(starts, rows, strict=False):  # the last is an end
        if tags[token[_ROW]].get("hidden") in TRUE:
            layout.hide_row(row)
    values = [
        head[1](token[_VALUE]) if token[_VALUE] else _without(token, head[0])
        for head, token in zip(heads_of, cells, strict=True)
    ]
    _lay_out(
        layout,
        [
            (row, column, value)
            for (row, column), value, token in zip(places, values, cells, strict=True)
            if value is not None or token[_FORMULA_TAG]
        ],
    )
    layout.formats.update(
        (place, head[2])
        for place, head, token, value in zip(places, heads_of, cells, values, strict=True)
        if head[2] and token[_VALUE] and not isinstance(value, str)
    )
    return layout.grid(name, hidden, _formulas(places, cells))


def _check_rows(rows: Sequence[Groups], tags: Tags) -> None:
    """Raise OddError unless each row ends before the next begins, and says once where it is."""
    is_open = False
    for mark, number, rest, *_ in rows:
        if (mark != b"<row") is not is_open or (number and "r" in tags[rest]):
            raise OddError
        is_open = bool(mark) and not rest.endswith(b"/>")
    if is_open:
        raise OddError


def _in_order(
    tokens: Sequence[Groups], heads: _Heads, tags: Tags, may_follow: bool
) -> tuple[list[Cell], list[int]]:
    """Where the cells and the rows are; what does not say it follows the one before, if it may."""
    places, starts = [], []
    row = column = 0
    for mark, number, rest, letters, digits, tag, *_ in tokens:
        if mark:
            address = number or tags[rest].get("r")
            row, column = int(address or row + 1), 0
            starts.append(row)
            if not (address or may_follow):
                raise OddError
        elif tag:
            address = heads[tag][3]
            if letters and address:
                raise OddError
            if letters:
                row, column = place_of((letters + digits).decode())
            elif address:
                row, column = place_of(address)
            elif row and may_follow:
                column += 1
            else:
                raise OddError
            places.append((row, column))
    return places, starts


def _lay_out(layout: Layout, filled: Sequence[tuple[int, int, Value]]) -> None:
    """Lay out values by row and column; FarCellError if they are more than fit in a grid."""
    bottom = max((row for row, _, _ in filled), default=0)
    right = max((column for _, column, _ in filled), default=0)
    letters = 0
    if len(filled) * MOST_TEXT > MOST_LETTERS:
        letters = sum(len(value) for _, _, value in filled if isinstance(value, str))
    layout.extent.reach(bottom, right, len(filled), letters)
    layout.rows.extend([None] * right for _ in range(bottom))
    for row, column, value in filled:
        layout.rows[row - 1][column - 1] = value


def _formulas(places: Sequence[Cell], cells: Sequence[Groups]) -> Formulas:
    formulas, tags = WrittenFormulas(), Tags()
    written = formulas.written
    for place, token in zip(places, cells, strict=True):
        if token[_FORMULA_TAG]:
            if token[_FORMULA] and token[_FORMULA_TAG] == b">":
                written[place] = token[_FORMULA]
            else:
                formulas.take(place, token[_FORMULA], tags[token[_FORMULA_TAG]])
    return formulas.relative()


def _without(token: Groups, kind: str | None) -> Value:
    """What a cell without a value holds: a text inside, an error, or a formula without one."""
    inner = token[_INNER]
    if inner not in _NO_TEXT and (text := text_within(inner[4:-9])) is not None:
        return _cut(text_of(text))
    if token[_FORMULA_TAG]:
        return Uncalculated() if inner or kind != "str" else None
    return Broken("#ERROR") if kind == "e" else None


class _Numbers(dict[bytes, int]):
    """The numbers of rows by their digits."""

    def __missing__(self, digits: bytes) -> int:
        row = int(digits)
        if row > LAST_ROW:
            raise OddError
        self[digits] = row
        return row


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
        self[written] = head = kind, value, code, attributes.get("r", "")
        return head

    def _number(self, style: int) -> tuple[str, Callable[[bytes], Value]]:
        formats, is_1904 = self.shared.formats, self.shared.is_1904
        form = formats[style] if style < len(formats) else GENERAL

        def number(written: bytes) -> Value:
            try:
                value = float(written)
            except ValueError:
                return _no_number(written)
            return moment(value, form, is_1904) if form.is_date else value

        return form.code, number

    def _typed(self, kind: str | None) -> Callable[[bytes], Value]:
        shared, texts = self.shared, self.shared.texts

        def text(written: bytes) -> Value:
            return texts[int(written)] or None

        def other(written: bytes) -> Value:
            value = typed(plain_text(written), kind, shared)
            return _cut(value) if isinstance(value, str) else value

        return text if kind == "s" else other


def _no_number(written: bytes) -> str | None:
    """The text that stands where a number should."""
    if b"&" in written or not written.isascii():
        raise OddError
    return _cut(written.decode())


def _cut(text: str) -> str | None:
    return text[:MOST_TEXT] or None
