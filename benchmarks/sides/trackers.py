"""One company's filled-in trackers, by the product: the same for the same number.

    python benchmarks/trackers.py FOLDER 1000

The first is the company's; the others are its teams', of all example sets in all languages, each
with ids, numbers and gaps of its own, nine weeks into the quarter. Their types are those that
v. f183f40 knows too, so that both builds have the same to do.
"""

import random
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import pandas as pd

import okr_sheets as okr

QUARTER, AS_OF, WEEKS = "2027-Q1", date(2027, 3, 5), 9
SETS = (
    *((name, "en") for name in ("b2b-saas-marketing", "sales", "product-engineering")),
    *(("b2b-saas-marketing", code) for code in ("tr", "th", "ko", "hu", "fi")),
    *((name, "en") for name in ("go-to-market", "sales-enablement")),
)
EARLIER_TYPES = {"total": "increase", "total-at-most": "keep-at-most"}
SILENT, SKIPPED = 0.05, 0.07  # of key results, and of the numbers of the others


def filled(number):
    """The tracker of a number: 0 is the company's."""
    if number == 0:
        return with_numbers(planned("company", "en", company="Northwind"), random.Random(0))
    name, code = next(islice(cycle(SETS), number, None))
    units = {"company": "Northwind", "department": f"Department {number % 25}"}
    tracker = planned(name, code, **units, team=f"Team {number}", parent="company.xlsx")
    return with_numbers(with_own_ids(tracker, f"T{number}"), random.Random(number))


def planned(name, code, **about):
    tracker = okr.new(name, quarter=QUARTER, language=code, **about)
    rows = tracker.key_results
    is_counted = rows["type"].isin(EARLIER_TYPES)
    baselines = {key: rows[key].mask(is_counted, 0.0) for key in ("baseline", "planned_baseline")}
    types = rows["type"].replace(EARLIER_TYPES)
    return replace(tracker, key_results=rows.assign(type=types, **baselines))


def with_own_ids(tracker, start):
    """`MKT-O1.KR2` becomes `T17-O1.KR2`; all objectives serve the company's."""
    objectives, key_results, actions = (
        rows.assign(**{key: rows[key].str.replace(r"^[A-Z]+-", f"{start}-", regex=True)})
        for rows, key in (
            (tracker.objectives, "id"),
            (tracker.key_results, "id"),
            (tracker.actions, "key_result"),
        )
    )
    return replace(
        tracker,
        objectives=objectives.assign(
            aligns_to=objectives["aligns_to"].where(lambda ids: ids.str.startswith("C-"), "C-O2")
        ),
        key_results=key_results.assign(
            objective_id=key_results["id"].str.replace(r"\..*", "", regex=True)
        ),
        actions=actions,
    )


def with_numbers(tracker, rng):
    """The tracker with what people typed in the first weeks."""
    typed = [
        (row, key_result["id"], pd.Timestamp(day), value, "")
        for row, key_result in tracker.key_results.iterrows()
        if rng.random() >= SILENT
        for day, value in path_of(key_result, tracker.check_in_dates[:WEEKS], rng)
    ]
    rows, *columns = zip(*typed, strict=True)
    numbers = dict(zip(("id", "date", "value", "column"), columns, strict=True))
    check_ins = pd.DataFrame(numbers, index=pd.Index(rows, dtype="int64", name="row"))
    about = replace(tracker.about, as_of=AS_OF)
    return replace(tracker, about=about, check_ins=check_ins)


def path_of(key_result, dates, rng):
    """The numbers typed for a key result: a noisy line to where it stands after these dates."""
    start = 0.0 if key_result["type"] == "achieve" else key_result["baseline"]
    way = key_result["target"] - start
    come = rng.uniform(0.3, 0.9)
    for week, day in enumerate(dates, 1):
        if rng.random() >= SKIPPED:
            yield day, round(start + way * come * week / WEEKS * rng.uniform(0.95, 1.05), 1)


def write(folder, number):
    okr.write(filled(number), folder / (f"{number:04}.xlsx" if number else "company.xlsx"))


def main(folder, count):
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor() as pool:
        list(pool.map(partial(write, folder), range(int(count)), chunksize=8))


if __name__ == "__main__":
    main(*sys.argv[1:])
