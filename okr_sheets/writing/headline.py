"""What the dashboard says first: whose OKRs, of when, what is to fix, and the headline figures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from okr_sheets.about import About
from okr_sheets.columns import serial
from okr_sheets.drawing.canvas import COLUMNS, TILE_FIGURE, TILE_LABEL, Canvas
from okr_sheets.drawing.colours import (
    ACCENT,
    FIGURE_INKS,
    INK,
    MUTED,
    PAGE,
    QUIET,
    STATUS_COLOURS,
    STRONG_COLOURS,
)
from okr_sheets.drawing.conditions import where
from okr_sheets.drawing.styles import PERCENT
from okr_sheets.formulas import quoted
from okr_sheets.language import Language
from okr_sheets.writing.calc import (
    COUNTED,
    COUNTS_TOP,
    FIGURES_OF_ALL,
    FIXES,
    WEEKS_TOP,
    Calc,
    Entry,
)
from okr_sheets.writing.layout import FIRST_ROW
from okr_sheets.writing.retyped import FIGURES

HALF = 0.500001  # a half and a trace: a share of 0.145 is 15 points in every program


def write_headline(page: Canvas, calc: Calc, about: About, settings: Mapping[str, str]) -> None:
    """The first rows of the page; `settings` gives the cell of each setting."""
    headline = _Headline(page, calc, about)
    headline.heading(page, settings)
    headline.tiles(page)


def filled(text: str, **formulas: str) -> str:
    """A text with {fields} as a formula, with a formula in the place of each."""
    parts = re.split(r"\{(\w+)\}", text)
    pieces = (formulas[part] if at % 2 else quoted(part) for at, part in enumerate(parts) if part)
    return "&".join(pieces)


def _percent(words: Language, share: str) -> str:
    """A cell's share as whole percents in the language's way; a dash for none."""
    whole = filled(words("formats.percent"), n=f"INT({share}*100+{HALF})")
    return f'IF(ISNUMBER({share}),{whole},"–")'


class _Headline:
    def __init__(self, page: Canvas, calc: Calc, about: About) -> None:
        self.calc, self.about, self.styles = calc, about, page.styles
        self.layout, self.words = calc.layout, calc.layout.words

    def heading(self, page: Canvas, settings: Mapping[str, str]) -> None:
        """Whose OKRs these are, of which quarter, as of when; and what is to fix."""
        words, styles = self.words, self.styles
        before, after = words("dashboard.title", unit="\0").split("\0")
        named = quoted(words("dashboard.unnamed"))
        for key in ("company", "department", "team"):
            named = f'IF({settings[key]}<>"",{settings[key]},{named})'
        text = f"{quoted(before)}&{named}&{quoted(after)}"
        unit = self.about.unit or words("dashboard.unnamed")
        page.height(34)
        look = styles(font_size=22, bold=True, bg_color=PAGE, shrink=True)
        page.formula(0, 18, text, f"{before}{unit}{after}", look)
        quiet = {"font_color": MUTED, "bg_color": PAGE}
        page.cell(18, 4, words("dashboard.as_of"), styles(align="right", shrink=True, **quiet))
        dated = styles(num_format=styles.date_format, align="left", shrink=True, **quiet)
        page.formula(22, 2, self.calc.calendar("day"), self.calc.values.days["day"], dated)
        page.next()
        within = self._within(settings)
        look = styles(font_size=12, bold=True, shrink=True, **quiet)
        page.formula(0, COLUMNS, within.formula, within.value, look)
        page.next()
        self._fixes(page)
        self._remark(page)
        page.next(8)

    def _within(self, settings: Mapping[str, str]) -> Entry:
        """The units above the one in the title, and the period: Acme · Marketing · 2027-Q1."""
        company, department, team, quarter = (
            settings[key] for key in ("company", "department", "team", "quarter")
        )
        parts = (
            f'IF(AND({company}<>"",{department}&{team}<>"")," · "&{company},"")',
            f'IF(AND({department}<>"",{team}<>"")," · "&{department},"")',
            f'IF({quarter}<>""," · "&{quarter},"")',
        )
        about = self.about
        shown = (
            about.company if about.department or about.team else "",
            about.department if about.team else "",
            about.quarter,
        )
        return Entry(f"MID({'&'.join(parts)},4,500)", " · ".join(filter(None, shown)))

    def _fixes(self, page: Canvas) -> None:
        """How many rows have something to fix, with a link to the first of them."""
        words, (count, row) = self.words, (self.calc.at(f"B{at}") for at in FIXES)
        cell = f"${self.layout.letter('to_fix')}${FIRST_ROW}"
        column = f"COLUMN({self.layout.elsewhere(cell)})"
        many = filled(words("dashboard.fix", n="{n}"), n=count.formula)
        said = f"IF({count.formula}=1,{quoted(words('dashboard.fix', n=1))},{many})"
        link = self.layout.link(row.formula, column, said)
        live, fine = self.calc.figure("live"), words("dashboard.fix_none")
        none = f'IF({live.formula}>0,{quoted(fine)},"")'
        shown = (
            words("dashboard.fix", n=int(count.value))
            if count.value
            else fine
            if live.value
            else ""
        )
        look = self.styles(font_color=MUTED, bg_color=PAGE)
        page.formula(0, 12, f"IF({count.formula}=0,{none},{link})", shown, look)
        self._alert(page, 12, f"{count.formula}>0", underline=1)
        page.next()

    def _remark(self, page: Canvas) -> None:
        """What to know before the figures: that there are none yet, or what they leave out."""
        words, retyped = self.words, self.calc.retyped
        rows, untold, score = (self.calc.at(retyped.figure(key)).formula for key in FIGURES)
        live, now = (self.calc.figure(key) for key in ("live", "score"))
        given, value = (_percent(words, each) for each in (now.formula, score))
        with_both = filled(words("dashboard.text_told"), n=rows, given=given, value=value)
        with_one = filled(words("dashboard.text_untold"), n=rows, given=given)
        nothing = words("dashboard.nothing", sheet=words("sheets.okrs"))
        quiet = f'IF({live.formula}>0,"",{quoted(nothing)})'
        is_one = f"OR({untold}>0,{given}={value})"
        text = f"IF({rows}>0,IF({is_one},{with_one},{with_both}),{quiet})"
        look = self.styles(italic=True, font_color=MUTED, bg_color=PAGE, shrink=True)
        page.formula(0, COLUMNS, text, "" if live.value else nothing, look)
        self._alert(page, COLUMNS, f"{rows}>0")
        page.next()

    def _alert(self, page: Canvas, span: int, formula: str, **more: Any) -> None:
        """The first columns of the row stand out where a formula is true."""
        _, ink = STATUS_COLOURS["off-track"]
        look = self.styles.rule(font_color=ink, bold=True, **more)
        page.sheet.conditional_format(page.row, 1, page.row, span, where(formula, look))

    def tiles(self, page: Canvas) -> None:
        words, styles = self.words, self.styles
        score, expected, live, updated = (self.calc.figure(key) for key in FIGURES_OF_ALL)
        slash = words("dashboard.updated_of")
        day, dates = self.calc.values.days["day"], self.layout.dates
        is_asked = (
            f"{self.calc.calendar('day')}>=MIN({self.calc.range('B', WEEKS_TOP, len(dates))})"
        )
        of_live = Entry(
            f'IF({is_asked},{updated.formula}&" {slash} "&{live.formula},"–")',
            f"{updated.value} {slash} {live.value}" if day >= serial(min(dates)) else "–",
        )
        tiles = [
            (words("dashboard.score"), score, ACCENT, PERCENT),
            (words("dashboard.expected"), expected, QUIET, PERCENT),
            (words("dashboard.updated"), of_live, QUIET, "@"),
        ]
        for number, status in enumerate(COUNTED[:5]):
            count = self.calc.at(f"B{COUNTS_TOP + number}")
            tiles.append((words.choice("status", status), count, STRONG_COLOURS[status], "0"))
        for number, (label, *_) in enumerate(tiles):
            page.cell(3 * number, 3, label, styles(**TILE_LABEL))
        page.next(22)
        for number, (_, figure, colour, number_format) in enumerate(tiles):
            ink = {"font_color": FIGURE_INKS.get(colour, INK), "num_format": number_format}
            edge = {"bottom": 5, "bottom_color": colour}
            look = styles(**TILE_FIGURE, **ink, **edge)
            page.formula(3 * number, 3, figure.formula, figure.value, look)
        page.next(40)
        page.next(10)
