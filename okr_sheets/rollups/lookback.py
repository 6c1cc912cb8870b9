"""The frames of a retrospective."""

from __future__ import annotations

from okr_sheets.choices import COMMITMENTS, DECISIONS
from okr_sheets.rollups.frame import Column, Frame
from okr_sheets.rollups.shared import frame_of

ENDED = ("below", "inside", "above")  # where a score came to lie, seen from a range
# What the close says of an objective.
CLOSING = (
    Column("final_reason", "text", "Why `final` differs, as typed.", "close.reason"),
    Column("decision", "choice", "What becomes of it.", "close.decision", DECISIONS),
    Column("lesson", "text", "What was learned, as typed.", "close.lesson"),
)
_WHICH = "file sheet row company department team level quarter id title owner"
_CALLED = "unit_name owner_name"
_ENDING = "score final final_reason status grade decision lesson"
_THEN = "forecast forecast_low forecast_high"
_VALUES = "value value_low value_high current"

RETROSPECTIVE: tuple[Frame, ...] = (
    frame_of(
        "retrospective",
        "The objectives of each quarter that is over by the day, or of which a close says "
        "anything; until then empty, as the two frames below are.",
        f"{_WHICH} commitment key_results {_ENDING} previous {_CALLED}",
        Column("title", "text", "Its text.", "report.objective"),
        Column("commitment", "choice", "As typed.", "okrs.commitment", COMMITMENTS),
        *CLOSING,
    ),
    frame_of(
        "missed",
        "Live key results of these quarters that were committed and are due, and missed their "
        "target, the lowest score first.",
        f"{_WHICH} objective_id score grade status note remark {_CALLED}",
        Column("remark", "text", "The last one in the log by the day.", "retrospective.remark"),
    ),
    frame_of(
        "hindsight",
        "Key results of these quarters that are due, and had a forecast six weeks into the "
        "quarter: the forecast as it would have been made on that day, beside the end. "
        "Compared are whole percents.",
        f"{_WHICH} made_on {_THEN} score ended {_VALUES} status {_CALLED}",
        Column("made_on", "date", "The day the forecast is of.", "retrospective.made_on"),
        Column("forecast", "percent", "The score it was to end with.", "retrospective.then"),
        Column("score", "percent", "The score it ended with.", "retrospective.end"),
        Column("ended", "choice", "How that lies to the range.", "retrospective.ended", ENDED),
        Column("value", "number", "Where it was to be on its due day.", "rollup.value"),
        Column("value_low", "number", "The low end of its 80 % range.", "rollup.value_low"),
        Column("value_high", "number", "The high end of its 80 % range.", "rollup.value_high"),
    ),
)
