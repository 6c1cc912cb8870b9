"""The kind of a file by its bytes, and whether it is safe to hand to a parser."""

from __future__ import annotations

import codecs
import io
import os
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from okr_sheets.files.encrypted import OLE, decrypted
from okr_sheets.files.grid import Cell
from okr_sheets.files.markup import walk
from okr_sheets.letters import column_letters
from okr_sheets.problems import Problem, UnreadableError, too_much, unopened
from okr_sheets.regular import NotAFileError, open_regular, opened

MOST_MEMBERS = 10_000
MOST_LISTED = 2_000_000  # bytes in which an archive lists them
MOST_BYTES = 300_000_000  # unpacked
MOST_RATIO = 100
SMALL_BYTES = 10_000_000  # unpacked; below this a high ratio is only a repetitive sheet
MOST_FLAT_BYTES = 50_000_000  # of a text file or an xls, which nothing packs
MOST_CELLS = 2_500_000  # rows times columns of a sheet, as far as it reaches
MOST_STRAY = 20  # cells that stand further out and may be left out
MOST_FILLED = 200_000  # of them: as many as can be read while somebody waits
MOST_LETTERS = 10_000_000  # in all the texts of a sheet
MOST_TEXT = 32_767  # in one text: Excel keeps no more in a cell
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
CHUNK = 1 << 18
HEAD = 4096  # bytes that tell what a file is

# What zipfile and zlib raise for archives that are damaged, or made to hurt.
ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    LookupError,
    ValueError,
    RuntimeError,
)

_BIFF = (b"\x09\x08", b"\x09\x04\x06\0", b"\x09\x02\x06\0", b"\x09\0\x04\0")
_STREAMS = {  # of old workbooks, and of what else Office kept in such files; the first there counts
    "encryptedpackage": "encrypted",
    "workbook": "xls",
    "book": "xls",
    "worddocument": "a text document",
    "powerpoint document": "a presentation",
}
_SIGNATURES = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"GIF8", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"{\\rtf", "a text document"),
    (b"\x1f\x8b", "an archive"),
    (b"7z\xbc\xaf\x27\x1c", "an archive"),
    (b"Rar!", "an archive"),
    (b"SQLite format 3", "a database"),
)
_MARKUP = (
    (
        re.compile(r"<(!doctype\s+html|html|head|body|meta|table|div|style|script|img)\b"),
        "a web page",
    ),
    (re.compile(r"<[?!a-z]"), "an XML file"),
)
# The part that tells what kind of document an archive is; the first that is there counts.
_MAIN_PARTS = {
    "xl/workbook.xml": "xlsx",
    "xl/workbook.bin": "xlsb",
    "word/document.xml": "a text document",
    "ppt/presentation.xml": "a presentation",
    "index/document.iwa": "an Apple Numbers document",
    "_rels/.rels": "xlsx",  # under another name, which its relations tell
}
# Without a path: the manifest does not say what is encrypted.
_READ_OF_ODS = frozenset({"content.xml", "encrypted-package", ""})
_SHEETS = b"application/vnd.oasis.opendocument.spreadsheet"
_CONTROLS = frozenset(map(chr, (*range(9), *range(14, 26), *range(28, 32))))


class FarCellError(Exception):
    """A sheet is too large to read: `what` exceeds its limit `most`, or it reaches too far.

    `what` is a `counted` word of the languages, such as "filled" for cells. If it is "", too many
    cells stand far from the rest; `cell` is the one furthest out, as A1.
    """

    def __init__(self, what: str = "", most: int = 0, cell: str = "") -> None:
        super().__init__(what, most, cell)
        self.what, self.most, self.cell = what, most, cell

    def problem(self, path: str, sheet: str) -> Problem:
        """The problem that says that the sheet was left out, and why."""
        if not self.what:
            return Problem("sheet-skipped", path, sheet, given=self.cell)
        words = {"what": self.what, "most": str(self.most)}
        return Problem("sheet-too-much", path, sheet, words=words)


def why_skipped(problem: Problem) -> UnreadableError:
    """The error for a file of whose sheets none can be read, made of the first one's problem."""
    if problem.code == "sheet-missing":
        return UnreadableError("damaged", f"{problem.sheet} is missing", problem.sheet)
    if problem.code == "sheet-skipped":
        return UnreadableError("stray-cell", problem.given, problem.sheet)
    return UnreadableError("too-much", sheet=problem.sheet, words=problem.words)


class Extent:
    """The used range of a sheet and how much is in it."""

    __slots__ = ("_filled", "_letters", "bottom", "right")

    def __init__(self) -> None:
        self.bottom = self.right = self._filled = self._letters = 0

    def reach(self, row: int, column: int, filled: int = 1, letters: int = 0) -> None:
        """Count `filled` cells with `letters` characters, the last of them at this row and column.

        Raises FarCellError once the sheet exceeds a limit.
        """
        self.bottom, self.right = max(self.bottom, row), max(self.right, column)
        self._filled += filled
        self._letters += letters
        if self._filled > MOST_FILLED:
            raise FarCellError("filled", MOST_FILLED)
        if self._letters > MOST_LETTERS:
            raise FarCellError("letters", MOST_LETTERS)

    def strays(self, cells: Iterable[Cell]) -> frozenset[Cell]:
        """Of all its cells those that stand so far from the rest that no grid holds both.

        Raises FarCellError if they are more than `MOST_STRAY`, or all.
        """
        if self.bottom * self.right <= MOST_CELLS:
            return frozenset()
        near, strays, far = set(cells), set[Cell](), ""
        # Rows and columns are measured in shares of Excel's.
        while near and len(strays) <= MOST_STRAY:
            self.bottom, self.right = (max(ends) for ends in zip(*near, strict=True))
            if 2 * self.bottom * self.right <= MOST_CELLS:
                return frozenset(strays)
            is_wide = self.right * LAST_ROW > self.bottom * LAST_COLUMN
            outer = {cell for cell in near if cell[is_wide] == (self.bottom, self.right)[is_wide]}
            row, column = min(outer)
            far = far or f"{column_letters(column)}{row}"
            near -= outer
            strays |= outer
        raise FarCellError(cell=far)


def head_of(path: Path) -> tuple[bytes, int]:
    """The first bytes of a file, which tell what it is, and its size; UnreadableError if none."""
    try:
        with opened(path) as file:
            return file.read(HEAD), os.fstat(file.fileno()).st_size
    except FileNotFoundError:
        raise UnreadableError("not-found") from None
    except NotAFileError as error:
        raise UnreadableError("not-a-workbook", error.kind) from None
    except OSError as error:
        raise unopened(error) from None


def kind_of(path: Path) -> str:
    """`xlsx`, `xlsb`, `xls`, `ods` or `text`; UnreadableError for anything else."""
    head, size = head_of(path)
    if head.startswith(b"PK"):
        return _kind_of_archive(path, size)
    kind = _kind_of_flat(head)
    if size > MOST_FLAT_BYTES:
        raise UnreadableError("too-large", f"{size // 1_000_000} MB")
    return _kind_of_ole(path) if kind == "ole" else kind


def _kind_of_flat(head: bytes) -> str:
    if not head:
        raise UnreadableError("not-a-workbook", "empty")
    if head.startswith(OLE):
        return "ole"
    if head.startswith(_BIFF):
        return "xls"
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            raise UnreadableError("not-a-workbook", kind)
    text = text_in(head)
    if text is None:
        raise UnreadableError("not-a-workbook", "binary data")
    start = text.removeprefix("ï»¿").lstrip("\ufeff \t\r\n").lower()
    for pattern, kind in _MARKUP:
        if pattern.match(start):
            raise UnreadableError("not-a-workbook", kind)
    return "text"


def text_in(head: bytes) -> str | None:
    """The bytes as text in the first encoding with at most 1 % control characters; else None."""
    for encoding in ("latin-1", "utf-16-le", "utf-16-be"):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(head)
        except UnicodeDecodeError:
            continue
        if 100 * sum(letter in _CONTROLS for letter in text) <= len(text):
            return text
    return None


def _kind_of_ole(path: Path) -> str:
    """The kind by the streams at the root: what is embedded in a workbook stands in folders."""
    from xlrd.compdoc import CompDoc  # noqa: PLC0415  xlsx files, which are most, do not wait for it

    content = path.read_bytes()
    try:
        root, *_ = entries = CompDoc(content, logfile=io.StringIO()).dirlist
        names = {entries[number].name.casefold() for number in root.children}
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  whatever is damaged, its parser says so
        return "xls"
    kind = next((kind for name, kind in _STREAMS.items() if name in names), "xls")
    if " " in kind:
        raise UnreadableError("not-a-workbook", kind)
    if kind == "encrypted":
        plain = decrypted(content)
        with archive_in(io.BytesIO(plain)) as archive:
            return _checked(archive, len(plain))
    return kind


class _Archive(io.BufferedReader):
    """An archive's bytes; its list of members, which zipfile reads at once, only if it is short."""

    def read(self, size: int | None = -1) -> bytes:
        most = MOST_LISTED + 1
        content = super().read(most if size is None or size < 0 else min(size, most))
        if len(content) == most:
            limit = f"a list of parts of more than {MOST_LISTED // 1_000_000} MB"
            raise UnreadableError("too-large", limit)
        return content


@contextmanager
def opened_safely(path: Path) -> Iterator[zipfile.ZipFile]:
    """The zip archive in a file, as `archive_in` gives it."""
    with archive_in(io.FileIO(path, opener=open_regular)) as archive:
        yield archive


@contextmanager
def archive_in(content: io.RawIOBase | io.BytesIO) -> Iterator[zipfile.ZipFile]:
    """A zip archive whose members do not overlap and can be unpacked in small pieces.

    Raises UnreadableError if it is damaged, also inside the `with` block, or has too many members.
    """
    with _Archive(content) as buffered:
        try:
            archive = zipfile.ZipFile(buffered)
        except ZIP_ERRORS as error:
            raise UnreadableError("damaged", "its end is missing") from error
        try:
            _check_members(archive)
            yield archive
        except ZIP_ERRORS as error:
            raise UnreadableError("damaged") from error


def _kind_of_archive(path: Path, size: int) -> str:
    with opened_safely(path) as archive:
        return _checked(archive, size)


def _checked(archive: zipfile.ZipFile, size: int) -> str:
    """The kind of an archive, all of whose members are as large as they say."""
    kind = kind_of_members(archive)
    _inflate(archive, size)
    return kind


def _check_members(archive: zipfile.ZipFile) -> None:
    """Raise BadZipFile if members share a name or bytes, or are packed in an unusual way."""
    members = sorted(archive.infolist(), key=lambda member: member.header_offset)
    if len(members) > MOST_MEMBERS:
        raise too_much("parts", MOST_MEMBERS, len(members))
    for member in members:
        # Only these can be unpacked bit by bit and counted on the way.
        if member.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise zipfile.BadZipFile(member.filename)
    if len(plain_names(members)) < len(members):
        raise zipfile.BadZipFile("a part is there twice")
    ends = [each.header_offset + 30 + each.compress_size for each in members]
    starts = [*(each.header_offset for each in members[1:]), archive.start_dir]
    if any(end > start for end, start in zip(ends, starts, strict=True)):
        raise zipfile.BadZipFile("parts overlap")


def plain_names(members: Iterable[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Members of an archive by the names that programs look for, whatever case or slash."""
    return {each.filename.replace("\\", "/").lower(): each for each in members}


def kind_of_members(archive: zipfile.ZipFile) -> str:
    """`xlsx`, `xlsb` or `ods`; UnreadableError for any other archive."""
    members = plain_names(archive.infolist())
    if "mimetype" in members or "content.xml" in members:
        return _kind_of_open_document(archive, members)
    kind = next((kind for part, kind in _MAIN_PARTS.items() if part in members), "a zip archive")
    if " " in kind:
        raise UnreadableError("not-a-workbook", kind)
    return kind


def _kind_of_open_document(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> str:
    def head(name: str) -> bytes:
        if name not in members:
            return b""
        with archive.open(members[name]) as stream:
            return stream.read(1_000_000)

    if not (head("mimetype") or _SHEETS).startswith(_SHEETS):
        raise UnreadableError("not-a-workbook", "another kind of document")
    manifest = head("meta-inf/manifest.xml")
    if b"encryption-data" in manifest and not _encrypted(manifest).isdisjoint(_READ_OF_ODS):
        raise UnreadableError("password")
    return "ods"


def _encrypted(manifest: bytes) -> set[str]:
    """The members of an OpenDocument file that are encrypted: maybe its macros only."""
    encrypted: set[str] = set()
    path = ""

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal path
        if name == "file-entry":
            path = attributes.get("full-path", "")
        elif name == "encryption-data":
            encrypted.add(path)

    walk(io.BytesIO(manifest), "META-INF/manifest.xml", start)
    return encrypted


def most_unpacked(size: int) -> int:
    """The bytes that the parts of an archive of this size may have together."""
    return min(MOST_BYTES, max(SMALL_BYTES, MOST_RATIO * size))


def _inflate(archive: zipfile.ZipFile, size: int) -> None:
    """Unpack every member and discard it, to check the sizes that the headers announce."""
    left = most = most_unpacked(size)
    for member in archive.infolist():
        if member.flag_bits & 1:
            raise UnreadableError("password")
        announced, before = member.file_size, left
        member.file_size = 2 * MOST_BYTES
        try:
            with archive.open(member) as stream:
                while chunk := stream.read(CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        limit = (
                            f"{MOST_BYTES // 1_000_000} MB"
                            if most == MOST_BYTES
                            else f"{MOST_RATIO} times its size"
                        )
                        raise UnreadableError("too-large", limit)
        except ZIP_ERRORS:
            raise zipfile.BadZipFile(member.filename) from None
        if before - left != announced:
            raise zipfile.BadZipFile(member.filename)
