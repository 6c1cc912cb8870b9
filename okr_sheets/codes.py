"""Words of a column of choices as small integers, by which rules compare them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from okr_sheets.columns import Array, filled
from okr_sheets.schema import OKRS

# The columns that hold words: the column of the sheet whose words these are.
WORDED: Mapping[str, str] = {
    "type": "type",
    "kind": "type",
    "commitment": "commitment",
    "state": "state",
    "standing": "state",
    "status": "status",
    "grade": "grade",
}

NONE = np.int8(-1)

CODES = {
    column: {"": NONE, **{word: np.int8(at) for at, word in enumerate(OKRS[column].choices)}}
    for column in {*WORDED.values()}
}


def coded(column: str, words: Iterable[str]) -> Array:
    """Words of a column of choices as small integers, -1 for none."""
    return np.array([*map(CODES[WORDED[column]].__getitem__, words)], dtype=np.int8)


def worded(column: str, codes: Array) -> Array:
    """The words that the integers stand for, "" for none."""
    words: Array = filled((*OKRS[WORDED[column]].choices, ""), "choice")[codes]
    return words
