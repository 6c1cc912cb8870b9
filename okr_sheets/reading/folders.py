"""Files, folders and patterns as a list of trackers, with a problem for what is left out."""

from __future__ import annotations

import fnmatch
import glob
import io
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from okr_sheets.config import Config
from okr_sheets.config.finding import Settings, settings_of
from okr_sheets.engine import Map, lent, one_by_one
from okr_sheets.files.locks import is_lock
from okr_sheets.files.marks import is_marked
from okr_sheets.files.names import SUFFIXES, is_other, is_sought
from okr_sheets.misuse import MisuseError, named_kind
from okr_sheets.problems import Problem, UnreadableError, unopened
from okr_sheets.reading.copies import without_copies
from okr_sheets.reading.remote import PREFIX, Remote, at_url, fetched
from okr_sheets.reading.together import together
from okr_sheets.reading.tracker import read_trackers
from okr_sheets.tracker import Tracker
from okr_sheets.urls import is_url, without_secrets

FEW = 3  # files of other formats that are named

Source = str | Path | Tracker
Identity = tuple[int, int] | str
Parts = tuple[str, ...]  # of a pattern

NOWHERE = "Name a file or a folder of trackers, or set paths in okr.toml."
_ALL: Parts = ("**",)


@dataclass(frozen=True, slots=True)
class Found:
    """A search's result: the trackers passed in, files to read, problems of what is left out."""

    trackers: tuple[Tracker, ...]
    files: tuple[Path | Remote, ...]
    left_out: tuple[Problem, ...]


def listed(source: Source | Iterable[Source]) -> list[Source]:
    """A source as a list of paths and trackers; MisuseError for anything else.

    A frame and a mapping are refused, since a list of them holds their keys alone.
    """
    if isinstance(source, (str, os.PathLike, Tracker)):
        return [source]
    is_wrong = isinstance(source, (bytes, Mapping, io.IOBase)) or hasattr(source, "columns")
    if is_wrong or not isinstance(source, Iterable):
        raise MisuseError(_no_source(source))
    items = list(source)
    for item in items:
        if not isinstance(item, (str, os.PathLike, Tracker)):
            raise MisuseError(_no_source(item))
    return items


def _no_source(source: object) -> str:
    kind = named_kind(source)
    return f"Trackers are named by a path, a Tracker or a list of these, not by {kind}."


def search(source: Source | Sequence[Source]) -> Found:
    """The files that paths name, in a stable order, each once, and what was left out.

    A folder stands for every tracker below it, a pattern for all files that match and those below
    folders that match; what is at URLs comes last. Lock files, hidden files and our own reports are
    left out without a problem, files of other formats with one for each folder. A path of one file
    is kept whatever its name, so that reading can report that it is missing, but for a lock, which
    a shell's pattern may name. Links to folders are followed if a path names them, not below a
    folder or a `**`.
    """
    items = listed(source)
    trackers = tuple(item for item in items if isinstance(item, Tracker))
    names = [item for item in items if not isinstance(item, Tracker)]
    if "" in names:
        raise MisuseError("A path is empty. Name a file or a folder of trackers.")
    paths = [Path(name) for name in names if not is_url(name)]
    _check_working_folder(paths)
    looking = _Search()
    for path in paths:
        looking.for_path(path)
    for name in names:
        if is_url(name):
            looking.for_url(str(name))
    files, left_out = looking.result()
    return Found(trackers, files, left_out)


def _check_working_folder(paths: Sequence[Path]) -> None:
    try:
        Path.cwd()
    except OSError:
        if not all(path.is_absolute() for path in paths):
            sentence = "The folder that you are in is gone. Go to another one and run this again."
            raise MisuseError(sentence) from None


class _Search:
    """A search on its way."""

    def __init__(self) -> None:
        self._files: list[Path] = []
        self._remote: list[Remote] = []
        self._problems: list[Problem] = []
        self._empty: list[Problem] = []
        self._locks: list[Problem] = []
        self._others: dict[Path, list[str]] = {}  # files that are not read, by their folder
        # Folders that were searched, and links to folders that were not, each with what was sought.
        self._searched: set[tuple[Identity, Parts]] = set()
        self._links: list[tuple[Path, Parts]] = []

    def result(self) -> tuple[tuple[Path | Remote, ...], tuple[Problem, ...]]:
        """Each file by the first plain one of its names, and a problem for all left out."""
        names: dict[Identity, list[Path]] = {}
        for file in dict.fromkeys(self._files):
            names.setdefault(_identity(file), []).append(file)
        linked = [Problem("folder-linked", str(link)) for link, sought in self._unseen(self._links)]
        remote = {file.identity: file for file in self._remote}
        files: tuple[Path | Remote, ...] = (*map(_plainest, names.values()), *remote.values())
        others = [
            Problem("other-format", str(folder), given=_listed(names))
            for folder, names in self._others.items()
        ]
        # Where nothing at all was found, whoever asked says so in one sentence.
        rest = self._empty if files else self._locks[:1]
        problems = dict.fromkeys([*self._problems, *linked, *others, *rest])
        return files, tuple(problems)

    def _unseen(self, links: Iterable[tuple[Path, Parts]]) -> Iterator[tuple[Path, Parts]]:
        """The links to what was not searched under its own name either."""
        for link, sought in links:
            target = _identity(link)
            if not self._searched & {(target, sought), (target, _ALL)}:
                yield link, sought

    def for_path(self, path: Path) -> None:
        """Look for what one path names: a folder, a pattern or a file."""
        before = self._count
        if os.path.isdir(path):  # noqa: PTH112  a name may be too long to be looked up
            self._walk(path, ())
        elif not os.path.lexists(path) and glob.has_magic(str(path)):
            start = Path(path.anchor)
            self._walk(start, path.relative_to(start).parts)
        elif _is_dead(path):
            self._problems.append(Problem("dead-link", str(path)))
        elif is_lock(path):
            self._locks.append(Problem("lock-file", str(path)))
            return
        else:
            self._files.append(path)
        if self._count == before:
            self._empty.append(Problem("nothing-found", str(path)))

    def for_url(self, url: str) -> None:
        """Look for what a URL names."""
        name = without_secrets(url)
        try:
            files = at_url(url, is_sought)
        except UnreadableError as error:
            self._problems.append(error.problem(name))
            return
        self._remote += files
        if not files:
            self._empty.append(Problem("nothing-found", name))

    @property
    def _count(self) -> int:
        return len(self._files) + len(self._problems) + len(self._links) + len(self._others)

    def _walk(self, start: Path, pattern: Parts) -> None:
        """Take the files that match the parts of a pattern, from a folder on."""
        first = len(self._files)
        searched: set[tuple[Identity, Parts]] = set()
        # All links come by with the pattern's own **, if it has any.
        wide = {pattern[at:] for at, part in enumerate(pattern) if part == "**"} or {_ALL}
        # Each with the parts that it has still to match, and whether a link to a folder is one.
        todo = [(start, pattern, True)]
        while todo:
            path, parts, follows = todo.pop()
            try:
                is_folder = stat.S_ISDIR(path.stat().st_mode)
            except (OSError, ValueError) as error:
                self._miss(path, parts, error)
                continue
            if not is_folder or is_other(path):
                if parts in {(), _ALL}:
                    self._take(path)
                continue
            if _is_link(path) and not follows:
                self._links += [(path, parts)] if parts in wide else []
                continue
            head, *rest = parts = parts or _ALL
            visit = (_identity(path), parts)
            if head == "**" and visit not in searched:
                searched.add(visit)
                todo += [(each, parts, False) for each in self._entries(path, "*")]
                if rest and rest[0] == "**":
                    todo.append((path, tuple(rest), True))
                elif rest:
                    below = self._entries(path, rest[0])
                    todo += [(each, tuple(rest[1:]), False) for each in below]
            elif head != "**" and glob.has_magic(head):
                todo += [(each, tuple(rest), follows) for each in self._entries(path, head)]
            elif head != "**":
                todo.append((path / head, tuple(rest), follows))
        self._searched |= searched
        self._files[first:] = sorted(self._files[first:])

    def _take(self, path: Path) -> None:
        """Take a file if it may be a tracker by its name, or note that it is none that is read."""
        if is_other(path):
            names = self._others.setdefault(path.parent, [])
            names += [path.name] if path.name not in names else []
        elif is_sought(path) and not is_marked(path):
            self._files.append(path)

    def _entries(self, folder: Path, pattern: str) -> list[Path]:
        """A folder's entries that fit a pattern; none, and a problem, if it cannot be opened."""
        try:
            names = os.listdir(folder)  # noqa: PTH208  names are all that is wanted
        except OSError as error:
            self._problems.append(unopened(error).problem(str(folder)))
            return []
        fitting = fnmatch.filter(names, pattern)
        return [folder / name for name in fitting if name[0] != "." or pattern[0] == "."]

    def _miss(self, path: Path, parts: Parts, error: OSError | ValueError) -> None:
        """Add a problem for a path that cannot be looked at, if it may be a tracker or a folder."""
        suffix = path.suffix.lower()
        is_sought = parts in {(), _ALL} and suffix in SUFFIXES
        # A folder has no suffix, or one such as that of “2027.Q1”.
        is_folder = not suffix[1:].isalpha()
        is_gone = isinstance(error, (FileNotFoundError, NotADirectoryError)) and not _is_link(path)
        if is_gone or not (is_sought or is_folder):
            return
        reason = UnreadableError("dead-link") if _is_dead(path) else unopened(error)
        self._problems.append(reason.problem(str(path)))


def _identity(path: Path) -> Identity:
    """A value that is the same for all names of one file or folder."""
    try:
        seen = path.stat()
    except (OSError, ValueError):
        seen = None
    if seen and seen.st_ino:
        return seen.st_dev, seen.st_ino
    return os.path.normcase(os.path.abspath(path))  # noqa: PTH100  a link to nothing is itself


def _is_link(path: Path) -> bool:
    return os.path.islink(path)  # noqa: PTH114  a name may be too long to be looked up


def _is_dead(path: Path) -> bool:
    """Whether a path is a link that leads nowhere, or in a circle."""
    try:
        path.stat()
    except PermissionError:
        return False
    except (OSError, ValueError):
        return _is_link(path)
    return False


def _plainest(names: Sequence[Path]) -> Path:
    """Of the names of one file the first that no link is part of, else the first."""
    if len(names) == 1:
        return names[0]
    plain = (name for name in names if os.path.realpath(name) == os.path.abspath(name))  # noqa: PTH100  links stay
    return next(plain, names[0])


def _listed(names: Sequence[str]) -> str:
    return ", ".join(sorted(names)[:FEW]) + (" …" if len(names) > FEW else "")


def read_source(
    source: Source | Sequence[Source] | None,
    config: Settings,
    engine: str | None = None,
    scheduler: str | None = None,
) -> tuple[list[Tracker], Config]:
    """The trackers of a source, as from `read_all`, and the settings that hold for them.

    `source=None` reads the paths that okr.toml lists. For Trackers alone, which lie in no
    folder, no okr.toml is looked for.
    """
    items = [] if source is None else listed(source)
    paths = [item for item in items if not isinstance(item, Tracker)]
    is_sought = paths or source is None
    settings = settings_of(Config() if config is None and not is_sought else config, paths)
    if source is None and not settings.paths:
        raise MisuseError(NOWHERE)
    found = search(settings.paths if source is None else items)
    with map_for(found, engine, scheduler) as share:
        return read_found(found, share, settings), settings


def map_for(
    sources: Found, engine: str | None = None, scheduler: str | None = None
) -> AbstractContextManager[Map]:
    """The map, as `lent` lends it, that suits what was found."""
    count = len(sources.files)
    if any(isinstance(file, Remote) and file.is_in_memory for file in sources.files):
        if engine == "processes":
            raise MisuseError(
                "No other process sees what is at memory://. Choose the engine serial."
            )
        count = 0
    return lent(engine, scheduler, count)


def read_all(
    source: Source | Sequence[Source],
    map: Map = one_by_one,  # noqa: A002  shaped like it
    config: Config | None = None,
) -> list[Tracker]:
    """The trackers of a source: trackers as they are, paths read, folders searched.

    A workbook with several tables of OKRs gives one tracker for each. Of copies of one tracker the
    one updated last counts. The other copies, files that cannot be read and what the search left
    out come back as empty trackers with a problem. `config` sets the fiscal year.
    """
    return read_found(search(source), map, config)


def read_found(
    sources: Found,
    map: Map = one_by_one,  # noqa: A002  shaped like it
    config: Config | None = None,
    progress: Callable[[int], object] | None = None,
) -> list[Tracker]:
    """The same for a search's result; calls `progress` with the number of files read so far."""
    trackers = list(sources.trackers)
    is_any_remote = any(isinstance(file, Remote) for file in sources.files)
    # A worker that dies leaves what it has fetched: it lies where all of it is removed.
    with TemporaryDirectory(prefix=PREFIX) if is_any_remote else nullcontext("") as folder:
        read = partial(read_file, fiscal_start=(config or Config()).fiscal_start, folder=folder)

        def one_after_another() -> Iterator[Tracker]:
            for count, tables in enumerate(map(read, _files(sources), _unread), 1):
                yield from tables
                if progress:
                    progress(count)

        trackers += together(one_after_another())
    trackers += [Tracker.empty(path=each.path, problems=(each,)) for each in sources.left_out]
    return without_copies(trackers)


File = tuple[str, Path | Remote]  # what messages call it, and where it is for any process


def _files(sources: Found) -> Iterator[File]:
    for file in sources.files:
        yield str(file), file.absolute() if isinstance(file, Path) else file


def read_file(file: File, fiscal_start: int, folder: str) -> list[Tracker]:
    """The trackers of a file, whatever process reads it; none of a report that a search found.

    A file at a URL is fetched into `folder`, or where there is no such folder, anywhere.
    """
    name, place = file
    if isinstance(place, Path):
        return read_trackers(name, fiscal_start, place)
    try:
        with fetched(place, folder) as copy:
            is_ours = place.is_found and is_marked(copy)
            return [] if is_ours else read_trackers(name, fiscal_start, copy)
    except UnreadableError as error:
        return _unread(file, error)


def _unread(file: File, error: UnreadableError) -> list[Tracker]:
    name, _ = file
    return [Tracker.empty(path=name, problems=(error.problem(name),))]
