"""What the page's tables are sorted by, where a cell's text would not do: text of a number."""

from __future__ import annotations

from datetime import date

# A status by how soon somebody should look; "" cannot be scored.
_GRAVEST_FIRST = (
    "off-track",
    "at-risk",
    "no-update",
    "",
    "not-started",
    "on-track",
    "achieved",
    "postponed",
    "cancelled",
)


def by_value(value: float | date | None) -> str:
    """A number or a day so that it sorts as one; blank for none, which comes last."""
    if value is None:
        return ""
    return str(value.toordinal()) if isinstance(value, date) else f"{value:.6g}"


def by_severity(status: str | None) -> str:
    """A status, the gravest first."""
    return str(_GRAVEST_FIRST.index(status or ""))
