"""What several commands take: their paths and options, each with its kind and help."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from okr_sheets.arguments import Day, InPath, Kind, OneOf, OutPath, SheetKeys, Sources, Text
from okr_sheets.choices import ENGINES, HISTORIES, REPORTS
from okr_sheets.choices import REVIEWS as REVIEW_SUFFIXES
from okr_sheets.files.names import SUFFIXES
from okr_sheets.language import codes_by_name, languages
from okr_sheets.misuse import MisuseError, check_tracker_name
from okr_sheets.streams import say
from okr_sheets.text import quoted
from okr_sheets.urls import without_secrets

if TYPE_CHECKING:
    from okr_sheets.config import Config

MOST_PATHS = 6  # that one line names


def check_new_tracker(out: Path, force: bool | None = None) -> None:
    """MisuseError if no tracker can be written there; `force` is None where nothing is replaced."""
    check_tracker_name(out)
    if os.path.exists(out) and not force:  # noqa: PTH110  a name may be too long to ask about
        more = "" if force is None else ", or add --force"
        raise MisuseError(f"{out} is there already. Choose another name{more}.")


def _config(ctx: click.Context, _: click.Parameter, file: Path | None) -> Config | None:
    """The settings of --config, else of the okr.toml that counts for the paths.

    None while a shell completes, which needs none.
    """
    if ctx.resilient_parsing:
        return None
    from okr_sheets.config import Config, read_config

    path = file or _nearest_trusted(ctx)
    config = read_config(path) if path else Config()
    reads = any(param.name == "paths" for param in ctx.command.params)
    if path and reads and config.outside:
        outside = config.outside[:MOST_PATHS]
        paths = ", ".join(quoted(without_secrets(path)) for path in outside)
        more = ", …" if len(config.outside) > MOST_PATHS else ""
        say(f"{path.name} names paths outside its folder: {paths}{more}", err=True)
    return config


def _arguments(ctx: click.Context, *kinds: type[Kind]) -> list[str | Path]:
    """The paths that those of the command's arguments name that are of these kinds."""
    values = [
        ctx.params.get(param.name or "")
        for param in ctx.command.params
        if isinstance(param, click.Argument) and isinstance(param.type, kinds)
    ]
    return [
        path
        for value in values
        for path in (value if isinstance(value, tuple) else (value,))
        if path is not None
    ]


def _nearest_trusted(ctx: click.Context) -> Path | None:
    """The okr.toml that counts for what is read or written, None if none can be trusted.

    Standard error names one that does not lie in the working folder, and those beside trackers that
    are not used; with --quiet only one that is not trusted.
    """
    from okr_sheets.config.finding import (
        NAME,
        is_trusted,
        nearest,
        passed_over,
        shown_path,
        why_passed_over,
    )

    quiet = ctx.params.get("quiet", False)
    file = nearest(_arguments(ctx, Sources, OutPath))
    if not quiet:
        others = passed_over(_arguments(ctx, Sources), file)
        if said := why_passed_over(others, file, "with --config"):
            say(said, err=True)
    if file is None or shown_path(file) == NAME:
        return file
    name = quoted(shown_path(file))
    if is_trusted(file):
        if not quiet:
            say(f"Settings: {name}", err=True)
        return file
    say(
        f"{name} is not used, since it belongs to somebody else. "
        "If you trust it, name it with --config.",
        err=True,
    )
    return None


def language_option(what: str, **more: Any) -> Callable[..., Any]:
    """The option --language, `what` being its help; `more` is as `click.option` takes it."""
    kind = OneOf("language", languages(), codes_by_name)
    return click.option("--language", "code", type=kind, help=what, **more)


TRACKERS = Sources("trackers", SUFFIXES)
PATHS = click.argument("paths", nargs=-1, metavar="[PATH]...", type=TRACKERS)
QUIET = click.option(
    "-q",
    "--quiet",
    is_flag=True,
    is_eager=True,  # known before the settings are looked for
    help="Print errors and warnings alone: no progress, no results, nothing of what was done.",
)
CONFIG = click.option(
    "--config",
    type=InPath("okr.toml", {".toml"}),
    callback=_config,
    help="The company's settings.  [default: the okr.toml here, above, or by the trackers]",
)
AS_OF = click.option("--as-of", type=Day(), help="By this day.  [default: the tracker's, or today]")
AS_OF_CLOSE = click.option(
    "--as-of", type=Day(), help="Numbers count to this day.  [default: the quarter's last]"
)
_ENGINE = click.option(
    "--engine",
    type=OneOf("engine", ENGINES),
    help="Who reads: this process, as many as there are processors, or a dask cluster.  "
    "[default: processes for many files, else serial]",
)
_SCHEDULER = click.option(
    "--scheduler",
    metavar="ADDRESS",
    type=Text("tcp://10.0.0.5:8786"),
    help="Of a running dask cluster.",
)
LIST_FORMAT = click.option(
    "--format",
    "form",
    type=OneOf("format", ("text", "csv", "json")),
    default="text",
    show_default=True,
    help="How the list is written.",
)
LANGUAGE = language_option("Language of the output.  [default: the trackers']")
_REPORTS = click.option(
    "-o",
    "--out",
    "outs",
    multiple=True,
    type=OutPath("report", "rollup.xlsx", REPORTS),
    help="A report: .xlsx, .pptx, .html, .md, .csv or .json; or a history, which the run is added "
    "to: .sqlite or .db. May be given several times.",
)
REVIEWS = click.option(
    "-o",
    "--out",
    "outs",
    multiple=True,
    type=OutPath("review", "review.xlsx", REVIEW_SUFFIXES),
    help="What was found, to work through: .xlsx, .md or .json. May be given several times.",
)
_INTO = click.option(
    "--into",
    type=OutPath("report", "board.xlsx", (".xlsx", ".xlsm"), dir_okay=False),
    help="A workbook of your own, in which sheets of the result are added or written anew.",
)
_SHEETS = click.option(
    "--sheets",
    type=SheetKeys(),
    help="Which.  [default: those that are in it, the first time summary,teams,attention]",
)


_HISTORY = click.option(
    "--history",
    type=OutPath("history", "history.sqlite", HISTORIES, dir_okay=False),
    help="Compare with the runs that this file holds, which -o wrote.  [default: okr.toml's]",
)


def output_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of where its result goes, and what it is compared with."""
    return _REPORTS(_INTO(_SHEETS(_HISTORY(command))))


def engine_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options that say who reads the trackers."""
    return _ENGINE(_SCHEDULER(command))
