"""What people owe: OKRs, numbers that are due, and actions past their day."""

from __future__ import annotations

from collections.abc import Sequence

from okr_sheets.columns import Columns, among, filled, folded, serial, to_day
from okr_sheets.problems import file_names
from okr_sheets.rollups.namesakes import companies, owner_names, owner_of, units_of
from okr_sheets.rollups.schema import FRAMES, tabled
from okr_sheets.rollups.scored import Days, Scored
from okr_sheets.schema import ACTIONS, CHECK_IN_PREFIX, OKRS
from okr_sheets.tracker import Tracker

OPEN = ("", *FRAMES["overdue"]["status"].choices)  # of an action that is still to be done


def owed(now: Scored, trackers: Sequence[Tracker]) -> Columns:
    """The live key results without a number for the last check-in date.

    `cell` is where the number belongs: in the column of that `day`, else in that of “current”.
    `language` is that of the tracker.
    """
    rows = now.key_results.take(now.key_results.owes)
    cells, languages = [], []
    for number, row, week in zip(
        rows.tracker.tolist(), rows.row.tolist(), rows.asked_on.tolist(), strict=True
    ):
        letters = trackers[number].letters.get(OKRS.key, {})
        letter = letters.get(f"{CHECK_IN_PREFIX}{to_day(week)}", letters.get("current", ""))
        cells.append(f"{letter}{row}" if letter else "")
        languages.append(trackers[number].about.language)
    return rows.having(
        cell=filled(cells, "text"), language=filled(languages, "text"), day=rows.asked_on
    ).only(FRAMES["owed"].keys)


def blank(now: Scored, trackers: Sequence[Tracker], days: Days) -> Columns:
    """The trackers of units that have no OKRs yet, with `nameless` and `owner_company`.

    Their owner is the unit itself, nobody where it has no name. `days` are those the trackers are
    scored by, None for one that is not.
    """
    files = file_names(tracker.path for tracker in trackers)
    units, employers = units_of(trackers), companies(trackers)
    numbers = {*now.objectives.tracker.tolist(), *now.key_results.tracker.tolist()}
    written = {units[number] for number in numbers}
    rows = []
    for tracker, unit, employer, day in zip(trackers, units, employers, days, strict=True):
        if day is None or not tracker.readable or tracker.set_aside:
            continue
        if unit in written or unit not in now.names:
            continue
        owner = owner_of(employer, "" if unit.nameless else now.names[unit])
        rows.append(
            {
                **unit._asdict(),
                "file": files[tracker.path],
                "sheet": tracker.sheets.get(OKRS.key, ""),
                "level": tracker.about.level,
                "language": tracker.about.language,
                "day": day,
                "unit_name": now.names[unit],
                "owner": owner.name,
                "owner_name": owner.name,
                "owner_company": owner.company,
            }
        )
    return tabled(FRAMES["blank"], rows, "nameless", "owner_company")


def overdue(now: Scored, trackers: Sequence[Tracker], days: Days) -> Columns:
    """The actions still to be done after their day, with `owner_company`.

    Those of a cancelled or postponed key result are not. `days` are those the trackers are scored
    by, None for one that is not; `cell` is the status.
    """
    files = file_names(tracker.path for tracker in trackers)
    stopped = now.key_results.take(~now.key_results.live)
    stopped_ids = set(zip(stopped.tracker.tolist(), folded(stopped.id), strict=True))
    units, employers, people = units_of(trackers), companies(trackers), owner_names(trackers)
    rows = []
    for number, (tracker, day) in enumerate(zip(trackers, days, strict=True)):
        actions = tracker.columns["actions"]
        if day is None or not len(actions):
            continue
        late = actions.take((actions.due < serial(day)) & among(actions.status, OPEN))
        letter = tracker.letters.get(ACTIONS.key, {}).get("status", "")
        for action in late.records():
            if (number, action["key_result"].casefold()) in stopped_ids:
                continue
            owner = owner_of(employers[number], action["owner"])
            rows.append(
                {
                    **action,
                    "id": action["key_result"],
                    "file": files[tracker.path],
                    "sheet": tracker.sheets.get(ACTIONS.key, ""),
                    "cell": f"{letter}{action['row']}" if letter else "",
                    "quarter": tracker.about.quarter,
                    "language": tracker.about.language,
                    "unit_name": now.names[units[number]],
                    "owner_name": people[owner],
                    "owner_company": owner.company,
                }
            )
    return tabled(FRAMES["overdue"], rows, "owner_company")
