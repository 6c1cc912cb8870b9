"""The commands: arguments in, one library call, lines out."""

from __future__ import annotations

import os
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from okr_sheets import __version__
from okr_sheets.config import (
    NAME,
    Config,
    chosen_bands,
    is_trusted,
    nearest,
    read_config,
    shown_path,
)
from okr_sheets.endings import MISUSE, PROBLEMS, Group, Outputs, debug_log
from okr_sheets.endings import NAME as PROGRAM
from okr_sheets.engine import ENGINES
from okr_sheets.files.child import start_ahead
from okr_sheets.language import Language, from_locale, language, languages
from okr_sheets.problems import MisuseError, grouped
from okr_sheets.quarters import scoring_day
from okr_sheets.reading import READING
from okr_sheets.schema import CADENCES, LEVELS
from okr_sheets.streams import put, say
from okr_sheets.text import quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from okr_sheets.problems import Problem
    from okr_sheets.tracker import Tracker

MOST_PATHS = 6  # that one line names
FAR = timedelta(days=14)  # from a quarter; people still type after its last day


class Day(click.ParamType):  # type: ignore[type-arg]
    """A date as 2027-02-12."""

    name = "date"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> date | None:
        try:
            return scoring_day(value)
        except MisuseError as error:
            self.fail(str(error), param, ctx)


def _config(ctx: click.Context, _: click.Parameter, given: Path | None) -> Config:
    path = given or _settings(ctx.params.get("paths", ()))
    config = read_config(path) if path else Config()
    reads = any(param.name == "paths" for param in ctx.command.params)
    if path and reads and config.outside:
        named = ", ".join(map(quoted, config.outside[:MOST_PATHS]))
        more = ", …" if len(config.outside) > MOST_PATHS else ""
        say(f"{path.name} names paths outside its folder: {named}{more}", err=True)
    return config


def _settings(paths: Sequence[str]) -> Path | None:
    """The okr.toml that counts for the paths, if it is ours; one that is not here is said."""
    file = nearest(paths)
    if file is None or shown_path(file) == NAME:
        return file
    name = quoted(shown_path(file))
    if is_trusted(file):
        say(f"Settings: {name}", err=True)
        return file
    said = f"{name} is not used, since it belongs to somebody else."
    say(f"{said} If you trust it, name it with --config.", err=True)
    return None


PATHS = click.argument("paths", nargs=-1, metavar="[PATH]...")
CONFIG = click.option(
    "--config",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    callback=_config,
    help="The company's settings.  [default: the okr.toml here, above, or by the trackers]",
)
AS_OF = click.option("--as-of", type=Day(), help="By this day.  [default: the tracker's, or today]")
LANGUAGE = click.option(
    "--language",
    "code",
    type=click.Choice(languages()),
    help="Language of the output.  [default: the trackers']",
)


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, help="Show where an error came from.")
@click.version_option(__version__, prog_name=PROGRAM)
@click.pass_context
def main(ctx: click.Context, debug: bool) -> None:
    """OKR trackers as workbooks: write them, read them back, score them, roll the quarter up."""
    if debug:
        ctx.with_resource(debug_log())


@main.command()
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--template", metavar="NAME", help="An example set; see `okr-sheets templates`.")
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A plan of your own: .toml or .csv.",
)
@click.option("--blank", is_flag=True, help="No examples, only rows to fill in.")
@click.option("--quarter", help="Such as 2027-Q1.  [default: the next one]")
@click.option(
    "--fiscal-start",
    type=click.IntRange(1, 12),
    help="First month of the fiscal year, which is named by the year it ends in.  [default: 1]",
)
@click.option("--company", help="Whose OKRs these are.")
@click.option("--department", default="")
@click.option("--team", default="")
@click.option("--level", type=click.Choice(LEVELS))
@click.option(
    "--parent",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The tracker above: its objectives become the choices of “aligns to”.",
)
@click.option("--language", "code", type=click.Choice(languages()), help="Of the workbook.")
@click.option("--cadence", type=click.Choice(CADENCES), help="How often numbers are typed.")
@click.option("--objectives", type=click.IntRange(1, 40), help="Of a blank tracker.  [default: 4]")
@click.option("--key-results", type=click.IntRange(1, 20), help="Under each of them.  [default: 4]")
@click.option(
    "--protect",
    is_flag=True,
    help="Lock the calculated cells, without a password. Excel then lets no table grow or sort.",
)
@click.option(
    "--preset",
    help="Bands of status and grade, by name.  [default: okr.toml's, else default]",
)
@click.option("--force", is_flag=True, help="Replace OUT if it is there.")
@CONFIG
def new(
    out: Path,
    template: str | None,
    source: Path | None,
    blank: bool,
    parent: Path | None,
    code: str | None,
    objectives: int | None,
    key_results: int | None,
    protect: bool,
    force: bool,
    config: Config,
    **about: Any,
) -> int:
    """Write a tracker workbook, ready to be filled in.

    With example OKRs (the B2B SaaS marketing set, or --template), with a plan of your own
    (--from), or --blank; --objectives and --key-results say how many empty rows a blank one has.
    """
    if sum((template is not None, source is not None, blank)) > 1:
        raise click.UsageError("Choose one of --template, --from and --blank.")
    if (objectives or key_results) and (template or source):
        raise click.UsageError("--objectives and --key-results prepare a blank tracker's rows.")
    if out.suffix.lower() != ".xlsx":
        raise click.UsageError(f"{out}: a tracker is an .xlsx workbook. Choose such a name.")
    if os.path.exists(out) and not force:  # noqa: PTH110  a name may be too long to ask about
        raise click.UsageError(f"{out} is there already. Choose another name, or add --force.")
    from okr_sheets.planning import new as plan
    from okr_sheets.reading.tracker import read
    from okr_sheets.writing.tracker import write

    blank = blank or (template is None and source is None and bool(objectives or key_results))
    above = read(parent, config=config) if parent else None
    if above and not above.readable:
        raise click.UsageError(above.problems[0].line())
    tracker = plan(
        template,
        source=source,
        blank=blank,
        language=code,
        parent=parent.name if parent else "",
        config=config,
        **about,
    )
    rows = (objectives or 4, key_results or 4) if blank else (0, 0)
    write(
        tracker,
        out,
        parent=above,
        objectives=rows[0],
        key_results=rows[1],
        protect=protect,
        force=force,
    )
    words = language(tracker.about.language)
    count = len(tracker.columns["objectives"])
    say(
        words(
            "terminal.wrote_tracker" if count else "terminal.wrote_blank",
            path=str(out),
            objectives=count,
            key_results=len(tracker.columns["key_results"]),
            quarter=tracker.about.quarter,
        )
    )
    return _finish(tracker.problems, [tracker], words.code) if source else 0


@main.command()
@PATHS
@click.option(
    "-o",
    "--out",
    "outs",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A report: .xlsx, .html, .md, .csv or .json. May be given several times.",
)
@AS_OF
@click.option(
    "--previous",
    multiple=True,
    help="Last quarter's trackers: a file, a folder or a pattern.  [default: okr.toml's]",
)
@click.option("--preset", help="Bands of status and grade, by name.  [default: default]")
@click.option(
    "--engine",
    type=click.Choice(list(ENGINES)),
    default="serial",
    show_default=True,
    help="Who reads: one process, as many as there are processors, or a dask cluster.",
)
@click.option("--scheduler", metavar="ADDRESS", help="Of a running dask cluster.")
@CONFIG
@LANGUAGE
def score(
    paths: Sequence[str],
    outs: Sequence[Path],
    as_of: date | None,
    previous: Sequence[str],
    preset: str | None,
    engine: str,
    scheduler: str | None,
    config: Config,
    code: str | None,
) -> int:
    """Score trackers and roll them up.

    PATH is a file, a folder (every tracker below it) or a pattern; without one, the paths of
    okr.toml are read. Without -o the result is a table here; problems go to standard error, a line
    each. Exit code 1 if one is an error, 2 if nothing could be read.
    """
    start_ahead(READING)
    from okr_sheets.reports import KINDS, report
    from okr_sheets.rollups import roll_up
    from okr_sheets.terminal import print_rollup
    from okr_sheets.writing.saving import same_file

    # A preset asked for here is meant as it is published, without the [bands] of okr.toml.
    bands = chosen_bands(preset, config)
    if scheduler and engine != "dask":
        raise click.UsageError("--scheduler is the address of a dask cluster: add --engine dask.")
    for out in outs:
        if out.suffix.lower() not in KINDS:
            raise click.UsageError(f"{out}: choose a name that ends in one of: {', '.join(KINDS)}.")
    trackers = _read(paths or config.paths, config, engine, scheduler)
    before = previous or ([str(config.previous)] if config.previous else [])
    past = _read(before, config, engine, scheduler) if before else None
    rollup = roll_up(trackers, as_of, bands, past, config, earlier_only=bool(previous))
    words = language(code or config.language or rollup.language)
    _name_strangers(config, trackers)
    _name_far_day(as_of, trackers, words)
    if not outs and len(rollup.columns["teams"]):
        print_rollup(rollup, words)
    outputs = Outputs()
    written: list[Path] = []
    for out in outs:
        # Two names may be one file: by links, by case, however spelled.
        if any(same_file(out, other) for other in written):
            continue
        with outputs.each():
            written.append(report(rollup, out, words.code, partial(say, err=True)))
            outputs.wrote()
            say(words("terminal.wrote", path=str(out)))
    return max(outputs.code, _finish(rollup.problems, trackers, words.code))


@main.command()
@PATHS
@click.option("--strict", is_flag=True, help="Exit code 1 for warnings too.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "csv", "json"]),
    default="text",
    show_default=True,
)
@AS_OF
@CONFIG
@LANGUAGE
def check(
    paths: Sequence[str],
    strict: bool,
    form: str,
    as_of: date | None,
    config: Config,
    code: str | None,
) -> int:
    """Name every problem by its cell.

    What cannot be read, placed or scored, what was repaired, and every formula that was typed
    over or is out of date. Exit code 1 if one is an error, 2 if nothing could be read.
    """
    start_ahead(READING)
    from okr_sheets.checks import problems_of
    from okr_sheets.reading.spelling import alike
    from okr_sheets.reports.tables import csv_text, json_text
    from okr_sheets.rollups import PROBLEMS as FRAME
    from okr_sheets.rollups import problem_records
    from okr_sheets.tracker import usual_language

    trackers = _read(paths or config.paths, config)
    problems = problems_of(alike(trackers, config), as_of, config.bands())
    code = code or config.language or usual_language(trackers) or from_locale(os.environ)
    _name_strangers(config, trackers)
    _name_far_day(as_of, trackers, language(code))
    if form == "text":
        for problem in grouped(problems):
            say(problem.line(code))
    else:
        records = problem_records(problems, code)
        is_csv = form == "csv"
        put(csv_text(FRAME.keys, records, language(code), "\n") if is_csv else json_text(records))
    return _finish(problems, trackers, code, strict, listed=True)


def _read(
    paths: Sequence[str], config: Config, engine: str = "serial", scheduler: str | None = None
) -> list[Tracker]:
    from okr_sheets.reading.folders import NOWHERE, read_found, search
    from okr_sheets.terminal import progress

    if not paths:
        raise click.UsageError(NOWHERE)
    found = search(paths)
    if not found.files:
        for problem in found.left_out:
            say(problem.line(config.language or "en"), err=True)
        named = ", ".join(f"“{path}”" for path in paths)
        raise click.UsageError(f"No tracker in {named}. Name a file or a folder of them.")
    with ENGINES[engine](scheduler) as share, progress(len(found.files)) as count:
        return read_found(found, share, config, count)


def _name_strangers(config: Config, trackers: Sequence[Tracker]) -> None:
    """Names of okr.toml that no tracker has, on standard error."""
    from okr_sheets.rollups.names import strangers

    for sentence in strangers(config, trackers):
        say(sentence, err=True)


def _name_far_day(as_of: date | None, trackers: Sequence[Tracker], words: Language) -> None:
    """A day that lies far from the quarters of all trackers, on standard error."""
    spans = [tracker.about.span for tracker in trackers if tracker.readable and tracker.about.span]
    if as_of and spans and all(span.distance(as_of) > FAR for span in spans):
        first, last = min(span.start for span in spans), max(span.end for span in spans)
        say(words("terminal.far_day", day=as_of, start=first, end=last), err=True)


def _finish(
    problems: Sequence[Problem],
    trackers: Sequence[Tracker],
    code: str,
    strict: bool = False,
    listed: bool = False,
) -> int:
    """Problems on standard error, their count, and the exit code they deserve."""
    words = language(code)
    if not listed:
        for problem in grouped(problems):
            say(problem.line(code), err=True)
    errors = sum(problem.severity == "error" for problem in problems)
    warnings = sum(problem.severity == "warning" for problem in problems)
    if errors or warnings:
        say(words("terminal.problems", errors=errors, warnings=warnings), err=True)
    elif listed:
        files = len({tracker.path for tracker in trackers})
        say(words("terminal.no_problems", files=files), err=True)
    if not any(tracker.readable for tracker in trackers):
        say(words("terminal.nothing_read"), err=True)
        return MISUSE
    return PROBLEMS if errors or (strict and warnings) else 0


@main.command()
@PATHS
@click.option(
    "-o",
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    help="The folder for the messages.  [default: reminders- and the day]",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["eml", "md"]),
    default="eml",
    show_default=True,
    help="Mail drafts, or Markdown.",
)
@AS_OF
@CONFIG
def remind(
    paths: Sequence[str], out: Path | None, form: str, as_of: date | None, config: Config
) -> int:
    """Write one message per owner: numbers they owe and actions past their day.

    Each is in the language of the owner's tracker and names the cell to type in. Nothing is sent;
    addresses stand in okr.toml.
    """
    start_ahead(READING)
    from okr_sheets.reports.reminders import Drafts, messages, owners_in, write_messages
    from okr_sheets.rollups import roll_up

    trackers = _read(paths or config.paths, config)
    rollup = roll_up(trackers, as_of, config.bands(), None, config)
    words = language(config.language or rollup.language)
    _name_strangers(config, trackers)
    _name_far_day(as_of, trackers, words)
    found = messages(rollup, config.email)
    out = out or Path(f"reminders-{rollup.as_of}")
    outputs = Outputs()
    drafts = Drafts()
    # Whoever's tracker was not read may owe as much as before.
    is_all_read = all(tracker.readable or tracker.set_aside for tracker in trackers)
    with outputs.each():
        drafts = write_messages(found, out, form, owners_in(rollup) if is_all_read else ())
    if not found:
        say(words("terminal.no_messages"))
    elif drafts.written:
        outputs.wrote()
        say(words("terminal.wrote_messages", n=len(drafts.written), path=str(out)))
    if form == "eml" and (lacking := sum(not message.address for message in found)):
        say(words("terminal.no_address", n=lacking), err=True)
    for word, old in (
        ("terminal.removed_drafts", drafts.removed),
        ("terminal.kept_drafts", drafts.kept),
        ("terminal.changed_drafts", drafts.changed),
    ):
        if old:
            say(words(word, names=", ".join(path.name for path in old)), err=True)
    for error in drafts.errors:
        outputs.failed(error)
    errors = [problem for problem in rollup.problems if problem.severity == "error"]
    return max(outputs.code, _finish(errors, trackers, words.code))


@main.command()
@click.argument("name", required=False)
@click.option("--language", "code", type=click.Choice(languages()), help="Of the set.")
def templates(name: str | None, code: str | None) -> None:
    """List the example sets, or print one to start a plan of your own from."""
    from okr_sheets.reading import examples

    if name:
        put(examples.text_of(name, code))
        return
    from okr_sheets.terminal import print_templates

    print_templates([(each, *examples.headline(each)) for each in examples.names()])


@main.command()
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
def demo(folder: Path | None) -> None:
    """Show the whole loop on a sample company: six trackers, filled in, scored, rolled up."""
    from okr_sheets.demo import show

    show(folder, say)
