"""Problems in as few lines as a person can read: of the many of one kind one speaks for all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from okr_sheets.kinds import SEVERITIES
from okr_sheets.problems import Problem

FEW = 3  # problems of a kind that are each listed; of more, one speaks for all
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
