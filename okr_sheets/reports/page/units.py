"""Units with their objectives, and these with their key results; none is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np

from okr_sheets.choices import STATUSES, STOPPED
from okr_sheets.columns import Array, serial
from okr_sheets.language import Language
from okr_sheets.reports.excerpts import place_of, places_among, places_of
from okr_sheets.reports.page.actions import Actions
from okr_sheets.reports.page.charts import Point, sparkline
from okr_sheets.reports.page.order import by_severity, by_value
from okr_sheets.reports.page.parts import (
    bar,
    chip,
    counted_otherwise,
    grade,
    grouped,
    stack,
    unit_notes,
)
from okr_sheets.reports.page.said import Courses, courses, said
from okr_sheets.reports.page.selection import Selection, families_of
from okr_sheets.reports.page.sources import Sources
from okr_sheets.reports.page.trends import Ways, key_result_courses
from okr_sheets.reports.phrases import (
    KEEPS,
    coverage,
    day_text,
    end_range,
    goal,
    heading,
    now,
    plan_changes,
    stale_part,
    updated,
)
from okr_sheets.rollups.result import Rollup, Row
from okr_sheets.rollups.units import parents


def units(rollup: Rollup, selected: Selection, ways: Ways, words: Language) -> list[Row]:
    """The units to show in the order of their levels, each with what it owns."""
    columns = rollup.columns
    teams = rollup.rows("teams", selected.units)
    numbers = {row["unit_name"]: at for at, row in zip(selected.units.tolist(), teams, strict=True)}
    places = {
        *places_of(columns["objectives"].take(selected.objectives)),
        *places_of(columns["key_results"].take(selected.key_results)),
    }
    sources = Sources(rollup, places, words)
    of_logs = courses(rollup)
    key_results = _key_results(rollup, selected.key_results, numbers, sources, of_logs, words)
    objectives = _objectives(rollup, selected, key_results, sources, of_logs, words)
    above = parents(columns["teams"])
    news = {key for key in ("company", "quarter") if len(set(columns["teams"][key])) > 1}
    listed, is_asked = set(selected.listed.tolist()), rollup.is_asked
    return [
        {
            "number": number,
            "name": unit,
            "is_listed": number in listed,
            "detail": _detail(row, news, words),
            "team": _team(row, ways.get(unit, []), is_asked, words),
            "above": _first_among(listed, above, number),
            "level": row["level"],
            "objectives": objectives.get(unit, []),
        }
        for (unit, number), row in zip(numbers.items(), teams, strict=True)
    ]


def _first_among(listed: Collection[int], above: Sequence[int | None], number: int) -> int | None:
    """The nearest of the listed units that one is part of; None without any."""
    higher = above[number]
    while higher is not None and higher not in listed:
        higher = above[higher]
    return higher


def _detail(row: Row, news: Collection[str], words: Language) -> str:
    """The level, and the department, and of company and quarter those that are `news`."""
    parts = (
        words.choice("level", row["level"]) if row["level"] else "",
        row["department"] if row["team"] else "",
        row["company"] if "company" in news and (row["team"] or row["department"]) else "",
        row["quarter"] if "quarter" in news else "",
        f"{words('okrs.weight')} {words.number(row['weight'])}" if row["weight"] != 1 else "",
    )
    return " · ".join(part for part in parts if part)


def _team(row: Row, way: Sequence[Point], is_asked: bool, words: Language) -> Row:
    is_asked = is_asked and row["objectives"] > 0
    statuses = [status for status in STATUSES for _ in range(row[status])]
    known = [point.score for point in way if point.score is not None]
    ends = [words.percent(score) for score in (*known[:1], *known[-1:])]
    trend = f"{words('okrs.trend')}: {' → '.join(ends)}" if ends else ""
    return {
        "bar": bar(row, words),
        "score": words.percent(row["score"]),
        "source": f"{row['file']}, {_mean_of(row, 'objectives', words)}",
        "expected": words.percent(row["expected"]),
        "below": ""
        if row["below"] is None
        else words("report.mean_below", score=words.percent(row["below"])),
        "end": end_range(row, words),
        "stale": stale_part(row, words),
        "previous": words.percent(row["previous"]),
        "chip": _chip(row, words),
        "stack": stack(statuses, words) if statuses else None,
        "by": {
            **{key: by_value(row[key]) for key in ("score", "expected", "forecast", "previous")},
            "trend": by_value(known[-1] - known[0] if known else None),
            "status": by_severity(row["status"]) if row["objectives"] or row["blank"] else "",
            "updated": by_value(
                row["updated"] / row["key_results"] if is_asked and row["key_results"] else None
            ),
        },
        "spark": sparkline(way, trend),
        "coverage": coverage(row, words) if row["objectives"] else "",
        "updated": updated(row, words) if is_asked else "",
        "silent": row["with_number"] < row["key_results"],
        "note": unit_notes(row, words),
    }


def _chip(row: Row, words: Language) -> Row | None:
    """The status of a unit, or that its trackers are blank; None where it has no tracker."""
    if row["blank"]:
        return {"tone": "no-update", "word": words("report.no_okrs")}
    return chip(row["status"], words) if row["objectives"] else None


def _mean_of(row: Row, key: str, words: Language) -> str:
    sentence = {"objectives": "page.mean_of", "key_results": "page.mean_of_key_results"}[key]
    return words.counted(sentence, count=row[key])


# --- objectives ----------------------------------------------------------------------------------


def _objectives(
    rollup: Rollup,
    selected: Selection,
    shaped: Sequence[Row],
    sources: Sources,
    of_logs: Courses,
    words: Language,
) -> dict[Any, list[Row]]:
    """The objectives of each unit; key results without one get a stand-in at its end."""
    rows, key_results = rollup.columns["objectives"], rollup.columns["key_results"]
    shown = families_of(key_results.take(selected.key_results))
    families = grouped(zip(shown, shaped, strict=True))
    sizes = Counter(families_of(key_results))
    of_family = zip(
        selected.objectives.tolist(),
        rollup.rows("objectives", selected.objectives),
        families_of(rows.take(selected.objectives)),
        strict=True,
    )
    objectives = [
        (
            row["unit_name"],
            _objective(row, families.pop(family, []), sizes.pop(family, 0), sources, words)
            | {"anchor": f"o-{number}", **said(row, of_logs, words)},
        )
        for number, row, family in of_family
    ]
    orphans: dict[Any, list[Row]] = {}
    for family, children in families.items():
        orphans.setdefault(family[0], []).extend(children)
    stand_ins = [(unit, _no_objective(children, words)) for unit, children in orphans.items()]
    return grouped([*objectives, *stand_ins])


def _objective(
    row: Row, key_results: list[Row], count: int, sources: Sources, words: Language
) -> Row:
    """An objective with those to show of its `count` key results."""
    aligns = f"{words('okrs.aligns_to')}: {row['aligns_to']}" if row["aligns_to"] else ""
    commitment = words.choice("commitment", row["commitment"]) if row["commitment"] else ""
    previous = row["previous"]
    before = "" if previous is None else f"{words('report.previous')}: {words.percent(previous)}"
    carried = words("report.carried") if row["carried"] and previous is None else ""
    decided = words.choice("close_decision", row["decision"]) if row["decision"] else ""
    decision = f"{words('close.decision')}: {decided}" if decided else ""
    facts = (
        row["id"],
        commitment,
        aligns,
        before,
        carried,
        decision,
        counted_otherwise(row, words),
    )
    return {
        "place": place_of(row),
        "title": row["title"] or "–",
        "owner": row["owner_name"] or words("report.nobody"),
        "facts": [fact for fact in facts if fact],
        "note": row["note"] or "",
        "closing": [
            (words(f"close.{key}"), text)
            for key, text in (("reason", row["final_reason"]), ("lesson", row["lesson"]))
            if text
        ],
        "bar": bar(row, words),
        "score": words.percent(row["score"]),
        "source": f"{sources.objective(row)}, {_mean_of(row, 'key_results', words)}",
        "end": heading(row, words),
        "chip": chip(row["status"], words),
        "grade": grade(row, words),
        "coverage": coverage(row, words) if row["key_results"] else "",
        "stopped": row["status"] in STOPPED,
        "key_results": key_results,
        "some": _some(len(key_results), count, words),
    }


def _some(shown: int, count: int, words: Language) -> str:
    """“2 of 5 key results”, where not all are shown."""
    return "" if shown == count else words.counted("page.shown", shown=shown, all=count)


def _no_objective(key_results: list[Row], words: Language) -> Row:
    """What stands in for the objective that these key results lack."""
    texts = ("owner", "note", "score", "source", "end", "coverage", "anchor", "some", "said")
    blanks = dict.fromkeys(("place", "bar", "chip", "grade"))
    return dict.fromkeys(texts, "") | {
        **blanks,
        "title": words("page.no_objective"),
        "facts": [],
        "closing": [],
        "stopped": False,
        "key_results": key_results,
    }


# --- key results ---------------------------------------------------------------------------------


def _key_results(
    rollup: Rollup,
    which: Array,
    units: Mapping[str, int],
    sources: Sources,
    of_logs: Courses,
    words: Language,
) -> list[Row]:
    """Some key results, with the numbers of their units."""
    rows = rollup.rows("key_results", which)
    every = rollup.columns["key_results"]
    last_days = {
        quarter: np.fmax.reduce(every.due[every.quarter == quarter])
        for quarter in {row["quarter"] for row in rows}
    }
    actions = Actions(rollup, words)
    courses_of = key_result_courses(rollup, {place_of(row) for row in rows}, words)
    return [
        _key_result(row, words)
        | {
            **said(row, of_logs, words),
            **actions.beside(row),
            "course": courses_of.get(place_of(row), ""),
            "anchor": f"kr-{number}",
            "unit": units[row["unit_name"]],
            "team": row["unit_name"],
            "due": _due(row, last_days[row["quarter"]], words),
            "from": sources.key_result(row),
            "at": sources.places(row),
        }
        for number, row in zip(which.tolist(), _with_ends(rollup, rows), strict=True)
    ]


def _due(row: Row, last_day: float, words: Language) -> str:
    """The day a key result is due on, which is news where it is not the last one of its quarter."""
    is_news = row["due"] is not None and serial(row["due"]) != last_day
    return day_text(row["due"], words) if is_news else ""


def _with_ends(rollup: Rollup, rows: Sequence[Row]) -> list[Row]:
    """Key results with where they are heading."""
    which = places_among(rollup.columns["forecast"], {place_of(row) for row in rows})
    ends = {place_of(row): row for row in rollup.rows("forecast", which)}
    return [_with_end(row, ends.get(place_of(row))) for row in rows]


def _with_end(row: Row, end: Row | None) -> Row:
    keys = ("forecast", "forecast_low", "forecast_high", "check_ins", "finding")
    return row | {key: None if end is None else end[key] for key in keys}


def _key_result(row: Row, words: Language) -> Row:
    beyond = row["progress"] is not None and not 0 <= row["progress"] <= 1
    end = heading(row, words)
    finding = row["finding"] or ""
    return {
        "place": place_of(row),
        "id": row["id"] or "",
        "title": row["title"] or "–",
        "owner": row["owner_name"] or words("report.nobody"),
        "quarter": row["quarter"],
        "goal": goal(row, words),
        "now": now(row, words),
        "progress": words.percent(row["progress"]) if beyond else "",
        "bar": bar(row, words, paced=row["type"] not in KEEPS),
        "score": words.percent(row["score"]),
        "end": end,
        "end_value": end_range(row, words),
        "end_source": _end_source(row, words) if end else "",
        "finding": words(f"report.finding_{finding.replace('-', '_')}") if finding else "",
        "chip": chip(row["status"], words),
        "grade": grade(row, words),
        "last": day_text(row["last_check_in"], words) or "–",
        "plan": plan_changes(row, words),
        "note": row["note"] or "",
        "live": row["state"] == "active",
        "by": {
            **{key: by_value(row[key]) for key in ("target", "score", "last_check_in")},
            "status": by_severity(row["status"]),
        },
        "stopped": row["status"] in STOPPED,
    }


def _end_source(row: Row, words: Language) -> str:
    return words.counted("page.end_of", range=words("report.range_80"), count=row["check_ins"])
