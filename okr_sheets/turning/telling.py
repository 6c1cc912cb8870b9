"""What became of each row, in the words of its tracker."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import PurePath
from typing import Any

import numpy as np

from okr_sheets.about import About
from okr_sheets.language import Language, language
from okr_sheets.reading.own import OwnColumn, own_elsewhere
from okr_sheets.reports.phrases import day_text
from okr_sheets.text import quotation
from okr_sheets.tracker import Tracker
from okr_sheets.turning.carrying import Outcome, Turned

SAID_AS = {  # what is said of the numbers of a key result, by its type
    "increase": "level",
    "decrease": "level",
    "total": "total",
    "total-at-most": "total",
    "achieve": "again",
}


def lines_of(turned: Turned) -> Iterator[str]:
    """A line for each row of the old tracker, and for what else comes along or stays behind."""
    words = language(turned.tracker.about.language)
    above = {each.old["row"]: each.fate for each in turned.outcomes if each.is_objective}
    having = {each.old["parent"] for each in turned.outcomes if each.new and not each.is_objective}
    for outcome in turned.outcomes:
        of_objective = "" if outcome.is_objective else above.get(outcome.old["parent"], "")
        yield from _of_row(outcome, of_objective, words)
        if outcome.is_objective and outcome.new and outcome.old["row"] not in having:
            yield words("turning.without", id=quotation(outcome.old["id"]))
    if turned.actions:
        yield words.counted("turning.actions", n=turned.actions)
    if turned.actions_left:
        yield words.counted("turning.actions_left", n=turned.actions_left)
    yield from own_left(turned.old, turned.own, words)


def own_left(tracker: Tracker, own: Sequence[OwnColumn], words: Language) -> Iterator[str]:
    """What of people's own columns does not come along with a tracker, or not in full."""
    left = [each.header for each in own if not each.cells] + own_elsewhere(tracker)
    partly = [each.header for each in own if each.cells and not each.is_whole]
    for key, columns in (("left", left), ("partly", partly)):
        if columns:
            yield words(f"turning.{key}", columns=quotation(", ".join(columns)))


def numbers_moved(old: Tracker, new: Tracker, day: date | None) -> Iterator[str]:
    """Which numbers stay in the old file, else those that had no day and stand under `day` now."""
    words, undated = language(new.about.language), old.columns["key_results"].typed_current
    count = int((~np.isnan(undated)).sum())
    if left := len(old.columns["check_ins"]) + count - len(new.columns["check_ins"]):
        path, quarter = PurePath(old.path).name, new.about.quarter
        yield words.counted("terminal.numbers_left", n=left, path=quotation(path), quarter=quarter)
    elif count:
        fields = {"label": words("okrs.current"), "day": day_text(day, words)}
        yield words.counted("terminal.undated", n=count, **fields)


def not_turned(about: About, is_earlier: bool) -> str:
    """Why a tracker does not turn: it is of an earlier quarter than others, or goes on."""
    words = language(about.language)
    if is_earlier:
        return words("turning.earlier", quarter=about.quarter)
    return words("turning.goes_on", day=day_text(about.end, words))


def _of_row(outcome: Outcome, of_objective: str, words: Language) -> Iterator[str]:
    """What became of it, unless it goes without saying beside what became of its objective."""
    name = quotation(outcome.old["id"] or outcome.old["title"] or "–")
    if outcome.fate not in {of_objective, "keep", "change"} or outcome.is_objective:
        yield words(f"turning.{outcome.fate}", id=name)
    if outcome.new and not outcome.is_objective:
        yield _numbers(name, outcome.old, outcome.new, words)
    if outcome.lost:
        yield words("turning.lost", id=name, above=quotation(outcome.lost))


def _numbers(name: str, old: Mapping[str, Any], new: Mapping[str, Any], words: Language) -> str:
    said_as = SAID_AS.get(old["kind"], "line")
    reached = old["current"] if said_as == "total" else new["baseline"]
    now, before = (_number(each, words, "unknown") for each in (reached, old["baseline"]))
    target = _number(new["target"], words, "unset")
    return words(f"turning.{said_as}", id=name, target=target, now=now, before=before)


def _number(value: float, words: Language, otherwise: str) -> str:
    return words(f"turning.{otherwise}") if math.isnan(value) else words.number(value)
