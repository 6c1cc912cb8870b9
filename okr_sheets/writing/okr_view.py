"""What of the OKRs sheet is in sight when it opens, and on which page each column is printed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from okr_sheets.drawing.text_width import BOLDER, breadth, line_height, lines_of
from okr_sheets.language import Language
from okr_sheets.schema import CHECK_IN_PREFIX
from okr_sheets.writing.layout import CHECK_IN_WIDTH, Layout, Slot
from okr_sheets.writing.values import Values

# Widths in characters of the default font, as Excel counts.
LONGEST_ID = 14.0
BLANK_WIDTH = 9.0  # of a number's cell as long as nobody knows how large the numbers get
GROUPED = 1e12  # numbers from here on are shown without thousands, so in powers of ten
_PADDING, _INDENT = 0.8, 1.3
_HEADER_SIZE = 10 / 11  # of the default font's
_BUTTON = 16.0  # points that a header's filter button takes
_FEWEST, _MOST_STEPS = 5, 6  # weeks of a fold, and folds of a year's

PAPER = 930  # pixels of a printed page: Letter, the narrower one, lying; LibreOffice draws wider
PAPER_HEIGHT = 500  # points of its height: A4, the lower one
SMALLEST = 0.55  # of its size that a page is printed in
TALLEST_PAGE = PAPER_HEIGHT / SMALLEST  # points of the rows that one page holds


def pixels(width: float) -> float:
    """How wide a column is on the screen, at 100 %."""
    return 7 * width + 5


@dataclass(frozen=True)
class View:
    """The columns of a sheet by their keys: widths, levels of outline, and which are hidden.

    `header_height` is in points.
    """

    layout: Layout
    widths: Mapping[str, float]
    levels: Mapping[str, int]
    hidden: frozenset[str]
    header_height: float

    def is_sign(self, key: str) -> bool:
        """Whether the sign of a closed fold stands above a column, which is right of the fold."""
        number = self.layout.column[key] - 1
        before = self.layout.slots[number - 1].key if number else key
        return before in self.hidden and self.levels[before] > self.levels[key]

    def pages(self, height: float) -> tuple[int, list[int]]:
        """The percent that the sheet is printed in, and the columns, from 0, that begin a page.

        The plan stands on the first page, the weeks and what is typed with them on the second;
        what does not fit goes on, rather than to be too small to read. `height` is that of all
        rows, in points.
        """
        slots = self.layout.slots
        begin = self.layout.column[self.layout.first_check_in] - 1
        end = self.layout.column["note"]
        titles = self._across(slots[:2])
        widest = max(self._across(slots[:begin]), titles + self._across(slots[begin:end]))
        fitting = [1, max(PAPER / widest, SMALLEST)]
        if height <= TALLEST_PAGE:
            fitting.append(PAPER_HEIGHT / height)
        scale = math.floor(100 * min(fitting))
        breaks, used = [begin], titles
        for number in range(begin, end):
            width = self._across(slots[number : number + 1])
            if used + width > 100 * PAPER / scale:
                breaks.append(number)
                used = titles
            used += width
        return scale, breaks

    def _across(self, slots: Sequence[Slot]) -> float:
        """Pixels of width of those in sight."""
        shown = (slot.key for slot in slots if slot.key not in self.hidden)
        return sum(pixels(self.widths[key]) for key in shown)


def view(values: Values, this_week: date, *, is_plan_open: bool) -> View:
    """What is in sight where people start with the numbers of a check-in date.

    The weeks but the one before are folded away, and the plan unless it `is_plan_open` or has gaps.
    """
    layout = values.layout
    levels, hidden = _weeks(layout.dates, this_week)
    is_plan_open = is_plan_open or has_gaps(values)
    for slot in layout.slots:
        is_open = slot.stage == "plan" and is_plan_open
        # LibreOffice takes a closed fold for an open one if there is another in it.
        levels.setdefault(slot.key, slot.fold if is_open else min(slot.fold, 1))
        if slot.stage in {"planned", "helper"} or slot.fold > is_open:
            hidden.add(slot.key)
    widths = _widths(values)
    return View(layout, widths, levels, frozenset(hidden), _header_height(layout, widths))


def _weeks(dates: Sequence[date], this_week: date) -> tuple[dict[str, int], set[str]]:
    """The levels of the check-in columns, and which of them are folded away.

    Each fold reaches back to the first week, so that one sign puts all before it out of sight.
    """
    keys = [f"{CHECK_IN_PREFIX}{day}" for day in dates]
    past = max(dates.index(this_week) - 1, 0)
    step = max(_FEWEST, math.ceil(len(keys) / _MOST_STEPS))
    ends = range(past or step, len(keys), step)
    levels = {key: sum(end > number for end in ends) for number, key in enumerate(keys)}
    return levels, set(keys[:past])


def has_gaps(values: Values) -> bool:
    """Whether nothing is planned, or a key result lacks the target that its type needs."""
    results = [cells for cells in values.cells.values() if cells["kind"]]
    return not results or any(
        math.isnan(cells["target"]) and cells["kind"] != "achieve" for cells in results
    )


def _widths(values: Values) -> dict[str, float]:
    """Wide enough for the words of each header and for each number, with room for larger ones."""
    layout, words = values.layout, values.words
    check_ins = [f"{CHECK_IN_PREFIX}{day}" for day in layout.dates]
    widths = {slot.key: max(slot.width, _of_header(slot)) for slot in layout.slots}
    ids = max((breadth(cells["id"]) for cells in values.cells.values()), default=0)
    widths["id"] = max(widths["id"], min(ids + _INDENT + _PADDING, LONGEST_ID))
    statuses = max(map(breadth, words.choices("status").values()))
    widths["status"] = max(widths["status"], statuses * BOLDER + _PADDING)
    for key in ("target", "baseline"):
        widths[key] = max(widths[key], _of_numbers(values, [key]))
    reached = _of_numbers(values, ["target", "baseline", "current", *check_ins])
    widths["current"] = max(widths["current"], reached)
    return widths | dict.fromkeys(check_ins, max(CHECK_IN_WIDTH, reached))


def _of_header(slot: Slot) -> float:
    """What the longest word of a header needs."""
    if slot.day or slot.stage in {"own", "planned", "helper"}:
        return 0
    longest = max(map(breadth, slot.header.split()))
    return longest * BOLDER * _HEADER_SIZE + _INDENT + _PADDING


def _of_numbers(values: Values, keys: Sequence[str]) -> float:
    """What the largest number of some columns needs, and one that is three times as large."""
    numbers = [abs(n) for n in _numbers(values, keys) if math.isfinite(n) and abs(n) < GROUPED]
    if not numbers:
        return BLANK_WIDTH
    return breadth(f"{3 * max(numbers):,.0f}") + _PADDING


def _numbers(values: Values, keys: Sequence[str]) -> Iterable[float]:
    return (float(cells[key]) for cells in values.cells.values() for key in keys if key in cells)


def _header_height(layout: Layout, widths: Mapping[str, float]) -> float:
    """High enough for the fullest header above the buttons that filter its column."""
    lines = max(
        lines_of(slot.header, (widths[slot.key] - _INDENT) / _HEADER_SIZE, bold=True)
        for slot in layout.slots
        if not slot.day and slot.stage not in {"own", "planned", "helper"}
    )
    return _line(layout.words) * lines + _BUTTON


def _line(words: Language) -> float:
    return line_height(words) * _HEADER_SIZE
