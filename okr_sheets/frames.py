"""Columns as pandas frames, and frames as columns: where the package hands data to somebody."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from okr_sheets.choices import OBJECTIVE
from okr_sheets.columns import ARRAYS, BLANKS, EPOCH, Array, Columns, filled, serial
from okr_sheets.misuse import MisuseError
from okr_sheets.quarters import DAYS
from okr_sheets.schema import LARGEST, OKRS, PARTS, ROW, SMALLEST, Column, Kind

DTYPES: Mapping[Kind, Any] = {
    "text": "str",
    "id": "str",
    "choice": "str",
    "number": "float64",
    "percent": "float64",
    "date": "datetime64[s]",
    "count": "int64",
    "flag": "bool",
    "any": "str",  # as JSON, since files of columns hold no values of several types in one
}


# --- frames of columns ---------------------------------------------------------------------------


def framed(rows: Columns, kinds: Mapping[str, Kind]) -> pd.DataFrame:
    """These columns of `rows` as a frame, each of the dtype its kind has, whatever it holds."""
    return pd.DataFrame({key: series(rows[key], kind) for key, kind in kinds.items()})


def series(values: Array, kind: Kind, index: pd.Index | None = None) -> pd.Series:
    """One column as a frame has it."""
    if kind == "any":
        values = filled(map(_as_json, values), "text")
    values = days(values) if kind == "date" else values
    made: pd.Series = pd.Series(values, index=index, dtype=DTYPES[kind])
    return made


def _as_json(value: object) -> str:
    """A value as JSON, days as ISO text; "" for none."""
    return "" if value is None else json.dumps(value, ensure_ascii=False, default=str)


def days(numbers: Array) -> Array:
    """The dates of spreadsheets' numbers, NaT for none."""
    # By numpy: pandas 2.2's to_timedelta rounds what it never set where a number is missing.
    passed = np.asarray(numbers, dtype=float).astype("timedelta64[D]")
    dates: Array = (np.datetime64(EPOCH, "D") + passed).astype("datetime64[s]")
    return dates


def part_frame(name: str, rows: Columns) -> pd.DataFrame:
    """A part of a tracker by its name, indexed by the sheet's own rows."""
    place = _index(rows["row"])
    return pd.DataFrame(
        {column.key: series(rows[column.key], column.kind, place) for column in PARTS[name]},
        index=place,
    )


def stored_frame(cells: Columns) -> pd.DataFrame:
    """The computed cells of a file, each column of the kind that the schema says.

    A cell that holds something else, such as a text among numbers or an error, is blank. Formulas
    are text.
    """
    kinds: dict[str, Kind] = {
        key: "text" if key.startswith("formula.") else OKRS[key].kind
        for key in cells
        if key != "row"
    }
    place = _index(cells["row"])
    return pd.DataFrame(
        {
            key: series(filled([_fitting(each, kind) for each in cells[key]], kind), kind, place)
            for key, kind in kinds.items()
        },
        index=place,
    )


def _fitting(value: object, kind: Kind) -> Any:
    """A cell's value as the kind has it; blank for any other."""
    if isinstance(value, str) and ARRAYS[kind] is object:
        return value
    if isinstance(value, (int, float)) and kind in {"number", "percent"}:
        return BLANKS[kind] if isinstance(value, bool) else value
    if isinstance(value, date) and kind == "date":
        return serial(value.date() if isinstance(value, datetime) else value)
    return BLANKS[kind]


def frame(name: str, rows: Iterable[Mapping[str, Any]], index: Iterable[int]) -> pd.DataFrame:
    """A part of a tracker by its name, made of rows; `index` is the sheet's own rows.

    Blank text is "", a blank number NaN, a blank date NaT. A key that a row lacks is blank.
    """
    numbered = [{**row, "row": number} for row, number in zip(rows, index, strict=True)]
    return part_frame(name, Columns.of(numbered, (ROW, *PARTS[name])))


def _index(rows: Array) -> pd.Index:
    return pd.Index(rows, dtype="int64", name="row")


# --- columns of frames ---------------------------------------------------------------------------


def part_columns(name: str, rows: pd.DataFrame) -> Columns:
    """A part of a tracker that somebody made; MisuseError names what it cannot hold."""
    if rows.index.dtype != "int64":
        raise MisuseError(f"The index of a tracker's {name} must be the numbers of their rows.")
    numbers = rows.index.to_numpy()
    columns = {column.key: column for column in PARTS[name]}
    lacking = [key for key in columns if key not in rows]
    if lacking:
        raise MisuseError(f"A tracker's {name} lack a column: {', '.join(lacking)}.")
    if not rows.dtypes.equals(_dtypes(name)):
        made = {key: _of_its_kind(name, column, rows[key]) for key, column in columns.items()}
        rows = pd.DataFrame(made, index=rows.index)
    _check_counted(name, rows)
    arrays = {key: array(rows[key], column.kind) for key, column in columns.items()}
    for key, column in columns.items():
        # An objective among key results would be one.
        choices = [choice for choice in column.choices if choice != OBJECTIVE]
        if choices and not {"", *choices}.issuperset(arrays[key]):
            listed = ", ".join(choices)
            raise MisuseError(f"The {key} of a tracker's {name} must each be one of {listed}.")
    return Columns({"row": numbers, **arrays}, len(rows))


def array(values: pd.Series, kind: Kind) -> Array:
    """One column of a frame as plain columns have it."""
    if kind == "date":
        return np.floor(((values - pd.Timestamp(EPOCH)) / pd.Timedelta(days=1)).to_numpy())
    # A copy, since a frame's own memory is its owner's.
    made = values.to_numpy(object if ARRAYS[kind] is object else None, copy=True)
    if ARRAYS[kind] is object and kind != "any":
        made[pd.isna(made)] = BLANKS[kind]
    return made


@cache
def _dtypes(name: str) -> pd.Series:
    return frame(name, (), ()).dtypes


def _of_its_kind(name: str, column: Column, values: pd.Series) -> pd.Series:
    try:
        return as_kind(values, column.kind)
    except (TypeError, ValueError):
        what = f"A tracker's {column.key} of its {name}"
        raise MisuseError(f"{what} must be of the kind {column.kind}.") from None


def _check_counted(name: str, rows: pd.DataFrame) -> None:
    """MisuseError for a number or a day that nothing can be calculated with."""
    kinds: tuple[tuple[Kind, Callable[[Array], Array]], ...] = (
        ("number", _is_extreme),
        ("percent", _is_no_share),
        ("date", _is_of_no_year),
    )
    for kind, is_uncounted in kinds:
        keys = [column.key for column in PARTS[name] if column.kind == kind]
        # Pandas takes thirty times as long to choose columns as to give each.
        values = np.array([rows[key].to_numpy() for key in keys])
        if keys and (wrong := is_uncounted(values)).any():
            number, at = np.argwhere(wrong)[0]
            cell = f"{values[number, at]!s} as {keys[number]} of its {name}, row {rows.index[at]}"
            raise MisuseError(f"A tracker cannot count {cell}.")


def _is_extreme(values: Array) -> Array:
    sizes = np.abs(values)
    extreme: Array = (sizes > LARGEST) | ((sizes < SMALLEST) & (sizes > 0))
    return extreme


def _is_no_share(values: Array) -> Array:
    outside: Array = (values < 0) | (values > 1)
    return outside


def _is_of_no_year(values: Array) -> Array:
    outside: Array = (values < np.datetime64(DAYS.start)) | (values > np.datetime64(DAYS.end))
    return outside


# --- kinds ---------------------------------------------------------------------------------------


def as_kind(values: pd.Series, kind: Kind) -> pd.Series:
    """A column of the dtype that its kind has, blank text as "".

    What pandas infers goes by the values, of which an empty frame has none, and by whether pyarrow
    is installed.
    """
    if DTYPES[kind] == "str" and values.isna().any():
        values = values.astype(object).fillna("")
    return values.astype(DTYPES[kind])
