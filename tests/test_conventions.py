"""Numbers, percents and days as each language writes them: in text, in cells and in charts.

Chromium knows what CLDR says of a language, LibreOffice shows cells as a program of its locale does.
"""

import re
import subprocess
import tomllib
import zipfile
from dataclasses import replace
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from conftest import needs
from test_terms import written

import okr_sheets as okr
from okr_sheets import demo
from okr_sheets.drawing.styles import COUNT, PERCENT, POINTS, Styles
from okr_sheets.drawing.workbooks import workbook_in
from okr_sheets.language import language, languages
from okr_sheets.reading.cells import as_percent
from okr_sheets.reports.phrases import day_text

DAY = date(2027, 3, 5)
MINUS = "\N{MINUS SIGN}"  # where text has it, cells have the hyphen of their program
NUMBERS = (7, 999, 1234, 9999, 12345, 1234567, -7, -1234, -12345, 0.5, -1234.5)
SHARES = (0, 0.62, 1, 1.27, -0.06, -0.62)
# How a date is told there: English as in Britain, Korean with its words.
LOCALES = {"en": ("en-GB", "medium"), "ko": ("ko", "long")}
PLACES = {
    "en": "en-GB",
    "fi": "fi-FI",
    "hu": "hu-HU",
    "ko": "ko-KR",
    "th": "th-TH",
    "tr": "tr-TR",
}
INTL = """([code, told, style, day, numbers, shares]) => {
  const format = (options) => new Intl.NumberFormat(code, options);
  const days = { dateStyle: style, timeZone: "UTC" };
  return {
    numbers: numbers.map((each) => format({ maximumSignificantDigits: 15 }).format(each)),
    shares: shares.map((each) => format({ style: "percent" }).format(each)),
    exact: shares.map((each) =>
      format({ style: "percent", minimumFractionDigits: 2 }).format(each)),
    range: format({}).formatRange(74, 94),
    day: new Intl.DateTimeFormat(`${told}-u-ca-gregory`, days).format(new Date(day)),
  };
}"""
# A percent that is not written as the language does, in whatever it was typed.
WRONG_PERCENTS = {
    "tr": r"[\d}]\s?%",
    "fi": r"[\d}](?:%| %)|%\d",
    **dict.fromkeys(("en", "th", "ko", "hu"), r"[\d}]\s%|%\d"),
}
FOUR_GROUPED = re.compile(r"(?<!\d)(?<!\d[\s.])\d[\s.]\d{3}(?!\d|[\s.]\d{3})")
LIBREOFFICE_LOCALE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N">
<prop oor:name="ooSetupSystemLocale" oor:op="fuse"><value>{}</value></prop></item></oor:items>"""


@pytest.mark.parametrize("code", languages())
def test_text_is_what_cldr_says(code, browser):
    words, (told, style) = language(code), LOCALES.get(code, (code, "medium"))
    page = browser.new_page()
    said = page.evaluate(INTL, [code, told, style, DAY.isoformat(), NUMBERS, SHARES])
    page.close()
    assert [words.number(each) for each in NUMBERS] == said["numbers"]
    assert [words.percent(each) for each in SHARES] == said["shares"]
    assert [words.percent(each, 2) for each in SHARES] == said["exact"]
    assert words("formats.range", low=74, high=94) == said["range"]
    assert words.percent_range(0.74, 0.94) == words("formats.percent", n=said["range"])
    assert day_text(DAY, words) == said["day"]


def test_what_a_cell_shows_as_percents_is_told_in_the_languages_way():
    finnish, turkish = language("fi"), language("tr")
    assert as_percent(-0.05, turkish) == turkish.percent(-0.05)
    assert as_percent(-0.05, finnish) == finnish.percent(-0.05)
    assert as_percent(-0.0625, turkish) == "-%6,25"
    assert [as_percent(each, language("en")) for each in (0.07, 1e-300)] == ["7%", f"0.{'0' * 15}%"]
    # Halves go up, as in a cell, and nothing is below zero that is shown as zero.
    assert [turkish.percent(each, 1) for each in (0.0625, -0.0001)] == ["%6,3", "%0,0"]


def test_the_offer_of_a_number_is_one_that_programs_take():
    for code in languages():
        assert language(code).offer("target=-5").endswith(": -5")


@pytest.mark.parametrize("code", languages())
def test_no_text_writes_a_percent_in_another_way(code):
    pattern = re.compile(WRONG_PERCENTS[code])
    assert not [at for at in written(code) if pattern.search(at[2])]


@pytest.mark.parametrize(
    ("text", "is_grouped"),
    [
        ("6 200-ról 900-ra", True),
        ("havi 9.500 látogatás", True),
        ("6200-ról 900-ra", False),
        ("13 000-re", False),
        ("1 250 000 forint", False),
        ("2027. 03. 05.", False),
    ],
)
def test_four_digits_in_groups_are_found(text, is_grouped):
    assert bool(FOUR_GROUPED.search(text)) == is_grouped


@pytest.mark.parametrize("code", sorted(PLACES))
def test_example_sets_write_numbers_in_the_languages_way(code):
    for path in Path(demo.__file__).parents[1].glob(f"templates/*.{code}.toml"):
        text = path.read_text("utf-8")
        titles = [line.split("=", 1)[1] for line in text.splitlines() if ' = "' in line]
        wrong = re.compile({"fi": r"\d%|%\d"}.get(code, WRONG_PERCENTS[code]))
        assert not [line for line in titles if wrong.search(line)], path.name
        assert tomllib.loads(text)
        if code == "hu":
            assert not [line for line in titles if FOUR_GROUPED.search(line)], path.name


def shown(paths, folder, locale):
    """What workbooks say on paper, printed by LibreOffice where people set this locale."""
    pdftotext = needs("pdftotext")
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(LIBREOFFICE_LOCALE.format(locale))
    command = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless"]
    command += ["--convert-to", "pdf", "--outdir", folder / "shown", *paths]
    subprocess.run(command, check=True, capture_output=True)
    texts = [
        subprocess.run([pdftotext, "-layout", pdf, "-"], check=True, capture_output=True).stdout
        for pdf in (folder / "shown").glob("*.pdf")
    ]
    return "\n".join(text.decode() for text in texts).replace(MINUS, "-")


@pytest.fixture
def files_of(book, tmp_path):
    """A tracker of a language with numbers of four and of five digits, and its rollup's reports."""

    def made(code):
        drawn = okr.read(
            book("""
            | Quarter | 2027-Q1    |
            | As of   | 2027-02-05 |
            | ID      | Title | Owner | Type      | Baseline | Target | 2027-01-29 | 2027-02-05 |
            | O1      | Grow  | Ann   | Objective |          |        |            |            |
            | O1.KR1  | Leads | Ann   | Increase  | 1234     | 11234  | 2234       | 7434       |
            | O1.KR2  | Calls | Ann   | Increase  | 12345    | 22345  | 13345      | 18545      |
            """)
        )
        told = replace(drawn, about=replace(drawn.about, language=code))
        rolled = okr.rollup(okr.write(told, tmp_path / "tracker.xlsx"))
        return [
            tmp_path / "tracker.xlsx",
            okr.report(rolled, tmp_path / "rollup.xlsx", code),
            okr.report(rolled, tmp_path / "rollup.pptx", code),
        ]

    return made


@pytest.mark.parametrize("code", languages())
def test_cells_are_shown_as_text_writes_it(code, files_of, tmp_path, soffice):
    """Signs are the program's, and what no program does by itself is in the format."""
    words = language(code)
    tracker, rollup, _ = files_of(code)
    of_formats = tmp_path / "formats.xlsx"
    numbers = {PERCENT: (0.62, 1.0, 0.0, -0.06), POINTS: (0.04, -0.06), COUNT: (7, 1234, 12345)}
    with workbook_in(of_formats, "", "", DAY) as made:
        sheet, styles = made.add_worksheet(), Styles(made, words)
        for row, (name, values) in enumerate(numbers.items()):
            for column, value in enumerate(values):
                sheet.write_number(row, column, value, styles(num_format=name))
    text = shown([tracker, rollup, of_formats], tmp_path, PLACES[code])
    expected = {words.percent(share) for share in (0.62, 1, 0, -0.06)}
    expected |= {f"+{words.percent(0.04)}"}
    expected |= {words.number(each) for each in (7, 1234, 11234, 12345, 7434, 18545)}
    for each in expected:
        # On paper a no-break space is a gap, which pdftotext tells or not.
        pattern = re.escape(each.replace(MINUS, "-")).replace("\N{NO-BREAK SPACE}", r"\s?")
        assert re.search(rf"(?<![\w%.,]){pattern}(?![\w%])", text), each
    turned = r"\d\s?%" if code == "tr" else r"%\d"
    assert not re.search(rf"(?:^|\s){turned}(?:\s|$)", text, re.MULTILINE)


@pytest.mark.parametrize("code", languages())
def test_charts_show_percents_and_days_as_cells_do(code, files_of):
    words = language(code)
    allowed = {words.percent_format, words("formats.day"), "General", "0", "m/d/yyyy"}
    for path in files_of(code):
        found = set()
        with zipfile.ZipFile(path) as package:
            for name in package.namelist():
                if re.search(r"charts/chart\d+\.xml", name):
                    codes = re.findall(r'formatCode="([^"]*)"', package.read(name).decode())
                    found |= set(map(unescape, codes))
        assert words.percent_format in found, path.name
        assert found <= allowed, path.name
