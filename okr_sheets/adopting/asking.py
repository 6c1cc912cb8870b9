"""The two or three questions that a sheet leaves open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from okr_sheets.adopting.mapping import NUMBERS, TEXTS, Mapping, Table
from okr_sheets.adopting.words import called, vocabulary
from okr_sheets.letters import column_letters
from okr_sheets.misuse import MisuseError
from okr_sheets.quarters import Quarter
from okr_sheets.suggesting import advice
from okr_sheets.text import quotation

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
    """What is open in a table: single columns first, then what all its periods hold."""
    words = vocabulary(code)
    for at, column in table.columns.items():
        others = [role for role in column.others if role in _TELLING]
        if others and column.role in _TELLING and not column.period:
            cell = column_letters(at)
            sentence = words("ask.column", cell=cell, header=column.header)
            yield Question(sentence, (column.role, *others), number, at)
    bare = {at: c for at, c in table.columns.items() if c.period and c.others}
    if bare and "target" not in table.roles:
        first = min(bare)
        header = ", ".join(dict.fromkeys(column.header for column in bare.values()))
        roles = (bare[first].role, *bare[first].others)
        yield Question(words("ask.period", header=quotation(header)), roles, number, first)


def answered(
    mapping: Mapping, question: Question, answer: str, with_quarter: Callable[[Quarter], Mapping]
) -> Mapping:
    """The mapping with an answer in it; of another quarter, `with_quarter` makes one anew."""
    if question.table < 0:
        if answer == str(mapping.quarter):
            return replace(mapping, quarter_said="named")
        return with_quarter(Quarter.parse(answer, mapping.quarter.fiscal_start))
    if answer not in question.choices:
        instead = advice(answer, question.choices, called("roles", question.choices))
        raise MisuseError(f"“{quotation(answer)}” is no answer. {instead}")
    tables = list(mapping.tables)
    table = tables[question.table]
    asked = table.columns[question.column]
    alike = [n for n, c in table.columns.items() if c.period and c.role == asked.role]
    for at in alike if asked.period else [question.column]:
        table = table.with_role(at, answer)
    tables[question.table] = table
    return replace(mapping, tables=tuple(tables))
