"""Sheets as a Mapping: the best guess of what each of their columns means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import islice
from pathlib import PurePath

from okr_sheets import about
from okr_sheets.adopting.columns import (
    Candidate,
    Content,
    candidates,
    content_of,
    named_roles,
    number_behind,
)
from okr_sheets.adopting.finding import Headline, are_ids, grouped, headlines, is_header, strength
from okr_sheets.adopting.mapping import (
    NUMBERS,
    ROLES,
    SEVERAL,
    TEXTS,
    Column,
    Family,
    Mapping,
    QuarterSaid,
    Table,
)
from okr_sheets.adopting.naming import day_above, names_of
from okr_sheets.adopting.outlines import outline
from okr_sheets.adopting.periods import (
    Period,
    day_of,
    day_period,
    month_days,
    month_period,
    period_in,
    quarter_in,
    quarter_of,
    usual_quarter,
    year_in,
)
from okr_sheets.adopting.sheets import Sheet
from okr_sheets.adopting.words import without_brackets
from okr_sheets.files.grid import TOP, Value
from okr_sheets.language import REFERENCE, language
from okr_sheets.quarters import Quarter, Span
from okr_sheets.reading.cells import Ask, as_text
from okr_sheets.reading.periods import last_days

MOST_CELLS = 300  # of a column that are looked at
SURE = 0.15  # from which score on a column may have a role
MOST = 0.8  # of the cells are words of status in a column that has no other name
HALF = 0.5
_OF_PERIODS = ("target", "current")
LONGEST = timedelta(days=100)  # of a period that tells the quarter
CLOSE = 0.12  # by which another role may be less sure and still be offered


def recognise(
    sheets: Sequence[Sheet],
    quarter: Quarter | None = None,
    code: str = "",
    fiscal_start: int = 1,
    today: date | None = None,
) -> Mapping:
    """What the sheets most likely are.

    `quarter` and `code`, the trackers' language, are those that somebody named. Without a quarter
    it is the one that titles, cells or dates tell, else the one of `today`.
    """
    drawn = [draft for sheet in sheets for draft in _drafts(sheet)]
    spoken = _language(sheets, drawn)
    ask = Ask(language(spoken), around=quarter.span if quarter else None)
    today = today or about.today()
    said: QuarterSaid = "named"
    used = quarter
    if used is None:
        used, said = _quarter(sheets, drawn, ask, fiscal_start, today)
    ask = replace(ask, around=used.span)
    tables = [_table(draft, ask, used) for draft in drawn]
    tables = [table for table in tables if {*TEXTS} & table.roles or table.is_log]
    by_place = {(sheet.file, sheet.name): sheet for sheet in sheets}
    days = (
        day_above(by_place[table.file, table.sheet], table, ask.words, used.span)
        for table in tables
    )
    as_of = max((day for day in days if day and day in used.span), default=None)
    return Mapping(tuple(names_of(sheets, tables)), used, code or spoken, spoken, as_of, said)


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

    def body(self, column: int) -> list[Value]:
        """The filled cells of a column below its headers, as many as tell what it holds."""
        headers = {row for each in self.headlines for row in each.rows}
        first = min(headers, default=0)
        rows = (row for row in self.rows if row > first and row not in headers)
        cells = (self.sheet.value(row, column) for row in rows)
        return list(islice((cell for cell in cells if cell is not None), MOST_CELLS))


def _drafts(sheet: Sheet) -> Iterator[_Draft]:
    found = headlines(sheet)
    if len(sheet.rows) <= TOP:
        turned = sheet.turned()
        first = range(1, min(3, len(turned.rows)) + 1)
        likely = (row for row in first if not are_ids(turned, row))
        best = max((strength(turned, row, periods_count=False) for row in likely), default=0)
        if best >= 3 and best > max((len(each.texts) for each in found), default=0):
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
    sheets: Sequence[Sheet], drafts: Sequence[_Draft], ask: Ask, fiscal_start: int, today: date
) -> tuple[Quarter, QuarterSaid]:
    """The quarter that titles, cells, dates or periods tell, else that of today; and how."""
    texts = [text for sheet in sheets for text in _titles(sheet)]
    year = next(filter(None, map(year_in, texts)), None)
    told = _Told()
    for draft in drafts:
        if draft.header is not None:
            told.take(draft, draft.header, ask, year or _year(drafts) or today.year, fiscal_start)
    for lines in (told.quarters, texts, told.headers):
        named = [q for text in lines if (q := quarter_in(text, year, fiscal_start))]
        if named:
            return max(Counter(named).items(), key=lambda it: (it[1], it[0]))[0], "named"
    if known := usual_quarter(told.days, fiscal_start):
        return known, "of-days"
    if told.periods:
        # What is filled last is what is under way; a year that nobody wrote is this one.
        last = max(told.periods, key=lambda period: period.span.end)
        has_year = year is not None or any(map(year_in, told.headers))
        return quarter_of(last, fiscal_start), "of-days" if has_year else "of-periods"
    return Quarter.holding(today, fiscal_start), "guessed"


def _year(drafts: Sequence[_Draft]) -> int | None:
    """The last year that headers name, such as that of targets; None for none."""
    texts = (text for draft in drafts if draft.header for text in draft.header.texts.values())
    return max(filter(None, map(year_in, texts)), default=None)


@dataclass(slots=True)
class _Told:
    """What the columns of all tables tell of the quarter."""

    quarters: list[str] = field(default_factory=list)
    days: list[date] = field(default_factory=list)
    periods: list[Period] = field(default_factory=list)  # of filled columns
    headers: list[str] = field(default_factory=list)

    def take(self, draft: _Draft, header: Headline, ask: Ask, year: int, fiscal_start: int) -> None:
        """Take in what the columns of one table tell; `year` is that of headers without one."""
        others = {c: text for c, text in header.texts.items() if not named_roles(text)}
        days = header.dates | last_days(others, ask.words, None)
        days |= month_days(others, Span(date(year, 1, 1), date(year, 12, 31)))
        for column, text in header.texts.items():
            cells = draft.body(column)
            likely = [each.role for each in candidates(text, content_of(cells, ask))][:1]
            if likely == ["quarter"]:
                self.quarters += map(as_text, cells)
            if {"start", "due", "date", "updated", "finished"} & {*likely}:
                self.days += [day for cell in cells if (day := day_of(cell, ask.words, None))]
            period, _ = period_in(text, year, fiscal_start)
            if column in days:
                period = day_period(days[column])
            if period and period.span.end - period.span.start < LONGEST:
                self.headers.append(text)
                self.periods += [period] if cells and likely != ["target"] else []


def _titles(sheet: Sheet) -> list[str]:
    """The texts above a sheet's first header, its own name and its file's."""
    rows = range(1, min(len(sheet.rows), 12) + 1)
    above: list[str] = []
    for row in rows:
        if is_header(sheet, row):
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
        column: _options(periods[column][1] if column in periods else text, bodies[column])
        for column, text in header.texts.items()
    }
    roles = _chosen(options, periods, quarter, _numbered(header, options))
    columns = {}
    for column, text in header.texts.items():
        role = roles.get(column, Candidate("left", 0))
        others = tuple(
            each.role for each in options[column]
            if each.score >= SURE and each.role != role.role and each.score > role.score - CLOSE
        )  # fmt: skip
        if column in periods and not periods[column][1]:
            others = others or tuple(each for each in _OF_PERIODS if each != role.role)
        period = periods[column][0] if column in periods and role.role in NUMBERS else None
        columns[column] = Column(role.role, period, text, role.like, others)
    columns = _settled(columns, bodies)
    for column in _unheaded(draft):
        content = content_of(draft.body(column), ask)
        columns[column] = Column("series" if content.series >= MOST else "left")
    family: Family = "blocks" if len(draft.headlines) > 1 else "rows"
    family = "transposed" if draft.is_turned else family
    lasts = tuple(each.rows.stop - 1 for each in draft.headlines)
    return Table(sheet.file, sheet.name, family, lasts, draft.rows, columns)


def _options(header: str, content: Content) -> list[Candidate]:
    """The roles that a column may have; one without a known header may still hold statuses."""
    found = candidates(header, content)
    return found or ([Candidate("status", SURE)] if content.statuses >= MOST else [])


def _unheaded(draft: _Draft) -> list[int]:
    """The columns that hold something below the header, but have none."""
    header = draft.header
    headed = header.texts if header else {}
    rest = (c for c in range(1, draft.sheet.width + 1) if c not in headed)
    return [c for c in rest if draft.body(c)]


def _periods(header: Headline, ask: Ask, quarter: Quarter) -> dict[int, tuple[Period, str]]:
    """The period that each header names, and the header without it."""
    found: dict[int, tuple[Period, str]] = {}
    days = header.dates
    are_months = len(days) > 1 and all(day.day == 1 for day in days.values())
    days = days | month_days(header.texts, quarter.span)
    for column, text in header.texts.items():
        if column in days:
            day = days[column]
            of = month_period(day.year, day.month) if are_months else day_period(day)
            found[column] = of, ""
            continue
        period, rest = period_in(text, quarter.start.year, quarter.fiscal_start)
        if period and (not rest or named_roles(rest) or named_roles(without_brackets(rest))):
            found[column] = period, rest
    others = {c: t for c, t in header.texts.items() if c not in found and not named_roles(t)}
    for column, day in last_days(others, ask.words, Span(quarter.start, quarter.end)).items():
        found[column] = day_period(day), ""
    return found


def _numbered(header: Headline, options: dict[int, list[Candidate]]) -> dict[int, str]:
    """The number in each header, where several are of key results: “KR 1”, “KR 2”; {} elsewhere."""
    firsts = {n for n, every in options.items() if every and every[0].role == "key-result"}
    numbers = {n: number_behind(text) for n, text in header.texts.items()}
    if len({numbers[n] for n in firsts} - {""}) < 2:
        return {}
    return {n: number for n, number in numbers.items() if number}


def _chosen(
    options: dict[int, list[Candidate]],
    periods: dict[int, tuple[Period, str]],
    quarter: Quarter,
    groups: dict[int, str],
) -> dict[int, Candidate]:
    """One role for each column, each role for the column that it is surest of.

    Columns of several `groups`, as of key results 1 and 2, may have the same role.
    """
    pairs = [
        (each.score, -ROLES.index(each.role), -column, each, column)
        for column, every in options.items()
        for each in every
        if each.score >= SURE
    ]
    chosen: dict[int, Candidate] = {}
    taken: set[tuple[str, str]] = set()
    for *_, each, column in sorted(pairs, key=lambda it: it[:3], reverse=True):
        may_repeat = each.role in SEVERAL or column in periods
        group = groups.get(column, "")
        if column in chosen or ((each.role, group) in taken and not may_repeat):
            continue
        chosen[column] = each
        if column not in periods:
            taken.add((each.role, group))
    # Numbers under a period alone are what it brought; those of the whole quarter, beside its
    # months, may be anything.
    bare = [column for column in periods if column not in chosen]
    spans = {column: periods[column][0].span for column in bare}
    parts = [column for column in bare if spans[column] != quarter.span]
    is_target = all(c.role != "target" for c in chosen.values()) and not parts
    for column in parts or bare:
        chosen[column] = Candidate("target" if is_target else "current", SURE)
    return chosen


def _settled(columns: dict[int, Column], bodies: dict[int, Content]) -> dict[int, Column]:
    """The columns, once it is known what stands beside each."""
    at = {column.role: number for number, column in columns.items() if column.role not in SEVERAL}

    def become(old: str, new: str) -> None:
        if old in at:
            columns[at[old]] = replace(columns[at[old]], role=new)
            at[new] = at.pop(old)

    if "parent" in at and not bodies[at["parent"]].filled:
        become("parent", "left")
    if "kind" in at and bodies[at["kind"]].kinds < HALF:
        become("kind", "section")
    texts = [role for role in TEXTS if role in at]
    measured = {"target", "current", "progress", "status", "finished"} & {*at}
    if texts == ["key-result", "title"] and "objective-id" in at and "kind" not in at:
        become("title", "objective")
    elif "title" in texts and len(texts) > 1 and {"kind", "parent"} & {*at}:
        # Beside titles of all kinds, a metric's name is what its numbers count.
        become("key-result", "unit" if "unit" not in at else "definition")
        become("objective", "parent" if "parent" not in at else "definition")
    elif "title" in texts and [c.role for c in columns.values()].count("key-result") > 1:
        become("title", "objective" if "objective" not in at else "definition")
    elif "title" in texts and len(texts) > 1:
        become("title", "definition" if "key-result" in at else "key-result")
    elif texts in (["objective"], ["key-result"]) and {"kind", "parent"} & {*at}:
        become(texts[0], "title")
    elif texts == ["objective"] and measured:
        # What has numbers of its own is a key result, whatever it is called.
        become("objective", "key-result" if "section" in at else "title")
    elif not texts and (actions := [n for n, c in columns.items() if c.role == "action"]):
        columns[actions[0]] = replace(columns[actions[0]], role="key-result")
    if "section" in at and ("objective" in at or "parent" in at):
        become("section", "left")
    if {"date", "id", "key-result-id"} <= {*at} and "target" not in at:
        become("id", "left")  # of the check-in, not of what it is about
    if "date" in at and "target" in at and "updated" not in at:
        become("date", "updated")
    if "created" in at:
        # Where a program tells when a row was made, the other day is when it was last changed.
        become("updated", "useless")
    return columns
