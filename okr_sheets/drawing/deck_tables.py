"""Tables on slides: rows of a height in which their text fits, never more than there is room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from okr_sheets.drawing.colours import INK, LINE, MUTED, STATUS_COLOURS, WHITE
from okr_sheets.drawing.decks import LEAST, Slide, rgb
from okr_sheets.drawing.fitting import Box, fitted, line_points
from okr_sheets.language import Language
from okr_sheets.text import printable

PAD, GAP = 6.0, 3.0  # points beside and above the text of a cell
_PLAIN = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # PowerPoint's style without fills and lines


class Head(NamedTuple):
    """A column: its header, and its share of the table's width."""

    text: str
    share: float
    is_figure: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """A text, in bold, in the colours of a status, or with a quieter line below it."""

    text: str
    bold: bool = False
    status: str = ""
    below: str = ""


Row = Sequence[Cell | str]


class Table:
    """Where a table is to be put, and how many rows it has room for."""

    def __init__(
        self, words: Language, box: Box, heads: Sequence[Head], *, size: float = 13, lines: int = 2
    ) -> None:
        self._words, self._box, self._heads, self._size = words, box, heads, size
        self._row = lines * line_points(size, words) + 2 * GAP
        self._head = line_points(size - 1, words) + 2 * GAP

    @property
    def most(self) -> int:
        """How many rows there is room for."""
        return self.room(self._box.height)

    def room(self, height: float) -> int:
        """How many rows there is room for in so many points."""
        return max(int((height - self._head) / self._row), 1)

    def put(self, slide: Slide, rows: Iterable[Row]) -> float:
        """Draw the rows, of which there must be room for all, and give where the table ends."""
        rows = list(rows)
        height = self._head + self._row * len(rows)
        box = self._box._replace(height=height)
        shape = slide.shapes.add_table(len(rows) + 1, len(self._heads), *(Pt(each) for each in box))
        table = shape.table
        table.horz_banding = False
        style = shape.element.find(".//" + qn("a:tableStyleId"))
        style.text = _PLAIN
        whole = sum(head.share for head in self._heads)
        widths = [head.share / whole * box.width for head in self._heads]
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Pt(width)
        table.rows[0].height = Pt(self._head)
        for at, (head, width) in enumerate(zip(self._heads, widths, strict=True)):
            cell = table.cell(0, at)
            _paint(cell, INK)
            place = Box(0, 0, width, self._head)
            self._fill(slide, cell, Cell(head.text, bold=True), place, head, WHITE, self._size - 1)
        for number, row in enumerate(rows, 1):
            table.rows[number].height = Pt(self._row)
            for at, (value, head, width) in enumerate(zip(row, self._heads, widths, strict=True)):
                cell = table.cell(number, at)
                given = value if isinstance(value, Cell) else Cell(value)
                fill, ink = STATUS_COLOURS.get(given.status, (WHITE, INK))
                _paint(cell, fill)
                _underline(cell)
                self._fill(slide, cell, given, Box(0, 0, width, self._row), head, ink, self._size)
        return box.top + height

    def _fill(
        self, slide: Slide, cell: Any, given: Cell, box: Box, head: Head, colour: str, size: float
    ) -> None:
        """Write a cell's text, and the line below it, which takes half of the room."""
        cell.margin_left = cell.margin_right = Pt(PAD)
        cell.margin_top = cell.margin_bottom = Pt(GAP)
        cell.vertical_anchor = MSO_ANCHOR.MIDDLE
        cell.text_frame.word_wrap = True
        texts = [(given.text, given.bold, colour, size)]
        if given.below:
            texts.append((given.below, False, MUTED, size - 2))
        room = box.width - 2 * PAD, (box.height - 2 * GAP) / len(texts)
        for at, (text, bold, ink, most) in enumerate(texts):
            paragraph = cell.text_frame.paragraphs[0] if not at else cell.text_frame.add_paragraph()
            paragraph.alignment = PP_ALIGN.RIGHT if head.is_figure else PP_ALIGN.LEFT
            line = " ".join(printable(text).split())
            fits = fitted(line, room, (most, LEAST), self._words, bold=bold)
            slide.run(paragraph, fits.text, fits.size, bold, ink)


def _paint(cell: Any, colour: str) -> None:
    cell.fill.solid()
    cell.fill.fore_color.rgb = rgb(colour)


def _underline(cell: Any) -> None:
    """Draw a thin line below a cell, for which python-pptx has no word."""
    line = (
        f'<a:lnB {nsdecls("a")} w="{Pt(0.75)}"><a:solidFill>'
        f'<a:srgbClr val="{LINE.removeprefix("#")}"/></a:solidFill></a:lnB>'
    )
    cell._tc.get_or_add_tcPr().insert(0, parse_xml(line))  # noqa: SLF001
