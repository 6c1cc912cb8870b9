"""Problems in as few lines as a person can read: of the many of one kind one speaks for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from okr_sheets.kinds import SEVERITIES
from okr_sheets.text import quotation

if TYPE_CHECKING:
    from okr_sheets.problems import Problem

FEW = 3  # problems of a kind that are each listed; of more, one speaks for all
MOST_PLACES = 6  # that the one names
LONGEST_READING = 40  # characters of what stands there
# What is said once of a file as a whole, and has no place that one would go to.
OF_FILES = frozenset(
    {"text-encoding", "macros", "old-template", "newer-template", "no-formulas", "untouched"}
    | {"same-tracker", "identical-copy", "id-reused"}
)


def grouped(
    problems: Iterable[Problem], most: int = FEW, *, by_file: bool = False
) -> tuple[Problem, ...]:
    """The problems in as few lines as a person can read: errors first, then warnings, then infos.

    Of more than `most` of one code, in rows or in files, the first stays and speaks for the others;
    with `by_file` each file has its own, unless the code is of `OF_FILES`. What several columns of
    one file lack is said of each.
    """
    problems = tuple(problems)
    kinds: dict[object, list[Problem]] = {}
    for problem in problems:
        kinds.setdefault(_kind(problem, by_file), []).append(problem)
    many = {kind for kind, alike in kinds.items() if _are_many(alike, most)}
    lines = []
    for problem in problems:
        kind = _kind(problem, by_file)
        alike = kinds[kind]
        if kind not in many:
            lines.append(problem)
        elif problem is alike[0]:
            lines.append(_speaking(alike))
    return tuple(sorted(lines, key=lambda line: SEVERITIES.index(line.severity)))


def _kind(problem: Problem, by_file: bool) -> object:
    return problem.code, problem.path if by_file and problem.code not in OF_FILES else ""


def _are_many(alike: Sequence[Problem], most: int) -> bool:
    """Whether problems of one kind are too many to be listed: in rows, or in files."""
    rows = sum(problem.row > 0 for problem in alike)
    return rows > most or len({problem.path for problem in alike}) > most


def _speaking(alike: Sequence[Problem]) -> Problem:
    """The first, with all the rest, and those that they speak for, as its `others`."""
    first, *rest = alike
    others = [*first.others, *(each for problem in rest for each in (problem, *problem.others))]
    return replace(first, others=tuple(others))


def said_once(code: str, problems: Sequence[Problem]) -> Iterator[Problem]:
    """The problems; of those with this code only the first, with the rest as its `others`."""
    yield from (problem for problem in problems if problem.code != code)
    if alike := [problem for problem in problems if problem.code == code]:
        yield _speaking(alike)


def names_all(line: Problem) -> bool:
    """Whether a line names every place that it speaks for."""
    return len(_places(line)) <= MOST_PLACES


def places_of(line: Problem, number: Callable[[int], str]) -> str:
    """The first few places of the others that a line speaks for, and of how many more.

    `F6:F7, F9, sales.xlsx:OKRs!F3 … (+17)`; where those of one file hold different things, each
    with its own. `number` writes a count as the reader does.
    """
    return _first_few(_places(line), number)


def ranges(problems: Sequence[Problem], number: Callable[[int], str]) -> str:
    """The places of problems, as seen from the sheet of the first: `F6:F7, F9 … (+17)`."""
    return _first_few(_ranges(problems, problems[0]), number)


def few_names(names: Sequence[str], number: Callable[[int], str]) -> str:
    """The first few names, and of how many more: `a.xlsx, b.xlsx … (+17)`."""
    return _first_few([(name, 1) for name in names], number)


def _first_few(places: Sequence[tuple[str, int]], number: Callable[[int], str]) -> str:
    rest = sum(size for _, size in places[MOST_PLACES:])
    named = ", ".join(text for text, _ in places[:MOST_PLACES])
    return f"{named} … (+{number(rest)})" if rest else named


def _places(line: Problem) -> list[tuple[str, int]]:
    """The places of the others as texts, each with how many of them are there."""
    is_one_file = len({each.path for each in (line, *line.others)}) == 1
    if not is_one_file or len({_reading(each) for each in (line, *line.others)}) == 1:
        return _ranges(line.others, line)
    told = (f"{_seen(each, line, each.cell)} {_reading(each)}" for each in line.others)
    return [(text.strip(), 1) for text in told]


def _reading(problem: Problem) -> str:
    """What a cell holds and what was made of it, `120 bin → 120000`; of a column, what it is."""
    value = problem.words.get("value", "")
    given = problem.given or problem.words.get("label", "")
    reading = f"{given} → {value}" if value else given
    return quotation(reading.strip(), LONGEST_READING)


def _ranges(problems: Iterable[Problem], line: Problem) -> list[tuple[str, int]]:
    """Places as a spreadsheet writes them, `F13:F90`, one column after the other."""
    runs: list[tuple[Problem, Problem]] = []
    for each in sorted(problems, key=lambda each: _down_each_column(each, line)):
        last = runs[-1][1] if runs else None
        if last and _is_below(each, last):
            runs[-1] = (runs[-1][0], each)
        else:
            runs.append((each, each))
    return [
        (
            _seen(first, line, first.cell if first is last else f"{first.cell}:{last.cell}"),
            last.row - first.row + 1,
        )
        for first, last in runs
    ]


def _down_each_column(problem: Problem, line: Problem) -> tuple[object, ...]:
    """What places are sorted by; those of the line's own file and sheet come first."""
    file, sheet = problem.path, problem.sheet
    own = (file != line.path, file, sheet != line.sheet, sheet)
    return *own, len(problem.column), problem.column, problem.row


def _is_below(problem: Problem, other: Problem) -> bool:
    """Whether a cell is the next one of the other's column."""
    keys = ("path", "sheet", "column")
    is_same = all(getattr(problem, key) == getattr(other, key) for key in keys)
    return is_same and 0 < other.row == problem.row - 1


def _seen(problem: Problem, line: Problem, cells: str) -> str:
    """Cells of a problem's sheet as seen from a line's; where that is all the same, nothing."""
    sheet = "" if problem.sheet == line.sheet else problem.sheet
    if problem.path != line.path:
        inside = "!".join(filter(None, (problem.sheet, cells)))
        return quotation(":".join(filter(None, (problem.file, inside))))
    return "!".join(filter(None, (sheet, cells)))
