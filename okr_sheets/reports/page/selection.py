"""Which units, objectives and key results the page shows: all, or of a large rollup a few."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from okr_sheets.columns import Array, Columns, among
from okr_sheets.reports.excerpts import Excerpt, places_among, places_of

Family = tuple[Any, ...]  # what an objective and its key results have in common


@dataclass(frozen=True, slots=True)
class Selection:
    """The positions of what is shown, in the order of its frame.

    `listed` are the units of the list of units, `units` also those that the others belong to.
    """

    listed: Array
    units: Array
    objectives: Array
    key_results: Array


def select(excerpt: Excerpt) -> Selection:
    """What is listed, and all that the lists lead to.

    Those are the key results of the lists of attention and changes with their objectives, and the
    objectives of the outline.
    """
    columns = excerpt.rollup.columns
    units, objectives, key_results = (columns[k] for k in ("teams", "objectives", "key_results"))
    shown = places_among(key_results, _listed(excerpt, "key_results", "attention", "changes"))
    families = set(families_of(key_results.take(shown)))
    has_some = np.fromiter((each in families for each in families_of(objectives)), bool)
    has_some[places_among(objectives, _listed(excerpt, "objectives", "alignment"))] = True
    owning = {*objectives.unit_name[has_some], *key_results.unit_name[shown]}
    listed = excerpt.which("teams")
    is_unit = among(units.unit_name, owning)
    is_unit[listed] = True
    return Selection(listed, np.flatnonzero(is_unit), np.flatnonzero(has_some), shown)


def _listed(excerpt: Excerpt, *names: str) -> set[tuple[Any, ...]]:
    """Where the rows of lists stand."""
    lists = [excerpt.rollup.columns[name].take(excerpt.which(name)) for name in names]
    return {place for rows in lists for place in places_of(rows)}


def families_of(rows: Columns) -> Iterator[Family]:
    """The family of each objective or key result."""
    keys = ("objective_id", "objective") if "objective" in rows else ("id", "title")
    return zip(*(rows[key].tolist() for key in ("unit_name", "file", *keys)), strict=True)
