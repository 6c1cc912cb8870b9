"""Columns that mean the same in every frame of a rollup that has them, and frames made of them."""

from __future__ import annotations

from okr_sheets.choices import LEVELS, STATUSES, TYPES
from okr_sheets.rollups.frame import Column, Frame
from okr_sheets.schema import OKRS


def okr(key: str, meaning: str) -> Column:
    """A column that the OKRs sheet has too: what it is stands in the tracker's schema."""
    column = OKRS[key]
    return Column(key, column.kind, meaning, f"okrs.{key}", column.choices)


# What means the same in each frame that has it.
_SHARED = (
    Column("file", "text", "The tracker it stands in.", "report.file"),
    Column("sheet", "text", "The sheet it stands on.", "report.sheet"),
    Column("row", "count", "The row of that sheet.", "report.row"),
    Column("cell", "text", "The cell to type in.", "report.cell"),
    Column("language", "text", "The code of the tracker's language."),
    Column("company", "text", "The company it belongs to.", "settings.company"),
    Column("department", "text", "The department, blank for none.", "settings.department"),
    Column("team", "text", "The team, blank for none.", "settings.team"),
    Column("level", "choice", "Which of these its unit is.", "settings.level", LEVELS),
    Column("quarter", "text", "Such as 2027-Q1, or 2027 for a year.", "settings.quarter"),
    Column("objective_id", "id", "The ID of its objective.", "report.objective_id"),
    Column("objective", "text", "The text of its objective.", "report.objective"),
    Column("unit_name", "text", "What to call its unit.", "rollup.unit"),
    Column("owner_name", "text", "What to call its owner.", "okrs.owner"),
    okr("id", "Its ID."),
    Column("title", "text", "Its text.", "dashboard.key_result"),
    okr("owner", "Who owns it, as typed."),
    Column("type", "choice", "How it is scored.", "okrs.type", TYPES),
    okr("target", "Where it is to be on its due day."),
    okr("current", "The last number by the day."),
    okr("last_check_in", "The day of `current`."),
    okr("aligns_to", "The IDs of what it serves, as typed."),
    okr("note", "As typed."),
    Column("remark", "text", "The last note on it in the log, else its own.", "rollup.remark"),
    Column("remark_by", "text", "Who wrote that in the log.", "rollup.remark_by"),
    Column("remark_on", "date", "When.", "rollup.remark_on"),
    okr("confidence", "The last in the log, else its own."),
    Column("confidence_before", "number", "The one before in the log.", "rollup.confidence_before"),
    okr("score", "How far it came towards its target; of several, their mean by weight."),
    okr("expected", "The score that the day asks for."),
    okr(
        "gap",
        "`expected` less `score`; of a total to stay within, the share of it used less `expected`.",
    ),
    okr("status", "How it stands; blank where nothing can be scored."),
    okr("grade", "How it ended; blank before the due day."),
    Column("with_left_out", "percent", "The score with what was stopped.", "report.with_left_out"),
    Column("planned_score", "percent", "The score by the plan.", "rollup.planned_score"),
    Column("key_results", "count", "Live key results.", "report.key_results"),
    Column("updated", "count", "Live key results with a new number.", "report.updated_header"),
    Column("with_number", "count", "Live key results with any number.", "report.with_number"),
    Column("live", "count", "Live key results."),
    *(
        Column(key, "count", f"Key results of this {column}.", f"choices.{column}.{key}")
        for column in ("status", "grade")
        for key in OKRS[column].choices
    ),
    Column("forecast", "percent", "The score it will end with.", "report.forecast"),
    Column("forecast_low", "percent", "The low end of its 80 % range.", "rollup.low"),
    Column("forecast_high", "percent", "The high end of its 80 % range.", "rollup.high"),
    Column("forecast_of", "count", "Key results it is made from.", "rollup.forecast_of"),
    Column("forecast_stale", "count", "Those of them that are stale.", "rollup.forecast_stale"),
    Column("previous", "percent", "Its score at the end of the last quarter.", "report.previous"),
    Column("final", "percent", "The score by the close, else the computed one.", "close.final"),
    Column("year_score", "percent", "The score of its year.", "report.year_score"),
    Column("year_expected", "percent", "What the day asks of its year.", "report.year_expected"),
    Column("year_status", "choice", "How its year stands.", "report.year_status", STATUSES),
)


def frame_of(key: str, about: str, order: str, *special: Column) -> Frame:
    """A frame of columns in this order, `special` ones where they mean something else in it."""
    columns = {column.key: column for column in (*_SHARED, *special)}
    return Frame(key, about, tuple(columns[each] for each in order.split()))
