#!/usr/bin/env bash
# ironcalc 0.9.1. TEXT rounds a half to the even digit: TEXT(0.125,"0%") is 12% and
# TEXT(0.625,"0%") 62%, while ROUND(0.125,2) of the same program is 0.13. A score that is shown by
# TEXT stands one point below the one that is rounded first.
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
sheet["A1"] = '=TEXT(0.125,"0%")'
sheet["A2"] = '=TEXT(0.625,"0%")'
sheet["A3"] = "=ROUND(0.125,2)"
book.save("in.xlsx")

import ironcalc

model = ironcalc.load_from_xlsx("in.xlsx")
model.evaluate()

seen = [model.get_cell_value(0, row, 1) for row in (1, 2, 3)]
print(seen)
assert seen == ["12%", "62%", 0.13]
E
