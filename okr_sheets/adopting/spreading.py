"""Key results that spread over several rows, such as one of targets and one of actuals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from okr_sheets.adopting.columns import SERIES
from okr_sheets.adopting.records import Record, Row
from okr_sheets.adopting.words import keys_by_word, plain

_NUMBERS = frozenset({"current", "target", "baseline", "progress"})


def with_series(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows, those that hold the target or the actual of one key result made one record.

    The word in the column `series` says which numbers a row holds.
    """
    held: Record | None = None
    for row in rows:
        role = _series_of(row) if isinstance(row, Record) else ""
        if not isinstance(row, Record) or not role:
            yield from [held] if held else []
            held = None
            yield row
            continue
        record = _as(row, role)
        if held is not None and _is_same(held, record):
            held = _joined(held, record)
        else:
            yield from [held] if held else []
            held = record
    yield from [held] if held else []


def _series_of(record: Record) -> str:
    key = keys_by_word("kinds").get(plain(record.text("series")), "")
    return key if key in SERIES else ""


def _as(record: Record, role: str) -> Record:
    """A record whose numbers, under whatever header, are those of a role."""
    items = {
        (role if key in _NUMBERS else key): item
        for key, item in record.items.items()
        if key != "series"
    }
    dated = tuple((role, period, item) for _, period, item in record.dated)
    return replace(record, items=items, dated=dated)


def _is_same(held: Record, record: Record) -> bool:
    titles = [each.text("key-result") or each.text("title") for each in (held, record)]
    return not titles[1] or titles[0] == titles[1]


def _joined(held: Record, record: Record) -> Record:
    return replace(
        held,
        items={**record.items, **held.items},
        dated=(*held.dated, *record.dated),
        more=(*held.more, *record.more),
        status=held.status or record.status,
        status_cell=held.status_cell or record.status_cell,
        comments=(*held.comments, *record.comments),
    )
