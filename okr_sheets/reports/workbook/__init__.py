"""The rollup as a workbook: a summary to print, and a table for each kind of row."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from okr_sheets.drawing.names import sheet_names
from okr_sheets.drawing.styles import Styles
from okr_sheets.drawing.workbooks import CleanSheet, workbook
from okr_sheets.files.marks import REPORT_MARK
from okr_sheets.language import Language
from okr_sheets.reports.excerpts import Excerpt
from okr_sheets.reports.lookback import has_retrospective
from okr_sheets.reports.phrases import title
from okr_sheets.reports.weeks import Weeks
from okr_sheets.reports.workbook.hidden_sheet import HiddenSheet
from okr_sheets.reports.workbook.links import Links
from okr_sheets.reports.workbook.records import Report
from okr_sheets.reports.workbook.retrospective import Retrospective
from okr_sheets.reports.workbook.sheets import table_of
from okr_sheets.reports.workbook.standing_tables import PREVIOUS
from okr_sheets.reports.workbook.summary import Summary
from okr_sheets.reports.workbook.tables import TABLES
from okr_sheets.rollups.result import Rollup

HIDDEN_SHEET = "calc"  # the key of what charts and sparklines show
SHEETS = ("summary", "retrospective", *(table.key for table in TABLES))
LOOKING_BACK = ("retrospective", "hindsight")  # sheets that need a quarter to look back on
EPOCH = date(2000, 1, 1)  # stands for the day of a rollup that has none


def sheet_titles(words: Language) -> dict[str, str]:
    """What each sheet is called, by its key, the hidden one last."""
    titles = {key: words(f"report.{key}") for key in SHEETS}
    titles[HIDDEN_SHEET] = words("sheets.calc")
    return dict(zip(titles, sheet_names(titles.values()), strict=True))


def write_workbook(
    rollup: Rollup,
    path: str,
    words: Language,
    archive: str = "",
    names: Mapping[str, str] | None = None,
) -> None:
    """Write the rollup as an .xlsx workbook in the language of `words`.

    A summary to print on one page with native charts, then an Excel table for each kind of row.
    Rows link to their place in the tracker, by a path relative to the folder of `path`. What the
    charts show stands on a hidden sheet. `archive` is the name of what holds all rows of a large
    rollup, of whose lists the tables show what matters most. `names` are the sheets to write, by
    their keys, the hidden one among them; by default all that the rollup has rows for. The same
    rollup gives the same bytes.
    """
    if names is None:
        lacking = {
            *(() if rollup.previous_quarter else PREVIOUS),
            *(() if has_retrospective(rollup) else LOOKING_BACK),
            *(() if len(rollup.columns["history"]) else ("history",)),
        }
        titles = sheet_titles(words)
        names = {key: title for key, title in titles.items() if key not in lacking}
    day = rollup.as_of or EPOCH
    with workbook(path, title(rollup, words), REPORT_MARK, day) as book:
        sheets = {key: book.add_worksheet(name, CleanSheet) for key, name in names.items()}
        styles = Styles(book, words)
        hidden = HiddenSheet(sheets[HIDDEN_SHEET], styles())
        links = Links(rollup.trackers, str(Path(path).parent))
        excerpt = Excerpt(rollup, words, archive)
        report = Report(rollup, words, styles, links, hidden, Weeks(rollup), names, excerpt)
        if "summary" in names:
            Summary(report).write(book, sheets["summary"])
        if "retrospective" in names:
            Retrospective(report).write(book, sheets["retrospective"])
        for table in TABLES:
            if table.key in names:
                table_of(report, table).write(sheets[table.key])
        next(iter(sheets.values())).activate()
