"""Which row of the sheet each objective and key result gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from okr_sheets.columns import Columns, joined
from okr_sheets.schema import PARTS, ROW
from okr_sheets.tracker import Tracker, numbered
from okr_sheets.writing.layout import FIRST_ROW

SPARE_ROWS = 20


def place(tracker: Tracker, objectives: int = 0, key_results: int = 0) -> Tracker:
    """The tracker with its rows numbered by those they are written to, spare rows included.

    Rows keep their order. Blank rows come as key results that say nothing; with `objectives` and
    `key_results`, so many rows are prepared first, with ids and types.
    """
    placed = numbered(tracker, FIRST_ROW)
    first = FIRST_ROW + len(tracker.okrs)
    prepared_objectives, prepared = _prepared(first, objectives, key_results)
    free = first + len(prepared_objectives) + len(prepared)
    spare = [{"row": row} for row in range(free, free + SPARE_ROWS)]
    return placed.changed(
        objectives=_joined("objectives", placed.columns["objectives"], prepared_objectives),
        key_results=_joined("key_results", placed.columns["key_results"], [*prepared, *spare]),
    )


def _prepared(
    first: int, objectives: int, key_results: int
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of objectives and of key results under them, from a row on."""
    tops = range(first, first + objectives * (key_results + 1), key_results + 1)
    above: list[dict[str, Any]] = [
        {"row": top, "id": f"O{number}"} for number, top in enumerate(tops, 1)
    ]
    below = [
        {
            "row": objective["row"] + child,
            "id": f"{objective['id']}.KR{child}",
            "objective": objective["row"],
            "type": "increase",
        }
        for objective in above
        for child in range(1, key_results + 1)
    ]
    return above, below


def _joined(name: str, rows: Columns, more: Iterable[Mapping[str, Any]]) -> Columns:
    return joined([rows, Columns.of(list(more), (ROW, *PARTS[name]))])
