"""MAP.toml: a Mapping as people read and correct it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Map
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path, PurePath
from typing import Any

from okr_sheets.adopting.finding import headlines
from okr_sheets.adopting.mapping import FAMILIES, ROLES, UNITS, Column, Mapping, Table
from okr_sheets.adopting.periods import period_of_key
from okr_sheets.adopting.sheets import Sheet
from okr_sheets.adopting.words import called, vocabulary
from okr_sheets.language import check_language, languages
from okr_sheets.letters import column_letters, column_number
from okr_sheets.misuse import MisuseError
from okr_sheets.quarters import Quarter
from okr_sheets.reading.cells import as_text
from okr_sheets.suggesting import advice
from okr_sheets.text import one_line, printable, quoted
from okr_sheets.toml import check_entry, read_toml

WIDTH = 96  # of a comment's lines
_LETTERS = re.compile(r"[A-Z]{1,3}")


class MapError(MisuseError):
    """A map that cannot be used; the message is a sentence for who wrote it."""


@dataclass(frozen=True, slots=True)
class _Key:
    """What a key of a map takes."""

    wants: str
    types: tuple[type, ...]

    @property
    def words(self) -> Map[str, str]:
        """None: it takes any text."""
        return {}

    def takes(self, value: Any) -> bool:
        """Whether it takes a value."""
        return isinstance(value, self.types) and not isinstance(value, bool | datetime)


_TEXT = _Key("a text, such as “Sheet1”", (str,))
_TOP: Map[str, _Key] = {
    "quarter": _Key("a text such as “2027-Q1”", (str,)),
    "language": _TEXT,
    "sheet_language": _TEXT,
    "as_of": _Key("a date such as 2027-02-12", (date,)),
    "tables": _Key("a list of tables, such as [[tables]]", (list,)),
}
_TABLE: Map[str, _Key] = {
    "file": _TEXT,
    "sheet": _TEXT,
    "family": _TEXT,
    "headers": _Key("a list of rows, such as [3]", (list,)),
    "rows": _Key("a list of the first and the last row, such as [4, 20]", (list,)),
    "columns": _Key("a table, such as [tables.columns]", (dict,)),
    "objective": _TEXT,
    "quarter": _TEXT,
    **dict.fromkeys(UNITS, _TEXT),
}


_EXAMPLES = {  # of what no table lacks
    "file": 'file = "okrs.xlsx"',
    "sheet": 'sheet = "Sheet1"',
    "family": 'family = "rows"',
    "columns": '[tables.columns] and below it C = "target"',
}


def map_text(mapping: Mapping) -> str:
    """A mapping as TOML, with the other roles that a column may have in comments."""
    words = vocabulary(mapping.language)
    lines = [*_comment(words("map.head")), ""]
    lines.append(f"quarter = {_quoted(str(mapping.quarter))} # {words('map.quarter')}")
    lines.append(f"language = {_quoted(mapping.language)} # {words('map.language')}")
    said = words("map.sheet_language")
    lines.append(f"sheet_language = {_quoted(mapping.sheet_language)} # {said}")
    as_of = mapping.as_of.isoformat() if mapping.as_of else ""
    lines.append(
        f"{'as_of = ' + as_of if as_of else '# as_of = 2027-02-12'} # {words('map.as_of')}"
    )
    lines += ["", *_comment(words("map.columns", choices=", ".join(ROLES)))]
    for table in mapping.tables:
        lines += ["", *_table_lines(table, mapping.language)]
    return "\n".join(lines) + "\n"


def _comment(text: str) -> Iterator[str]:
    line = "#"
    for word in text.split():
        if len(line) + len(word) >= WIDTH:
            yield line
            line = "#"
        line += f" {word}"
    yield line


def _table_lines(table: Table, code: str) -> Iterator[str]:
    words = vocabulary(code)
    yield "[[tables]]"
    yield f"file = {_quoted(table.file)}"
    yield f"sheet = {_quoted(table.sheet)}"
    choices = ", ".join(FAMILIES)
    yield f"family = {_quoted(table.family)} # {words('map.family', choices=choices)}"
    yield f"headers = [{', '.join(map(str, table.headers))}] # {words('map.headers')}"
    yield f"rows = [{table.rows.start}, {table.rows.stop - 1}]"
    yield from _comment(words("map.names"))
    for unit in UNITS:
        if unit in table.names:
            yield f"{unit} = {_quoted(table.names[unit])}"
    if table.quarter:
        yield f"quarter = {_quoted(table.quarter)}"
    yield f"objective = {_quoted(table.objective)}"
    yield "[tables.columns]"
    for number, column in sorted(table.columns.items()):
        value = f"{column.role} {column.period.key}" if column.period else column.role
        others = words("map.or", roles=", ".join(column.others)) if column.others else ""
        header = one_line(column.header)[:60]
        said = "; ".join(filter(None, (header, others)))
        yield f"{column_letters(number)} = {_quoted(value)}{f' # {said}' if said else ''}"


def _quoted(text: str) -> str:
    """A text as TOML writes it, without what no file of text can hold."""
    return json.dumps(printable(text), ensure_ascii=False)


def read_map(path: Path, fiscal_start: int = 1) -> Mapping:
    """The mapping in a file; MapError with a sentence on what cannot be used."""
    document = read_toml(path, MapError)
    check_entry(document, _TOP, f"{path.name}:", MapError)
    if "quarter" not in document:
        raise MapError(f'{path.name}: quarter is missing. Write quarter = "2027-Q1".')
    code = document.get("language", languages()[0])
    spoken = document.get("sheet_language", code)
    for each in (code, spoken):
        check_language(each)
    try:
        quarter = Quarter.parse(document["quarter"], fiscal_start)
    except MisuseError as error:
        raise MapError(f"{path.name}: quarter: {error}") from None
    tables = [_table(entry, path.name, fiscal_start) for entry in document.get("tables", [])]
    return Mapping(tuple(tables), quarter, code, spoken, document.get("as_of"))


def fitted(mapping: Mapping, sheets: Sequence[Sheet], name: str) -> Mapping:
    """The mapping, its tables on the sheets and rows that are there, with their headers' words.

    MapError for a table that is on none of them; `name` is the map's.
    """
    tables = []
    for table in mapping.tables:
        file = PurePath(table.file).name
        found = [s for s in sheets if PurePath(s.file).name == file and s.name == table.sheet]
        if not found:
            raise MapError(_no_sheet(table, sheets, name))
        is_turned = table.family == "transposed"
        sheet = found[0].turned() if is_turned else found[0]
        last = len(sheet.rows)
        rows = range(min(table.rows.start, last + 1), min(table.rows.stop, last + 1))
        headers = tuple(row for row in table.headers if row <= last)
        texts: dict[int, str] = {}
        if headers:
            ends = {each.rows.stop - 1: each.texts for each in headlines(sheet)}
            shown = {c: as_text(value) for c, value in sheet.filled(headers[0]).items()}
            texts = ends.get(headers[0], shown)
        columns = {c: replace(each, header=texts.get(c, "")) for c, each in table.columns.items()}
        placed = replace(table, file=found[0].file, headers=headers, rows=rows, columns=columns)
        tables.append(placed)
    return replace(mapping, tables=tuple(tables))


def _no_sheet(table: Table, sheets: Sequence[Sheet], name: str) -> str:
    """That there is no such sheet, and which one may be meant."""
    file = PurePath(table.file).name
    there = [sheet.name for sheet in sheets if PurePath(sheet.file).name == file]
    files = [PurePath(sheet.file).name for sheet in sheets]
    if not there:
        return f"{name}: no file {quoted(file)} was read. {advice(file, files)}"
    missing = f"{name}: there is no sheet “{quoted(table.sheet)}” in {quoted(file)}."
    return f"{missing} {advice(table.sheet, there)}"


def _table(entry: Any, name: str, fiscal_start: int) -> Table:
    place = f"{name}: [[tables]]"
    if not isinstance(entry, dict):
        raise MapError(f"{place} must be a table. Write [[tables]] above its lines.")
    check_entry(entry, _TABLE, place, MapError)
    for key in ("file", "sheet", "family", "columns"):
        if key not in entry:
            raise MapError(f"{place} {key} is missing. Write {_EXAMPLES[key]}.")
    family = entry["family"]
    if family not in FAMILIES:
        known = advice(family, FAMILIES, called("families", FAMILIES))
        raise MapError(f"{place} “{quoted(family)}” is no family. {known}")
    headers, rows = entry.get("headers", []), entry.get("rows", [1, 1_048_576])
    are_rows = all(type(row) is int and row > 0 for row in (*headers, *rows))  # True is no row
    if not are_rows or len(rows) != 2:
        raise MapError(
            f"{place} headers and rows must be numbers of rows. Write headers = [3] and "
            "rows = [4, 20], for one."
        )
    columns = {
        _number(letters, place): _column(value, f"{place} {letters}", fiscal_start)
        for letters, value in entry["columns"].items()
    }
    names = {unit: entry[unit] for unit in UNITS if entry.get(unit)}
    return Table(
        entry["file"],
        entry["sheet"],
        entry["family"],
        tuple(sorted(headers)),
        range(rows[0], rows[1] + 1),
        columns,
        names,
        entry.get("quarter", ""),
        entry.get("objective", "") or entry["sheet"],
    )


def _number(letters: str, place: str) -> int:
    if not _LETTERS.fullmatch(letters):
        raise MapError(f"{place} “{quoted(letters)}” is no column. Write its letter, such as C.")
    return column_number(letters)


def _column(value: Any, place: str, fiscal_start: int) -> Column:
    if not isinstance(value, str):
        raise MapError(f'{place} must be a text. Write "target", for one.')
    role, _, key = value.partition(" ")
    if role not in ROLES:
        known = advice(value, ROLES, called("roles", ROLES))
        raise MapError(f"{place} “{quoted(value)}” is no role. {known}")
    try:
        return Column(role, period_of_key(key.strip(), fiscal_start) if key.strip() else None)
    except MisuseError as error:
        raise MapError(f"{place} {error}") from None
