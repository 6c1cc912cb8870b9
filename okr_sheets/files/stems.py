"""What files are called after people, units and sheets, on every system alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from hashlib import sha256
from itertools import count

from okr_sheets.language import fold

MOST_LETTERS = 60
MOST_BYTES = 120  # some systems take 143 for a whole name, and quarter and suffix follow
_RESERVED = re.compile("con|prn|aux|nul|(com|lpt)[0-9¹²³]", re.IGNORECASE)  # on Windows
_SHORTEST = 4  # signs of what tells two names apart


def file_stem(name: str, otherwise: str) -> str:
    """A name as that of a file without its suffix: letters, their marks and digits of any script.

    Anything else is a hyphen. `otherwise` is what a name is called that has none of these. Letters
    with accents are one sign each, and what is too long ends before a letter.
    """
    stem = ""
    for sign in unicodedata.normalize("NFC", name):
        kind = unicodedata.category(sign)
        if kind[0] in "LN" or sign == "_":
            stem += sign
        elif kind[0] == "M" and stem[-1:] not in {"", "-"}:
            stem += sign  # a vowel of Thai, for one, is a mark of the letter before it
        elif kind != "Cf" and not stem.endswith("-"):  # nobody sees those, within words too
            stem += "-"
    stem = _shortened(stem.strip("-")) or otherwise
    return f"{stem}-1" if _RESERVED.fullmatch(stem) else stem


def _shortened(stem: str) -> str:
    """As much as a name may have, of no letter without its marks."""
    if len(stem) <= MOST_LETTERS and len(stem.encode()) <= MOST_BYTES:
        return stem
    end = len(stem[:MOST_LETTERS].encode()[:MOST_BYTES].decode(errors="ignore"))
    while end and unicodedata.category(stem[end])[0] == "M":
        end -= 1
    return stem[:end].rstrip("-")


def spelled(stem: str) -> str:
    """What two names share that are one file on some system, whatever their case and accents."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", stem).casefold())


def distinct_stems(names: Iterable[str], otherwise: str) -> dict[str, str]:
    """The stem of a file for each name.

    Where several would be one file, each bears a mark made of its name alone, the same in each run.
    Spellings of one name share one.
    """
    alike: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        alike.setdefault(spelled(file_stem(name, otherwise)), []).append(name)
    stems = {}
    for group in alike.values():
        marks = _marks(group) if len(set(map(fold, group))) > 1 else [""] * len(group)
        for name, mark in zip(group, marks, strict=True):
            stems[name] = f"{file_stem(name, otherwise)}{mark}"
    return stems


def _marks(names: list[str]) -> list[str]:
    """For each name a hyphen and as many signs as tell it from the others."""
    whole = [sha256(fold(name).encode()).hexdigest() for name in names]
    different = len(set(whole))
    length = next(n for n in count(_SHORTEST) if len({each[:n] for each in whole}) == different)
    return [f"-{each[:length]}" for each in whole]
