"""The OKRs sheet: an Excel table of objectives and key results, the weeks across."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from okr_sheets.choices import OBJECTIVE
from okr_sheets.columns import serial
from okr_sheets.drawing.cells import put
from okr_sheets.drawing.colours import ACCENT, INK, MUTED, OFFERED, SLATE
from okr_sheets.drawing.sheets import FITTED, begin, set_page
from okr_sheets.drawing.styles import Styles
from okr_sheets.drawing.text_width import MARGIN, TALLEST, line_height, lines_of
from okr_sheets.rules import RULES
from okr_sheets.schema import CHECK_IN_PREFIX, OKRS, POINTS_PREFIX
from okr_sheets.scoring import points_by
from okr_sheets.writing.layout import (
    CAPTION_ROW,
    DATE_ROW,
    FIRST_ROW,
    HEADER_ROW,
    KEY_ROW,
    TABLE,
    THIS_WEEK,
    RowCells,
    Slot,
)
from okr_sheets.writing.okr_colours import colour
from okr_sheets.writing.okr_inputs import validate
from okr_sheets.writing.okr_view import TALLEST_PAGE, has_gaps, view
from okr_sheets.writing.own import OwnCells
from okr_sheets.writing.values import Values

WRAPPED = frozenset({"title", "owner", "unit", "definition", "note"})
LINE, CAPTION = 20.0, 32.0  # points of height
BLANK_ROWS = 6  # that are printed below the last one filled: an objective and its key results
TOP_HEIGHT = 32 + CAPTION + LINE  # of the title and what stands between it and the header
CENTRED = frozenset({"type", "state", "commitment", "status", "grade"})


class OkrsSheet:
    """The sheet of one tracker."""

    def __init__(
        self,
        values: Values,
        this_week: date,
        offered: Collection[tuple[int, str]] = (),
        own: OwnCells | None = None,
        *,
        protect: bool = False,
    ) -> None:
        """`values` is what its cells hold, `offered` the row and key of those to be marked.

        It opens at the check-in date `this_week`. `own` holds people's own columns. Where it is to
        be `protect`ed, no fold can be opened: the plan's is open.
        """
        self.layout, self.values, self.words = values.layout, values, values.words
        self.this_week = this_week
        self.view = view(values, this_week, is_plan_open=protect or bool(offered))
        self.operations = self.layout.operations()
        self.offered, self.own = offered, own or OwnCells()
        self.last_row = max(values.cells, default=FIRST_ROW)
        texts = {row: self._texts(row) for row in values.cells}
        self.heights = {row: self._height(row, said) for row, said in texts.items() if said}

    def write(
        self,
        sheet: Worksheet,
        styles: Styles,
        lists: Mapping[str, str],
        settings: Mapping[str, str],
    ) -> None:
        """Draw it on an empty sheet.

        `lists` gives the range of each open drop-down, `settings` the cell of each setting.
        """
        title, caption = self.words("okrs_page.title"), self.words("okrs_page.caption")
        # Within the columns that every page repeats, so that none cuts the caption off.
        begin(sheet, styles, title, caption, rows=FITTED, within=self.layout.column["title"])
        self._columns(sheet, styles)
        self._top(sheet, styles, settings)
        self._table(sheet, styles)
        self._body(sheet, styles)
        self._sparklines(sheet)
        colour(sheet, self.layout, styles)
        validate(sheet, self.layout, lists)
        sheet.freeze_panes(HEADER_ROW, self.layout.column["status"])
        self._select(sheet)
        self._pages(sheet)

    def _select(self, sheet: Worksheet) -> None:
        """Begin where people type first: the plan, or this week's numbers."""
        row, key = self.first_result, f"{CHECK_IN_PREFIX}{self.this_week}"
        if has_gaps(self.values):
            row, key = FIRST_ROW, "title"
        column = self.layout.column[key] - 1
        sheet.set_selection(row - 1, column, row - 1, column)

    @property
    def first_result(self) -> int:
        """The row of the first key result."""
        rows = self.values.cells.items()
        return next(row for row, cells in rows if cells["type"] != OBJECTIVE)

    def _columns(self, sheet: Worksheet, styles: Styles) -> None:
        view = self.view
        for number, slot in enumerate(self.layout.slots):
            key = slot.key
            options = {
                "level": view.levels[key],
                "hidden": key in view.hidden,
                "collapsed": view.is_sign(key),
            }
            sheet.set_column(number, number, view.widths[key], styles(), options)

    def _pages(self, sheet: Worksheet) -> None:
        set_page(sheet, 0, (0.3, 0.3, 0.5, 0.6))
        last, height = self._printed()
        scale, breaks = self.view.pages(height)
        sheet.set_print_scale(scale)
        sheet.set_v_pagebreaks(breaks)
        sheet.print_across()
        sheet.center_horizontally()
        sheet.repeat_rows(HEADER_ROW - 1)
        sheet.repeat_columns(0, self.layout.column["title"] - 1)
        sheet.print_area(0, 0, last - 1, self.layout.column["note"] - 1)

    def _printed(self) -> tuple[int, float]:
        """The last row that is printed, and the points of height of all down to it.

        Below the last one filled there are rows for what is added, as far as all stays on a page.
        """
        filled = [row for row, cells in self.values.cells.items() if cells["title"] or cells["id"]]
        last = max(filled, default=self.last_row)
        blank = line_height(self.words)
        height = TOP_HEIGHT + self.view.header_height
        height += sum(self.heights.get(row, blank) for row in range(FIRST_ROW, last + 1))
        more = min(BLANK_ROWS, self.last_row - last)
        room = TALLEST_PAGE - height
        if room >= 0:
            more = min(more, int(room / blank))
        return last + more, height + more * blank

    def _top(self, sheet: Worksheet, styles: Styles, settings: Mapping[str, str]) -> None:
        words, layout = self.words, self.layout
        sheet.set_row(CAPTION_ROW - 1, CAPTION)
        sheet.set_row(DATE_ROW - 1, LINE)
        sheet.set_row(KEY_ROW - 1, None, None, {"hidden": True})
        sheet.set_row(HEADER_ROW - 1, self.view.header_height)
        self._calendar(sheet, styles, settings)
        bands = {
            "id": ("band_plan", INK),
            "current": ("band_score", SLATE),
            "definition": ("band_plan", INK),
            "type": ("band_plan", INK),
            "confidence": ("band_update", INK),
        }
        weeks = (f"{CHECK_IN_PREFIX}{day}" for day in layout.dates)
        first_seen = next(key for key in weeks if key not in self.view.hidden)
        bands |= dict.fromkeys((layout.first_check_in, first_seen), ("band_weeks", ACCENT))
        for key, (band, ink) in bands.items():
            row = CAPTION_ROW - 1 if band == "band_weeks" else DATE_ROW - 1
            text = styles(font_size=9, bold=True, font_color=ink)
            sheet.write_string(row, layout.column[key] - 1, words(f"okrs_page.{band}"), text)
        dated = styles(num_format=words("formats.day"), align="center", font_size=9, bold=True)
        for slot in layout.slots:
            column = layout.column[slot.key] - 1
            if slot.day and slot.stage != "helper":
                sheet.write_number(DATE_ROW - 1, column, serial(slot.day), dated)
            if slot.stage == "own":
                continue
            key = slot.key if slot.day else f"{OKRS.prefix}.{slot.key}"
            sheet.write_string(KEY_ROW - 1, column, key, styles(font_size=8, font_color=MUTED))

    def _calendar(self, sheet: Worksheet, styles: Styles, settings: Mapping[str, str]) -> None:
        """The as-of day and the quarter's days, mirrored so that no formula leaves the sheet."""
        as_of = settings["as_of"]
        day, first, last = (self.layout.calendar(key) for key in ("day", "first_day", "last_day"))
        dates = self.layout.date_range
        later = f'{dates},">="&{day},{dates},"<="&{last}'
        ends = f"_xlfn.MINIFS({dates},{later})"
        formulas = {
            "day": f"IF(ISNUMBER({as_of}),INT({as_of}),MAX({first},MIN({last},TODAY())))",
            "first_day": settings["start"],
            "last_day": settings["end"],
            "until": f"IF(AND({day}>={first},COUNTIFS({later})>0),{ends},{day})",
            THIS_WEEK: self.layout.this_week,
        }
        dated = styles(num_format=styles.date_format, align="left", font_color=MUTED)
        for key, stored in self.values.days.items():
            row, column = self.layout.calendar_place(key)
            sheet.write_string(row, column - 1, f"tracker.{key}", styles())
            sheet.write_formula(row, column, f"={formulas[key]}", dated, stored)
        before, column = (self.layout.column[key] - 1 for key in ("score", "status"))
        label = styles(font_color=MUTED, align="right", indent=1)
        sheet.write_string(0, before, self.words("okrs_page.as_of"), label)
        shown = f"={self.layout.calendar('day')}"
        sheet.write_formula(0, column, shown, dated, self.values.days["day"])

    def _table(self, sheet: Worksheet, styles: Styles) -> None:
        columns = []
        for slot in self.layout.slots:
            computed = slot.stage in {"computed", "helper"}
            align = "left" if slot.kind in {"text", "id", "choice", "any"} else "center"
            indent = 1 if align == "left" else 0
            # The buttons that filter stand below the words; a date as dates are read is small.
            small = {"font_size": 8, "text_wrap": False} if slot.day else {}
            look = {"align": align, "indent": indent, "valign": "top"} | small
            header: dict[str, Any] = {
                "header": slot.header,
                "header_format": styles.header(computed, **look),
            }
            formula = self._formula(slot, self.layout.any_row())
            if formula:
                header["formula"] = f"={formula}"
            columns.append(header)
        sheet.add_table(
            HEADER_ROW - 1,
            0,
            self.last_row - 1,
            len(columns) - 1,
            {"name": TABLE, "style": None, "columns": columns, "autofilter": True},
        )

    def _formula(self, slot: Slot, k: RowCells) -> str:
        """The formula of a column for the cells of a row; nothing where people type."""
        if slot.key.startswith(POINTS_PREFIX) and slot.day:
            number = self.layout.dates.index(slot.day)
            before = k[f"{POINTS_PREFIX}{self.layout.dates[number - 1]}"] if number else 0
            return str(points_by(k, k[f"{CHECK_IN_PREFIX}{slot.day}"], before, self.operations))
        rule = RULES.get(slot.key)
        return str(rule(k, self.operations)) if rule else ""

    def _body(self, sheet: Worksheet, styles: Styles) -> None:
        # Said once for all rows: only the row's number differs.
        any_cells = self.layout.row("{row}")
        formulas = {slot.key: self._formula(slot, any_cells) for slot in self.layout.slots}
        looks = {slot.key: _look(slot, styles) for slot in self.layout.slots}
        for row in self.values.cells:
            if row in self.heights:
                sheet.set_row(row - 1, self.heights[row])
            for column, slot in enumerate(self.layout.slots):
                if slot.stage == "own":
                    self.own.write(sheet, row, column, slot.key, styles)
                    continue
                value, look = self.values.shown(row, slot.key), looks[slot.key]
                if (row, slot.key) in self.offered:
                    look = _look(slot, styles, bg_color=OFFERED, italic=True)
                    sheet.write_comment(row - 1, column, self.words("okrs_page.offered"))
                formula = formulas[slot.key].replace("{row}", str(row))
                if formula:
                    sheet.write_formula(row - 1, column, f"={formula}", look, value)
                else:
                    put(sheet, row - 1, column, value, look)

    def _texts(self, row: int) -> dict[str, str]:
        """The texts of a row that wrap, by the keys of their columns."""
        texts = {key: self.values.shown(row, key) for key in WRAPPED}
        return {key: text for key, text in texts.items() if text}

    def _height(self, row: int, texts: Mapping[str, str]) -> float:
        """High enough for the fullest cell that wraps; a set height stops programs fitting it.

        So a row without a text has none, and is fitted to what people type.
        """
        is_objective = self.values.cells[row]["type"] == OBJECTIVE
        lines = max(
            lines_of(text, self.view.widths[key] - MARGIN, bold=is_objective)
            for key, text in texts.items()
        )
        return min(max(24 if is_objective else 20, line_height(self.words) * lines + 4), TALLEST)

    def _sparklines(self, sheet: Worksheet) -> None:
        rows, letter = self.values.cells, self.layout.letter("trend")
        spans = [str(self.layout.row(row).check_ins).replace("$", "") for row in rows]
        options = {
            "location": [f"{letter}{row}" for row in rows],
            "range": [self.layout.elsewhere(span) for span in spans],
            "type": "column",
            "series_color": ACCENT,
            "show_hidden": True,  # past weeks are folded away
        }
        sheet.add_sparkline(FIRST_ROW - 1, self.layout.column["trend"] - 1, options)


def _look(slot: Slot, styles: Styles, **more: Any) -> Format:
    """The format of a column's cells, with `more` properties."""
    return styles.cell(
        slot.kind,
        slot.stage in {"computed", "helper"},
        **({"align": "center", "indent": 0} if slot.key in CENTRED else {}),
        **({"align": "center"} if slot.kind in {"date", "percent"} else {}),
        **({"text_wrap": True} if slot.key in WRAPPED else {}),
        **more,
    )
