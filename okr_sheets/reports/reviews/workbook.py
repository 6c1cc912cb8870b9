"""The review as a workbook: how good the OKRs are, what was found, and by which rules."""

from __future__ import annotations

from pathlib import Path

from okr_sheets.drawing.names import sheet_names
from okr_sheets.drawing.styles import Styles
from okr_sheets.drawing.workbooks import CleanSheet, workbook
from okr_sheets.files.marks import REPORT_MARK
from okr_sheets.language import Language
from okr_sheets.reports.reviews import Review, records
from okr_sheets.reports.reviews.page import Page
from okr_sheets.reports.workbook import EPOCH
from okr_sheets.reports.workbook.fields import Field
from okr_sheets.reports.workbook.hidden_sheet import HiddenSheet
from okr_sheets.reports.workbook.links import Links
from okr_sheets.reports.workbook.sheets import Content, TableSheet

MOST_FINDINGS = 50_000  # rows; Excel follows some 65,000 links of a sheet
_SHEETS = ("review", "findings", "rules")

_FINDINGS = (
    Field("severity", "report.severity", "severity", (12, 18)),
    Field("unit", "report.unit", width=(14, 22)),
    Field("quarter", "settings.quarter", width=(11, 14)),
    Field("cell", "report.cell", width=(9, 12), link=True),
    Field("id", "okrs.id", width=(9, 16)),
    Field("title", "okrs.title", width=(24, 40), strong=True),
    Field("message", "report.message", width=(40, 58)),
    Field("better", "review.example", width=(20, 40)),
    Field("code", "report.code", width=(16, 26)),
    Field("sheet", "report.sheet", width=(10, 20), detail=True),
    Field("file", "report.file", width=(16, 40), detail=True),
)
_RULES = (
    Field("code", "report.code", width=(18, 28), strong=True),
    Field("severity", "report.severity", "severity", (12, 18)),
    Field("count", "review.findings", "tally", (12, 14)),
    Field("says", "review.says", width=(44, 70)),
    Field("better", "review.example", width=(30, 44)),
    Field("off", "review.off", width=(34, 44)),
)


def write_workbook(review: Review, path: str, words: Language) -> None:
    """Write the review as an .xlsx workbook in the language of `words`.

    Cells lead to the trackers, by a path relative to the folder of `path`. What the chart shows
    stands on a hidden sheet. The same review gives the same bytes.
    """
    names = sheet_names([*(words(f"review.{key}") for key in _SHEETS), words("sheets.calc")])
    day = review.day or EPOCH
    with workbook(path, review.title(words), REPORT_MARK, day) as book:
        page, findings, rules, calc = (book.add_worksheet(name, CleanSheet) for name in names)
        styles = Styles(book, words)
        Page(review, words, styles, HiddenSheet(calc, styles())).write(book, page)
        rows, caption = _findings(review, words, str(Path(path).parent))
        contents = (
            Content("tblFindings", words("review.findings"), caption, _FINDINGS, rows, frozen=0),
            Content(
                "tblRules",
                words("review.rules"),
                words("review.rules_caption"),
                _RULES,
                records.rules(review, words),
            ),
        )
        for content, sheet in zip(contents, (findings, rules), strict=True):
            TableSheet(words, styles, content).write(sheet)
        page.activate()


def _findings(review: Review, words: Language, folder: str) -> tuple[list[records.Row], str]:
    """The rows of the findings with the addresses of their cells, and what to say above them."""
    problems = records.in_order(review.problems)
    shown = problems[:MOST_FINDINGS]
    links = Links(review.trackers, folder)
    rows = records.findings(review, shown, words)
    for row, problem in zip(rows, shown, strict=True):
        row["address"] = links.to_problem(problem)
    if not problems:
        return rows, words("report.no_problems")
    caption = words("review.findings_caption")
    if len(shown) < len(problems):
        counts = {"shown": len(shown), "all": len(problems)}
        caption = f"{words.counted('review.findings_left', **counts)} {caption}"
    return rows, caption
