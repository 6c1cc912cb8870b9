"""Render the pictures of the documents: sheets by LibreOffice, the page by Chromium.

    python docs/pictures.py

Needs soffice, pdftoppm and chromium. The pictures show the sample company.
"""

import subprocess
import tempfile
from pathlib import Path

from okr_sheets import demo, report, rollup

DOCS = Path(__file__).parent
SHEETS = {"okrs": "Objectives and key results", "dashboard": "Marketing OKRs"}


def run(*command):
    subprocess.run([str(part) for part in command], check=True, capture_output=True)


def pages(workbook, folder):
    """Each printed page of a workbook as a PNG file."""
    run(
        "soffice",
        f"-env:UserInstallation=file://{folder}/profile",
        "--headless",
        "--convert-to",
        "pdf",
        "--outdir",
        folder,
        workbook,
    )
    run("pdftoppm", "-r", 110, "-png", folder / f"{workbook.stem}.pdf", folder / workbook.stem)
    return sorted(folder.glob(f"{workbook.stem}-*.png"))


def text_of(pdf, page):
    done = subprocess.run(
        ["pdftotext", "-f", str(page), "-l", str(page), pdf, "-"],
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = demo.build(folder / "trackers")
        tracker = next(path for path in paths if "marketing" in path.name)
        for number, picture in enumerate(pages(tracker, folder), 1):
            said = text_of(folder / f"{tracker.stem}.pdf", number)
            for target, title in SHEETS.items():
                if title in said.splitlines()[:3]:
                    picture.replace(DOCS / f"{target}.png")
        page = report(rollup(folder / "trackers"), folder / "page.html")
        run(
            "chromium",
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            f"--user-data-dir={folder}/chromium",
            "--window-size=1280,900",
            "--virtual-time-budget=2000",
            f"--screenshot={DOCS / 'page.png'}",
            page.as_uri(),
        )


if __name__ == "__main__":
    main()
