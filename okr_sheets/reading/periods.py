"""The periods that headers of check-ins name: a day, a range of days or a week."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from okr_sheets.files.grid import Value
from okr_sheets.language import Language, fold, language, languages
from okr_sheets.quarters import Span, check_in_dates, closing_day, common_year, weeks_of_the_year
from okr_sheets.reading.cells import Ask, is_day_number, parse
from okr_sheets.reading.days import (
    LONGEST,
    begins_as_date,
    date_from_text,
    day_marks,
    key_of,
    may_be_date,
    names_month,
    spelled,
    tongue,
    usual_order,
)

LONGEST_RANGE = timedelta(days=31)
WEEK = timedelta(weeks=1)

_SMALL = re.compile(r"(?<!\d)\d{1,2}(?!\d)")  # a day, a month or a short year
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")
_WORD = re.compile(r"[^\W\d_]+")
_ROUND_THE_DAYS = " :(),–-"  # of the days that may follow the number of a week


def last_days(cells: Mapping[int, Value], words: Language, quarter: Span | None) -> dict[int, date]:
    """The last day of the period that each cell names, by column; without those that name none.

    Dates and ranges without a year lie near the quarter, and all that are typed as text are in one
    order, that of real dates beside them. A week ends on the day of its check-in: its Friday, or
    the quarter's last day. With a year (2027-W02) it is the week of ISO 8601; without one see
    `_numbered_weeks`.
    """
    ask = Ask(words, around=quarter)
    texts = {c: x for c, x in cells.items() if isinstance(x, str) and not is_day_number(x)}
    real = {c: parse("date", x, ask).value for c, x in cells.items() if c not in texts}
    days = {column: day for column, day in real.items() if day}
    weeks = {c: week for c, text in texts.items() if (week := _week(text, words, quarter))}
    day_texts = {c: week.days or texts[c] for c, week in weeks.items() if week.days}
    day_texts |= {c: x for c, x in texts.items() if c not in weeks and begins_as_date(x)}
    ranges = {c: ends for c, text in day_texts.items() if (ends := _ends(text))}
    lasts = [ranges[c][1] if c in ranges else text for c, text in day_texts.items()]
    order = usual_order(lasts, words, quarter, days.values())
    for column, text in day_texts.items():
        if column in ranges:
            day = _last_of_range(*ranges[column], tongue(texts[column], words), quarter, order)
        else:
            day = date_from_text(text, tongue(texts[column], words), quarter, order)
        days |= {column: day} if day else {}
    bare = {c: week for c, week in weeks.items() if not week.days}
    dated = {c: week.monday for c, week in bare.items() if week.monday}
    days |= {c: closing_day(monday, quarter) for c, monday in dated.items()}
    if quarter:
        numbers = {c: week.number for c, week in bare.items() if not week.year}
        days |= _numbered_weeks(numbers, quarter)
    return days


def names_days(value: Value, words: Language, quarter: Span | None) -> bool:
    """Whether a cell looks like a day, a range or a week, even one that does not exist."""
    if not isinstance(value, str):
        return isinstance(value, date)
    if _week(value, words, quarter) or _ends(value):
        return True
    # 1월 2주차, the second week of January, may begin on one of two days.
    is_like_a_day = may_be_date(value, words, quarter) or _weeks().search(spelled(value[:LONGEST]))
    return begins_as_date(value) and bool(is_like_a_day)


def _numbered_weeks(numbers: Mapping[int, int], quarter: Span) -> dict[int, date]:
    """The check-in days of weeks that a row of headers gives by their numbers alone.

    They are the quarter's first, second … week, or those of ISO 8601, whichever of the two more of
    the row's numbers fit: W1 to W13 in a second quarter are its weeks, W14 to W26 those of the
    year. Where both fit and differ by a week at most, as at the beginning of a year, they are the
    quarter's; if they differ by more, the result is empty.
    """
    weeks_of_quarter = dict(enumerate(check_in_dates(quarter.start, quarter.end, "weekly"), 1))
    readings = [
        {
            column: days_by_week[number]
            for column, number in numbers.items()
            if number in days_by_week
        }
        for days_by_week in (weeks_of_quarter, weeks_of_the_year(quarter))
    ]
    in_quarter, in_year = readings
    if len(in_quarter) != len(in_year):
        return max(readings, key=len)
    near = all(abs(in_year.get(c, date.max) - day) <= WEEK for c, day in in_quarter.items())
    return in_quarter if near else {}


@dataclass(frozen=True, slots=True)
class _Week:
    """A week by its number, its year as it is written, and the days that stand behind it."""

    number: int
    year: str
    days: str

    @property
    def monday(self) -> date | None:
        """Its first day; None without a year that has it."""
        year = common_year(int(self.year)) if self.year else None
        try:
            return date.fromisocalendar(year, self.number, 1) if year else None
        except ValueError:
            return None


def _week(text: str, words: Language, around: Span | None) -> _Week | None:
    """The week that a text names; None if it names none or has further words."""
    text = _without_accents(spelled(text[:LONGEST]))
    match = _weeks().match(text)
    if match is None:
        return None
    days = text[match.end() :].strip(_ROUND_THE_DAYS)
    if days and not (_ends(days) or may_be_date(days, words, around)):
        return None
    year = match["before"] or match["after"] or ""
    return _Week(int(match["behind"] or match["ahead"]), year, days)


@cache
def _weeks() -> re.Pattern[str]:
    """`2027-W02`, `Week 2`, `2. hét`, `2주차`, in all languages."""
    week_words = {
        _without_accents(fold(word))
        for code in languages()
        for word in language(code).lines("formats.week_words")
    }
    words = "|".join(map(re.escape, sorted(week_words, key=len, reverse=True)))
    return re.compile(
        rf"(?:(?P<before>\d{{4}})[\s./,-]*)?"
        rf"(?:(?:{words})[\s.#-]*(?P<behind>\d{{1,2}})|(?P<ahead>\d{{1,2}})[\s.-]*(?:{words}))"
        rf"(?![^\W_])(?:[\s./,-]*(?P<after>\d{{4}})(?!\d))?"
    )


def _without_accents(text: str) -> str:
    letters = unicodedata.normalize("NFD", text)
    return unicodedata.normalize("NFC", re.sub("[\u0300-\u036f]", "", letters))


def _ends(text: str) -> tuple[str, str] | None:
    """The first and the last day of a range, each as a text: `jan 4`, `jan 8` of `Jan 4-8`.

    Two blank texts for a range that names no month; None if the text is no range.
    """
    text = _without_marks(spelled(text[:LONGEST]))
    parts = _between().split(text)
    is_plain = len(parts) == 2
    if not is_plain:
        # A single hyphen may as well stand within one date: 8-Jan, 01-08.
        parts = text.split("-")
        if len(parts) != 2:
            return None
    first, last = (_Side(part.strip()) for part in parts)
    has_names = first.has_name or last.has_name
    if first.is_bare and last.is_bare:
        return ("", "") if is_plain else None
    if not all(side.is_bare or side.is_whole(has_names) for side in (first, last)):
        return None
    is_short = first.is_bare or last.is_bare
    # 4-8 Jan, but not 8 Jan-27.
    if is_short and has_names and not (is_plain or re.search(r"\d\.?\s?-\s?\d", text)):
        return None
    return (
        last.with_day(first) if first.is_bare else first.text,
        first.up_to(last) if last.is_bare else last.text,
    )


def _without_marks(text: str) -> str:
    """A range without the day marks at its hyphen: `jan 4-8th` for `jan 4th-8th`."""
    marks = "|".join(map(re.escape, sorted(day_marks(), key=len, reverse=True)))
    # The hyphen of 8-án is none of a range.
    text = re.sub(rf"(?<=\d)-(?=(?:{marks})(?![^\W\d_]|\s?\d))", " ", text)
    return re.sub(
        rf"(?<=\d)(?:\.?\s?(?:{marks}))?(?P<sign>\s?-\s?)(?:(?:{marks})\s?)?(?=\d)",
        r"\g<sign>",
        text,
    )


@cache
def _between() -> re.Pattern[str]:
    """The signs and words of a range that can stand within no date: “to”, –, 부터."""
    kinds = (language(code).lines("formats.range_marks") for code in languages())
    marks = {fold(mark) for marks in kinds for mark in marks}
    latin = {mark for mark in marks if mark.isascii() and mark.isalpha()}
    # “to” stands apart from other words; 부터 follows one.
    words = [rf"(?<![^\W\d_]){mark}(?![^\W\d_])" for mark in sorted(latin)]
    signs = [re.escape(mark) for mark in sorted(marks - latin)]
    either = "|".join([*words, *signs, "[—−〜∼]"])
    return re.compile(rf"\s*(?:{either})\s*|\s+-\s+|(?<=-\d\d)/(?=\d{{4}}-)")


@dataclass(frozen=True)
class _Side:
    """The text before or behind the sign of a range."""

    text: str

    @property
    def small(self) -> list[re.Match[str]]:
        """Its numbers that are no years of four digits."""
        return list(_SMALL.finditer(self.text))

    @property
    def has_name(self) -> bool:
        """Whether it names a month in words."""
        return any(names_month(word) for word in _WORD.findall(key_of(self.text)))

    @property
    def is_bare(self) -> bool:
        """Whether it is a day without a month."""
        return len(self.small) == 1 and not self.has_name

    def is_whole(self, by_name: bool) -> bool:
        """Whether it is a day with its month, in words where the range has it so."""
        return bool(self.small) and (self.has_name if by_name else len(self.small) > 1)

    def with_day(self, bare: _Side) -> str:
        """The same with another day, of a range that names the month behind it: 4-8 Jan."""
        is_day_last = not self.has_name and ("월" in self.text or _YEAR.match(self.text))
        day = self.small[-1 if is_day_last else 0]
        return f"{self.text[: day.start()]}{bare.small[0][0]}{self.text[day.end() :]}"

    def up_to(self, bare: _Side) -> str:
        """The same with another day, of a range that names the month before it: Jan 4-8, 2027."""
        day = self.small[-1]
        rest = self.text[day.end() :]
        if _Side(rest).has_name or _YEAR.search(rest):
            return f"{self.text[: day.start()]}{bare.small[0][0]}{rest}"
        return f"{self.text[: day.start()]}{bare.text}"


def _last_of_range(
    first: str, last: str, words: Language, around: Span | None, order: str
) -> date | None:
    """The last day of a range; None if it ends before it begins, or a month later."""
    start = None if around else date_from_text(first, words, None, order)
    end = date_from_text(last, words, around or (Span(start, start) if start else None), order)
    start = date_from_text(first, words, Span(end, end), order) if end else None
    return end if end and start and start <= end <= start + LONGEST_RANGE else None
