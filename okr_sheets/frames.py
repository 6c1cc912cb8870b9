"""The scoring rules on frames: trackers in, one scored row per objective and key result out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from okr_sheets.about import About
from okr_sheets.quarters import DAYS
from okr_sheets.schema import CHECK_IN_PREFIX, OBJECTIVE, OKRS, PLANNED, Column, Kind
from okr_sheets.scoring import RULES, Bands
from okr_sheets.tracker import ROWS, Tracker, as_kind, declared

# Day numbers as spreadsheets count them, so that dates are numbers in both engines.
EPOCH = date(1899, 12, 30)

# Problems by which Python read a cell that the workbook's formulas cannot count.
_MISREAD = frozenset(
    {
        "not-a-number",
        "extreme-number",
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
    "planned_baseline",
    "planned_target",
    "planned_weight",
    "planned_score",
    "with_number",
    "unit_name",
    "owner_name",
)


def _as_numbers(columns: Iterable[Column]) -> Mapping[str, Kind]:
    """The kinds of columns whose dates are day numbers."""
    return {column.key: "number" if column.kind == "date" else column.kind for column in columns}


GATHERED: Mapping[str, Kind] = {
    "tracker": "count",
    "row": "count",
    **_as_numbers(column for column in OKRS.columns if not column.computed),
    "parent": "count",
    "typed_current": "number",
    "first_day": "number",
    "last_day": "number",
    "typed_on": "number",
    "place": "count",
    "day": "number",
    "until": "number",
    "checked_on": "number",
    "value": "number",
    "first_on": "number",
    "first_value": "number",
    "highest": "number",
    "typed_to": "number",
    "asked_on": "number",
}
_COMPUTED: Mapping[str, Kind] = {**_as_numbers(OKRS.computed), "anchor": "count", "group": "count"}


def serial(day: date) -> int:
    """A spreadsheet's number for a day."""
    return (day - EPOCH).days


def to_day(number: float) -> date:
    """The day of a spreadsheet's number."""
    return EPOCH + timedelta(days=int(number))


def serials(dates: pd.Series) -> pd.Series:
    """Spreadsheets' numbers for days; NaN for a blank."""
    return (dates - pd.Timestamp(EPOCH)) / pd.Timedelta(days=1)


def gather(trackers: Sequence[Tracker], *rounds: Sequence[date | None]) -> pd.DataFrame:
    """One row per objective and key result of all trackers in each round, as the sheets have them.

    A round is a list of days, one for each tracker; see `About.day`.

    Columns `GATHERED`: those people type, dates as day numbers; `tracker` (its place in `trackers`,
    counted on from round to round), `row`, `place` (both in one number), the scoring `day` with the
    quarter's `first_day` and `last_day`, `until` (the last day whose check-ins count by then),
    `parent` (row of the objective), and of the check-ins that count: `checked_on`, `value` of the
    last (0 and NaN for none), `first_on`, `first_value` of the first, and the `highest` (NaN for
    none); `typed_to` is the day of the last one, whether it counts or not. `asked_on` is the last
    check-in date up to that day and the row's due day (0 for none). Trackers whose quarter is
    unknown are left out.
    """
    known = [n for n, tracker in enumerate(trackers) if tracker.about.day()]
    if not known:
        trackers, known = (
            [Tracker.empty(About(start=DAYS.start, end=DAYS.start + timedelta(weeks=1)))],
            [0],
        )
        rounds = ([DAYS.start],)
    own = _okr_rows(trackers).reset_index()
    own = own[own["tracker"].isin(known)].reset_index(drop=True)
    abouts = [tracker.about for tracker in trackers]
    per_tracker = {
        "first_day": [_serial(about.start) for about in abouts],
        "last_day": [_serial(about.end) for about in abouts],
        "typed_on": [_serial(tracker.calculated_on) for tracker in trackers],
    }
    for key, values in per_tracker.items():
        own[key] = np.array(values)[own["tracker"]]
    own["start"], own["due"] = serials(own["start"]), serials(own["due"])
    own["place"] = own["tracker"] * ROWS + own["row"]
    days = [[t.about.day(d) for t, d in zip(trackers, r, strict=True)] for r in rounds]
    untils = [[t.until(d) for t, d in zip(trackers, of_round, strict=True)] for of_round in days]
    rows = own.loc[np.tile(own.index, len(rounds))].reset_index(drop=True)
    number = np.repeat(np.arange(len(rounds)), len(own))
    for key, of_rounds in (("day", days), ("until", untils)):
        numbers = np.array([[_serial(each) for each in of_round] for of_round in of_rounds])
        rows[key] = numbers[number, rows["tracker"]]
    rows = rows.join(_last_check_ins(check_ins(trackers), rows[["place", "until"]]))
    rows["asked_on"] = _last_dates(trackers, rows)
    rows["tracker"] += number * len(trackers)
    rows["place"] = rows["tracker"] * ROWS + rows["row"]
    # A number typed under “current” has no date; it holds from the day it was last seen on.
    typed = rows["typed_current"].notna() & (rows["day"] >= rows["typed_on"])
    rows["value"] = rows["value"].where(~typed, rows["typed_current"])
    rows["checked_on"] = rows["checked_on"].where(~typed | (rows["checked_on"] > 0), rows["day"])
    only = typed & rows["first_value"].isna()
    for first, now in (("first_value", "value"), ("highest", "value"), ("first_on", "day")):
        rows[first] = rows[first].where(~only, rows[now])
    return declared(rows, GATHERED)


def _serial(day: date | None) -> float:
    return float(serial(day or EPOCH))


def _okr_rows(trackers: Sequence[Tracker]) -> pd.DataFrame:
    """Objectives and key results, each tracker's in the order of its sheet; by tracker and row."""
    nothing = float("nan")
    objectives = stacked([tracker.objectives for tracker in trackers])
    objectives = objectives.assign(
        type=OBJECTIVE,
        unit="",
        baseline=nothing,
        target=nothing,
        **{f"planned_{key}": nothing for key in PLANNED},
        planned_title="",
        parent=objectives.index.get_level_values("row"),
    )
    key_results = stacked([tracker.key_results for tracker in trackers])
    key_results = key_results.rename(columns={"objective": "parent"})
    both = pd.concat([objectives, key_results.drop(columns="objective_id")])
    return both.sort_index(kind="stable")


def stacked(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One frame of the same of each tracker, by `tracker` (its place in the list) and `row`."""
    return pd.concat(frames, keys=range(len(frames)), names=["tracker", "row"])


def check_ins(trackers: Sequence[Tracker]) -> pd.DataFrame:
    """All check-ins: `place`, `checked_on`, `value`; of two on one date the left one."""
    found = stacked([tracker.check_ins for tracker in trackers]).reset_index()
    told = pd.DataFrame(
        {
            "place": found["tracker"] * ROWS + found["row"],
            "checked_on": serials(found["date"]),
            "value": found["value"],
        }
    )
    # MATCH, by which the workbook looks for the number of a day, finds the left one too.
    return told.drop_duplicates(["place", "checked_on"])


def _last_check_ins(check_ins: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Of each row's check-ins up to its `until`: `checked_on` … `typed_to`; indexed as the rows."""
    dated = check_ins.sort_values("checked_on")
    by_place = dated.groupby("place")
    dated = dated.assign(
        first_on=by_place["checked_on"].transform("first"),
        first_value=by_place["value"].transform("first"),
        highest=by_place["value"].cummax(),
    )
    found = pd.merge_asof(
        rows.rename_axis("at").reset_index().sort_values("until"),
        dated,
        left_on="until",
        right_on="checked_on",
        by="place",
    ).set_index("at")
    last = rows["place"].map(by_place["checked_on"].max()).astype("float64")
    found = found.drop(columns=["place", "until"]).assign(typed_to=last)
    return found.fillna({"checked_on": 0.0, "typed_to": 0.0})


def _last_dates(trackers: Sequence[Tracker], rows: pd.DataFrame) -> pd.Series:
    """The last check-in date of its tracker that asks each row for a number; 0 for none."""
    due = rows["due"].fillna(rows["last_day"])
    held = due.where(due < rows["day"], rows["day"])
    found = pd.Series(0.0, index=rows.index)
    for number, mine in held.groupby(rows["tracker"]):
        asked = sorted(map(serial, trackers[int(str(number))].check_in_dates))
        dates = np.array([0, *asked], dtype=float)
        found[mine.index] = dates[np.searchsorted(dates, mine, side="right") - 1]
    return found


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

    def change(self, code: str, key: str, before: pd.Series, after: pd.Series) -> pd.Series:
        """The code with what fills its sentence, as `Language.fix` takes it apart."""
        numbers = zip(before, after, strict=True)
        told = [f"{code}:{key}:{round(was, 6)!r}:{round(now, 6)!r}" for was, now in numbers]
        return pd.Series(told, index=before.index, dtype="str")

    def key(self, key: str) -> str:
        return key

    def is_key(self, x: pd.Series, key: str) -> pd.Series:
        return x == key

    def begins(self, x: pd.Series, start: pd.Series) -> pd.Series:
        both = zip(x.str.casefold(), start.str.casefold(), strict=True)
        return pd.Series([own.startswith(planned) for own, planned in both], index=x.index)

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

    def last_day_asked(self, k: Rows) -> pd.Series:
        return k.asked_on

    def value_checked(self, k: Rows) -> pd.Series:
        return k.value

    def first_day_checked(self, k: Rows) -> pd.Series:
        return k.first_on

    def first_value_checked(self, k: Rows) -> pd.Series:
        return k.first_value

    def highest_value_checked(self, k: Rows) -> pd.Series:
        return k.highest

    def has_waiting(self, k: Rows) -> pd.Series:
        return k.typed_to > k.until


# For rules that look at the rows alone.
OPERATIONS = InFrames((), Bands())


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
            rows[key] = as_kind(rule(Rows(rows), operations), _COMPUTED[key])
    return rows
