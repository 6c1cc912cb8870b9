"""The command `next`: the trackers of the next quarter, from those of one that is over."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from okr_sheets import runs
from okr_sheets.arguments import OutPath, QuarterName
from okr_sheets.language import Language, language
from okr_sheets.misuse import MisuseError
from okr_sheets.options import AS_OF_CLOSE, CONFIG, PATHS, QUIET
from okr_sheets.streams import say
from okr_sheets.text import quotation
from okr_sheets.usage import Command

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from okr_sheets.config import Config
    from okr_sheets.tracker import Tracker


@click.command("next", cls=Command)
@PATHS
@click.option(
    "-o",
    "--out",
    type=OutPath("tracker", "2027-Q2.xlsx", (".xlsx",)),
    help="The new tracker, an .xlsx; of a folder or several files, a folder.  "
    "[default: beside the old one, named after the quarter]",
)
@click.option(
    "--quarter", type=QuarterName(), help="Such as 2027-Q2.  [default: the one after the trackers']"
)
@AS_OF_CLOSE
@QUIET
@CONFIG
def turn(
    paths: Sequence[str],
    out: Path | None,
    quarter: str | None,
    as_of: date | None,
    quiet: bool,
    config: Config,
) -> int:
    """Write the next quarter's trackers.

    They are made from those of a quarter that is over. Decisions of the close are followed: what is
    kept or changed comes along with its ID, and starts from its last value; what is achieved,
    dropped or cancelled stays behind; what was postponed is taken up again. Row by row it says what
    became of it. All trackers are written or none, the old ones stay as they are, and nothing is
    replaced. Numbers count to the quarter's last day unless --as-of says another.
    """
    from okr_sheets.problems import file_names
    from okr_sheets.tracker import usual_language
    from okr_sheets.turning.carrying import turned
    from okr_sheets.turning.making import write_all, write_one
    from okr_sheets.turning.periods import earlier, next_quarters
    from okr_sheets.turning.places import place_for_one, places_for_all
    from okr_sheets.turning.telling import lines_of, not_turned

    paths = paths or config.paths
    found = runs.searched(paths, config)
    trackers = _sound(runs.read_trackers(found, config, None, quiet), quiet)
    quarters = next_quarters(trackers, quarter)
    over = [(each, of) for each, of in zip(trackers, quarters, strict=True) if of]
    olds, news = [each for each, _ in over], [of for _, of in over]
    all_turned = turned(olds, news, as_of, config.bands())
    folder = Path(paths[0]) if len(paths) == 1 and Path(paths[0]).is_dir() else None
    if len(all_turned) == 1 and folder is None:
        written = place_for_one(olds[0], news[0], out)
        write_one(all_turned[0], written)
    else:
        written, names = places_for_all(olds, news, folder, out)
        write_all(all_turned, written, names)
    files = file_names(tracker.path for tracker in trackers)
    words = language(config.language or usual_language(olds))
    note = runs.note_unless(quiet)
    for each in all_turned:
        for line in lines_of(each):
            note(f"{quotation(files[each.old.path])}: {line}")
    for tracker, of, is_earlier in zip(trackers, quarters, earlier(trackers), strict=True):
        if of is None:
            line = not_turned(tracker.about, is_earlier)
            note(f"{quotation(files[tracker.path])}: {line}")
    note(words("terminal.wrote", path=str(written)))
    _say_open(olds, as_of, config, words)
    return 0


def _sound(trackers: Sequence[Tracker], quiet: bool) -> list[Tracker]:
    """The trackers that count; why others do not is said on standard error.

    MisuseError if one of them cannot be read to its last row.
    """
    from okr_sheets.bands import Bands
    from okr_sheets.checks import faults_of

    twice = [each for each in faults_of(trackers, None, Bands()) if each.code == "duplicate-id"]
    read = [problem for tracker in trackers for problem in tracker.problems]
    wrong = [problem for problem in (*read, *twice) if problem.severity == "error"]
    for problem in read:
        if problem.code == "not-found":  # there is nothing of it to be checked
            raise MisuseError(f"{problem.place}: {problem.say()}")
    if wrong:
        files = quotation(", ".join(dict.fromkeys(problem.file for problem in wrong)))
        raise MisuseError(
            f"Nothing was written, since there are errors in {files}. "
            "Name them to okr-sheets check, which says what to type."
        )
    sound = []
    for tracker in trackers:
        if tracker.readable and not tracker.set_aside:
            sound.append(tracker)
        else:
            runs.say_problems(tracker.problems, tracker.about.language, quiet, err=True)
    if not sound:
        raise MisuseError("Nothing could be read. Name other trackers, or mend what is said above.")
    return sound


def _say_open(
    trackers: Sequence[Tracker], as_of: date | None, config: Config, words: Language
) -> None:
    """Say on standard error that a quarter is not over, and what its close misses."""
    from okr_sheets.about import today
    from okr_sheets.reports.phrases import day_text
    from okr_sheets.rollups.unclosed import open_ends

    ends = {each.about.quarter: each.about.end for each in trackers if each.about.end}
    for quarter, end in ends.items():
        if (as_of or today()) < end:
            say(words("turning.not_over", quarter=quarter, day=day_text(end, words)), err=True)
    missing = sum(end.is_needed for end in open_ends(trackers, as_of, config.bands()))
    if missing:
        say(words.counted("turning.unclosed", n=missing), err=True)
