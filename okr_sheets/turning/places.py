"""Where the trackers of the next quarter are written."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePath

from okr_sheets.adopting.paths import plain_name
from okr_sheets.files.stems import spelled
from okr_sheets.misuse import MisuseError, check_tracker_name
from okr_sheets.quarters import Period
from okr_sheets.schema import OKRS
from okr_sheets.tracker import Tracker
from okr_sheets.turning.names import turned_file, turned_name
from okr_sheets.urls import is_url, without_secrets


def place_for_one(tracker: Tracker, quarter: Period, out: Path | None) -> Path:
    """The path of one new tracker, by default beside the old one; MisuseError for no such name."""
    _check_local(tracker)
    old = Path(tracker.path)
    path = out or old.with_name(turned_file(old.name, quarter, suffixed=True))
    check_tracker_name(path)
    if os.path.lexists(path):
        raise MisuseError(f"{path} is there already. Choose another name with -o.")
    return path


def places_for_all(
    trackers: Sequence[Tracker], quarters: Sequence[Period], folder: Path | None, out: Path | None
) -> tuple[Path, list[str]]:
    """The folder of several new trackers, and the path of each inside it.

    `folder` is the one that held them all, if one was named; by default the new one stands beside
    it. MisuseError if there is no such default, and for two trackers of one name.
    """
    for tracker in trackers:
        _check_local(tracker)
    if out is None and folder is not None:
        # A folder such as . has a name of its own.
        named = folder if folder.name not in {"", ".."} else _absolute(folder)
        out = named.with_name(turned_name(named.name, quarters[0], "{name}-{quarter}"))
    if out is None:
        raise MisuseError(
            f"Name the new folder of these {len(trackers)} trackers with -o: -o 2027-Q2"
        )
    if out.suffix.lower() == ".xlsx":
        count = len(trackers)
        raise MisuseError(f"{out} is to hold {count} trackers. Name a folder, without a suffix.")
    paths = [_absolute(Path(tracker.path)) for tracker in trackers]
    base = (
        _absolute(folder) if folder else Path(os.path.commonpath([path.parent for path in paths]))
    )
    sheets = _sheets_apart(trackers)
    names = [
        turned_file((_inside(path, base).parent / f"{path.stem}{sheet}.xlsx").as_posix(), quarter)
        for path, quarter, sheet in zip(paths, quarters, sheets, strict=True)
    ]
    taken: dict[str, Path] = {}
    for path, name in zip(paths, names, strict=True):
        other = taken.setdefault(spelled(name), path)
        if other is not path:
            raise MisuseError(f"{other} and {path} would both become {name}. Rename one of them.")
    return out, names


def _absolute(path: Path) -> Path:
    """The path from the root; a link in it keeps its name."""
    return Path(os.path.abspath(path))  # noqa: PTH100


def _inside(path: Path, base: Path) -> PurePath:
    return path.relative_to(base) if path.is_relative_to(base) else PurePath(path.name)


def _sheets_apart(trackers: Sequence[Tracker]) -> list[str]:
    """What is added to the name of a file that holds several trackers: the name of their sheet."""
    counts = Counter(tracker.path for tracker in trackers)
    return [
        f"-{plain_name(each.sheets[OKRS.key])}" if counts[each.path] > 1 else ""
        for each in trackers
    ]


def _check_local(tracker: Tracker) -> None:
    if is_url(tracker.path):
        shown = without_secrets(tracker.path)
        raise MisuseError(f"{shown} is a URL. Download it, and name the file.")
