"""Files made to hurt a reader, or hurt on their way: `HOSTILE` has a maker for each.

Every one must end in one clear sentence, in seconds and in little memory. `codes` are those that
will do; a file that has none is read like any other. None of them is large or strange enough to
trouble any program: where there is too much of something, `limits` are lowered to what a plain file
goes beyond.
"""

import io
import random
import re
import struct
import sys
import zipfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from unittest.mock import patch

from xlsxwriter import Workbook

from okr_sheets.files import books
from okr_sheets.reading import drafts

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
FILES = Path(__file__).parent / "files"
SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"


@dataclass(frozen=True)
class Hostile:
    name: str  # of the file
    make: Callable[[Path], object]
    codes: frozenset[str] = frozenset()
    limits: Mapping[str, int] = field(default_factory=dict)


@contextmanager
def lowered(**limits):
    """Reading with limits other than its own, in every module that holds them."""
    for parser in books.PARSERS.values():
        import_module(f"okr_sheets.files.{parser}")
    reading = [
        sys.modules[name]
        for name in sys.modules
        if name.startswith(("okr_sheets.files.", "okr_sheets.reading."))
    ]
    with ExitStack() as stack:
        for name, limit in limits.items():
            holders = [module for module in reading if hasattr(module, name)]
            assert holders, name
            for module in holders:
                stack.enter_context(patch.object(module, name, limit))
        yield


def workbook():
    """The parts of a harmless workbook of two sheets."""
    content = io.BytesIO()
    with Workbook(content, {"in_memory": True}) as book:
        for name in ("Plan", "Notes"):
            sheet = book.add_worksheet(name)
            sheet.write("A1", "Title")
            sheet.write("B2", 0.5)
    with zipfile.ZipFile(content) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return content.getvalue()


def edited(change):
    """A maker: the harmless workbook with its parts changed in place."""

    def make(path):
        parts = workbook()
        change(parts)
        path.write_bytes(packed(parts))

    return make


def replaced(part, old, new):
    def change(parts):
        assert old in parts[part]
        parts[part] = parts[part].replace(old, new)

    return edited(change)


def sheet_of(rows, head="", only=True):
    """A maker: a workbook whose first sheet has these rows; it is the only one, or one of two."""

    def change(parts):
        text = f'<worksheet xmlns="{MAIN}">{head}<sheetData>{rows}</sheetData></worksheet>'
        parts[SHEET] = text.encode()
        if only:
            parts[BOOK] = parts[BOOK].replace(b'<sheet name="Notes" sheetId="2" r:id="rId2"/>', b"")

    return edited(change)


def listed(count, rows, head=""):
    """A maker: a workbook that names one part, with these rows, as so many of its sheets."""

    def change(parts):
        text = f'<worksheet xmlns="{MAIN}">{head}<sheetData>{rows}</sheetData></worksheet>'
        sheets = "".join(
            f'<sheet name="S{n}" sheetId="{n}" r:id="rId1"/>' for n in range(1, count + 1)
        )
        parts[SHEET] = text.encode()
        listing = f"<sheets>{sheets}</sheets>".encode()
        parts[BOOK] = re.sub(b"<sheets>.*</sheets>", listing, parts[BOOK])

    return edited(change)


def written(content):
    return lambda path: path.write_bytes(content() if callable(content) else content)


def shortened(share):
    def cut():
        whole = packed(workbook())
        return whole[: int(len(whole) * share)]

    return written(cut)


def flipped():
    content = bytearray(packed(workbook()))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        at = archive.getinfo(SHEET).header_offset + 30 + len(SHEET)
    for number in range(40):
        content[at + 3 * number] ^= 0xFF
    return bytes(content)


def relisted(field, form, change, most=1):
    """A maker: the harmless workbook; a field of its first parts is changed in the list of parts."""

    def make(path):
        content = bytearray(packed(workbook()))
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            at, count = archive.start_dir, len(archive.infolist())
        for _ in range(min(count, most)):
            (value,) = struct.unpack_from(form, content, at + field)
            struct.pack_into(form, content, at + field, change(value))
            at += 46 + sum(struct.unpack_from("<3H", content, at + 28))
        path.write_bytes(content)

    return make


def with_part(content):
    """A maker: the harmless workbook and a picture of these bytes."""
    return edited(lambda parts: parts.update({"xl/media/1.png": content}))


def misnamed(path):
    """A part whose name is said to be UTF-8 and is not."""
    path.write_bytes(packed(workbook() | {"xl/\u00e4.bin": b""}).replace(b"\xc3\xa4", b"\xff\xff"))


def packed_otherwise(path):
    """The harmless workbook, packed as no program packs one."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for name, part in workbook().items():
            archive.writestr(name, part)


def sharing_a_text(cells, letters):
    """A maker: so many cells that share one text of so many letters."""

    def change(parts):
        parts[STRINGS] = f'<sst xmlns="{MAIN}"><si><t>{"a" * letters}</t></si></sst>'.encode()
        row = "<row>" + '<c t="s"><v>0</v></c>' * cells + "</row>"
        parts[SHEET] = (
            f'<worksheet xmlns="{MAIN}"><sheetData>{row}</sheetData></worksheet>'.encode()
        )

    return edited(change)


def twice():
    parts = workbook()
    content = packed(parts | {"xl/workbook.xmm": parts[BOOK]})
    return content.replace(b"xl/workbook.xmm", BOOK.encode())


WORD = '<!DOCTYPE x [<!ENTITY word "lol">]>'
ELSEWHERE = '<!DOCTYPE x [<!ENTITY word SYSTEM "word.txt">]>'


def with_entity(part, doctype, element, encoding="utf-8"):
    """A maker: a document type in a part, its entity used where the element ends."""

    def change(parts):
        text = parts[part].decode()
        declaration, rest = text.split("?>", 1)
        declaration = declaration.replace("UTF-8", encoding)
        parts[part] = (
            f"{declaration}?>{doctype}{rest}".replace(f"</{element}>", f"&word;</{element}>")
        ).encode(encoding)

    return edited(change)


def open_document(content, mimetype="spreadsheet", manifest=""):
    """A maker: an OpenDocument file with this content."""
    kind = f"application/vnd.oasis.opendocument.{mimetype}"
    spaces = "".join(
        f' xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    body = (
        f'<office:document-content{spaces}><office:body><office:spreadsheet><table:table table:name="Plan">'
        f"{content}</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    parts = {"mimetype": kind, "content.xml": body, "META-INF/manifest.xml": manifest}
    return lambda path: path.write_bytes(packed(parts))


def encrypted_in_ods(path):
    """The manifest of an OpenDocument file with one encrypted member."""
    return (
        '<manifest:manifest><manifest:file-entry manifest:full-path="/"/><manifest:file-entry'
        f' manifest:full-path="{path}"><manifest:encryption-data/></manifest:file-entry>'
        "</manifest:manifest>"
    )


NOTHING = 0xFFFFFFFF


def entry(name, kind, start, after=NOTHING, inside=NOTHING):
    """A directory entry of an OLE file, and which entries stand after it and inside of it."""
    wide = name.encode("utf-16-le")
    links = struct.pack("<3I", NOTHING, after, inside)
    head = wide.ljust(64, b"\0") + struct.pack("<HBB", len(wide) + 2, kind, 1) + links
    return head.ljust(116, b"\0") + struct.pack("<IQ", start, 4096)


def ole(names, following=0xFFFFFFFE, embedded=""):
    """An OLE file of streams with these names, and of one in a folder, where `embedded` names one.

    `following` is the sector after each.
    """
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    head += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", 0, *[NOTHING] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, *[following] * 127)
    streams = [(name, 2, 2) for name in names]
    streams += [("MBD0001", 1, 0)] if embedded else []
    entries = [entry("Root Entry", 5, 0xFFFFFFFE, inside=1)]
    for number, stream in enumerate(streams, 1):
        after = number + 1 if number < len(streams) else NOTHING
        entries.append(entry(*stream, after, len(streams) + 1 if stream[1] == 1 else NOTHING))
    entries += [entry(embedded, 2, 2)] if embedded else []
    return head + table + b"".join(entries).ljust(512, b"\0") + bytes(4096)


def record(number, content=b""):
    """A record of a binary workbook."""
    first = bytes([number]) if number < 128 else bytes([number & 127 | 128, number >> 7])
    size, rest = b"", len(content)
    while True:
        size += bytes([rest & 127 | (128 if rest > 127 else 0)])
        rest >>= 7
        if not rest:
            return first + size + content


def wide(text):
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def binary_workbook(cells, strings=(), formats=()):
    """The bytes of an xlsb file with one sheet of these records; cell style n has format n."""
    kinds = {"worksheets/sheet1.bin": "worksheet"}
    kinds |= {"sharedStrings.bin": "sharedStrings", "styles.bin": "styles"}
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for number, (target, kind) in enumerate(kinds.items(), 1)
    )
    numbers = [struct.pack("<H", number) for number in formats]
    return packed(
        {
            "xl/_rels/workbook.bin.rels": f"<Relationships>{listed}</Relationships>",
            "xl/workbook.bin": record(156, struct.pack("<2I", 0, 1) + wide("rId1") + wide("Plan")),
            "xl/worksheets/sheet1.bin": cells,
            "xl/sharedStrings.bin": b"".join(record(19, b"\0" + wide(text)) for text in strings),
            "xl/styles.bin": record(617)
            + b"".join(record(47, b"\0\0" + number + bytes(12)) for number in numbers)
            + record(618),
        }
    )


def row_record(row, hidden=False):
    return record(0, struct.pack("<2IHBB", row - 1, 0, 0, 0, 0x10 * hidden) + bytes(5))


def codes(*given):
    return frozenset(given)


NOT_ONE, DAMAGED, LARGE = codes("not-a-workbook"), codes("damaged"), codes("too-large")
MUCH, GONE = codes("too-much"), codes("sheet-missing")
STRAY, SECRET = codes("stray-cell"), codes("password")
FAR = '<row r="6"><c r="K6"><v>1</v></c></row>'
WIDE = '<col min="1" max="16384" hidden="1"/>' * 9
LONG = (
    '<row><c r="A1"><f t="shared" ref="A1:A9" si="0">B1&amp;"a long text"</f></c></row>'
    + '<row><c><f t="shared" si="0"/></c></row>' * 8
)

HOSTILE = {
    "empty": Hostile("x.xlsx", written(b""), NOT_ONE),
    "random bytes": Hostile("x.xlsx", written(random.Random(7).randbytes(20_000)), NOT_ONE),
    "a picture": Hostile("x.xlsx", written(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), NOT_ONE),
    "a PDF": Hostile("x.xlsx", written(b"%PDF-1.7\n1 0 obj\n"), NOT_ONE),
    "a web page named xls": Hostile(
        "x.xls", written(b"<html><body><table><tr><td>Title</td></tr></table>"), NOT_ONE
    ),
    "an XML table named xls": Hostile("x.xls", written(b'<?xml version="1.0"?>\n<Book/>'), NOT_ONE),
    "a zip archive": Hostile("x.xlsx", written(lambda: packed({"a.txt": b"a"})), NOT_ONE),
    "a text document": Hostile(
        "x.xlsx",
        written(lambda: packed({"_rels/.rels": b"<R/>", "word/document.xml": b"<w/>"})),
        NOT_ONE,
    ),
    "an OpenDocument text": Hostile("x.ods", open_document("", mimetype="text"), NOT_ONE),
    "an old text document": Hostile("x.xls", written(ole(["WordDocument"])), NOT_ONE),
    "a folder": Hostile("x.xlsx", Path.mkdir, NOT_ONE),
    "a text named xlsx": Hostile("x.xlsx", written(b"ID,Title\n1,a\n")),
    "a workbook named csv": Hostile("x.csv", written(lambda: packed(workbook()))),
    **{
        f"cut to {share:.0%}": Hostile("x.xlsx", shortened(share), DAMAGED)
        for share in (0.1, 0.5, 0.9, 0.99)
    },
    "no end record": Hostile("x.xlsx", written(lambda: packed(workbook())[:-22]), DAMAGED),
    "flipped bytes": Hostile("x.xlsx", written(flipped), DAMAGED),
    "a password": Hostile("x.xlsx", written(ole(["EncryptedPackage"])), SECRET),
    "a password on an ods": Hostile(
        "x.ods", open_document("", manifest=encrypted_in_ods("content.xml")), SECRET
    ),
    "a password on the macros of an ods": Hostile(
        "x.ods", open_document("", manifest=encrypted_in_ods("Basic/Standard/Module1.xml"))
    ),
    "a sector beyond the end": Hostile("x.xls", written(ole(["Workbook"], following=99)), DAMAGED),
    "a part with a password": Hostile(
        "x.xlsx", relisted(8, "<H", lambda flags: flags | 1, most=99), SECRET
    ),
    "a cell far out": Hostile("x.xlsx", sheet_of(FAR), STRAY, {"MOST_CELLS": 50}),
    "a cell far out on one sheet of two": Hostile(
        "x.xlsx", sheet_of(FAR, only=False), codes("sheet-skipped"), {"MOST_CELLS": 50}
    ),
    "a cell far from the others": Hostile(
        "x.xlsx",
        sheet_of(f"<row><c><v>1</v></c></row>{FAR}"),
        codes("far-cell"),
        {"MOST_CELLS": 50},
    ),
    "a cell far out in a binary workbook": Hostile(
        "x.xlsb",
        written(
            lambda: binary_workbook(row_record(6) + record(5, struct.pack("<2Id", 10, 0, 1.0)))
        ),
        STRAY,
        {"MOST_CELLS": 50},
    ),
    "a cell repeated far out in an ods": Hostile(
        "x.ods",
        open_document(
            '<table:table-row table:number-rows-repeated="6"><table:table-cell'
            ' table:number-columns-repeated="11" office:value-type="float" office:value="1"/>'
            "</table:table-row>"
        ),
        STRAY,
        {"MOST_CELLS": 50},
    ),
    "a cell far out in a text": Hostile(
        "x.csv",
        written(b"a\n" * 5 + b",,,,,,,,,,a\n"),
        codes("far-cell"),
        {"MOST_CELLS": 50},
    ),
    "a text of many cells": Hostile("x.csv", written(b",,,,\n" * 11), MUCH, {"MOST_CELLS": 50}),
    "many sheets that are one part": Hostile(
        "x.xlsx", listed(9, FAR), limits={"MOST_AREA": 500, "MOST_CELLS": 500}
    ),
    "wide columns told of over and over": Hostile(
        "x.xlsx", listed(3, FAR, f"<cols>{WIDE}</cols>"), limits={"MOST_COLUMN_TAGS": 20}
    ),
    "a long formula that many cells share": Hostile(
        "x.xlsx", sheet_of(LONG), limits={"MOST_FORMULA": 10}
    ),
    "a formula that is too long for all that share it": Hostile(
        "x.xlsx", sheet_of(LONG), limits={"MOST_CALCULATED": 100}
    ),
    "a blank cell far out": Hostile(
        "x.xlsx", sheet_of('<row r="6"><c r="K6" s="0"/></row>'), limits={"MOST_CELLS": 50}
    ),
    "a dimension too large": Hostile(
        "x.xlsx",
        sheet_of("<row><c><v>1</v></c></row>", head='<dimension ref="A1:K6"/>'),
        limits={"MOST_CELLS": 50},
    ),
    "a dimension too small": Hostile(
        "x.xlsx",
        sheet_of('<row><c r="C2"><v>1</v></c></row>', head='<dimension ref="A1"/>'),
    ),
    "a row below the last": Hostile("x.xlsx", sheet_of(FAR), DAMAGED, {"LAST_ROW": 5}),
    "a binary workbook cut inside a record": Hostile(
        "x.xlsb", written(lambda: binary_workbook(row_record(1) + b"\x05\x10\0")), DAMAGED
    ),
    "many filled cells": Hostile(
        "x.xlsx",
        sheet_of(("<row>" + "<c><v>1</v></c>" * 8 + "</row>") * 6),
        MUCH,
        {"MOST_FILLED": 40},
    ),
    "many letters": Hostile(
        "x.xlsx", sharing_a_text(11, 100), codes("sheet-too-much"), {"MOST_LETTERS": 1_000}
    ),
    "many letters, most of them beyond what a cell keeps": Hostile(
        "x.xlsx", sharing_a_text(11, 100), limits={"MOST_LETTERS": 1_000, "MOST_TEXT": 50}
    ),
    "a large sheet": Hostile(
        "x.xlsx",
        sheet_of("<row><c><v>1</v></c></row>" * 200),
        MUCH,
        {"MOST_PART_BYTES": 5_000},
    ),
    "large texts": Hostile("x.xlsx", sharing_a_text(1, 6_000), LARGE, {"MOST_PART_BYTES": 5_000}),
    "a large workbook": Hostile(
        "x.xlsx", with_part(random.Random(1).randbytes(60_000)), LARGE, {"MOST_BYTES": 60_000}
    ),
    "a part packed small": Hostile(
        "x.xlsx", with_part(b"a" * 30_000), LARGE, {"MOST_RATIO": 2, "SMALL_BYTES": 20_000}
    ),
    "many parts": Hostile("x.xlsx", written(lambda: packed(workbook())), MUCH, {"MOST_MEMBERS": 5}),
    "a long list of parts": Hostile(
        "x.xlsx", written(lambda: packed(workbook())), LARGE, {"MOST_LISTED": 500}
    ),
    "a large text file": Hostile(
        "x.csv", written(b"ID,Title\n" * 150), LARGE, {"MOST_FLAT_BYTES": 1_000}
    ),
    "a large old workbook": Hostile(
        "x.xls",
        lambda path: path.write_bytes((FILES / "sheetjs-biff5.xls").read_bytes()),
        LARGE,
        {"MOST_FLAT_BYTES": 1_000},
    ),
    "a part larger than it says": Hostile(
        "x.xlsx", relisted(24, "<I", lambda size: size - 100), DAMAGED
    ),
    "a part smaller than it says": Hostile(
        "x.xlsx", relisted(24, "<I", lambda size: size + 100), DAMAGED
    ),
    "a part that reaches into the next": Hostile(
        "x.xlsx", relisted(20, "<I", lambda size: size + 50), DAMAGED
    ),
    "a part whose name is no text": Hostile("x.xlsx", misnamed, DAMAGED),
    "a part packed otherwise": Hostile("x.xlsx", packed_otherwise, DAMAGED),
    "a part that is there twice": Hostile("x.xlsx", written(twice), DAMAGED),
    **{
        f"{what} in {part}{' as ' + encoding if encoding != 'utf-8' else ''}": Hostile(
            "x.xlsx", with_entity(part, doctype, element, encoding), DAMAGED
        )
        for what, doctype in (("an entity", WORD), ("an entity of another file", ELSEWHERE))
        for part, element in ((SHEET, "v"), (STRINGS, "t"), (BOOK, "sheets"))
        for encoding in ("utf-8", "utf-16")
    },
    "an entity in an ods": Hostile(
        "x.ods", written(lambda: packed({"content.xml": f"{WORD}<office>&word;</office>"})), DAMAGED
    ),
    "a sheet that is missing": Hostile("x.xlsx", edited(lambda p: p.pop(SHEET)), GONE),
    "a sheet without a relation": Hostile(
        "x.xlsx", replaced(BOOK, b'r:id="rId1"', b'r:id="rId99"'), GONE
    ),
    "all sheets missing": Hostile(
        "x.xlsx", edited(lambda p: (p.pop(SHEET), p.pop(SHEET.replace("1", "2")))), DAMAGED
    ),
    "a macro module among the sheets": Hostile(
        "x.xlsx", replaced(BOOK, b"</sheets>", b'<sheet name="M" sheetId="9" r:id=""/></sheets>')
    ),
    "texts that are missing": Hostile("x.xlsx", edited(lambda p: p.pop(STRINGS)), DAMAGED),
    "styles that are missing": Hostile("x.xlsx", edited(lambda p: p.pop("xl/styles.xml"))),
    "a text number 99": Hostile(
        "x.xlsx", sheet_of('<row r="1"><c r="A1" t="s"><v>99</v></c></row>'), DAMAGED
    ),
    "a cell named nowhere": Hostile(
        "x.xlsx", sheet_of('<row r="1"><c r="A0"><v>9</v></c></row>'), DAMAGED
    ),
    "more texts announced than there are": Hostile(
        "x.xlsx", replaced(STRINGS, b'uniqueCount="1"', b'uniqueCount="9"')
    ),
    "two sheets of one name": Hostile("x.xlsx", replaced(BOOK, b'"Notes"', b'"Plan"')),
    "a sheet named as a path": Hostile("x.xlsx", replaced(BOOK, b'"Notes"', rb'"..\..\evil"')),
    "a sheet named as markup": Hostile(
        "x.xlsx", replaced(BOOK, b'"Notes"', b'"&lt;img onerror=alert(1)&gt;"')
    ),
    "many spaces in an ods": Hostile(
        "x.ods",
        open_document(
            '<table:table-row><table:table-cell office:value-type="string">'
            '<text:p>a<text:s text:c="20"/>b</text:p></table:table-cell></table:table-row>'
        ),
        limits={"MOST_SPACES": 10},
    ),
}


def read(place, path, fiscal_start):
    """In place of reading, where a file's name begins with the number of its case: by its limits."""
    with lowered(**_case(place).limits):
        return drafts.read_drafts(place, path, fiscal_start)


def read_plain(place, path, fiscal_start):
    """The same in place of reading without a child."""
    with lowered(**_case(place).limits):
        return drafts.plain_drafts(place, path, fiscal_start)


def _case(place):
    return list(HOSTILE.values())[int(place.name.partition(" ")[0])]
