"""Every cell of a workbook, for `bare_writing`: its sheet, place, content and number of its style.

python benchmarks/sides/cells.py WORKBOOK OUT
"""

import marshal
import sys
from datetime import date, datetime
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.utils.datetime import to_excel


def plain(value):
    return to_excel(value) if isinstance(value, (date, datetime)) else value


def main(path, out):
    formulas, values = load_workbook(path), load_workbook(path, data_only=True)
    sheets = {}
    for sheet in formulas:
        shown = values[sheet.title]
        sheets[sheet.title] = [
            (
                cell.row - 1,
                cell.column - 1,
                cell.data_type == "f",
                cell.value if cell.data_type == "f" else plain(cell.value),
                plain(shown.cell(cell.row, cell.column).value),
                cell.style_id,
            )
            for row in sheet.iter_rows()
            for cell in row
            if cell.value is not None or cell.has_style
        ]
    Path(out).write_bytes(marshal.dumps(sheets))


if __name__ == "__main__":
    main(*sys.argv[1:])
