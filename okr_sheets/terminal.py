"""Rollups and problems as lines in a terminal: coloured tables there, plain text when piped."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from okr_sheets.columns import among
from okr_sheets.reports.excerpts import Excerpt, is_large
from okr_sheets.reports.phrases import (
    by_plan,
    coverage,
    heading,
    headline,
    title,
    update,
    year_line,
)
from okr_sheets.text import one_line

if TYPE_CHECKING:
    from okr_sheets.language import Language
    from okr_sheets.rollups.result import Rollup, Row

PLAIN_WIDTH = 140  # of piped output, whatever the terminal it was piped from
BAR_WIDTH = 12
UNSHOWN, EACH = 1.0, 0.1  # seconds until a bar is shown, and between two states of it
# A shape beside each word, since colour alone is lost on paper and to some eyes.
ROOMY = 120  # from which width on a table has all its columns
_COLUMNS: Mapping[str, dict[str, Any]] = {  # of a unit's table; the bar stands under no word
    "id": {"no_wrap": True, "style": "bright_black"},
    "title": {"ratio": 1, "min_width": 24},
    "owner": {"max_width": 26, "overflow": "ellipsis", "no_wrap": True},
    "bar": {"width": BAR_WIDTH, "no_wrap": True},
    "score": {"justify": "right", "no_wrap": True},
    "expected": {"justify": "right", "no_wrap": True},
    "status": {"no_wrap": True},
}
_ROOMY_ONLY = {"owner", "expected"}  # the bar tells what was expected, too
LOOKS = {
    "achieved": ("✔", "blue"),
    "on-track": ("●", "green"),
    "at-risk": ("▲", "yellow"),
    "off-track": ("■", "red"),
    "no-update": ("○", "bright_black"),
    "not-started": ("·", "bright_black"),
    "postponed": ("–", "bright_black"),
    "cancelled": ("✕", "bright_black"),
}


def console(err: bool = False) -> Console:
    """A standard stream, as wide as the terminal, or of a fixed width when piped.

    No string is markup to it.
    """
    width = None if sys.stdout.isatty() else PLAIN_WIDTH
    return Console(
        stderr=err, width=width, markup=False, emoji=False, highlight=False, legacy_windows=False
    )


@contextmanager
def progress(total: int, words: Language) -> Iterator[Callable[[int], None]]:
    """A bar on standard error with the rate and the time left; silent where nobody watches.

    Lends a function that takes the number of files done so far. What is over within a second shows
    nothing.
    """
    watched = console(err=True)
    if not watched.is_terminal:
        yield lambda _: None
        return
    bars = Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(BAR_WIDTH, style="bright_black", complete_style="green"),
        console=watched,
        transient=True,
    )
    task = bars.add_task("", total=total)
    began = time.monotonic()
    due = began + UNSHOWN

    def count(done: int) -> None:
        nonlocal due
        now = time.monotonic()
        done -= 1  # many come at once, and the time so far went into those before
        if now < due or not done:
            return
        due = now + EACH
        rate = done / (now - began)
        figures = {"done": done, "all": total, "rate": float(f"{rate:.2g}")}
        text = words(
            "terminal.progress",
            **{key: words.number(figure) for key, figure in figures.items()},
            left=str(timedelta(seconds=round((total - done) / rate))),
        )
        bars.start()
        bars.update(task, completed=done, description=one_line(text))

    try:
        yield count
    finally:
        if bars.live.is_started:  # else older versions of rich print an empty line
            bars.stop()


def print_rollup(rollup: Rollup, words: Language) -> None:
    """A table per unit: its objectives with their key results, and how each stands."""
    out = console()
    out.print(_text(title(rollup, words), "bold"))
    out.print(_text(headline(rollup, words), "bright_black"))
    for name, text in update(rollup, words):
        out.print(Text.assemble("  ", _text(f"{name} " if name else "", "bold"), _text(text)))
    excerpt = Excerpt(rollup, words, archive="", is_short=is_large(rollup))
    key_results, objectives = (_by_unit(excerpt, name) for name in ("key_results", "objectives"))
    listed = among(rollup.columns["teams"].unit_name, {*key_results, *objectives})
    listed[excerpt.which("teams")] = True
    for team in rollup.rows("teams", np.flatnonzero(listed)):
        out.print()
        out.print(_unit_line(team, words))
        name = team["unit_name"]
        if name in objectives or name in key_results:
            rows = objectives.get(name, []), key_results.get(name, [])
            out.print(_unit_table(*rows, words, out.width))
    if excerpt.is_short:
        _print_notes(out, excerpt, int(listed.sum()))


def _print_notes(out: Console, excerpt: Excerpt, units: int) -> None:
    """Which rows of each list were printed; so many `units`, some for what they own."""
    out.print()
    for name in ("teams", "objectives", "key_results"):
        size = len(excerpt.rollup.columns[name])
        shown = units if name == "teams" else len(excerpt.which(name))
        if note := excerpt.note(name, shown, size):
            led_to = f" {excerpt.words('report.led_to')}" if name == "teams" else ""
            out.print(_text(f"{excerpt.words(f'report.{name}')}: {note}{led_to}"))


def _by_unit(excerpt: Excerpt, name: str) -> dict[str, list[Row]]:
    by_unit: dict[str, list[Row]] = {}
    for row in excerpt.rows(name):
        by_unit.setdefault(row["unit_name"], []).append(row)
    return by_unit


def _text(text: str, style: str = "") -> Text:
    """Text of anybody's as one line in a style."""
    return Text(one_line(text), style)


def _unit_line(team: Row, words: Language) -> Text:
    line = _text(team["unit_name"], "bold")
    if team["level"]:
        line.append(f" · {words.choice('level', team['level'])}", "default not bold")
    line.append(one_line(f" · {team['quarter']}  "), "default not bold")
    below = "" if team["below"] is None else words.percent(team["below"])
    if not team["objectives"] and (team["blank"] or below):
        notes = (
            words("report.no_okrs") if team["blank"] else "",
            f"{words('report.below')} {below}" if below else "",
        )
        return line.append(" · ".join(filter(None, notes)), "not bold")
    line.append_text(_status(team["status"], words))
    figures = words(
        "report.headline",
        score=words.percent(team["score"]),
        expected=words.percent(team["expected"]),
    )
    line.append(f"  {figures} · {coverage(team, words)}", "default not bold")
    for say in (heading, year_line, _previous, by_plan):
        note = say(team, words)
        line.append(f" · {note}" if note else "", "bright_black not bold")
    if team["cancelled"] or team["postponed"]:
        note = words("report.with_left_out_note", score=words.percent(team["with_left_out"]))
        line.append(f" · {note}", "bright_black not bold")
    return line


def _previous(team: Row, words: Language) -> str:
    if team["previous"] is None:
        return ""
    return words("rollup.previous_score", score=words.percent(team["previous"]))


def _unit_table(
    objectives: Sequence[Row], key_results: Sequence[Row], words: Language, width: int
) -> Table:
    """A row for each objective and key result, without its owner where there is little room."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), expand=False)
    columns = _COLUMNS if width >= ROOMY else [key for key in _COLUMNS if key not in _ROOMY_ONLY]
    for key in columns:
        table.add_column(words(f"okrs.{key}") if key != "bar" else "", **_COLUMNS[key])

    def add(row: Row, style: str) -> None:
        cells = _cells(row, words, style)
        table.add_row(*(cells[key] for key in columns))

    of_objectives: dict[tuple[str, str], list[Row]] = {}
    for row in key_results:
        of_objectives.setdefault((row["file"], row["objective_id"]), []).append(row)
    for objective in objectives:
        add(objective, "bold")
        for row in of_objectives.pop((objective["file"], objective["id"]), []):
            add(row, "")
    for row in chain(*of_objectives.values()):
        add(row, "")
    return table


def _cells(row: Row, words: Language, style: str) -> Mapping[str, Text]:
    stopped = row["status"] in {"cancelled", "postponed"}
    style = "bright_black strike" if stopped else style
    indent = "" if style == "bold" else "  "
    return {
        "id": _text(row["id"], "bold" if style == "bold" else "bright_black"),
        "title": _text(indent + row["title"], style),
        "owner": _text(row["owner_name"], style),
        "bar": _bar(row["score"], row["expected"], row["status"]),
        "score": Text(words.percent(row["score"]), style),
        "expected": Text(words.percent(row["expected"]), "bright_black"),
        "status": _status(row["status"], words),
    }


def _bar(score: float | None, expected: float | None, status: str) -> Text:
    """The score as a bar, with a stroke where it was expected to be; nothing without a score."""
    if score is None:
        return Text("")
    filled = round(score * BAR_WIDTH)
    marker = -1 if expected is None else min(round(expected * BAR_WIDTH), BAR_WIDTH - 1)
    colour = LOOKS.get(status, ("", "bright_black"))[1]
    bar = Text()
    for cell in range(BAR_WIDTH):
        sign = "━" if cell < filled else "┄"
        bar.append("┃" if cell == marker else sign, colour if cell < filled else "bright_black")
    return bar


def _status(status: str, words: Language) -> Text:
    if status not in LOOKS:
        return Text("–")
    sign, colour = LOOKS[status]
    return Text(f"{sign} {words.choice('status', status)}", colour)


def print_templates(rows: Sequence[tuple[str, str, str]]) -> None:
    """The example sets: name, title and what each is for."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    for name, what, description in rows:
        table.add_row(name, _text(f"{what}. {description}"))
    console().print(table)
