"""What a cell lets people type, and what it says when they type something else."""

from __future__ import annotations

from datetime import date
from typing import Any

from okr_sheets.language import Language
from okr_sheets.schema import Kind

Validation = dict[str, Any]


def cadence_of(words: Language, *, annual: bool) -> Validation:
    """How often people check in: every quarter is for a year's tracker only."""
    choices = words.choices("cadence").items()
    source = [word for key, word in choices if annual or key != "quarterly"]
    return from_list(words, "cadence") | {"source": source}


def of_kind(kind: Kind, words: Language, choices: str, cells: str = "") -> Validation:
    """What a column of that kind takes, of a list in `cells` where it has one; {} for all."""
    if kind == "choice":
        return from_list(words, choices)
    if cells:
        return from_range(words, cells)
    if kind == "percent":
        limits = {"criteria": "between", "minimum": 0, "maximum": 1}
        return refused(words, "number_title", "share_error", validate="decimal", **limits)
    return date_only(words) if kind == "date" else {}


def from_list(words: Language, column: str) -> Validation:
    """One of a column's choices, and nothing else: the score depends on it."""
    return {
        "validate": "list",
        "source": list(words.choices(column).values()),
        "error_title": words("inputs.choice_title"),
        "error_message": words("inputs.choice_error"),
    }


def from_range(words: Language, cells: str) -> Validation:
    """One of a list that people extend; others are asked about, and let in."""
    return {
        "validate": "list",
        "source": f"={cells}",
        "error_type": "information",
        "error_title": words("inputs.choice_title"),
        "error_message": words("inputs.open_list"),
    }


def computed(words: Language) -> Validation:
    """Nothing: a formula stands here."""
    return {
        "validate": "custom",
        "value": "=FALSE",
        "error_title": words("inputs.computed_title"),
        "error_message": words("inputs.computed"),
    }


def date_only(words: Language) -> Validation:
    """A date, of this century."""
    return refused(
        words, "date_title", "date", validate="date", criteria=">=", value=date(2000, 1, 1)
    )


def one_to_ten(words: Language) -> Validation:
    """A confidence."""
    limits = {"criteria": "between", "minimum": 1, "maximum": 10}
    return refused(words, "number_title", "confidence_error", validate="integer", **limits)


def refused(words: Language, title: str, message: str, **rule: Any) -> Validation:
    """What fits a rule; the rest is refused, with a title and a message of the inputs' words."""
    return {
        "error_title": words(f"inputs.{title}"),
        "error_message": words(f"inputs.{message}"),
        **rule,
    }


def with_message(words: Language, key: str, rule: Validation) -> Validation:
    """A rule with the coaching question that shows when the cell is chosen."""
    title, text = words.lines(f"inputs.{key}")
    return {"validate": "any"} | rule | {"input_title": title, "input_message": text}
