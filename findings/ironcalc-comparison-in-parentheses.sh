#!/usr/bin/env bash
# ironcalc 0.9.1. Parentheses around a comparison that is joined to text are lost when an xlsx
# file is loaded: =(1=1)&"x" is calculated as =1=(1&"x") and gives FALSE, not TRUEx, and
# ="a"&(2>1) gives a truth value, not aTRUE. No error is reported. With IF around the comparison
# it comes out right.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q openpyxl==3.1.5 ironcalc==0.9.1
venv/bin/python - <<'E'
from openpyxl import Workbook

book = Workbook()
sheet = book.active
sheet.title = "S"
sheet["A1"] = '=(1=1)&"x"'
sheet["A2"] = '="a"&(2>1)'
sheet["A3"] = '="a"&IF(2>1,TRUE,FALSE)'
book.save("in.xlsx")

import ironcalc

model = ironcalc.load_from_xlsx("in.xlsx")
model.evaluate()

seen = [model.get_cell_value(0, row, 1) for row in (1, 2, 3)]
print(seen)
assert seen == [False, True, "aTRUE"]
E
