"""The page's part on quality: how many key results are without findings, and what was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from okr_sheets.language import Language
from okr_sheets.reports.excerpts import Excerpt, place_of
from okr_sheets.reports.page.parts import chip, grouped, share
from okr_sheets.reports.phrases import found, most_found
from okr_sheets.rollups.result import Rollup, Row

MOST_RULES = 5
SHARE_TONE = "achieved"


def quality(
    excerpt: Excerpt, units: Sequence[Row], key_results: Iterable[Row], words: Language
) -> Row:
    """Each listed unit with its share and its findings, and the rules that found most.

    `units` and `key_results` are those that the page shows.
    """
    rollup = excerpt.rollup
    numbers = {unit["name"]: unit["number"] for unit in units if unit["is_listed"]}
    rows = _units(rollup, numbers)
    anchors = {row["place"]: row["anchor"] for row in key_results}
    shown = sorted(excerpt.rows("findings"), key=lambda row: row["severity"] == "info")
    said = grouped(
        (row["unit_name"], _finding(row, numbers[row["unit_name"]], anchors, words))
        for row in shown
        if row["unit_name"] in numbers
    )
    counts = {key: sum(row[key] for row in rows) for key in ("clean", "key_results")}
    return {
        "share": _percent(counts, words),
        "units": [
            _unit(row, words)
            | {"number": numbers[row["unit_name"]], "findings": said.get(row["unit_name"], [])}
            for row in rows
        ],
        "found": shown,
        "rules": most_found(rollup, words)[:MOST_RULES],
    }


def _units(rollup: Rollup, names: Iterable[str]) -> list[Row]:
    """The units of these names, in the order in which they stand elsewhere."""
    table = rollup.columns["quality"]
    rows = rollup.rows("quality", np.flatnonzero(table.level == "unit"))
    by_name = {row["unit_name"]: row for row in rows}
    return [by_name[name] for name in names if name in by_name]


def _percent(row: Mapping[str, int], words: Language) -> str:
    """The share of a unit's key results that are without findings; a dash where it has none."""
    return words.percent(row["clean"] / row["key_results"] if row["key_results"] else None)


def _unit(row: Row, words: Language) -> Row:
    counted = words.counted("page.count_of", part=row["clean"], whole=row["key_results"])
    label = f"{words('review.clean')}: {counted}"
    if row["previous"] is not None:
        label += f". {words('report.previous')}: {words.percent(row['previous'])}"
    return {
        "name": row["unit_name"],
        "counted": counted if row["key_results"] else "",
        "score": _percent(row, words),
        "bar": _bar(row, label),
        "label": label,
    }


def _bar(row: Row, label: str) -> Row | None:
    """The share as a bar, with last quarter's as a mark; None without a key result."""
    if row["share"] is None:
        return None
    before = row["previous"]
    return {
        "score": share(row["share"]),
        "expected": None if before is None else share(before),
        "label": label,
        "tone": SHARE_TONE,
        "end_label": "",
        "end": None,
    }


def _finding(row: Row, unit: int, anchors: Mapping[Any, str], words: Language) -> Row:
    """One finding, with the link to its key result where the page shows it."""
    problem = found(row)
    return {
        "unit": unit,
        "owner": row["owner_name"] or words("report.nobody"),
        "chip": chip(row["status"], words),
        "severity": {"tone": row["severity"], "word": words(f"report.{row['severity']}")},
        "sentence": problem.sentence(words.code),
        "better": problem.better(words.code),
        "id": row["id"] or row["objective_id"],
        "title": row["title"] or row["objective"] or row["unit_name"],
        "anchor": anchors.get(place_of(row), ""),
        "cell": "!".join(part for part in (row["sheet"], row["cell"]) if part),
        "code": row["code"],
    }
