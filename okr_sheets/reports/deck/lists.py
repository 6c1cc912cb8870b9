"""Slides of lists: what changed, what needs attention, alignment, risks, what to decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from okr_sheets.drawing.deck_tables import Cell, Head, Row, Table
from okr_sheets.drawing.decks import BODY, Deck
from okr_sheets.language import Language
from okr_sheets.reports.deck.rows import logged, named, of_all, status_cell
from okr_sheets.reports.excerpts import whose_id
from okr_sheets.reports.phrases import (
    day_text,
    end_range,
    reason,
    since_line,
    status_word,
    whose,
)
from okr_sheets.rollups.owed import OPEN
from okr_sheets.rollups.result import Rollup
from okr_sheets.rollups.result import Row as Record

MOST_ROWS = 8  # of a list, however many there is room for
_MOST_ASKS = 6  # of all kinds
_BEHIND = ("off-track", "at-risk")


def _list(
    deck: Deck, title: str, heads: Sequence[Head], rows: Sequence[Row], subtitle: str = ""
) -> None:
    """A slide with a table of the first rows, whose whole texts are in its notes."""
    table = Table(deck.words, BODY, heads)
    shown = rows[:MOST_ROWS]
    shown = shown[: table.most(shown)]
    slide = deck.slide(of_all(title, len(shown), len(rows), deck.words), subtitle)
    table.put(slide, shown)
    slide.notes(" · ".join(filter(None, _texts(row))) for row in shown)


def _texts(row: Row) -> Iterator[str]:
    for cell in row:
        yield from (cell.text, cell.below) if isinstance(cell, Cell) else (cell,)


def _key_result_head(words: Language) -> Head:
    return Head(words("dashboard.key_result"), 6)


def _owner_head(words: Language) -> Head:
    return Head(words("okrs.owner"), 3)


def _status_head(words: Language) -> Head:
    return Head(words("okrs.status"), 1.8)


def changes(deck: Deck, rollup: Rollup) -> None:
    """What became of key results since the check-in before, the gravest first."""
    if rollup.since is None:
        return
    words = deck.words
    title = words("report.changes_since", day=day_text(rollup.since, words))
    records = rollup.rows("changes")
    if not records:
        slide = deck.slide(title)
        slide.text(since_line(rollup, words), BODY, 20)
        return
    heads = [
        Head(words("rollup.change"), 2),
        _key_result_head(words),
        _owner_head(words),
        Head(words("okrs.score"), 2, is_figure=True),
        _status_head(words),
    ]
    rows: list[Row] = [
        [
            Cell(words(f"page.change_{each['change'].replace('-', '_')}"), bold=True),
            named(each),
            whose(each, rollup, words),
            f"{words.percent(each['before'])} → {words.percent(each['after'])}",
            status_cell(each["after_status"], words),
        ]
        for each in records
    ]
    _list(deck, title, heads, rows, since_line(rollup, words))


def attention(deck: Deck, rollup: Rollup) -> None:
    """What needs attention, the worst first: why, whose it is, what was last said of it."""
    words, records = deck.words, rollup.rows("attention")
    if not records:
        slide = deck.slide(words("report.attention"))
        slide.text(words("report.none_attention"), BODY, 20)
        return
    heads = [
        _status_head(words),
        _key_result_head(words),
        _owner_head(words),
        Head(words("report.reason"), 4),
    ]
    rows: list[Row] = [
        [
            status_cell(each["status"], words),
            Cell(named(each), below=logged(each, words)),
            whose(each, rollup, words),
            reason(each, words),
        ]
        for each in records
    ]
    _list(deck, words("report.attention"), heads, rows)


def alignment(deck: Deck, rollup: Rollup) -> None:
    """The objectives whose place among the others is odd, where there are any."""
    words, table = deck.words, rollup.columns["alignment"]
    records = rollup.rows("alignment", np.flatnonzero(table.finding != ""))
    if not records:
        return
    heads = [
        Head(words("report.objective"), 6),
        _owner_head(words),
        Head(words("rollup.finding"), 3),
        Head(words("okrs.score"), 1.4, is_figure=True),
        Head(words("report.below"), 2.2, is_figure=True),
    ]
    rows: list[Row] = [
        [
            named(each),
            whose(each, rollup, words),
            words(f"report.finding_{each['finding'].replace('-', '_')}"),
            words.percent(each["score"]),
            words.percent(each["below"]),
        ]
        for each in records
    ]
    _list(deck, words("report.alignment"), heads, rows)


def risks(deck: Deck, rollup: Rollup) -> None:
    """The key results that look fine now and are heading off, where there are any."""
    words, table = deck.words, rollup.columns["forecast"]
    records = rollup.rows("forecast", np.flatnonzero(table.finding == "heading-off"))
    if not records:
        return
    heads = [
        _status_head(words),
        _key_result_head(words),
        _owner_head(words),
        Head(words("okrs.score"), 1.4, is_figure=True),
        Head(words("rollup.heading_for"), 1.8, is_figure=True),
    ]
    rows: list[Row] = [
        [
            status_cell(each["status"], words),
            named(each),
            whose(each, rollup, words),
            words.percent(each["score"]),
            end_range(each, words),
        ]
        for each in sorted(records, key=lambda each: each["forecast"])
    ]
    _list(deck, words("deck.risks"), heads, rows)


def asks(deck: Deck, rollup: Rollup) -> None:
    """What leaders should decide: commitments at risk, what nobody acts on, what is overdue."""
    words = deck.words
    kinds = {
        "deck.ask_committed": _committed(rollup, words),
        "deck.ask_no_action": _without_action(rollup, words),
        "report.overdue_actions": _overdue(rollup, words),
    }
    some = {key: found for key, found in kinds.items() if found}
    rows: list[Row] = []
    for key, found in some.items():
        shown = found[: _MOST_ASKS // len(some)]
        kind = of_all(words(key), len(shown), len(found), words)
        rows += [[Cell("" if at else kind, bold=True), *cells] for at, cells in enumerate(shown)]
    if rows:
        heads = [
            Head("", 3.8),
            Head(words("deck.ask"), 6),
            _owner_head(words),
            Head(words("report.reason"), 4.4),
        ]
        _list(deck, words("deck.asks"), heads, rows)


def _committed(rollup: Rollup, words: Language) -> list[Row]:
    """Committed key results that are off track, furthest behind first."""
    table = rollup.columns["key_results"]
    which = np.flatnonzero((table.commitment == "committed") & (table.status == "off-track"))
    records = rollup.rows("key_results", which[np.argsort(-table.gap[which], kind="stable")])
    return [[named(each), whose(each, rollup, words), _standing(each, words)] for each in records]


def _standing(record: Record, words: Language) -> str:
    figures = {key: words.percent(record[key]) for key in ("score", "expected")}
    return words("report.headline", **figures)


def _without_action(rollup: Rollup, words: Language) -> list[Row]:
    """What is behind and needs attention, and no action on it is open, the worst first."""
    acting = {whose_id(each) for each in rollup.rows("actions") if each["status"] in OPEN}
    found: Iterable[Record] = (
        each
        for each in rollup.rows("attention")
        if each["status"] in _BEHIND and whose_id(each) not in acting
    )
    return [
        [
            named(each),
            whose(each, rollup, words),
            f"{status_word(each['status'], words)}: {reason(each, words)}",
        ]
        for each in found
    ]


def _overdue(rollup: Rollup, words: Language) -> list[Row]:
    """Actions that are open after their day, the longest first."""
    records = sorted(rollup.rows("overdue"), key=lambda each: each["due"])
    return [
        [
            f"{each['action']} ({each['id']})",
            whose(each, rollup, words),
            f"{words('okrs.due')}: {day_text(each['due'], words)}",
        ]
        for each in records
    ]
