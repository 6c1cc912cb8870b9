"""The keys of each choice, in the order in which they are offered and counted."""

from __future__ import annotations

OBJECTIVE = "objective"  # the type that makes a row of the OKRs sheet an objective
TYPES = (
    "increase",
    "decrease",
    "total",
    "total-at-most",
    "keep-at-least",
    "keep-at-most",
    "achieve",
)
COMMITMENTS = ("committed", "aspirational")
STATES = ("active", "postponed", "cancelled")
STOPPED = frozenset({"postponed", "cancelled"})
LEVELS = ("company", "department", "team", "individual")
ENGINES = ("serial", "processes", "dask")  # who reads the files
CADENCES = ("weekly", "two-weekly", "monthly", "quarterly")  # the last one of a year only
ACTION_STATUSES = ("to-do", "doing", "done", "blocked", "dropped")
STATUSES = (
    "not-started",
    "no-update",
    "on-track",
    "at-risk",
    "off-track",
    "achieved",
    "postponed",
    "cancelled",
)
GRADES = ("green", "yellow", "red")
DECISIONS = ("achieved", "keep", "change", "postpone", "drop")  # on an objective, at the close
