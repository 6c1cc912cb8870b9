"""Where a quarter ends: by hand on a few numbers, and held to its promise on many."""

import math
import random
import statistics

import numpy as np
import pandas as pd
import pytest

from okr_sheets.rollups.forecast import (
    COLUMNS,
    COMBINED,
    DRAWS,
    HIGH,
    LOW,
    PRIOR,
    STRATA,
    combined,
    forecast,
    student_t,
)

MONDAY = 46_000  # the first day; the due day is 13 weeks later
# Student's t, 90 % one-sided, as tables print it.
T_90 = {1: 3.078, 2: 1.886, 3: 1.638, 4: 1.533, 5: 1.476, 10: 1.372, 30: 1.310, 120: 1.289}
KINDS = ("increase", "decrease", "keep-at-least", "keep-at-most", "achieve")


def key_result(numbers, kind="increase", baseline=0.0, target=100.0, week=None, score=0.5, **more):
    """A scored row, and its check-ins: numbers by week."""
    row = {
        "kind": kind,
        "baseline": baseline,
        "target": target,
        "current": next(reversed(numbers.values()), math.nan),
        "score": score,
        "start": pd.Timestamp("1899-12-30") + pd.Timedelta(days=MONDAY),
        "due": pd.Timestamp("1899-12-30") + pd.Timedelta(days=MONDAY + 91),
        "day": MONDAY + 7.0 * (week or max(numbers, default=0)),
        "counted": 1.0,
        "cadence": "weekly",
        "stale": False,
        **more,
    }
    return row, numbers


def drawn(*key_results):
    """Frames of rows and check-ins, places in order."""
    rows = pd.DataFrame([row for row, _ in key_results])
    places = range(7, 7 + len(rows))
    rows = rows.assign(place=places, seed=places)
    check_ins = [
        (7 + number, MONDAY + 7.0 * week, value)
        for number, (_, numbers) in enumerate(key_results)
        for week, value in numbers.items()
    ]
    return rows, pd.DataFrame(check_ins, columns=["place", "checked_on", "value"])


def one(*args, **more):
    return forecast(*drawn(key_result(*args, **more))).iloc[0]


def ends(told):
    return [told[key] for key in ("forecast_low", "forecast", "forecast_high")]


def test_a_straight_line_is_carried_on_and_its_range_is_the_priors():
    told = one({1: 7.0, 2: 14.0, 3: 21.0})
    # No error in three changes; two more of 8 % of the way: 2 * 8² / (2 + 3 - 1) = 32 a week.
    margin = T_90[4] * math.sqrt(32 * 10 * (1 + 10 / 3))
    assert told["check_ins"] == 3
    assert told["value"] == pytest.approx(91)
    assert told["value_low"] == pytest.approx(91 - margin, abs=0.02)
    assert told["value_high"] == pytest.approx(91 + margin, abs=0.02)
    assert ends(told) == pytest.approx([(91 - margin) / 100, 0.91, 1], abs=2e-4)


def test_weeks_left_out_weigh_by_their_length():
    told = one({1: 4.0, 2: 12.0, 5: 30.0, 9: 47.0})
    weeks, changes = (1, 1, 3, 4), (4, 8, 18, 17)
    drift = 47 / 9
    error = sum((c - drift * w) ** 2 / w for c, w in zip(changes, weeks, strict=True))
    variance = (error + 2 * 8**2) / (4 - 1 + 2)
    margin = T_90[5] * math.sqrt(variance * 4 * (1 + 4 / 9))
    assert told["value"] == pytest.approx(47 + 4 * drift)
    assert told["value_high"] - told["value"] == pytest.approx(margin, abs=0.01)


def test_a_decrease_is_an_increase_turned_round():
    numbers = {1: 5.0, 2: 20.0, 4: 22.0, 5: 41.0}
    turned = {week: 80 - value / 2 for week, value in numbers.items()}
    down = one(turned, kind="decrease", baseline=80.0, target=30.0)
    assert ends(down) == pytest.approx(ends(one(numbers)))
    assert down["value_low"] < down["value"] < down["value_high"]


@pytest.mark.parametrize("freedom", T_90)
def test_students_t_is_that_of_the_tables(freedom):
    quantiles = student_t(freedom)
    assert quantiles[int(HIGH * STRATA)] == pytest.approx(T_90[freedom], abs=6e-4)
    assert quantiles[int(LOW * STRATA)] == pytest.approx(-T_90[freedom], abs=6e-4)
    assert quantiles[STRATA // 2] == pytest.approx(0, abs=1e-9)


def test_three_equal_check_ins_are_no_certainty():
    told = one({1: 40.0, 2: 40.0, 3: 40.0}, baseline=math.nan)
    assert told["forecast"] == 0.4
    assert told["forecast_low"] < 0.3
    assert told["forecast_high"] > 0.5


def test_a_baseline_after_the_first_check_in_is_no_observation():
    late = pd.Timestamp("1899-12-30") + pd.Timedelta(days=MONDAY + 7)
    told = one({1: 30.0, 2: 31.0, 3: 32.0}, start=late)
    assert told["value"] == pytest.approx(42)


def test_without_three_check_ins_or_a_score_there_is_no_forecast():
    rows, check_ins = drawn(
        key_result({1: 10.0, 2: 20.0}),
        key_result({1: 10.0, 2: 20.0, 3: 30.0}, score=math.nan),
        key_result({1: 10.0, 2: 20.0, 3: 30.0}, kind=""),
        key_result({}),
        key_result({1: 10.0, 2: math.nan, 3: 30.0}),
        key_result({1: 10.0, 2: 20.0, 3: 30.0}),
    )
    twice = pd.DataFrame({"place": [7], "checked_on": [MONDAY + 14.0], "value": [99.0]})
    told = forecast(rows, pd.concat([check_ins, twice]))
    assert told.columns.tolist() == list(COLUMNS)
    assert told["forecast"].notna().tolist() == [False] * 5 + [True]
    assert told["value_low"].notna().tolist() == [False] * 5 + [True]
    assert told["check_ins"].tolist()[::3] == [2, 0]


def test_of_two_check_ins_on_one_day_the_left_one_counts():
    rows, check_ins = drawn(key_result({1: 7.0, 2: 14.0, 3: 21.0}))
    right = check_ins.assign(value=check_ins["value"] + 50)
    pd.testing.assert_frame_equal(
        forecast(rows, pd.concat([check_ins, right])), forecast(rows, check_ins)
    )


@pytest.mark.parametrize("week", [13, 15])
def test_from_the_due_day_on_the_end_is_the_score(week):
    told = one({1: 10.0, 5: 40.0, 12: 62.5}, week=week)
    assert ends(told) == [0.625] * 3
    assert [told["value_low"], told["value"], told["value_high"]] == [62.5] * 3


@pytest.mark.parametrize(
    ("kind", "numbers", "expected"),
    [
        ("keep-at-least", (52.0, 55.0, 51.0, 53.0), [0, 1, 1]),
        ("keep-at-least", (44.0, 49.0, 45.0, 46.0), [0, 0, 1]),
        ("keep-at-least", (51.0, 70.0, 80.0, 92.0), [1, 1, 1]),
        ("keep-at-most", (48.0, 45.0, 49.0, 47.0), [0, 1, 1]),
        ("keep-at-most", (60.0, 70.0, 80.0, 92.0), [0, 0, 0]),
    ],
)
def test_what_is_kept_is_kept_or_not_at_each_end(kind, numbers, expected):
    weeks = dict(zip((8, 9, 10, 11), numbers, strict=True))
    told = one(weeks, kind=kind, baseline=1_000.0, target=50.0)
    assert ends(told) == expected
    drift = (numbers[3] - numbers[0]) / 3
    assert told["value"] == pytest.approx(numbers[3] + 2 * drift)


def test_an_achieve_that_is_ahead_ends_done_and_reads_in_shares_and_percents_alike():
    share = one({8: 0.5, 9: 0.7, 10: 0.9}, kind="achieve", target=math.nan)
    percent = one({8: 50.0, 9: 70.0, 10: 90.0}, kind="achieve", target=math.nan)
    assert share["forecast"] == share["value"] == share["forecast_high"] == 1
    assert 0.9 < share["forecast_low"] <= 1
    assert ends(percent) == ends(share)
    assert percent["value_low"] == pytest.approx(100 * share["value_low"])


def many(count, seed=3):
    """Key results of every kind, some ahead, some back, some silent or due."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        typed = np.sort(rng.choice(np.arange(1, 12), rng.integers(0, 9), replace=False))
        values = (10 + np.cumsum(rng.normal(6, 9, len(typed)))).round(1)
        if kind == "achieve":
            values = values.clip(0, 100)
        numbers = dict(zip(typed.tolist(), values.tolist(), strict=True))
        more = {"baseline": 90.0, "target": 20.0} if kind == "decrease" else {}
        made.append(key_result(numbers, kind, week=13 if number % 7 == 0 else 11, **more))
    return drawn(*made)


def test_low_is_never_above_the_forecast_nor_the_forecast_above_high():
    rows, check_ins = many(300)
    told = forecast(rows, check_ins)
    assert set(rows.loc[told["forecast"].notna(), "kind"]) == set(KINDS)
    told = told.dropna()
    for key in ("value", "forecast"):
        assert (told[f"{key}_low"] <= told[key]).all()
        assert (told[key] <= told[f"{key}_high"]).all()
    assert told["forecast_low"].min() >= 0
    assert told["forecast_high"].max() <= 1
    groups = combined(rows.loc[told.index], told, pd.Series(told.index // 9, told.index))
    assert (groups["forecast_low"] <= groups["forecast"]).all()
    assert (groups["forecast"] <= groups["forecast_high"]).all()


def test_order_and_neighbours_change_nothing():
    rows, check_ins = many(60)
    told = forecast(rows, check_ins)
    teams = pd.Series(rows.index % 4, rows.index)
    objectives, weights = pd.Series(rows.index % 12, rows.index), 1.0 + rows.index.to_series() % 4
    whole = combined(rows, told, teams, objectives, weights)

    mixed, shuffled = rows.sample(frac=1, random_state=1), check_ins.sample(frac=1, random_state=2)
    again = forecast(mixed, shuffled)
    pd.testing.assert_frame_equal(again.loc[rows.index], told)
    pd.testing.assert_frame_equal(combined(mixed, again, teams, objectives, weights), whole)

    third = rows[teams == 3]
    alone = forecast(third, check_ins)
    pd.testing.assert_frame_equal(alone, told.loc[third.index])
    pd.testing.assert_frame_equal(
        combined(third, alone, teams, objectives, weights), whole.loc[[3]]
    )


def test_a_group_of_one_key_result_ends_where_that_one_does():
    rows, check_ins = many(50)
    told = forecast(rows, check_ins)
    groups = combined(rows, told, pd.Series(rows.index, rows.index))
    assert groups["forecast_of"].tolist() == told["forecast"].notna().astype(int).tolist()
    ranges = list(COMBINED[:3])
    pd.testing.assert_frame_equal(groups[ranges], told[ranges], atol=1.01e-4)


def test_independent_errors_cancel_as_a_plain_simulation_says():
    numbers = ({4: 20.0, 5: 26.0, 6: 29.0}, {4: 10.0, 6: 31.0, 8: 30.0}, {2: 9.0, 5: 12.0, 8: 36.0})
    rows, check_ins = drawn(*map(key_result, numbers))
    told = forecast(rows, check_ins)
    rows["counted"] = [1.0, 2.0, 1.0]
    group = combined(rows, told, pd.Series("team", rows.index), together=0.0).loc["team"]

    chance = random.Random(5)

    def end(one):
        spread = (one["value_high"] - one["value"]) / T_90[4]
        chi = sum(chance.gauss() ** 2 for _ in range(4))
        value = one["value"] + spread * chance.gauss() / math.sqrt(chi / 4)
        return min(max(value / 100, 0), 1)

    first, second, third = (told.loc[number] for number in range(3))
    means = [(end(first) + 2 * end(second) + end(third)) / 4 for _ in range(8_000)]
    tenths = statistics.quantiles(means, n=10)
    assert ends(group) == pytest.approx([tenths[0], tenths[4], tenths[8]], abs=0.01)
    mean_of_ends = np.average(told["forecast_high"], weights=rows["counted"])
    assert group["forecast_high"] < mean_of_ends - 0.03


def test_errors_that_come_together_make_the_range_wider_up_to_the_mean_of_the_ends():
    rows, check_ins = drawn(*[key_result({4: 20.0, 6: 26.0, 8: 31.0 + n / 9}) for n in range(9)])
    told, team = forecast(rows, check_ins), pd.Series("team", rows.index)
    wide = [
        combined(rows, told, team, together=each).eval("forecast_high - forecast_low").item()
        for each in (0.0, PRIOR.together, 1.0)
    ]
    assert wide[0] < wide[1] < wide[2]
    assert wide[2] == pytest.approx((told["forecast_high"] - told["forecast_low"]).mean(), abs=2e-4)


def test_a_unit_is_the_mean_of_its_objectives_by_their_weights():
    scores = {"a": 80.0, "b": 20.0, "c": 50.0, "d": 10.0}
    rows, check_ins = drawn(
        *(key_result({1: 1.0, 2: 2.0, 3: value}, week=13) for value in scores.values())
    )
    told = forecast(rows, check_ins)
    rows["counted"] = [3.0, 1.0, 1.0, 0.0]
    objectives, weights = pd.Series(["o1", "o1", "o2", "o2"]), pd.Series([1.0, 1.0, 4.0, 4.0])
    unit = combined(rows, told, pd.Series("unit", rows.index), objectives, weights).loc["unit"]
    assert ends(unit) == [0.53] * 3  # (1 * (3 * 0.8 + 0.2) / 4 + 4 * 0.5) / 5
    assert unit["forecast_of"] == 3
    by_objective = combined(rows, told, objectives)
    assert by_objective["forecast"].to_dict() == {"o1": 0.65, "o2": 0.5}


def test_a_key_result_without_forecast_stands_still_and_is_not_counted_as_one():
    rows, check_ins = drawn(
        key_result({1: 1.0, 2: 2.0, 3: 60.0}, week=13),
        key_result({1: 20.0}, score=0.2),
        key_result({1: 20.0}, score=0.4),
        key_result({1: 20.0}, score=0.9),
    )
    groups = combined(
        rows, forecast(rows, check_ins), pd.Series(["first", "first", "second", None])
    )
    assert groups.index.tolist() == ["first", "second"]
    assert ends(groups.loc["first"]) == [0.4] * 3
    assert groups["forecast_of"].tolist() == [1, 0]
    assert groups.loc["second", list(COMBINED[:3])].isna().all()


def test_numbers_too_large_to_square_still_have_a_score():
    rows, check_ins = drawn(key_result({1: 1e200, 2: -1e200, 3: 3e200}))
    told = forecast(rows, check_ins)
    assert ends(told.loc[0]) == [0, 1, 1]
    assert ends(combined(rows, told, pd.Series(["team"])).loc["team"])[::2] == [0, 1]


def test_no_rows_give_no_forecasts():
    rows, check_ins = drawn(key_result({1: 1.0, 2: 2.0, 3: 3.0}))
    none = forecast(rows[:0], check_ins[:0])
    assert none.columns.tolist() == list(COLUMNS)
    groups = combined(rows[:0], none, pd.Series([], dtype="str"))
    assert groups.columns.tolist() == list(COMBINED)
    assert none.empty
    assert groups.empty


def test_draws_are_whole_rounds_of_the_strata():
    assert DRAWS % STRATA == 0
    assert (STRATA / 5) % 2 == 1  # else no stratum has its middle at 10, 50 or 90 %


def test_the_range_holds_four_ends_in_five_on_walks_that_come_together():
    """2 400 key results in 240 teams, whose weekly changes correlate as the prior says."""
    rng = np.random.default_rng(11)
    teams, size, weeks, cut = 240, 10, 13, 6
    shared = rng.normal(size=(teams, 1, weeks)) * math.sqrt(PRIOR.together)
    own = rng.normal(size=(teams, size, weeks)) * math.sqrt(1 - PRIOR.together)
    drift = rng.normal(4, 1, (teams, size, 1))
    paths = np.cumsum(drift + 8 * (shared + own), axis=2).reshape(-1, weeks)
    rows, check_ins = drawn(*(key_result({w + 1: path[w] for w in range(cut)}) for path in paths))
    told = forecast(rows, check_ins)
    held = (told["value_low"] <= paths[:, -1]) & (paths[:, -1] <= told["value_high"])
    assert 0.75 <= held.mean() <= 0.85

    team = pd.Series(np.arange(len(rows)) // size)
    groups = combined(rows, told, team)
    mean = pd.Series((paths[:, -1] / 100).clip(0, 1)).groupby(team).mean()
    held = (groups["forecast_low"] <= mean) & (mean <= groups["forecast_high"])
    assert 0.72 <= held.mean() <= 0.88
