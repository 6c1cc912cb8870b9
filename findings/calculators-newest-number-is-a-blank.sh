#!/usr/bin/env bash
# ironcalc 0.9.1 and formualizer 0.13.0. =LOOKUP(9.99E+307, A1:F1) over three numbers and three
# blank weeks is 0 in both, the value of the last blank cell, not the last number. formualizer's
# MATCH with the same arguments is 3, the place of the last number, and ironcalc's is 6.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q openpyxl==3.1.5 python-calamine==0.9.1 ironcalc==0.9.1 formualizer==0.13.0
venv/bin/python - <<'E'
from openpyxl import Workbook

book = Workbook()
sheet = book.active
sheet.title = "S"
sheet.append([3, 4, 5])
sheet["A2"] = "=LOOKUP(9.99E+307,A1:F1)"
sheet["A3"] = "=MATCH(9.99E+307,A1:F1)"
book.save("in.xlsx")

import ironcalc

model = ironcalc.load_from_xlsx("in.xlsx")
model.evaluate()

first = [model.get_cell_value(0, row, 1) for row in (2, 3)]
import formualizer
from python_calamine import CalamineWorkbook

formualizer.recalculate_file("in.xlsx")
rows = CalamineWorkbook.from_path("in.xlsx").get_sheet_by_name("S").to_python()

second = [row[0] for row in rows[1:]]
print("ironcalc", first, "formualizer", second)
assert first == [0, 6] and second == [0, 3]
E
