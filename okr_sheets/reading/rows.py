"""The rows of an OKRs table, each cell as a value or a problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from okr_sheets.choices import OBJECTIVE
from okr_sheets.files.grid import Value
from okr_sheets.language import choice_keys, fold
from okr_sheets.problems import Problem
from okr_sheets.reading.cells import Ask, Read, amount, as_text, parse, parsed_as, real_days
from okr_sheets.reading.days import usual_order
from okr_sheets.reading.leftovers import left_by_examples
from okr_sheets.reading.scales import ENDS, Reads, settled, steps_of
from okr_sheets.reading.tables import Table
from okr_sheets.reading.totals import NAMES, is_total
from okr_sheets.schema import CHECK_IN_PREFIX, OKRS

ALIGNMENT_SIGN = " · "  # in a drop-down of parents: C-O1 · Make revenue dependable
_PLANNED = frozenset(column.key for column in OKRS.columns if column.hidden)
_READ_ALONE = tuple((c.key, parsed_as(c)) for c in OKRS.typed if c.key not in ENDS)
_READ = frozenset((*(column.key for column in OKRS.typed), "current"))
Row = dict[str, Any]  # typed columns by key (the weight as a Read), `row`, `prepared`, `check_ins`


def okr_rows(
    table: Table, ask: Ask, path: str, until: date | None
) -> tuple[list[Row], list[Problem]]:
    """The objectives and key results of a table, and the problems of their cells.

    `until` is the last day that the workbook's formulas counted, None if it is not known.
    """
    reader = _OkrCells(table, ask, path, until)
    rows = [row for number, raw in reader.rows if (row := reader.row(number, raw))]
    return reader.without_examples(rows), reader.problems


def plain_rows(table: Table, ask: Ask, path: str) -> tuple[list[Row], list[Problem]]:
    """The filled rows of the actions, the log or the close, and the problems of their cells."""
    reader = _Cells(table, ask, path)
    columns = [(column.key, parsed_as(column)) for column in table.sheet.typed]
    rows = []
    for number, raw in table.filled(frozenset(key for key, _ in columns)):
        if raw:
            rows.append({"row": number, **reader.values(number, raw, columns)})
    return rows, reader.problems


class _Cells:
    """The cells of one table; collects problems as it goes."""

    def __init__(self, table: Table, ask: Ask, path: str) -> None:
        self.table, self.ask, self.path = table, ask, path
        self.problems: list[Problem] = []
        self.columns = table.columns
        self.orders: Mapping[str, str] = {}
        prefix = "" if table.sheet is OKRS else f"{table.sheet.prefix}_"
        choices = (column.key for column in table.sheet.columns if column.kind == "choice")
        self._choices = {key: f"{prefix}{key}" for key in choices}
        self._asks: dict[tuple[object, ...], Ask] = {}

    def add(self, code: str, row: int, key: str, given: str, **words: str) -> None:
        """Note a problem of a cell."""
        self.problems.append(self.table.problem(self.path, code, row, key, given, words))

    def take(self, read: Read, row: int, key: str) -> Any:
        """The value of a cell as it was read; its problem, if any, noted."""
        if read.code or read.is_buddhist:
            for code in read.codes:
                self.add(code, row, key, read.given, **read.words)
        return read.value

    def values(
        self, row: int, raw: Mapping[str, Value], columns: Iterable[tuple[str, str]]
    ) -> dict[str, Any]:
        """The values of the filled cells of a row in columns, each given by its key and parser."""
        values = {}
        for key, kind in columns:
            if key not in raw:
                continue
            ask = self.ask if kind == "text" else self.ask_for(row, key)
            read = parse(kind, raw[key], ask)
            # A weight is read with those that are averaged with it: see `linking`.
            value = read if key == "weight" else self.take(read, row, key)
            if value is not None:
                values[key] = value
        return values

    def ask_for(self, row: int, key: str, unit: str = "", whole: float = 1) -> Ask:
        """The Ask for a cell; cells with the same unit, format and so on share one."""
        form = self.table.grid.formats.get((row, self.columns.get(key, 0)), "")
        return self.asking(unit, form, whole, self._choices.get(key, ""), self.orders.get(key, ""))

    def asking(
        self, unit: str, form: str = "", whole: float = 1, choices: str = "", order: str = ""
    ) -> Ask:
        """The Ask with these, the same one each time."""
        about = unit, form, whole, choices, order
        ask = self._asks.get(about)
        if ask is None:
            ask = self._asks[about] = replace(
                self.ask, choices=choices, unit=unit, format=form, order=order, whole=whole
            )
        return ask


class _OkrCells(_Cells):
    """The cells of a table of OKRs, row by row."""

    def __init__(self, table: Table, ask: Ask, path: str, until: date | None) -> None:
        super().__init__(table, ask, path)
        self.until = until
        self.days = {f"{CHECK_IN_PREFIX}{day}": day for day in table.check_ins}
        self.columns = {
            **table.columns,
            **dict(zip(self.days, table.check_ins.values(), strict=True)),
        }
        self.number_keys = {*ENDS, *self.days}
        # The filled cells of each row by the keys of their columns.
        self.rows = [(number, _without_blanks(raw)) for number, raw in table.filled(_READ)]
        at, formulas = table.columns.get("current", 0), table.grid.formulas or {}
        # A file that lost all its formulas holds constants that nobody typed.
        self.keeps_formulas = any((row, at) in formulas for row, _ in self.rows)
        ids = (_folded(raw["id"]) for _, raw in self.rows if "id" in raw)
        self.stems = {name.rpartition(".")[0] for name in ids} - {""}
        self.foot = self._foot()
        dates = [column.key for column in OKRS.typed if column.kind == "date"]
        self.orders = {key: self._order(key) for key in dates}

    def _has_numbers(self, raw: Mapping[str, Value]) -> bool:
        """Whether a row holds a number that counts, or what should be one."""
        return not self.number_keys.isdisjoint(raw)

    def _foot(self) -> int:
        """The number of the blank row below which only notes stand; 0 if there is none."""
        foot = 0
        for number, raw in self.rows:
            if not _typed(raw):
                foot = foot or number
            elif (
                (self._has_numbers(raw) and not is_total(raw))
                or "type" in raw
                or raw.keys() >= NAMES
            ):
                foot = 0
        return foot

    def _order(self, key: str) -> str:
        """The order, `dmy` or `mdy`, in which the dates of a column are typed."""
        cells = [raw[key] for _, raw in self.rows if key in raw]
        texts = [cell for cell in cells if isinstance(cell, str)]
        return usual_order(texts, self.ask.words, self.ask.around, [*real_days(cells)])

    def row(self, number: int, raw: Mapping[str, Value]) -> Row | None:
        """The values of one row; None for a blank row, a total or a note."""
        typed = _typed(raw)
        if not typed:
            return None
        if is_total(raw) or (0 < self.foot < number and typed == {"title"}):
            key = "title" if "title" in raw else "id"
            self.add("note-row", number, key, as_text(raw[key]))
            return None
        has_numbers = self._has_numbers(raw)
        is_stem = not ("type" in raw or has_numbers) and _folded(raw.get("id")) in self.stems
        prepared = not ("title" in raw or has_numbers)
        if prepared and not (is_stem or _is_objective(raw.get("type"))):
            return None
        values: Row = {"row": number, "prepared": prepared, "check_ins": {}}
        values |= self.values(number, raw, _READ_ALONE)
        if is_stem:
            values["type"] = OBJECTIVE
            word = self.ask.words.choice("type", OBJECTIVE)
            self.add("type-inferred", number, "type", values.get("id", ""), value=word)
        if "aligns_to" in values:
            values["aligns_to"] = _aligned(values["aligns_to"])
        if values.get("type") == OBJECTIVE:
            self._check_no_numbers(number, raw)
        else:
            self._take_numbers(number, values, raw)
        return values

    def _take_numbers(self, row: int, values: Row, raw: Mapping[str, Value]) -> None:
        """Read the numbers of a key result into `values`, all on one scale."""
        unit, type_ = values.get("unit", ""), values.get("type")

        def read(keys: Iterable[str], kind: str, whole: float = 1) -> Reads:
            unit_of_cell = "" if kind == "attainment" else unit
            return {
                key: parse(kind, raw[key], self.ask_for(row, key, unit_of_cell, whole))
                for key in keys
            }

        ends = [key for key in ENDS if key in raw]
        reads = read(ends, "attainment" if type_ == "achieve" else "number")
        # A key result with neither number nor type is a yes or no, as the kind rule infers it.
        has_ends = any(each.value is not None for each in reads.values())
        is_achieve = type_ == "achieve" or not (type_ or has_ends)
        more = [key for key in raw if key in self.days]
        more += ["current"] if "current" in raw and self._is_typed(row) else []
        reads |= read(more, "attainment", steps_of(reads)) if is_achieve else read(more, "number")
        if not is_achieve:
            reads = settled(reads, self.asking(unit))
        current = reads.pop("current", Read())
        for key, each in reads.items():
            value = self.take(each, row, key)
            if value is not None and key in ENDS:
                values[key] = value
            elif value is not None:
                values["check_ins"][self.days[key]] = value
        self._take_current(row, values, current)

    def _check_no_numbers(self, row: int, raw: Mapping[str, Value]) -> None:
        """Add a problem for the first number in an objective's row, where it counts nowhere."""
        keys = [key for key in raw if key in self.number_keys]
        keys += ["current"] if "current" in raw and self._is_typed(row) else []
        for key in sorted(keys, key=self.columns.__getitem__):
            read = parse("number", raw[key], self.ask_for(row, key))
            if read != Read():
                value = "–" if read.value is None else amount(read.value, self.ask.words)
                self.add("objective-number", row, key, read.given or value)
                return

    def _is_typed(self, row: int) -> bool:
        """Whether “current” is typed: it has no formula, and there are none or others have one."""
        formulas, at = self.table.grid.formulas or {}, self.columns["current"]
        return not self.table.check_ins or (self.keeps_formulas and (row, at) not in formulas)

    def _take_current(self, row: int, values: Row, current: Read) -> None:
        """Use a typed “current” if there are no check-ins, or if it differs from the last one."""
        if not self.table.check_ins:
            value = self.take(current, row, "current")
            values |= {} if value is None else {"typed_current": value}
            return
        if current.value is None:
            return
        last = self.until or date.max
        numbers = [value for day, value in sorted(values["check_ins"].items()) if day <= last]
        if numbers and numbers[-1] == current.value:
            return
        values["typed_current"] = current.value
        words = self.ask.words
        instead = amount(numbers[-1], words) if numbers else "–"
        cell_text, label = amount(current.value, words), words("okrs.current")
        self.add("current-typed", row, "current", cell_text, label=label, value=instead)

    def without_examples(self, rows: Sequence[Row]) -> list[Row]:
        """The rows without those that an example set left, each of which is named."""
        left = left_by_examples(rows)
        for place in left:
            row = rows[place]
            self.add("example-left", row["row"], "title", row.get("id") or row["title"])
        return [row for place, row in enumerate(rows) if place not in left]


def _is_objective(raw: Value) -> bool:
    return isinstance(raw, str) and choice_keys("type").get(fold(raw)) == OBJECTIVE


def _typed(raw: Mapping[str, Value]) -> set[str]:
    """The keys of the cells of a row that somebody typed."""
    return raw.keys() - _PLANNED - {"current"}


def _folded(raw: Value) -> str:
    return "" if raw is None else fold(as_text(raw))


def _without_blanks(raw: Mapping[str, Value]) -> Mapping[str, Value]:
    """The cells of a row without those that hold spaces alone."""
    return {key: x for key, x in raw.items() if not isinstance(x, str) or (x and not x.isspace())}


def stored(rows: Sequence[Row], table: Table) -> dict[str, list[Any]]:
    """The computed cells of the rows as the file holds them, with their formulas, by column.

    Keys: `row`, the computed columns' keys, and `formula.` with each key: the formula's text, ""
    for a constant, None if the file's format has no formulas. Without rows for a text file, whose
    numbers are rounded, and for a flat table, whose formulas are none of ours.
    """
    numbers = [] if table.grid.untyped or table.is_flat else [row["row"] for row in rows]
    columns: dict[str, list[Any]] = {"row": numbers}
    formulas = table.grid.formulas
    lines = [table.grid.rows[row - 1] for row in numbers]
    for column in OKRS.computed if numbers else ():
        key, at = column.key, table.columns.get(column.key)
        if at is not None:
            columns[key] = [cells[at - 1] if at <= len(cells) else None for cells in lines]
            columns[f"formula.{key}"] = [
                None if formulas is None else formulas.get((row, at), "") for row in numbers
            ]
    return columns


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
