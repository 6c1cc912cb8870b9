"""The sheets of a rollup put into a workbook: which of its parts change, and which are new."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from itertools import count

from okr_sheets.drawing.names import quoted_sheet
from okr_sheets.files.marks import SHEET_MARK
from okr_sheets.files.package import relations_of
from okr_sheets.misuse import MisuseError
from okr_sheets.reports.into.board import Board
from okr_sheets.reports.into.charts import explicit
from okr_sheets.reports.into.markup import MAIN, Part, number
from okr_sheets.reports.into.own import OwnBook, OwnSheet
from okr_sheets.reports.into.register import Name, Register
from okr_sheets.reports.into.styles import Looks, merge
from okr_sheets.reports.into.typed import WRITTEN, digest
from okr_sheets.reports.workbook import HIDDEN_SHEET

Changes = dict[str, bytes | None]

_FORMS = {
    "worksheet": "worksheets/sheet{}.xml",
    "drawing": "drawings/drawing{}.xml",
    "chart": "charts/chart{}.xml",
    "table": "tables/table{}.xml",
}
_NO_STYLES = f'<styleSheet xmlns="{MAIN}"></styleSheet>'.encode()


def joined(board: Board, own: OwnBook) -> Changes:
    """The parts of the workbook that change once the sheets are in it, None for those that go.

    Sheets that an earlier run has put there keep their names, parts and places. MisuseError, in a
    sentence, where it cannot be done.
    """
    return _Joining(board, own).done()


class _Joining:
    def __init__(self, board: Board, own: OwnBook) -> None:
        self._board, self._own = board, own
        self._sheets = [sheet for sheet in own.sheets if self._is_needed(sheet)]
        self._old = {
            sheet.part: board.own[sheet.key] for sheet in self._sheets if sheet.key in board.own
        }
        if board.is_locked and len(self._old) < len(self._sheets):
            raise MisuseError(
                f"{board.path}: no sheet can be added while the structure of the workbook is "
                "protected. Unprotect it first (Review, Protect Workbook)."
            )
        self._gone = board.replaceable(self._old.values())
        self._register = Register(board)
        self._places: dict[str, str] = {}  # of our parts in the workbook
        self._types: dict[str, str] = {}  # of parts that are new or written anew
        self._changes: Changes = {}

    def _is_needed(self, sheet: OwnSheet) -> bool:
        """Whether anything stands on a sheet, or did so before."""
        is_there = sheet.key in self._board.own
        return is_there or sheet.key != HIDDEN_SHEET or "<c " in self._own.text(sheet.part)

    def done(self) -> Changes:
        looks = self._merge_styles()
        self._choose_places()
        positions = self._list_sheets()
        self._write_sheets(looks, positions)
        self._define_names(positions)
        gone = self._clear()
        self._register.list_parts(self._types, gone)
        for part in self._register.changed():
            self._put(part.name, part.content())
        return self._changes

    def _put(self, part: str, content: bytes) -> None:
        self._changes[self._key(part)] = content

    def _key(self, part: str) -> str:
        """Lower case, as parts are looked up; a new one as it is named."""
        return part.lower() if part in self._board.package else part

    def _merge_styles(self) -> Looks:
        """Add our formats to the workbook's, and tell which they are there."""
        name = self._board.styles
        if name:
            theirs = self._board.part(name)
        else:
            theirs = Part(_NO_STYLES, self._board.free_part("styles{}.xml", (), ()))
            self._types[theirs.name] = self._own.type_of(self._own.styles.name)
            self._register.relate("styles", theirs.name)
        looks = merge(theirs, self._own.styles)
        self._put(theirs.name, theirs.content())
        return looks

    def _choose_places(self) -> None:
        for sheet in self._sheets:
            old = self._old.get(sheet.part)
            self._places[sheet.part] = old.part if old else self._free("worksheet")
            for relation in self._own.related(sheet.part):
                self._places[relation.part] = self._free(relation.kind)

    def _free(self, kind: str) -> str:
        taken = {place.lower() for place in self._places.values()}
        return self._board.free_part(_FORMS[kind], taken, self._gone)

    def _list_sheets(self) -> dict[str, int]:
        """List the new sheets, and give the positions of all of ours by their parts."""
        new = [sheet for sheet in self._sheets if sheet.part not in self._old]
        self._register.add_sheets(
            (sheet.name, self._places[sheet.part], sheet.is_hidden) for sheet in new
        )
        positions = {part: sheet.position for part, sheet in self._old.items()}
        new_positions = {sheet.part: at for at, sheet in enumerate(new, len(self._board.sheets))}
        return positions | new_positions

    def _define_names(self, positions: Mapping[str, int]) -> None:
        """Define all names that our sheets need, and those by which they are known again."""
        names: dict[Name, str] = {}
        for sheet in self._sheets:
            place = self._places[sheet.part]
            written = digest(BytesIO(self._changes[self._key(place)] or b""), place)
            names[f"{SHEET_MARK}{sheet.key}", None] = f"{quoted_sheet(sheet.name)}!$A$1"
            names[f"{WRITTEN}{sheet.key}", None] = f'"{written}"'
            names |= {(name, positions[sheet.part]): text for name, text in sheet.names.items()}
        self._register.define(names, [sheet.position for sheet in self._old.values()])

    def _write_sheets(self, looks: Looks, positions: Mapping[str, int]) -> None:
        tables = self._table_names()
        for sheet in self._sheets:
            is_active = positions[sheet.part] == self._board.active
            self._write(sheet.part, self._own.sheet(sheet.part, looks, is_active))
            for relation in self._own.related(sheet.part):
                part = relation.part
                if relation.kind == "table":
                    text = self._own.table(part, looks, *tables[part])
                elif relation.kind == "chart":
                    text = explicit(self._own.text(part))
                else:
                    text = self._own.text(part)
                self._write(part, text)

    def _write(self, part: str, text: str) -> None:
        place = self._places[part]
        self._types[place] = self._own.type_of(part)
        self._put(place, text.encode())
        if links := self._own.relations(part, self._places):
            self._put(relations_of(place), links.encode())

    def _table_names(self) -> dict[str, tuple[int, str]]:
        """The number and the name of each table of ours: those it had before, else free ones."""
        theirs = self._board.tables(but=self._gone)
        before = {part: self._board.tables_of(sheet) for part, sheet in self._old.items()}
        everywhere = [*theirs, *(table for tables in before.values() for table in tables)]
        free = count(max((number(table.get("id")) for table in everywhere), default=0) + 1)
        taken = {table.get("displayName").casefold() for table in everywhere}
        taken |= {name.get("name").casefold() for name in self._board.names}
        found = {}
        for sheet in self._sheets:
            for part, name in self._own.tables(sheet):
                old = next(iter(before.get(sheet.part, ())), None)
                if old:
                    found[part] = number(old.get("id")), old.get("displayName")
                    continue
                names = (name, *(f"{name}_{at}" for at in range(2, len(taken) + 3)))
                unused = next(each for each in names if each.casefold() not in taken)
                found[part] = next(free), unused
        return found

    def _clear(self) -> list[str]:
        """Take out what earlier sheets of ours alone needed, and give the parts that are gone."""
        old = [relations_of(sheet.part) for sheet in self._old.values()]
        parts = [*old, *(name for part in self._gone for name in (part, relations_of(part)))]
        gone = [
            part
            for part in parts
            if part in self._board.package and part.lower() not in self._changes
        ]
        self._changes |= dict.fromkeys((part.lower() for part in gone), None)
        return gone
