"""What slides say of the rows of a rollup: whose they are, what was remarked, how many show."""

from __future__ import annotations

from collections.abc import Sequence

from okr_sheets.drawing.deck_tables import Cell
from okr_sheets.language import Language
from okr_sheets.reports.phrases import day_text, status_word
from okr_sheets.rollups.result import Row


def named(row: Row) -> str:
    """The ID and the text of an objective or key result."""
    return " ".join(filter(None, (row["id"], row["title"]))) or "–"


def status_cell(status: str, words: Language) -> Cell:
    """A status as its word on its colour."""
    return Cell(status_word(status, words), bold=True, status=status)


def logged(row: Row, words: Language) -> str:
    """The latest remark of the log on a row, with who wrote it, and the day; "" for none."""
    if not row["remark_on"]:
        return ""
    who = ", ".join(filter(None, (row["remark_by"], day_text(row["remark_on"], words))))
    return f"{row['remark']} ({who})"


def of_all(title: str, shown: int, count: int, words: Language) -> str:
    """A title, and how many rows of how many are shown where not all are."""
    if shown >= count:
        return title
    return f"{title}: {words.counted('page.count_of', part=shown, whole=count)}"


def worst_first(rows: Sequence[Row]) -> list[Row]:
    """Rows by how far behind they are: without a score first, stopped ones last."""
    stopped = ("postponed", "cancelled")

    def key(row: Row) -> tuple[bool, float]:
        return row["status"] in stopped, -2.0 if row["gap"] is None else -row["gap"]

    return sorted(rows, key=key)
