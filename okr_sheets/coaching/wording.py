"""Rules of wording: what the text of an objective or a key result says, in its own language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

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


def wording(tracker: Tracker) -> Iterator[Problem]:
    """The findings on the texts of one tracker: of what is under way, row by row.

    Where a number of a row cannot be read, nothing is said that goes by its numbers.
    """
    for row, is_misread, written in _under_way(tracker):
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


def rows_as_written(tracker: Tracker) -> Iterator[tuple[int, bool, Written]]:
    """The number of each row that is under way, whether it is an objective, and what it says.

    Rows without a word have nothing to say, nor have those whose numbers cannot be read.
    """
    for row, is_misread, written in _under_way(tracker):
        if not is_misread:
            yield row, written.text.is_objective, written


def _under_way(tracker: Tracker) -> Iterator[tuple[int, bool, Written]]:
    """The number of each such row, whether its type or a number is misread, and what it says."""
    spoken = language(tracker.about.language)
    records = [*tracker.okrs.only(_COLUMNS).records()]
    stopped = {r["row"] for r in records if r["type"] == OBJECTIVE and r["state"] in STOPPED}
    misread = {
        (p.sheet, p.row) for p in tracker.problems if p.severity == "error" and p.key in _NUMBERS
    }
    codes = tongues([record["title"] for record in records], tracker.about.language)
    for record, code in zip(records, codes, strict=True):
        is_objective = record["type"] == OBJECTIVE
        is_live = record["state"] not in STOPPED and record["parent"] not in stopped
        if not is_live or not any(map(str.isalpha, record["title"])):
            continue
        due = record["due"]
        sheet = tracker.sheets.get(tracker.part_of(is_objective=is_objective), "")
        yield (
            record["row"],
            not is_objective and (sheet, record["row"]) in misread,
            Written(
                text_in(record["title"], code, is_objective),
                record["type"],
                record["baseline"],
                record["target"],
                record["unit"],
                record["definition"],
                to_day(due) if due == due else tracker.about.end,  # noqa: PLR0124  NaN
                spoken,
            ),
        )
