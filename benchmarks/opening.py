"""How long LibreOffice takes to turn a default tracker into PDF, against a plain workbook.

    python benchmarks/opening.py

The plain workbook has as many sheets and filled cells, of the same text and numbers, and nothing
else. Both run in turn, so that a machine that slows down slows both; the ratio is of their medians.
"""

import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from python_calamine import CalamineWorkbook
from xlsxwriter import Workbook

import okr_sheets as okr

RUNS = 5


def plain(source, target):
    """The values of a workbook alone, hidden sheets hidden."""
    book = Workbook(target)
    values = CalamineWorkbook.from_path(source)
    for sheet in values.sheets_metadata:
        page = book.add_worksheet(sheet.name)
        for row, cells in enumerate(values.get_sheet_by_name(sheet.name).to_python()):
            for column, value in enumerate(cells):
                if value != "":
                    page.write(
                        row, column, value if isinstance(value, (int, float)) else str(value)
                    )
        if "Visible" not in str(sheet.visible):
            page.hide()
    book.close()
    return target


def seconds(path, folder):
    began = time.perf_counter()
    subprocess.run(
        [
            "soffice",
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            folder,
            path,
        ],
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - began


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tracker = okr.write(
            okr.new("b2b-saas-marketing", quarter="2027-Q1"), folder / "tracker.xlsx"
        )
        other = plain(tracker, folder / "plain.xlsx")
        seconds(tracker, folder)  # the first run makes the profile
        pairs = [(seconds(tracker, folder), seconds(other, folder)) for _ in range(RUNS)]
        ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(f"tracker {ours:.2f} s, plain workbook {theirs:.2f} s, ratio {ours / theirs:.2f}")
        print(f"tracker {tracker.stat().st_size / 1000:.0f} KB")


if __name__ == "__main__":
    main()
