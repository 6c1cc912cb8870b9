"""The parts that list what is in a workbook: itself, its relations, and the types of all parts."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Mapping
from itertools import count
from xml.sax.saxutils import escape

from okr_sheets.files.package import relations_of
from okr_sheets.files.worksheet import TRUE
from okr_sheets.reports.into.board import Board
from okr_sheets.reports.into.markup import OFFICE, Part, number, tag

Name = tuple[str, int | None]  # that is defined, and the position of the sheet that it holds for

TYPES = "[Content_Types].xml"
# What stands in a workbook before the names that it defines, the last of it first.
_BEFORE_NAMES = ("externalReferences", "functionGroups", "sheets")
_FILTER = "_xlnm._FilterDatabase"  # that programs define for the filter of a table


class Register:
    """The three parts of a workbook, with the changes to be made to them.

    Each method is called once, since an element can be appended to only once.
    """

    def __init__(self, board: Board) -> None:
        self._board, self._book = board, board.book
        self._relations = board.part(relations_of(board.main))
        self._types = board.part(TYPES)
        self._ids = {each.get("Id") for each in self._relations.root.children}
        self._links = ""

    def relate(self, kind: str, part: str) -> str:
        """Have the workbook lead to a new part, and give the relation's id."""
        key = next(key for key in (f"rId{at}" for at in count(1)) if key not in self._ids)
        self._ids.add(key)
        folder = posixpath.dirname(self._board.main)
        target = posixpath.relpath(part, folder or ".")
        attributes = {"Id": key, "Type": f"{OFFICE}/{kind}", "Target": target}
        self._links += tag(self._relations.root.prefix, "Relationship", attributes)
        return key

    def add_sheets(self, sheets: Iterable[tuple[str, str, bool]]) -> None:
        """List new sheets behind all others: name, part, and whether it is hidden."""
        whole = self._board.sheet_list
        prefix = self._book.prefixes.get(OFFICE, "")
        declared = {} if prefix else {"xmlns:r": OFFICE}
        free = count(max((sheet.number for sheet in self._board.sheets), default=0) + 1)
        markup = ""
        for name, part, is_hidden in sheets:
            state = {"state": "hidden"} if is_hidden else {}
            attributes = {"name": name, "sheetId": next(free), **state, **declared}
            attributes[f"{prefix or 'r'}:id"] = self.relate("worksheet", part)
            markup += tag(whole.prefix, "sheet", attributes)
        if markup:
            self._book.append(whole, markup)

    def define(self, names: Mapping[Name, str], replaced: Collection[int]) -> None:
        """Define names, hidden if they hold for the whole workbook, and have all calculated anew.

        `replaced` are the positions of sheets that are written anew.
        """
        left = dict(names)
        for element in self._board.names:
            place = element.get("localSheetId")
            key = element.get("name"), number(place) if place else None
            formula = left.pop(key, None)
            if formula is not None and formula != element.text:
                self._book.replace(element, self._definition(key, formula, element.prefix))
            elif key[0] == _FILTER and key[1] in replaced:
                self._book.replace(element, "")
        root = self._book.root
        whole = root.child("definedNames")
        prefix = root.prefix
        markup = "".join(self._definition(*each, prefix) for each in left.items())
        anchor = next(filter(None, map(root.child, _BEFORE_NAMES)))
        if whole is not None and markup:
            self._book.append(whole, markup)
        elif markup:
            self._book.insert_after(anchor, tag(prefix, "definedNames", {}, markup))
        # Else what refers to the sheets would show their old values.
        settings = root.child("calcPr")
        if settings is None:
            self._book.insert_after(whole or anchor, tag(prefix, "calcPr", {"fullCalcOnLoad": 1}))
        elif settings.get("fullCalcOnLoad") not in TRUE:
            self._book.set(settings, "fullCalcOnLoad", 1)

    @staticmethod
    def _definition(key: Name, formula: str, prefix: str) -> str:
        name, position = key
        scope = {"hidden": 1} if position is None else {"localSheetId": position}
        return tag(prefix, "definedName", {"name": name, **scope}, escape(formula))

    def list_parts(self, types: Mapping[str, str], gone: Collection[str]) -> None:
        """List new parts with their types, and those no more that are gone."""
        left = {f"/{part}".lower(): (part, kind) for part, kind in types.items()}
        absent = {f"/{part}".lower() for part in gone}
        root = self._types.root
        for element in root.named("Override"):
            name = element.get("PartName").lower()
            _, kind = left.pop(name, ("", ""))
            if kind and element.get("ContentType") != kind:
                self._types.set(element, "ContentType", kind)
            elif name in absent and not kind:
                self._types.replace(element, "")
        listed = "".join(
            tag(root.prefix, "Override", {"PartName": f"/{part}", "ContentType": kind})
            for part, kind in left.values()
        )
        if listed:
            self._types.append(root, listed)

    def changed(self) -> tuple[Part, ...]:
        """The parts with their changes."""
        if self._links:
            self._relations.append(self._relations.root, self._links)
            self._links = ""
        return self._book, self._relations, self._types
