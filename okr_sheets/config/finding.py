"""Which okr.toml counts: the one beside the work, if it can be trusted."""

from __future__ import annotations

import glob
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path, PurePath

from okr_sheets.config import Config, read_config
from okr_sheets.files.names import is_sought
from okr_sheets.misuse import MisuseError, named_kind
from okr_sheets.text import one_line, quoted
from okr_sheets.urls import is_url

NAME = "okr.toml"
MOST_NAMED = 6  # files that one sentence names
MOST_MATCHES = 10_000  # of a pattern, and folders below one, that are looked at
ROOT = 0  # who may write everywhere anyway
_LOG = logging.getLogger(__name__)

Settings = str | Path | Config | None  # as functions take them; see `settings_of`


def find(folder: Path) -> Iterator[Path]:
    """The okr.toml of a folder and of those above it, the nearest first."""
    try:
        folder = folder.resolve()
    except OSError:  # the folder is gone, or closed to us
        return
    files = (place / NAME for place in (folder, *folder.parents))
    # One that cannot be read, such as a link to nothing, is kept: reading it says why.
    yield from (file for file in files if os.path.lexists(file) and not os.path.isdir(file))  # noqa: PTH112  a folder above may be closed to us


def is_ours(file: Path) -> bool:
    """Whether a file, and the link that leads to it, belong to the user or to root.

    Anybody may leave a file in a folder above, such as one for temporary files. True where the
    system knows no owners.
    """
    if not hasattr(os, "geteuid"):
        return True
    try:
        return {file.lstat().st_uid, file.stat().st_uid} <= {os.geteuid(), ROOT}
    except OSError:
        return False


def nearest(paths: Iterable[str | Path] = ()) -> Path | None:
    """The okr.toml that counts for trackers at these paths, None if there is none.

    It is the one in the working folder or the nearest folder above; else the one in the folder that
    holds all paths, or the nearest above that.
    """
    return next((file for folder in (Path(), *_shared(paths)) for file in find(folder)), None)


def passed_over(sources: Iterable[str | Path], used: Path | None) -> list[Path]:
    """The okr.toml files nearest to some of the trackers of `sources` that do not count for all.

    `sources` are paths that are read. Where none is `used`, trackers in the folders below one are
    looked at too.
    """
    folders = _folders(sources)
    if used is None:
        folders += [below for place in _places(sources) for below in _with_trackers(place)]
    files = [file for folder in dict.fromkeys(folders) for file in islice(find(folder), 1)]
    real = dict.fromkeys(os.path.realpath(file) for file in files if is_trusted(file))
    return [Path(path) for path in real if used is None or path != os.path.realpath(used)]


def why_passed_over(files: Sequence[Path], used: Path | None, how: str) -> str:
    """A sentence on those that do not count, and `how` to name one; "" if there is none."""
    if not files:
        return ""
    names = ", ".join(quoted(shown_path(file)) for file in files[:MOST_NAMED])
    more = ", …" if len(files) > MOST_NAMED else ""
    counts = f"{quoted(shown_path(used))} counts" if used else "none lies above all trackers"
    return f"{names}{more}: not used, since {counts}. Name the one to use {how}."


def reads_all(paths: Sequence[str], config: Config) -> bool:
    """Whether reading these paths, or none for those of the settings, reads all trackers there are.

    They are what the `paths` of the settings name; where there are none, whatever lies by the file.
    """
    if not paths or not config.file:
        return not paths
    read = [PurePath(place) for place in _places(paths)]
    return {path for path in config.paths if is_url(path)} <= {*paths} and all(
        any(PurePath(place).is_relative_to(each) for each in read)
        for place in _places(config.paths or [config.file.parent])
    )


def _folders(paths: Iterable[str | Path]) -> list[Path]:
    """The folder of each of the `_places`: its own if it is one."""
    return [
        Path(place if os.path.isdir(place) else os.path.dirname(place))  # noqa: PTH112, PTH120  may be too long to be looked up
        for place in _places(paths)
    ]


def _places(paths: Iterable[str | Path]) -> list[str]:
    """Each path from the root on, of a pattern all that it matches.

    A pattern with ** counts as it is; none where the working folder is gone.
    """
    try:
        return [
            os.path.abspath(each)  # noqa: PTH100  a link in it keeps its name
            for path in map(str, paths)
            if not is_url(path)
            for each in _matched(path)
        ]
    except (OSError, ValueError):
        return []


def _matched(path: str) -> list[str]:
    """What a pattern matches; a path itself."""
    if os.path.lexists(path) or not glob.has_magic(path) or "**" in path:
        return [path]
    return [*islice(glob.iglob(path), MOST_MATCHES)] or [path]  # noqa: PTH207  a pattern may be absolute


def _with_trackers(place: str) -> Iterator[Path]:
    """The folders below one that hold what may be a tracker, hidden ones aside; none of a file."""
    walked = os.walk(place) if os.path.isdir(place) else ()  # noqa: PTH112  may be no path at all
    for path, folders, files in islice(walked, MOST_MATCHES):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        if any(is_sought(PurePath(name)) for name in files):
            yield Path(path)


def _shared(paths: Iterable[str | Path]) -> Iterator[Path]:
    """The deepest folder that holds all paths, if any; of a pattern, all that it matches."""
    try:
        folders = [
            next(str(each) for each in (path, *path.parents) if os.path.isdir(each))  # noqa: PTH112  may be too long to be looked up
            for path in _folders(paths)
        ]
        if folders:
            yield Path(os.path.commonpath(folders))
    except (ValueError, StopIteration):  # on two drives, or on none that is there
        return


def is_trusted(file: Path) -> bool:
    """Whether an okr.toml that was found is used: it lies in the working folder, or `is_ours`."""
    return shown_path(file) == NAME or is_ours(file)


def shown_path(file: Path) -> str:
    """The path of a file from the working folder, absolute if there is none (another drive)."""
    try:
        return os.path.relpath(file)
    except (OSError, ValueError):
        return str(file)


def settings_of(config: Settings, paths: Iterable[str | Path] = ()) -> Config:
    """The Config of a function's argument `config`: itself, read from a path, or found if None.

    It is found by `nearest(paths)`; the log `okr_sheets` names one that does not lie in the working
    folder, and one that is not used because it belongs to somebody else. ConfigError says what is
    wrong with a file and where, MisuseError what `config` may be.
    """
    if isinstance(config, Config):
        return config
    if config is not None:
        if not isinstance(config, (str, os.PathLike)):
            kind = named_kind(config)
            raise MisuseError(f"config must be the path of an okr.toml or a Config, not {kind}.")
        return read_config(config)
    paths = tuple(paths)
    file = nearest(paths)
    if said := why_passed_over(passed_over(paths, file), file, "as config"):
        _LOG.warning(one_line(said))
    if file is None:
        return Config()
    name = one_line(shown_path(file))
    if not is_trusted(file):
        reason = "belongs to somebody else. If you trust it, name it as config."
        _LOG.warning("%s is not used, since it %s", name, reason)
        return Config()
    _LOG.info("Settings: %s", name)
    return read_config(file)
