"""A slide a unit, the worst first, and one that lists the others."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from okr_sheets.drawing.colours import MUTED
from okr_sheets.drawing.deck_tables import Cell, Head, Row, Table
from okr_sheets.drawing.decks import BODY, Deck, Slide
from okr_sheets.drawing.fitting import Box
from okr_sheets.language import Language
from okr_sheets.reports.deck.rows import (
    logged,
    named,
    of_all,
    status_cell,
    worst_first,
)
from okr_sheets.reports.deck.standing import GAP, tiles, unit_tiles
from okr_sheets.reports.deck.weeks import unit_chart
from okr_sheets.reports.excerpts import place_of, places_among
from okr_sheets.reports.phrases import (
    coverage,
    end_range,
    goal,
    heading,
    now,
    plan_changes,
    unit_status,
    updated,
)
from okr_sheets.reports.weeks import Weeks
from okr_sheets.rollups.result import Rollup
from okr_sheets.rollups.result import Row as Record

MOST_UNITS = 12  # with a slide of their own
_LEFT = 310.0  # points that figures and objectives are wide
_TILES = 76.0
_LEAST_CHART = 130.0  # points; a lower one says nothing


def units(deck: Deck, rollup: Rollup) -> None:
    """The units with objectives, furthest behind first; of many, the rest in one list."""
    rows = worst_first([row for row in rollup.rows("teams") if row["objectives"]])
    for row in rows[:MOST_UNITS]:
        _unit(deck, rollup, row)
    if rest := rows[MOST_UNITS:]:
        _rest(deck, rest)


def _unit(deck: Deck, rollup: Rollup, unit: Record) -> None:
    words = deck.words
    facts = [
        unit_status(unit, words),
        coverage(unit, words),
        updated(unit, words) if rollup.is_asked else "",
        heading(unit, words),
    ]
    slide = deck.slide(unit["unit_name"], " · ".join(filter(None, facts)))
    left = BODY._replace(width=_LEFT)
    tiles(slide, unit_tiles(unit, deck), left._replace(height=_TILES), 20)
    top = BODY.top + _TILES + GAP
    below = left._replace(top=top, height=BODY.top + BODY.height - top)
    end = _objectives(slide, _of(rollup, "objectives", unit), below) + GAP
    rest = below._replace(top=end, height=BODY.top + BODY.height - end)
    [past] = Weeks(rollup).of("unit", [unit])
    if rest.height >= _LEAST_CHART and len(past) > 1:
        unit_chart(slide, rest, rollup, unit, past, ["forecast"])
    right = Box(BODY.left + _LEFT + GAP, BODY.top, BODY.width - _LEFT - GAP, BODY.height)
    key_results = _of(rollup, "key_results", unit)
    _key_results(slide, rollup, key_results, right)
    slide.notes(_whole(key_results, slide))


def _of(rollup: Rollup, name: str, unit: Record) -> list[Record]:
    """The objectives or key results of a unit, the worst first."""
    mine = rollup.columns[name].unit_name == unit["unit_name"]
    return worst_first(rollup.rows(name, np.flatnonzero(mine)))


def _whole(key_results: Sequence[Record], slide: Slide) -> list[str]:
    """What the slide may shorten, and changes of the plan and notes, for which it has no room."""
    words = slide.words
    return [
        " · ".join(
            filter(
                None,
                (
                    named(row),
                    row["owner_name"] or words("report.nobody"),
                    plan_changes(row, words),
                    row["note"],
                    logged(row, words),
                ),
            )
        )
        for row in key_results
    ]


def _objectives(slide: Slide, rows: Sequence[Record], box: Box) -> float:
    words = slide.words
    heads = [
        Head(words("report.objective"), 5),
        Head(words("okrs.score"), 1.5, is_figure=True),
        Head(words("okrs.status"), 2.6),
    ]
    cells: list[Row] = [
        [named(row), words.percent(row["score"]), status_cell(row["status"], words)] for row in rows
    ]
    return _table(slide, Table(words, box, heads, size=11), cells, box)


def _key_results(slide: Slide, rollup: Rollup, rows: Sequence[Record], box: Box) -> None:
    words = slide.words
    which = places_among(rollup.columns["forecast"], {place_of(row) for row in rows})
    ends = {place_of(row): end_range(row, words) for row in rollup.rows("forecast", which)}
    heads = [
        Head(words("dashboard.key_result"), 6),
        Head(words("okrs.target"), 3.2),
        Head(words("okrs.score"), 1.4, is_figure=True),
        Head(words("report.forecast"), 1.8, is_figure=True),
        Head(words("okrs.status"), 2.3),
    ]
    cells: list[Row] = [
        [
            Cell(named(row), below=logged(row, words)),
            _course(row, words),
            words.percent(row["score"]),
            ends.get(place_of(row)) or "–",
            status_cell(row["status"], words),
        ]
        for row in rows
    ]
    _table(slide, Table(words, box, heads, size=11), cells, box)


def _course(row: Record, words: Language) -> str:
    """“18 → 4 requests · now 7.2”, where “now 7.2” stays on one line."""
    current = now(row, words).replace(" ", "\N{NO-BREAK SPACE}")
    return " · ".join(filter(None, (goal(row, words), current)))


def _table(slide: Slide, table: Table, rows: Sequence[Row], box: Box) -> float:
    """The first rows that there is room for, how many where not all, and where that ends."""
    if not rows:
        return box.top
    foot = slide.height_of(1, 10) + 4
    most = table.most(rows, foot)
    end = table.put(slide, rows[:most])
    if most == len(rows):
        return end
    text = slide.words.counted("page.shown_here", shown=most, all=len(rows))
    slide.text(text, Box(box.left, end + 4, box.width, foot - 4), 10, colour=MUTED)
    return end + foot


def _rest(deck: Deck, rows: Sequence[Record]) -> None:
    """The units without a slide, in two columns."""
    words = deck.words
    width = (BODY.width - GAP) / 2
    heads = [
        Head(words("report.unit"), 5),
        Head(words("okrs.score"), 1.5, is_figure=True),
        Head(words("okrs.expected"), 1.8, is_figure=True),
        Head(words("okrs.status"), 2.2),
    ]
    cells: list[Row] = [
        [
            row["unit_name"],
            words.percent(row["score"]),
            words.percent(row["expected"]),
            status_cell(row["status"], words),
        ]
        for row in rows
    ]
    columns = [
        Table(words, BODY._replace(left=left, width=width), heads, size=12, lines=1)
        for left in (BODY.left, BODY.left + width + GAP)
    ]
    most = columns[0].most(cells)
    title = of_all(words("deck.other_units"), min(2 * most, len(rows)), len(rows), words)
    slide = deck.slide(title)
    for at, table in enumerate(columns):
        if part := cells[at * most : (at + 1) * most]:
            table.put(slide, part)
