"""Checks of structure: each rule one small function, whose docstring is the rule."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from okr_sheets.bands import Bands
from okr_sheets.checks.alignment import misalignments
from okr_sheets.checks.faults import faults
from okr_sheets.checks.hindsight import Days, Found, later_day, still_found
from okr_sheets.checks.numbers import NUMBERS, future_numbers
from okr_sheets.checks.stored import STORED, beside_damage
from okr_sheets.checks.structure import STRUCTURE, other_bands, shared_ids, untouched
from okr_sheets.coaching import coached
from okr_sheets.coaching.excuses import wanted
from okr_sheets.coaching.habits import habits
from okr_sheets.coaching.sandbags import reached_in, too_easy
from okr_sheets.columns import Columns
from okr_sheets.computing import InColumns, compute, in_words, misread_cells
from okr_sheets.config.finding import Settings
from okr_sheets.findings import FINDINGS
from okr_sheets.gathering import gather
from okr_sheets.kinds import COACHING
from okr_sheets.problems import Problem, file_names, in_order, told_apart
from okr_sheets.quarters import DAYS, scoring_day
from okr_sheets.reading.folders import Source, read_source
from okr_sheets.reading.spelling import with_one_spelling
from okr_sheets.rules import RULES as SCORING
from okr_sheets.tracker import Tracker

MOST_AT_ONCE = 1_000  # trackers whose rows are computed together; they take some 20 MB
RULES = (*STRUCTURE, faults, *NUMBERS)  # of a tracker and its scored rows


def check(
    source: Source | Sequence[Source] | None = None,
    as_of: date | str | None = None,
    config: Settings = None,
    engine: str | None = None,
    scheduler: str | None = None,
) -> tuple[Problem, ...]:
    """All problems of trackers, as `okr-sheets check` names them.

    Takes `source`, `as_of`, `config`, `engine` and `scheduler` as `okr_sheets.score` does. Gives
    the `Problem`s of reading, structure, numbers and formulas in order of file and cell, as of a
    day: the one given, else that of the workbook's own calculation, else the tracker's, else today.
    What follows from a day in the past alone, such as a number typed since, is none.
    What workbooks calculated themselves is compared as of their own day. Trackers whose formulas go
    by other bands than those of the settings are named too.

    `print(problem)` shows the line that the command prints; `problem.say("fi")` gives the sentence
    in a language, docs/problems.md lists them all. A file that cannot be read is a problem, no
    error. ValueError says in a sentence what is wrong with an argument or with the settings.

        >>> import okr_sheets as okr
        >>> for problem in okr.check("samples/trackers/go-to-market.xlsx", as_of="2027-03-05"):
        ...     print(problem.cell, problem.severity, problem.code)
        AL9 info committed-miss
        AF17 error not-a-number
    """
    day = scoring_day(as_of)
    trackers, settings = read_source(source, config, engine, scheduler)
    return problems_of(with_one_spelling(trackers, settings), day, settings.bands(), settings.off)


def problems_of(
    trackers: Sequence[Tracker], as_of: date | None, bands: Bands, off: Collection[str] = ()
) -> tuple[Problem, ...]:
    """What `check` gives of trackers that are scored by these bands, without the codes `off`."""
    return _named(_problems(trackers, as_of, bands, coach=True), trackers, off)


def faults_of(
    trackers: Sequence[Tracker], as_of: date | None, bands: Bands, off: Collection[str] = ()
) -> tuple[Problem, ...]:
    """The same without what a coach says: `findings_of` gives it."""
    problems = _problems(trackers, as_of, bands, coach=False)
    return _named((p for p in problems if p.code not in COACHING), trackers, off)


def findings_of(
    trackers: Sequence[Tracker], days: Days, off: Collection[str] = (), later: Days = ()
) -> tuple[Problem, ...]:
    """What a coach says of trackers, each as of its day, without the codes `off`.

    None for a day is that of the workbook's own calculation, as in `problems_of`. `later` are the
    days that those of a look back were set back from, see `later_day`.
    """
    asked = [at for at, tracker in enumerate(trackers) if tracker.readable]
    some, days = [trackers[at] for at in asked], [days[at] for at in asked]
    said = _coached(some, days)
    if later:
        after = [later[at] for at in asked]
        said = still_found(said, some, after, partial(_by_the_day, coach=True))
    problems = [problem for of_tracker in said for problem in of_tracker.problems]
    return _named([*problems, *_too_easy(said)], trackers, off)


def _named(
    problems: Iterable[Problem], trackers: Sequence[Tracker], off: Collection[str]
) -> tuple[Problem, ...]:
    """The problems that are wanted, in order, their files told apart by name."""
    kept = wanted(problems, [tracker for tracker in trackers if tracker.readable], off)
    return in_order(told_apart(kept, file_names(tracker.path for tracker in trackers)))


def _problems(
    trackers: Sequence[Tracker], as_of: date | None, bands: Bands, *, coach: bool
) -> Iterable[Problem]:
    """What is wrong with trackers, each of them and all together; with `coach`, what he says."""
    readable = [tracker for tracker in trackers if tracker.readable]
    days = [as_of] * len(readable)
    later = [later_day(tracker, as_of) for tracker in readable]
    found = still_found(
        _all_found(readable, days, coach=coach), readable, later, partial(_by_the_day, coach=coach)
    )
    problems = [problem for tracker in trackers for problem in tracker.problems]
    problems += [problem for of_tracker in found for problem in of_tracker.problems]
    problems += [*misalignments(readable), *shared_ids(readable), *other_bands(readable, bands)]
    return beside_damage([*problems, *_too_easy(found)])


def _too_easy(found: Sequence[Found]) -> Iterator[Problem]:
    """What the objectives of all trackers give."""
    return too_easy([each for of_tracker in found for each in of_tracker.reached])


def _all_found(trackers: Sequence[Tracker], days: Days, *, coach: bool) -> list[Found]:
    """What is wrong with each tracker as of its day; with `coach`, what he says too."""
    rounds: list[Days] = [[tracker.calculated_on for tracker in trackers]]
    rounds += [days] if any(days) else []
    found = []
    for day, (tracker, calculated, *others) in zip(
        days, _some_at_once(trackers, rounds), strict=True
    ):
        rows = others[0] if others else calculated
        problems = [*_of_one(tracker, calculated, rows, day)]
        problems += coached(tracker, rows) if coach else ()
        found.append(Found(problems, reached_in(tracker, rows) if coach else []))
    return found


def _coached(trackers: Sequence[Tracker], days: Days) -> list[Found]:
    """What a coach says of each tracker as of its day."""
    rounds = [[day or t.calculated_on for t, day in zip(trackers, days, strict=True)]]
    found = []
    for tracker, rows in _some_at_once(trackers, rounds):
        said = [problem for problem in faults(tracker, rows) if problem.code in COACHING]
        found.append(Found([*said, *coached(tracker, rows)], reached_in(tracker, rows)))
    return found


def _by_the_day(trackers: Sequence[Tracker], days: Days, *, coach: bool) -> list[Found]:
    """Of what is found of each tracker, at least what goes by the day."""
    found = []
    for day, (tracker, rows) in zip(days, _some_at_once(trackers, [days]), strict=True):
        problems = [*faults(tracker, rows), *future_numbers(tracker, rows, day)]
        problems += habits(tracker, rows) if coach else ()
        found.append(Found(problems, reached_in(tracker, rows) if coach else []))
    return found


def _of_one(
    tracker: Tracker, calculated: Columns, rows: Columns, as_of: date | None
) -> Iterator[Problem]:
    """What a tracker's own rows, numbers and formulas give, whatever else is read."""
    for rule in RULES:
        yield from rule(tracker, rows)
    yield from untouched(tracker, as_of)
    if tracker.about.span:
        yield from future_numbers(tracker, rows, as_of)
        for stored_rule in STORED:
            yield from stored_rule(tracker, calculated)


def _some_at_once(trackers: Sequence[Tracker], rounds: Sequence[Days]) -> Iterator[tuple[Any, ...]]:
    """Each tracker with its rows as of its day of each round; many are scored at a time."""
    for at in range(0, len(trackers), MOST_AT_ONCE):
        some = slice(at, at + MOST_AT_ONCE)
        yield from zip(
            trackers[some], *_scored(trackers[some], [r[some] for r in rounds]), strict=True
        )


def _scored(trackers: Sequence[Tracker], rounds: Sequence[Days]) -> list[list[Columns]]:
    """For each list of days the rows of each tracker as of its day (see `About.day`).

    All are computed at once, since columns of thousands cost hardly more than columns of ten.
    """
    count = len(trackers)
    rows = gather([_with_days(tracker) for tracker in trackers], *rounds)
    operations = InColumns(misread_cells(trackers, len(rounds)), _own_bands(trackers, rows))
    rows = in_words(compute(rows, operations, {**SCORING, **FINDINGS}))
    bounds = np.searchsorted(rows.tracker, np.arange(len(rounds) * count + 1)).tolist()
    parts = [rows.part(*bound) for bound in pairwise(bounds)]
    return [parts[number * count :][:count] for number in range(len(rounds))]


def _with_days(tracker: Tracker) -> Tracker:
    """The tracker with some days, for what can be told of one whose quarter is unknown."""
    some = replace(tracker.about, start=DAYS.start, end=DAYS.start + timedelta(weeks=1))
    return tracker if tracker.about.span else tracker.changed(about=some)


def _own_bands(trackers: Sequence[Tracker], rows: Columns) -> Bands:
    """Each row's bands, those of its own workbook: in the place of each cut, a column of it.

    They are compared with as numbers are, and are good for nothing else.
    """
    cuts = [(tracker.bands or Bands()).cuts for tracker in trackers] or [Bands().cuts]
    numbers = rows.tracker % len(cuts)
    return Bands.of({key: np.array([own[key] for own in cuts])[numbers] for key in cuts[0]})
