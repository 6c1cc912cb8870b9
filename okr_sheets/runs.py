"""What several commands do: find and read the trackers first, and say the problems last."""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING

from okr_sheets.choices import HISTORIES
from okr_sheets.endings import MISUSE, PROBLEMS
from okr_sheets.language import Language, from_locale, language
from okr_sheets.misuse import MisuseError, check_suffix
from okr_sheets.streams import say
from okr_sheets.suggesting import path_meant
from okr_sheets.text import quoted
from okr_sheets.urls import without_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from okr_sheets.config import Config
    from okr_sheets.problems import Problem
    from okr_sheets.reading.folders import Found
    from okr_sheets.tracker import Tracker

FAR = timedelta(days=14)  # from a quarter; people still type after its last day


def note_unless(quiet: bool) -> Callable[[str], None]:
    """A function that says what was done on standard output; if `quiet`, one that does not."""
    return (lambda _: None) if quiet else say


def searched(paths: Sequence[str], config: Config) -> Found:
    """What there is at the paths; MisuseError if none is given, or if there is no file to read."""
    from okr_sheets.reading.folders import NOWHERE, search

    if not paths:
        raise MisuseError(NOWHERE)
    found = search(paths)
    if not found.files:
        for problem in found.left_out:
            say(problem.line(config.language or "en"), err=True)
        quoted_paths = ", ".join(f"“{without_secrets(path)}”" for path in paths)
        raise MisuseError(f"No tracker in {quoted_paths}. Name a file or a folder of them.")
    return found


def checked_history(history: Path | None, outs: Sequence[Path], config: Config) -> Path | None:
    """The history to compare with, given or of okr.toml; None if it was never begun.

    MisuseError if one that is given is not there, nor to be written, or is none.
    """
    path = history or config.history
    if path is None:
        return None
    from okr_sheets.history.database import check

    if check(path):
        return path
    if history and history not in outs:
        check_suffix(history, HISTORIES)
        near = path_meant(str(history), HISTORIES)
        instead = f"Did you mean {quoted(near)}?" if near else f"Begin it with: -o {history}"
        raise MisuseError(f"{history} is not there yet. {instead}")
    return None


def read_trackers(
    found: Found,
    config: Config,
    code: str | None = None,
    quiet: bool = False,
    engine: str | None = None,
    scheduler: str | None = None,
) -> list[Tracker]:
    """The trackers that were found, with a bar of progress on a terminal unless `quiet`."""
    from okr_sheets.reading.folders import map_for, read_found

    words = language(code or config.language or from_locale(os.environ))
    with (
        map_for(found, engine, scheduler) as share,
        _progress(len(found.files), words, quiet) as count,
    ):
        return read_found(found, share, config, count)


def _progress(
    total: int, words: Language, quiet: bool
) -> AbstractContextManager[Callable[[int], None] | None]:
    if quiet or not sys.stderr.isatty():
        return nullcontext()
    from okr_sheets.terminal import progress

    return progress(total, words)


def words_for(trackers: Sequence[Tracker], config: Config, code: str | None) -> Language:
    """The language of an output: asked for, settled, most trackers', or the environment's."""
    from okr_sheets.tracker import usual_language

    return language(code or config.language or usual_language(trackers) or from_locale(os.environ))


def warn(
    config: Config,
    paths: Sequence[str],
    trackers: Sequence[Tracker],
    as_of: date | None,
    words: Language,
) -> None:
    """Say on standard error what of the settings and of the day fits no tracker at the paths."""
    _warn_of_names(config, paths, trackers)
    _warn_of_day(as_of, trackers, words)


def _warn_of_names(config: Config, paths: Sequence[str], trackers: Sequence[Tracker]) -> None:
    """Say on standard error which names of okr.toml no tracker has."""
    from okr_sheets.config.finding import reads_all
    from okr_sheets.rollups.names import names_not_found

    is_all = reads_all(paths, config) and all(each.readable or each.set_aside for each in trackers)
    for sentence in names_not_found(config, trackers, is_all):
        say(sentence, err=True)


def _warn_of_day(as_of: date | None, trackers: Sequence[Tracker], words: Language) -> None:
    """Say on standard error that a day lies far from the quarters of all trackers."""
    spans = [tracker.about.span for tracker in trackers if tracker.readable and tracker.about.span]
    if as_of and spans and all(span.distance(as_of) > FAR for span in spans):
        first, last = min(span.start for span in spans), max(span.end for span in spans)
        say(words("terminal.far_day", day=as_of, start=first, end=last), err=True)


def say_problems(
    problems: Sequence[Problem],
    code: str,
    quiet: bool = False,
    err: bool = False,
    by_file: bool = False,
) -> None:
    """Say problems, errors first, a line each or one for the many of a kind (see `grouped`).

    If `quiet`, errors and warnings alone.
    """
    from okr_sheets.grouping import grouped
    from okr_sheets.places import names_all

    wanted = (p for p in problems if not quiet or p.severity != "info")
    lines = grouped(wanted, by_file=by_file)
    for line in lines:
        say(line.line(code), err=err)
    if not quiet and not all(map(names_all, lines)):
        say(language(code)("report.all_problems"), err=True)


def finish(
    problems: Sequence[Problem],
    trackers: Sequence[Tracker],
    code: str,
    strict: bool = False,
    listed: bool = False,
    shown: Sequence[Problem] | None = None,
    quiet: bool = False,
) -> int:
    """Say problems and their number on standard error; the exit code they deserve.

    `listed` if each was said before; else those of `shown` are said, by default all. With `strict`
    a warning counts as an error does. If `quiet`, no number is said, and no info.
    """
    words = language(code)
    if not listed:
        say_problems(problems if shown is None else shown, code, quiet, err=True)
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = sum(problem.severity == "warning" for problem in problems)
    if quiet:
        pass
    elif errors or (warnings and shown is None):
        say(words("terminal.problems", errors=errors, warnings=warnings), err=True)
    elif listed:
        files = len({tracker.path for tracker in trackers})
        say(words("terminal.no_problems", files=files), err=True)
    if not any(tracker.readable for tracker in trackers):
        say(words("terminal.nothing_read"), err=True)
        return MISUSE
    return PROBLEMS if errors or (strict and warnings) else 0
