"""A rollup's sheets in a workbook that people keep, all else of which stays as it is."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from okr_sheets.files.child import in_child
from okr_sheets.files.encrypted import OLE
from okr_sheets.files.guard import head_of
from okr_sheets.files.locks import lock_of
from okr_sheets.files.marks import is_marked
from okr_sheets.language import check_language, languages
from okr_sheets.language import language as language_of
from okr_sheets.misuse import MisuseError, check_choice, check_local, named_kind
from okr_sheets.problems import UnreadableError
from okr_sheets.regular import opened
from okr_sheets.reports import archived
from okr_sheets.reports.excerpts import archive_of
from okr_sheets.reports.into.board import Board
from okr_sheets.reports.into.joining import Changes, joined
from okr_sheets.reports.into.own import OwnBook
from okr_sheets.reports.workbook import HIDDEN_SHEET, SHEETS, sheet_titles, write_workbook
from okr_sheets.writing.saving import check_target, place_of, saved

if TYPE_CHECKING:
    from okr_sheets.language import Language
    from okr_sheets.rollups.result import Rollup

USUAL = ("summary", "teams", "attention")  # the sheets of a first run, unless others are asked for
_KIND_OF = "okr_sheets.files.guard:kind_of"


def report_into(
    rollup: Rollup,
    path: str | Path,
    sheets: Iterable[str] | None = None,
    language: str | None = None,
    tell: Callable[[str], object] | None = None,
) -> Path:
    """Put sheets of a `Rollup` into an .xlsx or .xlsm workbook that is there, and give its path.

    `sheets` are keys: `summary`, or the name of a frame that the workbook of `report` has a sheet
    for. Those that an earlier call has put there are written anew, in their place and under the
    name they have now; without `sheets` these are all, the first time summary, teams and attention.
    New ones stand behind all others. Every part of the workbook but its list of sheets and of
    formats stays byte for byte as it is. Before the first sheet comes in, and whenever the cells
    of one are not what was written, a copy of the file is kept, such as `board.backup.xlsx`, which
    `tell` is given in a sentence. Of a large rollup all rows stand beside the workbook, as beside a
    report. ValueError says why no sheet can be put into a file, and names the choices for an
    unknown sheet or language; OSError says why nothing was written.
    """
    if not hasattr(rollup, "headline"):
        kind = named_kind(rollup)
        raise MisuseError(f"A report is made of what okr_sheets.rollup gives, not of {kind}.")
    if language is not None:
        check_language(language)
    words = rollup.words(language)
    asked = check_sheets(sheets)
    check_local(path)
    path, place = Path(path), place_of(path)
    _check_file(path, place)
    say = tell or (lambda _: None)
    before = _state(place)
    with _in_a_sentence(path, words.code):
        _check_kind(path, place)
        with saved(path) as temporary, _opened(place) as archive:
            board = Board(archive, str(path))
            names = _names(board, asked, words)
            write_workbook(rollup, temporary, words, archive_of(path).name, names)
            with zipfile.ZipFile(temporary) as own:
                book = OwnBook(own, names)
                changes = joined(board, book)
            is_lost = board.is_typed_on(sheet.key for sheet in book.sheets)
            _write(archive, changes, temporary)
            archived(rollup, path, words, say)
            if _state(place) != before:
                raise PermissionError(f"{path} was changed this very moment. Run it again.")
            notes = [words("terminal.signature", path=str(path))] if board.is_signed else []
            if is_lost or not board.own:
                notes.insert(0, words("terminal.backup", path=str(path), kept=_copied(place).name))
    for note in notes:
        say(note)
    return path


def check_into(path: str | Path, language: str) -> None:
    """Raise what `report_into` would raise of a path and a file, known before trackers are read."""
    path, place = Path(path), place_of(path)
    _check_file(path, place)
    with _in_a_sentence(path, language):
        _check_kind(path, place)
    check_target(path)


@contextmanager
def _in_a_sentence(path: Path, language: str) -> Iterator[None]:
    """Why a workbook cannot be read, as MisuseError."""
    try:
        yield
    except UnreadableError as error:
        raise MisuseError(error.problem(str(path)).line(language)) from error


def check_sheets(keys: Iterable[str] | None) -> tuple[str, ...]:
    """Keys of sheets as they are asked for; MisuseError, with the choices, for another one."""
    asked = tuple(keys or ())
    for key in asked:
        check_choice("sheet", key, SHEETS, _titles)
    return asked


def _titles() -> dict[str, str]:
    """What each sheet is called in all languages, with its key."""
    titles = [sheet_titles(language_of(code)) for code in languages()]
    return {title: key for each in titles for key, title in each.items() if key in SHEETS}


def _check_file(path: Path, place: Path) -> None:
    if not place.exists():
        raise MisuseError(f"There is no workbook {path}. Name one of yours that is there.")
    if is_marked(place):
        raise MisuseError(
            f"{path} is a report of okr-sheets, which is only written whole. "
            "Name a workbook of your own."
        )
    if held := lock_of(place):
        raise PermissionError(
            f"{path} is open in another program. Close it, or delete {held} if nothing has it open."
        )


def _check_kind(path: Path, place: Path) -> None:
    """MisuseError unless a child that looked at every byte found an .xlsx or .xlsm workbook."""
    head, _ = head_of(place)
    if head.startswith(OLE):  # which is not looked into: what does so is not needed here
        raise MisuseError(
            f"{path} is an old Excel workbook (.xls) or has a password. "
            "Save it as an Excel workbook (.xlsx) without a password first."
        )
    kind: str = in_child(_KIND_OF, place.absolute())
    if kind != "xlsx":
        raise MisuseError(
            f"{path} is a file of the kind {kind}. Save it as an Excel workbook (.xlsx) first."
        )


@contextmanager
def _opened(place: Path) -> Iterator[zipfile.ZipFile]:
    """A workbook's archive, every byte of which `_check_kind` has had looked at."""
    with opened(place) as content, zipfile.ZipFile(content) as archive:
        yield archive


def _state(place: Path) -> tuple[int, int, int]:
    """What tells whether a file still is the one it was."""
    state = place.stat()
    return state.st_ino, state.st_size, state.st_mtime_ns


def _names(board: Board, asked: Iterable[str], words: Language) -> dict[str, str]:
    """The sheets to be written, those that are there already among them, with their names."""
    there = board.own.keys() - {HIDDEN_SHEET}
    keys = {HIDDEN_SHEET, *there, *(asked or (() if there else USUAL))}
    titles = {key: title for key, title in sheet_titles(words).items() if key in keys}
    return board.names_for(titles)


def _write(archive: zipfile.ZipFile, changes: Changes, path: str) -> None:
    """Write an archive with changes to its members, all others as they are and in their order."""
    left = dict(changes)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        target.comment = archive.comment
        for member in archive.infolist():
            made = _like(member)
            key = member.filename.replace("\\", "/").lower()
            if key not in left:
                with archive.open(member) as source, target.open(made, "w") as copy:
                    shutil.copyfileobj(source, copy)
            elif (content := left.pop(key)) is not None:
                target.writestr(made, content)
        for name, content in left.items():
            if content is not None:
                made = zipfile.ZipInfo(name)  # as of 1980, so that the same gives the same bytes
                made.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(made, content)


def _like(member: zipfile.ZipInfo) -> zipfile.ZipInfo:
    """A member of the same name, day and kind; what it holds comes later."""
    made = zipfile.ZipInfo(member.filename, member.date_time)
    made.compress_type = member.compress_type
    made.create_system, made.external_attr = member.create_system, member.external_attr
    made.comment, made.file_size = member.comment, member.file_size
    return made


def _copied(place: Path) -> Path:
    """A copy of a file beside it, under the first name that is free."""
    for number in count(1):
        ending = f".backup-{number}" if number > 1 else ".backup"
        copy = place.with_name(f"{place.stem}{ending}{place.suffix}")
        try:
            with copy.open("xb") as target, place.open("rb") as source:
                shutil.copyfileobj(source, target)
        except FileExistsError:
            continue
        shutil.copystat(place, copy)
        break
    return copy
