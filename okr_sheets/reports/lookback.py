"""What a retrospective counts: grades, decisions, and forecasts that held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from okr_sheets.choices import COMMITMENTS, DECISIONS, GRADES
from okr_sheets.columns import among
from okr_sheets.drawing.colours import GRADE_STATUS
from okr_sheets.language import Language
from okr_sheets.reports.phrases import day_text, status_word
from okr_sheets.rollups.result import Rollup, Row

SILENT = "no-update"  # what was never updated is called so, and is never red
# The tones of grades, and of what has none for want of a number, in the order of their counts.
TONES: Mapping[str, str] = {**{key: GRADE_STATUS[key] for key in GRADES}, SILENT: SILENT}


def has_retrospective(rollup: Rollup) -> bool:
    """Whether there is a quarter to look back on."""
    return len(rollup.columns["retrospective"]) > 0


def grades(rollup: Rollup) -> dict[str, Counter[str]]:
    """How many key results have each grade, by their commitment; without those that have none."""
    rows = rollup.columns["key_results"]
    is_graded = (rows.grade != "") & among(rows.quarter, rollup.columns["retrospective"].quarter)
    rows = rows.take(is_graded)
    counts: dict[str, Counter[str]] = {key: Counter() for key in COMMITMENTS}
    for commitment, grade, status in zip(rows.commitment, rows.grade, rows.status, strict=True):
        counts[commitment][SILENT if status == SILENT else grade] += 1
    return {key: count for key, count in counts.items() if count}


def grade_word(key: str, words: Language) -> str:
    """The word for a grade, or for `SILENT`."""
    return status_word(key, words) if key == SILENT else words.choice("grade", key)


def decisions(rollup: Rollup, words: Language) -> dict[str, int]:
    """How many objectives were decided on in each way, and how many not yet, by their words.

    Nothing where nobody closes.
    """
    if not rollup.is_closing:
        return {}
    counts = Counter(rollup.columns["retrospective"].decision)
    named = {words.choice("close_decision", key): counts[key] for key in DECISIONS}
    named[words("retrospective.undecided")] = counts[""]
    return {name: count for name, count in named.items() if count}


def final_unit(rollup: Rollup) -> Row | None:
    """The unit that speaks for all, if it has a final score and anybody closes."""
    unit = rollup.headline if rollup.is_closing else None
    return None if unit is None or unit["final"] is None else unit


def decision_word(key: str, words: Language) -> str:
    """The word for a decision, or that there is none."""
    return words.choice("close_decision", key) if key else words("retrospective.undecided")


def differs(row: Row, words: Language) -> bool:
    """Whether the final score of a row reads otherwise than the computed one."""
    return words.percent(row["final"]) != words.percent(row["score"])


def held(rollup: Rollup, words: Language) -> tuple[str, str] | None:
    """How many of the forecasts held, and what that says of them; None without a forecast."""
    rows = rollup.columns["hindsight"]
    if not len(rows):
        return None
    inside = int((rows.ended == "inside").sum())
    made = [row["made_on"] for row in rollup.rows("hindsight")]
    days = dict.fromkeys(day_text(day, words) for day in (min(made), max(made)))
    counted = words.counted("page.count_of", part=inside, whole=len(rows))
    return counted, words("retrospective.held", day=" – ".join(days))


def why(row: Row, words: Language) -> str:
    """Why a committed key result was missed: its note, and the last remark; or that nobody says."""
    said = dict.fromkeys(text for text in (row["note"], row["remark"]) if text)
    return " · ".join(said) or words("retrospective.unexplained")
