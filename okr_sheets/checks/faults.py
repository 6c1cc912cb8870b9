"""The rules of *to fix* as problems: which each is, at which cell, and what fills its sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from okr_sheets.coaching.habits import unexplained
from okr_sheets.columns import Array, Columns, filled, folded, to_day
from okr_sheets.computing import OPERATIONS
from okr_sheets.findings import ADVICE, CHANGES, filling
from okr_sheets.language import Language, language
from okr_sheets.problems import Problem
from okr_sheets.reading.cells import amount
from okr_sheets.schema import CHECK_IN_PREFIX, OKRS
from okr_sheets.tracker import Tracker

MOST_NAMED = 5  # rows in one sentence
# Rules that ask for the quarter's days, or for the last number up to a day.
BY_DAYS = frozenset({"count-suspected", "start-after-due", "total-that-fell", "mixed-scale"})


@dataclass(frozen=True, slots=True)
class Named:
    """The key of a problem's cell, what fills its sentence beside the row's id, and its code.

    The first two may go by the row, at a position of the rows; the code is the rule's if none.
    `unless` is the rule that says the same and more.
    """

    key: str | Callable[[Columns, int], str]
    fields: Callable[[Columns, int, Language], Mapping[str, str]] = lambda *_: {}
    code: str = ""
    unless: str = ""


def faults(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """No row has anything to fix, by the rules of the sheet's own column.

    What follows from a cell that cannot be read is not said again.
    """
    words = language(tracker.about.language)
    letters, in_error = tracker.letters.get(OKRS.key, {}), cells_in_error(tracker)
    rows = rows.having(
        namesakes=partial(_namesakes, rows), unexplained=partial(unexplained, tracker, rows)
    )
    for code, of in NAMES.items():
        if code in BY_DAYS and not tracker.about.span:
            continue
        applies = rows[code] & ~rows[of.unless] if of.unless else rows[code]
        for at in np.flatnonzero(applies).tolist():
            row, key = int(rows.row[at]), of.key if isinstance(of.key, str) else of.key(rows, at)
            part = tracker.part_of(is_objective=bool(rows.anchor[at]))
            if (part != OKRS.key or code in ADVICE) and key not in tracker.letters.get(part, {key}):
                continue  # there is no cell for it
            if key.startswith(CHECK_IN_PREFIX) and key not in letters:
                key = "current"
            problem = of.code or code.partition(":")[0]
            errors = in_error.get((row, key), set())
            # An id can be read, whatever else is wrong with it.
            if problem not in errors and (key == "id" or not errors):
                fields = {"given": rows.id[at], **of.fields(rows, at, words)}
                yield tracker.problem(problem, part, row, key, **fields)


def cells_in_error(tracker: Tracker) -> Mapping[tuple[int, str], set[str]]:
    """The errors that reading has named, by row and key of their cells."""
    sheet = tracker.sheets.get(OKRS.key, "")
    errors: dict[tuple[int, str], set[str]] = {}
    for problem in tracker.problems:
        if problem.severity == "error" and problem.sheet == sheet:
            errors.setdefault((problem.row, problem.key), set()).add(problem.code)
    return errors


def _namesakes(rows: Columns) -> Array:
    """The other rows with the id of each, as its sentence names them."""
    holders: dict[str, list[int]] = {}
    names = folded(rows.id)
    for row, name in zip(rows.row.tolist(), names, strict=True):
        holders.setdefault(name, []).append(row)

    def others(row: int, name: str) -> str:
        same = [str(other) for other in holders[name][: MOST_NAMED + 1] if other != row]
        more = " …" if len(holders[name]) > MOST_NAMED + 1 else ""
        return ", ".join(same[:MOST_NAMED]) + more

    return filled(map(others, rows.row.tolist(), names), "text")


def _amounts(**keys: str) -> Callable[[Columns, int, Language], Mapping[str, str]]:
    """Fields that are the numbers of columns."""
    return lambda rows, at, words: {
        field: amount(float(rows[key][at]), words) for field, key in keys.items()
    }


def _last_checked(rows: Columns, at: int) -> str:
    return f"{CHECK_IN_PREFIX}{to_day(rows.checked[at])}"


def _odd_percent(rows: Columns, at: int) -> str:
    return "baseline" if 0 < rows.baseline[at] < 1 else _last_checked(rows, at)


def _line_to_hold(rows: Columns, at: int, words: Language) -> Mapping[str, str]:
    keep = "keep-at-most" if rows.kind[at] == "decrease" else "keep-at-least"
    return {"value": words.choice("type", keep)}


def _total_meant(rows: Columns, at: int, words: Language) -> Mapping[str, str]:
    total = "total" if rows.kind[at] == "increase" else "total-at-most"
    numbers = _amounts(first="first_value", baseline="baseline")(rows, at, words)
    return {**numbers, "value": words.choice("type", total)}


def _own_type(rows: Columns, at: int, words: Language) -> Mapping[str, str]:
    return {"type": words.choice("type", rows.type[at])}


def _moved(rows: Columns, at: int, words: Language, change: str) -> Mapping[str, str]:
    numbers = filling(rows, OPERATIONS, change).items()
    texts = {name: amount(float(number[at]), words) for name, number in numbers}
    return {**texts, "label": words(f"okrs.{change.partition(':')[2]}")}


def _way_there(rows: Columns, at: int, words: Language) -> Mapping[str, str]:
    way = "increase" if rows.kind[at] == "keep-at-least" else "decrease"
    baseline = amount(float(rows.baseline[at]), words)
    return {"value": words.choice("type", way), "baseline": baseline}


def _active_count(rows: Columns, at: int, _: Language) -> Mapping[str, str]:
    is_own = (rows.group == rows.group[at]) & (rows.standing == "active")
    return {"count": str(int(is_own.sum()))}


# By the codes of the rules, in their order.
NAMES: Mapping[str, Named] = {
    "no-title": Named("title", lambda r, at, _: {"given": "", "value": r.id[at]}, "missing-title"),
    "no-objective": Named("id"),
    "duplicate-id": Named("id", lambda rows, at, _: {"rows": rows.namesakes[at]}),
    "no-key-results": Named("title"),
    "mixed-scale": Named(_odd_percent),
    "no-target": Named("target"),
    "total-of-nothing": Named("target", _amounts(value="target")),
    "no-baseline": Named("baseline"),
    "baseline-equals-target": Named("target", _line_to_hold),
    "wrong-direction": Named("type", _own_type),
    "count-suspected": Named("type", _total_meant),
    "total-that-fell": Named(_last_checked, _amounts(highest="highest", current="current")),
    "bad-weight": Named("weight", lambda rows, at, _: {"given": f"{rows.weight[at]:g}"}),
    "start-after-due": Named("start"),
    "baseline-assumed": Named("baseline", unless="no-baseline"),
    **{
        it: Named(key, partial(_moved, change=it), unless="unexplained" if key == "target" else "")
        for it in CHANGES
        for key in (it.partition(":")[2],)
    },
    "no-owner": Named("owner", code="missing-owner"),
    "kr-line-not-kept": Named("type", _way_there),
    "kr-met-at-start": Named("target", _amounts(value="first_value")),
    "kr-no-unit": Named("unit"),
    "kr-count": Named("title", _active_count),
}
