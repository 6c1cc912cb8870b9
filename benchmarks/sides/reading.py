"""Read one tracker again and again, or the bare rows of its sheets.

reading.py here FILE          okr_sheets.read, without asking for a frame
reading.py calamine FILE      the rows of the sheets that a tracker is read from

The first time, when words and tables are made, is not counted.
"""

import sys

from measuring import seconds, tell
from python_calamine import CalamineWorkbook

from okr_sheets import read

SHEETS = ("Start here", "OKRs", "Actions", "Log")
TIMES = 60


def calamine(path):
    book = CalamineWorkbook.from_path(path)
    return [book.get_sheet_by_name(name).to_python() for name in SHEETS]


def main(who, path):
    reading = {"here": read, "calamine": calamine}[who]
    reading(path)
    began = seconds()
    for _ in range(TIMES):
        reading(path)
    tell(seconds=(seconds() - began) / TIMES)


if __name__ == "__main__":
    main(*sys.argv[1:])
