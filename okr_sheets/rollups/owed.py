"""What people owe: OKRs, numbers that are due, and actions past their day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from okr_sheets.frames import to_day
from okr_sheets.problems import file_names
from okr_sheets.rollups.columns import kinds
from okr_sheets.rollups.namesakes import companies, owner_names, owner_of, units_of
from okr_sheets.rollups.scored import CALLED, Days, Scored
from okr_sheets.rollups.scored import days as day_of
from okr_sheets.schema import ACTIONS, CHECK_IN_PREFIX, OKRS
from okr_sheets.tracker import Tracker, declared

_PLACE = ("file", "sheet", "row", "cell", "quarter", "language")
OWED = (*_PLACE, "id", "title", "owner", "type", "current", "target", "day", *CALLED)
OVERDUE = (*_PLACE, "id", "action", "owner", "status", "due", *CALLED)
BLANK = (
    *("file", "sheet", "company", "department", "team", "level", "quarter", "language"),
    *("owner", "day", *CALLED),
)
_OPEN = ("to-do", "doing", "blocked", "")  # statuses of an action that is still to be done


def owed(now: Scored, trackers: Sequence[Tracker]) -> pd.DataFrame:
    """The live key results without a number for the last check-in date, columns `OWED`.

    `cell` is where the number belongs: in the column of that `day`, else in that of “current”.
    `language` is that of the tracker.
    """
    rows = now.key_results[now.key_results["owes"]]
    cells = []
    for number, row, week in zip(rows["tracker"], rows["row"], rows["asked_on"], strict=True):
        letters = trackers[number].letters.get(OKRS.key, {})
        letter = letters.get(f"{CHECK_IN_PREFIX}{to_day(week)}", letters.get("current", ""))
        cells.append(f"{letter}{row}" if letter else "")
    languages = np.array([tracker.about.language for tracker in trackers], dtype=object)
    found = rows.assign(
        cell=pd.Series(cells, index=rows.index, dtype="str"),
        language=pd.Series(languages[rows["tracker"]], index=rows.index, dtype="str"),
        day=day_of(rows["asked_on"]),
    )
    return found[list(OWED)].reset_index(drop=True)


def blank(now: Scored, trackers: Sequence[Tracker], days: Days) -> pd.DataFrame:
    """The trackers of units that have no OKRs yet, columns `BLANK`, `nameless`, `owner_company`.

    Their owner is the unit itself, nobody where it has no name. `days` are those the trackers are
    scored by, None for one that is not.
    """
    files = file_names(tracker.path for tracker in trackers)
    rows = pd.concat([now.objectives, now.key_results])["tracker"]
    units, employers = units_of(trackers), companies(trackers)
    written = {units[number] for number in rows.unique()}
    found = []
    for tracker, unit, employer, day in zip(trackers, units, employers, days, strict=True):
        if day is None or not tracker.readable or tracker.set_aside:
            continue
        if unit in written or unit not in now.names:
            continue
        owner = owner_of(employer, "" if unit.nameless else now.names[unit])
        found.append(
            {
                **unit._asdict(),
                "file": files[tracker.path],
                "sheet": tracker.sheets.get(OKRS.key, ""),
                "level": tracker.about.level,
                "language": tracker.about.language,
                "day": pd.Timestamp(day),
                "unit_name": now.names[unit],
                "owner": owner.name,
                "owner_name": owner.name,
                "owner_company": owner.company,
            }
        )
    columns = [*BLANK, "nameless", "owner_company"]
    return declared(pd.DataFrame(found, columns=columns), kinds(columns))


def overdue(now: Scored, trackers: Sequence[Tracker], days: Days) -> pd.DataFrame:
    """The actions still to be done after their day, columns `OVERDUE` and `owner_company`.

    Those of a cancelled or postponed key result are not. `days` are those the trackers are scored
    by, None for one that is not; `cell` is the status.
    """
    files = file_names(tracker.path for tracker in trackers)
    rows = now.key_results[~now.key_results["live"]]
    stopped = rows["id"].str.casefold().groupby(rows["tracker"]).agg(set).to_dict()
    units, employers, people = units_of(trackers), companies(trackers), owner_names(trackers)
    parts = []
    for number, (tracker, day) in enumerate(zip(trackers, days, strict=True)):
        actions = tracker.actions
        if day is None or actions.empty:
            continue
        late = actions[(actions["due"] < pd.Timestamp(day)) & actions["status"].isin(_OPEN)]
        late = late[~late["key_result"].str.casefold().isin(stopped.get(number, ()))]
        letter = tracker.letters.get(ACTIONS.key, {}).get("status", "")
        owners = [owner_of(employers[number], name) for name in late["owner"]]
        parts.append(
            late.rename(columns={"key_result": "id"}).assign(
                file=files[tracker.path],
                sheet=tracker.sheets.get(ACTIONS.key, ""),
                row=late.index,
                cell=[f"{letter}{row}" if letter else "" for row in late.index],
                quarter=tracker.about.quarter,
                language=tracker.about.language,
                unit_name=now.names[units[number]],
                owner_name=[people[owner] for owner in owners],
                owner_company=[owner.company for owner in owners],
            )
        )
    found = pd.concat(parts, ignore_index=True) if parts else Tracker.empty().actions
    columns = (*OVERDUE, "owner_company")
    return declared(found.reindex(columns=list(columns)), kinds(columns))
