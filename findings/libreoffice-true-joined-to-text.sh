#!/usr/bin/env bash
# LibreOffice Calc 7.4.7.2. A truth value that is joined to text in an xlsx file becomes 1 or 0,
# not TRUE or FALSE: ="done: "&TRUE is "done: 1" and LEN(2>1) is 1. formualizer 0.13.0 gives
# "done: TRUE" and 4 for the same file.
#
# A status that joins a comparison to a word reads differently once the workbook was saved by
# LibreOffice, and no cell shows an error.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v soffice >/dev/null || { echo "LibreOffice Calc is needed (soffice)"; exit 2; }
python3 -m venv venv
venv/bin/pip install -q openpyxl==3.1.5 python-calamine==0.9.1 formualizer==0.13.0
venv/bin/python - <<'E'
from openpyxl import Workbook

book = Workbook()
sheet = book.active
sheet.title = "S"
sheet["A1"] = '="done: "&TRUE'
sheet["A2"] = "=LEN(2>1)"
book.save("in.xlsx")
E
soffice -env:UserInstallation="file://$work/profile" --headless --convert-to xlsx --outdir out in.xlsx >/dev/null 2>&1
soffice --version
venv/bin/python - <<'E'
from openpyxl import load_workbook

sheet = load_workbook("out/in.xlsx", data_only=True)["S"]
seen = [sheet[cell].value for cell in ("A1", "A2")]

import formualizer
from python_calamine import CalamineWorkbook

formualizer.recalculate_file("in.xlsx")
rows = CalamineWorkbook.from_path("in.xlsx").get_sheet_by_name("S").to_python()

other = [row[0] for row in rows]
print("LibreOffice", seen, "formualizer", other)
assert seen == ["done: 1", 1] and other == ["done: TRUE", 4]
E
