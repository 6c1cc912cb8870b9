"""The sample company: six trackers filled in over nine weeks, and every report of them.

The company, its people and its numbers are invented. The story is seeded: it comes out the same
each time.
"""

from __future__ import annotations

import math
import random
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from rich.cells import cell_len

from okr_sheets.bands import Bands
from okr_sheets.columns import Columns, among, filled
from okr_sheets.config import read_config
from okr_sheets.config.finding import NAME
from okr_sheets.demo_close import closed
from okr_sheets.language import REFERENCE, Language, language
from okr_sheets.planning import new
from okr_sheets.reading.examples import names
from okr_sheets.reading.tracker import read
from okr_sheets.reports import report
from okr_sheets.reports.drafts import write_messages
from okr_sheets.reports.phrases import status_word, updated
from okr_sheets.reports.reminders import messages, owners_in
from okr_sheets.rollups import Row, rollup
from okr_sheets.schema import CHECK_IN_PREFIX, PARTS, ROW
from okr_sheets.tracker import Tracker
from okr_sheets.turning.carrying import turned
from okr_sheets.turning.making import write_all
from okr_sheets.turning.periods import next_quarters
from okr_sheets.turning.places import places_for_all
from okr_sheets.writing.layout import FIRST_ROW, Layout
from okr_sheets.writing.saving import saved
from okr_sheets.writing.tracker import write

Remark = tuple[date, str, float, str, str]  # day, key result, confidence, words, whose
COMPANY = "Acme Cloud"
QUARTER = "2027-Q1"
AS_OF = date(2027, 3, 5)
WEEKS = 9
LAST_QUARTER = "2026-Q4"
SETTINGS = """\
# {comment}
company = "{company}"
paths = ["trackers"]
previous = "{previous}"

[departments."{department}"]
weight = 2

[owners]
"{head_of_sales}" = "vp.sales@acme.example"
"{head_of_enablement}" = "enablement@acme.example"
"""
FOLDER = "okr-demo"
REPORTS = (".html", ".xlsx", ".md", ".csv", ".json")

# How far each key result has come by the as-of day: a share of the way, of a count or of steps a
# share of the target. Others keep the pace.
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
    "GTM-O1.KR3": 0.84,
    "GTM-O2.KR2": -0.15,
    "GTM-O3.KR1": 1.2,
    "PRD-O1.KR2": 0.28,
    "PRD-O2.KR2": 0.62,
    "PRD-O3.KR1": 1.1,
    "PRD-O3.KR3": 0.88,
}
CANCELLED = "MKT-O1.KR3"
ADDED = "SAL-O3.KR2"
STALE = "PRD-O1.KR3"
SILENT = "ENB-O3.KR3"
CROSSED = "PRD-O3.KR4"
MISTYPED = "GTM-O3.KR3"
TYPO = "55o"
# Planned higher than it is now.
LOWERED, NOW = "SAL-O2.KR1", 26.0
# Typed week by week: a total that is on track and slows down, so that it will not get there, and a
# line that is kept and drawn closer to every week.
TYPED: Mapping[str, tuple[float, ...]] = {
    "MKT-O3.KR3": (61e3, 119e3, 172e3, 224e3, 271e3, 315e3, 358e3, 397e3, 433e3),
    "SAL-O3.KR3": (5, 5, 6, 7, 7, 8, 8, 9, 10),
}

# What became of key results on the way; the notes are words of [demo].
STORY: Mapping[str, Row] = {
    CANCELLED: {"state": "cancelled", "note": "note_brief"},
    ADDED: {"start": date(2027, 2, 8), "note": "note_added"},
    "C-O1.KR2": {"confidence": 4},
    LOWERED: {"target": NOW, "note": "note_sellers"},
}
# What was remarked on them; by whoever owns the last one named.
REMARKS: Sequence[Remark] = (
    (date(2027, 1, 22), "C-O1.KR2", 7, "told_pipeline", "C-O1.KR2"),
    (date(2027, 1, 29), CANCELLED, math.nan, "told_brief", "MKT-O1"),
    (date(2027, 2, 8), ADDED, math.nan, "told_added", "SAL-O1"),
    (date(2027, 2, 19), "MKT-O3.KR1", math.nan, "told_webinar", "MKT-O1"),
    (date(2027, 2, 19), LOWERED, math.nan, "told_target", "SAL-O1"),
    (date(2027, 2, 26), "C-O1.KR2", 4, "told_deals", "C-O1.KR2"),
)


def company(code: str = REFERENCE) -> dict[str, Tracker]:
    """The six filled-in trackers in a language by file name, the company's first."""
    return {f"{name}.xlsx": _filled(_planned(name, code)) for name in names()}


def last_quarter(code: str = REFERENCE) -> dict[str, Tracker]:
    """The trackers of the quarter before, with all its check-ins; enablement had none yet."""
    older = (name for name in names() if name != "sales-enablement")
    return {f"{name}.xlsx": _finished(_planned(name, code, LAST_QUARTER)) for name in older}


def marketing(code: str) -> Tracker:
    """The company's marketing tracker, filled in, in a language."""
    return _filled(_planned("b2b-saas-marketing", code))


def _planned(name: str, code: str, quarter: str = QUARTER) -> Tracker:
    parent = "" if name == "company" else "company.xlsx"
    return new(name, quarter=quarter, company=COMPANY, parent=parent, language=code)


def _filled(tracker: Tracker) -> Tracker:
    """The tracker after nine weeks of the quarter, with all that happened."""
    rng = _dice(tracker)
    words = language(tracker.about.language)
    dates = tracker.check_in_dates[:WEEKS]
    results = [
        row | _happened(row["id"], words) for row in tracker.columns["key_results"].records()
    ]

    def typed(row: Row) -> list[tuple[date, float]]:
        # Drawn for all, so that what is typed for one changes no other.
        check_ins = _check_ins(row, dates, PACES.get(row["id"], rng.uniform(0.62, 0.8)), rng)
        if row["id"] in TYPED:
            check_ins = list(zip(dates, TYPED[row["id"]], strict=True))
        return [(day, value) for day, value in check_ins if not _is_silent(row["id"], day)]

    ids = {row["id"] for row in results}
    remarks = [remark for remark in REMARKS if remark[1] in ids]
    return tracker.changed(
        about=replace(tracker.about, as_of=AS_OF),
        key_results=_part("key_results", results),
        check_ins=_part("check_ins", _typed(results, typed)),
        actions=_progressed(tracker.columns["actions"], rng),
        log=_part("log", list(_remarked(remarks, _owners(tracker), words))),
    )


def _happened(key_result: str, words: Language) -> Row:
    """What the story changes of a key result, its note in a language."""
    changes = STORY.get(key_result, {})
    return changes | ({"note": words(f"demo.{changes['note']}")} if "note" in changes else {})


def _remarked(
    remarks: Sequence[Remark], owners: Mapping[str, str], words: Language
) -> Iterator[Row]:
    """The lines of the log."""
    keys = ("row", "date", "id", "confidence", "note", "by")
    for at, (day, key_result, confidence, said, by) in enumerate(remarks, 1):
        line = (at, day, key_result, confidence, words(f"demo.{said}"), owners[by])
        yield dict(zip(keys, line, strict=True))


def _owners(tracker: Tracker) -> dict[str, str]:
    """Who owns which objective and key result."""
    parts = (tracker.columns[name] for name in ("objectives", "key_results"))
    return {row["id"]: row["owner"] for part in parts for row in part.records()}


def _finished(tracker: Tracker) -> Tracker:
    """The tracker at the end of its quarter; its last objective came only with the next one."""
    rng = _dice(tracker)
    objectives, actions = tracker.columns["objectives"], tracker.columns["actions"]
    results = tracker.columns["key_results"]
    results = results.take(results.objective_id != objectives.id[-1])

    def typed(row: Row) -> list[tuple[date, float]]:
        return _check_ins(row, tracker.check_in_dates, _end(row, rng.uniform(0.45, 1.05)), rng)

    return tracker.changed(
        about=replace(tracker.about, as_of=tracker.about.end),
        objectives=objectives.take(objectives.id != objectives.id[-1]),
        key_results=results,
        check_ins=_part("check_ins", _typed(results.records(), typed)),
        actions=actions.take(among(actions.key_result, results.id.tolist())),
    )


def _part(name: str, rows: Sequence[Row]) -> Columns:
    return Columns.of(rows, (ROW, *PARTS[name]))


def _end(row: Row, otherwise: float) -> float:
    """Where a key result ended: a total at the number its next plan calls last quarter's."""
    counts = row["type"] in {"total", "total-at-most"} and not math.isnan(row["baseline"])
    return float(row["baseline"] / row["target"]) if counts else otherwise


def _dice(tracker: Tracker) -> random.Random:
    first = tracker.columns["objectives"].id[0]
    return random.Random(f"{first} {tracker.about.quarter}")  # noqa: S311  a story, not a secret


def _typed(results: Iterable[Row], typed: Callable[[Row], list[tuple[date, float]]]) -> list[Row]:
    """The check-ins of all key results."""
    return [
        {"row": key_result["row"], "id": key_result["id"], "date": day, "value": value}
        for key_result in results
        for day, value in typed(key_result)
    ]


def _check_ins(
    row: Row, dates: Sequence[date], now: float, rng: random.Random
) -> list[tuple[date, float]]:
    """What someone typed, week by week: a path to `now`, a share of the way, on the last date."""
    path: list[tuple[date, float]] = []
    for week, day in enumerate(dates, 1):
        is_last = week == len(dates)
        skipped = rng.random() < 0.07 and not is_last
        wobble = 0.0 if is_last else rng.uniform(-0.03, 0.03)
        share = now * (week / len(dates)) ** rng.uniform(0.9, 1.15) + wobble
        if not skipped:
            value = VALUES[row["type"]](row, share, week)
            path.append((day, max(value, path[-1][1]) if row["type"] in COUNTS and path else value))
    return path


def _is_silent(name: str, day: date) -> bool:
    return (
        name == SILENT
        or (name in {STALE, CANCELLED} and day > date(2027, 1, 29))
        or (name == ADDED and day < date(2027, 2, 8))
        or (name == MISTYPED and day == AS_OF)
    )


def _level(row: Row, share: float, _: int) -> float:
    """Where a level stands that has come a share of its way."""
    step = 10.0 ** math.floor(math.log10(max(abs(row["target"] - row["baseline"]), 1)) - 1)
    whole = float(row["baseline"]).is_integer() and float(row["target"]).is_integer()
    step = max(step, 1.0) if whole else min(step, 0.1)
    value = row["baseline"] + (row["target"] - row["baseline"]) * share
    return float(round(round(value / step) * step, 4))


def _count(row: Row, share: float, _: int) -> float:
    """What is counted so far, a whole number; of money, to three digits."""
    step = max(10 ** (math.floor(math.log10(row["target"])) - 2), 1)
    return float(max(round(row["target"] * share / step) * step, 0))


def _kept(row: Row, _: float, week: int) -> float:
    """A number that wanders between its baseline and the line it is to keep."""
    side = math.copysign(1, row["target"] - row["baseline"])
    if row["id"] == CROSSED and week > 6:
        return float(row["target"] + side)
    return float(row["baseline"] + side * (week % 2))


# What is typed of each type; the number of a count never falls.
VALUES: Mapping[str, Callable[[Row, float, int], float]] = {
    "increase": _level,
    "decrease": _level,
    "total": _count,
    "total-at-most": _count,
    "achieve": _count,
    "keep-at-least": _kept,
    "keep-at-most": _kept,
}
COUNTS = ("total", "total-at-most", "achieve")


def _progressed(actions: Columns, rng: random.Random) -> Columns:
    states = ("done", "done", "doing", "to-do", "blocked")
    return actions.having(status=filled([rng.choice(states) for _ in actions.row], "choice"))


def build(folder: Path, trackers: Mapping[str, Tracker]) -> list[Path]:
    """Write trackers, the company's first, into a folder; one with a slip of the finger in it."""
    folder.mkdir(parents=True, exist_ok=True)
    parent = trackers["company.xlsx"]
    paths = []
    for name, tracker in trackers.items():
        above = None if tracker is parent else parent
        path = write(tracker, folder / name, parent=above, force=True)
        paths.append(path)
        if tracker.about.as_of == AS_OF and MISTYPED in tracker.columns["key_results"].id:
            _mistype(path, tracker)
    return paths


def _mistype(path: Path, tracker: Tracker) -> None:
    """Type text into a number's cell, as people do: the letter o for a zero."""
    layout = Layout(language(tracker.about.language), tracker.check_in_dates, "", Bands())
    row = FIRST_ROW + tracker.okrs.id.tolist().index(MISTYPED)
    cell = f"{layout.letter(f'{CHECK_IN_PREFIX}{AS_OF}')}{row}"
    typed = rf'<c r="{cell}"\1 t="inlineStr"><is><t>{TYPO}</t></is></c>'
    with zipfile.ZipFile(path) as archive:
        members = {member: archive.read(member) for member in archive.infolist()}
    with saved(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members.items():
            if member.filename == "xl/worksheets/sheet2.xml":
                blank = re.compile(rf'<c r="{cell}"( s="\d+")/>'.encode())
                content = blank.sub(typed.encode(), content)  # noqa: PLW2901
            archive.writestr(member, content)


def show(folder: Path | None, say: Callable[[str], object], code: str = REFERENCE) -> None:
    """Build the sample company in a language, score it, write every report, say where to look.

    FileExistsError if `folder` holds something already; without one, a free name is found.
    """
    if folder is None:
        folder = next(path for path in _candidates() if not path.exists())
    elif folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty. Name a new folder.")
    words = language(code)
    trackers = company(code)
    say(words("demo.runs", company=COMPANY, quarter=QUARTER))
    for path in build(folder / "trackers", trackers):
        say(f"  {path}")
    build(folder / LAST_QUARTER, last_quarter(code))
    settings = folder / NAME
    settings.write_text(_settings(trackers, words), "utf-8")
    say(words("demo.last_quarter", folder=folder / LAST_QUARTER, settings=settings))
    config = read_config(settings)
    result = rollup(config.paths, previous=config.previous, config=config)
    say("")
    say(words("demo.scored", day=AS_OF.isoformat()))
    teams = result.rows("teams")
    names = _padded([team["unit_name"] for team in teams])
    statuses = _padded([status_word(team["status"], words) for team in teams])
    for team, name, status in zip(teams, names, statuses, strict=True):
        expected = words("demo.expected", expected=f"{words.percent(team['expected']):>5}")
        score = f"{words.percent(team['score']):>5}"
        say(f"  {name}   {score}   {expected}   {status}   {updated(team, words)}")
    say("")
    for suffix in REPORTS:
        path = report(result, folder / f"{QUARTER}{suffix}")
        say(words("terminal.wrote", path=path))
    drafted = messages(result, config.email)
    drafts = write_messages(drafted, folder / "reminders", "eml", owners_in(result))
    for error in drafts.errors:
        raise error
    say(words("demo.messages", folder=folder / "reminders", n=len(drafts.written)))
    say("")
    say(words("demo.look", page=folder / (QUARTER + ".html")))
    say(words("demo.mistyped"))
    say(f"  okr-sheets check {folder / 'trackers'}")


def _padded(texts: Sequence[str]) -> list[str]:
    """The texts as wide as the widest, as a terminal counts: two cells for a Hangul syllable."""
    width = max(map(cell_len, texts), default=0)
    return [text + " " * (width - cell_len(text)) for text in texts]


def _settings(trackers: Mapping[str, Tracker], words: Language) -> str:
    """The text of the company's okr.toml."""
    sales, enablement = trackers["sales.xlsx"], trackers["sales-enablement.xlsx"]
    return SETTINGS.format(
        comment=words("demo.settings", company=COMPANY),
        company=COMPANY,
        previous=LAST_QUARTER,
        department=sales.about.department,
        head_of_sales=_owners(sales)["SAL-O1"],
        head_of_enablement=_owners(enablement)["ENB-O1"],
    )


def turn(folder: Path) -> Path:
    """Write the trackers of the quarter that is over, and those of the next; where these are."""
    at_end = {name: closed(tracker, VALUES) for name, tracker in company().items()}
    over = [read(path) for path in build(folder / QUARTER, at_end)]
    quarters = next_quarters(over, None)
    pairs = [(each, of) for each, of in zip(over, quarters, strict=True) if of]
    new = turned([each for each, _ in pairs], [of for _, of in pairs], None, Bands())
    written, names = places_for_all(over, [each.quarter for each in new], folder / QUARTER, None)
    write_all(new, written, names)
    return written


def _candidates() -> list[Path]:
    return [Path(FOLDER), *(Path(f"{FOLDER}-{number}") for number in range(2, 1000))]
