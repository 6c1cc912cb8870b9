"""Tracker: what one OKRs sheet says, as frames, and where each column stood."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from okr_sheets.about import A_DAY, About, is_day
from okr_sheets.problems import MisuseError, Problem
from okr_sheets.quarters import DAYS, counted_until
from okr_sheets.schema import ACTIONS, LARGEST, LOG, OKRS, SMALLEST, Column, Kind
from okr_sheets.scoring import Bands

DTYPES: Mapping[Kind, Any] = {
    "text": "str",
    "id": "str",
    "choice": "str",
    "number": "float64",
    "percent": "float64",
    "date": "datetime64[s]",
    "count": "int64",
    "flag": "bool",
    "any": "object",
}
BLANKS: Mapping[Kind, Any] = {"text": "", "id": "", "choice": "", "date": None, "count": 0}

# What an objective does not have: it is scored through its key results.
_ONLY_KEY_RESULTS = ("type", "baseline", "target", "unit")
COLUMNS: Mapping[str, tuple[Column, ...]] = {
    "objectives": tuple(
        column
        for column in OKRS.typed
        if column.key not in _ONLY_KEY_RESULTS and column.stage != "planned"
    ),
    "key_results": (
        Column("objective", "count"),  # the row of its objective, 0 for none
        Column("objective_id", "id"),
        *OKRS.typed,
        Column("typed_current", "number"),  # where the file tells it, and the check-ins do not
    ),
    "check_ins": (
        Column("id", "id"),
        Column("date", "date"),
        Column("value", "number"),
        Column("column", "text"),  # the letter of the cell
    ),
    "actions": ACTIONS.typed,
    "log": LOG.typed,
}
ROWS = 1 << 21  # more than a sheet has: tracker number times this plus row names one row of all


def frame(name: str, rows: Iterable[Mapping[str, Any]], index: Iterable[int]) -> pd.DataFrame:
    """A frame of the tracker by name, its dtypes declared; `index` is the sheet's own rows.

    Blank text is "", a blank number NaN, a blank date NaT. A key that a row lacks is blank.
    """
    rows = list(rows)
    data = {}
    place = pd.Index(list(index), dtype="int64", name="row")
    for column in COLUMNS[name]:
        blank = BLANKS.get(column.kind, float("nan"))
        values = [row.get(column.key, blank) for row in rows]
        data[column.key] = pd.Series(values, index=place, dtype=DTYPES[column.kind])
    return pd.DataFrame(data, index=place)


def declared(rows: pd.DataFrame, kinds: Mapping[str, Kind]) -> pd.DataFrame:
    """These columns of `rows`, each of the dtype its kind has. Blank text is "".

    What pandas infers goes by the values, of which an empty frame has none, and by whether pyarrow
    is installed.
    """
    return pd.DataFrame({key: as_kind(rows[key], kind) for key, kind in kinds.items()})


def as_kind(values: pd.Series, kind: Kind) -> pd.Series:
    """A column as `declared` has it."""
    if DTYPES[kind] == "str" and values.isna().any():
        values = values.astype(object).fillna("")
    return values.astype(DTYPES[kind])


def mapped(values: pd.Series, by: Any, kind: Kind) -> pd.Series:
    """What `by` (a mapping or a function) makes of each value, of the dtype the kind has.

    Of no values pandas makes none, and leaves an empty column of text one of text.
    """
    return as_kind(values.astype(object).map(by), kind)


_FIRST_DAY, _LAST_DAY = np.datetime64(DAYS.start), np.datetime64(DAYS.end)


@dataclass(frozen=True, slots=True, eq=False)
class Tracker:
    """One OKRs sheet with its settings, actions and log.

    The index of every frame is the row of the sheet it came from; of a TOML set, the running
    number of the entry. `check_ins` holds one row for each number typed (yes is 1, no is 0);
    `stored` holds the computed cells as the file has them, untouched, for the checks.
    `bands` are those of its own formulas, None where it has none of ours.
    `sheets` and `letters` tell the sheet's name and each column's letter, to name cells by.

    The frames have the dtypes of `COLUMNS`, or are given them. ValueError for what a file could not
    say without being named: a column that is missing or of something else, a row twice, a key
    result of no objective here, another choice, a number that is too large or too small to
    calculate with, a day of a year that does not count.
    """

    about: About
    objectives: pd.DataFrame
    key_results: pd.DataFrame
    check_ins: pd.DataFrame
    actions: pd.DataFrame
    log: pd.DataFrame
    check_in_dates: tuple[date, ...] = ()
    path: str = ""
    sheets: Mapping[str, str] = field(default_factory=dict)
    letters: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    stored: pd.DataFrame = field(default_factory=pd.DataFrame)
    calculated_on: date | None = None
    bands: Bands | None = None
    problems: tuple[Problem, ...] = ()

    def __post_init__(self) -> None:
        for name in COLUMNS:
            object.__setattr__(self, name, _sound(name, getattr(self, name)))
        rows = self.objectives.index.append(self.key_results.index)
        if not (rows.is_unique and (rows >= 0).all() and (rows < ROWS).all()):
            raise MisuseError("Each row of a tracker has a number of its own, as on a sheet.")
        if not self.key_results["objective"].isin([0, *self.objectives.index]).all():
            raise MisuseError("A key result's objective must be the row of one, or 0 for none.")
        if not all(map(is_day, self.check_in_dates)):
            raise MisuseError(f"A tracker's check-in dates must each be {A_DAY}.")

    @classmethod
    def empty(cls, about: About | None = None, **others: Any) -> Tracker:
        """A tracker without a row."""
        frames = {name: frame(name, (), ()) for name in COLUMNS}
        return cls(about=about or About(), **{**frames, **others})

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

    @property
    def rows(self) -> pd.DataFrame:
        """Objectives and key results in the order of the sheet; what only one has is blank."""
        kinds = {column.key: column.kind for column in COLUMNS["key_results"]}
        lacking = {
            key: BLANKS.get(kind, float("nan"))
            for key, kind in kinds.items()
            if key not in self.objectives
        }
        objectives = declared(self.objectives.assign(**lacking), kinds)
        return pd.concat([objectives, self.key_results]).sort_index(kind="stable")

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
            words=words,
        )

    def __eq__(self, other: object) -> bool:
        """Whether both say the same, wherever in a sheet and in whatever file it stands."""
        if not isinstance(other, Tracker):
            return NotImplemented
        return all(ours == theirs for ours, theirs in zip(_says(self), _says(other), strict=True))

    __hash__ = None  # type: ignore[assignment]


@cache
def _dtypes(name: str) -> pd.Series:
    return frame(name, (), ()).dtypes


def _sound(name: str, rows: pd.DataFrame) -> pd.DataFrame:
    """A frame of a tracker with its declared dtypes; MisuseError names what does not count."""
    columns = {column.key: column for column in COLUMNS[name]}
    lacking = [key for key in columns if key not in rows]
    if lacking:
        raise MisuseError(f"A tracker's {name} lack a column: {', '.join(lacking)}.")
    if rows.index.dtype != "int64":
        raise MisuseError(f"The index of a tracker's {name} must be the numbers of their rows.")
    if not rows.dtypes.equals(_dtypes(name)):
        made = {key: _of_its_kind(name, column, rows[key]) for key, column in columns.items()}
        rows = pd.DataFrame(made, index=rows.index)
    kinds: tuple[tuple[Kind, Callable[[Any], NDArray[np.bool_]]], ...] = (
        ("number", _is_extreme),
        ("date", _is_of_no_year),
    )
    for kind, is_uncounted in kinds:
        keys = [key for key, column in columns.items() if column.kind == kind]
        # Pandas takes thirty times as long to choose columns as to give each.
        values = np.array([rows[key].to_numpy() for key in keys])
        if keys and (wrong := is_uncounted(values)).any():
            number, at = np.argwhere(wrong)[0]
            said = f"{values[number, at]!s} as {keys[number]} of its {name}, row {rows.index[at]}"
            raise MisuseError(f"A tracker cannot count {said}.")
    for key, column in columns.items():
        if column.choices and not {"", *column.choices}.issuperset(rows[key]):
            listed = ", ".join(column.choices)
            raise MisuseError(f"The {key} of a tracker's {name} must each be one of {listed}.")
    return rows


def _is_extreme(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    sizes = np.abs(values)
    found: NDArray[np.bool_] = (sizes > LARGEST) | ((sizes < SMALLEST) & (sizes > 0))
    return found


def _is_of_no_year(values: NDArray[np.datetime64]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (values < _FIRST_DAY) | (values > _LAST_DAY)
    return found


def _of_its_kind(name: str, column: Column, values: pd.Series) -> pd.Series:
    try:
        return as_kind(values, column.kind)
    except (TypeError, ValueError):
        what = f"A tracker's {column.key} of its {name}"
        raise MisuseError(f"{what} must be of the kind {column.kind}.") from None


def _says(tracker: Tracker) -> Iterable[Any]:
    about = {f.name: getattr(tracker.about, f.name) for f in fields(About)}
    unsaid = {"language", "fiscal_start"}  # in an export as text
    yield {name: value for name, value in about.items() if name not in unsaid}
    yield set(tracker.check_in_dates)
    for name in COLUMNS:
        rows: pd.DataFrame = getattr(tracker, name)
        if name == "check_ins":
            rows = rows.sort_values(["id", "date"])
        said = rows.drop(columns=["objective", "column"], errors="ignore")
        # Blanks never equal themselves; their text does.
        yield said.astype(object).where(said.notna(), None).to_dict("records")


def usual_language(trackers: Iterable[Tracker]) -> str:
    """The language that most trackers are in, of as many the first; "" for none."""
    codes = Counter(tracker.about.language for tracker in trackers if tracker.readable)
    return codes.most_common(1)[0][0] if codes else ""
