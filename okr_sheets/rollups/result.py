"""A Rollup: its tables as columns, frames and rows, and what it covers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from okr_sheets.bands import Bands
from okr_sheets.columns import Array, Columns, among, to_day
from okr_sheets.language import Language, percents
from okr_sheets.language import language as words_of
from okr_sheets.misuse import check_choice
from okr_sheets.problems import Problem, tally
from okr_sheets.quarters import is_year
from okr_sheets.rollups.lines import LINES
from okr_sheets.rollups.schema import ENDS, FRAMES, PROBLEMS
from okr_sheets.rollups.years import counted as counted_periods
from okr_sheets.summaries import as_lines, as_table, counted
from okr_sheets.tracker import Tracker, usual_language

if TYPE_CHECKING:
    from pandas import DataFrame

Row = dict[str, Any]  # of a frame, by the keys of its columns

_KINDS = {**{name: frame.kinds for name, frame in FRAMES.items()}, **LINES}


class Tables(Mapping[str, Columns]):
    """Tables by their names; one given as a function is made when it is first asked for."""

    def __init__(self, tables: Mapping[str, Columns | Callable[[], Columns]]) -> None:
        self._tables = dict(tables)

    def __getitem__(self, name: str) -> Columns:
        table = self._tables[name]
        if not isinstance(table, Columns):
            table = self._tables[name] = table()
        return table

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def __reduce__(self) -> tuple[Any, ...]:
        return Tables, (dict(self),)


class _Frame:
    """A frame of a rollup by its name, made of its columns when it is asked for."""

    def __set_name__(self, _: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, rollup: None, _: type) -> _Frame: ...
    @overload
    def __get__(self, rollup: Rollup, _: type) -> DataFrame: ...
    def __get__(self, rollup: Rollup | None, _: type) -> _Frame | DataFrame:
        return self if rollup is None else framed_rows(self.name, rollup.columns[self.name])


@dataclass(frozen=True, eq=False, repr=False)
class Rollup:
    """What a quarter's trackers add up to, as `okr_sheets.rollup` gives it.

    Its frames are pandas frames, made when they are asked for: `teams`, `owners`, `objectives`,
    `key_results`, `changes`, `forecast`, `alignment`, `attention`, `owed`, `overdue`, `blank`,
    `trend`, `sources`, `carried`, `remarks`, `quality`, `findings`, `history`, `retrospective`,
    `missed` and `hindsight`, which docs/rollup.md lists column by column, and what was typed into
    all trackers, one row a line: `check_ins` (`file`, `sheet`, `row`, `unit_name`, `id`, `date`,
    `value`, `column`), `actions` (the same five, `action`, `owner`, `due`, `status`, `note`),
    `log` (the same five, `date`, `confidence`, `note`, `by`) and `close` (the same five, `final`,
    `reason`, `decision`, `lesson`). `about` is what the rollup covers, `headline` the unit that
    speaks for all.

    A frame has the same columns and dtypes whether it is empty or not, and `to_parquet` writes
    each. Scores, expected, gaps and forecasts run from 0 to 1. `reasons` of `attention` are JSON:
    a list of codes, each with what fills its sentence, as in the JSON report.
    `updated` and `with_number` of an objective, team or owner count its live key results: those
    with a number since the last check-in date, and those with any. `unit_name` and `owner_name` are
    what to call a unit and an owner: no two share one. `with_left_out` is the score with cancelled
    and postponed key results counted too, `planned_score` the one by the plan that the trackers
    were made with. `problems` are of reading and of structure, `findings` what a coach says;
    `trackers` are all that were given, `days` those that they were scored by, `unreadable` the
    paths of those left out. `since` is the day that `changes` compares with, `previous_quarter` the
    one that `previous` is of, "" for none.
    """

    columns: Mapping[str, Columns]
    problems: tuple[Problem, ...]
    trackers: tuple[Tracker, ...]
    days: tuple[date | None, ...]
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
    remarks = _Frame()
    quality = _Frame()
    findings = _Frame()
    history = _Frame()
    retrospective = _Frame()
    missed = _Frame()
    hindsight = _Frame()
    check_ins = _Frame()
    actions = _Frame()
    log = _Frame()
    close = _Frame()

    def __repr__(self) -> str:
        return as_lines(*self._summary())

    def _repr_html_(self) -> str:
        return as_table(*self._summary())

    def _summary(self) -> tuple[str, list[tuple[str, str]]]:
        """A title, and labels with their texts."""
        about, headline = self.about, self.headline
        name = headline["unit_name"] if headline else about["company"]
        units = counted((len(self.columns["teams"]), "unit"))
        score = [
            f"{percents(about[key])}%{word}"
            for key, word in (("score", ""), ("expected", " expected"))
            if about[key] is not None
        ]
        if score and headline and len(self.columns["teams"]) > 1:
            score.append(f"from its own {counted((headline['key_results'], 'key result'))}")
            below = headline["below"]
            score += [] if below is None else [f"average of its teams: {percents(below)}%"]
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

    def rows(self, name: str, which: Array | None = None) -> list[Row]:
        """The rows of a frame, or of `problems`: plain values, days as dates, None for a blank.

        `which` are the positions of some rows of a frame, in the order wanted; by default all.
        """
        check_choice("frame", name, (*_KINDS, PROBLEMS.key))
        if name == PROBLEMS.key:
            return problem_records(self.problems, self.language)
        columns = self.columns[name]
        columns = columns if which is None else columns.take(which)
        made: dict[str, Any] = {}
        for key, kind in _KINDS[name].items():
            values = columns[key].tolist()
            if kind in {"number", "percent", "date"}:
                as_told = to_day if kind == "date" else float
                values = [as_told(each) if each == each else None for each in values]  # noqa: PLR0124
            made[key] = values
        return [dict(zip(made, row, strict=True)) for row in zip(*made.values(), strict=True)]

    @property
    def language(self) -> str:
        """The language most trackers are in."""
        return usual_language(self.trackers) or "en"

    def words(self, code: str | None = None) -> Language:
        """The words of a language, by default its own; a year's where it is of years alone."""
        words = words_of(code or self.language)
        periods = counted_periods(self.columns["teams"].quarter)
        return words.of_year if periods and all(map(is_year, periods)) else words

    @property
    def about(self) -> dict[str, Any]:
        """What the rollup covers: quarters, days, counts, and the headline unit's score and end."""
        units, rows = self.columns["teams"], self.columns["key_results"]
        live = rows.take(~among(rows.status, ("cancelled", "postponed")))
        headline = self.headline or {}
        return {
            "quarter": ", ".join(sorted(counted_periods(units.quarter))),
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
    def has_years(self) -> bool:
        """Whether some unit's year stands beside its quarter."""
        units = self.columns["teams"]
        return bool(((units.year_status != "") | ~np.isnan(units.year_score)).any())

    @property
    def _counted(self) -> Array:
        """Which units are of the quarters that the rollup is of, or of its years without any."""
        quarters = self.columns["teams"].quarter
        return among(quarters, {*counted_periods(quarters), ""})

    @property
    def as_of(self) -> date | None:
        """The latest day any tracker was scored by; years do not tell where there are quarters."""
        units = self.columns["teams"]
        latest = np.fmax.reduce(units.as_of[self._counted], initial=0)
        return to_day(latest) if latest else None

    @property
    def is_closing(self) -> bool:
        """Whether anybody has typed a final score, a decision or a lesson."""
        return any(len(tracker.closing) for tracker in self.trackers)

    @property
    def _of_periods(self) -> Sequence[Tracker]:
        """The trackers of the quarters that the rollup is of, or of its years without any."""
        periods = {*counted_periods(tracker.about.quarter for tracker in self.trackers), ""}
        return [tracker for tracker in self.trackers if tracker.about.quarter in periods]

    @property
    def is_over(self) -> bool:
        """Whether all of its quarters have ended by the day."""
        ends = [tracker.about.end for tracker in self._of_periods if tracker.about.end]
        return bool(ends) and self.as_of is not None and self.as_of >= max(ends)

    @property
    def is_asked(self) -> bool:
        """Whether the first check-in date has come; where no file tells one, the second day."""
        trackers = self._of_periods
        dates = [day for tracker in trackers for day in tracker.check_in_dates]
        starts = [tracker.about.start for tracker in trackers if tracker.about.start]
        first = min(dates or [start + timedelta(days=1) for start in starts], default=None)
        return first is None or self.as_of is None or self.as_of >= first

    @property
    def headline(self) -> Row | None:
        """The one unit that speaks for all: the only company's, or the only unit there is.

        A year speaks where there are no quarters.
        """
        units = self.columns["teams"]
        has_objectives = (units.objectives > 0) & self._counted
        for which in (has_objectives & (units.level == "company"), has_objectives):
            if which.sum() == 1:
                return self.rows("teams")[int(np.flatnonzero(which)[0])]
        return None


def framed_rows(name: str, rows: Columns) -> DataFrame:
    """The pandas frame of a rollup's table by its name."""
    from okr_sheets.frames import framed  # noqa: PLC0415  pandas waits until it is wanted

    return framed(rows, _KINDS[name])


def problem_records(problems: Sequence[Problem], language: str) -> list[dict[str, str]]:
    """Problems as rows of the frame `PROBLEMS`, their sentences in a language."""
    *keys, message = PROBLEMS.keys
    return [
        {**{key: getattr(problem, key) for key in keys}, message: problem.say(language)}
        for problem in problems
    ]
