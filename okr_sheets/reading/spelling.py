"""One spelling for each unit and owner of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from okr_sheets.columns import Columns, filled
from okr_sheets.config import Config
from okr_sheets.language import fold
from okr_sheets.tracker import Tracker

_OWNED = ("objectives", "key_results", "actions")  # parts whose rows have owners


def with_one_spelling(trackers: Sequence[Tracker], config: Config) -> list[Tracker]:
    """The trackers with one spelling for each company, department, team and owner.

    Names that differ only in case, width or spaces are one: spelled as in the settings, else as
    where they come first.
    """
    units, owners = _Spellings(), _Spellings()
    return [_spelled(tracker, config, units, owners) for tracker in trackers]


class _Spellings:
    """The first spelling of each name."""

    def __init__(self) -> None:
        self._by_folded: dict[str, str] = {}

    def of(self, name: str) -> str:
        return self._by_folded.setdefault(fold(name), name) if name else ""


def _spelled(tracker: Tracker, config: Config, units: _Spellings, owners: _Spellings) -> Tracker:
    if not tracker.readable:
        return tracker
    about = tracker.about
    names = config.unit(about.company, about.department, about.team)
    company, department, team = map(units.of, names)
    about = replace(about, company=company, department=department, team=team)
    owned = {part: _owned(tracker.columns[part], owners) for part in _OWNED}
    is_same = all(rows is tracker.columns[part] for part, rows in owned.items())
    return tracker if is_same and about == tracker.about else tracker.changed(about=about, **owned)


def _owned(rows: Columns, owners: _Spellings) -> Columns:
    names = [owners.of(name) for name in rows.owner]
    return rows if names == rows.owner.tolist() else rows.having(owner=filled(names, "text"))
