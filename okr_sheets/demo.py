"""The sample company: six trackers filled in over nine weeks, and every report of them.

The company, its people and its numbers are invented. The story is seeded: it comes out the same
each time.
"""

from __future__ import annotations

import math
import random
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from okr_sheets.language import language
from okr_sheets.planning import new
from okr_sheets.reading.sets import names
from okr_sheets.reading.tracker import read
from okr_sheets.reports import report
from okr_sheets.reports.tables import status_word, unit_name
from okr_sheets.rollups import rollup
from okr_sheets.tracker import Tracker, frame
from okr_sheets.writing.saving import saved
from okr_sheets.writing.tracker import write

COMPANY = "Acme Cloud"
QUARTER = "2027-Q1"
AS_OF = date(2027, 3, 5)
WEEKS = 9
FOLDER = "okr-demo"
REPORTS = (".html", ".xlsx", ".md", ".csv", ".json")

# How far each key result has come by the as-of day, as a share of the way; others keep the pace.
PACES: Mapping[str, float] = {
    "C-O1.KR2": 0.45,
    "C-O2.KR3": 0.55,
    "MKT-O2.KR2": 0.82,
    "MKT-O3.KR1": 0.36,
    "MKT-O3.KR2": 0.30,
    "MKT-O4.KR1": 1.0,
    "SAL-O1.KR1": 0.88,
    "SAL-O2.KR1": 0.52,
    "ENB-O1.KR1": 0.48,
    "ENB-O2.KR2": 1.0,
    "GTM-O1.KR3": 0.75,
    "GTM-O3.KR1": -0.15,
    "PRD-O1.KR2": 0.28,
    "PRD-O2.KR2": 0.62,
    "PRD-O3.KR1": 1.1,
}
CANCELLED = "MKT-O1.KR3"
ADDED = "SAL-O3.KR2"
STALE = "PRD-O1.KR3"
SILENT = "ENB-O3.KR3"
CROSSED = "PRD-O3.KR4"
MISTYPED = "GTM-O2.KR1"
TYPO = "1o5"

REMARKS = (
    (date(2027, 1, 29), "MKT-O1.KR3", "Cancelled: the brief form moved to the agency.", "CMO"),
    (date(2027, 2, 8), "SAL-O3.KR2", "Added after the January pipeline review.", "VP Sales"),
    (date(2027, 2, 19), "MKT-O3.KR1", "The partner webinar slipped to March.", "CMO"),
    (date(2027, 2, 26), "C-O1.KR2", "Two large deals moved into April.", "CRO"),
)


def company() -> dict[str, Tracker]:
    """The six filled-in trackers by file name, the company's first."""
    return {f"{name}.xlsx": _filled(_planned(name)) for name in names()}


def marketing(code: str) -> Tracker:
    """The company's marketing tracker, filled in, in a language."""
    return _filled(_planned("b2b-saas-marketing", code))


def _planned(name: str, code: str = "en") -> Tracker:
    parent = "" if name == "company" else "company.xlsx"
    return new(name, quarter=QUARTER, company=COMPANY, parent=parent, language=code)


def _filled(tracker: Tracker) -> Tracker:
    rng = random.Random(f"{tracker.objectives['id'].iloc[0]} {QUARTER}")  # noqa: S311  a story, not a secret
    results = _story(tracker.key_results)
    rows: list[dict[str, Any]] = []
    index: list[int] = []
    for number, key_result in results.iterrows():
        for day, value in _check_ins(key_result, tracker.check_in_dates[:WEEKS], rng):
            rows.append({"id": key_result["id"], "date": day, "value": value})
            index.append(number)  # type: ignore[arg-type]
    known = set(results["id"])
    log = [
        {"date": day, "id": name, "note": note, "by": by}
        for day, name, note, by in REMARKS
        if name in known
    ]
    return replace(
        tracker,
        about=replace(tracker.about, as_of=AS_OF),
        key_results=results,
        check_ins=frame("check_ins", rows, index),
        actions=_progressed(tracker.actions, rng),
        log=frame("log", log, range(1, len(log) + 1)),
    )


def _story(results: pd.DataFrame) -> pd.DataFrame:
    results = results.copy()
    cancelled = results["id"] == CANCELLED
    results.loc[cancelled, "state"] = "cancelled"
    results.loc[cancelled, "note"] = "The brief form moved to the agency"
    added = results["id"] == ADDED
    results.loc[added, "start"] = pd.Timestamp(2027, 2, 8)
    results.loc[added, "note"] = "Added mid-quarter"
    results.loc[results["id"] == "C-O1.KR2", "confidence"] = 4
    return results


def _check_ins(
    row: pd.Series, dates: Sequence[date], rng: random.Random
) -> list[tuple[date, float]]:
    """What someone typed, week by week: a path to where the story has the key result now."""
    now = PACES.get(row["id"], rng.uniform(0.62, 0.8))
    path = []
    for week, day in enumerate(dates, 1):
        skipped = rng.random() < 0.07 and week < WEEKS
        wobble = rng.uniform(-0.03, 0.03) if week < WEEKS else 0.0
        share = now * (week / WEEKS) ** rng.uniform(0.9, 1.15) + wobble
        if _is_silent(row["id"], week, day) or skipped:
            continue
        path.append((day, _value(row, share, week)))
    return path


def _is_silent(name: str, week: int, day: date) -> bool:
    return (
        name == SILENT
        or (name in {STALE, CANCELLED} and week > 4)
        or (name == ADDED and day < date(2027, 2, 8))
        or (name == MISTYPED and week == WEEKS)
    )


def _value(row: pd.Series, share: float, week: int) -> float:
    if row["type"] == "achieve":
        return [0.0, 0.25, 0.25, 0.5, 0.5, 0.5, 0.75, 0.75, 0.75][week - 1]
    step = 10.0 ** math.floor(math.log10(max(abs(row["target"] - row["baseline"]), 1)) - 1)
    whole = float(row["baseline"]).is_integer() and float(row["target"]).is_integer()
    step = max(step, 1.0) if whole else min(step, 0.1)
    if row["type"] in {"keep-at-least", "keep-at-most"}:
        away = step if (row["id"] == CROSSED) and week > 6 else -step * (week % 2)
        side = 1 if row["type"] == "keep-at-most" else -1
        return round(float(row["target"]) + side * away, 4)
    value = row["baseline"] + (row["target"] - row["baseline"]) * share
    return float(round(round(value / step) * step, 4))


def _progressed(actions: pd.DataFrame, rng: random.Random) -> pd.DataFrame:
    states = [
        rng.choice(("done", "done", "doing", "to-do", "blocked")) for _ in range(len(actions))
    ]
    return actions.assign(status=pd.Series(states, index=actions.index, dtype="str"))


def build(folder: Path) -> list[Path]:
    """Write the six trackers into a folder; one of them with a slip of the finger in it."""
    folder.mkdir(parents=True, exist_ok=True)
    trackers = company()
    parent = trackers["company.xlsx"]
    paths = []
    for name, tracker in trackers.items():
        above = None if tracker is parent else parent
        path = write(tracker, folder / name, parent=above, force=True)
        paths.append(path)
        if MISTYPED in set(tracker.key_results["id"]):
            _mistype(path)
    return paths


def _mistype(path: Path) -> None:
    """Type text into a number's cell, as people do: the letter o for a zero."""
    tracker = read(path)
    row = tracker.key_results.index[tracker.key_results["id"] == MISTYPED][0]
    cell = f"{tracker.letters['okrs'][f'checkin.{AS_OF}']}{row}"
    typed = rf'<c r="{cell}"\1 t="inlineStr"><is><t>{TYPO}</t></is></c>'
    with zipfile.ZipFile(path) as archive:
        members = {member: archive.read(member) for member in archive.infolist()}
    with saved(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            if member.filename == "xl/worksheets/sheet2.xml":
                found = re.compile(rf'<c r="{cell}"( s="\d+")/>'.encode())
                content = found.sub(typed.encode(), content)  # noqa: PLW2901
            archive.writestr(member, content)


def show(folder: Path | None, say: Callable[[str], object]) -> None:
    """Build the sample company, score it, write every report, and say where to look.

    FileExistsError if `folder` holds something already; without one, a free name is found.
    """
    if folder is None:
        folder = next(path for path in _candidates() if not path.exists())
    elif folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty. Name a new folder.")
    words = language("en")
    say(f"{COMPANY} runs {QUARTER} on six trackers, filled in for nine weeks:")
    for path in build(folder / "trackers"):
        say(f"  {path}")
    result = rollup(folder / "trackers")
    say("")
    say(f"Scored by {AS_OF.isoformat()}:")
    for _, team in result.teams.iterrows():
        say(
            f"  {unit_name(team):<22} {words.percent(team['score']):>5}"
            f"   expected {words.percent(team['expected']):>5}   "
            f"{status_word(team['status'], words):<10} {team['updated']} of "
            f"{team['key_results']} updated"
        )
    say("")
    for suffix in REPORTS:
        path = report(result, folder / f"{QUARTER}{suffix}")
        say(f"Wrote {path}")
    say("")
    say(f"Look at {folder / (QUARTER + '.html')} first, then open a tracker and change a number.")
    say("Someone mistyped a number on the way; this names the cell, and what to type:")
    say(f"  okr-sheets check {folder / 'trackers'}")


def _candidates() -> list[Path]:
    return [Path(FOLDER), *(Path(f"{FOLDER}-{number}") for number in range(2, 1000))]
