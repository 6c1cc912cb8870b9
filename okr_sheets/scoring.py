"""The scoring rules, said once: as arithmetic that runs on columns and reads as formulas.

A rule takes a row `k`, whose attributes are the columns of the OKRs sheet, and the operations `f`
it may use. On columns (`computing.InColumns`) an attribute is an array and the rule gives an array;
on cell names (`formulas.InCells`) an attribute is a cell and the rule gives the formula's text.
There is no second copy of a rule, in Excel or in Python.

Where a rule comes from: progress and score, Niven (share of the way from the baseline) and Perdoo
(capped at 0 and 1 in every average); expected pace and its gap, Viva Goals; grades, Google's
playbook, with the gaps between its bands closed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any

from okr_sheets.choices import OBJECTIVE

Rule = Callable[[Any, Any], Any]


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
    start, asked = start_of(k, f), f.last_day_asked(k)
    fresh = k.checked >= f.choose(asked >= start, asked, 1)
    is_updated = f.is_(k.standing, "state", "active") & (fresh | (k.day <= start))
    return f.choose(is_updated, 1, 0)


def way(k: Any, value: Any, f: Any) -> Any:
    """The share of the way to the target that `value` has come, not held to 0 and 1.

    Nothing when it cannot be computed: no target, a total of nothing, or no baseline to come from.
    """
    measured = f.choose(f.number(value), travelled(k, value, f), 0)
    scored = f.choose(_is_scorable(k, f), measured, f.NOTHING)
    return f.choose(has_kind(k, f, "achieve"), _achieved(k, value, f), scored)


def _is_scorable(k: Any, f: Any) -> Any:
    nowhere = has_kind(k, f, "increase", "decrease") & lacks_baseline(k, f)
    return f.number(k.target) & ~total_of_nothing(k, f) & ~nowhere


def _achieved(k: Any, value: Any, f: Any) -> Any:
    share = f.choose(value > 1, value / 100, value)
    counted = f.choose(_has_steps(k, f), value / k.target, share)
    return f.choose(f.number(value), counted, f.choose(f.yes(value), 1, 0))


def travelled(k: Any, value: Any, f: Any) -> Any:
    """The same for a number, of what can be scored and is not to be achieved."""
    below, above = f.choose(value <= k.target, 1, 0), f.choose(value >= k.target, 1, 0)
    baseline = f.zero(k.baseline)
    # Nothing to move: hold the line instead, on the side the type says.
    level = f.choose(has_kind(k, f, "decrease"), below, above)
    moved = f.choose(baseline == k.target, level, (value - baseline) / (k.target - baseline))
    # A total to stay within is a line to keep; once broken it falls as from last quarter's total.
    falls = f.number(k.baseline) & (k.baseline > k.target)
    has_line = has_kind(k, f, "keep-at-most") | (has_kind(k, f, "total-at-most") & ~falls)
    counts = f.choose(has_kind(k, f, "total"), value / k.target, moved)
    return f.choose(has_kind(k, f, "keep-at-least"), above, f.choose(has_line, below, counts))


def progress(k: Any, f: Any) -> Any:
    """The way come, below 0 and above 1 too; nothing for a stopped key result."""
    return f.choose(f.is_(k.standing, "state", "active"), way(k, k.current, f), f.NOTHING)


def attained(k: Any, f: Any) -> Any:
    """A key result's score: progress held between 0 and 1, four decimals."""
    return f.choose(f.number(k.progress), f.rounded(f.clamp(k.progress)), f.NOTHING)


def due_by_now(k: Any, f: Any) -> Any:
    """The share of a key result's time that has passed."""
    share = passed(k.day, start_of(k, f), due_of(k, f), f)
    return f.choose(f.blank(k.kind), f.NOTHING, share)


def passed(day: Any, start: Any, due: Any, f: Any) -> Any:
    """The share of the time from `start` to `due` that has passed on a day, four decimals."""
    share = f.rounded(f.clamp((day - start) / (due - start)))
    return f.choose(due > start, share, f.choose(day >= due, 1, 0))


def counted(k: Any, f: Any) -> Any:
    """The weight with which a key result counts: 1 if blank, 0 if stopped or not scorable."""
    counts = f.is_(k.standing, "state", "active") & f.number(k.attained)
    return f.choose(counts, weight_of(k, f), 0)


def points(k: Any, f: Any) -> Any:
    """Score times weight."""
    return k.counted * f.zero(k.attained)


def pace(k: Any, f: Any) -> Any:
    """Expected times weight."""
    return k.counted * f.zero(k.due_by_now)


def points_by(k: Any, value: Any, before: Any, f: Any) -> Any:
    """Score times weight at one check-in date; `before` where nothing was typed under it.

    What has a weight can be scored, so nothing is asked of it again.
    """
    usable = f.number(value) | (says_yes_or_no(k, f) & (f.yes(value) | f.no(value)))
    come = f.choose(has_kind(k, f, "achieve"), _achieved(k, value, f), travelled(k, value, f))
    points_then = k.counted * f.rounded(f.clamp(come))
    return f.choose(k.counted > 0, f.choose(usable, points_then, before), 0)


def last_check_in(k: Any, f: Any) -> Any:
    """The day of the last check-in, of an objective: of any of its key results."""
    day = f.choose(k.anchor > 0, f.latest_of_group(k, "checked"), k.checked)
    return f.choose(day > 0, day, f.NOTHING)


def score(k: Any, f: Any) -> Any:
    """A key result's score, or the weighted mean of an objective's, four decimals."""
    return f.choose(k.anchor > 0, mean_of_group(k, "points", f), k.attained)


def expected(k: Any, f: Any) -> Any:
    """The share of the time passed, or the weighted mean of an objective's, four decimals."""
    of_key_result = f.choose(f.is_(k.standing, "state", "active"), k.due_by_now, f.NOTHING)
    return f.choose(k.anchor > 0, mean_of_group(k, "pace", f), of_key_result)


def gap(k: Any, f: Any) -> Any:
    """Expected minus score, four decimals: above 0 is behind.

    Of a total to stay within: the share of the allowance that is used, minus the time passed.
    """
    used = f.choose(k.target > 0, f.zero(k.current) / k.target, _is_broken(k, f))
    by_use = has_kind(k, f, "total-at-most") & f.number(k.current)
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
    within = f.choose(k.day >= due_of(k, f), word("achieved"), by_gap(k, f))
    limited = f.choose(_is_broken(k, f) == 1, word("off-track"), within)
    paced = f.choose(has_kind(k, f, "total-at-most"), limited, by_pace(k, f))
    keeps = has_kind(k, f, "keep-at-least", "keep-at-most")
    silent = f.choose(k.day > start_of(k, f), word("no-update"), word("not-started"))
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
    return f.choose(f.number(k.score) & (k.day >= due_of(k, f)), judged, f.BLANK)


def share(k: Any, f: Any) -> Any:
    """The weight with which an objective counts for its team; 0 for other rows."""
    return f.choose((k.anchor > 0) & f.number(k.score), weight_of(k, f), 0)


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


def lacks_baseline(k: Any, f: Any) -> Any:
    """Whether nobody can tell where a key result came from.

    An increase begins at 0 where nothing is typed, but not on its way to 0 or below, and not where
    what was typed cannot be read.
    """
    needed = has_kind(k, f, "decrease") | f.misread(k, "baseline")
    down = has_kind(k, f, "increase") & f.number(k.target) & (k.target <= 0)
    return (needed | down) & ~f.number(k.baseline)


def total_of_nothing(k: Any, f: Any) -> Any:
    """A total whose target is none: 0 or less to reach, less than 0 to stay within."""
    none = has_kind(k, f, "total") & (k.target <= 0)
    return f.number(k.target) & (none | (has_kind(k, f, "total-at-most") & (k.target < 0)))


def _present(k: Any, f: Any) -> Any:
    return ~f.blank(k.title) | f.number(k.target)


def weight_of(k: Any, f: Any) -> Any:
    """The weight typed, none below 0; 1 for a blank."""
    return f.choose(f.number(k.weight), f.choose(k.weight > 0, k.weight, 0), 1)


def start_of(k: Any, f: Any) -> Any:
    """The start typed, else the quarter's first day."""
    return f.choose(f.number(k.start), k.start, k.first_day)


def due_of(k: Any, f: Any) -> Any:
    """The due day typed, else the quarter's last day."""
    return f.choose(f.number(k.due), k.due, k.last_day)


def has_kind(k: Any, f: Any, *keys: str) -> Any:
    """Whether a key result is of one of these types."""
    first, *others = (f.is_(k.kind, "type", key) for key in keys)
    return reduce(or_, others, first)


def _has_steps(k: Any, f: Any) -> Any:
    """Whether what is to be achieved is counted: a target above 1, as in 5 steps."""
    return f.number(k.target) & (k.target > 1)


def says_yes_or_no(k: Any, f: Any) -> Any:
    """Whether a key result is done or not, without steps."""
    return has_kind(k, f, "achieve") & ~_has_steps(k, f)


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
