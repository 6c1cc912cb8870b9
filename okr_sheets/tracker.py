"""Tracker: what one OKRs sheet says, as plain columns, and where each column stood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

from okr_sheets.about import A_DAY, About, is_day
from okr_sheets.bands import Bands
from okr_sheets.choices import OBJECTIVE
from okr_sheets.columns import BLANKS, Array, Columns, filled, stacked
from okr_sheets.misuse import MisuseError
from okr_sheets.problems import Problem, tally
from okr_sheets.quarters import counted_until
from okr_sheets.schema import OKRS, PARTS, ROW, Column
from okr_sheets.summaries import as_lines, as_table, counted

if TYPE_CHECKING:
    import pandas as pd

ROWS = 1 << 21  # more than a sheet has
PLACES = 2 * ROWS  # of a tracker, see `places`


_NO_ROWS = Columns({"row": filled((), "count")}, 0)


class _Part:
    """A part of a tracker: set as columns or as a frame, kept as columns, given as a frame.

    One that is `optional` is without a row where it is not given.
    """

    def __init__(self, *, optional: bool = False) -> None:
        self.optional = optional

    def __set_name__(self, _: type, name: str) -> None:
        self.name = name

    def __get__(self, tracker: Tracker | None, _: type) -> pd.DataFrame | Columns:
        if tracker is None:  # a dataclass asks for the default
            if self.optional:
                return Columns.of((), (ROW, *PARTS[self.name]))
            raise AttributeError(self.name)
        from okr_sheets.frames import part_frame  # noqa: PLC0415  pandas waits until it is wanted

        return part_frame(self.name, tracker.columns[self.name])

    def __set__(self, tracker: Tracker, rows: Columns | pd.DataFrame) -> None:
        if not isinstance(rows, Columns):
            from okr_sheets.frames import part_columns  # noqa: PLC0415  pandas waits until it is wanted

            rows = part_columns(self.name, rows)
        tracker.__dict__.setdefault("columns", {})[self.name] = rows


def _part(*, optional: bool = False) -> Any:  # a field that reads as what it gives
    return _Part(optional=optional)


@dataclass(frozen=True, eq=False, repr=False)
class Tracker:
    """One OKRs sheet with its settings, actions, log and close.

    Its parts (`objectives`, `key_results`, `check_ins`, `actions`, `log`, `close`) are pandas
    frames, made when they are asked for, and so are `rows`, objectives and key results together,
    and `stored`, what the file's own formulas gave. The index of every frame is the row of the
    sheet it came from; of a TOML set, the running number of the entry. docs/columns.md lists the
    columns.
    `check_ins` holds one row for each number typed (yes is 1, no is 0). `columns` holds the parts
    as they are kept, by the same names, and `calculated` the computed cells as the file has them,
    untouched, for the checks.
    `bands` are those of its own formulas, None where it has none of ours.
    `sheets` and `letters` tell the sheet's name and each column's letter, to name cells by. In a
    flat table an objective stands in the row of its first key result, in columns of its own, whose
    sheet and letters are those of `objectives`.

    Frames that are given must have the columns of `schema.PARTS`, and are brought to their dtypes.
    ValueError for what a file could not say without being named: a column that is missing or of
    something else, a row twice, a key result of no objective here, another choice, a number that is
    too large or too small to calculate with, a day of a year that does not count.
    """

    about: About
    objectives: pd.DataFrame = _part()  # noqa: RUF009  it holds nothing of its own
    key_results: pd.DataFrame = _part()  # noqa: RUF009  it holds nothing of its own
    check_ins: pd.DataFrame = _part()  # noqa: RUF009  it holds nothing of its own
    actions: pd.DataFrame = _part()  # noqa: RUF009  it holds nothing of its own
    log: pd.DataFrame = _part()  # noqa: RUF009  it holds nothing of its own
    close: pd.DataFrame = _part(optional=True)  # noqa: RUF009  it holds nothing of its own
    check_in_dates: tuple[date, ...] = ()
    path: str = ""
    sheets: Mapping[str, str] = field(default_factory=dict)
    letters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    calculated: Columns = _NO_ROWS
    calculated_on: date | None = None
    bands: Bands | None = None
    problems: tuple[Problem, ...] = ()
    columns: Mapping[str, Columns] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        objectives = self.columns["objectives"].row.tolist()
        key_results = self.columns["key_results"].row.tolist()
        rows = [*objectives, *key_results]
        apart = (objectives, key_results) if self.is_flat else (rows,)
        is_twice = any(len(set(each)) < len(each) for each in apart)
        if is_twice or not all(0 <= row < ROWS for row in rows):
            raise MisuseError("Each row of a tracker has a number of its own, as on a sheet.")
        if not {0, *objectives}.issuperset(self.columns["key_results"].objective.tolist()):
            raise MisuseError("A key result's objective must be the row of one, or 0 for none.")
        if not all(map(is_day, self.check_in_dates)):
            raise MisuseError(f"A tracker's check-in dates must each be {A_DAY}.")

    @classmethod
    def empty(cls, about: About | None = None, **others: Any) -> Tracker:
        """A tracker without a row."""
        parts = {name: Columns.of((), (ROW, *columns)) for name, columns in PARTS.items()}
        return cls(about=about or About(), **{**parts, **others})

    def changed(self, **others: Any) -> Tracker:
        """The same tracker with other parts, settings or problems."""
        # By its columns: dataclasses.replace would make a frame of each part.
        return replace(self, **{**self.columns, **others})

    @property
    def okrs(self) -> Columns:
        """Objectives and key results in the order of the sheet, as of `okrs_of`."""
        return okrs_of([self])

    @property
    def closing(self) -> Columns:
        """The lines of the close that say more than an objective's ID."""
        lines = self.columns["close"]
        texts = (lines.reason, lines.decision, lines.lesson)
        return lines.take(np.any([~np.isnan(lines.final), *(text != "" for text in texts)], axis=0))

    @property
    def rows(self) -> pd.DataFrame:
        """Objectives and key results in the order of the sheet; what only one has is blank."""
        from okr_sheets.frames import part_frame  # noqa: PLC0415  pandas waits until it is wanted

        is_objective = self.okrs.type == OBJECTIVE
        okrs = self.okrs.having(
            objective=np.where(is_objective, 0, self.okrs.parent),
            type=np.where(is_objective, "", self.okrs.type),
        )
        return part_frame("key_results", okrs)

    @property
    def stored(self) -> pd.DataFrame:
        """The computed cells as the file holds them, and the formula of each: `formula.score`.

        A cell that holds nothing of its column's kind, such as a text among numbers, is blank.
        """
        from okr_sheets.frames import stored_frame  # noqa: PLC0415  pandas waits until it is wanted

        return stored_frame(self.calculated)

    @property
    def is_flat(self) -> bool:
        """Whether its objectives stand beside their key results."""
        return "objectives" in self.letters

    @property
    def readable(self) -> bool:
        """Whether there was a table of OKRs to read."""
        return bool(self.letters) or not self.path

    def until(self, day: date | None) -> date | None:
        """The last day whose check-ins count on a day; None without one."""
        return day and counted_until(day, self.check_in_dates, self.about.span)

    @property
    def set_aside(self) -> bool:
        """Whether a copy of it counts instead."""
        copies = {"same-tracker", "identical-copy"}
        return any(problem.code in copies for problem in self.problems)

    def part_of(self, *, is_objective: bool) -> str:
        """What names the columns of an objective, or of a key result, for `problem`."""
        return "objectives" if is_objective and self.is_flat else OKRS.key

    def problem(
        self, code: str, sheet: str, row: int, key: str = "", given: object = "", **words: str
    ) -> Problem:
        """A problem of this tracker, at the cell that the row and the column's key name."""
        return Problem(
            code,
            path=self.path,
            sheet=self.sheets.get(sheet, ""),
            row=row,
            column=self.letters.get(sheet, {}).get(key, ""),
            key=key,
            given=str(given),
            words=words | {"year": self.about.quarter} if self.about.is_annual else words,
        )

    def __repr__(self) -> str:
        return as_lines(*self._summary())

    def _repr_html_(self) -> str:
        return as_table(*self._summary())

    def _summary(self) -> tuple[str, list[tuple[str, str]]]:
        """A title, and labels with their texts."""
        about = self.about
        title = f"Tracker of {about.unit or PurePath(self.path).name or 'no unit'}"
        facts = [("file", self.path)] if self.path else []
        if self.readable:
            days = f", {about.start} to {about.end}" if about.span else ""
            sizes = {name: len(rows) for name, rows in self.columns.items()}
            rows = counted(
                (sizes["objectives"], "objective"),
                (sizes["key_results"], "key result"),
                (sizes["actions"], "action"),
                (sizes["log"], "remark"),
            )
            facts += [
                ("quarter", f"{about.quarter or 'not known'}{days}"),
                ("rows", rows),
                (
                    "check-ins",
                    f"{sizes['check_ins']} on {len(self.check_in_dates)} dates",
                ),
            ]
        return title, [*facts, ("problems", tally(self.problems))]

    def __eq__(self, other: object) -> bool:
        """Whether both say the same, wherever in a sheet and in whatever file it stands."""
        if not isinstance(other, Tracker):
            return NotImplemented
        return all(ours == theirs for ours, theirs in zip(_says(self), _says(other), strict=True))

    __hash__ = None  # type: ignore[assignment]


def okrs_of(trackers: Sequence[Tracker]) -> Columns:
    """Objectives and key results of each tracker, one below another, in the order of their sheets.

    What only one has is blank. `parent` is the row of the objective, its own of an objective, whose
    `type` says so; `tracker` the place in the list.
    """
    objectives, key_results = (
        stacked([tracker.columns[name] for tracker in trackers])
        for name in ("objectives", "key_results")
    )
    count, size = len(objectives), len(objectives) + len(key_results)
    of_objectives = objectives.having(
        parent=objectives.row, type=lambda: filled([OBJECTIVE] * count, "choice")
    )
    key_results = key_results.having(parent=key_results.objective)

    def both(column: Column) -> Array:
        if column.key in of_objectives:
            return np.concatenate([of_objectives[column.key], key_results[column.key]])
        blank = filled([BLANKS[column.kind]] * count, column.kind)
        return np.concatenate([blank, key_results[column.key]])

    places = (Column("tracker", "count"), ROW, Column("parent", "count"))
    columns = (*places, *PARTS["key_results"][1:])
    rows = Columns({column.key: partial(both, column) for column in columns}, size)
    return rows.take(np.lexsort((rows.row, rows.tracker)))


def numbered(tracker: Tracker, first: int) -> Tracker:
    """The tracker with its rows numbered anew, from `first` on, in the order of its sheet."""
    old = tracker.okrs
    numbers, is_objective = np.arange(first, first + len(old)), old.type == OBJECTIVE
    of_objectives, of_key_results = (
        {0: 0, **dict(zip(old.row[which].tolist(), numbers[which].tolist(), strict=True))}
        for which in (is_objective, ~is_objective)
    )

    def moved(part: Columns, rows: Mapping[int, int], key: str = "row") -> Columns:
        return part.having(**{key: filled([rows[number] for number in part[key]], "count")})

    key_results = moved(tracker.columns["key_results"], of_key_results)
    return tracker.changed(
        objectives=moved(tracker.columns["objectives"], of_objectives),
        key_results=moved(key_results, of_objectives, "objective"),
        check_ins=moved(tracker.columns["check_ins"], of_key_results),
    )


def places(numbers: Array, rows: Array | int, is_objective: Array | bool) -> Array:
    """What names each objective and key result of several trackers, in the order of their sheets.

    `numbers` are those of the trackers; one row of a sheet may hold an objective and a key result.
    """
    return numbers * PLACES + 2 * rows + np.logical_not(is_objective)


def _says(tracker: Tracker) -> Iterable[Any]:
    about = {f.name: getattr(tracker.about, f.name) for f in fields(About)}
    unsaid = {"language", "fiscal_start"}  # in an export as text
    yield {name: value for name, value in about.items() if name not in unsaid}
    yield set(tracker.check_in_dates)
    for name in PARTS:
        rows = tracker.closing if name == "close" else tracker.columns[name]
        if name == "check_ins":
            order = sorted(range(len(rows)), key=lambda at: (rows.id[at], rows.date[at]))
            rows = rows.take(np.array(order, dtype=np.int64))
        content = rows.only(key for key in rows if key not in {"row", "objective", "column"})
        # Blanks never equal themselves.
        yield [
            {key: value if value == value else None for key, value in row.items()}  # noqa: PLR0124
            for row in content.records()
        ]


def usual_language(trackers: Iterable[Tracker]) -> str:
    """The language of most trackers, the first of equally many; "" for none."""
    codes = Counter(tracker.about.language for tracker in trackers if tracker.readable)
    return codes.most_common(1)[0][0] if codes else ""
