"""What can be wrong with a tracker, as values: a code, a place, and what stood there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import PurePath

from okr_sheets.kinds import CODES, SEVERITIES, Severity
from okr_sheets.places import places_of
from okr_sheets.suggesting import path_meant
from okr_sheets.summaries import counted
from okr_sheets.text import one_line, quotation


class UnreadableError(Exception):
    """A file that cannot be read; `code`, `given` and `words` make the problem."""

    def __init__(
        self, code: str, given: str = "", sheet: str = "", words: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(code, given, sheet, words)
        self.code, self.given, self.sheet, self.words = code, given, sheet, words or {}

    def problem(self, path: str, suffixes: Collection[str] = ()) -> Problem:
        """The same as a problem of the file with this path.

        Of one that is not there it names the path that may be meant, if it ends in such a suffix.
        """
        is_gone = self.code == "not-found" and suffixes
        near = path_meant(path, suffixes) if is_gone else ""
        words = {**self.words, "meant": near} if near else self.words
        return Problem(self.code, path, self.sheet, given=self.given, words=words)


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
        if meant := self.words.get("meant"):
            said.append(words("report.meant", path=quotation(meant)))
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
        if day := fields.get("since"):
            fields["since"] = words("report.reason_no_number_since", day=day)
        elif "since" in fields:
            fields["since"] = words("report.reason_no_update")
        if "offer" in fields:
            fields["offer"] = words.offer(fields["offer"])
        # A file stands in a command to copy, which must be whole.
        cut = {key: (one_line if key == "file" else quotation)(fields[key]) for key in fields}
        return words.problem(self.code, **cut)

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
