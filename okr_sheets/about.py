"""About: whose OKRs a tracker holds, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from okr_sheets.language import fold, languages
from okr_sheets.misuse import MisuseError
from okr_sheets.quarters import DAYS, Span, is_year
from okr_sheets.schema import SETTINGS, Column

_LANGUAGE = Column("language", "choice", choices=languages())
A_DAY = f"a date from {DAYS.start} to {DAYS.end}"


@dataclass(frozen=True, slots=True)
class About:
    """Whose OKRs these are, and when. Blank text is "", a blank date None.

    ValueError for values that reading a file would report as a problem: no text, another choice, a
    day of no year from 1989 to 2100, days that are not those of a quarter or a year.
    """

    company: str = ""
    department: str = ""
    team: str = ""
    level: str = ""
    parent: str = ""
    quarter: str = ""
    start: date | None = None
    end: date | None = None
    cadence: str = "weekly"
    as_of: date | None = None
    language: str = "en"
    fiscal_start: int = 1

    def __post_init__(self) -> None:
        for setting in (*SETTINGS, _LANGUAGE):
            value = getattr(self, setting.key)
            if setting.kind == "date":
                if value is not None and not is_day(value):
                    raise MisuseError(f"A tracker's {setting.key} must be {A_DAY}, not {value!r}.")
            elif not isinstance(value, str):
                raise MisuseError(f"A tracker's {setting.key} must be a text, not {value!r}.")
            elif value and setting.choices and value not in setting.choices:
                listed = ", ".join(setting.choices)
                raise MisuseError(
                    f"A tracker's {setting.key} must be one of {listed}, not “{value}”."
                )
        if self.fiscal_start not in range(1, 13):
            raise MisuseError(f"A fiscal year begins in month 1 to 12, not {self.fiscal_start!r}.")
        if self.span and not self.span.is_sound:
            raise MisuseError(
                f"{self.start} to {self.end} are not the days of a quarter or a year. "
                "Its end comes after its start, within two years."
            )

    @property
    def unit(self) -> str:
        """The smallest unit named: the team, else the department, else the company."""
        return self.team or self.department or self.company

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells a unit from others, however its company, department and team are spelled."""
        return fold(self.company), fold(self.department), fold(self.team)

    @property
    def is_annual(self) -> bool:
        """Whether these are a year's, not a quarter's."""
        return is_year(self.quarter)

    @property
    def span(self) -> Span | None:
        """The days of the quarter or year; None if they are unknown."""
        return Span(self.start, self.end) if self.start and self.end else None

    def day(self, as_of: date | None = None) -> date | None:
        """The day to score by: the one given, else the tracker's own, else today.

        Today is held to the quarter. None if the quarter's days are unknown.
        """
        span = self.span
        if span is None:
            return None
        return as_of or self.as_of or min(max(today(), span.start), span.end)

    def counts_to(self, calculated_on: date | None) -> date | None:
        """The day up to which a tracker counts; None while its quarter is not on.

        It is the one by which the workbook was calculated, else the tracker's own, else today.
        """
        now, span = today(), self.span
        is_on = span is not None and span.start < now < span.end
        return calculated_on or self.as_of or (now if is_on else None)


def is_day(value: Any) -> bool:
    """Whether it is a date, without a time, of a year that counts."""
    return isinstance(value, date) and not isinstance(value, datetime) and value in DAYS


def today() -> date:
    """The day it is where people are."""
    return datetime.now().date()  # noqa: DTZ005  people mean their own day
