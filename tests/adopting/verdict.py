"""What adopting made of a layout, held against what a careful colleague would make of it."""

from __future__ import annotations

import math
import re
from datetime import date

from adopting.layouts import Layout
from openpyxl.utils.cell import coordinate_from_string

from okr_sheets import adopting
from okr_sheets.adopting.asking import questions
from okr_sheets.columns import to_day
from okr_sheets.quarters import Quarter

TODAY = date(2027, 2, 12)


def adoption_of(layout: Layout, folder, **options):
    """The layout's files, adopted on a day in the middle of its quarter."""
    source = adopting.read_source(layout.write(folder))
    assert not [p for p in source.problems if p.severity == "error"], source.problems
    quarter = Quarter.parse(layout.quarter) if layout.quarter else None
    mapping = adopting.recognise(source.sheets, quarter, "", 1, TODAY)
    return adopting.adopt(source, mapping, today=TODAY, **options)


def verdict(layout: Layout, adoption) -> list[str]:
    """What differs from what is expected, a line each; nothing where all is right."""
    expected = layout.expected
    wrong = []
    if str(adoption.mapping.quarter) != expected["quarter"]:
        wrong.append(f"quarter {adoption.mapping.quarter}, not {expected['quarter']}")
    trackers = [each.tracker for each in adoption.adopted]
    if len(trackers) != len(expected["trackers"]):
        units = [each.unit for each in adoption.adopted]
        return [*wrong, f"{len(trackers)} trackers: {units}"]
    for tracker, wanted in zip(trackers, expected["trackers"], strict=True):
        wrong += _of_tracker(tracker, wanted)
    wrong += list(_unsaid(layout, adoption))
    return wrong


def _of_tracker(tracker, wanted):
    about = tracker.about
    names = {key: wanted.get(key, "") for key in ("company", "department", "team")}
    person = wanted.get("person", "")
    # A tracker knows units alone: of a person without a team it is the name.
    names["team"] = names["team"] or person
    for key, name in names.items():
        if getattr(about, key) != name:
            yield f"{key} “{getattr(about, key)}”, not “{name}”"
    objectives = list(tracker.columns["objectives"].records())
    titles = [row["title"] for row in objectives]
    if titles != [row["title"] for row in wanted["objectives"]]:
        yield f"objectives {titles}, not {[row['title'] for row in wanted['objectives']]}"
        return
    key_results = list(tracker.columns["key_results"].records())
    check_ins = list(tracker.columns["check_ins"].records())
    logs = " ".join(row["note"] for row in tracker.columns["log"].records())
    for row, target in zip(objectives, wanted["objectives"], strict=True):
        yield from _of_row(row, target, {}, logs)
        below = [each for each in key_results if each["objective"] == row["row"]]
        found = [each["title"] for each in below]
        if found != [each["title"] for each in target["key_results"]]:
            yield f"key results {found}, not {[e['title'] for e in target['key_results']]}"
            continue
        for each, goal in zip(below, target["key_results"], strict=True):
            numbers = {to_day(c["date"]): c["value"] for c in check_ins if c["id"] == each["id"]}
            yield from _of_row(each, goal, numbers, logs)
    actions = [(a["action"], a["owner"]) for a in tracker.columns["actions"].records()]
    for action in wanted.get("actions", ()):
        if action["action"] not in [a for a, _ in actions]:
            yield f"action “{action['action']}” is missing"


def _number(row, key):
    value = row.get(key)
    return None if value is None or math.isnan(value) else value


def _of_row(row, wanted, numbers, logs):
    title = wanted["title"]
    is_percent = wanted.get("unit") == "%"
    scale = 100 if is_percent and _is_fraction(row, wanted) else 1
    for key in ("baseline", "target"):
        value = _number(row, key)
        value = None if value is None else value * scale
        goal = wanted.get(key)
        if goal is None and key == "baseline" and value == 0:
            continue
        if not _same(value, goal):
            yield f"{title}: {key} {value}, not {goal}"
    for key in ("owner", "unit", "id", "type"):
        if key in {"id", "type"} and key not in wanted:
            continue
        if (row.get(key) or "") != wanted.get(key, "") and key in row:
            yield f"{title}: {key} “{row.get(key)}”, not “{wanted.get(key, '')}”"
    for key in ("weight", "confidence"):
        value = _number(row, key)
        if not _same(value, wanted.get(key)):
            yield f"{title}: {key} {value}, not {wanted.get(key)}"
    for key in ("start", "due"):
        number, goal = _number(row, key), wanted.get(key)
        day = to_day(number) if number else None
        # The quarter's own edges need not be said.
        if day != goal and not (day is None and goal and _is_edge(goal)):
            yield f"{title}: {key} {day}, not {goal}"
    notes = wanted.get("note", [])
    for note in [notes] if isinstance(notes, str) else notes:
        if note not in row.get("note", "") and note not in logs:
            yield f"{title}: note “{row.get('note', '')}” lacks “{note}”"
    scaled = {day: value * scale for day, value in numbers.items()}
    if "check_ins" in wanted:
        goals = {date.fromisoformat(day): value for day, value in wanted["check_ins"].items()}
        if goals.keys() != scaled.keys() or not all(_same(scaled[d], goals[d]) for d in goals):
            yield f"{title}: check-ins {_shown(scaled)}, not {_shown(goals)}"
    else:
        last = scaled[max(scaled)] if scaled else None
        if not _same(last, wanted.get("current")):
            yield f"{title}: current {last}, not {wanted.get('current')}"


def _is_edge(day):
    quarter = Quarter.holding(day)
    return day in {quarter.start, quarter.end}


def _is_fraction(row, wanted):
    """Whether a row holds 0.25 for the 25 % that are expected."""
    goal, value = wanted.get("target"), _number(row, "target")
    return bool(goal) and value is not None and abs(value * 100 - goal) < 1e-6


def _same(value, goal):
    if value is None or goal is None:
        return value is None and goal is None
    return abs(value - goal) < 1e-6


def _shown(numbers):
    return {day.isoformat(): value for day, value in numbers.items()}


def _unsaid(layout, adoption):
    """The cells that should be named and are not."""
    names = [sheet["name"] for sheet in layout.sheets] or [file["name"] for file in layout.files]
    said = {kind: [] for kind in ("left", "assumed", "missing")}
    for note in adoption.notes:
        name = note.sheet if layout.sheets else note.file.rpartition("/")[2]
        said[note.kind].append((name, note.cell))
    for kind, kinds in (("left", ("left",)), ("assumed", ("assumed", "missing"))):
        cells = [cell for each in kinds for cell in said[each]]
        for row in layout.expected.get(kind, ()):
            name, _, cell = row["cell"].rpartition("!")
            name = name or names[0]
            if not any(_covers(name, cell, other, where) for other, where in cells):
                yield f"{kind} {row['cell']}: not said ({row.get('why', '')})"
    open_ones = questions(adoption.mapping)
    for row in layout.expected.get("asked", ()):
        if not open_ones:
            yield f"asked: {row['what']}"


def _covers(name, cell, other, where):
    """Whether a note at a cell says what is expected of one: its own, or one of its column."""
    if other and name != other:
        return False
    if not where:
        return True
    letters, row = coordinate_from_string(cell)
    other_letters, other_row = re.match(r"([A-Z]+)(\d+)", where).groups()
    return letters == other_letters or int(other_row) == row
