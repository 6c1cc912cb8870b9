"""Workbooks whose text is text: never a formula, a link or markup, whatever people typed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell_fast
from xlsxwriter.worksheet import (
    CellBlankTuple,
    CellFormulaTuple,
    CellNumberTuple,
    CellStringTuple,
    Worksheet,
)

from okr_sheets.text import in_cell

# In memory, so that a run that is killed leaves no part of it elsewhere.
_OPTIONS = {"in_memory": True} | dict.fromkeys(
    ("strings_to_formulas", "strings_to_numbers", "strings_to_urls"), False
)
TIGHTEST = 9  # of zlib's levels
_PLAIN = (CellNumberTuple, CellStringTuple, CellBlankTuple)


class CleanSheet(Worksheet):  # type: ignore[misc]
    """A worksheet in whose cells all text is clean, whatever method writes it.

    Cells are named by the numbers of their row and column, never such as A1.
    """

    # The methods of these names look for such as A1 in each call.
    write_number = Worksheet._write_number  # noqa: SLF001
    write_blank = Worksheet._write_blank  # noqa: SLF001

    def write_string(
        self, row: int, col: int, string: str, cell_format: Format | None = None
    ) -> int:
        return self._write_string(row, col, string, cell_format)

    def _write_string(
        self, row: int, col: int, string: str, cell_format: Format | None = None
    ) -> int:
        # What the workbook holds already is clean.
        if string not in self.str_table.string_table:
            string = in_cell(string)
        return int(super()._write_string(row, col, string, cell_format))

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        # XlsxWriter looks each attribute through for signs to escape; these hold none.
        kind = cell.__class__
        if kind not in _PLAIN or not cell.format:
            super()._write_cell(row, col, cell)
            return
        look = cell.format._get_xf_index()  # noqa: SLF001
        begun = f'<c r="{xl_rowcol_to_cell_fast(row, col)}" s="{look}"'
        if kind is CellNumberTuple:
            self.fh.write(f"{begun}><v>{cell.number:.16G}</v></c>")
        elif kind is CellStringTuple:
            self.fh.write(f'{begun} t="s"><v>{cell.string}</v></c>')
        else:
            self.fh.write(f"{begun}/>")

    def _write_formula(
        self, row: int, col: int, formula: str, cell_format: Format | None = None, value: Any = 0
    ) -> int:
        # XlsxWriter looks each formula through for newer functions; ours hold none.
        value = in_cell(value) if isinstance(value, str) else value
        if self._check_dimensions(row, col):
            return -1
        self.table[row][col] = CellFormulaTuple(formula.removeprefix("="), cell_format, value)
        return 0


@contextmanager
def workbook(
    path: str, title: str, comments: str, created: date, *, packed_small: bool = False
) -> Iterator[Workbook]:
    """Lend an empty workbook, and write it to `path` once it is filled.

    `created` is fixed by the input, so that the same input gives the same bytes. `packed_small`
    packs it as tightly as can be, for files that people mail.
    """
    content = BytesIO()
    with workbook_in(content, title, comments, created) as book:
        yield book
    if packed_small:
        with ZipFile(content) as loose, ZipFile(path, "w", ZIP_DEFLATED) as tight:
            for member in loose.infolist():
                tight.writestr(member, loose.read(member), compresslevel=TIGHTEST)
    else:
        Path(path).write_bytes(content.getvalue())


@contextmanager
def workbook_in(content: BytesIO, title: str, comments: str, created: date) -> Iterator[Workbook]:
    """Lend an empty workbook as `workbook` does, and write it into `content`."""
    book = Workbook(content, _OPTIONS)
    made = datetime.combine(created, time(), tzinfo=UTC).replace(tzinfo=None)
    properties = {"title": in_cell(title)[:255], "comments": in_cell(comments), "created": made}
    book.set_properties(properties)
    book.set_size(2400, 1400)
    yield book
    book.close()
