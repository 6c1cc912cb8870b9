"""Names of the settings that no tracker has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from okr_sheets.config import Config
from okr_sheets.language import fold
from okr_sheets.reading.spelling import with_one_spelling
from okr_sheets.rollups.namesakes import owner_names, unit_names
from okr_sheets.suggesting import suggestion
from okr_sheets.text import quoted
from okr_sheets.tracker import Tracker


def names_not_found(config: Config, trackers: Sequence[Tracker]) -> Iterator[str]:
    """A sentence for each name of the settings that no tracker has, and that may be misspelt.

    An address book may know more owners; only those who are nearly somebody are named.
    """
    readable = [tracker for tracker in trackers if tracker.readable]
    if not readable:
        return
    teams = {fold(tracker.about.team): tracker.about.team for tracker in readable}
    departments = {fold(tracker.about.department): tracker.about.department for tracker in readable}
    entries = [
        (f"[teams] “{quoted(unit.name)}”", unit.name, teams) for unit in config.teams.values()
    ]
    entries += [
        (f"[departments] “{quoted(unit.name)}”", unit.name, departments)
        for unit in config.departments.values()
        if not _holds_teams(unit.name, config) or _nearly(unit.name, departments)
    ]
    spelled = with_one_spelling(readable, config)
    called = (*owner_names(spelled).values(), *unit_names(spelled).values())
    owners = {fold(name): name for name in called}
    entries += [
        (f"[owners] “{quoted(name)}”", name, owners)
        for name in config.owners
        if _nearly(name, owners)
    ]
    for place, name, names in entries:
        if fold(name) not in names:
            close = _nearly(name, names)
            advice = (
                f"Did you mean {quoted(close)}?" if close else "Correct the name, or remove it."
            )
            yield f"okr.toml: {place} is in no tracker. {advice}"


def _holds_teams(name: str, config: Config) -> bool:
    return any(fold(team.department) == fold(name) for team in config.teams.values())


def _nearly(name: str, names: Mapping[str, str]) -> str:
    return "" if fold(name) in names else suggestion(name, (), names, 0.75)
