"""The text of a key result with its new baseline in it, as in “from 21 to 10 days”."""

from __future__ import annotations

from math import isclose, isnan

from okr_sheets.coaching.texts import Text
from okr_sheets.language import language
from okr_sheets.reading.numbers import readings

_SCALES = (1.0, 0.01)  # of a baseline, against the number in the text


def retitled(title: str, code: str, before: float, now: float, target: float) -> str:
    """The title with the number `now` in place of the one that says `before`, both baselines.

    As it is where they are the same or one is unknown, and where not exactly one number says
    `before`, or it may be the target. A percentage stays one where baselines are shares of 1.
    """
    text = Text(title, code)
    # Where the spelling that is compared is another in length, nobody knows where a number stands.
    if isnan(before) or isnan(now) or before == now or len(text.plain) != len(title):
        return title
    found = [figure for figure in text.figures if figure.says(before)]
    if len(found) != 1 or before == target:
        return title
    (figure,) = found
    words = language(code)
    digits = title[figure.start : figure.end]
    typed = next(iter(readings(digits, words)), 0.0)
    if not typed or not digits[:1].isdigit():
        return title
    scale = next((scale for scale in _SCALES if isclose(typed * scale, before)), 0)
    if not scale:
        return title
    return f"{title[: figure.start]}{words.number(now / scale)}{title[figure.end :]}"
