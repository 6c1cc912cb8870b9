"""How much room text takes: in digits of the default font, and in lines."""

from __future__ import annotations

import math
import unicodedata
from functools import cache, lru_cache

from okr_sheets.drawing.cells import trimmed
from okr_sheets.language import Language

BOLDER = 1.06  # how much wider bold text runs
TALLEST = 409  # points that Excel lets a row be high
MARGIN = 3.5  # digits of an indented cell's width that its text never has


@lru_cache(maxsize=1 << 16)
def breadth(text: str) -> float:
    """Measure how wide a line of text is, in digits of the default font."""
    return sum(map(_sign_breadth, text))


# Advance widths of Calibri against its digits, where they differ by more than a tenth.
_BREADTHS = {
    sign: size
    for size, signs in {
        0.5: " ',.:;Iijlİıí’",
        0.65: "!()-J[]`f{}rt",
        0.8: '"/L\\cszçş“”?FSZagkvxyŞäáğ|',
        1.2: "ABCRVÄÁÇDGHĞ",
        1.35: "&NOQUÖÜÓŐÚŰ%w…",
        1.7: "mM",
        1.8: "@W—",
    }.items()
    for sign in signs
}


@cache
def _sign_breadth(sign: str) -> float:
    if unicodedata.category(sign) in {"Mn", "Cf"}:
        return 0.0
    if unicodedata.east_asian_width(sign) in {"W", "F"}:
        return 2.1
    return 1.2 if sign > "\u0e00" else _BREADTHS.get(sign, 1.0)


def shortened(text: str, most: float) -> str:
    """Cut `text` to one line of `most` digits, with an ellipsis where it was wider."""
    line = " ".join(trimmed(text).split())
    if breadth(line) <= most:
        return line
    kept, width = "", 1.0
    for sign in line:
        width += _sign_breadth(sign)
        if width > most:
            break
        kept += sign
    return f"{kept.rstrip()}…"


@lru_cache(maxsize=1 << 16)
def lines_of(text: str, width: float, *, bold: bool = False) -> int:
    """How many lines `text` takes in a room of so many digits, words kept whole."""
    count = 0
    width /= BOLDER if bold else 1.0
    for paragraph in text.split("\n"):
        used, lines, space = 0.0, 1, breadth(" ")
        for word in paragraph.split(" "):
            size = breadth(word)
            if used and used + space + size > width:
                lines, used = lines + 1, 0.0
            used += size + (space if used else 0)
            extra = math.ceil(used / width) - 1 if used > width else 0
            lines, used = lines + extra, used - extra * width
        count += lines
    return count


def line_height(words: Language) -> float:
    """Points that a line of 11-point text takes; Thai and Korean fonts stand taller."""
    return {"th": 18.0, "ko": 16.5}.get(words.code, 15.0)
