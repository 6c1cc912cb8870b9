"""Files, folders and patterns as a list of trackers."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from okr_sheets.config import Config
from okr_sheets.engine import Map
from okr_sheets.reading.copies import without_copies
from okr_sheets.reading.guard import UnreadableError, opened_safely
from okr_sheets.reading.locks import is_lock
from okr_sheets.reading.tracker import read_trackers
from okr_sheets.tracker import Tracker

SUFFIXES = frozenset({".xlsx", ".xlsm", ".ods", ".xls", ".xlsb", ".csv", ".tsv"})

REPORT_MARK = "okr-sheets rollup"  # a workbook's among its properties, Markdown's in a comment
# How a report of ours is told from a tracker, and from what is somebody else's.
_MARKS = {
    ".html": b'<meta name="generator" content="okr-sheets"',
    ".json": b'{\n "about": {',
    ".md": f"<!-- {REPORT_MARK} -->".encode(),
    ".csv": b"\xef\xbb\xbffile,sheet,row,company,",
}
_ENDS = 10_000  # bytes at both ends of a file, in which the mark stands

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
        if os.path.isdir(path):  # noqa: PTH112  a name may be too long to be looked up
            found += sorted(file for file in path.rglob("*") if _may_be_tracker(file))
        elif not os.path.exists(path) and glob.has_magic(str(given)):  # noqa: PTH110  the same
            matches = sorted(Path(name) for name in glob.glob(str(given), recursive=True))  # noqa: PTH207  a whole pattern
            found += [file for file in matches if _may_be_tracker(file)]
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def _may_be_tracker(path: Path) -> bool:
    hidden = path.name.startswith(".") or is_lock(path)
    fits = path.suffix.lower() in SUFFIXES and not hidden and path.is_file()
    return fits and not is_report(path)


def is_report(path: Path) -> bool:
    """Whether a file is a report of ours, by the mark it carries."""
    suffix = path.suffix.lower()
    try:
        if suffix == ".xlsx":
            with opened_safely(path) as archive, archive.open("docProps/core.xml") as core:
                return REPORT_MARK.encode() in core.read(100_000)
        return suffix in _MARKS and _MARKS[suffix] in _ends(path)
    except (OSError, UnreadableError):
        return False


def _ends(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(_ENDS)
        file.seek(max(file.tell(), os.fstat(file.fileno()).st_size - _ENDS))
        return head + file.read(_ENDS)


def read_all(
    source: Source | Sequence[Source],
    map: Map = map,  # noqa: A002  shaped like it
    progress: Callable[[int], object] | None = None,
    config: Config | None = None,
) -> list[Tracker]:
    """The trackers of a source: trackers as they are, paths read, folders searched.

    A workbook with several tables of OKRs gives a tracker each; of copies of one tracker the one
    updated last counts, and the others come back empty.
    A file that cannot be read comes back too, as an empty tracker whose problem says why.
    `progress` is told the number of files read so far; `config` tells the fiscal year.
    """
    given = [source] if isinstance(source, (str, Path, Tracker)) else list(source)
    trackers = [item for item in given if isinstance(item, Tracker)]
    paths = expand(item for item in given if not isinstance(item, Tracker))
    read = partial(read_trackers, fiscal_start=(config or Config()).fiscal_start)
    for count, found in enumerate(map(read, paths), 1):
        trackers += found
        if progress:
            progress(count)
    return without_copies(trackers)
