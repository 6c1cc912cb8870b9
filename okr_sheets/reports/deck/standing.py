"""Slides of the whole: the cover, where we stand, where the numbers come from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from okr_sheets.choices import STATUSES
from okr_sheets.drawing.colours import (
    ACCENT,
    FIGURE_INKS,
    INK,
    LINE,
    MUTED,
    PAGE,
    SLATE,
    STRONG_COLOURS,
)
from okr_sheets.drawing.deck_charts import count_bars, score_bars
from okr_sheets.drawing.deck_tables import Head, Table
from okr_sheets.drawing.deck_tables import Row as Cells
from okr_sheets.drawing.decks import BODY, Deck, Slide
from okr_sheets.drawing.fitting import Box
from okr_sheets.drawing.text_width import shortened
from okr_sheets.language import percents
from okr_sheets.reports.comparing import compared
from okr_sheets.reports.deck.rows import of_all
from okr_sheets.reports.left_out import left_out, names_left_out
from okr_sheets.reports.phrases import (
    as_of,
    day_text,
    end_range,
    freshness,
    headline,
    listed_names,
    scope,
    stale_part,
    title,
    update,
)
from okr_sheets.rollups.result import Rollup, Row

GAP = 14.0  # points between two things on a slide
NAME = 26.0  # digits of a name beside a bar
_TILES = 86.0  # points that the tiles are high
_MOST_NAMES = 4


class Tile(NamedTuple):
    """One figure, what it is, and a word on it."""

    label: str
    value: str
    note: str = ""
    colour: str = INK


def cover(deck: Deck, rollup: Rollup) -> None:
    """Company, quarter and day, and what was read."""
    words, about = deck.words, rollup.about
    read = words.counted(
        "report.read",
        **{key: about[key] for key in ("trackers", "objectives", "key_results")},
    )
    deck.cover(title(rollup, words), [line for line in (as_of(rollup, words), read) if line])


def standing(deck: Deck, rollup: Rollup) -> None:
    """The headline's figures, each unit's score beside the pace, key results by status."""
    words, unit = deck.words, rollup.headline
    several = len(rollup.columns["teams"]) > 1
    whose = f"{unit['unit_name']}: {scope(unit, words)}" if unit and several else ""
    slide = deck.slide(words("deck.standing"), whose)
    tiles(slide, _figures(deck, rollup), BODY._replace(height=_TILES))
    top = BODY.top + _TILES + GAP
    left = Box(BODY.left, top, 520, BODY.top + BODY.height - top)
    right = left._replace(left=left.left + left.width + GAP, width=BODY.width - left.width - GAP)
    whom = compared(rollup, words)
    if whom.rows:
        values = {
            words(f"okrs.{key}"): [row[key] for row in whom.rows] for key in ("score", "expected")
        }
        names = [shortened(name, NAME) for name in whom.names]
        score_bars(slide, _headed(slide, left, whom.heading), names, values, words)
        _count(slide, _headed(slide, right, words("dashboard.by_status")), rollup)
    else:
        why = "report.no_okrs" if len(rollup.columns["teams"]) else "terminal.nothing_read"
        slide.text(words(why), left, 18)
    slide.notes([headline(rollup, words), *_update_lines(rollup, deck)])


def _update_lines(rollup: Rollup, deck: Deck) -> Iterator[str]:
    return (f"{name} {text}".strip() for name, text in update(rollup, deck.words))


def _figures(deck: Deck, rollup: Rollup) -> list[Tile]:
    words, about, unit = deck.words, rollup.about, rollup.headline
    label, part, note = freshness(rollup, words)
    updated = Tile(label, words.counted("page.count_of", part=part, whole=about["live"]), note)
    if unit is None:  # no unit speaks for all, and means of means would mislead
        counts = {"teams": len(rollup.columns["teams"]), "objectives": about["objectives"]}
        of_counts = [Tile(words(f"report.{key}"), words.number(n)) for key, n in counts.items()]
        return [*of_counts, updated]
    return [*unit_tiles(unit, deck), updated]


def unit_tiles(unit: Row, deck: Deck) -> list[Tile]:
    """A unit's score, pace and end."""
    words, before, behind = deck.words, unit["previous"], percents(unit["gap"] or 0)
    ink = FIGURE_INKS.get(STRONG_COLOURS.get(unit["status"], ""), INK)
    had_score = before is not None
    score = words("rollup.previous_score", score=words.percent(before)) if had_score else ""
    pace = words("report.reason_gap", points=behind) if behind > 0 else ""
    made = [
        Tile(words("okrs.score"), words.percent(unit["score"]), score, ink),
        Tile(words("okrs.expected"), words.percent(unit["expected"]), pace),
    ]
    if end := end_range(unit, words):
        note = stale_part(unit, words) or words("report.range_80")
        made.append(Tile(words("rollup.heading_for"), end, note, ACCENT))
    return made


def tiles(slide: Slide, figures: list[Tile], box: Box, size: float = 28) -> None:
    """Put figures side by side."""
    width = (box.width - GAP * (len(figures) - 1)) / len(figures)
    for at, tile in enumerate(figures):
        left = box.left + at * (width + GAP)
        slide.text("", Box(left, box.top, width, box.height), 10, fill=PAGE)
        inner, parts = Box(left + 10, box.top, width - 20, 0), box.height / 10
        label, value = inner._replace(top=box.top + parts * 0.6, height=parts * 2.0), parts * 3.9
        slide.text(tile.label, label, 12, colour=MUTED)
        figure = inner._replace(top=label.top + label.height, height=value)
        slide.text(tile.value, figure, size, bold=True, colour=tile.colour)
        note = inner._replace(top=figure.top + value, height=parts * 3.2)
        slide.text(tile.note, note, 11, colour=MUTED)


def _headed(slide: Slide, box: Box, text: str) -> Box:
    """A box below a heading."""
    height = slide.height_of(1, 13) + 2
    slide.text(text, box._replace(height=height), 13, bold=True)
    return box._replace(top=box.top + height, height=box.height - height)


def _count(slide: Slide, box: Box, rollup: Rollup) -> None:
    """The key results of each status; those that cannot be scored last."""
    words, statuses = slide.words, rollup.columns["key_results"].status
    counts = {key: int((statuses == key).sum()) for key in (*STATUSES, "")}
    some = {key: count for key, count in counts.items() if count}
    unscored = words("report.reason_unscored")
    names = {words.choice("status", key) if key else unscored: n for key, n in some.items()}
    colours = [STRONG_COLOURS.get(key, LINE) if key else SLATE for key in some]
    if some:
        count_bars(slide, box, words("report.key_results"), names, colours)


def closing(deck: Deck, rollup: Rollup) -> None:
    """Which files were read, as of which day, how fresh they are, and what a score is."""
    words = deck.words
    slide = deck.slide(words("page.sources"), as_of(rollup, words))
    rules = [words("start.score_rule"), words("start.expected_rule")]
    if lost := names_left_out(rollup):
        rules.insert(0, f"{words('report.unreadable')}: {listed_names(lost, _MOST_NAMES, words)}")
    below = slide.height_of(4 + len(rules), 12)
    heads = [
        Head(words("report.unit"), 3),
        Head(words("report.file"), 4),
        Head(words("settings.as_of"), 2),
        Head(words("report.updated_header"), 1.5, is_figure=True),
        Head(words("report.with_number"), 1.5, is_figure=True),
    ]
    rows, is_asked = [row for row in rollup.rows("teams") if row["file"]], rollup.is_asked
    box = BODY._replace(height=BODY.height - below - GAP)
    table = Table(words, box, heads, size=12, lines=1)
    cells: list[Cells] = [
        [
            row["unit_name"],
            row["file"],
            day_text(row["as_of"], words),
            *(
                words.counted("page.count_of", part=row[key], whole=row["key_results"])
                if key != "updated" or is_asked
                else "–"
                for key in ("updated", "with_number")
            ),
        ]
        for row in rows
    ]
    shown = cells[: table.most(cells)]
    end = table.put(slide, shown) if shown else box.top
    rest = of_all(words("report.teams"), len(shown), len(rows), words)
    more = [rest] if len(shown) < len(rows) else []
    place = Box(BODY.left, end + GAP, BODY.width, BODY.top + BODY.height - end - GAP)
    slide.text([*more, *rules], place._replace(height=min(place.height, below)), 12, colour=MUTED)
    slide.notes(f"{name}: {why}" for name, why in left_out(rollup, words))
