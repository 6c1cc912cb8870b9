"""Import pandas and calamine, and read the rows of all sheets of a file."""

import sys

import pandas as pd  # noqa: F401  what a program of that kind imports
from python_calamine import CalamineWorkbook

book = CalamineWorkbook.from_path(sys.argv[1])
for name in book.sheet_names:
    book.get_sheet_by_name(name).to_python()
