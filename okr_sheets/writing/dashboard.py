"""The dashboard, and the hidden sheet of what only the dashboard needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from okr_sheets.about import About
from okr_sheets.columns import Columns, serial
from okr_sheets.language import Language
from okr_sheets.quarters import counted_until
from okr_sheets.reading.guard import column_letters
from okr_sheets.schema import POINTS_PREFIX
from okr_sheets.writing.layout import DATE_ROW, FIRST_ROW, Layout, quoted_sheet
from okr_sheets.writing.okrs import OkrsSheet
from okr_sheets.writing.styles import (
    ACCENT,
    DATA_BAR,
    INK,
    LINE,
    MUTED,
    PAGE,
    STATUS_COLOURS,
    STRONG_COLOURS,
    WHITE,
    Styles,
)

MOST_OBJECTIVES = 40  # that the hidden sheet follows
SHOWN_OBJECTIVES = 12
SHOWN_ATTENTION = 8
COUNTED = ("achieved", "on-track", "at-risk", "off-track", "no-update", "not-started")

# The hidden sheet's columns, and the rows of its blocks, from 1.
RANK, ROW, ID, TITLE, SCORE, EXPECTED, SHARE, WEEKS = "A", "B", "C", "D", "E", "F", "G", 7
OBJECTIVES_TOP = 2
ATTENTION_TOP = OBJECTIVES_TOP + MOST_OBJECTIVES + 2
FIGURES_TOP = ATTENTION_TOP + SHOWN_ATTENTION + 2
COUNTS_TOP = FIGURES_TOP + 4
WEEKS_TOP = FIGURES_TOP + 13


@dataclass(frozen=True, slots=True)
class Entry:
    """A formula with the value it gives."""

    formula: str
    value: Any


class Calc:
    """Every formula of the hidden sheet, by cell, with its value worked out from the frame."""

    def __init__(self, okrs: OkrsSheet, name: str) -> None:
        self.okrs = okrs
        self.layout: Layout = okrs.layout
        self.name = name
        self.values: Columns = okrs.values
        self.day = serial(okrs.day)
        self.until = serial(counted_until(okrs.day, self.layout.dates, okrs.placed.about.span))
        self.cells: dict[str, Entry] = {}
        self.heat: dict[tuple[int, int], float] = {}
        self._objectives()
        self._attention()
        self._figures()
        self._weeks()

    def at(self, cell: str) -> str:
        """A cell of this sheet, as other sheets write it."""
        letters = cell.rstrip("0123456789")
        return f"{quoted_sheet(self.name)}!${letters}${cell.removeprefix(letters)}"

    def week_cell(self, rank: int, number: int) -> str:
        return f"{_letter(WEEKS + number)}{OBJECTIVES_TOP + rank}"

    def _range(self, key: str) -> str:
        return self.layout.elsewhere(self.layout.range(key))

    def _calendar(self, key: str) -> str:
        return self.layout.elsewhere(self.layout.calendar(key))

    def _rounds(self, formula: str) -> str:
        return str(self.okrs.operations.rounded(formula))

    def _looked_up(self, key: str, row_cell: str, number: bool) -> str:
        found = f"INDEX({self._range(key)},{row_cell}-{FIRST_ROW - 1})"
        if number:
            return f'IF({row_cell}>0,{found},"")'
        return f'IF({row_cell}>0,IF({found}="","",{found}),"")'

    def _shown(self, row: int, key: str) -> Any:
        if not row:
            return ""
        slot = next(slot for slot in self.layout.slots if slot.key == key)
        return self.okrs._shown(row, slot)  # noqa: SLF001  one package

    def _objectives(self) -> None:
        anchors = [row for row, cells in self.okrs.cells.items() if cells["anchor"] > 0]
        anchor = self._range("anchor")
        for rank in range(MOST_OBJECTIVES):
            at = OBJECTIVES_TOP + rank
            row = anchors[rank] if rank < len(anchors) else 0
            cell = f"${ROW}{at}"
            self._put(f"{RANK}{at}", str(rank + 1), rank + 1)
            formula = f"IFERROR(SMALL({anchor},{RANK}{at}+COUNTIFS({anchor},0)),0)"
            self._put(f"{ROW}{at}", formula, row)
            for column, key in ((ID, "id"), (TITLE, "title")):
                self._put(f"{column}{at}", self._looked_up(key, cell, False), self._shown(row, key))
            for column, key in ((SCORE, "score"), (EXPECTED, "expected")):
                self._put(f"{column}{at}", self._looked_up(key, cell, True), self._shown(row, key))
            share = f"IF({cell}>0,INDEX({self._range('share')},{cell}-{FIRST_ROW - 1}),0)"
            self._put(f"{SHARE}{at}", share, self._shown(row, "share") if row else 0)
            for number, day in enumerate(self.layout.dates):
                self._heat(rank, number, row, cell, f"{POINTS_PREFIX}{day}")

    def _heat(self, rank: int, number: int, row: int, cell: str, points: str) -> None:
        group = self._range("group")
        weights = f"SUMIFS({self._range('counted')},{group},{cell})"
        total = f"SUMIFS({self._range(points)},{group},{cell})"
        mean = self._rounds(f"{total}/{weights}")
        formula = f"IF({cell}>0,IF({weights}>0,{mean},0),0)"
        mine = self.values["group"] == row
        counted = self.values.counted[mine].sum() if row else 0
        score = self.values[points][mine].sum() / counted if counted else 0.0
        self.heat[rank, number] = _rounded(score)
        self._put(self.week_cell(rank, number), formula, self.heat[rank, number])

    def _attention(self) -> None:
        urgency = self._range("urgency")
        late = self.values.take(~np.isnan(self.values.urgency))
        ranked = late.row[np.argsort(late.urgency, kind="stable")].tolist()
        for rank in range(SHOWN_ATTENTION):
            at = ATTENTION_TOP + rank
            row = ranked[rank] if rank < len(ranked) else 0
            found = f"MATCH(SMALL({urgency},{rank + 1}),{urgency},0)"
            self._put(f"{ROW}{at}", f"IFERROR({found}+{FIRST_ROW - 1},0)", row)
            cell = f"${ROW}{at}"
            for column, key, number in (
                ("C", "id", False),
                ("D", "title", False),
                ("E", "owner", False),
                ("F", "score", True),
                ("G", "expected", True),
                ("H", "gap", True),
                ("I", "status", False),
            ):
                formula = self._looked_up(key, cell, number)
                self._put(f"{column}{at}", formula, self._shown(row, key))

    def _figures(self) -> None:
        values, words = self.values, self.layout.words
        share = values["share"].sum()
        weights = f"SUM({self._range('share')})"
        for at, key in ((FIGURES_TOP, "share_points"), (FIGURES_TOP + 1, "share_pace")):
            mean = self._rounds(f"SUM({self._range(key)})/{weights}")
            formula = f'IF({weights}>0,{mean},"")'
            self._put(f"B{at}", formula, _rounded(values[key].sum() / share) if share else "")
        active = f'{self._range("standing")},"{words.choice("state", "active")}"'
        live = values["standing"] == "active"
        self._put(f"B{FIGURES_TOP + 2}", f"COUNTIFS({active})", int(live.sum()))
        updated = f"SUM({self._range('updated')})"
        self._put(f"B{FIGURES_TOP + 3}", updated, int(values["updated"].sum()))
        for number, status in enumerate(COUNTED):
            word = words.choice("status", status)
            counted = f'{self._range("status")},"{word}",{self._range("anchor")},0'
            count = int(((values["status"] == status) & (values["anchor"] == 0)).sum())
            at = COUNTS_TOP + number
            self._put(f"B{at}", f"COUNTIFS({counted})", count)

    def _weeks(self) -> None:
        first, last = self._calendar("first_day"), self._calendar("last_day")
        about = self.okrs.placed.about
        start, end = serial(about.start or date.min), serial(about.end or date.min)
        bottom = OBJECTIVES_TOP + MOST_OBJECTIVES - 1
        shares = f"${SHARE}${OBJECTIVES_TOP}:${SHARE}${bottom}"
        weights = [self._shown_share(rank) for rank in range(MOST_OBJECTIVES)]
        for number, day in enumerate(self.layout.dates):
            at = WEEKS_TOP + number
            letter = self.layout.letter(f"checkin.{day}")
            dated = self.layout.elsewhere(f"${letter}${DATE_ROW}")
            self._put(f"B{at}", dated, serial(day))
            self._put(
                f"C{at}",
                f"MAX(0,MIN(1,($B{at}-{first})/MAX(1,{last}-{first})))",
                _clamp((serial(day) - start) / max(1, end - start)),
            )
            column = _letter(WEEKS + number)
            heat = f"{column}${OBJECTIVES_TOP}:{column}${bottom}"
            mean = self._rounds(f"SUMPRODUCT({shares},{heat})/SUM({shares})")
            formula = f"IF(AND($B{at}<={self._calendar('until')},SUM({shares})>0),{mean},NA())"
            total = sum(weights)
            shown: Any = "#N/A"
            if serial(day) <= self.until and total:
                points = sum(w * self.heat[rank, number] for rank, w in enumerate(weights))
                shown = _rounded(points / total)
            self._put(f"D{at}", formula, shown)

    def _shown_share(self, rank: int) -> float:
        return float(self.cells[f"{SHARE}{OBJECTIVES_TOP + rank}"].value or 0)

    def _put(self, cell: str, formula: str, value: Any) -> None:
        self.cells[cell] = Entry(formula, value)

    def write(self, sheet: Worksheet, styles: Styles) -> None:
        sheet.set_column(0, 40, 12, styles())
        for cell, entry in self.cells.items():
            sheet.write_formula(cell, f"={entry.formula}", styles(), entry.value)
        for number, label in enumerate(("score", "expected", "live", "up to date", *COUNTED)):
            sheet.write_string(FIGURES_TOP - 1 + number, 0, label, styles())
        for number, status in enumerate(COUNTED):
            word = self.layout.words.choice("status", status)
            sheet.write_string(COUNTS_TOP - 1 + number, 2, word, styles())
        sheet.hide()


def _rounded(value: float) -> float:
    return float(int(round(value, 12) * 10_000 + 0.5 + 5e-12)) / 10_000


def _clamp(value: float) -> float:
    return max(0.0, min(1.0, value))


def _letter(number: int) -> str:
    """A for 0."""
    return column_letters(number + 1)


# --- the page ------------------------------------------------------------------------------------

COLUMNS = 24  # of equal width, from the second on
TILES_ROW, CHARTS_ROW, CHART_ROWS = 4, 8, 12  # from 0
HEAT_ROW = CHARTS_ROW + CHART_ROWS + 2
ATTENTION_ROW = HEAT_ROW + SHOWN_OBJECTIVES + 4


class Dashboard:
    """A page to project in a meeting, all live."""

    def __init__(self, calc: Calc, about: About, styles: Styles) -> None:
        self.calc = calc
        self.layout = calc.layout
        self.words: Language = calc.layout.words
        self.about = about
        self.styles = styles

    def write(self, book: Workbook, sheet: Worksheet, settings: dict[str, str]) -> None:
        styles, words = self.styles, self.words
        sheet.hide_gridlines(2)
        sheet.set_default_row(20)
        sheet.set_column(0, 0, 2, styles(bg_color=PAGE))
        sheet.set_column(1, COLUMNS, 6.6, styles(bg_color=PAGE))
        sheet.set_column(COLUMNS + 1, COLUMNS + 1, 2, styles(bg_color=PAGE))
        self._heading(sheet, settings)
        self._tiles(sheet)
        for at, key in ((0, "by_status"), (6, "against_pace"), (14, "week_by_week")):
            self._section(sheet, CHARTS_ROW - 1, at, words(f"dashboard.{key}"))
        self._charts(book, sheet)
        self._heat(sheet)
        self._attention(sheet)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 1)
        sheet.center_horizontally()
        sheet.print_area(0, 0, ATTENTION_ROW + SHOWN_ATTENTION + 2, COLUMNS + 1)
        sheet.set_margins(0.3, 0.3, 0.3, 0.4)
        sheet.set_footer("&L&8&F&C&8&P / &N&R&8&A")

    def _heading(self, sheet: Worksheet, settings: dict[str, str]) -> None:
        sheet.set_row(1, 34)
        words = self.words
        title = words("dashboard.title", unit="\0").split("\0")
        unit = self.about.unit or words("dashboard.unnamed")
        names = [settings[key] for key in ("team", "department", "company")]
        named = f'"{_escaped(words("dashboard.unnamed"))}"'
        for name in reversed(names):
            named = f'IF({name}<>"",{name},{named})'
        text = f'"{_escaped(title[0])}"&{named}&"{_escaped(title[1])}"'
        look = self.styles(font_size=22, bold=True, bg_color=PAGE)
        sheet.merge_range(1, 1, 1, 16, None, look)
        sheet.write_formula(1, 1, f"={text}", look, f"{title[0]}{unit}{title[1]}")
        label = self.styles(font_color=MUTED, align="right", bg_color=PAGE)
        sheet.merge_range(1, 17, 1, 21, words("dashboard.as_of"), label)
        dated = self.styles(
            num_format=self.styles.date_format, align="left", font_color=MUTED, bg_color=PAGE
        )
        day = self.layout.elsewhere(self.layout.calendar("day"))
        sheet.merge_range(1, 22, 1, 24, None, dated)
        sheet.write_formula(1, 22, f"={day}", dated, self.calc.day)
        hint = self.styles(font_color=MUTED, italic=True, bg_color=PAGE)
        text = words("dashboard.nothing", sheet=words("sheets.okrs"))
        live = self.calc.at(f"B{FIGURES_TOP + 2}")
        shown = "" if self.calc.cells[f"B{FIGURES_TOP + 2}"].value else text
        sheet.merge_range(2, 1, 2, COLUMNS, None, hint)
        sheet.write_formula(2, 1, f'=IF({live}>0,"","{_escaped(text)}")', hint, shown)

    def _tiles(self, sheet: Worksheet) -> None:
        words = self.words
        sheet.set_row(TILES_ROW, 22)
        sheet.set_row(TILES_ROW + 1, 40)
        at = FIGURES_TOP
        value = {n: self.calc.cells[f"B{at + n}"].value for n in range(10)}
        slash = words("dashboard.updated_of")
        of = f'{self.calc.at(f"B{at + 3}")}&" {slash} "&{self.calc.at(f"B{at + 2}")}'
        tiles: list[tuple[str, str, Any, str, str]] = [
            (words("dashboard.score"), self.calc.at(f"B{at}"), value[0], ACCENT, "0%"),
            (words("dashboard.expected"), self.calc.at(f"B{at + 1}"), value[1], "#7C86A3", "0%"),
            (words("dashboard.updated"), of, f"{value[3]} {slash} {value[2]}", "#7C86A3", "@"),
        ]
        for status in ("achieved", "on-track", "at-risk", "off-track", "no-update"):
            number = 4 + COUNTED.index(status)
            tiles.append(
                (
                    words.choice("status", status),
                    self.calc.at(f"B{at + number}"),
                    value[number],
                    STRONG_COLOURS[status],
                    "0",
                )
            )
        for number, (label, formula, shown, colour, number_format) in enumerate(tiles):
            left = 1 + 3 * number
            edge = {"bg_color": WHITE, "align": "center", "left": 1, "left_color": LINE}
            edge |= {"right": 1, "right_color": LINE}
            top = self.styles(font_color=MUTED, font_size=10, top=1, top_color=LINE, **edge)
            ink = INK if colour in {"#7C86A3", "#A6AEC2"} else _dark(colour)
            big = self.styles(
                font_size=22,
                bold=True,
                font_color=ink,
                num_format=number_format,
                bottom=5,
                bottom_color=colour,
                **edge,
            )
            sheet.merge_range(TILES_ROW, left, TILES_ROW, left + 2, label, top)
            sheet.merge_range(TILES_ROW + 1, left, TILES_ROW + 1, left + 2, None, big)
            sheet.write_formula(TILES_ROW + 1, left, f"={formula}", big, shown)

    def _section(self, sheet: Worksheet, row: int, at: int, title: str) -> None:
        sheet.set_row(row, 24)
        look = self.styles(font_size=13, bold=True, bg_color=PAGE)
        sheet.write_string(row, 1 + at, title, look)

    # --- charts --------------------------------------------------------------------------------

    def _charts(self, book: Workbook, sheet: Worksheet) -> None:
        calc, words = self.calc, self.words
        name = quoted_sheet(calc.name)
        font = {"name": "Calibri", "size": 9, "color": MUTED}

        def place(chart: Any, at: int, span: int) -> None:
            chart.set_title({"none": True})
            chart.set_chartarea({"border": {"color": LINE}, "fill": {"color": WHITE}})
            chart.set_size({"width": span * 51 - 6, "height": CHART_ROWS * 20 + 50})
            sheet.insert_chart(CHARTS_ROW, 1 + at, chart, {"object_position": 2})

        at = COUNTS_TOP
        donut = book.add_chart({"type": "doughnut"})
        donut.add_series(
            {
                "categories": f"={name}!$C${at}:$C${at + 5}",
                "values": f"={name}!$B${at}:$B${at + 5}",
                "points": [{"fill": {"color": STRONG_COLOURS[s]}} for s in COUNTED],
            }
        )
        donut.set_hole_size(62)
        donut.set_legend({"position": "right", "font": font})
        place(donut, 0, 6)

        top, bottom = OBJECTIVES_TOP, OBJECTIVES_TOP + SHOWN_OBJECTIVES - 1
        # A chart keeps its range: room for the five that there should be at the most.
        shown = max(min(self._objectives(), SHOWN_OBJECTIVES), 5)
        bottom = top + shown - 1
        bars = book.add_chart({"type": "bar"})
        for column, key, colour in (
            (SCORE, "score", ACCENT),
            (EXPECTED, "expected", "#C9CFDD"),
        ):
            series: dict[str, Any] = {
                "name": words(f"dashboard.{key}"),
                "categories": f"={name}!${ID}${top}:${ID}${bottom}",
                "values": f"={name}!${column}${top}:${column}${bottom}",
                "fill": {"color": colour},
                "gap": 60,
                "overlap": -5,
            }
            if key == "score":
                series["data_labels"] = {"value": True, "num_format": "0%", "font": font}
            bars.add_series(series)
        bars.set_y_axis(
            {"reverse": True, "num_font": font, "line": {"color": LINE}, "major_tick_mark": "none"}
        )
        bars.set_x_axis(
            {
                "min": 0,
                "max": 1,
                "num_format": "0%",
                "label_position": "none",
                "major_gridlines": {"visible": True, "line": {"color": "#E8EBF2"}},
                "line": {"none": True},
                "major_tick_mark": "none",
            }
        )
        bars.set_legend({"position": "bottom", "font": font})
        place(bars, 6, 8)

        weeks = len(self.layout.dates)
        line = book.add_chart({"type": "line"})
        for column, key, look in (
            ("C", "expected", {"color": "#7C86A3", "width": 1.5, "dash_type": "dash"}),
            ("D", "score", {"color": ACCENT, "width": 2.75}),
        ):
            series = {
                "name": words(f"dashboard.{key}"),
                "categories": f"={name}!$B${WEEKS_TOP}:$B${WEEKS_TOP + weeks - 1}",
                "values": f"={name}!${column}${WEEKS_TOP}:${column}${WEEKS_TOP + weeks - 1}",
                "line": look,
            }
            if key == "score":
                fill = {"fill": {"color": ACCENT}, "border": {"color": ACCENT}}
                series["marker"] = {"type": "circle", "size": 5, **fill}
            line.add_series(series)
        line.show_blanks_as("span")
        line.set_x_axis(
            {
                "num_format": words("formats.day"),
                "num_font": font,
                "text_axis": True,
                "line": {"color": LINE},
                "interval_unit": 2 if weeks > 7 else 1,
            }
        )
        line.set_y_axis(
            {
                "min": 0,
                "max": 1,
                "major_unit": 0.25,
                "num_format": "0%",
                "num_font": font,
                "major_gridlines": {"visible": True, "line": {"color": "#E8EBF2"}},
                "line": {"none": True},
            }
        )
        line.set_legend({"position": "bottom", "font": font})
        place(line, 14, 10)

    def _objectives(self) -> int:
        cells = self.calc.cells
        return sum(bool(cells[f"{ROW}{OBJECTIVES_TOP + n}"].value) for n in range(MOST_OBJECTIVES))

    # --- tables --------------------------------------------------------------------------------

    def _head(self, sheet: Worksheet, row: int, spans: Sequence[tuple[int, int, str]]) -> None:
        sheet.set_row(row, 20)
        for at, span, text in spans:
            align = "left" if span > 3 or at == 0 else "center"
            look = self.styles(font_size=9, bold=True, font_color=MUTED, bg_color=PAGE, align=align)
            self._cell(sheet, row, at, span, look, text)

    def _cell(
        self, sheet: Worksheet, row: int, at: int, span: int, look: Any, text: str = ""
    ) -> None:
        if span > 1:
            sheet.merge_range(row, 1 + at, row, at + span, text, look)
        else:
            sheet.write_string(row, 1 + at, text, look)

    def _live(
        self, sheet: Worksheet, row: int, at: int, span: int, entry: Entry, **look: Any
    ) -> None:
        base = {"bg_color": WHITE}
        made = self.styles(**base | look)
        if span > 1:
            sheet.merge_range(row, 1 + at, row, at + span, None, made)
        sheet.write_formula(row, 1 + at, f"={entry.formula}", made, entry.value)

    def _heat(self, sheet: Worksheet) -> None:
        words, calc = self.words, self.calc
        self._section(sheet, HEAT_ROW - 1, 0, words("dashboard.heat_map"))
        spans = [(0, 2, words("okrs.id")), (2, 7, words("dashboard.objective"))]
        spans += [(9, 2, words("dashboard.score"))]
        self._head(sheet, HEAT_ROW, spans)
        dated = self.styles(
            font_size=8,
            font_color=MUTED,
            bg_color=PAGE,
            align="center",
            num_format=words("formats.day"),
        )
        for number in range(len(self.layout.dates)):
            cell = calc.at(f"B{WEEKS_TOP + number}")
            stored = serial(self.layout.dates[number])
            sheet.write_formula(HEAT_ROW, 12 + number, f"={cell}", dated, stored)
        top = HEAT_ROW + 1
        sheet.conditional_format(
            top,
            10,
            top + SHOWN_OBJECTIVES - 1,
            11,
            DATA_BAR,
        )
        for rank in range(SHOWN_OBJECTIVES):
            row, at = top + rank, OBJECTIVES_TOP + rank
            for start, span, column, look in (
                (0, 2, ID, {"bold": True, "indent": 1}),
                (2, 7, TITLE, {}),
                (9, 2, SCORE, {"num_format": "0%", "bold": True, "align": "right"}),
            ):
                cell = f"{column}{at}"
                entry = Entry(calc.at(cell), calc.cells[cell].value)
                self._live(sheet, row, start, span, entry, **look)
            for number in range(len(self.layout.dates)):
                self._heat_cell(sheet, row, rank, number)
        weeks = len(self.layout.dates)
        self._heat_colours(sheet, top, weeks)
        self._rule_filled_rows(sheet, top, SHOWN_OBJECTIVES)

    def _rule_filled_rows(self, sheet: Worksheet, top: int, count: int) -> None:
        """A hairline under each row that says something; the others stay quiet."""
        line = self.styles.rule(bottom=1, bottom_color=LINE)
        rule = {"type": "formula", "criteria": f'=$B{top + 1}<>""', "format": line}
        sheet.conditional_format(top, 1, top + count - 1, COLUMNS, rule)

    def _heat_cell(self, sheet: Worksheet, row: int, rank: int, number: int) -> None:
        calc = self.calc
        source = calc.week_cell(rank, number)
        dated, day = (
            calc.at(f"B{WEEKS_TOP + number}"),
            self.layout.elsewhere(self.layout.calendar("until")),
        )
        score = calc.at(f"{SCORE}{OBJECTIVES_TOP + rank}")
        formula = f'IF(AND(ISNUMBER({score}),{dated}<={day}),{calc.at(source)},"")'
        scored = isinstance(calc.cells[f"{SCORE}{OBJECTIVES_TOP + rank}"].value, (int, float))
        past = serial(self.layout.dates[number]) <= calc.until
        value = calc.cells[source].value if scored and past else ""
        look = {"num_format": "0%", "align": "center", "font_size": 9}
        look |= {"left": 1, "left_color": WHITE}
        self._live(sheet, row, 11 + number, 1, Entry(formula, value), **look)

    def _heat_colours(self, sheet: Worksheet, top: int, weeks: int) -> None:
        """Coloured by the gap to the pace of that week, as statuses are."""
        first, last = (
            self.layout.elsewhere(self.layout.calendar("first_day")),
            (self.layout.elsewhere(self.layout.calendar("last_day"))),
        )
        cell, dated = f"M{top + 1}", f"M${HEAT_ROW + 1}"
        gap = f"ROUND(MAX(0,MIN(1,({dated}-{first})/MAX(1,{last}-{first})))-{cell},4)"
        area = (top, 12, top + SHOWN_OBJECTIVES - 1, 11 + weeks)
        for test, status in (
            (f"{cell}=1", "achieved"),
            (f"{gap}<={self.layout.bands.on_track}", "on-track"),
            (f"{gap}<={self.layout.bands.at_risk}", "at-risk"),
            (f"{gap}>{self.layout.bands.at_risk}", "off-track"),
        ):
            fill, ink = STATUS_COLOURS[status]
            look = self.styles.rule(bg_color=fill, font_color=ink)
            rule = {"type": "formula", "criteria": f"=AND(ISNUMBER({cell}),{test})"}
            sheet.conditional_format(*area, rule | {"format": look, "stop_if_true": True})

    def _attention(self, sheet: Worksheet) -> None:
        words, calc = self.words, self.calc
        self._section(sheet, ATTENTION_ROW - 1, 0, words("dashboard.attention"))
        fields: tuple[tuple[int, int, str, str, dict[str, Any]], ...] = (
            (0, 3, "C", words("okrs.id"), {"bold": True, "indent": 1}),
            (3, 9, "D", words("dashboard.key_result"), {}),
            (12, 4, "E", words("dashboard.owner"), {}),
            (16, 2, "F", words("dashboard.score"), {"num_format": "0%", "align": "center"}),
            (18, 2, "G", words("dashboard.expected"), {"num_format": "0%", "align": "center"}),
            (20, 1, "H", words("dashboard.gap"), {"num_format": "0%", "align": "center"}),
            (21, 3, "I", words("dashboard.status"), {"bold": True, "align": "center"}),
        )
        self._head(sheet, ATTENTION_ROW, [(at, span, text) for at, span, _, text, _ in fields])
        top = ATTENTION_ROW + 1
        for rank in range(SHOWN_ATTENTION):
            for at, span, column, _, look in fields:
                cell = f"{column}{ATTENTION_TOP + rank}"
                entry = Entry(calc.at(cell), calc.cells[cell].value)
                self._live(sheet, top + rank, at, span, entry, **look)
        for status, (fill, ink) in STATUS_COLOURS.items():
            look = self.styles.rule(bg_color=fill, font_color=ink)
            word = self.words.choice("status", status)
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": look}
            sheet.conditional_format(top, 22, top + SHOWN_ATTENTION - 1, 24, rule)
        self._rule_filled_rows(sheet, top, SHOWN_ATTENTION)


def _escaped(text: str) -> str:
    return text.replace('"', '""')


def _dark(colour: str) -> str:
    """The amber of a tile's edge is too light to read as text."""
    return "#8A6100" if colour == STRONG_COLOURS["at-risk"] else colour
