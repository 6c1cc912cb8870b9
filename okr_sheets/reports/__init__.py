"""Rollups as files: workbook, page, Markdown, CSV and JSON, told by the suffix."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from okr_sheets.language import language as words_of
from okr_sheets.problems import MisuseError
from okr_sheets.reading.files import is_report
from okr_sheets.writing.saving import same_file, saved

if TYPE_CHECKING:
    from okr_sheets.language import Language
    from okr_sheets.rollups import Rollup

# Each kind of report loads only when it is asked for.
KINDS: Mapping[str, tuple[str, str]] = {
    ".xlsx": ("workbook", "write_workbook"),
    ".html": ("page", "write_page"),
    ".md": ("markdown", "write_markdown"),
    ".csv": ("tables", "write_csv"),
    ".json": ("tables", "write_json"),
}
Writer = Callable[["Rollup", str, "Language"], None]


def report(rollup: Rollup, path: str | Path, language: str | None = None) -> Path:
    """Write a rollup as the kind of report that the suffix names, and give its path.

    `.xlsx` a formatted workbook, `.html` one self-contained page, `.md` a Markdown summary, `.csv`
    the scored key results, `.json` an object with `about`, all frames as lists, and `problems`.
    `language` defaults to the one most trackers are in. An earlier report of that name is replaced
    once the new one is whole. ValueError for another suffix, and for a file that is no report of
    ours.
    """
    path = Path(path)
    if path.suffix.lower() not in KINDS:
        raise MisuseError(f"{path}: choose a name that ends in one of: {', '.join(KINDS)}.")
    if os.path.isfile(path):  # noqa: PTH113  a name may be too long to be looked up
        if any(same_file(path, tracker.path) for tracker in rollup.trackers if tracker.path):
            raise MisuseError(f"{path} is one of the trackers read. Choose another name.")
        if path.stat().st_size and not is_report(path):
            raise MisuseError(f"{path} is there already and is no report. Choose another name.")
    module, name = KINDS[path.suffix.lower()]
    write: Writer = getattr(import_module(f"okr_sheets.reports.{module}"), name)
    with saved(path) as temporary:
        write(rollup, temporary, words_of(language or rollup.language))
    return path
