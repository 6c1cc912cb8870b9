"""Rows that an example set left in a tracker that a team has filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from okr_sheets.choices import OBJECTIVE
from okr_sheets.language import fold
from okr_sheets.reading import examples

Row = Mapping[str, Any]
_COMPARED = re.compile(r'^ *(title|baseline|target) = (?:"(.*)"|(.*))$', re.MULTILINE)


def left_by_examples(rows: Sequence[Row]) -> set[int]:
    """The positions of an example's key results in `rows`, and of objectives with no others.

    None if all key results are an example's or one of those has a check-in: then the team works
    with the example, and keeps it.
    """
    key_results = [at for at, row in enumerate(rows) if row.get("type") != OBJECTIVE]
    unchanged = {at for at in key_results if _is_example(rows[at])}
    if len(unchanged) == len(key_results) or any(rows[at]["check_ins"] for at in unchanged):
        return set()
    left = set(unchanged)
    for at, row in enumerate(rows):
        if row.get("type") == OBJECTIVE and _is_example(row):
            below = _key_results_below(rows, at + 1)
            if below and all(each in left for each in below):
                left.add(at)
    return left


def _key_results_below(rows: Sequence[Row], first: int) -> range:
    """The positions from one on, before the next objective."""
    ends = (at for at in range(first, len(rows)) if rows[at].get("type") == OBJECTIVE)
    return range(first, next(ends, len(rows)))


def _is_example(row: Row) -> bool:
    """Whether it says what an example says, and no plan of the team's own has it.

    Of an example the plan keeps the whole title, of one's own plan the beginning of it.
    """
    planned = row.get("planned_title") or row.get("title", "")
    return planned == row.get("title", "") and _words_and_numbers(row) in _examples()


@cache
def _examples() -> frozenset[tuple[object, ...]]:
    """Title, baseline and target of every row of the example sets, in all languages."""
    rows: list[dict[str, Any]] = []
    for text in examples.texts():
        # To parse the whole takes ten times as long, in every process that reads a tracker.
        for key, title, number in _COMPARED.findall(text, text.index("[[objectives]]")):
            if key == "title":
                rows.append({key: title})
            else:
                rows[-1][key] = float(number)
    return frozenset(map(_words_and_numbers, rows))


def _words_and_numbers(row: Row) -> tuple[object, ...]:
    return fold(row.get("title", "")), row.get("baseline"), row.get("target")
