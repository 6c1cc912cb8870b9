"""Text that fits its box on a slide: as large as can be, cut with an ellipsis where it must."""

from __future__ import annotations

import re
from typing import NamedTuple

from okr_sheets.drawing.text_width import breadth, line_height, lines_of, shortened
from okr_sheets.language import Language
from okr_sheets.text import printable

DIGIT = 0.507  # of a font's size that a digit of Calibri is wide
# Thai has no spaces: programs break its lines at words that are not known here.
_THAI, _FILLED = re.compile("[\u0e00-\u0e7f]"), 0.85
_SPACES = re.compile(r"[ \t\r\n]+")  # no-break spaces are none
_SAFE = 0.95  # of a line that text may take, since fonts differ


class Box(NamedTuple):
    """A place on a slide, in points from its upper left corner."""

    left: float
    top: float
    width: float
    height: float


class Fitted(NamedTuple):
    """A text and the size of its font, in points."""

    text: str
    size: float


def clean(text: str) -> str:
    """`text` as one line of a slide."""
    return _SPACES.sub(" ", printable(text)).strip()


def line_points(size: float, words: Language) -> float:
    """The height of a line of text of a size, in points."""
    return size * line_height(words) / 11


def fitted(
    text: str,
    room: tuple[float, float],
    sizes: tuple[float, float],
    words: Language,
    *,
    bold: bool = False,
) -> Fitted:
    """`text` as it fits a room of so many points across and down, between two sizes of font.

    The first size is the one wanted, the second the least.
    """
    width, height = room
    size, least = sizes
    while size > least and _lines(text, width, size, bold) > _most(height, size, words):
        size = max(size - 1, least)
    most = _most(height, size, words)
    digits = breadth(text)
    while _lines(text, width, size, bold) > most and digits > 1:
        digits *= 0.95
        text = shortened(text, digits)
    return Fitted(text, size)


def _most(height: float, size: float, words: Language) -> int:
    return max(int(height / line_points(size, words) + 0.01), 1)


def _lines(text: str, width: float, size: float, bold: bool) -> int:
    """How many lines a text takes; of one line, none is lost to the way words break."""
    digits = width * _SAFE / (size * DIGIT)
    if lines_of(text, digits, bold=bold) == 1:
        return 1
    return lines_of(text, digits * (_FILLED if _THAI.search(text) else 1), bold=bold)
