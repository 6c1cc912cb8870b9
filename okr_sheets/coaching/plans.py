"""Rules of the plan as a whole: how many there are, what they count, and who answers for them.

How many key results an objective has, and whether they have units, is said in `findings`, since
the workbook says it too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from okr_sheets.coaching.blanks import placeholders
from okr_sheets.coaching.families import Family, families
from okr_sheets.coaching.likeness import in_words, likeness
from okr_sheets.coaching.owners import several_owners
from okr_sheets.coaching.texts import text_in
from okr_sheets.coaching.tongues import tongues
from okr_sheets.columns import Columns
from okr_sheets.language import language
from okr_sheets.problems import Problem
from okr_sheets.reading.cells import amount
from okr_sheets.schema import OKRS
from okr_sheets.tracker import Tracker

ALIKE = 0.8  # of the words of two texts that say the same
FEWEST, MOST = 3, 5  # objectives of a quarter
LEAST_SHARE, WHOLE = 5, 100  # of weights that are percentages


def plans(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """The findings on the objectives and key results of one tracker, whatever their numbers are."""
    active = families(rows)
    yield from _count(tracker, active)
    yield from _restated(tracker, rows, active)
    yield from _said_twice(tracker, rows)
    yield from _yes_no(tracker, rows, active)
    yield from _all_outputs(tracker, rows, active)
    yield from _weights(tracker, rows, active)
    yield from several_owners(tracker, rows)
    yield from placeholders(tracker, rows)


def _count(tracker: Tracker, active: Sequence[Family]) -> Iterator[Problem]:
    """A quarter has 3 to 5 objectives. Source: the Kalungi article."""
    count = len(active)
    if 0 < count < FEWEST:
        yield tracker.problem("obj-few", OKRS.key, 0, count=str(count))
    elif count > MOST:
        yield tracker.problem("obj-many", OKRS.key, 0, count=str(count))


def _restated(tracker: Tracker, rows: Columns, active: Sequence[Family]) -> Iterator[Problem]:
    """An objective says more than one of its key results. Source: own."""
    for family in active:
        title = rows.title[family.objective]
        for at in family.key_results:
            if likeness(title, rows.title[at]) >= ALIKE:
                yield _of_objective(tracker, rows, family, "obj-is-kr", value=rows.id[at])
                break


def _said_twice(tracker: Tracker, rows: Columns) -> Iterator[Problem]:
    """No two key results of a tracker have one text. Source: GitLab (mutually exclusive)."""
    first: dict[str, int] = {}
    is_active = (rows.standing == "active").tolist()
    for at, title in enumerate(rows.title.tolist()):
        if not (is_active[at] and title):
            continue
        earlier = first.setdefault(in_words(title), at)
        if earlier != at:
            value = rows.id[earlier]
            yield tracker.problem(
                "kr-duplicate", OKRS.key, int(rows.row[at]), "title", rows.id[at], value=value
            )


def _yes_no(tracker: Tracker, rows: Columns, active: Sequence[Family]) -> Iterator[Problem]:
    """Most key results of an objective measure something. Source: the Kalungi article (numbers)."""
    for family in active:
        done_or_not = [
            at
            for at in family.key_results
            if rows.type[at] == "achieve" and not rows.target[at] > 1
        ]
        if len(done_or_not) > 1 and 2 * len(done_or_not) > len(family.key_results):
            value = _ids(rows, done_or_not)
            yield _of_objective(tracker, rows, family, "obj-mostly-yes-no", value=value)


def _all_outputs(tracker: Tracker, rows: Columns, active: Sequence[Family]) -> Iterator[Problem]:
    """Of three or more key results of an objective one counts more than work done.

    What is counted is the unit, or the title of a row without one. Source: Google's playbook.
    """
    codes = tongues(rows.title.tolist(), tracker.about.language)

    def counts_work(at: int) -> bool:
        text = text_in(rows.unit[at] or rows.title[at], codes[at], False)
        return bool(text.holding("outputs"))

    for family in active:
        own = family.key_results
        if len(own) >= FEWEST and all(map(counts_work, own)):
            value = _ids(rows, own)
            yield _of_objective(tracker, rows, family, "obj-all-outputs", value=value)


def _weights(tracker: Tracker, rows: Columns, active: Sequence[Family]) -> Iterator[Problem]:
    """Weights that look like percentages add up to 100. Source: the Kalungi tracker (20 % each)."""
    words = language(tracker.about.language)
    objectives = [family.objective for family in active]
    named = [(rows.id[family.objective], family.key_results, False) for family in active]
    for given, own, of_objectives in [*named, (words("report.objectives"), objectives, True)]:
        weights = [weight for at in own if (weight := float(rows.weight[at])) != 0]
        are_shares = all(weight >= LEAST_SHARE and weight % 1 == 0 for weight in weights)
        if len(weights) > 1 and are_shares and sum(weights) != WHOLE:
            part, row = tracker.part_of(is_objective=of_objectives), int(rows.row[own[0]])
            value = amount(sum(weights), words)
            yield tracker.problem("weight-sum", part, row, "weight", given, value=value)


def _of_objective(
    tracker: Tracker, rows: Columns, family: Family, code: str, **words: str
) -> Problem:
    """A problem at the title of an objective."""
    part, at = tracker.part_of(is_objective=True), family.objective
    return tracker.problem(code, part, int(rows.row[at]), "title", rows.id[at], **words)


def _ids(rows: Columns, positions: Sequence[int]) -> str:
    return ", ".join(rows.id[at] for at in positions)
