"""What needs somebody's attention, the worst first, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import isnan
from typing import Any

import numpy as np

from okr_sheets.coaching.confidence import SURE, UNSURE
from okr_sheets.columns import Columns, among, filled, joined, stacked, to_day
from okr_sheets.computing import OPERATIONS
from okr_sheets.findings import off_scale
from okr_sheets.language import fold, language, percents
from okr_sheets.problems import Problem
from okr_sheets.rollups.plans import changes_of
from okr_sheets.rollups.schema import FRAMES, tabled
from okr_sheets.schema import PLANNED
from okr_sheets.tracker import Tracker

BEHIND = ("off-track", "at-risk")
LEAST_DROP = 2  # points of confidence that a fall must have to be worth a word

# What of a row tells whether it needs attention.
_LOOKED_AT = (
    *("tracker", "file", "sheet", "row", "id", "live", "type", "current", "target", "status"),
    *("score", "gap", "stale", "checked", "day", "last_check_in", "planned_score", "confidence"),
    *("week_before", "confidence_before", "due"),
    *(key.format(part) for part in PLANNED for key in ("{}", "planned_{}")),
)

Place = tuple[str, str, int]  # file, sheet and row
Reason = tuple[str, Mapping[str, Any]]  # a code, and what fills its sentence
# The changes in a history that somebody should look at, each with the code of its reason.
_FROM_HISTORY = {"target-eased": "target-eased", "number": "rewritten"}


def attention(
    key_results: Columns,
    forecasts: Columns,
    trackers: Sequence[Tracker],
    problems: Iterable[Problem],
    history: Columns,
) -> Columns:
    """The live key results to look at: those without a score first, then by gap, largest first.

    Before all stand those that the `history` says are gone. Of it only what was found after the
    check-in date before the last one counts. `reasons` are codes with what fills their sentences,
    the gravest first; `reason` is the first code.
    """
    typed = {
        (p.path, p.sheet, p.row): p
        for p in problems
        if p.key == "status" and p.code in {"typed-over", "other-formula"}
    }
    blocked = _blocked(trackers)
    ends = dict(
        zip(
            zip(*(forecasts[key].tolist() for key in ("file", "sheet", "row")), strict=True),
            forecasts.only(("forecast_low", "forecast_high", "finding")).records(),
            strict=True,
        )
    )
    remembered = _remembered(history)
    # Where one is on another scale, the others of its tracker are too.
    beyond = key_results.tracker[off_scale(key_results.confidence, OPERATIONS)]
    on_scale = ~among(key_results.tracker, beyond.tolist())
    places, reasons_at = [], []
    for at, row in enumerate(key_results.only(_LOOKED_AT).records()):
        if not row["live"]:
            continue
        number = row["tracker"]
        whose = number, row["id"].casefold()
        place = row["file"], row["sheet"], row["row"]
        of_history = [*_of_history(remembered.get(place, ()), row)]
        reasons = [
            *of_history,
            *_of_numbers(row),
            *_of_plan(row, of_history),
            *_of_confidence(row),
            *_of_actions(blocked.get(whose, []), row["day"]),
        ]
        if end := ends.get(place):
            reasons += _of_end(row, end, is_on_scale=bool(on_scale[at]))
        if problem := typed.get((trackers[number].path, row["sheet"], row["row"])):
            reasons += _of_typed(problem, row["status"], trackers[number].about.language)
        if reasons:
            gap = 2.0 if isnan(row["gap"]) else row["gap"]
            places.append((-gap, row["file"], row["row"], at))
            reasons_at.append(tuple(reasons))
    order = sorted(range(len(places)), key=places.__getitem__)
    rows = key_results.take(np.array([places[each][-1] for each in order], dtype=np.int64))
    rows = rows.having(
        reason=filled([reasons_at[each][0][0] for each in order], "text"),
        reasons=filled([reasons_at[each] for each in order], "any"),
    ).only(FRAMES["attention"].keys)
    return joined([_dropped(history, key_results), rows])


def _remembered(history: Columns) -> dict[Place, list[tuple[float, Reason]]]:
    """What a history says of key results, by their places: when it was found, and the reason."""
    found: dict[Place, list[tuple[float, Reason]]] = {}
    for row in history.take(among(history.code, _FROM_HISTORY) & (history.title != "")).records():
        fields: dict[str, Any] = {key: _number(row[key]) for key in ("before", "after")}
        fields |= {key: to_day(row[key]) for key in ("since", "until")}
        if row["code"] == "number":
            fields["day"] = to_day(row["day"])
        place = row["file"], row["sheet"], row["row"]
        found.setdefault(place, []).append((row["until"], (_FROM_HISTORY[row["code"]], fields)))
    return found


def _number(text: str) -> float | str:
    return float(text) if text else "–"


def _of_history(
    remembered: Iterable[tuple[float, Reason]], row: Mapping[Any, Any]
) -> Iterator[Reason]:
    """What a history says of a key result, if it is news."""
    return (reason for found, reason in remembered if found > row["week_before"])


def _dropped(history: Columns, key_results: Columns) -> Columns:
    """The key results that are gone, if it is news: their reason and what is still known."""
    pairs = zip(key_results.unit_name.tolist(), key_results.week_before.tolist(), strict=True)
    week_before = dict(pairs)
    is_gone = (history.code == "dropped") & (history.title != "") & (history.row == 0)
    rows = []
    for row in history.take(is_gone).records():
        if row["until"] > week_before.get(row["unit_name"], 0.0):
            fields = {key: to_day(row[key]) for key in ("since", "until")}
            said = {"reason": "dropped", "reasons": (("dropped", fields),)}
            rows.append(row | said)
    return tabled(FRAMES["attention"], rows)


def _of_numbers(row: Mapping[Any, Any]) -> Iterator[Reason]:
    """Reasons in the check-ins: none yet, a line crossed, a gap, stale numbers."""
    is_line = row["type"] in {"keep-at-least", "keep-at-most"}
    is_over = row["type"] == "total-at-most" and row["current"] > row["target"]
    crossed = (is_line or is_over) and row["status"] in BEHIND
    if isnan(row["score"]):
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
            {
                "weeks": int((row["day"] - row["checked"]) // 7),
                "day": to_day(row["last_check_in"]),
            },
        )


def _of_plan(row: Mapping[Any, Any], of_history: Sequence[Reason]) -> Iterator[Reason]:
    """Changes of the plan, if the score is better than it would be without them.

    What the history tells of the target, with the days, is not said again.
    """
    said = [(fields["before"], fields["after"]) for _, fields in of_history]
    if isnan(row["planned_score"]) or not row["score"] > row["planned_score"]:
        return
    for code, fields in changes_of(row):
        if fields["label"] != "target" or (fields["before"], fields["after"]) not in said:
            yield code, fields
    yield "by-plan", {"share": row["planned_score"]}


def _of_typed(problem: Problem, status: str, code: str) -> Iterator[Reason]:
    """The status typed over the formula, if it is not the calculated one.

    The check goes by the workbook's bands, which may be others than those of the rollup.
    """
    word = language(code).choice("status", status) if status else ""
    if fold(problem.given) != fold(word):
        yield "typed-status", {"typed": problem.given, "value": word}


def _of_confidence(row: Mapping[Any, Any]) -> Iterator[Reason]:
    """A fall of the confidence by `LEAST_DROP` or more since the one before."""
    before, after = row["confidence_before"], row["confidence"]
    if before - after >= LEAST_DROP:
        yield "confidence", {"before": before, "after": after}


def _of_end(
    row: Mapping[Any, Any], end: Mapping[Any, Any], *, is_on_scale: bool
) -> Iterator[Reason]:
    """Where it is heading, if that is news: to its owner, or else to who goes by the status.

    An owner is sure of a target that even the high end of the range misses, or doubts one that the
    low end reaches; stale numbers are no ground for the latter.
    """
    sure, low, high = row["confidence"], end["forecast_low"], end["forecast_high"]
    misses = sure >= SURE and percents(high) < 100
    arrives = sure <= UNSURE and percents(low) >= 100 and not row["stale"]
    if is_on_scale and row["day"] < row["due"] and (misses or arrives):
        yield "confidence-against-forecast", {"value": sure, "range": (low, high)}
    elif end["finding"] == "heading-off":
        yield "forecast", {"range": (low, high)}


def _blocked(trackers: Sequence[Tracker]) -> dict[tuple[int, str], list[tuple[float, str]]]:
    """The day number and text of the blocked actions that have a day, by tracker and folded id."""
    actions = stacked([tracker.columns["actions"] for tracker in trackers])
    by_id: dict[tuple[int, str], list[tuple[float, str]]] = {}
    for line in actions.take((actions.status == "blocked") & ~np.isnan(actions.due)).records():
        whose = line["tracker"], line["key_result"].casefold()
        by_id.setdefault(whose, []).append((line["due"], line["action"]))
    return by_id


def _of_actions(blocked: Sequence[tuple[float, str]], day: float) -> Iterator[Reason]:
    for due, action in blocked:
        if due < day:
            yield "blocked", {"action": action}
