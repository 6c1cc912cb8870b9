"""Columns of the tables: what a cell shows of a value, how it looks, and how wide it may be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from okr_sheets.choices import STATUSES
from okr_sheets.columns import serial
from okr_sheets.drawing.cells import Value, trimmed
from okr_sheets.drawing.colours import GRADE_STATUS, STATUS_COLOURS
from okr_sheets.drawing.conditions import DATA_BAR, Condition, in_status_colours
from okr_sheets.drawing.styles import PERCENT, POINTS, Styles
from okr_sheets.language import Language
from okr_sheets.reports.phrases import history_what, status_word
from okr_sheets.rollups.schema import CHANGE_KINDS

Show = Callable[[Any], Value]

BLANK = "blank"  # in place of the status of a unit without OKRs
LEAST_FALL = 0.05  # from which a difference is worth a colour
# The status whose colours other words wear.
_SEVERITY_STATUS = {"error": "off-track", "warning": "at-risk", "info": "no-update"}
_CHANGE_STATUS = {
    "off-track": "off-track",
    "at-risk": "at-risk",
    "stale": "no-update",
    "down": "at-risk",
    "achieved": "achieved",
    "new": "no-update",
    "up": "on-track",
}


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
    return cache(lambda value: trimmed(value) or None)  # most texts stand in many rows


def _numbers(_: Language, __: str) -> Show:
    return lambda value: None if value is None else float(value)


def _days(_: Language, __: str) -> Show:
    return lambda value: None if value is None else float(serial(value))


def _choices(words: Language, column: str) -> Show:
    by_key = words.choices(column)
    return lambda value: by_key.get(value) or trimmed(value) or None


def _statuses(words: Language, _: str) -> Show:
    by_key = {status: status_word(status, words) for status in ("", *STATUSES)}
    by_key[BLANK] = words("report.no_okrs")
    return lambda value: by_key.get(value, by_key[""])


def _severities(words: Language, _: str) -> Show:
    return lambda value: words(f"report.{value}")


def _answers(words: Language, _: str) -> Show:
    answers = words.choices("yes_no")
    return lambda value: None if value is None else answers["yes" if value else "no"]


def _findings(words: Language, _: str) -> Show:
    return lambda code: words(f"report.finding_{code.replace('-', '_')}") if code else None


def _remembered(words: Language, _: str) -> Show:
    return lambda code: history_what({"code": code}, words)


def _changes(words: Language, _: str) -> Show:
    by_key = {kind: _change_word(kind, words) for kind in CHANGE_KINDS}
    return lambda value: by_key[value]


def _change_word(kind: str, words: Language) -> str:
    return words(f"page.change_{kind.replace('-', '_')}")


def _drawn(_: Language, __: str) -> Show:
    return lambda _: None


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
    "points": Kind(_numbers, _MIDDLE | {"num_format": POINTS}),
    "trend": Kind(_drawn, _MIDDLE),
    "change": Kind(_changes, _MIDDLE | {"bold": True}),
    "remembered": Kind(_remembered, _LEFT | {"bold": True}, wraps=True),
    "finding": Kind(_findings, _LEFT, wraps=True),
    "yes_no": Kind(_answers, _LEFT),
    **{
        key: Kind(_choices, _LEFT)
        for key in ("type", "commitment", "state", "level", "close_decision", "ended")
    },
}


def rules_of(field: Field, words: Language, styles: Styles) -> list[Condition]:
    """Give the conditional formats of a column."""
    if field.kind == "bar":
        return [DATA_BAR]
    if field.kind == "tally":
        fill, ink = STATUS_COLOURS.get(field.key, STATUS_COLOURS["no-update"])
        look = styles.rule(bg_color=fill, font_color=ink, bold=True)
        return [{"type": "cell", "criteria": ">", "value": 0, "format": look}]
    if field.kind == "points":
        look = styles.rule(font_color=STATUS_COLOURS["off-track"][1])
        return [{"type": "cell", "criteria": "<", "value": -LEAST_FALL, "format": look}]
    if field.kind == "number":
        # Beyond a billion the cell is too narrow for separators; General never fills with ###.
        thousands = {
            "type": "cell",
            "format": styles.rule(num_format="#,##0"),
            "criteria": "between",
        }
        least = words.grouped_from
        ranges = ((least, 999_999_999), (-999_999_999, -least))
        return [thousands | {"minimum": low, "maximum": high} for low, high in ranges]
    coloured = {
        "status": {words.choice("status", key): key for key in STATUSES},
        "grade": {words.choice("grade", key): status for key, status in GRADE_STATUS.items()},
        "severity": {words(f"report.{key}"): status for key, status in _SEVERITY_STATUS.items()},
        "change": {_change_word(key, words): status for key, status in _CHANGE_STATUS.items()},
    }
    return in_status_colours(styles, coloured.get(field.kind, {}))
