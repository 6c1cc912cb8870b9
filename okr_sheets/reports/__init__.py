"""Rollups and reviews as files: workbook, slides, page, Markdown, CSV and JSON, by the suffix."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from okr_sheets.choices import HISTORIES
from okr_sheets.files.marks import REPORTS, put_digest
from okr_sheets.language import check_language
from okr_sheets.language import language as words_of
from okr_sheets.misuse import MisuseError, check_local, check_suffix, named_kind
from okr_sheets.reports.excerpts import archive_of, is_large
from okr_sheets.rollups.result import Rollup
from okr_sheets.writing.saving import check_target, place_of, same_file, saved

if TYPE_CHECKING:
    from okr_sheets.language import Language
    from okr_sheets.reports.reviews import Review

# Each kind of report loads only when it is asked for.
Kinds = Mapping[str, tuple[str, str]]  # suffix to module and function
KINDS: Kinds = {
    ".xlsx": ("workbook", "write_workbook"),
    ".pptx": ("deck", "write_deck"),
    ".html": ("page", "write_page"),
    ".md": ("markdown", "write_markdown"),
    ".csv": ("tables", "write_csv"),
    ".json": ("tables", "write_json"),
    **dict.fromkeys(HISTORIES, ("", "")),  # added to, and never replaced: see `report`
}
REVIEWS: Kinds = {
    ".xlsx": ("reviews.workbook", "write_workbook"),
    ".md": ("reviews.text", "write_markdown"),
    ".json": ("reviews.text", "write_json"),
}
SHORTENING = (".xlsx", ".xlsm", ".html")  # what shows of a large rollup what matters most
_ARCHIVED: WeakKeyDictionary[Rollup, tuple[object, ...]] = WeakKeyDictionary()
Writer = Callable[..., None]  # of rollup or review, path and language, and of the archive's name


def report(
    rollup: Rollup,
    path: str | Path,
    language: str | None = None,
    tell: Callable[[str], object] | None = None,
) -> Path:
    """Write a `Rollup` as the kind of report that the suffix names, and give its path.

    `.xlsx` a formatted workbook, `.pptx` a deck of slides (with the extra `deck`), `.html` one
    self-contained page, `.md` a Markdown summary, `.csv` the scored key results, `.json` an object
    with `about`, all frames as lists, and `problems`. `.sqlite` and `.db` are a history, to which
    the run is added: docs/history.md tells its tables.
    Where a list has more than 2,500 rows, workbook and page show those that matter most, and name
    the file beside them that holds all frames whole, such as `rollup-data.zip`.
    `language` defaults to the one most trackers are in. An earlier report of that name is replaced
    once the new one is whole; one that was changed since it was written is kept under a free name,
    which `tell` is given in a sentence. ValueError for another suffix or language, with the
    choices, and for the path of a tracker that was read; FileExistsError for a file that is no
    report of ours.
    """
    if not hasattr(rollup, "headline"):
        kind = named_kind(rollup)
        raise MisuseError(f"A report is made of what okr_sheets.rollup gives, not of {kind}.")
    if language is not None:
        check_language(language)
    _check_name(path, [tracker.path for tracker in rollup.trackers if tracker.path], KINDS)
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix in HISTORIES:
        from okr_sheets.history.keeping import keep  # noqa: PLC0415  few runs need SQLite

        check_target(path)
        keep(rollup, path)
        return path
    words = rollup.words(language)
    say = tell or (lambda _: None)
    # First of all, since the report will name it.
    names = {"archive": archived(rollup, path, words, say)} if suffix in SHORTENING else {}
    _write(rollup, path, KINDS[suffix], words, say, **names)
    return path


def report_review(review: Review, path: Path, language: str, tell: Callable[[str], object]) -> Path:
    """Write a `Review` as the kind of `REVIEWS` that the suffix names, and give its path.

    What is at the path is replaced, kept or refused as by `report`.
    """
    _check_name(path, [tracker.path for tracker in review.trackers if tracker.path], REVIEWS)
    _write(review, path, REVIEWS[path.suffix.lower()], words_of(language), tell)
    return path


def check_report(
    path: str | Path,
    trackers: Iterable[str | Path],
    kinds: Kinds = KINDS,
) -> None:
    """Raise what writing one of the `kinds` would raise, known before the trackers are read."""
    _check_name(path, trackers, kinds)
    if Path(path).suffix.lower() not in HISTORIES:
        check_target(path, REPORTS)
        return
    from okr_sheets.history.database import check  # noqa: PLC0415  few runs need SQLite

    check_target(path)
    check(path)


def _check_name(path: str | Path, trackers: Iterable[str | Path], kinds: Kinds) -> None:
    """MisuseError if a report cannot have that name, or if a tracker has it."""
    check_local(path)
    place = place_of(path)
    suffix = Path(path).suffix.lower()
    check_suffix(Path(path), kinds)
    if place.suffix.lower() != suffix:
        raise MisuseError(
            f"{path} leads to {place}, which is no {suffix} file. Choose another name."
        )
    if suffix == ".pptx" and not find_spec("pptx"):
        raise MisuseError(f"{path}: slides need an extra: pip install 'okr-sheets[deck]'")
    if any(same_file(path, tracker) for tracker in trackers):
        raise MisuseError(f"{path} is one of the trackers read. Choose another name.")


def archived(rollup: Rollup, path: Path, words: Language, say: Callable[[str], object]) -> str:
    """The name of what holds all rows of a large rollup, which is written beside its report."""
    archive = archive_of(path)
    # For workbook and page once.
    if is_large(rollup) and _ARCHIVED.get(rollup) != _trace(archive, words):
        _write(rollup, archive, ("tables", "write_archive"), words, say)
        _ARCHIVED[rollup] = _trace(archive, words)
        say(words("terminal.all_rows", archive=archive.name))
    return archive.name


def beside(result: Rollup | Review, path: Path) -> list[Path]:
    """What a report, or a workbook with sheets of it, has beside it: a large rollup's archive."""
    is_long = isinstance(result, Rollup) and is_large(result)
    has_archive = is_long and path.suffix.lower() in SHORTENING
    return [archive_of(path)] if has_archive else []


def _trace(path: Path, words: Language) -> tuple[object, ...]:
    """What tells whether a file still is as it was written; nothing if there is none."""
    try:
        state = path.stat()
    except OSError:
        return ()
    return path.absolute(), words.code, state.st_ino, state.st_size, state.st_mtime_ns


def _write(
    result: Rollup | Review,
    path: Path,
    writer: tuple[str, str],
    words: Language,
    say: Callable[[str], object],
    **names: str,
) -> None:
    module, function = writer
    write: Writer = getattr(import_module(f"okr_sheets.reports.{module}"), function)
    kept: list[Path] = []
    with saved(path, marks=REPORTS, aside=kept.append) as temporary:
        write(result, temporary, words, **names)
        put_digest(Path(temporary))
    if kept:
        say(words("terminal.kept_aside", path=str(path), kept=kept[0].name))
