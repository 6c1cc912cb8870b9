"""Where every figure comes from: its cell, and whether it was typed, assumed or computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from okr_sheets.frames import stacked
from okr_sheets.reading.cells import plain
from okr_sheets.rollups.scored import Scored
from okr_sheets.schema import LOG, OKRS
from okr_sheets.tracker import Tracker, mapped

SOURCES = ("file", "sheet", "row", "id", "figure", "value", "cell", "source")
TYPED = ("baseline", "target", "weight", "start", "due")
COMPUTED = ("progress", "score", "expected", "gap", "status", "grade")


def sources(now: Scored, trackers: Sequence[Tracker]) -> pd.DataFrame:
    """One row for each figure of each objective and key result, columns `SOURCES`.

    `source` is `typed`, `log` (a confidence that only the log has), `assumed` (nothing was typed:
    what the rules take instead) or `computed` (from the others). `value` is its text. `cell` is
    where it stands on the sheet, or where the workbook shows its own result; `Log!E7` on another
    sheet, blank where there is no cell.
    """
    columns = _Columns(trackers)
    parts = [
        *_typed(now.key_results, trackers, columns),
        *_computed(now.key_results, columns),
        *_computed(now.objectives, columns),
    ]
    found = pd.concat(parts, ignore_index=True).sort_values(["place", "order"], kind="stable")
    return found[list(SOURCES)].reset_index(drop=True)


class _Columns:
    """The letters of the columns of each tracker's sheets."""

    def __init__(self, trackers: Sequence[Tracker]) -> None:
        self._trackers = trackers

    def cells(self, rows: pd.DataFrame, key: str) -> pd.Series:
        """The cells of a column of the OKRs sheet in these rows; blank where it has no such."""
        return self._at(OKRS.key, key, rows["tracker"], rows["row"])

    def logged(self, rows: pd.DataFrame) -> pd.Series:
        """The cells of the log that `logged` names by their rows, with their sheet."""
        sheets = np.array([t.sheets.get(LOG.key, "") for t in self._trackers], dtype=object)
        cells = self._at(LOG.key, "confidence", rows["tracker"], rows["logged"])
        return (pd.Series(sheets[rows["tracker"]], index=rows.index) + "!" + cells).astype("str")

    def _at(self, sheet: str, key: str, trackers: pd.Series, numbers: pd.Series) -> pd.Series:
        known = [tracker.letters.get(sheet, {}).get(key, "") for tracker in self._trackers]
        letters = pd.Series(np.array(known, dtype=object)[trackers], index=numbers.index)
        return _joined(letters, numbers)


def _joined(letters: pd.Series, numbers: pd.Series) -> pd.Series:
    """Cells from the letters of their columns and their rows' numbers; blank without a letter."""
    return (letters + numbers.astype(int).astype(str)).where(letters != "", "").astype("str")


def _typed(
    rows: pd.DataFrame, trackers: Sequence[Tracker], columns: _Columns
) -> Iterator[pd.DataFrame]:
    places = pd.MultiIndex.from_frame(rows[["tracker", "row"]])
    typed = stacked([tracker.key_results for tracker in trackers]).reindex(places)
    for key in TYPED:
        kinds = pd.Series(np.where(typed[key].isna(), "assumed", "typed"), index=rows.index)
        yield _part(rows, key, columns.cells(rows, key), kinds)
    check_ins = stacked([tracker.check_ins for tracker in trackers])
    dated = check_ins.set_index("date", append=True)["column"]
    dated = dated[~dated.index.duplicated()]
    of_last = pd.MultiIndex.from_frame(rows[["tracker", "row", "last_check_in"]])
    letters = pd.Series(dated.reindex(of_last).fillna("").to_numpy(), index=rows.index)
    cells = _joined(letters.astype(object), rows["row"])
    # A number typed under “current” itself has no check-in.
    yield _part(rows, "current", cells.where(cells != "", columns.cells(rows, "current")), "typed")
    is_logged = rows["logged"] > 0
    cells = columns.cells(rows, "confidence").where(~is_logged, columns.logged(rows))
    kinds = pd.Series(np.where(is_logged, "log", "typed"), index=rows.index)
    yield _part(rows, "confidence", cells, kinds)


def _computed(rows: pd.DataFrame, columns: _Columns) -> Iterator[pd.DataFrame]:
    for key in COMPUTED:
        if key in rows:
            yield _part(rows, key, columns.cells(rows, key), "computed")


def _part(rows: pd.DataFrame, figure: str, cells: pd.Series, source: pd.Series | str) -> Any:
    """The rows that have the figure."""
    part = rows[["file", "sheet", "row", "id", "place"]].assign(
        figure=figure, value=mapped(rows[figure], _text, "text"), cell=cells, source=source
    )
    order = (*TYPED, "current", "confidence", *COMPUTED).index(figure)
    return part[part["value"] != ""].assign(order=order)


def _text(value: Any) -> str:
    if pd.isna(value):
        return ""
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return plain(value) if isinstance(value, (int, float)) else str(value)
