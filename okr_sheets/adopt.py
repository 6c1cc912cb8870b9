"""The command `adopt`: a tracker from the sheet that people already keep."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from okr_sheets.arguments import OneOf, OutPath, QuarterName, Sources
from okr_sheets.endings import MISUSE, PROBLEMS
from okr_sheets.files.names import SUFFIXES
from okr_sheets.misuse import MisuseError
from okr_sheets.options import CONFIG, language_option
from okr_sheets.streams import say
from okr_sheets.usage import Command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okr_sheets.adopting import Adoption, Source
    from okr_sheets.adopting.mapping import Mapping
    from okr_sheets.config import Config
    from okr_sheets.quarters import Quarter


@click.command(cls=Command)
@click.argument(
    "sheets", nargs=-1, required=True, metavar="SHEET...", type=Sources("okrs.xlsx", SUFFIXES)
)
@click.option(
    "-o",
    "--out",
    type=OutPath("tracker", "sales.xlsx", (".xlsx",)),
    help="The tracker, an .xlsx; of several, a folder.  [default: named after team or SHEET]",
)
@click.option(
    "--map",
    "map_file",
    type=OutPath("map", "map.toml", (".toml",), dir_okay=False),
    help="What each column means. Written with the guesses if it is not there, else gone by.",
)
@click.option("--quarter", type=QuarterName(), help="Such as 2027-Q1.  [default: as SHEET tells]")
@language_option("Of the tracker.  [default: that of SHEET]")
@CONFIG
def adopt(
    sheets: Sequence[str],
    out: Path | None,
    map_file: Path | None,
    quarter: str | None,
    code: str | None,
    config: Config,
) -> int:
    """Make a tracker of a sheet that is none.

    SHEET is a workbook or a CSV file with objectives, key results or KPIs in whatever form; several
    are taken together, so that lists linked by IDs are joined. One tracker is written for each
    team, sheet or person. What came from which cell is said row by row, with what was assumed and
    what was left behind. SHEET stays as it is, and nothing is replaced.
    """
    from okr_sheets.adopting import adopt as adopt_all
    from okr_sheets.adopting import read_source, recognise
    from okr_sheets.adopting.mapfile import fitted, map_text, read_map
    from okr_sheets.adopting.telling import note_lines, table_lines
    from okr_sheets.quarters import Quarter

    named = Quarter.parse(quarter, config.fiscal_start) if quarter else None
    source = read_source([Path(sheet) for sheet in sheets])
    if map_file and map_file.exists():
        if quarter or code:
            raise MisuseError(f"{map_file} says the quarter and the language. Change it there.")
        mapping = read_map(map_file, config.fiscal_start)
        mapping = fitted(mapping, source.sheets, map_file.name)
    else:
        code = code or config.language
        mapping = recognise(source.sheets, named, code, config.fiscal_start)
        if not map_file and sys.stdin.isatty() and sys.stdout.isatty():
            mapping = _asked(source, mapping, code, config.fiscal_start)
    failed = _say_problems(source, mapping.language)
    adoption = adopt_all(source, mapping, config.company)
    if not adoption.adopted:
        return _nothing(source, adoption)
    for line in table_lines(mapping):
        say(line)
    if map_file and not map_file.exists():
        _write_map(map_file, map_text(mapping), mapping.language)
        return failed
    _write(adoption, sheets, out)
    for line in note_lines(adoption.notes, mapping.language):
        say(line)
    return failed


def _asked(source: Source, mapping: Mapping, code: str, fiscal_start: int) -> Mapping:
    """The mapping with what somebody answers on the terminal."""
    from okr_sheets.adopting import recognise
    from okr_sheets.adopting.asking import MOST, answered, questions
    from okr_sheets.adopting.words import called, vocabulary
    from okr_sheets.text import one_line

    def with_quarter(named: Quarter) -> Mapping:
        return recognise(source.sheets, named, code, fiscal_start)

    done: set[tuple[int, int]] = set()
    while rest := [each for each in questions(mapping) if (each.table, each.column) not in done]:
        question = rest[0]
        done.add((question.table, question.column))
        words = vocabulary(mapping.language)
        role = OneOf("role", question.choices, partial(called, "roles", question.choices))
        kind = role if question.table >= 0 else None
        shown = one_line(question.sentence)
        if kind:
            shown += f" ({', '.join(words(f'roles.{each}') for each in question.choices)})"
        answer = click.prompt(shown, default=question.choices[0], type=kind)
        try:
            mapping = answered(mapping, question, answer, with_quarter)
        except MisuseError as error:
            say(str(error), err=True)
            done.discard((question.table, question.column))
        if len(done) >= MOST:
            break
    return mapping


def _say_problems(source: Source, code: str) -> int:
    """Say what was wrong with the files; the exit code that it deserves."""
    from okr_sheets.adopting.words import vocabulary

    for problem in source.problems:
        say(problem.line(code), err=True)
    for path in source.trackers:
        say(vocabulary(code)("said.is_tracker", path=path), err=True)
    if not source.has_looks:
        say(vocabulary(code)("said.untold"), err=True)
    return PROBLEMS if any(p.severity == "error" for p in source.problems) else 0


def _nothing(source: Source, adoption: Adoption) -> int:
    """Say what stands on the sheets where nothing was found, and why nothing came of it."""
    from okr_sheets.adopting.telling import note_lines, words_seen
    from okr_sheets.adopting.words import vocabulary

    code = adoption.mapping.language
    for sheet in source.sheets:
        given = words_seen(sheet)
        say(vocabulary(code)("said.nothing", path=sheet.file, given=given), err=True)
    for line in note_lines(adoption.notes, code):
        say(line, err=True)
    return MISUSE


def _write_map(path: Path, text: str, code: str) -> None:
    from okr_sheets.adopting.words import vocabulary
    from okr_sheets.writing.saving import saved

    with saved(path, force=False) as temporary:
        Path(temporary).write_text(text, "utf-8")
    say(vocabulary(code)("said.wrote_map", path=str(path)))


def _write(adoption: Adoption, sheets: Sequence[str], out: Path | None) -> None:
    """Write all trackers, or none if one of them is there already, and say each row's cells."""
    from okr_sheets.about import today
    from okr_sheets.adopting.paths import paths_for
    from okr_sheets.adopting.telling import tracker_lines
    from okr_sheets.writing.tracker import write

    paths = paths_for(adoption, Path(sheets[0]).stem, out)
    for path in paths:
        if os.path.lexists(path):
            raise MisuseError(f"{path} is there already. Choose another name with -o.")
    for path, each in zip(paths, adoption.adopted, strict=True):
        path.parent.mkdir(parents=True, exist_ok=True)
        write(each.tracker, path, today=today())
        for line in tracker_lines(str(path), each.tracker, each.unit, each.origins):
            say(line)
