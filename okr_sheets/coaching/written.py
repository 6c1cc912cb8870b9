"""An objective or a key result as it is written: what the rules of wording look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from math import isnan, nan

from okr_sheets.coaching.texts import Text
from okr_sheets.language import REFERENCE, Language, language

# What a rule finds: the fields of its sentence; None where all is well.
Hit = Mapping[str, str] | None
Rule = Callable[["Written"], Hit]
KEEPS = frozenset({"keep-at-least", "keep-at-most"})


@dataclass(frozen=True, slots=True)
class Written:
    """The text of a row, and the cells beside it as they are typed.

    `type` is "" where none was chosen: what it would be read as is no matter of wording.
    `last_day` is the day by which a key result is due, None where nobody knows.
    `spoken` is the language of the workbook, in which its choices are called by name.
    """

    text: Text
    type: str = ""
    baseline: float = nan
    target: float = nan
    unit: str = ""
    definition: str = ""
    last_day: date | None = None
    spoken: Language = field(default_factory=partial(language, REFERENCE))

    @property
    def has_target(self) -> bool:
        """Whether a number is typed as its target."""
        return not isnan(self.target)

    @property
    def has_both_ends(self) -> bool:
        """Whether numbers are typed for where it starts and where it goes."""
        return self.has_target and not isnan(self.baseline)

    @property
    def is_measured(self) -> bool:
        """Whether any number says how far it should go, in the text or beside it."""
        return self.has_target or self.text.has_number
