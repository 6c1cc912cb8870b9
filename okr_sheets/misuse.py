"""What was asked for and cannot be done, said in one sentence."""

from __future__ import annotations

from collections.abc import Collection

from okr_sheets.text import quoted
from okr_sheets.urls import is_url, without_secrets


class MisuseError(ValueError):
    """What was asked for cannot be done; the message is a sentence for who asked."""


def check_choice(what: str, value: object, choices: Collection[str]) -> None:
    """Raise MisuseError, which lists the choices, unless `value` is one of them."""
    if not isinstance(value, str) or value not in choices:
        listed = ", ".join(choices)
        raise MisuseError(f"No {what} “{quoted(str(value))}”. Choose one of: {listed}.")


def named_kind(value: object) -> str:
    """What kind of thing a value is, to be said in a sentence: `an int`, `a list`, `None`."""
    kind = type(value).__name__
    if value is None:
        return "None"
    return f"{'an' if kind[0].lower() in 'aeiou' else 'a'} {kind}"


def check_local(path: object, what: str = "report") -> None:
    """Raise MisuseError if what is to be written at a path, such as a report, is to go to a URL."""
    if is_url(path):
        shown = without_secrets(str(path))
        raise MisuseError(f"{shown}: a {what} is written to a local file, not to a URL.")
