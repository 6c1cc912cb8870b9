"""Columns whose cells are not read, or not as their headers are spelled: each is named once."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from okr_sheets.files.grid import Value
from okr_sheets.grouping import said_once
from okr_sheets.language import Language
from okr_sheets.letters import column_letters
from okr_sheets.problems import Problem
from okr_sheets.quarters import period_within
from okr_sheets.reading.cells import as_text
from okr_sheets.reading.meanings import HELPER, OBJECTIVE, OBJECTIVE_ID, QUARTER, header_word
from okr_sheets.reading.tables import Table

MOST_NAMED = 30  # columns without a meaning that are each named
_OF_FLAT = {"title": "key_result", OBJECTIVE: "objective", OBJECTIVE_ID: "objective_id"}


def unread_columns(
    table: Table, path: str, words: Language, quarter: str, named: Collection[int]
) -> Iterator[Problem]:
    """A problem for each filled column that has no meaning here, or has one by a misspelt header.

    `quarter` is the tracker's; `named` are columns that another problem names. Of more than
    `MOST_NAMED` without a meaning the first speaks for all.
    """
    problems = list(_each(table, path, words, quarter, named))
    unknown = [problem for problem in problems if problem.code == "unknown-column"]
    if len(unknown) <= MOST_NAMED:
        return iter(problems)
    return said_once("unknown-column", problems)


def _each(
    table: Table, path: str, words: Language, quarter: str, named: Collection[int]
) -> Iterator[Problem]:
    heading = table.heading
    for column in sorted(_filled(table) - set(named)):
        key, alike = heading.meanings.get(column, ""), heading.alike.get(column, ())
        header = as_text(table.grid.cell(table.header, column) or "")
        label = ", ".join(_label(table, each, words) for each in ([key] if key else alike))
        if alike:
            code = "misspelt-column" if key else "similar-column"
        elif header_word(header).startswith(HELPER):
            continue
        elif not key or (key == QUARTER and not _is_of(table, column, quarter)):
            code, label = "unknown-column", ""
        elif _is_worked_out(table, column, key):
            code = "calculated-column"
        else:
            continue
        place = (path, table.grid.name, table.header, column_letters(column), key)
        yield Problem(code, *place, header, {"label": label} if label else {})


def _filled(table: Table) -> set[int]:
    """The columns that may need a word and hold anything below their headers."""
    heading = table.heading
    own = heading.meanings.keys() - heading.alike.keys()
    if not heading.has_keys:
        own -= {column for column in own if _is_computed(table, column)}
    own -= {c for c in own if heading.meanings[c] == QUARTER}
    rows = [cells for _, cells in table.rows()]
    width = min(max(map(len, rows), default=0), table.bounds.stop - 1)
    return {
        column
        for column in range(table.bounds.start, width + 1)
        if column not in own
        and any(_holds(cells[column - 1]) for cells in rows if column <= len(cells))
    }


def _holds(cell: Value) -> bool:
    return cell is not None and not (isinstance(cell, str) and not cell.strip())


def _is_computed(table: Table, column: int) -> bool:
    key = table.heading.meanings[column]
    return key in table.sheet.keys and table.sheet[key].computed and key != "current"


def _is_worked_out(table: Table, column: int, key: str) -> bool:
    """Whether people typed what is calculated here.

    A column of formulas is compared with what the rules give, and so is one of a table of ours.
    """
    if key not in table.sheet.keys or not _is_computed(table, column):
        return False
    formulas = table.grid.formulas or {}
    is_formula = any((row, column) in formulas for row, _ in table.rows())
    is_ours = table.heading.has_keys or "to_fix" in table.columns
    return not (is_formula or is_ours or (key == "progress" and table.uses_progress))


def _is_of(table: Table, column: int, quarter: str) -> bool:
    """Whether all cells of a column name the tracker's quarter."""
    cells = [table.grid.cell(row, column) for row, _ in table.rows()]
    texts = {as_text(cell) for cell in cells if _holds(cell)}
    return {str(period_within(text)) for text in texts} == {quarter}


def _label(table: Table, key: str, words: Language) -> str:
    if key == QUARTER:
        return words("settings.quarter")
    if table.is_flat and key in _OF_FLAT:
        return words(f"flat.{_OF_FLAT[key]}")
    return words(f"{table.sheet.key}.{key}") if key in table.sheet.keys else words(f"flat.{key}")
