"""The Markdown report: ten lines to paste into a chat or mail, then the details."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from okr_sheets.files.marks import REPORT_MARK
from okr_sheets.language import Language
from okr_sheets.reports import lookback
from okr_sheets.reports.excerpts import Excerpt, is_large
from okr_sheets.reports.left_out import left_out
from okr_sheets.reports.phrases import (
    FIRST,
    day_text,
    headline,
    history_about,
    history_line,
    history_what,
    most_found,
    reason,
    remark,
    status_word,
    title,
    unit_status,
    unsaid_confidence,
    update,
    whose,
)
from okr_sheets.rollups.result import Rollup, Row
from okr_sheets.text import LONGEST, as_code, escaped

_YEAR = ("year_score", "year_expected", "year_status")  # of a unit, beside its quarter


def write_markdown(rollup: Rollup, path: str, words: Language) -> None:
    """The update a leader pastes: score, end, changes, what comes first, who owes; then details."""
    # A comment at the end tells the file from people's own notes, which are never replaced.
    excerpt = Excerpt(rollup, words, archive="", is_short=is_large(rollup))
    lines = [*_update(rollup, words), *_details(excerpt), f"<!-- {REPORT_MARK} -->"]
    Path(path).write_text("\n".join(lines) + "\n", "utf-8")


def _update(rollup: Rollup, words: Language) -> Iterator[str]:
    """The ten lines."""
    yield f"# {escaped(title(rollup, words))}"
    yield ""
    yield escaped(headline(rollup, words))
    yield ""
    if missing := left_out(rollup, words):
        yield words("page.left_out")
        yield ""
        yield from (f"- {as_code(name)} {escaped(why)}".rstrip() for name, why in missing)
        yield ""
    for name, text in update(rollup, words):
        yield f"- **{escaped(name)}** {escaped(text)}" if name else f"- {escaped(text)}"
    yield ""


def _details(excerpt: Excerpt) -> Iterator[str]:
    rollup, words = excerpt.rollup, excerpt.words
    looked_back = [*_retrospective(excerpt)] if lookback.has_retrospective(rollup) else []
    yield from looked_back if rollup.is_over else ()
    yield from _teams(excerpt)
    attention = excerpt.rows("attention")
    yield from _heading(excerpt, "attention", len(attention), len(rollup.columns["attention"]))
    for row in attention:
        key_result = f"**{escaped(row['id'])}** {escaped(row['title'])}"
        standing = f"{status_word(row['status'], words)}, {escaped(reason(row, words))}"
        said = (unsaid_confidence(row, words), remark(row, words, LONGEST))
        standing = " · ".join((standing, *(escaped(text) for text in said if text)))
        yield f"- {key_result} ({escaped(whose(row, rollup, words))}): {standing}"
    if not attention:
        yield words("report.none_attention")
    yield ""
    yield from _actions(excerpt)
    yield from _history(excerpt)
    yield from _objectives(excerpt)
    yield from _quality(excerpt)
    yield from () if rollup.is_over else looked_back
    problems, note = excerpt.problems()
    if problems:
        yield from _titled(words("report.problems"), note)
        for problem in problems:
            severity = words(f"report.{problem.severity}")
            yield f"- {severity}: {as_code(problem.place)} {escaped(problem.say(words.code))}"
        yield ""


def _heading(
    excerpt: Excerpt, name: str, shown: int, count: int, title: str = "", mark: str = "##"
) -> Iterator[str]:
    """The title of a list, and which of its rows are shown where not all are."""
    text = excerpt.words(f"report.{title or name}")
    yield from _titled(text, excerpt.note(name, shown, count), mark)


def _titled(title: str, note: str, mark: str = "##") -> Iterator[str]:
    yield f"{mark} {title}"
    yield ""
    if note:
        yield escaped(note)
        yield ""


def _retrospective(excerpt: Excerpt) -> Iterator[str]:
    """What was reached, decided, learned and missed, and what was not foreseen."""
    rollup, words = excerpt.rollup, excerpt.words
    objectives, missed = excerpt.rows("retrospective"), excerpt.rows("missed")
    sizes = {name: len(rollup.columns[name]) for name in ("retrospective", "missed", "hindsight")}
    yield from _heading(excerpt, "retrospective", len(objectives), sizes["retrospective"])
    yield from (f"- **{escaped(name)}** {escaped(text)}" for name, text in _reached(excerpt))
    yield ""
    if lessons := [row for row in objectives if row["lesson"]]:
        yield from (f"### {words('close.lesson')}", "")
        for row in lessons:
            learned = f"{row['lesson']} ({row['id']})"
            yield f"- **{escaped(row['unit_name'])}** {escaped(learned)}"
        yield ""
    if missed:
        yield from _heading(excerpt, "missed", len(missed), sizes["missed"], mark="###")
        for row in missed:
            key_result = f"**{escaped(row['id'])}** {escaped(row['title'])}"
            came_to = f"{words.percent(row['score'])}, {escaped(lookback.why(row, words))}"
            yield f"- {key_result} ({escaped(whose(row, rollup, words))}): {came_to}"
        yield ""
    unforeseen = [row for row in excerpt.rows("hindsight") if row["ended"] != "inside"]
    if unforeseen:
        yield from (f"### {words('report.hindsight')}", "")
        keys = ("dashboard.key_result", "retrospective.then", "retrospective.end")
        yield from table(
            [words("okrs.id"), *map(words, keys), words("retrospective.ended")],
            (
                [
                    row["id"],
                    row["title"],
                    words.percent_range(row["forecast_low"], row["forecast_high"]),
                    words.percent(row["score"]),
                    words.choice("ended", row["ended"]),
                ]
                for row in unforeseen
            ),
        )


def _reached(excerpt: Excerpt) -> Iterator[tuple[str, str]]:
    """The figures of a retrospective, each a name and what is said of it."""
    rollup, words = excerpt.rollup, excerpt.words
    if unit := lookback.final_unit(rollup):
        computed = f"({words('retrospective.computed')} {words.percent(unit['score'])})"
        final = words.percent(unit["final"])
        score = f"{final} {computed}" if lookback.differs(unit, words) else final
        yield words("close.final"), f"{unit['unit_name']}: {score}"
    for commitment, counts in lookback.grades(rollup).items():
        named = {lookback.grade_word(key, words): counts[key] for key in lookback.TONES}
        yield words.choice("commitment", commitment), _tally(named, words)
    if decided := lookback.decisions(rollup, words):
        yield words("close.decision"), _tally(decided, words)
    if held := lookback.held(rollup, words):
        yield words("report.hindsight"), f"{' '.join(held)} · {words('retrospective.fair')}"


def _tally(counts: Mapping[str, int], words: Language) -> str:
    return ", ".join(f"{name} {words.number(count)}" for name, count in counts.items() if count)


def _teams(excerpt: Excerpt) -> Iterator[str]:
    rollup, words = excerpt.rollup, excerpt.words
    had, teams = bool(rollup.previous_quarter), excerpt.rows("teams")
    is_asked = rollup.is_asked
    closing = ["final"] if rollup.is_closing else []
    yield from _heading(excerpt, "teams", len(teams), len(rollup.columns["teams"]))
    yield from table(
        [
            words("report.unit"),
            words("okrs.score"),
            *(words(f"close.{key}") for key in closing),
            words("okrs.expected"),
            words("report.forecast"),
            words("rollup.forecast_stale"),
            words("okrs.status"),
            words("report.updated_header"),
            words("report.with_number"),
            words("report.below"),
            *([words("report.previous")] if had else []),
            *([words(f"report.{key}") for key in _YEAR] if rollup.has_years else []),
        ],
        (
            [
                team["unit_name"],
                words.percent(team["score"]),
                *(words.percent(team[key]) for key in closing),
                words.percent(team["expected"]),
                *_end(team, words),
                unit_status(team, words),
                _count(team, "updated", words) if is_asked else "–",
                _count(team, "with_number", words),
                words.percent(team["below"]),
                *([words.percent(team["previous"])] if had else []),
                *(_year(team, words) if rollup.has_years else []),
            ]
            for team in teams
        ),
    )


def _year(team: Row, words: Language) -> list[str]:
    """Score, expected and status of a unit's year."""
    status = team["year_status"]
    shown = words.choice("status", status) if status else "–"
    return [words.percent(team["year_score"]), words.percent(team["year_expected"]), shown]


def _count(team: Row, key: str, words: Language) -> str:
    """“7 of 9” of the live key results; a dash for a unit that has no score."""
    if not team["objectives"]:
        return "–"
    return words.counted("page.count_of", part=team[key], whole=team["key_results"])


def _end(row: Row, words: Language) -> tuple[str, str]:
    """Where a row ends, and how much of that rests on stale numbers."""
    if row["forecast"] is None:
        return "–", "–"
    resting = words.counted("page.count_of", part=row["forecast_stale"], whole=row["forecast_of"])
    return words.percent_range(row["forecast_low"], row["forecast_high"]), resting


def _actions(excerpt: Excerpt) -> Iterator[str]:
    words, overdue = excerpt.words, excerpt.rows("overdue")
    if not overdue:
        return
    count = len(excerpt.rollup.columns["overdue"])
    yield from _heading(excerpt, "overdue", len(overdue), count, "overdue_actions")
    for row in overdue:
        who = row["owner_name"] or words("report.nobody")
        about = f"{row['id']}, {who}, {words('okrs.due')} {day_text(row['due'], words)}"
        yield f"- {escaped(row['action'])} ({escaped(about)})"
    yield ""


def _history(excerpt: Excerpt) -> Iterator[str]:
    words, rows = excerpt.words, excerpt.rows("history")
    if not rows:
        return
    yield from _heading(excerpt, "history", len(rows), len(excerpt.rollup.columns["history"]))
    for row in rows:
        what = f"{history_what(row, words)}: {history_line(row, words)}"
        unit = f" ({escaped(row['unit_name'])})" if row["objective"] else ""
        yield f"- **{escaped(history_about(row))}**{unit}: {escaped(what)}"
    yield ""


def _objectives(excerpt: Excerpt) -> Iterator[str]:
    rollup, words = excerpt.rollup, excerpt.words
    had, objectives = bool(rollup.previous_quarter), excerpt.rows("objectives")
    closing = ["final", "reason", "decision", "lesson"] if rollup.is_closing else []
    yield from _heading(excerpt, "objectives", len(objectives), len(rollup.columns["objectives"]))
    yield from table(
        [
            words("okrs.id"),
            words("report.objective"),
            words("okrs.owner"),
            words("okrs.score"),
            *(words(f"close.{key}") for key in closing),
            words("report.forecast"),
            words("rollup.forecast_stale"),
            words("okrs.status"),
            *([words("report.previous")] if had else []),
        ],
        (
            [
                row["id"],
                row["title"],
                row["owner_name"],
                words.percent(row["score"]),
                *(_closing(row, words) if closing else []),
                *_end(row, words),
                status_word(row["status"], words),
                *([words.percent(row["previous"])] if had else []),
            ]
            for row in objectives
        ),
    )


def _closing(row: Row, words: Language) -> Sequence[str]:
    """What the close says of an objective."""
    decision = words.choice("close_decision", row["decision"]) if row["decision"] else ""
    return words.percent(row["final"]), row["final_reason"], decision, row["lesson"]


def _quality(excerpt: Excerpt) -> Iterator[str]:
    """Each unit's share of key results without findings, and what is found most."""
    rollup, words = excerpt.rollup, excerpt.words
    had, rules = bool(rollup.previous_quarter), most_found(rollup, words)
    units = [row for row in excerpt.rows("quality") if row["level"] == "unit"]
    if not units:
        return
    count = int((rollup.columns["quality"].level == "unit").sum())
    yield from _heading(excerpt, "quality", len(units), count)
    yield from table(
        [
            words("report.unit"),
            words("review.total"),
            words("review.share"),
            *([words("report.previous")] if had else []),
        ],
        (
            [
                row["unit_name"],
                words.counted("page.count_of", part=row["clean"], whole=row["key_results"]),
                words.percent(row["share"]),
                *([words.percent(row["previous"])] if had else []),
            ]
            for row in units
        ),
    )
    for rule in rules[:FIRST]:
        better = words("report.better", example=rule["better"]) if rule["better"] else ""
        said = f"{rule['sentence']} {better}".rstrip()
        yield f"- **{rule['count']} ×** {escaped(said)} ({as_code(rule['code'])})"
    yield from ([""] if rules else [])


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Rows of texts as a table of Markdown, and an empty line."""
    yield "| " + " | ".join(header) + " |"
    yield "|" + " --- |" * len(header)
    for row in rows:
        yield "| " + " | ".join(escaped(cell) for cell in row) + " |"
    yield ""
