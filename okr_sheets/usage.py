"""What is wrong with a command line, in one sentence that ends with what to type."""

from __future__ import annotations

from typing import Any

import click

from okr_sheets.suggesting import advice
from okr_sheets.text import quoted


class Command(click.Command):
    """A command whose errors all know that they are its own."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> Any:
        """Read the arguments; a UsageError about them knows the context."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx
            raise


def sentence_of(error: click.ClickException) -> str:
    """The sentence for what click refuses, in our words where it is of a kind that we know."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    if context is None:
        return error.format_message()
    command = context.command_path
    shown = f"Type {command} --help to see what there is."
    if isinstance(error, click.NoSuchOption):
        names = [name for param in _params(context) for name in param.opts if name[0] == "-"]
        instead = advice(error.option_name, names, otherwise=shown)
        return f"{command} has no option {quoted(error.option_name)}. {instead}"
    if isinstance(error, click.BadOptionUsage):
        return _sentence_on_use(error.option_name, context)
    if isinstance(error, click.MissingParameter) and error.param:
        return f"{_called(error.param)} is missing. Type it: {command} {_example(error.param)}"
    if isinstance(error, click.BadParameter) and error.param:
        return f"{_called(error.param)}: {error.message}"
    return f"{error.format_message().rstrip('.')}. {shown}"


def _sentence_on_use(name: str, context: click.Context) -> str:
    """That an option lacks its value, or has one and takes none."""
    param = next(each for each in _params(context) if name in each.opts)
    if isinstance(param, click.Option) and param.is_flag:
        return f"{name} takes no value. Type it alone: {name}"
    return f"{name} needs a value. Type one: {name} {_example(param)}"


def _params(context: click.Context) -> list[click.Parameter]:
    """A command's options and arguments, --help too."""
    return context.command.get_params(context)


def _example(param: click.Parameter) -> str:
    """A value of an option or argument."""
    return str(getattr(param.type, "example", ""))


def _called(param: click.Parameter) -> str:
    """What an option or argument is called where it is typed: its longest name."""
    if isinstance(param, click.Option):
        return max(param.opts, key=len)
    return (param.metavar or param.name or "").strip("[].").upper()
