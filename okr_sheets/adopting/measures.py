"""The numbers of a key result: baseline, target and check-ins of one record, on one scale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from okr_sheets.adopting.notes import Say
from okr_sheets.adopting.numbers import (
    Number,
    done_in,
    falls,
    from_title,
    has_magnitude,
    number_in,
    pair_in,
    share_in,
    unit_beside,
)
from okr_sheets.adopting.periods import Period, day_of
from okr_sheets.adopting.records import Item, Record
from okr_sheets.adopting.words import keys_by_word, plain, status_of
from okr_sheets.choices import OBJECTIVE
from okr_sheets.language import Language
from okr_sheets.quarters import Quarter
from okr_sheets.reading.cells import Ask, Read, amount, hundredfold
from okr_sheets.reading.scales import ENDS, LARGEST_FRACTION

_KEEP = {"at-least": "keep-at-least", "at-most": "keep-at-most"}
Key = str | date  # baseline, target, or the day of a check-in


@dataclass
class Measure:
    """What a record says of a key result's numbers, and the words that stand in their place."""

    numbers: dict[str, float] = field(default_factory=dict)
    check_ins: dict[date, float] = field(default_factory=dict)
    type: str = ""
    unit: str = ""
    state: str = ""
    notes: list[str] = field(default_factory=list)
    definitions: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Scope:
    """What holds for all records of a table.

    `words` are those that are written, `ask` has those of the sheet.
    `as_of` is the day of numbers that name none; `counts_to_100` if progress does and not to 1;
    `has_finished` if a column names the days on which things were done.
    """

    ask: Ask
    words: Language
    quarter: Quarter
    as_of: date
    say: Say
    counts_to_100: bool = False
    has_finished: bool = False


def measure_of(record: Record, scope: Scope) -> Measure:
    """The numbers of a record, each taken from its cell; what is not taken is said."""
    return _Measuring(record, scope, {}).measured()


def check_ins_of(record: Record, scope: Scope, ends: Mapping[str, float]) -> Measure:
    """The check-ins and words of a row whose key result, elsewhere, has the ends."""
    return _Measuring(record, scope, ends).checked_in()


class _Measuring:
    """One record on its way to a Measure."""

    def __init__(self, record: Record, scope: Scope, ends: Mapping[str, float]) -> None:
        self.record, self.scope = record, scope
        self.ask, self.words = scope.ask, scope.words
        self.quarter, self.say = scope.quarter, scope.say
        self.made = Measure(dict(ends), unit=record.text("unit"))
        self.reads: dict[Key, Read] = {}
        self.limit = ""
        self.counts_shares = False  # progress is all that is known

    def measured(self) -> Measure:
        self._take_numbers()
        self._take_status()
        self._take_progress()
        self._take_title()
        self.made.type = self._type()
        return self.made

    def checked_in(self) -> Measure:
        self._take_numbers()
        self._take_progress()
        return self.made

    def _take_numbers(self) -> None:
        self._take_periods()
        self._take_plain()
        self._bring_to_one_scale()
        for key, read in self.reads.items():
            if isinstance(key, date):
                self.made.check_ins[key] = read.value
            else:
                self.made.numbers[key] = read.value

    # --- cells ------------------------------------------------------------------------------------

    def _take(self, item: Item, key: Key) -> None:
        """Take a cell's number as baseline, target or check-in; a word is kept as a word."""
        number = number_in(item, self.ask, self.made.unit)
        if number.read.code in {"error-cell", "not-calculated"}:
            self.say("left", "error", item.cell, given=item.text or "=")
            return
        if number.value is not None:
            self._keep(key, item, number)
            return
        name = key if isinstance(key, str) else "current"
        pair = pair_in(item, name, self.ask)
        for place, each in pair.items():
            self._keep(key if place == name else place, item, each)
        if not pair and item.text.strip("-–—"):
            self._take_word(item, key)

    def _keep(self, key: Key, item: Item, number: Number) -> None:
        if number.read.code == "ambiguous-number" or has_magnitude(item, self.ask):
            value = amount(number.read.value, self.words)
            self.say("assumed", "number", item.cell, given=item.text, value=value)
        if key in self.reads and self.reads[key].value != number.value:
            self.say("left", "other-number", item.cell, given=item.text)
        self.reads.setdefault(key, number.read)
        self.limit = number.limit if key == "target" else self.limit
        self.made.unit = self.made.unit or unit_beside(item, number)

    def _take_word(self, item: Item, key: Key) -> None:
        done = done_in(item)
        if done is not None and isinstance(key, date):
            self.reads[key] = Read(done)
            self.made.notes.append(item.text)
        elif key == "target" and done is None:
            self.made.definitions.append(item.text)
            self.say("left", "not-a-number", item.cell, given=item.text)
        elif done is None:
            self.made.notes.append(item.text)
            self.say("left", "not-a-number", item.cell, given=item.text)

    def _take_plain(self) -> None:
        for key in ENDS:
            if key in self.record.items and key not in self.reads:
                self._take(self.record.items[key], key)
        item = self.record.items.get("current")
        if item is None:
            return
        days = [key for key in self.reads if isinstance(key, date)]
        if not days:
            self._take(item, self._day(item))
        elif number_in(item, self.ask, self.made.unit).value != self.reads[max(days)].value:
            self.say("left", "other-current", item.cell, given=item.text)

    def _day(self, item: Item) -> date:
        """The day of a number that stands under none: its row's, else that of all."""
        own = self.record.items.get("updated")
        day = day_of(own.value, self.ask.words, self.quarter.span) if own else None
        if day and day in self.quarter.span:
            return day
        self.say("assumed", "day", item.cell, value=self.scope.as_of.isoformat())
        return self.scope.as_of

    def _take_periods(self) -> None:
        """Take the numbers of the quarter's periods: its last target, and a check-in for each."""
        start, end = self.quarter.start, self.quarter.end
        for role, period, item in sorted(self.record.dated, key=lambda it: it[1].span.end):
            last = period.span.end
            covers = period.span.start <= start and last >= end
            if role == "progress":
                continue
            if role in ENDS and (covers or last in self.quarter.span):
                self.reads.pop(role, None)
                self._take(item, role)
            elif role not in ENDS and last in self.quarter.span:
                self._take(item, self._last_day(period))
            elif role not in ENDS and covers:
                self._take(item, self.scope.as_of)
            else:
                self.say("left", "outside", item.cell, given=item.column.header)

    def _last_day(self, period: Period) -> date:
        """The day of a period's number: its last one, of the quarter itself that of all numbers."""
        is_whole = period.span == self.quarter.span
        return self.scope.as_of if is_whole else period.span.end

    def _bring_to_one_scale(self) -> None:
        """Bring percents and the numbers beside them to one scale: 24 for 24 %.

        Beside percents a fraction is a share; where no plain end exceeds 1, that 1 is all of it.
        """
        percents = {key for key, read in self.reads.items() if read.percent}
        is_other = bool(self.made.unit) and "%" not in self.made.unit
        if not percents or (is_other and len(percents) < len(self.reads)):
            return
        self.made.unit = self.made.unit or "%"
        ends = [abs(self.reads[key].value) for key in ENDS if key in self.reads.keys() - percents]
        most = LARGEST_FRACTION if ends and max(ends) <= 1 else 0
        for key, read in self.reads.items():
            is_share = bool(read.value) and (abs(read.value) < 1 or abs(read.value) <= most)
            if key not in percents and not is_share:
                continue
            value = hundredfold(read.value)
            if key not in percents:
                words = {"given": amount(read.value, self.words)}
                words["value"] = amount(value, self.words)
                item = self.record.items.get(key if isinstance(key, str) else "current")
                self.say("assumed", "percents", item.cell if item else "", **words)
            self.reads[key] = read._replace(value=value)

    # --- words, progress, title -------------------------------------------------------------------

    @property
    def _has_numbers(self) -> bool:
        return bool(self.made.numbers or self.made.check_ins)

    def _take_status(self) -> None:
        made, item = self.made, self.record.items.get("status")
        is_number = item is not None and number_in(item, self.ask).value is not None
        if item is not None and not (is_number and not isinstance(item.value, bool)):
            key = status_of(item.text)
            made.state = key if key in {"postponed", "cancelled"} else ""
            done = done_in(item)
            if done is not None and not self._has_numbers and not [*self._shares()]:
                made.check_ins[self._day(item)] = done
                value = self.words.choice("yes_no", "yes" if done else "no")
                self.say("assumed", "word", item.cell, given=item.text, value=value)
            if not isinstance(item.value, bool):
                made.notes.append(item.text)
        self._take_finished()
        colour = self.record.status
        if colour and not (item is not None and status_of(item.text)):
            grade = {"on-track": "green", "at-risk": "yellow", "off-track": "red"}[colour]
            word = self.words.choice("grade", grade)
            made.notes.append(word)
            self.say("assumed", "colour", self.record.status_cell, value=word)

    def _take_finished(self) -> None:
        """Take the day on which something was done; where others have one, none is not done."""
        if self._has_numbers or not self.scope.has_finished:
            return
        item = self.record.items.get("finished")
        day = day_of(item.value, self.ask.words, self.quarter.span) if item else None
        if item is None:
            self.made.check_ins[self.scope.as_of] = 0.0
            self.say("assumed", "not-finished", self.record.cells[0])
        elif day and day in self.quarter.span:
            self.made.check_ins[day] = 1.0
        else:
            self.say("left", "outside", item.cell, given=item.text)

    def _take_progress(self) -> None:
        made = self.made
        for item, period, share in self._shares(say=True):
            if made.check_ins and not (period and "target" not in made.numbers):
                self.say("left", "progress", item.cell)
                continue
            day = period.span.end if period else self._day(item)
            if day not in self.quarter.span:
                self.say("left", "outside", item.cell, given=item.column.header)
                continue
            given = self.words.percent(share)
            if "target" not in made.numbers:
                made.check_ins[day] = share
                self.counts_shares = True
                self.say("assumed", "share", item.cell, value=given)
                continue
            target, baseline = made.numbers["target"], made.numbers.get("baseline", 0.0)
            value = round(baseline + share * (target - baseline), 10)
            shown = {"baseline": baseline, "target": target, "value": value}
            words = {name: amount(number, self.words) for name, number in shown.items()}
            made.check_ins[day] = value
            self.say("assumed", "from-progress", item.cell, given=given, **words)

    def _shares(self, say: bool = False) -> Iterator[tuple[Item, Period | None, float]]:
        """The shares of progress, each with its cell and its period."""
        items: list[tuple[Item, Period | None]] = [
            (item, period) for role, period, item in self.record.dated if role == "progress"
        ]
        if "progress" in self.record.items:
            items.append((self.record.items["progress"], None))
        # In a list of lines a share may stand where the others say yes or no.
        status = self.record.items.get("status")
        if status and not items and number_in(status, self.ask).read.percent:
            items.append((status, None))
        for item, period in items:
            number = number_in(item, self.ask)
            share = number.value
            if share is not None and not number.read.percent and self.scope.counts_to_100:
                share /= 100
            if share is None:
                share = share_in(item, self.ask)
            if share is None:
                share = done_in(item)
                if share is not None and say:
                    self.made.notes.append(item.text)
            if share is not None:
                yield item, period, share
            elif say and item.text.strip("-–—"):
                self.made.notes.append(item.text)
                self.say("left", "not-a-number", item.cell, given=item.text)

    def _take_title(self) -> None:
        """Take the baseline that the title tells beside the target."""
        numbers = self.made.numbers
        if "target" not in numbers or "baseline" in numbers:
            return
        title = _title(self.record)
        before = from_title(title.text, numbers["target"], self.ask) if title else None
        if title and before is not None:
            numbers["baseline"] = before
            words = {"given": amount(before, self.words)}
            words["value"] = amount(numbers["target"], self.words)
            self.say("assumed", "title-baseline", title.cell, **words)

    # --- type -------------------------------------------------------------------------------------

    def _type(self) -> str:
        """The type that the row names, or that its numbers and words tell."""
        made = self.made
        baseline, target = (made.numbers.get(key) for key in ENDS)
        named = keys_by_word("directions").get(plain(self.record.text("direction")), "")
        named = "" if named == OBJECTIVE else named
        title = _title(self.record)
        down = falls(title.text) if title else False
        if target is None and baseline is None:
            values = made.check_ins.values()
            is_share = self.counts_shares or all(0 <= value <= 1 for value in values)
            return named or ("achieve" if is_share else "decrease" if down else "increase")
        if named:
            return named
        if target is None or baseline is None:
            return _KEEP.get(self.limit) or ("decrease" if down else "increase")
        if target != baseline:
            return "decrease" if target < baseline else "increase"
        kept = "keep-at-most" if down or self.limit == "at-most" else "keep-at-least"
        item = self.record.items.get("target")
        word = self.words.choice("type", kept)
        self.say("assumed", "hold", item.cell if item else "", type=word)
        return kept


def _title(record: Record) -> Item | None:
    roles = ("key-result", "title", "objective")
    return next((record.items[role] for role in roles if role in record.items), None)
