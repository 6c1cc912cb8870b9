"""Where the headers of tables stand on a sheet that is no tracker."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from okr_sheets.adopting.columns import EXACT, PART, Candidate, named_roles
from okr_sheets.adopting.mapping import NUMBERS, TEXTS
from okr_sheets.adopting.periods import period_in
from okr_sheets.adopting.sheets import Sheet
from okr_sheets.adopting.words import plain
from okr_sheets.files.grid import TOP
from okr_sheets.quarters import common_day
from okr_sheets.reading.cells import as_text

MOST_COLUMNS = 300  # of a header
FEWEST = 2  # roles that a header names
HALF = 0.45  # of a header's cells that are known
_VALUE = re.compile(r"[-+$€£]?\d[\d.,\s]*%?|\d{4}-\d\d-\d\d")
_ID = re.compile(r"[^\W\d_]{1,3}[-. #]?\d[\d.]*")
_ANY_YEAR = 2000  # to tell whether a header names a period at all


@dataclass(frozen=True, slots=True)
class Headline:
    """A header: its first and last row, and what stands above each column.

    Of two rows each column has both texts: “Q1” above “Target” is “Q1 Target”.
    """

    rows: range
    texts: dict[int, str]
    dates: dict[int, date]

    @property
    def spelled(self) -> tuple[tuple[int, str], ...]:
        """Its words as they are compared with those of another header."""
        return tuple((column, plain(text)) for column, text in sorted(self.texts.items()))


def headlines(sheet: Sheet) -> list[Headline]:
    """The headers of a sheet, from top to bottom."""
    found: list[Headline] = []
    for row in range(1, len(sheet.rows) + 1):
        if found and row < found[-1].rows.stop:
            continue
        may_be = _begins_anew(sheet, row, found) if found else row <= TOP
        if may_be and is_header(sheet, row):
            found.append(_headline(sheet, row))
    return found


def is_header(sheet: Sheet, row: int) -> bool:
    """Whether a row names columns, and is no row of labels with their values."""
    return strength(sheet, row) > 0 and not _are_labels(sheet, row)


def _are_labels(sheet: Sheet, row: int) -> bool:
    """Whether the cells of a row are labels with their values: “Name | Ann | Team | Sales”."""
    texts = list(_shown(sheet, row).values())
    if sum(text.endswith(":") for text in texts) >= FEWEST:
        return True
    pairs = list(zip(texts[::2], texts[1::2], strict=False))
    alternate = len(texts) % 2 == 0 and all(
        named_roles(label) and not any(each.score > PART for each in named_roles(value))
        for label, value in pairs
    )
    return (
        alternate and len(pairs) >= FEWEST and any(strength(sheet, row + below) for below in (1, 2))
    )


def _begins_anew(sheet: Sheet, row: int, found: list[Headline]) -> bool:
    """Whether a row of header words below a table is a header again, and no row of that table."""
    words = {plain(text) for text in _shown(sheet, row).values()}
    earlier = {plain(text) for text in found[-1].texts.values()}
    is_alike = len(words & earlier) >= max(FEWEST, len(words) / 2)
    return is_alike or len(sheet.filled(row - 1)) < FEWEST


def strength(sheet: Sheet, row: int, periods_count: bool = True) -> int:
    """How many columns the words of a row name; 0 if it is no header.

    Periods count as names unless not `periods_count`.
    """
    cells = sheet.filled(row) if row <= len(sheet.rows) else {}
    texts = {c: value for c, value in cells.items() if isinstance(value, str)}
    if not FEWEST <= len(texts) <= MOST_COLUMNS:
        return 0
    named = [(text, _named_beside_period(text)) for text in texts.values()]
    sure = [each for each in named if any(it.score > EXACT - 0.2 for it in each[1])]
    likely = [each for each in named if each[1]]
    alike = [each for each in named if each in sure or any(it.like for it in each[1])]
    # Misspelt words make a header only where nothing else stands.
    is_misspelt = len(alike) >= 3 and len(cells) == len(texts) and len(sure) < FEWEST
    counted = alike if is_misspelt else sure
    roles = {it.role for _, every in counted for it in every}
    others = [text for text, every in named if not every]
    periods = [text for text in others if periods_count and _names_period(text)]
    values = [text for text in texts.values() if is_value(text)]
    numbers = len(values) + sum(isinstance(value, (int, float)) for value in cells.values())
    if not roles & {*TEXTS, "id", "key-result-id", "date"} or numbers > len(texts) / 2:
        return 0
    strong = len(counted) + len(periods)
    is_enough = strong >= FEWEST and bool(counted)
    return strong if is_enough and len(likely) + len(periods) >= HALF * len(texts) else 0


def _named_beside_period(text: str) -> tuple[Candidate, ...]:
    """The roles that a header names, its period set aside: “2027 Target” is a target."""
    period, rest = period_in(text, _ANY_YEAR)
    return named_roles(rest if period and rest else text)


def are_ids(sheet: Sheet, row: int) -> bool:
    """Whether a row holds IDs below each other in a turned sheet: “ID | O1 | O2”."""
    texts = list(_shown(sheet, row).values())[1:]
    return bool(texts) and 2 * sum(map(_is_id, texts)) > len(texts)


def _is_id(text: str) -> bool:
    return bool(_ID.fullmatch(text)) and not _names_period(text)


def is_band(sheet: Sheet, row: int) -> bool:
    """Whether a row holds periods or names of numbers alone, above those of a header."""
    texts = list(_shown(sheet, row).values())
    return len(texts) >= FEWEST and all(
        _names_period(text) or _names_number(text) for text in texts
    )


def is_value(text: str) -> bool:
    """Whether a text is a number or a whole date, as in a text file."""
    return bool(_VALUE.fullmatch(text.strip()))


def _names_period(text: str) -> bool:
    return period_in(text, _ANY_YEAR)[0] is not None


def _headline(sheet: Sheet, row: int) -> Headline:
    """The header in a row, with the row above or below it that belongs to it."""
    here, below = _shown(sheet, row), _shown(sheet, row + 1)
    repeated = _repeated(here)
    # What stands above names of texts is a title or a setting: of the whole sheet, no band.
    banded = {c for c, text in here.items() if c in repeated or _names_number(text)}
    above = _shown(sheet, row - 1) if row > 1 and not _are_labels(sheet, row - 1) else {}
    above = {c: text for c, text in above.items() if c in banded or c not in here}
    if above and repeated and (set(_spread(above, max(here))) & repeated):
        band = _spread(above, max(here))
        texts = {
            c: f"{band.get(c, '')} {here[c]}".strip() if c in repeated else here[c] for c in here
        }
        return Headline(range(row, row + 1), texts, _dates(sheet, row))
    if _is_second_row(sheet, row, here, below):
        band = _spread(here, max(below))
        texts = {**here, **{c: f"{band.get(c, '')} {text}".strip() for c, text in below.items()}}
        dates = _dates(sheet, row) | _dates(sheet, row + 1)
        return Headline(range(row, row + 2), texts, dates)
    return Headline(range(row, row + 1), here, _dates(sheet, row))


def _is_second_row(sheet: Sheet, row: int, here: dict[int, str], below: dict[int, str]) -> bool:
    """Whether the row below a header names periods or numbers under its merged or blank cells."""
    if len(below) < FEWEST or sheet.filled(row + 1).keys() != below.keys():
        return False
    under = {c: text for c, text in below.items() if c in here}
    if any(c - 1 not in below and c + 1 not in below for c in under):
        return False
    is_blank = any(c not in here for c in below)
    return is_blank and all(_names_period(text) or _names_number(text) for text in below.values())


def _names_number(text: str) -> bool:
    return any(each.role in NUMBERS and each.score > PART for each in named_roles(text))


def _repeated(texts: dict[int, str]) -> set[int]:
    """The columns whose header stands there more than once, or is a period alone."""
    words = {column: plain(text) for column, text in texts.items()}
    counted = [*words.values()]
    return {
        column for column, word in words.items()
        if counted.count(word) > 1 or (_names_period(texts[column]) and not named_roles(word))
    }  # fmt: skip


def _spread(texts: dict[int, str], last: int) -> dict[int, str]:
    """A row of headers that each stand above the blank cells on their right too."""
    spread, text = {}, ""
    for column in range(min(texts, default=1), last + 1):
        text = texts.get(column, text)
        spread[column] = text
    return spread


def _shown(sheet: Sheet, row: int) -> dict[int, str]:
    """The texts of a row by their columns, numbers such as years among them."""
    if row > len(sheet.rows):
        return {}
    cells = sheet.filled(row)
    return {
        c: as_text(v).strip() for c, v in cells.items() if isinstance(v, (str, float, int, date))
    }


def _dates(sheet: Sheet, row: int) -> dict[int, date]:
    """The dates of a row by their columns, in common years."""
    cells = ((c, value) for c, value in sheet.filled(row).items() if isinstance(value, date))
    days = {c: common_day(date(value.year, value.month, value.day)) for c, value in cells}
    return {column: day for column, day in days.items() if day}


def grouped(found: list[Headline]) -> Iterator[list[Headline]]:
    """Headers that say the same together, in the order of the sheet."""
    groups: dict[tuple[tuple[int, str], ...], list[Headline]] = {}
    for each in found:
        groups.setdefault(each.spelled, []).append(each)
    yield from groups.values()
