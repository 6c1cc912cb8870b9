"""The periods that headers, titles and cells name: a year, a quarter, a month or a day."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from okr_sheets.adopting.words import spellings_of
from okr_sheets.language import Language
from okr_sheets.misuse import MisuseError
from okr_sheets.quarters import Quarter, Span, common_day, common_year
from okr_sheets.reading.days import date_from_text, key_of, month_of, spelled

_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_WORD = re.compile(r"\d{1,2}월|[^\W\d_][^\d\s,/()'’-]*")
_NUMBERED_MONTH = re.compile(
    r"(?<![\d./-])(?:(20\d\d|25\d\d)[./-](0?[1-9]|1[0-2])|(0?[1-9]|1[0-2])[./-](20\d\d|25\d\d))(?![\d./-])"
)
_MONTH_DAY = re.compile(r"(?:(\d{1,2})\.? ?)?([^\W\d_]{3,})\.?(?: ?(\d{1,2})\.?)?")
_NEAR = 2  # years
_FEWEST_DAYS = 2  # headers that tell days from months with a year
_ANY_YEAR = 2000  # for a period whose year does not matter
_KEY = re.compile(r"(\d{4})(?:-Q([1-4])|-(\d\d)(?:-(\d\d))?)?")


@dataclass(frozen=True, slots=True)
class Period:
    """A period by its first and last day; `key` is how a map spells it: 2027, 2027-Q1, 2027-01."""

    key: str
    span: Span

    @property
    def is_day(self) -> bool:
        """Whether it is one day."""
        return self.span.start == self.span.end


def month_days(texts: Mapping[int, str], around: Span) -> dict[int, date]:
    """The days that headers such as “Oct 9” and “Oct 23” name, by column.

    No days where the numbers of all may be years near `around`: “Oct 25” and “Nov 25” are months.
    """
    found: dict[int, date] = {}
    for column, text in texts.items():
        match = _MONTH_DAY.fullmatch(spelled(text).strip())
        month = month_of(key_of(match[2])) if match and bool(match[1]) != bool(match[3]) else None
        if match is None or month is None:
            continue
        number = int(match[1] or match[3])
        for year in (around.start.year, around.end.year):
            day = date(year, month, number) if 1 <= number <= monthrange(year, month)[1] else None
            if day and (day in around or column not in found):
                found[column] = day
    are_years = all(abs(2000 + day.day - around.start.year) <= _NEAR for day in found.values())
    return {} if are_years or len(found) < _FEWEST_DAYS else found


def day_period(day: date) -> Period:
    """One day as a period."""
    return Period(day.isoformat(), Span(day, day))


def month_period(year: int, month: int) -> Period:
    """A month of a year."""
    last = monthrange(year, month)[1]
    return Period(f"{year}-{month:02}", Span(date(year, month, 1), date(year, month, last)))


def quarter_period(quarter: Quarter) -> Period:
    """A quarter of a fiscal year."""
    return Period(str(quarter), quarter.span)


def period_of_key(key: str, fiscal_start: int = 1) -> Period:
    """The period that a map spells; MisuseError for anything else."""
    match = _KEY.fullmatch(key)
    try:
        if match and match[2]:
            return quarter_period(Quarter(int(match[1]), int(match[2]), fiscal_start))
        if match and match[4]:
            return day_period(date.fromisoformat(key))
        if match and match[3]:
            return month_period(int(match[1]), int(match[3]))
        if match:
            year = Quarter(int(match[1]), 1, fiscal_start), Quarter(int(match[1]), 4, fiscal_start)
            return Period(key, Span(year[0].start, year[1].end))
    except ValueError:
        pass
    wanted = "Type it as 2027, 2027-Q1, 2027-01 or 2027-01-31."
    raise MisuseError(f"“{key}” is no period. {wanted}")


def year_in(text: str) -> int | None:
    """The year that a text names, of the common era; None for none, or for several."""
    years = {year for match in _years().finditer(spelled(text)) if (year := _common(match[1]))}
    return years.pop() if len(years) == 1 else None


def _common(digits: str) -> int | None:
    return common_year(int(digits) + (2000 if len(digits) == 2 else 0))


def period_in(text: str, year: int | None, fiscal_start: int = 1) -> tuple[Period | None, str]:
    """The quarter, month or year that a text names, and the text without it.

    `year` is that of a text which names none; without either, a quarter or month is not known.
    """
    rest = spelled(text)
    match = _years().search(rest) or _short_years().search(rest)
    numbered = _NUMBERED_MONTH.search(rest)
    if numbered and not names_quarter(text):
        year = common_year(int(numbered[1] or numbered[4]))
        month = int(numbered[2] or numbered[3])
        rest = rest[: numbered.start()] + " " + rest[numbered.end() :]
        return (month_period(year, month) if year else None), rest.strip()
    own = _common(match[1]) if match else None
    bare = f"{rest[: match.start()]} {rest[match.end() :]}" if match and own else rest
    quarter = _quarters().search(bare)
    if quarter:
        digits = next(filter(None, quarter.groups()))
        number = _ROMAN.get(digits) or int(digits[0])
        short = re.match(r"[\s/'’-]?(\d\d)(?!\d)", bare[quarter.end() :]) if own is None else None
        own = own or (_common(short[1]) if short else None)
        end = quarter.end() + (short.end() if short else 0)
        bare = f"{bare[: quarter.start()]} {bare[end:]}"
        used = own or year
        found = quarter_period(Quarter(used, number, fiscal_start)) if used else None
        return found, bare.strip(" ./'-")
    for word in _WORD.finditer(bare):
        number = month_of(key_of(word[0])) or 0
        if number and not re.search(r"\d", bare[: word.start()] + bare[word.end() + 3 :]):
            short = re.match(r"[\s'’-]*(\d\d)(?!\d)", bare[word.end() :]) if own is None else None
            used = own or (_common(short[1]) if short else None) or year
            end = word.end() + (short.end() if short else 0)
            bare = f"{bare[: word.start()]} {bare[end:]}"
            return (month_period(used, number) if used else None), bare.strip(" ./'-")
    if match and own:
        return period_of_key(str(own), fiscal_start), bare.strip(" ./'-")
    return None, text


@cache
def _years() -> re.Pattern[str]:
    """A year of four digits, common or Buddhist, with the word for a year before or behind it."""
    word = _either("year")
    return re.compile(
        rf"(?:(?:{word})\s?)?(?<!\d)((?:19|20|21|24|25|26)\d\d)(?!\d)\.?(?:\s?(?:{word})(?![^\W\d_]))?"
    )


@cache
def _short_years() -> re.Pattern[str]:
    """A year of two digits behind its word or an apostrophe: FY27, '27."""
    return re.compile(rf"(?:(?:{_either('year')})\s?|['’])(\d\d)(?!\d)")


def _either(name: str) -> str:
    """A pattern of the words of a list, the longest first."""
    words = sorted(map(spelled, spellings_of(name)), key=lambda word: (-len(word), word))
    return "|".join(map(re.escape, words))


@cache
def _quarters() -> re.Pattern[str]:
    """Q1, 1Q, 1. negyedév, I. negyedév, ไตรมาส 1, 1분기, in all languages."""
    either = _either("quarter")
    return re.compile(
        rf"(?<![^\W\d_])(?:{either})[\s.:-]*([1-4])(?![\d%])"
        rf"|(?<!\d)([1-4])\.?\s?(?:{either})(?![^\W\d_])"
        rf"|(?<![^\W_])(iv|i{{1,3}})\.?\s?(?:{either})(?![^\W\d_])"
    )


def names_quarter(text: str) -> bool:
    """Whether a text names a quarter, with or without its year."""
    return bool(_quarters().search(spelled(text)))


def without_period(text: str) -> str:
    """A title without the quarter, the month or the year that it names, in its own letters."""
    year = year_in(text)
    period, rest = period_in(text, year or _ANY_YEAR)
    if period is None:
        return text
    again, less = period_in(rest, _ANY_YEAR) if year_in(rest) else (None, rest)
    kept = set(re.findall(r"[^\W_]+", less if again else rest))
    words = re.split(r"(\s+|_+)", text)
    return "".join(word for word in words if not re.search(r"[^\W_]", word) or _is_kept(word, kept))


def _is_kept(word: str, kept: set[str]) -> bool:
    return bool(kept.intersection(re.findall(r"[^\W_]+", spelled(word))))


def quarter_in(text: str, year: int | None, fiscal_start: int = 1) -> Quarter | None:
    """The quarter that a text names; None for none, and for one without a year if none is given."""
    period, _ = period_in(text, year, fiscal_start) if names_quarter(text) else (None, "")
    return quarter_of(period, fiscal_start) if period else None


def quarter_of(period: Period, fiscal_start: int = 1) -> Quarter:
    """The quarter that holds the middle of a period."""
    return Quarter.holding(period.span.middle, fiscal_start)


def day_of(value: object, words: Language, around: Span | None) -> date | None:
    """The day that a cell means, in a common year; None if it means none."""
    if isinstance(value, date):
        return common_day(date(value.year, value.month, value.day))
    return date_from_text(value, words, around) if isinstance(value, str) else None


def usual_quarter(days: Iterable[date], fiscal_start: int = 1) -> Quarter | None:
    """The quarter that most days lie in, the later one of equally many; None without a day."""
    quarters = [Quarter.holding(day, fiscal_start) for day in days]
    return max(quarters, key=lambda each: (quarters.count(each), each), default=None)
