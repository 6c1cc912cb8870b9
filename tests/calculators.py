"""Independent calculators: they recalculate a workbook whose stored values were overwritten."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from datetime import date, datetime
from pathlib import Path

import formualizer
import ironcalc
from python_calamine import CalamineWorkbook

from okr_sheets.reading.guard import column_number

POISON = b"777"
SOFFICE = shutil.which("soffice")

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


def libreoffice(source: Path, folder: Path, suffix: str = "xlsx") -> Path:
    """The workbook as LibreOffice recalculates and saves it."""
    return libreoffice_all([source], folder, suffix)[0]


def libreoffice_all(sources: list[Path], folder: Path, suffix: str = "xlsx") -> list[Path]:
    """Several workbooks, recalculated and saved; fifty in one run, since it dies of hundreds."""
    if len(sources) > 50:
        rest = libreoffice_all(sources[50:], folder, suffix)
        return [*libreoffice_all(sources[:50], folder, suffix), *rest]
    profile = folder / "profile"
    settings = profile / "user" / "registrymodifications.xcu"
    if not settings.exists():
        settings.parent.mkdir(parents=True)
        settings.write_text(_PROFILE)
    out = folder / "out"
    subprocess.run(
        [
            SOFFICE or "soffice",
            f"-env:UserInstallation=file://{profile}",
            "--headless",
            "--convert-to",
            suffix,
            "--outdir",
            str(out),
            *map(str, sources),
        ],
        check=True,
        capture_output=True,
        timeout=900,
    )
    kind = suffix.partition(":")[0]
    return [out / f"{source.stem}.{kind}" for source in sources]
