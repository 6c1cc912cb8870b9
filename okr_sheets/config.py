"""okr.toml: what a company settles once for all its trackers, every key said once in `KEYS`."""

from __future__ import annotations

import glob
import logging
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import takewhile
from pathlib import Path
from typing import Any, Literal

from okr_sheets.bands import PRESETS, Bands
from okr_sheets.language import fold, languages
from okr_sheets.problems import MisuseError, check_choice
from okr_sheets.text import one_line, quoted
from okr_sheets.toml import read_toml, shown

NAME = "okr.toml"
ROOT = 0  # who may write everywhere anyway
_LOG = logging.getLogger(__name__)
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")

Kind = Literal["text", "choice", "whole", "number", "list", "email"]
_NOUNS: Mapping[Kind, str] = {
    "text": "one line of text",
    "whole": "a whole number",
    "number": "a number",
    "list": "a list of texts",
    "email": "an e-mail address",
}


class ConfigError(MisuseError):
    """Settings that cannot be used; the message says where and what to write instead."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the file; in `table` and `name` a * stands for a name of the company's own.

    `example` is TOML; `default` is for people to read.
    """

    table: str
    name: str
    kind: Kind
    meaning: str
    default: str
    example: str
    low: float = 0
    high: float = 1
    choices: tuple[str, ...] = ()

    @property
    def wants(self) -> str:
        """What the value must be, in words."""
        if self.choices:
            return f"one of {', '.join(self.choices)}"
        noun = _NOUNS[self.kind]
        is_range = self.kind in {"whole", "number"}
        return f"{noun} from {self.low:g} to {self.high:g}" if is_range else noun

    def takes(self, value: Any) -> bool:
        """Whether the value is of the kind and in the range."""
        if self.choices:
            return value in self.choices
        in_kind = _FITS[self.kind](value)
        return in_kind and (isinstance(value, (str, list)) or self.low <= value <= self.high)


def _is_text(value: Any) -> bool:
    """Whether it fits in one line: a Windows path between double quotes may hold a tab."""
    return isinstance(value, str) and not any(unicodedata.category(sign) == "Cc" for sign in value)


_FITS: Mapping[Kind, Callable[[Any], bool]] = {
    "text": _is_text,
    "whole": lambda value: type(value) is int,  # True is an int too
    "number": lambda value: type(value) in {int, float},
    "list": lambda value: (
        isinstance(value, list) and all(_is_text(each) and each.strip() for each in value)
    ),
    "email": lambda value: _is_text(value) and bool(_EMAIL.fullmatch(value)),
}


def _band(name: str, meaning: str, example: str) -> Key:
    return Key("bands", name, "number", meaning, "the preset's", example)


_BANDS = (
    _band("on_track", "On track up to this gap, expected minus score.", "0.05"),
    _band("at_risk", "At risk up to this gap, off track beyond it.", "0.2"),
    _band("aspirational_green", "An aspirational grade is green from this score.", "0.8"),
    _band("aspirational_yellow", "… and yellow from this one, red below it.", "0.5"),
    _band("committed_green", "A committed grade is green from this score.", "1.0"),
    _band("committed_yellow", "… and yellow from this one, red below it.", "0.8"),
)
_ORDERED = (  # each at most the next
    ("on_track", "at_risk"),
    ("aspirational_yellow", "aspirational_green"),
    ("committed_yellow", "committed_green"),
)
KEYS: tuple[Key, ...] = (
    Key("", "company", "text", "Whose OKRs these are.", "the tracker's", '"Acme"'),
    Key(
        "",
        "fiscal_start",
        "whole",
        "First month of the fiscal year, which is named by the year it ends in.",
        "1",
        "4",
        low=1,
        high=12,
    ),
    Key(
        "",
        "language",
        "choice",
        "Of new trackers and of the output.",
        "the trackers'",
        '"fi"',
        choices=languages(),
    ),
    Key(
        "",
        "preset",
        "choice",
        "Bands of status and grade, by name.",
        "default",
        '"google"',
        choices=tuple(PRESETS),
    ),
    Key(
        "",
        "paths",
        "list",
        "Files, folders and patterns to read when no PATH is given, seen from this file.",
        "none",
        '["trackers", "sales/*.xlsx"]',
    ),
    Key("", "previous", "text", "Last quarter's folder, seen from this file.", "none", '"2026-Q4"'),
    *_BANDS,
    Key(
        "departments.*",
        "weight",
        "number",
        "How much a department counts beside the company's others.",
        "1",
        "3",
        high=100_000,
    ),
    Key(
        "teams.*",
        "department",
        "text",
        "The department a team belongs to. Leave it out where two departments have a team of "
        "this name.",
        "the tracker's",
        '"Marketing"',
    ),
    Key(
        "teams.*",
        "weight",
        "number",
        "How much a team counts beside its department's others.",
        "1",
        "2",
        high=100_000,
    ),
    Key(
        "owners",
        "*",
        "email",
        "Where an owner's reminder goes, by the name that the reports give them.",
        "none",
        '"ann@example.com"',
    ),
)
_PLAIN = frozenset({"company", "fiscal_start", "language", "preset"})  # kept as they are written
_TABLES = tuple(dict.fromkeys(key.table.split(".")[0] for key in KEYS if key.table))


@dataclass(frozen=True, slots=True)
class Unit:
    """A department or a team, as the company spells it; a department's `department` is ""."""

    name: str
    department: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one okr.toml; `Config()` holds the defaults, as if there were no file.

    "" and None leave it to the trackers. `paths` and `previous` are seen from where the program
    runs; `outside` are those of them, as written, that leave the file's folder. `cuts` are the
    [bands] that were given; departments, teams and owners' addresses are found by their folded
    names. ConfigError for what no file could say at its top.
    """

    company: str = ""
    fiscal_start: int = 1
    language: str = ""
    preset: str = "default"
    paths: tuple[str, ...] = ()
    previous: Path | None = None
    outside: tuple[str, ...] = ()
    cuts: Mapping[str, float] = field(default_factory=dict)
    departments: Mapping[str, Unit] = field(default_factory=dict)
    teams: Mapping[str, Unit] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for key in (key for key in KEYS if key.name in _PLAIN and not key.table):
            value = getattr(self, key.name)
            if value != "" and not key.takes(value):
                raise ConfigError(f"{key.name} must be {key.wants}, not {shown(value)}.")

    def bands(self) -> Bands:
        """The preset's bands, those of [bands] in their place."""
        return Bands.of({**PRESETS[self.preset].cuts, **self.cuts})

    def unit(self, company: str, department: str, team: str) -> tuple[str, str, str]:
        """Company, department and team of a tracker, what the file says of them in their place."""
        known = self.teams.get(fold(team), Unit(team))
        department = known.department or department
        spelled = self.departments.get(fold(department), Unit(department)).name
        return self.company or company, spelled, known.name

    def weight(self, company: str, department: str, team: str) -> float:
        """How much the smallest unit named counts beside its neighbours; 1 unless said."""
        _, department, team = self.unit(company, department, team)
        units, name = (self.teams, team) if team else (self.departments, department)
        return units.get(fold(name), Unit(name)).weight

    def email(self, owner: str) -> str:
        """The owner's address; "" if none is known."""
        return self.owners.get(fold(owner), "")


Settings = str | Path | Config | None  # as functions take them; see `settings_of`


def find(folder: Path) -> Iterator[Path]:
    """The okr.toml of a folder and of those above it, the nearest first."""
    try:
        folder = folder.resolve()
    except OSError:  # the folder is gone, or closed to us
        return
    files = (place / NAME for place in (folder, *folder.parents))
    # What has the name and cannot be read, such as a link to nothing, is said by who reads it.
    yield from (file for file in files if os.path.lexists(file) and not os.path.isdir(file))  # noqa: PTH112  a folder above may be closed to us


def is_ours(file: Path) -> bool:
    """Whether a file is the user's own or root's, and a link of its name too.

    Anybody may leave a file in a folder above, such as one for temporary files. Where the system
    tells no owners, all files are ours.
    """
    if not hasattr(os, "geteuid"):
        return True
    try:
        return {file.lstat().st_uid, file.stat().st_uid} <= {os.geteuid(), ROOT}
    except OSError:
        return False


def nearest(paths: Iterable[str | Path] = ()) -> Path | None:
    """The okr.toml that counts for trackers at these paths, None for none.

    It is that of the working folder, else of the nearest folder above; where there is none, that of
    the folder that holds all the paths, else of the nearest above that one.
    """
    return next((file for folder in (Path(), *_shared(paths)) for file in find(folder)), None)


def _shared(paths: Iterable[str | Path]) -> Iterator[Path]:
    """The deepest folder that holds all that the paths name, a pattern's from its fixed part on."""
    try:
        folders = [
            next(str(each) for each in (path, *path.parents) if os.path.isdir(each))  # noqa: PTH112  may be too long to be looked up
            for path in (Path(path).absolute() for path in paths)
        ]
        if folders:
            yield Path(os.path.commonpath(folders))
    except (OSError, ValueError, StopIteration):  # the working folder is gone, or on two drives
        return


def is_trusted(file: Path) -> bool:
    """Whether an okr.toml that nobody named is used: one in the working folder, else if `is_ours`.

    The one in the working folder is as trusted as what else lies there.
    """
    return shown_path(file) == NAME or is_ours(file)


def shown_path(file: Path) -> str:
    """A file as seen from the working folder, where there is a way from there."""
    try:
        return os.path.relpath(file)
    except (OSError, ValueError):
        return str(file)


def settings_of(config: Settings, paths: Iterable[str | Path] = ()) -> Config:
    """The settings that a function was given: a Config, the path of a file, or None to find one.

    `nearest` tells which is found for `paths`; the log `okr_sheets` says if one is used that does
    not lie in the working folder, and if one is not, since it belongs to somebody else. ConfigError
    says what is wrong with a file and where, MisuseError what a config may be.
    """
    if isinstance(config, Config):
        return config
    if config is not None:
        if not isinstance(config, (str, os.PathLike)):
            what = type(config).__name__
            raise MisuseError(f"config must be the path of an okr.toml or a Config, not a {what}.")
        return read_config(config)
    file = nearest(paths)
    if file is None:
        return Config()
    name = one_line(shown_path(file))
    if not is_trusted(file):
        said = "belongs to somebody else. If you trust it, name it as config."
        _LOG.warning("%s is not used, since it %s", name, said)
        return Config()
    _LOG.info("Settings: %s", name)
    return read_config(file)


def read_config(path: str | Path) -> Config:
    """The settings of an okr.toml, whose keys docs/config.md lists.

    `okr_sheets.score` and its neighbours take the Config or the path alike. ConfigError, which is a
    ValueError, says in a sentence what is wrong with the file, and where.
    """
    path = Path(path)
    given = _File(path.name).entries(read_toml(path, ConfigError))
    departments = _units(given["departments"])
    teams = _units(given["teams"])
    for team in teams.values():
        if team.department:
            departments.setdefault(fold(team.department), Unit(team.department))
    top = given[""]
    paths, previous = top.pop("paths", ()), top.pop("previous", "")
    named = (*paths, previous) if previous else paths
    config = Config(
        **top,
        paths=tuple(_seen_from(path.parent, each) for each in paths),
        previous=path.parent / previous if previous else None,
        outside=tuple(each for each in named if _leaves(path.parent, each)),
        cuts=given["bands"],
        departments=departments,
        teams=teams,
        owners={fold(name): address for name, address in given["owners"].items()},
    )
    cuts = config.bands().cuts
    for low, high in _ORDERED:
        if cuts[low] > cuts[high]:
            raise ConfigError(
                f"{path.name}: [bands] {low} is {cuts[low]:g}, above {high}, which is "
                f"{cuts[high]:g}. Set both."
            )
    return config


class _File:
    """The checks of one file, whose name begins each sentence."""

    def __init__(self, name: str) -> None:
        self.name = name

    def entries(self, document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
        """Table to its checked entries, of every table; those at the top under ""."""
        top = {name: value for name, value in document.items() if name not in _TABLES}
        entries = {"": self._checked(top, "", "")}
        for table in _TABLES:
            rows = self._table(document.get(table, {}), table, f"[{table}]")
            if any(key.table == f"{table}.*" for key in KEYS):
                entries[table] = {
                    name: self._named(table, name, row)
                    for name, row in self._once(rows, table).items()
                }
            else:
                entries[table] = self._checked(rows, table, f"[{table}] ")
        self._once(entries["owners"], "owners")
        return entries

    def _named(self, table: str, name: str, row: Any) -> dict[str, Any]:
        label = f'[{table}."{quoted(name)}"]'
        entry = self._table(row, f"[{table}] {quoted(name)}", label)
        return self._checked(entry, f"{table}.*", f"{label} ")

    def _table(self, value: Any, place: str, example: str) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        raise ConfigError(f"{self.name}: {place} must be a table, {example}, not {shown(value)}.")

    def _once(self, rows: dict[str, Any], table: str) -> dict[str, Any]:
        """The rows, after a look at their names: none blank, no two alike."""
        seen: dict[str, str] = {}
        for name in rows:
            if not _is_text(name) or not name.strip():
                raise ConfigError(f"{self.name}: [{table}] has a name that is blank or no text.")
            if fold(name) in seen:
                both = f"“{quoted(seen[fold(name)])}” and “{quoted(name)}”"
                raise ConfigError(f"{self.name}: [{table}] {both} are one name. Keep one of them.")
            seen[fold(name)] = name
        return rows

    def _checked(self, entry: Mapping[str, Any], table: str, label: str) -> dict[str, Any]:
        known = {key.name: key for key in KEYS if key.table == table}
        for name, value in entry.items():
            key = known.get(name) or known.get("*")
            if key is None:
                names = (*known, *_TABLES) if not table else tuple(known)
                advice = _advice(name, names)
                raise ConfigError(f"{self.name}: {label}no key “{quoted(name)}”. {advice}")
            if not key.takes(value):
                wants = key.wants if key.choices else f"{key.wants}, such as {key.example}"
                raise ConfigError(
                    f"{self.name}: {label}{quoted(name)} must be {wants}, not {shown(value)}."
                )
        return {
            name: value.strip() if isinstance(value, str) else value
            for name, value in entry.items()
        }


def _advice(name: str, names: tuple[str, ...]) -> str:
    """What to write instead of an unknown key."""
    homes = [key.table for key in KEYS if key.name == name]
    if homes == [""]:
        # All that follows a [table] belongs to it, which is easily forgotten.
        return "It stands at the top, above the first [table]."
    if homes:
        return f"It stands in {' or '.join(_header(table) for table in homes)}."
    close = get_close_matches(name.casefold(), names, 1)
    return f"Did you mean {close[0]}?" if close else f"Use one of: {', '.join(names)}."


def _header(table: str) -> str:
    own = table.replace("*", '"…"')
    return f"[{own}]"


def _units(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, Unit]:
    return {fold(name): Unit(name.strip(), **row) for name, row in rows.items()}


def _seen_from(folder: Path, given: str) -> str:
    """A path or pattern below a folder, whose own brackets are no pattern."""
    path = folder / given
    if path.exists() or not glob.has_magic(given):
        return str(path)
    return str(Path(glob.escape(str(folder))) / given)


def _leaves(folder: Path, given: str) -> bool:
    """Whether a path or pattern leads out of a folder, by its parts or through a link."""
    fixed = takewhile(lambda part: not glob.has_magic(part), Path(given).parts)
    inside = Path(os.path.realpath(folder))
    ways = (os.path.realpath(folder.joinpath(*fixed)), os.path.normpath(inside / given))
    return not all(Path(way).is_relative_to(inside) for way in ways)


def chosen_bands(preset: str | None, config: Config) -> Bands:
    """The bands of a preset as it is published; without one, those of the settings.

    MisuseError if there is no such preset.
    """
    if preset is None:
        return config.bands()
    check_choice("preset", preset, PRESETS)
    return PRESETS[preset]
