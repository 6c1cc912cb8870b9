"""The example sets: their names and texts."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from okr_sheets.language import REFERENCE
from okr_sheets.misuse import MisuseError, check_choice


class SetError(MisuseError):
    """A set that cannot be read; the message says where and what to write instead."""


def folder() -> Path:
    """The example sets: inside the package once it is a wheel, beside it in a checkout."""
    packed = Path(__file__).parents[1] / "_templates"
    return packed if packed.is_dir() else Path(__file__).parents[2] / "templates"


def names() -> list[str]:
    """The names of the example sets, the company's first."""
    stems = (entry.name.removesuffix(".toml") for entry in folder().iterdir())
    return sorted((name for name in stems if "." not in name), key=lambda n: (n != "company", n))


def text_of(name: str, code: str = REFERENCE) -> str:
    """The TOML text of an example set in a language; MisuseError lists the names there are."""
    check_choice("template", name, names())
    suffix = ".toml" if code == REFERENCE else f".{code}.toml"
    return (folder() / f"{name}{suffix}").read_text("utf-8")


def texts() -> Iterator[str]:
    """The TOML texts of all example sets, in all languages."""
    for entry in folder().iterdir():
        if entry.name.endswith(".toml"):
            yield entry.read_text("utf-8")


def headline(name: str, code: str = REFERENCE) -> tuple[str, str]:
    """Title and one-sentence description of an example set in a language."""
    document = tomllib.loads(text_of(name, code))
    return document["title"], document["description"]
