"""What can be wrong with a tracker, as values: a code, a place, and what stood there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Literal

Severity = Literal["error", "warning", "info"]

# Codes never change; the sentences in languages/*.toml may. An error is something that cannot be
# read, placed or scored; a warning was repaired or is doubtful; info is worth knowing.
CODES: dict[str, Severity] = {
    # the file
    "not-found": "error",
    "not-a-workbook": "error",
    "damaged": "error",
    "password": "error",
    "too-large": "error",
    "stray-cell": "error",
    "no-okr-table": "error",
    "missing-column": "error",
    "unknown-encoding": "error",
    "no-quarter": "error",
    "reader-failed": "error",
    "hidden-sheet": "info",
    # one cell
    "error-cell": "error",
    "not-calculated": "error",
    "not-a-number": "error",
    "not-a-date": "error",
    "not-a-choice": "error",
    "not-a-quarter": "error",
    "boolean-number": "error",
    "date-number": "error",
    "number-as-text": "warning",
    "date-as-text": "warning",
    "other-word": "warning",
    # structure
    "missing-id": "warning",
    "missing-title": "error",
    "duplicate-id": "error",
    "no-objective": "error",
    "objective-by-place": "warning",
    "no-key-results": "error",
    "unknown-id": "error",
    "same-tracker": "warning",
    "unknown-alignment": "warning",
    "aligns-to-itself": "error",
    "missing-owner": "warning",
    "missing-reason": "info",
    # numbers and dates
    "mixed-scale": "warning",
    "no-target": "error",
    "no-baseline": "error",
    "baseline-assumed": "warning",
    "baseline-equals-target": "error",
    "wrong-direction": "error",
    "type-inferred": "warning",
    "bad-weight": "error",
    "no-weight": "error",
    "bad-confidence": "error",
    "date-outside": "warning",
    "start-after-due": "error",
    "check-in-outside": "warning",
    # formulas
    "typed-over": "error",
    "stale-value": "warning",
    "no-formula": "warning",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong, with its place.

    `sheet`, `row` and `column` (a letter, as the sheet shows it) may be empty when the whole file
    or sheet is meant. `key` names the column in the schema. `words` fill the sentence.
    """

    code: str
    path: str = ""
    sheet: str = ""
    row: int = 0
    column: str = ""
    key: str = ""
    given: str = ""
    words: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def severity(self) -> Severity:
        """`error`, `warning` or `info`."""
        return CODES[self.code]

    @property
    def cell(self) -> str:
        """`F12`, or as much of it as is known."""
        return f"{self.column}{self.row or ''}"

    @property
    def place(self) -> str:
        """`marketing.xlsx:OKRs!F12`, as compilers print a place; the file without its folders."""
        name = PurePath(self.path).name
        inside = "!".join(part for part in (self.sheet, self.cell) if part)
        return f"{name}:{inside}" if inside else name

    def __str__(self) -> str:
        return self.line()

    def say(self, language: str = "en") -> str:
        """The sentence for a person, in `language`: what is wrong and what to type."""
        from okr_sheets.language import language as words_of  # noqa: PLC0415  a layer above this one

        return words_of(language).problem(self.code, given=self.given, **self.words)

    def line(self, language: str = "en") -> str:
        """One line: place, severity, code, sentence."""
        return f"{self.place}: {self.severity}: {self.code}: {self.say(language)}"


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sorted by file, then as the sheet is read: row by row, left to right; no line twice."""
    unique = {(p.code, p.path, p.sheet, p.row, p.column, p.given): p for p in problems}
    return tuple(
        sorted(unique.values(), key=lambda p: (p.path, p.sheet, p.row, len(p.column), p.column))
    )
