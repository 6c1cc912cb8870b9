"""Objectives with their key results, those left out that are stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from okr_sheets.choices import STOPPED
from okr_sheets.columns import Columns, among

LINES = frozenset({"keep-at-least", "keep-at-most", "total-at-most"})  # kept, and not aimed at


@dataclass(frozen=True, slots=True)
class Family:
    """The position of an objective among the rows, and those of its active key results."""

    objective: int
    key_results: Sequence[int]


def families(rows: Columns) -> list[Family]:
    """The objectives that have a title and are not stopped, in the order of the sheet."""
    own: dict[int, list[int]] = {}
    groups = rows.group.tolist()
    for at in np.flatnonzero(rows.standing == "active").tolist():
        own.setdefault(groups[at], []).append(at)
    live = (rows.anchor > 0) & (rows.title != "") & ~among(rows.state, STOPPED)
    objectives = np.flatnonzero(live).tolist()
    return [Family(at, own.get(groups[at], ())) for at in objectives]


def aspirational(rows: Columns, family: Family) -> list[int]:
    """The key results that reach for something and are not promised; lines to keep are none."""
    above = rows.commitment[family.objective]

    def reaches(at: int) -> bool:
        is_promised = (rows.commitment[at] or above) == "committed"
        return not is_promised and rows.kind[at] not in LINES

    return [at for at in family.key_results if reaches(at)]
