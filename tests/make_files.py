"""Makes tests/files: one small tracker, as other programs save it after people edited it there.

Run by hand: `python tests/make_files.py`. Needs LibreOffice with its Python's uno module, Node.js
and, from npm, exceljs and SheetJS (`xlsx`). The files are kept as they came out; made again with
other versions of the programs they may differ, and tests/test_files.py tells whether it matters.
They are trackers of the order that columns had before this week's stood in sight, as many are that
people keep; the cells that are named here are those of that order.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import zipfile
from datetime import date
from pathlib import Path
from unittest import mock

import okr_sheets as okr
from okr_sheets.about import About
from okr_sheets.frames import frame
from okr_sheets.tracker import Tracker

HERE = Path(__file__).parent
FILES = HERE / "files"
NPM = ("exceljs@4.4.0", "xlsx@0.18.5")
DAYS = (date(2027, 1, 8), date(2027, 1, 22), date(2027, 2, 5), date(2027, 2, 19))
ABOUT = About(
    company="Acme Cloud",
    team="Field team",
    level="team",
    quarter="2027-Q1",
    start=date(2027, 1, 1),
    end=date(2027, 3, 31),
    cadence="two-weekly",
    as_of=DAYS[-1],
)
# By row, as the tracker is written; check-ins in the order of DAYS, None where none was typed.
OBJECTIVES = {
    6: {"id": "O1", "title": "Win more of the right deals", "owner": "Ann", "weight": 2},
    10: {"id": "O2", "title": "Sell together with partners", "owner": "Bob"},
}
KEY_RESULTS = {
    7: ("O1.KR1", "Win rate from 20% to 30%", "increase", 20, 30, "%", (21, 22, None, 25)),
    8: ("O1.KR2", "Sales cycle from 60 to 45 days", "decrease", 60, 45, "days", (58, 57, 55, 54)),
    9: ("O1.KR3", "Discounts at 12% or less", "keep-at-most", None, 12, "%", (11, 12.5, 12, 11.5)),
    11: ("O2.KR1", "2,000 joint meetings", "increase", 0, 2000, "", (400, 800, None, 1200)),
    12: ("O2.KR2", "Price list for partners", "achieve", None, None, "", (0, 0, 0, 1)),
    13: ("O2.KR3", "Köprü ≥ 2.75 – ราคา 🙂", "increase", 1.25, 2.75, "x", (1.5, 1.75, None, 2)),
}
DETAILS = {
    8: {"due": date(2027, 3, 19), "weight": 2, "note": "=first line\nsecond line"},
    11: {"start": date(2027, 1, 11), "confidence": 7},
}
ACTIONS = (
    {
        "key_result": "O1.KR2",
        "action": "Shorten the contract",
        "owner": "Ann",
        "due": date(2027, 2, 12),
        "status": "done",
    },
    {"key_result": "O2.KR1", "action": "Invite 40 partners", "owner": "Bob", "status": "doing"},
)
LOG = ({"date": date(2027, 2, 5), "id": "O2.KR1", "note": "No meetings this week", "by": "Bob"},)

STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": b"http://purl.oclc.org/ooxml/officeDocument/relationships",
    b"http://schemas.openxmlformats.org/drawingml/2006/": b"http://purl.oclc.org/ooxml/drawingml/",
}


def original() -> Tracker:
    """The tracker that every file started from."""
    key_results, check_ins = [], []
    for row, (name, title, kind, baseline, target, unit, values) in KEY_RESULTS.items():
        above = max(number for number in OBJECTIVES if number < row)
        typed = {"baseline": baseline, "target": target}
        key_results.append(
            {
                "id": name,
                "title": title,
                "owner": "Cem",
                "type": kind,
                "unit": unit,
                "objective": above,
                "objective_id": OBJECTIVES[above]["id"],
                **{key: value for key, value in typed.items() if value is not None},
                **DETAILS.get(row, {}),
            }
        )
        check_ins += [
            (row, {"id": name, "date": day, "value": value})
            for day, value in zip(DAYS, values, strict=True)
            if value is not None
        ]
    return Tracker.empty(
        ABOUT,
        objectives=frame("objectives", OBJECTIVES.values(), OBJECTIVES),
        key_results=frame("key_results", key_results, KEY_RESULTS),
        check_ins=frame(
            "check_ins", [values for _, values in check_ins], [r for r, _ in check_ins]
        ),
        actions=frame("actions", ACTIONS, range(6, 6 + len(ACTIONS))),
        log=frame("log", LOG, range(6, 6 + len(LOG))),
        check_in_dates=DAYS,
    )


def strict(source: Path, target: Path) -> None:
    """The same workbook under the namespaces of Strict Open XML."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            content = old.read(member)
            for loose, tight in STRICT.items():
                content = content.replace(loose, tight)
            new.writestr(member, content)


def run(*command: str | Path, **options: object) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with mock.patch("okr_sheets.writing.placing.SPARE_ROWS", 1):  # the files stay small
            source = okr.write(original(), folder / "original.xlsx")
        made = {"xlsxwriter-strict.xlsx": "Written by us; its namespaces made strict by a script."}
        strict(source, FILES / "xlsxwriter-strict.xlsx")
        uno = HERE / "make_files_uno.py"
        made |= json.loads(run("/usr/bin/python3", uno, folder / "profile", source, FILES))
        run("npm", "install", *NPM, cwd=folder)
        script = shutil.copy(HERE / "make_files.mjs", folder)
        made |= json.loads(run("node", script, source, FILES, cwd=folder))
        office = run("soffice", "--version").split()
    programs = {
        "xlsxwriter": "XlsxWriter",
        "libreoffice": " ".join(office[:2]),
        "exceljs": NPM[0].replace("@", " "),
        "sheetjs": f"SheetJS {NPM[1].partition('@')[2]}",
    }
    lines = [
        "# Trackers as other programs save them",
        "",
        "Made by tests/make_files.py; tests/test_files.py says what each must be read as.",
        "",
        "| file | saved by | what was done |",
        "| --- | --- | --- |",
        *(
            f"| {name} | {programs[name.partition('-')[0].partition('.')[0]]} | {what} |"
            for name, what in sorted(made.items())
        ),
    ]
    (FILES / "README.md").write_text("\n".join(lines) + "\n", "utf-8")
    for path in sorted(FILES.iterdir()):
        print(f"{path.stat().st_size:>7} {path.name}")  # noqa: T201  run by hand


if __name__ == "__main__":
    main()
