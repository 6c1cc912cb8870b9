"""Headline figures side by side, each with its label above and a word on it below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from okr_sheets.drawing.canvas import COLUMNS, TILE, TILE_FIGURE, TILE_LABEL, Canvas
from okr_sheets.drawing.cells import Value
from okr_sheets.drawing.colours import FIGURE_INKS, INK, MUTED, QUIET
from okr_sheets.drawing.styles import COUNT


@dataclass(frozen=True, slots=True)
class Tile:
    """One headline figure, with a word on it below."""

    label: str
    value: Value
    colour: str = QUIET
    num_format: str = COUNT
    note: str = ""


def draw_tiles(page: Canvas, tiles: Sequence[Tile]) -> None:
    """Fill the width of a page with the figures."""
    narrow, wide = divmod(COLUMNS, len(tiles))
    spans = [narrow + (number < wide) for number in range(len(tiles))]
    for part, height in (("label", 22), ("value", 34), ("note", 18)):
        left = 0
        for tile, span in zip(tiles, spans, strict=True):
            edge = {"bottom": 5, "bottom_color": tile.colour}
            foot = {"font_size": 9, "font_color": MUTED, "valign": "top", **edge}
            ink = FIGURE_INKS.get(tile.colour, INK)
            look: dict[str, Any] = {
                "label": TILE_LABEL,
                "value": TILE_FIGURE | {"font_color": ink, "num_format": tile.num_format},
                "note": TILE | foot,
            }[part]
            value = getattr(tile, part)
            shrunk = page.styles(**look, shrink=True)
            page.cell(left, span, "–" if value is None else value, shrunk)
            left += span
        page.next(height)
    page.next(9)
