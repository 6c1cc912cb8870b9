"""Files, folders and patterns as a list of trackers."""

from __future__ import annotations

import glob
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from okr_sheets.engine import Map
from okr_sheets.reading.tracker import read
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
            with zipfile.ZipFile(path) as archive:
                return REPORT_MARK.encode() in archive.read("docProps/core.xml")
        return suffix in _MARKS and _MARKS[suffix] in path.read_bytes()
    except (OSError, KeyError, zipfile.BadZipFile, zlib.error):
        return False


def read_all(
    source: Source | Sequence[Source],
    map: Map = map,  # noqa: A002  shaped like it
    progress: Callable[[int], object] | None = None,
) -> list[Tracker]:
    """The trackers of a source: trackers as they are, paths read, folders searched.

    A file that cannot be read comes back too, as an empty tracker whose problem says why.
    `progress` is told the number of files read so far.
    """
    given = [source] if isinstance(source, (str, Path, Tracker)) else list(source)
    trackers = [item for item in given if isinstance(item, Tracker)]
    paths = expand(item for item in given if not isinstance(item, Tracker))
    for count, tracker in enumerate(map(read, paths), 1):
        trackers.append(tracker)
        if progress:
            progress(count)
    return trackers
