"""How every report says names, days, counts and reasons.

A row is a dict as `Rollup.rows` gives it: blanks are None.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from okr_sheets.choices import STATUSES
from okr_sheets.columns import grouped
from okr_sheets.language import Language
from okr_sheets.problems import Problem
from okr_sheets.quarters import year_of
from okr_sheets.rollups.plans import changes_of
from okr_sheets.rollups.result import Rollup, Row
from okr_sheets.rollups.schema import CHANGE_KINDS
from okr_sheets.text import quotation

FIRST = 3  # of the attention list, in an update
NUMBER_CODES = frozenset({"target-eased", "target-tightened", "number", "baseline", "weight"})
MOST_NAMES = 6  # of those who owe an update or their OKRs
KEEPS = ("keep-at-least", "keep-at-most")
# What is said before a target that no baseline leads to.
_SIGNS = {"keep-at-least": "≥", "keep-at-most": "≤", "total": "→", "total-at-most": "≤"}


def coverage(row: Row, words: Language, live: str = "key_results") -> str:
    """“7 of 9 with a number”: what a score is made of."""
    return words.counted(
        "report.coverage", with_number=int(row["with_number"]), live=int(row[live])
    )


def updated(row: Row, words: Language, live: str = "key_results") -> str:
    """“6 of 9 updated”: since the last check-in date."""
    return words.counted("report.updated", updated=int(row["updated"]), live=int(row[live]))


def freshness(rollup: Rollup, words: Language) -> tuple[str, int, str]:
    """How many live key results are updated, at first how many have a number.

    What they are, the number, and a word on it.
    """
    about = rollup.about
    if rollup.is_asked:
        return words("report.updated_header"), about["updated"], coverage(about, words, "live")
    return words("report.with_number"), about["with_number"], ""


def reason(row: Row, words: Language) -> str:
    """Why a row of the attention list is there, in words, all its reasons."""
    return ", ".join(_reason(code, fields, words) for code, fields in row["reasons"])


def _reason(code: str, fields: Mapping[str, Any], words: Language) -> str:
    texts = {key: _PHRASES.get(key, _plain)(value, words) for key, value in fields.items()}
    return words(f"report.reason_{code.replace('-', '_')}", **texts)


def remark(row: Row, words: Language, longest: int | None = None) -> str:
    """““The webinar slipped.” (CMO, 19 Feb 2027)”, the latest remark on a row; "" for none.

    Of a long one so many letters, where a limit is given.
    """
    text = row["remark"]
    if not text:
        return ""
    said = words("report.said", remark=quotation(text, longest) if longest else text)
    who = ", ".join(filter(None, (row["remark_by"], day_text(row["remark_on"], words))))
    return f"{said} ({who})" if who else said


def confidence(row: Row, words: Language) -> str:
    """“Confidence: 7 → 4”, the latest after the one before; "" for none."""
    before, now = (words.number(row[key]) for key in ("confidence_before", "confidence"))
    course = "\N{NO-BREAK SPACE}→\N{NO-BREAK SPACE}".join(filter(None, (before, now)))
    return f"{words('okrs.confidence')}: {course}" if now else ""


def unsaid_confidence(row: Row, words: Language) -> str:
    """The same of a row of the attention list; "" where its reasons tell it."""
    is_told = any(code.startswith("confidence") for code, _ in row["reasons"])
    return "" if is_told else confidence(row, words)


def plan_changes(row: Row, words: Language) -> str:
    """The changes of a key result's plan, and its score by the plan; "" without a change."""
    changes = [_reason(code, fields, words) for code, fields in changes_of(row)]
    return "; ".join(filter(None, [*changes, by_plan(row, words)])) if changes else ""


def by_plan(row: Row, words: Language) -> str:
    """“25% by the plan”, of any level, where that is not what the score says."""
    share = row["planned_score"]
    if share is None or words.percent(share) == words.percent(row["score"]):
        return ""
    return _reason("by-plan", {"share": share}, words)


def _plain(value: Any, words: Language) -> str:
    return words.number(value) if isinstance(value, (int, float)) else str(value)


def attainment(value: float | None, target: float | None, words: Language) -> str:
    """What an achieve has come to: steps of its target, yes, no, or a share; nothing for none."""
    if value is None:
        return ""
    if target is not None and target > 1:
        return words.number(value)
    portion = value / 100 if value > 1 else value
    if portion in (0, 1):
        return words.choice("yes_no", "yes" if portion else "no")
    return words.percent(portion)


def goal(row: Row, words: Language) -> str:
    """What a key result wants: “18 → 4 requests”, “≥ 18 months”, “→ 30 deals”, “Achieve”."""
    baseline, target = (words.number(row[key]) for key in ("baseline", "target"))
    if row["type"] == "achieve":
        has_steps = row["target"] is not None and row["target"] > 1
        steps = f"→ {target} {row['unit']}".rstrip()
        return steps if has_steps else words.choice("type", "achieve")
    start = "" if row["type"] in _SIGNS else baseline
    sign = _SIGNS.get(row["type"] or "", "→")
    return " ".join(part for part in (start, sign, target or "?", row["unit"]) if part)


def now(row: Row, words: Language) -> str:
    """“now 7.2”; yes, no or a share where that was typed; nothing without a number."""
    current = row["current"]
    if current is None:
        return ""
    text = words.number(current)
    if row["type"] == "achieve":
        text = attainment(current, row["target"], words)
    return words("page.now", current=text)


def day_text(day: date | None, words: Language) -> str:
    """A date in the language's usual form; nothing for a blank."""
    if day is None:
        return ""
    month = words.lines("formats.months")[day.month - 1]
    return words("formats.text_date", d=day.day, m=day.month, mon=month, y=day.year)


# How the fields of a reason are said, where not as a number or as it stands.
_PHRASES: Mapping[str, Callable[[Any, Language], str]] = {
    **dict.fromkeys(("day", "since", "until"), day_text),
    "range": lambda ends, words: words.percent_range(*ends),
    "label": lambda key, words: words(f"okrs.{key}"),
    "share": lambda share, words: words.percent(share),
}


def found(row: Row) -> Problem:
    """A row of the findings as the problem that has its sentences."""
    return Problem(row["code"], given=row["given"], words=row["words"])


def most_found(rollup: Rollup, words: Language) -> list[Row]:
    """What each rule of a coach says where it found something first, and an example.

    With the rule's code and `count`; those that warn come first, the most frequent before others.
    """
    findings = rollup.columns["findings"]
    counts = Counter(findings.code)
    firsts, _ = grouped(findings.code)
    rows = rollup.rows("findings", firsts)
    rows.sort(key=lambda row: (row["severity"] == "info", -counts[row["code"]]))
    return [
        {
            "code": row["code"],
            "count": words.number(counts[row["code"]]),
            "sentence": found(row).sentence(words.code),
            "better": found(row).better(words.code),
        }
        for row in rows
    ]


def history_what(row: Row, words: Language) -> str:
    """What a row of the history is: “Target made easier”."""
    return words(f"report.history_{row['code'].replace('-', '_')}")


def history_when(row: Row, words: Language) -> str:
    """“between 12 Feb 2027 and 19 Feb 2027”, or the one day that both are."""
    since, until = (day_text(row[key], words) for key in ("since", "until"))
    return since if since == until else words("report.between", since=since, until=until)


def history_values(row: Row, words: Language) -> tuple[str, str]:
    """What it was before and after, “–” for a blank."""
    before, after = (_history_value(row["code"], row[key], words) for key in ("before", "after"))
    return before, after


def _history_value(code: str, text: str, words: Language) -> str:
    if not text:
        return "–"
    if code == "reported":
        return words.percent(float(text))
    return words.number(float(text)) if code in NUMBER_CODES else text


def history_about(row: Row) -> str:
    """The ID and text of what it is about; of a score the unit."""
    if row["title"]:
        return " ".join(filter(None, (row["id"], row["title"])))
    return " ".join(filter(None, (row["objective_id"], row["objective"]))) or row["unit_name"]


def history_line(row: Row, words: Language) -> str:
    """All that a row says but what it is: “12 Feb 2027, 40 → 60, between … and …”."""
    values = "" if row["code"] in {"dropped", "added"} else " → ".join(history_values(row, words))
    when = "" if row["code"] == "reported" else history_when(row, words)
    return ", ".join(filter(None, (day_text(row["day"], words), values, when)))


def title(rollup: Rollup, words: Language) -> str:
    """“Acme Cloud · 2027-Q1 OKRs”."""
    quarter_title = words("report.title", quarter=rollup.about["quarter"])
    company = rollup.about["company"]
    return f"{company} · {quarter_title}" if company else quarter_title


def headline(rollup: Rollup, words: Language) -> str:
    """Score against pace, what was read, and by which day."""
    about = rollup.about
    parts: list[str] = []
    if rollup.headline is not None and about["score"] is not None:
        score, expected = (words.percent(about[key]) for key in ("score", "expected"))
        figures = words("report.headline", score=score, expected=expected)
        # The counts that follow are of all units; whose the score is must be said.
        several = len(rollup.columns["teams"]) > 1
        if several:
            figures = f"{rollup.headline['unit_name']}: {figures}, {scope(rollup.headline, words)}"
        parts += filter(None, (figures, year_line(rollup.headline, words)))
    parts.append(coverage(about, words, "live"))
    if rollup.is_asked:  # else nothing says that all, or none, are up to date
        parts.append(updated(about, words, "live"))
    parts.append(
        words.counted(
            "report.read",
            trackers=about["trackers"],
            objectives=about["objectives"],
            key_results=about["key_results"],
        )
    )
    if about["as_of"]:
        parts.append(as_of(rollup, words))
    return " · ".join(parts)


def year_line(row: Row, words: Language) -> str:
    """“2027: Score 20%, expected 25%” of a unit's year beside its quarter; nothing without one."""
    if row["year_score"] is None:
        return ""
    score, expected = (words.percent(row[f"year_{key}"]) for key in ("score", "expected"))
    figures = words("report.headline", score=score, expected=expected)
    return f"{year_of(row['quarter'])}: {figures}"


def scope(row: Row, words: Language) -> str:
    """What the score of a unit above others is of, and beside it the mean of those below."""
    own = words.counted("report.own", n=row["key_results"])
    if row["below"] is None:
        return own
    return f"{own}, {words('report.mean_below', score=words.percent(row['below']))}"


def update(rollup: Rollup, words: Language) -> Iterator[tuple[str, str]]:
    """The quarter in a few lines, each a name (or "") and what is said of it.

    Where it ends, what changed, what comes first, who owes an update, who has no OKRs yet.
    """
    about = rollup.about
    if end := heading(about, words):
        yield "", end
    if since := since_line(rollup, words):
        yield "", since
    for row in rollup.rows("attention")[:FIRST]:
        yield row["title"] or row["id"], f"({whose(row, rollup, words)}): {reason(row, words)}"
    owing = [row for row in rollup.rows("owners") if row["due"] and row["owner"]]
    owing.sort(key=lambda row: (-row["stale"], -row["due"]))
    if owners := [row["owner_name"] for row in owing]:
        people = listed_names(owners, MOST_NAMES, words, "report.more_people")
        yield "", words("report.owe", names=people)
    if units := [row["unit_name"] for row in rollup.rows("blank")]:
        yield "", words("report.owe_okrs", names=listed_names(units, MOST_NAMES, words))


def listed_names(
    names: Iterable[str], most: int, words: Language, more: str = "report.more"
) -> str:
    """Names in a row, each once; of more than `most` the first, and `more` says how many follow."""
    once = list(dict.fromkeys(names))
    first = ", ".join(once[:most])
    return words.counted(more, names=first, n=len(once) - most) if len(once) > most else first


def heading(row: Row, words: Language) -> str:
    """“Heading for 73–95%”, “On the way to target” where the low end is there, and what is stale.

    Nothing without a forecast, and once the end is known.
    """
    end = end_range(row, words)
    if not end:
        return ""
    arrives = row["forecast_low"] == 1
    sentence = words("report.on_the_way") if arrives else words("report.heading", range=end)
    stale = stale_part(row, words)
    return f"{sentence} ({stale})" if stale else sentence


def end_range(row: Row, words: Language) -> str:
    """“73–95%”, where a score will end; nothing without a forecast, and once the end is known."""
    low, high = row["forecast_low"], row["forecast_high"]
    if low is None or row["score"] == low == high:
        return ""
    return words.percent_range(low, high)


def stale_part(row: Row, words: Language) -> str:
    """How many of a group's forecasts rest on stale numbers, where any do."""
    stale = row.get("forecast_stale")
    return words.counted("report.forecast_stale", n=stale, all=row["forecast_of"]) if stale else ""


def since_line(rollup: Rollup, words: Language) -> str:
    """The changes since the previous check-in date, counted by kind; "" where there is none."""
    if rollup.since is None:
        return ""
    counts = Counter(rollup.columns["changes"].change)
    parts = [
        words.counted(f"report.change_{kind.replace('-', '_')}", n=counts[kind])
        for kind in CHANGE_KINDS
        if kind in counts
    ]
    day = day_text(rollup.since, words)
    if not parts:
        return words("report.nothing_since", day=day)
    return words("report.since", day=day, counts=", ".join(parts))


def whose(row: Row, rollup: Rollup, words: Language) -> str:
    """The owner of a row, and the unit where there are several."""
    owner = row["owner_name"] or words("report.nobody")
    return f"{owner}, {row['unit_name']}" if len(rollup.columns["teams"]) > 1 else owner


def as_of(rollup: Rollup, words: Language) -> str:
    """“as of 5 Mar 2027”, or from the first to the last day of several; "" for none."""
    days = [row["as_of"] for row in rollup.rows("teams") if row["as_of"]]
    span = dict.fromkeys(day_text(day, words) for day in (min(days), max(days))) if days else ()
    return words("report.as_of", day=" – ".join(span)) if days else ""


def unit_status(row: Row, words: Language) -> str:
    """The word for the status of a unit, or that its trackers are blank."""
    return words("report.no_okrs") if row["blank"] else status_word(row["status"], words)


def status_word(status: str, words: Language) -> str:
    """The word for a status; a dash where a row has none."""
    return words.choice("status", status) if status in STATUSES else "–"
