#!/usr/bin/env bash
# ironcalc 0.9.1 and formualizer 0.13.0. =SUMPRODUCT(SUMIFS(C1:C4,B1:B4,D1:D3)), one sum for each of the
# three conditions in D, does not become the sum of all three: LibreOffice Calc 7.4.7.2 gives 6.5 for the
# same file, these two give 0 and no error.
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
for row, (team, points, wanted) in enumerate(
    (("a", 1, "a"), ("b", 2.5, "b"), ("a", 3, "d"), ("c", 4, None)), 1
):
    for column, value in enumerate((team, points, wanted), 2):
        sheet.cell(row, column, value)
sheet["A1"] = "=SUMPRODUCT(SUMIFS(C1:C4,B1:B4,D1:D3))"
book.save("in.xlsx")
E
soffice -env:UserInstallation="file://$work/profile" --headless --convert-to xlsx --outdir out in.xlsx >/dev/null 2>&1
soffice --version
venv/bin/python - <<'E'
import formualizer
import ironcalc
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

office = load_workbook("out/in.xlsx", data_only=True)["S"]["A1"].value
model = ironcalc.load_from_xlsx("in.xlsx")
model.evaluate()
first = model.get_cell_value(0, 1, 1)
formualizer.recalculate_file("in.xlsx")
second = CalamineWorkbook.from_path("in.xlsx").get_sheet_by_name("S").to_python()[0][0]
print("LibreOffice", office, "ironcalc", first, "formualizer", second)
assert office == 6.5 and first == 0 and second == 0
E
