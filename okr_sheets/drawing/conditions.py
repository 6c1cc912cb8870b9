"""Conditional formats: what colours a cell by what stands in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from xlsxwriter.format import Format

from okr_sheets.drawing.colours import STATUS_COLOURS
from okr_sheets.drawing.styles import Styles

Condition = dict[str, Any]

# Add it before other conditional formats on its cells: LibreOffice drops it after them.
DATA_BAR = {
    "type": "data_bar",
    "data_bar_2010": True,
    "bar_solid": True,
    "bar_color": "#9DB6E3",
    "min_type": "num",
    "max_type": "num",
    "min_value": 0,
    "max_value": 1,
}


def where(formula: str, look: Format) -> Condition:
    """`look` where a formula is true."""
    return {"type": "formula", "criteria": f"={formula}", "format": look}


def in_status_colours(
    styles: Styles, statuses: Mapping[str, str], **properties: Any
) -> list[Condition]:
    """Each of the words of `statuses` in the colours of its status, and with `properties`."""
    rules = []
    for word, status in statuses.items():
        fill, ink = STATUS_COLOURS[status]
        look = styles.rule(bg_color=fill, font_color=ink, **properties)
        rules.append({"type": "cell", "criteria": "==", "value": f'"{word}"', "format": look})
    return rules
