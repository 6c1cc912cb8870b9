"""How well the letters of a text stand together: what a wrong code page gives away.

A wrong one puts signs amid words and capitals behind small letters, and letters of no language.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice

from okr_sheets.language import language

RUNS = 5_000  # runs of letters that are judged
SHORT = 3  # letters of a word that may all be beyond ASCII

# Of the languages that are written with the code pages of Western Europe: French, German, Spanish,
# Portuguese, the Nordic ones, Italian, Dutch, Icelandic.
_WESTERN = (
    "àâæçèéêëîïôùûüœ",
    "äöüß",
    "áéíñóúü",
    "àáâãçéêíóôõú",
    "äåæéöøšž",
    "àèéìòù",
    "áèéëïóöü",
    "áæéíðóöúýþ",
)
_RUN = re.compile(r"[A-Za-z]*[^\x00-\x7f\xa0][^\x00-@\[-`{-\x7f\xa0]*")
_AMID = frozenset("’–—\xad")  # signs that may stand between two letters
_BEFORE = frozenset("‚„¿¡€£¥¢§•")  # those that may not stand behind one
_SIGNS = _AMID | _BEFORE | frozenset("“”‘‹›«»…°±²³µ·×½¼¾™®©ºª¹")


class Letters:
    """The letters and signs beyond ASCII of a text, and whether each may stand where it does."""

    def __init__(self, text: str) -> None:
        self._counts: Counter[tuple[str, bool]] = Counter()  # by `sign`, "" for what is no letter
        for run in islice(_RUN.finditer(text), RUNS):
            self._counts.update(_judged(run[0]))

    def fit(self, letters: Iterable[str]) -> float:
        """1 if all stand as they do in a language with these letters, -1 if none does."""
        known = {"", *letters}
        total = sum(self._counts.values())
        fitting = sum(n for (each, fits), n in self._counts.items() if fits and each in known)
        return (2 * fitting - total) / max(total, 1)


def _judged(word: str) -> Iterator[tuple[str, bool]]:
    has_ascii = any(map(str.isascii, word))
    for place, letter in enumerate(word):
        if letter.isascii():
            continue
        before, after = word[:place][-1:], word[place + 1 : place + 2]
        if letter in _SIGNS:
            yield "", _stands(letter, before.isalpha(), after.isalpha())
        elif not unicodedata.name(letter, "").startswith("LATIN "):
            # Endings of other scripts stand behind Latin words, never within.
            yield sign(letter), not (word[0].isascii() and word[-1].isascii())
        elif has_ascii or len(word) > SHORT:  # a short word without one tells nothing
            yield sign(letter), has_ascii and _is_cased(letter, before, after)


def _stands(mark: str, is_behind: bool, is_in_front: bool) -> bool:
    """Whether a sign may stand behind a letter, in front of one, or between two."""
    if is_behind and is_in_front:
        return mark in _AMID
    return not (is_behind and mark in _BEFORE)


def _is_cased(letter: str, before: str, after: str) -> bool:
    """Whether a letter is large or small as its neighbours would have it."""
    if letter.isupper():
        return not before.islower() and not (before.isalpha() and after.islower())
    return not after.isupper()


@cache
def alphabets(code: str) -> tuple[frozenset[str], ...]:
    """The letters of each language that a code page may be used for where `code` is spoken."""
    western = (frozenset(map(sign, letters)) for letters in _WESTERN)
    return (alphabet(code), *western) if code == "en" else (alphabet(code),)


@cache
def alphabet(code: str) -> frozenset[str]:
    """The letters beyond ASCII that a language's own words are written in."""
    words = language(code)
    letters = {
        letter for path in words.paths() for each in words.spellings(path) for letter in each
    }
    return frozenset(
        sign(letter)
        for letter in letters
        if not letter.isascii() and unicodedata.category(letter)[0] in "LM"
    )


@cache
def sign(letter: str) -> str:
    """A Latin letter in small; another script's name, since our words do not use all of it."""
    name = unicodedata.name(letter, "?")
    return letter.casefold() if name.startswith("LATIN ") else name.split()[0]
