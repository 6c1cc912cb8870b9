"""What people typed into their trackers, line by line, of all trackers one below another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from okr_sheets.columns import Array, Columns, filled
from okr_sheets.problems import file_names
from okr_sheets.rollups.namesakes import unit_names, units_of
from okr_sheets.schema import ACTIONS, CLOSE, LOG, OKRS, PARTS, Kind
from okr_sheets.tracker import Tracker

# The parts, each with the sheet that its rows stand on and the column that names a key result.
_PARTS = {
    "check_ins": (OKRS.key, "id"),
    "actions": (ACTIONS.key, "key_result"),
    "log": (LOG.key, "id"),
    "close": (CLOSE.key, "id"),
}
_PLACE: Mapping[str, Kind] = {
    "file": "text",
    "sheet": "text",
    "row": "count",
    "unit_name": "text",
    "id": "id",
}
# The columns of each, with their kinds.
LINES: Mapping[str, Mapping[str, Kind]] = {
    name: {**_PLACE, **{each.key: each.kind for each in PARTS[name] if each.key != id_key}}
    for name, (_, id_key) in _PARTS.items()
}


def lines(name: str, trackers: Sequence[Tracker]) -> Columns:
    """A part of all trackers by its name, columns as in `LINES`, made when asked for."""
    sheet, id_key = _PARTS[name]
    stored_keys = {"id": id_key}
    tables = [tracker.columns[name] for tracker in trackers]
    sizes = [len(table) for table in tables]

    def typed(key: str) -> Array:
        none = filled((), LINES[name][key])  # there may be no tracker
        return np.concatenate([none, *(table[stored_keys.get(key, key)] for table in tables)])

    def repeated(texts: Callable[[], Sequence[str]]) -> Array:
        return np.repeat(filled(texts(), "text"), sizes)

    def files() -> Sequence[str]:
        names = file_names(tracker.path for tracker in trackers)
        return [names[tracker.path] for tracker in trackers]

    def units() -> Sequence[str]:
        names = unit_names(trackers)
        return [names.get(unit, "") for unit in units_of(trackers)]

    def sheets() -> Sequence[str]:
        return [tracker.sheets.get(sheet, "") for tracker in trackers]

    made = {"file": partial(repeated, files), "sheet": partial(repeated, sheets)}
    made["unit_name"] = partial(repeated, units)
    columns = {key: made.get(key) or partial(typed, key) for key in LINES[name]}
    return Columns(columns, sum(sizes))
