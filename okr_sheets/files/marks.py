"""Marks: how a file of ours is told from others', and whether anybody changed it since.

A mark holds a digest of the file it stands in. A quotation may carry the mark into another file;
there the digest does not fit, and nothing that somebody typed is ever taken for ours.
"""

from __future__ import annotations

import csv
import os
import re
import stat
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Literal, Protocol

from okr_sheets.files import guard
from okr_sheets.problems import UnreadableError
from okr_sheets.regular import opened

# "ours" is as it was written, "changed" is ours with what people or programs made of it since.
Standing = Literal["nothing", "ours", "changed", "foreign"]

_DIGITS = 32
_OPEN = "0" * _DIGITS  # stands in a mark until the digest is known
REPORT_MARK = f"okr-sheets rollup {_OPEN}"
DRAFT_MARK = f"okr-sheets reminder {_OPEN}"
# Without a digest, as marks once were, a file is ours, and nobody knows whether it was changed.
SHEET_MARK = "okr_sheets_"  # begins names that stand for sheets of ours in a workbook of others
_SHEET = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!")
_REPORT = rb"okr-sheets rollup(?: ([0-9a-f]{32}))?"
_DRAFT = rb"okr-sheets reminder(?: ([0-9a-f]{32}))?"
_LARGEST_TABLE = 1_000_000_000  # bytes; ten thousand trackers give 55 million
_MOST_BYTES = 100_000  # at a file's head, or of a part, in which a mark is looked for


class Mark(Protocol):
    """How one kind of file is marked; what writes it leaves the digest open."""

    def is_on(self, path: Path) -> bool:
        """Whether a file carries the mark."""

    def fits(self, path: Path) -> bool:
        """Whether its digest is that of a file that carries the mark."""

    def put(self, path: Path) -> None:
        """Write the digest into the mark."""


class InText:
    """A mark at one place of a text: the pattern's only group is the digest, if there is one.

    A table, which may be large, has it at its head.
    """

    def __init__(self, pattern: bytes, *, is_table: bool = False) -> None:
        self._pattern = re.compile(pattern, re.MULTILINE)
        self._is_table = is_table

    def is_on(self, path: Path) -> bool:
        most = _MOST_BYTES if self._is_table else 0
        return self.is_in(_content(path, most, is_table=self._is_table))

    def is_in(self, content: bytes) -> bool:
        """Whether a file with this content carries the mark."""
        return bool(self._pattern.search(content))

    def fits(self, path: Path) -> bool:
        content = _content(path, is_table=self._is_table)
        return content == self.marked(content)

    def put(self, path: Path) -> None:
        path.write_bytes(self.marked(path.read_bytes()))

    def marked(self, content: bytes, more: bytes = b"") -> bytes:
        """`content` with the digest of itself and `more` in its mark; empty if it has no mark."""
        mark = self._pattern.search(content)
        if not mark or not mark[1]:
            return b""
        start, end = mark.span(1)
        digest = _digest(content[:start] + content[end:] + more)
        return content[:start] + digest.encode() + content[end:]


class _InProperties:
    """A mark among the properties of a workbook or a deck, with the digest of all its parts."""

    def __init__(self, part: str) -> None:
        self._part = part
        self._text = InText(rb"<dc:description[^>]{0,200}>" + _REPORT + rb"</dc:description>")

    def is_on(self, path: Path) -> bool:
        with guard.opened_safely(path) as archive:
            return self._text.is_in(self._content(archive))

    def fits(self, path: Path) -> bool:
        with guard.opened_safely(path) as archive:
            return self._content(archive) == self._marked(archive)

    def put(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            parts = [(part, archive.read(part)) for part in archive.infolist()]
            marked = self._marked(archive)
        with zipfile.ZipFile(path, "w") as archive:
            for part, content in parts:
                archive.writestr(part, marked if part.filename == self._part else content)

    def _marked(self, archive: zipfile.ZipFile) -> bytes:
        """The part as it is marked; nothing where it carries no mark."""
        others = [each for each in archive.infolist() if each.filename != self._part]
        return self._text.marked(self._content(archive), _told(others))

    def _content(self, archive: zipfile.ZipFile) -> bytes:
        with archive.open(self._part) as part:
            return part.read(_MOST_BYTES)


class _InComment:
    """A mark as the comment of a zip archive, with the digest of all its parts."""

    def __init__(self) -> None:
        self._text = InText(rb"\A" + _REPORT + rb"\Z")

    def is_on(self, path: Path) -> bool:
        with guard.opened_safely(path) as archive:
            return self._text.is_in(archive.comment)

    def fits(self, path: Path) -> bool:
        with guard.opened_safely(path) as archive:
            return archive.comment == self._marked(archive)

    def put(self, path: Path) -> None:
        with zipfile.ZipFile(path, "a") as archive:
            archive.comment = self._marked(archive)

    def _marked(self, archive: zipfile.ZipFile) -> bytes:
        return self._text.marked(archive.comment, _told(archive.infolist()))


class _InHeader:
    """Names of columns that nobody types; which of them stand in quotes is the digest.

    Nothing else in a CSV file is not read as a value by some program.
    """

    NAMES = frozenset({"file", "sheet", "row", "objective_id", "last_check_in"})
    FEWEST = 32  # names; fewer would make a digest that fits by chance

    def is_on(self, path: Path) -> bool:
        # Without the zeros, UTF-16 is ASCII here.
        head = (
            _content(path, _MOST_BYTES, is_table=True)
            .replace(b"\0", b"")
            .decode("utf-8-sig", "replace")
        )
        line = head.lstrip("\ufffd").partition("\n")[0]
        rows = (next(csv.reader([line], delimiter=sign)) for sign in ",;\t|")
        return any(self.NAMES.issubset(row) for row in rows)

    def fits(self, path: Path) -> bool:
        content = BytesIO(_content(path, is_table=True))
        header = content.readline()
        return header == self._marked(header, content.read())

    def put(self, path: Path) -> None:
        with path.open("r+b") as file:
            header, rows = file.readline(), file.read()
            file.seek(0)
            file.writelines((self._marked(header, rows), rows))
            file.truncate()

    def _marked(self, header: bytes, rows: bytes) -> bytes:
        """The header as it is marked; nothing if it is another than ours."""
        line = header.removesuffix(b"\n").removesuffix(b"\r")
        first, *names = line.replace(b'"', b"").split(b",")
        if len(names) < self.FEWEST:
            return b""
        end = header[len(line) :]
        bits = int(_digest(b",".join((first, *names)) + end, rows), 16)
        quoted = (b'"%b"' % name if bits >> at & 1 else name for at, name in enumerate(names))
        return b",".join((first, *quoted)) + end


def _told(parts: Iterable[zipfile.ZipInfo]) -> bytes:
    """What parts of an archive hold, in few bytes."""
    lines = (f"{each.filename} {each.file_size} {each.CRC}" for each in parts)
    return "\n".join(sorted(lines)).encode()


def _content(path: Path, most: int = 0, *, is_table: bool = False) -> bytes:
    """The first `most` bytes of a flat file, by default all.

    UnreadableError if it is larger than any that is read, or as a table than any that we write;
    OSError if it is no file.
    """
    with opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > (_LARGEST_TABLE if is_table else guard.MOST_FLAT_BYTES):
            raise UnreadableError("too-large", f"{size // 1_000_000} MB")
        return file.read(min(most or size, size))


def _digest(*pieces: bytes) -> str:
    digest = sha256()
    for piece in pieces:
        for line in BytesIO(piece):  # a long text is not there twice
            digest.update(with_plain_ends(line))
    return digest.hexdigest()[:_DIGITS]


def with_plain_ends(content: bytes) -> bytes:
    """A text whose lines end as when it was written: mail, Git and others convert the ends."""
    return content.replace(b"\r\n", b"\n")


_OFFICE, _COMMENT = _InProperties("docProps/core.xml"), rb"^<!-- %b -->\r?$"
Marks = Mapping[str, Mark]
REPORTS: Marks = {
    ".xlsx": _OFFICE,
    ".pptx": _OFFICE,
    ".html": InText(rb'<meta name="generator" content="(?:' + _REPORT + rb'|okr-sheets)"'),
    ".md": InText(_COMMENT % _REPORT),
    ".csv": _InHeader(),
    ".zip": _InComment(),
    ".json": InText(
        rb'\A(?:\s{0,99}\{\s{0,99}"generator"\s{0,99}:\s{0,99}"'
        + _REPORT
        + rb'"|\{\r?\n "about": \{\r?\n  "quarter": )',
        is_table=True,
    ),
    # What programs save reports as.
    ".xlsm": _OFFICE,
    ".xlsb": _OFFICE,
    ".ods": _InProperties("meta.xml"),
    ".xls": InText(rb"\x1e\0\0\0[\s\S]{4}" + _REPORT + rb"\0"),  # a property: kind, length, text
    ".tsv": _InHeader(),
}
DRAFTS: Mapping[str, InText] = {
    ".eml": InText(rb"\A(?:[^\r\n]{1,999}\r?\n){0,999}?X-Generator: " + _DRAFT + rb"\r?$"),
    ".md": InText(_COMMENT % _DRAFT),
}


def standing(path: Path, marks: Marks = REPORTS) -> Standing:
    """Whose file is at a path: ours, ours but changed since, or foreign; nothing if it is empty."""
    try:
        state = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return "nothing"
    if stat.S_ISREG(state.st_mode) and not state.st_size:
        return "nothing"
    if not is_marked(path, marks):
        return "foreign"
    with suppress(OSError, UnreadableError):
        if marks[path.suffix.lower()].fits(path):
            return "ours"
    return "changed"


def is_marked(path: Path, marks: Marks = REPORTS) -> bool:
    """Whether a file is ours, changed or not; False if it cannot be read."""
    mark = marks.get(path.suffix.lower())
    try:
        return mark is not None and path.is_file() and mark.is_on(path)
    except (OSError, UnreadableError, csv.Error):
        return False


def marked_sheet(name: str, formula: str) -> tuple[str, str]:
    """The key and the name of the sheet of ours that a workbook's defined name stands for.

    Both are "" for names of others, and for that of a sheet that is gone.
    """
    before, mark, key = name.casefold().partition(SHEET_MARK)
    sheet = sheet_in(formula)
    return (key, sheet) if mark and key and sheet and not before else ("", "")


def sheet_in(formula: str) -> str:
    """The sheet whose name a reference begins with; "" if it names none."""
    place = _SHEET.match(formula)
    return ((place[1] or "").replace("''", "'") or place[2]) if place else ""


def put_digest(path: Path, marks: Marks = REPORTS) -> None:
    """Write the digest into a finished file of ours, so that a later change shows."""
    marks[path.suffix.lower()].put(path)
