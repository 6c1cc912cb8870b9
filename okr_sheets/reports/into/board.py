"""A workbook that people keep: its sheets, those of them that are ours, and what is free in it."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import count

from okr_sheets.drawing.names import sheet_names
from okr_sheets.files.marks import marked_sheet, sheet_in
from okr_sheets.files.markup import walk
from okr_sheets.files.package import Package, Relation, part_of
from okr_sheets.files.worksheet import TRUE
from okr_sheets.files.xlsx import texts_of
from okr_sheets.misuse import MisuseError
from okr_sheets.problems import UnreadableError
from okr_sheets.reports.into.markup import MAIN, OFFICE, Element, Part, below, number
from okr_sheets.reports.into.typed import WRITTEN, digest
from okr_sheets.reports.workbook import HIDDEN_SHEET, SHEETS

_KEYS = frozenset({*SHEETS, HIDDEN_SHEET})
_MAYBE_FORMULA = re.compile(rb"<(?!xm:)(?:\w+:)?f[\s/>]")
MOST_NAME = 31  # letters of a sheet's name
_STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
# What sheets of ours refer to, and what programs add to them by themselves.
_OWN_KINDS = frozenset({"drawing", "table", "hyperlink", "printerSettings", "customProperty"})


@dataclass(frozen=True, slots=True)
class Listed:
    """A sheet of the workbook."""

    name: str
    position: int
    number: int
    part: str
    kind: str


class Board:
    """The workbook, as it is."""

    def __init__(self, archive: zipfile.ZipFile, path: str) -> None:
        """Look at a workbook; MisuseError, in a sentence, if no sheet can be put into it."""
        self.path = path
        self.package = Package(archive)
        self.main = self.package.main("xl/workbook.xml")
        self.relations = self.package.relations(self.main)
        self.book = self.part(self.main)
        self._check_kind()
        self.sheets = self._sheets()
        self.own = self._own()

    def part(self, name: str) -> Part:
        """A part to be changed; UnreadableError if it is missing."""
        return Part(self.package.read_small(name).read(), name)

    @property
    def styles(self) -> str | None:
        return part_of(self.relations, "styles")

    @property
    def is_signed(self) -> bool:
        """Whether somebody's signature vouches for what is in the workbook."""
        return part_of(self.package.relations(), "origin") is not None

    def _check_kind(self) -> None:
        root = self.book.root
        if root.namespace == _STRICT:
            raise MisuseError(
                f"{self.path} is a Strict Open XML workbook. "
                "Save it as “Excel Workbook (.xlsx)” first."
            )
        if root.namespace != MAIN or root.name != "workbook":
            raise UnreadableError("not-a-workbook", "another kind of document")
        settings = root.child("workbookPr")
        if settings is not None and settings.get("date1904") in TRUE:
            raise MisuseError(
                f"{self.path} counts days from 1904, as old Macs did, and the sheets from 1900. "
                "Choose another workbook."
            )
        if part_of(self.relations, "revisionHeaders"):
            raise MisuseError(f"{self.path} is a shared workbook. Stop sharing it first.")

    @property
    def is_locked(self) -> bool:
        """Whether the workbook's structure is protected, so that no sheet can be added."""
        protection = self.book.root.child("workbookProtection")
        return protection is not None and protection.get("lockStructure") in TRUE

    # --- sheets ---------------------------------------------------------------------------------

    @property
    def sheet_list(self) -> Element:
        """The element that lists the sheets; UnreadableError if there is none."""
        whole = self.book.root.child("sheets")
        if whole is None:
            raise UnreadableError("damaged", self.main)
        return whole

    def _sheets(self) -> list[Listed]:
        found = []
        for position, sheet in enumerate(self.sheet_list.children):
            relation = self.relations.get(sheet.get(f"{OFFICE} id"))
            if sheet.name != "sheet" or relation is None:
                raise UnreadableError("damaged", self.main, sheet.get("name"))
            place = position, number(sheet.get("sheetId"))
            found.append(Listed(sheet.get("name"), *place, relation.part, relation.kind))
        return found

    @property
    def names(self) -> list[Element]:
        """The names that the workbook defines."""
        whole = self.book.root.child("definedNames")
        return list(whole.named("definedName")) if whole else []

    def _own(self) -> dict[str, Listed]:
        """The sheets that an earlier run has put here, by their keys."""
        by_name = {sheet.name.casefold(): sheet for sheet in self.sheets}
        found: dict[str, Listed] = {}
        for name in self.names:
            if "localSheetId" in name.attributes:
                continue
            key, called = marked_sheet(name.get("name"), name.text)
            sheet = by_name.get(called.casefold())
            is_ours = key in _KEYS and sheet not in found.values()
            if sheet and is_ours and _is_writable(sheet):
                found[key] = sheet
        return found

    def is_typed_on(self, keys: Iterable[str]) -> bool:
        """Whether any of these sheets of ours may hold other cells than it was written with."""
        written = {name.get("name").casefold(): name.text.strip('"') for name in self.names}
        texts = texts_of(self.package, part_of(self.relations, "sharedStrings"))
        for key in self.own.keys() & set(keys):
            part = self.own[key].part
            now = digest(self.package.read_small(part), part, texts)
            if not now or now != written.get(f"{WRITTEN}{key}"):
                return True
        return False

    def names_for(self, titles: Mapping[str, str]) -> dict[str, str]:
        """A name for each sheet to be written: the one it has here, else one that is free."""
        taken = {sheet.name.casefold() for sheet in self.sheets}
        names = {}
        for key, title in titles.items():
            names[key] = self.own[key].name if key in self.own else _free_name(title, taken)
            taken.add(names[key].casefold())
        return names

    @property
    def active(self) -> int:
        """The position of the sheet that opens."""
        views = self.book.root.child("bookViews")
        return number(views.children[0].get("activeTab")) if views and views.children else 0

    # --- parts ----------------------------------------------------------------------------------

    def replaceable(self, sheets: Iterable[Listed]) -> dict[str, str]:
        """The parts of our sheets that nothing else needs, with their kinds.

        MisuseError if somebody has put there what a new sheet would not have.
        """
        sheets = list(sheets)
        for sheet in sheets:
            self._check_own(sheet)
        roots = {sheet.part.lower() for sheet in sheets}
        kept = dict(self._reached([""], roots))
        found = dict(self._reached([sheet.part for sheet in sheets], set()))
        return {part: kind for part, kind in found.items() if part not in kept.keys() | roots}

    def _check_own(self, sheet: Listed) -> None:
        relations = self.package.relations(sheet.part)
        kinds = {each.kind for each in relations.values()} - _OWN_KINDS
        drawing = part_of(relations, "drawing")
        if drawing:
            drawn = self.package.relations(drawing).values()
            kinds |= {each.kind for each in drawn if not self._is_own_chart(each)}
        if self._has_formulas(sheet.part):
            kinds.add("formulas")
        if kinds:
            raise MisuseError(
                f"{self.path}: the sheet “{sheet.name}” is written anew, but somebody put "
                f"{', '.join(sorted(kinds))} on it. Move that to a sheet of your own first."
            )

    def _is_own_chart(self, drawn: Relation) -> bool:
        """Whether something drawn is a chart of the hidden sheet, as all of ours are."""
        if drawn.kind != "chart" or HIDDEN_SHEET not in self.own:
            return False
        hidden = self.own[HIDDEN_SHEET].name.casefold()
        chart = self.part(drawn.part).root
        return any(sheet_in(each.text).casefold() == hidden for each in below(chart, "f"))

    def _has_formulas(self, part: str) -> bool:
        """Whether a cell of a sheet has a formula."""
        content = self.package.read_small(part).read()
        # Looked for in a moment; what is in UTF-16 or looks like one is read.
        if b"\0" not in content[:4] and not _MAYBE_FORMULA.search(content):
            return False
        inside: list[str] = []
        parents: set[str] = set()

        def start(name: str, _: Mapping[str, str]) -> None:
            # Sparklines and conditions have an f of their own, which stands in no cell.
            if name == "f" and inside:
                parents.add(inside[-1])
            inside.append(name)

        walk(BytesIO(content), part, start, lambda _: inside.pop())
        return "c" in parents

    def _reached(self, starts: Iterable[str], passed: Collection[str]) -> Iterator[tuple[str, str]]:
        """The parts that relations lead to from some, with their kinds; none beyond `passed`."""
        seen: set[str] = set()
        todo = list(starts)
        while todo:
            for relation in self.package.relations(todo.pop()).values():
                part = relation.part.lower()
                if part not in seen and part not in passed:
                    seen.add(part)
                    todo.append(relation.part)
                    yield part, relation.kind

    def tables(self, but: Collection[str] = ()) -> list[Element]:
        """The tables of the workbook, without those of some parts."""
        parts = self._reached([""], set())
        return [self.part(part).root for part, kind in parts if kind == "table" and part not in but]

    def tables_of(self, sheet: Listed) -> list[Element]:
        """The tables on a sheet."""
        relations = self.package.relations(sheet.part).values()
        return [self.part(each.part).root for each in relations if each.kind == "table"]

    def free_part(self, form: str, taken: Collection[str], gone: Collection[str]) -> str:
        """The first name of a part that is free once some are gone; `{}` in it is a number."""
        folder = posixpath.dirname(self.main)
        names = (posixpath.join(folder, form.format(number)) for number in count(1))
        return next(
            name
            for name in names
            if name.lower() not in taken and (name.lower() in gone or name not in self.package)
        )


def _is_writable(sheet: Listed) -> bool:
    """Whether a sheet of ours can stand there; other programs allow names that Excel does not."""
    return sheet.kind == "worksheet" and sheet_names([sheet.name]) == [sheet.name]


def _free_name(title: str, taken: Collection[str]) -> str:
    """A sheet's name that no other has, with a word on whose it is where that is needed."""
    endings = ("", " (OKRs)", *(f" (OKRs {number})" for number in range(2, len(taken) + 3)))
    names = (f"{title[: MOST_NAME - len(ending)]}{ending}" for ending in endings)
    return next(name for name in names if name.casefold() not in taken)
