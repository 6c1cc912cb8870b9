"""The figures in a text: how many, of what kind, in which readings; and what only looks like one.

Dates, quarters and years are no figures, nor are numbers that belong to a name: B2B, SOC 2, 24/7.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from math import isclose
from typing import Literal

from okr_sheets.coaching.lexicon import NUMBER, YEAR, Lexicon, lexicon, plain
from okr_sheets.language import REFERENCE, language, languages
from okr_sheets.reading.days import names_month
from okr_sheets.reading.numbers import readings

Kind = Literal["number", "percent", "points"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a text: its readings, the language's own first, and where its digits stand.

    `bare` are the readings of its digits without the word that multiplies them: 1.2 in “1.2M”.
    """

    values: tuple[float, ...]
    kind: Kind
    start: int
    end: int
    bare: tuple[float, ...] = ()

    def says(self, value: float) -> bool:
        """Whether one of its readings is `value`; a percentage may be a share of 1."""
        scales = (1.0, 100.0) if self.kind == "percent" else (1.0,)
        return any(isclose(each, value * scale) for each in self.values for scale in scales)


_DIGITS = tuple(
    map(
        re.compile,
        (
            r"\d{4}[-/.] ?\d{1,2}[-/.] ?\d{1,2}\.?(?!\d)",
            r"(?<![\d.,])\d{1,2}[-/.] ?\d{1,2}[-/.] ?\d{2,4}(?!\d)",
            r"(?<![\d.,])\d{1,2}\.\d{1,2}\.(?=[\s-]|$)",
            r"(?<!\d)(?:[01]?\d|2[0-3]):[0-5]\d(?!\d)",
        ),
    )
)
# A day before or behind a word that may be a month.
_DAY_MONTH = re.compile(r"(?<![\d.,])\d{1,2}\.? ?(?P<month>[^\W\d_]{3,}\.?)")
_MONTH_DAY = re.compile(r"(?P<month>[^\W\d_]{3,}\.?) \d{1,2}(?:st|nd|rd|th)?(?![\d.,%])")
_YEAR = re.compile(rf"(?<![\d.,])(?:{YEAR}|25[6-9]\d)(?!\d|[.,]\d|\s?[%$€])")
_WORD_BEFORE = re.compile(r"([^\W\d_]{3,})\.? ?$")
_WORD_BEHIND = re.compile(r"\.? ?([^\W\d_]{3,})")
_LETTERS_BEFORE = r"(?<![^\W_])(?<![\d.,/#])(?<![^\W\d_]-)"
_BUDDHIST = 543  # years ahead


def figures(text: str, words: Lexicon, ranked: bool = False) -> tuple[Figure, ...]:
    """The figures of a text, which is `plain`; rankings are figures only if `ranked`."""
    masked = _without_names(without_dates(text, words, ranked), words, ranked)
    return tuple(_found(masked, words))


def both(words: Lexicon) -> tuple[Lexicon, ...]:
    """A language's words and the English ones, which stand in texts of all."""
    return (words,) if words.code == REFERENCE else (words, lexicon(REFERENCE))


def _blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def without_dates(text: str, words: Lexicon, ranked: bool = True) -> str:
    """A text, which is `plain`, with blanks in place of its dates, quarters and years.

    If it is not `ranked`, as in an objective, any four digits of these years are one of them.
    """
    if not any(letter.isdigit() for letter in text):
        return text
    masked = text
    for pattern in (_DAY_MONTH, _MONTH_DAY):
        masked = pattern.sub(_blank_if_month, masked)
    worded = (pattern for each in both(words) for pattern in each.patterns("dates"))
    for pattern in (*worded, *_DIGITS):
        masked = pattern.sub(_blank, masked)
    for match in _YEAR.finditer(masked):
        may_be = not ranked and match[0].startswith("20")
        if _is_year(text, masked, match, words, may_be):
            masked = masked[: match.start()] + _blank(match) + masked[match.end() :]
    return masked


def _is_year(text: str, masked: str, match: re.Match[str], words: Lexicon, may_be: bool) -> bool:
    """Whether four digits are a year: beside a date or a month, or as a language writes years.

    `masked` is the text with blanks in place of its dates. What may be a year because of its place
    or `may_be` is none as the end of a movement.
    """
    before, behind = text[: match.start()].rstrip(" ."), text[match.end() :].lstrip(" .")
    at = len(text) - len(behind)
    is_beside = (bool(before) and masked[len(before) - 1] != text[len(before) - 1]) or (
        bool(behind) and masked[at] != text[at]
    )
    if is_beside or _stands_by_month(text, match):
        return True
    if _covered(text, match, "years", words):
        return True
    may_be = may_be or _covered(text, match, "bare_years", words)
    return may_be and not _covered(text, match, "from_to", words)


def _covered(text: str, found: re.Match[str], name: str, words: Lexicon) -> bool:
    """Whether a group of a pattern begins where digits were found."""
    return any(
        found.start() in (match.start(group) for group in pattern.groupindex)
        for own in both(words)
        for pattern in own.patterns(name)
        for match in pattern.finditer(text)
    )


def _stands_by_month(text: str, match: re.Match[str]) -> bool:
    before = _WORD_BEFORE.search(text[: match.start()])
    behind = _WORD_BEHIND.match(text[match.end() :])
    return any(word is not None and names_month(word[1]) for word in (before, behind))


def deadlines(text: str, words: Lexicon) -> Iterator[int]:
    """The years by which a text, which is `plain`, says that something is done."""
    for each in both(words):
        for pattern in each.patterns("deadline"):
            for match in pattern.finditer(text):
                ahead = _BUDDHIST if match.groupdict().get("buddhist") else 0
                yield int(match[match.lastgroup or 0]) - ahead


def _blank_if_month(match: re.Match[str]) -> str:
    return _blank(match) if names_month(match["month"]) else match[0]


def _without_names(text: str, words: Lexicon, ranked: bool) -> str:
    for each in both(words):
        for name in ("names", *(() if ranked else ("rankings",))):
            for pattern in each.patterns(name):
                text = pattern.sub(_blank, text)
    return text


@cache
def _powers(code: str) -> dict[str, int]:
    """The powers of ten of the words that multiply a number, in the spelling of texts.

    Those of all languages, and what a language alone calls so: a Turkish b is a bin.
    """
    own = language(code or REFERENCE).lines("numbers.own_magnitudes")
    lines = [line for each in languages() for line in language(each).lines("numbers.magnitudes")]
    pairs = (line.rsplit(maxsplit=1) for line in (*lines, *own))
    return {plain(word): int(power) for word, power in pairs} | {
        plain(word): power for word, power in lexicon(code).powers.items()
    }


@cache
def _any_of(code: str) -> str:
    """A pattern of the words that multiply a number, the longest first."""
    longest = sorted(map(re.escape, _powers(code)), key=len, reverse=True)
    latin = "|".join(word for word in longest if word.isascii())
    others = "|".join(word for word in longest if not word.isascii())
    return rf"(?:(?:{latin})(?![^\W_])|(?:{others}))"


@cache
def _figure(code: str) -> re.Pattern[str]:
    """A number with the signs around it, and the words that multiply it.

    Where no blanks part words it may have several steps: 1조 5천억.
    """
    word = _any_of(code)
    return re.compile(
        rf"{_LETTERS_BEFORE}(?P<before>% ?)?(?P<sign>[-+−](?=\d))?(?P<digits>{NUMBER})"
        rf"(?P<magnitude>(?: ?{word})*)"
        rf"(?P<steps>(?:(?<=[^\W\d_a-z]) ?\d+(?: ?{word})+)*)"
        r"(?P<after> ?%)?(?![^\W\d_]{1,3}\d)"
    )


def _found(text: str, words: Lexicon) -> Iterator[Figure]:
    spoken = language(words.code or REFERENCE)
    for match in _figure(words.code).finditer(text):
        bare = readings(match["digits"], spoken)
        steps = sum(_multiplied(step[1], step[2], words.code) for step in _steps(match, words.code))
        values = [_multiplied(value, match["magnitude"], words.code) + steps for value in bare]
        if values:
            multiplied = bare if match["magnitude"] else ()
            kind = _kind(text, match, words)
            yield Figure(tuple(values), kind, match.start("digits"), match.end(), multiplied)


def _steps(match: re.Match[str], code: str) -> Iterator[re.Match[str]]:
    return re.finditer(rf"(\d+)((?: ?{_any_of(code)})+)", match["steps"])


def _multiplied(value: float | str, magnitude: str, code: str) -> float:
    """A number times what the words behind it say: 5, 천억."""
    words = re.findall(_any_of(code), magnitude)
    power = sum(_powers(code)[word] for word in words)
    return float(Decimal(str(value)).scaleb(power))


def scale_of(unit: str, code: str) -> float:
    """What a unit multiplies numbers by: a million of M€, 1 of anything else."""
    return next(iter(readings(f"1 {unit}", language(code or REFERENCE))), 1.0)


def _kind(text: str, match: re.Match[str], words: Lexicon) -> Kind:
    before, after = text[: match.start()], text[match.end() :]
    digits_on = text[match.end("digits") :]
    for each in both(words):
        if _begins(each, "points_after", digits_on):
            return "points"
        if _begins(each, "percent_after", after):
            return "percent"
        if any(pattern.search(before) for pattern in each.patterns("percent_before")):
            return "points" if _begins(each, "points_after", after) else "percent"
    return "percent" if match["before"] or match["after"] else "number"


def _begins(words: Lexicon, name: str, text: str) -> bool:
    return any(pattern.match(text) for pattern in words.patterns(name))
