"""What the text of a key result tells about its type, its numbers and its unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from math import isclose, isnan

from okr_sheets.coaching.figures import Figure
from okr_sheets.coaching.texts import Text
from okr_sheets.coaching.written import Written
from okr_sheets.reading.numbers import magnitude

Told = Mapping[str, str | float]  # by the keys of columns: type, baseline, target, unit
_WAYS = {"increase": 1, "decrease": -1}
_DIGITS = 6  # of a number that was worked out
_FAR = 1000  # times a typed baseline: a number in millions beside one of millions


def told(row: Written) -> Told:
    """The type, baseline, target and unit that the text of a key result tells.

    Both ends tell them all. One figure alone tells the target where words mark it as the goal, or
    as a change, by so many or so many percent, from a typed baseline. Where a typed cell says
    something else than the text, or counts on another scale, the text tells nothing.
    """
    figures = row.text.figures
    if row.type == "achieve" or any(_is_scaled_apart(row, figure) for figure in figures):
        return {}
    if pair := row.text.pair:
        return _both_ends(row, pair)
    if len(figures) != 1:
        return {}
    (figure,) = figures
    if figure.kind == "number" and not row.text.covers("change", figure.start):
        is_goal = row.text.covers("goal", figure.start)
        return {"target": figure.values[0]} if is_goal else {}
    return _changed(row, figure)


def _both_ends(row: Written, pair: tuple[Figure, Figure]) -> Told:
    """What a movement tells, in the reading and on the scale of the ends that are typed."""
    typed = row.baseline, row.target
    for ends, is_share in _readings(pair):
        if all(isnan(cell) or isclose(cell, end) for cell, end in zip(typed, ends, strict=True)):
            low, high = ends
            way = "increase" if high > low else "decrease" if high < low else ""
            if row.type in _WAYS and row.type != way:
                return {}
            unit = {"unit": "%"} if pair[1].kind == "percent" and not is_share else {}
            return {**({"type": way} if way else {}), "baseline": low, "target": high, **unit}
    return {}


def _readings(pair: tuple[Figure, Figure]) -> Iterator[tuple[tuple[float, float], bool]]:
    """What both ends may be, the likeliest first, and whether they are percents as shares of 1."""
    values = [figure.values for figure in pair]
    readings = [*zip(*values, strict=False), *product(*values)]  # both are spelled alike, as a rule
    for low, high in readings:
        yield (low, high), False
    if any(figure.kind == "percent" for figure in pair):
        for low, high in readings:
            yield (_rounded(low / 100), _rounded(high / 100)), True


def _is_scaled_apart(row: Written, figure: Figure) -> bool:
    """Whether a number such as 1.2M stands beside a cell that may count in millions itself."""
    if not any(sign.isalpha() for sign in row.text.plain[figure.start : figure.end]):
        return False
    far_off = 0 < abs(row.baseline) * _FAR <= abs(figure.values[0])
    return far_off or magnitude(f"1 {row.unit}", row.spoken) != 0


def _changed(row: Written, figure: Figure) -> Told:
    """The target that a change leads to from a typed baseline.

    Of a percentage that changes by one nobody knows which of two is meant.
    """
    way = _direction(row)
    if figure.kind == "points" or isnan(row.baseline) or not way or "%" in row.unit:
        return {}
    change = figure.values[0]
    if figure.kind == "percent":
        if is_level(row.text):
            return {}
        change *= row.baseline / 100
    type_ = "increase" if way > 0 else "decrease"
    return {"type": type_, "target": _rounded(row.baseline + way * change)}


def _direction(row: Written) -> int:
    """1 for up, -1 for down, by the type or else by the words; 0 where neither says it."""
    if row.type:
        return _WAYS.get(row.type, 0)
    text = row.text.plain
    for word in row.text.lexicon["either_way"].every:  # a time improves by falling
        text = text.replace(word, " ")
    return bool(row.text.holding("up", text)) - bool(row.text.holding("down", text))


def _rounded(number: float) -> float:
    return float(f"{number:.{_DIGITS}g}")


def is_level(text: Text) -> bool:
    """Whether words say that a percentage is a level: of all inquiries, a rate, to keep.

    What says that it is a change, such as “by 20 %”, outweighs a rate.
    """
    at = text.percents[0].start
    if text.covers("percent_change", at):
        return False
    return text.covers("percent_of", at) or any(map(text.holding, ("level", "keep")))
