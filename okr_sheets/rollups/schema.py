"""Every frame and column of a rollup, said once.

The stages give these, the reports go by them, and docs/rollup.md is printed from here. The words of
headers are in `languages/*.toml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from okr_sheets import schema
from okr_sheets.choices import GRADES, LEVELS, STATUSES
from okr_sheets.columns import ARRAYS, Array, Columns
from okr_sheets.findings import PLAN_CODES
from okr_sheets.rollups.frame import Column, Frame
from okr_sheets.rollups.lookback import CLOSING, RETROSPECTIVE
from okr_sheets.rollups.shared import frame_of, okr
from okr_sheets.schema import Kind

# What a key result came to that leaders want to hear of, the gravest first.
CHANGE_KINDS = ("off-track", "at-risk", "stale", "down", "achieved", "new", "up")
# What is odd about whom an objective serves, and who serves it.
_FINDINGS = (
    "cycle",
    "unknown",
    "double",
    "level-skip",
    "serves-nothing",
    "nobody-serves",
    "sideways",
)
# What became otherwise between two runs, the gravest first.
HISTORY_CODES = (
    *("dropped", "target-eased", "number", "reported", "target-tightened", "baseline", "weight"),
    *("owner", "title", "id", "added"),
)
# Why somebody should look at a key result, the gravest first.
_REASONS = (
    *("dropped", "target-eased", "rewritten"),
    *("unscored", "no-update", "crossed", "gap", "stale", *PLAN_CODES, "by-plan", "confidence"),
    *("confidence-against-forecast", "blocked", "forecast", "typed-status"),
)
# Where a score will end, and how sure that is.
ENDS = ("forecast", "forecast_low", "forecast_high", "forecast_of", "forecast_stale")


_PLACE = "file sheet row"
_UNIT = "company department team"
_WHICH = f"{_PLACE} {_UNIT} id title owner"
_CALLED = "unit_name owner_name"
_MEANS = "key_results updated score expected gap"
_OTHERWISE = "with_left_out planned_score"
_REMARK = "remark remark_by remark_on"
_WORDS = f"{_REMARK} confidence confidence_before"
_TALLIES = " ".join((*STATUSES, *GRADES, "with_number"))
_ENDS = " ".join(ENDS)
_OBJECTIVE = Column("title", "text", "Its text.", "report.objective")
_CELL = Column("cell", "text", "The cell, or as much of it as is known.", "report.cell")
_CODE = Column("code", "text", "What is wrong, the same in every language.", "report.code")


ABOUT = frame_of(
    "about",
    "Not a list, but what the rollup covers. Score and forecast are those of the unit that speaks "
    "for all (the only company's, or the only unit there is), null or 0 if there is none.",
    "quarter company as_of since trackers unreadable objectives key_results live updated score "
    f"expected {_ENDS} previous_quarter with_number blank",
    Column("quarter", "text", "All quarters; years where there is nothing else."),
    Column("company", "text", "All companies."),
    Column("as_of", "date", "The latest day any tracker was scored by."),
    Column("since", "date", "The day that `changes` compares with."),
    Column("trackers", "count", "Trackers that were scored."),
    Column("unreadable", "any", "The paths of what could not be read."),
    Column("objectives", "count", "All objectives."),
    Column("key_results", "count", "All key results."),
    Column("live", "count", "Those neither cancelled nor postponed."),
    Column("previous_quarter", "text", "The quarter that `previous` is of."),
    Column("blank", "count", "Trackers that hold no OKRs yet."),
)
_FRAMES = (
    frame_of(
        "teams",
        "One row per unit and quarter: company, department or team, the smallest that a tracker "
        "names; and one for a department or company above several of them that has no tracker of "
        "its own: no score, but `below`, which is never mixed into a score.",
        f"{_UNIT} quarter level parent weight file as_of objectives {_MEANS} status {_OTHERWISE} "
        f"below {_TALLIES} blank unit_name {_ENDS} previous final year_score year_expected "
        "year_status",
        Column("level", "choice", "Which of these it is.", "settings.level", LEVELS),
        Column("parent", "text", "The unit above it in this rollup.", "rollup.part_of"),
        okr("weight", "How much it counts there, from okr.toml."),
        Column("file", "text", "Its trackers.", "report.file"),
        Column("as_of", "date", "The day it was scored by.", "settings.as_of"),
        Column("objectives", "count", "Its objectives.", "report.objectives"),
        Column("below", "percent", "The mean of the units just below, by weight.", "report.below"),
        Column("blank", "count", "Its trackers, where they hold no OKRs yet."),
        Column("unit_name", "text", "What to call it.", "rollup.unit"),
    ),
    frame_of(
        "objectives",
        "One row per objective.",
        f"{_PLACE} {_UNIT} level quarter id title owner commitment weight state start due {_MEANS} "
        f"status grade {_OTHERWISE} aligns_to note {_ENDS} previous carried with_number final "
        f"final_reason decision lesson {_CALLED} {_WORDS}",
        _OBJECTIVE,
        okr("commitment", "As typed."),
        okr("weight", "How much it counts in its unit, as typed; blank counts 1."),
        okr("state", "As typed; blank is active."),
        okr("start", "As typed; blank is the quarter's first day."),
        okr("due", "As typed; blank is the quarter's last day."),
        Column("carried", "flag", "Whether last quarter had one of this ID in this unit."),
        *CLOSING,
    ),
    frame_of(
        "key_results",
        "One row per key result. What was planned is blank where the row holds another one now.",
        f"{_PLACE} {_UNIT} level quarter objective_id objective id title owner type commitment "
        "baseline target unit weight state start due current last_check_in confidence progress "
        "score expected gap status grade updated aligns_to note planned_baseline planned_target "
        f"planned_weight planned_score with_number {_CALLED} {_REMARK} confidence_before",
        okr("commitment", "Its own, else its objective's, else aspirational."),
        okr("baseline", "Where it began; of a count, last quarter's total."),
        okr("unit", "What its numbers count."),
        okr("weight", "How much it counts in its objective, 1 where nothing was typed."),
        okr("state", "Its own, or that of its objective where that one was stopped."),
        okr("start", "As typed, else the quarter's first day."),
        okr("due", "As typed, else the quarter's last day."),
        okr("progress", "The score before it is held between 0 and 1."),
        Column("updated", "flag", "Whether it counts as updated.", "report.updated_header"),
        Column("planned_baseline", "number", "The baseline its tracker was made with."),
        Column("planned_target", "number", "The target its tracker was made with."),
        Column("planned_weight", "number", "The weight its tracker was made with."),
        Column("with_number", "flag", "Whether any number counts.", "report.with_number"),
    ),
    frame_of(
        "owners",
        "One row per owner, company and quarter.",
        f"quarter owner {_MEANS} {_OTHERWISE} stale due overdue {_TALLIES} blank company "
        "owner_name",
        Column("owner", "text", "The name as typed."),
        Column("stale", "count", "Key results that are stale.", "rollup.stale"),
        Column("due", "count", "Key results that owe a number, as in `owed`.", "report.owes"),
        Column("overdue", "count", "Actions open after their day.", "report.overdue_actions"),
        Column("blank", "count", "Trackers without OKRs whose unit it is.", "report.no_okrs"),
        Column("owner_name", "text", "What to call them.", "okrs.owner"),
    ),
    frame_of(
        "changes",
        "Key results whose score or status changed since the check-in date before the last one, "
        "worst first.",
        f"{_WHICH} change before after before_status after_status since {_CALLED}",
        Column(
            "change",
            "choice",
            "What it came to; a first number is `new`.",
            "rollup.change",
            CHANGE_KINDS,
        ),
        Column("before", "percent", "The score then.", "rollup.before"),
        Column("after", "percent", "The score now.", "rollup.after"),
        Column("before_status", "choice", "The status then.", "rollup.before_status", STATUSES),
        Column("after_status", "choice", "The status now.", choices=STATUSES),
        Column("since", "date", "The day of `before`.", "rollup.since"),
    ),
    frame_of(
        "forecast",
        "Key results with three check-ins (two-weekly: two, monthly: one) or more, and counts from "
        "the first on where last quarter's total is known: levels by a random walk whose drift is "
        "shrunk, counts by their pace and the time left; the docstrings of "
        "`okr_sheets.rollups.distributions` say how, and from which books. What is only ever yes "
        "or no has none. The range widens with the weeks that went by without a number. "
        "`heading-off` says on track, but even the high end of its range is not; `heading-well` is "
        "behind, but even the low end is on track, never by stale numbers.",
        f"{_WHICH} check_ins current value value_low value_high score forecast forecast_low "
        f"forecast_high status finding {_CALLED}",
        Column("check_ins", "count", "How many check-ins count.", "rollup.check_ins"),
        Column("value", "number", "Where it will be on its due day.", "rollup.value"),
        Column("value_low", "number", "The low end of its 80 % range.", "rollup.value_low"),
        Column("value_high", "number", "The high end of its 80 % range.", "rollup.value_high"),
        Column(
            "finding", "choice", "See above.", "rollup.finding", ("heading-off", "heading-well")
        ),
    ),
    frame_of(
        "alignment",
        "Objectives as an outline: each is followed by those that serve it.",
        f"{_PLACE} level {_UNIT} id title owner depth parent path serving score below difference "
        f"finding {_CALLED}",
        _OBJECTIVE,
        Column("depth", "count", "How far below the top; 0 for what serves nothing in the run."),
        Column("parent", "id", "The ID it stands under.", "rollup.serves"),
        Column("path", "text", "The IDs from the top.", "rollup.path"),
        Column("serving", "count", "The live objectives that serve it.", "rollup.serving"),
        Column("below", "percent", "The mean of their scores by weight.", "report.below"),
        Column("difference", "percent", "`score` less `below`.", "report.difference"),
        Column("finding", "choice", "What is odd about its place.", "rollup.finding", _FINDINGS),
    ),
    frame_of(
        "attention",
        "Live key results that somebody should look at, those without a score first, then by gap.",
        f"{_WHICH} score expected gap status reason reasons last_check_in current target {_CALLED} "
        f"{_WORDS}",
        Column("reason", "choice", "The gravest reason.", "report.reason", _REASONS),
        Column("reasons", "any", "All of them, each with what fills its sentence."),
    ),
    frame_of(
        "owed",
        "Live key results without a number for the last check-in date that are not achieved.",
        f"{_PLACE} cell quarter language id title owner type current target day {_CALLED} {_WORDS}",
        Column("day", "date", "The check-in date."),
    ),
    frame_of(
        "overdue",
        "Actions still to be done after their day.",
        f"{_PLACE} cell quarter language id action owner status due {_CALLED}",
        Column("id", "id", "The ID of its key result."),
        Column("action", "text", "What is to be done."),
        Column("status", "choice", "As typed.", choices=("to-do", "doing", "blocked")),
        Column("due", "date", "Its day."),
    ),
    frame_of(
        "blank",
        "Trackers of units that have no OKRs yet.",
        f"file sheet {_UNIT} level quarter language owner day {_CALLED}",
        Column("owner", "text", "Its unit; blank where it names none."),
        Column("day", "date", "The day it counts to."),
    ),
    frame_of(
        "trend",
        "The scores of every level as of each past check-in date, computed again from the "
        "check-ins. Units and owners have row 0.",
        f"level {_UNIT} quarter {_PLACE} id owner day score expected updated live with_number "
        f"{_CALLED}",
        Column(
            "level", "choice", "Whose row it is.", "", ("unit", "owner", "objective", "key-result")
        ),
        Column("day", "date", "The day it is scored by."),
    ),
    frame_of(
        "sources",
        "Where every figure of an objective or key result comes from; `assumed` is what the rules "
        "take where nothing was typed.",
        f"{_PLACE} id figure value cell source",
        Column("figure", "text", "The key of its column."),
        Column("value", "text", "The figure as text."),
        Column(
            "cell", "text", "Where it stands or is shown; with its sheet where that is another."
        ),
        Column("source", "choice", "Its origin.", "", ("typed", "log", "assumed", "computed")),
    ),
    frame_of(
        "carried",
        "Objectives that kept their ID since the last quarter.",
        f"file id title department team owner previous_title previous_score score {_CALLED}",
        _OBJECTIVE,
        Column("previous_title", "text", "Its text then.", "rollup.previous_title"),
        Column("previous_score", "percent", "Its score then.", "report.previous"),
    ),
    frame_of(
        "remarks",
        "The lines of the logs by the day, the newest first, with a note, a confidence or both. "
        "One on an objective has no `id`; one on an ID that no row has, or on none, has no title.",
        f"{_PLACE} cell {_UNIT} level quarter objective_id objective id title date by note "
        f"confidence {_CALLED}",
        _CELL,
        Column("date", "date", "Its day.", "log.date"),
        Column("by", "text", "Who wrote it.", "log.by"),
        Column("note", "text", "What it says.", "log.note"),
        Column("confidence", "number", "From 1 to 10, as typed.", "log.confidence"),
    ),
    frame_of(
        "quality",
        "Of how many key results a coach has nothing to say: one row per unit, each followed by "
        "its objectives.",
        f"{_PLACE} {_UNIT} level quarter id title key_results clean findings share previous "
        "unit_name",
        Column("level", "choice", "Whose row it is.", "", ("unit", "objective")),
        _OBJECTIVE,
        Column("key_results", "count", "Its live key results.", "report.key_results"),
        Column("clean", "count", "Those of them without a warning.", "review.clean"),
        Column("findings", "count", "Its warnings.", "report.findings"),
        Column("share", "percent", "`clean` of `key_results`.", "review.share"),
        Column("previous", "percent", "Its share last quarter.", "report.previous"),
    ),
    frame_of(
        "findings",
        "What a coach says, warnings and infos, on an objective, a key result, or neither; see "
        "[problems.md](problems.md). In Python `okr_sheets.check` gives the same as `Problem` "
        "values, which have the sentences.",
        f"{_PLACE} cell {_UNIT} level quarter objective_id objective id title owner status "
        f"severity code given words {_CALLED}",
        _CELL,
        Column("severity", "choice", "How bad it is.", "report.severity", ("warning", "info")),
        _CODE,
        Column("given", "text", "What stands there, for its sentence."),
        Column("words", "any", "What else fills its sentence."),
    ),
    frame_of(
        "history",
        "What became otherwise between two runs of a [history](history.md), or the last and this "
        "one: key results; objectives, with no `id`; scores of units, which are `reported`.",
        f"code {_PLACE} {_UNIT} quarter objective_id objective id title owner day before after "
        f"since until {_CALLED}",
        Column("code", "choice", "What it is.", "rollup.change", HISTORY_CODES),
        Column("row", "count", "The row of that sheet; 0 for what is gone.", "report.row"),
        Column("day", "date", "The day of the number, or of the score.", "log.date"),
        Column("before", "text", "What it was, numbers as 12.5; blank for nothing.", "rollup.was"),
        Column("after", "text", "What it became, or is computed to be now.", "rollup.became"),
        Column("since", "date", "The last run that had it as before.", "rollup.run_before"),
        Column("until", "date", "The first run that has it as after.", "rollup.run_after"),
    ),
    *RETROSPECTIVE,
)
FRAMES: Mapping[str, Frame] = {frame.key: frame for frame in _FRAMES}
PROBLEMS = frame_of(
    "problems",
    "What is wrong, by its cell; see [problems.md](problems.md). In Python these are `Problem` "
    'values; `problem.say("fi")` gives the message in a language.',
    "file sheet cell severity code message",
    _CELL,
    Column("severity", "choice", "How bad it is.", "report.severity", ("error", "warning", "info")),
    _CODE,
    Column("message", "text", "The sentence.", "report.message"),
)


def tabled(frame: Frame, rows: Sequence[Mapping[str, Any]], *others: str) -> Columns:
    """Rows as the columns of a frame, and `others` of text; a key that a row lacks is blank."""
    kinds: dict[str, Kind] = {**frame.kinds, **dict.fromkeys(others, "text")}
    return Columns.of(rows, [schema.Column(key, kind) for key, kind in kinds.items()])


def typed(rows: Columns, frame: Frame) -> Columns:
    """The columns of a frame, each of the type its kind has."""
    arrays: dict[str, Array] = {
        key: rows[key].astype(ARRAYS[kind], copy=False) for key, kind in frame.kinds.items()
    }
    return Columns(arrays, len(rows))
