"""The figures in a text: how many, of what kind, in which readings; and what only looks like one.

Dates, quarters and years are no figures, nor are numbers that belong to a name: B2B, SOC 2, 24/7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import isclose
from typing import Literal

from okr_sheets.coaching.lexicon import NUMBER, Lexicon, lexicon
from okr_sheets.language import language, languages
from okr_sheets.reading.days import names_month
from okr_sheets.reading.numbers import readings

Kind = Literal["number", "percent", "points"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a text: its readings, the language's own first, and where its digits stand."""

    values: tuple[float, ...]
    kind: Kind
    start: int
    end: int

    def says(self, value: float) -> bool:
        """Whether one of its readings is `value`; a percentage may be a share of 1."""
        scales = (1.0, 100.0) if self.kind == "percent" else (1.0,)
        return any(isclose(each, value * scale) for each in self.values for scale in scales)


_YEAR = r"(?:20[2-4]\d|25[6-9]\d)"
_DIGITS = (
    r"\d{4}[-/.] ?\d{1,2}[-/.] ?\d{1,2}\.?(?!\d)",
    r"(?<![\d.,])\d{1,2}[-/.] ?\d{1,2}[-/.] ?\d{2,4}(?!\d)",
    r"(?<![\d.,])\d{1,2}\.\d{1,2}\.(?=[\s-]|$)",
    r"(?:\d{4} ?년 ?)?\d{1,2} ?월(?: ?\d{1,2} ?일)?",
    r"(?<!\d)(?:[01]?\d|2[0-3]):[0-5]\d(?!\d)",
    rf"(?<![\d.,]){_YEAR}(?!\d|[.,]\d|\s?[%$€])",
)
# A day before or behind a word that may be a month.
_DAY_MONTH = re.compile(r"(?<![\d.,])\d{1,2}\.? ?(?P<month>[^\W\d_]{3,}\.?)")
_MONTH_DAY = re.compile(r"(?P<month>[^\W\d_]{3,}\.?) \d{1,2}(?:st|nd|rd|th)?(?![\d.,%])")
_LETTERS_BEFORE = r"(?<![^\W_])(?<![\d.,/#])(?<![^\W\d_]-)"


def figures(text: str, words: Lexicon, ranked: bool = False) -> tuple[Figure, ...]:
    """The figures of a text, which is `plain`; rankings are figures only if `ranked`."""
    masked = _without_names(without_dates(text, words), words, ranked)
    return tuple(_found(masked, words))


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def without_dates(text: str, words: Lexicon) -> str:
    """A text, which is `plain`, with blanks in place of its dates, quarters and years."""
    if not any(letter.isdigit() for letter in text):
        return text
    for pattern in (_DAY_MONTH, _MONTH_DAY):
        text = pattern.sub(_blank_if_month, text)
    return _dates(words.code).sub(_blank, text)


@cache
def _dates(code: str) -> re.Pattern[str]:
    """Days, years and quarters, as a language and English write them."""
    worded = (lexicon(each).pattern("dates") for each in dict.fromkeys((code, "en")))
    every = [pattern.pattern for pattern in worded if pattern]
    return re.compile("|".join([*every, *_DIGITS]))


def _blank_if_month(match: re.Match[str]) -> str:
    return _blank(match) if names_month(match["month"]) else match[0]


def _without_names(text: str, words: Lexicon, ranked: bool) -> str:
    for each in {words.code: words, "en": lexicon("en")}.values():
        for name in ("names", *(() if ranked else ("rankings",))):
            if pattern := each.pattern(name):
                text = pattern.sub(_blank, text)
    return text


@cache
def _figure() -> re.Pattern[str]:
    """A number with the signs around it, and the word that multiplies it, in any language."""
    lines = [
        line.rsplit(maxsplit=1)[0]
        for code in languages()
        for key in ("numbers.magnitudes", "numbers.own_magnitudes")
        for line in language(code).lines(key)
    ]
    longest = sorted({re.escape(word) for word in lines}, key=len, reverse=True)
    latin = [word for word in longest if word.isascii()]
    others = [word for word in longest if not word.isascii()]
    magnitude = rf"(?: ?(?:{'|'.join(latin)})(?![^\W_])| ?(?:{'|'.join(others)}))"
    return re.compile(
        rf"{_LETTERS_BEFORE}(?P<before>% ?)?(?P<sign>[-+−](?=\d))?(?P<digits>{NUMBER})"
        rf"(?P<magnitude>{magnitude})?(?P<after> ?%)?(?![^\W\d_]{{1,3}}\d)"
    )


def _found(text: str, words: Lexicon) -> Iterator[Figure]:
    spoken = language(words.code)
    for match in _figure().finditer(text):
        values = readings(match["digits"] + (match["magnitude"] or ""), spoken) or readings(
            match["digits"], spoken
        )
        if values:
            yield Figure(values, _kind(text, match, words), match.start("digits"), match.end())


def _kind(text: str, match: re.Match[str], words: Lexicon) -> Kind:
    before, after = text[: match.start()], text[match.end() :]
    for each in (words, lexicon("en")):
        points, percent = each.pattern("points_after"), each.pattern("percent_after")
        if points and points.match(text[match.end("digits") :]):
            return "points"
        if percent and percent.match(after):
            return "percent"
        is_before = each.pattern("percent_before")
        if is_before and is_before.search(before):
            return "points" if points and points.match(after) else "percent"
    return "percent" if match["before"] or match["after"] else "number"
