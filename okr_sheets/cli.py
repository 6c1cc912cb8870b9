"""The commands: arguments in, one library call, lines out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from okr_sheets import __version__, runs
from okr_sheets.adopt import adopt
from okr_sheets.checking import check
from okr_sheets.choices import CADENCES, LEVELS
from okr_sheets.close import close
from okr_sheets.endings import NAME as PROGRAM
from okr_sheets.endings import Group, Outputs
from okr_sheets.language import language, languages
from okr_sheets.options import (
    AS_OF,
    CONFIG,
    LANGUAGE,
    PATHS,
    QUIET,
    OutPath,
    check_new_tracker,
    engine_options,
    output_options,
)
from okr_sheets.streams import put, say
from okr_sheets.turn import turn

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from okr_sheets.config import Config


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
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
@click.argument("out", type=OutPath("tracker", dir_okay=False))
@click.option("--template", metavar="NAME", help="An example set; see `okr-sheets templates`.")
@click.option(
    "--from",
    "source",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A plan of your own: .toml or .csv.",
)
@click.option("--blank", is_flag=True, help="No examples, only rows to fill in.")
@click.option("--quarter", help="Such as 2027-Q1, or 2027 for a year.  [default: the next quarter]")
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
    check_new_tracker(out, force=force)
    from okr_sheets.about import today
    from okr_sheets.planning import DEFAULT_TEMPLATE
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
        today=today(),
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
    if not source and count:
        _warn_of_english(template or DEFAULT_TEMPLATE, words.code)
    return runs.finish(tracker.problems, [tracker], words.code) if source else 0


def _warn_of_english(name: str, code: str) -> None:
    """Say on standard error that an example set is not written in a language."""
    from okr_sheets.reading.examples import languages_of

    if code not in languages_of(name):
        say(f"The set “{name}” is not written in {code} yet: its OKRs are in English.", err=True)


@main.command()
@PATHS
@output_options
@AS_OF
@click.option(
    "--previous",
    multiple=True,
    help="Last quarter's trackers: a file, a folder or a pattern.  [default: okr.toml's]",
)
@click.option("--preset", help="Bands of status and grade, by name.  [default: default]")
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
    runs.warn(config, trackers, as_of, words)
    if not (targets or quiet) and len(rollup.columns["teams"]):
        print_rollup(rollup, words)
    targets.write(rollup, words, runs.note_unless(quiet))
    return max(targets.code, runs.finish(rollup.problems, trackers, words.code, quiet=quiet))


@main.command()
@PATHS
@click.option(
    "-o",
    "--out",
    type=OutPath("message", file_okay=False),
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
    """Write one message per owner: numbers they owe and actions past their day.

    Each is in the language of the owner's tracker and names the cell to type in. Nothing is sent;
    addresses stand in okr.toml.
    """
    from okr_sheets.reports.drafts import Drafts, write_messages
    from okr_sheets.reports.reminders import messages, owners_in
    from okr_sheets.rollups import rollup_of_trackers

    found = runs.searched(paths or config.paths, config)
    trackers = runs.read_trackers(found, config, None, quiet, engine, scheduler)
    rollup = rollup_of_trackers(trackers, as_of, config.bands(), None, config)
    words = language(config.language or rollup.language)
    runs.warn(config, trackers, as_of, words)
    to_owners = messages(rollup, config.email)
    out = out or Path(f"reminders-{rollup.as_of}")
    note = runs.note_unless(quiet)
    outputs = Outputs()
    drafts = Drafts()
    # Whoever's tracker was not read may owe as much as before.
    is_all_read = all(tracker.readable or tracker.set_aside for tracker in trackers)
    with outputs.each():
        drafts = write_messages(to_owners, out, form, owners_in(rollup) if is_all_read else ())
    if not to_owners and any(tracker.readable for tracker in trackers):
        note(words("terminal.no_messages"))
    elif drafts.written:
        outputs.wrote()
        note(words("terminal.wrote_messages", n=len(drafts.written), path=str(out)))
    if form == "eml" and (lacking := sum(not message.address for message in to_owners)):
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
@click.argument("name", required=False)
@click.option("--language", "code", type=click.Choice(languages()), help="Of the set.")
def templates(name: str | None, code: str | None) -> None:
    """List the example sets, or print one to start a plan of your own from."""
    from okr_sheets.reading import examples

    if name:
        put(examples.text_of(name, code))
        _warn_of_english(name, code or "en")
        return
    from okr_sheets.terminal import print_templates

    rows = []
    for each in examples.names():
        title, description = examples.headline(each)
        codes = examples.languages_of(each)
        written = f" Written in {', '.join(codes)}." if len(codes) > 1 else ""
        rows.append((each, title, description + written))
    print_templates(rows)


@main.command()
@click.argument("folder", required=False, type=OutPath("tracker", file_okay=False))
def demo(folder: Path | None) -> None:
    """Show the whole loop on a sample company: six trackers, filled in, scored, rolled up."""
    from okr_sheets.demo import show

    show(folder, say)
