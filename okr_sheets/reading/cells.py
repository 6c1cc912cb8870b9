"""What one cell says: a value, or a code for why not.

Each kind of column has a parser `(raw, ask) -> Read`. What a person meant is read; that it was
not what the workbook's own formulas count is said.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from okr_sheets.language import Language, choice_keys, fold, language, languages
from okr_sheets.reading.grid import Broken, Uncalculated

MAGNITUDES = {"k": 1e3, "m": 1e6, "mio": 1e6, "bn": 1e9, "b": 1e9, "만": 1e4, "억": 1e8}
_CURRENCY = re.compile(r"[$€£¥₩฿₺]|\b(?:usd|eur|gbp|try|thb|krw|huf|ft|tl)\b", re.IGNORECASE)
_PLAIN = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")  # what programs write, in any language
_GROUPED = re.compile(r"-?[1-9]\d{0,2}(\.\d{3})+")  # what a person may have written instead
_NUMBER = re.compile(r"[-+]?(?:\d[\d.,' ]*\d|\d|[.,]\d+)")
_ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#ERROR!")
_DASHES = frozenset("-–—−")
# A day number between 1990 and 2100 in a date cell is a date that lost its format.
_DAY_NUMBERS = range(32_874, 73_051)
_EPOCH = date(1899, 12, 30)


@dataclass(frozen=True, slots=True)
class Ask:
    """What a parser may need to know: the tracker's language, the choices, the percent scale."""

    words: Language
    choices: str = ""
    percent: float = 0.01  # what one percent typed as text is worth
    untyped: bool = False  # a text file: a number that is text there is nothing to mention


@dataclass(frozen=True, slots=True)
class Read:
    """A value (None for blank), and the problem it came with, if any."""

    value: Any = None
    code: str = ""
    given: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


def parse(kind: str, raw: object, ask: Ask) -> Read:
    """What a raw cell of a column of this kind says."""
    if raw is None:
        return Read()
    if isinstance(raw, Uncalculated):
        return Read(code="not-calculated")
    if isinstance(raw, Broken):
        return Read(code="error-cell", given=raw.text)
    if isinstance(raw, str):
        raw = raw.strip()
        if raw.upper() in _ERRORS:
            return Read(code="error-cell", given=raw)
        if not raw or (raw in _DASHES and kind != "text"):
            return Read()
    return PARSERS[kind](raw, ask)


def number(raw: object, ask: Ask) -> Read:
    """A number; typed as text it is read in the tracker's language, and said."""
    if isinstance(raw, bool):
        return Read(code="boolean-number", given=str(raw).upper())
    if isinstance(raw, (int, float)):
        return Read(float(raw)) if math.isfinite(raw) else Read(code="not-a-number", given=str(raw))
    if isinstance(raw, (date, time, timedelta)):
        return Read(code="date-number", given=shown(raw))
    grouped = ask.words.decimal != "." and _GROUPED.fullmatch(str(raw))
    if ask.untyped and _PLAIN.fullmatch(str(raw)) and not grouped:
        return number(float(str(raw)), ask)
    value = number_from_text(str(raw), ask.words, ask.percent)
    if value is None or not math.isfinite(value):
        return Read(code="not-a-number", given=str(raw))
    return Read(value, "number-as-text", str(raw), {"value": plain(value)})


def attainment(raw: object, ask: Ask) -> Read:
    """A number or yes or no, as `achieve` key results are updated: yes is 1, no is 0."""
    if isinstance(raw, bool):
        return Read(float(raw), "other-word", str(raw).upper(), {"value": _yes_no(raw, ask)})
    if isinstance(raw, str):
        key = choice_keys("yes_no").get(fold(raw))
        if key:
            written = ask.words.choice("yes_no", key)
            value = float(key == "yes")
            if fold(raw) == fold(written):
                return Read(value)
            return Read(value, "other-word", raw, {"value": written})
    return number(raw, ask)


def _yes_no(answer: bool, ask: Ask) -> str:
    return ask.words.choice("yes_no", "yes" if answer else "no")


def number_from_text(text: str, words: Language, percent: float = 0.01) -> float | None:
    """The number that a text means in a language; None if it means none.

    Takes any Unicode digits and spaces, a real minus, brackets for negative, currency signs,
    percent before or after, and k, M, bn, 만, 억. “1.250” is resolved by the language.
    """
    text = unicodedata.normalize("NFKC", text).replace("−", "-").strip()
    text = "".join(str(unicodedata.digit(c, c)) for c in text)
    text = " ".join(text.split())
    negative = text.startswith("(") and text.endswith(")")
    text = _CURRENCY.sub("", text.strip("()")).strip()
    is_percent = "%" in text
    text = text.replace("%", "").strip()
    found = _NUMBER.match(text)
    if not found:
        return None
    factor = MAGNITUDES.get(text[found.end() :].strip().casefold(), 0)
    if text[found.end() :].strip() and not factor:
        return None
    value = _plain_number(found[0].replace(" ", "").replace("'", ""), words)
    if value is None:
        return None
    value *= (factor or 1) * (percent if is_percent else 1)
    return -value if negative else value


def _plain_number(text: str, words: Language) -> float | None:
    points, commas = text.count("."), text.count(",")
    if points and commas:
        decimal = "." if text.rfind(".") > text.rfind(",") else ","
    elif points + commas == 1:
        sign = "." if points else ","
        # One sign before exactly three digits may be either: the language decides.
        groups = re.fullmatch(r"[-+]?[1-9]\d{0,2}[.,]\d{3}", text) is not None
        decimal = sign if not groups or words.decimal == sign else ""
    else:
        decimal = ""
    group = {"": ".,", ".": ",", ",": "."}[decimal]
    whole, _, fraction = text.partition(decimal) if decimal else (text, "", "")
    if any(sign in whole for sign in group) and not re.fullmatch(
        rf"[-+]?\d{{1,3}}(?:[{re.escape(group)}]\d{{3}})+", whole
    ):
        return None
    for sign in group:
        whole = whole.replace(sign, "")
    try:
        return float(f"{whole}.{fraction or 0}")
    except ValueError:
        return None


def day(raw: object, ask: Ask) -> Read:
    """A date; typed as text it is read in the language's usual order, and said."""
    if isinstance(raw, datetime):
        return Read(raw.date())
    if isinstance(raw, date):
        return Read(raw)
    if isinstance(raw, (int, float)) and not isinstance(raw, bool) and int(raw) in _DAY_NUMBERS:
        return Read(_EPOCH + timedelta(days=int(raw)))
    value = date_from_text(str(raw), ask.words) if isinstance(raw, str) else None
    if value is None:
        return Read(code="not-a-date", given=shown(raw))
    if ask.untyped and value.isoformat() == raw:
        return Read(value)
    return Read(value, "date-as-text", str(raw), {"value": value.isoformat()})


def date_from_text(text: str, words: Language) -> date | None:
    """The date that a text means: year first, or day first; month first only in English."""
    text = unicodedata.normalize("NFKC", text)
    text = "".join(str(unicodedata.digit(c, c)) for c in text)
    month_words = {
        fold(name): number
        for code in languages()
        for number, name in enumerate(language(code).lines("formats.months"), 1)
    }
    parts = re.findall(r"\d+|[^\W\d_]+\.?(?:[^\W\d_]\.?)*", text)
    numbers = [int(part) for part in parts if part.isdigit()]
    named = [
        month
        for part in parts
        if not part.isdigit() and (month := _month(fold(part), month_words)) is not None
    ]
    if len(numbers) == 2 and named:
        first, last = numbers
        year, month, number = (first, named[0], last) if first > 31 else (last, named[0], first)
    elif len(numbers) == 3 and numbers[0] > 31:
        year, month, number = numbers
    elif len(numbers) == 3:
        number, month, year = numbers
        if words.code == "en" and "/" in text:
            number, month = month, number
    else:
        return None
    if year < 100:
        year += 2000
    if year >= 2400:  # the Buddhist era is 543 years ahead
        year -= 543
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _month(word: str, months: Mapping[str, int]) -> int | None:
    return months.get(word) or months.get(word.rstrip(".")) or months.get(word[:3])


def choice(raw: object, ask: Ask) -> Read:
    """The key of a choice, whatever language's word was typed."""
    text = shown(raw)
    key = choice_keys(ask.choices).get(fold(text))
    if key is None:
        listed = ", ".join(ask.words.choices(ask.choices).values())
        return Read(code="not-a-choice", given=text, words={"choices": listed})
    written = ask.words.choice(ask.choices, key)
    # Formulas compare without case, but not without spaces or synonyms.
    if text.casefold() == written.casefold():
        return Read(key)
    return Read(key, "other-word", text, {"value": written})


def text(raw: object, _: Ask) -> Read:
    """Text, as the cell shows it."""
    return Read(shown(raw))


def shown(raw: object) -> str:
    """A raw value as text: whole numbers without a point, dates as ISO."""
    if isinstance(raw, bool):
        return str(raw).upper()
    if isinstance(raw, float):
        return plain(raw)
    if isinstance(raw, datetime):
        return raw.date().isoformat() if raw.time() == time() else raw.isoformat(" ")
    return str(raw)


def plain(value: float) -> str:
    """A number in the fewest digits that say it."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


PARSERS: Mapping[str, Callable[[Any, Ask], Read]] = {
    "text": text,
    "id": text,
    "number": number,
    "percent": number,
    "attainment": attainment,
    "date": day,
    "choice": choice,
}
