"""Workbooks that people keep, with all that may stand in them, for tests that put sheets into them."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from datetime import date
from io import BytesIO

import openpyxl
from xlsxwriter import Workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
DECLARED = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
EXCEL = "application/vnd.ms-excel"
# What Excel writes of the folder it saved to.
PLACE = (
    '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
    '<mc:Choice xmlns:x15="http://schemas.microsoft.com/office/spreadsheetml/2010/11/main" '
    'Requires="x15"><x15ac:absPath xmlns:x15ac="http://schemas.microsoft.com/office/'
    'spreadsheetml/2010/11/ac" url="/boards/"/></mc:Choice></mc:AlternateContent>'
)
BOOK, TYPES, LINKS = "xl/workbook.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
FIRST_SHEET = "xl/worksheets/sheet1.xml"


def parts(path):
    """The content of each member of a workbook, in the file's order."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def put_parts(path, contents):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return path


def edited(path, **changes):
    """Change a workbook's parts: each by a function of its text, under its name in this module."""
    contents = parts(path)
    for name, change in changes.items():
        part = globals()[name]
        contents[part] = change(contents[part].decode()).encode()
    return put_parts(path, contents)


def with_parts(path, new, links=(), of="", book=lambda text: text):
    """Add parts (name: type and content), and relations to some of them (of: kind and target)."""
    contents = parts(path)
    types = contents[TYPES].decode()
    for name, (kind, content) in new.items():
        contents[name] = content if isinstance(content, bytes) else (DECLARED + content).encode()
        if kind:
            override = f'<Override PartName="/{name}" ContentType="{kind}"/></Types>'
            types = types.replace("</Types>", override)
    contents[TYPES] = types.encode()
    for source, kind, target in links:
        empty = f'<Relationships xmlns="{PACKAGE}/relationships"></Relationships>'
        listed = contents.get(source, (DECLARED + empty).encode()).decode()
        key = f"rIdMore{listed.count('<Relationship ')}"
        link = f'<Relationship Id="{key}" Type="{kind}" Target="{target}"/></Relationships>'
        contents[source] = listed.replace("</Relationships>", link).encode()
    contents[BOOK] = book(contents[BOOK].decode()).encode()
    return put_parts(path, contents)


def png():
    """A picture of one point."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    row = zlib.compress(b"\0\xff\0\0")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", row) + chunk(b"IEND", b"")


# --- kinds of workbooks --------------------------------------------------------------------------


def plain(path):
    """As openpyxl writes it: no shared texts to speak of, absolute targets, no defined names."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Plan"
    sheet["A1"], sheet["A2"] = 5, "=A1*2"
    book.save(path)
    return path


def rich(path):
    """All that XlsxWriter can write."""
    with Workbook(path, {"in_memory": True}) as book:
        plan, more = book.add_worksheet("Summary"), book.add_worksheet("It's more")
        points = book.add_format(
            {"num_format": '0.0 "points"', "bold": True, "bg_color": "#FFEECC"}
        )
        red = book.add_format({"font_color": "red", "num_format": "0.00"})
        book.define_name("Goal", "=Summary!$C$4")
        book.define_name("Summary!Local", "='It''s more'!$A$1")
        plan.set_column(0, 2, 14, points)
        plan.merge_range("A1:C1", "Our plan", points)
        table = {"name": "tblTeams", "columns": [{"header": "ID"}, {"header": "Aim"}]}
        plan.add_table("A3:B5", table | {"data": [["O1", 10], ["O2", 20]]})
        plan.write_formula("F3", "=SUM(B4:B5)", points, 30)
        plan.write_dynamic_array_formula("F4:F5", "=_xlfn.UNIQUE(B4:B5)", None, 10)
        plan.data_validation("E4", {"validate": "list", "source": ["Yes", "No"]})
        plan.conditional_format(
            "B4:B5", {"type": "cell", "criteria": ">", "value": 15, "format": red}
        )
        plan.conditional_format("B4:B5", {"type": "data_bar", "data_bar_2010": True})
        plan.conditional_format("F3", {"type": "icon_set", "icon_style": "3_arrows"})
        plan.add_sparkline("G4", {"range": "Summary!B4:B5"})
        plan.write_comment("B4", "Ask the board.")
        plan.write_url("H4", "internal:'It''s more'!A1")
        plan.write_url("H5", "https://example.org/okr")
        plan.write_rich_string("A8", "Some ", red, "red", " text")
        plan.insert_image("J2", "dot.png", {"image_data": BytesIO(png())})
        plan.embed_image("J9", "dot.png", {"image_data": BytesIO(png())})
        plan.insert_textbox("K2", "A box")
        plan.set_header("&L&G", {"image_left": "dot.png", "image_data_left": BytesIO(png())})
        plan.print_area("A1:H9")
        plan.repeat_rows(2)
        plan.freeze_panes(3, 1)
        more.write_datetime("A1", date(2027, 1, 4), book.add_format({"num_format": "d mmm yyyy"}))
        more.autofilter("A1:B9")
        more.hide()
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Summary!$B$4:$B$5"})
        plan.insert_chart("J12", chart)
        whole = book.add_chart({"type": "line"})
        whole.add_series({"values": "=Summary!$B$4:$B$5"})
        book.add_chartsheet("Chart").set_chart(whole)
        book.set_custom_property("Owner", "the board")
    return path


def macros(path):
    """A workbook with macros."""
    with Workbook(path, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Plan")
        book.add_vba_project(BytesIO(b"a project that nobody runs here"), is_stream=True)
        sheet.insert_button("B2", {"macro": "refresh"})
    return path


def prefixed(path):
    """Every element with a prefix, in the parts that change."""
    contents = parts(rich(path))
    for name in (BOOK, LINKS, "xl/styles.xml"):
        contents[name] = _prefixed(contents[name].decode()).encode()
    return put_parts(path, contents)


def _prefixed(text):
    return re.sub(r"<(/?)(?=\w)", r"<\1x:", text).replace(' xmlns="', ' xmlns:x="')


def wide(path):
    """The workbook and its formats in UTF-16, as some libraries write them."""
    contents = parts(rich(path))
    for name in (BOOK, "xl/styles.xml"):
        text = contents[name].decode().replace('encoding="UTF-8"', 'encoding="UTF-16"')
        contents[name] = text.encode("utf-16")
    return put_parts(path, contents)


def otherwise_named(path):
    """Parts in other folders and cases, with backslashes, absolute targets and single quotes."""
    text = {name: content.decode() for name, content in parts(plain(path)).items()}
    text["_rels/.rels"] = text["_rels/.rels"].replace("xl/workbook.xml", "Mappe/Das_Buch.xml")
    text[TYPES] = _prefixed(text[TYPES].replace("/xl/workbook.xml", "/Mappe/Das_Buch.xml"))
    links = text.pop(LINKS).replace('Target="styles.xml"', 'Target="..\\XL\\styles.xml"')
    text["Mappe/_rels/das_buch.xml.rels"] = links.replace("theme/theme1", "/xl/theme/theme1")
    text["Mappe\\Das_Buch.xml"] = text.pop(BOOK).replace('"', "'")
    return put_parts(path, text)


def without_styles(path):
    """No formats at all."""
    contents = parts(plain(path))
    del contents["xl/styles.xml"]
    for name in (TYPES, LINKS):
        text = contents[name].decode()
        contents[name] = re.sub(r"<[^<]*styles\.xml[^>]*>", "", text).encode()
    contents[FIRST_SHEET] = contents[FIRST_SHEET].replace(b' s="0"', b"")
    return put_parts(path, contents)


def short_styles(path):
    """Formats in few lists, empty ones closed at once, without counts."""
    styles = (
        f'<styleSheet xmlns="{MAIN}"><fonts><font><sz val="9"/><name val="Arial"/></font></fonts>'
        '<fills count="2"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill></fills>'
        '<borders count="1"><border/></borders><cellXfs><xf/></cellXfs><dxfs count="0"/>'
        "<extLst/></styleSheet>"
    )
    return put_parts(path, parts(plain(path)) | {"xl/styles.xml": styles.encode()})


def linked(path):
    """Links to another workbook, a chain of calculation, and names of all kinds."""
    external = (
        f'<externalLink xmlns="{MAIN}"><externalBook xmlns:r="{OFFICE}" r:id="rIdMore0">'
        '<sheetNames><sheetName val="Other"/></sheetNames></externalBook></externalLink>'
    )
    chain = f'<calcChain xmlns="{MAIN}"><c r="A2" i="1"/></calcChain>'
    names = (
        '<externalReferences><externalReference r:id="rIdMore3"/></externalReferences><definedNames>'
        '<definedName name="_xlnm.Print_Area" localSheetId="0">Plan!$A$1:$B$9</definedName>'
        '<definedName name="Far" hidden="1">[1]Other!$A$1</definedName>'
        '<definedName name="okr_sheets_forecast" hidden="1">#REF!</definedName></definedNames>'
    )

    def book(text):
        text = text.replace("<workbook ", f'<workbook xmlns:r="{OFFICE}" ')
        text = text.replace("<bookViews>", f"{PLACE}<bookViews>")
        return re.sub(r"<definedNames ?/>|(?=<calcPr)", names, text, count=1)

    new = {
        "xl/externalLinks/externalLink1.xml": (f"{SPREADSHEET}.externalLink+xml", external),
        "xl/calcChain.xml": (f"{SPREADSHEET}.calcChain+xml", chain),
    }
    links = [
        (LINKS, f"{OFFICE}/externalLink", "externalLinks/externalLink1.xml"),
        (LINKS, f"{OFFICE}/calcChain", "calcChain.xml"),
        (
            "xl/externalLinks/_rels/externalLink1.xml.rels",
            f"{OFFICE}/externalLinkPath",
            'other.xlsx" TargetMode="External',
        ),
    ]
    return with_parts(plain(path), new, links, book=book)


def pivoted(path):
    """A pivot table with a slicer."""
    with Workbook(path, {"in_memory": True}) as book:
        data, pivot = book.add_worksheet("Data"), book.add_worksheet("Pivot")
        for row, values in enumerate([("Team", "Score"), ("Sales", 1), ("Support", 2)]):
            data.write_row(row, 0, values)
        pivot.write("A1", "Sum")
    cache = (
        f'<pivotCacheDefinition xmlns="{MAIN}" refreshOnLoad="1" recordCount="0"><cacheSource '
        'type="worksheet"><worksheetSource ref="A1:B3" sheet="Data"/></cacheSource>'
        '<cacheFields count="2"><cacheField name="Team"><sharedItems count="2"><s v="Sales"/>'
        '<s v="Support"/></sharedItems></cacheField><cacheField name="Score"><sharedItems '
        'containsSemiMixedTypes="0" containsString="0" containsNumber="1" containsInteger="1" '
        'minValue="1" maxValue="2"/></cacheField></cacheFields></pivotCacheDefinition>'
    )
    table = (
        f'<pivotTableDefinition xmlns="{MAIN}" name="Scores" cacheId="7" dataCaption="Values">'
        '<location ref="A3:B6" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/>'
        '<pivotFields count="2"><pivotField axis="axisRow" showAll="0"><items count="3">'
        '<item x="0"/><item x="1"/><item t="default"/></items></pivotField>'
        '<pivotField dataField="1" showAll="0"/></pivotFields><rowFields count="1">'
        '<field x="0"/></rowFields><dataFields count="1"><dataField name="Sum" fld="1"/>'
        "</dataFields></pivotTableDefinition>"
    )
    slicer_cache = (
        f'<slicerCacheDefinition xmlns="{X14}" name="Slicer_Team" sourceName="Team"><pivotTables>'
        '<pivotTable tabId="2" name="Scores"/></pivotTables><data><tabular pivotCacheId="7">'
        '<items count="2"><i x="0" s="1"/><i x="1" s="1"/></items></tabular></data>'
        "</slicerCacheDefinition>"
    )
    slicer = (
        f'<slicers xmlns="{X14}"><slicer name="Team" cache="Slicer_Team" caption="Team" '
        'rowHeight="241300"/></slicers>'
    )
    new = {
        "xl/pivotCache/pivotCacheDefinition1.xml": (
            f"{SPREADSHEET}.pivotCacheDefinition+xml",
            cache,
        ),
        "xl/pivotTables/pivotTable1.xml": (f"{SPREADSHEET}.pivotTable+xml", table),
        "xl/slicerCaches/slicerCache1.xml": (f"{EXCEL}.slicerCache+xml", slicer_cache),
        "xl/slicers/slicer1.xml": (f"{EXCEL}.slicer+xml", slicer),
    }
    cached = f"{OFFICE}/pivotCacheDefinition"
    microsoft = "http://schemas.microsoft.com/office/2007/relationships"
    links = [
        (LINKS, cached, "pivotCache/pivotCacheDefinition1.xml"),
        (LINKS, f"{microsoft}/slicerCache", "slicerCaches/slicerCache1.xml"),
        (
            "xl/worksheets/_rels/sheet2.xml.rels",
            f"{OFFICE}/pivotTable",
            "../pivotTables/pivotTable1.xml",
        ),
        ("xl/worksheets/_rels/sheet2.xml.rels", f"{microsoft}/slicer", "../slicers/slicer1.xml"),
        (
            "xl/pivotTables/_rels/pivotTable1.xml.rels",
            cached,
            "../pivotCache/pivotCacheDefinition1.xml",
        ),
    ]
    count = parts(path)[LINKS].count(b"<Relationship ")
    extension = (
        f'<pivotCaches><pivotCache cacheId="7" r:id="rIdMore{count}"/></pivotCaches><extLst>'
        '<ext uri="{BBE1A952-AA13-448e-AADC-164F8A28A991}" '
        f'xmlns:x14="{X14}"><x14:slicerCaches><x14:slicerCache r:id="rIdMore{count + 1}"/>'
        "</x14:slicerCaches></ext></extLst></workbook>"
    )
    return with_parts(path, new, links, book=lambda text: text.replace("</workbook>", extension))


def signed(path):
    """A signature, and parts that no list of types names by themselves."""
    origin = "application/vnd.openxmlformats-package.digital-signature-origin"
    new = {
        "_xmlsignatures/origin.sigs": (origin, b""),
        "_xmlsignatures/sig1.xml": (
            "application/vnd.openxmlformats-package.digital-signature-xmlsignature+xml",
            '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"/>',
        ),
        "customXml/item1.xml": ("", "<notes/>"),
    }
    kind = f"{PACKAGE}/relationships/digital-signature"
    links = [
        ("_rels/.rels", f"{kind}/origin", "_xmlsignatures/origin.sigs"),
        ("_xmlsignatures/_rels/origin.sigs.rels", f"{kind}/signature", "sig1.xml"),
    ]
    return with_parts(plain(path), new, links)


KINDS = {
    "plain.xlsx": plain,
    "rich.xlsx": rich,
    "macros.xlsm": macros,
    "prefixed.xlsx": prefixed,
    "wide.xlsx": wide,
    "otherwise-named.xlsx": otherwise_named,
    "without-styles.xlsx": without_styles,
    "short-styles.xlsx": short_styles,
    "linked.xlsx": linked,
    "pivoted.xlsx": pivoted,
    "signed.xlsx": signed,
}
