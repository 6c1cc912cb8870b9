"""Rules on the text of an objective: short, without numbers, with one direction.

Each gives the fields of its sentence where it applies, else None.
"""

from __future__ import annotations

from collections.abc import Mapping

from okr_sheets.coaching.lexicon import spaced
from okr_sheets.coaching.texts import Text
from okr_sheets.coaching.usual import goes_on
from okr_sheets.coaching.written import Hit, Rule, Written

_FEW_WORDS = 2
_FEW_LETTERS = 4  # of what a Thai goal is about
_SHORT = {True: 24, False: 14}  # letters of a Thai phrase that begins with a noun's prefix, or not


def obj_number(row: Written) -> Hit:
    """An objective holds no number of a measure; places in a ranking and names may stay.

    Source: the article on marketing OKRs, whose bad example is “Generate 53 MQLs”.
    """
    return {} if row.text.figures else None


def obj_no_direction(row: Written) -> Hit:
    """An objective says which way: a bare noun phrase of one or two words does not.

    Source: the same article's other bad example, “Market research”.
    """
    text = row.text
    if text.holding("direction"):
        return None
    if text.lexicon.is_unspaced:
        is_noun = text.plain.startswith(text.lexicon["nouns"].phrases)
        return {} if len(text.plain.replace(" ", "")) <= _SHORT[is_noun] else None
    verbal = text.lexicon.patterns("verbal")
    acts = any(pattern.search(word) for word in text.words for pattern in verbal)
    return {} if 0 < len(text.words) <= _FEW_WORDS and not acts else None


def obj_compound(row: Written) -> Hit:
    """An objective has one goal, not two that are joined.

    Two verbs with one object are one. Source: GitLab's handbook, objectives that exclude each
    other.
    """
    parts = row.text.parts()
    are_two = len(parts) > 1 and sum(_sets_out(part, row.text) for part in parts) > 1
    return {} if are_two else None


def _sets_out(part: str, text: Text) -> bool:
    """Whether a part of a text is a goal of its own: a verb, and what it is about."""
    words = text.lexicon
    if words.is_unspaced:
        verb = next(filter(part.strip().startswith, words["direction"].phrases), "")
        return bool(verb) and len(part.strip()) >= len(verb) + _FEW_LETTERS
    line = spaced(part)
    for phrase in (*words["direction"].phrases, *words["deliverable"].phrases):
        line = line.replace(f" {phrase} ", " * ")
    silent = words["skipped"].single | words["particles"].single
    kinds = [_kind(word, text) for word in line.split() if word not in silent]
    return "verb" in kinds and "other" in kinds


def _kind(word: str, text: Text) -> str:
    """What a word says of a goal: it sets out, says how much, or is what the goal is about."""
    words = text.lexicon
    if word in words["comparatives"].single or any(
        pattern.search(word) for pattern in words.patterns("comparative")
    ):
        return "comparative"
    is_verb = word == "*" or any(
        word in words[name].single for name in ("deliverable", "joining_verbs")
    )
    return "verb" if is_verb or text.holding("direction", word) else "other"


def obj_bau(row: Written) -> Hit:
    """An objective changes something: to continue is no objective.

    Source: Google's OKR playbook, business as usual; re:Work.
    """
    return {} if goes_on(row.text) else None


def obj_long(row: Written) -> Hit:
    """An objective is short enough to be remembered.

    Source: the article on marketing OKRs, “short, qualitative descriptions”; the length is our own.
    """
    count, most = len(row.text.raw), row.text.lexicon.longest
    return {"count": str(count), "most": str(most)} if count > most else None


RULES: Mapping[str, Rule] = {
    "obj-number": obj_number,
    "obj-no-direction": obj_no_direction,
    "obj-compound": obj_compound,
    "obj-bau": obj_bau,
    "obj-long": obj_long,
}
