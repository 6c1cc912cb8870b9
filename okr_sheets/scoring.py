"""The scoring rules, said once: as arithmetic that runs on frames and reads as formulas.

A rule takes a row `k`, whose attributes are the columns of the OKRs sheet, and the operations `f`
it may use. On frames (`frames.InFrames`) an attribute is a pandas Series and the rule gives a
Series; on cell names (`InCells`) an attribute is a cell and the rule gives the formula's text.
There is no second copy of a rule, in Excel or in Python.

Where a rule comes from: progress and score, Niven (share of the way from the baseline) and Perdoo
(capped at 0 and 1 in every average); expected pace and its gap, Viva Goals; grades, Google's
playbook, with the gaps between its bands closed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial, reduce
from operator import gt, lt, or_
from typing import Any

from okr_sheets.schema import OBJECTIVE, OKRS, PLANNED

Rule = Callable[[Any, Any], Any]


@dataclass(frozen=True, slots=True)
class Bands:
    """Where statuses and grades change: a gap at most, a score at least.

    `on_track` and `at_risk` are gaps (expected minus score); `aspirational` and `committed` are
    the scores from which a grade is green and yellow.
    """

    on_track: float = 0.10
    at_risk: float = 0.25
    aspirational: tuple[float, float] = (0.7, 0.4)
    committed: tuple[float, float] = (1.0, 0.7)

    @property
    def cuts(self) -> dict[str, float]:
        """All of them by name."""
        green, yellow = zip(self.aspirational, self.committed, strict=True)
        return {
            "on_track": self.on_track,
            "at_risk": self.at_risk,
            "aspirational_green": green[0],
            "aspirational_yellow": yellow[0],
            "committed_green": green[1],
            "committed_yellow": yellow[1],
        }

    @classmethod
    def of(cls, cuts: Mapping[str, Any]) -> Bands:
        """The bands of the six `cuts`, by name."""
        return cls(
            cuts["on_track"],
            cuts["at_risk"],
            (cuts["aspirational_green"], cuts["aspirational_yellow"]),
            (cuts["committed_green"], cuts["committed_yellow"]),
        )


# Viva Goals: on track only at or ahead of the pace. Google: the playbook's grades, its own
# default here. GitLab: 85 and 70 % for every goal. Perdoo has no published bands.
PRESETS: Mapping[str, Bands] = {
    "default": Bands(),
    "google": Bands(),
    "viva": Bands(on_track=0.0, at_risk=0.25),
    "gitlab": Bands(aspirational=(0.85, 0.7), committed=(0.85, 0.7)),
    "engagedly": Bands(on_track=0.165, at_risk=0.33),
}


# --- one row -------------------------------------------------------------------------------------


def anchor(k: Any, f: Any) -> Any:
    """The row's own number if it holds an objective, else 0."""
    return f.choose(f.is_(k.type, "type", OBJECTIVE), f.row(k), 0)


def group(k: Any, f: Any) -> Any:
    """The row of the objective this row belongs to; its own for an objective; 0 for none.

    `O2.KR3` belongs to `O2`; without such an objective, to the objective row above.
    """
    return f.choose(k.anchor > 0, k.anchor, f.choose(_present(k, f), f.objective_of(k), 0))


def kind(k: Any, f: Any) -> Any:
    """The type of a key result, inferred where none was chosen; nothing for other rows."""
    falls = f.number(k.baseline) & f.number(k.target) & (k.target < k.baseline)
    inferred = f.choose(
        f.number(k.baseline) | f.number(k.target),
        f.choose(falls, f.word("type", "decrease"), f.word("type", "increase")),
        f.word("type", "achieve"),
    )
    is_key_result = (k.anchor == 0) & _present(k, f)
    return f.choose(is_key_result, f.choose(f.known(k.type, "type"), k.type, inferred), f.BLANK)


def standing(k: Any, f: Any) -> Any:
    """The state of a key result, or its objective's where that one was stopped."""
    above = f.of_objective(k, "state")

    def stopped(state: str) -> Any:
        return f.is_(k.state, "state", state) | f.is_(above, "state", state)

    live = f.choose(stopped("postponed"), f.word("state", "postponed"), f.word("state", "active"))
    state = f.choose(stopped("cancelled"), f.word("state", "cancelled"), live)
    return f.choose(f.blank(k.kind), f.BLANK, state)


def checked(k: Any, f: Any) -> Any:
    """The day of the last check-in that counts on the as-of day; 0 for none.

    A check-in's column stands for the period that ends on its day, so it counts within it.
    """
    return f.choose(f.blank(k.kind), 0, f.last_day_checked(k))


def current(k: Any, f: Any) -> Any:
    """The value of that check-in."""
    return f.choose(k.checked > 0, f.value_checked(k), f.NOTHING)


def updated(k: Any, f: Any) -> Any:
    """1 for a live key result with a number since the last check-in date, else 0.

    Dates after its due day, and before its start, ask it for none; what has not begun owes none.
    """
    start, asked = _start(k, f), f.last_day_asked(k)
    fresh = k.checked >= f.choose(asked >= start, asked, 1)
    is_updated = f.is_(k.standing, "state", "active") & (fresh | (k.day <= start))
    return f.choose(is_updated, 1, 0)


def way(k: Any, value: Any, f: Any) -> Any:
    """The share of the way to the target that `value` has come, not held to 0 and 1.

    Nothing when it cannot be computed: no target, a total of nothing, or no baseline to come from.
    """

    def kept(condition: Any) -> Any:
        return f.choose(f.number(value) & condition, 1, 0)

    baseline = f.zero(k.baseline)
    share = f.choose(value > 1, value / 100, value)
    counted = f.choose(_has_steps(k, f), value / k.target, share)
    achieved = f.choose(f.number(value), counted, f.choose(f.yes(value), 1, 0))
    below, above = kept(value <= k.target), kept(value >= k.target)
    # Nothing to move: hold the line instead, on the side the type says.
    level = f.choose(_has_kind(k, f, "decrease"), below, above)
    travelled = f.choose(baseline == k.target, level, (value - baseline) / (k.target - baseline))
    moved = f.choose(_lacks_baseline(k, f), f.NOTHING, f.choose(f.number(value), travelled, 0))
    # A total to stay within is a line to keep; once broken it falls as from last quarter's total.
    falls = f.number(k.baseline) & (k.baseline > k.target)
    has_line = _has_kind(k, f, "keep-at-most") | (_has_kind(k, f, "total-at-most") & ~falls)
    counts = f.choose(_has_kind(k, f, "total"), f.zero(value) / k.target, moved)
    measured = f.choose(_has_kind(k, f, "keep-at-least"), above, f.choose(has_line, below, counts))
    scorable = f.number(k.target) & ~total_of_nothing(k, f)
    scored = f.choose(scorable, measured, f.NOTHING)
    return f.choose(_has_kind(k, f, "achieve"), achieved, scored)


def progress(k: Any, f: Any) -> Any:
    """The way come, below 0 and above 1 too; nothing for a stopped key result."""
    return f.choose(f.is_(k.standing, "state", "active"), way(k, k.current, f), f.NOTHING)


def attained(k: Any, f: Any) -> Any:
    """A key result's score: progress held between 0 and 1, four decimals."""
    return f.choose(f.number(k.progress), f.rounded(f.clamp(k.progress)), f.NOTHING)


def due_by_now(k: Any, f: Any) -> Any:
    """The share of a key result's time that has passed."""
    share = passed(k.day, _start(k, f), _due(k, f), f)
    return f.choose(f.blank(k.kind), f.NOTHING, share)


def passed(day: Any, start: Any, due: Any, f: Any) -> Any:
    """The share of the time from `start` to `due` that has passed on a day, four decimals."""
    share = f.rounded(f.clamp((day - start) / (due - start)))
    return f.choose(due > start, share, f.choose(day >= due, 1, 0))


def counted(k: Any, f: Any) -> Any:
    """The weight with which a key result counts: 1 if blank, 0 if stopped or not scorable."""
    counts = f.is_(k.standing, "state", "active") & f.number(k.attained)
    return f.choose(counts, _weight(k, f), 0)


def points(k: Any, f: Any) -> Any:
    """Score times weight."""
    return k.counted * f.zero(k.attained)


def pace(k: Any, f: Any) -> Any:
    """Expected times weight."""
    return k.counted * f.zero(k.due_by_now)


def points_by(k: Any, value: Any, before: Any, f: Any) -> Any:
    """Score times weight at one check-in date; `before` where nothing was typed under it."""
    usable = f.number(value) | (_says_yes_or_no(k, f) & (f.yes(value) | f.no(value)))
    score_then = f.rounded(f.clamp(way(k, value, f)))
    return f.choose(k.counted > 0, f.choose(usable, k.counted * score_then, before), 0)


# --- key results and objectives alike ------------------------------------------------------------


def last_check_in(k: Any, f: Any) -> Any:
    """The day of the last check-in, of an objective: of any of its key results."""
    day = f.choose(k.anchor > 0, f.latest_of_group(k, "checked"), k.checked)
    return f.choose(day > 0, day, f.NOTHING)


def score(k: Any, f: Any) -> Any:
    """A key result's score, or the weighted mean of an objective's, four decimals."""
    return f.choose(k.anchor > 0, mean_of_group(k, "points", f), k.attained)


def expected(k: Any, f: Any) -> Any:
    """The share of the time passed, or the weighted mean of an objective's, four decimals."""
    own = f.choose(f.is_(k.standing, "state", "active"), k.due_by_now, f.NOTHING)
    return f.choose(k.anchor > 0, mean_of_group(k, "pace", f), own)


def gap(k: Any, f: Any) -> Any:
    """Expected minus score, four decimals: above 0 is behind.

    Of a total to stay within: the share of the allowance that is used, minus the time passed.
    """
    used = f.choose(k.target > 0, f.zero(k.current) / k.target, _is_broken(k, f))
    by_use = _has_kind(k, f, "total-at-most") & f.number(k.current)
    behind = f.choose(by_use, used - k.expected, k.expected - k.score)
    return f.choose(f.number(k.score), f.rounded(behind), f.NOTHING)


def status(k: Any, f: Any) -> Any:
    """Where a row stands against its pace; nothing where there is no score."""

    def word(key: str) -> Any:
        return f.word("status", key)

    def state_of(active: Any) -> Any:
        stopped = f.choose(
            f.is_(k.standing, "state", "cancelled"), word("cancelled"), word("postponed")
        )
        return f.choose(f.is_(k.standing, "state", "active"), active, stopped)

    def count(state: str) -> Any:
        return f.count_of_group(k, "standing", "state", state)

    kept = f.choose(k.score == 1, word("on-track"), word("off-track"))
    # What stays within its total is achieved when nothing can be added any more.
    within = f.choose(k.day >= _due(k, f), word("achieved"), by_gap(k, f))
    limited = f.choose(_is_broken(k, f) == 1, word("off-track"), within)
    paced = f.choose(_has_kind(k, f, "total-at-most"), limited, by_pace(k, f))
    keeps = _has_kind(k, f, "keep-at-least", "keep-at-most")
    silent = f.choose(k.day > _start(k, f), word("no-update"), word("not-started"))
    updated = f.choose(f.number(k.last_check_in), f.choose(keeps, kept, paced), silent)
    scored = f.choose(f.number(k.score), updated, f.BLANK)
    # An objective is stopped by its own state, or when all its key results are.
    emptied = f.choose(
        count("postponed") > 0,
        word("postponed"),
        f.choose(count("cancelled") > 0, word("cancelled"), f.BLANK),
    )
    of_objective = f.choose(
        f.is_(k.state, "state", "cancelled"),
        word("cancelled"),
        f.choose(
            f.is_(k.state, "state", "postponed"),
            word("postponed"),
            f.choose(count("active") > 0, scored, emptied),
        ),
    )
    return f.choose(
        k.anchor > 0, of_objective, f.choose(f.blank(k.kind), f.BLANK, state_of(scored))
    )


def unit_status(k: Any, f: Any) -> Any:
    """Where a team stands against its pace; `k.with_number` counts key results with a number."""
    silent = f.choose(
        k.day > k.first_day, f.word("status", "no-update"), f.word("status", "not-started")
    )
    scored = f.choose(k.with_number > 0, by_pace(k, f), silent)
    return f.choose(f.number(k.score), scored, f.BLANK)


def grade(k: Any, f: Any) -> Any:
    """Green, yellow or red, from the due day on; nothing before it."""
    above = f.is_(f.of_objective(k, "commitment"), "commitment", "committed")
    committed = f.is_(k.commitment, "commitment", "committed") | (f.blank(k.commitment) & above)

    def banded(cuts: tuple[float, float]) -> Any:
        lower = f.choose(k.score >= cuts[1], f.word("grade", "yellow"), f.word("grade", "red"))
        return f.choose(k.score >= cuts[0], f.word("grade", "green"), lower)

    judged = f.choose(committed, banded(f.bands.committed), banded(f.bands.aspirational))
    return f.choose(f.number(k.score) & (k.day >= _due(k, f)), judged, f.BLANK)


def share(k: Any, f: Any) -> Any:
    """The weight with which an objective counts for its team; 0 for other rows."""
    return f.choose((k.anchor > 0) & f.number(k.score), _weight(k, f), 0)


def share_points(k: Any, f: Any) -> Any:
    """An objective's score times its weight."""
    return k.share * f.zero(k.score)


def share_pace(k: Any, f: Any) -> Any:
    """An objective's expected times its weight."""
    return k.share * f.zero(k.expected)


def urgency(k: Any, f: Any) -> Any:
    """The gap of a key result that needs attention, turned round: the smallest comes first.

    A trace of the row number tells equal gaps apart, so that each rank finds one row.
    """
    late = [f.is_(k.status, "status", key) for key in ("at-risk", "off-track", "no-update")]
    needs = (k.anchor == 0) & (late[0] | late[1] | late[2])
    return f.choose(needs, f.row(k) / 10_000_000 - k.gap, f.NOTHING)


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
    return _weight(k, f) if key == "weight" else getattr(k, key)


def to_fix(k: Any, f: Any) -> Any:
    """The first thing wrong with a row, in a few words; nothing when all is well."""

    def said(code: str) -> Any:
        return f.fix(code, **filling(k, f, code))

    def change(key: str) -> Any:
        lowered, raised = (said(f"{code}:{key}") for code in PLAN_CODES)
        return f.choose(held(k, f, key) < getattr(k, f"planned_{key}"), lowered, raised)

    faults, hints = (
        [(applies(k, f), said(code)) for code, applies in rules.items()]
        for rules in (FAULTS, HINTS)
    )
    changes = [(f.is_key(k.changed, key), change(key)) for key in PLANNED]
    answer = f.BLANK
    for applies, sentence in reversed([*faults, *changes, *hints]):
        answer = f.choose(applies, sentence, answer)
    return f.choose(_holds_anything(k, f), answer, f.BLANK)


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
    achieves = _has_kind(k, f, "achieve")
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
    return f.contains(k.unit, "%") & wholes & odd & ~_has_kind(k, f, "achieve")


def _moves(k: Any, f: Any) -> Any:
    return _has_kind(k, f, "increase", "decrease")


def _lacks_baseline(k: Any, f: Any) -> Any:
    """Whether nobody can tell where a key result came from.

    An increase begins at 0 where nothing is typed, but not on its way to 0 or below, and not where
    what was typed cannot be read.
    """
    needed = _has_kind(k, f, "decrease") | f.misread(k, "baseline")
    down = _has_kind(k, f, "increase") & f.number(k.target) & (k.target <= 0)
    return (needed | down) & ~f.number(k.baseline)


def total_of_nothing(k: Any, f: Any) -> Any:
    """A total whose target is none: 0 or less to reach, less than 0 to stay within."""
    none = _has_kind(k, f, "total") & (k.target <= 0)
    return f.number(k.target) & (none | (_has_kind(k, f, "total-at-most") & (k.target < 0)))


def suspected(k: Any, f: Any) -> Any:
    """1 for an increase or decrease whose numbers look like a count from 0 each quarter, else 0.

    Its first one lies far below the baseline (of a decrease: at the target already), nearer to
    where a count would stand on that day, and none since was lower than one before it.
    """
    first = f.first_value_checked(k)
    start, due = _start(k, f), _due(k, f)
    passed = f.choose(due > start, f.clamp((f.first_day_checked(k) - start) / (due - start)), 0)
    is_low = f.number(first) & (first < k.baseline * (f.clamp(passed * 2) / 4 + 0.5))
    falls = _has_kind(k, f, "decrease") & f.number(k.target) & (first <= k.target)
    counts_up = f.number(k.current) & (k.current >= f.highest_value_checked(k))
    begins = f.number(k.baseline) & is_low & (_has_kind(k, f, "increase") | falls)
    return f.choose(begins & counts_up & ~f.contains(k.unit, "%"), 1, 0)


def total_that_fell(k: Any, f: Any) -> Any:
    """A total below a number of before: what came in since was typed, and not the count so far."""
    counts = _has_kind(k, f, "total", "total-at-most") & f.number(k.current)
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
        _is_key_result(k, f) & ~f.number(k.target) & ~_has_kind(k, f, "achieve")
    ),
    "total-of-nothing": total_of_nothing,
    "no-baseline": _lacks_baseline,
    "baseline-equals-target": lambda k, f: (
        f.number(k.baseline) & _moves(k, f) & (k.baseline == k.target)
    ),
    "wrong-direction": _wrong_direction,
    "count-suspected": lambda k, _: k.suspected == 1,
    "total-that-fell": total_that_fell,
    "bad-weight": lambda k, f: f.number(k.weight) & (k.weight < 0),
    "bad-confidence": lambda k, f: f.misread(k, "confidence") | off_scale(k.confidence, f),
    "start-after-due": lambda k, f: (
        (f.number(k.start) | f.number(k.due)) & (_start(k, f) > _due(k, f))
    ),
    "baseline-assumed": lambda k, f: ~f.number(k.baseline) & _has_kind(k, f, "increase"),
}
HINTS: Mapping[str, Rule] = {
    "no-owner": lambda k, f: ~f.blank(k.title) & _lacks_owner(k, f),
    "waiting-number": lambda k, _: k.waiting == 1,
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
    code: _of_any_row(rule) for code, rule in {**FAULTS, **CHANGES, **HINTS}.items()
}


def _present(k: Any, f: Any) -> Any:
    return ~f.blank(k.title) | f.number(k.target)


def _weight(k: Any, f: Any) -> Any:
    return f.choose(f.number(k.weight), f.choose(k.weight > 0, k.weight, 0), 1)


def _start(k: Any, f: Any) -> Any:
    return f.choose(f.number(k.start), k.start, k.first_day)


def _due(k: Any, f: Any) -> Any:
    return f.choose(f.number(k.due), k.due, k.last_day)


def _has_kind(k: Any, f: Any, *keys: str) -> Any:
    """Whether a key result is of one of these types."""
    first, *others = (f.is_(k.kind, "type", key) for key in keys)
    return reduce(or_, others, first)


def _has_steps(k: Any, f: Any) -> Any:
    """Whether what is to be achieved is counted: a target above 1, as in 5 steps."""
    return f.number(k.target) & (k.target > 1)


def _says_yes_or_no(k: Any, f: Any) -> Any:
    return _has_kind(k, f, "achieve") & ~_has_steps(k, f)


def _is_broken(k: Any, f: Any) -> Any:
    """1 once a count is over its target, else 0."""
    return f.choose(f.number(k.current) & (k.current > k.target), 1, 0)


def by_pace(k: Any, f: Any) -> Any:
    """The status of what has a score: achieved where it is full, else by its gap."""
    return f.choose(k.score == 1, f.word("status", "achieved"), by_gap(k, f))


def by_gap(k: Any, f: Any) -> Any:
    """The status of a gap to the pace: on track, at risk or off track."""
    behind = f.choose(
        k.gap <= f.bands.at_risk, f.word("status", "at-risk"), f.word("status", "off-track")
    )
    return f.choose(k.gap <= f.bands.on_track, f.word("status", "on-track"), behind)


def mean_of_group(k: Any, key: str, f: Any) -> Any:
    """The weighted mean of an objective's key results, `key` being their score times weight."""
    return mean(f.sum_of_group(k, key), f.sum_of_group(k, "counted"), f)


def mean(points: Any, weights: Any, f: Any) -> Any:
    """A sum of points by the sum of their weights, four decimals; nothing where nothing counts."""
    return f.choose(weights > 0, f.rounded(points / weights), f.NOTHING)


# In the order in which each needs only those before it.
RULES: Mapping[str, Rule] = {
    "anchor": anchor,
    "group": group,
    "kind": kind,
    "standing": standing,
    "checked": checked,
    "updated": updated,
    "current": current,
    "progress": progress,
    "attained": attained,
    "due_by_now": due_by_now,
    "counted": counted,
    "points": points,
    "pace": pace,
    "last_check_in": last_check_in,
    "score": score,
    "expected": expected,
    "gap": gap,
    "status": status,
    "grade": grade,
    "share": share,
    "share_points": share_points,
    "share_pace": share_pace,
    "urgency": urgency,
    "filled": filled,
    "suspected": suspected,
    "waiting": waiting,
    "changed": changed,
    "to_fix": to_fix,
}


# --- how rules read as formulas ------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A piece of formula text that arithmetic and comparisons extend."""

    text: str

    def __str__(self) -> str:
        return self.text

    def _with(self, sign: str, other: object) -> Term:
        return Term(f"({self}{sign}{other})")

    def __add__(self, other: object) -> Term:
        return self._with("+", other)

    def __radd__(self, other: object) -> Term:
        # sum() starts from 0, which a formula need not say.
        return self if other == 0 else Term(f"({other}+{self})")

    def __sub__(self, other: object) -> Term:
        return self._with("-", other)

    def __mul__(self, other: object) -> Term:
        return self._with("*", other)

    def __truediv__(self, other: object) -> Term:
        return self._with("/", other)

    def __lt__(self, other: object) -> Term:
        return self._with("<", other)

    def __le__(self, other: object) -> Term:
        return self._with("<=", other)

    def __gt__(self, other: object) -> Term:
        return self._with(">", other)

    def __ge__(self, other: object) -> Term:
        return self._with(">=", other)

    def __eq__(self, other: object) -> Term:  # type: ignore[override]
        return self._with("=", other)

    __hash__ = None  # type: ignore[assignment]

    def __ne__(self, other: object) -> Term:  # type: ignore[override]
        return self._with("<>", other)

    def __and__(self, other: object) -> Term:
        return Term(f"AND({self},{other})")

    def __or__(self, other: object) -> Term:
        return Term(f"OR({self},{other})")

    def __invert__(self) -> Term:
        return Term(f"NOT({self})")


def quoted(text: str) -> str:
    """`text` as a formula's string."""
    return '"' + text.replace('"', '""') + '"'


class InCells:
    """The operations as formula text, in functions that every program has.

    `word(column, key)` and `fix(code)` give a language's words; `ranges` gives a column's cells,
    absolute, by key; `dates` is the row of check-in dates and `check_ins(k)` the row's own cells.
    """

    NOTHING = Term('""')
    BLANK = Term('""')

    def __init__(
        self,
        words: Callable[[str, str], str],
        fixes: Callable[[str], str],
        ranges: Mapping[str, str],
        header: str,
        dates: str,
        bands: Bands,
    ) -> None:
        """`header` is the cell above the first of the ranges' rows.

        Counting from a cell, not by a number, stays right when rows are put in above.
        """
        self._words = words
        self._fixes = fixes
        self._ranges = ranges
        self._above = f"ROW({header})"
        self._dates = dates
        self.bands = bands

    def choose(self, condition: Term, then: object, otherwise: object) -> Term:
        return Term(f"IF({condition},{then},{otherwise})")

    def number(self, x: Term) -> Term:
        return Term(f"ISNUMBER({x})")

    def blank(self, x: Term) -> Term:
        return Term(f'({x}="")')

    def zero(self, x: Term) -> Term:
        return Term(f"N({x})")

    def whole(self, x: Term) -> Term:
        return Term(f"INT({self.zero(x)})")

    def clamp(self, x: Term) -> Term:
        return Term(f"MAX(0,MIN(1,{x}))")

    def rounded(self, x: object) -> Term:
        """Four decimals. Twelve first, so that a half is a half to every program's ROUND."""
        return Term(f"ROUND(ROUND({x},12),4)")

    def row(self, _: Any) -> Term:
        return Term("ROW()")

    def word(self, column: str, key: str) -> Term:
        return Term(quoted(self._words(column, key)))

    def fix(self, code: str, **numbers: Term) -> Term:
        """A sentence of what is to fix, its numbers in six decimals."""
        parts = re.split(r"\{(\w+)\}", self._fixes(code))
        shown = {name: f"ROUND({number},6)" for name, number in numbers.items()}
        return Term("&".join(shown.get(part) or quoted(part) for part in parts if part))

    def key(self, key: str) -> Term:
        return Term(quoted(key))

    def is_key(self, x: Term, key: str) -> Term:
        return Term(f"({x}={quoted(key)})")

    def begins(self, x: Term, start: Term) -> Term:
        return Term(f"(LEFT({x},LEN({start}))={start})")

    def is_(self, x: Term, column: str, key: str) -> Term:
        return Term(f"({x}={self.word(column, key)})")

    def known(self, x: Term, column: str) -> Term:
        return Term(f"OR({','.join(str(self.is_(x, column, key)) for key in _choices(column))})")

    def yes(self, x: Term) -> Term:
        return self.is_(x, "yes_no", "yes")

    def no(self, x: Term) -> Term:
        return self.is_(x, "yes_no", "no")

    def contains(self, x: Term, sign: str) -> Term:
        return Term(f"ISNUMBER(FIND({quoted(sign)},{x}))")

    def misread(self, k: Any, key: str) -> Term:
        x = getattr(k, key)
        fine = self.known(x, key) if OKRS[key].kind == "choice" else self.number(x)
        return ~self.blank(x) & ~fine

    def has_check_in(self, k: Any) -> Term:
        return Term(f"(COUNTA({k.check_ins})>0)")

    def misread_check_in(self, k: Any) -> Term:
        cells = k.check_ins
        words = [self.word("yes_no", key) for key in ("yes", "no")]
        yes_no = "+".join(f"COUNTIFS({cells},{word})" for word in words)
        achieve = _says_yes_or_no(k, self)
        return Term(f"(COUNTA({cells})>COUNTIFS({cells},{_NUMBERS})+IF({achieve},{yes_no},0))")

    def repeated(self, k: Any, key: str) -> Term:
        x = getattr(k, key)
        # By MATCH, to which the texts 1.1 and 1.10 differ; COUNTIFS takes them for one number.
        first = f"IFERROR(MATCH({x},{self._ranges[key]},0)+{self._above},ROW())"
        return ~self.blank(x) & Term(f"({first}<>ROW())")

    def objective_of(self, k: Any) -> Term:
        """By the id up to its last full stop, else the nearest objective row above."""
        stops = f'LEN({k.id})-LEN(SUBSTITUTE({k.id},".",""))'
        stop = f'FIND("|",SUBSTITUTE({k.id},".","|",{stops}))'
        anchors, ids = self._ranges["anchor"], self._ranges["id"]
        by_id = f"IFERROR(INDEX({anchors},MATCH(LEFT({k.id},{stop}-1),{ids},0)),0)"
        by_place = f'_xlfn.MAXIFS({anchors},{anchors},"<="&ROW())'
        return Term(f"IF({by_id}>0,{by_id},{by_place})")

    def of_objective(self, k: Any, key: str) -> Term:
        cell = f"INDEX({self._ranges[key]},{k.group}-{self._above})"
        return Term(f'IF({k.group}>0,{cell},"")')

    def sum_of_group(self, k: Any, key: str) -> Term:
        return Term(f"SUMIFS({self._ranges[key]},{self._ranges['group']},{k.anchor})")

    def latest_of_group(self, k: Any, key: str) -> Term:
        return Term(f"_xlfn.MAXIFS({self._ranges[key]},{self._ranges['group']},{k.anchor})")

    def count_of_group(self, k: Any, key: str, column: str, value: str) -> Term:
        same = f"{self._ranges['group']},{k.anchor}"
        return Term(f"COUNTIFS({same},{self._ranges[key]},{self.word(column, value)})")

    def last_day_checked(self, k: Any) -> Term:
        """Of the check-ins by now that hold a number, or Yes or No where it counts."""
        by_now = f'{self._dates},"<="&{k.until}'

        def latest(criterion: object) -> str:
            return f"_xlfn.MAXIFS({self._dates},{k.check_ins},{criterion},{by_now})"

        numbers = latest(_NUMBERS)
        yes_no = ",".join(latest(self.word("yes_no", key)) for key in ("yes", "no"))
        return Term(f"MAX({numbers},IF({_says_yes_or_no(k, self)},MAX({yes_no}),0))")

    def last_day_asked(self, k: Any) -> Term:
        """The last check-in date up to the as-of day and the row's due day; 0 for none."""
        by = f"MIN({k.day},{_due(k, self)})"
        return Term(f'_xlfn.MAXIFS({self._dates},{self._dates},"<="&{by})')

    def value_checked(self, k: Any) -> Term:
        return Term(f"INDEX({k.check_ins},MATCH({k.checked},{self._dates},0))")

    def first_day_checked(self, k: Any) -> Term:
        return Term(f"_xlfn.MINIFS({self._dates},{k.check_ins},{_NUMBERS})")

    def first_value_checked(self, k: Any) -> Term:
        found = f"INDEX({k.check_ins},MATCH({self.first_day_checked(k)},{self._dates},0))"
        return Term(f'IFERROR({found},"")')

    def highest_value_checked(self, k: Any) -> Term:
        return Term(f'_xlfn.MAXIFS({k.check_ins},{self._dates},"<="&{k.until})')

    def has_waiting(self, k: Any) -> Term:
        """Whether a check-in belongs to a later period."""
        later = f'{self._dates},">"&{k.until}'

        def counted(criterion: object) -> str:
            return f"COUNTIFS({k.check_ins},{criterion},{later})"

        yes_no = "+".join(counted(self.word("yes_no", key)) for key in ("yes", "no"))
        return Term(f"({counted(_NUMBERS)}+IF({_says_yes_or_no(k, self)},{yes_no},0)>0)")


_NUMBERS = '">-1E+300"'  # the criterion that every number meets, and no text


def _choices(column: str) -> tuple[str, ...]:
    return OKRS[column].choices
