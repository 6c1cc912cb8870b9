"""Whether a text says that things go on as they are."""

from __future__ import annotations

from okr_sheets.coaching.lexicon import spaced
from okr_sheets.coaching.texts import Text


def goes_on(text: Text) -> str:
    """The words by which a text says so; "" if it does not.

    It does not where these are what is to end (stop business as usual), and where something else
    is said in the same words (keep on top of).
    """
    line = text.plain if text.lexicon.is_unspaced else spaced(text.plain)
    for phrase in text.lexicon["not_usual"].every:
        line = line.replace(phrase, " ")
    return "" if text.holding("ends", line) else text.holding("business_as_usual", line)
