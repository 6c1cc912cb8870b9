"""A rollup's own workbook, as sheets that can stand in another one.

The workbook is one that XlsxWriter wrote a moment ago: its markup is known, an opening < begins a
tag, and a > ends it.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from okr_sheets.files.package import Package, Relation, relations_of
from okr_sheets.reports.into.markup import OFFICE, Part
from okr_sheets.reports.into.styles import Looks

_ITEM = re.compile(r"<si>(.*?)</si>", re.DOTALL)
_TEXT_CELL = re.compile(r'(<c [^>]*)t="s"><v>(\d+)</v></c>')
_LOOK = re.compile(r'(<(?:c|row|col) [^>]*?\b(?:s|style)=")(\d+)(?=")')
_CONDITION = re.compile(r'(<[^>]*\s\w*[dD]xfId=")(\d+)(?=")')
_SELECTED = ' tabSelected="1"'
_TABLE = re.compile(r'(<table [^>]*?) id="\d+" name="[^"]*" displayName="[^"]*"')
_TARGET = re.compile(r'Target="([^"]*)"(?! TargetMode="External")')


@dataclass(frozen=True, slots=True)
class OwnSheet:
    """One of the sheets: its key, its part, and the builtin names that it defines."""

    key: str
    name: str
    part: str
    is_hidden: bool
    names: Mapping[str, str]


class OwnBook:
    """The rollup's workbook."""

    def __init__(self, archive: zipfile.ZipFile, names: Mapping[str, str]) -> None:
        """`names` are those of the sheets, by their keys."""
        self._package = Package(archive)
        main = self._package.main("xl/workbook.xml")
        self._folder = posixpath.dirname(main)
        book = self._part(main)
        relations = self._package.relations(main)
        keys = {name: key for key, name in names.items()}
        defined = book.root.child("definedNames")
        listed = book.root.child("sheets")
        self.sheets = [
            OwnSheet(
                keys[sheet.get("name")],
                sheet.get("name"),
                relations[sheet.get(f"{OFFICE} id")].part,
                sheet.get("state") == "hidden",
                {
                    name.get("name"): name.text
                    for name in (defined.children if defined else ())
                    if name.get("localSheetId") == str(position)
                },
            )
            for position, sheet in enumerate(listed.children if listed else ())
        ]
        self._related: dict[str, Sequence[Relation]] = {}
        self._texts = _ITEM.findall(self.text(f"{self._folder}/sharedStrings.xml"))

    @property
    def styles(self) -> Part:
        return self._part(f"{self._folder}/styles.xml")

    def _part(self, name: str) -> Part:
        return Part(self._package.open(name).read(), name)

    def text(self, part: str) -> str:
        """A part as it is."""
        return self._package.open(part).read().decode()

    def related(self, part: str) -> Sequence[Relation]:
        """What a part needs, and what that needs, each before what it needs itself."""
        if part not in self._related:
            self._related[part] = [
                each
                for relation in self._package.relations(part).values()
                for each in (relation, *self.related(relation.part))
            ]
        return self._related[part]

    def sheet(self, part: str, looks: Looks, is_active: bool) -> str:
        """A sheet with texts of its own, in the formats of the other workbook."""
        text = self.text(part)
        text = text.replace(_SELECTED, "", 1)
        if is_active:
            text = text.replace("<sheetView ", f"<sheetView{_SELECTED} ", 1)
        text = _LOOK.sub(lambda found: f"{found[1]}{looks.cells[int(found[2])]}", text)
        text = _conditions(text, looks)
        return _TEXT_CELL.sub(
            lambda found: f'{found[1]}t="inlineStr"><is>{self._texts[int(found[2])]}</is></c>', text
        )

    def table(self, part: str, looks: Looks, number: int, name: str) -> str:
        """A table under a number and a name that the other workbook has free."""
        quoted = quoteattr(name)
        named = f' id="{number}" name={quoted} displayName={quoted}'
        text = _TABLE.sub(lambda found: f"{found[1]}{named}", self.text(part), count=1)
        return _conditions(text, looks)

    def tables(self, sheet: OwnSheet) -> list[tuple[str, str]]:
        """The tables of a sheet: their parts and names."""
        parts = [each.part for each in self.related(sheet.part) if each.kind == "table"]
        return [(part, self._part(part).root.get("displayName")) for part in parts]

    def relations(self, part: str, places: Mapping[str, str]) -> str:
        """The relations of a part, "" if it has none; `places` are the names that parts get."""
        folder, listed = posixpath.dirname(part), relations_of(part)
        if listed not in self._package:
            return ""
        there = posixpath.dirname(places[part])

        def moved(found: re.Match[str]) -> str:
            target = places[posixpath.normpath(posixpath.join(folder, found[1]))]
            return f"Target={quoteattr(posixpath.relpath(target, there or '.'))}"

        return _TARGET.sub(moved, self.text(listed))

    def type_of(self, part: str) -> str:
        """The content type of a part."""
        types = self._part("[Content_Types].xml").root.named("Override")
        return next(each.get("ContentType") for each in types if each.get("PartName") == f"/{part}")


def _conditions(text: str, looks: Looks) -> str:
    return _CONDITION.sub(lambda found: f"{found[1]}{looks.conditions[int(found[2])]}", text)
