"""Numbers that belong together: percents on the scale of the others, doubtful texts settled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from okr_sheets.reading.cells import Ask, Read, amount, hundredfold, number_from_text, scaled
from okr_sheets.schema import LARGEST, is_countable

ENDS = ("baseline", "target")
LARGEST_FRACTION = 1.5  # of numbers that are shares of 1; above it stand whole percents
FAR = 10  # times the other numbers of a row: beyond it lies what cannot be meant
WHOLE_WEIGHT = 10  # from here on weights are points or whole percents: no fraction stands beside

Reads = dict[str, Read]  # by the key of the column


def is_count(read: Read) -> bool:
    """Whether a cell holds a number that is not shown as percents."""
    return read.value is not None and not read.percent


def counts_to_100(reads: Iterable[Read]) -> bool:
    """Whether a column of progress counts to 100 and not to 1; a share may be more than all."""
    counts = (read.value for read in reads if is_count(read))
    return max(counts, default=0) > LARGEST_FRACTION


def settled(reads: Mapping[str, Read], ask: Ask) -> Reads:
    """The numbers of a row on one scale, doubtful texts read by the row's other numbers.

    24 % is 24 beside 30 and 0.24 beside 0.3. In a row with another unit it is a problem.
    """
    if not any(read.percent or read.code == "ambiguous-number" for read in reads.values()):
        return dict(reads)
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
        # A cell's format, of which the sentence speaks, no text file has.
        else Read(code="not-a-number" if ask.untyped else "percent-number", given=read.percent)
        for key, read in percents.items()
    }


def _whole(read: Read, ask: Ask) -> Read:
    """A percent as a whole number: 24 for “24 %”; with a problem unless the unit is percent."""
    if read.readings and "%" in ask.unit:
        readings = filter(is_countable, map(hundredfold, read.readings))
        return number_from_text(read.percent, tuple(readings), ask)
    return scaled(read, hundredfold(read.value), ask)


def _likelier(numbers: Reads, ask: Ask) -> Reads:
    """The reads, of ambiguous ones the reading near the row's other baseline or target."""
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


def steps_of(ends: Reads) -> float:
    """The steps that an `achieve` key result counts to; 1 where it is yes or no, or a share."""
    target = ends.get("target", Read())
    return target.value if target.value and target.value > 1 and not target.percent else 1


def weighed(reads: Mapping[int, Read], ask: Ask) -> dict[int, Read]:
    """The weights that are averaged together, by row, as they are meant: 50 % is 50 beside 50.

    Beside weights such as 1 and 2 a percent is a fraction. A weight on another scale than the
    largest one, such as 0.5 beside 50, stays and gets a problem.
    """
    typed = {row: read for row, read in reads.items() if read.value}
    # 50 in a cell that shows percents is 5000 %: there the sign says nothing of the number.
    signed = all(abs(read.value) < WHOLE_WEIGHT for read in typed.values() if read.percent)
    percents = {
        row
        for row, read in typed.items()
        if signed and read.percent and abs(read.value) <= LARGEST_FRACTION
    }
    most = max((read.value for row, read in typed.items() if row not in percents), default=0.0)

    def settle(row: int, read: Read) -> Read:
        if row in percents and most >= WHOLE_WEIGHT:
            return scaled(read, hundredfold(read.value), ask)
        is_odd = row in percents if most < WHOLE_WEIGHT else 0 < read.value < 1
        if not is_odd or read.code or most <= LARGEST_FRACTION:
            return read
        cell_text = read.percent or amount(read.value, ask.words)
        words = {"value": amount(most, ask.words)}
        return read._replace(code="mixed-weights", given=cell_text, words=words)

    return {**reads, **{row: settle(row, read) for row, read in typed.items()}}
