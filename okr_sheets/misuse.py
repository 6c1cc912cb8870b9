"""What was asked for and cannot be done, said in one sentence."""

from __future__ import annotations

from collections.abc import Collection

from okr_sheets.text import quoted


class MisuseError(ValueError):
    """What was asked for cannot be done; the message is a sentence for who asked."""


def check_choice(what: str, value: object, choices: Collection[str]) -> None:
    """Raise MisuseError, which lists the choices, unless `value` is one of them."""
    if not isinstance(value, str) or value not in choices:
        listed = ", ".join(choices)
        raise MisuseError(f"No {what} “{quoted(str(value))}”. Choose one of: {listed}.")
