"""Independent calculators: they recalculate a workbook whose stored values were overwritten."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

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


def libreoffice(source: Path, folder: Path, suffix: str = "xlsx") -> Path:
    """The workbook as LibreOffice recalculates and saves it."""
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
            str(source),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )
    return out / f"{source.stem}.{suffix.split(':', maxsplit=1)[0]}"
