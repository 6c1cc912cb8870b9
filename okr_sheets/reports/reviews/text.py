"""The review as Markdown and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from okr_sheets.files.marks import REPORT_MARK
from okr_sheets.language import Language
from okr_sheets.reports.markdown import table
from okr_sheets.reports.reviews import QUESTIONS, Review, records
from okr_sheets.reports.tables import json_text
from okr_sheets.text import as_code, escaped

MOST_RULES, MOST_FINDINGS = 10, 2_500


def write_json(review: Review, path: str, words: Language) -> None:
    """An object with `quality` and `problems` as lists of rows, after our mark."""
    document = {
        "generator": REPORT_MARK,
        "quality": [_plain(review, row) for row in review.quality.records()],
        "problems": records.records(review.problems, words.code),
    }
    Path(path).write_text(json_text(document), "utf-8")


def _plain(review: Review, row: dict[str, Any]) -> dict[str, Any]:
    """A row of quality by its file, without what JSON has no number for."""
    share = None if math.isnan(row["share"]) else row["share"]
    path = review.trackers[row.pop("tracker")].path
    return row | {"share": share, "file": Path(path).name}


def write_markdown(review: Review, path: str, words: Language) -> None:
    """Units with their shares, the rules that find most, each problem, and two questions."""
    text = "\n".join([*_lines(review, words), f"<!-- {REPORT_MARK} -->", ""])
    Path(path).write_text(text, "utf-8")


def _lines(review: Review, words: Language) -> Iterator[str]:
    clean, key_results = review.total
    share = words.percent(clean / key_results if key_results else None)
    yield from (f"# {escaped(review.title(words))}", "", escaped(review.about(words)), "")
    yield from (f"**{words('review.total')}: {share}**", "")
    quarters = review.quarters
    yield from table(
        [words("report.unit"), *(quarter or "–" for quarter in quarters)],
        (
            [line.name, *(_share(line.by_quarter.get(quarter), words) for quarter in quarters)]
            for line in records.lines(review)
            if line.is_unit
        ),
    )
    if review.by_rule:
        yield from (f"## {words('review.by_rule')}", "")
        yield from table(
            [words("report.code"), words("review.findings"), words("review.example")],
            (
                [code, words.number(count), records.example(code, words)]
                for code, count in [*review.by_rule.items()][:MOST_RULES]
            ),
        )
    yield from _findings(review, words)
    if key_results:
        yield from (words("review.questions"), "")
        yield from (f"- {words(f'review.{key}')}" for key in QUESTIONS)
        yield ""


def _share(row: dict[str, Any] | None, words: Language) -> str:
    """“78% (7 of 9)” of a unit in a quarter; a dash for none."""
    if not row or not row["key_results"]:
        return "–"
    counts = words.counted("page.count_of", part=row["clean"], whole=row["key_results"])
    return f"{words.percent(row['share'])} ({counts})"


def _findings(review: Review, words: Language) -> Iterator[str]:
    problems = records.in_order(review.problems)
    if not problems:
        return
    shown = problems[:MOST_FINDINGS]
    yield from (f"## {words('review.findings')}", "")
    if len(shown) < len(problems):
        counts = {"shown": len(shown), "all": len(problems)}
        yield from (words.counted("review.findings_left", **counts), "")
    for problem in shown:
        severity = words(f"report.{problem.severity}")
        yield f"- {severity}: {as_code(problem.place)} {escaped(problem.say(words.code))}"
    yield ""
