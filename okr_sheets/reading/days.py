"""Dates as people type them: year first, day first or month first, months in words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cache

from okr_sheets.language import REFERENCE, Language, fold, language, languages
from okr_sheets.quarters import BUDDHIST, Span, common_year

LONGEST = 80  # characters; nobody types a longer date
QUARTER = 92  # days of the longest one
ODD = 14  # days by which one of the company's own may begin or end elsewhere

ENDED = 5  # letters of a name from which on an ending may follow it, as in “februárban”

_TIME = re.compile(
    r"(?:(?<=\d)t|[ ,]+)\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:z|[ap]\.?m\.?|[-+]\d{2}:?\d{2})?$"
)
_WORD = re.compile(r"[^\W\d_][^\d\s,/()-]*")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_THAI = re.compile("[\u0e01-\u0e5b]")
_FOREIGN = re.compile(r"[%$€:;+*=<>&#@!?\[\]{}|\\~^_\"]|\d,\d{1,2}\b")


def date_from_text(
    text: str, words: Language, around: Span | None = None, order: str = ""
) -> date | None:
    """The date that a text means in a language; None if it means none.

    `around`, such as a quarter's days, gives a date without a year the year that brings it there,
    else nearest to the first day. `order`, which `usual_order` gives for all dates of one row or
    column, is tried first. Other words, such as weekdays, are passed over beside a year of four
    digits only.
    """
    by_order = _readings(text, words, around)
    return by_order.get(order) or next((day for day in by_order.values() if day), None)


def usual_order(
    texts: Iterable[str],
    words: Language,
    around: Span | None = None,
    beside: Collection[date] = (),
) -> str:
    """The order, `dmy` or `mdy`, of the dates typed in one row or column; "" if none is in doubt.

    `beside` are the real dates of that row or column. The order is the one that most of the texts
    fit; else the one that puts more of them into the days of `around`, or near the
    dates that are in no doubt; else the one that puts more on their weekdays; else the one that
    brings all closer together; else the language's own.
    """
    by_text = [_readings(text, words, around) for text in texts]
    doubtful = [readings for readings in by_text if len(readings) > 1]
    sure = [day for readings in by_text if len(readings) == 1 for day in readings.values() if day]
    sure += beside
    weekdays = {day.weekday() for day in sure}

    def is_likely(day: date) -> bool:
        if around:
            return is_near(day, around, ODD)
        return any(abs(day - other).days < QUARTER for other in sure)

    def fit(order: str) -> tuple[int, int, int, int]:
        days = [day for readings in doubtful if (day := readings[order])]
        alike = [day for day in days if day.weekday() in weekdays]
        every = [*days, *sure]
        reach = (max(every) - min(every)).days if days else 0
        return len(days), len([*filter(is_likely, days)]), len(alike), -reach

    return max(doubtful[0], key=fit) if doubtful else ""


def is_near(day: date, around: Span, odd: int = 0) -> bool:
    """Whether a day lies in a period of a quarter at least, or so many days before or after it."""
    return -odd <= (day - around.start).days < max(around.days, QUARTER) + odd


def begins_as_date(text: str) -> bool:
    """Whether a text begins with a number, a month or a mark, as a date does."""
    text = spelled(text[:LONGEST])
    word = _WORD.match(text)
    return text[:1].isdigit() or (word is not None and (_is_mark(word[0]) or names_month(word[0])))


def may_be_date(text: str, words: Language, around: Span | None = None) -> bool:
    """Whether a text has the form of a date, if only that of one that does not exist."""
    return bool(_readings(text, words, around))


def is_buddhist(value: object, words: Language | None = None) -> bool:
    """Whether a date or a text is of a year of the Buddhist calendar: 2570, in Thai 70 too."""
    if isinstance(value, date):
        return value.year in BUDDHIST
    if not isinstance(value, str):
        return False
    code = tongue(value, words or language(REFERENCE)).code
    numbers = re.findall(r"(?<!\d)(?:\d{4}|\d\d)(?!\d)", spelled(value))
    # No day, month or week is as high as these years.
    years = (int(number) + _century(number, code) for number in numbers)
    return any(year in BUDDHIST for year in years)


def tongue(text: str, words: Language) -> Language:
    """The language of a date: Thai in Thai letters or digits, else that of the tracker."""
    return language("th") if _THAI.search(text) else words


def _readings(text: str, words: Language, around: Span | None) -> dict[str, date | None]:
    """The date, or None, that a text means in each order its form allows; {} if in none."""
    if len(text) > LONGEST:
        return {}
    code = tongue(text, words).code
    text = _TIME.sub("", spelled(text))
    numbers, months = _parts(text)
    fields = len(numbers) + len(months)
    if len(months) > 1 or not (fields == 3 or (fields == 2 and around)):
        return {}
    orders = _orders(text, numbers, code)
    by_order = {}
    for order in orders[:1] if months else orders:
        letters = [field for field in order if not (field == "m" and months)]
        letters = [field for field in letters if not (field == "y" and fields == 2)]
        by_letter = dict(zip(letters, numbers, strict=True))
        month = months[0] if months else int(by_letter["m"])
        by_order[order] = _day(by_letter, month, code, around)
    return by_order


def _parts(text: str) -> tuple[list[str], list[int]]:
    """The numbers of a text, and the months it names; none of a text that cannot be a date."""
    compact = _COMPACT.fullmatch(text)
    numbers = list(compact.groups()) if compact else re.findall(r"\d+", text)
    lengths = {len(number) for number in numbers}
    names = {name: month_of(key_of(name)) for name in _WORD.findall(text)}
    strange = any(month is None and not _is_mark(name) for name, month in names.items())
    if _FOREIGN.search(text) or not lengths <= {1, 2, 4} or (strange and 4 not in lengths):
        return [], []
    return numbers, [month for month in names.values() if month]


def spelled(text: str) -> str:
    """The text folded, its digits of any script as 0 to 9, invisible letters gone."""
    seen = (letter for letter in fold(text) if unicodedata.category(letter) != "Cf")
    return "".join(str(unicodedata.decimal(letter, letter)) for letter in seen)


def _orders(text: str, numbers: Sequence[str], code: str) -> tuple[str, ...]:
    """In which orders year, month and day may stand, the likeliest first."""
    year_last = len(numbers[-1]) == 4
    if (
        len(numbers[0]) == 4
        or re.search(r"\d\s*월", text)
        or (language(code)("formats.date").startswith("y") and not year_last)
    ):
        return ("ymd",)
    if code == "en" and "/" in text:
        return ("mdy", "dmy")
    return ("dmy", "mdy") if "/" in text or (code == "en" and "-" in text) else ("dmy",)


def _day(fields: Mapping[str, str], month: int, code: str, around: Span | None) -> date | None:
    """The date of these fields; without a year the one in `around`, or nearest to its start."""
    day = int(fields["d"])
    if "y" in fields:
        return _valid(int(fields["y"]) + _century(fields["y"], code), month, day)
    if around is None:
        return None
    start = around.start
    near = (_valid(year, month, day) for year in range(start.year - 1, start.year + 2))
    days = [each for each in near if each]
    return min(days, key=lambda it: (it not in around, abs(it - start)), default=None)


def _century(year: str, code: str) -> int:
    """The number to add to a year of two digits: 2000, or 2500 for Thai; 0 for other years."""
    if len(year) != 2:
        return 0
    # Thai people write 70 for 2570, which is 2027.
    return 2500 if code == "th" and int(year) >= 60 else 2000


def _valid(year: int, month: int, day: int) -> date | None:
    common = common_year(year)
    try:
        return date(common, month, day) if common else None
    except ValueError:
        return None


def names_month(word: str) -> bool:
    """Whether a word of a spelled text is a month's name."""
    return month_of(key_of(word)) is not None


def _is_mark(word: str) -> bool:
    return key_of(word) in day_marks()


def month_of(name: str) -> int | None:
    """The number of the month that a word's key names; None for any other word."""
    may_end = _months_that_may_end().get(name[:ENDED], ())
    ended = (number for full, number in may_end if name.startswith(full))
    return _months().get(name) or next(ended, None)


@cache
def _months_that_may_end() -> Mapping[str, Sequence[tuple[str, int]]]:
    """The months long enough to have an ending of their case, by their first letters."""
    months: dict[str, list[tuple[str, int]]] = {}
    for full, number in _months().items():
        if len(full) >= ENDED:
            months.setdefault(full[:ENDED], []).append((full, number))
    return months


@cache
def _months() -> Mapping[str, int]:
    """The number of each month by its names in all languages, full and short, as keys."""
    return {
        key_of(fold(name)): number
        for code in languages()
        for kind in ("formats.months", "formats.full_months")
        for number, names in enumerate(language(code).lines(kind), 1)
        for name in names.split()
    }


@cache
def day_marks() -> frozenset[str]:
    """What belongs to the number it follows, folded, with its accents and as a key: 2nd, 12일."""
    marks = {
        fold(mark) for code in languages() for mark in language(code).lines("formats.day_marks")
    }
    return frozenset(marks | {key_of(mark) for mark in marks})


def key_of(word: str) -> str:
    """A folded word without full stops and accents, which people leave out."""
    letters = unicodedata.normalize("NFD", word.replace(".", ""))
    return unicodedata.normalize("NFC", re.sub("[\u0300-\u036f]", "", letters))
