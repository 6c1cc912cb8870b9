"""Records as plans: objectives with their key results, each with the cells it came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from okr_sheets.adopting.levels import Levels
from okr_sheets.adopting.mapping import UNITS, Mapping, Table
from okr_sheets.adopting.measures import Measuring, confidence_of
from okr_sheets.adopting.notes import Note
from okr_sheets.adopting.outlines import numbered, split
from okr_sheets.adopting.periods import day_of, quarter_in
from okr_sheets.adopting.records import Item, Line, Record, Total, rows_of
from okr_sheets.adopting.sheets import Sheet
from okr_sheets.choices import COMMITMENTS
from okr_sheets.language import choice_keys, fold, language
from okr_sheets.quarters import check_in_dates, counted_until
from okr_sheets.reading.cells import Ask, parse
from okr_sheets.schema import is_countable

Place = tuple[int, str, str]  # a table's number, its file and its sheet


@dataclass
class KeyResult:
    """A key result as it will stand in a tracker; `entry` holds its columns by key."""

    entry: dict[str, Any]
    place: Place
    cells: list[str]
    check_ins: dict[date, float] = field(default_factory=dict)
    actions: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    own_id: str = ""


@dataclass
class Objective:
    """An objective with its key results."""

    entry: dict[str, Any]
    place: Place
    cells: list[str]
    key_results: list[KeyResult] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    own_id: str = ""
    parent: str = ""


@dataclass
class Plan:
    """The objectives of one unit."""

    names: dict[str, str]
    objectives: list[Objective] = field(default_factory=list)

    @property
    def unit(self) -> str:
        """The smallest unit named."""
        return next((self.names[key] for key in reversed(UNITS) if self.names.get(key)), "")


class Drafter:
    """Makes plans of the tables of a mapping, and collects what there is to say."""

    def __init__(self, mapping: Mapping, sheets: Iterable[Sheet], today: date) -> None:
        self.mapping, self.quarter = mapping, mapping.quarter
        self.sheets = {(sheet.file, sheet.name): sheet for sheet in sheets}
        self.plans: dict[tuple[str, ...], Plan] = {}
        self.notes: list[Note] = []
        dates = check_in_dates(self.quarter.start, self.quarter.end, "weekly")
        day = mapping.as_of or min(max(today, self.quarter.start), self.quarter.end)
        self.as_of = counted_until(day, dates, self.quarter.span)
        self.place: Place = (0, "", "")

    def say(self, kind: Any, code: str, cell: str, **words: str) -> None:
        """Take down a note on a cell of the table at hand."""
        note = Note(kind, code, self.place[1], self.place[2], cell, words)
        if note not in self.notes:
            self.notes.append(note)

    def drafted(self) -> list[Plan]:
        """The plans of all tables; those without a row are none."""
        order = sorted(enumerate(self.mapping.tables), key=lambda it: _rank(it[1], self.mapping))
        for number, table in order:
            sheet = self.sheets.get((table.file, table.sheet))
            if sheet is not None:
                sheet = sheet.turned() if table.family == "transposed" else sheet
                _TableDrafter(self, number, table, sheet).draft()
        self._finish()
        return [plan for plan in self.plans.values() if plan.objectives]

    def plan(self, names: dict[str, str]) -> Plan:
        """The plan of a unit."""
        key = tuple(fold(names.get(unit, "")) for unit in UNITS)
        return self.plans.setdefault(key, Plan(dict(names)))

    def objective_of(self, name: str) -> Objective | None:
        """The objective of an ID or a title, in any plan."""
        wanted = fold(name)
        every = [each for plan in self.plans.values() for each in plan.objectives]
        by_id = (each for each in every if fold(each.own_id) == wanted)
        by_title = (each for each in every if fold(each.entry["title"]) == wanted)
        return next(by_id, None) or next(by_title, None) if wanted else None

    def key_result_of(self, name: str) -> KeyResult | None:
        """The key result of an ID or a title, in any plan."""
        wanted = fold(name)
        every = [
            each for plan in self.plans.values() for o in plan.objectives for each in o.key_results
        ]
        by_id = (each for each in every if fold(each.own_id) == wanted)
        by_title = (each for each in every if fold(each.entry["title"]) == wanted)
        return next(by_id, None) or next(by_title, None) if wanted else None

    def _finish(self) -> None:
        """Give notes their texts and say what is missing, once all check-ins are known."""
        for plan in self.plans.values():
            for objective in plan.objectives:
                if objective.parent and (above := self.objective_of(objective.parent)):
                    objective.entry["aligns_to"] = above
                for each in objective.key_results:
                    self.place = each.place
                    self._say_missing(each)

    def _say_missing(self, each: KeyResult) -> None:
        entry, cell = each.entry, each.cells[0] if each.cells else ""
        if entry["type"] == "achieve" or entry.get("state"):
            return
        if "target" not in entry:
            self.say("missing", "no-target", cell)
        elif "baseline" not in entry and entry["type"] == "decrease":
            self.say("missing", "no-baseline", cell)
        elif "baseline" not in entry and entry["type"] == "increase":
            self.say("assumed", "baseline", cell)


def _rank(table: Table, mapping: Mapping) -> int:
    """Objectives before key results before check-ins, where tables are linked by IDs."""
    if is_log(table):
        return 2
    linked = any("objective-id" in other.roles for other in mapping.tables if other is not table)
    return 0 if linked and not {"key-result", "title"} & table.roles else 1


def is_log(table: Table) -> bool:
    """Whether a table holds check-ins: numbers of days, by the key results' IDs."""
    numbers = {"current", "progress", "added", "confidence", "note", "status"}
    return "date" in table.roles and bool(numbers & table.roles) and "target" not in table.roles


class _TableDrafter:
    """The rows of one table on their way into plans."""

    def __init__(self, drafter: Drafter, number: int, table: Table, sheet: Sheet) -> None:
        self.drafter, self.table, self.sheet = drafter, table, sheet
        self.place = drafter.place = (number, table.file, table.sheet)
        self.say = drafter.say
        words = language(drafter.mapping.language)
        self.ask = Ask(words, around=drafter.quarter.start, untyped=sheet.untyped)
        self.names = dict(table.names)
        self.unit = self.names
        self.current: Objective | None = None
        self.bare: Line | None = None  # a line that may be an objective, if rows follow
        self.labels: dict[str, Item] = {}
        self.last: KeyResult | None = None
        self.has_tree = "title" in table.roles

    def draft(self) -> None:
        table, quarter = self.table, self.drafter.quarter
        own = quarter_in(table.quarter, quarter.start.year, quarter.fiscal_start)
        if own and own != quarter:
            self.say("left", "other-quarter", "", given=table.quarter)
            return
        rows = list(rows_of(self.place[0], table, self.sheet))
        records = [row for row in rows if isinstance(row, Record)]
        self.levels = Levels(records)
        self.whole = self._progress_counts_to_100(records)
        if is_log(table):
            _Log(self, records).add()
            return
        for row in rows:
            if isinstance(row, Total):
                self.say("left", "total", row.item.cell, given=row.item.text)
            elif isinstance(row, Line):
                self._line(row)
            else:
                self._record(row)
        if self.bare is not None and not self.bare.is_above:
            self.say("left", "text", self.bare.item.cell, given=self.bare.item.text)
        self._columns_left()

    # --- lines ------------------------------------------------------------------------------------

    def _line(self, line: Line) -> None:
        if line.label == "objective":
            self._open(line.item, line.item.text)
            self.bare = None
        elif line.label == "team":
            pass  # `naming` has it already
        elif line.label:
            self.labels[line.label] = line.item
            if self.current is not None and line.label in {"owner", "objective-owner"}:
                self.current.entry["owner"] = line.item.text
                self.labels.pop(line.label)
        elif not line.is_above or self.table.family == "blocks":
            if self.bare is not None and not self.bare.is_above:
                self.say("left", "text", self.bare.item.cell, given=self.bare.item.text)
            self.bare = line

    def _use_bare(self) -> None:
        """Take the line above a record for what it stands for: a unit, or an objective."""
        line, self.bare = self.bare, None
        if line is None:
            return
        if line.is_above and (self.current is not None or "objective" in self.table.roles):
            return
        if "objective" in self.table.roles and not {*UNITS} & self.table.roles:
            self.names = {**self.table.names, "team": line.item.text}
            self.current = None
            return
        self._open(line.item, line.item.text)
        if not line.is_above:
            self.say("assumed", "objective-of-section", line.item.cell, given=line.item.text)

    # --- records ----------------------------------------------------------------------------------

    def _record(self, record: Record) -> None:
        self._use_bare()
        if not self._is_of_quarter(record):
            return
        self._name_unit(record)
        level = self.levels.of(record) if self.has_tree else "key-result"
        if self.has_tree and "key-result" not in record.items:
            self._tree_record(record, level or "key-result")
            return
        self._flat_record(record)

    def _is_of_quarter(self, record: Record) -> bool:
        item = record.items.get("quarter")
        if item is None:
            return True
        quarter = self.drafter.quarter
        own = quarter_in(item.text, quarter.start.year, quarter.fiscal_start)
        if own and own != quarter:
            self.say("left", "other-quarter", item.cell, given=item.text)
            return False
        return True

    def _name_unit(self, record: Record) -> None:
        told = {key: text for key in UNITS if (text := record.text(key))}
        names = {**self.names, **told}
        if names != self.unit:
            self.unit = names
            self.current = None

    def _flat_record(self, record: Record) -> None:
        section, name = record.items.get("section"), record.items.get("objective")
        by_id = record.text("objective-id")
        if name is not None:
            self._open(name, by_id, owner=record.text("objective-owner"))
        elif by_id and "objective" not in self.table.roles:
            self.current = self.drafter.objective_of(by_id)
            if self.current is None:
                self.say("left", "unknown-id", record.items["objective-id"].cell, given=by_id)
        elif section is not None and "objective" not in self.table.roles:
            is_new = self._open(section, "")
            if is_new:
                self.say("assumed", "objective-of-section", section.cell, given=section.text)
        title = record.items.get("key-result")
        numbers = {"target", "current", "baseline"} & record.items.keys() or record.dated
        if title is None and not numbers:
            self._about_objective(record)
            return
        if title is None and name is None:
            return self._say_no_title(record)
        if title is None:
            self.say("assumed", "objective-title", name.cell if name else "")
        self._add(record, title or name or next(iter(record.items.values())))
        return None

    def _say_no_title(self, record: Record) -> None:
        self.say("left", "no-title", record.cells[0] if record.cells else "")

    def _about_objective(self, record: Record) -> None:
        """Take what a row without a key result says of its objective."""
        if self.current is None:
            return
        owner = record.text("objective-owner") or record.text("owner")
        if owner:
            self.current.entry.setdefault("owner", owner)
        for role in ("note", "status"):
            if text := record.text(role):
                self.current.notes.append(text)
        if "progress" in record.items:
            item = record.items["progress"]
            self.say("left", "of-objective", item.cell, given=item.text)

    def _tree_record(self, record: Record, level: str) -> None:
        title = record.items.get("title")
        if title is None:
            if record.items.get("objective") is not None:
                self._flat_record(record)
            elif set(record.items) - {"id", "kind", "quarter", *UNITS}:
                self._say_no_title(record)
            return
        parent = record.text("parent")
        if level == "objective":
            self._open(title, record.text("id"), is_row=True)
            if self.current is not None:
                self.current.parent = parent
            self._about_objective(record)
            return
        above = self.drafter.objective_of(parent) if parent else None
        if above is not None:
            self.current = above
        if level == "action":
            owner = self.drafter.key_result_of(parent) or self.last
            if owner is not None:
                owner.actions.append(split(title.text)[2])
                return
        section = record.items.get("section")
        if section is not None and above is None and "objective" not in self.levels.kinds:
            self._open(section, "")
        self._add(record, title)

    def _open(self, item: Item, own_id: str, owner: str = "", is_row: bool = False) -> bool:
        """Make an objective the one that rows belong to; whether it is new."""
        _, said_id, text = split(item.text)
        own_id = own_id if own_id and own_id != item.text else said_id
        if not said_id and is_row:
            number, rest = numbered(text)
            own_id, text = own_id or number, rest if number else text
        plan = self.drafter.plan(self.unit)
        title = text or item.text
        for each in plan.objectives:
            same_id = bool(own_id) and fold(each.own_id) == fold(own_id)
            if fold(each.entry["title"]) == fold(title) and (same_id or not own_id or not each.own_id):
                self.current = each
                return False
        entry: dict[str, Any] = {"title": title}
        owner = owner or self._label("objective-owner") or self._label("owner")
        if owner:
            entry["owner"] = owner
        self.current = Objective(entry, self.place, [item.cell], own_id=own_id)
        plan.objectives.append(self.current)
        return True

    def _label(self, role: str) -> str:
        item = self.labels.pop(role, None)
        return item.text if item else ""

    def _objective(self) -> Objective:
        """The objective of a row; where nobody named one, the one named after the sheet."""
        if self.current is None:
            item = Item(self.table.objective or self.table.sheet, "")
            if self._open(item, ""):
                self.say("assumed", "objective", "")
                if self.current is not None:
                    self.current.cells = []
        assert self.current is not None  # noqa: S101  opened above
        return self.current

    def _add(self, record: Record, title: Item) -> None:
        objective = self._objective()
        _, said_id, text = split(title.text)
        number, rest = numbered(text) if not said_id and self.has_tree else ("", text)
        own_id = record.text("id") or said_id or number
        reader = Measuring(self.ask, self.drafter.quarter, self.drafter.as_of, self.say, self.whole)
        measure = reader.of(record)
        entry: dict[str, Any] = {"title": rest or title.text, "type": measure.type}
        entry |= {key: v for key, v in measure.numbers.items() if is_countable(v)}
        for role in ("owner", "unit"):
            if value := record.text(role) or (measure.unit if role == "unit" else ""):
                entry[role] = value
        if measure.state:
            entry["state"] = measure.state
        self._details(record, entry)
        notes = [*measure.notes, record.text("note")]
        definitions = [record.text("definition"), *measure.definitions]
        for item in record.more:
            (definitions if item.column.role == "definition" else notes).append(item.text)
        notes += [comment.text for comment in record.comments]
        entry["definition"] = _joined(definitions)
        made = KeyResult(entry, self.place, [*record.cells], own_id=own_id)
        made.check_ins = {day: v for day, v in measure.check_ins.items() if is_countable(v)}
        made.notes = notes
        made.actions = [line.strip(" -•*") for line in record.text("action").splitlines()]
        objective.key_results.append(made)
        self.last = made

    def _details(self, record: Record, entry: dict[str, Any]) -> None:
        """Weight, confidence, commitment and days, as far as they can be read."""
        span = self.drafter.quarter.span
        for role in ("start", "due"):
            item = record.items.get(role)
            if item is None:
                continue
            day = day_of(item.value, self.ask.words, span.start)
            if day is None:
                self.say("left", "not-a-date", item.cell, given=item.text)
            elif day in span:
                if day != (span.start if role == "start" else span.end):
                    entry[role] = day
            else:
                self.say("left", "outside", item.cell, given=item.text)
        if item := record.items.get("weight"):
            read = parse("number", item.value, replace(self.ask, format=item.format))
            if read.value is not None and read.value >= 0:
                entry["weight"] = read.value
            else:
                self.say("left", "not-a-number", item.cell, given=item.text)
        if item := record.items.get("confidence"):
            value = confidence_of(item, self.ask)
            if value is None:
                self.say("left", "not-a-number", item.cell, given=item.text)
            else:
                entry["confidence"] = value
        if item := record.items.get("commitment"):
            key = choice_keys("commitment").get(fold(item.text))
            if key in COMMITMENTS:
                entry["commitment"] = key

    # --- all of a table ---------------------------------------------------------------------------

    def _progress_counts_to_100(self, records: Sequence[Record]) -> bool:
        items = [r.items["progress"] for r in records if "progress" in r.items]
        items += [i for r in records for role, _, i in r.dated if role == "progress"]
        reads = [parse("number", i.value, replace(self.ask, format=i.format)) for i in items]
        return any(r.value is not None and not r.percent and r.value > 1 for r in reads)

    def _columns_left(self) -> None:
        """Name each column that is not taken, once, with how many cells it has."""
        codes = {"left": "column", "computed": "computed", "useless": "useless"}
        for number, column in sorted(self.table.columns.items()):
            code = codes.get(column.role)
            first = max(self.table.headers, default=self.table.rows.start - 1) + 1
            rows = [row for row in self.table.rows if row >= min((*self.table.headers, first)) + 1]
            filled = [r for r in rows if self.sheet.value(r, number) is not None]
            filled = [r for r in filled if r not in self.table.headers]
            if code and filled:
                given = column.header or self.sheet.line(number)
                cell = self.sheet.cell(filled[0], number)
                self.say("left", code, cell, given=given, n=str(len(filled)))


class _Log:
    """A table of check-ins on its way into the key results that its rows name."""

    def __init__(self, table: _TableDrafter, records: Sequence[Record]) -> None:
        self.table, self.records = table, records

    def add(self) -> None:
        sums: dict[int, float] = {}
        for record in sorted(self.records, key=self._day_or_last):
            say, drafter = self.table.say, self.table.drafter
            names = [record.text(role) for role in ("id", "key-result", "title", "parent")]
            found = next(filter(None, map(drafter.key_result_of, filter(None, names))), None)
            cell = record.cells[0] if record.cells else ""
            if found is None:
                say("left", "unknown-id", cell, given=next(filter(None, names), ""))
                continue
            day = self._day(record)
            if day is None or day not in drafter.quarter.span:
                date_cell = record.items.get("date")
                given = date_cell.text if date_cell else ""
                say("left", "outside", date_cell.cell if date_cell else cell, given=given)
                continue
            self._number(record, found, day, sums)
            if item := record.items.get("confidence"):
                value = confidence_of(item, self.table.ask)
                found.entry |= {"confidence": value} if value is not None else {}
            found.notes += [text for role in ("note", "status") if (text := record.text(role))]

    def _day(self, record: Record) -> date | None:
        item = record.items.get("date")
        around = self.table.drafter.quarter.start
        return day_of(item.value, self.table.ask.words, around) if item else None

    def _day_or_last(self, record: Record) -> date:
        return self._day(record) or date.max

    def _number(self, record: Record, found: KeyResult, day: date, sums: dict[int, float]) -> None:
        table = self.table
        reader = Measuring(table.ask, table.drafter.quarter, day, lambda *_, **__: None, table.whole)
        if added := record.items.get("added"):
            read = reader.number(added)
            if read.value is not None:
                before = sums.get(id(found), found.entry.get("baseline", 0.0))
                found.check_ins[day] = sums[id(found)] = before + read.value
                found.cells.append(added.cell)
            return
        measure = reader.of(record)
        for value in measure.check_ins.values():
            is_share = "current" not in record.items and "target" in found.entry
            if is_share:
                base = found.entry.get("baseline", 0.0)
                value = base + value * (found.entry["target"] - base)  # noqa: PLW2901
            found.check_ins[day] = value


def _joined(texts: Iterable[str]) -> str:
    return " · ".join(dict.fromkeys(text.strip() for text in texts if text.strip()))


def note_of(each: KeyResult | Objective) -> str:
    """The note of a row: its words, remarks and comments, each once."""
    return _joined(each.notes)


