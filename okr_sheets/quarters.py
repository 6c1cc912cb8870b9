"""Quarters and years: their first and last day, and the dates on which people check in."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from okr_sheets.misuse import MisuseError
from okr_sheets.text import quoted

FRIDAY = 4
YEARS = range(1990, 2101)
BUDDHIST = range(2400, 2701)  # years of the calendar that Thailand counts by
BUDDHIST_AHEAD = 543
_TYPED = r"(?:(\d{4})[\s/-]*Q([1-4])|Q([1-4])[\s/-]*(\d{4}))"
# Two periods of each cadence.
STALE_DAYS = {"weekly": 14, "two-weekly": 28, "monthly": 62, "quarterly": 184}
_FISCAL = r"FY[\s-]*(\d{4})"
# A year at the end or the beginning of a title of OKRs: “Sales OKRs 2027”, “2027 OKR'leri”.
_OF_OKRS = re.compile(r"OKRs?\W{1,3}(\d{4})\W*$|^\W*(\d{4})\W{1,3}OKRs?(?![a-z])", re.IGNORECASE)
LONGEST_HALF = timedelta(days=184)
LONGEST = timedelta(days=731)  # that a tracker may count: two years, for those who plan by them


def common_year(year: int) -> int | None:
    """The year of the common era that a typed one means: 2027 for the Buddhist 2570.

    None for a year that no tracker is of, such as 0, 1027, 1448 or 9999.
    """
    common = year - BUDDHIST_AHEAD if year in BUDDHIST else year
    return common if common in YEARS else None


def common_day(day: date) -> date | None:
    """The same for a whole date; None for a 29 February that the common year does not have."""
    if day.year in YEARS:
        return day
    year = common_year(day.year)
    try:
        return None if year is None else day.replace(year=year)
    except ValueError:
        return None


def scoring_day(given: object) -> date | None:
    """The as-of day somebody asks for, None for none; MisuseError says how to give one.

    Of a moment, such as a datetime or a pandas Timestamp, it is the day; a text is ISO's, such as
    2027-02-12 or 2027-02-12T09:30.
    """
    if given is None:
        return None
    # What numpy counts days in writes itself as ISO does.
    is_text = isinstance(given, str) or type(given).__name__ == "datetime64"
    try:
        typed = _day_of_text(str(given)) if is_text else given
        day = typed.date() if isinstance(typed, datetime) else typed
    except ValueError:
        day = None
    shown = f"“{quoted(str(given))}”"
    if not isinstance(day, date) or day != day:  # noqa: PLR0124  pandas' NaT
        raise MisuseError(f"{shown} is not a date. Type it as 2027-02-12.")
    common = common_day(day)
    if common is None:
        between = f"from {YEARS[0]} to {YEARS[-1]}"
        raise MisuseError(f"{shown} is not of a year {between}. Type it as 2027-02-12.")
    return common


def _day_of_text(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007  a day has no zone
    except ValueError:
        return datetime.fromisoformat(text).date()


@dataclass(frozen=True, slots=True)
class Span:
    """The days from the first to the last one of a quarter, a year, or of a tracker's own."""

    start: date
    end: date

    @property
    def is_sound(self) -> bool:
        """Whether the last day comes after the first one, and so soon that it can be meant."""
        return timedelta() < self.end - self.start < LONGEST

    @property
    def days(self) -> int:
        """How many they are."""
        return (self.end - self.start).days + 1

    @property
    def is_long(self) -> bool:
        """Whether it is longer than half a year, so that it can be a year's."""
        return self.end - self.start > LONGEST_HALF

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end

    def distance(self, day: date) -> timedelta:
        """How far a day lies outside; nothing for one inside."""
        return max(self.start - day, day - self.end, timedelta())

    @property
    def middle(self) -> date:
        """The day half-way, which lies in the quarter even where the first one does not."""
        return self.start + (self.end - self.start) / 2


# The days of the quarters that can be typed, whenever a fiscal year begins.
DAYS = Span(date(YEARS[0] - 1, 1, 1), date(YEARS[-1], 12, 31))


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of a fiscal year.

    A fiscal year is named by the calendar year it ends in, as pandas names it: with
    `fiscal_start=4`, 2027-Q1 is April to June 2026. With the default it is the calendar's.
    """

    year: int
    number: int
    fiscal_start: int = 1

    def __post_init__(self) -> None:
        if not date.min.year < self.year < date.max.year:
            raise MisuseError(f"There are no quarters in the year {self.year}. Type it as 2027-Q1.")
        if self.number not in range(1, 5) or self.fiscal_start not in range(1, 13):
            raise MisuseError(
                "A year has quarters 1 to 4, and begins in a month from 1 to 12. Give such numbers."
            )

    @classmethod
    def parse(cls, text: str, fiscal_start: int = 1) -> Quarter:
        """Read `2027-Q1`, `2027Q1` or `Q1 2027`; ValueError says what to type instead.

        `2570-Q1`, of the Buddhist calendar, is 2027-Q1.
        """
        match = re.fullmatch(rf"\s*{_TYPED}\s*", text, re.IGNORECASE)
        if not match:
            raise MisuseError(f"“{quoted(text)}” is not a quarter. Type it as 2027-Q1.")
        year = common_year(int(match[1] or match[4]))
        if year is None:
            between = f"from {YEARS[0]} to {YEARS[-1]}"
            raise MisuseError(f"“{quoted(text)}” is not of a year {between}. Type it as 2027-Q1.")
        return cls(year, int(match[2] or match[3]), fiscal_start)

    @classmethod
    def within(cls, text: str, fiscal_start: int = 1) -> Quarter | None:
        """The one quarter that a title names, such as “OKRs Q1 2027”; None for none, or several."""
        named = set()
        for match in re.finditer(rf"(?<!\w){_TYPED}(?!\w)", text, re.IGNORECASE):
            try:
                named.add(cls.parse(match[0], fiscal_start))
            except MisuseError:
                continue
        return named.pop() if len(named) == 1 else None

    @classmethod
    def holding(cls, day: date, fiscal_start: int = 1) -> Quarter:
        """The quarter that `day` lies in."""
        months = day.year * 12 + day.month - fiscal_start
        year = months // 12 + (fiscal_start > 1)
        return cls(year, months % 12 // 3 + 1, fiscal_start)

    @property
    def start(self) -> date:
        """The first day."""
        return self._first_of_month(0)

    @property
    def end(self) -> date:
        """The last day."""
        return self._first_of_month(3) - timedelta(days=1)

    @property
    def span(self) -> Span:
        """Its days."""
        return Span(self.start, self.end)

    def _first_of_month(self, number: int) -> date:
        """The first day of one of its months, counted from 0."""
        months = (self.year - (self.fiscal_start > 1)) * 12 + self.fiscal_start - 1
        months += 3 * (self.number - 1) + number
        return date(months // 12, months % 12 + 1, 1)

    @property
    def next(self) -> Quarter:
        """The quarter after this one."""
        year, number = divmod(self.year * 4 + self.number, 4)
        return Quarter(year, number + 1, self.fiscal_start)

    def fits(self, days: Span) -> bool:
        """Whether these can be its days: half of them lie on either side of one of its own."""
        return days.middle in self.span

    def __str__(self) -> str:
        """The way people type it: 2027-Q1."""
        return f"{self.year}-Q{self.number}"


@dataclass(frozen=True, slots=True, order=True)
class Year:
    """A fiscal year as a tracker's period, named as that of a `Quarter` is."""

    number: int
    fiscal_start: int = 1

    def __post_init__(self) -> None:
        Quarter(self.number, 1, self.fiscal_start)  # which says what is wrong with them

    @classmethod
    def parse(cls, text: str, fiscal_start: int = 1) -> Year | None:
        """The year of `2027`, `FY2027` or the Buddhist `2570`; None for any other text."""
        match = re.fullmatch(rf"\s*(?:{_FISCAL}|(\d{{4}}))\s*", text, re.IGNORECASE)
        year = common_year(int(match[1] or match[2])) if match else None
        return cls(year, fiscal_start) if year else None

    @classmethod
    def within(cls, text: str, fiscal_start: int = 1) -> Year | None:
        """The year that a title of OKRs names; None if it has another number, such as a month's."""
        match = re.search(rf"(?<!\w){_FISCAL}(?!\w)", text, re.IGNORECASE) or _OF_OKRS.search(text)
        if match is None or len(re.findall(r"\d+", text)) > 1:
            return cls.parse(text, fiscal_start)
        return cls.parse(next(filter(None, match.groups())), fiscal_start)

    @classmethod
    def holding(cls, day: date, fiscal_start: int = 1) -> Year:
        """The year that `day` lies in."""
        return cls(Quarter.holding(day, fiscal_start).year, fiscal_start)

    @property
    def start(self) -> date:
        """The first day."""
        return Quarter(self.number, 1, self.fiscal_start).start

    @property
    def end(self) -> date:
        """The last day."""
        return Quarter(self.number, 4, self.fiscal_start).end

    @property
    def span(self) -> Span:
        """Its days."""
        return Span(self.start, self.end)

    @property
    def next(self) -> Year:
        """The year after it."""
        return Year(self.number + 1, self.fiscal_start)

    def fits(self, days: Span) -> bool:
        """Whether these can be its days: as a quarter's, and more than half a year."""
        return days.is_long and days.middle in self.span

    def __str__(self) -> str:
        """The way people type it: 2027."""
        return f"{self.number}"


Period = Quarter | Year  # what a tracker is of


def period(text: str, fiscal_start: int = 1) -> Period:
    """The quarter or the year that somebody typed; ValueError says what to type instead."""
    year = Year.parse(text, fiscal_start)
    if year:
        return year
    try:
        return Quarter.parse(text, fiscal_start)
    except MisuseError as error:
        raise MisuseError(f"{error} A whole year is typed as 2027.") from None


def period_within(text: str, fiscal_start: int = 1) -> Period | None:
    """The one quarter that a title or a cell names, else the year; None for neither."""
    return Quarter.within(text, fiscal_start) or Year.within(text, fiscal_start)


def period_of(days: Span, fiscal_start: int = 1) -> Period:
    """The quarter, or of more than half a year the year, that holds the middle one of the days."""
    kind = Year if days.is_long else Quarter
    return kind.holding(days.middle, fiscal_start)


def period_of_dates(dates: Iterable[date], fiscal_start: int = 1) -> Period:
    """The quarter of the middle one of some check-in dates, or the year if they run through it."""
    days = sorted(dates)
    middle = days[len(days) // 2]
    year, reach = Year.holding(middle, fiscal_start), Span(days[0], days[-1])
    runs_through = reach.is_long and reach.start in year.span and reach.end in year.span
    return year if runs_through else Quarter.holding(middle, fiscal_start)


def is_year(quarter: str) -> bool:
    """Whether the `quarter` of a tracker is a year."""
    return Year.parse(quarter) is not None


def year_of(quarter: str) -> str:
    """The year that the `quarter` of a tracker belongs to: 2027 of 2027-Q1, and of 2027."""
    return quarter.partition("-Q")[0]


def usual_cadence(of: Period) -> str:
    """How often people check in on a period where nobody says."""
    return "monthly" if isinstance(of, Year) else "weekly"


def following(quarter: str, fiscal_start: int = 1) -> Period:
    """The period after the one that a tracker's `quarter` names; ValueError if it names none."""
    return period(quarter, fiscal_start).next


def check_in_dates(start: date, end: date, cadence: str) -> tuple[date, ...]:
    """The days on which a period's numbers are due; the last one is always `end`.

    Weekly: Fridays, from the first that closes a week of at least four days (13 in a quarter).
    Two-weekly: every second of those (7). Monthly: the last day of each month (3). Quarterly, of a
    year: that of every third month (4).
    """
    if cadence == "monthly":
        return _month_ends(start, end)
    if cadence == "quarterly":
        return (*(day for day in _month_ends(start, end)[2::3] if day < end), end)
    first = start + timedelta(days=3)
    first += timedelta(days=(FRIDAY - first.weekday()) % 7)
    # A quarter has 90 to 92 days; its last, shorter or longer week is closed by `end` itself.
    weeks = max(round(((end - start).days + 1) / 7), 1)
    fridays = [first + timedelta(weeks=n) for n in range(weeks - 1)]
    step = 2 if cadence == "two-weekly" else 1
    return (*(day for day in fridays[step - 1 :: step] if day < end), end)


def counted_until(day: date, dates: Iterable[date], span: Span | None) -> date:
    """The last check-in date whose number counts on a day: that of the period it lies in.

    A date stands for the period that ends on it, which no quarter's last day lies within. On a day
    outside the quarter, and after its last date, it is the day itself.
    """
    if span and day not in span:
        return day
    last = span.end if span else date.max
    return min((each for each in dates if day <= each <= last), default=day)


def _month_ends(start: date, end: date) -> tuple[date, ...]:
    days = []
    day = start
    while day <= end:
        last = day.replace(day=monthrange(day.year, day.month)[1])
        days.append(min(last, end))
        day = last + timedelta(days=1)
    return tuple(days)


def weeks_of_the_year(span: Span) -> dict[int, date]:
    """The check-in day of each week that ISO 8601 numbers and that closes in a quarter."""
    monday = span.start - timedelta(days=span.start.weekday())
    closing_days: dict[int, date] = {}
    while monday <= span.end:
        day = closing_day(monday, span)
        if day in span:
            closing_days.setdefault(monday.isocalendar().week, day)
        monday += timedelta(weeks=1)
    return closing_days


def closing_day(monday: date, span: Span | None) -> date:
    """The day on which the numbers of a week are due: its Friday, or the quarter's last day."""
    friday = monday + timedelta(days=FRIDAY)
    return span.end if span and monday <= span.end < friday else friday
