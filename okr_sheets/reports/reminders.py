"""Reminders: one message per owner, in their tracker's language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from okr_sheets.language import Language, language
from okr_sheets.problems import Problem
from okr_sheets.reports.phrases import attainment, confidence, day_text, remark
from okr_sheets.rollups.namesakes import owner_names, unit_names
from okr_sheets.rollups.result import Rollup, Row
from okr_sheets.text import LONGEST, one_line

_NUMBERS = ("row", "row_first")  # kinds of task that ask for one


@dataclass(frozen=True, slots=True)
class Message:
    """What to tell one owner; `address` is "" where none is known."""

    owner: str
    address: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Task:
    """One line of a message: its kind is the word in [reminders] that says it."""

    owner: str
    kind: str
    quarter: str
    language: str
    fields: Row
    problem: Problem | None = None


def messages(rollup: Rollup, address: Callable[[str], str]) -> list[Message]:
    """One message for each owner who owes a number, an action or all OKRs, by name.

    A number is owed from the last check-in date on, an action after its day; OKRs are owed by the
    unit whose tracker is blank. `address` gives the e-mail address of an owner as `owner_name` in
    the frames has them.
    """
    tasks: dict[str, list[Task]] = {}
    for task in (*_blank(rollup), *_owed(rollup), *_overdue(rollup)):
        if task.owner:
            tasks.setdefault(task.owner, []).append(task)
    return [_message(owner, tasks[owner], address(owner)) for owner in sorted(tasks)]


def owners_in(rollup: Rollup) -> set[str]:
    """Everybody whom the trackers name as an owner, and the units, which own what is blank."""
    owners = {owner.name for owner in owner_names(rollup.trackers)}
    return (owners | set(unit_names(rollup.trackers).values())) - {""}


def _owed(rollup: Rollup) -> Iterator[Task]:
    typed = {(p.file, p.sheet, p.cell): p for p in rollup.problems if p.severity == "error"}
    for row in rollup.rows("owed"):
        kind = "row_first" if row["current"] is None else "row"
        problem = typed.get((row["file"], row["sheet"], row["cell"]))
        is_yes_or_no = row["type"] == "achieve" and not (row["target"] or 0) > 1
        fields = row | ({"target": 1.0} if is_yes_or_no else {})
        yield Task(row["owner_name"], kind, row["quarter"], row["language"], fields, problem)


def _overdue(rollup: Rollup) -> Iterator[Task]:
    for row in rollup.rows("overdue"):
        fields = row | {"day": row["due"]}
        yield Task(row["owner_name"], "action", row["quarter"], row["language"], fields)


def _blank(rollup: Rollup) -> Iterator[Task]:
    for row in rollup.rows("blank"):
        yield Task(row["owner_name"], "blank_row", row["quarter"], row["language"], row)


def _message(owner: str, tasks: Sequence[Task], address: str) -> Message:
    codes = [task.language for task in tasks]
    words = language(max(codes, key=codes.count))
    blank = [task for task in tasks if task.kind == "blank_row"]
    late = [task for task in tasks if task.kind == "action"]
    owed = [task for task in tasks if task.kind in _NUMBERS]
    paragraphs = [[words("reminders.hello", owner=tasks[0].fields["owner"])]]
    if blank:
        paragraphs += [[words("reminders.blank")], _list(blank, words)]
    if owed:
        day = day_text(max(task.fields["day"] for task in owed), words)
        paragraphs += [[words("reminders.owe", day=day)], _list(owed, words)]
    if late:
        paragraphs += [[words("reminders.actions")], _list(late, words)]
    quarters = ", ".join(sorted({task.quarter for task in tasks}))
    subject = words("reminders.subject", quarter=quarters, n=len(tasks))
    paragraphs.append([words("reminders.thanks" if owed else "reminders.thanks_actions")])
    body = "\n\n".join("\n".join(map(one_line, lines)) for lines in paragraphs)
    return Message(owner, address, one_line(subject), f"{body}\n")


def _list(tasks: Sequence[Task], words: Language) -> list[str]:
    return [f"- {_line(task, words)}{_said(task, words)}" for task in tasks]


def _said(task: Task, words: Language) -> str:
    """What was said last of the key result whose number is asked for; "" for nothing."""
    if task.kind not in _NUMBERS:
        return ""
    said = remark(task.fields, words, LONGEST)
    labelled = f"{words('rollup.remark')}: {said}" if said else ""
    told = " · ".join(filter(None, (labelled, confidence(task.fields, words))))
    return f" {told}" if told else ""


def _line(task: Task, words: Language) -> str:
    texts = {key: _text(value, words) for key, value in task.fields.items()}
    if task.fields.get("type") == "achieve":
        target = task.fields["target"]
        texts |= {key: attainment(task.fields[key], target, words) for key in ("current", "target")}
    line = words(f"reminders.{task.kind}", **texts)
    return f"{line} {task.problem.say(words.code)}" if task.problem else line


def _text(value: Any, words: Language) -> str:
    if isinstance(value, date):
        return day_text(value, words)
    return words.number(value) if isinstance(value, (int, float)) else str(value)
