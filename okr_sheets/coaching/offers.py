"""What the text of a key result says and its cells do not: offered, never typed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isnan

from okr_sheets.coaching.figures import Figure
from okr_sheets.coaching.wording import rows_as_written
from okr_sheets.coaching.written import Written
from okr_sheets.language import language
from okr_sheets.problems import Problem
from okr_sheets.schema import OKRS
from okr_sheets.tracker import Tracker

Offer = Mapping[str, str | float]  # by the keys of columns: type, baseline, target, unit
_DIGITS = 6  # of a number that was worked out


def offers(tracker: Tracker) -> Mapping[int, Offer]:
    """For each row of a key result what its blank cells may hold, as its text says."""
    found = {
        row: {key: value for key, value in said(written).items() if _is_blank(written, key)}
        for row, is_objective, written in rows_as_written(tracker)
        if not is_objective
    }
    return {row: offer for row, offer in found.items() if offer}


def offered(tracker: Tracker) -> Iterator[Problem]:
    """The same as findings: each names the first of the blank cells, and what to type in them."""
    for row, offer in offers(tracker).items():
        yield tracker.problem("offered", OKRS.key, row, next(iter(offer)), shown(offer, tracker))


def said(row: Written) -> Offer:
    """The type, baseline, target and unit that the text of a key result tells.

    Both ends tell them all; a percentage of change tells the target where a baseline is typed;
    one figure alone is the target.
    """
    pair = row.text.pair
    if pair:
        low, high = (figure.values[0] for figure in pair)
        way = {"type": "increase" if high > low else "decrease"} if low != high else {}
        return {**way, "baseline": low, "target": high, **_unit(pair[1])}
    measures = row.text.figures
    if len(measures) != 1 or row.type == "achieve":
        return {}
    (figure,) = measures
    if figure.kind == "number":
        return {"target": figure.values[0]}
    change = _change(row, figure)
    return {} if change is None else change


def _change(row: Written, figure: Figure) -> Offer | None:
    """The target that a lone percentage of change leads to from a typed baseline."""
    way = _direction(row)
    if figure.kind == "points" or isnan(row.baseline) or not way or row.text.holding("level"):
        return None
    target = row.baseline * (1 + way * figure.values[0] / 100)
    return {"type": "increase" if way > 0 else "decrease", "target": float(f"{target:.{_DIGITS}g}")}


def _direction(row: Written) -> int:
    """1 for up, -1 for down, by the type or else by the words; 0 where neither says it."""
    ways = {"increase": 1, "decrease": -1}
    if row.type:
        return ways.get(row.type, 0)
    text = row.text.plain
    for word in row.text.lexicon["either_way"].every:  # a time improves by falling
        text = text.replace(word, " ")
    return bool(row.text.holding("up", text)) - bool(row.text.holding("down", text))


def _unit(figure: Figure) -> Offer:
    return {"unit": "%"} if figure.kind == "percent" else {}


def _is_blank(row: Written, key: str) -> bool:
    value = getattr(row, key)
    return value == "" or (isinstance(value, float) and isnan(value))


def shown(offer: Offer, tracker: Tracker) -> str:
    """An offer as a sentence can say it: “Type: Increase, Baseline: 20, Target: 30”."""
    words = language(tracker.about.language)
    parts = []
    for key, value in offer.items():
        text = words.choice("type", str(value)) if key == "type" else value
        text = words.number(text) if isinstance(text, float) else text
        parts.append(f"{words(f'okrs.{key}')}: {text}")
    return ", ".join(parts)
