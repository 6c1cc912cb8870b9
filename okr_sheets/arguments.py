"""The kinds of values that options and arguments take: an example of each, and what completes it.

Completing reads no file: names are listed, and days counted.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from okr_sheets.choices import RESULT_SHEETS
from okr_sheets.misuse import MisuseError, check_choice, check_local, check_path
from okr_sheets.suggesting import path_meant
from okr_sheets.text import quoted

if TYPE_CHECKING:
    from datetime import date

    from click.shell_completion import CompletionItem

Ctx: TypeAlias = click.Context | None
Param: TypeAlias = click.Parameter | None
_AHEAD = 4  # quarters after today's that are offered
_TO_QUOTE = re.compile(r"[^\w./+,@%-]")  # what a shell may take for something else


class Kind(click.ParamType):  # type: ignore[type-arg]
    """A kind of value, with an `example` of it."""

    example: str

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002  what is typed before it tells nothing
        param: click.Parameter,  # noqa: ARG002  nor does its name
        incomplete: str,
    ) -> list[CompletionItem]:
        return self.completions(incomplete)

    def completions(self, incomplete: str) -> list[CompletionItem]:
        """What a value may be that begins like this; none where nothing is known."""
        return _plain((), incomplete)


@contextmanager
def _said(param: Param, ctx: Ctx) -> Iterator[None]:
    """What cannot be done, with the name of the option or argument."""
    try:
        yield
    except MisuseError as error:
        raise click.BadParameter(str(error), ctx, param) from None


def _plain(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    """The names that begin like this."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415  few runs complete

    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _paths(incomplete: str, suffixes: Collection[str], kind: str = "file") -> list[CompletionItem]:
    """The folders, and the files with these suffixes, that begin like this.

    Where there is none, and what would have to be quoted, the shell completes by itself, by the
    `kind` “file” or “dir”.
    """
    from click.shell_completion import CompletionItem  # noqa: PLC0415  few runs complete

    found = _entries(incomplete, suffixes)
    if len(found) == 1 and os.path.isdir(found[0]):  # noqa: PTH112  as it was typed
        found += _entries(f"{found[0]}/", suffixes)  # or the shell takes the path to end there
    if not found or any(_TO_QUOTE.search(each) for each in (incomplete, *found)):
        return [CompletionItem(incomplete, type=kind)]
    return [CompletionItem(each) for each in found]


def _entries(incomplete: str, suffixes: Collection[str]) -> list[str]:
    """The paths that begin like this, in order; none where a folder cannot be listed."""
    folder, begun = os.path.split(incomplete)
    try:
        with os.scandir(folder or ".") as entries:
            names = [
                entry.name
                for entry in entries
                if entry.name.startswith(begun)
                and (begun or not entry.name.startswith("."))
                and (entry.is_dir() or Path(entry.name).suffix.lower() in suffixes)
            ]
    except OSError:
        return []
    return [os.path.join(folder, name) for name in sorted(names)]  # noqa: PTH118  as it was typed


class Text(Kind):
    """A text of one's own, or one of the names that `known` gives when it is completed."""

    name = "text"

    def __init__(self, example: str, known: Callable[[], Iterable[str]] = tuple) -> None:
        self.example = example
        self._known = known

    def completions(self, incomplete: str) -> list[CompletionItem]:
        return _plain(self._known(), incomplete)


class OneOf(click.Choice):  # type: ignore[type-arg]
    """One of a few names; `what` is what they are names of, `words` gives others for them."""

    def __init__(
        self,
        what: str,
        choices: Sequence[str],
        words: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        super().__init__(choices)
        self.example = choices[0]
        self._what, self._words = what, words

    def convert(self, value: Any, param: Param, ctx: Ctx) -> Any:
        with _said(param, ctx):
            check_choice(self._what, value, self.choices, self._words)
        return value


class Whole(click.IntRange):
    """A whole number from a lowest to a highest one."""

    def __init__(self, low: int, high: int, example: int) -> None:
        super().__init__(low, high)
        self.example = str(example)

    def convert(self, value: Any, param: Param, ctx: Ctx) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            between = f"from {self.min} to {self.max}. Type one, such as {self.example}."
            self.fail(f"“{quoted(str(value))}” is not a whole number {between}", param, ctx)


class Day(Kind):
    """A day, such as 2027-02-12."""

    name = "date"
    example = "2027-02-12"

    def convert(self, value: Any, param: Param, ctx: Ctx) -> date | None:
        from okr_sheets.quarters import scoring_day  # noqa: PLC0415  few runs are asked for a day

        with _said(param, ctx):
            return scoring_day(value)

    def completions(self, incomplete: str) -> list[CompletionItem]:
        from okr_sheets.about import today  # noqa: PLC0415  few runs complete

        return _plain([today().isoformat()], incomplete)


class QuarterName(Text):
    """A quarter, such as 2027-Q1; with `or_year` a year too."""

    def __init__(self, *, or_year: bool = False) -> None:
        super().__init__("2027-Q1")
        self._or_year = or_year

    def completions(self, incomplete: str) -> list[CompletionItem]:
        """The quarters from today's on; of a year that is typed, its four."""
        from okr_sheets.about import today  # noqa: PLC0415  few runs complete
        from okr_sheets.quarters import Quarter  # noqa: PLC0415

        if re.match(r"[12]\d\d\d-", incomplete):
            return _plain((f"{incomplete[:5]}Q{number}" for number in range(1, 5)), incomplete)
        quarters = [Quarter.holding(today())]
        while len(quarters) <= _AHEAD:
            quarters.append(quarters[-1].next)
        years = dict.fromkeys(str(each.year) for each in quarters) if self._or_year else ()
        return _plain([*map(str, quarters), *years], incomplete)


class InPath(Kind, click.Path):
    """A file that is read, with one of the suffixes."""

    def __init__(self, example: str, suffixes: Collection[str]) -> None:
        super().__init__(exists=True, dir_okay=False, path_type=Path)
        self.example = example
        self._suffixes = suffixes

    def convert(self, value: Any, param: Param, ctx: Ctx) -> Any:
        with _said(param, ctx):
            check_path(value, self.example)
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(self._refusal(str(value)), param, ctx)

    def _refusal(self, typed: str) -> str:
        """Why a file cannot be read, and what to type instead."""
        if os.path.isdir(typed):  # noqa: PTH112  may be too long to be looked up
            return f"{quoted(typed)} is a folder. Name a file in it, such as {self.example}."
        if os.path.lexists(typed):
            return f"You may not read {quoted(typed)}. Name another file."
        near = path_meant(typed, self._suffixes)
        instead = (
            f"Did you mean {quoted(near)}?" if near else f"Name another, such as {self.example}."
        )
        return f"There is no file {quoted(typed)}. {instead}"

    def completions(self, incomplete: str) -> list[CompletionItem]:
        return _paths(incomplete, self._suffixes)


class Sources(Kind):
    """Where files with some suffixes are searched: a file, a folder, a pattern or a URL."""

    name = "path"

    def __init__(self, example: str, suffixes: Collection[str]) -> None:
        self.example = example
        self._suffixes = suffixes

    def completions(self, incomplete: str) -> list[CompletionItem]:
        return _paths(incomplete, self._suffixes)


class OutPath(Kind, click.Path):
    """Where something is written, such as a report: a path with one of the suffixes, and no URL."""

    def __init__(
        self, what: str, example: str, suffixes: Collection[str] = (), **more: Any
    ) -> None:
        super().__init__(path_type=Path, readable=False, **more)
        self.example = example
        self._what, self._suffixes = what, suffixes

    def convert(self, value: Any, param: Param, ctx: Ctx) -> Any:
        with _said(param, ctx):
            check_path(value, self.example)
            check_local(value, self._what)
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            is_folder = os.path.isdir(value)  # noqa: PTH112  may be too long to be looked up
            found, wanted = ("folder", "file in it") if is_folder else ("file", "folder")
            instead = f"Name a {wanted}, such as {self.example}."
            self.fail(f"{quoted(str(value))} is a {found}. {instead}", param, ctx)

    def completions(self, incomplete: str) -> list[CompletionItem]:
        """The suffixes, once a name and a full stop are typed; before that what is there."""
        begun = re.fullmatch(r"(.*[^/.])\.\w*", incomplete)
        if begun and not _TO_QUOTE.search(incomplete):
            return _plain((f"{begun[1]}{suffix}" for suffix in self._suffixes), incomplete)
        return _paths(incomplete, self._suffixes, "file" if self.file_okay else "dir")


class SheetKeys(Kind):
    """Sheets of the result by their keys, such as summary,teams."""

    name = "sheets"
    example = "summary,teams"

    def convert(self, value: Any, param: Param, ctx: Ctx) -> tuple[str, ...]:
        from okr_sheets.reports.into import check_sheets  # noqa: PLC0415  few runs ask for sheets

        with _said(param, ctx):
            return check_sheets(part.strip() for part in value.split(","))

    def completions(self, incomplete: str) -> list[CompletionItem]:
        """The keys that may follow those that are typed already."""
        typed, comma, _ = incomplete.rpartition(",")
        rest = (key for key in RESULT_SHEETS if key not in typed.split(","))
        return _plain((f"{typed}{comma}{key}" for key in rest), incomplete)
