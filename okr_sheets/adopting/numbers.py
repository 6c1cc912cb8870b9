"""One cell as a number, with the unit and the limit that stand beside it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache

from okr_sheets.adopting.columns import unit_of
from okr_sheets.adopting.records import Item
from okr_sheets.adopting.words import plain, spellings_of, status_of, words_of
from okr_sheets.language import fold, languages
from okr_sheets.language import language as language_of
from okr_sheets.reading.cells import Ask, Read, confidence, parse
from okr_sheets.reading.days import spelled
from okr_sheets.reading.numbers import magnitude, readings

_BEHIND = re.compile(
    r"(?P<number>[<>≤≥=~+-]*\s*\d[\d.,]*(?:\s\d{3})*)\s*(?P<unit>[^\W\d_][^\d]{0,14})"
)
_SIGNS = {"<": "at-most", "≤": "at-most", ">": "at-least", "≥": "at-least"}
LONGEST = 80  # characters of a text that may be a number
_LITERAL = re.compile(r'"([^"]{1,12})"')
_NUMBER = r"(?<![a-z\d.,])(\d[\d.,]*(?:\s\d{3}){0,4})(?![a-z])"  # of a title; 20k is another number
_GAP = r"[^\d.,;]{0,24}?"  # a sign or unit between a number of a title and the next word
_ARROWS = ("→", "->", "=>", "➜", "»", "⟶")
_ARROW = re.compile(rf"(.+?)\s*(?:{'|'.join(_ARROWS)})\s*(.+)")
_YEARS_NEAR = 10  # a bare number so near to the year of the quarter is a year
_BUDDHIST = 543  # years that the Buddhist era is ahead


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it was read; `limit` is `at-least` or `at-most` where a sign or word says so."""

    read: Read
    unit: str = ""
    limit: str = ""

    @property
    def value(self) -> float | None:
        """The number; None for no number."""
        value: float | None = self.read.value
        return value


def number_in(item: Item, ask: Ask, unit: str = "") -> Number:
    """A cell as a number; `unit` is the row's own, which may stand behind it."""
    ask = replace(ask, format=item.format, unit=unit)
    if not isinstance(item.value, str):
        read = parse("number", item.value, ask)
        return Number(read, "" if read.percent else _unit_of_format(item.format))
    text, limit = _without_limit(item.text)
    read = parse("number", text, ask)
    if read.value is not None:
        return Number(read, "" if read.percent else _currency(text), limit)
    match = _BEHIND.fullmatch(text)
    if match:
        behind = parse("number", match["number"], ask)
        if behind.value is not None:
            return Number(behind, match["unit"].strip(), limit)
    return Number(read, "", limit)


def unit_beside(item: Item, number: Number) -> str:
    """The unit of a number: beside it, in its format, or in brackets in its header."""
    if number.unit or number.read.percent:
        return number.unit
    return unit_of(item.column.header)


def has_magnitude(item: Item, ask: Ask) -> bool:
    """Whether a word in a number multiplies it, as in “$120k”."""
    return isinstance(item.value, str) and bool(magnitude(item.text, ask.words))


def pair_in(item: Item, key: str, ask: Ask) -> dict[str, Number]:
    """“20 → 30” as baseline and target, “12 / 40” as current and target; {} for anything else."""
    match = (
        _ARROW.fullmatch(item.text) if key == "target" else _parts().fullmatch(spelled(item.text))
    )
    if not match:
        return {}
    numbers = [number_in(replace(item, value=part), ask) for part in match.groups()]
    if any(number.value is None for number in numbers):
        return {}
    first, second = numbers
    return {"baseline" if key == "target" else key: first, "target": second}


@cache
def _parts() -> re.Pattern[str]:
    """What is done out of all, in the words of every language."""
    words = {
        fold(word) for code in languages() for word in language_of(code).lines("numbers.parts")
    }
    return re.compile(rf"([\d.,]*\d)\s*(?:{_either(words)})\s*(\d[\d.,]*)")


def share_in(item: Item, ask: Ask) -> float | None:
    """The share that “9 of 14” says; None for anything else."""
    match = _parts().search(spelled(item.text)) if isinstance(item.value, str) else None
    numbers = [readings(part, ask.words) for part in match.groups()] if match else []
    if len(numbers) < 2 or not all(numbers) or not numbers[1][0]:
        return None
    return numbers[0][0] / numbers[1][0]


def _without_limit(text: str) -> tuple[str, str]:
    """A text without the sign or word that makes its number a limit, and the limit."""
    if text[:1] in _SIGNS:
        return text, _SIGNS[text[0]]
    match = _limits().fullmatch(spelled(text)) if len(text) <= LONGEST else None
    if match is None:
        return text, ""
    is_least = match["least"] or match["least_behind"]
    return match["rest"] or match["rest_before"], "at-least" if is_least else "at-most"


@cache
def _limits() -> re.Pattern[str]:
    """A number with a word such as “at most” before it or, as in Korean, behind it."""
    least, most = (_either(words_of(limit)) for limit in ("at-least", "at-most"))
    return re.compile(
        rf"(?:(?P<least>{least})|(?:{most}))\.?\s*(?P<rest>[^\w\s]?\d.*)"
        rf"|(?P<rest_before>.*\d\S*?)\s*(?:(?P<least_behind>{least})|(?:{most}))"
    )


def _either(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


def _currency(text: str) -> str:
    return next((sign for sign in text if unicodedata.category(sign) == "Sc"), "")


def _unit_of_format(code: str) -> str:
    """The unit that a number format shows beside the number: € or kg; "" for none."""
    shown = _currency(code)
    literals = [text.strip() for text in _LITERAL.findall(code)]
    return shown or next((text for text in literals if text.strip("-() ")), "")


def done_in(item: Item) -> float | None:
    """1 for a word such as done or yes, 0 for one that says not yet; None for any other."""
    if isinstance(item.value, bool):
        return float(item.value)
    if not isinstance(item.value, str):
        return None
    done = {"done": 1.0, "not-done": 0.0, "not-started": 0.0, "in-progress": 0.0}
    return done.get(status_of(item.text))


def confidence_in(item: Item, ask: Ask) -> float | None:
    """A confidence from 1 to 10, of which 70 % and 0.7 are 7; None for what is none."""
    value = confidence(item.value, replace(ask, format=item.format)).value
    share = share_in(item, ask)
    value = share * 10 if value is None and share is not None else value
    if value is None:
        return None
    value = value * 10 if 0 < value < 1 else value / 10 if 10 < value <= 100 else value
    return float(round(value)) if 1 <= round(value) <= 10 else None


def from_title(title: str, target: float, ask: Ask) -> float | None:
    """The number that a title goes from, if its words go to the target: 6 of “from 6 % to 4 %”."""
    for pattern in _ranges():
        for match in pattern.finditer(spelled(title)):
            first, last = (readings(text.rstrip(".,"), ask.words) for text in match.groups())
            if first and target in last and first[0] != target and not _is_year(match[1], ask):
                return first[0]
    return None


@cache
def _ranges() -> tuple[re.Pattern[str], ...]:
    """A number, the words, endings or arrow that lead to another, and that number."""
    patterns = [rf"{_NUMBER}{_GAP}(?:{'|'.join(_ARROWS)}){_GAP}{_NUMBER}"]
    for words in sorted(spellings_of("ranges")):
        before, between, behind = (spelled(part) for part in words.split("#"))
        if before:
            before, between = _word(before), _word(between)
            patterns.append(rf"{before}{_GAP}{_NUMBER}{_GAP}{between}{_GAP}{_NUMBER}")
        else:
            between, behind = _ending(between), _ending(behind)
            patterns.append(rf"{_NUMBER}{between}\W{{0,3}}{_NUMBER}{behind}")
    return tuple(map(re.compile, patterns))


def _word(word: str) -> str:
    """A word as a pattern, which is no part of another in letters that have spaces between."""
    return rf"(?<!\w){word}(?!\w)" if word.islower() else word


def _ending(ending: str) -> str:
    """The end of a number, or of the unit behind it, as a pattern."""
    return rf"\W{{0,3}}[^\W\d]{{0,14}}?{ending}(?!\w)"


def _is_year(text: str, ask: Ask) -> bool:
    """Whether a number is that of a year around the quarter, of either era."""
    if not (text.isdecimal() and ask.around):
        return False
    year = ask.around.start.year
    return any(abs(int(text) - era - year) <= _YEARS_NEAR for era in (0, _BUDDHIST))


def falls(title: str) -> bool:
    """Whether the words of a title say that its number should fall."""
    text = plain(title)
    words = set(text.split())
    return any(
        word in words or (not word.isascii() and word in text) for word in words_of("falling")
    )
