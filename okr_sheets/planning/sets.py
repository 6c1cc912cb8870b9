"""Example sets and people's own plans, TOML, read as Trackers."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from okr_sheets.about import About
from okr_sheets.choices import OBJECTIVE, TYPES
from okr_sheets.columns import Columns
from okr_sheets.grouping import said_once
from okr_sheets.language import REFERENCE, choice_keys, headers, language
from okr_sheets.problems import Problem
from okr_sheets.quarters import (
    YEARS,
    Span,
    check_in_dates,
    common_day,
    period,
    period_of,
    usual_cadence,
)
from okr_sheets.reading.days import is_buddhist
from okr_sheets.reading.examples import SetError
from okr_sheets.schema import ACTIONS, OKRS, PARTS, ROW, SETTINGS, Column, is_countable
from okr_sheets.suggesting import advice
from okr_sheets.text import quoted
from okr_sheets.toml import check_entry, parse_toml
from okr_sheets.tracker import Tracker

_KEY_RESULTS = "objectives.key_results"
_ACTIONS = f"{_KEY_RESULTS}.actions"
_TYPES: Mapping[str, tuple[type, ...]] = {
    "text": (str,),
    "id": (str,),
    "number": (int, float),
    "date": (date,),
}
_EXAMPLES = {"text": '"Grow"', "id": '"O1"', "number": "30", "date": "2027-02-12"}


def read_set(text: str, name: str, fiscal_start: int = 1) -> Tracker:
    """A TOML set as a Tracker; its rows are numbered by the running number of the entry.

    `name` stands for the file in messages, `fiscal_start` is the first month of the fiscal year of
    its quarter. Raises SetError for text that is not TOML, an unknown key, a value of the wrong
    kind or a year out of range.
    """
    return plan_of(parse_toml(text, name, SetError), name, fiscal_start)


def plan_of(document: dict[str, Any], name: str, fiscal_start: int = 1) -> Tracker:
    """The same for a TOML document that is already parsed."""
    return _Set(name, fiscal_start).tracker(document)


@dataclass(frozen=True, slots=True)
class _Key:
    """What the key of a column takes."""

    column: Column

    @property
    def choices(self) -> tuple[str, ...]:
        key = self.column.key
        return self.column.choices or (OKRS[key].choices if key in OKRS.keys else ())

    @property
    def wants(self) -> str:
        kind = self.column.kind
        if kind == "choice":
            return f"one of {', '.join(self.choices)}"
        return f"{'an ID' if kind == 'id' else f'a {kind}'}, such as {_EXAMPLES[kind]}"

    @property
    def words(self) -> Mapping[str, str]:
        """The choices by their words in all languages."""
        key = self.column.key
        return (
            {}
            if self.column.kind != "choice"
            else {
                word: choice
                for each in (key, f"{ACTIONS.prefix}_{key}")
                if language(REFERENCE).keys(f"choices.{each}")
                for word, choice in choice_keys(each).items()
                if choice in self.choices
            }
        )

    def takes(self, value: Any) -> bool:
        if self.column.kind == "choice":
            return value in self.choices
        fits = isinstance(value, _TYPES[self.column.kind]) and not isinstance(value, bool)
        return fits and value == value  # noqa: PLR0124  NaN


class _Set:
    def __init__(self, name: str, fiscal_start: int) -> None:
        self.name = name
        self.fiscal_start = fiscal_start
        self.buddhist: list[Problem] = []
        self.objectives: list[dict[str, Any]] = []
        self.key_results: list[dict[str, Any]] = []
        self.actions: list[dict[str, Any]] = []
        self.count = 0

    def tracker(self, document: dict[str, Any]) -> Tracker:
        entries = self._list(document.pop("objectives", []), "objectives")
        settings = document.pop("about", {})
        if not isinstance(settings, dict):
            raise SetError(f"{self.name}: about must be a table. Write [about] above its lines.")
        self._check(document, "", _columns("title", "description"))
        about = self._about(self._check(settings, "about", (*SETTINGS, Column("language"))))
        for entry in entries:
            self._objective(entry)
        dates: tuple[date, ...] = ()
        if about.start and about.end:
            dates = check_in_dates(about.start, about.end, about.cadence)
        return Tracker.empty(
            about,
            **{
                name: Columns.of(rows, (ROW, *PARTS[name]))
                for name, rows in (
                    ("objectives", self.objectives),
                    ("key_results", self.key_results),
                    ("actions", self.actions),
                )
            },
            check_in_dates=dates,
            problems=tuple(said_once("buddhist-year", self.buddhist)),
        )

    def _about(self, settings: Mapping[str, Any]) -> About:
        """The settings, the quarter or year and its days each filled in from the other."""
        self._say_odd_days(settings.get("start"), settings.get("end"))
        about = About(**settings, fiscal_start=self.fiscal_start)
        if about.quarter:
            try:
                counted = period(about.quarter, self.fiscal_start)
            except ValueError as error:
                raise SetError(f"{self.name}: about.quarter: {error}") from None
            if is_buddhist(about.quarter):
                self._note_buddhist(about.quarter, counted)
            if about.span and not counted.fits(about.span):
                days = f"start and end ({about.start} to {about.end})"
                raise SetError(
                    f"{self.name}: about.quarter {counted} does not fit {days}. "
                    "Leave the quarter or the days out."
                )
        elif about.span:
            counted = period_of(about.span, self.fiscal_start)
        else:
            return about
        start, end = about.start or counted.start, about.end or counted.end
        self._say_odd_days(start, end)
        cadence = settings.get("cadence") or usual_cadence(counted)
        return replace(about, quarter=str(counted), start=start, end=end, cadence=cadence)

    def _say_odd_days(self, start: date | None, end: date | None) -> None:
        if start and end and not Span(start, end).is_sound:
            raise SetError(
                f"{self.name}: about: {start} to {end} are not the days of a quarter or a year. "
                "Write an end that comes after start, within two years."
            )

    def _note_buddhist(self, typed: object, value: object) -> None:
        words = {"value": str(value)}
        self.buddhist.append(Problem("buddhist-year", self.name, given=str(typed), words=words))

    def _objective(self, entry: dict[str, Any]) -> None:
        entry = dict(entry)
        key_results = self._list(entry.pop("key_results", []), _KEY_RESULTS)
        entry = self._check(entry, "objectives", PARTS["objectives"])
        self.count += 1
        objective = {"id": f"O{len(self.objectives) + 1}", **entry, "row": self.count}
        self.objectives.append(objective)
        for at, key_result_entry in enumerate(key_results, 1):
            rest = dict(key_result_entry)
            actions = self._list(rest.pop("actions", []), _ACTIONS)
            rest = self._check(rest, _KEY_RESULTS, PARTS["key_results"][2:])
            if rest.get("type") == OBJECTIVE:
                raise SetError(
                    f"{self.name}: a key result cannot have the type “{OBJECTIVE}”. "
                    f"Choose one of: {', '.join(TYPES)}."
                )
            self.count += 1
            key_result = {"id": f"{objective['id']}.KR{at}", **rest, "row": self.count}
            key_result |= {"objective": objective["row"], "objective_id": objective["id"]}
            self.key_results.append(key_result)
            for action in actions:
                checked = self._check(action, _ACTIONS, ACTIONS.typed)
                number = len(self.actions) + 1
                self.actions.append({"key_result": key_result["id"], **checked, "row": number})

    def _list(self, value: Any, where: str) -> list[dict[str, Any]]:
        if isinstance(value, list) and all(isinstance(entry, dict) for entry in value):
            return value
        raise SetError(
            f"{self.name}: {where} must be a list of tables. Write [[{where}]] above each."
        )

    def _check(
        self, entry: Mapping[str, Any], where: str, columns: tuple[Column, ...]
    ) -> dict[str, Any]:
        """The entry, its dates in common years; SetError if a key or a value is wrong."""
        table = f" [{where}]" if where == "about" else f" [[{where}]]" if where else ""
        table = f"{self.name}:{table}"
        keys = {column.key: _Key(column) for column in columns}

        def instead(name: str) -> str:
            return advice(name, keys, _headers_of(keys))

        check_entry(entry, keys, table, SetError, instead)
        checked = dict(entry)
        for key, value in entry.items():
            place = f"{table} {quoted(key)}"
            if isinstance(value, float | int) and not is_countable(value):
                unit = "Write it in another unit, or 0."
                raise SetError(f"{place} is too large or too small to calculate with. {unit}")
            if isinstance(value, date):
                checked[key] = self._common(value, place)
        return checked

    def _common(self, typed: date, place: str) -> date:
        day = common_day(typed)
        if day is None:
            between = f"from {YEARS[0]} to {YEARS[-1]}"
            raise SetError(
                f"{place} must be a date of a year {between}, such as 2027-02-12, not {typed}."
            )
        if day != typed:
            self._note_buddhist(typed, day)
        return day


def _headers_of(keys: Collection[str]) -> dict[str, str]:
    """The headers of columns in all languages, each with its key."""
    return {
        word: key
        for sheet in ("settings", OKRS.key, ACTIONS.key)
        for word, (key, _) in headers(sheet).items()
        if key in keys
    }


def _columns(*keys: str) -> tuple[Column, ...]:
    return tuple(Column(key) for key in keys)
