"""Quarters: their first and last day, and the dates on which people check in."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from okr_sheets.problems import MisuseError

FRIDAY = 4


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """A quarter of a fiscal year.

    A fiscal year is named by the calendar year it ends in, as pandas names it: with
    `fiscal_start=4`, 2027-Q1 is April to June 2026. With the default it is the calendar's.
    """

    year: int
    number: int
    fiscal_start: int = 1

    @classmethod
    def parse(cls, text: str, fiscal_start: int = 1) -> Quarter:
        """Read `2027-Q1`, `2027Q1` or `Q1 2027`; ValueError says what to type instead."""
        pattern = r"\s*(?:(\d{4})[\s/-]*Q([1-4])|Q([1-4])[\s/-]*(\d{4}))\s*"
        found = re.fullmatch(pattern, text, re.IGNORECASE)
        if not found:
            raise MisuseError(f"“{text}” is not a quarter. Type it as 2027-Q1.")
        year, number = found[1] or found[4], found[2] or found[3]
        return cls(int(year), int(number), fiscal_start)

    @classmethod
    def holding(cls, day: date, fiscal_start: int = 1) -> Quarter:
        """The quarter that `day` lies in."""
        months = day.year * 12 + day.month - fiscal_start
        year = months // 12 + (fiscal_start > 1)
        return cls(year, months % 12 // 3 + 1, fiscal_start)

    @property
    def start(self) -> date:
        """The first day."""
        months = (self.year - (self.fiscal_start > 1)) * 12 + self.fiscal_start - 1
        months += 3 * (self.number - 1)
        return date(months // 12, months % 12 + 1, 1)

    @property
    def end(self) -> date:
        """The last day."""
        return self.next.start - timedelta(days=1)

    @property
    def next(self) -> Quarter:
        """The quarter after this one."""
        year, number = divmod(self.year * 4 + self.number, 4)
        return Quarter(year, number + 1, self.fiscal_start)

    def __str__(self) -> str:
        """The way people type it: 2027-Q1."""
        return f"{self.year}-Q{self.number}"


def check_in_dates(start: date, end: date, cadence: str) -> tuple[date, ...]:
    """The days on which a period's numbers are due; the last one is always `end`.

    Weekly: Fridays, from the first that closes a week of at least four days (13 in a quarter).
    Two-weekly: every second of those (7). Monthly: the last day of each month (3).
    """
    if cadence == "monthly":
        return _month_ends(start, end)
    first = start + timedelta(days=3)
    first += timedelta(days=(FRIDAY - first.weekday()) % 7)
    # A quarter has 90 to 92 days; its last, shorter or longer week is closed by `end` itself.
    weeks = max(round(((end - start).days + 1) / 7), 1)
    fridays = [first + timedelta(weeks=n) for n in range(weeks - 1)]
    step = 2 if cadence == "two-weekly" else 1
    return (*(day for day in fridays[step - 1 :: step] if day < end), end)


def counted_until(day: date, dates: Iterable[date], start: date | None) -> date:
    """The last check-in date whose number counts on a day: that of the period it lies in.

    A date stands for the period that ends on it. Before the first day of the quarter, `start`, and
    after the last date, it is the day itself.
    """
    if start and day < start:
        return day
    return min((each for each in dates if each >= day), default=day)


def _month_ends(start: date, end: date) -> tuple[date, ...]:
    days = []
    day = start
    while day <= end:
        last = day.replace(day=monthrange(day.year, day.month)[1])
        days.append(min(last, end))
        day = last + timedelta(days=1)
    return tuple(days)
