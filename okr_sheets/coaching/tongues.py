"""Which of the six languages each text of a tracker is written in, voted by its words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache

from okr_sheets.coaching.lexicon import MOST_TEXTS, lexicon, plain, spaced
from okr_sheets.language import languages

_LETTER = re.compile(r"[^\W\d_]")
_LATIN_LETTER = re.compile("[A-Za-z\u00c0-\u024f\u1e00-\u1eff]")
_CLEAR = 3  # votes by which a text's own words outvote the tracker's language
_ENOUGH_WORDS = 6  # by which a tracker can be told to be in none of the languages
_SHORTEST = 2  # letters of a word that many languages have: in, en, a
_KNOWN = 0.1  # of the words of a tracker that is in one of them


def tongues(texts: Sequence[str], prior: str) -> list[str]:
    """The code of each text's language; `prior` is the workbook's, which speaks where they do not.

    Thai and Hangul letters say it themselves. A Latin text has two votes for each word that a
    language's lexicon holds, and one for letters of its own; where these leave it open, the votes
    of all texts and the workbook decide. A text of whose words the workbook's language knows
    a quarter is in it without a vote. It is "" for a text in other letters, and for the Latin ones
    of a tracker of whose words no language knows one in ten.
    """
    scripts = [_script(text) for text in texts]
    words = [_words(text) for text in texts]
    own = frozenset() if lexicon(prior).script else lexicon(prior).votes
    doubtful = [
        script is None and 4 * sum(word in own for word in each) < len(each)
        for script, each in zip(scripts, words, strict=True)
    ]
    if not any(doubtful):
        return [prior if script is None else script for script in scripts]
    votes = [
        _votes(text) if script is None else Counter[str]()
        for text, script in zip(texts, scripts, strict=True)
    ]
    whole = Counter({prior: 4})
    for each in votes:
        whole.update(each)
    usual = max(_latin(), key=lambda code: whole[code])
    latin = [each for each, script in zip(words, scripts, strict=True) if script is None]
    if _is_foreign(latin, usual):
        return [script or "" for script in scripts]
    return [
        (_chosen(each, usual) if is_open else prior) if script is None else script
        for script, each, is_open in zip(scripts, votes, doubtful, strict=True)
    ]


@cache
def _latin() -> tuple[str, ...]:
    """The languages that have no script of their own."""
    return tuple(code for code in languages() if lexicon(code).script is None)


def _is_foreign(texts: Sequence[tuple[str, ...]], usual: str) -> bool:
    """Whether texts, as their words, are in none of the languages: the likeliest knows too few."""
    words = [word for text in texts for word in text if len(word) > _SHORTEST]
    known = sum(word in lexicon(usual).known for word in words)
    return len(words) >= _ENOUGH_WORDS and known < _KNOWN * len(words)


@lru_cache(MOST_TEXTS)
def _words(text: str) -> tuple[str, ...]:
    return tuple(it for it in spaced(plain(text)).split() if it.isalpha())


@lru_cache(MOST_TEXTS)
def _script(text: str) -> str | None:
    """The language that alone has the letters of a text; "" for none of ours, None for Latin."""
    letters = _LETTER.findall(text)
    others = len(letters) - len(_LATIN_LETTER.findall(text))
    if not others:
        return None
    scripts = ((code, lexicon(code).script) for code in languages())
    counts = {code: len(script.findall(text)) for code, script in scripts if script}
    most = max(counts, key=lambda code: counts[code])
    if counts[most]:
        return most
    return "" if 2 * others > len(letters) else None


@lru_cache(MOST_TEXTS)
def _votes(text: str) -> Counter[str]:
    words = _words(text)
    votes: Counter[str] = Counter()
    for code in _latin():
        own = lexicon(code)
        votes[code] = 2 * sum(word in own.votes for word in words)
        if own.letters is not None and own.letters.search(text):
            votes[code] += 1
    return votes


def _chosen(votes: Counter[str], usual: str) -> str:
    best = max(_latin(), key=lambda code: (votes[code], code == usual))
    return best if votes[best] - votes[usual] >= _CLEAR else usual
