"""Edits files in LibreOffice itself, over UNO; run by the Python that LibreOffice comes with.

The argument is the profile's folder. Each line of standard input is a file, edits and the files to
save as, as a JSON list; for each, a line tells what went wrong, or nothing. It ends with its input.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.table import CellAddress, CellRangeAddress, TableSortField

FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".ods": "calc8",
    ".xls": "MS Excel 97",
    ".pdf": "calc_pdf_Export",
}
# A text in UTF-8 with semicolons, in which dates are written as in Britain.
LOADING = {
    ".csv": {
        "FilterName": "Text - txt - csv (StarCalc)",
        "FilterOptions": "59,34,76,1,,2057,false,true",
    }
}
PIPE = f"okr_sheets_{os.getpid()}"


def properties(**values):
    return tuple(PropertyValue(name, 0, value, 0) for name, value in values.items())


def connect(profile):
    accept = f"--accept=pipe,name={PIPE};urp;"
    user = f"-env:UserInstallation={Path(profile).as_uri()}"
    office = subprocess.Popen(
        ["soffice", "--headless", "--norestore", user, accept], stdout=subprocess.DEVNULL
    )
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    for _ in range(240):
        try:
            context = resolver.resolve(f"uno:pipe,name={PIPE};urp;StarOffice.ComponentContext")
        except Exception:
            time.sleep(0.25)
        else:
            return office, context.ServiceManager.createInstanceWithContext(
                "com.sun.star.frame.Desktop", context
            )
    raise SystemExit("LibreOffice did not start")


def address(cells):
    found = cells.RangeAddress
    return CellRangeAddress(
        found.Sheet, found.StartColumn, found.StartRow, found.EndColumn, found.EndRow
    )


def put(sheet, cell, value):
    target = sheet.getCellRangeByName(cell)
    if isinstance(value, str):
        target.String = value
    else:
        target.Value = value


def insert_rows(sheet, at, count):
    sheet.Rows.insertByIndex(at - 1, count)


def insert_columns(sheet, at, count):
    sheet.Columns.insertByIndex(at - 1, count)


def delete_rows(sheet, at, count):
    sheet.Rows.removeByIndex(at - 1, count)


def sort(sheet, cells, column):
    field = TableSortField()
    field.Field = column
    field.IsAscending = True
    fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
    descriptor = (PropertyValue("SortFields", 0, fields, 0), *properties(ContainsHeader=False))
    sheet.getCellRangeByName(cells).sort(descriptor)


def move(sheet, cells, target):
    to = sheet.getCellRangeByName(target).CellAddress
    sheet.moveRange(
        CellAddress(to.Sheet, to.Column, to.Row), address(sheet.getCellRangeByName(cells))
    )


def copy_row(sheet, source, target):
    sheet.copyRange(
        sheet.getCellRangeByName(f"A{target}").CellAddress,
        address(sheet.Rows.getByIndex(source - 1)),
    )


def rename(sheet, name):
    sheet.Name = name


EDITS = {
    function.__name__: function
    for function in (put, insert_rows, insert_columns, delete_rows, sort, move, copy_row, rename)
}


def change(desktop, source, edits, targets):
    """Open a file, edit it, calculate it anew and save it."""
    document = desktop.loadComponentFromURL(
        Path(source).as_uri(),
        "_blank",
        0,
        properties(Hidden=True, **LOADING.get(Path(source).suffix, {})),
    )
    for sheet, name, *arguments in edits:
        if name == "remove":
            document.Sheets.removeByName(sheet)
        else:
            EDITS[name](document.Sheets.getByName(sheet), *arguments)
    document.calculateAll()
    for target in targets:
        kind = FILTERS[Path(target).suffix]
        document.storeToURL(Path(target).as_uri(), properties(FilterName=kind))
    document.close(True)


def main(profile):
    office, desktop = connect(profile)
    try:
        for line in sys.stdin:
            try:
                change(desktop, *json.loads(line))
                wrong = ""
            except Exception as error:
                wrong = repr(error)
            sys.stdout.write(f"{wrong}\n")
            sys.stdout.flush()
    finally:
        try:
            desktop.terminate()
        except Exception:
            office.kill()
        office.wait(30)


if __name__ == "__main__":
    main(*sys.argv[1:])
