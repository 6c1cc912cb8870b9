"""Files made to hurt a reader, or hurt on their way: `HOSTILE` has a maker for each.

Every one must end in one clear sentence, in seconds and in little memory. `codes` are those that
will do; a file that has none is read like any other.
"""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from xlsxwriter import Workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DEFLATED, STORED, LZMA = 8, 0, 14
SHEET, STRINGS, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"


@dataclass(frozen=True)
class Hostile:
    name: str  # of the file
    make: Callable[[Path], object]
    codes: frozenset[str] = frozenset()


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


def raw_zip(members):
    """An archive of members as given: name, method, bytes, and the size they are said to have."""
    content, listed = b"", b""
    for name, method, data, size in members:
        fields = (method, 0, 33, zlib.crc32(b""), len(data), size, len(name), 0)
        listed += struct.pack("<4s4H4s", b"PK\1\2", 20, 20, 0, method, struct.pack("<2H", 0, 33))
        listed += struct.pack("<3I5H2I", 0, len(data), size, len(name), 0, 0, 0, 0, 0, len(content))
        listed += name.encode()
        content += struct.pack("<4s2H", b"PK\3\4", 20, 0) + struct.pack("<3H3I2H", *fields)
        content += name.encode() + data
    count = len(members)
    end = (b"PK\5\6", 0, 0, count, count, len(listed), len(content), 0)
    return content + listed + struct.pack("<4s4H2IH", *end)


def zeros(megabytes):
    """A deflated stream of so many megabytes of zeros, made in no time."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = squeeze.compress(bytes(1_000_000)) + squeeze.flush(zlib.Z_FULL_FLUSH)
    return block * megabytes + squeeze.flush()


def bomb(part, megabytes, told=None):
    """A maker: the harmless workbook, in which one part unpacks to zeros; `told` may lie."""

    def make(path):
        members = [
            (name, STORED, data, len(data)) for name, data in workbook().items() if name != part
        ]
        size = megabytes * 1_000_000 if told is None else told
        path.write_bytes(raw_zip([(part, DEFLATED, zeros(megabytes), size), *members]))

    return make


def thousand_parts(path):
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(10_001):
            archive.writestr(f"xl/{number}.xml", b"")


def many_parts(path):
    """400,000 parts, told by the archive's list alone; its count ends at 65,535."""
    parts = (
        struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 0, 0, 33, 0, 0, 0, 10, *[0] * 6)
        + b"%010d" % number
        for number in range(400_000)
    )
    listed = b"".join(parts)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 65_535, 65_535, len(listed), 0, 0)
    path.write_bytes(listed + end)


def misnamed(path):
    """A part whose name is said to be UTF-8 and is not."""
    path.write_bytes(packed(workbook() | {"xl/\u00e4.bin": b""}).replace(b"\xc3\xa4", b"\xff\xff"))


def packed_otherwise(path):
    """A workbook one part of which is packed as LZMA, and badly."""
    parts = [(name, STORED, part, len(part)) for name, part in workbook().items()]
    other = (name := "docProps/core.xml", LZMA, b"\x09\x04\x05\0" + b"\xff" * 50, 1_000)
    path.write_bytes(raw_zip([other, *(part for part in parts if part[0] != name)]))


def long_text(cells):
    """A maker: so many cells that share one text of 9 million letters, each slow to fold."""

    def change(parts):
        text = "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 9_000_000
        parts[STRINGS] = f'<sst xmlns="{MAIN}"><si><t>{text}</t></si></sst>'.encode()
        parts["xl/media/1.png"] = random.Random(1).randbytes(400_000)  # hides the ratio
        row = "<row>" + '<c t="s"><v>0</v></c>' * cells + "</row>"
        parts[SHEET] = (
            f'<worksheet xmlns="{MAIN}"><sheetData>{row}</sheetData></worksheet>'.encode()
        )

    return edited(change)


def large_text(path):
    with path.open("wb") as file:
        file.write(b"ID,Title\n" * 1_000)
        file.truncate(3_000_000_000)


def twice(path):
    data = b"<workbook/>"
    path.write_bytes(raw_zip([(BOOK, STORED, data, len(data))] * 2))


def overlapping(path):
    """Two members that share their bytes, as bombs do that no ratio of one member gives away."""
    content = bytearray(packed({BOOK: b"<workbook/>", "xl/workbook.xmm": b"<workbook/>"}))
    second = content.rindex(b"PK\1\2")
    struct.pack_into("<I", content, second + 42, 0)
    path.write_bytes(content)


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
BOMB = f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]>'
SPY = '<!DOCTYPE x [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>'


def with_entity(part, doctype, element, encoding="utf-8"):
    """A maker: a document type in a part, its entity used where the element ends."""

    def change(parts):
        text = parts[part].decode()
        declaration, rest = text.split("?>", 1)
        declaration = declaration.replace("UTF-8", encoding)
        parts[part] = (
            f"{declaration}?>{doctype}{rest}".replace(f"</{element}>", f"&l9;</{element}>")
        ).encode(encoding)

    return edited(change)


def many_cells(path):
    """Three million real cells in a file of few megabytes."""
    draw = random.Random(1)
    line = "".join(f"<c><v>{draw.random():.5f}</v></c>" for _ in range(1_000))
    sheet_of(f"<row>{line}</row>" * 3_000)(path)


def more_cells(path):
    """21 million cells, packed into a hundredth of their size and less."""
    parts = workbook()
    head, tail = f'<worksheet xmlns="{MAIN}"><sheetData>', "</sheetData></worksheet>"
    rows = ("<row>" + "<c><v>1</v></c>" * 1_000 + "</row>") * 100
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = squeeze.compress(head.encode()) + squeeze.flush(zlib.Z_FULL_FLUSH)
    block = squeeze.compress(rows.encode()) + squeeze.flush(zlib.Z_FULL_FLUSH)
    data += block * 210 + squeeze.compress(tail.encode()) + squeeze.flush()
    size = len(head) + 210 * len(rows) + len(tail)
    del parts[SHEET]
    members = [(name, STORED, part, len(part)) for name, part in parts.items()]
    path.write_bytes(raw_zip([(SHEET, DEFLATED, data, size), *members]))


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


def entry(name, kind, start):
    """A directory entry of an OLE file."""
    wide = name.encode("utf-16-le")
    links = struct.pack("<3I", *[0xFFFFFFFF] * 3)
    head = wide.ljust(64, b"\0") + struct.pack("<HBB", len(wide) + 2, kind, 1) + links
    return head.ljust(116, b"\0") + struct.pack("<IQ", start, 4096)


def ole(names, following=0xFFFFFFFE):
    """An OLE file of streams with these names; `following` is what follows each sector."""
    head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16)
    head += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9I", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128I", 0xFFFFFFFD, *[following] * 127)
    root = entry("Root Entry", 5, 0xFFFFFFFE)
    directory = (root + b"".join(entry(name, 2, 2) for name in names)).ljust(512, b"\0")
    return head + table + directory + bytes(4096)


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
MUCH = codes("too-much")
STRAY, SECRET = codes("stray-cell"), codes("password")

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
        "x.ods", open_document("", manifest="<manifest:encryption-data/>"), SECRET
    ),
    "sectors in a circle": Hostile("x.xls", written(ole(["Workbook"], following=2)), DAMAGED),
    "a cell at ZZ500000": Hostile(
        "x.xlsx", sheet_of('<row r="500000"><c r="ZZ500000"><v>1</v></c></row>'), STRAY
    ),
    "a cell at XFD1048576": Hostile(
        "x.xlsx", sheet_of('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), STRAY
    ),
    "a far cell on one sheet of two": Hostile(
        "x.xlsx",
        sheet_of('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', only=False),
        codes("sheet-skipped"),
    ),
    "a far cell in a binary workbook": Hostile(
        "x.xlsb",
        written(
            lambda: binary_workbook(
                row_record(0xFFFFFFFF) + record(5, struct.pack("<2Id", 0xFFFFFFF0, 0, 1.0))
            )
        ),
        STRAY,
    ),
    "a binary workbook cut inside a record": Hostile(
        "x.xlsb", written(lambda: binary_workbook(row_record(1) + b"\x05\x10\0")), DAMAGED
    ),
    "a far blank cell": Hostile(
        "x.xlsx", sheet_of('<row r="1048576"><c r="XFD1048576" s="0"/></row>')
    ),
    "a dimension too large": Hostile(
        "x.xlsx",
        sheet_of("<row><c><v>1</v></c></row>", head='<dimension ref="A1:XFD1048576"/>'),
    ),
    "a dimension too small": Hostile(
        "x.xlsx",
        sheet_of('<row><c r="C2"><v>1</v></c></row>', head='<dimension ref="A1"/>'),
    ),
    "every column hidden a million times": Hostile(
        "x.xlsx",
        sheet_of(
            "<row/>", head='<cols><col min="-9999999999" max="9999999999" hidden="1"/></cols>'
        ),
    ),
    "three million cells": Hostile("x.xlsx", many_cells, MUCH),
    "21 million cells packed small": Hostile("x.xlsx", more_cells, LARGE),
    "texts of 3 GB": Hostile("x.xlsx", bomb(STRINGS, 3_000), LARGE),
    "texts of 3 GB that say they are few": Hostile("x.xlsx", bomb(STRINGS, 3_000, 10), LARGE),
    "a part larger than it says": Hostile(
        "x.xlsx", bomb("xl/theme/theme1.xml", 1, 10), codes("damaged", "too-large")
    ),
    "a part of 5 MB in few bytes": Hostile("x.xlsx", bomb("xl/media/1.bin", 5), LARGE),
    "10,001 parts": Hostile("x.xlsx", thousand_parts, MUCH),
    "a list of 400,000 parts": Hostile("x.xlsx", many_parts, LARGE),
    "a part whose name is no text": Hostile("x.xlsx", misnamed, DAMAGED),
    "a part packed otherwise": Hostile("x.xlsx", packed_otherwise, DAMAGED),
    "a part that is there twice": Hostile("x.xlsx", twice, DAMAGED),
    "parts that overlap": Hostile("x.xlsx", overlapping, DAMAGED),
    **{
        f"{what} in {part}{' as ' + encoding if encoding != 'utf-8' else ''}": Hostile(
            "x.xlsx", with_entity(part, doctype, element, encoding), DAMAGED
        )
        for what, doctype in (("a billion laughs", BOMB), ("a spying entity", SPY))
        for part, element in ((SHEET, "v"), (STRINGS, "t"), (BOOK, "sheets"))
        for encoding in ("utf-8", "utf-16")
    },
    "a billion laughs in an ods": Hostile(
        "x.ods",
        written(lambda: packed({"content.xml": f"{BOMB}<office>&l9;</office>"})),
        DAMAGED,
    ),
    "a sheet that is missing": Hostile("x.xlsx", edited(lambda p: p.pop(SHEET)), DAMAGED),
    "a sheet without a relation": Hostile(
        "x.xlsx", replaced(BOOK, b'r:id="rId1"', b'r:id="rId99"'), DAMAGED
    ),
    "a text number 99": Hostile(
        "x.xlsx", sheet_of('<row r="1"><c r="A1" t="s"><v>99</v></c></row>'), DAMAGED
    ),
    "a cell named nowhere": Hostile(
        "x.xlsx", sheet_of('<row r="1"><c r="A0"><v>9</v></c></row>'), DAMAGED
    ),
    "a text of 9 million letters": Hostile("x.xlsx", long_text(1)),
    "a text of 9 million letters in 1,000 cells": Hostile(
        "x.xlsx", long_text(1_000), codes("sheet-too-much")
    ),
    "a text file of 3 GB": Hostile("x.csv", large_text, LARGE),
    "4 billion texts announced": Hostile(
        "x.xlsx", replaced(STRINGS, b'uniqueCount="1"', b'uniqueCount="4294967295"')
    ),
    "two sheets of one name": Hostile("x.xlsx", replaced(BOOK, b'"Notes"', b'"Plan"')),
    "a sheet named as a path": Hostile("x.xlsx", replaced(BOOK, b'"Notes"', rb'"..\..\evil"')),
    "a sheet named as markup": Hostile(
        "x.xlsx", replaced(BOOK, b'"Notes"', b'"&lt;img onerror=alert(1)&gt;"')
    ),
    "rows and cells repeated in an ods": Hostile(
        "x.ods",
        open_document(
            '<table:table-row table:number-rows-repeated="1048576"><table:table-cell'
            ' table:number-columns-repeated="1024" office:value-type="float" office:value="1"/>'
            "</table:table-row>"
        ),
        STRAY,
    ),
    "2 billion spaces in an ods": Hostile(
        "x.ods",
        open_document(
            '<table:table-row><table:table-cell office:value-type="string">'
            '<text:p>a<text:s text:c="2000000000"/>b</text:p></table:table-cell></table:table-row>'
        ),
    ),
}
