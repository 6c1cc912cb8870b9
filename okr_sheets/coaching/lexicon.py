"""What the rules of wording go by in one language: whole words, phrases and patterns.

A language's file in `languages/coaching/` holds them. Its words were expanded to all their forms
beforehand, so that nothing has to be taken apart here. Text and words are compared in one spelling
(`plain`), which leaves out what people leave out: capitals and accents.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from okr_sheets.language import fold

_FOLDER = Path(__file__).parents[1] / "languages" / "coaching"
_ACCENTS = re.compile("[\u0300-\u036f]")
_GAPS = re.compile(r"[\s_\-‐-―/]+")
_BLANKS = str.maketrans("_-", "  ")
# Any figure, as a pattern in a file names one: {number}, {low}, {high}, {percent}.
NUMBER = r"\d+(?:[ .,'\u00a0\u202f\u2009]\d{3})*(?:[.,]\d+)?"
YEAR = r"(?:20[2-4]\d)"
_FILLED = {
    "number": NUMBER,
    "percent": f"{NUMBER} ?%?",
    "low": f"(?P<low>{NUMBER})",
    "high": f"(?P<high>{NUMBER})",
    "year": f"(?P<year>{YEAR})",
    "buddhist": r"(?P<buddhist>25[6-9]\d)",
}
_LONGEST = 120


def _longest_first(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(texts, key=lambda text: (-len(text), text)))


MOST_TEXTS = 4096  # that are kept taken apart: the same stand in many trackers, and every rule asks


@lru_cache(MOST_TEXTS)
def plain(text: str) -> str:
    """`text` folded, and without the accents of Latin letters."""
    folded = fold(text)
    if folded.isascii():
        return folded
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", folded)))


@lru_cache(MOST_TEXTS)
def spaced(text: str) -> str:
    """`text` as its words alone, a blank before, between and behind them."""
    return f" {_GAPS.sub(' ', ' '.join(re.findall(WORD, text)))} "


WORD = r"[^\W_]+(?:[-'’][^\W_]+)*"


class Words(NamedTuple):
    """A list of words, and of phrases, the longest first.

    Phrases are those of several words, and all of a language that puts no blanks between them.
    """

    single: frozenset[str] = frozenset()
    phrases: tuple[str, ...] = ()

    @property
    def every(self) -> tuple[str, ...]:
        """Words and phrases alike."""
        return (*self.phrases, *self.single)


class Lexicon:
    """The words of one language, each list by its name in the file: `lexicon["activity"]`."""

    def __init__(self, code: str, document: Mapping[str, Any]) -> None:
        """`document` is the parsed file."""
        self.code = code
        self.head: Literal["first", "last", "either"] = document.get("head", "first")
        # Whether no blanks stand between its words.
        self.is_unspaced: bool = document.get("unspaced", False)
        # The letters that no other language writes, and those that hardly any other does.
        self.script, self.letters = (
            re.compile(document[key], re.IGNORECASE) if key in document else None
            for key in ("script", "letters")
        )
        # How many characters of an objective can be remembered.
        self.longest: int = document.get("longest", _LONGEST)
        # Words of counting before a magnitude (“3 yüz bin”), and magnitudes with an ending.
        self.powers: Mapping[str, int] = document.get("powers", {})
        self._texts: dict[str, str] = {}
        for table in ("heads", "words", "phrases"):
            self._texts |= document.get(table, {})
        self._lines: Mapping[str, str] = document.get("patterns", {})
        self._lists: dict[str, Words] = {}
        self._patterns: dict[str, tuple[re.Pattern[str], ...]] = {}

    def __getitem__(self, name: str) -> Words:
        if name not in self._lists:
            self._lists[name] = self._list(self._texts.get(name, "") + self._determined(name))
        return self._lists[name]

    def written(self, name: str) -> tuple[str, ...]:
        """The entries of a list as the file has them, not `plain`."""
        return tuple(self._texts.get(name, "").split())

    def _determined(self, name: str) -> str:
        """Each verb that could be a noun (a launch) with each word that makes a verb of it."""
        verbs, behind = self.written(f"{name}_verbs"), self.written("determiners")
        return "".join(f" {verb}_{word}" for verb in verbs for word in behind)

    def _list(self, text: str) -> Words:
        entries = plain(text).split()
        if self.is_unspaced:
            return Words(phrases=_longest_first({it.replace("_", " ") for it in entries}))
        single = frozenset(it for it in entries if it.isalnum())
        several = {it.translate(_BLANKS).strip() for it in entries if not it.isalnum()}
        return Words(single, _longest_first(several))

    def patterns(self, name: str) -> tuple[re.Pattern[str], ...]:
        """The patterns of that name, tried in turn; none if the file has none.

        `low`, `high` and `year` are groups of them, `number` and `percent` are any figure.
        """
        if name not in self._patterns:
            lines = self._lines.get(name, "").split("\n")
            self._patterns[name] = tuple(_compiled(line.strip()) for line in lines if line.strip())
        return self._patterns[name]

    @cached_property
    def votes(self) -> frozenset[str]:
        """The words by which a short text is known as one of this language."""
        return self["common"].single | self["direction"].single

    @cached_property
    def known(self) -> frozenset[str]:
        """All its words."""
        return frozenset().union(*(self[name].single for name in self._texts))


def _compiled(line: str) -> re.Pattern[str]:
    for name, pattern in _FILLED.items():
        line = line.replace(f"{{{name}}}", pattern)
    return re.compile(line)


@cache
def lexicon(code: str) -> Lexicon:
    """The lexicon of a language's code; an empty one for "", any other language."""
    path = _FOLDER / f"{code}.toml"
    return Lexicon(code, tomllib.loads(path.read_text("utf-8")) if code else {})
