"""The rows of an OKRs table, each cell as a value or a problem."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

from okr_sheets.choices import OBJECTIVE
from okr_sheets.files.grid import Value
from okr_sheets.language import choice_keys, fold, language, languages
from okr_sheets.problems import Problem
from okr_sheets.reading.cells import Ask, Read, amount, as_text, parse, parsed_as, real_days
from okr_sheets.reading.days import usual_order
from okr_sheets.reading.leftovers import left_by_examples
from okr_sheets.reading.scales import ENDS, Reads, settled, steps_of
from okr_sheets.reading.tables import Table
from okr_sheets.schema import CHECK_IN_PREFIX, OKRS

ALIGNMENT_SIGN = " · "  # in a drop-down of parents: C-O1 · Make revenue dependable
_NAMES = frozenset({"id", "title"})
_UNTYPED = frozenset(column.key for column in OKRS.columns if column.computed or column.hidden)
_CHOICES = frozenset(column.key for column in OKRS.columns if column.kind == "choice")
_READ_ALONE = tuple(column for column in OKRS.typed if column.key not in ENDS)
Row = dict[str, Any]  # typed columns by key (the weight as a Read), `row`, `prepared`, `check_ins`


def okr_rows(
    table: Table, ask: Ask, path: str, until: date | None
) -> tuple[list[Row], list[Problem]]:
    """The objectives and key results of a table, and the problems of their cells.

    `until` is the last day that the workbook's formulas counted, None if it is not known.
    """
    reader = _Cells(table, ask, path, until)
    rows = [row for number, cells in table.rows() if (row := reader.row(number, cells))]
    return reader.without_examples(rows), reader.problems


class _Cells:
    """The cells of one table, row by row; collects problems as it goes."""

    def __init__(self, table: Table, ask: Ask, path: str, until: date | None) -> None:
        self.table, self.ask, self.path, self.until = table, ask, path, until
        self.problems: list[Problem] = []
        self.asks: dict[tuple[object, ...], Ask] = {}
        days = {f"{CHECK_IN_PREFIX}{day}": at for day, at in table.check_ins.items()}
        self.columns = {**table.columns, **days}
        at, formulas = table.columns.get("current", 0), table.grid.formulas or {}
        # A file that lost all its formulas holds constants that nobody typed.
        self.keeps_formulas = any((row, at) in formulas for row, _ in table.rows())
        ids = (self._filled_cells(cells).get("id") for _, cells in table.rows())
        self.stems = {_folded(id_cell).rpartition(".")[0] for id_cell in ids} - {""}
        self.foot = self._foot()
        self.orders = {
            column.key: self._order(column.key) for column in OKRS.typed if column.kind == "date"
        }

    def _add(self, code: str, row: int, key: str, given: str, **words: str) -> None:
        self.problems.append(self.table.problem(self.path, code, row, key, given, words))

    def _take(self, read: Read, row: int, key: str) -> Any:
        """The value of a cell as it was read; its problem, if any, noted."""
        for code in read.codes:
            self._add(code, row, key, read.given, **read.words)
        return read.value

    def _filled_cells(self, cells: Sequence[Value]) -> Mapping[str, Value]:
        """The filled cells of a row by the keys of their columns."""
        under = {key: cells[at - 1] for key, at in self.columns.items() if at <= len(cells)}
        return {key: value for key, value in under.items() if not _is_blank(value)}

    def _foot(self) -> int:
        """The number of the blank row below which only notes stand; 0 if there is none."""
        foot = 0
        for number, cells in self.table.rows():
            raw = self._filled_cells(cells)
            if not raw.keys() - _UNTYPED:
                foot = foot or number
            elif (
                (_has_numbers(raw) and not _is_total(raw)) or "type" in raw or raw.keys() >= _NAMES
            ):
                foot = 0
        return foot

    def _order(self, key: str) -> str:
        """The order, `dmy` or `mdy`, in which the dates of a column are typed."""
        cells = [self._filled_cells(cells).get(key) for _, cells in self.table.rows()]
        texts = [cell for cell in cells if isinstance(cell, str)]
        return usual_order(texts, self.ask.words, self.ask.around, [*real_days(cells)])

    def row(self, number: int, cells: Sequence[Value]) -> Row | None:
        """The values of one row; None for a blank row, a total or a note."""
        raw = self._filled_cells(cells)
        if _is_total(raw) or (0 < self.foot < number and raw.keys() - _UNTYPED == {"title"}):
            key = "title" if "title" in raw else "id"
            self._add("note-row", number, key, as_text(raw[key]))
            return None
        is_stem = not ("type" in raw or _has_numbers(raw)) and _folded(raw.get("id")) in self.stems
        prepared = not ("title" in raw or _has_numbers(raw))
        if prepared and not (is_stem or _is_objective(raw.get("type"))):
            return None
        values: Row = {"row": number, "prepared": prepared, "check_ins": {}}
        for column in _READ_ALONE:
            key = column.key
            if key in raw:
                read = parse(parsed_as(column), raw[key], self._ask(number, key))
                # A weight is read with those that are averaged with it: see `linking`.
                value = read if key == "weight" else self._take(read, number, key)
                values |= {} if value is None else {key: value}
        if is_stem:
            values["type"] = OBJECTIVE
            word = self.ask.words.choice("type", OBJECTIVE)
            self._add("type-inferred", number, "type", values.get("id", ""), value=word)
        if "aligns_to" in values:
            values["aligns_to"] = _aligned(values["aligns_to"])
        if values.get("type") == OBJECTIVE:
            self._check_no_numbers(number, raw)
        else:
            self._take_numbers(number, values, raw)
        return values

    def _ask(self, row: int, key: str, unit: str = "", whole: float = 1) -> Ask:
        """The Ask for a cell; cells with the same unit, format and so on share one."""
        form = self.table.grid.formats.get((row, self.columns[key]), "")
        choices = key if key in _CHOICES else ""
        order = self.orders.get(key, "")
        about = choices, unit, form, order, whole
        if about not in self.asks:
            self.asks[about] = replace(
                self.ask, choices=choices, unit=unit, format=form, order=order, whole=whole
            )
        return self.asks[about]

    def _take_numbers(self, row: int, values: Row, raw: Mapping[str, Value]) -> None:
        """Read the numbers of a key result into `values`, all on one scale."""
        unit, type_ = values.get("unit", ""), values.get("type")

        def read(keys: Iterable[str], kind: str, whole: float = 1) -> Reads:
            unit_of_cell = "" if kind == "attainment" else unit
            return {
                key: parse(kind, raw[key], self._ask(row, key, unit_of_cell, whole)) for key in keys
            }

        ends = [key for key in ENDS if key in raw]
        reads = read(ends, "attainment" if type_ == "achieve" else "number")
        # A key result with neither number nor type is a yes or no, as the kind rule infers it.
        has_ends = any(each.value is not None for each in reads.values())
        is_achieve = type_ == "achieve" or not (type_ or has_ends)
        more = [key for key in raw if key.startswith(CHECK_IN_PREFIX)]
        more += ["current"] if "current" in raw and self._is_typed(row) else []
        reads |= read(more, "attainment", steps_of(reads)) if is_achieve else read(more, "number")
        if not is_achieve:
            reads = settled(reads, replace(self.ask, unit=unit))
        current = reads.pop("current", Read())
        taken = {key: self._take(each, row, key) for key, each in reads.items()}
        for key, value in taken.items():
            if value is None:
                continue
            if key in ENDS:
                values[key] = value
                continue
            day = date.fromisoformat(key.removeprefix(CHECK_IN_PREFIX))
            values["check_ins"][day] = value
        self._take_current(row, values, current)

    def _check_no_numbers(self, row: int, raw: Mapping[str, Value]) -> None:
        """Add a problem for the first number in an objective's row, where it counts nowhere."""
        keys = [key for key in raw if _is_number_key(key)]
        keys += ["current"] if "current" in raw and self._is_typed(row) else []
        for key in sorted(keys, key=self.columns.__getitem__):
            read = parse("number", raw[key], self._ask(row, key))
            if read != Read():
                value = "–" if read.value is None else amount(read.value, self.ask.words)
                self._add("objective-number", row, key, read.given or value)
                return

    def _is_typed(self, row: int) -> bool:
        """Whether “current” is typed: it has no formula, and there are none or others have one."""
        formulas, at = self.table.grid.formulas or {}, self.columns["current"]
        return not self.table.check_ins or (self.keeps_formulas and (row, at) not in formulas)

    def _take_current(self, row: int, values: Row, current: Read) -> None:
        """Use a typed “current” if there are no check-ins, or if it differs from the last one."""
        if not self.table.check_ins:
            value = self._take(current, row, "current")
            values |= {} if value is None else {"typed_current": value}
            return
        last = self.until or date.max
        numbers = [value for day, value in sorted(values["check_ins"].items()) if day <= last]
        if current.value is None or (numbers and numbers[-1] == current.value):
            return
        values["typed_current"] = current.value
        words = self.ask.words
        instead = amount(numbers[-1], words) if numbers else "–"
        cell_text, label = amount(current.value, words), words("okrs.current")
        self._add("current-typed", row, "current", cell_text, label=label, value=instead)

    def without_examples(self, rows: Sequence[Row]) -> list[Row]:
        """The rows without those that an example set left, each of which is named."""
        left = left_by_examples(rows)
        for row in rows:
            if row["row"] in left:
                self._add("example-left", row["row"], "title", row.get("id") or row["title"])
        return [row for row in rows if row["row"] not in left]


def _is_objective(raw: Value) -> bool:
    return isinstance(raw, str) and choice_keys("type").get(fold(raw)) == OBJECTIVE


def _has_numbers(raw: Mapping[str, Value]) -> bool:
    """Whether a row holds a number that counts, or what should be one."""
    return any(map(_is_number_key, raw))


def _is_number_key(key: str) -> bool:
    return key in ENDS or key.startswith(CHECK_IN_PREFIX)


def _is_total(raw: Mapping[str, Value]) -> bool:
    """Whether a row sums up others: it has no type, and its only name is one as “Q1 total” is.

    “Total sign-ups” is none, since it names what it counts.
    """
    names = [raw[key] for key in _NAMES if key in raw]
    return "type" not in raw and len(names) == 1 and is_total_name(names[0])


def is_total_name(raw: Value) -> bool:
    """Whether a cell is what a row that sums up others is called."""
    return _bare(_folded(raw)) in _totals()


@cache
def _totals() -> frozenset[str]:
    return frozenset(
        _bare(fold(word)) for code in languages() for word in language(code).lines("numbers.totals")
    )


def _bare(name: str) -> str:
    """A folded name without its digits and signs, and without the words for periods."""
    letters = (sign if unicodedata.category(sign)[0] in "LM" else " " for sign in name)
    words = "".join(letters).split()
    return " ".join(word for word in words if word not in _periods())


@cache
def _periods() -> frozenset[str]:
    kinds = ("numbers.periods", "formats.months", "formats.full_months")
    return frozenset(
        word
        for code in languages()
        for kind in kinds
        for line in language(code).lines(kind)
        for word in fold(line).split()
    )


def _folded(raw: Value) -> str:
    return "" if raw is None else fold(as_text(raw))


def _is_blank(value: Value) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def stored(rows: Sequence[Row], table: Table) -> list[Row]:
    """The computed cells of each row as the file holds them, with their formulas.

    Keys: `row`, the computed columns' keys, and `formula.` with each key: the formula's text, ""
    for a constant, None if the file's format has no formulas. Empty for a text file, whose numbers
    are rounded.
    """
    if table.grid.untyped:
        return []
    formulas = table.grid.formulas
    stored_rows = []
    for values in rows:
        row = values["row"]
        cells: Row = {"row": row}
        for column in OKRS.computed:
            at = table.columns.get(column.key)
            if at is None:
                continue
            cells[column.key] = table.grid.cell(row, at)
            cells[f"formula.{column.key}"] = (
                None if formulas is None else formulas.get((row, at), "")
            )
        stored_rows.append(cells)
    return stored_rows


def _aligned(cell_text: str) -> str:
    """The ids of an “aligns to” cell, without the titles that the drop-down adds to them."""
    if ALIGNMENT_SIGN not in cell_text:
        return cell_text
    # A title may have a semicolon too; what follows it is no id.
    parts = (part.strip() for part in cell_text.split(";"))
    ids = [part.split(ALIGNMENT_SIGN)[0].strip() for part in parts if _is_id(part)]
    return "; ".join(ids)


def _is_id(part: str) -> bool:
    return ALIGNMENT_SIGN in part or bool(part and not any(map(str.isspace, part)))
