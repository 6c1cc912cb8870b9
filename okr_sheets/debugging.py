"""Where an error came from: what `--debug` shows, and what a fault of ours names."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from okr_sheets.text import printable

_HERE = Path(__file__).parent
_LOG = logging.getLogger("okr_sheets")


@contextmanager
def debug_log() -> Iterator[None]:
    """Show on standard error where errors come from."""
    shown = logging.StreamHandler()
    shown.setFormatter(_Printable())
    _LOG.addHandler(shown)
    _LOG.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        _LOG.removeHandler(shown)


class _Printable(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))


def log_in_full(error: Exception) -> None:
    """Give the log an error with all its calls."""
    _LOG.debug("In full:", exc_info=error)


def place_of(error: Exception) -> str:
    """Where in our code an error came up: `rollups/units.py line 120`."""
    frames = reversed(traceback.extract_tb(error.__traceback__))
    ours = next(frame for frame in frames if Path(frame.filename).is_relative_to(_HERE))
    return f"{Path(ours.filename).relative_to(_HERE).as_posix()} line {ours.lineno}"
