"""What colours the cells of the OKRs sheet, down to the last row that formulas look at."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from okr_sheets.choices import OBJECTIVE
from okr_sheets.drawing.colours import (
    GRADE_STATUS,
    INK,
    MUTED,
    PALE,
    SLATE,
    STATUS_COLOURS,
)
from okr_sheets.drawing.conditions import DATA_BAR, Condition, in_status_colours, where
from okr_sheets.drawing.styles import Styles
from okr_sheets.schema import CHECK_IN_PREFIX
from okr_sheets.writing.layout import FIRST_ROW, LAST_ROW, Layout


def colour(sheet: Worksheet, layout: Layout, styles: Styles) -> None:
    """Add the sheet's conditional formats."""
    words = layout.words

    def add(first: str, last: str, *rules: Condition) -> None:
        left, right = layout.column[first] - 1, layout.column[last] - 1
        for rule in rules:
            sheet.conditional_format(FIRST_ROW - 1, left, LAST_ROW - 1, right, rule)

    def cell(key: str) -> str:
        return layout.cell(key, FIRST_ROW)

    def has(key: str, choice: str) -> str:
        return f'{cell(key)}="{words.choice(key, choice)}"'

    # First of all, since another rule on the same cells would hide it in LibreOffice.
    add("score", "score", DATA_BAR)
    statuses = {words.choice("status", key): key for key in STATUS_COLOURS}
    grades = {words.choice("grade", key): status for key, status in GRADE_STATUS.items()}
    add("status", "status", *in_status_colours(styles, statuses, bold=True))
    add("grade", "grade", *in_status_colours(styles, grades, bold=True))
    wrong = styles.rule(font_color=STATUS_COLOURS["off-track"][1], bold=True)
    add("to_fix", "to_fix", where(f'{cell("to_fix")}<>""', wrong))
    stopped = ",".join(has("status", key) for key in ("cancelled", "postponed"))
    receding = styles.rule(font_color="#9AA1B3", font_strikeout=True)
    add("id", "definition", where(f"OR({stopped})", receding))
    quiet = styles.rule(font_color=MUTED)
    add("id", "definition", where(has("status", "achieved"), quiet))
    band = styles.rule(bg_color=PALE, bold=True, font_color=INK, top=1, top_color=SLATE)
    add("id", layout.last_check_in, where(has("type", OBJECTIVE), band))
    thousands = styles.rule(num_format="#,##0")
    check_ins = (f"{CHECK_IN_PREFIX}{day}" for day in layout.dates)
    for key in ("baseline", "target", "current", *check_ins):
        large = f"AND(ISNUMBER({cell(key)}),ABS({cell(key)})>={words.grouped_from})"
        add(key, key, where(large, thousands))
