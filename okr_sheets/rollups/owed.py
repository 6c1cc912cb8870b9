"""What people owe: numbers that are due, and actions past their day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from okr_sheets.frames import to_day
from okr_sheets.problems import file_names
from okr_sheets.rollups.columns import kinds
from okr_sheets.rollups.scored import Days, Scored
from okr_sheets.rollups.scored import days as day_of
from okr_sheets.schema import ACTIONS, CHECK_IN_PREFIX, OKRS
from okr_sheets.tracker import Tracker, declared

_PLACE = ("file", "sheet", "row", "cell", "quarter", "language")
OWED = (*_PLACE, "id", "title", "owner", "type", "current", "target", "day")
OVERDUE = (*_PLACE, "id", "action", "owner", "status", "due")
_OPEN = ("to-do", "doing", "blocked", "")  # statuses of an action that is still to be done


def owed(now: Scored, trackers: Sequence[Tracker]) -> pd.DataFrame:
    """The live key results without a number for the last check-in date, columns `OWED`.

    `cell` is where the number belongs: in the column of that `day`, else in that of “current”.
    `language` is that of the tracker.
    """
    rows = now.key_results[now.key_results["owes"]]
    cells = []
    for number, row, week in zip(rows["tracker"], rows["row"], rows["week"], strict=True):
        letters = trackers[number].letters.get(OKRS.key, {})
        letter = letters.get(f"{CHECK_IN_PREFIX}{to_day(week)}", letters.get("current", ""))
        cells.append(f"{letter}{row}" if letter else "")
    languages = np.array([tracker.about.language for tracker in trackers], dtype=object)
    found = rows.assign(
        cell=pd.Series(cells, index=rows.index, dtype="str"),
        language=pd.Series(languages[rows["tracker"]], index=rows.index, dtype="str"),
        day=day_of(rows["week"]),
    )
    return found[list(OWED)].reset_index(drop=True)


def overdue(now: Scored, trackers: Sequence[Tracker], days: Days) -> pd.DataFrame:
    """The actions that are still to be done after their day, columns `OVERDUE`.

    Those of a cancelled or postponed key result are not. `days` are those the trackers are scored
    by, None for one that is not; `cell` is the status.
    """
    files = file_names(tracker.path for tracker in trackers)
    rows = now.key_results[~now.key_results["live"]]
    stopped = rows["id"].str.casefold().groupby(rows["tracker"]).agg(set).to_dict()
    parts = []
    for number, (tracker, day) in enumerate(zip(trackers, days, strict=True)):
        actions = tracker.actions
        if day is None or actions.empty:
            continue
        late = actions[(actions["due"] < pd.Timestamp(day)) & actions["status"].isin(_OPEN)]
        late = late[~late["key_result"].str.casefold().isin(stopped.get(number, ()))]
        letter = tracker.letters.get(ACTIONS.key, {}).get("status", "")
        parts.append(
            late.rename(columns={"key_result": "id"}).assign(
                file=files[tracker.path],
                sheet=tracker.sheets.get(ACTIONS.key, ""),
                row=late.index,
                cell=[f"{letter}{row}" if letter else "" for row in late.index],
                quarter=tracker.about.quarter,
                language=tracker.about.language,
            )
        )
    found = pd.concat(parts, ignore_index=True) if parts else Tracker.empty().actions
    return declared(found.reindex(columns=list(OVERDUE)), kinds(OVERDUE))
