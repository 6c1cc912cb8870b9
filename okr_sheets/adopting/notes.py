"""What adopting has to say of a cell: what was assumed, what is missing, what was left behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from okr_sheets.adopting.words import vocabulary
from okr_sheets.text import quotation

Kind = Literal["assumed", "missing", "left"]


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
