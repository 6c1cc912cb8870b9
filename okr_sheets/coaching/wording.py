"""Rules of wording: what the text of an objective or a key result says, in its own language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from okr_sheets.choices import OBJECTIVE, STOPPED
from okr_sheets.coaching import key_result_texts, objective_texts
from okr_sheets.coaching.texts import text_in
from okr_sheets.coaching.tongues import tongues
from okr_sheets.coaching.written import Rule, Written
from okr_sheets.columns import to_day
from okr_sheets.language import language
from okr_sheets.problems import Problem
from okr_sheets.tracker import Tracker

_COLUMNS = (
    "row",
    "parent",
    "title",
    "type",
    "baseline",
    "target",
    "unit",
    "definition",
    "state",
    "due",
)
_NUMBERS = ("type", "baseline", "target")
# What can be said of a text in a language that we do not know.
_IN_ANY_LANGUAGE = frozenset({"obj-number", "obj-long", "kr-no-number"})


class Line(NamedTuple):
    """A row that is under way: its number, whether its numbers are misread, and what it says."""

    row: int
    is_misread: bool
    written: Written


def wording(tracker: Tracker, lines: Iterable[Line]) -> Iterator[Problem]:
    """The findings on the texts of one tracker, whose `lines` are those of `under_way`.

    Where a number of a row cannot be read, nothing is said that goes by its numbers.
    """
    for row, is_misread, written in lines:
        part = tracker.part_of(is_objective=written.text.is_objective)
        for code, fields in hits(written):
            if not is_misread or code in key_result_texts.BY_TEXT_ALONE:
                given = written.text.raw
                yield tracker.problem(code, part, row, "title", given, **fields)


def hits(written: Written) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The code of each rule that applies to a row, with the fields of its sentence."""
    text = written.text
    rules: Mapping[str, Rule] = (objective_texts if text.is_objective else key_result_texts).RULES
    for code, rule in rules.items():
        if text.code or code in _IN_ANY_LANGUAGE:
            fields = rule(written)
            if fields is not None:
                yield code, fields


def under_way(tracker: Tracker) -> list[Line]:
    """The rows of a tracker that are not stopped and hold a word, in their order."""
    spoken = language(tracker.about.language)
    # What lasts longer than a quarter has its time in a year.
    end = None if tracker.about.is_annual else tracker.about.end
    records = [*tracker.okrs.only(_COLUMNS).records()]
    stopped = {r["row"] for r in records if r["type"] == OBJECTIVE and r["state"] in STOPPED}
    misread = {
        (p.sheet, p.row) for p in tracker.problems if p.severity == "error" and p.key in _NUMBERS
    }
    codes = tongues([record["title"] for record in records], tracker.about.language)
    lines = []
    for record, code in zip(records, codes, strict=True):
        is_objective = record["type"] == OBJECTIVE
        is_live = record["state"] not in STOPPED and record["parent"] not in stopped
        if not is_live or not any(map(str.isalpha, record["title"])):
            continue
        due = record["due"]
        sheet = tracker.sheets.get(tracker.part_of(is_objective=is_objective), "")
        written = Written(
            text_in(record["title"], code, is_objective),
            record["type"],
            record["baseline"],
            record["target"],
            record["unit"],
            record["definition"],
            to_day(due) if due == due else end,  # noqa: PLR0124  NaN
            spoken,
        )
        is_misread = not is_objective and (sheet, record["row"]) in misread
        lines.append(Line(record["row"], is_misread, written))
    return lines
