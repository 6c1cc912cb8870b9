"""What was asked for and cannot be done, said in one sentence."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from okr_sheets.suggesting import advice, suffix_advice
from okr_sheets.text import quoted
from okr_sheets.urls import is_url, without_secrets


class MisuseError(ValueError):
    """What was asked for cannot be done; the message is a sentence for who asked."""


def check_choice(
    what: str,
    value: object,
    choices: Collection[str],
    words: Callable[[], Mapping[str, str]] = dict,
) -> None:
    """Raise MisuseError unless `value` is one of the choices; it names the one that may be meant.

    If none is like it, all are listed. `words` gives other words for choices, such as those of all
    languages, which are understood and not taken.
    """
    if isinstance(value, str) and value in choices:
        return
    typed = value if isinstance(value, str) else ""
    instead = advice(typed, choices, words())
    raise MisuseError(f"No {what} “{quoted(str(value))}”. {instead}")


def named_kind(value: object) -> str:
    """What kind of thing a value is, to be said in a sentence: `an int`, `a list`, `None`."""
    kind = type(value).__name__
    if value is None:
        return "None"
    return f"{'an' if kind[0].lower() in 'aeiou' else 'a'} {kind}"


def check_path(path: object, example: str) -> None:
    """Raise MisuseError if a path is blank; `example` is what to type instead."""
    if not str(path):
        raise MisuseError(f"A path is empty. Name one, such as {example}.")


def check_local(path: object, what: str = "report") -> None:
    """Raise MisuseError if what is to be written at a path, such as a report, is to go to a URL."""
    if is_url(path):
        shown = without_secrets(str(path))
        raise MisuseError(
            f"{shown}: a {what} is written to a local file, not to a URL. Name a file here."
        )


def check_suffix(path: Path, suffixes: Collection[str]) -> None:
    """Raise MisuseError, which says what to type instead, unless a path ends in a known suffix."""
    if path.suffix.lower() not in suffixes:
        raise MisuseError(f"{path} ends in no known suffix. {suffix_advice(path, suffixes)}")


def check_tracker_name(path: Path) -> None:
    """Raise MisuseError unless a file of this name can be a tracker that is written."""
    if path.suffix.lower() != ".xlsx":
        name = path.with_suffix(".xlsx") if path.name.strip(".") else "okrs.xlsx"
        raise MisuseError(f"{path}: a tracker is an .xlsx workbook. Type {name} instead.")
