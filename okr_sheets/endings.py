"""How a command ends: with an exit code, and one sentence on what went wrong."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from okr_sheets import __version__
from okr_sheets.misuse import MisuseError
from okr_sheets.streams import put, say, standard_streams
from okr_sheets.suggesting import advice
from okr_sheets.text import quoted
from okr_sheets.usage import Command, sentence_of

NAME = "okr-sheets"
PROBLEMS, MISUSE, FAULT, STOPPED = 1, 2, 3, 130  # exit codes; 0 is clean, or warnings only
UNFORESEEN = (
    "This is a fault of okr-sheets {version} ({place}), not of your files. Run the command again "
    "as `okr-sheets --debug …` and send what it prints; README, “Reporting a fault”, says where."
)
TOO_MUCH = (
    "All of it together is too much for the memory of this machine. Name fewer files, such as "
    "those of one quarter or one department."
)


class Group(Command, click.Group):
    """Commands that give their exit code, and whose errors end in one sentence.

    Python's own words are none: what is not foreseen, a fault of ours, says that it is one.
    """

    command_class = Command

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run a command and end the process by its exit code, whatever became of the streams."""
        extra |= {"prog_name": NAME, "standalone_mode": False}
        if not standalone_mode:
            return super().main(*args, **extra)
        with standard_streams() as all_arrived:
            try:
                code = super().main(*args, **extra) or 0
            except click.ClickException as error:
                code = _misused(error)
            except click.Abort:
                code = _stopped()
            if not all_arrived():
                code = code or PROBLEMS
        sys.exit(code)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of a name; MisuseError says what to type instead of one that is none."""
        name = args[0]
        if name not in self.commands and name[:1] != "-" and not ctx.resilient_parsing:
            instead = advice(name, sorted(self.commands))
            raise MisuseError(f"There is no command “{quoted(name)}”. {instead}")
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.exceptions.Exit, click.ClickException):
            raise
        except (KeyboardInterrupt, click.Abort):
            return _stopped()
        except Exception as error:  # noqa: BLE001  of whatever kind, it is said
            return _failed(error)


def _stopped() -> int:
    say("Stopped.", err=True)
    return STOPPED


def _misused(error: click.ClickException) -> int:
    """Say what is wrong with a command line, and give the exit code."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        put(f"{error.format_message()}\n", err=True)
        return error.exit_code
    say(f"{NAME}: {sentence_of(error)}", err=True)
    return error.exit_code


def _failed(error: Exception) -> int:
    """Say an error in a sentence, and give the exit code it deserves."""
    from okr_sheets.debugging import log_in_full, place_of  # noqa: PLC0415  --help needs none

    log_in_full(error)
    code = MISUSE
    if isinstance(error, MisuseError) or (isinstance(error, OSError) and error.errno is None):
        sentence = str(error)
    elif isinstance(error, OSError):
        reason = f"{error.filename or 'A file'} cannot be used: {error.strerror}"
        sentence = f"{reason}. See to that, or name another file."
    elif isinstance(error, MemoryError):
        sentence = TOO_MUCH
    else:
        code = FAULT
        sentence = UNFORESEEN.format(version=__version__, place=place_of(error))
    say(f"{NAME}: {sentence}", err=True)
    return code


class Outputs:
    """The files a run was asked for, of which each that fails costs itself."""

    def __init__(self) -> None:
        self._codes: list[int] = []
        self._is_any_written = False

    @contextmanager
    def each(self) -> Iterator[None]:
        """Write one of the files inside; why it failed is said."""
        try:
            yield
        except Exception as error:  # noqa: BLE001  of whatever kind, it is said
            self.failed(error)

    def failed(self, error: Exception) -> None:
        """Say why a file was not written."""
        self._codes.append(_failed(error))

    def wrote(self) -> None:
        """Take down that a file was written."""
        self._is_any_written = True

    @property
    def code(self) -> int:
        """The exit code: that of misuse only where nothing was written."""
        worst = max(self._codes, default=0)
        return PROBLEMS if worst == MISUSE and self._is_any_written else worst
