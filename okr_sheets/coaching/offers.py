"""What the text of a key result says and its cells do not: offered, never typed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isnan

from okr_sheets.coaching.told import Told, told
from okr_sheets.coaching.wording import rows_as_written
from okr_sheets.coaching.written import Written
from okr_sheets.language import language
from okr_sheets.problems import Problem
from okr_sheets.schema import OKRS
from okr_sheets.tracker import Tracker


def offers(tracker: Tracker) -> Mapping[int, Told]:
    """For each row of a key result what its blank cells may hold, as its text says."""
    found = {
        row: {key: value for key, value in told(written).items() if _is_blank(written, key)}
        for row, is_objective, written in rows_as_written(tracker)
        if not is_objective
    }
    return {row: offer for row, offer in found.items() if offer}


def offered(tracker: Tracker) -> Iterator[Problem]:
    """The same as findings: each names the first of the blank cells, and what to type in them."""
    for row, offer in offers(tracker).items():
        yield tracker.problem("offered", OKRS.key, row, next(iter(offer)), shown(offer, tracker))


def _is_blank(row: Written, key: str) -> bool:
    value = getattr(row, key)
    return value == "" or (isinstance(value, float) and isnan(value))


def shown(offer: Told, tracker: Tracker) -> str:
    """An offer as a sentence can say it: “Type: Increase, Baseline: 20, Target: 30”."""
    words = language(tracker.about.language)
    parts = []
    for key, value in offer.items():
        text = words.choice("type", str(value)) if key == "type" else value
        text = words.number(text) if isinstance(text, float) else text
        parts.append(f"{words(f'okrs.{key}')}: {text}")
    return ", ".join(parts)
