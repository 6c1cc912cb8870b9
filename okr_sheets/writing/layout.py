"""Where each column of the OKRs sheet stands, and how formulas name it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, count

from okr_sheets.bands import Bands
from okr_sheets.drawing.names import quoted_sheet
from okr_sheets.formulas import InCells, Term, quoted
from okr_sheets.language import Language
from okr_sheets.letters import column_letters
from okr_sheets.schema import CHECK_IN_PREFIX, OKRS, POINTS_PREFIX, Kind
from okr_sheets.text import in_cell, one_line

# Rows of the OKRs sheet, from 1.
CAPTION_ROW, DATE_ROW, KEY_ROW, HEADER_ROW = 2, 3, 4, 5  # below the title
FIRST_ROW = 6
LAST_ROW = 1005  # formulas look this far, so rows typed below the table count too
TABLE = "tblOKRs"
OWN_PREFIX, OWN_WIDTH = "own.", 18.0  # of people's own columns, which have no machine key
CHECK_IN_WIDTH = 8.0  # at least, so that thirteen of them fit beside what stays in sight
LONGEST_HEADER = 255  # characters, of a table's column
_ESCAPE = re.compile(r"_x[0-9A-Fa-f]{4}_")  # what Excel takes for another sign in such a header
# The days that formulas go by, in rows 1 to 3 of the helper columns, two columns a day.
CALENDAR = ("day", "first_day", "last_day", "until")
THIS_WEEK = "this_week"  # stands beside them: the check-in date whose numbers are typed now


@dataclass(frozen=True, slots=True)
class Slot:
    """One column as written: its machine key, header and width, and how many folds away it lies."""

    key: str
    header: str
    width: float
    kind: Kind = "number"
    stage: str = "update"
    day: date | None = None
    fold: int = 0


class Layout:
    """The columns of one tracker's OKRs sheet, left to right."""

    def __init__(
        self,
        words: Language,
        dates: Sequence[date],
        sheet: str,
        bands: Bands,
        own: Sequence[str] = (),
    ) -> None:
        """`sheet` is the name of the sheet, `dates` the check-in dates, `own` people's headers."""
        slots = [
            Slot(c.key, words(f"okrs.{c.key}"), c.width, c.kind, c.stage, fold=c.fold)
            for c in OKRS.columns
        ]
        hidden = {column.key for column in OKRS.columns if column.hidden}
        visible = [slot for slot in slots if slot.key not in hidden]
        helpers = [slot for slot in slots if slot.key in hidden]
        update = next(number for number, slot in enumerate(visible) if slot.stage == "update")
        check_ins = [
            Slot(f"{CHECK_IN_PREFIX}{day}", day.isoformat(), CHECK_IN_WIDTH, day=day)
            for day in dates
        ]
        points = [
            Slot(f"{POINTS_PREFIX}{day}", f"calc {day}", 10, "number", "helper", day)
            for day in dates
        ]
        headers = _apart(own, [slot.header for slot in (*visible, *check_ins, *helpers, *points)])
        owned = [
            Slot(f"{OWN_PREFIX}{number}", header, OWN_WIDTH, "any", "own")
            for number, header in enumerate(headers)
        ]
        planned, updated = visible[:update], visible[update:]
        self.slots = (*planned, *check_ins, *updated, *owned, *helpers, *points)
        self.dates = tuple(dates)
        self.words = words
        self.sheet = sheet
        self.bands = bands
        self.column = {slot.key: number for number, slot in enumerate(self.slots, 1)}

    def letter(self, key: str) -> str:
        return column_letters(self.column[key])

    def cell(self, key: str, row: int | str) -> str:
        """One cell of a column, which stays in its column when the formula is copied: $F8."""
        return f"${self.letter(key)}{row}"

    def range(self, key: str) -> str:
        """All cells of a column: $F$6:$F$1005."""
        letter = self.letter(key)
        return f"${letter}${FIRST_ROW}:${letter}${LAST_ROW}"

    def elsewhere(self, reference: str) -> str:
        """A reference as other sheets write it."""
        return f"{quoted_sheet(self.sheet)}!{reference}"

    def all_of(self, key: str) -> str:
        """All cells of a column, as other sheets write them."""
        return self.elsewhere(self.range(key))

    def calendar(self, key: str) -> str:
        """The cell of a day of `CALENDAR`, or of the check-in date that `THIS_WEEK` is."""
        row, column = self.calendar_place(key)
        return f"${column_letters(column + 1)}${row + 1}"

    def calendar_place(self, key: str) -> tuple[int, int]:
        """Row and column of that cell, from 0; its machine key stands left of it."""
        pair, row = divmod((*CALENDAR, THIS_WEEK).index(key), KEY_ROW - 1)
        return row, self.column["group"] - 1 + 2 * pair

    @property
    def first_check_in(self) -> str:
        return f"{CHECK_IN_PREFIX}{self.dates[0]}"

    @property
    def last_check_in(self) -> str:
        return f"{CHECK_IN_PREFIX}{self.dates[-1]}"

    @property
    def date_range(self) -> str:
        """The real dates above the check-in columns."""
        first, last = self.letter(self.first_check_in), self.letter(self.last_check_in)
        return f"${first}${DATE_ROW}:${last}${DATE_ROW}"

    @property
    def this_week(self) -> str:
        """The formula of this week's check-in date: the first by the as-of day, or the last."""
        dates, until = self.date_range, self.calendar("until")
        return f'INDEX({dates},MAX(1,COUNTIF({dates},"<="&{until})))'

    def link_to_this_week(self, row: int, text: str) -> str:
        """The formula, of another sheet, of a link to a row's cell under this week's date.

        Excel and LibreOffice follow such a link; Excel on the web and Google Sheets do not.
        """
        first = self.elsewhere(f"${self.letter(self.first_check_in)}${row}")
        dates, week = (self.elsewhere(each) for each in (self.date_range, self.calendar(THIS_WEEK)))
        column = f"COLUMN({first})-1+MATCH({week},{dates},0)"
        return self.link(f"ROW({first})", column, quoted(text))

    def link(self, row: str, column: str, text: str) -> str:
        """The formula, of another sheet, of a link to a cell; all three are formulas."""
        sheet = quoted(f"#{quoted_sheet(self.sheet)}!")
        return f"HYPERLINK({sheet}&ADDRESS({row},{column},4),{text})"

    def operations(self, *, elsewhere: bool = False) -> InCells:
        """The scoring rules' operations, as formulas of this sheet, or of others on it."""
        placed = self.elsewhere if elsewhere else str
        return InCells(
            words=self.words.choice,
            fixes=self.words.fix,
            ranges={slot.key: placed(self.range(slot.key)) for slot in self.slots},
            header=placed(f"$A${FIRST_ROW - 1}"),
            dates=placed(self.date_range),
            bands=self.bands,
        )

    def row(self, row: int | str) -> RowCells:
        """The cells of a row, as the rules want them; `row` may be a text to be filled in."""
        names = {slot.key: self.cell(slot.key, row) for slot in self.slots}
        first, last = names[self.first_check_in], names[self.last_check_in]
        return RowCells(names | self._days() | {"check_ins": f"{first}:{last}"})

    def any_row(self) -> RowCells:
        """The same as structured references: what Excel fills a new row of the table from."""
        names = {slot.key: f"{TABLE}[[#This Row],[{slot.header}]]" for slot in self.slots}
        span = f"[{self.dates[0]}]:[{self.dates[-1]}]"
        return RowCells(names | self._days() | {"check_ins": f"{TABLE}[[#This Row],{span}]"})

    def _days(self) -> dict[str, str]:
        return {key: self.calendar(key) for key in CALENDAR}


def _apart(headers: Sequence[str], others: Iterable[str]) -> list[str]:
    """The headers as a table can have them: none blank, too long or twice, in whatever case."""
    taken = {other.casefold() for other in others}
    names = []
    for number, header in enumerate(headers, 1):
        line = _ESCAPE.sub("_", one_line(header)).strip()
        wanted = in_cell(line[: LONGEST_HEADER - 5]) or f"#{number}"
        name = next(
            each
            for each in chain([wanted], (f"{wanted} {more}" for more in count(2)))
            if each.casefold() not in taken
        )
        taken.add(name.casefold())
        names.append(name)
    return names


class RowCells:
    """A row whose columns, as attributes, are cells of a formula."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def __getattr__(self, key: str) -> Term:
        return Term(self._names[key])

    def __getitem__(self, key: str) -> Term:
        return Term(self._names[key])
