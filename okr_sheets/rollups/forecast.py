"""Where key results, objectives and units will end, each with an 80 % range."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import groupby
from operator import itemgetter

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from okr_sheets.frames import OPERATIONS, Rows, serials
from okr_sheets.rollups.distributions import PRIOR, Floats, Prior, of_counts, of_levels
from okr_sheets.rollups.scored import STALE_DAYS
from okr_sheets.scoring import attained, way
from okr_sheets.tracker import mapped

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
# What is asked of the rows; a rollup's have eight times as many columns.
_ASKED = (
    "place", "kind", "baseline", "target", "current", "score", "start", "due", "day", "cadence",
)  # fmt: skip
COMBINED = ("forecast", "forecast_low", "forecast_high", "forecast_of", "forecast_stale")
LEAST_CHECK_INS = {"weekly": 3, "two-weekly": 2, "monthly": 1}  # some three weeks of any cadence
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
def forecast(rows: pd.DataFrame, check_ins: pd.DataFrame, prior: Prior = PRIOR) -> pd.DataFrame:
    """Each key result's value and score on its due day, with an 80 % range, from its check-ins.

    `rows` are scored rows, index and `place` unique: `kind`, `baseline`, `target`, `current`,
    `score`, `start` and `due` (dates, none blank), `day` (a spreadsheet's number), `cadence`.
    `check_ins` are those that count by that day: `place`, `checked_on` (a spreadsheet's number),
    `value`; of two on one day the first counts. The answer has the index of `rows` and the columns
    `COLUMNS`, NaN where fewer than `LEAST_CHECK_INS` count (of a count whose last quarter is known:
    none), where all are yes or no (what is done or not comes no nearer), and where there is no
    score: objectives, stopped key results. Scores run from 0 to 1. From the due day on the end is
    known: it is the score, and the range has no width.

    `distributions` has the methods, one for levels and one for counts, and where they are from. The
    first number of an increase or a decrease is the baseline on the start day, that of a count 0.
    A count's baseline is last quarter's total, taken to have come in as many weeks; 0 tells
    nothing. The longer a number that was due has not come, the wider the range.

    A span runs from the lowest to the highest of a key result's numbers, baseline and target
    included. What is kept and never left its very target has none, and a range without width. A
    value none of whose numbers is negative is told as 0 at least; its score is the same. A count
    ends no lower than it stands.
    """
    rows = rows[list(_ASKED)]
    scorable = rows[(rows["kind"] != "") & rows["score"].notna()]
    numbers = check_ins[check_ins["place"].isin(scorable["place"]) & check_ins["value"].notna()]
    numbers = numbers.drop_duplicates(["place", "checked_on"])
    numbers = numbers.astype({"place": "int64", "checked_on": "float64", "value": "float64"})
    counts = rows["place"].map(numbers["place"].value_counts()).fillna(0).astype(int)
    over = scorable["day"] >= serials(scorable["due"])
    moves = ~scorable["place"].isin(_yes_or_no(scorable, numbers)) | over
    least = mapped(scorable["cadence"], LEAST_CHECK_INS, "number")
    least = least.fillna(LEAST_CHECK_INS["weekly"])
    least = least.mask(_last_quarter(scorable).notna(), 1)
    known = scorable[moves & (counts[scorable.index] >= least)]
    numbers = numbers[numbers["place"].isin(known["place"])].sort_values(["place", "checked_on"])
    ends = _ends(known, numbers, prior)
    known = known[known["place"].isin(ends.index)]
    ends = _told(known, ends, numbers).reindex(rows.index)
    return ends.assign(check_ins=counts)[list(COLUMNS)]


@UNKNOWN
def combined(
    rows: pd.DataFrame,
    forecasts: pd.DataFrame,
    groups: pd.Series,
    objectives: pd.Series | None = None,
    weights: pd.Series | None = None,
    together: float = PRIOR.together,
) -> pd.DataFrame:
    """The score at the end of groups of key results, with an 80 % range.

    `rows` and `forecasts` are what `forecast` took, with `counted` (the weight), `stale` and `seed`
    (any whole number), and gave; `groups` names each row's group, NaN for none. With `objectives`
    and `weights` (of each row: its objective, and that one's weight), a group is the mean of its
    objectives, as a unit is. The answer has the groups in order as its index and the columns
    `COMBINED`: `forecast_of` counts the key results that have a forecast, `forecast_stale` those of
    them whose numbers are stale. The others stand still at their score; a group that has none but
    these has no forecast.

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
    parts = rows[["stale", "seed"]].assign(group=groups, weight=rows["counted"])
    if objectives is not None and weights is not None:
        within = parts.groupby([groups, objectives])["weight"].transform("sum")
        parts["weight"] *= weights / within
    parts = parts[parts["group"].notna() & (parts["weight"] > 0)].sort_values(["group", "seed"])
    codes, labels = pd.factorize(parts["group"])
    share = parts["weight"] / parts.groupby(codes)["weight"].transform("sum")
    drawn = _draws(rows.loc[parts.index], forecasts.loc[parts.index], together)
    ends = [
        np.quantile(sum(weight * draws for _, weight, draws in of_group), (0.5, LOW, HIGH))
        for _, of_group in groupby(zip(codes, share, drawn, strict=True), key=itemgetter(0))
    ]
    answer = pd.DataFrame(np.reshape(ends, (-1, 3)), index=labels, columns=list(COMBINED[:3]))
    told = forecasts.loc[parts.index, "forecast"].notna()
    found = told.groupby(codes).sum().to_numpy()
    answer = answer.apply(OPERATIONS.rounded).mask(np.tile(found[:, None] == 0, 3))
    stale = (told & parts["stale"].astype(bool)).groupby(codes).sum().to_numpy()
    return answer.assign(forecast_of=found, forecast_stale=stale)


def _yes_or_no(rows: pd.DataFrame, check_ins: pd.DataFrame) -> pd.Index:
    """The places of achieves without steps that have no other numbers than 0 and 1."""
    steps = rows["target"] > 1
    places = rows.loc[(rows["kind"] == "achieve") & ~steps, "place"]
    own = check_ins[check_ins["place"].isin(places)]
    plain = own["value"].isin([0, 1]).groupby(own["place"]).all()
    return plain.index[plain]


def _last_quarter(rows: pd.DataFrame) -> pd.Series:
    """The total of last quarter, where it is known; 0 is what people type who begin at 0."""
    return rows["baseline"].where(rows["kind"].isin(COUNTED) & (rows["baseline"] > 0))


def _ends(known: pd.DataFrame, check_ins: pd.DataFrame, prior: Prior) -> pd.DataFrame:
    """The t distribution of each key result's value when due, by place, of those that changed.

    Columns `middle`, `spread`, `freedom`; the value of an achieve is its share, from 0 to 1.
    """
    of = known.set_index("place").sort_index()
    of = of.assign(start=serials(of["start"]), due=serials(of["due"]))
    of = of.assign(over=of["day"] >= of["due"])
    numbers = _from_the_start(of, check_ins)
    of = of[of["over"] | (numbers.groupby("place").size() > 1)]
    numbers = numbers[numbers["place"].isin(of.index)]
    series = numbers.groupby("place")
    last, weeks = series["week"].last(), (of["due"] - of["start"]) / 7
    period = mapped(of["cadence"], PERIODS, "number").fillna(PERIODS["weekly"])
    silent = of["day"] / 7 - last - period
    of = of.assign(
        ahead=of["due"] / 7 - last,
        missed=silent.clip(lower=0),
        aim=mapped(of["kind"], AIMS, "number").fillna(0),
        span=_spans(of, series["value"].min(), series["value"].max()),
        before=_last_quarter(of) / weeks,
        planned=of["target"] / weeks,
        whole=_whole(of["target"], numbers),
    )
    counts = of["kind"].isin(COUNTED)
    ends = pd.concat(
        [
            method(of[which], numbers[numbers["place"].isin(of.index[which])], prior)
            for method, which in ((of_counts, counts), (of_levels, ~counts))
        ]
    )
    ends = ends.reindex(of.index)
    return ends.assign(
        middle=ends["middle"].where(~of["over"], _as_shares(of["current"], of)),
        spread=ends["spread"].where(~of["over"], 0.0),
    )


def _from_the_start(of: pd.DataFrame, check_ins: pd.DataFrame) -> pd.DataFrame:
    """The numbers in order: `place`, `week`, `value`; the first is where a key result began."""
    numbers = check_ins[["place", "checked_on", "value"]]
    whose = of[["kind", "baseline", "target"]].loc[numbers["place"]].set_index(numbers.index)
    numbers = numbers.assign(value=_as_shares(numbers["value"], whose))
    # A number for the period that is on is typed before its day.
    typed_on = np.minimum(numbers["checked_on"], numbers["place"].map(of["day"]))
    numbers = numbers.assign(checked_on=typed_on)
    begun = of["start"] < numbers.groupby("place")["checked_on"].min()
    value = of["baseline"].where(of["kind"].isin(MOVING)).mask(of["kind"].isin(COUNTED), 0.0)
    begin = pd.DataFrame({"checked_on": of["start"], "value": value.where(begun)}).dropna()
    numbers = pd.concat([numbers, begin.reset_index()], ignore_index=True)
    numbers = numbers.sort_values(["place", "checked_on"], ignore_index=True)
    return numbers.assign(week=numbers["checked_on"] / 7)


def _whole(targets: pd.Series, numbers: pd.DataFrame) -> pd.Series:
    """Whether what is counted comes in whole things: no number of it is a fraction."""
    whole = (numbers["value"] % 1 == 0).groupby(numbers["place"]).all()
    return whole & (targets.fillna(0.0) % 1 == 0)


def _as_shares(values: pd.Series, of: pd.DataFrame) -> pd.Series:
    """The values, those of an achieve as the rule takes them: 45, 0.45 and 9 of 20 are one share.

    `of` has the same index: whose they are.
    """
    achieves = of["kind"] == "achieve"
    own = of.loc[achieves, ["kind", "baseline", "target"]].assign(place=0)
    shares = way(Rows(own), values[achieves], OPERATIONS)
    return values.where(~achieves, shares.reindex(values.index))


def _spans(of: pd.DataFrame, low: pd.Series, high: pd.Series) -> pd.Series:
    """From the lowest to the highest of a key result's numbers; of an achieve from none to all."""
    none = pd.Series(np.nan, index=of.index)
    achieves, moves = of["kind"] == "achieve", of["kind"].isin(MOVING)
    begin = none.mask(moves, of["baseline"].fillna(0.0)).mask(achieves, 0.0)
    end = of["target"].mask(achieves, 1.0)
    bounds = pd.concat([begin, end, low, high], axis=1)
    return bounds.max(axis=1) - bounds.min(axis=1)


def _told(known: pd.DataFrame, ends: pd.DataFrame, check_ins: pd.DataFrame) -> pd.DataFrame:
    """What readers see of the ends: value and score with their ranges, beside the distribution."""
    places = known["place"]
    ends = ends.loc[places].set_index(known.index)
    margin = ends["spread"].to_numpy() * _student(ends["freedom"])[:, int(HIGH * STRATA)]
    middle = ends["middle"].to_numpy()
    values = _reachable(known, np.column_stack([middle - margin, middle, middle + margin]))
    # The better end of a decrease is its lower one.
    scores = np.sort(_scores(known, values), axis=1)
    achieves = (known["kind"] == "achieve").to_numpy()[:, None]
    typed = places.map(check_ins.groupby("place")["value"].last()).to_numpy(dtype=float)[:, None]
    least = check_ins.groupby("place")["value"].min().reindex(places).set_axis(known.index)
    least = pd.concat([known[["baseline", "target"]], least], axis=1).min(axis=1)
    values = np.where((least >= 0).to_numpy()[:, None], np.maximum(values, 0), values)
    steps = known[["target"]].to_numpy()
    whole = np.where(steps > 1, steps, np.where(typed > 1, 100, 1))
    values = np.where(achieves, values * whole, values)
    return ends.assign(
        value=values[:, 1],
        value_low=values[:, 0],
        value_high=values[:, 2],
        forecast=scores[:, 1],
        forecast_low=scores[:, 0],
        forecast_high=scores[:, 2],
    )


def _draws(rows: pd.DataFrame, forecasts: pd.DataFrame, together: float) -> Iterator[Floats]:
    """For each row, `DRAWS` scores at the end; the n-th draws of all rows belong together."""
    for begin in range(0, len(rows), ROWS_AT_ONCE):
        block = rows.iloc[begin : begin + ROWS_AT_ONCE]
        strata = _strata(block, forecasts.iloc[begin : begin + ROWS_AT_ONCE])
        for seed, scores in zip(block["seed"], strata, strict=True):
            known = scores[0] == scores[-1]
            yield np.full(DRAWS, scores[0]) if known else scores[_turns(int(seed), together)]


@lru_cache(maxsize=10_000)  # 21 MB; objectives, teams and companies draw the same key results
def _turns(seed: int, together: float) -> NDArray[np.uint8]:
    """Which stratum a key result's draws fall in."""
    own = np.random.default_rng(seed).standard_normal(DRAWS)
    mixed = together**0.5 * _shared() + (1 - together) ** 0.5 * own
    turns = np.empty(DRAWS, dtype=np.uint8)
    turns[np.argsort(mixed)] = np.repeat(np.arange(STRATA), DRAWS // STRATA)
    return turns


@cache
def _shared() -> Floats:
    return np.random.default_rng(SHARED_SEED).standard_normal(DRAWS)


def _strata(rows: pd.DataFrame, forecasts: pd.DataFrame) -> Floats:
    """The scores in the middle of each stratum, the worst first; without a forecast, today's."""
    student = _student(forecasts["freedom"].fillna(1))
    middle, spread = (forecasts[[key]].to_numpy() for key in ("middle", "spread"))
    scores = np.sort(_scores(rows, _reachable(rows, middle + spread * student)), axis=1)
    return np.where(np.isnan(middle), rows[["score"]].to_numpy(), scores)


def _reachable(rows: pd.DataFrame, values: Floats) -> Floats:
    """The values held to what can be: shares from none to all, a count from where it stands."""
    achieves, counts = (
        rows["kind"].isin(kinds).to_numpy()[:, None] for kinds in (["achieve"], COUNTED)
    )
    held = np.where(achieves, np.clip(values, 0, 1), values)
    return np.where(counts, np.fmax(held, rows[["current"]].to_numpy(dtype=float)), held)


def _scores(rows: pd.DataFrame, values: Floats) -> Floats:
    """The score that each value gives, by the rules; as many values a row as `values` is wide."""
    width = values.shape[1]
    wide = rows[["kind", "baseline", "target", "place"]].astype({"kind": "category"})
    # What an achieve has come to is a share already, of whatever steps.
    wide = wide.assign(target=wide["target"].where(wide["kind"] != "achieve"))
    wide = wide.loc[wide.index.repeat(width)].reset_index(drop=True)
    wide["progress"] = way(Rows(wide), pd.Series(values.ravel()), OPERATIONS)
    scores: Floats = attained(Rows(wide), OPERATIONS).to_numpy().reshape(values.shape)
    return scores


def _student(freedom: pd.Series) -> Floats:
    """Student's t in the middle of each stratum, one row for each number of degrees of freedom."""
    each, codes = np.unique(freedom.to_numpy(dtype=int), return_inverse=True)
    table = [student_t(int(degrees)) for degrees in each]
    return np.reshape(table, (-1, STRATA))[codes]


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
