"""How the value of a key result is distributed on its due day: of a level, and of a count.

Both are Student's t, told by `middle`, `spread` and `freedom`: changes are few, and their scatter
is not known well. Hyndman and Athanasopoulos below are "Forecasting: Principles and Practice", 3rd
edition, otexts.com/fpp3. The figures of `Prior` were chosen by `benchmarks/forecasting.py --fit`
and `benchmarks/real_series.py`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from okr_sheets.columns import Columns

Floats = NDArray[np.float64]


class Prior(NamedTuple):
    """What is believed of key results before their numbers come in.

    The scatter of a week's change: a standard deviation of `spread` times the span for a level, of
    `unevenness` times the pace for a count; worth `freedom` changes.

    The drift of a level: either it is on the move to its target, for which the odds are `moving` to
    1, and its drift is as good as seen (as if `moving_weeks` without any change had gone before);
    or it stands still but for chance (as if `still_weeks` had). What moves keeps its pace but for a
    standard deviation of `turning` times that pace.

    The pace of a count: last quarter's is worth `weeks` weeks of this one; a week is worth `memory`
    of the week after it.

    `together`: the correlation of the errors of any two key results.
    """

    spread: float = 0.03
    unevenness: float = 0.2
    freedom: int = 2
    moving: float = 3.0
    moving_weeks: float = 0.3
    still_weeks: float = 15.0
    turning: float = 0.5
    weeks: float = 3.0
    memory: float = 0.7
    together: float = 0.2


PRIOR = Prior()


def of_levels(of: Columns, numbers: Columns, prior: Prior) -> dict[str, Floats]:
    """Where levels end: `middle`, `spread`, `freedom`, in the order of `of`.

    `of` has the columns `ahead` (weeks from the last number to the due day), `missed` (those of
    them that went by without a number that was due), `span` and `aim` (1 for what is meant to rise,
    -1 to fall, 0 to stand still). `numbers` has `place` (those of `of`, in its order), `week` and
    `value`, in order of time.

    A random walk with drift (Hyndman and Athanasopoulos, sections 5.2 and 5.5) for numbers any time
    apart: a change over w weeks has the mean drift * w and the variance scatter² * w. Over T weeks
    the drift seen is the whole change / T. Carried on as it stands it is the chief fault of such
    forecasts: on real series (`benchmarks/real_series.py`) the last value alone misses less. So it
    is shrunk to the whole change / (T + `still_weeks`), the mean of a normal drift about 0 (the
    damping of section 8.2 serves the same end), except as far as it leads to the target and stands
    out of its scatter, as that of a rollout does that goes from 0 to 100: then it is the change /
    (T + `moving_weeks`). How far is a matter of the posterior odds of the two beliefs (Bayesian
    model averaging: Hoeting and others 1999, Statistical Science 14), and what is told is the mean
    and the variance of both.
    h weeks on, scatter adds the variance scatter² * h and an unknown drift its own variance * h²;
    a week missed counts as one more in both.

    The scatter comes from the changes, and from the prior as if from `freedom` more (the conjugate
    one, scaled inverse chi-squared: Gelman and others, "Bayesian Data Analysis", 3rd edition,
    section 2.6). It is taken about the drift that is believed.
    """
    runs = Runs.of(numbers)
    week, value = numbers.week, numbers.value
    weeks = week[runs.last] - week[runs.first]
    seen = (value[runs.last] - value[runs.first]) / weeks
    gone, change = runs.changes(week), runs.changes(value)
    freedom = prior.freedom + runs.many - 2
    believed = prior.freedom * (prior.spread * of.span) ** 2

    def variance(drift: Floats) -> Floats:
        return (believed + runs.sum((change - runs.each(drift) * gone) ** 2 / gone)) / freedom

    about_seen = variance(seen)
    outstanding = _or_none(seen**2 * weeks / about_seen)
    # How much more a drift of either kind varies than one that is nothing but scatter.
    still, moving = 1 + weeks / prior.still_weeks, 1 + weeks / prior.moving_weeks
    likelier = (1 + outstanding / moving / freedom) / (1 + outstanding / still / freedom)
    odds = prior.moving * (still / moving) ** 0.5 * likelier ** (-(freedom + 1) / 2)
    moves = np.where(seen * of.aim > 0, odds / (1 + odds), 0.0)
    of_still, of_moving = weeks / (weeks + prior.still_weeks), weeks / (weeks + prior.moving_weeks)
    drift = seen * (of_still + moves * (of_moving - of_still))
    uncertain = (
        about_seen
        * ((1 - moves) / (weeks + prior.still_weeks) + moves / (weeks + prior.moving_weeks))
        + moves * (1 - moves) * ((of_moving - of_still) * seen) ** 2
        + moves * (prior.turning * of_moving * seen) ** 2
    )
    ahead = of.ahead
    far = ahead + of.missed
    return {
        "middle": value[runs.last] + drift * ahead,
        "spread": (variance(drift) * far + uncertain * far**2) ** 0.5,
        "freedom": freedom,
    }


def of_counts(of: Columns, numbers: Columns, prior: Prior) -> dict[str, Floats]:
    """Where counts from 0 end: `middle`, `spread`, `freedom`, in the order of `of`.

    `of` has the columns `ahead` and `missed` as for `of_levels`, `before` (last quarter's pace a
    week; NaN where it is not known), `planned` (the pace that would reach the target) and `whole`
    (whether all its numbers are whole). `numbers` are as there; the first of each is 0 where the
    count began before it.

    The end is the count so far and the pace times the weeks left. The pace is the mean of the
    weeks, each worth `memory` of the next one (simple exponential smoothing: Hyndman and
    Athanasopoulos, section 8.1), from last quarter's pace on; n is what they are all worth. The
    pace itself shifts, so what is still to come scatters by more than its weeks do: h weeks by the
    variance scatter² * (h + h² / n + h³ / 3n²), the integral of (1 + t / n)² (lead-time demand:
    Hyndman, Koehler, Ord and Snyder 2008, "Forecasting with Exponential Smoothing", chapter 6). The
    errors that each number made against the pace before it give the scatter, by the same variance;
    the prior is that of `of_levels`. Of whole things that come one by one (Poisson) the variance of
    a week is its pace at least, and for pace 0 that of one such thing in the n weeks.
    """
    runs = Runs.of(numbers)
    week, value = numbers.week, numbers.value
    gone, change = runs.changes(week), runs.changes(value)
    # What a week of this age is worth now, and all weeks since the number before.
    aged = prior.memory ** (runs.each(week[runs.last]) - week)
    worth = aged * (1 - prior.memory**gone) / (1 - prior.memory)
    before = of.before
    prior_weeks = ~np.isnan(before) * prior.weeks * aged[runs.first]
    n = runs.so_far(worth) + runs.each(prior_weeks)
    sums = runs.so_far(worth * change / gone) + runs.each(prior_weeks * _or_none(before))
    paces = sums / n
    # An error is made against the pace at the number before, of which n was worth more then.
    errors = change - runs.shifted(paces) * gone
    squares = errors**2 / _grown(gone, runs.shifted(n / aged))

    pace, n = np.maximum(paces[runs.last], 0.0), n[runs.last]
    usual = prior.unevenness * np.where(pace > 0, pace, _or_none(of.planned))
    freedom = prior.freedom + runs.sum(~np.isnan(squares))
    variance = (prior.freedom * usual**2 + runs.sum(squares)) / freedom
    by_ones = np.where(pace > 0, pace, 1 / n)
    variance = np.where(of.whole, np.maximum(variance, by_ones), variance)
    ahead = of.ahead
    return {
        "middle": value[runs.last] + pace * ahead,
        "spread": (variance * _grown(ahead + of.missed, n)) ** 0.5,
        "freedom": freedom,
    }


def _grown(weeks: Floats, n: Floats) -> Floats:
    """How much more `weeks` scatter in all than one, where a pace is worth `n` weeks."""
    return weeks + weeks**2 / n + weeks**3 / (3 * n**2)


def _or_none(values: NDArray[Any]) -> Floats:
    """The values, 0 where there is none."""
    return np.where(np.isnan(values), 0.0, values)


class Runs(NamedTuple):
    """Where in numbers, ordered by place, those of each place stand.

    `first` and `last` are positions, `many` is how many; `starts` tells each number whether it is
    the first of its place.
    """

    first: NDArray[np.intp]
    last: NDArray[np.intp]
    many: NDArray[np.intp]
    starts: NDArray[np.bool_]

    @classmethod
    def of(cls, numbers: Columns) -> Runs:
        place = numbers.place
        starts = np.ones(len(place), dtype=bool)
        starts[1:] = place[1:] != place[:-1]
        first = np.flatnonzero(starts)
        many = np.diff(np.append(first, len(place)))
        return cls(first, first + many - 1, many, starts)

    def each(self, values: Floats) -> Floats:
        """One value a place, told to each of its numbers."""
        return np.repeat(values, self.many)

    def shifted(self, values: Floats) -> Floats:
        """The value of the number before; NaN for the first of a place."""
        return np.where(self.starts, np.nan, np.roll(values, 1))

    def changes(self, values: Floats) -> Floats:
        """What each number differs by from the one before; NaN for the first of a place."""
        return values - self.shifted(values)

    def sum(self, values: NDArray[Any]) -> Floats:
        """Of each place, without NaN."""
        total: Floats = np.add.reduceat(_or_none(values), self.first, dtype=float)
        return total

    def extremes(self, values: Floats) -> tuple[Floats, Floats]:
        """The lowest and the highest of each place."""
        if not len(self.first):
            return values, values
        return np.fmin.reduceat(values, self.first), np.fmax.reduceat(values, self.first)

    def so_far(self, values: Floats) -> Floats:
        """The sum up to each number, of its place alone, without NaN."""
        gathered = np.cumsum(_or_none(values))
        before = gathered[self.first] - _or_none(values)[self.first]
        return gathered - self.each(before)
