"""The files that LibreOffice saves; run by the Python that LibreOffice comes with.

Arguments: the profile's folder, the tracker, the folder for the files. Prints, as JSON, what was
done to each.
"""

import json
import sys
from pathlib import Path

import uno
from edit_in_libreoffice import connect, move, properties, put, sort

FILTERS = {
    "xlsx": "Calc MS Excel 2007 XML",
    "ods": "calc8",
    "xls": "MS Excel 97",
    "csv": "Text - txt - csv (StarCalc)",
}
COMMA_QUOTE_UTF8_SHOWN = "44,34,76,1,,0,false,true,false,false,false,2"  # the second sheet
YEARS_1904 = 1462  # days between the two date systems
FINNISH = {
    "A5": "Tunnus",
    "B5": "Tavoite tai avaintulos",
    "C5": "Vastuussa",
    "D5": "Tyyppi",
    "E5": "Lähtötaso",
    "F5": "Tavoitetaso",
    "G5": "Mittayksikkö",
    "AA5": "8.1.2027",
}


def untouched(document, okrs):
    """Opened and saved."""


def rows(document, okrs):
    """Two rows inserted above O1.KR3, the first filled in as O1.KR9; the row of O2.KR3 deleted."""
    okrs.Rows.insertByIndex(8, 2)
    cells = {"A9": "O1.KR9", "B9": "Answer 40 tenders", "C9": "Dan", "D9": "Increase", "F9": 40}
    for cell, value in (cells | {"E9": 0, "AD9": 30}).items():
        put(okrs, cell, value)
    okrs.Rows.removeByIndex(14, 1)


def columns(document, okrs):
    """A column Region inserted before C, Unit deleted, Owner moved to CZ, AD a formula."""
    put(okrs, "AD7", 0)
    okrs.getCellRangeByName("AD7").Formula = "=20+5"
    move(okrs, "C1:C1005", "CZ1")
    okrs.Columns.insertByIndex(2, 1)
    for row, text in enumerate(["Region", "North", "North", "East", "", "South"], 5):
        put(okrs, f"C{row}", text)
    okrs.Columns.removeByIndex(7, 1)


def sorted_rows(document, okrs):
    """Rows sorted by title, so that key results stand above and apart from their objectives."""
    sort(okrs, "A6:BZ13", 1)


def around(document, okrs):
    """Three merged title rows above, a note under the table, three columns of junk at its right."""
    okrs.Rows.insertByIndex(0, 3)
    for row, text in enumerate(("Acme Cloud", "Field team", "Draft"), 1):
        put(okrs, f"A{row}", text)
        okrs.getCellRangeByName(f"A{row}:H{row}").merge(True)
    put(okrs, "A40", "Reviewed every second Friday, by Ann.")
    for column, header in (("CX", "x1"), ("CY", ""), ("CZ", "x3")):
        for row in range(8, 17):
            put(okrs, f"{column}{row}", header if row == 8 else float(row))


def hidden(document, okrs):
    """The row of O1.KR2, the column of 2027-01-22 and the whole sheet hidden."""
    okrs.Rows.getByIndex(7).IsVisible = False
    okrs.Columns.getByName("AB").IsVisible = False
    okrs.IsVisible = False


def copied(document, okrs):
    """The sheet copied; the copy's objectives are called P1 and P2."""
    document.Sheets.copyByName(okrs.Name, "Plan B", 2)
    copy = document.Sheets.getByName("Plan B")
    for row in range(6, 14):
        cell = copy.getCellRangeByName(f"A{row}")
        cell.String = cell.String.replace("O", "P")


def translated(document, okrs):
    """The row of machine keys deleted; the first seven headers and the first date in Finnish."""
    for cell, header in FINNISH.items():
        put(okrs, cell, header)
    okrs.Rows.removeByIndex(3, 1)


def from_1904(document, okrs):
    """The workbook's date system changed to 1904, its dates kept."""
    formats = document.NumberFormats
    document.NullDate = uno.createUnoStruct("com.sun.star.util.Date", 1, 1, 1904)
    for sheet in document.Sheets:
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        for row in range(cursor.RangeAddress.EndRow + 1):
            for column in range(min(cursor.RangeAddress.EndColumn + 1, 40)):
                cell = sheet.getCellByPosition(column, row)
                is_date = formats.getByKey(cell.NumberFormat).Type & 2
                if cell.Type.value == "VALUE" and is_date:
                    cell.Value -= YEARS_1904


def errors(document, okrs):
    """Errors where numbers belong: AD7 =1/0, AB8 =NA(), F9 a reference that is gone, E13 text."""
    for cell, formula in {"AD7": "=1/0", "AB8": "=NA()", "E13": '=1+"one"'}.items():
        okrs.getCellRangeByName(cell).Formula = formula
    okrs.getCellRangeByName("F9").Formula = "=DA1"
    okrs.Columns.removeByIndex(104, 1)


def typed_over(document, okrs):
    """Score of O1.KR1 (0.9) and Current of O1.KR2 (50) typed over; check-ins typed as text."""
    put(okrs, "R7", 0.9)
    put(okrs, "O8", 50.0)
    put(okrs, "AD9", "11,5 %")
    put(okrs, "AD13", "2.0 ")


def encrypted(document, okrs):
    """Opened and saved with the password that Excel tries before it asks for one."""


PASSWORDS = {"encrypted": {"Password": "VelvetSweatshop"}}
JOBS = {
    "untouched": (untouched, ("xlsx", "ods", "xls", "csv")),
    "rows": (rows, ("xlsx", "ods")),
    "columns": (columns, ("xlsx", "ods")),
    "sorted": (sorted_rows, ("ods",)),
    "around": (around, ("xlsx",)),
    "hidden": (hidden, ("xlsx", "ods", "xls")),
    "copied": (copied, ("xlsx",)),
    "translated": (translated, ("xlsx", "csv")),
    "1904": (from_1904, ("xlsx", "xls")),
    "errors": (errors, ("xlsx", "ods", "xls")),
    "typed-over": (typed_over, ("xlsx", "ods")),
    "encrypted": (encrypted, ("xls",)),
}


def main(profile, source, folder):
    office, desktop = connect(profile)
    made = {}
    try:
        for name, (edit, kinds) in JOBS.items():
            document = desktop.loadComponentFromURL(
                Path(source).as_uri(), "_blank", 0, properties(Hidden=True)
            )
            # They hold nothing that is read, and would be most of each file.
            for sheet in ("Dashboard", "Calc"):
                document.Sheets.removeByName(sheet)
            edit(document, document.Sheets.getByName("OKRs"))
            document.calculateAll()
            for kind in kinds:
                target = Path(folder, f"libreoffice-{name}.{kind}")
                made[target.name] = edit.__doc__
                options = properties(FilterName=FILTERS[kind], **PASSWORDS.get(name, {}))
                if kind == "csv":
                    options = (*options, *properties(FilterOptions=COMMA_QUOTE_UTF8_SHOWN))
                document.storeToURL(target.as_uri(), options)
                # It puts the sheet's name behind the file's.
                for sheet in target.parent.glob(f"{target.stem}-OKRs.csv"):
                    sheet.replace(target)
            document.close(True)
    finally:
        desktop.terminate()
        office.wait(30)
    print(json.dumps(made))  # noqa: T201  read by make_files.py


if __name__ == "__main__":
    main(*sys.argv[1:])
