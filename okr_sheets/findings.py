"""What is to fix in a row, each rule said once: for the sheet's own column and for `check`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from operator import gt, lt
from typing import Any

from okr_sheets.schema import OKRS, PLANNED
from okr_sheets.scoring import (
    Rule,
    due_of,
    has_kind,
    lacks_baseline,
    start_of,
    total_of_nothing,
    weight_of,
)


def changed(k: Any, f: Any) -> Any:
    """Which part of a key result's plan is not as it was planned, the gravest; nothing for none.

    The plan is this row's as long as its title begins as the planned one did (`has_own_plan`): what
    was written anew or copied from another row has none.
    """
    answer = f.BLANK
    for key in reversed(PLANNED):
        answer = f.choose(differs(k, f, key), f.key(key), answer)
    return f.choose(_is_key_result(k, f) & has_own_plan(k, f), answer, f.BLANK)


def has_own_plan(k: Any, f: Any) -> Any:
    """Whether what is planned in a row is planned for the key result that stands there."""
    return f.begins(k.title, k.planned_title)


def differs(k: Any, f: Any, key: str) -> Any:
    """Whether a planned number and the one that stands there now are two."""
    now, planned = held(k, f, key), getattr(k, f"planned_{key}")
    return f.number(planned) & f.number(now) & (now != planned)


def held(k: Any, f: Any, key: str) -> Any:
    """What counts of a part of the plan: of a weight, 1 where nothing is typed."""
    return weight_of(k, f) if key == "weight" else getattr(k, key)


def to_fix(k: Any, f: Any) -> Any:
    """The first thing wrong with a row, in a few words; nothing when all is well."""

    def sentence(code: str) -> Any:
        return f.fix(code, **filling(k, f, code))

    def change(key: str) -> Any:
        lowered, raised = (sentence(f"{code}:{key}") for code in PLAN_CODES)
        return f.choose(held(k, f, key) < getattr(k, f"planned_{key}"), lowered, raised)

    faults, hints = (
        [(applies(k, f), sentence(code)) for code, applies in rules.items()]
        for rules in (FAULTS, HINTS)
    )
    changes = [(f.is_key(k.changed, key), change(key)) for key in PLANNED]
    answer = k.advice
    for applies, sentence in reversed([*faults, *changes, *hints]):
        answer = f.choose(applies, sentence, answer)
    return f.choose(_holds_anything(k, f), answer, f.BLANK)


def advice(k: Any, f: Any) -> Any:
    """The first thing a coach would say of a row, in a few words.

    In a column of its own, since a formula holds no more than 8,192 characters.
    """
    answer = f.BLANK
    for code, applies in reversed([*ADVICE.items()]):
        answer = f.choose(applies(k, f), f.fix(code), answer)
    return answer


def filling(k: Any, f: Any, code: str) -> dict[str, Any]:
    """The numbers in the sentence of what is to fix, by their names in it."""
    if code == "required":
        return {"n": k.filled}
    _, _, key = code.partition(":")
    return {"before": getattr(k, f"planned_{key}"), "after": held(k, f, key)} if key else {}


PLAN_CODES = ("plan-lowered", "plan-raised")


def _holds_anything(k: Any, f: Any) -> Any:
    """Whether a row is an objective, a key result, or numbers that wait for a title."""
    return (k.anchor > 0) | _is_key_result(k, f) | f.number(k.baseline) | f.has_check_in(k)


def _is_key_result(k: Any, f: Any) -> Any:
    return ~f.blank(k.kind)


def _has_key_results(k: Any, f: Any) -> Any:
    states = OKRS["standing"].choices
    return sum(f.count_of_group(k, "standing", "state", state) for state in states) > 0


def _wrong_direction(k: Any, f: Any) -> Any:
    up = f.is_(k.type, "type", "increase") & (k.target < k.baseline)
    down = f.is_(k.type, "type", "decrease") & (k.target > k.baseline)
    return f.number(k.baseline) & f.number(k.target) & (up | down)


def _lacks_owner(k: Any, f: Any) -> Any:
    """Whether nobody is named; what is stopped, itself or with its objective, needs nobody."""
    stopped = f.is_(k.status, "status", "cancelled") | f.is_(k.status, "status", "postponed")
    return f.blank(k.owner) & ~stopped


def filled(k: Any, f: Any) -> Any:
    """How many of the five things a key result needs are there; 5 for other rows."""
    achieves = has_kind(k, f, "achieve")
    there = (
        ~f.blank(k.title),
        ~_lacks_owner(k, f),
        ~f.blank(k.type),
        f.number(k.baseline) | ~_moves(k, f),
        f.number(k.target) | achieves,
    )
    return f.choose(_is_key_result(k, f), sum(f.choose(each, 1, 0) for each in there), 5)


def mixed_scale(k: Any, f: Any) -> Any:
    """A percent unit with a fraction beside whole percents: 0.24 where 24 was meant."""
    wholes = f.number(k.target) & ((k.target > _FRACTION) | (k.target < -_FRACTION))

    def is_fraction(x: Any) -> Any:
        return f.number(x) & (x > 0) & (x <= 1)

    odd = (is_fraction(k.current) & (k.baseline > 1)) | (is_fraction(k.baseline) & (k.baseline < 1))
    return f.contains(k.unit, "%") & wholes & odd & ~has_kind(k, f, "achieve")


def _moves(k: Any, f: Any) -> Any:
    return has_kind(k, f, "increase", "decrease")


def suspected(k: Any, f: Any) -> Any:
    """1 for an increase or decrease whose numbers look like a count from 0 each quarter, else 0.

    Its first one lies far below the baseline (of a decrease: at the target already), nearer to
    where a count would stand on that day, and none since was lower than one before it.
    """
    first = f.first_value_checked(k)
    start, due = start_of(k, f), due_of(k, f)
    passed = f.choose(due > start, f.clamp((f.first_day_checked(k) - start) / (due - start)), 0)
    is_low = f.number(first) & (first < k.baseline * (f.clamp(passed * 2) / 4 + 0.5))
    falls = has_kind(k, f, "decrease") & f.number(k.target) & (first <= k.target)
    counts_up = f.number(k.current) & (k.current >= f.highest_value_checked(k))
    begins = f.number(k.baseline) & is_low & (has_kind(k, f, "increase") | falls)
    return f.choose(begins & counts_up & ~f.contains(k.unit, "%"), 1, 0)


def total_that_fell(k: Any, f: Any) -> Any:
    """A total below a number of before: what came in since was typed, and not the count so far."""
    counts = has_kind(k, f, "total", "total-at-most") & f.number(k.current)
    return counts & (k.current < f.highest_value_checked(k))


def waiting(k: Any, f: Any) -> Any:
    """1 where a number is typed for a period that has not begun, else 0."""
    return f.choose(f.has_waiting(k), 1, 0)


_FRACTION = 10  # whole percents from here on; 0.8 to 1.2 is a legitimate pair


def off_scale(confidence: Any, f: Any) -> Any:
    """Whether a confidence is a number, but no whole one from 1 to 10."""
    beyond = (confidence < 1) | (confidence > 10) | (confidence != f.whole(confidence))
    return f.number(confidence) & beyond


# What may be wrong with a row, the gravest first: *to fix* says the first that applies, `check`
# names the first of each cell.
FAULTS: Mapping[str, Rule] = {
    "no-title": lambda k, f: f.blank(k.title) & ((k.anchor == 0) | _has_key_results(k, f)),
    # A type that is known is the row's kind.
    "unknown-type": lambda k, f: ~f.blank(k.type) & _is_key_result(k, f) & (k.type != k.kind),
    "unknown-state": lambda k, f: f.misread(k, "state"),
    "no-objective": lambda k, f: _is_key_result(k, f) & (k.group == 0),
    "duplicate-id": lambda k, f: f.repeated(k, "id"),
    "no-key-results": lambda k, f: (k.anchor > 0) & ~f.blank(k.title) & ~_has_key_results(k, f),
    "text-number": lambda k, f: (
        f.misread(k, "target")
        | f.misread(k, "baseline")
        | f.misread(k, "weight")
        | f.misread_check_in(k)
    ),
    "required": lambda k, _: k.filled < 4,
    "mixed-scale": mixed_scale,
    "no-target": lambda k, f: (
        _is_key_result(k, f) & ~f.number(k.target) & ~has_kind(k, f, "achieve")
    ),
    "total-of-nothing": total_of_nothing,
    "no-baseline": lacks_baseline,
    "baseline-equals-target": lambda k, f: (
        f.number(k.baseline) & _moves(k, f) & (k.baseline == k.target)
    ),
    "wrong-direction": _wrong_direction,
    "count-suspected": lambda k, _: k.suspected == 1,
    "total-that-fell": total_that_fell,
    "bad-weight": lambda k, f: f.number(k.weight) & (k.weight < 0),
    "bad-confidence": lambda k, f: f.misread(k, "confidence") | off_scale(k.confidence, f),
    "start-after-due": lambda k, f: (
        (f.number(k.start) | f.number(k.due)) & (start_of(k, f) > due_of(k, f))
    ),
    "baseline-assumed": lambda k, f: ~f.number(k.baseline) & has_kind(k, f, "increase"),
}

HINTS: Mapping[str, Rule] = {
    "no-owner": lambda k, f: ~f.blank(k.title) & _lacks_owner(k, f),
    "waiting-number": lambda k, _: k.waiting == 1,
}


def _is_active(k: Any, f: Any) -> Any:
    return f.is_(k.standing, "state", "active")


def _few_or_many(k: Any, f: Any) -> Any:
    """An objective has 3 to 5 key results that count. Source: the Kalungi article."""
    count = f.count_of_group(k, "standing", "state", "active")
    return (k.anchor > 0) & (count > 0) & ((count < 3) | (count > 5))


def _lacks_unit(k: Any, f: Any) -> Any:
    """What is measured has a unit. Source: the Kalungi article (it is clear what counts)."""
    measured = f.number(k.target) & ~has_kind(k, f, "achieve")
    return _is_active(k, f) & f.blank(k.unit) & measured


def _met_at_start(k: Any, f: Any) -> Any:
    """An increase or decrease is not at its target by a first number of the first third.

    What is counted from 0 has a rule of its own (`suspected`). Source: own.
    """
    start = start_of(k, f)
    early = f.first_day_checked(k) <= start + (due_of(k, f) - start) * _EARLY
    # Of what goes up and of what goes down alike: on the target's side, as the target lies.
    ahead = (f.zero(f.first_value_checked(k)) - f.zero(k.target)) * (
        f.zero(k.target) - f.zero(k.baseline)
    )
    typed = f.number(k.current) & f.number(k.baseline) & f.number(k.target)
    moves = _moves(k, f) & (k.baseline != k.target)
    return _is_active(k, f) & moves & typed & (ahead >= 0) & early & (k.suspected == 0)


_EARLY = 0.34  # of a key result's time; the first of three months is a little more than a third


def _line_not_kept(k: Any, f: Any) -> Any:
    """A line to keep was kept on the first day. Source: Perdoo (health metrics)."""
    below = has_kind(k, f, "keep-at-least") & (k.baseline < k.target)
    above = has_kind(k, f, "keep-at-most") & (k.baseline > k.target)
    return _is_active(k, f) & f.number(k.baseline) & f.number(k.target) & (below | above)


# What a coach would say of a row that nothing is wrong with; `check` names it at its cell.
ADVICE: Mapping[str, Rule] = {
    "kr-line-not-kept": _line_not_kept,
    "kr-met-at-start": _met_at_start,
    "kr-no-unit": _lacks_unit,
    "kr-count": _few_or_many,
}


def _has_moved(k: Any, f: Any, key: str, than: Callable[[Any, Any], Any]) -> Any:
    """Whether a part of a row's own plan differs, being less or greater `than` was planned."""
    moved = than(held(k, f, key), getattr(k, f"planned_{key}"))
    return ~f.blank(k.changed) & differs(k, f, key) & moved


CHANGES: Mapping[str, Rule] = {
    f"{code}:{key}": partial(_has_moved, key=key, than=than)
    for key in PLANNED
    for code, than in zip(PLAN_CODES, (lt, gt), strict=True)
}


def _of_any_row(rule: Rule) -> Rule:
    return lambda k, f: _holds_anything(k, f) & rule(k, f)


FINDINGS: Mapping[str, Rule] = {
    code: _of_any_row(rule) for code, rule in {**FAULTS, **CHANGES, **HINTS, **ADVICE}.items()
}
