"""The numbers of one row together: percents on the scale of the others, doubtful texts settled."""

from __future__ import annotations

from collections.abc import Mapping

from okr_sheets.reading.cells import Ask, Read, amount, hundredfold, number_from_text
from okr_sheets.reading.numbers import LARGEST

ENDS = ("baseline", "target")
LARGEST_FRACTION = 1.5  # of a row whose numbers are shares of 1; above it stand whole percents
FAR = 10  # times the other numbers of a row: beyond it lies what cannot be meant

Reads = dict[str, Read]  # by the key of the column


def settled(reads: Mapping[str, Read], ask: Ask) -> Reads:
    """The numbers of a row as they are meant, by what the row's sure ones say.

    A percent is 24 beside 30 and 0.24 beside 0.3. In a row that counts something else than
    percents it is none of its numbers, and is named.
    """
    numbers = {key: read for key, read in reads.items() if read.value is not None}
    return {**reads, **_likelier(_on_one_scale(numbers, ask), ask)}


def _on_one_scale(numbers: Reads, ask: Ask) -> Reads:
    percents = {key: read for key, read in numbers.items() if read.percent}
    others = [abs(read.value) for read in numbers.values() if not read.percent and read.value]
    # The workbook counts a number shown as percents as its fraction; of texts the unit tells.
    are_texts = "%" in ask.unit and all(read.readings for read in percents.values())
    if max(others) <= LARGEST_FRACTION if others else not are_texts:
        return numbers
    ends = [key for key in ENDS if key in numbers]
    counts_percents = not ask.unit or "%" in ask.unit or (ends and percents.keys() >= {*ends})
    most = min(FAR * max(others, default=LARGEST), LARGEST) / 100 if counts_percents else -1
    return numbers | {
        key: _whole(read, ask)
        if abs(read.value) <= most
        else Read(code="percent-number", given=read.percent)
        for key, read in percents.items()
    }


def _whole(read: Read, ask: Ask) -> Read:
    """A percent as a whole number: 24 of “24 %”; said, unless it is typed where percents are."""
    found = tuple(hundredfold(value) for value in read.readings or (read.value,))
    if read.readings and "%" in ask.unit:
        return number_from_text(read.percent, found, ask)
    return Read(found[0], "percent-scale", read.percent, {"value": amount(found[0], ask.words)})


def _likelier(numbers: Reads, ask: Ask) -> Reads:
    """Of two readings the one near the row's sure ends, where the language's own lies far off."""
    sure = [
        abs(numbers[key].value)
        for key in ENDS
        if key in numbers and numbers[key].value and len(numbers[key].readings) < 2
    ]
    near = (min(sure) / FAR, max(sure) * FAR) if sure else (0.0, LARGEST)

    def chosen(read: Read) -> Read:
        by_place = sorted(read.readings, key=lambda it: not near[0] <= abs(it) <= near[1])
        return number_from_text(read.given, tuple(by_place), ask)

    return {
        key: chosen(read) if read.code == "ambiguous-number" else read
        for key, read in numbers.items()
    }
