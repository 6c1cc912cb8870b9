"""A plain worksheet as a grid: one regular expression must account for every letter of its rows.

What `_TOKEN` does not match raises OddError, what cannot be read another error, and the careful
reading in `worksheet` looks at the file. All that is read here it would read alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import itemgetter

from okr_sheets.files.formats import GENERAL, Format, moment
from okr_sheets.files.grid import Broken, Cell, Grid, Uncalculated, Value
from okr_sheets.files.guard import LAST_ROW, MOST_TEXT
from okr_sheets.files.layout import Layout, Shared
from okr_sheets.files.markup import unescaped
from okr_sheets.files.plain_xml import (
    MOST_WAYS,
    Groups,
    OddError,
    Tags,
    attributes_of,
    inside,
    plain_text,
    text_within,
    tiles,
)
from okr_sheets.files.room import Room
from okr_sheets.files.worksheet import (
    MOST_FORMULA,
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
        ((?:</row>)?+<row)(?:\ r="(\d{1,7}+)")?+
            (?:\ spans="[\d:\ ]*+"(?![^>]*\ spans=))?+([^>]*+>)
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
_HEAD = re.compile(rb'(?: s="(\d++)")?(?: t="([a-z]++)")? ?/?>')
_ROW_ENDS = b"</row>"
_NO_TEXT = frozenset((b"", b"</c>"))
# Which group of `_TOKEN` is what; the first is a row that begins, the last the end of the last row.
# After the cell's tag come the formula's, the formula, the value, and what is inside without one.
_NUMBER, _ROW, _LETTERS, _DIGITS, _CELL = range(1, 6)


# What the first tag of a cell says: its type, how its value is read, a number's format, the address
# if it does not come first.
_Head = tuple[str | None, Callable[[bytes], Value], str, str]


class Worksheets:
    """The worksheets of a workbook; each way to write a tag or a number is understood once."""

    def __init__(self, shared: Shared) -> None:
        """No shared text may be longer than a cell keeps."""
        self.shared = shared
        self.heads, self.tags = _Heads(shared), Tags()
        self.numbers, self.columns = _Numbers(), _Columns()
        self.room = Room()

    def read(self, part: bytes, name: str, hidden: bool) -> Grid:
        """The grid of a worksheet.

        OddError, ExpatError, LookupError, ValueError or FarCellError if it is not plain, or if it
        and those before it are too much for this process.
        """
        self.room.take("sheets", 1)
        around, body = inside(part, "sheetData")
        layout = Layout(self.shared)
        self._hide_columns(layout, around)
        tokens = tiles(_TOKEN, body, _ROW_ENDS)
        cells = [token for token in tokens if token[_CELL]]
        rows = [token for token in tokens if not token[_CELL] and (token[0] or token[-1])]
        _check_rows(rows, self.tags)
        # Where blank cells went by, no cell can be told to stand behind the one before.
        may_follow = b'<c r="' not in body[0]
        heads = [*map(self.heads.__getitem__, map(itemgetter(_CELL), cells))]
        places, starts = self._places(tokens, cells, rows, may_follow)
        for row, token in zip(starts, rows, strict=False):  # the last is an end
            if self.tags[token[_ROW]].get("hidden") in TRUE:
                layout.hide_rows(row, row)
        formulas = self._take(layout, places, heads, cells) if cells else {}
        return layout.grid(name, hidden, formulas)

    def _hide_columns(self, layout: Layout, around: bytes) -> None:
        """Hide the columns that what stands around the cells hides; OddError if cells are there."""
        columns = _TAG.findall(around)
        self.room.take("columns", len(columns))
        for element, written in columns:
            if element != b"col":
                raise OddError
            take_columns(layout, self.tags[written])

    def _take(
        self,
        layout: Layout,
        places: Sequence[Cell],
        heads: Sequence[_Head],
        cells: Sequence[Groups],
    ) -> Formulas:
        """Hand over the values of cells and their formats, and return their formulas."""
        *_, formula_tags, formulas, written, inner, _ = zip(*cells, strict=True)
        values = [
            head[1](value) if value else _without(text, formula, head[0])
            for head, value, text, formula in zip(heads, written, inner, formula_tags, strict=True)
        ]
        _fill(layout, self.room, places, values, formula_tags)
        layout.formats.update(
            (place, head[2])
            for place, head, given, value in zip(places, heads, written, values, strict=True)
            if head[2] and given and not isinstance(value, str)
        )
        if max(map(len, formulas)) > MOST_FORMULA:
            raise OddError
        found = _formulas(places, formula_tags, formulas, self.tags)
        self.room.take("formulas", found.letters)
        return found

    def _places(
        self,
        tokens: Sequence[Groups],
        cells: Sequence[Groups],
        rows: Sequence[Groups],
        may_follow: bool,
    ) -> tuple[Sequence[Cell], Sequence[int]]:
        """Where the cells and the rows are: as they say, or else behind the one before.

        OddError where one says it twice, or may not follow the one before: blank cells went by.
        """
        heads, numbers, columns = self.heads, self.numbers, self.columns
        if heads.has_addresses and any(t[_LETTERS] and heads[t[_CELL]][3] for t in cells):
            raise OddError  # one says twice where it is
        starts = [int(token[_NUMBER] or 0) for token in rows if token[0]]
        places: list[Cell] = []
        if all(starts) and all(map(itemgetter(_LETTERS), cells)):
            at_rows = map(numbers.__getitem__, map(itemgetter(_DIGITS), cells))
            at_columns = map(columns.__getitem__, map(itemgetter(_LETTERS), cells))
            places = [*zip(at_rows, at_columns, strict=True)]
        else:
            starts, row, column = [], 0, 0
            for mark, number, rest, letters, digits, tag, *_ in tokens:
                if mark:
                    address = number or self.tags[rest].get("r")
                    row, column = int(address or row + 1), 0
                    starts.append(row)
                    if not (address or may_follow):
                        raise OddError
                elif letters:
                    row, column = numbers[digits], columns[letters]
                    places.append((row, column))
                elif tag:
                    if heads[tag][3]:
                        row, column = place_of(heads[tag][3])
                    elif row and may_follow:
                        column += 1
                    else:
                        raise OddError
                    places.append((row, column))
        if max(starts, default=0) > LAST_ROW:
            raise OddError
        return places, starts


def _check_rows(rows: Sequence[Groups], tags: Tags) -> None:
    """Raise OddError unless each row ends before the next begins, and says once where it is."""
    is_open = False
    for mark, number, rest, *_ in rows:
        if (mark != b"<row") is not is_open or (number and "r" in tags[rest]):
            raise OddError
        is_open = bool(mark) and not rest.endswith(b"/>")
    if is_open:
        raise OddError


def _fill(
    layout: Layout,
    room: Room,
    places: Sequence[Cell],
    values: Sequence[Value],
    formulas: Sequence[bytes],
) -> None:
    """Hand over the values with their places; FarCellError or OddError if they are too many.

    A cell that has neither a value nor a formula is none.
    """
    filled = [*zip(places, values, strict=True)]
    if None in values:
        filled = [
            cell
            for cell, formula in zip(filled, formulas, strict=True)
            if cell[1] is not None or formula
        ]
    if not filled:
        return
    reached = [*map(itemgetter(0), filled)]
    (bottom, _), right = max(reached), max(map(itemgetter(1), reached))
    texts = [len(value) for value in values if isinstance(value, str)]
    letters = sum(texts)
    room.take_grid(bottom, right)
    room.take("texts", len(texts))
    room.take("letters", letters)
    layout.extent.reach(bottom, right, len(filled), letters)
    layout.filled = filled


def _formulas(
    places: Sequence[Cell], tags: Sequence[bytes], written: Sequence[bytes], known: Tags
) -> Formulas:
    if any("t" in known[tag] for tag in {*tags} - {b""}):
        formulas = WrittenFormulas(str.encode)
        for place, tag, formula in zip(places, tags, written, strict=True):
            if tag:
                formulas.take(place, formula, known[tag])
        return Formulas.of_xml(*formulas.all())
    texts = zip(places, tags, written, strict=True)
    return Formulas.of_xml({place: formula for place, tag, formula in texts if tag}, {})


def _without(inner: bytes, formula_tag: bytes, kind: str | None) -> Value:
    """What a cell without a value holds: a text inside, an error, or a formula without one."""
    if inner not in _NO_TEXT and (text := text_within(inner[4:-9])) is not None:
        return _cut(text_of(text))
    if formula_tag:
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
        self.has_addresses = False

    def __missing__(self, written: bytes) -> _Head:
        if len(self) > MOST_WAYS:
            raise OddError
        if match := _HEAD.fullmatch(written):
            style, kind = (None if group is None else group.decode() for group in match.groups())
            address = ""
        else:
            attributes = attributes_of(written)
            style, kind = attributes.get("s"), attributes.get("t")
            address = attributes.get("r", "")
            self.has_addresses |= bool(address)
        code = ""
        if kind is None or kind == "n":
            form = _at(self.shared.formats, int(style or 0))
            code, value = form.code, _number(form, self.shared.is_1904)
        else:
            value = self._typed(kind)
        self[written] = head = kind, value, code, address
        return head

    def _typed(self, kind: str) -> Callable[[bytes], Value]:
        shared, texts = self.shared, self.shared.texts

        def shared_text(written: bytes) -> Value:
            return texts[int(written)] or None

        def own_text(written: bytes) -> Value:
            text = written.decode()
            if "&" in text or "_x" in text or len(text) > MOST_TEXT:
                return _cut(text_of(unescaped(text)))
            return text

        def other(written: bytes) -> Value:
            value = typed(plain_text(written), kind, shared)
            return _cut(value) if isinstance(value, str) else value

        return {"s": shared_text, "str": own_text}.get(kind, other)


def _at(formats: Sequence[Format], style: int) -> Format:
    return formats[style] if style < len(formats) else GENERAL


def _number(form: Format, is_1904: bool) -> Callable[[bytes], Value]:
    def number(written: bytes) -> Value:
        try:
            return float(written)
        except ValueError:
            return _no_number(written)

    def day(written: bytes) -> Value:
        value = number(written)
        return moment(value, form, is_1904) if isinstance(value, float) else value

    return day if form.is_date else number


def _no_number(written: bytes) -> str | None:
    """The text that stands where a number should."""
    if b"&" in written or not written.isascii():
        raise OddError
    return _cut(written.decode())


def _cut(text: str) -> str | None:
    return text[:MOST_TEXT] or None
