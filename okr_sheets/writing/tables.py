"""The plain sheets: actions, log, close, and the lists behind the drop-downs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from okr_sheets.columns import Columns
from okr_sheets.drawing.cells import put
from okr_sheets.drawing.colours import MUTED, STATUS_COLOURS
from okr_sheets.drawing.names import quoted_sheet
from okr_sheets.drawing.sheets import FITTED, begin, set_page
from okr_sheets.drawing.styles import Styles
from okr_sheets.drawing.text_width import MARGIN, TALLEST, line_height, lines_of
from okr_sheets.formulas import quoted
from okr_sheets.language import Language
from okr_sheets.letters import column_letters
from okr_sheets.schema import Column, Sheet
from okr_sheets.writing.validations import (
    computed,
    of_kind,
    one_to_ten,
    with_message,
)

KEY_ROW, HEADER_ROW, FIRST_ROW = 3, 4, 5  # from 1
SPARE_ROWS = {"actions": 20, "log": 16, "close": 10}  # an objective has its line already
LAST_LIST_ROW = 205
LISTS = ("owner", "unit", "aligns_to")
WRAPPED = frozenset({"action", "owner", "note", "by", "objective", "reason", "lesson", "to_fix"})
ROOMY = {"close": 3}  # lines of text that a row has room for, in a table of sentences
MESSAGES = frozenset({"action", "final", "decision", "lesson"})  # that say what belongs there
LIST_TITLES = ("owners", "units", "aligns_to")


class Formulas(Protocol):
    """The formulas of a table's computed columns, and what they give."""

    def formula(self, key: str, cells: Mapping[str, str], /) -> str:
        """That of a column, for the cells of a row by the keys of their columns."""

    def value(self, key: str, line: Mapping[str, Any], /) -> Any:
        """What it gives for the values of a row; a blank row has none."""


@dataclass(frozen=True, slots=True)
class Ids:
    """What a row's id is held against: the cells of the OKRs sheet, and what stands in them."""

    column: str
    cells: str
    known: frozenset[str]
    unknown: str  # what is said where there is no such id

    def formula(self, _: str, cells: Mapping[str, str]) -> str:
        """Says so where there is no such id."""
        cell = cells[self.column]
        is_there = f"ISNUMBER(MATCH({cell},{self.cells},0))"
        return f'IF({cell}="","",IF({is_there},"",{quoted(self.unknown)}))'

    def value(self, _: str, line: Mapping[str, Any]) -> str:
        """What the formula gives for a row."""
        id_text = line.get(self.column, "")
        return "" if not id_text or id_text.casefold() in self.known else self.unknown


def write_table(
    sheet: Worksheet,
    schema: Sheet,
    rows: Columns,
    words: Language,
    styles: Styles,
    ranges: Mapping[str, str],
    formulas: Formulas,
) -> None:
    """An Excel table of one of the plain sheets; `ranges` feeds its open drop-downs by key."""
    title, caption = (words(f"{schema.key}_page.{key}") for key in ("title", "caption"))
    begin(sheet, styles, title, caption, rows=FITTED)
    sheet.set_row(KEY_ROW - 1, None, None, {"hidden": True})
    sheet.set_row(HEADER_ROW - 1, 26)
    last = FIRST_ROW + len(rows) + SPARE_ROWS[schema.key] - 1
    table = f"tbl{schema.key.title()}"
    headers: list[dict[str, Any]] = []
    labels = {key: words(f"{schema.key}.{key}") for key in schema.keys}
    this_row = {key: f"{table}[[#This Row],[{label}]]" for key, label in labels.items()}
    for number, column in enumerate(schema.columns):
        sheet.set_column(number, number, column.width, styles())
        key = f"{schema.prefix}.{column.key}"
        sheet.write_string(KEY_ROW - 1, number, key, styles(font_size=8, font_color=MUTED))
        is_share = column.kind == "percent"
        where = {"align": "center"} if is_share else {"align": "left", "indent": 1}
        look = styles.header(column.computed, **where)
        headers.append({"header": labels[column.key], "header_format": look})
        if column.computed:
            headers[-1]["formula"] = f"={formulas.formula(column.key, this_row)}"
        rule = _validation(schema, column, words, ranges)
        if rule:
            sheet.data_validation(FIRST_ROW - 1, number, last + 1000, number, rule)
    options = {"name": table, "style": None, "columns": headers}
    sheet.add_table(HEADER_ROW - 1, 0, last - 1, len(schema.columns) - 1, options)
    records = rows.records()
    for at in range(FIRST_ROW, last + 1):
        values = next(records, {})
        cells = {key: f"${column_letters(n)}{at}" for n, key in enumerate(schema.keys, 1)}
        if values:
            sheet.set_row(at - 1, _height(schema, values, words))
        for number, column in enumerate(schema.columns):
            if column.computed:
                formula = f"={formulas.formula(column.key, cells)}"
                stored = formulas.value(column.key, values)
                sheet.write_formula(at - 1, number, formula, _look(column, styles), stored)
            else:
                _write(sheet, at - 1, number, column, values.get(column.key), schema, words, styles)
    sheet.freeze_panes(HEADER_ROW, 0)
    set_page(sheet)
    sheet.repeat_rows(HEADER_ROW - 1)


def _write(
    sheet: Worksheet,
    row: int,
    number: int,
    column: Column,
    value: Any,
    schema: Sheet,
    words: Language,
    styles: Styles,
) -> None:
    if value != value:  # noqa: PLR0124  NaN
        value = None
    elif column.kind == "choice" and value:
        value = words.choice(f"{schema.prefix}_{column.key}", value)
    put(sheet, row, number, value, _look(column, styles))


def _height(schema: Sheet, values: Mapping[str, Any], words: Language) -> float:
    """High enough for the fullest cell that wraps; what is set no program fits any more."""
    texts = ((values.get(column.key) or "", column.width - MARGIN) for column in schema.typed)
    lines = [lines_of(text, width) for text, width in texts if isinstance(text, str)]
    return min(line_height(words) * max(ROOMY.get(schema.key, 1), *lines) + 4, TALLEST)


def _look(column: Column, styles: Styles) -> Format:
    more: dict[str, Any] = {"text_wrap": True} if column.key in WRAPPED else {}
    if column.key == "to_fix":
        more["font_color"] = STATUS_COLOURS["off-track"][1]
    if column.kind == "percent":
        more["align"] = "center"
    return styles.cell(column.kind, column.computed, **more)


def _validation(
    schema: Sheet, column: Column, words: Language, ranges: Mapping[str, str]
) -> dict[str, Any]:
    if column.computed:
        return computed(words)
    if column.key == "confidence":
        return with_message(words, "confidence", one_to_ten(words))
    choices = f"{schema.prefix}_{column.key}"
    rule = of_kind(column.kind, words, choices, ranges.get(column.key, ""))
    if column.key == "date":
        return with_message(words, "log_date", rule)
    return with_message(words, column.key, rule) if column.key in MESSAGES else rule


def list_ranges(sheet: str) -> dict[str, str]:
    """The range behind each open drop-down, by column key."""
    return {
        key: f"{quoted_sheet(sheet)}!${letter}$5:${letter}${LAST_LIST_ROW}"
        for key, letter in zip(LISTS, "ABC", strict=True)
    }


def write_lists(
    sheet: Worksheet, lists: Mapping[str, Sequence[str]], words: Language, styles: Styles
) -> None:
    """What the drop-downs offer; people add to it below."""
    begin(sheet, styles, words("lists_page.title"), words("lists_page.caption"), rows=FITTED)
    for number, (key, title) in enumerate(zip(LISTS, LIST_TITLES, strict=True)):
        sheet.set_column(number, number, 60 if key == "aligns_to" else 30, styles())
        look = styles.header(align="left", indent=1)
        sheet.write_string(3, number, words(f"lists_page.{title}"), look)
        entries = lists[key]
        for row in range(4, max(len(entries) + 14, 30)):
            text = entries[row - 4] if row - 4 < len(entries) else ""
            put(sheet, row, number, text, styles.cell("text"))
    sheet.freeze_panes(4, 0)
    set_page(sheet, 1)
