"""Whose OKRs each table holds: by names of sheets, titles and labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from okr_sheets.adopting.columns import named_roles
from okr_sheets.adopting.mapping import TEXTS, UNITS, Table
from okr_sheets.adopting.periods import names_quarter, period_in, year_in
from okr_sheets.adopting.sheets import Sheet
from okr_sheets.adopting.words import keys_by_word, plain, words_of
from okr_sheets.language import fold
from okr_sheets.reading.cells import as_text

_ANY_YEAR = 2000
LONGEST = 40  # characters of a unit's name in a title
MOST_WORDS = 4


def names_of(sheets: Sequence[Sheet], tables: Sequence[Table]) -> Iterator[Table]:
    """The tables, each with the names of its unit, and with what to call its objective."""
    by_place = {(sheet.file, sheet.name): sheet for sheet in sheets}
    for table in tables:
        sheet = by_place[table.file, table.sheet]
        names = dict(_labelled(sheet, table))
        quarter = names.pop("quarter", "")
        if not names and not {*UNITS} & table.roles:
            names = _by_sheet(sheet, table) or _by_title(sheet, table)
        objective = table.sheet if is_telling(table.sheet) else next(_titles(sheet, table), "")
        yield replace(
            table, names=names, quarter=quarter, objective=objective or table.sheet
        )


def is_telling(name: str) -> bool:
    """Whether a name says more than “Sheet1”, “OKRs” or “Q1 2027”."""
    return bool(unit_in(name))


def unit_in(text: str) -> str:
    """The unit that a title names: “Marketing” of “Marketing OKRs – Q1 2027”; "" for none."""
    year = year_in(text) or _ANY_YEAR
    rest = text
    if names_quarter(text) or year_in(text):
        rest = period_in(text, year)[1]
        rest = period_in(rest, _ANY_YEAR)[1] if year_in(rest) else rest
    generic = words_of("sheets")
    kept = [word for word in rest.replace("_", " ").split() if plain(word).strip("0123456789 ")]
    shown = {plain(word): word for word in text.replace("_", " ").split()}
    left = [shown.get(plain(word), word) for word in kept if not _is_generic(word, generic)]
    if plain(rest).rstrip("0123456789 ") in generic:
        return ""
    return " ".join(left).strip(" -–—:,·|()/&") if len(left) <= MOST_WORDS else ""


def _is_generic(word: str, generic: frozenset[str]) -> bool:
    bare = plain(word).strip("0123456789 ")
    return not bare or bare in generic or bare in keys_by_word("kinds")


def _rows_above(table: Table) -> range:
    first = table.headers[0] if table.headers else table.rows.start
    return range(table.rows.start, first)


def _labelled(sheet: Sheet, table: Table) -> Iterator[tuple[str, str]]:
    """The names and the quarter that stand beside a label above the table: “Team: Sales”."""
    sheet = sheet.turned() if table.family == "transposed" else sheet
    wanted = {*UNITS, "quarter"}
    for row in _rows_above(table):
        cells = list(sheet.filled(row).values())
        texts = [as_text(value) for value in cells]
        for label, value in zip(texts, texts[1:], strict=False):
            roles = [each.role for each in named_roles(label.rstrip(": ")) if each.score > 0.8]
            if roles and roles[0] in wanted and not named_roles(value):
                yield roles[0], value
        for text in texts:
            label, colon, value = text.partition(":")
            roles = [each.role for each in named_roles(label) if each.score > 0.8]
            if colon and value.strip() and roles and roles[0] in wanted:
                yield roles[0], value.strip()


def _by_sheet(sheet: Sheet, table: Table) -> dict[str, str]:
    name = unit_in(table.sheet)
    if not name or sheet.untyped:
        return {}
    owners = [at for at, column in table.columns.items() if column.role == "owner"]
    cells = {fold(as_text(sheet.value(row, at))) for at in owners for row in table.rows}
    return {"person" if fold(name) in cells else "team": name}


def _titles(sheet: Sheet, table: Table) -> Iterator[str]:
    sheet = sheet.turned() if table.family == "transposed" else sheet
    for row in _rows_above(table):
        cells = sheet.filled(row)
        if len(cells) == 1 and isinstance(text := next(iter(cells.values())), str):
            yield text


def _by_title(sheet: Sheet, table: Table) -> dict[str, str]:
    """The unit in a title that says OKR, KPI or a period beside it."""
    for text in _titles(sheet, table):
        words = {plain(word) for word in text.split()}
        tells = names_quarter(text) or words & words_of("sheets")
        name = unit_in(text) if tells and len(text) <= LONGEST else ""
        if name and not ({*TEXTS} & {each.role for each in named_roles(name)}):
            return {"team": name}
    return {}
