"""The tables of a mapping as plans, each row with the cells it came from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from okr_sheets.adopting.details import action_in, actions_of_text, days_in, details_in, weight_in
from okr_sheets.adopting.leaving import say_above, say_columns
from okr_sheets.adopting.levels import Levels, parent_of
from okr_sheets.adopting.logs import add_log
from okr_sheets.adopting.mapping import UNITS, Mapping, Table
from okr_sheets.adopting.measures import Scope, measure_of
from okr_sheets.adopting.notes import Note, Notes
from okr_sheets.adopting.outlines import numbered, split
from okr_sheets.adopting.periods import quarter_in
from okr_sheets.adopting.plans import KeyResult, Objective, Plan, Plans
from okr_sheets.adopting.records import Item, Left, Line, Record, rows_of
from okr_sheets.adopting.sheets import Sheet
from okr_sheets.adopting.spreading import with_series
from okr_sheets.language import language
from okr_sheets.misuse import MisuseError
from okr_sheets.quarters import check_in_dates, counted_until
from okr_sheets.reading.cells import Ask, parse
from okr_sheets.reading.drafts import MOST_ROWS
from okr_sheets.reading.scales import counts_to_100
from okr_sheets.schema import is_countable

_BARE = re.compile(r"\s*\d+\s+(?![–—-])")  # a number with no sign behind it


def drafted(
    mapping: Mapping, sheets: Iterable[Sheet], today: date
) -> tuple[list[Plan], list[Note]]:
    """The plans that the tables of a mapping make, and all there is to say of their cells."""
    plans, notes = Plans(), Notes()
    by_place = {(sheet.file, sheet.name): sheet for sheet in sheets}
    places = {(table.file, table.sheet) for table in mapping.tables}
    for place, sheet in by_place.items():
        if place not in places:
            notes.add(Note("left", "no-table", sheet.file, sheet.name, sheet.first_cell))
    span = mapping.quarter.span
    dates = check_in_dates(span.start, span.end, "weekly")
    as_of = mapping.as_of or counted_until(min(max(today, span.start), span.end), dates, span)
    for number, table in sorted(enumerate(mapping.tables), key=lambda it: _rank(it[1], mapping)):
        found = by_place.get((table.file, table.sheet))
        if found is not None:
            turned = found.turned() if table.family == "transposed" else found
            _TableDrafter(mapping, plans, number, turned, as_of, notes).draft()
    _check_number(plans)
    _align(mapping, plans, notes)
    _say_missing(mapping, plans, notes)
    return plans.filled, notes.all


def _align(mapping: Mapping, plans: Plans, notes: Notes) -> None:
    """Find the objectives that others name as what they serve, once all are known."""
    for objective in plans.objectives:
        objective.serves = plans.objective(objective.parent)
        if objective.parent and objective.serves is None:
            table = mapping.tables[objective.table]
            say = notes.of(table.file, table.sheet)
            say("left", "unknown-id", objective.cells[0], given=objective.parent)


def _check_number(plans: Plans) -> None:
    """Raise MisuseError for more key results than trackers are read with."""
    count = sum(len(objective.key_results) for objective in plans.objectives)
    if count > MOST_ROWS:
        raise MisuseError(
            f"There are {count:,} key results; {MOST_ROWS:,} can be adopted at once. "
            "Name fewer sheets."
        )


def _rank(table: Table, mapping: Mapping) -> int:
    """Objectives before key results before check-ins, where tables are linked by IDs."""
    return 2 if table.is_log else 0 if mapping.are_objectives(table) else 1


def _say_missing(mapping: Mapping, plans: Plans, notes: Notes) -> None:
    """Say which key results lack a baseline or a target, once all numbers are known."""
    for objective in plans.objectives:
        table = mapping.tables[objective.table]
        say = notes.of(table.file, table.sheet)
        if not objective.key_results:
            say("missing", "no-key-results", "".join(objective.cells[:1]))
        for each in objective.key_results:
            table = mapping.tables[each.table]
            say = notes.of(table.file, table.sheet)
            entry, cell = each.entry, each.title_cell
            if entry["type"] == "achieve" or entry.get("state"):
                continue
            if "target" not in entry:
                say("missing", "no-target", cell)
            if "baseline" not in entry and entry["type"] == "decrease":
                say("missing", "no-baseline", cell)
            elif "baseline" not in entry and entry["type"] == "increase":
                say("assumed", "baseline", cell)


class _TableDrafter:
    """The rows of one table on their way into plans."""

    def __init__(
        self,
        mapping: Mapping,
        plans: Plans,
        number: int,
        sheet: Sheet,
        as_of: date,
        notes: Notes,
    ) -> None:
        self.mapping, self.plans, self.number, self.sheet = mapping, plans, number, sheet
        self.table = mapping.tables[number]
        self.say = notes.of(self.table.file, self.table.sheet)
        quarter = mapping.quarter
        ask = Ask(language(mapping.sheet_language), around=quarter.span, untyped=sheet.untyped)
        self.scope = Scope(ask, language(mapping.language), quarter, as_of, self.say)
        self.unit = dict(self.table.names)
        self.current: Objective | None = None
        self.last: KeyResult | None = None
        self.bare: Line | None = None  # a line that may be an objective, if rows follow
        self.labels: dict[str, Item] = {}  # said of the next objective
        self.quarter_text = ""

    def draft(self) -> None:
        table, quarter = self.table, self.mapping.quarter
        own = quarter_in(table.quarter, quarter.start.year, quarter.fiscal_start)
        if own and own != quarter:
            self.say("left", "other-quarter", self.sheet.first_cell, given=table.quarter)
            return
        rows = list(with_series(rows_of(table, self.sheet)))
        records = [row for row in rows if isinstance(row, Record)]
        self.levels = Levels(records, self.mapping.are_objectives(table))
        self.scope = replace(
            self.scope,
            counts_to_100=self._counts_to_100(records),
            has_finished="finished" in table.roles,
        )
        say_columns(self.table, self.sheet, self.say)
        say_above(self.table, self.sheet, self.say)
        if table.is_log:
            add_log(records, self.plans, self.scope)
            return
        for row in rows:
            if isinstance(row, Left):
                self.say("left", row.code, row.item.cell, given=row.item.text)
            elif isinstance(row, Line):
                self._line(row)
            else:
                self._record(row)
        self._drop_bare()

    def _counts_to_100(self, records: Sequence[Record]) -> bool:
        """Whether the plain numbers of progress columns count to 100 and not to 1."""
        items = [r.items["progress"] for r in records if "progress" in r.items]
        items += [i for r in records for role, _, i in r.dated if role == "progress"]
        ask = self.scope.ask
        return counts_to_100(parse("number", i.value, replace(ask, format=i.format)) for i in items)

    # --- lines ------------------------------------------------------------------------------------

    def _line(self, line: Line) -> None:
        if line.label == "objective":
            self._drop_bare()
            self._open(line.item, line.item.text)
        elif line.label:
            self.labels[line.label] = line.item
            if self.current is not None:
                self._use_labels(self.current)
        elif not line.is_above or self.table.family == "blocks":
            self._drop_bare()
            self.bare = line

    def _drop_bare(self) -> None:
        """Leave a line behind for which no row came."""
        if self.bare is not None and not self.bare.is_above:
            self.say("left", "text", self.bare.item.cell, given=self.bare.item.text)
        self.bare = None

    def _use_bare(self) -> None:
        """Take the line above a record for what it stands for: a unit, or an objective."""
        line, self.bare = self.bare, None
        if line is None or (line.is_above and self.current is not None):
            return
        has_own = "objective" in self.table.roles
        if has_own and (line.is_above or {*UNITS} & self.table.roles):
            return
        if has_own:
            self.unit = {**self.table.names, "team": line.item.text}
            self.current = None
            return
        self._open(line.item, line.item.text)
        if not line.is_above:
            self.say("assumed", "objective-of-section", line.item.cell, given=line.item.text)

    def _use_labels(self, objective: Objective) -> None:
        """Give an objective what labels beside it say."""
        for role in ("objective-owner", "owner"):
            if item := self.labels.pop(role, None):
                objective.entry.setdefault("owner", item.text)
        objective.entry |= weight_in(self.labels.pop("weight", None), self.scope)
        if item := self.labels.pop("objective-note", None):
            objective.notes.append(item.text)

    # --- records ----------------------------------------------------------------------------------

    def _record(self, record: Record) -> None:
        self._use_bare()
        self._name_unit(record)
        if not self._is_of_quarter(record):
            return
        if "title" in self.table.roles and "key-result" not in record.items:
            self._tree_record(record)
        else:
            self._flat_record(record)

    def _is_of_quarter(self, record: Record) -> bool:
        item = record.items.get("quarter")
        self.quarter_text = item.text if item else self.quarter_text
        quarter = self.mapping.quarter
        own = quarter_in(self.quarter_text, quarter.start.year, quarter.fiscal_start)
        if own and own != quarter:
            cell = item.cell if item else record.cells[0]
            self.say("left", "other-quarter", cell, given=self.quarter_text)
            return False
        return True

    def _name_unit(self, record: Record) -> None:
        """Take the unit that a row names; a blank one is that of the row above."""
        told = {key: text for key in UNITS if (text := record.text(key))}
        larger = min((UNITS.index(key) for key in told), default=len(UNITS))
        changed = any(self.unit.get(key) != text for key, text in told.items())
        if changed:
            kept = {k: v for k, v in self.unit.items() if UNITS.index(k) < larger}
            self.unit = {**kept, **told}
            self.current = None

    def _flat_record(self, record: Record) -> None:
        section, name = record.items.get("section"), record.items.get("objective")
        by_id = record.text("objective-id")
        if not by_id and self.levels.are_objectives:
            by_id = record.text("id")
        if name is not None:
            self._open(name, by_id, record)
        elif by_id:
            self.current = self.plans.objective(by_id, self.unit)
            if self.current is None:
                self.say("left", "unknown-id", record.items["objective-id"].cell, given=by_id)
        elif section is not None and "objective" not in self.table.roles:
            self._open_section(section)
        title = record.items.get("key-result")
        numbers = {"target", "current", "baseline"} & record.items.keys() or record.dated
        if title is None and not numbers:
            self._about_objective(record)
        elif title is None and name is None:
            self.say("left", "no-title", record.cells[0])
        else:
            if title is None and name is not None:
                self.say("assumed", "objective-title", name.cell)
            self._add(record, title or name or next(iter(record.items.values())))

    def _open_section(self, section: Item) -> None:
        """Take an area for the objective of its rows."""
        if self._open(section, ""):
            self.say("assumed", "objective-of-section", section.cell, given=section.text)

    def _about_objective(self, record: Record) -> None:
        """Take what a row without a key result says of its objective."""
        objective = self.current
        if objective is None:
            return
        # Without a header, who stands beside an objective owns it.
        is_outline = self.table.family == "outline"
        owner = record.text("objective-owner") or record.text("owner")
        owner = owner or (record.text("note") if is_outline else "")
        if owner:
            objective.entry.setdefault("owner", owner)
        roles = ("status",) if is_outline else ("status", "note")
        objective.notes += [record.text(role) for role in roles]
        objective.entry |= days_in(record, self.scope)
        objective.entry |= weight_in(record.items.get("weight"), self.scope)
        if item := record.items.get("progress"):
            self.say("left", "of-objective", item.cell)

    def _tree_record(self, record: Record) -> None:
        title = record.items.get("title")
        if title is None:
            if "objective" in record.items:
                self._flat_record(record)
            elif set(record.items) - {"id", "key-result-id", "kind", "quarter", *UNITS}:
                self.say("left", "no-title", record.cells[0])
            return
        level, parent = self.levels.of(record) or "key-result", parent_of(record)
        if level == "objective":
            self._open(title, record.text("id") or record.text("objective-id"), record)
            if self.current is not None:
                self.current.parent = record.text("parent")
            self._about_objective(record)
            return
        above = self.plans.objective(parent, self.unit)
        if level == "action" and self._add_action(record, title, parent):
            return
        section = record.items.get("section")
        if above is not None:
            self.current = above
        elif parent and self.plans.key_result(parent) is None and "parent" not in record.items:
            self.say("left", "unknown-id", record.items["objective-id"].cell, given=parent)
        elif section is not None and not self.levels.kinds and not self.levels.parents:
            self._open_section(section)
        self._add(record, title)

    def _add_action(self, record: Record, title: Item, parent: str) -> bool:
        """Add a row as an action of its key result; False if there is none to add it to."""
        key_result = self.plans.key_result(parent) or self.last
        if key_result is None:
            return False
        _, _, text = split(title.text)
        number, rest = numbered(text)
        key_result.actions.append(action_in(record, rest if number else text, self.scope))
        return True

    def _open(self, item: Item, own_id: str, record: Record | None = None) -> bool:
        """Make an objective the one that rows belong to; whether it is new."""
        if not item.text:
            return False
        _, said_id, text = split(item.text)
        if not said_id:
            said_id, rest = numbered(text)
            text = rest if said_id else text
        own_id = own_id if own_id and own_id != item.text else said_id
        plan, title = self.plans.of(self.unit), text or item.text
        known = plan.same(title, own_id)
        self.current = known or Objective({"title": title}, self.number, [item.cell], own_id=own_id)
        if known is None:
            plan.add(self.current)
        self._describe(self.current, item, record)
        return known is None

    def _describe(self, objective: Objective, item: Item, record: Record | None) -> None:
        """Give an objective what its row and the labels beside it say."""
        self._use_labels(objective)
        if record is None:
            return
        owner = record.items.get("owner")
        if text := record.text("objective-owner"):
            objective.entry.setdefault("owner", text)
        elif owner is not None and owner.is_merged and item.is_merged:
            objective.entry.setdefault("owner", owner.text)
        if text := record.text("objective-note"):
            objective.notes.append(text)

    def _add(self, record: Record, title: Item) -> None:
        """Add a row as a key result of the objective at hand."""
        if self.current is None:
            name = self.table.objective or self.table.sheet
            if self._open(Item(name, self.sheet.first_cell), name):
                self.say("assumed", "objective", self.sheet.first_cell)
        objective = self.current
        if objective is None or not title.text:
            self.say("left", "no-title", record.cells[0])
            return
        _, said_id, text = split(title.text)
        number, rest = numbered(text) if not said_id else ("", text)
        measure = measure_of(record, self.scope)
        place = str(len(objective.key_results) + 1)
        if _BARE.match(text) and (number != place or measure.numbers.get("target") == int(place)):
            number = ""  # that of a goal: “120 referrals”
        own_id = record.text("key-result-id") or record.text("id") or said_id or number
        entry: dict[str, Any] = {"title": (rest if number else text) or title.text}
        entry |= {"type": measure.type, "unit": measure.unit, "state": measure.state}
        entry |= {"owner": record.text("owner")}
        entry |= {key: value for key, value in measure.numbers.items() if is_countable(value)}
        details, words = details_in(record, self.scope)
        definitions = [record.text("definition"), *measure.definitions]
        notes = [*measure.notes, *words, record.text("note")]
        actions = actions_of_text(record.text("action"))
        for item in record.more:
            lists = {"definition": definitions, "note": notes}
            lists.get(item.column.role, notes).append(item.text)
        entry |= details | {"definition": " · ".join(filter(None, definitions))}
        made = KeyResult(
            entry, self.number, title.cell, [*record.cells], actions=actions, own_id=own_id
        )
        made.check_ins = {day: v for day, v in measure.check_ins.items() if is_countable(v)}
        made.notes = [*notes, *record.comments]
        objective.key_results.append(made)
        self.last = made
