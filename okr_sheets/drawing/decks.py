"""Decks of slides, 16:9, in the house's fonts and palette; python-pptx is an extra."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from copy import deepcopy
from datetime import UTC, date, datetime, time
from io import BytesIO
from typing import Any

from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.util import Pt

from okr_sheets.drawing.colours import INK, MUTED, PALE, SERIES, SLATE, WHITE
from okr_sheets.drawing.fitting import Box, clean, fitted, line_points
from okr_sheets.language import Language
from okr_sheets.text import printable

WIDTH, HEIGHT, MARGIN = 960.0, 540.0, 40.0  # points
TITLE = Box(MARGIN, 20, WIDTH - 2 * MARGIN, 40)
SUBTITLE = Box(MARGIN, 60, WIDTH - 2 * MARGIN, 24)
BODY = Box(MARGIN, 96, WIDTH - 2 * MARGIN, 404)
FOOT, FOOT_HEIGHT = 508.0, 22.0
LEAST = 9.0  # points of the smallest text on a slide
_COVER, _CONTENT = "Title Slide", "Title Only"
_LAYOUTS = (_COVER, "Title and Content", _CONTENT, "Blank")
# By script, where Calibri has no letters: on Windows and with Office on a Mac.
_FONTS = {"latin": "Calibri", "ea": "Malgun Gothic", "cs": "Tahoma"}
_SPOKEN = {
    "en": MSO_LANGUAGE_ID.ENGLISH_US,
    "tr": MSO_LANGUAGE_ID.TURKISH,
    "th": MSO_LANGUAGE_ID.THAI,
    "ko": MSO_LANGUAGE_ID.KOREAN,
    "hu": MSO_LANGUAGE_ID.HUNGARIAN,
    "fi": MSO_LANGUAGE_ID.FINNISH,
}
_LONGEST_NOTE, _MOST_NOTES = 400, 14


def rgb(colour: str) -> RGBColor:
    """A colour of the palette as python-pptx takes it."""
    return RGBColor(*bytes.fromhex(colour.removeprefix("#")))  # type: ignore[no-untyped-call]


class Deck:
    """Slides that are filled one after the other, then saved."""

    def __init__(self, words: Language, footer: str) -> None:
        self.words = words
        self._footer = footer
        self._show = Presentation()
        self._show.slide_width, self._show.slide_height = Pt(WIDTH), Pt(HEIGHT)
        _widen(self._show)
        _colour(self._show)
        self._layouts = {layout.name: layout for layout in self._show.slide_layouts}

    def cover(self, title: str, lines: Sequence[str]) -> None:
        """Add the first slide: a title, and smaller lines below it."""
        slide = Slide(self._show.slides.add_slide(self._layouts[_COVER]), self.words)
        slide.fill(INK)
        slide.titled(title, Box(MARGIN, 150, WIDTH - 2 * MARGIN, 110), 44, WHITE)
        subtitle = next(each for each in slide.shapes.placeholders if each != slide.shapes.title)
        box = Box(MARGIN, 270, WIDTH - 2 * MARGIN, 130)
        slide.place(subtitle, box)
        slide.write(subtitle.text_frame, [*lines], box, 20, colour=PALE)

    def slide(self, title: str, subtitle: str = "") -> Slide:
        """Add a slide with a title, a line below it, and at its foot the deck's name and number."""
        slide = Slide(self._show.slides.add_slide(self._layouts[_CONTENT]), self.words)
        slide.titled(title, TITLE, 28, INK)
        if subtitle:
            slide.text(subtitle, SUBTITLE, 15, colour=MUTED)
        slide.foot(self._footer)
        return slide

    def save(self, path: str, title: str, comments: str, created: date) -> None:
        """Write the deck; the same slides give the same bytes."""
        made = datetime.combine(created, time(), tzinfo=UTC).replace(tzinfo=None)
        about = self._show.core_properties
        about.title, about.comments, about.author = printable(title)[:255], comments, ""
        about.last_modified_by, about.revision = "", 1
        about.created = about.modified = made
        content = BytesIO()
        self._show.save(content)
        with zipfile.ZipFile(content) as source, zipfile.ZipFile(path, "w") as target:
            for part in source.infolist():
                like = zipfile.ZipInfo(part.filename)  # as of 1980
                like.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(like, source.read(part))


class Slide:
    """One slide, on which texts, tables and charts are put."""

    def __init__(self, slide: Any, words: Language) -> None:
        self._slide, self.words = slide, words
        self.shapes = slide.shapes

    def fill(self, colour: str) -> None:
        """Paint the slide in one colour."""
        background = self._slide.background.fill
        background.solid()
        background.fore_color.rgb = rgb(colour)

    def titled(self, title: str, box: Box, size: float, colour: str) -> None:
        """Write the slide's title, by which programs name it."""
        self.place(self.shapes.title, box)
        self.write(
            self.shapes.title.text_frame, [title], box, size, bold=True, colour=colour, low=True
        )

    def text(
        self,
        text: str | Sequence[str],
        box: Box,
        size: float,
        *,
        fill: str = "",
        **look: Any,
    ) -> None:
        """Put a text, or several paragraphs, into a box; `look` is that of `write`."""
        shape = self.shapes.add_textbox(*(Pt(each) for each in box))
        if fill:
            shape.fill.solid()
            shape.fill.fore_color.rgb = rgb(fill)
        paragraphs = [text] if isinstance(text, str) else text
        self.write(shape.text_frame, paragraphs, box, size, inset=8 if fill else 0, **look)

    def place(self, shape: Any, box: Box) -> None:
        """Put a shape to a place."""
        shape.left, shape.top, shape.width, shape.height = (Pt(each) for each in box)

    def write(
        self,
        frame: Any,
        paragraphs: Sequence[str],
        box: Box,
        size: float,
        *,
        bold: bool = False,
        colour: str = INK,
        right: bool = False,
        low: bool = False,
        inset: float = 0,
    ) -> None:
        """Write paragraphs into a frame as they fit its box: each as high as the others."""
        frame.margin_left = frame.margin_right = Pt(inset)
        frame.margin_top = frame.margin_bottom = 0
        frame.word_wrap = True
        frame.vertical_anchor = MSO_ANCHOR.BOTTOM if low else MSO_ANCHOR.TOP
        room = box.width - 2 * inset, box.height / len(paragraphs)
        texts = [
            fitted(clean(each), room, (size, LEAST), self.words, bold=bold) for each in paragraphs
        ]
        least = min(each.size for each in texts)
        for at, (text, _) in enumerate(texts):
            paragraph = frame.paragraphs[0] if not at else frame.add_paragraph()
            paragraph.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
            paragraph.space_before = paragraph.space_after = Pt(0)
            self.run(paragraph, text, least, bold, colour)

    def run(self, paragraph: Any, text: str, size: float, bold: bool, colour: str) -> None:
        """Add a text to a paragraph, in a font of this look."""
        run = paragraph.add_run()
        run.text = text
        run.font.size, run.font.bold = Pt(size), bold
        run.font.color.rgb = rgb(colour)
        if self.words.code in _SPOKEN:
            run.font.language_id = _SPOKEN[self.words.code]

    def foot(self, text: str) -> None:
        """Write the foot: a text, and the slide's number, which follows when slides are moved."""
        wide = Box(MARGIN, FOOT + 4, WIDTH - 2 * MARGIN - 60, FOOT_HEIGHT - 4)
        self.text(text, wide, 10, colour=MUTED)
        for shape in self._slide.slide_layout.placeholders:
            if shape.placeholder_format.type == PP_PLACEHOLDER.SLIDE_NUMBER:
                number = deepcopy(shape.element)
                # Its own among those of the slide, as theirs are among themselves.
                number.nvSpPr.cNvPr.id = max(each.shape_id for each in self.shapes) + 1
                self.shapes.element.append(number)

    def notes(self, lines: Iterable[str]) -> None:
        """Write what a speaker sees: the first lines, each held to a few hundred letters."""
        said = [clean(line)[:_LONGEST_NOTE] for line in lines if line]
        self._slide.notes_slide.notes_text_frame.text = "\n".join(said[:_MOST_NOTES])

    def height_of(self, lines: int, size: float) -> float:
        """How high so many lines of text are, in points."""
        return lines * line_points(size, self.words)


def _widen(show: Any) -> None:
    """Make 16:9 of python-pptx's own layouts, which are 4:3, and drop those that nobody needs."""
    layouts = show.slide_layouts
    for layout in list(layouts):
        if layout.name not in _LAYOUTS:
            layouts.remove(layout)
    places = [
        (shape, shape.left, shape.top, shape.width, shape.height)
        for each in (*layouts, show.slide_master)
        for shape in each.placeholders
    ]
    across, down = WIDTH / 720, HEIGHT / 540
    for shape, left, top, width, height in places:
        shape.left, shape.width = round(left * across), round(width * across)
        shape.top, shape.height = round(top * down), round(height * down)
        if shape.placeholder_format.type == PP_PLACEHOLDER.SLIDE_NUMBER:
            shape.left, shape.top = Pt(WIDTH - MARGIN - 60), Pt(FOOT)
            shape.width, shape.height = Pt(60), Pt(FOOT_HEIGHT)


def _colour(show: Any) -> None:
    """Give the theme our fonts and colours, so that what people add looks alike."""
    theme = show.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    text = theme.blob.decode("utf-8")
    for tag, font in _FONTS.items():
        text = re.sub(rf'<a:{tag} typeface="[^"]*"/>', f'<a:{tag} typeface="{font}"/>', text)
    colours = {"dk2": SLATE, "lt2": PALE}
    colours |= {f"accent{number}": colour for number, colour in enumerate(SERIES, 1)}
    for name, colour in colours.items():
        value = f'<a:{name}><a:srgbClr val="{colour.removeprefix("#")}"/></a:{name}>'
        text = re.sub(rf"<a:{name}>.*?</a:{name}>", value, text)
    theme.blob = text.encode("utf-8")
