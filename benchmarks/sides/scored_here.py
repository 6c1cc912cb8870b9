"""The columns of `key_results` scored by okr_sheets.

python benchmarks/sides/scored_here.py FOLDER OUT

`scored` is what is measured.
"""

import sys

import key_results as given
import numpy as np
import pandas as pd
from measuring import measured

from okr_sheets.about import About
from okr_sheets.bands import Bands
from okr_sheets.codes import worded
from okr_sheets.computing import InColumns, compute, misread_cells
from okr_sheets.gathering import gather
from okr_sheets.tracker import Tracker


def scored(trackers, day):
    """Objectives and key results of all trackers, each in the order of its sheet."""
    rows = gather(trackers, [day] * len(trackers))
    rows = compute(rows, InColumns(misread_cells(trackers), Bands()))
    return {key: rows[key] for key in ("anchor", *given.RESULTS, "status")}


def trackers(folder):
    """Sheets of 200 objectives, each row of which its five key results follow."""
    count = len(given.column(folder, "type"))
    bounds = np.searchsorted(
        given.column(folder, "key_result"), np.arange(0, count + 1, given.PER_TRACKER)
    )
    about = About(quarter="2027-Q1", start=given.to_date(given.START), end=given.to_date(given.END))
    for number, first in enumerate(range(0, count, given.PER_TRACKER)):
        yield tracker(
            about,
            folder,
            slice(first, min(first + given.PER_TRACKER, count)),
            slice(*bounds[number : number + 2]),
        )


def tracker(about, folder, rows, typed):
    def own(name, part=rows):
        return given.column(folder, name, part)

    objectives = np.arange((rows.stop - rows.start) // given.PER_OBJECTIVE)
    group = np.repeat(objectives, given.PER_OBJECTIVE)
    above = objectives * (given.PER_OBJECTIVE + 1) + 3
    row = np.arange(len(group)) + group + 4
    states = np.array(given.STATES, dtype=object)
    first = rows.start // given.PER_OBJECTIVE
    of_check_in = own("key_result", typed) - rows.start
    ids = np.array([f"O{objective + 1}.KR{number}" for number, objective in enumerate(group)])
    return Tracker.empty(
        about,
        check_in_dates=tuple(map(given.to_date, given.DATES)),
        objectives=frame(
            "objectives",
            above,
            id=[f"O{objective + 1}" for objective in objectives],
            title="An objective",
            owner="Somebody",
            state=states[own("objective_state", slice(first, first + len(objectives)))],
        ),
        key_results=frame(
            "key_results",
            row,
            objective=above[group],
            id=ids,
            title="A key result",
            owner="Somebody",
            type=np.array(given.TYPES, dtype=object)[own("type")],
            state=states[own("state")],
            **{key: own(key) for key in ("baseline", "target", "weight", "start", "due")},
        ),
        check_ins=frame(
            "check_ins",
            row[of_check_in],
            id=ids[of_check_in],
            date=own("day", typed),
            value=own("value", typed),
        ),
    )


EMPTY = Tracker.empty()
BLANK = {"str": "", "int64": 0, "float64": np.nan, "datetime64[s]": given.NO_DAY}


def frame(name, row, **known):
    """A frame of a tracker in which all other columns are blank."""
    dtypes = getattr(EMPTY, name).dtypes.astype(str)
    values = {key: known.get(key, BLANK[dtype]) for key, dtype in dtypes.items()}
    return pd.DataFrame(values, index=pd.Index(row, dtype="int64", name="row")).astype(dtypes)


def main(folder, out):
    made = list(trackers(folder))
    rows = measured(lambda: scored(made, given.to_date(given.AS_OF)))
    is_objective = rows["anchor"] > 0
    statuses = pd.Index(given.STATUSES).get_indexer(worded("status", rows["status"]))
    values = {key: rows[key] for key in given.RESULTS} | {"status": statuses}
    of_objectives = {f"objective_{key}": each[is_objective] for key, each in values.items()}
    np.savez(out, **of_objectives, **{key: each[~is_objective] for key, each in values.items()})


if __name__ == "__main__":
    main(*sys.argv[1:])
