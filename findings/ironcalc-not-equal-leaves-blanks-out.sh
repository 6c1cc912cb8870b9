#!/usr/bin/env bash
# ironcalc 0.9.1. In SUMIFS and COUNTIF the condition "<>done" passes over rows whose cell is
# blank, which are not equal to "done" either; formualizer 0.13.0 counts them in the same file.
# What is open in a list is missing from the sum wherever nobody typed a status.
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
sheet.append(["done", 1])
sheet.append(["open", 2])
sheet.append([None, 4])
sheet["D1"] = '=SUMIFS(B1:B3,A1:A3,"<>done")'
sheet["D2"] = '=COUNTIF(A1:A3,"<>done")'
book.save("in.xlsx")

import ironcalc

model = ironcalc.load_from_xlsx("in.xlsx")
model.evaluate()

seen = [model.get_cell_value(0, row, 4) for row in (1, 2)]
import formualizer
from python_calamine import CalamineWorkbook

formualizer.recalculate_file("in.xlsx")
rows = CalamineWorkbook.from_path("in.xlsx").get_sheet_by_name("S").to_python()

other = [row[3] for row in rows[:2]]
print("ironcalc", seen, "formualizer", other)
assert seen == [2, 1] and other == [6, 2]
E
