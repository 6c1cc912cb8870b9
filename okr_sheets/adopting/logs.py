"""Tables of check-ins: numbers by day, joined to the key results whose IDs they name."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from okr_sheets.adopting.details import details_in
from okr_sheets.adopting.measures import Scope, check_ins_of
from okr_sheets.adopting.numbers import number_in
from okr_sheets.adopting.periods import day_of
from okr_sheets.adopting.plans import KeyResult, Plans
from okr_sheets.adopting.records import Item, Record
from okr_sheets.reading.cells import amount
from okr_sheets.reading.scales import ENDS

_NAMES = ("key-result-id", "id", "key-result", "title", "parent")


def add_log(records: Sequence[Record], plans: Plans, scope: Scope) -> None:
    """Add the numbers, confidences and notes of a log to the key results, in order of days.

    Numbers that were added are added up, from 0 or the baseline; what only grew so is a total.
    """
    summed: dict[int, tuple[KeyResult, list[float]]] = {}
    last: dict[tuple[int, date], Item] = {}  # the cell of a key result's number on a day
    for record in sorted(records, key=lambda record: _day(record, scope) or date.max):
        found = _found(record, plans, scope)
        day = _day(record, scope)
        if found is None:
            continue
        if day is None or day not in scope.quarter.span:
            item = record.items.get("date")
            cell, given = (item.cell, item.text) if item else (record.cells[0], "")
            scope.say("left", "outside", cell, given=given)
            continue
        added = record.items.get("added")
        value = number_in(added, scope.ask).value if added else None
        if added and value is not None:
            found.cells.append(added.cell)
            _, values = summed.setdefault(id(found), (found, []))
            values.append(value)
            found.check_ins[day] = round(found.entry.get("baseline", 0.0) + sum(values), 10)
            scope.say("assumed", "added", added.cell)
        else:
            if added and added.text.strip("-–—"):
                found.notes.append(added.text)
                scope.say("left", "not-a-number", added.cell, given=added.text)
            _add_numbers(record, found, last, scope)
        if item := record.items.get("confidence"):
            details, words = details_in(Record({"confidence": item}), scope)
            found.entry |= details
            found.notes += words
        found.notes += [record.text("status"), record.text("note")]
        found.notes += [*(item.text for item in record.more), *record.comments]
    for key_result, values in summed.values():
        is_total = "baseline" not in key_result.entry and min(values) >= 0
        if is_total and key_result.entry["type"] == "increase":
            key_result.entry["type"] = "total"


def _found(record: Record, plans: Plans, scope: Scope) -> KeyResult | None:
    names = [text for role in _NAMES if (text := record.text(role))]
    found = next(filter(None, map(plans.key_result, names)), None)
    if found is None:
        scope.say("left", "unknown-id", record.cells[0], given=names[0] if names else "")
    return found


def _day(record: Record, scope: Scope) -> date | None:
    item = record.items.get("date")
    return day_of(item.value, scope.ask.words, scope.quarter.span) if item else None


def _add_numbers(
    record: Record, found: KeyResult, last: dict[tuple[int, date], Item], scope: Scope
) -> None:
    """Add the current number of a row, or the share of the way that its progress is.

    Of several rows of one day the last counts; the words are kept as notes.
    """
    numbers = {role: record.items[role] for role in ("current", "progress") if role in record.items}
    if not numbers:
        return
    told = {role: record.items[role] for role in record.items.keys() & {"unit"}}
    bare = Record({**numbers, **told, "updated": record.items["date"]})
    ends = {key: found.entry[key] for key in ENDS if key in found.entry}
    measure = check_ins_of(bare, scope, ends)
    found.cells += [item.cell for item in numbers.values()]
    found.notes += measure.notes
    item = next(iter(numbers.values()))
    for day, value in measure.check_ins.items():
        before = last.get((id(found), day), item)
        if day in found.check_ins and found.check_ins[day] != value:
            given = amount(found.check_ins[day], scope.words)
            scope.say("left", "other-number", before.cell, given=given)
        last[id(found), day] = item
        found.check_ins[day] = value
