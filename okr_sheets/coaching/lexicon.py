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

UNSPACED = frozenset({"th"})  # languages without blanks between words


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
        self.head: Literal["first", "last", "either"] = document["head"]
        self._texts: dict[str, str] = {}
        for table in ("heads", "words", "phrases"):
            self._texts |= document[table]
        self._patterns: Mapping[str, str] = document["patterns"]
        self._lists: dict[str, Words] = {}

    def __getitem__(self, name: str) -> Words:
        if name not in self._lists:
            self._lists[name] = self._list(self._texts.get(name, ""))
        return self._lists[name]

    def _list(self, text: str) -> Words:
        entries = plain(text).split()
        if self.code in UNSPACED:
            return Words(phrases=_longest_first(it.replace("_", " ") for it in entries))
        single = frozenset(it for it in entries if it.isalnum())
        several = {it.translate(_BLANKS).strip() for it in entries if not it.isalnum()}
        return Words(single, _longest_first(several))

    @cache  # noqa: B019  there are six of them, kept for good
    def pattern(self, name: str) -> re.Pattern[str] | None:
        """The pattern of that name, its figures filled in; None if the file has none.

        `low` and `high` are groups of it, `number` and `percent` are any figure.
        """
        lines = [line for line in self._patterns.get(name, "").split("\n") if line.strip()]
        if not lines:
            return None
        alternatives = []
        for number, line in enumerate(lines):
            filled = line.strip().replace("{number}", NUMBER).replace("{percent}", f"{NUMBER} ?%?")
            for group in ("low", "high"):
                filled = filled.replace(f"{{{group}}}", f"(?P<{group}{number}>{NUMBER})")
            for group in ("months", "years"):
                filled = filled.replace(f"(?P<{group}>", f"(?P<{group}{number}>")
            alternatives.append(f"(?:{filled})")
        return re.compile("|".join(alternatives))

    @cached_property
    def votes(self) -> frozenset[str]:
        """The words by which a short text is known as one of this language."""
        return self["common"].single | self["direction"].single


@cache
def lexicon(code: str) -> Lexicon:
    """The lexicon of a language's code."""
    return Lexicon(code, tomllib.loads((_FOLDER / f"{code}.toml").read_text("utf-8")))
