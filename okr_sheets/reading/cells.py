"""One cell as a value, or as the code of a problem.

Each kind of column has a parser `(raw, ask) -> Read`. It reads what a person meant, and adds a
problem where the workbook's own formulas count something else.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from okr_sheets.files.grid import Broken, Uncalculated
from okr_sheets.language import Language, choice_keys, fold, language, languages
from okr_sheets.quarters import BUDDHIST_AHEAD, YEARS, Span, common_day
from okr_sheets.reading.days import date_from_text, is_buddhist, is_near
from okr_sheets.reading.numbers import is_percent, magnitude, readings
from okr_sheets.schema import Column, is_countable

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
_EPOCHS = (date(1899, 12, 30), date(1904, 1, 1))  # Excel's day 0, and that of old Macs
# A number of one of these days in a date cell is a date that lost its format.
_DAY_NUMBERS = tuple(
    range(*((date(year + ahead, 1, 1) - _EPOCHS[0]).days for year in (YEARS.start, YEARS.stop)))
    for ahead in (0, BUDDHIST_AHEAD)
)
_DAY_NUMBER = re.compile(r"(\d{5,6})(?:[.,]\d+)?")  # with the time of day
DIGITS = 15  # of a number, that a cell tells
_YEARS_READ = {"first": str(YEARS[0]), "last": str(YEARS[-1])}
# Number formats that add to a number what an ID needs: zeros at its ends, and quoted letters.
_ID_FORMAT = re.compile(r'(?:"([^"]*)")?([#0]+)(?:\.([#0]{1,10}))?(?:"([^"]*)")?')
_LONGEST_ID = 1e15
LEAST_PERCENT, WHOLE_PERCENT = 2, 100  # of shares that are typed as whole percents
# What of a number format is shown as it stands: 0"%" and 0\% are no percents.
_LITERAL = re.compile(r'"[^"]*"|\\.')


@dataclass(frozen=True, slots=True)
class Ask:
    """What a parser needs to know of the cell's row, column and file."""

    words: Language
    choices: str = ""
    unit: str = ""  # the row's own, which people type behind its numbers
    order: str = ""  # in which the dates of the column are typed: dmy or mdy
    around: Span | None = None  # what dates lie in or near to: the days of the quarter or year
    format: str = ""  # the cell's number format, blank for the general one
    whole: float = 1  # what “yes” and 100 % are: the steps of a target, else 1
    untyped: bool = False  # a text file: there text is what numbers, dates and words are


class Read(NamedTuple):
    """A value (None for blank), and the problem it came with, if any.

    `code`, `given` and `words` are those of the Problem. `readings` are all numbers that a text may
    mean, the likeliest first; `percent` is the text of a number shown as percents, else "".
    `is_buddhist` is True for a date in a year such as 2570.
    """

    value: Any = None
    code: str = ""
    given: str = ""
    words: Mapping[str, str] = MappingProxyType({})
    readings: tuple[float, ...] = ()
    percent: str = ""
    is_buddhist: bool = False

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all problems of the cell: `code`, and that of the Buddhist calendar."""
        return (*filter(None, [self.code]), *(["buddhist-year"] if self.is_buddhist else []))


def parse(kind: str, raw: object, ask: Ask) -> Read:
    """A raw cell of a column of this kind as a Read; blank cells and dashes have no value."""
    if isinstance(raw, str):
        raw = raw.strip()
        if _ERROR.fullmatch(raw):
            return Read(code="error-cell", given=raw)
        if not raw or (raw in _DASHES and kind != "text"):
            return Read()
    elif raw is None:
        return Read()
    elif isinstance(raw, Uncalculated):
        return Read(code="not-calculated")
    elif isinstance(raw, Broken):
        return Read(code="error-cell", given=raw.text)
    return PARSERS[kind](raw, ask)


def number(raw: object, ask: Ask) -> Read:
    """A number; one typed as text is read in the tracker's language, with a problem."""
    if isinstance(raw, bool):
        return Read(code="boolean-number", given=str(raw).upper())
    if isinstance(raw, (int, float)):
        if not is_countable(raw):
            code = "not-a-number" if math.isnan(raw) else "extreme-number"
            return Read(code=code, given=str(raw))
        if "%" in ask.format and "%" in _LITERAL.sub("", ask.format):
            return Read(float(raw), percent=as_percent(raw, ask.words))
        return Read(float(raw))
    if isinstance(raw, (date, time, timedelta)):
        return Read(code="date-number", given=as_text(raw))
    typed = as_text(raw)
    numbers = readings(typed, ask.words, ask.unit)
    if not numbers:
        return Read(code="not-a-number", given=typed)
    counted = tuple(filter(is_countable, numbers))
    if not counted:
        return Read(code="extreme-number", given=typed)
    return number_from_text(typed, counted, ask)


def number_from_text(typed: str, numbers: tuple[float, ...], ask: Ask) -> Read:
    """A text as the first of the `numbers` it may mean; a problem unless it is clear in a CSV."""
    percent = typed if is_percent(typed) else ""
    other = _unmistakable(numbers[1], ask) if len(numbers) > 1 else ""
    if ask.untyped and not other and (power := magnitude(typed, ask.words, ask.unit)):
        # The m of “12 m” may be one of minutes, too.
        other = amount(numbers[0] / 10**power, ask.words)
    if ask.untyped and not other:
        return Read(numbers[0], readings=numbers, percent=percent)
    value = _unmistakable(numbers[0], ask)
    if other:
        words = {"value": value, "other": other}
        return Read(numbers[0], "ambiguous-number", typed, words, numbers, percent)
    return Read(numbers[0], "number-as-text", typed, {"value": value}, numbers, percent)


def _unmistakable(value: float, ask: Ask) -> str:
    """A number as it can mean no other: 1.2340 in a text file, where 1.234 may be two."""
    written = amount(value, ask.words)
    may_group = ask.untyped and ask.words.decimal in written
    return f"{written}0" if may_group and len(readings(written, ask.words)) > 1 else written


def attainment(raw: object, ask: Ask) -> Read:
    """A number or yes or no, as `achieve` key results are updated: yes is the whole, no is 0.

    In a row that counts steps a percent is that share of them, and “3 of 5” is 3.
    """
    if isinstance(raw, bool):
        return _word(raw * ask.whole, str(raw).upper(), "yes_no", "yes" if raw else "no", ask)
    if isinstance(raw, str):
        key = choice_keys("yes_no").get(fold(raw.translate(_VARIANTS)))
        if key and ask.whole > 1:
            # Steps are counted, by the workbook too, which counts no words there.
            return number_from_text(raw, ((key == "yes") * ask.whole,), ask)
        if key:
            return _word(float(key == "yes"), raw, "yes_no", key, ask)
        if part := _part(raw, ask):
            return number_from_text(raw, part, ask)
    read = number(raw, ask)
    if read.percent and ask.whole > 1:
        return scaled(read, hundredfold(read.value) * ask.whole / 100, ask)
    return read


def _part(typed: str, ask: Ask) -> tuple[float, ...]:
    """The steps, or the share, that “3 of 5” means, as one reading; none if not of `ask.whole`."""
    match = _parts().fullmatch(fold(typed))
    done, of = map(float, match.groups()) if match else (0.0, 0.0)
    if not of or ask.whole not in {1, of}:
        return ()
    return (done * ask.whole / of,)


@cache
def _parts() -> re.Pattern[str]:
    """A number of steps out of all, in the words of every language."""
    words = {fold(word) for code in languages() for word in language(code).lines("numbers.parts")}
    return re.compile(rf"(\d{{1,6}})\s*(?:{'|'.join(map(re.escape, sorted(words)))})\s*(\d{{1,6}})")


def _word(value: object, typed: str, choices: str, key: str, ask: Ask) -> Read:
    """A word's value, with a problem if the workbook's formulas look for another spelling."""
    written = ask.words.choice(choices, key)
    # Formulas compare without case, but not without spaces or synonyms.
    if ask.untyped or typed.casefold() == written.casefold():
        return Read(value)
    return Read(value, "other-word", typed, {"value": written})


def confidence(raw: object, ask: Ask) -> Read:
    """A number from 1 to 10; 70 % are 7 of them."""
    read = number(raw, ask)
    if read.code in {"not-a-number", "extreme-number"}:
        return read._replace(code="bad-confidence")
    if not read.percent or not 0 <= read.value <= 1:
        return read
    return scaled(read, hundredfold(read.value) / 10, ask)


def share(raw: object, ask: Ask) -> Read:
    """A share of the whole, from 0 to 1: 0.7, 70 % and 70 are the same."""
    read = number(raw, ask)
    if read.value is None or 0 <= read.value <= 1:
        return read
    given, value = as_text(raw), read.value / 100
    # A text of percents is none of 100 percents, a cell that shows 7000 % is.
    if not LEAST_PERCENT <= read.value <= WHOLE_PERCENT or (read.percent and read.readings):
        return Read(code="bad-share", given=given)
    if ask.untyped:
        return Read(value)
    return Read(value, "share-scale", given, {"value": as_percent(value, ask.words)})


def scaled(read: Read, value: float, ask: Ask) -> Read:
    """A percent as a number on another scale, with a problem if it is of a workbook."""
    if not is_countable(value):
        return Read(code="extreme-number", given=read.percent)
    if ask.untyped:
        return Read(value)
    return Read(value, "percent-scale", read.percent, {"value": amount(value, ask.words)})


def day(raw: object, ask: Ask) -> Read:
    """A date; one typed as text is read in the order of its column, with a problem.

    2570, a year of the Buddhist calendar, is read as 2027; a year outside `YEARS` is a problem.
    """
    real = _real_day(raw, ask)
    if real:
        return _counted(real, raw, ask)
    typed = as_text(raw)
    orders = (ask.order, "dmy", "mdy")
    days = [date_from_text(typed, ask.words, ask.around, order) for order in orders]
    value, *others = days if isinstance(raw, str) else [None]
    if value is None:
        return Read(code="not-a-date", given=typed)
    buddhist, words = is_buddhist(typed, ask.words), {"value": str(value)}
    for other in others:
        if other and other != value and _may_be_meant(other, ask.around):
            both = words | {"other": str(other)}
            return Read(value, "ambiguous-date", typed, both, is_buddhist=buddhist)
    names_its_year = value == date_from_text(typed, ask.words, order=ask.order)
    code = "" if ask.untyped and names_its_year else "date-as-text"
    return Read(value, code, typed, words, is_buddhist=buddhist)


def _counted(real: date, raw: object, ask: Ask) -> Read:
    """The day of the common era that a real date means."""
    value = common_day(real)
    if value is None:
        return Read(code="odd-year", given=str(real), words=_YEARS_READ)
    if isinstance(raw, str) and not ask.untyped:
        words, is_other = {"value": str(value)}, value != real
        return Read(value, "date-as-text", as_text(raw), words, is_buddhist=is_other)
    if value == real:
        return Read(value)
    return Read(value, given=str(real), words={"value": str(value)}, is_buddhist=True)


def _real_day(raw: object, ask: Ask) -> date | None:
    """The day of a date cell, or of a number that lost its date format; None for all else."""
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    typed = as_text(raw) if isinstance(raw, (float, str)) else ""
    if not is_day_number(typed):
        return None
    number = int(re.split("[.,]", typed)[0])
    days = [epoch + timedelta(days=number) for epoch in _EPOCHS]
    first = ask.around.start if ask.around else days[0]
    return min(days, key=lambda it: abs(it - first))


def is_day_number(text: str) -> bool:
    """Whether a text is a date as a spreadsheet counts days, such as 46395."""
    match = _DAY_NUMBER.fullmatch(text)
    return match is not None and any(int(match[1]) in days for days in _DAY_NUMBERS)


def real_days(cells: Iterable[object]) -> Iterator[date]:
    """The days of those cells that are real dates, as `day` reads them."""
    for cell in cells:
        real = cell.date() if isinstance(cell, datetime) else cell
        common = common_day(real) if isinstance(real, date) else None
        if common:
            yield common


def _may_be_meant(day: date, around: Span | None) -> bool:
    return around is None or is_near(day, around)


def choice(raw: object, ask: Ask) -> Read:
    """The key of a choice, whatever language's word was typed."""
    text = as_text(raw)
    key = choice_keys(ask.choices).get(fold(text))
    if key is None:
        listed = ", ".join(ask.words.choices(ask.choices).values())
        return Read(code="not-a-choice", given=text, words={"choices": listed})
    return _word(key, text, ask.choices, key, ask)


def text(raw: object, _: Ask) -> Read:
    """Text, as the cell shows it."""
    return Read(as_text(raw))


def identifier(raw: object, ask: Ask) -> Read:
    """An ID as its cell shows it, with a problem if a program made a number or a date of it."""
    if isinstance(raw, (date, time, timedelta)):
        return Read(code="date-id", given=as_text(raw))
    if isinstance(raw, float):
        name = _formatted(raw, ask.format)
        return Read(name, "number-id", plain(raw), {"value": name})
    return Read(as_text(raw))


def _formatted(value: float, code: str) -> str:
    """A number in a number format of zeros and quoted letters; in others just the number."""
    match = _ID_FORMAT.fullmatch(code)
    if match is None or not abs(value) < _LONGEST_ID:
        return plain(value)
    before, whole, fraction, after = (part or "" for part in match.groups())
    digits = f"{Decimal(repr(value)).quantize(Decimal(10) ** -len(fraction), ROUND_HALF_UP):f}"
    left, _, right = digits.partition(".")
    kept = right[: fraction.count("0")] + right[fraction.count("0") :].rstrip("0")
    number = f"{left.zfill(whole.count('0'))}.{kept}".rstrip(".")
    return f"{before}{number}{after}"


def as_text(raw: object) -> str:
    """A raw value as text: whole numbers without a point, dates as ISO."""
    if isinstance(raw, str):
        return raw
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


def amount(value: float, words: Language) -> str:
    """The same as people type it in a language."""
    return plain(value).replace(".", words.decimal)


def as_percent(share: float, words: Language) -> str:
    """A share of 1 as percents in a language's way, with all digits that a cell tells."""
    _, _, decimals = f"{Decimal(repr(float(share))) * 100:f}".partition(".")
    return words.percent(share, min(len(decimals.rstrip("0")), DIGITS))


def hundredfold(value: float) -> float:
    """A hundred times a number, in its own digits: 7 for 0.07, not 7.000000000000001."""
    return float(Decimal(repr(float(value))) * 100)


PARSERS: Mapping[str, Callable[[Any, Ask], Read]] = {
    "text": text,
    "id": identifier,
    "number": number,
    "percent": share,
    "attainment": attainment,
    "confidence": confidence,
    "date": day,
    "choice": choice,
}


def parsed_as(column: Column) -> str:
    """The key in PARSERS for a column: its kind, or one of its own as confidences have."""
    return column.key if column.key in PARSERS else column.kind
