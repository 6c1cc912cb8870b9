"""The close: a line for each objective, and what its formulas say of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from okr_sheets.choices import STATES, STOPPED
from okr_sheets.closing import lines_by_id, needs_reason
from okr_sheets.columns import Columns
from okr_sheets.formulas import quoted
from okr_sheets.schema import CLOSE, PARTS, ROW
from okr_sheets.tracker import Tracker
from okr_sheets.writing.calc import ID, SCORE, TITLE, Calc
from okr_sheets.writing.calc import ROW as ROW_NUMBER

# What the sheet says is to fix, besides a text in place of a number.
FIXES = ("no-final-reason", "no-decision", "not-an-objective")
_SHOWN = {"objective": TITLE, "score": SCORE}  # the column of the hidden sheet
_TEXTS = ("reason", "decision", "lesson")


def close_lines(placed: Tracker) -> Columns:
    """The lines of the sheet: one per objective, then those that belong to none.

    Of several with one ID the first that says something is the objective's.
    """
    by_id = lines_by_id(placed)
    names = dict.fromkeys(name for name in placed.columns["objectives"].id if name)
    own = {name.casefold() for name in names}
    rows = [{**by_id.get(name.casefold(), {}), "id": name} for name in names]
    rows += [
        line
        for line in placed.closing.records()
        if line["id"].casefold() not in own or line["row"] != by_id[line["id"].casefold()]["row"]
    ]
    return Columns.of(rows, (ROW, *PARTS[CLOSE.key]))


class CloseFormulas:
    """What the formulas of the close are, and what they give, by the objectives of `calc`."""

    def __init__(self, calc: Calc) -> None:
        self._calc, self._words = calc, calc.layout.words
        # Of two objectives with one ID the first, which MATCH finds too.
        self._objectives = {
            it[ID].casefold(): it for it in reversed([*calc.objectives()]) if it[ID]
        }

    def formula(self, key: str, cells: Mapping[str, str]) -> str:
        """The formula of a computed column, for the cells of a line by the keys of its columns."""
        place = f"MATCH({cells['id']},{self._calc.column(ID)},0)"
        if key == "to_fix":
            return self._to_fix(cells, f'IF({cells["id"]}="",FALSE,ISNUMBER({place}))')
        there = f'IFERROR(INDEX({self._calc.column(_SHOWN[key])},{place}),"")'
        return f'IF({cells["id"]}="","",{there})'

    def _to_fix(self, cells: Mapping[str, str], is_one: str) -> str:
        """One question in another, so that no cell is asked for what it does not hold."""
        final, score = cells["final"], cells["score"]
        differs = f"IF(ISNUMBER({score}),ROUND({final},2)<>ROUND({score},2),TRUE)"
        is_bare = f'IF(ISNUMBER({final}),AND({cells["reason"]}="",{differs}),FALSE)'
        undecided = f'IF({self._is_open(cells)},{self._says("no-decision")},"")'
        unexplained = f"IF({is_bare},{self._says('no-final-reason')},{undecided})"
        of_one = f"IF(ISTEXT({final}),{self._says('text-number')},{unexplained})"
        is_blank = ",".join(f'{cells[key]}=""' for key in ("final", *_TEXTS))
        return f'IF({is_one},{of_one},IF(AND({is_blank}),"",{self._says("not-an-objective")}))'

    def _is_open(self, cells: Mapping[str, str]) -> str:
        """Whether it is the last day, and nobody has decided what becomes of a live objective."""
        layout = self._calc.layout
        day, last = (self._calc.calendar(key) for key in ("day", "last_day"))
        ids, states = (layout.all_of(key) for key in ("id", "state"))
        stopped = "".join(
            f"{self._words.choice('state', each)}|" for each in STATES if each in STOPPED
        )
        state = f"INDEX({states},MATCH({cells['id']},{ids},0))"
        is_live = f'ISERROR(SEARCH("|"&{state}&"|",{quoted(f"|{stopped}")}))'
        is_over = f'{cells["objective"]}<>"",{cells["decision"]}="",{day}>={last}'
        return f"AND({is_over},{is_live})"

    def _says(self, code: str) -> str:
        return quoted(self._words.fix(code))

    def value(self, key: str, line: Mapping[str, Any]) -> Any:
        """What that formula gives for the values of a line."""
        objective = self._objectives.get(line.get("id", "").casefold())
        if key != "to_fix":
            return objective[_SHOWN[key]] if objective else ""
        fix = self._fix(line, objective)
        return self._words.fix(fix) if fix else ""

    def _fix(self, line: Mapping[str, Any], objective: Mapping[str, Any] | None) -> str:
        final = line.get("final", math.nan)
        if objective is None:
            is_blank = math.isnan(final) and not any(line.get(key) for key in _TEXTS)
            return "" if is_blank else "not-an-objective"
        score = objective[SCORE]
        if needs_reason(final, math.nan if score == "" else score, line["reason"]):
            return "no-final-reason"
        values = self._calc.values
        is_over = values.days["day"] >= values.days["last_day"] and objective[TITLE] != ""
        is_live = values.cells[objective[ROW_NUMBER]]["state"] not in STOPPED
        return "no-decision" if is_over and is_live and not line["decision"] else ""
