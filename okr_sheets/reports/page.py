"""The page: one HTML file that shows a rollup, loads nothing, and reads with scripts off."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined

from okr_sheets.problems import grouped
from okr_sheets.reports.tables import (
    coverage,
    day_text,
    left_out,
    reason,
    title,
    unit_name,
)
from okr_sheets.rollups import unit_keys
from okr_sheets.scoring import PRESETS
from okr_sheets.writing.styles import (
    ACCENT,
    GRADE_STATUS,
    INK,
    LINE,
    MUTED,
    PAGE,
    PALE,
    STATUS_COLOURS,
    STRONG_COLOURS,
    WHITE,
)
from okr_sheets.writing.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd
    from jinja2 import Template

    from okr_sheets.language import Language
    from okr_sheets.problems import Problem
    from okr_sheets.rollups import Rollup

Row = dict[str, Any]

TEMPLATE = "page.html.j2"
FIRST = 10  # rows of the attention list that show before “Show all”

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
STOPPED = ("postponed", "cancelled")
SEVERITIES = ("error", "warning", "info")

# Tones that share the colours of a status; their icons and words differ.
_TONES = {
    "unscored": "no-update",
    "error": "off-track",
    "warning": "at-risk",
    "info": "no-update",
    # Their own grey is too pale to read on a screen.
    "postponed": "no-update",
    "cancelled": "no-update",
}
_LIGHT = {"ink": INK, "muted": "#5C6680", "line": LINE, "page": PAGE, "card": WHITE} | {
    "pale": PALE,
    "accent": ACCENT,
    "edge": MUTED,
}
_DARK = {"ink": "#EAEEF9", "muted": "#A9B3CC", "line": "#303A58", "page": "#10152A"} | {
    "card": "#19203A",
    "pale": "#262F50",
    "accent": "#8DB2F2",
    "edge": "#7F8AA8",
}
# Fill, text and bar of each status on the dark page.
_DARK_STATUSES = {
    "achieved": ("#22345F", "#B5CDF8", "#6F9DEB"),
    "on-track": ("#113E42", "#86DDD3", "#2FAFA5"),
    "at-risk": ("#44370F", "#F5D27A", "#E3AE2C"),
    "off-track": ("#4D241D", "#F9B4A2", "#E8694E"),
    "no-update": ("#2B334E", "#C0C8DC", "#7F8AA8"),
    "not-started": ("#2B334E", "#C0C8DC", "#5B6685"),
}


def write_page(rollup: Rollup, path: str, words: Language) -> None:
    """One self-contained HTML page: headline, teams, attention, objectives, owners, problems."""
    Path(path).write_text(printable(_html(rollup, words)), "utf-8", newline="\n")


def _html(rollup: Rollup, words: Language) -> str:
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    source = (files("okr_sheets") / "reports" / TEMPLATE).read_text("utf-8")
    template = environment.from_string(source)
    values = _page(rollup, words)
    return template.render(values, policy=_policy(template, values))


def _policy(template: Template, values: Mapping[str, Any]) -> str:
    """Nothing may load, and only the page's own style and script count, told by their hashes."""
    own = (
        f"{name}-src '{_hash(''.join(template.blocks[name](template.new_context(dict(values)))))}'"
        for name in ("style", "script")
    )
    return "; ".join(("default-src 'none'", *own, "base-uri 'none'", "form-action 'none'"))


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def _page(rollup: Rollup, words: Language) -> Row:
    """Shape all that the template shows."""
    about = rollup.about
    units = _units(rollup, words)
    key_results = [
        key_result
        for unit in units
        for objective in unit["objectives"]
        for key_result in objective["key_results"]
    ]
    return {
        "words": words,
        "light": _colours(
            _LIGHT, {s: (*STATUS_COLOURS[s], STRONG_COLOURS[s]) for s in _DARK_STATUSES}
        ),
        "dark": _colours(_DARK, _DARK_STATUSES),
        "tones": {name: _TONES.get(name, name) for name in (*STATUS_COLOURS, *_TONES)},
        "title": title(rollup, words).strip(" –"),
        "company": about["company"],
        "heading": words("report.title", quarter=about["quarter"]).strip(" –"),
        "as_of": words("report.as_of", day=day_text(about["as_of"], words))
        if about["as_of"]
        else "",
        "read": words(
            "report.read",
            trackers=about["trackers"],
            objectives=about["objectives"],
            key_results=about["key_results"],
        ),
        "left_out": left_out(rollup, words),
        "score_tile": _score_tile(rollup, words),
        "key_results": _key_results_tile(rollup, words),
        "coverage": _coverage_tile(rollup, words),
        "units": units,
        "teams": [unit for unit in units if unit["team"]],
        "objectives": about["objectives"],
        "attention": _attention(rollup, key_results, words),
        "first": FIRST,
        "owners": _owners(rollup, key_results, words),
        "problems": _problems(rollup.problems, words),
        "problem_count": len(rollup.problems),
        "choices": _choices(units, key_results, words),
        "legend": _legend(rollup, words),
    }


def _colours(
    base: Mapping[str, str], statuses: Mapping[str, tuple[str, str, str]]
) -> dict[str, str]:
    """Name the style sheet's custom properties and give each its colour."""
    parts = ("fill", "text", "bar")
    return dict(base) | {
        f"{status}-{part}": colour
        for status, colours in statuses.items()
        for part, colour in zip(parts, colours, strict=True)
    }


def _rows(frame: pd.DataFrame) -> list[Row]:
    """Rows as dicts; every kind of blank is None."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]


# --- pieces --------------------------------------------------------------------------------------


def _chip(status: str | None, words: Language) -> dict[str, str]:
    """Give the tone and word of a status."""
    if not status:
        return {"tone": "unscored", "word": words("report.reason_unscored")}
    return {"tone": status, "word": words.choice("status", status)}


def _grade(row: Row, words: Language) -> dict[str, str] | None:
    """Give the tone and word of a grade, once a row is due."""
    grade = row["grade"]
    # What was never updated is called so, and is never red.
    if not grade or row["status"] == "no-update":
        return None
    word = words.choice("grade", grade)
    return {"tone": GRADE_STATUS[grade], "word": f"{words('okrs.grade')}: {word}"}


def _bar(row: Row, words: Language, paced: bool = True) -> dict[str, str | None] | None:
    """Draw a score as a bar with a mark at the expected pace; None without a score.

    During the quarter the tone is that of the status, after it that of the grade.
    """
    score, expected = row["score"], row["expected"] if paced else None
    if score is None:
        return None
    label = f"{words('okrs.score')} {words.percent(score)}"
    if expected is not None:
        label = words(
            "report.headline", score=words.percent(score), expected=words.percent(expected)
        )
    return {
        "score": f"{score * 100:.4g}%",
        "expected": None if expected is None else f"{expected * 100:.4g}%",
        "label": label,
        "tone": GRADE_STATUS.get(row.get("grade") or "", row["status"] or "unscored"),
    }


def _stack(statuses: pd.Series, words: Language) -> Row:
    """Count each status, as parts of one bar."""
    counts = Counter(status if status in ORDER else "" for status in statuses)
    total = sum(counts.values())
    parts, start = [], 0
    for status in ORDER:
        if not (count := counts[status]):
            continue
        x, width = start / total, count / total
        parts.append(
            _chip(status, words)
            | {"count": count, "x": f"{x * 100:.4g}%", "width": f"{width * 100:.4g}%"}
        )
        start += count
    label = ", ".join(f"{part['word']} {part['count']}" for part in parts)
    return {"total": total, "parts": parts, "label": label}


def _with_left_out(row: Row, words: Language) -> str:
    """Say the score with cancelled and postponed ones counted, where that makes a difference."""
    counted = words.percent(row["with_left_out"])
    if row["with_left_out"] is None or counted == words.percent(row["score"]):
        return ""
    return words("report.with_left_out_note", score=counted)


# --- header --------------------------------------------------------------------------------------


def _score_tile(rollup: Rollup, words: Language) -> Row | None:
    """Show the headline unit's score; of many units side by side, how many keep the pace."""
    if rollup.headline is not None:
        [row] = _rows(rollup.headline.to_frame().T)
        return {
            "label": words("okrs.score"),
            "value": words.percent(row["score"]),
            "beside": f"{words('okrs.expected')} {words.percent(row['expected'])}",
            "bar": _bar(row, words),
            "chip": _chip(row["status"], words),
            "stack": None,
            "note": _with_left_out(row, words),
        }
    if rollup.teams.empty:
        return None
    return {
        "label": words("report.teams"),
        "value": _keeping(rollup.teams["status"], len(rollup.teams), words),
        "beside": words("page.on_pace"),
        "bar": None,
        "chip": None,
        "stack": _stack(rollup.teams["status"], words),
        "note": "",
    }


def _key_results_tile(rollup: Rollup, words: Language) -> Row:
    """Tell how many live key results keep the pace, and how all of them stand."""
    statuses = rollup.key_results["status"]
    return {
        "value": _keeping(statuses, rollup.about["live"], words),
        "stack": _stack(statuses, words),
    }


def _keeping(statuses: pd.Series, whole: int, words: Language) -> str:
    keeping = int(statuses.isin(["on-track", "achieved"]).sum())
    return words("page.count_of", part=keeping, whole=whole)


def _coverage_tile(rollup: Rollup, words: Language) -> Row:
    """Tell how far the numbers can be trusted: who has updated, and when last."""
    about = rollup.about
    last = rollup.key_results["last_check_in"].max()
    share = about["updated"] / about["live"] if about["live"] else 0
    return {
        "value": words("page.count_of", part=about["updated"], whole=about["live"]),
        "label": coverage(about, words, "live"),
        "share": f"{share * 100:.4g}%",
        "last": day_text(last, words) or "–",
        "overdue": int(rollup.owners["stale"].sum()),
    }


# --- units, objectives, key results --------------------------------------------------------------


def _unit(row: Row) -> tuple[str, ...]:
    return tuple(row[key] or "" for key in unit_keys(row))


def _family(row: Row, id_key: str, title_key: str) -> tuple[Any, ...]:
    """Tell what an objective and its key results have in common."""
    return (_unit(row), row["file"], row[id_key] or "", row[title_key] or "")


def _grouped(pairs: Iterable[tuple[Any, Row]]) -> dict[Any, list[Row]]:
    groups: dict[Any, list[Row]] = {}
    for key, row in pairs:
        groups.setdefault(key, []).append(row)
    return groups


def _units(rollup: Rollup, words: Language) -> list[Row]:
    """Shape each unit with its objectives, and these with their key results; none is lost."""
    teams = {_unit(row): row for row in _rows(rollup.teams)}
    key_results = _rows(rollup.key_results)
    # A unit whose key results stand under no objective has no score, hence no row of its own.
    rows = {_unit(row): row for row in key_results} | teams
    rows = teams | {unit: row for unit, row in rows.items() if unit not in teams}
    names = _names(rows)
    shaped = _key_results(key_results, names, words)
    families = _grouped(
        (_family(row, "objective_id", "objective"), key_result)
        for row, key_result in zip(key_results, shaped, strict=True)
    )
    objectives = _grouped(
        (
            _unit(row),
            _objective(row, families.pop(_family(row, "id", "title"), []), words),
        )
        for row in _rows(rollup.objectives)
    )
    orphans: dict[tuple[str, ...], list[Row]] = {}
    for family, children in families.items():
        orphans.setdefault(family[0], []).extend(children)
    for unit, children in orphans.items():
        objectives.setdefault(unit, []).append(_no_objective(children, words))
    return [
        {
            "number": place,
            "name": names[unit],
            "detail": _detail(row, rollup, words),
            "team": _team(row, words) if unit in teams else None,
            "objectives": objectives.get(unit, []),
        }
        for place, (unit, row) in enumerate(rows.items())
    ]


def _names(rows: Mapping[tuple[str, ...], Row]) -> dict[tuple[str, ...], str]:
    """Name each unit; where some share a name, with what tells them apart."""
    names = {unit: unit_name(row) for unit, row in rows.items()}
    namesakes: dict[str, list[tuple[str, ...]]] = {}
    for unit, name in names.items():
        namesakes.setdefault(name, []).append(unit)
    return {unit: _told_apart(name, unit, namesakes[name]) for unit, name in names.items()}


def _told_apart(name: str, unit: tuple[str, ...], namesakes: Sequence[tuple[str, ...]]) -> str:
    differing = [
        part
        for part, *parts in zip(unit, *namesakes, strict=True)
        if part not in ("", name) and len(set(parts)) > 1
    ]
    return f"{name} ({', '.join(differing)})" if differing else name


def _detail(row: Row, rollup: Rollup, words: Language) -> str:
    """Tell the level, and the department, company and quarter where they are news."""
    several = {key: len(set(rollup.teams[key])) > 1 for key in ("company", "quarter")}
    parts = (
        words.choice("level", row["level"]) if row["level"] else "",
        row["department"] if row["team"] else "",
        row["company"] if several["company"] and (row["team"] or row["department"]) else "",
        row["quarter"] if several["quarter"] else "",
    )
    return " · ".join(part for part in parts if part)


def _team(row: Row, words: Language) -> Row:
    return {
        "bar": _bar(row, words),
        "score": words.percent(row["score"]),
        "expected": words.percent(row["expected"]),
        "chip": _chip(row["status"], words),
        "coverage": coverage(row, words),
        "silent": row["updated"] < row["key_results"],
        "note": _with_left_out(row, words),
    }


def _objective(row: Row, key_results: list[Row], words: Language) -> Row:
    aligns = f"{words('okrs.aligns_to')}: {row['aligns_to']}" if row["aligns_to"] else ""
    commitment = words.choice("commitment", row["commitment"]) if row["commitment"] else ""
    return {
        "title": row["title"] or "–",
        "owner": row["owner"] or words("report.nobody"),
        "facts": [
            fact for fact in (row["id"], commitment, aligns, _with_left_out(row, words)) if fact
        ],
        "note": row["note"] or "",
        "bar": _bar(row, words),
        "score": words.percent(row["score"]),
        "chip": _chip(row["status"], words),
        "grade": _grade(row, words),
        "coverage": coverage(row, words) if row["key_results"] else "",
        "stopped": row["status"] in STOPPED,
        "key_results": key_results,
    }


def _no_objective(key_results: list[Row], words: Language) -> Row:
    """Stand in for the objective that these key results lack."""
    return {
        "title": words("page.no_objective"),
        "owner": "",
        "facts": [],
        "note": "",
        "bar": None,
        "score": "",
        "chip": None,
        "grade": None,
        "coverage": "",
        "stopped": False,
        "key_results": key_results,
    }


def _key_results(
    rows: Sequence[Row], names: Mapping[tuple[str, ...], str], words: Language
) -> list[Row]:
    numbers = {unit: place for place, unit in enumerate(names)}
    last_days: dict[str, Any] = {}
    for row in rows:
        days = [day for day in (last_days.get(row["quarter"]), row["due"]) if day is not None]
        last_days[row["quarter"]] = max(days, default=None)
    return [
        _key_result(row, words)
        | {
            "anchor": f"kr-{place}",
            "unit": numbers[_unit(row)],
            "team": names[_unit(row)],
            # A due date is news where it is not the last day.
            "due": "" if row["due"] == last_days[row["quarter"]] else day_text(row["due"], words),
        }
        for place, row in enumerate(rows)
    ]


def _key_result(row: Row, words: Language) -> Row:
    beyond = row["progress"] is not None and not 0 <= row["progress"] <= 1
    return {
        "place": (row["file"], row["sheet"], row["row"], row["department"], row["team"]),
        "id": row["id"] or "",
        "title": row["title"] or "–",
        "owner": row["owner"] or words("report.nobody"),
        "owned_by": row["owner"],
        "goal": _goal(row, words),
        "now": _now(row, words),
        "progress": words.percent(row["progress"]) if beyond else "",
        "bar": _bar(row, words, paced=not _keeps(row)),
        "score": words.percent(row["score"]),
        "chip": _chip(row["status"], words),
        "grade": _grade(row, words),
        "last": day_text(row["last_check_in"], words) or "–",
        "confidence": words.number(row["confidence"]),
        "note": row["note"] or "",
        "live": row["state"] == "active",
        "stopped": row["status"] in STOPPED,
    }


def _keeps(row: Row) -> bool:
    return row["type"] in ("keep-at-least", "keep-at-most")


def _goal(row: Row, words: Language) -> str:
    """Say what a key result wants: “18 → 4 requests”, “≥ 18 months”, “Achieve”."""
    if row["type"] == "achieve":
        return words.choice("type", "achieve")
    baseline, target = (words.number(row[key]) for key in ("baseline", "target"))
    sign = {"keep-at-least": "≥", "keep-at-most": "≤"}.get(row["type"] or "", "→")
    start = "" if _keeps(row) else baseline
    return " ".join(part for part in (start, sign, target or "?", row["unit"]) if part)


def _now(row: Row, words: Language) -> str:
    """Say “now 7.2”; yes, no or a share where that was typed; nothing without a number."""
    current = row["current"]
    if current is None:
        return ""
    text = words.number(current)
    if row["type"] == "achieve":
        share = current / 100 if current > 1 else current
        word = {0: "no", 1: "yes"}.get(share)
        text = words.choice("yes_no", word) if word else words.percent(share)
    return words("page.now", current=text)


# --- attention, owners, problems -----------------------------------------------------------------


def _attention(rollup: Rollup, key_results: Iterable[Row], words: Language) -> list[Row]:
    """List what needs attention, the worst first: key results, each with the reason in words."""
    by_place = {key_result["place"]: key_result for key_result in key_results}
    rows = _rows(rollup.attention)
    places = [(r["file"], r["sheet"], r["row"], r["department"], r["team"]) for r in rows]
    return [
        by_place[place] | {"why": reason(row, words), "gap": _unsaid_gap(row, words)}
        for row, place in zip(rows, places, strict=True)
        if place in by_place
    ]


def _unsaid_gap(row: Row, words: Language) -> str:
    """Give the gap where the reason does not say it."""
    silent = row["reason"] in ("gap", "crossed") or row["gap"] is None or row["gap"] <= 0
    return "" if silent else words.percent(row["gap"])


def _owners(rollup: Rollup, key_results: Iterable[Row], words: Language) -> list[Row]:
    """List who owns what, those who owe an update first."""
    owned = _grouped((row["owned_by"] or "", row) for row in key_results if row["live"])
    owners = [
        {
            "name": row["owner"] or words("report.nobody"),
            "key_results": owned.get(row["owner"] or "", []),
            "coverage": coverage(row, words),
            "missing": row["key_results"] - row["updated"],
            "overdue": row["stale"],
        }
        for row in _rows(rollup.owners)
    ]
    return sorted(owners, key=lambda o: (-o["overdue"], -o["missing"], o["name"].casefold()))


def _problems(problems: Iterable[Problem], words: Language) -> list[Row]:
    """List problems, errors first."""
    ordered = sorted(grouped(problems), key=lambda problem: SEVERITIES.index(problem.severity))
    return [
        {
            "file": problem.file,
            "cell": "!".join(part for part in (problem.sheet, problem.cell) if part),
            "severity": {
                "tone": problem.severity,
                "word": words(f"report.{problem.severity}"),
            },
            "message": problem.say(words.code),
        }
        for problem in ordered
    ]


# --- filters and legend --------------------------------------------------------------------------


def _choices(units: Iterable[Row], key_results: Sequence[Row], words: Language) -> Row:
    """Give what the filters offer: value and word."""
    tones = {row["chip"]["tone"]: row["chip"]["word"] for row in key_results}
    owners = {row["owner"] for row in key_results}
    return {
        "team": [(unit["number"], unit["name"]) for unit in units],
        "owner": [(owner, owner) for owner in sorted(owners, key=str.casefold)],
        "status": [(tone, tones[tone]) for tone in (*ORDER, "unscored") if tone in tones],
        "all": {
            key: words(f"page.all_{plural}")
            for key, plural in (("team", "teams"), ("owner", "owners"), ("status", "statuses"))
        },
    }


def _legend(rollup: Rollup, words: Language) -> Row:
    """Explain scores and statuses; the sentences on statuses hold for the usual bands only."""
    usual = rollup.bands == PRESETS["default"]
    graded = bool(rollup.key_results["grade"].isin(list(GRADE_STATUS)).any())
    return {
        "rules": [
            words(f"start.{rule}")
            for rule in (
                "score_rule",
                "expected_rule",
                *(["grade_rule"] if usual and graded else []),
            )
        ],
        "statuses": [
            (_chip(status, words), words(f"start.status_meaning_{status}"))
            for status in ORDER
            if status and usual
        ],
    }
