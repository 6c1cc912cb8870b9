"""TOML files that people write: read, or refused in one sentence."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from okr_sheets.problems import MisuseError


def read_toml(path: Path, error: type[MisuseError]) -> dict[str, Any]:
    """The document in a file; `error` with a sentence if there is none to read."""
    try:
        # Windows' editor begins a file with a mark that TOML does not know.
        text = path.read_text("utf-8-sig")
    except OSError as failed:
        raise error(f"{path.name} cannot be read: {failed.strerror}.") from failed
    except UnicodeDecodeError as failed:
        raise error(f"{path.name} is not UTF-8. Save it with that encoding.") from failed
    return parse_toml(text, path.name, error)


def parse_toml(text: str, name: str, error: type[MisuseError]) -> dict[str, Any]:
    """The document in a text; `error` with a sentence on the file of that name if it is none."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as failed:
        raise error(f"{name} is not valid TOML: {failed}.") from failed
    except RecursionError as failed:
        raise error(f"{name} is not valid TOML: Lists or tables nested too deeply.") from failed
    except ValueError as failed:  # of numbers alone: Python counts their digits
        raise error(f"{name} is not valid TOML: A number with too many digits.") from failed


def shown(value: Any) -> str:
    """A value as its writer knows it."""
    kinds = {dict: "a table", list: "a list", bool: str(value).lower(), str: f"“{value}”"}
    return kinds.get(type(value), str(value))
