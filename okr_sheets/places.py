"""How a line that speaks for many problems names where they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from okr_sheets.text import quotation

MOST_PLACES = 6  # that a line names
LONGEST_READING = 40  # characters of what stands there


class Placed(Protocol):
    """What has a place, as a problem has: a file, perhaps a sheet, a column and a row."""

    @property
    def path(self) -> str: ...
    @property
    def file(self) -> str: ...
    @property
    def sheet(self) -> str: ...
    @property
    def column(self) -> str: ...
    @property
    def row(self) -> int: ...
    @property
    def cell(self) -> str: ...
    @property
    def given(self) -> str: ...
    @property
    def words(self) -> Mapping[str, str]: ...


class Line(Placed, Protocol):
    """One that speaks for others, too."""

    @property
    def others(self) -> Sequence[Placed]: ...


def names_all(line: Line) -> bool:
    """Whether a line names every place that it speaks for."""
    return len(_places(line)) <= MOST_PLACES


def places_of(line: Line, number: Callable[[int], str]) -> str:
    """The first few places of the others that a line speaks for, and of how many more.

    `F6:F7, F9, sales.xlsx:OKRs!F3 … (+17)`; where those of one file hold different things, each
    with its own. `number` writes a count as the reader does.
    """
    return _first_few(_places(line), number)


def ranges(problems: Sequence[Placed], number: Callable[[int], str]) -> str:
    """The places of problems, as seen from the sheet of the first: `F6:F7, F9 … (+17)`."""
    return _first_few(_ranges(problems, problems[0]), number)


def few_names(names: Sequence[str], number: Callable[[int], str]) -> str:
    """The first few names, and of how many more: `a.xlsx, b.xlsx … (+17)`."""
    return _first_few([(name, 1) for name in names], number)


def _first_few(places: Sequence[tuple[str, int]], number: Callable[[int], str]) -> str:
    rest = sum(size for _, size in places[MOST_PLACES:])
    named = ", ".join(text for text, _ in places[:MOST_PLACES])
    return f"{named} … (+{number(rest)})" if rest else named


def _places(line: Line) -> list[tuple[str, int]]:
    """The places of the others as texts, each with how many of them are there."""
    is_one_file = len({each.path for each in (line, *line.others)}) == 1
    if not is_one_file or len({_reading(each) for each in (line, *line.others)}) == 1:
        return _ranges(line.others, line)
    told = (f"{_seen(each, line, each.cell)} {_reading(each)}" for each in line.others)
    return [(text.strip(), 1) for text in told]


def _reading(problem: Placed) -> str:
    """What a cell holds and what was made of it, `120 bin → 120000`; of a column, what it is."""
    value = problem.words.get("value", "")
    given = problem.given or problem.words.get("label", "")
    reading = f"{given} → {value}" if value else given
    return quotation(reading.strip(), LONGEST_READING)


def _ranges(problems: Iterable[Placed], line: Placed) -> list[tuple[str, int]]:
    """Places as a spreadsheet writes them, `F13:F90`, one column after the other."""
    runs: list[tuple[Placed, Placed]] = []
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


def _down_each_column(problem: Placed, line: Placed) -> tuple[object, ...]:
    """What places are sorted by; those of the line's own file and sheet come first."""
    file, sheet = problem.path, problem.sheet
    own = (file != line.path, file, sheet != line.sheet, sheet)
    return *own, len(problem.column), problem.column, problem.row


def _is_below(problem: Placed, other: Placed) -> bool:
    """Whether a cell is the next one of the other's column."""
    keys = ("path", "sheet", "column")
    is_same = all(getattr(problem, key) == getattr(other, key) for key in keys)
    return is_same and 0 < other.row == problem.row - 1


def _seen(problem: Placed, line: Placed, cells: str) -> str:
    """Cells of a problem's sheet as seen from a line's; where that is all the same, nothing."""
    sheet = "" if problem.sheet == line.sheet else problem.sheet
    if problem.path != line.path:
        inside = "!".join(filter(None, (problem.sheet, cells)))
        return quotation(":".join(filter(None, (problem.file, inside))))
    return "!".join(filter(None, (sheet, cells)))
