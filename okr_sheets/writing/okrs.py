"""The OKRs sheet: an Excel table of objectives and key results, the weeks across."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

import numpy as np
from xlsxwriter.worksheet import Worksheet

from okr_sheets.columns import EPOCH, Columns, serial
from okr_sheets.computing import InColumns, compute, gather, in_words, misread_cells
from okr_sheets.language import Language
from okr_sheets.quarters import counted_until
from okr_sheets.schema import CHECK_IN_PREFIX, OBJECTIVE, OKRS, POINTS_PREFIX
from okr_sheets.scoring import RULES, points_by
from okr_sheets.tracker import Tracker
from okr_sheets.writing.layout import (
    CALENDAR,
    CAPTION_ROW,
    DATE_ROW,
    FIRST_ROW,
    HEADER_ROW,
    KEY_ROW,
    LAST_ROW,
    TABLE,
    TITLE_ROW,
    Layout,
    RowCells,
    Slot,
    quoted_sheet,
)
from okr_sheets.writing.styles import (
    ACCENT,
    DATA_BAR,
    GRADE_STATUS,
    INK,
    MUTED,
    PALE,
    SLATE,
    STATUS_COLOURS,
    Styles,
    lines_of,
)
from okr_sheets.writing.validations import (
    computed,
    date_only,
    from_list,
    from_range,
    refused,
    with_message,
)

_WORDS = {"kind": "type", "standing": "state"}  # computed columns whose words are another's


class OkrsSheet:
    """The sheet of one tracker, its rows already placed; see `placing.place`."""

    def __init__(
        self,
        placed: Tracker,
        day: date,
        layout: Layout,
        lists: Mapping[str, str],
        alignments: Mapping[str, str],
        settings: Mapping[str, str],
    ) -> None:
        """`day` is the as-of day of the stored values.

        `lists` gives the range of each open drop-down, `alignments` what it shows for an id, and
        `settings` the cell of each setting.
        """
        self.placed = placed
        self.day = day
        self.layout = layout
        self.words: Language = layout.words
        self.lists = lists
        self.alignments = alignments
        self.settings = settings
        self.operations = layout.operations()
        self.values = self._computed()
        self.cells: dict[int, dict[str, Any]] = {
            cells["row"]: cells for cells in self.values.records()
        }
        self.last_row = max(self.cells, default=FIRST_ROW)

    def _computed(self) -> Columns:
        """Every cell's value: what is typed, and what each formula gives."""
        operations = InColumns(misread_cells([self.placed]), self.layout.bands)
        rows = compute(gather([self.placed], [self.day]), operations)
        check_ins = self.placed.columns["check_ins"]
        before = np.zeros(len(rows))
        weeks = {}
        for day in self.layout.dates:
            of_day = check_ins.take(check_ins.date == serial(day))
            # Of two on one day the left one.
            typed = dict(zip(of_day.row[::-1].tolist(), of_day.value[::-1], strict=True))
            values = np.array([typed.get(row, np.nan) for row in rows.row.tolist()], dtype=float)
            with np.errstate(divide="ignore", invalid="ignore"):
                before = points_by(rows, values, before, operations)
            weeks[f"{CHECK_IN_PREFIX}{day}"] = values
            weeks[f"{POINTS_PREFIX}{day}"] = before
        return in_words(rows).having(**weeks)

    # --- what stands in a cell -------------------------------------------------------------

    def _shown(self, row: int, slot: Slot) -> Any:
        """The value of a cell as the sheet has it: words for keys, day numbers, "" for blank."""
        value = self.cells[row].get(slot.key, "")
        if isinstance(value, str):
            return self._word(slot, value)
        if value is None or not math.isfinite(value):
            return ""
        if self._is_yes_no(row, slot) and value in (0, 1):
            return self.words.choice("yes_no", "yes" if value else "no")
        return float(value) if value != int(value) else int(value)

    def _is_yes_no(self, row: int, slot: Slot) -> bool:
        typed = slot.key == "current" or slot.key.startswith(CHECK_IN_PREFIX)
        cells = self.cells[row]
        # What has steps is counted.
        return typed and cells["kind"] == "achieve" and not cells["target"] > 1

    def _word(self, slot: Slot, value: str) -> str:
        if not value:
            return ""
        if slot.key == "to_fix":
            return self.words.fix(value)
        if slot.kind == "choice":
            return self.words.choice(_WORDS.get(slot.key, slot.key), value)
        return self.alignments.get(value, value) if slot.key == "aligns_to" else value

    # --- writing ---------------------------------------------------------------------------

    def write(self, sheet: Worksheet, styles: Styles) -> None:
        sheet.hide_gridlines(2)
        sheet.set_default_row(20)
        self._columns(sheet, styles)
        self._top(sheet, styles)
        self._table(sheet, styles)
        self._body(sheet, styles)
        self._conditions(sheet, styles)
        self._validations(sheet)
        sheet.freeze_panes(HEADER_ROW, 2)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(HEADER_ROW - 1)
        filled = [row for row in self.cells if self.cells[row]["title"]]
        last = max(filled, default=self.last_row)
        # Plan and scores on one page's width; the weeks are for the screen, and on the dashboard.
        sheet.print_area(0, 0, last, self.layout.column["trend"] - 1)
        sheet.set_footer("&L&8&F&C&8&P / &N&R&8&A")
        sheet.set_margins(0.4, 0.4, 0.5, 0.6)

    def _columns(self, sheet: Worksheet, styles: Styles) -> None:
        previous = ""
        for number, slot in enumerate(self.layout.slots):
            options: dict[str, Any] = {}
            if slot.stage == "detail":
                options = {"level": 1, "hidden": True}
            elif slot.stage in {"planned", "helper"}:
                options = {"hidden": True}
            elif previous == "detail":
                options = {"collapsed": True}
            sheet.set_column(number, number, slot.width, styles(), options)
            previous = slot.stage
        sheet.outline_settings(True, True, False, False)  # the fold's sign stands left of it

    def _top(self, sheet: Worksheet, styles: Styles) -> None:
        words, layout = self.words, self.layout
        sheet.set_row(TITLE_ROW - 1, 32)
        sheet.set_row(CAPTION_ROW - 1, 20)
        sheet.set_row(DATE_ROW - 1, 20)
        sheet.set_row(KEY_ROW - 1, None, None, {"hidden": True})
        sheet.set_row(HEADER_ROW - 1, 34)
        sheet.write_string(TITLE_ROW - 1, 0, words("okrs_page.title"), styles.title)
        sheet.write_string(CAPTION_ROW - 1, 0, words("okrs_page.caption"), styles.caption)
        self._calendar(sheet, styles)
        bands = {
            "id": ("band_plan", INK),
            "current": ("band_score", SLATE),
            "confidence": ("band_update", INK),
            layout.first_check_in: ("band_weeks", ACCENT),
        }
        for key, (band, colour) in bands.items():
            row = CAPTION_ROW - 1 if key == layout.first_check_in else DATE_ROW - 1
            text = styles(font_size=9, bold=True, font_color=colour)
            sheet.write_string(row, layout.column[key] - 1, words(f"okrs_page.{band}"), text)
        dated = styles(num_format=words("formats.day"), align="center", font_size=9, bold=True)
        for slot in layout.slots:
            column = layout.column[slot.key] - 1
            if slot.day and slot.stage != "helper":
                sheet.write_number(DATE_ROW - 1, column, serial(slot.day), dated)
            key = slot.key if slot.day else f"{OKRS.prefix}.{slot.key}"
            sheet.write_string(KEY_ROW - 1, column, key, styles(font_size=8, font_color=MUTED))

    def _calendar(self, sheet: Worksheet, styles: Styles) -> None:
        """The as-of day and the quarter's days, mirrored so that no formula leaves the sheet."""
        about = self.placed.about
        until = counted_until(self.day, self.layout.dates, about.span)
        days = {"day": self.day, "first_day": about.start, "last_day": about.end, "until": until}
        as_of = self.settings["as_of"]
        day, first, last = (self.layout.calendar(key) for key in ("day", "first_day", "last_day"))
        dates = self.layout.date_range
        later = f'{dates},">="&{day},{dates},"<="&{last}'
        ends = f"_xlfn.MINIFS({dates},{later})"
        formulas = {
            "day": f"IF(ISNUMBER({as_of}),INT({as_of}),MAX({first},MIN({last},TODAY())))",
            "first_day": self.settings["start"],
            "last_day": self.settings["end"],
            "until": f"IF(AND({day}>={first},COUNTIFS({later})>0),{ends},{day})",
        }
        dated = styles(num_format=styles.date_format, align="left", font_color=MUTED)
        for key in CALENDAR:
            stored = serial(days[key] or EPOCH)
            row, column = self.layout.calendar_place(key)
            sheet.write_string(row, column - 1, f"tracker.{key}", styles())
            sheet.write_formula(row, column, f"={formulas[key]}", dated, stored)
        row, column = CAPTION_ROW - 1, self.layout.column["current"] - 1
        label = styles(font_color=MUTED, align="right")
        sheet.write_string(row, column, self.words("okrs_page.as_of"), label)
        shown = f"={self.layout.calendar('day')}"
        sheet.write_formula(row, column + 1, shown, dated, serial(self.day))

    def _table(self, sheet: Worksheet, styles: Styles) -> None:
        columns = []
        for slot in self.layout.slots:
            computed = slot.stage in {"computed", "helper"}
            align = "left" if slot.kind in {"text", "id", "choice"} else "center"
            indent = 1 if align == "left" else 0
            header: dict[str, Any] = {
                "header": slot.header,
                "header_format": styles.header(computed, align=align, indent=indent),
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
        centred = {"type", "state", "commitment", "status", "grade"}
        # Said once for all rows: only the row's number differs.
        any_cells = self.layout.row("{row}")
        formulas = {slot.key: self._formula(slot, any_cells) for slot in self.layout.slots}
        for row in self.cells:
            is_objective = self.cells[row]["type"] == OBJECTIVE
            sheet.set_row(row - 1, self._height(row, is_objective))
            for slot in self.layout.slots:
                computed = slot.stage in {"computed", "helper"}
                look = styles.cell(
                    slot.kind,
                    computed,
                    **({"align": "center", "indent": 0} if slot.key in centred else {}),
                    **({"align": "center"} if slot.kind in {"date", "percent"} else {}),
                    **({"text_wrap": True} if slot.key in WRAPPED else {}),
                )
                column = self.layout.column[slot.key] - 1
                value = self._shown(row, slot)
                formula = formulas[slot.key].replace("{row}", str(row))
                if formula:
                    sheet.write_formula(row - 1, column, f"={formula}", look, value)
                elif value == "":
                    sheet.write_blank(row - 1, column, None, look)
                elif isinstance(value, str):
                    sheet.write_string(row - 1, column, value, look)
                else:
                    sheet.write_number(row - 1, column, value, look)
            self._sparkline(sheet, row)

    def _height(self, row: int, is_objective: bool) -> float:
        """High enough for the fullest wrapped cell; a set height stops programs fitting it."""
        lines = max(
            lines_of(self._shown(row, slot), slot.width, is_objective)
            for slot in self.layout.slots
            if slot.key in WRAPPED
        )
        return min(max(24 if is_objective else 20, 15.0 * lines + 4), TALLEST)

    def _sparkline(self, sheet: Worksheet, row: int) -> None:
        span = self.layout.row(row).check_ins
        reference = f"{quoted_sheet(self.layout.sheet)}!{str(span).replace('$', '')}"
        options = {"range": reference, "type": "column", "series_color": ACCENT}
        sheet.add_sparkline(row - 1, self.layout.column["trend"] - 1, options)

    # --- colours ---------------------------------------------------------------------------

    def _conditions(self, sheet: Worksheet, styles: Styles) -> None:
        first, last = FIRST_ROW - 1, LAST_ROW - 1
        layout, words = self.layout, self.words

        def column(key: str) -> tuple[int, int, int, int]:
            number = layout.column[key] - 1
            return first, number, last, number

        # First of all, since another rule on the same cells would hide it in LibreOffice.
        sheet.conditional_format(
            *column("score"),
            DATA_BAR,
        )
        for key, (fill, ink) in STATUS_COLOURS.items():
            look = styles.rule(bg_color=fill, font_color=ink, bold=True)
            self._when(sheet, column("status"), words.choice("status", key), look)
        for key, status in GRADE_STATUS.items():
            fill, ink = STATUS_COLOURS[status]
            look = styles.rule(bg_color=fill, font_color=ink, bold=True)
            self._when(sheet, column("grade"), words.choice("grade", key), look)
        wrong = styles.rule(font_color=STATUS_COLOURS["off-track"][1], bold=True)
        number = layout.column["to_fix"] - 1
        here = layout.cell("to_fix", FIRST_ROW)
        sheet.conditional_format(
            first,
            number,
            last,
            number,
            {"type": "formula", "criteria": f'={here}<>""', "format": wrong},
        )
        end = layout.column[layout.last_check_in] - 1
        state = layout.cell("status", FIRST_ROW)
        stopped = ",".join(
            f'{state}="{words.choice("status", key)}"' for key in ("cancelled", "postponed")
        )
        receding = styles.rule(font_color="#9AA1B3", font_strikeout=True)
        sheet.conditional_format(
            first,
            0,
            last,
            layout.column["definition"] - 1,
            {"type": "formula", "criteria": f"=OR({stopped})", "format": receding},
        )
        achieved = f'={state}="{words.choice("status", "achieved")}"'
        quiet = styles.rule(font_color=MUTED)
        sheet.conditional_format(
            first,
            0,
            last,
            layout.column["definition"] - 1,
            {"type": "formula", "criteria": achieved, "format": quiet},
        )
        objective = f'={layout.cell("type", FIRST_ROW)}="{words.choice("type", OBJECTIVE)}"'
        band = styles.rule(bg_color=PALE, bold=True, font_color=INK, top=1, top_color=SLATE)
        sheet.conditional_format(
            first, 0, last, end, {"type": "formula", "criteria": objective, "format": band}
        )
        thousands = styles.rule(num_format="#,##0")
        for key in ("baseline", "target", "current", *self._check_in_keys()):
            cell = layout.cell(key, FIRST_ROW)
            sheet.conditional_format(
                *column(key),
                {
                    "type": "formula",
                    "criteria": f"=AND(ISNUMBER({cell}),ABS({cell})>=1000)",
                    "format": thousands,
                },
            )

    def _check_in_keys(self) -> tuple[str, ...]:
        return tuple(f"{CHECK_IN_PREFIX}{day}" for day in self.layout.dates)

    def _when(
        self, sheet: Worksheet, cells: tuple[int, int, int, int], word: str, look: Any
    ) -> None:
        sheet.conditional_format(
            *cells, {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": look}
        )

    # --- what may be typed -------------------------------------------------------------------

    def _validations(self, sheet: Worksheet) -> None:
        words = self.words
        for slot in self.layout.slots:
            if slot.stage in {"planned", "helper"}:
                continue
            column = self.layout.column[slot.key] - 1
            rule = self._validation(slot, words)
            if rule:
                sheet.data_validation(FIRST_ROW - 1, column, LAST_ROW - 1, column, rule)

    def _validation(self, slot: Slot, words: Language) -> dict[str, Any]:
        key = "check_in" if slot.day else slot.key
        rule = self._rule(slot, words)
        return with_message(words, key, rule) if key in MESSAGES else rule

    def _rule(self, slot: Slot, words: Language) -> dict[str, Any]:
        cell = self.layout.cell(slot.key, FIRST_ROW)
        if slot.stage == "computed":
            return computed(words)
        if slot.kind == "choice":
            return from_list(words, slot.key)
        if slot.key in self.lists:
            return from_range(words, self.lists[slot.key])
        if slot.kind == "date":
            return date_only(words)
        number = partial(refused, words, "number_title")
        if slot.day:
            return number("number", validate="custom", value=self._may_be_typed(cell, words))
        if slot.key == "weight":
            return number("weight_error", validate="decimal", criteria=">=", value=0)
        if slot.key == "confidence":
            limits = {"criteria": "between", "minimum": 1, "maximum": 10}
            return number("confidence_error", validate="integer", **limits)
        if slot.kind == "number":
            return number("number", validate="custom", value=f"=ISNUMBER({cell})")
        return {}

    def _may_be_typed(self, cell: str, words: Language) -> str:
        """A number under a date; for a key result to achieve that has no steps, yes or no too."""
        kind, target = (self.layout.cell(key, FIRST_ROW) for key in ("type", "target"))
        achieve = f'AND(N({target})<=1,OR({kind}="{words.choice("type", "achieve")}",{kind}=""))'
        answers = ",".join(f'{cell}="{word}"' for word in words.choices("yes_no").values())
        return f"=OR(ISNUMBER({cell}),AND({achieve},OR({answers})))"


TALLEST = 409  # points that Excel lets a row be high
WRAPPED = frozenset({"title", "owner", "unit", "definition", "note"})
MESSAGES = frozenset(
    {"title", "type", "baseline", "target", "weight", "aligns_to", "confidence", "check_in"}
)
