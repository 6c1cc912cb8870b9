"""What somebody may have meant who typed a name that there is not."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from pathlib import PurePath

from okr_sheets.text import quoted

LIKENESS = 0.6  # of two words, from 0 to 1, from which on one may be meant by the other
LONGEST = 300  # characters of what is compared
MOST_ENTRIES = 10_000  # of a folder that are compared
_SHORTEST = 3  # characters that a name is known by which begins with them
_SEPARATORS = re.compile(r"[\W_]+")
_NONE: Mapping[str, str] = {}


def suggestion(
    typed: str,
    names: Iterable[str],
    words: Mapping[str, str] = _NONE,
    likeness: float = LIKENESS,
) -> str:
    """The one of `names` that may be meant by what was typed; "" if none is like it.

    Case, accents and what stands between words do not count. `words` are others for some names,
    such as those of all languages, each with the name that it stands for.
    """
    key, by_word = _compared(typed), _by_word(names, words)
    if key in by_word:
        return by_word[key]
    from difflib import get_close_matches  # noqa: PLC0415  --help needs none

    near = get_close_matches(key, by_word, 1, likeness) if len(typed) <= LONGEST else []
    return by_word[near[0]] if near else ""


def advice(
    typed: str, names: Collection[str], words: Mapping[str, str] = _NONE, otherwise: str = ""
) -> str:
    """What to type instead, as a sentence: the name that may be meant, else all there are.

    What only one name begins with, or has as a part, stands for it too. `otherwise` takes the place
    of the list.
    """
    meant = _by_part(typed, names) or suggestion(typed, names, words)
    if meant:
        return f"Did you mean {quoted(meant)}?"
    return otherwise or f"Choose one of: {', '.join(names)}."


def suffix_advice(path: PurePath, suffixes: Collection[str]) -> str:
    """What to type instead of the name of a file that ends in none of the suffixes.

    It is the same name with the suffix that may be meant, else a list of all.
    """
    meant = suggestion(path.suffix, suffixes)
    if meant:
        return f"Did you mean {quoted(str(path.with_suffix(meant)))}?"
    return f"Choose a name that ends in one of: {', '.join(suffixes)}."


def path_meant(path: str, suffixes: Collection[str]) -> str:
    """The path that may be meant by one that is not there: a folder, or a file with a suffix.

    It lies in the same folder; "" if none is like it, or the folder cannot be listed.
    """
    folder, name = os.path.split(path)
    try:
        with os.scandir(folder or ".") as entries:
            names = sorted(
                entry.name
                for entry in islice(entries, MOST_ENTRIES)
                if not entry.name.startswith(".")
                and (PurePath(entry.name).suffix.lower() in suffixes or entry.is_dir())
            )
    except (OSError, ValueError):
        return ""
    # Alike by more than a suffix.
    stems = {PurePath(each).stem: each for each in reversed(names)}
    near = stems.get(suggestion(PurePath(name).stem, stems))
    return os.path.join(folder, near) if near else ""  # noqa: PTH118  as it was typed


def _by_word(names: Iterable[str], words: Mapping[str, str]) -> dict[str, str]:
    """The names by what of them and of their words is compared; of two alike ones the first."""
    named = [*((name, name) for name in names), *words.items()]
    by_word = {_compared(word): name for word, name in reversed(named)}
    by_word.pop("", None)
    return by_word


def _by_part(typed: str, names: Iterable[str]) -> str:
    """The only name that begins with what was typed, or has it as a part; "" for none."""
    part = _compared(typed)
    whole = [
        name
        for name in names
        if (len(part) >= _SHORTEST and _compared(name).startswith(part))
        or (len(part) > 1 and part in _compared(name).split())
    ]
    return whole[0] if len(whole) == 1 else ""


def _compared(word: str) -> str:
    """A word without case, accents and what stands between its parts."""
    letters = unicodedata.normalize("NFKD", word[:LONGEST].casefold().replace("ı", "i"))
    bare = "".join(sign for sign in letters if unicodedata.category(sign) != "Mn")
    return _SEPARATORS.sub(" ", bare).strip()
