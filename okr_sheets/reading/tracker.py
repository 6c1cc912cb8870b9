"""A filled-in file as a Tracker. What is wrong in it comes back in `.problems`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from okr_sheets.language import choice_keys, fold, headers, language
from okr_sheets.problems import Problem, in_order
from okr_sheets.quarters import Quarter
from okr_sheets.reading.cells import Ask, Read, parse
from okr_sheets.reading.grid import Grid, Value, grids
from okr_sheets.reading.guard import UnreadableError, column_letters
from okr_sheets.reading.headers import TOP, Table, find, words_seen
from okr_sheets.schema import (
    ACTIONS,
    CHECK_IN_PREFIX,
    LOG,
    OBJECTIVE,
    OKRS,
    SETTINGS,
    Sheet,
)
from okr_sheets.tracker import About, Tracker, frame

SETTING_PREFIX = "tracker."
REQUIRED = ("title", "type", "baseline", "target")
ALIGNMENT_SIGN = " · "  # in a drop-down of parents: C-O1 · Make revenue dependable


def read(path: str | Path) -> Tracker:
    """Read one file: .xlsx, .xlsm, .ods, .xls, .xlsb, .csv or .tsv.

    Gives a Tracker always; of a file that cannot be read, an empty one whose problem says why.
    """
    path = Path(path)
    try:
        return _Reader(path, _grids(path)).tracker()
    except UnreadableError as error:
        problem = Problem(error.code, str(path), error.sheet, given=error.given)
        return Tracker.empty(path=str(path), problems=(problem,))


def _grids(path: Path) -> list[Grid]:
    """The file's sheets. Whatever a parser makes of a damaged file ends as UnreadableError."""
    try:
        return grids(path)
    except UnreadableError:
        raise
    except Exception as error:
        raise UnreadableError("reader-failed", type(error).__name__) from error
    except BaseException as error:
        # A panic of calamine's is no Exception, so that nobody catches it by mistake.
        if type(error).__name__ != "PanicException":
            raise
        raise UnreadableError("reader-failed", "panic") from error


class _Reader:
    """One file on its way from grids to a Tracker; collects problems as it goes."""

    def __init__(self, path: Path, sheets: Sequence[Grid]) -> None:
        self.path = str(path)
        self.grids = sheets
        self.problems: list[Problem] = []
        found = [table for grid in sheets if (table := find(grid))]
        self.tables = {table.sheet.key: table for table in reversed(found)}
        if OKRS.key not in self.tables:
            seen = "; ".join(f"{grid.name}: {words_seen(grid)}" for grid in sheets if grid.rows)
            raise UnreadableError("no-okr-table", seen or "nothing")
        self.okrs = self.tables[OKRS.key]
        self.ask = Ask(language(self.okrs.language))
        self.settings = self._settings()

    def tracker(self) -> Tracker:
        about = self._about()
        self.ask = Ask(language(about.language), untyped=self.okrs.grid.untyped)
        for key in REQUIRED:
            if key not in self.okrs.columns and (key in {"title", "target"} or self.settings):
                self._add("missing-column", self.okrs, label=self.ask.words(f"okrs.{key}"))
        if self.okrs.grid.hidden:
            self._add("hidden-sheet", self.okrs)
        rows = self._okr_rows()
        objectives, key_results, check_ins = self._families(rows)
        return Tracker(
            about=about,
            objectives=objectives,
            key_results=key_results,
            check_ins=check_ins,
            actions=self._plain_table(ACTIONS),
            log=self._plain_table(LOG),
            check_in_dates=tuple(self.okrs.check_ins),
            path=self.path,
            sheets={key: table.grid.name for key, table in self.tables.items()},
            letters={key: table.letters for key, table in self.tables.items()},
            stored=self._stored(rows),
            calculated_on=self._calculated_on(),
            problems=in_order(self.problems),
        )

    # --- problems ---------------------------------------------------------------------------

    def _add(
        self, code: str, table: Table, row: int = 0, key: str = "", given: str = "", **words: str
    ) -> None:
        letter = table.letters.get(key, "")
        self.problems.append(
            Problem(code, self.path, table.grid.name, row, letter, key, given, words)
        )

    def _take(self, read: Read, table: Table, row: int, key: str) -> Any:
        """The value read; its problem, if any, noted at the cell."""
        if read.code:
            self._add(read.code, table, row, key, read.given, **read.words)
        return read.value

    # --- settings ---------------------------------------------------------------------------

    def _settings(self) -> dict[str, tuple[Grid, int, int]]:
        """Where each setting's value stands, by its machine key: sheet, row, column."""
        found: dict[str, tuple[Grid, int, int]] = {}
        for grid in self.grids:
            for row, cells in enumerate(grid.rows[:200], 1):
                for column, cell in enumerate(cells, 1):
                    if isinstance(cell, str) and cell.startswith(SETTING_PREFIX):
                        key = cell.removeprefix(SETTING_PREFIX)
                        found.setdefault(key, (grid, row, _after_label(cells, column)))
        return found

    def _labelled(self) -> dict[str, tuple[Grid, int, int]]:
        """The same, by the words of the labels, where the machine keys are gone."""
        found: dict[str, tuple[Grid, int, int]] = {}
        known = headers("settings")
        for grid in self.grids:
            last = self.okrs.header - 1 if grid is self.okrs.grid else TOP
            if grid is not self.okrs.grid and any(t.grid is grid for t in self.tables.values()):
                continue
            for row, cells in enumerate(grid.rows[:last], 1):
                for column, cell in enumerate(cells[:-1], 1):
                    if isinstance(cell, str) and fold(cell.rstrip(": ")) in known:
                        key = known[fold(cell.rstrip(": "))][0]
                        if cells[column] is not None:
                            found.setdefault(key, (grid, row, column + 1))
        return found

    def _about(self) -> About:
        places = self.settings
        code = self.okrs.language
        if "language" in places:
            grid, row, column = places["language"]
            stored = grid.cell(row, column)
            code = stored if isinstance(stored, str) else code
        else:
            places = self._labelled() | places
        try:
            ask = Ask(language(code), untyped=self.okrs.grid.untyped)
        except ValueError:
            code, ask = self.okrs.language, self.ask
        values: dict[str, Any] = {"language": code}
        for setting in SETTINGS:
            if setting.key not in places:
                continue
            grid, row, at = places[setting.key]
            read = parse(setting.kind, grid.cell(row, at), replace(ask, choices=setting.key))
            if read.code:
                self.problems.append(
                    Problem(
                        read.code,
                        self.path,
                        grid.name,
                        row,
                        column_letters(at),
                        setting.key,
                        read.given,
                        read.words,
                    )
                )
            if read.value is not None:
                values[setting.key] = read.value
        return self._with_quarter(About(**values))

    def _with_quarter(self, about: About) -> About:
        """Fill the first and last day from the quarter, or the quarter from the check-in dates."""
        quarter = None
        try:
            if about.quarter:
                quarter = Quarter.parse(about.quarter)
                about = replace(about, quarter=str(quarter))
        except ValueError:
            self._not_a_quarter(about.quarter)
        if about.start and about.end:
            return about
        if quarter is None and self.okrs.check_ins:
            dates = tuple(self.okrs.check_ins)
            quarter = Quarter.holding(dates[len(dates) // 2])
        if quarter is None:
            self._add("no-quarter", self.okrs)
            return about
        return replace(
            about,
            quarter=about.quarter or str(quarter),
            start=about.start or quarter.start,
            end=about.end or quarter.end,
        )

    def _not_a_quarter(self, given: str) -> None:
        places = self.settings if "quarter" in self.settings else self._labelled()
        grid, row, column = places["quarter"]
        letter = column_letters(column)
        self.problems.append(
            Problem("not-a-quarter", self.path, grid.name, row, letter, "quarter", given)
        )

    def _calculated_on(self) -> date | None:
        """The day by which the stored values were calculated, beside its machine key."""
        place = self.settings.get("day")
        if place is None:
            return None
        grid, row, column = place
        read = parse("date", grid.cell(row, column - 1), self.ask)
        value: date | None = read.value
        return value

    # --- the OKRs sheet ----------------------------------------------------------------------

    def _okr_rows(self) -> list[dict[str, Any]]:
        """One dict for each row that says something: typed columns, `row`, `check_ins`."""
        rows = []
        for row, cells in self.okrs.rows():
            raw = {
                key: cells[column - 1] if column <= len(cells) else None
                for key, column in self.okrs.columns.items()
            }
            dated = {
                day: cells[column - 1] if column <= len(cells) else None
                for day, column in self.okrs.check_ins.items()
            }
            prepared = _says_nothing(raw, dated)
            if prepared and not self._is_objective(raw.get("type")):
                continue
            percent = 1.0 if "%" in str(raw.get("unit") or "") else 0.01
            values = {
                column.key: self._take(
                    parse(
                        column.kind,
                        raw.get(column.key),
                        replace(self.ask, choices=column.key, percent=percent),
                    ),
                    self.okrs,
                    row,
                    column.key,
                )
                for column in OKRS.typed
            }
            values = {key: value for key, value in values.items() if value is not None}
            if "aligns_to" in values:
                values["aligns_to"] = values["aligns_to"].split(ALIGNMENT_SIGN)[0].strip()
            values["row"] = row
            values["prepared"] = prepared
            values["check_ins"] = self._check_ins(row, values, dated)
            rows.append(values)
        return rows

    def _is_objective(self, raw: Value) -> bool:
        return isinstance(raw, str) and choice_keys("type").get(fold(raw)) == OBJECTIVE

    def _check_ins(
        self, row: int, values: Mapping[str, Any], dated: Mapping[date, Value]
    ) -> dict[date, float]:
        if values.get("type") == OBJECTIVE:
            return {}
        # A key result with neither number nor type is a yes or no, as the kind rule infers it.
        numbers = "baseline" in values or "target" in values
        is_achieve = values.get("type") == "achieve" or not ("type" in values or numbers)
        percent = 1.0 if "%" in values.get("unit", "") and not is_achieve else 0.01
        ask = replace(self.ask, percent=percent)
        taken = {
            day: self._take(
                parse("attainment" if is_achieve else "number", raw, ask),
                self.okrs,
                row,
                f"{CHECK_IN_PREFIX}{day}",
            )
            for day, raw in dated.items()
        }
        return {day: value for day, value in taken.items() if value is not None}

    def _families(
        self, rows: list[dict[str, Any]]
    ) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """Objectives and the key results that belong to them; ids given where they lack."""
        objectives = [row for row in rows if row.get("type") == OBJECTIVE]
        used = {row["id"].casefold() for row in rows if "id" in row}
        for number, row in enumerate(objectives, 1):
            if "id" not in row:
                self._give_id(row, f"O{number}", used)
        by_id = {row["id"].casefold(): row for row in reversed(objectives)}
        above: dict[str, Any] | None = None
        key_results = []
        for row in rows:
            if row.get("type") == OBJECTIVE:
                above = row
                continue
            self._place(row, by_id, above, used)
            key_results.append(row)
        # A row prepared for an objective is one as soon as key results stand under it.
        filled = {row["objective"] for row in key_results}
        objectives = [row for row in objectives if not row["prepared"] or row["row"] in filled]
        letters = self.okrs.letters
        check_ins = [
            {"id": row["id"], "date": day, "value": value, "column": letter, "row": row["row"]}
            for row in key_results
            for day, value in row["check_ins"].items()
            for letter in [letters[f"{CHECK_IN_PREFIX}{day}"]]
        ]
        return (
            frame("objectives", objectives, [row["row"] for row in objectives]),
            frame("key_results", key_results, [row["row"] for row in key_results]),
            frame("check_ins", check_ins, [row["row"] for row in check_ins]),
        )

    def _place(
        self,
        row: dict[str, Any],
        by_id: Mapping[str, dict[str, Any]],
        above: dict[str, Any] | None,
        used: set[str],
    ) -> None:
        """Give a key result its objective: by the id up to the last full stop, else by place."""
        prefix, dot, _ = row.get("id", "").rpartition(".")
        objective = by_id.get(prefix.casefold()) if dot else None
        name = row.get("id") or row.get("title", "")
        if objective is None and above is not None:
            objective = above
            if dot:
                self._add(
                    "objective-by-place", self.okrs, row["row"], "id", prefix, value=above["id"]
                )
        if objective is None:
            self._add("no-objective", self.okrs, row["row"], "id", name)
        row["objective"] = objective["row"] if objective else 0
        row["objective_id"] = objective["id"] if objective else ""
        if "id" not in row:
            stem = objective["id"] if objective else "O0"
            number = 1
            while f"{stem}.KR{number}".casefold() in used:
                number += 1
            self._give_id(row, f"{stem}.KR{number}", used)

    def _give_id(self, row: dict[str, Any], wanted: str, used: set[str]) -> None:
        while wanted.casefold() in used:
            wanted += "'"
        used.add(wanted.casefold())
        row["id"] = wanted
        self._add("missing-id", self.okrs, row["row"], "id", value=wanted)

    def _stored(self, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
        """The computed cells as the file holds them, and whether each is still a formula.

        Columns: the computed keys, and `formula.` and the key (True, False, or None: not known).
        """
        formulas = self.okrs.grid.formulas
        stored = []
        for values in rows:
            row = values["row"]
            cells: dict[str, Any] = {}
            for column in OKRS.computed:
                at = self.okrs.columns.get(column.key)
                if at is None:
                    continue
                cells[column.key] = self.okrs.grid.cell(row, at)
                cells[f"formula.{column.key}"] = None if formulas is None else (row, at) in formulas
            stored.append(cells)
        index = pd.Index([values["row"] for values in rows], dtype="int64", name="row")
        return pd.DataFrame(stored, index=index, dtype=object)

    # --- actions and log ---------------------------------------------------------------------

    def _plain_table(self, sheet: Sheet) -> pd.DataFrame:
        table = self.tables.get(sheet.key)
        rows, index = [], []
        for row, cells in table.rows() if table else ():
            raw = {
                key: cells[column - 1] if column <= len(cells) else None
                for key, column in table.columns.items()  # type: ignore[union-attr]
                if not sheet[key].computed
            }
            if all(value is None for value in raw.values()):
                continue
            values = {}
            for column in sheet.typed:
                choices = f"{sheet.prefix}_{column.key}" if column.kind == "choice" else ""
                read = parse(column.kind, raw.get(column.key), replace(self.ask, choices=choices))
                values[column.key] = self._take(read, table, row, column.key)  # type: ignore[arg-type]
            rows.append({key: value for key, value in values.items() if value is not None})
            index.append(row)
        return frame(sheet.key, rows, index)


def _after_label(cells: Sequence[Value], key: int) -> int:
    """The column right of the label, which is the first filled cell right of the machine key."""
    for column in range(key + 1, len(cells) + 1):
        if cells[column - 1] is not None:
            return column + 1
    return key + 2


def _says_nothing(raw: Mapping[str, Value], dated: Mapping[date, Value]) -> bool:
    """Whether a row was only prepared, or holds a remark: no words and no number that count."""
    told = (raw.get(key) for key in ("title", "baseline", "target"))
    return all(_is_blank(value) for value in (*told, *dated.values()))


def _is_blank(value: Value) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())
