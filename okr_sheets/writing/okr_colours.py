"""What colours the cells of the OKRs sheet, down to the last row that formulas look at."""

from __future__ import annotations

from xlsxwriter.worksheet import Worksheet

from okr_sheets.choices import OBJECTIVE
from okr_sheets.drawing.colours import (
    ACCENT,
    GRADE_STATUS,
    INK,
    MUTED,
    NOW,
    PALE,
    SLATE,
    STATUS_COLOURS,
    WHITE,
)
from okr_sheets.drawing.conditions import DATA_BAR, Condition, in_status_colours, where
from okr_sheets.drawing.styles import Styles
from okr_sheets.writing.layout import DATE_ROW, FIRST_ROW, LAST_ROW, THIS_WEEK, Layout
from okr_sheets.writing.okr_view import GROUPED


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
    # What is to fix stands far right; that this week's number is awaited is seen in its column.
    is_wrong = f'{cell("to_fix")}<>"",{cell("waiting")}<>1'
    on_band = {"bg_color": PALE, "top": 1, "top_color": SLATE}
    wrong_band = styles.rule(**on_band, font_color=STATUS_COLOURS["off-track"][1], bold=True)
    objective = has("type", OBJECTIVE)
    add("id", "id", where(f"AND({objective},{is_wrong})", wrong_band))
    add("id", "id", where(f"AND({is_wrong})", wrong))
    stopped = ",".join(has("status", key) for key in ("cancelled", "postponed"))
    receding = styles.rule(font_color="#9AA1B3", font_strikeout=True)
    quiet = styles.rule(font_color=MUTED)
    for first, last in (("id", "target"), ("definition", "owner")):
        add(first, last, where(f"OR({stopped})", receding))
        add(first, last, where(has("status", "achieved"), quiet))
    band = styles.rule(**on_band, bold=True, font_color=INK)
    add("id", "to_fix", where(objective, band))
    thousands = {"num_format": "#,##0"}

    def large(first: str) -> str:
        size = f"ABS(N({layout.letter(first)}{FIRST_ROW}))"
        return f"AND({size}>={words.grouped_from},{size}<{GROUPED:.0f})"

    for key in ("baseline", "target", "current"):
        add(key, key, where(large(key), styles.rule(**thousands)))
    # Where several apply LibreOffice goes by the first alone.
    first, last = layout.first_check_in, layout.last_check_in
    is_now = f"{layout.letter(first)}${DATE_ROW}={layout.calendar(THIS_WEEK)}"
    now = {"bg_color": NOW} | dict.fromkeys(("left", "right"), 1)
    now |= dict.fromkeys(("left_color", "right_color"), ACCENT)
    both = where(f"AND({is_now},{large(first)})", styles.rule(**now, **thousands))
    this_week, of_thousands = styles.rule(**now), styles.rule(**thousands)
    add(first, last, both, where(is_now, this_week), where(large(first), of_thousands))
    dates = (DATE_ROW - 1, layout.column[first] - 1, DATE_ROW - 1, layout.column[last] - 1)
    date_look = styles.rule(bg_color=ACCENT, font_color=WHITE)
    sheet.conditional_format(*dates, where(is_now, date_look))
