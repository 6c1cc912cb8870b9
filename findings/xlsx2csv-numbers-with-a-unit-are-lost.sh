#!/usr/bin/env bash
# xlsx2csv 0.8.6. A number whose format names a unit in quotes is taken for a date where the unit
# has a letter that dates have, and the number is lost: 12 in the format 0 "days" comes out as 0
# "11ays", 7.5 in 0.0 "h" as 0.0 "12". The exit code is 0. Trackers show days and hours so.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q XlsxWriter==3.2.9 xlsx2csv==0.8.6
venv/bin/python - <<'E'
import csv
import subprocess

import xlsxwriter

with xlsxwriter.Workbook("in.xlsx") as book:
    sheet = book.add_worksheet("S")
    sheet.write_number("A1", 12, book.add_format({"num_format": '0 "days"'}))
    sheet.write_number("A2", 7.5, book.add_format({"num_format": '0.0 "h"'}))
    sheet.write_number("A3", 12, book.add_format({"num_format": "0"}))
done = subprocess.run(["venv/bin/xlsx2csv", "in.xlsx"], capture_output=True, text=True, check=True)
seen = [row[0] for row in csv.reader(done.stdout.splitlines())]
print(seen)
assert seen == ['0 "11ays"', '0.0 "12"', "12"]
E
