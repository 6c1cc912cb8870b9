"""The first sheet: who and when, how to use it, and what to ask while writing."""

from __future__ import annotations

from datetime import date

from xlsxwriter.worksheet import Worksheet

from okr_sheets.about import About
from okr_sheets.bands import Bands, grade_rule, status_meaning, written
from okr_sheets.choices import STATUSES
from okr_sheets.columns import serial
from okr_sheets.drawing.cells import put
from okr_sheets.drawing.colours import (
    ACCENT,
    COMPUTED,
    INPUT,
    LINE,
    MUTED,
    PALE,
    STATUS_COLOURS,
    WHITE,
)
from okr_sheets.drawing.names import quoted_sheet
from okr_sheets.drawing.sheets import set_page
from okr_sheets.drawing.styles import Styles
from okr_sheets.drawing.text_width import MARGIN, line_height, lines_of
from okr_sheets.language import Language
from okr_sheets.schema import SETTING_PREFIX, SETTINGS
from okr_sheets.writing.validations import of_kind

KEY, NUMBER, LABEL, VALUE, TEXT = 0, 2, 3, 4, 5  # columns, from 0; the second is a margin
WIDTHS = (2, 2, 6, 30, 30, 84)  # of the columns
STEPS_ROW = 4
SETTINGS_ROW = 10  # the row of the section's title, from 0
STEP_SHEETS = (None, "okrs", "actions", "okrs", "dashboard")


def setting_cells(sheet: str) -> dict[str, str]:
    """The cell of each setting, as other sheets' formulas name it."""
    return {
        column.key: f"{quoted_sheet(sheet)}!$E${SETTINGS_ROW + 2 + number}"
        for number, column in enumerate(SETTINGS)
    }


def write_start(
    sheet: Worksheet, about: About, bands: Bands, words: Language, styles: Styles
) -> None:
    """Steps, settings, questions, SMART, and what scores and colours mean."""
    sheet.hide_gridlines(2)
    sheet.set_default_row(20)
    for column, width in enumerate(WIDTHS):
        hidden = {"hidden": True} if column == KEY else {}
        sheet.set_column(column, column, width, styles(), hidden)
    sheet.set_row(1, 34)
    sheet.write_string(1, NUMBER, words("start.title"), styles(font_size=22, bold=True))
    sheet.write_string(2, NUMBER, words("start.subtitle"), styles.caption)
    _steps(sheet, words, styles)
    row = _settings(sheet, about, words, styles)
    silent = {
        "language": about.language,
        "fiscal_start": str(about.fiscal_start),
        "bands": written(bands),
    }
    for key, value in silent.items():
        row = _silent(sheet, row, key, value, styles)
    row = _questions(sheet, row + 1, words, styles)
    row = _smart(sheet, row, words, styles)
    row = _meanings(sheet, row, bands, words, styles)
    set_page(sheet, 2, (0.5, 0.5, 0.5, 0.6))
    sheet.print_area(0, 0, row, TEXT)


def _section(sheet: Worksheet, row: int, title: str, styles: Styles) -> int:
    sheet.set_row(row, 26)
    for column in range(NUMBER, TEXT + 1):
        sheet.write_blank(row, column, None, styles.section)
    sheet.write_string(row, NUMBER, title, styles.section)
    return row + 1


def _steps(sheet: Worksheet, words: Language, styles: Styles) -> None:
    row = _section(sheet, STEPS_ROW - 1, words("start.steps"), styles)
    for number, target in enumerate(STEP_SHEETS, 1):
        title, text = words.lines(f"start.step_{number}")
        sheet.set_row(row, 30)
        badge = styles(font_size=14, bold=True, font_color=WHITE, bg_color=ACCENT, align="center")
        band = {"bg_color": PALE, "bottom": 1, "bottom_color": WHITE}
        sheet.write_number(row, NUMBER, number, badge)
        sheet.write_string(row, LABEL, title, styles(bold=True, indent=1, **band))
        if target:
            name = words(f"sheets.{target}")
            link = styles(font_color=ACCENT, underline=1, **band)
            shown = "→ " + words("start.go", sheet=name)
            sheet.write_url(row, VALUE, f"internal:{quoted_sheet(name)}!A1", link, shown)
        else:
            sheet.write_string(row, VALUE, "↓", styles(font_color=ACCENT, **band))
        sheet.write_string(row, TEXT, text, styles(text_wrap=True, **band))
        row += 1


def _settings(sheet: Worksheet, about: About, words: Language, styles: Styles) -> int:
    row = _section(sheet, SETTINGS_ROW, words("start.settings"), styles)
    for column in SETTINGS:
        value = getattr(about, column.key)
        look = styles.cell(column.kind, bold=True, align="left", indent=1)
        _key(sheet, row, column.key, styles)
        sheet.write_string(row, LABEL, words(f"settings.{column.key}"), styles(indent=1))
        if isinstance(value, date):
            value = serial(value)
        elif value and column.kind == "choice":
            value = words.choice(column.key, value)
        put(sheet, row, VALUE, value, look)
        hint = styles(font_color=MUTED, italic=True, indent=1)
        sheet.write_string(row, TEXT, words(f"start.hint_{column.key}"), hint)
        rule = of_kind(column.kind, words, column.key)
        if rule:
            sheet.data_validation(row, VALUE, row, VALUE, rule)
        row += 1
    return row


def _silent(sheet: Worksheet, row: int, key: str, value: str, styles: Styles) -> int:
    """A setting that people need not see."""
    _key(sheet, row, key, styles)
    # The first filled cell right of a key is the label, the next one the value.
    for column, text in ((NUMBER, key), (LABEL, value)):
        sheet.write_string(row, column, text, styles(font_color=WHITE, font_size=8))
    sheet.set_row(row, None, None, {"hidden": True})
    return row + 1


def _key(sheet: Worksheet, row: int, key: str, styles: Styles) -> None:
    sheet.write_string(row, KEY, f"{SETTING_PREFIX}{key}", styles(font_size=8, font_color=MUTED))


def _questions(sheet: Worksheet, row: int, words: Language, styles: Styles) -> int:
    row = _section(sheet, row, words("start.questions"), styles)
    for kind in ("dashboard.objective", "dashboard.key_result", "actions.action"):
        sheet.write_string(row, LABEL, words(kind), styles(bold=True, indent=1))
        for question in words.lines(f"start.questions_{kind.partition('.')[2]}"):
            sheet.write_string(row, VALUE, question, styles())
            row += 1
        row += 1
    return row


def _smart(sheet: Worksheet, row: int, words: Language, styles: Styles) -> int:
    row = _section(sheet, row, words("start.smart"), styles)
    for letter in "smart":
        sign, name, text = words.lines(f"start.smart_{letter}")
        look = styles(bold=True, font_color=ACCENT, align="center", font_size=13)
        sheet.write_string(row, NUMBER, sign, look)
        sheet.write_string(row, LABEL, name, styles(bold=True, indent=1))
        sheet.write_string(row, VALUE, text, styles())
        row += 1
    row = _section(sheet, row + 1, words("start.rules"), styles)
    for key in ("count", "objective", "pay", "drop"):
        sheet.write_string(row, LABEL, words(f"start.rule_{key}"), styles(indent=1))
        row += 1
    return row + 1


def _meanings(sheet: Worksheet, row: int, bands: Bands, words: Language, styles: Styles) -> int:
    row = _section(sheet, row, words("start.scores"), styles)
    for key in ("score_rule", "expected_rule"):
        row = _sentence(sheet, row, words(f"start.{key}"), words, styles)
    row += 1
    for key, fill in (("colour_input", INPUT), ("colour_computed", COMPUTED)):
        look = styles(bold=True, bg_color=fill, border=1, border_color=LINE, indent=1)
        sheet.write_string(row, LABEL, words(f"start.{key}"), look)
        sheet.write_string(row, VALUE, words(f"start.{key}_meaning"), styles(indent=1))
        row += 1
    for status in STATUSES:
        fill, ink = STATUS_COLOURS[status]
        look = styles(
            bold=True, bg_color=fill, font_color=ink, border=1, border_color=LINE, indent=1
        )
        sheet.write_string(row, LABEL, words.choice("status", status), look)
        sheet.write_string(row, VALUE, status_meaning(status, bands, words), styles(indent=1))
        row += 1
    return _sentence(sheet, row + 1, grade_rule(bands, words), words, styles)


def _sentence(sheet: Worksheet, row: int, text: str, words: Language, styles: Styles) -> int:
    """A text across the page, in as many lines as it needs."""
    sheet.merge_range(row, LABEL, row, TEXT, text, styles(indent=1, text_wrap=True))
    lines = lines_of(text, sum(WIDTHS[LABEL:]) - MARGIN)
    sheet.set_row(row, max(20, line_height(words) * lines + 5))
    return row + 1
