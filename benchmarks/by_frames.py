"""The forecast by frames, as simulations and tests hold their key results."""

import numpy as np
import pandas as pd

from okr_sheets.columns import EPOCH, Columns
from okr_sheets.rollups import forecast as ours


def columns(rows):
    """A frame as columns: days as spreadsheets' numbers, words as plain text."""
    arrays = {}
    for key in rows:
        values = rows[key]
        if pd.api.types.is_datetime64_any_dtype(values):
            values = (values - pd.Timestamp(EPOCH)) / pd.Timedelta(days=1)
        elif not pd.api.types.is_numeric_dtype(values):
            values = values.astype(object)
        arrays[str(key)] = values.to_numpy()
    return Columns(arrays, len(rows))


def forecast(rows, check_ins, prior=ours.PRIOR):
    check_ins = check_ins.astype({"place": "int64", "checked_on": float, "value": float})
    told = ours.forecast(columns(rows), columns(check_ins), prior)
    return pd.DataFrame({key: told[key] for key in ours.COLUMNS}, index=rows.index)


def combined(rows, forecasts, groups, objectives=None, weights=None, together=ours.PRIOR.together):
    """One row a group, by name; those of no weight have none."""
    groups = groups.reindex(rows.index)
    within = ()
    if objectives is not None:
        numbers = pd.factorize(objectives.reindex(rows.index), sort=True)[0]
        within = (numbers, weights.reindex(rows.index).to_numpy(dtype=float))
    numbers, names = pd.factorize(groups, sort=True)
    told = ours.combined(
        columns(rows), columns(forecasts), numbers, len(names), *within, together=together
    )
    found = pd.DataFrame({key: told[key] for key in ours.ENDS}, index=names)
    counts = ["forecast_of", "forecast_stale"]
    return found.astype(dict.fromkeys(counts, np.int64))
