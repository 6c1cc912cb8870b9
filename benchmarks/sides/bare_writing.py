"""Import click and XlsxWriter, and write the cells that `cells` found: values, formulas, formats.

No widths, conditions, drop-downs, tables or names.
"""

import marshal
import sys
from pathlib import Path

import click  # noqa: F401  what a program of that kind imports
from xlsxwriter import Workbook


def main(cells, out):
    book = Workbook(out)
    formats = {}
    for name, found in marshal.loads(Path(cells).read_bytes()).items():
        sheet = book.add_worksheet(name)
        for row, column, is_formula, content, value, style in found:
            if style not in formats:
                formats[style] = book.add_format({"font_size": 8 + style / 10})
            look = formats[style]
            if is_formula:
                sheet.write_formula(row, column, content, look, "" if value is None else value)
            elif content is None:
                sheet.write_blank(row, column, None, look)
            elif isinstance(content, str):
                sheet.write_string(row, column, content, look)
            else:
                sheet.write_number(row, column, content, look)
    book.close()


main(*sys.argv[1:])
