"""okr.toml: what a company settles once for all its trackers."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import Any

from okr_sheets.bands import PRESETS, Bands
from okr_sheets.config.entries import checked_entries
from okr_sheets.config.keys import KEYS, ConfigError
from okr_sheets.kinds import CODES
from okr_sheets.language import fold
from okr_sheets.misuse import check_choice
from okr_sheets.suggesting import advice
from okr_sheets.text import quoted
from okr_sheets.toml import read_toml, shown
from okr_sheets.urls import is_url

__all__ = ["KEYS", "Config", "ConfigError", "Unit", "chosen_bands", "read_config"]

_PLAIN = frozenset({"company", "fiscal_start", "language", "preset"})  # kept as they are written
_ORDERED = (  # each at most the next
    ("on_track", "at_risk"),
    ("aspirational_yellow", "aspirational_green"),
    ("committed_yellow", "committed_green"),
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A department (its `department` is "") or a team, with its spelling and weight."""

    name: str
    department: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one okr.toml; `Config()` holds the defaults, as if there were no file.

    "" and None mean that each tracker's own value counts. `paths`, `previous` and
    `history` are relative to the working folder, or URLs, which the last is never; `outside` lists
    those, as written, that lead out of the file's folder.
    `cuts` holds the numbers of [bands]; `departments`, `teams` and `owners` (their addresses) have
    folded names as keys, of which `spelled` tells how [owners] writes them; `file` is its path.
    ConfigError if a plain value is one that the file could not have.
    """

    company: str = ""
    fiscal_start: int = 1
    language: str = ""
    preset: str = "default"
    paths: tuple[str, ...] = ()
    previous: Path | str | None = None
    history: Path | None = None
    outside: tuple[str, ...] = ()
    cuts: Mapping[str, float] = field(default_factory=dict)
    departments: Mapping[str, Unit] = field(default_factory=dict)
    teams: Mapping[str, Unit] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    spelled: Mapping[str, str] = field(default_factory=dict)
    off: frozenset[str] = frozenset()
    file: Path | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        for key in (key for key in KEYS if key.name in _PLAIN and not key.table):
            value = getattr(self, key.name)
            if value != "" and not key.takes(value):
                raise ConfigError(f"{key.name} must be {key.kind_of_value}, not {shown(value)}.")

    def bands(self) -> Bands:
        """The bands of the preset; what [bands] sets replaces them."""
        return Bands.of({**PRESETS[self.preset].cuts, **self.cuts})

    def unit(self, company: str, department: str, team: str) -> tuple[str, str, str]:
        """Company, department and team, as okr.toml spells them where it does."""
        team_unit = self.teams.get(fold(team), Unit(team))
        department = team_unit.department or department
        department_unit = self.departments.get(fold(department), Unit(department))
        return self.company or company, department_unit.name, team_unit.name

    def weight(self, company: str, department: str, team: str) -> float:
        """The weight of the team, or of the department where `team` is blank; 1 if none is set."""
        _, department, team = self.unit(company, department, team)
        units, name = (self.teams, team) if team else (self.departments, department)
        return units.get(fold(name), Unit(name)).weight

    def email(self, owner: str) -> str:
        """The owner's address, "" if okr.toml has none."""
        return self.owners.get(fold(owner), "")


def read_config(path: str | Path) -> Config:
    """The settings of an okr.toml, whose keys docs/config.md lists.

    `okr_sheets.score` and its neighbours take the Config or the path alike. ConfigError, which is a
    ValueError, says in a sentence what is wrong with the file, and where.
    """
    path = Path(path)
    entries = checked_entries(read_toml(path, ConfigError), path.name)
    departments = _units(entries["departments"])
    teams = _units(entries["teams"])
    for team in teams.values():
        if team.department:
            departments.setdefault(fold(team.department), Unit(team.department))
    top = entries[""]
    paths, previous = top.pop("paths", ()), top.pop("previous", "")
    history = top.pop("history", "")
    if is_url(history):
        raise ConfigError(
            f'{path.name}: history must be a file, such as "history.sqlite", not a URL.'
        )
    all_paths = (*paths, *filter(None, (previous, history)))
    config = Config(
        **top,
        paths=tuple(_seen_from(path.parent, each) for each in paths),
        previous=_located(path.parent, previous) if previous else None,
        history=path.parent / history if history else None,
        outside=tuple(each for each in all_paths if _leaves(path.parent, each)),
        cuts=entries["bands"],
        departments=departments,
        teams=teams,
        owners={fold(name): address for name, address in entries["owners"].items()},
        spelled={fold(name): name.strip() for name in entries["owners"]},
        off=_codes(entries["check"].get("off", ()), f"{path.name}: [check] off"),
        file=path,
    )
    cuts = config.bands().cuts
    for low, high in _ORDERED:
        if cuts[low] > cuts[high]:
            raise ConfigError(
                f"{path.name}: [bands] {low} is {cuts[low]:g}, above {high}, which is "
                f"{cuts[high]:g}. Set both."
            )
    return config


def _codes(names: Iterable[str], place: str) -> frozenset[str]:
    """The codes of problems in small letters; ConfigError for one that is none, or an error's."""
    codes = [name.strip().lower() for name in names]
    for code in codes:
        if CODES.get(code) == "error":
            raise ConfigError(f"{place}: {code} is an error, which cannot be scored. Mend it.")
        if code not in CODES:
            others = "docs/problems.md lists them, such as kr-percent."
            instead = advice(code, CODES, otherwise=others)
            raise ConfigError(f"{place}: “{quoted(code)}” is no code of a problem. {instead}")
    return frozenset(codes)


def _units(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Unit]:
    return {fold(name): Unit(name.strip(), **row) for name, row in rows.items()}


def _located(folder: Path, path: str) -> Path | str:
    return path if is_url(path) else folder / path


def _seen_from(folder: Path, pattern: str) -> str:
    """A path or pattern below a folder; brackets in the folder's name are not part of it."""
    if is_url(pattern):
        return pattern
    path = folder / pattern
    if path.exists() or not glob.has_magic(pattern):
        return str(path)
    return str(Path(glob.escape(str(folder))) / pattern)


def _leaves(folder: Path, pattern: str) -> bool:
    """Whether a path or pattern leads out of a folder, by its parts or through a link."""
    if is_url(pattern):
        return True
    fixed = takewhile(lambda part: not glob.has_magic(part), Path(pattern).parts)
    inside = Path(os.path.realpath(folder))
    ways = (os.path.realpath(folder.joinpath(*fixed)), os.path.normpath(inside / pattern))
    return not all(Path(way).is_relative_to(inside) for way in ways)


def chosen_bands(preset: str | None, config: Config) -> Bands:
    """The bands of the preset as it is published, or those of the settings if `preset` is None.

    MisuseError lists the presets if there is none of that name.
    """
    if preset is None:
        return config.bands()
    check_choice("preset", preset, PRESETS)
    return PRESETS[preset]
