"""The text of an objective or a key result, taken apart once for all rules of wording."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

from okr_sheets.coaching.figures import Figure, both, deadlines, figures, without_dates
from okr_sheets.coaching.lexicon import MOST_TEXTS, Lexicon, lexicon, plain, spaced
from okr_sheets.language import REFERENCE, language

_ARROW = re.compile(r"(?P<low>\d)[\d.,' ]*\D{0,12}?(?:→|->|=>|➜|⇒|➔)\s*\D{0,4}(?P<high>\d)")
# A capitalised word and a number behind it, but not at the beginning: “… on Office 365”.
_NAME = re.compile(
    r"(?<=[^\s.:!?] )([^\W\d_]*[A-Z][\w&]*)[ -](\d{1,5})(?![\w%]|[.,]\d| ?[%$€£₺₩฿])"
)
_LONGEST_PHRASE = 6  # words
_QUOTES = " \"“”„'’‘«»(-–•*.0123456789"


@dataclass(frozen=True)
class Text:
    """A text in a language, and what the rules ask of it; its `code` is "" in any other language.

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
        money = map(plain, language(self.code or REFERENCE).lines("numbers.currencies"))
        counted = plain(match[1]) in {*lexicon(REFERENCE)["terms"].single, *money}
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
    def dateless(self) -> str:
        """The text in that spelling, with blanks in place of its dates."""
        return without_dates(self.plain, self.lexicon, ranked=not self.is_objective)

    @cached_property
    def deadlines(self) -> tuple[int, ...]:
        """The years by which it says that something is done."""
        return tuple(deadlines(self.plain, self.lexicon))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Its words without dates, in their order."""
        return tuple(spaced(self.dateless).split())

    @cached_property
    def content(self) -> tuple[str, ...]:
        """The words without articles, and what is left of dates, at either end."""
        words = list(self.words)
        skipped = self.lexicon["skipped"].single
        adverbs = self.lexicon.patterns("adverb")
        while words and (words[0] in skipped or any(it.fullmatch(words[0]) for it in adverbs)):
            words.pop(0)
        while words and (words[-1] in skipped or words[-1].isdigit()):
            words.pop()
        return tuple(words)

    def holding(self, name: str, text: str | None = None) -> str:
        """The first word of a list that the text, or a part of it, holds; "" for none.

        English words count in all languages: MQL, churn, launch.
        """
        text = self.plain if text is None else text
        found = (_held(name, text, words.code) for words in both(self.lexicon))
        return next(filter(None, found), "")

    @cached_property
    def pair(self) -> tuple[Figure, Figure] | None:
        """Both ends of a movement, as in “from 20 to 30”; None if it tells none."""
        if len(self.figures) < 2:
            return None
        patterns = (it for words in both(self.lexicon) for it in words.patterns("from_to"))
        found = (match for pattern in patterns for match in pattern.finditer(self.dateless))
        arrow = _ARROW.search(self.plain)
        for match in (*found, *filter(None, (arrow,))):
            low, high = (self._figure_at(match.start(end)) for end in ("low", "high"))
            if low and high:
                return low, high
        return None

    def _figure_at(self, position: int) -> Figure | None:
        """The figure around a position."""
        return next((it for it in self.figures if it.start <= position < it.end), None)

    def covers(self, name: str, at: int) -> bool:
        """Whether a pattern of the text's language matches around a position.

        Where the pattern has a group `it`, that has to be there.
        """
        return any(
            match.start(group) <= at < match.end(group)
            for pattern in self.lexicon.patterns(name)
            for group in [pattern.groupindex.get("it", 0)]
            for match in pattern.finditer(self.plain)
        )

    def shows(self, name: str) -> bool:
        """Whether a pattern of the text's language is in it."""
        return any(pattern.search(self.plain) for pattern in self.lexicon.patterns(name))

    def head_is(self, name: str) -> bool:
        """Whether the word that says what the phrase is about is one of a list."""
        words = self.lexicon[name]
        if self.lexicon.is_unspaced:
            return self.plain.lstrip(_QUOTES).startswith(words.phrases)
        content = self.content
        if not content:
            return False
        firsts, lasts = (self.lexicon.head in {end, "either"} for end in ("first", "last"))
        # “Launch-day traffic” is about traffic.
        is_part = re.match(rf"\W*{re.escape(content[0])}-\w", self.plain) is not None
        beginnings = {" ".join(content[:count]) for count in range(2, _LONGEST_PHRASE + 1)}
        endings = {" ".join(content[-count:]) for count in range(2, _LONGEST_PHRASE + 1)}
        return (
            (firsts and content[0] in words.single and not is_part)
            or (lasts and not words.single.isdisjoint(forms(content[-1], self.lexicon)))
            or (firsts and not beginnings.isdisjoint(words.phrases))
            or (lasts and not endings.isdisjoint(words.phrases))
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
    if lexicon(code).is_unspaced:
        return re.compile("|".join(map(re.escape, joining.phrases)))
    every = "|".join(re.escape(it) for it in joining.every)
    # Behind a verb that joins, and which stays with what it is about: 열고.
    behind = [rf"(?<= {re.escape(it)})\s" for it in sorted(lexicon(code)["joining_verbs"].single)]
    return re.compile("|".join([rf"(?<![^\W_])(?:{every})(?![^\W_])", r"\s[&+]\s", *behind]))


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
    if lexicon(code).is_unspaced:
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
