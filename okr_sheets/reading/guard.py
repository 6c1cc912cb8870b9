"""What a file is, told by its bytes, and whether it is safe to hand to a parser."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

MOST_MEMBERS = 10_000
MOST_BYTES = 300_000_000
MOST_RATIO = 100
SMALL_BYTES = 10_000_000  # below this a high ratio is only a repetitive sheet
MOST_ROWS = 200_000
MOST_COLUMNS = 2_000

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_ERROR_KIND = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
# Any namespace prefix: other programs write <x:c>, strict workbooks another namespace.
_CELL = re.compile(
    rb"<(?:\w+:)?c\b(?=[^>]*?\br=\"([A-Z]{1,3})(\d{1,7})\")([^>]*?)(?<!/)>(.*?)</(?:\w+:)?c>",
    re.DOTALL,
)
_FORMULA = re.compile(
    rb"^\s*<(?:\w+:)?f\b[^>]*?(?:/>|>.*?</(?:\w+:)?f>)(\s*<(?:\w+:)?v>[^<])?", re.DOTALL
)
_ERROR = re.compile(rb"<(?:\w+:)?v>([^<]*)</(?:\w+:)?v>")


class UnreadableError(Exception):
    """A file that cannot be read; `code` and `given` make the problem."""

    def __init__(self, code: str, given: str = "", sheet: str = "") -> None:
        super().__init__(code, given)
        self.code, self.given, self.sheet = code, given, sheet


@dataclass(frozen=True, slots=True)
class Scan:
    """What a sheet's XML tells and calamine does not: cells as (row, column), from 1."""

    errors: Mapping[tuple[int, int], str]
    formulas: frozenset[tuple[int, int]]
    uncalculated: frozenset[tuple[int, int]]


def kind_of(path: Path) -> str:
    """`xlsx`, `ods`, `ole` (xls or encrypted) or `text`; UnreadableError for anything else."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except FileNotFoundError:
        raise UnreadableError("not-found") from None
    except OSError as error:
        raise UnreadableError("reader-failed", error.strerror or "") from None
    if head.startswith(b"PK"):
        return _kind_of_archive(path)
    if head.startswith(_OLE):
        return "ole"
    if not head:
        raise UnreadableError("not-a-workbook", "empty")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" not in head:
        if head.lstrip()[:1] == b"<":
            raise UnreadableError("not-a-workbook", "a web page or XML")
        return "text"
    raise UnreadableError("not-a-workbook", "binary data")


def _kind_of_archive(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            _check_size(archive)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise UnreadableError("damaged", str(error)) from None
    if "xl/workbook.xml" in names or "_rels/.rels" in names:
        return "xlsx"
    if "content.xml" in names:
        return "ods"
    raise UnreadableError("not-a-workbook", "a zip archive")


def _check_size(archive: zipfile.ZipFile) -> None:
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    too_dense = unpacked > SMALL_BYTES and unpacked > MOST_RATIO * max(packed, 1)
    if len(members) > MOST_MEMBERS or unpacked > MOST_BYTES or too_dense:
        raise UnreadableError("too-large", f"{unpacked // 1_000_000:,} MB")


def scan(path: Path) -> dict[str, Scan]:
    """A scan of each worksheet of an xlsx file, by the sheet's name.

    UnreadableError if a part has a document type (no workbook has one), or a sheet a cell so far
    out that a parser would lay out millions of cells to reach it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return {
                name: _scan_sheet(name, _read(archive, part))
                for name, part in _sheet_parts(archive).items()
            }
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, ET.ParseError) as error:
        raise UnreadableError("damaged", str(error).strip("'\"")) from None


def scan_ods(path: Path) -> dict[str, Scan]:
    """The same of each sheet of an ods file, in which every formula has its value beside it."""
    try:
        with zipfile.ZipFile(path) as archive:
            content = ET.fromstring(_read(archive, "content.xml"))  # noqa: S314  no DOCTYPE, so no entities
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, ET.ParseError) as error:
        raise UnreadableError("damaged", str(error).strip("'\"")) from None
    return {
        table.get(f"{_TABLE}name", ""): _scan_table(table)
        for table in content.iter(f"{_TABLE}table")
    }


def _scan_table(table: ET.Element) -> Scan:
    errors, formulas = {}, set()
    row = 0
    for element in table.iter(f"{_TABLE}table-row"):
        column = 0
        for cell in element:
            if cell.get(_ERROR_KIND) == "error":
                errors[row + 1, column + 1] = "".join(cell.itertext())
            if cell.get(f"{_TABLE}formula"):
                formulas.add((row + 1, column + 1))
            column += int(cell.get(f"{_TABLE}number-columns-repeated", 1))
        row += int(element.get(f"{_TABLE}number-rows-repeated", 1))
    return Scan(errors, frozenset(formulas), frozenset())


def _read(archive: zipfile.ZipFile, part: str) -> bytes:
    xml = archive.read(part)
    if b"<!DOCTYPE" in xml[:2000]:
        raise UnreadableError("damaged", part)
    return xml


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name to the archive's member that holds it."""
    rels = ET.fromstring(_read(archive, "xl/_rels/workbook.xml.rels"))  # noqa: S314  no DOCTYPE, so no entities
    relations = {each.get("Id"): each.get("Target", "") for each in rels.iter(_RELATIONS)}
    sheets = {
        each.get("Id")
        for each in rels.iter(_RELATIONS)
        if each.get("Type", "").endswith("/worksheet")
    }
    parts = {}
    for element in ET.fromstring(_read(archive, "xl/workbook.xml")).iter():  # noqa: S314
        if element.tag.rpartition("}")[2] != "sheet":
            continue
        name = element.get("name", "")
        relation = next((v for k, v in element.attrib.items() if k.endswith("}id")), None)
        target = relations.get(relation, "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if relation in sheets:
            parts[name] = part
    return parts


def _scan_sheet(name: str, xml: bytes) -> Scan:
    errors, formulas, uncalculated = {}, set(), set()
    for match in _CELL.finditer(xml):
        letters, digits, attributes, inside = match.groups()
        row, column = int(digits), column_number(letters.decode())
        if row > MOST_ROWS or column > MOST_COLUMNS:
            raise UnreadableError("stray-cell", f"{letters.decode()}{row}", name)
        if b't="e"' in attributes:
            found = _ERROR.search(inside)
            errors[row, column] = found[1].decode() if found else "#ERROR"
        formula = _FORMULA.match(inside)
        if formula:
            formulas.add((row, column))
            # An empty value is an empty text where the cell is text, else no value at all.
            if not formula[1] and b't="str"' not in attributes:
                uncalculated.add((row, column))
    return Scan(errors, frozenset(formulas), frozenset(uncalculated))


def column_number(letters: str) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def column_letters(number: int) -> str:
    """A for 1, AA for 27."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
