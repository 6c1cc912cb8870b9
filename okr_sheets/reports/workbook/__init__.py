"""The rollup as a workbook: a summary to print, and a table for each kind of row."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from okr_sheets.drawing.names import sheet_names
from okr_sheets.drawing.styles import Styles
from okr_sheets.drawing.workbooks import CleanSheet, workbook
from okr_sheets.files.marks import REPORT_MARK
from okr_sheets.language import Language
from okr_sheets.reports.excerpts import Excerpt
from okr_sheets.reports.phrases import title
from okr_sheets.reports.workbook.hidden_sheet import HiddenSheet
from okr_sheets.reports.workbook.links import Links
from okr_sheets.reports.workbook.records import Report
from okr_sheets.reports.workbook.sheets import TableSheet
from okr_sheets.reports.workbook.summary import Summary
from okr_sheets.reports.workbook.tables import PREVIOUS, TABLES
from okr_sheets.reports.workbook.weeks import Weeks
from okr_sheets.rollups.result import Rollup

EPOCH = date(2000, 1, 1)  # stands for the day of a rollup that has none


def write_workbook(rollup: Rollup, path: str, words: Language, archive: str = "") -> None:
    """Write the rollup as an .xlsx workbook in the language of `words`.

    A summary to print on one page with native charts, then an Excel table for each kind of row.
    Rows link to their place in the tracker, by a path relative to the folder of `path`. What the
    charts show stands on a hidden sheet. `archive` is the name of what holds all rows of a large
    rollup, of whose lists the tables show what matters most. The same rollup gives the same bytes.
    """
    tables = [table for table in TABLES if rollup.previous_quarter or table.key not in PREVIOUS]
    keys = ["summary", *(table.key for table in tables)]
    titles = [*(words(f"report.{key}") for key in keys), words("sheets.calc")]
    *names, calc = sheet_names(titles)
    day = rollup.as_of or EPOCH
    with workbook(path, title(rollup, words), REPORT_MARK, day) as book:
        sheets = [book.add_worksheet(name, CleanSheet) for name in names]
        styles = Styles(book, words("formats.date"))
        hidden = HiddenSheet(book.add_worksheet(calc, CleanSheet), styles())
        links = Links(rollup, str(Path(path).parent))
        by_key = dict(zip(keys, names, strict=True))
        excerpt = Excerpt(rollup, words, archive)
        report = Report(rollup, words, styles, links, hidden, Weeks(rollup), by_key, excerpt)
        Summary(report).write(book, sheets[0])
        for table, sheet in zip(tables, sheets[1:], strict=True):
            TableSheet(report, table).write(sheet)
        sheets[0].activate()
