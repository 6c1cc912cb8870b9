"""The readout: a rollup as a deck of slides, for the meeting in which leaders look at it."""

from __future__ import annotations

from datetime import date

from okr_sheets.drawing.decks import Deck
from okr_sheets.files.marks import REPORT_MARK
from okr_sheets.language import Language
from okr_sheets.reports.deck.lists import alignment, asks, attention, changes, risks
from okr_sheets.reports.deck.standing import closing, cover, standing
from okr_sheets.reports.deck.units import units
from okr_sheets.reports.deck.weeks import trend
from okr_sheets.reports.phrases import as_of, title
from okr_sheets.rollups.result import Rollup


def write_deck(rollup: Rollup, path: str, words: Language) -> None:
    """Where we stand, what changed, what needs attention, a slide a team, what to decide."""
    name = title(rollup, words)
    footer = " · ".join(filter(None, (name, as_of(rollup, words))))
    deck = Deck(words, footer)
    cover(deck, rollup)
    for part in (standing, trend, changes, attention, units, alignment, risks, asks, closing):
        part(deck, rollup)
    deck.save(path, name, REPORT_MARK, rollup.as_of or date(1980, 1, 1))
