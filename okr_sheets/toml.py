"""TOML files that people write: read, or refused in one sentence."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from okr_sheets.misuse import MisuseError
from okr_sheets.regular import opened
from okr_sheets.suggesting import advice, suggestion
from okr_sheets.text import quoted

MOST_BYTES = 1_000_000
DEEPEST = 32  # levels of tables and lists
_DEEP = f"Lists or tables nested more than {DEEPEST} levels deep. Nest them less."
_LONG = "A number with too many digits. Type a shorter one."

# Strings and comments, to where they end or should: dots and brackets in them are text.
_TEXTS = re.compile(
    r'"""(?:\\.|[^\\])*?(?:"""|\\?\Z)|\'\'\'.*?(?:\'\'\'|\Z)'
    r'|"(?:\\.|[^"\\\n])*(?:"|$|\\\Z)|\'[^\'\n]*(?:\'|$)|#[^\n]*',
    re.DOTALL | re.MULTILINE,
)
_SIGNS = re.compile(r"[\[\]{}.,=\n]")


def read_toml(path: Path, error: type[MisuseError]) -> dict[str, Any]:
    """The document in a file; `error` with a sentence if there is none to read."""
    try:
        with opened(path) as file:
            content = file.read(MOST_BYTES + 1)
        # Windows' editor begins a file with a mark that TOML does not know.
        text = content.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except OSError as failed:
        reason = f"{path.name} cannot be read: {failed.strerror}"
        raise error(f"{reason}. Name another file.") from failed
    except UnicodeDecodeError as failed:
        raise error(f"{path.name} is not UTF-8. Save it with that encoding.") from failed
    if len(content) > MOST_BYTES:
        raise error(f"{path.name} has more than {MOST_BYTES // 1000:,} kB. Name a smaller file.")
    return parse_toml(text, path.name, error)


def parse_toml(text: str, name: str, error: type[MisuseError]) -> dict[str, Any]:
    """The document in a text; `error` with a sentence on the file of that name if it is none."""
    document: dict[str, Any] = {}
    try:
        # First the text: for what is nested too deep the parser can take long.
        beyond = _DEEP if _depth(text) > DEEPEST else ""
        if not beyond:
            document = tomllib.loads(text)
            beyond = _beyond(document, DEEPEST)
    except tomllib.TOMLDecodeError as failed:
        # What it quotes can be as long as the file; the place comes last.
        what, at, place = str(failed).rpartition(" (at ")
        raise error(
            f"{name} is not valid TOML: {quoted(what)}{at}{place}. Correct it there; a text stands "
            'in quotes: name = "Acme".'
        ) from failed
    except ValueError:  # of numbers alone: Python counts their digits
        beyond = _LONG
    if beyond:
        raise error(f"{name} is not valid TOML: {beyond}")
    return document


def _depth(text: str) -> int:
    """The most brackets that are open at once, or parts that a key has, whichever is more."""
    deepest = brackets = dots = 0
    for sign in _SIGNS.findall(_TEXTS.sub("", text)):
        dots = dots + 1 if sign == "." else 0
        brackets += (sign in "[{") - (sign in "]}")
        deepest = max(deepest, brackets, dots + 1)
    return deepest


def _beyond(value: Any, levels: int) -> str:
    """What in a value is more than settings and plans can need; "" for nothing."""
    if isinstance(value, int):
        return _LONG if value.bit_length() >= 64 else ""
    if not isinstance(value, (dict, list)):
        return ""
    if levels < 0:
        return _DEEP
    inner = value.values() if isinstance(value, dict) else value
    return next(filter(None, (_beyond(each, levels - 1) for each in inner)), "")


class Taking(Protocol):
    """What a key of a table takes."""

    @property
    def wants(self) -> str:
        """It in words: “a number”."""
        ...

    @property
    def words(self) -> Mapping[str, str]:
        """The words for the few texts that it takes, each with its text; none if it takes any."""
        ...

    def takes(self, value: Any) -> bool:
        """Whether it takes a value."""
        ...


def check_entry(
    entry: Mapping[str, Any],
    keys: Mapping[str, Taking],
    place: str,
    error: type[MisuseError],
    instead: Callable[[str], str] | None = None,
) -> None:
    """Raise `error` at the first key that is none of `keys`, or value that its key does not take.

    `place` is the file, and the table as it is written there; a key “*” is any name. `instead` says
    what to write instead of a key that is none, by default the key it is like.
    """
    for name, value in entry.items():
        key = keys.get(name) or keys.get("*")
        if key is None:
            known = instead(name) if instead else advice(name, keys)
            raise error(f"{place} no key “{quoted(name)}”. {known}")
        if not key.takes(value):
            meant = suggestion(value, (), key.words) if isinstance(value, str) else ""
            more = f" Did you mean {meant}?" if meant else ""
            raise error(f"{place} {quoted(name)} must be {key.wants}, not {shown(value)}.{more}")


def shown(value: Any) -> str:
    """A value as its writer knows it, as far as a sentence can quote it."""
    text = quoted(str(value))
    kinds = {dict: "a table", list: "a list", bool: text.lower(), str: f"“{text}”"}
    return kinds.get(type(value), text)
