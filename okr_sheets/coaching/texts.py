"""The text of an objective or a key result, taken apart once for all rules of wording."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from okr_sheets.coaching.figures import Figure, figures, without_dates
from okr_sheets.coaching.lexicon import MOST_TEXTS, UNSPACED, Lexicon, lexicon, plain, spaced
from okr_sheets.language import language

_ARROW = re.compile(r"(\d[\d.,' ]*)\D{0,12}?(?:→|->|=>|➜|⇒|➔)\s*\D{0,4}(\d)")
# A capitalised word and a number behind it, but not at the beginning: “… on Office 365”.
_NAME = re.compile(
    r"(?<=[^\s.:!?] )([^\W\d_]*[A-Z][\w&]*)[ -](\d{1,5})(?![\w%]|[.,]\d| ?[%$€£₺₩฿])"
)
_QUOTES = " \"“”„'’‘«»(-–•*.0123456789"


@dataclass(frozen=True)
class Text:
    """A text in a language, and what the rules ask of it.

    In an objective a place in a ranking, and a number behind a capitalised word, is no figure.
    """

    raw: str
    code: str
    is_objective: bool = False

    @cached_property
    def lexicon(self) -> Lexicon:
        """The words of its language."""
        return lexicon(self.code)

    @cached_property
    def plain(self) -> str:
        """The text in the spelling in which it is compared."""
        return plain(_NAME.sub(self._name, self.raw) if self.is_objective else self.raw)

    def _name(self, match: re.Match[str]) -> str:
        money = map(plain, language(self.code).lines("numbers.currencies"))
        counted = plain(match[1]) in {*lexicon("en")["terms"].single, *money}
        return match[0] if counted else match[1]

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Its figures, without dates, quarters, years and parts of names."""
        return figures(self.plain, self.lexicon, ranked=not self.is_objective)

    @cached_property
    def percents(self) -> tuple[Figure, ...]:
        """Those of them that are percentages."""
        return tuple(figure for figure in self.figures if figure.kind == "percent")

    @cached_property
    def has_number(self) -> bool:
        """Whether it names a number, in digits or as a word."""
        return bool(self.figures) or bool(self.holding("numbers"))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Its words without dates, in their order."""
        return tuple(spaced(without_dates(self.plain, self.lexicon)).split())

    @cached_property
    def content(self) -> tuple[str, ...]:
        """The words without articles, and what is left of dates, at either end."""
        words = list(self.words)
        skipped = self.lexicon["skipped"].single
        adverb = self.lexicon.pattern("adverb")
        while words and (words[0] in skipped or (adverb and adverb.fullmatch(words[0]))):
            words.pop(0)
        while words and (words[-1] in skipped or words[-1].isdigit()):
            words.pop()
        return tuple(words)

    def holding(self, name: str, text: str | None = None) -> str:
        """The first word of a list that the text, or a part of it, holds; "" for none.

        English words count in all languages: MQL, churn, launch.
        """
        text = self.plain if text is None else text
        own = _held(name, text, self.code)
        return own or ("" if self.code == "en" else _held(name, text, "en"))

    @cached_property
    def pair(self) -> tuple[Figure, Figure] | None:
        """Both ends of a movement, as in “from 20 to 30”; None if it tells none."""
        at = {figure.start: figure for figure in self.figures}
        if len(at) < 2:
            return None
        for code in dict.fromkeys((self.code, "en")):
            pattern = lexicon(code).pattern("from_to")
            for match in pattern.finditer(self.plain) if pattern else ():
                found = [name for name, group in match.groupdict().items() if group]
                low, high = (
                    next((at.get(match.start(it)) for it in found if it.startswith(end)), None)
                    for end in ("low", "high")
                )
                if low and high:
                    return low, high
        arrow = _ARROW.search(self.plain)
        low, high = (at.get(arrow.start(end)) for end in (1, 2)) if arrow else (None, None)
        return (low, high) if low and high else None

    def covers(self, name: str, at: int) -> bool:
        """Whether a pattern of the text's language matches around a position."""
        pattern = self.lexicon.pattern(name)
        found = pattern.finditer(self.plain) if pattern else ()
        return any(match.start() <= at < match.end() for match in found)

    def head_is(self, name: str) -> bool:
        """Whether the word that says what the phrase is about is one of a list."""
        words = self.lexicon[name]
        if self.code in UNSPACED:
            return self.plain.lstrip(_QUOTES).startswith(words.phrases)
        line = f" {' '.join(self.content)} "
        firsts, lasts = (self.lexicon.head in {end, "either"} for end in ("first", "last"))
        return bool(self.content) and (
            (firsts and self.content[0] in words.single)
            or (lasts and not words.single.isdisjoint(forms(self.content[-1], self.lexicon)))
            or (firsts and any(line.startswith(f" {it} ") for it in words.phrases))
            or (lasts and any(line.endswith(f" {it} ") for it in words.phrases))
        )

    def parts(self) -> list[str]:
        """The text, parted at the words that join two things."""
        return _joining(self.code).split(self.plain)

    def as_written(self, found: str) -> str:
        """The words of the raw text that a word in the spelling of lists stands for."""
        start = found.split(maxsplit=1)[0]
        for match in re.finditer(r"[^\s,;:()“”\"]+", self.raw):
            if plain(match[0]).replace("-", " ").startswith(start[:24]):
                return match[0] if " " not in found else self._several(match.start(), found)
        return found

    def _several(self, start: int, found: str) -> str:
        return " ".join(self.raw[start:].split()[: len(found.split())])


@lru_cache(MOST_TEXTS)
def text_in(raw: str, code: str, is_objective: bool) -> Text:
    """A `Text`, taken apart once."""
    return Text(raw, code, is_objective)


@cache
def _joining(code: str) -> re.Pattern[str]:
    """What parts a text in a language in two."""
    joining = lexicon(code)["joining"]
    if code in UNSPACED:
        return re.compile("|".join(map(re.escape, joining.phrases)))
    every = "|".join(re.escape(it) for it in joining.every)
    return re.compile(rf"(?<![^\W_])(?:{every})(?![^\W_])|\s[&+]\s")


def forms(word: str, words: Lexicon) -> tuple[str, ...]:
    """A word, also without the ending behind an apostrophe, and without a particle."""
    stem = re.split("['’]", word)[0]
    bare = [stem.removesuffix(end) for end in words["endings"].single if stem.endswith(end)]
    return (word, stem, *(it for it in bare if len(it) > 1))


@lru_cache(MOST_TEXTS)
def _forms_of(text: str, code: str) -> frozenset[str]:
    """The forms of all words of a text."""
    own = lexicon(code)
    return frozenset(form for word in spaced(text).split() for form in forms(word, own))


@lru_cache(4 * MOST_TEXTS)
def _held(name: str, text: str, code: str) -> str:
    """The first word of a language's list that a text holds; "" for none."""
    words = lexicon(code)[name]
    if code in UNSPACED:
        # Latin words among Thai ones have blanks or other letters around them.
        return next(
            (
                it
                for it in words.phrases
                if it in text
                and (not it.isascii() or re.search(rf"\b{re.escape(it)}\b", text, re.ASCII))
            ),
            "",
        )
    line = spaced(text)
    if found := words.single & _forms_of(text, code):
        return min(found, key=line.find)
    return next((it for it in words.phrases if f" {it} " in line), "")
