#!/usr/bin/env bash
# formualizer 0.13.0. Text that holds digits and is stored in the cell itself (inlineStr, as
# openpyxl 3.1.5 writes all text) is a number once recalculate_file has been over the workbook:
# ISNUMBER is TRUE, and the cell itself is rewritten as a number, so that an id 007 is 7. The same
# text among the shared strings, as XlsxWriter 3.2.9 writes it, stays text.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q openpyxl==3.1.5 python-calamine==0.9.1 XlsxWriter==3.2.9 formualizer==0.13.0
venv/bin/python - <<'E'
import formualizer
from openpyxl import Workbook
from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook as Writer

book = Workbook()
book.active["A1"], book.active["B1"] = "007", "=ISNUMBER(A1)"
book.save("inline.xlsx")
with Writer("shared.xlsx") as other:
    sheet = other.add_worksheet()
    sheet.write_string("A1", "007")
    sheet.write_formula("B1", "=ISNUMBER(A1)")
seen = {}
for name in ("inline", "shared"):
    formualizer.recalculate_file(f"{name}.xlsx")
    seen[name] = CalamineWorkbook.from_path(f"{name}.xlsx").get_sheet_by_index(0).to_python()[0]
print(seen)
assert seen == {"inline": [7, True], "shared": ["007", False]}
E
