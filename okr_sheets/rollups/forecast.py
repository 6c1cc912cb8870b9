"""Where key results, objectives and units will end, each with an 80 % range."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cache, lru_cache
from itertools import groupby
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray

from okr_sheets.codes import coded
from okr_sheets.columns import Array, Columns, among, grouped
from okr_sheets.computing import OPERATIONS
from okr_sheets.quarters import STALE_DAYS
from okr_sheets.rollups.distributions import PRIOR, Floats, Prior, Runs, of_counts, of_levels
from okr_sheets.rollups.schema import ENDS
from okr_sheets.scoring import attained, way

COLUMNS = (
    "check_ins",
    "value",
    "value_low",
    "value_high",
    "forecast",
    "forecast_low",
    "forecast_high",
    # The distribution of the end, from which `combined` draws; an achieve's as a share.
    "middle",
    "spread",
    "freedom",
)
# Some three weeks of any cadence.
LEAST_CHECK_INS = {"weekly": 3, "two-weekly": 2, "monthly": 1, "quarterly": 1}
MOVING = ("increase", "decrease")
AIMS = {"increase": 1, "decrease": -1, "achieve": 1}  # where the others are to stay, or begin at 0
COUNTED = ("total", "total-at-most")
PERIODS = {cadence: days / 14 for cadence, days in STALE_DAYS.items()}  # in weeks
LOW, HIGH = 0.1, 0.9  # the ends of an 80 % range
STRATA = 105  # an odd number of fives: the median and both ends are the middle of a stratum
DRAWS = 20 * STRATA
ROWS_AT_ONCE = 2_000  # their strata take some 20 MB
SHARED_SEED = 1 << 64  # above every other
UNKNOWN = np.errstate(invalid="ignore", divide="ignore")  # nothing by nothing is NaN


@UNKNOWN
def forecast(rows: Columns, check_ins: Columns, prior: Prior = PRIOR) -> Columns:
    """Each key result's value and score on its due day, with an 80 % range, from its check-ins.

    `rows` are scored rows, `place` unique: `kind`, `baseline`, `target`, `current`, `score`,
    `start` and `due` (none blank), `day`, `cadence`. `check_ins` are those that count by that day:
    `place`, `checked_on`, `value`; of two on one day the first counts. The answer has the order of
    `rows` and the columns `COLUMNS`, NaN where fewer than `LEAST_CHECK_INS` count (of a count
    whose last quarter is known: none), where all are yes or no (what is done or not comes no
    nearer), and where there is no score: objectives, stopped key results. Scores run from 0 to 1.
    From the due day on the end is known: it is the score, and the range has no width.

    `distributions` has the methods, one for levels and one for counts, and where they are from. The
    first number of an increase or a decrease is the baseline on the start day, that of a count 0.
    A count's baseline is last quarter's total, taken to have come in as many weeks; 0 tells
    nothing. The longer a number that was due has not come, the wider the range.

    A span runs from the lowest to the highest of a key result's numbers, baseline and target
    included. What is kept and never left its very target has none, and a range without width. A
    value none of whose numbers is negative is told as 0 at least; its score is the same. A count
    ends no lower than it stands.
    """
    numbers = _counted(rows, check_ins)
    counts = np.bincount(numbers.at, minlength=len(rows))
    over = rows.day >= rows.due
    moves = ~_says_yes_or_no(rows, numbers) | over
    usual = LEAST_CHECK_INS["weekly"]
    least = np.array([LEAST_CHECK_INS.get(cadence, usual) for cadence in rows.cadence])
    least = np.where(np.isnan(_last_quarter(rows)), least, 1)
    scorable = (rows.kind != "") & ~np.isnan(rows.score)
    candidates = np.flatnonzero(scorable & moves & (counts >= least))
    ends = _ends(rows, candidates, numbers, prior)
    with_end = np.flatnonzero(~np.isnan(ends.spread))
    figures = _figures(rows.take(with_end), ends.take(with_end), numbers, with_end)
    empty = {key: np.full(len(rows), np.nan) for key in COLUMNS}
    for key, values in {**{key: ends[key][with_end] for key in ends}, **figures}.items():
        empty[key][with_end] = values
    return Columns({**empty, "check_ins": counts}, len(rows))


@UNKNOWN
def combined(
    rows: Columns,
    forecasts: Columns,
    groups: Array,
    size: int,
    objectives: Array | None = None,
    weights: Array | None = None,
    together: float = PRIOR.together,
) -> Columns:
    """The score at the end of groups of key results, with an 80 % range.

    `rows` and `forecasts` are what `forecast` took, with `counted` (the weight), `stale` and `seed`
    (any whole number), and gave; `groups` numbers each row's group of `size`, -1 for none. With
    `objectives` and `weights` (of each row: the number of its objective, and that one's weight), a
    group is the mean of its objectives, as a unit is. The answer has a row for each group and the
    columns `ENDS`: `forecast_of` counts the key results that have a forecast, `forecast_stale`
    those of them whose numbers are stale. The others stand still at their score; a group that has
    none but these has no forecast.

    The ends of a mean's range are not the mean of the ends: errors partly cancel. So each key
    result's end is drawn `DRAWS` times, scored, and averaged draw by draw; forecast and range are
    the median and the quantiles of these means. Where a score is likely to stop at 1 the median
    lies below the mean of the single forecasts: no other can make up for one that falls short.

    Errors would cancel too well if they were independent. Key results of one quarter slow down and
    spurt together, so the draws share a factor (a one-factor Gaussian copula): any two errors
    correlate by `together`, whoever owns them. A key result's draws are seeded by its `seed` and
    stratified: neither the order of rows nor what else is in the frame changes an answer, and a
    group of one key result ends where that one does.
    """
    weight = rows.counted
    if objectives is not None and weights is not None:
        within = np.bincount(np.maximum(objectives, 0), np.where(objectives < 0, 0.0, weight))
        weight = weight * weights / within[np.maximum(objectives, 0)] if len(weight) else weight
    parts = np.flatnonzero((groups >= 0) & (weight > 0))
    parts = parts[np.lexsort((rows.seed[parts], groups[parts]))]
    of_group = groups[parts]
    share = weight[parts] / np.bincount(of_group, weight[parts], size)[of_group]
    drawn = _draws(rows.take(parts), forecasts.take(parts), together)
    ends = np.full((size, 3), np.nan)
    draws_of_parts = zip(of_group.tolist(), share, drawn, strict=True)
    for group, members in groupby(draws_of_parts, key=itemgetter(0)):
        ends[group] = _quantiles(sum(part * draws for _, part, draws in members))
    has_forecast = ~np.isnan(forecasts.forecast[parts])
    with_forecast = np.bincount(of_group, has_forecast, size)
    stale = np.bincount(of_group, has_forecast & rows.stale[parts], size)
    ends = np.where(with_forecast[:, None] == 0, np.nan, OPERATIONS.rounded(ends))
    columns = (*ends.T, with_forecast, stale)
    return Columns(dict(zip(ENDS, columns, strict=True)), size)


def _quantiles(draws: Array) -> Array:
    """The median and the ends of the range, linear between two draws as numpy.quantile is."""
    # That one imports numpy.ma, which takes longer than a tracker does.
    draws, at = np.sort(draws), np.array([0.5, LOW, HIGH]) * (len(draws) - 1)
    below = np.floor(at).astype(int)
    above = np.minimum(below + 1, len(draws) - 1)
    quantiles: Array = draws[below] + (draws[above] - draws[below]) * (at - below)
    return quantiles


def _counted(rows: Columns, check_ins: Columns) -> Columns:
    """The check-ins of rows that have a score, by place and time; `at` is the row's position."""
    order = np.argsort(rows.place, kind="stable")
    places = rows.place[order]
    at = np.searchsorted(places, check_ins.place)
    mine = np.append(places, -1)[at] == check_ins.place
    mine &= ~np.isnan(check_ins.value)
    numbers = check_ins.take(mine).having(at=order[at[mine]])
    scorable = (rows.kind != "") & ~np.isnan(rows.score)
    numbers = numbers.take(scorable[numbers.at])
    numbers = numbers.take(np.lexsort((numbers.checked_on, numbers.place)))
    first = np.ones(len(numbers), dtype=bool)
    first[1:] = (np.diff(numbers.place) != 0) | (np.diff(numbers.checked_on) != 0)
    return numbers.take(first)


def _says_yes_or_no(rows: Columns, numbers: Columns) -> Array:
    """Whether a row is an achieve without steps whose numbers are all 0 or 1."""
    plain = (rows.kind == "achieve") & ~(rows.target > 1)
    others = np.bincount(numbers.at, ~among(numbers.value, (0, 1)), len(rows))
    some = np.bincount(numbers.at, minlength=len(rows))
    only: Array = plain & (some > 0) & (others == 0)
    return only


def _last_quarter(rows: Columns) -> Array:
    """Last quarter's total of a count: its baseline, NaN for 0, which people type as a start."""
    return np.where(_is_of(rows, COUNTED) & (rows.baseline > 0), rows.baseline, np.nan)


def _is_of(rows: Columns, kinds: Collection[str]) -> Array:
    return among(rows.kind, kinds)


def _ends(rows: Columns, candidates: Array, check_ins: Columns, prior: Prior) -> Columns:
    """The t distribution of each key result's value when due, NaN for those that did not change.

    Columns `middle`, `spread`, `freedom`; the value of an achieve is its share, from 0 to 1.
    """
    is_candidate = np.zeros(len(rows), dtype=bool)
    is_candidate[candidates] = True
    numbers = _from_the_start(rows, candidates, check_ins.take(is_candidate[check_ins.at]))
    over = rows.day >= rows.due
    changed = is_candidate & (over | (np.bincount(numbers.at, minlength=len(rows)) > 1))
    numbers = numbers.take(changed[numbers.at])
    runs = Runs.of(numbers)
    at = numbers.at[runs.first]
    of = rows.take(at)
    last, weeks = numbers.week[runs.last], (of.due - of.start) / 7
    period = np.array([PERIODS.get(each, PERIODS["weekly"]) for each in of.cadence])
    lowest, highest = runs.extremes(numbers.value)
    of = of.having(
        ahead=of.due / 7 - last,
        missed=np.maximum(of.day / 7 - last - period, 0),
        aim=np.array([AIMS.get(kind, 0) for kind in of.kind], dtype=float),
        span=_spans(of, lowest, highest),
        before=_last_quarter(of) / weeks,
        planned=of.target / weeks,
        whole=_whole(of.target, numbers, runs),
    )
    ends = {key: np.full(len(rows), np.nan) for key in ("middle", "spread", "freedom")}
    counts = _is_of(of, COUNTED)
    for method, which in ((of_counts, counts), (of_levels, ~counts)):
        if which.any():
            part = numbers.take(runs.each(which).astype(bool))
            for key, values in method(of.take(which), part, prior).items():
                ends[key][at[which]] = values
    ended = at[over[at]]
    ends["middle"][ended] = _as_shares(rows.current[ended], rows.take(ended))
    ends["spread"][ended] = 0.0
    return Columns(ends, len(rows))


def _from_the_start(rows: Columns, candidates: Array, check_ins: Columns) -> Columns:
    """The numbers in order: `at`, `place`, `week`, `value`; the first is where each began."""
    whose = rows.take(check_ins.at)
    # A number for the period that is on is typed before its day.
    days = np.minimum(check_ins.checked_on, whose.day)
    firsts = np.full(len(rows), np.nan)
    np.fmin.at(firsts, check_ins.at, days)
    of = rows.take(candidates)
    begun = of.start < firsts[candidates]
    value = np.where(_is_of(of, MOVING), of.baseline, np.nan)
    value = np.where(_is_of(of, COUNTED), 0.0, value)
    began = begun & ~np.isnan(value)
    numbers = Columns(
        {
            "at": np.concatenate([candidates[began], check_ins.at]),
            "place": np.concatenate([of.place[began], check_ins.place]),
            "week": np.concatenate([of.start[began], days]) / 7,
            "value": np.concatenate([value[began], _as_shares(check_ins.value, whose)]),
        },
        int(began.sum()) + len(check_ins),
    )
    return numbers.take(np.lexsort((numbers.week, numbers.place)))


def _whole(targets: Array, numbers: Columns, runs: Runs) -> Array:
    """Whether what is counted comes in whole things: no number of it is a fraction."""
    whole: Array = (runs.sum(numbers.value % 1 != 0) == 0) & (
        np.where(np.isnan(targets), 0.0, targets) % 1 == 0
    )
    return whole


def _as_shares(values: Array, of: Columns) -> Array:
    """The values, those of an achieve as the rule takes them: 45, 0.45 and 9 of 20 are one share.

    `of` says whose they are, row by row.
    """
    achieves = of.kind == "achieve"
    if not achieves.any():
        return values
    shares = values.copy()
    shares[achieves] = way(_by_rule(of.take(achieves)), values[achieves], OPERATIONS)
    return shares


def _by_rule(of: Columns) -> Columns:
    """The columns that `way` asks for."""
    return of.only(("baseline", "target", "place")).having(kind=coded("kind", of.kind))


def _spans(of: Columns, low: Array, high: Array) -> Array:
    """From the lowest to the highest of a key result's numbers; of an achieve from none to all."""
    achieves = of.kind == "achieve"
    begin = np.where(_is_of(of, MOVING), np.where(np.isnan(of.baseline), 0.0, of.baseline), np.nan)
    begin = np.where(achieves, 0.0, begin)
    end = np.where(achieves, 1.0, of.target)
    bounds = np.stack([begin, end, low, high])
    spans: Array = np.fmax.reduce(bounds) - np.fmin.reduce(bounds)
    return spans


def _figures(rows: Columns, ends: Columns, check_ins: Columns, at: Array) -> dict[str, Array]:
    """Value and score on the due day, each with its range, as reports show them."""
    margin = ends.spread * _student(ends.freedom)[:, int(HIGH * STRATA)]
    middle = ends.middle
    values = _reachable(rows, np.column_stack([middle - margin, middle, middle + margin]))
    # The better end of a decrease is its lower one.
    scores = np.sort(_scores(rows, values), axis=1)
    last, least = (np.full(int(at.max(initial=-1)) + 1, np.nan) for _ in range(2))
    inside = check_ins.take(check_ins.at < len(last))
    last[inside.at] = inside.value  # of several the last
    np.fmin.at(least, inside.at, inside.value)
    lowest = np.fmin(np.fmin(rows.baseline, rows.target), least[at])
    values = np.where((lowest >= 0)[:, None], np.maximum(values, 0), values)
    steps, typed = rows.target[:, None], last[at][:, None]
    whole = np.where(steps > 1, steps, np.where(typed > 1, 100, 1))
    values = np.where((rows.kind == "achieve")[:, None], values * whole, values)
    return {
        "value": values[:, 1],
        "value_low": values[:, 0],
        "value_high": values[:, 2],
        "forecast": scores[:, 1],
        "forecast_low": scores[:, 0],
        "forecast_high": scores[:, 2],
    }


def _draws(rows: Columns, forecasts: Columns, together: float) -> Iterator[Floats]:
    """For each row, `DRAWS` scores at the end; the n-th draws of all rows belong together."""
    for begin in range(0, len(rows), ROWS_AT_ONCE):
        block = np.arange(begin, min(begin + ROWS_AT_ONCE, len(rows)))
        strata = _strata(rows.take(block), forecasts.take(block))
        for seed, scores in zip(rows.seed[block].tolist(), strata, strict=True):
            is_certain = scores[0] == scores[-1]
            yield np.full(DRAWS, scores[0]) if is_certain else scores[_turns(seed, together)]


@lru_cache(maxsize=20_000)  # 42 MB; objectives, teams and companies draw the same key results
def _turns(seed: int, together: float) -> NDArray[np.uint8]:
    """Which stratum a key result's draws fall in."""
    noise = np.random.default_rng(seed).standard_normal(DRAWS)
    mixed = together**0.5 * _shared() + (1 - together) ** 0.5 * noise
    turns = np.empty(DRAWS, dtype=np.uint8)
    turns[np.argsort(mixed)] = np.repeat(np.arange(STRATA), DRAWS // STRATA)
    return turns


@cache
def _shared() -> Floats:
    return np.random.default_rng(SHARED_SEED).standard_normal(DRAWS)


def _strata(rows: Columns, forecasts: Columns) -> Floats:
    """The scores in the middle of each stratum, the worst first; without a forecast, today's."""
    freedom = np.where(np.isnan(forecasts.freedom), 1, forecasts.freedom)
    middle, spread = forecasts.middle[:, None], forecasts.spread[:, None]
    values = middle + spread * _student(freedom)
    scores = np.sort(_scores(rows, _reachable(rows, values)), axis=1)
    return np.where(np.isnan(middle), rows.score[:, None], scores)


def _reachable(rows: Columns, values: Floats) -> Floats:
    """The values held to what can be: shares from none to all, a count from where it stands."""
    achieves, counts = (rows.kind == "achieve")[:, None], _is_of(rows, COUNTED)[:, None]
    held = np.where(achieves, np.clip(values, 0, 1), values)
    return np.where(counts, np.fmax(held, rows.current[:, None]), held)


def _scores(rows: Columns, values: Floats) -> Floats:
    """The score that each value gives, by the rules; as many values a row as `values` is wide."""
    # What an achieve has come to is a share already, of whatever steps.
    rows = rows.having(target=np.where(rows.kind == "achieve", np.nan, rows.target))
    wide = _by_rule(rows).take(np.repeat(np.arange(len(rows)), values.shape[1]))
    wide = wide.having(progress=way(wide, values.ravel(), OPERATIONS))
    scores: Floats = attained(wide, OPERATIONS).reshape(values.shape)
    return scores


def _student(freedom: Array) -> Floats:
    """Student's t in the middle of each stratum, one row for each number of degrees of freedom."""
    first, at = grouped(freedom.astype(int))
    table = [student_t(degrees) for degrees in freedom[first].astype(int).tolist()]
    return np.reshape(table, (-1, STRATA))[at]


@cache
def student_t(freedom: int) -> Floats:
    """Student's t in the middle of each of `STRATA` equally likely parts.

    By the distribution's finite series in the angle whose tangent is t / sqrt(freedom): Abramowitz
    and Stegun, "Handbook of Mathematical Functions", 26.7.3 and 26.7.4.
    """
    angle = np.linspace(-np.pi / 2, np.pi / 2, 20_001)
    odd = freedom % 2
    term = np.cos(angle) if odd else np.ones_like(angle)
    series = np.zeros_like(angle)
    for k in range(2 if odd else 1, freedom, 2):
        series += term
        term = term * np.cos(angle) ** 2 * k / (k + 1)
    inner = np.sin(angle) * series
    within = 2 / np.pi * (angle + inner) if odd else inner
    strata = (np.arange(STRATA) + 0.5) / STRATA
    quantiles: Floats = freedom**0.5 * np.tan(np.interp(strata, (1 + within) / 2, angle))
    return quantiles
