"""Reminders: one ready-to-send message per owner, in their tracker's language."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from itertools import count
from pathlib import Path
from typing import Any

from okr_sheets.files.marks import DRAFT_MARK, DRAFTS, standing, with_plain_ends
from okr_sheets.language import Language, fold, language, languages
from okr_sheets.problems import Problem
from okr_sheets.reports.phrases import attainment, day_text
from okr_sheets.rollups.namesakes import owner_names, unit_names
from okr_sheets.rollups.result import Rollup
from okr_sheets.text import escaped, one_line
from okr_sheets.writing.saving import place_of, same_file, saved

_RESERVED = re.compile(r"(?i)con|prn|aux|nul|(com|lpt)\d")  # no file names on Windows
_NUMBERS = ("row", "row_first")  # kinds of task that ask for one


@dataclass(frozen=True, slots=True)
class Message:
    """What to tell one owner; `address` is "" where none is known."""

    owner: str
    address: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Drafts:
    """What became of a folder's drafts.

    Of old ones `removed` went; `changed`, by somebody, and `kept`, which may still hold, stay.
    """

    written: Sequence[Path] = ()
    removed: Sequence[Path] = ()
    kept: Sequence[Path] = ()
    changed: Sequence[Path] = ()
    errors: Sequence[OSError] = ()


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
    return [f"- {_line(task, words)}" for task in tasks]


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


def write_messages(
    messages: Sequence[Message], folder: Path, kind: str, owners: Collection[str] = ()
) -> Drafts:
    """Write each message as a file, `eml` (opens as a draft) or `md`, named after its owner.

    Files of others and drafts that somebody changed stay, and have their names for themselves. Once
    all is written, unchanged drafts of earlier runs to `owners` that say other than `messages` are
    removed. One that cannot be written or removed is an error among those given back.
    """
    if messages:
        place_of(folder).mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    errors: list[OSError] = []
    for message in messages:
        try:
            written.append(_write(message, folder, kind, [path.name for path in written]))
        except OSError as error:
            errors.append(error)
    old = {path: standing(path, DRAFTS) for path in _others(folder, written)}
    changed = [path for path in old if old[path] == "changed"]
    valid = {_content(message, other) for message in messages for other in _KINDS if other != kind}
    greetings = _greetings(owners)
    removed, kept = [], []
    # Of somebody whose draft was not written, an old one is better than none.
    for path in [path for path in old if old[path] == "ours" and not errors]:
        try:
            content = with_plain_ends(path.read_bytes())
            if content in valid:
                continue
            if greetings.isdisjoint(_lines(path, content)):
                kept.append(path)
                continue
            path.unlink()
            removed.append(path)
        except OSError as error:
            errors.append(OSError(f"{path} was not removed: {error.strerror}."))
    return Drafts(written, removed, kept, changed, errors)


def _write(message: Message, folder: Path, kind: str, taken: Sequence[str]) -> Path:
    names = _names(message.owner)
    while True:
        path = folder / f"{next(names)}.{kind}"
        is_free = path.name.casefold() not in map(str.casefold, taken)
        if is_free and not path.is_symlink() and not path.is_dir():
            with suppress(FileExistsError), saved(path, marks=DRAFTS) as temporary:
                Path(temporary).write_bytes(_content(message, kind))
                return path


def _names(owner: str) -> Iterator[str]:
    """Names of files for a person's name, the best first: letters and digits of any script."""
    stem = re.sub(r"\W+", "-", owner).strip("-")[:60] or "owner"
    stem = f"{stem}-1" if _RESERVED.fullmatch(stem) else stem
    yield stem
    yield from (f"{stem}-{number}" for number in count(2))


def _greetings(owners: Collection[str]) -> set[str]:
    """How drafts to these owners begin, in any language; Markdown's too."""
    greetings = {
        one_line(language(c)("reminders.hello", owner=o)) for c in languages() for o in owners
    }
    return {fold(text) for plain in greetings for text in (plain, escaped(plain))}


def _lines(path: Path, content: bytes) -> set[str]:
    """The lines of a draft's text, however names in it are spelled."""
    if path.suffix.lower() == ".eml":
        text = message_from_bytes(content, policy=default).get_content()
    else:
        text = content.decode()
    return set(map(fold, str(text).splitlines()))


def _others(folder: Path, written: Sequence[Path]) -> list[Path]:
    """The files of the folder that this run has not written."""
    if not folder.is_dir():
        return []
    names = {path.name for path in written}
    with os.scandir(folder) as entries:
        files = [each for each in entries if each.is_file(follow_symlinks=False)]
    visible = [Path(each) for each in files if not each.name.startswith(".")]
    others = [path for path in visible if path.name not in names]
    # A name may be spelled otherwise on the disk.
    return sorted(path for path in others if not any(same_file(path, new) for new in written))


def _content(message: Message, kind: str) -> bytes:
    return DRAFTS[f".{kind}"].marked(_KINDS[kind](message))


def _mail(message: Message) -> bytes:
    mail = EmailMessage()
    mail["Subject"] = message.subject
    if message.address:
        mail["To"] = message.address
    mail["X-Unsent"] = "1"  # mail programs open it for sending
    mail["X-Generator"] = DRAFT_MARK
    mail.set_content(message.body)
    return bytes(mail)


def _markdown(message: Message) -> bytes:
    lines = message.body.split("\n")
    body = (f"- {escaped(line[2:])}" if line.startswith("- ") else escaped(line) for line in lines)
    return "\n".join(
        [f"# {escaped(message.subject)}", "", *body, f"<!-- {DRAFT_MARK} -->", ""]
    ).encode()


_KINDS: Mapping[str, Callable[[Message], bytes]] = {"eml": _mail, "md": _markdown}
