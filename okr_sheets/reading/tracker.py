"""A filled-in file as Trackers, with everything that is wrong in it as their `.problems`."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from okr_sheets.columns import Columns, filled, folded, sharing_texts
from okr_sheets.config.finding import Settings, settings_of
from okr_sheets.files.child import in_child
from okr_sheets.files.names import SUFFIXES
from okr_sheets.misuse import MisuseError, named_kind
from okr_sheets.problems import Problem, UnreadableError, in_order
from okr_sheets.reading import READING
from okr_sheets.reading.copies import without_copies
from okr_sheets.reading.drafts import Draft, Drafts, plain_drafts
from okr_sheets.schema import ACTIONS, CLOSE, LOG, OKRS, PARTS, ROW, SHEETS
from okr_sheets.suggesting import advice
from okr_sheets.text import quoted
from okr_sheets.tracker import Tracker
from okr_sheets.urls import is_url, without_secrets


def read(path: str | Path, sheet: str | None = None, config: Settings = None) -> Tracker:
    """Read one file: .xlsx, .xlsm, .ods, .xls, .xlsb, .csv or .tsv.

    For a file that cannot be read the Tracker is empty, and its `problems` say why.
    A workbook with several tables of OKRs gives the first, or the one on the sheet named `sheet`.
    `config` sets the fiscal year of a quarter without days; it is found and passed as in
    `okr_sheets.score`.

    Raises FileNotFoundError if there is no such file, and ValueError for a folder or a URL, if
    there is no table of OKRs on `sheet`, if `path` is neither text nor Path, and if the settings
    cannot be used.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise MisuseError(f"A file is named by its path, not by {named_kind(path)}.")
    _check_file(path)
    trackers = read_trackers(path, settings_of(config, [path]).fiscal_start)
    if sheet is None:
        return trackers[0]
    for tracker in trackers:
        if tracker.sheets.get(OKRS.key) == sheet:
            return tracker
    sheets = [tracker.sheets[OKRS.key] for tracker in trackers if tracker.readable]
    instead = advice(sheet, sheets) if sheets else "Name another file."
    raise MisuseError(f"{path} has no table of OKRs on a sheet “{quoted(sheet)}”. {instead}")


def _check_file(path: str | Path) -> None:
    """Raise what `read` does for a path of no file; why one cannot be opened, reading tells."""
    if is_url(path):
        raise MisuseError(f"{without_secrets(str(path))} is a URL. Give it to okr_sheets.score.")
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116  a PathLike need be no Path
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFoundError(f"There is no file {path}. Name another.") from None
    except (OSError, ValueError):
        return
    if stat.S_ISDIR(mode):
        raise MisuseError(f"{path} is a folder. Give it to okr_sheets.score.")


def read_trackers(
    path: str | Path, fiscal_start: int = 1, place: Path | None = None
) -> list[Tracker]:
    """A Tracker, as `read` gives it, for every table of OKRs in a file; at least one.

    `fiscal_start` is the first month of the company's fiscal year, for files without their own.
    The file is called `path`, and lies there unless a `place` is given.
    """
    try:
        # The child may have started in another folder.
        asked = place or Path(path).absolute(), str(path), fiscal_start
        read: Drafts = plain_drafts(*asked) or in_child(READING, *asked)
    except UnreadableError as error:
        # Where it is called otherwise than it lies, it was fetched.
        known = SUFFIXES if place is None or not is_url(path) else ()
        read = Drafts(problems=(error.problem(str(path), known),))
    if not read.drafts:
        return [Tracker.empty(path=str(path), problems=read.problems)]
    return _trackers(str(path), read)


def _trackers(path: str, read: Drafts) -> list[Tracker]:
    all_trackers = without_copies([_tracker(path, draft) for draft in read.drafts])
    trackers = [tracker for tracker in all_trackers if tracker.readable]
    first = list(read.problems)
    if len(trackers) > 1:
        trackers = [*_with_own_units(trackers)]
        first.append(Problem("several-tables", path, words={"count": str(len(trackers))}))
    if first:
        problems = in_order([*first, *trackers[0].problems])
        trackers[0] = trackers[0].changed(problems=problems)
    return [*trackers, *(tracker for tracker in all_trackers if tracker.set_aside)]


def _tracker(path: str, draft: Draft) -> Tracker:
    parts: dict[str, Any] = {
        name: Columns.of(draft.rows[name], (ROW, *columns)) for name, columns in PARTS.items()
    }
    stored = {
        key: filled(cells, "count" if key == "row" else "any")
        for key, cells in draft.stored.items()
    }
    return Tracker(
        draft.about,
        **parts,
        check_in_dates=draft.check_in_dates,
        path=path,
        sheets=draft.sheets,
        letters=draft.letters,
        calculated=sharing_texts(stored, len(draft.stored["row"])),
        calculated_on=draft.calculated_on,
        bands=draft.bands,
        problems=draft.problems,
    )


def _with_own_units(trackers: Sequence[Tracker]) -> Iterator[Tracker]:
    """Trackers of one workbook, their teams named as the sheets unless all have their own units."""
    units = {(t.about.company, t.about.department, t.about.team) for t in trackers}
    owned = [frozenset(folded(tracker.okrs.id)) for tracker in trackers]
    everybody = frozenset().union(*owned)
    shared = Counter((s.key, t.sheets.get(s.key)) for t in trackers for s in SHEETS)

    def own_lines(number: int, sheet: str, column: str) -> Columns:
        """The actions, remarks or closing lines of one tracker, if several share a table of them.

        Lines that belong to none go to the first tracker, which reports them.
        """
        lines = trackers[number].columns[sheet]
        if not len(lines) or shared[sheet, trackers[number].sheets.get(sheet)] == 1:
            return lines
        mine = [
            name in owned[number] or (name not in everybody and number == 0)
            for name in folded(lines[column])
        ]
        return lines.take(np.array(mine))

    for number, tracker in enumerate(trackers):
        about = tracker.about
        if len(units) < len(trackers):
            about = replace(about, team=tracker.sheets[OKRS.key])
        yield tracker.changed(
            about=about,
            actions=own_lines(number, ACTIONS.key, "key_result"),
            log=own_lines(number, LOG.key, "id"),
            close=own_lines(number, CLOSE.key, "id"),
        )
