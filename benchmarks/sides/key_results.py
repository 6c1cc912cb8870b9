"""Key results with their check-ins as columns in files, the same for the same count.

    python benchmarks/sides/key_results.py FOLDER 1000000

Objectives of five key results each, all of one quarter; ten check-ins a key result on average, a
quarter of them after the day by which is scored. All types, some blank, gaps and stopped rows.
A number stands in for each word: its place in `TYPES`, `STATES` or `STATUSES`. Days are those
since 1970-01-01; a blank number is NaN, a blank day `NO_DAY`.
"""

import sys
from datetime import date
from pathlib import Path

import numpy as np

TYPES = (
    "",
    "increase",
    "decrease",
    "total",
    "total-at-most",
    "keep-at-least",
    "keep-at-most",
    "achieve",
)
STATES = ("active", "cancelled", "postponed")
STATUSES = (
    "",
    "not-started",
    "no-update",
    "on-track",
    "at-risk",
    "off-track",
    "achieved",
    "cancelled",
    "postponed",
)
PER_OBJECTIVE, PER_TRACKER = 5, 1000  # key results
START, END = np.datetime64("2027-01-01"), np.datetime64("2027-03-31")
DATES = np.arange(START + 7, END + 1, 7)  # of check-ins: Fridays
AS_OF, UNTIL = np.datetime64("2027-02-24"), np.datetime64("2027-02-26")  # and what counts by then
NO_DAY = np.datetime64("NaT")
CHECKED = 10 / len(DATES)  # of the dates, of key results with any number
SILENT = 0.04
RESULTS = ("score", "expected", "gap", "status")  # of what is compared


def columns(count):
    """All columns by name: those of objectives, key results and check-ins."""
    rng = np.random.default_rng(2027)

    def some(share, values, blank):
        return np.where(rng.random(count) < share, values, blank)

    types = rng.choice(len(TYPES), count, p=(0.04, 0.4, 0.2, 0.16, 0.04, 0.04, 0.04, 0.08))
    baseline = some(0.9, rng.integers(0, 200, count).astype(float), np.nan)
    target = np.where(types == 2, rng.integers(0, 100, count), rng.integers(0, 400, count))
    target = some(0.98, np.where(types == 7, target % 8, target).astype(float), np.nan)
    days = rng.integers(0, 60, count)
    yield "objective_state", rng.choice(3, count // PER_OBJECTIVE, p=(0.97, 0.02, 0.01))
    yield "type", types
    yield "baseline", baseline
    yield "target", target
    yield "weight", some(0.3, rng.integers(0, 4, count).astype(float), np.nan)
    yield "state", rng.choice(3, count, p=(0.95, 0.03, 0.02))
    yield "start", some(0.1, START + days, NO_DAY)
    yield "due", some(0.2, END - days, NO_DAY)
    typed = rng.random((count, len(DATES))) < CHECKED / (1 - SILENT)
    typed[rng.random(count) < SILENT] = False
    row, week = np.nonzero(typed)
    start = np.where(np.isnan(baseline) | np.isin(types, (3, 7)), 0.0, baseline)
    way = np.nan_to_num(target, nan=1.0) - start
    come = (week + 1) / len(DATES) * rng.normal(0.8, 0.4, len(row))
    yield "key_result", row.astype(np.int32)
    yield "day", DATES[week]
    yield "value", (start[row] + way[row] * come).round(1)


def column(folder, name, part=slice(None)):
    """A column, or part of it, without the rest in memory."""
    return np.array(np.load(Path(folder) / f"{name}.npy", mmap_mode="r")[part])


def to_date(day):
    return day.astype(date)


def main(folder, count):
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, values in columns(int(count)):
        np.save(Path(folder) / f"{name}.npy", values)


if __name__ == "__main__":
    main(*sys.argv[1:])
