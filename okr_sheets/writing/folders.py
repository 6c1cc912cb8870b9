"""A folder of outputs that is whole or not there."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from okr_sheets.writing.saving import PREFIX, STALE, in_words


@contextmanager
def saved_folder(path: Path) -> Iterator[Path]:
    """Lend a hidden folder beside `path`, and rename it once all went well.

    FileExistsError if there is anything at `path`, another OSError if nothing can be written there,
    each in a sentence. Whatever stops the run, `path` is whole or not there; what a killed run left
    hidden is deleted by a later one.
    """
    with in_words(path):
        _refuse(path)
        temporary = path.with_name(f"{PREFIX}{secrets.token_hex(8)}")
        temporary.mkdir()
    try:
        _clear(temporary)
        yield temporary
        with in_words(path):
            _refuse(path)
            temporary.rename(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _refuse(path: Path) -> None:
    if os.path.lexists(path):
        raise FileExistsError(f"{path} is there already. Choose another name with -o.")
    if not path.parent.is_dir():
        raise FileNotFoundError(f"There is no folder {path.parent}. Make it first.")


def _clear(temporary: Path) -> None:
    """Delete the hidden folders beside this one that runs which were killed long ago have left."""
    # By the clock of the disk, which may be another computer's.
    now = temporary.stat().st_mtime
    with os.scandir(temporary.parent) as entries:
        for entry in entries:
            if entry.name.startswith(PREFIX) and entry.is_dir(follow_symlinks=False):
                with suppress(OSError):
                    if now - entry.stat().st_mtime > STALE:
                        shutil.rmtree(entry.path, ignore_errors=True)
