"""How often the forecast's 80 % range holds the true end, on simulated quarters.

    python benchmarks/forecasting.py          the figures, on one seed
    python benchmarks/forecasting.py --fit    what the prior was chosen by, on another, beside what
                                              benchmarks/real_series.py says of it

Each world draws key results day by day: five that set out from 0, two that begin elsewhere and go
nowhere, counts, what is kept, and what is done or not. Each is cut after three, five … weeks, and
forecast from the check-ins that its rhythm gives. A mixed group has key results of all worlds; a
uniform one of a single world, all wrong in the same way: the hardest case. What is called overall
pools all key results, and all mixed groups. `held` is in values, `held_score` in scores, where a
range that reaches 0 or 1 holds all beyond it.
"""

import sys
from itertools import product

import numpy as np
import pandas as pd
from by_frames import combined, forecast

from okr_sheets.rollups.distributions import PRIOR

REPORT_SEED, FIT_SEED = 2028, 1
DAYS = np.arange(92)
LAST = DAYS[-1]
WEEKS = (3, 5, 7, 9, 11, 12)
RHYTHMS = {"weekly": 1, "two-weekly": 2, "monthly": 4, "weekly, 4 in 10 missing": 1}  # in weeks
MISSING = 0.4
OBJECTIVES = (3, 4, 5, 3)  # key results of a team's objectives
TEAM = sum(OBJECTIVES)
FIRST_DAY = 46_000
NORMAL = 1.2816  # a normal distribution's 90 % quantile


# --- worlds: the share of the way come, one row a key result, one column a day -------------------


def final(rng, count):
    """Where key results would end: three in four come to between 0.45 and 1.05."""
    return rng.normal(0.75, 0.3, (count, 1))


def size(rng, count, usual):
    return np.exp(rng.normal(np.log(usual), 0.5, (count, 1)))


def noise(rng, count, usual):
    drawn = rng.normal(size=(count, len(DAYS))) * size(rng, count, usual)
    drawn[:, 0] = 0
    return drawn


def walk(rng, count):
    steps = rng.normal(size=(count, LAST)) * size(rng, count, 0.04) / np.sqrt(7)
    return final(rng, count) * DAYS / LAST + np.cumsum(np.pad(steps, ((0, 0), (1, 0))), axis=1)


def noisy_line(rng, count):
    return final(rng, count) * DAYS / LAST + noise(rng, count, 0.04)


def s_curve(rng, count):
    middle, steep = rng.uniform(21, 70, (count, 1)), rng.uniform(0.07, 0.17, (count, 1))
    curve = 1 / (1 + np.exp(-steep * (DAYS - middle)))
    rise = (curve - curve[:, :1]) / (curve[:, -1:] - curve[:, :1])
    return final(rng, count) * rise + noise(rng, count, 0.012)


def late_jump(rng, count):
    """Half the pace, and for six in ten a leap of a fifth to seven tenths in the second half."""
    leap = rng.uniform(0.2, 0.7, (count, 1)) * (rng.random((count, 1)) < 0.6)
    leapt = rng.integers(42, LAST + 1, (count, 1)) <= DAYS
    return final(rng, count) * DAYS / LAST / 2 + leap * leapt + noise(rng, count, 0.008)


def lumps(rng, count):
    """Five to forty sales, none of which comes by halves."""
    target = rng.integers(5, 41, (count, 1))
    rate = np.broadcast_to(np.maximum(final(rng, count), 0.05) * target / LAST, (count, LAST))
    return np.cumsum(np.pad(rng.poisson(rate), ((0, 0), (1, 0))), axis=1) / target


def kept_level(rng, count):
    """Swings about a level, which is 0.2 above the target on average; a swing lasts two weeks."""
    level, swing = rng.normal(1.2, 0.2, (count, 1)), size(rng, count, 0.1)
    state, path = rng.normal(size=(count, 1)), []
    for _ in DAYS:
        path.append(state)
        state = 0.93 * state + np.sqrt(1 - 0.93**2) * rng.normal(size=(count, 1))
    return level + swing * np.hstack(path)


def done_or_not(rng, count):
    """A day on which it is done: for three in four within the quarter."""
    return (rng.integers(1, LAST * 4 // 3, (count, 1)) <= DAYS).astype(float)


def still(rng, count):
    """A level that wanders and goes nowhere."""
    steps = rng.normal(size=(count, LAST)) * size(rng, count, 0.12) / np.sqrt(7)
    return np.cumsum(np.pad(steps, ((0, 0), (1, 0))), axis=1)


def swinging(rng, count):
    """A level that comes back: a swing lasts two weeks."""
    swings = kept_level(rng, count)
    return swings - swings[:, :1]


def one_by_one(rng, count):
    """A count and last quarter's total: four to four hundred, at a pace that shifts by the week."""
    before = np.exp(rng.uniform(np.log(4), np.log(400), (count, 1)))
    shifts = rng.normal(size=(count, LAST)) * size(rng, count, 0.1) / np.sqrt(7)
    level = np.exp(rng.normal(0, 0.3, (count, 1)) + np.cumsum(shifts, axis=1))
    come = rng.poisson(before / LAST * level)
    return np.cumsum(np.pad(come, ((0, 0), (1, 0))), axis=1).astype(float), rng.poisson(before)


# --- key results: rows with their true end, and their numbers, one row each, one column a day ----


def moving(path, start=0, way=100):
    """From `start` the `way` to the target, or turned round, in one of three."""

    def drawn(rng, count):
        share, turned = path(rng, count), rng.random(count) < 1 / 3
        ways = np.where(turned, -way, way)
        starts = np.where(turned & (start == 0), way, start)
        rows = {
            "kind": np.where(turned, "decrease", "increase"),
            "baseline": starts.astype(float),
            "target": (starts + ways).astype(float),
            "end_score": share[:, -1].clip(0, 1),
        }
        return rows, starts[:, None] + ways[:, None] * share

    return drawn


def kept(rng, count):
    share = kept_level(rng, count)
    rows = {"kind": "keep-at-least", "baseline": np.nan, "target": 1.0}
    return rows | {"end_score": (share[:, -1] >= 1).astype(float)}, share


def achieved(rng, count):
    share = done_or_not(rng, count)
    return {"kind": "achieve", "baseline": np.nan, "target": 1.0, "end_score": share[:, -1]}, share


def total(rng, count):
    counts, before = one_by_one(rng, count)
    target = np.maximum(before[:, 0] * rng.uniform(0.9, 1.4, count), 1).round()
    score = (counts[:, -1] / target).clip(0, 1)
    rows = {"kind": "total", "baseline": before[:, 0].astype(float), "target": target}
    return rows | {"end_score": score}, counts


# How many for each rhythm. The packaged example sets have, of a hundred key results, 95 that rise
# or fall or are counted, 4 that are kept and 1 that is achieved.
WORLDS = {
    "random walk": (moving(walk), 300),
    "noisy line": (moving(noisy_line), 300),
    "S-curve": (moving(s_curve), 300),
    "late jump": (moving(late_jump), 300),
    "lumps": (moving(lumps), 300),
    "still level": (moving(still, start=300, way=50), 300),
    "swinging level": (moving(swinging, start=4, way=-1), 300),
    "count": (total, 300),
    "kept level": (kept, 60),
    "done or not": (achieved, 15),
}


# --- cuts ----------------------------------------------------------------------------------------


def cuts(seed):
    """Rows with their true end, and check-ins, of each rhythm cut after each number of weeks."""
    rng = np.random.default_rng(seed)
    epoch = pd.Timestamp("1899-12-30")
    for number, (rhythm, period) in enumerate(RHYTHMS.items()):
        drawn = {world: draw(rng, count) for world, (draw, count) in WORLDS.items()}
        rows = pd.concat(
            [
                pd.DataFrame(dict(of) | {"end": paths[:, -1]}).assign(world=world)
                for world, (of, paths) in drawn.items()
            ],
            ignore_index=True,
        )
        paths = np.vstack([paths for _, paths in drawn.values()])
        typed = np.zeros(paths.shape, dtype=bool)
        typed[:, 7 * period :: 7 * period] = True
        if "missing" in rhythm:
            typed &= rng.random(paths.shape) >= MISSING
        rows = rows.assign(
            rhythm=rhythm,
            cadence=rhythm.partition(",")[0],
            stale=False,
            place=np.arange(len(rows)) + number * len(rows),
            seed=np.arange(len(rows)) + number * len(rows),
            score=0.0,
            counted=1.0,
            start=epoch + pd.Timedelta(days=FIRST_DAY),
            due=epoch + pd.Timedelta(days=FIRST_DAY + LAST),
        )
        for week in WEEKS:
            row, day = np.nonzero(typed & (week * 7 >= DAYS))
            check_ins = pd.DataFrame(
                {
                    "place": rows["place"].to_numpy()[row],
                    "checked_on": FIRST_DAY + day,
                    "value": paths[row, day],
                }
            )
            last = check_ins.groupby("place")["value"].last()
            cut = rows.assign(week=week, day=FIRST_DAY + week * 7, current=rows["place"].map(last))
            yield rng, cut, check_ins


# --- figures -------------------------------------------------------------------------------------


def judged(low, high, end):
    """Whether a range holds the end, how wide it is, and its interval score.

    The score is the width plus ten times what the end lies outside (Gneiting and Raftery 2007,
    for 80 %): the lower the better, for no range gains by being too wide or too narrow.
    """
    outside = np.maximum(low - end, 0) + np.maximum(end - high, 0)
    # Scores have four decimals.
    return pd.DataFrame(
        {"held": outside <= 5e-5, "width": high - low, "interval_score": high - low + 10 * outside}
    )


def key_results(rows, check_ins, prior):
    told = forecast(rows, check_ins, prior)
    both = pd.concat([rows, told], axis=1)[told["forecast"].notna()]
    figures = judged(both["forecast_low"], both["forecast_high"], both["end_score"])
    values = judged(both["value_low"], both["value_high"], both["end"])
    return both.join(figures.rename(columns={"held": "held_score"}).assign(held=values["held"]))


def score(rows, value):
    """The score of increases and decreases, by hand."""
    return ((value - rows["baseline"]) / (rows["target"] - rows["baseline"])).clip(0, 1)


def peers(rows, check_ins):
    """What others would say of increases and decreases: (low, high) in values by peer."""
    moving = rows[rows["kind"].isin(["increase", "decrease"]) & rows["forecast"].notna()]
    start = moving[["place", "baseline"]].set_axis(["place", "value"], axis=1).assign(week=0.0)
    numbers = check_ins.assign(week=(check_ins["checked_on"] - FIRST_DAY) / 7)
    numbers = pd.concat([start, numbers[numbers["place"].isin(moving["place"])]])
    numbers = numbers.sort_values(["place", "week"], ignore_index=True)
    x, y = numbers["week"], numbers["value"]
    by = numbers.groupby("place")
    dx, dy = x - by["week"].transform("mean"), y - by["value"].transform("mean")
    place, count, last = numbers["place"], by.size(), by.last()
    slope = (dx * dy).groupby(place).sum() / (dx**2).groupby(place).sum()
    residual = ((dy - place.map(slope) * dx) ** 2).groupby(place).sum() / (count - 2)
    ahead = LAST / 7 - by["week"].mean()
    far = 1 + 1 / count + ahead**2 / (dx**2).groupby(place).sum()
    changes = by[["week", "value"]].diff().dropna()
    empirical = (changes["value"] / changes["week"] ** 0.5).groupby(place).std()
    spreads = {
        "last value": (last["value"], empirical * (LAST / 7 - last["week"]) ** 0.5),
        "straight line": (by["value"].mean() + slope * ahead, (residual * far) ** 0.5),
    }
    found = []
    for name, (middle, spread) in spreads.items():
        low, high = (moving["place"].map(middle + sign * NORMAL * spread) for sign in (-1, 1))
        ends = np.sort(np.column_stack([score(moving, low), score(moving, high)]), axis=1)
        figures = judged(
            pd.Series(ends[:, 0], moving.index),
            pd.Series(ends[:, 1], moving.index),
            moving["end_score"],
        )
        held = judged(low, high, moving["end"])["held"]
        found.append(figures.assign(peer=name, held_score=figures["held"], held=held))
    ours = moving[["held", "held_score", "width", "interval_score"]].assign(peer="this forecast")
    return pd.concat([ours, *found], ignore_index=True)


def in_teams(rows, rng):
    """Rows in whole teams, shuffled, with their `team` and `objective`; the rest is left out."""
    rows = rows.sample(frac=1, random_state=rng)
    rows = rows.iloc[: len(rows) // TEAM * TEAM]
    teams = len(rows) // TEAM
    objective = np.tile(np.repeat(np.arange(len(OBJECTIVES)), OBJECTIVES), teams)
    team = np.arange(len(rows)) // TEAM
    return rows.assign(team=team, objective=team * len(OBJECTIVES) + objective)


def groups(rows, together):
    """Ranges of objectives and of teams, whose objectives weigh the same."""
    each = pd.Series(1.0, rows.index)
    within = {"objective": (), "team": (rows["objective"], each)}
    for level, more in within.items():
        told = combined(rows, rows, rows[level], *more, together=together)
        by_objective = rows.groupby(["team", "objective"])[
            ["end_score", "forecast_low", "forecast_high"]
        ].mean()
        means = by_objective.groupby(level).mean()
        figures = judged(told["forecast_low"], told["forecast_high"], means["end_score"])
        ends = judged(means["forecast_low"], means["forecast_high"], means["end_score"])
        yield figures.assign(
            level=level,
            mean_of_ends=ends["held"],
            mean_of_ends_width=ends["width"],
            bias=means["end_score"] - told["forecast"],
            week=rows["week"].iloc[0],
            rhythm=rows["rhythm"].iloc[0],
        )


def show(title, table):
    print(f"\n{title}\n{table.round(3).to_string()}")


def means(frame, by, columns=("held", "held_score", "width", "interval_score")):
    return frame.groupby(by)[list(columns)].mean().assign(of=frame.groupby(by).size())


def report():
    told, rivals, teams = [], [], []
    for rng, rows, check_ins in cuts(REPORT_SEED):
        found = key_results(rows, check_ins, PRIOR)
        told.append(found)
        rivals.append(peers(found, check_ins))
        worlds = {"mixed": found, **dict(iter(found.groupby("world")))}
        for (world, members), together in product(worlds.items(), (PRIOR.together, 0.0)):
            if len(members) >= TEAM and (world == "mixed" or together):
                made = groups(in_teams(members, rng), together)
                teams += [f.assign(world=world, together=together) for f in made]
    told, teams = pd.concat(told, ignore_index=True), pd.concat(teams, ignore_index=True)
    print(f"{PRIOR}, seed {REPORT_SEED}")
    show("Key results: overall", means(told, lambda _: "all"))
    for key in ("world", "check_ins", "week", "rhythm"):
        show(f"Key results: by {key}", means(told, key))
    show("Increases and decreases: beside peers", means(pd.concat(rivals), "peer"))
    columns = ("held", "width", "interval_score", "mean_of_ends", "mean_of_ends_width", "bias")
    mixed = teams[teams["world"] == "mixed"]
    ours = mixed[mixed["together"] == PRIOR.together]
    show(
        "Mixed groups: overall, and were errors independent",
        means(mixed, ["level", "together"], columns),
    )
    for key in ("week", "rhythm"):
        show(f"Mixed groups: by {key}", means(ours, ["level", key], columns))
    uniform = teams[teams["world"] != "mixed"]
    show("Uniform groups: by world", means(uniform, ["level", "world"], columns))


def fit():
    """Tables to choose by: the least interval score that holds 80 %, then what holds for groups."""
    drawn = list(cuts(FIT_SEED))
    tried = {}
    for spread, moving in product((0.02, 0.03, 0.05), (0.0, 1.0, 3.0, 5.0)):
        prior = PRIOR._replace(spread=spread, moving=moving)
        found = pd.concat([key_results(rows, check_ins, prior) for _, rows, check_ins in drawn])
        tried[spread, moving] = means(found, lambda _: "all").iloc[0]
    show("Key results: by spread and the odds of moving", pd.DataFrame(tried).T)
    tried = {}
    for unevenness, memory in product((0.1, 0.2, 0.3), (0.6, 0.7, 0.8)):
        prior = PRIOR._replace(unevenness=unevenness, memory=memory)
        counts = [(rows[rows["world"] == "count"], check_ins) for _, rows, check_ins in drawn]
        found = pd.concat([key_results(rows, check_ins, prior) for rows, check_ins in counts])
        tried[unevenness, memory] = means(found, lambda _: "all").iloc[0]
    show("Counts: by unevenness and memory", pd.DataFrame(tried).T)
    tried = {}
    for together in (0.0, 0.1, 0.2, 0.3, 0.4, 0.5):
        rng = np.random.default_rng(FIT_SEED)
        found = [
            each
            for _, rows, check_ins in drawn
            for each in groups(in_teams(key_results(rows, check_ins, PRIOR), rng), together)
        ]
        tried[together] = means(pd.concat(found), "level", ("held", "width", "interval_score"))
    show("Mixed groups: by correlation", pd.concat(tried))


if __name__ == "__main__":
    fit() if "--fit" in sys.argv[1:] else report()
