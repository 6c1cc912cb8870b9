"""The example sets: their names and texts."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

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


def text_of(name: str, code: str | None = None) -> str:
    """The TOML text of an example set, in a language if it is written in it, else in English.

    MisuseError lists the names there are.
    """
    check_choice("template", name, names())
    translated = folder() / f"{name}.{code}.toml"
    chosen = translated if translated.is_file() else folder() / f"{name}.toml"
    return chosen.read_text("utf-8")


def texts() -> Iterator[str]:
    """The TOML texts of all example sets, in all languages that they are written in."""
    for entry in folder().iterdir():
        if entry.name.endswith(".toml"):
            yield entry.read_text("utf-8")


def languages_of(name: str) -> list[str]:
    """The codes of the languages that an example set is written in, English first."""
    names_in = (entry.name for entry in folder().iterdir())
    parts = (each.removesuffix(".toml").partition(".") for each in names_in)
    return ["en", *sorted(code for stem, _, code in parts if stem == name and code)]


def headline(name: str) -> tuple[str, str]:
    """Title and one-sentence description of an example set."""
    document = tomllib.loads(text_of(name))
    return document["title"], document["description"]
