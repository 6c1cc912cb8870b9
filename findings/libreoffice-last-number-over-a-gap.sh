#!/usr/bin/env bash
# LibreOffice Calc 7.4.7.2. The usual formula for the newest number of a row of weeks,
# =LOOKUP(9.99E+307, range), gives #N/A once a week between two numbers is blank; in a row without
# a gap it gives the last number. The form =LOOKUP(2, 1/(range<>""), range) finds it in both.
#
# Seen: 5 for the weeks 3 4 5, #N/A for 3 blank 5, and 5 for both with the second form. A row
# whose owner skipped a week loses its current value in LibreOffice alone.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v soffice >/dev/null || { echo "LibreOffice Calc is needed (soffice)"; exit 2; }
python3 -m venv venv
venv/bin/pip install -q openpyxl==3.1.5 python-calamine==0.9.1
venv/bin/python - <<'E'
from openpyxl import Workbook

book = Workbook()
sheet = book.active
sheet.title = "S"
sheet.append([3, 4, 5])
sheet.append([3, None, 5])
sheet["E1"] = "=LOOKUP(9.99E+307,A1:C1)"
sheet["E2"] = "=LOOKUP(9.99E+307,A2:C2)"
sheet["F1"] = '=LOOKUP(2,1/(A1:C1<>""),A1:C1)'
sheet["F2"] = '=LOOKUP(2,1/(A2:C2<>""),A2:C2)'
book.save("in.xlsx")
E
soffice -env:UserInstallation="file://$work/profile" --headless --convert-to xlsx --outdir out in.xlsx >/dev/null 2>&1
soffice --version
venv/bin/python - <<'E'
from openpyxl import load_workbook

sheet = load_workbook("out/in.xlsx", data_only=True)["S"]
seen = [sheet[cell].value for cell in ("E1", "E2", "F1", "F2")]
print(seen)
assert seen == [5, "#N/A", 5, 5]
E
