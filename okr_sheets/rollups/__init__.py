"""What a quarter's trackers add up to: each module one stage, from scored rows to a Rollup."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from okr_sheets.bands import Bands
from okr_sheets.checks import problems_of
from okr_sheets.columns import Columns, among, to_day
from okr_sheets.config import Config, Settings, chosen_bands
from okr_sheets.language import percents
from okr_sheets.problems import (
    UNOPENED,
    MisuseError,
    Problem,
    file_names,
    in_order,
    tally,
    told_apart,
)
from okr_sheets.quarters import scoring_day
from okr_sheets.reading.folders import Source, listed, read_source
from okr_sheets.reading.spelling import alike
from okr_sheets.rollups.alignment import alignment
from okr_sheets.rollups.attention import attention
from okr_sheets.rollups.ends import (
    ends_of_key_results,
    ends_of_objectives,
    ends_of_units,
    forecasts,
)
from okr_sheets.rollups.lines import LINES, lines
from okr_sheets.rollups.owed import blank, overdue, owed
from okr_sheets.rollups.previous import before_these, carried, finished, with_previous
from okr_sheets.rollups.schema import ENDS, FRAMES, PROBLEMS, typed
from okr_sheets.rollups.scored import Days, scored
from okr_sheets.rollups.sources import sources
from okr_sheets.rollups.trend import changes, rounds, since, trend
from okr_sheets.rollups.units import owners, teams
from okr_sheets.schema import LEVELS
from okr_sheets.summaries import as_lines, as_table, counted
from okr_sheets.tracker import Tracker, usual_language

if TYPE_CHECKING:
    from pandas import DataFrame

Row = dict[str, Any]  # of a frame, by the keys of its columns

NOTHING = "No tracker to read. Name a file or a folder of them."
_KINDS = {**{name: frame.kinds for name, frame in FRAMES.items()}, **LINES}
_LOG = logging.getLogger(__name__)

__all__ = [
    "FRAMES",
    "PROBLEMS",
    "Rollup",
    "Row",
    "problem_records",
    "roll_up",
    "rollup",
    "score",
]

MOST_AT_ONCE = 260_000  # rows times rounds; what is asked of them takes some 200 MB


class _Frame:
    """A frame of a rollup by its name, made of its columns when it is asked for."""

    def __set_name__(self, _: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, rollup: None, _: type) -> _Frame: ...
    @overload
    def __get__(self, rollup: Rollup, _: type) -> DataFrame: ...
    def __get__(self, rollup: Rollup | None, _: type) -> _Frame | DataFrame:
        return self if rollup is None else _framed(self.name, rollup.columns[self.name])


@dataclass(frozen=True, eq=False, repr=False)
class Rollup:
    """What a quarter's trackers add up to, as `okr_sheets.rollup` gives it.

    Its frames are pandas frames, made when they are asked for: `teams`, `owners`, `objectives`,
    `key_results`, `changes`, `forecast`, `alignment`, `attention`, `owed`, `overdue`, `blank`,
    `trend`, `sources` and `carried`, which docs/rollup.md lists column by column, and what was
    typed into all trackers, one row a line: `check_ins` (`file`, `sheet`, `row`, `unit_name`, `id`,
    `date`, `value`, `column`), `actions` (the same five, `action`, `owner`, `due`, `status`,
    `note`) and `log` (the same five, `date`, `confidence`, `note`, `by`). `about` is what the
    rollup covers, `headline` the unit that speaks for all.

    A frame has the same columns and dtypes whether it is empty or not, and `to_parquet` writes
    each. Scores, expected, gaps and forecasts run from 0 to 1. `reasons` of `attention` are JSON:
    a list of codes, each with what fills its sentence, as in the JSON report.
    `updated` and `with_number` of an objective, team or owner count its live key results: those
    with a number since the last check-in date, and those with any. `unit_name` and `owner_name` are
    what to call a unit and an owner: no two share one. `with_left_out` is the score with cancelled
    and postponed key results counted too, `planned_score` the one by the plan that the trackers
    were made with. `problems` are of reading and of structure;
    `trackers` are all that were given, `unreadable` the paths of those left out. `since` is the day
    that `changes` compares with, `previous_quarter` the one that `previous` is of, "" for none.
    """

    columns: Mapping[str, Columns]
    problems: tuple[Problem, ...]
    trackers: tuple[Tracker, ...]
    unreadable: tuple[str, ...]
    bands: Bands
    since: date | None
    previous_quarter: str

    key_results = _Frame()
    objectives = _Frame()
    teams = _Frame()
    owners = _Frame()
    trend = _Frame()
    changes = _Frame()
    forecast = _Frame()
    alignment = _Frame()
    attention = _Frame()
    sources = _Frame()
    owed = _Frame()
    overdue = _Frame()
    blank = _Frame()
    carried = _Frame()
    check_ins = _Frame()
    actions = _Frame()
    log = _Frame()

    def __repr__(self) -> str:
        return as_lines(*self._summary())

    def _repr_html_(self) -> str:
        return as_table(*self._summary())

    def _summary(self) -> tuple[str, list[tuple[str, str]]]:
        """What it covers, and how that stands."""
        about, headline = self.about, self.headline
        name = headline["unit_name"] if headline else about["company"]
        units = counted((len(self.columns["teams"]), "unit"))
        score = [
            f"{percents(about[key])}%{word}"
            for key, word in (("score", ""), ("expected", " expected"))
            if about[key] is not None
        ]
        rows = counted(
            (about["trackers"], "tracker"),
            (about["objectives"], "objective"),
            (about["key_results"], "key result"),
        )
        facts = [
            ("quarter", f"{about['quarter'] or 'not known'}, as of {self.as_of or 'no day'}"),
            ("rows", f"{rows}, {about['with_number']} of {about['live']} live ones with a number"),
            ("score", ", ".join(score) or "none"),
            ("attention", counted((len(self.columns["attention"]), "key result"))),
            ("problems", tally(self.problems)),
        ]
        if self.unreadable:
            facts.append(("not read", ", ".join(self.unreadable)))
        return f"Rollup of {name or units}", facts

    def rows(self, name: str) -> list[Row]:
        """The rows of a frame by its name, plain values: days as dates, None for a blank."""
        made: dict[str, Any] = {}
        for key, kind in _KINDS[name].items():
            values = self.columns[name][key].tolist()
            if kind in {"number", "percent", "date"}:
                as_told = to_day if kind == "date" else float
                values = [as_told(each) if each == each else None for each in values]  # noqa: PLR0124
            made[key] = values
        return [dict(zip(made, row, strict=True)) for row in zip(*made.values(), strict=True)]

    @property
    def language(self) -> str:
        """The language most trackers are in."""
        return usual_language(self.trackers) or "en"

    @property
    def about(self) -> dict[str, Any]:
        """What the rollup covers: quarters, days, counts, and the headline unit's score and end."""
        units, rows = self.columns["teams"], self.columns["key_results"]
        live = rows.take(~among(rows.status, ("cancelled", "postponed")))
        headline = self.headline or {}
        return {
            "quarter": ", ".join(sorted({quarter for quarter in units.quarter if quarter})),
            "company": ", ".join(dict.fromkeys(name for name in units.company if name)),
            "as_of": self.as_of,
            "since": self.since,
            "trackers": sum(t.about.day() is not None for t in self.trackers if t.readable),
            "unreadable": list(self.unreadable),
            "objectives": len(self.columns["objectives"]),
            "key_results": len(rows),
            "live": len(live),
            "updated": int(live.updated.sum()),
            **{key: headline.get(key) for key in ("score", "expected", *ENDS[:3])},
            **{key: int(headline.get(key, 0)) for key in ENDS[3:]},
            "previous_quarter": self.previous_quarter,
            "with_number": int(live.with_number.sum()),
            "blank": len(self.columns["blank"]),
        }

    @property
    def as_of(self) -> date | None:
        """The latest day any tracker was scored by."""
        latest = np.fmax.reduce(self.columns["teams"].as_of, initial=0)
        return to_day(latest) if latest else None

    @property
    def headline(self) -> Row | None:
        """The one unit that speaks for all: the only company's, or the only unit there is."""
        units = self.columns["teams"]
        own = units.objectives > 0
        for which in (own & (units.level == "company"), own):
            if which.sum() == 1:
                return self.rows("teams")[int(np.flatnonzero(which)[0])]
        return None


def score(
    source: Source | Sequence[Source] | None = None,
    as_of: date | str | None = None,
    preset: str | None = None,
    config: Settings = None,
    engine: str = "serial",
    scheduler: str | None = None,
) -> DataFrame:
    """The scored key results of trackers: a pandas frame, one row per key result.

    `source` is a path (a file, a folder for every tracker below it, or a pattern), a `Tracker`, or
    a list of these; by default the paths that the okr.toml names.

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
    cluster as `scheduler`.

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
        confidence              as typed, else the last in the log
        progress                share of the way from baseline to target; below 0 and above 1 too
        score                   the same, held between 0 and 1
        expected                share of the time that has passed
        gap                     expected minus score
        status                  not-started, no-update, on-track, at-risk, off-track, achieved,
                                postponed, cancelled, or blank where nothing can be scored
        grade                   green, yellow, red; blank before the due day
        updated                 whether there is a number since the last check-in date
        planned_baseline, planned_target, planned_weight, planned_score
                                what the tracker was made with, and the score by it
        with_number             whether there is any number
        unit_name, owner_name   what to call unit and owner: no two share one

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
    trackers = sorted(alike(trackers, settings), key=_order)
    for problem in _unread(trackers):
        _LOG.warning(problem.line())
    bands = chosen_bands(preset, settings)
    rows = scored(trackers, [[day] * len(trackers)], bands).key_results
    return _framed("key_results", rows)


def rollup(
    source: Source | Sequence[Source] | None = None,
    as_of: date | str | None = None,
    preset: str | None = None,
    previous: Source | Sequence[Source] | None = None,
    config: Settings = None,
    engine: str = "serial",
    scheduler: str | None = None,
) -> Rollup:
    """Everything that many trackers add up to: a `Rollup`, which `okr_sheets.report` writes.

    Takes what `okr_sheets.score` takes, and raises the same. `previous` are last quarter's
    trackers, given as `source` is; by default those that the settings name, and `previous=()` for
    none. Of several quarters the latest counts; ValueError if none of those given here is earlier
    than `source`.

        >>> import okr_sheets as okr
        >>> okr.rollup("samples/trackers", as_of="2027-02-12", config=okr.Config())
        Rollup of Acme Cloud
          quarter     2027-Q1, as of 2027-02-12
          rows        6 trackers, 19 objectives, 64 key results, 61 of 63 live ones with a number
          score       57%, 48% expected
          attention   18 key results
          problems    1 error, 1 warning, 3 infos
    """
    day = scoring_day(as_of)
    trackers, settings = _read(source, config, engine, scheduler)
    bands = chosen_bands(preset, settings)
    before = settings.previous if previous is None else listed(previous)
    past = _read(before, settings, engine, scheduler)[0] if before else None
    return roll_up(trackers, day, bands, past, settings, earlier_only=previous is not None)


def _read(
    source: Source | Sequence[Source] | None,
    config: Settings,
    engine: str,
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


def roll_up(
    trackers: Sequence[Tracker],
    as_of: date | None,
    bands: Bands,
    past: Sequence[Tracker] | None = None,
    config: Config | None = None,
    earlier_only: bool = False,
) -> Rollup:
    """The rollup of trackers already read; companies come first, then departments, then teams.

    With `earlier_only` ValueError if `past` has no quarter before those of `trackers`; else it is
    not compared with.
    """
    config = config or Config()
    past = past or ()
    count = len(trackers)
    everyone = alike([*trackers, *past], config)
    trackers = sorted(everyone[:count], key=_order)
    earlier = before_these(everyone[count:], trackers)
    if earlier_only and past and not earlier and any(tracker.readable for tracker in past):
        quarters = ", ".join(sorted({t.about.quarter for t in past if t.readable}))
        raise MisuseError(
            f"The previous trackers are of {quarters}; no quarter of these trackers comes after. "
            "Name the folder of an earlier quarter."
        )
    *dates, last = rounds(trackers, as_of)
    now = scored(trackers, [last], bands)
    past_rounds = [scored(trackers, some, bands) for some in _some_at_once(dates, trackers)]
    ends = ends_of_key_results(now, trackers)
    told = forecasts(now, ends, bands)
    checked = problems_of(trackers, as_of, bands)
    # To look back is no mistake of those who typed since.
    said = (p for p in checked if as_of is None or p.code != "future-number")
    problems = in_order([*said, *_unread(past)])
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
    columns = {
        "key_results": now.key_results,
        "objectives": objectives,
        "teams": units,
        "owners": owners(now.key_results, late, blanks),
        "trend": trend(now, past_rounds),
        "changes": changes(now, past_rounds),
        "forecast": told,
        "alignment": alignment(trackers, now.objectives, now.key_results),
        "attention": attention(now.key_results, told, trackers, problems),
        "sources": sources(now, trackers),
        "owed": owed(now, trackers),
        "overdue": late,
        "blank": blanks,
        "carried": carried(objectives, past_objectives),
    }
    return Rollup(
        {
            **{name: typed(columns[name], frame) for name, frame in FRAMES.items()},
            **{name: lines(name, trackers) for name in LINES},
        },
        problems=problems,
        trackers=tuple(trackers),
        unreadable=tuple(t.path for t in trackers if not t.readable and not t.set_aside),
        bands=bands,
        since=since(now),
        previous_quarter=earlier[0].about.quarter if earlier else "",
    )


def _some_at_once(dates: Sequence[Days], trackers: Sequence[Tracker]) -> Iterator[Sequence[Days]]:
    """The rounds in portions that memory holds."""
    rows = sum(len(tracker.okrs) for tracker in trackers)
    size = max(MOST_AT_ONCE // max(rows, 1), 1)
    return (dates[at : at + size] for at in range(0, len(dates), size))


def _unread(past: Sequence[Tracker]) -> Iterable[Problem]:
    """Why trackers of last quarter are missing beside this one."""
    names = file_names(tracker.path for tracker in past)
    lost = (t for t in past if not t.readable and not t.set_aside)
    return told_apart((problem for tracker in lost for problem in tracker.problems), names)


def _order(tracker: Tracker) -> tuple[object, ...]:
    about = tracker.about
    rank = LEVELS.index(about.level) if about.level in LEVELS else len(LEVELS)
    return about.quarter, about.company, rank, about.department, about.team, tracker.path


def _framed(name: str, rows: Columns) -> DataFrame:
    from okr_sheets.frames import framed  # noqa: PLC0415  pandas waits until it is wanted

    return framed(rows, _KINDS[name])


def problem_records(problems: Sequence[Problem], language: str) -> list[dict[str, str]]:
    """Problems as rows of the frame `PROBLEMS`, their sentences in a language."""
    *keys, message = PROBLEMS.keys
    return [
        {**{key: getattr(problem, key) for key in keys}, message: problem.say(language)}
        for problem in problems
    ]
