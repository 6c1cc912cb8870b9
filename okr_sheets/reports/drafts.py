"""A folder of messages as files, of which each is a draft to send."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from itertools import chain, count
from pathlib import Path

from okr_sheets.files.marks import DRAFT_MARK, DRAFTS, standing, with_plain_ends
from okr_sheets.files.stems import distinct_stems, spelled
from okr_sheets.language import fold, language, languages
from okr_sheets.reports.reminders import Message
from okr_sheets.text import escaped, one_line
from okr_sheets.writing.saving import place_of, same_file, saved


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


def write_messages(
    messages: Sequence[Message],
    folder: Path,
    kind: str,
    owners: Collection[str] = (),
    is_all: bool = True,
) -> Drafts:
    """Write each message as a file, `eml` (opens as a draft) or `md`, named after its owner.

    `owners` are all who may get one; two whose names would be one file have a file each, the same
    in every run. Files of others and drafts that somebody changed stay, and have their names for
    themselves. Once all is written, unchanged drafts of earlier runs to `owners` that say other
    than `messages` are removed, if that `is_all` that is owed. One that cannot be written or
    removed is an error among those given back.
    """
    stems = distinct_stems(sorted({*owners, *(message.owner for message in messages)}), "owner")
    if messages:
        place_of(folder).mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    taken: set[str] = set()
    errors: list[OSError] = []
    for message in messages:
        try:
            path = _write(message, folder, kind, stems[message.owner], taken)
            taken.add(spelled(path.stem))
            written.append(path)
        except OSError as error:
            errors.append(error)
    old = {path: standing(path, DRAFTS) for path in _others(folder, written)}
    changed = [path for path in old if old[path] == "changed"]
    valid = {_content(message, other) for message in messages for other in _KINDS if other != kind}
    greetings = _greetings(owners if is_all else ())
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
            errors.append(OSError(f"{path} was not removed: {error.strerror}. Delete it."))
    return Drafts(written, removed, kept, changed, errors)


def _write(message: Message, folder: Path, kind: str, stem: str, taken: Collection[str]) -> Path:
    """Write a message under its stem; where that is somebody else's, with a number behind it."""
    names = chain([stem], (f"{stem}-{number}" for number in count(2)))
    while True:
        path = folder / f"{(name := next(names))}.{kind}"
        if spelled(name) not in taken and not path.is_symlink() and not path.is_dir():
            with suppress(FileExistsError), saved(path, marks=DRAFTS) as temporary:
                Path(temporary).write_bytes(_content(message, kind))
                return path


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
