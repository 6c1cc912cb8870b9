"""Where a quarter ends: by hand on a few numbers, and held to its promise on many."""

import math
import random
import re
import statistics

import numpy as np
import pandas as pd
import pytest

from benchmarks.by_frames import columns, combined, forecast
from okr_sheets.bands import Bands
from okr_sheets.language import language, languages
from okr_sheets.reports.phrases import heading
from okr_sheets.rollups.distributions import PRIOR
from okr_sheets.rollups.forecast import (
    COLUMNS,
    DRAWS,
    HIGH,
    LOW,
    STRATA,
    student_t,
)
from okr_sheets.rollups.projections import forecasts
from okr_sheets.rollups.schema import ENDS, FRAMES
from okr_sheets.rollups.scored import Scored

MONDAY = 46_000  # the first day; the due day is 13 weeks later
# Student's t, 90 % one-sided, as tables print it.
T_90 = {
    1: 3.078,
    2: 1.886,
    3: 1.638,
    4: 1.533,
    5: 1.476,
    6: 1.440,
    10: 1.372,
    30: 1.310,
    120: 1.289,
}
KINDS = (
    "increase", "decrease", "keep-at-least", "keep-at-most", "achieve", "total", "total-at-most",
)  # fmt: skip


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


def level(numbers, span, ahead, aim=1, far=None):
    """Middle, margin and odds of a level by hand: its numbers by week, from the first on."""
    weeks, values = list(numbers), list(numbers.values())
    over = weeks[-1] - weeks[0]
    changes = [(weeks[n + 1] - weeks[n], values[n + 1] - values[n]) for n in range(len(weeks) - 1)]
    freedom = 2 + len(changes) - 1

    def scatter(drift):
        return (
            2 * (0.03 * span) ** 2 + sum((c - drift * w) ** 2 / w for w, c in changes)
        ) / freedom

    seen = (values[-1] - values[0]) / over
    still, moving = over / (over + 15), over / (over + 0.3)
    # The density of a drift like this, were its mean 0, under either belief: Student's t.
    about, variance = scatter(seen), lambda more: 1 / over + 1 / more
    density = {
        more: variance(more) ** -0.5
        * (1 + seen**2 / about / variance(more) / freedom) ** (-(freedom + 1) / 2)
        for more in (15, 0.3)
    }
    odds = 3 * density[0.3] / density[15] if seen * aim > 0 else 0
    moves = odds / (1 + odds)
    drift = seen * ((1 - moves) * still + moves * moving)
    means = [(1 - moves, seen * still, about / (over + 15))]
    means += [(moves, seen * moving, about / (over + 0.3) + (0.5 * seen * moving) ** 2)]
    unknown = sum(share * (own + (mean - drift) ** 2) for share, mean, own in means)
    far = far or ahead
    margin = T_90[freedom] * math.sqrt(scatter(drift) * far + unknown * far**2)
    return values[-1] + drift * ahead, margin, moves


def test_a_level_that_moves_to_its_target_is_carried_on_most_of_the_way():
    told = one({1: 7.0, 2: 14.0, 3: 21.0})
    middle, margin, moves = level({0: 0, 1: 7, 2: 14, 3: 21}, span=100, ahead=10)
    assert told["check_ins"] == 3
    assert told["value"] == pytest.approx(middle)
    assert told["value_low"] == pytest.approx(middle - margin, abs=0.02)
    assert told["value_high"] == pytest.approx(middle + margin, abs=0.02)
    assert moves > 0.7
    assert 50 < middle < 91  # 32 were it certain to stand still, 91 to move
    assert ends(told) == pytest.approx(
        [(middle - margin) / 100, middle / 100, min((middle + margin) / 100, 1)], abs=3e-4
    )


def test_a_level_that_moves_away_from_its_target_is_taken_for_chance():
    told = one({1: 58.0, 2: 57.0, 3: 56.0}, baseline=60.0, target=80.0)
    middle, margin, _ = level({0: 60, 1: 58, 2: 57, 3: 56}, span=24, ahead=10)
    assert told["value"] == pytest.approx(middle) == pytest.approx(56 - 10 * 4 / (3 + 15))
    assert told["value_high"] == pytest.approx(middle + margin, abs=0.02)


def test_weeks_left_out_weigh_by_their_length():
    told = one({1: 4.0, 2: 12.0, 5: 30.0, 9: 47.0})
    middle, margin, _ = level({0: 0, 1: 4, 2: 12, 5: 30, 9: 47}, span=100, ahead=4)
    assert told["value"] == pytest.approx(middle)
    assert told["value_high"] - told["value"] == pytest.approx(margin, abs=0.01)


def test_how_far_the_target_is_hardly_matters_once_there_are_numbers():
    numbers = {1: 302.0, 2: 297.0, 3: 305.0, 4: 299.0, 5: 301.0, 6: 306.0}
    modest, bold = (one(numbers, baseline=300.0, target=target) for target in (310.0, 360.0))
    width = [told["value_high"] - told["value_low"] for told in (modest, bold)]
    assert 1 <= width[1] / width[0] < 1.1
    assert bold["value"] == pytest.approx(modest["value"], abs=0.5)


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
    middle, _, _ = level({1: 30, 2: 31, 3: 32}, span=100, ahead=10)
    assert told["value"] == pytest.approx(middle)


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
    # What is to stand still is not believed to move.
    drift = (numbers[3] - numbers[0]) / (3 + 15)
    assert told["value"] == pytest.approx(numbers[3] + 2 * drift)


def test_an_achieve_that_is_ahead_ends_done_and_reads_in_shares_and_percents_alike():
    share = one({8: 0.5, 9: 0.7, 10: 0.9}, kind="achieve", target=math.nan)
    percent = one({8: 50.0, 9: 70.0, 10: 90.0}, kind="achieve", target=math.nan)
    assert share["forecast"] == share["value"] == share["forecast_high"] == 1
    assert 0.9 < share["forecast_low"] <= 1
    assert ends(percent) == ends(share)
    assert percent["value_low"] == pytest.approx(100 * share["value_low"])


def test_what_is_achieved_in_steps_ends_in_steps():
    told = one({8: 1.0, 9: 2.0, 10: 3.0}, kind="achieve", target=5.0)
    shares = one({8: 0.2, 9: 0.4, 10: 0.6}, kind="achieve", target=math.nan)
    assert ends(told) == pytest.approx(ends(shares))
    assert told["value_low"] == pytest.approx(5 * shares["value_low"])
    assert one({1: 0.0, 2: 1.0, 3: 1.0}, kind="achieve", target=5.0)["value_high"] > 1


# --- counts from 0 -------------------------------------------------------------------------------


def count(numbers, before=None, whole=True, planned=0.0, ahead=None, far=None):
    """Middle and margin of a count by hand: its numbers by week, and last quarter's pace."""
    weeks, values = [0, *numbers], [0, *numbers.values()]
    worth, sums = (3.0, 3.0 * before) if before else (0.0, 0.0)
    squares, errors = 0.0, 0

    def grown(long, n):
        return long + long**2 / n + long**3 / (3 * n**2)

    for n in range(1, len(weeks)):
        gone, come = weeks[n] - weeks[n - 1], values[n] - values[n - 1]
        if worth:
            squares += (come - sums / worth * gone) ** 2 / grown(gone, worth)
            errors += 1
        for _ in range(gone):
            worth, sums = 0.7 * worth + 1, 0.7 * sums + come / gone
    pace = sums / worth
    usual = 0.2 * (pace or planned)
    variance = (2 * usual**2 + squares) / (2 + errors)
    if whole:
        variance = max(variance, pace or 1 / worth)
    ahead = ahead if ahead is not None else 13 - weeks[-1]
    margin = T_90[2 + errors] * math.sqrt(variance * grown(far or ahead, worth))
    return values[-1] + pace * ahead, margin


@pytest.mark.parametrize("kind", ["total", "total-at-most"])
@pytest.mark.parametrize(
    ("numbers", "before"),
    [
        ({1: 3.0}, 26.0),
        ({1: 3.0, 2: 8.0, 3: 8.0, 4: 13.0}, 26.0),
        ({1: 3.0, 2: 8.0, 3: 8.0, 4: 13.0}, math.nan),
        ({2: 3.0, 3: 8.0, 6: 20.0}, 52.0),
    ],
)
def test_a_count_goes_on_at_its_pace_and_last_quarters(kind, numbers, before):
    told = one(numbers, kind, baseline=before, target=40.0)
    middle, margin = count(numbers, before / 13 if before > 0 else None)
    assert told["value"] == pytest.approx(middle)
    assert told["value_high"] == pytest.approx(middle + margin, rel=2e-3)
    so_far = next(reversed(numbers.values()))
    assert told["value_low"] == pytest.approx(max(middle - margin, so_far), abs=2e-3 * margin)
    assert told["value_low"] >= so_far


def test_a_count_whose_last_quarter_is_known_has_a_forecast_from_the_first_check_in():
    known, unknown, begun = (
        one({1: 4.0}, "total", baseline=before)["forecast"] for before in (52.0, math.nan, 0.0)
    )
    assert known == pytest.approx(0.52)
    assert math.isnan(unknown)
    assert math.isnan(begun)
    assert one({1: 4.0, 2: 8.0, 3: 12.0}, "total", baseline=0.0)["forecast"] == pytest.approx(0.52)


def test_a_count_scatters_as_single_things_do_at_least_where_it_has_no_fractions():
    even = {1: 2.0, 2: 4.0, 3: 6.0, 4: 8.0}
    deals = one(even, "total", baseline=26.0)
    millions = one(
        {week: value / 10 for week, value in even.items()}, "total", baseline=2.6, target=10.0
    )
    wide, narrow = (told["value_high"] - told["value"] for told in (deals, millions))
    assert wide == pytest.approx(count(even, 2)[1], rel=1e-3)
    assert narrow < wide / 10 / 1.5


def test_nothing_counted_yet_is_no_certainty():
    zeros = {1: 0.0, 2: 0.0, 3: 0.0}
    for target in (30.0, 2.5):
        told = one(zeros, "total", baseline=math.nan, target=target)
        assert told["value_low"] == told["value"] == 0
        assert told["value_high"] > 0.05 * target


def test_a_count_put_right_is_held_to_what_it_stands_at():
    told = one({1: 9.0, 2: 14.0, 3: 12.0}, "total", baseline=40.0)
    assert told["value_low"] >= 12
    assert one({1: 9.0, 2: 1.0, 3: 0.0}, "total", baseline=math.nan)["value"] >= 0


def test_a_team_that_only_counts_ends_no_lower_than_it_stands():
    rows, check_ins = drawn(
        *(key_result({1: 20.0 + n, 2: 40.0, 3: 60.0}, "total", baseline=20.0) for n in range(5))
    )
    team = pd.Series("team", rows.index)
    assert combined(rows, forecast(rows, check_ins), team)["forecast_low"].item() >= 0.6


def test_the_range_of_a_count_holds_four_ends_in_five_where_its_pace_shifts():
    rng = np.random.default_rng(4)
    before = np.exp(rng.uniform(np.log(20), np.log(400), (1_500, 1)))
    pace = before / 13 * np.exp(np.cumsum(rng.normal(0, 0.15, (1_500, 13)), axis=1))
    paths = np.cumsum(rng.poisson(pace), axis=1).astype(float)
    for cut in (2, 6, 10):
        rows, check_ins = drawn(
            *(
                key_result(
                    {w + 1: path[w] for w in range(cut)}, "total", baseline=float(round(total))
                )
                for path, total in zip(paths, before[:, 0], strict=True)
            )
        )
        told = forecast(rows, check_ins)
        held = (told["value_low"] <= paths[:, -1]) & (paths[:, -1] <= told["value_high"])
        assert 0.75 <= held.mean() <= 0.9


# --- rhythm and silence --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cadence", "numbers"),
    [
        ("weekly", {1: 5.0, 2: 12.0, 3: 20.0}),
        ("two-weekly", {2: 5.0, 4: 20.0}),
        ("monthly", {4: 20.0}),
    ],
)
@pytest.mark.parametrize("kind", ["increase", "total"])
def test_every_rhythm_has_a_forecast_after_some_weeks(cadence, numbers, kind):
    told = one(numbers, kind, cadence=cadence)
    assert told["value_low"] < told["value"] < told["value_high"]
    fewer = dict(list(numbers.items())[:-1])
    assert math.isnan(one(fewer, kind, cadence=cadence, week=4)["forecast"])


def test_what_is_kept_and_was_told_once_has_no_forecast():
    assert math.isnan(one({4: 20.0}, "keep-at-least", cadence="monthly")["forecast"])


@pytest.mark.parametrize("kind", ["increase", "total", "keep-at-most"])
def test_the_range_widens_with_each_week_without_a_number(kind):
    numbers = {1: 15.0, 2: 24.0, 3: 31.0, 4: 43.0}
    told = [one(numbers, kind, baseline=30.0, week=week) for week in (4, 5, 6, 8, 12)]
    widths = [each["value_high"] - each["value_low"] for each in told]
    assert widths[0] == widths[1] < widths[2] < widths[3] < widths[4]
    assert {each["value"] for each in told} == {told[0]["value"]}
    waiting = one(numbers, kind, baseline=30.0, week=6, cadence="two-weekly")
    assert waiting["value_high"] - waiting["value_low"] == widths[0]


def test_a_number_typed_before_its_day_is_no_certainty_of_the_last_one():
    numbers = {10: 40.0, 11: 50.0, 12: 60.0, 13: 63.0}
    told = one(numbers, week=12.5)
    assert told["value_low"] < 63 < told["value_high"]


def test_a_group_says_how_many_of_its_forecasts_rest_on_stale_numbers():
    numbers = {1: 1.0, 2: 2.0, 3: 30.0}
    rows, check_ins = drawn(
        key_result(numbers),
        key_result(numbers, stale=True),
        key_result({1: 1.0}, stale=True),
        key_result(numbers),
        key_result({1: 1.0}, stale=True),
    )
    groups = combined(rows, forecast(rows, check_ins), pd.Series(["a", "a", "a", "b", "c"]))
    assert groups["forecast_of"].tolist() == [2, 1, 0]
    assert groups["forecast_stale"].tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    ("status", "low", "high", "stale", "expected"),
    [
        ("on-track", 0.4, 0.89, False, "heading-off"),
        ("on-track", 0.4, 0.91, False, ""),
        ("achieved", 0.4, 0.89, True, "heading-off"),
        ("at-risk", 0.91, 1.0, False, "heading-well"),
        ("at-risk", 0.89, 1.0, False, ""),
        ("off-track", 0.91, 1.0, True, ""),
        ("no-update", 0.91, 1.0, False, ""),
    ],
)
def test_findings_go_by_the_far_end_of_the_range_and_none_is_good_by_stale_numbers(
    status, low, high, stale, expected
):
    rows, check_ins = drawn(key_result({1: 1.0, 2: 2.0, 3: 3.0}, stale=stale, status=status))
    told = forecast(rows, check_ins).assign(forecast_low=low, forecast=0.95, forecast_high=high)
    lacking = {*FRAMES["forecast"].keys} - {*rows, *told}
    rows = columns(rows.assign(**dict.fromkeys(lacking, "")))
    found = forecasts(Scored(rows, rows, (), (), {}), columns(told), Bands())
    assert found.finding.tolist() == [expected]


@pytest.mark.parametrize("code", languages())
def test_a_forecast_is_said_as_its_range_and_only_a_low_end_that_arrives_as_on_the_way(code):
    words = language(code)
    row = {"score": 0.4, "forecast": 1.0, "forecast_low": 0.6, "forecast_high": 1.0}
    apart, sure = heading(row, words), heading(row | {"forecast_low": 1.0}, words)
    assert words.percent_range(0.6, 1.0) in apart
    assert "60" in apart
    assert "100" in apart
    assert sure == words("report.on_the_way") not in apart
    assert heading(row | {"score": 1.0, "forecast_low": 1.0}, words) == ""
    assert heading(row | dict.fromkeys(("forecast_low", "forecast_high")), words) == ""
    team = heading(row | {"forecast_of": 9, "forecast_stale": 4}, words)
    assert team.startswith(apart)
    assert {"4", "9"} <= set(re.findall(r"\d+", team))


def test_a_range_reads_in_each_languages_way_and_as_one_number_where_its_ends_do():
    said = {code: language(code).percent_range(0.604, 0.896) for code in languages()}
    assert said["en"] == "60–90%"
    assert said["tr"] == "%60–90"
    assert said["fi"] == "60–90\N{NO-BREAK SPACE}%"
    assert said["ko"] == "60~90%"
    assert language("en").percent_range(0.601, 0.604) == "60%"
    assert language("en").percent_range(0.95, 0.999) == "95–99%"


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
    ranges = list(ENDS[:3])
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
    assert groups.loc["second", list(ENDS[:3])].isna().all()


def test_the_largest_numbers_that_count_have_a_score():
    rows, check_ins = drawn(key_result({1: 3e29, 2: -3e29, 3: 1e30}))
    told = forecast(rows, check_ins)
    assert ends(told.loc[0]) == [0, 1, 1]
    assert ends(combined(rows, told, pd.Series(["team"])).loc["team"])[::2] == [0, 1]


def test_no_rows_give_no_forecasts():
    rows, check_ins = drawn(key_result({1: 1.0, 2: 2.0, 3: 3.0}))
    none = forecast(rows[:0], check_ins[:0])
    assert none.columns.tolist() == list(COLUMNS)
    groups = combined(rows[:0], none, pd.Series([], dtype="str"))
    assert groups.columns.tolist() == list(ENDS)
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
