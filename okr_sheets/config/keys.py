"""The keys of okr.toml, each said once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from okr_sheets.bands import PRESETS
from okr_sheets.language import codes_by_name, languages
from okr_sheets.misuse import MisuseError

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
        """What the value must be, in words, with an example where there are no choices."""
        return (
            self.kind_of_value if self.choices else f"{self.kind_of_value}, such as {self.example}"
        )

    @property
    def words(self) -> dict[str, str]:
        """The choices, and of languages what they call themselves; none if it has no choices."""
        more = codes_by_name() if self.name == "language" else {}
        return {**{choice: choice for choice in self.choices}, **more}

    @property
    def kind_of_value(self) -> str:
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


def is_text(value: Any) -> bool:
    """Whether it fits in one line: a Windows path between double quotes may hold a tab."""
    return isinstance(value, str) and not any(unicodedata.category(sign) == "Cc" for sign in value)


_FITS: Mapping[Kind, Callable[[Any], bool]] = {
    "text": is_text,
    "whole": lambda value: type(value) is int,  # True is an int too
    "number": lambda value: type(value) in {int, float},
    "list": lambda value: (
        isinstance(value, list) and all(is_text(each) and each.strip() for each in value)
    ),
    "email": lambda value: is_text(value) and bool(_EMAIL.fullmatch(value)),
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
        "Files, folders, patterns and URLs to read when no PATH is given, seen from this file.",
        "none",
        '["trackers", "sales/*.xlsx"]',
    ),
    Key("", "previous", "text", "Last quarter's folder, seen from this file.", "none", '"2026-Q4"'),
    Key(
        "",
        "history",
        "text",
        "The history to compare with, seen from this file; `score -o` writes one.",
        "none",
        '"history.sqlite"',
    ),
    *_BANDS,
    Key(
        "check",
        "off",
        "list",
        "Warnings and infos that nobody wants to see, by their codes in problems.md. For one row, "
        "write the code into its note.",
        "none",
        '["kr-percent", "obj-few"]',
    ),
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
