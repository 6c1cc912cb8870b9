"""The commands: arguments in, one library call, lines out."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from okr_sheets import __version__, runs
from okr_sheets.adopt import adopt
from okr_sheets.arguments import InPath, OneOf, OutPath, QuarterName, Sources, Text, Whole
from okr_sheets.bands import PRESETS
from okr_sheets.checking import check
from okr_sheets.choices import CADENCES, LEVELS, PLANS
from okr_sheets.close import close
from okr_sheets.endings import NAME as PROGRAM
from okr_sheets.endings import Group, Outputs
from okr_sheets.files.names import SUFFIXES
from okr_sheets.language import REFERENCE, choice_keys, language
from okr_sheets.misuse import MisuseError, check_suffix
from okr_sheets.options import (
    AS_OF,
    CONFIG,
    LANGUAGE,
    PATHS,
    QUIET,
    check_new_tracker,
    engine_options,
    language_option,
    output_options,
)
from okr_sheets.reading import examples
from okr_sheets.streams import put, say
from okr_sheets.turn import turn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from okr_sheets.config import Config
    from okr_sheets.tracker import Tracker


_PRESET = Text("google", lambda: PRESETS)
_SOURCES = (*PLANS, *sorted(SUFFIXES - set(PLANS)))  # of new trackers


_COMPLETION = """In bash, the Tab key completes commands, options and values after this line
(zsh and fish: the same with their names):

\b
eval "$(_OKR_SHEETS_COMPLETE=bash_source okr-sheets)"
"""


@click.group(
    cls=Group, epilog=_COMPLETION, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.option("--debug", is_flag=True, help="Show where an error came from.")
@click.version_option(__version__, prog_name=PROGRAM)
@click.pass_context
def main(ctx: click.Context, debug: bool) -> None:
    """OKR trackers as workbooks: write them, read them back, score them, roll the quarter up."""
    if debug:
        from okr_sheets.debugging import debug_log

        ctx.with_resource(debug_log())


main.add_command(adopt)
main.add_command(check)
main.add_command(close)
main.add_command(turn)


@main.command()
@click.argument("out", type=OutPath("tracker", "marketing.xlsx", (".xlsx",), dir_okay=False))
@click.option(
    "--template",
    metavar="NAME",
    type=Text("sales", examples.names),
    help="An example set; see `okr-sheets templates`.",
)
@click.option(
    "--from",
    "source",
    type=InPath("plan.toml", _SOURCES),
    help="A plan of your own, .toml, .csv or .tsv; or a tracker, to have it in the new sheets.",
)
@click.option("--blank", is_flag=True, help="No examples, only rows to fill in.")
@click.option(
    "--quarter",
    type=QuarterName(or_year=True),
    help="Such as 2027-Q1, or 2027 for a year.  [default: the next quarter]",
)
@click.option(
    "--fiscal-start",
    type=Whole(1, 12, example=4),
    help="First month of the fiscal year, which is named by the year it ends in.  [default: 1]",
)
@click.option("--company", type=Text("Acme"), help="Whose OKRs these are.")
@click.option("--department", type=Text("Marketing"), default="", help="Of the company.")
@click.option("--team", type=Text("Growth"), default="", help="Of the department.")
@click.option(
    "--level",
    type=OneOf("level", LEVELS, partial(choice_keys, "level")),
    help="Whose tracker it is.  [default: as the names tell]",
)
@click.option(
    "--parent",
    type=InPath("company.xlsx", SUFFIXES),
    help="The tracker above: its objectives become the choices of “aligns to”.",
)
@language_option("Of the workbook.")
@click.option(
    "--cadence",
    type=OneOf("cadence", CADENCES, partial(choice_keys, "cadence")),
    help="How often numbers are typed.",
)
@click.option("--objectives", type=Whole(1, 40, 3), help="Of a blank tracker.  [default: 4]")
@click.option("--key-results", type=Whole(1, 20, 4), help="Under each of them.  [default: 4]")
@click.option(
    "--protect",
    is_flag=True,
    help="Lock the calculated cells, without a password. Excel then lets no table grow or sort.",
)
@click.option(
    "--preset",
    type=_PRESET,
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
    --from OLD.xlsx writes a tracker of an earlier version anew, with all that was typed into it.
    """
    if sum((template is not None, source is not None, blank)) > 1:
        raise MisuseError("Choose one of --template, --from and --blank.")
    if (objectives or key_results) and (template or source):
        raise MisuseError(
            "--objectives and --key-results prepare a blank tracker's rows. Type --blank in place "
            "of --template or --from."
        )
    check_new_tracker(out, force=force)
    if source:
        check_suffix(source, _SOURCES)
    is_tracker = source is not None and source.suffix.lower() not in PLANS
    if is_tracker and (
        said := [key for key, value in {"language": code, **about}.items() if value]
    ):
        options = ", ".join(f"--{key.replace('_', '-')}" for key in said)
        raise MisuseError(f"{source} is a tracker, which says this itself. Leave out {options}.")
    from okr_sheets.about import today
    from okr_sheets.planning import new as plan
    from okr_sheets.reading.tracker import read
    from okr_sheets.writing.tracker import write
    from okr_sheets.writing.undated import dated, day_of_undated

    blank = blank or (template is None and source is None and bool(objectives or key_results))
    above = read(parent, config=config) if parent else None
    if above and not above.readable:
        raise MisuseError(above.problems[0].line())
    if source and is_tracker:
        from okr_sheets.renew import renewed

        tracker, notes = renewed(source, out, above, protect, force, config)
        _say_written(out, tracker)
        for note in notes:
            say(note)
        return 0
    rows, now = (objectives or 4, key_results or 4) if blank else (0, 0), today()
    planned = plan(
        template,
        source=source,
        blank=blank,
        language=code,
        parent=parent.name if parent else "",
        config=config,
        **about,
    )
    tracker = dated(planned, now)
    write(
        tracker,
        out,
        parent=above,
        objectives=rows[0],
        key_results=rows[1],
        protect=protect,
        force=force,
        today=now,
    )
    _say_written(out, tracker)
    if source and source.suffix.lower() != ".toml":  # which holds no numbers
        from okr_sheets.renew import left_in_plan

        for note in left_in_plan(source, tracker, day_of_undated(tracker, now), config):
            say(note)
    return runs.finish(tracker.problems, [tracker], tracker.about.language) if source else 0


def _say_written(out: Path, tracker: Tracker) -> None:
    words, count = language(tracker.about.language), len(tracker.columns["objectives"])
    say(
        words(
            "terminal.wrote_tracker" if count else "terminal.wrote_blank",
            path=str(out),
            objectives=count,
            key_results=len(tracker.columns["key_results"]),
            quarter=tracker.about.quarter,
        )
    )


@main.command()
@PATHS
@output_options
@AS_OF
@click.option(
    "--previous",
    multiple=True,
    type=Sources("2026-Q4", SUFFIXES),
    help="Last quarter's trackers: a file, a folder or a pattern.  [default: okr.toml's]",
)
@click.option(
    "--preset", type=_PRESET, help="Bands of status and grade, by name.  [default: default]"
)
@engine_options
@QUIET
@CONFIG
@LANGUAGE
def score(
    paths: Sequence[str],
    outs: Sequence[Path],
    into: Path | None,
    sheets: Sequence[str] | None,
    history: Path | None,
    as_of: date | None,
    previous: Sequence[str],
    preset: str | None,
    engine: str | None,
    scheduler: str | None,
    quiet: bool,
    config: Config,
    code: str | None,
) -> int:
    """Score trackers and roll them up.

    PATH is a file, a folder (every tracker below it), a pattern, or a URL of one of these; without
    one, the paths of okr.toml are read. Without -o and --into the result is a table here; problems
    go to standard error, a line each. Exit code 1 if one is an error; 2, and no report is written,
    if nothing could be read.
    """
    from okr_sheets.config import chosen_bands
    from okr_sheets.rollups import rollup_of_trackers
    from okr_sheets.targets import Targets
    from okr_sheets.terminal import print_rollup

    # A preset asked for here is meant as it is published, without the [bands] of okr.toml.
    bands = chosen_bands(preset, config)
    targets = Targets(outs, into, sheets)
    history = runs.checked_history(history, outs, config)
    before = previous or ([str(config.previous)] if config.previous else [])
    found = runs.searched(paths or config.paths, config)
    found_before = runs.searched(before, config) if before else None
    if not targets.look(found.files, code or config.language or "en"):
        return targets.code
    how = (config, code, quiet, engine, scheduler)
    trackers = runs.read_trackers(found, *how)
    past = runs.read_trackers(found_before, *how) if found_before else None
    rollup = rollup_of_trackers(
        trackers, as_of, bands, past, config, earlier_only=bool(previous), history=history
    )
    words = rollup.words(code or config.language)
    runs.warn(config, paths, trackers, as_of, words)
    if not (targets or quiet) and len(rollup.columns["teams"]):
        print_rollup(rollup, words)
    targets.write(rollup, words, runs.note_unless(quiet))
    return max(targets.code, runs.finish(rollup.problems, trackers, words.code, quiet=quiet))


@main.command()
@PATHS
@click.option(
    "-o",
    "--out",
    type=OutPath("message", "reminders", file_okay=False),
    help="The folder for the messages.  [default: reminders- and the day]",
)
@click.option(
    "--format",
    "form",
    type=OneOf("format", ("eml", "md")),
    default="eml",
    show_default=True,
    help="Mail drafts, or Markdown.",
)
@AS_OF
@engine_options
@QUIET
@CONFIG
def remind(
    paths: Sequence[str],
    out: Path | None,
    form: str,
    as_of: date | None,
    engine: str | None,
    scheduler: str | None,
    quiet: bool,
    config: Config,
) -> int:
    """Write one message per owner.

    It tells the numbers they owe and actions past their day, each by the cell to type in, in the
    language of their tracker. Nothing is sent; addresses stand in okr.toml.
    """
    from okr_sheets.reports.drafts import Drafts, write_messages
    from okr_sheets.reports.reminders import messages, owners_in
    from okr_sheets.rollups import rollup_of_trackers

    found = runs.searched(paths or config.paths, config)
    trackers = runs.read_trackers(found, config, None, quiet, engine, scheduler)
    rollup = rollup_of_trackers(trackers, as_of, config.bands(), None, config)
    words = language(config.language or rollup.language)
    runs.warn(config, paths, trackers, as_of, words)
    to_owners = messages(rollup, config.email)
    out = out or Path(f"reminders-{rollup.as_of}")
    note = runs.note_unless(quiet)
    outputs = Outputs()
    drafts = Drafts()
    # Whoever's tracker was not read may owe as much as before.
    is_all_read = all(tracker.readable or tracker.set_aside for tracker in trackers)
    with outputs.each():
        drafts = write_messages(to_owners, out, form, owners_in(rollup), is_all_read)
    if not to_owners and any(tracker.readable for tracker in trackers):
        note(words("terminal.no_messages"))
    elif drafts.written:
        outputs.wrote()
        note(words("terminal.wrote_messages", n=len(drafts.written), path=str(out)))
    lacking = sum(not message.address for message in to_owners)
    if form == "eml" and lacking and not quiet:
        say(words("terminal.no_address", n=lacking), err=True)
    for word, old in (
        ("terminal.removed_drafts", () if quiet else drafts.removed),
        ("terminal.kept_drafts", drafts.kept),
        ("terminal.changed_drafts", drafts.changed),
    ):
        if old:
            say(words(word, names=", ".join(path.name for path in old)), err=True)
    for error in drafts.errors:
        outputs.failed(error)
    # What is no error keeps nobody from a message; `check` names it.
    errors = [problem for problem in rollup.problems if problem.severity == "error"]
    return max(
        outputs.code, runs.finish(rollup.problems, trackers, words.code, shown=errors, quiet=quiet)
    )


@main.command()
@click.argument("name", required=False, type=Text("sales", examples.names))
@language_option("Of the sets.  [default: okr.toml's, else en]")
@CONFIG
def templates(name: str | None, code: str | None, config: Config) -> None:
    """List the example sets, or print one.

    What is printed is a plan to start your own from: `new --from` takes it.
    """
    code = code or config.language or REFERENCE
    if name:
        put(examples.text_of(name, code))
        return
    from okr_sheets.terminal import print_templates

    print_templates([(each, *examples.headline(each, code)) for each in examples.names()])


@main.command()
@click.argument("folder", required=False, type=OutPath("tracker", "okr-demo", file_okay=False))
@language_option("Of the trackers and reports.", default=REFERENCE, show_default=True)
def demo(folder: Path | None, code: str) -> None:
    """Show the whole loop on a sample company.

    Six trackers are filled in, scored and rolled up.
    """
    from okr_sheets.demo import show

    show(folder, say, code)
