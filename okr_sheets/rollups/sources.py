"""Where every figure comes from: its cell, and whether it was typed, assumed or computed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from okr_sheets.choices import OBJECTIVE
from okr_sheets.columns import Array, Columns, filled, joined, to_day
from okr_sheets.reading.cells import plain
from okr_sheets.rollups.schema import FRAMES
from okr_sheets.rollups.scored import Scored
from okr_sheets.schema import LOG, OKRS
from okr_sheets.tracker import Tracker, okrs_of, places

TYPED = ("baseline", "target", "weight", "start", "due")
_WHERE = ("row", "date", "column")
COMPUTED = ("progress", "score", "expected", "gap", "status", "grade")


def sources(now: Scored, trackers: Sequence[Tracker]) -> Columns:
    """One row for each figure of each objective and key result.

    `source` is `typed`, `log` (a confidence that only the log has), `assumed` (nothing was typed:
    what the rules take instead) or `computed` (from the others). `value` is its text. `cell` is
    where it stands on the sheet, or where the workbook shows its own result; `Log!E7` on another
    sheet, blank where there is no cell.
    """
    letters = _Letters(trackers)
    parts = [
        *_typed(now.key_results, trackers, letters),
        *_computed(now.key_results, COMPUTED, letters),
        *_computed(now.objectives, [key for key in COMPUTED if key != "progress"], letters),
    ]
    rows = joined(parts)
    return rows.take(np.lexsort((rows.order, rows.place))).only(FRAMES["sources"].keys)


class _Letters:
    """The letters of the columns of each tracker's sheets."""

    def __init__(self, trackers: Sequence[Tracker]) -> None:
        self._trackers = trackers

    def cells(self, rows: Columns, key: str) -> Array:
        """The cells of a column of the OKRs sheet in these rows; blank where it has no such."""
        return self._at(OKRS.key, key, rows.tracker, rows.row)

    def logged(self, rows: Columns) -> Array:
        """The cells of the log that `logged` names by their rows, with their sheet."""
        sheets = filled([t.sheets.get(LOG.key, "") for t in self._trackers], "text")
        cells: Array = sheets[rows.tracker] + "!"
        return cells + self._at(LOG.key, "confidence", rows.tracker, rows.logged)

    def _at(self, sheet: str, key: str, trackers: Array, numbers: Array) -> Array:
        by_tracker = [tracker.letters.get(sheet, {}).get(key, "") for tracker in self._trackers]
        return _cells(filled(by_tracker, "text")[trackers], numbers)


def _cells(letters: Array, numbers: Array) -> Array:
    """Cells from the letters of their columns and their rows' numbers; blank without a letter."""
    pairs = zip(letters.tolist(), numbers.tolist(), strict=True)
    return filled([f"{letter}{number}" if letter else "" for letter, number in pairs], "text")


def _typed(rows: Columns, trackers: Sequence[Tracker], letters: _Letters) -> Iterator[Columns]:
    typed = okrs_of(trackers)
    typed_at = places(typed.tracker, typed.row, typed.type == OBJECTIVE)
    typed = typed.take(np.searchsorted(typed_at, rows.place))
    for key in TYPED:
        source = np.where(np.isnan(typed[key]), "assumed", "typed")
        yield _part(rows, key, letters.cells(rows, key), source)
    dated = {
        (number, row, day): letter
        for number, tracker in enumerate(trackers)
        for row, day, letter in reversed(
            list(
                zip(
                    *(tracker.columns["check_ins"][key].tolist() for key in _WHERE),
                    strict=True,
                )
            )
        )
    }
    last = zip(rows.tracker.tolist(), rows.row.tolist(), rows.last_check_in.tolist(), strict=True)
    cells = _cells(filled([dated.get(each, "") for each in last], "text"), rows.row)
    # A number typed under “current” itself has no check-in.
    cells = np.where(cells != "", cells, letters.cells(rows, "current"))
    yield _part(rows, "current", cells, np.full(len(rows), "typed"))
    is_logged = rows.logged > 0
    cells = np.where(is_logged, letters.logged(rows), letters.cells(rows, "confidence"))
    yield _part(rows, "confidence", cells, np.where(is_logged, "log", "typed"))


def _computed(rows: Columns, keys: Sequence[str], letters: _Letters) -> Iterator[Columns]:
    for key in keys:
        yield _part(rows, key, letters.cells(rows, key), np.full(len(rows), "computed"))


def _part(rows: Columns, figure: str, cells: Array, source: Array) -> Columns:
    """Rows of `sources` for one figure, where it is not blank."""
    values = rows[figure]
    texts = filled(map(_day if figure in {"start", "due"} else _text, values.tolist()), "text")
    order = (*TYPED, "current", "confidence", *COMPUTED).index(figure)
    part = rows.only(("file", "sheet", "row", "id", "place")).having(
        figure=filled([figure] * len(rows), "text"),
        value=texts,
        cell=cells,
        source=source.astype(object),
        order=np.full(len(rows), order),
    )
    return part.take(texts != "")


def _day(number: float) -> str:
    return to_day(number).isoformat() if number == number else ""  # noqa: PLR0124  NaN


def _text(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return plain(value) if value == value else ""  # noqa: PLR0124  NaN
