"""What a quarter's trackers add up to: each module one stage, from scored rows to a Rollup."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from okr_sheets.bands import Bands
from okr_sheets.checks import faults_of, findings_of
from okr_sheets.checks.hindsight import later_day
from okr_sheets.choices import LEVELS
from okr_sheets.columns import Columns
from okr_sheets.config import Config, chosen_bands
from okr_sheets.config.finding import Settings
from okr_sheets.kinds import UNOPENED
from okr_sheets.misuse import MisuseError
from okr_sheets.problems import Problem, file_names, in_order, told_apart
from okr_sheets.quarters import scoring_day
from okr_sheets.reading.folders import Source, listed, read_source
from okr_sheets.reading.spelling import with_one_spelling
from okr_sheets.rollups.alignment import alignment
from okr_sheets.rollups.attention import attention
from okr_sheets.rollups.lines import LINES, lines
from okr_sheets.rollups.owed import blank, overdue, owed
from okr_sheets.rollups.previous import before_these, carried, finished, with_previous
from okr_sheets.rollups.projections import (
    ends_of_key_results,
    ends_of_objectives,
    ends_of_units,
    forecasts,
)
from okr_sheets.rollups.quality import findings, quality
from okr_sheets.rollups.remarks import remarks
from okr_sheets.rollups.result import Rollup, Row, Tables, framed_rows, problem_records
from okr_sheets.rollups.retrospective import hindsight, missed, retrospective
from okr_sheets.rollups.schema import FRAMES, PROBLEMS, tabled, typed
from okr_sheets.rollups.scored import scored
from okr_sheets.rollups.sources import sources
from okr_sheets.rollups.trend import COMPARED, changes, dates_before, rounds, since, trend
from okr_sheets.rollups.units import owners, teams
from okr_sheets.rollups.years import order, with_year
from okr_sheets.tracker import Tracker

if TYPE_CHECKING:
    from pandas import DataFrame

NOTHING = "No tracker to read. Name a file or a folder of them."
_LOG = logging.getLogger(__name__)

__all__ = [
    "FRAMES",
    "PROBLEMS",
    "Rollup",
    "Row",
    "problem_records",
    "rollup",
    "rollup_of_trackers",
    "score",
]


def score(
    source: Source | Sequence[Source] | None = None,
    as_of: date | str | None = None,
    preset: str | None = None,
    config: Settings = None,
    engine: str | None = None,
    scheduler: str | None = None,
) -> DataFrame:
    """The scored key results of trackers: a pandas frame, one row per key result.

    `source` is a path (a file, a folder for every tracker below it, or a pattern), a URL of one, a
    `Tracker`, or a list of these; by default the paths that the okr.toml names.

    `as_of` is the day to score by: a date, a datetime, a pandas Timestamp or a text such as
    2027-02-12; by default each tracker's own, else today held to its quarter.

    `config` is the company's settings: the path of an okr.toml, or a `Config`. By default they are
    found as the command finds them: the okr.toml of the working folder, else of the nearest folder
    above; where there is none, that beside the trackers, else the nearest above them. One that does
    not lie in the working folder is used only if it is your own or root's. Trackers given as such
    lie in no folder: for them none is looked for. `config=okr_sheets.Config()` asks for none.

    `preset` takes the bands of status and grade by name, instead of those of the settings: default,
    google, viva, gitlab or engagedly. `engine` is who reads: serial (one file after the other),
    processes (as many at once as there are processors) or dask, with the address of a running
    cluster as `scheduler`; by default processes where there are many files, else serial.

    Shares run from 0 to 1, blank text is "", a blank number NaN, a blank day NaT. The columns:

        file, sheet, row        where it stands
        company, department, team, level, quarter
                                whose it is, and when
        objective_id, objective its objective's id and title
        id, title, owner, type, commitment, unit, state, aligns_to, note
                                as typed
        baseline, target        numbers in that unit
        weight, start, due      as typed, else what counts: 1, the quarter's first and last day
        current, last_check_in  the last number that counts by the day, and its date
        confidence              the last in the log, else as typed
        progress                share of the way from baseline to target; below 0 and above 1 too
        score                   the same, held between 0 and 1
        expected                share of the time that has passed
        gap                     expected minus score; of a total to stay within, the share of it
                                used minus expected
        status                  not-started, no-update, on-track, at-risk, off-track, achieved,
                                postponed, cancelled, or blank where nothing can be scored
        grade                   green, yellow, red; blank before the due day
        updated                 whether there is a number since the last check-in date
        planned_baseline, planned_target, planned_weight, planned_score
                                what the tracker was made with, and the score by it
        with_number             whether there is any number
        unit_name, owner_name   what to call unit and owner: no two share one
        remark, remark_by, remark_on
                                the last note in the log, its author and day; else the row's own
        confidence_before       the one before the last in the log

    What cannot be read gives no row: a warning in the log `okr_sheets` names it, as `check` does.
    FileNotFoundError if no path is there. ValueError says in a sentence what is wrong with an
    argument or with the settings, and lists the choices where there are some.

        >>> import okr_sheets as okr
        >>> scored = okr.score("samples/trackers/sales.xlsx", as_of="2027-02-12")
        >>> print(scored[["id", "current", "score", "expected", "status"]].head(3))
                   id    current   score  expected    status
        0  SAL-O1.KR1  2640000.0  0.6000    0.4719  on-track
        1  SAL-O1.KR2       29.0  0.4167    0.4719  on-track
        2  SAL-O1.KR3       12.0  0.4286    0.4719  on-track
    """
    day = scoring_day(as_of)
    trackers, settings = _read(source, config, engine, scheduler)
    trackers = sorted(with_one_spelling(trackers, settings), key=_order)
    for problem in _unread(trackers):
        _LOG.warning(problem.line())
    bands = chosen_bands(preset, settings)
    rows = scored(trackers, [[day] * len(trackers)], bands).key_results
    return framed_rows("key_results", rows)


def rollup(
    source: Source | Sequence[Source] | None = None,
    as_of: date | str | None = None,
    preset: str | None = None,
    previous: Source | Sequence[Source] | None = None,
    config: Settings = None,
    engine: str | None = None,
    scheduler: str | None = None,
    history: str | Path | None = None,
) -> Rollup:
    """Everything that many trackers add up to: a `Rollup`, which `okr_sheets.report` writes.

    Takes what `okr_sheets.score` takes, and raises the same. `previous` are last quarter's
    trackers, given as `source` is; by default those that the settings name, and `previous=()` for
    none. Of several quarters the latest counts; ValueError if none of those given here is earlier
    than `source`. `history` is a file that `okr_sheets.report(rollup, "history.sqlite")` wrote, to
    compare with: by default that of the settings, and `history=""` for none.

        >>> import okr_sheets as okr
        >>> okr.rollup("samples/trackers", as_of="2027-02-12", config=okr.Config())
        Rollup of Acme Cloud
          quarter     2027-Q1, as of 2027-02-12
          rows        6 trackers, 19 objectives, 64 key results, 61 of 63 live ones with a number
          score       57%, 48% expected, from its own 10 key results, average of its teams: 51%
          attention   18 key results
          problems    1 error, 1 warning, 3 infos
    """
    day = scoring_day(as_of)
    trackers, settings = _read(source, config, engine, scheduler)
    bands = chosen_bands(preset, settings)
    before = settings.previous if previous is None else listed(previous)
    past = _read(before, settings, engine, scheduler)[0] if before else None
    return rollup_of_trackers(
        trackers,
        day,
        bands,
        past,
        settings,
        earlier_only=previous is not None,
        history=settings.history if history is None else history,
    )


def _read(
    source: Source | Sequence[Source] | None,
    config: Settings,
    engine: str | None,
    scheduler: str | None,
) -> tuple[list[Tracker], Config]:
    trackers, settings = read_source(source, config, engine, scheduler)
    if not trackers:
        raise MisuseError(NOTHING)
    if any(not UNOPENED.intersection(p.code for p in tracker.problems) for tracker in trackers):
        return trackers, settings
    lost = [problem for tracker in trackers for problem in tracker.problems]
    if all(problem.code == "not-found" for problem in lost):
        raise FileNotFoundError(lost[0].line())
    raise MisuseError("\n".join((NOTHING, *(problem.line() for problem in lost))))


def rollup_of_trackers(
    trackers: Sequence[Tracker],
    as_of: date | None,
    bands: Bands,
    past: Sequence[Tracker] | None = None,
    config: Config | None = None,
    earlier_only: bool = False,
    history: str | Path | None = None,
) -> Rollup:
    """The rollup of trackers already read; companies come first, then departments, then teams.

    `past` are last quarter's. If none is of a quarter before those of `trackers` they are left out,
    or with `earlier_only` refused by a MisuseError. `history` is one to compare with, if any.
    """
    config = config or Config()
    past = past or ()
    count = len(trackers)
    everyone = with_one_spelling([*trackers, *past], config)
    trackers = sorted(everyone[:count], key=_order)
    earlier = before_these(everyone[count:], trackers)
    if earlier_only and past and not earlier and any(tracker.readable for tracker in past):
        quarters = ", ".join(sorted({t.about.quarter for t in past if t.readable}))
        raise MisuseError(
            f"The previous trackers are of {quarters}; no quarter of these trackers comes after. "
            "Name the folder of an earlier quarter."
        )
    checked = faults_of(trackers, as_of, bands, config.off)
    problems = in_order([*checked, *_unread(past)])
    days = rounds(trackers, as_of)
    last, before = days[-1], dates_before(trackers, days)
    then = scored(trackers, [before], bands).key_results.made(COMPARED)
    now = scored(trackers, [last], bands)
    ends = ends_of_key_results(now, trackers)
    forecast_rows = forecasts(now, ends, bands)
    blanks = blank(now, trackers, last)
    units = teams(now, blanks, bands, config.weight)
    units = units.having(**ends_of_units(now, ends, units).arrays)
    objectives = now.objectives.having(**ends_of_objectives(now, ends).arrays)
    none = np.array([], dtype=np.int64)
    past_units, past_objectives = units.take(none), objectives.take(none)
    if earlier:
        past_units, past_objectives = finished(earlier, bands, config.weight)
    units, objectives = with_previous(units, objectives, past_units, past_objectives)
    late = overdue(now, trackers, last)
    remembered = tabled(FRAMES["history"], ())
    if history:
        from okr_sheets.rollups.history import history as compared  # noqa: PLC0415  SQLite waits

        remembered = compared(history, now, trackers, last, bands)
    columns = {
        "key_results": now.key_results,
        "objectives": objectives,
        "teams": with_year(units),
        "owners": owners(now.key_results, late, blanks),
        "changes": changes(now, then, before),
        "forecast": forecast_rows,
        "alignment": alignment(trackers, now.objectives, now.key_results),
        "attention": attention(now.key_results, forecast_rows, trackers, problems, remembered),
        "owed": owed(now, trackers),
        "overdue": late,
        "blank": blanks,
        "carried": carried(objectives, past_objectives),
        "history": remembered,
    }

    @cache
    def found() -> tuple[Problem, ...]:
        later = [later_day(tracker, as_of) for tracker in trackers]
        return findings_of(trackers, [as_of] * count, config.off, later)

    def shares() -> Columns:
        ends = [tracker.about.end for tracker in earlier]
        past_found = findings_of(earlier, ends, config.off)
        past_faults = faults_of(earlier, None, bands, config.off)
        return quality(
            trackers,
            [*problems, *found()],
            earlier,
            [*past_faults, *past_found],
            units.unit_name.tolist(),
        )

    tables: dict[str, Columns | Callable[[], Columns]] = {
        **{name: typed(rows, FRAMES[name]) for name, rows in columns.items()},
        # What nobody pays for who writes other tables alone.
        "quality": lambda: typed(shares(), FRAMES["quality"]),
        "findings": lambda: typed(findings(trackers, found(), now), FRAMES["findings"]),
        "remarks": lambda: remarks(trackers, last, now.key_results, now.objectives),
        "retrospective": lambda: typed(
            retrospective(objectives, trackers), FRAMES["retrospective"]
        ),
        "missed": lambda: typed(missed(now, trackers), FRAMES["missed"]),
        "hindsight": lambda: typed(hindsight(now, trackers, bands), FRAMES["hindsight"]),
        # The longest of all, which few reports show; what they are made of is not kept for them.
        "trend": lambda: typed(trend(trackers, days, bands), FRAMES["trend"]),
        "sources": lambda: typed(
            sources(scored(trackers, [last], bands), trackers), FRAMES["sources"]
        ),
    }
    return Rollup(
        Tables(
            {
                **{name: tables[name] for name in FRAMES},
                **{name: lines(name, trackers) for name in LINES},
            }
        ),
        problems=problems,
        trackers=tuple(trackers),
        days=tuple(last),
        unreadable=tuple(t.path for t in trackers if not t.readable and not t.set_aside),
        bands=bands,
        since=since(now),
        previous_quarter=earlier[0].about.quarter if earlier else "",
    )


def _unread(trackers: Sequence[Tracker]) -> Iterable[Problem]:
    """The problems of the trackers that could not be read."""
    names = file_names(tracker.path for tracker in trackers)
    lost = (t for t in trackers if not t.readable and not t.set_aside)
    return told_apart((problem for tracker in lost for problem in tracker.problems), names)


def _order(tracker: Tracker) -> tuple[object, ...]:
    about = tracker.about
    rank = LEVELS.index(about.level) if about.level in LEVELS else len(LEVELS)
    return order(about.quarter), about.company, rank, about.department, about.team, tracker.path
