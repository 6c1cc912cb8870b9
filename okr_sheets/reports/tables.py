"""The plain reports: CSV, JSON and Markdown."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from okr_sheets.language import Language
from okr_sheets.problems import Problem, file_names, grouped
from okr_sheets.reading.apostrophes import marked
from okr_sheets.reading.files import REPORT_MARK
from okr_sheets.rollups import Rollup, problem_records
from okr_sheets.schema import STATUSES
from okr_sheets.tracker import Tracker
from okr_sheets.writing.text import printable

# What Markdown takes for markup; & only where it begins an entity.
_MARKUP = re.compile(r"[\\|*_`~<\[\]#]|&(?=#?\w+;)")


def write_csv(rollup: Rollup, path: str, _: Language) -> None:
    """The scored key results, columns as in `frames.SCORED`; UTF-8 with the mark Excel needs."""
    rows = records(rollup.key_results)
    with open(path, "w", encoding="utf-8-sig", newline="") as file:  # noqa: PTH123
        writer = csv.writer(file)
        writer.writerow(rollup.key_results.columns)
        writer.writerows(map(harmless, row.values()) for row in rows)


def harmless(value: Any) -> Any:
    """`value` for a CSV file: text that a program would take for a formula gets an apostrophe."""
    return marked(value) if isinstance(value, str) else value


def write_json(rollup: Rollup, path: str, words: Language) -> None:
    """An object with `about`, `teams`, `objectives`, `key_results` and `problems`."""
    document = {
        "about": {key: plain_value(value) for key, value in rollup.about.items()},
        "teams": records(rollup.teams),
        "objectives": records(rollup.objectives),
        "key_results": records(rollup.key_results),
        "problems": [
            {key: plain_value(value) for key, value in record.items()}
            for record in problem_records(rollup.problems, words.code)
        ],
    }
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    Path(path).write_text(text + "\n", "utf-8")


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain dicts: dates as ISO text, blanks as None, numbers as numbers."""
    keys = [str(key) for key in frame.columns]
    columns = [[plain_value(value) for value in frame[key].astype(object)] for key in keys]
    return [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]


def plain_value(value: Any) -> Any:
    """One value as JSON knows them; text without control characters."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, (list, tuple)):
        return [plain_value(item) for item in value]
    if value is None or value is pd.NaT or (isinstance(value, float) and pd.isna(value)):
        return None
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value.item() if hasattr(value, "item") else value


# --- words for numbers ---------------------------------------------------------------------------


def coverage(row: Mapping[str, Any] | pd.Series, words: Language, live: str = "key_results") -> str:
    """“7 of 9 updated”."""
    return words("report.coverage", updated=int(row["updated"]), live=int(row[live]))


def unit_name(row: Mapping[str, Any] | pd.Series) -> str:
    """The smallest unit of a row that is named, else its file."""
    return str(row["team"] or row["department"] or row.get("company") or row["file"])


def day_text(day: Any, words: Language) -> str:
    """A date in the language's usual form; nothing for a blank."""
    if day is None or pd.isna(day):
        return ""
    months = words.lines("formats.months")
    return words("formats.text_date", d=day.day, mon=months[day.month - 1], y=day.year)


def reason(row: Mapping[str, Any] | pd.Series, words: Language) -> str:
    """Why a row of the attention list is there, in words."""
    gap = 0 if pd.isna(row["gap"]) else round(row["gap"] * 100)
    since = day_text(row["last_check_in"], words)
    code = str(row["reason"])
    if code == "crossed":
        return words(
            "report.reason_crossed",
            current=words.number(row["current"]),
            target=words.number(row["target"]),
        )
    if code == "stale":
        return (
            words("report.reason_stale", day=since) if since else words("report.reason_no_update")
        )
    if code == "gap":
        return words("report.reason_gap", points=gap)
    return words(f"report.reason_{code.replace('-', '_')}")


# --- Markdown ------------------------------------------------------------------------------------


def write_markdown(rollup: Rollup, path: str, words: Language) -> None:
    """A summary to paste into a chat or mail: headline, teams, what needs attention, problems."""
    # A comment at the end tells the file from people's own notes, which are never replaced.
    lines = [*_markdown(rollup, words), "", f"<!-- {REPORT_MARK} -->"]
    Path(path).write_text(printable("\n".join(lines)) + "\n", "utf-8")


def _markdown(rollup: Rollup, words: Language) -> Iterable[str]:
    yield f"# {_escaped(title(rollup, words))}"
    yield ""
    yield headline(rollup, words)
    yield ""
    missing = left_out(rollup, words)
    if missing:
        yield words("page.left_out")
        yield ""
        yield from (f"- {_code(name)} {_escaped(why)}".rstrip() for name, why in missing)
        yield ""
    yield f"## {words('report.teams')}"
    yield ""
    yield from _table(
        (
            words("report.unit"),
            words("okrs.score"),
            words("okrs.expected"),
            words("okrs.status"),
            words("report.updated_header"),
        ),
        (
            (
                unit_name(team),
                words.percent(team["score"]),
                words.percent(team["expected"]),
                status_word(team["status"], words),
                coverage(team, words),
            )
            for _, team in rollup.teams.iterrows()
        ),
    )
    yield f"## {words('report.attention')}"
    yield ""
    lines = [
        f"- **{_escaped(row['id'])}** {_escaped(row['title'])} "
        f"({_escaped(_whose(row, rollup, words))}): "
        f"{status_word(row['status'], words)}, {reason(row, words)}"
        for _, row in rollup.attention.head(10).iterrows()
    ]
    yield from lines or [words("report.none_attention")]
    yield ""
    yield f"## {words('report.objectives')}"
    yield ""
    yield from _table(
        (
            words("okrs.id"),
            words("report.objective"),
            words("okrs.owner"),
            words("okrs.score"),
            words("okrs.status"),
        ),
        (
            (
                row["id"],
                row["title"],
                row["owner"],
                words.percent(row["score"]),
                status_word(row["status"], words),
            )
            for _, row in rollup.objectives.iterrows()
        ),
    )
    if rollup.problems:
        yield f"## {words('report.problems')}"
        yield ""
        for problem in grouped(rollup.problems):
            yield f"- {_code(problem.place)} {_escaped(problem.say(words.code))}"


def _whose(row: pd.Series, rollup: Rollup, words: Language) -> str:
    """The owner of a row, and the unit where there are several."""
    owner = row["owner"] or words("report.nobody")
    return f"{owner}, {unit_name(row)}" if len(rollup.teams) > 1 else owner


def left_out(rollup: Rollup, words: Language) -> list[tuple[str, str]]:
    """The files that no figure counts, each with the reason; not copies of what is counted."""
    files = file_names(tracker.path for tracker in rollup.trackers)
    return [
        (files[tracker.path], _why_not(tracker, rollup.problems, words))
        for tracker in rollup.trackers
        if not tracker.set_aside and (not tracker.readable or tracker.about.day() is None)
    ]


def _why_not(tracker: Tracker, problems: Sequence[Problem], words: Language) -> str:
    own = (p for p in problems if p.path == tracker.path and p.severity == "error")
    whole = next((problem for problem in own if not problem.row), None)
    return whole.say(words.code) if whole else ""


def title(rollup: Rollup, words: Language) -> str:
    """“Acme Cloud · 2027-Q1 OKRs”."""
    named = words("report.title", quarter=rollup.about["quarter"])
    company = rollup.about["company"]
    return f"{company} · {named}" if company else named


def headline(rollup: Rollup, words: Language) -> str:
    """Score against pace, what was read, and by which day."""
    about = rollup.about
    parts = []
    if about["score"] is not None:
        parts.append(
            words(
                "report.headline",
                score=words.percent(about["score"]),
                expected=words.percent(about["expected"]),
            )
        )
    parts.append(coverage(about, words, "live"))
    parts.append(
        words(
            "report.read",
            trackers=about["trackers"],
            objectives=about["objectives"],
            key_results=about["key_results"],
        )
    )
    if about["as_of"]:
        parts.append(words("report.as_of", day=day_text(about["as_of"], words)))
    return " · ".join(parts)


def status_word(status: str, words: Language) -> str:
    """The word for a status; a dash where a row has none."""
    return words.choice("status", status) if status in STATUSES else "–"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield "| " + " | ".join(header) + " |"
    yield "|" + " --- |" * len(header)
    for row in rows:
        yield "| " + " | ".join(_escaped(cell) for cell in row) + " |"
    yield ""


def _escaped(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", " ".join(str(text).split()))


def _code(text: str) -> str:
    """`text` as code, between more backticks than it has in a row."""
    line = " ".join(text.split())
    fence = "`" * (max(map(len, re.findall("`+", line)), default=0) + 1)
    edge = " " if "`" in line else ""
    return f"{fence}{edge}{line}{edge}{fence}"
