"""Units and owners: what their objectives and key results add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from okr_sheets import scoring
from okr_sheets.bands import Bands
from okr_sheets.choices import GRADES, LEVELS, STATUSES
from okr_sheets.codes import coded, worded
from okr_sheets.columns import Array, Columns, filled
from okr_sheets.computing import OPERATIONS, InColumns
from okr_sheets.rollups.namesakes import Unit, heads
from okr_sheets.rollups.schema import FRAMES, tabled
from okr_sheets.rollups.scored import Scored
from okr_sheets.rollups.years import order
from okr_sheets.text import natural

_COUNTS = ("objectives", "key_results", "updated", "with_number", *STATUSES, *GRADES)
# Scores beside the one that counts: with all that was stopped, and by the plan as it was made.
OTHERWISE = {"with_left_out": "of_all", "planned_score": "by_plan"}
Weight = Callable[[str, str, str], float]  # of a company, department and team


def teams(now: Scored, blanks: Columns, bands: Bands, weights: Weight) -> Columns:
    """One row per unit and quarter, with `nameless`.

    Its score is the weighted mean of its own objectives, its counts those of the key results this
    is made of. `below` is the mean of the units directly below it, by their `weight`. A department
    or company without a tracker of its own has a row where several stand directly below it; these
    count above with their `below`. So has a unit whose trackers are all among `blanks`.
    """
    written = [*_units_with_okrs(now, bands), *_blank_units(blanks)]
    above = [
        {**head._asdict(), "level": "department" if head.department else "company"}
        for head in heads(_unit(row) for row in written)
    ]
    rows = sorted([*written, *above], key=_order)
    for row in rows:
        unit = _unit(row)
        row["weight"] = float(weights(unit.company, unit.department, unit.team))
        row["unit_name"] = now.names[unit]
    units = tabled(FRAMES["teams"], rows, "nameless")
    at = parents(units)
    return units.having(
        parent=np.array(["" if n is None else rows[n]["unit_name"] for n in at], dtype=object),
        below=_below(units, at),
    )


def _unit(row: Mapping[str, Any]) -> Unit:
    return Unit(*(row[key] for key in Unit._fields))


def _order(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """The sort key: quarters, then years; each company and department before what is part of it."""
    level = row["level"]
    rank = LEVELS.index(level) if level in LEVELS else len(LEVELS)
    named = (natural(row[key]) for key in ("company", "department", "team"))
    return order(row["quarter"]), *named, rank


def _units_with_okrs(now: Scored, bands: Bands) -> list[dict[str, Any]]:
    """One row per unit that has objectives or key results: scores, counts and files."""
    objectives = now.objectives
    counted = now.key_results.take(now.key_results.parent > 0)
    live = counted.take(counted.live)
    size = len(now.units)

    def total(rows: Columns, *keys: str) -> Array:
        values = np.ones(len(rows)) if not keys else _product(rows, keys)
        return np.bincount(rows.unit_at, values, size)

    sums = {
        "counted": total(objectives, "share"),
        "points": total(objectives, "share_points"),
        "pace": total(objectives, "share_pace"),
    }
    for other in OTHERWISE.values():
        sums[f"counted_{other}"] = total(objectives, f"share_{other}")
        sums[f"points_{other}"] = total(objectives, f"share_{other}", f"score_{other}")
    units = Columns(
        {
            **means(sums),
            "final": mean(total(objectives, "share_final"), sums["counted"]),
            "objectives": total(objectives),
            "key_results": total(live),
            "updated": total(live, "updated"),
            "with_number": total(live, "with_number"),
            **_by_word(counted.unit_at, counted.status, "status", size),
            **_by_word(counted.unit_at, counted.grade, "grade", size),
            "day": _reduced(now, "day", np.fmax),
            "first_day": _reduced(now, "first_day", np.fmin),
        },
        size,
    )
    status = worded("status", scoring.unit_status(units, InColumns((), bands)))
    summed = units.having(status=status, as_of=units.day)
    about: dict[int, dict[str, Any]] = {}
    files: dict[int, dict[str, None]] = {}
    for rows in (now.objectives, now.key_results):
        for unit, level, file in zip(rows.unit_at.tolist(), rows.level, rows.file, strict=True):
            about.setdefault(unit, {**now.units[unit]._asdict(), "level": level})
            files.setdefault(unit, {})[file] = None
    figures = list(summed.records())
    return [
        {**figures[unit], **identity, "file": ", ".join(files[unit])}
        for unit, identity in about.items()
    ]


def _product(rows: Columns, keys: Sequence[str]) -> Array:
    product: Array = np.prod([np.nan_to_num(rows[key]) for key in keys], axis=0)
    return product


def _reduced(now: Scored, key: str, how: np.ufunc) -> Array:
    """The least or the greatest value (`how`) of a column among the rows of each unit."""
    extremes = np.full(len(now.units), np.nan)
    for rows in (now.objectives, now.key_results):
        how.at(extremes, rows.unit_at, rows[key])
    return extremes


def _by_word(groups: Array, words: Array, column: str, size: int) -> dict[str, Array]:
    """How many rows of each group have each word of a column of choices."""
    choices = {"status": STATUSES, "grade": GRADES}[column]
    codes = coded(column, words)
    return {
        word: np.bincount(groups[codes == code], minlength=size)
        for code, word in enumerate(choices)
    }


def means(sums: Mapping[str, Array]) -> dict[str, Array]:
    """`score`, `expected`, `gap` and the scores of `OTHERWISE`, from weighted sums."""
    score, expected = (mean(sums[key], sums["counted"]) for key in ("points", "pace"))
    return {
        "score": score,
        "expected": expected,
        "gap": OPERATIONS.rounded(expected - score),
        **{
            key: mean(sums[f"points_{other}"], sums[f"counted_{other}"])
            for key, other in OTHERWISE.items()
            if f"points_{other}" in sums
        },
    }


def mean(points: Array, counted: Array) -> Array:
    """Weighted sums divided by their weights, rounded; NaN where the weight is 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        means: Array = scoring.mean(points, counted, OPERATIONS)
    return means


def _blank_units(blanks: Columns) -> list[dict[str, Any]]:
    """A row for each unit whose trackers hold no OKRs yet."""
    by_unit: dict[Unit, dict[str, Any]] = {}
    for line in blanks.records():
        unit = _unit(line)
        row = by_unit.setdefault(unit, {**line, "file": "", "as_of": line["day"], "blank": 0})
        row["file"] = files_named([*filter(None, [row["file"]]), line["file"]])
        row["as_of"] = max(row["as_of"], line["day"])
        row["blank"] += 1
    return [*by_unit.values()]


def files_named(names: Iterable[str]) -> str:
    """The names joined by commas, each once."""
    return ", ".join(dict.fromkeys(names))


def parents(units: Any) -> list[int | None]:
    """For each unit the position of its department, else of its company; None without one."""
    rows = list(zip(units.company, units.department, units.team, units.quarter, strict=True))
    # A tracker that names no company is nobody's.
    places = {row: at for at, row in enumerate(rows) if any(row[:3])}
    return [_above(row, places) for row in rows]


def _above(unit: tuple[Any, ...], places: Mapping[tuple[Any, ...], int]) -> int | None:
    company, department, team, quarter = unit
    higher = [(company, department, "", quarter)] if team and department else []
    higher += [(company, "", "", quarter)] if team or department else []
    return next((places[each] for each in higher if each in places), None)


def _below(units: Columns, above: Sequence[int | None]) -> Array:
    """For each unit the weighted mean score of those directly below it; NaN without any.

    One of these without a score counts with the mean of those below it.
    """
    value, below = units.score, np.full(len(units), np.nan)
    depth = (units.department != "").astype(int)
    parent = np.array([-1 if at is None else at for at in above], dtype=np.int64)
    for level in (1, 0):
        children = (parent >= 0) & (depth[parent] == level) & ~np.isnan(value)
        weight, whose = units.weight[children], parent[children]
        points = np.bincount(whose, weight * value[children], len(units))
        weighed = np.bincount(whose, weight, len(units))
        weighted = points / np.where(weighed == 0, np.nan, weighed)
        below = np.where(np.isnan(below), weighted, below)
        value = np.where(np.isnan(value), below, value)
    return OPERATIONS.rounded(below)


def owners(key_results: Columns, overdue: Columns, blanks: Columns) -> Columns:
    """One row per owner, company and quarter, by name: the mean of their key results by weight.

    `overdue` counts actions, `blank` the trackers without OKRs, whose owner is their unit; who owns
    nothing but such has a row too.
    """
    rows = key_results
    keys = list(_owners_of(rows))
    by = {
        "overdue": Counter(_owners_of(overdue.take(overdue.owner != ""))),
        "blank": Counter(_owners_of(blanks)),
    }
    people = sorted({*keys, *by["overdue"], *by["blank"]})
    at = {key: place for place, key in enumerate(people)}
    groups, size = np.array([at[key] for key in keys], dtype=np.int64), len(people)

    def total(key: str) -> Array:
        return np.bincount(groups, np.where(np.isnan(rows[key]), 0.0, rows[key]), size)

    sums = {key: total(key) for key in ("counted", "points", "pace")}
    for other in OTHERWISE.values():
        sums |= {key: total(key) for key in (f"counted_{other}", f"points_{other}")}
    live_number = (rows.with_number & rows.live).astype(float)
    quarters, names, employers, called = zip(*people, strict=True) if people else ((),) * 4
    return Columns(
        {
            "quarter": filled(quarters, "text"),
            "owner": filled(names, "text"),
            "company": filled(employers, "text"),
            "owner_name": filled(called, "text"),
            "key_results": total("live"),
            "updated": total("updated"),
            "with_number": np.bincount(groups, live_number, size),
            "stale": total("stale"),
            "due": total("owes"),
            **{
                key: np.array([counts[each] for each in people], dtype=np.int64)
                for key, counts in by.items()
            },
            **means(sums),
            **_by_word(groups, rows.status, "status", size),
            **_by_word(groups, rows.grade, "grade", size),
        },
        size,
    )


def _owners_of(rows: Columns) -> Iterable[tuple[str, str, str, str]]:
    return zip(rows.quarter, rows.owner, rows.owner_company, rows.owner_name, strict=True)
