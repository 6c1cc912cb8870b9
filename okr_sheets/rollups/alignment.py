"""The tree of *aligns to* across trackers: each objective beside those that serve it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from okr_sheets.checks.alignment import Row, Served, findings, follow
from okr_sheets.rollups.scored import CALLED
from okr_sheets.tracker import Tracker

ALIGNMENT = (
    "file",
    "sheet",
    "row",
    "level",
    "company",
    "department",
    "team",
    "id",
    "title",
    "owner",
    "depth",
    "parent",
    "path",
    "serving",
    "score",
    "below",
    "difference",
    "finding",
    *CALLED,
)
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


def alignment(
    trackers: Sequence[Tracker], objectives: pd.DataFrame, key_results: pd.DataFrame
) -> pd.DataFrame:
    """One row per objective, as an outline: each is followed by those that serve it.

    `objectives` and `key_results` are those of `scored.Scored` as of one day, `trackers` the list
    they were made of; the outline keeps their order, so companies must come first.

    `depth` is 0 for what serves nothing in the run, and for the first of a circle. What serves two
    stands below the one that comes first. `serving` counts the objectives, neither cancelled nor
    postponed, that serve it or one of its key results, themselves or by key results of their own;
    `below` is the mean of their scores by weight, NaN for none. One that serves by key results
    only counts with the score of those. `difference` is `score` less `below`.
    """
    served = follow(trackers)
    numbers = {Row(*row): at for at, row in enumerate(_rows(objectives))}
    edges = _edges(served, numbers, objectives, key_results)
    order, depths, parents, paths = _outline(objectives["id"].tolist(), _children(edges))
    below = _below(edges, objectives)
    score = objectives["score"].to_numpy(float)
    found = objectives.assign(
        serving=below["serving"].to_numpy(),
        below=below["below"].to_numpy(),
        difference=(score - below["below"].to_numpy()).round(4),
        finding=pd.Series(_said(served, numbers, edges), index=objectives.index, dtype="str"),
    ).iloc[order]
    texts = {"parent": parents, "path": paths}
    words = {key: pd.Series(said, index=found.index, dtype="str") for key, said in texts.items()}
    found = found.assign(depth=np.array(depths, dtype="int64"), **words)
    return found[list(ALIGNMENT)].reset_index(drop=True)


def _rows(frame: pd.DataFrame) -> Iterable[tuple[int, int]]:
    return zip(frame["tracker"].astype(int).tolist(), frame["row"].tolist(), strict=True)


def _edges(
    served: Served,
    numbers: Mapping[Row, int],
    objectives: pd.DataFrame,
    key_results: pd.DataFrame,
) -> pd.DataFrame:
    """One row per objective that serves another, by their places in the frame.

    `own`: whether itself, not by key results; `live`: neither cancelled nor postponed; `weight`
    and `points`: those it serves with, 0 for no score.
    """
    live = set(served.live())
    links = pd.DataFrame(
        [
            (numbers[child], numbers[parent], row == child, (row, above) in live, *row)
            for row, above in served.links
            if (child := served.objective(row)) in numbers
            and (parent := served.objective(above)) in numbers
            and child != parent
        ],
        columns=["child", "parent", "own", "live", "tracker", "row"],
    ).astype({"own": bool, "live": bool})
    pair = ["child", "parent"]
    links = links[links["own"] == links.groupby(pair)["own"].transform("max")]
    rows = pd.concat([objectives.assign(counted=objectives["share"]), key_results])
    parts = rows[["tracker", "row", "counted", "score"]].astype({"tracker": "int64"})
    links = links.merge(parts, on=["tracker", "row"], how="left")
    links["counted"] = links["counted"].where(links["live"] & links["score"].notna(), 0.0)
    links["points"] = links["counted"] * links["score"].fillna(0.0)
    edges = links.groupby(pair, as_index=False).agg(
        own=("own", "any"),
        live=("live", "any"),
        points=("points", "sum"),
        counted=("counted", "sum"),
    )
    shares = objectives["share"].to_numpy(float)[edges["child"]]
    edges["weight"] = np.where(edges["counted"] > 0, shares, 0.0)
    edges["points"] *= edges["weight"] / edges["counted"].replace(0, np.nan)
    return edges


def _children(edges: pd.DataFrame) -> Mapping[int, list[int]]:
    """Below whom each may stand: those it serves itself, else those its key results serve."""
    itself = edges["own"] == edges.groupby("child")["own"].transform("max")
    children: dict[int, list[int]] = {}
    for child, parent in edges.loc[itself, ["child", "parent"]].to_numpy().tolist():
        children.setdefault(parent, []).append(child)
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


def _below(edges: pd.DataFrame, objectives: pd.DataFrame) -> pd.DataFrame:
    """Of each objective: how many serve it, and the mean of their scores by weight."""
    sums = edges.groupby("parent")[["live", "points", "weight"]].sum()
    sums = sums.reindex(range(len(objectives)), fill_value=0)
    mean = sums["points"] / sums["weight"].replace(0, np.nan)
    return pd.DataFrame({"serving": sums["live"].astype("int64"), "below": mean.round(4)})


def _said(served: Served, numbers: Mapping[Row, int], edges: pd.DataFrame) -> list[str]:
    """What is to be said of each objective's alignment, "" for nothing."""
    told: dict[int, set[str]] = {}
    for finding in findings(served):
        for row in finding.rows:
            at = numbers.get(served.objective(row))
            if at is not None:
                told.setdefault(at, set()).add(finding.code)
    ranks = {at: served.ranks[row.tracker] for row, at in numbers.items()}
    for child, parent in edges[["child", "parent"]].to_numpy().tolist():
        if ranks[child] == ranks[parent]:
            told.setdefault(child, set()).add("sideways")
    for child in edges.loc[edges["child"].duplicated(), "child"]:
        told.setdefault(child, set()).add("double-counting")
    codes = list(FINDINGS)
    return [
        FINDINGS[min(told[at], key=codes.index)] if at in told else "" for at in range(len(numbers))
    ]
