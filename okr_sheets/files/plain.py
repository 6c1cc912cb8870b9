"""Plain xlsx files, read at once where we are: fast, as only what is plain needs no child.

`unpacking` sees to the archive, `plain_sheet` to the cells, `plain_xml` to all other XML. Whatever
is not plain, too large or damaged is left to `books.read_book` in a child, which would give the
same book for what is read here.
"""

from __future__ import annotations

import re
from pathlib import Path
from xml.parsers.expat import ExpatError

from okr_sheets.files.books import state_of
from okr_sheets.files.formats import Format, formats
from okr_sheets.files.grid import Book, Grid
from okr_sheets.files.guard import MOST_TEXT, ZIP_ERRORS, FarCellError
from okr_sheets.files.layout import Shared
from okr_sheets.files.package import MOST_PART_BYTES, Package, Sheet, part_of, read_sheets
from okr_sheets.files.plain_sheet import Worksheets
from okr_sheets.files.plain_xml import (
    MOST_WAYS,
    OddError,
    Tags,
    attributes_of,
    inside,
    plain_text,
    sections,
    text_within,
    tiles,
)
from okr_sheets.files.unpacking import MOST_LISTING, MOST_PACKED, PlainArchive
from okr_sheets.files.worksheet import text_of
from okr_sheets.files.xlsx import workbook_of
from okr_sheets.problems import UnreadableError
from okr_sheets.regular import opened

MOST_RICH = 10_000  # texts of several runs in a part

_SIGN = b"PK"  # with which every archive begins

_NOT_PLAIN = (OddError, ExpatError, UnreadableError, FarCellError, *ZIP_ERRORS)
_STRING = re.compile(
    rb"""
    <si>(?:
        <t(?:\ xml:space="preserve")?+>([^<]*+)</t></si>
    |
        ([^<]*+(?:<(?!/si>)[^<]*+)*+)</si>  # runs of text, and how it is said
    )
    | <si/>
    | (.++)
    """,
    re.VERBOSE | re.DOTALL,
)
_NUMBERED = re.compile(rb"<numFmt( [^<>]*+>)(?:(?<=/>)|</numFmt>)|(.++)", re.DOTALL)
_STYLE = re.compile(
    rb"""
    <xf(?:\ numFmtId="(\d++)")?+([^<>]*+>)
        (?:(?<=/>)|(?:<(?!/?(?:[^<>\s/]*:)?(?:xf|cellXfs)[\s/>])[^<>]*+>)*+</xf>)
    | (.++)
    """,
    re.VERBOSE | re.DOTALL,
)
_OF_TEXTS = re.compile(rb"<(?:[^<>\s/]*:)?(?:si|t|rPh)[\s/>]")


def read_book(path: Path) -> Book | None:
    """The worksheets of a plain xlsx file, as they were at one moment; None for any other file."""
    before = state_of(path)
    try:
        content = _content(path)
        if content is None:
            return None
        archive = PlainArchive(content)
        book = _book(path, archive)
        archive.check_others()
        return book if state_of(path) == before else None
    except _NOT_PLAIN:
        return None


def _content(path: Path) -> bytes | None:
    with opened(path) as file:
        sign = file.read(len(_SIGN))
        if sign != _SIGN:
            return None
        content = sign + file.read(MOST_PACKED)
    return content if len(content) <= MOST_PACKED else None


def _book(path: Path, archive: PlainArchive) -> Book:
    package = Package(archive)

    def part(name: str) -> bytes:
        content = package.open(name).read()
        if len(content) > MOST_PART_BYTES:
            raise OddError
        return content

    main = package.main("xl/workbook.xml")
    if len(part(main)) > MOST_LISTING:
        raise OddError
    relations = package.relations(main)
    sheets, is_1904 = workbook_of(package, main, relations)
    strings, styles = (part_of(relations, kind) for kind in ("sharedStrings", "styles"))
    texts = _texts(part(strings)) if strings else ()
    worksheets = Worksheets(Shared(texts, _formats(part(styles)) if styles else (), is_1904))

    def read(sheet: Sheet) -> Grid:
        content = part(sheet.relation.part)
        try:
            return worksheets.read(content, sheet.name, sheet.hidden)
        except FarCellError:
            raise OddError from None

    return read_sheets(path, package, sheets, read)


def _texts(part: bytes) -> list[str]:
    """The texts that cells name by number, as long as cells keep them."""
    around, body = inside(part, "sst")
    if _OF_TEXTS.search(around):
        raise OddError
    found = tiles(_STRING, body)
    if sum(1 for _, rich, _ in found if rich) > MOST_RICH:
        raise OddError
    return [
        text_of(plain_text(plain) if plain else (rich and text_within(rich)) or "")[:MOST_TEXT]
        for plain, rich, _ in found
    ]


def _formats(part: bytes) -> list[Format]:
    """The number format of each cell style."""
    numbered, used = sections(part, "numFmts", "cellXfs")
    codes: dict[int, str] = {}
    named = tiles(_NUMBERED, numbered)
    if len(named) > MOST_WAYS:
        raise OddError
    for written, _ in named:
        attributes = attributes_of(written)
        codes[int(attributes.get("numFmtId", 0))] = attributes.get("formatCode", "")
    ways = tiles(_STYLE, used)
    if any(number and b"numFmtId" in rest for number, rest, _ in ways):
        raise OddError  # the other one has a prefix
    tags = Tags()
    styles = [int(number or tags[rest].get("numFmtId", "0")) for number, rest, _ in ways]
    return formats(codes, styles)
