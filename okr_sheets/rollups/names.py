"""Names of the settings that no tracker has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from okr_sheets.config import Config
from okr_sheets.config.finding import NAME
from okr_sheets.grouping import FEW
from okr_sheets.language import fold
from okr_sheets.reading.spelling import with_one_spelling
from okr_sheets.rollups.namesakes import owner_names, unit_names
from okr_sheets.suggesting import suggestion
from okr_sheets.text import quoted
from okr_sheets.tracker import Tracker


def names_not_found(config: Config, trackers: Sequence[Tracker], is_all: bool) -> Iterator[str]:
    """Sentences on the names of the settings that no tracker has, the misspelt ones first.

    Of many in one table one sentence names the first few. Unless the trackers are all there are
    (`is_all`), others may have a name, so only those that are nearly one of these are said.
    """
    readable = [tracker for tracker in trackers if tracker.readable]
    if not readable:
        return
    teams = {fold(tracker.about.team): tracker.about.team for tracker in readable}
    departments = {fold(tracker.about.department): tracker.about.department for tracker in readable}
    spelled = with_one_spelling(readable, config)
    called = (*owner_names(spelled).values(), *unit_names(spelled).values())
    owners = {fold(name): name for name in called}
    file = quoted(config.file.name) if config.file else NAME
    listed = [unit.name for unit in config.teams.values()]
    yield from _sentences(f"{file}: [teams]", listed, teams, is_all)
    alone = []
    for unit in config.departments.values():
        if not (team := _team_of(unit.name, config)):
            alone.append(unit.name)
        elif _nearly(unit.name, departments):  # else the settings alone may know it
            place = f'{file}: [teams."{quoted(team)}"] department'
            yield from _sentences(place, [unit.name], departments, is_all)
    yield from _sentences(f"{file}: [departments]", alone, departments, is_all)
    listed = [config.spelled.get(name, name) for name in config.owners]
    yield from _sentences(f"{file}: [owners]", listed, owners, is_all)


def _sentences(
    place: str, listed: Iterable[str], names: Mapping[str, str], is_all: bool
) -> Iterator[str]:
    """A sentence for each of a few names that are nearly one of `names`, and one for all others.

    Unless `names` are all there are (`is_all`), the others are not said.
    """
    missing = [name for name in listed if fold(name) not in names]
    nearly = {name: close for name in missing if (close := _nearly(name, names))}
    misspelt = list(nearly)[:FEW]
    for name in misspelt:
        advice = f"Did you mean {quoted(nearly[name])}?"
        nowhere = "in no tracker" if is_all else "in none of these trackers"
        yield f"{place} “{quoted(name)}” is {nowhere}. {advice}"
    if not is_all:
        return
    strange = [name for name in missing if name not in misspelt]
    if len(strange) == 1:
        advice = "Correct the name, or remove it."
        yield f"{place} “{quoted(strange[0])}” is in no tracker. {advice}"
    elif strange:
        first = ", ".join(f"“{quoted(name)}”" for name in strange[:FEW])
        more = f" and {len(strange) - FEW} more" if len(strange) > FEW else ""
        advice = "Correct the names, or remove them."
        yield f"{place} {first}{more} are in no tracker. {advice}"


def _team_of(department: str, config: Config) -> str:
    """The first team that the settings put into a department, "" for none."""
    teams = config.teams.values()
    return next((each.name for each in teams if fold(each.department) == fold(department)), "")


def _nearly(name: str, names: Mapping[str, str]) -> str:
    """The one of `names`, by their folded spelling, that one of none of them may mean; else ""."""
    return "" if fold(name) in names else suggestion(name, (), names, 0.75)
