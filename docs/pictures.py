"""Render the pictures of the documents: sheets and slides by LibreOffice, the page by Chromium.

    python docs/pictures.py

Needs soffice, pdftoppm, pdftotext, chromium, playwright and matplotlib. Every sheet in English, the
OKRs sheet and the dashboard in the other languages, all of the sample company's marketing; its
rollup; the plots of the document on notebooks.
"""

import contextlib
import re
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

import matplotlib as mpl
from playwright.sync_api import sync_playwright

from okr_sheets import demo, report, rollup, write
from okr_sheets.language import language, languages

DOCS = Path(__file__).parent
NOTEBOOK = DOCS / "notebook.md"
SHEETS = ("start", "okrs", "actions", "log", "close", "dashboard", "lists")
ABROAD = ("okrs", "dashboard")
# Of the rollup's workbook.
ROLLED = ("summary", "teams", "key_results", "alignment", "forecast", "attention")

# Width, height and colours of the page's pictures.
SCREENS = {
    "page": (1440, 1800, "light"),
    "page-dark": (1440, 1000, "dark"),
    "page-phone": (390, 1500, "light"),
}


def run(*command):
    done = subprocess.run([str(part) for part in command], check=True, capture_output=True)
    return done.stdout.decode()


def converted(document, folder):
    """A document as LibreOffice makes a PDF of it."""
    profile = f"-env:UserInstallation=file://{folder}/profile"
    run("soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, document)
    return folder / f"{document.stem}.pdf"


def on_one_page(workbook):
    """The workbook with its OKRs, plan and weeks, on one page, as a screen shows them."""
    folder = workbook.parent / "wide"
    folder.mkdir(exist_ok=True)
    wide = folder / workbook.name
    with zipfile.ZipFile(workbook) as source, zipfile.ZipFile(wide, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "xl/worksheets/sheet2.xml":
                content = re.sub(rb"<colBreaks.*</colBreaks>", b"", content)
                content = re.sub(rb'<pageSetup scale="\d+"', b'<pageSetup fitToHeight="0"', content)
                fitted = b'<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><dimension'
                content = content.replace(b"<dimension", fitted, 1)
            target.writestr(name, content)
    return wide


def photograph(workbook, wanted, folder):
    """Save the first page of each wanted sheet (name to picture); its footer names a page."""
    pdf = converted(workbook, folder)
    pages = run("pdftotext", "-layout", pdf, "-").split("\f")
    for number, text in enumerate(pages, 1):
        footer = next((line for line in reversed(text.splitlines()) if line.strip()), "")
        sheet = next((name for name in wanted if footer.rstrip().endswith(f" {name}")), None)
        if sheet:
            target = DOCS / wanted.pop(sheet)
            page = ("-f", number, "-l", number, "-r", 110, "-singlefile", "-png")
            run("pdftoppm", *page, pdf, target)


def photograph_slide(deck, number, name, folder):
    """Save one slide of a deck as a picture."""
    pdf = converted(deck, folder)
    page = ("-f", number, "-l", number, "-r", 96, "-singlefile", "-png")
    run("pdftoppm", *page, pdf, DOCS / name)


def screenshots(page):
    """Save the page as a desk, a phone and a dark room show it."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for name, (width, height, scheme) in SCREENS.items():
            viewport = {"width": width, "height": height}
            screen = chromium.new_page(viewport=viewport, color_scheme=scheme)
            screen.goto(page.as_uri())
            screen.screenshot(path=DOCS / f"{name}.png")
        chromium.close()


def plots(folder):
    """Save the plots of the document on notebooks, made by its own code on the samples."""
    (folder / "samples").symlink_to(DOCS.parent / "samples")
    mpl.use("agg")
    names = {}
    blocks = re.findall(
        r"^```python\n(.*?)^```", NOTEBOOK.read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    with contextlib.chdir(folder):
        for code in blocks:
            exec(code, names)
    for picture in folder.glob("plot-*.png"):
        shutil.copy(picture, DOCS)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        demo.build(folder / "trackers", demo.company())
        demo.build(folder / demo.LAST_QUARTER, demo.last_quarter())
        rolled = rollup(folder / "trackers", previous=folder / demo.LAST_QUARTER)
        for code in languages():
            tracker = demo.marketing(code)
            words, end = language(code), "" if code == "en" else f"-{code}"
            keys = SHEETS if code == "en" else ABROAD
            wanted = {words(f"sheets.{key}"): f"{key}{end}" for key in keys}
            workbook = write(tracker, folder / f"marketing-{code}.xlsx")
            photograph(on_one_page(workbook), wanted, folder)
        words = language("en")
        wanted = {words(f"report.{key}"): f"rollup-{key.replace('_', '-')}" for key in ROLLED}
        photograph(report(rolled, folder / "rollup.xlsx", "en"), wanted, folder)
        photograph_slide(report(rolled, folder / "deck.pptx", "en"), 2, "readout", folder)
        screenshots(report(rolled, folder / "page.html"))
        plots(folder)


if __name__ == "__main__":
    main()
