"""Independent calculators: they recalculate a workbook whose stored values were overwritten."""

from __future__ import annotations

import atexit
import json
import re
import shutil
import subprocess
import zipfile
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Timer

import formualizer
import ironcalc
import pytest
from conftest import IN_CI, needs
from python_calamine import CalamineWorkbook

from okr_sheets.letters import column_number

POISON = b"777"
SCRIPT = Path(__file__).parent / "edit_in_libreoffice.py"
MOST_FILES = 50  # that one LibreOffice opens; it dies of hundreds

# Everything is calculated anew on load, whoever saved the file.
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode">
<value>0</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="ODFRecalcMode">
<value>0</value></prop></item>
</oor:items>
"""


def poisoned(source: Path, target: Path) -> Path:
    """A copy of a workbook in which every formula's stored value is 777."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.infolist():
            content = old.read(member)
            if member.filename.startswith("xl/worksheets/sheet"):
                content = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1<v>" + POISON + rb"</v>", content)
                content = re.sub(rb'( t="(?:str|e|b)")(><f>)', rb"\2", content)
            new.writestr(member, content)
    return target


def sheet_parts(path):
    """The XML of each worksheet by the sheet's name."""
    names = CalamineWorkbook.from_path(path).sheet_names
    with zipfile.ZipFile(path) as archive:
        return {
            name: archive.read(f"xl/worksheets/sheet{number}.xml")
            for number, name in enumerate(names, 1)
        }


def formula_cells(path):
    """The cells with a formula, as (sheet, row, column), from the file itself."""
    return [
        (name, int(row), column_number(letters.decode()))
        for name, xml in sheet_parts(path).items()
        for letters, row in re.findall(rb'<c r="([A-Z]+)(\d+)"[^>]*><f>', xml)
    ]


def values(path, cells):
    """What a file stores for the cells: numbers and days' numbers as floats, text, else None."""
    book = CalamineWorkbook.from_path(path)
    grids = {
        name: book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        for name in {sheet for sheet, _, _ in cells}
    }

    def at(sheet, row, column):
        rows = grids[sheet]
        beyond = row > len(rows) or column > len(rows[row - 1])
        return None if beyond else plain(rows[row - 1][column - 1])

    return {cell: at(*cell) for cell in cells}


def plain(value):
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return float((value - date(1899, 12, 30)).days)
    if value in (None, "", "#N/A"):
        return None
    return float(value) if isinstance(value, (int, float)) else value


def differences(ours, theirs):
    """The cells whose values differ by more than 1e-9, with both values."""
    return {
        cell: (value, theirs[cell]) for cell, value in ours.items() if not same(value, theirs[cell])
    }


def same(one, other):
    if isinstance(one, float) and isinstance(other, float):
        # LibreOffice saves fifteen digits, so large numbers differ by a part of their size.
        return abs(one - other) <= 1e-9 * max(1.0, abs(one))
    return one == other


def by_formualizer(source, cells, folder):
    """The cells' values as formualizer recalculates them."""
    copy = Path(shutil.copy(source, folder / f"formualizer-{source.name}"))
    formualizer.recalculate_file(str(copy))
    return values(copy, cells)


def by_ironcalc(source, cells):
    """The cells' values as IronCalc recalculates them."""
    model = ironcalc.load_from_xlsx(str(source))
    model.evaluate()
    names = CalamineWorkbook.from_path(source).sheet_names
    return {
        (sheet, row, column): plain(model.get_cell_value(names.index(sheet), row, column))
        for sheet, row, column in cells
    }


class LibreOffice:
    """A LibreOffice that stays open, and has one file open at a time."""

    def __init__(self) -> None:
        python = needs("/usr/bin/python3")
        if subprocess.run(
            [python, "-c", "import uno"], capture_output=True, check=False
        ).returncode:
            missing = "the system's Python has no uno module (package python3-uno)"
            (pytest.fail if IN_CI else pytest.skip)(missing)
        self._profile = TemporaryDirectory(prefix="okr-libreoffice-")
        settings = Path(self._profile.name) / "user" / "registrymodifications.xcu"
        settings.parent.mkdir()
        settings.write_text(_PROFILE)
        self._process = subprocess.Popen(
            [python, SCRIPT, self._profile.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.files = 0

    def save(self, source: Path, edits: list, targets: list[Path]) -> None:
        """Edit a file, calculate it anew, and save it as others."""
        self.files += 1
        line = json.dumps([str(source), edits, [*map(str, targets)]])
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        clock = Timer(180, self._process.kill)
        clock.start()
        answer = self._process.stdout.readline()
        clock.cancel()
        assert answer == "\n", answer or "LibreOffice has ended."

    def end(self) -> None:
        self._process.communicate()
        self._profile.cleanup()


_open: list[LibreOffice] = []


def _end_all() -> None:
    while _open:
        _open.pop().end()


atexit.register(_end_all)


def _saved(source: Path, edits: list, targets: list[Path]) -> list[Path]:
    needs("soffice")
    if _open and _open[0].files >= MOST_FILES:
        _end_all()
    if not _open:
        _open.append(LibreOffice())
    for target in targets:
        target.parent.mkdir(exist_ok=True)
    _open[0].save(source, edits, targets)
    return targets


def edited(source: Path, folder: Path, edits: list, *suffixes: str) -> list[Path]:
    """The file as LibreOffice saves it after edits, once for each suffix."""
    return _saved(source, edits, [folder / f"edited{suffix}" for suffix in suffixes])


def libreoffice(source: Path, folder: Path, suffix: str = ".xlsx") -> Path:
    """The file as LibreOffice recalculates and saves it."""
    (path,) = _saved(source, [], [folder / "out" / f"{source.stem}{suffix}"])
    return path
