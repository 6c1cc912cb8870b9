"""Labels beside their values: “Objective 1: Grow”, “Owner: | Ann”, “Weight 40 %”."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from okr_sheets.adopting.columns import named_roles
from okr_sheets.adopting.outlines import split
from okr_sheets.files.grid import Value
from okr_sheets.reading.cells import as_text

OF_OBJECTIVES = frozenset({"objective", "owner", "objective-owner", "weight", "objective-note"})
SURE = 0.8  # from which score on a word is a label
_NUMBER_BEHIND = re.compile(r"([^\d:]+?)\s*:?\s*(\d[\d.,]*\s*%?)")
_NUMBERED = re.compile(r"[\s#.:]*\d{0,3}[\s.:]*$")


def labelled(cells: Mapping[int, Value]) -> Iterator[tuple[str, int, str]]:
    """The role, the column and the text of each labelled value in a row of cells."""
    columns = list(cells)
    texts = {column: as_text(value).strip() for column, value in cells.items()}
    used: set[int] = set()
    for at, column in enumerate(columns):
        if column in used:
            continue
        role, rest = label_in(texts[column])
        if role and rest:
            yield role, column, rest
        elif role and at + 1 < len(columns):
            value = columns[at + 1]
            used.add(value)
            yield role, value, texts[value]


def unlabelled(cells: Mapping[int, Value]) -> list[int]:
    """The columns of the cells that are neither a label nor a labelled value."""
    values = {column for _, column, _ in labelled(cells)}
    return [c for c, v in cells.items() if c not in values and not label_in(as_text(v).strip())[0]]


def label_in(text: str) -> tuple[str, str]:
    """The role that a text is or begins with as a label, and the rest; "" for no label.

    Only what is said of an objective counts, and only with a colon, a number or nothing behind it.
    """
    kind, _, rest = split(text)
    if kind == "objective":
        return "objective", rest
    label, colon, rest = text.partition(":")
    if colon and (role := _role(label)):
        return role, rest.strip()
    match = _NUMBER_BEHIND.fullmatch(text)
    if match and _role(match[1]) == "weight":
        return "weight", match[2]
    return _role(text), ""


def is_label(text: str) -> bool:
    """Whether a text is a label with its colon and nothing more: “Objective 2:”."""
    return text.rstrip().endswith(":") and bool(_role(text))


def _role(label: str) -> str:
    bare = _NUMBERED.sub("", label)
    roles = [each.role for each in named_roles(bare) if each.score > SURE]
    return roles[0] if roles and roles[0] in OF_OBJECTIVES else ""
