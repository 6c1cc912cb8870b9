"""A table's rows as records: what stands in each cell by its role, with the cell it came from."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from okr_sheets.adopting.columns import PART, named_roles
from okr_sheets.adopting.finding import is_value
from okr_sheets.adopting.labels import is_label, label_in, labelled, unlabelled
from okr_sheets.adopting.mapping import NUMBERS, TEXTS, UNREAD, Column, Table
from okr_sheets.adopting.periods import Period
from okr_sheets.adopting.sheets import Sheet
from okr_sheets.files.grid import Broken, Cell, Uncalculated, Value
from okr_sheets.reading.cells import as_text
from okr_sheets.reading.totals import is_total_name
from okr_sheets.text import printable

_JOINERS = "\u200c\u200d"  # which some scripts and emoji need
_COMPUTED = frozenset({"progress", "computed"})
LONGEST = 30  # characters of what a row that sums up others is called


@dataclass(frozen=True, slots=True)
class Item:
    """What one cell holds: its value, name and number format, and the column it stands in.

    `is_merged` if the cell spans several rows.
    """

    value: Value
    cell: str
    format: str = ""
    column: Column = field(default_factory=lambda: Column("left"))
    is_merged: bool = False

    @property
    def text(self) -> str:
        """The value as text, its spaces plain, without the letters that nobody sees."""
        if isinstance(self.value, (Broken, Uncalculated)):
            return self.value.text if isinstance(self.value, Broken) else ""
        text = as_text(self.value)
        if not text.isascii():
            text = "".join(
                sign for sign in text if unicodedata.category(sign) != "Cf" or sign in _JOINERS
            )
        lines = [" ".join(printable(line).split()) for line in text.splitlines()]
        return "\n".join(filter(None, lines))


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a table: its items by role, its numbers of periods, and what its looks say."""

    items: Mapping[str, Item]
    dated: tuple[tuple[str, Period, Item], ...] = ()
    more: tuple[Item, ...] = ()  # further notes, definitions and actions
    status: str = ""  # by a cell's colour
    status_cell: str = ""
    comments: tuple[str, ...] = ()

    @property
    def cells(self) -> tuple[str, ...]:
        """The names of all its cells."""
        every = (*self.items.values(), *(item for *_, item in self.dated), *self.more)
        return tuple(sorted((item.cell for item in every), key=_place))

    def text(self, role: str) -> str:
        """The text of an item; "" for none."""
        item = self.items.get(role)
        return item.text if item else ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of its own, above a table or between its rows; `label` is the role it names."""

    label: str
    item: Item
    is_above: bool  # the table's first header


@dataclass(frozen=True, slots=True)
class Left:
    """A cell that is left behind, and the code of the reason, such as a `total` of other rows."""

    code: str
    item: Item


def _place(cell: str) -> tuple[int, str, int]:
    """What cells are ordered by: their column, then their row."""
    letters = cell.rstrip("0123456789")
    return len(letters), letters, int(cell[len(letters) :])


Row = Record | Line | Left


def rows_of(table: Table, sheet: Sheet) -> Iterator[Row]:
    """What stands in the rows of a table, from top to bottom; headers are passed over."""
    first = table.headers[0] if table.headers else 0
    for row in table.rows:
        filled = sheet.filled(row)
        if not filled or row in table.headers:
            continue
        if row < first or _are_labels(table, filled):
            yield from _lines(sheet, row, filled, is_above=row < first)
            continue
        used = {c: v for c, v in filled.items() if _role(table, c) not in UNREAD}
        line = _lone(table, sheet, row, filled)
        if line is not None:
            yield line
        elif used and (total := _total(table, sheet, row, used)):
            yield Left("total", total)
        elif used:
            items = {column: item_at(table, sheet, row, column) for column in used}
            for at, part in enumerate(_parts_of(table, items)):
                yield _record(table, sheet, row, part, is_first=at == 0)


def _role(table: Table, column: int) -> str:
    return table.columns[column].role if column in table.columns else "left"


def item_at(table: Table, sheet: Sheet, row: int, column: int) -> Item:
    """The item in a cell of a table; of cells merged downwards the first one."""
    kind = table.columns.get(column, Column("left"))
    top = _top(sheet, row, column)
    is_merged = sheet.looks.merged.get((top[0] + 1, column)) == top
    name, form = sheet.cell(*top), sheet.formats.get(top, "")
    return Item(sheet.value(row, column), name, form, kind, is_merged)


def _top(sheet: Sheet, row: int, column: int) -> Cell:
    top = sheet.looks.merged.get((row, column), (row, column))
    return top if top[1] == column else (row, column)


def _are_labels(table: Table, filled: Mapping[int, Value]) -> bool:
    """Whether a row between others holds labels with their values: “Objective 2: | Grow”.

    In a table with a column of objectives, “Objective 2:” there is the name of one.
    """
    first, text = next(iter(filled.items()))
    if not isinstance(text, str) or len(filled) < 2:
        return False
    roles = {column: role for role, column, _ in labelled(filled)}
    measured = (c for c, v in filled.items() if _role(table, c) in NUMBERS and is_value(as_text(v)))
    if any(roles.get(column) != "weight" for column in measured):
        return False
    label = label_in(text)[0]
    if table.family == "blocks" and len(filled) == 2 and label not in {"", "objective"}:
        return True
    is_title = _role(table, first) == "objective" and "key-result" in table.roles
    return is_label(text) and not (is_title and label == "objective")


def _lines(
    sheet: Sheet, row: int, filled: Mapping[int, Value], is_above: bool
) -> Iterator[Line | Left]:
    """The labelled values of a row, and what it holds besides; without a label, a text alone."""
    found = list(labelled(filled))
    for column in unlabelled(filled) if found and not is_above else ():
        yield Left("text", Item(filled[column], sheet.cell(row, column)))
    for role, column, text in found:
        yield Line(role, Item(text, sheet.cell(row, column)), is_above)
    if not found and len(filled) == 1:
        column, value = next(iter(filled.items()))
        yield Line("", Item(value, sheet.cell(row, column)), is_above)


def _lone(table: Table, sheet: Sheet, row: int, filled: Mapping[int, Value]) -> Line | None:
    """A row of one text that stands for the rows below it; None for any other row."""
    columns = list(filled)
    if len(columns) != 1 or not isinstance(filled[columns[0]], str):
        return None
    item = item_at(table, sheet, row, columns[0])
    role = _role(table, columns[0])
    label, rest = label_in(item.text)
    if role == "objective" or table.family == "outline" or (role == "title" and not label):
        return None
    if label and rest:
        return Line(label, replace(item, value=rest), is_above=False)
    # Beside a column of objectives, or below one that is blank, it is a key result without numbers.
    if role == "key-result" and ("objective" in table.roles or len(table.columns) == 1):
        return None
    if role == "key-result" and columns[0] != min(table.columns):
        return None
    return Line("objective" if role == "key-result" else "", item, is_above=False)


def _total(table: Table, sheet: Sheet, row: int, used: Mapping[int, Value]) -> Item | None:
    """The name of a row that sums up others, such as “Average” or “Objective score”."""
    for column, value in used.items():
        if not isinstance(value, str) or _role(table, column) == "kind":
            continue
        text = item_at(table, sheet, row, column)
        if is_total_name(value):
            return text
        named = named_roles(value, may_be_misspelt=False) if len(value) <= LONGEST else ()
        roles = {each.role for each in named if each.score > PART}
        has_plan = any(_role(table, c) in {"baseline", "target", "owner"} for c in used)
        return text if roles and roles <= _COMPUTED and not has_plan else None
    return None


def _parts_of(table: Table, used: Mapping[int, Item]) -> Iterator[dict[int, Item]]:
    """The items of each key result in a row: “Key result 1 | Target 1 | Key result 2 | Target 2”.

    What stands before the first of them is said of each; so is what is named only once.
    """
    firsts = [n for n, column in sorted(table.columns.items()) if column.role == "key-result"]
    if len(firsts) < 2:
        yield dict(used)
        return
    roles = [column.role for column in table.columns.values()]
    shared = {
        n: item
        for n, item in used.items()
        if n < firsts[0] or (item.column.role not in NUMBERS and roles.count(item.column.role) == 1)
    }
    for first, stop in zip(firsts, [*firsts[1:], max(table.columns) + 1], strict=True):
        own = {n: item for n, item in used.items() if first <= n < stop and n not in shared}
        if first in own:
            yield {**shared, **own}


def _record(
    table: Table, sheet: Sheet, row: int, used: Mapping[int, Item], is_first: bool
) -> Record:
    """One key result of a row; the looks of the row are said of the first."""
    items: dict[str, Item] = {}
    dated, more, comments = [], [], []
    status, status_cell = "", ""
    for item in used.values():
        kind = item.column
        if kind.period is not None:
            dated.append((kind.role, kind.period, item))
        elif kind.role in items:
            more.append(item)
        else:
            items[kind.role] = item
    for column in range(1, sheet.width + 1) if is_first else ():
        colour = sheet.looks.statuses.get((row, column), "")
        if colour and not status and _role(table, column) not in TEXTS:
            status, status_cell = colour, sheet.cell(row, column)
        if text := sheet.looks.comments.get((row, column)):
            comments.append(text)
    return Record(items, tuple(dated), tuple(more), status, status_cell, tuple(comments))
