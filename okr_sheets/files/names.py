"""What a file may be, by its name alone."""

from __future__ import annotations

from pathlib import PurePath

from okr_sheets.files.locks import is_lock

SUFFIXES = frozenset({".xlsx", ".xlsm", ".ods", ".xls", ".xlsb", ".csv", ".tsv"})
# Of spreadsheets and templates that are not read.
OTHERS = frozenset(
    {".numbers", ".gsheet", ".gnumeric", ".fods", ".sxc", ".uos", ".et", ".ett"}
    | {".xltx", ".xltm", ".xlt", ".ots"}
)


def is_sought(path: PurePath) -> bool:
    """Whether a file may be a tracker."""
    return path.suffix.lower() in SUFFIXES and _is_plain(path)


def is_other(path: PurePath) -> bool:
    """Whether a file may hold OKRs in a format not read; those of Numbers may be folders."""
    return path.suffix.lower() in OTHERS and _is_plain(path)


def _is_plain(path: PurePath) -> bool:
    return not path.name.startswith(".") and not is_lock(path)
