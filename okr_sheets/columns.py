"""Columns: the rows of a table as plain arrays, one for each column, typed by its kind."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from itertools import accumulate
from sys import intern
from typing import Any

import numpy as np
from numpy.typing import NDArray

from okr_sheets.schema import Column, Kind

Array = NDArray[Any]

# Days are numbers as spreadsheets count them, so that rules take them as formulas do.
EPOCH = date(1899, 12, 30)
_FIRST = EPOCH.toordinal()
ARRAYS: Mapping[Kind, type] = {
    "text": object,
    "id": object,
    "choice": object,
    "number": np.float64,
    "percent": np.float64,
    "date": np.float64,
    "count": np.int64,
    "flag": np.bool_,
    "any": object,
}
BLANKS: Mapping[Kind, Any] = {
    "text": "",
    "id": "",
    "choice": "",
    "number": np.nan,
    "percent": np.nan,
    "date": np.nan,
    "count": 0,
    "flag": False,
    "any": None,
}


def serial(day: date) -> int:
    """A spreadsheet's number for a day."""
    return day.toordinal() - _FIRST


def to_day(number: float) -> date:
    """The day of a spreadsheet's number."""
    return EPOCH + timedelta(days=int(number))


class Columns:
    """Rows of a table; each column is an array, read as an attribute or by its key.

    Blank text is "", a blank number or day NaN; days are spreadsheets' numbers. A column given as a
    function is made when it is first asked for.
    """

    __slots__ = ("_arrays", "_size")

    def __init__(self, arrays: Mapping[str, _Given], size: int) -> None:
        """`size` is the number of rows that all columns have."""
        self._arrays: dict[str, _Given] = dict(arrays)
        self._size = size

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, Any]], columns: Iterable[Column]) -> Columns:
        """The rows of mappings; a key that one lacks is blank."""
        arrays: dict[str, Array] = {}
        size = len(rows)
        for column in columns:
            key, kind = column.key, column.kind
            blank = BLANKS[kind]
            values = [row.get(key, blank) for row in rows]
            if kind == "date":
                values = [serial(day) if isinstance(day, date) else day for day in values]
            arrays[key] = np.fromiter(values, ARRAYS[kind], size)
        return sharing_texts(arrays, size)

    def __reduce__(self) -> tuple[Any, ...]:
        return sharing_texts, (self.arrays, self._size)

    def __repr__(self) -> str:
        return f"{self._size} rows of {', '.join(self)}"

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __contains__(self, key: object) -> bool:
        return key in self._arrays

    def __getitem__(self, key: str) -> Array:
        array = self._arrays[key]
        if not isinstance(array, np.ndarray):
            array = array.of(key) if isinstance(array, _Part) else array()
            self._arrays[key] = array
        return array

    def __getattr__(self, key: str) -> Array:
        if key.startswith("_"):
            raise AttributeError(key)
        try:
            return self[key]
        except KeyError:
            raise AttributeError(f"These columns have no {key!r}.") from None

    def part(self, first: int, stop: int) -> Columns:
        """The rows from one position up to another, looked up here whenever they are asked for."""
        return _Window(self, slice(first, stop), stop - first)

    def take(self, which: Array) -> Columns:
        """The rows that a mask or a list of positions chooses, in its order."""
        positions = np.flatnonzero(which) if which.dtype == bool else which
        return Columns(dict.fromkeys(self, _Part(self, positions)), len(positions))

    @property
    def arrays(self) -> dict[str, Array]:
        """Every column by its key."""
        return {key: self[key] for key in self}

    def add(self, columns: Mapping[str, _Given]) -> None:
        """Add columns, such as those that are made of these when they are first asked for."""
        self._arrays.update(columns)

    def having(self, **arrays: _Given) -> Columns:
        """The same rows with these columns more, or in the place of others."""
        return Columns({**self._shared(self), **arrays}, self._size)

    def only(self, keys: Iterable[str]) -> Columns:
        """The same rows with these columns alone."""
        return Columns(self._shared(keys), self._size)

    def made(self, keys: Iterable[str]) -> Columns:
        """The same rows with these columns alone, each made now: nothing else is kept for them."""
        return Columns({key: self[key] for key in keys}, self._size)

    def _shared(self, keys: Iterable[str]) -> dict[str, _Given]:
        """These columns; one that is not made yet is made once, here, for all who share it."""
        whole, arrays = _Part(self, slice(None)), self._arrays
        return {key: it if isinstance(it := arrays[key], np.ndarray) else whole for key in keys}

    def records(self) -> Iterator[dict[str, Any]]:
        """A dict for each row, of plain Python values."""
        keys = list(self)
        for values in zip(*(self[key].tolist() for key in keys), strict=True):
            yield dict(zip(keys, values, strict=True))


class _Window(Columns):
    """Rows of other columns that stand there together: hardly an array more is kept for them."""

    __slots__ = ("_rows", "_whole")

    def __init__(self, whole: Columns | Mapping[str, Array | _Few], rows: slice, size: int) -> None:
        super().__init__({}, size)
        self._whole, self._rows = whole, rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._whole)

    def __contains__(self, key: object) -> bool:
        return key in self._whole

    def __getitem__(self, key: str) -> Array:
        rows: Array = self._whole[key][self._rows]
        return rows

    def _shared(self, keys: Iterable[str]) -> dict[str, _Given]:
        return dict.fromkeys(keys, _Part(self, slice(None)))


class _Part:
    """Some rows of other columns; a column is taken from there when it is asked for."""

    __slots__ = ("_positions", "_whole")

    def __init__(self, whole: Columns, positions: Array | slice) -> None:
        self._whole, self._positions = whole, positions

    def of(self, key: str) -> Array:
        return self._whole[key][self._positions]


_Given = Array | Callable[[], Array] | _Part  # as a column is given


def sharing_texts(arrays: Mapping[str, Array], size: int) -> Columns:
    """Columns whose equal texts, such as the formulas of all trackers, are one text in memory."""
    for array in arrays.values():
        for at, value in enumerate(array.tolist() if array.dtype == object else ()):
            if type(value) is str:
                array[at] = intern(value)
    return Columns(arrays, size)


def filled(values: Iterable[Any], kind: Kind) -> Array:
    """An array of the dtype that a kind has."""
    values = list(values)
    dtype = ARRAYS[kind]
    # Of sequences as values numpy.array would make more dimensions.
    return np.fromiter(values, dtype, len(values))


def joined(tables: Sequence[Columns]) -> Columns:
    """Rows of the same columns one below another."""
    size = sum(map(len, tables))
    return Columns({key: partial(_joined, tables, key) for key in tables[0]}, size)


def _joined(tables: Sequence[Columns], key: str) -> Array:
    return np.concatenate([table[key] for table in tables])


def stacked(tables: Sequence[Columns]) -> Columns:
    """The same table of each tracker, one below another; `tracker` is its place in the list."""
    sizes = [len(table) for table in tables]
    return joined(tables).having(tracker=np.repeat(np.arange(len(tables)), sizes))


def packed(tables: Sequence[Columns]) -> list[Columns]:
    """The same tables; those of the same columns are parts of one, which is smaller than many."""
    alike: dict[tuple[str, ...], list[int]] = {}
    for at, table in enumerate(tables):
        alike.setdefault(tuple(table), []).append(at)
    parts = list(tables)
    for places in alike.values():
        some = [tables[at] for at in places]
        arrays = joined(some).arrays.items()
        whole = {key: _Few(each) if each.dtype == object else each for key, each in arrays}
        for at, end in zip(places, accumulate(map(len, some)), strict=True):
            parts[at] = _Window(whole, slice(end - len(tables[at]), end), len(tables[at]))
    return parts


class _Few:
    """A column of few different values: each of them once, and small numbers that stand for them.

    Some rows of it are an array.
    """

    __slots__ = ("_numbers", "_values")

    def __init__(self, values: Array) -> None:
        known: dict[tuple[Any, ...], int] = {}
        numbers = [
            # 0.0 and -0.0 are equal and not the same.
            known.setdefault((type(value), value, value or repr(value)), len(known))
            for value in values.tolist()
        ]
        self._numbers = np.array(numbers, dtype=np.min_scalar_type(len(known)))
        self._values = filled([value for _, value, _ in known], "any")

    def __getitem__(self, rows: slice) -> Array:
        some: Array = self._values[self._numbers[rows]]
        return some


def folded(texts: Array) -> Array:
    """Texts as they are compared, in no case."""
    return filled([text.casefold() for text in texts], "text")


# numpy.isin and numpy.unique import numpy.ma, which takes longer than a tracker does.


def among(values: Array, others: Collection[Any]) -> Array:
    """Which of the values are among the known ones."""
    return np.fromiter(map(frozenset(others).__contains__, values.tolist()), bool, len(values))


def grouped(keys: Array) -> tuple[Array, Array]:
    """Where the first of each group of equal keys stands, and which group each of the keys is of.

    Groups are numbered in the order in which they come.
    """
    numbers: dict[Any, int] = {}
    groups = (numbers.setdefault(key, len(numbers)) for key in keys.tolist())
    at = np.fromiter(groups, np.int64, len(keys))
    first = np.empty(len(numbers), dtype=np.int64)
    first[at[::-1]] = np.arange(len(keys))[::-1]  # of several the last one stays
    return first, at
