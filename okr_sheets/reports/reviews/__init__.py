"""What `check` found, to work through: how good the OKRs are, each finding, and every rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from okr_sheets.coaching.quality import quality
from okr_sheets.columns import Columns
from okr_sheets.kinds import COACHING
from okr_sheets.language import Language
from okr_sheets.problems import Problem
from okr_sheets.reports.phrases import day_text
from okr_sheets.tracker import Tracker

QUESTIONS = ("reached", "guarded")  # what a coach asks of every objective


@dataclass(frozen=True)
class Review:
    """Trackers with the problems that `check` names as of a day, each for itself."""

    trackers: Sequence[Tracker]
    problems: Sequence[Problem]
    as_of: date | None = None

    @cached_property
    def quality(self) -> Columns:
        """How many key results are without findings; see `coaching.quality`."""
        return quality(self.trackers, self.problems)

    @cached_property
    def by_rule(self) -> dict[str, int]:
        """How many warnings of a coach each rule has, the most first."""
        said = (p.code for p in self.problems if p.code in COACHING and p.severity == "warning")
        return dict(Counter(said).most_common())

    @property
    def total(self) -> tuple[int, int]:
        """How many key results are without findings, and how many there are."""
        units = self.quality.take(self.quality.level == "unit")
        return int(units.clean.sum()), int(units.key_results.sum())

    @property
    def quarters(self) -> list[str]:
        """The quarters that there are, the oldest first."""
        return sorted(set(self.quality.quarter))

    @property
    def day(self) -> date | None:
        """The last day that one of the trackers is looked at; None if none has a quarter."""
        read = (tracker for tracker in self.trackers if tracker.readable)
        days = [day for tracker in read if (day := tracker.about.day(self.as_of))]
        return max(days, default=None)

    def title(self, words: Language) -> str:
        """What stands at the head of it."""
        quarters = ", ".join(filter(None, self.quarters))
        return words("review.title", quarter=quarters).strip()

    def about(self, words: Language) -> str:
        """The day, and what was read."""
        objectives = int((self.quality.level == "objective").sum())
        trackers = sum(tracker.readable for tracker in self.trackers)
        counts = {"trackers": trackers, "objectives": objectives, "key_results": self.total[1]}
        day = words("report.as_of", day=day_text(self.day, words)) if self.day else ""
        return " · ".join(filter(None, [day, words.counted("report.read", **counts)]))
