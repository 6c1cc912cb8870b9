"""What an object is, in a few lines of a terminal or a small table of a notebook."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from okr_sheets.text import one_line

Facts = Iterable[tuple[str, str]]  # each a name and what is to be said of it
_WIDTH = 12  # of the names


def as_lines(title: str, facts: Facts) -> str:
    """The title, and below it each fact on a line."""
    return "\n".join(
        [one_line(title), *(f"  {name:<{_WIDTH}}{one_line(text)}" for name, text in facts)]
    )


def as_table(title: str, facts: Facts) -> str:
    """The same as a table of HTML, in which all text is text."""
    rows = "".join(
        f"<tr><th style='text-align: left'>{name}</th>"
        f"<td style='text-align: left'>{escape(one_line(text))}</td></tr>"
        for name, text in facts
    )
    return f"<table><caption>{escape(one_line(title))}</caption><tbody>{rows}</tbody></table>"


def counted(*counts: tuple[int, str]) -> str:
    """“1 error, 2 warnings”, without what there is none of; “none” if that is all."""
    parts = (f"{count} {noun if count == 1 else noun + 's'}" for count, noun in counts if count)
    return ", ".join(parts) or "none"
