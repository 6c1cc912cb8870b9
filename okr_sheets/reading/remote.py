"""Files at URLs, by fsspec: found as those of a folder are, and fetched before they are read."""

from __future__ import annotations

import glob
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any

from okr_sheets.files import guard
from okr_sheets.misuse import MisuseError
from okr_sheets.problems import UnreadableError
from okr_sheets.suggesting import advice
from okr_sheets.urls import WEB, links, pathful, protocol, without_query, without_secrets

PREFIX = "okr-sheets-"  # of folders for what is fetched
_LOG = logging.getLogger(__name__)
_PIECE = 1 << 20  # bytes that are fetched at once


@dataclass(frozen=True, slots=True)
class Remote:
    """A file at a URL: what it is called, and where the file system of `source` has it.

    `source` is a URL as somebody gave it, and may hold a password. `is_found` tells that a folder
    was searched for it, so that it may be a report of ours.
    """

    name: str
    source: str = field(repr=False)
    place: str = field(repr=False)
    is_found: bool = False

    def __str__(self) -> str:
        return self.name

    @property
    def is_in_memory(self) -> bool:
        """Whether only the process that wrote it can read it."""
        return "memory" in map(protocol, links(self.source))

    @property
    def identity(self) -> tuple[str, ...]:
        """The same for a file whoever names it, and another for each that only looks alike."""
        return self.name, self.place, self.source.partition("::")[2]


def at_url(url: str, is_sought: Callable[[PurePosixPath], bool]) -> list[Remote]:
    """The files that a URL names: those sought of a folder's or a pattern's, or the one.

    Sorted; a file's URL gives that file whether it is there or not. One of the web is a file unless
    it ends in `/` or holds a `*`: what looks for more there fetches it.

    UnreadableError for a folder that cannot be listed and for a system that refuses, MisuseError
    for a URL that no installed package reads.
    """
    path = pathful(url)
    if protocol(path) in WEB:
        path = without_query(path)
        is_pattern, is_file = "*" in path, not path.endswith("/")
    else:
        is_pattern, is_file = glob.has_magic(path), is_sought(PurePosixPath(path))
    with _in_one_word():
        system, place = _system(url)
        if is_pattern:
            entries = system.glob(place, detail=True)
            places = [each for each, about in entries.items() if about.get("type") != "directory"]
        elif not is_file and system.isdir(place):
            places = system.find(place)
        else:
            return [_remote(url, system, place, is_found=False)]
        files = [_remote(url, system, each, is_found=True) for each in sorted(places)]
    return [file for file in files if is_sought(PurePosixPath(file.name))]


@contextmanager
def fetched(file: Remote, folder: str = "") -> Iterator[Path]:
    """A copy of a file in a folder of its own, which is gone afterwards; it lies in `folder`.

    Raises UnreadableError with the reason if it cannot be fetched or is larger than a tracker can
    be, which is known before more of it is fetched than that.
    """
    within = folder if os.path.isdir(folder) else None  # noqa: PTH112  a worker elsewhere has none
    suffix = PurePosixPath(file.name).suffix
    with _in_one_word():
        room = TemporaryDirectory(prefix=PREFIX, dir=within)
    with room as own:
        copy = Path(own, f"tracker{suffix}" if suffix[1:].isalnum() else "tracker")
        with _in_one_word():
            _fetch(file, copy)
        yield copy


def _fetch(file: Remote, copy: Path) -> None:
    system, _ = _system(file.source)
    left = guard.MOST_BYTES
    with system.open(file.place, "rb") as content, copy.open("wb") as out:
        while piece := content.read(min(_PIECE, left + 1)):
            left -= len(piece)
            if left < 0:
                raise UnreadableError("too-large", f"{guard.MOST_BYTES // 1_000_000} MB")
            out.write(piece)


def _remote(url: str, system: Any, place: str, is_found: bool) -> Remote:
    name = without_secrets(system.unstrip_protocol(place) if is_found else url)
    return Remote(name, url, place, is_found)


def _system(url: str) -> tuple[Any, str]:
    """The file system of a URL, and what it calls the URL's place."""
    shown = without_secrets(url)
    try:
        from fsspec import available_protocols, registry  # noqa: PLC0415  an extra
        from fsspec.core import url_to_fs  # noqa: PLC0415  and that
    except ImportError:
        raise MisuseError(
            f"{shown} is a URL, which needs an extra: pip install 'okr-sheets[dask]'"
        ) from None
    for name in (link.partition("://")[0] for link in links(url)):
        if name not in {*available_protocols(), *registry}:
            instead = advice(name, available_protocols(), otherwise="Type one such as s3://.")
            raise MisuseError(f"No file system is known for {name}://. {instead}")
    try:
        system, place = url_to_fs(url)
    except ImportError as error:  # of the package for these URLs, which fsspec names
        reason = str(error).rstrip(".")
        raise MisuseError(
            f"{shown} needs one package more. {reason}. Install it with pip."
        ) from None
    return system, place


@contextmanager
def _in_one_word() -> Iterator[None]:
    """Why something could not be fetched, without the system's words, which may hold a password."""
    try:
        yield
    except (UnreadableError, MisuseError, MemoryError):
        raise
    except FileNotFoundError:
        raise UnreadableError("not-found") from None
    except PermissionError as error:
        raise UnreadableError("cannot-open", error.strerror or "") from None
    except Exception as error:  # noqa: BLE001  each file system has its own
        name = type(error).__name__
        _LOG.debug("Not fetched: %s.", name)
        raise UnreadableError("open-failed", name) from None
