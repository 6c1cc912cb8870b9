"""Text files as one table: which delimiter, which row is the header, which rows do not fit it."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from okr_sheets.choices import OBJECTIVE
from okr_sheets.files.encodings import decode
from okr_sheets.files.grid import TOP, Book, Cell, Grid, Value
from okr_sheets.files.guard import MOST_CELLS, Extent, FarCellError, why_skipped
from okr_sheets.files.layout import book_of
from okr_sheets.language import choice_keys, fold, headers
from okr_sheets.problems import Problem, UnreadableError, too_much
from okr_sheets.schema import SHEETS
from okr_sheets.text import unmarked

DELIMITERS = ",;\t|"
HEAD = 100_000  # characters that tell the delimiter
HEADER_WORDS = 3  # known words that make a row a header
LONGEST_HEADER = 60  # characters
FEW = 3  # short rows; more of them are the habit of a program that drops blank cells

_NOT_COUNTED = frozenset({"long-row", "cut-off"})

# Excel obeys a first line that names the delimiter, and does not show it: row 1 is the next line.
_NAMED_DELIMITER = re.compile(r'"?sep=([^"\n ])"?[,;\t|]*(?:\n|\Z)', re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff]")

Row = list[str]


@dataclass(frozen=True, slots=True)
class Record:
    """One row of the file: the line it starts on, from 1, and its values."""

    line: int
    values: Row


def read_book(path: Path) -> Book:
    """The table of a delimited text file: one sheet, named as the file, blank cells None.

    Two kinds of row come back blank, each with a problem: one with more values than the header,
    whose values may stand under the wrong one, and a last one that breaks off, whose last number
    may lack digits. Raises UnreadableError if the file holds no table.
    """
    text, code_page = decode(path.read_bytes())
    text = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    delimiter_line = _NAMED_DELIMITER.match(text)
    table = text[delimiter_line.end() :] if delimiter_line else text
    sign = delimiter_line[1] if delimiter_line else delimiter(table)
    if table.count(sign) + table.count("\n") > MOST_CELLS:
        raise too_much("cells", MOST_CELLS, sheet=path.stem)
    try:
        records, strays = _without_strays(
            _records(table, sign, first=2 if delimiter_line else 1), Extent()
        )
    except FarCellError as far:
        raise why_skipped(far.problem(str(path), path.stem)) from None
    records = _unwrapped(records, sign)
    problems = [Problem("text-encoding", str(path), given=code_page)] if code_page else []
    for code, number, width in _misfits(records, cut=not table.endswith("\n")):
        record = records[number - 1]
        numbers = {"line": record.line, "count": len(record.values), "width": width}
        words = {name: str(value) for name, value in numbers.items()}
        problems.append(Problem(code, str(path), path.stem, number, words=words))
        if code in _NOT_COUNTED:
            records[number - 1] = Record(record.line, [])
    rows: list[list[Value]] = [
        [unmarked(cell.strip()) or None for cell in record.values] for record in records
    ]
    return book_of(path, [Grid(path.stem, rows, untyped=True, strays=strays)], problems=problems)


def _without_strays(
    records: Iterable[Record], extent: Extent
) -> tuple[list[Record], frozenset[Cell]]:
    """The records, cells that stand too far out made blank, and the places of these.

    FarCellError at the first record that is too much for a sheet.
    """
    kept: list[Record] = []
    for number, record in enumerate(records, 1):
        filled = [len(cell) for cell in record.values if cell]
        if filled:
            width = max(n for n, cell in enumerate(record.values, 1) if cell)
            extent.reach(number, width, len(filled), sum(filled))
        kept.append(record)
    strays = extent.strays(
        (number, column)
        for number, record in enumerate(kept, 1)
        for column, cell in enumerate(record.values, 1)
        if cell
    )
    for row, column in strays:
        kept[row - 1].values[column - 1] = ""
    return kept, strays


def delimiter(text: str) -> str:
    """The sign under which the first rows show most of our headers, else most rows of one width."""

    def fit(sign: str) -> tuple[int, int, int]:
        rows = [_inside(row, sign) for row in _reader(io.StringIO(text[:HEAD]), sign)]
        widths = Counter(len(row) for row in rows if len(row) > 1)
        width, count = max(widths.items(), key=lambda each: each[::-1], default=(1, 0))
        return max(map(_count_headers, rows[:TOP]), default=0), count, width

    return max(DELIMITERS, key=fit)


def _reader(lines: Iterable[str], sign: str, *, strict: bool = False) -> Any:
    return csv.reader(lines, delimiter=sign, skipinitialspace=True, strict=strict)


def _records(text: str, sign: str, first: int) -> Iterator[Record]:
    """Each row and the line it starts on; UnreadableError if a cell never ends, with its line."""
    lines = io.StringIO(text).readlines()
    # The blank line more ends the last row, unless a quote is open there.
    reader = _reader([*lines, ""], sign)
    start = 0
    try:
        for values in reader:
            end = reader.line_num
            # A quote left open ends where the next one opens, and text follows: that is not strict.
            if end > start + 1:
                list(_reader(lines[start:end], sign, strict=True))
            if start < len(lines):
                yield Record(first + start, values)
            start = end
    except csv.Error:
        long = reader.line_num == start + 1
        what = "a cell of more than 131,072 characters" if long else "a quote is never closed"
        raise UnreadableError("damaged", f"line {first + start}: {what}") from None


def _count_headers(row: Row) -> int:
    """How many of our headers stand in a row."""
    return len({fold(cell) for cell in row if len(cell) < LONGEST_HEADER} & _headers())


@cache
def _headers() -> frozenset[str]:
    """Every header in every language, folded, and the machine keys that stand above them."""
    words = {word for sheet in SHEETS for word in headers(sheet.key)}
    keys = {f"{sheet.prefix}.{key}" for sheet in SHEETS for key in sheet.keys}
    return frozenset(words | keys)


def _inside(row: Row, sign: str) -> Row:
    """The values of a row that was quoted as a whole and so reads as one cell; else the row."""
    if not row or sign not in row[0] or any(row[1:]):
        return row
    inner = list(_reader(io.StringIO(row[0]), sign))
    return inner[0] if len(inner) == 1 else row


def _header(records: Sequence[Record]) -> int | None:
    """The index of the row among the first that shows most of our headers."""
    best = max(
        range(min(len(records), TOP)), key=lambda n: _count_headers(records[n].values), default=None
    )
    return (
        best if best is not None and _count_headers(records[best].values) >= HEADER_WORDS else None
    )


def _unwrapped(records: list[Record], sign: str) -> list[Record]:
    """The records, those that were quoted as a whole split into their values.

    A row is split if the header was quoted too, or if it then has as many values as the header.
    """
    inner = [Record(record.line, _inside(record.values, sign)) for record in records]
    header = _header(inner)
    if header is None:
        return records
    whole = inner[header] != records[header]
    width = len(inner[header].values)
    return [
        new if whole or len(new.values) == width else old
        for old, new in zip(records, inner, strict=True)
    ]


def _misfits(records: Sequence[Record], *, cut: bool) -> Iterator[tuple[str, int, int]]:
    """Code, row and the header's width, of each row that is longer or shorter than the header.

    `cut` is True if the last line has no line end. Programs leave out blank cells at the end of
    rows (Excel in blocks of sixteen rows), and people those of objectives. So a short row counts
    only if there are at most `FEW` and a full row follows, or if the file ends in it.
    """
    header = _header(records)
    if header is None:
        return
    width = len(records[header].values)
    names = max(n for n, cell in enumerate(records[header].values, 1) if cell.strip())
    short: list[int] = []
    last_full = 0
    for number, record in enumerate(records[header + 1 :], header + 2):
        values = record.values
        if any(cell.strip() for cell in values[width:]):
            if _count_headers(values) < HEADER_WORDS:
                yield "long-row", number, width
            else:
                width = len(values)  # another table starts
        elif len(values) >= names:
            last_full = number
        elif len(values) > 1:
            short.append(number)
    short = [number for number in short if not _is_objective(records[number - 1].values)]
    if cut and last_full and short == [len(records)]:
        yield "cut-off", len(records), names
    amid = [number for number in short if number < last_full]
    for number in amid if len(amid) <= FEW else ():
        yield "short-row", number, names


def _is_objective(row: Row) -> bool:
    return any(choice_keys("type").get(fold(cell)) == OBJECTIVE for cell in row)
