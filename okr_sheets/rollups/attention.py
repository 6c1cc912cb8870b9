"""What needs somebody's attention, the worst first, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from okr_sheets.frames import serial
from okr_sheets.language import fold, language, percents
from okr_sheets.problems import Problem
from okr_sheets.rollups.plans import changes_of
from okr_sheets.rollups.scored import CALLED, WHICH
from okr_sheets.tracker import Tracker

ATTENTION = (
    *WHICH,
    "score",
    "expected",
    "gap",
    "status",
    "reason",
    "reasons",
    "last_check_in",
    "current",
    "target",
    *CALLED,
)
BEHIND = ("off-track", "at-risk")
LEAST_DROP = 2  # points of confidence that a fall must have to be worth a word

Reason = tuple[str, Mapping[str, Any]]  # a code, and what fills its sentence


def attention(
    key_results: pd.DataFrame,
    forecasts: pd.DataFrame,
    trackers: Sequence[Tracker],
    problems: Iterable[Problem],
) -> pd.DataFrame:
    """The live key results that somebody should look at, by their gap, those without a score first.

    Columns `ATTENTION`. `reasons` are codes with what fills their sentences, the gravest first;
    `reason` is the first code.
    """
    typed = {
        (p.path, p.sheet, p.row): p
        for p in problems
        if p.key == "status" and p.code in {"typed-over", "other-formula"}
    }
    confidences = [_confidences(tracker) for tracker in trackers]
    blocked = [_blocked(tracker) for tracker in trackers]
    heading = forecasts[forecasts["finding"] == "heading-off"]
    ends = dict(
        zip(
            zip(*(heading[key] for key in ("file", "sheet", "row")), strict=True),
            zip(heading["forecast_low"], heading["forecast_high"], strict=True),
            strict=True,
        )
    )
    needing = []
    for row in key_results[key_results["live"]].to_dict("records"):
        number, name = int(row["tracker"]), str(row["id"]).casefold()
        path = trackers[number].path
        reasons = [
            *_of_numbers(row),
            *_of_plan(row),
            *_of_confidence(confidences[number].get(name, []), row),
            *_of_actions(blocked[number].get(name, []), row["day"]),
        ]
        end = ends.get((row["file"], row["sheet"], row["row"]))
        if end is not None:
            reasons.append(("forecast", {"range": end}))
        if problem := typed.get((path, row["sheet"], row["row"])):
            reasons += _of_typed(problem, str(row["status"]), trackers[number].about.language)
        if reasons:
            needing.append({**row, "reason": reasons[0][0], "reasons": tuple(reasons)})
    found = pd.DataFrame(needing, columns=[*key_results.columns, "reason", "reasons"])
    order = found["gap"].astype("float64").fillna(2)
    found = found.assign(order=order).sort_values(
        ["order", "file", "row"], ascending=[False, True, True]
    )
    return found[list(ATTENTION)].reset_index(drop=True)


def _of_numbers(row: Mapping[Any, Any]) -> Iterator[Reason]:
    """What the check-ins themselves tell: silence, a line crossed, a gap."""
    is_line = row["type"] in {"keep-at-least", "keep-at-most"}
    is_over = row["type"] == "total-at-most" and row["current"] > row["target"]
    crossed = (is_line or is_over) and row["status"] in BEHIND
    if pd.isna(row["score"]):
        yield "unscored", {}
    elif row["status"] == "no-update":
        yield "no-update", {}
    elif crossed:
        yield "crossed", {"current": row["current"], "target": row["target"]}
    elif row["status"] in BEHIND:
        yield "gap", {"points": percents(row["gap"])}
    if row["stale"] and row["checked"] > 0:
        yield (
            "stale",
            {"weeks": int((row["day"] - row["checked"]) // 7), "day": row["last_check_in"]},
        )


def _of_plan(row: Mapping[Any, Any]) -> Iterator[Reason]:
    """What of the plan was changed so that the score is better than by the plan."""
    if pd.isna(row["planned_score"]) or not row["score"] > row["planned_score"]:
        return
    yield from changes_of(row)
    yield "by-plan", {"share": row["planned_score"]}


def _of_typed(problem: Problem, status: str, code: str) -> Iterator[Reason]:
    """A status typed over that is not the row's own.

    The check goes by the workbook's bands, which may be others than those of the rollup.
    """
    word = language(code).choice("status", status) if status else ""
    if fold(problem.given) != fold(word):
        yield "typed-status", {"typed": problem.given, "value": word}


def _confidences(tracker: Tracker) -> dict[str, list[tuple[float, float]]]:
    """The confidences that the log gives each id: day number and value, the oldest first."""
    log = tracker.log.dropna(subset=["date", "confidence"]).sort_values("date", kind="stable")
    found: dict[str, list[tuple[float, float]]] = {}
    for name, day, value in zip(log["id"], log["date"], log["confidence"], strict=True):
        found.setdefault(name.casefold(), []).append((float(serial(day.date())), float(value)))
    return found


def _of_confidence(
    logged: Sequence[tuple[float, float]], row: Mapping[Any, Any]
) -> Iterator[Reason]:
    """A fall to the confidence of now, the sheet's own, else the last in the log."""
    known = [value for day, value in logged if day <= row["day"]]
    if pd.notna(row["confidence"]) and (not known or known[-1] != row["confidence"]):
        known.append(float(row["confidence"]))
    if len(known) > 1 and known[-2] - known[-1] >= LEAST_DROP:
        yield "confidence", {"before": known[-2], "after": known[-1]}


def _blocked(tracker: Tracker) -> dict[str, list[tuple[float, str]]]:
    """The blocked actions of each id that have a day: its number, and what is to be done."""
    actions = tracker.actions[tracker.actions["status"] == "blocked"].dropna(subset="due")
    found: dict[str, list[tuple[float, str]]] = {}
    for name, due, action in zip(
        actions["key_result"], actions["due"], actions["action"], strict=True
    ):
        found.setdefault(name.casefold(), []).append((float(serial(due.date())), action))
    return found


def _of_actions(blocked: Sequence[tuple[float, str]], day: float) -> Iterator[Reason]:
    for due, action in blocked:
        if due < day:
            yield "blocked", {"action": action}
