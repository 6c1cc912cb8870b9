"""Outputs that are whole or not there: written beside the target, then renamed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path


@contextmanager
def saved(path: str | Path, force: bool = True) -> Iterator[str]:
    """Lend the name of a temporary file beside `path`, and rename it once all went well.

    FileExistsError if there is such a file and not `force`. PermissionError, which Windows gives
    while a program holds the target open, names the file the result was kept in.
    """
    path = Path(path)
    if path.exists() and not force:
        raise FileExistsError(f"{path} is there already. Choose another name, or add --force.")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {path.parent}. Make it first.")
    handle, temporary = tempfile.mkstemp(
        prefix=f".{path.stem}-", suffix=path.suffix, dir=path.parent
    )
    os.close(handle)
    try:
        yield temporary
        with open(temporary, "rb+") as file:  # noqa: PTH123  fsync wants a descriptor
            os.fsync(file.fileno())
        _keep_mode(Path(temporary))
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise
    try:
        Path(temporary).replace(path)
    except PermissionError:
        kept = _free_name(path)
        Path(temporary).replace(kept)
        raise PermissionError(
            f"{path} is open in another program. Close it; the result was kept as {kept.name}."
        ) from None


def _free_name(path: Path) -> Path:
    names = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in count(2))
    return next(name for name in names if not name.exists())


def _keep_mode(temporary: Path) -> None:
    # mkstemp makes files only their owner reads; people share these.
    mask = os.umask(0)
    os.umask(mask)
    temporary.chmod(0o666 & ~mask)
