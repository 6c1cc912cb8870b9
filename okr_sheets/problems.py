"""What can be wrong with a tracker, as values: a code, a place, and what stood there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import PurePath
from typing import Literal

from okr_sheets.grouping import SEVERITIES, places_of
from okr_sheets.summaries import counted
from okr_sheets.text import quotation

Severity = Literal["error", "warning", "info"]

# Codes never change; the sentences in languages/*.toml may. An error is something that cannot be
# read, placed or scored; a warning was repaired or is doubtful; info is worth knowing.
KINDS: Mapping[str, Mapping[str, Severity]] = {
    "The file": {
        "not-found": "error",
        "not-a-workbook": "error",
        "damaged": "error",
        "password": "error",
        "encrypted": "error",
        "too-large": "error",
        "too-much": "error",
        "stray-cell": "error",
        "unknown-encoding": "error",
        "reader-slow": "error",
        "reader-memory": "error",
        "reader-failed": "error",
        "no-process": "error",
        "cannot-open": "error",
        "open-failed": "error",
        "being-written": "error",
        "dead-link": "error",
        "folder-linked": "warning",
        "nothing-found": "warning",
        "other-format": "warning",
        "lock-file": "warning",
        "open-elsewhere": "warning",
        "text-encoding": "info",
        "macros": "info",
    },
    "Sheets, rows and columns": {
        "no-okr-table": "error",
        "missing-column": "error",
        "renamed-column": "error",
        "header-gone": "warning",
        "keys-moved": "warning",
        "second-header": "error",
        "undated-column": "error",
        "week-without-date": "warning",
        "week-out-of-reach": "warning",
        "week-dated-twice": "warning",
        "week-date-taken": "warning",
        "duplicate-column": "warning",
        "unknown-column": "info",
        "calculated-column": "info",
        "similar-column": "warning",
        "misspelt-column": "warning",
        "sheet-skipped": "warning",
        "sheet-too-much": "warning",
        "sheet-missing": "warning",
        "far-cell": "warning",
        "long-row": "error",
        "short-row": "warning",
        "note-row": "info",
        "cut-off": "error",
        "several-tables": "info",
        "hidden-sheet": "info",
        "hidden-rows": "info",
        "hidden-columns": "info",
    },
    "One cell": {
        "error-cell": "error",
        "not-calculated": "error",
        "not-a-number": "error",
        "extreme-number": "error",
        "not-a-date": "error",
        "not-a-choice": "error",
        "odd-year": "error",
        "not-a-quarter": "error",
        "boolean-number": "error",
        "date-number": "error",
        "date-id": "error",
        "number-id": "warning",
        "number-as-text": "warning",
        "ambiguous-number": "warning",
        "percent-scale": "warning",
        "percent-number": "error",
        "share-scale": "warning",
        "bad-share": "error",
        "date-as-text": "warning",
        "ambiguous-date": "warning",
        "buddhist-year": "warning",
        "other-word": "warning",
        "unknown-language": "warning",
    },
    "What belongs to what": {
        "missing-id": "warning",
        "missing-title": "error",
        "duplicate-id": "error",
        "no-objective": "error",
        "objective-by-place": "warning",
        "no-key-results": "error",
        "unknown-id": "error",
        "not-an-objective": "error",
        "unknown-alignment": "warning",
        "ambiguous-alignment": "warning",
        "aligns-to-itself": "error",
        "alignment-cycle": "error",
        "double-counting": "warning",
        "level-skip": "info",
        "nobody-serves": "info",
        "serves-nothing": "info",
        "missing-owner": "warning",
        "missing-reason": "info",
        "example-left": "warning",
        "same-tracker": "warning",
        "identical-copy": "warning",
        "untouched": "warning",
        "id-reused": "info",
    },
    "Numbers and dates": {
        "no-quarter": "error",
        "odd-days": "error",
        "quarter-disagrees": "warning",
        "mixed-scale": "warning",
        "mixed-weights": "warning",
        "no-target": "error",
        "total-of-nothing": "error",
        "no-baseline": "error",
        "baseline-assumed": "warning",
        "baseline-equals-target": "error",
        "objective-number": "warning",
        "wrong-direction": "error",
        "count-suspected": "warning",
        "total-that-fell": "warning",
        "plan-lowered": "warning",
        "plan-raised": "warning",
        "type-inferred": "warning",
        "bad-weight": "error",
        "no-weight": "error",
        "bad-confidence": "error",
        "date-outside": "warning",
        "start-after-due": "error",
        "check-in-outside": "warning",
        "future-number": "info",
    },
    "Formulas": {
        "damaged-formulas": "error",
        "typed-over": "error",
        "current-typed": "warning",
        "other-formula": "error",
        "stale-value": "warning",
        "no-formula": "warning",
        "no-formulas": "warning",
        "other-bands": "warning",
    },
    "How it is worded": {
        "obj-number": "warning",
        "obj-no-direction": "warning",
        "obj-compound": "info",
        "obj-bau": "info",
        "obj-long": "info",
        "obj-is-kr": "warning",
        "kr-no-number": "warning",
        "kr-activity": "warning",
        "kr-deliverable": "warning",
        "kr-vague": "info",
        "kr-percent-relative": "warning",
        "kr-percent": "info",
        "kr-percent-points": "info",
        "kr-bau": "info",
        "kr-compound": "info",
        "kr-text-mismatch": "warning",
        "kr-duplicate": "warning",
        "kr-too-long": "info",
        "kr-no-unit": "warning",
        "kr-no-definition": "info",
        "owner-many": "info",
        "placeholder": "info",
        "offered": "info",
    },
    "How it is planned": {
        "obj-few": "info",
        "obj-many": "warning",
        "kr-count": "warning",
        "obj-mostly-yes-no": "warning",
        "obj-all-outputs": "info",
        "weight-sum": "info",
        "kr-count-type": "warning",
        "kr-met-at-start": "warning",
        "kr-line-not-kept": "warning",
    },
    "How it is kept": {
        "lowered-without-note": "warning",
        "confidence-against-pace": "warning",
        "confidence-fell": "info",
        "check-in-stale": "warning",
        "committed-miss": "info",
        "too-easy": "info",
        "obj-sandbagging": "warning",
    },
}
# Of what was never opened: there is nothing of it to count, and no cell to go to.
UNOPENED = frozenset(
    {"not-found", "cannot-open", "open-failed", "dead-link", "folder-linked", "nothing-found"}
    | {"other-format", "lock-file"}
)
# What a coach would say, of OKRs that can be read and scored as they are.
WRITTEN = frozenset({*KINDS["How it is worded"], *KINDS["How it is planned"]})
COACHING = WRITTEN | frozenset(KINDS["How it is kept"])
CODES = {code: severity for codes in KINDS.values() for code, severity in codes.items()}


class UnreadableError(Exception):
    """A file that cannot be read; `code`, `given` and `words` make the problem."""

    def __init__(
        self, code: str, given: str = "", sheet: str = "", words: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code, given, sheet, words)
        self.code, self.given, self.sheet, self.words = code, given, sheet, words or {}

    def problem(self, path: str) -> Problem:
        """The same as a problem of the file with this path."""
        return Problem(self.code, path, self.sheet, given=self.given, words=self.words)


def unopened(error: OSError | ValueError) -> UnreadableError:
    """Why a file or folder could not be opened: it may not be read, or whatever the system said."""
    code = "cannot-open" if isinstance(error, PermissionError) else "open-failed"
    return UnreadableError(code, getattr(error, "strerror", None) or "")


def too_much(what: str, most: int, count: int = 0, sheet: str = "") -> UnreadableError:
    """The error for more than `most` of something, whose word stands under `counted`.

    A `count` of 0 is one that nobody knows, since reading stopped at the bound.
    """
    return UnreadableError("too-much", str(count or ""), sheet, {"what": what, "most": str(most)})


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong, with its place.

    `sheet`, `row` and `column` (a letter, as the sheet shows it) may be empty when the whole file
    or sheet is meant. `key` names the column in the schema. `words` fill the sentence, with a
    `year` among them that of a year's tracker. `others` are
    more problems like it, where `grouped` lets this one speak for them. `called` is the file's name
    with the folders that tell it from the run's others, where the name alone does not.
    """

    code: str
    path: str = ""
    sheet: str = ""
    row: int = 0
    column: str = ""
    key: str = ""
    given: str = ""
    words: Mapping[str, str] = field(default_factory=dict, hash=False)
    others: tuple[Problem, ...] = ()
    called: str = ""

    @property
    def severity(self) -> Severity:
        """`error`, `warning` or `info`."""
        return CODES[self.code]

    @property
    def cell(self) -> str:
        """`F12`, or as much of it as is known."""
        return f"{self.column}{self.row or ''}"

    @property
    def file(self) -> str:
        """What messages call the file."""
        return self.called or PurePath(self.path).name

    @property
    def place(self) -> str:
        """`marketing.xlsx:OKRs!F12`, as compilers print a place."""
        inside = "!".join(part for part in (self.sheet, self.cell) if part)
        return quotation(f"{self.file}:{inside}" if inside else self.file)

    def __str__(self) -> str:
        return self.line()

    def say(self, language: str = "en") -> str:
        """All there is to say, in `language`: the sentence, an example, and those it speaks for."""
        from okr_sheets.language import language as words_of  # noqa: PLC0415  a layer above this one

        words, said = words_of(language), [self.sentence(language)]
        if better := self.better(language):
            said.append(words("report.better", example=better))
        if self.others:
            count = words.number(len(self.others))
            said.append(words("report.others", count=count, cells=places_of(self, words.number)))
        return " ".join(said)

    def sentence(self, language: str = "en") -> str:
        """What is wrong and what to type, for a person."""
        from okr_sheets.language import language as words_of  # noqa: PLC0415  a layer above this one

        words = words_of(language)
        words = words.of_year if "year" in self.words else words
        fields = {**self.words, "given": self.given}
        if "what" in fields:
            numbers = {key: words.number(float(fields[key] or "nan")) for key in ("most", "given")}
            fields |= numbers | {"what": words(f"counted.{fields['what']}")}
        if "offer" in fields:
            fields["offer"] = words.offer(fields["offer"])
        return words.problem(self.code, **{key: quotation(word) for key, word in fields.items()})

    def better(self, language: str = "en") -> str:
        """An example of what would be better, for problems of wording; else ""."""
        from okr_sheets.language import language as words_of  # noqa: PLC0415  a layer above this one

        words = words_of(language)
        return words(f"better.{self.code}") if self.code in words.keys("better") else ""

    def line(self, language: str = "en") -> str:
        """One line: place, severity, code, sentence."""
        return f"{self.place}: {self.severity}: {self.code}: {self.say(language)}"


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sorted by file, then as the sheet is read: row by row, left to right; no line twice."""
    return tuple(
        sorted(
            dict.fromkeys(problems),
            key=lambda p: (p.path, p.sheet, p.row, len(p.column), p.column),
        )
    )


def tally(problems: Iterable[Problem]) -> str:
    """“1 error, 3 warnings, 2 infos”: how many problems of each severity, or “none”."""
    counts = Counter(problem.severity for problem in problems)
    return counted(*((counts[severity], severity) for severity in SEVERITIES))


def file_names(paths: Iterable[str]) -> Mapping[str, str]:
    """For each path the shortest end of it that no other path has."""
    return _file_names(tuple(paths))


@lru_cache(maxsize=2)  # all stages of a rollup ask for the names of its trackers' files
def _file_names(paths: tuple[str, ...]) -> Mapping[str, str]:
    parts = {path: PurePath(path).parts for path in paths}
    ends = Counter(end for whole in parts.values() for end in _ends(whole))
    names = {}
    for path, whole in parts.items():
        distinct = next((end for end in _ends(whole) if ends[end] == 1), whole)
        names[path] = PurePath(*distinct).as_posix()
    return names


def _ends(parts: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The last part, the last two and so on, up to all."""
    return (parts[-count:] for count in range(1, len(parts) + 1))


def told_apart(problems: Iterable[Problem], names: Mapping[str, str]) -> Iterable[Problem]:
    """The problems with the names of their files, by path, where these have a folder."""
    for problem in problems:
        name = names.get(problem.path, "")
        yield replace(problem, called=name) if "/" in name else problem
