"""The plain reports: CSV and JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from okr_sheets.files.marks import REPORT_MARK
from okr_sheets.language import Language
from okr_sheets.rollups.result import Rollup, problem_records
from okr_sheets.rollups.schema import FRAMES
from okr_sheets.text import marked, printable


def write_csv(rollup: Rollup, path: str, words: Language) -> None:
    """The scored key results, UTF-8 with the mark Excel needs."""
    keys = list(rollup.columns["key_results"])
    text = csv_text(keys, map(_plain, rollup.rows("key_results")), words, "\r\n")
    Path(path).write_text(text, "utf-8-sig", newline="")


def csv_text(
    columns: Iterable[str], rows: Iterable[Mapping[str, Any]], words: Language, end: str
) -> str:
    """Records as CSV, for programs in the language; each line ends in `end`."""
    separator = words("formats.list_separator")
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator=end)
    writer.writerow(columns)
    for row in rows:
        writer.writerow(
            marked(value, separator) if isinstance(value, str) else value for value in row.values()
        )
    return text.getvalue()


def write_json(rollup: Rollup, path: str, words: Language) -> None:
    """An object with `about`, the `FRAMES` as lists of rows, and `problems`, after our mark."""
    document = {
        "generator": REPORT_MARK,
        "about": rollup.about,
        **{name: rollup.rows(name) for name in FRAMES},
        "problems": problem_records(rollup.problems, words.code),
    }
    Path(path).write_text(json_text(document), "utf-8")


def json_text(document: Mapping[str, Any] | list[dict[str, Any]]) -> str:
    """Lists of rows, or an object of such, as JSON; one row a line, so that a change is one."""
    if isinstance(document, list):
        return f"{_json(document)}\n"
    entries = ",\n".join(f"{json.dumps(key)}: {_json(value)}" for key, value in document.items())
    return f"{{\n{entries}\n}}\n"


def _json(value: Any) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(map(_json, value)) + "\n]"
    return json.dumps(_plain(value), ensure_ascii=False, allow_nan=False)


def _plain(value: Any) -> Any:
    """A value as JSON knows it: dates as ISO text, text without control characters."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value.isoformat() if isinstance(value, date) else value
