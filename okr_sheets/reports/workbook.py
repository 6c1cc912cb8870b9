"""The rollup as a workbook: a summary to print, and a table for each kind of row."""

from __future__ import annotations

import math
import os.path
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path, PurePath
from typing import Any

import pandas as pd
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from okr_sheets.frames import serial
from okr_sheets.language import Language
from okr_sheets.problems import Problem, grouped
from okr_sheets.reading.files import REPORT_MARK
from okr_sheets.reports.tables import (
    day_text,
    reason,
    status_word,
    title,
    unit_name,
)
from okr_sheets.rollups import Rollup, problem_records
from okr_sheets.schema import STATUSES
from okr_sheets.tracker import Tracker
from okr_sheets.writing.layout import quoted_sheet
from okr_sheets.writing.styles import (
    ACCENT,
    DATA_BAR,
    GRADE_STATUS,
    INK,
    LINE,
    MUTED,
    PAGE,
    PERCENT,
    SLATE,
    STATUS_COLOURS,
    STRONG_COLOURS,
    WHITE,
    Styles,
)
from okr_sheets.writing.text import clean, printable, units
from okr_sheets.writing.workbooks import CleanSheet, workbook

Record = Mapping[str, Any]
Value = str | float | None
Show = Callable[[Any], Value]

SHEETS = (
    "summary",
    "teams",
    "objectives",
    "key_results",
    "owners",
    "attention",
    "problems",
)
MOST_LINKS = 65_530  # that Excel follows on one sheet
MOST_ADDRESS = 2_000  # UTF-16 units of a link; Excel stops at 2,079
LAST_ROW = 1_048_576
TILES = ("achieved", "on-track", "at-risk", "off-track", "no-update")
RARE_TILES = ("not-started", "postponed", "cancelled")  # shown where there are any
EPOCH = date(2000, 1, 1)  # stands for the day of a rollup that has none


def write_workbook(rollup: Rollup, path: str, words: Language) -> None:
    """Write the rollup as an .xlsx workbook in the language of `words`.

    A summary to print on one page, then teams, objectives, key results, owners, what needs
    attention and problems as Excel tables. Rows link to their place in the tracker, by a path
    relative to the folder of `path`. The same rollup gives the same bytes.
    """
    day = rollup.as_of or EPOCH
    with workbook(path, title(rollup, words), REPORT_MARK, day) as book:
        styles = Styles(book, words("formats.date"))
        names = sheet_names([words(f"report.{key}") for key in SHEETS])
        named = dict(zip(SHEETS, names, strict=True))
        sheets = {key: book.add_worksheet(name, CleanSheet) for key, name in named.items()}
        report = Report(rollup, words, styles, Links(rollup, str(Path(path).parent)))
        Summary(report, named).write(book, sheets["summary"])
        for table in TABLES:
            TableSheet(report, table).write(sheets[table.key])
        sheets["summary"].activate()


# --- text, names and links -----------------------------------------------------------------------

_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")
# With : a name could pass for an address such as javascript:, with \\ for another computer's.
_NOT_IN_LINKS = re.compile(r'[%"# <>\[\]^`{}:\\]')


def trimmed(text: Any) -> str:
    """Clean `text` without spaces around it."""
    return clean(str(text)).strip()


def unique(texts: Iterable[str], most: int) -> list[str]:
    """`texts`, held to `most` characters; one that repeats, in any case, gets a number."""
    taken: dict[str, str] = {}
    for text in texts:
        number, name = 1, text[:most]
        while name.casefold() in taken:
            number += 1
            name = f"{text[: most - 4]} {number}"
        taken[name.casefold()] = name
    return list(taken.values())


def sheet_names(titles: Iterable[str]) -> list[str]:
    """Titles as names of sheets: at most 31 characters, without the signs Excel refuses."""
    spaced = (_NOT_IN_NAMES.sub(" ", trimmed(text)).strip(" '") for text in titles)
    return unique((" ".join(text.split()) or "–" for text in spaced), 31)


@lru_cache(maxsize=1 << 16)
def breadth(text: str) -> float:
    """Measure how wide a line of text is, in digits of the default font."""
    return sum(map(_sign_breadth, text))


# Advance widths of Calibri against its digits, where they differ by more than a tenth.
_BREADTHS = {
    sign: size
    for size, signs in {
        0.5: " ',.:;Iijlİıí’",
        0.65: "!()-J[]`f{}rt",
        0.8: '"/L\\cszçş“”?FSZagkvxyŞäáğ|',
        1.2: "ABCRVÄÁÇDGHĞ",
        1.35: "&NOQUÖÜÓŐÚŰ%w…",
        1.7: "mM",
        1.8: "@W—",
    }.items()
    for sign in signs
}


@cache
def _sign_breadth(sign: str) -> float:
    if unicodedata.category(sign) in {"Mn", "Cf"}:
        return 0.0
    if unicodedata.east_asian_width(sign) in {"W", "F"}:
        return 2.1
    return 1.2 if sign > "\u0e00" else _BREADTHS.get(sign, 1.0)


def shortened(text: str, most: float) -> str:
    """Cut `text` to one line of `most` digits, with an ellipsis where it was wider."""
    line = " ".join(trimmed(text).split())
    if breadth(line) <= most:
        return line
    kept, width = "", 1.0
    for sign in line:
        width += _sign_breadth(sign)
        if width > most:
            break
        kept += sign
    return f"{kept.rstrip()}…"


def lines_of(text: str, width: float) -> int:
    """How many lines `text` takes in a column of so many digits, words kept whole."""
    count = 0
    for paragraph in text.split("\n"):
        used, lines, space = 0.0, 1, breadth(" ")
        for word in paragraph.split(" "):
            size = breadth(word)
            if used and used + space + size > width:
                lines, used = lines + 1, 0.0
            used += size + (space if used else 0)
            extra = math.ceil(used / width) - 1 if used > width else 0
            lines, used = lines + extra, used - extra * width
        count += lines
    return count


class Links:
    """Where the rows of a rollup came from, as addresses that open it."""

    def __init__(self, rollup: Rollup, folder: str) -> None:
        """`folder` is where the report will stand."""
        self._folder = folder
        self._paths: dict[tuple[str, ...], str] = {}
        for tracker in rollup.trackers:
            key = _origin(tracker)
            # Two files that cannot be told apart by a row: better no link than the wrong one.
            self._paths[key] = "" if key in self._paths else tracker.path

    def to_row(self, row: Record) -> str:
        """Give the address of the row's cell in its tracker; "" if that is not known."""
        key = tuple(str(row.get(name, "")) for name in _ORIGIN)
        return self.to_cell(self._paths.get(key, ""), row.get("sheet", ""), f"A{row.get('row', 1)}")

    def to_cell(self, path: str, sheet: str, cell: str) -> str:
        """Give the address of a cell of a file; "" for no path or one too long to follow."""
        if not path:
            return ""
        try:
            path = os.path.relpath(path, self._folder)
        except ValueError:  # on another drive
            path = PurePath(path).name
        # Escaped here, since XlsxWriter takes a # in a file's name for the start of the place.
        path = _NOT_IN_LINKS.sub(lambda sign: f"%{ord(sign[0]):02x}", Path(path).as_posix())
        place = f"#{quoted_sheet(sheet)}!{cell}" if sheet else ""
        # With ./ before it, since XlsxWriter looks at a name's second sign.
        address = f"external:./{printable(path)}{printable(place)}"
        return address if units(address) <= MOST_ADDRESS else ""


_ORIGIN = ("file", "company", "department", "team", "quarter")


def _origin(tracker: Tracker) -> tuple[str, ...]:
    about = tracker.about
    name = PurePath(tracker.path).name
    return (name, about.company, about.department, about.team, about.quarter)


# --- columns -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a table.

    `header` is its word's place in the language files, `width` the least and the most characters
    it is made wide; a `detail` is for filtering and machines, and is not printed.
    """

    key: str
    header: str
    kind: str = "text"
    width: tuple[float, float] = (11, 24)
    detail: bool = False
    strong: bool = False
    link: bool = False

    @property
    def wraps(self) -> bool:
        """Whether long text makes the row taller; of the details only a note may."""
        return KINDS[self.kind].wraps and (not self.detail or self.key == "note")


@dataclass(frozen=True, slots=True)
class Kind:
    """How the cells of a column read and look; `show` makes the function that turns one value."""

    show: Callable[[Language, str], Show]
    look: Mapping[str, Any]
    wraps: bool = False


def _texts(_: Language, __: str) -> Show:
    return lambda value: trimmed(value) or None


def _numbers(_: Language, __: str) -> Show:
    return lambda value: float(value) if pd.notna(value) and math.isfinite(value) else None


def _days(_: Language, __: str) -> Show:
    return lambda value: float(serial(value.date())) if pd.notna(value) else None


def _choices(words: Language, column: str) -> Show:
    known = words.choices(column)
    return lambda value: known.get(value) or trimmed(value) or None


def _statuses(words: Language, _: str) -> Show:
    known = {status: status_word(status, words) for status in ("", *STATUSES)}
    return lambda value: known.get(value, known[""])


def _severities(words: Language, _: str) -> Show:
    return lambda value: words(f"report.{value}")


def _answers(words: Language, _: str) -> Show:
    answers = words.choices("yes_no")
    return lambda value: answers["yes" if value else "no"]


_LEFT = {"align": "left", "indent": 1}
_RIGHT = {"align": "right"}
_MIDDLE = {"align": "center"}
KINDS: Mapping[str, Kind] = {
    "text": Kind(_texts, _LEFT, wraps=True),
    "number": Kind(_numbers, _RIGHT),
    "count": Kind(_numbers, _MIDDLE | {"num_format": "0"}),
    "tally": Kind(_numbers, _MIDDLE | {"num_format": '0;-0;"–"'}),
    "percent": Kind(_numbers, _MIDDLE | {"num_format": PERCENT}),
    "bar": Kind(_numbers, _RIGHT | {"num_format": PERCENT, "bold": True}),
    "date": Kind(_days, _MIDDLE),
    "status": Kind(_statuses, _MIDDLE | {"bold": True}),
    "grade": Kind(_choices, _MIDDLE | {"bold": True}),
    "severity": Kind(_severities, _MIDDLE | {"bold": True}),
    "yes_no": Kind(_answers, _LEFT),
    **{key: Kind(_choices, _LEFT) for key in ("type", "commitment", "state", "level")},
}

_SEVERITY_STATUS = {"error": "off-track", "warning": "at-risk", "info": "no-update"}


def _coloured(styles: Styles, words: Mapping[str, str]) -> list[dict[str, Any]]:
    rules = []
    for word, status in words.items():
        fill, ink = STATUS_COLOURS[status]
        look = styles.rule(bg_color=fill, font_color=ink)
        rules.append({"type": "cell", "criteria": "==", "value": f'"{word}"', "format": look})
    return rules


def rules_of(field: Field, words: Language, styles: Styles) -> list[dict[str, Any]]:
    """Give the conditional formats of a column."""
    if field.kind == "bar":
        return [DATA_BAR]
    if field.kind == "tally":
        fill, ink = STATUS_COLOURS.get(field.key, STATUS_COLOURS["no-update"])
        look = styles.rule(bg_color=fill, font_color=ink, bold=True)
        return [{"type": "cell", "criteria": ">", "value": 0, "format": look}]
    if field.kind == "number":
        # Beyond a billion the cell is too narrow for separators; General never fills with ###.
        thousands = {
            "type": "cell",
            "format": styles.rule(num_format="#,##0"),
            "criteria": "between",
        }
        ranges = ((1_000, 999_999_999), (-999_999_999, -1_000))
        return [thousands | {"minimum": low, "maximum": high} for low, high in ranges]
    coloured = {
        "status": {words.choice("status", key): key for key in STATUSES},
        "grade": {words.choice("grade", key): status for key, status in GRADE_STATUS.items()},
        "severity": {words(f"report.{key}"): status for key, status in _SEVERITY_STATUS.items()},
    }
    return _coloured(styles, coloured.get(field.kind, {}))


_STATUS = Field("status", "okrs.status", "status", (13, 20))
_PACE = (
    Field("score", "okrs.score", "bar", (12, 12)),
    Field("expected", "okrs.expected", "percent", (11, 11)),
    Field("gap", "okrs.gap", "percent", (9, 9)),
)
_GRADE = Field("grade", "okrs.grade", "grade", (10, 14))
_ID = Field("id", "okrs.id", width=(10, 18), link=True)
_UNIT = Field("unit_name", "rollup.unit", width=(14, 24))
_OWNER = Field("owner", "okrs.owner", width=(13, 27))
_NOTE = Field("note", "okrs.note", width=(20, 44), detail=True)
_LAST = Field("last_check_in", "okrs.last_check_in", "date", (13, 13))
_DATES = (
    Field("start", "okrs.start", "date", (13, 13), detail=True),
    Field("due", "okrs.due", "date", (13, 13), detail=True),
)
_TERMS = (
    Field("commitment", "okrs.commitment", "commitment", (14, 20), detail=True),
    Field("weight", "okrs.weight", "number", (10, 10), detail=True),
    Field("state", "okrs.state", "state", (12, 18), detail=True),
)
_ALIGNS = Field("aligns_to", "okrs.aligns_to", width=(12, 24), detail=True)
_WHOSE = (
    Field("department", "settings.department", width=(13, 24), detail=True),
    Field("level", "settings.level", "level", (12, 18), detail=True),
    Field("company", "settings.company", width=(13, 24), detail=True),
    Field("quarter", "settings.quarter", width=(11, 16), detail=True),
)
_PLACE = (
    Field("file", "report.file", width=(16, 34), detail=True),
    Field("sheet", "report.sheet", width=(10, 20), detail=True),
    Field("row", "report.row", "count", (8, 8), detail=True),
)
_COUNTS = (
    Field("updated", "report.updated_header", "count", (11, 11)),
    Field("key_results", "report.key_results", "count", (11, 11)),
)


def _status_counts(*statuses: str) -> tuple[Field, ...]:
    return tuple(Field(key, f"choices.status.{key}", "tally", (10, 10)) for key in statuses)


# --- tables --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet with a table: its rows, and its columns from left to right."""

    key: str
    name: str  # of the Excel table, for formulas and macros in any language
    rows: Callable[[Report], list[dict[str, Any]]]
    fields: tuple[Field, ...]
    nothing: str = ""  # the sentence for an empty table
    frozen: int = 1  # columns that stay in sight


@dataclass(frozen=True, slots=True)
class Report:
    """What every sheet needs to be written."""

    rollup: Rollup
    words: Language
    styles: Styles
    links: Links

    def linked(self, frame: pd.DataFrame) -> list[dict[str, Any]]:
        """Give the rows of a frame with their unit's name and the address they came from."""
        rows: list[dict[str, Any]] = frame.to_dict("records")  # type: ignore[assignment]
        for row in rows:
            row["unit_name"] = unit_name(row)
            row["address"] = self.links.to_row(row)
        return rows


def _teams(report: Report) -> list[dict[str, Any]]:
    return report.linked(report.rollup.teams)


def _objectives(report: Report) -> list[dict[str, Any]]:
    frame = report.rollup.objectives
    return report.linked(frame.assign(state=frame["state"].where(frame["state"] != "", "active")))


def _key_results(report: Report) -> list[dict[str, Any]]:
    return report.linked(report.rollup.key_results)


def _owners(report: Report) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = report.rollup.owners.to_dict("records")  # type: ignore[assignment]
    return [row | {"owner": row["owner"] or report.words("report.nobody")} for row in rows]


def _attention(report: Report) -> list[dict[str, Any]]:
    # The list lacks the company and the quarter; the key result it was taken from has them.
    attention, key_results = report.rollup.attention, report.rollup.key_results
    shared = [key for key in attention.columns if key in key_results.columns]
    # Rows alike in all else, as of one file in two folders, are paired off one by one.
    taken = attention.assign(nth=attention.groupby(shared, dropna=False).cumcount())
    whose = key_results[[*shared, "company", "quarter"]]
    whose = whose.assign(nth=whose.groupby(shared, dropna=False).cumcount())
    whole = taken.merge(whose, on=[*shared, "nth"], how="left")
    whole = whole.fillna({"company": "", "quarter": ""})
    nobody = report.words("report.nobody")
    return [
        row | {"reason": reason(row, report.words), "owner": row["owner"] or nobody}
        for row in report.linked(whole)
    ]


def _problems(report: Report) -> list[dict[str, Any]]:
    problems = grouped(report.rollup.problems)
    rows = problem_records(problems, report.words.code)
    return [
        {**row, "address": _problem_address(problem, report.links)}
        for row, problem in zip(rows, problems, strict=True)
    ]


def _problem_address(problem: Problem, links: Links) -> str:
    if problem.code == "not-found":
        return ""
    return links.to_cell(problem.path, problem.sheet, f"{problem.column or 'A'}{problem.row or 1}")


TABLES = (
    Table(
        "teams",
        "tblTeams",
        _teams,
        (
            Field("unit_name", "rollup.unit", width=(20, 36), strong=True),
            _STATUS,
            *_PACE,
            *_COUNTS,
            Field("objectives", "report.objectives", "count", (11, 11)),
            *_status_counts(*TILES, *RARE_TILES),
            Field("with_left_out", "report.with_left_out", "percent", (12, 12)),
            Field("as_of", "settings.as_of", "date", (13, 13), detail=True),
            *_WHOSE,
            Field("file", "report.file", width=(16, 40), detail=True, link=True),
        ),
    ),
    Table(
        "objectives",
        "tblObjectives",
        _objectives,
        (
            Field("title", "report.objective", width=(30, 56), strong=True),
            _ID,
            _UNIT,
            _OWNER,
            _STATUS,
            *_PACE,
            _GRADE,
            *_COUNTS,
            Field("with_left_out", "report.with_left_out", "percent", (12, 12)),
            *_TERMS,
            *_DATES,
            _ALIGNS,
            _NOTE,
            *_WHOSE,
            *_PLACE,
        ),
    ),
    Table(
        "key_results",
        "tblKeyResults",
        _key_results,
        (
            Field("title", "dashboard.key_result", width=(30, 46), strong=True),
            _ID,
            Field("objective", "report.objective", width=(20, 34)),
            _UNIT,
            _OWNER,
            _STATUS,
            *_PACE,
            _GRADE,
            Field("confidence", "okrs.confidence", "count", (11, 11)),
            Field("baseline", "okrs.baseline", "number", (11.5, 12)),
            Field("target", "okrs.target", "number", (11.5, 12)),
            Field("current", "okrs.current", "number", (11.5, 12)),
            Field("unit", "okrs.unit", width=(11, 18)),
            _LAST,
            Field("progress", "okrs.progress", "percent", (11, 11), detail=True),
            Field("updated", "report.updated_header", "yes_no", (11, 14), detail=True),
            Field("type", "okrs.type", "type", (14, 20), detail=True),
            *_TERMS,
            *_DATES,
            _ALIGNS,
            _NOTE,
            Field("objective_id", "report.objective_id", width=(11, 18), detail=True),
            *_WHOSE,
            *_PLACE,
        ),
    ),
    Table(
        "owners",
        "tblOwners",
        _owners,
        (
            Field("owner", "okrs.owner", width=(22, 36), strong=True),
            Field("score", "okrs.score", "bar", (16, 16)),
            *_COUNTS,
            Field("stale", "rollup.stale", "tally", (12, 12)),
            *_status_counts(*TILES, "not-started"),
        ),
    ),
    Table(
        "attention",
        "tblAttention",
        _attention,
        (
            Field("title", "dashboard.key_result", width=(30, 50), strong=True),
            _ID,
            _UNIT,
            _OWNER,
            _STATUS,
            Field("reason", "report.reason", width=(18, 30)),
            *_PACE,
            Field("current", "okrs.current", "number", (11.5, 12)),
            Field("target", "okrs.target", "number", (11.5, 12)),
            _LAST,
            _WHOSE[0],
            *_PLACE,
        ),
        "report.none_attention",
    ),
    Table(
        "problems",
        "tblProblems",
        _problems,
        (
            Field("message", "report.message", width=(50, 84)),
            Field("severity", "report.severity", "severity", (12, 18)),
            Field("cell", "report.cell", width=(9, 12), link=True),
            Field("sheet", "report.sheet", width=(12, 24)),
            Field("file", "report.file", width=(16, 40)),
            Field("code", "report.code", width=(18, 26)),
        ),
        "report.no_problems",
        frozen=0,
    ),
)

HEADER_ROW = 3  # from 0, below title, caption and a little air
FIRST_ROW = HEADER_ROW + 1
ROW_HEIGHT, MOST_LINES = 21, 6
BOLDER = 1.06  # how much wider bold text runs


class TableSheet:
    """One sheet with a title, a caption and a table."""

    def __init__(self, report: Report, table: Table) -> None:
        """Read the rows, turn them into what the cells show, and fit the columns to it."""
        self.words, self.styles, self.table = report.words, report.styles, table
        self.fields = table.fields
        self.rows = table.rows(report)
        self.all = len(self.rows)
        self.rows = self.rows[: LAST_ROW - FIRST_ROW]
        self.headers = unique((self.words(field.header) for field in self.fields), 255)
        self.shown = [self._shown(field) for field in self.fields]
        columns = zip(self.fields, self.headers, self.shown, strict=True)
        self.widths = [_fitted(*column) for column in columns]
        self.line = line_height(self.words)

    def _shown(self, field: Field) -> list[Value]:
        show = KINDS[field.kind].show(self.words, field.kind)
        return [show(row.get(field.key)) for row in self.rows]

    def write(self, sheet: Worksheet) -> None:
        """Write it all to an empty sheet."""
        styles = self.styles
        sheet.hide_gridlines(2)
        sheet.set_default_row(ROW_HEIGHT)
        sheet.set_row(0, 34)
        sheet.set_row(2, 8)
        sheet.write_string(0, 0, self.words(f"report.{self.table.key}"), styles.title)
        sheet.write_string(1, 0, self._caption(), styles.caption)
        for number, (field, width) in enumerate(zip(self.fields, self.widths, strict=True)):
            outline = {"level": 1} if field.detail else {}
            sheet.set_column(number, number, width, styles(), outline)
        self._head(sheet)
        self._body(sheet)
        self._rules(sheet)
        self._print(sheet)

    def _caption(self) -> str:
        if not self.rows and self.table.nothing:
            return self.words(self.table.nothing)
        if self.all > len(self.rows):
            return self.words("rollup.cut", shown=len(self.rows), all=self.all)
        return self.words(f"rollup.{self.table.key}_caption")

    @property
    def _last(self) -> int:
        return FIRST_ROW + max(len(self.rows), 1) - 1  # a table needs one row

    def _head(self, sheet: Worksheet) -> None:
        columns = []
        for field, header in zip(self.fields, self.headers, strict=True):
            look = self.styles.header(field.detail, **_header_side(field))
            columns.append({"header": header, "header_format": look})
        spaces = zip(self.headers, self.widths, strict=True)
        lines = max(lines_of(text, _header_room(width)) for text, width in spaces)
        sheet.set_row(HEADER_ROW, 14 + lines * (self.line - 1))
        options = {"name": self.table.name, "style": None, "columns": columns}
        sheet.add_table(HEADER_ROW, 0, self._last, len(self.fields) - 1, options)
        sheet.freeze_panes(FIRST_ROW, self.table.frozen)

    def _body(self, sheet: Worksheet) -> None:
        looks = [self._look(field) for field in self.fields]
        clipped = [self._look(field, valign="top") for field in self.fields]
        for number in range(self._last - FIRST_ROW + 1):
            row = FIRST_ROW + number
            values = [column[number] if column else None for column in self.shown]
            lines = self._lines(values)
            if max(lines) > 1:
                sheet.set_row(row, 7 + min(max(lines), MOST_LINES) * self.line)
            address = self.rows[number].get("address", "") if self.rows else ""
            for at, value in enumerate(values):
                look = (clipped if lines[at] > MOST_LINES else looks)[at]
                if self.fields[at].link and address and number < MOST_LINKS:
                    text = str(value or self.words("report.open"))
                    sheet.write_url(row, at, address, look, text)
                else:
                    put(sheet, row, at, value, look)

    def _lines(self, values: Sequence[Value]) -> list[int]:
        """Estimate how many lines each cell of a row takes."""
        columns = zip(self.fields, values, self.widths, strict=True)
        return [
            lines_of(value, (width - 2) / (BOLDER if field.strong else 1.0))
            if isinstance(value, str) and field.wraps
            else 1
            for field, value, width in columns
        ]

    def _look(self, field: Field, **properties: Any) -> Format:
        kind = KINDS[field.kind]
        look = {"bottom": 1, "bottom_color": LINE, **kind.look}
        if field.kind == "date":
            look["num_format"] = self.styles.date_format
        if field.wraps:
            look["text_wrap"] = True
        if field.strong:
            look["bold"] = True
        if field.detail or field.kind == "percent":
            look["font_color"] = MUTED
        if field.link:
            look |= {"font_color": ACCENT, "underline": 1}
        return self.styles(**look | properties)

    def _rules(self, sheet: Worksheet) -> None:
        # LibreOffice loses data bars that stand after another rule.
        order = sorted(enumerate(self.fields), key=lambda entry: entry[1].kind != "bar")
        for number, field in order:
            for rule in rules_of(field, self.words, self.styles):
                sheet.conditional_format(FIRST_ROW, number, self._last, number, rule)

    def _print(self, sheet: Worksheet) -> None:
        printed = sum(not field.detail for field in self.fields)
        set_page(sheet)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(HEADER_ROW)
        sheet.print_area(0, 0, self._last, printed - 1)


def put(sheet: Worksheet, row: int, at: int, value: Value, look: Format) -> None:
    """Write a value as what it is; text is never taken for a formula or an address."""
    if value is None or value == "":
        sheet.write_blank(row, at, None, look)
    elif isinstance(value, str):
        sheet.write_string(row, at, value, look)
    else:
        sheet.write_number(row, at, value, look)


def set_page(sheet: Worksheet) -> None:
    """A4 landscape with the file's name, the page and the sheet's name below."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.set_margins(0.4, 0.4, 0.4, 0.6)
    sheet.set_footer("&L&8&F&C&8&P / &N&R&8&A")


def line_height(words: Language) -> float:
    """Points that a line of 11-point text takes; Thai and Korean fonts stand taller."""
    return {"th": 18.0, "ko": 16.5}.get(words.code, 15.0)


def _fitted(field: Field, header: str, values: Sequence[Value]) -> float:
    """Fit a width to the longest line, between the field's least and most."""
    least, most = field.width
    texts = [value for value in values if isinstance(value, str)]
    widest = max((breadth(line) for text in texts for line in text.split("\n")), default=0)
    word = max(breadth(part) for part in header.split(" "))
    widest *= BOLDER if field.strong else 1.0
    return min(max(least, word * BOLDER + 4, widest + 3), max(most, word * BOLDER + 4))


def _header_room(width: float) -> float:
    return width - 3.5  # the filter's button stands on the right


def _header_side(field: Field) -> dict[str, Any]:
    look = KINDS[field.kind].look
    side = {key: look[key] for key in ("align", "indent") if key in look}
    return side | ({"indent": 2} if side["align"] == "right" else {})  # clear of the button


# --- the summary ---------------------------------------------------------------------------------

COLUMNS = 24  # of equal width, from the second on
COLUMN_WIDTH, COLUMN_PIXELS, COLUMN_DIGITS = 6.6, 51, 7.9  # digits of 10 points
MOST_BARS, MOST_ATTENTION, MOST_NAMES = 15, 10, 4
DATA = COLUMNS + 3  # the first hidden column, with what the charts show
QUIET, PALE_BAR, GRID = "#7C86A3", "#C9CFDD", "#E8EBF2"


@dataclass(frozen=True, slots=True)
class Tile:
    """One headline figure."""

    label: str
    value: Value
    colour: str = QUIET
    num_format: str = "0"


@dataclass(frozen=True, slots=True)
class Bar:
    """One pair of bars: score and expected, from 0 to 1."""

    name: str
    score: Value
    expected: Value


class Summary:
    """One page to print or project: figures, charts and what needs attention first."""

    def __init__(self, report: Report, names: Mapping[str, str]) -> None:
        """`names` are the sheets' names by key."""
        self.report, self.names = report, names
        self.rollup, self.words, self.styles = report.rollup, report.words, report.styles
        self.line = line_height(report.words) - 1
        self.row = 1

    def write(self, book: Workbook, sheet: Worksheet) -> None:
        """Write it all to an empty sheet."""
        page = self.styles(bg_color=PAGE)
        sheet.hide_gridlines(2)
        sheet.set_default_row(20)
        sheet.set_row(0, 9)
        sheet.set_column(0, 0, 2, page)
        sheet.set_column(1, COLUMNS, COLUMN_WIDTH, page)
        sheet.set_column(COLUMNS + 1, COLUMNS + 1, 2, page)
        sheet.set_column(DATA, DATA + 5, 12, self.styles(), {"hidden": True})
        self._heading(sheet)
        self._notice(sheet)
        self._tiles(sheet)
        self._charts(book, sheet)
        self._attention(sheet)
        sheet.set_row(self.row, 9)
        sheet.write_blank(self.row, 1, None, page)  # else the margin is not printed
        set_page(sheet)
        sheet.fit_to_pages(1, 1)
        sheet.center_horizontally()
        sheet.print_area(0, 0, self.row, COLUMNS + 1)

    def _space(self, sheet: Worksheet, height: float) -> None:
        sheet.set_row(self.row, height)
        self.row += 1

    def _cell(
        self, sheet: Worksheet, at: int, span: int, value: Value, look: Format, *, down: int = 0
    ) -> None:
        row = self.row + down
        if span > 1:
            sheet.merge_range(row, 1 + at, row, at + span, None, look)
        put(sheet, row, 1 + at, value, look)

    def _section(self, sheet: Worksheet, at: int, span: int, text: str) -> None:
        look = self.styles(font_size=13, bold=True, bg_color=PAGE)
        self._cell(sheet, at, span, text, look)

    def _heading(self, sheet: Worksheet) -> None:
        words, styles, about = self.words, self.styles, self.rollup.about
        sheet.set_row(self.row, 36)
        look = styles(font_size=22, bold=True, bg_color=PAGE)
        self._cell(sheet, 0, 18, shortened(title(self.rollup, words), 74), look)
        day = words("report.as_of", day=day_text(about["as_of"], words)) if about["as_of"] else ""
        look = styles(font_color=MUTED, align="right", bg_color=PAGE)
        self._cell(sheet, 18, 6, day, look)
        counts = {key: about[key] for key in ("trackers", "objectives", "key_results")}
        parts = [words("report.read", **counts)]
        unit = self.rollup.headline
        if unit is not None and _differs(unit["score"], unit["with_left_out"]):
            score = words.percent(unit["with_left_out"])
            parts.append(words("report.with_left_out_note", score=score))
        look = styles(font_color=MUTED, bg_color=PAGE)
        self._cell(sheet, 0, COLUMNS, " · ".join(parts), look, down=1)
        self.row += 2

    def _notice(self, sheet: Worksheet) -> None:
        """Which files the figures below do not count."""
        left_out = [PurePath(path).name for path in self.rollup.unreadable]
        if left_out:
            words = self.words
            named = ", ".join(shortened(name, 40) for name in left_out[:MOST_NAMES])
            if len(left_out) > MOST_NAMES:
                named = words("rollup.more", names=named, n=len(left_out) - MOST_NAMES)
            reasons = words("rollup.reasons", sheet=self.names["problems"])
            fill, ink = STATUS_COLOURS["at-risk"]
            edge = {"left": 5, "left_color": STRONG_COLOURS["at-risk"]}
            look = self.styles(bg_color=fill, font_color=ink, text_wrap=True, indent=1, **edge)
            text = f"{words('report.unreadable')}: {named}. {reasons}"
            lines = lines_of(text, COLUMNS * COLUMN_DIGITS * 0.9)
            self._space(sheet, 6)
            sheet.set_row(self.row, 9 + lines * (self.line + 1))
            self._cell(sheet, 0, COLUMNS, text, look)
            self.row += 1
        self._space(sheet, 9)

    # --- figures --------------------------------------------------------------------------------

    def _counts(self) -> dict[str, int]:
        statuses = self.rollup.key_results["status"]
        return {key: int((statuses == key).sum()) for key in (*STATUSES, "")}

    def _figures(self) -> list[Tile]:
        words, about = self.words, self.rollup.about
        unit = self.rollup.headline
        if unit is None:  # no unit speaks for all, and means of means would mislead
            tiles = [
                Tile(words("report.teams"), len(self.rollup.teams), ACCENT),
                Tile(words("report.objectives"), about["objectives"]),
            ]
        else:
            tiles = [
                Tile(words("okrs.score"), _shown(unit["score"]), ACCENT, PERCENT),
                Tile(words("okrs.expected"), _shown(unit["expected"]), QUIET, PERCENT),
            ]
        slash = words("dashboard.updated_of")
        updated = f"{about['updated']} {slash} {about['live']}"
        tiles.append(Tile(words("report.updated_header"), updated))
        counts = self._counts()
        told = (*TILES, *(key for key in RARE_TILES if counts[key]))
        return tiles + [
            Tile(words.choice("status", key), counts[key], STRONG_COLOURS.get(key, PALE_BAR))
            for key in told
        ]

    def _tiles(self, sheet: Worksheet) -> None:
        tiles = self._figures()
        sheet.set_row(self.row, 22)
        sheet.set_row(self.row + 1, 40)
        narrow, wide = divmod(COLUMNS, len(tiles))
        left = 0
        for number, tile in enumerate(tiles):
            span = narrow + (number < wide)
            self._tile(sheet, left, span, tile)
            left += span
        self.row += 2
        self._space(sheet, 9)

    def _tile(self, sheet: Worksheet, left: int, span: int, tile: Tile) -> None:
        edge = {"bg_color": WHITE, "align": "center", "left": 1, "left_color": LINE}
        edge |= {"right": 1, "right_color": LINE}
        label = self.styles(font_color=MUTED, font_size=10, top=1, top_color=LINE, **edge)
        foot = {"bottom": 5, "bottom_color": tile.colour, "num_format": tile.num_format}
        ink = _INKS.get(tile.colour, INK)
        figure = self.styles(font_size=22, bold=True, font_color=ink, **foot, **edge)
        self._cell(sheet, left, span, tile.label, label)
        value = "–" if tile.value is None else tile.value
        self._cell(sheet, left, span, value, figure, down=1)

    # --- charts ---------------------------------------------------------------------------------

    def _charts(self, book: Workbook, sheet: Worksheet) -> None:
        bars, heading = self._bars()
        counts = self._counts()
        statuses = [key for key in (*TILES, *RARE_TILES, "") if counts[key]]
        sheet.set_row(self.row, 24)
        self._section(sheet, 0, 16, heading)
        if statuses:
            self._section(sheet, 16, 8, self.words("dashboard.by_status"))
        self.row += 1
        rows = min(max(len(bars) + 3, 10), 15)
        if not bars:
            look = self.styles(font_color=MUTED, bg_color=WHITE, align="center", text_wrap=True)
            text = self.words("terminal.nothing_read")
            sheet.merge_range(self.row, 1, self.row + 3, COLUMNS, text, look)
            self.row += 4
        else:
            height = round(rows * 20 * 4 / 3)
            chart = self._bar_chart(book, sheet, bars)
            self._place(sheet, chart, 0, 16, height)
            if statuses:
                chart = self._doughnut(book, sheet, statuses, counts)
                self._place(sheet, chart, 16, 8, height)
            self.row += rows
        self._space(sheet, 9)

    def _bars(self) -> tuple[list[Bar], str]:
        """Choose what the bar chart shows, and head it; of a single unit, its objectives."""
        heading = self.words("dashboard.against_pace")
        teams = self.rollup.teams
        single = len(teams) == 1
        rows = self.rollup.objectives if single else teams
        shown = rows
        if len(rows) > MOST_BARS:
            order = {"title": heading, "shown": MOST_BARS, "all": len(rows)}
            heading = self.words("rollup.furthest_behind", **order)
            shown = rows.sort_values("gap", ascending=False, kind="stable").head(MOST_BARS)
        records: list[dict[str, Any]] = shown.to_dict("records")  # type: ignore[assignment]
        names = (
            [f"{row['id']} {row['title']}" for row in records] if single else _unit_names(records)
        )
        return [
            Bar(shortened(name, 34), _shown(row["score"]), _shown(row["expected"]))
            for name, row in zip(names, records, strict=True)
        ], heading

    def _place(self, sheet: Worksheet, chart: Any, at: int, span: int, height: int) -> None:
        chart.set_title({"none": True})
        chart.set_chartarea({"border": {"color": LINE}, "fill": {"color": WHITE}})
        gap = 6 if at + span < COLUMNS else 0
        chart.set_size({"width": span * COLUMN_PIXELS - gap, "height": height})
        chart.show_hidden_data()
        sheet.insert_chart(self.row, 1 + at, chart, {"object_position": 2})

    def _column(self, sheet: Worksheet, number: int, values: Sequence[Value]) -> list[Any]:
        """Write what a chart shows to a hidden column, and give its range."""
        for row, value in enumerate(values):
            put(sheet, row, DATA + number, value, self.styles())
        return [self.names["summary"], 0, DATA + number, len(values) - 1, DATA + number]

    def _bar_chart(self, book: Workbook, sheet: Worksheet, bars: Sequence[Bar]) -> Any:
        font = {"name": "Calibri", "size": 9, "color": MUTED}
        names = self._column(sheet, 0, [bar.name for bar in bars])
        chart = book.add_chart({"type": "bar"})
        pace = [bar.expected for bar in bars]
        for number, (key, values, colour) in enumerate(
            (("score", [bar.score for bar in bars], ACCENT), ("expected", pace, PALE_BAR)), 1
        ):
            series: dict[str, Any] = {
                "name": self.words(f"okrs.{key}"),
                "categories": names,
                "values": self._column(sheet, number, values),
                "fill": {"color": colour},
                "gap": 50 if len(bars) > 4 else 120,
                "overlap": -5,
            }
            if key == "score":
                series["data_labels"] = {"value": True, "num_format": "0%", "font": font}
            chart.add_series(series)
        axis = {"line": {"color": LINE}, "major_tick_mark": "none", "interval_unit": 1}
        chart.set_y_axis(axis | {"reverse": True, "num_font": font | {"color": INK}})
        grid = {"visible": True, "line": {"color": GRID}}
        axis = {"min": 0, "max": 1, "num_format": "0%", "label_position": "none"}
        axis |= {"major_gridlines": grid, "line": {"none": True}, "major_tick_mark": "none"}
        chart.set_x_axis(axis)
        chart.set_legend({"position": "bottom", "font": font})
        return chart

    def _doughnut(
        self, book: Workbook, sheet: Worksheet, statuses: Sequence[str], counts: Mapping[str, int]
    ) -> Any:
        words = {key: status_word(key, self.words) for key in statuses}
        words |= {"": self.words("report.reason_unscored")}
        labels = [f"{words[key]}  {counts[key]}" for key in statuses]
        chart = book.add_chart({"type": "doughnut"})
        chart.add_series(
            {
                "name": self.words("dashboard.by_status"),
                "categories": self._column(sheet, 3, labels),
                "values": self._column(sheet, 4, [counts[key] for key in statuses]),
                "points": [{"fill": {"color": _slice(key)}} for key in statuses],
            }
        )
        chart.set_hole_size(62)
        font = {"name": "Calibri", "size": 10, "color": INK}
        chart.set_legend({"position": "right", "font": font})
        return chart

    # --- what needs attention -------------------------------------------------------------------

    def _attention(self, sheet: Worksheet) -> None:
        words = self.words
        rows = _attention(self.report)
        sheet.set_row(self.row, 24)
        self._section(sheet, 0, 16, words("dashboard.attention"))
        if len(rows) > MOST_ATTENTION:
            text = words("rollup.all_rows", n=len(rows), sheet=self.names["attention"])
            look = self.styles(font_color=ACCENT, underline=1, align="right", bg_color=PAGE)
            self._cell(sheet, 16, 8, text, look)
            place = f"internal:{quoted_sheet(self.names['attention'])}!A1"
            sheet.write_url(self.row, 17, place, look, text)
        self.row += 1
        if not rows:
            look = self.styles(font_color=MUTED, bg_color=WHITE, indent=1)
            self._cell(sheet, 0, COLUMNS, words("report.none_attention"), look)
            self.row += 1
            return
        for at, span, _, header, properties in LIST:
            look = {"font_size": 9, "bold": True, "font_color": MUTED, "bg_color": PAGE}
            look |= {key: properties[key] for key in ("align", "indent") if key in properties}
            self._cell(sheet, at, span, words(header), self.styles(**look))
        self.row += 1
        top = self.row
        for row in rows[:MOST_ATTENTION]:
            self._entry(sheet, row)
        status = LIST[-1]
        for rule in rules_of(_STATUS, words, self.styles):
            sheet.conditional_format(top, 1 + status[0], self.row - 1, status[0] + status[1], rule)

    def _entry(self, sheet: Worksheet, row: Record) -> None:
        """One line of the list, texts held to two lines."""
        lines = 1
        for at, span, key, _, properties in LIST:
            base = {"bg_color": WHITE, "bottom": 1, "bottom_color": LINE, "font_size": 10}
            look = base | properties
            room = (span * COLUMN_DIGITS - 1.5) / (BOLDER if "bold" in properties else 1.0)
            value: Value = _list_value(key, row, self.words)
            if isinstance(value, str):
                value = shortened(value, room * 1.85)
                lines = max(lines, lines_of(value, room))
            if key == "id" and row["address"]:
                look |= {"font_color": ACCENT, "underline": 1}
                made = self.styles(**look)
                self._cell(sheet, at, span, value, made)
                text = str(value or self.words("report.open"))
                sheet.write_url(self.row, 1 + at, row["address"], made, text)
            else:
                self._cell(sheet, at, span, value, self.styles(**look))
        sheet.set_row(self.row, 8 + min(lines, 3) * (self.line - 0.5))
        self.row += 1


# The list of the summary: first column, columns, key, header, look.
LIST: tuple[tuple[int, int, str, str, dict[str, Any]], ...] = (
    (0, 3, "id", "okrs.id", _LEFT | {"text_wrap": True}),
    (3, 7, "title", "dashboard.key_result", {"bold": True, "text_wrap": True}),
    (10, 3, "unit_name", "rollup.unit", {"text_wrap": True}),
    (13, 4, "owner", "okrs.owner", {"text_wrap": True}),
    (17, 3, "reason", "report.reason", {"text_wrap": True}),
    (20, 1, "score", "okrs.score", {"num_format": PERCENT, "align": "right", "bold": True}),
    (21, 3, "status", "okrs.status", {"align": "center", "bold": True}),
)
_INKS = {  # of a tile's figure; amber is too light to read
    STRONG_COLOURS["at-risk"]: "#8A6100",
    **{STRONG_COLOURS[key]: STRONG_COLOURS[key] for key in ("achieved", "on-track", "off-track")},
}


def _list_value(key: str, row: Record, words: Language) -> Value:
    if key == "score":
        return _shown(row[key])
    return status_word(row[key], words) if key == "status" else trimmed(row[key])


def _slice(status: str) -> str:
    return SLATE if status == "" else STRONG_COLOURS.get(status, LINE)


def _shown(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _rounded(value: Any) -> float | None:
    shown = _shown(value)
    return None if shown is None else round(shown, 2)


def _differs(one: Any, other: Any) -> bool:
    return _rounded(one) != _rounded(other)


def _unit_names(rows: Sequence[Record]) -> list[str]:
    """Names of units, with as much of whose they are as it takes to tell them apart."""
    names = [unit_name(row) for row in rows]
    for key in ("quarter", "department", "company"):
        if len(set(names)) == len(names):
            break
        if len({row[key] for row in rows}) > 1:
            names = [
                f"{name} · {row[key]}" if row[key] else name
                for name, row in zip(names, rows, strict=True)
            ]
    return names
