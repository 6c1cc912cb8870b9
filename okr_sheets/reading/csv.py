"""Text files as rows: which encoding, which delimiter."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from okr_sheets.reading.guard import UnreadableError

ENCODINGS = ("utf-8-sig", "cp1252")
DELIMITERS = ",;\t|"


def rows(path: Path) -> list[list[str | None]]:
    """The rows of a delimited text file, blank cells None. Line breaks inside quotes stay."""
    text = decode(path.read_bytes())
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text)))
    except csv.Error as error:
        raise UnreadableError("damaged", str(error)) from None
    return [[cell.strip() or None for cell in row] for row in table]


def decode(content: bytes) -> str:
    """The text of a file: UTF-16 and UTF-8 by their marks, else the first encoding that fits."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            raise UnreadableError("unknown-encoding") from None
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableError("unknown-encoding")


def delimiter(text: str) -> str:
    """The sign that splits the first lines into the most columns, the same number in each."""

    def fit(sign: str) -> tuple[int, int]:
        head = list(csv.reader(io.StringIO(text[:20_000], newline=""), delimiter=sign))[:20]
        widths = [len(row) for row in head if any(row)]
        widest = max(widths, default=1)
        return widths.count(widest) if widest > 1 else 0, widest

    return max(DELIMITERS, key=fit)
