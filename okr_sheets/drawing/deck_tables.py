"""Tables on slides: rows of a height in which their text fits, never more than there is room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, NamedTuple

from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from okr_sheets.drawing.colours import INK, LINE, MUTED, STATUS_COLOURS, WHITE
from okr_sheets.drawing.decks import LEAST, Slide, rgb
from okr_sheets.drawing.fitting import Box, Fitted, clean, fitted, line_points
from okr_sheets.language import Language

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
    """Where a table is to be put, and how many of its rows there is room for."""

    def __init__(
        self, words: Language, box: Box, heads: Sequence[Head], *, size: float = 13, lines: int = 2
    ) -> None:
        self._words, self._box, self._heads, self._size = words, box, heads, size
        whole = sum(head.share for head in heads)
        self._widths = [head.share / whole * box.width for head in heads]
        self._line, self._below = line_points(size, words), line_points(_smaller(size), words)
        self._text = lines * self._line
        self._head = line_points(size - 1, words) + 2 * GAP

    def most(self, rows: Sequence[Row], spared: float = 0) -> int:
        """How many of the first rows fit; `spared` points are kept free where not all do."""
        ends = list(accumulate(map(self._height, rows), initial=self._head))[1:]
        if not ends or ends[-1] <= self._box.height:
            return len(rows)
        return sum(end <= self._box.height - spared for end in ends)

    def put(self, slide: Slide, rows: Sequence[Row]) -> float:
        """Draw the rows, of which there must be room for all, and give where the table ends."""
        heights = [self._head, *map(self._height, rows)]
        box = self._box._replace(height=sum(heights))
        places = (Pt(each) for each in box)
        shape = slide.shapes.add_table(len(rows) + 1, len(self._heads), *places)
        shape.element.find(".//" + qn("a:tableStyleId")).text = _PLAIN
        table = shape.table
        table.horz_banding = False
        for parts, sizes, key in (
            (table.columns, self._widths, "width"),
            (table.rows, heights, "height"),
        ):
            for part, size in zip(parts, sizes, strict=True):
                setattr(part, key, Pt(size))
        for at, (head, width) in enumerate(zip(self._heads, self._widths, strict=True)):
            room = width - 2 * PAD
            cells = [
                each if isinstance(each, Cell) else Cell(each) for each in self._column(rows, at)
            ]
            self._fill(slide, table.cell(0, at), Cell(head.text, bold=True), head, room)
            size = min((self._fitted(each, room).size for each in cells), default=self._size)
            for number, cell in enumerate(cells, 1):
                self._fill(slide, table.cell(number, at), cell, head, room, size)
        return box.top + box.height

    @staticmethod
    def _column(rows: Sequence[Row], at: int) -> list[Cell | str]:
        return [row[at] for row in rows]

    def _height(self, row: Row) -> float:
        """The height of a row: that of its lines of text, more only where one more stands below."""
        heights = [self._text]
        for cell, width in zip(row, self._widths, strict=True):
            if isinstance(cell, Cell) and cell.below:
                fits = fitted(
                    clean(cell.text), (width - 2 * PAD, self._line), (self._size,) * 2, self._words
                )
                lines = 1 if fits.text == clean(cell.text) else self._text / self._line
                heights.append(lines * self._line + self._below)
        return max(heights) + 2 * GAP

    def _fitted(self, cell: Cell, width: float, size: float = 0) -> Fitted:
        sizes = (size or self._size, size or max(self._size - 2, LEAST))
        return fitted(clean(cell.text), (width, self._text), sizes, self._words, bold=cell.bold)

    def _fill(
        self, slide: Slide, place: Any, cell: Cell, head: Head, width: float, size: float = 0
    ) -> None:
        """Write a cell, or without a size a header, and the line below its text."""
        place.margin_left = place.margin_right = Pt(PAD)
        place.margin_top = place.margin_bottom = Pt(GAP)
        place.vertical_anchor = MSO_ANCHOR.MIDDLE
        place.text_frame.word_wrap = True
        fill, ink = STATUS_COLOURS.get(cell.status, (WHITE, INK)) if size else (INK, WHITE)
        place.fill.solid()
        place.fill.fore_color.rgb = rgb(fill)
        if size:
            _underline(place)
            fits = self._fitted(cell, width, size)
        else:
            room = width, self._head - 2 * GAP
            fits = fitted(clean(cell.text), room, (self._size - 1, LEAST), self._words, bold=True)
        texts = [(fits, cell.bold, ink)]
        if cell.below:
            room, small = (width, self._below), _smaller(self._size)
            texts.append(
                (fitted(clean(cell.below), room, (small, small), self._words), False, MUTED)
            )
        for at, (text, bold, colour) in enumerate(texts):
            frame = place.text_frame
            paragraph = frame.add_paragraph() if at else frame.paragraphs[0]
            paragraph.alignment = PP_ALIGN.RIGHT if head.is_figure else PP_ALIGN.LEFT
            slide.run(paragraph, text.text, text.size, bold, colour)


def _smaller(size: float) -> float:
    """The size of the line below a text."""
    return max(size - 2, LEAST)


def _underline(cell: Any) -> None:
    """Draw a thin line below a cell, for which python-pptx has no word."""
    line = (
        f'<a:lnB {nsdecls("a")} w="{Pt(0.75)}"><a:solidFill>'
        f'<a:srgbClr val="{LINE.removeprefix("#")}"/></a:solidFill></a:lnB>'
    )
    cell._tc.get_or_add_tcPr().insert(0, parse_xml(line))  # noqa: SLF001
