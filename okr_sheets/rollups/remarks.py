"""What owners say: the latest words and confidence of each row, and every remark of the logs.

The log is the diary of a tracker. A row's own note and confidence have no date, so they count only
where the log has none.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache, partial
from math import nan
from typing import Any

import numpy as np

from okr_sheets.columns import Array, Columns, serial
from okr_sheets.gathering import Line, logged
from okr_sheets.problems import file_names
from okr_sheets.rollups.namesakes import unit_names, units_of
from okr_sheets.rollups.schema import FRAMES, tabled
from okr_sheets.schema import LOG
from okr_sheets.tracker import Tracker

_WHOSE = ("company", "department", "team", "level", "quarter")
# The columns that rows get, and what each is of a row that the log says nothing of.
_FROM_ROW = {"remark": "note", "confidence": "confidence"}
_BLANK: Mapping[str, Any] = {
    "remark_by": "",
    "remark_on": nan,
    "remarked": 0,
    "confidence_before": nan,
    "logged": 0,
}
Key = tuple[int, str]  # a tracker's place in the list, and a folded id


def with_words(rows: Columns, trackers: Sequence[Tracker]) -> Columns:
    """The rows with the latest `remark` and `confidence` by their day.

    `remark_by` and `remark_on` are who wrote it in the log, and when; `confidence_before` is the
    one that the log has before the latest. `remarked` and `logged` are the rows of the log that
    remark and confidence came from, 0 where they are the sheet's own.
    """

    @cache
    def looked_up() -> Mapping[str, Array]:
        size = len(rows)
        found = {key: rows[own].copy() for key, own in _FROM_ROW.items()}
        found |= {key: _repeated(value, size) for key, value in _BLANK.items()}
        log = logged(trackers)
        names = zip(rows.tracker.tolist(), rows.id.tolist(), rows.day.tolist(), strict=True)
        for at, (number, name, day) in enumerate(names if log else ()):
            lines = log.get((number, name.casefold())) if name else None
            for key, value in _latest(lines, day) if lines else ():
                found[key][at] = value
        return found

    return rows.having(**{key: lambda key=key: looked_up()[key] for key in (*_FROM_ROW, *_BLANK)})


def _repeated(value: Any, size: int) -> Array:
    return np.full(size, value, dtype=object if isinstance(value, str) else None)


def _latest(lines: Sequence[Line], day: float) -> Iterator[tuple[str, Any]]:
    """What the lines of one row say last by a day, by column; nothing of what they do not say."""
    known = lines[: bisect_right(lines, day, key=lambda line: line.day)]
    if noted := [line for line in known if line.note]:
        last = noted[-1]
        yield from zip(("remark", "remark_by", "remark_on", "remarked"), _told(last), strict=True)
    if sure := [line for line in known if line.has_confidence]:
        yield "confidence", sure[-1].confidence
        yield "logged", sure[-1].row
        yield "confidence_before", sure[-2].confidence if len(sure) > 1 else nan


def _told(line: Line) -> tuple[str, str, float, int]:
    return line.note, line.by, line.day, line.row


def remarks(
    trackers: Sequence[Tracker],
    days: Sequence[date | None],
    key_results: Columns,
    objectives: Columns,
) -> Columns:
    """Every line that the logs have by the trackers' days, the newest first.

    `days` are those the trackers are scored by, None for one that is not. A line on an id that no
    row has keeps it, and has no title.
    """
    files, units = file_names(tracker.path for tracker in trackers), units_of(trackers)
    names = unit_names(trackers)
    about = {
        **_by_key(key_results, ("objective_id", "objective", "id", "title", "owner_name")),
        **_by_key(objectives, ("id", "title", "owner_name"), id="objective_id", title="objective"),
    }
    rows = []
    for (number, name), lines in logged(trackers).items():
        tracker, day = trackers[number], days[number]
        if day is None or tracker.set_aside:
            continue
        ids = dict(
            zip(*(tracker.columns["log"][key].tolist() for key in ("row", "id")), strict=True)
        )
        whose = {
            **{key: getattr(tracker.about, key) for key in _WHOSE},
            "file": files[tracker.path],
            "sheet": tracker.sheets.get(LOG.key, ""),
            "unit_name": names.get(units[number], ""),
        }
        of_log = partial(_cell, tracker.letters.get(LOG.key, {}))
        rows += [
            {
                **whose,
                **about.get((number, name), {"id": ids[line.row]}),
                **line._asdict(),
                "date": line.day,
                "cell": of_log(line),
            }
            for line in lines
            if line.day <= serial(day)
        ]
    rows.sort(key=lambda row: (-row["date"], row["file"], row["sheet"], row["row"]))
    return tabled(FRAMES["remarks"], rows)


def _cell(letters: Mapping[str, str], line: Line) -> str:
    """The cell of a line's note, or of its confidence where it has none."""
    letter = letters.get("note" if line.note else "confidence", "")
    return f"{letter}{line.row}" if letter else ""


def _by_key(rows: Columns, keys: Sequence[str], **called: str) -> dict[Key, dict[str, Any]]:
    """What `remarks` says of each row that has an id; of several with one id of the first."""
    of_rows = zip(rows.tracker.tolist(), rows.id.tolist(), rows.only(keys).records(), strict=True)
    found: dict[Key, dict[str, Any]] = {}
    for number, name, row in of_rows:
        if name:
            told = {called.get(key, key): value for key, value in row.items()}
            found.setdefault((number, name.casefold()), told)
    return found
