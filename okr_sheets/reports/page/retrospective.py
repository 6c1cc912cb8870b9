"""The page's part that looks back on a quarter that is over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from okr_sheets.language import Language
from okr_sheets.reports import lookback
from okr_sheets.reports.excerpts import Excerpt, place_of
from okr_sheets.reports.page.order import by_value
from okr_sheets.reports.page.parts import bar, share, stacked
from okr_sheets.rollups.result import Row

# The tones of how a score lies to the range that was forecast for it.
_ENDED = {"below": "down", "inside": "achieved", "above": "up"}
Anchors = Mapping[Any, str]


def retrospective(
    excerpt: Excerpt, units: Sequence[Row], key_results: Iterable[Row], words: Language
) -> Row | None:
    """What was reached, decided, missed and learned, and how forecasts held; None before the end.

    `units` and `key_results` are those that the page shows.
    """
    rollup = excerpt.rollup
    if not lookback.has_retrospective(rollup):
        return None
    numbers = {unit["name"]: unit["number"] for unit in units}
    anchors = {row["place"]: row["anchor"] for row in key_results}
    anchors |= {row["place"]: row["anchor"] for unit in units for row in unit["objectives"]}
    rows = {name: excerpt.rows(name) for name in ("retrospective", "missed", "hindsight")}
    if not rollup.is_closing:  # then they stand elsewhere with all that is known of them
        rows["retrospective"] = []
    sizes = {name: len(rollup.columns[name]) for name in rows}
    # What was not foreseen is what there is to learn from.
    rows["hindsight"].sort(key=lambda row: row["ended"] == "inside")
    return {
        "is_over": rollup.is_over,
        "headline": _headline(lookback.final_unit(rollup), words),
        "grades": [_grades(*each, words) for each in lookback.grades(rollup).items()],
        "decisions": [
            (name, words.number(count)) for name, count in lookback.decisions(rollup, words).items()
        ],
        "held": lookback.held(rollup, words),
        "objectives": _objectives(excerpt, rows["retrospective"], numbers, anchors),
        "has_committed": "committed" in lookback.grades(rollup),
        "missed": [
            _looked_up(row, numbers, anchors, words)
            | {
                "score": words.percent(row["score"]),
                "why": lookback.why(row, words),
                "by": {"score": by_value(row["score"])},
            }
            for row in rows["missed"]
        ],
        "hindsight": [
            _looked_up(row, numbers, anchors, words) | _in_hindsight(row, words)
            for row in rows["hindsight"]
        ],
        "notes": {
            name: excerpt.note(name, len(shown), sizes[name]) if shown else ""
            for name, shown in rows.items()
        },
    }


def _headline(unit: Row | None, words: Language) -> Row | None:
    """Final and computed score of the unit that speaks for all."""
    if unit is None:
        return None
    computed = words.percent(unit["score"])
    return {
        "unit": unit["unit_name"],
        "final": words.percent(unit["final"]),
        "computed": computed if lookback.differs(unit, words) else "",
    }


def _grades(commitment: str, counts: Mapping[str, int], words: Language) -> Row:
    chips = {
        key: {"tone": tone, "word": lookback.grade_word(key, words)}
        for key, tone in lookback.TONES.items()
    }
    parts = [(chips[key], counts[key]) for key in chips if counts[key]]
    return {"label": words.choice("commitment", commitment), "stack": stacked(parts, words)}


def _objectives(
    excerpt: Excerpt, rows: Iterable[Row], numbers: Mapping[str, int], anchors: Anchors
) -> list[Row]:
    """Each unit above its objectives, in the order in which they stand elsewhere."""
    words = excerpt.words
    teams = {row["unit_name"]: row for row in excerpt.rollup.rows("teams")}
    lines: list[Row] = []
    for unit, group in groupby(rows, key=lambda row: row["unit_name"]):
        lines.append(_scores(teams[unit], words) | {"depth": 0, "name": unit})
        lines[-1]["unit"] = numbers.get(unit, "")
        for row in group:
            line = _looked_up(row, numbers, anchors, words) | _scores(row, words)
            before = row["previous"]
            line["previous"] = "" if before is None else words.percent(before)
            line["reason"] = row["final_reason"] if line["differs"] else ""
            line["decision"] = lookback.decision_word(row["decision"], words)
            line["is_decided"] = bool(row["decision"])
            lines.append(line | {"depth": 1, "lesson": row["lesson"]})
    return lines


def _scores(row: Row, words: Language) -> Row:
    """Computed and final score of a unit or an objective; a unit has no grade to be coloured by."""
    colour = {} if "grade" in row else {"status": "achieved"}
    known = {**row, **colour, "forecast_low": None, "forecast_high": None}
    return {
        "bar": bar(known, words, paced=False),
        "score": words.percent(row["score"]),
        "final": words.percent(row["final"]),
        "differs": lookback.differs(row, words),
        "by": {key: by_value(row[key]) for key in ("score", "final")},
    }


def _looked_up(row: Row, numbers: Mapping[str, int], anchors: Anchors, words: Language) -> Row:
    """What is said of every row, with the link to it where the page shows it."""
    return {
        "title": row["title"] or "–",
        "id": row["id"],
        "unit_name": row["unit_name"],
        "owner": row["owner_name"] or words("report.nobody"),
        "unit": numbers.get(row["unit_name"], ""),
        "status": row.get("status") or "",
        "anchor": anchors.get(place_of(row), ""),
    }


def _in_hindsight(row: Row, words: Language) -> Row:
    """The range that was forecast, under a bar of the score that it came to."""
    span = words.percent_range(row["forecast_low"], row["forecast_high"])
    tone = _ENDED[row["ended"]]
    chip = {"tone": tone, "word": words.choice("ended", row["ended"])}
    label = f"{words('retrospective.then')} {span}, {words('retrospective.end')} "
    return {
        "range": span,
        "forecast": words.percent(row["forecast"]),
        "score": words.percent(row["score"]),
        "chip": chip,
        "by": {
            **{key: by_value(row[key]) for key in ("forecast", "score")},
            "ended": list(_ENDED).index(row["ended"]),
        },
        "bar": {
            "score": share(row["score"]),
            "expected": None,
            "label": label + words.percent(row["score"]),
            "tone": tone,
            "end_label": "",
            "end": share(row["forecast"]),
            "low": share(row["forecast_low"]),
            "span": share(row["forecast_high"] - row["forecast_low"]),
        },
    }
