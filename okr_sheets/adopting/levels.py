"""Which rows of one column of titles are objectives, which key results, which actions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from okr_sheets.adopting.outlines import LEVELS, numbered, split
from okr_sheets.adopting.records import Record
from okr_sheets.adopting.words import keys_by_word, plain
from okr_sheets.choices import OBJECTIVE
from okr_sheets.language import fold

_NUMBERS = ("baseline", "target", "current", "progress")
_MEASURED = (*_NUMBERS, "status")
_LETTERS = re.compile(r"([^\W\d_]+(?: [^\W\d_]+)*)[-. #]?\d")
_PATH = re.compile(r"\d+(?:\.\d+)*")


class Levels:
    """The level of each record of a table, by types, IDs, parents or numbers."""

    def __init__(self, records: Sequence[Record], are_objectives: bool = False) -> None:
        """`records` are all those of the table, which `are_objectives` if key results have one."""
        self.are_objectives = are_objectives
        self.parents = {fold(parent) for r in records if (parent := parent_of(r))}
        paths = {path for record in records if (path := _path(record))}
        self.stems = {path[:-1] for path in paths} & paths
        self.are_measured = any(map(_is_measured, records))
        self.kinds = {_by_kind(record) for record in records} - {""}
        # As in a tracker: what is no objective is told how it is counted.
        self.types_tell = OBJECTIVE in map(_type, records)

    def of(self, record: Record) -> str:
        """`objective`, `key-result` or `action`; "" if nothing tells."""
        if self.are_objectives:
            return "objective"
        title = record.text("title")
        level = _by_kind(record) or (_by_type(record) if self.types_tell else "")
        level = level or split(title)[0] or _by_letters(name_of(record))
        if level:
            return level
        path = _path(record)
        has_numbers = any(role in record.items for role in _NUMBERS) or bool(record.dated)
        if len(path) > 2 and path[:-1] in self.stems and not has_numbers:
            return "action"
        if path in self.stems:
            return "objective"
        if path and path[:-1] in self.stems:
            return "key-result"
        if self.parents:
            own = {fold(title), fold(record.text("id"))} - {""}
            is_top = bool(own & self.parents) or (not parent_of(record) and bool(self.kinds))
            return "objective" if is_top else "key-result"
        if self.are_measured:
            return "key-result" if _is_measured(record) else "objective"
        return ""


def name_of(record: Record) -> str:
    """The ID that a record has in a column of its own, or before its title."""
    return record.text("id") or record.text("key-result-id") or numbered(record.text("title"))[0]


def parent_of(record: Record) -> str:
    """The ID or title of what a record belongs to; "" for none."""
    return record.text("parent") or record.text("objective-id")


def _by_kind(record: Record) -> str:
    kind = keys_by_word("kinds").get(plain(record.text("kind")), "")
    return LEVELS.get(kind, "")


def _by_type(record: Record) -> str:
    return {"": "", OBJECTIVE: "objective"}.get(_type(record), "key-result")


def _type(record: Record) -> str:
    return keys_by_word("directions").get(plain(record.text("direction")), "")


def _by_letters(name: str) -> str:
    """The level that the last letters of an ID say: KR1.2 and O1.KR2 are key results."""
    letters = _LETTERS.findall(name)
    kind = keys_by_word("kinds").get(plain(letters[-1]), "") if letters else ""
    return LEVELS.get(kind, "")


def _path(record: Record) -> tuple[str, ...]:
    """The numbers of an ID: 1, 2 and 1 of 1.2.1 or AS1.2.1; () for none."""
    match = _PATH.search(name_of(record))
    return tuple(match[0].split(".")) if match else ()


def _is_measured(record: Record) -> bool:
    return any(role in record.items for role in _MEASURED) or bool(record.dated)
