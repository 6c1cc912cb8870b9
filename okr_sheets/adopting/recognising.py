"""Sheets as a Mapping: the best guess of what each of their columns means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import PurePath
from typing import Literal

from okr_sheets.adopting.columns import Candidate, Content, candidates, content_of, named_roles
from okr_sheets.adopting.columns import unit_of
from okr_sheets.adopting.finding import Headline, grouped, headlines, strength
from okr_sheets.adopting.mapping import (
    NUMBERS,
    ROLES,
    SEVERAL,
    TEXTS,
    UNITS,
    Column,
    Mapping,
    Table,
)
from okr_sheets.adopting.naming import names_of
from okr_sheets.adopting.outlines import outline
from okr_sheets.adopting.periods import (
    Period,
    day_of,
    day_period,
    month_period,
    period_in,
    quarter_in,
    usual_quarter,
    year_in,
)
from okr_sheets.adopting.sheets import Sheet
from okr_sheets.adopting.words import without_brackets
from okr_sheets.language import REFERENCE, language
from okr_sheets.quarters import Quarter, Span
from okr_sheets.reading.cells import Ask, as_text
from okr_sheets.reading.periods import last_days

SURE = 0.15  # from which score on a column may have a role
CLOSE = 0.12  # by which another role may be less sure and still be offered
Said = Literal["named", "of-days", "guessed"]


def recognise(
    sheets: Sequence[Sheet],
    quarter: Quarter | None = None,
    code: str = "",
    fiscal_start: int = 1,
    today: date | None = None,
) -> Mapping:
    """What the sheets most likely are.

    `quarter` and `code`, the language, are those that somebody named. Without a quarter it is the
    one that titles, cells or dates tell, else the one of `today`.
    """
    drawn = [draft for sheet in sheets for draft in _drafts(sheet)]
    code = code or _language(sheets, drawn)
    ask = Ask(language(code), around=quarter.start if quarter else None)
    named, said = (quarter, "named") if quarter else _quarter(sheets, drawn, ask, fiscal_start)
    today = today or datetime.now().date()  # noqa: DTZ005  people mean their own day
    used = named or Quarter.holding(today, fiscal_start)
    ask = replace(ask, around=used.start)
    tables = [table for draft in drawn for table in [_table(draft, ask, used)] if table.columns]
    return Mapping(tuple(names_of(sheets, tables)), used, code, quarter_said=said)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A table before its columns have roles; `headlines` say the same, none in an outline."""

    sheet: Sheet
    headlines: tuple[Headline, ...]
    rows: range

    @property
    def is_turned(self) -> bool:
        return self.sheet.is_turned

    @property
    def header(self) -> Headline | None:
        return self.headlines[0] if self.headlines else None

    def body(self, column: int) -> list[object]:
        """The cells of a column below its headers."""
        headers = {row for each in self.headlines for row in each.rows}
        first = min(headers, default=0)
        rows = (row for row in self.rows if row > first and row not in headers)
        return [self.sheet.value(row, column) for row in rows]


def _drafts(sheet: Sheet) -> Iterator[_Draft]:
    found = headlines(sheet)
    turned = sheet.turned() if sheet.width < 2_000 else sheet
    best = max((strength(turned, row) for row in range(1, min(3, len(turned.rows)) + 1)), default=0)
    if best >= 3 and best > max((len({*h.texts}) for h in found), default=0):
        sheet, found = turned, headlines(turned)[:1]
    if not found:
        yield _Draft(sheet, (), range(1, len(sheet.rows) + 1))
        return
    groups = list(grouped(found))
    firsts = sorted(_top(sheet, group[0]) for group in groups)
    for group in groups:
        top = _top(sheet, group[0])
        later = [first for first in firsts if first > group[-1].rows.start]
        bottom = later[0] if later else len(sheet.rows) + 1
        yield _Draft(sheet, tuple(group), range(1 if top == firsts[0] else top, bottom))


def _top(sheet: Sheet, header: Headline) -> int:
    """The first of the lines of a cell or two that stand above a header."""
    row = header.rows.start
    while row > 1 and len(sheet.filled(row - 1)) <= 2:
        row -= 1
    return row


def _language(sheets: Sequence[Sheet], drafts: Sequence[_Draft]) -> str:
    """The language of most headers; where only English is spoken, that of the cells' letters."""
    spoken: Counter[str] = Counter()
    for draft in drafts:
        for text in draft.header.texts.values() if draft.header else ():
            named = named_roles(text)
            for code in {code for each in named[:1] for code in each.codes}:
                spoken[code] += 1
    letters = "".join(
        value for sheet in sheets for row in sheet.rows[:200] for value in row
        if isinstance(value, str)
    )[:20_000]  # fmt: skip
    for code, first, last in (("ko", "\uac00", "\ud7a3"), ("th", "\u0e01", "\u0e5b")):
        if sum(first <= letter <= last for letter in letters) > len(letters) / 5:
            return code
    most = max(spoken.values(), default=0)
    best = [code for code in (REFERENCE, *spoken) if spoken[code] == most]
    return best[0] if best and most else REFERENCE


def _quarter(
    sheets: Sequence[Sheet], drafts: Sequence[_Draft], ask: Ask, fiscal_start: int
) -> tuple[Quarter | None, Said]:
    """The quarter that titles, cells, names or dates tell, and how; None if nothing does."""
    texts = [text for sheet in sheets for text in _titles(sheet)]
    year = next(filter(None, map(year_in, texts)), None)
    columns: list[str] = []
    days: list[date] = []
    for draft in drafts:
        for column, header in draft.header.texts.items() if draft.header else ():
            named = [each.role for each in candidates(header, content_of(draft.body(column), ask))]
            cells = draft.body(column)
            if named[:1] == ["quarter"]:
                columns += [as_text(cell) for cell in cells if cell is not None]
            if {"start", "due", "date", "updated"} & {*named[:1]}:
                days += [day for cell in cells if (day := day_of(cell, ask.words, None))]
            period, _ = period_in(header, year, fiscal_start)
            if period:
                days.append(period.span.middle)
            elif column in draft.header.dates:
                days.append(draft.header.dates[column])
    for lines in (columns, texts):
        named_quarters = [q for text in lines if (q := quarter_in(text, year, fiscal_start))]
        if named_quarters:
            return max(Counter(named_quarters).items(), key=lambda it: (it[1], it[0]))[0], "named"
    known = usual_quarter(days, fiscal_start)
    return known, "of-days" if known else "guessed"


def _titles(sheet: Sheet) -> list[str]:
    """The texts above a sheet's first header, its own name and its file's."""
    rows = range(1, min(len(sheet.rows), 12) + 1)
    above: list[str] = []
    for row in rows:
        if strength(sheet, row):
            break
        cells = sheet.filled(row)
        above += [as_text(value) for value in cells.values() if isinstance(value, (str, float))]
        pair = [as_text(value) for value in cells.values()]
        above += [" ".join(pair)] if len(pair) == 2 else []
    return [*above, sheet.name, PurePath(sheet.file).stem]


def _table(draft: _Draft, ask: Ask, quarter: Quarter) -> Table:
    """A table with the likeliest roles for its columns."""
    sheet, header = draft.sheet, draft.header
    if header is None:
        return outline(sheet, draft.rows, ask)
    bodies = {column: content_of(draft.body(column), ask) for column in header.texts}
    periods = _periods(header, ask, quarter)
    options = {
        column: candidates(periods[column][1] if column in periods else text, bodies[column])
        for column, text in header.texts.items()
    }
    roles = _chosen(options, bodies, {*periods})
    columns = {}
    for column, text in header.texts.items():
        role = roles.get(column)
        period = periods[column][0] if column in periods else None
        likely = [each for each in options[column] if each.score >= SURE]
        others = tuple(
            each.role for each in likely
            if role is None or (each.role != role.role and each.score > role.score - CLOSE)
        )  # fmt: skip
        name, like = (role.role, role.like) if role else ("left", "")
        is_number = name in NUMBERS
        unit = unit_of(text) if is_number else ""
        columns[column] = Column(name, period if is_number else None, text, like, others, unit)
    columns = _settled(columns, bodies)
    for column in _unheaded(draft):
        columns[column] = Column("left")
    family = "transposed" if draft.is_turned else "blocks" if len(draft.headlines) > 1 else "rows"
    lasts = tuple(each.rows.stop - 1 for each in draft.headlines)
    return Table(sheet.file, sheet.name, family, lasts, draft.rows, columns)


def _unheaded(draft: _Draft) -> list[int]:
    """The columns that hold something below the header, but have none."""
    header = draft.header
    headed = header.texts if header else {}
    rest = (c for c in range(1, draft.sheet.width + 1) if c not in headed)
    return [c for c in rest if any(value is not None for value in draft.body(c))]


def _periods(header: Headline, ask: Ask, quarter: Quarter) -> dict[int, tuple[Period, str]]:
    """The period that each header names, and the header without it."""
    found: dict[int, tuple[Period, str]] = {}
    days = {c: value for c, value in header.dates.items()}
    are_months = days and all(day.day == 1 for day in days.values()) and len(days) > 1
    for column, text in header.texts.items():
        if column in days:
            day = day_of(days[column], ask.words, None)
            if day:
                of = month_period(day.year, day.month) if are_months else day_period(day)
                found[column] = of, ""
            continue
        period, rest = period_in(text, quarter.start.year, quarter.fiscal_start)
        if period and (not rest or named_roles(rest) or named_roles(without_brackets(rest))):
            found[column] = period, rest
    rest = {c: text for c, text in header.texts.items() if c not in found and not named_roles(text)}
    for column, day in last_days(rest, ask.words, Span(quarter.start, quarter.end)).items():
        found[column] = day_period(day), ""
    return found


def _chosen(
    options: dict[int, list[Candidate]], bodies: dict[int, Content], dated: set[int]
) -> dict[int, Candidate]:
    """One role for each column, each role for the column that it is surest of."""
    pairs = [
        (each.score, -ROLES.index(each.role), -column, each, column)
        for column, every in options.items()
        for each in every
        if each.score >= SURE
    ]
    chosen: dict[int, Candidate] = {}
    taken: set[str] = set()
    for *_, each, column in sorted(pairs, key=lambda it: it[:3], reverse=True):
        may_repeat = each.role in SEVERAL or column in dated
        if column in chosen or (each.role in taken and not may_repeat):
            continue
        chosen[column] = each
        if column not in dated:
            taken.add(each.role)
    # Numbers under a period alone are what it brought, or what it should bring.
    bare = [c for c in dated if c not in chosen and bodies[c].numbers >= 0.5]
    has_target = "target" in taken or any(e.role == "target" for e in chosen.values())
    has_current = any(e.role in {"current", "progress"} for c, e in chosen.items() if c in dated)
    for column in bare:
        role = "current" if has_target or not has_current else "target"
        chosen[column] = Candidate(role, SURE)
    return chosen


def _settled(columns: dict[int, Column], bodies: dict[int, Content]) -> dict[int, Column]:
    """The columns, once it is known what stands beside each."""
    at = {column.role: number for number, column in columns.items() if column.role not in SEVERAL}

    def become(old: str, new: str) -> None:
        columns[at[old]] = replace(columns[at[old]], role=new)
        at[new] = at.pop(old)

    texts = [role for role in TEXTS if role in at]
    if "kind" in at and bodies[at["kind"]].kinds < 0.5:
        become("kind", "section")
    if len(texts) == 1 and texts != ["title"] and {"kind", "parent"} & {*at}:
        become(texts[0], "title")
    if texts == ["objective"] and {"target", "current", "progress", "status"} & {*at}:
        # What has numbers of its own is a key result, whatever it is called.
        become("objective", "key-result" if "section" in at else "title")
    if "title" in at and len(texts) > 1:
        free = "key-result" not in at and "kind" not in at
        become("title", "key-result" if free else "definition")
    if not texts and "action" in {c.role for c in columns.values()}:
        first = min(n for n, c in columns.items() if c.role == "action")
        columns[first] = replace(columns[first], role="key-result")
    if "id" in at and "objective-id" in at and not {"key-result", "title"} & {*at}:
        become("id", "left")
    for number, column in columns.items():
        if column.role in UNITS and bodies[number].distinct == 1 and not bodies[number].filled:
            columns[number] = replace(column, role="left")
    return columns
