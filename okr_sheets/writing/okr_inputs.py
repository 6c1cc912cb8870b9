"""What may be typed into the OKRs sheet, down to the last row that formulas look at."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from xlsxwriter.worksheet import Worksheet

from okr_sheets.writing.layout import FIRST_ROW, LAST_ROW, Layout, Slot
from okr_sheets.writing.validations import (
    Validation,
    computed,
    of_kind,
    one_to_ten,
    refused,
    with_message,
)

MESSAGES = frozenset(
    {
        *("title", "owner", "type", "baseline", "target", "unit", "weight", "aligns_to"),
        *("definition", "confidence", "check_in"),
    }
)


def validate(sheet: Worksheet, layout: Layout, lists: Mapping[str, str]) -> None:
    """Add the sheet's validations; `lists` gives the range of each open drop-down by key."""
    for number, slot in enumerate(layout.slots):
        if slot.stage in {"planned", "helper"}:
            continue
        key = "check_in" if slot.day else slot.key
        rule = _rule(slot, layout, lists)
        if key in MESSAGES:
            rule = with_message(layout.words, key, rule)
        if rule:
            sheet.data_validation(FIRST_ROW - 1, number, LAST_ROW - 1, number, rule)


def _rule(slot: Slot, layout: Layout, lists: Mapping[str, str]) -> Validation:
    cell, words = layout.cell(slot.key, FIRST_ROW), layout.words
    if slot.stage == "computed":
        return computed(words)
    rule = of_kind(slot.kind, words, slot.key, lists.get(slot.key, ""))
    if rule or slot.kind != "number":
        return rule
    number = partial(refused, words, "number_title")
    if slot.day:
        return number("number", validate="custom", value=_may_be_typed(cell, layout))
    if slot.key == "weight":
        return number("weight_error", validate="decimal", criteria=">=", value=0)
    if slot.key == "confidence":
        return one_to_ten(words)
    return number("number", validate="custom", value=f"=ISNUMBER({cell})")


def _may_be_typed(cell: str, layout: Layout) -> str:
    """A number under a date; for a key result to achieve that has no steps, yes or no too."""
    words = layout.words
    kind, target = (layout.cell(key, FIRST_ROW) for key in ("type", "target"))
    achieve = f'AND(N({target})<=1,OR({kind}="{words.choice("type", "achieve")}",{kind}=""))'
    answers = ",".join(f'{cell}="{word}"' for word in words.choices("yes_no").values())
    return f"=OR(ISNUMBER({cell}),AND({achieve},OR({answers})))"
