"""The command `check`: every problem by its cell, as lines or as a review to work through."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from okr_sheets import runs
from okr_sheets.arguments import OutPath
from okr_sheets.language import Language
from okr_sheets.misuse import MisuseError
from okr_sheets.options import (
    AS_OF,
    CONFIG,
    LANGUAGE,
    LIST_FORMAT,
    PATHS,
    QUIET,
    REVIEWS,
    check_new_tracker,
    engine_options,
)
from okr_sheets.streams import put, say
from okr_sheets.usage import Command

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import date
    from pathlib import Path

    from okr_sheets.config import Config
    from okr_sheets.problems import Problem
    from okr_sheets.reports.reviews import Review
    from okr_sheets.tracker import Tracker


@click.command(cls=Command)
@PATHS
@REVIEWS
@click.option(
    "--offer",
    type=OutPath("tracker", "filled.xlsx", (".xlsx",), dir_okay=False),
    metavar="OUT.xlsx",
    help="Write a new tracker too, whose blank cells hold what the texts say.",
)
@click.option("--strict", is_flag=True, help="Exit code 1 for warnings too.")
@LIST_FORMAT
@AS_OF
@engine_options
@QUIET
@CONFIG
@LANGUAGE
def check(
    paths: Sequence[str],
    outs: Sequence[Path],
    offer: Path | None,
    strict: bool,
    form: str,
    as_of: date | None,
    engine: str | None,
    scheduler: str | None,
    quiet: bool,
    config: Config,
    code: str | None,
) -> int:
    """Name every problem by its cell.

    What cannot be read, placed or scored, what was repaired, every formula that was typed over or
    is out of date, and what a coach would say of the OKRs. Exit code 1 if one is an error, 2 if
    nothing could be read.
    """
    from okr_sheets.checks import problems_of
    from okr_sheets.reading.spelling import with_one_spelling
    from okr_sheets.reports import report_review
    from okr_sheets.reports.reviews import Review
    from okr_sheets.targets import Targets

    if outs and form != "text":
        raise MisuseError("Choose one of --format and -o.")
    if offer:
        check_new_tracker(offer)
        if os.path.realpath(offer) in map(os.path.realpath, outs):
            raise MisuseError(f"{offer} is to be the review. Choose another name for --offer.")
    targets = Targets(outs, make=report_review)
    found = runs.searched(paths or config.paths, config)
    if not targets.look(found.files, code or config.language or "en"):
        return targets.code
    trackers = runs.read_trackers(found, config, code, quiet, engine, scheduler)
    spelled = with_one_spelling(trackers, config)
    problems = problems_of(spelled, as_of, config.bands(), config.off)
    words = runs.words_for(trackers, config, code)
    runs.warn(config, paths, trackers, as_of, words)
    review = Review(spelled, problems, as_of)
    targets.write(review, words, runs.note_unless(quiet))
    # Where a review was asked for it holds the lines, but of nothing there is none.
    is_shown = not (targets and any(tracker.readable for tracker in trackers))
    if is_shown:
        _print(problems, form, words, quiet)
    ended = runs.finish(problems, trackers, words.code, strict, listed=True, quiet=quiet)
    if is_shown and form == "text" and not quiet:
        _ask(review, words)
    if offer:
        with targets.beside():
            _offer(trackers, offer, config.off, words)
    return max(targets.code, ended)


def _offer(trackers: Sequence[Tracker], out: Path, off: Collection[str], words: Language) -> None:
    """Write the one tracker that was read anew, its blank cells filled with what its texts say.

    MisuseError if it is not one, or if something in it could not be read and would be lost.
    """
    from okr_sheets.about import today
    from okr_sheets.coaching.offers import first_left_behind, offers
    from okr_sheets.turning.telling import numbers_moved
    from okr_sheets.writing.tracker import write
    from okr_sheets.writing.undated import dated, day_of_undated

    readable = [tracker for tracker in trackers if tracker.readable]
    if len(readable) != 1:
        raise MisuseError(
            f"--offer fills in one tracker, and {len(readable)} were read. Name the file of one."
        )
    (tracker,) = readable
    lost = first_left_behind(tracker)
    if lost:
        raise MisuseError(words("terminal.not_offered", path=str(out), cell=lost.place))
    filled = offers(tracker, off)
    if not filled:
        say(words("terminal.nothing_offered", path=str(out)), err=True)
        return
    now = today()
    new = dated(tracker, now)
    try:
        write(new, out, offers=filled, today=now)
    except FileExistsError:  # it came up meanwhile; nothing here replaces a file
        raise MisuseError(f"{out} is there already. Choose another name.") from None
    count = sum(map(len, filled.values()))
    say(words.counted("terminal.wrote_offers", path=str(out), n=count), err=True)
    for note in numbers_moved(tracker, new, day_of_undated(tracker, now)):
        say(note, err=True)


def _print(problems: Sequence[Problem], form: str, words: Language, quiet: bool) -> None:
    """Print problems as `text`, a line each (see `runs.say_problems`), as `csv` or as `json`."""
    from okr_sheets.reports.reviews.records import RECORDS, records
    from okr_sheets.reports.tables import csv_text, json_text

    if form == "text":
        runs.say_problems(problems, words.code, quiet, by_file=True)
        return
    rows = records(problems, words.code)
    put(csv_text(RECORDS, rows, words, "\n") if form == "csv" else json_text(rows))


def _ask(review: Review, words: Language) -> None:
    """Say on standard error what no program can answer, if there are key results to ask about."""
    from okr_sheets.reports.reviews import QUESTIONS

    if review.total[1]:
        for key in ("questions", *QUESTIONS):
            say(words(f"review.{key}"), err=True)
