"""Many trackers in little memory: their rows side by side, and what they have alike only once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from okr_sheets.columns import packed
from okr_sheets.schema import PARTS
from okr_sheets.tracker import Tracker

AT_ONCE = 200  # trackers whose rows are put together
_ALIKE = ("sheets", "letters", "check_in_dates", "bands")  # most trackers of a run have the same


def together(trackers: Iterable[Tracker]) -> Iterator[Tracker]:
    """The same trackers; a tracker that is kept alone keeps the rows of its neighbours too."""
    known: dict[str, Any] = {}
    rest = iter(trackers)
    while some := list(islice(rest, AT_ONCE)):
        tables = {name: packed([tracker.columns[name] for tracker in some]) for name in PARTS}
        tables["calculated"] = packed([tracker.calculated for tracker in some])
        for at, tracker in enumerate(some):
            alike = {key: getattr(tracker, key) for key in _ALIKE}
            yield tracker.changed(
                **{key: known.setdefault(repr(value), value) for key, value in alike.items()},
                **{name: parts[at] for name, parts in tables.items()},
            )
