"""Numbers as people type them: signs, currencies, magnitudes, in the workbook's language.

A text is a number only if every letter of it has a place in one grammar; “12 of 15”, “3/5” and
“½” are none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal
from functools import cache, lru_cache

from okr_sheets.language import Language, fold, language, languages

LONGEST = 80  # characters; nobody types a longer number but of digits alone

_KINDS = {"Cf": "", "No": "\ufffd", "Sc": "$"}  # ² and ½ are no digits; all currencies are one
_SIGNS = str.maketrans(dict.fromkeys("−–—‐‑‒", "-") | dict.fromkeys("’ʼ", "'"))

_BRACKETS = re.compile(r"\A([^\d()]*)\(([^()]+)\)([^\d()]*)\Z")
# What the digits may be where the one sign or the other is the decimal one.
_FORMS = {
    point: re.compile(
        rf"(?:\d+|[1-9]\d{{0,2}}([{group}' ])\d{{3}}(?:\1\d{{3}})*)?(?:[{point}]\d+)?"
        rf"|\d+(?:[{point}]\d+)?e[-+]?\d{{1,3}}"
    )
    for point, group in ((".", ","), (",", "."))
}


@lru_cache(maxsize=8192)  # numbers repeat, and each is asked for again as it is written
def readings(text: str, words: Language, unit: str = "") -> tuple[float, ...]:
    """The numbers that a text may mean, the language's own reading first; none if it means none.

    Two of them where one sign may group thousands or begin a fraction, as in “1.250”. One percent
    is 0.01; `unit`, the row's own, may stand behind the number. They may be too large to count,
    even infinite.
    """
    parts = _match(text, _spelled(unit))
    if parts is None:
        return ()
    signs = parts["sign"] + parts["inner"] + parts["last"]
    percents = parts["before"] + parts["after"]
    power = _power(parts["magnitude"] or "", words.code, _spelled(unit))
    if power is None or len(signs) > 1 or len(percents) > 1 or (percents and power):
        return ()
    factor = Decimal(10) ** (-2 if percents else power)
    values = [
        float(Decimal(f"{signs}{plain}") * factor)
        for plain in _plain(parts["digits"], words.decimal)
    ]
    return tuple(dict.fromkeys(values))


def magnitude(text: str, words: Language, unit: str = "") -> int:
    """The power of ten that a word in a number stands for: 6 in “12 m”, 0 where there is none."""
    parts = _match(text, _spelled(unit))
    word = parts["magnitude"] if parts else None
    return _power(word or "", words.code, _spelled(unit)) or 0


@lru_cache(maxsize=8192)
def _match(text: str, unit: str) -> re.Match[str] | None:
    """The parts of a number, if a text is one; `unit` is the row's own, as it is spelled."""
    if len(text) > LONGEST and not text.isdecimal():
        return None
    typed = _spelled(text).removeprefix("'")  # which marks a cell as text
    return _amount().fullmatch(_BRACKETS.sub(r"\1-\2\3", _without(typed, unit)))


def is_percent(text: str) -> bool:
    """Whether a text that is a number is one of percents."""
    return "%" in fold(text)


def _spelled(text: str) -> str:
    """The text with one spelling for each sign: digits of any script, minus, currency, spaces."""
    if not text.isascii():
        text = "".join(_letter(letter) for letter in text.translate(_SIGNS))
    return fold(text)


def _letter(letter: str) -> str:
    kind = unicodedata.category(letter)
    return str(unicodedata.decimal(letter)) if kind == "Nd" else _KINDS.get(kind, letter)


def _without(text: str, unit: str) -> str:
    """The text without the unit behind its number."""
    number = text.removesuffix(unit)
    is_word = unit[:1].isalpha() and number != text and not number[-1:].isalpha()
    return number.rstrip() if is_word else text


@lru_cache(maxsize=8192)
def _power(magnitude: str, code: str, unit: str) -> int | None:
    """The power of ten that a magnitude means; 0 where the row's unit says it: 1.2M in $M."""
    powers = _powers(code)
    power = powers.get(magnitude)
    counted = re.sub(rf"^{_currency()}\s*|\s*{_currency()}$", "", unit)
    return 0 if power and powers.get(counted) == power else power


@cache
def _powers(code: str) -> Mapping[str, int]:
    """The powers of ten by their words: those of all languages, and the language's own.

    A Turkish b is a bin, a Hungarian one a million millions; a Finnish e is a euro.
    """
    lines = [line for each in languages() for line in language(each).lines("numbers.magnitudes")]
    pairs = (
        line.rsplit(maxsplit=1)
        for line in (*lines, *language(code).lines("numbers.own_magnitudes"))
    )
    return {"": 0} | {fold(word): int(power) for word, power in pairs}


@cache
def _currency() -> str:
    """A pattern of what currencies are called; their signs have become one already."""
    lines = (language(code).lines("numbers.currencies") for code in languages())
    words = {"$", *(fold(word) for words in lines for word in words)}
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return f"(?:{'|'.join(map(re.escape, longest_first))})"


@cache
def _amount() -> re.Pattern[str]:
    """A number with its signs, in the order people put them."""
    return re.compile(
        rf"""
        (?: [<>≤≥≦≧]=? | =[<>]? )? \s*                            # a limit, as targets are written
        (?P<sign>[-+]?) \s* (?:{_currency()}\s*)? (?P<before>%?) \s* (?P<inner>[-+]?) \s*
        (?P<digits> [.,]?\d (?:[\d.,' ]*\d)? (?:e[-+]?\d{{1,3}})? ) \s*
        (?P<after>%?) \s*
        (?: (?P<magnitude>[^\W\d_][^\d%$.]*?) \.? \s* )??          # lazy: “5 ft” is money
        (?:{_currency()}\.?)? (?P<last>-?)
        """,
        re.VERBOSE,
    )


def _plain(digits: str, decimal: str) -> list[str]:
    """The digits as a program writes them, in each way they may be read."""
    points = (decimal, *(point for point in _FORMS if point != decimal))
    return [
        "".join(letter for letter in digits if letter.isalnum() or letter in f"-+{point}").replace(
            point, "."
        )
        for point in points
        if _FORMS[point].fullmatch(digits)
    ]
