"""What becomes of each objective and key result when its quarter is over, a rule a function.

Sources: Lamorte's keep, modify, abandon or defer; Kalungi's article (an objective may stay the same
from quarter to quarter while key results change under it); Török (goals may be replaced).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]

# The fates of what comes along; those of what stays behind are "achieved", "drop", "cancelled".
COMING = frozenset({"keep", "change", "postpone"})
# What is a line to hold is never finished; a total starts again from nothing, but is done by then.
LINES = frozenset({"keep-at-least", "keep-at-most", "total-at-most"})


def decided(objective: Row, _: Sequence[Row]) -> str:
    """What people decided at the close comes first. Source: Lamorte; Viva's close."""
    return str(objective["decision"])


def cancelled(objective: Row, key_results: Sequence[Row]) -> str:
    """A cancelled objective stays behind, and one all of whose key results are. Source: own."""
    states = {row["state"] for row in key_results}
    return "cancelled" if objective["state"] == "cancelled" or states == {"cancelled"} else ""


def postponed(objective: Row, _: Sequence[Row]) -> str:
    """A postponed objective comes along: the next quarter is what it waited for. Source: own."""
    return "postpone" if objective["state"] == "postponed" else ""


def finished(_: Row, key_results: Sequence[Row]) -> str:
    """An objective with nothing left to do under it is achieved. Source: Lamorte."""
    left = [row for row in key_results if row["state"] != "cancelled"]
    return "achieved" if left and all(map(is_done, left)) else ""


def unfinished(_: Row, __: Sequence[Row]) -> str:
    """What is not finished is kept, aspirational or committed. Source: Lamorte; Google's re:Work.

    That a committed one was missed is said in its note (`carrying.note_of`).
    """
    return "keep"


OBJECTIVE_RULES = (decided, cancelled, postponed, finished, unfinished)


def objective_fate(objective: Row, key_results: Sequence[Row]) -> str:
    """The first answer of the rules; `key_results` are those under it.

    An objective has its `decision` and `state`, "" for active; a key result `state`, `kind` and
    `score`.
    """
    return next(filter(None, (rule(objective, key_results) for rule in OBJECTIVE_RULES)))


def is_done(key_result: Row) -> bool:
    """Whether a live key result has its whole score."""
    return bool(key_result["state"] != "postponed" and key_result["score"] >= 1)


def widened(fate: str, key_results: Sequence[Row]) -> str:
    """What an objective that is to come along asks of its key results.

    Where all of them are done none would be left: they come along for new targets. A line to hold
    is left as it is. Source: own.
    """
    left = [row for row in key_results if row["state"] != "cancelled"]
    is_over = all(is_done(row) and row["kind"] not in LINES for row in left)
    return "change" if left and is_over else fate


def stopped(key_result: Row, _: str) -> str:
    """A cancelled key result stays behind. Source: own (nothing is deleted from the old file)."""
    return "cancelled" if key_result["state"] == "cancelled" else ""


def resumed(key_result: Row, _: str) -> str:
    """A postponed key result comes along with its target. Source: own."""
    return "postpone" if key_result["state"] == "postponed" else ""


def reached(key_result: Row, of_objective: str) -> str:
    """A finished key result stays behind, unless it is a line to hold.

    Where the objective is to change, its numbers come along for new targets; what was achieved by
    yes or no never does. Source: Kalungi's article (key results change under the objective).
    """
    is_left = of_objective != "change" or key_result["kind"] == "achieve"
    return "done" if is_done(key_result) and key_result["kind"] not in LINES and is_left else ""


def with_objective(_: Row, of_objective: str) -> str:
    """All else does what its objective does. Source: Kalungi's article."""
    return of_objective


KEY_RESULT_RULES = (stopped, resumed, reached, with_objective)


def key_result_fate(key_result: Row, of_objective: str) -> str:
    """The first answer of the rules, for a key result whose objective comes along."""
    return next(filter(None, (rule(key_result, of_objective) for rule in KEY_RESULT_RULES)))
