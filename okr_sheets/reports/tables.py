"""The plain reports: CSV, JSON, and all frames as CSV in one archive."""

from __future__ import annotations

import csv
import json
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, partial
from io import StringIO
from itertools import chain
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import numpy as np

from okr_sheets.columns import Columns, to_day
from okr_sheets.files.marks import REPORT_MARK
from okr_sheets.language import Language
from okr_sheets.rollups.frame import Frame
from okr_sheets.rollups.result import Rollup, problem_records
from okr_sheets.rollups.schema import FRAMES, PROBLEMS, tabled
from okr_sheets.schema import Kind
from okr_sheets.text import marked, printable

AT_ONCE = 10_000  # rows that are made text at a time, so that memory never holds all of a long list


def write_csv(rollup: Rollup, path: str, words: Language) -> None:
    """The scored key results, UTF-8 with the mark Excel needs."""
    frame = FRAMES["key_results"]
    with Path(path).open("wb") as file:
        file.writelines(_lines(rollup.columns[frame.key], frame, words))


def write_archive(rollup: Rollup, path: str, words: Language) -> None:
    """A zip archive of all frames and the problems, each whole, as a CSV file named by its key."""
    problems = tabled(PROBLEMS, problem_records(rollup.problems, words.code))
    tables = [(rollup.columns[name], frame) for name, frame in FRAMES.items()]
    with ZipFile(path, "w") as archive:
        for rows, frame in (*tables, (problems, PROBLEMS)):
            # Dated to the first day there is, so that the same rollup gives the same bytes.
            member = ZipInfo(f"{frame.key}.csv")
            member.compress_type = ZIP_DEFLATED
            with archive.open(member, "w", force_zip64=True) as file:
                file.writelines(_lines(rows, frame, words))
        archive.comment = REPORT_MARK.encode()


def _lines(rows: Columns, frame: Frame, words: Language) -> Iterator[bytes]:
    """A frame as CSV, for programs in the language, some lines at a time."""
    yield BOM_UTF8 + _csv([frame.keys]).encode()
    for start in range(0, len(rows), AT_ONCE):
        some = rows.take(np.arange(start, min(start + AT_ONCE, len(rows))))
        columns = (_cells(some[key].tolist(), kind, words) for key, kind in frame.kinds.items())
        yield _csv(zip(*columns, strict=True)).encode()


def _csv(rows: Iterable[Iterable[Any]], end: str = "\r\n") -> str:
    text = StringIO(newline="")
    csv.writer(text, lineterminator=end).writerows(rows)
    return text.getvalue()


def _cells(values: list[Any], kind: Kind, words: Language) -> list[Any]:
    """What CSV has of a column: blanks as "", days as ISO text, text as no program runs it."""
    if kind in {"count", "flag"}:
        return values
    if kind in {"number", "percent"}:
        return ["" if value != value else value for value in values]  # noqa: PLR0124  NaN
    if kind == "date":
        iso = cache(lambda number: to_day(number).isoformat())
        return ["" if value != value else iso(value) for value in values]  # noqa: PLR0124
    separator = words("formats.list_separator")
    texts = [_json(value) for value in values] if kind == "any" else values
    # There are far fewer texts than rows.
    return [*map(cache(partial(marked, separator=separator)), texts)]


def csv_text(
    keys: Sequence[str], rows: Iterable[Mapping[str, Any]], words: Language, end: str
) -> str:
    """Records as CSV, for programs in the language; each line ends in `end`."""
    text = partial(marked, separator=words("formats.list_separator"))
    cells = ([text(it) if isinstance(it, str) else it for it in row.values()] for row in rows)
    return _csv(chain([keys], cells), end)


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
