"""The text of a key result with its new baseline in it, as in “from 21 to 10 days”."""

from __future__ import annotations

import re
from math import isclose, isnan

from okr_sheets.coaching.texts import Text
from okr_sheets.language import language

_PERCENT = re.compile(r"\s*%?$")


def retitled(title: str, code: str, before: float, now: float, target: float) -> str:
    """The title with the number `now` in place of the one that says `before`, both baselines.

    Only where it tells a movement, from `before` to `target`: any other number, as in “top 20
    accounts”, may be no baseline. Of a share of 1 a percentage stays one.
    """
    text = Text(title, code)
    # Where the spelling that is compared is another in length, nobody knows where a number stands.
    if before == now or isnan(before + now + target) or len(text.plain) != len(title):
        return title
    if text.pair is None:
        return title
    figure, end = text.pair
    if not (figure.says(before) and end.says(target)):
        return title
    is_share = not any(isclose(value, before) for value in figure.values)
    digits = title[figure.start : figure.end]
    if not digits[:1].isdigit():
        return title
    number = language(code).number(now * 100 if is_share else now)
    sign = _PERCENT.search(digits)
    return f"{title[: figure.start]}{number}{sign[0] if sign else ''}{title[figure.end :]}"
