"""Outputs that are whole or not there: written beside the target, then renamed."""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path

from okr_sheets.files.locks import lock_of
from okr_sheets.files.marks import Marks, Standing, standing

PREFIX = ".okr-sheets-"  # of temporary files; reading passes over what is hidden
ASIDE = f"{PREFIX}old-"  # of second names of files that are being replaced
STALE = 3600  # seconds; no write takes as long, so an older temporary is a killed run's
Judge = Callable[[Path], Standing]
REASONS: Mapping[int, str] = {  # and what to do
    errno.ENOSPC: "the disk is full. Make room, or choose another disk",
    errno.EDQUOT: "your share of the disk is full. Make room, or choose another disk",
    errno.EFBIG: "the disk takes no file as large. Choose another disk",
    errno.ENAMETOOLONG: "the name is too long. Choose a shorter one",
    errno.EACCES: "nothing can be written in that folder. Choose another folder",
    errno.EPERM: "that folder does not allow it. Choose another folder",
    errno.ELOOP: "the link leads in a circle, or over too many others. Choose another name",
    errno.EROFS: "nothing can be written on that disk. Choose another disk",
}


@contextmanager
def saved(
    path: str | Path,
    *,
    force: bool = True,
    marks: Marks | None = None,
    aside: Callable[[Path], object] | None = None,
) -> Iterator[str]:
    """Lend the name of a temporary file beside `path`, and rename it once all went well.

    Whatever stops the run, an earlier file stays as it was; the new one has its owner, group and
    mode where the system allows. FileExistsError if there is one and not `force`, or, with `marks`,
    if it carries none of them, also if it came up meanwhile. One that was changed since it was
    marked is kept under a free name, which `aside` is told; without `aside` it is refused too. What
    is changed at the very moment of replacing is kept in any case, where the disk knows links.
    PermissionError if a program has the file open; the result is then kept under a free name, which
    the sentence tells. Another OSError says in one sentence why nothing was written.
    """
    path, target = Path(path), place_of(path)
    judge = partial(standing, marks=marks) if marks else None
    look = partial(_refuse, path, target, force, judge, aside is not None)
    with in_words(path):
        look()
        temporary = _begun(target)
    try:
        with in_words(path):
            _clear(temporary, judge)
            yield str(temporary)
            _flush(temporary, os.O_RDWR)
            kept = _put_in_place(path, temporary, target, look, judge)
            _flush_folder(target.parent)
    finally:
        with suppress(OSError):
            temporary.unlink()
    if kept and aside:
        aside(kept)


def check_target(path: str | Path, marks: Marks | None = None) -> None:
    """Raise what `saved`, with `aside`, would raise of what is at a path or is missing there."""
    path, target = Path(path), place_of(path)
    with in_words(path):
        _refuse(path, target, True, partial(standing, marks=marks) if marks else None, True)


def place_of(path: str | Path) -> Path:
    """Where a name leads: of a link, the file it stands for, be it there or not.

    OSError, in a sentence, if it leads nowhere.
    """
    path = Path(path)
    with in_words(path), suppress(FileNotFoundError, NotADirectoryError):
        path.stat()
    return Path(os.path.realpath(path)) if path.is_symlink() else path


def same_file(one: str | Path, other: str | Path) -> bool:
    """Whether two names are one file: by links, by case where it does not count, however spelled.

    A name without a file is like no other.
    """
    try:
        return Path(one).samefile(other)
    except OSError:
        return False


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """What the system says against a file, as a sentence."""
    try:
        yield
    except Exception as error:
        # XlsxWriter hands on what the system said inside an error of its own.
        refusal = error if isinstance(error, OSError) else next(iter(error.args), None)
        if not isinstance(refusal, OSError) or refusal.errno is None:
            raise
        reason = REASONS.get(refusal.errno, f"{refusal.strerror}. Choose another name")
        raise type(refusal)(f"{path} was not written: {reason}.") from error


def _refuse(
    path: Path, target: Path, force: bool, judge: Judge | None, may_set_aside: bool
) -> Standing | None:
    """What stands at the target, None if there is no file, unless it is not to be replaced."""
    try:
        mode = target.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        mode = 0
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(f"{path} is a folder. Name a file in it.")
    if target.parent.exists() and not target.parent.is_dir():
        raise NotADirectoryError(f"{target.parent} is a file and no folder. Name another one.")
    if not target.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {target.parent}. Make it first.")
    if not mode:
        return None
    if not stat.S_ISREG(mode):
        raise FileExistsError(f"{path} is a device or a pipe. Choose another name.")
    if not force:
        raise FileExistsError(f"{path} is there already. Choose another name, or add --force.")
    standing = judge(target) if judge else "ours"
    if standing == "foreign" or (standing == "changed" and not may_set_aside):
        raise FileExistsError(f"{path} is there already and is no report. Choose another name.")
    if not os.access(target, os.W_OK):
        raise PermissionError(f"{path} is write-protected. Choose another name.")
    return standing


def _begun(target: Path) -> Path:
    """An empty hidden file beside `target`, as new files are; where one is replaced, ours alone."""
    temporary = target.with_name(f"{PREFIX}{secrets.token_hex(8)}{target.suffix}")
    mode = 0o600 if target.exists() else 0o666
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode))
    return temporary


def _clear(temporary: Path, judge: Judge | None) -> None:
    """Delete the temporaries beside this one that killed runs left, and second names of ours."""
    # By the clock of the disk, which may be another computer's.
    now = temporary.stat().st_mtime
    with os.scandir(temporary.parent) as entries:
        for entry in entries:
            if entry.name.startswith(PREFIX):
                with suppress(OSError):
                    if now - entry.stat().st_mtime > STALE and _is_waste(Path(entry), judge):
                        Path(entry).unlink()


def _is_waste(left: Path, judge: Judge | None) -> bool:
    """Whether nobody misses what a killed run left: never what somebody changed."""
    if not left.name.startswith(ASIDE):
        return True
    return judge is not None and judge(left) in {"ours", "nothing"}


def _put_in_place(
    path: Path,
    temporary: Path,
    target: Path,
    look: Callable[[], Standing | None],
    judge: Judge | None,
) -> Path | None:
    """Give the file its name, and tell where what people changed is kept, if anything."""
    while True:
        found = look()
        if found and (held := lock_of(target)):
            raise _kept(path, temporary, target, f", or delete {held} if nothing has it open")
        try:
            if not found:
                _name(temporary, target)
                return None
            _liken(temporary, target)
            if judge:
                return _exchange(temporary, target, found, judge)
            temporary.replace(target)
        except FileExistsError:
            continue  # It came up this very moment.
        except PermissionError as error:
            # Windows says EACCES of a file that is open.
            if error.errno == errno.EPERM:
                raise
            raise _kept(path, temporary, target) from error
        return None


def _exchange(temporary: Path, target: Path, standing: Standing, judge: Judge) -> Path | None:
    """Replace a marked file, and give the name it is kept under if somebody changed it.

    It is judged once it is replaced, since it may be changed until then. FileExistsError if another
    file has taken its place.
    """
    old = _second_name(target, standing)
    if not old:
        temporary.replace(target)
        return None
    try:
        _replace(temporary, target, old)
    except BaseException:
        with suppress(OSError):
            _name(old, target)  # where the disk knows no links it has lost its name
        with suppress(OSError):
            _settled(old, target, standing, judge)
        raise
    return _settled(old, target, standing, judge)


def _replace(temporary: Path, target: Path, old: Path) -> None:
    if target.exists() and not same_file(old, target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    temporary.replace(target)


def _second_name(target: Path, standing: Standing) -> Path | None:
    """A name to keep a file under: a hidden one unless it was changed; None without links."""
    if standing == "changed":
        return _with_free_name(target, target)
    hidden = target.with_name(f"{ASIDE}{secrets.token_hex(8)}{target.suffix}")
    try:
        hidden.hardlink_to(target)
    except OSError:
        return None
    return hidden


def _settled(old: Path, target: Path, standing: Standing, judge: Judge) -> Path | None:
    """The name under which a replaced file stays; None, and no such name, if nobody misses it."""
    if same_file(old, target) or judge(old) in {"ours", standing} - {"changed"}:
        old.unlink(missing_ok=True)
        return None
    if not old.name.startswith(ASIDE):
        return old
    name = _with_free_name(old, target)
    old.unlink(missing_ok=True)
    return name


def _kept(path: Path, temporary: Path, target: Path, leftover: str = "") -> PermissionError:
    """Keep the result beside a target that is open; what to do, as an error."""
    name = _with_free_name(temporary, target).name
    return PermissionError(
        f"{path} is open in another program. Close it{leftover}; the result was kept as {name}."
    )


def _liken(temporary: Path, target: Path) -> None:
    """Give the file the owner, group and mode of the one it replaces, as far as one may."""
    try:
        old = target.stat()
    except FileNotFoundError:
        return
    for owner, group in ((old.st_uid, -1), (-1, old.st_gid)):
        # Windows has no such owners, and has no such function either.
        with suppress(OSError, AttributeError):
            os.chown(temporary, owner, group)
    mode = old.st_mode & 0o777
    if temporary.stat().st_gid != old.st_gid:
        mode &= 0o707 | (mode & 0o007) << 3  # Another group may what everybody may.
    with suppress(OSError):
        temporary.chmod(mode)


def _with_free_name(source: Path, target: Path) -> Path:
    """Give a file a name like the target's that nothing has."""
    for number in count(2):
        name = target.with_name(f"{target.stem}-{number}{target.suffix}")
        with suppress(FileExistsError):
            _name(source, name)
            break
    return name


def _name(source: Path, name: Path) -> None:
    """Give a file one more name, or where the disk knows no links another one.

    FileExistsError if something has it, be it since a moment ago.
    """
    try:
        name.hardlink_to(source)
    except FileExistsError:
        raise
    except OSError:
        name.touch(exist_ok=False)
        try:
            source.replace(name)
        except OSError:
            name.unlink()
            raise


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
