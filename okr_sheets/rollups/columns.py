"""The kinds of the rollup's columns, which decide the dtypes of its frames, empty or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from okr_sheets.columns import ARRAYS, Array, Columns
from okr_sheets.schema import GRADES, OKRS, STATUSES, Column, Kind

_TEXTS = (
    *("file", "sheet", "cell", "company", "department", "team", "quarter", "language"),
    *("level", "parent", "objective_id", "objective", "action", "path", "previous_title"),
    *("unit_name", "owner_name", "owner_company", "nameless"),
    *("before_status", "after_status", "change", "finding", "reason", "figure", "source"),
)
_NUMBERS = (
    *("value", "value_low", "value_high", "forecast", "forecast_low", "forecast_high"),
    *(
        "with_left_out",
        "planned_score",
        "below",
        "difference",
        "before",
        "after",
        "previous",
        "previous_score",
    ),
)
_COUNTS = (
    *(
        "row",
        "objectives",
        "key_results",
        "live",
        "updated",
        "with_number",
        "stale",
        "overdue",
        "check_ins",
    ),
    *("blank", "forecast_of", "forecast_stale", "depth", "serving", *STATUSES, *GRADES),
)
_KINDS: Mapping[str, Kind] = {
    **{column.key: column.kind for column in OKRS.columns},
    **dict.fromkeys(_TEXTS, "text"),
    **dict.fromkeys(_NUMBERS, "number"),
    **dict.fromkeys(_COUNTS, "count"),
    **dict.fromkeys(("as_of", "day", "since"), "date"),
    "carried": "flag",
    "reasons": "any",
}


def kinds(columns: Iterable[str], **others: Kind) -> Mapping[str, Kind]:
    """The kind of each column; `others` are those that mean something else in this frame."""
    return {key: others.get(key) or _KINDS[key] for key in columns}


def tabled(keys: Iterable[str], rows: Sequence[Mapping[str, Any]]) -> Columns:
    """Rows as columns of these keys, typed by their kinds; a key that a row lacks is blank."""
    return Columns.of(rows, [Column(key, kind) for key, kind in kinds(keys).items()])


def typed(rows: Columns, kinds: Mapping[str, Kind]) -> Columns:
    """These columns of `rows`, each of the type its kind has."""
    arrays: dict[str, Array] = {
        key: rows[key].astype(ARRAYS[kind], copy=False) for key, kind in kinds.items()
    }
    return Columns(arrays, len(rows))
