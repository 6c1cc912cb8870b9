"""XLSX and XLSM files as grids.

Calamine has no part in it: it takes errors and formulas without a value for blanks, doubles a
sheet whose name is there twice, refuses books with macro sheets, and can abort the process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from okr_sheets.files.formats import GENERAL, Format, formats
from okr_sheets.files.grid import Book, Grid
from okr_sheets.files.layout import Shared
from okr_sheets.files.marks import marked_sheet
from okr_sheets.files.markup import walk
from okr_sheets.files.package import (
    Missing,
    Package,
    Relation,
    Sheet,
    opened,
    part_of,
    read_sheets,
    sheet_of,
)
from okr_sheets.files.worksheet import TRUE, read_worksheet, text_of
from okr_sheets.problems import UnreadableError


def read_book(path: Path) -> Book:
    """The worksheets of an xlsx file; UnreadableError if it is damaged or none is small enough."""
    with opened(path) as package:
        main = package.main("xl/workbook.xml")
        relations = package.relations(main)
        sheets, is_1904 = workbook_of(package, main, relations)
        shared = Shared(
            texts_of(package, part_of(relations, "sharedStrings")),
            _formats(package, part_of(relations, "styles")),
            is_1904,
        )

        def read(sheet: Sheet) -> Grid:
            with package.open(sheet.relation.part) as stream:
                return read_worksheet(stream, sheet, shared)

        return read_sheets(path, package, sheets, read)


def workbook_of(
    package: Package, main: str, relations: Mapping[str, Relation]
) -> tuple[list[Sheet], bool]:
    """The sheets that people made, and whether days are counted from 1904."""
    sheets: list[Sheet | None] = []
    systems: set[str] = set()
    roots: list[str] = []
    defined: list[str] = []  # names, of which the last one's formula is read
    formula: list[str] = []
    reports: set[str] = set()  # names of sheets that we put there

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if not roots:
            roots.append(name)
        if name == "workbookPr":
            systems.add(attributes.get("date1904", ""))
        elif name == "definedName":
            defined.append(attributes.get("name", ""))
            formula.clear()
        elif name == "sheet":
            is_hidden = attributes.get("state", "visible") != "visible"
            sheets.append(
                sheet_of(relations, attributes.get("name", ""), is_hidden, attributes.get("id", ""))
            )

    def end(name: str) -> None:
        if name == "definedName":
            key, sheet = marked_sheet(defined[-1], "".join(formula))
            if key:
                reports.add(sheet.casefold())

    walk(package.read_small(main), main, start, end, formula.append)
    if roots != ["workbook"]:
        raise UnreadableError("not-a-workbook", "another kind of document")
    typed = [sheet for sheet in sheets if sheet and sheet.name.casefold() not in reports]
    return typed, not TRUE.isdisjoint(systems)


def texts_of(package: Package, part: str | None) -> Sequence[str]:
    """The texts that cells name by number."""
    if part is None:
        return []
    if part not in package:
        return Missing(part)
    texts: list[str] = []
    runs: list[str] = []
    pieces: list[str] = []
    spoken: list[str] = []  # open phonetic runs: how a text is said is no part of it

    def start(name: str, _: Mapping[str, str]) -> None:
        if name == "t":
            pieces.clear()
        elif name == "rPh":
            spoken.append(name)

    def end(name: str) -> None:
        if name == "t" and not spoken:
            runs.append("".join(pieces))
        elif name == "rPh":
            spoken.pop()
        elif name == "si":
            texts.append(text_of("".join(runs)))
            runs.clear()

    walk(package.read_small(part), part, start, end, pieces.append)
    return texts


def _formats(package: Package, part: str | None) -> Sequence[Format]:
    """The number format of each cell style."""
    if part is None:
        return []
    if part not in package:
        return Missing(part, GENERAL)
    numbered: dict[int, str] = {}
    used: list[int] = []
    inside: list[str] = []

    def start(name: str, attributes: Mapping[str, str]) -> None:
        # Differential formats number theirs anew, and other lists of styles have xf too.
        if inside and name == "numFmt" and inside[-1] == "numFmts":
            numbered[int(attributes.get("numFmtId", 0))] = attributes.get("formatCode", "")
        elif inside and name == "xf" and inside[-1] == "cellXfs":
            used.append(int(attributes.get("numFmtId", 0)))
        inside.append(name)

    walk(package.read_small(part), part, start, lambda _: inside.pop())
    return formats(numbered, used)
