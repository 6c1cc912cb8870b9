"""The numbers of a key result: baseline, target and check-ins of one record, on one scale."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from okr_sheets.adopting.mapping import Column
from okr_sheets.adopting.periods import Period, day_of
from okr_sheets.adopting.records import Item, Record
from okr_sheets.adopting.words import keys_by_word, plain, status_of, words_of
from okr_sheets.files.grid import Broken, Uncalculated
from okr_sheets.quarters import Quarter
from okr_sheets.reading.cells import Ask, Read, amount, confidence, hundredfold, parse

_ARROW = re.compile(r"(.+?)\s*(?:→|->|=>|➜|»|⟶)\s*(.+)")
_PART = re.compile(r"([\d.,\s]*\d)\s*(?:/|of|out of)\s*(\d[\d.,\s]*)")
_BEHIND = re.compile(r"([<>≤≥=~+-]*\s*\d[\d.,]*(?:\s\d{3})*)\s*([^\W\d_][^\d]{0,14})")
_LIMITS = {"<": "keep-at-most", "≤": "keep-at-most", ">": "keep-at-least", "≥": "keep-at-least"}
ENDS = ("baseline", "target")

Say = Callable[..., None]  # kind, code, cell and words of a note


@dataclass
class Measure:
    """What a record says of a key result's numbers; `done` is a word's yes or no."""

    numbers: dict[str, float] = field(default_factory=dict)
    check_ins: dict[date, float] = field(default_factory=dict)
    type: str = ""
    unit: str = ""
    state: str = ""
    notes: list[str] = field(default_factory=list)
    definitions: list[str] = field(default_factory=list)


class Measuring:
    """Reads the numbers of records, and says what it makes of them."""

    def __init__(self, ask: Ask, quarter: Quarter, as_of: date, say: Say, whole: bool) -> None:
        """`as_of` is the day of numbers that name none; `whole` if progress counts to 100."""
        self.ask, self.quarter, self.as_of, self.say = ask, quarter, as_of, say
        self.whole = whole
        self.measure = Measure()
        self.percents: set[str | date] = set()

    def of(self, record: Record) -> Measure:
        """The numbers of a record."""
        made = self.measure
        made.unit = record.text("unit")
        reads: dict[str | date, Read] = {}
        self._periods(record, reads)
        self._plain(record, reads)
        self._scale(reads, record)
        for key, read in reads.items():
            if isinstance(key, date):
                made.check_ins[key] = read.value
            else:
                made.numbers[key] = read.value
        self._status(record)
        self._progress(record)
        self._type(record)
        return made

    # --- one number -------------------------------------------------------------------------------

    def number(self, item: Item) -> Read:
        """A cell as a number; a text with its unit behind it is one too."""
        ask = replace(self.ask, format=item.format, unit=self.measure.unit)
        read = parse("number", item.value, ask)
        if read.value is not None or not isinstance(item.value, str):
            return read
        match = _BEHIND.fullmatch(item.text)
        if match:
            behind = parse("number", match[1], ask)
            if behind.value is not None:
                self.measure.unit = self.measure.unit or match[2].strip()
                return behind
        return read

    def _take(self, item: Item, key: str | date, reads: dict[str | date, Read]) -> None:
        """Read a cell's number into `reads`; what is none is said, and kept as a word."""
        if isinstance(item.value, (Broken, Uncalculated)):
            given = item.value.text if isinstance(item.value, Broken) else "="
            self.say("left", "error", item.cell, given=given)
            return
        read = self.number(item)
        if read.value is not None:
            if read.code == "ambiguous-number":
                value = amount(read.value, self.ask.words)
                self.say("assumed", "number", item.cell, given=item.text, value=value)
            reads[key] = read
            limit = _LIMITS.get(item.text[:1]) if isinstance(item.value, str) else None
            if key == "target" and limit:
                self.measure.type = limit
            if not self.measure.unit:
                self.measure.unit = _currency(item) or ("" if read.percent else item.column.unit)
            return
        if item.text.strip("-–—") and not self._pair(item, key, reads):
            self._word(item, key, reads)

    def _pair(self, item: Item, key: str | date, reads: dict[str | date, Read]) -> bool:
        """Read “20 → 30” as baseline and target, “12 / 40” as current and target."""
        text = item.text
        pair = _ARROW.fullmatch(text) if key == "target" else _PART.fullmatch(text)
        if not pair:
            return False
        first, second = (self.number(replace(item, value=part)) for part in pair.groups())
        if first.value is None or second.value is None:
            return False
        both = {"baseline": first} if key == "target" else {key: first}
        for place, read in {**both, "target": second}.items():
            reads.setdefault(place, read)
        return True

    def _word(self, item: Item, key: str | date, reads: dict[str | date, Read]) -> None:
        """Keep a word that stands where a number should."""
        done = _done(item)
        is_current = isinstance(key, date) or key == "current"
        if done is not None and is_current:
            reads[key] = Read(done)
            self.measure.type = "achieve"
            self.measure.notes.append(item.text)
        elif done is not None and key == "target":
            self.measure.type = "achieve"
        elif key == "target":
            self.measure.definitions.append(item.text)
            self.say("left", "not-a-number", item.cell, given=item.text)
        else:
            self.measure.notes.append(item.text)
            self.say("left", "not-a-number", item.cell, given=item.text)

    # --- all numbers of a record ------------------------------------------------------------------

    def _plain(self, record: Record, reads: dict[str | date, Read]) -> None:
        for key in ENDS:
            if key in record.items and key not in reads:
                self._take(record.items[key], key, reads)
        item = record.items.get("current")
        if item is None:
            return
        taken: dict[str | date, Read] = {}
        self._take(item, "current", taken)
        reads |= {key: taken[key] for key in ENDS if key in taken and key not in reads}
        read = taken.get("current")
        if read is None:
            return
        days = sorted(key for key in reads if isinstance(key, date))
        if not days:
            reads[self._day(record, item)] = read
        elif read.value != reads[days[-1]].value:
            self.say("left", "progress", item.cell, given=item.text)

    def _day(self, record: Record, item: Item) -> date:
        """The day of a number that stands under none: its row's, else that of all."""
        own = record.items.get("updated")
        day = day_of(own.value, self.ask.words, self.quarter.start) if own else None
        if day and self.quarter.start <= day <= self.quarter.end:
            return day
        self.say("assumed", "day", item.cell, value=self.as_of.isoformat())
        return self.as_of

    def _periods(self, record: Record, reads: dict[str | date, Read]) -> None:
        start, end = self.quarter.start, self.quarter.end
        before: list[tuple[date, Item]] = []
        for role, period, item in sorted(record.dated, key=lambda it: it[1].span.end):
            last = period.span.end
            covers = period.span.start <= start and last >= end
            if role == "progress":
                continue
            if role in ENDS:
                if covers or start <= last <= end:
                    reads.pop(role, None)
                    self._take(item, role, reads)
                elif role == "baseline" and last < start:
                    before.append((last, item))
                else:
                    self.say("left", "outside", item.cell, given=item.column.header)
            elif start <= last <= end:
                self._take(item, last, reads)
            elif covers and not period.is_day:
                self._take(item, self.as_of, reads)
            elif last < start:
                before.append((last, item))
            else:
                self.say("left", "outside", item.cell, given=item.column.header)
        if before and "baseline" not in record.items and "baseline" not in reads:
            *rest, (_, latest) = sorted(before, key=lambda it: it[0])
            self._take(latest, "baseline", reads)
            if "baseline" in reads:
                self.say("assumed", "baseline-before", latest.cell)
            before = rest
        for _, item in before:
            self.say("left", "outside", item.cell, given=item.column.header)

    def _scale(self, reads: dict[str | date, Read], record: Record) -> None:
        """Bring percents and the numbers beside them to one scale: 24 for 24 %."""
        percents = {key for key, read in reads.items() if read.percent}
        if not percents:
            return
        is_unit = self.measure.unit in {"", "%"} or "%" in self.measure.unit
        if not is_unit and len(percents) < len(reads):
            return
        self.measure.unit = self.measure.unit or "%"
        for key, read in list(reads.items()):
            if key in percents:
                reads[key] = replace(read, value=hundredfold(read.value))
            elif read.value and abs(read.value) <= 1 and read.value != int(read.value):
                value = hundredfold(read.value)
                given = amount(read.value, self.ask.words)
                item = record.items.get(key) if isinstance(key, str) else None
                shown = amount(value, self.ask.words)
                self.say("assumed", "percents", item.cell if item else "", given=given, value=shown)
                reads[key] = replace(read, value=value)

    # --- words, progress and type -----------------------------------------------------------------

    def _status(self, record: Record) -> None:
        made = self.measure
        item = record.items.get("status")
        if item is not None and not _is_number(item, self.ask):
            key = status_of(item.text)
            if key in {"postponed", "cancelled"}:
                made.state = key
            done = _done(item)
            has_numbers = made.numbers or made.check_ins or self._has_progress(record)
            if done is not None and not has_numbers:
                made.type = "achieve"
                made.check_ins[self._day(record, item)] = done
                value = self.ask.words.choice("yes_no", "yes" if done else "no")
                self.say("assumed", "word", item.cell, given=item.text, value=value)
            if not isinstance(item.value, bool):
                made.notes.append(item.text)
        finished = record.items.get("finished")
        if finished is not None and not (made.numbers or made.check_ins):
            day = day_of(finished.value, self.ask.words, self.quarter.start)
            if day and self.quarter.start <= day <= self.quarter.end:
                made.type = "achieve"
                made.check_ins[day] = 1.0
        if record.status and record.status_cell and not (item and status_of(item.text)):
            word = self.ask.words.choice("status", record.status)
            made.notes.append(word)
            self.say("assumed", "colour", record.status_cell, value=word)

    def _has_progress(self, record: Record) -> bool:
        items = [record.items[role] for role in ("progress",) if role in record.items]
        items += [item for role, _, item in record.dated if role == "progress"]
        return any(self.number(item).value is not None for item in items)

    def _progress(self, record: Record) -> None:
        made = self.measure
        shares = list(self._shares(record))
        if not shares:
            return
        if made.check_ins:
            for item, *_ in shares:
                self.say("left", "progress", item.cell, given=item.text)
            return
        for item, day, share in shares:
            given = self.ask.words.percent(share)
            if "target" in made.numbers:
                target, baseline = made.numbers["target"], made.numbers.get("baseline", 0.0)
                value = round(baseline + share * (target - baseline), 10)
                ends = {"baseline": amount(baseline, self.ask.words)}
                ends |= {"target": amount(target, self.ask.words)}
                value_text = amount(value, self.ask.words)
                self.say("assumed", "from-progress", item.cell, given=given, value=value_text, **ends)
                made.check_ins[day] = value
            else:
                made.type = made.type or "achieve"
                made.check_ins[day] = share
                self.say("assumed", "share", item.cell, value=given)

    def _shares(self, record: Record) -> Iterator[tuple[Item, date, float]]:
        items = [(i, p) for role, p, i in record.dated if role == "progress"]
        plain_item = record.items.get("progress")
        if plain_item is not None:
            items.append((plain_item, None))
        for item, period in items:
            read = self.number(item)
            if read.value is None:
                pair = _PART.fullmatch(item.text) or re.search(r"(\d+)\s*/\s*(\d+)", item.text)
                done = _done(item)
                if pair and float(pair[2].replace(",", ".")):
                    read = Read(float(pair[1].replace(",", ".")) / float(pair[2].replace(",", ".")))
                elif done is not None:
                    read = Read(done)
                else:
                    if item.text.strip("-–—"):
                        self.say("left", "not-a-number", item.cell, given=item.text)
                    continue
            elif not read.percent and self.whole:
                read = Read(read.value / 100)
            self.measure.unit = "" if self.measure.unit == "%" and not self.measure.numbers else (
                self.measure.unit
            )
            day = self._period_day(period) if period else self._day(record, item)
            if day is None:
                self.say("left", "outside", item.cell, given=item.column.header)
            else:
                yield item, day, read.value

    def _period_day(self, period: Period) -> date | None:
        last = period.span.end
        return last if self.quarter.start <= last <= self.quarter.end else None

    def _type(self, record: Record) -> None:
        """The type that the row names, or that its numbers and words tell."""
        made = self.measure
        baseline, target = (made.numbers.get(key) for key in ENDS)
        named = keys_by_word("directions").get(plain(record.text("direction")), "")
        falls = bool(words_of("falling") & {*plain(_title(record)).split()})
        limit = made.type if made.type in set(_LIMITS.values()) else ""
        if target is None and baseline is None:
            made.type = "achieve" if made.type == "achieve" or not named else named
            if made.type == "achieve" and any(value > 1 for value in made.check_ins.values()):
                made.type = "decrease" if falls else "increase"
        elif named and named != "objective":
            made.type = named
        elif target is not None and baseline is not None and target != baseline:
            made.type = "decrease" if target < baseline else "increase"
        elif target is not None and baseline == target:
            made.type = "keep-at-most" if falls or limit == "keep-at-most" else "keep-at-least"
            word = self.ask.words.choice("type", made.type)
            self.say("assumed", "hold", record.items["target"].cell if "target" in record.items else "", type=word)
        else:
            made.type = limit or ("decrease" if falls else "increase")


def _title(record: Record) -> str:
    return record.text("key-result") or record.text("title") or record.text("objective")


def _is_number(item: Item, ask: Ask) -> bool:
    return not isinstance(item.value, bool) and parse("number", item.value, ask).value is not None


def _done(item: Item) -> float | None:
    """1 for a word such as done or yes, 0 for not done or not started; None for any other."""
    if isinstance(item.value, bool):
        return float(item.value)
    key = status_of(item.text)
    return {"done": 1.0, "not-done": 0.0, "not-started": 0.0}.get(key)


def _currency(item: Item) -> str:
    """The sign of a currency in a cell's text or format; "" for none."""
    text = item.text if isinstance(item.value, str) else item.format
    return next((sign for sign in text if unicodedata.category(sign) == "Sc"), "")


def confidence_of(item: Item, ask: Ask) -> float | None:
    """A confidence from 1 to 10: 70 % and 0.7 are 7; None for what is none."""
    read = confidence(item.value, replace(ask, format=item.format))
    if read.value is None:
        return None
    value = read.value * 10 if 0 < read.value < 1 else read.value
    value = value / 10 if 10 < value <= 100 else value
    rounded = float(round(value))
    return rounded if 1 <= rounded <= 10 else None


def column_counts_to_100(items: Iterator[tuple[Column, object]], ask: Ask) -> bool:
    """Whether the plain numbers of progress columns count to 100 and not to 1."""
    numbers = (parse("number", value, ask) for _, value in items)
    return any(read.value is not None and not read.percent and read.value > 1 for read in numbers)


