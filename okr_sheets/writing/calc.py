"""The hidden sheet of what only the dashboard needs."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from okr_sheets.columns import serial
from okr_sheets.drawing.names import quoted_sheet
from okr_sheets.drawing.styles import Styles
from okr_sheets.formulas import Term
from okr_sheets.letters import column_number
from okr_sheets.schema import CHECK_IN_PREFIX, POINTS_PREFIX
from okr_sheets.writing.layout import DATE_ROW, FIRST_ROW, RowCells
from okr_sheets.writing.retyped import Retyped
from okr_sheets.writing.values import TEAM, WEEK, WEEK_PREFIX, Values, week_score, weight_below

MOST_OBJECTIVES = 40  # that the hidden sheet follows
SHOWN_OBJECTIVES = 12
SHOWN_ATTENTION = 8
COUNTED = ("achieved", "on-track", "at-risk", "off-track", "no-update", "not-started")

# The hidden sheet's columns, and the rows of its blocks, from 1.
OTHERS, ROW, ID, TITLE, SCORE, EXPECTED, SHARE, WEIGHT, WEEKS = *"ABCDEFGH", 8
OBJECTIVES_TOP = 2
OBJECTIVES_BOTTOM = OBJECTIVES_TOP + MOST_OBJECTIVES - 1
ATTENTION_TOP = OBJECTIVES_TOP + MOST_OBJECTIVES + 2
FIGURES_TOP = ATTENTION_TOP + SHOWN_ATTENTION + 2
FIGURES_OF_ALL = ("score", "expected", "live", "updated")
COUNTS_TOP = FIGURES_TOP + len(FIGURES_OF_ALL)
FIXES = (FIGURES_TOP + 10, FIGURES_TOP + 11)  # how many rows have something to fix, and the first
WEEKS_TOP = FIGURES_TOP + 13
ATTENTION = {
    "id": "C",
    "title": "D",
    "owner": "E",
    "score": "F",
    "expected": "G",
    "gap": "H",
    "status": "I",
}
PACES_COLUMN = "D"  # beside the figures
PACES = ("behind", "over", "ahead")  # what is said of a gap
NUMBERS = frozenset({"score", "expected", "gap"})


def _figure(key: str) -> str:
    return f"B{FIGURES_TOP + FIGURES_OF_ALL.index(key)}"


@dataclass(frozen=True, slots=True)
class Entry:
    """A formula with the value it gives."""

    formula: str
    value: Any


class Calc:
    """Every formula of the hidden sheet, by cell, with its value."""

    def __init__(self, values: Values, name: str) -> None:
        """`values` is what the OKRs sheet holds, `name` this one's."""
        self.layout, self.values, self.name = values.layout, values, name
        self.until = values.days["until"]
        self.operations = values.layout.operations(elsewhere=True)
        self.cells: dict[str, Entry] = {}
        self._objectives()
        self._attention()
        self._figures()
        self._weeks()
        score = self.cells[_figure("score")].value
        self.retyped = Retyped(self.layout, WEEKS_TOP + len(self.layout.dates) + 1, score)
        for cell, (formula, value) in self.retyped.formulas.items():
            self._put(cell, formula, value)

    def at(self, cell: str) -> Entry:
        """A cell of this sheet as other sheets show it."""
        letters = cell.rstrip("0123456789")
        formula = f"{quoted_sheet(self.name)}!${letters}${cell.removeprefix(letters)}"
        return Entry(formula, self.cells[cell].value)

    def range(self, column: str, top: int, count: int) -> str:
        """So many cells of a column, as charts and other sheets name them."""
        return f"{quoted_sheet(self.name)}!${column}${top}:${column}${top + count - 1}"

    @property
    def paces(self) -> str:
        """The words for gaps as other sheets name them: for none, then those of `PACES`.

        Each of these is there for one point, and below it for {n}.
        """
        return self.range(PACES_COLUMN, FIGURES_TOP, 1 + 2 * len(PACES))

    def figure(self, key: str) -> Entry:
        """One of `FIGURES_OF_ALL`, as other sheets name it."""
        return self.at(_figure(key))

    def week_cell(self, rank: int, number: int) -> str:
        return f"{xl_col_to_name(WEEKS + number)}{OBJECTIVES_TOP + rank}"

    def column(self, letter: str) -> str:
        """All cells of a column of the objectives, as other sheets' formulas look through them."""
        cells = f"${letter}${OBJECTIVES_TOP}:${letter}${OBJECTIVES_BOTTOM}"
        return f"{quoted_sheet(self.name)}!{cells}"

    def objectives(self) -> Iterator[Mapping[str, Any]]:
        """The row, ID, title and score of each objective, by the letters of their columns."""
        for at in range(OBJECTIVES_TOP, OBJECTIVES_BOTTOM + 1):
            if self.cells[f"{ROW}{at}"].value:
                letters = (ROW, ID, TITLE, SCORE)
                yield {letter: self.cells[f"{letter}{at}"].value for letter in letters}

    def calendar(self, key: str) -> str:
        """The cell of one of the calendar's days, as other sheets' formulas name it."""
        return self.layout.elsewhere(self.layout.calendar(key))

    def _put(self, cell: str, formula: object, value: Any) -> None:
        self.cells[cell] = Entry(str(formula), value)

    def _look_up(self, cell: str, row_cell: str, row: int, key: str) -> None:
        """Show in a cell what the OKRs sheet has in a row, if it is one."""
        there = f"INDEX({self.layout.all_of(key)},{row_cell}-{FIRST_ROW - 1})"
        shown = there if key in NUMBERS else f'IF({there}="","",{there})'
        value = self.values.shown(row, key) if row else ""
        self._put(cell, f'IF({row_cell}>0,{shown},"")', value)

    def _objectives(self) -> None:
        anchors = [row for row, cells in self.values.cells.items() if cells["anchor"] > 0]
        anchor = self.layout.all_of("anchor")
        others = len(self.values.cells) - len(anchors)
        self._put(f"{OTHERS}{OBJECTIVES_TOP}", f"COUNTIFS({anchor},0)", others)
        for rank in range(MOST_OBJECTIVES):
            at = OBJECTIVES_TOP + rank
            row = anchors[rank] if rank < len(anchors) else 0
            cell = f"${ROW}{at}"
            smallest = f"SMALL({anchor},{rank + 1}+${OTHERS}${OBJECTIVES_TOP})"
            self._put(f"{ROW}{at}", f"IFERROR({smallest},0)", row)
            columns = {"id": ID, "title": TITLE, "score": SCORE, "expected": EXPECTED}
            for key, column in columns.items():
                if key != "expected" or rank < SHOWN_OBJECTIVES:
                    self._look_up(f"{column}{at}", cell, row, key)
            share = f"INDEX({self.layout.all_of('share')},{cell}-{FIRST_ROW - 1})"
            counts = self.values.shown(row, "share") if row else 0
            self._put(f"{SHARE}{at}", f"IF({cell}>0,{share},0)", counts)
            k = RowCells({"anchor": cell, "weight_below": f"${WEIGHT}{at}"})
            below = weight_below(RowCells({"anchor": cell}), self.operations)
            weight = self.values.cells[row]["weight_below"] if row else 0
            self._put(f"{WEIGHT}{at}", below, weight)
            for number, day in enumerate(self.layout.dates):
                formula = week_score(k, f"{POINTS_PREFIX}{day}", self.operations)
                value = self.values.cells[row][f"{WEEK_PREFIX}{day}"] if row else 0
                self._put(self.week_cell(rank, number), formula, value)

    def _attention(self) -> None:
        urgency = self.layout.all_of("urgency")
        ranks = {row: cells["urgency"] for row, cells in self.values.cells.items()}
        urgent = sorted((row for row in ranks if not math.isnan(ranks[row])), key=ranks.__getitem__)
        for rank in range(SHOWN_ATTENTION):
            at = ATTENTION_TOP + rank
            row = urgent[rank] if rank < len(urgent) else 0
            place = f"MATCH(SMALL({urgency},{rank + 1}),{urgency},0)"
            self._put(f"{ROW}{at}", f"IFERROR({place}+{FIRST_ROW - 1},0)", row)
            for key, column in ATTENTION.items():
                self._look_up(f"{column}{at}", f"${ROW}{at}", row, key)

    def _figures(self) -> None:
        cells, words = self.values.cells.values(), self.layout.words
        keys = ("share", "share_points", "share_pace", "updated")
        sums = RowCells({key: f"SUM({self.layout.all_of(key)})" for key in keys})
        for key, rule in TEAM.items():
            mean = self.values.team[key]
            self._put(_figure(key), rule(sums, self.operations), "" if math.isnan(mean) else mean)
        active = f'{self.layout.all_of("standing")},"{words.choice("state", "active")}"'
        live = sum(row["standing"] == "active" for row in cells)
        self._put(_figure("live"), f"COUNTIFS({active})", live)
        self._put(_figure("updated"), sums.updated, int(sum(row["updated"] for row in cells)))
        for at, status in enumerate(COUNTED, COUNTS_TOP):
            word = words.choice("status", status)
            counted = f'{self.layout.all_of("status")},"{word}",{self.layout.all_of("anchor")},0'
            count = sum(row["status"] == status and row["anchor"] == 0 for row in cells)
            self._put(f"B{at}", f"COUNTIFS({counted})", count)
        fixes = self.layout.all_of("to_fix")
        faulty = [row for row in self.values.cells if self.values.shown(row, "to_fix")]
        self._put(f"B{FIXES[0]}", f'COUNTIFS({fixes},"?*")', len(faulty))
        first = f'IFERROR(MATCH("?*",{fixes},0)+{FIRST_ROW - 1},0)'
        self._put(f"B{FIXES[1]}", first, min(faulty, default=0))

    def _weeks(self) -> None:
        f = self.operations
        shares = f"${SHARE}${OBJECTIVES_TOP}:${SHARE}${OBJECTIVES_BOTTOM}"
        names = {key: self.calendar(key) for key in ("first_day", "last_day", "until")}
        for number, day in enumerate(self.layout.dates):
            at, column = WEEKS_TOP + number, xl_col_to_name(WEEKS + number)
            scores = f"{column}${OBJECTIVES_TOP}:{column}${OBJECTIVES_BOTTOM}"
            points = f"SUMPRODUCT({shares},{scores})"
            k = RowCells({**names, "day": f"$B{at}", "points": points, "share": f"SUM({shares})"})
            dated = f"${self.layout.letter(f'{CHECK_IN_PREFIX}{day}')}${DATE_ROW}"
            self._put(f"B{at}", self.layout.elsewhere(dated), serial(day))
            expected, score = (self.values.weeks[key][number] for key in ("expected", "score"))
            self._put(f"C{at}", WEEK["expected"](k, f), expected)
            # Weeks before the first number of all say nothing of the team.
            is_told = (k.day <= k.until) & Term(f"(COUNTA({self._check_ins_by(day)})>0)")
            told = int(serial(day) <= self.until and self.values.first_day <= serial(day))
            self._put(f"E{at}", f.choose(is_told, 1, 0), told)
            counts = (Term(f"$E{at}") == 1) & (k.share > 0)
            # A gap in the chart's line; a blank would be drawn as 0.
            formula = f.choose(counts, WEEK["score"](k, f), Term("NA()"))
            drawn = told and not math.isnan(score)
            self._put(f"D{at}", formula, score if drawn else "#N/A")

    def _check_ins_by(self, day: date) -> str:
        """The cells of all check-ins up to a date."""
        first = self.layout.range(self.layout.first_check_in).partition(":")[0]
        last = self.layout.range(f"{CHECK_IN_PREFIX}{day}").partition(":")[2]
        return self.layout.elsewhere(f"{first}:{last}")

    def write(self, sheet: Worksheet, styles: Styles) -> None:
        sheet.set_column(0, 40, 12, styles())
        for cell, entry in self.cells.items():
            sheet.write_formula(cell, f"={entry.formula}", styles(), entry.value)
        for number, label in enumerate((*FIGURES_OF_ALL, *COUNTED, "to fix", "first to fix")):
            sheet.write_string(FIGURES_TOP - 1 + number, 0, label, styles())
        for number, status in enumerate(COUNTED):
            word = self.layout.words.choice("status", status)
            sheet.write_string(COUNTS_TOP - 1 + number, 2, word, styles())
        words = self.layout.words
        said = [words(f"dashboard.{key}", n=n) for key in PACES for n in (1, "{n}")]
        for number, word in enumerate((words("dashboard.level"), *said)):
            sheet.write_string(
                FIGURES_TOP - 1 + number, column_number(PACES_COLUMN) - 1, word, styles()
            )
        sheet.hide()
