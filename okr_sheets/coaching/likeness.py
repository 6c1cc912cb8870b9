"""How alike two texts are, whatever numbers they hold."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise

from okr_sheets.coaching.lexicon import plain as bare

_WORD = re.compile(r"[^\W_]+(?:[\u0e30-\u0e4e'’.,:%-]+[^\W_]+)*[%\u0e30-\u0e4e]*")
# Scripts whose words run together, or change their ends: Thai, Hangul, Chinese and Japanese.
_JOINED = re.compile("[\u0e00-\u0e7f\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]")
_LONGEST_PREPOSITION = 4


def in_words(text: str) -> str:
    """A text without its case, accents and signs."""
    return " ".join(_WORD.findall(bare(text))) or text


def likeness(one: str, other: str) -> float:
    """The share of words that two texts have in common, 0 to 1, of the longer one's.

    Numbers do not count, nor a short word before a number, as in “from 20 to 30”, that only one of
    them has. Of Thai, Korean and the like, pairs of letters are counted in place of words.
    """
    (words, leading), (others, others_leading) = _words(one), _words(other)
    words, others = words - (leading - others), others - (others_leading - words)
    longest = max(len(words), len(others))
    return len(words & others) / longest if longest else 0.0


@lru_cache(maxsize=256)  # an objective is held against each of its key results
def _words(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words of a text without its numbers, and those of them that lead a number."""
    found = _WORD.findall(bare(text))
    has_digit = [any(map(str.isdigit, word)) for word in found]
    words = [word for word, is_number in zip(found, has_digit, strict=True) if not is_number]
    if _JOINED.search(text):
        joined = "".join(words)
        return frozenset(map("".join, pairwise(joined))), frozenset()
    leading = {
        word
        for word, is_number, before_number in zip(found, has_digit, has_digit[1:], strict=False)
        if before_number and not is_number and len(word) <= _LONGEST_PREPOSITION
    }
    return frozenset(words), frozenset(leading)
