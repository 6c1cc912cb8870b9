#!/usr/bin/env bash
# formulas 1.3.4. In COUNTIF and SUMIFS capitals count in conditions with a wildcard or "<>", and
# not in plain ones: over "On track" and "on track" COUNTIF(range,"on*") is 1, "<>on track" keeps
# the first, and COUNTIF(range,"on track") is 2. No error is reported; ironcalc 0.9.1 tells no
# capitals apart in any of them.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q openpyxl==3.1.5 ironcalc==0.9.1 'formulas[excel]==1.3.4'
venv/bin/python - <<'E'
from openpyxl import Workbook

book = Workbook()
sheet = book.active
sheet.title = "S"
sheet.append(["On track", 1])
sheet.append(["on track", 2])
sheet.append(["At risk", 4])
sheet["D1"] = '=COUNTIF(A1:A3,"on*")'
sheet["D2"] = '=SUMIFS(B1:B3,A1:A3,"<>on track")'
sheet["D3"] = '=COUNTIF(A1:A3,"on track")'
book.save("in.xlsx")

import ironcalc

model = ironcalc.load_from_xlsx("in.xlsx")
model.evaluate()

import warnings

warnings.simplefilter("ignore")
import formulas

other = [model.get_cell_value(0, row, 4) for row in (1, 2, 3)]
solution = formulas.ExcelModel().loads("in.xlsx").finish().calculate()
seen = [float(solution[f"'[in.xlsx]S'!D{row}"].value[0, 0]) for row in (1, 2, 3)]
print("formulas", seen, "ironcalc", other)
assert seen == [1, 5, 2] and other == [2, 4, 2]
E
