#!/usr/bin/env bash
# LibreOffice Calc 7.4.7.2. INT(0.29*100) is 29 and INT(1.15*100) is 115: a product that is less
# than a whole number by a rounding error counts as whole. ironcalc 0.9.1 gives 28 and 114 for the
# same file, as binary arithmetic does.
#
# Whole steps counted by INT, such as milestones done, can differ by one between programs.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v soffice >/dev/null || { echo "LibreOffice Calc is needed (soffice)"; exit 2; }
python3 -m venv venv
venv/bin/pip install -q openpyxl==3.1.5 python-calamine==0.9.1 ironcalc==0.9.1
venv/bin/python - <<'E'
from openpyxl import Workbook

book = Workbook()
sheet = book.active
sheet.title = "S"
sheet["A1"] = "=INT(0.29*100)"
sheet["A2"] = "=INT(1.15*100)"
book.save("in.xlsx")
E
soffice -env:UserInstallation="file://$work/profile" --headless --convert-to xlsx --outdir out in.xlsx >/dev/null 2>&1
soffice --version
venv/bin/python - <<'E'
from openpyxl import load_workbook

sheet = load_workbook("out/in.xlsx", data_only=True)["S"]
seen = [sheet[cell].value for cell in ("A1", "A2")]

import ironcalc

model = ironcalc.load_from_xlsx("in.xlsx")
model.evaluate()

other = [model.get_cell_value(0, row, 1) for row in (1, 2)]
print("LibreOffice", seen, "ironcalc", other)
assert seen == [29, 115] and other == [28, 114]
E
