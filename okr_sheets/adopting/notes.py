"""What adopting has to say of a cell: what was assumed, what is missing, what was left behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from okr_sheets.adopting.words import vocabulary
from okr_sheets.text import quotation

Kind = Literal["assumed", "missing", "left"]


class Say(Protocol):
    """Takes down a note on a cell."""

    def __call__(self, kind: Kind, code: str, cell: str, **words: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to say: its kind, the cell it is about, and the code of the sentence."""

    kind: Kind
    code: str
    file: str = ""
    sheet: str = ""
    cell: str = ""
    words: Mapping[str, str] = field(default_factory=dict)

    def reason(self, code: str) -> str:
        """The reason, in a language."""
        quoted = {name: quotation(word) for name, word in self.words.items()}
        return vocabulary(code)(f"why.{self.code}", **quoted)

    def say(self, code: str) -> str:
        """Kind and reason, in a language."""
        return vocabulary(code)(f"said.{self.kind}", reason=self.reason(code))


class Notes:
    """All notes of a run, each taken down once."""

    def __init__(self) -> None:
        self._by_content: dict[tuple[object, ...], Note] = {}

    def add(self, note: Note) -> None:
        """Take down a note, unless the same is there."""
        place = note.kind, note.code, note.file, note.sheet, note.cell
        self._by_content.setdefault((*place, *note.words.items()), note)

    @property
    def all(self) -> list[Note]:
        """The notes in the order they came."""
        return list(self._by_content.values())

    def of(self, file: str, sheet: str) -> Say:
        """A function that takes down a note on a cell of one sheet."""

        def say(kind: Kind, code: str, cell: str, **words: str) -> None:
            self.add(Note(kind, code, file, sheet, cell, words))

        return say
