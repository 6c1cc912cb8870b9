"""Rules on the text of an objective: short, without numbers, with one direction.

Each gives the fields of its sentence where it applies, else None.
"""

from __future__ import annotations

from collections.abc import Mapping

from okr_sheets.coaching.lexicon import UNSPACED
from okr_sheets.coaching.texts import Text
from okr_sheets.coaching.written import Hit, Rule, Written

LONGEST = {"th": 80, "ko": 80}  # characters that can be remembered; of other languages 120
_FEW_WORDS = 2
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
    if text.code in UNSPACED:
        is_noun = text.plain.startswith(text.lexicon["nouns"].phrases)
        return {} if len(text.plain.replace(" ", "")) <= _SHORT[is_noun] else None
    verbal = text.lexicon.pattern("verbal")
    acts = any(verbal.search(word) for word in text.words) if verbal else False
    return {} if 0 < len(text.words) <= _FEW_WORDS and not acts else None


def obj_compound(row: Written) -> Hit:
    """An objective has one goal, not two that are joined.

    Source: GitLab's handbook, objectives that exclude each other.
    """
    return {} if sum(_sets_out(part, row.text) for part in row.text.parts()) > 1 else None


def _sets_out(part: str, text: Text) -> bool:
    """Whether a part of a text is a goal of its own: a direction, and what it is about."""
    verb = text.holding("direction", part)
    if not verb:
        return False
    if text.code in UNSPACED:
        return len(part.strip()) >= len(verb) + 4 and part.strip().startswith(verb)
    words = [word for word in part.split() if word not in text.lexicon["skipped"].single]
    return len(words) > len(verb.split())


def obj_bau(row: Written) -> Hit:
    """An objective changes something: to continue is no objective.

    Source: Google's OKR playbook, business as usual; re:Work.
    """
    return {} if row.text.holding("business_as_usual") else None


def obj_long(row: Written) -> Hit:
    """An objective is short enough to be remembered.

    Source: the article on marketing OKRs, “short, qualitative descriptions”; the length is our own.
    """
    count, most = len(row.text.raw), LONGEST.get(row.text.code, 120)
    return {"count": str(count), "most": str(most)} if count > most else None


RULES: Mapping[str, Rule] = {
    "obj-number": obj_number,
    "obj-no-direction": obj_no_direction,
    "obj-compound": obj_compound,
    "obj-bau": obj_bau,
    "obj-long": obj_long,
}
