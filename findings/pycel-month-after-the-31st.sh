#!/usr/bin/env bash
# pycel 1.0b30. EDATE(DATE(2027,1,31),1) is day 46449, 3 March 2027: an end of a month that the
# next month does not have runs over into the month after. ironcalc 0.9.1 stays in the month for
# the same file, as EDATE is defined: day 46446, 28 February. Due dates a month ahead go wrong at
# every end of a long month.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q openpyxl==3.1.5 ironcalc==0.9.1 pycel==1.0b30 'setuptools<81'
venv/bin/python - <<'E'
from openpyxl import Workbook

book = Workbook()
sheet = book.active
sheet.title = "S"
sheet["A1"] = "=EDATE(DATE(2027,1,31),1)"
book.save("in.xlsx")

import ironcalc

model = ironcalc.load_from_xlsx("in.xlsx")
model.evaluate()

from pycel import ExcelCompiler

seen, other = ExcelCompiler("in.xlsx").evaluate("S!A1"), model.get_cell_value(0, 1, 1)
print("pycel", seen, "ironcalc", other)
assert (seen, other) == (46449, 46446)
E
