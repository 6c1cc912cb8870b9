"""A sheet with a title, a caption and a native table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from okr_sheets.drawing.cells import Value, put
from okr_sheets.drawing.colours import ACCENT, LINE, MUTED
from okr_sheets.drawing.names import unique
from okr_sheets.drawing.sheets import A4, begin, set_page
from okr_sheets.drawing.styles import Styles
from okr_sheets.drawing.text_width import BOLDER, breadth, line_height, lines_of
from okr_sheets.language import Language
from okr_sheets.reports.phrases import day_text
from okr_sheets.reports.workbook.fields import KINDS, Field, rules_of
from okr_sheets.reports.workbook.hidden_sheet import HiddenSheet
from okr_sheets.reports.workbook.records import Report, Rows
from okr_sheets.reports.workbook.standing_tables import CLOSING, PREVIOUS, YEAR
from okr_sheets.reports.workbook.table import Table
from okr_sheets.reports.workbook.tables import PROBLEMS

HEADER_ROW = 3  # from 0, below title, caption and a little air
FIRST_ROW = HEADER_ROW + 1
ROW_HEIGHT, MOST_LINES = 21, 6
MARGINS = (0.4, 0.4, 0.4, 0.6)  # of a printed page, in inches
# Of an outline: the indent of each level, digits that one is wide, and the last level of Excel.
INDENT, INDENT_DIGITS, DEEPEST = 2, 1.4, 7
# All from 0 to 1, so that one is as high as another.
_SPARKLINE: Mapping[str, Any] = {
    "type": "column",  # LibreOffice prints no lines
    "min": 0,
    "max": 1,
    "series_color": ACCENT,
    "show_hidden": True,
}


@dataclass(frozen=True, slots=True)
class Content:
    """What a sheet with a table says."""

    name: str  # of the Excel table
    title: str
    caption: str
    fields: Sequence[Field]
    rows: Rows
    frozen: int = 1  # columns that stay in sight
    outline: bool = False  # whether rows have a `depth`, by which they fold


def table_of(report: Report, table: Table) -> TableSheet:
    """The sheet of one of the rollup's tables."""
    words, rows = report.words, table.rows(report)
    lacking = {
        *(() if report.rollup.previous_quarter else PREVIOUS),
        *(() if report.rollup.has_years else YEAR),
        *(() if report.rollup.is_closing else CLOSING),
    }
    content = Content(
        table.name,
        words(f"report.{table.key}"),
        words(table.nothing) if table.nothing and not rows else _caption(report, table, rows),
        [field for field in table.fields if field.key not in lacking],
        rows,
        table.frozen,
        table.outline,
    )
    return TableSheet(words, report.styles, content, report.hidden)


def _caption(report: Report, table: Table, rows: Rows) -> str:
    rollup, key = report.rollup, table.key
    since = day_text(rollup.since, report.words)
    caption = report.words(f"rollup.{key}_caption", since=since, quarter=rollup.previous_quarter)
    if table is PROBLEMS:
        _, note = report.excerpt.problems()
    else:
        note = report.excerpt.note(key, len(rows), report.count(key))
    return f"{note} {caption}" if note else caption


class TableSheet:
    """One sheet with a title, a caption and a table."""

    def __init__(
        self, words: Language, styles: Styles, content: Content, hidden: HiddenSheet | None = None
    ) -> None:
        """Turn the rows into what the cells show, and fit the columns to it.

        `hidden` holds what sparklines show.
        """
        self.words, self.styles, self.content, self.hidden = words, styles, content, hidden
        self.fields, self.rows = content.fields, content.rows
        self.headers = unique((self.words(field.header) for field in self.fields), 255)
        self.cells = [self._cells(field) for field in self.fields]
        columns = zip(self.fields, self.headers, self.cells, strict=True)
        self.wraps = [field.wraps for field in self.fields]
        self.widths = [_fitted(*column) for column in columns]
        self.line = line_height(self.words)

    def _cells(self, field: Field) -> list[Value]:
        show = KINDS[field.kind].show(self.words, field.kind)
        return [show(row.get(field.key)) for row in self.rows]

    def write(self, sheet: Worksheet) -> None:
        """Write it all to an empty sheet."""
        styles = self.styles
        begin(sheet, styles, self.content.title, self.content.caption, 34, ROW_HEIGHT)
        sheet.outline_settings(symbols_below=False)
        sheet.set_row(2, 8)
        for number, (field, width) in enumerate(zip(self.fields, self.widths, strict=True)):
            outline = {"level": 1} if field.detail else {}
            sheet.set_column(number, number, width, styles(), outline)
        self._head(sheet)
        self._body(sheet)
        self._sparklines(sheet)
        self._rules(sheet)
        self._print(sheet)

    @property
    def _last(self) -> int:
        return FIRST_ROW + max(len(self.rows), 1) - 1  # a table needs one row

    def _head(self, sheet: Worksheet) -> None:
        columns = []
        for field, header in zip(self.fields, self.headers, strict=True):
            look = self.styles.header(field.detail, **_header_side(field))
            columns.append({"header": header, "header_format": look})
        spaces = zip(self.headers, self.widths, strict=True)
        lines = max(lines_of(text, _header_room(width)) for text, width in spaces)
        sheet.set_row(HEADER_ROW, 14 + lines * (self.line - 1))
        options = {"name": self.content.name, "style": None, "columns": columns}
        sheet.add_table(HEADER_ROW, 0, self._last, len(self.fields) - 1, options)
        sheet.freeze_panes(FIRST_ROW, self.content.frozen)

    def _body(self, sheet: Worksheet) -> None:
        looks = [self._look(field) for field in self.fields]
        clipped = [self._look(field, valign="top") for field in self.fields]
        for number in range(self._last - FIRST_ROW + 1):
            row = FIRST_ROW + number
            values = [column[number] if column else None for column in self.cells]
            depth = self._depth(number)
            lines = self._lines(values, depth)
            if max(lines) > 1 or depth:
                height = max(7 + min(max(lines), MOST_LINES) * self.line, ROW_HEIGHT)
                sheet.set_row(row, height, None, {"level": depth})
            address = self.rows[number].get("address", "") if self.rows else ""
            for at, (field, value) in enumerate(zip(self.fields, values, strict=True)):
                look = (clipped if lines[at] > MOST_LINES else looks)[at]
                indent = {"indent": 1 + INDENT * depth} if depth and at == 0 else {}
                if indent:
                    look = self._look(field, **indent)
                if not field.link:
                    put(sheet, row, at, value, look)
                elif address:
                    text = str(value or self.words("report.open"))
                    sheet.write_url(row, at, address, look, text)
                else:
                    put(sheet, row, at, value, self._look(replace(field, link=False), **indent))

    def _depth(self, number: int) -> int:
        """How far a row is indented, and how often folded."""
        outlined = self.content.outline and self.rows
        return min(int(self.rows[number]["depth"]), DEEPEST) if outlined else 0

    def _lines(self, values: Sequence[Value], depth: int) -> list[int]:
        """Estimate how many lines each cell of a row takes."""
        widths = [self.widths[0] - INDENT * depth * INDENT_DIGITS, *self.widths[1:]]
        columns = zip(self.fields, self.wraps, values, widths, strict=True)
        return [
            lines_of(value, width - 2, bold=field.strong) if wraps and isinstance(value, str) else 1
            for field, wraps, value, width in columns
        ]

    def _look(self, field: Field, **properties: Any) -> Format:
        kind = KINDS[field.kind]
        look = {"bottom": 1, "bottom_color": LINE, **kind.look}
        if field.kind == "date":
            look["num_format"] = self.styles.date_format
        if field.wraps:
            look["text_wrap"] = True
        if field.strong:
            look["bold"] = True
        if field.detail or field.kind == "percent":
            look["font_color"] = MUTED
        if field.link:
            look |= {"font_color": ACCENT, "underline": 1}
        return self.styles(**look | properties)

    def _sparklines(self, sheet: Worksheet) -> None:
        for at, field in enumerate(self.fields):
            if field.kind != "trend" or not self.hidden:
                continue
            drawn = {
                FIRST_ROW + number: self.hidden.row(row["trend"])
                for number, row in enumerate(self.rows)
                if sum(score is not None for score in row["trend"]) > 1
            }
            if drawn:
                cells = [xl_rowcol_to_cell(row, at) for row in drawn]
                places = {"location": cells, "range": [*drawn.values()]}
                sheet.add_sparkline(FIRST_ROW, at, {**_SPARKLINE, **places})

    def _rules(self, sheet: Worksheet) -> None:
        # LibreOffice loses data bars that stand after another rule.
        order = sorted(enumerate(self.fields), key=lambda entry: entry[1].kind != "bar")
        for number, field in order:
            for rule in rules_of(field, self.words, self.styles):
                sheet.conditional_format(FIRST_ROW, number, self._last, number, rule)

    def _print(self, sheet: Worksheet) -> None:
        printed = sum(not field.detail for field in self.fields)
        set_page(sheet, 0, MARGINS, A4)
        sheet.repeat_rows(HEADER_ROW)
        sheet.print_area(0, 0, self._last, printed - 1)


def _fitted(field: Field, header: str, values: Sequence[Value]) -> float:
    """Fit a width to the longest line, between the field's least and most."""
    least, most = field.width
    texts = [value for value in values if isinstance(value, str)]
    widest = max((breadth(line) for text in texts for line in text.split("\n")), default=0)
    word = max(breadth(part) for part in header.split(" "))
    widest *= BOLDER if field.strong else 1.0
    return min(max(least, word * BOLDER + 4, widest + 3), max(most, word * BOLDER + 4))


def _header_room(width: float) -> float:
    return width - 3.5  # the filter's button stands on the right


def _header_side(field: Field) -> dict[str, Any]:
    look = KINDS[field.kind].look
    side = {key: look[key] for key in ("align", "indent") if key in look}
    return side | ({"indent": 2} if side["align"] == "right" else {})  # clear of the button
