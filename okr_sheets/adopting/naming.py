"""Whose OKRs each table holds: by labels, names of sheets and titles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import PurePath

from okr_sheets.adopting.columns import named_roles
from okr_sheets.adopting.finding import is_band, is_header
from okr_sheets.adopting.labels import label_in
from okr_sheets.adopting.mapping import UNITS, Table
from okr_sheets.adopting.periods import day_of, names_quarter, without_period
from okr_sheets.adopting.sheets import Sheet
from okr_sheets.adopting.words import keys_by_word, plain, words_of
from okr_sheets.language import Language, fold
from okr_sheets.quarters import Span
from okr_sheets.reading.cells import as_text

LONGEST = 60  # characters of a title that may name a unit
MOST_WORDS = 4
SURE = 0.8  # from which score on a word is a label
_EDGES = " -–—:,·|()/&_."
_ENDS_OF_WORDS = re.compile(r"[\s_]+")


def names_of(sheets: Sequence[Sheet], tables: Sequence[Table]) -> Iterator[Table]:
    """The tables, each with the names of its unit, its quarter, and what to call its objective."""
    by_place = {(sheet.file, sheet.name): sheet for sheet in sheets}
    of_sheets: dict[tuple[str, str], dict[str, str]] = {}
    for table in tables:
        place = table.file, table.sheet
        sheet = by_place[place]
        names = dict(_labelled(sheet, table))
        quarter = names.pop("quarter", "")
        if not names and not {*UNITS} & table.roles:
            names = _by_title(sheet, table) or of_sheets.get(place) or _by_sheet(sheet, table)
        of_sheets.setdefault(place, names)
        if not quarter and names_quarter(table.sheet) and not sheet.untyped:
            quarter = table.sheet
        yield replace(table, names=names, quarter=quarter, objective=_objective(sheet, table))


def _objective(sheet: Sheet, table: Table) -> str:
    """What to call an objective that nobody named: as the sheet, or its title if that says more."""
    is_blank = plain(table.sheet).rstrip("0123456789 ") in words_of("blank")
    return next(_titles(sheet, table), table.sheet) if is_blank else table.sheet


def unit_in(text: str) -> str:
    """The unit that a title names: “Marketing” of “Marketing OKRs – Q1 2027”; "" for none."""
    if len(text) > LONGEST:
        return ""
    rest = without_period(text)
    words = [word for word in _ENDS_OF_WORDS.split(rest) if word]
    kept = [word for word in words if _bare(word) not in words_of("okr")]
    told = [word for word in kept if _bare(word)]
    if not told or len(told) > MOST_WORDS or any(_is_generic(word) for word in told):
        return ""
    return " ".join(kept).strip(_EDGES)


def _bare(word: str) -> str:
    return plain(word).strip("0123456789 ")


def _is_generic(word: str) -> bool:
    return _bare(word) in words_of("sheets") or _bare(word) in keys_by_word("kinds")


def unit_names(name: str) -> dict[str, str]:
    """A unit's name by its level: as a department where it is called one, else as a team."""
    folded = plain(name)
    marks = words_of("department")
    is_department = any(folded.startswith(mark) or folded.endswith(mark) for mark in marks)
    return {"department" if is_department else "team": name} if name else {}


def text_above(sheet: Sheet, table: Table) -> Iterator[tuple[int, dict[int, str]]]:
    """The rows above a table's first header, each with its texts by column.

    The row above a header of two rows is none of them: `sheet` is turned if the table is.
    """
    for row in _rows_above(table):
        cells = {c: as_text(value).strip() for c, value in sheet.filled(row).items()}
        if cells and not (is_header(sheet, row) or is_band(sheet, row)):
            yield row, cells


def lines_above(sheet: Sheet, table: Table) -> Iterator[list[str]]:
    """The texts of each row above a table's first header."""
    sheet = sheet.turned() if table.family == "transposed" else sheet
    for row in _rows_above(table):
        if cells := list(sheet.filled(row).values()):
            yield [as_text(value).strip() for value in cells]


def _rows_above(table: Table) -> range:
    """The rows above a table's first header, or above its first line where it has none."""
    if not table.headers:
        return range(1, table.rows.start)
    return range(table.rows.start, table.headers[0])


def is_known_label(text: str) -> bool:
    """Whether a text is a label of a unit, a quarter or an objective, or names a period itself."""
    role = label_role(text.partition(":")[0])
    return role in {*UNITS, "quarter", "updated"} or bool(label_in(text)[0]) or names_quarter(text)


def label_role(text: str) -> str:
    """The role that a label names; "" for none."""
    roles = [each.role for each in named_roles(text.rstrip(": ")) if each.score > SURE]
    wanted = {*UNITS, "quarter", "updated"}
    return next((role for role in roles if role in wanted), roles[0] if roles else "")


def _labelled(sheet: Sheet, table: Table) -> Iterator[tuple[str, str]]:
    """The names and the quarter that stand beside a label above the table: “Team: Sales”."""
    wanted = {*UNITS, "quarter"}
    for texts in lines_above(sheet, table):
        for label, value in pairwise(texts):
            role = label_role(label)
            if role in wanted and label_role(value) not in wanted:
                yield role, value
        yield from filter(all, map(_role_and_value, texts))


def _role_and_value(text: str) -> tuple[str, str]:
    """What a label with its value in one cell says of a unit or a quarter: “Team: Sales”."""
    label, _, value = text.partition(":")
    role = label_role(label)
    return (role, value.strip()) if role in {*UNITS, "quarter"} else ("", "")


def day_above(sheet: Sheet, table: Table, words: Language, around: Span) -> date | None:
    """The day that a label above a table says its numbers are of: “As of: 12 Feb 2027”."""
    sheet = sheet.turned() if table.family == "transposed" else sheet
    for row in _rows_above(table):
        for label, value in pairwise(sheet.filled(row).values()):
            if isinstance(label, str) and label_role(label) == "updated":
                return day_of(value, words, around)
    return None


def _by_sheet(sheet: Sheet, table: Table) -> dict[str, str]:
    """The unit that a sheet is named after; of a text file only beside a word such as OKR."""
    name = PurePath(table.file).stem if sheet.untyped else table.sheet
    told = {_bare(word) for word in _ENDS_OF_WORDS.split(name)}
    if sheet.untyped and not (told & words_of("okr") or names_quarter(name)):
        return {}
    unit = unit_in(name)
    owners = [at for at, column in table.columns.items() if column.role == "owner"]
    cells = {fold(as_text(sheet.value(row, at))) for at in owners for row in table.rows}
    if unit and fold(unit) in cells:
        return {"person": unit}
    return unit_names(unit)


def _titles(sheet: Sheet, table: Table) -> Iterator[str]:
    for texts in lines_above(sheet, table):
        if len(texts) == 1 and not all(_role_and_value(texts[0])):
            yield texts[0]


def _by_title(sheet: Sheet, table: Table) -> dict[str, str]:
    """The unit in a title that says OKR, KPI or a quarter beside it."""
    for text in _titles(sheet, table):
        told = {_bare(word) for word in _ENDS_OF_WORDS.split(text)}
        unit = unit_in(text) if names_quarter(text) or told & words_of("okr") else ""
        if unit:
            return unit_names(unit)
    return {}
