"""The two or three questions that a sheet leaves open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from okr_sheets.adopting.mapping import NUMBERS, TEXTS, Mapping, Table
from okr_sheets.adopting.words import vocabulary
from okr_sheets.letters import column_letters
from okr_sheets.misuse import MisuseError
from okr_sheets.quarters import Quarter

MOST = 3  # questions
_TELLING = frozenset({*TEXTS, *NUMBERS, "left"})


@dataclass(frozen=True, slots=True)
class Question:
    """One open question: what to ask, the answers there are, the likeliest first, and about what.

    `table` and `column` number the column that it is about; both are -1 for the quarter, which
    has no list of answers.
    """

    sentence: str
    choices: Sequence[str]
    table: int = -1
    column: int = -1


def questions(mapping: Mapping) -> list[Question]:
    """What is open in a mapping, the gravest first."""
    words = vocabulary(mapping.language)
    found = []
    if mapping.quarter_said in {"guessed", "of-periods"}:
        found.append(Question(words("ask.quarter"), (str(mapping.quarter),)))
    for number, table in enumerate(mapping.tables):
        found += list(_of_table(number, table, mapping.language))
    return found[:MOST]


def _of_table(number: int, table: Table, code: str) -> Iterator[Question]:
    words = vocabulary(code)
    lacks_target = "target" not in table.roles
    periods = [c for c in table.columns.values() if c.period and c.role in NUMBERS]
    if periods and lacks_target and not any(c.others for c in periods):
        first = next(n for n, c in table.columns.items() if c is periods[0])
        header = ", ".join(dict.fromkeys(c.header for c in periods[:4]))
        roles = (periods[0].role, *(r for r in ("current", "target") if r != periods[0].role))
        yield Question(words("ask.period", header=header), roles, number, first)
    for at, column in table.columns.items():
        others = [role for role in column.others if role in _TELLING]
        if others and column.role in _TELLING and not column.period:
            cell = column_letters(at)
            sentence = words("ask.column", cell=cell, header=column.header)
            yield Question(sentence, (column.role, *others), number, at)


def answered(
    mapping: Mapping, question: Question, answer: str, with_quarter: Callable[[Quarter], Mapping]
) -> Mapping:
    """The mapping with an answer in it; of another quarter, `with_quarter` makes one anew."""
    if question.table < 0:
        if answer == str(mapping.quarter):
            return replace(mapping, quarter_said="named")
        return with_quarter(Quarter.parse(answer, mapping.quarter.fiscal_start))
    if answer not in question.choices:
        raise MisuseError(f"“{answer}” is none of: {', '.join(question.choices)}.")
    tables = list(mapping.tables)
    table = tables[question.table]
    asked = table.columns[question.column]
    alike = [n for n, c in table.columns.items() if c.period and c.role == asked.role]
    for at in alike if asked.period else [question.column]:
        table = table.with_role(at, answer)
    tables[question.table] = table
    return replace(mapping, tables=tuple(tables))
