"""What of a table is not taken: columns without a role, and what stands above it."""

from __future__ import annotations

from okr_sheets.adopting.mapping import Table
from okr_sheets.adopting.naming import is_known_label, text_above
from okr_sheets.adopting.notes import Say
from okr_sheets.adopting.sheets import Sheet


def say_columns(table: Table, sheet: Sheet, say: Say) -> None:
    """Name each column that is not taken or was misspelt, once."""
    codes = {"left": "column", "computed": "computed", "useless": "useless"}
    codes["created"] = "useless"
    header = table.headers[0] if table.headers else 0
    has_months = False
    for number, column in sorted(table.columns.items()):
        cell = sheet.cell(header, number) if header else ""
        if column.like:
            say("assumed", "like", cell, given=column.header, like=column.like)
        if column.period and not column.period.is_day and not has_months:
            has_months = True
            say("assumed", "month", cell)
        code = codes.get(column.role)
        rows = (row for row in table.rows if row > header)
        filled = [row for row in rows if row not in table.headers]
        filled = [row for row in filled if sheet.value(row, number) is not None]
        if code and filled:
            given = column.header or sheet.line(number)
            where = cell if column.header else sheet.cell(filled[0], number)
            say("left", code, where, given=given, n=str(len(filled)))


def say_above(table: Table, sheet: Sheet, say: Say) -> None:
    """Name what stands above the table and says neither whose OKRs these are, nor when."""
    for row, cells in text_above(sheet, table):
        if len(cells) == 1:
            continue
        columns = list(cells)
        while columns:
            column = columns.pop(0)
            if is_known_label(cells[column]):
                del columns[:1]
                continue
            value = columns.pop(0) if columns else column
            given = cells[column] if value == column else f"{cells[column]}: {cells[value]}"
            say("left", "text", sheet.cell(row, value), given=given)
