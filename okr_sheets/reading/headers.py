"""Where headers stand on a sheet, and what keeps a sheet from having one."""

from __future__ import annotations

from dataclasses import dataclass

from okr_sheets.files.grid import TOP, Grid
from okr_sheets.language import language
from okr_sheets.problems import Problem
from okr_sheets.quarters import Span
from okr_sheets.reading.cells import as_text
from okr_sheets.reading.headings import (
    FEWEST,
    TELLING,
    Heading,
    by_keys,
    by_words,
)
from okr_sheets.reading.meanings import check_in_day, known_words, meanings_of, words_of
from okr_sheets.reading.scan import TABLE_PREFIXES, Scan
from okr_sheets.schema import OKRS


@dataclass(frozen=True, eq=False)
class Header:
    """A heading at its place on a sheet: `top` is its first row, counted from 1."""

    heading: Heading
    top: int

    @property
    def row(self) -> int:
        """The row of its words, below that of its machine keys."""
        return self.top + self.heading.height - 1

    @property
    def rows(self) -> range:
        """All its rows."""
        return range(self.top, self.row + 1)

    def is_above(self, other: Header) -> bool:
        """Whether the other stands further down in this one's columns."""
        mine, theirs = self.heading.span, other.heading.span
        return mine.start < theirs.stop and theirs.start < mine.stop and self.row < other.top


def find_headers(scan: Scan, around: Span | None) -> list[Header]:
    """All headers on a sheet, row by row, left to right.

    `around`, the quarter's days if they are known, decides what dates and weeks in headers mean.
    """
    on_sheet: list[Header] = []
    rows, known = scan.grid.rows, known_words()
    for number, (texts, keys) in enumerate(scan.rows(), 1):
        if number > TOP and not on_sheet:
            break
        if len(texts) < FEWEST - 1 or (on_sheet and number in on_sheet[-1].rows):
            continue
        if keys and any(key.startswith(TABLE_PREFIXES) for key in keys):
            # A text file has no formulas that would look for dates above.
            above = rows[number - 2] if number > 1 and not scan.grid.untyped else ()
            below = rows[number] if number < len(rows) else ()
            headings = by_keys(rows[number - 1], above, below, around)
        elif len(texts) >= FEWEST and len(words_of(texts) & known) >= FEWEST - 1:
            headings = by_words(rows[number - 1], around)
        else:
            continue
        on_sheet += [Header(heading, number) for heading in headings]
    return on_sheet


def near_miss(grid: Grid, path: str) -> Problem | None:
    """The problem that keeps a sheet's likeliest row from being a header of OKRs; None if none."""
    rows = [(number, row) for number, row in enumerate(grid.rows[:TOP], 1) if row]
    candidates = [
        (meanings_of(row, OKRS, range(1, len(row) + 1), None), at, row) for at, row in rows
    ]
    likely = [each for each in candidates if len(set(each[0].keys.values())) >= FEWEST]
    if not likely:
        return None
    (meanings, code, _), number, row = max(likely, key=lambda each: len(each[0].keys))
    keys = set(meanings.values())
    missing = [key for key in TELLING[OKRS.key] if key not in keys]
    # Words that name no numbers may be of any list.
    if not missing or not (keys & {"baseline", "target"} or any(map(check_in_day, keys))):
        return None
    unknown = [
        as_text(cell) for column, cell in enumerate(row, 1) if cell and column not in meanings
    ]
    label = ", ".join(language(code)(f"{OKRS.key}.{key}") for key in missing)
    problem = "renamed-column" if unknown else "missing-column"
    cell_text, words = ", ".join(unknown), {"label": label}
    return Problem(problem, path, grid.name, number, given=cell_text, words=words)


def words_seen(grid: Grid) -> str:
    """Up to eight texts of the fullest of the first rows, for a message that no table was found."""
    rows = [[str(cell) for cell in row if isinstance(cell, str)] for row in grid.rows[:TOP]]
    return ", ".join(max(rows, key=len, default=[])[:8])
