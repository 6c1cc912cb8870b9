"""What a column may be: by the words above it and by what it holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from statistics import fmean

from okr_sheets.adopting.mapping import DATES, NUMBERS, TEXTS, UNITS
from okr_sheets.adopting.periods import day_of, names_quarter
from okr_sheets.adopting.words import (
    Roles,
    in_brackets,
    keys_by_word,
    nearest_word,
    plain,
    roles_by_word,
    status_of,
    without_brackets,
)
from okr_sheets.files.grid import Value
from okr_sheets.reading.cells import Ask, as_text, is_day_number, parse

EXACT, PART, LIKE = 1.0, 0.7, 0.6  # how sure a header's words make its role
NEAR, FAR = 0.88, 0.8  # how like a misspelt word must be, before and after its parts are looked at
WORD_ORDER = 0.004  # what each word of a list is surer than the next one
FIRST = 0.02  # by which “key result status” is surer than “status”
LEAST = 0.1  # how well any cells fit a number whose header says so
LONGEST = 60  # characters of a header
SERIES = frozenset({"target", "current", "baseline"})  # what a row of numbers may be
_ID = re.compile(r"#?[^\W\d_]{0,6}[-. ]?\d{1,6}(?:[-.][^\W\d_]{0,6}[-. ]?\d{1,6})*", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Content:
    """What the cells of a column are, as shares of the filled ones.

    `most` is the largest number, `length` the mean number of characters of the texts, `distinct`
    how many of the texts differ.
    """

    filled: int = 0
    numbers: float = 0
    percents: float = 0
    dates: float = 0
    texts: float = 0
    statuses: float = 0
    kinds: float = 0
    directions: float = 0
    series: float = 0
    quarters: float = 0
    ids: float = 0
    most: float = 0
    length: float = 0
    distinct: float = 0


def content_of(values: Iterable[Value], ask: Ask) -> Content:
    """What a column holds."""
    cells = [value for value in values if value is not None]
    if not cells:
        return Content()
    texts = [text for value in cells if isinstance(value, str) for text in [value.strip()]]
    reads = [parse("number", value, ask) for value in cells]
    days = [_is_date(value, ask) for value in cells]
    numbers = [
        each.value for each, is_day in zip(reads, days, strict=True)
        if each.value is not None and not is_day
    ]  # fmt: skip
    kinds, directions = keys_by_word("kinds"), keys_by_word("directions")
    size = len(cells)
    words = [plain(text) for text in texts]
    bare = [text for text in texts if parse("number", text, ask).value is None]
    return Content(
        filled=size,
        numbers=len(numbers) / size,
        percents=sum(bool(read.percent) for read in reads) / size,
        dates=sum(days) / size,
        texts=sum(not _is_date(text, ask) for text in bare) / size,
        statuses=sum(isinstance(v, bool) or bool(status_of(str(v))) for v in cells) / size,
        kinds=sum(word in kinds for word in words) / size,
        series=sum(kinds.get(word) in SERIES for word in words) / size,
        directions=sum(word in directions for word in words) / size,
        quarters=sum(names_quarter(text) for text in texts) / size,
        ids=sum(bool(_ID.fullmatch(as_text(value).strip())) for value in cells) / size,
        most=max(map(abs, numbers), default=0),
        length=fmean(map(len, texts)) if texts else 0,
        distinct=len(set(map(as_text, cells))) / size,
    )


def _is_date(value: Value, ask: Ask) -> bool:
    if isinstance(value, (date, timedelta)):
        return True
    if not isinstance(value, str):
        return False
    return day_of(value, ask.words, ask.around) is not None and not is_day_number(value)


def fit(role: str, content: Content) -> float:
    """How well a column's cells fit a role, from 0 to 1."""
    if not content.filled:
        return 0.6
    words = max(content.texts - content.statuses - content.kinds, 0)
    if role in TEXTS:
        return words * (1.0 if content.length > 5 else 0.5) * (1 - 0.5 * content.ids)
    if role == "progress":
        return max(LEAST, content.numbers if content.most <= 200 else 0)
    if role in NUMBERS:
        return max(LEAST, content.numbers, 0.7 * content.statuses, 0.3 * content.texts)
    if role == "confidence":
        return max(LEAST, content.numbers if content.most <= 100 else 0, 0.3 * content.texts)
    if role == "weight":
        return content.numbers
    if role in {"updated", "date", "finished", "start"}:
        return content.dates
    if role in DATES:
        return max(content.dates, 0.4 * content.texts)
    if role == "status":
        short = 0.6 * content.texts if content.length < 25 else 0.2
        return max(content.statuses, short, 0.3 * content.numbers)
    if role in {"id", "objective-id", "key-result-id"}:
        short = 0.6 if 0 < content.length < 12 else 0
        return max(content.ids, short, 0.9 * content.numbers)
    if role == "kind":
        return content.kinds
    if role == "series":
        return content.series
    if role == "direction":
        return content.directions
    if role == "quarter":
        return max(content.quarters, 0.5 * content.dates, 0.3 * content.texts)
    if role == "parent":
        return max(content.texts, content.ids, 0.8 * content.numbers)
    if role in {*UNITS, "owner", "objective-owner", "section", "unit"}:
        return content.texts if content.length < 45 else 0.3 * content.texts
    if role in {"note", "definition", "action", "objective-note"}:
        return max(0.9 * content.texts, 0.2)
    return 0.8


@dataclass(frozen=True, slots=True)
class Candidate:
    """A role that a column may have, how sure that is, and the word a misspelt header is like."""

    role: str
    score: float
    like: str = ""
    codes: tuple[str, ...] = ()  # of the languages whose word the header is


@lru_cache(maxsize=4096)  # headers repeat, and to compare misspelt ones takes long
def named_roles(header: str, may_be_misspelt: bool = True) -> tuple[Candidate, ...]:
    """The roles that a header names, whatever its column holds."""
    return tuple(_named_roles(header, may_be_misspelt)) if 0 < len(header) <= LONGEST else ()


def _named_roles(header: str, may_be_misspelt: bool) -> list[Candidate]:
    for text in (header, without_brackets(header), in_brackets(header)):
        if roles := roles_by_word().get(plain(text)) or roles_by_word().get(_singular(text)):
            return _candidates(roles, EXACT)
    word = plain(without_brackets(header))
    if of_part := _of_part(word):
        return of_part
    if may_be_misspelt and (like := nearest_word(word, NEAR)):
        return _candidates(roles_by_word()[like], LIKE, like)
    # Of “Current value of the quarter” the known part counts, the longest of them.
    tokens = word.split()
    for size in range(len(tokens) - 1, 0, -1):
        for first in reversed(range(len(tokens) - size + 1)):
            part = " ".join(tokens[first : first + size])
            if len(part) > 1 and (roles := roles_by_word().get(part)):
                return _candidates(roles, PART)
    if may_be_misspelt and (like := nearest_word(word, FAR)):
        return _candidates(roles_by_word()[like], LIKE, like)
    return []


def _singular(text: str) -> str:
    """A header without the number and the s of an English plural: “Key results 2” is one too."""
    return plain(text).rstrip("0123456789 ").removesuffix("s")


def _of_part(word: str) -> list[Candidate]:
    """The roles of “key result status” and “objective progress”, of which part they are first.

    What is said of an objective besides its words, its owner and its ID, a tracker works out.
    """
    tokens = word.split()
    for first in range(1, len(tokens)):
        part = " ".join(tokens[:first]).rstrip("0123456789 ")
        roles = roles_by_word().get(" ".join(tokens[first:]).lstrip("0123456789 "))
        of = next(iter(roles_by_word().get(part, {})), "")
        if roles and of == "key-result":
            return [_of_key_result(each) for each in _candidates(roles, EXACT)]
        if roles and of == "objective" and {"progress", "status"} & {*roles}:
            return [Candidate("computed", EXACT)]
    return []


def _of_key_result(candidate: Candidate) -> Candidate:
    role = "key-result" if candidate.role == "title" else candidate.role
    return replace(candidate, role=role, score=candidate.score + FIRST)


def number_behind(header: str) -> str:
    """The number that tells a header from its like: 2 of “Key result 2 title”; "" for none."""
    match = re.search(r"(?<!\d)\d{1,2}(?!\d)", plain(header))
    return match[0] if match else ""


def _candidates(roles: Roles, sure: float, like: str = "") -> list[Candidate]:
    return [
        Candidate(role, sure - WORD_ORDER * place, like, codes)
        for role, (place, codes) in roles.items()
    ]


def candidates(header: str, content: Content) -> list[Candidate]:
    """The roles that a column may have by its header and by what it holds, the surest first."""
    named = [
        replace(each, score=each.score * (0.1 + 0.9 * fit(each.role, content)))
        for each in named_roles(header)
    ]
    return sorted(named, key=lambda each: -each.score)


def unit_of(header: str) -> str:
    """The unit that stands in brackets behind a header, or as its %; "" for none."""
    inside = in_brackets(header)
    if (
        len(inside) > 1
        and not named_roles(inside)
        and len(inside) <= 12
        and not names_quarter(inside)
    ):
        return inside
    return "%" if "%" in header else ""
