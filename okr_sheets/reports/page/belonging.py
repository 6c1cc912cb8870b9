"""Whose a problem is: the units, owners and statuses of what it is about."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from okr_sheets.problems import Problem
from okr_sheets.reports.excerpts import Place
from okr_sheets.rollups.result import Rollup, Row


def belonging(
    problems: Iterable[Problem], rollup: Rollup, numbers: Mapping[str, int], rows: Iterable[Row]
) -> list[Row]:
    """Of each problem `units`, `owners` and `tones`, those of all it speaks for, a line each.

    `numbers` are those of the units, `rows` the objectives and key results that the page shows.
    """
    by_place: dict[Place, Row] = {row["place"]: row for row in rows if row["place"]}
    units = _units(rollup)

    def whose(problem: Problem) -> tuple[str, str, str]:
        row = by_place.get((problem.file, problem.sheet, problem.row))
        if row is None:
            return str(numbers.get(units.get(problem.file, ""), "")), "", ""
        return str(row["unit"]), row["owner"], row["chip"]["tone"] if row["chip"] else ""

    return [
        dict(zip(("units", "owners", "tones"), map(_lines, zip(*told, strict=True)), strict=True))
        for told in ([whose(each) for each in (problem, *problem.others)] for problem in problems)
    ]


def _lines(values: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(filter(None, values)))


def _units(rollup: Rollup) -> dict[str, str]:
    """The unit of each file that is of one alone."""
    found: dict[str, set[str]] = {}
    for name in ("objectives", "key_results", "blank"):
        rows = rollup.columns[name]
        for file, unit in set(zip(rows.file.tolist(), rows.unit_name.tolist(), strict=True)):
            found.setdefault(file, set()).add(unit)
    return {file: units.pop() for file, units in found.items() if len(units) == 1}
