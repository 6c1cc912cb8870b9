"""Rules about what the workbook itself calculated: typed over, out of date, or by another rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from math import isnan, nan
from typing import Any

import numpy as np

from okr_sheets.checks.formulas import beside, our_shapes, shape
from okr_sheets.columns import Columns, among, serial, to_day
from okr_sheets.files.grid import Broken, Uncalculated
from okr_sheets.language import Language, choice_keys, fold, language
from okr_sheets.places import ranges
from okr_sheets.problems import Problem
from okr_sheets.reading.cells import amount, as_text
from okr_sheets.schema import CHECK_IN_PREFIX, OKRS, Column
from okr_sheets.tracker import Tracker

TOLERANCE = 1e-9
# What is read otherwise than the workbook's formulas count it, or not counted by them at all.
MISREAD = frozenset(
    {"number-as-text", "ambiguous-number", "percent-scale", "other-word", "date-as-text"}
    | {"ambiguous-date", "buddhist-year"}
)
# What to do about weeks that the workbook's formulas count otherwise, or not at all.
WEEKS = frozenset({"week-out-of-reach", "week-without-date", "week-date-taken", "week-dated-twice"})
UNREACHED = WEEKS - {"week-dated-twice"} | {"buddhist-year"}
# Sentences are not compared: they differ by language and say nothing that a number does not.
COMPARED = tuple(
    column
    for column in OKRS.columns
    if column.stage == "computed" and column.key not in {"trend", "to_fix"}
)


def stored_values(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """Every computed cell holds its formula, and what the formula gives for the numbers there.

    The recomputed value is as of the day the workbook itself was calculated by. Rows whose cells
    Python reads and the workbook cannot (numbers as text) are left to their own problem. Formulas
    that point beside their columns are said once: what they give tells nothing of the rows.
    """
    stored = tracker.calculated
    if not len(stored):
        return
    damaged = beside(tracker)
    if damaged:
        row, key = damaged
        label = language(tracker.about.language)(f"okrs.{key}")
        yield tracker.problem("damaged-formulas", OKRS.key, row, key, label=label)
        return
    keys = [column for column in COMPARED if column.key in stored]
    most = {column.key: _usual(stored[f"formula.{column.key}"].tolist()) for column in keys}
    usual = _without_replaced(most, tracker.about.language)
    if tracker.calculated_on and not any(usual.values()) and None not in usual.values():
        # A program that keeps values only has made constants of them all.
        yield tracker.problem("no-formulas", OKRS.key, 0)
        return
    differing = list(_differing(tracker, rows, keys, usual))
    if not tracker.calculated_on:
        # No value says what the workbook would give; a constant among our formulas is one still.
        certain = {"typed-over", "no-formula"} if _own(most, tracker.about.language) else set()
        differing = [problem for problem in differing if problem.code in certain]
    # What follows from a cell that was typed over differs with it.
    disturbed = {p.row for p in differing if p.code in {"typed-over", "other-formula"}}
    disturbed |= _groups(rows, disturbed)
    told = [p for p in differing if p.code != "stale-value" or p.row not in disturbed]
    yield from told
    differ = {problem.row for problem in told}
    yield from _other_score(tracker, rows, differ | _groups(rows, differ))


def _other_score(tracker: Tracker, rows: Columns, differ: set[Any]) -> Iterator[Problem]:
    """The first figure that the workbook shows otherwise, for cells that its formulas misread.

    The team's score or expected, or an objective's, as both are shown: in whole percents. Not one
    of the rows that `differ` for another reason, and not the team's, which takes them in.
    """
    sheet = tracker.sheets.get(OKRS.key)
    cells = [p for p in _every(tracker) if p.code in MISREAD and p.sheet == sheet and p.row]
    if not (cells and tracker.calculated_on):
        return
    held, ruled = _side_by_side(tracker.calculated, rows)
    words = language(tracker.about.language)
    named = ranges(cells, words.number)
    for row, key, stored, value in _figures(held, ruled):
        if row in differ or (not row and differ):
            continue
        given, said = words.percent(stored), words.percent(value)
        if given != said:
            label = words(f"okrs.{key}")
            place = OKRS.key, row, key if row else ""
            yield tracker.problem(
                "other-score", *place, given, label=label, value=said, cells=named
            )
            return


def _figures(held: Columns, ruled: Columns) -> Iterator[tuple[int, str, float, float]]:
    """Row, key and both values of the team's figures, whose row is 0, and the objectives'."""
    for key, sums in (("score", "share_points"), ("expected", "share_pace")):
        if sums in held and "share" in held:
            yield 0, key, _mean(held, sums), _mean(ruled, sums)
    for key in ("score", "expected"):
        if key in held:
            both = zip(ruled.row, ruled.anchor, held[key], ruled[key], strict=True)
            for row, anchor, stored, value in both:
                if anchor > 0:
                    yield int(row), key, _number(stored), _number(value)


def _mean(rows: Columns, key: str) -> float:
    """A sum of the objectives' by the sum of their weights; NaN for nothing."""
    share, points = (np.nansum([*map(_number, rows[name].tolist())]) for name in ("share", key))
    return float(points / share) if share > 0 else nan


def _number(value: Any) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else nan


def _every(tracker: Tracker) -> list[Problem]:
    """What reading said, each problem apart."""
    return [one for problem in tracker.problems for one in (problem, *problem.others)]


def beside_damage(problems: Sequence[Problem]) -> Iterator[Problem]:
    """The problems, without advice on the weeks of a sheet whose formulas are damaged.

    Where formulas look for weeks tells nothing there, and the rows go into a fresh tracker.
    """
    damaged = {(p.path, p.sheet) for p in problems if p.code == "damaged-formulas"}
    return (p for p in problems if p.code not in WEEKS or (p.path, p.sheet) not in damaged)


def _differing(
    tracker: Tracker, rows: Columns, keys: Sequence[Column], usual: Mapping[str, str | None]
) -> Iterator[Problem]:
    """The cells that hold another value than the rules give, and rows without any formula."""
    words = language(tracker.about.language)
    cells, rows = _side_by_side(tracker.calculated, rows)
    numbers, names = rows.row.tolist(), [column.key for column in keys]
    held, ruled, formulas = (
        {key: of[f"{prefix}{key}"].tolist() for key in names}
        for of, prefix in ((cells, ""), (rows, ""), (cells, "formula."))
    )
    empty = {at for at in range(len(rows)) if all(_is_blank(held[key][at]) for key in names)}
    uncounted = _uncounted(tracker, rows, {numbers[at] for at in empty})
    bare = {at for at in empty if not any(formulas[key][at] for key in names)}
    if None not in usual.values():
        for at in bare:
            yield tracker.problem("no-formula", OKRS.key, numbers[at], "score")
    for column in keys:
        key = column.key
        for at in _unlike(held[key], ruled[key]):
            row, stored, formula = numbers[at], held[key][at], formulas[key][at]
            expected, comparable = _as_stored(key, ruled[key][at]), _comparable(key, stored)
            broken = bool(formula) and "#REF!" in formula
            other = broken or (bool(formula) and formula != usual[key])
            excused = row in uncounted and formula != "" and not broken
            # LibreOffice keeps a 0 in .xls where a formula gives no text.
            excused |= formula is None and expected is None and comparable == 0
            excused |= at in bare or isinstance(stored, Uncalculated)
            if excused or _same(comparable, expected):
                continue
            yield tracker.problem(
                "typed-over" if formula == "" else "other-formula" if other else "stale-value",
                OKRS.key,
                row,
                key,
                _say(key, stored, words),
                label=words(f"okrs.{key}"),
                value=_word(key, expected, words),
            )


def _side_by_side(cells: Columns, rows: Columns) -> tuple[Columns, Columns]:
    """The rows that are in both, in the order of the second."""
    if cells.row.tolist() == rows.row.tolist():
        return cells, rows
    position = {row: at for at, row in enumerate(cells.row.tolist())}
    both = rows.take(among(rows.row, position))
    positions = [position[row] for row in both.row.tolist()]
    return cells.take(np.array(positions, dtype=np.int64)), both


def _unlike(held: Sequence[Any], ruled: Sequence[Any]) -> Iterator[int]:
    """Where a cell is not at first sight what the rules give; blanks are blank in several ways."""
    for at, (cell, value) in enumerate(zip(held, ruled, strict=True)):
        if cell == value and cell is not True and cell is not False:
            continue
        if (cell is None or cell == "") and (value == "" or value != value):  # noqa: PLR0124  NaN
            continue
        yield at


def _usual(formulas: Sequence[str | None]) -> str | None:
    """The formula most rows of a column have; "" if none has one, None if the file tells none."""
    if None in formulas:
        return None
    written = Counter(filter(None, formulas)).most_common(1)
    return written[0][0] if written else ""


def _without_replaced(
    usual: Mapping[str, str | None], language_code: str
) -> Mapping[str, str | None]:
    """The usual formulas, those left out that took the place of ours all down their columns.

    Programs spell formulas in their own ways; only beside others of ours is one known as foreign.
    """
    own = _own(usual, language_code)
    foreign = {key for key, formula in usual.items() if formula} - own
    if len(own) <= len(foreign):
        return usual
    return {**usual, **dict.fromkeys(foreign, "")}


def _own(usual: Mapping[str, str | None], language_code: str) -> set[str]:
    """The keys of the columns that hold our own formulas."""
    ours = our_shapes(language_code)
    return {key for key, formula in usual.items() if formula and shape(formula) == ours[key]}


def _uncounted(tracker: Tracker, rows: Columns, bare: set[Any]) -> set[Any]:
    """The rows with a cell that the workbook may have read in another way, or not at all.

    What the workbook could not count is missing from its objective's numbers as well.
    """
    sheet = tracker.sheets.get(OKRS.key)
    every = _every(tracker)
    misread = {p.row for p in every if p.sheet == sheet and p.row}
    # Weeks that the workbook's formulas do not reach count here all the same.
    missed = {p.key.removeprefix(CHECK_IN_PREFIX) for p in every if p.code in UNREACHED}
    # Of two columns of one day the formulas may find the other.
    missed |= {p.words["above"] for p in every if p.code == "week-date-taken"}
    if any(p.code == "duplicate-column" and p.key.startswith(CHECK_IN_PREFIX) for p in every):
        # Which rows have a number in the second column only, nothing here tells.
        return set(rows.row.tolist())
    uncounted = misread | bare
    if missed:
        typed = tracker.columns["check_ins"]
        numbers = zip(typed.row.tolist(), typed.date.tolist(), strict=True)
        uncounted |= {row for row, day in numbers if to_day(day).isoformat() in missed}
    uncounted |= _groups(rows, uncounted)
    if any(problem.code == "example-left" for problem in tracker.problems):
        uncounted |= set(tracker.columns["objectives"].row.tolist())
    return uncounted


def _groups(rows: Columns, numbers: set[Any]) -> set[Any]:
    """The rows of the objectives that the rows of these numbers belong to."""
    return set(rows.group[among(rows.row, numbers)].tolist())


def _is_blank(value: object) -> bool:
    if isinstance(value, Uncalculated) or value is None or value == "":
        return True
    return isinstance(value, float) and isnan(value)


def _as_stored(key: str, value: Any) -> Any:
    if _is_blank(value):
        return None
    return value if OKRS[key].kind == "choice" else float(value)


def _comparable(key: str, value: Any) -> Any:
    """A stored cell as the rules give it: keys for words, numbers for dates and yes or no."""
    if _is_blank(value):
        return None
    if isinstance(value, datetime):
        return float(serial(value.date()))
    if isinstance(value, date):
        return float(serial(value))
    if isinstance(value, str):
        if OKRS[key].kind == "choice":
            return choice_keys(key).get(fold(value), value)
        answer = choice_keys("yes_no").get(fold(value))
        return value if answer is None else float(answer == "yes")
    return value


def _same(stored: Any, expected: Any) -> bool:
    if isinstance(stored, (int, float)) and isinstance(expected, (int, float)):
        return abs(stored - expected) <= TOLERANCE * max(1.0, abs(expected))
    return bool(stored == expected)


def _say(key: str, value: Any, words: Language) -> str:
    if _is_blank(value):
        return "–"
    if isinstance(value, Broken):
        return value.text
    if isinstance(value, float):
        return _in_column(key, value, words)
    return as_text(value)


def _word(key: str, value: Any, words: Language) -> str:
    if value is None:
        return "–"
    kind = OKRS[key].kind
    if kind == "choice":
        return words.choice(key, value)
    if kind == "date":
        return to_day(value).isoformat()
    return _in_column(key, value, words)


def _in_column(key: str, value: float, words: Language) -> str:
    """A number of a column, of percents two decimals."""
    if OKRS[key].kind != "percent":
        return amount(value, words)
    return words.percent(value, 2)


STORED = (stored_values,)
