"""Which of the six languages each text of a tracker is written in, voted by its words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from okr_sheets.coaching.lexicon import MOST_TEXTS, lexicon, plain, spaced
from okr_sheets.language import languages

_SCRIPTS = {"th": re.compile("[\u0e01-\u0e5b]"), "ko": re.compile("[\uac00-\ud7a3]")}
# Letters that one of the Latin languages alone writes, or hardly any other.
_LETTERS = {
    "tr": re.compile("[ığşçİ]", re.IGNORECASE),
    "hu": re.compile("[őűúíóáé]", re.IGNORECASE),
    "fi": re.compile("ä|aa|ee|ii|kk|yy", re.IGNORECASE),
}
_LATIN = tuple(code for code in languages() if code not in _SCRIPTS)
_CLEAR = 3  # votes by which a text's own words outvote the tracker's language


def tongues(texts: Sequence[str], prior: str) -> list[str]:
    """The code of each text's language; `prior` is the workbook's, which speaks where they do not.

    Thai and Hangul letters say it themselves. A Latin text has two votes for each word that a
    language's lexicon holds, and one for letters of its own; where these leave it open, the votes
    of all texts and the workbook decide. A text of whose words the workbook's language knows
    a quarter is in it without a vote.
    """
    scripts = [_script(text) for text in texts]
    words = [_words(text) for text in texts]
    own = lexicon(prior).votes if prior in _LATIN else frozenset()
    doubtful = [
        not script and 4 * sum(word in own for word in each) < len(each)
        for script, each in zip(scripts, words, strict=True)
    ]
    if not any(doubtful):
        return [script or prior for script in scripts]
    votes = [
        _votes(text) if not script else Counter[str]()
        for text, script in zip(texts, scripts, strict=True)
    ]
    whole = Counter({prior: 4})
    for each in votes:
        whole.update(each)
    usual = max(_LATIN, key=lambda code: whole[code])
    return [
        script or (_chosen(each, usual) if is_open else prior)
        for script, each, is_open in zip(scripts, votes, doubtful, strict=True)
    ]


@lru_cache(MOST_TEXTS)
def _words(text: str) -> tuple[str, ...]:
    return tuple(it for it in spaced(plain(text)).split() if it.isalpha())


@lru_cache(MOST_TEXTS)
def _script(text: str) -> str:
    counts = {code: len(letters.findall(text)) for code, letters in _SCRIPTS.items()}
    most = max(counts, key=lambda code: counts[code])
    return most if counts[most] else ""


@lru_cache(MOST_TEXTS)
def _votes(text: str) -> Counter[str]:
    words = _words(text)
    votes: Counter[str] = Counter()
    for code in _LATIN:
        votes[code] = 2 * sum(word in lexicon(code).votes for word in words)
        if code in _LETTERS and _LETTERS[code].search(text):
            votes[code] += 1
    return votes


def _chosen(votes: Counter[str], usual: str) -> str:
    best = max(_LATIN, key=lambda code: (votes[code], code == usual))
    return best if votes[best] - votes[usual] >= _CLEAR else usual
