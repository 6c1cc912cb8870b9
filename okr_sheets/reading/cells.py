"""What one cell says: a value, or a code for why not.

Each kind of column has a parser `(raw, ask) -> Read`. What a person meant is read; that it was
not what the workbook's own formulas count is said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from okr_sheets.language import Language, choice_keys, fold
from okr_sheets.reading.days import date_from_text
from okr_sheets.reading.grid import Broken, Uncalculated
from okr_sheets.reading.numbers import LARGEST, is_own, readings

# Errors that reached a file as text, in the words of each language's programs.
_ERROR = re.compile(
    r"#(?:DIV/0!|N/A|NAME\?|NULL!|NUM!|REF!|VALUE!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!"
    r"|UNKNOWN!|ERROR!|GETTING_DATA|값!"
    r"|SAYI/0!|YOK|AD\?|BOŞ!|SAYI!|BAŞV!|DEĞER!|TAŞMA!"
    r"|ZÉRÓOSZTÓ!|HIÁNYZIK|NÉV\?|NULLA!|SZÁM!|HIV!|ÉRTÉK!|KIBONTÁS!"
    r"|JAKO/0!|PUUTTUU!?|NIMI\?|TYHJÄ!|LUKU!|VIITTAUS!|ARVO!)"
    r"|(?:Err|Hata|Hiba|Virhe|오류):\d{3}|Loading(?:\.\.\.|…)",
    re.IGNORECASE,
)
_DASHES = frozenset("-–—−")
_VARIANTS = str.maketrans("", "", "\ufe0e\ufe0f")  # ✔ as a letter or as a picture
# A day number between 1990 and 2100 in a date cell is a date that lost its format.
_DAY_NUMBERS = (32_874, 73_051)
_EPOCH = date(1899, 12, 30)
# Number formats that add to a number what an ID needs: zeros at its ends, and quoted letters.
_ID_FORMAT = re.compile(r'(?:"([^"]*)")?([#0]+)(?:\.([#0]+))?(?:"([^"]*)")?')
_LONGEST_ID = 1e15


@dataclass(frozen=True, slots=True)
class Ask:
    """What a parser may need to know of the cell's row, column and file."""

    words: Language
    choices: str = ""
    percent: float = 0.01  # what one percent typed as text is worth
    unit: str = ""  # the row's own, which people type behind its numbers
    around: date | None = None  # gives its year to a date that was typed without
    format: str = ""  # the cell's number format, blank for the general one
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
        if _ERROR.fullmatch(raw):
            return Read(code="error-cell", given=raw)
        if not raw or (raw in _DASHES and kind != "text"):
            return Read()
    return PARSERS[kind](raw, ask)


def number(raw: object, ask: Ask) -> Read:
    """A number; typed as text it is read in the tracker's language, and said."""
    if isinstance(raw, bool):
        return Read(code="boolean-number", given=str(raw).upper())
    if isinstance(raw, (int, float)):
        fits = abs(raw) <= LARGEST
        return Read(float(raw)) if fits else Read(code="not-a-number", given=str(raw))
    if isinstance(raw, (date, time, timedelta)):
        return Read(code="date-number", given=shown(raw))
    typed = shown(raw)
    value, *others = readings(typed, ask.words, ask.percent, ask.unit) or (None,)
    if value is None:
        return Read(code="not-a-number", given=typed)
    said = {"value": plain(value)}
    if others:
        return Read(value, "ambiguous-number", typed, {**said, "other": plain(others[0])})
    if ask.untyped and is_own(typed, ask.words):
        return Read(value)
    return Read(value, "number-as-text", typed, said)


def attainment(raw: object, ask: Ask) -> Read:
    """A number or yes or no, as `achieve` key results are updated: yes is 1, no is 0."""
    if isinstance(raw, bool):
        return Read(float(raw), "other-word", str(raw).upper(), {"value": _yes_no(raw, ask)})
    if isinstance(raw, str):
        key = choice_keys("yes_no").get(fold(raw.translate(_VARIANTS)))
        if key:
            written = ask.words.choice("yes_no", key)
            value = float(key == "yes")
            if fold(raw) == fold(written):
                return Read(value)
            return Read(value, "other-word", raw, {"value": written})
    return number(raw, ask)


def _yes_no(answer: bool, ask: Ask) -> str:
    return ask.words.choice("yes_no", "yes" if answer else "no")


def day(raw: object, ask: Ask) -> Read:
    """A date; typed as text it is read in the language's usual order, and said."""
    if isinstance(raw, datetime):
        return Read(raw.date())
    if isinstance(raw, date):
        return Read(raw)
    if isinstance(raw, float) and _DAY_NUMBERS[0] <= raw < _DAY_NUMBERS[1]:
        return Read(_EPOCH + timedelta(days=int(raw)))
    value = date_from_text(raw, ask.words, ask.around) if isinstance(raw, str) else None
    if value is None:
        return Read(code="not-a-date", given=shown(raw))
    if ask.untyped and value.isoformat() == raw:
        return Read(value)
    return Read(value, "date-as-text", shown(raw), {"value": value.isoformat()})


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


def identifier(raw: object, ask: Ask) -> Read:
    """An ID as its cell shows it; that a program took it for a number or a date is said."""
    if isinstance(raw, (date, time, timedelta)):
        return Read(code="date-id", given=shown(raw))
    if isinstance(raw, float):
        name = _formatted(raw, ask.format)
        return Read(name, "number-id", plain(raw), {"value": name})
    return Read(shown(raw))


def _formatted(value: float, code: str) -> str:
    """A number in a number format of zeros and quoted letters; in others just the number."""
    found = _ID_FORMAT.fullmatch(code)
    if found is None or not abs(value) < _LONGEST_ID:
        return plain(value)
    before, whole, fraction, after = (part or "" for part in found.groups())
    digits = f"{Decimal(repr(value)).quantize(Decimal(10) ** -len(fraction), ROUND_HALF_UP):f}"
    left, _, right = digits.partition(".")
    kept = right[: fraction.count("0")] + right[fraction.count("0") :].rstrip("0")
    number = f"{left.zfill(whole.count('0'))}.{kept}".rstrip(".")
    return f"{before}{number}{after}"


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
    value = float(value)  # of pandas' kinds of number too
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


PARSERS: Mapping[str, Callable[[Any, Ask], Read]] = {
    "text": text,
    "id": identifier,
    "number": number,
    "percent": number,
    "attainment": attainment,
    "date": day,
    "choice": choice,
}
