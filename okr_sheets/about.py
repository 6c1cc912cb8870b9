"""About: whose OKRs a tracker holds, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from okr_sheets.quarters import Span


@dataclass(frozen=True, slots=True)
class About:
    """Whose OKRs these are, and when. Blank text is "", a blank date None."""

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

    @property
    def unit(self) -> str:
        """The smallest unit named: the team, else the department, else the company."""
        return self.team or self.department or self.company

    @property
    def span(self) -> Span | None:
        """The quarter's days; None if they are unknown."""
        return Span(self.start, self.end) if self.start and self.end else None

    def day(self, as_of: date | None = None) -> date | None:
        """The day to score by: the one given, else the tracker's own, else today.

        Today is held to the quarter. None if the quarter's days are unknown.
        """
        span = self.span
        if span is None:
            return None
        return as_of or self.as_of or min(max(_today(), span.start), span.end)

    def counts_to(self, calculated_on: date | None) -> date | None:
        """The day up to which a tracker counts; None while its quarter is not on.

        It is the one by which the workbook was calculated, else the tracker's own, else today.
        """
        today, span = _today(), self.span
        is_on = span is not None and span.start < today < span.end
        return calculated_on or self.as_of or (today if is_on else None)


def _today() -> date:
    return datetime.now().date()  # noqa: DTZ005  people mean their own day
