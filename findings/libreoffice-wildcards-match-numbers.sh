#!/usr/bin/env bash
# LibreOffice Calc 7.4.7.2. In COUNTIF and COUNTIFS of an xlsx file a condition with wildcards matches
# numbers by their digits as well: over 10, "11,5" (text), a blank and "zz" (text) "?*" counts 3 and "1*"
# counts 2. ironcalc 0.9.1 and formualizer 0.13.0 let wildcards match text alone: 2 and 1.
#
# So COUNTIF(range,"?*") tells how many numbers were typed as text in one program, and how many cells
# are filled in the other.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v soffice >/dev/null || { echo "LibreOffice Calc is needed (soffice)"; exit 2; }
python3 -m venv venv
venv/bin/pip install -q openpyxl==3.1.5 python-calamine==0.9.1 ironcalc==0.9.1 formualizer==0.13.0
venv/bin/python - <<'E'
from openpyxl import Workbook

book = Workbook()
sheet = book.active
sheet.title = "S"
for row, value in enumerate((10, "11,5", None, "zz"), 1):
    sheet.cell(row, 2, value)
sheet["A1"] = '=COUNTIFS(B1:B4,"?*")'
sheet["A2"] = '=COUNTIF(B1:B4,"1*")'
book.save("in.xlsx")
E
soffice -env:UserInstallation="file://$work/profile" --headless --convert-to xlsx --outdir out in.xlsx >/dev/null 2>&1
soffice --version
venv/bin/python - <<'E'
import formualizer
import ironcalc
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

sheet = load_workbook("out/in.xlsx", data_only=True)["S"]
office = [sheet[cell].value for cell in ("A1", "A2")]
model = ironcalc.load_from_xlsx("in.xlsx")
model.evaluate()
first = [model.get_cell_value(0, row, 1) for row in (1, 2)]
formualizer.recalculate_file("in.xlsx")
rows = CalamineWorkbook.from_path("in.xlsx").get_sheet_by_name("S").to_python()
second = [row[0] for row in rows[:2]]
print("LibreOffice", office, "ironcalc", first, "formualizer", second)
assert office == [3, 2] and first == [2, 1] and second == [2, 1]
E
