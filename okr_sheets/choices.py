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
# What files of a kind may end in, in the order in which they are offered.
HISTORIES = (".sqlite", ".db")
REPORTS = (".xlsx", ".pptx", ".html", ".md", ".csv", ".json", *HISTORIES)
REVIEWS = (".xlsx", ".md", ".json")
RESULT_SHEETS = (  # of the workbook that a rollup is written as
    "summary",
    "retrospective",
    "teams",
    "objectives",
    "key_results",
    "owners",
    "alignment",
    "forecast",
    "attention",
    "changes",
    "remarks",
    "carried",
    "history",
    "hindsight",
    "quality",
    "findings",
    "problems",
)
PLANS = (".toml", ".csv", ".tsv")  # of people's own
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
