"""Sheets without a header: objectives and key results line by line."""

from __future__ import annotations

import re
from functools import cache

from okr_sheets.adopting.columns import content_of
from okr_sheets.adopting.mapping import Column, Table
from okr_sheets.adopting.sheets import Sheet
from okr_sheets.adopting.words import keys_by_word, plain
from okr_sheets.reading.cells import Ask
from okr_sheets.reading.days import spelled

FEWEST = 2  # lines that say what they are


@cache
def _prefixes() -> re.Pattern[str]:
    """“Objective 2:”, “KR 1.1 -”, “O1.”, in all languages; a word alone needs a sign behind it."""
    words = sorted(map(spelled, keys_by_word("kinds")), key=lambda word: (-len(word), word))
    either = "|".join(map(re.escape, filter(None, words)))
    number = r"\d{1,3}(?:[.-]\d{1,3})*"
    return re.compile(
        rf"\s*(?P<word>{either})\s*#?\s*(?P<number>{number})?\s*(?P<sign>[:.)–—-]\s*|(?=\s)|$)",
        re.IGNORECASE,
    )


_NUMBER = re.compile(r"\s*(\d{1,3}(?:\.\d{1,3})*)(?:[.):]|\s[–—-])?\s+(?=\D)")
LEVELS = {"objective": "objective", "key-result": "key-result", "action": "action"}


def split(text: str) -> tuple[str, str, str]:
    """What a line says it is, its ID, and the rest: “KR1.2: More leads” is a key result KR1.2.

    Blank texts for what it does not say.
    """
    match = _prefixes().match(text)
    if match and (match["number"] or match["sign"].strip()) and match.end() < len(text):
        kind = keys_by_word("kinds").get(plain(match["word"]), "")
        if kind in LEVELS:
            short = plain(match["word"])
            named = f"{_short(short, kind)}{match['number']}" if match["number"] else ""
            return LEVELS[kind], named, text[match.end() :].strip(" :.–—-")
    return "", "", text.strip()


def _short(word: str, kind: str) -> str:
    return {"objective": "O", "key-result": "KR"}.get(kind, word[:1].upper())


def numbered(text: str) -> tuple[str, str]:
    """The number that a line begins with, and the rest: “1.2 More leads”; "" for none."""
    match = _NUMBER.match(text)
    return (match[1], text[match.end() :].strip()) if match else ("", text.strip())


def outline(sheet: Sheet, rows: range, ask: Ask) -> Table:
    """The table of a sheet without a header; without columns if its lines say nothing."""
    empty = Table(sheet.file, sheet.name, "outline", (), rows, {})
    columns = range(1, sheet.width + 1)
    told = {c: sum(_tells(sheet, row, c) for row in rows) for c in columns}
    if max(told.values(), default=0) < FEWEST:
        return empty
    best = max(told, key=lambda column: told[column])
    first = next(row for row in rows if any(_tells(sheet, row, column) for column in columns))
    rows = range(first, rows.stop)
    found = {c: Column("title") for c in columns if c <= best and told[c]}
    for column in (c for c in columns if c not in found):
        content = content_of((sheet.value(row, column) for row in rows), ask)
        if not content.filled:
            continue
        role = "note"
        if content.statuses >= 0.5:
            role = "status"
        elif content.percents >= 0.5 or (content.numbers >= 0.5 and content.most <= 1):
            role = "progress"
        elif content.dates >= 0.5:
            role = "due"
        elif content.numbers >= 0.5:
            role = "left"
        taken = any(each.role == role for each in found.values())
        found[column] = Column(role if not taken or role == "note" else "left")
    return Table(sheet.file, sheet.name, "outline", (), rows, found)


def _tells(sheet: Sheet, row: int, column: int) -> bool:
    value = sheet.value(row, column)
    return isinstance(value, str) and bool(split(value)[0])
