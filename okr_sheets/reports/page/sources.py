"""Where each figure comes from: file, sheet and cell, and whether it was typed or computed."""

from __future__ import annotations

from collections.abc import Collection

from okr_sheets.language import Language
from okr_sheets.reports.excerpts import Place, place_of, places_among
from okr_sheets.reports.page.parts import grouped
from okr_sheets.reports.phrases import day_text
from okr_sheets.rollups.result import Rollup, Row

PERCENTS = ("progress", "score", "expected", "gap")
DATES = ("start", "due")
CHOICES = ("status", "grade")
_GOAL = ("baseline", "target")


class Sources:
    """Looks up the sources of a row's figures, of those rows that stand in `places`."""

    def __init__(self, rollup: Rollup, places: Collection[Place], words: Language) -> None:
        self._words = words
        which = places_among(rollup.columns["sources"], places)
        self._of = grouped((place_of(row), row) for row in rollup.rows("sources", which))

    def key_result(self, row: Row) -> list[Row]:
        """Each figure of a key result: its name, what it is, its cell and its kind of source."""
        return [
            {
                "name": self._words(f"okrs.{source['figure']}"),
                "value": self._value(source["figure"], row),
                "cell": source["cell"],
                "kind": self._words(f"report.source_{source['source']}"),
            }
            for source in self._figures(row)
            if source["figure"] != "remark"
        ]

    def places(self, row: Row) -> dict[str, str]:
        """Figure to “company.xlsx:OKRs!AI7, typed”; blank for what has no source."""
        keys = ("baseline", "target", "current", "score", "status", "confidence", "remark")
        texts = {
            source["figure"]: self._place_and_kind(row, source["cell"], source["source"])
            for source in self._figures(row)
        }
        return {key: texts.get(key, "") for key in keys} | {"goal": self._goal(row)}

    def _goal(self, row: Row) -> str:
        """“company.xlsx:OKRs!E7, F7, typed”, of baseline and target; each alone if they differ."""
        ends = [source for source in self._figures(row) if source["figure"] in _GOAL]
        if len({source["source"] for source in ends}) == 1:
            cells = ", ".join(source["cell"] for source in ends if source["cell"])
            return self._place_and_kind(row, cells, ends[0]["source"])
        places = (self._place_and_kind(row, each["cell"], each["source"]) for each in ends)
        return "; ".join(places)

    def objective(self, row: Row) -> str:
        """“company.xlsx:OKRs!R6, computed”, of an objective's score."""
        cells = [source["cell"] for source in self._figures(row) if source["figure"] == "score"]
        return self._place_and_kind(row, cells[0] if cells else "", "computed")

    def _figures(self, row: Row) -> list[Row]:
        return self._of.get(place_of(row), [])

    def _place_and_kind(self, row: Row, cell: str, source: str) -> str:
        # A cell of another sheet names it.
        inside = cell if "!" in cell else "!".join(part for part in (row["sheet"], cell) if part)
        place = f"{row['file']}:{inside}" if inside else row["file"]
        return f"{place}, {self._words(f'report.source_{source}')}"

    def _value(self, figure: str, row: Row) -> str:
        value = row[figure]
        if figure in PERCENTS:
            return self._words.percent(value)
        if figure in DATES:
            return day_text(value, self._words)
        if figure in CHOICES:
            return self._words.choice(figure, value)
        return self._words.number(value)
