"""Render the pictures of the documents: sheets by LibreOffice, the page by Chromium.

    python docs/pictures.py

Needs soffice, pdftoppm, pdftotext and chromium. Every sheet in English, the OKRs sheet and the
dashboard in the other languages, all of the sample company's marketing.
"""

import subprocess
import tempfile
from pathlib import Path

from okr_sheets import demo, report, rollup, write
from okr_sheets.language import language, languages

DOCS = Path(__file__).parent
SHEETS = ("start", "okrs", "actions", "log", "dashboard", "lists")
ABROAD = ("okrs", "dashboard")


def run(*command):
    done = subprocess.run([str(part) for part in command], check=True, capture_output=True)
    return done.stdout.decode()


def photograph(workbook, code, folder):
    """Save the first page of each sheet as a picture; a page's footer names its sheet."""
    words = language(code)
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
    pdf = folder / f"{workbook.stem}.pdf"
    wanted = {words(f"sheets.{key}"): key for key in (SHEETS if code == "en" else ABROAD)}
    pages = run("pdftotext", "-layout", pdf, "-").split("\f")
    for number, text in enumerate(pages, 1):
        footer = next((line for line in reversed(text.splitlines()) if line.strip()), "")
        sheet = next((name for name in wanted if footer.rstrip().endswith(f" {name}")), None)
        if sheet:
            target = DOCS / (wanted.pop(sheet) + ("" if code == "en" else f"-{code}"))
            page = ("-f", number, "-l", number, "-r", 110, "-singlefile", "-png")
            run("pdftoppm", *page, pdf, target)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        demo.build(folder / "trackers")
        for code in languages():
            tracker = demo.marketing(code)
            photograph(write(tracker, folder / f"marketing-{code}.xlsx"), code, folder)
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
