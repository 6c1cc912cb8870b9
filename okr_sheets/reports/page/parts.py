"""What the page is made of: chips, bars, stacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from okr_sheets.drawing.colours import GRADE_STATUS
from okr_sheets.language import Language
from okr_sheets.reports.phrases import by_plan, end_range, heading, stale_part, year_line
from okr_sheets.rollups.result import Row

# How people read the counts: from good to silent to stopped. "" cannot be scored.
ORDER = (
    "achieved",
    "on-track",
    "at-risk",
    "off-track",
    "no-update",
    "not-started",
    "postponed",
    "cancelled",
    "",
)
KEEPING = ("on-track", "achieved")


def grouped(pairs: Iterable[tuple[Any, Row]]) -> dict[Any, list[Row]]:
    """Rows by their keys, both in the order they come in."""
    groups: dict[Any, list[Row]] = {}
    for key, row in pairs:
        groups.setdefault(key, []).append(row)
    return groups


def chip(status: str | None, words: Language) -> dict[str, str]:
    """The tone and word of a status."""
    if not status:
        return {"tone": "unscored", "word": words("report.reason_unscored")}
    return {"tone": status, "word": words.choice("status", status)}


def grade(row: Row, words: Language) -> dict[str, str] | None:
    """The tone and word of a grade, once a row is due."""
    # What was never updated is called so, and is never red.
    if not row["grade"] or row["status"] == "no-update":
        return None
    word = words.choice("grade", row["grade"])
    return {"tone": GRADE_STATUS[row["grade"]], "word": f"{words('okrs.grade')}: {word}"}


def bar(row: Row, words: Language, paced: bool = True) -> Row | None:
    """A score as a bar, with marks at the expected pace and at where it is heading.

    None without a score. During the quarter the tone is that of the status, after it that of the
    grade.
    """
    score, expected = row["score"], row["expected"] if paced else None
    if score is None:
        return None
    label = f"{words('okrs.score')} {words.percent(score)}"
    if expected is not None:
        label = words(
            "report.headline", score=words.percent(score), expected=words.percent(expected)
        )
    end = heading(row, words)
    return {
        "score": share(score),
        "expected": None if expected is None else share(expected),
        "label": label,
        "end_label": end,
        "tone": GRADE_STATUS.get(row.get("grade") or "", row["status"] or "unscored"),
        "end": share(row["forecast"]) if end else None,
        "low": share(row["forecast_low"]) if end else None,
        "span": share(row["forecast_high"] - row["forecast_low"]) if end else None,
    }


def end_of(row: Row, words: Language) -> list[str]:
    """From how many key results a forecast was made, where not from all, and how many are stale."""
    if not end_range(row, words):
        return []
    few = row["forecast_of"] < row["key_results"]
    made = {"n": row["forecast_of"], "all": row["key_results"]}
    sentence = words.counted("report.forecast_from", **made) if few else ""
    return [part for part in (sentence, stale_part(row, words)) if part]


def stack(statuses: Iterable[str], words: Language) -> Row:
    """The count of each status, as parts of one bar."""
    counts = Counter(status if status in ORDER else "" for status in statuses)
    return stacked([(chip(key, words), counts[key]) for key in ORDER if counts[key]], words)


def stacked(counts: Iterable[tuple[dict[str, str], int]], words: Language) -> Row:
    """Chips with their counts, as parts of one bar."""
    counts = list(counts)
    total = sum(count for _, count in counts)
    parts, start = [], 0
    for each, count in counts:
        text = words.number(count)
        place = {"count": text, "x": share(start / total), "width": share(count / total)}
        parts.append(each | place)
        start += count
    label = ", ".join(f"{part['word']} {part['count']}" for part in parts)
    return {"parts": parts, "label": label}


def share(value: float) -> str:
    """A share of 1 as the percent that SVG takes."""
    return f"{value * 100:.4g}%"


def counted_otherwise(row: Row, words: Language) -> str:
    """The score with what was stopped counted, and by the plan, where they make a difference."""
    counted = words.percent(row["with_left_out"])
    differs = row["with_left_out"] is not None and counted != words.percent(row["score"])
    with_left_out = words("report.with_left_out_note", score=counted) if differs else ""
    is_final = words.percent(row["final"]) != words.percent(row["score"])
    final = f"{words('close.final')}: {words.percent(row['final'])}" if is_final else ""
    return "; ".join(filter(None, (final, with_left_out, by_plan(row, words))))


def unit_notes(row: Row, words: Language) -> str:
    """The unit's year beside its quarter, and its score counted otherwise."""
    return "; ".join(filter(None, (year_line(row, words), counted_otherwise(row, words))))
