"""Would Excel open a workbook silently? What its repair prompt is about, a rule a function.

    problems("tracker.xlsx")  # [] if it would, else lines: place: rule: detail

A rule yields (place, detail). Its name, with hyphens, is the problem's name; its docstring is the
rule. Rules come in stages, and a stage that finds something is the last: nobody can read the cells
of a file whose parts are missing. A schema validator sees other faults, see test_no_repair.py.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from itertools import combinations, pairwise
from pathlib import Path
from typing import NamedTuple

from lxml import etree

Found = Iterator[tuple[str, str]]

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
EXCEL = "{http://schemas.microsoft.com/office/excel/2006/main}"
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
OFFICE = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
TYPES = "[Content_Types].xml"

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
MOST_LINKS = 65_530


def problems(path: str | Path) -> list[str]:
    """What Excel would stumble over, a line each; empty if it would open the file silently."""
    try:
        with zipfile.ZipFile(path) as archive:
            package = Package(archive)
    except zipfile.BadZipFile as error:
        return [f"{Path(path).name}: not-a-zip: {error}"]
    return (
        _lines(ZIP_RULES, package)
        or _lines(PACKAGE_RULES, package)
        or _lines(BOOK_RULES, Book(package))
    )


def _lines(rules: Iterable[Rule], subject: Package | Book) -> list[str]:
    return [f"{place}: {name(rule)}: {detail}" for rule in rules for place, detail in rule(subject)]


def name(rule: Rule) -> str:
    """The name of the problems that a rule finds."""
    return rule.__name__.replace("_", "-")


def units(text: str) -> int:
    """Length as Excel counts it: UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def whole(text: str | None) -> int:
    """The whole number of an attribute, -1 if it is none."""
    return int(text) if text and re.fullmatch("[0-9]+", text) else -1


def repeated(values: Iterable[str]) -> list[str]:
    """The values given more than once, whatever their case."""
    counts = Counter(value.casefold() for value in values)
    return [value for value, count in counts.items() if count > 1]


# --- places --------------------------------------------------------------------------------------


class Area(NamedTuple):
    """A rectangle of cells, all numbers from 1."""

    top: int
    left: int
    bottom: int
    right: int

    def meets(self, other: Area) -> bool:
        return not (
            self.bottom < other.top
            or other.bottom < self.top
            or self.right < other.left
            or other.right < self.left
        )


CELL = r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})"
_AREA = re.compile(f"{CELL}(?::{CELL})?")


@cache
def column(letters: str) -> int:
    """1 for A."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def area(text: str | None) -> Area | None:
    """The cells that "A1" or "A1:B2" names; None if there are no such cells."""
    match = _AREA.fullmatch(text or "")
    if not match:
        return None
    first, top, last, bottom = match.groups()
    found = Area(int(top), column(first), int(bottom or top), column(last or first))
    inside = found.bottom <= LAST_ROW and found.right <= LAST_COLUMN
    return found if inside and found.top <= found.bottom and found.left <= found.right else None


def looks_like_a_cell(text: str) -> bool:
    """Whether Excel would take a name for a cell: T1, R1C1, R, C."""
    if re.fullmatch(r"(?i)r[0-9]*(c[0-9]*)?|c[0-9]*", text):
        return True
    return area(text.upper()) is not None and ":" not in text and "$" not in text


# --- the zip and its parts -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Relation:
    """A line of a .rels part; `target` is a member of the zip, or an address outside."""

    key: str
    kind: str
    target: str
    outside: bool


class Package:
    """The members of the zip, read as XML."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.names = archive.namelist()
        self.damaged = archive.testzip()
        self.parts: dict[str, etree._Element] = {}
        self.malformed: dict[str, str] = {}
        for member in dict.fromkeys(self.names):
            if member.endswith((".xml", ".rels")) and not self.damaged:
                self._parse(member, archive.read(member))

    def _parse(self, member: str, content: bytes) -> None:
        try:
            self.parts[member] = etree.fromstring(
                content, etree.XMLParser(resolve_entities=False, no_network=True)
            )
        except etree.XMLSyntaxError as error:
            self.malformed[member] = str(error)

    @property
    def overrides(self) -> dict[str, str]:
        """The content type of each part that has one of its own."""
        elements = self.parts[TYPES]
        return {e.get("PartName")[1:]: e.get("ContentType") for e in elements if e.get("PartName")}

    @property
    def defaults(self) -> dict[str, str]:
        """The content type of each suffix."""
        elements = self.parts[TYPES]
        return {
            e.get("Extension").lower(): e.get("ContentType") for e in elements if e.get("Extension")
        }

    def relations(self, part: str) -> list[Relation]:
        folder, base = posixpath.split(part)
        elements = self.parts.get(posixpath.join(folder, "_rels", f"{base}.rels"), ())
        return [_relation(element, folder) for element in elements]

    @property
    def sources(self) -> list[str]:
        """The parts that have relations; "" for the package itself."""
        rels = (member for member in self.parts if member.endswith(".rels"))
        return [member.replace("_rels/", "").removesuffix(".rels") for member in rels]

    def target(self, part: str, kind: str) -> str:
        """The first part that a part leads to by that kind of relation; "" if none."""
        found = (r.target for r in self.relations(part) if r.kind == kind)
        return next(found, "")


def _relation(element: etree._Element, folder: str) -> Relation:
    target = element.get("Target", "")
    outside = element.get("TargetMode") == "External"
    if not outside:
        target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
    return Relation(element.get("Id", ""), element.get("Type").rsplit("/", 1)[-1], target, outside)


def damaged_member(package: Package) -> Found:
    """Every member of the zip unpacks to what was packed."""
    if package.damaged:
        yield package.damaged, "its checksum differs"


def duplicate_member(package: Package) -> Found:
    """No two members of the zip have one name, whatever its case."""
    for member in repeated(package.names):
        yield member, "twice in the zip"


def malformed_xml(package: Package) -> Found:
    """Every part is well-formed XML without control characters."""
    yield from package.malformed.items()


def missing_start(package: Package) -> Found:
    """The zip has content types, and relations that name its first part."""
    broken = package.damaged or package.malformed
    for member in () if broken else (TYPES, "_rels/.rels"):
        if member not in package.parts:
            yield member, "not in the zip"


CONTENT_TYPES = {  # what the type of a relation's target ends in
    "officeDocument": "spreadsheetml.sheet.main+xml",
    "worksheet": "spreadsheetml.worksheet+xml",
    "sharedStrings": "spreadsheetml.sharedStrings+xml",
    "styles": "spreadsheetml.styles+xml",
    "table": "spreadsheetml.table+xml",
    "theme": "officedocument.theme+xml",
    "drawing": "officedocument.drawing+xml",
    "chart": "drawingml.chart+xml",
}


def missing_content_type(package: Package) -> Found:
    """Every part has a content type; for XML that of its suffix says too little."""
    for member in package.names:
        suffix = member.rsplit(".", 1)[-1].lower()
        known = member in package.overrides or (suffix != "xml" and suffix in package.defaults)
        if member != TYPES and not known:
            yield member, "has no content type"


def content_type_of_nothing(package: Package) -> Found:
    """Every content type is of a part that is there."""
    for member in sorted(set(package.overrides) - set(package.names)):
        yield TYPES, f"names {member}, which is not in the zip"


def wrong_content_type(package: Package) -> Found:
    """A part's content type is the one for what leads there."""
    for part in package.sources:
        for relation in package.relations(part):
            given = package.overrides.get(relation.target)
            if given and not given.endswith(CONTENT_TYPES.get(relation.kind, "")):
                yield relation.target, f"a {relation.kind}, but typed {given}"


def missing_part(package: Package) -> Found:
    """Every relation inside the file leads to a part."""
    for part in package.sources:
        for relation in package.relations(part):
            if not relation.outside and relation.target not in package.names:
                yield part or "_rels/.rels", f"leads to {relation.target}, not in the zip"


def missing_workbook(package: Package) -> Found:
    """The package leads to a workbook, and the workbook to its styles."""
    workbook = package.target("", "officeDocument")
    if not workbook:
        yield "_rels/.rels", "leads to no workbook"
    elif not package.target(workbook, "styles"):
        yield workbook, "leads to no styles"


def duplicate_relation(package: Package) -> Found:
    """The relations of a part have ids of their own."""
    for part in package.sources:
        for key in repeated(relation.key for relation in package.relations(part)):
            yield part, f"has two relations {key}"


def unknown_relation(package: Package) -> Found:
    """Every r:id is the id of one of the part's relations."""
    for part, root in package.parts.items():
        known = {relation.key for relation in package.relations(part)}
        for element in root.iter("{*}*"):
            used = [value for key, value in element.items() if key.startswith(OFFICE)]
            for key in set(used) - known:
                yield part, f"{etree.QName(element).localname} has no relation {key}"


# --- the workbook --------------------------------------------------------------------------------


class Cell(NamedTuple):
    """A cell as stored; `column` is 0 where `ref` names no cell."""

    ref: str
    row: int
    column: int
    style: int
    kind: str
    value: str | None
    formula: str | None


@dataclass(frozen=True, slots=True)
class Table:
    """An Excel table, and where its part says it stands."""

    part: str
    root: etree._Element
    sheet: Sheet

    @property
    def name(self) -> str:
        return self.root.get("displayName") or ""

    @property
    def area(self) -> Area | None:
        return area(self.root.get("ref"))

    @property
    def columns(self) -> list[str]:
        """The names, with line breaks as a formula has them."""
        given = (element.get("name") or "" for element in self.root.iter(f"{MAIN}tableColumn"))
        return [re.sub("(?i)_x000a_", "\n", text) for text in given]

    @property
    def headed(self) -> bool:
        return self.root.get("headerRowCount") != "0"


class Sheet:
    """A worksheet, its cells read once."""

    def __init__(self, book: Book, element: etree._Element) -> None:
        self.name = element.get("name") or ""
        self.hidden = element.get("state", "visible") != "visible"
        package = book.package
        self._book = book
        relations = package.relations(book.part)
        self.part = next(r.target for r in relations if r.key == element.get(f"{OFFICE}id"))
        self.root = package.parts[self.part]
        self.relations = {r.key: r for r in package.relations(self.part)}

    def all(self, tag: str) -> list[etree._Element]:
        """The elements of that name anywhere on the sheet."""
        return list(self.root.iter(f"{MAIN}{tag}"))

    @cached_property
    def rows(self) -> list[etree._Element]:
        return self.root.findall(f"{MAIN}sheetData/{MAIN}row")

    @cached_property
    def cells(self) -> list[Cell]:
        return [_cell(element) for row in self.rows for element in row]

    @cached_property
    def at(self) -> dict[tuple[int, int], Cell]:
        return {(cell.row, cell.column): cell for cell in self.cells}

    @cached_property
    def merges(self) -> list[Area]:
        given = (area(element.get("ref")) for element in self.all("mergeCell"))
        return [found for found in given if found]

    @cached_property
    def tables(self) -> list[Table]:
        parts = [r.target for r in self.relations.values() if r.kind == "table"]
        return [Table(part, self._book.package.parts[part], self) for part in parts]

    def text(self, row: int, column: int) -> str | None:
        """The text of a cell; None if it holds none, or a number."""
        cell = self.at.get((row, column))
        if cell is None or cell.kind not in {"s", "str", "inlineStr"}:
            return None
        return self._book.string(cell.value) if cell.kind == "s" else cell.value


def _cell(element: etree._Element) -> Cell:
    ref = element.get("r") or ""
    place = area(ref) or Area(0, 0, 0, 0)
    value, formula = None, None
    for child in element:
        if child.tag == f"{MAIN}v":
            value = child.text
        elif child.tag == f"{MAIN}f" and child.get("t") != "shared":
            formula = child.text or ""
        elif child.tag == f"{MAIN}is":
            value = "".join(child.itertext())
    style = whole(element.get("s", "0"))
    return Cell(ref, place.top, place.left, style, element.get("t", "n"), value, formula)


class Book:
    """All that rules ask about: sheets, tables, names, strings, styles, formulas."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.part = package.target("", "officeDocument")
        self.root = package.parts[self.part]
        self.styles = package.parts[package.target(self.part, "styles")]
        strings = package.parts.get(package.target(self.part, "sharedStrings"), ())
        self.strings = ["".join(item.itertext()) for item in strings]
        self.sheets = [Sheet(self, element) for element in self.root.iter(f"{MAIN}sheet")]
        self.tables = [table for sheet in self.sheets for table in sheet.tables]
        self.names = list(self.root.iter(f"{MAIN}definedName"))
        self.formulas = list(_formulas(self))

    def string(self, index: str | None) -> str | None:
        """The shared string of that number."""
        number = whole(index)
        return self.strings[number] if 0 <= number < len(self.strings) else None

    def count(self, group: str) -> int:
        """How many styles the group holds: cellXfs, fonts, dxfs…"""
        found = self.styles.find(f"{MAIN}{group}")
        return 0 if found is None else len(found)


def sheet_name(book: Book) -> Found:
    """A sheet's name: 1 to 31 characters, none of []:*?/\\, no apostrophe first or last."""
    for sheet in book.sheets:
        if not 1 <= units(sheet.name) <= 31:
            yield sheet.name, "not 1 to 31 characters long"
        if re.search(r"[\[\]:*?/\\\x00-\x1f]|^'|'$", sheet.name):
            yield sheet.name, "holds a character that Excel refuses"
        if sheet.name.casefold() == "history":
            yield sheet.name, "kept by Excel for itself"


def duplicate_sheet(book: Book) -> Found:
    """No two sheets have one name, whatever its case, or one id."""
    for sheet in repeated(sheet.name for sheet in book.sheets):
        yield sheet, "the name of two sheets"
    for key in repeated(e.get("sheetId", "") for e in book.root.iter(f"{MAIN}sheet")):
        yield book.part, f"two sheets have the id {key}"


def no_visible_sheet(book: Book) -> Found:
    """At least one sheet can be seen, the active one among them."""
    if all(sheet.hidden for sheet in book.sheets):
        yield book.part, "no sheet can be seen"
        return
    for view in book.root.iter(f"{MAIN}workbookView"):
        active = whole(view.get("activeTab", "0"))
        if not 0 <= active < len(book.sheets) or book.sheets[active].hidden:
            yield book.part, f"the active sheet, {active}, cannot be seen"


_NAME = re.compile(r"[^\W\d][\w.\\?]*|\\[\w.\\?]*")


def defined_name(book: Book) -> Found:
    """A defined name: letters, digits, _ . \\ and ?, at most 255, nothing that reads as a cell."""
    for element in book.names:
        given = element.get("name") or ""
        own = given.startswith("_xlnm.")
        if not own and (not _NAME.fullmatch(given) or looks_like_a_cell(given)):
            yield f"name {given}", "not a name"
        if units(given) > 255:
            yield f"name {given[:20]}…", "longer than 255"
        scope = element.get("localSheetId")
        if scope is not None and not 0 <= whole(scope) < len(book.sheets):
            yield f"name {given}", f"belongs to sheet {scope}, which is not there"


def duplicate_name(book: Book) -> Found:
    """No two defined names of one scope are the same, whatever their case."""
    for key in repeated(f"{e.get('name')} of {e.get('localSheetId', 'all')}" for e in book.names):
        yield f"name {key}", "defined twice"


def text_too_long(book: Book) -> Found:
    """A cell holds at most 32,767 UTF-16 units of text."""
    for number, text in enumerate(book.strings):
        if units(text) > 32_767:
            yield f"shared string {number}", f"{units(text)} long"
    for sheet in book.sheets:
        for cell in sheet.cells:
            if cell.kind in {"str", "inlineStr"} and units(cell.value or "") > 32_767:
                yield f"{sheet.name}!{cell.ref}", f"{units(cell.value or '')} long"


# --- styles --------------------------------------------------------------------------------------

_COLOURS = "black|blue|cyan|green|magenta|red|white|yellow|color ?[1-9][0-9]?"
_FORMAT_PART = rf"""(?:
    "[^"]*" | \\. | _. | \*.                                   # literals, and a sign's width
  | \[(?:h+|m+|s+|{_COLOURS}|dbnum[1-4]|\$[^\]]*|(?:[<>]=?|<>|=)-?[0-9.]+)\]
  | general | am/pm | a/p | e[-+]
  | [0\#?.,%@1-9]                                              # numbers and text
  | [ymdhseg] | b[12]?                                         # days and times
  | [-+$/():!^&'~{{}}<>=\ ] | [^\x00-\x7f\w]                   # signs that need no quotes
)"""
_FORMAT = re.compile(rf"(?ix){_FORMAT_PART}*(?:;{_FORMAT_PART}*){{0,3}}")


def number_format(book: Book) -> Found:
    """A number format has at most four parts and 255 characters, all of which mean something."""
    for element in book.styles.iter(f"{MAIN}numFmt"):
        code = element.get("formatCode") or ""
        if not _FORMAT.fullmatch(code) or not 1 <= units(code) <= 255:
            yield "number format", code[:60]


def unknown_style(book: Book) -> Found:
    """Every index of a style, font, fill, border or number format is of one that is there."""
    groups = {"fontId": "fonts", "fillId": "fills", "borderId": "borders", "xfId": "cellStyleXfs"}
    counts = {key: book.count(group) for key, group in groups.items()}
    numbers = {
        whole(e.get("numFmtId")) for e in book.styles.iterfind(f"{MAIN}numFmts/{MAIN}numFmt")
    }
    for element in book.styles.iter(f"{MAIN}xf"):
        for key, count in counts.items():
            if key in element.attrib and not 0 <= whole(element.get(key)) < count:
                yield "styles", f"{key} {element.get(key)} of {count}"
        number = whole(element.get("numFmtId", "0"))
        if number > 163 and number not in numbers:
            yield "styles", f"numFmtId {number}"
    cell_styles, rule_styles = book.count("cellXfs"), book.count("dxfs")
    for sheet in book.sheets:
        for cell in sheet.cells:
            if not 0 <= cell.style < cell_styles:
                yield f"{sheet.name}!{cell.ref}", f"style {cell.style} of {cell_styles}"
        for element in (*sheet.all("col"), *sheet.rows):
            given = element.get("style") or element.get("s") or "0"
            if not 0 <= whole(given) < cell_styles:
                yield sheet.name, f"style {given} of {cell_styles}"
        roots = (sheet.root, *(table.root for table in sheet.tables))
        for element in (element for root in roots for element in root.iter(f"{MAIN}*")):
            for key, given in element.items():
                if key.lower().endswith("dxfid") and not 0 <= whole(given) < rule_styles:
                    yield sheet.name, f"{key} {given} of {rule_styles}"


# --- the sheet -----------------------------------------------------------------------------------

_ORDER = (
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection "
    "protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells "
    "phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins "
    "pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors "
    "smartTags drawing legacyDrawing legacyDrawingHF picture oleObjects controls webPublishItems "
    "tableParts extLst"
).split()


def element_order(book: Book) -> Found:
    """The parts of a sheet stand in the schema's order."""
    for sheet in book.sheets:
        tags = [etree.QName(element).localname for element in sheet.root.iterchildren("{*}*")]
        for one, other in pairwise(tag for tag in tags if tag in _ORDER):
            if _ORDER.index(one) > _ORDER.index(other):
                yield sheet.name, f"{other} stands after {one}"


def column_order(book: Book) -> Found:
    """Column widths go from left to right, each column once."""
    for sheet in book.sheets:
        spans = [(whole(e.get("min")), whole(e.get("max"))) for e in sheet.all("col")]
        for first, last in spans:
            if not 1 <= first <= last <= LAST_COLUMN:
                yield sheet.name, f"width of columns {first} to {last}"
        for (_, last), (first, _) in pairwise(spans):
            if first <= last:
                yield sheet.name, f"the width of column {first} is given twice or late"


def row_order(book: Book) -> Found:
    """Rows go from top to bottom, each once, at most 409.5 points high."""
    for sheet in book.sheets:
        numbers = [0, *(whole(row.get("r")) for row in sheet.rows)]
        for before, number in pairwise(numbers):
            if not before < number <= LAST_ROW:
                yield sheet.name, f"row {number} stands after row {before}"
        for row in sheet.rows:
            if float(row.get("ht", "0")) > 409.5:
                yield sheet.name, f"row {row.get('r')} is {row.get('ht')} points high"


def cell_order(book: Book) -> Found:
    """Cells stand in their row from left to right, each once."""
    for sheet in book.sheets:
        for row in sheet.rows:
            number, before = whole(row.get("r")), 0
            for ref in (cell.get("r") for cell in row):
                place = area(ref)
                if place is None or place.top != number or place.left <= before:
                    yield f"{sheet.name}!{ref}", f"out of order in row {number}"
                before = place.left if place else before


def shared_string(book: Book) -> Found:
    """Every index of a shared string is of one that is there."""
    for sheet in book.sheets:
        for cell in sheet.cells:
            if cell.kind == "s" and book.string(cell.value) is None:
                yield f"{sheet.name}!{cell.ref}", f"{cell.value} of {len(book.strings)}"


ERRORS = "#NULL! #DIV/0! #VALUE! #REF! #NAME? #NUM! #N/A #GETTING_DATA #SPILL! #CALC!".split()
_VALUES = {
    "n": re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?"),
    "b": re.compile("[01]"),
    "e": re.compile("|".join(map(re.escape, ERRORS))),
}


def cell_value(book: Book) -> Found:
    """A number is finite and written with a point, a truth 0 or 1, an error one of Excel's."""
    for sheet in book.sheets:
        for cell in sheet.cells:
            right = _VALUES.get(cell.kind)
            if right and cell.value and not right.fullmatch(cell.value):
                yield f"{sheet.name}!{cell.ref}", cell.value[:20]


def bad_area(book: Book) -> Found:
    """Every ref and sqref names cells that a sheet has."""
    for sheet in book.sheets:
        roots = (sheet.root, *(table.root for table in sheet.tables))
        elements = [element for root in roots for element in root.iter("{*}*")]
        refs = [(e, e.get(key)) for e in elements for key in ("ref", "sqref") if key in e.attrib]
        refs += [(e, e.text or "") for e in elements if e.tag == f"{EXCEL}sqref"]
        for element, given in refs:
            if not given.split() or not all(area(ref) for ref in given.split()):
                yield sheet.name, f"{etree.QName(element).localname} of {given!r}"


def overlapping_merges(book: Book) -> Found:
    """Merged cells do not overlap, and are more than one."""
    for sheet in book.sheets:
        for merge in sheet.merges:
            if merge.top == merge.bottom and merge.left == merge.right:
                yield sheet.name, f"row {merge.top} merges a single cell"
        for one, other in combinations(sheet.merges, 2):
            if one.meets(other):
                yield sheet.name, f"rows {one.top} and {other.top}"


def header_or_footer(book: Book) -> Found:
    """A header or footer has at most 255 characters."""
    for sheet in book.sheets:
        for element in sheet.root.iterfind(f"{MAIN}headerFooter/{MAIN}*"):
            if units(element.text or "") > 255:
                yield sheet.name, f"{etree.QName(element).localname} longer than 255"


# --- tables --------------------------------------------------------------------------------------


def table_name(book: Book) -> Found:
    """A table's name: letters, digits, _ . and \\, at most 255, nothing that reads as a cell."""
    for table in book.tables:
        bad = not _NAME.fullmatch(table.name) or "?" in table.name
        if bad or looks_like_a_cell(table.name) or units(table.name) > 255:
            yield table.part, table.name


def duplicate_table(book: Book) -> Found:
    """No two tables have one name or id, and no table the name of a defined name."""
    names = {(e.get("name") or "").casefold() for e in book.names if "localSheetId" not in e.attrib}
    for given in repeated([*(table.name for table in book.tables), *names]):
        yield f"table {given}", "the name of another table, or a defined name"
    for key in repeated(table.root.get("id", "") for table in book.tables):
        yield f"table id {key}", "the id of another table"


def table_columns(book: Book) -> Found:
    """A table's columns have names and ids of their own, none empty or over 255 characters."""
    for table in book.tables:
        ids = [element.get("id", "") for element in table.root.iter(f"{MAIN}tableColumn")]
        for given in repeated(table.columns):
            yield f"table {table.name}", f"two columns are called {given!r}"
        for key in repeated(ids):
            yield f"table {table.name}", f"two columns have the id {key}"
        for given in table.columns:
            if not 1 <= units(given) <= 255:
                yield f"table {table.name}", f"a column is called {given[:20]!r}"


def table_size(book: Book) -> Found:
    """A table is as wide as its columns are many, and has a row besides its header."""
    for table in book.tables:
        if table.area is None:
            continue
        wide = table.area.right - table.area.left + 1
        if wide != len(table.columns):
            yield f"table {table.name}", f"{wide} wide, with {len(table.columns)} columns"
        if table.area.bottom - table.area.top + 1 < 1 + table.headed:
            yield f"table {table.name}", "no row below the header"


def table_header(book: Book) -> Found:
    """The cell above a table's column is text, and letter for letter the column's name."""
    for table in book.tables:
        if table.area is None or not table.headed:
            continue
        for at, given in enumerate(table.columns, table.area.left):
            text = table.sheet.text(table.area.top, at)
            if text != given:
                yield f"table {table.name}", f"column {given!r} below {text!r}"


def table_filter(book: Book) -> Found:
    """A table's filter spans the table, and the sheet has no filter of its own there."""
    for table in book.tables:
        for element in table.root.iterfind(f"{MAIN}autoFilter"):
            if area(element.get("ref")) != table.area and "totalsRowCount" not in table.root.attrib:
                yield f"table {table.name}", f"filters {element.get('ref')}"
        for element in table.sheet.root.iterfind(f"{MAIN}autoFilter"):
            own = area(element.get("ref"))
            if own and table.area and own.meets(table.area):
                yield f"table {table.name}", "the sheet's own filter overlaps it"


def table_overlap(book: Book) -> Found:
    """A table overlaps no other table and no merged cells."""
    for sheet in book.sheets:
        placed = [(table.name, table.area) for table in sheet.tables if table.area]
        for (one, here), (other, there) in combinations(placed, 2):
            if here.meets(there):
                yield f"table {one}", f"overlaps {other}"
        for given, here in placed:
            if any(here.meets(merge) for merge in sheet.merges):
                yield f"table {given}", "has merged cells"


# --- reading formulas ----------------------------------------------------------------------------

_TEXT = r'"(?:[^"]|"")*"'
_NUMBER = r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_ERROR = "|".join(re.escape(error).replace(r"\#", r"[#]") for error in ERRORS)
_CONSTANT = rf"\s*(?:{_TEXT}|[-+]?{_NUMBER}|TRUE|FALSE|{_ERROR})\s*"
_WORD = r"(?:[^\W\d]|\\)[\w.\\?]*"
TOKEN = re.compile(
    rf"""
    (?P<space>\s+)
  | (?P<text>{_TEXT})
  | (?P<array>\{{{_CONSTANT}(?:[,;]{_CONSTANT})*\}})
  | (?P<error>{_ERROR})
  | (?P<sheet>'(?:[^']|'')+'!|[^\W\d][\w.]*(?::[^\W\d][\w.]*)?!)
  | (?P<table>{_WORD}\[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*\])
  | (?P<call>{_WORD}\()
  | (?P<cell>\$?[A-Z]{{1,3}}\$?[0-9]{{1,7}}(?![\w.?\\]))
  | (?P<band>\$?[A-Z]{{1,3}}:\$?[A-Z]{{1,3}}(?![\w.?\\])|\$?[0-9]{{1,7}}:\$?[0-9]{{1,7}})
  | (?P<number>{_NUMBER})
  | (?P<truth>(?:TRUE|FALSE)(?![\w.?\\]))
  | (?P<name>{_WORD})
  | (?P<operator><>|<=|>=|[-+*/^&=<>])
  | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_REFERENCES = frozenset({"cell", "band", "name", "table", "error", "close"})
_VALUE_KINDS = frozenset({"text", "array", "number", "truth"}) | (_REFERENCES - {"close"})
_UNFINISHED = frozenset({"operator", "range", "sheet"})


class FormulaError(ValueError):
    """A formula that Excel cannot read; the text says why."""


@dataclass(slots=True)
class Reading:
    """A formula read from left to right: whether it is one, and what it names."""

    fault: str = ""
    depth: int = 0
    longest: int = 0
    calls: set[tuple[str, int]] = field(default_factory=set)
    sheets: set[str] = field(default_factory=set)
    tables: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    errors: set[str] = field(default_factory=set)
    beyond: set[str] = field(default_factory=set)
    constants: bool = False
    before: str = "start"
    spaced: bool = False
    open: list[list] = field(default_factory=list)  # name and commas; "" for plain parentheses

    @property
    def wants_value(self) -> bool:
        return self.before in _UNFINISHED | {"start", "open", "comma"}

    def take(self, kind: str, word: str) -> None:
        """The next word; FormulaError if none such can stand there."""
        if kind == "space":
            self.spaced = True
            return
        if kind in _VALUE_KINDS:
            self._value(kind, word)
        elif kind == "sheet":
            self._begins("reference", word)
            self.sheets.update(_sheets(word))
            self.before = "sheet"
        elif kind == "call":
            self._opens(word[:-1], word)
        elif kind == "operator":
            self._operator(word)
        else:
            self._sign(word)
        self.spaced = False

    def end(self) -> None:
        if self.open:
            raise FormulaError("a parenthesis is not closed")
        if self.wants_value:
            raise FormulaError("empty" if self.before == "start" else "ends too early")

    def _begins(self, kind: str, word: str) -> None:
        """A value may begin here; between two references a space means what they share."""
        if self.wants_value:
            return
        shared = self.spaced and self.before in _REFERENCES and kind == "reference"
        if not shared:
            raise FormulaError(f"no operator before {word}")

    def _value(self, kind: str, word: str) -> None:
        reference = kind in _REFERENCES
        self._begins("reference" if reference else kind, word)
        if self.before in {"sheet", "range"} and not reference:
            raise FormulaError(f"{word} is no reference")
        if kind == "text":
            self.longest = max(self.longest, units(word[1:-1].replace('""', '"')))
        elif kind == "array":
            self.constants = True
        elif kind == "cell" and area(word) is None:
            self.beyond.add(word)
        elif kind in {"name", "table", "error"}:
            {"name": self.names, "table": self.tables, "error": self.errors}[kind].add(word)
        self.before = kind

    def _opens(self, function: str, word: str) -> None:
        self._begins("reference", word)
        if self.before == "sheet":
            raise FormulaError(f"{word} is no reference")
        self.open.append([function, 0])
        self.depth = max(self.depth, sum(bool(function) for function, _ in self.open))
        self.before = "open"

    def _operator(self, word: str) -> None:
        signed = word in "+-" and self.before not in {"range", "sheet"}
        if self.wants_value and not signed:
            raise FormulaError(f"no value before {word}")
        self.before = "operator"

    def _sign(self, word: str) -> None:
        signs = {"(": self._group, ")": self._closes, ",": self._comma, ":": self._range}
        if word == "%" and not self.wants_value:
            self.before = "number"
        elif word in signs:
            signs[word]()
        else:
            raise FormulaError(f"{word} cannot stand here")

    def _group(self) -> None:
        self._opens("", "(")

    def _closes(self) -> None:
        if not self.open:
            raise FormulaError("a parenthesis too many is closed")
        function, commas = self.open.pop()
        if self.before in _UNFINISHED or (not function and self.wants_value):
            raise FormulaError("no value before )")
        if function:
            self.calls.add((function, 0 if self.before == "open" else commas + 1))
        self.before = "close"

    def _comma(self) -> None:
        if self.before in _UNFINISHED:
            raise FormulaError("no value before ,")
        if not self.open or not self.open[-1][0]:
            if self.before not in _REFERENCES:
                raise FormulaError("a comma outside of a function")
            self.before = "range"
            return
        self.open[-1][1] += 1
        self.before = "comma"

    def _range(self) -> None:
        if self.before not in _REFERENCES:
            raise FormulaError("no reference before :")
        self.before = "range"


def _sheets(word: str) -> list[str]:
    """The sheets of 'one:other'! or Sheet!; FormulaError if it should have been quoted."""
    bare = word[:-1]
    if bare.startswith("'"):
        return bare[1:-1].replace("''", "'").split(":")
    if looks_like_a_cell(bare):
        raise FormulaError(f"{word} needs quotes, since it reads as a cell")
    return bare.split(":")


@lru_cache(maxsize=1 << 16)
def read(text: str) -> Reading:
    """Read a formula as far as it makes sense."""
    reading = Reading()
    try:
        for match in TOKEN.finditer(text):
            reading.take(match.lastgroup or "", match[0])
        reading.end()
    except FormulaError as error:
        reading.fault = str(error)
    return reading


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of any part of the workbook; `kind` says what it is for."""

    place: str
    kind: str  # cell, name, table, list, rule, chart, link, or what holds it: sparkline, cfvo
    text: str
    reading: Reading


def _formula(place: str, kind: str, text: str | None, row: int = 0) -> Formula:
    text = text or ""
    # Rows of a table differ in their own number only: such formulas are read once.
    alike = re.sub(rf"(\$[A-Z]{{1,3}}){row}\b", r"\g<1>1", text) if row else text
    return Formula(place, kind, text, read(alike))


def _formulas(book: Book) -> Iterator[Formula]:
    for element in book.names:
        yield _formula(f"name {element.get('name')}", "name", element.text)
    for sheet in book.sheets:
        for cell in sheet.cells:
            if cell.formula is not None:
                yield _formula(f"{sheet.name}!{cell.ref}", "cell", cell.formula, cell.row)
        yield from _rule_formulas(sheet)
    for table in book.tables:
        for tag in ("calculatedColumnFormula", "totalsRowFormula"):
            for element in table.root.iter(f"{MAIN}{tag}"):
                column = element.getparent().get("name")
                yield _formula(f"table {table.name}, {column}", "table", element.text)
    for part, root in book.package.parts.items():
        for element in root.iter(f"{CHART}f"):
            yield _formula(part, "chart", element.text)


def _rule_formulas(sheet: Sheet) -> Iterator[Formula]:
    """What a sheet has besides its cells: validations, conditions, sparklines, links."""
    for rule in sheet.all("dataValidation"):
        place = f"{sheet.name}!{rule.get('sqref')} validation"
        for element in rule:
            literal = rule.get("type") == "list" and (element.text or "").startswith('"')
            yield _formula(place, "list" if literal else "rule", element.text)
    for rule in sheet.all("cfRule"):
        place = f"{sheet.name}!{rule.getparent().get('sqref')} condition"
        for element in rule.iterfind(f"{MAIN}formula"):
            yield _formula(place, "rule", element.text)
    for element in sheet.root.iter(f"{EXCEL}f"):
        tag = etree.QName(element.getparent()).localname
        yield _formula(f"{sheet.name} {tag}", tag, element.text)
    for link in sheet.all("hyperlink"):
        if link.get("location") and f"{OFFICE}id" not in link.attrib:
            yield _formula(f"{sheet.name}!{link.get('ref')} link", "link", link.get("location"))


# --- formulas ------------------------------------------------------------------------------------


def formula_syntax(book: Book) -> Found:
    """A formula reads as one: values, operators and parentheses where they belong, no = first."""
    for formula in book.formulas:
        fault = formula.reading.fault
        if fault and not fault.startswith(";"):
            yield formula.place, f"{fault}: {formula.text[:80]}"


def semicolon(book: Book) -> Found:
    """Commas separate arguments in a file, whatever a screen shows in some countries."""
    for formula in book.formulas:
        if formula.reading.fault.startswith(";"):
            yield formula.place, formula.text[:80]


def formula_too_long(book: Book) -> Found:
    """A formula has at most 8,192 characters."""
    for formula in book.formulas:
        if units(formula.text) > 8_192:
            yield formula.place, f"{units(formula.text)} long"


def text_in_formula(book: Book) -> Found:
    """A text inside a formula has at most 255 characters."""
    for formula in book.formulas:
        if formula.reading.longest > 255 and formula.kind != "list":
            yield formula.place, f"a text of {formula.reading.longest}"


def nested_too_deep(book: Book) -> Found:
    """Functions stand in each other at most 64 deep."""
    for formula in book.formulas:
        if formula.reading.depth > 64:
            yield formula.place, f"{formula.reading.depth} deep"


# Least and most arguments. Who uses another function adds it here, and has its calls counted.
_ARGUMENTS = """
0 0 FALSE NA NOW PI RAND TODAY TRUE
0 1 COLUMN ROW
1 1 ABS ACOS ASIN ATAN CHAR CLEAN CODE COLUMNS COS COUNTBLANK DATEVALUE DAY DEGREES ERROR.TYPE EVEN
1 1 EXP FACT HOUR INT ISBLANK ISERR ISERROR ISEVEN ISLOGICAL ISNA ISNONTEXT ISNUMBER ISODD ISREF
1 1 ISTEXT LEN LN LOG10 LOWER MINUTE MONTH N NOT ODD PROPER RADIANS ROWS SECOND SIGN SIN SQRT T TAN
1 1 TIMEVALUE TRANSPOSE TRIM UPPER VALUE YEAR ISFORMULA ISOWEEKNUM UNICHAR UNICODE
1 2 HYPERLINK INDIRECT LEFT LEFTB LOG RIGHT RIGHTB TRUNC WEEKDAY WEEKNUM DOLLAR
1 3 FIXED UNIQUE
1 4 SEQUENCE SORT
1 255 AND AVERAGE AVERAGEA CONCATENATE COUNT COUNTA GCD LCM MAX MAXA MEDIAN MIN MINA MODE OR PRODUCT
1 255 STDEV STDEVP SUM SUMPRODUCT SUMSQ VAR VARP CONCAT STDEV.P STDEV.S VAR.P VAR.S XOR
2 2 ATAN2 CEILING COMBIN COUNTIF DAYS EDATE EOMONTH EXACT FLOOR IFERROR IFNA LARGE MOD MROUND
2 2 PERCENTILE PERCENTILE.INC POWER QUARTILE QUARTILE.INC QUOTIENT RANDBETWEEN REPT ROUND ROUNDDOWN
2 2 ROUNDUP SMALL TEXT
2 3 AVERAGEIF DAYS360 FIND IF MATCH NETWORKDAYS PERCENTRANK RANK RANK.EQ SEARCH SUMIF WORKDAY
2 3 FILTER LOOKUP YEARFRAC
2 4 ADDRESS INDEX NETWORKDAYS.INTL WORKDAY.INTL XMATCH
2 255 CHOOSE COUNTIFS IFS SUBTOTAL
3 3 DATE DATEDIF MID TIME
3 4 HLOOKUP SUBSTITUTE VLOOKUP
3 5 OFFSET
3 6 XLOOKUP
3 255 AGGREGATE AVERAGEIFS LET MAXIFS MINIFS SUMIFS SWITCH TEXTJOIN
4 4 REPLACE
"""
ARGUMENTS = {
    function: (int(least), int(most))
    for least, most, *functions in map(str.split, _ARGUMENTS.strip().splitlines())
    for function in functions
}
# These take ranges and conditions by twos, after so many others.
PAIRS = {"SUMIFS": 1, "AVERAGEIFS": 1, "MAXIFS": 1, "MINIFS": 1, "COUNTIFS": 0, "IFS": 0}

# Functions that came after the file format, which has them as _xlfn.NAME.
NEWER = frozenset(
    """
    ACOT ACOTH AGGREGATE ANCHORARRAY ARABIC ARRAYTOTEXT BASE BETA.DIST BETA.INV BINOM.DIST
    BINOM.DIST.RANGE BINOM.INV BITAND BITLSHIFT BITOR BITRSHIFT BITXOR BYCOL BYROW CEILING.MATH
    CEILING.PRECISE CHISQ.DIST CHISQ.DIST.RT CHISQ.INV CHISQ.INV.RT CHISQ.TEST CHOOSECOLS
    CHOOSEROWS COMBINA CONCAT CONFIDENCE.NORM CONFIDENCE.T COT COTH COVARIANCE.P COVARIANCE.S CSC
    CSCH DAYS DECIMAL DROP ENCODEURL ERF.PRECISE ERFC.PRECISE EXPAND EXPON.DIST F.DIST F.DIST.RT
    F.INV F.INV.RT F.TEST FIELDVALUE FILTER FILTERXML FLOOR.MATH FLOOR.PRECISE
    FORECAST.ETS FORECAST.ETS.CONFINT FORECAST.ETS.SEASONALITY FORECAST.ETS.STAT FORECAST.LINEAR
    FORMULATEXT GAMMA GAMMA.DIST GAMMA.INV GAMMALN.PRECISE GAUSS GROUPBY HSTACK HYPGEOM.DIST IFNA
    IFS IMAGE IMCOSH IMCOT IMCSC IMCSCH IMSEC IMSECH IMSINH IMTAN ISFORMULA ISOMITTED ISOWEEKNUM
    LAMBDA LET LOGNORM.DIST LOGNORM.INV MAKEARRAY MAP MAXIFS MINIFS MODE.MULT MODE.SNGL MUNIT
    NEGBINOM.DIST NORM.DIST NORM.INV NORM.S.DIST NORM.S.INV NUMBERVALUE PDURATION PERCENTILE.EXC
    PERCENTILE.INC PERCENTOF PERCENTRANK.EXC PERCENTRANK.INC PERMUTATIONA PHI PIVOTBY POISSON.DIST
    QUARTILE.EXC QUARTILE.INC QUERYSTRING RANDARRAY RANK.AVG RANK.EQ REDUCE REGEXEXTRACT
    REGEXREPLACE REGEXTEST RRI SCAN SEC SECH SEQUENCE SHEET SHEETS SINGLE SKEW.P SORT SORTBY
    STDEV.P STDEV.S STOCKHISTORY SWITCH T.DIST T.DIST.2T T.DIST.RT T.INV T.INV.2T T.TEST TAKE
    TEXTAFTER TEXTBEFORE TEXTJOIN TEXTSPLIT TOCOL TOROW TRIMRANGE UNICHAR UNICODE UNIQUE
    VALUETOTEXT VAR.P VAR.S VSTACK WEBSERVICE WEIBULL.DIST WRAPCOLS WRAPROWS XLOOKUP XMATCH XOR
    Z.TEST
    """.split()
)
TWICE_PREFIXED = frozenset({"FILTER", "SORT"})  # _xlfn._xlws.SORT


def _prefix(function: str) -> str:
    """The prefix that a function needs."""
    if function not in NEWER:
        return ""
    return "_xlfn._xlws." if function in TWICE_PREFIXED else "_xlfn."


def _bare(call: str) -> str:
    return call.removeprefix("_xlfn.").removeprefix("_xlws.")


def _calls(book: Book) -> Iterator[tuple[Formula, str, str, int]]:
    """Every call of a function: where, as written, its bare name, how many arguments."""
    for formula in book.formulas:
        for call, count in sorted(formula.reading.calls):
            yield formula, call, _bare(call), count


def function_prefix(book: Book) -> Found:
    """A function that came after the file format has its prefix, and no other function has one."""
    for formula, call, bare, _ in _calls(book):
        if call != _prefix(bare) + bare:
            yield formula.place, f"{call} should be {_prefix(bare)}{bare}"


def unknown_function(book: Book) -> Found:
    """Every function is one of Excel's; this module lists those it knows."""
    for formula, call, bare, _ in _calls(book):
        if bare not in NEWER and bare not in ARGUMENTS:
            yield formula.place, call


def argument_count(book: Book) -> Found:
    """A function has as many arguments as it takes."""
    for formula, call, bare, count in _calls(book):
        least, most = ARGUMENTS.get(bare, (0, 255))
        paired = (count - PAIRS[bare]) % 2 == 0 if bare in PAIRS else True
        if not least <= count <= most or not paired:
            yield formula.place, f"{call} has {count}"


def unknown_sheet(book: Book) -> Found:
    """Every sheet that a formula, chart, sparkline or link names is there."""
    known = {sheet.name.casefold() for sheet in book.sheets}
    for formula in book.formulas:
        for sheet in sorted(formula.reading.sheets):
            if sheet.casefold() not in known:
                yield formula.place, sheet


_SPECIAL = frozenset({"#all", "#data", "#headers", "#totals", "#this row"})


@cache
def _structured(reference: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    """The table, the columns and the #items of Table[[#This Row],[One]:[Other]]."""
    table, _, inside = reference[:-1].partition("[")
    items = re.findall(r"\[((?:[^\[\]']|'.)*)\]", inside) if inside.startswith("[") else [inside]
    special = tuple(item for item in items if item.startswith("#"))
    plain = (item for item in items if item and not item.startswith("#"))
    return table, tuple(re.sub("'(.)", r"\1", item) for item in plain), special


def unknown_table(book: Book) -> Found:
    """Every table that a formula names is there."""
    known = {table.name.casefold() for table in book.tables}
    for formula in book.formulas:
        for reference in sorted(formula.reading.tables):
            if _structured(reference)[0].casefold() not in known:
                yield formula.place, reference


def unknown_column(book: Book) -> Found:
    """Every column that a formula names is a column of that table."""
    known: dict[str, set[str]] = {}
    for table in book.tables:
        known.setdefault(table.name.casefold(), set()).update(map(str.casefold, table.columns))
    for formula in book.formulas:
        for reference in sorted(formula.reading.tables):
            table, columns, special = _structured(reference)
            there = known.get(table.casefold())
            bad = {item for item in special if item.casefold() not in _SPECIAL}
            if there is not None:
                bad |= {given for given in columns if given.casefold() not in there}
            for given in sorted(bad):
                yield formula.place, f"{table} has no {given!r}"


def unknown_name(book: Book) -> Found:
    """Every name that a formula uses is defined, or is a table."""
    known = {element.get("name", "").casefold() for element in book.names}
    known |= {table.name.casefold() for table in book.tables}
    for formula in book.formulas:
        for given in sorted(formula.reading.names):
            if given.casefold() not in known and not given.startswith("_xlpm."):
                yield formula.place, given


def lost_reference(book: Book) -> Found:
    """No formula refers to what was deleted."""
    for formula in book.formulas:
        if "#REF!" in formula.reading.errors:
            yield formula.place, formula.text[:80]


def beyond_the_sheet(book: Book) -> Found:
    """No formula refers to a cell below row 1,048,576 or right of column XFD."""
    for formula in book.formulas:
        for cell in sorted(formula.reading.beyond):
            yield formula.place, cell


def only_for_cells(book: Book) -> Found:
    """Validations and conditions use no structured references and no constant arrays."""
    for formula in book.formulas:
        if formula.kind == "rule" and (formula.reading.tables or formula.reading.constants):
            yield formula.place, formula.text[:80]


def chart_reference(book: Book) -> Found:
    """A chart or sparkline names cells with their sheet, and calculates nothing."""
    for formula in book.formulas:
        reading = formula.reading
        drawn = formula.kind in {"chart", "sparkline"} and not reading.fault
        if drawn and (reading.calls or not (reading.sheets or reading.names)):
            yield formula.place, formula.text[:80]


# --- validations and links -----------------------------------------------------------------------

_MESSAGES = {"promptTitle": 32, "errorTitle": 32, "prompt": 255, "error": 255}


def message_too_long(book: Book) -> Found:
    """The message of a validation has at most 255 characters, its title 32."""
    for sheet in book.sheets:
        for rule in sheet.all("dataValidation"):
            for key, most in _MESSAGES.items():
                if units(rule.get(key) or "") > most:
                    yield f"{sheet.name}!{rule.get('sqref')}", f"{key} longer than {most}"


def validation_too_long(book: Book) -> Found:
    """A validation's formula has at most 255 characters; so has its list, without the quotes."""
    for sheet in book.sheets:
        for rule in sheet.all("dataValidation"):
            for element in rule:
                text = re.sub('^"(.*)"$', r"\1", element.text or "", flags=re.DOTALL)
                if units(text) > 255:
                    yield f"{sheet.name}!{rule.get('sqref')}", f"{units(text)} long"


def validation_without_formula(book: Book) -> Found:
    """A validation that restricts says by which formula."""
    for sheet in book.sheets:
        for rule in sheet.all("dataValidation"):
            needs = rule.get("type", "none") != "none"
            if needs and rule.find(f"{MAIN}formula1") is None:
                yield f"{sheet.name}!{rule.get('sqref')}", rule.get("type", "")


def link_too_long(book: Book) -> Found:
    """A link has at most 2,079 characters, its tip 255."""
    for sheet in book.sheets:
        for link in sheet.all("hyperlink"):
            relation = sheet.relations.get(link.get(f"{OFFICE}id", ""))
            place = link.get("location") or ""
            address = f"{relation.target if relation else ''}#{place}"
            if units(address) > 2_080 or units(link.get("tooltip") or "") > 255:
                yield f"{sheet.name}!{link.get('ref')}", f"{address[:60]}…"


def link_address(book: Book) -> Found:
    """An address outside has no spaces, no quotes or brackets, and % only before two digits."""
    for sheet in book.sheets:
        for relation in sheet.relations.values():
            if relation.outside and re.search(
                r'[\s<>"{}|^`\x00-\x1f]|%(?![0-9A-Fa-f]{2})', relation.target
            ):
                yield sheet.name, relation.target[:80]


def too_many_links(book: Book) -> Found:
    """A sheet has at most 65,530 links."""
    for sheet in book.sheets:
        count = len(sheet.all("hyperlink"))
        if count > MOST_LINKS:
            yield sheet.name, f"{count} links"


# --- all of them ---------------------------------------------------------------------------------

Rule = Callable[..., Found]
ZIP_RULES: tuple[Rule, ...] = (damaged_member, duplicate_member, malformed_xml, missing_start)
PACKAGE_RULES: tuple[Rule, ...] = (
    missing_content_type,
    content_type_of_nothing,
    wrong_content_type,
    missing_part,
    missing_workbook,
    duplicate_relation,
    unknown_relation,
)
BOOK_RULES: tuple[Rule, ...] = (
    sheet_name,
    duplicate_sheet,
    no_visible_sheet,
    defined_name,
    duplicate_name,
    text_too_long,
    number_format,
    unknown_style,
    element_order,
    column_order,
    row_order,
    cell_order,
    shared_string,
    cell_value,
    bad_area,
    overlapping_merges,
    header_or_footer,
    table_name,
    duplicate_table,
    table_columns,
    table_size,
    table_header,
    table_filter,
    table_overlap,
    formula_syntax,
    semicolon,
    formula_too_long,
    text_in_formula,
    nested_too_deep,
    function_prefix,
    unknown_function,
    argument_count,
    unknown_sheet,
    unknown_table,
    unknown_column,
    unknown_name,
    lost_reference,
    beyond_the_sheet,
    only_for_cells,
    chart_reference,
    message_too_long,
    validation_too_long,
    validation_without_formula,
    link_too_long,
    link_address,
    too_many_links,
)
RULES = (*ZIP_RULES, *PACKAGE_RULES, *BOOK_RULES)
