"""Which rows of one column of titles are objectives, which key results, which actions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from okr_sheets.adopting.outlines import LEVELS, numbered, split
from okr_sheets.adopting.records import Record
from okr_sheets.adopting.words import keys_by_word, plain
from okr_sheets.language import fold

_KEY_RESULT_ID = re.compile(r"(?:.*[^a-z])?k(?:r|ey ?result)[-. ]?\d.*|o\d+[-. ]\d+", re.IGNORECASE)
_OBJECTIVE_ID = re.compile(r"(?:.*[^a-z])?o(?:bj)?[-. ]?\d+", re.IGNORECASE)
_MEASURED = ("baseline", "target", "current", "progress", "status")


class Levels:
    """The level of each record of a table, by types, IDs, numbers or parents."""

    def __init__(self, records: Sequence[Record]) -> None:
        """`records` are all those of the table."""
        self.parents = {fold(r.text("parent")) for r in records if r.text("parent")}
        self.has_parents = bool(self.parents)
        ids = [record.text("id") for record in records if record.text("id")]
        ids += [numbered(record.text("title"))[0] for record in records]
        self.stems = {stem for name in ids for stem in [name.rpartition(".")[0]] if stem}
        self.are_measured = any(map(_is_measured, records))
        self.kinds = {self._by_kind(record) for record in records} - {""}

    def of(self, record: Record) -> str:
        """`objective`, `key-result` or `action`; "" if nothing tells."""
        level = self._by_kind(record)
        if level:
            return level
        title = record.text("title")
        level = split(title)[0]
        if level:
            return level
        name = record.text("id") or numbered(title)[0]
        if name:
            if _KEY_RESULT_ID.fullmatch(name):
                return "key-result"
            if _OBJECTIVE_ID.fullmatch(name) or name in self.stems:
                return "objective"
            if name.rpartition(".")[0] in self.stems:
                return "key-result"
        if self.has_parents:
            own = {fold(title), fold(record.text("id"))} - {""}
            is_parent = bool(own & self.parents)
            return "objective" if is_parent or (not record.text("parent") and self.kinds) else "key-result"
        if self.are_measured and not _is_measured(record):
            return "objective"
        return "key-result" if self.are_measured else ""

    def _by_kind(self, record: Record) -> str:
        kind = keys_by_word("kinds").get(plain(record.text("kind")), "")
        return LEVELS.get(kind, "")


def _is_measured(record: Record) -> bool:
    return any(role in record.items for role in _MEASURED) or bool(record.dated)
