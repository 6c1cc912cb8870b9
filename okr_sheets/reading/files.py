"""Files, folders and patterns as a list of trackers."""

from __future__ import annotations

import glob
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path, PurePath
from typing import Any

import pandas as pd

from okr_sheets.engine import Map
from okr_sheets.language import fold
from okr_sheets.problems import Problem
from okr_sheets.reading.tracker import read_trackers
from okr_sheets.tracker import Tracker

SUFFIXES = frozenset({".xlsx", ".xlsm", ".ods", ".xls", ".xlsb", ".csv", ".tsv"})
_LOCKS = ("~$", ".~lock.")  # what Excel and LibreOffice leave beside a file that is open

REPORT_MARK = "okr-sheets rollup"  # a workbook's among its properties, Markdown's in a comment
# How a report of ours is told from a tracker, and from what is somebody else's.
_MARKS = {
    ".html": b'<meta name="generator" content="okr-sheets"',
    ".json": b'{\n "about": {',
    ".md": f"<!-- {REPORT_MARK} -->".encode(),
    ".csv": b"\xef\xbb\xbffile,sheet,row,company,",
}

Source = str | Path | Tracker


def expand(paths: Iterable[str | Path]) -> list[Path]:
    """The files that paths name, in a stable order, none twice.

    A folder stands for every tracker below it, a pattern for all that match; lock files, hidden
    files and our own reports are left out. A file named outright is kept whatever it is called, so
    that its absence can be said.
    """
    found: list[Path] = []
    for given in paths:
        path = Path(given)
        if path.is_dir():
            found += sorted(file for file in path.rglob("*") if _may_be_tracker(file))
        elif not path.exists() and glob.has_magic(str(given)):
            matches = sorted(Path(name) for name in glob.glob(str(given), recursive=True))  # noqa: PTH207  a whole pattern
            found += [file for file in matches if _may_be_tracker(file)]
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def _may_be_tracker(path: Path) -> bool:
    hidden = path.name.startswith(".") or path.name.startswith(_LOCKS)
    fits = path.suffix.lower() in SUFFIXES and not hidden and path.is_file()
    return fits and not is_report(path)


def is_report(path: Path) -> bool:
    """Whether a file is a report of ours, by the mark it carries."""
    suffix = path.suffix.lower()
    try:
        if suffix == ".xlsx":
            with zipfile.ZipFile(path) as archive, archive.open("docProps/core.xml") as core:
                return REPORT_MARK.encode() in core.read(100_000)
        return suffix in _MARKS and _MARKS[suffix] in path.read_bytes()
    except (OSError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return False


def read_all(
    source: Source | Sequence[Source],
    map: Map = map,  # noqa: A002  shaped like it
    progress: Callable[[int], object] | None = None,
) -> list[Tracker]:
    """The trackers of a source: trackers as they are, paths read, folders searched.

    A workbook with several tables of OKRs gives a tracker each; of copies of one tracker the one
    updated last counts, and the others come back empty.
    A file that cannot be read comes back too, as an empty tracker whose problem says why.
    `progress` is told the number of files read so far.
    """
    given = [source] if isinstance(source, (str, Path, Tracker)) else list(source)
    trackers = [item for item in given if isinstance(item, Tracker)]
    paths = expand(item for item in given if not isinstance(item, Tracker))
    for count, found in enumerate(map(read_trackers, paths), 1):
        trackers += found
        if progress:
            progress(count)
    return _newest(trackers)


def _newest(trackers: Sequence[Tracker]) -> list[Tracker]:
    """The trackers, each copy of one that was updated later emptied, with a word that it was.

    Copies are files of one unit and quarter in which most rows of the smaller say the same: saved
    twice, sent back under another name, or left by a program that synchronises folders. The later
    one has the later check-in, else the later file.
    """
    newest = list(trackers)
    places: dict[tuple[object, ...], list[int]] = {}
    for number, tracker in enumerate(trackers):
        about = tracker.about
        unit = (about.company, about.department, about.team, about.quarter)
        if tracker.readable and tracker.path:
            places.setdefault(unit, []).append(number)
    for numbers in places.values():
        ranked = sorted(numbers, key=lambda number: _updated(trackers[number]), reverse=True)
        kept: list[Tracker] = []
        for number in ranked:
            tracker = trackers[number]
            twin = next((other for other in kept if _are_copies(tracker, other)), None)
            if twin is None:
                kept.append(tracker)
            else:
                problem = Problem("same-tracker", tracker.path, given=PurePath(twin.path).name)
                newest[number] = Tracker.empty(path=tracker.path, problems=(problem,))
    return newest


def _updated(tracker: Tracker) -> tuple[Any, ...]:
    last = tracker.check_ins["date"].max()
    try:
        saved = Path(tracker.path).stat().st_mtime
    except OSError:
        saved = 0.0
    # Of two that are equal in all, the shorter name is the one that people know.
    return date.min if pd.isna(last) else last.date(), saved, -len(tracker.path)


def _are_copies(one: Tracker, other: Tracker) -> bool:
    if one.path == other.path:
        return False  # two tables of one workbook
    ours, theirs = _said(one), _said(other)
    return len(ours & theirs) * 2 > min(len(ours), len(theirs))


def _said(tracker: Tracker) -> set[tuple[str, str]]:
    rows = tracker.rows
    return set(zip(rows["id"].str.casefold(), rows["title"].map(fold), strict=True))
