"""What the text of a key result tells about its type, its numbers and its unit."""

from __future__ import annotations

from collections.abc import Mapping
from math import isnan

from okr_sheets.coaching.figures import Figure
from okr_sheets.coaching.texts import Text
from okr_sheets.coaching.written import Written

Told = Mapping[str, str | float]  # by the keys of columns: type, baseline, target, unit
_DIGITS = 6  # of a number that was worked out


def told(row: Written) -> Told:
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
    change = _changed(row, figure)
    return {} if change is None else change


def _changed(row: Written, figure: Figure) -> Told | None:
    """The target that a lone percentage of change leads to from a typed baseline.

    Of a percentage that changes by one nobody knows which of two is meant.
    """
    way = _direction(row)
    if (
        figure.kind == "points"
        or isnan(row.baseline)
        or not way
        or "%" in row.unit
        or is_level(row.text)
    ):
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


def _unit(figure: Figure) -> Told:
    return {"unit": "%"} if figure.kind == "percent" else {}


def is_level(text: Text) -> bool:
    """Whether words say that a percentage is a level: of all inquiries, a rate, to keep.

    What says that it is a change, such as “by 20 %”, outweighs a rate.
    """
    at = text.percents[0].start
    if text.covers("percent_change", at):
        return False
    return text.covers("percent_of", at) or any(map(text.holding, ("level", "keep")))
