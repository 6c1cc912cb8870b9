"""New trackers: from an example set, from a plan of one's own, or blank."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from okr_sheets.about import About, today
from okr_sheets.choices import CADENCES, LEVELS, PLANS
from okr_sheets.columns import Columns, filled, serial, to_day
from okr_sheets.config import Config, chosen_bands
from okr_sheets.config.finding import Settings, settings_of
from okr_sheets.files.marks import is_marked
from okr_sheets.language import REFERENCE, check_language, choice_keys
from okr_sheets.misuse import MisuseError, check_choice, named_kind
from okr_sheets.planning.sets import plan_of, read_set
from okr_sheets.quarters import Period, Quarter, Span, Year, check_in_dates, usual_cadence
from okr_sheets.quarters import period as period_of_text
from okr_sheets.reading.examples import SetError, text_of
from okr_sheets.reading.tracker import read
from okr_sheets.suggesting import suffix_advice
from okr_sheets.text import quoted
from okr_sheets.toml import read_toml
from okr_sheets.tracker import Tracker, numbered

DEFAULT_TEMPLATE = "b2b-saas-marketing"


def new(
    template: str | None = None,
    *,
    source: str | Path | None = None,
    blank: bool = False,
    quarter: str | Period | None = None,
    fiscal_start: int | None = None,
    cadence: str | None = None,
    language: str | None = None,
    company: str | None = None,
    department: str = "",
    team: str = "",
    level: str | None = None,
    parent: str = "",
    preset: str | None = None,
    config: Settings = None,
) -> Tracker:
    """A new tracker, to be written and filled in.

    Its rows come from `template`, the name of an example set, or from `source`, the path of a plan
    of your own as .toml, .csv or .tsv; `blank=True` gives none. By default they are the B2B SaaS
    marketing set, in `language`, by default English.

    `quarter`, such as 2027-Q1, or 2027 for a year, defaults to that of `source`, else to the one
    after today's. A `source` keeps its dates in its own quarter; in another one they move by the
    days between the quarters' first days, as those of an example set do, but not past the last day;
    over a year they spread. Its numbers come along into its own quarter, and into today's if it
    names none. A year's check-ins are monthly by default, or `quarterly`. Other arguments replace
    what the set says; `parent` is the file name of the tracker above.

    `config` sets the company, the language, the fiscal year, a team's department and the bands of
    statuses and grades that no argument sets: it is the path of an okr.toml or a `Config`; by
    default the okr.toml of the working folder, else of the nearest folder above; `Config()` for no
    settings. `preset` names bands instead: default, google, viva, gitlab or engagedly.

    `okr_sheets.write` makes the workbook. What was wrong in `source` comes back in `.problems`.
    Raises ValueError with one sentence on what is wrong with a name, a quarter, a file or the
    settings, and with the choices if there are some.

        >>> import okr_sheets as okr
        >>> okr.new("sales", quarter="2027-Q1", team="Sales", config=okr.Config())
        Tracker of Sales
          quarter     2027-Q1, 2027-01-01 to 2027-03-31
          rows        3 objectives, 10 key results, 21 actions
          check-ins   0 on 13 dates
          problems    none
    """
    if sum((template is not None, source is not None, blank)) > 1:
        raise MisuseError("Give one of template, source and blank.")
    settings = settings_of(config)
    if isinstance(quarter, Quarter | Year):
        fiscal_start = quarter.fiscal_start
    fiscal_start = fiscal_start or settings.fiscal_start
    language = language or settings.language or None
    if language is not None:
        check_language(language)
    if team and not department:
        _, department, team = settings.unit("", "", team)
    company = settings.company if company is None else company
    plan = _plan(template, source, blank, language, fiscal_start)
    source_quarter = plan.about.quarter if source is not None else ""
    period = _period(source_quarter if quarter is None else quarter, fiscal_start)
    is_same_quarter = str(period) == source_quarter
    days = (plan.about.span if is_same_quarter else None) or period.span
    for key, value, choices in (("cadence", cadence, CADENCES), ("level", level, LEVELS)):
        if value:
            check_choice(key, value, choices, partial(choice_keys, key))
    names = {"company": company, "department": department, "team": team, "parent": parent}
    names = {key: value for key, value in names.items() if value}
    about = replace(
        plan.about,
        # An example's company is invented; the people of this tracker have their own.
        **({"company": ""} if source is None else {}) | names,
        level=level or _level(names) or plan.about.level,
        quarter=str(period),
        start=days.start,
        end=days.end,
        cadence=cadence or _cadence(plan.about, period),
        language=language or plan.about.language,
        fiscal_start=period.fiscal_start,
        as_of=None,
    )
    if about.cadence == "quarterly" and isinstance(period, Quarter):
        raise MisuseError(
            f"{period} has no quarters to check in on. Choose weekly, two-weekly or monthly, or "
            f"name the year, {period.year}."
        )
    dates = {*check_in_dates(days.start, days.end, about.cadence)}
    objectives, key_results, actions = (
        rows if is_same_quarter else _moved(rows, plan.about, days)
        for rows in (plan.columns[name] for name in ("objectives", "key_results", "actions"))
    )
    numbers = plan.columns["check_ins"]
    # Those of no named quarter are of today.
    if not (is_same_quarter or (not source_quarter and days.start <= today() <= days.end)):
        numbers = numbers.part(0, 0)
        key_results = key_results.having(typed_current=np.full(len(key_results), np.nan))
    return Tracker.empty(
        about,
        objectives=objectives,
        key_results=with_plan(key_results, is_example=source is None),
        check_ins=numbers,
        actions=actions,
        bands=chosen_bands(preset, settings),
        check_in_dates=tuple(sorted(dates | set(map(to_day, numbers.date.tolist())))),
        # A plan need not say for which quarter; this does.
        problems=tuple(problem for problem in plan.problems if problem.code != "no-quarter"),
    )


def _period(quarter: str | Period, fiscal_start: int) -> Period:
    if isinstance(quarter, Quarter | Year):
        return quarter
    if quarter:
        if not isinstance(quarter, str):
            raise MisuseError(f"“{quoted(str(quarter))}” is not a quarter. Type it as 2027-Q1.")
        return period_of_text(quarter, fiscal_start)
    return Quarter.holding(today(), fiscal_start).next


def _cadence(planned: About, period: Period) -> str:
    """How often the plan's numbers are due; over another kind of period, the usual."""
    is_alike = planned.is_annual == isinstance(period, Year)
    return planned.cadence if is_alike else usual_cadence(period)


def _plan(
    template: str | None,
    source: str | Path | None,
    blank: bool,
    language: str | None,
    fiscal_start: int,
) -> Tracker:
    if blank:
        return Tracker.empty(About(level="team"))
    if source is None:
        name = template or DEFAULT_TEMPLATE
        return read_set(text_of(name, language or REFERENCE), name)
    if not isinstance(source, (str, os.PathLike)):
        raise SetError(f"A plan is named by its path, not by {named_kind(source)}.")
    source = Path(source)
    if source.suffix.lower() not in PLANS:
        raise SetError(
            f"{source.name}: a plan is a .toml, .csv or .tsv file. {suffix_advice(source, PLANS)}"
        )
    if source.suffix.lower() == ".toml":
        return plan_of(read_toml(source, SetError), source.name, fiscal_start)
    if is_marked(source):
        raise SetError(
            f"{source.name} is a report, not a plan. Name a file that you wrote, such as plan.toml."
        )
    tracker = read(source, config=Config(fiscal_start=fiscal_start))
    if not tracker.readable:
        raise SetError(tracker.problems[0].line())
    return numbered(tracker, 1)


def with_plan(key_results: Columns, is_example: bool) -> Columns:
    """The key results with columns for the plan, to compare later changes with.

    A plan holds for a row as long as its title begins with `planned_title`: the words before the
    first number, since titles name numbers that may change, or the whole title of an example, which
    is another key result as soon as a word of it is changed.
    """
    titles = key_results.title
    begins = titles if is_example else filled(map(_words_before_numbers, titles), "text")
    weight = key_results.weight
    return key_results.having(
        planned_title=begins,
        planned_baseline=key_results.baseline,
        planned_target=key_results.target,
        planned_weight=np.where(np.isnan(weight), 1.0, weight),
    )


def _words_before_numbers(title: str) -> str:
    return re.split(r"\d", title, maxsplit=1)[0].strip() or title


def _level(names: dict[str, str]) -> str:
    """`team` or `department`, the smallest unit among the names; "" for a company alone."""
    return next((key for key in ("team", "department") if key in names), "")


def _moved(rows: Columns, about: About, period: Span) -> Columns:
    """The rows, their dates as far from the start as in the plan's own period, none past the end.

    Those of a quarter spread over a year, and the other way about.
    """
    if about.span is None:
        return rows
    start, own = serial(about.span.start), about.span
    stretch = (period.days - 1) / (own.days - 1) if own.is_long != period.is_long else 1
    return rows.having(
        **{
            key: np.minimum(
                serial(period.start) + np.rint((rows[key] - start) * stretch), serial(period.end)
            )
            for key in ("start", "due")
            if key in rows
        }
    )
