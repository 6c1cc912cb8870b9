"""What people write to roll trackers up by themselves: a loop over all sheets, and one CSV.

rows_to_csv.py ENGINE FOLDER OUT    pandas.read_excel, by openpyxl or calamine
"""

import sys
from pathlib import Path

import pandas as pd


def main(engine, folder, out):
    frames = [
        frame.assign(file=path.name, sheet=sheet)
        for path in sorted(Path(folder).glob("*.xlsx"))
        for sheet, frame in pd.read_excel(path, sheet_name=None, header=None, engine=engine).items()
    ]
    pd.concat(frames).to_csv(out, index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
