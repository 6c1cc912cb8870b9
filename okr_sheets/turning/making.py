"""The trackers of the next quarter as workbooks: all of them, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path, PurePath

from okr_sheets.about import today
from okr_sheets.reading.own import OwnColumn
from okr_sheets.tracker import Tracker
from okr_sheets.turning.carrying import Turned
from okr_sheets.turning.names import turned_name
from okr_sheets.writing.folders import saved_folder
from okr_sheets.writing.tracker import write


def write_one(turned: Turned, path: Path) -> None:
    """Write a tracker, whole or not at all; nothing is replaced."""
    (tracker,) = _with_parents([turned], [path.name])
    write(tracker, path, own=_own(turned), today=today())


def write_all(all_turned: Sequence[Turned], folder: Path, names: Sequence[str]) -> None:
    """Write trackers into a new folder, all or none; a name is a path inside it."""
    trackers = _with_parents(all_turned, names)
    old_names = {PurePath(each.old.path).name: at for at, each in enumerate(all_turned)}
    with saved_folder(folder) as temporary:
        for turned, tracker, name in zip(all_turned, trackers, names, strict=True):
            path = temporary / name
            path.parent.mkdir(parents=True, exist_ok=True)
            above = old_names.get(turned.old.about.parent)
            parent = None if above is None else trackers[above]
            write(tracker, path, parent=parent, own=_own(turned), today=today())


def _with_parents(all_turned: Sequence[Turned], names: Sequence[str]) -> list[Tracker]:
    """The new trackers, each with the new name of the file above it."""
    new_names = {
        PurePath(each.old.path).name: PurePath(name).name
        for each, name in zip(all_turned, names, strict=True)
    }
    trackers = []
    for each in all_turned:
        about, old = each.tracker.about, each.old.about.parent
        parent = new_names.get(old) or turned_name(old, each.quarter)
        trackers.append(each.tracker.changed(about=replace(about, parent=parent)))
    return trackers


def _own(turned: Turned) -> list[OwnColumn]:
    """People's own columns of the OKRs, by the rows of the new tracker.

    In a flat table, where an objective shares a row, that is the key result's.
    """
    of_key_results = {each.old["row"] for each in turned.outcomes if not each.is_objective}
    rows = {
        row: number
        for (row, is_objective), number in turned.rows.items()
        if not (is_objective and row in of_key_results)
    }
    kept = (
        replace(each, cells={rows[row]: cell for row, cell in each.cells.items() if row in rows})
        for each in turned.own
    )
    return [each for each in kept if each.cells]
