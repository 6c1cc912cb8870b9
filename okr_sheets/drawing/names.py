"""Names of sheets and columns, as workbooks take them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from okr_sheets.drawing.cells import trimmed

_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\]")


def unique(texts: Iterable[str], most: int) -> list[str]:
    """`texts`, held to `most` characters; one that repeats, in any case, gets a number."""
    taken: dict[str, str] = {}
    for text in texts:
        number, name = 1, text[:most]
        while name.casefold() in taken:
            number += 1
            name = f"{text[: most - 4]} {number}"
        taken[name.casefold()] = name
    return list(taken.values())


def sheet_names(titles: Iterable[str]) -> list[str]:
    """Titles as names of sheets: at most 31 characters, without the signs Excel refuses."""
    spaced = (_NOT_IN_NAMES.sub(" ", trimmed(text)).strip(" '") for text in titles)
    return unique((" ".join(text.split()) or "–" for text in spaced), 31)


def quoted_sheet(name: str) -> str:
    """A sheet's name as formulas and links write it."""
    return "'" + name.replace("'", "''") + "'"
