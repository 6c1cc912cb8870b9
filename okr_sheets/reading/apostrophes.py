"""The apostrophe before text that a spreadsheet program would take for a formula."""

from __future__ import annotations

import re

# Programs trim spaces and quotes, so what counts is the first sign after those.
_FORMULA = re.compile(r"""[\s"']*[=+\-@＝＋－＠\t\r]""")


def marked(text: str) -> str:
    """`text`, as a program that opens a CSV file shows it rather than runs it."""
    return f"'{text}" if _FORMULA.match(text) else text


def unmarked(text: str) -> str:
    """The text that was marked: `unmarked(marked(text))` is `text`, whatever it is."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text, 1) else text
