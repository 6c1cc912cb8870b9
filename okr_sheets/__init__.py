"""okr-sheets: OKR trackers as workbooks; written, read back filled in, scored and rolled up.

import okr_sheets as okr

tracker = okr.new("b2b-saas-marketing", quarter="2027-Q1", team="Marketing")
okr.write(tracker, "marketing.xlsx")
…                                         # people fill it in
okr.score("trackers/")                    # a frame, one row per key result
okr.report(okr.rollup("trackers/"), "2027-Q1.html")

Each function has its help: help(okr.score) lists the columns. docs/library.md tells the rest.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from okr_sheets.checks import check as check
    from okr_sheets.config import Config as Config
    from okr_sheets.config import read_config as read_config
    from okr_sheets.planning import new as new
    from okr_sheets.problems import Problem as Problem
    from okr_sheets.reading.tracker import read as read
    from okr_sheets.reports import report as report
    from okr_sheets.reports.into import report_into as report_into
    from okr_sheets.rollups import Rollup as Rollup
    from okr_sheets.rollups import rollup as rollup
    from okr_sheets.rollups import score as score
    from okr_sheets.tracker import Tracker as Tracker
    from okr_sheets.writing.tracker import write as write

__version__ = "0.2.0"

# Names load on first use, so that --help never waits for pandas.
_HOMES = {
    "Config": "config",
    "Problem": "problems",
    "Rollup": "rollups",
    "Tracker": "tracker",
    "check": "checks",
    "new": "planning",
    "read": "reading.tracker",
    "read_config": "config",
    "report": "reports",
    "report_into": "reports.into",
    "rollup": "rollups",
    "score": "rollups",
    "write": "writing.tracker",
}
__all__ = sorted(_HOMES)  # noqa: PLE0605  one table says both


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"okr_sheets has no {name!r}")
    return getattr(import_module(f"okr_sheets.{_HOMES[name]}"), name)
