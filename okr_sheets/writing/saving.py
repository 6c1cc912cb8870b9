"""Outputs that are whole or not there: written beside the target, then renamed."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from okr_sheets.reading.locks import lock_of

PREFIX = ".okr-sheets-"  # of temporary files; reading passes over what is hidden
STALE = 3600  # seconds; no write takes as long, so an older temporary is a killed run's
REASONS: Mapping[int, str] = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "your share of the disk is full",
    errno.EFBIG: "the disk takes no file as large",
    errno.ENAMETOOLONG: "the name is too long",
    errno.EACCES: "nothing can be written in that folder",
    errno.EPERM: "nothing can be written in that folder",
    errno.EROFS: "nothing can be written on that disk",
}


@contextmanager
def saved(path: str | Path, force: bool = True) -> Iterator[str]:
    """Lend the name of a temporary file beside `path`, and rename it once all went well.

    Whatever stops the run, an earlier file stays as it was. FileExistsError if there is one and
    not `force`. PermissionError if a program has it open; the result is then kept under a free
    name, which the sentence tells. Another OSError says in one sentence why nothing was written.
    """
    path = Path(path)
    with _in_words(path):
        target = path.resolve() if path.is_symlink() else path
        _refuse(path, target, force)
        temporary = _begun(target)
    try:
        with _in_words(path):
            _clear(temporary)
            yield str(temporary)
            _flush(temporary, os.O_RDWR)
            said = _renamed(temporary, target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    if said:
        raise PermissionError(f"{path} is open in another program. {said}")


def same_file(one: str | Path, other: str | Path) -> bool:
    """Whether two names are one file: by links, by case where it does not count, however spelled.

    A name without a file is like no other.
    """
    try:
        return Path(one).samefile(other)
    except OSError:
        return False


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """What the system says against a file, as a sentence."""
    try:
        yield
    except Exception as error:
        # XlsxWriter hands on what the system said inside an error of its own.
        said = error if isinstance(error, OSError) else next(iter(error.args), None)
        if not isinstance(said, OSError) or said.errno is None:
            raise
        reason = REASONS.get(said.errno, said.strerror)
        raise type(said)(f"{path} was not written: {reason}.") from error


def _refuse(path: Path, target: Path, force: bool) -> None:
    if target.is_dir():
        raise IsADirectoryError(f"{path} is a folder. Name a file in it.")
    if target.exists() and not force:
        raise FileExistsError(f"{path} is there already. Choose another name, or add --force.")
    if target.exists() and not os.access(target, os.W_OK):
        raise PermissionError(f"{path} is write-protected. Choose another name.")
    if not target.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {target.parent}. Make it first.")


def _begun(target: Path) -> Path:
    """An empty hidden file beside `target`, open to whom `target` is open, or any new file."""
    temporary = target.with_name(f"{PREFIX}{secrets.token_hex(8)}{target.suffix}")
    temporary.touch(exist_ok=False)
    if target.exists():
        shutil.copymode(target, temporary)
    return temporary


def _clear(temporary: Path) -> None:
    """Delete the temporaries beside this one that killed runs left."""
    # By the clock of the disk, which may be another computer's.
    now = temporary.stat().st_mtime
    with os.scandir(temporary.parent) as entries:
        for entry in entries:
            if entry.name.startswith(PREFIX):
                with suppress(OSError):
                    if now - entry.stat().st_mtime > STALE:
                        Path(entry).unlink()


def _renamed(temporary: Path, target: Path) -> str:
    """Give the file its name. Where a program has the target open: a free name, and what to do."""
    held = lock_of(target) if target.exists() else ""
    if not held:
        # What Windows says of a file that is open.
        with suppress(PermissionError):
            temporary.replace(target)
            _flush_folder(target.parent)
            return ""
    kept = _free_name(target)
    temporary.replace(kept)
    _flush_folder(target.parent)
    leftover = f", or delete {held} if nothing has it open" if held else ""
    return f"Close it{leftover}; the result was kept as {kept.name}."


def _free_name(path: Path) -> Path:
    names = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in count(2))
    return next(name for name in names if not name.exists())


def _flush(path: Path, flags: int) -> None:
    """Have the system put on the disk what it holds of a file."""
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _flush_folder(folder: Path) -> None:
    # Some shared disks refuse it, and Windows has no such thing.
    if os.name == "posix":
        with suppress(OSError):
            _flush(folder, os.O_RDONLY)
