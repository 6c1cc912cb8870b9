"""The summary: one page to print or project, with figures, charts, teams and what comes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from okr_sheets.drawing.canvas import (
    COLUMN_DIGITS,
    COLUMN_PIXELS,
    COLUMNS,
    Canvas,
)
from okr_sheets.drawing.colours import (
    ACCENT,
    LINE,
    MUTED,
    PAGE,
    PALE_BAR,
    QUIET,
    STATUS_COLOURS,
    STRONG_COLOURS,
    WHITE,
)
from okr_sheets.drawing.sheets import A4
from okr_sheets.drawing.styles import PERCENT
from okr_sheets.drawing.text_width import line_height, lines_of, shortened
from okr_sheets.language import percents
from okr_sheets.reports.comparing import compared
from okr_sheets.reports.excerpts import is_large
from okr_sheets.reports.left_out import names_left_out
from okr_sheets.reports.phrases import (
    as_of,
    by_plan,
    end_range,
    freshness,
    listed_names,
    scope,
    since_line,
    stale_part,
    title,
    year_line,
)
from okr_sheets.reports.workbook.charts import (
    bar_chart,
    status_ring,
    trend_chart,
    unit_lines,
)
from okr_sheets.reports.workbook.lists import attention_list, unit_list
from okr_sheets.reports.workbook.records import Report
from okr_sheets.reports.workbook.sheets import MARGINS
from okr_sheets.reports.workbook.standing_tables import RARE_TILES, TILES
from okr_sheets.reports.workbook.tiles import Tile, draw_tiles

MOST_NAMES = 4


class Summary:
    """One page to print or project: where we stand, where it will end, and what comes first."""

    def __init__(self, report: Report) -> None:
        self.report, self.rollup, self.words = report, report.rollup, report.words

    def write(self, book: Workbook, sheet: Worksheet) -> None:
        """Write it all to an empty sheet."""
        page = Canvas(sheet, self.report.styles, shrink=True)
        sheet.set_row(0, 9)
        self._heading(page)
        self._notice(page)
        draw_tiles(page, self._figures())
        self._changes(page)
        names, rows, level, heading = compared(self.rollup, self.words)
        self._charts(page, book, names, rows, heading)
        if rows:
            unit_list(page, self.report, names, rows, level)
        attention_list(page, self.report)
        page.height(9)
        page.cell(0, 1, None, page.background)  # else the margin is not printed
        page.finish(MARGINS, A4)

    def _heading(self, page: Canvas) -> None:
        words, styles, about = self.words, self.report.styles, self.rollup.about
        page.height(36)
        look = styles(font_size=22, bold=True, bg_color=PAGE)
        page.cell(0, 18, shortened(title(self.rollup, words), 74), look)
        page.cell(
            18, 6, as_of(self.rollup, words), styles(font_color=MUTED, align="right", bg_color=PAGE)
        )
        page.next()
        counts = {key: about[key] for key in ("trackers", "objectives", "key_results")}
        parts = [words.counted("report.read", **counts)]
        unit = self.rollup.headline
        if unit is not None and len(self.rollup.columns["teams"]) > 1:
            parts.append(f"{words('okrs.score')} {scope(unit, words)}")
            parts += filter(None, [year_line(unit, words)])
        if unit is not None and _differs(unit["score"], unit["with_left_out"]):
            score = words.percent(unit["with_left_out"])
            parts.append(words("report.with_left_out_note", score=score))
        if unit is not None and (planned := by_plan(unit, words)):
            parts.append(planned)
        if len(self.rollup.columns["blank"]):
            names = listed_names(self.rollup.columns["blank"].unit_name, MOST_NAMES, words)
            parts.append(words("report.owe_okrs", names=names))
        muted = styles(font_color=MUTED, bg_color=PAGE)
        page.cell(0, COLUMNS, " · ".join(parts), muted)
        page.next()
        if is_large(self.rollup):
            archive = self.report.excerpt.archive
            page.cell(0, COLUMNS, words("report.shortened", archive=archive), muted)
            page.next()

    def _notice(self, page: Canvas) -> None:
        """Which files the figures below do not count."""
        missing = names_left_out(self.rollup)
        if missing:
            words = self.words
            names = listed_names((shortened(name, 40) for name in missing), MOST_NAMES, words)
            sheet = self.report.names.get("problems")
            reasons = words("rollup.reasons", sheet=sheet) if sheet else ""
            fill, ink = STATUS_COLOURS["at-risk"]
            edge = {"left": 5, "left_color": STRONG_COLOURS["at-risk"]}
            look = self.report.styles(
                bg_color=fill, font_color=ink, text_wrap=True, indent=1, **edge
            )
            text = f"{words('report.unreadable')}: {names}. {reasons}".strip()
            lines = lines_of(text, COLUMNS * COLUMN_DIGITS * 0.9)
            page.next(6)
            page.cell(0, COLUMNS, text, look)
            page.next(9 + lines * line_height(words))
        page.next(9)

    # --- figures --------------------------------------------------------------------------------

    def _counts(self) -> dict[str, int]:
        statuses = self.rollup.columns["key_results"].status
        counts = {key: int((statuses == key).sum()) for key in (*TILES, *RARE_TILES, "")}
        return {key: count for key, count in counts.items() if count or key in TILES}

    def _figures(self) -> list[Tile]:
        words, live = self.words, self.rollup.about["live"]
        label, part, note = freshness(self.rollup, words)
        figure = f"{words.number(part)} {words('dashboard.updated_of')} {words.number(live)}"
        return [
            *self._headline(),
            Tile(label, figure, note=note),
            *(
                Tile(words.choice("status", key), count, STRONG_COLOURS.get(key, PALE_BAR))
                for key, count in self._counts().items()
                if key
            ),
        ]

    def _headline(self) -> list[Tile]:
        words, about, unit = self.words, self.rollup.about, self.rollup.headline
        if unit is None:  # no unit speaks for all, and means of means would mislead
            return [
                Tile(words("report.teams"), len(self.rollup.columns["teams"]), ACCENT),
                Tile(words("report.objectives"), about["objectives"]),
            ]
        before = unit["previous"]
        score = words("rollup.previous_score", score=words.percent(before)) if before else ""
        behind = percents(unit["gap"] or 0)
        pace = words("report.reason_gap", points=behind) if behind > 0 else ""
        tiles = [
            Tile(words("okrs.score"), unit["score"], ACCENT, PERCENT, score),
            Tile(words("okrs.expected"), unit["expected"], QUIET, PERCENT, pace),
        ]
        end = end_range(unit, words)
        if not end:
            return tiles
        note = stale_part(unit, words) or words("report.range_80")
        return [*tiles, Tile(words("rollup.heading_for"), end, ACCENT, note=note)]

    def _changes(self, page: Canvas) -> None:
        """What became of the key results since the check-in date before."""
        text = since_line(self.rollup, self.words)
        if not text:
            return
        look = self.report.styles(
            bg_color=WHITE, indent=1, border=1, border_color=LINE, shrink=True
        )
        sheet = self.report.names.get("changes")
        page.cell(0, 20 if sheet else COLUMNS, text, look)
        if sheet:
            page.turn(20, 4, self.words("report.changes"), sheet)
        page.next(22)
        page.next(9)

    # --- charts ---------------------------------------------------------------------------------

    def _charts(
        self,
        page: Canvas,
        book: Workbook,
        names: Sequence[str],
        rows: Sequence[Mapping[str, Any]],
        heading: str,
    ) -> None:
        words = self.words
        counts = {key: count for key, count in self._counts().items() if count}
        page.height(24)
        if not rows:
            page.section(0, COLUMNS, heading)
            page.next()
            styles = self.report.styles
            look = styles(font_color=MUTED, bg_color=WHITE, align="center", text_wrap=True)
            why = (
                "terminal.nothing_read"
                if not len(self.rollup.columns["teams"])
                else "report.no_okrs"
            )
            page.cell(0, COLUMNS, words(why), look)
            page.next(80)
            page.next(9)
            return
        page.section(0, 6, words("dashboard.by_status"))
        page.section(6, 9, heading)
        page.section(15, 9, words("dashboard.week_by_week"))
        page.next()
        height = min(max(len(rows) + 4, 10), 14)
        unit = self.rollup.headline
        if counts:
            _place(page, status_ring(book, self.report, counts), 0, 6, height)
        _place(page, bar_chart(book, self.report, names, rows), 6, 9, height)
        weeks = (
            unit_lines(book, self.report, names, rows)
            if unit is None
            else trend_chart(book, self.report, unit)
        )
        _place(page, weeks, 15, 9, height)
        for _ in range(height):
            page.next(20)
        page.next(9)


def _place(page: Canvas, chart: Any, at: int, span: int, rows: int) -> None:
    """Place a chart of the hidden sheet over so many columns and rows."""
    chart.show_hidden_data()
    gap = 6 if at + span < COLUMNS else 0
    page.chart(chart, at, span * COLUMN_PIXELS - gap, round(rows * 20 * 4 / 3))


def _differs(one: float | None, other: float | None) -> bool:
    """Whether two scores read as two percents."""
    return one != other and (one is None or other is None or percents(one) != percents(other))
