"""Reminders: one ready-to-send message per owner, in their tracker's language."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pandas as pd

from okr_sheets.language import Language, language
from okr_sheets.problems import MisuseError, Problem
from okr_sheets.reports.tables import attainment, day_text
from okr_sheets.rollups import Rollup
from okr_sheets.text import escaped, one_line
from okr_sheets.writing.saving import saved

_RESERVED = re.compile(r"(?i)con|prn|aux|nul|(com|lpt)\d")  # no file names on Windows
_NUMBERS = ("row", "row_first")  # kinds of task that ask for one
MARK = "okr-sheets reminder"  # tells our files from others, which are never replaced


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
    fields: Mapping[str, Any]
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


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _owed(rollup: Rollup) -> Iterator[Task]:
    typed = {(p.file, p.sheet, p.cell): p for p in rollup.problems if p.severity == "error"}
    for row in _rows(rollup.owed):
        kind = "row_first" if pd.isna(row["current"]) else "row"
        problem = typed.get((row["file"], row["sheet"], row["cell"]))
        is_yes_or_no = row["type"] == "achieve" and not row["target"] > 1
        fields = row | ({"target": 1.0} if is_yes_or_no else {})
        yield Task(row["owner_name"], kind, row["quarter"], row["language"], fields, problem)


def _overdue(rollup: Rollup) -> Iterator[Task]:
    for row in _rows(rollup.overdue):
        fields = row | {"day": row["due"]}
        yield Task(row["owner_name"], "action", row["quarter"], row["language"], fields)


def _blank(rollup: Rollup) -> Iterator[Task]:
    for row in _rows(rollup.blank):
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
    return [f"- {_line(task, words)}" for task in tasks]


def _line(task: Task, words: Language) -> str:
    said = {key: _said(value, words) for key, value in task.fields.items()}
    if task.fields.get("type") == "achieve":
        target = task.fields["target"]
        said |= {key: attainment(task.fields[key], target, words) for key in ("current", "target")}
    line = words(f"reminders.{task.kind}", **said)
    return f"{line} {task.problem.say(words.code)}" if task.problem else line


def _said(value: Any, words: Language) -> str:
    if isinstance(value, pd.Timestamp):
        return day_text(value, words)
    return words.number(value) if isinstance(value, (int, float)) else str(value)


def write_messages(
    found: Sequence[Message],
    folder: Path,
    kind: str,
    each: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> list[Path]:
    """Write each message as a file, `eml` (opens as a draft) or `md`, named after its owner.

    Gives those that were written. Each is written inside `each()`, which may keep an error to
    itself: a MisuseError if a file of such a name is there and is no reminder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    names = _file_names([message.owner for message in found])
    written = []
    for message, name in zip(found, names, strict=True):
        path = folder / f"{name}.{kind}"
        with each():
            if path.is_file() and MARK.encode() not in path.read_bytes():
                raise MisuseError(f"{path} is there already and is no reminder. Choose a folder.")
            with saved(path) as temporary:
                Path(temporary).write_bytes(_KINDS[kind](message))
            written.append(path)
    return written


def _mail(message: Message) -> bytes:
    mail = EmailMessage()
    mail["Subject"] = message.subject
    if message.address:
        mail["To"] = message.address
    mail["X-Unsent"] = "1"  # mail programs open it for sending
    mail["X-Generator"] = MARK
    mail.set_content(message.body)
    return bytes(mail)


def _markdown(message: Message) -> bytes:
    lines = message.body.split("\n")
    shown = (f"- {escaped(line[2:])}" if line.startswith("- ") else escaped(line) for line in lines)
    return "\n".join([f"# {escaped(message.subject)}", "", *shown, f"<!-- {MARK} -->", ""]).encode()


_KINDS: Mapping[str, Callable[[Message], bytes]] = {"eml": _mail, "md": _markdown}


def _file_names(owners: Sequence[str]) -> list[str]:
    """Names of files for names of people: letters and digits of any script, each once."""
    names: list[str] = []
    taken: set[str] = set()
    numbers: Counter[str] = Counter()
    for owner in owners:
        stem = re.sub(r"\W+", "-", owner).strip("-")[:60] or "owner"
        stem = f"{stem}-1" if _RESERVED.fullmatch(stem) else stem
        name = stem
        while name.casefold() in taken:
            numbers[stem.casefold()] += 1
            name = f"{stem}-{numbers[stem.casefold()] + 1}"
        taken.add(name.casefold())
        names.append(name)
    return names
