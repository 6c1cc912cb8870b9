#!/usr/bin/env bash
# csvkit 2.2.0. in2csv writes a blank for a text cell that says NA or None, even with -I, which
# turns the inference of types off. A region called NA, or a blocker answered with None, is gone
# from the CSV file without a word; n.a. and nothing stay.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q XlsxWriter==3.2.9 csvkit==2.2.0
venv/bin/python - <<'E'
import csv
import subprocess

import xlsxwriter

told = ["NA", "None", "n.a.", "nothing"]
with xlsxwriter.Workbook("in.xlsx") as book:
    sheet = book.add_worksheet("S")
    sheet.write_row("A1", ["id", "blocker"])
    for row, text in enumerate(told, 1):
        sheet.write_row(row, 0, [f"KR{row}", text])
command = ["venv/bin/in2csv", "-I", "in.xlsx"]
done = subprocess.run(command, capture_output=True, text=True, check=True)
seen = [row[1] for row in csv.reader(done.stdout.splitlines()[1:])]
print(seen)
assert seen == ["", "", "n.a.", "nothing"]
E
