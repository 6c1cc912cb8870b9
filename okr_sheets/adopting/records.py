"""A table's rows as records: what stands in each cell by its role, with the cell it came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from okr_sheets.adopting.columns import named_roles
from okr_sheets.adopting.mapping import TEXTS, UNREAD, Column, Table
from okr_sheets.adopting.outlines import split
from okr_sheets.adopting.periods import Period
from okr_sheets.adopting.sheets import Sheet
from okr_sheets.files.grid import Value
from okr_sheets.reading.cells import as_text
from okr_sheets.reading.rows import is_total_name

LABELLED = frozenset({"objective", "owner", "objective-owner", "weight", "note", "status", "team"})


@dataclass(frozen=True, slots=True)
class Item:
    """What one cell holds: its value, name and number format, and the column it stands in."""

    value: Value
    cell: str
    format: str = ""
    column: Column = field(default_factory=lambda: Column("left"))

    @property
    def text(self) -> str:
        """The value as text, without spaces around it."""
        return as_text(self.value).strip()


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a table: its items by role, its numbers of periods, and what its looks say."""

    place: tuple[int, str, str]  # the table's number, its file and its sheet
    items: Mapping[str, Item]
    dated: tuple[tuple[str, Period, Item], ...] = ()
    more: tuple[Item, ...] = ()  # further notes, definitions and actions
    status: str = ""  # by a cell's colour
    status_cell: str = ""
    comments: tuple[Item, ...] = ()

    @property
    def cells(self) -> tuple[str, ...]:
        """The names of all its cells."""
        return tuple(item.cell for item in (*self.items.values(), *(i for *_, i in self.dated)))

    def text(self, role: str) -> str:
        """The text of an item; "" for none."""
        item = self.items.get(role)
        return item.text if item else ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of its own, above a table or between its rows; `label` is the role it names."""

    place: tuple[int, str, str]
    label: str
    item: Item
    is_above: bool  # the table's first header


@dataclass(frozen=True, slots=True)
class Total:
    """A row that sums up others."""

    place: tuple[int, str, str]
    item: Item


Row = Record | Line | Total


def rows_of(number: int, table: Table, sheet: Sheet) -> Iterator[Row]:
    """What stands in the rows of a table, from top to bottom; headers are passed over."""
    place = number, table.file, table.sheet
    first = table.headers[0] if table.headers else 0
    headers = {row for each in table.headers for row in (each,)}
    for row in table.rows:
        filled = sheet.filled(row)
        if not filled or row in headers:
            continue
        if row < first:
            yield from _lines(place, sheet, row, filled)
            continue
        used = {c: v for c, v in filled.items() if _role(table, c) not in UNREAD}
        if not used:
            continue
        lone = _lone(table, sheet, row, filled)
        texts = [(c, value) for c, value in filled.items() if isinstance(value, str)]
        if texts and is_total_name(texts[0][1]) and _role(table, texts[0][0]) != "kind":
            yield Total(place, _item(table, sheet, row, texts[0][0]))
        elif lone is not None:
            yield Line(place, lone[0], lone[1], is_above=False)
        else:
            yield _record(place, table, sheet, row, used)


def _role(table: Table, column: int) -> str:
    return table.columns[column].role if column in table.columns else "left"


def _item(table: Table, sheet: Sheet, row: int, column: int) -> Item:
    kind = table.columns.get(column, Column("left"))
    top = sheet.looks.merged.get((row, column), (row, column))
    top = top if top[1] == column else (row, column)
    name = sheet.cell(*top)
    return Item(sheet.value(row, column), name, sheet.formats.get(top, ""), kind)


def _lines(
    place: tuple[int, str, str], sheet: Sheet, row: int, filled: Mapping[int, Value]
) -> Iterator[Line]:
    """The lines above a table: labels with their values, and bare texts."""
    columns = list(filled)
    if len(columns) == 1:
        text = as_text(filled[columns[0]])
        label, rest = _label(text)
        yield Line(place, label, Item(rest, sheet.cell(row, columns[0])), is_above=True)
        return
    for left, right in zip(columns, columns[1:], strict=False):
        role, rest = _label(as_text(filled[left]))
        named = role or _named(as_text(filled[left]))
        if named in LABELLED and not rest and right == left + 1:
            yield Line(place, named, Item(filled[right], sheet.cell(row, right)), is_above=True)
        elif role and rest:
            yield Line(place, role, Item(rest, sheet.cell(row, left)), is_above=True)


def _named(text: str) -> str:
    roles = [each.role for each in named_roles(text.rstrip(": ")) if each.score > 0.8]
    return roles[0] if roles else ""


def _label(text: str) -> tuple[str, str]:
    """The role that a text begins with, before a colon, and the rest of it."""
    kind, _, rest = split(text)
    if kind == "objective":
        return "objective", rest
    label, colon, rest = text.partition(":")
    role = _named(label) if colon else ""
    return (role, rest.strip()) if role in LABELLED else ("", text)


def _lone(
    table: Table, sheet: Sheet, row: int, filled: Mapping[int, Value]
) -> tuple[str, Item] | None:
    """The label and the text of a row that stands for the rows below it; None for other rows."""
    columns = list(filled)
    if len(columns) == 2 and not {*TEXTS} & {_role(table, c) for c in columns[:1]}:
        label = _named(as_text(filled[columns[0]]))
        if label in LABELLED and isinstance(filled[columns[1]], str):
            return label, _item(table, sheet, row, columns[1])
    if len(columns) == 2 and columns[1] == columns[0] + 1 and table.family == "blocks":
        label = _named(as_text(filled[columns[0]]))
        if label in LABELLED:
            return label, _item(table, sheet, row, columns[1])
    if len(columns) != 1 or not isinstance(filled[columns[0]], str):
        return None
    item = _item(table, sheet, row, columns[0])
    role = _role(table, columns[0])
    label, rest = _label(item.text)
    if role == "objective" or (role == "title" and "kind" in table.roles):
        return None
    if role == "title" and table.family == "outline":
        return None
    if role in {"key-result", "title"} and not label:
        # Below a column of objectives, or beside blank ones, it is a key result without numbers.
        is_first = columns[0] == min(table.columns)
        level, *_ = split(item.text)
        if "objective" in table.roles or not is_first or level or role == "title":
            return None
        return ("objective", item) if len(table.columns) > 1 else None
    if label:
        return label, Item(rest, item.cell)
    return "", item


def _record(
    place: tuple[int, str, str], table: Table, sheet: Sheet, row: int, used: Mapping[int, Value]
) -> Record:
    items: dict[str, Item] = {}
    dated, more = [], []
    status, status_cell = "", ""
    comments = []
    for column in used:
        item = _item(table, sheet, row, column)
        kind = item.column
        if kind.period is not None:
            dated.append((kind.role, kind.period, item))
        elif kind.role in items:
            more.append(item)
        else:
            items[kind.role] = item
    for column in range(1, sheet.width + 1):
        colour = sheet.looks.statuses.get((row, column), "")
        if colour and _role(table, column) not in TEXTS:
            status, status_cell = status or colour, status_cell or sheet.cell(row, column)
        if text := sheet.looks.comments.get((row, column)):
            comments.append(Item(text, sheet.cell(row, column)))
    return Record(place, items, tuple(dated), tuple(more), status, status_cell, tuple(comments))
