"""What a record says of a row besides its numbers: days, weight, confidence, actions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from okr_sheets.adopting.mapping import UNITS
from okr_sheets.adopting.measures import Scope
from okr_sheets.adopting.numbers import confidence_in
from okr_sheets.adopting.periods import day_of
from okr_sheets.adopting.records import Item, Record
from okr_sheets.adopting.words import status_of
from okr_sheets.choices import COMMITMENTS
from okr_sheets.language import choice_keys, fold
from okr_sheets.reading.cells import parse

_STATUSES = {
    "done": "done",
    "in-progress": "doing",
    "on-track": "doing",
    "at-risk": "doing",
    "off-track": "blocked",
    "not-started": "to-do",
    "not-done": "to-do",
    "cancelled": "dropped",
}
_NAMES = frozenset({"title", "key-result", "id", "key-result-id", "parent", "kind", "quarter"})
_OF_ACTIONS = frozenset({*_NAMES, *UNITS, "owner", "due", "status", "note"})


def days_in(record: Record, scope: Scope) -> dict[str, Any]:
    """The first and the due day of a record, as far as they lie within the quarter."""
    span, entry = scope.quarter.span, {}
    for role in ("start", "due"):
        item = record.items.get(role)
        if item is None:
            continue
        day = day_of(item.value, scope.ask.words, span)
        if day is None:
            scope.say("left", "not-a-date", item.cell, given=item.text)
        elif day not in span:
            scope.say("left", "outside", item.cell, given=item.text)
        elif day != (span.start if role == "start" else span.end):
            entry[role] = day
    return entry


def weight_in(item: Item | None, scope: Scope) -> dict[str, float]:
    """The weight in a cell, by its key; none for a blank cell or what is no weight."""
    if item is None:
        return {}
    value = parse("number", item.value, replace(scope.ask, format=item.format)).value
    if value is None or value < 0:
        scope.say("left", "not-a-number", item.cell, given=item.text)
        return {}
    return {"weight": value}


def details_in(record: Record, scope: Scope) -> tuple[dict[str, Any], list[str]]:
    """Days, weight, confidence and commitment by their keys, and words to be kept as notes."""
    entry: dict[str, Any] = {
        **days_in(record, scope),
        **weight_in(record.items.get("weight"), scope),
    }
    notes = []
    if item := record.items.get("confidence"):
        value = confidence_in(item, scope.ask)
        if value is None:
            notes.append(item.text)
        else:
            entry["confidence"] = value
    if item := record.items.get("commitment"):
        key = choice_keys("commitment").get(fold(item.text))
        if key in COMMITMENTS:
            entry["commitment"] = key
        else:
            notes.append(item.text)
    return entry, notes


def action_in(record: Record, title: str, scope: Scope) -> dict[str, Any]:
    """A record as an action; what an action has no place for is said."""
    action: dict[str, Any] = {"action": title}
    if owner := record.text("owner"):
        action["owner"] = owner
    if (item := record.items.get("due")) is not None:
        day = day_of(item.value, scope.ask.words, scope.quarter.span)
        action |= {"due": day} if day else {}
    status = record.text("status")
    key = _STATUSES.get(status_of(status)) if status else None
    action |= {"status": key} if key else {}
    note = record.text("note") or (status if not key else "")
    action |= {"note": note} if note else {}
    for role, item in record.items.items():
        if role not in _OF_ACTIONS:
            scope.say("left", "of-action", item.cell)
    return action


def actions_of_text(text: str) -> list[dict[str, Any]]:
    """The actions in one cell, a line each."""
    lines = (line.strip(" -•*·") for line in text.splitlines())
    return [{"action": line} for line in lines if line]
