"""The page's lists: attention, alignment, changes, owners, problems; filters and legend."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from okr_sheets.bands import grade_rule, status_meaning
from okr_sheets.drawing.colours import GRADE_STATUS
from okr_sheets.kinds import SEVERITIES
from okr_sheets.language import Language
from okr_sheets.problems import Problem
from okr_sheets.reports.excerpts import Excerpt, place_of
from okr_sheets.reports.page.order import by_value
from okr_sheets.reports.page.parts import ORDER, chip, grouped, share
from okr_sheets.reports.phrases import (
    history_about,
    history_line,
    history_what,
    reason,
    unsaid_confidence,
    updated,
)
from okr_sheets.rollups.result import Rollup, Row
from okr_sheets.rollups.schema import CHANGE_KINDS

DEEPEST = 6  # steps that an outline is indented by


def tree(units: Sequence[Row]) -> list[Row]:
    """The listed units as an outline, each followed by those below it, with its `depth`."""
    below: dict[Any, list[Row]] = {}
    for unit in (unit for unit in units if unit["is_listed"]):
        below.setdefault(unit["above"], []).append(unit)
    outline: list[Row] = []
    waiting = [(unit, 0) for unit in reversed(below.get(None, []))]
    while waiting:
        unit, depth = waiting.pop()
        outline.append(unit | {"depth": min(depth, DEEPEST)})
        waiting += [(child, depth + 1) for child in reversed(below.get(unit["number"], []))]
    return outline


def attention(
    excerpt: Excerpt, units: Iterable[Row], key_results: Iterable[Row], words: Language
) -> list[Row]:
    """What needs attention, the worst first: key results, each with all reasons in words."""
    by_place = {key_result["place"]: key_result for key_result in key_results}
    numbers = {unit["name"]: unit["number"] for unit in units}
    return [
        (by_place.get(place_of(row)) or _gone(row, numbers, words))
        | {
            "reasons": [reason({"reasons": (each,)}, words) for each in row["reasons"]],
            "unsaid": unsaid_confidence(row, words),
        }
        for row in excerpt.rows("attention")
        if place_of(row) in by_place or not row["row"]
    ]


def _gone(row: Row, numbers: Mapping[str, int], words: Language) -> Row:
    """What the list of attention shows of a key result that only the history knows."""
    return {
        "anchor": "history",
        "title": row["title"],
        "id": row["id"],
        "unit": numbers.get(row["unit_name"], ""),
        "team": row["unit_name"],
        "owner": row["owner_name"] or words("report.nobody"),
        "said": "",
        "bar": None,
        "score": "",
        "now": "",
        "course": "",
        "todo": [],
        "idle": "",
        "at": {"score": ""},
        "by": {"score": "", "status": ""},
        "chip": {"tone": "cancelled", "word": "–"},
    }


def history(
    excerpt: Excerpt, units: Iterable[Row], key_results: Iterable[Row], words: Language
) -> list[Row]:
    """What changed between runs, the gravest first, each with where it is shown, if it is."""
    by_place = {key_result["place"]: key_result for key_result in key_results}
    numbers = {unit["name"]: unit["number"] for unit in units}
    return [
        {
            "what": history_what(row, words),
            "about": history_about(row),
            "said": history_line(row, words),
            "anchor": known["anchor"] if known else "",
            "unit": numbers.get(row["unit_name"], ""),
            "team": row["unit_name"] if row["objective"] else "",
            "owner": row["owner_name"],
            "chip": known["chip"] if known else None,
        }
        for row in excerpt.rows("history")
        for known in (by_place.get(place_of(row)) if row["title"] else None,)
    ]


def changes(excerpt: Excerpt, key_results: Iterable[Row], words: Language) -> list[Row]:
    """Key results that changed since the previous check-in date, worst first."""
    by_place = {key_result["place"]: key_result for key_result in key_results}
    return [
        by_place[place_of(row)]
        | {
            "before": words.percent(row["before"]),
            "after": words.percent(row["after"]),
            "was": _turned(row, words),
            "change": {
                "tone": row["change"],
                "word": words(f"page.change_{row['change'].replace('-', '_')}"),
                "rank": CHANGE_KINDS.index(row["change"]),
            },
        }
        for row in excerpt.rows("changes")
        if place_of(row) in by_place
    ]


def _turned(row: Row, words: Language) -> str:
    """“On track → At risk”, where the status is another one than before."""
    before, after = row["before_status"], row["after_status"]
    if not before or not after or before == after:
        return ""
    return f"{words.choice('status', before)} → {words.choice('status', after)}"


def alignment(excerpt: Excerpt, objectives: Iterable[Row], words: Language) -> list[Row]:
    """The objectives as an outline: own score beside the mean of those that serve each.

    Nothing where none of the rollup serves another.
    """
    if not excerpt.rollup.columns["alignment"].depth.any():
        return []
    by_place = {objective["place"]: objective for objective in objectives}
    outline = []
    for row in excerpt.rows("alignment"):
        if (place := place_of(row)) not in by_place:
            continue
        objective = by_place[place]
        score, below = row["score"], row["below"]
        finding = row["finding"]
        outline.append(
            objective
            | {
                "id": row["id"] or "",
                "depth": min(row["depth"], DEEPEST),
                "unit_name": row["unit_name"],
                "serving": row["serving"],
                "by": {key: by_value(row[key]) for key in ("score", "below", "difference")},
                "below": "" if below is None else words.percent(below),
                "pair": _pair(score, below, objective, words),
                "difference": ""
                if row["difference"] is None
                else _signed(row["difference"], words),
                "finding": words(f"report.finding_{finding.replace('-', '_')}") if finding else "",
            }
        )
    return outline


def _pair(score: float | None, below: float | None, objective: Row, words: Language) -> Row | None:
    """The score as a bar, the mean below it as a thinner one."""
    if score is None:
        return None
    label = f"{words('okrs.score')} {words.percent(score)}"
    if below is not None:
        label += f", {words('report.below')} {words.percent(below)}"
    return {
        "score": share(score),
        "below": None if below is None else share(below),
        "tone": objective["bar"]["tone"] if objective["bar"] else "unscored",
        "label": label,
    }


def _signed(difference: float, words: Language) -> str:
    """“+4%”, “−6%”, “0%”."""
    sign = "+" if difference >= 0.005 else "−" if difference <= -0.005 else ""
    return sign + words.percent(abs(difference))


def owners(excerpt: Excerpt, key_results: Iterable[Row], words: Language) -> list[Row]:
    """Who owns what, those who owe an update first; `more` are key results that are not shown."""
    nobody = words("report.nobody")
    owned = grouped(((row["quarter"], row["owner"]), row) for row in key_results if row["live"])
    several = len(set(excerpt.rollup.columns["owners"].quarter)) > 1
    is_asked = excerpt.rollup.is_asked
    rows = [
        {
            "name": row["owner_name"] or nobody,
            "quarter": row["quarter"] if several else "",
            "key_results": (own := owned.get((row["quarter"], row["owner_name"] or nobody), [])),
            "more": row["key_results"] - len(own),
            "score": words.percent(row["score"]),
            "updated": updated(row, words) if is_asked and row["key_results"] else "–",
            "missing": row["key_results"] - row["with_number"],
            "due": row["due"],
            "stale": row["stale"],
            "actions": row["overdue"],
            "blank": row["blank"],
            "by": {
                "owes": by_value(row["stale"] + row["due"] + row["overdue"] + row["blank"]),
                "score": by_value(row["score"]),
                "updated": by_value(
                    row["updated"] / row["key_results"] if is_asked and row["key_results"] else None
                ),
            },
        }
        for row in excerpt.rows("owners")
    ]
    owing = ("blank", "stale", "due", "actions", "missing")
    return sorted(rows, key=lambda o: (*(-o[key] for key in owing), o["name"].casefold()))


def problems(shown: Iterable[Problem], words: Language) -> list[Row]:
    """Problems in words, each by its cell; `count` where it speaks for others too."""
    return [
        {
            "file": problem.file,
            "cell": "!".join(part for part in (problem.sheet, problem.cell) if part),
            "severity": {"tone": problem.severity, "word": words(f"report.{problem.severity}")},
            "rank": SEVERITIES.index(problem.severity),
            "count": words.number(1 + len(problem.others)) if problem.others else "",
            "message": problem.say(words.code),
        }
        for problem in shown
    ]


def choices(units: Sequence[Row], key_results: Sequence[Row], words: Language) -> Row:
    """What the filters offer: teams with those below, owners, statuses with their words."""
    tones = {row["chip"]["tone"]: row["chip"]["word"] for row in key_results}
    names = {row["owner"] for row in key_results}
    below = _with_those_below(units)
    owning = {unit["number"] for unit in units if unit["objectives"]}
    return {
        "team": [
            (unit["name"], below[unit["number"]])
            for unit in units
            if not owning.isdisjoint(below[unit["number"]])
        ],
        "owner": sorted(names, key=str.casefold),
        "status": [(tone, tones[tone]) for tone in (*ORDER, "unscored") if tone in tones],
        "all": {
            key: words(f"page.all_{plural}")
            for key, plural in (("team", "teams"), ("owner", "owners"), ("status", "statuses"))
        },
    }


def _with_those_below(units: Sequence[Row]) -> dict[int, list[int]]:
    """The numbers that each unit stands for: its own and, of a department, those of its teams."""
    numbers: dict[int, list[int]] = {unit["number"]: [unit["number"]] for unit in units}
    # All that is below a company is everything, for which there is a choice already.
    departments = {unit["number"] for unit in units if unit["level"] == "department"}
    for unit in units:
        if unit["above"] in departments:
            numbers[unit["above"]].append(unit["number"])
    return numbers


def legend(rollup: Rollup, words: Language) -> Row:
    """What scores, statuses and grades mean."""
    graded = not GRADE_STATUS.keys().isdisjoint(rollup.columns["key_results"].grade)
    grades = [grade_rule(rollup.bands, words)] if graded else []
    return {
        "rules": [words("start.score_rule"), words("start.expected_rule"), *grades],
        "statuses": [
            (chip(status, words), status_meaning(status, rollup.bands, words))
            for status in ORDER
            if status
        ],
    }
