"""The rows of a review: units with their objectives, findings, and rules."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from okr_sheets.kinds import COACHING, CODES, SEVERITIES
from okr_sheets.language import Language
from okr_sheets.problems import Problem
from okr_sheets.reports.reviews import Review
from okr_sheets.rollups.result import problem_records
from okr_sheets.rollups.schema import PROBLEMS
from okr_sheets.schema import OKRS
from okr_sheets.tracker import Tracker

RECORDS = (*PROBLEMS.keys, "better")
Row = dict[str, Any]
_FIELD = re.compile(r"\{\w+\}")


@dataclass(slots=True)
class Line:
    """A unit, or one of its objectives, with its row of `quality` in each quarter."""

    name: str
    id: str = ""
    by_quarter: dict[str, Row] = field(default_factory=dict)

    @property
    def is_unit(self) -> bool:
        return any(row["level"] == "unit" for row in self.by_quarter.values())

    @property
    def is_asked(self) -> bool:
        """Whether it is an objective that key results go on for."""
        return not self.is_unit and any(row["key_results"] for row in self.by_quarter.values())


def lines(review: Review) -> list[Line]:
    """Each unit, followed by its objectives from the oldest quarter on.

    One that has the same ID and title in several quarters is one line.
    """
    rows = [*review.quality.records()]
    names = _unit_names(review, rows)
    found: dict[tuple[str, ...], dict[tuple[str, ...], Line]] = {}
    for row in rows:
        unit, quarter = _unit(review, row), row["quarter"]
        of_unit = found.setdefault(unit, {})
        name, at = (names[unit], ()) if row["level"] == "unit" else (row["title"], _same(row))
        line = of_unit.setdefault(at, Line(name, row["id"]))
        if quarter in line.by_quarter:  # a second one of the quarter
            line = of_unit.setdefault((*at, str(len(of_unit))), Line(name, row["id"]))
        line.by_quarter[quarter] = row
    return [line for of_unit in found.values() for line in of_unit.values()]


def _same(objective: Row) -> tuple[str, ...]:
    """What an objective is known again by in another quarter."""
    return objective["id"].casefold(), objective["title"].casefold()


def _unit(review: Review, row: Mapping[str, Any]) -> tuple[str, ...]:
    """What tells a row's unit from others in all quarters; one without names is its file's."""
    names = tuple(row[key].casefold() for key in ("team", "department", "company"))
    return names if any(names) else (review.trackers[row["tracker"]].path,)


def _unit_names(review: Review, rows: Iterable[Row]) -> dict[tuple[str, ...], str]:
    """Each unit by its smallest name; namesakes by larger ones too, and by their file at last."""
    named: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        parts = [row[key] for key in ("team", "department", "company") if row[key]]
        file = PurePath(review.trackers[row["tracker"]].path).name
        named.setdefault(_unit(review, row), [*parts, file])
    names = {}
    for unit, parts in named.items():
        for count in range(1, len(parts) + 1):
            names[unit] = ", ".join(parts[:count])
            if sum(other[:count] == parts[:count] for other in named.values()) == 1:
                break
    return names


def records(problems: Sequence[Problem], code: str) -> list[dict[str, str]]:
    """Problems as rows of `RECORDS`: the sentence in a language, and beside it an example."""
    rows = problem_records(problems, code)
    return [
        {**row, "message": problem.sentence(code), "better": problem.better(code)}
        for row, problem in zip(rows, problems, strict=True)
    ]


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Errors first, else in their order."""
    return sorted(problems, key=lambda problem: SEVERITIES.index(problem.severity))


def findings(review: Review, problems: Sequence[Problem], words: Language) -> list[Row]:
    """A row for each of the problems, with whose it is and what its row says."""
    rows = [*review.quality.records()]
    names = _unit_names(review, rows)
    unit_of = {row["tracker"]: names[_unit(review, row)] for row in rows}
    places: dict[tuple[str, str], tuple[str, str]] = {}
    texts: dict[tuple[str, str, int, str], tuple[str, str]] = {}
    for number, tracker in enumerate(review.trackers):
        for sheet in ("", *tracker.sheets.values()):
            of_tracker = unit_of.get(number, tracker.about.unit), tracker.about.quarter
            places.setdefault((tracker.path, sheet), of_tracker)
        texts.update(_texts(tracker))
    found = []
    for record, problem in zip(records(problems, words.code), problems, strict=True):
        unit, quarter = places.get((problem.path, problem.sheet), ("", ""))
        place = problem.path, problem.sheet, problem.row
        id_text, title = texts.get((*place, problem.column), texts.get((*place, ""), ("", "")))
        found.append({"unit": unit, "quarter": quarter, "id": id_text, "title": title, **record})
    return found


def _texts(tracker: Tracker) -> Iterator[tuple[tuple[str, str, int, str], tuple[str, str]]]:
    """The id and title of each row by its place; of a flat table's objectives by column too."""
    sheet = tracker.sheets.get(OKRS.key, "")
    own = [*tracker.letters["objectives"].values()] if tracker.is_flat else [""]
    for part, columns in (("objectives", own), ("key_results", [""])):
        rows = tracker.columns[part]
        for row, *text in zip(rows.row.tolist(), rows.id, rows.title, strict=True):
            for column in columns:
                yield (tracker.path, sheet, row, column), (text[0], text[1])


def example(code: str, words: Language) -> str:
    """What would be better than what a rule finds; "" without an example."""
    return Problem(code).better(words.code)


def rules(review: Review, words: Language) -> list[Row]:
    """A row for each rule of a coach, with how often it found something here."""
    counts = Counter(problem.code for problem in review.problems)
    return [
        {
            "code": code,
            "severity": severity,
            "says": _FIELD.sub("…", words(f"problems.{code}")).replace("….", "…"),
            "better": example(code, words),
            "count": counts[code],
            "off": words("review.off_by", code=code),
        }
        for code, severity in CODES.items()
        if code in COACHING
    ]
