"""The open actions of key results that are behind, beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from okr_sheets.columns import among
from okr_sheets.language import Language
from okr_sheets.reports.excerpts import place_of, whose_id
from okr_sheets.reports.page.parts import grouped
from okr_sheets.reports.phrases import day_text
from okr_sheets.rollups.owed import OPEN
from okr_sheets.rollups.result import Rollup, Row

BEHIND = ("off-track", "at-risk", "no-update")
Key = tuple[str, ...]  # file, unit and folded ID


class Actions:
    """Looks up what is still to be done for a key result; the earliest day first."""

    def __init__(self, rollup: Rollup, words: Language) -> None:
        actions = rollup.columns["actions"]
        self._words = words
        self._late = {place_of(row) for row in rollup.rows("overdue")}
        self._files = set(actions.file)
        rows = rollup.rows("actions", np.flatnonzero(among(actions.status, OPEN)))
        self._open: Mapping[Any, list[Row]] = grouped((whose_id(row), row) for row in rows)

    def beside(self, row: Row) -> Row:
        """`todo`, its open actions, and `idle`, a word where it is off track without any.

        Both are blank of a key result that is not behind, or whose tracker has no actions.
        """
        if row["status"] not in BEHIND:
            return {"todo": [], "idle": ""}
        todo = self._lines(self._open.get(whose_id(row), ()))
        is_idle = row["status"] == "off-track" and not todo and row["file"] in self._files
        return {"todo": todo, "idle": self._words("page.no_action") if is_idle else ""}

    def _lines(self, rows: Iterable[Row]) -> list[Row]:
        ordered = sorted(rows, key=lambda row: (row["due"] is None, row["due"] or 0))
        return [
            {
                "action": row["action"],
                "who": ", ".join(filter(None, (row["owner"], day_text(row["due"], self._words)))),
                "late": self._words("page.past_day") if place_of(row) in self._late else "",
                "blocked": self._words.choice("action_status", "blocked")
                if row["status"] == "blocked"
                else "",
            }
            for row in ordered
        ]
