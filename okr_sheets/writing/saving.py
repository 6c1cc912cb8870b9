"""Outputs that are whole or not there: written beside the target, then renamed."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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
        Path(temporary).replace(path)
    except PermissionError:
        kept = path.with_name(f"{path.stem}-new{path.suffix}")
        Path(temporary).replace(kept)
        raise PermissionError(
            f"{path} is open in another program. Close it; the result was kept as {kept.name}."
        ) from None
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise


def _keep_mode(temporary: Path) -> None:
    # mkstemp makes files only their owner reads; people share these.
    mask = os.umask(0)
    os.umask(mask)
    temporary.chmod(0o666 & ~mask)
