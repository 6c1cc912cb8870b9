"""What the score would be with the numbers that are typed as text, on the hidden sheet.

Formulas count no text, and reading does. So the sheet says how many rows hold such numbers, and
what the score comes to with them, as far as NUMBERVALUE tells: a text that may be two numbers, or
that it takes for none, stays untold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from okr_sheets.formulas import quoted
from okr_sheets.reading.scales import LARGEST_FRACTION
from okr_sheets.scoring import attained, counted, kind, mean, points, progress, weight_of
from okr_sheets.writing.layout import FIRST_ROW, LAST_ROW, Layout, RowCells

FOLLOWED = 3  # rows with such numbers; of more, the score with them is not told
FIGURES = ("rows", "untold", "with")  # how many rows, how many texts nobody can tell, the score
_NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
_UNTOLD = "#"  # what stands for such a text
# Of each row: where it stands; its last check-in; what its numbers are as numbers, and its
# objective's weight; what they come to; and what that adds in its objective, and there in the team.
_KEYS = (
    *("row", "group", "is_first", "day", "raw"),
    *("current", "baseline", "target", "weight", "weight_above"),
    *("kind", "standing", "progress", "attained", "counted"),
    *("more_counted", "more_points", "score", "share", "more_share", "more_share_points"),
)
_LETTERS = dict(zip(_KEYS, "BCDEFGHIJKLMNOPQRSTUV", strict=True))
_BLANK = frozenset({"raw", "current", "baseline", "target", "weight", "weight_above", "kind"}) | {
    *("standing", "progress", "attained", "score")
}


class Retyped:
    """The formulas of a block of the hidden sheet from row `top` on, and their values, by cell."""

    def __init__(self, layout: Layout, top: int, score: Any) -> None:
        """`score` is the team's. A tracker that is written holds no number as text."""
        self.layout, self.top, self.first = layout, top, top + len(FIGURES)
        self.f = layout.operations(elsewhere=True)
        self.formulas: dict[str, tuple[str, Any]] = {}
        self._sentence = quoted(layout.words.fix("text-number"))
        rows = self._put_figure(
            "rows", f"COUNTIFS({self.layout.all_of('to_fix')},{self._sentence})", 0
        )
        texts = f"{self._cell('current', 0)}:{self._cell('weight_above', FOLLOWED - 1)}"
        untold = f"COUNTIFS({texts},{quoted(_UNTOLD)})+MAX(0,{rows}-{FOLLOWED})"
        self._put_figure("untold", untold, 0)
        sums = {
            key: f"(SUM({self.layout.all_of(key)})+SUM({self._block(f'more_{key}')}))"
            for key in ("share", "share_points")
        }
        k = RowCells(sums)
        self._put_figure("with", str(mean(k.share_points, k.share, self.f)), score)
        for rank in range(FOLLOWED):
            for key, formula in self._row(rank).items():
                self.formulas[self._address(key, rank)] = formula, "" if key in _BLANK else 0

    def figure(self, key: str) -> str:
        """The address of one of `FIGURES`."""
        return f"B{self.top + FIGURES.index(key)}"

    def _put_figure(self, key: str, formula: str, value: Any) -> str:
        self.formulas[self.figure(key)] = formula, value
        return self.figure(key)

    def _address(self, key: str, rank: int) -> str:
        return f"{_LETTERS[key]}{self.first + rank}"

    def _cell(self, key: str, rank: int) -> str:
        return f"${_LETTERS[key]}${self.first + rank}"

    def _block(self, key: str) -> str:
        return f"{self._cell(key, 0)}:{self._cell(key, FOLLOWED - 1)}"

    def _row(self, rank: int) -> Mapping[str, str]:
        own = RowCells({key: self._cell(key, rank) for key in _KEYS})
        row, above = f"{own.row}-{FIRST_ROW - 1}", f"{own.group}-{FIRST_ROW - 1}"

        def there(key: str) -> str:
            return f"INDEX({self.layout.all_of(key)},{row})"

        def of_objective(key: str) -> str:
            return f"INDEX({self.layout.all_of(key)},{above})"

        def with_more(key: str, group: str = "group") -> str:
            typed = f"SUMIFS({self.layout.all_of(key)},{self.layout.all_of(group)},{own.group})"
            more = f"SUMIFS({self._block(f'more_{key}')},{self._block(group)},{own.group})"
            return f"({typed}+{more})"

        typed = RowCells(
            {key: there(key) for key in ("anchor", "title", "type")}
            | {key: str(own[key]) for key in ("baseline", "target")}
        )
        sums = RowCells({key: with_more(key) for key in ("points", "counted")})
        objective = RowCells({"weight": str(own.weight_above)})
        dates, until = (
            self.layout.elsewhere(cells)
            for cells in (self.layout.date_range, self.layout.calendar("until"))
        )
        yes_no = ",".join(str(is_word(own.raw)) for is_word in (self.f.yes, self.f.no))
        texts = (
            f'_xlfn.MAXIFS({dates},INDEX({self._check_ins()},{row},0),"?*",{dates},"<="&{until})'
        )
        share = f"IF(ISNUMBER({own.score}),{weight_of(objective, self.f)},0)"
        of_row = {
            "group": there("group"),
            "day": f"MAX({there('checked')},{texts})",
            "baseline": self._number(there("baseline"), there, True),
            "target": self._number(there("target"), there, True),
            "weight": self._number(there("weight"), there, False),
            "kind": str(kind(typed, self.f)),
            "standing": there("standing"),
            "progress": str(progress(own, self.f)),
            "attained": str(attained(own, self.f)),
            "counted": str(counted(own, self.f)),
            "more_counted": f"{own.counted}-{there('counted')}",
            "more_points": f"{points(own, self.f)}-{there('points')}",
        }
        of_group = {
            "weight_above": self._number(of_objective("weight"), there, False),
            "score": str(mean(sums.points, sums.counted, self.f)),
            "share": share,
            "more_share": f"{own.share}-{of_objective('share')}",
            "more_share_points": f"{own.share}*N({own.score})-{of_objective('share_points')}",
        }
        is_first = f"MATCH({own.group},{self._block('group')},0)={rank + 1}"
        last = f"INDEX({self._check_ins()},{row},MATCH({own.day},{dates},0))"
        formulas = {
            "row": self._place(rank),
            **{key: self._if(f"{own.row}>0", formula, key) for key, formula in of_row.items()},
            "raw": self._if(f"{own.day}>0", last, "raw"),
            "is_first": f"IF({own.group}>0,IF({is_first},1,0),0)",
            "current": f"IF(OR({yes_no}),{own.raw},{self._number(str(own.raw), there, True)})",
        }
        return formulas | {
            key: self._if(f"{own.is_first}=1", formula, key) for key, formula in of_group.items()
        }

    def _if(self, condition: str, formula: str, key: str) -> str:
        return f"IF({condition},{formula},{quoted('') if key in _BLANK else 0})"

    def _place(self, rank: int) -> str:
        """The row of the OKRs sheet; 0 for none. Each is looked for below the one before."""
        fixes = self.layout.all_of("to_fix")
        if not rank:
            return f"IFERROR(MATCH({self._sentence},{fixes},0)+{FIRST_ROW - 1},0)"
        before = self._cell("row", rank - 1)
        top = self.layout.elsewhere(f"${self.layout.letter('to_fix')}${FIRST_ROW}")
        height = LAST_ROW - FIRST_ROW + 1
        below = f"OFFSET({top},{before}-{FIRST_ROW - 1},0,{height},1)"
        return f"IF({before}>0,IFERROR({before}+MATCH({self._sentence},{below},0),0),0)"

    def _check_ins(self) -> str:
        first, last = self.layout.first_check_in, self.layout.last_check_in
        letters = self.layout.letter(first), self.layout.letter(last)
        return self.layout.elsewhere(f"${letters[0]}${FIRST_ROW}:${letters[1]}${LAST_ROW}")

    def _number(self, cell: str, there: Any, may_be_percent: bool) -> str:
        """A cell's number, that of its text, or that this is not told.

        “45 %” is 45 where the unit is percent and the row's other numbers are whole percents. A
        text with the sign of thousands alone may be a fraction to whoever typed it.
        """
        words = self.layout.words
        decimal, group = words.decimal, words("numbers.group")

        def has(sign: str, text: str = cell) -> str:
            return f"ISNUMBER(FIND({quoted(sign)},{text}))"

        whole = f"MAX({there('baseline')},{there('target')})>{LARGEST_FRACTION}"
        is_percent = f"AND({has('%', there('unit'))},{whole})" if may_be_percent else "FALSE"
        doubts = [f"AND({has('%')},NOT({is_percent}))"]
        if group.strip():
            doubts.append(f"AND({has(group)},NOT({has(decimal)}))")
        digits = f'SUBSTITUTE({cell},"%","")'
        if words.minus != "-":  # people copy what reports show
            digits = f'SUBSTITUTE({digits},{quoted(words.minus)},"-")'
        if not group.strip():
            digits = f'SUBSTITUTE({digits},{quoted(_NO_BREAK_SPACE)},"")'
        doubts.append(f'TRIM({digits})=""')  # a lone space would be 0
        value = f"_xlfn.NUMBERVALUE({digits},{quoted(decimal)},{quoted(group)})"
        untold = quoted(_UNTOLD)
        told = f"IF(OR({','.join(doubts)}),{untold},IFERROR({value},{untold}))"
        return f'IF(ISNUMBER({cell}),{cell},IF({cell}="","",{told}))'
