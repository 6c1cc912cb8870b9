"""Many trackers, made of some by other names: `T17-O1` of team 17 becomes `T1017-O1`, and so on.

more_trackers.py FOLDER COUNT FROM    as many as COUNT, of those in the folder FROM
"""

import re
import sys
import zipfile
from itertools import cycle, islice
from pathlib import Path

TEXTS = "xl/sharedStrings.xml"


def renamed(path, out, step):
    """A tracker whose team and ids have numbers that are higher by `step`."""

    def higher(match):
        return b"%s%d" % (match[1], int(match[2]) + step)

    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            content = old.read(part)
            if part.filename == TEXTS:
                content = re.sub(rb"(>Team |>T)(\d+)(?=[-<])", higher, content)
            new.writestr(part, content)


def main(folder, count, source):
    folder = Path(folder)
    folder.mkdir(parents=True)
    (company,) = Path(source).glob("company.xlsx")
    (folder / company.name).write_bytes(company.read_bytes())
    teams = sorted(path for path in Path(source).glob("*.xlsx") if path != company)
    for number, path in enumerate(islice(cycle(teams), int(count) - 1)):
        again = number // len(teams) * (len(teams) + 1)
        renamed(path, folder / f"{int(path.stem) + again:05}.xlsx", again)


if __name__ == "__main__":
    main(*sys.argv[1:])
