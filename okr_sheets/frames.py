"""The scoring rules on frames: trackers in, one scored row per objective and key result out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from okr_sheets.schema import CHECK_IN_PREFIX, OBJECTIVE, OKRS
from okr_sheets.scoring import RULES, Bands
from okr_sheets.tracker import About, Tracker

# Day numbers as spreadsheets count them, so that dates are numbers in both engines.
EPOCH = date(1899, 12, 30)

# Problems by which Python read a cell that the workbook's formulas cannot count.
_MISREAD = frozenset(
    {
        "not-a-number",
        "bad-confidence",
        "not-a-choice",
        "number-as-text",
        "ambiguous-number",
        "percent-scale",
        "percent-number",
        "current-typed",
        "other-word",
        "boolean-number",
        "date-number",
        "error-cell",
        "not-calculated",
    }
)
ROWS = 1 << 21  # more than a sheet has: tracker number times this plus row names one row of all

SCORED = (
    "file",
    "sheet",
    "row",
    "company",
    "department",
    "team",
    "level",
    "quarter",
    "objective_id",
    "objective",
    "id",
    "title",
    "owner",
    "type",
    "commitment",
    "baseline",
    "target",
    "unit",
    "weight",
    "state",
    "start",
    "due",
    "current",
    "last_check_in",
    "confidence",
    "progress",
    "score",
    "expected",
    "gap",
    "status",
    "grade",
    "updated",
    "aligns_to",
    "note",
)


def serial(day: date) -> int:
    """A spreadsheet's number for a day."""
    return (day - EPOCH).days


def to_day(number: float) -> date:
    """The day of a spreadsheet's number."""
    return EPOCH + timedelta(days=int(number))


def serials(dates: pd.Series) -> pd.Series:
    """Spreadsheets' numbers for days; NaN for a blank."""
    return (dates - pd.Timestamp(EPOCH)) / pd.Timedelta(days=1)


def gather(
    trackers: Sequence[Tracker], as_of: date | Sequence[date | None] | None = None
) -> pd.DataFrame:
    """One row per objective and key result of all trackers, as the OKRs sheet has them.

    `as_of` is a day for all or one for each; see `About.day`.

    Columns: those people type, dates as day numbers; `tracker` (its place in `trackers`), `row`,
    `place` (both in one number), the scoring `day` with the quarter's `first_day` and `last_day`,
    `parent` (row of the objective), and `checked_on`, `value` of the last check-in by that day
    (0 and NaN for none). Trackers whose quarter is unknown are left out.
    """
    days = list(as_of) if isinstance(as_of, Sequence) else [as_of] * len(trackers)
    scored_by = [t.about.day(day) for t, day in zip(trackers, days, strict=True)]
    known = [(n, t) for n, t in enumerate(trackers) if scored_by[n]]
    if not known:
        known, scored_by = [(0, Tracker.empty(About(start=EPOCH, end=EPOCH)))], [EPOCH]
    rows = pd.concat([_okr_rows(tracker) for _, tracker in known], ignore_index=True)
    sizes = [len(tracker.objectives) + len(tracker.key_results) for _, tracker in known]
    abouts = [tracker.about for _, tracker in known]
    per_tracker: dict[str, list[float]] = {
        "tracker": [number for number, _ in known],
        "day": [float(serial(scored_by[number] or EPOCH)) for number, _ in known],
        "first_day": [float(serial(about.start or EPOCH)) for about in abouts],
        "last_day": [float(serial(about.end or EPOCH)) for about in abouts],
        "typed_on": [float(serial(tracker.calculated_on or EPOCH)) for _, tracker in known],
    }
    for key, values in per_tracker.items():
        rows[key] = np.repeat(values, sizes)
    rows["start"], rows["due"] = serials(rows["start"]), serials(rows["due"])
    rows["place"] = rows["tracker"] * ROWS + rows["row"]
    check_ins = pd.concat([tracker.check_ins.reset_index() for _, tracker in known])
    check_ins["tracker"] = np.repeat(
        [number for number, _ in known], [len(tracker.check_ins) for _, tracker in known]
    )
    rows = rows.join(_last_check_ins(check_ins, rows), on="place").fillna({"checked_on": 0.0})
    # A number typed under “current” has no date; it holds from the day it was last seen on.
    typed = rows["typed_current"].notna() & (rows["day"] >= rows["typed_on"])
    rows["value"] = rows["value"].where(~typed, rows["typed_current"])
    rows["checked_on"] = rows["checked_on"].where(~typed | (rows["checked_on"] > 0), rows["day"])
    return rows


def _okr_rows(tracker: Tracker) -> pd.DataFrame:
    nothing = float("nan")
    objectives = tracker.objectives.assign(
        type=OBJECTIVE, unit="", baseline=nothing, target=nothing, parent=tracker.objectives.index
    )
    key_results = tracker.key_results.rename(columns={"objective": "parent"})
    both = pd.concat([objectives, key_results.drop(columns="objective_id")])
    return both.sort_index(kind="stable").rename_axis("row").reset_index()


def _last_check_ins(check_ins: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The last check-in of each row up to its day: `checked_on`, `value`, by place."""
    places = check_ins["tracker"] * ROWS + check_ins["row"]
    check_ins = pd.DataFrame(
        {
            "place": places,
            "checked_on": serials(check_ins["date"]),
            "value": check_ins["value"],
            "day": places.map(rows.drop_duplicates("place").set_index("place")["day"]),
        }
    )
    counting = check_ins[check_ins["checked_on"] <= check_ins["day"]]
    # Of two columns with one date the left one counts, as MATCH finds it.
    first = counting.drop_duplicates(["place", "checked_on"])
    last = first.sort_values("checked_on").drop_duplicates("place", keep="last")
    return last.set_index("place")[["checked_on", "value"]]


class Rows:
    """A frame whose columns are read as attributes, as the rules want a row."""

    def __init__(self, frame: pd.DataFrame) -> None:
        """`frame` is read, and not changed."""
        self._frame = frame

    def __getattr__(self, key: str) -> pd.Series:
        column: pd.Series = self._frame[key]
        return column


class InFrames:
    """The operations of the rules on pandas Series."""

    NOTHING = float("nan")
    BLANK = ""

    def __init__(self, misread: Iterable[tuple[int, str]], bands: Bands) -> None:
        """`misread` names the cells, by place and column, that the workbook cannot count."""
        self._misread = pd.DataFrame(list(misread), columns=["place", "key"])
        self.bands = bands

    def choose(self, condition: pd.Series, then: Any, otherwise: Any) -> pd.Series:
        return pd.Series(np.where(condition, then, otherwise), index=condition.index)

    def number(self, x: pd.Series) -> pd.Series:
        return x.notna()

    def blank(self, x: pd.Series) -> pd.Series:
        return x == ""

    def zero(self, x: pd.Series) -> pd.Series:
        return x.fillna(0.0)

    def whole(self, x: pd.Series) -> pd.Series:
        return x // 1

    def clamp(self, x: pd.Series) -> pd.Series:
        return x.clip(0, 1)

    def rounded(self, x: pd.Series) -> pd.Series:
        """Four decimals, halves away from zero, as a spreadsheet's ROUND has it."""
        x = x.round(12)
        rounded: pd.Series = np.sign(x) * ((x.abs() * 10_000 + (0.5 + 5e-12)) // 1) / 10_000
        return rounded

    def row(self, k: Rows) -> pd.Series:
        return k.row

    def word(self, _: str, key: str) -> str:
        return key

    def fix(self, code: str) -> str:
        return code

    def is_(self, x: pd.Series, _: str, key: str) -> pd.Series:
        return x == key

    def known(self, x: pd.Series, column: str) -> pd.Series:
        return x.isin(OKRS[column].choices)

    def yes(self, x: pd.Series) -> pd.Series:
        # The reader has already turned yes and no into 1 and 0.
        return pd.Series(False, index=x.index)

    no = yes

    def contains(self, x: pd.Series, sign: str) -> pd.Series:
        return x.str.contains(sign, regex=False)

    def misread(self, k: Rows, key: str) -> pd.Series:
        return k.place.isin(self._misread.loc[self._misread["key"] == key, "place"])

    def misread_check_in(self, k: Rows) -> pd.Series:
        check_in = self._misread["key"].str.startswith(CHECK_IN_PREFIX)
        return k.place.isin(self._misread.loc[check_in.astype(bool), "place"])

    def repeated(self, k: Rows, key: str) -> pd.Series:
        folded = pd.DataFrame({"tracker": k.tracker, "id": getattr(k, key).str.casefold()})
        return folded.duplicated() & (folded["id"] != "")

    def objective_of(self, k: Rows) -> pd.Series:
        return k.parent

    def of_objective(self, k: Rows, key: str) -> pd.Series:
        values = pd.Series(getattr(k, key).to_numpy(), index=k.place)
        values = values[~values.index.duplicated()]
        return (k.tracker * ROWS + k.group).map(values).fillna("")

    def sum_of_group(self, k: Rows, key: str) -> pd.Series:
        return self._by_group(k, getattr(k, key), "sum")

    def latest_of_group(self, k: Rows, key: str) -> pd.Series:
        return self._by_group(k, getattr(k, key), "max")

    def count_of_group(self, k: Rows, key: str, _: str, value: str) -> pd.Series:
        return self._by_group(k, (getattr(k, key) == value).astype(float), "sum")

    def _by_group(self, k: Rows, values: pd.Series, how: str) -> pd.Series:
        totals = values.groupby(k.tracker * ROWS + k.group).agg(how)
        return (k.tracker * ROWS + k.anchor).map(totals).fillna(0.0)

    def last_day_checked(self, k: Rows) -> pd.Series:
        return k.checked_on

    def value_checked(self, k: Rows) -> pd.Series:
        return k.value


def misread_cells(trackers: Sequence[Tracker]) -> list[tuple[int, str]]:
    """The cells, by place and column key, whose text Python read and the workbook cannot."""
    return [
        (number * ROWS + problem.row, problem.key)
        for number, tracker in enumerate(trackers)
        for problem in tracker.problems
        if problem.code in _MISREAD and problem.sheet == tracker.sheets.get(OKRS.key)
    ]


def compute(rows: pd.DataFrame, operations: InFrames) -> pd.DataFrame:
    """`rows` (as `gather` gives them) with a column for each rule, in the rules' own order."""
    rows = rows.copy()
    with np.errstate(divide="ignore", invalid="ignore"):
        for key, rule in RULES.items():
            rows[key] = rule(Rows(rows), operations)
    return rows
