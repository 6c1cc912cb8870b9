"""How much a workbook may hold to be read where we are, with no clock and no cap on memory.

Many sheets may be one part of the file, so all that they hold counts together.
"""

from __future__ import annotations

from okr_sheets.files.plain_xml import OddError

MOST_SHEETS = 100
MOST_COLUMN_TAGS = 5_000  # elements that tell of columns
MOST_WIDTH = 500  # columns of a sheet, as far as its cells reach
MOST_HEIGHT = 50_000  # rows
MOST_AREA = 300_000  # rows times columns
MOST_TEXTS = 50_000  # cells that hold one: each may be a header
MOST_WRITTEN = 2_000_000  # letters in them
MOST_CALCULATED = 10_000_000  # letters of formulas, of which cells may share one


class Room:
    """What is left of these limits for the sheets of a workbook that are still to come."""

    def __init__(self) -> None:
        self._left = {
            "sheets": MOST_SHEETS,
            "columns": MOST_COLUMN_TAGS,
            "rows": MOST_HEIGHT,
            "area": MOST_AREA,
            "texts": MOST_TEXTS,
            "letters": MOST_WRITTEN,
            "formulas": MOST_CALCULATED,
        }

    def take(self, what: str, count: int) -> None:
        """Use up so much of a limit, by its name; OddError if that is more than is left."""
        self._left[what] -= count
        if self._left[what] < 0:
            raise OddError

    def take_grid(self, bottom: int, right: int) -> None:
        """The same for a sheet that reaches to this row and column."""
        if right > MOST_WIDTH:
            raise OddError
        self.take("rows", bottom)
        self.take("area", bottom * right)
