"""The words that adopting reads and says, of all languages: languages/adopting/*.toml."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import okr_sheets.language
from okr_sheets.language import Language, choice_keys, fold, language, languages

_FOLDER = Path(okr_sheets.language.__file__).parent / "languages" / "adopting"
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SIGNS = re.compile(r"[\s_/\\.,:;|*?!&()\[\]{}\"'“”‘’–—-]+")
_BRACKETS = re.compile(r"[(\[][^()\[\]]*[)\]]")
SHORTEST_LIKE = 4  # letters: of shorter ones every word is near to another

# Roles by the keys of a tracker's columns, whose headers are read as well.
_OF_TRACKERS = {
    "id": "id", "owner": "owner", "type": "direction", "baseline": "baseline",
    "target": "target", "unit": "unit", "weight": "weight", "commitment": "commitment",
    "start": "start", "due": "due", "definition": "definition", "current": "current",
    "last_check_in": "updated", "progress": "progress", "score": "progress",
    "expected": "computed", "gap": "computed", "status": "status", "grade": "computed",
    "trend": "computed", "to_fix": "computed", "confidence": "confidence", "note": "note",
    "aligns_to": "parent",
}  # fmt: skip
_SETTINGS = ("company", "department", "team", "quarter")
Roles = dict[str, tuple[int, tuple[str, ...]]]  # a word's place in its list, and its languages
_STATUSES = {"not-started": "not-started", "on-track": "on-track", "at-risk": "at-risk"}
_STATUSES |= {"off-track": "off-track", "achieved": "done", "postponed": "postponed"}
_STATUSES |= {"cancelled": "cancelled"}


@cache
def vocabulary(code: str) -> Language:
    """The words of one language for adopting."""
    return Language(code, (_FOLDER / f"{code}.toml").read_text("utf-8"))


def called(table: str, keys: Iterable[str]) -> dict[str, str]:
    """What the keys of a table, such as `roles`, are called in all languages, each with its key."""
    keys = tuple(keys)
    return {vocabulary(code)(f"{table}.{key}"): key for code in languages() for key in keys}


def plain(text: str) -> str:
    """A word as it is compared: without invisible letters, signs, case and camelCase."""
    folded = fold(_CAMEL.sub(" ", unicodedata.normalize("NFKC", text)))
    return " ".join(_SIGNS.sub(" ", folded).replace("%", " % ").split())


def without_brackets(text: str) -> str:
    """A header without what stands in brackets: “Target (%)” is “Target”."""
    return _BRACKETS.sub(" ", text).strip()


def in_brackets(text: str) -> str:
    """What stands in brackets in a header; "" for nothing."""
    match = _BRACKETS.search(text)
    return match[0][1:-1].strip() if match else ""


@cache
def roles_by_word() -> Mapping[str, Roles]:
    """Word to the roles that it may name.

    Each role has the word's place in its list, and the codes of the languages it is of.
    """
    words: dict[str, Roles] = {}

    def add(spelling: str, role: str, place: int, code: str) -> None:
        roles = words.setdefault(plain(spelling), {})
        before, codes = roles.get(role, (place, ()))
        if code not in codes:
            roles[role] = (min(place, before), (*codes, code))

    for code in languages():
        for path in vocabulary(code).paths():
            if path.startswith("columns."):
                for place, spelling in enumerate(vocabulary(code).spellings(path)):
                    add(spelling, path.removeprefix("columns."), place, code)
        others = [(f"okrs.{key}", role) for key, role in _OF_TRACKERS.items()]
        others += [(f"settings.{key}", key) for key in _SETTINGS]
        for path, role in others:
            for place, spelling in enumerate(language(code).spellings(path)):
                add(spelling, role, place, code)
    words.pop("", None)
    return words


def nearest_word(word: str, likeness: float) -> str:
    """The known word that a misspelt one is like, from 0 to 1; "" for none."""
    if len(word) < SHORTEST_LIKE:
        return ""
    return next(iter(get_close_matches(word, _long_words(), 1, likeness)), "")


@cache
def _long_words() -> tuple[str, ...]:
    return tuple(word for word in roles_by_word() if len(word) >= SHORTEST_LIKE)


@cache
def keys_by_word(table: str) -> Mapping[str, str]:
    """Word of any language to its key, of one table: `kinds`, `statuses`, `directions`."""
    keys: dict[str, str] = {}
    for code in languages():
        for path in vocabulary(code).paths():
            if path.startswith(f"{table}."):
                for spelling in vocabulary(code).spellings(path):
                    keys.setdefault(plain(spelling) or spelling, path.removeprefix(f"{table}."))
    if table == "statuses":
        of_trackers = {word: _STATUSES.get(key) for word, key in choice_keys("status").items()}
        keys |= {plain(word): key for word, key in of_trackers.items() if key and word not in keys}
        for word, key in choice_keys("yes_no").items():
            keys.setdefault(plain(word) or word, "done" if key == "yes" else "not-done")
    if table == "directions":
        for word, key in choice_keys("type").items():
            keys.setdefault(plain(word), key)
    return keys


@cache
def words_of(name: str) -> frozenset[str]:
    """A list of words, such as `falling` or `sheets`, of all languages."""
    return frozenset(
        plain(word) for code in languages() for word in vocabulary(code).spellings(f"words.{name}")
    )


@cache
def spellings_of(name: str) -> frozenset[str]:
    """The same list with the signs within its words, such as the full stop of an abbreviation."""
    return frozenset(
        fold(word) for code in languages() for word in vocabulary(code).spellings(f"words.{name}")
    )


def status_of(text: str) -> str:
    """The key of a word of status; "" for any other text."""
    return keys_by_word("statuses").get(plain(text), "")
