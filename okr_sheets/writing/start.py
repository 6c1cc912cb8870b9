"""The first sheet: who and when, how to use it, and how to write good OKRs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import zip_longest

from xlsxwriter.worksheet import Worksheet

from okr_sheets.about import About
from okr_sheets.bands import Bands, grade_rule, status_meaning, written
from okr_sheets.choices import STATUSES
from okr_sheets.columns import serial
from okr_sheets.drawing.cells import put
from okr_sheets.drawing.colours import (
    ACCENT,
    COMPUTED,
    INK,
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
from okr_sheets.schema import SETTING_PREFIX, SETTINGS, TEMPLATE_VERSION
from okr_sheets.writing.validations import cadence_of, of_kind

# Columns, from 0: a margin behind the key, then a left half and a right half of three each.
KEY, NUMBER, LABEL, VALUE, MARK, TEXT, REASON = 0, 2, 3, 4, 5, 6, 7
WIDTHS = (2, 2, 5, 38, 43, 5, 45, 44)  # of the columns
LEFT, RIGHT = (NUMBER, VALUE), (MARK, REASON)
ROW = 20.0  # points of height
PRINTED = 66  # percent of its size: as wide as a page of A4 or Letter
STEPS_ROW = 4
SETTINGS_ROW = 10  # the row of the section's title, from 0
EXAMPLES = {"objective": {"good": 6, "bad": 2}, "key_result": {"good": 5, "bad": 5}}
VERDICTS = {"good": ("✓", "on-track"), "bad": ("✗", "off-track")}  # sign, and status of its colour
STEP_SHEETS = (None, "okrs", "actions", "okrs", "dashboard")
WEEKLY_STEP = 4


def setting_cells(sheet: str) -> dict[str, str]:
    """The cell of each setting, as other sheets' formulas name it."""
    return {
        column.key: f"{quoted_sheet(sheet)}!$E${SETTINGS_ROW + 2 + number}"
        for number, column in enumerate(SETTINGS)
    }


def go_to(sheet: str, words: Language) -> str:
    """The text of a link to a sheet."""
    return "→ " + words("start.go", sheet=sheet)


def write_start(
    sheet: Worksheet, about: About, bands: Bands, words: Language, styles: Styles, this_week: str
) -> None:
    """Steps, settings, questions, examples, SMART, and what scores and colours mean.

    `this_week` is the formula that links to where this week's numbers are typed.
    """
    sheet.hide_gridlines(2)
    sheet.set_default_row(ROW)
    for column, width in enumerate(WIDTHS):
        hidden = {"hidden": True} if column == KEY else {}
        sheet.set_column(column, column, width, styles(), hidden)
    sheet.set_row(1, 34)
    sheet.write_string(1, NUMBER, words("start.title"), styles(font_size=22, bold=True))
    sheet.write_string(2, NUMBER, words("start.subtitle"), styles.caption)
    _steps(sheet, words, styles, this_week)
    row = _settings(sheet, about, words, styles)
    silent = {
        "language": about.language,
        "fiscal_start": str(about.fiscal_start),
        "bands": written(bands),
        "template": str(TEMPLATE_VERSION),
    }
    for key, value in silent.items():
        row = _silent(sheet, row, key, value, styles)
    questions = row + 1
    row = _questions(sheet, questions, words, styles)
    row = _examples(sheet, row + 1, words, styles)
    smart = row + 1
    row = _smart(sheet, smart, words, styles)
    row = _meanings(sheet, row + 1, bands, words, styles)
    set_page(sheet, 0, (0.5, 0.5, 0.5, 0.6))
    sheet.set_print_scale(PRINTED)
    sheet.set_h_pagebreaks([questions, smart])
    sheet.print_area(0, 0, row - 1, REASON)


def _section(sheet: Worksheet, row: int, title: str, styles: Styles, right: str = "") -> int:
    """A title across the page, or one above each half of it."""
    sheet.set_row(row, 26)
    for column in range(NUMBER, REASON + 1):
        sheet.write_blank(row, column, None, styles.section)
    sheet.write_string(row, NUMBER, title, styles.section)
    if right:
        sheet.write_string(row, MARK, right, styles.section)
    return row + 1


def _steps(sheet: Worksheet, words: Language, styles: Styles, this_week: str) -> None:
    row = _section(sheet, STEPS_ROW - 1, words("start.steps"), styles)
    for number, target in enumerate(STEP_SHEETS, 1):
        title, text = words.lines(f"start.step_{number}")
        sheet.set_row(row, 26)
        badge = styles(font_size=14, bold=True, font_color=WHITE, bg_color=ACCENT, align="center")
        band = {"bg_color": PALE, "bottom": 1, "bottom_color": WHITE}
        sheet.write_number(row, NUMBER, number, badge)
        sheet.write_string(row, LABEL, title, styles(bold=True, indent=1, **band))
        if target:
            name = words(f"sheets.{target}")
            link = styles(font_color=ACCENT, underline=1, **band)
            shown, place = go_to(name, words), f"internal:{quoted_sheet(name)}!A1"
            if number == WEEKLY_STEP:
                sheet.write_formula(row, VALUE, f"={this_week}", link, shown)
                # Excel on the web and Google Sheets follow no formula within a workbook.
                titled = styles(bold=True, underline=1, indent=1, **band)
                sheet.write_url(row, LABEL, place, titled, title)
            else:
                sheet.write_url(row, VALUE, place, link, shown)
        else:
            sheet.write_string(row, VALUE, "↓", styles(font_color=ACCENT, **band))
        sheet.merge_range(row, MARK, row, REASON, text, styles(text_wrap=True, indent=1, **band))
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
        sheet.write_string(row, MARK, words(f"start.hint_{column.key}"), hint)
        rule = of_kind(column.kind, words, column.key)
        if column.key == "cadence":
            rule = cadence_of(words, annual=about.is_annual)
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
    rules = [words(f"start.rule_{key}") for key in ("count", "objective", "pay", "drop")]
    questions = {
        kind: (words(f"dashboard.{kind}"), *words.lines(f"start.questions_{kind}"))
        for kind in ("objective", "key_result")
    }
    actions = (words("actions.action"), *words.lines("start.questions_action"))
    row = _abreast(sheet, row, questions["objective"], questions["key_result"], words, styles)
    return _abreast(sheet, row, actions, (words("start.rules"), *rules), words, styles)


def _abreast(
    sheet: Worksheet,
    row: int,
    left: Sequence[str],
    right: Sequence[str],
    words: Language,
    styles: Styles,
) -> int:
    """Two lists side by side, each below its heading."""
    for number, texts in enumerate(zip_longest(left, right, fillvalue="")):
        look = styles(bold=number == 0, text_wrap=True, indent=1)
        cells = [(text, *half) for text, half in zip(texts, (LEFT, RIGHT), strict=True) if text]
        for text, first, last in cells:
            sheet.merge_range(row, first, row, last, text, look)
        _fit(sheet, row, cells, words)
        row += 1
    return row


def _examples(sheet: Worksheet, row: int, words: Language, styles: Styles) -> int:
    """Good and bad ones side by side, objectives on the left, each with a sign and its reason."""
    titles = (words(f"start.examples_{kind}") for kind in EXAMPLES)
    row = _section(sheet, row, next(titles), styles, next(titles))
    columns = (_verdicts(kind, words) for kind in EXAMPLES)
    for pair in zip_longest(*columns):
        cells = []
        for example, mark in zip(pair, (NUMBER, MARK), strict=True):
            if example:
                verdict, text, reason = example
                sign, status = VERDICTS[verdict]
                fill, ink = STATUS_COLOURS[status]
                look = {"bg_color": fill, "font_color": ink, "bottom": 1, "bottom_color": WHITE}
                bold = styles(bold=True, align="center", **look)
                sheet.write_string(row, mark, sign, bold)
                sheet.write_string(row, mark + 1, text, styles(text_wrap=True, **look))
                sheet.write_string(row, mark + 2, reason, styles(text_wrap=True, indent=1))
                cells += [(text, mark + 1, mark + 1), (reason, mark + 2, mark + 2)]
        _fit(sheet, row, cells, words)
        row += 1
    return row


def _verdicts(kind: str, words: Language) -> Iterator[tuple[str, str, str]]:
    """Verdict, text and reason of each example of a kind, the good ones first."""
    for verdict, count in EXAMPLES[kind].items():
        for number in range(1, count + 1):
            text, reason = words.lines(f"start.{verdict}_{kind}_{number}")
            yield verdict, text, reason


def _smart(sheet: Worksheet, row: int, words: Language, styles: Styles) -> int:
    """What each letter asks for, and beside it a key result as it stands after that letter."""
    row = _section(sheet, row, words("start.smart"), styles, words("start.smart_example"))
    for letter in "smart":
        sign, name, text, example = words.lines(f"start.smart_{letter}")
        look = styles(bold=True, font_color=ACCENT, align="center", font_size=13)
        sheet.write_string(row, NUMBER, sign, look)
        sheet.write_string(row, LABEL, name, styles(bold=True, indent=1, text_wrap=True))
        sheet.write_string(row, VALUE, text, styles(text_wrap=True))
        sheet.write_string(row, MARK, sign, look)
        band = {"bg_color": PALE, "bottom": 1, "bottom_color": WHITE}
        band |= {"bold": True} if letter == "t" else {}
        sheet.merge_range(row, TEXT, row, REASON, example, styles(text_wrap=True, indent=1, **band))
        cells = [(name, LABEL, LABEL), (text, VALUE, VALUE), (example, TEXT, REASON)]
        _fit(sheet, row, cells, words)
        row += 1
    return row


def _meanings(sheet: Worksheet, row: int, bands: Bands, words: Language, styles: Styles) -> int:
    """What colours mean, in both halves of the page, and below them how scores come about."""
    row = _section(sheet, row, words("start.scores"), styles)
    legend = [
        (words(f"start.{key}"), words(f"start.{key}_meaning"), fill, INK)
        for key, fill in (("colour_input", INPUT), ("colour_computed", COMPUTED))
    ]
    legend += [
        (words.choice("status", key), status_meaning(key, bands, words), *STATUS_COLOURS[key])
        for key in STATUSES
    ]
    half = len(legend) // 2
    for pair in zip(legend[:half], legend[half:], strict=True):
        for (label, meaning, fill, ink), column in zip(pair, (LABEL, TEXT), strict=True):
            look = {"bg_color": fill, "font_color": ink, "border": 1, "border_color": LINE}
            sheet.write_string(row, column, label, styles(bold=True, indent=1, **look))
            sheet.write_string(row, column + 1, meaning, styles(indent=1, text_wrap=True))
        _fit(sheet, row, [(pair[0][1], VALUE, VALUE), (pair[1][1], REASON, REASON)], words)
        row += 1
    row += 1
    for text in (words("start.score_rule"), words("start.expected_rule"), grade_rule(bands, words)):
        sheet.merge_range(row, LABEL, row, REASON, text, styles(indent=1, text_wrap=True))
        _fit(sheet, row, [(text, LABEL, REASON)], words)
        row += 1
    return row


def _fit(
    sheet: Worksheet, row: int, cells: Iterable[tuple[str, int, int]], words: Language
) -> None:
    """Make a row as high as its texts need, each given with its first and last column."""
    lines = max(lines_of(text, sum(WIDTHS[one : last + 1]) - MARGIN) for text, one, last in cells)
    sheet.set_row(row, max(ROW, line_height(words) * lines + 5))
