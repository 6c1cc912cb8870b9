"""Office packages: parts in a zip archive, and the relations that give each part its role."""

from __future__ import annotations

import posixpath
import sys
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from okr_sheets.files.encrypted import archive_of
from okr_sheets.files.grid import Book, Grid
from okr_sheets.files.guard import ZIP_ERRORS, FarCellError, plain_names
from okr_sheets.files.layout import book_of
from okr_sheets.files.markup import walk
from okr_sheets.problems import Problem, UnreadableError

MOST_PART_BYTES = 60_000_000

_MACRO_SHEETS = frozenset({"xlMacrosheet", "xlIntlMacrosheet"})


@dataclass(frozen=True, slots=True)
class Relation:
    """A part and its role (`kind`) for another one: `worksheet`, `styles` and so on."""

    kind: str
    part: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as the workbook lists it."""

    name: str
    hidden: bool
    relation: Relation


class Missing(Sequence[Any]):
    """What a part that is not there would hold; UnreadableError for whoever asks for any of it."""

    def __init__(self, part: str, *known: object) -> None:
        """`known` are the first things in it, which are the same in every file."""
        self._part, self._known = part, known

    def __len__(self) -> int:
        return sys.maxsize

    def __getitem__(self, place: Any) -> Any:
        if place < len(self._known):
            return self._known[place]
        raise missing(self._part)


def missing(part: str) -> UnreadableError:
    """The error for a part that is needed and not there."""
    return UnreadableError("damaged", f"{part} is missing")


class Archive(Protocol):
    """What a package needs of a zip archive."""

    def infolist(self) -> list[zipfile.ZipInfo]:
        """Its members."""

    def open(self, member: zipfile.ZipInfo, /) -> IO[bytes]:
        """A member as a stream."""


class Package:
    """The parts of an Office file."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._members = plain_names(archive.infolist())

    def __contains__(self, part: str) -> bool:
        return part.lower() in self._members

    def open(self, part: str) -> IO[bytes]:
        """A part as a stream; UnreadableError if it is not there."""
        if part not in self:
            raise missing(part)
        return self._archive.open(self._members[part.lower()])

    def read_small(self, part: str) -> IO[bytes]:
        """A part that must be read whole; UnreadableError if it exceeds `MOST_PART_BYTES`."""
        stream = self.open(part)
        size = self._members[part.lower()].file_size
        if size > MOST_PART_BYTES:
            raise UnreadableError("too-large", f"{size // 1_000_000} MB")
        return stream

    def relations(self, part: str = "") -> Mapping[str, Relation]:
        """The relations of a part, or of the package itself, by their ids."""
        folder, listed = posixpath.dirname(part), relations_of(part)
        by_id: dict[str, Relation] = {}

        def start(element: str, attributes: Mapping[str, str]) -> None:
            if element == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "").replace("\\", "/")
                where = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
                kind = attributes.get("Type", "").rpartition("/")[2]
                by_id[attributes.get("Id", "")] = Relation(kind, where)

        if listed in self:
            walk(self.read_small(listed), listed, start)
        return by_id

    def main(self, usual: str) -> str:
        """The name of the part that is the document, `usual` if no relation names it."""
        documents = (
            each.part for each in self.relations().values() if each.kind == "officeDocument"
        )
        return next(documents, usual)

    def has_macros(self, sheets: Iterable[Sheet]) -> bool:
        """Whether the file holds code, in a project of its own or on macro sheets as of old."""
        return any(name.endswith("vbaproject.bin") for name in self._members) or any(
            sheet.relation.kind in _MACRO_SHEETS for sheet in sheets
        )


def relations_of(part: str) -> str:
    """The part that lists the relations of a part."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


@contextmanager
def opened(path: Path) -> Iterator[Package]:
    """The package in a file; UnreadableError wherever it turns out to be damaged."""
    try:
        with zipfile.ZipFile(archive_of(path)) as archive:
            yield Package(archive)
    except ZIP_ERRORS as error:
        raise UnreadableError("damaged") from error


def sheet_of(relations: Mapping[str, Relation], name: str, hidden: bool, key: str) -> Sheet | None:
    """A sheet of a workbook's list; None for a macro module of old, which has no part, nor a key.

    One that has a key that leads nowhere is missing, and so taken for a worksheet.
    """
    return Sheet(name, hidden, relations.get(key, Relation("worksheet", ""))) if key else None


def part_of(relations: Mapping[str, Relation], kind: str) -> str | None:
    """The part of a kind that there is one of, such as `styles`, if there is."""
    return next((each.part for each in relations.values() if each.kind == kind), None)


def read_sheets(
    path: Path, package: Package, sheets: list[Sheet], read: Callable[[Sheet], Grid]
) -> Book:
    """The worksheets among the sheets, and the problems of the file.

    A sheet that is too large or missing is left out, with a problem; UnreadableError if no other is
    left.
    """
    grids: list[Grid] = []
    problems = []
    if package.has_macros(sheets):
        problems.append(Problem("macros", str(path)))
    skipped = []
    for sheet in sheets:
        if sheet.relation.kind != "worksheet":
            continue
        if sheet.relation.part not in package:
            skipped.append(Problem("sheet-missing", str(path), sheet.name))
            continue
        try:
            grids.append(read(sheet))
        except FarCellError as far:
            skipped.append(far.problem(str(path), sheet.name))
    return book_of(path, grids, skipped, problems)
