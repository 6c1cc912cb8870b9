"""The command `close`: whether a quarter can be closed, and what is missing, by owner."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

import click

from okr_sheets import runs
from okr_sheets.endings import PROBLEMS
from okr_sheets.language import Language
from okr_sheets.options import (
    AS_OF_CLOSE,
    CONFIG,
    LANGUAGE,
    LIST_FORMAT,
    PATHS,
    QUIET,
    engine_options,
)
from okr_sheets.schema import CLOSE
from okr_sheets.streams import put, say
from okr_sheets.text import quotation
from okr_sheets.usage import Command

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from okr_sheets.config import Config
    from okr_sheets.rollups.unclosed import OpenEnd

KEYS = ("owner", "file", "sheet", "cell", "need", "code", "message")  # of the CSV and JSON lists


@click.command(cls=Command)
@PATHS
@LIST_FORMAT
@AS_OF_CLOSE
@engine_options
@QUIET
@CONFIG
@LANGUAGE
def close(
    paths: Sequence[str],
    form: str,
    as_of: date | None,
    engine: str | None,
    scheduler: str | None,
    quiet: bool,
    config: Config,
    code: str | None,
) -> int:
    """Say what is missing to close the quarter, by owner.

    The last numbers, a word on each committed key result that was missed, the reason of a final
    score that differs, and the decision on each objective, each by the cell to type in; as advice,
    what was learned. Counts to the quarter's last day unless --as-of says another; before it only
    numbers are asked for. A year beside its quarters is asked for nothing before the last of them.
    Nothing is written. Exit code 1 if something is missing or an error stands in a tracker, 2 if
    nothing could be read.
    """
    from okr_sheets.checks import faults_of
    from okr_sheets.problems import file_names
    from okr_sheets.reading.spelling import with_one_spelling
    from okr_sheets.reports.phrases import day_text
    from okr_sheets.reports.tables import csv_text, json_text
    from okr_sheets.rollups.unclosed import ends_after, open_ends
    from okr_sheets.turning.periods import going_on

    found = runs.searched(paths or config.paths, config)
    trackers = runs.read_trackers(found, config, code, quiet, engine, scheduler)
    trackers = with_one_spelling(trackers, config)
    years = going_on(trackers)
    asked = [each for each, is_year in zip(trackers, years, strict=True) if not is_year]
    ends = open_ends(asked, as_of, config.bands())
    words = runs.words_for(trackers, config, code)
    runs.warn(config, paths, trackers, as_of, words)
    problems = faults_of(trackers, as_of, config.bands(), config.off)
    errors = [problem for problem in problems if problem.severity == "error"]
    if form == "text":
        _say(ends, words)
    else:
        rows = [_record(end, words) for end in ends]
        put(csv_text(KEYS, rows, words, "\n") if form == "csv" else json_text(rows))
    missing = sum(end.is_needed for end in ends)
    ended = runs.finish(problems, trackers, words.code, shown=errors, quiet=quiet)
    over = {id(each) for each in asked if each.readable and not ends_after(each, as_of)}
    if not quiet:
        files = file_names(tracker.path for tracker in trackers)
        for tracker in trackers:
            if tracker.readable and id(tracker) not in over:
                day = day_text(tracker.about.end, words)
                say(
                    words("closing.goes_on", file=quotation(files[tracker.path]), day=day), err=True
                )
        _sum_up(missing, len(ends) - missing, bool(errors) or not over, words)
    return max(ended, PROBLEMS if missing else 0)


def _say(ends: Sequence[OpenEnd], words: Language) -> None:
    """The list, owner by owner."""
    for owner, of_owner in groupby(ends, lambda end: end.owner):
        say(quotation(owner) if owner else words("report.nobody"))
        for end in of_owner:
            place = quotation(":".join(filter(None, (end.file, _inside(end)))))
            say(f"  {place}: {_message(end, words)}")


def _inside(end: OpenEnd) -> str:
    return "!".join(filter(None, (end.sheet, end.cell)))


def _record(end: OpenEnd, words: Language) -> dict[str, str]:
    need = "missing" if end.is_needed else "advice"
    place = (end.owner, end.file, end.sheet, end.cell)
    return dict(zip(KEYS, (*place, need, end.what, _message(end, words)), strict=True))


def _message(end: OpenEnd, words: Language) -> str:
    """What is missing, and what to type."""
    from okr_sheets.reports.phrases import day_text

    fields = {key: end.fields[key] for key in ("id", "day", "score", "final") if key in end.fields}
    for key in fields.keys() & {"score", "final"}:
        fields[key] = words.percent(fields[key])
    if "id" in fields:
        fields["id"] = quotation(fields["id"])
    if "day" in fields:
        fields["day"] = day_text(fields["day"], words)
    typed = (words(f"close.{column.key}") for column in CLOSE.typed)
    return words(
        f"closing.{end.what}",
        **fields,
        choices=", ".join(words.choices("close_decision").values()),
        sheet=words("sheets.close"),
        column=words("close.id"),
        columns=", ".join(typed),
    )


def _sum_up(missing: int, advice: int, is_open: bool, words: Language) -> None:
    if missing:
        say(words.counted("closing.missing", n=missing), err=True)
    elif not is_open:
        say(words("closing.can_close"), err=True)
    if advice:
        say(words.counted("closing.advice", n=advice), err=True)
