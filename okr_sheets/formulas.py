"""How rules read as formulas: the operations of `scoring` on the names of cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from okr_sheets.bands import Bands
from okr_sheets.schema import OKRS
from okr_sheets.scoring import due_of, says_yes_or_no


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A piece of formula text that arithmetic and comparisons extend."""

    text: str

    def __str__(self) -> str:
        return self.text

    def _with(self, sign: str, other: object) -> Term:
        return Term(f"({self}{sign}{other})")

    def __add__(self, other: object) -> Term:
        return self._with("+", other)

    def __radd__(self, other: object) -> Term:
        # sum() starts from 0, which a formula need not say.
        return self if other == 0 else Term(f"({other}+{self})")

    def __sub__(self, other: object) -> Term:
        return self._with("-", other)

    def __mul__(self, other: object) -> Term:
        return self._with("*", other)

    def __truediv__(self, other: object) -> Term:
        return self._with("/", other)

    def __lt__(self, other: object) -> Term:
        return self._with("<", other)

    def __le__(self, other: object) -> Term:
        return self._with("<=", other)

    def __gt__(self, other: object) -> Term:
        return self._with(">", other)

    def __ge__(self, other: object) -> Term:
        return self._with(">=", other)

    def __eq__(self, other: object) -> Term:  # type: ignore[override]
        return self._with("=", other)

    __hash__ = None  # type: ignore[assignment]

    def __ne__(self, other: object) -> Term:  # type: ignore[override]
        return self._with("<>", other)

    def __and__(self, other: object) -> Term:
        return Term(f"AND({self},{other})")

    def __or__(self, other: object) -> Term:
        return Term(f"OR({self},{other})")

    def __invert__(self) -> Term:
        return Term(f"NOT({self})")


def quoted(text: str) -> str:
    """`text` as a formula's string."""
    return '"' + text.replace('"', '""') + '"'


class InCells:
    """The operations as formula text, in functions that every program has.

    `word(column, key)` and `fix(code)` give a language's words; `ranges` gives a column's cells,
    absolute, by key; `dates` is the row of check-in dates and `check_ins(k)` the row's own cells.
    """

    NOTHING = Term('""')
    BLANK = Term('""')

    def __init__(
        self,
        words: Callable[[str, str], str],
        fixes: Callable[[str], str],
        ranges: Mapping[str, str],
        header: str,
        dates: str,
        bands: Bands,
    ) -> None:
        """`header` is the cell above the first of the ranges' rows.

        Counting from a cell, not by a number, stays right when rows are put in above.
        """
        self._words = words
        self._fixes = fixes
        self._ranges = ranges
        self._above = f"ROW({header})"
        self._dates = dates
        self.bands = bands

    def choose(self, condition: Term, then: object, otherwise: object) -> Term:
        return Term(f"IF({condition},{then},{otherwise})")

    def number(self, x: Term) -> Term:
        return Term(f"ISNUMBER({x})")

    def blank(self, x: Term) -> Term:
        return Term(f'({x}="")')

    def zero(self, x: Term) -> Term:
        return Term(f"N({x})")

    def whole(self, x: Term) -> Term:
        return Term(f"INT({self.zero(x)})")

    def clamp(self, x: Term) -> Term:
        return Term(f"MAX(0,MIN(1,{x}))")

    def rounded(self, x: object) -> Term:
        """Four decimals. Twelve first, so that a half is a half to every program's ROUND."""
        return Term(f"ROUND(ROUND({x},12),4)")

    def row(self, _: Any) -> Term:
        return Term("ROW()")

    def word(self, column: str, key: str) -> Term:
        return Term(quoted(self._words(column, key)))

    def fix(self, code: str, **numbers: Term) -> Term:
        """A sentence of what is to fix, its numbers in six decimals."""
        parts = re.split(r"\{(\w+)\}", self._fixes(code))
        shown = {name: f"ROUND({number},6)" for name, number in numbers.items()}
        return Term("&".join(shown.get(part) or quoted(part) for part in parts if part))

    def key(self, key: str) -> Term:
        return Term(quoted(key))

    def is_key(self, x: Term, key: str) -> Term:
        return Term(f"({x}={quoted(key)})")

    def begins(self, x: Term, start: Term) -> Term:
        return Term(f"(LEFT({x},LEN({start}))={start})")

    def is_(self, x: Term, column: str, key: str) -> Term:
        return Term(f"({x}={self.word(column, key)})")

    def known(self, x: Term, column: str) -> Term:
        return Term(f"OR({','.join(str(self.is_(x, column, key)) for key in _choices(column))})")

    def yes(self, x: Term) -> Term:
        return self.is_(x, "yes_no", "yes")

    def no(self, x: Term) -> Term:
        return self.is_(x, "yes_no", "no")

    def contains(self, x: Term, sign: str) -> Term:
        return Term(f"ISNUMBER(FIND({quoted(sign)},{x}))")

    def misread(self, k: Any, key: str) -> Term:
        x = getattr(k, key)
        fine = self.known(x, key) if OKRS[key].kind == "choice" else self.number(x)
        return ~self.blank(x) & ~fine

    def has_check_in(self, k: Any) -> Term:
        return Term(f"(COUNTA({k.check_ins})>0)")

    def misread_check_in(self, k: Any) -> Term:
        cells = k.check_ins
        words = [self.word("yes_no", key) for key in ("yes", "no")]
        yes_no = "+".join(f"COUNTIFS({cells},{word})" for word in words)
        achieve = says_yes_or_no(k, self)
        return Term(f"(COUNTA({cells})>COUNTIFS({cells},{_NUMBERS})+IF({achieve},{yes_no},0))")

    def repeated(self, k: Any, key: str) -> Term:
        x = getattr(k, key)
        # By MATCH, to which the texts 1.1 and 1.10 differ; COUNTIFS takes them for one number.
        first = f"IFERROR(MATCH({x},{self._ranges[key]},0)+{self._above},ROW())"
        return ~self.blank(x) & Term(f"({first}<>ROW())")

    def objective_of(self, k: Any) -> Term:
        """By the id up to its last full stop, else the nearest objective row above."""
        stops = f'LEN({k.id})-LEN(SUBSTITUTE({k.id},".",""))'
        stop = f'FIND("|",SUBSTITUTE({k.id},".","|",{stops}))'
        anchors, ids = self._ranges["anchor"], self._ranges["id"]
        by_id = f"IFERROR(INDEX({anchors},MATCH(LEFT({k.id},{stop}-1),{ids},0)),0)"
        by_place = f'_xlfn.MAXIFS({anchors},{anchors},"<="&ROW())'
        return Term(f"IF({by_id}>0,{by_id},{by_place})")

    def of_objective(self, k: Any, key: str) -> Term:
        cell = f"INDEX({self._ranges[key]},{k.group}-{self._above})"
        return Term(f'IF({k.group}>0,{cell},"")')

    def sum_of_group(self, k: Any, key: str) -> Term:
        return Term(f"SUMIFS({self._ranges[key]},{self._ranges['group']},{k.anchor})")

    def latest_of_group(self, k: Any, key: str) -> Term:
        return Term(f"_xlfn.MAXIFS({self._ranges[key]},{self._ranges['group']},{k.anchor})")

    def count_of_group(self, k: Any, key: str, column: str, value: str) -> Term:
        same = f"{self._ranges['group']},{k.anchor}"
        return Term(f"COUNTIFS({same},{self._ranges[key]},{self.word(column, value)})")

    def last_day_checked(self, k: Any) -> Term:
        """Of the check-ins by now that hold a number, or Yes or No where it counts."""
        by_now = f'{self._dates},"<="&{k.until}'

        def latest(criterion: object) -> str:
            return f"_xlfn.MAXIFS({self._dates},{k.check_ins},{criterion},{by_now})"

        numbers = latest(_NUMBERS)
        yes_no = ",".join(latest(self.word("yes_no", key)) for key in ("yes", "no"))
        return Term(f"MAX({numbers},IF({says_yes_or_no(k, self)},MAX({yes_no}),0))")

    def last_day_asked(self, k: Any) -> Term:
        """The last check-in date up to the as-of day and the row's due day; 0 for none."""
        by = f"MIN({k.day},{due_of(k, self)})"
        return Term(f'_xlfn.MAXIFS({self._dates},{self._dates},"<="&{by})')

    def value_checked(self, k: Any) -> Term:
        return Term(f"INDEX({k.check_ins},MATCH({k.checked},{self._dates},0))")

    def first_day_checked(self, k: Any) -> Term:
        return Term(f"_xlfn.MINIFS({self._dates},{k.check_ins},{_NUMBERS})")

    def first_value_checked(self, k: Any) -> Term:
        number = f"INDEX({k.check_ins},MATCH({self.first_day_checked(k)},{self._dates},0))"
        return Term(f'IFERROR({number},"")')

    def highest_value_checked(self, k: Any) -> Term:
        return Term(f'_xlfn.MAXIFS({k.check_ins},{self._dates},"<="&{k.until})')

    def has_waiting(self, k: Any) -> Term:
        """Whether a check-in belongs to a later period."""
        later = f'{self._dates},">"&{k.until}'

        def counted(criterion: object) -> str:
            return f"COUNTIFS({k.check_ins},{criterion},{later})"

        yes_no = "+".join(counted(self.word("yes_no", key)) for key in ("yes", "no"))
        return Term(f"({counted(_NUMBERS)}+IF({says_yes_or_no(k, self)},{yes_no},0)>0)")


_NUMBERS = '">-1E+300"'  # the criterion that every number meets, and no text


def _choices(column: str) -> tuple[str, ...]:
    return OKRS[column].choices
