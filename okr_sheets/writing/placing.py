"""Which row of the sheet each objective and key result gets."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from okr_sheets.schema import OBJECTIVE
from okr_sheets.tracker import Tracker, frame
from okr_sheets.writing.layout import FIRST_ROW

SPARE_ROWS = 20


def place(tracker: Tracker, objectives: int = 0, key_results: int = 0) -> Tracker:
    """The tracker with every frame indexed by the rows it is written to, spare rows included.

    Rows keep their order. Blank rows come as key results that say nothing; with `objectives` and
    `key_results`, so many rows are prepared first, with ids and types.
    """
    old = [*tracker.objectives.index, *tracker.key_results.index]
    rows = {number: row for row, number in enumerate(sorted(old), FIRST_ROW)}
    moved_objectives = tracker.objectives.set_axis(
        [rows[n] for n in tracker.objectives.index], axis="index"
    )
    moved_results = tracker.key_results.set_axis(
        [rows[n] for n in tracker.key_results.index], axis="index"
    )
    moved_results["objective"] = moved_results["objective"].map(rows).fillna(0).astype("int64")
    free = FIRST_ROW + len(rows)
    prepared, free = _prepared(free, objectives, key_results)
    spare = range(free, free + SPARE_ROWS)
    blank = [{**entry, "type": "increase"} for entry in prepared if "objective" in entry]
    check_ins = tracker.check_ins
    check_in_rows = pd.Index([rows[n] for n in check_ins.index], dtype="int64", name="row")
    return replace(
        tracker,
        objectives=_joined("objectives", moved_objectives, _rows(prepared, OBJECTIVE)),
        key_results=_joined(
            "key_results", moved_results, {**_rows(blank, ""), **{row: {} for row in spare}}
        ),
        check_ins=check_ins.set_axis(check_in_rows, axis="index"),
    )


def _prepared(first: int, objectives: int, key_results: int) -> tuple[list[dict[str, object]], int]:
    entries: list[dict[str, object]] = []
    row = first
    for number in range(1, objectives + 1):
        top = row
        entries.append({"row": row, "id": f"O{number}"})
        for child in range(1, key_results + 1):
            row += 1
            entries.append({"row": row, "id": f"O{number}.KR{child}", "objective": top})
        row += 1
    return entries, row


def _rows(entries: list[dict[str, object]], kind: str) -> dict[int, dict[str, object]]:
    chosen = [entry for entry in entries if kind != OBJECTIVE or "objective" not in entry]
    return {int(str(entry["row"])): entry for entry in chosen}


def _joined(name: str, rows: pd.DataFrame, more: dict[int, dict[str, object]]) -> pd.DataFrame:
    new = frame(name, more.values(), more.keys())
    parts = [part for part in (rows, new) if len(part)]
    return pd.concat(parts).rename_axis("row") if parts else new
