"""The columns of `key_results` scored by polars.

python benchmarks/sides/scored_by_polars.py FOLDER OUT

`scored` is what is measured.
"""

import sys

import key_results as given
import numpy as np
import polars as pl
from measuring import measured
from polars import col, when

TYPES, STATES, STATUSES = map(pl.Enum, (given.TYPES, given.STATES, given.STATUSES))
ON_TRACK, AT_RISK = 0.10, 0.25  # the gaps up to which a row is so
DAY = given.to_date(given.AS_OF)
START, DUE = (
    col(key).fill_null(given.to_date(day))
    for key, day in (("start", given.START), ("due", given.END))
)
NUMBER, TARGET = col("current"), col("target")
IS_ACTIVE = col("standing") == "active"


def scored(objectives, key_results, check_ins):
    """Both with `score`, `expected`, `gap` and `status` as of the day."""
    by_now = check_ins.lazy().filter(col("day") <= given.to_date(given.UNTIL))
    last = by_now.group_by("key_result").agg(current=col("value").sort_by("day").last())
    above = objectives.lazy().select("objective", above="state")
    rows = (
        key_results.lazy()
        .join(last, on="key_result", how="left")
        .join(above, on="objective", how="left")
        .with_columns(kind=kind(), standing=standing())
        .with_columns(
            score=when(IS_ACTIVE).then(rounded(way().clip(0, 1))),
            expected=when(IS_ACTIVE).then(due_by_now()),
        )
        .with_columns(counted=counted())
    )
    return pl.collect_all([of_objectives(objectives.lazy(), rows), of_key_results(rows)])


def of_key_results(rows):
    used = when(TARGET > 0).then(NUMBER / TARGET).otherwise(is_broken().cast(pl.Float64))
    behind = (
        when(is_of("total-at-most") & NUMBER.is_not_null())
        .then(used - col("expected"))
        .otherwise(col("expected") - col("score"))
    )
    within = (
        when(is_broken())
        .then(word("off-track"))
        .when(DUE <= DAY)
        .then(word("achieved"))
        .otherwise(by_gap())
    )
    kept = when(col("score") == 1).then(word("on-track")).otherwise(word("off-track"))
    status = (
        when(col("standing") == "cancelled")
        .then(word("cancelled"))
        .when(col("standing") == "postponed")
        .then(word("postponed"))
        .when(col("score").is_null())
        .then(word(""))
        .when(NUMBER.is_null())
        .then(when(START < DAY).then(word("no-update")).otherwise(word("not-started")))
        .when(is_of("keep-at-least", "keep-at-most"))
        .then(kept)
        .when(is_of("total-at-most"))
        .then(within)
        .otherwise(paced())
    )
    gap = when(col("score").is_not_null()).then(rounded(behind))
    return rows.with_columns(gap=gap).select(
        "key_result", "score", "expected", "gap", status=status
    )


def of_objectives(objectives, rows):
    counted = col("counted")
    sums = rows.group_by("objective").agg(
        weights=counted.sum(),
        points=(counted * col("score")).sum(),
        pace=(counted * col("expected")).sum(),
        has_number=NUMBER.is_not_null().any(),
        active=IS_ACTIVE.any(),
        postponed=(col("standing") == "postponed").any(),
    )
    emptied = when(col("postponed")).then(word("postponed")).otherwise(word("cancelled"))
    status = (
        when(col("state") == "cancelled")
        .then(word("cancelled"))
        .when(col("state") == "postponed")
        .then(word("postponed"))
        .when(~col("active"))
        .then(emptied)
        .when(col("score").is_null())
        .then(word(""))
        .when(~col("has_number"))
        .then(word("no-update"))  # its own start is blank, and the quarter has begun
        .otherwise(paced())
    )
    return (
        objectives.join(sums, on="objective", how="left")
        .with_columns(
            score=when(col("weights") > 0).then(rounded(col("points") / col("weights"))),
            expected=when(col("weights") > 0).then(rounded(col("pace") / col("weights"))),
        )
        .with_columns(gap=rounded(col("expected") - col("score")))
        .select("objective", "score", "expected", "gap", status=status)
    )


def is_of(first, *others):
    answer = col("kind") == first
    for other in others:
        answer |= col("kind") == other
    return answer


def word(status):
    return pl.lit(status, dtype=STATUSES)


def kind():
    """The type, inferred where it is blank."""
    inferred = {
        "decrease": col("baseline") > TARGET,
        "increase": TARGET.is_not_null() | col("baseline").is_not_null(),
    }
    chosen = when(col("type") != "").then(col("type"))
    for key, condition in inferred.items():
        chosen = chosen.when(condition).then(pl.lit(key, dtype=TYPES))
    return chosen.otherwise(pl.lit("achieve", dtype=TYPES))


def standing():
    answer = when((col("state") == "cancelled") | (col("above") == "cancelled"))
    answer = answer.then(pl.lit("cancelled", dtype=STATES))
    answer = answer.when((col("state") == "postponed") | (col("above") == "postponed"))
    return answer.then(pl.lit("postponed", dtype=STATES)).otherwise(pl.lit("active", dtype=STATES))


def way():
    """The share of the way to the target, not held to 0 and 1; null where there is none."""
    baseline = col("baseline").fill_null(0.0)
    below, above = (
        kept.fill_null(value=False).cast(pl.Float64)
        for kept in (NUMBER <= TARGET, NUMBER >= TARGET)
    )
    share = when(NUMBER > 1).then(NUMBER / 100).otherwise(NUMBER)
    achieved = when(TARGET > 1).then(NUMBER / TARGET).otherwise(share).fill_null(0.0)
    travelled = (
        when(baseline != TARGET)
        .then((NUMBER - baseline) / (TARGET - baseline))
        .when(is_of("decrease"))
        .then(below)
        .otherwise(above)
    )
    has_no_start = is_of("decrease") | (is_of("increase") & (TARGET <= 0))
    falls = (col("baseline") > TARGET).fill_null(value=False)
    is_of_nothing = (is_of("total") & (TARGET <= 0)) | (is_of("total-at-most") & (TARGET < 0))
    return (
        when(is_of("achieve"))
        .then(achieved)
        .when(TARGET.is_null() | is_of_nothing)
        .then(None)
        .when(is_of("keep-at-least"))
        .then(above)
        .when(is_of("keep-at-most") | (is_of("total-at-most") & ~falls))
        .then(below)
        .when(is_of("total"))
        .then(NUMBER.fill_null(0.0) / TARGET)
        .when(col("baseline").is_null() & has_no_start)
        .then(None)
        .otherwise(travelled.fill_null(0.0))
    )


def due_by_now():
    """The share of the time that has passed."""
    passed = (DAY - START).dt.total_days() / (DUE - START).dt.total_days()
    return (
        when(START < DUE).then(rounded(passed.clip(0, 1))).otherwise((DUE <= DAY).cast(pl.Float64))
    )


def counted():
    """The weight: 1 if blank, 0 for what is stopped or has no score."""
    weight = col("weight").fill_null(1.0).clip(0)
    return when(IS_ACTIVE & col("score").is_not_null()).then(weight).otherwise(0.0)


def is_broken():
    return (NUMBER > TARGET).fill_null(value=False)


def paced():
    return when(col("score") == 1).then(word("achieved")).otherwise(by_gap())


def by_gap():
    behind = when(col("gap") <= AT_RISK).then(word("at-risk")).otherwise(word("off-track"))
    return when(col("gap") <= ON_TRACK).then(word("on-track")).otherwise(behind)


def rounded(number):
    """Four decimals, halves away from zero, as a spreadsheet's ROUND has it."""
    return number.sign() * (number.abs() * 10_000 + (0.5 + 1e-8)).floor() / 10_000


def frames(folder):
    """Objectives, key results and check-ins as polars has them: null for a blank, words as Enum."""

    def series(name):
        return pl.Series(name, given.column(folder, name))

    def words(name, kind):
        return pl.Series(name, kind.categories, kind).gather(series(name))

    def numbers(name):
        return series(name).fill_nan(None)

    states = words("objective_state", STATES).alias("state")
    objectives = pl.DataFrame([pl.int_range(len(states), eager=True).alias("objective"), states])
    types = words("type", TYPES)
    key_result = pl.int_range(len(types), dtype=pl.Int32, eager=True).alias("key_result")
    of_key_results = [
        key_result,
        (key_result // given.PER_OBJECTIVE).cast(pl.Int64).alias("objective"),
        types,
        words("state", STATES),
        *map(numbers, ("baseline", "target", "weight")),
        *(series(key).cast(pl.Date) for key in ("start", "due")),
    ]
    check_ins = pl.DataFrame([series("key_result"), series("day").cast(pl.Date), series("value")])
    return objectives, pl.DataFrame(of_key_results), check_ins


def main(folder, out):
    made = frames(folder)
    objectives, key_results = measured(lambda: scored(*made))
    columns = {}
    for prefix, rows, key in (
        ("objective_", objectives, "objective"),
        ("", key_results, "key_result"),
    ):
        ordered = rows.sort(key).with_columns(col("status").to_physical())
        columns |= {f"{prefix}{name}": ordered[name].to_numpy() for name in given.RESULTS}
    np.savez(out, **columns)


if __name__ == "__main__":
    main(*sys.argv[1:])
