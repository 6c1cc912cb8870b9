"""The page's colours, in light and in dark."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from okr_sheets.drawing.colours import (
    ACCENT,
    INK,
    LINE,
    MUTED,
    PAGE,
    PALE,
    STATUS_COLOURS,
    STRONG_COLOURS,
    WHITE,
)

# Tones that share the colours of a status; their icons and words differ.
TONES = {
    "unscored": "no-update",
    "error": "off-track",
    "warning": "at-risk",
    "info": "no-update",
    "up": "on-track",
    "down": "at-risk",
    "new": "achieved",
    "stale": "no-update",
    # Their own grey is too pale to read on a screen.
    "postponed": "no-update",
    "cancelled": "no-update",
}
_LIGHT = {
    "ink": INK,
    "muted": "#5C6680",
    "line": LINE,
    "page": PAGE,
    "card": WHITE,
    "pale": PALE,
    "accent": ACCENT,
    "edge": MUTED,
}
_DARK = {
    "ink": "#EAEEF9",
    "muted": "#A9B3CC",
    "line": "#303A58",
    "page": "#10152A",
    "card": "#19203A",
    "pale": "#262F50",
    "accent": "#8DB2F2",
    "edge": "#7F8AA8",
}
# Fill, text and bar of each status on the dark page.
_DARK_STATUSES = {
    "achieved": ("#22345F", "#B5CDF8", "#6F9DEB"),
    "on-track": ("#113E42", "#86DDD3", "#2FAFA5"),
    "at-risk": ("#44370F", "#F5D27A", "#E3AE2C"),
    "off-track": ("#4D241D", "#F9B4A2", "#E8694E"),
    "no-update": ("#2B334E", "#C0C8DC", "#7F8AA8"),
    "not-started": ("#2B334E", "#C0C8DC", "#5B6685"),
}


def palette() -> dict[str, Any]:
    """What the style sheet needs: custom properties in `light` and `dark`, and the `tones`."""
    light = {status: (*STATUS_COLOURS[status], STRONG_COLOURS[status]) for status in _DARK_STATUSES}
    return {
        "light": _properties(_LIGHT, light),
        "dark": _properties(_DARK, _DARK_STATUSES),
        "tones": {name: TONES.get(name, name) for name in (*STATUS_COLOURS, *TONES)},
    }


def _properties(
    base: Mapping[str, str], statuses: Mapping[str, tuple[str, str, str]]
) -> dict[str, str]:
    parts = ("fill", "text", "bar")
    return dict(base) | {
        f"{status}-{part}": colour
        for status, colours in statuses.items()
        for part, colour in zip(parts, colours, strict=True)
    }
