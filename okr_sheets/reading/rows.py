"""The rows of an OKRs table: what each says, and which key result belongs to which objective."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import pandas as pd

from okr_sheets.language import choice_keys, fold, languages
from okr_sheets.problems import Problem
from okr_sheets.reading import sets
from okr_sheets.reading.cells import Ask, Read, parse, plain, shown
from okr_sheets.reading.grid import Value
from okr_sheets.reading.headers import Table
from okr_sheets.schema import CHECK_IN_PREFIX, OBJECTIVE, OKRS
from okr_sheets.tracker import frame

ALIGNMENT_SIGN = " · "  # in a drop-down of parents: C-O1 · Make revenue dependable
Row = dict[str, Any]  # typed columns by key, and `row`, `prepared`, `check_ins`


@dataclass(frozen=True, slots=True)
class Family:
    """The frames of one OKRs table; `problems` are of rows and what they belong to."""

    objectives: pd.DataFrame
    key_results: pd.DataFrame
    check_ins: pd.DataFrame
    problems: Sequence[Problem]


def okr_rows(
    table: Table, ask: Ask, path: str, until: date | None
) -> tuple[list[Row], list[Problem]]:
    """Each row that says something, and what was wrong in its cells.

    `until` is the day by which the workbook calculated, None if it does not say.
    """
    reader = _Cells(table, ask, path, until)
    rows = [row for number, cells in table.rows() if (row := reader.row(number, cells))]
    return reader.without_examples(rows), reader.problems


class _Cells:
    """The cells of one table, row by row; collects problems as it goes."""

    def __init__(self, table: Table, ask: Ask, path: str, until: date | None) -> None:
        self.table, self.ask, self.path, self.until = table, ask, path, until
        self.problems: list[Problem] = []
        self.asks: dict[tuple[str, str, str], Ask] = {}
        at, formulas = table.columns.get("current", 0), table.grid.formulas or {}
        # A file that lost all its formulas holds constants that nobody typed.
        self.keeps_formulas = any((row, at) in formulas for row, _ in table.rows())

    def _add(self, code: str, row: int, key: str, given: str, **words: str) -> None:
        self.problems.append(self.table.problem(self.path, code, row, key, given, words))

    def _take(self, kind: str, raw: Value, ask: Ask, row: int, key: str) -> Any:
        """The value of a cell; its problem, if any, noted."""
        read: Read = parse(kind, raw, ask)
        if read.code:
            self._add(read.code, row, key, read.given, **read.words)
        return read.value

    def row(self, number: int, cells: Sequence[Value]) -> Row | None:
        """What one row says; None if it says nothing."""

        def under(column: int) -> Value:
            return cells[column - 1] if column <= len(cells) else None

        raw = {key: under(column) for key, column in self.table.columns.items()}
        dated = {day: under(column) for day, column in self.table.check_ins.items()}
        prepared = _says_nothing(raw, dated)
        if prepared and not _is_objective(raw.get("type")):
            return None
        unit = shown(raw.get("unit") or "")
        values: Row = {}
        for column in OKRS.typed:
            cell, key = raw.get(column.key), column.key
            if cell is not None:
                ask = self._ask(key, unit, self._format(number, key, column.kind))
                value = self._take(column.kind, cell, ask, number, key)
                values |= {} if value is None else {key: value}
        if "aligns_to" in values:
            values["aligns_to"] = values["aligns_to"].split(ALIGNMENT_SIGN)[0].strip()
        values |= {"row": number, "prepared": prepared}
        values["check_ins"] = {}
        if values.get("type") != OBJECTIVE:
            kind = "attainment" if _is_achieve(values) else "number"
            ask = self._ask("", "" if kind == "attainment" else unit, "")
            values["check_ins"] = self._check_ins(number, dated, kind, ask)
            self._bring_to_one_scale(number, values)
            self._take_current(number, values, raw.get("current"), kind, ask)
        return values

    def _ask(self, key: str, unit: str, form: str) -> Ask:
        """What to know of a cell; one value for all the cells that ask the same."""
        if (key, unit, form) not in self.asks:
            percent = 1.0 if "%" in unit else 0.01
            self.asks[key, unit, form] = replace(
                self.ask, choices=key, unit=unit, percent=percent, format=form
            )
        return self.asks[key, unit, form]

    def _format(self, row: int, key: str, kind: str) -> str:
        if kind != "id" or key not in self.table.columns:
            return ""
        return self.table.grid.formats.get((row, self.table.columns[key]), "")

    def _check_ins(
        self, row: int, dated: Mapping[date, Value], kind: str, ask: Ask
    ) -> dict[date, float]:
        taken = {
            day: self._take(kind, raw, ask, row, f"{CHECK_IN_PREFIX}{day}")
            for day, raw in dated.items()
            if raw is not None
        }
        return {day: value for day, value in taken.items() if value is not None}

    def _bring_to_one_scale(self, row: int, values: Row) -> None:
        """Read 24 % typed beside 30 as 24: such a cell holds 0.24, and a percent format.

        Programs make that of “24%” typed into a cell of any other format. Only where the row's
        unit is percent or unnamed, and its other numbers are whole percents.
        """
        unit = values.get("unit", "")
        if _is_achieve(values) or (unit and "%" not in unit):
            return
        days = {f"{CHECK_IN_PREFIX}{day}": day for day in values["check_ins"]}
        ends = ("baseline", "target")
        numbers: dict[str, float] = {key: values[key] for key in ends if key in values}
        numbers |= {key: values["check_ins"][day] for key, day in days.items()}
        percents = {key for key in numbers if self._is_percent(row, key)}
        if not any(abs(numbers[key]) > 1.5 for key in numbers.keys() - percents):
            return
        for key in sorted(percents):
            value = _hundredfold(numbers[key])
            given = f"{plain(value)} %"
            self._add("percent-scale", row, key, given, value=plain(value))
            if key in days:
                values["check_ins"][days[key]] = value
            else:
                values[key] = value

    def _is_percent(self, row: int, key: str) -> bool:
        day = key.removeprefix(CHECK_IN_PREFIX)
        column = self.table.columns.get(key) or self.table.check_ins.get(date.fromisoformat(day))
        return "%" in self.table.grid.formats.get((row, column or 0), "")

    def _take_current(self, row: int, values: Row, raw: Value, kind: str, ask: Ask) -> None:
        """Use what stands under “current” where nothing else tells it, or where it was typed.

        Typed means: over a formula that the rows around still have, and another number.
        """
        if raw is None or not isinstance(raw, (int, float, str)):
            return
        if not self.table.check_ins:
            value = self._take(kind, raw, ask, row, "current")
            if value is not None:
                values["typed_current"] = value
            return
        formulas, at = self.table.grid.formulas or {}, self.table.columns["current"]
        if not self.keeps_formulas or (row, at) in formulas:
            return
        value = parse(kind, raw, ask).value
        last = self.until or date.max
        known = [value for day, value in sorted(values["check_ins"].items()) if day <= last]
        if value is None or (known and known[-1] == value):
            return
        values["typed_current"] = value
        label = self.ask.words("okrs.current")
        instead = plain(known[-1]) if known else "–"
        self._add("current-typed", row, "current", plain(value), label=label, value=instead)

    def without_examples(self, rows: list[Row]) -> list[Row]:
        """The rows without what the example set left in: its words and numbers, untouched.

        Only beside key results of the team's own, and only while nobody has filled in any row of
        the example: a team that works with the example's rows keeps them all.
        """
        key_results = [row for row in rows if row.get("type") != OBJECTIVE]
        examples = [row for row in key_results if _is_example(row)]
        if len(examples) == len(key_results) or any(row["check_ins"] for row in examples):
            return rows
        left = {row["row"] for row in examples}
        kept = []
        for place, row in enumerate(rows):
            if row.get("type") == OBJECTIVE and _is_example(row):
                below = _below(rows[place + 1 :])
                if below and all(each["row"] in left for each in below):
                    left.add(row["row"])
            if row["row"] in left:
                self._add("example-left", row["row"], "title", row.get("id") or row["title"])
            else:
                kept.append(row)
        return kept


def _below(rows: Sequence[Row]) -> list[Row]:
    """The key results between an objective and the next one."""
    ends = (n for n, row in enumerate(rows) if row.get("type") == OBJECTIVE)
    return list(rows[: next(ends, len(rows))])


@cache
def _examples() -> frozenset[tuple[object, ...]]:
    """Title, baseline and target of every row of the example sets, in all languages."""
    texts = {sets.text_of(name, code) for name in sets.names() for code in languages()}
    objectives = [each for text in texts for each in tomllib.loads(text)["objectives"]]
    key_results = [each for objective in objectives for each in objective["key_results"]]
    return frozenset(_said(row) for row in (*objectives, *key_results))


def _said(row: Mapping[str, Any]) -> tuple[object, ...]:
    return fold(row.get("title", "")), row.get("baseline"), row.get("target")


def _is_example(row: Row) -> bool:
    return _said(row) in _examples()


def _is_objective(raw: Value) -> bool:
    return isinstance(raw, str) and choice_keys("type").get(fold(raw)) == OBJECTIVE


def _is_achieve(values: Row) -> bool:
    # A key result with neither number nor type is a yes or no, as the kind rule infers it.
    numbers = "baseline" in values or "target" in values
    return values.get("type") == "achieve" or not ("type" in values or numbers)


def _hundredfold(value: float) -> float:
    # 0.07 times 100 would be 7.000000000000001.
    return float(Decimal(repr(value)) * 100)


def _says_nothing(raw: Mapping[str, Value], dated: Mapping[date, Value]) -> bool:
    """Whether a row was only prepared, or holds a remark: no words and no number that count."""
    told = (raw.get(key) for key in ("title", "baseline", "target"))
    return all(_is_blank(value) for value in (*told, *dated.values()))


def _is_blank(value: Value) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def families(rows: Sequence[Row], table: Table, path: str) -> Family:
    """Objectives and the key results that belong to them; ids given where they lack."""
    return _Families(rows, table, path).frames()


class _Families:
    """Rows on their way to frames; collects problems as it goes."""

    def __init__(self, rows: Sequence[Row], table: Table, path: str) -> None:
        self.rows, self.table, self.path = rows, table, path
        self.problems: list[Problem] = []
        self.used = {row["id"].casefold() for row in rows if "id" in row}

    def _add(self, code: str, row: int, given: str = "", **words: str) -> None:
        self.problems.append(self.table.problem(self.path, code, row, "id", given, words))

    def frames(self) -> Family:
        objectives = [row for row in self.rows if row.get("type") == OBJECTIVE]
        for number, row in enumerate(objectives, 1):
            if "id" not in row:
                self._give_id(row, f"O{number}")
        by_id = {row["id"].casefold(): row for row in reversed(objectives)}
        above: Row | None = None
        key_results = []
        for row in self.rows:
            if row.get("type") == OBJECTIVE:
                above = row
                continue
            self._place(row, by_id, above)
            key_results.append(row)
        # A row prepared for an objective is one as soon as key results stand under it.
        filled = {row["objective"] for row in key_results}
        objectives = [row for row in objectives if not row["prepared"] or row["row"] in filled]
        letters = self.table.letters
        check_ins = [
            {"id": row["id"], "date": day, "value": value, "column": letter, "row": row["row"]}
            for row in key_results
            for day, value in row["check_ins"].items()
            for letter in [letters[f"{CHECK_IN_PREFIX}{day}"]]
        ]
        return Family(
            frame("objectives", objectives, [row["row"] for row in objectives]),
            frame("key_results", key_results, [row["row"] for row in key_results]),
            frame("check_ins", check_ins, [row["row"] for row in check_ins]),
            self.problems,
        )

    def _place(self, row: Row, by_id: Mapping[str, Row], above: Row | None) -> None:
        """Give a key result its objective: by the id up to the last full stop, else by place."""
        prefix, dot, _ = row.get("id", "").rpartition(".")
        objective = by_id.get(prefix.casefold()) if dot else None
        name = row.get("id") or row.get("title", "")
        if objective is None and above is not None:
            objective = above
            if dot:
                self._add("objective-by-place", row["row"], prefix, value=above["id"])
        if objective is None:
            self._add("no-objective", row["row"], name)
        row["objective"] = objective["row"] if objective else 0
        row["objective_id"] = objective["id"] if objective else ""
        if "id" not in row:
            stem = objective["id"] if objective else "O0"
            number = 1
            while f"{stem}.KR{number}".casefold() in self.used:
                number += 1
            self._give_id(row, f"{stem}.KR{number}")

    def _give_id(self, row: Row, wanted: str) -> None:
        while wanted.casefold() in self.used:
            wanted += "'"
        self.used.add(wanted.casefold())
        row["id"] = wanted
        self._add("missing-id", row["row"], value=wanted)


def stored(rows: Sequence[Row], table: Table) -> pd.DataFrame:
    """The computed cells as the file holds them, and the formula of each; none of a text file.

    Columns: the computed keys, and `formula.` and the key: its text, "" for a constant, None where
    the format does not tell. Text files hold what a cell showed, which is rounded.
    """
    if table.grid.untyped:
        return pd.DataFrame()
    formulas = table.grid.formulas
    found = []
    for values in rows:
        row = values["row"]
        cells: dict[str, Any] = {}
        for column in OKRS.computed:
            at = table.columns.get(column.key)
            if at is None:
                continue
            cells[column.key] = table.grid.cell(row, at)
            cells[f"formula.{column.key}"] = (
                None if formulas is None else formulas.get((row, at), "")
            )
        found.append(cells)
    index = pd.Index([values["row"] for values in rows], dtype="int64", name="row")
    return pd.DataFrame(found, index=index, dtype=object)
