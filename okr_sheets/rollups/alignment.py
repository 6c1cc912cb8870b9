"""The tree of *aligns to* across trackers: each objective beside those that serve it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from okr_sheets.checks.alignment import findings
from okr_sheets.checks.links import Row, Served, follow
from okr_sheets.columns import Array, Columns, filled
from okr_sheets.computing import OPERATIONS
from okr_sheets.quarters import is_year
from okr_sheets.rollups.schema import FRAMES
from okr_sheets.rollups.units import mean
from okr_sheets.tracker import Tracker

# What a problem's code makes of an objective; of several the first is told.
FINDINGS: Mapping[str, str] = {
    "alignment-cycle": "cycle",
    "aligns-to-itself": "cycle",
    "unknown-alignment": "unknown",
    "ambiguous-alignment": "unknown",
    "double-counting": "double",
    "level-skip": "level-skip",
    "serves-nothing": "serves-nothing",
    "nobody-serves": "nobody-serves",
    "sideways": "sideways",
}
STEP = " > "
DEEPEST = 100  # steps that a path names; people have four levels, a broken export any number


class Edge(NamedTuple):
    """An objective that serves another, by their places; `own`: itself, not by key results.

    `live`: neither is cancelled or postponed; `weight` and `points`: those it serves with, 0 for
    no score, and for a quarter's `beside` the year's that it serves: each has its own pace.
    """

    child: int
    parent: int
    own: bool
    live: bool
    beside: bool
    weight: float
    points: float


def alignment(trackers: Sequence[Tracker], objectives: Columns, key_results: Columns) -> Columns:
    """One row per objective, as an outline: each is followed by those that serve it.

    `objectives` and `key_results` are those of `scored.Scored` as of one day, `trackers` the list
    they were made of; the outline keeps their order, so companies must come first.

    `depth` is 0 for what serves nothing in the run, and for the first of a circle. What serves two
    stands below the one that comes first. `serving` counts the objectives, neither cancelled nor
    postponed, that serve it or one of its key results, themselves or by key results of their own;
    `below` is the mean of their scores by weight, without those of a year's quarters, NaN for none.
    One that serves by key results only counts with the score of those. `difference` is `score` less
    `below`.
    """
    served = follow(trackers)
    rows = zip(objectives.tracker.tolist(), objectives.row.tolist(), strict=True)
    numbers = {Row(*row): at for at, row in enumerate(rows)}
    edges = _edges(served, numbers, objectives, key_results)
    order, depths, parents, paths = _outline(objectives.id.tolist(), _children(edges))
    serving, below = _below(edges, len(objectives))
    return (
        objectives.having(
            serving=serving,
            below=below,
            difference=OPERATIONS.rounded(objectives.score - below),
            finding=filled(_findings(served, numbers, edges), "text"),
        )
        .take(np.array(order, dtype=np.int64))
        .having(
            depth=filled(depths, "count"),
            parent=filled(parents, "text"),
            path=filled(paths, "text"),
        )
        .only(FRAMES["alignment"].keys)
    )


def _edges(
    served: Served, numbers: Mapping[Row, int], objectives: Columns, key_results: Columns
) -> list[Edge]:
    """One for each pair of objectives of which one serves the other, in order of their places."""
    live = set(served.live())
    links: dict[tuple[int, int], list[tuple[bool, bool, Row]]] = {}
    for row, above in served.links:
        child = numbers.get(served.objective(row))
        parent = numbers.get(served.objective(above))
        if child is None or parent is None or child == parent:
            continue
        is_direct = row == served.objective(row)
        links.setdefault((child, parent), []).append((is_direct, (row, above) in live, row))
    figures = {
        **_figures(objectives, objectives.share, is_key_result=False),
        **_figures(key_results, key_results.counted, is_key_result=True),
    }
    shares = objectives.share.tolist()
    years = [is_year(quarter) for quarter in objectives.quarter]
    edges = []
    for child, parent in sorted(links):
        between = links[child, parent]
        # Who serves itself does not serve by its key results besides.
        itself = any(is_direct for is_direct, _, _ in between)
        between = [link for link in between if link[0] == itself]
        counted = [figures[row] for _, is_live, row in between if is_live and row in figures]
        weight = sum(share for share, _ in counted)
        points = sum(share * score for share, score in counted)
        is_live = any(is_live for _, is_live, _ in between)
        beside = years[child] != years[parent]
        share = shares[child] if weight > 0 and not beside else 0.0
        mean = points / weight if weight else np.nan
        edges.append(Edge(child, parent, itself, is_live, beside, share, mean * share))
    return edges


def _figures(
    rows: Columns, weights: Array, *, is_key_result: bool
) -> dict[Row, tuple[float, float]]:
    """Weight and score of each row that has a score."""
    places = zip(rows.tracker.tolist(), rows.row.tolist(), strict=True)
    figures = zip(places, weights.tolist(), rows.score.tolist(), strict=True)
    return {
        Row(*row, is_key_result): (weight, score)
        for row, weight, score in figures
        if score == score  # noqa: PLR0124
    }


def _children(edges: Sequence[Edge]) -> Mapping[int, list[int]]:
    """The objectives below each one in the outline.

    One that serves others itself stands below these, else below those its key results serve.
    """
    itself = {edge.child for edge in edges if edge.own}
    children: dict[int, list[int]] = {}
    for edge in edges:
        if edge.own or edge.child not in itself:
            children.setdefault(edge.parent, []).append(edge.child)
    return children


def _outline(
    ids: Sequence[str], children: Mapping[int, list[int]]
) -> tuple[list[int], list[Any], list[Any], list[Any]]:
    """The places of all in the order of the outline; of each, its depth, parent's id and path."""
    serving = {child for below in children.values() for child in below}
    roots = [at for at in range(len(ids)) if at not in serving]
    lines: dict[int, tuple[int, str, str]] = {}
    # What no root leads to goes in circles, which are cut at their first.
    for root in (*roots, *range(len(ids))):
        ahead = [(root, 0, "", "")]
        while ahead:
            at, depth, parent, above = ahead.pop()
            if at in lines:
                continue
            path = f"{above}{STEP}{ids[at]}" if depth else ids[at]
            lines[at] = depth, parent, path if depth < DEEPEST else above
            ahead += [
                (child, depth + 1, ids[at], lines[at][2])
                for child in reversed(children.get(at, []))
            ]
    depths, parents, paths = ([line[part] for line in lines.values()] for part in range(3))
    return list(lines), depths, parents, paths


def _below(edges: Sequence[Edge], size: int) -> tuple[Array, Array]:
    """For each objective the number of those that serve it, and their weighted mean score."""
    parents = np.array([edge.parent for edge in edges], dtype=np.int64)

    def total(values: Sequence[float]) -> Array:
        return np.bincount(parents, np.nan_to_num(np.array(values, dtype=float)), size)

    weight = total([edge.weight for edge in edges])
    points = total([edge.points for edge in edges])
    serving = total([edge.live for edge in edges]).astype(np.int64)
    return serving, mean(points, weight)


def _findings(served: Served, numbers: Mapping[Row, int], edges: Sequence[Edge]) -> list[str]:
    """The finding of each objective that comes first in `FINDINGS`, "" for none."""
    codes_at: dict[int, set[str]] = {}
    for finding in findings(served):
        for row in finding.rows:
            at = numbers.get(served.objective(row))
            if at is not None:
                codes_at.setdefault(at, set()).add(finding.code)
    ranks = {at: served.ranks[row.tracker] for row, at in numbers.items()}
    above: set[int] = set()
    for edge in edges:
        if edge.beside:
            continue
        if ranks[edge.child] == ranks[edge.parent]:
            codes_at.setdefault(edge.child, set()).add("sideways")
        if edge.child in above:
            codes_at.setdefault(edge.child, set()).add("double-counting")
        above.add(edge.child)
    codes = list(FINDINGS)
    return [
        FINDINGS[min(codes_at[at], key=codes.index)] if at in codes_at else ""
        for at in range(len(numbers))
    ]
