"""Rules on the text of a key result: one measure, with real numbers, that somebody can check.

Each gives the fields of its sentence where it applies, else None.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from okr_sheets.coaching.figures import Figure, scale_of
from okr_sheets.coaching.lexicon import plain, spaced
from okr_sheets.coaching.texts import Text
from okr_sheets.coaching.told import is_level, told
from okr_sheets.coaching.usual import goes_on
from okr_sheets.coaching.written import KEEPS, Hit, Rule, Written

_QUARTER = 3  # months
_YEAR = _DECEMBER = 12
_WORD = r"[^\W\d_]{2,}"
_RANGE = re.compile(r"\d ?[-–~] ?$")  # in front of the end of one: 5–20 people
_TO = re.compile(r" ?[-–~] ?\d")
_NEAR = 2  # words behind a number, of which one may be its unit
_STEM = 4  # letters by which two forms of a word are told
_A_WORD = 3  # letters of a short word where no blanks part them


def kr_no_number(row: Written) -> Hit:
    """A key result names the number that shows success, in its text or as its target.

    Source: Mayer in Doerr's book, no key result without a number; the article on marketing OKRs.
    """
    return None if row.is_measured or row.type == "achieve" else {}


def kr_activity(row: Written) -> Hit:
    """A key result is no effort: help, analyse, take part. Numbers make one of it.

    Source: Google's OKR playbook, key results describe outcomes.
    """
    silent = row.is_measured or not row.text.head_is("activity") or row.text.shows("measure")
    return None if silent else {}


def kr_deliverable(row: Written) -> Hit:
    """A piece of work that is done or not is an action, or of the type for that.

    Source: the article on marketing OKRs, whose bad example is “Launch a new website”.
    """
    if row.is_measured or row.type == "achieve" or row.text.head_is("activity"):
        return None
    text = row.text
    is_work = (text.head_is("deliverable") or text.shows("work")) and not text.shows("measure")
    return {"value": row.spoken.choice("type", "achieve")} if is_work else None


def kr_vague(row: Written) -> Hit:
    """Awareness, better, world-class: without a number such a word says nothing.

    Source: the article on marketing OKRs, whose bad example is “Increase brand awareness”.
    """
    found = "" if row.is_measured else row.text.holding("vague")
    return {"value": row.text.as_written(found)} if found else None


def kr_percent_relative(row: Written) -> Hit:
    """A percentage of change needs both real numbers.

    It is one if it stands alone in the text, and nothing says that it is a level. Source: the
    article on marketing OKRs, a real number and not a percentage; “Improve SEO by 50 %” is bad.
    """
    if not _is_relative(row):
        return None
    target = told(row).get("target")
    if not isinstance(target, float):
        return {"way": ""}
    return {"way": f" {row.spoken.number(row.baseline)} → {row.spoken.number(target)}."}


def kr_percent(row: Written) -> Hit:
    """A real number is clearer than a percentage.

    Source: the article on marketing OKRs; the Hungarian and Finnish ones take percentages, so this
    is no more than a hint.
    """
    silent = row.type in KEEPS or (row.has_both_ends and "%" not in row.unit)
    return {} if row.text.percents and not silent and not _is_relative(row) else None


def _is_relative(row: Written) -> bool:
    """Whether the text's one percentage is a change of something whose numbers nobody sees."""
    text = row.text
    if len(text.percents) != 1 or row.type in KEEPS or row.has_both_ends:
        return False
    others = [figure for figure in text.figures if figure.kind == "number"]
    return not (others or is_level(text) or text.pair)


def kr_percent_points(row: Written) -> Hit:
    """A change in percentage points says where it starts. Source: our own."""
    return {} if any(figure.kind == "points" for figure in row.text.figures) else None


def kr_bau(row: Written) -> Hit:
    """A key result moves something; a line to hold has a type of its own, and weight 0.

    Source: Google's OKR playbook, business as usual.
    """
    if row.type in KEEPS or not goes_on(row.text):
        return None
    return {"value": " / ".join(row.spoken.choice("type", each) for each in sorted(KEEPS))}


def kr_compound(row: Written) -> Hit:
    """A key result holds one measure: no two numbers that are joined and are no movement.

    Source: GitLab's handbook, key results that exclude each other.
    """
    text = row.text
    pair = text.pair or ()
    lone = [figure for figure in text.figures if figure not in pair]
    if len(lone) + bool(pair) < 2:
        return None
    measured = [part for part in text.parts() if _measures(part, text)]
    return {} if len(measured) > 1 else None


def _measures(part: str, text: Text) -> bool:
    """Whether a part of a text has a number, and more than a word with it."""
    letters = sum(sign.isalpha() for sign in part)
    says = letters > _A_WORD if text.lexicon.is_unspaced else len(re.findall(_WORD, part)) > 1
    return says and any(sign.isdigit() for sign in part)


def kr_text_mismatch(row: Written) -> Hit:
    """The numbers in the text that count what the row counts are those of the columns.

    Source: our own; the text is forgotten when a target changes in the quarter.
    """
    if not row.has_target or row.type == "achieve":
        return None
    meant = [figure for figure in row.text.figures if _is_counted(figure, row)]
    if (
        not meant
        or any(_says(figure, row.target, row) for figure in meant)
        or _leads_to(meant, row)
    ):
        return None
    said = row.spoken.number(meant[-1].values[0])
    return {"value": said, "target": row.spoken.number(row.target)}


def _is_counted(figure: Figure, row: Written) -> bool:
    """Whether a figure says how far the row goes, and is no time or condition beside it.

    It is an end of a movement, or stands with the row's unit: 30 customers, $3M. Where there is no
    unit, it is what the verb at the head does: win 30.
    """
    text = row.text
    is_range = _RANGE.search(text.plain[: figure.start]) or _TO.match(text.plain[figure.end :])
    is_change = text.covers("change", figure.start) and not row.has_both_ends
    if is_range or is_change or text.covers("beside", figure.start):
        return False
    if figure.kind == "percent" or "%" in row.unit:
        return figure.kind == "percent" and ("%" in row.unit or not row.unit)
    return figure in (text.pair or ()) or _stands_with(figure, row.unit, text)


def _stands_with(figure: Figure, unit: str, text: Text) -> bool:
    """Whether the words beside a figure are a unit; without a unit, whether a verb opens it."""
    before, behind = text.plain[: figure.start].split(), text.plain[figure.end :].strip()
    if not unit:
        return len(before) == 1 and bool(text.holding("direction", before[0]))
    near = spaced(behind).split()[:_NEAR]
    signs = f"{text.plain[: figure.start].rstrip()[-1:]}{behind[:1]}"
    return (
        any(sign in unit for sign in signs if sign and not sign.isalnum())
        or behind.startswith(plain(unit))
        or any(_alike(word, own) for word in near for own in spaced(plain(unit)).split())
    )


def _alike(word: str, unit: str) -> bool:
    """Whether a word is a form of a unit's word, or what that ends in: 원 of 억원."""
    shared = min(_STEM, len(word), len(unit))
    return unit.endswith(word) or (shared > 1 and word[:shared] == unit[:shared])


def _says(figure: Figure, value: float, row: Written) -> bool:
    """Whether a figure is a value of the row: in ones, as it is written, or as the unit counts."""
    written = replace(figure, values=(*figure.values, *figure.bare))
    return any(written.says(value * scale) for scale in (1.0, scale_of(row.unit, row.spoken.code)))


def _leads_to(figures: list[Figure], row: Written) -> bool:
    """Whether the text tells the baseline alone, or a change that leads from it to the target."""
    if not row.has_both_ends:
        return False
    change = row.target - row.baseline
    steps = [abs(change), abs(change / row.baseline) if row.baseline else abs(change)]
    ends = (row.baseline, *steps)
    return any(_says(figure, value, row) for figure in figures for value in ends)


def kr_too_long(row: Written) -> Hit:
    """A key result can be reached within its quarter. Source: SMART, time-bound."""
    if row.last_day is None:
        return None
    # The end of the year is near enough in its last quarter.
    at_years_end = row.last_day.month == _DECEMBER
    found = _lasts(row.text) or (not at_years_end and bool(row.text.holding("long_time")))
    later = any(year > row.last_day.year for year in row.text.deadlines)
    return {"day": row.last_day.isoformat()} if found or later else None


def _lasts(text: Text) -> bool:
    """Whether a text gives its goal, with a verb, longer than a quarter: at its beginning or end.

    Elsewhere a time is part of what is counted: “Repeat purchases within 12 months: 30”.
    """
    for pattern in text.lexicon.patterns("longer"):
        for match in pattern.finditer(text.plain):
            around = text.plain[: match.start()], text.plain[match.end() :]
            number = re.findall(r"\d+", match[0])
            months = int(number[0]) * (_YEAR if match.groupdict().get("years") else 1)
            if months > _QUARTER and not all(map(_has_word, around)):
                rest = " ".join(around).strip()
                has_goal = rest[:1].isdigit() or bool(text.holding("direction", rest))
                return has_goal and not text.pair
    return False


def _has_word(text: str) -> bool:
    return any(map(str.isalnum, text))


def kr_no_definition(row: Written) -> Hit:
    """Everybody agrees on what is counted: a term such as MQL or active user is defined.

    Source: the article on marketing OKRs, what makes an MQL.
    """
    if row.definition.strip():
        return None
    text = row.text.plain
    for phrase in row.text.lexicon["not_terms"].every:
        text = text.replace(phrase, " ")
    found = row.text.holding("terms", text)
    label = row.spoken("okrs.definition")
    return {"value": row.text.as_written(found), "label": label} if found else None


# Rules that no type and no number of a row changes.
BY_TEXT_ALONE = frozenset({"kr-percent-points", "kr-compound", "kr-too-long", "kr-no-definition"})
RULES: Mapping[str, Rule] = {
    "kr-no-number": kr_no_number,
    "kr-activity": kr_activity,
    "kr-deliverable": kr_deliverable,
    "kr-vague": kr_vague,
    "kr-percent-relative": kr_percent_relative,
    "kr-percent": kr_percent,
    "kr-percent-points": kr_percent_points,
    "kr-bau": kr_bau,
    "kr-compound": kr_compound,
    "kr-text-mismatch": kr_text_mismatch,
    "kr-too-long": kr_too_long,
    "kr-no-definition": kr_no_definition,
}
