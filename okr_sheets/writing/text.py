"""Text as a file can hold it: no control characters, and no more than a cell takes."""

from __future__ import annotations

import re

MOST = 32_767  # UTF-16 units that one cell holds

# Controls but tab and line ends, halves of pairs, and what is no character: XML has none of them.
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def printable(text: str) -> str:
    """`text` without control characters and what is no character at all."""
    return _CONTROL.sub("", text)


def clean(text: str) -> str:
    """`text` as a cell can hold it; what is too long ends in an ellipsis."""
    text = printable(text).replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > MOST // 2 and units(text) > MOST:
        text = text.encode("utf-16-le")[: 2 * (MOST - 1)].decode("utf-16-le", "ignore") + "…"
    # XlsxWriter takes such a text for markup of its own; with a space, which nobody sees, not.
    return f"{text} " if text.startswith("<r>") and text.endswith("</r>") else text


def units(text: str) -> int:
    """How long Excel takes a text to be: letters beyond the first 65,536 count twice."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
