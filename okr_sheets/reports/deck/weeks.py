"""The slide of the weeks: the headline's, or those of the units side by side."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from okr_sheets.drawing.colours import SERIES
from okr_sheets.drawing.deck_charts import STROKES, Series, lines
from okr_sheets.drawing.decks import BODY, Deck, Slide
from okr_sheets.drawing.fitting import Box
from okr_sheets.drawing.text_width import shortened
from okr_sheets.reports.comparing import compared
from okr_sheets.reports.deck.standing import NAME
from okr_sheets.reports.phrases import day_text, heading
from okr_sheets.reports.weeks import Weeks, course
from okr_sheets.rollups.result import Rollup, Row
from okr_sheets.rollups.schema import ENDS

# What the lines of a trend are called.
_NAMES = {
    "expected": "okrs.expected",
    "score": "okrs.score",
    "forecast": "report.forecast",
    "forecast_low": "rollup.low",
    "forecast_high": "rollup.high",
}


def trend(deck: Deck, rollup: Rollup) -> None:
    """Week by week: the headline against the pace and where it is heading, else the first units."""
    words, unit = deck.words, rollup.headline
    if unit is None:
        _ways(deck, rollup)
        return
    [past] = Weeks(rollup).of("unit", [unit])
    if len(past) < 2:
        return
    end = " · ".join(filter(None, (unit["unit_name"], heading(unit, words))))
    slide = deck.slide(words("dashboard.week_by_week"), end)
    unit_chart(slide, BODY, rollup, unit, past)
    slide.notes(_week_lines(past, deck))


def unit_chart(
    slide: Slide,
    box: Box,
    rollup: Rollup,
    unit: Row,
    past: Sequence[Row],
    ends: Sequence[str] = ENDS[:3],
) -> None:
    """Put a unit's weeks against the pace, and where it is heading: the `ends` of its forecast."""
    words, way = slide.words, course(rollup, past, unit)
    series = {
        "expected": way.expected,
        "score": [*(week["score"] for week in past), *(None for _ in way.ahead)],
    }
    if way.ahead and unit["forecast"] is not None:
        before = [None] * (len(past) - 1)
        for key in ends:
            series[key] = [*before, *way.onwards(past[-1]["score"], unit[key])]
    named: Series = {words(_NAMES[key]): values for key, values in series.items()}
    strokes = [STROKES[key] for key in series]
    lines(slide, box, way.days, words, named, strokes)


def _week_lines(past: list[Row], deck: Deck) -> Iterator[str]:
    words = deck.words
    for week in past:
        score, expected = words.percent(week["score"]), words.percent(week["expected"])
        figures = words("report.headline", score=score, expected=expected)
        yield f"{day_text(week['day'], words)}: {figures}"


def _ways(deck: Deck, rollup: Rollup) -> None:
    """The weeks of the first few units that are compared, a line for each."""
    words, whom = deck.words, compared(rollup, deck.words)
    if whom.level != "unit":
        return
    names, rows = whom.names[: len(SERIES)], whom.rows[: len(SERIES)]
    paths = Weeks(rollup).of("unit", rows)
    days = sorted({week["day"] for path in paths for week in path})
    if len(days) < 2:
        return
    scores = [{week["day"]: week["score"] for week in path} for path in paths]
    values = {
        shortened(name, NAME): [path.get(day) for day in days]
        for name, path in zip(names, scores, strict=True)
    }
    slide = deck.slide(words("dashboard.week_by_week"), whom.heading)
    strokes = [(colour, 2.5, None) for colour in SERIES[: len(values)]]
    lines(slide, BODY, days, words, values, strokes)
